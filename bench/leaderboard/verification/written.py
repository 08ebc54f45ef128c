"""A table that was written elsewhere: what it was made from and how, in a file beside it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.basics.installation import own_version
from bench.leaderboard.verification.fault import Fault, Word
from bench.leaderboard.verification.manifest import Manifest, differing, leaderboard_code, sha
from bench.running.results.content import ContentError, check_content, with_content
from bench.running.results.store import Store

SCHEMA = 1
_AGAIN = "write the table again, by rediscover leaderboard"


@dataclass(frozen=True)
class Asked:
    """How a table was asked for: what ``rediscover leaderboard`` was given beside the folders."""

    by: tuple[str, ...] = ()
    columns: str = ""
    sort: str = ""
    best: bool = False
    with_published: bool = False
    format: str = "csv"


@dataclass(frozen=True)
class Written:
    """SHA-256 of the files of one table, how it was ``asked`` for, and of what.

    ``folders`` are by their path from where the table lies; each is a ``Manifest`` without tables.
    """

    tables: Mapping[str, str]
    asked: Asked
    folders: Mapping[str, Manifest]
    code: str

    @classmethod
    def of(cls, files: Mapping[Path, bytes], asked: Asked, folders: Iterable[Path]) -> Written:
        """What is to be told of ``files`` in one folder, made from what ``folders`` hold now."""
        here = next(iter(files)).parent
        inputs = {
            os.path.relpath(one, here): Manifest.of(Store(one), {}, anew=False) for one in folders
        }
        tables = {path.name: sha(content) for path, content in files.items()}
        return cls(tables, asked, inputs, leaderboard_code())

    def to_json(self) -> str:
        """One JSON object, with the digest of its own content."""
        value = {"schema": SCHEMA, **asdict(self), "rediscover": own_version()}
        return json.dumps(with_content(value), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: bytes) -> Written:
        """Inverse of ``to_json``; raises ValueError, in words, for what is none or was edited."""
        try:
            value = json.loads(text)
            check_content(value, "manifest")
            if value["schema"] != SCHEMA:
                raise ValueError(f"it is of schema {value['schema']!r:.20}")
            folders = {str(name): Manifest(**one) for name, one in value["folders"].items()}
            asked: dict[str, Any] = {**value["asked"], "by": tuple(value["asked"]["by"])}
            return cls(dict(value["tables"]), Asked(**asked), folders, str(value["code"]))
        except ContentError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"the manifest is damaged ({error})") from None


def beside(table: Path) -> Path:
    """Where it is told what ``table`` was made from."""
    return table.with_name(f"{table.name}.manifest.json")


def file_faults(table: Path, kept: Written) -> Iterator[Fault]:
    """Files of the table that are gone, or not what was written."""
    for name, digest in kept.tables.items():
        path = table.with_name(Path(name).name)
        if not path.is_file():
            yield Fault.of("missing", path, "it was written with the others", _AGAIN)
        elif sha(path.read_bytes()) != digest:
            yield Fault.of("edited", path, "its SHA-256 is not the one in its manifest", _AGAIN)


def input_faults(name: str, kept: Manifest, store: Store) -> Iterator[Fault]:
    """What of a folder is not what it was when the table was written."""
    now = Manifest.of(store, {})
    for what, file in (("config", "config.yaml"), ("environment", "environment.jsonl")):
        if getattr(kept, what) != getattr(now, what):
            yield Fault.of("edited", f"{name}/{file}", "it is not as the table had it", _AGAIN)
    for what in ("plan", "records", "scores", "data"):
        was, is_now = getattr(kept, what), getattr(now, what)
        for one in differing(was, is_now):
            word: Word = "edited" if one in was else "stale"
            said = "not as the table had them" if one in was else "new since it was written"
            yield Fault.of(word, f"{name}, the {what} of {one}", f"they are {said}", _AGAIN)


def made_faults(table: Path, kept: Written, made: Mapping[str, bytes]) -> Iterator[Fault]:
    """Whether the folders come to what was written; other code may come to something else."""
    if kept.code != leaderboard_code():
        yield Fault.of("stale", table, "other code of the leaderboard made it", _AGAIN)
        return
    for name, content in made.items():
        if kept.tables.get(name) != sha(content):
            yield Fault.of("edited", name, "its folders come to another table", _AGAIN)
