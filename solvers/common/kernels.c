/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Inner loops of the flow solver, compiled for the processor at hand by kernels.py.
 *
 * A "block vector" is an array (n, 3): the three velocity components side by side, so that one pass
 * over a sparse matrix serves all of them.
 */
#include <stdint.h>

/* Eight cells at once; a compiler without 512-bit registers splits the operations. */
typedef double lanes __attribute__((vector_size(64)));
enum { LANES = 8, MAX_NODES = 10, MAX_PAIRS = 45, MAX_POINTS = 4 };

/* y = A x on the first `rows` rows. Two partial sums hide the latency of the additions. */
void multiply(int64_t rows, const int32_t *start, const int32_t *column, const double *value,
              const double *restrict x, double *restrict y)
{
    for (int64_t i = 0; i < rows; i++) {
        double a0 = 0, a1 = 0, a2 = 0, b0 = 0, b1 = 0, b2 = 0;
        int32_t k = start[i];
        const int32_t end = start[i + 1];
        for (; k + 1 < end; k += 2) {
            const double *p = x + 3 * (int64_t)column[k], *q = x + 3 * (int64_t)column[k + 1];
            const double s = value[k], t = value[k + 1];
            a0 += s * p[0], a1 += s * p[1], a2 += s * p[2];
            b0 += t * q[0], b1 += t * q[1], b2 += t * q[2];
        }
        if (k < end) {
            const double *p = x + 3 * (int64_t)column[k];
            const double s = value[k];
            a0 += s * p[0], a1 += s * p[1], a2 += s * p[2];
        }
        y[3 * i] = a0 + b0, y[3 * i + 1] = a1 + b1, y[3 * i + 2] = a2 + b2;
    }
}

/* position[c, i, j] of the entry (dofs[c, i], dofs[c, j]) among the nonzeros; -1 where there is none. */
void find_entries(int64_t cells, int nodes, const int32_t *dofs, const int32_t *start,
                  const int32_t *column, int32_t *position)
{
    for (int64_t c = 0; c < cells; c++)
        for (int i = 0; i < nodes; i++) {
            const int32_t row = dofs[c * nodes + i];
            for (int j = 0; j < nodes; j++) {
                const int32_t wanted = dofs[c * nodes + j];
                int32_t found = -1;
                for (int32_t k = start[row]; k < start[row + 1]; k++)
                    if (column[k] == wanted) {
                        found = k;
                        break;
                    }
                position[(c * nodes + i) * nodes + j] = found;
            }
        }
}

/* value[position[k]] += block[k] */
void add_entries(int64_t count, const int32_t *position, const double *block, double *value)
{
    for (int64_t k = 0; k < count; k++)
        value[position[k]] += block[k];
}

/* Divide each of the first `rows` rows by its diagonal and store 1 / diagonal. */
void scale_rows(int64_t rows, const int32_t *start, const int32_t *diagonal, double *value,
                double *inverse)
{
    for (int64_t i = 0; i < rows; i++) {
        const double factor = 1.0 / value[diagonal[i]];
        inverse[i] = factor;
        for (int32_t k = start[i]; k < start[i + 1]; k++)
            value[k] *= factor;
    }
}

/* Convection and, where `viscosity` is given, diffusion of all cells, added to the nonzeros.
 *
 * wind      (n, 3) block vector
 * inverse   (cells, 3, 3) inverse Jacobian d xi_r / d x_d
 * measure   (cells) |det J| times density
 * skew      (pairs, 3 nodes) reference tensor of the antisymmetric convection, pair i < j
 * viscosity (cells, points) times quadrature weight is folded into `soft`: (pairs, 6 points)
 * metric    (cells, 6) |det J| J^-1 J^-T, upper triangle by rows
 * position  (cells, pairs, 2) of (i, j) and (j, i); diagonal (cells, nodes) of (i, i)
 */
