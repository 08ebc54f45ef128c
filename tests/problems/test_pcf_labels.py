"""The labels of ``pcf``, made again by brute force: those that ship, to the bit."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from bench.basics.paths import DATASETS

pytest.importorskip("flint", reason="the extra constants is not installed")

from benchmarks import pcf_labels
from benchmarks.pcf_labels import COEFFICIENTS, LEFT_OUT, Label, label, table

Five = tuple[int, ...]
SHIPPED = {
    tuple(map(int, cells[:5])): cells[5:]
    for cells in (line.split(",") for line in (DATASETS / "pcf.csv").read_text().splitlines())
}
RELATED = sorted(five for five, cells in SHIPPED.items() if cells[0])


def drawn(fractions: Sequence[Five], count: int) -> list[Five]:
    return Random("labels made again").sample(fractions, count)


def made(five: Five) -> Label:
    return label(five[:2], five[2:])


def test_thirty_labels_are_made_again_to_the_bit() -> None:
    everything = list(itertools.product(COEFFICIENTS, repeat=5))
    for five in (*drawn(everything, 20), *drawn(RELATED, 10)):
        found = made(five)
        assert SHIPPED.get(five) == (None if found.why else found.cells), five


@pytest.mark.parametrize(
    ("five", "why"),
    [
        ((0, 0, 1, 0, 0), "a or b is 0"),
        ((1, 1, 0, 1, -3), "ends"),
        ((0, 1, 0, 0, -3), "diverges"),
        ((-2, -3, -1, -2, 1), "slow"),
    ],
)
def test_what_is_left_out_has_a_reason(five: Five, why: str) -> None:
    assert made(five).why == why and why in LEFT_OUT and five not in SHIPPED


def test_a_proof_ends_where_the_limit_is_known_to(monkeypatch: pytest.MonkeyPatch) -> None:
    golden = made((0, 1, 0, 0, 1))
    known = 1500 * 2 * math.log10((1 + math.sqrt(5)) / 2)  # digits at the shallower depth
    assert golden.constant == "sqrt5" and known - 5 < golden.proven <= known
    monkeypatch.setattr(pcf_labels, "_MOST_PROVEN", 300)
    assert 280 < made((0, 1, 0, 0, 1)).proven <= 300


def test_what_was_ended_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcf_labels, "COEFFICIENTS", range(2))
    monkeypatch.setattr(pcf_labels, "DATASETS", tmp_path)
    monkeypatch.setattr(pcf_labels, "RESULTS", tmp_path / "labels.md")
    monkeypatch.setattr("sys.argv", ["pcf_labels", str(tmp_path / "pieces")])
    pcf_labels.main()
    kept = (tmp_path / "pcf.csv").read_text()
    shipped = [five for five in SHIPPED if set(five) <= {0, 1}]
    assert len(kept.splitlines()) == len(shipped)
    (tmp_path / "pieces" / "0_1.csv").unlink()
    asked: list[Five] = []
    real = pcf_labels.label
    monkeypatch.setattr(pcf_labels, "label", lambda a, b: asked.append(a) or real(a, b))
    pcf_labels.main()
    assert set(asked) == {(0, 1)} and (tmp_path / "pcf.csv").read_text() == kept


def test_the_table_counts_what_is_left_out_and_why() -> None:
    lines = ["1,1,0,1,-3,ends", "1,1,0,1,1,", "0,1,0,0,1,sqrt5,1,-1,1,1,300"]
    text = table(lines)
    assert "ends, and its limit is rational | 1 |" in text and "| all | 3 |" in text
    assert "hold to 300 digits at least" in text
