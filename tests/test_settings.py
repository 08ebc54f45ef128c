"""Settings are checked against the types that a method declares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from bench.basics.settings import SettingsError, checked_settings, untyped_settings


@dataclass(frozen=True)
class Declared:
    whole: int = 1
    real: float = 0.5
    word: str = "a"
    flag: bool = False
    words: tuple[str, ...] = ("a", "b")
    numbers: list[float] = field(default_factory=list)
    maybe: int | None = None
    choice: Literal["slow", "fast"] = "slow"
    table: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Demanding:
    must: int
    anything: Any = None


def test_defaults_are_filled_in_and_are_plain_json():
    settings = checked_settings(Declared, {})

    assert settings.plain == {
        "whole": 1, "real": 0.5, "word": "a", "flag": False, "words": ["a", "b"],
        "numbers": [], "maybe": None, "choice": "slow", "table": {},
    }  # fmt: skip
    assert Declared(**settings.values) == Declared()


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ({"whole": 1e6}, 1_000_000),
        ({"real": 3}, 3.0),
        ({"word": 3}, "3"),
        ({"words": ["x"]}, ["x"]),
        ({"numbers": [1, 2.5]}, [1.0, 2.5]),
        ({"maybe": 4}, 4),
        ({"maybe": None}, None),
        ({"choice": "fast"}, "fast"),
        ({"table": {"k": 2}}, {"k": 2}),
    ],
)
def test_what_loses_nothing_is_taken(given, plain):
    (name,) = given

    assert checked_settings(Declared, given).plain[name] == plain


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"whole": "abc"}, "setting 'whole' is 'abc', which is no int"),
        ({"whole": 2.5}, "setting 'whole' is 2.5, which is no int"),
        ({"whole": None}, "setting 'whole' is None, which is no int"),
        ({"real": "fast"}, "setting 'real' is 'fast', which is no float"),
        ({"flag": "perhaps"}, "setting 'flag' is 'perhaps', which is no bool"),
        ({"words": "abc"}, "setting 'words' is 'abc', which is no list of str"),
        ({"numbers": ["x"]}, r"setting 'numbers' is \['x'\], which is no list of float"),
        ({"word": 1000.0}, "setting 'word' is a text, and what is written is read as 1000.0"),
        ({"word": True}, "setting 'word' is a text, and what is written is read as True"),
        ({"words": ["a", 0.1]}, "setting 'words' is a text, and what is written is read as 0.1"),
        ({"maybe": "x"}, "setting 'maybe' is 'x', which is no int or null"),
        ({"choice": "medium"}, "setting 'choice' is 'medium'; choose from slow, fast"),
        ({"table": {"k": "v"}}, "setting 'table' is .*, which is no dict"),
        ({"wole": 1}, "no setting 'wole'; did you mean 'whole'"),
        ({"zzzz": 1}, "no setting 'zzzz'; it has whole, real"),
    ],
)
def test_what_does_not_fit_is_named_with_its_type(given, message):
    with pytest.raises(SettingsError, match=message):
        checked_settings(Declared, given)


@pytest.mark.parametrize("given", [{}, {"must": "???"}])
def test_a_setting_without_a_default_must_be_given(given):
    with pytest.raises(SettingsError, match="setting 'must' \\(int\\) must be given"):
        checked_settings(Demanding, given)


def test_types_that_cannot_be_checked_are_known():
    assert untyped_settings(Declared) == []
    assert untyped_settings(Demanding) == ["anything"]


@dataclass(frozen=True)
class Asks:
    api_key: str = ""
    token: str = ""
    password: str = ""
    secret: str = ""
    my_key: str = ""
    a_secret: str = ""
    client: dict[str, str] = field(default_factory=dict)
    max_tokens: int = 3
    tokens: str = "words"


@pytest.mark.parametrize("name", ["api_key", "token", "password", "secret", "my_key", "a_secret"])
def test_a_key_is_refused_as_a_setting_and_not_repeated(name: str) -> None:
    for key in (name, name.upper(), name.title()):
        held = ({key: "sk-123"}, {key: ["sk-123"]}, {key: {"a": "sk-123"}})
        for one in held:
            for given in (one, {"client": one}, {"client": [1, {"deeper": one}]}):
                with pytest.raises(SettingsError, match=f"setting '{key}' is a text") as error:
                    checked_settings(Asks, given)
                assert "sk-123" not in str(error.value)


def test_words_that_only_look_like_keys_are_settings_and_an_empty_key_is_none() -> None:
    plain = checked_settings(Asks, {"max_tokens": 5, "api_key": ""}).plain
    assert (plain["max_tokens"], plain["tokens"], plain["api_key"]) == (5, "words", "")
