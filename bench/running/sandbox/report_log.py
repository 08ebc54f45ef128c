"""Reports of one run: all of them while they are few, an even thinning where they are many."""

from __future__ import annotations

from bench.running.results.record import Report
from bench.running.sandbox.answer import answer_length

MAX_REPORTS = 1000
MAX_REPORT_TEXT = 2_000_000  # characters of all that are kept


class Reports:
    """Collects reports in bounded space; the first and the last are always among them."""

    def __init__(self) -> None:
        self._kept: list[Report] = []
        self._length = 0
        self._last: Report | None = None
        self._every = 1
        self._count = 0

    def add(self, report: Report) -> None:
        """Take in a report; one that repeats the last expression says nothing new."""
        if self._last is not None and self._last.expression == report.expression:
            return
        self._last = report
        if self._count % self._every == 0:
            self._kept.append(report)
            self._length += answer_length(report.expression)
            while len(self._kept) > MAX_REPORTS or self._is_long():
                self._thin()
        self._count += 1

    def all(self) -> list[Report]:
        """The reports in the order of time."""
        if self._last is None or self._kept[-1] is self._last:
            return self._kept
        return [*self._kept, self._last]

    def _is_long(self) -> bool:
        return self._length > MAX_REPORT_TEXT and len(self._kept) > 1

    def _thin(self) -> None:
        del self._kept[1::2]
        self._every *= 2
        self._length = sum(answer_length(report.expression) for report in self._kept)
