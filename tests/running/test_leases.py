"""Leases between real processes: one run, one holder, and the dead hold nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.running import Leases
from bench.running.results import leases

RUN = "Instant/toy/p0/seed0_noise0"

HOLDER = """
import sys, time
from pathlib import Path
from bench.running import Leases
held = Leases(Path(sys.argv[1]))
print([run for run in sys.argv[2:] if held.take(run)], flush=True)
time.sleep(1000)
"""


def hold(folder: Path, *runs: str) -> subprocess.Popen[str]:
    """Another process that takes ``runs`` and keeps them."""
    command = [sys.executable, "-c", HOLDER, str(folder), *runs]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def taken(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_what_a_living_process_holds_is_not_to_be_had_until_it_dies(tmp_path: Path) -> None:
    other = hold(tmp_path, RUN)
    try:
        assert taken(other) == str([RUN])
        with Leases(tmp_path) as mine:
            assert not mine.take(RUN)
            assert mine.take("another/run/p/seed0_noise0")
            assert mine.running()[leases.lease_name(RUN)].pid == other.pid
            end(other)
            assert mine.take(RUN)
            assert not hold_and_see(tmp_path, RUN)
            mine.release(RUN)
            assert hold_and_see(tmp_path, RUN)
    finally:
        end(other)


def hold_and_see(folder: Path, run: str) -> bool:
    other = hold(folder, run)
    try:
        return taken(other) == str([run])
    finally:
        end(other)


def test_many_processes_share_many_runs_without_a_double(tmp_path: Path) -> None:
    runs = [f"m/d/p{k}/seed0_noise0" for k in range(200)]
    dead = hold(tmp_path, *runs[:50])
    taken(dead)
    end(dead)
    others = [hold(tmp_path, *runs) for _ in range(4)]
    try:
        got = [run for other in others for run in json.loads(taken(other).replace("'", '"'))]
    finally:
        for other in others:
            end(other)
    assert len(got) == len(set(got))
    # Two that meet over a dead one's lease may both step back; nobody else loses one.
    assert len(got) >= 150


def test_a_process_number_used_again_is_not_its_former_owner(tmp_path: Path) -> None:
    with Leases(tmp_path) as mine:
        assert mine.take("x/y/z/seed0_noise0")
        owner = next(path for path in tmp_path.iterdir() if path.name.startswith("owner-"))
        beat, _, text = owner.read_text().partition(" ")
        impostor = {**json.loads(text), "id": "0" * 32, "started": 1}
        stale = tmp_path / f"{leases.lease_name(RUN)}.0"
        stale.write_text(f"{beat} {json.dumps(impostor)}")
        assert mine.take(RUN)


def test_one_who_takes_it_between_look_and_link_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = hold(tmp_path, RUN)
    taken(dead)
    end(dead)
    link, others = os.link, []

    def link_too_late(source: Path, target: Path) -> None:
        # Meanwhile one process has taken the dead one's lease, done the run and cleared it away,
        # and a second one has begun it again, from the lowest number.
        with Leases(tmp_path) as first:
            monkeypatch.setattr(leases.os, "link", link)
            assert first.take(RUN)
        others.append(hold(tmp_path, RUN))
        assert taken(others[0]) == str([RUN])
        link(source, target)

    monkeypatch.setattr(leases.os, "link", link_too_late)
    with Leases(tmp_path) as mine:
        try:
            assert not mine.take(RUN)
            assert mine.running()[leases.lease_name(RUN)].pid == others[0].pid
            assert len(list(tmp_path.glob(f"{leases.lease_name(RUN)}.*"))) == 1
        finally:
            end(others[0])


def test_an_owner_on_another_machine_lives_while_its_counter_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(leases, "time", SimpleNamespace(monotonic=lambda: now))
    far = {"id": "f" * 32, "host": "far", "machine": "far 1", "pid": os.getpid(), "started": 1}
    lease = tmp_path / f"{leases.lease_name(RUN)}.0"
    with Leases(tmp_path) as mine:
        for beat in range(3):
            lease.write_text(f"{beat:012d} {json.dumps(far)}")
            os.utime(lease, (0, 0))  # its clock, and what it says of time, is of no account
            assert not mine.take(RUN)
            now += leases.DEAD_SECONDS - 1
        assert not mine.take(RUN)
        now += 2
        assert mine.take(RUN)


def test_an_unreadable_lease_holds_nothing(tmp_path: Path) -> None:
    tmp_path.joinpath(f"{leases.lease_name(RUN)}.0").write_text("")
    with Leases(tmp_path) as mine:
        assert mine.take(RUN)
    assert not list(tmp_path.iterdir())
