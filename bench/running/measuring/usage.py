"""What one run uses: CPU time, memory and waits of its whole family, looked at as it runs."""

from __future__ import annotations

from bench.method import Budget
from bench.running.limits import processors
from bench.running.measuring.counter import counts
from bench.running.measuring.cpu import FamilyClock
from bench.running.measuring.held import held_unmapped
from bench.running.measuring.meter import Gauge
from bench.running.measuring.waiting import Waiting, is_starved, source
from bench.running.results.record import Resources
from bench.running.sandbox.processes import LINUX, Family, proportional, resident

_LOOK_SECONDS = 0.05  # between two looks
_LEAST_LOOK_SECONDS = 0.005  # where CPU time is about to end


def measured_by() -> dict[str, str]:
    """For a record: by what the figures of a run here are measured."""
    return {
        "cpu": ("kernel counter" if counts() else "process clocks") if LINUX else "psutil",
        "memory": "resident; at the limit each its share of shared pages" if LINUX else "resident",
        "waiting": source() or "nothing",
    }


class Usage:
    """What the family of the process ``worker`` uses under ``budget``.

    ``clock`` has counted since the family began; only what is used after ``start`` is this run's.
    With ``own_memory`` what lies in this process's ``/dev/shm`` is of the family alone.
    """

    def __init__(
        self, worker: int, family: Family, clock: FamilyClock, budget: Budget,
        *, own_memory: bool = False,
    ) -> None:  # fmt: skip
        self._worker, self._family, self._clock = worker, family, clock
        self._own_memory = own_memory
        self._limit = budget.memory_mb * 2**20
        self._waiting = Waiting(budget.threads)
        self._gauge = None if budget.cpu_seconds is None else Gauge()
        self._before = self._worker_before = 0
        self._started = False
        self._cpu = self._counted = 0
        self._peak = 0

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds since the start, as last looked at."""
        return self._cpu / 1e9

    @property
    def meter(self) -> int | None:
        """What the worker is to read, where CPU time is limited."""
        return None if self._gauge is None else self._gauge.descriptor

    def start(self) -> None:
        """The clock starts."""
        self._before = self._clock.read(self._family.known)
        self._worker_before = self._clock.of(self._worker)
        self._started = True

    def look(self) -> bool:
        """Look at everything; whether the run holds more memory than it may."""
        members = self._family.members()
        over = self._look_at_memory(members)
        if self._started:
            self._look_at_cpu(members)
            self._waiting.look(members)
        return over

    def pause(self, allowed: float | None) -> float:
        """Seconds to the next look, where ``allowed`` CPU seconds end the run."""
        if allowed is None or not self._started:
            return _LOOK_SECONDS
        left = (allowed - self.cpu_seconds) / processors()
        return min(_LOOK_SECONDS, max(_LEAST_LOOK_SECONDS, left))

    def stop(self) -> None:
        """The clock stops: what was used until now counts."""
        if self._started:
            self._look_at_cpu(self._family.known)
            self._waiting.look(self._family.known)
            self._counted = self._cpu

    def resources(self, wall: float, *, ended: bool) -> Resources:
        """What was used, of a run that took ``wall`` seconds; ``ended`` says that its processes
        are gone, and the system has told the largest that each has been."""
        waited = self._waiting.seconds()
        cpu = self._counted / 1e9
        peak = max(self._peak, self._family.peak_memory) if ended else self._peak
        return Resources(
            wall_seconds=round(wall, 6),
            cpu_seconds=round(cpu, 6),
            peak_memory_mb=round(peak / 2**20, 3),
            waited_seconds=None if waited is None else round(waited, 6),
            starved=is_starved(wall, cpu, waited),
        )

    def close(self) -> None:
        """Let go of what the worker reads."""
        if self._gauge is not None:
            self._gauge.close()

    def _look_at_cpu(self, members: set[int]) -> None:
        self._cpu = self._clock.read(members) - self._before
        if self._gauge is not None:
            own = self._clock.of(self._worker) - self._worker_before
            self._gauge.show(max(0, self._cpu - own), self._cpu)

    def _look_at_memory(self, members: set[int]) -> bool:
        """Pages that its processes share count once, where it matters."""
        held = held_unmapped(members, own_memory=self._own_memory) if LINUX else 0
        used = held + sum(map(resident, members))
        if used > self._limit:
            used = held + sum(map(proportional, members))
        self._peak = max(self._peak, used)
        return used > self._limit
