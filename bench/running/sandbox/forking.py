"""The template: an interpreter that has imported the harness, kept to fork servers from.

To start Python, NumPy and the harness takes a third of a second, a fork milliseconds. So the
first server of a program starts a template, and the servers of this execution and of those that
follow are forks of it. It imports the harness only, and learns nothing of any method or run: that
is said on the channel of the fork.

A template serves as long as all holds that its forks take over from it: environment, limits,
processors, the files of the harness and the like. Where anything has changed, a new one starts.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, NoReturn

from bench.basics.paths import ROOT
from bench.running.sandbox import BOOTSTRAP
from bench.running.sandbox.processes import reap

Role = Literal["server", "inspector"]

_ROLES: Mapping[Role, str] = {
    "server": "bench.running.sandbox.server",
    "inspector": "bench.running.inspecting.room",
}
"""The module whose ``main`` serves a fork's channel, and gives its exit code."""

_ALSO_IMPORTED = (
    "bench.expression",  # supervisors parse with it
    "bench.kinds.table",  # what most runs are about
    "bench.running.inspecting.describe",
    "bench.running.missing",
)
_MOST_KEPT = 2
_KILL_SECONDS = 5.0
_KILL = b"k"


@dataclass(frozen=True)
class _Template:
    """A template as those see it that have it fork."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    serves: object

    def fork(self, role: Role, errors: IO[bytes]) -> tuple[Forked, socket.socket]:
        ours, theirs = socket.socketpair()
        sign, their_sign = socket.socketpair()
        with theirs, their_sign:
            descriptors = [theirs.fileno(), their_sign.fileno(), errors.fileno()]
            # A template that is gone is seen where its fork is waited for.
            with contextlib.suppress(OSError):
                socket.send_fds(self.channel, [role[:1].encode()], descriptors)
        return Forked(self.process, sign, errors), ours


class Forked:
    """A process that a template has forked, as the one who asked for it sees it.

    ``sign`` is a socket on which the template tells its exit code, and is told to kill it.
    """

    def __init__(
        self, template: subprocess.Popen[bytes], sign: socket.socket, errors: IO[bytes]
    ) -> None:
        self._template = template
        self._sign = sign
        self._errors = errors
        self._code: int | None = None

    def poll(self) -> int | None:
        """The exit code, of a signal its negative number; None while the process is there."""
        if self._code is None:
            with contextlib.suppress(BlockingIOError):
                self._code = self._told()
        return self._code

    def _told(self) -> int:
        try:  # another thread may look as well
            told = self._sign.recv(64, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except ConnectionError:
            told = b""
        return int(told) if told else self._template.wait()

    def wait(self, timeout: float | None = None) -> int:
        """As ``poll``, once the process has ended; raises TimeoutError after ``timeout`` s."""
        while (code := self.poll()) is None:
            if not select.select([self._sign], [], [], timeout)[0]:
                raise TimeoutError(f"the process has not ended in {timeout} s")
        return code

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        with contextlib.suppress(OSError):
            self._sign.send(_KILL)
        try:
            self.wait(_KILL_SECONDS)
        except TimeoutError:
            self._template.kill()  # it hangs, and has never forked

    def last_words(self) -> str:
        """The last line that it has printed as an error."""
        self._errors.seek(0)
        errors = self._errors.read()[-10_000:].decode(errors="replace").strip()
        return errors.rpartition("\n")[2]

    def close(self) -> None:
        """Forget the process, which has ended."""
        self._sign.close()
        self._errors.close()


_kept: list[_Template] = []
_retired: list[_Template] = []
_lock = threading.Lock()


def fork(role: Role, environment: Mapping[str, str]) -> tuple[Forked, socket.socket]:
    """A process with ``environment`` that plays ``role``, in a session of its own and in the
    folder ``/``, and the channel to it."""
    errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed with what is forked)
    with _lock:
        serves = (dict(environment), _taken_over())
        _retired[:] = [one for one in _retired if one.process.poll() is None]
        for one in [one for one in _kept if one.process.poll() is not None]:
            _retire(one)  # somebody has killed it
        template = next((one for one in _kept if one.serves == serves), None)
        if template is not None:
            _kept.remove(template)
        template = template or _start(environment, serves, errors)
        _kept.append(template)  # last used, last to go
        while len(_kept) > _MOST_KEPT:
            _retire(_kept[0])
        return template.fork(role, errors)


def _retire(template: _Template) -> None:
    """Have a template end once its forks have; it is looked after until then."""
    _kept.remove(template)
    _retired.append(template)
    template.channel.close()


def _start(environment: Mapping[str, str], serves: object, errors: IO[bytes]) -> _Template:
    """A new template; where it cannot even start, its first fork is asked for the reason."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", str(BOOTSTRAP), "template", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
            env=environment,
            cwd="/",
        )
    return _Template(process, ours, serves)


