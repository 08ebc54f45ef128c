"""Data of a dynamical system: its states along trajectories, split at random."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.expression import parse
from bench.problems.portable import evaluate_portably
from bench.problems.problem import Data, Problem, Table
from bench.problems.sampling import derive_seed, representable, uniforms
from bench.problems.systems import System

_TRAIN_SHARE = 0.75


@dataclass(frozen=True)
class Simulated:
    """The states of ``system`` at its recorded times; the target is the truth at each of them.

    Variables are the states in order. Rows are shuffled by the seed and split 75:25, as SRBench
    does with ODE-Strogatz.
    """

    system: System

    def data(self, problem: Problem, seed: int) -> Data:
        states = self.system.trajectories()[:, :, 1:].reshape(-1, len(problem.variables))
        truth = parse(problem.truth or "", problem.variables)
        y = evaluate_portably(truth, problem.names, states)
        kept = representable(y) & np.isfinite(states).all(axis=1)
        table = shuffled(Table(states[kept], y[kept]), problem, seed)
        cut = int(_TRAIN_SHARE * len(table))
        return Data(
            {
                "train": Table(table.X[:cut], table.y[:cut]),
                "test": Table(table.X[cut:], table.y[cut:]),
            }
        )


def shuffled(table: Table, problem: Problem, seed: int) -> Table:
    """The rows of a table in an order that the problem's identity and ``seed`` fix."""
    stream = derive_seed(problem.dataset, problem.version, problem.name, seed, "split")
    order = np.argsort(uniforms(np.random.PCG64(stream), (len(table),)), kind="stable")
    return Table(table.X[order], table.y[order])


def read_system(entry: Mapping[str, Any]) -> System:
    """The system that a catalogue describes under ``system``; TypeError or ValueError if none."""
    starts = tuple(tuple(float(value) for value in start) for start in entry["starts"])
    fields = {key: value for key, value in entry.items() if key != "starts"}
    return System(starts=starts, **fields)
