"""Trees written as people and engines write them, by printers made for the tests.

Each prints a tree so that there is one reading, which is that tree. They share nothing with the
reader. ``WRITTEN`` names the operators that each can write.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.expression import Call, Constant, Expression, Leaf, Number, Symbol, fold

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_BINARY = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**"}
CALLS = (
    "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
    "exp", "log", "log2", "log10", "sqrt", "cbrt", "abs", "sign", "min", "max", "floor", "ceil",
    "mod", "atan2",
)  # fmt: skip
ARITHMETIC = ("add", "sub", "mul", "div", "pow", "neg")


def _nested(op: str, parts: list[str], join: Callable[[str, str], str]) -> str:
    """A chain from the left, two at a time."""
    text = parts[0]
    for part in parts[1:]:
        text = join(text, part)
    return text


def words_infix(tree: Expression) -> str:
    """E2E's and SNIP's: ``(0.5 add (2.0 mul x_0))``."""

    def call(node: Call, parts: list[str]) -> str:
        if node.op == "neg":
            return f"neg({parts[0]})"
        if node.op in _BINARY:
            return _nested(node.op, parts, lambda a, b: f"({a} {node.op} {b})")
        return f"{node.op}({', '.join(parts)})"

    return fold(tree, lambda leaf: _underscored(leaf, "({})"), call)


def words_prefix(tree: Expression) -> str:
    """``add 0.5 mul 2.0 x_0``."""

    def call(node: Call, parts: list[str]) -> str:
        return (
            _nested(node.op, parts, lambda a, b: f"{node.op} {a} {b}")
            if len(parts) > 1
            else (f"{node.op} {parts[0]}")
        )

    return fold(tree, lambda leaf: _underscored(leaf, "{}"), call)


def words_with_commas(tree: Expression) -> str:
    """E2E's prefix notation, ``add,0.5,mul,2.0,x_0``."""
    return ",".join(words_prefix(tree).split())


def calls(tree: Expression) -> str:
    """gplearn's: ``add(mul(X0, X1), 0.5)``."""

    def leaf(node: Leaf) -> str:
        return node.name.replace("x", "X") if isinstance(node, Symbol) else str(node)

    def call(node: Call, parts: list[str]) -> str:
        if node.op in ("add", "mul", "min", "max"):
            return _nested(node.op, parts, lambda a, b: f"{node.op}({a}, {b})")
        return f"{node.op}({', '.join(parts)})"

    return fold(tree, leaf, call)


def implicit(tree: Expression) -> str:
    """Products by juxtaposition, every factor but a first number or name in brackets."""

    def call(node: Call, parts: list[str]) -> str:
        if node.op == "mul":
            first = node.args[0]
            bare = isinstance(first, Number) and str(first).isdigit()
            return (parts[0] if bare else f"({parts[0]})") + "".join(f"({p})" for p in parts[1:])
        if node.op == "neg":
            return f"-({parts[0]})"
        if node.op in _BINARY:
            return _nested(node.op, parts, lambda a, b: f"({a}){_BINARY[node.op]}({b})")
        return f"{node.op}({', '.join(parts)})"

    return fold(tree, str, call)


def spaced(tree: Expression) -> str:
    """Pysindy's products: factors with blanks between, ``2.0 x0 sin(x1)``."""

    def call(node: Call, parts: list[str]) -> str:
        if node.op == "mul":
            return _with_blanks(node.args, parts)
        if node.op == "neg":
            return f"-({parts[0]})"
        if node.op in _BINARY:
            return _nested(node.op, parts, lambda a, b: f"({a}) {_BINARY[node.op]} ({b})")
        return f"{node.op}({', '.join(parts)})"

    return fold(tree, str, call)


def _with_blanks(factors: Sequence[Expression], parts: list[str]) -> str:
    """A bracket behind a name would be a call: there a sign stands between them."""
    text, after_name = "", False
    for factor, part in zip(factors, parts, strict=True):
        bare = isinstance(factor, Symbol) or (isinstance(factor, Call) and factor.op in CALLS)
        text += (" * " if after_name and not bare else " ") + (part if bare else f"({part})")
        after_name = isinstance(factor, Symbol | Constant) and bare
    return text.strip()


