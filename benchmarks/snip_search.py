"""What the search in SNIP's latent space adds to decoding alone, and to latents that know no data.

    python -m benchmarks.snip_search [--checkpoint FOLDER] [--functions 40] [--candidates 500]

Fresh functions, as many of each length, each shown by 64 rows and judged on 64 others. Every search
may try ``candidates`` skeletons: the wolves; ``decoding``, which draws from latents of the data;
``chance``, which draws from latents of other functions. Differences are means over functions, with
95 % intervals resampled by function. Writes ``benchmarks/results/snip_search.md``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.basics.files import write_whole
from benchmarks.amortised_fresh import banned
from benchmarks.intervals import mean_with_interval
from methods.neural.folder import read_state
from methods.snip import Snip
from methods.snip.shipped import SHIPPED
from methods.transformer.training.evaluation import EXACT, fresh_errors

RESULT = Path(__file__).parent / "results" / "snip_search.md"
_SEED = 11
_CLOSE = 0.01

Errors = Mapping[str, NDArray[np.float64]]
"""1 - R2 by search, of the same functions (n,)."""


def main() -> None:
    """Search, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--checkpoint", default="", help="default: the network that ships")
    parser.add_argument("--functions", type=int, default=40, help="of each length")
    parser.add_argument("--candidates", type=int, default=500)
    wanted = parser.parse_args()
    methods = {
        "wolves": Snip(wanted.checkpoint),
        "decoding": Snip(wanted.checkpoint, search="decoding"),
        "chance": Snip(wanted.checkpoint, search="chance"),
    }
    shape = read_state(Path(wanted.checkpoint) if wanted.checkpoint else SHIPPED)["shape"]
    found = {
        name: dict(fresh_errors(
            method.discover, banned(), functions=wanted.functions,
            candidates=wanted.candidates, seed=_SEED, variables=shape["variables"],
        ))
        for name, method in methods.items()
    }  # fmt: skip
    text = "\n".join(table(found, wanted.candidates))
    print(text)
    write_whole(RESULT, f"{text}\n".encode())


def table(
    found: Mapping[str, Mapping[tuple[int, int], NDArray[np.float64]]], candidates: int
) -> Iterator[str]:
    """The rows of each length, and of all."""
    yield f"{candidates} candidates each; exact is 1 - R2 < 1e-8 on rows not shown:"
    yield ""
    yield (
        "| tokens | functions | search | exact | R2 > 0.99 | wolves better: exact"
        " | wolves better: R2 > 0.99 |"
    )
    yield "|---|---:|---|---:|---:|---:|---:|"
    lengths = next(iter(found.values()))
    for low, high in lengths:
        yield from _rows(f"{low}-{high}", {name: one[low, high] for name, one in found.items()})
    yield from _rows("all", {name: np.concatenate([*one.values()]) for name, one in found.items()})


def _rows(tokens: str, errors: Errors) -> Iterator[str]:
    wolves = errors["wolves"]
    for name, own in errors.items():
        shares = f"{np.mean(own < EXACT):.0%} | {np.mean(own < _CLOSE):.0%}"
        more = [
            "" if name == "wolves" else mean_with_interval(1.0 * (wolves < at) - 1.0 * (own < at))
            for at in (EXACT, _CLOSE)
        ]
        yield f"| {tokens} | {len(own)} | {name} | {shares} | {' | '.join(more)} |"


if __name__ == "__main__":
    main()
