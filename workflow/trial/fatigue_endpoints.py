# SPDX-License-Identifier: BSD-3-Clause
"""Fatigue endpoints of the bench: safety against each diagram, and the extreme means and ranges."""

from __future__ import annotations

from trial.bench_endpoint import BenchEndpoint, Material

_REVIEW = "10.1007/s10439-015-1447-8"
_PLANES = "10.1016/j.jmbbm.2020.104142"
_PELTON = "Pelton et al. 2008, JMBBM 1:153"

_DIAGRAMS: tuple[tuple[str, str, str, str, Material], ...] = (
    (
        "goodman",
        "Goodman",
        "1/SF = sa/Se + sm/Su with residual mean stress, signed von Mises or largest principal "
        "stress, whichever is lower",
        _REVIEW,
        "alloy",
    ),
    ("soderberg", "Soderberg", "1/SF = sa/Se + sm/Sy, otherwise as Goodman", _REVIEW, "alloy"),
    ("gerber", "Gerber", "SF sa/Se + (SF sm/Su)^2 = 1, otherwise as Goodman", _REVIEW, "alloy"),
    (
        "strain",
        "Strain limit",
        "strain limit (0.4 % unless configured) over the largest principal strain amplitude",
        _PELTON,
        "superelastic",
    ),
)


def _diagram(
    name: str, label: str, law: str, source: str, material: Material
) -> tuple[BenchEndpoint, ...]:
    """Least safety, safety of all but 0.1 % of the volume, volume beyond the limit."""
    common = {
        "source": source,
        "standard": "ASTM F2477 (loading)",
        "needs": ("cycle",),
        "material": material,
    }
    return (
        BenchEndpoint(
            name=f"fatigue_{name}",
            label=f"{label} safety factor, least",
            short_label=f"{label} SF",
            unit="1",
            display_unit="1",
            definition=f"Least safety factor of a material point; {law}.",
            direction="higher",
            **common,
        ),
        BenchEndpoint(
            name=f"fatigue_{name}_p999",
            label=f"{label} safety factor at 0.1 % of the volume",
            short_label=f"{label} SF 0.1 %",
            unit="1",
            display_unit="1",
            definition="Safety factor that 0.1 % of the volume stays below.",
            direction="higher",
            **common,
        ),
        BenchEndpoint(
            name=f"fatigue_{name}_volume",
            label=f"{label}, volume beyond the limit",
            short_label=f"{label} volume",
            unit="m3",
            display_unit="mm3",
            definition="Volume of the whole device modelled whose safety factor is below 1.",
            direction="lower",
            **common,
        ),
    )


_EXTREMES = (
    BenchEndpoint(
        name="fatigue_mean_strain",
        label="Largest mean strain",
        short_label="Mean strain",
        unit="1",
        display_unit="%",
        definition="Largest principal value of the mean of the two strain tensors of the cycle.",
        direction="none",
        source=_PELTON,
        needs=("cycle",),
    ),
    BenchEndpoint(
        name="fatigue_strain_amplitude",
        label="Largest strain amplitude",
        short_label="Strain amplitude",
        unit="1",
        display_unit="%",
        definition=(
            "Largest absolute principal value of half the difference of the two strain tensors of "
            "the cycle."
        ),
        direction="lower",
        source=_PELTON,
        needs=("cycle",),
    ),
    BenchEndpoint(
        name="fatigue_swt",
        label="Smith-Watson-Topper parameter",
        short_label="SWT",
        unit="Pa",
        display_unit="MPa",
        definition=(
            "Largest product, over material points and 36 x 18 planes, of the highest normal "
            "stress and the normal strain amplitude."
        ),
        direction="lower",
        source=_PLANES,
        needs=("cycle",),
    ),
    BenchEndpoint(
        name="fatigue_shear",
        label="Fatemi-Socie parameter",
        short_label="Fatemi-Socie",
        unit="1",
        display_unit="%",
        definition=(
            "Largest, over material points and 36 x 18 planes, of the shear strain amplitude times "
            "1 + k s/Sy, s the highest tensile normal stress of the plane."
        ),
        direction="lower",
        source="10.1016/j.ijmecsci.2022.107974",
        needs=("cycle",),
    ),
)

FATIGUE: tuple[BenchEndpoint, ...] = (
    *(endpoint for diagram in _DIAGRAMS for endpoint in _diagram(*diagram)),
    *_EXTREMES,
)
