"""Reports of one run: all of them while they are few, an even thinning where they are many."""

from __future__ import annotations

MAX_REPORTS = 1000
MAX_REPORT_TEXT = 2_000_000  # characters of all that are kept

Entry = tuple[float, str, float | None]
"""Seconds since the clock started, expression, loss."""


class Reports:
    """Collects reports in bounded space; the first and the last are always among them."""

    def __init__(self) -> None:
        self._kept: list[Entry] = []
        self._length = 0
        self._last: Entry | None = None
        self._every = 1
        self._count = 0

    def add(self, seconds: float, expression: str, loss: float | None) -> None:
        """Take in a report; one that repeats the last expression says nothing new."""
        if self._last is not None and self._last[1] == expression:
            return
        self._last = (seconds, expression, loss)
        if self._count % self._every == 0:
            self._kept.append(self._last)
            self._length += len(expression)
            while len(self._kept) > MAX_REPORTS or self._is_long():
                self._thin()
        self._count += 1

    def all(self) -> list[Entry]:
        """The reports in the order of time."""
        if self._last is None or self._kept[-1] is self._last:
            return self._kept
        return [*self._kept, self._last]

    def _is_long(self) -> bool:
        return self._length > MAX_REPORT_TEXT and len(self._kept) > 1

    def _thin(self) -> None:
        del self._kept[1::2]
        self._every *= 2
        self._length = sum(len(expression) for _, expression, _ in self._kept)
