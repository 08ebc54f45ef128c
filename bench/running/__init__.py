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
    from bench.running.limits import Limits
    from bench.running.load import load_class
    from bench.running.missing import missing_engine
    from bench.running.results.leases import Leases
    from bench.running.results.plan import matrix
    from bench.running.results.record import STATUSES, Record, RecordError, Report, Resources
    from bench.running.results.run import MethodSpec, Run, run_id
    from bench.running.results.store import Store, StoreError

_HOME_OF = {
    "execute": "execution",
    "LocalExecutor": "executors.local",
    "Leases": "results.leases",
    "Limits": "limits",
    "load_class": "load",
    "missing_engine": "missing",
    "matrix": "results.plan",
    "STATUSES": "results.record",
    "Record": "results.record",
    "RecordError": "results.record",
    "Report": "results.record",
    "Resources": "results.record",
    "MethodSpec": "results.run",
    "Run": "results.run",
    "run_id": "results.run",
    "Store": "results.store",
    "StoreError": "results.store",
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
