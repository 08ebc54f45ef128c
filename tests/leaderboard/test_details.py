"""One run, found by what a user calls it, and shown whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from results_folders import Result, write

from bench.cli import main
from bench.running import Store

Said = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    results = [
        Result(m, p, "srsd_easy", seed, noise)
        for m in ("a", "b")
        for p in ("feynman-i.12.1", "feynman-i.18.12")
        for seed, noise in ((0, 0.0), (1, 0.0), (1, 0.01))
    ]
    results += [
        Result("c", "feynman-i.12.1", "srsd_easy", status="crash", answer=None),
        Result("d", "feynman-i.12.1", "srsd_easy", status=""),
    ]
    return write(tmp_path / "x", results)


@pytest.mark.parametrize(
    "words",
    [
        ("a/srsd_easy/feynman-i.12.1/seed1_noise0.01",),
        ("a", "feynman-i.12.1", "1", "0.01"),
        ("0.01", "srsd_easy/feynman-i.12.1", "a"),
        ("a", "srsd_easy", "feynman-i.12.1", "seed1", "noise0.01"),
    ],
)
def test_a_run_is_found_by_its_words_in_any_order(
    folder: Path, words: tuple[str, ...], capsys: Said
) -> None:
    assert main(["show", str(folder), *words]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "a/srsd_easy/feynman-i.12.1/seed1_noise0.01: ok"
    assert said[1].split() == ["prediction", "x0"]
    assert said[2].split() == ["truth", "x0*x1"]
    assert "accuracy 1" in "\n".join(said) and "seal: none" in "\n".join(said)


@pytest.mark.parametrize("words", [("0",), ("0", "0"), ("1", "0"), ("1", "0.01")])
def test_of_bare_numbers_the_first_is_the_seed(
    folder: Path, words: tuple[str, ...], capsys: Said
) -> None:
    seed, noise = (*words, "0")[:2]
    assert main(["show", str(folder), "b", "feynman-i.12.1", *words]) == 0
    assert f"seed{seed}_noise{noise}:" in capsys.readouterr().out


def test_what_is_several_runs_or_none_is_said(folder: Path, capsys: Said) -> None:
    assert main(["show", str(folder), "a", "1"]) == 2
    said = capsys.readouterr().err
    assert "'a 1' is 4 runs" in said and "a/srsd_easy/feynman-i.18.12/seed1_noise0.01" in said
    assert main(["show", str(folder), "nobody"]) == 2
    assert "no run in" in capsys.readouterr().err


def test_failures_and_runs_to_come_are_shown_as_they_are(folder: Path, capsys: Said) -> None:
    assert main(["show", str(folder), "c"]) == 0
    assert "c/srsd_easy/feynman-i.12.1/seed0_noise0: crash\nprediction  none\n" in (
        capsys.readouterr().out
    )
    assert main(["show", str(folder), "d"]) == 0
    assert "no record yet" in capsys.readouterr().out


def _key(folder: Path, run: str) -> str:
    return next(one.key for one in Store(folder).plan().runs.values() if one.id == run)


def test_the_end_of_the_log_is_shown(folder: Path, capsys: Said) -> None:
    run = "a/srsd_easy/feynman-i.12.1/seed0_noise0"
    path = Store(folder).log_path(_key(folder, run))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * 10_000 + b"\nthe last line \xff\n")
    assert main(["show", str(folder), run, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["log"].endswith("\nthe last line \ufffd\n") and len(shown["log"]) < 5000
    assert shown["resources"]["wall_seconds"] == 2.0 and shown["values"]["accuracy"] == 1.0


def test_a_damaged_record_is_named(folder: Path, capsys: Said) -> None:
    run = "a/srsd_easy/feynman-i.12.1/seed0_noise0"
    path = Store(folder).record_path(_key(folder, run))
    path.write_text("{")
    assert main(["show", str(folder), "a", "feynman-i.12.1", "seed0"]) == 2
    assert str(path) in capsys.readouterr().err
