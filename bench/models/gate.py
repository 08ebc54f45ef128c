"""The gate of an endpoint: how many calls are made at a time, and when none is."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_LOOK_SECONDS = 0.05

_gates: dict[str, Gate] = {}
_lock = threading.Lock()


class Gate:
    """Lets at most ``most`` calls through at a time, and none while the endpoint wants a pause."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._inside = 0
        self._closed_until = 0.0
        self._changed = threading.Condition()

    @contextmanager
    def passed(self, until: float, stop: threading.Event) -> Iterator[None]:
        """Be inside, from when there is room on; raises TimeoutError where that is too late.

        ``until`` is a time of ``time.monotonic``; ``stop`` ends the waiting, too.
        """
        with self._changed:
            while (wait := self._wait()) > 0:
                if stop.is_set() or time.monotonic() >= until:
                    raise TimeoutError
                self._changed.wait(min(wait, _LOOK_SECONDS))
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify()

    def close_for(self, seconds: float) -> None:
        """Let nobody in for a while: the endpoint said so."""
        with self._changed:
            self._closed_until = max(self._closed_until, time.monotonic() + seconds)

    def _wait(self) -> float:
        """Seconds after which it is worth asking again; 0 where there is room now."""
        if self._inside >= self.most:
            return _LOOK_SECONDS
        return max(0.0, self._closed_until - time.monotonic())


def gate_of(url: str, most: int) -> Gate:
    """The one gate of an endpoint in this process."""
    with _lock:
        gate = _gates.setdefault(url, Gate(most))
        gate.most = most
        return gate
