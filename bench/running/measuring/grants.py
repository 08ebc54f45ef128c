"""Waiting that is granted: what a run waits for its language model is not charged to its budget."""

from __future__ import annotations


class Grants:
    """Seconds of waiting, of which ``most`` may be granted; CPU time used meanwhile is charged."""

    def __init__(self, most: float) -> None:
        self._left = most
        self._since = self._cpu = 0.0
        self.waiting = False
        self.seconds = 0.0

    def begin(self, now: float, cpu: float) -> float:
        """A wait begins, at ``cpu`` seconds used; by how many seconds the run may end later."""
        self.waiting = True
        self._since, self._cpu = now, cpu
        return self._left

    def end(self, now: float, cpu: float) -> tuple[float, float]:
        """The wait ends; what is granted of it, and by how many seconds the run must end sooner
        than ``begin`` said."""
        self.waiting = False
        granted = max(0.0, min(self._left, now - self._since - max(0.0, cpu - self._cpu)))
        unused = self._left - granted
        self._left -= granted
        self.seconds += granted
        return granted, unused
