"""Manifest: what a leaderboard was made from, as digests, in a small file beside it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.basics.installation import own_version
from bench.basics.source.digest import source_digest
from bench.leaderboard import Board
from bench.running.results.content import ContentError, check_content, read_file, with_content
from bench.running.results.contents.facts import CONTENT, content_row
from bench.running.results.contents.files import Files
from bench.running.results.contents.index import facts_anew, facts_of
from bench.running.results.lock import lock_path
from bench.running.results.plan import line_of
from bench.running.results.store import Store

NAME = "leaderboard.manifest.json"
SCHEMA = 1

# In JSON a quote within a text is escaped, so that these match fields and never what texts say.
_DATA = re.compile(rb'"data_digest": "([0-9a-f]{64})"')
_JUDGE = re.compile(rb'"judge_version": "([0-9a-f]+)')

Digests = dict[str, str]


@dataclass(frozen=True)
class Manifest:
    """SHA-256 of tables, by the names of their files, and of all they follow from.

    ``plan``, ``records`` and ``scores`` are by method, ``data`` by dataset; ``judges`` is how many
    scorecards each code of the judge made, ``code`` that of the leaderboard itself.
    """

    tables: Digests
    config: str
    environment: str
    plan: Digests
    records: Digests
    scores: Digests
    data: Digests
    judges: dict[str, int]
    code: str
    rediscover: str

    @classmethod
    def of(cls, store: Store, tables: Mapping[str, bytes], *, anew: bool = True) -> Manifest:
        """The manifest of ``tables``, made from what ``store`` holds now.

        Every file is read or, without ``anew``, every file that has changed since it was read.
        """
        records, data, _ = _digests(store.records_folder, _DATA, anew)
        scores, _, judges = _digests(store.scores_folder, _JUDGE, anew)
        made = {name: sha(content) for name, content in tables.items()}
        return cls(
            made, _sha_of(store.config_path), _sha_of(lock_path(store)), _plan(store), records,
            scores, data, judges, leaderboard_code(), own_version(),
        )  # fmt: skip

    def to_json(self) -> str:
        """One JSON object, with the digest of its own content."""
        return json.dumps(with_content({"schema": SCHEMA, **asdict(self)}), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Manifest:
        """Inverse of ``to_json``; raises ValueError, in words, for what is none or was edited."""
        try:
            value = json.loads(text)
            check_content(value, "manifest")
            if value["schema"] != SCHEMA:
                raise ValueError(f"it is of schema {value['schema']!r:.20}")
            return cls(**{name: _typed(value[name], name) for name in cls.__dataclass_fields__})
        except ContentError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"the manifest is damaged ({error})") from None


def _typed(value: Any, name: str) -> Any:
    """A field of a manifest; raises TypeError for another kind of value."""
    if name in ("config", "environment", "code", "rediscover"):
        good = isinstance(value, str)
    else:
        good = isinstance(value, dict) and all(isinstance(one, str | int) for one in value.values())
    if not good:
        raise TypeError(f"its field '{name}' is {value!r:.40}")
    return value


def leaderboard_code() -> str:
    """The digest of the code that makes tables."""
    return source_digest(["bench.leaderboard", "bench.leaderboard.writers"])


def tables_of(board: Board) -> dict[str, str]:
    """The tables of a results folder as CSV, by the names of their files in it."""
    from bench.leaderboard.writers import to_csv

    return {name_of("leaderboard.csv", kind): to_csv(one) for kind, one in board.tables.items()}


def name_of(name: str, kind: str) -> str:
    """What a table of ``kind`` is called: ``leaderboard.csv``, ``leaderboard.system.csv``."""
    path = Path(name)
    return name if kind == "table" else f"{path.stem}.{kind}{path.suffix}"


def write_tables(store: Store, board: Board) -> list[Path]:
    """Write the tables of ``store`` and their manifest; where they are."""
    tables = tables_of(board)
    for name, text in tables.items():
        store.write_text(store.folder / name, text)
    made = {name: text.encode() for name, text in tables.items()}
    manifest = Manifest.of(store, made, anew=False)
    store.write_text(store.folder / NAME, manifest.to_json())
    return [store.folder / name for name in tables]


def _digests(
    folder: Path, fact: re.Pattern[bytes], anew: bool
) -> tuple[Digests, Digests, dict[str, int]]:
    """Digests of the files of each method, of what ``fact`` finds in those of each dataset, and
    how often each fact was found."""
    read = partial(content_row, fact=fact)
    if anew:
        files, sheet = facts_anew(Files.below(folder), CONTENT, read)
    else:
        files, sheet = facts_of(folder, CONTENT, read, key=".contents")
    said = sheet.words["fact"]
    parts = np.stack([sheet.numbers[name] for name in "abcd"], axis=1).astype(">u8")
    methods: dict[str, Any] = {}
    facts: dict[str, set[str]] = {}
    for row in sorted(range(len(files.names)), key=files.names.__getitem__):
        name, found = files.names[row], said.words[said.codes[row]]
        method, _, rest = name.partition("/")
        digest = methods.setdefault(method, hashlib.sha256())
        digest.update(f"{name} {parts[row].tobytes().hex()}\n".encode())
        if found:
            dataset, _, problem = rest.rpartition("/")[0].partition("/")
            facts.setdefault(dataset, set()).add(f"{problem} {found}")
    data = {name: sha("\n".join(sorted(one)).encode()) for name, one in sorted(facts.items())}
    counts = np.bincount(said.codes, minlength=len(said.words)).tolist()
    known = {word: count for word, count in zip(said.words, counts, strict=True) if word and count}
    digests = {name: one.hexdigest() for name, one in methods.items()}
    return digests, data, dict(sorted(known.items()))


def _plan(store: Store) -> Digests:
    """The digest of each method's part of the plan, whatever the order of its lines."""
    plan = store.plan()
    lines: dict[str, list[str]] = {}
    for run in plan.runs.values():
        lines.setdefault(run.method, []).append(line_of(run._asdict()))
    return {name: sha("".join(sorted(one)).encode()) for name, one in sorted(lines.items())}


def sha(content: bytes) -> str:
    """SHA-256 as text."""
    return hashlib.sha256(content).hexdigest()


def _sha_of(path: Path) -> str:
    try:
        return sha(read_file(str(path)))
    except OSError:
        return ""


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The names under which two mappings hold different things."""
    return [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
