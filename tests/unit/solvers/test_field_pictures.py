# SPDX-License-Identifier: BSD-3-Clause
"""Shared view and pictures of the analytic case."""

import json

import numpy as np
import pytest
import pyvista as pv
from analytic_case import (
    LUMEN,
    SAC,
    SAC_CENTRE,
    SAC_RADIUS,
    TUBE_RADIUS,
    Case,
    write_arm,
    write_bundle,
)

from solvers.fields.pictures import ArmFolders, render_patient
from solvers.fields.view import choose_view, nice_limit, vessel_axis

WIDTH = 320


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return write_bundle(tmp_path_factory.mktemp("bundle") / "mesh")


@pytest.fixture(scope="module")
def arms(tmp_path_factory):
    root = tmp_path_factory.mktemp("arms")
    treated = Case(speed=(0.05, 0.02), shear=(0.4, 0.05))
    folders = {
        "untreated": write_arm(root / "untreated", Case()),
        "flow_diverter": write_arm(root / "flow_diverter", treated, device=True),
    }
    return {arm: ArmFolders(f / "fluid", f / "deployment") for arm, f in folders.items()}


@pytest.fixture(scope="module")
def view(arms, bundle):
    return choose_view(arms["untreated"].fluid, bundle)


def test_camera_sees_the_sac_from_the_side_with_flow_to_the_right(view):
    np.testing.assert_allclose(view.up, [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(view.right, [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(np.cross(view.right, view.up), view.towards, atol=1e-12)
    assert view.sac == SAC


def test_sac_and_vessel_are_inside_the_frame(view):
    top, bottom = view.focus[2] + view.half_height, view.focus[2] - view.half_height
    assert top > SAC_CENTRE[2] + SAC_RADIUS
    assert bottom < -TUBE_RADIUS


def test_colour_limits_come_from_sac_speed_and_wall_shear(view):
    assert view.speed == pytest.approx(0.12)
    assert view.shear == pytest.approx(1.0)


def test_camera_moves_to_the_side_where_the_vessel_does_not_hide_the_sac(
    arms, bundle, view, tmp_path
):
    blocked = write_arm(tmp_path / "arm", Case()) / "fluid"
    wall = pv.read(blocked / "wall.vtp")
    screen = pv.Sphere(radius=0.5e-3, center=SAC_CENTRE + 5e-3 * view.towards)
    both = pv.PolyData.from_regular_faces(
        np.concatenate([wall.points, screen.points]),
        np.concatenate([wall.regular_faces, screen.regular_faces + wall.n_points]),
    )
    for name, value in {"region": LUMEN, "tawss": 1.0}.items():
        both.cell_data[name] = np.append(wall.cell_data[name], np.full(screen.n_cells, value))
    both.save(blocked / "wall.vtp")
    np.testing.assert_allclose(choose_view(blocked, bundle).towards, -view.towards, atol=1e-12)


@pytest.mark.parametrize(
    ("value", "limit"),
    [(0.0, 1.0), (11.9, 12.0), (12.0, 12.0), (12.1, 16.0), (0.41, 0.6), (97, 100)],
)
def test_nice_limit(value, limit):
    assert nice_limit(value) == pytest.approx(limit)


def test_axis_of_a_bent_centreline_is_local():
    angle = np.linspace(0, np.pi, 200)
    points = 0.01 * np.column_stack([np.cos(angle), np.sin(angle), 0 * angle])
    centreline = {"points": points.tolist(), "radius": [0.001] * len(points)}
    axis, radius = vessel_axis(centreline, np.array([0.0, 0.0112, 0.0]))
    np.testing.assert_allclose(axis, [-1, 0, 0], atol=1e-2)
    assert radius == 0.001


def test_pictures_of_both_arms(arms, bundle, tmp_path):
    files = render_patient(arms, bundle, tmp_path / "pictures", WIDTH)
    assert json.loads((tmp_path / "pictures/view.json").read_text())["speed"] == 0.12
    assert {f.name for f in files} == {
        f"{arm}_{kind}.png" for arm in arms for kind in ("speed", "shear", "device", "streamlines")
    }
    images = {f.stem: np.asarray(pv.read(f).active_scalars).astype(float) for f in files}
    assert len({image.shape for image in images.values()}) == 1
    for name, image in images.items():
        assert (image.min(axis=1) < 250).mean() > 0.1, f"{name} is nearly blank"
    for kind in ("speed", "shear", "device"):
        difference = np.abs(images[f"untreated_{kind}"] - images[f"flow_diverter_{kind}"])
        assert difference.max() > 30, f"{kind} looks the same in both arms"


def test_no_solved_arm_gives_no_picture(bundle, tmp_path):
    assert render_patient({}, bundle, tmp_path / "pictures") == []
    assert not (tmp_path / "pictures").exists()
