"""Judging a template: an answer whose constants have names and no values, ``c[0]*x0 + c[1]``.

It is no law by any rule that asks for the constants. For its skeleton, constants are filled in to
begin with, which the judge then refits: values of the truth's own literals among them, since a
refit from afar may end elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

from bench.expression import Expression, Number, Reading, numbers, substitute
from bench.problems import Domain
from bench.scoring.equivalence import judge
from bench.scoring.equivalence.rules import RULES
from bench.scoring.equivalence.verdict import JudgeLimits, Verdict

SKELETON = "skeleton"
MOST_STARTS = 48
"""Sets of constants that are tried before the answer is no."""
_NONE = "a template has no constants: only its skeleton can be asked for"


def judge_template(
    reading: Reading, truth: Expression, domain: Domain, limits: JudgeLimits
) -> dict[str, Verdict]:
    """The verdict of each of the judge's rules on a template."""
    verdicts = {rule: Verdict("no", "template", _NONE) for rule in RULES}
    for filled in islice(_filled(reading, truth), MOST_STARTS):
        found = judge(filled, truth, domain, rules=(SKELETON,), limits=limits)[SKELETON]
        verdicts[SKELETON] = found
        if found.answer == "yes":
            break
    return verdicts


def _filled(reading: Reading, truth: Expression) -> Iterator[Expression]:
    """The template with decimals for its constants: generic ones, then those of the truth."""
    yield reading.filled
    values = [float(value) for value in dict.fromkeys((*numbers(truth), 1)) if value]
    for chosen in product(values, repeat=len(reading.constants)):
        pairs = zip(reading.constants, chosen, strict=True)
        yield substitute(reading.expression, {name: Number(value) for name, value in pairs})
