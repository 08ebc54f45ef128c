"""From data and skeletons to what SNIP's encoders read, and to latents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from methods.snip.network import DualEncoder
from methods.transformer.network import encode_points
from methods.transformer.skeletons.generator import Batch
from methods.transformer.skeletons.vocabulary import C, Skeleton

Points = tuple[NDArray[np.float64], NDArray[np.float64]]
"""X (n, MAX_VARIABLES), unused columns zero, and y (n,)."""

_AT_ONCE = 512


def sets_of_points(sets: Sequence[Points], columns: int) -> tuple[Tensor, Tensor]:
    """Features (b, most, f) of sets of any sizes, zeros behind each, and which are points.

    The first ``columns`` columns are shown.
    """
    shown_columns = torch.tensor([columns])
    features = [
        encode_points(torch.from_numpy(X)[None], torch.from_numpy(y)[None], shown_columns)[0]
        for X, y in sets
    ]
    lengths = torch.tensor([len(one) for one in features])
    padded = pad_sequence(features, batch_first=True)
    return padded, torch.arange(padded.shape[1]) < lengths[:, None]


def with_values(tokens: NDArray[np.int8], constants: NDArray[np.float64]) -> NDArray[np.float64]:
    """The value of each ``c`` of ``tokens`` (b, length) at its place, nan elsewhere.

    ``constants`` (b, any) lists them by row in their order, then nan.
    """
    placed = np.full(tokens.shape, np.nan)
    placed[tokens == C] = constants[~np.isnan(constants)]
    return placed


@torch.inference_mode()
def latents_of_sets(
    encoders: DualEncoder, sets: Sequence[Points], columns: int
) -> NDArray[np.float32]:
    """The latents (b, latent) of sets of points."""
    return np.asarray(encoders.of_points(*sets_of_points(sets, columns)).numpy())


@torch.inference_mode()
def latents_of_batch(encoders: DualEncoder, batch: Batch) -> NDArray[np.float32]:
    """The latents (b, latent) of the points of a batch, all of them shown."""
    found: list[NDArray[np.float32]] = []
    for begin in range(0, len(batch.y), _AT_ONCE):
        rows = slice(begin, begin + _AT_ONCE)
        parts = (torch.from_numpy(part[rows]) for part in (batch.X, batch.y, batch.columns))
        found.append(encoders.of_points(encode_points(*parts)).numpy())
    return np.concatenate(found)


@torch.inference_mode()
def latents_of_skeletons(
    encoders: DualEncoder, skeletons: Sequence[Skeleton]
) -> NDArray[np.float32]:
    """The latents (b, latent) of skeletons whose constants are not told."""
    found = np.empty((len(skeletons), encoders.shape.latent), np.float32)
    for rows in _of_like_lengths(skeletons):
        tokens = pad_sequence([torch.tensor(skeletons[row]) for row in rows], batch_first=True)
        nothing = torch.full(tokens.shape, torch.nan)
        found[rows] = encoders.of_formulas(tokens, nothing).numpy()
    return found


def _of_like_lengths(skeletons: Sequence[Skeleton]) -> Iterator[list[int]]:
    """Rows of skeletons that are read at once: most are far shorter than the longest."""
    order = sorted(range(len(skeletons)), key=lambda row: len(skeletons[row]))
    for begin in range(0, len(order), _AT_ONCE):
        yield order[begin : begin + _AT_ONCE]
