"""SRSD's own files: a folder with train, val and test rows as text, and pickled true expressions.

Layout as published (Matsubara et al., arXiv 2206.10540; the data sets ``srsd-feynman_easy`` and so
on): ``train/NAME.txt``, ``val/NAME.txt``, ``test/NAME.txt`` hold one row per line, blanks between
the columns, the target last; ``true_eq/NAME.pkl`` is a pickled SymPy expression in x0, x1, ....
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.basics.words import counted
from bench.expression import symbols
from bench.problems.data import Data, Table
from bench.problems.dataset import Dataset
from bench.problems.formats.tabular import (
    TableError,
    count_number_rows,
    file_digest,
    read_numbers,
)
from bench.problems.formats.unpickle import read_pickled_expression
from bench.problems.problem import Problem, Target
from bench.problems.variable import Variable

OPTIONS = ()

_FOLDER_OF = {"train": "train", "validation": "val", "test": "test", "ood": "ood"}
"""SRSD has the first three; ``ood`` is what ``bench.problems.formats.export`` adds to them."""
_TRUTHS = "true_eq"


@dataclass(frozen=True)
class TextSplits:
    """The rows of SRSD's text files, as they are."""

    files: Mapping[str, Path]
    columns: int

    def data(self, problem: Problem, seed: int) -> Data:
        return Data({split: self._table(path) for split, path in self.files.items()})

    def check(self, problem: Problem) -> None:
        """Look through the rows of all files. Raises TableError."""
        for path in self.files.values():
            count_number_rows(path)
            self._check_width(path, _width(path))

    def _table(self, path: Path) -> Table:
        values = read_numbers(path)
        self._check_width(path, values.shape[1])
        return Table(values[:, :-1].copy(), values[:, -1].copy())

    def _check_width(self, path: Path, width: int) -> None:
        if width != self.columns:
            raise TableError(f"{path}: has {counted(width, 'column')}, not {self.columns}")


def recognises(path: Path) -> bool:
    """Whether a folder has SRSD's layout."""
    return (path / "train").is_dir() and (path / "test").is_dir() and any_text(path / "train")


def any_text(folder: Path) -> bool:
    return next(folder.glob("*.txt"), None) is not None


def read(path: Path) -> Dataset:
    """The dataset in a folder of SRSD's layout; truths are optional, one by one.

    The version is a digest of the files' names and contents. Raises TableError and UnsafePickle,
    naming the file.
    """
    names = sorted(file.stem for file in (path / "train").glob("*.txt"))
    dataset, version = path.resolve().name, _digest(path)
    problems = tuple(_problem(path, dataset, version, name) for name in names)
    return Dataset(dataset, version, problems, f"SRSD's files in {path}", str(path), "")


def _problem(folder: Path, dataset: str, version: str, name: str) -> Problem:
    files = {split: folder / sub / f"{name}.txt" for split, sub in _FOLDER_OF.items()}
    for split in ("validation", "ood"):
        if not files[split].is_file():
            del files[split]
    if not files["test"].is_file():
        raise TableError(f"{files['test']}: is missing, and {files['train']} is there")
    columns = _width(files["train"])
    variables = tuple(Variable(f"x{j}") for j in range(columns - 1))
    truth = _truth(folder / _TRUTHS / f"{name}.pkl", variables)
    return Problem(
        dataset=dataset,
        version=version,
        name=name,
        variables=variables,
        targets=(Target(Variable("y"), truth),),
        source=TextSplits(files, columns),
        formula=truth or "",
    )


def _width(path: Path) -> int:
    with path.open(encoding="utf-8", errors="replace") as file:
        width = len(file.readline().split())
    if width < 2:
        raise TableError(f"{path}: line 1 has {width} columns; an input and the target are needed")
    return width


def _truth(path: Path, variables: tuple[Variable, ...]) -> str | None:
    if not path.is_file():
        return None
    expression = read_pickled_expression(path)
    unknown = sorted(symbols(expression) - {variable.name for variable in variables})
    if unknown:
        raise TableError(f"{path}: has {unknown[0]}, and there are {len(variables)} inputs")
    return str(expression)


def _digest(folder: Path) -> str:
    sha = hashlib.sha256()
    for sub in (*_FOLDER_OF.values(), _TRUTHS):
        for file in sorted((folder / sub).glob("*.*")):
            sha.update(f"{sub}/{file.name}:{file_digest(file)}\n".encode())
    return sha.hexdigest()[:12]
