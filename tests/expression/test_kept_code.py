"""Machine code kept between processes: never stale, and never in the way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import bench
import methods
from bench.expression.compiled.ingredients import digest
from bench.expression.compiled.least_squares import levenberg_marquardt

CALLEE = """
from bench.expression.compiled.compiling import compiled

FACTOR = {factor}

@compiled
def inner(x: float) -> float:
    {comment}
    return FACTOR * x + {offset}
"""
CALLER = """
from bench.expression.compiled.compiling import compiled
from kernels import callee

@compiled
def middle(x: float) -> float:
    return callee.inner(x)

@compiled
def outer(x: float) -> float:
    return middle(x) + middle(0.0)

if __name__ != "__main__":
    value = outer(2.0)
    print(value, sum(outer.stats.cache_hits.values()))
"""


def write(folder: Path, *, factor: float = 1.0, offset: float = 1.0, comment: str = "# x") -> None:
    package = folder / "kernels"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").touch()
    callee = CALLEE.format(factor=factor, offset=offset, comment=comment)
    (package / "callee.py").write_text(callee)
    (package / "caller.py").write_text(CALLER)


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    path = os.pathsep.join([str(folder), *filter(None, [kept.get("PYTHONPATH", "")])])
    return {**kept, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **more}


FORKING = """
import json, os, sys, traceback
import numba
import bench.expression.compiled.compiling

numba.njit(lambda: 0)()  # half of what numba imports it imports here
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        try:
            os.environ.clear()
            os.environ.update(json.loads(line))
            numba.config.reload_config()
            sys.path[:0] = os.environ["PYTHONPATH"].split(os.pathsep)
            import kernels.caller
            sys.stdout.flush()
        except BaseException:
            traceback.print_exc()
            print("failed", flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
"""


@cache
def forking() -> subprocess.Popen[str]:
    """A process that has numba at hand, and forks for each environment that it is told."""
    assert "kernels" not in sys.modules
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "-c", FORKING]
    return subprocess.Popen(command, text=True, bufsize=1, env=environment(Path()), **pipes)  # type: ignore[call-overload,no-any-return]


@pytest.fixture(scope="module", autouse=True)
def end_of_forking() -> Iterator[None]:
    yield
    forking().communicate()
    forking.cache_clear()


def run(folder: Path, **more: str) -> tuple[float, int]:
    """What the caller computes in a new process, and how often its code was found."""
    if "PYTHONHASHSEED" in more:  # which is read at the very start
        done = subprocess.run(
            [sys.executable, "-c", "import kernels.caller"],
            env=environment(folder, **more), capture_output=True, text=True, check=True,
        )  # fmt: skip
        said = done.stdout
    else:
        process = forking()
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(environment(folder, **more)) + "\n")
        said = process.stdout.readline()
    value, hits = said.split()
    return float(value), int(hits)


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.of-*"))


def test_an_edit_below_a_function_is_seen(tmp_path: Path) -> None:
    write(tmp_path)
    assert run(tmp_path) == (4.0, 0)
    assert run(tmp_path, PYTHONHASHSEED="1") == (4.0, 1)
    files = kept(tmp_path)
    write(tmp_path, offset=10.0)
    assert run(tmp_path) == (22.0, 0)
    write(tmp_path, offset=10.0, factor=3.0)
    assert run(tmp_path) == (26.0, 0)
    write(tmp_path, offset=10.0, factor=3.0, comment="# other words")
    assert run(tmp_path, PYTHONHASHSEED="2") == (26.0, 1)
    assert len(kept(tmp_path)) == len(files)  # what is outdated goes


@pytest.mark.parametrize("home", ["folder", "file"])
def test_where_the_code_cannot_lie_beside_the_module(tmp_path: Path, home: str) -> None:
    # In an archive nothing can be written; then the user's cache is used, if there is one.
    write(tmp_path)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in (tmp_path / "kernels").iterdir():
            archive.write(path, f"kernels/{path.name}")
    user = tmp_path / "user"
    user.mkdir() if home == "folder" else user.touch()
    hidden = {"HOME": str(user), "XDG_CACHE_HOME": str(user / "cache")}
    assert run(tmp_path / "all.zip", **hidden) == (4.0, 0)
    assert run(tmp_path / "all.zip", **hidden) == (4.0, 1 if home == "folder" else 0)


def test_code_is_found_where_nothing_can_be_written(tmp_path: Path) -> None:
    write(tmp_path)
    run(tmp_path)
    (tmp_path / "file").touch()
    before = kept(tmp_path)
    assert run(tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "file" / "none")) == (4.0, 1)
    own = tmp_path / "own"
    assert run(tmp_path, NUMBA_CACHE_DIR=str(own)) == (4.0, 1)
    write(tmp_path, offset=5.0)
    assert run(tmp_path, NUMBA_CACHE_DIR=str(own)) == (12.0, 0)
    assert len(kept(own)) == len(before)


def test_a_damaged_file_is_compiled_anew(tmp_path: Path) -> None:
    write(tmp_path)
    run(tmp_path)
    for path in tmp_path.rglob("*.of-*"):
        path.write_bytes(path.read_bytes()[:100])
    assert run(tmp_path) == (4.0, 0)
    assert run(tmp_path) == (4.0, 1)


def test_processes_may_compile_at_once(tmp_path: Path) -> None:
    write(tmp_path)
    command = [sys.executable, "-c", "import kernels.caller"]
    started = [
        subprocess.Popen(command, env=environment(tmp_path), stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in started:
        assert process.communicate()[0].startswith("4.0 ")
        assert process.returncode == 0
    assert run(tmp_path) == (4.0, 1)


def test_kernels_of_methods_know_those_of_the_harness(tmp_path: Path) -> None:
    for package in (bench, methods):
        source = Path(package.__file__).parent
        shutil.copytree(source, tmp_path / source.name, ignore=shutil.ignore_patterns("trained"))
    code = (
        "from bench.expression.compiled.ingredients import digest\n"
        "from bench.expression.compiled.kernel import link\n"
        "from methods.mcts.scoring import assess\n"
        "print(digest(link.py_func), digest(assess.py_func))"
    )

    def digests() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path,
            env=environment(tmp_path), capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.split()

    link, fit = digests()
    scalars = tmp_path / "bench" / "expression" / "compiled" / "scalars.py"
    text = scalars.read_text()
    scalars.write_text(text.replace("3.0 * root", "4.0 * root"))
    assert scalars.read_text() != text
    assert digests()[0] == link
    by_scalar = digests()[1]
    assert by_scalar != fit
    table = tmp_path / "bench" / "expression" / "operators" / "table.py"
    text = table.read_text()
    table.write_text(text.replace('"1.0 + v * v"', '"1.0 + 2.0 * v"'))
    assert table.read_text() != text
    assert digests()[1] not in (fit, by_scalar)


def test_what_has_no_lasting_form_is_refused() -> None:
    assert len(digest(levenberg_marquardt.py_func)) == 64
    strange = np.random.default_rng()
    namespace = {"strange": strange}
    exec("def function():\n    return strange", namespace)
    with pytest.raises(TypeError, match="function refers to Generator"):
        digest(namespace["function"])
