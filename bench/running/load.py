"""From a target and settings to a method: ``package.module:Class`` or ``/path/file.py:Class``."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import typing
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from bench.basics import byvalue
from bench.running.neighbours import imports_beside, module_name


class LoadError(ImportError):
    """The class of a method cannot be had."""


def load_class(target: str) -> type[Any]:
    """The class that ``target`` names.

    Raises LoadError where the file or the class is not there; what the module itself raises
    while it is imported comes through as it is.
    """
    place, _, name = target.rpartition(":")
    if place.endswith(byvalue.SUFFIX):
        carried: type[Any] = byvalue.carried(Path(place))
        return carried
    module = load_file(Path(place)) if place.endswith(".py") else _load_module(place)
    try:
        found = getattr(module, name)
    except AttributeError:
        raise LoadError(f"{place} has no class '{name}'") from None
    if not isinstance(found, type):
        raise LoadError(f"'{name}' of {place} is no class but {found!r:.80}")
    return found


def colon_target(target: str) -> str:
    """``package.module.Class`` as ``package.module:Class``; what has a colon stays."""
    if ":" in target:
        return target
    module, _, name = target.rpartition(".")
    return f"{module}:{name}"


def build(target: str, settings: Mapping[str, Any]) -> Any:
    """An instance of the class ``target`` with ``settings``; JSON arrays become tuples where
    the field is declared a tuple."""
    cls = load_class(target)
    try:
        hints = typing.get_type_hints(cls)
    except Exception:
        hints = {}
    values = {name: _as_declared(value, hints.get(name)) for name, value in settings.items()}
    return cls(**values)


def _as_declared(value: Any, hint: Any) -> Any:
    declared = (hint, *typing.get_args(hint))
    if isinstance(value, list) and any(
        option is tuple or typing.get_origin(option) is tuple for option in declared
    ):
        return tuple(value)
    return value


def _load_module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(error.name + ".")):
            raise LoadError(f"there is no module '{name}'") from None
        raise


_COMPILED: dict[str, CodeType] = {}


def compile_file(path: Path) -> None:
    """Have the file's code ready for when it is loaded, without running it.

    Raises OSError, SyntaxError or ValueError where it cannot be compiled.
    """
    place = str(path.resolve())
    _COMPILED[place] = compile(path.read_bytes(), place, "exec", dont_inherit=True)


class _FileLoader(SourceFileLoader):
    """Takes the code that is ready, where there is some."""

    def get_code(self, fullname: str) -> CodeType | None:
        return _COMPILED.get(self.path) or super().get_code(fullname)


def load_file(path: Path) -> ModuleType:
    """The module in the file at ``path``, imported once; raises LoadError where there is none."""
    path = path.resolve()
    if not path.is_file():
        raise LoadError(f"there is no file '{path}'")
    name = module_name(path)
    if name in sys.modules:
        return sys.modules[name]
    loader = _FileLoader(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None:
        raise LoadError(f"'{path}' is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # before it runs: dataclasses and pickle look themselves up
    try:
        with imports_beside([path]):
            loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
