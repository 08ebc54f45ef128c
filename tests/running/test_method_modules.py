"""A method's file is a module: what it imports, and what the processes it starts import of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from toys import log_of, run_all, run_one

from bench.authoring.conformance import check
from bench.plugins import entry_of_file, find_method, spec_of
from bench.running import Limits, MethodSpec, Record
from bench.running.missing import missing_engine

METHOD = """
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import helper
from base import Base


class Law:
    def __init__(self, factor):
        self.factor = factor


def law(factor):
    return Law(helper.doubled(factor))


@dataclass(frozen=True)
class Mine(Base):
    '''Answers in a child of its own.'''
    how: str = "none"

    def factor(self):
        for place in (Path(__file__).with_name("data.csv"), Path(__file__).parent):
            try:
                print("open:", os.listdir(place) if place.is_dir() else place.read_text())
            except OSError:
                print("shut")
        if self.how == "none":
            return law(1).factor
        if self.how == "loky":
            from joblib import Parallel, delayed

            return Parallel(2)(delayed(law)(k) for k in (1, 2))[0].factor
        context = multiprocessing.get_context(self.how.removeprefix("executor of "))
        if self.how.startswith("executor"):
            with ProcessPoolExecutor(2, mp_context=context) as pool:
                return next(pool.map(law, (1, 2))).factor
        with context.Pool(2) as pool:
            return pool.map(law, (1, 2))[0].factor
"""
BASE = """
from bench import Discovery


class Base:
    def discover(self, task):
        return Discovery.of(f"{self.factor()}*{task.names[0]}")
"""
HELPER = """
import package.deep


def doubled(value):
    import late

    return late.TIMES * package.deep.TIMES * value
"""


def written(folder: Path, times: int = 2) -> Path:
    """The file of a method that imports two modules and a package from its folder."""
    (folder / "package").mkdir(parents=True)
    (folder / "package/__init__.py").write_text("")
    (folder / "package/deep.py").write_text(f"TIMES = {times}\n")
    (folder / "late.py").write_text("TIMES = 1\n")
    (folder / "helper.py").write_text(HELPER)
    (folder / "base.py").write_text(BASE)
    (folder / "data.csv").write_text("secret")
    path = folder / "mine.py"
    path.write_text(METHOD)
    return path


def run(folder: Path, path: Path, how: str, start: str = "fork") -> tuple[Record, str]:
    spec = spec_of(find_method(str(path)), how=how, worker={"start": start})
    record = run_one(folder, spec, seconds=60, limits=Limits(grace=30.0))
    return record, log_of(folder, record)


@pytest.mark.parametrize(
    ("how", "start"),
    [
        ("none", "keep"),
        ("spawn", "fork"),
        ("spawn", "fresh"),
        ("forkserver", "fork"),
        ("loky", "fork"),
        ("executor of spawn", "fork"),
        ("executor of fork", "fork"),
    ],
)
def test_children_find_the_method_and_what_lies_beside_it(
    tmp_path: Path, how: str, start: str
) -> None:
    record, log = run(tmp_path / "results", written(tmp_path / "code"), how, start)
    assert (record.status, record.message) == ("ok", ""), log
    assert record.discovery is not None and record.discovery.best.expression == "2*x0"
    if record.provenance["seal"] == "full":
        assert log == "shut\nshut\n"


def test_check_and_planning_import_what_lies_beside_a_method(tmp_path: Path) -> None:
    for name, times in (("a", 2), ("b", 3)):  # modules of one name, in two folders
        report = check(str(written(tmp_path / name, times)), seconds=20)
        messages = [one.message for one in report.findings]
        assert f"{times}*x0" in messages, report.text()


def test_a_method_is_found_under_both_of_its_names(tmp_path: Path) -> None:
    path = written(tmp_path / "code")
    (tmp_path / "code/late.py").write_text("import mine\nTIMES = mine.Law(1).factor\n")
    (tmp_path / "code/base.py").write_text(
        BASE.replace(
            "return", "import mine\n        assert isinstance(self, mine.Mine)\n        return"
        )
    )
    record, log = run(tmp_path / "results", path, "none")
    assert (record.status, record.message) == ("ok", ""), log


@pytest.mark.parametrize("name", ["gplearn", "random", "pkg_resources_of_mine"])
def test_a_file_may_be_called_like_a_package_that_it_uses(tmp_path: Path, name: str) -> None:
    path = tmp_path / "code" / f"{name}.py"
    path.parent.mkdir()
    path.write_text(
        "import random\nimport gplearn.genetic\nfrom bench import Discovery\n"
        "class Mine:\n    def discover(self, task):\n"
        "        return Discovery.of(f'{random.Random(0).randint(1, 1)}*x0')\n"
    )
    (path.parent / "statistics.py").write_text("raise RuntimeError('not this one')")
    spec = spec_of(entry_of_file(path))  # a method that ships has the name gplearn
    record = run_one(tmp_path / "results", spec, seconds=60)
    assert record.discovery is not None, (record.message, log_of(tmp_path / "results", record))
    assert record.discovery.best.expression == "1*x0"


@pytest.mark.parametrize("place", [".", "records", "deep/er/still"])
@pytest.mark.parametrize("linked", [False, True])
def test_a_method_in_its_own_results_folder_is_told_before_it_runs(
    tmp_path: Path, place: str, linked: bool
) -> None:
    results = tmp_path / "results"
    file = results / place / "lies_within.py"
    file.parent.mkdir(parents=True)
    file.write_text("class Within:\n    def discover(self, task): ...\n")
    if linked:
        (tmp_path / "link.py").symlink_to(file)
    given = tmp_path / "link.py" if linked else file
    spec = MethodSpec("within", f"{given}:Within")
    assert "lies in the results folder" in (missing_engine(spec, results) or "")
    named = MethodSpec("named", "methods.linear:Linear", worker={"read": [str(given)]})
    assert "worker.read" in (missing_engine(named, results) or "")
    assert missing_engine(spec) is None


FORGER = """
import sys
from pathlib import Path

import helper

from bench import Discovery


class Forger:
    '''Tries to have later runs find another module than that beside it.'''

    def discover(self, task):
        for place in map(Path, sys.path):
            for name in ("helper.py", "late.py", "numpy.py"):
                try:
                    (place / name).write_text("raise SystemExit('forged')")
                    print("forged", place / name)
                except OSError:
                    pass
        return Discovery.of(f"{helper.doubled(1)}*{task.names[0]}")
"""


@pytest.mark.parametrize("start", ["fork", "keep", "fresh"])
def test_no_run_changes_what_the_next_imports(tmp_path: Path, start: str) -> None:
    path = written(tmp_path).with_name("forger.py")
    path.write_text(FORGER)
    spec = spec_of(find_method(str(path)), worker={"start": start})
    records = run_all(tmp_path / "runs", spec, seeds=range(3), seconds=60)
    assert [record.status for record in records.values()] == ["ok"] * 3
    assert not any("forged" in log_of(tmp_path / "runs", one) for one in records.values())
