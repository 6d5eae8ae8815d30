# SPDX-License-Identifier: BSD-3-Clause
"""Devices and their virtual deployment."""
