"""Datasets written out for other tools, in the formats that those read."""

from __future__ import annotations

import gzip
import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench.basics.files import naming, write_whole
from bench.basics.installation import install_hint
from bench.expression import parse, to_sympy
from bench.problems.data import Data, Table
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem
from bench.problems.variable import Variable

Items = Iterator[tuple[Problem, Data]]

INDEX = "problems.json"
TARGET = "target"

_SRSD_FOLDERS = {"train": "train", "validation": "val", "test": "test", "ood": "ood"}
_HDF5_NAMES = {"ood": "ood_test"}
_PICKLE_PROTOCOL = 4


class ExportError(ValueError):
    """A format that there is not, or that lacks its library, or a folder that is in use."""


def write_dataset(dataset: Dataset, folder: Path, form: str, seed: int = 0) -> list[Path]:
    """Write the problems of ``dataset``, data of ``seed``, into ``folder`` as ``form`` has them.

    * ``srsd``: ``train|val|test/NAME.txt``, target last, and ``true_eq/NAME.pkl`` where the law is
      known (``ood/NAME.txt`` for what SRSD has no place for); read back identically as a dataset;
    * ``csv``, ``parquet``: ``NAME_SPLIT.csv`` with the inputs x0, x1, ... and ``target``;
    * ``pmlb``: ``NAME/NAME.tsv.gz``, all rows in one, and ``NAME/metadata.yaml`` with the law;
    * ``hdf5``: ``DATASET.hdf5``, groups ``NAME`` with an array for each split, target first, as
      LLM-SRBench has them.

    Beside the data, ``problems.json`` says for each problem what its columns are, the law where it
    is known, and the digest of the data. Numbers are written in full. Returns the files written;
    raises ExportError, also where the folder holds something already.
    """
    if form not in LAYOUTS:
        raise ExportError(f"no format '{form}'; there are {', '.join(LAYOUTS)}")
    for problem in dataset.problems:
        if problem.kind != "table":
            raise ExportError(
                f"problem '{problem.id}' is of the kind {problem.kind}; only tables are written"
            )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportError(f"{folder} is there already, and not empty; choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    index: dict[str, Any] = {}

    def problems() -> Iterator[tuple[Problem, Data]]:
        for problem in dataset.problems:
            data = problem.data(seed)
            index[problem.name] = _description(problem, data)
            yield problem, data

    with naming(folder):
        LAYOUTS[form](dataset.name, problems(), folder)
    header = {"dataset": dataset.name, "version": dataset.version, "seed": seed}
    text = json.dumps({**header, "problems": index}, indent=1, ensure_ascii=False)
    write_whole(folder / INDEX, f"{text}\n".encode())
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _description(problem: Problem, data: Data) -> dict[str, Any]:
    return {
        "truth": problem.truth,
        "formula": problem.formula,
        "meaning": problem.meaning,
        "target": _column(problem.target.variable),
        "inputs": [_column(variable) for variable in problem.variables],
        "rows": {split: len(table) for split, table in data.splits.items()},
        "flaws": dict(problem.flaws),
        "digest": data.digest,
    }


def _column(variable: Variable) -> dict[str, Any]:
    return {
        "name": variable.name,
        "symbol": variable.symbol,
        "meaning": variable.meaning,
        "unit": variable.unit,
    }


def _write_srsd(name: str, problems: Items, folder: Path) -> None:
    for problem, data in problems:
        for split, sub in _SRSD_FOLDERS.items():
            if split in data.splits:
                path = folder / sub / f"{problem.name}.txt"
                path.parent.mkdir(exist_ok=True)
                lines = (" ".join(map(repr, row)) for row in _rows(data.splits[split]))
                path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if problem.truth is not None:
            path = folder / "true_eq" / f"{problem.name}.pkl"
            path.parent.mkdir(exist_ok=True)
            law = to_sympy(parse(problem.truth, problem.variables))
            path.write_bytes(pickle.dumps(law, protocol=_PICKLE_PROTOCOL))


def _write_csv(name: str, problems: Items, folder: Path) -> None:
    for problem, data in problems:
        for split, table in data.splits.items():
            text = _delimited(problem, table, ",")
            (folder / f"{problem.name}_{split}.csv").write_text(text, encoding="utf-8")


def _write_parquet(name: str, problems: Items, folder: Path) -> None:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ExportError(f"Parquet files need pyarrow: {install_hint('parquet')}") from None
    for problem, data in problems:
        for split, table in data.splits.items():
            columns = dict(zip(_header(problem), [*table.X.T, table.y], strict=True))
            parquet.write_table(pyarrow.table(columns), folder / f"{problem.name}_{split}.parquet")


def _write_pmlb(name: str, problems: Items, folder: Path) -> None:
    import yaml

    for problem, data in problems:
        own = folder / problem.name
        own.mkdir()
        tables = list(data.splits.values())
        whole = Table(
            np.concatenate([table.X for table in tables]),
            np.concatenate([table.y for table in tables]),
        )
        # No time stamp: the same data, the same bytes.
        packed = gzip.compress(_delimited(problem, whole, "\t").encode(), mtime=0)
        (own / f"{problem.name}.tsv.gz").write_bytes(packed)
        metadata = yaml.safe_dump(_metadata(problem), sort_keys=False, allow_unicode=True)
        (own / "metadata.yaml").write_text(metadata, encoding="utf-8")


def _metadata(problem: Problem) -> dict[str, Any]:
    # SRBench takes the first line with an equals sign for the law.
    first = (problem.meaning or problem.id).replace("=", "is")
    law = [] if problem.truth is None else [f"{TARGET} = {problem.truth}"]
    ranges = [
        f"{variable.name} in [{variable.sampling.low!r},{variable.sampling.high!r}]"
        for variable in problem.variables
        if variable.sampling is not None and variable.sampling.kind == "uniform"
    ]
    return {
        "dataset": problem.name,
        "description": "\n".join([first, "", *law, "", *ranges]),
        "source": f"Rediscover, {problem.dataset} {problem.version}",
        "task": "regression",
        "target": {"type": "continuous", "description": problem.target.variable.meaning},
        "features": [
            {"name": v.name, "type": "continuous", "description": f"{v.symbol} {v.meaning}".strip()}
            for v in problem.variables
        ],
    }


def _write_hdf5(name: str, problems: Items, folder: Path) -> None:
    try:
        import h5py
    except ImportError:
        raise ExportError(f"HDF5 files need h5py: {install_hint('hdf5')}") from None
    with h5py.File(folder / f"{name}.hdf5", "w") as file:
        for problem, data in problems:
            group = file.create_group(problem.name)
            group.attrs["columns"] = [TARGET, *problem.names]
            if problem.truth is not None:
                group.attrs["truth"] = problem.truth
            for split, table in data.splits.items():
                rows = np.column_stack([table.y, table.X])
                group.create_dataset(_HDF5_NAMES.get(split, split), data=rows)


def _header(problem: Problem) -> list[str]:
    return [*problem.names, TARGET]


def _rows(table: Table) -> list[list[float]]:
    rows: list[list[float]] = np.column_stack([table.X, table.y]).tolist()
    return rows


def _delimited(problem: Problem, table: Table, delimiter: str) -> str:
    lines = [_header(problem), *(map(repr, row) for row in _rows(table))]
    return "".join(delimiter.join(line) + "\n" for line in lines)


LAYOUTS: Mapping[str, Callable[[str, Items, Path], None]] = {
    "srsd": _write_srsd,
    "csv": _write_csv,
    "parquet": _write_parquet,
    "pmlb": _write_pmlb,
    "hdf5": _write_hdf5,
}
