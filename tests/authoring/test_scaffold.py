"""`rediscover new`: what it writes works, and it never writes over anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench import Task, Variable, evaluate, parse
from bench.authoring.conformance import check
from bench.authoring.scaffold import ScaffoldError, class_name, next_steps, write_method
from bench.running.load import load_class


def test_the_method_it_writes_finds_a_law(tmp_path):
    method, _ = write_method("my_law", tmp_path)
    X = np.random.default_rng(0).uniform(1, 3, (50, 2)) * [1e-20, 1.0]
    y = -2.5 * X[:, 0] / np.sqrt(X[:, 1])
    task = Task(X, y, (Variable("a"), Variable("b")))

    found = load_class(f"{method}:MyLaw")().discover(task).best.expression

    np.testing.assert_allclose(evaluate(parse(found, task.variables), task.names, X), y, rtol=1e-9)


def test_the_method_it_writes_keeps_the_contract(tmp_path):
    method, _ = write_method("my_law", tmp_path)

    report = check(str(method))

    assert report.exit_code == 0, report.text()


def test_the_test_it_writes_passes(tmp_path):
    _, test = write_method("my_law", tmp_path)

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_nothing_is_written_over(tmp_path):
    there = tmp_path / "test_my_law.py"
    there.write_text("mine")

    with pytest.raises(ScaffoldError, match="is there already"):
        write_method("my_law", tmp_path)

    assert there.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [there]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("3d", "cannot name a method"),
        ("my-law", "cannot name a method"),
        ("class", "cannot name a method"),
        ("../up", "cannot name a method"),
        ("", "cannot name a method"),
        ("_", "cannot name a method"),
        ("operon", "a method 'operon' already"),
        ("numpy", "a Python module 'numpy' already"),
    ],
)
def test_a_name_that_would_make_trouble_is_refused(tmp_path, name, message):
    with pytest.raises(ScaffoldError, match=message):
        write_method(name, tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(ScaffoldError, match="cannot write to"):
        write_method("my_law", tmp_path / "file" / "folder")


def test_next_steps_name_the_files():
    text = next_steps(Path("my_law.py"), Path("test_my_law.py"))

    assert "rediscover check my_law.py" in text
    assert 'my_law = "your_package.my_law:MyLaw"' in text


@pytest.mark.parametrize(
    ("name", "expected"), [("my_law", "MyLaw"), ("gp", "Gp"), ("x2_fit", "X2Fit")]
)
def test_class_names(name, expected):
    assert class_name(name) == expected
