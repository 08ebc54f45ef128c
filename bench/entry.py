"""``rediscover`` as a program: Ctrl-C ends it with a line, also while it still imports itself."""

from __future__ import annotations

# In C, and there at once; ``signal`` imports much, and Ctrl-C is Python's own until it is here.
import _signal as signal  # type: ignore[import-not-found]
import os


def _end_at_once(number: int, frame: object) -> None:
    """Nothing has begun, or all is done: there is nothing to clear away."""
    os.write(2, b"\nrediscover: stopped\n")
    os._exit(130)


if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is to be ignored
    signal.signal(signal.SIGINT, _end_at_once)


def main() -> int:
    """The command line of this process; see ``bench.cli.main``."""
    from bench.cli import main as command

    return command()
