"""What the pages say can be typed, and what they point at is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pages import PAGES, ROOT, blocks, commands, hooks

from bench import Budget, Task, Variable
from bench.cli import main
from bench.cli.parser import parse_arguments
from bench.leaderboard.columns import column_names
from bench.plugins import entry_of_file
from bench.running.load import build

TABLE = "h,speed,g,target\n" + "".join(f"{h},{2 * h},9.8,{h}\n" for h in range(1, 9))
README = ROOT / "README.md"


def my_method() -> str:
    """The method that the README writes."""
    return next(code for code in blocks(README, "python") if code.startswith("# my_method.py"))


def test_the_readme_has_three_screens() -> None:
    text = README.read_text(encoding="utf-8")
    assert text.count("\n") <= 150
    for name in ("run", "tests"):
        assert re.search(rf"<!-- command: {name} -->\n```sh\n.+\n```\n", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|pictures/)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_commands_are_such_as_the_command_line_takes(
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MY_KEY", "a key")
    Path("my_method.py").write_text(my_method(), encoding="utf-8")
    Path("my_table.csv").write_text(TABLE, encoding="utf-8")
    arguments, _ = parse_arguments(list(words))
    if any("hf://" in word for word in words):
        return  # there is no network: what is said of the Hub is tested with the formats
    if words[0] in ("tune", "check", "nearest") or {"--from", "-cd"} & set(words):
        return  # they run at once, or need what an earlier command has made
    if words[0] == "run" and not any("fresh_" in word or ".twins=" in word for word in words):
        assert main(["plan", *words[1:]]) == 0
        assert " to do" in capfd.readouterr().out
    elif arguments.takes_overrides:  # fresh laws and twins take long to make, and training longer
        assert main([words[0], "--cfg", "job", *words[1:]]) == 0


def test_the_readmes_method_is_one(tmp_path: Path) -> None:
    path = tmp_path / "my_method.py"
    path.write_text(my_method(), encoding="utf-8")
    entry = entry_of_file(path)
    method = build(entry.target, {"digits": 2})
    told: list[str] = []
    task = Task(
        np.ones((3, 1)),
        np.array([1.0, 2.0, 7.0]),
        (Variable("x0"),),
        budget=Budget(seconds=1),
        on_report=lambda expression, loss: told.append(expression),
    )
    assert float(method.discover(task).best.expression) == 3.33
    assert told == ["1.0"]


PYTHON = [page for page in PAGES if (ROOT / "docs") in page.parents and blocks(page, "python")]


@pytest.mark.parametrize("page", PYTHON, ids=lambda page: page.name)
def test_python_on_a_page_runs(page: Path) -> None:
    code = blocks(page, "python")
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(code)], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr


def test_pages_are_given_all_that_they_ask_for() -> None:
    made = {
        page.name: hooks().filled(page.read_text(encoding="utf-8"))
        for page in (ROOT / "docs").rglob("*.md")
    }
    for name, text in made.items():
        assert "<!-- generated:" not in text and "<!-- file:" not in text, name
    for column in column_names():
        assert f"`{column}`" in made["leaderboard.md"]
    assert "| `linear` |" in made["methods.md"] and "| `nguyen` | 12 |" in made["datasets.md"]
    assert '??? note "operon"' in made["methods.md"]


@pytest.mark.parametrize("comment", ["<!-- generated: nonsense -->", "<!-- file: no/such.md -->"])
def test_a_page_that_asks_for_what_is_not_there_is_an_error(comment: str) -> None:
    with pytest.raises(LookupError, match=r"nonsense|no/such\.md"):
        hooks().filled(comment)
