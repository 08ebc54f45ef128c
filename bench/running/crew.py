"""The crew: the fork servers of a runner, and the channels to the runs under way."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.kinds.kind import AnyOracle
from bench.method import Budget
from bench.models.conversation import Conversation
from bench.running.limits import PREDICTING_SECONDS, Limits
from bench.running.questions import Questions
from bench.running.results.content import canonical_json
from bench.running.results.run import MethodSpec
from bench.running.sandbox import wire
from bench.running.sandbox.forkserver import ForkServer, ServerError
from bench.running.sandbox.log import open_log
from bench.running.sandbox.messages.base import Message, MessageError
from bench.running.sandbox.messages.with_runner import (
    Assignment,
    Checking,
    ClockStarted,
    InputsWanted,
    LogOpened,
    LogWanted,
    Outcome,
    RunOver,
    SystemStop,
    Watching,
)
from bench.running.sandbox.messages.with_worker import Asked, HeldBackInputs, Request
from bench.running.seal.paths import declared_paths

_SERVERS_KEPT = 16
_SLACK_SECONDS = 15.0  # for a supervisor to kill and collect
_CHECKING_SECONDS = 600.0  # and to read what it was told, 4 MB at most, on the busiest machine

Key = tuple[Any, ...]
HeldBack = Callable[[], tuple[HeldBackInputs, int]]
"""The inputs that were held back, and an open file with them."""


def nothing_held_back() -> tuple[HeldBackInputs, int]:
    """No inputs, as where no predictor is asked."""
    return HeldBackInputs((), ()), os.open(os.devnull, os.O_RDONLY)


@dataclass(frozen=True)
class Service:
    """What the runner has for a run while it goes on.

    ``log`` is where goes what it prints; ``on_start`` is called when its clock starts;
    ``held_back`` gives the inputs at which a predictor is asked once its answer is fixed;
    ``conversation`` answers what it asks of a language model, ``oracle`` at what points it asks.
    """

    log: Path
    on_start: Callable[[], None] = lambda: None
    held_back: HeldBack = nothing_held_back
    conversation: Conversation | None = None
    oracle: AnyOracle | None = None


class Crew:
    """Runs methods in watched processes; ``run`` may be called from many threads at once.

    ``limits`` are those of the runs that start from now on. ``closed`` are folders that no worker
    is to read, whatever its method declares.
    """

    def __init__(self, limits: Limits | None = None, closed: Iterable[Path] = ()) -> None:
        self.limits = limits or Limits()
        self._closed_paths = tuple(closed)
        self._lock = threading.Lock()
        self._servers: dict[Key, ForkServer] = {}
        self._busy: set[socket.socket] = set()
        self._closed = False

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(
        self, method: MethodSpec, request: Request, descriptor: int, service: Service
    ) -> Outcome:
        """Run ``request`` under its limits and return what its supervisor tells of it.

        ``descriptor`` is the open file with the data. Where a server or supervisor itself dies, the
        outcome says ``crash``. Raises CrewClosed where the crew is closed meanwhile, or the system
        ends the whole job.
        """
        try:
            server, channel = self._channel(method, request.budget)
        except ServerError as error:
            if self._closed or error.status == "stopped":
                raise CrewClosed from None
            return Outcome(error.status, str(error))
        assignment = Assignment(request, self.limits)
        with contextlib.suppress(OSError):
            service.log.unlink(missing_ok=True)  # what an earlier attempt printed
        try:
            over = self._converse(channel, assignment, descriptor, service)
        except BaseException:
            channel.close()
            raise
        finally:
            with self._lock:
                self._busy.discard(channel)
        if over.more:
            server.give_back(channel)
        else:
            channel.close()
        return over.outcome

    def close(self) -> None:
        """End every server, and with it, at once, every run under way."""
        with self._lock:
            self._closed = True
            busy = list(self._busy)
            servers = list(self._servers.values())
            self._servers.clear()
        for channel in busy:  # the thread that waits on it closes it
            with contextlib.suppress(OSError):
                channel.shutdown(socket.SHUT_RDWR)
        for server in servers:
            server.close()

    def _converse(
        self, channel: socket.socket, assignment: Assignment, descriptor: int, service: Service
    ) -> RunOver:
        channel.settimeout(self.limits.load_seconds + _SLACK_SECONDS)
        supervisor = 0
        try:
            wire.send(channel, assignment, descriptor)
            with Questions(channel, service.conversation, service.oracle) as questions:
                while (received := wire.receive(channel, Message)) is not None:
                    message, _ = received
                    if isinstance(message, RunOver):
                        return message
                    if isinstance(message, SystemStop):
                        raise CrewClosed
                    if isinstance(message, Watching | ClockStarted):
                        supervisor = message.pid
                    self._serve(channel, message, assignment, service, questions)
        except TimeoutError:
            # Stopped, by its own worker most likely. The server kills what it leaves behind.
            if supervisor:
                os.kill(supervisor, signal.SIGKILL)
            return _crash("the process that watched the run was stopped")
        except (OSError, MessageError):
            pass
        if self._closed:
            raise CrewClosed
        return _crash("the process that watched the run was killed")

    def _serve(
        self,
        channel: socket.socket,
        message: Message,
        assignment: Assignment,
        service: Service,
        questions: Questions,
    ) -> None:
        """Do what a supervisor asks for while its run goes on."""
        if isinstance(message, LogWanted):
            with questions.sending:
                _hand_over(channel, service.log)
        elif isinstance(message, Asked):
            questions.take(message)
        elif isinstance(message, InputsWanted):
            channel.settimeout(PREDICTING_SECONDS + _SLACK_SECONDS)
            with questions.sending:
                _show(channel, *service.held_back())
        elif isinstance(message, Checking):
            channel.settimeout(_CHECKING_SECONDS)
        elif isinstance(message, ClockStarted):
            limits = self.limits
            allowed = assignment.request.budget.seconds + limits.grace + limits.wait_seconds
            channel.settimeout(allowed + _SLACK_SECONDS)
            service.on_start()

    def _channel(self, method: MethodSpec, budget: Budget) -> tuple[ForkServer, socket.socket]:
        key = _key(method, budget.threads)
        for _ in range(2):
            server = self._server(key, method, budget)
            try:
                channel = server.supervisor(method.start)
            except OSError:
                self._forget(key, server)
                continue
            with self._lock:
                self._busy.add(channel)
            return server, channel
        raise ServerError("crash", "the fork server was killed")

    def _server(self, key: Key, method: MethodSpec, budget: Budget) -> ForkServer:
        with self._lock:
            if self._closed:
                raise CrewClosed
            server = self._servers.pop(key, None) or ForkServer(method, budget, self._closed_paths)
            self._servers[key] = server  # last used, last to go
            surplus = list(self._servers.items())[:-_SERVERS_KEPT]
            for old_key, _ in surplus:
                del self._servers[old_key]
        for _, old in surplus:
            # In the background: it waits for the runs it still has under way.
            threading.Thread(target=old.close, name="retiring-server", daemon=True).start()
        try:
            server.wait_until_ready(self.limits.load_seconds)
        except ServerError:
            self._forget(key, server)
            raise
        return server

    def _forget(self, key: Key, server: ForkServer) -> None:
        with self._lock:
            if self._servers.get(key) is server:
                del self._servers[key]
        server.close()


class CrewClosed(Exception):
    """The crew, or the system, ended a run that was under way: it has no outcome."""


def _key(method: MethodSpec, threads: int) -> Key:
    """What two runs must share to be served by one server, or one kept worker."""
    worker = canonical_json(dict(method.worker))
    try:
        declared = tuple(declared_paths(method.read, method.settings).items())
    except FileNotFoundError as error:
        raise ServerError("error", str(error)) from None
    return (worker, threads, method.place, method.requires, declared)


def _hand_over(channel: socket.socket, log: Path) -> None:
    """Open the log and send it; its supervisor, whose memory workers see, learns no name."""
    try:
        descriptor = open_log(log)
    except OSError:
        wire.send(channel, LogOpened())
        return
    try:
        wire.send(channel, LogOpened(), descriptor)
    finally:
        os.close(descriptor)


def _show(channel: socket.socket, inputs: HeldBackInputs, file: int) -> None:
    """Send what was held back; the file with it is closed."""
    try:
        wire.send(channel, inputs, file)
    finally:
        os.close(file)


def _crash(message: str) -> RunOver:
    return RunOver(Outcome("crash", message), more=False)
