"""Programs as people and language models write them, made from an expression in many styles."""

from __future__ import annotations

from random import Random

from bench.expression import Call, Constant, Expression, Number, Symbol, postorder, symbols

NAMES = ("x", "y", "z")
PARAMETERS = ("params_0", "params_1", "params_2")
INFIX = {
    "add": "+", "mul": "*", "sub": "-", "div": "/", "pow": "**", "mod": "%",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
}  # fmt: skip
NUMPY = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "asinh": "arcsinh",
    "acosh": "arccosh", "atanh": "arctanh", "min": "minimum", "max": "maximum", "pow": "power",
    "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative", "lt": "less",
    "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal",
}  # fmt: skip
GUARDS = (
    "np.maximum({}, 1e-10)", "np.maximum(1e-12, {})", "({} + 1e-10)", "({} - 1e-9)",
    "np.clip({}, -50, 50)", "np.clip({}, 1e-8, None)", "np.clip({}, -np.inf, 1e6)",
    "np.minimum({}, 700.0)", "({0} + 1e-9*np.sign({0}))",
    "np.where(np.abs({0}) < 1e-10, 1e-10, {0})", "np.where({0} == 0, 1e-8, {0})",
    "np.where(np.abs({0}) > 1e-9, {0}, 0.0)", "np.where({0} > 1e4, 1e4, {0})",
    "np.where(np.isfinite({0}), {0}, 0.0)", "np.nan_to_num({}, nan=0.0)",
)  # fmt: skip
HIDDEN = ("isfinite", "nan_to_num")
"""Guards that leave no trace in the expression."""


