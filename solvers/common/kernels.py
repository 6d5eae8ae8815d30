# SPDX-License-Identifier: BSD-3-Clause
"""The C functions of ``kernels.c``, compiled once per processor type and source.

Arrays are passed as they are: C-contiguous, float64 values, int32 indices. A wrong type is a
``TypeError`` or ``ctypes.ArgumentError``, never a wrong result.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.common.processor import COMPILER_FLAGS, cache_folder

SOURCE = Path(__file__).with_suffix(".c")

_values = np.ctypeslib.ndpointer(np.float64, flags="C_CONTIGUOUS")
_indices = np.ctypeslib.ndpointer(np.int32, flags="C_CONTIGUOUS")
_size, _int, _double = ctypes.c_int64, ctypes.c_int, ctypes.c_double


class _Optional:
    """An array of float64, or None for the null pointer."""

    @classmethod
    def from_param(cls, value: NDArray[np.float64] | None) -> Any:
        return None if value is None else _values.from_param(value)


_SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "multiply": (None, [_size, _indices, _indices, _values, _values, _values]),
    "find_entries": (None, [_size, _int, _indices, _indices, _indices, _indices]),
    "add_entries": (None, [_size, _indices, _values, _values]),
    "scale_rows": (None, [_size, _indices, _indices, _values, _values]),
    "cell_terms": (
        None,
        [_int, _size, _indices, _values, _values, _values, _values, _int]
        + [_Optional, _Optional, _Optional, _indices, _indices, _values],
    ),
    "dot": (_double, [_size, _values, _values]),
    "new_direction": (None, [_size, _double, _double, _values, _values, _values]),
    "subtract": (None, [_size, _double, _values, _values, _values]),
    "advance": (None, [_size, _double, _values, _double, _values, _values]),
    "factorise": (_size, [_size, _indices, _indices, _indices, _values, _indices]),
    "solve_factors": (
        None,
        [_size, _indices, _indices, _indices, _indices, _values, _values, _values],
    ),
}


@cache
def library() -> ctypes.CDLL:
    """The compiled functions; the first call on a new processor type compiles them."""
    digest = hashlib.sha256(SOURCE.read_bytes() + " ".join(COMPILER_FLAGS).encode())
    target = cache_folder() / f"kernels_{digest.hexdigest()[:16]}.so"
    if not target.exists():
        _compile(target)
    found = ctypes.CDLL(str(target))
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(found, name)
        function.restype, function.argtypes = result, arguments
    return found


def _compile(target: Path) -> None:
    """Compile beside ``target`` and rename, so that concurrent runs find all of it or nothing."""
    command = os.environ.get("CC", "").split() or [shutil.which("cc") or "gcc"]
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(suffix=".so", dir=target.parent)
    os.close(handle)
    try:
        flags = [*COMPILER_FLAGS, "-shared", "-fPIC", "-o", scratch, str(SOURCE)]
        done = subprocess.run([*command, *flags], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} cannot compile {SOURCE}:\n{done.stderr}")
        os.replace(scratch, target)
    finally:
        Path(scratch).unlink(missing_ok=True)
