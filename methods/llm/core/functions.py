"""Forms as Python functions in prompts: what a model is shown, and to write another like it."""

from __future__ import annotations

import ast
import re

from bench import Call, Symbol, Task
from methods.llm.core.forms import OpenForm
from methods.llm.core.reading import PARAMETERS, free_names

_LONGEST_BODY = 4000


def linear(task: Task) -> OpenForm:
    """The first program: linear in all inputs (nine at most), and a constant."""
    names = task.names[: PARAMETERS - 1]
    parameters = free_names(len(names) + 1, task.names)
    terms = [
        Call("mul", (Symbol(parameter), Symbol(name)))
        for parameter, name in zip(parameters, names, strict=False)
    ]
    total = Symbol(parameters[-1])
    expression = Call("add", (*terms, total)) if terms else total
    return OpenForm(expression, parameters)


def function(form: OpenForm, version: int, task: Task) -> str:
    """A form as a function called ``equation_v{version}``: as it was written, if it was one."""
    written = _definition(form.source)
    if written is not None:
        return written.replace("\0", f"equation_v{version}", 1)
    text = str(form.expression)
    for at, name in sorted(enumerate(form.parameters), key=lambda pair: -len(pair[1])):
        text = re.sub(rf"\b{re.escape(name)}\b", f"params[{at}]", text)
    return f"{head(version, task)}\n    return {_numpy(text)}"


def head(version: int, task: Task) -> str:
    """The line that such a function begins with."""
    return f"def equation_v{version}({', '.join((*task.names, 'params'))}):"


def _numpy(text: str) -> str:
    return re.sub(r"\b([a-z]\w*)\(", r"np.\1(", text)


def _definition(source: str) -> str | None:
    """The last function of a program, without its docstring, its name left open; None if none."""
    if "def " not in source or len(source) > _LONGEST_BODY:
        return None
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    if not functions:
        return None
    node = functions[-1]
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    lines = source.splitlines()[body[0].lineno - 1 : node.end_lineno]
    return "\n".join([f"def \0({ast.unparse(node.args)}):", *lines])
