"""From overrides to a composed configuration, by Hydra.

Hydra composes from the files in ``conf/``. Methods and datasets that have none there (those of
installed packages, plain files, the shipped catalogues, a user's tables) are put into the same
groups before it starts, each under a name, and the overrides are rewritten to use these names.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench.cli import UserError
from bench.paths import CONF

SELECTION = ("limit", "only", "exclude")
"""What every dataset can be told, by ``datasets.NAME.limit=...``; null where it is not."""

_GROUPS = ("method", "dataset")


def with_configuration(
    overrides: list[str], task: Callable[[Any, Path], int], root: str = "config"
) -> int:
    """Compose the configuration of ``overrides`` and call ``task(config, folder)`` with it.

    ``root`` is the file in ``conf/`` that it begins with. With ``-m`` once for each job of the
    sweep. Returns the largest exit code. Raises UserError for what cannot be composed.
    """
    import hydra
    from hydra.core.hydra_config import HydraConfig

    codes: list[int] = []
    refused: list[UserError] = []

    def job(config: Any) -> None:
        folder = Path(HydraConfig.get().runtime.output_dir)
        try:
            codes.append(task(config, folder))
        except UserError as error:  # kept from Hydra, which would print about it
            refused.append(error)
        finally:
            _remove_if_empty(folder)  # Hydra makes it, whatever the task is

    rewritten = _register(overrides)
    os.environ["HYDRA_FULL_ERROR"] = "1"  # its errors come here, to be said in one line
    before, sys.argv = sys.argv, ["rediscover", *rewritten]
    try:
        hydra.main(version_base="1.3", config_path=str(CONF), config_name=root)(job)()
    except Exception as error:
        raise _explained(error) from error
    finally:
        sys.argv = before
    if refused:
        raise refused[0]
    return max(codes, default=0)


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _register(overrides: list[str]) -> list[str]:
    """Make every method and dataset that is named known to Hydra; returns the overrides to use."""
    from bench.problems.load import shipped_names

    for name in shipped_names():  # all: a preset may name them
        _store_dataset(name, name)
    register = {"method": _register_methods, "dataset": _register_datasets}
    rewritten = []
    for text in overrides:
        group = _group_of(text)
        if group is None:
            rewritten.append(text)
            continue
        parsed = _parse(text)
        names = register[group](_names(parsed.value()))
        rewritten.append(_written(parsed, text, names))
    return rewritten


def _group_of(text: str) -> str | None:
    """``method`` or ``dataset`` where the override chooses from that group, else None."""
    key = text.partition("=")[0].lstrip("+").partition("@")[0]
    return key if key in _GROUPS and "=" in text else None


def _parse(text: str) -> Any:
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import OverrideParseException

    try:
        return OverridesParser.create().parse_overrides([text])[0]
    except OverrideParseException:
        key, _, value = text.partition("=")
        raise UserError(
            f"cannot read {text!r}: put names with signs such as ~ ( ) = or blanks in quotes of "
            f"their own: '{key}=[\"{value.strip('[]')}\"]'"
        ) from None


def _names(value: Any) -> list[str]:
    """The names in an override's value: one, a list, or the choices of a sweep."""
    from hydra.core.override_parser.types import ChoiceSweep, QuotedString

    if isinstance(value, ChoiceSweep):
        return [name for one in value.list for name in _names(one)]
    if isinstance(value, list):
        return [name for one in value for name in _names(one)]
    return [value.text if isinstance(value, QuotedString) else str(value)]


def _written(parsed: Any, text: str, names: dict[str, str]) -> str:
    from hydra.core.override_parser.types import ChoiceSweep, QuotedString

    def write(value: Any) -> str:
        if isinstance(value, list):
            return f"[{','.join(write(one) for one in value)}]"
        return names[value.text if isinstance(value, QuotedString) else str(value)]

    key = text.partition("=")[0]
    value = parsed.value()
    if isinstance(value, ChoiceSweep):
        return f"{key}={','.join(write(one) for one in value.list)}"
    # One name is a list of one: `method=operon` would otherwise replace the list by a string.
    return f"{key}={write(value if isinstance(value, list) or '@' in key else [value])}"


def _register_methods(names: Iterable[str]) -> dict[str, str]:
    from bench.plugins import MethodError, register_methods

    wanted = list(dict.fromkeys(names))
    try:
        return dict(zip(wanted, register_methods(wanted), strict=True))
    except MethodError as error:
        raise UserError(str(error)) from None


def _register_datasets(names: Iterable[str]) -> dict[str, str]:
    from bench.problems import DatasetNotFound
    from bench.problems.load import find_dataset

    labels: dict[str, str] = {}
    own = {path.stem for path in (CONF / "dataset").glob("*.yaml")}
    for name in dict.fromkeys(names):
        try:
            found = name if name in own else find_dataset(name)
        except (DatasetNotFound, OSError) as error:  # the Hub's refusals are OSErrors too
            raise UserError(str(error)) from None
        label = _label(found) if isinstance(found, Path) else found
        if label in labels.values():
            raise UserError(f"two datasets are called '{label}'; rename the file '{name}'")
        labels[name] = label
        if label not in own:
            _store_dataset(label, str(found.absolute()) if isinstance(found, Path) else found)
    return labels


def _store_dataset(label: str, source: str) -> None:
    from hydra.core.config_store import ConfigStore

    from bench.problems import DatasetNotFound
    from bench.problems.load import options_of

    try:
        node = {"source": source, **dict.fromkeys((*SELECTION, *options_of(source)))}
    except DatasetNotFound as error:
        raise UserError(str(error)) from None
    ConfigStore.instance().store(
        label, node, group="dataset", package=f"datasets.{label}", provider="rediscover"
    )


def _label(path: Path) -> str:
    """The stem of a path, with what a configuration key cannot have replaced by ``_``."""
    stem = path.absolute().name.split(".")[0] or "data"
    return "".join(sign if sign.isalnum() else "_" for sign in stem)


def _explained(error: Exception) -> UserError:
    """One line for what Hydra has to say; what is none of its complaints is raised as it is."""
    from hydra.errors import HydraException, MissingConfigException, OverrideParseException
    from omegaconf.errors import OmegaConfBaseException

    if not isinstance(error, HydraException | OmegaConfBaseException):
        raise error
    if isinstance(error, MissingConfigException):
        name, options = str(error.missing_cfg_file), list(error.options or ())
        group, _, choice = name.rpartition("/")
        return UserError(f"{group}={choice} not found; choose {' or '.join(options)}")
    if isinstance(error, OverrideParseException):
        return UserError(
            f"cannot read '{error.override}': settings are KEY=VALUE, lists KEY=[A,B], and values "
            "with odd signs stand in quotes (rediscover run --help)"
        )
    cause = error.__cause__
    if isinstance(cause, OmegaConfBaseException) and cause.full_key and cause.parent_node:
        return UserError(_no_such_setting(str(cause.full_key), map(str, cause.parent_node)))
    text = str(error).partition("\n")[0].rstrip(".")
    if text.startswith("Ambiguous value"):
        text = f"{text.partition(chr(39))[2].rstrip(chr(39))}: a list stands in brackets, KEY=[A,B]"
    return UserError(f"{text} (rediscover run --help)")


def _no_such_setting(key: str, siblings: Iterable[str]) -> str:
    parent, _, name = key.rpartition(".")
    known = [one for one in siblings if one not in ("hydra", "_target_")]
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"there is {', '.join(known)}"
    return f"there is no setting '{key}'; {hint}" + (f" (in {parent})" if near and parent else "")
