"""Escapes by way of other processes: what they show, hold and can be made to do."""

# System calls are what is tried here.
# ruff: noqa: PTH115, PTH208

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from escapes.world import (
    ABSENT,
    GONE,
    SECRET,
    World,
    fruitless,
    in_a_child,
    python,
    read,
    refused,
)

_LIBC = ctypes.CDLL(None, use_errno=True)


def _called(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _call(number: int, *arguments: object) -> int:
    words = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return _called(_LIBC.syscall(ctypes.c_long(number), *words))


@refused(*GONE)
def the_command_line_of_another(world: World) -> bytes:
    return read(f"/proc/{world.outsider}/cmdline")


@refused(*GONE)
def the_environment_of_another(world: World) -> bytes:
    return read(f"/proc/{world.outsider}/environ")


@refused(*GONE)
def the_environment_of_the_parent(world: World) -> bytes:
    return read(f"/proc/{os.getppid()}/environ")


@refused(*GONE)
def the_command_line_of_the_parent(world: World) -> bytes:
    return read(f"/proc/{os.getppid()}/cmdline")


@refused(*GONE)
def the_memory_of_the_parent(world: World) -> int:
    return os.open(f"/proc/{os.getppid()}/mem", os.O_RDWR)


@refused(*GONE)
def the_maps_of_the_parent(world: World) -> bytes:
    return read(f"/proc/{os.getppid()}/maps")


@refused(*GONE)
def the_descriptors_of_the_parent(world: World) -> list[str]:
    return os.listdir(f"/proc/{os.getppid()}/fd")


@refused(*GONE)
def the_folder_of_another(world: World) -> list[str]:
    return os.listdir(f"/proc/{world.outsider}/cwd")


@refused(*GONE)
def the_root_of_another(world: World) -> bytes:
    return read(f"/proc/{world.outsider}/root{world.catalogue}")


@fruitless
def all_command_lines(world: World) -> list[str]:
    try:
        numbers = [name for name in os.listdir("/proc") if name.isdigit()]
    except PermissionError:
        return []
    found = []
    for number in numbers:
        try:
            if int(number) != os.getpid():
                found.append(read(f"/proc/{number}/cmdline").decode())
        except OSError:
            continue
    return found


@refused(*GONE)
def tracing_the_parent(world: World) -> int:
    return _call(101, 16, os.getppid(), 0, 0)


@refused(*GONE)
def tracing_another(world: World) -> int:
    return _call(101, 0x4206, world.outsider, 0, 0)


@refused(*GONE)
def reading_anothers_memory(world: World) -> int:
    buffer = ctypes.create_string_buffer(64)
    vector = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 64)
    return _call(310, world.outsider, ctypes.byref(vector), 1, ctypes.byref(vector), 1, 0)


@refused(*GONE)
def a_descriptor_of_anothers(world: World) -> int:
    return _call(438, os.pidfd_open(world.outsider), 0, 0)


@refused()
def asking_whether_another_lives(world: World) -> None:
    os.kill(world.outsider, 0)


@refused()
def ending_another(world: World) -> None:
    os.kill(world.outsider, signal.SIGTERM)


@refused()
def stopping_the_parent(world: World) -> None:
    os.kill(os.getppid(), signal.SIGSTOP)


@refused(*GONE)
def ending_another_by_its_handle(world: World) -> None:
    signal.pidfd_send_signal(os.pidfd_open(world.outsider), signal.SIGTERM)


@refused()
def a_signal_by_a_child(world: World) -> None:
    code = in_a_child(lambda: os.kill(world.outsider, signal.SIGTERM))
    raise OSError(code, "in a child")


@refused()
def limits_of_the_parent(world: World) -> object:
    return resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)


@refused()
def the_priority_of_another(world: World) -> None:
    os.setpriority(os.PRIO_PROCESS, world.outsider, 10)


@refused()
def the_scheduling_of_another(world: World) -> None:
    os.sched_setscheduler(world.outsider, os.SCHED_BATCH, os.sched_param(0))


