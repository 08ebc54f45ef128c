"""The worker: builds a method, hands it a task, and sends home what it finds.

It runs what others wrote. It is given the training data and nothing more of the problem, it
prints into a log, and it answers on a channel of its own. It needs NumPy and the light part of
``bench``: ``method``, ``expression``, the task's kind and a few files of ``running``.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import itertools
import math
import mmap
import multiprocessing.context
import os
import platform
import random
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import numpy.random  # NumPy loads it at first use: here, before a clock runs or a fork is made
from numpy.typing import NDArray

from bench.clock import Clock
from bench.kinds.find import kind_at
from bench.kinds.kind import Kind, QuestionRefused
from bench.method import Answer, Budget, Predict
from bench.models.completion import Completion
from bench.models.language_model import LanguageModel
from bench.models.prompt import Prompt
from bench.models.stops import BudgetSpent
from bench.running.limits import hold_threads
from bench.running.load import build
from bench.running.measuring.meter import Meter
from bench.running.results.content import canonical_json
from bench.running.results.plain import number, packed, unpacked
from bench.running.sandbox import wire
from bench.running.sandbox.answer import MAX_EXPRESSION, InvalidAnswer, answer_length, bounded
from bench.running.sandbox.messages.base import Message, MessageError, Shape
from bench.running.sandbox.messages.with_worker import (
    Answered,
    Asked,
    Failed,
    FailureStatus,
    Go,
    HeldBackInputs,
    Loaded,
    ModelAnswered,
    ModelAsked,
    PointsAnswered,
    PointsAsked,
    Predicted,
    Reply,
    Reported,
    Request,
    Returned,
)
from bench.running.sandbox.raised import first_line


def serve(sock: socket.socket) -> None:
    """Run what is asked for on ``sock``, one request after the other, until it closes.

    SIGINT ends the method that is running (KeyboardInterrupt), and does nothing between two.
    """
    with contextlib.suppress(OSError, ValueError):
        faulthandler.enable()
    interrupts = _Interrupts()
    signal.signal(signal.SIGINT, interrupts.take)
    _do_without_forkserver()
    while (received := wire.receive(sock, Request)) is not None:
        reply = _Reply(sock, interrupts)
        try:
            _run(*received, reply)
        except KeyboardInterrupt as error:
            if reply.threads_at_work():
                os._exit(1)  # what goes on in the background would go on in the next run
            reply.fail("error", first_line(error))
        except InvalidAnswer as error:
            reply.fail("invalid", str(error))
        except MemoryError as error:
            traceback.print_exc()
            reply.fail("memory", first_line(error))
        except BaseException as error:  # a method may raise anything, SystemExit included
            traceback.print_exc()
            reply.fail("error", first_line(error))
        reply.end_child()


class _Interrupts:
    """What SIGINT does: it ends a method that is running, but never in the middle of a message."""

    def __init__(self) -> None:
        self._wanted = False
        self._held = False
        self._asked = False

    def take(self, number: int, frame: object) -> None:
        """What handles SIGINT."""
        if self._held:
            self._asked = True
        elif self._wanted:
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def wanted(self) -> Iterator[None]:
        """Be ended by SIGINT inside."""
        self._asked, self._wanted = False, True
        try:
            yield
        finally:
            self._wanted = False

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Be ended only after what is inside, if this is the thread that would be."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self._asked and self._wanted:
            self._asked = False
            raise KeyboardInterrupt


def _do_without_forkserver() -> None:
    """Have ``spawn`` do the work of ``forkserver``, whose sockets the walls forbid.

    What a method gets of either is the same: children that import afresh.
    """
    try:
        socket.socket(socket.AF_UNIX).close()
    except PermissionError:
        methods: Any = multiprocessing.context._concrete_contexts  # type: ignore[attr-defined]
        default: Any = multiprocessing.context._default_context
        if default._default_context is methods["forkserver"]:
            default._default_context = methods["spawn"]
        methods["forkserver"] = methods["spawn"]


class _Reply:
    """The worker's side of the channel; a method may report from several threads."""

    def __init__(self, sock: socket.socket, interrupts: _Interrupts) -> None:
        self._sock = sock
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._asked = 0
        self._worker = os.getpid()
        self._threads = threading.active_count()
        self.interrupts = interrupts

    def send(self, message: Message) -> None:
        """Say ``message``; a process that the method has forked has nothing to say.

        The supervisor would not believe it. It would have the next request to this worker.
        """
        if os.getpid() != self._worker:
            return
        with self.interrupts.held(), self._lock:
            wire.send(self._sock, message)

    def threads_at_work(self) -> bool:
        """Whether threads that the run began go on."""
        return threading.active_count() > self._threads

    def end_child(self) -> None:
        """End the process here if it is no worker, but one that the method has forked."""
        if os.getpid() != self._worker:
            _flush()
            os._exit(0)

    def start(self, message: Loaded) -> int:
        """Say that all is loaded, and wait for the supervisor to start the clock and send the
        data: an open file."""
        self.send(message)
        received = wire.receive(self._sock, Go)
        if received is None:
            raise ConnectionError("the supervisor is gone")
        if received[1] is None:
            raise MessageError("a start without data")
        return received[1]

    def report(self, answer: Answer, loss: float | None) -> None:
        length = answer_length(answer)
        if length > MAX_EXPRESSION:
            print(f"report of {length} characters left out", file=sys.stderr)
            return
        self.send(Reported(answer, number(loss)))

    def ask(self, prompts: Sequence[Prompt], clock: Clock) -> list[Completion]:
        """What the run's language model answers; its waiting is not charged to ``clock``.

        Raises BudgetSpent.
        """
        answered = self._asked_for(lambda number: ModelAsked(number, tuple(prompts)), clock)
        if not isinstance(answered, ModelAnswered):
            raise MessageError("an oracle's answer to prompts")
        return list(answered.completions)

    def ask_points(self, points: NDArray[np.float64], clock: Clock) -> NDArray[np.float64]:
        """What the run's oracle answers, off ``clock`` as ``ask``. Raises QuestionRefused."""
        if points.nbytes > wire.MAX_MESSAGE // 2:  # as text, a third more
            raise QuestionRefused(f"{points.size} numbers at once; so many are not even sent")
        content = packed(points.ravel())
        answered = self._asked_for(lambda number: PointsAsked(number, points.shape, content), clock)
        if not isinstance(answered, PointsAnswered):
            raise MessageError("a language model's answer to points")
        if answered.refused:
            raise QuestionRefused(answered.refused)
        return unpacked(answered.packed)

    def _asked_for(self, question: Callable[[int], Asked], clock: Clock) -> Reply:
        """The reply to a question, which is given its number. Raises BudgetSpent."""
        if os.getpid() != self._worker:
            raise RuntimeError("a process that a method has forked cannot ask anything")
        with self._asking:
            self._asked += 1
            with self.interrupts.held():
                with self._lock:
                    wire.send(self._sock, question(self._asked))
                received = wire.receive(self._sock, Message)
        if received is None:
            raise ConnectionError("the supervisor is gone")
        answered = received[0]
        if not isinstance(answered, Reply):
            raise MessageError(f"a message {type(answered).__name__} where an answer is due")
        clock.excuse(answered.granted)
        if isinstance(answered, ModelAnswered) and answered.spent:
            raise BudgetSpent(answered.spent)
        return answered

    def answer(self, returned: object) -> None:
        """Send the answer; then, if it keeps a predictor, the values of that where it is asked."""
        discovery, left_out = bounded(returned)
        _flush()
        at_work = self.threads_at_work()
        self.send(Answered(discovery, left_out, discovery.predict is not None, at_work))
        if discovery.predict is None or os.getpid() != self._worker:
            return
        received = wire.receive(self._sock, HeldBackInputs)
        if received is None or received[1] is None:
            raise ConnectionError("the supervisor is gone")
        predicted = _predicted(discovery.predict, read_arrays(received[0].shapes, received[1]))
        _flush()
        self.send(predicted)

    def fail(self, status: FailureStatus, message: str) -> None:
        _flush()
        self.send(Failed(status, message))


