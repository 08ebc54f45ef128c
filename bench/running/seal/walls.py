"""The walls round workers: planned in a server, built by each supervisor, put up by each worker.

What can be inherited is done before a worker is forked: its supervisor has no capabilities, a
filter over its calls, and a ruleset that is ready. A worker restricts itself by that, while it
has one thread and before any code of the run; a program that it then becomes has the walls from
its first instruction on.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path

from bench.running.neighbours import stand_ins
from bench.running.seal import filter as seccomp
from bench.running.seal import folder, kernel, landlock, mounts, system
from bench.running.seal.environment import private_places
from bench.running.seal.landlock import Right, Ruleset
from bench.running.seal.openings import Blueprint, tops_of
from bench.running.seal.trial import Level, Standing, tried

_NO_LANDLOCK = "files: the kernel has no Landlock"
_NOT_LINUX = "files: walls need Linux"
Kept = list[tuple[int, Right]]
"""Descriptors of what is open, and what may be done there."""


class Walls:
    """What a server keeps for its supervisors: descriptors of all that is open.

    The process that makes them gets mounts of its own, and is to do nothing but serve. ``abi``
    lowers the version of Landlock that is used. ``modules`` is a folder with stand-ins for the
    modules that lie beside the method, if there are any; workers read them.
    """

    def __init__(self, blueprint: Blueprint, abi: int | None = None) -> None:
        self.blueprint = blueprint
        self.abi = landlock.kernel_abi() if abi is None else min(abi, landlock.kernel_abi())
        self._in_use = folder.hold(Path(blueprint.base))
        self.modules = _offered(blueprint)
        self.own_processes = kernel.LINUX and mounts.own_processes_only()
        if kernel.LINUX:
            mounts.own_network()
        self.shared_memory = _stat(mounts.SHARED_MEMORY)
        self.filter = seccomp.program(self.abi) if kernel.LINUX else b""
        self.kept = _kept(self._openings()) if self.abi else []

    def _openings(self) -> Iterable[tuple[str, Right]]:
        plan = self.blueprint
        yield from ((one.path, one.right) for one in plan.openings)
        yield from ((path, "device") for path in (*system.DEVICES, *plan.devices))
        yield from ((path, "read") for path in self.readable())
        # Where a run sees its own processes alone, all that it sees is open; elsewhere ``/proc``
        # is open here and narrowed by each worker, which alone knows its number.
        yield "/proc", "read"

    def readable(self) -> list[str]:
        """What workers read among the folders of runs."""
        return [f"{self.blueprint.base}/{folder.READABLE}", *([self.modules] * bool(self.modules))]

    def written(self) -> list[str]:
        """What lies outside the folders of runs, and may be written all the same."""
        return [one.path for one in self.blueprint.openings if one.right == "write"]


class Cell:
    """Walls for the workers of one supervisor, one after the other, and their private folder.

    The process that makes it keeps for good what its workers are to inherit: no capabilities, a
    filter, a ``/dev/shm`` of its own where ``own_memory`` says so. ``verdict`` is what the first
    worker found out by trying, once its supervisor has put that down.
    """

    def __init__(self, walls: Walls) -> None:
        self._walls = walls
        self.verdict: Standing | None = None
        self._failed: list[str] = []
        self.folder = folder.new_run(walls.blueprint.base)
        self.own_memory = kernel.LINUX and mounts.own_shared_memory()
        if self.own_memory:
            for path in walls.blueprint.hidden:
                with contextlib.suppress(OSError):
                    mounts.hide(path)
        self._ruleset = self._built() if walls.abi else None
        self._narrowing = self._tops() if walls.abi and not self._sees_processes() else []
        self._move_in()
        self._prepare()

    def put_up(self, outsider: int, keep: Collection[int] = ()) -> Standing:
        """Seal this process, a worker, for good.

        It reads what the blueprint opens and writes in the private folder. All descriptors but
        the first three and ``keep`` are closed. ``outsider`` is a process outside, to try the
        walls on.
        """
        self._link()
        self._offer_modules()
        if self._ruleset is not None:
            narrow = self._narrow() if self._narrowing else None
            self._ruleset.enforce()
            if narrow is not None:
                narrow.enforce()
        _close_descriptors(keep)
        return self.verdict or self._find_out(outsider)

    def clean(self) -> None:
        """Empty the private folder, and ``/dev/shm``, for the next worker."""
        folder.empty(self.folder)
        if self.own_memory:
            folder.empty(mounts.SHARED_MEMORY)

    def close(self) -> None:
        """Take the folder away; there will be no more workers."""
        folder.remove(self.folder)

    def _prepare(self) -> None:
        kernel.dump_no_core()
        if self._ruleset is None:
            self._failed.append(_NO_LANDLOCK if kernel.LINUX else _NOT_LINUX)
        if kernel.LINUX:
            kernel.give_up_new_privileges()
            with contextlib.suppress(OSError):
                kernel.drop_capabilities()
            try:
                seccomp.install(self._walls.filter)
            except OSError as error:
                self._failed.append(f"filter: {error.strerror}")

    def _built(self) -> Ruleset:
        ruleset = Ruleset(self._walls.abi)
        for descriptor, right in self._walls.kept:
            ruleset.open(descriptor, right)
        ruleset.open_path(self.folder, "write")
        if self.own_memory:
            ruleset.open_path(mounts.SHARED_MEMORY, "write")
        return ruleset

    def _sees_processes(self) -> bool:
        return self._walls.own_processes or self._walls.blueprint.processes

    def _tops(self) -> Kept:
        """Coarsely all that is open, but for processes."""
        plan = self._walls.blueprint
        outside = (*system.DEVICES, *plan.devices, *((mounts.SHARED_MEMORY,) * self.own_memory))
        return _kept(
            [
                *((top, "read") for top in tops_of(plan.openings, plan.base)),
                *((path, "read") for path in system.KERNEL),
                *((path, "device") for path in outside),
                *((path, "write") for path in (self.folder, *self._walls.written())),
                *((path, "read") for path in self._walls.readable()),
            ]
        )

    def _narrow(self) -> Ruleset:
        """A second layer for this worker: of all processes, its own."""
        ruleset = Ruleset(self._walls.abi)
        for descriptor, right in self._narrowing:
            ruleset.open(descriptor, right)
        ruleset.open_path("/proc/self", "read")
        if self.own_memory:
            ruleset.open_path(mounts.SHARED_MEMORY, "write")
        return ruleset

    def _move_in(self) -> None:
        """Make the private folder the current, the home and the temporary one."""
        os.environ.update(private_places(self.folder, os.environ))
        tempfile.tempdir = self.folder  # it may have looked at the environment before
        os.chdir(self.folder)

    def _link(self) -> None:
        """Let what was declared by a relative path be found there."""
        for written, real in self._walls.blueprint.declared:
            if not os.path.isabs(written) and not written.startswith(("~", "..")):  # noqa: PTH117
                with contextlib.suppress(OSError):
                    Path(written).parent.mkdir(parents=True, exist_ok=True)
                    Path(written).symlink_to(real)

    def _offer_modules(self) -> None:
        """Have a method's modules found first, by this process and by all Pythons it starts."""
        if not self._walls.modules:
            return
        sys.path.insert(0, self._walls.modules)
        named = os.environ.get("PYTHONPATH")  # by worker.environment
        places = [self._walls.modules, *([named] if named else [])]
        os.environ["PYTHONPATH"] = os.pathsep.join(places)

    def _find_out(self, outsider: int) -> Standing:
        plan, missing = self._walls.blueprint, [*self._failed]
        if kernel.LINUX:
            missing += tried(plan.base, outsider, self._walls.shared_memory)
        missing += [f"writing to {path}" for path in self._walls.written()]
        opened = (*(real for _, real in plan.declared), *plan.devices)
        none = self._ruleset is None or "files" in missing
        level: Level = "none" if none else "partial" if missing else "full"
        return Standing(level, tuple(dict.fromkeys(missing)), opened)


def _offered(blueprint: Blueprint) -> str:
    """A folder with stand-ins for the modules of a method; empty where it has none."""
    if not blueprint.modules:
        return ""
    place = folder.new_run(blueprint.base)
    for name, text in stand_ins(blueprint.modules).items():
        Path(place, f"{name}.py").write_text(text, encoding="utf-8")
    return place


def _kept(openings: Iterable[tuple[str, Right]]) -> Kept:
    """Descriptors of what there is of ``openings``."""
    kept: Kept = []
    for path, right in openings:
        with contextlib.suppress(OSError):
            kept.append((os.open(path, os.O_PATH | os.O_CLOEXEC), right))
    return kept


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116
    except OSError:
        return None


def _close_descriptors(keep: Collection[int]) -> None:
    last = 2
    for descriptor in sorted(one for one in keep if one > 2):
        os.closerange(last + 1, descriptor)
        last = descriptor
    os.closerange(last + 1, os.sysconf("SC_OPEN_MAX"))
