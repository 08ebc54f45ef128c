"""Settings of a method, checked against the types of its dataclass by OmegaConf."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

_SECRETS = ("api_key", "token", "password", "secret")
_SECRET_ENDS = ("_key", "_secret")


class SettingsError(ValueError):
    """A setting is unknown, missing, or of the wrong type; the message names it and its type."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings as the class takes them, and as plain JSON."""

    values: dict[str, Any]
    plain: dict[str, Any]


def checked_settings(cls: type[Any], given: Mapping[str, Any]) -> Settings:
    """All settings of the dataclass ``cls``: its defaults, and ``given`` where it says so.

    Numbers and texts are converted where nothing is lost (1 and 1e6 are integers, 3 is a float, 3
    is a text, but 1e6 and true are none); everything else must be of the declared type. Declared
    may be bool, int, float, str, lists, tuples and dicts of these, ``Literal`` and ``X | None``.
    Raises SettingsError.
    """
    hints = _hints(cls)
    check_no_secrets(given)
    _check_names(cls, hints, given)
    plain = {name: _checked(name, hint, given, cls) for name, hint in hints.items()}
    values = {name: _as_declared(value, hints[name]) for name, value in plain.items()}
    return Settings(values, plain)


def defaults_of(cls: type[Any]) -> dict[str, Any]:
    """The settings of ``cls`` and their values where nothing is said; ``???`` for a must."""
    if not dataclasses.is_dataclass(cls):
        return {}
    names = [one.name for one in dataclasses.fields(cls) if one.init]
    return {name: _default(cls, name) if _has_default(cls, name) else "???" for name in names}


def check_no_secrets(given: object) -> None:
    """Refuse keys and passwords as settings: they would stand in every record.

    Raises SettingsError where one, however deep in ``given``, is called ``api_key``, ``token``,
    ``password``, ``secret`` or ends in ``_key`` or ``_secret``, in large letters or small, and
    holds a text; the text is not repeated.
    """
    if isinstance(given, list | tuple):
        for one in given:
            check_no_secrets(one)
    elif isinstance(given, Mapping):
        for name, value in given.items():
            if _is_secret(str(name).lower()) and any(texts_of(value)):
                raise SettingsError(
                    f"setting '{name}' is a text, and would be written into every record; put it "
                    "into an environment variable, name that in worker.environment, and read it "
                    "there"
                )
            check_no_secrets(value)


def _is_secret(name: str) -> bool:
    return name in _SECRETS or name.endswith(_SECRET_ENDS)


def untyped_settings(cls: type[Any]) -> list[str]:
    """Names of the parameters of ``cls`` whose type cannot be checked."""
    return [name for name, hint in _hints(cls).items() if _plain_type(hint) is Any]


def literal(text: str) -> str:
    """``text`` as a value that OmegaConf takes as it is: a ``${`` in it is no interpolation."""
    return re.sub(r"(\\*)\$\{", lambda match: match[1] * 2 + "\\${", text)


def _hints(cls: type[Any]) -> dict[str, Any]:
    """The declared type of each setting, in order."""
    if not dataclasses.is_dataclass(cls):
        return {}
    try:
        hints = typing.get_type_hints(cls)
    except Exception as error:
        raise SettingsError(f"the types of {cls.__name__} cannot be resolved: {error}") from None
    return {one.name: hints[one.name] for one in dataclasses.fields(cls) if one.init}