def _predicted(predict: Predict, inputs: Sequence[NDArray[np.float64]]) -> Predicted:
    """What a predictor says of each array of inputs; nothing, and why, where it raises."""
    values = []
    try:
        for X in inputs:
            found = np.asarray(predict(X), dtype=np.float64)
            if found.shape != (len(X),):
                raise ValueError(f"predict gave shape {found.shape} for {len(X)} rows")
            values.append(packed(found))
    except BaseException as error:  # a predictor is the method's, and may raise anything
        traceback.print_exc()
        return Predicted((), first_line(error))
    return Predicted(tuple(values))


def _run(request: Request, meter: int | None, reply: _Reply) -> None:
    method, seconds = ready(request)
    random.seed(request.seed)
    np.random.seed(request.seed % 2**32)  # noqa: NPY002  (for engines that draw from the global one)
    descriptor = reply.start(Loaded(seconds, versions(request.requires)))
    clock = Clock()
    clock.start(None if meter is None else Meter(meter))
    arrays = read_arrays(request.shapes, descriptor)
    task = make_task(request, arrays, reply.report, clock)
    if request.model:
        task = replace(task, model=LanguageModel(lambda prompts: reply.ask(prompts, clock)))
    kind = kind_at(request.kind)
    if hasattr(kind, "oracle"):
        task = replace(task, asks=lambda points: reply.ask_points(points, clock))
    with reply.interrupts.wanted():
        returned = discover(method, kind, task)
    reply.send(Returned())
    reply.answer(returned)


