"""``read``: what people, language models and engines write, as one expression or a refusal.

Text in the strict grammar is parsed and nothing else. All other text is unwrapped, cut into lexemes
and laid out as tokens of the same grammar; each step that is taken is said in words. Nothing is
guessed: what has two readings is refused with both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bench.expression.errors import ParseError, shown
from bench.expression.names import Variables, spellings
from bench.expression.reading.around.body import Body
from bench.expression.reading.around.comments import without_words
from bench.expression.reading.around.wrappers import unwrapped
from bench.expression.reading.lenient.brackets import paired
from bench.expression.reading.lenient.layout import Layout
from bench.expression.reading.lenient.lexer import Lexeme, lexemes
from bench.expression.reading.lenient.naming import FREE_VECTORS, TOLD, Naming
from bench.expression.reading.notations import engines, lisp, prefix
from bench.expression.reading.parse import check_length, parse
from bench.expression.tree import Expression, Number, substitute

_SPELLED = {"^": "**"}
_MOST_STEPS = 20
_FILLING = 1.0625
_LONGEST_STEP = 200
_TOLD = re.compile(r"\b(?:I|E|div)\b")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was read as.

    ``steps`` say in words what was done to read it; there are none for the strict grammar.
    ``constants`` are the names in ``expression`` that stand for constants nobody gave a value: with
    any, the text is a template, which can be asked for its skeleton only.
    """

    text: str
    expression: Expression
    steps: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()

    @property
    def filled(self) -> Expression:
        """``expression`` with a decimal in the place of every constant without a value.

        The decimals differ, lest terms cancel; what is asked of the skeleton does not depend on
        them.
        """
        values = {name: Number(_FILLING + 0.125 * at) for at, name in enumerate(self.constants)}
        return substitute(self.expression, values) if values else self.expression

    @property
    def told(self) -> str:
        """``read_as`` where something was done to read the text, else nothing."""
        return self.read_as if self.steps else ""

    @property
    def read_as(self) -> str:
        """The expression in the strict grammar."""
        return str(self.expression)


def read(text: str, variables: Variables | None = None) -> Reading:
    """The one reading of ``text``; ``variables`` as for ``parse``.

    Raises ParseError where there is none, and TwoReadings, which is one, where there are two.
    """
    check_length(text)
    try:
        expression = parse(text, variables)
    except ParseError:
        return _read_leniently(text, variables)
    notes = _TOLD.findall(text)
    return Reading(text, expression, _notes(notes, variables) if notes else ())


def _notes(found: list[str], variables: Variables | None) -> tuple[str, ...]:
    """What to say of names in strict text that a reader might take for something else."""
    known = spellings(variables) or {}
    return tuple(TOLD[name] for name in dict.fromkeys(found) if name not in known)


def _read_leniently(text: str, variables: Variables | None) -> Reading:
    steps: dict[str, None] = {}

    def say(step: str) -> None:
        if len(steps) < _MOST_STEPS:
            steps[shown(step, _LONGEST_STEP)] = None

    naming = Naming(text, variables, say)
    whole = without_words(text, naming.known)
    if whole != text:
        say("a comment is left out")
    body = unwrapped(text, len(whole))
    for words in body.left_out:
        say(words)
    _take_arguments(body, naming)
    items = lexemes(text, body.start, body.end)
    _tell_signs(text, items, say)
    naming.square_calls = any(_calls_in_square_brackets(items, i) for i in range(len(items) - 1))
    if naming.square_calls:
        say("functions with square brackets are read as Mathematica's")
    if lisp.is_lisp(items):
        say("a list in Lisp's notation: the operators before their arguments")
        items = lisp.with_signs(text, items)
    items = _from_prefix(text, items, naming)
    tree = Layout(text, items, naming, paired(text, items)).tree()
    naming.check_variables(tree)
    if naming.latex or not steps:
        say("LaTeX" if naming.latex else "names in another spelling")
    return Reading(text, tree, tuple(steps), tuple(naming.free.values()))


def _take_arguments(body: Body, naming: Naming) -> None:
    """Give the arguments of ``lambda x: ...`` or ``f(x, y) = ...`` their meaning."""
    if naming.known is None:
        return
    label = Lexeme("name", body.label, body.start, body.start)
    if body.label and naming.variable(label) is not None:
        reason = f"'{body.label}' is a variable, not what is sought: write y = ..."
        raise ParseError(reason, body.text, 0)
    names, columns = body.arguments, naming.columns
    others = [name for name in names if naming.variable(Lexeme("name", name, 0, 0)) is None]
    if len(names) == 1:
        naming.vectors.update(others)
    if len(others) == len(names) == len(columns):
        naming.rename(dict(zip(names, columns, strict=True)))
    elif len(names) > 1 and not FREE_VECTORS.issuperset(others):
        reason = f"{', '.join(names)} are neither the variables nor as many"
        raise ParseError(reason, body.text, 0)


def _tell_signs(text: str, items: list[Lexeme], say: Callable[[str], None]) -> None:
    """Say what signs and numbers are another spelling of."""
    for item in items:
        written = text[item.start : item.end]
        if item.kind in ("sign", "number") and item.text not in (written, _SPELLED.get(written)):
            say(f"'{written}' is read as {item.text}")


def _calls_in_square_brackets(items: list[Lexeme], index: int) -> bool:
    """Whether a function is called there as in Mathematica."""
    name, opening = items[index], items[index + 1]
    if name.kind != "name" or opening.text != "[" or opening.spaced or not name.text[0].isupper():
        return False
    return engines.in_square_brackets(name.text) is not None


def _from_prefix(text: str, items: list[Lexeme], naming: Naming) -> list[Lexeme]:
    """A prefix sequence with its brackets written out; anything else as it is."""

    def arity(item: Lexeme) -> int:
        if naming.variable(item) is not None:
            return 0
        function = engines.find(item, text, naming.say)
        return 0 if function is None else function.least

    if not prefix.is_prefix(items, arity):
        return items
    bracketed = prefix.with_brackets(items, arity)
    if bracketed is None:
        return items
    naming.say("a prefix sequence: the operators' words before their arguments")
    return bracketed
