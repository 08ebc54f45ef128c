"""Pairs of a prediction and a truth: where they come from, and judging them, a file at a time."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.basics.files import naming, write_whole
from bench.expression import ParseError, read, symbols
from bench.problems.data import Data
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem, Target
from bench.problems.variable import Variable
from bench.scoring.comparing import Claim, nothing_compared
from bench.scoring.equivalence import default_domain
from bench.scoring.equivalence.verdict import Verdict, Witness
from bench.scoring.metrics import Metric, ned_metric, rule_metrics
from bench.scoring.ned.edit_distance import EditDistance
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.pool import score_many
from bench.scoring.predictions import CsvRow, read_rows
from bench.scoring.rules import all_rules
from bench.scoring.scorecard import SOLE, Comparison, Scorecard
from bench.scoring.steps import Item, NoAnswer, Scheme, ScoringLimits, ScoringStep, judge_version


@dataclass(frozen=True)
class Pair:
    """A prediction and what it is held against; ``fault`` says why the truth is none."""

    prediction: str | None
    problem: Problem
    fault: str = ""


class _NoData:
    """The source of a problem that is only a truth and a domain."""

    def data(self, problem: Problem, seed: int) -> Data:
        raise TypeError(f"'{problem.id}' has no data")


TABLE = "table"
NO_PAIR = "and only tables can be named: judge an expression against the text of a law"


def pair(
    prediction: str | None,
    truth: str,
    problem: Problem | None = None,
    *,
    variables: Sequence[str] = (),
) -> Pair:
    """The pair of two texts; without a problem, on the judge's default domain.

    Raises ValueError for a problem that is no table.

    ``variables`` are the names of the variables then; by default they are those that occur.
    """
    if problem is None:
        problem = _bare_problem(prediction, truth, variables)
    if problem.kind != TABLE:
        raise ValueError(f"problem '{problem.id}' is of the kind {problem.kind}, {NO_PAIR}")
    target = Target(problem.targets[0].variable, truth)
    problem = replace(problem, targets=(target,))
    try:
        constants = read(truth, problem.variables).constants
    except ParseError as error:
        return Pair(prediction, problem, f"the truth is no expression: {error}")
    if constants:
        fault = f"the truth is a template: {', '.join(constants)} have no value"
        return Pair(prediction, problem, fault)
    return Pair(prediction, problem)


def read_pairs(path: Path, load: Callable[[str], Dataset]) -> list[Pair]:
    """The rows of a CSV file with the columns prediction, truth and, optionally, problem.

    ``problem`` is ``dataset/name``, which supplies the domain (and the truth, where that is
    empty); ``load`` finds a dataset by its name, raising LookupError or ValueError where it
    cannot. Raises CsvError, naming row and column, for a file that is malformed.
    """
    datasets: dict[str, Dataset] = {}
    pairs = []
    for row in read_rows(path, ("prediction", "truth"), {"problem": ""}):
        problem = _problem_of(row, datasets, load) if row["problem"] else None
        truth = row["truth"] or (problem.truth if problem else None)
        if truth is None:
            raise row.error("truth", "empty, and there is no problem that has one")
        pairs.append(pair(row["prediction"] or None, truth, problem))
    return pairs


def judge_pairs(
    pairs: Sequence[Pair],
    *,
    workers: int = 1,
    limits: ScoringLimits | None = None,
    forms: FormCache | None = None,
) -> Iterator[Scorecard]:
    """The scorecard of each pair, in order: verdicts and edit distance; see ``score_many``."""
    limits = limits or ScoringLimits()
    items = [Item(p.prediction, p.problem, PAIR_SCHEME, pair_metrics) for p in pairs if not p.fault]
    cards = score_many(items, workers=workers, limits=limits, forms=forms)
    for one in pairs:
        yield _faulty(one, limits) if one.fault else next(cards)


def judge_file(
    pairs: Sequence[Pair],
    out: Path,
    *,
    workers: int = 1,
    limits: ScoringLimits | None = None,
    forms: FormCache | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Judge ``pairs`` into the CSV file ``out``, with ``pair_columns``, in the same order.

    What is finished stands in ``out`` with ``.partial`` added to its name until all is; the same
    call after an interruption goes on from there. ``on_progress`` is called with the number
    of rows that are safe, those of the earlier call among them.
    """
    limits = limits or ScoringLimits()
    partial = out.with_name(out.name + ".partial")
    rows = _resume(partial, _digest(pairs, limits), len(pairs))
    done = len(rows)
    with naming(out), partial.open("a", encoding="utf-8") as journal:
        for card in judge_pairs(pairs[done:], workers=workers, limits=limits, forms=forms):
            rows.append(row_of(card))
            journal.write(json.dumps(rows[-1]) + "\n")
            journal.flush()
            if on_progress is not None:
                on_progress(len(rows))
    _write_table(out, rows)
    partial.unlink()


def pair_columns() -> tuple[str, ...]:
    """The columns of a file of judged pairs, one for each rule among them."""
    return ("ned", *all_rules(), "reason", "witness", "read_as", "seconds")


def row_of(card: Scorecard) -> dict[str, str]:
    """A scorecard as a row of ``pair_columns``; the reasons by rule where they differ."""
    verdicts, edit = card.comparison.verdicts, card.comparison.edit
    reasons = {rule: verdict.reason for rule, verdict in verdicts.items()}
    parts = [f"{rule}: {reason}" for rule, reason in reasons.items()]
    if len(set(reasons.values())) == 1:
        parts = [next(iter(reasons.values()))]
    if edit is not None and edit.reason not in ("", *reasons.values()):
        parts.append(f"ned: {edit.reason}")
    witness = first_witness(card)
    return {
        "ned": repr(card.values["ned"]),
        **{rule: verdict.answer for rule, verdict in verdicts.items()},
        "reason": "; ".join(parts),
        "witness": "" if witness is None else json.dumps(witness.as_dict()),
        "read_as": card.comparison.read_as,
        "seconds": f"{sum(card.seconds.values()):.6f}",
    }


