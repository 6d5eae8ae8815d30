# SPDX-License-Identifier: BSD-3-Clause
"""Small versioned meshes of simple own geometry, for solver tests and examples."""
