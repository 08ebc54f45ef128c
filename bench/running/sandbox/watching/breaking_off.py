"""What ends the watching itself: the system's wish, or a runner that is gone."""

from __future__ import annotations

import time

_STOP_SECONDS = 0.5  # who ends a whole job signals all its processes, in any order


class RunnerGone(Exception):
    """The runner closed the channel: nobody waits for the answer."""


class Stop:
    """Whether the system has asked this process to end.

    No ``threading.Event``: its lock is not to be taken in a signal's handler.
    """

    def __init__(self) -> None:
        self.asked = False

    def ask(self, number: int, frame: object) -> None:
        """What handles SIGTERM."""
        self.asked = True

    def comes(self) -> bool:
        """Whether it has, or will in a moment."""
        end = time.monotonic() + _STOP_SECONDS
        while not self.asked and time.monotonic() < end:
            time.sleep(0.01)
        return self.asked


class Stopped(Exception):
    """The system asked this process to end: the run is not to blame, and has no outcome."""
