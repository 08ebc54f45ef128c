"""A template: an answer whose constants have names and no values, ``c[0]*x0 + c[1]``.

It is no law by any rule that asks for the constants. For its skeleton, constants are filled in to
begin with, which the judge then refits: values of the truth's own literals among them, since a
refit from afar may end elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

from bench.expression import Expression, Number, Reading, substitute
from bench.scoring.equivalence.forms.variants import values_of

MOST_STARTS = 48
"""Sets of constants that are tried before the answer is no."""
NO_CONSTANTS = "a template has no constants: only its skeleton can be asked for"


def filled(template: Reading, truth: Expression) -> Iterator[Expression]:
    """The template with decimals for its constants: generic ones, then those of the truth."""
    return islice(_filled(template, truth), MOST_STARTS)


def _filled(template: Reading, truth: Expression) -> Iterator[Expression]:
    yield template.filled
    values = dict.fromkeys((*values_of(truth), 1.0))
    for chosen in product(values, repeat=len(template.constants)):
        pairs = zip(template.constants, chosen, strict=True)
        yield substitute(template.expression, {name: Number(value) for name, value in pairs})
