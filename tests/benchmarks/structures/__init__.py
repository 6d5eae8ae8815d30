# SPDX-License-Identifier: BSD-3-Clause
"""Cases of the solid benchmark."""
