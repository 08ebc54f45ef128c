"""A user's own tables as a dataset: a file is a problem, a folder of files a dataset.

Every column but the target is an input. ``NAME_train.csv`` and ``NAME_test.csv`` (and, if there,
``NAME_validation.csv`` and ``NAME_ood.csv``) are the splits of one problem, as they are; a file
that stands alone is shuffled by the data seed and split.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.expression import ParseError, parse
from bench.problems.cache import cached_json
from bench.problems.data import Data, Table
from bench.problems.dataset import Dataset
from bench.problems.formats.naming import stem_of, variables_for
from bench.problems.formats.tabular import (
    SUFFIXES,
    Columns,
    TableError,
    column_names,
    count_rows,
    file_digest,
    first_block,
    position,
    read_table,
    table_suffix,
)
from bench.problems.identifiable.dependent import flaws
from bench.problems.problem import Problem, Target
from bench.problems.sources.shuffle import shuffled
from bench.problems.variable import Variable

OPTIONS = (
    "target", "truth", "split", "booleans", "time", "trajectory", "inputs", "asset", "date",
    "horizon",
)  # fmt: skip

_SPLIT_OF = re.compile(r"(?P<name>.+)_(?P<split>train|validation|test|ood)")


@dataclass(frozen=True)
class OwnTable:
    """Rows of the user's files: one file, or one for each split."""

    files: Mapping[str, Path]
    target: str = "target"
    split: float = 0.75
    booleans: bool = False

    def data(self, problem: Problem, seed: int) -> Data:
        tables = {split: self._table(path) for split, path in self.files.items()}
        if tables.keys() != {"all"}:
            return Data(tables)
        rows = shuffled(tables["all"], problem, seed)
        cut = min(max(round(self.split * len(rows)), 1), len(rows) - 1)
        return Data(
            {
                "train": Table(rows.X[:cut], rows.y[:cut]),
                "test": Table(rows.X[cut:], rows.y[cut:]),
            }
        )

    def check(self, problem: Problem) -> None:
        """Look through all rows, and compare the columns of the files. Raises TableError."""
        headers = {path: column_names(path) for path in self.files.values()}
        first, names = next(iter(headers.items()))
        for path, other in headers.items():
            position(path, other, self.target)
            if other != names:
                raise TableError(f"{path}: its columns differ from those of {first}")
            if count_rows(path, booleans=self.booleans) < 2 and "all" in self.files:
                raise TableError(f"{path}: one row cannot be split into train and test")

    def dependent(self) -> dict[str, str]:
        """The flaws of inputs that are functions of each other, as the first rows show them."""
        path = self.files.get("train") or self.files["all"]

        def found() -> dict[str, str]:
            columns = first_block(path, booleans=self.booleans)
            names = [name for name in columns.names if name != self.target]
            return flaws(self._apart(columns).X, names)

        parts = [file_digest(path), self.target, str(self.booleans)]
        known: dict[str, str] = cached_json("dependent", parts, found)
        return known

    def _table(self, path: Path) -> Table:
        return self._apart(read_table(path, booleans=self.booleans))

    def _apart(self, columns: Columns) -> Table:
        """The inputs and the target."""
        j = position(columns.path, columns.names, self.target)
        inputs = [k for k in range(len(columns.names)) if k != j]
        return Table(columns.values[:, inputs], columns.values[:, j].copy())


def recognises(path: Path) -> bool:
    """Whether there are tables: any file that is one, any folder that holds one."""
    if path.is_dir():
        return any(table_suffix(child) for child in path.iterdir() if child.is_file())
    return table_suffix(path) is not None


def read(
    path: Path, *, target: str = "target", truth: str | Mapping[str, str] | None = None,
    split: float = 0.75, booleans: bool = False, time: str | None = None,
    trajectory: str | None = None, inputs: Sequence[str] = (), asset: str | None = None,
    date: str = "date", horizon: int = 1,
) -> Dataset:  # fmt: skip
    """The dataset in a file or folder of tables.

    With ``asset``, the name of a column, a file holds a panel, and ``date`` and ``horizon`` are
    said in ``bench.problems.panels.own``.

    With ``time``, the name of a column, they hold trajectories of one system: ``trajectory`` and
    ``inputs`` are said in ``bench.problems.formats.own_trajectories``, and there is no target.

    ``target`` is the column to be explained; ``truth`` the true expression in the columns' names
    (or x0, x1, ...), for a folder a mapping from the problem's name to it; ``split`` the share of
    rows that train where the files do not say; ``booleans`` takes columns of TRUE and FALSE for 1
    and 0. The version is a digest of the files and of these options. Raises TableError, naming
    file, row and column.
    """
    if not 0 < split < 1:
        raise TableError(f"split is {split!r}; it is the share of training rows, between 0 and 1")
    if asset is not None:
        from bench.problems.panels.own import read_panel

        return read_panel(path, asset=asset, date=date, horizon=horizon, split=split, target=target)
    if time is not None or trajectory is not None or inputs:
        return _system(path, time, trajectory, inputs, truth, split, target)
    groups = _groups(path)
    truths = _truths(truth, list(groups), path)
    sources = {name: OwnTable(files, target, split, booleans) for name, files in groups.items()}
    version = _digest(sources)
    problems = tuple(
        _problem(stem_of(path), version, name, source, truths.get(name))
        for name, source in sources.items()
    )
    return Dataset(
        stem_of(path), version, problems, f"tables in {path}", str(path), "the user's own"
    )


