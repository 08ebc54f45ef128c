"""The walls round a worker: what they hold, what they leave open, and what is said of them."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from escapes.__main__ import escapes
from hypothesis import given
from hypothesis import strategies as st

from bench.basics.paths import CONF, DATASETS, ROOT
from bench.running.seal import filter as seccomp
from bench.running.seal import folder
from bench.running.seal.environment import private_places, worker_environment
from bench.running.seal.forbidden import FORBIDDEN, TRUNCATE
from bench.running.seal.interpreter import openings_of_julia
from bench.running.seal.landlock import kernel_abi
from bench.running.seal.openings import (
    Blueprint,
    Closed,
    Opening,
    carved,
    tops_of,
    without_repetition,
)
from bench.running.seal.paths import blueprint

HERE = Path(__file__).parent
ESCAPES = escapes()
needs_landlock = pytest.mark.skipif(kernel_abi() == 0, reason="this kernel has no Landlock")
needs_all = pytest.mark.skipif(kernel_abi() < 6, reason="walls are full from Landlock ABI 6 on")


@cache
def tried(where: Path, abi: int, start: str, *names: str) -> dict[str, Any]:
    where.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "escapes", str(where), str(abi), start, *names]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(HERE)}, cwd=where, capture_output=True,
        text=True, timeout=250,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("world")


def succeeded(name: str, outcome: dict[str, Any]) -> bool:
    """Whether what became of an escape is what must become of it."""
    expected = ESCAPES[name].expected  # type: ignore[attr-defined]
    if expected is None:
        return outcome.get("got") is True
    return outcome.get("errno") in expected if expected else outcome.get("got") is False


@needs_all
@pytest.mark.parametrize("name", ESCAPES)
def test_walls_hold_and_good_faith_passes(name: str, place: Path) -> None:
    outcome = tried(place / "fork", 0, "fork")[name]
    assert outcome["seal"]["level"] == "full", outcome["seal"]
    assert succeeded(name, outcome), outcome


AFTER_EXEC = (
    "files.the_catalogue", "files.the_catalogue_by_the_package", "files.a_record",
    "files.another_run", "files.the_folder_of_all_runs", "network.a_connection",
    "network.a_local_socket", "processes.the_environment_of_the_parent",
    "processes.ending_another", "processes.an_inherited_descriptor", "processes.becoming_root",
    "names.watching_the_results", "useful.numpy_and_sympy", "useful.a_pool_of_processes",
    "useful.files_of_ones_own",
)  # fmt: skip


@needs_all
@pytest.mark.parametrize("name", AFTER_EXEC)
def test_walls_hold_in_a_program_that_the_sealed_process_becomes(name: str, place: Path) -> None:
    outcome = tried(place / "exec", 0, "exec", *AFTER_EXEC)[name]
    assert succeeded(name, outcome), outcome


BY_ABI = {
    1: ["truncating", "signals"],
    2: ["truncating", "signals"],
    3: ["signals"],
    5: ["signals"],
}
STILL_HELD = (
    "files.the_catalogue", "files.a_record", "files.another_run", "network.a_connection",
    "network.a_datagram", "network.a_local_socket", "files.emptying_a_record",
)  # fmt: skip


@needs_all
@pytest.mark.parametrize("abi", BY_ABI)
def test_an_older_kernel_is_sealed_in_part_and_the_verdict_names_what_is_missing(
    abi: int, place: Path
) -> None:
    found = tried(place / f"abi{abi}", abi, "fork", *STILL_HELD)
    for name, outcome in found.items():
        assert outcome["seal"]["level"] == "partial"
        assert outcome["seal"]["missing"] == BY_ABI[abi]
        assert succeeded(name, outcome), (name, outcome)


@needs_landlock
def test_what_was_declared_is_recorded(place: Path) -> None:
    outcome = tried(place / "declared", 0, "fork", "useful.a_declared_file")
    opened = outcome["useful.a_declared_file"]["seal"]["opened"]
    assert opened == [str(place / "declared/declared")]


def plan(tmp_path: Path, target: str = "methods.linear:Linear", **more: Any) -> Blueprint:
    settings, worker = more.pop("settings", {}), more.pop("worker", {})
    return blueprint(tmp_path / "base", target, settings, worker, **more)


def opens(plan: Blueprint, path: str | Path) -> bool:
    real = os.path.realpath(path)
    return any(
        one.right == "read" and (real == one.path or real.startswith(one.path + "/"))
        for one in plan.openings
    )


@pytest.mark.parametrize(
    "declared", [{}, {"read": [str(ROOT)]}, {"read": ["/"]}, {"read": [str(DATASETS)]}]
)
def test_catalogues_are_never_opened_whatever_is_declared(
    declared: dict[str, Any], tmp_path: Path
) -> None:
    results = tmp_path / "results"
    results.mkdir()
    found = plan(tmp_path, worker=declared, closed=[results])
    for closed in (DATASETS, CONF, results, tmp_path / "base"):
        inside = [closed, *(list(closed.rglob("*"))[:20] if closed.is_dir() else [])]
        assert not [one for one in inside if opens(found, one)]
    assert opens(found, ROOT / "bench/method.py")
    assert opens(found, ROOT / "methods/linear.py")


def test_of_a_method_in_a_file_the_python_files_beside_it_are_opened(tmp_path: Path) -> None:
    folder = tmp_path / "method"
    (folder / "more").mkdir(parents=True)
    secret = tmp_path / "secret.py"
    for path in (folder / "own.py", folder / "beside.py", folder / "truth.csv", secret):
        path.write_text("")
    (folder / "link.py").symlink_to(secret)
    found = plan(tmp_path, f"{folder}/own.py:Own")
    assert opens(found, folder / "own.py") and opens(found, folder / "beside.py")
    assert not opens(found, folder / "truth.csv") and not opens(found, folder / "more")
    assert not opens(found, secret) and not opens(found, folder)


def test_a_setting_that_is_a_path_counts_as_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "search.R").write_text("")
    (tmp_path / "models").mkdir()
    settings = {"program": ["Rscript", "search.R", "{data}"], "model": "./models", "n": 3}
    found = plan(tmp_path, settings=settings)
    assert dict(found.declared) == {
        "search.R": str(tmp_path / "search.R"),
        "./models": str(tmp_path / "models"),
    }
    assert opens(found, tmp_path / "search.R") and not opens(found, tmp_path / "base")


def test_a_declared_path_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"worker: there is nothing at '/no/where'"):
        plan(tmp_path, worker={"read": ["/no/where"]})


def test_another_interpreter_brings_its_own_packages(tmp_path: Path) -> None:
    own = tmp_path / "home/venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(own)], check=True)
    packages = next(own.glob("lib/python3*/site-packages"))
    project = tmp_path / "home/project"
    for path in (packages / "theirs", packages / "bench/datasets", packages / "bench/running",
                 project / "package", project / "results"):  # fmt: skip
        path.mkdir(parents=True)
    (project / "package/__init__.py").write_text("")
    (packages / "project.pth").write_text(f"{project}\nimport os\n")
    found = plan(tmp_path, worker={"python": str(own / "bin/python")})
    assert opens(found, packages / "theirs") and opens(found, project / "package")
    assert opens(found, own / "bin/python") and opens(found, os.__file__)
    assert not opens(found, packages / "bench/datasets") and not opens(found, project / "results")
    assert not opens(found, tmp_path / "home")


def test_a_blueprint_is_the_same_after_its_way_as_json(tmp_path: Path) -> None:
    found = plan(tmp_path, worker={"read": ["/usr/bin"]})
    assert Blueprint.from_message(json.loads(json.dumps(found.to_message()))) == found


names = st.sampled_from(["a", "b", "c"])
paths = st.lists(names, min_size=1, max_size=4).map(lambda parts: "/".join(parts))


@given(files=st.sets(paths, min_size=1), closed=st.sets(paths), top=st.sampled_from(["", "a"]))
def test_a_carved_folder_opens_all_but_what_is_closed(
    files: set[str], closed: set[str], top: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("carved")
    for one in sorted(files):
        (root / one).mkdir(parents=True, exist_ok=True)
    shut = Closed(root / one for one in closed)
    found = [one.path for one in carved(root / top, shut) if one.right == "read"]
    for place in (p for p in (root / top).rglob("*")):
        real = os.path.realpath(place)
        is_open = any(real == one or real.startswith(one + "/") for one in found)
        if shut.holds(real) or shut.below(real):
            assert not is_open
        else:
            assert is_open


@given(st.lists(paths, min_size=1), paths)
def test_tops_hold_all_openings_and_not_the_base(openings: list[str], base: str) -> None:
    opened = [Opening(f"/{one}") for one in openings if not f"/{base}/".startswith(f"/{one}/")]
    distinct = without_repetition(opened)
    for one in opened:
        assert any(f"{one.path}/".startswith(f"{kept.path}/") for kept in distinct)
    tops = tops_of(opened, f"/{base}")
    assert not [top for top in tops if f"/{base}/".startswith(f"{top}/")]
    assert all(any(f"{one.path}/".startswith(f"{top}/") for top in tops) for one in opened)


def answered(code: bytes, number: int, arguments: tuple[int, ...], architecture: int) -> int:
    """What the filter's program answers: the small machine that the kernel runs it on."""
    data = struct.pack("IIQ6Q", number, architecture, 0, *arguments)
    accumulator, at = 0, 0
    while True:
        operation, if_true, if_false, value = struct.unpack_from("HBBI", code, 8 * at)
        at += 1
        if operation == 0x20:
            accumulator = int.from_bytes(data[value : value + 4], "little")
        elif operation == 0x54:
            accumulator &= value
        elif operation == 0x15:
            at += if_true if accumulator == value else if_false
        elif operation == 0x35:
            at += if_true if accumulator >= value else if_false
        else:
            assert operation == 0x06
            return value


ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_the_filter_refuses_what_is_forbidden_and_passes_on_the_rest(machine: str) -> None:
    column, architecture = list(ARCHITECTURES).index(machine), ARCHITECTURES[machine]
    code = seccomp.program(6, machine)
    forbidden = {call.numbers[column] for call in FORBIDDEN}
    for call in FORBIDDEN:
        if call.numbers[column] < 0:
            continue
        arguments = [0] * 6
        if call.condition is not None and call.condition.equal:
            arguments[call.condition.argument] = call.condition.value
        elif call.condition is not None:
            arguments[call.condition.argument] = call.condition.value ^ call.condition.mask
        action = answered(code, call.numbers[column], tuple(arguments), architecture)
        assert action >> 16 == 0x0005, call.name
    for number in set(range(480)) - forbidden:
        assert answered(code, number, (1,) * 6, architecture) == 0x7FFF0000
    assert answered(code, 0, (0,) * 6, 0x40000003) == 0x80000000  # 32 bits


