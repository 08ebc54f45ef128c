"""Ctrl-C while a verb is at work: it ends in good order, in a line and without a traceback."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from types import TracebackType
from typing import Any

_AGAIN_SECONDS = 0.02


class Interrupts:
    """Has Ctrl-C raise KeyboardInterrupt inside, and takes what comes of it.

    A module that was half imported raises other errors on the way out; where a destructor or a
    callback has swallowed the interrupt, it is raised again. ``stopped`` says that it ended what
    was inside. Only the main thread is interrupted.
    """

    def __init__(self) -> None:
        self.stopped = False
        self._asked = False
        self._before: Any = None
        self._hook = sys.unraisablehook

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            before = signal.getsignal(signal.SIGINT)
            if callable(before):
                self._before = before
                self._hook, sys.unraisablehook = sys.unraisablehook, self._again
                signal.signal(signal.SIGINT, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:  # fmt: skip
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            sys.unraisablehook = self._hook
        self.stopped = error is not None and (self._asked or kind is KeyboardInterrupt)
        return self.stopped

    def _take(self, number: int, frame: object) -> None:
        self._asked = True
        raise KeyboardInterrupt

    def _again(self, swallowed: Any) -> None:
        if swallowed.exc_type is KeyboardInterrupt:
            again = threading.Timer(_AGAIN_SECONDS, _thread.interrupt_main)  # not in here
            again.daemon = True
            again.start()
        else:
            self._hook(swallowed)
