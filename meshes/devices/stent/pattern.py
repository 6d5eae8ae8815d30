# SPDX-License-Identifier: BSD-3-Clause
"""Where peaks and connectors sit around the rings, and which mirror planes that leaves.

Positions are counted in half pitches: even ones are the peaks of a ring of phase 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from meshes.devices.stent.design import StentDesign
from meshes.errors import DesignInfeasible

Extent = Literal["cell", "ring", "segment", "device"]


def phase(design: StentDesign, ring: int) -> int:
    """0 where the even positions of a ring are peaks, 1 where they are valleys."""
    return ring % 2 if design.connector_pattern in ("peak_to_peak", "joined") else 0


def is_peak(design: StentDesign, ring: int, position: int) -> bool:
    """Whether a crown of a ring points to the distal end (+z)."""
    return (position + phase(design, ring)) % 2 == 0


def links(design: StentDesign, gap: int) -> list[tuple[int, int]]:
    """Connectors of the gap after ring ``gap``.

    Returns:
        Position on the proximal and on the distal ring of each, modulo twice the crowns for the
        first one.
    """
    crowns, count = design.crowns, design.connectors
    found = []
    for number in range(count):
        if design.connector_shift is None:
            crown = (2 * number + gap) * crowns // (2 * count)
        else:
            crown = number * crowns // count + gap * design.connector_shift
        start = (2 * crown + phase(design, gap)) % (2 * crowns)
        turn = (1 if gap % 2 == 0 else -1) if design.connector_pattern == "offset" else 0
        found.append((start, start + turn))
    return found


@dataclass(frozen=True)
class Part:
    """The part of a device that is modelled.

    Attributes:
        extent: ``cell``: a strut between the mirror planes at a peak and at a valley; ``ring``: one
            whole ring; ``segment``: some rings with their connectors; ``device``: all rings.
        first_ring: first ring modelled; ``cell`` and ``ring`` model this one alone.
        rings: rings of a segment; at most those of the design.
        whole: the whole circumference of a segment or device; otherwise the smallest sector
            between mirror planes. Bending and crushing need the whole.
        half: the proximal half of a device that mirrors itself in the middle of a gap.
        half_pitches: half pitches of a ``ring`` between mirror planes, a divisor of the crowns;
            None for the whole ring.
    """

    extent: Extent = "cell"
    first_ring: int = 0
    rings: int = 3
    whole: bool = False
    half: bool = False
    half_pitches: int | None = None


@dataclass(frozen=True)
class Sector:
    """What is meshed: rings, and the positions between which they are meshed.

    Attributes:
        rings: numbers of the rings.
        start: position of the first plane.
        half_pitches: covered.
        closed: the whole circumference, without mirror planes.
        half_gap: the gap after the last ring is cut in its middle.
    """

    rings: range
    start: int
    half_pitches: int
    closed: bool
    half_gap: bool = False


def sector(design: StentDesign, part: Part) -> Sector:
    """Rings and positions of a part.

    Raises:
        DesignInfeasible: the part does not exist in this design.
    """
    around = 2 * design.crowns
    if not 0 <= part.first_ring < design.rings:
        raise DesignInfeasible(
            f"first_ring is {part.first_ring}, the design has the rings 0 to {design.rings - 1}",
            "model",
        )
    one = range(part.first_ring, part.first_ring + 1)
    if part.extent == "cell":
        return Sector(one, phase(design, part.first_ring), 1, False)
    if part.extent == "ring":
        wanted = part.half_pitches
        if wanted is None:
            return Sector(one, 0, around, True)
        if wanted < 1 or design.crowns % wanted:
            raise DesignInfeasible(
                f"a sector of {wanted} half pitches does not divide the ring: half_pitches must be "
                f"a divisor of the {design.crowns} crowns",
                "model",
            )
        return Sector(one, phase(design, part.first_ring), wanted, False)
    rings = _rings(design, part)
    start, covered = (0, around) if part.whole else _mirrors(design, rings, part.half)
    return Sector(rings, start, covered, covered == around, part.half)


def _rings(design: StentDesign, part: Part) -> range:
    if part.half and not mirrors_in_z(design):
        raise DesignInfeasible(
            "half of the device is no model of it: that takes an even number of rings, heights "
            "that mirror each other and connectors from peak to peak",
            "model",
        )
    if part.half:
        return range(design.rings // 2)
    if part.extent == "device":
        return range(design.rings)
    last = part.first_ring + part.rings
    if part.rings < 1 or last > design.rings:
        raise DesignInfeasible(
            f"a segment of {part.rings} rings from ring {part.first_ring} leaves the device: it "
            f"has {design.rings} rings",
            "model",
        )
    return range(part.first_ring, last)


def mirrors_in_z(design: StentDesign) -> bool:
    """Whether the plane in the middle of the middle gap mirrors the device."""
    heights, middle = design.heights, design.rings // 2 - 1
    if design.rings % 2 or heights != heights[::-1]:
        return False
    if design.connector_pattern not in ("peak_to_peak", "joined"):
        return False
    return all(
        {start for start, _ in links(design, middle - k)}
        == {start for start, _ in links(design, middle + k)}
        for k in range(1, middle + 1)
    )


def _mirrors(design: StentDesign, rings: range, half: bool) -> tuple[int, int]:
    """First plane and half pitches of the smallest sector between mirror planes."""
    around = 2 * design.crowns
    gaps = range(rings[0], rings[-1] + (1 if half else 0))
    # Curved connectors have a handedness.
    if design.connector_pattern == "offset" and len(gaps):
        return 0, around
    sets = [{start for start, _ in links(design, gap)} for gap in gaps]

    def mirrors(plane: int) -> bool:
        return all({(2 * plane - k) % around for k in found} == found for found in sets)

    for covered in (d for d in range(1, design.crowns + 1) if design.crowns % d == 0):
        for start in range(covered):
            if mirrors(start) and mirrors(start + covered):
                return start, covered
    return 0, around
