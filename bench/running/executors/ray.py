"""The Ray executor: chunks of runs as Ray tasks, with the processors and memory of the budget."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench.basics.installation import install_hint
from bench.method import Budget
from bench.running.events import Event, Note
from bench.running.executors import check_count
from bench.running.executors.remote import POLL_SECONDS, SUBMISSIONS, Chunk, FolderWatch, in_chunks
from bench.running.limits import Limits
from bench.running.perform import Job
from bench.running.results.store import Store

_TASK_MB = 512  # what the task itself holds beside the run
_AHEAD = 2  # tasks handed to Ray for every one that it can run at a time


@dataclass(frozen=True)
class RayExecutor:
    """Runs go to Ray ``chunk`` to a task.

    ``address`` is that of a cluster (``auto``, ``ray://host:port``), None a Ray of one's own on
    this machine. The results folder must be on a disk that the cluster's machines share.
    """

    chunk: int = 5
    address: str | None = None

    def __post_init__(self) -> None:
        check_count("chunk", self.chunk, "of runs to a task")
        _ray()

    def run(self, jobs: Sequence[Job], store: Store, limits: Limits) -> Iterator[Event]:
        """See ``Executor.run``. What a lost worker leaves undone is submitted again."""
        ray = _ray()
        ours = not ray.is_initialized()
        if ours:
            with _an_empty_folder():
                ray.init(address=self.address, log_to_driver=False, include_dashboard=False)
        try:
            yield from self._run(list(jobs), store, limits)
        finally:
            if ours:
                ray.shutdown()

    def _run(self, left: list[Job], store: Store, limits: Limits) -> Iterator[Event]:
        watch = FolderWatch(store)
        task = _task(left[0].run.budget)
        for submission in range(1, SUBMISSIONS + 1):
            chunks = in_chunks(left, self.chunk, store, limits)
            yield from _until_all_end(task, chunks, watch)
            left = watch.open(left)
            if not left:
                return
            yield Note(f"Ray: {len(left)} runs were lost in submission {submission}")
        yield Note("Ray: giving up")


@contextlib.contextmanager
def _an_empty_folder() -> Iterator[None]:
    """Be in one: Ray has its workers find modules in the current folder before all others."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        yield


def _task(budget: Budget) -> Any:
    ray = _ray()
    memory = (budget.memory_mb + _TASK_MB) * 2**20
    options = ray.remote(num_cpus=budget.threads, memory=memory, max_retries=0)
    return options(_perform)


def _perform(chunk: Chunk) -> None:
    chunk()


def _until_all_end(task: Any, chunks: Sequence[Chunk], watch: FolderWatch) -> Iterator[Event]:
    """Keep Ray supplied with chunks, and look until every one has ended."""
    ray = _ray()
    waiting = list(reversed(chunks))
    pending: dict[Any, Chunk] = {}
    try:
        while waiting or pending:
            while waiting and len(pending) < _AHEAD * max(1, int(ray.cluster_resources()["CPU"])):
                chunk = waiting.pop()
                pending[task.remote(chunk)] = chunk
            ended, _ = ray.wait(list(pending), num_returns=len(pending), timeout=POLL_SECONDS)
            for chunk in pending.values():
                yield from watch.look(chunk.jobs)
            for reference in ended:
                del pending[reference]
                yield from _complaint(reference)
    finally:
        for reference in pending:
            ray.cancel(reference, force=True)


def _complaint(reference: Any) -> Iterator[Event]:
    """A line for a task that failed; its runs are missed, and submitted again, anyway."""
    ray = _ray()
    try:
        ray.get(reference)
    except ray.exceptions.RayError as error:
        yield Note(f"Ray: a task was lost: {str(error).strip().splitlines()[0]}")


def _ray() -> Any:
    try:
        import ray
    except ImportError:
        raise ImportError(f"ray is not installed: {install_hint('ray')}") from None
    return ray
