"""LLM-SRBench as released: Parquet files with the problems, and one HDF5 file with their rows.

Layout of the data set ``nnheui/llm-srbench`` on the Hugging Face Hub:
``data/lsr_transform-00000-of-00001.parquet`` and four ``data/lsr_synth_*.parquet`` with the columns
name, symbols, symbol_descs, symbol_properties, expression; in ``lsr_bench_data.hdf5`` the groups
``/lsr_transform/NAME`` and ``/lsr_synth/FIELD/NAME``, with the arrays train, test and (synth)
ood_test, the target in column 0 and the inputs in the order of symbols[1:].

Eighty of the released expressions cannot be read: those of chem_react lost a constant's value,
those of phys_osc are templates. The catalogue's law stands in for them where it has the same name
and symbols and fits the released rows; where not, the problem has no law and the flaw ``law_lost``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.basics.installation import install_hint
from bench.expression import ParseError, Symbol, evaluate, parse, substitute, symbols
from bench.problems.catalogue import shipped_catalogue
from bench.problems.dataset import Dataset
from bench.problems.formats.hdf5_rows import Hdf5Rows
from bench.problems.formats.tabular import TableError, file_digest
from bench.problems.problem import Problem, Target
from bench.problems.variable import Variable

OPTIONS = ("subset",)

ROWS = "lsr_bench_data.hdf5"
HUB = "nnheui/llm-srbench"
_GROUPS = {
    "transform": "lsr_transform",
    "bio_pop_growth": "lsr_synth/bio_pop_growth",
    "chem_react": "lsr_synth/chem_react",
    "matsci": "lsr_synth/matsci",
    "phys_osc": "lsr_synth/phys_osc",
}
_COLUMNS = ("name", "symbols", "symbol_descs", "expression")
_LARGEST_MISFIT = 1e-6
"""Of a borrowed law: mean squared error over the variance of the target. Laws reach 1e-10."""


def recognises(path: Path) -> bool:
    """Whether a folder has LLM-SRBench's layout."""
    return (path / ROWS).is_file() and next(_parquets(path), None) is not None


def read(path: Path, *, subset: str | None = None) -> Dataset:
    """The problems in a folder of released files, all or one ``subset`` (``chem_react``, ...).

    The tier of a problem is its subset. Raises TableError, naming file, row and column.
    """
    if subset is not None and subset not in _GROUPS:
        raise TableError(f"subset is '{subset}'; choose one of {', '.join(_GROUPS)}")
    name = path.resolve().name if subset is None else f"{path.resolve().name}_{subset}"
    files = [
        (key, file)
        for key in ([subset] if subset else _GROUPS)
        for file in _parquets(path)
        if file.name.startswith(_GROUPS[key].replace("/", "_"))
    ]
    if not files:
        raise TableError(f"{path}: there is no Parquet file of '{subset}'")
    version = _digest([path / ROWS, *(file for _, file in files)])
    entries = [(key, entry) for key, file in files for entry in _entries(file)]
    _refuse_namesakes(entry for _, entry in entries)
    known = {key: _catalogued(key) for key, _ in files}
    problems = tuple(
        replace(
            _problem(path, key, entry, known[key].get(entry.name)), dataset=name, version=version
        )
        for key, entry in entries
    )
    title = "LLM-SRBench, the released files"
    return Dataset(name, version, problems, title, f"https://huggingface.co/datasets/{HUB}")


def _catalogued(key: str) -> dict[str, Problem]:
    catalogue = shipped_catalogue(f"llmsrbench_{key}")
    return {problem.name: problem for problem in catalogue.problems}


@dataclass(frozen=True)
class _Entry:
    """A row of a Parquet file: one problem, and where it is written."""

    where: str
    name: str
    symbols: tuple[str, ...]
    meanings: Mapping[str, str]
    expression: str


def _entries(file: Path) -> Iterator[_Entry]:
    for row, entry in enumerate(_rows(file)):
        where = f"{file}: row {row}"
        name, symbols = entry["name"], _texts(entry["symbols"])
        if not isinstance(name, str) or not name or len(symbols) < 2:
            raise TableError(f"{where}: a problem has a name and two or more symbols")
        twice = [symbol for symbol in symbols if symbols.count(symbol) > 1]
        if twice:
            raise TableError(f"{where}: problem '{name}' lists the symbol '{twice[0]}' twice")
        meanings = dict(zip(symbols, _texts(entry["symbol_descs"]), strict=False))
        yield _Entry(where, name, tuple(symbols), meanings, str(entry["expression"]))


