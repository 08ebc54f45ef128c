"""Executors take jobs and hand back events, each in its own way; the caller knows no difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from bench.running.events import Event
from bench.running.limits import Limits
from bench.running.perform import Job
from bench.running.results.store import Store


class Executor(Protocol):
    """Runs jobs somewhere and writes their records into a store."""

    def run(self, jobs: Sequence[Job], store: Store, limits: Limits) -> Iterator[Event]:
        """Run all ``jobs``; yield Started, Finished, Elsewhere and Note as they happen.

        It ends when every job has a record or is held elsewhere. Closing the iterator early
        ends everything under way; what is finished has its record.
        """
        ...
