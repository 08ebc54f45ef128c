"""Catalogues: one YAML file per dataset in ``datasets/``, read strictly.

``datasets/README.md`` describes the format. What a field may be is stated once, here, and every
error names the file, the problem, the field, its value and what is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bench.basics.paths import DATASETS
from bench.basics.plain_yaml import plain_yaml
from bench.expression import ParseError, parse
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem, Source, Target
from bench.problems.sources.catalogued import OBSERVED, SOURCES, SPLITS
from bench.problems.sources.constraints import parse_constraint
from bench.problems.sources.sampling import Drawn
from bench.problems.variable import BASE_UNITS, Sampling, Variable

_DATASET = {
    "name", "title", "version", "source", "licence", "samples", "tier", "functions", "include",
    "dummies_of", "problems", "trajectory", "filtered", "noisy",
}  # fmt: skip
_PROBLEM = {
    "name", "formula", "truth", "meaning", "tier", "target", "variables", "constraints", "samples",
    "functions", "flaws", "time", "system", "files", "installed", "trajectory", "filtered",
    "truth_nmse", "noisy",
}  # fmt: skip
_SAMPLING = {"sampling", "low", "high", "signs", "count"}
_VARIABLE = {"symbol", "meaning", "unit", "train", "test"} | _SAMPLING


class CatalogueError(ValueError):
    """A catalogue says something that cannot be meant."""


def catalogue_path(name: str) -> Path:
    return DATASETS / f"{name}.yaml"


_KIND = re.compile(r"^kind:[ ]*(\w+)", re.MULTILINE)


def catalogue_names() -> list[str]:
    """The datasets that ship, by name."""
    return sorted(path.stem for path in DATASETS.glob("*.yaml"))


@cache
def shipped_catalogue(name: str) -> Dataset:
    """The dataset of that name that ships. It is read once: its file stays as it is."""
    return read_catalogue(catalogue_path(name))


def shipped_kind(name: str) -> str:
    """The kind of the dataset of that name that ships, by the line that says it: a command asks
    this of every catalogue and reads few of them."""
    found = _KIND.search(catalogue_path(name).read_text(encoding="utf-8"))
    return found[1] if found else "table"


def has_families(name: str) -> bool:
    """Whether the dataset of that name draws its problems from families of systems."""
    text = catalogue_path(name).read_text(encoding="utf-8")
    return re.search(r"^families:", text, re.MULTILINE) is not None


def read_catalogue(path: Path, **drawing: Any) -> Dataset:
    """The dataset a catalogue file describes, what it includes included.

    ``drawing`` says how problems are drawn from families of systems, where it has such.
    """
    top = _load(path)
    if isinstance(top, dict) and top.get("kind") == "system":
        from bench.problems.systems.catalogue import systems_from

        return systems_from(top, path, **drawing)
    return _CatalogueReader(top, path).dataset()


def dataset_from(catalogue: Mapping[str, Any], label: str) -> Dataset:
    """The dataset that a mapping describes as a catalogue file would; errors call it ``label``."""
    return _CatalogueReader(catalogue, label).dataset()


def _load(path: Path) -> Any:
    import yaml

    try:
        top = plain_yaml(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise CatalogueError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if isinstance(top, dict) and top.get("name") != path.stem:
        raise CatalogueError(
            f"{path}: name is {_brief(top.get('name'))}; a catalogue is named like its file"
        )
    return top


class _CatalogueReader:
    def __init__(self, top: Any, path: Path | str) -> None:
        self.path = path
        self.top = self._checked(top)

    def dataset(self) -> Dataset:
        top = self.top
        problems: list[Problem] = []
        for other in self._texts(top, "include", "the dataset"):
            problems.extend(self._another("include", other).problems)
        if "dummies_of" in top:
            from bench.problems.dummies import with_dummies

            original = self._another("dummies_of", top["dummies_of"])
            problems.extend(with_dummies(problem, top["name"]) for problem in original.problems)
        problems.extend(self._problem(entry) for entry in top.get("problems", ()))
        self._check_names(problems)
        return Dataset(
            top["name"], top["version"], tuple(problems),
            top.get("title", ""), top.get("source", ""), top.get("licence", ""),
        )  # fmt: skip

    def _checked(self, top: Any) -> dict[str, Any]:
        if not isinstance(top, dict):
            raise CatalogueError(f"{self.path}: a catalogue is a mapping with a name and problems")
        self._known(top, _DATASET, "the dataset")
        for key in ("name", "version", "source", "licence"):
            self._text(top, key, "the dataset")
        for key in ("title", "tier"):
            self._optional(top, key, "the dataset")
        return top

    def _another(self, field: str, name: str) -> Dataset:
        if name not in catalogue_names() or name == self.top["name"]:
            raise self._error("the dataset", field, name, "other datasets that ship, by name")
        return shipped_catalogue(name)

    def _problem(self, entry: Any) -> Problem:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise CatalogueError(f"{self.path}: a problem without a name: {_brief(entry)}")
        where = f"problem '{entry['name']}'"
        self._known(entry, _PROBLEM, where)
        listed = self._list(entry, "variables", where)
        variables = tuple(self._variable(one, j, where) for j, one in enumerate(listed))
        # Without files that hold the data, they come from the law.
        by_law = "truth" in entry or not any(field in entry for field in OBSERVED)
        truth = self._text(entry, "truth", where) if by_law else None
        constraints = tuple(self._list(entry, "constraints", where))
        names = [variable.name for variable in variables]
        if truth is not None:
            self._parses(lambda: parse(truth, {name: name for name in names}), truth, where)
        for text in constraints:
            self._parses(lambda text=text: parse_constraint(text, names), text, where)  # type: ignore[misc]
        target = self._variable(entry.get("target", {}), -1, where)
        return Problem(
            dataset=self.top["name"],
            version=self.top["version"],
            name=entry["name"],
            variables=variables,
            targets=(Target(target, truth),),
            source=self._source(entry, listed, variables, where),
            constraints=constraints,
            formula=self._optional(entry, "formula", where),
            meaning=self._optional(entry, "meaning", where),
            tier=self._optional(entry, "tier", where) or self.top.get("tier", ""),
            time=self._time(entry, names, where),
            flaws=self._flaws(entry, where),
            functions=tuple(self._texts({**self.top, **entry}, "functions", where)),
        )

    def _source(
        self, entry: Mapping[str, Any], listed: Sequence[Any],
        variables: Sequence[Variable], where: str,
    ) -> Source:  # fmt: skip
        for field, (read, wanted) in SOURCES.items():
            own, shared = entry.get(field, {}), self.top.get(field, {})
            if own or shared:
                value = {**shared, **own} if isinstance(own, dict) else own
                try:
                    return read(value, Path(self.path).parent)
                except (KeyError, TypeError, ValueError) as error:
                    raise self._error(where, field, value, f"{wanted} ({error})") from None
        samples = {**self._mapping(self.top, "samples", where)}
        samples |= self._mapping(entry, "samples", where)
        for split, count in samples.items():
            if split not in SPLITS or not isinstance(count, int) or count < 1:
                raise self._error(where, "samples", samples, "positive counts for train, test, ...")
        rules = {}
        for split in ("train", "test"):
            if any(split in one for one in listed):
                rules[split] = tuple(
                    self._sampling(one[split], f"{where}, {split} of {variable.name}")
                    if split in one
                    else variable.sampling
                    for one, variable in zip(listed, variables, strict=True)
                )
        return Drawn(samples, rules)  # type: ignore[arg-type]

    def _variable(self, entry: Any, index: int, where: str) -> Variable:
        name = "y" if index < 0 else f"x{index}"
        where = f"{where}, variable {name}"
        self._known(entry, _VARIABLE, where)
        unit = entry.get("unit")
        if unit is not None and (
            not isinstance(unit, list) or len(unit) != len(BASE_UNITS) or not _numbers(unit)
        ):
            raise self._error(where, "unit", unit, f"exponents of ({', '.join(BASE_UNITS)})")
        symbol = entry.get("symbol", name)
        if not isinstance(symbol, str):
            raise self._error(where, "symbol", symbol, "text, in quotes where YAML reads another")
        sampling = self._sampling(entry, where) if "sampling" in entry else None
        units = None if unit is None else tuple(float(power) for power in unit)
        meaning = self._optional(entry, "meaning", where)
        return Variable(name, symbol, meaning, units, sampling)

    def _sampling(self, entry: Mapping[str, Any], where: str) -> Sampling:
        self._known(entry, _VARIABLE, where)
        kind: Any = entry.get("sampling")
        low: Any = entry.get("low")
        high: Any = entry.get("high")
        signs: Any = entry.get("signs", "positive")
        count: Any = entry.get("count")
        if kind not in ("uniform", "log_uniform", "integer", "grid"):
            raise self._error(where, "sampling", kind, "uniform, log_uniform, integer or grid")
        if not _numbers([low, high]) or not low < high:
            raise self._error(where, "low, high", [low, high], "two numbers, the lower first")
        if kind == "log_uniform" and low <= 0:
            raise self._error(where, "low", low, "a positive number, the least magnitude")
        if signs not in ("positive", "negative", "both"):
            raise self._error(where, "signs", signs, "positive, negative or both")
        if (kind == "grid") != isinstance(count, int) or (kind == "grid" and count < 2):
            raise self._error(where, "count", count, "the number of points of a grid, 2 or more")
        return Sampling(kind, float(low), float(high), signs, count)

    def _time(self, entry: Mapping[str, Any], names: Sequence[str], where: str) -> str | None:
        time = entry.get("time")
        if time is not None and time not in names:
            raise self._error(where, "time", time, f"one of {', '.join(names)}")
        return time

    def _known(self, entry: Any, fields: set[str], where: str) -> None:
        if not isinstance(entry, dict):
            raise CatalogueError(f"{self.path}: {where} is {_brief(entry)}, not a mapping")
        for key in entry:
            if key not in fields:
                raise CatalogueError(
                    f"{self.path}: {where} has an unknown field '{key}'; known are "
                    f"{', '.join(sorted(fields))}"
                )

    def _text(self, entry: Mapping[str, Any], key: str, where: str) -> str:
        value = entry.get(key)
        if not isinstance(value, str) or not value:
            raise self._error(where, key, value, 'text (a number in quotes: "1")')
        return value

    def _optional(self, entry: Mapping[str, Any], key: str, where: str) -> str:
        return self._text(entry, key, where) if entry.get(key, "") != "" else ""

    def _texts(self, entry: Mapping[str, Any], key: str, where: str) -> list[str]:
        values = self._list(entry, key, where)
        if not all(isinstance(value, str) for value in values):
            raise self._error(where, key, values, "a list of names, numbers in quotes")
        return values

    def _flaws(self, entry: Mapping[str, Any], where: str) -> dict[str, str]:
        flaws = self._mapping(entry, "flaws", where)
        if not all(isinstance(part, str) for flaw in flaws.items() for part in flaw):
            raise self._error(where, "flaws", flaws, "a sentence for each word")
        return flaws

    def _mapping(self, entry: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
        value = entry.get(key, {})
        if not isinstance(value, dict):
            raise self._error(where, key, value, "a mapping")
        return value

    def _list(self, entry: Mapping[str, Any], key: str, where: str) -> list[Any]:
        value = entry.get(key, [])
        if not isinstance(value, list):
            raise self._error(where, key, value, "a list")
        return value

    def _parses(self, read: Callable[[], object], text: Any, where: str) -> None:
        if not isinstance(text, str):
            raise self._error(where, "constraints", text, 'text such as "x1 != 0"')
        try:
            read()
        except ParseError as error:
            raise CatalogueError(f"{self.path}: {where}: {error}") from None

    def _check_names(self, problems: Sequence[Problem]) -> None:
        seen: set[str] = set()
        for problem in problems:
            if problem.name in seen:
                raise CatalogueError(f"{self.path}: two problems are called '{problem.name}'")
            seen.add(problem.name)

    def _error(self, where: str, field: str, value: Any, wanted: str) -> CatalogueError:
        return CatalogueError(f"{self.path}: {where}: {field} is {_brief(value)}; needed: {wanted}")


def _numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(v, int | float) and not isinstance(v, bool) and v == v for v in values)


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
