# SPDX-License-Identifier: BSD-3-Clause
"""What a study file of kind bench may say."""
