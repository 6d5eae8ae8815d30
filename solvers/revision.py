# SPDX-License-Identifier: BSD-3-Clause
"""Revision of the methods.

The workflow does not see edits inside ``meshes`` and ``solvers``. Raise the number with every
change that moves results: meshes, deployments and solutions are then computed again.

1: first version.
2: second-order convection by a correction, projection without a mass solve, P2-P1 stabilised only
   where velocities are all given, wall shear from the balance of momentum.
3: pressure solved by multigrid from combined guesses.
4: pressure jumps meet the inertia of the fluid beside a device surface; the stabilisation of P1-P1
   no longer fades with the step.
5: devices follow a tool that turns or is withdrawn; axial support at one node; stored states hold
   the gradient of the radial field.
"""

NUMERICS_REVISION = 5
