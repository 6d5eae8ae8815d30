# SPDX-License-Identifier: BSD-3-Clause
"""Material laws as UFL expressions of the deformation gradient and of a history."""
