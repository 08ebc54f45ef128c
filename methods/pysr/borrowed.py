"""PySR in the hands of others: files in SRBench's contract, estimators, plugins that import it."""

from __future__ import annotations

from importlib import util

from bench import Budget
from methods.pysr import julia
from methods.pysr.method import PySR


class BorrowedPySR:
    """What whoever imports ``pysr`` needs beside the package: a Julia that is found and warm.

    Releases that the adapter does not know have ways of their own and are left alone.
    """

    @classmethod
    def missing(cls) -> str | None:
        """As ``PySR.missing``, but for the release."""
        return julia.missing() if _is_known() else None

    def warm_up(self, budget: Budget) -> None:
        """Say which Julia it is before ``pysr`` is imported, which would ask the net, and have it
        compile a search."""
        if _is_known():
            PySR().warm_up(budget)


def _is_known() -> bool:
    return util.find_spec("pysr") is not None and julia.has_known_release()
