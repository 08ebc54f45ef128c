"""How well SNIP's codes tell four properties of a curve, beside controls.

    python -m benchmarks.snip_properties [--checkpoint FOLDER]
        [--shown 100 300 1000 3000 10000] [--tested 1000] [--steps 2000]

Functions of one variable are drawn from the generator and looked at over x from 0.1 to 4, one
range for all because a formula does not tell its own. A perceptron (latent, 128, 4) is trained on
so many of them, as ``shown`` says: the few-shot curve. It reads

* ``symbolic, frozen``: the code of the formula, so what it tells of values is SNIP's doing;
* ``symbolic, tuned``: the same, the encoder trained on;
* ``symbolic, supervised``: the baseline, an encoder of the same shape that begins untrained;
* ``numeric, frozen``: the code of the curve itself.

A fifth of what is shown decides when a training stops. Properties are those of
``methods.snip.properties``. R2 is measured on other functions, with 95 % intervals resampled by
function; NMSE is the mean squared error over the variance, 1 - R2. Writes
``benchmarks/results/snip_properties.md``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bench import evaluate
from bench.basics.files import write_whole
from bench.cli.verbs.author.train import withheld_laws
from methods.neural.checkpoint import load_network
from methods.snip.network import DualEncoder, SnipNetwork
from methods.snip.properties import PROPERTIES, curve
from methods.snip.reading import sets_of_points, with_values
from methods.snip.shipped import SHIPPED
from methods.transformer.search import to_expression
from methods.transformer.skeletons.fingerprints import banned_fingerprints
from methods.transformer.skeletons.generator import POINTS, draw_batch
from methods.transformer.skeletons.vocabulary import MAX_VARIABLES, C

RESULT = Path(__file__).parent / "results" / "snip_properties.md"
_RANGE = 0.1, 4.0
_LARGEST = 1e6
_SEED = 1_000_003
_BATCH, _AT_ONCE, _HIDDEN = 64, 512, 128
_CHECKS = 20
_RESAMPLED = 1000

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Curves:
    """Functions: tokens and constants (n, length), features (n, POINTS, f), targets (n, 4)."""

    tokens: Tensor
    constants: Tensor
    features: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)

    def at(self, rows: NDArray[np.intp] | slice) -> Curves:
        """Some of them."""
        parts = (self.tokens, self.constants, self.features, self.targets)
        return Curves(*(part[rows] for part in parts))


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED)
    parser.add_argument("--shown", type=int, nargs="+", default=[100, 300, 1000, 3000, 10_000])
    parser.add_argument("--tested", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=2000, help="of each training")
    wanted = parser.parse_args()
    network, _ = load_network(wanted.checkpoint, SnipNetwork.of)
    encoders = network.encoders
    curves = drawn_curves(max(wanted.shown) + wanted.tested, banned_fingerprints(withheld_laws()))
    rows = compared(encoders, curves, wanted.shown, wanted.tested, wanted.steps)
    text = "\n".join(table(rows))
    print(text)
    write_whole(RESULT, f"{text}\n".encode())


def drawn_curves(count: int, banned: NDArray[np.int64]) -> Curves:
    """``count`` functions of one variable that have finite values over the range."""
    x = np.linspace(*_RANGE, POINTS)
    tokens, constants, values = [], [], []
    for seed in range(_SEED, 2 * _SEED):
        batch = draw_batch(4 * count, seed, banned)
        for row in np.flatnonzero(batch.columns == 1):
            skeleton = tuple(batch.tokens[row, : batch.lengths[row]].tolist())
            numbers = batch.constants[row, : skeleton.count(C)].tolist()
            y = evaluate(to_expression(skeleton, ("x0",), numbers), ("x0",), x[:, None])
            if np.isfinite(y).all() and 0 < np.ptp(y) < _LARGEST:
                tokens.append(batch.tokens[row])
                constants.append(batch.constants[row])
                values.append(y)
        if len(values) >= count:
            break
    return _curves(x, np.stack(tokens)[:count], np.stack(constants)[:count], values[:count])


def _curves(x: Array, tokens: NDArray[np.int8], constants: Array, values: list[Array]) -> Curves:
    X = np.zeros((len(x), MAX_VARIABLES))
    X[:, 0] = x
    features, _ = sets_of_points([(X, y) for y in values], 1)
    targets = [[told(*curve(x, y)) for told in PROPERTIES.values()] for y in values]
    return Curves(
        torch.from_numpy(tokens.astype(np.int64)),
        torch.from_numpy(with_values(tokens, constants)).float(),
        features,
        torch.tensor(targets),
    )


@dataclass(frozen=True)
class Representation:
    """What a perceptron reads: ``codes`` by an ``encoder``, trained on at ``rate``; 0: frozen."""

    encoder: DualEncoder
    codes: Callable[[DualEncoder, Curves], Tensor]
    rate: float = 0.0

    @torch.inference_mode()
    def coded(self, curves: Curves) -> Tensor:
        """The codes (n, latent) of all ``curves``, some at a time."""
        parts = range(0, len(curves), _AT_ONCE)
        codes = [self.codes(self.encoder, curves.at(slice(k, k + _AT_ONCE))) for k in parts]
        return torch.cat(codes)


def representations(encoders: DualEncoder) -> Mapping[str, Representation]:
    """Those that are compared."""
    torch.manual_seed(0)
    tuned, untrained = DualEncoder(encoders.shape), DualEncoder(encoders.shape)
    tuned.load_state_dict(encoders.state_dict())
    return {
        "symbolic, frozen": Representation(encoders, _of_formulas),
        "symbolic, tuned": Representation(tuned, _of_formulas, 1e-4),
        "symbolic, supervised": Representation(untrained, _of_formulas, 1e-3),
        "numeric, frozen": Representation(encoders, _of_points),
    }


def _of_formulas(encoders: DualEncoder, curves: Curves) -> Tensor:
    return encoders.of_formulas(curves.tokens, curves.constants)


def _of_points(encoders: DualEncoder, curves: Curves) -> Tensor:
    return encoders.of_points(curves.features)


Row = tuple[str, int, Array, Array]
"""What was read, how many functions were shown, and of others what was told and what is true."""


def compared(
    encoders: DualEncoder, curves: Curves, shown: Sequence[int], tested: int, steps: int
) -> Iterator[Row]:
    """Every representation, for each number of functions ``shown``, on ``tested`` others."""
    test = curves.at(slice(0, tested))
    for count in shown:
        train = curves.at(slice(tested, tested + count))
        for name, one in representations(encoders).items():
            told = _Teaching(one, train).told(test, steps)
            yield name, count, told.numpy(), test.targets.numpy()


class _Teaching:
    """A perceptron that learns the properties of ``train`` from a representation."""

    def __init__(self, one: Representation, train: Curves) -> None:
        held = max(1, len(train) // 5)
        self.one, self.held, self.train = one, train.at(slice(0, held)), train.at(slice(held, None))
        targets = self.train.targets
        self.middle, self.spread = targets.mean(dim=0), targets.std(dim=0) + 1e-9
        self.head = nn.Sequential(
            nn.Linear(one.encoder.shape.latent, _HIDDEN),
            nn.GELU(),
            nn.Linear(_HIDDEN, targets.shape[1]),
        )

    def told(self, test: Curves, steps: int) -> Tensor:
        """The properties of ``test``, by the perceptron that was best on what was held out."""
        one, train = self.one, self.train
        groups = [{"params": self.head.parameters(), "lr": 1e-3}]
        if one.rate:
            groups.append({"params": one.encoder.parameters(), "lr": one.rate})
        optimiser = torch.optim.AdamW(groups, weight_decay=1e-2)
        codes = None if one.rate else one.coded(train).clone()
        goals = (train.targets - self.middle) / self.spread
        random = np.random.default_rng(0)
        least, best = np.inf, self.middle.expand(len(test), -1)
        for step in range(1, steps + 1):
            rows = random.choice(len(train), min(_BATCH, len(train)), replace=False)
            read = one.codes(one.encoder, train.at(rows)) if codes is None else codes[rows]
            loss = (self.head(read) - goals[rows]).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            if step % max(1, steps // _CHECKS) == 0 and (error := self._error()) < least:
                least, best = error, self._said(test)
        return best

    def _error(self) -> float:
        """The mean squared error of what was held out, over the variance, of all properties."""
        errors = (self._said(self.held) - self.held.targets) / self.spread
        return float(errors.square().mean())

    @torch.inference_mode()
    def _said(self, curves: Curves) -> Tensor:
        return self.head(self.one.coded(curves)) * self.spread + self.middle


def table(rows: Iterator[Row]) -> list[str]:
    """R2 with its interval, and NMSE, for each property."""
    heads = " | ".join(f"{name}: R2 | NMSE" for name in PROPERTIES)
    lines = [f"| reads | functions shown | {heads} |", "|---|---:|" + "---:|" * 2 * len(PROPERTIES)]
    for name, count, told, true in rows:
        cells = (_cells(told[:, k], true[:, k]) for k in range(true.shape[1]))
        lines.append(f"| {name} | {count:,} | {' | '.join(cells)} |")
    return lines


def _cells(told: Array, true: Array) -> str:
    random = np.random.default_rng(0)
    resampled = random.integers(0, len(true), (_RESAMPLED, len(true)))
    low, high = np.quantile([_nmse(told[one], true[one]) for one in resampled], [0.025, 0.975])
    nmse = _nmse(told, true)
    return f"{1 - nmse:.3f} ({1 - high:.3f} .. {1 - low:.3f}) | {nmse:.3f}"


def _nmse(told: Array, true: Array) -> float:
    return float(np.mean((told - true) ** 2) / (np.var(true) + 1e-12))


if __name__ == "__main__":
    main()
