"""How busy the machine is: its load, and the share of time in which something waited for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

_PRESSURE = Path("/proc/pressure/cpu")
_BUSY = 0.25
"""The share of its processors that others may use, on a machine to measure on."""
_LOOK_SECONDS = 0.5


def stalled_seconds() -> float | None:
    """Seconds since boot in which some thread of the machine waited for a processor."""
    total = _some().get("total")
    return None if total is None else total / 1e6


def load_and_pressure() -> dict[str, Any]:
    """For a record: the load average of the last minute, and the pressure on the processors in
    the last ten seconds, in percent; None where the system does not say."""
    try:
        load = round(os.getloadavg()[0], 2)
    except OSError:
        load = None
    return {"load": load, "cpu_pressure": _some().get("avg10")}


def too_busy() -> str | None:
    """Why this machine is too busy to measure on, in a line; it looks for half a second."""
    import psutil

    busy = psutil.cpu_percent(interval=_LOOK_SECONDS) / 100
    if busy <= _BUSY:
        return None
    count = os.cpu_count() or 1
    return f"others use {busy * count:.1f} of its {count} processors"


def _some() -> dict[str, float]:
    """The line ``some`` of the file: averages in percent, and a total in microseconds."""
    try:
        words = _PRESSURE.read_text().partition("\n")[0].split()[1:]
        return {name: float(value) for name, _, value in (word.partition("=") for word in words)}
    except (OSError, ValueError):
        return {}
