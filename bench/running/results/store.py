"""Store: the folder of one experiment, written so that a kill at any instant costs nothing.

config.yaml                            what was asked, resolved
plan.jsonl                             every run, one line each
records/<method>/<dataset>/<problem>/seed<k>_noise<level>_<identity>-<code>.json
scores/<same>.json                     what the judge says
logs/<same>.log                        what the run printed
transcripts/<same>.jsonl               what it asked of a language model, and the answers
leases/                                who is running what, now

``identity`` is over all that was asked for (``Run.identity``) and ``code`` over what made it: no
record is ever overwritten by that of another budget, another setting, or other code.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.basics.files import reason, write_whole
from bench.basics.plain_yaml import plain_yaml
from bench.running.results.content import read_file
from bench.running.results.plan import Plan, PlannedRun, append_plan, read_plan, setups_of
from bench.running.results.record import EditedRecord, Record, RecordError
from bench.running.results.run import Run

_LONGEST_NAME = 200  # bytes; file systems take 255, and a temporary name adds some

Damage = Callable[[Path, RecordError], None]


class StoreError(OSError):
    """The results folder cannot be written; the message says why and what to do."""


class Store:
    """The results folder of one experiment. Opening one creates nothing."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.records_folder = self.folder / "records"
        self.scores_folder = self.folder / "scores"
        self.logs_folder = self.folder / "logs"
        self.leases_folder = self.folder / "leases"

    @property
    def config_path(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def plan_path(self) -> Path:
        return self.folder / "plan.jsonl"

    def record_path(self, key: str) -> Path:
        """Where the record of a run lies: its ``key`` as a path, with odd characters escaped."""
        return self.records_folder / f"{relative_path(key)}.json"

    def score_path(self, key: str) -> Path:
        return self.scores_folder / f"{relative_path(key)}.json"

    def log_path(self, key: str) -> Path:
        return self.logs_folder / f"{relative_path(key)}.log"

    def transcript_path(self, key: str) -> Path:
        """Where stands what a run asked of a language model, and what it was answered."""
        return self.folder / "transcripts" / f"{relative_path(key)}.jsonl"

    def config(self) -> dict[str, Any]:
        """The configuration of the last command; empty where there is none that can be read."""
        import yaml

        try:
            config = plain_yaml(read_file(str(self.config_path)))
        except (OSError, ValueError, yaml.YAMLError, RecursionError):
            return {}
        return config if isinstance(config, dict) else {}

    def plan(self) -> Plan:
        """Every run ever planned here."""
        return read_plan(self.plan_path)

    def add_to_plan(self, runs: list[Run]) -> None:
        """Add what is new in ``runs`` to the plan."""
        try:
            append_plan(self.plan_path, map(PlannedRun.of, runs), setups_of(runs))
        except OSError as error:
            raise storage_error(error, self.folder) from error

    def write(self, record: Record) -> Path:
        """Write a record: whole or not at all.

        Raises StoreError where the folder cannot be written (full disk, no permission).
        """
        path = self.record_path(record.run.key)
        self.write_text(path, record.to_json())
        return path

    def write_text(self, path: Path, text: str) -> None:
        """Put ``text`` at ``path`` by way of a temporary file, synced and renamed."""
        try:
            write_whole(path, text.encode())
        except OSError as error:
            raise storage_error(error, self.folder) from error

    def read(self, key: str) -> Record | None:
        """The record at ``key``, None where there is none.

        Raises RecordError where it is damaged, and NewerRecord where a newer version made it.
        """
        try:
            return read_record(self.record_path(key))
        except FileNotFoundError:
            return None

    def records(self, on_unread: Damage | None = None) -> Iterator[Record]:
        """Every record of the folder, in no particular order.

        One that cannot be read is told to ``on_unread`` (path, why) and left out; without
        ``on_unread`` it raises RecordError naming the file.
        """
        for path in map(Path, files_in(self.records_folder, ".json")):
            try:
                yield read_record(path)
            except FileNotFoundError:
                continue  # redone or merged away by another process meanwhile
            except RecordError as error:
                if on_unread is None:
                    raise RecordError(f"{path}: {error}") from None
                on_unread(path, error)


def read_record(path: Path) -> Record:
    """The record at ``path``: the one way in which records are read.

    Raises RecordError where it cannot be read or believed, or is not of the run that its name
    says; NewerRecord where a newer version made it; FileNotFoundError where there is none.
    """
    try:
        content = read_file(str(path))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise RecordError(error.strerror or str(error)) from None
    record = Record.from_json(content)
    if Path(*path.parts[-4:]) != Path(f"{relative_path(record.run.key)}.json"):
        raise EditedRecord(f"the record is of another run, {record.run.id}")
    return record


def relative_path(key: str) -> str:
    """``key`` as a relative path that every file system takes.

    Each part keeps letters, digits and ``-_.+=,@ ``; the rest is percent-encoded. A part too
    long for a file name is cut and ends in a digest of the whole.
    """
    return "/".join(_path_part(part) for part in _parts(key))


def _parts(key: str) -> tuple[str, str, str, str]:
    # Method and dataset are labels without a slash, the last part is ours: a slash can only be
    # in the problem's name.
    method, dataset, rest = key.split("/", 2)
    problem, last = rest.rsplit("/", 1)
    return method, dataset, problem, last


@lru_cache(maxsize=4096)
def _path_part(name: str) -> str:
    part = quote(name, safe="-_.+=,@ ")
    if part.startswith("."):
        part = f"%2E{part[1:]}"
    if len(part) > _LONGEST_NAME:
        part = f"{part[: _LONGEST_NAME - 17]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return part


def files_in(folder: Path, suffix: str) -> Iterator[str]:
    """Paths of the files under ``folder`` that end in ``suffix``; temporary ones left out."""
    stack = [str(folder)]
    while stack:
        try:
            entries = os.scandir(stack.pop())
        except FileNotFoundError:
            continue
        with entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    stack.append(entry.path)
                elif entry.name.endswith(suffix) and not entry.name.startswith("."):
                    yield entry.path


def storage_error(error: OSError, folder: Path) -> StoreError:
    """What went wrong on the disk under ``folder``, and what to do about it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        text = (
            f"no space left for results in '{folder}': free some and give the same command "
            "again; what is finished is kept"
        )
    else:
        text = f"cannot write results in '{folder}': {reason(error)}"
    return StoreError(error.errno, text)
