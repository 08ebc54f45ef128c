"""Whatever is judged, there is an answer, soon, and nothing is executed."""

from __future__ import annotations

import json
import random
from pathlib import Path
from time import thread_time

import pytest

from bench.problems import Domain, Sampling, Variable
from bench.scoring.equivalence import RULES, JudgeLimits, judge
from bench.scoring.equivalence.verdict import ANSWERS

HOSTILE = json.loads(
    (Path(__file__).parents[1] / "data" / "hostile_expressions.json").read_text(encoding="utf-8")
)
ON = Domain(
    (
        Variable("x0", sampling=Sampling("uniform", 1, 5)),
        Variable("x1", sampling=Sampling("log_uniform", 1e-3, 1e3, "both")),
    )
)
LIMITS = JudgeLimits(seconds=0.2)
_PIECES = (
    "x0", "x1", "1", "2.5", "-3", "1e300", "1e-300", "0", "0.5", "pi", "I", "x0", "x1", "(", ")",
    "+", "-", "*", "/", "**", "^", ",", "sin(", "exp(", "log(", "sqrt(", "abs(", "max(", "tan(",
    "acosh(", "cbrt(", "aq(", "nan", "__class__", "lambda", "import os", "é", " ", "9**9**9", "x2",
)  # fmt: skip


def _grown(rng: random.Random, depth: int) -> str:
    """An expression that parses, whatever its value."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(["x0", "x1", "2", "-1", "0", "0.5", "3.7e8", "1e-200", "pi", "x0", "x1"])
    inner = [_grown(rng, depth - 1) for _ in range(2)]
    form = rng.choice(
        ["({0} + {1})", "({0} - {1})", "{0}*{1}", "({0})/({1})", "({0})**({1})", "exp({0})",
         "log({0})", "sqrt({0})", "sin({0})", "tan({0})", "abs({0})", "max({0}, {1})",
         "acos({0})", "cosh({0})", "atanh({0})", "cbrt({0})", "sign({0})", "aq({0}, {1})"]
    )  # fmt: skip
    return form.format(*inner)


def _check(prediction: str, truth: str = "x0*sin(x1)") -> None:
    started = thread_time()
    verdicts = judge(prediction, truth, ON, limits=LIMITS)
    assert thread_time() - started < 10
    assert set(verdicts) == set(RULES)
    for verdict in verdicts.values():
        assert verdict.answer in ANSWERS
        assert "Error" not in verdict.reason or verdict.step != "failure", (prediction, verdict)
        json.dumps(verdict.as_dict(), allow_nan=True)


@pytest.mark.parametrize("text", HOSTILE if isinstance(HOSTILE, list) else list(HOSTILE.values()))
def test_hostile_text_gets_an_answer(text: str) -> None:
    _check(text)


def test_thousands_of_soups_get_an_answer() -> None:
    rng = random.Random(5)
    for _ in range(4_500):
        _check("".join(rng.choices(_PIECES, k=rng.randint(1, 14))))


def test_hundreds_of_grown_expressions_get_an_answer() -> None:
    rng = random.Random(6)
    for number in range(500):
        prediction = _grown(rng, 4)
        _check(prediction, prediction if number % 10 == 0 else "x0*sin(x1)")


def test_what_is_judged_is_never_executed(tmp_path: Path) -> None:
    target = tmp_path / "made"
    for text in (f"open('{target}', 'w')", f"__import__('pathlib').Path('{target}').touch()"):
        _check(text)
        _check("x0", text)
    assert not target.exists()


@pytest.mark.parametrize(
    "monster",
    [
        "+".join(f"{0.1 * k!r}*x0**{k}" for k in range(1, 400)),
        "*".join(f"(x0 + {k}.5*x1)" for k in range(1, 150)),
        "sin(" * 200 + "x0" + ")" * 200,
        "exp(" * 50 + "x0" + ")" * 50,
        "x0**" * 50 + "x0",
        "(" * 500 + "x0" + ")" * 500,
        "9" * 250 + "*x0",
        "x0*" + "1.5*" * 2000 + "x1",
    ],
    ids=["polynomial", "product", "sines", "exponentials", "tower", "brackets", "digits", "chain"],
)
def test_monsters_end(monster: str) -> None:
    _check(monster)
