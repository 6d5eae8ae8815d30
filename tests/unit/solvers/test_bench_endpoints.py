# SPDX-License-Identifier: BSD-3-Clause
"""Bench endpoints of an exact ring and of curves with closed forms."""

import json

import numpy as np
import pytest
from recorded_bench import (
    DEPTH,
    HALF_PITCH,
    INFO,
    TUBE,
    WALL,
    Shape,
    radial_force,
    ring_grid,
    row,
    window_grid,
    write_bundle,
    write_curve,
    write_state,
)

from solvers.fields.bench.curves import bench_curves, thinned
from solvers.fields.bench.diagrams import Strengths
from solvers.fields.bench.endpoints import BenchSettings, bench_record, compute_bench_endpoints
from solvers.fields.bench.equilibrium import check_radial_force, check_tool_work
from solvers.fields.bench.equilibrium import radial_force as force_of_stress
from solvers.fields.bench.fatigue import AlloyFatigue, Cloud, SuperelasticFatigue
from solvers.fields.bench.radial import branch_force, compression
from solvers.fields.bench.record import BenchRun, InconsistentBench, Material
from solvers.fields.bench.stiffness import slope_from_zero
from trial.bench_endpoints import BENCH, bench_endpoints
from trial.endpoints import check_values

CRIMPED = Shape(0.6e-3, 1.4e-3)
INFLATED = Shape(1.6e-3, 1.0e-3)
DEPLOYED = Shape(1.52e-3, 1.02e-3)
STIFFNESS, YIELD, HARDENING, LOSS = 40.0, 3.0, 5.0, 0.25
"""Force over loss up to a force, then a lower slope, up to a loss."""


def bilinear(loss):
    elastic = YIELD / STIFFNESS
    return np.where(loss < elastic, STIFFNESS * loss, YIELD + HARDENING * (loss - elastic))


def remaining():
    """Loss that is left when the compression is released along the elastic slope."""
    return LOSS - float(bilinear(np.array(LOSS))) / STIFFNESS


def compressed(loss):
    shape = Shape(0.5 * (DEPLOYED.outer_diameter * (1 - loss) - WALL), DEPLOYED.height)
    force = float(bilinear(np.array(loss)))
    return row(shape, loss / LOSS, tool_diameter=shape.outer_diameter, radial_force=force)


def released():
    """Tool withdrawn along the elastic slope, then off the device."""
    start = float(bilinear(np.array(LOSS)))
    rows = []
    for share in (0.25, 0.5, 0.75, 1.0):
        loss = LOSS - share * start / STIFFNESS
        shape = Shape(0.5 * (DEPLOYED.outer_diameter * (1 - loss) - WALL), DEPLOYED.height)
        rows.append(row(shape, share, tool_diameter=shape.outer_diameter,
                        radial_force=start * (1 - share)))  # fmt: skip
    return rows


def inflation(steps=8):
    rows = []
    for share in np.linspace(0, 1, steps + 1)[1:]:
        shape = Shape(CRIMPED.radius + share * (INFLATED.radius - CRIMPED.radius),
                      CRIMPED.height + share * (INFLATED.height - CRIMPED.height))  # fmt: skip
        excess = 0.3 * np.sin(np.pi * share) + 0.02 * share
        rows.append(
            row(shape, share, peak_plastic_strain=0.4 * share, radial_force=-4.0,
                end_diameter=shape.inner_diameter * (1 + excess))
        )  # fmt: skip
    rows[-1]["radial_force"] = radial_force(INFLATED, 200e6)
    return rows


def balloon_stages():
    return [
        ("crimp", "crimp", [row(CRIMPED, 1.0, tool_diameter=CRIMPED.outer_diameter)]),
        ("release", "release", [row(CRIMPED, 1.0)]),
        ("expand", "expand", inflation()),
        ("deflate", "deflate", [row(DEPLOYED, 1.0, peak_plastic_strain=0.4)]),
        ("compress", "compress", [compressed(x) for x in np.linspace(0.025, LOSS, 10)]),
        ("off", "release", released()),
    ]


