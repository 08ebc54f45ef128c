"""Pairs of a prediction and a truth: where they come from, and judging them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.expression import ParseError, parse, symbols
from bench.problems.data import Data
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem, Target
from bench.scoring.csv_rows import Row, read_rows
from bench.scoring.equivalence import default_domain
from bench.scoring.ned.edit_distance import EditDistance
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.pool import score_many
from bench.scoring.scorecard import Scorecard, verdicts_of
from bench.scoring.steps import JUDGING, Item, ScoringLimits


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


def pair(prediction: str | None, truth: str, problem: Problem | None = None) -> Pair:
    """The pair of two texts; without a problem, on the judge's default domain."""
    if problem is None:
        problem = _bare_problem(prediction, truth)
    target = Target(problem.targets[0].variable, truth)
    problem = replace(problem, targets=(target,))
    try:
        parse(truth, problem.variables)
    except ParseError as error:
        return Pair(prediction, problem, f"the truth is no expression: {error}")
    return Pair(prediction, problem)


def read_pairs(path: Path, load: Callable[[str], Dataset]) -> list[Pair]:
    """The rows of a CSV file with the columns prediction, truth and, optionally, problem.

    ``problem`` is ``dataset/name``, which supplies the domain (and the truth, where that is
    empty); ``load`` finds a dataset by its name, raising LookupError or ValueError where it
    cannot. Raises TableError, naming row and column, for a file that is malformed.
    """
    datasets: dict[str, Dataset] = {}
    pairs = []
    for row in read_rows(path, ("prediction", "truth"), ("problem",)):
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
    items = [Item(p.prediction, p.problem, steps=JUDGING) for p in pairs if not p.fault]
    cards = score_many(items, workers=workers, limits=limits, forms=forms)
    for one in pairs:
        yield _faulty(one, limits) if one.fault else next(cards)


def _bare_problem(prediction: str | None, truth: str) -> Problem:
    names: set[str] = set()
    for text in (prediction or "", truth):
        try:
            names |= symbols(parse(text))
        except ParseError:
            continue
    # A sampling rule for each: without one, a problem looks at its data to find its domain.
    variables = default_domain(sorted(names)).variables
    return Problem("pairs", "1", "pair", variables, (Target(),), _NoData())


def _problem_of(row: Row, datasets: dict[str, Dataset], load: Callable[[str], Dataset]) -> Problem:
    dataset, slash, name = row["problem"].partition("/")
    if not slash:
        raise row.error("problem", f"'{row['problem']}' is not of the form dataset/name")
    try:
        if dataset not in datasets:
            datasets[dataset] = load(dataset)
        return datasets[dataset][name]
    except KeyError:
        raise row.error("problem", f"dataset '{dataset}' has no problem '{name}'") from None
    except (LookupError, ValueError) as error:
        raise row.error("problem", str(error)) from None


def _faulty(one: Pair, limits: ScoringLimits) -> Scorecard:
    card = Item(one.prediction, one.problem).blank(limits, one.fault)
    verdicts = verdicts_of("undecided", "truth", one.fault)
    return card.but(edit=EditDistance(reason=one.fault), verdicts=verdicts)
