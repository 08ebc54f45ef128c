"""How often the judge is wrong, how often it does not know, and how long it takes.

``python -m benchmarks.judge`` judges both halves of the labelled suite (``suite.py``), and has
SRBench's published rule (``srbench_rule``) decide a sample of the held-out half, in the same run,
with the same limit of time; it prints Markdown and writes it to ``benchmarks/results/judge.md``.
Times are of the processor: other work on the machine does not count.

``python -m benchmarks.judge --predictions FILE`` judges published predictions: a CSV with the
columns ``algorithm``, ``dataset`` (``feynman_I_12_1``, ``strogatz_vdp1``), ``target_noise``,
``estimated_formula_final``, ``r2_test`` and ``symbolic_solution``; it lists every disagreement with
the published flag.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import thread_time

import numpy as np

from bench.problems import Problem, load_dataset
from bench.scoring.equivalence import RULES, JudgeLimits, Verdict, judge
from bench.scoring.equivalence.verdict import ANSWERS
from benchmarks.judge import srbench_rule
from benchmarks.judge.pairs import LabelledPair, read

RESULTS = Path(__file__).parents[1] / "results"
_RENAMED = {"I_15_10": "I.15.1"}
"""SRBench's names of problems that the database names otherwise."""


@dataclass(frozen=True)
class JudgedPair:
    """A pair, and what was said of it under each rule."""

    pair: LabelledPair
    verdicts: dict[str, Verdict]
    seconds: float

    def mistake(self, rule: str) -> str:
        """``right``, or what is wrong (``_COLUMNS``); empty where there is no label."""
        label, answer = self.pair.label(rule), self.verdicts[rule].answer
        if not label:
            return ""
        if label == answer:
            return "right"
        words = {"yes": "false yes", "no": "false no", "undecided": "undecided"}
        return words.get(answer, "scope")


def judge_suite(half: str) -> list[JudgedPair]:
    """The judge on one half of the suite."""
    found = []
    for pair in read():
        if pair.half == half:
            truth, domain = pair.law()
            started = thread_time()
            verdicts = judge(pair.prediction, truth, domain)
            found.append(JudgedPair(pair, verdicts, thread_time() - started))
    return found


def times(seconds: Sequence[float]) -> str:
    """Median, 99 % quantile and maximum, in milliseconds."""
    quantiles = (float(np.quantile(seconds, share)) for share in (0.5, 0.99, 0.999, 1.0))
    return " | ".join(f"{1000 * value:.3g}" for value in quantiles)


def suite_report(sample: int) -> str:
    """The Markdown of the whole comparison."""
    lines = []
    held: list[JudgedPair] = []
    for half, title in (("tune", "tuned on"), ("held", "held out")):
        judged = judge_suite(half)
        held = judged if half == "held" else held
        lines += ["", f"### The half that was {title}: {len(judged)} pairs", "", *_table(judged)]
        lines += ["", *_by_class(judged)]
    lines += ["", *_side_by_side(held, sample)]
    return "\n".join(lines)


_COLUMNS = ("right", "false no", "false yes", "undecided", "scope")


