"""The cache of generated data: what it keeps, what it notices, what it survives."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from bench.basics.paths import cache_folder
from bench.problems import Data, Problem, load_dataset


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path))
    return tmp_path / "data"


@pytest.fixture
def problem() -> Problem:
    return load_dataset("nguyen").problems[0]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The problems whose data were generated, one entry a time."""
    from bench.problems.sources.sampling import Drawn

    names: list[str] = []
    generate = Drawn.data

    def counted(self: Drawn, problem: Problem, seed: int) -> Data:
        names.append(problem.name)
        return generate(self, problem, seed)

    monkeypatch.setattr(Drawn, "data", counted)
    return names


def test_data_are_generated_once(folder: Path, problem: Problem, made: list[str]) -> None:
    first, second = problem.data(), problem.data()
    assert made == [problem.name] and len(list(folder.iterdir())) == 1
    assert first.digest == second.digest and list(first.splits) == list(second.splits)


def test_whatever_the_data_follow_from_is_another_file(
    folder: Path, problem: Problem, made: list[str]
) -> None:
    others = [
        problem,
        replace(problem, version="2"),
        replace(problem, name="other"),
        replace(problem, constraints=("x0 > 0",)),
        replace(problem, source=replace(problem.source, samples={"train": 9, "test": 9})),  # type: ignore[type-var]
    ]
    digests = {one.data().digest for one in others} | {problem.data(1).digest}
    assert len(digests) == len(made) == len(list(folder.iterdir())) == 6


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "replaced"])
def test_a_damaged_file_is_made_again(
    folder: Path, problem: Problem, made: list[str], damage: str
) -> None:
    digest = problem.data().digest
    path = next(folder.iterdir())
    content = bytearray(path.read_bytes())
    if damage == "empty":
        content.clear()
    elif damage == "cut":
        del content[len(content) // 2 :]
    elif damage == "flipped":
        content[len(content) // 3] ^= 1
    else:
        replace(problem, name="other").data()
        content = bytearray(next(f for f in folder.iterdir() if f != path).read_bytes())
        content[-1] ^= 1
    path.write_bytes(content)
    made.clear()
    assert problem.data().digest == digest and made == [problem.name]
    assert problem.data().digest == digest and made == [problem.name]


def test_pickles_in_the_cache_are_not_read(folder: Path, problem: Problem) -> None:
    import numpy as np

    digest = problem.data().digest
    path = next(folder.iterdir())
    np.savez(path, splits=np.array([{"a": 1}], dtype=object), digest=np.array(digest))
    assert problem.data().digest == digest


def test_without_a_writable_cache_data_are_made_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: Problem, made: list[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path / "file"))
    assert problem.data().digest == problem.data().digest and len(made) == 2


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDISCOVER_CACHE", "/own")
    assert cache_folder() == Path("/own")
    monkeypatch.delenv("REDISCOVER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert cache_folder() == Path("/xdg/rediscover")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "rediscover"


def _digest(_: int) -> str:
    return load_dataset("nguyen").problems[1].data().digest


def test_processes_share_it(folder: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        digests = set(pool.map(_digest, range(8)))
    assert len(digests) == 1
    assert [path.suffix for path in folder.iterdir()] == [".npz"]
