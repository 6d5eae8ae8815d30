# SPDX-License-Identifier: BSD-3-Clause
"""Incompressible flow: fractional-step solver, boundary models, device screen."""
