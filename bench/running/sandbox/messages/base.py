"""What every message is, and how what it holds is checked."""

from __future__ import annotations

import reprlib
from typing import Any, Self, TypeAlias

from bench.running.results.plain import checked_text

Plain: TypeAlias = dict[str, Any]
Shape: TypeAlias = tuple[int, ...]


class MessageError(ValueError):
    """What came over a channel is no message; the text says why."""


class Message:
    """A message; where nothing else is said, its fields are what its JSON holds."""

    def to_json(self) -> Plain:
        """Plain JSON."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        """Inverse of ``to_json``; raises KeyError, TypeError or ValueError for another shape."""
        return cls(**plain)


def one_of(words: tuple[Any, ...], value: object) -> Any:
    """``value``; ValueError where it is none of ``words``."""
    if value not in words:
        raise ValueError(f"{reprlib.repr(value)} is none of {', '.join(words)}")
    return value


def strings(value: object) -> Any:
    """Text as it is, a list as a tuple of texts."""
    return tuple(map(checked_text, value)) if isinstance(value, list) else checked_text(value)


def versions(value: object) -> dict[str, str]:
    """Versions by package; at most 50, cut to 100 characters."""
    if not isinstance(value, dict):
        raise TypeError(f"{reprlib.repr(value)} is no table of versions")
    return {str(name)[:100]: str(version)[:100] for name, version in list(value.items())[:50]}
