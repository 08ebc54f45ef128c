"""Escapes that ask for names, or leave code behind that somebody else would run."""

# System calls are what is tried here.
# ruff: noqa: PTH103, PTH116, PTH208

from __future__ import annotations

import ctypes
import os
import site
import sys
import sysconfig
from pathlib import Path

from escapes.processes import _call
from escapes.world import ABSENT, GONE, World, fruitless, in_a_child, python, read, refused


@refused(*ABSENT)
def watching_the_results(world: World) -> int:
    watch = _call(294, 0)
    return _call(254, watch, str(Path(world.results).parent).encode(), 0xFFF)


@refused(*ABSENT)
def watching_the_whole_disk(world: World) -> int:
    return _call(300, 0x200, 0)


@refused(*ABSENT)
def a_handle_of_a_file(world: World) -> int:
    handle = ctypes.create_string_buffer(200)
    return _call(303, -100, world.results.encode(), handle, ctypes.byref(ctypes.c_int()), 0)


@refused(*GONE)
def names_of_keys(world: World) -> bytes:
    content = read("/proc/keys")
    if not content:
        raise PermissionError(13, "empty")
    return content


def _module_folder() -> Path:
    return Path(sysconfig.get_path("purelib"))


@refused(*GONE, 30)
def a_sitecustomize(world: World) -> int:
    return os.open(_module_folder() / "sitecustomize.py", os.O_CREAT | os.O_WRONLY)


@refused(*GONE, 30)
def a_pth_file(world: World) -> int:
    return os.open(_module_folder() / "zz_escape.pth", os.O_CREAT | os.O_WRONLY)


@refused(*GONE, 30)
def a_module_of_the_user(world: World) -> int:
    folder = Path(site.USER_SITE or "/root/.local/lib")
    os.makedirs(folder, exist_ok=True)
    if folder.is_relative_to(Path.cwd()):
        raise PermissionError(13, "it is in the private folder, and goes with it")
    return os.open(folder / "usercustomize.py", os.O_CREAT | os.O_WRONLY)


@refused(*GONE, 30)
def changing_the_harness(world: World) -> int:
    import bench

    return os.open(str(bench.__file__), os.O_WRONLY)


@refused(*GONE, 30)
def byte_code_of_the_harness(world: World) -> int:
    import bench

    folder = Path(str(bench.__file__)).parent
    return os.open(folder / "escape.pyc", os.O_CREAT | os.O_WRONLY)


@refused(*GONE, 30)
def changing_the_method(world: World) -> int:
    return os.open(world.method, os.O_WRONLY)


@refused(*GONE, 30)
def a_file_beside_the_method(world: World) -> int:
    path = Path(world.method).with_name("truths.py")
    return os.open(path, os.O_CREAT | os.O_WRONLY)


@refused(*GONE, 30)
def changing_the_standard_library(world: World) -> int:
    return os.open(str(os.__file__), os.O_WRONLY)


@refused(*GONE, 26, 30)
def changing_the_interpreter(world: World) -> int:
    return os.open(os.path.realpath(sys.executable), os.O_WRONLY)


@fruitless
def a_startup_file_for_a_program_of_ones_own(world: World) -> str:
    Path("sitecustomize.py").write_text(f"print(open({world.catalogue!r}).read())")
    os.environ["PYTHONPATH"] = str(Path.cwd())
    return python("pass")


@fruitless
def a_library_to_be_loaded_first(world: World) -> str:
    os.environ["LD_PRELOAD"] = "/tmp/escape.so"
    return python(f"print(open({world.catalogue!r}).read())")


@fruitless
def a_debugger(world: World) -> bool:
    code = f"import os; os.execvp('gdb', ['gdb', '-p', '{world.outsider}', '-batch'])"
    return "attach" in python(code).lower()


@fruitless
def undoing_the_walls(world: World) -> bool:
    """A ruleset that opens everything only adds a layer."""

    def undo() -> None:
        attributes = (ctypes.c_uint64 * 3)(4, 0, 0)
        ruleset = _call(444, ctypes.byref(attributes), 24, 0)
        rule = ctypes.create_string_buffer(
            (4).to_bytes(8, "little") + os.open("/usr", os.O_PATH).to_bytes(4, "little")
        )
        _call(445, ruleset, 1, rule, 0)
        _call(446, ruleset, 0)
        read(world.catalogue)

    return in_a_child(undo) == 0


@fruitless
def undoing_the_filter(world: World) -> bool:
    """A filter that allows everything does not take away the one that stands."""
    import socket
    import struct

    def undo() -> None:
        code = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7FFF0000), 8)
        program = ctypes.create_string_buffer(
            struct.pack("HxxxxxxP", 1, ctypes.addressof(code)), 16
        )
        _call(317, 1, 0, program)
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)

    return in_a_child(undo) == 0


@refused(*GONE)
def guessing_the_name_of_a_log(world: World) -> int:
    return os.stat(world.hidden).st_size


@refused(*GONE)
def names_in_a_hidden_folder(world: World) -> list[str]:
    return os.listdir(Path(world.hidden).parents[1])