static inline __attribute__((always_inline)) void cell_terms_of(
    const int nodes, const int pairs, int64_t cells, const int32_t *dofs, const double *wind,
    const double *inverse, const double *measure, const double *skew, int points,
    const double *viscosity, const double *soft, const double *metric, const int32_t *position,
    const int32_t *diagonal, double *value)
{
    for (int64_t first = 0; first < cells; first += LANES) {
        const int count = cells - first < LANES ? (int)(cells - first) : LANES;
        lanes w[3 * MAX_NODES], jac[9], scale;
        for (int lane = 0; lane < LANES; lane++) {
            const int64_t c = first + (lane < count ? lane : 0);
            scale[lane] = measure[c];
            for (int k = 0; k < 9; k++)
                jac[k][lane] = inverse[9 * c + k];
        }
        for (int k = 0; k < 9; k++)
            jac[k] *= scale;
        for (int i = 0; i < nodes; i++) {
            lanes x, y, z;
            for (int lane = 0; lane < LANES; lane++) {
                const int64_t c = first + (lane < count ? lane : 0);
                const double *p = wind + 3 * (int64_t)dofs[c * nodes + i];
                x[lane] = p[0], y[lane] = p[1], z[lane] = p[2];
            }
            for (int r = 0; r < 3; r++)
                w[3 * i + r] = jac[3 * r] * x + jac[3 * r + 1] * y + jac[3 * r + 2] * z;
        }
        lanes odd[MAX_PAIRS];
        for (int e = 0; e < pairs; e++) {
            lanes a = {0}, b = {0};
            const double *t = skew + (int64_t)e * 3 * nodes;
            for (int m = 0; m < 3 * nodes; m += 2) {
                a += t[m] * w[m];
                b += t[m + 1] * w[m + 1];
            }
            odd[e] = a + b;
        }
        lanes even[MAX_PAIRS];
        if (viscosity) {
            lanes f[6 * MAX_POINTS];
            for (int q = 0; q < points; q++)
                for (int m = 0; m < 6; m++)
                    for (int lane = 0; lane < LANES; lane++) {
                        const int64_t c = first + (lane < count ? lane : 0);
                        f[6 * q + m][lane] = viscosity[c * points + q] * metric[6 * c + m];
                    }
            for (int e = 0; e < pairs; e++) {
                lanes a = {0};
                const double *t = soft + (int64_t)e * 6 * points;
                for (int m = 0; m < 6 * points; m++)
                    a += t[m] * f[m];
                even[e] = a;
            }
        }
        for (int lane = 0; lane < count; lane++) {
            const int64_t c = first + lane;
            const int32_t *p = position + 2 * pairs * c;
            if (!viscosity) {
                for (int e = 0; e < pairs; e++) {
                    value[p[2 * e]] += odd[e][lane];
                    value[p[2 * e + 1]] -= odd[e][lane];
                }
                continue;
            }
            /* Constants have no gradient: the diagonal balances its row. */
            double sum[MAX_NODES] = {0};
            int e = 0;
            for (int i = 0; i < nodes; i++)
                for (int j = i + 1; j < nodes; j++, e++) {
                    value[p[2 * e]] += even[e][lane] + odd[e][lane];
                    value[p[2 * e + 1]] += even[e][lane] - odd[e][lane];
                    sum[i] -= even[e][lane];
                    sum[j] -= even[e][lane];
                }
            for (int i = 0; i < nodes; i++)
                value[diagonal[c * nodes + i]] += sum[i];
        }
    }
}

void cell_terms(int nodes, int64_t cells, const int32_t *dofs, const double *wind,
                const double *inverse, const double *measure, const double *skew, int points,
                const double *viscosity, const double *soft, const double *metric,
                const int32_t *position, const int32_t *diagonal, double *value)
{
    if (nodes == 4)
        cell_terms_of(4, 6, cells, dofs, wind, inverse, measure, skew, points, viscosity, soft,
                      metric, position, diagonal, value);
    else
        cell_terms_of(10, 45, cells, dofs, wind, inverse, measure, skew, points, viscosity, soft,
                      metric, position, diagonal, value);
}

/* Vector updates of BiCGStab, fused so that every array is read once. */

double dot(int64_t size, const double *x, const double *y)
{
    lanes sum = {0};
    int64_t k = 0;
    for (; k + LANES <= size; k += LANES)
        for (int l = 0; l < LANES; l++)
            sum[l] += x[k + l] * y[k + l];
    double total = 0;
    for (int l = 0; l < LANES; l++)
        total += sum[l];
    for (; k < size; k++)
        total += x[k] * y[k];
    return total;
}

