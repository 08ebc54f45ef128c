"""PROSE's network, small: two inputs, fused; two outputs. Torch is imported with this module.

Liu, Zhang and Schaeffer 2023, arXiv:2309.16816. As there: an encoder of the observed trajectory,
one of the guess, self-attention over both with a learned type, a decoder of states at any later
time without self-attention, and a causal decoder of the equations. Otherwise than there, so that a
CPU can train it: four observed points are one token, states are divided by their size along the
window (whose logarithm the network is told), and times are also shown as waves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn

from methods.neural.layers import LayerStack, ShapedNetwork
from methods.prose.vocabulary import MOST_STATES, PAD, SIZE

PATCH = 4
MOST_TOKENS = 160

_WAVES = 8
_PERIOD = 12.0


@dataclass(frozen=True)
class ProseShape:
    """The sizes of a network; layers are those of each of its five parts."""

    width: int = 128
    heads: int = 4
    feedforward: int = 256
    data_layers: int = 1
    text_layers: int = 1
    fusion_layers: int = 2
    state_layers: int = 2
    equation_layers: int = 2


@dataclass(frozen=True)
class Seen:
    """What a network sees: ``t`` (n,) and ``x`` (b, n, MOST_STATES) with zeros beyond ``states``
    (b, MOST_STATES, of ones and zeros), and ``guess`` (b, length) of tokens, all PAD for none."""

    t: Tensor
    x: Tensor
    states: Tensor
    guess: Tensor

    @property
    def sizes(self) -> Tensor:
        """The root mean square of each state along the window: shape (b, MOST_STATES)."""
        own = self.x.square().mean(dim=1)
        whole = own.sum(dim=1, keepdim=True) / self.states.sum(dim=1, keepdim=True)
        return (own + 1e-3 * whole + 1e-12).sqrt()


def _waves(t: Tensor) -> Tensor:
    """Times (n,) as features (n, 1 + 2 * _WAVES)."""
    angles = t[:, None] * (2 * math.pi / _PERIOD) * torch.arange(1, _WAVES + 1, device=t.device)
    return torch.cat([t[:, None] / _PERIOD, angles.sin(), angles.cos()], dim=1)


def _perceptron(before: int, width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(before, width), nn.GELU(), nn.Linear(width, width))


class ProseNetwork(ShapedNetwork):
    """States later, and equations, from what is ``Seen``."""

    def __init__(self, shape: ProseShape) -> None:
        super().__init__(shape)
        width = shape.width
        sizes = width, shape.heads, shape.feedforward
        self.points = _perceptron(PATCH * MOST_STATES + 2 * MOST_STATES + 1 + 2 * _WAVES, width)
        self.words = nn.Embedding(SIZE, width)
        self.places = nn.Parameter(torch.randn(1, MOST_TOKENS, width) * 0.1)
        self.types = nn.Parameter(torch.randn(2, width) * 0.1)
        self.data = LayerStack(*sizes, shape.data_layers)
        self.text = LayerStack(*sizes, shape.text_layers)
        self.fusion = LayerStack(*sizes, shape.fusion_layers)
        self.times = _perceptron(1 + 2 * _WAVES, width)
        self.states = LayerStack(*sizes, shape.state_layers, own=False, cross=True)
        self.values = nn.Linear(width, MOST_STATES)
        self.equations = LayerStack(*sizes, shape.equation_layers, cross=True)
        nn.init.normal_(self.words.weight, std=width**-0.5)

    @classmethod
    def of(cls, shape: Mapping[str, Any]) -> Self:
        """The untrained network whose shape a checkpoint tells."""
        return cls(ProseShape(**shape))

    def fused(self, seen: Seen, with_data: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The memory (b, m, width), and which of it is there, (b, m).

        ``with_data`` (b,) says of which examples the trajectory is shown; None: of all.
        """
        data, text = self.data(self._patches(seen)), self._embedded(seen.guess)
        told = seen.guess != PAD
        told_any = told.clone()
        told_any[:, 0] = True  # one key at least, for softmax
        text = self.text(text, shown=told_any)
        there = torch.ones(data.shape[:2], dtype=torch.bool, device=data.device)
        if with_data is not None:
            there &= with_data[:, None]
        memory = torch.cat([data + self.types[0], text + self.types[1]], dim=1)
        shown = torch.cat([there, told], dim=1)
        shown[:, -told.shape[1]] |= ~shown.any(dim=1)
        return self.fusion(memory, shown=shown), shown

    def later(self, seen: Seen, memory: Tensor, shown: Tensor, times: Tensor) -> Tensor:
        """The states at ``times`` (n,): shape (b, n, MOST_STATES)."""
        queries = self.times(_waves(times)).expand(len(memory), -1, -1)
        values = self.values(self.states(queries, memory, shown))
        return values * (seen.sizes * seen.states)[:, None]

    def words_after(self, tokens: Tensor, memory: Tensor, shown: Tensor) -> Tensor:
        """What tells the token after each of ``tokens`` (b, length): shape (b, length, width)."""
        return self.equations(self._embedded(tokens), memory, shown, causal=True)

    def logits(self, x: Tensor) -> Tensor:
        """Logits (..., SIZE) of the tokens that ``x`` (..., width) tells."""
        return x @ self.words.weight.T

    def _embedded(self, tokens: Tensor) -> Tensor:
        scale = self.shape.width**0.5
        return self.words(tokens) * scale + self.places[:, : tokens.shape[1]]

    def _patches(self, seen: Seen) -> Tensor:
        """Tokens of PATCH points each: shape (b, n / PATCH, width)."""
        sizes = seen.sizes
        x = (seen.x / sizes[:, None]).unflatten(1, (-1, PATCH)).flatten(2)
        middle = _waves(seen.t.unflatten(0, (-1, PATCH)).mean(dim=1))
        facts = torch.cat([sizes.log() * seen.states / 4, seen.states], dim=1)
        count = x.shape[1]
        parts = [x, facts[:, None].expand(-1, count, -1), middle.expand(len(x), -1, -1)]
        return self.points(torch.cat(parts, dim=2))
