"""Trees compiled to a tape of NumPy instructions, each distinct sub-expression computed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.expression.operators import OPERATORS, Array, Operator
from bench.expression.tree import Call, Constant, Expression, Leaf, Number, Symbol, fold

_VALUES = {"pi": np.float64(np.pi), "e": np.float64(np.e)}


@dataclass(frozen=True, slots=True)
class Instruction:
    """``operator`` applied to the registers ``args``; ``dead`` are not read after it."""

    operator: Operator
    args: tuple[int, ...]
    dead: tuple[int, ...] = ()


@dataclass(frozen=True)
class Tape:
    """A compiled expression.

    The registers are ``leaves`` (the number of a column, or a scalar; the imaginary unit is
    complex), then one per instruction. ``result`` is the register of the value.
    """

    names: tuple[str, ...]
    leaves: tuple[int | np.float64 | complex, ...]
    instructions: tuple[Instruction, ...]
    result: int

    def __call__(self, X: ArrayLike) -> Array:
        """Values of shape (n,) on the rows of ``X``, of shape (n, d) and column j ``names[j]``.

        For complex ``X`` complex128, else float64, nan where the value is not real. No warnings.
        """
        columns = self.columns(X)
        with np.errstate(all="ignore"):
            if columns.dtype == np.complex128:
                return self._run(columns, _complex_step, complex)
            return self._run(columns, _real_step, float)

    def columns(self, X: ArrayLike) -> Array:
        """``X`` checked, as float64 or complex128 of shape (d, n)."""
        array = np.asarray(X)
        array = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64, copy=False)
        if array.ndim != 2 or array.shape[1] != len(self.names):
            raise ValueError(
                f"X has shape {array.shape}; (n, {len(self.names)}) is needed, with one column "
                f"for each of {', '.join(self.names) or 'no variables'}"
            )
        return np.ascontiguousarray(array.T)

    def _run(
        self, columns: Array, step: Callable[[Operator, list[Array]], Array], kind: type
    ) -> Array:
        registers: list[Array | None] = [_load(leaf, columns, kind) for leaf in self.leaves]
        for instruction in self.instructions:
            args = [registers[index] for index in instruction.args]
            registers.append(step(instruction.operator, args))  # type: ignore[arg-type]
            for index in instruction.dead:
                registers[index] = None
        value: Array = np.asarray(registers[self.result], dtype=kind)
        if self.result >= len(self.leaves) and value.shape == columns.shape[1:]:
            return value
        return np.array(np.broadcast_to(value, columns.shape[1:]))


def compile_expression(expression: Expression, names: Sequence[str]) -> Tape:
    """``expression`` as a function of an (n, d) array whose columns are ``names``.

    Raises ValueError where the expression has a symbol that is not among the names.
    """
    builder = _Builder(tuple(names))
    result = fold(expression, builder.leaf, builder.call)
    return builder.tape(result)


def evaluate(expression: Expression, names: Sequence[str], X: ArrayLike) -> Array:
    """The values, shape (n,), of ``expression`` on the rows of ``X``; see ``Tape.__call__``."""
    return compile_expression(expression, names)(X)


class _Builder:
    """Hands out registers: leaves count down from -1 and instructions up from 0 until the end."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.leaves: list[int | np.float64 | complex] = []
        self.instructions: list[tuple[Operator, tuple[int, ...]]] = []
        self.known: dict[object, int] = {}

    def leaf(self, node: Leaf) -> int:
        if isinstance(node, Symbol):
            if node.name not in self.names:
                known = ", ".join(self.names) or "none"
                raise ValueError(f"the expression has {node.name!r}; the columns are {known}")
            return self._load(node, self.names.index(node.name))
        if isinstance(node, Constant):
            return self._load(node, _VALUES.get(node.name, 1j))
        return self._load(node, _as_float(node))

    def call(self, node: Call, args: list[int]) -> int:
        operator = OPERATORS[node.op]
        if not operator.chain:
            return self._apply(operator, tuple(args))
        result = args[0]
        for arg in args[1:]:
            result = self._apply(operator, (result, arg))
        return result

    def _load(self, key: object, value: int | np.float64 | complex) -> int:
        if key not in self.known:
            self.leaves.append(value)
            self.known[key] = -len(self.leaves)
        return self.known[key]

    def _apply(self, operator: Operator, args: tuple[int, ...]) -> int:
        key = (operator.name, args)
        if key not in self.known:
            self.known[key] = len(self.instructions)
            self.instructions.append((operator, args))
        return self.known[key]

    def tape(self, result: int) -> Tape:
        count = len(self.leaves)

        def place(register: int) -> int:
            return -1 - register if register < 0 else count + register

        instructions: list[Instruction] = []
        needed = {place(result)}
        for operator, registers in reversed(self.instructions):
            args = tuple(map(place, registers))
            dead = tuple(set(args) - needed)
            needed.update(dead)
            instructions.append(Instruction(operator, args, dead))
        return Tape(self.names, tuple(self.leaves), tuple(reversed(instructions)), place(result))


def _as_float(node: Number) -> np.float64:
    try:
        return np.float64(node.value)
    except OverflowError:
        return np.float64(np.inf if node.value > 0 else -np.inf)


def _load(leaf: int | np.float64 | complex, columns: Array, kind: type) -> Array | None:
    if type(leaf) is int:
        column: Array = columns[leaf]
        return column.real if kind is complex and not column.imag.any() else column
    if type(leaf) is complex and kind is float:
        return np.float64(np.nan)  # type: ignore[return-value]
    return np.asarray(leaf)[()]


def _real_step(operator: Operator, args: list[Array]) -> Array:
    return operator.real(*args)


def _complex_step(operator: Operator, args: list[Array]) -> Array:
    """In real arithmetic as long as everything is real: exact, fast, and free of inf * 0j."""
    if any(np.iscomplexobj(arg) for arg in args):
        value = operator.over_complex(*(arg + 0j for arg in args))
        return value.real if np.iscomplexobj(value) and not value.imag.any() else value
    value = operator.real(*args)
    if operator.leaves_reals:
        left: NDArray[np.bool_] = np.isnan(value)
        for arg in args:
            left = left & ~np.isnan(arg)
        if left.any():
            return np.where(left, operator.over_complex(*(arg + 0j for arg in args)), value)
    return value
