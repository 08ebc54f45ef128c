"""A counter that the kernel keeps of the CPU time of a process and of all that it starts.

Nothing else counts a process that lives for a millisecond and that nobody waits for: a parent that
ignores SIGCHLD is told of no child's time, and whoever looks now and then comes too late
(``perf_event_open(2)``, an inherited counter of the kind ``PERF_COUNT_SW_TASK_CLOCK``).
"""

from __future__ import annotations

import os
import struct
import time
from functools import cache

from bench.running.seal import kernel

_OPEN = {"x86_64": 298, "aarch64": 241}
_SOFTWARE, _TASK_CLOCK = 1, 1
_INHERIT, _EXCLUDE_KERNEL, _EXCLUDE_HYPERVISOR = 1 << 1, 1 << 5, 1 << 6
_CLOSE_ON_EXEC = 1 << 3
_SIZE = 112
_FIELDS = struct.Struct("IIQQQQQ")  # struct perf_event_attr as far as its flags


class Counter:
    """What this process starts from now on uses; those that have ended are included.

    It must be made before a filter forbids it. Raises OSError where the system has or allows none.
    """

    def __init__(self) -> None:
        if kernel.MACHINE not in _OPEN:
            raise OSError(f"no such counter is known for '{kernel.MACHINE}'")
        flags = _INHERIT | _EXCLUDE_KERNEL | _EXCLUDE_HYPERVISOR  # an ordinary user may no more
        attributes = _FIELDS.pack(_SOFTWARE, _SIZE, _TASK_CLOCK, 0, 0, 0, flags)
        number = _OPEN[kernel.MACHINE]
        padded = attributes.ljust(_SIZE, b"\0")
        self._descriptor = kernel.call(number, padded, 0, -1, -1, _CLOSE_ON_EXEC)
        self._own = time.process_time_ns()

    def read(self) -> int:
        """Nanoseconds that all but this process itself have used."""
        total = int.from_bytes(os.read(self._descriptor, 8), "little")
        return max(0, total - (time.process_time_ns() - self._own))

    def close(self) -> None:
        """Give it back."""
        os.close(self._descriptor)


def counter() -> Counter | None:
    """A counter, where one can be had."""
    try:
        return Counter()
    except OSError:
        return None


@cache
def counts() -> bool:
    """Whether one can be had here."""
    tried = counter()
    if tried is not None:
        tried.close()
    return tried is not None
