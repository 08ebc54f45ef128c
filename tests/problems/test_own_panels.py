"""A user's own panel: long form in CSV and Parquet, and Qlib's folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench import load
from bench.problems.formats.tabular import TableError

DAYS, ASSETS = 100, ("AA", "BB", "CC", "01")


def rows(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    dates = pd.bdate_range("2020-01-01", periods=DAYS)
    table = pd.DataFrame(
        [(f"{date:%Y-%m-%d}", asset) for date in dates for asset in ASSETS],
        columns=["date", "symbol"],
    )
    table["$close"] = np.exp(rng.normal(0.0, 0.1, len(table))) * 10.0
    table["volume"] = rng.integers(1, 9, len(table))
    return table


def test_a_long_table_is_a_panel_whatever_the_order_of_its_rows(tmp_path: Path) -> None:
    table = rows()
    table.sample(frac=1.0, random_state=1).to_csv(tmp_path / "mine.csv", index=False)
    problem = load(tmp_path / "mine.csv", asset="symbol", horizon=5, split=0.5).problems[0]
    data = problem.data()
    assert problem.fields == ("close", "volume") and data.cut == 50
    close = table["$close"].to_numpy().reshape(DAYS, len(ASSETS))[:, [3, 0, 1, 2]]
    np.testing.assert_array_equal(data.fields["close"], close)
    np.testing.assert_allclose(data.returns[:-5], close[5:] / close[:-5] - 1.0)
    assert np.isnan(data.returns[-5:]).all()
    table.to_parquet(tmp_path / "also.parquet")
    also = load(tmp_path / "also.parquet", asset="symbol", horizon=5, split=0.5).problems[0]
    assert also.data().digest == data.digest


def test_missing_rows_are_missing_values_and_returns_may_be_given(tmp_path: Path) -> None:
    table = rows().drop(index=[5]).assign(target=0.25)
    table.to_csv(tmp_path / "mine.csv", index=False)
    data = load(tmp_path / "mine.csv", asset="symbol").problems[0].data()
    assert np.isnan(data.fields["close"][1]).sum() == 1
    assert set(data.fields) == {"close", "volume"} and np.nanmax(data.returns) == 0.25


FAULTS = {
    "asset is": lambda table: table.rename(columns={"symbol": "name"}),
    "second row": lambda table: pd.concat([table, table.iloc[[7]]]),
    "holds": lambda table: table.assign(volume="much"),
    "infinite": lambda table: table.assign(volume=np.inf),
    "prices are above 0": lambda table: table.assign(**{"$close": 0.0}),
    "field's name": lambda table: table.assign(ts_mean=1.0),
    "needed are": lambda table: table.iloc[:40],
    "need a field 'close'": lambda table: table.drop(columns="$close"),
    "mine.csv": lambda table: table.assign(date="someday"),
}


@pytest.mark.parametrize("words", FAULTS)
def test_a_faulty_panel_is_told_by_file_and_place(tmp_path: Path, words: str) -> None:
    FAULTS[words](rows()).to_csv(tmp_path / "mine.csv", index=False)
    with pytest.raises(TableError, match=words):
        load(tmp_path / "mine.csv", asset="symbol")
    for options in ({"horizon": 0}, {"split": 1.5}):
        with pytest.raises(TableError):
            load(tmp_path / "mine.csv", asset="symbol", **options)


def qlib(folder: Path, table: pd.DataFrame) -> None:
    (folder / "calendars").mkdir(parents=True)
    (folder / "calendars/day.txt").write_text("\n".join(sorted(set(table["date"]))) + "\n")
    for asset, group in table.groupby("symbol"):
        place = folder / "features" / str(asset).lower()
        place.mkdir(parents=True)
        start = 2 if asset == "BB" else 0
        for column, name in (("$close", "close"), ("volume", "volume")):
            values = np.concatenate([[start], group[column].to_numpy()[start:]])
            values.astype("<f4").tofile(place / f"{name}.day.bin")


def test_qlibs_folder_is_a_panel(tmp_path: Path) -> None:
    table = rows()
    qlib(tmp_path / "qlib", table)
    problem = load(tmp_path / "qlib", horizon=2).problems[0]
    data = problem.data()
    assert data.returns.shape == (DAYS, len(ASSETS)) and problem.fields == ("close", "volume")
    close = table["$close"].to_numpy().reshape(DAYS, len(ASSETS))[:, [3, 0, 1, 2]]
    np.testing.assert_allclose(data.fields["close"][2:], close[2:], rtol=1e-6)
    assert np.isnan(data.fields["close"][:2, 2]).all()
    (tmp_path / "qlib/features/aa/close.day.bin").write_bytes(b"\0" * 4 * 199)
    with pytest.raises(TableError, match=r"close\.day\.bin"):
        load(tmp_path / "qlib")
