"""The network: a set transformer reads the points, an autoregressive decoder writes the skeleton.

Set transformer: Lee et al., ICML 2019 (induced attention, pooling by attention); numbers as bits:
Biggio et al., ICML 2021 (NeSymReS). Torch is imported with this module only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn

from methods.neural.layers import Attention, FeedForward, ShapedNetwork
from methods.transformer.skeletons.vocabulary import MAX_LENGTH, MAX_VARIABLES, SIZE

BITS = 20
"""Bits read of each number's binary32 form: the sign, 8 of the exponent, 11 of the mantissa."""

COLUMNS = MAX_VARIABLES + 1
PLACEHOLDERS, VALUED = "placeholders", "values"


@dataclass(frozen=True)
class Architecture:
    """The kind and the sizes of a network.

    ``encoder`` is ``points``, the set transformer, or ``columns``, which has neither inducing
    points nor seeds nor memory layers. It reads at most ``variables`` columns, and writes at most
    ``longest`` tokens, with constants as places to be fitted (``placeholders``) or as ``values``.
    """

    encoder: str = "points"
    width: int = 96
    heads: int = 4
    feedforward: int = 256
    inducing: int = 16
    seeds: int = 16
    memory_layers: int = 2
    decoder_layers: int = 3
    variables: int = MAX_VARIABLES
    longest: int = MAX_LENGTH
    constants: str = PLACEHOLDERS

    def __post_init__(self) -> None:
        check_bounds(self.variables, self.longest)
        if self.constants not in (PLACEHOLDERS, VALUED):
            raise ValueError(f"constants are {PLACEHOLDERS} or {VALUED}, not {self.constants!r}")


def check_bounds(variables: int, longest: int) -> None:
    """Raises ValueError where the vocabulary has no so many variables, or no so long skeletons."""
    for name, value, most in (
        ("variables", variables, MAX_VARIABLES), ("longest", longest, MAX_LENGTH),
    ):  # fmt: skip
        if not 1 <= value <= most:
            raise ValueError(f"{name} is 1 to {most}, not {value}")


def encode_points(X: Tensor, y: Tensor, columns: Tensor) -> Tensor:
    """Features of points, shape (b, n, COLUMNS * (BITS + 2)), from X (b, n, v), y (b, n).

    Each number is its leading bits as -1/+1, its value standardised within its column, and its
    standardised signed logarithm; columns beyond ``columns`` (b,) are zero.
    """
    table = torch.cat([X, y.unsqueeze(-1)], dim=-1).float()
    signed_log = torch.sign(table) * torch.log1p(table.abs() * 10)
    features = torch.cat(
        [
            number_bits(table),
            _standardise(table).unsqueeze(-1),
            _standardise(signed_log).unsqueeze(-1),
        ],
        dim=-1,
    )
    places = torch.arange(COLUMNS)
    shown = (places < columns.unsqueeze(-1)) | (places == MAX_VARIABLES)
    return (features * shown[:, None, :, None]).flatten(2)


def number_bits(numbers: Tensor) -> Tensor:
    """The leading bits of float32 ``numbers`` (...) as -1/+1, shape (..., BITS)."""
    shifts = torch.arange(31, 31 - BITS, -1, dtype=torch.int32, device=numbers.device)
    bits = (numbers.view(torch.int32).unsqueeze(-1) >> shifts) & 1
    return bits.float() * 2 - 1


def _standardise(table: Tensor) -> Tensor:
    """Zero mean and unit deviation over the points, held within -5 .. 5."""
    centred = table - table.mean(dim=1, keepdim=True)
    deviation = centred.square().mean(dim=1, keepdim=True).sqrt()
    return (centred / (deviation + 1e-20)).clamp(-5, 5)


