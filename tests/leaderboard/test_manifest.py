"""The manifest of a leaderboard is the same whether all files were read for it or the changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.leaderboard.verification.manifest import Manifest
from bench.running.results.contents import facts, kept
from bench.running.results.store import Store


@pytest.fixture
def read(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are read, of a folder made a while ago, with an index for however few."""
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "_FEWEST", 1)
    for path in folder.rglob("*.json"):
        os.utime(path, (1e9, 1e9))
    names: list[str] = []
    real = facts.read_file
    monkeypatch.setattr(facts, "read_file", lambda path: (names.append(path), real(path))[1])
    return names


def test_only_what_has_changed_is_read_again(folder: Path, read: list[str]) -> None:
    store = Store(folder)
    files = [*folder.glob("records/**/*.json"), *folder.glob("scores/**/*.json")]
    whole = Manifest.of(store, {})
    assert Manifest.of(store, {}, anew=False) == whole and len(read) == 2 * len(files)
    read.clear()
    assert Manifest.of(store, {}, anew=False) == whole and read == []
    changed, cut, gone, new = files[0], files[1], files[2], files[3].with_name("new.json")
    changed.write_text(changed.read_text() + " ")
    cut.write_bytes(cut.read_bytes()[:90])
    gone.unlink()
    new.write_text("{}")
    partly = Manifest.of(store, {}, anew=False)
    assert sorted(read) == sorted(map(str, [changed, cut, new]))
    assert partly == Manifest.of(store, {}) != whole
