"""From a task to what the network sees."""

from __future__ import annotations

import numpy as np
import torch

from bench import ParseError, SystemTask, Trajectory, read
from methods.prose.network import MOST_TOKENS, Seen
from methods.prose.pool import SHOWN, TIMES, padded
from methods.prose.vocabulary import MOST_STATES, PAD, Tokens, Untold, written

_SAME = 1e-6


def posed(task: SystemTask) -> tuple[Seen, float]:
    """The first trajectory and the guess of ``task``, and how fast its time goes.

    The network has learnt windows of 64 even times up to 1.98: others are read linearly between
    their times, and their time is stretched. Rates that it writes are to be multiplied by the
    second value.
    """
    t, x, pace = _window(task.trajectories[0])
    states = np.arange(MOST_STATES) < len(task.states)
    values = np.zeros((1, len(t), MOST_STATES), dtype=np.float32)
    values[0, :, : len(task.states)] = x
    tokens = _told(task)
    seen = Seen(
        torch.from_numpy(t.astype(np.float32)),
        torch.from_numpy(values),
        torch.from_numpy(states[None].astype(np.float32)),
        torch.from_numpy(padded([tokens])),
    )
    return seen, pace


def _window(one: Trajectory) -> tuple[np.ndarray, np.ndarray, float]:
    """Times, states and pace of ``one`` at the times that the network has learnt."""
    t = TIMES[:SHOWN]
    along = one.t - one.t[0]
    if len(along) == SHOWN and np.allclose(along, t, rtol=0, atol=_SAME):
        return t, one.x, 1.0
    pace = float(t[-1] / along[-1])
    return t, np.column_stack([np.interp(t, along * pace, state) for state in one.x.T]), pace


def _told(task: SystemTask) -> Tokens:
    """The guess as tokens; none where there is none, or no words for it."""
    try:
        rates = {name: read(text, task.variables).expression for name, text in task.guess.items()}
        tokens = written(rates, task.names)
    except (ParseError, Untold):
        return (PAD,)
    return tokens if len(tokens) <= MOST_TOKENS else (PAD,)
