"""From what ``bench.run`` is given to an experiment."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_args

from bench.experiment import Experiment, with_model
from bench.kinds.kind import Disclosure
from bench.method import Budget
from bench.models.endpoint import Endpoint
from bench.plugins import find_method, find_methods, is_path, spec_of, spec_of_object
from bench.problems.checking import check_data
from bench.problems.dataset import Dataset
from bench.problems.load import load_dataset
from bench.problems.problem import Problem
from bench.problems.sources.given import Given
from bench.running import MethodSpec, matrix


def experiment_of(
    methods: Any,
    datasets: Any,
    folder: Path,
    *,
    budget: float | Budget,
    seeds: Iterable[int],
    noise: Iterable[float],
    disclosure: Disclosure,
    model: Endpoint | Mapping[str, Any] | None = None,
) -> Experiment:
    """The experiment of these arguments of ``bench.run``.

    Raises ValueError or LookupError, in a sentence, for what cannot be had.
    """
    if disclosure not in get_args(Disclosure):
        raise ValueError(f"disclosure is '{disclosure}'; choose from {get_args(Disclosure)}")
    specs = _specs(methods)
    chosen, sources = _chosen(datasets)
    check_data([problem for dataset in chosen.values() for problem in dataset.problems])
    allowed = _budget(budget)
    endpoint = Endpoint(**model) if isinstance(model, Mapping) else model
    specs = list(with_model(specs, endpoint, allowed))
    levels = [_level(one) for one in _several(noise)]
    numbers = [_seed(one) for one in _several(seeds)]
    runs = matrix(specs, chosen, seeds=numbers, noise=levels, budget=allowed, disclosure=disclosure)
    config = {
        "method": {one.label: {"_target_": one.target, **one.settings} for one in specs},
        "datasets": {name: {"source": source} for name, source in sources.items()},
        "budget": asdict(allowed),
        "seeds": numbers,
        "noise": levels,
        "disclosure": disclosure,
        "model": {} if endpoint is None else asdict(endpoint),
    }
    return Experiment(folder, config, tuple(specs), chosen, tuple(runs), endpoint=endpoint)


def _specs(methods: Any) -> list[MethodSpec]:
    if isinstance(methods, Mapping):
        return [_spec(method, str(label)) for label, method in methods.items()]
    given = _several(methods)
    if not given:
        raise ValueError("no method is given; rediscover list methods shows those that ship")
    find_methods(one for one in given if isinstance(one, str) and is_path(one))  # one name, twice
    return [_spec(method, None) for method in given]


def _spec(method: Any, label: str | None) -> MethodSpec:
    if isinstance(method, str | Path):
        spec = spec_of(find_method(str(method)))
    else:
        spec = spec_of_object(method)
    return spec if label is None else replace(spec, label=label)


def _chosen(datasets: Any) -> tuple[dict[str, Dataset], dict[str, str]]:
    """Problems by the dataset that owns them, each once; and where datasets can be found again."""
    owned: dict[str, dict[str, Problem]] = {}
    owners: dict[str, Dataset] = {}
    sources: dict[str, str] = {}
    for one in _several(datasets):
        whole = _dataset(one)
        if isinstance(one, str | Path):
            sources[whole.name] = str(Path(one).absolute()) if Path(one).exists() else str(one)
        for problem in whole.problems:
            _refuse_namesake(problem, owned.get(problem.dataset, {}))
            owners.setdefault(problem.dataset, whole)
            owned.setdefault(problem.dataset, {}).setdefault(problem.name, problem)
    if not owned:
        raise ValueError("there is no problem to run; rediscover list datasets shows what ships")
    chosen = {
        name: replace(
            owners[name], name=name, version=next(iter(problems.values())).version,
            problems=tuple(problems.values()),
        )
        for name, problems in owned.items()
    }  # fmt: skip
    return chosen, sources


def _refuse_namesake(problem: Problem, known: Mapping[str, Problem]) -> None:
    """Of two datasets of one name, the problems of one would be taken for the other's."""
    other = known.get(problem.name, problem)
    if other.version != problem.version:
        raise ValueError(
            f"two different problems are called '{problem.id}'; give the dataset of one another "
            "name: bench.load(PATH, name=...)"
        )


def _dataset(one: Any) -> Dataset:
    if isinstance(one, str | Path):
        return load_dataset(one)
    if isinstance(one, Dataset):
        return replace(one, problems=tuple(map(_portable, one.problems)))
    if isinstance(one, Problem):
        return Dataset(one.dataset, one.version, (_portable(one),))
    raise ValueError(f"{one!r:.80} is no dataset: give a name, a path, a Dataset or a Problem")


def _portable(problem: Problem) -> Problem:
    """``problem`` as other processes can have it: with its data where their source is a class
    of this program."""
    source = getattr(problem, "source", problem)  # not every kind has one
    if type(source).__module__.partition(".")[0] == "bench":
        return problem
    return replace(problem, source=Given(problem.data()))


def _budget(budget: float | Budget) -> Budget:
    if isinstance(budget, Budget):
        return budget
    if isinstance(budget, bool) or not isinstance(budget, int | float):
        raise ValueError(f"budget is {budget!r:.80}; it is a number of CPU seconds, or a Budget")
    if not (budget > 0 and math.isfinite(budget)):
        raise ValueError(f"budget is {budget}; it is a positive number of CPU seconds")
    return Budget.of_cpu(float(budget))


def _seed(value: Any) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__") or not 0 <= int(value) < 2**63:
        raise ValueError(f"seeds holds {value!r:.80}; seeds are whole numbers from 0")
    return int(value)


def _level(value: Any) -> float:
    try:
        level = float(value)
    except (TypeError, ValueError):
        level = math.nan
    if not (level >= 0 and math.isfinite(level)):
        raise ValueError(f"noise holds {value!r:.80}; levels are numbers from 0")
    return level


def _several(value: Any) -> Sequence[Any]:
    """``value`` as a sequence: one thing is a sequence of one."""
    if isinstance(value, str | Path | Dataset | Problem) or not isinstance(value, Iterable):
        return [value]
    return list(value)
