# SPDX-License-Identifier: BSD-3-Clause
"""Expected failures of the geometry steps; each carries the code written to ``outcome.json``."""


class GeometryError(Exception):
    """A patient that cannot be meshed or treated.

    Attributes:
        code: short outcome code.
        where: the step, opening or device the message refers to.
    """

    code = "mesh_failed"

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where


class SurfaceInvalid(GeometryError):
    """The input surface cannot be read, oriented or opened."""

    code = "surface_invalid"


class MeshFailed(GeometryError):
    """No meshing route produced a volume mesh."""

    code = "mesh_failed"


class MeshQuality(GeometryError):
    """A mesh exists but does not hold what was asked for."""

    code = "mesh_quality"


class DeploymentFailed(GeometryError):
    """The device cannot be placed in this anatomy."""

    code = "deployment_failed"


class DesignInfeasible(GeometryError):
    """The drawing of a device cannot be made, or not in the part that is asked for."""

    code = "design_infeasible"