def test_the_filter_lets_a_process_ask_about_itself_and_make_pipes_and_threads() -> None:
    code, own = seccomp.program(6, "x86_64"), ARCHITECTURES["x86_64"]
    asked = {
        (302, (0, 7, 0, 0, 0, 0)): "prlimit64 of oneself",
        (53, (1, 1 | 0o2000000, 0, 0, 0, 0)): "a pair of streams",
        (56, (0x3D0F00, 0, 0, 0, 0, 0)): "a thread",
        (16, (0, 0x5401, 0, 0, 0, 0)): "whether a file is a terminal",
    }
    for (number, arguments), name in asked.items():
        assert answered(code, number, arguments, own) == 0x7FFF0000, name


def test_the_filter_takes_truncate_over_where_landlock_has_no_right_for_it() -> None:
    number, own = TRUNCATE.numbers[0], ARCHITECTURES["x86_64"]
    assert answered(seccomp.program(2, "x86_64"), number, (0,) * 6, own) != 0x7FFF0000
    assert answered(seccomp.program(3, "x86_64"), number, (0,) * 6, own) == 0x7FFF0000
    assert seccomp.program(6, "riscv64") == b""


def test_every_forbidden_call_has_one_name_for_one_number() -> None:
    for column in (0, 1):
        by_number: dict[int, str] = {}
        for call in FORBIDDEN:
            if call.numbers[column] >= 0:
                assert by_number.setdefault(call.numbers[column], call.name) == call.name


