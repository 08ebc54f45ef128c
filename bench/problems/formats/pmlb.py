"""Problems in the format of PMLB: ``NAME/NAME.tsv.gz`` with a column ``target``, and metadata.

SRBench keeps its black-box and its ground-truth collections (AI Feynman, ODE-Strogatz) that way
(https://github.com/EpistasisLab/pmlb). Where ``NAME/metadata.yaml`` states the formula, as those of
the ground-truth collections do, it is the problem's truth.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from bench.basics.plain_yaml import plain_yaml
from bench.expression import Expression, ParseError, parse
from bench.problems.data import Data, Table
from bench.problems.dataset import Dataset
from bench.problems.formats.tabular import (
    TableError,
    count_rows,
    file_digest,
    position,
    read_table,
)
from bench.problems.problem import Problem, Target
from bench.problems.variable import Sampling, Variable

OPTIONS = ("max_train",)
TARGET = "target"
MOST_TRAINING_ROWS = 10_000
"""SRBench's limit in its published runs (La Cava et al. 2021, arXiv:2107.14351)."""

_SUFFIXES = (".tsv.gz", ".tsv")
_FORMULA = re.compile(r"^\s*[A-Za-z_]\w*'?\s*=([^=]+)$")
_RANGE = re.compile(r"^\s*(\w+) in \[([-+.\de]+),\s*([-+.\de]+)\]\s*$")


class PmlbError(ValueError):
    """A folder or a ``metadata.yaml`` that is not as PMLB has them."""


def recognises(folder: Path) -> bool:
    """Whether ``folder`` holds a problem in PMLB's format, or folders that do."""
    return bool(_tables(folder))


def read(folder: Path, max_train: int | None = MOST_TRAINING_ROWS) -> Dataset:
    """The problems of a PMLB folder: the folder of one problem, or one of such folders.

    ``max_train`` limits the training rows (None: no limit). The version is a digest of the files.
    Raises PmlbError and TableError; a table's rows are read, and checked, when its data are.
    """
    tables = _tables(folder)
    if not tables:
        raise PmlbError(f"{folder}: no folder NAME with a NAME.tsv.gz in it, as PMLB has them")
    version = _digest(tables, max_train)
    problems = tuple(_problem(folder.name, version, path, max_train) for path in tables)
    return Dataset(folder.name, version, problems, f"PMLB's files in {folder}", str(folder))


@dataclass(frozen=True)
class PmlbTable:
    """The rows of one table, split as SRBench splits them.

    That is scikit-learn's ``train_test_split(train_size=0.75, random_state=seed)``, then NumPy's
    legacy ``choice`` under the same seed where the training rows are more than ``max_train``.
    """

    path: Path
    max_train: int | None = field(default=MOST_TRAINING_ROWS)

    def data(self, problem: Problem, seed: int) -> Data:
        columns = read_table(self.path)
        target = position(self.path, columns.names, TARGET)
        X = np.delete(columns.values, target, axis=1)
        y = columns.values[:, target]
        train, test = split_rows(len(y), seed, self.max_train)
        return Data({"train": Table(X[train], y[train]), "test": Table(X[test], y[test])})

    def check(self, problem: Problem) -> None:
        """Look through the rows. Raises TableError."""
        if count_rows(self.path) < 2:
            raise TableError(f"{self.path}: one row cannot be split into train and test")


