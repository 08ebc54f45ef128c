"""Whether a law is one of those that are published, constants and all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import permutations

import numpy as np

from bench.expression import Expression, Symbol, evaluate, parse, substitute, symbols
from bench.problems.problem import Domain, Problem
from bench.problems.sources.sampling import sample_domain
from bench.problems.sources.terms import spread

_ROWS = 40
_SAME = 1e-9
_ALL_ORDERS_UP_TO = 3


class Published:
    """The laws of problems whose truth is known."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self._laws: dict[int, list[Expression]] = defaultdict(list)
        for problem in problems:
            assert problem.truth is not None
            law = parse(problem.truth, problem.variables)
            self._laws[len(symbols(law))].append(law)

    def has(self, law: Expression, domain: Domain) -> bool:
        """Whether one of the laws has the values of ``law`` on the domain, whichever of up to
        three inputs is which; of more, in the order of their names."""
        names = sorted(symbols(law))
        columns = [variable.name for variable in domain.variables]
        X = sample_domain(domain, _ROWS, seed=0)
        with np.errstate(all="ignore"):
            wanted = evaluate(law, columns, X)
            near = _SAME * max(spread(wanted[np.isfinite(wanted)]), 1e-300)
            for other in self._laws[len(names)]:
                own = sorted(symbols(other))
                orders = permutations(names) if len(names) <= _ALL_ORDERS_UP_TO else [tuple(names)]
                for order in orders:
                    renamed = dict(zip(own, map(Symbol, order), strict=True))
                    values = evaluate(substitute(other, renamed), columns, X)
                    if np.allclose(values, wanted, rtol=_SAME, atol=near, equal_nan=True):
                        return True
        return False
