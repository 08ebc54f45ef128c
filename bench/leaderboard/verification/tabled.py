"""Is a leaderboard what its records come to: the table made anew, and its manifest recomputed?"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from pathlib import Path

from bench.leaderboard.verification.fault import Fault
from bench.leaderboard.verification.manifest import NAME, Manifest, differing, leaderboard_code
from bench.running.results.store import Store


def table_faults(store: Store, path: Path, called: str) -> Iterator[Fault]:
    """What is wrong with the table at ``path``, which is to be that of ``store``."""
    again = f"rediscover score {called} makes it anew"
    beside = store.folder / NAME
    manifest = None
    try:
        manifest = Manifest.from_json(beside.read_bytes())
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        yield Fault.of("edited", NAME, error, again)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        if manifest is not None:
            yield Fault.of("missing", path.name, "its manifest is here, and it is not", again)
        return
    if manifest is None:
        yield Fault.of("missing", NAME, f"nothing says what {path.name} was made from", again)
    else:
        yield from _inputs(store, content, manifest, path.name, again)
    yield from _made_anew(store, content, manifest, path.name, again)


def _inputs(store: Store, content: bytes, kept: Manifest, name: str, again: str) -> Iterator[Fault]:
    """What of a table's inputs is not what it was when the table was made."""
    now = Manifest.of(store, content)
    if kept.table != now.table:
        yield Fault.of("edited", name, "its SHA-256 is not the one in its manifest", again)
    if kept.config != now.config:
        yield Fault.of("edited", "config.yaml", f"it is not that of which {name} is", again)
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
    store: Store, content: bytes, manifest: Manifest | None, name: str, again: str
) -> Iterator[Fault]:
    """Whether the same records come to the same table."""
    from bench.leaderboard import LeaderboardError, read_board
    from bench.leaderboard.writers import to_csv

    if manifest is not None and manifest.code != leaderboard_code():
        yield Fault.of(
            "stale", name, "other code of the leaderboard made it than there is now", again
        )
        return
    try:
        made = to_csv(read_board([store.folder]).table)
    except LeaderboardError as error:
        yield Fault.of("unchecked", name, error, "mend what is said above, and verify again")
        return
    if difference := _difference(content.decode(errors="replace"), made):
        yield Fault.of("edited", name, difference, again)


def _difference(kept: str, made: str) -> str:
    """The first cell of a table that is not what the records come to; empty where there is none.

    Which runs are stale depends on the code that is here, and is told apart. Means may differ in
    their last digits between processors.
    """
    rows, now = list(csv.reader(io.StringIO(kept))), list(csv.reader(io.StringIO(made)))
    if not rows or rows[0] != now[0] or [len(row) for row in rows] != [len(row) for row in now]:
        return "it has other lines or columns than its records come to"
    for row, other in zip(rows, now, strict=True):
        for column, cell, come_to in zip(rows[0], row, other, strict=True):
            if column != "stale" and not _alike(cell, come_to):
                return f"{row[0]}: {column} is {cell}, and its records come to {come_to}"
    return ""


def _alike(cell: str, other: str) -> bool:
    if cell == other:
        return True
    try:
        return math.isclose(float(cell), float(other), rel_tol=1e-9, abs_tol=1e-12)
    except ValueError:
        return False
