"""SRBench's symbolic criterion as it is published, to measure the judge against.

``assess_symbolic_model.py`` and ``symbolic_utils.py`` of SRBench (La Cava et al. 2021): floats of
the prediction under 1e-4 become 0, others are rounded to three decimals; the difference from the
truth, and the ratio to it, are rounded in the same way and simplified; the prediction is a symbolic
solution if the difference is zero or a constant, or the ratio a constant that is not zero, and
R2 > 0.5. Our own words, SymPy's ``simplify``.

``simplify`` has no limit of its own: each pair is decided in another process, which is interrupted
after its processor time, and killed and replaced where that does not help.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from time import process_time
from types import FrameType
from typing import Any

from bench.expression import parse, to_sympy

_PATIENCE = 20
"""Times the limit that a process may take by the clock before it is killed."""


@dataclass(frozen=True)
class Answer:
    """``answer`` is ``yes``, ``no`` or, where the time was over or SymPy failed, ``undecided``.

    ``seconds`` are of processor time.
    """

    answer: str
    seconds: float


def decide(pairs: Iterable[tuple[str, str, float]], seconds: float) -> Iterator[Answer]:
    """The answer for each (prediction, truth, R2), within ``seconds`` of processor time each."""
    worker = _Worker()
    try:
        for prediction, truth, r2 in pairs:
            worker.pipe.send((prediction, truth, seconds))
            if worker.pipe.poll(_PATIENCE * seconds):
                found = worker.pipe.recv()
            else:
                found = Answer("undecided", seconds)
                worker.end()
                worker = _Worker()
            yield Answer("no", found.seconds) if found.answer == "yes" and not r2 > 0.5 else found
    finally:
        worker.end()


class _Worker:
    def __init__(self) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.pipe.recv()  # SymPy is there: its import is not on the clock

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


class _Late(Exception):
    """The processor time is over."""


def _serve(pipe: Connection[Any, Any]) -> None:
    import sympy

    def end(number: int, frame: FrameType | None) -> None:
        raise _Late

    signal.signal(signal.SIGPROF, end)
    pipe.send(sympy.__version__)
    while True:
        prediction, truth, seconds = pipe.recv()
        started = process_time()
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            found = "yes" if is_solution(prediction, truth) else "no"
        except Exception:  # the time, or whatever SymPy raises
            found = "undecided"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        pipe.send(Answer(found, min(process_time() - started, seconds)))


def is_solution(prediction: str, truth: str) -> bool:
    """The criterion, but for its R2."""
    model, true = to_sympy(parse(prediction)), to_sympy(parse(truth))
    model = rounded(model)
    difference = _simplified(rounded(true - model))
    if difference == 0 or difference.is_constant():
        return True
    ratio = _simplified(rounded(model / true))
    return bool(ratio.is_constant() and ratio != 0)


def rounded(expression: Any) -> Any:
    """Floats under 1e-4 as 0, others to three decimals."""
    import sympy

    found = expression
    for part in sympy.preorder_traversal(expression):
        if isinstance(part, sympy.Float):
            near = sympy.Integer(0) if abs(part) < 0.0001 else round(part, 3)
            found = found.subs(part, near)
    return found


def _simplified(expression: Any) -> Any:
    import sympy

    return expression if expression.is_constant() else sympy.simplify(expression)
