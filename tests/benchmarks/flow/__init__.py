# SPDX-License-Identifier: BSD-3-Clause
"""Cost of the flow solver: cases, records and the codes of the dolfinx environment."""
