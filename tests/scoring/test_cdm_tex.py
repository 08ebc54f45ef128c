"""The boxes of mathtext against those of LaTeX itself, in colours, where LaTeX is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench import load
from bench.expression import parse
from bench.scoring.cdm import FAR, NEAR, Typeset, likeness, typeset_latex
from bench.scoring.cdm.latex import latex_of

pytest.importorskip("matplotlib", reason="the extra cdm is not installed")

if shutil.which("pdflatex") is None or shutil.which("pdftoppm") is None:
    pytest.skip("no LaTeX here: it needs pdflatex and pdftoppm", allow_module_level=True)

DOCUMENT = r"""\documentclass[12pt]{article}
\usepackage{xcolor}\pagestyle{empty}
\begin{document}
%s
\end{document}
"""
PRINTS_NOTHING = {"\\left", "\\right", "\\cdot", "^", "_", "\\,", "\\mathrm", "\\operatorname"}
WRITTEN = (
    "x^{2}+3y", "3y+x^{2}", "x_{2}+3y", "z^{2}+3y", "a+b+c+x+y+z", "z+y+x+c+b+a", r"\frac{ab}{c}",
    r"\frac{ba}{c}", "3.14x+2", "3.15x+2", "x-y", "x+y", r"\frac{a+b}{c+x}", r"\frac{c+x}{a+b}",
    "(x+y)^{2}", "x^{2}+2xy+y^{2}", r"\sqrt{x}", "x^{0.5}", r"\frac{x}{2}", "0.5x", r"\frac{a}{b}",
    "ab^{-1}", "x+y+z", "x+y+z+1",
)  # fmt: skip


class Painter:
    """A formula with each token that prints in a colour of its own."""

    def __init__(self, latex: str) -> None:
        self.tokens: list[str] = []
        self._words: Iterator[str] = iter(re.findall(r"\\[A-Za-z]+|\\.|[^\s]", latex))
        self.painted = self._until(None)

    def _until(self, end: str | None) -> str:
        parts = []
        for word in self._words:
            if word == end:
                break
            parts.append(self._one(word))
        return "".join(parts)

    def _one(self, word: str) -> str:
        if word == "{":
            return "{" + self._until("}") + "}"
        if word in ("\\left", "\\right"):
            return ""
        if word in PRINTS_NOTHING:
            return word + " "
        if word in ("\\frac", "\\sqrt"):
            colour = self._colour(word)
            groups = "".join(self._one(next(self._words)) for _ in range(1 + (word == "\\frac")))
            return rf"\mathcolor[RGB]{{{colour}}}{{{word}{groups}}}"
        if re.fullmatch(r"\\(sin|cos|tan|exp|log|tanh)", word):
            return r"\mathop{" + "".join(self._upright(one) for one in word[1:]) + "}"
        return rf"\mathcolor[RGB]{{{self._colour(word)}}}{{{word}}}"

    def _upright(self, letter: str) -> str:
        return rf"\mathcolor[RGB]{{{self._colour(letter)}}}{{\mathrm{{{letter}}}}}"

    def _colour(self, token: str) -> str:
        self.tokens.append(token)
        return ",".join(map(str, colour_of(len(self.tokens))))


def colour_of(number: int) -> tuple[int, int, int]:
    return 15 * (number % 16), 15 * (number // 16), 15


def by_latex(formulas: list[str], folder: Path) -> list[Typeset]:
    """Each formula on a page of its own, and the extent of each colour there at 200 dpi."""
    from matplotlib.image import imread

    painters = [Painter(one) for one in formulas]
    pages = "\n\\newpage\n".join(rf"\[{one.painted}\]" for one in painters)
    (folder / "all.tex").write_text(DOCUMENT % pages)
    for command in (
        ["pdflatex", "-interaction=batchmode", "-no-shell-escape", "all.tex"],
        ["pdftoppm", "-r", "200", "-aa", "no", "-aaVector", "no", "-png", "all.pdf", "page"],
    ):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    images = [np.rint(imread(path) * 255) for path in sorted(folder.glob("page*.png"))]
    return [extents(one.tokens, image) for one, image in zip(painters, images, strict=True)]


def extents(tokens: list[str], image: np.ndarray) -> Typeset:
    rows, columns = np.nonzero(image[:, :, 2] != 255)
    image = image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    boxes, kept = [], []
    for number, token in enumerate(tokens, start=1):
        rows, columns = np.nonzero((image[:, :, :3] == colour_of(number)).all(axis=2))
        if len(rows):
            kept.append(token)
            boxes.append([columns.min() - 1, rows.min() - 1, columns.max() + 2, rows.max() + 2])
    found = np.array(boxes, dtype=float)
    corner = found[:, :2].min(axis=0) - 7.0
    width, height = found[:, 2:].max(axis=0) + 7.0 - corner
    return Typeset(tuple(kept), found - np.tile(corner, 2), (float(width), float(height)))


def test_latex_and_mathtext_say_the_same(tmp_path: Path) -> None:
    laws = [
        latex_of(parse(problem.truth, problem.variables))
        for problem in load("srsd_easy").problems[:12]
    ]
    formulas = [*WRITTEN, *laws]
    tex, ours = by_latex(formulas, tmp_path), [typeset_latex(one) for one in formulas]
    pairs = [(i, j) for i in range(len(formulas)) for j in range(i, min(i + 4, len(formulas)))]
    for tolerance in (FAR, NEAR):
        apart = np.abs(
            [
                likeness(tex[j], tex[i], tolerance).f1 - likeness(ours[j], ours[i], tolerance).f1
                for i, j in pairs
            ]
        )
        assert np.mean(apart) <= 0.02 and np.quantile(apart, 0.9) == 0.0
