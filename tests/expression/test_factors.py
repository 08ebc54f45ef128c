"""The factor language: reading, values against pandas, and no looking ahead."""

from __future__ import annotations

import random
import time
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.expression.factors import (
    FACTOR_OPERATORS,
    Factor,
    FactorError,
    Panel,
    canonical_factor,
    evaluate_factor,
    factor_fields,
    factor_size,
    parse_factor,
)
from methods.panels.growing import drawn

FIELDS = ("open", "close", "volume")
DAYS, ASSETS = 60, 7


def market(seed: int = 0, missing: float = 0.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    fields = {name: np.exp(rng.normal(0.0, 0.3, (DAYS, ASSETS))) + 1.0 for name in FIELDS}
    for array in fields.values():
        array[rng.random(array.shape) < missing] = np.nan
    return fields


FACTORS = st.integers(0, 2**32).map(lambda seed: drawn(random.Random(seed), FIELDS, 3))


@settings(max_examples=60, deadline=None)
@given(FACTORS, st.integers(1, DAYS - 1), st.integers(0, 3))
def test_a_value_follows_from_its_day_and_those_before(factor: Factor, day: int, seed: int) -> None:
    now = market(seed, missing=0.05)
    later = {name: array.copy() for name, array in now.items()}
    rng = np.random.default_rng(seed)
    for array in later.values():
        array[day:] = rng.choice([np.nan, 0.0, 1e12, -5.0, 2.0], array[day:].shape)
    before, after = evaluate_factor(factor, now), evaluate_factor(factor, later)
    np.testing.assert_array_equal(before[:day], after[:day])
    np.testing.assert_array_equal(
        before[:day], evaluate_factor(factor, {name: one[:day] for name, one in now.items()})
    )


@settings(max_examples=60, deadline=None)
@given(FACTORS)
def test_what_is_written_is_read_as_the_same(factor: Factor) -> None:
    if factor.head == "neg" and factor.parts[0].head == "number":
        return  # -(2) and -2 are one
    again = parse_factor(str(factor), FIELDS)
    assert str(again) == str(factor)
    left, right = evaluate_factor(factor, market()), evaluate_factor(again, market())
    np.testing.assert_array_equal(left, right)


def test_windows_have_the_values_of_pandas() -> None:
    fields = market(1, missing=0.03)
    x, y = pd.DataFrame(fields["close"]), pd.DataFrame(fields["volume"])
    theirs = {
        "ts_mean(close, 5)": x.rolling(5).mean(),
        "ts_sum(close, 7)": x.rolling(7).sum(),
        "ts_median(close, 6)": x.rolling(6).median(),
        "ts_std(close, 5)": x.rolling(5).std(ddof=0),
        "ts_max(close, 5)": x.rolling(5).max(),
        "ts_min(close, 5)": x.rolling(5).min(),
        "ts_delay(close, 3)": x.shift(3),
        "ts_diff(close, 3)": x.diff(3),
        "ts_pct(close, 3)": x / x.shift(3) - 1.0,
        "ts_rank(close, 9)": (x.rolling(9).rank() - 1.0) / 8.0,
        "ts_cov(close, volume, 8)": x.rolling(8).cov(y, ddof=0),
        "ts_corr(close, volume, 8)": x.rolling(8).corr(y),
        "ts_vari(close, 5)": x.rolling(5).std(ddof=0) / x.rolling(5).mean(),
        "ts_zscore(close, 5)": (x - x.rolling(5).mean()) / x.rolling(5).std(ddof=0),
        "ts_autocorr(close, 9, 2)": x.rolling(9).corr(x.shift(2)),
        "cs_rank(close)": (x.rank(axis=1) - 1.0).div(x.notna().sum(axis=1) - 1.0, axis=0),
        "cs_demean(close)": x.sub(x.mean(axis=1), axis=0),
        "cs_zscore(close)": x.sub(x.mean(axis=1), axis=0).div(x.std(axis=1, ddof=0), axis=0),
    }
    panel = Panel(fields)
    for text, frame in theirs.items():
        ours = panel.value(parse_factor(text, FIELDS))
        np.testing.assert_allclose(ours, frame.to_numpy(), atol=1e-9, err_msg=text)


def test_moments_are_those_of_standardised_windows() -> None:
    fields = market(2)
    for name, power in (("ts_skew", 3), ("ts_kurt", 4)):
        ours = evaluate_factor(parse_factor(f"{name}(close, 10)", FIELDS), fields)
        windows = [fields["close"][day - 9 : day + 1] for day in range(9, DAYS)]
        theirs = [np.mean(((x - x.mean(0)) / x.std(0)) ** power, axis=0) for x in windows]
        np.testing.assert_allclose(ours[9:], theirs, rtol=1e-8)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it ends"),
        ("clse", "did you mean 'close'"),
        ("ts_delay(close, -1)", "window"),
        ("ts_delay(close, 0)", "window"),
        ("ts_mean(close, 2.5)", "window"),
        ("ts_mean(close, 1e9)", "window"),
        ("ts_mean(close, 99999999999999999999)", "window"),
        ("ts_mean(close)", "','"),
        ("ts_mean(close, 5", r"'\)'"),
        ("close close", "too much"),
        ("close ** 2", "it ends|there is no"),
        ("1e999", "finite"),
        ("__import__('os')", "there is no"),
        ("close.__class__", "too much"),
        ("(" * 200 + "close" + ")" * 200, "nested"),
        ("-" * 200 + "close", "nested"),
        ("close" + " + close" * 60, "nodes"),
        ("close + " * 2000 + "close", "characters"),
        ("close\0", "too much"),
    ],
)
def test_what_is_no_factor_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(FactorError, match=words):
        parse_factor(text, FIELDS)


def test_factors_that_rank_by_the_same_are_one() -> None:
    one = canonical_factor(parse_factor("close * volume - open", FIELDS))
    for same in ("-open + volume*close", "2*(volume * close - open)", "-(close*volume - open)/3"):
        assert canonical_factor(parse_factor(same, FIELDS)) == one
    assert canonical_factor(parse_factor("open - close * volume + 1", FIELDS)) != one
    factor = parse_factor("ts_corr(close, log(volume), 10) - 0.5", FIELDS)
    assert factor_fields(factor) == {"close", "volume"} and factor_size(factor) == 6


@pytest.mark.parametrize("name", sorted(FACTOR_OPERATORS))
def test_hostile_values_are_missing_and_warn_of_nothing(name: str) -> None:
    row = FACTOR_OPERATORS[name]
    bad = np.array([[0.0, -1.0, 1e300, np.nan, 5.0, 5.0, -0.0]] * 30)
    parts = tuple(Factor.field(one) for one in ("close", "volume")[: row.operands])
    factor = Factor(name, parts, (40, 3)[: row.windows])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = evaluate_factor(factor, {"close": bad, "volume": bad})
    assert found.shape == bad.shape and not np.isinf(found).any()


def test_shared_subtrees_are_worked_out_once() -> None:
    rng = np.random.default_rng(0)
    panel = Panel({"close": rng.random((1500, 300))})
    panel.value(parse_factor("ts_corr(close, close, 20)", ["close"]))
    began = time.process_time()
    kept = panel.value(parse_factor("ts_corr(close, close, 20)", ["close"]))
    assert kept is panel.value(parse_factor("ts_corr(close, close, 20)", ["close"]))
    assert time.process_time() - began < 1.0
