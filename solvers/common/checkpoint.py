# SPDX-License-Identifier: BSD-3-Clause
"""Two alternating checkpoint files, of which one is good whenever the process is killed."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpi4py import MPI

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

NAMES = ("checkpoint_a.npz", "checkpoint_b.npz")
_FORMAT = 1


@dataclass
class Snapshot:
    """State of a solve at one instant.

    Attributes:
        header: JSON content, on every rank.
        arrays: fields in the numbering of the input mesh, on rank 0; empty elsewhere.
    """

    header: dict[str, Any]
    arrays: dict[str, NDArray]


class CheckpointFiles:
    """Snapshots in a folder.

    A snapshot is written aside, synchronised with the disk and renamed over the older of the two
    files; a digest inside tells a whole file from a damaged one.
    """

    def __init__(self, folder: Path, subject: str, comm: MPI.Comm) -> None:
        """Take the folder.

        Args:
            folder: where the two files lie.
            subject: digest of what is solved; snapshots of another subject are not read.
            comm: communicator; rank 0 reads and writes.
        """
        self._folder, self._subject, self._comm = folder, subject, comm
        self._serial = 0

    def write(self, snapshot: Snapshot) -> None:
        """Store a snapshot in place of the older file; collective."""
        self._serial += 1
        if self._comm.rank == 0:
            about = {"format": _FORMAT, "serial": self._serial, "subject": self._subject}
            header = np.array(json.dumps({"about": about, "header": snapshot.header}))
            arrays = {**snapshot.arrays, "header": header}
            _write_whole(self._folder / NAMES[self._serial % 2], arrays)
        self._comm.Barrier()

    def read(self) -> Snapshot | None:
        """The newest whole snapshot of this subject, or None; collective.

        Files that are damaged or of another subject are passed over with a line in the log.
        """
        best, serial = None, 0
        if self._comm.rank == 0:
            for name in NAMES:
                found = self._read(self._folder / name)
                if found is not None and found[0] > serial:
                    serial, best = found
        self._serial = self._comm.bcast(serial)
        header = self._comm.bcast(best.header if best else None)
        if header is None:
            return None
        return best or Snapshot(header, {})

    def _read(self, path: Path) -> tuple[int, Snapshot] | None:
        if not path.exists():
            return None
        try:
            with np.load(path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            digest = str(arrays.pop("digest"))
            whole = digest == _digest(arrays)
            content = json.loads(str(arrays.pop("header")))
            about = content["about"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            log.warning("%s is damaged (%s) and is ignored", path.name, error)
            return None
        if not whole:
            log.warning("%s does not match its digest and is ignored", path.name)
            return None
        if about["format"] != _FORMAT or about["subject"] != self._subject:
            log.warning("%s is of another mesh or configuration and is ignored", path.name)
            return None
        return about["serial"], Snapshot(content["header"], arrays)

    def remove(self) -> None:
        """Delete both files."""
        if self._comm.rank == 0:
            for name in NAMES:
                (self._folder / name).unlink(missing_ok=True)
                _aside(self._folder / name).unlink(missing_ok=True)


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _write_whole(path: Path, arrays: dict[str, NDArray]) -> None:
    """Write so that ``path`` is either the old file or the new one, also after a power cut."""
    aside = _aside(path)
    with aside.open("wb") as stream:
        np.savez(stream, digest=np.array(_digest(arrays)), **arrays)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _digest(arrays: dict[str, NDArray]) -> str:
    """SHA-256 over names, types, shapes and values."""
    total = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        total.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        total.update(array.tobytes())
    return total.hexdigest()
