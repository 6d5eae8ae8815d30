# SPDX-License-Identifier: BSD-3-Clause
"""Endpoints, curves and pictures of a device on the bench."""
