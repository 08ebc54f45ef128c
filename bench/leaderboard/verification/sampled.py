"""A sample of runs looked at again: their data made anew, their answers judged anew."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.basics.words import shown
from bench.kinds import AnyProblem, item_of
from bench.leaderboard.groups import find_problems
from bench.leaderboard.verification.fault import Fault
from bench.leaderboard.verification.filed import RUN_AGAIN, Filed, HeldRecord
from bench.running.results.judging import answer_of, predicted_of, read_kept
from bench.running.results.record import RecordError
from bench.running.results.store import read_record
from bench.scoring.pool import ScoringError, score_many
from bench.scoring.scorecard import Scorecard
from bench.scoring.steps import ScoringLimits, judging_limits

if TYPE_CHECKING:
    from bench.scoring.steps import Item

Problems = Mapping[tuple[str, str], AnyProblem]

_AS_NEAR = 1e-6
"""How far a measure may be from one of another processor, relatively."""
_LONGEST = ScoringLimits(seconds=120.0, memory_mb=8192)
"""The most that a file may have a step of its judging be given."""


def sampled_faults(
    filed: Filed, places: Sequence[int], problems: Problems | None, workers: int, *, trusted: bool
) -> Iterator[Fault]:
    """What the planned runs at ``places`` come to when they are looked at again.

    ``problems`` are those that only the caller has; others are found by their names.
    """
    names = [filed.name_of(place) for place in places]
    records = {name: filed.records[name] for name in names}
    wanted = {record.problem[0] for record in records.values()}
    found: dict[tuple[str, str], Any] = dict(
        find_problems(wanted, [filed.store.folder], trusted=trusted)
    )
    found |= problems or {}
    known: list[str] = []
    said: dict[tuple[str, str], Fault] = {}
    for name, record in records.items():
        fault = _unknown(record, found)
        if fault is None:
            known.append(name)
        else:
            said.setdefault((fault.where, fault.word), fault)
    yield from said.values()
    yield from _data_faults([records[name] for name in known], found)
    yield from _verdict_faults(filed, known, found, workers)


def _unknown(record: HeldRecord, problems: Problems) -> Fault | None:
    dataset, version, name, _ = record.problem
    problem = problems.get((dataset, name))
    if problem is None:
        return Fault.of(
            "unchecked", f"dataset {dataset}", "its problems are not found here",
            "bring the dataset, or its file, to where config.yaml says",
        )  # fmt: skip
    if problem.version != version:
        return Fault.of(
            "other data", f"dataset {dataset}",
            f"records are of version {shown(version[:12])}, and here it is "
            f"{shown(problem.version[:12])}",
            RUN_AGAIN,
        )  # fmt: skip
    return None


def _data_faults(records: Sequence[HeldRecord], problems: Problems) -> Iterator[Fault]:
    """Problems whose data, made anew, have another SHA-256 than the records say."""
    made: dict[tuple[str, str, str, int], str] = {}
    for record in records:
        if record.elsewhere:
            continue
        dataset, _, name, seed = record.problem
        if record.problem not in made:
            try:
                made[record.problem] = _made_anew(problems[dataset, name], seed)
            except Exception as error:  # files of data, other people's packages: anything
                made[record.problem] = ""
                yield Fault.of(
                    "unchecked", f"{dataset}/{name}",
                    f"its data cannot be made: {type(error).__name__}: {error}".rstrip(": "),
                    "rediscover doctor says what is missing here",
                )  # fmt: skip
        digest = made[record.problem]
        if digest and digest != record.data:
            yield Fault.of(
                "other data", record.id,
                f"its record says SHA-256 {shown(record.data[:12])}, and its data, made "
                f"anew, have {digest[:12]}",
                RUN_AGAIN,
            )  # fmt: skip


def _made_anew(problem: AnyProblem, seed: int) -> str:
    """The digest of the data of ``problem``, not of those in the cache."""
    source = getattr(problem, "source", None)
    data = problem.data(seed) if source is None else source.data(problem, seed)
    return str(data.digest)


def _verdict_faults(
    filed: Filed, names: Sequence[str], problems: Problems, workers: int
) -> Iterator[Fault]:
    """Scorecards that say something else than the judge says now."""
    groups: dict[ScoringLimits, list[tuple[str, Scorecard, Item]]] = {}
    for name in names:
        try:
            card = read_kept(filed.store.scores_folder / name).card
            record = read_record(filed.store.records_folder / name)
        except (RecordError, FileNotFoundError):
            continue  # changed since it was read
        limits = judging_limits(card.judge_version)
        if limits is None or not may_be(limits):
            yield Fault.of(
                "edited", f"scores/{name}", f"it was judged under '{card.judge_version}'",
                f"rediscover score {filed.called} judges it",
            )  # fmt: skip
            continue
        problem = problems[record.run.dataset, record.run.problem]
        item = item_of(answer_of(record), problem, record.run.data_seed, predicted_of(record))
        groups.setdefault(limits, []).append((name, card, item))
    for limits, group in groups.items():
        items = [item for _, _, item in group]
        try:
            for (name, card, _), now in zip(
                group, score_many(items, workers=workers, limits=limits), strict=True
            ):
                yield from _compared(filed.called, name, card, now)
        except ScoringError as error:
            yield Fault.of(
                "unchecked", "scores", f"judging again ended: {error}", "see to that, and verify"
            )


def may_be(limits: ScoringLimits) -> bool:
    """Whether what a file says of somebody else's may be given to a step of judging."""
    return limits.seconds <= _LONGEST.seconds and limits.memory_mb <= _LONGEST.memory_mb


def _compared(folder: str, name: str, kept: Scorecard, now: Scorecard) -> Iterator[Fault]:
    differing = differences(kept, now)
    if not differing:
        return
    where, again = f"scores/{name}", f"rediscover score {folder} --again judges all anew"
    cut = sorted({*kept.limits_hit} ^ {*now.limits_hit})
    if cut:
        yield Fault.of(
            "unchecked", where, f"{differing[0]}; judging was cut short: {cut[0]}",
            "verify again on a machine that is not busy",
        )  # fmt: skip
    else:
        more = f", and {len(differing) - 1} more" if len(differing) > 1 else ""
        yield Fault.of("other verdict", where, f"{differing[0]}{more}", again)


def differences(kept: Scorecard, now: Scorecard) -> list[str]:
    """In what two scorecards of one answer differ: verdicts first, then measures."""
    rules = {
        rule: None
        for card in (kept, now)
        for one in card.comparisons.values()
        for rule in one.verdicts
    }
    found = [
        _says(rule, kept.answer_by(rule), now.answer_by(rule))
        for rule in rules
        if kept.answer_by(rule) != now.answer_by(rule)
    ]
    found += [
        _says(name, kept.values.get(name), now.values.get(name))
        for name in dict.fromkeys([*kept.values, *now.values])
        if not _near(kept.values.get(name), now.values.get(name))
    ]
    if kept.lost != now.lost:
        found.append("it lacks other measures than judged again")
    return found


def _says(name: str, kept: object, now: object) -> str:
    return f"{name}: it says {shown(kept)}, and judged again it is {shown(now)}"


def _near(kept: float | None, now: float | None) -> bool:
    if kept is None or now is None:
        return kept is now
    if math.isnan(kept) or math.isnan(now):
        return math.isnan(kept) and math.isnan(now)
    return math.isclose(kept, now, rel_tol=_AS_NEAR, abs_tol=1e-12)
