"""Systems integrated: many copies of one, with constants of their own, side by side.

Runge and Kutta's fourth-order steps of given lengths: what a system leads to is a smooth function
of its constants then, and no candidate takes longer than another, stiff or exploding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench import Expression
from bench.expression.compiled.compiling import compiled
from bench.expression.compiled.kernel import forward
from bench.expression.compiled.program import compile_program
from methods.mcts.language.tokens import Floats, Ints


@dataclass(frozen=True)
class RatePrograms:
    """The rates of all states as programs of one length, filled up with zeros.

    Columns are states, what drives them, and constants.
    """

    tokens: Ints
    right: Ints
    lengths: Ints
    numbers: Floats

    @classmethod
    def of(cls, rates: Sequence[Expression], columns: Sequence[str]) -> RatePrograms:
        """The system of ``rates``, one for each of the first ``columns``."""
        programs = [compile_program(one, columns, ()) for one in rates]
        return cls(
            _filled([one.tokens for one in programs], np.int64),
            _filled([one.right for one in programs], np.int64),
            np.array([len(one.tokens) for one in programs], dtype=np.int64),
            _filled([one.numbers for one in programs], np.float64),
        )

    def path(self, start: Floats, constants: Floats, drive: Floats, spans: Floats) -> Floats:
        """The states from ``start`` (states, rows) on, shape (steps + 1, states, rows).

        ``constants`` (k, rows), ``spans`` (steps, rows) the lengths of the steps, ``drive``
        (steps + 1, inputs, rows) what drives the system, linear in between. All nan from where
        the first row leaves the finite numbers.
        """
        path = np.empty((len(spans) + 1, *start.shape))
        path[0] = start
        columns = np.concatenate([start, drive[0], constants])
        _follow(self.tokens, self.right, self.lengths, self.numbers, columns, drive, spans, path)
        return path


def _filled(rows: Sequence[Any], kind: type) -> Any:
    filled: Any = np.zeros((len(rows), max(1, *map(len, rows)) if rows else 1), dtype=kind)
    for k, row in enumerate(rows):
        filled[k, : len(row)] = row
    return filled


@compiled
def _rates(
    tokens: Ints, right: Ints, lengths: Ints, numbers: Floats, columns: Floats,
    work: Floats, out: Floats,
) -> None:  # fmt: skip
    for s in range(len(lengths)):
        forward(tokens[s], lengths[s], right[s], columns, numbers[s], work)
        for r in range(columns.shape[1]):
            out[s, r] = work[0, r]


@compiled
def _moved(x: Floats, slope: Floats, span: Floats, share: float, columns: Floats) -> None:
    for s in range(len(x)):
        for r in range(len(span)):
            columns[s, r] = x[s, r] + share * span[r] * slope[s, r]


@compiled
def _follow(
    tokens: Ints, right: Ints, lengths: Ints, numbers: Floats, columns: Floats,
    drive: Floats, spans: Floats, path: Floats,
) -> None:  # fmt: skip
    states, rows = path.shape[1], path.shape[2]
    inputs = drive.shape[1]
    work = np.empty((tokens.shape[1], rows))
    slopes = np.empty((4, states, rows))
    for step in range(len(spans)):
        x, span = path[step], spans[step]
        for stage in range(4):
            share = 0.0 if stage == 0 else (1.0 if stage == 3 else 0.5)
            _moved(x, slopes[max(stage - 1, 0)], span, share, columns)
            if stage == 0:
                for s in range(states):
                    for r in range(rows):
                        columns[s, r] = x[s, r]
            for i in range(inputs):
                for r in range(rows):
                    before, after = drive[step, i, r], drive[step + 1, i, r]
                    columns[states + i, r] = before + share * (after - before)
            _rates(tokens, right, lengths, numbers, columns, work, slopes[stage])
        for s in range(states):
            for r in range(rows):
                path[step + 1, s, r] = x[s, r] + span[r] / 6.0 * (
                    slopes[0, s, r] + 2.0 * slopes[1, s, r] + 2.0 * slopes[2, s, r]
                    + slopes[3, s, r]
                )  # fmt: skip
        for s in range(states):
            if not np.isfinite(path[step + 1, s, 0]):
                path[step + 1 :] = np.nan
                return
