"""System calls that reach past Landlock, and how each is answered inside a seal.

Landlock speaks of paths, TCP, abstract sockets and signals. What follows is the rest by which a
process leaves its walls or changes what lies outside: other sockets, other processes, names of
others' files, their modes and times, namespaces, the machine itself.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Answer = Literal["denied", "absent", "ignored"]
"""EACCES; ENOSYS, as an older kernel has it; or 0, with nothing done."""


class Condition(NamedTuple):
    """Whether ``(argument & mask) == value`` is ``equal``."""

    argument: int
    mask: int
    value: int
    equal: bool


class Forbidden(NamedTuple):
    """One call, or only where its ``condition`` holds.

    ``numbers`` holds it for x86-64 and for ARM 64, -1 where there is none.
    """

    name: str
    numbers: tuple[int, int]
    answer: Answer = "denied"
    condition: Condition | None = None


_ALL = 0xFFFFFFFF
_AF_UNIX, _SOCK_STREAM = 1, 1
_NEW_NAMESPACES = 0x7E020000  # CLONE_NEW*: cgroup, uts, ipc, user, pid, net, ns
_TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: typing into somebody's terminal
_FILE_FLAGS = (0x40086602, 0x401C5820)  # FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR


def _other_process(argument: int) -> Condition:
    """Where the call is about a process other than the caller (which is written 0)."""
    return Condition(argument, _ALL, 0, False)


def _alike(answer: Answer, **calls: tuple[int, int]) -> tuple[Forbidden, ...]:
    return tuple(Forbidden(name, numbers, answer) for name, numbers in calls.items())


_SOCKETS = (
    # A datagram socket reaches whatever its user names; a pair of streams is a pipe.
    Forbidden("socket", (41, 198)),
    Forbidden("socketpair", (53, 199), condition=Condition(0, _ALL, _AF_UNIX, False)),
    Forbidden("socketpair", (53, 199), condition=Condition(1, 0xF, _SOCK_STREAM, False)),
    *_alike(
        "denied", connect=(42, 203), accept=(43, 202), bind=(49, 200), listen=(50, 201),
        accept4=(288, 242),
        # A ring opens sockets and files on its own.
        io_uring_setup=(425, 425), io_uring_enter=(426, 426), io_uring_register=(427, 427),
    ),
)  # fmt: skip
_PROCESSES = (
    *_alike(
        "denied", ptrace=(101, 117), process_vm_readv=(310, 270), process_vm_writev=(311, 271),
        kcmp=(312, 272), pidfd_getfd=(438, 438), process_madvise=(440, 440),
        process_mrelease=(448, 448),
    ),
    *(
        Forbidden(name, numbers, condition=_other_process(argument))
        for name, numbers, argument in (
            ("prlimit64", (302, 261), 0), ("setpriority", (141, 140), 1),
            ("sched_setparam", (142, 118), 0), ("sched_setscheduler", (144, 119), 0),
            ("sched_setattr", (314, 274), 0), ("sched_setaffinity", (203, 122), 0),
            ("ioprio_set", (251, 30), 1),
            ("migrate_pages", (256, 238), 0), ("move_pages", (279, 239), 0),
        )
    ),
)  # fmt: skip
_SHARED_OBJECTS = _alike(
    "denied", shmget=(29, 194), shmat=(30, 196), shmctl=(31, 195), semget=(64, 190),
    semop=(65, 193), semctl=(66, 191), semtimedop=(220, 192), msgget=(68, 186), msgsnd=(69, 189),
    msgrcv=(70, 188), msgctl=(71, 187), mq_open=(240, 180), mq_unlink=(241, 181),
    add_key=(248, 217), request_key=(249, 218), keyctl=(250, 219),
)  # fmt: skip
_NAMESPACES = (
    Forbidden("clone3", (435, 435), "absent"),  # its flags lie in memory, out of a filter's sight
    Forbidden("clone", (56, 220), condition=Condition(0, _NEW_NAMESPACES, 0, False)),
    *_alike(
        "denied", unshare=(272, 97), setns=(308, 268), chroot=(161, 51), pivot_root=(155, 41),
        mount=(165, 40), umount2=(166, 39), open_tree=(428, 428), move_mount=(429, 429),
        fsopen=(430, 430), fsconfig=(431, 431), fsmount=(432, 432), fspick=(433, 433),
        mount_setattr=(442, 442), open_tree_attr=(467, 467),
    ),
)  # fmt: skip
_NAMES = _alike(
    "denied", inotify_init=(253, -1), inotify_init1=(294, 26), inotify_add_watch=(254, 27),
    fanotify_init=(300, 262), fanotify_mark=(301, 263), name_to_handle_at=(303, 264),
    open_by_handle_at=(304, 265), lookup_dcookie=(212, 18),
)  # fmt: skip
# Refused, these would break every program that copies a file; nothing in a private folder needs
# them done.
_MODES = (
    *_alike(
        "ignored", chmod=(90, -1), fchmod=(91, 52), fchmodat=(268, 53), fchmodat2=(452, 452),
        chown=(92, -1), lchown=(94, -1), fchown=(93, 55), fchownat=(260, 54), utime=(132, -1),
        utimes=(235, -1), futimesat=(261, -1), utimensat=(280, 88), setxattr=(188, 5),
        lsetxattr=(189, 6), fsetxattr=(190, 7), setxattrat=(463, 463), removexattr=(197, 14),
        lremovexattr=(198, 15), fremovexattr=(199, 16), removexattrat=(466, 466),
        file_setattr=(469, 469),
    ),
    *(
        Forbidden("ioctl", (16, 29), condition=Condition(1, _ALL, command, True))
        for command in (*_TERMINAL_INPUT, *_FILE_FLAGS)
    ),
)  # fmt: skip
_MACHINE = _alike(
    "denied", bpf=(321, 280), perf_event_open=(298, 241), userfaultfd=(323, 282),
    kexec_load=(246, 104), kexec_file_load=(320, 294), init_module=(175, 105),
    finit_module=(313, 273), delete_module=(176, 106), reboot=(169, 142), swapon=(167, 224),
    swapoff=(168, 225), acct=(163, 89), syslog=(103, 116), quotactl=(179, 60),
    quotactl_fd=(443, 443), iopl=(172, -1), ioperm=(173, -1), settimeofday=(164, 170),
    clock_settime=(227, 112), clock_adjtime=(305, 266), adjtimex=(159, 171),
    sethostname=(170, 161), setdomainname=(171, 162), vhangup=(153, 58), modify_ldt=(154, -1),
)  # fmt: skip

FORBIDDEN: tuple[Forbidden, ...] = (
    *_SOCKETS, *_PROCESSES, *_SHARED_OBJECTS, *_NAMESPACES, *_NAMES, *_MODES, *_MACHINE,
)  # fmt: skip
"""All calls that are not passed on, whatever Landlock can do."""

TRUNCATE = Forbidden("truncate", (76, 45))
"""Forbidden as well before ABI 3, which gave Landlock a right for it."""
