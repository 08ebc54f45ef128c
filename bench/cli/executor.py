"""The executor that the configuration names: one that ships, or somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.basics.paths import CONF
from bench.cli import UserError

if TYPE_CHECKING:
    from bench.running.executors import Executor

_OWN = "own"
"""The name in Hydra's group of an executor that is given by its class."""


def make_executor(config: Mapping[str, Any]) -> Executor:
    """The executor of the class ``config["_target_"]``, its settings checked by type.

    Raises UserError where the class cannot be had, is none, or refuses its settings.
    """
    from bench.basics.settings import SettingsError, checked_settings

    settings = dict(config)
    cls = _executor_class(str(settings.pop("_target_", "")))
    try:
        executor: Executor = cls(**checked_settings(cls, settings).values)
    except SettingsError as error:
        raise UserError(f"executor: {error}") from None
    except (TypeError, ValueError, ImportError) as error:
        raise UserError(str(error)) from None
    return executor


def register_executor(override: str) -> str:
    """Make the executor that ``override`` chooses known to Hydra; returns the override to use.

    ``executor=NAME`` may name one of an installed package; ``executor._target_=package.module.C``
    gives the class itself.
    """
    key, _, value = override.partition("=")
    if key == "executor._target_":
        _store(_OWN, value)
        return f"executor={_OWN}"
    if key == "executor":
        for name in value.split(","):  # a sweep has several
            _find(name.strip())
    return override


def _find(name: str) -> None:
    from bench.basics.extension import ExtensionError, offered

    shipped = [path.stem for path in sorted((CONF / "executor").glob("*.yaml"))]
    try:
        points = offered("executors", shipped)
    except ExtensionError as error:
        raise UserError(str(error)) from None
    if name in shipped:
        return
    if name not in points:
        known = " or ".join([*shipped, *sorted(points)])
        raise UserError(f"executor={name} not found; choose {known}")
    _store(name, points[name].value.replace(" ", ""))


def _store(name: str, target: str) -> None:
    """Put an executor and its default settings into Hydra's group."""
    from hydra.core.config_store import ConfigStore

    from bench.basics.settings import defaults_of, literal

    node = {"_target_": literal(target), **defaults_of(_executor_class(target))}
    ConfigStore.instance().store(name, node, group="executor", provider="rediscover")


def _executor_class(target: str) -> type[Any]:
    from bench.running.load import colon_target, load_class

    try:
        cls = load_class(colon_target(target))
    except Exception as error:
        raise UserError(
            f"executor._target_={target}: {type(error).__name__}: {error}".partition("\n")[0]
        ) from None
    if not callable(getattr(cls, "run", None)):
        raise UserError(f"executor._target_={target} has no function run(jobs, store, limits)")
    return cls
