"""A comparison written down after each problem, in files that are also its memory."""

from __future__ import annotations

from pathlib import Path

from bench.basics.files import write_whole
from benchmarks.search.compared import SoFar, Wanted, compared
from benchmarks.search.rows import read, write
from benchmarks.search.table import plot, table

RESULTS = Path(__file__).parents[1] / "results" / "search"


def publish(asked: Wanted, rerun_stale: bool = False, folder: Path = RESULTS) -> None:
    """Run what ``folder`` lacks of what is asked for, and write all that there is."""
    stem = folder / f"{asked.cpu_seconds:g}s"
    for state in compared(asked, read(stem.with_suffix(".csv")), rerun_stale=rerun_stale):
        _write(state, stem)


def _write(state: SoFar, stem: Path) -> None:
    """Write the rows, the table and the plot; each file whole."""
    write(state.rows, stem.with_suffix(".csv"))
    text = table(state.rows)
    write_whole(stem.with_suffix(".md"), text.encode())
    plot(state.rows, stem.with_suffix(".png"))
    print(f"{text}\n{state.done} of the {state.planned} runs asked for are done\n", flush=True)
