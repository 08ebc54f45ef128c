"""``rediscover check``: does a method keep the contract? In words, from real runs.

Every probe is a run as a benchmark runs it: a process of its own, held to its budget, with the
data read-only and the output going to a log. Nothing is said of what was not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from bench.authoring.finding import Conformance, Finding
from bench.authoring.probes import PLAIN, PROBES, SAME_AS_PLAIN
from bench.authoring.probing import CALLS, KILLED, Trial, Trials, trials
from bench.plugins import (
    MethodError,
    default_settings,
    describe_method,
    find_method,
    method_spec,
)
from bench.running.missing import missing_engine
from bench.running.results.run import MethodSpec


def check(
    name_or_path: str,
    *,
    seconds: float = 3.0,
    settings: Mapping[str, Any] | None = None,
    on_finding: Callable[[Finding], None] = lambda finding: None,
) -> Conformance:
    """Run the method against the contract, with ``seconds`` for each of about ten small runs.

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
        shipped = {**default_settings(entry), **entry.config}  # with its ``worker``, as in a run
        config = {"_target_": entry.target, **shipped, **settings}
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
    if spec.asks_model:
        yield Finding(
            "language model", "ok",
            f"a script answers in its place: small formulas, {CALLS} calls a run; how good the "
            "answers are says nothing of the method",
        )  # fmt: skip
    yield from _of_runs(spec, seconds)


def _of_runs(spec: MethodSpec, seconds: float) -> Iterator[Finding]:
    """What small runs show."""
    done: dict[tuple[str, int], Trial] = {}
    for key, trial in trials(spec, seconds):
        if not done and (finding := _loading(spec, trial)) is not None:
            yield finding
        if not trial.loaded:
            return
        done[key] = trial
    yield from _answers(done)
    yield _in_time(done, seconds)
    yield killed_finding(done[KILLED, 0])
    yield _quiet(done)
    yield from _seeds(done, seconds)
    if not spec.asks_model:
        yield _worth(done[PLAIN, 0])


_LONG = 10.0
"""Seconds before a run's clock that are worth a word; a busy machine takes some for nothing."""


def _loading(spec: MethodSpec, first: Trial) -> Finding | None:
    """What is to be said of the time that passes before the first run's clock starts."""
    advice = (
        "it imports its file and what that imports in each run: import what is slow and seldom "
        f"needed inside discover, or let method.{spec.label}.worker.start=keep do so once"
    )
    if not first.loaded:
        return Finding("loading", "fail", first.fault, advice)
    if first.off_the_clock < _LONG or spec.start == "keep":
        return None
    return Finding(
        "loading", "warn", f"{first.off_the_clock:.0f} s pass before the clock of a run", advice
    )


def _settings_finding(spec: MethodSpec) -> Finding:
    untyped = describe_method(spec.label, spec.target).untyped
    if untyped:
        return Finding(
            "settings", "warn", f"the type of {', '.join(untyped)} cannot be checked",
            "use bool, int, float, str, Literal, or lists, tuples and dicts of these",
        )  # fmt: skip
    return Finding("settings", "ok", ", ".join(spec.settings) or "it has none")


_REPORT = "report(...) as you go: task.report(best so far) is the answer of a run that is ended"
_ADVICE = {
    "timeout": f"look at task.remaining().share in your loop, and {_REPORT}",
    "error": "the whole traceback is in a run's log: rediscover run method=..., results/*/logs",
    "invalid": "return Discovery.of(text), with the text in task.names and functions such as "
    "sin, exp, log, sqrt",
    "memory": "the budget's memory_mb is for the whole process group",
    "crash": "the process ended by itself (os._exit, a signal, a fault in C code)",
}
_WRITES = "task.X and task.y are read-only; work on a copy: X = task.X.copy()"


def _answers(done: Trials) -> Iterator[Finding]:
    """One finding for each kind of data that is answered, and one for each fault."""
    faults: dict[str, list[str]] = {}
    for name, probe in PROBES.items():
        if name == SAME_AS_PLAIN:
            continue
        trial = done[name, 0]
        late = trial.record.status == "timeout" and trial.record.discovery is not None
        if trial.answered or late:
            yield _answer(f"answers {probe.words}", trial, " (its last report)" if late else "")
        else:
            faults.setdefault(trial.fault, []).append(name)
    for fault, names in faults.items():
        status = done[names[0], 0].record.status
        advice = _WRITES if "read-only" in fault else _ADVICE.get(status, "")
        words = "; ".join(PROBES[name].words for name in names)
        yield Finding(f"answers {words}", "fail", fault, advice)


