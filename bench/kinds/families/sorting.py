"""What an answer is: the name of a family for each fraction."""

from __future__ import annotations

from collections.abc import Sequence

from bench.method import Answer

NONE = "none"
_LONGEST = 40


def families_of(answer: Answer, names: Sequence[str]) -> dict[str, str]:
    """The family of each of the fractions called ``names``, ``none`` where the answer has none.

    Raises ValueError, in a sentence, for what is no answer.
    """
    if isinstance(answer, str) or not answer:
        said = f"{answer!r:.60}" if answer else "nothing"
        raise ValueError(f"an answer is a family for each fraction, as {_EXAMPLE}, not {said}")
    known = set(names)
    for name, family in answer.items():
        if name not in known:
            raise ValueError(f"there is no fraction '{name:.40}'; the first is {names[0]}")
        called = family.strip()
        if not (0 < len(called) <= _LONGEST and called.isprintable()):
            raise ValueError(
                f"the family of {name} is {family[:60]!r}; a name has 1 to {_LONGEST} characters"
            )
        if called != NONE and called.casefold() == NONE:  # of None, too, which is written so
            raise ValueError(f"the family of {name} is '{called}'; '{NONE}' says that it has none")
    return {name: answer.get(name, NONE).strip() for name in names}


def codes_of(families: Sequence[str]) -> list[int]:
    """A number for each fraction, the same for those of one family: who is in none is alone."""
    numbers: dict[object, int] = {}
    return [
        numbers.setdefault(place if family == NONE else family, len(numbers))
        for place, family in enumerate(families)
    ]


_EXAMPLE = '{"f0": "pi", "f1": "none"}'