def _check_names(cls: type[Any], hints: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    for name in given:
        if name in hints:
            continue
        if not dataclasses.is_dataclass(cls):
            raise SettingsError(
                f"{cls.__name__} takes no settings as it is no dataclass; put @dataclass above it"
            )
        near = difflib.get_close_matches(str(name), hints, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(hints) or 'none'}"
        raise SettingsError(f"there is no setting '{name}'; {hint}")


def _checked(name: str, hint: Any, given: Mapping[str, Any], cls: type[Any]) -> Any:
    """The value of one setting as plain JSON."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    if name not in given and not _has_default(cls, name):
        raise SettingsError(f"setting '{name}' ({_spelled(hint)}) must be given")
    value = given[name] if name in given else _default(cls, name)
    if value == "???":
        raise SettingsError(f"setting '{name}' ({_spelled(hint)}) must be given")
    _refuse_rewritten(name, value, hint)
    try:
        schema = OmegaConf.structured(_schema(_plain_type(hint)))
        merged = OmegaConf.merge(schema, {"value": _integral(value, hint)})
        plain = typing.cast("dict[str, Any]", OmegaConf.to_container(merged, resolve=True))["value"]
    except OmegaConfBaseException:
        raise SettingsError(
            f"setting '{name}' is {value!r}, which is no {_spelled(hint)}"
        ) from None
    _check_choices(name, plain, hint)
    return plain


def _schema(declared: Any) -> type[Any]:
    """A dataclass of one ``value`` of a type: to make one takes longer than to check by it."""
    try:
        return _kept_schema(declared)
    except TypeError:  # a type that cannot be looked up
        return dataclasses.make_dataclass("Schema", [("value", declared)])


@functools.cache
def _kept_schema(declared: Any) -> type[Any]:
    return dataclasses.make_dataclass("Schema", [("value", declared)])


def _refuse_rewritten(name: str, value: Any, hint: Any) -> None:
    """A text without quotes that has been read as something else is not that text any more."""
    wanted = {hint, *typing.get_args(hint)} - {type(None), ...}
    given = value if isinstance(value, list) else [value]
    for one in given if wanted <= {str} or hint in (list[str], tuple[str, ...]) else ():
        if isinstance(one, bool | float):
            raise SettingsError(
                f"setting '{name}' is a text, and what is written is read as {one!r}; put it into "
                f"quotes that the shell leaves: '{name}=\"...\"'"
            )


def _has_default(cls: type[Any], name: str) -> bool:
    one = {field.name: field for field in dataclasses.fields(cls)}[name]
    return (one.default, one.default_factory) != (dataclasses.MISSING, dataclasses.MISSING)


def _default(cls: type[Any], name: str) -> Any:
    one = {field.name: field for field in dataclasses.fields(cls)}[name]
    if one.default is not dataclasses.MISSING:
        value: Any = one.default
    else:
        value = typing.cast(Any, one).default_factory()
    return list(value) if isinstance(value, tuple) else value


def _plain_type(hint: Any) -> Any:
    """``hint`` in the types that OmegaConf knows; Any where it knows none."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        kinds = {type(choice) for choice in arguments}
        return kinds.pop() if len(kinds) == 1 else Any
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(_plain_type(one) for one in arguments)]  # noqa: UP007
    if origin in (list, Sequence) or hint in (list, Sequence):
        return list[_plain_type(arguments[0]) if arguments else Any]  # type: ignore[misc]
    if origin is tuple or hint is tuple:
        same = len(set(arguments) - {...}) == 1
        return list[_plain_type(arguments[0]) if same else Any]  # type: ignore[misc]
    if origin in (dict, Mapping) or hint in (dict, Mapping):
        return dict[str, _plain_type(arguments[1]) if arguments else Any]  # type: ignore[misc]
    return hint if hint in (bool, int, float, str, type(None)) else Any


def _integral(value: Any, hint: Any) -> Any:
    """1e6 is how an integer is written on a command line."""
    takes_int = hint is int or int in typing.get_args(hint)
    takes_float = hint is float or float in typing.get_args(hint)
    if isinstance(value, float) and value.is_integer() and takes_int and not takes_float:
        return int(value)
    return value


def _check_choices(name: str, value: Any, hint: Any) -> None:
    options = [hint, *typing.get_args(hint)]
    choices = [
        c for one in options if typing.get_origin(one) is Literal for c in typing.get_args(one)
    ]
    if not choices or (value is None and type(None) in options):
        return
    for one in value if isinstance(value, list) else [value]:
        if one not in choices:
            known = ", ".join(map(str, choices))
            raise SettingsError(f"setting '{name}' is {one!r}; choose from {known}")


def _as_declared(value: Any, hint: Any) -> Any:
    options = [hint, *typing.get_args(hint)]
    wants_tuple = any(one is tuple or typing.get_origin(one) is tuple for one in options)
    return tuple(value) if wants_tuple and isinstance(value, list) else value


def _spelled(hint: Any) -> str:
    """``hint`` in words: ``int``, ``list of str``."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (list, tuple, Sequence):
        kinds = dict.fromkeys(_spelled(one) for one in arguments if one is not ...)
        return f"list of {' or '.join(kinds)}"
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_spelled(one) for one in arguments)
    if hint is type(None):
        return "null"
    return hint.__name__ if isinstance(hint, type) else str(hint).removeprefix("typing.")


def texts_of(value: Any) -> Iterator[str]:
    """All texts in a setting's value, however deep they lie."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts_of(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_of(one)
