"""Why the judge says what it says: what was read, tried, moved and dropped, to 100 digits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from bench.expression import Reading
from bench.problems import Domain, Variable
from bench.scoring.equivalence.case import Case
from bench.scoring.equivalence.judgement import judge
from bench.scoring.equivalence.numerics.points import DEFAULT_SAMPLING
from bench.scoring.equivalence.search.identity import Identity
from bench.scoring.equivalence.thresholds import SLACK
from bench.scoring.equivalence.verdict import STEPS, JudgeLimits, Verdict, Witness

LIMITS = JudgeLimits(seconds=30.0, digits=130)
"""So that the values of a witness have 100 digits, and an identity holds to 110."""

Line = tuple[str, str]
"""What a line is about, and what it says."""

_STAGES: dict[str, str] = {
    "written": "its constants as they are",
    "nearest": "the nearest constants, free ones alone",
    "all": "the nearest constants of all, the law's decimals too",
    "refit": "least squares",
    "matched": "least squares from the law's constants",
    "afar": "least squares from other starts",
    "own signs": "least squares with the signs that are written",
}


def explained(prediction: Reading, truth: Reading, domain: Domain) -> Iterator[Line]:
    """The lines of an explanation: the reading, the domain, every step, verdicts, witnesses.

    ``truth`` must not be a template.
    """
    yield from _read("read as", prediction)
    yield from _read("truth read as", truth)
    yield from (("variable", _range(variable)) for variable in domain.variables)
    yield from (("condition", text) for text in domain.constraints)
    yield "digits", f"{LIMITS.digits}; an identity must hold to {LIMITS.digits - SLACK}"
    cases: list[Case] = []
    verdicts = judge(prediction, truth.expression, domain, limits=LIMITS, cases=cases)
    for case in cases:
        yield from _tried(case)
    for rule, verdict in verdicts.items():
        yield rule, f"{verdict.answer.replace('_', ' ')}: {verdict.reason}"
        yield "", f"by step '{verdict.step}': {STEPS[verdict.step]}"
        yield from (("", text) for text in _evidence(verdict))
    yield from _witnesses(verdicts.items())


def _read(name: str, reading: Reading) -> Iterator[Line]:
    yield name, reading.read_as
    yield from (("", step) for step in reading.steps)


def _range(variable: Variable) -> str:
    rule = variable.sampling or DEFAULT_SAMPLING
    signs = {"positive": "", "negative": ", negative", "both": ", of either sign"}[rule.signs]
    kind = rule.kind.replace("_", "-")
    return f"{variable.name} from {rule.low:g} to {rule.high:g}{signs} ({kind})"


def _tried(case: Case) -> Iterator[Line]:
    """Every form of the prediction, and what each stage of the search found for it."""
    for variant, found in groupby(case.found.items(), key=lambda item: item[0][0]):
        yield "form", str(variant.expression)
        if variant.dropped:
            yield "", f"without {', '.join(variant.dropped)}"
        for was, now in variant.snapped:
            yield "", f"exponent {was!r} taken for {now!r}"
        for (_, stage), identity in found:
            yield "", f"{_STAGES[stage]}: {_outcome(identity)}"


def _outcome(identity: Identity | None) -> str:
    if identity is None:
        return "not the law"
    moves = _moves(zip(identity.start.tolist(), identity.end.tolist(), strict=True))
    return f"{identity.status}, {identity.reason}{moves and '; '}{moves}"


def _moves(pairs: Iterable[tuple[float, float]]) -> str:
    return ", ".join(f"{was!r} to {now!r}" for was, now in pairs if was != now)


def _evidence(verdict: Verdict) -> Iterator[str]:
    evidence = dict(verdict.evidence)
    for name, word in (("constants", "moved"), ("exponents", "exponents taken for")):
        pairs = [(one["from"], one["to"]) for one in evidence.pop(name, [])]
        if pairs:
            yield f"{word}: {_moves(pairs)}"
    dropped = evidence.pop("dropped", [])
    if dropped:
        yield f"dropped: {', '.join(dropped)}"
    yield from (f"{name}: {value}" for name, value in evidence.items())


def _witnesses(verdicts: Iterable[tuple[str, Verdict]]) -> Iterator[Line]:
    """Each witness once, with the rules that it is for."""
    rules: dict[str, list[str]] = {}
    witnesses: dict[str, Witness] = {}
    for rule, verdict in verdicts:
        if verdict.witness is not None:
            key = str(verdict.witness.as_dict())
            witnesses[key] = verdict.witness
            rules.setdefault(key, []).append(rule)
    for key, witness in witnesses.items():
        yield "witness", f"of {', '.join(rules[key])}"
        yield from _values(witness)


def _values(witness: Witness) -> Iterator[Line]:
    if witness.note:
        yield "", witness.note
    yield from (("", f"{name} = {value!r}") for name, value in witness.point.items())
    yield "", f"prediction = {witness.prediction}"
    yield "", f"truth      = {witness.truth}"
    if witness.beside is not None:
        yield "", "and beside it"
        yield from _values(witness.beside)
