"""From a network to skeletons: sampling and beam search under the grammar's mask."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from methods.transformer.network import VALUED, Decoder, Network, encode_points
from methods.transformer.skeletons.grammar import allowed
from methods.transformer.skeletons.vocabulary import ARITY, SIZE, START, Skeleton


@torch.inference_mode()
def remember(
    network: Network, X: NDArray[np.float64], y: NDArray[np.float64], columns: int
) -> Tensor:
    """The encoder's memory, shape (1, seeds, width), of points X (n, MAX_VARIABLES) and y (n,)."""
    points = encode_points(
        torch.from_numpy(X)[None], torch.from_numpy(y)[None], torch.tensor([columns])
    )
    return network.encoder(points)


@torch.inference_mode()
def sample(
    decoder: Decoder,
    memory: Tensor,
    columns: int,
    temperature: float,
    generator: torch.Generator,
) -> list[Skeleton]:
    """A complete skeleton for each of ``memory`` (b, seeds, width), duplicates included."""
    count = len(memory)
    tokens = torch.full((count, 1), START)
    slots = np.ones(count, dtype=np.int64)
    longest = decoder.shape.longest
    for step in range(longest):
        logits = _masked(decoder, tokens, memory, slots, longest - step, columns)
        choice = torch.multinomial(
            torch.softmax(logits / temperature, dim=-1), 1, generator=generator
        )
        tokens = torch.cat([tokens, choice], dim=1)
        slots = np.where(slots > 0, slots - 1 + ARITY[choice[:, 0].numpy()], 0)
        if not slots.any():
            break
    return [_complete(row) for row in tokens[:, 1:].tolist()]


@torch.inference_mode()
def beam_search(decoder: Decoder, memory: Tensor, columns: int, width: int) -> list[Skeleton]:
    """Up to ``width`` complete skeletons, the most probable per token first."""
    tokens = torch.full((1, 1), START)
    scores = torch.zeros(1)
    slots = np.ones(1, dtype=np.int64)
    finished: list[tuple[float, Skeleton]] = []
    longest = decoder.shape.longest
    for step in range(longest):
        seen = memory.expand(len(tokens), -1, -1)
        logits = _masked(decoder, tokens, seen, slots, longest - step, columns)
        totals = (scores[:, None] + torch.log_softmax(logits, dim=-1)).flatten()
        best = totals.topk(min(width, int(torch.isfinite(totals).sum())))
        parents, choice = best.indices // SIZE, best.indices % SIZE
        tokens = torch.cat([tokens[parents], choice[:, None]], dim=1)
        scores = best.values
        slots = slots[parents.numpy()] - 1 + ARITY[choice.numpy()]
        for row in np.flatnonzero(slots == 0):
            skeleton = _complete(tokens[row, 1:].tolist())
            finished.append((float(scores[row]) / len(skeleton), skeleton))
        going = torch.from_numpy(slots > 0)
        tokens, scores, slots = tokens[going], scores[going], slots[slots > 0]
        if not len(tokens) or len(finished) >= 2 * width:
            break
    return [skeleton for _, skeleton in sorted(finished, reverse=True)[:width]]


@torch.inference_mode()
def ranked(decoder: Decoder, memory: Tensor, columns: int, prefix: Skeleton) -> list[int]:
    """The tokens that may follow ``prefix``, the most probable first."""
    slots = np.array([1 + sum(int(ARITY[token]) - 1 for token in prefix)])
    tokens = torch.tensor([[START, *prefix]])
    left = decoder.shape.longest - len(prefix)
    logits = _masked(decoder, tokens, memory, slots, left, columns)[0]
    possible = int(torch.isfinite(logits).sum())
    order: list[int] = logits.argsort(descending=True)[:possible].tolist()
    return order


def _masked(
    decoder: Decoder,
    tokens: Tensor,
    memory: Tensor,
    slots: NDArray[np.int64],
    left: int,
    columns: int,
) -> Tensor:
    """Logits of the next token, -inf where the grammar has none."""
    logits = decoder(tokens, memory)[:, -1]
    mask = allowed(np.maximum(slots, 1), left, columns, decoder.shape.constants == VALUED)
    return logits.masked_fill(~torch.from_numpy(mask), -torch.inf)


def _complete(tokens: list[int]) -> Skeleton:
    """The tokens up to where the tree closes."""
    slots = 1
    for place, token in enumerate(tokens):
        slots += int(ARITY[token]) - 1
        if slots == 0:
            return tuple(tokens[: place + 1])
    raise AssertionError("the grammar's mask lets no tree stay open")
