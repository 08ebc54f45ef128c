"""How many expressions a second are evaluated, beside pyoperon and the published RSRM.

    python -m benchmarks.search.rates

Each search runs for some CPU seconds on data of Nguyen's size (20 rows, one variable) without a
law in it, so that nothing ends early. Expressions met again are not counted. pyoperon counts
every individual, with one iteration of its local search each. The published RSRM makes 200 to 400
counted evaluations a CPU second on the same machine. The table is written to
``benchmarks/results/search/rates.md``.
"""

from __future__ import annotations

import time

import numpy as np

from bench import Budget, Task, Variable
from bench.basics.files import write_whole
from benchmarks.search.publish import RESULTS
from methods.mcts import MCTS, RSRM
from methods.mcts.run import SearchRun
from methods.operon.search import Generation, SearchSettings, search

_HEAD = (
    "Expressions evaluated a CPU second, one thread; their constants, where they have any, are "
    "fitted. The published RSRM makes 200 to 400 counted evaluations."
)
_SECONDS = 5.0
_ROWS = (20, 100)


def main() -> None:
    """Measure, and write the table."""
    text = report()
    write_whole(RESULTS / "rates.md", f"{text}\n".encode())
    print(text)


def report() -> str:
    """The Markdown table."""
    lines = ["| rows | " + " | ".join(_SEARCHES) + " |", "|---:|" + "---:|" * len(_SEARCHES)]
    for rows in _ROWS:
        rng = np.random.default_rng(0)
        X, y = rng.uniform(-1.0, 1.0, (rows, 1)), rng.normal(size=rows)
        rates = [f"{one(X, y):,.0f}" for one in _SEARCHES.values()]
        lines.append(f"| {rows} | " + " | ".join(rates) + " |")
    return "\n".join([_HEAD, "", *lines])


def _ours(method: MCTS, X: np.ndarray, y: np.ndarray) -> float:
    task = Task(X, y, (Variable("x0"),), budget=Budget(_SECONDS))
    run = SearchRun(task, len(y), scale=False)
    before = time.process_time()
    run.follow(method.course(run))
    return run.evaluations / (time.process_time() - before)


def _operon(X: np.ndarray, y: np.ndarray) -> float:
    settings = SearchSettings(
        operators=("add", "sub", "mul", "div", "sin", "cos", "exp", "log", "sqrt", "square"),
        population=1000, max_length=20, max_depth=10, tournament=5, local_iterations=1,
        mutation_probability=0.25, seed=0, threads=1, max_seconds=int(_SECONDS),
    )  # fmt: skip
    evaluations = 0

    def go_on(generation: Generation) -> bool:
        nonlocal evaluations
        evaluations = generation.evaluations
        return time.process_time() < before + _SECONDS

    before = time.process_time()
    search(X, y, ["x0"], settings, go_on)
    return evaluations / (time.process_time() - before)


_SEARCHES = {
    "mcts, no constants": lambda X, y: _ours(MCTS(max_constants=0), X, y),
    "mcts": lambda X, y: _ours(MCTS(), X, y),
    "rsrm, no constants": lambda X, y: _ours(RSRM(max_constants=0), X, y),
    "rsrm": lambda X, y: _ours(RSRM(), X, y),
    "pyoperon": _operon,
}


if __name__ == "__main__":
    main()
