"""Running: from a plan to records, on one machine or many, whatever methods do.

The stub beside this file lists what there is; each name is imported when it is first used, as a
worker in a foreign interpreter needs few of them, and NumPy alone.
"""

from bench.basics.lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