@refused()
def the_processors_of_another(world: World) -> None:
    os.sched_setaffinity(world.outsider, {min(os.sched_getaffinity(0))})


@refused()
def a_key_ring(world: World) -> int:
    return _call(250, 0, -3, 0)


@refused()
def a_queue_of_messages(world: World) -> int:
    return _call(68, 0x1234, 0o1666)


@refused()
def shared_memory_of_the_system(world: World) -> int:
    return _call(29, 0x1234, 4096, 0o1666)


@refused(*ABSENT)
def a_named_queue(world: World) -> int:
    return _call(240, b"rediscover", os.O_CREAT | os.O_RDWR, 0o600, 0)


@refused(*ABSENT)
def a_namespace_of_users(world: World) -> int:
    return _called(_LIBC.unshare(0x10000000))


@refused()
def anothers_namespace(world: World) -> int:
    return _called(_LIBC.setns(os.pidfd_open(world.outsider), 0x00020000))


@refused(*ABSENT)
def a_child_in_a_namespace(world: World) -> int:
    return _call(56, 0x10000000 | 17, 0, 0, 0, 0)


@refused(*ABSENT)
def a_child_by_the_newer_call(world: World) -> int:
    arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
    return _call(435, ctypes.byref(arguments), 88)


@refused()
def mounting(world: World) -> int:
    folder = str(Path(world.catalogue).parent).encode()
    return _called(_LIBC.mount(folder, b".", b"none", ctypes.c_ulong(4096), None))


@refused()
def another_root(world: World) -> None:
    os.chroot(".")


@fruitless
def becoming_root(world: World) -> str:
    return "".join(
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith(("CapEff", "CapPrm", "CapBnd")) and line.split()[1] != "0" * 16
        if not line.startswith("CapBnd")
    )


@fruitless
def rights_by_starting_a_program(world: World) -> str:
    status = python("print(open('/proc/self/status').read())")
    lines = [line for line in status.splitlines() if line.startswith("CapEff")]
    return "".join(line for line in lines if line.split()[1] != "0" * 16)


@fruitless
def a_core_dump(world: World) -> int:
    return max(resource.getrlimit(resource.RLIMIT_CORE))


@fruitless
def a_core_dump_after_all(world: World) -> bool:
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
    except (OSError, ValueError):
        return False
    return True


@refused()
def an_inherited_descriptor(world: World) -> bytes:
    try:
        return os.read(world.inherited, 100)
    except OSError as error:
        raise PermissionError(13, "closed") from error


@fruitless
def any_inherited_descriptor(world: World) -> list[str]:
    def targets() -> Iterator[str]:
        for number in range(3, 256):
            try:
                yield os.readlink(f"/proc/self/fd/{number}")
            except OSError:
                continue

    return [one for one in targets() if "pipe:" not in one and "/proc/" not in one]


@fruitless
def the_environment(world: World) -> list[str]:
    return [name for name, value in os.environ.items() if SECRET in value]


@fruitless
def the_environment_it_was_started_with(world: World) -> bool:
    return SECRET.encode() in read("/proc/self/environ")


@refused()
def the_log_of_the_kernel(world: World) -> int:
    return _call(103, 3, ctypes.create_string_buffer(100), 100)


@refused(*ABSENT)
def a_program_in_the_kernel(world: World) -> int:
    return _call(321, 0, ctypes.create_string_buffer(128), 128)


@refused(*ABSENT)
def performance_counters(world: World) -> int:
    return _call(298, ctypes.create_string_buffer(128), world.outsider, -1, -1, 0)


@refused(*ABSENT)
def faults_of_memory(world: World) -> int:
    return _call(323, 1)


@refused()
def the_clock(world: World) -> None:
    time.clock_settime(time.CLOCK_REALTIME, 0)


@refused()
def the_machine(world: World) -> int:
    return _call(169, 0, 0, 0, 0)


@refused(*ABSENT, 25)
def typing_into_the_terminal(world: World) -> int:
    with Path("/dev/null").open() as null:
        return fcntl.ioctl(null, 0x5412, b"x")
