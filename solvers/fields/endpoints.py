# SPDX-License-Identifier: BSD-3-Clause
"""Endpoints of one patient and arm from the stored fields. SI throughout.

Every integral runs over a region mask of the mesh bundle, which all arms of a patient share, so two
arms are compared on the same sac. Names and units are those of ``trial.endpoints.REGISTRY``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from solvers.fields.segment import along_segment
from solvers.fields.wall_indices import activation_potential, relative_residence_time

Array = NDArray[np.float64]

CONSISTENCY = 0.01
"""Largest relative difference allowed between a stored field and the solver's own running mean."""


LOW_SHEAR_SHARE = 0.1
"""TAWSS over that of the parent vessel below which sac wall counts as low shear relative to it."""


class InconsistentFields(ValueError):
    """Stored fields and solver summary do not belong to the same solution."""


@dataclass(frozen=True)
class EndpointSettings:
    """Thresholds of the share endpoints.

    Attributes:
        residual_speed: cycle-mean speed from which sac volume counts as residual flow [m/s].
        low_shear: TAWSS below which sac wall counts as low shear [Pa].
    """

    residual_speed: float = 0.08
    low_shear: float = 0.4


@dataclass(frozen=True)
class Weighted:
    """Cell values with their measure (volume [m3] or area [m2]), both (n,)."""

    values: Array
    weights: Array

    def mean(self) -> float:
        """Weighted mean."""
        return float(np.average(self.values, weights=self.weights))

    def share(self, mask: NDArray[np.bool_]) -> float:
        """Share of the measure where ``mask`` holds."""
        return float(self.weights[mask].sum() / self.weights.sum())

    def percentile(self, q: float) -> float:
        """Smallest value not exceeded on ``q`` percent of the measure."""
        order = np.argsort(self.values)
        cumulative = np.cumsum(self.weights[order])
        index = np.searchsorted(cumulative, q / 100.0 * cumulative[-1])
        return float(self.values[order][min(index, len(order) - 1)])


def compute_endpoints(
    fluid: Path, bundle: Path, settings: EndpointSettings | None = None
) -> dict[str, dict[str, Any]]:
    """Endpoints of one solved patient-arm.

    Args:
        fluid: folder with ``fields.vtu``, ``wall.vtp`` and ``summary.json``.
        bundle: mesh bundle folder of the patient (for ``markers.json`` and ``info.json``).
        settings: thresholds; defaults of :class:`EndpointSettings` when None.

    Returns:
        ``{name: {"value": float, "unit": str}}``, the ``endpoints`` block of ``endpoints.json``.

    Raises:
        InconsistentFields: a region is empty, or fields and summary disagree.
    """
    settings = settings or EndpointSettings()
    tags = json.loads((bundle / "markers.json").read_text())["cells"]
    summary = json.loads((fluid / "summary.json").read_text())
    info = json.loads((bundle / "info.json").read_text())
    grid = pv.read(fluid / "fields.vtu")
    sac = _sac_values(grid, tags["sac"], settings)
    energy = _energy_values(grid, tags, info)
    _check_agreement("sac volume", sac["sac_volume"][0], summary["sac_volume"], fluid)
    _check_agreement("STAV", sac["stav"][0], summary["stav"], fluid)
    dissipation = sum(summary["dissipation"].values())
    _check_agreement("dissipation", energy["dissipation"][0], dissipation, fluid)
    values = {
        **sac,
        **energy,
        **_wall_values(pv.read(fluid / "wall.vtp"), tags, settings),
        **_flow_values(summary, sac["sac_volume"][0]),
        **_scalar_values(summary.get("scalar", {}), grid, tags["sac"], fluid),
    }
    return {name: {"value": value, "unit": unit} for name, (value, unit) in values.items()}


def endpoint_record(
    patient: str, arm: str, fluid: Path, bundle: Path, settings: EndpointSettings | None = None
) -> dict[str, Any]:
    """Content of ``endpoints.json`` but for its outcome: values and what they come from."""
    return {
        "patient": patient,
        "arm": arm,
        "endpoints": compute_endpoints(fluid, bundle, settings),
        "sources": source_digests(fluid, bundle),
    }