@pytest.fixture(scope="module")
def balloon(tmp_path_factory):
    root = tmp_path_factory.mktemp("balloon")
    solve = write_curve(root / "solid", balloon_stages())
    write_state(solve, "01-release", ring_grid(CRIMPED))
    write_state(solve, "02-expand", ring_grid(INFLATED), hoop_stress=200e6)
    plastic = np.linspace(0.0, 0.4, ring_grid().n_cells)
    write_state(solve, "03-deflate", ring_grid(DEPLOYED), plastic=plastic)
    return solve, write_bundle(root / "mesh", extent="device")


SETTINGS = BenchSettings(
    permanent_loss=0.05,
    tool_diameters=(2.8e-3,),
    plastic_strain_limit=0.25,
    crown_angle_limit=np.radians(60.0),
)


@pytest.fixture(scope="module")
def values(balloon):
    found = compute_bench_endpoints(*balloon, SETTINGS)
    return {name: item["value"] for name, item in found.items()}


def test_names_and_units_are_those_of_the_catalogue(balloon):
    found = compute_bench_endpoints(*balloon, SETTINGS)
    assert check_values(found, "computed", BENCH).keys() == found.keys()


def test_the_run_gives_what_its_study_is_said_to_give(balloon, values):
    kinds = [kind for _, kind, _ in balloon_stages()]
    declared = {e.name for e in bench_endpoints(kinds, "device", "alloy") if not e.per}
    assert declared - values.keys() == set()
    assert values.keys() - declared == {"radial_force_compressing_2800_um"}


LIMIT_LOSS = (0.05 + (YIELD - HARDENING * YIELD / STIFFNESS) / STIFFNESS) / (
    1 - HARDENING / STIFFNESS
)
"""Loss from which the elastic unloading line leads to 5 %."""


@pytest.mark.parametrize(
    ("name", "exact", "close"),
    [
        ("radial_force_loss_10", 3.0 + 5.0 * 0.025, 1e-9),
        ("radial_force_loss_20", 3.0 + 5.0 * 0.125, 1e-9),
        ("hoop_force_loss_10", 3.125 / (2 * np.pi), 1e-9),
        ("radial_force_per_length_loss_10", 3.125 / DEPLOYED.length, 1e-9),
        ("radial_strength", float(bilinear(np.array(LIMIT_LOSS))), 1e-6),
        ("permanent_set", remaining(), 1e-9),
        ("crimped_profile", CRIMPED.outer_diameter, 1e-9),
        ("deployed_diameter", DEPLOYED.inner_diameter, 1e-9),
        ("recoil", 1 - DEPLOYED.inner_diameter / INFLATED.inner_diameter, 1e-9),
        ("foreshortening", 1 - INFLATED.length / CRIMPED.length, 1e-9),
        ("dogboning_transient", 0.3 + 0.01, 1e-9),
        ("dogboning_final", 0.02, 1e-9),
        (
            "expansion_limit_strain",
            CRIMPED.inner_diameter + 0.625 * (INFLATED.inner_diameter - CRIMPED.inner_diameter),
            1e-9,
        ),
        ("crown_angle", DEPLOYED.angle, 3e-3),
        ("metal_to_artery", DEPLOYED.coverage, 1e-3),
        ("cell_opening", DEPLOYED.bay_area, 3e-3),
        ("cell_circle", DEPLOYED.bay_circle, 3e-3),
        ("scaffolding_circle", DEPLOYED.bay_circle, 3e-3),
        ("side_branch_area", np.pi / 4 * DEPLOYED.bay_circle**2, 6e-3),
        ("plastic_strain_peak", 0.4, 1e-9),
        ("plastic_strain_p99", 0.4, 0.05),
    ],
)
def test_closed_form(values, name, exact, close):
    assert values[name] == pytest.approx(exact, rel=close)


def test_strength_pressure_is_the_force_over_the_cylinder(values):
    area = np.pi * DEPLOYED.outer_diameter * (1 - LIMIT_LOSS) * DEPLOYED.length
    expected = values["radial_strength"] / area
    assert values["radial_strength_pressure"] == pytest.approx(expected, rel=1e-6)