def discover(method: Any, kind: Kind, task: Any) -> Any:
    """What ``method`` answers to ``task``: by itself, or by the reduction of the task's kind."""
    if kind.name in getattr(method, "kinds", ("table",)):
        return method.discover(task)
    reduction = importlib.import_module(kind.reduction)  # type: ignore[attr-defined]
    return reduction.reduced(method, task)


def ready(request: Request) -> tuple[Any, float]:
    """The method of a request, all it needs imported and warm, and the seconds its warming took.

    Warming comes before the imports: it may set up what they need, as Julia does.
    """
    method = build(request.target, request.settings)
    hold_threads(request.budget.threads)
    seconds = warm(method, request.target, request.settings, request.budget)
    preload(request.requires)
    hold_threads(request.budget.threads)
    return method, seconds


_WARM: set[tuple[str, str, int]] = set()
"""Methods, with settings and threads, that are warm in this process or were before its fork."""


def warm(method: Any, target: str, settings: Mapping[str, Any], budget: Budget) -> float:
    """Warm up a method that can be, once in a process; returns the seconds it took."""
    key = target, canonical_json(dict(settings)), budget.threads
    if key in _WARM or not callable(getattr(method, "warm_up", None)):
        return 0.0
    begun = time.monotonic()
    method.warm_up(budget)
    _WARM.add(key)
    return time.monotonic() - begun


def _flush() -> None:
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()


def preload(modules: Iterable[str]) -> None:
    """Import what a method declares, so that its clock does not pay for it."""
    for module in modules:
        importlib.import_module(module)


@cache
def versions(requires: tuple[str, ...]) -> dict[str, str]:
    """The versions of the interpreter, NumPy and the packages behind the modules ``requires``."""
    found = {"python": platform.python_version(), "numpy": np.__version__}
    if requires:
        from importlib import metadata

        distributions = metadata.packages_distributions()
        for module in requires:
            for name in distributions.get(module.partition(".")[0], ()):
                found[name] = metadata.version(name)
    return found


def make_task(
    request: Request,
    arrays: tuple[NDArray[np.float64], ...],
    on_report: Callable[[Answer, float | None], None],
    clock: Clock,
) -> Any:
    """The task that a request describes."""
    return kind_at(request.kind).task(
        request.told, arrays, seed=request.seed, budget=request.budget, on_report=on_report,
        clock=clock,
    )  # fmt: skip


def read_arrays(shapes: Sequence[Shape], descriptor: int) -> tuple[NDArray[np.float64], ...]:
    """Arrays of these shapes, read-only, from the open file that came with the request."""
    sizes = [math.prod(shape) for shape in shapes]
    count = sum(sizes)
    try:
        content = mmap.mmap(descriptor, 8 * count, access=mmap.ACCESS_READ) if count else b""
    finally:
        os.close(descriptor)
    values = np.frombuffer(content, dtype="<f8", count=count)
    starts = itertools.accumulate(sizes, initial=0)
    return tuple(
        values[start : start + size].reshape(shape)
        for start, size, shape in zip(starts, sizes, shapes, strict=False)
    )
