"""Why a method has no record at all, as far as this machine can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.running.inspecting.describe import is_trusted
from bench.running.load import load_class
from bench.running.missing import missing_here

if TYPE_CHECKING:
    from bench.leaderboard.rows import RunRows
    from bench.running.results.run import Setup


def lacking(read: RunRows) -> list[str]:
    """A line for each method without any record whose engine lacks something here.

    Asked of the methods that ship: others would have to be run to say it.
    """
    rows = read.frame
    done = (rows["status"] != "").groupby(rows["method"]).any()
    without = rows[~rows["method"].map(done).astype(bool)].drop_duplicates("method")
    found = []
    for method, digest in zip(without["method"], without["setup"], strict=True):
        setup = read.setups.get(digest)
        if setup is not None and is_trusted(setup.target):
            reason = lacking_reason(setup)
            if reason:
                found.append(f"no record of {method}, and here {reason}")
    return found


def lacking_reason(setup: Setup) -> str | None:
    """What a method that ships lacks here to run, in one line; None where that is nothing."""
    try:
        requires = _requires(setup)
    except (Exception, SystemExit) as error:
        return f"{setup.target} cannot be loaded: {error}".partition("\n")[0]
    return missing_here(setup.target, requires)


def _requires(setup: Setup) -> tuple[str, ...]:
    """What a class says it imports; an adapter says it of the file that its settings name."""
    method = load_class(setup.target)
    requires = getattr(method, "requires", ())
    if isinstance(requires, property):
        requires = method(**setup.settings).requires
    return tuple(requires)
