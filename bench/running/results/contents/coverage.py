"""Coverage: what has become of every planned run of a folder, and whether more is to come.

The plan stored in the folder says what there is to do. A run is done when it has a record that
counts. One without is pending while any process is at work in the folder, and missing when none
is: nobody will make it unless somebody asks again. So an interrupted experiment has missing runs,
and so has one whose records were taken away: the two cannot be told apart, and count alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.running.results.contents.holdings import Holdings

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Coverage:
    """For each planned run, in the order of the plan, one of three: done, pending, missing.

    A run whose only record is of a newer version of Rediscover is pending: it is made, and cannot
    be read here.
    """

    done: Mask
    pending: Mask
    missing: Mask

    @classmethod
    def of(cls, holdings: Holdings) -> Coverage:
        """What has become of the runs of a folder."""
        done = np.asarray(holdings.chosen >= 0, dtype=np.bool_)
        unread = np.zeros(len(done), dtype=np.bool_)
        unread[list(holdings.left_alone)] = True
        pending = ~done & (unread | holdings.at_work)
        return cls(done, pending, ~done & ~pending)

    @property
    def is_final(self) -> bool:
        """Whether nothing is pending: no record will come by itself."""
        return not self.pending.any()

    @property
    def is_complete(self) -> bool:
        """Whether every planned run is done."""
        return bool(self.done.all())
