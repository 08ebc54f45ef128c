"""E2E's network: points of float words through a perceptron, an encoder, and a deep decoder.

Kamienny et al., NeurIPS 2022, arXiv:2204.10532, section 3. Torch is imported with this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from methods.released.layers import PostNormLayer, WordDecoder, WordNetwork

_EPSILON = 1e-12
_WORDS_OF_A_NUMBER = 3
_DIGITS = 3
"""Decimals of a mantissa that is told: four digits are one word."""


@dataclass(frozen=True)
class E2EShape:
    """The sizes of the network. It reads ``variables`` columns and the target."""

    words: int
    float_words: int
    variables: int = 10
    embedding: int = 64
    hidden: int = 2112
    embedder_layers: int = 1
    width: int = 512
    heads: int = 16
    encoder_layers: int = 2
    decoder_layers: int = 16
    largest_exponent: int = 100
    longest: int = 4096


def float_words(number: float, largest_exponent: int) -> tuple[str, str, str]:
    """Sign, mantissa of four digits, and the power of ten behind it: 2.5 is + N2500 E-3."""
    mantissa, exponent = f"{abs(number):.{_DIGITS}e}".split("e")
    power = int(exponent) - _DIGITS
    sign = "+" if number >= 0 else "-"
    if power < -largest_exponent:
        return sign, "N0000", "E0"
    return sign, "N" + mantissa.replace(".", ""), f"E{power}"


class PointEmbedder(nn.Module):
    """The float words of a point (b, n, words) as one vector (b, n, width)."""

    def __init__(self, shape: E2EShape) -> None:
        super().__init__()
        self.embeddings = nn.Embedding(shape.float_words, shape.embedding)
        size = _WORDS_OF_A_NUMBER * (shape.variables + 1) * shape.embedding
        sizes = [size] + [shape.hidden] * shape.embedder_layers
        self.hidden_layers = nn.ModuleList(
            nn.Linear(before, after) for before, after in pairwise(sizes)
        )
        self.fc = nn.Linear(shape.hidden, shape.width)

    def forward(self, words: Tensor) -> Tensor:
        x = self.embeddings(words).flatten(2)
        for layer in self.hidden_layers:
            x = torch.relu(layer(x))
        found: Tensor = self.fc(x)
        return found


class PointEncoder(nn.Module):
    """Vectors of points, in no order."""

    def __init__(self, shape: E2EShape) -> None:
        super().__init__()
        width = shape.width
        self.norm = nn.LayerNorm(width, _EPSILON)
        self.layers = nn.ModuleList(
            PostNormLayer(width, shape.heads, 4 * width, _EPSILON, cross=False)
            for _ in range(shape.encoder_layers)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(x)
        for layer in self.layers:
            x, _ = layer(x)
        return x


class E2ENetwork(WordNetwork):
    """The whole network. It begins and ends with one word."""

    def __init__(
        self, shape: E2EShape, vocabulary: Sequence[str], float_vocabulary: Sequence[str]
    ) -> None:
        super().__init__(shape, vocabulary, "<EOS>", "<EOS>")
        self._places = {word: place for place, word in enumerate(float_vocabulary)}
        self.embedder = PointEmbedder(shape)
        self.encoder = PointEncoder(shape)
        self.decoder = WordDecoder(
            shape.words, shape.longest, shape.width, shape.heads, 4 * shape.width,
            shape.decoder_layers, _EPSILON, norm=True,
        )  # fmt: skip

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Self:
        """The untrained network that a converted folder's state tells."""
        return cls(E2EShape(**state["shape"]), state["vocabulary"], state["float_vocabulary"])

    def remember(self, table: Tensor) -> Tensor:
        found: Tensor = self.encoder(self.embedder(self._words(table.numpy())[None]))
        return found

    def _words(self, table: NDArray[np.float64]) -> Tensor:
        """The float words of each row, (rows, words); missing columns are padded."""
        most = self.shape.largest_exponent
        table = np.clip(table, -(10.0**most), 10.0**most)
        padding = ["<INPUT_PAD>"] * (
            _WORDS_OF_A_NUMBER * (self.shape.variables + 1 - table.shape[1])
        )
        rows = []
        for *inputs, target in table.tolist():
            told = [word for number in inputs for word in float_words(number, most)]
            words = [*told, *padding, *float_words(target, most)]
            rows.append([self._places[word] for word in words])
        return torch.tensor(rows)
