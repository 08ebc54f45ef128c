"""The cache of canonical forms: what it keeps, what it makes again, what it survives."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.expression import parse
from bench.scoring import CanonicalForm, FormCache

X = parse("x0 + x0")


def only_file(folder: Path) -> Path:
    (path,) = [path for path in folder.rglob("*") if path.is_file()]
    return path


def test_forms_are_kept_on_disk(tmp_path: Path) -> None:
    form = FormCache(tmp_path).form_of(X)
    assert form.text == "2.0*x0"
    assert only_file(tmp_path).suffix == ".json"
    assert FormCache(tmp_path).get(X) == form
    assert FormCache(tmp_path).get(parse("x0")) is None


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"3",
        b'{"text": "x0"}',
        b'{"text": 1, "labels": [], "arities": []}',
    ],
)
def test_a_damaged_entry_is_made_again(tmp_path: Path, damage: bytes) -> None:
    form = FormCache(tmp_path).form_of(X)
    only_file(tmp_path).write_bytes(damage)
    cache = FormCache(tmp_path)
    assert cache.get(X) is None
    assert cache.form_of(X) == form
    assert FormCache(tmp_path).get(X) == form


def test_time_outs_hold_for_limits_up_to_theirs(tmp_path: Path) -> None:
    time_out = CanonicalForm(reason="simplification time-out", seconds=10.0)
    FormCache(tmp_path).put(X, time_out)
    cache = FormCache(tmp_path)
    assert cache.get(X, 5.0) == cache.get(X, 10.0) == time_out
    assert cache.get(X, 20.0) is None
    assert cache.form_of(X, 20.0).text == "2.0*x0"
    assert FormCache(tmp_path).get(X, 5.0) == cache.get(X)


def test_failures_that_time_cannot_help_hold_for_all_limits(tmp_path: Path) -> None:
    failure = CanonicalForm(reason="simplification failed: PolynomialError")
    FormCache(tmp_path).put(X, failure)
    assert FormCache(tmp_path).get(X, 1e9) == failure


def test_without_a_place_to_write_the_memory_serves(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = FormCache(blocked / "below")
    assert cache.form_of(X) is cache.form_of(X)


def test_the_users_forms_lie_in_the_users_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path))
    FormCache.of_user().form_of(X)
    assert tmp_path in only_file(tmp_path).parents