class Writer:
    """Writes one expression; every choice of style comes from ``random``.

    ``guards`` is the share of parts that are given a guard.
    """

    def __init__(self, random: Random, guards: float = 0.0) -> None:
        self.random = random
        self.guards = guards
        self.lines: list[str] = []
        self.used: list[str] = []
        self.vector = random.choice(("params", "p", "c"))
        self.columns = random.random() < 0.2

    def program(self, expression: Expression) -> str:
        """The source of a function of the variables and of the vector of free numbers."""
        self._open()
        body = self._written(expression)
        self._close(body, expression)
        arguments = ["X"] if self.columns else self._annotated(NAMES)
        if not self.columns:
            arguments = [*arguments]
        head = f"def equation({', '.join([*arguments, *self._annotated([self.vector])])}):"
        lines = [*self._documented(), *self.lines]
        if self.random.random() < 0.1:
            lines = ["with np.errstate(all='ignore'):", *(f"    {line}" for line in lines)]
        return "\n".join(["import numpy as np", "", head, *(f"    {line}" for line in lines), ""])

    def _annotated(self, names: list[str] | tuple[str, ...]) -> list[str]:
        if self.random.random() < 0.5:
            return list(names)
        return [f"{name}: np.ndarray" for name in names]

    def _documented(self) -> list[str]:
        return ['r"""The law, with \\alpha as it is."""'] if self.random.random() < 0.5 else []

    def _open(self) -> None:
        if self.columns:
            self.lines.append(
                self.random.choice(
                    (
                        "x, y, z = X[:, 0], X[:, 1], X[:, 2]",
                        "x, y, z = X.T",
                        "x = X[:, 0]; y = X[:, 1]; z = X[:, -1]",
                    )
                )
            )
        self.aliases = dict(zip(PARAMETERS, (f"{self.vector}[{i}]" for i in range(3)), strict=True))
        style = self.random.randrange(6)
        if style == 0:
            self.lines.append(f"k0, k1, k2 = {self.vector}[0], {self.vector}[1], {self.vector}[2]")
        elif style == 1:
            self.lines.append(f"k0, k1, k2 = {self.vector}[:3]")
        elif style == 2:
            self.lines.append(f"k0, k1, k2, *rest = {self.vector}")
        elif style == 3:
            self.lines.append(f"k0 = {self.vector}[0]; k1: float = {self.vector}[1]")
            self.lines.append(f"k2 = {self.vector}[len({self.vector}) - 8]")
        if style < 4:
            self.aliases = dict(zip(PARAMETERS, ("k0", "k1", "k2"), strict=True))

    def _close(self, body: str, expression: Expression) -> None:
        style = self.random.randrange(4)
        if style == 0 and isinstance(expression, Call) and expression.op in ("add", "mul", "sub"):
            name = self._local()
            first, *rest = (self._written(arg) for arg in expression.args)
            self.lines.append(f"{name} = +{first}")  # a copy: what follows changes it
            self.lines += [f"{name} {INFIX[expression.op]}= {one}" for one in rest]
            body = name
        if style == 1:
            body = f"np.asarray({body}, dtype=float)"
        if style == 2 and isinstance(expression, Call) and expression.op == "piecewise":
            value, condition, otherwise = expression.args[:3]
            if len(expression.args) == 3:
                self._branch(value, condition, otherwise)
                return
        self.lines.append(f"return {body}")

    def _branch(self, value: Expression, condition: Expression, otherwise: Expression) -> None:
        test = self._written(condition)
        one, other = self._written(value), self._written(otherwise)
        if self.random.random() < 0.5:
            self.lines += [f"if {test}:", f"    return {one}", f"return {other}"]
        else:
            self.lines += [f"if {test}:", f"    r = {one}", "else:", f"    r = {other}", "return r"]

    def _local(self) -> str:
        name = f"t{len(self.used)}"
        self.used.append(name)
        return name

    def _written(self, node: Expression) -> str:
        text = self._plain(node)
        if isinstance(node, Call) and node.op not in _TRUE_OR_FALSE:
            if symbols(node) and self.random.random() < self.guards:
                text = self.random.choice(GUARDS).format(text)
            if self.random.random() < 0.3:
                name = self._local()
                self.lines.append(f"{name} = {text}")
                text = name
        return text

    def _plain(self, node: Expression) -> str:
        if isinstance(node, Number):
            return f"({node.value!r})"
        if isinstance(node, Constant):
            return f"np.{node.name}"
        if isinstance(node, Symbol):
            return self.aliases.get(node.name, node.name)
        args = [self._written(arg) for arg in node.args]
        if node.op == "neg":
            return f"(-{args[0]})"
        if node.op == "piecewise":
            return self._piecewise(args)
        if node.op in ("and", "or", "not"):
            return self._logical(node, args)
        if node.op in INFIX and (len(args) > 2 or self.random.random() < 0.7):
            return f"({f' {INFIX[node.op]} '.join(args)})"
        return self._called(node.op, args)

    def _called(self, op: str, args: list[str]) -> str:
        if op == "gamma" or op == "erf":
            return f"special.{op}({args[0]})"
        if op == "relu":
            return f"np.maximum({args[0]}, 0)"
        if op == "aq":
            return f"({args[0]} / np.sqrt(1 + {args[1]}**2))"
        if op == "abs" and self.random.random() < 0.3:
            return f"abs({args[0]})"
        if op == "pow" and args[1] == "(2)":
            return f"np.square({args[0]})"
        name = NUMPY.get(op, op)
        while len(args) > 2:
            args = [f"np.{name}({args[0]}, {args[1]})", *args[2:]]
        return f"np.{name}({', '.join(args)})"

    def _logical(self, node: Call, args: list[str]) -> str:
        op = node.op
        # Of a truth that is known, ~ is another number that is true.
        if op == "not" and not all(symbols(arg) for arg in postorder(node) if _compares(arg)):
            return f"np.logical_not({args[0]})"
        if self.random.random() < 0.5 and len(args) < 3:
            return f"np.logical_{op}({', '.join(args)})"
        if op == "not":
            return f"(~({args[0]}))"
        sign = {"and": " & ", "or": " | "}[op]
        return f"({sign.join(f'({arg})' for arg in args)})"

    def _piecewise(self, args: list[str]) -> str:
        *cases, text = args
        pairs = list(zip(cases[::2], cases[1::2], strict=True))
        if self.random.random() < 0.3:
            values, tests = (", ".join(part) for part in zip(*pairs, strict=True))
            return f"np.select([{tests}], [{values}], default={text})"
        one = self.random.random() < 0.3
        for value, test in reversed(pairs):
            text = (
                f"({value} if {test} else {text})" if one else f"np.where({test}, {value}, {text})"
            )
        return text


_TRUE_OR_FALSE = frozenset({"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"})


def _compares(node: Expression) -> bool:
    return isinstance(node, Call) and node.op in _TRUE_OR_FALSE
