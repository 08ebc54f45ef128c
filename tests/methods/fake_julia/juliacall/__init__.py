"""Stands in for juliacall and the Julia behind it: all else of PySR is the real package.

Its search tries a few forms by least squares, writes them to ``hall_of_fame.csv`` one after the
other, as ``SymbolicRegression.jl`` does after an iteration, and goes on "searching" until its time,
its evaluations or a signal end it. Variables of the environment say how it behaves:

    PYTHON_JULIACALL_FAKE_COMPILE   seconds that the first search of a process compiles
    PYTHON_JULIACALL_FAKE_PATIENT   ``yes``: it searches on when a form fits exactly
    PYTHON_JULIACALL_FAKE_LATE      ``yes``: it does not look at its own time limit
    PYTHON_JULIACALL_FAKE_DEAF      ``yes``: nor at signals
    PYTHON_JULIACALL_FAKE_EMPTY     ``yes``: it finds nothing
"""

from __future__ import annotations

import itertools
import os
import select
import time
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import numpy as np

AnyValue = VectorValue = MagicMock
CALLS: list[dict] = []
"""What each search was called with, and ``ended``: done, time, evaluations or signal."""


class JuliaError(Exception):
    """What Julia throws."""


def convert(kind: object, value: object) -> object:
    return value


def _says(name: str) -> bool:
    return os.environ.get(f"PYTHON_JULIACALL_FAKE_{name}") == "yes"


class _Stop:
    def __init__(self, descriptor: int, number: int) -> None:
        self.descriptor = descriptor

    def asked(self, seconds: float) -> bool:
        return bool(select.select([self.descriptor], [], [], seconds)[0])


def _number(value: float) -> str:
    """As Julia prints a Float32."""
    return str(np.float32(value)).replace("e-0", "e-").replace("e+", "e").replace("e", "f")


def _forms(X: np.ndarray, y: np.ndarray):
    """Rows of the table: complexity, loss, equation; ``X`` has a row for each variable."""
    best = float(np.var(y))
    yield 1, best, _number(float(np.mean(y)))
    for complexity, order in ((3, 1), (5, 2), (7, 3)):
        fits = []
        for chosen in itertools.combinations_with_replacement(range(len(X)), order):
            f = np.prod(X[list(chosen)], axis=0, dtype=float)
            c = float(f @ y / (f @ f)) if f @ f > 0 else 0.0
            loss = float(np.mean((y - np.float32(c) * f) ** 2))
            product = " * ".join(f"x{j}" for j in chosen)
            fits.append((loss, f"({product}) * {_number(c)}"))
        loss, equation = min(fits)
        if loss < best:
            best = loss
            yield complexity, loss, equation


def _search(X, y, *, options, run_id, niterations, external_stop, **more):
    end = _begun(options)
    call = {"X": X, "y": y, "options": options, "niterations": niterations, **more}
    CALLS.append(call)
    folder = Path(options["output_directory"], run_id)
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[str] = []
    if not _says("EMPTY"):
        for complexity, loss, equation in _forms(np.asarray(X), np.asarray(y)):
            rows.append(f'{complexity},{loss},"{equation}"')
            for name in ("hall_of_fame.csv.bak", "hall_of_fame.csv"):
                text = "\n".join(["Complexity,Loss,Equation", *rows]) + "\n"
                (folder / name).write_text(text)
            if _says("PATIENT") and niterations > 1:
                _pause(0.3, external_stop)
    call["ended"] = _until(end, niterations, options, external_stop)
    return MagicMock()


def _begun(options: dict) -> float:
    if not CALLS:
        time.sleep(float(os.environ.get("PYTHON_JULIACALL_FAKE_COMPILE", "0")))
    return time.monotonic() + (options["timeout_in_seconds"] or np.inf)


def _until(end: float, niterations: int, options: dict, stop: _Stop | None) -> str:
    if not _says("PATIENT") or niterations < 10:
        return "done"
    if options["max_evals"] is not None:
        return "evaluations"
    while _says("LATE") or _says("DEAF") or time.monotonic() < end:
        if _pause(0.05, stop):
            return "signal"
    return "time"


def _pause(seconds: float, stop: _Stop | None) -> bool:
    if stop is None or _says("DEAF"):
        time.sleep(seconds)
        return False
    return stop.asked(seconds)


Main = MagicMock()
Main.VERSION = SimpleNamespace(major=1, minor=11, patch=7)
Main.isa = lambda value, kind: True
Main.take_b = lambda buffer: [1, 2, 3]
Main.copy = lambda value: value
Main.NamedTuple = lambda values: dict(values)
Main.Symbol = str
Main.PythonCall.PyArray = lambda value: value
Main.SymbolicRegression.Options = lambda **options: options
Main.SymbolicRegression.ExternalStop = _Stop
Main.SymbolicRegression.equation_search._jl_call_nogil = _search
