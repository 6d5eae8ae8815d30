# SPDX-License-Identifier: BSD-3-Clause
"""What every configuration block shares."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from trial.units import to_si


class Block(BaseModel):
    """A configuration block: immutable, unknown keys forbidden, units in the key names."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        validate_default=True,
        allow_inf_nan=False,
        populate_by_name=True,
    )

    def plain(self) -> dict[str, Any]:
        """Return the block as written in a study file: configuration units, JSON types."""
        return self.model_dump(mode="json", by_alias=True)

    def to_si(self) -> dict[str, Any]:
        """Return the values in SI under their names without unit."""
        return to_si(self.plain())
