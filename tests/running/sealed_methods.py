"""Methods that try their walls, each in its own way; workers load them from this file by path."""

from __future__ import annotations

import gc
import json
import os
import re
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import Discovery, Task

SEEN_ON_IMPORT: list[str] = []
"""What this module could read when it was loaded: nothing, if that was inside the walls."""
_TARGETS = Path(__file__).with_name("sealed_targets.py").read_text()
for _place in json.loads(_TARGETS.removeprefix("# ")):
    try:
        SEEN_ON_IMPORT.append(Path(_place).read_text(errors="replace")[:100])
    except OSError as _error:
        print("on import:", type(_error).__name__)


@dataclass(frozen=True)
class Reads:
    """Tells what came of reading each of ``paths``, now and when its module was loaded."""

    paths: tuple[str, ...] = ()

    def discover(self, task: Task) -> Discovery:
        for place in self.paths:
            try:
                print("read", len(Path(place).read_bytes()))
            except OSError as error:
                print("denied", type(error).__name__)
        print("on import", SEEN_ON_IMPORT)
        return Discovery.of("x0")


@dataclass(frozen=True)
class Looks:
    """Looks for ``pattern`` wherever a process can look, and prints where it is found.

    The pattern is a regular expression that does not match itself.
    """

    pattern: str

    def discover(self, task: Task) -> Discovery:
        sought = re.compile(self.pattern)
        for where, text in self._texts():
            if sought.search(text):
                print("found in", where, text[:200])
        self._look_in_memory(re.compile(self.pattern.encode()))
        print("looked everywhere")
        return Discovery.of("x0")

    def _texts(self) -> Iterator[tuple[str, str]]:
        frame: Any = sys._getframe()
        while frame is not None:
            yield "a frame", f"{frame.f_code.co_filename} {list(frame.f_locals.items())!r}"
            frame = frame.f_back
        for one in gc.get_objects():
            if isinstance(one, dict | list | tuple | set):
                for part in list(one.values() if isinstance(one, dict) else one):
                    if isinstance(part, str):
                        yield "an object", part
        yield "the environment", repr(dict(os.environ))
        yield "the arguments", repr([sys.argv, sys.orig_argv, sys.path])
        for name in ("environ", "cmdline", "maps", "mountinfo", "comm"):
            yield name, Path(f"/proc/self/{name}").read_text(errors="replace")
        for descriptor in Path("/proc/self/fd").iterdir():
            try:
                yield "a descriptor", str(descriptor.readlink())
            except OSError:
                continue
        for folder, folders, files in os.walk("."):
            yield "a file", repr((Path(folder).resolve(), folders, files))

    def _look_in_memory(self, sought: re.Pattern[bytes]) -> None:
        with Path("/proc/self/mem").open("rb", 0) as memory:
            for line in Path("/proc/self/maps").read_text().splitlines():
                span, rights, *_ = line.split()
                first, last = (int(part, 16) for part in span.split("-"))
                if "r" not in rights or line.endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                    continue
                try:
                    memory.seek(first)
                    content = memory.read(last - first)
                except (OSError, ValueError, OverflowError):
                    continue
                for match in sought.finditer(content):
                    near = content[max(0, match.start() - 60) : match.end() + 60]
                    print("found in memory", line, near)


@dataclass(frozen=True)
class Forges:
    """A forked child answers, as ``word``, before the method itself does."""

    word: str = "x0 + x1"
    answers: bool = True

    def discover(self, task: Task) -> Discovery:
        pid = os.fork()
        if pid == 0:
            self._forge()
            os._exit(0)
        os.waitpid(pid, 0)
        if not self.answers:
            os._exit(3)
        return Discovery.of("x0")

    def _forge(self) -> None:
        body = json.dumps(
            {
                "type": "Answered", "discovery": {"best": [self.word, None, None], "front": []},
                "left_out": 0,
            }
        ).encode()  # fmt: skip
        message = len(body).to_bytes(4, "big") + body
        for descriptor in range(3, 64):
            try:
                channel = socket.socket(fileno=descriptor)
            except OSError:
                continue
            try:
                channel.sendall(message)
            except OSError:
                channel.detach()


@dataclass(frozen=True)
class Environment:
    """Prints its environment."""

    def discover(self, task: Task) -> Discovery:
        print(json.dumps(dict(os.environ)))
        return Discovery.of("x0")
