"""No escapes: what methods do in good faith, and must be able to do inside the walls."""

# System calls are what is tried here.
# ruff: noqa: PTH104, PTH208

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from multiprocessing import shared_memory
from pathlib import Path
from typing import Any

from escapes.world import SECRET, World, python, read, shell


def works(function: Callable[[World], Any]) -> Callable[[World], Any]:
    """The function must come back with something."""
    function.expected = None  # type: ignore[attr-defined]
    return function


@works
def numpy_and_sympy(world: World) -> bool:
    import numpy as np
    import sympy

    return bool(np.linalg.solve(np.eye(20), np.ones(20)).all()) and sympy.Symbol("x") is not None


@works
def files_of_ones_own(world: World) -> bool:
    Path("folder").mkdir()
    Path("folder/a").write_text("1")
    os.rename("folder/a", "b")
    shutil.copy("b", "c")
    shutil.copytree("folder", "other")
    os.mkfifo("pipe")
    return Path("c").read_text() == "1" and bool(os.listdir("."))


@works
def temporary_files(world: World) -> bool:
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
        return all(Path(one).is_relative_to(Path.cwd()) for one in (folder, file.name))


@works
def the_home_folder(world: World) -> bool:
    Path.home().joinpath(".cache/x").mkdir(parents=True)
    return Path.home() == Path.cwd()


@works
def a_declared_file(world: World) -> bool:
    return read(world.declared) == SECRET.encode()


@works
def the_methods_own_file(world: World) -> bool:
    return bool(read(world.method)) and b"beside" in read(Path(world.method).with_name("beside.py"))


@works
def a_program(world: World) -> bool:
    return shell("echo 3 | sed s/3/4/; cat /dev/null; date > /dev/null").strip() == "4"


@works
def an_interpreter(world: World) -> bool:
    return python("import json, ctypes, sqlite3, decimal; print(6 * 7)").strip() == "42"


@works
def a_program_that_looks_at_itself(world: World) -> bool:
    return "Name" in Path("/proc/self/status").read_text() and bool(os.listdir("/proc/self/fd"))


@works
def a_pool_of_processes(world: World) -> bool:
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return pool.map(abs, [-1, -2, 3]) == [1, 2, 3]


@works
def a_pool_of_fresh_processes(world: World) -> bool:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.map(abs, [-1, -2, 3]) == [1, 2, 3]


@works
def shared_memory_of_ones_own(world: World) -> bool:
    memory = shared_memory.SharedMemory(create=True, size=100)
    memory.close()
    memory.unlink()
    return True


@works
def joblib(world: World) -> bool:
    from joblib import Parallel, delayed

    return Parallel(n_jobs=2)(delayed(abs)(k) for k in (-1, -2, -3)) == [1, 2, 3]


@works
def threads(world: World) -> bool:
    done: list[int] = []
    some = [threading.Thread(target=done.append, args=(k,)) for k in range(4)]
    for one in some:
        one.start()
    for one in some:
        one.join()
    return sorted(done) == [0, 1, 2, 3]


@works
def asynchronous_code(world: World) -> bool:
    async def answer() -> int:
        await asyncio.sleep(0)
        process = await asyncio.create_subprocess_exec("true")
        return await process.wait() + 1

    return bool(asyncio.run(answer()))


@works
def a_pair_of_streams(world: World) -> bool:
    one, two = socket.socketpair()
    one.sendall(b"x")
    return two.recv(1) == b"x"


@works
def ending_ones_own_child(world: World) -> bool:
    process = subprocess.Popen(["sleep", "100"])
    process.kill()
    return process.wait() != 0


@works
def ones_own_use(world: World) -> bool:
    import psutil

    me = psutil.Process()
    return me.memory_info().rss > 0 and me.cpu_times().user >= 0 and bool(psutil.virtual_memory())


@works
def the_number_of_processors(world: World) -> bool:
    return bool(os.cpu_count()) and bool(os.sched_getaffinity(0))


@works
def time_zones(world: World) -> bool:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/Paris").key == "Europe/Paris"


@works
def compiling_c(world: World) -> bool:
    if shutil.which("gcc") is None:
        return True
    Path("a.c").write_text("int answer(void) { return 42; }")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", "a.so", "a.c"], check=True)
    return ctypes.CDLL("./a.so").answer() == 42


@works
def random_numbers(world: World) -> bool:
    return bool(os.urandom(8)) and bool(read("/dev/urandom"))


@works
def ones_own_limits(world: World) -> bool:
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    return resource.getrlimit(resource.RLIMIT_NOFILE) == (64, 64) and bool(sys.version)