def _taken_over() -> tuple[object, ...]:
    """All but the environment that a process takes over from the one that starts it, and the
    code that it starts with."""
    limits = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    return (
        sys.executable,
        os.geteuid(),
        os.getegid(),
        os.getpriority(os.PRIO_PROCESS, 0),
        os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None,
        tuple(resource.getrlimit(getattr(resource, name)) for name in limits),
        _of_kernel("cgroup"),
        [line for line in _of_kernel("status").splitlines() if line.startswith(b"Umask")],
        _code(),
    )


def _of_kernel(name: str) -> bytes:
    try:
        return Path("/proc/self", name).read_bytes()
    except OSError:  # not on this system
        return b""


def _code() -> list[tuple[str, int, int]]:
    """The times of change of the harness's files, with their sizes, and of the folders where
    packages are installed."""
    places = [Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")]
    found = [(str(place), place.stat().st_mtime_ns, 0) for place in places if place.is_dir()]
    for folder, below, names in os.walk(ROOT / "bench"):
        below[:] = [name for name in below if name != "__pycache__"]
        for name in names:
            if name.endswith(".py"):
                status = os.stat(f"{folder}/{name}")  # noqa: PTH116  (hundreds)
                found.append((f"{folder}/{name}", status.st_mtime_ns, status.st_size))
    return found


@atexit.register
def _end() -> None:
    while _kept:
        _retire(_kept[0])
    for template in _retired:
        with contextlib.suppress(subprocess.TimeoutExpired):
            template.process.wait(_KILL_SECONDS)


def _forget() -> None:
    """In a fork of this program: its templates are those of its parent."""
    global _lock
    _lock = threading.Lock()
    while _kept:
        _retire(_kept[0])


os.register_at_fork(after_in_child=_forget)


def main(control: socket.socket) -> None:
    """Be a template: fork what is asked for on ``control``, until that is closed and all forks
    have ended."""
    for module in (*_ROLES.values(), *_ALSO_IMPORTED):
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    # Who ends a whole job (a scheduler, systemd) signals all its processes; this one sees the
    # others end, and the program that has started it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    _Forks(control).serve()
    os._exit(0)


class _Forks:
    """The forks of this process, a template, and the sockets that tell how they end."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._signs: dict[int, socket.socket] = {}
        self._awake, self._wake = socket.socketpair()
        self._wake.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)

    def serve(self) -> None:
        """Fork until the channel is closed, and wait until all have ended."""
        asked = True
        while asked or self._signs:
            poller = select.poll()
            for one in (self._awake, *([self._control] * asked), *self._signs.values()):
                if one.fileno() >= 0:
                    poller.register(one, select.POLLIN)
            ready = {descriptor for descriptor, _ in poller.poll()}
            for pid, sign in self._signs.items():
                if sign.fileno() in ready:
                    _hear(pid, sign)
            if self._awake.fileno() in ready:
                self._awake.recv(4096)
                self._reap()
            if asked and self._control.fileno() in ready:
                asked = self._take()

    def _take(self) -> bool:
        """Fork as asked; False where nobody will ask any more."""
        said, descriptors, _, _ = socket.recv_fds(self._control, 1, 3)
        if not said:
            return False
        channel, sign, errors = descriptors
        pid = os.fork()
        if not pid:
            self._let_go()
            os.close(sign)
            role = next(role for role in _ROLES if role.startswith(said.decode()))
            _play(role, channel, errors)
        self._signs[pid] = socket.socket(fileno=sign)
        os.close(channel)
        os.close(errors)
        return True

    def _let_go(self) -> None:
        """Be a process like any other, in a fork."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for one in (self._control, self._awake, self._wake, *self._signs.values()):
            one.close()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    def _reap(self) -> None:
        ended, _ = reap()
        for one in ended:
            with self._signs.pop(one.pid) as sign, contextlib.suppress(OSError):
                sign.send(str(os.waitstatus_to_exitcode(one.status)).encode())


def _hear(pid: int, sign: socket.socket) -> None:
    """Kill a fork whose end is asked for; who asked may have gone before."""
    said = b""
    with contextlib.suppress(OSError):
        said = sign.recv(1)
    if said == _KILL:
        os.kill(pid, signal.SIGKILL)  # it has not been waited for: the number is its own
    elif not said:
        sign.close()


def _play(role: Role, channel: int, errors: int) -> NoReturn:
    """In a fork: play ``role`` until it is over."""
    code = 1
    try:
        os.setsid()
        os.dup2(errors, 2)
        os.close(errors)
        sys.argv[1:] = [role]
        importlib.invalidate_caches()
        with socket.socket(fileno=channel) as sock:
            code = importlib.import_module(_ROLES[role]).main(sock)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stderr.flush()
        os._exit(code)
