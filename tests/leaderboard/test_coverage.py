"""What has become of planned runs: done, pending while somebody is at work, missing otherwise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from results_folders import Result, rewrite, write

from bench.running import Leases, Store
from bench.running.results.contents.coverage import Coverage
from bench.running.results.contents.holdings import Holdings
from bench.running.results.contents.prune import waste_in


def coverage(folder: Path) -> Coverage:
    return Coverage.of(Holdings.of(Store(folder)))


def half_done(folder: Path) -> Store:
    """Three planned runs, of which the first has a record."""
    write(folder, [Result(problem=f"p{k}", status="" if k else "ok") for k in range(3)])
    return Store(folder)


def test_runs_without_a_record_are_pending_while_anybody_is_at_work(tmp_path: Path) -> None:
    store = half_done(tmp_path)
    with Leases(store.leases_folder) as other:
        other.announce()
        found = coverage(tmp_path)
        assert found.pending.tolist() == [False, True, True] and not found.is_final
    found = coverage(tmp_path)
    assert found.done.tolist() == [True, False, False]
    assert found.missing.tolist() == [False, True, True]
    assert found.is_final and not found.is_complete


def test_a_process_that_was_killed_is_not_at_work(tmp_path: Path) -> None:
    store = half_done(tmp_path)
    code = (
        "import sys, time; from pathlib import Path; from bench.running import Leases;"
        "Leases(Path(sys.argv[1])).announce(); print('here', flush=True); time.sleep(1000)"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(store.leases_folder)], stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    try:
        assert other.stdout.readline() == b"here\n"
        assert coverage(tmp_path).pending.sum() == 2
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    assert list(store.leases_folder.iterdir())
    assert coverage(tmp_path).missing.sum() == 2


def test_an_owner_elsewhere_counts_while_it_has_written_lately(tmp_path: Path) -> None:
    store = half_done(tmp_path)
    store.leases_folder.mkdir()
    far = {"id": "f" * 32, "host": "far", "machine": "far 1", "pid": os.getpid(), "started": 1}
    owner = store.leases_folder / f"owner-{far['id']}"
    owner.write_text(f"{7:012d} {json.dumps(far)}\n")
    assert coverage(tmp_path).pending.sum() == 2
    long_ago = owner.stat().st_mtime - 3600
    os.utime(owner, (long_ago, long_ago))
    assert coverage(tmp_path).missing.sum() == 2


def test_what_a_newer_version_made_is_not_missing(tmp_path: Path) -> None:
    store = half_done(tmp_path)
    write(tmp_path, [Result(problem="p1")])
    rewrite(store.record_path(Result(problem="p1").run.key), schema=99)
    found = coverage(tmp_path)
    assert (found.done.sum(), found.pending.tolist()) == (1, [False, True, False])


def test_nothing_half_written_is_cleared_away_while_anybody_is_at_work(tmp_path: Path) -> None:
    store = half_done(tmp_path)
    half = store.folder / ".plan.jsonl.tmp"
    half.write_text("{")
    with Leases(store.leases_folder) as other:
        other.announce()
        assert waste_in(store).temporary == ()
    assert waste_in(store).temporary == (half,)