def split_rows(
    n: int, seed: int, max_train: int | None
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The rows of the training and the test split among ``n``, by SRBench's recipe."""
    # The published split is the legacy generator's, whose streams NumPy keeps as they are.
    order = np.random.RandomState(seed).permutation(n)
    held_out = ceil(0.25 * n)
    test, train = order[:held_out], order[held_out:]
    if max_train is not None and len(train) > max_train:
        generator = np.random.RandomState(seed)
        train = train[generator.choice(np.arange(len(train)), size=max_train, replace=False)]
    return train, test


def _tables(folder: Path) -> list[Path]:
    """The tables of the problems in a folder, by the names of the problems."""
    if not folder.is_dir():
        return []
    own = [folder / f"{folder.name}{suffix}" for suffix in _SUFFIXES]
    inner = [
        one / f"{one.name}{suffix}"
        for one in sorted(folder.iterdir())
        if one.is_dir()
        for suffix in _SUFFIXES
    ]
    found = {path.parent.name: path for path in reversed(own + inner) if path.is_file()}
    return [found[name] for name in sorted(found)]


def _digest(tables: Sequence[Path], max_train: int | None) -> str:
    sha = hashlib.sha256(f"{max_train}".encode())
    for path in tables:
        for file in (path, path.parent / "metadata.yaml"):
            if file.is_file():
                sha.update(f"{file.parent.name}/{file.name}:{file_digest(file)}\n".encode())
    return sha.hexdigest()[:12]


def _problem(dataset: str, version: str, path: Path, max_train: int | None) -> Problem:
    names = [name for name in _header(path) if name != TARGET]
    metadata = _metadata(path.parent / "metadata.yaml")
    description = metadata.get("description")
    lines = description.splitlines() if isinstance(description, str) else []
    meanings = _meanings(metadata)
    ranges = dict(filter(None, map(_range, lines)))
    variables = tuple(
        Variable(f"x{j}", name, meanings.get(name, ""), None, ranges.get(name))
        for j, name in enumerate(names)
    )
    law, formula = _law(lines, variables)
    return Problem(
        dataset=dataset,
        version=version,
        name=path.parent.name,
        variables=variables,
        targets=(Target(Variable("y", TARGET), None if law is None else str(law)),),
        source=PmlbTable(path, max_train),
        formula=formula,
        meaning=lines[0].strip() if lines else "",
    )


def _header(path: Path) -> list[str]:
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open() as file
        ):
            line = file.readline()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        pointer = path.read_bytes()[:7] == b"version"
        hint = " (a pointer of Git LFS: fetch the file with `git lfs pull`)" if pointer else ""
        raise TableError(f"{path}: not a table: {error}{hint}") from None
    names = [name.strip() for name in line.rstrip("\r\n").split("\t")]
    if TARGET not in names:
        raise TableError(f"{path}: line 1 has no column '{TARGET}'; it has {', '.join(names)}")
    return names


def _metadata(path: Path) -> Mapping[str, Any]:
    import yaml

    if not path.exists():
        return {}
    file_digest(path)  # raises where it is no file: a pipe would be waited for
    try:
        metadata = plain_yaml(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PmlbError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(metadata, dict):
        raise PmlbError(f"{path}: holds {type(metadata).__name__}, not the fields of PMLB")
    return metadata


def _meanings(metadata: Mapping[str, Any]) -> dict[str, str]:
    features = metadata.get("features")
    if not isinstance(features, list):
        return {}
    described = [one for one in features if isinstance(one, dict)]
    return {
        str(one.get("name")): one["description"]
        for one in described
        if isinstance(one.get("description"), str)
    }


def _law(lines: Sequence[str], variables: Sequence[Variable]) -> tuple[Expression | None, str]:
    """The first line ``NAME = FORMULA`` whose formula is one, in the names of the columns."""
    columns = {variable.symbol: variable.name for variable in variables}
    for line in lines:
        stated = _FORMULA.match(line)
        if stated:
            try:
                return parse(stated[1], columns), stated[1].strip()
            except ParseError:
                continue
    return None, ""


def _range(line: str) -> tuple[str, Sampling] | None:
    """``mu in [1.0,5.0]`` as a rule."""
    stated = _RANGE.match(line)
    if stated is None:
        return None
    try:
        low, high = float(stated[2]), float(stated[3])
    except ValueError:
        return None
    return (stated[1], Sampling("uniform", low, high)) if low < high else None
