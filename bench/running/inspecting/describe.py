"""What planning has to know of a method's class, asked of the class itself.

This process imports what ships with the harness, and what its own program has imported. All else
is imported by an inspector, behind walls.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.basics import byvalue
from bench.basics.settings import SettingsError, checked_settings, defaults_of, untyped_settings
from bench.running.inspecting.inspector import PATIENCE, InspectionError, ask
from bench.running.load import load_class
from bench.running.neighbours import code_files, imports_beside
from bench.running.results.plain import checked_text
from bench.running.sandbox.answer import printable
from bench.running.sandbox.raised import way_out


class DescribeError(ValueError):
    """A class cannot be had, is no method, or refuses its settings; the message says which.

    ``imported`` is false where its class could not be had at all.
    """

    def __init__(self, message: str, *, imported: bool = True) -> None:
        super().__init__(message)
        self.imported = imported


@dataclass(frozen=True, slots=True)
class Description:
    """What a method's class says of itself.

    ``defaults`` are its settings where nothing is said (``???`` for a must), ``settings`` the
    whole of those that were asked about as plain JSON, and ``untyped`` the names of those whose
    type cannot be checked. ``requires``, ``kinds`` and ``asks_model`` are as in ``bench.method``.
    """

    defaults: Mapping[str, Any]
    settings: Mapping[str, Any] = field(default_factory=dict)
    untyped: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("table",)
    asks_model: bool = False

    @classmethod
    def from_json(cls, plain: Any) -> Description:
        """Inverse of ``vars``; raises TypeError or ValueError for another shape."""
        defaults, settings = plain["defaults"], plain["settings"]
        if not (isinstance(defaults, dict) and isinstance(settings, dict)):
            raise TypeError("settings are no table")
        names = {name: tuple(map(checked_text, plain[name])) for name in _NAMES}
        return cls(defaults, settings, asks_model=plain["asks_model"] is True, **names)


_NAMES = ("untyped", "requires", "kinds")


def describe(
    target: str,
    settings: Mapping[str, Any] | None = None,
    worker: Mapping[str, Any] | None = None,
    seconds: float = PATIENCE,
) -> Description:
    """The class at ``target`` and, where ``settings`` are given, these checked by type and by it.

    What is not trusted is imported behind the walls that its ``worker`` has, in at most so many
    ``seconds``. Raises DescribeError.
    """
    if is_trusted(target):
        return describe_here(target, settings)
    question = {"ask": "describe", "target": target, "settings": settings}
    try:
        answer = ask(target, settings or {}, worker or {}, question, seconds)
        if "error" in answer:
            text, imported = printable(str(answer["error"])), answer["imported"] is True
            raise DescribeError(text, imported=imported)
        return Description.from_json(answer["description"])
    except InspectionError as error:
        raise DescribeError(f"importing {target} {error}", imported=False) from None
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, DescribeError):
            raise
        raise DescribeError(f"{target} says nonsense of itself: {error!r:.100}") from None


def is_trusted(target: str) -> bool:
    """Whether this process may import the class at ``target``: it is the harness's, or it is
    there already, as of a script or a notebook."""
    place = target.rpartition(":")[0]
    if place.endswith(byvalue.SUFFIX):
        return True
    return place.partition(".")[0] in ("bench", "methods") or place in sys.modules


def describe_here(target: str, settings: Mapping[str, Any] | None = None) -> Description:
    """As ``describe``, in this process."""
    with imports_beside(code_files(target, settings or {})):
        cls = _imported(target)
        try:
            return _description(cls, settings)
        except SettingsError as error:
            raise DescribeError(str(error)) from None
        except (TypeError, ValueError) as error:
            raise DescribeError(f"its settings were refused: {error}") from error


def _imported(target: str) -> type[Any]:
    try:
        cls = load_class(target)
    except MemoryError:
        raise
    except (Exception, SystemExit) as error:
        message = f"importing {target} failed with {type(error).__name__}: {error}"
        message += way_out(error) + _line(target.rpartition(":")[0], error)
        raise DescribeError(message, imported=False) from error
    if not callable(getattr(cls, "discover", None)):
        raise DescribeError(f"{target} has no function discover(task)", imported=False)
    return cls


def _line(place: str, error: BaseException) -> str:
    """Where in the file at ``place`` the import ended, in brackets; nothing of other modules'."""
    if isinstance(error, SyntaxError):  # which says so itself
        return ""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [one.lineno for one in frames if one.filename == str(Path(place).resolve())]
    return f" ({Path(place).name}, line {lines[-1]})" if lines else ""


def _description(cls: type[Any], settings: Mapping[str, Any] | None) -> Description:
    plain: Mapping[str, Any] = {}
    built: Any = cls
    if settings is not None:
        checked = checked_settings(cls, settings)
        built = cls(**checked.values)
        plain = checked.plain
    return Description(
        defaults=defaults_of(cls),
        settings=plain,
        untyped=tuple(untyped_settings(cls)),
        requires=_names_of(built, "requires", ()),
        kinds=_names_of(built, "kinds", ("table",)),
        asks_model=getattr(built, "asks_model", False) is True,
    )


def _names_of(method: Any, attribute: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """An attribute that is a tuple of names; DescribeError where it is something else."""
    value = getattr(method, attribute, default)
    if isinstance(value, property):  # what it is depends on the settings
        return default
    if isinstance(value, str) or not all(isinstance(one, str) for one in value):
        raise DescribeError(
            f"its class attribute {attribute} is {value!r}; "
            f"it is a tuple of names, such as {default or ('numpy',)}"
        )
    return tuple(value)
