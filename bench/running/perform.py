"""Perform: one run from its problem to its record, on whatever machine this is."""

from __future__ import annotations

import os
import platform
import tempfile
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.basics.installation import own_version
from bench.kinds import AnyData, AnyOracle, AnyProblem, kind_of, kind_target
from bench.models.endpoint import Endpoint, EndpointError
from bench.running.crew import Crew, Service
from bench.running.measuring.pressure import load_and_pressure
from bench.running.measuring.usage import measured_by
from bench.running.questions import conversation_of, told_of
from bench.running.results.leases import Leases
from bench.running.results.record import Record, RecordError
from bench.running.results.run import Run
from bench.running.results.store import Store, storage_error
from bench.running.sandbox.answer import printable
from bench.running.sandbox.log import Log, open_log
from bench.running.sandbox.messages.with_runner import Outcome
from bench.running.sandbox.messages.with_worker import HeldBackInputs, Request
from bench.running.seal.trial import Standing

Arrays = tuple[NDArray[np.float64], ...]

_DATA_KEPT = 32  # problems


@dataclass(frozen=True)
class Job:
    """A run with the problem it is about, and where its language model answers: what an executor
    takes."""

    run: Run
    problem: AnyProblem
    endpoint: Endpoint | None = None


class Performer:
    """Runs jobs one after the other, or from several threads, into one store."""

    def __init__(self, store: Store, crew: Crew, leases: Leases) -> None:
        self._store = store
        self._crew = crew
        self._leases = leases
        self._data = _DataCache()

    def perform(self, job: Job, on_start: Callable[[], None] = lambda: None) -> Record | None:
        """Run ``job`` and write its record; None where another process is running it.

        Where the run has been done meanwhile, its record is returned and nothing runs. Raises
        StoreError where the results folder cannot be written.
        """
        run = job.run
        try:
            if not self._leases.take(run.key):
                return None
        except OSError as error:
            raise storage_error(error, self._store.folder) from error
        try:
            record = done(self._store, run)
            if record is None:
                record = self._run(job, on_start)
                self._store.write(record)
            return record
        finally:
            self._leases.release(run.key)

    def _run(self, job: Job, on_start: Callable[[], None]) -> Record:
        begun, busy = datetime.now(UTC), load_and_pressure()
        log = self._store.log_path(job.run.key)
        try:
            data = self._data.of(job)
            request, arrays = pose(job, data)
        except Exception as error:  # a problem's own data source: CSV files, anything
            self._keep_traceback(log)
            text = printable(f"{type(error).__name__}: {error}")
            return to_record(job.run, Outcome("no_data", text), begun, busy, data_digest="")
        try:
            conversation = conversation_of(job.run, job.endpoint, self._store)
        except (EndpointError, OSError) as error:
            outcome = Outcome("error", printable(str(error)))
            return to_record(job.run, outcome, begun, busy, data_digest=data.digest)
        descriptor = shared_file(arrays)
        try:
            oracle = oracle_of(job, data)
            service = Service(log, on_start, partial(held_back, job, data), conversation, oracle)
            outcome = self._crew.run(job.run.method, request, descriptor, service)
        finally:
            os.close(descriptor)
        told = told_of(conversation, job.endpoint)
        asked = None if oracle is None else oracle.told()
        return to_record(
            job.run, outcome, begun, busy, data_digest=data.digest, model=told, asked=asked
        )

    def _keep_traceback(self, path: Path) -> None:
        log = Log(lambda: open_log(path), self._crew.limits.log_bytes)
        log.write(traceback.format_exc().encode(errors="backslashreplace"))
        log.close()


def done(store: Store, run: Run) -> Record | None:
    """The record of this very run, made by this very code, where there is one to be believed."""
    try:
        return store.read(run.key)
    except RecordError:
        return None


