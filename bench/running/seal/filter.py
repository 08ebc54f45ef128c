"""A seccomp filter: the forbidden calls as a program that the kernel runs at every system call.

The program is classic BPF (``Documentation/userspace-api/seccomp_filter.rst``). A call of another
architecture than the process's own (32-bit calls, x32) would have other numbers: it is refused.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from typing import NamedTuple

from bench.running.seal import kernel
from bench.running.seal.forbidden import FORBIDDEN, TRUNCATE, Answer, Forbidden

_LOAD, _JUMP_EQUAL, _JUMP_NOT_LESS, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_ANSWERS: dict[Answer, int] = {
    "denied": _ERRNO | errno.EACCES,
    "absent": _ERRNO | errno.ENOSYS,
    "ignored": _ERRNO,
}
_X32 = 0x40000000
_SET_FILTER = 1
_ALL_THREADS, _ALLOW_SPECULATION = 1 << 0, 1 << 2


class _Machine(NamedTuple):
    column: int
    architecture: int
    seccomp: int


_MACHINES = {
    "x86_64": _Machine(0, 0xC000003E, 317),
    "aarch64": _Machine(1, 0xC00000B7, 277),
}


def program(abi: int, machine: str = kernel.MACHINE) -> bytes:
    """The filter for a kernel with Landlock's ``abi``; empty for a machine it is not made for."""
    if machine not in _MACHINES:
        return b""
    column, architecture, _ = _MACHINES[machine]
    calls = FORBIDDEN if abi >= 3 else (*FORBIDDEN, TRUNCATE)
    code = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_JUMP_EQUAL, architecture, 1, 0),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        code += [_instruction(_JUMP_NOT_LESS, _X32, 0, 1), _instruction(_RETURN, _KILL)]
    for call in calls:
        if call.numbers[column] >= 0:
            code += _refusal(call, call.numbers[column])
    return b"".join([*code, _instruction(_RETURN, _ALLOW)])


def install(code: bytes) -> None:
    """Put the filter over all threads of this process, and over all it will start.

    ``kernel.give_up_new_privileges`` must come before. Raises OSError where the kernel has no
    such filters.
    """
    if not code:
        raise OSError(errno.ENOSYS, f"no filter is made for the machine {kernel.MACHINE}")
    buffer = ctypes.create_string_buffer(code, len(code))
    packed = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    flags = _ALL_THREADS | _ALLOW_SPECULATION
    number = _MACHINES[kernel.MACHINE].seccomp
    kernel.call(number, _SET_FILTER, flags, ctypes.create_string_buffer(packed, len(packed)))


def _refusal(call: Forbidden, number: int) -> list[bytes]:
    """Answer ``call`` where its condition holds; else go on behind, the number loaded."""
    body = [_instruction(_RETURN, _ANSWERS[call.answer])]
    if (condition := call.condition) is not None:
        body = [
            _instruction(_LOAD, _ARGUMENTS + 8 * condition.argument),
            _instruction(_AND, condition.mask),
            _instruction(_JUMP_EQUAL, condition.value, *((0, 1) if condition.equal else (1, 0))),
            *body,
            _instruction(_LOAD, _NUMBER),
        ]
    return [_instruction(_JUMP_EQUAL, number, 0, len(body)), *body]


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
