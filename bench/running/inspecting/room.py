"""The room of an inspector: walls as round a worker, and somebody who waits at the door."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import socket
import sys
import traceback
from dataclasses import asdict
from typing import Any, NoReturn

from bench.basics.paths import cache_folder
from bench.running.inspecting.inspector import LENGTH
from bench.running.sandbox import BOOTSTRAP
from bench.running.sandbox.processes import Family, become_subreaper, die_with
from bench.running.seal.environment import kernel_cache
from bench.running.seal.folder import Base
from bench.running.seal.interpreter import interpreter_at
from bench.running.seal.paths import blueprint
from bench.running.seal.walls import Cell, Walls

_KILL_SECONDS = 3.0
_IDLE_SECONDS = 20.0
_MOST_WRITTEN = 64 * 2**20  # bytes of any file, what it prints among them


def main(channel: socket.socket) -> int:
    """Have the method that ``channel`` names inspected by a sealed child, which answers there.

    In another Python, named by its ``worker``, the child says what the method lacks there.

    The child and all it has started are gone when this returns: once the other end is closed, or
    the child has ended. Returns its exit code, 128 and the signal where one ended it.
    """
    become_subreaper()
    length = int.from_bytes(channel.recv(LENGTH, socket.MSG_WAITALL), "big")
    said = channel.recv(length, socket.MSG_WAITALL)
    if not said:
        return 0
    what = json.loads(said)
    sys.path[:] = what["path"]
    base = Base()
    try:
        with contextlib.chdir(what["folder"]):  # paths that are declared start there
            plan = blueprint(
                base.path, what["target"], what["settings"], what["worker"],
                closed=[cache_folder()], opened=[kernel_cache(os.environ)],
            )  # fmt: skip
        cell = Cell(Walls(plan))
        parent = os.getpid()
        child = os.fork()
        if not child:
            _inspect(parent, channel.detach(), cell, what)
        code = _wait(child, channel)
        cell.close()
        return code
    finally:
        base.remove()


def _wait(child: int, channel: socket.socket) -> int:
    family = Family()
    poller = select.poll()
    poller.register(channel, 0)  # what is asked is for the child; that nobody will ask, is not
    while True:
        ready = poller.poll(50)
        ended, _ = family.reap()
        if ready or child in ended:
            break
    family.kill(family.members(anew=True), _KILL_SECONDS)
    if child not in ended:
        return 0
    code = os.waitstatus_to_exitcode(ended[child])
    return code if code >= 0 else 128 - code


def _inspect(parent: int, descriptor: int, cell: Cell, what: dict[str, Any]) -> NoReturn:
    code = 1
    try:
        die_with(parent)
        os.setsid()
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_WRITTEN, _MOST_WRITTEN))
        python = what["worker"].get("python")
        program = interpreter_at(python).executable if python else ""
        cell.put_up(parent, [descriptor])
        if program:
            os.dup2(descriptor, 1)
            words = [program, "-P", str(BOOTSTRAP), "missing", what["target"], *what["requires"]]
            os.execv(program, words)
        with socket.socket(fileno=descriptor) as sock:
            _serve(sock)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stderr.flush()
        os._exit(code)


def _serve(sock: socket.socket) -> None:
    """Answer until nothing has been asked for a while: what is imported may hold much memory."""
    sock.settimeout(_IDLE_SECONDS)
    with contextlib.suppress(TimeoutError), sock.makefile("rb") as questions:
        for question in questions:
            sock.sendall(json.dumps(_answer(json.loads(question))).encode() + b"\n")


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    from bench.running.inspecting.describe import DescribeError, describe_here
    from bench.running.missing import missing_here

    target = question["target"]
    try:
        if question["ask"] == "missing":
            return {"missing": missing_here(target, question["requires"])}
        return {"description": asdict(describe_here(target, question["settings"]))}
    except DescribeError as error:
        return {"error": str(error), "imported": error.imported}
