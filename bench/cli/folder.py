"""Which folder the results of a command belong into."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bench.basics.paths import CONF, expanded
from bench.basics.plain_yaml import plain_yaml

RESULTS = Path("results")
"""Where experiments are; one that is an absolute path is there and not here."""
_QUICKSTART = "quickstart"
_MATRIX = ("method", "datasets", "dataset", "budget", "seeds", "noise", "disclosure")
"""The settings that say what is run."""
_LONGEST = 100


def folder_of(config: Any) -> Path:
    """The folder of the experiment that a configuration describes.

    That is the one its ``experiment`` names; without one, the quickstart's for what the
    quickstart runs, and for all else one named after the methods and the datasets.
    """
    if config.experiment is not None:
        return (RESULTS / expanded(str(config.experiment))).absolute()
    name = _QUICKSTART if _is_quickstart(config) else own_name(config.method, config.datasets)
    return (RESULTS / name).absolute()


def own_name(methods: Iterable[str], datasets: Iterable[str]) -> str:
    """``operon+gplearn-srsd_easy``; cut where it is long, and told apart by a digest then."""
    name = "-".join(filter(None, ["+".join(methods), "+".join(datasets)])) or _QUICKSTART
    if len(name.encode()) <= _LONGEST:
        return name
    cut = name.encode()[:_LONGEST].decode(errors="ignore")
    return f"{cut}~{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _is_quickstart(config: Any) -> bool:
    """Whether ``config`` runs what it would if nothing were said."""
    # To compose it takes a fifth of a command's start: only for a run of its methods.
    same = list(config.method) == _methods_of_quickstart()
    return same and _matrix(config) == _matrix_of_quickstart()


def _methods_of_quickstart() -> list[str]:
    defaults = plain_yaml((CONF / "config.yaml").read_text(encoding="utf-8"))["defaults"]
    chosen: list[str] = next(one["method"] for one in defaults if "method" in one)
    return chosen


@cache
def _matrix_of_quickstart() -> Mapping[str, Any]:
    from hydra import compose

    return _matrix(compose("config"))


def _matrix(config: Any) -> Mapping[str, Any]:
    from omegaconf import OmegaConf

    plain: Any = OmegaConf.to_container(config, resolve=False)
    return {key: plain.get(key) for key in _MATRIX}
