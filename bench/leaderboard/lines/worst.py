"""The worst that a run without an answer counts as, and the kind of a run without a scorecard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.leaderboard.columns import Column
from bench.running.results.contents.columns import Words

if TYPE_CHECKING:
    import pandas as pd

Mask = NDArray[np.bool_]


def with_worst(frame: pd.DataFrame, summed: Iterable[Column], lost: Words) -> pd.DataFrame:
    """Rows of ``frame`` with the worst where they have ``lost`` a measure, or are missing.

    A scorecard names the measures that it has lost. It does not say whether the problem has, say,
    an out-of-domain split; other runs of the problem do. A missing run has lost all, but for those
    of a method that has no record at all: of that nothing is known. Where nobody has made a run of
    its problem, the other problems of the dataset say what is measured there.
    """
    missing = _of_known_methods(frame)
    if not (missing.any() or any(lost.words)):
        return frame
    import pandas as pd

    problem = pd.factorize(frame["dataset"] + "/" + frame["problem"])[0]
    dataset = pd.factorize(frame["dataset"])[0]
    asked = (frame["status"] != "") & (frame["status"] != "no_data")
    judged = (asked & ~frame["unscored"]).to_numpy(bool)
    unseen = missing & ~_any(judged, problem)
    lacking = _lacking(lost)
    for column in summed:
        if column.worst is None:
            continue
        has = frame[column.name].notna().to_numpy(bool)
        fill = (lacking.get(column.name, False) | missing) & _any(has, problem)
        if column.everywhere:
            fill |= unseen & _any(has, dataset)
        if fill.any():
            frame.loc[fill, column.name] = column.worst
    return frame


def _of_known_methods(frame: pd.DataFrame) -> Mask:
    """The missing runs of methods that have some record."""
    missing = frame["missing"].to_numpy(bool)
    if not missing.any():
        return missing
    done = (frame["status"] != "").groupby([frame["method"], frame["settings"]]).transform("any")
    found: Mask = missing & done.to_numpy(bool)
    return found


def _lacking(lost: Words) -> dict[str, Mask]:
    """For each measure that some run has lost, which runs have."""
    names = {name for words in lost.words for name in words.split()}
    return {
        name: np.array([name in words.split() for words in lost.words])[lost.codes]
        for name in names
    }


def _any(flags: Mask, codes: NDArray[np.intp]) -> Mask:
    """For each row, whether any row of its code has the flag."""
    if not len(codes):
        return flags
    counts = np.bincount(codes, flags)
    found: Mask = counts[codes] > 0
    return found


def with_kinds(frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with a kind for rows without a scorecard: that of others on problem or dataset.

    Where no row has a scorecard they are taken for tables, so that nobody meets the columns of
    every kind there is.
    """
    kinds = frame["kind"].tolist()
    if "" not in kinds:
        return frame
    if not any(kinds):
        return frame.assign(kind="table")
    datasets, problems = frame["dataset"].tolist(), frame["problem"].tolist()
    of_problem: dict[tuple[str, str], str] = {}
    of_dataset: dict[str, str] = {}
    for kind, dataset, problem in zip(kinds, datasets, problems, strict=True):
        if kind:
            of_problem[dataset, problem] = of_dataset[dataset] = kind
    return frame.assign(kind=[
        kind or of_problem.get((dataset, problem), of_dataset.get(dataset, ""))
        for kind, dataset, problem in zip(kinds, datasets, problems, strict=True)
    ])  # fmt: skip
