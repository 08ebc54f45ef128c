"""What is known of whether a law can be told from its data, kept beside the catalogues.

``datasets/rivals/DATASET.csv`` has a row for each problem that was looked at. ``no`` has its proof
with it: a rival, another expression no larger than the law that fits the training rows as well.
``bench.kinds.table.rivals`` checks one, ``python -m benchmarks.rivals`` finds them.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from bench.basics.paths import DATASETS

Word = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Identifiability:
    """Whether the law of ``problem`` (its name in the dataset) is identifiable, and by what.

    ``no``: ``expression`` is a rival. ``yes``: it is what the search ``by`` answered, the law up to
    its constants, and none of its other answers was a rival. ``unknown``: it is empty.
    ``cpu_seconds`` is the budget of the search, 0 where none was needed.
    """

    problem: str
    identifiable: Word
    expression: str
    by: str
    cpu_seconds: float

    def __post_init__(self) -> None:
        if self.identifiable not in get_args(Word):
            raise ValueError(
                f"problem '{self.problem}': identifiable is {self.identifiable!r}; it is "
                f"{', '.join(get_args(Word))}"
            )


def path_of(dataset: str) -> Path:
    """Where the rows of a dataset are kept."""
    return DATASETS / "rivals" / f"{dataset}.csv"


@cache
def stored(dataset: str) -> dict[str, Identifiability]:
    """What is kept of a dataset, by problem; empty where nobody has looked.

    Raises ValueError, naming the file and the row, for one that cannot be meant.
    """
    path = path_of(dataset)
    return {one.problem: one for one in read_rows(path)} if path.is_file() else {}


@cache
def rivals_digest() -> str:
    """A digest of all that is kept."""
    sha = hashlib.sha256()
    for path in sorted(path_of("").parent.glob("*.csv")):
        sha.update(f"{path.name}:{hashlib.sha256(path.read_bytes()).hexdigest()};".encode())
    return sha.hexdigest()


def word_of(dataset: str, problem: str) -> Word:
    """``yes``, ``no``, or ``unknown``, also where nobody has looked."""
    known = stored(dataset).get(problem)
    return "unknown" if known is None else known.identifiable


def read_rows(path: Path) -> list[Identifiability]:
    """The rows of one file. Raises ValueError, naming file and row."""
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                found.append(Identifiability(**{**row, "cpu_seconds": float(row["cpu_seconds"])}))  # type: ignore[arg-type]
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}, line {number}: {error}") from None
    return found


def write_rows(path: Path, rows: Iterable[Identifiability]) -> None:
    """Write one file whole, by the names of problems."""
    path.parent.mkdir(exist_ok=True)
    lines = sorted(rows, key=lambda one: one.problem)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, [one.name for one in fields(Identifiability)], lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(asdict(one) for one in lines)
