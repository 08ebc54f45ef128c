"""Standing: which lines of a table may be ranked, with whom, and what to say before the numbers.

Lines are ranked together where they ran the same: the same problems in the same version, the same
data, seeds and levels of noise. Nobody is ranked while a run of the table is pending or waits for
its judge. A method without any record stands in no rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.basics.words import counted
from bench.leaderboard.columns import Column, measures
from bench.leaderboard.lines.solved import Solved

if TYPE_CHECKING:
    import pandas as pd

Ints = NDArray[np.int64]

_TRIAL = ["dataset", "version", "problem", "data_seed", "noise", "seed"]
_NAMED = 3
"""Methods that a note names; of more it says how many there are."""


@dataclass(frozen=True)
class Places:
    """For each line its ``group`` from 1 on, its ``rank`` (None: not ranked) and a ``remark``.

    ``notes`` are sentences about the whole table; there is none where every planned run is done,
    judged and ranked with all others.
    """

    group: list[int]
    rank: list[int | None]
    remark: list[str]
    notes: tuple[str, ...]


def stand(
    rows: pd.DataFrame,
    table: pd.DataFrame,
    keys: list[str],
    split: list[str],
) -> Places:
    """The standing of the lines of ``table``, which sums up ``rows`` by ``keys``.

    ``split`` are those of the keys whose values are different problems, seeds or noise.
    """
    slices = _codes(table, split)
    group = _groups(_trials(rows, table, keys), slices)
    known = _with_records(table)
    open_runs = int((rows["pending"] | rows["unscored"]).sum())
    ranked = known & (table["planned"] > table["no_data"]).to_numpy(bool) & (open_runs == 0)
    rank = _ranks(table, _ordering(rows), slices, group, ranked)
    notes = [
        *_partial(rows, open_runs),
        *_apart(table, slices, group, split),
        *_missing(rows, known, table),
        *_unknown(table, known),
    ]
    remark = _remarks(table, known)
    return Places(group.tolist(), rank, remark, tuple(notes))


def _codes(table: pd.DataFrame, names: Sequence[str]) -> Ints:
    """A number for each line: lines that have the same values of ``names`` have the same."""
    if not names:
        return np.zeros(len(table), dtype=np.int64)
    return np.asarray(table.groupby(list(names)).ngroup(), dtype=np.int64)


def _trials(rows: pd.DataFrame, table: pd.DataFrame, keys: list[str]) -> list[Ints]:
    """What each line of ``table`` ran: sorted numbers, one for each different trial."""
    asked = rows[rows["status"] != "no_data"]
    trial = np.asarray(asked.groupby(_TRIAL).ngroup(), dtype=np.int64)
    places: dict[Any, int] = {
        key: place for place, key in enumerate(table[keys].itertuples(index=False, name=None))
    }
    found: list[Ints] = [np.empty(0, dtype=np.int64) for _ in range(len(table))]
    for key, members in asked.groupby(keys).indices.items():
        found[places[key]] = np.unique(trial[members])
    return found


def _groups(trials: list[Ints], slices: Ints) -> Ints:
    """Numbers from 1 on within each slice, those who ran most first."""
    of_line = [
        (int(part), one.tobytes()) for part, one in zip(slices.tolist(), trials, strict=True)
    ]
    sizes: dict[tuple[int, bytes], int] = {}
    for key in of_line:
        sizes[key] = sizes.get(key, 0) + 1
    # The trials' bytes last: only so is the order that of the rows and not of the lines.
    order = sorted(sizes, key=lambda key: (key[0], -len(key[1]), -sizes[key], key[1]))
    number: dict[tuple[int, bytes], int] = {}
    last, count = -1, 0
    for key in order:
        count = count + 1 if key[0] == last else 1
        last = key[0]
        number[key] = count
    return np.array([number[key] for key in of_line], dtype=np.int64)


def _with_records(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Which lines are of methods that have some record, be it in another line."""
    names = ["method", "settings"]
    done = table.groupby(names)["done"].transform("sum")
    return np.asarray(done > 0, dtype=np.bool_)


def _ordering(rows: pd.DataFrame) -> list[Column]:
    """The metrics that lines are ordered by, the first one first; where none is, what is solved."""
    summed = measures(set(rows["kind"].unique()) - {""})
    ranked = sorted((one for one in summed if one.rank), key=lambda one: one.rank)
    solved = Solved.of(rows).name
    return ranked or [one for one in summed if one.name == solved]


