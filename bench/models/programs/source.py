"""From text to a syntax tree of bounded size, and the function in it that is the answer."""

from __future__ import annotations

import ast
import warnings

from bench.expression.errors import shown
from bench.models.programs.refusals import ProgramError, refused

MOST_CHARACTERS = 20_000
MOST_STATEMENTS = 400


def parsed(source: str) -> ast.Module:
    """The syntax tree of ``source``. Raises ProgramError for what is none, or too much."""
    if len(source) > MOST_CHARACTERS:
        raise ProgramError(
            f"the program has {len(source)} characters; at most {MOST_CHARACTERS} are read"
        )
    try:
        with warnings.catch_warnings():  # as of '\d' in a docstring
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except SyntaxError as error:
        line = shown((error.text or "").strip(), 60)
        raise ProgramError(f"no Python: {error.msg} ('{line}')", error.lineno or 0) from None
    except (RecursionError, MemoryError):
        raise ProgramError("nested too deep; use local variables for the parts") from None
    except ValueError as error:
        raise ProgramError(f"no Python: {error}") from None
    statements = sum(isinstance(node, ast.stmt) for node in ast.walk(tree))
    if statements > MOST_STATEMENTS:
        raise ProgramError(f"the program has {statements} statements; at most {MOST_STATEMENTS}")
    return tree


def answer_function(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    """The function called ``name``, or the last one; None where the program defines none."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    if not name:
        return functions[-1] if functions else None
    for node in functions:
        if node.name == name:
            return node
    there = ", ".join(node.name for node in functions) or "none"
    raise refused(f"no function is called '{name}' (there are: {there})")
