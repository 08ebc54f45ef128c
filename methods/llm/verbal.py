"""What the words of ``vml``'s learner and optimiser say: numbers, descriptions, equations.

Of what is no number, or may be two, nothing is guessed. Nothing is executed.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence

from bench import Expression, ParseError, Variable, read

_MINUS = str.maketrans("\u2212\ufe63\uff0d", "---")
"""Signs that stand for a minus; a dash does not, as in a range."""
_OUTPUT = re.compile(
    r"output[^\w+.,\u2010-\u2015-]{0,16}([-+]?\.?\d(?:[eE][-+]|[\w.,])*)"
    r"(?P<on>[ \t]*(?:\*\*|[-+*/^=\u00d7\u00b7])[ \t]*\d)?",
    re.IGNORECASE,
)
"""What begins as a number behind ``Output:``, and whether it goes on as a calculation does."""
_OUTPUTS = re.compile(r"outputs\W", re.IGNORECASE)
_LIST = re.compile(r"\[[^\[\]]*\]")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_NEW = re.compile(r"new pattern descriptions\W*", re.IGNORECASE)
_EQUATION = re.compile(r"\b(?:y|f\([^()]*\)|output)\s*(?:=|\u2248)\s*", re.IGNORECASE)
_MOST_EQUATIONS = 20
"""Of a text that are tried, the last ones."""


def stated_number(answer: str) -> list[float] | None:
    """The number behind the last ``Output:`` that has one behind it.

    None where that is no finite number, or the beginning of a calculation.
    """
    found = list(_OUTPUT.finditer(answer.translate(_MINUS)))
    value = _number(found[-1][1]) if found and not found[-1]["on"] else None
    return None if value is None else [value]


def stated_numbers(answer: str, count: int) -> list[float] | None:
    """The list of ``count`` finite numbers behind the last ``Outputs:``, else the last one."""
    answer = answer.translate(_MINUS)
    behind = _OUTPUTS.split(answer)[1:][-1:]
    lists = _LIST.findall(behind[0]) if behind else []
    for text in (*lists, *reversed(_LIST.findall(answer))):
        values = _numbers(text)
        if values is not None and len(values) == count:
            return values
    return None


def new_descriptions(answer: str) -> str:
    """What stands behind the last ``New Pattern Descriptions:``; empty where nothing does."""
    return _NEW.split(answer)[-1].strip() if _NEW.search(answer) else ""


def stated_equations(text: str, variables: Sequence[Variable]) -> Iterator[Expression]:
    """The equations in ``text`` that read as expressions in ``variables``, the last first.

    They stand behind ``y =``, ``f(x) =`` or ``output =``; words behind them are left out. One in
    which a parameter has no value is none.
    """
    for found in list(_EQUATION.finditer(text))[: -_MOST_EQUATIONS - 1 : -1]:
        for side in _sides(text[found.end() :].partition("\n")[0]):
            try:
                reading = read(side, variables)
            except ParseError:
                continue
            if not reading.constants:
                yield reading.filled
                break


def _sides(line: str) -> Iterator[str]:
    """``line``, and shorter and shorter beginnings of it."""
    line = line.strip().strip("`*$").strip()
    yield line.rstrip(".,;:`*$ ")
    for mark in (". ", ", ", "; ", " where ", " with ", " for ", " (", " and ", "`", "$", "*."):
        if mark in line:
            yield line.partition(mark)[0].rstrip(".,;:`*$ ")


def _number(text: str) -> float | None:
    """The finite number that ``text`` is; commas may part thousands."""
    text = text.strip().rstrip(".,")
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    return value if math.isfinite(value) else None


def _numbers(text: str) -> list[float] | None:
    """The finite numbers of a JSON list; None where it holds something else."""
    try:
        listed = json.loads(text, parse_int=float)
    except ValueError:
        return None
    values = [_number(one) if isinstance(one, str) else one for one in listed]
    known = [one for one in values if type(one) is float and math.isfinite(one)]
    return known if len(known) == len(values) else None
