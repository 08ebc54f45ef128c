"""``rediscover check``: does a method keep the contract? In words, from real runs.

Every probe is a run as a benchmark runs it: a process of its own, held to its budget, with the
data read-only and the output going to a log.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from bench.authoring.probes import PLAIN, PROBES, SAME_AS_PLAIN, probe_dataset
from bench.basics.words import counted
from bench.method import Budget
from bench.plugins import (
    MethodError,
    default_settings,
    describe_method,
    find_method,
    method_spec,
)
from bench.running.execution import execute
from bench.running.executors.local import LocalExecutor
from bench.running.limits import Limits
from bench.running.missing import missing_engine
from bench.running.results.record import Record
from bench.running.results.run import MethodSpec, Run
from bench.running.results.store import Store

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: ``advice`` says what to do about it."""

    check: str
    level: Level
    message: str
    advice: str = ""

    def __str__(self) -> str:
        line = f"{self.level:4}  {self.check}: {self.message}"
        return f"{line}\n      {self.advice}" if self.advice else line


@dataclass(frozen=True, slots=True)
class Conformance:
    """All findings about one method."""

    method: str
    findings: tuple[Finding, ...]

    @property
    def failures(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.level == "fail")

    @property
    def exit_code(self) -> int:
        """0 where nothing failed; warnings are allowed."""
        return 1 if self.failures else 0

    def text(self) -> str:
        """The findings line by line, and what they come to."""
        warnings = counted(sum(one.level == "warn" for one in self.findings), "warning")
        verdict = "does not keep the contract" if self.failures else "keeps the contract"
        end = f"{self.method} {verdict}: {len(self.failures)} failed, {warnings}"
        return "\n".join([*map(str, self.findings), end])


def check(
    name_or_path: str,
    *,
    seconds: float = 3.0,
    settings: Mapping[str, Any] | None = None,
    on_finding: Callable[[Finding], None] = lambda finding: None,
) -> Conformance:
    """Run the method against the contract, with ``seconds`` for each of about nine small runs.

    ``settings`` replace defaults. ``on_finding`` is told each finding as it is made.
    """
    findings = []
    for finding in _findings(name_or_path, seconds, settings or {}):
        findings.append(finding)
        on_finding(finding)
    return Conformance(name_or_path, tuple(findings))


def _findings(name_or_path: str, seconds: float, settings: Mapping[str, Any]) -> Iterator[Finding]:
    try:
        entry = find_method(name_or_path)
        config = {"_target_": entry.target, **default_settings(entry), **settings}
        spec = method_spec(entry.name, config)
    except MethodError as error:
        yield Finding("loads", "fail", str(error))
        return
    yield Finding("loads", "ok", f"{spec.target} ({entry.origin})")
    yield _settings_finding(spec)
    if "table" not in spec.kinds:
        yield Finding(
            "kinds", "warn", f"it takes problems of the kind {' or '.join(spec.kinds) or 'none'}",
            "the problems it would be tried on are tables, so nothing more can be checked",
        )  # fmt: skip
        return
    reason = missing_engine(spec)
    if reason is not None:
        yield Finding("engine", "fail", reason, "without it nothing more can be checked")
        return
    records = _records(spec, seconds)
    yield from _answers(records)
    yield _in_time(records, seconds)
    yield _quiet(records)
    yield from _seeds(records, seconds)
    yield _worth(records[PLAIN, 0].record)


def _settings_finding(spec: MethodSpec) -> Finding:
    untyped = describe_method(spec.label, spec.target).untyped
    if untyped:
        return Finding(
            "settings", "warn", f"the type of {', '.join(untyped)} cannot be checked",
            "use bool, int, float, str, Literal, or lists, tuples and dicts of these",
        )  # fmt: skip
    return Finding("settings", "ok", ", ".join(spec.settings) or "it has none")


@dataclass(frozen=True, slots=True)
class _Done:
    record: Record
    printed: int


def _records(spec: MethodSpec, seconds: float) -> dict[tuple[str, int], _Done]:
    """What every probe came to, by problem and seed."""
    dataset = probe_dataset()
    budget = Budget(seconds=seconds)
    plain = [
        Run(spec, dataset.name, dataset.version, problem.name, 0, 0.0, budget)
        for problem in dataset.problems
    ]
    runs = [*plain, replace(plain[0], seed=1)]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        limits = Limits(grace=min(1.0, seconds))
        execute(runs, {dataset.name: dataset}, store, LocalExecutor(1), limits=limits)
        return {
            (record.run.problem, record.run.seed): _Done(record, _size(store, record))
            for record in store.records()
        }


def _size(store: Store, record: Record) -> int:
    log: Path = store.log_path(record.run.id)
    return log.stat().st_size if log.exists() else 0


