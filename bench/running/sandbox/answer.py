"""An answer on its way from a method to a record: bounded in the worker, checked outside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from bench.method import Candidate, Discovery
from bench.problems.variable import Variable
from bench.running.sandbox.wire import Message

MAX_EXPRESSION = 100_000  # characters
MAX_FRONT = 500  # candidates
MAX_FRONT_TEXT = 2_000_000  # characters of all candidates together


class InvalidAnswer(ValueError):
    """What a method returned is no answer; the message says why in one line."""


def to_message(returned: object) -> Message:
    """What ``discover`` returned, as a message of bounded size (in the worker).

    Raises InvalidAnswer where it is no Discovery of Candidates.
    """
    if not isinstance(returned, Discovery):
        raise InvalidAnswer(
            f"discover returned {_short(returned)}; it must return a Discovery "
            "(Discovery.of(expression) makes one)"
        )
    if not isinstance(returned.best, Candidate):
        raise InvalidAnswer(f"the discovery's best is {_short(returned.best)}, no Candidate")
    best = _candidate_message(returned.best)
    front, dropped = _front_message(returned.front)
    return {"kind": "answer", "best": best, "front": front, "dropped": dropped}


def _front_message(front: Any) -> tuple[list[list[Any]], int]:
    kept: list[list[Any]] = []
    room = MAX_FRONT_TEXT
    count = 0
    for candidate in front:
        count += 1
        if len(kept) == MAX_FRONT:
            break
        if not isinstance(candidate, Candidate):
            raise InvalidAnswer(f"the front holds {_short(candidate)}, no Candidate")
        length = len(candidate.expression)
        if length <= MAX_EXPRESSION and length <= room:
            kept.append(_candidate_message(candidate))
            room -= length
    total = len(front) if hasattr(front, "__len__") else count
    return kept, total - len(kept)


def _candidate_message(candidate: Candidate) -> list[Any]:
    expression = candidate.expression
    if len(expression) > MAX_EXPRESSION:
        raise InvalidAnswer(
            f"the expression has {len(expression)} characters; the limit is {MAX_EXPRESSION}"
        )
    return [expression, number(candidate.complexity), number(candidate.loss)]


def number(value: object) -> float | None:
    """``value`` as a finite float where it is one; NumPy scalars count, NaN does not."""
    try:
        converted = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return converted if math.isfinite(converted) else None


def printable(text: str) -> str:
    """The first 1000 characters of ``text`` as one line that does no harm to a terminal."""
    line = " ".join(text[:1000].split())
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)


def packages(told: object) -> dict[str, str]:
    """Versions by package, as a worker told them."""
    if not isinstance(told, dict):
        raise InvalidAnswer(f"{_short(told)} is no table of versions")
    return {str(name)[:100]: str(version)[:100] for name, version in list(told.items())[:50]}


def parses(expression: str, variables: Sequence[Variable]) -> str | None:
    """Why ``expression`` is none in ``variables``; None where it is one."""
    from bench.expression import parse

    try:
        parse(expression, variables)
    except ValueError as error:
        return f"{error}".partition("\n")[0]
    return None


def check(answer: Message, variables: Sequence[Variable]) -> Discovery:
    """The discovery in ``answer``, which a worker sent (outside the worker).

    Candidates of the front that do not parse are left out. Raises InvalidAnswer where the best
    one does not.
    """
    best = _candidate(answer.get("best"))
    reason = parses(best.expression, variables)
    if reason is not None:
        raise InvalidAnswer(f"'{_cut(best.expression)}' is no expression: {reason}")
    front = answer.get("front")
    if not isinstance(front, list) or len(front) > MAX_FRONT:
        raise InvalidAnswer("the front is no list of candidates")
    candidates = (_candidate(item) for item in front)
    return Discovery(best, tuple(c for c in candidates if parses(c.expression, variables) is None))


def _candidate(item: object) -> Candidate:
    if not isinstance(item, list) or len(item) != 3 or not isinstance(item[0], str):
        raise InvalidAnswer(f"{_short(item)} is no candidate")
    if len(item[0]) > MAX_EXPRESSION:
        raise InvalidAnswer(f"an expression of {len(item[0])} characters")
    return Candidate(item[0], number(item[1]), number(item[2]))


def _short(value: object) -> str:
    try:
        text = repr(value)
    except Exception:
        text = "something without a repr"
    return f"{type(value).__name__} {_cut(text)}"


def _cut(text: str, length: int = 80) -> str:
    line = " ".join(text[: 2 * length].split())
    return line if len(line) <= length else f"{line[: length - 3]}..."
