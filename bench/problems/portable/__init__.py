"""Elementary functions with the same bits on every machine.

NumPy's and the C library's exp, log, sin, pow differ in the last bit between versions and vector
units. Everything here is built from operations that IEEE 754 rounds exactly (+ - * / sqrt,
rounding to an integer, scaling by powers of two), with leading terms carried in two doubles, so
that results are the same bits everywhere and within 0.6 units in the last place of the true value
(1 unit where the result is subnormal).
"""

from bench.problems.portable.evaluate import evaluate_portably
from bench.problems.portable.exponential import cbrt, exp, exp10, log, log2, log10, power
from bench.problems.portable.hyperbolic import acosh, asinh, atanh, cosh, sinh, tanh
from bench.problems.portable.trigonometric import acos, asin, atan, atan2, cos, sin, tan

__all__ = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "cos",
    "cosh",
    "evaluate_portably",
    "exp",
    "exp10",
    "log",
    "log2",
    "log10",
    "power",
    "sin",
    "sinh",
    "tan",
    "tanh",
]
