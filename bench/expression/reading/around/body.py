"""The part of a text that is the expression, narrowed step by step."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Body:
    """The part of ``text`` that is the expression.

    ``arguments`` are the names a function was written with, in order; ``label`` is the plain name
    before ``=``, where there is one.
    """

    text: str
    start: int
    end: int
    arguments: tuple[str, ...] = ()
    label: str = ""
    left_out: list[str] = field(default_factory=list)

    def rest(self) -> str:
        """The expression's text."""
        return self.text[self.start : self.end]

    def narrow(self, start: int, end: int, words: str) -> bool:
        """Take a part of what is there, and note what was left out."""
        self.start, self.end = self.start + start, self.start + end
        self.left_out.append(words)
        return True