def test_angle_limit_turns_struts_of_constant_length(values):
    angles = np.array([CRIMPED.angle, INFLATED.angle])
    limit = np.interp(np.sin(np.radians(30.0)), np.sin(angles / 2),
                      [CRIMPED.inner_diameter, INFLATED.inner_diameter])  # fmt: skip
    assert values["expansion_limit_angle"] == pytest.approx(limit, rel=5e-3)


def test_a_limit_not_reached_is_left_out(balloon):
    lax = BenchSettings(plastic_strain_limit=0.5, crown_angle_limit=np.radians(150.0))
    found = compute_bench_endpoints(*balloon, lax)
    assert not {"expansion_limit_strain", "expansion_limit_angle"} & found.keys()


def test_a_strength_not_reached_is_left_out(balloon):
    found = compute_bench_endpoints(*balloon, BenchSettings(permanent_loss=0.5))
    assert "radial_strength" not in found and "permanent_set" in found


def test_an_interrupted_run_gives_the_states_it_reached(balloon, tmp_path):
    """The compression stopped at 60 %: nothing of it, all of the deployment."""
    stages = balloon_stages()[:5]
    stages[4] = ("compress", "compress", stages[4][2][:6])
    solve = write_curve(tmp_path / "solid", stages)
    (solve / "states").symlink_to(balloon[0] / "states")
    found = compute_bench_endpoints(solve, balloon[1], SETTINGS)
    assert {"recoil", "cell_opening", "plastic_strain_p99"} <= found.keys()
    assert not {"radial_force_loss_10", "permanent_set", "radial_strength"} & found.keys()


def test_a_record_names_its_sources(balloon):
    record = bench_record("p001", "a", *balloon)
    assert {"curve.csv", "info.json", "03-deflate.npz"} <= record["sources"].keys()
    assert record["patient"] == "p001" and record["endpoints"]["recoil"]["unit"] == "1"


def test_unloading_line_of_every_row(balloon):
    test = compression(BenchRun.read(*balloon))
    assert test.slope == pytest.approx(STIFFNESS)
    expected = np.maximum(test.loss - bilinear(test.loss) / STIFFNESS, 0.0)
    assert test.permanent() == pytest.approx(expected, abs=1e-12)


# Forces of states.


def test_hoop_stress_of_a_closed_tube_balances_the_radial_force(tmp_path):
    """Uniform hoop stress in a tube: F = -2 pi s t L whatever the radius."""
    grid = window_grid(0.0, 0.0, 1e-3, steps=24)
    write_state(tmp_path, "00-x", grid, hoop_stress=-50e6)
    state = Material.read(tmp_path / "states/00-x.npz")
    force = force_of_stress(state, INFO["copies_around"])
    assert force == pytest.approx(50e6 * 2 * np.pi * WALL * 1e-3, rel=1e-3)


def test_state_and_curve_agree(balloon):
    found = check_radial_force(BenchRun.read(*balloon))
    assert set(found) == {"01-release", "02-expand", "03-deflate"}
    assert max(found.values()) < 2e-3


def test_a_state_of_another_run_is_refused(balloon, tmp_path):
    solve = write_curve(tmp_path / "solid", balloon_stages())
    write_state(solve, "02-expand", ring_grid(INFLATED), hoop_stress=150e6)
    with pytest.raises(InconsistentBench, match="02-expand"):
        compute_bench_endpoints(solve, balloon[1])


# Self-expanding frames.


def frame_row(load, tool, force):
    shape = Shape(0.5 * (tool - WALL), 1.0e-3)
    return row(shape, load, tool_diameter=tool, radial_force=force)


