"""From what a model writes to forms, or to refusals in words.

An answer may hold a program, assignments, formulas, or a JSON list of any of these, inside
explanations or not. Nothing of it is executed: programs go through ``bench.from_program``, and
formulas that are no Python through the reader that reads every answer.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench import (
    Expression,
    ParseError,
    ProgramError,
    Symbol,
    Variable,
    from_program,
    read,
    substitute,
)
from methods.llm.core.forms import OpenForm

MOST_CHARACTERS = 60_000
"""Of an answer that is looked at."""
MOST_PIECES = 40
"""Of an answer that are read."""
PARAMETERS = 10

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_FENCE = re.compile(r"```[^\n`]*\n(.*?)(?:```|\Z)", re.DOTALL)
_JSON = re.compile(r"[\[{]\s*[\"{\[]")
_OBJECT = re.compile(r"\{\s*\"")
_MARKS = re.compile(r"^\s*(?:(?:[-*•]|\(?\d{1,2}[.):])\s+)?")
_DEFINITION = re.compile(r"^[ \t]*def\s", re.MULTILINE)
_FORMULAS = ("formulas", "formula", "expressions", "expression", "equations", "equation", "answer")
_LONGEST_LINE = 2000


@dataclass(frozen=True, slots=True)
class Refusal:
    """What of an answer is no formula, and why, in words for who wrote it."""

    source: str
    reason: str


def forms_in(
    text: str, variables: Sequence[Variable], *, each_c: bool = False
) -> tuple[list[OpenForm], list[Refusal]]:
    """The forms in an answer, and what was refused; an answer without any is one refusal at least.

    With ``each_c`` every ``c`` is a constant of its own.
    """
    text = _THOUGHT.sub("", text[:MOST_CHARACTERS])
    for pieces in (_json_pieces(text), _blocks(text)):
        if pieces:
            return _read_all(pieces[:MOST_PIECES], variables, each_c)
    found, refused = _read_all(_lines(text), variables, each_c)
    if found:
        return found, []
    return [], refused[:1] or [Refusal("", "the answer holds no formula")]


def texts_in(text: str) -> list[str]:
    """The texts of a JSON list in an answer, else its lines."""
    text = _THOUGHT.sub("", text[:MOST_CHARACTERS])
    return _json_pieces(text)[:MOST_PIECES] or _lines(text)


def object_in(text: str) -> dict[str, Any]:
    """The first JSON object in an answer; empty where there is none."""
    text = _THOUGHT.sub("", text[:MOST_CHARACTERS])
    for at in list(_OBJECT.finditer(text))[:5]:
        try:
            value, _ = json.JSONDecoder().raw_decode(text, at.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and value:
            return value
    return {}


def _read_all(
    pieces: Sequence[str], variables: Sequence[Variable], each_c: bool
) -> tuple[list[OpenForm], list[Refusal]]:
    found: list[OpenForm] = []
    refused: list[Refusal] = []
    for piece in pieces:
        try:
            found.append(form_of(piece, variables, each_c=each_c))
        except ProgramError as error:
            refused.append(Refusal(piece, str(error)))
    return found, refused


def form_of(source: str, variables: Sequence[Variable], *, each_c: bool = False) -> OpenForm:
    """The form that one program or formula is. Raises ProgramError, in words."""
    names = [variable.name for variable in variables]
    text = source.strip().strip("`$").strip()
    if each_c and "c" not in names:
        text = _counted(text)
    try:
        found = from_program(text, names, parameters=PARAMETERS)
        return _named(found.expression, found.unguarded, found.parameters, text, names)
    except ProgramError as refusal:
        if "\n" in text or len(text) > _LONGEST_LINE:
            raise
        try:
            reading = read(text, variables)
        except (ParseError, RecursionError):
            raise refusal from None
    return _named(reading.expression, reading.expression, reading.constants, text, names)


def _named(
    expression: Expression,
    unguarded: Expression,
    parameters: Sequence[str],
    source: str,
    names: Sequence[str],
) -> OpenForm:
    """The form with its parameters called ``c0``, ``c1``, ... where no column is called so."""
    new = free_names(len(parameters), names)
    renamed: dict[str, Expression] = {
        old: Symbol(name) for old, name in zip(parameters, new, strict=True)
    }
    return OpenForm(substitute(expression, renamed), new, substitute(unguarded, renamed), source)


def free_names(count: int, taken: Sequence[str]) -> tuple[str, ...]:
    """So many names of parameters, none of them ``taken``."""
    names = (f"c{at}" for at in itertools.count())
    return tuple(itertools.islice((name for name in names if name not in taken), count))


def _counted(text: str) -> str:
    """``c`` as ``c0``, ``c1``, ..., one after the other."""
    places = iter(range(10_000))
    return re.sub(r"\bc\b(?!\s*[\[(])", lambda _: f"c{next(places)}", text)


def _json_pieces(text: str) -> list[str]:
    """The texts in the first JSON that holds some."""
    for at in list(_JSON.finditer(text))[:5]:
        try:
            value, _ = json.JSONDecoder().raw_decode(text, at.start())
        except (ValueError, RecursionError):
            continue
        pieces = list(_texts(value))
        if pieces:
            return pieces
    return []


def _texts(value: Any) -> Iterator[str]:
    """Formulas in a list of texts or objects, or under the usual names of an object."""
    if isinstance(value, list):
        for one in value:
            if isinstance(one, str):
                yield one
            elif isinstance(one, dict):
                yield from _texts(one)
    elif isinstance(value, dict):
        for name in _FORMULAS:
            inner = value.get(name)
            if isinstance(inner, str):
                yield inner
            elif isinstance(inner, list):
                yield from _texts(inner)


def _blocks(text: str) -> list[str]:
    """Fenced code, or what begins with ``def``, as far as it is Python."""
    blocks = [block for block in _FENCE.findall(text) if block.strip()]
    defined = [block for block in blocks if _DEFINITION.search(block)]
    if defined:
        return [_trimmed(block) for block in defined]
    start = _DEFINITION.search(text)
    if start is not None and not blocks:
        return [_trimmed(text[start.start() :])]
    return [_dedented(block) for block in blocks]


def _trimmed(source: str) -> str:
    """``source`` up to its first line that is no Python."""
    source = _dedented(source)
    for _ in range(20):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(source)
        except SyntaxError as error:
            line = (error.lineno or 1) - 1
            shorter = "\n".join(source.splitlines()[:line])
            if not _DEFINITION.search(shorter):
                return source
            source = shorter
        except (ValueError, RecursionError, MemoryError):
            return source
        else:
            return source
    return source


def _dedented(source: str) -> str:
    lines = source.strip("\n").splitlines()
    first = lines[0] if lines else ""
    margin = first[: len(first) - len(first.lstrip())]
    return "\n".join(line.removeprefix(margin) for line in lines)


def _lines(text: str) -> list[str]:
    lines = (_MARKS.sub("", line, count=1).strip() for line in text.splitlines())
    return [line for line in lines if line][:MOST_PIECES]
