"""What it has cost to choose the settings of a line: the configurations of folders say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.leaderboard.columns import TUNING
from bench.running.results.plain import number
from bench.running.results.run import Setup
from bench.running.results.store import Store

if TYPE_CHECKING:
    import pandas as pd


def with_tuning(
    rows: pd.DataFrame, stores: Iterable[Store], setups: Mapping[str, Setup]
) -> pd.DataFrame:
    """``rows`` with the CPU seconds by which the settings of their methods were chosen.

    nan where nobody chose, and where the settings are others than those that were chosen.
    """
    found: dict[tuple[str, str], float] = {}
    for store in stores:
        tuned = store.config().get("tuned")
        for label, spent in tuned.items() if isinstance(tuned, Mapping) else ():
            for digest, setup in setups.items():
                seconds = _spent(str(label), spent, setup)
                if seconds is not None:
                    found[str(label), digest] = seconds
    keys = zip(rows["method"], rows["setup"], strict=True) if found else ()
    costs = [found.get(key, np.nan) for key in keys] or np.nan
    return rows.assign(**{TUNING: costs})


def _spent(label: str, spent: Any, setup: Setup) -> float | None:
    """The CPU seconds of a choice, where ``setup`` has the settings that were chosen."""
    if not isinstance(spent, Mapping) or not isinstance(spent.get("chosen"), Mapping):
        return None
    for key, value in spent["chosen"].items():
        name = str(key).removeprefix(f"method.{label}.")
        if _value(setup.settings, name.split(".")) != value:
            return None
    return number(spent.get("cpu_seconds"))


def _value(settings: Any, keys: list[str]) -> Any:
    for key in keys:
        settings = settings.get(key) if isinstance(settings, Mapping) else None
    return settings
