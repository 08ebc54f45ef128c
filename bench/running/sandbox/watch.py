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
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from bench.kinds.find import kind_at
from bench.method import Candidate, Discovery
from bench.running.limits import PREDICTING_SECONDS
from bench.running.measuring.grants import Grants
from bench.running.measuring.usage import Usage
from bench.running.results.plain import unpacked
from bench.running.results.record import Report, Resources, Status
from bench.running.sandbox import wire
from bench.running.sandbox.answer import (
    MAX_EXPRESSION,
    InvalidAnswer,
    answer_length,
    checked,
    printable,
    refusal,
)
from bench.running.sandbox.log import Log
from bench.running.sandbox.messages import (
    Answered,
    Assignment,
    ClockStarted,
    Failed,
    Go,
    HeldBackInputs,
    InputsWanted,
    Loaded,
    LogOpened,
    LogWanted,
    Message,
    MessageError,
    ModelAnswered,
    ModelAsked,
    ModelFailed,
    Outcome,
    Predicted,
    Reported,
    Returned,
    Sealed,
    Shape,
)
from bench.running.sandbox.report_log import Reports
from bench.running.sandbox.workerprocess import WorkerProcess

_STOP_SECONDS = 0.5  # who ends a whole job signals all its processes, in any order
_LISTEN_SECONDS = 5.0  # for a worker that has asked to take its answer
_LAST_REPORTS_TRIED = 20
_BACK_SECONDS = 5.0  # for a kept worker to come back from a run that was over
_SENDING_SECONDS = 1.0  # for an answer to follow the word that it is there


class RunnerGone(Exception):
    """The runner closed the channel: nobody waits for the answer."""


class Stop:
    """Whether the system has asked this process to end.

    No ``threading.Event``: its lock is not to be taken in a signal's handler.
    """

    def __init__(self) -> None:
        self.asked = False

    def ask(self, number: int, frame: object) -> None:
        """What handles SIGTERM."""
        self.asked = True

    def comes(self) -> bool:
        """Whether it has, or will in a moment."""
        end = time.monotonic() + _STOP_SECONDS
        while not self.asked and time.monotonic() < end:
            time.sleep(0.01)
        return self.asked


class Stopped(Exception):
    """The system asked this process to end: the run is not to blame, and has no outcome."""


