"""How near the regenerated data of LSR-Synth are to the released ones.

Prints, for each of the 129 problems, the NMSE of the true law on each split of the data that
``bench.problems`` generates beside the one that FunctionEvolve's authors measured on the released
files (``truth_nmse`` in the catalogues), and how many agree within 12 %:

    python -m benchmarks.llmsrbench_truth
"""

from __future__ import annotations

import numpy as np
import yaml

from bench.basics.paths import DATASETS
from bench.expression import evaluate, parse
from bench.problems import Problem, Table, load_dataset

NAMES = ("bio_pop_growth", "chem_react", "phys_osc", "matsci")
SPLITS = ("train", "test", "ood")
TOLERANCE = 0.12


def truth_nmse(problem: Problem, table: Table) -> float:
    """Mean squared error of the true law over the variance of the target."""
    law = parse(problem.truth or "", problem.variables)
    error = evaluate(law, problem.names, table.X) - table.y
    return float(np.mean(error**2) / np.var(table.y))


def published(name: str) -> dict[str, dict[str, float]]:
    text = (DATASETS / f"{name}.yaml").read_text(encoding="utf-8")
    return {entry["name"]: entry["truth_nmse"] for entry in yaml.safe_load(text)["problems"]}


def main() -> None:
    print(
        f"{'problem':<28}" + "".join(f"{split + ' ours':>12}{'released':>12}" for split in SPLITS)
    )
    totals = []
    for name in (f"llmsrbench_{suffix}" for suffix in NAMES):
        released = published(name)
        dataset = load_dataset(name)
        agree = dict.fromkeys(SPLITS, 0)
        for problem in dataset.problems:
            cells = []
            for split, table in problem.data().splits.items():
                ours, theirs = truth_nmse(problem, table), released[problem.name][split]
                agree[split] += abs(ours / theirs - 1) <= TOLERANCE
                cells.append(f"{ours:>12.3g}{theirs:>12.3g}")
            flaw = "  noisy_ood" if "noisy_ood" in problem.flaws else ""
            print(f"{problem.id.removeprefix('llmsrbench_'):<28}" + "".join(cells) + flaw)
        counts = ", ".join(f"{split} {agree[split]}" for split in SPLITS)
        totals.append(f"{name}: of {len(dataset)} problems within {TOLERANCE:.0%}: {counts}")
    print("\n".join(totals))


if __name__ == "__main__":
    main()
