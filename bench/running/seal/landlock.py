"""Landlock: the kernel's own list of what a process, and all it starts, may reach by path.

A ruleset handles every right it knows of, so all is closed that no rule opens. Rulesets that are
enforced one after the other intersect. Rights and structures are those of the kernel's
``Documentation/userspace-api/landlock.rst`` (ABI 1 to 7); what a kernel does not know is left out.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from functools import cache
from typing import Literal

from bench.running.seal import kernel

Right = Literal["read", "list", "write", "device"]
"""What an opening allows: reading and executing; listing alone; a folder of one's own; a device."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_DO_NOT_LOG = 1  # denials of this program, from ABI 7 on: they are what the walls are for

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_DIR, _MAKE_REG, _MAKE_FIFO, _MAKE_SYM = 1 << 7, 1 << 8, 1 << 10, 1 << 12
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE

_READ = _EXECUTE | _READ_FILE | _READ_DIR
_RIGHTS: dict[Right, int] = {
    "read": _READ,
    "list": _READ_DIR,
    "write": _READ
    | (_WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE)
    | (_MAKE_DIR | _MAKE_REG | _MAKE_FIFO | _MAKE_SYM | _REFER),
    "device": _READ_FILE | _READ_DIR | _WRITE_FILE | _TRUNCATE | _IOCTL_DEVICE,
}


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


@cache
def kernel_abi() -> int:
    """The version of Landlock that the kernel offers; 0 where it offers none."""
    if not kernel.LINUX:
        return 0
    try:
        return kernel.call(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    except OSError:
        return 0


class Ruleset:
    """What is open, as a kernel object behind a descriptor; a fork inherits it.

    ``abi`` lowers the version used, to learn on a new kernel what an old one holds.
    """

    def __init__(self, abi: int | None = None) -> None:
        self._abi = kernel_abi() if abi is None else min(abi, kernel_abi())
        self._handled = _handled_rights(self._abi)
        attributes = _RulesetAttributes(
            files=self._handled,
            network=0b11 if self._abi >= 4 else 0,  # binding and connecting TCP
            scoped=0b11 if self._abi >= 6 else 0,  # abstract sockets, signals
        )
        size = ctypes.sizeof(attributes)
        self.descriptor = kernel.call(_CREATE_RULESET, ctypes.byref(attributes), size, 0)

    def open(self, descriptor: int, right: Right) -> None:
        """Open what lies at ``descriptor`` (``O_PATH`` will do) and all below it."""
        allowed = _RIGHTS[right] & self._handled
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            allowed &= _OF_FILES
        if allowed:  # a rule without rights is an error
            rule = _PathBeneath(allowed, descriptor)
            kernel.call(_ADD_RULE, self.descriptor, _PATH_BENEATH, ctypes.byref(rule), 0)

    def open_path(self, path: str, right: Right) -> bool:
        """As ``open``; False where there is nothing at ``path``, or nothing one may look at."""
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            self.open(descriptor, right)
        except OSError as error:
            if error.errno != errno.EBADFD:  # a socket, a pipe: Landlock has no word on them
                raise
        finally:
            os.close(descriptor)
        return True

    def enforce(self) -> None:
        """Close, to this thread and all it will start, what is not open in the ruleset.

        ``kernel.give_up_new_privileges`` must come before.
        """
        flags = _DO_NOT_LOG if self._abi >= 7 else 0
        kernel.call(_RESTRICT_SELF, self.descriptor, flags)

    def close(self) -> None:
        os.close(self.descriptor)


def _handled_rights(abi: int) -> int:
    known = {1: 13, 2: 14, 3: 15, 4: 15}.get(abi, 16)
    return (1 << known) - 1
