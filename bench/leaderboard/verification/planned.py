"""Is the plan whole: do its lines say what their digests say, and does it hold what was asked?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from bench.basics.plain_yaml import plain_yaml
from bench.basics.words import counted, shown
from bench.leaderboard.groups import is_harmless
from bench.leaderboard.verification.fault import Fault
from bench.running.results.content import read_file
from bench.running.results.plan import Plan, PlannedRun
from bench.running.results.run import Setup, identity_of
from bench.running.results.store import Store

_PLAN_AGAIN = "rediscover run with the settings that were asked for plans it again"
_OTHER_WORDS = ("grace",)
"""What ``budget`` says in a configuration and is of no plan."""


def plan_faults(store: Store, plan: Plan, *, trusted: bool) -> Iterator[Fault]:
    """What is wrong with ``plan``, line by line, and held against the configuration.

    Of one that is not ``trusted`` no dataset is read but by the name of an installed one.
    """
    for number, why in plan.unread.items():
        yield Fault.of("damaged", f"plan.jsonl, line {number}", why, _PLAN_AGAIN)
    if plan.newer:
        yield Fault.of(
            "newer", "plan.jsonl", f"{counted(len(plan.newer), 'line')} of a newer version",
            "verify with that version of Rediscover",
        )  # fmt: skip
    if not plan.runs:
        yield Fault.of("missing", "plan.jsonl", "it plans no run", _PLAN_AGAIN)
    yield from _edited_lines(plan)
    yield from _against_config(store, plan, trusted)


def _edited_lines(plan: Plan) -> Iterator[Fault]:
    for digest, setup in plan.setups.items():
        if _digest(setup) != digest:
            yield Fault.of(
                "edited", f"plan.jsonl, setup {digest}",
                f"it is another setup now, of {shown(setup.target)}", _PLAN_AGAIN,
            )  # fmt: skip
    lost = {run.setup for run in plan.runs.values()} - set(plan.setups)
    for digest in sorted(lost):
        yield Fault.of("damaged", f"plan.jsonl, setup {digest}", "its line is lost", _PLAN_AGAIN)
    for run in plan.runs.values():
        if _identity(run) != run.identity:
            yield Fault.of(
                "edited", f"plan.jsonl, {run.id}", "its identity is that of another run",
                _PLAN_AGAIN,
            )  # fmt: skip


def _digest(setup: Setup) -> str:
    """The digest of a setup; of one that no JSON of ours can have, with infinities, none."""
    try:
        return setup.digest
    except ValueError:
        return ""


def _identity(run: PlannedRun) -> str:
    where = (run.dataset, run.version, run.problem, run.data_seed, run.seed, run.noise)
    try:
        return identity_of(run.setup, *where)[:16]
    except ValueError:
        return ""


def _against_config(store: Store, plan: Plan, trusted: bool) -> Iterator[Fault]:
    """What the configuration asks for and the plan does not hold."""
    try:
        text = read_file(str(store.config_path)).decode()
    except FileNotFoundError:
        return  # predictions that were made elsewhere have none
    except (OSError, ValueError) as error:
        yield Fault.of("damaged", "config.yaml", error, _PLAN_AGAIN)
        return
    try:
        found = list(_AskedFor(plain_yaml(text), trusted).faults(plan))
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        yield Fault.of("damaged", "config.yaml", "it is no configuration of a run", _PLAN_AGAIN)
        return
    yield from found


class _AskedFor:
    """What the last command asked for, as far as its configuration says."""

    def __init__(self, config: Mapping[str, Any], trusted: bool) -> None:
        """Raises KeyError, TypeError, ValueError or AttributeError for what is none."""
        self.methods: Mapping[str, Mapping[str, Any]] = config["method"]
        budget = dict(config["budget"]).items()
        self.budget = {
            name: value for name, value in budget if value is not None and name not in _OTHER_WORDS
        }
        self.disclosure = config["disclosure"]
        self.seeds, self.noise = _several(config["seeds"]), _several(config["noise"])
        chosen = dict(config.get("dataset") or {})
        earlier = config.get("earlier") or ()
        now = {name: one for name, one in config["datasets"].items() if name not in earlier}
        self.problems = _problems(now, chosen, trusted)

    def faults(self, plan: Plan) -> Iterator[Fault]:
        """What is asked for and not planned, method by method."""
        planned: dict[str, list[PlannedRun]] = {}
        for run in plan.runs.values():
            setup = plan.setups.get(run.setup)
            config = self.methods.get(run.method)
            if setup and config is not None and self._is(setup, config):
                planned.setdefault(run.method, []).append(run)
        everywhere = {(one.dataset, one.problem) for runs in planned.values() for one in runs}
        problems = self.problems or sorted(everywhere)
        for label in self.methods:
            if label not in planned:
                yield Fault.of(
                    "edited", "config.yaml",
                    f"no run is planned of {label} with the settings and the budget it says",
                    _PLAN_AGAIN,
                )  # fmt: skip
            else:
                yield from self._missing(label, planned[label], problems)

    def _missing(
        self, label: str, planned: list[PlannedRun], problems: list[tuple[str, str]]
    ) -> Iterator[Fault]:
        there = {(one.dataset, one.problem, one.seed, one.noise) for one in planned}
        for dataset, problem in problems:
            wanted = {
                (dataset, problem, seed, float(noise))
                for seed in self.seeds
                for noise in self.noise
            }
            if lacking := len(wanted - there):
                yield Fault.of(
                    "missing", f"{label}/{dataset}/{problem}",
                    f"{counted(lacking, 'run')} asked for by config.yaml, and not in the plan",
                    _PLAN_AGAIN,
                )  # fmt: skip

    def _is(self, setup: Setup, config: Mapping[str, Any]) -> bool:
        """Whether ``setup`` is of the method as ``config`` has it, under the budget asked for."""
        if setup.disclosure != self.disclosure:
            return False
        if any(setup.budget.get(name) != value for name, value in self.budget.items()):
            return False
        return all(
            _same(setup.settings.get(name), value)
            for name, value in config.items()
            if name not in ("_target_", "worker")
        )


def _same(kept: Any, asked: Any) -> bool:
    """Whether a setting is what was asked for; a path to code has become a whole path since."""
    if isinstance(asked, str) and isinstance(kept, str):
        return kept.endswith(asked.removeprefix("./"))
    return bool(json.dumps(kept) == json.dumps(asked) or kept == asked)


def _problems(
    datasets: Mapping[str, Mapping[str, Any]], chosen: Mapping[str, Any], trusted: bool
) -> list[tuple[str, str]]:
    """The problems that a configuration chooses; none where one of its datasets is not here."""
    from bench.problems.load import load_dataset
    from bench.problems.selection import select

    chosen = {name: chosen.get(name) for name in ("only", "exclude", "limit")}
    found: list[tuple[str, str]] = []
    for label, config in datasets.items():
        if not (trusted or is_harmless(label, config)):
            return []
        options = {key: value for key, value in config.items() if value is not None}
        try:
            dataset = load_dataset(options.pop("source", label), **options)
            kept = select(dataset, chosen["only"] or (), chosen["exclude"] or (), chosen["limit"])
        except (LookupError, ValueError, OSError, TypeError, ImportError):
            return []
        found += [(one.dataset, one.name) for one in kept.problems]
    return found


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
