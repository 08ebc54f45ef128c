"""Systems as tokens, and back: prefix words, a separator between rates, constants as floats.

PROSE's text (Liu, Zhang and Schaeffer 2023, arXiv:2309.16816): a constant is a mantissa of three
digits and an exponent. Small whole numbers are words, and a sign is an operator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from bench import Call, Expression, Number, Symbol, fold

MOST_STATES = 5
DIGITS = 3

_OPERATORS = {"add": 2, "sub": 2, "mul": 2, "div": 2, "pow": 2, "neg": 1, "sin": 1, "cos": 1}
_WHOLE = range(10)
_EXPONENTS = range(-10, 11)
_MANTISSAS = range(10 ** (DIGITS - 1), 10**DIGITS)

WORDS: tuple[str, ...] = (
    "<pad>", "<start>", "<end>", "|", "<constant>", *_OPERATORS,
    *(f"x{k}" for k in range(MOST_STATES)), *(str(n) for n in _WHOLE),
    *(f"E{n}" for n in _EXPONENTS), *(f"M{n}" for n in _MANTISSAS),
)  # fmt: skip
PAD, START, END, NEXT, MASKED = range(5)
SIZE = len(WORDS)

_TOKENS = {word: token for token, word in enumerate(WORDS)}

Tokens = tuple[int, ...]


class Untold(ValueError):
    """A system that the vocabulary has no words for."""


class Unreadable(ValueError):
    """Tokens that are no system."""


def written(rates: Mapping[str, Expression], names: Sequence[str]) -> Tokens:
    """The tokens of ``rates``, whose states are ``names``; other symbols are masked constants.

    Raises Untold for more states, other operators, and constants beyond the words.
    """
    if len(names) > MOST_STATES:
        raise Untold(f"there are {len(names)} states; at most {MOST_STATES} can be told")
    places = {name: _TOKENS[f"x{k}"] for k, name in enumerate(names)}
    tokens: list[int] = []
    for law in rates.values():
        tokens += [NEXT] if tokens else []
        words: list[int] = fold(law, partial(_leaf, places), _call)
        tokens += words
    return tuple(tokens)


def _leaf(places: Mapping[str, int], node: Expression) -> list[int]:
    if isinstance(node, Symbol):
        return [places.get(node.name, MASKED)]
    if isinstance(node, Number):
        return _number(node.value)
    raise Untold(f"there is no word for {node}")


def _call(node: Call, parts: list[list[int]]) -> list[int]:
    if node.op not in _OPERATORS:
        raise Untold(f"there is no word for the operator {node.op}")
    token = _TOKENS[node.op]
    first, *others = parts
    tokens = first if others else [token, *first]
    for part in others:
        tokens = [token, *tokens, *part]
    return tokens


def _number(value: int | float) -> list[int]:
    if isinstance(value, int) and value in _WHOLE:
        return [_TOKENS[str(value)]]
    if value < 0:
        return [_TOKENS["neg"], *_number(-value)]
    if value == 0:
        return [_TOKENS["0"]]
    mantissa, _, exponent = f"{value:.{DIGITS - 1}e}".partition("e")
    power = int(exponent) - (DIGITS - 1)
    if power not in _EXPONENTS:
        raise Untold(f"the constant {value:g} is beyond the exponents {_EXPONENTS}")
    return [_TOKENS[f"M{mantissa.replace('.', '')}"], _TOKENS[f"E{power}"]]


def system(tokens: Sequence[int], names: Sequence[str]) -> dict[str, Expression]:
    """The rates that ``tokens`` write, one for each of ``names``. Raises Unreadable."""
    texts: list[list[int]] = [[]]
    for token in tokens:
        texts.append([]) if token == NEXT else texts[-1].append(token)
    if len(texts) != len(names):
        raise Unreadable(f"{len(texts)} rates for {len(names)} states")
    return {name: _rate(text, names) for name, text in zip(names, texts, strict=True)}


def _rate(tokens: Sequence[int], names: Sequence[str]) -> Expression:
    """The tree of prefix words: read from the last, arguments wait on a stack."""
    stack: list[Expression] = []
    exponent: int | None = None
    for word in (WORDS[token] for token in reversed(tokens)):
        if exponent is not None:
            if not word.startswith("M"):
                raise Unreadable(f"an exponent without a mantissa, but {word}")
            stack.append(Number(float(f"{word[1:]}e{exponent}")))
            exponent = None
        elif word in _OPERATORS:
            stack.append(_applied(word, stack))
        elif word.startswith("E"):
            exponent = int(word[1:])
        else:
            stack.append(_word(word, names))
    if len(stack) != 1 or exponent is not None:
        raise Unreadable("the words are not one rate")
    return stack[0]


def _applied(op: str, stack: list[Expression]) -> Expression:
    if len(stack) < _OPERATORS[op]:
        raise Unreadable(f"{op} lacks an argument")
    return Call(op, tuple(stack.pop() for _ in range(_OPERATORS[op])))


def _word(word: str, names: Sequence[str]) -> Expression:
    if word.isdigit():
        return Number(int(word))
    if word.startswith("x") and int(word[1:]) < len(names):
        return Symbol(names[int(word[1:])])
    raise Unreadable(f"'{word}' stands for nothing here")
