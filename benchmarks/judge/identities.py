"""True identities, as rewriting rules on trees: how the positives of the judge's suite are made.

A rule takes a node and gives an equal one, defined wherever the node is for the variables of the
problem at hand, or None where it does not apply.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.expression import Call, Constant, Expression, Number, Symbol, fold, parse, substitute

PI = Constant("pi")
_NONZERO = frozenset({"exp", "cosh"})


@dataclass(frozen=True)
class Ground:
    """What is known of a problem's variables: the positive ones, and values to try things on."""

    names: tuple[str, ...]
    positive: frozenset[str]
    X: NDArray[np.float64]

    def is_positive(self, node: Expression) -> bool:
        """Whether ``node`` is certainly positive, by its form."""

        def call(node: Call, args: list[bool]) -> bool:
            if node.op in _NONZERO:
                return True
            return node.op in ("add", "mul", "div", "sqrt", "pow") and all(args)

        return fold(node, self._positive_leaf, call)

    def _positive_leaf(self, leaf: Expression) -> bool:
        if isinstance(leaf, Number):
            return leaf.value > 0
        if isinstance(leaf, Symbol):
            return leaf.name in self.positive
        return isinstance(leaf, Constant) and leaf.name != "I"

    def tame(self, rng: random.Random) -> Symbol | None:
        """A variable whose values are neither tiny nor huge, if there is one."""
        size = np.abs(self.X)
        tame = (size.max(axis=0) < 1e3) & (size.min(axis=0) > 1e-4)
        names = [name for name, fits in zip(self.names, tame, strict=True) if fits]
        return Symbol(rng.choice(names)) if names else None


Rule = Callable[[Expression, Ground, random.Random], Expression | None]


def _template(pattern: str, **parts: Expression) -> Expression:
    return substitute(parse(pattern), parts)


