# SPDX-License-Identifier: BSD-3-Clause
"""Alloy, peaks and diameter of a ring: what the studies found beside estimates by beams.

``envs/run python3 docs/verification/bench_peaks.py`` reads the results of ``stent_bench`` and
``stent_bench--scaled`` and writes bench_peaks.json beside this file and
docs/figures/bench_peaks.png. Run the studies first:

    envs/run snakemake --cores 2 --configfile configs/studies/stent_bench.yaml
    envs/run snakemake --cores 2 --configfile configs/studies/stent_bench--scaled.yaml
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import yaml

from solvers.verification.ring import Ring

REPOSITORY = Path(__file__).resolve().parents[2]
RESULT = Path(__file__).resolve().with_suffix(".json")
FIGURE = REPOSITORY / "docs" / "figures" / "bench_peaks.png"
STUDIES = ("stent_bench", "stent_bench--scaled")
ALLOYS = ("steel_316l", "p10_d35", "l605")
COLOURS = {3.5: "tab:blue", 4.5: "tab:orange", 5.0: "tab:green"}
UNLOADING = (0.2, 0.8)
"""Shares of the largest force between which the release is taken for elastic."""
ENDPOINTS = (
    "recoil",
    "hoop_force_loss_10",
    "radial_strength",
    "foreshortening",
    "expansion_limit_strain",
    "expansion_limit_angle",
    "plastic_strain_p99",
    "deployed_diameter",
    "crown_angle",
    "cell_opening",
    "scaffolding_circle",
    "metal_to_artery",
)
"""SI units."""


def measured(folder: Path, arm: str) -> dict[str, list[float]]:
    """Endpoints, hoop stiffness [N/m] and its diameter [m] of the specimens analysed."""
    table = pd.read_csv(folder / "endpoints.csv")
    table.columns = [name.split(" [")[0] for name in table.columns]
    rows = table[(table["arm"] == arm) & (table["status"] == "analysed")]
    found = {name: rows[name].tolist() for name in ENDPOINTS if name in rows}
    released = [
        release(folder / "patients" / patient / "arms" / arm / "bench" / "curve.csv")
        for patient in rows["patient"]
    ]
    found["hoop_stiffness"], found["released_diameter"] = map(list, zip(*released, strict=True))
    return found


def release(path: Path) -> tuple[float, float]:
    """Hoop force per diameter while a compression is let go [N/m], and the outer diameter [m]."""
    curve = pd.read_csv(path)
    last = int(np.flatnonzero(curve["kind"] == "compress")[-1])
    branch = curve.iloc[last:]
    share = branch["radial_force"] / branch["radial_force"].iloc[0]
    part = branch[(share > UNLOADING[0]) & (share < UNLOADING[1])]
    part = part if len(part) > 1 else branch[share > 0.0]
    slope = np.polyfit(part["outer_diameter"], part["radial_force"], 1)[0]
    return float(-slope / (2 * np.pi)), float(part["outer_diameter"].mean())


def as_designed(arm: dict[str, Any]) -> tuple[Ring, dict[str, float]]:
    """Ring of an arm on the inflated balloon, and its hardening [Pa]."""
    device, law = arm["device"], arm["device"]["material"]["law"]
    thickness = 1e-6 * (device["wall_thickness_um"] - device["polish_thickness_um"])
    hardening = law["hardening"]
    ring = Ring(
        crowns=device["crowns"],
        length=1e-3 * device["strut_length_mm"],
        width=1e-6 * (device["strut_width_um"] - device["polish_width_um"]),
        thickness=thickness,
        crown_radius=1e-6 * device["crown_radius_um"],
        diameter=1e-3 * opened(arm) + thickness,
        young=1e9 * law["young_gpa"],
    )
    return ring, {
        "yield_stress": 1e6 * hardening["yield_stress_mpa"],
        "modulus": 1e6 * hardening["modulus_mpa"],
    }


def opened(arm: dict[str, Any]) -> float:
    """Inner diameter of the inflated balloon [mm]."""
    return arm["procedures"]["expand"]["inner_diameter_mm"]


def estimates(arm: dict[str, Any], found: dict[str, float]) -> dict[str, float]:
    """What beams say of an arm.

    Stiffness at the diameter at which it was measured, plastic force at a diameter loss of 10 %,
    recoil on the balloon. The flow stress is that at the plastic strain which 1 % of the metal
    exceeds.
    """
    ring, metal = as_designed(arm)
    flow = metal["yield_stress"] + metal["modulus"] * found["plastic_strain_p99"]
    released = replace(ring, diameter=found["released_diameter"] - ring.thickness)
    pressed = replace(ring, diameter=0.9 * found["deployed_diameter"] + ring.thickness)
    return {
        "hoop_stiffness": released.hoop_stiffness,
        "plastic_hoop_force_at_yield": pressed.plastic_hoop_force(metal["yield_stress"]),
        "plastic_hoop_force_at_flow": pressed.plastic_hoop_force(flow),
        "recoil_at_yield": ring.recoil(metal["yield_stress"]),
        "recoil_at_flow": ring.recoil(flow),
        "spring_back_curvature": 3 * metal["yield_stress"] / (ring.young * ring.width),
    }


def read(study: str) -> dict[str, Any]:
    """Every arm of a study: design, mean and standard deviation of what was found, estimates."""
    folder = REPOSITORY / "results" / study
    config = yaml.safe_load((folder / "config.yaml").read_text())
    found = {}
    for name, arm in config["arms"].items():
        arm = {**arm, "procedures": {**config["procedures"], **(arm.get("procedures") or {})}}
        values = {
            key: value for key, value in measured(folder, name).items() if np.isfinite(value).all()
        }
        mean = {key: float(np.mean(value)) for key, value in values.items()}
        found[name] = {
            "label": arm["label"],
            "peaks": arm["device"]["crowns"],
            "opened_mm": opened(arm),
            "specimens": len(values["recoil"]),
            "mean": mean,
            "sd": {key: float(np.std(value, ddof=1)) for key, value in values.items()},
            "estimates": estimates(arm, mean),
        }
    return found


def figure(results: dict[str, dict[str, Any]]) -> None:
    """Recoil by alloy, stiffness and hoop force by peaks, beside the estimates."""
    plot, axes = plt.subplots(1, 3, figsize=(11.5, 3.8), constrained_layout=True)
    first = results["stent_bench"]
    places = np.arange(len(ALLOYS))
    mean = [100 * first[name]["mean"]["recoil"] for name in ALLOYS]
    spread = [100 * first[name]["sd"]["recoil"] for name in ALLOYS]
    axes[0].bar(places, mean, yerr=spread, width=0.5, color="0.75", label="bench", capsize=3)
    for key, mark in (("recoil_at_yield", "v"), ("recoil_at_flow", "^")):
        value = [100 * first[name]["estimates"][key] for name in ALLOYS]
        axes[0].plot(places, value, "k" + mark, label=f"beams, {key[10:]} stress")
    axes[0].axhspan(2, 8, color="tab:green", alpha=0.08)
    axes[0].set_xticks(places, ["316L", "PtCr", "CoCr"])
    axes[0].set(ylabel="recoil [%]", title="one design, three alloys")
    axes[0].legend(fontsize=7)
    for column, key, estimate, unit in (
        (1, "hoop_stiffness", "hoop_stiffness", "hoop stiffness [N/mm]"),
        (2, "hoop_force_loss_10", "plastic_hoop_force_at_flow", "hoop force, 10 % loss [N]"),
    ):
        scale = 1e-3 if column == 1 else 1.0
        for study, style in (("stent_bench", "o-"), ("stent_bench--scaled", "s--")):
            arms = {**first, **results[study]}
            for diameter, colour in COLOURS.items():
                chosen = sorted(
                    (
                        arm
                        for name, arm in arms.items()
                        if arm["opened_mm"] == diameter and name.startswith("p")
                    ),
                    key=lambda arm: arm["peaks"],
                )
                peaks = [arm["peaks"] for arm in chosen]
                axes[column].plot(
                    peaks,
                    [scale * arm["mean"][key] for arm in chosen],
                    style,
                    color=colour,
                    label=f"{diameter} mm, {'shorter' if 'scaled' in study else 'equal'} struts",
                )
                axes[column].plot(
                    peaks,
                    [scale * arm["estimates"][estimate] for arm in chosen],
                    ":",
                    color=colour,
                    lw=1,
                    marker=style[0],
                    mfc="none",
                )
        axes[column].set(xlabel="peaks", ylabel=unit, title="dotted: beams")
        axes[column].set_xticks([9, 10, 12])
    axes[1].legend(fontsize=7)
    plot.savefig(FIGURE, dpi=130)


def table(study: dict[str, Any]) -> str:
    """Table of a study for the docs: bench, with its scatter, and estimates in brackets."""
    header = [
        "recoil [%]",
        "hoop force at 10 % loss [N]",
        "hoop stiffness [N/mm]",
        "foreshortening [%]",
        "15 % plastic strain at [mm]",
        "crowns open to 45 deg at [mm]",
        "smallest cell [mm2]",
        "circle between struts [mm]",
    ]
    lines = ["| design | " + " | ".join(header) + " |", "|---" * (len(header) + 1) + "|"]
    for arm in study.values():
        beams = arm["estimates"]
        cells = [
            arm["label"],
            shown(arm, "recoil", 100, 2)
            + f" ({100 * beams['recoil_at_yield']:.1f}-{100 * beams['recoil_at_flow']:.1f})",
            shown(arm, "hoop_force_loss_10", 1, 3)
            + f" ({beams['plastic_hoop_force_at_yield']:.3f}"
            + f"-{beams['plastic_hoop_force_at_flow']:.3f})",
            shown(arm, "hoop_stiffness", 1e-3, 2) + f" ({1e-3 * beams['hoop_stiffness']:.2f})",
            shown(arm, "foreshortening", 100, 2),
            shown(arm, "expansion_limit_strain", 1e3, 2),
            shown(arm, "expansion_limit_angle", 1e3, 2),
            shown(arm, "cell_opening", 1e6, 3),
            shown(arm, "scaffolding_circle", 1e3, 3),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def shown(arm: dict[str, Any], name: str, factor: float, decimals: int) -> str:
    """Mean and standard deviation of an endpoint; a dash where it has no value."""
    if name not in arm["mean"]:
        return "-"
    mean, spread = factor * arm["mean"][name], factor * arm["sd"][name]
    return f"{mean:.{decimals}f} +- {spread:.{decimals}f}"


def main() -> None:
    """Read, write, draw, print the tables."""
    results = {study: read(study) for study in STUDIES}
    RESULT.write_text(json.dumps(results, indent=1) + "\n")
    figure(results)
    for study, arms in results.items():
        print(f"{study}\n\n{table(arms)}\n")


if __name__ == "__main__":
    main()
