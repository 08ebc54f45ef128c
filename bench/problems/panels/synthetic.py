"""A market from a seed, with factors planted in its returns: whether they are found can be judged.

Prices have a common factor, betas and volatility that comes in clusters (GARCH(1, 1), Bollerslev
1986). The returns to foretell are made beside the prices: each day the standardised sum of the
planted factors and noise, which has a known share of the variance. All is arithmetic that every
processor rounds alike.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import numpy as np

from bench.expression.factors import Panel
from bench.expression.factors.windows import cross_zscore
from bench.problems import portable
from bench.problems.dataset import Dataset
from bench.problems.panels.data import Array, PanelData
from bench.problems.panels.problem import PanelProblem
from bench.problems.portable.normal import standard_normal

MARKET_FIELDS = ("open", "high", "low", "close", "volume", "vwap")
PLANTABLE = (
    "-ts_pct(close, 5)",
    "ts_mean(close, 10) / close",
    "ts_zscore(volume, 20)",
    "-ts_std(ts_pct(close, 1), 20)",
    "(close - low) / (high - low)",
    "-ts_corr(close, volume, 10)",
    "close / vwap",
    "ts_rank(volume, 10)",
    "-ts_pct(open, 20)",
    "(close - open) / open",
    "ts_max(high, 20) / close",
    "-ts_cov(cs_rank(close), cs_rank(volume), 5)",
)
"""What problems are made of: operators of exact arithmetic, from one step to three."""

_VERSION = "1"
_SHOWN = 0.6
_SHARE = 0.05
_PLANTED = 3
_CALM, _SHOCK, _MEMORY = 0.05, 0.10, 0.85
_DAILY = 0.01


def synthetic_market(
    seed: int = 0, size: int = 4, assets: int = 100, days: int = 500, share: float = _SHARE
) -> Dataset:
    """``size`` markets of ``assets`` and ``days``, each with three factors planted.

    ``share`` is the part of the returns' variance that they explain together, half of it by the
    first. Raises ValueError for what is no such number.
    """
    _check(size=(size, 0, 10_000), assets=(assets, 10, 10_000), days=(days, 100, 10_000))
    if not 0.0 < share <= 1.0:
        raise ValueError(f"share is {share!r}; it is a part of the variance, above 0, at most 1")
    plain = (assets, days, share) == (100, 500, _SHARE)
    words = [_VERSION, f"seed{seed}", *([] if plain else [f"{assets}x{days}", f"share{share:g}"])]
    version = "-".join(words)
    problems = tuple(
        PanelProblem(
            "synthetic_market", version, f"market-{k + 1}", MARKET_FIELDS,
            SyntheticMarket(assets, days, float(share)), _drawn(seed, k),
            meaning="a made market with three factors planted in its returns",
        )
        for k in range(size)
    )  # fmt: skip
    return Dataset(
        "synthetic_market", version, cast(Any, problems),
        "made markets with planted factors", "made from a seed", "MIT",
    )  # fmt: skip


def _check(**numbers: tuple[Any, int, int]) -> None:
    for name, (value, low, high) in numbers.items():
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not low <= value <= high:
            raise ValueError(f"{name} is {value!r}; it is a whole number, {low} to {high}")


def _drawn(seed: int, k: int) -> tuple[str, ...]:
    """Which factors the market numbered ``k`` has: none twice within four markets' worth."""
    start = int.from_bytes(hashlib.sha256(f"planted {seed} {k // 4}".encode()).digest()[:8], "big")
    order = list(PLANTABLE)
    for i in range(len(order) - 1, 0, -1):  # Fisher and Yates, by the digits of the seed
        start, j = divmod(start, i + 1)
        order[i], order[j] = order[j], order[i]
    first = _PLANTED * (k % 4)
    return tuple(order[first : first + _PLANTED])


