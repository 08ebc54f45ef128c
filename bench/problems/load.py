"""From what a user asks for to a dataset: a name that ships, a file, or a folder."""

from __future__ import annotations

import difflib
import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.basics.paths import expanded
from bench.problems.catalogue import (
    catalogue_names,
    catalogue_path,
    has_families,
    read_catalogue,
    shipped_catalogue,
    shipped_kind,
)
from bench.problems.dataset import Dataset, renamed
from bench.problems.formats import Format, format_at, formats_in_words
from bench.problems.packaged import options_of_package, packaged_datasets, read_packaged
from bench.problems.selection import check_words, select

GENERATED = {
    "fresh_synth": ("bench.problems.fresh:fresh_synth", ("seed", "size")),
    "fresh_system": ("bench.problems.fresh:fresh_system", ("seed", "size")),
    "lsr_synth_systems": (
        "bench.problems.systems.lsr_synth:lsr_synth_systems",
        ("points", "starts", "noise_kind", "dropped", "derivatives", "estimate"),
    ),
    "dysts": (
        "bench.problems.systems.dysts:dysts",
        ("noise_kind", "dropped", "derivatives", "estimate"),
    ),
    "fresh_transform": ("bench.problems.fresh:fresh_transform", ("seed", "size")),
    "find_numeric": (
        "bench.problems.oracles.find_numeric:find_numeric", ("seed", "size", "questions")
    ),
    "synthetic_market": (
        "bench.problems.panels.synthetic:synthetic_market",
        ("seed", "size", "assets", "days", "share"),
    ),
    "constants": ("bench.problems.numbers.listed:constants", ("seed", "size", "digits")),
    "pcf": ("bench.problems.numbers.listed:pcf", ("digits",)),
    "pcf_families": (
        "bench.problems.numbers.fraction_sets:pcf_families", ("seed", "size", "fractions")
    ),
}  # fmt: skip
"""Datasets that are made by functions rather than read from a catalogue: what makes each, and the
options that a command may set."""
_IN_PACKAGES = ("dysts",)
"""Those that are read from a package of the same name, which is an extra."""


class DatasetNotFound(LookupError):
    """There is no dataset of that name, nor a file or folder."""


def shipped_names() -> list[str]:
    """The datasets that come with Rediscover and what is installed beside it."""
    missing = {name for name in _IN_PACKAGES if importlib.util.find_spec(name) is None}
    return sorted({*catalogue_names(), *GENERATED} - missing)


def dataset_names() -> list[str]:
    """The datasets that can be asked for by name, those of installed packages among them."""
    shipped = shipped_names()
    return sorted([*shipped, *packaged_datasets(shipped)])


def load_dataset(
    name_or_path: str | Path,
    *,
    limit: int | None = None,
    only: Sequence[str] = (),
    exclude: Sequence[str] = (),
    twins: Sequence[str] = (),
    name: str | None = None,
    **options: Any,
) -> Dataset:
    """The dataset called ``name_or_path``, or the one in the file or folder there.

    ``only`` and ``exclude`` name problems, tiers, or flaws (``flawed`` for any flaw); ``limit``
    keeps the first so many of what is left. ``twins`` are kinds of twins that are put behind them
    (``bench.problems.twins``). ``name`` is what the dataset is to be called, its data
    being the same; without it, that is its own name, or that of its file. Other ``options`` are
    those of the kind of source (a table's ``target``, ``truth``; a generator's ``seed``, ``size``).
    Raises DatasetNotFound with the nearest name, UnknownSelection, and the errors of the formats.
    """
    dataset = _load(name_or_path, options)
    if name is not None:
        dataset = renamed(dataset, name)
    check_words([dataset], [*only, *exclude])
    chosen = select(dataset, only, exclude, limit)
    if not twins:
        return chosen
    from bench.problems.twins import with_twins

    return with_twins(chosen, twins)


