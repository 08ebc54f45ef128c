"""What stands at an index: a column, a parameter, an item."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bench.expression.errors import shown
from bench.models.programs.refusals import refused
from bench.models.programs.values import Inputs, Items, Meaning, Parameters, Rows, Scope, Value

if TYPE_CHECKING:
    from bench.models.programs.formulas import Formulas


def text(node: ast.AST) -> str:
    """``node`` as Python writes it, in short."""
    try:
        return shown(ast.unparse(node), 40)
    except (RecursionError, ValueError):
        return type(node).__name__


def at(formulas: Formulas, node: ast.Subscript, scope: Scope) -> Meaning:
    """What ``value[index]`` stands for."""
    if isinstance(node.value, ast.Name):
        found = formulas.named(node.value, scope, vector=True)
    else:
        found = formulas.meaning(node.value, scope)
    if isinstance(found, Inputs):
        return _column(formulas, node, scope, found)
    if isinstance(found, Parameters | Items):
        return _part(formulas, node, scope, found)
    if isinstance(found, Rows):
        return found
    if isinstance(found, Value) and _is_whole(node.slice):
        return found
    reason = f"'{text(node)}' takes some of the rows; write np.where(condition, a, b)"
    raise refused(reason, node)


def _is_whole(index: ast.AST) -> bool:
    """Whether it takes all rows: ``[:]``, ``[:, None]``, ``[...]``."""
    if isinstance(index, ast.Tuple):
        return all(_is_whole(one) for one in index.elts)
    if isinstance(index, ast.Slice):
        return index.lower is index.upper is index.step is None
    return isinstance(index, ast.Constant) and index.value in (None, ...)


def _column(formulas: Formulas, node: ast.Subscript, scope: Scope, found: Inputs) -> Meaning:
    index, names = node.slice, formulas.given.names
    if isinstance(index, ast.Tuple) and len(index.elts) == 2:
        rows, wanted = reversed(index.elts) if found.transposed else index.elts
        if not _is_whole(rows):
            raise refused(f"'{text(node)}' takes some of the rows", node)
        index = wanted
    if isinstance(index, ast.Constant) and isinstance(index.value, str):
        if index.value in names:
            return formulas.given.column(names.index(index.value))
        raise refused(f"there is no variable '{index.value}'; there are {', '.join(names)}", node)
    if _is_whole(index):
        return found
    return formulas.given.column(_checked(formulas.index(index, scope), len(names), node))


def _part(
    formulas: Formulas, node: ast.Subscript, scope: Scope, found: Parameters | Items
) -> Meaning:
    count = len(found) if isinstance(found, Parameters) else len(found.items)
    if isinstance(node.slice, ast.Slice):
        part = _sliced(formulas, node.slice, scope, count)
        if isinstance(found, Items):
            return Items(found.items[part.start : part.stop])
        return Parameters(found.first + part.start, found.first + max(part.start, part.stop))
    index = _checked(formulas.index(node.slice, scope), count, node)
    if isinstance(found, Items):
        return found.items[index]
    return formulas.given.parameter(found.first + index)


def _sliced(formulas: Formulas, node: ast.Slice, scope: Scope, count: int) -> range:
    if node.step is not None:
        raise refused("a slice with a step; write its items out", node)
    lower = None if node.lower is None else formulas.index(node.lower, scope)
    upper = None if node.upper is None else formulas.index(node.upper, scope)
    start, stop, _ = slice(lower, upper).indices(count)
    return range(start, stop)


def _checked(index: int, count: int, node: ast.Subscript) -> int:
    if not -count <= index < count:
        raise refused(f"'{text(node)}': there are {count}, counted from 0", node)
    return index % count