@dataclass(frozen=True)
class SyntheticMarket:
    """See ``bench.problems.panels.problem.PanelSource``."""

    depends_on: ClassVar[tuple[str, ...]] = ()
    assets: int
    days: int
    share: float

    def data(self, problem: PanelProblem, seed: int) -> PanelData:
        draws = _Draws(f"{problem.version} {problem.name} {seed}", self.days, self.assets)
        fields = _fields(draws, _returns(draws))
        panel = Panel(fields)
        weights = [2.0 ** -(k + 1) for k in range(len(problem.laws))]
        signal = np.zeros((self.days, self.assets))
        for weight, law in zip(weights, problem.laws, strict=True):
            signal += np.sqrt(weight) * np.nan_to_num(cross_zscore(panel.value(law)))
        signal = np.nan_to_num(cross_zscore(signal))
        noise = draws.table("noise")
        mixed = np.sqrt(self.share) * signal + np.sqrt(1.0 - self.share) * noise
        return PanelData(fields, _DAILY * mixed, int(_SHOWN * self.days))


class _Draws:
    """Standard normal numbers by what they are for."""

    def __init__(self, name: str, days: int, assets: int) -> None:
        self._name, self.days, self.assets = name, days, assets

    def table(self, what: str) -> Array:
        return self._numbers(what, self.days * self.assets).reshape(self.days, self.assets)

    def row(self, what: str) -> Array:
        return self._numbers(what, self.assets)

    def column(self, what: str) -> Array:
        return self._numbers(what, self.days)

    def _numbers(self, what: str, count: int) -> Array:
        digest = hashlib.sha256(f"{self._name} {what}".encode()).digest()
        return standard_normal(count, int.from_bytes(digest[:16], "big"))


def _returns(draws: _Draws) -> Array:
    """Daily returns: beta times the market's, and each asset's own; -50 % at the least."""
    market = _clustered(draws.column("market")[:, None])
    own = _clustered(draws.table("own"))
    beta = 1.0 + 0.3 * draws.row("beta")
    size = 0.5 + 0.5 * np.abs(draws.row("size"))
    return np.maximum(_DAILY * (beta * market + 1.5 * size * own), -0.5)


def _clustered(shocks: Array) -> Array:
    """Shocks whose size remembers that of the day before: GARCH(1, 1) of variance 1."""
    variance = np.ones(shocks.shape[1])
    found = np.empty_like(shocks)
    for day, shock in enumerate(shocks):
        found[day] = np.sqrt(variance) * shock
        variance = _CALM + _SHOCK * found[day] * found[day] + _MEMORY * variance
    return found


def _fields(draws: _Draws, returns: Array) -> dict[str, Array]:
    start = 20.0 + 5.0 * np.abs(draws.row("price"))
    close = start * np.multiply.accumulate(1.0 + returns, axis=0)
    before = np.vstack([start, close[:-1]])
    opened = before * (1.0 + 0.2 * _DAILY * draws.table("gap"))
    high = np.maximum(opened, close) * (1.0 + 0.5 * _DAILY * np.abs(draws.table("high")))
    low = np.minimum(opened, close) * (
        1.0 - 0.4 * _DAILY * np.minimum(np.abs(draws.table("low")), 50)
    )
    inside = np.abs(draws.table("vwap")) / (1.0 + np.abs(draws.table("vwap")))
    busy = 0.4 * _remembered(draws.table("volume")) + 10.0 * np.abs(returns)
    volume = 1e5 * (1.0 + np.abs(draws.row("traded"))) * portable.exp(np.minimum(busy, 5.0))
    vwap = low + inside * (high - low)
    return {
        "open": opened,
        "high": high,
        "low": low,
        "close": close,
        "volume": volume,
        "vwap": vwap,
    }


def _remembered(shocks: Array) -> Array:
    """Each day eight tenths of the day before, and a shock."""
    found = np.empty_like(shocks)
    level = np.zeros(shocks.shape[1])
    for day, shock in enumerate(shocks):
        level = 0.8 * level + 0.6 * shock
        found[day] = level
    return found
