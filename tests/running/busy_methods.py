"""Methods that use processors, each in its own way; workers load them from this file by path."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench import Discovery, Task
from bench.running.measuring.counter import counts
from bench.running.sandbox import wire
from bench.running.sandbox.messages.with_worker import Answered, Returned


def burn(seconds: float) -> None:
    """Use so much CPU time in this thread."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def _forked(seconds: float) -> int:
    pid = os.fork()
    if pid == 0:
        burn(seconds)
        os._exit(0)
    return pid


@dataclass(frozen=True)
class Burns:
    """Uses ``seconds`` of CPU time: here, in threads, or in processes that are seen or not."""

    how: str = "here"
    seconds: float = 1000.0
    each: float = 0.002 if counts() else 0.25
    """How long a child lives that nobody waits for: short ones are seen by a counter alone."""

    def discover(self, task: Task) -> Discovery:
        task.report("x0")
        task.report("x0*x1")
        for _ in self._work():
            pass
        print("used", (task.budget.cpu_seconds or 0) - (task.remaining().cpu_seconds or 0))
        return Discovery.of("x0")

    def _work(self) -> Iterator[None]:
        if self.how == "here":
            burn(self.seconds)
        elif self.how == "threads":  # one library call in each, without the interpreter's lock
            yield from self._threads()
        elif self.how == "child":
            os.waitpid(_forked(self.seconds), 0)
        elif self.how == "short":  # each is gone before anybody looks
            for _ in range(round(self.seconds / 0.02)):
                os.waitpid(_forked(0.02), 0)
        elif self.how == "unwaited":  # the kernel adds them to nobody's account
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            for _ in range(round(self.seconds / self.each)):
                child = _forked(self.each)
                while _lives(child):
                    time.sleep(0.001)
        elif self.how == "program":
            subprocess.run([sys.executable, "-c", _PROGRAM, str(self.seconds)], check=True)
        yield

    def _threads(self) -> Iterator[None]:
        import hashlib

        def work() -> None:
            while time.process_time() < end:
                hashlib.sha256(block)

        block, end = bytes(2**20), time.process_time() + self.seconds
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        yield


_PROGRAM = """
import sys, time
while time.process_time() < float(sys.argv[1]):
    pass
"""


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class Asks:
    """Works until what is left is nothing, and says what it saw on the way."""

    forked: bool = False

    def discover(self, task: Task) -> Discovery:
        first = task.remaining()
        if self.forked and os.fork():
            os.wait()
        else:
            while task.remaining().share > 0:
                burn(0.01)
            if self.forked:
                os._exit(0)
        last = task.remaining()
        print("first", first.seconds, first.cpu_seconds, first.share)
        print("last", last.seconds, last.cpu_seconds, last.share)
        return Discovery.of("x0")


@dataclass(frozen=True)
class Pinned:
    """Uses CPU time on one processor alone, in so many threads."""

    processor: int
    seconds: float = 1.0
    threads: int = 1

    def discover(self, task: Task) -> Discovery:
        import hashlib

        os.sched_setaffinity(0, {self.processor})
        block, end = bytes(2**20), time.process_time() + self.seconds

        def work() -> None:
            while time.process_time() < end:
                hashlib.sha256(block)

        others = [threading.Thread(target=work) for _ in range(self.threads - 1)]
        for thread in others:
            thread.start()
        work()
        for thread in others:
            thread.join()
        return Discovery.of("x0")


STAYED: list[str] = []
"""One for each run of this process."""


@dataclass(frozen=True)
class Stays:
    """Leaves a thread or a child behind, which answers whatever is asked next."""

    how: str = "thread"

    def discover(self, task: Task) -> Discovery:
        STAYED.append(self.how)
        print("run", len(STAYED))
        sock = next(value for value in _of_the_callers() if isinstance(value, socket.socket))
        if self.how == "thread":
            threading.Thread(target=_answer_for_ever, args=(sock,), daemon=True).start()
        elif os.fork() == 0:
            _answer_for_ever(sock)
        return Discovery.of("x0*x1")


def _answer_for_ever(sock: socket.socket) -> None:
    words = wire.pack(Returned()) + wire.pack(Answered(Discovery.of("x1"), 0))
    time.sleep(0.05)
    while True:
        sock.sendall(words)
        time.sleep(0.001)


def _of_the_callers() -> Iterator[object]:
    frame = sys._getframe()
    while frame := frame.f_back:
        yield from frame.f_locals.values()


@dataclass(frozen=True)
class Answers:
    """Has a child that answers in its place, then answers itself."""

    how: str = "returns"

    def discover(self, task: Task) -> Discovery:
        task.report("x0")
        child = os.fork()
        if child == 0:
            if self.how == "reports":
                task.report("x1")
                os._exit(0)
            if self.how == "raises":
                raise RuntimeError("of the child")
            return Discovery.of("x1")
        os.waitpid(child, 0)
        return Discovery.of("x0*x1")
