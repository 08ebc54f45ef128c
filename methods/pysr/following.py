"""A search that is followed while it runs, and stopped in time.

PySR's call gives the interpreter free while Julia searches: another thread reads the table it
writes, and at the end asks it to stop by SIGINT, which PySR 2.7 takes for the wish of its partial
results (``pysr/interrupt.py``). That is heard between two steps of the search, sooner than Julia's
own ``timeout_in_seconds``, which is looked at between iterations.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_LOOK_SECONDS = 0.25
_AGAIN_SECONDS = 0.5
"""A signal that comes before the search listens is not heard: it is sent until the search ends."""


@contextlib.contextmanager
def followed(look: Callable[[], None], late: Callable[[], bool]) -> Iterator[None]:
    """Call ``look`` every now and then, and interrupt what runs inside once it is ``late``.

    An interruption that nobody inside takes does nothing. Outside the main thread, where Python
    hears no signals, there is none. What ``look`` raises is printed, and it is not called again.
    """
    over = threading.Event()
    hears = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, _absorb) if hears else None
    follower = threading.Thread(
        target=_follow, args=(look, late if hears else lambda: False, over), daemon=True
    )
    follower.start()
    try:
        yield
    finally:
        over.set()
        follower.join()
        if hears:
            signal.signal(signal.SIGINT, before)


def _absorb(number: int, frame: FrameType | None) -> None:
    return None


def _follow(look: Callable[[], None], late: Callable[[], bool], over: threading.Event) -> None:
    looking = True
    while not over.wait(_LOOK_SECONDS):
        if late():
            os.kill(os.getpid(), signal.SIGINT)
            over.wait(_AGAIN_SECONDS)
        elif looking:
            try:
                look()
            except Exception as error:
                print(f"following the search: {type(error).__name__}: {error}", file=sys.stderr)
                looking = False
