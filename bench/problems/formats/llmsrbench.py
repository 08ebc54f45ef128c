"""LLM-SRBench as released: Parquet files with the problems, and one HDF5 file with their rows.

Layout of the data set ``nnheui/llm-srbench`` on the Hugging Face Hub:
``data/lsr_transform-00000-of-00001.parquet`` and four ``data/lsr_synth_*.parquet`` with the columns
name, symbols, symbol_descs, symbol_properties, expression; in ``lsr_bench_data.hdf5`` the groups
``/lsr_transform/NAME`` and ``/lsr_synth/FIELD/NAME``, with the arrays train, test and (synth)
ood_test, the target in column 0 and the inputs in the order of symbols[1:].

Eighty of the released expressions cannot be read: those of chem_react lost a constant's value,
those of phys_osc are templates. The catalogue's law stands in for them, where it knows the name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.expression import ParseError, parse
from bench.installation import install_hint
from bench.problems.catalogue import catalogue_path, read_catalogue
from bench.problems.data import Data, Table
from bench.problems.dataset import Dataset
from bench.problems.formats.tabular import TableError
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
_SPLITS = {"train": "train", "test": "test", "ood": "ood_test"}


@dataclass(frozen=True)
class Hdf5Rows:
    """The rows of one group of an HDF5 file."""

    path: Path
    group: str
    columns: int

    def data(self, problem: Problem, seed: int) -> Data:
        h5py = _import("h5py", self.path, "hdf5")
        try:
            with h5py.File(self.path, "r") as file:
                if self.group not in file:
                    raise TableError(f"{self.path}: there is no group /{self.group}")
                group = file[self.group]
                arrays = {
                    split: group[name][()] for split, name in _SPLITS.items() if name in group
                }
        except OSError as error:
            raise TableError(f"{self.path}: not an HDF5 file ({error})") from None
        for name in ("train", "test"):
            if name not in arrays:
                raise TableError(f"{self.path}: /{self.group} has no array '{name}'")
        return Data({split: self._table(split, array) for split, array in arrays.items()})

    def _table(self, split: str, array: Any) -> Table:
        where = f"{self.path}: /{self.group}/{_SPLITS[split]}"
        if array.ndim != 2 or array.shape[1] != self.columns or array.dtype.kind not in "fiu":
            raise TableError(
                f"{where} is {array.dtype} of shape {array.shape}, not numbers in {self.columns} "
                "columns, the target first"
            )
        values = array.astype(np.float64)
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            row, column = bad[0]
            raise TableError(f"{where}: row {row}, column {column} is not a finite number")
        return Table(values[:, 1:].copy(), values[:, 0].copy())


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
    problems = tuple(
        problem for key, file in files for problem in _problems(path, key, file, name, version)
    )
    title = "LLM-SRBench, the released files"
    return Dataset(name, version, problems, title, f"https://huggingface.co/datasets/{HUB}")


def _problems(folder: Path, key: str, file: Path, dataset: str, version: str) -> Iterator[Problem]:
    catalogue = read_catalogue(catalogue_path(f"llmsrbench_{key}"))
    known = {problem.name: problem for problem in catalogue.problems}
    for row, entry in enumerate(_rows(file)):
        symbols = _texts(entry["symbols"])
        if not isinstance(entry["name"], str) or len(symbols) < 2:
            raise TableError(f"{file}: row {row}: a problem has a name and two or more symbols")
        ours = known.get(entry["name"])
        descriptions = _texts(entry["symbol_descs"])
        meanings = dict(zip(symbols, descriptions, strict=False))
        inputs = symbols[1:]
        variables = tuple(
            Variable(f"x{j}", symbol, meanings.get(symbol, "")) for j, symbol in enumerate(inputs)
        )
        target = Variable("y", symbols[0], meanings.get(symbols[0], ""))
        yield Problem(
            dataset=dataset,
            version=version,
            name=entry["name"],
            variables=variables,
            targets=(Target(target, _truth(entry["expression"], inputs, ours)),),
            source=Hdf5Rows(folder / ROWS, f"{_GROUPS[key]}/{entry['name']}", len(symbols)),
            formula=str(entry["expression"]),
            meaning=ours.meaning if ours else "",
            tier=key,
            time=f"x{inputs.index('t')}" if "t" in inputs and key != "transform" else None,
            flaws=ours.flaws if ours else {},
        )


def _truth(text: Any, inputs: Sequence[str], ours: Problem | None) -> str | None:
    """The released expression in x0, x1, ...; the catalogue's where that one cannot be read."""
    names = {symbol: f"x{j}" for j, symbol in enumerate(inputs)}
    # The released strings write states as functions of time: A(t) is A.
    plain = re.sub(rf"\b({'|'.join(map(re.escape, inputs))})\(t\)", r"\1", str(text))
    try:
        return str(parse(plain, names))
    except ParseError:
        return ours.truth if ours else None


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
        with file.open("rb") as stream:
            sha.update(hashlib.file_digest(stream, "sha256").digest())
    return sha.hexdigest()[:12]


def _import(module: str, path: Path, extra: str) -> Any:
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise TableError(f"{path}: reading it needs {package}: {install_hint(extra)}") from None
