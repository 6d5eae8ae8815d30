# SPDX-License-Identifier: BSD-3-Clause
"""Snapshots of a distributed model as plain arrays on rank 0 and back, for the same ranks."""

from __future__ import annotations

from typing import Any

from mpi4py import MPI

import numpy as np
from numpy.typing import NDArray


def pack(state: Any, comm: MPI.Comm) -> tuple[dict[str, NDArray], Any]:
    """Arrays of all ranks on rank 0, and the nesting without them; collective.

    Args:
        state: lists, tuples, dictionaries and numbers around arrays.
        comm: communicator.
    """
    mine: list[NDArray] = []
    nesting = _take_out(state, mine)
    everyone = comm.gather(mine)
    arrays = {
        f"state_{rank}_{number}": array
        for rank, parts in enumerate(everyone or [])
        for number, array in enumerate(parts)
    }
    return arrays, nesting


def unpack(arrays: dict[str, NDArray], nesting: Any, comm: MPI.Comm) -> Any:
    """The state that ``pack`` took apart; collective."""
    parts = None
    if comm.rank == 0:
        size = sum(name.startswith("state_") for name in arrays) // comm.size
        parts = [[arrays[f"state_{r}_{n}"] for n in range(size)] for r in range(comm.size)]
    return _put_in(nesting, comm.scatter(parts))


def _take_out(value: Any, out: list[NDArray]) -> Any:
    if isinstance(value, np.ndarray):
        out.append(value)
        return {"array": len(out) - 1}
    if isinstance(value, dict):
        return {"keys": {key: _take_out(item, out) for key, item in value.items()}}
    if isinstance(value, list | tuple):
        return {"items": [_take_out(item, out) for item in value]}
    return {"plain": value}


def _put_in(nesting: Any, arrays: list[NDArray]) -> Any:
    if "array" in nesting:
        return arrays[nesting["array"]]
    if "keys" in nesting:
        return {key: _put_in(item, arrays) for key, item in nesting["keys"].items()}
    if "items" in nesting:
        return [_put_in(item, arrays) for item in nesting["items"]]
    return nesting["plain"]
