# SPDX-License-Identifier: BSD-3-Clause
"""Bench tests of stents: procedures as data, and the run that carries them out."""
