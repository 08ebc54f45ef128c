"""A fork server as the runner sees it: a process, and a channel on which to ask it for runs."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from bench.basics.paths import cache_folder
from bench.kinds.find import kind_names, kind_target
from bench.method import Budget
from bench.running.limits import NEVER_LOADED
from bench.running.results.record import Status
from bench.running.results.run import MethodSpec
from bench.running.sandbox import wire
from bench.running.sandbox.forking import fork
from bench.running.sandbox.messages.with_runner import Fork, Prepare, Prepared
from bench.running.seal.environment import kernel_cache, worker_environment
from bench.running.seal.folder import Base
from bench.running.seal.interpreter import interpreter_at
from bench.running.seal.paths import blueprint

_CLOSE_SECONDS = 15.0


class ServerError(Exception):
    """An interpreter for workers did not come up: the status of its run, or ``stopped``."""

    def __init__(self, status: Status | Literal["stopped"], message: str) -> None:
        super().__init__(message)
        self.status: Status | Literal["stopped"] = status


class ForkServer:
    """A fork server as the runner sees it: a process and a control channel."""

    def __init__(self, method: MethodSpec, budget: Budget, closed: Iterable[Path] = ()) -> None:
        self._lock = threading.Lock()
        self._ready = False
        self._closed = False
        self._failed: ServerError | None = None
        self._idle: list[socket.socket] = []
        self._base = Base()
        try:
            self._what = self._preparation(method, budget, closed)
        except OSError as error:
            self._base.remove()
            raise ServerError("error", str(error)) from None
        environment = worker_environment(os.environ, budget.threads, method.environment)
        self._process, self._control = fork("server", environment)

    def _preparation(self, method: MethodSpec, budget: Budget, closed: Iterable[Path]) -> Prepare:
        forks = method.start == "fork" and method.python is None
        return Prepare(
            path=tuple(p for p in sys.path if p) if method.python is None else (),
            requires=method.requires,
            target=method.place if forks else "",
            settings=method.settings,
            budget=budget,
            kinds=tuple(kind_target(name) for name in method.kinds if name in kind_names()),
            python="" if method.python is None else interpreter_at(method.python).executable,
            walls=blueprint(
                self._base.path,
                method.place,
                method.settings,
                method.worker,
                closed=(cache_folder(), *(path.absolute() for path in closed)),
                opened=[kernel_cache(os.environ)],
            ),
        )

    def wait_until_ready(self, seconds: float) -> None:
        """Wait until everything is imported; ServerError where that fails."""
        with self._lock:
            if self._failed is not None:
                raise self._failed
            if self._ready:
                return
            try:
                self._control.settimeout(seconds)
                wire.send(self._control, self._what)
                self._ready = wire.receive(self._control, Prepared) is not None
                self._control.settimeout(None)
            except TimeoutError:
                self._failed = ServerError("timeout", f"{NEVER_LOADED} {seconds:g} s")
                raise self._failed from None
            except OSError:
                pass
            if not self._ready:
                self._failed = self._obituary()
                raise self._failed

    def supervisor(self, start: str) -> socket.socket:
        """A channel to a supervisor that has nothing to do; OSError where the server is gone."""
        with self._lock:
            while self._idle:
                channel = self._idle.pop()
                if not select.select([channel], [], [], 0)[0]:
                    return channel
                channel.close()  # it says something, unasked: that it has ended
            ours, theirs = socket.socketpair()
            with theirs:
                try:
                    wire.send(self._control, Fork(start), theirs.fileno())
                except OSError:
                    ours.close()
                    raise
            return ours

    def give_back(self, channel: socket.socket) -> None:
        """Keep a supervisor that has done its run for the next one."""
        with self._lock:
            if not self._closed:
                self._idle.append(channel)
                return
        channel.close()

    def close(self) -> None:
        """End the server once it has cleared away what its runs left; runs under way must be
        ended before, by closing their channels."""
        with self._lock:
            self._closed = True
            for channel in self._idle:
                channel.close()
            self._idle.clear()
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._control.close()
        try:
            self._process.wait(timeout=_CLOSE_SECONDS if self._ready else 0)
        except TimeoutError:
            self._process.kill()
        self._process.close()
        self._base.remove()

    def _obituary(self) -> ServerError:
        try:
            code = self._process.wait(timeout=5)
        except TimeoutError:
            code = 0
        if code == -signal.SIGTERM:
            return ServerError("stopped", "the system has ended the fork server")
        last = self._process.last_words()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return ServerError(
            "crash", f"'{sys.executable}' ended while importing the method ({how}) {last}".rstrip()
        )