def _system(
    path: Path,
    time: str | None,
    trajectory: str | None,
    inputs: Sequence[str],
    truth: str | Mapping[str, str] | None,
    split: float,
    target: str,
) -> Dataset:
    from bench.problems.formats.own_trajectories import read_trajectories

    if time is None:
        raise TableError(f"{path}: trajectories need a column of time: time=COLUMN says which one")
    if target != "target":
        raise TableError(f"{path}: trajectories have no target, and target is '{target}'")
    return read_trajectories(
        path, time=time, trajectory=trajectory, inputs=inputs, truth=truth, split=split
    )


def _problem(dataset: str, version: str, name: str, source: OwnTable, truth: str | None) -> Problem:
    path = next(iter(source.files.values()))
    names = column_names(path)
    position(path, names, source.target)
    inputs = [one for one in names if one != source.target]
    if not inputs:
        raise TableError(f"{path}: there is no column but '{source.target}'")
    variables = variables_for(inputs)
    problem = Problem(
        dataset=dataset,
        version=version,
        name=name,
        variables=variables,
        targets=(Target(Variable("y", source.target), _truth(truth, variables, name)),),
        source=source,
        formula=truth or "",
    )
    source.check(problem)
    return replace(problem, flaws=source.dependent())


def _truth(text: str | None, variables: tuple[Variable, ...], name: str) -> str | None:
    if text is None:
        return None
    try:
        return str(parse(text, variables))
    except ParseError as error:
        raise TableError(f"the truth of '{name}': {error}") from None


def _truths(
    truth: str | Mapping[str, str] | None, names: list[str], path: Path
) -> Mapping[str, str]:
    if truth is None:
        return {}
    if isinstance(truth, str):
        if len(names) != 1:
            raise TableError(
                f"{path}: one truth for {len(names)} problems; give a mapping such as "
                f"truth={{{names[0]}: ...}}"
            )
        return {names[0]: truth}
    unknown = sorted(set(truth) - set(names))
    if unknown:
        raise TableError(f"{path}: a truth for '{unknown[0]}', which is none of {', '.join(names)}")
    return truth


def _groups(path: Path) -> dict[str, dict[str, Path]]:
    """The files of each problem by split, problems by name; ``all`` for a file to be split."""
    files = [path] if path.is_file() else sorted(child for child in path.iterdir())
    groups: dict[str, dict[str, Path]] = {}
    for file in files:
        if not file.is_file() or table_suffix(file) is None:
            continue
        part = _SPLIT_OF.fullmatch(stem_of(file))
        name, split = (
            (part["name"], part["split"]) if part and path.is_dir() else (stem_of(file), "all")
        )
        if split in groups.setdefault(name, {}):
            raise TableError(f"{file} and {groups[name][split]} would be the same problem")
        groups[name][split] = file
    for name, by_split in groups.items():
        if "all" in by_split and len(by_split) > 1:
            raise TableError(f"{by_split['all']}: and there are files of splits, {name}_train too")
        if "all" not in by_split and not {"train", "test"} <= by_split.keys():
            missing = "test" if "train" in by_split else "train"
            raise TableError(f"{path}: there is no {name}_{missing} beside {_names(by_split)}")
    if not groups:
        raise TableError(f"{path}: holds no table ({', '.join(SUFFIXES)})")
    return groups


def _names(by_split: Mapping[str, Path]) -> str:
    return ", ".join(file.name for file in by_split.values())


def _digest(sources: Mapping[str, OwnTable]) -> str:
    one = next(iter(sources.values()))
    sha = hashlib.sha256(f"{one.target}\x1f{one.split!r}".encode())
    if one.booleans:
        sha.update(b"\x1fbooleans")
    for name, source in sources.items():
        for part, path in source.files.items():
            sha.update(f"\x1f{name}\x1f{part}\x1f{file_digest(path)}".encode())
    return sha.hexdigest()[:12]
