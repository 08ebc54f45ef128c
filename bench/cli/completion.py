"""What a shell offers behind ``rediscover``: verbs, options, folders, names and settings."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

SHELLS = ("bash", "zsh", "fish")
_ASKED = "_ARGCOMPLETE"
"""The variable that the code in a shell sets when Tab is pressed."""


def asked() -> bool:
    """Whether a shell asks for completions, and for nothing else."""
    return _ASKED in os.environ


def complete(parser: argparse.ArgumentParser, verbs: Mapping[str, argparse.ArgumentParser]) -> None:
    """Answer the shell and end the process."""
    import argcomplete

    for verb in verbs.values():
        if verb.get_default("takes_overrides"):
            _completed(verb.add_argument("settings", nargs="*"), _settings)
        for action in verb._actions:
            if action.dest in _NAMES:
                _completed(action, _NAMES[action.dest])
    argcomplete.autocomplete(parser, append_space=False)


def code_for(shell: str) -> str:
    """What the shell has to read once to offer completions."""
    from argcomplete.shell_integration import shellcode

    return shellcode(["rediscover"], shell=shell)


def _completed(action: argparse.Action, completer: Any) -> None:
    action.completer = completer  # type: ignore[attr-defined]  # argcomplete looks for it there


def _folders(prefix: str, **_: Any) -> list[str]:
    """Results folders, by their plans; and whatever else lies at ``prefix``."""
    found = {str(path.parent) for path in Path("results").glob("*/plan.jsonl")}
    return _starting([*found, *_paths(prefix)], prefix)


def _problems(prefix: str, **_: Any) -> list[str]:
    return [*_starting(_datasets(), prefix), *_folders(prefix)]


def _one_method(prefix: str, **_: Any) -> list[str]:
    return _starting([*_methods(), *_paths(prefix)], prefix)


def _one_dataset(prefix: str, **_: Any) -> list[str]:
    return _starting([*_datasets(), *_paths(prefix)], prefix)


def _settings(prefix: str, **_: Any) -> list[str]:
    """``KEY=`` and, behind it, what there is to choose from; lists are completed in their midst."""
    key, equals, value = prefix.partition("=")
    if not equals:
        return _starting(_keys(), prefix)
    names = _GROUPS.get(key.lstrip("+"))
    if names is None:
        return []
    cut = max(value.rfind("["), value.rfind(",")) + 1
    start, begun = value[:cut], value[cut:]
    offered = [*names(), *(_paths(begun) if key in _FILES_TOO else ())]
    return [f"{key}={start}{name}" for name in _starting(offered, begun)]


def _keys() -> list[str]:
    """Every setting of the configuration, and the groups that files choose from."""
    from bench.basics.paths import CONF
    from bench.basics.plain_yaml import plain_yaml

    config = plain_yaml((CONF / "config.yaml").read_text(encoding="utf-8"))
    budget = plain_yaml((CONF / "budget" / "quick.yaml").read_text(encoding="utf-8"))
    found = [key for key in config if key not in ("defaults", "hydra", "dataset")]
    found += [f"dataset.{key}" for key in config["dataset"]]
    found += [f"budget.{key}" for key in budget]
    return [f"{key}=" for key in sorted({*found, *_GROUPS} - {"preset"})] + ["+preset="]


def _group(name: str) -> Any:
    from bench.basics.paths import CONF

    return lambda: sorted(path.stem for path in (CONF / name).glob("*.yaml"))


def _methods() -> list[str]:
    from bench.cli.named import all_methods

    return sorted(all_methods())


def _datasets() -> list[str]:
    from bench.problems import dataset_names

    return dataset_names()


_GROUPS = {
    "method": _methods,
    "dataset": _datasets,
    **{name: _group(name) for name in ("budget", "executor", "network", "preset")},
}
_FILES_TOO = ("method", "dataset")
_NAMES = {
    **dict.fromkeys(("folder", "folders", "path", "old", "new", "origin"), _folders),
    "name": _problems, "method": _one_method, "on": _one_dataset,
}  # fmt: skip


def _paths(prefix: str) -> list[str]:
    """Files and folders that begin with ``prefix``, folders with a slash."""
    head = prefix.rpartition("/")[0]
    folder = Path(f"{head}/" if prefix.startswith("/") and not head else head or ".")
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    start = prefix[: len(prefix) - len(prefix.rpartition("/")[2])]
    return [f"{start}{one.name}{'/' * one.is_dir()}" for one in entries if one.name[0] != "."]


def _starting(names: Iterable[str], prefix: str) -> list[str]:
    return [name for name in names if name.startswith(prefix)]
