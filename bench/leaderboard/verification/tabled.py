"""Is a leaderboard what its records come to: the table made anew, and its manifest recomputed?"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.basics.words import shown
from bench.leaderboard.verification.fault import Fault
from bench.leaderboard.verification.manifest import (
    NAME,
    Manifest,
    differing,
    leaderboard_code,
    tables_of,
)
from bench.running.results.archive.admission import is_name
from bench.running.results.content import read_file
from bench.running.results.store import Store


def table_faults(store: Store, path: Path | None, called: str) -> Iterator[Fault]:
    """What is wrong with the tables of ``store``, or with the one at ``path`` alone."""
    again = f"rediscover score {called} makes it anew"
    manifest = None
    try:
        manifest = Manifest.from_json(read_file(str(store.folder / NAME)))
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        yield Fault.of("edited", NAME, error, again)
    promised = [] if manifest is None else sorted(filter(is_name, manifest.tables))
    names = [path.name] if path else dict.fromkeys([*promised, "leaderboard.csv"])
    places = [store.folder / name for name in names]
    tables = {place.name: place.read_bytes() for place in places if place.is_file()}
    for name in promised:
        if path is None and name not in tables:
            yield Fault.of("missing", name, "its manifest is here, and it is not", again)
    if not tables:
        return
    if manifest is None:
        first = next(iter(tables))
        yield Fault.of("missing", NAME, f"nothing says what {first} was made from", again)
    else:
        yield from _inputs(store, tables, manifest, again)
    yield from _made_anew(store, tables, manifest, again)


def _inputs(
    store: Store, tables: Mapping[str, bytes], kept: Manifest, again: str
) -> Iterator[Fault]:
    """What of the inputs of tables is not what it was when they were made."""
    now = Manifest.of(store, tables)
    for one in tables:
        if kept.tables.get(one, now.tables[one]) != now.tables[one]:
            yield Fault.of("edited", one, "its SHA-256 is not the one in its manifest", again)
    name = next(iter(tables))
    for what, where in (("config", "config.yaml"), ("environment", "environment.jsonl")):
        if getattr(kept, what) != getattr(now, what):
            yield Fault.of("edited", where, f"it is not that of which {name} is", again)
    for what in ("plan", "records", "scores"):
        was, is_now = getattr(kept, what), getattr(now, what)
        for method in differing(was, is_now):
            gone = method not in is_now
            text = "are gone" if gone else "are not those" if method in was else "are new"
            yield Fault.of(
                "edited" if method in was else "stale", f"the {what} of {method}",
                f"{text} since {name} was made", again,
            )  # fmt: skip
    for dataset in differing(kept.data, now.data):
        yield Fault.of(
            "edited", f"the data of {dataset}", f"SHA-256 are others than when {name} was made",
            again,
        )  # fmt: skip


def _made_anew(
    store: Store, tables: Mapping[str, bytes], manifest: Manifest | None, again: str
) -> Iterator[Fault]:
    """Whether the same records come to the same tables."""
    from bench.leaderboard import LeaderboardError, read_board

    name = next(iter(tables))
    if manifest is not None and manifest.code != leaderboard_code():
        why = "other code of the leaderboard made it than there is now"
        yield Fault.of("stale", name, why, again)
        return
    try:
        made = tables_of(read_board([store.folder]))
    except LeaderboardError as error:
        yield Fault.of("unchecked", name, error, "mend what is said above, and verify again")
        return
    for name, content in tables.items():
        # A table of another name is held against that which it is most likely a copy of.
        anew = made.get(name, next(iter(made.values())))
        if difference := _difference(content.decode(errors="replace"), anew):
            yield Fault.of("edited", name, difference, again)


def _difference(kept: str, made: str) -> str:
    """The first cell of a table that is not what the records come to; empty where there is none.

    Which runs are stale depends on the code that is here, and is told apart. Means may differ in
    their last digits between processors.
    """
    now = list(csv.reader(io.StringIO(made)))
    try:
        rows = list(csv.reader(io.StringIO(kept)))
    except csv.Error as error:
        return f"it is no table: {error}"
    if not rows or rows[0] != now[0] or [len(row) for row in rows] != [len(row) for row in now]:
        return "it has other lines or columns than its records come to"
    if _order(rows) != _order(now) and sorted(_order(rows)) == sorted(_order(now)):
        return "its lines stand in another order than its records come to"
    for row, other in zip(rows, now, strict=True):
        for column, cell, come_to in zip(rows[0], row, other, strict=True):
            if column != "stale" and not _alike(cell, come_to):
                is_now = f"{column} is {shown(cell)}, and its records come to {shown(come_to)}"
                return f"{shown(row[0])}: {is_now}"
    return ""


def _order(rows: list[list[str]]) -> list[list[str]]:
    """The methods of a table with their settings, line by line."""
    return [row[:2] for row in rows]


def _alike(cell: str, other: str) -> bool:
    if cell == other:
        return True
    try:
        return math.isclose(float(cell), float(other), rel_tol=1e-9, abs_tol=1e-12)
    except ValueError:
        return False
