"""MethodNames for what one method label means in several settings: only what differs is named."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.running.results.plan import PlannedRun
from bench.running.results.run import Setup

_LETTERS = 8


class NoSuchMethod(ValueError):
    """A name of a method that says none, or several, of those in a folder."""


@dataclass(frozen=True)
class MethodNames:
    """What tells apart the settings of each method: empty where there is one.

    ``setups`` are by label and digest of the setup; ``data`` by label, dataset and version.
    """

    setups: Mapping[tuple[str, str], str]
    data: Mapping[tuple[str, str, str], str]

    @classmethod
    def of(cls, runs: Iterable[PlannedRun], setups: Mapping[str, Setup]) -> MethodNames:
        """The names for the settings of ``runs``."""
        of_label: dict[str, dict[str, None]] = defaultdict(dict)
        versions: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for run in runs:
            of_label[run.method][run.setup] = None
            versions[run.method, run.dataset][run.version] = None
        named = {
            (label, digest): text
            for label, digests in of_label.items()
            for digest, text in _differences(digests, setups).items()
        }
        data = {
            (label, dataset, version): f"{dataset} {version[:_LETTERS]}" if len(found) > 1 else ""
            for (label, dataset), found in versions.items()
            for version in found
        }
        return cls(named, data)

    def text(self, run: PlannedRun) -> str:
        """What tells the settings of ``run`` from others of its method."""
        setup = self.setups[run.method, run.setup]
        data = self.data[run.method, run.dataset, run.version]
        return f"{setup}, {data}" if setup and data else setup or data

    def texts(self, runs: Iterable[PlannedRun]) -> list[str]:
        """``text`` of each of many runs."""
        made: dict[tuple[str, str, str, str], str] = {}
        found = []
        for run in runs:
            key = (run.method, run.setup, run.dataset, run.version)
            if key not in made:
                made[key] = self.text(run)
            found.append(made[key])
        return found

    def chosen(self, name: str, runs: Iterable[PlannedRun]) -> tuple[str, str]:
        """The label and the settings that ``name`` says: ``operon``, ``operon budget.seconds=2``.

        Raises NoSuchMethod where it says none of those in ``runs``, or several, and lists them.
        """
        pairs = dict.fromkeys((run.method, self.text(run)) for run in runs)
        spelled = {f"{label} {text}" if text else label: (label, text) for label, text in pairs}
        if name in spelled:
            return spelled[name]
        several = [full for full, (label, _) in spelled.items() if label == name]
        if several:
            listed = ", ".join(f"'{full}'" for full in several)
            raise NoSuchMethod(f"'{name}' is {len(several)} methods here, say which: {listed}")
        raise NoSuchMethod(f"there is no method '{name}' here; there is {', '.join(spelled)}")


def _differences(digests: Iterable[str], setups: Mapping[str, Setup]) -> dict[str, str]:
    """For each setup of one label what only some of them have."""
    known = {digest: _flat(setups[digest]) for digest in digests if digest in setups}
    keys = dict.fromkeys(key for one in known.values() for key in one)
    differing = [key for key in keys if len({one.get(key) for one in known.values()}) > 1]
    texts = {
        digest: ", ".join(
            f"{key}={one[key]}" if key in one else f"{key} unset" for key in differing
        )
        for digest, one in known.items()
    }
    lost = {digest: f"setup {digest[:_LETTERS]}" for digest in digests if digest not in setups}
    return texts | lost


def _flat(setup: Setup) -> dict[str, str]:
    """A setup as ``key=value`` has it on the command line."""
    flat: dict[str, Any] = {f"budget.{name}": value for name, value in setup.budget.items()}
    flat |= {"disclosure": setup.disclosure, "_target_": setup.target, **setup.settings}
    return {key: _written(value) for key, value in flat.items()}


def _written(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
