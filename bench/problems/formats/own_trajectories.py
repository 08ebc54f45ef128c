"""A user's own trajectories as a problem of the kind ``system``.

One file holds one trajectory, or several that a column tells apart; a folder one in each file. A
column is the time, others may be inputs, and the rest are states. The end of each trajectory is
held back, and so are whole trajectories where there are several.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from bench.expression import ParseError, parse
from bench.problems.dataset import Dataset
from bench.problems.formats.naming import stem_of, variables_for
from bench.problems.formats.tabular import (
    TableError,
    column_names,
    file_digest,
    read_table,
    table_suffix,
)
from bench.problems.systems.data import SystemData, Trajectory
from bench.problems.systems.problem import SystemProblem
from bench.problems.variable import Variable

Array = NDArray[np.float64]

LEAST = 3
"""Points of a trajectory."""


@dataclass(frozen=True)
class OwnTrajectories:
    """The trajectories in ``files``: see ``read_trajectories`` for the columns."""

    files: tuple[Path, ...]
    time: str
    trajectory: str | None
    inputs: tuple[str, ...]
    split: float

    def data(self, problem: SystemProblem, seed: int) -> SystemData:
        return divided(self.trajectories(), self.split)

    def check(self, problem: SystemProblem) -> None:
        """Look through all rows. Raises TableError."""
        self.trajectories()

    def trajectories(self) -> list[Trajectory]:
        """All of them, in the order of files and of first rows. Raises TableError."""
        states = self.states()
        found = [one for path in self.files for one in self._of_file(path, states)]
        if not found:
            raise TableError(f"{self.files[0]}: holds no trajectory")
        return found

    def states(self) -> list[str]:
        """The columns that are states. Raises TableError where files differ, or there is none."""
        first, *others = self.files
        names = column_names(first)
        for path in others:
            if column_names(path) != names:
                raise TableError(f"{path}: its columns differ from those of {first}")
        for what, name in (("time", self.time), ("trajectory", self.trajectory)):
            _check_column(first, names, what, name)
        for name in self.inputs:
            _check_column(first, names, "inputs", name)
        states = [one for one in names if one not in (self.time, self.trajectory, *self.inputs)]
        if not states:
            raise TableError(f"{first}: there is no column of a state beside {', '.join(names)}")
        return states

    def _of_file(self, path: Path, states: Sequence[str]) -> list[Trajectory]:
        table = read_table(path)
        columns = dict(zip(table.names, table.values.T, strict=True))
        groups = [np.arange(len(table.values))]
        if self.trajectory is not None:
            marks = columns[self.trajectory]
            firsts = np.unique(marks, return_index=True)[1]
            groups = [np.flatnonzero(marks == marks[first]) for first in sorted(firsts)]
        return [self._trajectory(path, columns, states, rows) for rows in groups]

    def _trajectory(
        self,
        path: Path,
        columns: Mapping[str, Array],
        states: Sequence[str],
        rows: NDArray[np.intp],
    ) -> Trajectory:
        called = ""
        if self.trajectory is not None:
            called = f", {self.trajectory} {columns[self.trajectory][rows[0]]:g}"
        if len(rows) < LEAST:
            raise TableError(f"{path}{called}: {len(rows)} points; at least {LEAST} are needed")
        t = columns[self.time][rows]
        back = np.flatnonzero(np.diff(t) <= 0)
        if len(back):
            row = int(rows[back[0] + 1])
            raise TableError(
                f"{path}{called}: line {row + 2}, column '{self.time}' holds {t[back[0] + 1]:g} "
                f"after {t[back[0]]:g}; time must increase along a trajectory (trajectory=COLUMN "
                "says which rows are of one)"
            )
        x, u = (
            np.column_stack([columns[name][rows] for name in names]) if names else None
            for names in (states, self.inputs)
        )
        assert x is not None
        return Trajectory(t, x, u)


def divided(trajectories: Sequence[Trajectory], split: float) -> SystemData:
    """What is shown of ``trajectories``, how that goes on, and those that are held back.

    Of several, the last ones are held back: a share 1 - ``split``, one at least. Of each other the
    first share ``split`` of its points is shown, three at least.
    """
    count = len(trajectories)
    kept = count if count == 1 else max(1, min(count - 1, round(split * count)))
    shown, later = [], []
    for one in trajectories[:kept]:
        cut = max(LEAST, round(split * len(one)))
        shown.append(_rows(one, slice(0, cut)))
        if cut < len(one):
            later.append(_rows(one, slice(cut - 1, None)))
    return SystemData(tuple(shown), tuple(later), tuple(trajectories[kept:]))


def read_trajectories(
    path: Path,
    *,
    time: str,
    trajectory: str | None = None,
    inputs: Sequence[str] = (),
    truth: str | Mapping[str, str] | None = None,
    split: float = 0.75,
) -> Dataset:
    """The problem in a file or a folder of trajectories.

    ``time`` is the column of time, ``trajectory`` the one that numbers trajectories in a file, and
    ``inputs`` are columns that act on the system (time may be one). All others are states, called
    x0, x1, ... with the header as symbol. ``truth`` has their rates by header or name. ``split`` is
    the share of a trajectory's points, and of trajectories, that is shown. Raises TableError.
    """
    files = [path] if path.is_file() else sorted(child for child in path.iterdir())
    files = [one for one in files if one.is_file() and table_suffix(one)]
    if not files:
        raise TableError(f"{path}: holds no table")
    inputs = (inputs,) if isinstance(inputs, str) else tuple(inputs)
    source = OwnTrajectories(tuple(files), time, trajectory, inputs, split)
    columns = source.states()
    variables = variables_for([*columns, *inputs])
    states, driving = variables[: len(columns)], variables[len(columns) :]
    name, version = stem_of(path), _digest(source)
    problem = SystemProblem(
        name, version, name, states, _truths(truth, states, variables, path), source, driving
    )
    source.check(problem)
    return Dataset(
        name, version, cast(Any, (problem,)), f"trajectories in {path}", str(path), "the user's own"
    )


def _rows(one: Trajectory, rows: slice) -> Trajectory:
    return Trajectory(one.t[rows], one.x[rows], None if one.u is None else one.u[rows])


def _check_column(path: Path, names: Sequence[str], what: str, name: str | None) -> None:
    if name is not None and name not in names:
        listed = ", ".join(names)
        raise TableError(f"{path}: {what} is '{name}'; it must be a column, and those are {listed}")


def _truths(
    truth: str | Mapping[str, str] | None,
    states: Sequence[Variable],
    variables: Sequence[Variable],
    path: Path,
) -> Mapping[str, str] | None:
    """The rates by the states' names; TableError where one is missing or none."""
    if truth is None:
        return None
    if isinstance(truth, str):
        raise TableError(f"{path}: truth is {truth!r}; give a rate for each state: {{x: ...}}")
    rates = {}
    for state in states:
        text = truth.get(state.name, truth.get(state.symbol or state.meaning))
        if text is None:
            raise TableError(f"{path}: truth has no rate for '{state.symbol or state.name}'")
        try:
            rates[state.name] = str(parse(str(text), variables))
        except ParseError as error:
            raise TableError(f"{path}: the truth of '{state.symbol}': {error}") from None
    return rates


def _digest(source: OwnTrajectories) -> str:
    said = (source.time, source.trajectory, source.inputs, source.split)
    sha = hashlib.sha256(repr(said).encode())
    for path in source.files:
        sha.update(file_digest(path).encode())
    return sha.hexdigest()[:12]
