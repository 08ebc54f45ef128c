"""Layers of transformers, pre-norm and with residuals. Torch is imported with this module."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F


class ShapedNetwork(nn.Module):
    """A network that can be built again from ``shape``, a dataclass."""

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape


class Attention(nn.Module):
    """Pre-norm multi-head attention of ``queries`` on ``keys``, with a residual."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(
        self, queries: Tensor, keys: Tensor, causal: bool = False, shown: Tensor | None = None
    ) -> Tensor:
        """``shown`` (b, keys) says which keys there are; None: all."""
        query = self._split(self.query(self.norm(queries)))
        key, value = (self._split(part) for part in self.key_value(keys).chunk(2, dim=-1))
        mask = None if shown is None else shown[:, None, None, :]
        mixed = F.scaled_dot_product_attention(query, key, value, mask, is_causal=causal)
        return queries + self.out(mixed.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class FeedForward(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.layers = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(self.norm(x))


class LayerStack(nn.Module):
    """Self-attention where ``own``, attention to a memory where ``cross``, and a perceptron."""

    def __init__(
        self, width: int, heads: int, hidden: int, count: int, own: bool = True, cross: bool = False
    ) -> None:
        super().__init__()
        self.own, self.cross = own, cross
        self.layers = nn.ModuleList(
            nn.ModuleList(
                [Attention(width, heads) for _ in range(own + cross)] + [FeedForward(width, hidden)]
            )
            for _ in range(count)
        )
        self.norm = nn.LayerNorm(width)

    def forward(
        self,
        x: Tensor,
        memory: Tensor | None = None,
        shown: Tensor | None = None,
        causal: bool = False,
    ) -> Tensor:
        """``shown`` says which keys there are: of the memory, or of ``x`` where there is none."""
        for *attentions, feed in self.layers:
            if self.own:
                own = attentions[0]
                x = own(x, own.norm(x), causal, None if self.cross else shown)
            if self.cross:
                x = attentions[-1](x, memory, shown=shown)
            x = feed(x)
        return self.norm(x)
