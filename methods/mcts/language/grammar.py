"""Which token may follow a prefix.

The grammar is the one place that knows what may be written: tree search draws its actions from
it, genetic search its random trees, and what genetic search splices together is read back by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.compiling import compiled
from bench.expression.compiled.opcodes import (
    ADD,
    DIV,
    LAST_BINARY,
    MUL,
    NEG,
    NUMBER,
    POW,
    SUB,
    VARIABLE,
)
from methods.mcts.language.tokens import INV, ONE, OPERATORS, Floats, Ints, arity
from methods.mcts.language.units import DIMENSIONS, fits_unit, required_unit

NESTING = (
    "sin in sin", "sin in cos", "cos in sin", "cos in cos", "exp in exp", "log in log",
    "exp directly in log", "log directly in exp",
)  # fmt: skip
"""What no law nests: the paper's rules, and their like for towers of exponentials."""

_ROOT = -1


class TokenGrammar(NamedTuple):
    """What may be written; ``actions`` are the tokens, and the other arrays are parallel to them.

    ``inside`` and ``directly`` hold a bit for every operator under which, at any depth or as its
    operand, the token is barred. With ``affine``, expressions are scaled to ``a + b*f``, and what
    only repeats a or b is barred. ``units`` (d + 1, 5) are the exponents of the variables and, in
    the last row, the target; without rows, units do not matter.
    """

    actions: Ints
    weights: Floats
    inside: Ints
    directly: Ints
    units: Floats
    max_tokens: int
    max_depth: int
    max_constants: int
    affine: bool


class Prefix(NamedTuple):
    """The beginning of an expression, and the nodes that are still to be filled.

    ``counts`` are its tokens, its open nodes and its constants; the rows of ``slots`` are the open
    nodes, the next one last: depth, operators above (bits), parent, and which operand it is.
    """

    tokens: Ints
    slots: Ints
    counts: Ints


def make_grammar(
    operators: Sequence[str],
    variables: int,
    *,
    nesting: Sequence[str] = NESTING,
    max_tokens: int = 20,
    max_depth: int = 8,
    max_constants: int = 4,
    affine: bool = True,
    units: NDArray[np.float64] | None = None,
) -> TokenGrammar:
    """The grammar of ``operators`` on so many variables; see ``TokenGrammar`` for the rest.

    Raises ValueError for an operator or a rule of nesting that is not known.
    """
    codes = [_code(name) for name in operators]
    leaves = [VARIABLE + j for j in range(variables)] + [ONE] + [NUMBER] * (max_constants > 0)
    actions = codes + leaves
    bars = _bars(nesting)
    share = 4.0 / variables if variables else 0.0
    weights = [1.0 if code <= LAST_BINARY else 0.5 for code in codes] + [share] * variables
    return TokenGrammar(
        np.array(actions, np.int64),
        np.array(weights + [0.4, 1.0][: len(actions) - len(weights)]),
        np.array([bars.get((code, False), 0) for code in actions], np.int64),
        np.array([bars.get((code, True), 0) for code in actions], np.int64),
        np.zeros((0, DIMENSIONS)) if units is None else np.asarray(units, dtype=np.float64),
        max_tokens,
        max_depth,
        max_constants,
        affine,
    )


def _code(name: str) -> int:
    if name not in OPERATORS:
        raise ValueError(f"there is no operator '{name}'; choose from {', '.join(OPERATORS)}")
    return OPERATORS[name]


def _bars(nesting: Sequence[str]) -> Mapping[tuple[int, bool], int]:
    """(token, whether as the operand only) -> bits of the operators under which it is barred."""
    bars: dict[tuple[int, bool], int] = {}
    for rule in nesting:
        match rule.split():
            case [inner, "in", outer]:
                directly = False
            case [inner, "directly", "in", outer]:
                directly = True
            case _:
                raise ValueError(
                    f"no rule of nesting: '{rule}'; write 'sin in cos' or 'exp directly in log'"
                )
        key = (_code(inner), directly)
        bars[key] = bars.get(key, 0) | 1 << _code(outer)
    return bars


def make_prefix(most: int) -> Prefix:
    """Room for a prefix of at most so many tokens."""
    return Prefix(
        np.zeros(most + 1, np.int64), np.zeros((most + 2, 4), np.int64), np.zeros(3, np.int64)
    )


@compiled
def begin(prefix: Prefix) -> None:
    """Empty the prefix: one node is open, the root."""
    prefix.counts[0], prefix.counts[1], prefix.counts[2] = 0, 1, 0
    slot = prefix.slots[0]
    slot[0], slot[1], slot[2], slot[3] = 0, 0, _ROOT, 0


