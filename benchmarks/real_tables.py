"""What methods make of tables whose law nobody knows: R² on rows not shown, and length.

    python -m benchmarks.real_tables [--methods laws rsrm operon ...] [--cpu-seconds 30] [--seeds 1]
                                     [--dataset real_tables] [--folder results/real_tables]

All 20 tables of ``real_tables``, which needs the extra ``tables``; ``--dataset FOLDER`` takes a
folder in PMLB's format instead. ``linear`` is the floor. One thread and the same CPU seconds for
all, one run at a time. Medians are over tables, after the median over seeds; a run without an
answer counts as R² 0, and has no length. What is finished is kept in ``--folder``: started again,
the comparison goes on. It writes ``benchmarks/results/real_tables.md``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import bench
from bench.basics.files import write_whole
from bench.basics.words import counted

if TYPE_CHECKING:
    import pandas as pd

RESULT = Path(__file__).parent / "results" / "real_tables.md"
METHODS = ("laws", "rsrm", "rsrm_laws", "mcts", "operon", "gplearn", "linear")
BESIDE = "operon"
"""The method that each is compared with, table by table."""
_ALIKE = 0.005
"""Of R²: what is no nearer than that is better or worse."""


def main() -> None:
    """Run what is not done yet, and write the table of all that is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--dataset", default="real_tables")
    parser.add_argument("--cpu-seconds", type=float, default=30.0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path("results/real_tables"))
    asked = parser.parse_args()
    done = bench.run(
        asked.methods, asked.dataset, budget=asked.cpu_seconds, seeds=range(asked.seeds),
        folder=asked.folder, workers=1,
    )  # fmt: skip
    runs = done.runs()
    size = f"{counted(runs['problem'].nunique(), 'table')} of `{asked.dataset}`"
    seeds = counted(asked.seeds, "seed")
    text = "\n".join([f"{size}, {asked.cpu_seconds:g} CPU seconds, {seeds}:", "", *table(runs)])
    print(text)
    write_whole(RESULT, f"{text}\n".encode())


def table(runs: pd.DataFrame) -> Iterator[str]:
    """A row for each method of ``runs``, the best median R² first, as Markdown."""
    known = runs.assign(r2=runs["r2"].fillna(0.0).clip(lower=0.0))
    by_table = known.groupby(["method", "problem"])[["r2", "complexity"]].median()
    medians = by_table.groupby("method").median().sort_values("r2", ascending=False)
    yield f"| method | median R² | median nodes | better than {BESIDE} | worse |"
    yield "|---|---:|---:|---:|---:|"
    for method, row in medians.iterrows():
        better, worse = _beside(by_table["r2"].unstack("method"), str(method))
        yield f"| {method} | {row.r2:.3f} | {row.complexity:g} | {better} | {worse} |"


def _beside(r2: pd.DataFrame, method: str) -> tuple[str, str]:
    """On how many tables ``method`` is better than BESIDE, and on how many worse, by R²."""
    if method == BESIDE or BESIDE not in r2:
        return "", ""
    gap = r2[method] - r2[BESIDE]
    return str(int((gap > _ALIKE).sum())), str(int((gap < -_ALIKE).sum()))


if __name__ == "__main__":
    main()
