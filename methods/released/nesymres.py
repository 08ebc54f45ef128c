"""NeSymReS's network: a set transformer reads half-precision bits, a decoder writes a skeleton.

Biggio et al., ICML 2021, arXiv:2106.06427, section 3 and appendix; set transformer: Lee et al.,
ICML 2019, eq. 6 to 11. Torch is imported with this module.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from methods.released.layers import WordDecoder, WordNetwork

_EXPONENT, _MANTISSA = 5, 10
"""Bits of a half-precision number beside its sign."""
_BIAS = 2 ** (_EXPONENT - 1) - 1
BITS = 1 + _EXPONENT + _MANTISSA


@dataclass(frozen=True)
class NesymresShape:
    """The sizes of the network. It reads ``variables`` columns and the target."""

    words: int
    variables: int = 3
    width: int = 512
    heads: int = 8
    inducing: int = 50
    encoder_layers: int = 5
    features: int = 10
    decoder_layers: int = 5
    feedforward: int = 512
    longest: int = 60
    signed_bits: bool = True


def half_bits(numbers: Tensor) -> Tensor:
    """The 16 bits of ``numbers`` (...), shape (..., 16), as the released encoder cuts them.

    Its exponents wrap where half precision would overflow or be subnormal: from 65,536 on and
    below 2**-15 numbers are others. Nothing that is read should be so large or small.
    """
    sign = ((1 - torch.sign(numbers + 0.001)) * 0.5).unsqueeze(-1)
    size = numbers.abs()
    power = torch.floor(torch.log2(size))
    power[power == -torch.inf] = -_BIAS
    mantissa = (size / 2**power) % 1
    places = 2.0 ** torch.arange(_EXPONENT - 1, -1, -1)
    exponent = torch.floor((power + _BIAS).unsqueeze(-1) / places) % 2
    shifts = 2.0 ** torch.arange(_MANTISSA)
    fraction = torch.floor(2 * ((mantissa.unsqueeze(-1) * shifts) % 1))
    return torch.cat([sign, exponent, fraction], dim=-1)


class SetAttention(nn.Module):
    """Multi-head attention whose skip is on the projected query, scaled by the whole width."""

    def __init__(self, of: int, to: int, width: int, heads: int) -> None:
        super().__init__()
        self.width, self.heads = width, heads
        self.fc_q = nn.Linear(of, width)
        self.fc_k = nn.Linear(to, width)
        self.fc_v = nn.Linear(to, width)
        self.fc_o = nn.Linear(width, width)
        self.ln0 = nn.LayerNorm(width)
        self.ln1 = nn.LayerNorm(width)

    def forward(self, queries: Tensor, keys: Tensor) -> Tensor:
        query, key, value = self.fc_q(queries), self.fc_k(keys), self.fc_v(keys)
        heads = [x.unflatten(-1, (self.heads, -1)).transpose(1, 2) for x in (query, key, value)]
        q, k, v = heads
        mixed = F.scaled_dot_product_attention(q, k, v, scale=1 / math.sqrt(self.width))
        x = self.ln0(query + mixed.transpose(1, 2).flatten(2))
        found: Tensor = self.ln1(x + F.relu(self.fc_o(x)))
        return found


class InducedAttention(nn.Module):
    """A set that attends to a summary of itself by ``inducing`` vectors."""

    def __init__(self, of: int, width: int, heads: int, inducing: int) -> None:
        super().__init__()
        self.I = nn.Parameter(torch.zeros(1, inducing, width))
        self.mab0 = SetAttention(width, of, width, heads)
        self.mab1 = SetAttention(of, width, width, heads)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.mab1(x, self.mab0(self.I.expand(len(x), -1, -1), x))
        return found


class PooledAttention(nn.Module):
    """A set in as many vectors as there are seeds."""

    def __init__(self, width: int, heads: int, seeds: int) -> None:
        super().__init__()
        self.S = nn.Parameter(torch.zeros(1, seeds, width))
        self.mab = SetAttention(width, width, width, heads)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.mab(self.S.expand(len(x), -1, -1), x)
        return found


class NesymresNetwork(WordNetwork):
    """The whole network. Points have no order."""

    def __init__(self, shape: NesymresShape, vocabulary: Sequence[str]) -> None:
        super().__init__(shape, vocabulary, "S", "F")
        width, heads = shape.width, shape.heads
        read = BITS * (shape.variables + 1)
        self.encoder = nn.Sequential(
            InducedAttention(read, width, heads, shape.inducing),
            *(
                InducedAttention(width, width, heads, shape.inducing)
                for _ in range(shape.encoder_layers)
            ),
            PooledAttention(width, heads, shape.features),
        )
        self.decoder = WordDecoder(
            shape.words, shape.longest, width, heads, shape.feedforward, shape.decoder_layers
        )

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Self:
        """The untrained network that a converted folder's state tells."""
        return cls(NesymresShape(**state["shape"]), state["vocabulary"])

    def remember(self, table: Tensor) -> Tensor:
        missing = self.shape.variables + 1 - table.shape[1]
        X = F.pad(table[:, :-1], (0, missing))
        whole = torch.cat([X, table[:, -1:]], dim=1)
        bits = half_bits(whole.float()).flatten(1)[None]
        found: Tensor = self.encoder(2 * bits - 1 if self.shape.signed_bits else bits)
        return found
