"""SymPy expressions out of pickles, without running anything that a pickle asks for.

A pickle is a program: it names callables and applies them. Here the names stand for inert records,
whatever the program does with them: neither SymPy nor anything else is called while it is read.
What remains is checked (known classes, whole numbers, short names, no strings among the arguments,
where SymPy would evaluate them) and only then becomes an expression.
"""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Callable
from math import ldexp
from pathlib import Path
from typing import Any

from bench.expression import Expression, from_sympy

MAX_BYTES = 4_000_000
MAX_NODES = 20_000

_ELEMENTARY = "sympy.functions.elementary"
_FUNCTIONS = {
    f"{_ELEMENTARY}.exponential": "exp log",
    f"{_ELEMENTARY}.trigonometric": "sin cos tan cot sec csc asin acos atan acot asec acsc",
    f"{_ELEMENTARY}.hyperbolic": "sinh cosh tanh coth sech csch asinh acosh atanh acoth",
    f"{_ELEMENTARY}.complexes": "Abs sign",
    f"{_ELEMENTARY}.miscellaneous": "Max Min",
    "sympy.core.add": "Add",
    "sympy.core.mul": "Mul",
    "sympy.core.power": "Pow",
}
_NUMBERS = "Zero One NegativeOne Half Pi Exp1 ImaginaryUnit"
_LEAVES = {
    "sympy.core.symbol": "Symbol",
    "sympy.core.numbers": f"Integer Rational Float {_NUMBERS}",
}
_NODES = {
    (module, name)
    for table in (_FUNCTIONS, _LEAVES)
    for module, names in table.items()
    for name in names.split()
}
# What SymPy before 1.7 keeps of a symbol's assumptions: nothing that a formula depends on.
_IGNORED = {
    ("sympy.core.assumptions", "StdFactKB"),
    ("sympy.core.facts", "FactRules"),
    ("collections", "defaultdict"),
    ("builtins", "set"),
    ("__builtin__", "set"),
}


class UnsafePickle(ValueError):
    """A pickle that is no SymPy expression, or asks for something else to be called."""


def read_pickled_expression(path: Path) -> Expression:
    """The expression pickled in ``path``, as SRSD's ``true_eq/*.pkl``, by SymPy 1.5 or newer.

    Raises UnsafePickle, naming the file and what it holds.
    """
    if path.stat().st_size > MAX_BYTES:
        raise UnsafePickle(f"{path}: larger than {MAX_BYTES} bytes, no pickled formula is")
    try:
        return unpickle_expression(path.read_bytes())
    except UnsafePickle as error:
        raise UnsafePickle(f"{path}: {error}") from None


def unpickle_expression(pickled: bytes) -> Expression:
    """The SymPy expression in a pickle, as a tree. Raises UnsafePickle."""
    try:
        root = _InertUnpickler(io.BytesIO(pickled)).load()
    except UnsafePickle:
        raise
    except Exception as error:  # any bytes at all may come: whatever goes wrong, it is no formula
        raise UnsafePickle(f"not a pickled SymPy expression ({error})") from None
    return _expression(root)


class _Record:
    """Stands for an instance of a SymPy class: its name, and what it was to be made from."""

    name = ""
    args: tuple[Any, ...]

    def __new__(cls, *args: Any, **options: Any) -> _Record:
        record = super().__new__(cls)
        record.args = args
        return record

    def __setstate__(self, state: Any) -> None:
        """Assumptions and caches of SymPy's objects; not part of the formula."""


class _Ignored:
    """Stands for what SymPy keeps beside a formula."""

    def __new__(cls, *args: Any) -> _Ignored:
        return super().__new__(cls)

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        pass


class _Call:
    """Stands for ``functools.partial(cls.__new__, cls, *args, **options)``, and calls no one.

    Pickle protocols 2 and 3 spell an object that is made with keywords that way.
    """

    def __init__(self, constructor: Any) -> None:
        self.args: tuple[Any, ...] = ()

    def __setstate__(self, state: Any) -> None:
        self.args = state[1]

    def __call__(self) -> _Record:
        cls, *args = self.args
        if not _is_record_class(cls):
            raise UnsafePickle("asks for a call of what is no SymPy class")
        record: _Record = cls(*args)
        return record


