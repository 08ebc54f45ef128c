"""The walls round a worker: prepared once in a server, put up in each forked child.

They hold for the calling thread and what it starts. So they are put up while the process has one
thread, before any code of the run, and a program that it then becomes has them from its first
instruction on.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Collection
from pathlib import Path

from bench.running.seal import filter as seccomp
from bench.running.seal import folder, kernel, landlock, mounts, system
from bench.running.seal.environment import private_places
from bench.running.seal.landlock import Right, Ruleset
from bench.running.seal.openings import Blueprint, tops_of
from bench.running.seal.trial import Verdict, tried

_NO_LANDLOCK = "files: the kernel has no Landlock"
_NOT_LINUX = "files: walls need Linux"


class Walls:
    """What a server keeps: descriptors of what is open, and one ruleset for what never changes.

    The process that makes them gets mounts of its own, and is to do nothing but serve.
    The ruleset opens the folder of all runs, and each run closes all of them but its own by a
    second, small one. ``abi`` lowers the version of Landlock that is used.
    """

    def __init__(self, blueprint: Blueprint, abi: int | None = None) -> None:
        self._blueprint = blueprint
        self._base = blueprint.base
        self._abi = landlock.kernel_abi() if abi is None else min(abi, landlock.kernel_abi())
        self._in_use = folder.hold(Path(self._base))
        self._own_processes = kernel.LINUX and mounts.own_processes_only()
        self._shared_memory = _stat(mounts.SHARED_MEMORY)
        self._filter = seccomp.program(self._abi) if kernel.LINUX else b""
        self._static: Ruleset | None = None
        self._kept: list[tuple[int, Right]] = []
        if self._abi:
            self._static = self._static_ruleset()
            self._keep_descriptors()

    def new_folder(self) -> str:
        """A private folder for a run; ``folder.remove`` takes it away."""
        return folder.new_run(self._base)

    def put_up(self, private: str, outsider: int, keep: Collection[int] = ()) -> Verdict:
        """Seal this process, for good: it reads what the blueprint opens, writes in ``private``.

        All descriptors but the first three and ``keep`` are closed, the current folder is
        ``private``. ``outsider`` is a process outside, to try the
        walls on.
        """
        self._move_in(private)
        own_memory = kernel.LINUX and mounts.own_shared_memory()
        failed = self._close_doors(private, own_memory)
        _close_descriptors(keep)
        missing = tried(self._base, outsider, self._shared_memory) if kernel.LINUX else []
        missing += [f"writing to {path}" for path in self._written()]
        return self._verdict(list(dict.fromkeys([*failed, *missing])))

    def _move_in(self, private: str) -> None:
        os.environ.update(private_places(private))
        tempfile.tempdir = private  # it may have looked at the environment before
        os.chdir(private)
        for written, real in self._blueprint.declared:
            if not os.path.isabs(written) and not written.startswith(("~", "..")):  # noqa: PTH117
                with contextlib.suppress(OSError):
                    Path(written).parent.mkdir(parents=True, exist_ok=True)
                    Path(written).symlink_to(real)

    def _close_doors(self, private: str, own_memory: bool) -> list[str]:
        """Landlock, capabilities, the filter, in this order; what could not be done, in words."""
        failed = []
        kernel.dump_no_core()
        if kernel.LINUX:
            kernel.give_up_new_privileges()
        if self._static is not None:
            of_run = self._ruleset_of_run(private, own_memory)
            self._static.enforce()
            of_run.enforce()
        else:
            failed.append(_NO_LANDLOCK if kernel.LINUX else _NOT_LINUX)
        if kernel.LINUX:
            with contextlib.suppress(OSError):
                kernel.drop_capabilities()
            try:
                seccomp.install(self._filter)
            except OSError as error:
                failed.append(f"filter: {error.strerror}")
        return failed

    def _static_ruleset(self) -> Ruleset:
        ruleset = Ruleset(self._abi)
        for one in self._blueprint.openings:
            ruleset.open_path(one.path, one.right)
        # Narrowed by each run to what is its own.
        ruleset.open_path("/proc", "read")
        ruleset.open_path("/dev", "write")
        ruleset.open_path("/dev", "device")
        ruleset.open_path(f"{self._base}/{folder.RUNS}", "write")
        ruleset.open_path(f"{self._base}/{folder.READABLE}", "read")
        return ruleset

    def _keep_descriptors(self) -> None:
        processes = self._own_processes or self._blueprint.processes
        wanted = [
            *((top, "read") for top in tops_of(self._blueprint.openings, self._base)),
            *((path, "read") for path in (("/proc",) if processes else system.KERNEL)),
            *((path, "device") for path in (*system.DEVICES, *self._blueprint.devices)),
            (f"{self._base}/{folder.READABLE}", "read"),
            *((path, "write") for path in self._written()),
        ]
        for path, right in wanted:
            with contextlib.suppress(OSError):
                descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
                self._kept.append((descriptor, right))  # type: ignore[arg-type]

    def _ruleset_of_run(self, private: str, own_memory: bool) -> Ruleset:
        ruleset = Ruleset(self._abi)
        for descriptor, right in self._kept:
            ruleset.open(descriptor, right)
        ruleset.open_path(private, "write")
        ruleset.open_path("/proc/self", "read")
        if own_memory:
            ruleset.open_path(mounts.SHARED_MEMORY, "write")
        return ruleset

    def _written(self) -> list[str]:
        """What is outside the runs' folders and may be written all the same."""
        return [one.path for one in self._blueprint.openings if one.right == "write"]

    def _verdict(self, missing: list[str]) -> Verdict:
        devices = self._blueprint.devices
        opened = (*(real for _, real in self._blueprint.declared), *devices)
        if "files" in missing or self._static is None:
            return Verdict("none", tuple(missing), opened)
        return Verdict("partial" if missing else "full", tuple(missing), opened)


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
