"""Names in a user's words, in Hydra's grammar and in OmegaConf's: none becomes something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from bench.basics.settings import literal
from bench.cli.quoting import choices, label, labels, quoted

ODD = st.text("ab1.e5-+_ ,;:=~'\"\\[](){}$#/é数\t", max_size=12)


@given(ODD)
def test_what_is_quoted_is_read_as_it_was(text: str) -> None:
    parsed = OverridesParser.create().parse_override(f"key={quoted(text)}")
    assert parsed.value() == text
    (listed,) = OverridesParser.create().parse_override(f"key=[{quoted(text)},x]").value()[:1]
    assert listed == text
    assert choices(quoted(text)) == [text] and choices(f"[{quoted(text)},x]") == [[text, "x"]]


@given(ODD)
def test_a_literal_has_no_interpolation(text: str) -> None:
    config = OmegaConf.create({"a": 1, "key": literal(f"{text}${{a}}{text}")})
    assert config.key == f"{text}${{a}}{text}"


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("a", ["a"]), ("1e5", ["1e5"]), ("null", ["null"]), ("2021.csv", ["2021.csv"]),
        ("[a, b]", [["a", "b"]]), ("[]", [[]]), ("[ ]", [[]]), ("", [""]),
        ("a,b", ["a", "b"]), ("[a],[b,c]", [["a"], ["b", "c"]]), ("choice(a,b)", ["a", "b"]),
        ('["a, b",c]', [["a, b", "c"]]), ("['it''s']", [["it''s"]]), ("it's", ["it's"]),
        ("my data (1).csv", ["my data (1).csv"]), ("a=b.csv", ["a=b.csv"]),
        (r"[a\,b]", [["a,b"]]), (r"C:\data\a.csv", [r"C:\data\a.csv"]), ("día.csv", ["día.csv"]),
    ],
)  # fmt: skip
def test_a_name_is_what_is_written(value: str, meant: object) -> None:
    assert choices(value) == meant


@pytest.mark.parametrize("value", ["[a", "a(", "['a", '["a]'])
def test_what_is_left_open_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="is missing"):
        choices(value)


@given(st.text(max_size=8))
def test_a_label_is_a_key_of_hydras(text: str) -> None:
    (parsed,) = OverridesParser.create().parse_overrides([f"datasets.{label(text)}.target=y"])
    assert parsed.key_or_group == f"datasets.{label(text)}.target"


@pytest.mark.parametrize(
    ("names", "taken", "made"),
    [
        (["/d/2021.csv", "/d/1e5.csv", "/d/null.csv"], [], ["2021", "_1e5", "null"]),
        (["/d/my data.csv", "/d/día.csv"], [], ["my_data", "dia"]),
        (["/a/d.csv", "/b/d.csv"], [], ["a_d", "b_d"]),
        (["/b/d.csv", "/a/d.csv"], [], ["b_d", "a_d"]),
        (["/a/d.csv", "/a/d.tsv"], [], ["d_csv", "d_tsv"]),
        (["/x/a/d.csv", "/y/a/d.csv"], [], ["x_a_d", "y_a_d"]),
        (["/d/srsd.csv"], ["srsd"], ["srsd_csv"]),
        (["/d/数据.csv", "/d/资料.csv"], [], ["data", "data_2"]),
        (["/d/a-b.csv", "/d/a b.csv"], [], ["a_b", "a_b_2"]),
    ],
)
def test_files_have_labels_of_their_own(
    names: list[str], taken: list[str], made: list[str]
) -> None:
    assert list(labels([Path(name) for name in names], taken).values()) == made


@given(st.lists(st.text("ab.é数 /", min_size=1, max_size=6), max_size=6), st.sets(st.text("ab")))
def test_no_two_files_have_one_label(names: list[str], taken: set[str]) -> None:
    paths = list(dict.fromkeys(Path("/", name) for name in names))
    made = labels(paths, taken)
    assert len(set(made.values()) | taken) == len(paths) + len(taken)