/* p = r + beta (p - omega v) */
void new_direction(int64_t size, double beta, double omega, const double *r, const double *v,
                   double *p)
{
    for (int64_t k = 0; k < size; k++)
        p[k] = r[k] + beta * (p[k] - omega * v[k]);
}

/* s = r - alpha v */
void subtract(int64_t size, double alpha, const double *r, const double *v, double *s)
{
    for (int64_t k = 0; k < size; k++)
        s[k] = r[k] - alpha * v[k];
}

/* x += alpha p + omega s */
void advance(int64_t size, double alpha, const double *p, double omega, const double *s, double *x)
{
    for (int64_t k = 0; k < size; k++)
        x[k] += alpha * p[k] + omega * s[k];
}

/* Incomplete LU of the owned square block, no fill, in place of a copy of its nonzeros.
 * Columns ascend in each row; those of ghosts (>= rows) are left out. Returns the row of a vanishing pivot + 1, or 0. */
int64_t factorise(int64_t rows, const int32_t *start, const int32_t *column,
                  const int32_t *diagonal, double *value, int32_t *slot)
{
    for (int64_t i = 0; i < rows; i++)
        slot[i] = -1;
    for (int64_t i = 0; i < rows; i++) {
        for (int32_t k = start[i]; k < start[i + 1]; k++)
            if (column[k] < rows)
                slot[column[k]] = k;
        for (int32_t k = start[i]; k < start[i + 1]; k++) {
            const int32_t j = column[k];
            if (j >= i)
                break;
            const double factor = value[k] *= value[diagonal[j]];
            for (int32_t m = diagonal[j] + 1; m < start[j + 1]; m++)
                if (column[m] < rows && slot[column[m]] >= 0)
                    value[slot[column[m]]] -= factor * value[m];
        }
        if (value[diagonal[i]] == 0.0)
            return i + 1;
        /* The inverse pivot is what the solves need. */
        value[diagonal[i]] = 1.0 / value[diagonal[i]];
        for (int32_t k = start[i]; k < start[i + 1]; k++)
            if (column[k] < rows)
                slot[column[k]] = -1;
    }
    return 0;
}

/* r -= row of values times z, over the entries [k, end). */
static inline void reduce_row(int32_t k, int32_t end, const int32_t *column, const double *value,
                              const double *z, double *r)
{
    double a0 = 0, a1 = 0, a2 = 0, b0 = 0, b1 = 0, b2 = 0;
    for (; k + 1 < end; k += 2) {
        const double *p = z + 3 * (int64_t)column[k], *q = z + 3 * (int64_t)column[k + 1];
        const double s = value[k], t = value[k + 1];
        a0 += s * p[0], a1 += s * p[1], a2 += s * p[2];
        b0 += t * q[0], b1 += t * q[1], b2 += t * q[2];
    }
    if (k < end) {
        const double *p = z + 3 * (int64_t)column[k];
        const double s = value[k];
        a0 += s * p[0], a1 += s * p[1], a2 += s * p[2];
    }
    r[0] -= a0 + b0, r[1] -= a1 + b1, r[2] -= a2 + b2;
}

/* z = (L U)^-1 r for a block vector. Columns ascend in each row: those before the diagonal are L,
 * those after it up to owned_end U. */
void solve_factors(int64_t rows, const int32_t *start, const int32_t *column,
                   const int32_t *diagonal, const int32_t *owned_end, const double *value,
                   const double *r, double *z)
{
    for (int64_t i = 0; i < rows; i++) {
        double x[3] = {r[3 * i], r[3 * i + 1], r[3 * i + 2]};
        reduce_row(start[i], diagonal[i], column, value, z, x);
        z[3 * i] = x[0], z[3 * i + 1] = x[1], z[3 * i + 2] = x[2];
    }
    for (int64_t i = rows - 1; i >= 0; i--) {
        double x[3] = {z[3 * i], z[3 * i + 1], z[3 * i + 2]};
        reduce_row(diagonal[i] + 1, owned_end[i], column, value, z, x);
        const double pivot = value[diagonal[i]];
        z[3 * i] = x[0] * pivot, z[3 * i + 1] = x[1] * pivot, z[3 * i + 2] = x[2] * pivot;
    }
}