def first_witness(card: Scorecard) -> Witness | None:
    """The first point, in the order of the rules, at which the two sides differ."""
    verdicts = card.comparison.verdicts.values()
    return next((one.witness for one in verdicts if one.witness is not None), None)


def _bare_problem(prediction: str | None, truth: str, names: Sequence[str]) -> Problem:
    """The problem of a truth: its own names are the variables, and others of the prediction."""
    if not names:
        known = _names_in(truth)
        names = sorted(known | _other_names(prediction or "", known))
    # A sampling rule for each: without one, a problem looks at its data to find its domain.
    variables = default_domain(list(names)).variables
    return Problem("pairs", "1", "pair", variables, (Target(),), _NoData())


def _names_in(text: str) -> frozenset[str]:
    try:
        reading = read(text)
    except ParseError:
        return frozenset()
    return symbols(reading.expression) - set(reading.constants)


def _other_names(text: str, known: frozenset[str]) -> frozenset[str]:
    """The variables of a text that are none of ``known`` in another spelling, as x_0 is x0."""
    found = _names_in(text)
    if found <= known:
        return frozenset()
    try:
        again = read(text, [Variable(name) for name in sorted(known)])
    except ParseError:
        return found
    # A bare c, a constant without a value elsewhere, is a variable where none were named.
    return found if len(again.constants) > len(read(text).constants) else frozenset()


def _problem_of(
    row: CsvRow, datasets: dict[str, Dataset], load: Callable[[str], Dataset]
) -> Problem:
    dataset, slash, name = row["problem"].partition("/")
    if not slash:
        raise row.error("problem", f"'{row['problem']}' is not of the form dataset/name")
    try:
        if dataset not in datasets:
            datasets[dataset] = load(dataset)
        problem = datasets[dataset][name]
    except KeyError:
        raise row.error("problem", f"dataset '{dataset}' has no problem '{name}'") from None
    except (LookupError, ValueError) as error:
        raise row.error("problem", str(error)) from None
    if problem.kind != TABLE:
        raise row.error("problem", f"'{row['problem']}' is of the kind {problem.kind}, {NO_PAIR}")
    return problem


@dataclass(frozen=True)
class PairSubject:
    """A pair made ready: there are no data, and nothing to see but the claim."""

    claim: Claim

    @property
    def steps(self) -> tuple[ScoringStep, ...]:
        return self.claim.steps


def _ready(item: Item, forms: FormCache, limits: ScoringLimits) -> PairSubject:
    problem: Problem = item.problem
    truth = read(problem.targets[0].truth or "", problem.variables).expression
    if not isinstance(item.answer, str):
        raise NoAnswer("no expression")
    try:
        reading = read(item.answer, problem.variables)
    except ParseError as error:
        raise NoAnswer(f"no expression: {error}") from None
    claim = Claim(
        reading.filled, truth, lambda: problem.domain, forms, limits, reading=reading
    )  # fmt: skip
    return PairSubject(claim)


def _failed(item: Item, why: str) -> dict[str, Comparison]:
    problem: Problem = item.problem
    return {SOLE: nothing_compared(read(problem.truth or "", problem.variables).expression, why)}


def pair_metrics() -> tuple[Metric, ...]:
    """What is asked of a pair: every rule, and the edit distance."""
    return (*rule_metrics((PAIRS,), all_rules().values()), ned_metric((PAIRS,)))


PAIRS = "pairs"
PAIR_SCHEME = Scheme(PAIRS, _ready, _failed)


def _faulty(one: Pair, limits: ScoringLimits) -> Scorecard:
    card = Item(one.prediction, one.problem, PAIR_SCHEME, pair_metrics).blank(limits)
    verdicts = dict.fromkeys(all_rules(), Verdict("undecided", "truth", one.fault))
    edit = EditDistance(reason=one.fault)
    comparisons = {SOLE: Comparison(verdicts, edit)}
    return card.but(failure=one.fault, comparisons=comparisons, values={"ned": edit.ned})


def _digest(pairs: Sequence[Pair], limits: ScoringLimits) -> str:
    """What makes results the same: texts, domains, limits, and the version of the judge."""
    sha = hashlib.sha256(judge_version(PAIR_SCHEME, pair_metrics(), limits).encode())
    for one in pairs:
        sha.update(repr((one.prediction, one.problem.truth, one.problem.domain)).encode())
    return sha.hexdigest()


def _resume(partial: Path, digest: str, most: int) -> list[dict[str, str]]:
    """The rows of an earlier, interrupted call; the journal is begun anew where it is another's.

    Whatever follows the last whole line was cut off in the middle of writing.
    """
    heading = {"digest": digest}
    rows: list[dict[str, str]] = []
    try:
        lines = partial.read_text(encoding="utf-8").split("\n")[:-1]
        records = [json.loads(line) for line in lines]
        if records and records[0] == heading:
            rows = [_checked(record) for record in records[1 : most + 1]]
    except (OSError, ValueError, TypeError):
        rows = []
    text = "".join(json.dumps(record) + "\n" for record in (heading, *rows))
    write_whole(partial, text.encode())
    return rows


def _checked(record: Mapping[str, Any]) -> dict[str, str]:
    columns = pair_columns()
    if set(record) != set(columns):
        raise ValueError("not a row of results")
    return {name: str(record[name]) for name in columns}


def _write_table(out: Path, rows: Sequence[Mapping[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, pair_columns(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(out, text.getvalue().encode())
