"""Pack: a results folder as one archive, the same bytes from the same files; and its unpacking.

An archive is a ZIP file. It holds ``config.yaml``, ``plan.jsonl``, ``environment.jsonl``, the table
with its manifest, all of ``records/`` and ``scores/``, and ``archive.json``: the SHA-256 of each.
Logs and transcripts stay at home: they may say what nobody meant to publish.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.basics.files import naming
from bench.basics.installation import own_version
from bench.running.results.archive.admission import (
    INDEX,
    ArchiveError,
    check_entries,
    check_texts,
    is_name,
    size_of,
)
from bench.running.results.content import ContentError, check_content, with_content
from bench.running.results.store import Store, files_in

SCHEMA = 1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)
_LEVEL = 6
_OLDEST = (1980, 1, 1, 0, 0, 0)
"""The date of every file: when one was packed is nobody's business, and would change the bytes."""


def pack(store: Store, target: Path) -> int:
    """Write the archive of ``store`` to ``target``, whole or not at all; returns how many files.

    Raises ArchiveError for a folder that could not be read again, and OSError.
    """
    names = sorted(_names(store))
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            naming(target),
            zipfile.ZipFile(temporary, "x", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as file,
        ):
            digests = {}
            for name in names:
                content = (store.folder / name).read_bytes()
                digests[name] = hashlib.sha256(content).hexdigest()
                file.writestr(_entry(name), content)
            index = {"schema": SCHEMA, "rediscover": own_version(), "files": digests}
            file.writestr(_entry(INDEX), json.dumps(with_content(index), indent=0) + "\n")
        with zipfile.ZipFile(temporary) as file:
            _check(file, temporary)
        temporary.replace(target)
    finally:
        with contextlib.suppress(OSError):  # a disk that takes nothing has said so
            temporary.unlink(missing_ok=True)
    return len(names)


def _names(store: Store) -> Iterator[str]:
    for name in ("config.yaml", "plan.jsonl", "environment.jsonl", "leaderboard.manifest.json"):
        if (store.folder / name).is_file():
            yield name
    tables = (path.name for path in store.folder.glob("leaderboard*.csv"))
    yield from filter(is_name, tables)
    for folder in (store.records_folder, store.scores_folder):
        for path in files_in(folder, ".json"):
            yield Path(path).relative_to(store.folder).as_posix()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _OLDEST)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix, wherever it is packed
    entry.external_attr = 0o100644 << 16
    return entry


def unpack(path: Path, folder: Path) -> list[tuple[str, str]]:
    """Unpack the archive at ``path`` into the empty ``folder``.

    Returns the files that are not as they were packed, each with what is wrong: ``damaged``,
    ``edited``, ``missing`` or ``foreign``; a damaged file is left out. Raises ArchiveError for what
    is no archive, or may do harm: then what lies in ``folder`` is to be thrown away.
    """
    try:
        with zipfile.ZipFile(path) as file:
            _check(file, path)
            return _unpacked(file, folder)
    except ArchiveError:
        raise
    except _BROKEN as error:
        raise ArchiveError(f"it is no archive of a results folder ({error})") from None


def _check(file: zipfile.ZipFile, path: Path) -> None:
    check_entries(file.infolist(), size_of(path))


def _unpacked(file: zipfile.ZipFile, folder: Path) -> list[tuple[str, str]]:
    digests = _index(file)
    wrong: list[tuple[str, str]] = []
    for entry in file.infolist():
        name = entry.filename
        if name == INDEX:
            continue
        try:
            content = file.read(entry)  # no more than it claims, which has been looked at
        except _BROKEN:
            wrong.append((name, "damaged"))
            continue
        check_texts(name, content)
        if name not in digests:
            wrong.append((name, "foreign"))
        elif digests[name] != hashlib.sha256(content).hexdigest():
            wrong.append((name, "edited"))
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with naming(target):
            target.write_bytes(content)
    there = set(file.namelist())
    wrong += [(name, "missing") for name in sorted(digests) if name not in there]
    return wrong


def _index(file: zipfile.ZipFile) -> dict[str, str]:
    """The digests that the archive's own index gives; raises ArchiveError without one."""
    try:
        value: Any = json.loads(file.read(INDEX))
        check_content(value, INDEX)
        if value["schema"] != SCHEMA:
            raise ArchiveError(f"its index is of schema {value['schema']!r:.20}, not {SCHEMA}")
        return {str(name): str(digest) for name, digest in value["files"].items()}
    except ContentError as error:
        raise ArchiveError(f"{error}") from None
    except ArchiveError:
        raise
    except (KeyError, TypeError, AttributeError, RecursionError, *_BROKEN) as error:
        raise ArchiveError(f"it has no {INDEX} that can be read ({error})") from None


def is_archive(path: Path) -> bool:
    """Whether there is a ZIP file at ``path``, or what was the beginning of one."""
    with contextlib.suppress(OSError):
        if path.is_file():
            with path.open("rb") as file:
                begins = file.read(4) == b"PK\x03\x04"
            return begins or zipfile.is_zipfile(path)
    return False