_ADVICE = {
    "timeout": "look at task.remaining().share in your loop, and task.report(...) as you go: "
    "the last report counts when a run is ended",
    "error": "the traceback is in a run's log: rediscover run method=... and see results/*/logs",
    "invalid": "return Discovery.of(text), with the text in task.names and functions such as "
    "sin, exp, log, sqrt",
    "memory": "the budget's memory_mb is for the whole process group",
    "crash": "the process ended by itself (os._exit, a signal, a fault in C code)",
}
_WRITES = "task.X and task.y are read-only; work on a copy: X = task.X.copy()"


def _answers(records: Mapping[tuple[str, int], _Done]) -> Iterator[Finding]:
    """One finding for each kind of data: is there an answer, and is it a number everywhere?"""
    for name, probe in PROBES.items():
        if name == SAME_AS_PLAIN:
            continue
        record = records[name, 0].record
        check = f"answers {probe.words}"
        if record.status == "timeout" and record.discovery is not None:
            yield Finding(check, "ok", f"{record.discovery.best.text:.80} (its last report)")
        elif record.status != "ok" or record.discovery is None:
            advice = _WRITES if "read-only" in record.message else _ADVICE.get(record.status, "")
            yield Finding(check, "fail", f"{record.status}: {record.message}", advice)
        else:
            yield _answer(check, name, record.discovery.best.text)


def _answer(check: str, name: str, text: str) -> Finding:
    probe = PROBES[name]
    values = probe.values(text)
    bad = int(np.sum(~np.isfinite(values)))
    if bad:
        return Finding(
            check, "warn", f"{text:.80} is not finite on {bad} of {len(values)} training rows",
            "check your formula on task.X before you stand by it",
        )  # fmt: skip
    return Finding(check, "ok", f"{text:.80}")


def _in_time(records: Mapping[tuple[str, int], _Done], seconds: float) -> Finding:
    late = [done.record for done in records.values() if done.record.status == "timeout"]
    if late:
        without = sum(record.discovery is None for record in late)
        lost = f", {without} with nothing reported and so without an answer" if without else ""
        return Finding(
            "returns in time", "fail",
            f"{len(late)} of {len(records)} runs were ended at their budget of {seconds:g} s{lost}",
            _ADVICE["timeout"],
        )  # fmt: skip
    slowest = max(done.record.resources.wall_seconds for done in records.values())
    return Finding("returns in time", "ok", f"at most {slowest:.2f} s of {seconds:g}")


def _quiet(records: Mapping[tuple[str, int], _Done]) -> Finding:
    noisy = [done.printed for done in records.values() if done.record.status == "ok"]
    if any(noisy):
        return Finding(
            "prints nothing", "warn", f"it printed up to {max(noisy)} bytes a run",
            "harmless, it goes to the run's log; but a million runs make a million logs",
        )  # fmt: skip
    return Finding("prints nothing", "ok", "all quiet")


def _seeds(records: Mapping[tuple[str, int], _Done], seconds: float) -> Iterator[Finding]:
    first, again, other = (
        records[key].record.discovery for key in ((PLAIN, 0), (SAME_AS_PLAIN, 0), (PLAIN, 1))
    )
    if first is None or again is None or other is None:
        yield Finding("the seed decides", "warn", "not checked, as there was no answer")
        return
    same = first.best.text == again.best.text
    spent = records[PLAIN, 0].record.resources.wall_seconds > 0.5 * seconds
    if same:
        yield Finding("the seed decides", "ok", "the same seed gave the same answer twice")
    else:
        level: Level = "warn" if spent else "fail"
        cause = (
            "it is cut off by the clock: a budget of evaluations would be exact" if spent else ""
        )
        yield Finding(
            "the seed decides", level, f"seed 0 gave {first.best.text:.60} and then "
            f"{again.best.text:.60}", cause or "draw every random number from task.seed",
        )  # fmt: skip
    if same and first.best.text == other.best.text:
        yield Finding(
            "another seed", "ok", "the same answer again: it uses no chance, or the problem is easy"
        )
    elif same:
        yield Finding("another seed", "ok", "another answer")


def _worth(record: Record) -> Finding:
    """Whether what it found of a simple law is better than the mean."""
    check = "finds more than the mean"
    if record.discovery is None:
        return Finding(check, "warn", "not checked, as there was no answer")
    probe = PROBES[PLAIN]
    with np.errstate(all="ignore"):
        error = np.mean((probe.values(record.discovery.best.text) - probe.y) ** 2)
    r2 = 1 - float(error) / float(np.var(probe.y))
    if r2 > 0.1:
        return Finding(check, "ok", f"R2 {r2:.4f} on {probe.words}")
    return Finding(
        check, "warn", f"R2 is {r2:.3g} on {probe.words}",
        "the units of the data are raw: a method that scales inside must unscale its formula",
    )  # fmt: skip