@pytest.fixture
def frame(tmp_path):
    """Crimped from 4 to 2 mm, let go to 3 mm, cycled by 0.2 mm about it: a flag of 2 N."""
    load = [frame_row(k / 4, 4e-3 - k * 0.5e-3, 1.0 + k) for k in range(1, 5)]
    unload = [frame_row(k / 2, 2e-3 + k * 0.5e-3, 3.0 - k) for k in (1, 2)]
    cycle = [frame_row(0.25, 2.9e-3, 1.8), frame_row(0.75, 3.1e-3, 0.8), frame_row(1, 3e-3, 1.4)]
    solve = write_curve(
        tmp_path / "solid",
        [("crimp", "crimp", load), ("chamber", "chamber", unload), ("pulse", "cycle", cycle)],
    )
    grid = ring_grid(Shape(1.45e-3, 1.0e-3))
    write_state(solve, "01-chamber", grid, hoop_stress=-1.0)
    stress = radial_force(Shape(1.45e-3), 1.0)
    for name, force in (("", 1.4), ("-closed", 1.8), ("-open", 0.8)):
        strain = np.zeros((grid.n_cells, 3, 3))
        strain[:, 2, 2] = {"": 0.03, "-closed": 0.032, "-open": 0.022}[name]
        strain[0] *= 0.25
        write_state(solve, f"02-pulse{name}", grid, hoop_stress=force / stress, strain=strain)
    write_state(solve, "01-chamber", grid, hoop_stress=1.0 / stress)
    return solve, write_bundle(tmp_path / "mesh")


def test_outward_and_resistive_force(frame):
    settings = BenchSettings(indicated_diameter=2.9e-3, tool_diameters=(2.4e-3,))
    found = {k: v["value"] for k, v in compute_bench_endpoints(*frame, settings).items()}
    assert found["radial_resistive_force"] == pytest.approx(1.8)  # first half of the pulse
    assert found["chronic_outward_force"] == pytest.approx(1.8)  # it turns there
    assert found["radial_force_compressing_2400_um"] == pytest.approx(4.2)
    assert found["radial_force_expanding_2400_um"] == pytest.approx(2.6)
    assert "radial_strength" not in found and "recoil" not in found


def test_a_diameter_never_passed_has_no_force(frame):
    run = BenchRun.read(*frame)
    assert branch_force(run, 1.0e-3, compressing=True) is None
    assert branch_force(run, 3.9e-3, compressing=False) is None


def test_fatigue_of_a_frame(frame):
    found = compute_bench_endpoints(*frame, BenchSettings(fatigue=SuperelasticFatigue()))
    assert found["fatigue_strain_amplitude"]["value"] == pytest.approx(0.005)
    assert found["fatigue_mean_strain"]["value"] == pytest.approx(0.027)
    assert found["fatigue_strain"]["value"] == pytest.approx(0.8)
    cells = ring_grid().n_cells
    whole = 12 * ring_grid().volume * (cells - 1) / cells
    assert found["fatigue_strain_volume"]["value"] == pytest.approx(whole, rel=0.01)
    assert check_values(found, "computed", BENCH)


def test_fatigue_of_an_alloy_uses_stresses(frame):
    strengths = Strengths(endurance=230e6, yield_stress=300e6, ultimate=600e6)
    found = compute_bench_endpoints(*frame, BenchSettings(fatigue=AlloyFatigue(strengths)))
    unit = radial_force(Shape(1.45e-3), 1.0)
    mean, amplitude = abs(1.3 / unit), abs(0.5 / unit)
    # The hoop stress is compressive: its mean does not count.
    assert mean > amplitude
    assert found["fatigue_goodman"]["value"] == pytest.approx(230e6 / amplitude)
    assert check_values(found, "computed", BENCH)


def test_a_cycle_without_its_extremes_is_refused(frame):
    (frame[0] / "states/02-pulse-open.npz").unlink()
    with pytest.raises(InconsistentBench, match="extreme states"):
        compute_bench_endpoints(*frame, BenchSettings(fatigue=SuperelasticFatigue()))


# Stiffness.


def test_slope_takes_the_touching_part_only():
    travel, force = np.array([-1.0, 1.0, 2.0, 4.0]), np.array([0.0, 3.0, 6.0, 30.0])
    assert slope_from_zero(travel, force, 2.0) == pytest.approx(3.0)
    assert slope_from_zero(travel, force, 0.5) == pytest.approx(3.0)
    assert slope_from_zero(travel, np.zeros(4), 2.0) is None