class Encoder(nn.Module):
    """Points (b, n, features) -> memory (b, seeds, width)."""

    def __init__(self, shape: Architecture) -> None:
        super().__init__()
        width, hidden = shape.width, shape.feedforward
        self.embed = nn.Sequential(
            nn.Linear(COLUMNS * (BITS + 2), width), nn.GELU(), nn.Linear(width, width)
        )
        self.inducing = nn.Parameter(torch.randn(1, shape.inducing, width) * 0.5)
        self.gather = Attention(width, shape.heads)
        self.gather_feed = FeedForward(width, hidden)
        self.spread = Attention(width, shape.heads)
        self.spread_feed = FeedForward(width, hidden)
        self.seeds = nn.Parameter(torch.randn(1, shape.seeds, width) * 0.5)
        self.pool = Attention(width, shape.heads)
        self.memory = nn.ModuleList(
            nn.ModuleList([Attention(width, shape.heads), FeedForward(width, hidden)])
            for _ in range(shape.memory_layers)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, points: Tensor) -> Tensor:
        x = self.embed(points)
        inducing = self.inducing.expand(len(x), -1, -1)
        summary = self.gather_feed(self.gather(inducing, x))
        x = self.spread_feed(self.spread(x, summary))
        memory = self.pool(self.seeds.expand(len(x), -1, -1), x)
        for attention, feed in self.memory:
            memory = feed(attention(memory, memory))
        return self.norm(memory)


class ColumnEncoder(nn.Module):
    """Points (b, n, features) -> memory (b, COLUMNS, width), one vector for each column.

    The kind of SRSD's Symbolic Transformer (Matsubara et al., arXiv 2206.10540, first version):
    cells learn of their column by the maximum over rows, of their row by that over columns, twice.
    Here cells are read as bits, layers have activations, and columns are told apart.
    """

    def __init__(self, shape: Architecture) -> None:
        super().__init__()
        width = shape.width
        self.blocks = nn.ModuleList(
            nn.ModuleList([_perceptron(before, width), _perceptron(2 * width, width)])
            for before in (BITS + 2, 2 * width)
        )
        self.out = nn.Linear(2 * width, width)
        self.place = nn.Parameter(torch.randn(1, COLUMNS, width) * 0.1)
        self.norm = nn.LayerNorm(width)

    def forward(self, points: Tensor) -> Tensor:
        x = points.unflatten(-1, (COLUMNS, BITS + 2))
        for cell, row in self.blocks:
            x = _with_maximum(cell(x), dim=1)
            x = _with_maximum(row(x), dim=2)
        return self.norm(self.out(x.amax(dim=1)) + self.place)


def _perceptron(before: int, width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(before, width), nn.GELU(), nn.Linear(width, width), nn.GELU())


def _with_maximum(x: Tensor, dim: int) -> Tensor:
    return torch.cat([x, x.amax(dim=dim, keepdim=True).expand_as(x)], dim=-1)


_ENCODERS: dict[str, Callable[[Architecture], nn.Module]] = {
    "points": Encoder,
    "columns": ColumnEncoder,
}


class Decoder(nn.Module):
    """Logits of the next token, (b, length, SIZE), from the tokens so far and the memory."""

    def __init__(self, shape: Architecture) -> None:
        super().__init__()
        self.shape = shape
        width, hidden = shape.width, shape.feedforward
        self.embed = nn.Embedding(SIZE, width)
        self.position = nn.Parameter(torch.randn(1, MAX_LENGTH, width) * 0.1)
        self.layers = nn.ModuleList(
            nn.ModuleList(
                [
                    Attention(width, shape.heads),
                    Attention(width, shape.heads),
                    FeedForward(width, hidden),
                ]
            )
            for _ in range(shape.decoder_layers)
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, SIZE)

    def forward(self, tokens: Tensor, memory: Tensor) -> Tensor:
        x = self.embed(tokens) + self.position[:, : tokens.shape[1]]
        for own, cross, feed in self.layers:
            x = feed(cross(own(x, own.norm(x), causal=True), memory))
        return self.head(self.norm(x))


class Network(ShapedNetwork):
    """The whole network; ``shape`` is all that is needed to build it again."""

    def __init__(self, shape: Architecture) -> None:
        super().__init__(shape)
        if shape.encoder not in _ENCODERS:
            raise ValueError(f"encoder is {' or '.join(_ENCODERS)}, not {shape.encoder!r}")
        self.encoder = _ENCODERS[shape.encoder](shape)
        self.decoder = Decoder(shape)

    @classmethod
    def of(cls, shape: Mapping[str, Any]) -> Self:
        """The untrained network whose shape a checkpoint tells."""
        return cls(Architecture(**shape))

    def remember(self, features: Tensor) -> Tensor:
        """What the decoder reads, (b, seeds, width), of features (b, n, f) of points."""
        return self.encoder(features)

    def forward(self, features: Tensor, tokens: Tensor) -> Tensor:
        return self.decoder(tokens, self.remember(features))
