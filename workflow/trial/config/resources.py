# SPDX-License-Identifier: BSD-3-Clause
"""What a job may use."""

from __future__ import annotations

from pydantic import Field

from trial.config._base import Block


class Resources(Block):
    """Processes, memory and time asked of the scheduler."""

    solve_ranks: int = Field(1, ge=1, le=1024, description="MPI ranks of one solution")
    mesh_memory_mb: int = Field(3000, ge=200, le=1000000, description="memory of one mesh job")
    solve_memory_mb: int = Field(
        3000, ge=200, le=4000000, description="memory of one solution, all ranks together"
    )
    solve_minutes: int = Field(120, ge=1, le=20160, description="run time asked for one solution")
