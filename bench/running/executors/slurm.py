"""The Slurm executor: job arrays through submitit, every job a chunk of runs."""

from __future__ import annotations

import contextlib
import math
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.basics.installation import install_hint
from bench.method import Budget
from bench.running.events import Event, Note
from bench.running.executors import check_count
from bench.running.executors.remote import POLL_SECONDS, SUBMISSIONS, Chunk, FolderWatch, in_chunks
from bench.running.limits import Limits
from bench.running.perform import Job
from bench.running.results.store import Store

_RUN_SECONDS = 5  # what a run may take beside its budget and grace: data, fork, record
_JOB_MINUTES = 10  # what a job may take beside its runs: starting, importing
_JOB_MB = 1024  # what the job itself holds beside the run

_NO_CURRENT_FOLDER = "export PYTHONSAFEPATH=1"
"""Before a job's ``python -m``, which would find modules in the current folder first."""

_AT_WORK = ("RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED", "RESIZING", "SIGNALING")
_WAITING = ("PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "UNKNOWN")


@dataclass(frozen=True)
class SlurmExecutor:
    """Runs go to Slurm ``chunk`` to a job, at most ``parallel`` jobs of an array at a time.

    Time, memory and processors of a job follow from the budget. ``setup`` are shell lines before
    a job's Python (``module load ...``), ``parameters`` any other options of sbatch. The results
    folder and this Python must be on a disk that the nodes share.
    """

    chunk: int = 20
    parallel: int = 100
    partition: str | None = None
    account: str | None = None
    setup: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_count("chunk", self.chunk, "of runs to a job")
        check_count("parallel", self.parallel, "of jobs at a time")
        _submitit()

    def run(self, jobs: Sequence[Job], store: Store, limits: Limits) -> Iterator[Event]:
        """See ``Executor.run``. What a lost job leaves undone is submitted again."""
        watch = FolderWatch(store)
        left = list(jobs)
        for submission in range(1, SUBMISSIONS + 1):
            chunks = in_chunks(left, self.chunk, store, limits)
            array = self._submit(chunks, left[0].run.budget, store, limits)
            yield Note(f"Slurm: {len(left)} runs in {len(chunks)} jobs, {array.name}")
            try:
                yield from _until_all_end(array, watch)
            finally:
                array.cancel()
            left = watch.open(left)
            if not left:
                return
            yield Note(f"Slurm: {len(left)} runs were lost in submission {submission}")
        yield Note(f"Slurm: giving up; what jobs printed is in {_folder(store)}")

    def _submit(
        self, chunks: Sequence[Chunk], budget: Budget, store: Store, limits: Limits
    ) -> _Array:
        executor = _submitit().SlurmExecutor(folder=_folder(store))
        of_a_run = budget.seconds + limits.grace + limits.wait_seconds + _RUN_SECONDS
        seconds = max(len(chunk.jobs) for chunk in chunks) * of_a_run
        asked: dict[str, Any] = {
            "job_name": f"rediscover-{store.folder.name}"[:64],
            "time": math.ceil(seconds / 60) + _JOB_MINUTES,
            "mem": f"{budget.memory_mb + _JOB_MB}M",
            "cpus_per_task": budget.threads,
            "array_parallelism": self.parallel,
            "partition": self.partition,
            "account": self.account,
            "setup": [_NO_CURRENT_FOLDER, *self.setup],
            "additional_parameters": dict(self.parameters) or None,
        }
        executor.update_parameters(**{k: v for k, v in asked.items() if v is not None})
        with executor.batch():
            submitted = [executor.submit(chunk) for chunk in chunks]
        return _Array(
            {str(job.job_id): chunk for job, chunk in zip(submitted, chunks, strict=True)}
        )


@dataclass(frozen=True)
class _Array:
    """A job array: the chunk of each job, by Slurm's id of it."""

    chunks: Mapping[str, Chunk]

    @property
    def name(self) -> str:
        return next(iter(self.chunks)).partition("_")[0]

    def states(self) -> dict[str, str]:
        """Slurm's word for the state of each job it still knows; jobs that ended drop out.

        ``squeue`` knows this without an accounting database, which ``sacct`` needs.
        """
        command = ["squeue", "--noheader", "--array", "--format=%i %T", f"--jobs={self.name}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode and "Invalid job id" not in done.stderr:
            # The controller does not answer: nothing is known to have ended.
            return dict.fromkeys(self.chunks, "UNKNOWN")
        pairs = (line.split() for line in done.stdout.splitlines())
        return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}

    def cancel(self) -> None:
        with contextlib.suppress(OSError):
            subprocess.run(["scancel", self.name], capture_output=True)


def _until_all_end(array: _Array, watch: FolderWatch) -> Iterator[Event]:
    """Look until every job has ended or every record is there."""
    ended: set[str] = set()
    while watch.open(job for chunk in array.chunks.values() for job in chunk.jobs):
        states = array.states()
        for name, chunk in array.chunks.items():
            state = states.get(name, "GONE")
            if name in ended or state in _WAITING:
                continue
            yield from watch.look(chunk.jobs)
            if state not in _AT_WORK:
                ended.add(name)
        if len(ended) == len(array.chunks):
            return
        time.sleep(POLL_SECONDS)


def _folder(store: Store) -> str:
    return str(store.folder.absolute() / "slurm")


def _submitit() -> Any:
    try:
        import submitit
    except ImportError:
        raise ImportError(f"submitit is not installed: {install_hint('slurm')}") from None
    return submitit
