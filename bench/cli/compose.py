"""From overrides to a composed configuration, by Hydra.

Hydra composes from the files in ``conf/``. Methods and datasets that have none there (those of
installed packages, plain files, the shipped catalogues, a user's tables) are put into the same
groups before it starts, each under a name, and the overrides are rewritten to use these names.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench.cli import UserError
from bench.paths import CONF

_GROUPS = ("method", "dataset")


def with_configuration(overrides: list[str], task: Callable[[Any, Path], int]) -> int:
    """Compose the configuration of ``overrides`` and call ``task(config, folder)`` with it.

    With ``-m`` once for each job of the sweep. Returns the largest exit code. Raises UserError for
    what cannot be composed.
    """
    import hydra
    from hydra.core.hydra_config import HydraConfig

    codes: list[int] = []

    def job(config: Any) -> None:
        codes.append(task(config, Path(HydraConfig.get().runtime.output_dir)))

    rewritten = _register(overrides)
    os.environ["HYDRA_FULL_ERROR"] = "1"  # its errors come here, to be said in one line
    before, sys.argv = sys.argv, ["rediscover", *rewritten]
    try:
        hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")(job)()
    except UserError:
        raise
    except Exception as error:
        raise _explained(error) from error
    finally:
        sys.argv = before
    return max(codes, default=0)


def _register(overrides: list[str]) -> list[str]:
    """Make every method and dataset that is named known to Hydra; returns the overrides to use."""
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
    from hydra.core.config_store import ConfigStore

    from bench.problems import DatasetNotFound, dataset_names
    from bench.problems.load import find_dataset

    labels: dict[str, str] = {}
    shipped = {path.stem for path in (CONF / "dataset").glob("*.yaml")}
    for name in dict.fromkeys(names):
        if name in shipped:
            labels[name] = name
            continue
        try:
            find_dataset(name)
        except DatasetNotFound as error:
            raise UserError(str(error)) from None
        label = name if name in dataset_names() else _label(name)
        if label in labels.values():
            raise UserError(f"two datasets are called '{label}'; rename the file '{name}'")
        labels[name] = label
        source = name if name in dataset_names() else str(Path(name).expanduser().absolute())
        ConfigStore.instance().store(
            name=label, node={"source": source}, group="dataset",
            package=f"datasets.{label}", provider="rediscover",
        )  # fmt: skip
    return labels


def _label(path: str) -> str:
    """The stem of a path, with what a configuration key cannot have replaced by ``_``."""
    stem = Path(path).expanduser().name.split(".")[0] or "data"
    return "".join(sign if sign.isalnum() else "_" for sign in stem)


def _explained(error: Exception) -> UserError:
    """One line for what Hydra has to say."""
    from hydra.errors import ConfigCompositionException, HydraException
    from omegaconf.errors import OmegaConfBaseException

    known = (ConfigCompositionException, HydraException, OmegaConfBaseException)
    if not isinstance(error, known):
        raise error
    cause = error.__cause__ if isinstance(error.__cause__, known) else error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    if "Ambiguous value for argument" in text:
        text = f"{text.partition(':')[0]}: write a list in brackets, such as method=[operon,linear]"
    return UserError(f"{text}{_nearest(text)} (rediscover run --help)")


def _nearest(text: str) -> str:
    """A hint where the line says that a key is not there."""
    for word in text.replace("'", " ").split():
        near = difflib.get_close_matches(word.rpartition(".")[2], _KEYS, 1, cutoff=0.75)
        if near and near[0] != word.rpartition(".")[2]:
            return f"; did you mean '{near[0]}'?"
    return ""


_KEYS = (
    "method", "dataset", "datasets", "budget", "seeds", "noise", "executor", "scoring",
    "experiment", "disclosure", "seconds", "evaluations", "threads", "memory_mb", "grace",
    "workers", "limit", "only", "exclude", "seed", "tolerance", "prove",
)  # fmt: skip
