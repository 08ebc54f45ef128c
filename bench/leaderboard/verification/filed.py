"""What is filed: every record and scorecard read anew, and held against the plan."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from bench.basics.extension import ExtensionError
from bench.basics.words import counted
from bench.leaderboard.verification.fault import Fault, Word
from bench.running.results.contents.coverage import Coverage
from bench.running.results.contents.facts import answer_bits
from bench.running.results.contents.files import Files
from bench.running.results.contents.holdings import Holdings, slot_of
from bench.running.results.contents.kept import forget
from bench.running.results.imported import ELSEWHERE
from bench.running.results.judging import answer_of, judge_of, read_kept
from bench.running.results.plan import PlannedRun
from bench.running.results.record import EditedRecord, NewerRecord, Record, RecordError
from bench.running.results.store import Store, files_in
from bench.scoring.steps import ScoringLimits, judging_code

RUN_AGAIN = "rediscover run makes it again"
_STALE = "the same rediscover run with --rerun-stale makes it again"


class HeldRecord(NamedTuple):
    """What is kept of a record until all are read."""

    id: str
    problem: tuple[str, str, str, int]
    digest: str
    answer: int
    status: str
    data: str
    elsewhere: bool


class HeldScore(NamedTuple):
    """What is kept of a scorecard until all are read."""

    problem: str
    digest: str
    answer: int
    judge: str
    kind: str


@dataclass
class Filed:
    """The files of a results folder, by name, and what was found to be wrong with them.

    ``called`` is what the folder is called in a way out, and ``sound`` are the planned runs, by
    position, whose record and scorecard count for a table.
    """

    store: Store
    holdings: Holdings
    called: str
    records: dict[str, HeldRecord] = field(default_factory=dict)
    scores: dict[str, HeldScore] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    sound: list[int] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        store: Store,
        called: str,
        on_progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Filed:
        """Read all of ``store``, whatever was kept of it in the index.

        ``on_progress`` is told how many of how many readings are done. Raises OSError where the
        index cannot be taken away.
        """
        for top in (store.plan_path, store.records_folder, store.scores_folder):
            forget(top)
        records, scores = (
            len(Files.below(top).names) for top in (store.records_folder, store.scores_folder)
        )
        count, total = itertools.count(1), records + scores
        found: dict[str, HeldRecord | RecordError] = {}

        def hold(path: Path, one: Record | RecordError) -> None:
            on_progress(next(count), total)
            name = path.relative_to(store.records_folder).as_posix()
            found[name] = _held_record(one) if isinstance(one, Record) else one

        filed = cls(store, Holdings.of(store, hold), called)
        filed._hold(found)
        filed._read_scores(lambda: on_progress(next(count), total))
        filed._check_places()
        filed._check_data()
        return filed

    def name_of(self, place: int) -> str:
        """The name of the record that counts for a planned run; empty where there is none."""
        row = int(self.holdings.chosen[place])
        return self.holdings.files.names[row] if row >= 0 else ""

    @cached_property
    def coverage(self) -> Coverage:
        """What has become of the planned runs: one that is under way is not missing."""
        return Coverage.of(self.holdings)

    @cached_property
    def unread_slots(self) -> set[str]:
        """The places of runs of which there is a record that cannot be read."""
        return {slot_of(name) for name in self.unread}

    def _say(self, word: Word, where: object, why: object, way_out: str) -> None:
        self.faults.append(Fault.of(word, where, why, way_out))

    def _hold(self, found: Mapping[str, HeldRecord | RecordError]) -> None:
        for name, one in sorted(found.items()):
            if isinstance(one, RecordError):
                self._say_unread(f"records/{name}", one, RUN_AGAIN)
                self.unread.add(name)
            else:
                self.records[name] = one

    def _read_scores(self, on_read: Callable[[], None]) -> None:
        score = f"rediscover score {self.called} makes it again"
        for name, path in _files(self.store.scores_folder):
            on_read()
            try:
                kept = read_kept(path)
            except FileNotFoundError:
                continue
            except RecordError as error:
                self._say_unread(f"scores/{name}", error, score)
                continue
            card = kept.card
            judge = judging_code(card.judge_version)
            answer = answer_bits(card.answer)
            self.scores[name] = HeldScore(card.problem, kept.run_digest, answer, judge, card.kind)

    def _say_unread(self, where: str, error: RecordError, way_out: str) -> None:
        if isinstance(error, NewerRecord):
            self._say("newer", where, error, "verify with that version of Rediscover")
        else:
            word: Word = "edited" if isinstance(error, EditedRecord) else "damaged"
            self._say(word, where, error, way_out)

    def _check_places(self) -> None:
        """Hold planned runs against their records and scorecards, and files against the plan."""
        holdings = self.holdings
        taken = {holdings.files.names[row] for row in holdings.strays}
        slots = set(holdings.runs.places)
        for name in sorted(taken):
            if slot_of(name) not in slots:
                self._say(
                    "foreign", f"records/{name}", "no plan holds it",
                    f"rediscover prune {self.called} takes it away",
                )  # fmt: skip
        for name in sorted(set(self.scores) - set(self.records) - self.unread):
            self._say(
                "foreign", f"scores/{name}", "it is of no record that is here",
                f"rediscover prune {self.called} takes it away",
            )  # fmt: skip
        for place, run in enumerate(holdings.runs):
            self._check_run(place, run)

    def _check_run(self, place: int, run: PlannedRun) -> None:
        name = self.name_of(place)
        if not name:
            if (
                self.coverage.missing[place]
                and self.holdings.runs.places[place] not in self.unread_slots
            ):
                self._say("missing", run.id, "it is planned and has no record", RUN_AGAIN)
            return
        record = self.records.get(name)
        if record is None:
            return  # it went away meanwhile, or was said to be unreadable
        if self.holdings.stale[place]:
            self._say("stale", f"records/{name}", "other code of its method made it", _STALE)
        if record.status != "no_data" and self._is_scored(name, record):
            self.sound.append(place)

    def _is_scored(self, name: str, record: HeldRecord) -> bool:
        """Whether the record's scorecard is its own, and of the present judge."""
        score = f"rediscover score {self.called} judges it"
        card = self.scores.get(name)
        if card is None:
            path = self.store.scores_folder / name
            if not path.exists() or path.is_dir():  # else it is said that it cannot be read
                self._say("unscored", f"records/{name}", "it has no scorecard", score)
            return False
        dataset, _, problem, _ = record.problem
        own = (record.digest, record.answer, f"{dataset}/{problem}")
        if (card.digest, card.answer, card.problem) != own:
            self._say(
                "unscored", f"records/{name}",
                "its scorecard is of another answer: the run was done again, or one was edited",
                score,
            )  # fmt: skip
            return False
        now = _judge_now(card.kind)
        if not now:
            self._say(
                "unchecked", f"scores/{name}", f"the kind '{card.kind}' is not known here",
                "install the package that brings it",
            )  # fmt: skip
            return False
        if card.judge != now:
            self._say("other judge", f"scores/{name}", "other code of the judge made it", score)
            return False
        return True

    def _check_data(self) -> None:
        """One problem has one set of data, whoever ran it."""
        found: dict[tuple[str, str, str, int], dict[str, str]] = {}
        for record in self.records.values():
            if record.data:
                found.setdefault(record.problem, {}).setdefault(record.data, record.id)
        for (dataset, version, problem, _), digests in found.items():
            if len(digests) > 1:
                ids = " and ".join(list(digests.values())[:2])
                self._say(
                    "other data", f"{dataset}/{problem}",
                    f"{counted(len(digests), 'SHA-256', 'different SHA-256')} of the data of "
                    f"version {version[:8]}, as in {ids}",
                    "run again those of the wrong data: delete their records, and rediscover run",
                )  # fmt: skip


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(map(Path, files_in(folder, ".json"))):
        yield path.relative_to(folder).as_posix(), path


def _held_record(record: Record) -> HeldRecord:
    run = record.run
    return HeldRecord(
        run.id, (run.dataset, run.version, run.problem, run.data_seed), record.digest,
        answer_bits(answer_of(record)), record.status,
        str(record.provenance.get("data_digest") or ""), ELSEWHERE in record.provenance,
    )  # fmt: skip


@cache
def _judge_now(kind: str) -> str:
    """The code that judges ``kind`` in this program; empty where that is not known here."""
    try:
        return judging_code(judge_of(kind, ScoringLimits()))
    except (LookupError, ExtensionError):
        return ""
