"""``dysts``: the chaotic flows of the package of that name (Gilpin 2021, arXiv:2110.05266).

Equations, parameters, starts, periods and Lyapunov exponents are read from the installed package,
none of whose code is run. Trajectories are solved here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np

from bench.basics.extension import ExtensionError
from bench.basics.installation import install_hint, package_folder, pip_install
from bench.problems.dataset import Dataset
from bench.problems.systems.data import SystemData, Trajectory
from bench.problems.systems.dysts.reading import Flow, FlowReader
from bench.problems.systems.problem import SystemProblem
from bench.problems.systems.protocol import with_protocol
from bench.problems.systems.solved import Unsolvable
from bench.problems.systems.solver import TOLERANCE, solve
from bench.problems.variable import Variable

_LONGEST = 10.0
"""Periods, and Lyapunov times: beyond, no solver's tolerance holds the law itself."""
_POINTS = 300
_KINKED = 1e-6
"""Where a rate is not smooth, no order of a rule helps."""
_SOURCE = "Gilpin 2021, Chaos as an interpretable benchmark, arXiv:2110.05266, package dysts"
_FACTS = "data/chaotic_attractors.json"


@dataclass(frozen=True)
class FlowTrajectories:
    """A trajectory of ``points`` from ``start`` over ``duration``, and one that is held back.

    That begins where the first one has got to after twice as long: on the attractor, elsewhere.
    """

    depends_on: ClassVar[tuple[str, ...]] = ()
    start: tuple[float, ...]
    duration: float
    points: int = _POINTS
    tolerance: float = TOLERANCE

    def data(self, problem: SystemProblem, seed: int) -> SystemData:
        """Raises Unsolvable where the solution leaves the finite numbers."""
        steps = self.points - 1
        times = np.linspace(0.0, 3 * self.duration, 3 * steps + 1)
        x = solve(problem.rates(), list(self.start), times, self.tolerance)
        if not np.isfinite(x).all():
            last = times[np.isfinite(x).all(axis=1)][-1]
            raise Unsolvable(f"problem '{problem.id}': no solution is found after t = {last:g}")
        shown, held_back = slice(0, steps + 1), slice(2 * steps, 3 * steps + 1)
        return SystemData(
            (Trajectory(times[shown], x[shown]),), (), (Trajectory(times[held_back], x[held_back]),)
        )


def dysts(**seeing: Any) -> Dataset:
    """Every flow of the installed package whose rates are arithmetic: see ``FlowReader``.

    ``seeing`` as in ``with_protocol``. Raises ExtensionError where the package is not installed,
    or is not laid out as dysts 0.96 is.
    """
    folder = _folder()
    try:
        version = f"1-{metadata.version('dysts')}"
        reader = FlowReader((folder / "flows.py").read_text(encoding="utf-8"))
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        found = {name: _read(reader, version, name, facts[name]) for name in sorted(facts)}
    except (OSError, LookupError, TypeError, ValueError, metadata.PackageNotFoundError) as error:
        raise ExtensionError(
            f"the package dysts at {folder} is not as version 0.96 is ({type(error).__name__}: "
            f"{error}); {pip_install('dysts==0.96')}"
        ) from error
    problems = [one for one in found.values() if one is not None]
    dataset = Dataset(
        "dysts", version, cast(Any, tuple(problems)),
        f"{len(problems)} of {len(found)} chaotic flows of the package dysts", _SOURCE,
        "Apache-2.0",
    )  # fmt: skip
    return with_protocol(dataset, **seeing)


def _folder() -> Path:
    folder = package_folder("dysts")
    if folder is None:
        raise ExtensionError(f"the dataset dysts needs the package dysts: {install_hint('dysts')}")
    return folder


def _read(
    reader: FlowReader, version: str, name: str, entry: Mapping[str, Any]
) -> SystemProblem | None:
    """The problem of one flow; None where its rates are more than arithmetic."""
    start = tuple(map(float, entry["initial_conditions"]))
    try:
        flow = reader.flow(name, entry["parameters"], len(start))
    except (ValueError, RecursionError):  # of numbers that are not finite, too
        return None
    return _problem(version, name, entry, flow, start)


def _problem(
    version: str, name: str, entry: Mapping[str, Any], flow: Flow, start: tuple[float, ...]
) -> SystemProblem:
    states = [f"x{k}" for k in range(len(start))]
    truth = {state: str(rate) for state, rate in zip(states, flow.rates, strict=True)}
    exponent = float(entry.get("maximum_lyapunov_estimated") or 0.0)
    duration = _LONGEST * float(entry["period"])
    if exponent > 0:
        duration = min(duration, _LONGEST / exponent)
    tolerance = _KINKED if flow.kinked else TOLERANCE
    return SystemProblem(
        "dysts", version, name,
        states=tuple(map(Variable, states)),
        truth=truth,
        source=FlowTrajectories(start, duration, tolerance=tolerance),
        time="t" if flow.timed else "",
        meaning=entry.get("description") or "",
        lyapunov=exponent if exponent > 0 else None,
        law=flow.law,
    )  # fmt: skip
