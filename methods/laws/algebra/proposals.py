"""When which library is tried: small ones first, and deep ones on the variables that matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

from bench import Expression
from bench.expression.compiled.opcodes import VARIABLE
from methods.laws.algebra.atoms import Atoms, Library, Tokens, subtrees, with_constants
from methods.laws.algebra.linear import LinearProposals
from methods.laws.algebra.sums import DIGITS
from methods.mcts.discovery import Individual
from methods.mcts.language.grammar import make_grammar
from methods.mcts.language.tokens import Floats
from methods.refine import Refiner

_ROWS = 4
"""On fewer, up to scale and offset all expressions are alike, or nearly: a library has no end."""
_SMALL = 200
_TERMS = 2
_DEPTH = 8
"""Most tokens of an expression in a library."""
_LEADING = 5
"""The variables of so many of the best expressions are those that matter."""
_PIECES = 400
"""Most subtrees of what evolution found that a library is made of."""


class Proposals:
    """Proposals on the rows of ``refine``, out of libraries of up to ``size`` expressions.

    Those that are not exact have at most ``largest`` nodes and constants. A target is seen through
    ``outers``, operators that a library need not have; its noise has the deviation ``noise`` (n,),
    if any. ``seeds`` are, after the first, the library's expressions with constants put in.
    """

    def __init__(
        self,
        size: int,
        operators: Sequence[str],
        nesting: Sequence[str],
        largest: int,
        refine: Refiner,
        outers: Sequence[str],
        noise: Floats | None = None,
    ) -> None:
        enough = len(refine.y) >= _ROWS
        self._size = size if enough else 0
        self._operators, self._nesting, self._outers = operators, nesting, outers
        self._largest, self._refine, self._noise = largest, refine, noise
        self._columns = tuple(range(len(refine.names)))
        self._library = cache(self._made_library)
        self._tried: set[tuple[int, ...]] = set()
        self.seeds: list[Tokens] = []

    @property
    def noisy(self) -> bool:
        """Whether the target has noise."""
        return self._noise is not None

    def plain(self) -> Iterator[list[Expression]]:
        """What needs no library."""
        if self._size:
            yield from self._laws(self._columns).first()

    def linked(self, near: float) -> Iterator[list[Expression]]:
        """Functions with constants of their own, inside which no more than ``near`` is left."""
        if self._size:
            laws = self._laws(self._columns)
            yield from laws.products.through_links(near)
            yield from laws.through_links(near)

    def shortest(self) -> Iterator[list[Expression]]:
        """What needs no library, and before its slow part one and two terms out of the whole.

        Where there is noise nothing is exact, and short laws would wait for all that is slow.
        """
        if self._size:
            laws = self._laws(self._columns)
            yield from laws.quick()
            yield from laws.sums(self._library(self._columns, self._size), 0, _TERMS)
            if not self.noisy:
                yield from laws.slow()

    def products(self) -> Iterator[list[Expression]]:
        """Products out of a library: of powers, and so of few terms."""
        if self._size:
            laws = self._laws(self._columns)
            for size in sorted({min(_SMALL, self._size), self._size}):
                yield from laws.products.of(self._library(self._columns, size))

    def first(self) -> Iterator[list[Expression]]:
        """Before any search: a small library, and the whole."""
        yield from self.small()
        yield from self.whole()

    def small(self) -> Iterator[list[Expression]]:
        """What a small library has to do with."""
        if self._size:
            atoms = self._library(self._columns, min(_SMALL, self._size))
            yield from self._laws(self._columns).of(atoms)

    def whole(self) -> Iterator[list[Expression]]:
        """What the whole library has to do with, and the seeds that it holds."""
        if self._size:
            self._tried.add(self._columns)
        if self._size > _SMALL:
            atoms = self._library(self._columns, self._size)
            self.seeds = [one for tokens in atoms.tokens for one in with_constants(tokens)]
            yield from self._laws(self._columns).of(atoms)

    def after(self, hall_of_fame: Sequence[Individual]) -> Iterator[list[Expression]]:
        """After an epoch: a deeper library on the variables that matter; sums of what it found."""
        if not self._size:
            return
        best = sorted(hall_of_fame, key=lambda one: one.error)
        tokens = set(chain.from_iterable(one.tokens for one in best[:_LEADING]))
        columns = tuple(sorted(token - VARIABLE for token in tokens if token >= VARIABLE))
        if columns and columns not in self._tried:
            self._tried.add(columns)
            laws = self._laws(columns)
            yield from laws.first()
            yield from laws.of(self._library(columns, self._size))
        refine = self._refine
        laws = self._laws(tuple(range(len(refine.names))))
        pieces = subtrees(best, refine.names, refine.X, _PIECES)
        yield from laws.sums(pieces, 0)
        yield from laws.products.of(pieces)
        yield from laws.sums(pieces, 1)

    def _laws(self, columns: tuple[int, ...]) -> LinearProposals:
        names = tuple(self._refine.names[j] for j in columns)
        X = self._refine.X[:, list(columns)]
        rounding, y = self._refine.rounding, self._refine.y
        level = 0.0 if rounding is None else rounding.level(self._refine.X, y)
        return LinearProposals(
            names, X, y, self._outers, self._largest, max(level, DIGITS), self._noise
        )

    def _made_library(self, columns: tuple[int, ...], size: int) -> Atoms:
        grammar = make_grammar(
            self._operators, len(columns),
            nesting=self._nesting, max_tokens=_DEPTH, max_constants=0, affine=False,
        )  # fmt: skip
        return Library(grammar, self._refine.X[:, list(columns)], size).atoms()