def commute(node: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    if isinstance(node, Call) and node.op in ("add", "mul"):
        return Call(node.op, tuple(rng.sample(node.args, len(node.args))))
    return None


def associate(node: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    if isinstance(node, Call) and node.op in ("add", "mul") and len(node.args) > 2:
        return Call(node.op, (node.args[0], Call(node.op, node.args[1:])))
    return None


def distribute(node: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    if not isinstance(node, Call) or node.op not in ("mul", "div"):
        return None
    for index, arg in enumerate(node.args):
        if isinstance(arg, Call) and arg.op in ("add", "sub") and not (node.op == "div" and index):
            terms = tuple(
                Call(node.op, (*node.args[:index], term, *node.args[index + 1 :]))
                for term in arg.args
            )
            return Call(arg.op, terms)
    return None


def common_denominator(node: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    if not isinstance(node, Call) or node.op not in ("add", "sub") or len(node.args) != 2:
        return None
    first, second = (_quotient(arg) for arg in node.args)
    if first[1] == second[1] == Number(1):
        return None
    over = Call("mul", (first[1], second[1]))
    up = (Call("mul", (first[0], second[1])), Call("mul", (second[0], first[1])))
    return Call("div", (Call(node.op, up), over))


def _quotient(node: Expression) -> tuple[Expression, Expression]:
    if isinstance(node, Call) and node.op == "div":
        return node.args[0], node.args[1]
    return node, Number(1)


def signs(node: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    if isinstance(node, Call) and node.op == "sub":
        a, b = node.args
        return rng.choice([_template("a + (-1)*b", a=a, b=b), _template("-(b - a)", a=a, b=b)])
    if isinstance(node, Call) and node.op == "neg":
        return _template("(-1.0)*a", a=node.args[0])
    return None


def quotients(node: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    if not isinstance(node, Call) or node.op != "div":
        return None
    a, b = node.args
    forms = ["a*b**(-1)", "a*(1/b)"]
    if ground.is_positive(a):
        forms += ["1/(b/a)", "exp(log(a) - log(b))"] if ground.is_positive(b) else ["1/(b/a)"]
    return _template(rng.choice(forms), a=a, b=b)


def powers(node: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    if not isinstance(node, Call) or node.op != "pow" or not isinstance(node.args[1], Number):
        return None
    base, n = node.args[0], node.args[1].value
    if not isinstance(n, int) or not 2 <= n <= 6:
        return None
    if isinstance(base, Call) and base.op in ("mul", "div") and rng.random() < 0.5:
        return Call(base.op, tuple(Call("pow", (arg, Number(n))) for arg in base.args))
    if isinstance(base, Call) and base.op in ("add", "sub") and len(base.args) == 2 and n == 2:
        sign = "+" if base.op == "add" else "-"
        return _template(f"a**2 {sign} 2*a*b + b**2", a=base.args[0], b=base.args[1])
    if rng.random() < 0.5:
        return Call("pow", (base, Number(float(n))))
    return Call("mul", (base, Call("pow", (base, Number(n - 1))) if n > 2 else base))


def roots(node: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    if not isinstance(node, Call) or node.op != "sqrt":
        return None
    arg = node.args[0]
    if (
        isinstance(arg, Call)
        and arg.op in ("mul", "div")
        and all(map(ground.is_positive, arg.args))
    ):
        return Call(arg.op, tuple(Call("sqrt", (part,)) for part in arg.args))
    return _template(rng.choice(["a**0.5", "a**(1/2)", "exp(log(a)/2)"]), a=arg)


def exponentials(node: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    if not isinstance(node, Call) or node.op not in ("exp", "log"):
        return None
    arg = node.args[0]
    if node.op == "exp":
        if isinstance(arg, Call) and arg.op in ("add", "sub") and len(arg.args) == 2:
            op = "*" if arg.op == "add" else "/"
            return _template(f"exp(a){op}exp(b)", a=arg.args[0], b=arg.args[1])
        return _template(rng.choice(["1/exp(-a)", "exp(a/2)**2", "exp(-a)**(-1)"]), a=arg)
    if (
        isinstance(arg, Call)
        and arg.op in ("mul", "div")
        and all(map(ground.is_positive, arg.args))
    ):
        parts = tuple(Call("log", (part,)) for part in arg.args)
        return Call("add" if arg.op == "mul" else "sub", parts)
    return _template("-log(1/a)" if ground.is_positive(arg) else "log(a**2)/2", a=arg)


_TRIGONOMETRY = {
    "sin": ["cos(pi/2 - a)", "2*sin(a/2)*cos(a/2)", "-sin(-a)", "sin(a + 2*pi)", "-cos(a + pi/2)"],
    "cos": ["sin(a + pi/2)", "1 - 2*sin(a/2)**2", "cos(-a)", "2*cos(a/2)**2 - 1", "-cos(a + pi)"],
    "tan": ["sin(a)/cos(a)"],
    "sinh": ["(exp(a) - exp(-a))/2"],
    "cosh": ["(exp(a) + exp(-a))/2"],
    "tanh": ["1 - 2/(exp(2*a) + 1)", "sinh(a)/cosh(a)", "-tanh(-a)"],
    "asin": ["pi/2 - acos(a)", "-asin(-a)"],
    "acos": ["pi/2 - asin(a)", "pi - acos(-a)"],
}


def trigonometry(node: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    if isinstance(node, Call) and node.op in _TRIGONOMETRY:
        return _template(rng.choice(_TRIGONOMETRY[node.op]), a=node.args[0])
    if isinstance(node, Call) and node.op == "pow" and node.args[1] == Number(2):
        base = node.args[0]
        forms = {"sin": ["1 - cos(a)**2", "(1 - cos(2*a))/2"], "cos": ["1 - sin(a)**2"]}
        if isinstance(base, Call) and base.op in forms:
            return _template(rng.choice(forms[base.op]), a=base.args[0])
    return None


def squares(node: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    """a**2 - b**2 as (a - b)*(a + b)."""
    if not isinstance(node, Call) or node.op != "sub":
        return None
    sides = [_root(arg) for arg in node.args]
    if sides[0] is None or sides[1] is None:
        return None
    return _template("(a - b)*(a + b)", a=sides[0], b=sides[1])


def _root(node: Expression) -> Expression | None:
    if node == Number(1):
        return node
    if isinstance(node, Call) and node.op == "pow" and node.args[1] == Number(2):
        return node.args[0]
    return None


def detours(node: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    """Something that is nothing: a factor of one, a term of zero, a root of a square."""
    if isinstance(node, Number):
        return None
    forms = []
    if ground.is_positive(node):
        forms += ["abs(a)", "sqrt(a**2)", "exp(log(a))", "sqrt(a)**2"]
    v = ground.tame(rng)
    if v is not None:
        forms += [
            "a*(sin(v)**2 + cos(v)**2)",
            "a*v/v",
            "(a*v + a)/(v + 1)" if v.name in ground.positive else "a*v**2/v**2",
        ]
    return _template(rng.choice(forms), a=node, v=v or node) if forms else None


RULES: Sequence[Rule] = (
    commute, associate, distribute, common_denominator, signs, quotients, powers, roots,
    exponentials, trigonometry, trigonometry, squares, detours,
)  # fmt: skip


def nodes_with_paths(expression: Expression) -> list[tuple[tuple[int, ...], Expression]]:
    """Every node, and the way to it from the root."""
    found: list[tuple[tuple[int, ...], Expression]] = []
    stack: list[tuple[tuple[int, ...], Expression]] = [((), expression)]
    while stack:
        path, node = stack.pop()
        found.append((path, node))
        if isinstance(node, Call):
            stack.extend(((*path, index), arg) for index, arg in enumerate(node.args))
    return found


def replaced(expression: Expression, path: tuple[int, ...], new: Expression) -> Expression:
    """The tree with the node at ``path`` replaced."""
    if not path:
        return new
    assert isinstance(expression, Call)
    args = list(expression.args)
    args[path[0]] = replaced(args[path[0]], path[1:], new)
    return Call(expression.op, tuple(args))


def rewritten(expression: Expression, steps: int, ground: Ground, rng: random.Random) -> Expression:
    """``expression`` after ``steps`` rewritings at random nodes."""
    for _ in range(steps):
        places = nodes_with_paths(expression)
        for _ in range(20):
            path, node = rng.choice(places)
            new = rng.choice(RULES)(node, ground, rng)
            if new is not None and new != node:
                expression = replaced(expression, path, new)
                break
    return expression
