# SPDX-License-Identifier: BSD-3-Clause
"""Errors of the trial layer."""

from __future__ import annotations


class ConfigError(Exception):
    """A configuration that cannot be run; the message is one sentence per fault."""


class SamplingRejected(Exception):
    """No draw of a patient was acceptable.

    Attributes:
        code: short outcome code.
        where: the patient.
    """

    code = "sampling_rejected"

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where
