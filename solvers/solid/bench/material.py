# SPDX-License-Identifier: BSD-3-Clause
"""Law of a metal from its SI block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from solvers.solid.laws.base import Law
from solvers.solid.laws.hardening import (
    Hardening,
    LinearHardening,
    TableHardening,
    VoceHardening,
)
from solvers.solid.laws.j2 import J2
from solvers.solid.laws.linear_elastic import LinearElastic
from solvers.solid.laws.superelastic import Superelastic


def make_law(block: Mapping[str, Any]) -> Law:
    """Law of a material block.

    Args:
        block: ``kind`` is ``elastoplastic`` (``young`` [Pa], ``poisson``, ``hardening``),
            ``superelastic`` or ``linear_elastic``; the other keys are those of the law's class.
            ``hardening`` has a ``kind`` too: ``linear`` (``yield_stress``, ``modulus``), ``voce``
            (``yield_stress``, ``saturation``, ``rate``, ``modulus``) or ``table``
            (``plastic_strain``, ``yield_stress``: equally long lists).

    Raises:
        ValueError: an unknown kind, or keys that do not fit it.
    """
    values = dict(block)
    kind = values.pop("kind", None)
    makers = {
        "elastoplastic": _elastoplastic,
        "superelastic": Superelastic,
        "linear_elastic": LinearElastic,
    }
    if kind not in makers:
        raise ValueError(f"material kind '{kind}' is none of {', '.join(makers)}")
    return _made(kind, makers[kind], values)


def _elastoplastic(young: float, poisson: float, hardening: Mapping[str, Any]) -> J2:
    return J2(float(young), float(poisson), make_hardening(hardening))


def make_hardening(block: Mapping[str, Any]) -> Hardening:
    """Hardening of its block, see ``make_law``."""
    values = dict(block)
    kind = values.pop("kind", None)
    makers = {"linear": LinearHardening, "voce": VoceHardening, "table": _table}
    if kind not in makers:
        raise ValueError(f"hardening kind '{kind}' is none of {', '.join(makers)}")
    return _made(kind, makers[kind], values)


def _table(plastic_strain: list[float], yield_stress: list[float]) -> TableHardening:
    return TableHardening(tuple(map(float, plastic_strain)), tuple(map(float, yield_stress)))


def _made(kind: str, maker: Any, values: dict[str, Any]) -> Any:
    numbers = {k: float(v) if isinstance(v, int) and k != "steps" else v for k, v in values.items()}
    try:
        return maker(**numbers)
    except TypeError as error:
        raise ValueError(f"material {kind}: {error}") from None
