"""What escapes are after: a world outside the walls, and a way to try functions inside them.

An escape is a function that takes the ``World`` and reaches for something. What becomes of it is
said by its decorator: ``refused`` (it must raise one of these errors), or ``fruitless`` (it must
come back with nothing).
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECRET = "the-secret-of-the-world"
DENIED = (errno.EACCES, errno.EPERM)
GONE = (*DENIED, errno.ENOENT, errno.ESRCH)
ABSENT = (*DENIED, errno.ENOSYS)


@dataclass(frozen=True)
class World:
    """Paths, addresses and processes outside; ``private`` is what an escape may use inside."""

    catalogue: str
    configuration: str
    results: str
    cache: str
    home: str
    method: str
    declared: str
    hidden: str
    other_run: str
    unix_socket: str
    abstract_socket: str
    tcp_port: int
    udp_port: int
    outsider: int
    server: int
    inherited: int
    python: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """Files that hold what a method must not know."""
        return (self.catalogue, self.results, self.cache, self.home)


def refused(*numbers: int) -> Callable[[Callable[[World], Any]], Callable[[World], Any]]:
    """The escape must raise an OSError with one of ``numbers`` (denied, where none is given)."""

    def mark(function: Callable[[World], Any]) -> Callable[[World], Any]:
        function.expected = numbers or DENIED  # type: ignore[attr-defined]
        return function

    return mark


def fruitless(function: Callable[[World], Any]) -> Callable[[World], Any]:
    """The escape must come back with nothing: None, False, or something empty."""
    function.expected = ()  # type: ignore[attr-defined]
    return function


@contextmanager
def a_world(folder: Path, catalogue: Path, configuration: Path) -> Iterator[World]:
    """A world below ``folder``: files to find, servers that answer, a process with a secret."""
    for name in (
        "results/quick/records",
        "cache/data",
        "home/.ssh",
        "method",
        "declared",
        "hidden/quick",
    ):
        (folder / name).mkdir(parents=True)
    files = {
        "results": folder / "results/quick/records/run.json",
        "cache": folder / "cache/data/problem.npz",
        "home": folder / "home/.ssh/id_rsa",
        "method": folder / "method/my_method.py",
        "declared": folder / "declared/table.csv",
        "hidden": folder / "hidden/quick/problem.log",
    }
    for file in files.values():
        file.write_text(SECRET)
    (folder / "method/beside.py").write_text("WORD = 'beside'")
    (folder / "method/notes.txt").write_text(SECRET)
    (folder / "method/link.py").symlink_to(files["results"])
    (folder / "declared/link").symlink_to(files["results"])
    path, name = folder / "a.sock", f"rediscover-test-{os.getpid()}"
    unix, abstract = _listening(socket.AF_UNIX, str(path)), _listening(socket.AF_UNIX, f"\0{name}")
    tcp = _listening(socket.AF_INET, ("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    inherited = os.open(files["results"], os.O_RDONLY)
    os.set_inheritable(inherited, True)
    outsider = subprocess.Popen(
        [sys.executable, "-c", f"import time; word = {SECRET!r}; time.sleep(1000)"],
        env={**os.environ, "SECRET": SECRET},
        cwd=folder / "results",
    )
    try:
        yield World(
            catalogue=str(catalogue), configuration=str(configuration),
            **{name: str(file) for name, file in files.items()},
            other_run="", unix_socket=str(path), abstract_socket=name,
            tcp_port=tcp.getsockname()[1], udp_port=udp.getsockname()[1],
            outsider=outsider.pid, server=os.getpid(), inherited=inherited, python=sys.executable,
        )  # fmt: skip
    finally:
        outsider.kill()
        outsider.wait()
        for one in (unix, abstract, tcp, udp):
            one.close()
        os.close(inherited)


def _listening(family: int, address: Any) -> socket.socket:
    server = socket.socket(family, socket.SOCK_STREAM)
    server.bind(address)
    server.listen()
    return server


def read(path: str | Path) -> bytes:
    """The beginning of a file, by nothing but system calls."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, 1000)
    finally:
        os.close(descriptor)


def in_a_child(action: Callable[[], Any]) -> int:
    """The exit code of a forked child that does ``action``: 0, or the number of its error."""
    pid = os.fork()
    if not pid:
        code = 0
        try:
            action()
        except OSError as error:
            code = error.errno or 255
        except BaseException:
            code = 254
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def shell(line: str) -> str:
    """What a shell prints for ``line``, errors left out."""
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True)
    return done.stdout


def python(code: str, *flags: str) -> str:
    """What a fresh interpreter prints for ``code``."""
    done = subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True)
    return done.stdout


def in_a_thread(action: Callable[[], Any]) -> Any:
    """What ``action`` gives or raises, in a thread of its own."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(action())
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def alarm(seconds: int) -> None:
    """End this process by a signal where an escape hangs."""
    signal.alarm(seconds)
