"""What failed, alike failures together: the block that ends a run and a scoring."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bench.running.results.record import Record

_SHOWN = 10


@dataclass
class Failures:
    """Records that are not ``ok``, counted by method, status and first line of the message."""

    _counts: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _logs: dict[tuple[str, str, str], Path] = field(default_factory=dict)

    def add(self, record: Record, log: Path) -> None:
        """Count ``record`` if it is a failure; ``log`` is where its run's output is, if any."""
        if record.status != "ok":
            key = (record.run.method.label, record.status, record.message.partition("\n")[0])
            self._counts[key] = self._counts.get(key, 0) + 1
            self._logs.setdefault(key, log)

    def lines(self) -> list[str]:
        """A line for each kind, the most frequent first, under a heading; nothing of nothing."""
        kinds = sorted(self._counts, key=lambda key: (-self._counts[key], key))
        lines = ["failures:", *map(self._line, kinds[:_SHOWN])] if kinds else []
        if len(kinds) > _SHOWN:
            lines.append(f"  and {len(kinds) - _SHOWN} other kinds")
        return lines

    def _line(self, key: tuple[str, str, str]) -> str:
        method, status, message = key
        log = f"; log: {self._logs[key]}" if self._logs[key].exists() else ""
        times = f"{self._counts[key]} x " if self._counts[key] > 1 else ""
        return f"  {method}: {times}{status}: {message}{log}"
