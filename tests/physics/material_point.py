# SPDX-License-Identifier: BSD-3-Clause
"""One cell under a homogeneous deformation: a material point on the real solver."""

import dolfinx
import numpy as np
from scipy.optimize import brentq

from solvers.solid.body import Body
from solvers.verification.block import block


class MaterialPoint:
    """A law driven by deformation gradients."""

    def __init__(self, law, cells="tetrahedron", degree=1):
        domain = block((1, 1, 1), lambda x: x, cells=cells)
        self.body = Body(domain, {"body": law}, degree)
        bound, old = self.body.laws["body"], self.body.histories["body"].old
        self._stress = self.body.at_points("body", bound.stress(self.body.F, old))

    def stress(self, F):
        """First Piola-Kirchhoff stress (3, 3) for F and the last committed history."""
        slope = np.asarray(F) - np.eye(3)
        self.body.displacement.interpolate(lambda x: slope @ x)
        found = self.body.evaluate("body", self._stress).reshape(-1, 3, 3)
        assert np.abs(found - found[0]).max() <= 1e-6 * max(np.abs(found).max(), 1e5)
        return found[0]

    def step(self, F):
        """Stress for F; the history is committed."""
        stress = self.stress(F)
        self.body.commit()
        return stress

    def stored(self):
        """Components of the history."""
        return self.body.histories["body"].values[0, 0]

    def uniaxial(self, strain):
        """Axial Kirchhoff stress at a log strain with free sides; commits."""

        def gradient(side):
            return np.diag(np.exp([strain, side, side]))

        low, high = sorted((-0.9 * strain, 0.2 * strain))
        side = brentq(lambda s: self.stress(gradient(s))[1, 1], low - 1e-3, high + 1e-3, xtol=1e-15)
        F = gradient(side)
        return (self.step(F) @ F.T)[0, 0]


def rotation(axis, angle):
    """Rodrigues rotation matrix."""
    x, y, z = np.asarray(axis) / np.linalg.norm(axis)
    W = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * W + (1 - np.cos(angle)) * W @ W


def tangent_error(point, F, scale=1e-6, seed=0):
    """Largest error of the consistent tangent against central differences, over its size."""
    import ufl

    body = point.body
    bound, old = body.laws["body"], body.histories["body"].old
    A = ufl.diff(bound.stress(body.F, old), body.F)
    compiled = body.at_points("body", A)
    point.stress(F)
    found = body.evaluate("body", compiled)[0, 0].reshape(3, 3, 3, 3)
    difference = np.empty_like(found)
    for k, m in np.ndindex(3, 3):
        change = np.zeros((3, 3))
        change[k, m] = scale
        difference[:, :, k, m] = (point.stress(F + change) - point.stress(F - change)) / (2 * scale)
    assert isinstance(compiled, dolfinx.fem.Expression)
    return np.abs(found - difference).max() / np.abs(found).max()