def _ranks(
    table: pd.DataFrame,
    ordering: Sequence[Column],
    slices: Ints,
    group: Ints,
    ranked: NDArray[np.bool_],
) -> list[int | None]:
    """Places within slice and group; lines that are alike in all share the better one.

    A kind without a metric to order by ranks nobody.
    """
    if not ordering:
        return [None] * len(table)
    worth = np.array(
        [table[one.name] * (1.0 if one.rising else -1.0) for one in ordering], dtype=np.float64
    )
    worth = np.where(np.isnan(worth), np.inf, worth)
    order = np.lexsort([*worth[::-1], group, slices])
    rank: list[int | None] = [None] * len(table)
    before: tuple[int, int] | None = None
    place, last, shared = 0, None, 0
    for line in order.tolist():
        if not ranked[line]:
            continue
        where = (int(slices[line]), int(group[line]))
        if where != before:
            before, place, last = where, 0, None
        place += 1
        value = worth[:, line].tobytes()
        if value != last:
            last, shared = value, place
        rank[line] = shared
    return rank


def _partial(rows: pd.DataFrame, open_runs: int) -> list[str]:
    if not open_runs:
        return []
    pending = int(rows["pending"].sum())
    unscored = open_runs - pending
    parts = [f"{pending} pending"] * bool(pending)
    parts += [f"{unscored} to be judged (rediscover score)"] * bool(unscored)
    so_far = f"partial: {len(rows) - open_runs} of {len(rows)} runs"
    return [f"{so_far}, {', '.join(parts)}: nobody is ranked"]


def _apart(table: pd.DataFrame, slices: Ints, group: Ints, split: list[str]) -> list[str]:
    """That there are several groups, and who is in them."""
    if group.max(initial=1) == 1:
        return []
    if split:
        parts = len(set(slices[group > 1].tolist()))
        names = ", ".join(name.removeprefix("by ") for name in split)
        start = f"not all are ranked together: in {parts} of {len(set(slices.tolist()))} ({names})"
    else:
        said = [
            f"{_named(table['method'][group == number])} on "
            f"{counted(int(table['problems'][group == number].iloc[0]), 'problem')}"
            for number in range(1, min(int(group.max()), _NAMED) + 1)
        ]
        more = int(group.max()) - len(said)
        start = f"not ranked together: {'; '.join(said)}" + (f"; {more} more" if more else "")
    return [f"{start}: they ran other problems, seeds or noise (see group; rediscover compare)"]


def _missing(rows: pd.DataFrame, known: NDArray[np.bool_], table: pd.DataFrame) -> list[str]:
    lines = table[known & (table["missing"] > 0).to_numpy(bool)]
    if lines.empty:
        return []
    runs = counted(int(lines["missing"].sum()), "planned run")
    count = "counts as a failure" if runs.startswith("1 ") else "count as failures"
    return [f"{runs} of {_named(lines['method'])} without a record {count}"]


def _unknown(table: pd.DataFrame, known: NDArray[np.bool_]) -> list[str]:
    names = table["method"][~known]
    return [f"no record of {_named(names)}"] if len(names) else []


def _named(names: Sequence[str] | pd.Series[str]) -> str:
    different = sorted(set(names))
    if len(different) <= _NAMED:
        return ", ".join(different)
    return f"{', '.join(different[:_NAMED])} and {len(different) - _NAMED} more"


def _remarks(table: pd.DataFrame, known: NDArray[np.bool_]) -> list[str]:
    found = []
    needed = ["method", "planned", "pending", "unscored", "missing", "no_data"]
    lines = table[needed].to_dict(orient="records")
    for line, has in zip(lines, known.tolist(), strict=True):
        open_runs = line["pending"] + line["unscored"]
        if not has and not line["pending"]:
            found.append("no record")
        elif open_runs:
            found.append(f"partial: {line['planned'] - open_runs} of {line['planned']}")
        elif line["planned"] == line["no_data"]:
            found.append("no data")
        elif line["missing"]:
            found.append(f"{line['missing']} of {line['planned']} missing, counted as failures")
        else:
            found.append("")
    return found
