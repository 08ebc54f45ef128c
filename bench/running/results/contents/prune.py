"""Prune: what of a results folder no plan holds, and taking it away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.basics.files import write_whole
from bench.running.results.contents.holdings import Holdings, slot_of
from bench.running.results.leases import Leases
from bench.running.results.plan import Plan, line_of
from bench.running.results.store import Store, storage_error


@dataclass(frozen=True)
class Waste:
    """What no plan holds: files of each kind, and how many lines of the plan that say nothing.

    ``lines`` is 0 while a run is under way, which may be adding to the plan. ``kept`` is how many
    records are left because a line that is not read may hold them.
    """

    records: tuple[Path, ...]
    scores: tuple[Path, ...]
    logs: tuple[Path, ...]
    temporary: tuple[Path, ...]
    lines: int
    kept: int = 0

    @property
    def files(self) -> tuple[Path, ...]:
        """All files."""
        return (*self.records, *self.scores, *self.logs, *self.temporary)


def waste_in(store: Store) -> Waste:
    """What of ``store`` no plan holds.

    Records of no planned run, and those that were made again since by other code; scorecards and
    logs that belong to no record and no planned run; files left half-written by a process that was
    killed. What a newer version of Rediscover made is never among it.
    """
    holdings = Holdings.of(store)
    rows = _of_no_line(holdings)
    records = tuple(map(holdings.path, rows))
    lost = set(records)
    kept = {
        path.relative_to(store.records_folder).with_suffix("")
        for path in map(holdings.path, range(len(holdings.files.names)))
        if path not in lost
    }
    kept |= {Path(place) for place in holdings.own_places}
    busy = Leases(store.leases_folder).at_work()
    return Waste(
        records,
        tuple(_of_nothing(store.scores_folder, ".json", kept)),
        tuple(_of_nothing(store.logs_folder, ".log", kept)),
        () if busy else tuple(_temporary(store)),
        0 if busy else len(holdings.runs.unread),
        len(holdings.strays) - len(rows),
    )


def _of_no_line(holdings: Holdings) -> list[int]:
    """The records that no line of the plan holds, also none of those that cannot be read."""
    if not holdings.runs.unread and not holdings.runs.newer:
        return holdings.strays
    planned = set(holdings.runs.places)
    return [row for row in holdings.strays if slot_of(holdings.files.names[row]) in planned]


def prune(store: Store, waste: Waste) -> None:
    """Take ``waste`` away. Raises StoreError where the folder cannot be written."""
    try:
        for path in waste.files:
            path.unlink(missing_ok=True)
            _remove_empty(path.parent, store.folder)
        if waste.lines:
            _rewrite(store.plan_path, store.plan())
    except OSError as error:
        raise storage_error(error, store.folder) from error


def _of_nothing(folder: Path, suffix: str, kept: set[Path]) -> Iterator[Path]:
    for path in sorted(folder.rglob(f"*{suffix}")):
        if not path.name.startswith("."):
            stem = path.with_name(path.name.removesuffix(suffix))
            if stem.relative_to(folder) not in kept:
                yield path


def _temporary(store: Store) -> Iterator[Path]:
    """Files that were being written when their process was killed."""
    for folder in (store.records_folder, store.scores_folder, store.folder):
        found = folder.glob(".*.tmp") if folder == store.folder else folder.rglob(".*.tmp")
        yield from sorted(found)


def _remove_empty(folder: Path, top: Path) -> None:
    while folder != top and folder.is_relative_to(top):
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _rewrite(path: Path, plan: Plan) -> None:
    """The plan without the lines that say nothing."""
    lines = [line_of({"setup": key, **asdict(setup)}) for key, setup in plan.setups.items()]
    lines += [line_of(planned._asdict()) for planned in plan.runs.values()]
    write_whole(path, "".join([*lines, *plan.newer]).encode())
