"""From a network that writes words to sequences of them: beam search and sampling.

Torch is imported with this module.
"""

from __future__ import annotations

import torch
from torch import Tensor

from methods.released.layers import Past, WordNetwork
from methods.released.words import Words


@torch.inference_mode()
def beam_search(network: WordNetwork, memory: Tensor, width: int, longest: int) -> list[Words]:
    """Up to ``width`` sequences of at most ``longest`` words, the most probable per word first."""
    past = network.decoder.begun(memory)
    written = torch.full((1, 1), network.first)
    scores = torch.zeros(1)
    finished: list[tuple[float, list[int]]] = []
    for _ in range(longest):
        logits, past = network.decoder(written[:, -1:], past)
        totals = scores[:, None] + torch.log_softmax(logits[:, -1], dim=-1)
        ended = totals[:, network.last] / written.shape[1]
        finished += zip(ended.tolist(), written[:, 1:].tolist(), strict=True)
        finished = sorted(finished, reverse=True)[:width]
        totals[:, network.last] = -torch.inf
        best = totals.flatten().topk(min(width, totals.numel() - len(totals)))
        if len(finished) == width and finished[-1][0] >= float(best.values[0]) / longest:
            break
        parents, chosen = best.indices // totals.shape[1], best.indices % totals.shape[1]
        written = torch.cat([written[parents], chosen[:, None]], dim=1)
        scores, past = best.values, _of(past, parents)
    return [_words(network, tokens) for _, tokens in finished]


@torch.inference_mode()
def sample(
    network: WordNetwork, memory: Tensor, count: int, longest: int, temperature: float,
    chance: torch.Generator,
) -> list[Words]:  # fmt: skip
    """``count`` sequences drawn, those that end within ``longest`` words; duplicates included."""
    past = network.decoder.begun(memory)
    written = torch.full((count, 1), network.first)
    for _ in range(longest + 1):
        logits, past = network.decoder(written[:, -1:], past)
        likely = torch.softmax(logits[:, -1] / temperature, dim=-1)
        written = torch.cat([written, torch.multinomial(likely, 1, generator=chance)], dim=1)
        if bool((written[:, 1:] == network.last).any(dim=1).all()):
            break
    ended = [
        row[1 : row.index(network.last, 1)] for row in written.tolist() if network.last in row[1:]
    ]
    return [_words(network, tokens) for tokens in ended]


def _of(past: list[Past], rows: Tensor) -> list[Past]:
    """What is known of some rows of a beam; their memory is one."""
    chosen = []
    for known in past:
        assert known.own is not None
        keys, values = known.own
        chosen.append(Past((keys[rows], values[rows]), known.cross))
    return chosen


def _words(network: WordNetwork, tokens: list[int]) -> Words:
    return tuple(network.vocabulary[token] for token in tokens)
