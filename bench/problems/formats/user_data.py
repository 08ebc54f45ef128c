"""A user's own tables as a dataset: a file is a problem, a folder of files a dataset.

Every column but the target is an input. ``NAME_train.csv`` and ``NAME_test.csv`` (and, if there,
``NAME_validation.csv`` and ``NAME_ood.csv``) are the splits of one problem, as they are; a file
that stands alone is shuffled by the data seed and split.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bench.expression import ParseError, parse
from bench.problems.data import Data, Table
from bench.problems.dataset import Dataset
from bench.problems.formats.tabular import SUFFIXES, Columns, TableError, read_table, table_suffix
from bench.problems.problem import Problem, Target
from bench.problems.sources.shuffle import shuffled
from bench.problems.variable import Variable

OPTIONS = ("target", "truth", "split")

_SPLIT_OF = re.compile(r"(?P<name>.+)_(?P<split>train|validation|test|ood)")


@dataclass(frozen=True)
class OwnTable:
    """Rows of the user's files: one file, or one for each split."""

    files: Mapping[str, Path]
    target: str
    split: float

    def data(self, problem: Problem, seed: int) -> Data:
        tables = {split: _table(_read(path), self.target) for split, path in self.files.items()}
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


def recognises(path: Path) -> bool:
    """Whether there are tables: any file that is one, any folder that holds one."""
    if path.is_dir():
        return any(table_suffix(child) for child in path.iterdir() if child.is_file())
    return table_suffix(path) is not None


def read(
    path: Path,
    *,
    target: str = "target",
    truth: str | Mapping[str, str] | None = None,
    split: float = 0.75,
) -> Dataset:
    """The dataset in a file or folder of tables.

    ``target`` is the column to be explained; ``truth`` the true expression in the columns' names
    (or x0, x1, ...), for a folder a mapping from the problem's name to it; ``split`` the share of
    rows that train where the files do not say. The version is a digest of the files and of these
    options. Raises TableError, naming file, row and column.
    """
    if not 0 < split < 1:
        raise TableError(f"split is {split!r}; it is the share of training rows, between 0 and 1")
    groups = _groups(path)
    truths = _truths(truth, list(groups), path)
    version = _digest(groups, target, split)
    problems = tuple(
        _problem(_stem(path), version, name, files, target, truths.get(name), split)
        for name, files in groups.items()
    )
    return Dataset(_stem(path), version, problems, f"tables in {path}", str(path), "the user's own")


def _problem(
    dataset: str,
    version: str,
    name: str,
    files: Mapping[str, Path],
    target: str,
    truth: str | None,
    split: float,
) -> Problem:
    headers: tuple[str, ...] | None = None
    for path in files.values():
        columns = _read(path)
        columns.index(target)
        if headers is not None and columns.names != headers:
            raise TableError(f"{path}: its columns differ from those of {next(iter(files))}")
        headers = columns.names
        if "all" in files and len(columns.values) < 2:
            raise TableError(f"{path}: one row cannot be split into train and test")
    inputs = [header for header in headers or () if header != target]
    if not inputs:
        raise TableError(f"{next(iter(files.values()))}: there is no column but '{target}'")
    variables = variables_for(inputs)
    return Problem(
        dataset=dataset,
        version=version,
        name=name,
        variables=variables,
        targets=(Target(Variable("y", target), _truth(truth, variables, name)),),
        source=OwnTable(dict(files), target, split),
        formula=truth or "",
    )


def variables_for(headers: Sequence[str]) -> tuple[Variable, ...]:
    """Variables for columns with any names at all.

    They are called x0, x1, ... with the header as symbol; where the headers are themselves such
    names (x1, x2, ...) they are kept.
    """
    numbered = re.compile(r"x\d+")
    if all(numbered.fullmatch(header) for header in headers):
        return tuple(Variable(header, header) for header in headers)
    # A header such as x7 among others would be taken for the eighth column: it is no symbol then.
    return tuple(
        Variable(f"x{j}", "", header) if numbered.fullmatch(header) else Variable(f"x{j}", header)
        for j, header in enumerate(headers)
    )


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
        part = _SPLIT_OF.fullmatch(_stem(file))
        name, split = (
            (part["name"], part["split"]) if part and path.is_dir() else (_stem(file), "all")
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


def _stem(path: Path) -> str:
    suffix = table_suffix(path) if path.is_file() else None
    name = path.resolve().name
    return name[: -len(suffix)] if suffix else name


def _digest(groups: Mapping[str, Mapping[str, Path]], target: str, split: float) -> str:
    sha = hashlib.sha256(f"{target}\x1f{split!r}".encode())
    for name, by_split in groups.items():
        for part, path in by_split.items():
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            sha.update(f"\x1f{name}\x1f{part}\x1f{content}".encode())
    return sha.hexdigest()[:12]


def _read(path: Path) -> Columns:
    status = path.stat()
    return _read_once(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4)
def _read_once(path: Path, modified: int, size: int) -> Columns:
    return read_table(path)


def _table(columns: Columns, target: str) -> Table:
    j = columns.index(target)
    inputs = [k for k in range(len(columns.names)) if k != j]
    return Table(columns.values[:, inputs], columns.values[:, j].copy())