def unicode(tree: Expression) -> str:
    """Typeset: ``2·x₀² − √(x₁)``."""

    def leaf(node: Leaf) -> str:
        if isinstance(node, Symbol):
            return node.name.translate(_SUBSCRIPTS)
        if node == Constant("pi"):
            return "π"
        return f"({node})" if isinstance(node, Number) and str(node).startswith("-") else str(node)

    def call(node: Call, parts: list[str]) -> str:
        signs = {"add": " + ", "sub": " − ", "mul": "·", "div": "÷"}
        if node.op in signs:
            return f"({signs[node.op].join(parts)})"
        if node.op == "pow":
            exponent = node.args[1]
            if isinstance(exponent, Number) and type(exponent.value) is int:
                return f"({parts[0]}){str(exponent).translate(_SUPERSCRIPTS)}"
            return f"({parts[0]})^({parts[1]})"
        if node.op == "neg":
            return f"(−({parts[0]}))"
        marks = {"sqrt": "√({})", "cbrt": "∛({})", "floor": "⌊{}⌋", "ceil": "⌈{}⌉"}
        if node.op in marks:
            return marks[node.op].format(parts[0])
        return f"{node.op}({', '.join(parts)})"

    return fold(tree, leaf, call)


_LATEX_NAMES = {"asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan", "log10": r"\log_{10}",
                "log2": r"\log_{2}", "min": r"\min", "max": r"\max"}  # fmt: skip
_LATEX_OWN = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "log", "exp")
_LATEX_AROUND = {
    "abs": r"\left|{%s}\right|", "sqrt": r"\sqrt{%s}", "floor": r"\lfloor %s \rfloor",
    "ceil": r"\left\lceil{%s}\right\rceil",
}  # fmt: skip


def latex(tree: Expression) -> str:
    r"""``\frac{x_{0}^{2}}{2} \sin{\left(x_{1}\right)}``."""
    return fold(tree, _latex_leaf, _latex_call)


def _latex_leaf(node: Leaf) -> str:
    if isinstance(node, Symbol):
        return f"x_{{{node.name[1:]}}}"
    if isinstance(node, Constant):
        return r"\pi" if node.name == "pi" else node.name
    text = str(node)
    if "e" in text:
        mantissa, exponent = text.split("e")
        text = rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
    return text


def _latex_call(node: Call, parts: list[str]) -> str:
    bracketed = [rf"\left({part}\right)" for part in parts]
    match node.op:
        case "add":
            return " + ".join([parts[0], *bracketed[1:]])
        case "sub":
            return " - ".join([parts[0], *bracketed[1:]])
        case "mul":
            return " ".join(bracketed)
        case "div":
            return rf"\frac{{{parts[0]}}}{{{parts[1]}}}"
        case "pow":
            return f"{bracketed[0]}^{{{parts[1]}}}"
        case "neg":
            return f"- {bracketed[0]}"
    if node.op in _LATEX_AROUND:
        return _LATEX_AROUND[node.op] % parts[0]
    own = f"\\{node.op}" if node.op in _LATEX_OWN else rf"\operatorname{{{node.op}}}"
    return rf"{_LATEX_NAMES.get(node.op, own)}\left({', '.join(parts)}\right)"


_MATHEMATICA = {
    **{name: name.capitalize() for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp",
                                            "log", "log2", "log10", "sqrt", "abs", "sign", "min",
                                            "max", "floor", "mod")},
    **{f"a{name}": f"Arc{name.capitalize()}" for name in ("sin", "cos", "tan", "sinh", "cosh",
                                                          "tanh")},
    "ceil": "Ceiling", "cbrt": "CubeRoot",
}  # fmt: skip


