"""Plugins: from configuration files, entry points and plain files to methods.

Three ways in, all listed by ``find_methods``:

* built-in: one file in ``conf/method/``;
* an installed package: an entry point of the group ``rediscover.methods``, as in
  ``my_method = "my_package.module:MyMethod"``;
* a plain Python file, given by its path: its one class with ``discover``, or what another
  benchmark's contract asks for (``bench.adapters``).

Listing imports none of them. Hydra is imported by the functions that need it.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from bench.basics import byvalue
from bench.basics.extension import ExtensionError, offered, package_of
from bench.basics.paths import CONF
from bench.basics.plain_yaml import plain_yaml
from bench.basics.settings import SettingsError, check_no_secrets, literal
from bench.basics.srbench_clone import REGRESSOR
from bench.kinds import kind_names
from bench.methodfile import MethodFileError, method_in_file
from bench.running.inspecting.describe import DescribeError, Description, describe
from bench.running.load import colon_target
from bench.running.neighbours import code_file, source_of_method
from bench.running.results.run import MethodSpec

RESERVED = ("_target_", "worker")
"""Keys of a method's configuration that are no settings of its class."""
_CLASS_IN_FILE = re.compile(r"(\S+\.py):[^\W\d]\w*")


_ADAPTERS = {
    "srbench": "bench.adapters.srbench:SRBench",
    "llmsrbench": "bench.adapters.llmsrbench.method:LLMSRBench",
}
"""By the contract of a file that is not ours: what runs it."""


class MethodError(ValueError):
    """A method cannot be had as asked for; the message says which, why, and what to do.

    ``imported`` is false where its class could not be imported.
    """

    def __init__(self, message: str, *, imported: bool = True) -> None:
        super().__init__(message)
        self.imported = imported


@dataclass(frozen=True)
class MethodEntry:
    """A method that can be run: its name, its class, and where it comes from.

    ``target`` is ``package.module:Class`` or ``/absolute/file.py:Class``; ``config`` holds what
    the configuration file says beside ``_target_`` (nothing, for entry points and plain files).
    """

    name: str
    target: str
    origin: str
    summary: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_builtin(self) -> bool:
        return self.origin.startswith("built-in")


def find_methods(paths: Iterable[str | Path] = ()) -> dict[str, MethodEntry]:
    """Every method by name: built-in ones, those of installed packages, and those at ``paths``.

    Raises MethodError where two have one name or a path holds no method.
    """
    found: dict[str, MethodEntry] = {}
    for entry in (*_builtin(), *_installed(), *map(entry_of_file, paths)):
        other = found.setdefault(entry.name, entry)
        if (other.target, other.origin) != (entry.target, entry.origin):
            raise MethodError(
                f"two methods are called '{entry.name}': {other.target} ({other.origin}) and "
                f"{entry.target} ({entry.origin}); rename one or uninstall its package"
            )
    return found


def find_method(name_or_path: str) -> MethodEntry:
    """The method called ``name_or_path``, or the one in the file there.

    Raises MethodError with the nearest names where there is none.
    """
    if is_path(name_or_path):
        entry = entry_of_file(name_or_path)
        return find_methods([name_or_path])[entry.name]
    known = find_methods()
    if name_or_path in known:
        return known[name_or_path]
    near = difflib.get_close_matches(name_or_path, known, 1)
    if Path(name_or_path, REGRESSOR).is_file():
        raise MethodError(f"there is no method '{name_or_path}'; the folder is './{name_or_path}'")
    hint = (
        f"; did you mean '{near[0]}'?" if near else "; a file is given by its path, ending in .py"
    )
    raise MethodError(f"method '{name_or_path}' not found{hint} (rediscover list methods)")


def is_path(name_or_path: str) -> bool:
    """Whether a method is asked for by file rather than by name."""
    place = name_or_path.rpartition(":")[0] or name_or_path
    return place.endswith(".py") or "/" in name_or_path or os.sep in name_or_path


def entry_of_file(path: str | Path) -> MethodEntry:
    """The method in a Python file, called by the file's stem; nothing of it is executed.

    ``path`` may name the class: ``my_method.py:MyMethod``. Raises MethodError where the file is
    not there, is no Python, or has no class with ``discover``, or several.
    """
    try:
        found = method_in_file(str(path))
    except MethodFileError as error:
        raise MethodError(str(error)) from None
    origin = f"file {found.path}"
    if adapter := _ADAPTERS.get(found.contract):
        config = {"file": str(found.path)}
        if found.contract == "llmsrbench":
            config["searcher"] = found.name
        ships = any(one.name == found.label for one in _builtin())
        label = f"{found.contract}_{found.label}" if ships else found.label
        return MethodEntry(label, adapter, origin, found.summary, config)
    return MethodEntry(found.label, found.target, origin, found.summary)


def register_methods(names_or_paths: Iterable[str]) -> list[str]:
    """Put methods that have no file in ``conf/method`` where Hydra finds them by name.

    Returns the names, in order, under which ``method=[...]`` composes them. Their classes are
    asked for the defaults of their settings. Raises MethodError.
    """
    wanted = list(names_or_paths)
    entries = [find_method(one) for one in wanted]
    find_methods(one for one in wanted if is_path(one))  # two files of one name
    for entry in entries:
        if not entry.is_builtin:
            _store(entry)
    return [entry.name for entry in entries]