def test_a_base_that_nobody_uses_is_swept_and_one_in_use_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    script = (
        "from bench.running.seal.folder import Base; import os; print(Base().path); os._exit(1)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    killed = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True)
    left = Path(killed.stdout.decode().strip())
    (left / "runs/some").mkdir()
    used = folder.Base()
    assert used.path.exists() and not left.exists()
    folder.Base().remove()
    assert [used.path] == list(tmp_path.iterdir())
    used.remove()
    assert not list(tmp_path.iterdir())


def test_what_a_kill_leaves_of_a_base_is_swept_and_what_is_no_base_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    parts = ["in_use", "runs/other/file", "outside", "readable", "runs/a/theirs"]
    for count in range(len(parts) + 1):  # as it is made and, read backwards, as it is removed
        base = tmp_path / f"rediscover-runs-{count}"
        base.mkdir()
        for name in parts[:count]:
            (base / name).parent.mkdir(parents=True, exist_ok=True)
            (base / name).write_bytes(b"0")
    notes = tmp_path / "rediscover-runs-notes" / "mine.txt"
    added = tmp_path / "rediscover-runs-1" / "mine.txt"
    elsewhere = tmp_path / "elsewhere" / "in_use"
    for path in (notes, added, elsewhere):
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    (tmp_path / "rediscover-runs-link").symlink_to(elsewhere.parent)
    (tmp_path / "rediscover-runs-file").write_text("mine")
    base = folder.Base()
    left = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")}
    names = {"notes", "1", "link", "file", base.path.name.removeprefix("rediscover-runs-")}
    assert left == {"elsewhere", *(f"rediscover-runs-{name}" for name in names)}
    assert all(path.read_text() == "mine" for path in (notes, added, elsewhere))
    base.remove()
    assert not base.path.exists()


def test_a_base_that_the_disk_does_not_take_names_itself_and_leaves_nothing(tmp_path: Path) -> None:
    script = (
        "import resource, sys, tempfile; tempfile.tempdir = sys.argv[1]\n"
        "from bench.running.seal.folder import Base\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "try: Base()\nexcept OSError as error: print(error.filename, error.strerror)"
    )
    done = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True)
    assert done.stdout.startswith(f"{tmp_path}/rediscover-runs-"), done
    assert done.stdout.endswith("File too large\n") and not list(tmp_path.iterdir())


