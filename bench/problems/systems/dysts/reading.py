"""Rates of change that are written as Python functions, read by their syntax tree.

Nothing is imported or executed. Read is what is arithmetic: assignments, a returned tuple, numbers,
parameters, the functions of one number that NumPy and the grammar share, and calls of functions of
the same class. All else is refused by name: delays, loops, branches, slices and arrays.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bench.expression import Call, Constant, Expression, Number, Symbol, symbols

_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow",
}  # fmt: skip
_FUNCTIONS = frozenset(
    {"abs", "cos", "cosh", "exp", "log", "sign", "sin", "sinh", "sqrt", "tan", "tanh"}
)
_KINKS = frozenset({"abs", "heaviside", "sign"})
_RATES = ("_rhs", "rhs")
_DELAYED = "DynSysDelay"
_TIME = "t"
_MOST_NODES = 200
"""Of a rate: longer ones take minutes to solve, and are no laws that anybody looks for."""
_MOST_CALLS = 50


class UnreadError(ValueError):
    """Code that is more than arithmetic; the message names what."""


@dataclass(frozen=True, slots=True)
class _Term:
    """An expression, with the number of its nodes; a shared one counts as often as it occurs."""

    tree: Expression
    nodes: int = 1


Value: TypeAlias = "_Term | tuple[Value, ...]"


@dataclass(frozen=True)
class Flow:
    """The rates of the states ``x0``, ``x1``, ..., in these and the time ``t``.

    ``law`` is the class that they are written in, which others share with other parameters.
    ``kinked`` says that a function in them is not smooth, ``timed`` that they ask for the time.
    """

    rates: tuple[Expression, ...]
    law: str
    kinked: bool
    timed: bool


@dataclass
class FlowReader:
    """The classes of one file of Python: ``text`` is read and never run.

    Raises UnreadError for what is no Python.
    """

    text: str
    _classes: dict[str, ast.ClassDef] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            body = ast.parse(self.text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise UnreadError(f"this is no Python: {error}") from None
        self._classes = {one.name: one for one in body if isinstance(one, ast.ClassDef)}

    def flow(self, name: str, parameters: Mapping[str, Any], states: int) -> Flow:
        """The rates in class ``name`` for these ``parameters``: numbers, or lists of such.

        Raises UnreadError where they are not there, or are more than arithmetic.
        """
        line = self._line(name)
        functions, law = _functions(line)
        function = next((functions[one] for one in _RATES if one in functions), None)
        if function is None:
            raise UnreadError("it has no rates")
        reading = _Reading({key: _value(one) for key, one in parameters.items()}, functions)
        point: tuple[Value, ...] = tuple(_Term(Symbol(f"x{k}")) for k in range(states))
        whole = function.name == "rhs"
        given = [point] if whole else list(point)
        found = reading.called(
            function, [*given, _Term(Symbol(_TIME))], {} if whole else reading.parameters
        )
        if not isinstance(found, tuple) or len(found) != states:
            raise UnreadError(f"it returns no tuple of {states} rates")
        rates = tuple(_term(one).tree for one in found)
        timed = any(_TIME in symbols(one) for one in rates)
        return Flow(rates, law, reading.kinked, timed)

    def _line(self, name: str) -> list[ast.ClassDef]:
        """The class and those it takes its functions from, the nearest first."""
        line: list[ast.ClassDef] = []
        while name in self._classes and self._classes[name] not in line:
            line.append(self._classes[name])
            bases = [one.id for one in line[-1].bases if isinstance(one, ast.Name)]
            if _DELAYED in bases:
                raise UnreadError("it has a delay")
            name = bases[0] if bases else ""
        if not line:
            raise UnreadError("there is no such class")
        return line


def _functions(line: Sequence[ast.ClassDef]) -> tuple[dict[str, ast.FunctionDef], str]:
    """The functions of a class by their names, and the class that has its rates."""
    functions: dict[str, ast.FunctionDef] = {}
    law = line[0].name
    for one in reversed(line):
        own = {each.name: each for each in one.body if isinstance(each, ast.FunctionDef)}
        functions.update(own)
        law = one.name if own.keys() & set(_RATES) else law
    return functions, law


@dataclass
class _Reading:
    """One reading of rates: what ``self`` has, as numbers and as functions."""

    parameters: Mapping[str, Value]
    functions: Mapping[str, ast.FunctionDef]
    kinked: bool = False
    calls: int = 0

    def called(
        self, function: ast.FunctionDef, given: Sequence[Value], more: Mapping[str, Value]
    ) -> Value:
        """What ``function`` returns for the arguments ``given``; ``more`` are others by name."""
        names = [one.arg for one in function.args.args]
        names = names[1:] if names[:1] == ["self"] else names
        defaults = function.args.defaults
        known = dict(zip(reversed(names), map(self._constant, reversed(defaults)), strict=False))
        known |= {name: more[name] for name in names[len(given) :] if name in more}
        known |= dict(zip(names, given, strict=False))
        missing = [name for name in names if name not in known]
        if missing or len(given) > len(names):
            raise UnreadError(f"{function.name} is called without {', '.join(missing) or 'names'}")
        self.calls += 1
        if self.calls > _MOST_CALLS:
            raise UnreadError(f"it has more than {_MOST_CALLS} calls")
        return self._returned(function, known)

    def _constant(self, node: ast.expr) -> Value:
        return self._read(node, {})

    def _returned(self, function: ast.FunctionDef, known: dict[str, Value]) -> Value:
        for one in function.body:
            match one:
                case ast.Expr(value=ast.Constant()):
                    continue
                case ast.Assign(targets=[target]):
                    self._assign(target, self._read(one.value, known), known)
                case ast.AugAssign(target=ast.Name(id=name), op=op) if type(op) in _OPERATORS:
                    whole = ast.BinOp(ast.Name(name), op, one.value)
                    known[name] = self._read(whole, known)
                case ast.Return(value=ast.expr() as value):
                    return self._read(value, known)
                case _:
                    raise UnreadError(f"it has a statement {type(one).__name__}")
        raise UnreadError(f"{function.name} returns nothing")

    def _assign(self, target: ast.expr, value: Value, known: dict[str, Value]) -> None:
        match target:
            case ast.Name(id=name):
                known[name] = value
            case ast.Tuple(elts=targets) if isinstance(value, tuple) and len(value) == len(targets):
                for one, part in zip(targets, value, strict=True):
                    self._assign(one, part, known)
            case _:
                raise UnreadError(f"it assigns to {ast.unparse(target):.40}")

    def _read(self, node: ast.expr, known: Mapping[str, Value]) -> Value:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return _Term(Number(number))
            case ast.Name(id=name) if name in known:
                return known[name]
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if name in self.parameters:
                return self.parameters[name]
            case ast.Attribute(value=ast.Name(id="np"), attr="pi"):
                return _Term(Constant("pi"))
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return tuple(self._read(one, known) for one in parts)
            case ast.BinOp(
                left=ast.Constant(value=int(n)), op=ast.Mult(), right=ast.List(elts=row)
            ):
                return tuple([self._read(one, known) for one in row] * min(n, _MOST_NODES))
            case ast.BinOp(op=op) if type(op) in _OPERATORS:
                pair = (self._read(node.left, known), self._read(node.right, known))
                return _applied(_OPERATORS[type(op)], *map(_term, pair))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _applied("neg", _term(self._read(operand, known)))
            case ast.Subscript(value=array, slice=ast.Constant(value=int(place))):
                return _part(self._read(array, known), place)
            case ast.Subscript(
                value=array,
                slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(place))),
            ):
                return _part(self._read(array, known), -place)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name), keywords=[]):
                arguments = [self._read(one, known) for one in node.args]
                return self._call(owner, name, arguments)
            case ast.Call(func=ast.Name(id="max" | "min" as name), args=[one, other], keywords=[]):
                self.kinked = True
                pair = (self._read(one, known), self._read(other, known))
                return _applied(name, *map(_term, pair))
        raise UnreadError(f"it has {ast.unparse(node):.40}")

    def _call(self, owner: str, name: str, arguments: Sequence[Value]) -> Value:
        if owner == "self" and name in self.functions:
            return self.called(self.functions[name], arguments, {})
        if owner != "np":
            raise UnreadError(f"it calls {owner}.{name}")
        self.kinked = self.kinked or name in _KINKS
        terms = list(map(_term, arguments))
        if name in _FUNCTIONS and len(terms) == 1:
            return _applied(name, *terms)
        if name == "heaviside" and len(terms) == 2 and terms[1].tree == Number(0):
            return _applied("max", _applied("sign", terms[0]), _Term(Number(0)))
        raise UnreadError(f"it calls np.{name}")


def _term(value: Value) -> _Term:
    if isinstance(value, tuple):
        raise UnreadError("it computes with arrays")
    return value


def _part(array: Value, place: int) -> Value:
    if not isinstance(array, tuple) or not -len(array) <= place < len(array):
        raise UnreadError(f"it has no part {place}")
    return array[place]


def _applied(op: str, *terms: _Term) -> _Term:
    nodes = 1 + sum(one.nodes for one in terms)
    if nodes > _MOST_NODES:
        raise UnreadError(f"a rate has more than {_MOST_NODES} nodes")
    return _Term(Call(op, tuple(one.tree for one in terms)), nodes)


def _value(parameter: Any) -> Value:
    if isinstance(parameter, list):
        return tuple(map(_value, parameter))
    if isinstance(parameter, bool) or not isinstance(parameter, int | float):
        raise UnreadError(f"a parameter is {parameter!r:.40}")
    number = _Term(Number(abs(parameter)))
    return _applied("neg", number) if parameter < 0 else number
