"""Runs one by one: everything that is known of each, from its record and its scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.leaderboard.columns import SCHEMA
from bench.leaderboard.rows import RunRows
from bench.running.results.contents.holdings import Holdings
from bench.running.results.judging import read_score
from bench.running.results.record import Record, RecordError
from bench.running.results.store import Store, read_record

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.equivalence.verdict import Witness

Truths = Mapping[tuple[str, str], str | None]
"""The laws by dataset and problem, as text; None where one is not known."""


def run_row(holdings: Holdings, place: int, truths: Truths) -> dict[str, Any]:
    """Everything that is known of a planned run, by its position in the plan."""
    planned, found = holdings.runs[place], int(holdings.chosen[place])
    setup = holdings.runs.setup_of(planned)
    row = {
        "method": planned.method,
        "dataset": planned.dataset,
        "problem": planned.problem,
        "seed": planned.seed,
        "noise": planned.noise,
        "seconds": setup.seconds,
        "cpu_limit": setup.cpu_seconds,
        "settings": dict(setup.settings),
        "status": "",
        "message": "",
        "prediction": None,
        "truth": truths.get((planned.dataset, planned.problem)),
    }
    if found < 0:
        return row
    try:
        record = read_record(holdings.path(found))
    except (RecordError, FileNotFoundError):
        return row  # it has just been cleared away
    log = str(holdings.store.log_path(record.run.key))
    return {**row, **_of_record(record), "log": log, **_of_score(holdings.store, record)}


def _of_record(record: Record) -> dict[str, Any]:
    discovery, used = record.discovery, record.resources
    return {
        "disclosure": record.run.disclosure,
        "status": record.status,
        "message": record.message,
        "prediction": None if discovery is None else discovery.best.text,
        "wall_seconds": used.wall_seconds,
        "cpu_seconds": used.cpu_seconds,
        "memory_mb": used.peak_memory_mb,
        "starved": used.starved,
        "reports": len(record.reports),
    }


def _of_score(store: Store, record: Record) -> dict[str, Any]:
    judged = read_score(store, record.run.key)
    if judged is None or judged.run_digest != record.digest:
        return {}
    card = judged.card
    row: dict[str, Any] = dict(card.values)
    for rule in dict.fromkeys(rule for one in card.comparisons.values() for rule in one.verdicts):
        row[f"verdict_{rule}"] = card.answer_by(rule)
        row[f"reason_{rule}"] = card.reason_by(rule)
    verdicts = (verdict for one in card.comparisons.values() for verdict in one.verdicts.values())
    row["witness"] = next((_point(one.witness) for one in verdicts if one.witness), "")
    return row


def _point(witness: Witness) -> str:
    point = ", ".join(f"{name} = {value:.6g}" for name, value in witness.point.items())
    return f"{point}: prediction {witness.prediction}, truth {witness.truth}"


def run_table(read: RunRows, truths: Truths) -> pd.DataFrame:
    """A line for each run that the leaderboard counts, in the order of the plans.

    ``status`` is ``missing`` or ``pending`` where there is no record, ``settings`` the words that
    tell those of a method apart. ``attrs`` as of a leaderboard.
    """
    import pandas as pd

    lines = [run_row(holdings, place, truths) for holdings, place in read.places]
    frame = pd.DataFrame(lines)
    frame["settings"] = read.frame["settings"].to_numpy()
    for state in ("pending", "missing"):
        frame.loc[read.frame[state].to_numpy(), "status"] = state
    brief = [name for name in _BRIEF if name in frame and not _all_empty(frame[name])]
    kinds = sorted(set(read.frame["kind"].unique()) - {""})
    frame.attrs = {"schema": SCHEMA, "kinds": kinds, "notes": [], "brief": brief}
    return frame


_BRIEF = (
    "method", "settings", "dataset", "problem", "seed", "noise", "status", "verdict_exact",
    "prediction", "truth", "witness", "cpu_seconds",
)  # fmt: skip


def _all_empty(column: pd.Series[Any]) -> bool:
    return bool((column.isna() | column.eq("")).all())