def test_an_empty_curve_is_refused(tmp_path):
    (tmp_path / "curve.csv").write_text("procedure,name,kind,load\n")
    (tmp_path / "info.json").write_text(json.dumps(INFO))
    (tmp_path / "markers.json").write_text("{}")
    with pytest.raises(InconsistentBench, match="no rows"):
        BenchRun.read(tmp_path, tmp_path)


def test_geometry_of_the_case():
    assert HALF_PITCH * 12 == pytest.approx(2 * np.pi) and DEPTH < TUBE.height


# Curves of the figures.


def test_curves_of_the_figures(balloon):
    curves = bench_curves(*balloon, SETTINGS)
    assert [s["kind"] for s in curves["radial"]] == ["crimp", "release", "compress", "release"]
    assert curves["radial"][2]["force"][-1] == pytest.approx(float(bilinear(np.array(LOSS))))
    assert len(curves["expansion"][0]["end_diameter"]) == 8
    assert curves["expansion"][0]["pressure"] is None
    assert curves["permanent_set"]["remaining"] == pytest.approx(remaining())
    assert curves["fatigue"] is None
    json.dumps(curves, allow_nan=False)


def test_cloud_of_the_figures(frame):
    found = bench_curves(*frame, BenchSettings(fatigue=SuperelasticFatigue()))["fatigue"]
    assert found["quantity"] == "strain" and found["limits"]["strain_limit"] == 0.004
    assert sorted(found["amplitude"]) == pytest.approx([0.00125, 0.005])
    assert sorted(found["safety"]) == pytest.approx([0.8, 3.2])


def test_thinning_keeps_the_extremes():
    random = np.random.default_rng(5)
    mean, amplitude = random.normal(size=(2, 50_000))
    cloud = Cloud("stress", mean, amplitude, 1.0 / (2.0 + mean + amplitude))
    less = thinned(cloud)
    assert len(less.mean) < 5000
    assert less.safety.min() == cloud.safety.min()
    for name in ("mean", "amplitude"):
        spans = [np.ptp(getattr(c, name)) for c in (less, cloud)]
        assert spans[0] == pytest.approx(spans[1], rel=0.05)


def test_a_compression_of_a_held_frame_is_no_strength_test(frame, tmp_path):
    """From the chamber on, the tool closes further: no free diameter to lose."""
    stages = [
        ("chamber", "chamber", [frame_row(1.0, 3e-3, 1.0)]),
        ("in", "compress", [frame_row(k / 4, 3e-3 - 2e-4 * k, 1.0 + k) for k in range(1, 5)]),
    ]
    solve = write_curve(tmp_path / "other", stages)
    run = BenchRun.read(solve, frame[1])
    assert compression(run) is None
    assert branch_force(run, 2.5e-3, compressing=True) == pytest.approx(3.5)


def test_a_balloon_let_go_is_no_outside_branch(balloon, tmp_path):
    stages = [
        ("expand", "expand", inflation()),
        ("off", "release", [row(DEPLOYED, 1.0)]),
    ]
    run = BenchRun.read(write_curve(tmp_path / "other", stages), balloon[1])
    assert branch_force(run, DEPLOYED.outer_diameter, compressing=False) is None


@pytest.mark.parametrize(("factor", "fits"), [(1.0, True), (1.2, False), (12.0, False)])
def test_work_of_the_tool_is_the_area_under_its_curve(balloon, tmp_path, factor, fits):
    """F = k (R0 - R): the model did k (R0 - R)^2 / 2 over the copies."""
    start, stiffness, rows = 1.5e-3, 1e4, []
    for way in np.linspace(0.0, 3e-4, 7):
        shape = Shape(start - way - WALL / 2)
        work = factor * 0.5 * stiffness * way**2 / INFO["copies_around"]
        rows.append(row(shape, way / 3e-4, tool_diameter=2 * (start - way),
                        radial_force=stiffness * way) | {"contact_work": work})  # fmt: skip
    solve = write_curve(tmp_path / "solid", [("compress", "compress", rows)])
    run = BenchRun.read(solve, balloon[1])
    if fits:
        assert check_tool_work(run)["00-compress"] == pytest.approx(0.0, abs=1e-12)
    else:
        with pytest.raises(InconsistentBench, match="did"):
            check_tool_work(run)
