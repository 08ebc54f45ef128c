"""Try every escape inside walls and print as JSON what became of each: ``python -m escapes``.

Arguments: a folder for the world, the version of Landlock to use (0: the kernel's own), ``fork`` or
``exec`` (whether an escape runs in the process that was sealed, or in a program that this process
became), and names of escapes (none: all).
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from escapes.world import SECRET, World, a_world, alarm

HERE = Path(__file__).resolve().parents[1]
KINDS = ("files", "processes", "network", "names", "useful")


def escapes() -> dict[str, Callable[[World], Any]]:
    """All escapes, by the name of their module and their own."""
    found = {}
    for kind in KINDS:
        for name, value in vars(importlib.import_module(f"escapes.{kind}")).items():
            if getattr(value, "__module__", "") == f"escapes.{kind}" and hasattr(value, "expected"):
                found[f"{kind}.{name}"] = value
    return found


def attempt(name: str, world: World) -> dict[str, Any]:
    """What became of an escape: the number of the error, or what it came back with."""
    alarm(60)
    try:
        got = escapes()[name](world)
    except OSError as error:
        return {"errno": error.errno, "error": f"{type(error).__name__}: {error}"}
    except BaseException as error:
        return {"errno": -1, "error": f"{type(error).__name__}: {error}"}
    return {"got": bool(got), "what": repr(got)[:200]}


def main() -> None:
    folder, abi, start, *names = Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]
    from bench.basics.paths import CONF, DATASETS

    os.environ["SECRET"] = SECRET
    catalogue = next(path for path in sorted(DATASETS.rglob("*")) if path.is_file())
    with a_world(folder, catalogue, CONF / "config.yaml") as world:
        # The server has another environment than the world, as the harness sees to.
        environment = {name: value for name, value in os.environ.items() if name != "SECRET"}
        environment["PYTHONPATH"] = str(HERE)
        words = ["serve", json.dumps(asdict(world)), str(abi), start, *names]
        command = [sys.executable, "-m", "escapes", *words]
        subprocess.run(command, env=environment, check=True, pass_fds=[world.inherited])


def serve() -> None:
    from bench.running.seal import folder
    from bench.running.seal.paths import blueprint
    from bench.running.seal.walls import Cell, Walls

    world = World(**json.loads(sys.argv[2]))
    abi, start, *names = int(sys.argv[3]) or None, *sys.argv[4:]
    base = folder.Base()
    closed = [Path(world.results).parents[2], Path(world.cache).parents[1]]
    closed.append(Path(world.hidden).parent)
    worker = {"read": [str(Path(world.declared).parent)]}
    plan = blueprint(base.path, f"{world.method}:M", {}, worker, closed=closed)
    walls = Walls(replace(plan, openings=(*plan.openings, *_of_tests())), abi)
    other = Path(folder.new_run(walls.blueprint.base), "file")
    other.write_text(SECRET)
    world = replace(world, other_run=str(other))
    found: dict[str, Any] = {}
    cell = Cell(walls)
    try:
        for name in names or escapes():
            found[name] = _sealed(cell, name, world, start)
    finally:
        base.remove()
    print(json.dumps(found))


def _find_the_harness() -> None:
    """As a worker's start does: the root of a clone may not be listed inside."""
    from importlib.util import module_from_spec, spec_from_file_location

    path = HERE.parents[1] / "bench/running/sandbox/bootstrap.py"
    spec = spec_from_file_location("bootstrap", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.meta_path.insert(0, module._Shared)


def _of_tests() -> list[Any]:
    from bench.running.seal.openings import Opening

    return [Opening(str(HERE))]


def _sealed(cell: Any, name: str, world: World, start: str) -> Any:
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.setsid()
        try:
            verdict = cell.put_up(world.server, [writing])
            if start == "exec":
                os.set_inheritable(writing, True)
                words = ["attempt", name, json.dumps(asdict(world)), str(writing)]
                os.execv(sys.executable, [sys.executable, "-m", "escapes", *words])
            outcome = {**attempt(name, world), "seal": verdict.to_message()}
            os.write(writing, json.dumps(outcome).encode())
        finally:
            os._exit(0)
    os.close(writing)
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)  # what it has left running
    with os.fdopen(reading, "rb") as pipe:
        text = pipe.read()
    cell.clean()
    return json.loads(text) if text else {"errno": -1, "error": f"ended with status {status}"}


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    elif sys.argv[1] == "attempt":
        _find_the_harness()
        outcome = attempt(sys.argv[2], World(**json.loads(sys.argv[3])))
        os.write(int(sys.argv[4]), json.dumps(outcome).encode())
    else:
        main()
