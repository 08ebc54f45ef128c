"""The labelled suite for the judge: pairs whose labels follow from how they were made.

``python -m benchmarks.judge.suite`` writes ``tests/data/judge_suite.csv.gz`` anew, the same bytes
every time. Columns: ``id``, ``half``, ``problem`` (dataset/name, which has truth and domain) or
``truth`` and ``domain`` (JSON), ``made`` (how), ``prediction``, and one label for each rule: an
answer, or empty where the making decides nothing.

Pairs over the laws of published problems (``makers.py``): chains of true identities;
constants rounded to 4..10 digits; terms and factors that are next to nothing; redundant constants;
constants that are far off; and near misses (``near_misses.py``). Pairs that bring their own
law: how a constant is spelled and how far it may move (``constants.py``), what carries
structure and where float64 misleads (``structure.py``), what is hard to see
(``subtle.py``), and where the letter of the published rule decides (``letter.py``).

What lies near a threshold is left out, measured on values alone:

* ``exact`` and ``srbench_relative`` yes: values within 2.5e-4 of the truth's at every point; no,
  for a constant that is off: more than 2 % (4 % for ``srbench_relative``) away at half the points;
* near misses: values (to 50 digits) further than 1e-7 from the truth's somewhere, and from every
  multiple of the truth, and from the truth plus every constant;
* two rules look at R2: pairs with R2 between 0.3 and 0.7 in one of ten samples have no label;
* what is next to nothing: it must be so at 20,000 points, to half the tolerance;
* pairs that float64 cannot evaluate (to 1e-6 for an identity) are left out;
* ``srbench`` is labelled by SRBench's own arithmetic (``published.py``).

Half of the suite, ``held``, comes from a seed of its own, and is looked at as totals only: the
judge was tuned on the other half (``tune``) and on real predictions. Earlier held-out halves, of
seeds 2 to 6, were used up.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bench.expression import ParseError, evaluate, parse, size
from bench.problems import Problem, load_dataset, sample_domain
from benchmarks.judge.constants import CONSTANTS
from benchmarks.judge.identities import Ground
from benchmarks.judge.letter import LETTER
from benchmarks.judge.makers import MAKERS, Made, Origin
from benchmarks.judge.pairs import LAW, LabelledPair, Labels, OwnPair, domain_text, write
from benchmarks.judge.published import published_label, r2_of_samples, scope_label
from benchmarks.judge.structure import STRUCTURE
from benchmarks.judge.subtle import SUBTLE

DATASETS = ("srsd", "aifeynman", "aifeynman_bonus", "nguyen", "livermore", "llmsrbench")
SEEDS = {"tune": 1, "held": 7}
CLASSES = {**CONSTANTS, **STRUCTURE, **SUBTLE, **LETTER}
PER_CLASS = 120
_LARGEST = 120


def generate(half: str) -> Iterator[LabelledPair]:
    """The pairs of one half."""
    for source in _sources():
        yield from _from_problem(source, half)
    for name in CLASSES:
        yield from _of_class(name, half)


def _from_problem(source: Origin, half: str, per_problem: int = 5) -> Iterator[LabelledPair]:
    names = list(MAKERS)
    weights = [MAKERS[name][1] for name in names]
    rng = random.Random(f"{SEEDS[half]}/{source.problem.id}")
    seen: set[str] = set()
    for attempt in range(4 * per_problem):
        if len(seen) == per_problem:
            break
        name = rng.choices(names, weights)[0]
        made = _sane(source, MAKERS[name][0](source, rng))
        text = "" if made is None else str(made.expression)
        if made is None or text in seen:
            continue
        seen.add(text)
        problem = source.problem
        labels = _labels(made.labels, text, problem.truth or "", problem)
        yield LabelledPair(
            f"{half}/{problem.id}/{attempt}", half, problem.id, "", "", name, text,
            labels.srbench_relative, labels.exact, labels.skeleton, labels.srbench,
        )  # fmt: skip


def _of_class(name: str, half: str) -> Iterator[LabelledPair]:
    rng = random.Random(f"{SEEDS[half]}/{name}")
    seen: set[tuple[str, str]] = set()
    while len(seen) < PER_CLASS:
        written = CLASSES[name](rng)
        if (written.prediction, written.truth) in seen:
            continue
        seen.add((written.prediction, written.truth))
        labels = _labels(written.labels, written.prediction, written.truth, written)
        yield LabelledPair(
            f"{half}/{name}/{len(seen)}", half, "", written.truth, domain_text(written.domain),
            name, written.prediction,
            labels.srbench_relative, labels.exact, labels.skeleton, labels.srbench,
        )  # fmt: skip


def _labels(labels: Labels, prediction: str, truth: str, pair: Problem | OwnPair) -> Labels:
    """``labels`` with that of ``srbench``, and none where R2 is near the threshold."""
    if labels.srbench != "?" and scope_label(truth):
        labels = replace(labels, srbench=published_label(prediction, truth, pair.domain))
    if labels.srbench == "?":
        labels = replace(labels, srbench=published_label(prediction, truth, pair.domain))
    if isinstance(pair, OwnPair) and labels.srbench_relative == "yes" and labels.exact != "yes":
        try:
            least = r2_of_samples(prediction, truth, pair.domain)[0]
        except ParseError:
            least = 0.0
        if not least > 0.7:
            labels = replace(labels, srbench_relative="")
    return labels


def _sane(source: Origin, made: Made | None) -> Made | None:
    """``made``, unless float64 cannot evaluate it or it lies near the tolerance."""
    if made is None or size(made.expression) > _LARGEST:
        return None
    if made.labels != LAW:
        return made
    away = float(np.max(source.deviation(made.expression)))
    return made if away < 2.5e-4 else None


def _sources() -> Iterator[Origin]:
    for name in DATASETS:
        for problem in load_dataset(name).problems:
            if problem.truth is not None:
                source = _source(problem)
                if source is not None:
                    yield source


def _source(problem: Problem) -> Origin | None:
    assert problem.truth is not None
    truth = parse(problem.truth, problem.variables)
    X = sample_domain(problem.domain, 200, 7)
    y = evaluate(truth, problem.names, X)
    usable = np.isfinite(y) & (y != 0)
    if usable.sum() < 50:
        return None
    positive = frozenset(
        variable.name
        for variable in problem.variables
        if variable.sampling and variable.sampling.signs == "positive" and variable.sampling.low > 0
    )
    ground = Ground(problem.names, positive, X[usable])
    return Origin(problem, truth, ground, y[usable])


def main() -> None:
    with np.errstate(all="ignore"):
        pairs = [pair for half in SEEDS for pair in generate(half)]
    write(pairs)
    for half in SEEDS:
        made = Counter(pair.made for pair in pairs if pair.half == half)
        print(
            f"{half}: {sum(made.values())} pairs;", ", ".join(f"{k} {n}" for k, n in made.items())
        )


if __name__ == "__main__":
    main()
