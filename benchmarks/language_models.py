"""Methods that ask a language model, beside their control and searches that ask nobody.

    python -m benchmarks.language_models --url http://127.0.0.1:8080/v1 --name NAME [--key VARIABLE]
                                         [--problems 4] [--calls 6] [--tokens 220] [--methods ...]
    python -m benchmarks.language_models --replay

Each method on a seeded draw of LLM-SRBench's problems, everything disclosed, with the same number
of calls; `llm_prior` draws as many formulas from a generator, and `rsrm` and Operon have
``--seconds`` of CPU time. What was answered is kept in ``--recordings``, from which ``--replay``
makes the same table without a model; those of the published table are in the tests. What is
finished is kept in ``--folder``: started again, the comparison goes on. The paper's protocol is
``--problems 240 --calls 1000 --tokens 1024``.

SA is the judge's `skeleton`; Acc_0.1 that of LLM-SRBench. The table is written to
``benchmarks/results/language_models.md``.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import bench
from methods.llm import ICSR, LLMSR, SGA, Direct, LaSR, LLMPrior, Scientist

RESULTS = Path(__file__).parent / "results"
RECORDINGS = Path(__file__).parents[1] / "tests" / "data" / "recordings"
NAME = "qwen2.5-coder-1.5b-instruct-q4_k_m"
SEARCHES = ("rsrm", "operon")
BESIDE = ("llm_prior", *SEARCHES)
EVALUATIONS = 400
"""Of forms, in a run that asks: a limit that every machine reaches at the same form."""
_FEW_CALLS = 100
_DRAW = 0


def main() -> None:
    """Run what is not done yet, and write the table of all that is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--url", default="http://127.0.0.1:8080/v1")
    parser.add_argument("--name", default=NAME)
    parser.add_argument("--key", default="", help="the variable that holds the key")
    parser.add_argument("--replay", action="store_true", help="ask nobody: from the recordings")
    parser.add_argument("--recordings", type=Path, help="default: in --folder; to replay, ours")
    parser.add_argument("--problems", type=int, default=4)
    parser.add_argument("--calls", type=int, default=6)
    parser.add_argument("--tokens", type=int, default=220, help="of an answer, at most")
    parser.add_argument("--seconds", type=float, default=10.0, help="of CPU, for rsrm and Operon")
    parser.add_argument("--methods", nargs="+", default=[*asking(6, 220), *BESIDE])
    parser.add_argument("--folder", type=Path, default=Path("results/language_models"))
    parser.add_argument("--output", type=Path, default=RESULTS / "language_models.md")
    options = parser.parse_args()
    board = measured(options)
    text = "\n".join([_heading(options), "", *table(board)])
    options.output.write_text(text + "\n")
    print(text)


def asking(calls: int, tokens: int) -> dict[str, Any]:
    """The methods; where calls are few, one at a time, so that each learns from the one before."""
    limit = {"max_tokens": tokens}
    if calls >= _FEW_CALLS:
        return {
            "direct": Direct(**limit), "direct_data": Direct(rows=40, **limit),
            "llmsr": LLMSR(**limit), "sga": SGA(iterations=0, **limit), "lasr": LaSR(**limit),
            "icsr": ICSR(**limit), "scientist": Scientist(turns=calls, **limit),
        }  # fmt: skip
    return {
        "direct": Direct(at_once=1, **limit),
        "direct_data": Direct(at_once=1, rows=20, **limit),
        "llmsr": LLMSR(islands=1, samples=1, **limit),
        "sga": SGA(exploit=1, explore=1, iterations=0, history=3, **limit),
        "lasr": LaSR(population=20, children=20, share=0.1, reflect=2, **limit),
        "icsr": ICSR(rows=20, **limit),
        "scientist": Scientist(
            memory=3, rows=5, search_seconds=60, search_evaluations=2000, **limit
        ),
    }


def drawn(count: int) -> list[bench.Problem]:
    """So many problems of LLM-SRBench, by a fixed seed, in the catalogue's order."""
    problems = list(bench.load("llmsrbench"))
    order = np.random.default_rng(_DRAW).permutation(len(problems))
    return [problems[at] for at in sorted(order[:count])]


def measured(options: argparse.Namespace) -> Any:
    """The leaderboard of all that is asked for, as a data frame."""
    problems = drawn(options.problems)
    chosen = {
        name: method
        for name, method in asking(options.calls, options.tokens).items()
        if name in options.methods
    }
    if "llm_prior" in options.methods:
        chosen["llm_prior"] = LLMPrior()
    searches = [name for name in SEARCHES if name in options.methods]
    common: dict[str, Any] = {"disclosure": "full", "folder": options.folder, "workers": 1}
    if chosen:
        budget = bench.Budget(seconds=3600.0, calls=options.calls, evaluations=EVALUATIONS)
        bench.run(chosen, problems, budget=budget, model=endpoint_of(options), **common)
    if searches:
        bench.run(searches, problems, budget=options.seconds, **common)
    return bench.read_results(options.folder).leaderboard()


def endpoint_of(options: argparse.Namespace) -> bench.Endpoint:
    """The endpoint; a slow model is waited for."""
    kept = RECORDINGS if options.replay else options.folder / "recordings"
    return bench.Endpoint(
        url=options.url,
        name=options.name,
        key=options.key,
        mode="replay" if options.replay else "record",
        recordings=str(options.recordings or kept),
        extra={"cache_prompt": False} if options.name == NAME else {},
        at_once=1,
        call_seconds=600.0,
        wait_seconds=3600.0,
    )


COLUMNS = {
    "method": "method",
    "symbolic_skeleton": "SA",
    "acc_tau": "Acc_0.1",
    "nmse": "NMSE",
    "ood_nmse": "NMSE out of domain",
    "calls": "calls",
    "tokens": "tokens",
    "money": "money",
}


def table(board: Any) -> list[str]:
    """The columns that the paper has, and what was asked, as Markdown."""
    known = {name: title for name, title in COLUMNS.items() if name in board}
    lines = ["| " + " | ".join(known.values()) + " |", "|---|" + "---:|" * (len(known) - 1)]
    rows: Sequence[Mapping[str, Any]] = board.to_dict("records")
    for row in rows:
        lines.append("| " + " | ".join(_cell(row[name]) for name in known) + " |")
    return lines


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return ""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _heading(options: argparse.Namespace) -> str:
    return (
        f"LLM-SRBench, problems drawn by a seed: {options.problems}; everything disclosed; "
        f"{options.calls} calls of at most {options.tokens} tokens a run to {options.name}; "
        f"rsrm and Operon {options.seconds:g} s of CPU."
    )


if __name__ == "__main__":
    main()
