"""Which laws can be told from their data: rivals found, checked and kept.

    python -m benchmarks.rivals [--suites llmsrbench_matsci ...] [--cpu-seconds 10] [--method laws]
    python -m benchmarks.rivals --check

A rival is an expression no larger than the law whose chi-square on the training rows is within 1.15
of the law's, and of which the judge's rule ``skeleton`` says no. Where an input is a function of
another, the law is rewritten by it (``benchmarks.rewriting``). Else a method searches, and every
formula that it answers or reports is tried: ``no`` where one is a rival, ``yes`` where there is
none and its answer is the law up to its constants, ``unknown`` where it is neither.

After each problem the rows are written to ``datasets/rivals/``. Started again, it does what they
lack, and again what a smaller budget left unknown. The counts of all that is kept are written to
``benchmarks/results/rivals.md``. ``--check`` verifies every ``no`` and ``yes`` by its expression,
and ends with 1 where one does not hold.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import Budget
from bench.basics.paths import DATASETS
from bench.expression import ParseError, parse
from bench.kinds.table.rivals import beside_law, refusal
from bench.plugins import find_method, spec_of
from bench.problems import Dataset, Problem, load_dataset
from bench.problems.identifiable.dependent import dependences
from bench.problems.identifiable.stored import (
    Identifiability,
    path_of,
    read_rows,
    write_rows,
)
from bench.running import LocalExecutor, Store, execute, matrix
from bench.scoring.equivalence import judge
from benchmarks.rewriting import rewritten

RESULTS = Path(__file__).parent / "results"
SUITES = (
    "llmsrbench_matsci", "llmsrbench_bio_pop_growth", "llmsrbench_chem_react",
    "llmsrbench_phys_osc",
)  # fmt: skip
_BY_LINE = "rewriting"
# Wall seconds to a CPU second: the busiest machine stretches a wait, and ends no run.
_PATIENCE = 20.0


def main() -> None:
    """Look for what is not known yet, or check what is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--suites", nargs="+", default=list(SUITES))
    parser.add_argument("--cpu-seconds", type=float, default=10.0)
    parser.add_argument("--method", default="laws")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.check:
        found = list(faults())
        print("\n".join(found) or "every row holds")
        sys.exit(bool(found))
    for name in options.suites:
        look(load_dataset(name), options.method, options.cpu_seconds)
    text = "\n".join(table()) + "\n"
    (RESULTS / "rivals.md").write_text(text)
    print(text, end="")


def faults() -> Iterator[str]:
    """A line for each row that does not hold."""
    for path in sorted((DATASETS / "rivals").glob("*.csv")):
        dataset = load_dataset(path.stem)
        for row in read_rows(path):
            problem, why = dataset[row.problem], ""
            if row.identifiable == "no":
                why = refusal(problem, row.expression)
            elif row.identifiable == "yes" and not is_law(problem, row.expression):
                why = "it is not the law up to constants"
            if why:
                yield f"{problem.id}: {row.expression}: {why}"


def table() -> Iterator[str]:
    """How many laws of each dataset are what, as Markdown."""
    yield "| dataset | problems | looked at | yes | no | unknown | found by |"
    yield "|---|---:|---:|---:|---:|---:|---|"
    for path in sorted((DATASETS / "rivals").glob("*.csv")):
        rows = read_rows(path)
        counts = Counter(one.identifiable for one in rows)
        by = sorted({f"{one.by}, {one.cpu_seconds:g} s" if one.cpu_seconds else one.by
                     for one in rows})  # fmt: skip
        yield (
            f"| `{path.stem}` | {len(load_dataset(path.stem))} | {len(rows)} | {counts['yes']} | "
            f"{counts['no']} | {counts['unknown']} | {'; '.join(by)} |"
        )


def look(dataset: Dataset, method: str, cpu_seconds: float) -> None:
    """Add a row for each problem with a law that is not known or was left unknown sooner."""
    path = path_of(dataset.name)
    rows = {one.problem: one for one in read_rows(path)} if path.is_file() else {}
    for problem in dataset.problems:
        known = rows.get(problem.name)
        done = known and (known.identifiable != "unknown" or known.cpu_seconds >= cpu_seconds)
        if problem.truth is None or done:
            continue
        rows[problem.name] = by_line(problem) or by_search(problem, dataset, method, cpu_seconds)
        write_rows(path, rows.values())
        print(f"{problem.id}: {rows[problem.name].identifiable}", flush=True)


def by_line(problem: Problem) -> Identifiability | None:
    """The first rival that inputs allow which are functions of each other; None without one."""
    law = parse(problem.truth or "", problem.variables)
    for one in dependences(problem.data().train.X, problem.names):
        function = parse(one.expression, problem.variables)
        texts = map(str, rewritten(law, one.of, function))
        rival = first_rival(problem, texts)
        if rival is not None:
            return Identifiability(problem.name, "no", rival, _BY_LINE, 0.0)
    return None


def by_search(
    problem: Problem, dataset: Dataset, method: str, cpu_seconds: float
) -> Identifiability:
    """What a method finds within its budget."""
    answer, others = searched(problem, dataset, method, cpu_seconds)
    rival = first_rival(problem, others)
    if rival is not None:
        return Identifiability(problem.name, "no", rival, method, cpu_seconds)
    if answer and is_law(problem, answer):
        return Identifiability(problem.name, "yes", answer, method, cpu_seconds)
    return Identifiability(problem.name, "unknown", "", method, cpu_seconds)


def searched(
    problem: Problem, dataset: Dataset, method: str, cpu_seconds: float
) -> tuple[str, list[str]]:
    """What a method stands by, and all formulas that it answers or has reported."""
    only = Dataset(dataset.name, dataset.version, (problem,))
    budget = Budget.of_cpu(cpu_seconds, seconds=_PATIENCE * cpu_seconds, threads=1)
    (run,) = matrix([spec_of(find_method(method))], {dataset.name: only}, budget=budget)
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        execute([run], {dataset.name: only}, store, LocalExecutor(1))
        record = store.read(run.key)
    if record is None:
        return "", []
    discovery = record.discovery
    answers = [] if discovery is None else [discovery.best, *discovery.front]
    texts = [str(answer.expression) for answer in answers]
    reported = [str(report.expression) for report in record.reports]
    return (texts[0] if texts else ""), list(dict.fromkeys([*texts, *reported]))


def is_law(problem: Problem, text: str) -> bool:
    """Whether the judge's rule ``skeleton`` says yes."""
    verdicts = judge(text, problem.truth or "", problem.domain, rules=("skeleton",))
    return verdicts["skeleton"].answer == "yes"


def first_rival(problem: Problem, texts: Iterable[str]) -> str | None:
    """The first of ``texts`` that is a rival of the problem's law; the judge is asked last."""
    law, rows = parse(problem.truth or "", problem.variables), problem.data().train
    for text in texts:
        try:
            expression = parse(text, problem.variables)
        except ParseError:
            continue
        found = beside_law(expression, law, problem.names, rows)
        if found.fits and found.no_larger and not refusal(problem, text):
            return text
    return None


if __name__ == "__main__":
    main()
