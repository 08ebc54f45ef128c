"""The two ways in which a network writes the numbers of a formula: as places, or as values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from methods.transformer.skeletons.vocabulary import EXACT_SIZES, FIRST_VALUE, VALUES, C

_EXACT = 2 * len(EXACT_SIZES)
_ROUNDED = VALUES[_EXACT:]


def valued(tokens: NDArray[np.int64], constants: NDArray[np.float64]) -> NDArray[np.int64]:
    """``tokens`` (b, length) with a value in the place of each ``c``.

    ``constants`` (b, any) lists the values by row in their order, then nan.
    """
    written = tokens.copy()
    written[tokens == C] = tokens_of(constants[~np.isnan(constants)])
    return written


def tokens_of(constants: NDArray[np.float64]) -> NDArray[np.int64]:
    """The value of each of ``constants`` (n,): itself where there is one, else the next in size."""
    exact = constants[:, None] == VALUES[:_EXACT]
    distances = np.abs(np.log(np.abs(constants[:, None]) / np.abs(_ROUNDED)))
    distances[np.sign(constants[:, None]) != np.sign(_ROUNDED)] = np.inf
    rounded = _EXACT + distances.argmin(axis=1)
    places = np.where(exact.any(axis=1), exact.argmax(axis=1), rounded)
    return np.asarray(FIRST_VALUE + places, np.int64)


def is_constant(token: int) -> bool:
    """Whether a token is a number, said or not."""
    return token == C or token >= FIRST_VALUE


def value_of(token: int) -> float:
    """The number that a constant's token stands for; 1 for ``c``, which stands for any."""
    return 1.0 if token == C else float(VALUES[token - FIRST_VALUE])
