# SPDX-License-Identifier: BSD-3-Clause
"""Laser-cut stents: drawing, feasibility, hexahedral mesh."""
