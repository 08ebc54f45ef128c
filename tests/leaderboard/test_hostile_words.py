"""Words from outside do nothing but stand there, in every format of a table and every verb."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from results_folders import Result, rewrite, write

from bench.basics.words import harmless
from bench.cli import main
from bench.leaderboard.escaping import as_latex, as_markdown, as_text
from bench.running import Store

HOSTILE = (
    "<img src=x onerror=alert(1)>", "&lt;b&gt;", "[a](javascript:alert(1))", "a|b", "**a**",
    "\x1b[2J\x1b[31m", "\x9b2J", "\u202egnp.exe", "\u2066a", "\x07", "a\nb\rc\td", "\x00",
    "=HYPERLINK(\"http:x\")", "+cmd|' C calc'!A0", "-2+3+cmd|' C calc'!A0", "@SUM(A1)",
    "-WEBSERVICE(A1)", "\\input{passwd}", "$x$ % &", "[1cm]", "*", "`x`", "_a_", "'", '"',
)  # fmt: skip
ACTING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
words = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A method, a problem, and a message of a run for each of the words."""
    results = [Result(f"m{k}{word}", f"p{word}") for k, word in enumerate(HOSTILE)]
    folder = write(tmp_path_factory.mktemp("hostile") / "x", results)
    for result, word in zip(results, HOSTILE, strict=True):
        found = {"best": [f"x0 + {word}", None, None], "front": []}
        rewrite(Store(folder).record_path(result.run.key), message=word, discovery=found)
    return folder


class Tags(HTMLParser):
    """The names of all tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.add(tag)


@pytest.mark.parametrize("by", ["problem", "run"])
@pytest.mark.parametrize("form", ["table", "csv", "md", "tex", "html"])
def test_no_format_lets_them_act(
    folder: Path, capsys: pytest.CaptureFixture[str], form: str, by: str
) -> None:
    assert main(["leaderboard", str(folder), "--by", by, "--format", form]) == 0
    said = capsys.readouterr()
    assert not ACTING.search(said.out + said.err)
    if form == "html":
        assert Tags(said.out).found <= {"table", "caption", "br", "thead", "tbody", "tr", "th",
                                        "td"}  # fmt: skip
    if form == "md":
        lines = [line for line in said.out.splitlines() if line.startswith("| ")]
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
    if form == "csv":
        cells = [cell for row in csv.reader(io.StringIO(said.out)) for cell in row]
        assert not any(cell.startswith(("=", "@")) for cell in cells)


@pytest.mark.parametrize(
    "argv", [("compare",), ("status",), ("show",), ("show", "seed0"), ("gate", "again")]
)
def test_no_verb_lets_them_act(
    folder: Path, capsys: pytest.CaptureFixture[str], argv: tuple[str, ...]
) -> None:
    verb, *more = argv
    main([verb, str(folder), *([str(folder)] if more == ["again"] else more)])
    said = capsys.readouterr()
    assert len(said.out + said.err) > 100 and not ACTING.search(said.out + said.err)


def test_a_run_is_shown_as_it_is_and_acts_on_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for k, word in enumerate(HOSTILE):
        assert main(["show", str(folder), f"m{k}{word}"]) == 0
        said = capsys.readouterr().out
        assert not ACTING.search(said) and harmless(f"x0 + {word}") in said


@given(words)
def test_a_spreadsheet_computes_nothing_but_what_is_an_expression(word: str) -> None:
    cell = as_text(word)
    assert not cell.startswith(("=", "@", "\t", "\r"))
    assert not (cell.startswith(("+", "-")) and re.search(r"[|!\"']|WEBSERVICE", cell))
    assert not ACTING.search(cell)


@pytest.mark.parametrize("expression", ["-x0 + 1", "+x0", "-sin(x0)*2", "x0 = 1", "-1e-5"])
def test_expressions_and_numbers_stay_as_they_are(expression: str) -> None:
    assert as_text(expression) == expression


@given(words)
@example("<\x1f")
def test_markdown_and_latex_have_no_sign_of_their_own_left(word: str) -> None:
    shown = as_markdown(word).replace("\\\\", "·")  # a backslash, which keeps its neighbours apart
    assert not re.search(r"(?<!\\)(?:[`*|]|<[A-Za-z/!?]|\]\()", shown)
    text = as_latex(word)
    assert not text.startswith(("[", "*")) and not re.search(r"(?<!\\)[&%$#_]", text)
