# SPDX-License-Identifier: BSD-3-Clause
"""Flow and solid mechanics with dolfinx, and the fields derived from them."""