def pose(job: Job, data: AnyData) -> tuple[Request, Arrays]:
    """All that a worker is told and shown of a job: never the truth, never the test data."""
    run, problem = job.run, job.problem
    kind = kind_of(problem)
    arrays = kind.arrays(problem, data, run.conditions)
    request = Request(
        target=run.method.place,
        settings=run.method.settings,
        requires=run.method.requires,
        kind=kind_target(problem.kind),
        told=kind.told(problem, run.conditions),
        shapes=tuple(array.shape for array in arrays),
        seed=run.seed,
        budget=run.budget,
        model=run.method.asks_model,
    )
    return request, arrays


def held_back(job: Job, data: AnyData) -> tuple[HeldBackInputs, int]:
    """The inputs at which a predictor is asked for values once the answer is fixed: no targets."""
    kind = kind_of(job.problem)
    given = getattr(kind, "held_back_inputs", None)  # not every kind scores predictors
    arrays: Mapping[str, NDArray[np.float64]] = given(job.problem, data) if given else {}
    shapes = tuple(array.shape for array in arrays.values())
    return HeldBackInputs(tuple(arrays), shapes), shared_file(tuple(arrays.values()))


def oracle_of(job: Job, data: AnyData) -> AnyOracle | None:
    """What answers the questions of a run whose kind has such; None of any other."""
    given = getattr(kind_of(job.problem), "oracle", None)
    return None if given is None else given(job.problem, data, job.run.conditions)


def shared_file(arrays: Sequence[NDArray[np.float64]]) -> int:
    """An open file without a name that holds ``arrays``, one after the other, as ``<f8``."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("rediscover")
    else:
        descriptor, path = tempfile.mkstemp()
        Path(path).unlink()
    with os.fdopen(descriptor, "wb", closefd=False) as file:
        for array in arrays:
            file.write(np.ascontiguousarray(array, dtype="<f8").data)
    return descriptor


def to_record(
    run: Run,
    outcome: Outcome,
    begun: datetime,
    busy: Mapping[str, Any],
    data_digest: str,
    model: Mapping[str, Any] | None = None,
    asked: Mapping[str, Any] | None = None,
) -> Record:
    """The record of a run from the outcome its supervisor told; ``busy`` says how busy the
    machine was when it began, ``model`` what it asked of a language model, ``asked`` what of an
    oracle."""
    return Record(
        run=run,
        status=outcome.status,
        message=outcome.message,
        discovery=outcome.discovery,
        reports=outcome.reports,
        resources=outcome.resources,
        provenance={
            "begun": begun.isoformat(timespec="milliseconds"),
            "host": platform.node(),
            "cpus": os.cpu_count(),
            "system": platform.platform(),
            **busy,
            "measured_by": measured_by(),
            "rediscover": own_version(),
            "packages": dict(outcome.packages),
            "data_digest": data_digest,
            "front_left_out": outcome.left_out,
            **_seal(outcome.seal),
            **({} if model is None else {"model": dict(model)}),
            **({} if asked is None else {"asked": dict(asked)}),
        },
    )


def _seal(verdict: Standing | None) -> dict[str, Any]:
    """Which walls stood round a run that was started, and what was opened in them."""
    if verdict is None:
        return {}
    return {
        "seal": verdict.level,
        "seal_missing": list(verdict.missing),
        "opened": list(verdict.opened),
    }


class _DataCache:
    """The data of the problems used last; two threads that want the same make it once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._futures: OrderedDict[tuple[Any, ...], Future[AnyData]] = OrderedDict()

    def of(self, job: Job) -> AnyData:
        run = job.run
        key = (run.dataset, run.version, run.problem, run.data_seed)
        with self._lock:
            future = self._futures.get(key)
            mine = future is None
            if future is None:
                future = self._futures[key] = Future()
                while len(self._futures) > _DATA_KEPT:
                    self._futures.popitem(last=False)
            self._futures.move_to_end(key)
        if mine:
            try:
                future.set_result(job.problem.data(run.data_seed))
            except BaseException as error:
                future.set_exception(error)
        return future.result()
