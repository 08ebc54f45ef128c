"""The executor that the configuration names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.cli import UserError
from bench.running.executors import Executor


def make_executor(config: Mapping[str, Any]) -> Executor:
    """The executor ``config["name"]`` with its other settings; UserError where it has others."""
    from bench.settings import SettingsError, checked_settings

    settings = dict(config)
    name = settings.pop("name", "local")
    workers = settings.get("workers")
    if isinstance(workers, int) and workers < 1:
        raise UserError(f"executor.workers is {workers}; it is a number of runs at a time, or null")
    cls = _executor_class(name)
    try:
        return cls(**checked_settings(cls, settings).values)  # type: ignore[no-any-return]
    except SettingsError as error:
        raise UserError(f"executor={name}: {error}") from None
    except ImportError as error:
        raise UserError(f"executor={name}: {error}") from None


def _executor_class(name: str) -> type[Any]:
    if name == "local":
        from bench.running.executors.local import LocalExecutor

        return LocalExecutor
    if name == "slurm":
        from bench.running.executors.slurm import SlurmExecutor

        return SlurmExecutor
    if name == "ray":
        from bench.running.executors.ray import RayExecutor

        return RayExecutor
    raise UserError(f"executor '{name}' not found; there are local, slurm and ray")
