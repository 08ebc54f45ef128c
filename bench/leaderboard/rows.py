"""One row per planned run, from the records and scorecards of results folders."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.leaderboard.columns import Column, measures
from bench.running.results.imported import ELSEWHERE
from bench.running.results.plan import PlannedRun
from bench.running.results.store import Store, read_file, relative_path
from bench.scoring.scorecard import values_of

if TYPE_CHECKING:
    import pandas as pd

_TEXTS = ("method", "disclosure", "dataset", "problem", "kind", "status", "budget")
_FLAGS = ("unsealed", "starved", "unscored")
_LOST = "lost measures"
ANSWERED = "answer_cpu_seconds"
"""What a run had spent when it first reported what it answered; of no column of the table."""


class LeaderboardError(ValueError):
    """Folders that cannot be put into one table."""


def read_rows(folders: Iterable[Path]) -> pd.DataFrame:
    """The planned runs of ``folders``, one row each, in the order of the plans.

    ``status`` is empty where there is no record of the run as it is planned now. Measures are nan
    where a run has none, and the worst where it has no answer. Raises LeaderboardError where a
    folder has no plan, or two folders contradict each other.
    """
    import pandas as pd

    found: dict[str, tuple[str, object, dict[str, Any]]] = {}
    for folder in folders:
        store = Store(folder)
        plan = store.plan()
        if not plan:
            raise LeaderboardError(
                f"'{folder}' is no results folder: it has no plan.jsonl (rediscover run makes one)"
            )
        for planned in plan.values():
            answer, row = _row(store, planned)
            _add(found, planned, answer, row, folder)
    rows = [row for _, _, row in found.values()]
    summed = measures({row["kind"] for row in rows} - {""})
    numeric = ["noise", "seed", ANSWERED, *(column.name for column in summed)]
    columns = {name: [row.get(name) for row in rows] for name in (*_TEXTS, *_FLAGS, *numeric)}
    frame = pd.DataFrame(columns).astype(dict.fromkeys(numeric, float))
    return _with_worst(frame, summed, [row.get(_LOST, ()) for row in rows])


def _add(
    found: dict[str, tuple[str, object, dict[str, Any]]],
    planned: PlannedRun,
    answer: object,
    row: dict[str, Any],
    folder: Path,
) -> None:
    """Add a row; of two folders with one run, the one that has its record counts."""
    digest, other_answer, other = found.get(planned.id, (planned.digest, None, {}))
    if digest != planned.digest:
        raise LeaderboardError(
            f"run '{planned.id}' was planned under other settings in '{folder}' than in the "
            "folders before it; make one table for each"
        )
    if not other.get("status"):
        found[planned.id] = (digest, answer, row)
    elif row["status"] and answer != other_answer:
        raise LeaderboardError(
            f"run '{planned.id}' gave another result in '{folder}' than in the folders before it; "
            "leave one of them out"
        )


def _row(store: Store, planned: PlannedRun) -> tuple[object, dict[str, Any]]:
    """The answer of a run and its row."""
    row: dict[str, Any] = {
        "method": planned.method,
        "disclosure": "",
        "dataset": planned.dataset,
        "problem": planned.problem,
        "kind": "",
        "status": "",
        "budget": _budget_text(planned),
        "seed": planned.seed,
        "noise": planned.noise,
        "unsealed": False,
        "starved": False,
        "unscored": False,
    }
    place = f"{relative_path(planned.id)}.json"
    record = _read(f"{store.records_folder}/{place}")
    try:
        if record["digest"] != planned.digest:
            return None, row
        answer, found = _of_record(record)
    except (KeyError, TypeError, IndexError):
        return None, row  # no record, or a damaged one: the run is not done
    row.update(found)
    try:
        score = _read(f"{store.scores_folder}/{place}")
        card = score["card"]
        if (score["record_digest"], card["answer"]) == (planned.digest, answer[1]):
            scored = {"kind": str(card["kind"]), _LOST: tuple(card["lost"]), "unscored": False}
            row.update(values_of(card) | scored)
    except (KeyError, TypeError, ValueError, AttributeError):
        pass  # no scorecard, a damaged one, or one of another judge's making
    return answer, row


def _budget_text(planned: PlannedRun) -> str:
    if planned.cpu_seconds is None:
        return f"{planned.seconds:g}"
    return f"{planned.cpu_seconds:g} CPU"


def _read(path: str) -> Any:
    """What a JSON file holds; None where it is not there or cut off."""
    try:
        return json.loads(read_file(path).decode())
    except (OSError, ValueError):
        return None


def _of_record(record: Mapping[str, Any]) -> tuple[tuple[str, str | None], dict[str, Any]]:
    """The answer (status and expression) that a record holds, and what it adds to the row."""
    discovery, resources = record["discovery"], record["resources"]
    if record["status"] == "no_data":
        return ("no_data", None), {"disclosure": record["disclosure"], "status": "no_data"}
    found: dict[str, Any] = {"disclosure": record["disclosure"], "unscored": True}
    # One that nothing was started for has no seal, and needs none.
    found["unsealed"] = record["provenance"].get("seal", "full") != "full"
    if ELSEWHERE in record["provenance"]:
        found["budget"] = ""
        found["unsealed"] = True
    else:
        found["wall_seconds"] = resources["wall_seconds"]
        found["cpu_seconds"] = resources["cpu_seconds"]
        found["memory_mb"] = resources["peak_memory_mb"]
        found["starved"] = bool(resources.get("starved"))
        found.update(_asked(record["provenance"].get("model")))
        found[ANSWERED] = _answered(record)
    found["status"] = str(record["status"])
    return (found["status"], discovery["best"][0] if discovery else None), found


def _asked(ledger: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a run asked of a language model."""
    if ledger is None:
        return {}
    tokens = ledger["prompt_tokens"] + ledger["completion_tokens"]
    return {"calls": ledger["calls"], "tokens": tokens, "money": ledger["money"]}


def _answered(record: Mapping[str, Any]) -> float:
    """CPU seconds until the answer was first reported, by its share of the wall seconds."""
    used, discovery = record["resources"], record["discovery"]
    wall, cpu = float(used["wall_seconds"]), float(used["cpu_seconds"])
    if discovery is None or not wall:
        return cpu
    answer = discovery["best"][0]
    first = next((float(one[0]) for one in record["reports"] if one[1] == answer), wall)
    return cpu * min(1.0, first / wall)


def _with_worst(
    frame: pd.DataFrame, summed: Iterable[Column], lost: list[Collection[str]]
) -> pd.DataFrame:
    """Fill the measures that a scored run has ``lost`` with the worst.

    Its scorecard does not say whether the problem has, say, an out-of-domain split; other runs
    of the problem do.
    """
    if not any(lost):
        return frame
    problem = frame["dataset"] + "/" + frame["problem"]
    for column in summed:
        lacking = np.array([column.name in names for names in lost])
        if column.worst is not None and lacking.any():
            known = frame[column.name].notna().groupby(problem).transform("any")
            frame.loc[known & lacking, column.name] = column.worst
    return frame