@compiled
def advance(prefix: Prefix, token: int) -> None:
    """Write ``token`` into the next open node."""
    counts, slots = prefix.counts, prefix.slots
    prefix.tokens[counts[0]] = token
    top = counts[1] - 1
    depth, inside = slots[top, 0], slots[top, 1]
    operands = arity(token)
    for k in range(operands):
        slot = slots[top + k]
        slot[0], slot[1], slot[2], slot[3] = depth + 1, inside | 1 << token, token, operands - 1 - k
    counts[0] += 1
    counts[1] += operands - 1
    if token == NUMBER:
        counts[2] += 1


@compiled
def allowed(grammar: TokenGrammar, prefix: Prefix, limit: int, mask: NDArray[np.bool_]) -> int:
    """Fill ``mask`` with which actions may come next in at most ``limit`` tokens; how many may."""
    length, open_nodes, constants = prefix.counts[0], prefix.counts[1], prefix.counts[2]
    slot = prefix.slots[open_nodes - 1]
    depth, above, parent, second = slot[0], slot[1], slot[2], slot[3] == 1
    alone = False  # whether the operand before this one is a number
    if second and prefix.tokens[length - 2] == parent:
        alone = prefix.tokens[length - 1] == NUMBER or prefix.tokens[length - 1] == ONE
    number = not alone and constants < grammar.max_constants
    number = number and _number_may(grammar.affine, depth, parent, second)
    one = not alone and _one_may(grammar.affine, depth, parent, second)
    negative = parent != MUL and parent != NEG and not (parent == SUB and second)
    negative = negative and not (parent == _ROOT and grammar.affine)
    inverse = parent != INV and parent != DIV
    operands = min(2, limit - length - open_nodes) if depth < grammar.max_depth else 0
    actions, inside, directly = grammar.actions, grammar.inside, grammar.directly
    count = 0
    for action in range(len(actions)):
        token = actions[action]
        may = arity(token) <= operands and above & inside[action] == 0
        if parent != _ROOT:
            may = may and (directly[action] >> parent) & 1 == 0
        if token == NUMBER:
            may = may and number
        elif token == ONE:
            may = may and one
        elif token == NEG:
            may = may and negative
        elif token == INV:
            may = may and inverse
        mask[action] = may
        count += may
    return _of_right_unit(grammar, prefix, mask) if len(grammar.units) > 0 else count


@compiled
def _of_right_unit(grammar: TokenGrammar, prefix: Prefix, mask: NDArray[np.bool_]) -> int:
    """Bar what cannot have the unit that is needed; how many actions are left."""
    need = np.empty(DIMENSIONS)
    known = required_unit(prefix.tokens, prefix.counts[0], grammar.units, need)
    count = 0
    for action in range(len(mask)):
        if mask[action]:
            mask[action] = fits_unit(grammar.actions[action], known, need, grammar.units)
        count += mask[action]
    return count


@compiled
def _number_may(affine: bool, depth: int, parent: int, second: bool) -> bool:
    """A constant is an operand of a binary operator, and says what nothing else there says."""
    if parent == _ROOT or parent > LAST_BINARY or (second and (parent in (SUB, DIV))):
        return False
    return not (affine and depth == 1 and (parent in (ADD, SUB, MUL)))


@compiled
def _one_may(affine: bool, depth: int, parent: int, second: bool) -> bool:
    if parent in (_ROOT, MUL, POW) or parent > LAST_BINARY:
        return False
    return not (second and parent == DIV) and not (affine and depth == 1 and (parent in (ADD, SUB)))


@compiled
def draw(
    grammar: TokenGrammar, mask: NDArray[np.bool_], rng: np.random.Generator, count: int
) -> int:
    """One of the ``count`` actions of ``mask``, by the grammar's weights."""
    total = 0.0
    for action in range(len(mask)):
        if mask[action]:
            total += grammar.weights[action]
    u = rng.random() * total
    last = 0
    for action in range(len(mask)):
        if mask[action]:
            last = action
            u -= grammar.weights[action]
            if u < 0.0:
                break
    return last


@compiled
def complete(
    grammar: TokenGrammar,
    prefix: Prefix,
    rng: np.random.Generator,
    limit: int,
    mask: NDArray[np.bool_],
) -> bool:
    """Fill every open node at random in at most ``limit`` tokens; False at a dead end of units."""
    while prefix.counts[1] > 0:
        count = allowed(grammar, prefix, limit, mask)
        if count == 0:
            return False
        advance(prefix, grammar.actions[draw(grammar, mask, rng, count)])
    return True


@compiled
def valid(
    grammar: TokenGrammar, prefix: Prefix, tokens: Ints, length: int, mask: NDArray[np.bool_]
) -> bool:
    """Whether the grammar could have written ``tokens[:length]``."""
    begin(prefix)
    for i in range(length):
        if prefix.counts[1] == 0 or allowed(grammar, prefix, grammar.max_tokens, mask) == 0:
            return False
        known = False
        for action in range(len(mask)):
            known = known or (mask[action] and grammar.actions[action] == tokens[i])
        if not known:
            return False
        advance(prefix, tokens[i])
    return bool(prefix.counts[1] == 0)
