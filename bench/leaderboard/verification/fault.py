"""Fault: one thing that is not as it should be, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from bench.basics.words import shown
from bench.running.sandbox.answer import printable

Word = Literal[
    "damaged", "edited", "stale", "missing", "foreign", "unscored", "other judge", "other data",
    "other verdict", "other discovery", "newer", "unchecked",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a word, where, why that is said, and the way out. Texts are printable."""

    word: Word
    where: str
    why: str
    way_out: str

    @classmethod
    def of(cls, word: Word, where: object, why: object, way_out: str) -> Fault:
        """The fault, with what came from outside made harmless to a terminal."""
        texts = (printable(shown(one)) for one in (where, why, way_out))
        return cls(word, *texts)

    def __str__(self) -> str:
        return f"{self.word}: {self.where}: {self.why} ({self.way_out})"


@dataclass(frozen=True)
class Verification:
    """What was looked at, in numbers, and all that was found to be wrong."""

    checked: dict[str, int] = field(default_factory=dict)
    faults: Sequence[Fault] = ()

    def as_dict(self) -> dict[str, Any]:
        """The same as plain JSON."""
        return {"checked": self.checked, "faults": [asdict(one) for one in self.faults]}
