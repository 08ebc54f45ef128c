"""``rediscover doctor``: what this machine has, and what is missing, a line each."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from bench.basics.installation import install_hint, pip_install
from bench.cli import UserError

_PACKAGES = (
    "numpy", "scipy", "sympy", "pandas", "hydra-core", "numba", "pyoperon", "gplearn",
    "scikit-learn", "psutil",
)  # fmt: skip
_EXTRAS = {
    "pysr": "pysr", "torch": "neural", "submitit": "slurm", "ray": "ray", "pyarrow": "parquet",
    "h5py": "hdf5",
}  # fmt: skip


@dataclass(frozen=True)
class Diagnosis:
    """One thing looked at; ``good`` is False where something that a user may want is missing."""

    what: str
    good: bool
    text: str


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    diagnoses = list(_diagnoses()) if arguments.model is None else [_model(arguments.model)]
    if arguments.json:
        print(json.dumps([asdict(diagnosis) for diagnosis in diagnoses], indent=1))
    else:
        for diagnosis in diagnoses:
            print(f"{'ok' if diagnosis.good else '--':3} {diagnosis.what}: {diagnosis.text}")
    essential = [one for one in diagnoses if one.what.startswith(("package", "model"))]
    return 0 if all(diagnosis.good for diagnosis in essential) else 1


def _model(overrides: list[str]) -> Diagnosis:
    """Whether the language model that ``overrides`` describe answers one call."""
    from bench.cli.compose import with_configuration
    from bench.cli.experiment import read_endpoint
    from bench.models.first_call import try_endpoint

    found: list[Diagnosis] = []

    def task(config: Any, folder: Path) -> int:
        from omegaconf import OmegaConf

        plain: Any = OmegaConf.to_container(config.model, resolve=True)
        endpoint = read_endpoint(plain)
        if endpoint is None:
            raise UserError(
                "which model? rediscover doctor --model model.url=http://127.0.0.1:8080/v1 "
                "model.name=NAME model.key=VARIABLE"
            )
        trial = try_endpoint(endpoint)
        found.append(Diagnosis("model", trial.good, trial.text))
        return 0

    with_configuration(overrides, task)
    return found[-1]


def _diagnoses() -> Iterator[Diagnosis]:
    yield Diagnosis(
        "python", sys.version_info >= (3, 11), f"{platform.python_version()} ({sys.executable})"
    )
    yield from _packages()
    yield from _machine()
    yield _writable("results", Path("results"))
    yield _writable("cache", _cache_folder())
    yield from _methods()


def _packages() -> Iterator[Diagnosis]:
    for name in _PACKAGES:
        version = _version(name)
        yield Diagnosis(
            f"package {name}", version is not None, version or f"missing: {pip_install(name)}"
        )
    for name, extra in _EXTRAS.items():
        version = _version(name)
        text = version or f"missing: {install_hint(extra)}"
        yield Diagnosis(f"extra {extra}", version is not None, text)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _machine() -> Iterator[Diagnosis]:
    import psutil

    from bench.running.limits import processors

    yield Diagnosis("processors", True, f"{processors()} of {os.cpu_count()}")
    memory = psutil.virtual_memory()
    free = f"{memory.available / 2**30:.1f} of {memory.total / 2**30:.1f} GiB free"
    yield Diagnosis("memory", True, free)
    yield _busy()
    hard = sys.platform == "linux"
    text = "processes of a run are all found and killed, in any session" if hard else (
        f"on {sys.platform} a run's processes that make their own session may outlive it"
    )  # fmt: skip
    yield Diagnosis("limits", hard, text)
    yield _seal()


def _busy() -> Diagnosis:
    from bench.running.measuring.pressure import load_and_pressure, too_busy

    reason = too_busy()
    load = load_and_pressure()["load"]
    if reason is None:
        return Diagnosis("busy", True, f"quiet enough to measure on (load {load})")
    advice = "too busy to measure on; under wall time runs find less, CPU time bears it better"
    return Diagnosis("busy", False, f"{reason} (load {load}): {advice}")


def _seal() -> Diagnosis:
    from bench.running.machine import seal_of_this_machine

    seal = seal_of_this_machine()
    if seal.level == "full":
        return Diagnosis("seal", True, "full: a run reads, writes and reaches what it should alone")
    return Diagnosis("seal", False, f"{seal.level}; open: {', '.join(seal.missing)}")


def _writable(what: str, folder: Path) -> Diagnosis:
    """Whether ``folder``, or the nearest one above it that exists, can be written to."""
    existing = folder.absolute()
    while not existing.exists():
        existing = existing.parent
    good = os.access(existing, os.W_OK)
    return Diagnosis(what, good, str(folder.absolute()) + ("" if good else ": cannot be written"))


def _cache_folder() -> Path:
    from bench.basics.paths import cache_folder

    return cache_folder()


def _methods() -> Iterator[Diagnosis]:
    from bench.cli.named import all_methods
    from bench.plugins import MethodError, spec_of
    from bench.running import missing_engine

    for entry in all_methods().values():
        try:
            spec = spec_of(entry)
            reason = missing_engine(spec)
        except (MethodError, ValueError) as error:
            reason = str(error)
        yield Diagnosis(f"method {entry.name}", reason is None, reason or f"ready ({entry.origin})")
