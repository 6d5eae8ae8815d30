# SPDX-License-Identifier: BSD-3-Clause
"""Compiler flags for the processor at hand, and a cache that knows which processor that is.

Code made with ``-march=native`` on one node of a cluster may not run on another, so compiled forms
and kernels are kept per processor type.
"""

from __future__ import annotations

import hashlib
import os
import platform
from functools import cache
from pathlib import Path

COMPILER_FLAGS = ("-O3", "-march=native", "-fno-math-errno", "-ffp-contract=fast")
"""Optimised and still IEEE: infinities and NaNs are seen. Fused multiply-add is allowed."""


@cache
def processor_key() -> str:
    """Short digest of machine type, model and instruction sets."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = [platform.processor()]
    # "flags" on x86, "Features" on ARM; the other fields may differ from boot to boot.
    wanted = ("model name", "cpu part", "flags", "features")
    facts = sorted({line for line in lines if line.lower().startswith(wanted)})
    return hashlib.sha256("\n".join([platform.machine(), *facts]).encode()).hexdigest()[:12]


def cache_folder() -> Path:
    """Folder of compiled code for this processor type."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "silitrial" / "compiled" / processor_key()
