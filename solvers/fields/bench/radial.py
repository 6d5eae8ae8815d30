# SPDX-License-Identifier: BSD-3-Clause
"""Radial force endpoints from the curve, in the terms of ASTM F3067.

Forces are those of the whole circumference and length that the model and its copies stand for,
positive where the device pushes the tool outwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.fields.bench.record import BenchRun, Stage

Array = NDArray[np.float64]
Values = dict[str, tuple[float, str]]

OUTSIDE = ("crimp", "release", "chamber", "compress", "cycle")
"""Procedures that act from outside."""

UNLOADING_BAND = (0.2, 0.8)
"""Share of the force at the start of a release between which its slope is taken."""


@dataclass(frozen=True)
class Compression:
    """Radial compression of a free device.

    Attributes:
        diameter: free outer diameter before it [m].
        loss: tool diameter lost over that diameter (n,), ascending, from the first contact.
        force: radial force (n,) [N].
        length: of the device (n,) [m].
        slope: force over loss of the release that follows [N]; None without one.
        remaining: loss that remains after the release; None without one.
    """

    diameter: float
    loss: Array
    force: Array
    length: Array
    slope: float | None = None
    remaining: float | None = None

    def force_at(self, loss: float) -> float | None:
        """Force at a loss [N], None where the compression does not reach it."""
        return interpolate(self.loss, self.force, loss)

    def length_at(self, loss: float) -> float | None:
        """Length at a loss [m]."""
        return interpolate(self.loss, self.length, loss)

    def permanent(self) -> Array | None:
        """Loss that the unloading line from each row leads to (n,); None without a release."""
        return None if self.slope is None else self.loss - self.force / self.slope

    def strength(self, permanent_loss: float) -> tuple[float, float] | None:
        """Force [N] and loss from which the unloading line leads to ``permanent_loss``.

        None without a release or where the compression is too small.
        """
        permanent = self.permanent()
        if permanent is None:
            return None
        loss = interpolate(np.maximum.accumulate(permanent), self.loss, permanent_loss)
        return None if loss is None else (float(np.interp(loss, self.loss, self.force)), loss)


def interpolate(x: Array, y: Array, at: float) -> float | None:
    """Linear interpolation over ascending ``x``, None outside its range."""
    inside = len(x) > 0 and x[0] <= at <= x[-1] * (1.0 + 1e-9)
    return float(np.interp(at, x, y)) if inside else None


def compression(run: BenchRun) -> Compression | None:
    """The compression of a free device that closes furthest; None when there is none."""
    stages = [s for s in run.of_kind("compress") if not _held(run.before(s))]
    if not stages:
        return None
    stage = min(stages, key=lambda s: s.last("tool_diameter"))
    before = run.before(stage)
    free = before.last("outer_diameter") if before else run.info["outer_radius"] * 2.0
    rising = np.diff(stage["tool_diameter"], prepend=np.inf) < 0.0
    loss, force, length = (
        stage[name][rising] for name in ("tool_diameter", "radial_force", "length")
    )
    loss = 1.0 - loss / free
    if loss[0] > 0.0:  # the row before the first step, where nothing is touched
        start = before.last("length") if before else run.info["length"]
        loss, force = np.insert(loss, 0, 0.0), np.insert(force, 0, 0.0)
        length = np.insert(length, 0, start)
    after = run.after(stage)
    if after is None or after.kind != "release":
        return Compression(free, loss, force, length)
    return Compression(
        diameter=free,
        loss=loss,
        force=force,
        length=length,
        slope=_unloading_slope(stage, after, free),
        remaining=1.0 - after.last("outer_diameter") / free,
    )


def _held(stage: Stage | None) -> bool:
    """Whether a tool outside still holds the device at the end of a stage."""
    return stage is not None and stage.kind in OUTSIDE and stage.last("radial_force") > 0.0


def tool_diameters(stage: Stage) -> Array:
    """Diameter of the tool outside (n,) [m]; that of the device where no tool touches it."""
    return np.where(
        np.isfinite(stage["tool_diameter"]), stage["tool_diameter"], stage["outer_diameter"]
    )


def _unloading_slope(stage: Stage, release: Stage, free: float) -> float | None:
    """Force over diameter loss of a release [N], by least squares over the middle of its force."""
    loss = 1.0 - np.append(stage.last("tool_diameter"), tool_diameters(release)) / free
    force = np.append(stage.last("radial_force"), release["radial_force"])
    low, high = (share * stage.last("radial_force") for share in UNLOADING_BAND)
    band = (force >= low) & (force <= high)
    if band.sum() < 2:  # too few steps for a fit: the secant from the start
        band = np.zeros(len(force), bool)
        band[[0, min(1, len(force) - 1)]] = True
    if np.ptp(loss[band]) <= 0.0:
        return None
    return float(np.polyfit(loss[band], force[band], 1)[0])


def branch_force(run: BenchRun, diameter: float, *, compressing: bool) -> float | None:
    """Radial force where a tool outside last passes a diameter [N]; None where it never does.

    Args:
        run: the bench run.
        diameter: of the tool [m].
        compressing: on the branch on which the tool closes, else on that on which it opens.
    """
    found = None
    for tool, force in _outside_paths(run):
        for k in np.flatnonzero(tool[1:] != tool[:-1]):
            low, high = sorted((tool[k], tool[k + 1]))
            if low <= diameter <= high and (tool[k + 1] < tool[k]) == compressing:
                share = (diameter - tool[k]) / (tool[k + 1] - tool[k])
                found = float(force[k] + share * (force[k + 1] - force[k]))
    return found


def _outside_paths(run: BenchRun) -> list[tuple[Array, Array]]:
    """Tool diameter [m] and radial force [N] over each run of stages that act from outside."""
    return [
        (
            np.concatenate([tool_diameters(stage) for stage in stages]),
            np.concatenate([stage["radial_force"] for stage in stages]),
        )
        for stages in outside_stages(run)
    ]


def outside_stages(run: BenchRun) -> list[list[Stage]]:
    """Complete stages under tools outside, by what follows each other without a break.

    A release counts where it follows such a stage; after a balloon it is none.
    """
    groups: list[list[Stage]] = []
    for stage in run.complete:
        follows = bool(groups) and groups[-1][-1].index == stage.index - 1
        if stage.kind not in OUTSIDE or (stage.kind == "release" and not follows):
            continue
        if follows:
            groups[-1].append(stage)
        else:
            groups.append([stage])
    return groups


def radial_values(
    run: BenchRun, permanent_loss: float, indicated: float | None, diameters: tuple[float, ...]
) -> Values:
    """Radial force endpoints that the run can give: name -> (value, unit).

    Args:
        run: the bench run.
        permanent_loss: irreversible diameter loss of the radial strength.
        indicated: diameter at which outward and resistive force are read [m].
        diameters: further tool diameters of interest [m].
    """
    values: Values = {}
    test = compression(run)
    if test is not None:
        values |= _strength_values(test, permanent_loss)
    if indicated is not None and not run.of_kind("expand"):
        forces = {
            "chronic_outward_force": branch_force(run, indicated, compressing=False),
            "radial_resistive_force": branch_force(run, indicated, compressing=True),
        }
        values |= {name: (force, "N") for name, force in forces.items() if force is not None}
    for diameter in diameters:
        for word, compressing in (("compressing", True), ("expanding", False)):
            force = branch_force(run, diameter, compressing=compressing)
            if force is not None:
                values[f"radial_force_{word}_{1e6 * diameter:.0f}_um"] = (force, "N")
    return values


def _strength_values(test: Compression, permanent_loss: float) -> Values:
    values: Values = {}
    for percent in (10, 20):
        force = test.force_at(percent / 100.0)
        if force is not None:
            values[f"radial_force_loss_{percent}"] = (force, "N")
    if (force := test.force_at(0.1)) is not None:
        values["hoop_force_loss_10"] = (force / (2.0 * np.pi), "N")
        values["radial_force_per_length_loss_10"] = (force / test.length_at(0.1), "N/m")
    if test.remaining is not None:
        values["permanent_set"] = (test.remaining, "1")
    if (strength := test.strength(permanent_loss)) is not None:
        force, loss = strength
        area = np.pi * test.diameter * (1.0 - loss) * float(test.length_at(loss) or 0.0)
        values["radial_strength"] = (force, "N")
        values["radial_strength_pressure"] = (force / area, "Pa")
    return values
