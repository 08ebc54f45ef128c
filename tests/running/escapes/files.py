"""Escapes by way of files: reading what is closed, changing what is outside."""

# System calls are what is tried here.
# ruff: noqa: PTH101, PTH104, PTH108, PTH116, PTH208, PTH211

from __future__ import annotations

import ctypes
import mmap
import os
import shutil
from pathlib import Path

from escapes.world import (
    GONE,
    SECRET,
    World,
    fruitless,
    in_a_child,
    in_a_thread,
    python,
    read,
    refused,
    shell,
)


@refused()
def the_catalogue(world: World) -> bytes:
    return read(world.catalogue)


@fruitless
def the_catalogue_by_the_package(world: World) -> object:
    from bench.problems import load_dataset

    try:
        return load_dataset("srsd_easy").problems
    except Exception:
        return None


@refused()
def the_configuration(world: World) -> bytes:
    return read(world.configuration)


@refused()
def a_record(world: World) -> bytes:
    return read(world.results)


@refused()
def names_in_the_results(world: World) -> list[str]:
    return os.listdir(Path(world.results).parent)


@refused()
def the_data_cache(world: World) -> bytes:
    return read(world.cache)


@refused()
def a_key_in_the_home_folder(world: World) -> bytes:
    return read(world.home)


@fruitless
def the_home_folder_by_its_variable(world: World) -> list[str]:
    # Its home is a folder of its own, with stand-ins for the modules that lie beside its method.
    return [name for name in os.listdir(Path.home()) if name != ".modules"]


@refused()
def the_folder_of_the_method(world: World) -> list[str]:
    return os.listdir(Path(world.method).parent)


@refused()
def data_beside_the_method(world: World) -> bytes:
    return read(Path(world.method).with_name("notes.txt"))


@refused()
def a_link_beside_the_method(world: World) -> bytes:
    return read(Path(world.method).with_name("link.py"))


@refused()
def a_link_in_a_declared_folder(world: World) -> bytes:
    return read(Path(world.declared).with_name("link"))


@refused()
def a_link_of_ones_own(world: World) -> bytes:
    os.symlink(world.catalogue, "link")
    return read("link")


@refused()
def a_link_through_proc(world: World) -> bytes:
    return read(f"/proc/self/root{world.catalogue}")


@refused()
def by_the_current_folder(world: World) -> bytes:
    os.chdir(Path(world.catalogue).parent)
    return read(Path(world.catalogue).name)


@refused()
def by_the_parent_folder(world: World) -> bytes:
    return read("../" * 30 + world.catalogue)


@refused(1, 13, 18)
def a_hard_link(world: World) -> bytes:
    os.link(world.results, "stolen")
    return read("stolen")


@refused(1, 13, 18)
def moving_it_in(world: World) -> bytes:
    os.rename(world.results, "stolen")
    return read("stolen")


@refused()
def by_a_path_descriptor(world: World) -> bytes:
    folder = os.open(Path(world.catalogue).parent, os.O_PATH)
    return os.read(os.open(Path(world.catalogue).name, os.O_RDONLY, dir_fd=folder), 100)


@refused()
def reopening_a_path_descriptor(world: World) -> bytes:
    descriptor = os.open(world.catalogue, os.O_PATH)
    return read(f"/proc/self/fd/{descriptor}")


@refused()
def mapping_it(world: World) -> bytes:
    descriptor = os.open(world.catalogue, os.O_RDONLY)
    return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)[:100]


@refused()
def in_another_thread(world: World) -> bytes:
    return in_a_thread(lambda: read(world.catalogue))


@fruitless
def in_a_forked_child(world: World) -> bool:
    return in_a_child(lambda: read(world.catalogue)) == 0


@fruitless
def in_a_shell(world: World) -> str:
    return shell(f"cat {world.catalogue} {world.results} {world.home}")


@fruitless
def in_a_fresh_interpreter(world: World) -> str:
    return python(f"print(open({world.catalogue!r}).read())")


@fruitless
def by_the_dynamic_linker(world: World) -> str:
    return shell(f"/lib64/ld-linux-x86-64.so.2 /bin/cat {world.catalogue}")


@fruitless
def by_a_program_that_owns_root(world: World) -> str:
    return shell(f"su -c 'cat {world.catalogue}'; sudo -n cat {world.catalogue}")


@refused()
def by_the_c_library(world: World) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    found = libc.open(world.catalogue.encode(), os.O_RDONLY)
    if found < 0:
        raise OSError(ctypes.get_errno(), "open")
    return found


@refused()
def copying_it(world: World) -> str:
    return shutil.copy(world.catalogue, "stolen")


@refused()
def the_password_file(world: World) -> bytes:
    return read("/etc/passwd")


@refused(*GONE)
def the_list_of_hosts(world: World) -> bytes:
    return read("/etc/hosts")


@refused()
def the_root_folder(world: World) -> list[str]:
    return os.listdir("/")


@refused()
def what_lies_in_tmp(world: World) -> list[str]:
    return os.listdir("/tmp")


@refused()
def a_file_in_tmp(world: World) -> int:
    return os.open("/tmp/rediscover-note", os.O_CREAT | os.O_WRONLY)


@refused(*GONE)
def the_disk_itself(world: World) -> bytes:
    return read("/dev/vda")


@refused(*GONE)
def memory_of_the_machine(world: World) -> bytes:
    return read("/dev/mem")


@refused(*GONE)
def the_terminal(world: World) -> int:
    return os.open("/dev/tty", os.O_RDWR)


@refused(*GONE)
def a_virtual_machine(world: World) -> int:
    return os.open("/dev/kvm", os.O_RDWR)


@refused()
def a_device_of_ones_own(world: World) -> None:
    os.mknod("disk", 0o060600, os.makedev(254, 0))


@refused()
def overwriting_a_record(world: World) -> int:
    return os.open(world.results, os.O_WRONLY)


@refused()
def emptying_a_record(world: World) -> None:
    os.truncate(world.results, 0)


@refused()
def emptying_what_may_be_read(world: World) -> int:
    return os.open(world.declared, os.O_RDONLY | os.O_TRUNC)


@refused()
def removing_a_record(world: World) -> None:
    os.unlink(world.results)


@refused()
def adding_a_record(world: World) -> int:
    path = Path(world.results).with_name("forged.json")
    return os.open(path, os.O_CREAT | os.O_WRONLY)


@fruitless
def the_mode_of_anothers_file(world: World) -> bool:
    before = os.stat(world.results).st_mode
    os.chmod(world.results, 0o777)
    return os.stat(world.results).st_mode != before


@fruitless
def the_time_of_anothers_file(world: World) -> bool:
    before = os.stat(world.results).st_mtime
    os.utime(world.results, (1, 1))
    return os.stat(world.results).st_mtime != before


@fruitless
def the_owner_of_anothers_file(world: World) -> bool:
    os.chown(world.results, 1, 1)
    return os.stat(world.results).st_uid == 1


@fruitless
def an_attribute_of_anothers_file(world: World) -> list[str]:
    os.setxattr(world.results, "user.note", b"x")
    return os.listxattr(world.results)


@refused()
def another_run(world: World) -> bytes:
    return read(world.other_run)


@refused()
def the_folder_of_all_runs(world: World) -> list[str]:
    return os.listdir("..")


@refused(1, 13, 18)
def leaving_a_note_for_another_run(world: World) -> None:
    Path("note").write_text(SECRET)
    os.rename("note", Path(world.other_run).with_name("note"))


@fruitless
def shared_memory_of_others(world: World) -> list[str]:
    try:
        return os.listdir("/dev/shm")
    except PermissionError:
        return []