def _constructor(cls: Any, attribute: Any) -> str:
    """Stands for ``getattr(cls, '__new__')``, the only attribute that a formula needs."""
    if not _is_record_class(cls) or attribute != "__new__":
        raise UnsafePickle(f"asks for the attribute {attribute!r} of an object")
    return "__new__"


def _is_record_class(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, _Record)


_CLASSES = {key: type(key[1], (_Record,), {"name": key[1]}) for key in _NODES}
_STAND_INS: dict[tuple[str, str], Callable[..., Any]] = {
    **_CLASSES,
    **dict.fromkeys(_IGNORED, _Ignored),
    ("builtins", "getattr"): _constructor,
    ("__builtin__", "getattr"): _constructor,
    ("functools", "partial"): _Call,
}


class _InertUnpickler(pickle.Unpickler):
    """An unpickler that finds nothing but inert stand-ins."""

    def find_class(self, module: str, name: str) -> Any:
        stand_in = _STAND_INS.get((module, name))
        if stand_in is None:
            raise UnsafePickle(
                f"holds {module}.{name}, which is no part of a formula; only SymPy's sums, "
                "products, powers, numbers, symbols and elementary functions are read"
            )
        return stand_in


def _expression(root: Any) -> Expression:
    """The tree of checked records, built by SymPy without evaluation."""
    order: list[_Record] = []
    stack = [root]
    while stack:
        record = stack.pop()
        if not isinstance(record, _Record):
            raise UnsafePickle(f"has {_brief(record)} where an expression is needed")
        order.append(record)
        if len(order) > MAX_NODES:
            raise UnsafePickle(f"has more than {MAX_NODES} nodes")
        if record.name not in _LEAF_OF and record.name not in _NUMBERS.split():
            stack.extend(record.args)
    built: list[Any] = []
    for record in reversed(order):
        if record.name in _LEAF_OF:
            built.append(_LEAF_OF[record.name](*_checked(record)))
        elif record.name in _NUMBERS.split():
            built.append(_sympy_constant(record.name))
        else:
            first = len(built) - len(record.args)
            built[first:] = [_sympy_class(record.name)(*built[first:], evaluate=False)]
    return from_sympy(built[0])


def _checked(record: _Record) -> tuple[Any, ...]:
    args = record.args
    kinds = {"Symbol": (str,), "Integer": (int,), "Rational": (int, int), "Float": (tuple,)}
    wanted = kinds[record.name]
    if len(args) != len(wanted) or not all(
        type(arg) is kind for arg, kind in zip(args, wanted, strict=True)
    ):
        raise UnsafePickle(f"has a {record.name} made from {_brief(args)}")
    return args


def _symbol(name: str) -> Any:
    import sympy

    if not re.fullmatch(r"[A-Za-z_]\w{0,63}", name):
        raise UnsafePickle(f"has a symbol called {_brief(name)}")
    return sympy.Symbol(name)


def _integer(value: int) -> Any:
    import sympy

    return sympy.Integer(value)


def _rational(numerator: int, denominator: int) -> Any:
    import sympy

    if denominator <= 0:
        raise UnsafePickle(f"has a fraction with the denominator {denominator}")
    return sympy.Rational(numerator, denominator)


def _float(parts: tuple[Any, ...]) -> Any:
    """mpmath's (sign, mantissa, exponent, bits); newer SymPys write the mantissa in base 16."""
    import sympy

    sign, mantissa, exponent = (*parts, None, None, None)[:3]
    if isinstance(mantissa, str) and re.fullmatch(r"[0-9a-f]{1,500}", mantissa):
        mantissa = int(mantissa, 16)
    if sign not in (0, 1) or type(mantissa) is not int or type(exponent) is not int:
        raise UnsafePickle(f"has a Float made from {_brief(parts)}")
    try:
        value = ldexp(mantissa, exponent)
    except OverflowError:
        raise UnsafePickle("has a number beyond the range of float64") from None
    return sympy.Float(-value if sign else value)


_LEAF_OF: dict[str, Callable[..., Any]] = {
    "Symbol": _symbol,
    "Integer": _integer,
    "Rational": _rational,
    "Float": _float,
}


def _sympy_class(name: str) -> Any:
    import sympy

    return getattr(sympy, name)


def _sympy_constant(name: str) -> Any:
    from sympy.core import numbers

    return getattr(numbers, name)()


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