def _store(entry: MethodEntry) -> None:
    from hydra.core.config_store import ConfigStore

    worker: dict[str, Any] = {
        "python": None, "start": "fork", "read": [], "write": [], "environment": [],
        "processes": False,
    }  # fmt: skip
    node = {"_target_": literal(entry.target), **default_settings(entry), "worker": worker}
    package = f"method.{entry.name}"
    ConfigStore.instance().store(
        name=entry.name, node=node, group="method", package=package, provider="rediscover"
    )


def default_settings(entry: MethodEntry) -> dict[str, Any]:
    """The settings of a method and their values where nothing is said; ``???`` for a must."""
    settings = describe_method(entry.name, entry.target).defaults
    return {**settings, **{key: value for key, value in entry.config.items() if key in settings}}


def describe_method(
    label: str,
    target: str,
    settings: Mapping[str, Any] | None = None,
    worker: Mapping[str, Any] | None = None,
) -> Description:
    """As ``describe``, of the method ``label``; raises MethodError."""
    try:
        return describe(target, settings, worker)
    except DescribeError as error:
        raise MethodError(f"method '{label}': {error}", imported=error.imported) from error


def spec_of(entry: MethodEntry, **settings: Any) -> MethodSpec:
    """The method as its configuration file has it, but for ``settings``; as ``method_spec``."""
    return method_spec(entry.name, {"_target_": entry.target, **entry.config, **settings})


def spec_of_object(method: object) -> MethodSpec:
    """A method given as a class, or as an object of a dataclass, whose fields are its settings.

    It is labelled by the name of its class. A class that workers cannot import (one of a script, a
    notebook, or inside a function) is carried to them by value. Raises MethodError.
    """
    cls = method if isinstance(method, type) else type(method)
    label = cls.__name__
    if not callable(getattr(cls, "discover", None)):
        raise MethodError(
            f"{method!r:.80} is no method: give a name, a path, or a class with discover(task)"
        )
    settings = _settings_of_object(label, method)
    if byvalue.is_importable(cls):
        return method_spec(label, {"_target_": f"{cls.__module__}:{cls.__name__}", **settings})
    try:
        place = byvalue.carry(cls)
    except byvalue.CarryError as error:
        raise MethodError(f"method '{label}': {error}") from error
    spec = method_spec(label, {"_target_": f"{place}:{label}", **settings})
    source = byvalue.source_of_carried(cls)
    return replace(spec, target=f"{cls.__module__}:{label}", source=source, carried=place)


def _settings_of_object(label: str, method: object) -> dict[str, Any]:
    if isinstance(method, type):
        return {}
    if is_dataclass(method):
        return {one.name: getattr(method, one.name) for one in fields(method) if one.init}
    if vars(method):
        raise MethodError(
            f"method '{label}': its settings ({', '.join(vars(method))}) cannot be told to a "
            "worker, as it is no dataclass; put @dataclass above its class"
        )
    return {}


def method_spec(label: str, config: Mapping[str, Any]) -> MethodSpec:
    """The method ``label`` as its configuration describes it, all settings checked by type.

    ``config`` holds ``_target_``, maybe ``worker``, and settings, as plain Python values. Where
    ``worker.python`` names another interpreter and the class cannot be imported by this one, the
    settings go unchecked, and it may be set to problems of any kind. The digest of the method's
    code is part of the method.

    Raises MethodError, naming the method, the setting, its value and its type.
    """
    if not isinstance(config.get("_target_"), str):
        raise MethodError(f"method '{label}': its configuration has no _target_ (module.Class)")
    target = colon_target(config["_target_"])
    worker = dict(config.get("worker") or {})
    settings = {key: value for key, value in config.items() if key not in RESERVED}
    try:
        check_no_secrets(settings)
    except SettingsError as error:
        raise MethodError(f"method '{label}': {error}") from None
    try:
        plain = {
            name: _absolute(value, f"method '{label}': {name}") for name, value in settings.items()
        }
        found = describe_method(label, target, plain, worker)
    except MethodError as error:
        if error.imported or not worker.get("python"):
            raise
        source, kinds = source_of_method(target, settings), tuple(kind_names())
        return MethodSpec(label, target, settings, source, worker=worker, kinds=kinds)
    source = source_of_method(target, found.settings)
    return MethodSpec(
        label, target, found.settings, source, found.requires, worker, kinds=found.kinds,
        asks_model=found.asks_model,
    )  # fmt: skip


def _absolute(setting: Any, what: str) -> Any:
    """A setting that names a file of code, or a class in one, by its whole path.

    Raises MethodError where ``what`` it is names a class, ``path.py:Class``, of no file.
    """
    path = code_file(setting) if isinstance(setting, str) else None
    if path is None:
        if isinstance(setting, str) and (named := _CLASS_IN_FILE.fullmatch(setting)):
            raise MethodError(f"{what} is '{setting}': there is no file '{named[1]}'")
        return setting
    name = setting.rpartition(":")[2] if not setting.endswith(".py") else ""
    return f"{path}:{name}" if name else str(path)


@cache
def _builtin() -> tuple[MethodEntry, ...]:
    return tuple(_read(path) for path in sorted((CONF / "method").glob("*.yaml")))


def _read(path: Path) -> MethodEntry:
    text = path.read_text(encoding="utf-8")
    config = plain_yaml(text)
    comments = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")]
    summary = next((line for line in comments if not line.startswith("@")), "")
    target = colon_target(config.pop("_target_"))
    return MethodEntry(path.stem, target, "built-in", summary, config)


def _installed() -> list[MethodEntry]:
    try:
        points = offered("methods").values()
    except ExtensionError as error:
        raise MethodError(str(error)) from None
    return [
        MethodEntry(point.name, point.value.replace(" ", ""), package_of(point)) for point in points
    ]
