"""A symbolic proof, on request: SymPy reduces the difference to zero."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from typing import Any

from bench.expression import Expression, to_sympy


def proved(
    prediction: Expression,
    truth: Expression,
    positive: frozenset[str],
    *,
    seconds: float,
) -> bool:
    """Whether SymPy finds prediction - truth to be zero, within so many seconds.

    ``positive`` are the variables that are positive on the domain; the others are real. The work
    is done in a process that is killed when its time is over: ``simplify`` has no limits of its
    own. Only constants as they are written can be proved: rounded ones never are.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(
        target=_prove, args=(sender, prediction, truth, sorted(positive)), daemon=True
    )
    process.start()
    sender.close()
    try:
        return bool(receiver.recv()) if receiver.poll(seconds) else False
    except EOFError:  # it died: of memory, or of SymPy
        return False
    finally:
        process.kill()
        process.join()
        receiver.close()


def _prove(
    sender: Connection[Any, Any], prediction: Expression, truth: Expression, positive: list[str]
) -> None:
    import sympy

    difference = to_sympy(prediction) - to_sympy(truth)
    assumed = {
        symbol: sympy.Symbol(symbol.name, real=True, positive=symbol.name in positive or None)
        for symbol in difference.free_symbols
    }
    difference = sympy.nsimplify(difference.subs(assumed), rational=True)
    for method in (sympy.expand, sympy.simplify):
        if method(difference) == 0:
            sender.send(True)
            return
    sender.send(False)
