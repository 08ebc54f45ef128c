"""The post-norm decoder that NeSymReS and E2E share, with a memory of what it has attended to.

Torch is imported with this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from methods.neural.layers import ShapedNetwork


class Past(NamedTuple):
    """Keys and values of a layer, (b, heads, tokens, width of a head): of tokens, and of memory."""

    own: tuple[Tensor, Tensor] | None
    cross: tuple[Tensor, Tensor]


class PlainAttention(nn.Module):
    """Multi-head attention without residual or norm."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def looked_up(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of ``source`` (b, n, width)."""
        return self._split(self.key(source)), self._split(self.value(source))

    def forward(self, x: Tensor, known: tuple[Tensor, Tensor], causal: bool = False) -> Tensor:
        """What ``x`` (b, t, width) draws from keys and values ``known``."""
        keys, values = (part.expand(len(x), -1, -1, -1) for part in known)
        mixed = F.scaled_dot_product_attention(
            self._split(self.query(x)), keys, values, is_causal=causal
        )
        return self.out(mixed.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class PostNormLayer(nn.Module):
    """Attention to what came before, to a memory where ``cross``, and a perceptron; norms after."""

    def __init__(self, width: int, heads: int, hidden: int, epsilon: float, cross: bool) -> None:
        super().__init__()
        self.own = PlainAttention(width, heads)
        self.own_norm = nn.LayerNorm(width, epsilon)
        if cross:
            self.cross = PlainAttention(width, heads)
            self.cross_norm = nn.LayerNorm(width, epsilon)
        self.feed = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, width))
        self.feed_norm = nn.LayerNorm(width, epsilon)

    def forward(self, x: Tensor, past: Past | None = None) -> tuple[Tensor, Past | None]:
        """``x`` (b, t, width), transformed, and with a ``past`` what it is for the next tokens.

        Without one all of ``x`` sees all of it; with one, only what came before. Behind a past
        that holds tokens comes one at a time.
        """
        keys, values = self.own.looked_up(x)
        before = None if past is None else past.own
        if before is not None:
            keys = torch.cat([before[0], keys], dim=2)
            values = torch.cat([before[1], values], dim=2)
        x = self.own_norm(x + self.own(x, (keys, values), past is not None and before is None))
        if past is not None:
            x = self.cross_norm(x + self.cross(x, past.cross))
            past = Past((keys, values), past.cross)
        return self.feed_norm(x + self.feed(x)), past


class WordDecoder(nn.Module):
    """Logits of the next word, (b, t, words), from words and a memory."""

    def __init__(
        self, words: int, longest: int, width: int, heads: int, hidden: int, layers: int,
        epsilon: float = 1e-5, norm: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.places = nn.Embedding(longest, width)
        self.norm = nn.LayerNorm(width, epsilon) if norm else nn.Identity()
        self.layers = nn.ModuleList(
            PostNormLayer(width, heads, hidden, epsilon, cross=True) for _ in range(layers)
        )
        self.head = nn.Linear(width, words)

    def begun(self, memory: Tensor) -> list[Past]:
        """What each layer knows of ``memory`` (b, n, width), before the first word."""
        return [Past(None, layer.cross.looked_up(memory)) for layer in self.layers]

    def forward(self, words: Tensor, past: list[Past]) -> tuple[Tensor, list[Past]]:
        """Logits for ``words`` (b, t), the next ones after ``past``, and the past after them."""
        seen = 0 if past[0].own is None else past[0].own[0].shape[2]
        places = torch.arange(seen, seen + words.shape[1])
        x = self.norm(self.words(words) + self.places(places))
        after = []
        for layer, known in zip(self.layers, past, strict=True):
            x, known = layer(x, known)
            after.append(known)
        return self.head(x), after


class WordNetwork(ShapedNetwork):
    """A network that reads points and writes words of ``vocabulary``, from ``first`` to ``last``.

    These are places in it. E2E's vocabulary has some words twice: the later is the one it writes.
    """

    decoder: WordDecoder

    def __init__(self, shape: Any, vocabulary: Sequence[str], first: str, last: str) -> None:
        super().__init__(shape)
        self.vocabulary = tuple(vocabulary)
        places = {word: place for place, word in enumerate(self.vocabulary)}
        self.first, self.last = places[first], places[last]

    def remember(self, table: Tensor) -> Tensor:
        """What the decoder reads, (1, n, width), of ``table`` (rows, columns + 1), its target last.

        It may have fewer columns than the network reads.
        """
        raise NotImplementedError
