"""Lock: the environments in which the runs of a results folder were started, each once."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bench.basics.words import counted
from bench.running.results.content import check_content, read_file, with_content
from bench.running.results.store import Store, storage_error

_SHOWN = 3


@dataclass(frozen=True)
class Environment:
    """An interpreter, its system, and the version of every installed distribution, by name."""

    python: str
    system: str
    packages: Mapping[str, str] = field(default_factory=dict)

    def differences(self, other: Environment, then: str) -> list[str]:
        """In what ``other`` is not this one: ``numpy 2.1 (there 2.0)``, ``then`` for ``there``."""
        ours, theirs = (
            {"Python": one.python, "system": one.system, **one.packages} for one in (self, other)
        )
        return [
            f"{name} {theirs.get(name, 'missing')} ({then} {ours.get(name, 'missing')})"
            for name in dict.fromkeys([*ours, *sorted(theirs)])
            if ours.get(name) != theirs.get(name)
        ]


def lock_path(store: Store) -> Path:
    """Where the environments of ``store`` stand, a line each, the first first."""
    return store.folder / "environment.jsonl"


_NAMED = re.compile(r"^(Name|Version):[ \t]*(.*\S)", re.MULTILINE)


@cache
def environment_here() -> Environment:
    """The environment of this process."""
    from importlib import metadata

    packages: dict[str, str] = {}
    for one in metadata.distributions():
        # ``one.metadata`` would be ten times as long in parsing descriptions, too.
        text = one.read_text("METADATA") or one.read_text("PKG-INFO") or ""
        said = dict(_NAMED.findall(text.partition("\n\n")[0]))
        if name := said.get("Name"):
            # As an import: the first on the path counts.
            packages.setdefault(name, said.get("Version", ""))
    python = f"{platform.python_implementation()} {platform.python_version()}"
    system = " ".join(filter(None, [platform.system(), platform.machine(), *platform.libc_ver()]))
    return Environment(python, system, dict(sorted(packages.items())))


def read_lock(store: Store) -> list[Environment]:
    """The environments of ``store``; a line that cannot be read, or was edited, is none."""
    return [one for one in _lines(store) if isinstance(one, Environment)]


def unread_lines(store: Store) -> dict[int, ValueError]:
    """Why lines of the lock are none, by number from 1 on: ContentError for one that was edited."""
    lines = enumerate(_lines(store), start=1)
    return {number: one for number, one in lines if isinstance(one, ValueError)}


def _lines(store: Store) -> Iterator[Environment | ValueError]:
    try:
        lines = read_file(str(lock_path(store))).splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        yield ValueError(error.strerror or str(error))
        return
    for line in lines:
        try:
            yield _environment(line)
        except ValueError as error:
            yield error


def add_to_lock(store: Store, environments: Iterable[Environment]) -> None:
    """Add those that ``store`` does not have yet; raises StoreError."""
    known = read_lock(store)
    new = [one for one in environments if one not in known]
    if not new:
        return
    text = "".join(f"{json.dumps(with_content(asdict(one)), sort_keys=True)}\n" for one in new)
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
        with lock_path(store).open("a+b") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
            cut_off = file.read() not in (b"", b"\n")
            file.write(b"\n" * cut_off + text.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise storage_error(error, store.folder) from error


def keep_environment(store: Store) -> str:
    """Keep this environment beside the results; a line where it is not that of earlier runs."""
    here, earlier = environment_here(), read_lock(store)
    add_to_lock(store, [here])
    if not earlier or here in earlier:
        return ""
    found = earlier[0].differences(here, "then")
    more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return (
        f"this environment differs in {counted(len(found), 'thing')} from that of the first runs "
        f"here: {', '.join(found[:_SHOWN])}{more} "
        f"({lock_path(store).name} has both)"
    )


def _environment(line: bytes) -> Environment:
    """The environment in a line; raises ContentError where it was edited, ValueError for none."""
    try:
        value: Any = json.loads(line)
        python, system, packages = value["python"], value["system"], value["packages"]
        texts = [python, system, *packages.keys(), *packages.values()]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ValueError("it is no environment, or cut off") from None
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("it names what is no text")
    check_content(value, "environment")
    return Environment(python, system, packages)