def _answer(check: str, trial: Trial, note: str) -> Finding:
    values = trial.values()
    what = f"{trial.text:.80}" if trial.text else "a black box: a predictor, and no formula"
    bad = 0 if values is None else int(np.sum(~np.isfinite(values)))
    if values is not None and bad:
        return Finding(
            check, "warn", f"{what}{note} is not finite on {bad} of {len(values)} training rows",
            "check your formula on task.X before you stand by it",
        )  # fmt: skip
    return Finding(check, "ok", f"{what}{note}")


def _in_time(done: Trials, seconds: float) -> Finding:
    check = "returns in time"
    runs = [one.record for (name, _), one in done.items() if name != KILLED]
    late = [record for record in runs if record.status == "timeout"]
    if late:
        without = sum(record.discovery is None for record in late)
        lost = f", {without} with nothing reported and so without an answer" if without else ""
        return Finding(
            check, "fail",
            f"{len(late)} of {len(runs)} runs were ended at their budget of {seconds:g} s{lost}",
            _ADVICE["timeout"],
        )  # fmt: skip
    returned = [one.resources.wall_seconds for one in runs if one.status in ("ok", "invalid")]
    if not returned:
        return _not_checked(check, "as no run returned")
    return Finding(check, "ok", f"at most {max(returned):.2f} s of {seconds:g}")


def killed_finding(trial: Trial) -> Finding:
    """What is left of a run that is killed in the middle of its budget."""
    check = "a run that is killed"
    if trial.answered:
        return Finding(check, "ok", "not seen: it had returned by half of its budget")
    if trial.record.status != "timeout":
        return _not_checked(check, "as the run failed by itself")
    if trial.record.discovery is None:
        return Finding(
            check, "warn", "it had reported nothing, or no formula, by half of its budget", _REPORT
        )
    return _answer(check, trial, " (its last report)")


def _quiet(done: Trials) -> Finding:
    printed = max(trial.printed for trial in done.values())
    if printed:
        return Finding(
            "prints nothing", "warn", f"it printed up to {printed} characters a run",
            "harmless, it goes to the run's log; but a million runs make a million logs",
        )  # fmt: skip
    return Finding("prints nothing", "ok", "all quiet")


def _seeds(done: Trials, seconds: float) -> Iterator[Finding]:
    check = "the seed decides"
    first, again, other = (done[key] for key in ((PLAIN, 0), (SAME_AS_PLAIN, 0), (PLAIN, 1)))
    if not (first.answered and again.answered and other.answered):
        yield _not_checked(check, "as not all of its runs answered")
        return
    said, repeated, differing = map(_said, (first, again, other))
    spent = first.record.resources.wall_seconds > 0.5 * seconds
    if said != repeated:
        yield Finding(
            check, "warn" if spent else "fail",
            f"seed 0 gave {said:.60} and then {repeated:.60}",
            "it is cut off by the clock: a budget of evaluations would be exact" if spent else
            "draw every random number from task.seed",
        )  # fmt: skip
        return
    yield Finding(check, "ok", "the same seed gave the same answer twice")
    same = "the same answer again: it uses no chance, or the problem is easy"
    yield Finding("another seed", "ok", same if said == differing else "another answer")


def _said(trial: Trial) -> str:
    """What tells one answer from another: its formula, else its predictor's values."""
    discovery = trial.record.discovery
    return trial.text or ("" if discovery is None else discovery.predicted.get("test", ""))


def _worth(trial: Trial) -> Finding:
    """Whether what it found of a simple law is better than the mean."""
    check = "finds more than the mean"
    values = trial.values() if trial.record.status in ("ok", "timeout") else None
    if values is None:
        return _not_checked(check, "as there was no answer")
    probe = PROBES[PLAIN]
    with np.errstate(all="ignore"):
        error = np.mean((values - probe.y) ** 2)
    r2 = 1 - float(error) / float(np.var(probe.y))
    if r2 > 0.1:
        return Finding(check, "ok", f"R2 {r2:.4f} on {probe.words}")
    return Finding(
        check, "warn", f"R2 is {r2:.3g} on {probe.words}",
        "the units of the data are raw: a method that scales inside must unscale its formula",
    )  # fmt: skip


def _not_checked(check: str, why: str) -> Finding:
    return Finding(check, "warn", f"not checked, {why}")
