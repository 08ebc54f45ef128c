"""An answer on its way from a method to a record: bounded in the worker, checked outside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bench.kinds.kind import Kind
from bench.method import Answer, Candidate, Discovery
from bench.running.results.plain import counts_from

MAX_EXPRESSION = 100_000  # characters of an answer, names and expressions together
MAX_FRONT = 500  # candidates
MAX_FRONT_TEXT = 2_000_000  # characters of all candidates together


class InvalidAnswer(ValueError):
    """What a method returned is no answer; the message says why in one line."""


def bounded(returned: object) -> tuple[Discovery, int]:
    """What ``discover`` returned, of bounded size, and how many candidates are left out (in the
    worker).

    Raises InvalidAnswer where it is no Discovery of Candidates.
    """
    if not isinstance(returned, Discovery):
        raise InvalidAnswer(
            f"discover returned {_short(returned)}; it must return a Discovery "
            "(Discovery.of(expression) makes one)"
        )
    if not isinstance(returned.best, Candidate):
        raise InvalidAnswer(f"the discovery's best is {_short(returned.best)}, no Candidate")
    _check_length(returned.best)
    if returned.predict is not None and not callable(returned.predict):
        raise InvalidAnswer(f"the discovery's predict is {_short(returned.predict)}, no function")
    try:
        counts = counts_from(returned.counts)
    except TypeError as error:
        raise InvalidAnswer(f"of the discovery's counts, {error}") from None
    front, left_out = _bounded_front(returned.front)
    return Discovery(returned.best, tuple(front), returned.predict, counts=counts), left_out


def _bounded_front(front: Any) -> tuple[list[Candidate], int]:
    kept: list[Candidate] = []
    room = MAX_FRONT_TEXT
    count = 0
    for candidate in front:
        count += 1
        if len(kept) == MAX_FRONT:
            break
        if not isinstance(candidate, Candidate):
            raise InvalidAnswer(f"the front holds {_short(candidate)}, no Candidate")
        length = answer_length(candidate.expression)
        if length <= MAX_EXPRESSION and length <= room:
            kept.append(candidate)
            room -= length
    total = len(front) if hasattr(front, "__len__") else count
    return kept, total - len(kept)


def answer_length(answer: Answer) -> int:
    """Characters of an answer, names and expressions together."""
    if isinstance(answer, str):
        return len(answer)
    return sum(len(name) + len(expression) for name, expression in answer.items())


def _check_length(candidate: Candidate) -> None:
    length = answer_length(candidate.expression)
    if length > MAX_EXPRESSION:
        raise InvalidAnswer(
            f"the expression has {length} characters; the limit is {MAX_EXPRESSION}"
        )


def checked(discovery: Discovery, kind: Kind, told: Mapping[str, Any]) -> Discovery:
    """What a worker sent of an answer to what was ``told``, where it is one (outside the worker).

    Candidates of the front that are none are left out. Raises InvalidAnswer where the best one
    is none.
    """
    black_box = discovery.best.expression == "" and discovery.predicted
    reason = None if black_box else refusal(discovery.best.expression, kind, told)
    if reason is not None:
        raise InvalidAnswer(f"'{_cut(discovery.best.text)}' is no expression: {reason}")
    if len(discovery.front) > MAX_FRONT:
        raise InvalidAnswer(f"the front has {len(discovery.front)} candidates")
    front = (one for one in discovery.front if refusal(one.expression, kind, told) is None)
    return replace(discovery, front=tuple(front))


def refusal(answer: Answer, kind: Kind, told: Mapping[str, Any]) -> str | None:
    """As ``kind.refusal``, for an answer of any length; a fault of the kind is a refusal, too."""
    if answer_length(answer) > MAX_EXPRESSION:
        return f"it has more than {MAX_EXPRESSION} characters"
    try:
        return kind.refusal(answer, told)
    except Exception as error:
        return f"checking it as a {kind.name} failed with {type(error).__name__}: {error}"


def printable(text: str) -> str:
    """The first 1000 characters of ``text`` as one line that does no harm to a terminal."""
    line = " ".join(text[:1000].split())
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)


def _short(value: object) -> str:
    try:
        text = repr(value)
    except Exception:
        text = "something without a repr"
    return f"{type(value).__name__} {_cut(text)}"


def _cut(text: str, length: int = 80) -> str:
    line = " ".join(text[: 2 * length].split())
    return line if len(line) <= length else f"{line[: length - 3]}..."
