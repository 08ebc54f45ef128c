"""SRSD's canonical form of an expression, to the letter, as a labelled tree.

Source: Y. Matsubara et al.: Rethinking symbolic regression datasets and benchmarks for scientific
discovery. DMLR 2024, section 4, and the comparison script that its authors publish. The steps
and their order are theirs; so is what follows from them, such as ``sqrt(2)`` becoming the node
``Const`` while ``2*x`` keeps its factor as another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.expression import Expression, ExpressionTooLarge, ParseError, parse, to_sympy
from bench.scoring.ned.quick_sympy import quick_sympy

if TYPE_CHECKING:
    import sympy

PIPELINE = 3
"""Raise when the same expression gets another form, or gets one in much less time than before.

Forms and time-outs that are kept on disk are then made again."""


@dataclass(frozen=True, slots=True)
class LabelledTree:
    """An ordered tree, flat: each node's label and number of children, children before parents.

    ``f(x, y)`` is ``LabelledTree(("x", "y", "f"), (0, 0, 2))``. Raises ValueError where the two
    sequences do not describe one tree.
    """

    labels: tuple[str, ...]
    arities: tuple[int, ...]

    def __post_init__(self) -> None:
        open_trees = 0
        for arity in self.arities:
            if not 0 <= arity <= open_trees:
                raise ValueError(f"a node with {arity} children where {open_trees} precede it")
            open_trees += 1 - arity
        if open_trees != 1 or len(self.labels) != len(self.arities):
            raise ValueError(
                f"{len(self.labels)} labels and {len(self.arities)} arities make {open_trees} "
                "trees; they must make one"
            )

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True)
class CanonicalForm:
    """What became of an expression: its form, or why it has none.

    ``text`` is the form as SymPy prints it and ``tree`` its tree. Where ``tree`` is None,
    ``reason`` says why; ``seconds`` is then the limit it ran into, None for a failure that no
    more time would help.
    """

    text: str = ""
    tree: LabelledTree | None = None
    reason: str = ""
    seconds: float | None = None

    def holds_within(self, seconds: float) -> bool:
        """Whether this is also what a computation limited to ``seconds`` would give."""
        return self.seconds is None or seconds <= self.seconds

    def as_dict(self) -> dict[str, Any]:
        if self.tree is None:
            return {"reason": self.reason, "seconds": self.seconds}
        return {"text": self.text, "labels": self.tree.labels, "arities": self.tree.arities}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> CanonicalForm:
        """Inverse of ``as_dict``. Raises KeyError, TypeError or ValueError for anything else."""
        if "reason" in fields:
            seconds = fields["seconds"]
            reason = str(fields["reason"])
            return cls(reason=reason, seconds=None if seconds is None else float(seconds))
        tree = LabelledTree(tuple(map(str, fields["labels"])), tuple(map(int, fields["arities"])))
        return cls(text=str(fields["text"]), tree=tree)


def canonical_form(expression: Expression) -> CanonicalForm:
    """The canonical form of ``expression``. May take minutes: see ``bench.scoring.pool``.

    What makes SymPy raise is a form without a tree; MemoryError is left to the caller.
    """
    try:
        with quick_sympy():
            simplified = _simplified(to_sympy(expression))
    except MemoryError:
        raise
    except Exception as error:
        # SymPy raises what it likes (AttributeError, PolynomialError, NotImplementedError...).
        return CanonicalForm(reason=f"simplification failed: {_in_words(error)}")
    return CanonicalForm(text=str(simplified), tree=_labelled(simplified))


def _simplified(expression: sympy.Expr) -> sympy.Basic:
    import sympy

    value = expression.subs(sympy.pi, sympy.pi.evalf())
    value = value.evalf().factor().simplify().subs(1.0, 1)
    return _read_back(value)


def _read_back(value: Any) -> Any:
    """``value`` after printing it, which rounds to 15 digits, and reading that, which evaluates.

    Our grammar has no word for nan, Piecewise, re(...): there, the parts are read back.
    """
    try:
        return to_sympy(parse(str(value), {name.name: name.name for name in value.free_symbols}))
    except (ParseError, ExpressionTooLarge):
        return value.func(*map(_read_back, value.args)) if value.args else value


def _labelled(expression: Any) -> LabelledTree:
    labels: list[str] = []
    arities: list[int] = []
    stack: list[Any] = [expression]
    while stack:
        node = stack.pop()
        labels.append(_label(node))
        arities.append(len(node.args))
        stack.extend(node.args)
    # Node, then children from the right, read backwards: children from the left, then node.
    return LabelledTree(tuple(reversed(labels)), tuple(reversed(arities)))


def _label(node: Any) -> str:
    if node.is_number:
        return "Const"
    return str(node.name) if node.is_Symbol else str(node.func.__name__)


def _in_words(error: Exception) -> str:
    text = str(error).strip().split("\n")[0][:200]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
