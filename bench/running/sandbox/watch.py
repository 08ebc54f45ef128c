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
from pathlib import Path

from bench.method import Candidate
from bench.running.sandbox import answer, wire
from bench.running.sandbox.log import Log
from bench.running.sandbox.report_log import Reports
from bench.running.sandbox.worker import variable_from
from bench.running.sandbox.workerprocess import WorkerProcess

LOOK_SECONDS = 0.05  # between two looks at memory
_STOP_SECONDS = 0.5  # who ends a whole job signals all its processes, in any order
_LAST_REPORTS_TRIED = 20


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


class Watch:
    """One run, watched from its request to its outcome."""

    def __init__(
        self,
        channel: socket.socket,
        worker: WorkerProcess,
        request: wire.Message,
        stop: Stop,
        *,
        keep: bool,
    ) -> None:
        limits = request["limits"]
        self._channel = channel
        self._worker = worker
        self._request = request
        self._stop = stop
        self._keep = keep
        self._variables = [variable_from(item) for item in request["variables"]]
        self._log = Log(Path(request["log"]), limits["log_bytes"])
        self._inbox = wire.Inbox()
        self._reports = Reports()
        self._packages: dict[str, str] = {}
        self._finish: wire.Message | None = None
        self._started: float | None = None
        self._returned: float | None = None
        self._cpu_before = 0.0
        self._peak = 0
        self.clean = True
        self._memory_limit = request["budget"]["memory_mb"] * 2**20
        self._allowed = request["budget"]["seconds"] + limits["grace"]
        self._deadline = time.monotonic() + limits["load_seconds"]

    def run(self, descriptor: int) -> wire.Message:
        """Hand the request on, watch the worker, and say what became of it."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            wire.send(self._worker.socket, self._request, descriptor)
        os.close(descriptor)
        self._worker.socket.setblocking(False)
        status, message = self._watch()
        ended = time.monotonic()
        if status != "answer" or not self._keep:
            self.clean = self._worker.end()
            if not self.clean:
                message += " (a process hangs in the kernel and could not be killed)"
        else:
            self._worker.socket.setblocking(True)
        self._read_output()
        self._log.close()
        return self._outcome(status, message, ended)

    def _watch(self) -> tuple[str, str]:
        poller = select.poll()
        self._listen(poller)
        next_look = time.monotonic() + LOOK_SECONDS
        while True:
            if self._stop.asked:
                raise Stopped
            now = time.monotonic()
            if now >= self._deadline:
                return "timeout", self._timeout_message()
            if now >= next_look:
                if self._look_at_memory():
                    return "memory", f"over {self._request['budget']['memory_mb']} MB of memory"
                next_look = now + LOOK_SECONDS
            wait = max(0.0, min(next_look, self._deadline) - now)
            for fd, event in poller.poll(1000 * wait + 0.5):
                self._attend(poller, fd, event)
            if self._finish is not None:
                return self._finished(self._finish)
            self._worker.look()
            if self._worker.wait_status is not None:
                return self._died(self._worker.wait_status)

    def _listen(self, poller: select.poll) -> None:
        poller.register(self._channel, select.POLLIN)
        poller.register(self._worker.socket, select.POLLIN)
        poller.register(self._worker.output, select.POLLIN)
        if self._worker.death is not None:
            poller.register(self._worker.death, select.POLLIN)

    def _attend(self, poller: select.poll, fd: int, event: int) -> None:
        if fd == self._channel.fileno():
            raise RunnerGone
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

    def _read_messages(self) -> bool:
        """Take in what the worker says; False where it has closed its channel."""
        try:
            content = self._worker.socket.recv(2**18)
        except BlockingIOError:
            return True
        except OSError:
            return False
        try:
            for message in self._inbox.feed(content):
                self._take(message)
        except (wire.WireError, KeyError, TypeError, ValueError, AttributeError) as error:
            self._finish = {
                "kind": "failure",
                "status": "invalid",
                "message": f"the worker's channel carried something else: {error}",
            }
        return bool(content)

    def _take(self, message: wire.Message) -> None:
        now = time.monotonic()
        kind = message["kind"]
        if kind == "ready" and self._started is None:
            self._cpu_before = answer.number(message["cpu"]) or 0.0
            self._packages = answer.packages(message["packages"])
            wire.send(self._channel, {"kind": "started", "pid": os.getpid()})
            self._started = time.monotonic()
            self._deadline = self._started + self._allowed
            with contextlib.suppress(OSError):  # dead already: that is noticed elsewhere
                wire.send(self._worker.socket, {"kind": "go"})
        elif kind == "report" and self._started is not None:
            text = message["expression"]
            if isinstance(text, str) and len(text) <= answer.MAX_EXPRESSION:
                self._reports.add(now - self._started, text, answer.number(message["loss"]))
        elif kind == "returned":
            self._returned = now
        elif kind in ("answer", "failure") and self._finish is None:
            self._finish = message

    def _look_at_memory(self) -> bool:
        """Whether the group is over its limit; pages shared by its processes count once."""
        family = self._worker.family
        used = family.memory()
        if used > self._memory_limit:
            used = family.own_memory()
        self._peak = max(self._peak, used)
        return bool(used > self._memory_limit)

    def _timeout_message(self) -> str:
        if self._started is None:
            seconds = self._request["limits"]["load_seconds"]
            return f"importing the method took more than {seconds:g} s"
        return f"still running {self._allowed:g} s after its start; budget and grace are over"

    def _died(self, wait_status: int) -> tuple[str, str]:
        while self._finish is None and self._read_messages():
            if not select.select([self._worker.socket], [], [], 0)[0]:
                break
        if self._finish is not None:
            return self._finished(self._finish)
        code = os.waitstatus_to_exitcode(wait_status)
        if code == -signal.SIGTERM and self._stop.comes():
            raise Stopped
        if code >= 0:
            return "crash", f"the method ended its process (exit code {code})"
        with contextlib.suppress(ValueError):
            name = signal.Signals(-code).name
            why = "; the kernel may have run out of memory" if name == "SIGKILL" else ""
            return "crash", f"killed by {name}{why}"
        return "crash", f"killed by signal {-code}"

    def _finished(self, finish: wire.Message) -> tuple[str, str]:
        if finish["kind"] == "answer":
            return "answer", ""
        status = finish.get("status")
        if status not in ("error", "invalid", "memory"):
            status = "invalid"
        return status, str(finish.get("message", ""))

    def _outcome(self, status: str, message: str, ended: float) -> wire.Message:
        outcome: wire.Message = {"kind": "outcome", "dropped": 0}
        best, front = None, []
        if status == "answer" and self._finish is not None:
            try:
                discovery = answer.check(self._finish, self._variables)
                best = _listed(discovery.best)
                front = [_listed(candidate) for candidate in discovery.front]
                dropped = self._finish.get("dropped")
                outcome["dropped"] = dropped if isinstance(dropped, int) else 0
                outcome["dropped"] += len(self._finish["front"]) - len(front)
                status = "ok"
            except answer.InvalidAnswer as error:
                status, message = "invalid", str(error)
        elif status != "invalid":
            best = self._last_report()
        return {
            **outcome,
            "status": status,
            "message": answer.printable(message),
            "best": best,
            "front": front,
            "reports": [list(report) for report in self._reports.all()],
            "packages": self._packages,
            **self._resources(ended),
        }

    def _last_report(self) -> list[object] | None:
        """The last report that is an expression, as a candidate."""
        for _, expression, loss in reversed(self._reports.all()[-_LAST_REPORTS_TRIED:]):
            if answer.parses(expression, self._variables) is None:
                return [expression, None, loss]
        return None

    def _resources(self, ended: float) -> wire.Message:
        family = self._worker.family
        if self._worker.usable and self._finish is not None:
            cpu = answer.number(self._finish.get("cpu")) or 0.0
        else:
            cpu = family.cpu_seconds
            self._peak = max(self._peak, family.peak_memory)
        wall = 0.0 if self._started is None else (self._returned or ended) - self._started
        return {
            "wall_seconds": round(wall, 6),
            "cpu_seconds": round(max(0.0, cpu - self._cpu_before), 6),
            "peak_memory_mb": round(self._peak / 2**20, 3),
        }


def _listed(candidate: Candidate) -> list[object]:
    return [candidate.expression, candidate.complexity, candidate.loss]
