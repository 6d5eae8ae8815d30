# SPDX-License-Identifier: BSD-3-Clause
"""Other flow solvers on the same case."""
