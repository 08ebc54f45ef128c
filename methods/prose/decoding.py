"""From a network to systems: greedily, or drawn by chance."""

from __future__ import annotations

import torch
from torch import Tensor

from methods.prose.network import MOST_TOKENS, ProseNetwork
from methods.prose.vocabulary import END, PAD, START, Tokens


@torch.inference_mode()
def decoded(
    network: ProseNetwork,
    memory: Tensor,
    shown: Tensor,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
) -> list[Tokens]:
    """A text for each row of ``memory`` (b, m, width), of which ``shown`` (b, m) is there.

    Each token is the likeliest one, or drawn by chance at a ``temperature`` above 0.
    """
    tokens = torch.full((len(memory), 1), START, device=memory.device)
    ended = torch.zeros(len(memory), dtype=torch.bool, device=memory.device)
    while tokens.shape[1] < MOST_TOKENS and not ended.all():
        logits = network.logits(network.words_after(tokens, memory, shown)[:, -1]).float()
        if temperature > 0:
            chances = torch.softmax(logits / temperature, dim=-1)
            chosen = torch.multinomial(chances, 1, generator=generator)[:, 0]
        else:
            chosen = logits.argmax(-1)
        chosen = torch.where(ended, PAD, chosen)
        ended |= chosen == END
        tokens = torch.cat([tokens, chosen[:, None]], dim=1)
    return [_until_end(row) for row in tokens[:, 1:].tolist()]


def _until_end(tokens: list[int]) -> Tokens:
    return tuple(tokens[: tokens.index(END)] if END in tokens else tokens)
