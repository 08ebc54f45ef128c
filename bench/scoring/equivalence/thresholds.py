"""The judge's thresholds, each with its meaning and the figure of the suite that moves with it.

``python -m benchmarks.judge`` prints the figures, for every way a pair is made.
"""

TOLERANCE = 1e-3
"""How far, relatively, a constant may be from the one that is meant (``JudgeLimits.tolerance``).

Higher: false yes of ``exact`` in "other constants". Lower: false no in "rounded", "closed form".
"""

THREE_DIGITS = 5e-3
"""The same for ``srbench_relative``: SRBench's three decimals, read relatively.

Half a unit in the third digit. Higher: false yes of the rule in "other constants".
"""

SHARE = 0.95
"""Share of the points at which values must be within the tolerance: the rest are zeros and poles.

Higher: false no in "rounded". Lower: false yes in "other constants".
"""

SCALE_QUANTILE = 0.1
"""Near zeros of the truth, distances are measured in this quantile of its size.

Higher: a term that matters only where the truth is small is missed, false yes in "dispensable".
Lower: false no in "rounded", at zero crossings.
"""

ZERO = 1e-9
"""A constant that shrinks to this part of itself becomes 0.

Lower: false no in "next to nothing".
"""

EXPONENT_SLACK = 0.05
"""How far a fitted exponent may be from the whole number or simple fraction that it stands for.

Higher: false yes of ``skeleton`` in "another exponent". Lower: false no in "next to nothing".
"""

DENOMINATORS = (1, 2, 3, 4)
"""Denominators of the simple fractions that are structure as an exponent of the law."""

LARGEST_WHOLE = 100
"""Up to here a decimal that is a whole number carries structure as an integer does: ``1.0``.

Higher: false no in "next to nothing". Lower: false yes in "dropped structure".
"""

IDENTICAL = 1e-9
"""Relative residual below which two are identical to all appearance, and nothing is refitted."""

NEAR = 1e-6
"""Relative residual below which a refit may be rounding: more digits then decide.

Higher: more pairs are worked out to many digits, which moves the times only.
"""

TRUSTED = 1e-7
"""Relative error up to which values of float64 are trusted; others are worked out by mpmath.

Higher: false no in "power multiplied out", "extreme on the way". Lower: the times.
"""

FAR = 0.05
"""Relative residual from which constants are also sought from afar. Lower: the times."""

MOST_CONSTANTS = 150
"""A prediction with more constants that matter is not refitted. Lower: undecided."""

LITERAL = 1e-12
"""How far, relatively, a float of the truth may be from the number that it stands for, at any rate.

``0.333333333333333`` is a third. More is allowed within the tolerance only.
"""

SLACK = 20
"""Digits that an identity may lack: what is smaller than 1e-30 of a value is nothing."""

PUBLISHED_ZERO = 1e-4
"""``srbench``: floats under it become 0. Published; not to be moved."""

PUBLISHED_DECIMALS = 3
"""``srbench``: decimals to which other floats are rounded. Published; not to be moved."""

SMALLEST_ASKED = 1e-3
"""``srbench`` is asked of laws whose constants are at least this; ``not applicable`` moves."""

LEAST_R2 = 0.5
"""R2 that ``srbench`` and ``srbench_relative`` ask for. Published; not to be moved."""