def find_dataset(name_or_path: str | Path) -> str | Path:
    """The name of a dataset that ships, or the path of a file or folder that is there.

    ``hf://OWNER/NAME`` is brought from the Hugging Face Hub. Raises DatasetNotFound with the
    nearest name, HubError where the Hub does not give.
    """
    name = str(name_or_path)
    if name in GENERATED or name in dataset_names():
        return name
    if name.startswith("hf://"):
        from bench.problems.formats.hub import download

        return download(name)
    path = expanded(name)
    if path.is_file() or path.is_dir():
        return path
    if path.exists():
        raise DatasetNotFound(
            f"'{name}' is a pipe, a socket or a device; copy what it gives into a file"
        )
    if path.is_symlink():
        raise DatasetNotFound(f"'{name}' is a link to what is not there; mend the link")
    near = difflib.get_close_matches(name, dataset_names(), 1)
    hint = f"did you mean '{near[0]}'?" if near else "there is no such file or folder either"
    raise DatasetNotFound(f"dataset '{name}' not found; {hint} (rediscover list datasets)")


def options_of(name_or_path: str | Path) -> tuple[str, ...]:
    """The options beside the selection that ``load_dataset`` takes for this name or path."""
    found = find_dataset(name_or_path)
    if isinstance(found, Path):
        return tuple(_format(found).OPTIONS)
    if found in GENERATED:
        return GENERATED[found][1]
    points = packaged_datasets(shipped_names())
    return options_of_package(points[found]) if found in points else _protocol_of(found)


def _load(name_or_path: str | Path, options: dict[str, Any]) -> Dataset:
    found = find_dataset(name_or_path)
    if isinstance(found, Path):
        return _from_path(found, options)
    if found in GENERATED:
        return _generate(found, options)
    points = packaged_datasets(shipped_names())
    if found in points:
        known = options_of_package(points[found])
        _refuse(found, {key: one for key, one in options.items() if key not in known}, known)
        return read_packaged(points[found], options)
    known = _protocol_of(found)
    _refuse(found, {key: one for key, one in options.items() if key not in known}, known)
    if not options:
        return shipped_catalogue(found)
    from bench.problems.systems.families import OPTIONS
    from bench.problems.systems.protocol import with_protocol

    drawing = {key: options.pop(key) for key in OPTIONS if key in options}
    dataset = (
        read_catalogue(catalogue_path(found), **drawing) if drawing else shipped_catalogue(found)
    )
    return with_protocol(dataset, **options)


def _protocol_of(shipped: str) -> tuple[str, ...]:
    """The options of a catalogue that ships: those of systems have a protocol."""
    if shipped_kind(shipped) != "system":
        return ()
    from bench.problems.systems import families, protocol

    if has_families(shipped):
        return (*families.OPTIONS, *protocol.SEEING)
    return protocol.OPTIONS


def _generate(name: str, options: dict[str, Any]) -> Dataset:
    target, known = GENERATED[name]
    known = (*known, "same_law") if name in ("fresh_synth", "fresh_transform") else known
    _refuse(name, {key: value for key, value in options.items() if key not in known})
    module, _, function = target.partition(":")
    generator: Callable[..., Dataset] = getattr(importlib.import_module(module), function)
    return generator(**options)


def _from_path(path: Path, options: dict[str, Any]) -> Dataset:
    reader = _format(path)
    unknown = {key: value for key, value in options.items() if key not in reader.OPTIONS}
    _refuse(str(path), unknown, reader.OPTIONS)
    return reader.read(path, **options)


def _format(path: Path) -> Format:
    """The format of what lies at ``path``; DatasetNotFound where it is in none."""
    reader = format_at(path)
    if reader is None:
        raise DatasetNotFound(f"'{path}' holds no data that can be read: {formats_in_words()}")
    return reader


def _refuse(name: str, options: dict[str, Any], known: Sequence[str] = ()) -> None:
    if options:
        given = ", ".join(options)
        known_too = f"; it takes {', '.join(known)}" if known else ""
        raise TypeError(f"dataset '{name}' takes no option {given}{known_too}")
