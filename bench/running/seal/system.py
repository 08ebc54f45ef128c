"""What of the machine is open to every worker: system programs, devices, facts about hardware."""

from __future__ import annotations

import glob
from pathlib import Path

PROGRAMS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store")
"""Programs and libraries of the system, and what the linker and time zones read."""

SETTINGS = (
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload",
    "/etc/localtime", "/etc/timezone",
)  # fmt: skip

HARDWARE = (
    "/sys/devices/system", "/sys/kernel/mm/transparent_hugepage",
    # joblib asks how many processors it may use, and fails where these are there and closed
    "/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us",
    "/sys/fs/cgroup/cpu/cpu.cfs_period_us",
)  # fmt: skip

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

KERNEL = tuple(
    f"/proc/{name}"
    for name in (
        "cpuinfo", "meminfo", "stat", "loadavg", "uptime", "vmstat", "filesystems", "version",
        "sys/vm/overcommit_memory", "sys/kernel/osrelease", "sys/kernel/cap_last_cap",
        "sys/kernel/pid_max", "sys/kernel/threads-max",
    )
)  # fmt: skip
"""What ``/proc`` says of the machine, as opposed to its processes."""

_GRAPHICS = ("/dev/nvidia*", "/dev/kfd", "/dev/dri", "/dev/dxg")
_ABOUT_GRAPHICS = (
    "/sys/class/drm", "/sys/class/kfd", "/sys/bus/pci/devices", "/sys/devices/pci*",
    "/sys/devices/virtual/kfd", "/sys/module/nvidia*", "/proc/driver/nvidia*",
    "/etc/OpenCL", "/etc/vulkan",
)  # fmt: skip


def graphics() -> tuple[str, ...]:
    """The graphics processors of this machine, as devices."""
    return tuple(path for pattern in _GRAPHICS for path in sorted(glob.glob(pattern)))  # noqa: PTH207


def about_graphics() -> tuple[str, ...]:
    """What drivers read to find them; nothing where there are none."""
    if not graphics():
        return ()
    return tuple(path for pattern in _ABOUT_GRAPHICS for path in sorted(glob.glob(pattern)))  # noqa: PTH207


def present(paths: tuple[str, ...]) -> list[str]:
    """Those of ``paths`` that are there."""
    return [path for path in paths if Path(path).exists()]
