"""Executors take jobs and hand back events, each in its own way; the caller knows no difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from bench.running.events import Event
from bench.running.limits import Limits
from bench.running.perform import Job
from bench.running.results.store import Store


class Executor(Protocol):
    """Runs jobs somewhere and writes their records into a store.

    One is a dataclass of settings, as a method is, named by ``_target_`` in ``conf/executor``, by
    an entry point of the group ``rediscover.executors``, or on the command line by
    ``executor._target_=my_package.module.Class``. A setting that makes no sense is a ValueError.
    """

    def run(self, jobs: Sequence[Job], store: Store, limits: Limits) -> Iterator[Event]:
        """Run all ``jobs``; yield Started, Finished, Elsewhere and Note as they happen.

        It ends when every job has a record or is held elsewhere. Closing the iterator early
        ends everything under way; what is finished has its record.
        """
        ...


def check_count(setting: str, value: int, what: str) -> None:
    """Raise ValueError where ``value`` is no number ``what``, such as "of runs at a time"."""
    if value < 1:
        raise ValueError(f"executor.{setting} is {value}; it is a number {what}")
