"""An inspector: a sealed process that imports a method's module, and answers questions about it.

It is the method's code that answers, so an answer is believed as far as a class may be believed
about itself. What hangs, prints, exits or reaches for what is closed harms nobody but itself.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.running.neighbours import code_files
from bench.running.sandbox.answer import printable
from bench.running.sandbox.forking import fork
from bench.running.seal.environment import worker_environment
from bench.running.seal.paths import declared_paths

PATIENCE = 120.0
"""Seconds for an answer; importing some engines takes minutes on a busy machine."""
LENGTH = 4
"""Bytes that say how long it is what is first told to an inspector."""
_LARGEST = 2**20  # bytes of an answer
_KEPT = 8
_CLOSE_SECONDS = 10.0


class InspectionError(Exception):
    """There is no answer; the message goes on after the name of what was asked about."""


class Inspector:
    """The process that has imported, or will import, the module of one method."""

    def __init__(
        self,
        target: str,
        settings: Mapping[str, Any],
        worker: Mapping[str, Any],
        requires: Sequence[str] = (),
    ) -> None:
        self._lock = threading.Lock()
        environment = worker_environment(os.environ, 1, worker.get("environment") or ())
        what = {
            "target": target, "settings": settings, "worker": dict(worker), "requires": requires,
            "folder": str(Path.cwd()), "path": [one for one in sys.path if one],
        }  # fmt: skip
        # It ends when the channel closes, as that does when we are killed.
        self._process, self._socket = fork("inspector", environment)
        said = json.dumps(what, default=repr).encode()
        with contextlib.suppress(OSError):  # it is gone: its answer will not come
            self._socket.sendall(len(said).to_bytes(LENGTH, "big") + said)

    def ask(self, question: Mapping[str, Any], seconds: float) -> Any:
        """The answer to ``question``, both plain JSON; InspectionError where there is none."""
        with self._lock, self._in_time(seconds) as end:
            self._socket.settimeout(seconds)
            self._socket.sendall(json.dumps(question, default=repr).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n") and len(answer) <= _LARGEST:
                part = self._received(end)
                if not part:
                    raise InspectionError(self._obituary())
                answer += part
        return self._read(answer)

    def hear(self, seconds: float) -> Any:
        """What a process in another Python says last, by itself; InspectionError for nothing."""
        with self._lock, self._in_time(seconds) as end:
            heard = b""
            while part := self._received(end):
                heard = (heard + part)[-_LARGEST:]
        if not heard.strip():
            raise InspectionError(self._obituary())
        return self._read(heard.strip().rpartition(b"\n")[2])

    @contextlib.contextmanager
    def _in_time(self, seconds: float) -> Iterator[float]:
        """Gives the end of ``seconds``; what goes wrong until then is an InspectionError."""
        try:
            yield time.monotonic() + seconds
        except TimeoutError:
            raise InspectionError(f"took more than {seconds:g} s") from None
        except OSError:
            raise InspectionError(self._obituary()) from None

    def _received(self, end: float) -> bytes:
        self._socket.settimeout(max(0.01, end - time.monotonic()))
        return self._socket.recv(2**16)

    def _read(self, answer: bytes) -> Any:
        try:
            return json.loads(answer)
        except (ValueError, RecursionError):
            raise InspectionError("gave no answer that can be read") from None

    @property
    def ended(self) -> bool:
        """Whether the process is gone, as after a while in which nothing was asked."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End the process and all that its method has started."""
        self._socket.close()
        try:
            self._process.wait(timeout=_CLOSE_SECONDS)
        except TimeoutError:
            self._process.kill()
        self._process.close()

    def _obituary(self) -> str:
        """Why the process is gone, in the words it printed last."""
        try:
            code = self._process.wait(timeout=_CLOSE_SECONDS)
        except TimeoutError:
            code = 0
        last = self._process.last_words()
        how = f"ended its process ({_how(code)})"
        return printable(f"{how}: {last}" if last else how)


def _how(code: int) -> str:
    number = -code if code < 0 else code - 128
    if number <= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"


_inspectors: dict[str, Inspector] = {}
_lock = threading.Lock()


def ask(
    target: str,
    settings: Mapping[str, Any],
    worker: Mapping[str, Any],
    question: Mapping[str, Any],
    seconds: float = PATIENCE,
) -> dict[str, Any]:
    """What the inspector of a method answers; InspectionError where it does not.

    There is one for all classes of a module, as long as its file is the same and the same files
    are open to it. One that gave no answer is gone.
    """
    asked = _inspector(target, settings, worker)
    try:
        found = asked.ask(question, seconds)
        if not isinstance(found, dict):
            raise InspectionError("gave no answer that can be read")
        return found
    except InspectionError:
        _forget(asked)
        raise


def _inspector(target: str, settings: Mapping[str, Any], worker: Mapping[str, Any]) -> Inspector:
    place = target.rpartition(":")[0]
    read = [path for path in worker.get("read") or () if Path(path).expanduser().exists()]
    kept = {"read": read, "environment": worker.get("environment") or ()}
    digests = [
        hashlib.sha256(file.read_bytes()).hexdigest() for file in code_files(target, settings)
    ]
    key = json.dumps([place, digests, declared_paths(read, settings), kept])
    with _lock:
        found = _inspectors.pop(key, None)
        if found is not None and found.ended:
            found.close()
            found = None
        found = found or Inspector(target, settings, kept)
        _inspectors[key] = found  # last used, last to go
        surplus = list(_inspectors)[:-_KEPT]
        for old in surplus:
            _inspectors.pop(old).close()
    return found


def _forget(gone: Inspector) -> None:
    with _lock:
        for key in [key for key, one in _inspectors.items() if one is gone]:
            del _inspectors[key]
    gone.close()


@atexit.register
def _close_all() -> None:
    while _inspectors:
        _inspectors.popitem()[1].close()
