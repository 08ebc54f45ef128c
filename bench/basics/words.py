"""Words for numbers in what a person reads."""

from __future__ import annotations


def counted(count: int, thing: str, things: str | None = None) -> str:
    """``1 run``, ``2 runs``; ``things`` where it is not ``thing`` with an s."""
    return f"{count} {thing if count == 1 else things or thing + 's'}"