def source_digests(fluid: Path, bundle: Path) -> dict[str, str]:
    """SHA-256 of the files the endpoints are computed from, by file name."""
    sources = [fluid / name for name in ("fields.vtu", "wall.vtp", "summary.json")]
    masks = [bundle / name for name in ("markers.json", "info.json")]
    return {path.name: sha256(path) for path in (*sources, *masks)}


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def tetrahedron_volumes(grid: pv.UnstructuredGrid) -> Array:
    """Volumes of the cells of an all-tetrahedral grid, (m,) [m3]."""
    cells = grid.cells_dict[pv.CellType.TETRA]
    a, b, c, d = (np.asarray(grid.points, dtype=float)[cells[:, k]] for k in range(4))
    return np.abs(np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a)) / 6.0


def triangle_areas(surface: pv.PolyData) -> Array:
    """Areas of the triangles of a surface, (m,) [m2]."""
    a, b, c = (
        np.asarray(surface.points, dtype=float)[surface.regular_faces[:, k]] for k in range(3)
    )
    return 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)


def _sac_values(
    grid: pv.UnstructuredGrid, sac_tag: int, settings: EndpointSettings
) -> dict[str, tuple[float, str]]:
    mask = np.asarray(grid.cell_data["region"]) == sac_tag
    if not mask.any():
        raise InconsistentFields(f"fields.vtu has no cell of the sac (region {sac_tag})")
    speed = Weighted(
        np.asarray(grid.cell_data["mean_speed"], dtype=float)[mask],
        tetrahedron_volumes(grid)[mask],
    )
    return {
        "stav": (speed.mean(), "m/s"),
        "nrfv": (speed.share(speed.values >= settings.residual_speed), "1"),
        "sac_volume": (float(speed.weights.sum()), "m3"),
    }


def _energy_values(
    grid: pv.UnstructuredGrid, tags: dict[str, int], info: dict[str, Any]
) -> dict[str, tuple[float, str]]:
    volume = tetrahedron_volumes(grid)
    region = np.asarray(grid.cell_data["region"])
    kinetic, dissipation = (
        volume * np.asarray(grid.cell_data[name], dtype=float)
        for name in ("kinetic_energy", "dissipation")
    )
    sac = region == tags["sac"]
    lumen = np.flatnonzero(region == tags["lumen"])
    centres = np.asarray(grid.cell_centers().points, dtype=float)[lumen]
    near = lumen[along_segment(centres, info["centreline"], info["ostium"])]
    return {
        "kinetic_energy_sac": (float(kinetic[sac].sum()), "J"),
        "dissipation": (float(dissipation.sum()), "W"),
        "dissipation_segment": (float(dissipation[sac].sum() + dissipation[near].sum()), "W"),
        "dissipation_sac": (float(dissipation[sac].sum()), "W"),
    }


def _wall_values(
    wall: pv.PolyData, tags: dict[str, int], settings: EndpointSettings
) -> dict[str, tuple[float, str]]:
    sac_shear, sac_osi = _wall_part(wall, tags["sac"])
    parent_shear, parent_osi = _wall_part(wall, tags["lumen"])
    return {
        "tawss_sac": (sac_shear.mean(), "Pa"),
        "tawss_sac_p99": (sac_shear.percentile(99.0), "Pa"),
        "tawss_parent": (parent_shear.mean(), "Pa"),
        "tawss_parent_p99": (parent_shear.percentile(99.0), "Pa"),
        "osi_sac": (sac_osi.mean(), "1"),
        "osi_sac_p99": (sac_osi.percentile(99.0), "1"),
        "osi_parent": (parent_osi.mean(), "1"),
        "low_shear_area": (sac_shear.share(sac_shear.values < settings.low_shear), "1"),
        "tawss_sac_relative": (sac_shear.mean() / parent_shear.mean(), "1"),
        "low_shear_area_relative": (
            sac_shear.share(sac_shear.values < LOW_SHEAR_SHARE * parent_shear.mean()),
            "1",
        ),
        **_residence_values("sac", sac_shear, sac_osi),
        **_residence_values("parent", parent_shear, parent_osi),
    }