def mathematica(tree: Expression) -> str:
    """``Sin[x0]^2 x1``."""

    def leaf(node: Leaf) -> str:
        if isinstance(node, Constant):
            return {"pi": "Pi", "e": "E"}[node.name]
        return f"({node})".replace("e", "*^") if isinstance(node, Number) else str(node)

    def call(node: Call, parts: list[str]) -> str:
        if node.op == "atan2":
            return f"ArcTan[{parts[1]}, {parts[0]}]"
        if node.op == "neg":
            return f"(-({parts[0]}))"
        if node.op in _BINARY:
            sign = {"mul": " ", "pow": "^"}.get(node.op, _BINARY[node.op])
            return f"({sign.join(f'({part})' for part in parts)})"
        return f"{_MATHEMATICA[node.op]}[{', '.join(parts)}]"

    return fold(tree, leaf, call)


def elementwise(tree: Expression) -> str:
    """Julia's and Matlab's: ``x0 .* x1 .^ 2``."""

    def call(node: Call, parts: list[str]) -> str:
        signs = {"add": " + ", "sub": " - ", "mul": " .* ", "div": " ./ ", "pow": " .^ "}
        if node.op in signs:
            return f"({signs[node.op].join(f'({part})' for part in parts)})"
        return f"-({parts[0]})" if node.op == "neg" else f"{node.op}({', '.join(parts)})"

    return fold(tree, str, call)


def constructors(tree: Expression) -> str:
    """SymPy's: ``Add(Mul(Integer(2), Symbol('x0')), Float('0.5', precision=53))``."""
    names = {"add": "Add", "mul": "Mul", "pow": "Pow", "abs": "Abs", "min": "Min", "max": "Max",
             "ceil": "ceiling", "mod": "Mod"}  # fmt: skip

    def leaf(node: Leaf) -> str:
        if isinstance(node, Symbol):
            return f"Symbol('{node.name}')"
        if isinstance(node, Constant):
            return {"pi": "pi", "e": "E"}[node.name]
        if type(node.value) is int:
            return f"Integer({node})"
        return f"Float('{node}', precision=53)"

    def call(node: Call, parts: list[str]) -> str:
        return f"{names.get(node.op, node.op)}({', '.join(parts)})"

    return fold(tree, leaf, call)


def in_pairs(tree: Expression) -> Expression:
    """The tree with ``min`` and ``max`` of two arguments each."""

    def call(node: Call, args: list[Expression]) -> Expression:
        if node.op not in ("min", "max"):
            return Call(node.op, tuple(args))
        value = args[0]
        for arg in args[1:]:
            value = Call(node.op, (value, arg))
        return value

    return fold(tree, lambda leaf: leaf, call)


def _underscored(node: Leaf, negative: str) -> str:
    if isinstance(node, Symbol):
        return node.name.replace("x", "x_")
    text = str(node)
    return negative.format(text) if text.startswith("-") else text


WRITTEN: dict[str, tuple[Callable[[Expression], str], tuple[str, ...]]] = {
    "E2E's words": (words_infix, (*ARITHMETIC, *CALLS)),
    "prefix words": (words_prefix, (*ARITHMETIC, *CALLS)),
    "prefix words with commas": (words_with_commas, (*ARITHMETIC, *CALLS)),
    "gplearn's calls": (calls, (*ARITHMETIC, *CALLS)),
    "products without signs": (implicit, (*ARITHMETIC, *CALLS)),
    "products with blanks": (spaced, (*ARITHMETIC, *CALLS)),
    "Unicode": (unicode, (*ARITHMETIC, *CALLS)),
    "LaTeX": (latex, (*ARITHMETIC, *CALLS)),
    "Mathematica": (mathematica, (*ARITHMETIC, *_MATHEMATICA, "atan2")),
    "elementwise signs": (elementwise, (*ARITHMETIC, *CALLS)),
    "SymPy's constructors": (constructors, (*ARITHMETIC, *CALLS)),
}
"""Each form's printer, and the operators that it can write."""
