"""SNIP's networks: two encoders into one space, and a decoder of it.

Meidani, Shojaee, Reddy and Farimani, ICLR 2024, arXiv:2310.02227. Torch is imported with this
module.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from methods.neural.layers import LayerStack, ShapedNetwork
from methods.transformer.network import (
    BITS,
    COLUMNS,
    Architecture,
    Decoder,
    check_bounds,
    number_bits,
)
from methods.transformer.skeletons.vocabulary import MAX_LENGTH, MAX_VARIABLES, PAD, SIZE

_FIRST_SCALE = math.log(1 / 0.07)
"""Where a learned temperature starts (Radford et al., ICML 2021)."""
_LARGEST_SCALE = math.log(100)


@dataclass(frozen=True)
class SnipShape:
    """The sizes of the networks, and how two latents are compared.

    ``normalised`` divides latents by their length; ``learned_temperature`` learns by what their
    products are divided, else it is 1. The released code does neither, this project's default both.
    At most ``variables`` columns are read and ``longest`` tokens read and written.
    """

    width: int = 128
    heads: int = 4
    feedforward: int = 256
    numeric_layers: int = 3
    symbolic_layers: int = 3
    latent: int = 64
    memory: int = 16
    decoder_layers: int = 3
    normalised: bool = True
    learned_temperature: bool = True
    variables: int = MAX_VARIABLES
    longest: int = MAX_LENGTH

    def __post_init__(self) -> None:
        check_bounds(self.variables, self.longest)


class AttentionPool(nn.Module):
    """Vectors (b, n, width) to a latent (b, latent): a mean whose weights are learned.

    What is not ``shown`` (b, n) has no weight. In the released code it has some.
    """

    def __init__(self, width: int, latent: int) -> None:
        super().__init__()
        self.score = nn.Linear(width, 1)
        self.out = nn.Linear(width, latent)

    def forward(self, x: Tensor, shown: Tensor | None = None) -> Tensor:
        scores = self.score(x)[..., 0]
        if shown is not None:
            scores = scores.masked_fill(~shown, -torch.inf)
        return self.out((torch.softmax(scores, dim=1).unsqueeze(1) @ x)[:, 0])


class DualEncoder(ShapedNetwork):
    """A numeric encoder of sets of points, and a symbolic one of skeletons with their constants.

    Points have no place in their set: their order changes nothing but rounding.
    """

    def __init__(self, shape: SnipShape) -> None:
        super().__init__(shape)
        width = shape.width
        sizes = width, shape.heads, shape.feedforward
        self.points = nn.Sequential(
            nn.Linear(COLUMNS * (BITS + 2), width), nn.GELU(), nn.Linear(width, width)
        )
        self.numeric = LayerStack(*sizes, shape.numeric_layers)
        self.numeric_pool = AttentionPool(width, shape.latent)
        self.words = nn.Embedding(SIZE, width)
        self.places = nn.Parameter(torch.randn(1, MAX_LENGTH, width) * 0.1)
        self.values = nn.Linear(BITS + 1, width)
        self.symbolic = LayerStack(*sizes, shape.symbolic_layers)
        self.symbolic_pool = AttentionPool(width, shape.latent)
        start = torch.tensor(_FIRST_SCALE if shape.learned_temperature else 0.0)
        self.log_scale = nn.Parameter(start, requires_grad=shape.learned_temperature)

    @classmethod
    def of(cls, shape: Mapping[str, Any]) -> Self:
        """The untrained encoders whose shape a checkpoint tells."""
        return cls(SnipShape(**shape))

    def of_points(self, features: Tensor, shown: Tensor | None = None) -> Tensor:
        """Latents (b, latent) of features (b, n, f) of points, of which ``shown`` (b, n) count."""
        x = self.numeric(self.points(features), shown=shown)
        return self.comparable(self.numeric_pool(x, shown))

    def of_formulas(self, tokens: Tensor, constants: Tensor) -> Tensor:
        """Latents (b, latent) of skeletons (b, length), 0-padded.

        ``constants`` (b, length) holds the value of each ``c``, and nan where it is not told.
        """
        known = ~constants.isnan()
        numbers = torch.where(known, constants, 0.0).float()
        told = torch.cat([number_bits(numbers), torch.ones_like(numbers)[..., None]], dim=-1)
        x = self.words(tokens) + self.places[:, : tokens.shape[1]]
        x = x + self.values(told) * known[..., None]
        shown = tokens != PAD
        return self.comparable(self.symbolic_pool(self.symbolic(x, shown=shown), shown))

    def likeness(self, one: Tensor, other: Tensor) -> Tensor:
        """Logits (n, m) that latents (n, latent) and (m, latent) are of one function."""
        return self.log_scale.clamp(max=_LARGEST_SCALE).exp() * (one @ other.T)

    def comparable(self, x: Tensor) -> Tensor:
        """Latents (b, latent) of any length as they are compared: of length 1 where normalised."""
        return F.normalize(x, dim=-1) if self.shape.normalised else x


class SnipNetwork(ShapedNetwork):
    """The encoders, frozen, and what writes skeletons from a latent: a mapper and a decoder."""

    def __init__(self, shape: SnipShape) -> None:
        super().__init__(shape)
        self.encoders = DualEncoder(shape).requires_grad_(False)
        width = shape.width
        self.mapper = nn.Sequential(
            nn.Linear(shape.latent, shape.memory * width),
            nn.ReLU(),
            nn.Unflatten(1, (shape.memory, width)),
            nn.Linear(width, width),
            nn.LayerNorm(width),
        )
        sizes = Architecture(
            width=width, heads=shape.heads, feedforward=shape.feedforward,
            decoder_layers=shape.decoder_layers, variables=shape.variables, longest=shape.longest,
        )  # fmt: skip
        self.decoder = Decoder(sizes)

    @classmethod
    def of(cls, shape: Mapping[str, Any]) -> Self:
        """The untrained network whose shape a checkpoint tells."""
        return cls(SnipShape(**shape))

    def memory(self, latents: Tensor) -> Tensor:
        """What the decoder reads, (b, memory, width), of latents (b, latent) of any length."""
        return self.mapper(self.encoders.comparable(latents))

    def remember(self, features: Tensor) -> Tensor:
        """What the decoder reads, of features (b, n, f) of points."""
        return self.memory(self.encoders.of_points(features))

    def forward(self, features: Tensor, tokens: Tensor) -> Tensor:
        return self.decoder(tokens, self.remember(features))
