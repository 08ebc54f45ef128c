"""`rediscover check` with settings, given as to `run`."""

from __future__ import annotations

import pytest

from bench.cli import main

LINEAR = "sklearn.linear_model:LinearRegression"


def test_settings_reach_the_method(capfd: pytest.CaptureFixture[str]) -> None:
    given = [f"method.sklearn.estimator={LINEAR}", "method.sklearn.params={fit_intercept: true}"]
    code = main(["check", "sklearn", "--seconds", "20", *given])
    said = capfd.readouterr().out
    assert code == 0 and "keeps the contract" in said, said
    assert "answers one variable: a black box" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["method.linear.nope=3"], "there is no setting 'nope'"),
        (["method.other.nope=3"], "a setting of the method is method.linear.SETTING=VALUE"),
        (["method.linear.nope=1,2"], "a setting of the method is method.linear.SETTING=VALUE"),
        (["nope"], "'nope' is no setting; write KEY=VALUE"),
        (["--nope"], "it takes no '--nope'"),
    ],
)
def test_other_words_are_refused(
    words: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(["check", "linear", *words])
    except SystemExit as end:
        code = int(str(end.code))
    out, err = capfd.readouterr()
    assert code in (1, 2) and said in out + err