def _table(judged: Sequence[JudgedPair]) -> list[str]:
    lines = [
        "| rule | labelled yes | no | other | right | false no | false yes | undecided | scope |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for rule in RULES:
        labels = Counter(item.pair.label(rule) for item in judged if item.pair.label(rule))
        other = sum(labels.values()) - labels["yes"] - labels["no"]
        mistakes = Counter(item.mistake(rule) for item in judged)
        cells = [labels["yes"], labels["no"], other, *(mistakes[name] for name in _COLUMNS)]
        lines.append(f"| {rule} | {' | '.join(map(str, cells))} |")
    lines += [
        "",
        "`scope`: `srbench` says that it is not asked, and the label says that it is.",
        "",
        f"| all {len(RULES)} rules | median ms | p99 ms | p99.9 ms | max ms |",
        "|---|---:|---:|---:|---:|",
        f"| the judge | {times([item.seconds for item in judged])} |",
    ]
    return lines


def _by_class(judged: Sequence[JudgedPair]) -> list[str]:
    """False no / false yes / undecided of each rule, for every way a pair is made."""
    lines = [
        f"| how a pair is made | pairs | {' | '.join(RULES)} | median ms |",
        f"|---|---:|{'---:|' * len(RULES)}---:|",
    ]
    for made in dict.fromkeys(item.pair.made for item in judged):
        items = [item for item in judged if item.pair.made == made]
        cells = []
        for rule in RULES:
            mistakes = Counter(item.mistake(rule) for item in items)
            cells.append(" / ".join(str(mistakes[name]) for name in _COLUMNS[1:4]))
        median = 1000 * float(np.median([item.seconds for item in items]))
        lines.append(f"| {made} | {len(items)} | {' | '.join(cells)} | {median:.3g} |")
    return lines


def confusion(labels_and_answers: Iterable[tuple[str, str]]) -> str:
    """Cells of a Markdown row: right and wrong answers to each label, and the undecided."""
    counts = Counter(labels_and_answers)
    cells = [
        counts["yes", "yes"],
        counts["yes", "no"],
        counts["no", "no"],
        counts["no", "yes"],
        counts["yes", "undecided"] + counts["no", "undecided"],
    ]
    return " | ".join(str(cell) for cell in cells)


def _side_by_side(held: Sequence[JudgedPair], sample: int) -> list[str]:
    """SRBench's rule on every n-th labelled pair, and the judge under that rule alone."""
    labelled = [item for item in held if item.pair.srbench in ("yes", "no")]
    chosen = labelled[:: max(1, len(labelled) // sample)] if sample else []
    if not chosen:
        return []
    limit = JudgeLimits().seconds
    ours, own_seconds, inputs = [], [], []
    for item in chosen:
        truth, domain = item.pair.law()
        started = thread_time()
        verdict = judge(item.pair.prediction, truth, domain, rules=("srbench",))["srbench"]
        own_seconds.append(thread_time() - started)
        ours.append((item.pair.srbench, verdict.answer))
        inputs.append((item.pair.prediction, truth, float(verdict.evidence.get("r2", 1.0))))
    theirs = list(srbench_rule.decide(inputs, limit))
    answers = [(label, found.answer) for (label, _), found in zip(ours, theirs, strict=True)]
    seconds = [found.seconds for found in theirs]
    factor = sum(seconds) / sum(own_seconds)
    return [
        f"### Rule `srbench` side by side: {len(chosen)} of the held-out pairs, "
        f"{limit:g} s for each",
        "",
        "| | yes: right | false no | no: right | false yes | undecided "
        "| median ms | p99 ms | p99.9 ms | max ms | sum s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        f"| the judge | {confusion(ours)} | {times(own_seconds)} | {sum(own_seconds):.1f} |",
        f"| SymPy's `simplify` | {confusion(answers)} | {times(seconds)} | {sum(seconds):.1f} |",
        "",
        f"The judge is {factor:.0f} times as fast in sum, "
        f"{np.median(seconds) / np.median(own_seconds):.0f} times in the median.",
    ]


def published_report(path: Path) -> str:
    """Published predictions: how far the judge and the published flag agree, and where not."""
    problems = {
        problem.name: problem
        for name in ("aifeynman", "aifeynman_bonus", "strogatz")
        for problem in load_dataset(name).problems
    }
    rows, left_out = [], 0
    with path.open(newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            problem = _published_problem(row["dataset"], problems)
            if problem is None or problem.truth is None:
                left_out += 1
                continue
            text = re.sub(r"\bx_(\d+)\b", r"x\1", row["estimated_formula_final"])
            started = thread_time()
            verdicts = judge(text, problem.truth, problem.domain, r2=float(row["r2_test"]))
            rows.append((number, row, verdicts, thread_time() - started))
    return "\n".join(_published_lines(rows, left_out))


def _published_problem(name: str, problems: dict[str, Problem]) -> Problem | None:
    short = name.removeprefix("feynman_")
    for spelling in (_RENAMED.get(short, short), short.replace("_", "."), name):
        if spelling in problems:
            return problems[spelling]
    return None


_Row = tuple[int, dict[str, str], dict[str, Verdict], float]


def _published_lines(rows: Sequence[_Row], left_out: int) -> list[str]:
    lines = [f"{len(rows)} predictions judged, {left_out} of unknown problems left out.", ""]
    for rule in RULES:
        counts = Counter(
            (_FLAGS[row["symbolic_solution"]], verdicts[rule].answer)
            for _, row, verdicts, _ in rows
        )
        lines += [
            f"| published flag | {rule}: {' | '.join(ANSWERS)} |",
            f"|---|{'---:|' * len(ANSWERS)}",
        ]
        for flag in _FLAGS.values():
            lines.append(f"| {flag} | {' | '.join(str(counts[flag, one]) for one in ANSWERS)} |")
        lines.append("")
    lines += [
        f"| all {len(RULES)} rules | median ms | p99 ms | p99.9 ms | max ms |",
        "|---|---:|---:|---:|---:|",
        f"| the judge | {times([seconds for *_, seconds in rows])} |",
        "",
        f"| row | algorithm | problem | noise | flag | {' | '.join(RULES)} | why srbench |",
        f"|---:|---|---|---:|---|{'---|' * len(RULES)}---|",
    ]
    for number, row, verdicts, _ in rows:
        flag, verdict = _FLAGS[row["symbolic_solution"]], verdicts["srbench"]
        if verdict.answer not in (flag, "not_applicable"):
            answers = " | ".join(verdicts[rule].answer for rule in RULES)
            lines.append(
                f"| {number} | {row['algorithm']} | {row['dataset']} | {row['target_noise']} "
                f"| {flag} | {answers} | {verdict.reason} |"
            )
    return lines


_FLAGS = {"1.0": "yes", "0.0": "no"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--predictions", type=Path, help="CSV of published predictions")
    parser.add_argument("--sample", type=int, default=300, help="pairs for SRBench's rule")
    options = parser.parse_args()
    if options.predictions:
        print(published_report(options.predictions))
        return
    report = suite_report(options.sample)
    print(report)
    RESULTS.mkdir(exist_ok=True)
    head = "# The judge on its labelled suite\n\nWritten by `python -m benchmarks.judge`.\n"
    (RESULTS / "judge.md").write_text(head + report + "\n")


if __name__ == "__main__":
    main()
