"""Watching one run: its clock, its memory, what it prints, what it says, and its end.

The worker and all it starts are descendants of the process that watches, which is a subreaper,
so none can slip away. It also holds the channel to the runner; when the runner is gone, the
channel closes and everything here dies.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import replace

from bench.running.limits import NEVER_LOADED, PREDICTING_SECONDS
from bench.running.measuring.usage import Usage
from bench.running.results.record import Report, Resources
from bench.running.sandbox import wire
from bench.running.sandbox.answer import MAX_EXPRESSION, answer_length, printable
from bench.running.sandbox.log import Log
from bench.running.sandbox.messages.base import Message, MessageError
from bench.running.sandbox.messages.with_runner import (
    AskingFailed,
    Assignment,
    Checking,
    ClockStarted,
    InputsWanted,
    LogOpened,
    LogWanted,
    Outcome,
)
from bench.running.sandbox.messages.with_worker import (
    Answered,
    Asked,
    Failed,
    Go,
    HeldBackInputs,
    Loaded,
    ModelAnswered,
    Predicted,
    Reply,
    Reported,
    Returned,
    Sealed,
)
from bench.running.sandbox.report_log import Reports
from bench.running.sandbox.watching.breaking_off import RunnerGone, Stop, Stopped
from bench.running.sandbox.watching.endings import RunEnd, death, end_of, looked_through
from bench.running.sandbox.watching.modelwait import ModelWait
from bench.running.sandbox.watching.predictions import with_predictions
from bench.running.sandbox.workerprocess import WorkerProcess

_BACK_SECONDS = 5.0  # for a kept worker to come back from a run that was over
_SENDING_SECONDS = 1.0  # for an answer to follow the word that it is there


class Watch:
    """One run, watched from its request to its outcome."""

    def __init__(
        self,
        channel: socket.socket,
        worker: WorkerProcess,
        assignment: Assignment,
        stop: Stop,
        *,
        keep: bool,
    ) -> None:
        limits, budget = assignment.limits, assignment.request.budget
        self._channel = channel
        self._worker = worker
        self._request = assignment.request
        self._stop = stop
        self._keep = keep
        self._log = Log(self._ask_for_log, limits.log_bytes)
        self._require_seal = limits.require_seal
        self._inbox = wire.Inbox()
        self._reports = Reports()
        self._packages: Mapping[str, str] = {}
        self._finish: Answered | Failed | None = None
        self._fixed: Answered | None = None
        self._predicted: Predicted | None = None
        self._started: float | None = None
        self._returned: float | None = None
        self._over = False
        self._lost = False
        self._data: int | None = None
        self._warm_up = 0.0
        own = worker.cell.own_memory
        self._usage = Usage(worker.pid, worker.family, worker.clock, budget, own_memory=own)
        self.clean = True
        self._cpu_allowed = None if (cpu := budget.cpu_seconds) is None else cpu + limits.grace
        self._allowed = budget.seconds + limits.grace
        self._wait = ModelWait(worker, self._usage, limits.wait_seconds)
        self._load_seconds = limits.load_seconds
        self._deadline = time.monotonic() + limits.load_seconds

    def run(self, descriptor: int) -> Outcome:
        """Hand the request on, watch the worker, and say what became of it.

        The data are handed on when the clock starts: what a method does before, it does without.
        """
        self._data = descriptor
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            wire.send(self._worker.socket, self._request, self._usage.meter)
        self._check_seal()  # an earlier run may have told
        self._worker.socket.setblocking(False)
        try:
            end = self._watch()
        finally:
            self._close_data()
        ended = time.monotonic()
        if not isinstance(end, Answered) or self._returned is None:
            self._stop_clock(ended)
        self._over = True
        if isinstance(end, Answered) and end.predicts:
            end = self._with_predictions(end)
        if self._keep and not self._lost and self._comes_back(end):
            self._worker.socket.setblocking(True)
        else:
            self.clean = self._worker.end()
        self._usage.close()
        self._read_output()
        self._log.close()
        wire.send(self._channel, Checking())
        return self._outcome(end)

    def _watch(self) -> Answered | RunEnd:
        """Watch until the run is over, in one way or another."""
        self._listen(poller := select.poll())
        next_look = time.monotonic() + self._usage.pause(self._cpu_allowed)
        while True:
            if self._stop.asked:
                raise Stopped
            now = time.monotonic()
            if now >= self._deadline:
                return RunEnd("timeout", self._timeout_message())
            if now >= next_look:
                if (end := self._look()) is not None:
                    return end
                next_look = now + self._usage.pause(self._cpu_allowed)
            wait = max(0.0, min(next_look, self._deadline) - now)
            for fd, event in poller.poll(1000 * wait + 0.5):
                self._attend(poller, fd, event)
            if self._finish is not None:
                return end_of(self._finish, begun=self._started is not None)
            self._worker.look()
            if self._worker.wait_status is not None:
                return self._died(self._worker.wait_status)

    def _with_predictions(self, answer: Answered) -> Answered | RunEnd:
        """The answer with what its predictor says at inputs that were held back until now."""
        wire.send(self._channel, InputsWanted())
        inputs, descriptor = self._heard()
        while isinstance(inputs, Reply | AskingFailed):  # too late for this run
            inputs, descriptor = self._heard()
        if not isinstance(inputs, HeldBackInputs) or descriptor is None:
            raise RunnerGone
        self._fixed, self._finish = answer, None
        self._deadline = time.monotonic() + PREDICTING_SECONDS
        with contextlib.suppress(OSError):  # dead already: that is noticed below
            wire.send(self._worker.socket, inputs, descriptor)
        os.close(descriptor)
        end = self._watch()
        self._lost = not isinstance(end, Answered)
        return with_predictions(answer, inputs, end, self._predicted)

    def _comes_back(self, end: Answered | RunEnd) -> bool:
        """Whether a worker whose run is over is ready for another: idle, and alone."""
        finish = end if isinstance(end, Answered) else self._interrupted(end)
        busy = self._wait.listens or (isinstance(finish, Answered) and finish.at_work)
        if finish is None or busy:
            return False
        return self._worker.family.members(anew=True) == {self._worker.pid}

    def _interrupted(self, end: RunEnd) -> Answered | Failed | None:
        """How ``discover`` ends once it is told that its time is over; None where it does not.

        What it has compiled is worth the wait. What it says meanwhile does not count.
        """
        if end.status != "timeout" or self._started is None:
            return None
        os.kill(self._worker.pid, signal.SIGINT)
        self._end_of_wait(ModelAnswered(self._wait.question, spent="budget.seconds"))
        self._deadline = time.monotonic() + _BACK_SECONDS
        self._watch()
        told = self._finish
        return None if isinstance(told, Failed) and told.status == "invalid" else told

    def _listen(self, poller: select.poll) -> None:
        poller.register(self._channel, select.POLLIN)
        poller.register(self._worker.socket, select.POLLIN)
        poller.register(self._worker.output, select.POLLIN)
        if self._worker.death is not None:
            poller.register(self._worker.death, select.POLLIN)

    def _attend(self, poller: select.poll, fd: int, event: int) -> None:
        if fd == self._channel.fileno():
            self._hear()
            return
        if fd == self._worker.output:
            open_ = self._read_output(once=True)
        elif fd == self._worker.socket.fileno():
            open_ = self._read_messages()
        else:
            open_ = False
        if not open_:
            poller.unregister(fd)

    def _read_output(self, *, once: bool = False) -> bool:
        """Move what was printed into the log; False where nobody can print any more."""
        try:
            while content := os.read(self._worker.output, 2**16):
                self._log.write(content)
                if once:
                    return True
        except BlockingIOError:
            return True
        return False

    def _ask_for_log(self) -> int | None:
        """The open file to write to; its name stays with the runner."""
        try:
            wire.send(self._channel, LogWanted())
        except OSError:
            raise RunnerGone from None
        while True:
            message, descriptor = self._heard()
            if isinstance(message, LogOpened):
                return descriptor
            self._pass_on(message)

    def _heard(self) -> tuple[Message, int | None]:
        """The next message of the runner."""
        try:
            received = wire.receive(self._channel, Message)
        except OSError:
            received = None
        if received is None:
            raise RunnerGone
        return received

    def _hear(self) -> None:
        """Take in what the runner says of what was asked."""
        self._pass_on(self._heard()[0])

    def _pass_on(self, message: Message) -> None:
        """Hand an answer to the worker that waits for it."""
        if self._over:
            return
        if isinstance(message, AskingFailed) and self._finish is None:
            self._finish = Failed("error", message.message)
        elif isinstance(message, Reply) and message.number == self._wait.question:
            self._end_of_wait(message)

    def _asks(self, message: Asked, now: float) -> None:
        """Take a question of the worker to the runner."""
        self._deadline += self._wait.begin(message.number, now)
        wire.send(self._channel, message)

    def _end_of_wait(self, answer: Reply) -> None:
        if not self._wait.listens:
            return
        granted, unused = self._wait.stop(time.monotonic())
        self._deadline -= unused
        if not self._wait.answer(replace(answer, granted=granted)):
            self._finish = self._finish or Failed("error", "the worker asked, and did not listen")

    def _read_messages(self) -> bool:
        """Take in what the worker says; False where it has closed its channel.

        What another process says on it, a child of the worker, is no word of the method's.
        """
        try:
            content, own = wire.receive_from(self._worker.socket, self._worker.pid)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not own:
            return bool(content)
        try:
            for message in self._inbox.feed(content):
                self._take(message)
        except MessageError as error:
            text = f"the worker's channel carried something else: {error}"
            self._finish = Failed("invalid", text)
        return bool(content)

    def _take(self, message: Message) -> None:
        now = time.monotonic()
        if isinstance(message, Sealed) and self._worker.cell.verdict is None:
            self._worker.cell.verdict = message.verdict
            self._check_seal()
        elif isinstance(message, Loaded) and self._started is None:
            self._start(message)
        elif self._fixed is not None:  # the answer is; what its predictor says is all that counts
            if isinstance(message, Predicted):
                self._predicted, self._finish = message, self._fixed
        elif isinstance(message, Answered | Failed) and self._finish is None:
            if self._returned is not None and now - self._returned > _SENDING_SECONDS:
                self._stop_clock(now)
            self._finish = message
        elif self._over:
            return
        elif isinstance(message, Asked):
            if self._started is not None and not self._wait.listens:
                self._asks(message, now)
        elif isinstance(message, Reported) and self._started is not None:
            if answer_length(message.answer) <= MAX_EXPRESSION:
                self._reports.add(Report(self._seconds(now), message.answer, message.loss))
        elif isinstance(message, Returned):
            self._stop_clock(now)

    def _stop_clock(self, now: float) -> None:
        """What comes after is the harness's; an answer that is long in coming is the method's."""
        if self._over:
            return
        self._deadline -= self._wait.stop(now)[1]
        self._returned = now
        self._usage.stop()

    def _check_seal(self) -> None:
        seal = self._worker.cell.verdict
        if self._require_seal and seal is not None and seal.level != "full":
            text = f"require_seal=true, and the seal is {seal.level}: {', '.join(seal.missing)}"
            self._finish = Failed("error", text)

    def _start(self, message: Loaded) -> None:
        """Start the clock, and hand over the data."""
        self._warm_up = message.warm_up
        self._packages = message.packages
        wire.send(self._channel, ClockStarted(os.getpid()))
        self._usage.start()
        self._started = time.monotonic()
        self._deadline = self._started + self._allowed
        with contextlib.suppress(OSError):  # dead already: that is noticed elsewhere
            wire.send(self._worker.socket, Go(), self._data)
        self._close_data()

    def _close_data(self) -> None:
        if self._data is not None:
            os.close(self._data)
            self._data = None

    def _look(self) -> RunEnd | None:
        """Look at what the run uses; how it ends where that is too much."""
        if self._usage.look():
            return RunEnd("memory", f"over {self._request.budget.memory_mb} MB of memory")
        allowed = self._cpu_allowed
        if allowed is not None and self._usage.cpu_seconds >= allowed and not self._over:
            text = f"still running after {allowed:g} s of CPU time; budget and grace are over"
            return RunEnd("timeout", text)
        return None

    def _timeout_message(self) -> str:
        if self._started is None:
            return f"{NEVER_LOADED} {self._load_seconds:g} s"
        return f"still running {self._allowed:g} s after its start; budget and grace are over"

    def _died(self, wait_status: int) -> Answered | RunEnd:
        while self._finish is None and self._read_messages():
            if not select.select([self._worker.socket], [], [], 0)[0]:
                break
        if self._finish is not None:
            return end_of(self._finish, begun=self._started is not None)
        if (
            code := os.waitstatus_to_exitcode(wait_status)
        ) == -signal.SIGTERM and self._stop.comes():
            raise Stopped
        return death(code)

    def _outcome(self, end: Answered | RunEnd) -> Outcome:
        reports = self._reports.all()
        end, discovery, left_out = looked_through(end, reports, self._request)
        hangs = "" if self.clean else " (a process hangs in the kernel and could not be killed)"
        return Outcome(
            status=end.status,
            message=printable(end.message + hangs),
            discovery=discovery,
            reports=tuple(reports),
            resources=self._resources(),
            packages=self._packages,
            left_out=left_out,
            seal=self._worker.cell.verdict,
        )

    def _seconds(self, now: float) -> float:
        """Wall seconds that are charged until ``now``."""
        assert self._started is not None
        return max(0.0, now - self._started - self._wait.seconds)

    def _resources(self) -> Resources:
        started, returned = self._started, self._returned
        wall = 0.0 if started is None or returned is None else self._seconds(returned)
        used = self._usage.resources(wall, ended=not self._worker.usable)
        return replace(used, warm_up_seconds=round(self._warm_up, 6))