def _wall_part(wall: pv.PolyData, tag: int) -> tuple[Weighted, Weighted]:
    """TAWSS [Pa] and OSI on the wall of one region."""
    mask = np.asarray(wall.cell_data["region"]) == tag
    if not mask.any():
        raise InconsistentFields(f"wall.vtp has no triangle of region {tag}")
    area = triangle_areas(wall)[mask]
    tawss, osi = (np.asarray(wall.cell_data[n], dtype=float)[mask] for n in ("tawss", "osi"))
    return Weighted(tawss, area), Weighted(osi, area)


def _residence_values(part: str, tawss: Weighted, osi: Weighted) -> dict[str, tuple[float, str]]:
    """RRT and ECAP; medians, because both are unbounded where the shear vanishes."""
    indices = {
        f"rrt_{part}": relative_residence_time(tawss.values, osi.values),
        f"ecap_{part}": activation_potential(tawss.values, osi.values),
    }
    medians = {
        name: Weighted(np.nan_to_num(index, nan=np.inf), tawss.weights).percentile(50.0)
        for name, index in indices.items()
    }
    return {name: (value, "1/Pa") for name, value in medians.items() if np.isfinite(value)}


def _flow_values(summary: dict[str, Any], sac_volume: float) -> dict[str, tuple[float, str]]:
    for name in ("mean_inflow", "neck_inflow"):
        if summary[name] <= 0.0:
            raise InconsistentFields(f"{name} is {summary[name]:.4g} m3/s, expected above 0")
    inflow = summary["neck_inflow"]
    outflow = sum(summary["outlet_flow"].values())
    return {
        "neck_inflow": (inflow, "m3/s"),
        "neck_inflow_share": (inflow / summary["mean_inflow"], "1"),
        "turnover_time": (sac_volume / inflow, "s"),
        "sac_speed_peak": (summary["sac_speed_peak"], "m/s"),
        "pressure_drop": (summary["pressure_drop"], "Pa"),
        "energy_loss": (summary["energy_loss"], "W"),
        **{
            f"flow_share_{name}": (flow / outflow, "1")
            for name, flow in summary["outlet_flow"].items()
        },
    }


def sac_age(grid: pv.UnstructuredGrid, sac_tag: int, threshold: float) -> tuple[float, float]:
    """Mean residence time in the sac [s] and the share of its volume above ``threshold`` [s].

    A vertex counts with a quarter of the sac volume of its cells.
    """
    mask = np.asarray(grid.cell_data["region"]) == sac_tag
    cells = grid.cells_dict[pv.CellType.TETRA][mask]
    age = np.asarray(grid.point_data["residence_time"], dtype=float)[cells]
    vertices = Weighted(age.ravel(), np.repeat(tetrahedron_volumes(grid)[mask] / 4, 4))
    return vertices.mean(), vertices.share(vertices.values > threshold)


def _scalar_values(
    scalar: dict[str, Any], grid: pv.UnstructuredGrid, sac_tag: int, fluid: Path
) -> dict[str, tuple[float, str]]:
    """Residence time and washout, where the solution computed them."""
    found: dict[str, tuple[float, str]] = {}
    if "residence_time" in scalar:
        mean, aged = sac_age(grid, sac_tag, scalar["age_threshold"])
        _check_agreement("residence time", mean, scalar["residence_time"], fluid)
        found |= {
            "residence_time": (mean, "s"),
            "residence_time_growth": (scalar["residence_time_growth"], "1"),
            "aged_share": (aged, "1"),
        }
    washout = scalar.get("washout", {})
    stored = {
        "washout_share": ("share_after_cycle", "1"),
        "washout_time_constant": ("time_constant", "s"),
        "washout_half_time": ("half_time", "s"),
    }
    return found | {
        name: (washout[key], unit) for name, (key, unit) in stored.items() if key in washout
    }


def _check_agreement(what: str, field: float, solver: float, folder: Path) -> None:
    if abs(field - solver) > CONSISTENCY * abs(solver):
        raise InconsistentFields(
            f"{folder}: {what} from fields.vtu is {field:.6g}, summary.json says {solver:.6g}; "
            f"allowed difference {CONSISTENCY:.0%}"
        )
