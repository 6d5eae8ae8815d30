# SPDX-License-Identifier: BSD-3-Clause
"""Meshes, linear algebra and errors shared by the solvers."""
