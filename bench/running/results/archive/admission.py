"""What an archive may hold: names, kinds and sizes of its files, and texts that do no harm.

An archive comes from anybody. It is refused whole, in one sentence, for what none that
``pack`` writes has.
"""

from __future__ import annotations

import json
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

MEBI = 1 << 20
MOST_FILES = 1_000_000
MOST_OF_ALL = 8 << 30
MOST_OF_ONE = 64 * MEBI
MOST_OF_PLAN = 1 << 30
MOST_DENSE = 200
"""How many bytes may come of one that is packed, over all files together."""
_FREE = 64 * MEBI
"""What may come of even the smallest archive."""
_DEEPEST = 50
"""Levels of a configuration, and of what a record holds."""
_MOST_NODES = 100_000
"""Values of a configuration: aliases of YAML make a million of a line."""

INDEX = "archive.json"
_PART = r"[A-Za-z0-9_.+=,@ ~%-]{1,240}"
_NAMES = re.compile(
    rf"archive\.json|config\.yaml|(?:plan|environment)\.jsonl|leaderboard\.manifest\.json"
    rf"|leaderboard(?:\.[a-z_]{{1,40}})?\.csv|(?:records|scores)/{_PART}/{_PART}/{_PART}/{_PART}\.json"
)


class ArchiveError(ValueError):
    """A file that is no archive of ours, or one that may do harm; the text is one sentence."""


def check_entries(entries: list[zipfile.ZipInfo], packed: int) -> None:
    """Look at the names and sizes that an archive of ``packed`` bytes claims, and nothing else.

    Raises ArchiveError.
    """
    if len(entries) > MOST_FILES:
        raise ArchiveError(f"it holds {len(entries)} files; the limit is {MOST_FILES}")
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if entry.orig_filename != name or not is_name(name):
            raise ArchiveError(
                f"it holds {name!r:.100}, which is no name of a file of a results folder"
            )
        if name.lower() in seen:  # which is one file where case does not tell names apart
            raise ArchiveError(f"it holds '{name}' twice, in one case or another")
        seen.add(name.lower())
        _check_sort(entry)
    _check_sizes(entries, packed)


def is_name(name: str) -> bool:
    """No absolute path, no way up, no hidden file: names of results folders alone."""
    parts = name.split("/")
    return _NAMES.fullmatch(name) is not None and not any(part.startswith(".") for part in parts)


def _check_sort(entry: zipfile.ZipInfo) -> None:
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise ArchiveError(f"'{entry.filename}' in it is a link or a device, and no plain file")
    if entry.flag_bits & 0x1:
        raise ArchiveError(f"'{entry.filename}' in it is encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveError(f"'{entry.filename}' in it is packed in a way that is not read here")


def _check_sizes(entries: Iterable[zipfile.ZipInfo], packed: int) -> None:
    total = inside = 0
    for entry in entries:
        most = MOST_OF_PLAN if entry.filename in ("plan.jsonl", INDEX) else MOST_OF_ONE
        if entry.file_size > most:
            raise ArchiveError(
                f"'{entry.filename}' in it has {entry.file_size} bytes; the limit is {most}"
            )
        total += entry.file_size
        inside += entry.compress_size
    if inside > packed:
        raise ArchiveError("its files lie on one another, as in a zip bomb")
    if total > min(MOST_OF_ALL, max(_FREE, MOST_DENSE * packed)):
        raise ArchiveError(
            f"it has {packed} bytes and would come to {total}: more than {MOST_DENSE} for one, "
            f"or than {MOST_OF_ALL}"
        )


def check_texts(name: str, content: bytes) -> None:
    """Refuse texts with signs that act on a terminal, and configurations that grow when read.

    What is no JSON or YAML at all is damaged, and is told by those who read it. Raises
    ArchiveError.
    """
    for value in _values(name, content):
        _check_value(name, value)


def _values(name: str, content: bytes) -> Iterator[Any]:
    if name.endswith(".csv"):
        yield content.decode(errors="replace")
    elif name.endswith(".yaml"):
        yield _configuration(content)
    else:
        for line in content.splitlines() if name.endswith(".jsonl") else [content]:
            try:
                yield json.loads(line)
            except RecursionError:
                raise ArchiveError(f"'{name}' in it is nested too deep") from None
            except ValueError:
                continue


def _configuration(content: bytes) -> Any:
    import yaml

    if len(content) > MEBI:
        raise ArchiveError(f"config.yaml in it has {len(content)} bytes; the limit is {MEBI}")
    try:
        return yaml.safe_load(content)
    except RecursionError:
        raise ArchiveError("config.yaml in it is nested too deep") from None
    except (yaml.YAMLError, ValueError):
        return None


def _check_value(name: str, value: Any) -> None:
    left = [(value, 0)]
    count = 0
    while left:
        one, depth = left.pop()
        count += 1
        if depth > _DEEPEST or (name.endswith(".yaml") and count > _MOST_NODES):
            raise ArchiveError(f"'{name}' in it is nested too deep, or comes to too many values")
        if isinstance(one, str) and not _is_harmless(one):
            raise ArchiveError(f"'{name}' in it holds signs that act on a terminal")
        if isinstance(one, dict):
            left += [(part, depth + 1) for pair in one.items() for part in pair]
        elif isinstance(one, list):
            left += [(part, depth + 1) for part in one]


def _is_harmless(text: str) -> bool:
    """Whether a terminal would show ``text``, and do nothing else."""
    return text.isprintable() or all(
        sign.isprintable() or sign in "\n\r\t" or _is_spacing(sign) for sign in text
    )


def _is_spacing(sign: str) -> bool:
    # No-break and thin blanks are "not printable" and do no harm.
    return sign.isspace() and ord(sign) > 0x9F


def size_of(path: Path) -> int:
    """The bytes of the file at ``path``; raises ArchiveError where there are too many."""
    size = path.stat().st_size
    if size > MOST_OF_ALL:
        raise ArchiveError(f"it has {size} bytes; the limit is {MOST_OF_ALL}")
    return size
