# SPDX-License-Identifier: BSD-3-Clause
"""From anatomies and surfaces to tagged meshes with a deployed device."""