class _RunEnd(NamedTuple):
    """How a run ended that has no answer; with ``ok``, one whose answer was found to be one."""

    status: Status
    message: str


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
        self._usage = Usage(worker.pid, worker.family, worker.clock, budget)
        self.clean = True
        cpu = budget.cpu_seconds
        self._cpu_allowed = None if cpu is None else cpu + limits.grace
        self._allowed = budget.seconds + limits.grace
        self._grants = Grants(limits.wait_seconds)
        self._question = 0
        self._listens = False
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
        # One that still waits for its language model is no worker for another run.
        lost = self._lost or (self._listens and isinstance(end, Answered))
        if self._keep and not lost and (isinstance(end, Answered) or self._comes_back(end)):
            self._worker.socket.setblocking(True)
        else:
            self.clean = self._worker.end()
        self._usage.close()
        self._read_output()
        self._log.close()
        return self._outcome(end)

    def _watch(self) -> Answered | _RunEnd:
        """Watch until the run is over, in one way or another."""
        poller = select.poll()
        self._listen(poller)
        next_look = time.monotonic() + self._usage.pause(self._cpu_allowed)
        while True:
            if self._stop.asked:
                raise Stopped
            now = time.monotonic()
            if now >= self._deadline:
                return _RunEnd("timeout", self._timeout_message())
            if now >= next_look:
                if (end := self._look()) is not None:
                    return end
                next_look = now + self._usage.pause(self._cpu_allowed)
            wait = max(0.0, min(next_look, self._deadline) - now)
            for fd, event in poller.poll(1000 * wait + 0.5):
                self._attend(poller, fd, event)
            if self._finish is not None:
                return _end_of(self._finish)
            self._worker.look()
            if self._worker.wait_status is not None:
                return self._died(self._worker.wait_status)

    def _with_predictions(self, answer: Answered) -> Answered | _RunEnd:
        """The answer with what its model predicts at inputs that were held back until now.

        A model that fails costs an answer that has a formula nothing.
        """
        wire.send(self._channel, InputsWanted())
        inputs, descriptor = self._heard()
        while isinstance(inputs, ModelAnswered | ModelFailed):  # too late for this run
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
        found = self._predicted
        why = end.message if isinstance(end, _RunEnd) else found.why if found else ""
        if isinstance(end, _RunEnd) and end.status == "timeout":
            why = f"it took more than {PREDICTING_SECONDS:g} s"
        if found is None or self._lost or not _fits(found.values, inputs.shapes):
            if answer.discovery.best.expression == "":
                return _RunEnd("invalid", f"a model without a formula did not predict: {why}")
            return answer
        predicted = dict(zip(inputs.names, found.values, strict=True))
        return replace(answer, discovery=replace(answer.discovery, predicted=predicted))

    def _comes_back(self, end: _RunEnd) -> bool:
        """Whether a worker whose run is over by its limit, interrupted, is ready for another.

        It is where ``discover`` ends soon and leaves no process behind. What it says meanwhile
        does not count. What it has compiled is worth the wait, and what overran its memory is not.
        """
        if end.status != "timeout" or self._started is None:
            return False
        os.kill(self._worker.pid, signal.SIGINT)
        self._end_of_wait(ModelAnswered(self._question, spent="budget.seconds"))
        self._deadline = time.monotonic() + _BACK_SECONDS
        self._watch()
        finish = self._finish
        if finish is None or (isinstance(finish, Failed) and finish.status == "invalid"):
            return False
        return self._worker.family.members(anew=True) == {self._worker.pid}

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
        """Take in what the runner says of the language model."""
        self._pass_on(self._heard()[0])

    def _pass_on(self, message: Message) -> None:
        """Hand an answer of the language model to the worker that waits for it."""
        if self._over:
            return
        if isinstance(message, ModelFailed) and self._finish is None:
            self._finish = Failed("error", message.message)
        elif isinstance(message, ModelAnswered) and message.number == self._question:
            self._end_of_wait(message)

    def _granted(self, now: float) -> float:
        """What is granted of a wait that ends now."""
        if not self._grants.waiting:
            return 0.0
        self._usage.look()
        granted, unused = self._grants.end(now, self._usage.cpu_seconds)
        self._deadline -= unused
        return granted

    def _asks(self, message: ModelAsked, now: float) -> None:
        """Take a question of the worker to the runner; the wait for its answer is granted."""
        self._usage.look()
        self._question, self._listens = message.number, True
        self._deadline += self._grants.begin(now, self._usage.cpu_seconds)
        wire.send(self._channel, message)

    def _end_of_wait(self, answer: ModelAnswered) -> None:
        if not self._listens:
            return
        self._listens = False
        granted = self._granted(time.monotonic())
        # A worker that asked and does not listen is none.
        self._worker.socket.settimeout(_LISTEN_SECONDS)
        try:
            wire.send(self._worker.socket, replace(answer, granted=granted))
        except OSError:
            self._finish = self._finish or Failed("error", "the worker asked, and did not listen")
        finally:
            self._worker.socket.setblocking(False)

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
        elif self._fixed is not None:  # the answer is; what its model says is all that counts
            if isinstance(message, Predicted):
                self._predicted, self._finish = message, self._fixed
        elif isinstance(message, Answered | Failed) and self._finish is None:
            if self._returned is not None and now - self._returned > _SENDING_SECONDS:
                self._stop_clock(now)
            self._finish = message
        elif self._over:
            return
        elif isinstance(message, ModelAsked):
            if self._request.model and self._started is not None and not self._listens:
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
        self._granted(now)
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

    def _look(self) -> _RunEnd | None:
        """Look at what the run uses; how it ends where that is too much."""
        if self._usage.look():
            return _RunEnd("memory", f"over {self._request.budget.memory_mb} MB of memory")
        allowed = self._cpu_allowed
        if allowed is not None and self._usage.cpu_seconds >= allowed and not self._over:
            text = f"still running after {allowed:g} s of CPU time; budget and grace are over"
            return _RunEnd("timeout", text)
        return None

    def _timeout_message(self) -> str:
        if self._started is None:
            return f"loading and warming up took more than {self._load_seconds:g} s"
        return f"still running {self._allowed:g} s after its start; budget and grace are over"

    def _died(self, wait_status: int) -> Answered | _RunEnd:
        while self._finish is None and self._read_messages():
            if not select.select([self._worker.socket], [], [], 0)[0]:
                break
        if self._finish is not None:
            return _end_of(self._finish)
        code = os.waitstatus_to_exitcode(wait_status)
        if code == -signal.SIGTERM and self._stop.comes():
            raise Stopped
        if code >= 0:
            return _RunEnd("crash", f"the method ended its process (exit code {code})")
        with contextlib.suppress(ValueError):
            name = signal.Signals(-code).name
            why = "; the kernel may have run out of memory" if name == "SIGKILL" else ""
            return _RunEnd("crash", f"killed by {name}{why}")
        return _RunEnd("crash", f"killed by signal {-code}")

    def _outcome(self, end: Answered | _RunEnd) -> Outcome:
        discovery, left_out = None, 0
        if isinstance(end, Answered):
            try:
                kind = kind_at(self._request.kind)
                discovery = checked(end.discovery, kind, self._request.told)
                left_out = end.left_out + len(end.discovery.front) - len(discovery.front)
                end = _RunEnd("ok", "")
            except InvalidAnswer as error:
                end = _RunEnd("invalid", str(error))
        elif end.status != "invalid":
            discovery = self._last_report()
        hangs = "" if self.clean else " (a process hangs in the kernel and could not be killed)"
        return Outcome(
            status=end.status,
            message=printable(end.message + hangs),
            discovery=discovery,
            reports=tuple(self._reports.all()),
            resources=self._resources(),
            packages=self._packages,
            left_out=left_out,
            seal=self._worker.cell.verdict,
        )

    def _last_report(self) -> Discovery | None:
        """The last report that is an answer."""
        kind = kind_at(self._request.kind)
        for report in reversed(self._reports.all()[-_LAST_REPORTS_TRIED:]):
            if refusal(report.expression, kind, self._request.told) is None:
                return Discovery(Candidate(report.expression, None, report.loss))
        return None

    def _seconds(self, now: float) -> float:
        """Wall seconds that are charged until ``now``."""
        assert self._started is not None
        return max(0.0, now - self._started - self._grants.seconds)

    def _resources(self) -> Resources:
        started, returned = self._started, self._returned
        wall = 0.0 if started is None or returned is None else self._seconds(returned)
        used = self._usage.resources(wall, ended=not self._worker.usable)
        return replace(used, warm_up_seconds=round(self._warm_up, 6))


def _end_of(finish: Answered | Failed) -> Answered | _RunEnd:
    return finish if isinstance(finish, Answered) else _RunEnd(finish.status, finish.message)


def _fits(values: Sequence[str], shapes: Sequence[Shape]) -> bool:
    """Whether packed ``values`` are one for each row of arrays of these shapes."""
    try:
        return [len(unpacked(one)) for one in values] == [shape[0] for shape in shapes]
    except ValueError:
        return False
