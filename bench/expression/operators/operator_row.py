"""What one row of the operator table says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import cycle, islice
from math import inf
from typing import Any, Literal

from numpy.typing import NDArray

# Scalars and arrays of float64 or complex128 alike: NumPy's stubs do not say that of a ufunc.
Array = NDArray[Any]
Function = Callable[..., Array]
Interval = tuple[float, float]
Kind = Literal["value", "condition"]
UnitRule = Literal[
    "alike", "compared", "choice", "first", "none", "power", "product", "pure", "quotient",
    "root", "same",
]  # fmt: skip

REALS: Interval = (-inf, inf)


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator. A condition is worth 1.0 (true), 0.0 (false) or nan (undefined).

    ``name``
        its canonical spelling; ``spellings`` are further ones, with blanks between.
    ``least``, ``most``
        how many arguments it takes, ``None`` for any number. Where ``least`` is 2 then, it is a
        chain: defined for two arguments, and applied from left to right.
    ``real``, ``complex``
        its value on float64 and on complex128 arrays. ``real`` is nan where there is no real
        value, without warnings where the caller turns them off.
    ``value``
        its value as numba computes it: an expression in the floats ``a`` and ``b``, and the names
        of ``compiled/scalars.py``. Empty where the kernel does not compute every argument.
    ``slopes``
        its derivative by each argument, an expression in ``a``, ``b`` and the value ``v``.
    ``domain``
        for each argument the open interval in which there is a real value, but at single points.
    ``precise``
        its value in mpmath: the name of a context's function, or what makes one from a context.
    ``most_bits``
        binary digits before the point of an argument, up to which mpmath is asked.
    ``sympy``
        the SymPy class that is read as it; empty where no single class is.
    ``to_sympy``
        what builds it from SymPy's expressions; by default that class.
    ``portable``
        the function of ``bench.problems.portable`` with the same bits on every machine; "real"
        where ``real`` is rounded exactly and so has them; empty where there is none.
    ``units``
        how its unit follows from those of its arguments: see ``bench.problems.units``; ``degree``
        is that of a root.
    ``takes_kinds``, ``gives``
        whether arguments and result are values or conditions; of more arguments than kinds the
        kinds are repeated, and the last argument is a value.
    ``infix``, ``commutes``, ``algebraic``
        written with a sign; equal for any order of the arguments; its value solves a polynomial
        equation, piece by piece.
    ``common``
        worth a loop of its own in compiled code.
    ``parity``, ``inverse``
        odd or even, and the operator that undoes it, where that is so.
    """

    name: str
    least: int
    most: int | None
    real: Function
    value: str = ""
    slopes: tuple[str, ...] = ()
    complex: Function | None = None
    domain: tuple[Interval, ...] = (REALS,)
    precise: str | Callable[[Any], Callable[..., Any]] = ""
    most_bits: int | None = None
    sympy: str = ""
    to_sympy: Callable[..., Any] | None = None
    portable: str = ""
    units: UnitRule = "pure"
    degree: int = 1
    spellings: str = ""
    takes_kinds: tuple[Kind, ...] = ("value",)
    gives: Kind = "value"
    infix: bool = False
    commutes: bool = False
    algebraic: bool = False
    parity: Literal["", "odd", "even"] = ""
    inverse: str = ""
    common: bool = False

    @property
    def chain(self) -> bool:
        """Whether more arguments than two are applied from left to right."""
        return self.most is None and self.least == 2

    @property
    def leaves_reals(self) -> bool:
        """Whether real arguments may have a value that is not real."""
        return any(interval != REALS for interval in self.domain)

    @property
    def branches(self) -> bool:
        """Whether an argument may be undefined, and the value defined."""
        return "condition" in self.takes_kinds

    def takes(self, count: int) -> bool:
        """Whether the operator can be applied to ``count`` arguments."""
        if self.most is None:
            return self.least <= count and (self.least == 2 or count % 2 == 1)
        return self.least <= count <= self.most

    def kinds(self, count: int) -> Sequence[Kind]:
        """The kinds of ``count`` arguments."""
        if len(self.takes_kinds) == 1:
            return self.takes_kinds * count
        return [*islice(cycle(self.takes_kinds), count - 1), "value"]

    def apply(self, arguments: Sequence[Array]) -> Array:
        """The real value of any number of arguments."""
        return reduce(self.real, arguments) if self.chain else self.real(*arguments)

    def over_complex(self, *arguments: Array) -> Array:
        """The value of complex arguments, of two for a chain."""
        return (self.complex or self.real)(*arguments)

    @property
    def arity_words(self) -> str:
        """``1 argument``, ``2 arguments``, ``2 arguments or more``."""
        plural = "" if self.least == 1 else "s"
        more = " or more" if self.most is None else ""
        odd = "" if self.chain or not more else ", an odd number"
        return f"{self.least} argument{plural}{more}{odd}"
