"""Figures of three experiments, recomputed from the files alone by textbook formulas and SciPy."""

from __future__ import annotations

import itertools
import json
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from results_folders import Result, write

from bench.leaderboard import read_board
from bench.leaderboard.comparison import compare_methods
from bench.leaderboard.rows import read_rows

METHODS, PROBLEMS = "abcd", [f"p{k}" for k in range(12)]


def solved(method: str, problem: int, seed: int) -> bool:
    return {"a": True, "b": problem % 3 > 0, "c": (problem + seed) % 2 > 0, "d": False}[method]


EXPERIMENTS = {
    "one seed": (1, lambda method, problem, seed: True),
    "missing seeds": (3, lambda method, problem, seed: (method, seed) != ("b", 2) or problem > 5),
    "ties": (2, lambda method, problem, seed: True),
}


def folder(tmp_path: Path, name: str) -> Path:
    seeds, there = EXPERIMENTS[name]
    return write(tmp_path, [
        Result(m, p, seed=s, yes=solved("b" if name == "ties" else m, k, s),
               status="ok" if there(m, k, s) else "")
        for m in METHODS for k, p in enumerate(PROBLEMS) for s in range(seeds)
    ])  # fmt: skip


def by_hand(top: Path) -> dict[str, dict[tuple[str, int], float | None]]:
    """1 or 0 of each planned run of each method, None without a record: from JSON alone."""
    found: dict[str, dict[tuple[str, int], float | None]] = defaultdict(dict)
    for line in map(json.loads, (top / "plan.jsonl").read_text().splitlines()):
        if "seed" in line:
            found[line["method"]][line["problem"], line["seed"]] = None
    for path in (top / "scores").rglob("*.json"):
        method, _, problem = path.relative_to(top / "scores").parts[:3]
        seed = int(path.name.removeprefix("seed").partition("_")[0])
        value = json.loads(path.read_text())["card"]["values"]["symbolic_exact"]
        found[method][problem, seed] = float(value)
    return found


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_rates_count_what_is_missing_as_failed(tmp_path: Path, name: str) -> None:
    top = folder(tmp_path, name)
    runs, table = by_hand(top), read_board([top]).tables["table"].set_index("method")
    for method, values in runs.items():
        row = table.loc[method]
        filled = [value or 0.0 for value in values.values()]
        assert row["symbolic_exact"] == pytest.approx(sum(filled) / len(filled))
        assert row["missing"] == sum(value is None for value in values.values())
        low, high = row["symbolic_exact_low"], row["symbolic_exact_high"]
        problems = np.array([[values[key] or 0.0 for key in values if key[0] == p]
                             for p in PROBLEMS])  # fmt: skip
        if len(set(filled)) == 1:  # Wilson's, of 12 trials
            n, z2, share = len(PROBLEMS), 1.959963984540054**2, filled[0]
            half = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
            middle = (share + z2 / (2 * n)) / (1 + z2 / n)
            assert (low, high) == pytest.approx((max(0, middle - half), min(1, middle + half)))
        else:  # problems drawn, then runs within each
            rng = np.random.default_rng(7)
            drawn = problems[rng.integers(12, size=(4000, 12))]
            within = rng.integers(problems.shape[1], size=drawn.shape)
            means = np.take_along_axis(drawn, within, axis=2).mean(axis=(1, 2))
            assert (low, high) == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])), abs=0.06)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_pairs_and_ranks_are_those_of_the_textbooks(tmp_path: Path, name: str) -> None:
    from scipy import stats

    top = folder(tmp_path, name)
    # Nobody is at work: what has no record has failed, as in the table.
    runs = {m: {key: value or 0.0 for key, value in one.items()} for m, one in by_hand(top).items()}
    found = compare_methods(read_rows([top]).frame)
    plain = []
    for pair in found.pairs:
        off: dict[str, list[float]] = defaultdict(list)
        for key, value in runs[pair.first].items():
            off[key[0]].append(value - runs[pair.second][key])
        means = [sum(one) / len(one) for one in off.values()]
        moved = [one for one in means if abs(one) > 1e-9]
        if not moved:
            p = 1.0
        elif max(map(len, off.values())) == 1:  # McNemar's: a fair coin for each that differs
            fewer = min(sum(one > 0 for one in moved), sum(one < 0 for one in moved))
            tail = sum(math.comb(len(moved), k) for k in range(fewer + 1)) / 2 ** len(moved)
            p = min(1.0, 2 * tail)
        else:
            p = float(stats.wilcoxon(moved).pvalue)
        plain.append(p)
        assert pair.difference.p == pytest.approx(p)
        assert pair.difference.difference == pytest.approx(
            sum(map(sum, off.values())) / len(runs[pair.first])
        )
    order = sorted(range(len(plain)), key=plain.__getitem__)  # Holm's steps, one by one
    worst = 0.0
    for step, place in enumerate(order):
        worst = max(worst, min(1.0, plain[place] * (len(plain) - step)))
        assert found.pairs[place].p == pytest.approx(worst)
    shares = np.array([[np.mean([value for key, value in runs[m].items() if key[0] == p])
                        for m in found.methods] for p in PROBLEMS])  # fmt: skip
    ranked = np.array([[1 + sum(x > y for x in row) + sum(x == y for x in row) / 2 - 0.5
                        for y in row] for row in shares])  # fmt: skip
    assert found.ranks is not None and found.ranks.mean == pytest.approx(tuple(ranked.mean(axis=0)))
    assert found.ranks.critical == pytest.approx(2.569 * math.sqrt(4 * 5 / (6 * 12)), abs=1e-3)
    ties = sum(count**3 - count for row in shares for _, group in itertools.groupby(sorted(row))
               for count in [len(list(group))])  # fmt: skip
    spread = 12 * ((ranked.sum(axis=0) - 12 * 2.5) ** 2).sum() / (12 * 4 * 5)
    correction = 1 - ties / (12 * (4**3 - 4))
    p = float(stats.chi2.sf(spread / correction, 3)) if correction else 1.0
    assert found.ranks.p == pytest.approx(p)
