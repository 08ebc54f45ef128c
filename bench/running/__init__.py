"""Running: from a plan to records, on one machine or many, whatever methods do.

The names below are imported when they are first used: a worker in a foreign interpreter needs
few of them, and NumPy alone.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.running.execution import execute
    from bench.running.executors.local import LocalExecutor
    from bench.running.leases import Leases
    from bench.running.limits import Limits
    from bench.running.load import load_class
    from bench.running.missing import missing_engine
    from bench.running.plan import matrix
    from bench.running.record import STATUSES, Record, RecordError, Report, Resources
    from bench.running.run import MethodSpec, Run, run_id
    from bench.running.store import Store, StoreError

_HOME_OF = {
    "execute": "execution",
    "LocalExecutor": "executors.local",
    "Leases": "leases",
    "Limits": "limits",
    "load_class": "load",
    "missing_engine": "missing",
    "matrix": "plan",
    "STATUSES": "record",
    "Record": "record",
    "RecordError": "record",
    "Report": "record",
    "Resources": "record",
    "MethodSpec": "run",
    "Run": "run",
    "run_id": "run",
    "Store": "store",
    "StoreError": "store",
}

__all__ = [
    "STATUSES",
    "Leases",
    "Limits",
    "LocalExecutor",
    "MethodSpec",
    "Record",
    "RecordError",
    "Report",
    "Resources",
    "Run",
    "Store",
    "StoreError",
    "execute",
    "load_class",
    "matrix",
    "missing_engine",
    "run_id",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'bench.running' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"bench.running.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
