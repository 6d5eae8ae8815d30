# SPDX-License-Identifier: BSD-3-Clause
import numpy as np

from meshes.anatomy.ica import IcaParameters, build
from meshes.edge_length import LumenOptions
from meshes.quality import check
from meshes.tagging import surface_facets
from meshes.volume import build_mesh


def test_anatomy_with_branch_and_two_outlets():
    options = LumenOptions(
        vessel_edge=0.55e-3, neck_edge=0.32e-3, sac_edge=0.5e-3, extension_edge=0.7e-3
    )
    parameters = IcaParameters(3.5e-3, 4.5e-3, 6.0e-3, branch="near_neck", outlets="bifurcating")
    bundle = build_mesh(build(parameters, options))
    check(bundle.quality)
    assert set(bundle.markers["cells"]) == {"lumen", "sac", "branch_1"}
    assert {"inlet", "outlet_1", "outlet_2", "outlet_3"} < set(bundle.markers["facets"])
    assert min(bundle.quality["facets_per_surface"].values()) > 20
    # Both device surfaces are parts of one tube around the axis and share no vertex.
    ostium, branch = (surface_facets(bundle, name) for name in ("ostium", "ostium_branch_1"))
    assert len(np.intersect1d(ostium, branch)) == 0
    towards_sac = np.array(bundle.info["ostium"]["normal"])
    assert abs(towards_sac @ np.array(bundle.info["ostium_branch_1"]["normal"])) < 0.7
