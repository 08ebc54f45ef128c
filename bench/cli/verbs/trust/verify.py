"""``rediscover verify``: is a results folder what it was, and its table right?"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bench.basics.words import counted
from bench.cli import UserError
from bench.cli.unpacked import Named, archive_at
from bench.running.limits import processors
from bench.running.progress.bar import ProgressBar
from bench.running.results.store import Store

if TYPE_CHECKING:
    from bench.leaderboard.verification.fault import Verification, Word

_PACKED = "DIR"
"""What the folder is called that an archive was made of: nobody here knows its name."""

_CHECKED = ("planned", "pending", "records", "scorecards", "sampled")
_SHOWN = 20
"""Lines for each fault; ``--json`` has them all."""


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.running.results.archive.packing import is_archive

    for name in ("sample", "rerun"):
        if (count := getattr(arguments, name)) < 0:
            raise UserError(f"--{name} is {count}; it is a number of runs, from 0")
    place = Path(arguments.path)
    if is_archive(place):
        with archive_at(place) as named:
            verification = _of_archive(named, arguments.sample)
            verification = _with_reruns(verification, named.store, arguments.rerun, trusted=False)
    elif (told := _told(place)) is not None:
        verification = _of_written(place, told, arguments.sample, arguments.rerun)
    else:
        store, table = _in_place(place)
        verification = _verified(store, arguments.sample, table)
        verification = _with_reruns(verification, store, arguments.rerun, trusted=True)
    if arguments.json:
        print(json.dumps(verification.as_dict(), indent=1))
    else:
        _print(verification)
    return 1 if verification.faults else 0


def _verified(
    store: Store, sample: int, table: Path | None = None, called: str | None = None
) -> Verification:
    from bench.leaderboard.verification.check import verify

    with ProgressBar("files read", sys.stderr) as progress:
        return verify(
            store, sample=sample, workers=processors(), table=table, called=called,
            on_progress=progress,
        )  # fmt: skip


def _of_archive(named: Named, sample: int) -> Verification:
    """Of what lies in an archive, and of what in it is not as it was packed."""
    from bench.leaderboard.verification.fault import Fault

    found = _verified(named.store, sample, called=_PACKED)
    again = "have it packed again, by rediscover submit pack"
    wrong = [
        Fault.of(cast("Word", word), name, "it is not as it was packed", again)
        for name, word in named.wrong
    ]
    return replace(found, faults=[*wrong, *found.faults])


def _told(table: Path) -> Path | None:
    """Where it is told what the table was made from, if it was written by itself."""
    from bench.leaderboard.verification.written import beside

    path = beside(table)
    return path if table.is_file() and path.is_file() else None


def _of_written(table: Path, told: Path, sample: int, reruns: int) -> Verification:
    """Of a table by itself, of each folder it was made from, and of what they come to."""
    from bench.cli.verbs.look.leaderboard import made_again
    from bench.leaderboard.verification.fault import Fault, Verification
    from bench.leaderboard.verification.written import (
        Written,
        file_faults,
        input_faults,
        made_faults,
    )

    try:
        kept = Written.from_json(told.read_bytes())
    except ValueError as error:
        again = "write the table again, by rediscover leaderboard"
        return Verification(dict.fromkeys(_CHECKED, 0), [Fault.of("edited", told, error, again)])
    folders = {table.parent / name: inputs for name, inputs in kept.folders.items()}
    faults, checked = [*file_faults(table, kept)], Counter(dict.fromkeys(_CHECKED, 0))
    for folder, inputs in folders.items():
        if not Store(folder).plan_path.exists():
            way = "bring it to where it was, or have an archive of it verified"
            faults.append(Fault.of("unchecked", folder, "it is not here", way))
            continue
        found = _with_reruns(_verified(Store(folder), sample), Store(folder), reruns, trusted=True)
        checked.update(found.checked)
        faults += [*input_faults(str(folder), inputs, Store(folder)), *found.faults]
    if all(Store(folder).plan_path.exists() for folder in folders):
        faults += made_faults(table, kept, made_again(list(folders), kept.asked, table))
    return Verification(dict(checked), faults)


def _with_reruns(found: Verification, store: Store, count: int, *, trusted: bool) -> Verification:
    """``found``, and what came of doing some runs again, where that is asked for."""
    if not count:
        return found
    from bench.cli.verbs.trust.rerun import rerun

    again = rerun(store, count, trusted=trusted)
    checked = {**found.checked, "rerun": again.done, "not_to_rerun": again.left_out}
    return replace(found, checked=checked, faults=[*found.faults, *again.faults])


def _in_place(place: Path) -> tuple[Store, Path | None]:
    """The results folder at ``place``, and the table where that is a file in it."""
    if place.is_dir():
        store = Store(place)
        if not store.plan_path.exists() and not store.records_folder.is_dir():
            raise UserError(f"'{place}' holds no results: it has neither plan.jsonl nor records/")
        return store, None
    if not place.exists():
        raise UserError(
            f"'{place}' is not there; give a results folder, its leaderboard.csv, or an archive"
        )
    if place.suffix != ".csv":
        raise UserError(
            f"'{place}' is no results folder, no leaderboard.csv, and no archive that "
            "rediscover submit pack made"
        )
    if not (place.parent / "plan.jsonl").exists():
        raise UserError(
            f"'{place}' stands alone: its results folder is needed, with plan.jsonl, records/ and "
            "scores/ beside it, or the manifest that rediscover leaderboard -o writes; give that, "
            "or an archive of it (rediscover submit pack)"
        )
    return Store(place.parent), place


def _print(found: Verification) -> None:
    told: Counter[str] = Counter()
    for fault in found.faults:
        told[fault.word] += 1
        if told[fault.word] <= _SHOWN:
            print(fault)
    for word, count in told.items():
        if count > _SHOWN:
            print(f"{word}: {count - _SHOWN} more (--json lists all)")
    seen = found.checked
    under_way = f", {seen['pending']} of them under way" if seen["pending"] else ""
    planned, sampled = counted(seen["planned"], "run"), counted(seen["sampled"], "run")
    read = f"{counted(seen['records'], 'record')} and {counted(seen['scorecards'], 'scorecard')}"
    print(f"{planned} planned{under_way}; {read} read; {sampled} looked at again")
    if "rerun" in seen:
        print(
            f"{counted(seen['rerun'], 'run')} done again; {seen['not_to_rerun']} could not be: "
            "failed, ended by time, by other code, or with a language model"
        )
    faults = ", ".join(f"{count} {word}" for word, count in told.items())
    print(f"found: {faults}" if faults else "nothing is wrong")
