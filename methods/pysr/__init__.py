"""PySR (Cranmer, 2023, arXiv:2305.01582): evolution of expressions in Julia."""

from methods.pysr.method import PySR

__all__ = ["PySR"]
