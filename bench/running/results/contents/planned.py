"""PlannedRuns: the plan of a folder in columns, for folders of a hundred thousand runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.kinds.kind import noise_text
from bench.running.results.contents.columns import Rows, Sheet, Words, combined
from bench.running.results.contents.files import Files, settled
from bench.running.results.contents.kept import Kept, is_few, keep, kept_of
from bench.running.results.naming import MethodNames
from bench.running.results.plan import Plan, PlannedRun, read_plan
from bench.running.results.run import Setup
from bench.running.results.store import relative_path

_COLUMNS: dict[str, type] = {
    "method": str, "dataset": str, "version": str, "problem": str, "seed": str, "noise": float,
    "data_seed": str, "setup": str, "source": str, "posed": str,
}  # fmt: skip
"""Seeds are words: they have any number of digits, and few are different."""
_SHORTEST = 100
"""Bytes of a line, at least."""
_SETTING = ("method", "setup", "dataset", "version")
"""What tells the settings of runs apart: see ``MethodNames``."""


@dataclass(frozen=True)
class PlannedRuns:
    """The runs of a plan, in its order, and what else ``Plan`` says.

    ``places`` are where the slots of the runs lie, which end in their identities.
    """

    columns: Sheet
    places: list[str]
    setups: Mapping[str, Setup]
    unread: Mapping[int, str]
    newer: tuple[str, ...]

    @classmethod
    def of(cls, path: Path) -> PlannedRuns:
        """The plan at ``path``; from the cache, where it was kept and has not changed since."""
        files = Files.at(path)
        kept = None if is_few(int(files.sizes.sum()) // _SHORTEST) else kept_of(path)
        if kept is not None and files.same(kept.files):
            return cls._kept(kept)
        planned = cls._read(read_plan(path))
        if not is_few(len(planned)) and len(settled(files)):
            keep(path, planned._to_keep(files))
        return planned

    @classmethod
    def _read(cls, plan: Plan) -> PlannedRuns:
        runs = plan.runs.values()
        rows = [
            (run.method, run.dataset, run.version, run.problem, str(run.seed), run.noise,
             str(run.data_seed), run.setup, run.source, run.posed)
            for run in runs
        ]  # fmt: skip
        columns = Sheet.of(_COLUMNS, rows)
        return cls(columns, _places(runs), plan.setups, plan.unread, plan.newer)

    @classmethod
    def _kept(cls, kept: Kept) -> PlannedRuns:
        notes: Mapping[str, Any] = kept.notes
        setups = {key: Setup(**one) for key, one in notes["setups"].items()}
        unread = {int(number): why for number, why in notes["unread"]}
        return cls(kept.columns, kept.lines, setups, unread, tuple(notes["newer"]))

    def _to_keep(self, files: Files) -> Kept:
        setups = {key: asdict(one) for key, one in self.setups.items()}
        notes = {"setups": setups, "unread": list(self.unread.items()), "newer": self.newer}
        return Kept(files, self.columns, self.places, notes)

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[PlannedRun]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, row: int) -> PlannedRun:
        word = {name: one.words[one.codes[row]] for name, one in self.columns.words.items()}
        facts: dict[str, Any] = {
            **word,
            "seed": int(word["seed"]),
            "data_seed": int(word["data_seed"]),
            "noise": float(self.noise[row]),
            "identity": self.places[row].rpartition("_")[2],
        }
        return PlannedRun(**facts)

    def take(self, rows: Rows) -> PlannedRuns:
        """Some of the runs."""
        places = [self.places[row] for row in rows.tolist()]
        return PlannedRuns(self.columns.take(rows), places, self.setups, self.unread, self.newer)

    def then(self, other: PlannedRuns) -> PlannedRuns:
        """These runs and those of another plan after them."""
        columns, places = self.columns.then(other.columns), [*self.places, *other.places]
        return PlannedRuns(columns, places, {**self.setups, **other.setups}, {}, ())

    def words(self, name: str) -> Words:
        """A column of words."""
        return self.columns.words[name]

    @property
    def noise(self) -> NDArray[np.float64]:
        """The levels of noise."""
        noise: NDArray[np.float64] = self.columns.numbers["noise"]
        return noise

    @property
    def seed(self) -> NDArray[np.float64]:
        """The seeds, as far as floating-point numbers have their digits."""
        words = self.words("seed")
        return np.array([float(one) for one in words.words], dtype=np.float64)[words.codes]

    def setup_of(self, planned: PlannedRun) -> Setup:
        """As ``Plan.setup_of``."""
        return Plan(setups=self.setups).setup_of(planned)

    @cached_property
    def _settings(self) -> tuple[NDArray[np.int64], Rows]:
        return combined(map(self.words, _SETTING))

    @property
    def samples(self) -> list[PlannedRun]:
        """A run of each method in each of its settings: enough for ``MethodNames``."""
        return [self[row] for row in self._settings[1].tolist()]

    @property
    def sample_of(self) -> NDArray[np.int64]:
        """For each run which of ``samples`` has its settings."""
        return self._settings[0]

    @cached_property
    def texts(self) -> Words:
        """What tells the settings of each run from others of its method."""
        samples = self.samples
        texts = Words.of(MethodNames.of(samples, self.setups).texts(samples))
        return texts.take(self.sample_of)


def _places(runs: Iterable[PlannedRun]) -> list[str]:
    prefixes: dict[tuple[str, str, str], str] = {}
    found = []
    for run in runs:
        where = (run.method, run.dataset, run.problem)
        if where not in prefixes:
            prefixes[where] = relative_path("/".join([*where, "x"])).rpartition("/")[0]
        last = f"seed{run.seed}_noise{noise_text(run.noise)}_{run.identity}"
        found.append(f"{prefixes[where]}/{last}")
    return found