def test_folders_deeper_than_python_counts_are_removed(tmp_path: Path) -> None:
    top = tmp_path / "run"
    top.mkdir()
    here = Path.cwd()
    os.chdir(top)
    try:
        for _ in range(1500):
            Path("d").mkdir()
            os.chdir("d")
    finally:
        os.chdir(here)
    folder.remove(top)
    assert not top.exists()


def test_a_worker_is_given_the_variables_on_the_list_and_those_named() -> None:
    ours = {
        "PATH": "/bin", "LC_ALL": "C", "OMP_NUM_THREADS": "64", "SECRET": "x", "HF_TOKEN": "x",
        "HOME": "/home/me", "PWD": "/home/me/srsd", "MINE": "1", "PYTHONPATH": "here",
        "OPENBLAS_CORETYPE": "Haswell",
    }  # fmt: skip
    given = worker_environment(ours, 2, ["MINE", "NOT_THERE"])
    assert {name: given[name] for name in ours if name in given} == {
        "PATH": "/bin", "LC_ALL": "C", "OMP_NUM_THREADS": "2", "MINE": "1",
        "OPENBLAS_CORETYPE": "Haswell", "HOME": "/home/me",  # the server's; a worker has its own
    }  # fmt: skip


def test_blueprints_are_drawn_quickly_enough_to_be_drawn_for_every_method(tmp_path: Path) -> None:
    begun = time.process_time()
    for _ in range(3):
        plan(tmp_path)
    assert time.process_time() - begun < 10  # scanning a disk would take minutes


