# SPDX-License-Identifier: BSD-3-Clause
"""Contact of a deformable body with surfaces that are known."""
