"""What others have published on the datasets of a table: beside it, never ranked with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from bench.basics.paths import DATASETS

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("dataset", "method", "measure", "value", "noise", "problems", "protocol", "caveat",
           "source")  # fmt: skip
"""``datasets/published/*.csv``: ``measure`` is the column of our table that comes nearest.

``dataset`` joins several by ``+``; ``protocol`` and ``caveat`` say in what it is not the same.
"""
HEADING = "Published by others, under their own protocols; not to be ranked with the table above"


def published(datasets: Collection[str]) -> pd.DataFrame:
    """The published figures on any of ``datasets``, in the order of the files."""
    import pandas as pd

    files = sorted((DATASETS / "published").glob("*.csv"))
    found = pd.concat(
        [pd.read_csv(path, keep_default_na=False, dtype={"noise": float}) for path in files],
        ignore_index=True,
    )
    wanted = [not set(names.split("+")).isdisjoint(datasets) for names in found["dataset"]]
    return found[wanted].reset_index(drop=True)
