"""Why a program is no expression, in words that help who wrote it to write another."""

from __future__ import annotations

import ast

from bench.expression.errors import shown

LONGEST_REASON = 300


class ProgramError(ValueError):
    """A program that cannot be read as one expression.

    ``line`` is the line of the source (0: the whole), ``reason`` the message without it.
    """

    def __init__(self, reason: str, line: int = 0) -> None:
        self.reason = reason = shown(reason, LONGEST_REASON)
        self.line = line
        super().__init__(f"line {line}: {reason}" if line else reason)

    def __reduce__(self) -> tuple[type[ProgramError], tuple[str, int]]:
        return type(self), (self.reason, self.line)


def refused(reason: str, node: ast.AST | None = None) -> ProgramError:
    """The refusal of what stands at ``node``."""
    return ProgramError(reason, getattr(node, "lineno", 0))
