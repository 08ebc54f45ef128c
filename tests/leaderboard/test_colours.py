"""Colours of the page: contrast by WCAG, and what those see who lack one kind of cones."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import bench.leaderboard.report as report
from bench.leaderboard.report.charts import (
    DASHES,
    PALETTE,
    SHAPES,
    Spec,
    accuracy_and_complexity,
    over_levels,
    solved_over_time,
)

Array = NDArray[np.float64]
HERE = Path(report.__file__).parent
APART = 20.0
"""The least difference of two categories in CIELAB; 2.3 is just noticeable."""

SEEN = {
    "all": np.eye(3),
    "no long cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                      [-0.003882, -0.048116, 1.051998]],
    "no middle cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                        [-0.011820, 0.042940, 0.968881]],
    "no short cones": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                       [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
"""Machado, Oliveira and Fernandes 2009, severity 1: linear RGB of what is seen."""
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip


def linear(colour: str) -> Array:
    parts = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb: Array) -> Array:
    ratio = XYZ @ np.clip(rgb, 0, 1) / XYZ.sum(axis=1)
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    light, dark = sorted((float(XYZ[1] @ linear(c)) + 0.05 for c in (one, other)), reverse=True)
    return light / dark


def schemes() -> dict[str, dict[str, str]]:
    """The colours of the page by name, in the light and in the dark."""
    blocks = re.findall(r":root \{(.*?)\}", (HERE / "page.css").read_text(), re.S)
    light, dark = (dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", one)) for one in blocks)
    assert light.keys() == dark.keys()
    return {"light": light, "dark": dark}


def test_differences_and_contrasts_are_those_of_the_books() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.01)
    assert all(np.sum(seen, axis=1) == pytest.approx(1.0, abs=1e-5) for seen in SEEN.values())
    red, green = (lab(SEEN["no long cones"] @ linear(c)) for c in ("#b04030", "#606020"))
    assert np.linalg.norm(red - green) < 20 < np.linalg.norm(lab(linear("#b04030")) - green)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read(scheme: str) -> None:
    colours = schemes()[scheme]
    for ink, paper in itertools.product(("ink", "faint", "strong", "warn"), ("paper", "shade")):
        assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    for paper in ("#56b4e9", "#fff3dc"):  # the ends of what a cell of the map is filled with
        assert contrast("#111111", paper) >= 4.5 and paper in (HERE / "page.css").read_text()


@pytest.mark.parametrize(
    "paper", [schemes()["light"]["paper"], schemes()["dark"]["paper"], "#ffffff"]
)
def test_lines_and_points_stand_out_from_their_paper(paper: str) -> None:
    assert all(contrast(colour, paper) >= 3.0 for colour in PALETTE)


@pytest.mark.parametrize("seen", SEEN)
def test_no_two_colours_look_alike_to_anybody(seen: str) -> None:
    for one, other in itertools.combinations(PALETTE, 2):
        apart = lab(SEEN[seen] @ linear(one)) - lab(SEEN[seen] @ linear(other))
        assert np.linalg.norm(apart) > APART, (one, other)


def second_channels(spec: Spec) -> list[tuple[object, ...]]:
    """The colour of each method with its dash or shape."""
    layers = spec.get("layer", [spec])
    encoding = next(one["encoding"] for one in layers if "color" in one["encoding"])
    second = "strokeDash" if "strokeDash" in encoding else "shape"
    ranges = [encoding[name]["scale"]["range"] for name in ("color", second)]
    return [(colour, str(value)) for colour, value in zip(*ranges, strict=True)]


def test_colour_is_never_all_that_tells_methods_apart() -> None:
    methods = [f"m{k}" for k in range(24)]
    for spec in (
        solved_over_time([], methods), over_levels([], "noise", "solved", methods),
        accuracy_and_complexity([], "R2", methods),
    ):  # fmt: skip
        pairs = second_channels(spec)
        assert len(set(pairs)) == 24
        assert all(one[1] != other[1] for one, other in itertools.pairwise(pairs))
    assert len(set(map(str, DASHES))) == len(DASHES) and len(set(SHAPES)) == len(SHAPES)


def test_the_page_has_no_colours_beside_these() -> None:
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", (HERE / "page.js").read_text())
