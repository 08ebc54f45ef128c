"""Leases: files that keep two processes on one results folder from doing the same run twice.

Every process that runs something has an owner file in ``leases/``; a lease is a hard link to it
under the name of the run, so that taking one is a single atomic step and needs no lock. On the
same machine an owner is alive while its process is, told by process number, start time and boot,
and never by a clock. Owners on other machines add to a counter in their file; one whose counter
stands still for a minute of *our* monotonic time is dead.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from bench.running.sandbox.processes import boot_id, started_at

BEAT_SECONDS = 5.0
DEAD_SECONDS = 60.0
_SILENT_NS = 600 * 10**9
"""After so long without a sign an owner elsewhere is taken for dead by who only looks on."""
_BEAT_DIGITS = 12


@dataclass(frozen=True)
class Owner:
    """Who holds a lease. ``machine`` names the host, its boot and its process namespace."""

    id: str
    host: str
    machine: str
    pid: int
    started: int

    @classmethod
    def here(cls) -> Owner:
        """This process."""
        pid = os.getpid()
        return cls(uuid.uuid4().hex, socket.gethostname(), _machine(), pid, started_at(pid) or 0)

    def text(self) -> str:
        return json.dumps(vars(self))


class Leases:
    """The leases of one results folder, as one process holds and sees them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._owner = Owner.here()
        self._own_path = folder / f"owner-{self._owner.id}"
        self._held: dict[str, Path] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._beating: threading.Thread | None = None
        self._seen: dict[str, tuple[int, float]] = {}

    def __enter__(self) -> Leases:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def take(self, run_id: str) -> bool:
        """Whether the run is ours now; False while a living process holds it.

        A lease whose owner is dead is taken over. Whoever takes a lease must look again whether
        the run is done: its last holder may have finished it in the meantime.
        """
        name = _lease_name(run_id)
        with self._lock:
            self._begin()
            if not self._own_path.exists():
                self._write_owner()  # someone has cleared the folder away under us
            found = self._of(name)
            if any(self._alive(path) for path in found):
                return False
            generation = 1 + max((_generation(path) for path in found), default=-1)
            mine = self._folder / f"{name}.{generation}"
            try:
                os.link(self._own_path, mine)
            except FileExistsError:
                return False
            # Between the look and the link another process may have taken a lease of a lower
            # generation, because the dead one's was cleared away: then both step back.
            if any(self._alive(path) for path in self._of(name) if path != mine):
                mine.unlink(missing_ok=True)
                return False
            self._held[run_id] = mine
            return True

    def release(self, run_id: str) -> None:
        """Let go of a run, with what dead owners left of it; its record is written before."""
        with self._lock:
            mine = self._held.pop(run_id, None)
        if mine is None:
            return
        for path in sorted(self._of(_lease_name(run_id)), key=_generation):
            if path != mine:
                path.unlink(missing_ok=True)
        mine.unlink(missing_ok=True)

    def announce(self) -> None:
        """Say that this process is at work here, though it may hold no run just now."""
        with self._lock:
            self._begin()

    def at_work(self) -> bool:
        """Whether any process is at work here, on a run or between two."""
        owners = (path for path in self._list() if path.name.startswith("owner-"))
        return any(self._seems_alive(path) for path in owners)

    def running(self) -> dict[str, Owner]:
        """Living leases: lease name (``lease_name(run.id)``) -> owner."""
        held = {}
        for path in self._list():
            if not path.name.startswith("owner-") and self._seems_alive(path):
                owner = _read(path)
                if owner is not None:
                    held[path.name.rpartition(".")[0]] = owner[0]
        return held

    def close(self) -> None:
        """Let go of everything."""
        self._stop.set()
        if self._beating is not None:
            self._beating.join()
        for run_id in list(self._held):
            self.release(run_id)
        self._own_path.unlink(missing_ok=True)

    def _begin(self) -> None:
        if self._beating is not None:
            return
        self._write_owner()
        self._clear_away_dead_owners()
        self._beating = threading.Thread(target=self._beat, name="leases", daemon=True)
        self._beating.start()

    def _write_owner(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._own_path.write_text(f"{0:0{_BEAT_DIGITS}d} {self._owner.text()}\n")

    def _beat(self) -> None:
        count = 0
        while not self._stop.wait(BEAT_SECONDS):
            count += 1
            with contextlib.suppress(OSError), self._own_path.open("r+b") as file:
                file.write(f"{count:0{_BEAT_DIGITS}d}".encode())

    def _clear_away_dead_owners(self) -> None:
        """Remove owner files of dead processes of this machine; their leases stay to be taken."""
        for path in self._list():
            if path.name.startswith("owner-") and path != self._own_path:
                read = _read(path)
                if read and read[0].machine == self._owner.machine and not _lives(read[0]):
                    path.unlink(missing_ok=True)

    def _list(self) -> list[Path]:
        try:
            return list(self._folder.iterdir())
        except FileNotFoundError:
            return []

    def _of(self, name: str) -> list[Path]:
        return [path for path in self._list() if path.name.rpartition(".")[0] == name]

    def _seems_alive(self, path: Path) -> bool:
        """As ``_alive``, for a look that does not last: one elsewhere must have written lately."""
        read = _read(path)
        here = read is not None and read[0].machine == self._owner.machine
        return self._alive(path) and (here or _recent(path))

    def _alive(self, path: Path) -> bool:
        read = _read(path)
        if read is None:
            return False
        owner, beat = read
        if owner.id == self._owner.id:
            return True
        if owner.machine == self._owner.machine:
            return _lives(owner)
        seen = self._seen.get(owner.id)
        now = time.monotonic()
        if seen is None or seen[0] != beat:
            self._seen[owner.id] = (beat, now)
            return True
        return now - seen[1] < DEAD_SECONDS


def lease_name(run_id: str) -> str:
    """The name under which ``Leases.running`` lists a run."""
    return _lease_name(run_id)


def _lease_name(run_id: str) -> str:
    return hashlib.sha256(run_id.encode()).hexdigest()[:32]


def _generation(path: Path) -> int:
    number = path.name.rpartition(".")[2]
    return int(number) if number.isdigit() else 0


def _read(path: Path) -> tuple[Owner, int] | None:
    """Owner and counter in a lease; None where it is gone or unreadable."""
    try:
        beat, _, text = path.read_text().partition(" ")
        return Owner(**json.loads(text)), int(beat)
    except (OSError, ValueError, TypeError):
        return None


def _recent(path: Path) -> bool:
    """Whether the owner has written there lately, by clocks that need not agree to the minute."""
    try:
        return time.time_ns() - path.stat().st_mtime_ns < _SILENT_NS
    except OSError:
        return False


def _lives(owner: Owner) -> bool:
    return started_at(owner.pid) == owner.started


def _machine() -> str:
    namespace = ""
    with contextlib.suppress(OSError):
        namespace = str(Path("/proc/self/ns/pid").readlink())
    return f"{socket.gethostname()} {boot_id()} {namespace}".strip()
