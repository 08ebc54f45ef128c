"""The worker: builds a method, hands it a task, and sends home what it finds.

It runs what others wrote. It is given the training data and nothing more of the problem, it
prints into a log, and it answers on a channel of its own. It needs NumPy and the light part of
``bench``: ``method``, ``expression``, ``problems.variable`` and a few files of ``running``.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import mmap
import os
import platform
import random
import socket
import sys
import threading
import traceback
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import metadata
from typing import Any

import numpy as np
import numpy.random  # NumPy loads it at first use: here, before a clock runs or a fork is made
from numpy.typing import NDArray

from bench.method import Budget, Task
from bench.problems.variable import Variable
from bench.running.limits import hold_threads
from bench.running.load import build
from bench.running.sandbox import answer, wire


def serve(sock: socket.socket) -> None:
    """Run what is asked for on ``sock``, one request after the other, until it closes."""
    with contextlib.suppress(OSError, ValueError):
        faulthandler.enable()
    while (received := wire.receive(sock)) is not None:
        request, descriptor = received
        if descriptor is None:
            raise wire.WireError("a request without data")
        reply = _Reply(sock)
        try:
            _run(request, descriptor, reply)
        except answer.InvalidAnswer as error:
            reply.failure("invalid", str(error))
        except MemoryError as error:
            traceback.print_exc()
            reply.failure("memory", _first_line(error))
        except BaseException as error:  # a method may raise anything, SystemExit included
            traceback.print_exc()
            reply.failure("error", _first_line(error))


class _Reply:
    """The worker's side of the channel; a method may report from several threads."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._lock = threading.Lock()

    def send(self, message: wire.Message) -> None:
        with self._lock:
            wire.send(self._sock, message)

    def start(self, message: wire.Message) -> None:
        """Say that all is loaded, and wait for the supervisor to start the clock."""
        self.send(message)
        if wire.receive(self._sock) is None:
            raise ConnectionError("the supervisor is gone")

    def report(self, expression: str, loss: float | None) -> None:
        if len(expression) > answer.MAX_EXPRESSION:
            print(f"report of {len(expression)} characters left out", file=sys.stderr)
            return
        self.send({"kind": "report", "expression": expression, "loss": answer.number(loss)})

    def finish(self, message: wire.Message) -> None:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        self.send({**message, "cpu": cpu_seconds()})

    def failure(self, status: str, message: str) -> None:
        self.finish({"kind": "failure", "status": status, "message": message})


def _run(request: wire.Message, descriptor: int, reply: _Reply) -> None:
    preload(request["requires"])
    method = build(request["target"], request["settings"])
    task = make_task(request, read_data(request, descriptor), reply.report)
    hold_threads(task.budget.threads)
    random.seed(task.seed)
    np.random.seed(task.seed % 2**32)  # noqa: NPY002  (for engines that draw from the global one)
    packages = versions(tuple(request["requires"]))
    reply.start({"kind": "ready", "cpu": cpu_seconds(), "packages": packages})
    returned = method.discover(task)
    reply.send({"kind": "returned"})
    reply.finish(answer.to_message(returned))


def preload(modules: Iterable[str]) -> None:
    """Import what a method declares, so that its clock does not pay for it."""
    for module in modules:
        importlib.import_module(module)


@cache
def versions(requires: tuple[str, ...]) -> dict[str, str]:
    """The versions of the interpreter, NumPy and the packages behind the modules ``requires``."""
    found = {"python": platform.python_version(), "numpy": np.__version__}
    if requires:
        distributions = metadata.packages_distributions()
        for module in requires:
            for name in distributions.get(module.partition(".")[0], ()):
                found[name] = metadata.version(name)
    return found


def make_task(
    request: wire.Message, data: tuple[NDArray[np.float64], NDArray[np.float64]], on_report: Any
) -> Task:
    """The task that a request describes."""
    return Task(
        X=data[0],
        y=data[1],
        variables=tuple(variable_from(item) for item in request["variables"]),
        seed=request["seed"],
        budget=Budget(**request["budget"]),
        target=variable_from(request["target_variable"]),
        description=request["description"],
        on_report=on_report,
    )


def variable_from(item: Sequence[Any]) -> Variable:
    """A variable from its message: name, symbol, meaning, unit."""
    name, symbol, meaning, unit = item
    return Variable(name, symbol, meaning, None if unit is None else tuple(unit))


def read_data(
    request: wire.Message, descriptor: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """``X`` (n, d) and ``y`` (n,), read-only, from the open file that came with the request."""
    rows, columns = request["rows"], request["columns"]
    count = rows * (columns + 1)
    try:
        content = mmap.mmap(descriptor, 8 * count, access=mmap.ACCESS_READ)
    finally:
        os.close(descriptor)
    values = np.frombuffer(content, dtype="<f8", count=count)
    return values[: rows * columns].reshape(rows, columns), values[rows * columns :]


def cpu_seconds() -> float:
    """CPU seconds of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _first_line(error: BaseException) -> str:
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = ""
    text = text if len(text) <= 300 else f"{text[:297]}..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