ORDINARY = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from bench.basics.paths import DATASETS
from bench.running.seal.folder import Base
from bench.running.seal.paths import blueprint
from bench.running.seal.walls import Cell, Walls
base = Base()
cell = Cell(Walls(blueprint(base.path, "methods.linear:Linear", {}, {})))
if os.fork() == 0:
    verdict = cell.put_up(os.getppid())
    try:
        catalogue = len(list(DATASETS.iterdir()))
    except OSError as error:
        catalogue = type(error).__name__
    name = open("/proc/self/status").readline().split()[0]
    print(json.dumps([verdict.to_message(), os.getuid(), catalogue, name]), flush=True)
    os._exit(0)
os.wait()
cell.close()
base.remove()
"""


@needs_all
def test_an_ordinary_user_is_sealed_as_well(tmp_path: Path) -> None:
    """By the system's own Python, as root's may lie where others cannot look."""
    python, nobody = Path("/usr/bin/python3"), 65534
    if os.geteuid() != 0 or not python.exists():
        pytest.skip("becoming an ordinary user needs root, and the system's Python")
    place = Path(tempfile.mkdtemp())
    place.chmod(0o777)
    done = subprocess.run(
        [python, "-P", "-c", ORDINARY, str(ROOT)], user=nobody, group=nobody, extra_groups=[],
        cwd="/", env={"TMPDIR": str(place), "HOME": str(place)}, capture_output=True, text=True,
    )  # fmt: skip
    if "No module named 'bench'" in done.stderr or "unknown option" in done.stderr.lower():
        pytest.skip("the system's Python is too old, or others may not read this folder")
    assert done.returncode == 0, done.stderr
    verdict, user, catalogue, name = json.loads(done.stdout)
    assert (user, catalogue, name) == (nobody, "PermissionError", "Name:")
    assert verdict == {"level": "full", "missing": [], "opened": []}
    assert not list(place.iterdir())
    place.rmdir()


def test_of_a_julia_its_programs_and_packages_are_open_and_nothing_of_its_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    depot, install = tmp_path / ".julia", tmp_path / "julia-1.11"
    for part in ("packages", "compiled", "config", "logs", "servers"):
        (depot / part).mkdir(parents=True)
        (depot / part / "file").touch()
    (install / "share" / "julia").mkdir(parents=True)
    program = install / "bin" / "julia"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)

    def opened(environment: dict[str, str]) -> set[str]:
        found = openings_of_julia(environment, Closed([]))
        return {str(Path(one.path).relative_to(tmp_path)) for one in found}

    packages = {".julia/packages", ".julia/compiled"}
    assert opened({"HOME": str(tmp_path)}) == packages
    named = {"JULIA_DEPOT_PATH": f"{depot}:", "PYTHON_JULIACALL_EXE": str(program)}
    assert opened(named) == {*packages, "julia-1.11"}
    (tmp_path / "julia").symlink_to(program)
    assert opened({"HOME": str(tmp_path)}) == {*packages, "julia-1.11"}


def test_julia_writes_to_the_runs_own_depot_and_reads_the_others() -> None:
    assert private_places("/p", {"HOME": "/h"})["JULIA_DEPOT_PATH"] == "/p/.julia:/h/.julia:"
    given = {"HOME": "/h", "JULIA_DEPOT_PATH": "/s/julia:"}
    assert private_places("/p", given)["JULIA_DEPOT_PATH"] == "/p/.julia:/s/julia:"
    kept = worker_environment({"PYTHON_JULIACALL_PROJECT": "/p", "JULIA_PKG_TOKEN": "x"}, 1)
    assert kept["PYTHON_JULIACALL_PROJECT"] == "/p" and "JULIA_PKG_TOKEN" not in kept