def _refuse_namesakes(entries: Iterable[_Entry]) -> None:
    first: dict[str, _Entry] = {}
    for entry in entries:
        other = first.setdefault(entry.name, entry)
        if other is not entry:
            raise TableError(
                f"{entry.where}: there is a problem '{entry.name}' before it, {other.where}"
            )


def _problem(folder: Path, key: str, entry: _Entry, ours: Problem | None) -> Problem:
    """The problem of ``entry``, and of the catalogue what the released files do not say."""
    inputs = entry.symbols[1:]
    variables = tuple(
        Variable(f"x{j}", symbol, entry.meanings.get(symbol, "")) for j, symbol in enumerate(inputs)
    )
    target = Variable("y", entry.symbols[0], entry.meanings.get(entry.symbols[0], ""))
    group = f"{_GROUPS[key]}/{entry.name}"
    problem = Problem(
        dataset="",
        version="",
        name=entry.name,
        variables=variables,
        targets=(Target(target, _released_law(entry)),),
        source=Hdf5Rows(folder / ROWS, group, len(entry.symbols)),
        formula=entry.expression,
        meaning=ours.meaning if ours else "",
        tier=key,
        time=f"x{inputs.index('t')}" if "t" in inputs and key != "transform" else None,
        flaws=ours.flaws if ours else {},
    )
    return problem if problem.truth is not None else _with_borrowed_law(problem, ours)


def _released_law(entry: _Entry) -> str | None:
    """The released expression in x0, x1, ...; None where it cannot be read."""
    inputs = entry.symbols[1:]
    names = {symbol: f"x{j}" for j, symbol in enumerate(inputs)}
    # The released strings write states as functions of time: A(t) is A.
    plain = re.sub(rf"\b({'|'.join(map(re.escape, inputs))})\(t\)", r"\1", entry.expression)
    try:
        return str(parse(plain, names))
    except ParseError:
        return None


def _with_borrowed_law(problem: Problem, ours: Problem | None) -> Problem:
    """``problem`` with the law of the catalogue's ``ours``, or with the flaw of having none."""
    try:
        law = _borrowed_law(problem, ours)
    except (_NoLaw, TableError) as reason:
        lost = f"the released expression cannot be read; the law is left out: {reason}"
        return replace(problem, flaws={**problem.flaws, "law_lost": lost})
    return replace(problem, targets=(replace(problem.target, truth=law),))


class _NoLaw(ValueError):
    """The catalogue has no law for a problem, and why not."""


def _borrowed_law(problem: Problem, ours: Problem | None) -> str:
    """The catalogue's law in the columns of ``problem``, symbol by symbol, as the rows bear out."""
    if ours is None or ours.truth is None:
        raise _NoLaw("the catalogue has no problem of that name")
    theirs = {variable.symbol: variable.name for variable in problem.variables}
    law = parse(ours.truth, ours.variables)
    symbol_of = {variable.name: variable.symbol for variable in ours.variables}
    missing = sorted(symbol_of[name] for name in symbols(law) if symbol_of[name] not in theirs)
    if missing:
        raise _NoLaw(f"the catalogue's law has '{missing[0]}', which is no input here")
    law = substitute(law, {name: Symbol(theirs[symbol_of[name]]) for name in symbols(law)})
    data = problem.data()
    for split in ("train", "test"):
        table = data.splits[split]
        misfit = float(np.mean((evaluate(law, problem.names, table.X) - table.y) ** 2))
        if not misfit <= _LARGEST_MISFIT * float(np.var(table.y)):
            raise _NoLaw(f"the catalogue's law does not fit the {split} rows")
    return str(law)


def _rows(file: Path) -> list[dict[str, Any]]:
    pyarrow = _import("pyarrow", file, "parquet")
    parquet = _import("pyarrow.parquet", file, "parquet")
    try:
        table = parquet.read_table(file)
    except (pyarrow.ArrowException, OSError) as error:
        raise TableError(f"{file}: not a Parquet file ({error})") from None
    missing = [name for name in _COLUMNS if name not in table.column_names]
    if missing:
        raise TableError(
            f"{file}: there is no column '{missing[0]}'; the columns are "
            f"{', '.join(table.column_names)}"
        )
    rows: list[dict[str, Any]] = table.select(list(_COLUMNS)).to_pylist()
    return rows


def _texts(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _parquets(path: Path) -> Iterator[Path]:
    yield from sorted([*path.glob("lsr_*.parquet"), *(path / "data").glob("lsr_*.parquet")])


def _digest(files: Iterable[Path]) -> str:
    sha = hashlib.sha256()
    for file in files:
        sha.update(bytes.fromhex(file_digest(file)))
    return sha.hexdigest()[:12]


def _import(module: str, path: Path, extra: str) -> Any:
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise TableError(f"{path}: reading it needs {package}: {install_hint(extra)}") from None
