"""Calling the Linux kernel where Python's library has no function for it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import sys

LINUX = sys.platform == "linux"
MACHINE = platform.machine() if LINUX else ""

_LIBC = ctypes.CDLL(None, use_errno=True)  # loaded once, before anything forks
_LIBC.syscall.restype = ctypes.c_long
_SET_NO_NEW_PRIVILEGES, _SET_SECURITY_BITS = 38, 28
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITY_VERSION = 0x20080522
_ROOT_IS_NOBODY = 0b11 | 0b1100  # no capabilities by being root, nor by becoming it; locked


def call(number: int, *arguments: object) -> int:
    """The system call ``number``; integers are passed as 64 bits. Raises OSError."""
    words = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return _checked(_LIBC.syscall(ctypes.c_long(number), *words))


def prctl(option: int, value: int = 0) -> int:
    """``prctl(2)`` with one argument. Raises OSError."""
    rest = [ctypes.c_ulong(0)] * 3
    return _checked(_LIBC.prctl(option, ctypes.c_ulong(value), *rest))


def give_up_new_privileges() -> None:
    """From now on no program this process starts gains rights by being setuid."""
    prctl(_SET_NO_NEW_PRIVILEGES, 1)


def drop_capabilities() -> None:
    """Be root in name alone; nothing changes for an ordinary user."""
    with contextlib.suppress(OSError):
        prctl(_SET_SECURITY_BITS, _ROOT_IS_NOBODY)
    if MACHINE in _CAPSET:
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
        call(_CAPSET[MACHINE], header, (ctypes.c_uint32 * 6)())


def dump_no_core() -> None:
    """Leave no image of this process's memory on a disk when it crashes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def unshare(flags: int) -> None:
    """Leave namespaces behind (``unshare(2)``). Raises OSError."""
    _checked(_LIBC.unshare(flags))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """``mount(2)``. Raises OSError."""
    texts = [text.encode() for text in (source, target, kind)]
    _checked(_LIBC.mount(*texts, ctypes.c_ulong(flags), options.encode()))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(result)
