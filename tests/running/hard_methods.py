"""Methods that misbehave, each in its own way; workers load them from this file by path."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from bench import Budget, Candidate, Discovery, Task


@dataclass(frozen=True)
class Instant:
    """Answers at once; ``expression`` is what it answers."""

    expression: str = "x0"
    note: str = ""

    def discover(self, task: Task) -> Discovery:
        return Discovery.of(self.expression)


@dataclass(frozen=True)
class Sleepy:
    """Takes its time, and writes down that it ran."""

    seconds: float = 0.1
    diary: str = ""

    def discover(self, task: Task) -> Discovery:
        if self.diary:
            with Path(self.diary).open("a") as file:
                file.write(f"{task.seed} {os.getpid()}\n")
        time.sleep(self.seconds)
        return Discovery.of("x0")


@dataclass(frozen=True)
class Telling:
    """Answers with what it was told: settings and task, as a comment of its own in the log."""

    def discover(self, task: Task) -> Discovery:
        print("names", *task.names)
        print("symbols", *(variable.symbol for variable in task.variables))
        print("meanings", *(variable.meaning for variable in task.variables))
        print("description", task.description)
        print("threads", os.environ["OMP_NUM_THREADS"], os.environ["JULIA_NUM_THREADS"])
        print("rows", *task.X.shape, "writeable", task.X.flags.writeable)
        print("target", *(value.hex() for value in task.y[:4]))
        return Discovery.of(task.names[0])


@dataclass(frozen=True)
class Raises:
    how: str = "error"

    def discover(self, task: Task) -> Discovery:
        task.report("x1")
        if self.how == "exit":
            sys.exit(3)
        if self.how == "memory":
            np.empty(2**58)
        raise RuntimeError("two\nlines of trouble")


@dataclass(frozen=True)
class Returns:
    """Returns garbage of a kind."""

    what: str = "none"

    def discover(self, task: Task) -> Any:
        many = (Candidate("x0", 1, 0.5),) * 1_000_000
        return {
            "none": None,
            "text": "x0",
            "number": 3.14,
            "unknown": Discovery.of("x0 + speed_of_light"),
            "nan": Discovery.of("nan"),
            "code": Discovery.of("__import__('os').system('true')"),
            "megabyte": Discovery.of("x0" + "+x0" * 350_000),
            "million": Discovery(Candidate("x0", float("nan"), float("inf")), many),
            "slow to read": Discovery(Candidate("x0"), (Candidate("x0 + " * 10_000 + "1"),) * 39),
            "mixed": Discovery(Candidate("x0"), (Candidate("x1"), Candidate("nonsense("))),
            "best": Discovery("x0"),  # type: ignore[arg-type]
            "counts": Discovery(Candidate("x0"), counts={"a name": 1, "half": 0.5}),  # type: ignore[dict-item]
            "bells": Discovery.of("x0 \x1b[31m\a\ud800"),
            "unicode": Discovery(Candidate("x0"), (Candidate("\U0001f600" * 90_000),) * 30),
        }[self.what]


@dataclass(frozen=True)
class Hangs:
    """Hangs where Python is not asked, deaf to every signal that can be ignored."""

    how: str = "sleep"

    def discover(self, task: Task) -> NoReturn:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        task.report("x0", 0.5)
        task.report("x0*x1", 0.25)
        task.report("not an expression (")
        if self.how == "c":
            ctypes.PyDLL(None).sleep(1000)  # holds the interpreter's lock
        if self.how == "lock":
            threading.Lock().acquire()
            lock = threading.Lock()
            lock.acquire()
            lock.acquire()
        if self.how == "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        if self.how == "spin":
            while True:
                pass
        time.sleep(1000)
        raise AssertionError


@dataclass(frozen=True)
class Breeds:
    """Leaves processes behind; writes their numbers into ``diary`` and may hang itself."""

    diary: str = ""
    how: str = "child"
    hang: bool = True

    def discover(self, task: Task) -> Discovery:
        if self.how == "child":
            child = subprocess.Popen(["sleep", "1000"])
            self._note(child.pid)
        elif self.how == "daemon":
            self._daemon()
        elif self.how == "crowd":
            for _ in range(20):
                self._daemon()
        if self.hang:
            time.sleep(1000)
        return Discovery.of("x0")

    def _daemon(self) -> None:
        """Forked twice, in a session of its own, with an ignored hang-up: gone, one would think."""
        child = os.fork()
        if child == 0:
            os.setsid()
            father = os.getpid()
            if os.fork() == 0:
                os.setsid()
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                while os.getppid() == father:  # what is noted has been adopted
                    time.sleep(0.001)
                self._note(os.getpid())
                time.sleep(1000)
            os._exit(0)
        os.waitpid(child, 0)
        time.sleep(0.05)

    def _note(self, pid: int) -> None:
        with Path(self.diary).open("a") as file:
            file.write(f"{pid}\n")


@dataclass(frozen=True)
class Flees:
    """Processes that are always gone when one looks: each forks its successor and exits.

    They stay in the worker's process group, which can be killed at one stroke. One that is let
    live for a minute writes so into ``diary``.
    """

    diary: str = ""

    def discover(self, task: Task) -> NoReturn:
        for _ in range(4):
            if os.fork() == 0:
                self._flee()
        time.sleep(1000)
        raise AssertionError

    def _flee(self) -> NoReturn:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if os.fork():
                os._exit(0)
        Path(self.diary).write_text("escaped")
        os._exit(0)


@dataclass(frozen=True)
class Eats:
    """Allocates without end, itself or in its children, or ``into`` files of memory."""

    children: int = 0
    into: str = ""

    def discover(self, task: Task) -> NoReturn:
        task.report("x1")
        if self.into:
            shared = os.O_RDWR | os.O_CREAT
            unnamed = self.into == "memfd"
            file = os.memfd_create("kept") if unnamed else os.open("/dev/shm/kept", shared)
            while True:
                os.write(file, bytes(2**23))
                time.sleep(0.01)
        for _ in range(self.children):
            if os.fork() == 0:
                break
        else:
            if self.children:
                time.sleep(1000)
        eaten = []
        while True:
            eaten.append(np.ones(2**20))
            time.sleep(0.01)


@dataclass(frozen=True)
class Dies:
    how: str = "exit"

    def discover(self, task: Task) -> Discovery:
        task.report("x1")
        if self.how == "exit":
            os._exit(7)
        if self.how == "segv":
            ctypes.string_at(0)
        if self.how == "abort":
            os.abort()
        if self.how == "parent":
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(1000)
        if self.how == "stop parent":
            os.kill(os.getppid(), signal.SIGSTOP)
            time.sleep(1000)
        if self.how == "fds":
            os.closerange(3, 1000)
        if self.how == "garble":
            for descriptor in range(3, 4096):
                with contextlib.suppress(OSError):
                    os.write(descriptor, b"\0\0\0\5[1,2]" + bytes(range(256)))
        if self.how == "forge":
            for descriptor in range(3, 4096):
                for body in (
                    b'{"type":"Loaded","warm_up":NaN,"packages":[1]}',
                    b'{"type":"Answered","discovery":{"best":["x0",NaN,1e999],"front":[]},'
                    b'"left_out":0}',
                ):
                    with contextlib.suppress(OSError):
                        os.write(descriptor, len(body).to_bytes(4, "big") + body)
        return Discovery.of("x0")


@dataclass(frozen=True)
class Chatty:
    megabytes: int = 5

    def discover(self, task: Task) -> Discovery:
        print("the first line")
        for _ in range(self.megabytes):
            os.write(1, b"\0" + b"x" * (2**20 - 2) + b"\n")
            os.write(2, b'{"type": "Returned"}\n{"type": "Answered", "left_out": 0}\n')
        print("the last line")
        return Discovery.of("x0")


@dataclass(frozen=True)
class Reports:
    """Reports a great many expressions, from several threads."""

    count: int = 10_000

    def discover(self, task: Task) -> Discovery:
        def tell(thread: int) -> None:
            for k in range(self.count // 4):
                task.report(f"x0 + {4 * k + thread}", k)

        threads = [threading.Thread(target=tell, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        task.report("x0 + x1")
        return Discovery.of("x1")


@dataclass(frozen=True)
class Counts:
    """Tells how many runs its process has seen before: 0 unless the worker is kept."""

    def discover(self, task: Task) -> Discovery:
        seen = getattr(sys, "_runs_seen", 0)
        sys._runs_seen = seen + 1  # type: ignore[attr-defined]
        print("run", seen)
        if task.seed == 99:
            time.sleep(1000)
        return Discovery.of(f"x0 + {seen}")


class Compiles:
    """Compiles for 1.5 s, once in a process; ``overrun`` says what the run of seed 99 does."""

    def __init__(self, overrun: str = "sleep") -> None:
        self.overrun = overrun

    def warm_up(self, budget: Budget) -> None:
        links = [str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.exists()]
        print("data" if any("memfd" in link for link in links) else "no data", budget.threads)
        time.sleep(1.5)

    def discover(self, task: Task) -> Discovery:
        seen = getattr(sys, "_runs_seen", 0)
        sys._runs_seen = seen + 1  # type: ignore[attr-defined]
        print("run", seen)
        if task.seed == 99:
            getattr(self, f"_{self.overrun}")(task)
        return Discovery.of("x0")

    def _sleep(self, task: Task) -> None:
        time.sleep(1000)

    def _report(self, task: Task) -> None:
        while True:
            for k in range(1000):
                task.report("x0 + " * 10_000 + str(k))

    def _return(self, task: Task) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            time.sleep(1000)

    def _ignore(self, task: Task) -> None:
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                time.sleep(1000)

    def _thread(self, task: Task) -> None:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        time.sleep(1000)

    def _child(self, task: Task) -> None:
        if os.fork() == 0:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            time.sleep(1000)
        time.sleep(1000)


class FailsWarmingUp:
    def warm_up(self, budget: Budget) -> None:
        raise RuntimeError("no engine here")

    def discover(self, task: Task) -> Discovery:
        return Discovery.of("x0")
