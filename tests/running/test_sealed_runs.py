"""Runs behind their walls: what a method can reach, be told, and make others believe."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from toys import dataset, log_of, run_one, run_together

from bench.basics.paths import DATASETS
from bench.method import Budget
from bench.running import Limits, LocalExecutor, MethodSpec, Record, Store, execute, matrix
from bench.running.seal.landlock import kernel_abi

HERE = Path(__file__).parent
FILE = HERE / "sealed_methods.py"
ENGINES = HERE / "sealed_engines.py"
NETWORK = HERE / "sealed_network.py"
LIMITS = Limits(grace=30.0)
full = pytest.mark.skipif(kernel_abi() < 6, reason="walls are full from Landlock ABI 6 on")
CATALOGUE = next(path for path in sorted(DATASETS.rglob("*")) if path.suffix in (".yaml", ".json"))
STARTS = ("fork", "fresh", "keep")


def method(
    name: str, settings: dict[str, Any] | None = None, file: Path = FILE, **worker: Any
) -> MethodSpec:
    return MethodSpec(name, f"{file}:{name}", settings or {}, worker=worker)


def run(folder: Path, spec: MethodSpec, **more: Any) -> tuple[Record, str]:
    """The record and the log of one run."""
    record = run_one(folder, spec, seconds=60, limits=LIMITS, **more)
    return record, log_of(folder, record)


@full
@pytest.mark.parametrize("start", STARTS)
def test_a_run_is_sealed_and_its_record_says_so(tmp_path: Path, start: str) -> None:
    record, log = run(tmp_path, method("Reads", {"paths": (str(CATALOGUE),)}, start=start))
    assert record.status == "ok", (record.message, log)
    assert record.provenance["seal"] == "full", record.provenance
    assert record.provenance["seal_missing"] == []
    assert log.splitlines()[0] == "denied PermissionError"
    assert "on import []" in log


@full
@pytest.mark.parametrize("start", STARTS)
def test_a_method_is_loaded_inside_its_walls(tmp_path: Path, start: str) -> None:
    for name in ("sealed_methods.py", "sealed_targets.py"):
        shutil.copy(HERE / name, tmp_path / name)
    (tmp_path / "sealed_targets.py").write_text(f"# {json.dumps([str(CATALOGUE)])}")
    spec = replace(method("Reads", start=start), target=f"{tmp_path}/sealed_methods.py:Reads")
    # Planning asks a class what it lacks, outside any walls: what it reads there stays there.
    record, log = run(tmp_path / "r", spec)
    assert record.status == "ok", (record.message, log)
    assert "on import: PermissionError" in log
    assert "on import []" in log


@full
@pytest.mark.parametrize("start", STARTS)
def test_nothing_that_names_dataset_or_problem_reaches_a_blind_worker(
    tmp_path: Path, start: str
) -> None:
    toy = dataset(2)
    problems = [
        replace(one, dataset="hushdataset", name=f"hushproblem{k}")
        for k, one in enumerate(toy.problems)
    ]
    datasets = {"hushdataset": replace(toy, name="hushdataset", problems=tuple(problems))}
    spec = method("Looks", {"pattern": "[h]ush(dataset|problem)"}, start=start)
    store = Store(tmp_path / "results" / "hushdataset" / "hushproblem0" / "first")
    runs = matrix([spec], datasets, seeds=[0, 1], budget=Budget(seconds=100))
    execute(runs, datasets, store, LocalExecutor(1), limits=LIMITS)
    records = list(store.records())
    assert len(records) == 4  # the second and later ones in processes that have seen others
    for record in records:
        log = store.log_path(record.run.key).read_text(errors="replace")
        assert record.status == "ok", (record.message, log[-2000:])
        assert log == "looked everywhere\n", log[:3000]


def test_the_search_for_names_finds_what_is_disclosed(tmp_path: Path) -> None:
    spec = method("Looks", {"pattern": "the [m]ass"})
    record, log = run(tmp_path, spec, disclosure="full")
    assert record.status == "ok"
    assert "found in a frame" in log and "found in memory" in log


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system names no senders")
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("answers", [True, False])
def test_a_forked_child_cannot_answer_for_the_method(
    tmp_path: Path, start: str, answers: bool
) -> None:
    record, _ = run(tmp_path, method("Forges", {"answers": answers}, start=start))
    if answers:
        assert record.status == "ok" and record.discovery is not None
        assert record.discovery.best.expression == "x0"
    else:
        assert (record.status, record.discovery) == ("crash", None)


@pytest.mark.parametrize("start", STARTS)
def test_a_worker_is_given_the_variables_on_the_list_alone(
    tmp_path: Path, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUSH_TOKEN", "hush")
    monkeypatch.setenv("NAMED", "it is")
    record, log = run(tmp_path, method("Environment", start=start, environment=["NAMED"]))
    assert record.status == "ok", record.message
    given = json.loads(log)
    assert given["NAMED"] == "it is" and given["OMP_NUM_THREADS"] == "1" and "PATH" in given
    assert "HUSH_TOKEN" not in given and "PWD" not in given
    assert given["HOME"] == given["TMPDIR"] != os.environ["HOME"]
    assert not Path(given["HOME"]).exists()  # it went with the run


@pytest.mark.parametrize("start", STARTS)
def test_processes_of_joblib_and_compiled_kernels_run(tmp_path: Path, start: str) -> None:
    specs = [method(name, file=ENGINES, start=start) for name in ("Parallel", "Compiles")]
    records = run_together(tmp_path, *specs, seconds=60, limits=LIMITS)
    answers = {"Parallel": "3*x0", "Compiles": "4.0*x0"}
    assert records.keys() == answers.keys()
    for name, record in records.items():
        log = log_of(tmp_path, record)
        assert record.status == "ok" and record.discovery is not None, (record.message, log)
        assert record.discovery.best.expression == answers[name]
    assert log_of(tmp_path, records["Compiles"]).startswith("fitted 3.0")


@pytest.mark.parametrize("start", STARTS)
def test_pytorch_runs(tmp_path: Path, start: str) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed (the extra neural)")
    record, log = run(tmp_path, method("Learns", file=NETWORK, start=start), memory_mb=4000)
    assert record.status == "ok", (record.message, log)


@pytest.mark.parametrize("declared", ["read", "setting"])
def test_what_a_method_declares_is_opened_and_recorded(tmp_path: Path, declared: str) -> None:
    table = tmp_path / "table.csv"
    table.write_text("12345")
    worker = {"read": [str(table)]} if declared == "read" else {}
    name = "Reads"
    settings = {"paths": (str(table),)} if declared == "setting" else {}
    record, log = run(tmp_path / "r", method(name, settings, **worker))
    assert record.status == "ok"
    assert record.provenance["opened"] == [str(table)]
    if declared == "setting":
        assert "read 5" in log


CLOSED = """
import os
from bench import Discovery
class Mine:
    def discover(self, task):
        {deed}
        return Discovery.of(1.0)
"""


@full
@pytest.mark.parametrize(
    "deed", ["open({0!r})", "open({0!r}, 'a')", "os.listdir({1!r})", "os.remove({0!r})"]
)
def test_a_path_that_walls_close_is_told_with_what_opens_it(tmp_path: Path, deed: str) -> None:
    (data := tmp_path / "data.csv").write_text("1")
    (file := tmp_path / "inner" / "mine.py").parent.mkdir()
    file.write_text(CLOSED.format(deed=deed.format(str(data), str(tmp_path))))
    record, _ = run(tmp_path / "r", MethodSpec("mine", f"{file}:Mine"))
    assert record.status == "error"
    assert f"{tmp_path}" in record.message
    assert record.message.endswith("; worker.read and worker.write open paths to a run")


def test_what_may_be_written_makes_the_seal_partial(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    record, _ = run(tmp_path / "r", method("Reads", write=[str(tmp_path / "notes")]))
    assert record.provenance["seal"] in ("partial", "none")
    assert f"writing to {tmp_path / 'notes'}" in record.provenance["seal_missing"]


def test_a_run_that_must_be_sealed_and_is_not_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    spec = method("Reads", write=[str(tmp_path / "notes")])
    strict = replace(LIMITS, require_seal=True)
    record = run_one(tmp_path / "r", spec, seconds=60, limits=strict)
    assert record.status == "error"
    assert record.message.startswith("require_seal=true, and the seal is ")
    assert f"writing to {tmp_path / 'notes'}" in record.message


@full
def test_a_run_that_must_be_sealed_and_is_runs(tmp_path: Path) -> None:
    strict = replace(LIMITS, require_seal=True)
    record = run_one(tmp_path / "r", method("Reads"), seconds=60, limits=strict)
    assert record.status == "ok"


def test_nothing_of_a_run_stays_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    record, _ = run(tmp_path / "r", method("Environment"))
    assert record.status == "ok"
    assert not list(place.iterdir())


@full
def test_a_program_in_another_language_is_sealed_and_finds_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "search.sh"
    script.write_text(
        f"#!/bin/sh\ncat {CATALOGUE} && echo leaked\nhead -1 $1 | grep -q x0 && echo '3*x0'\n"
    )
    program = ("sh", "search.sh", "{data}")
    spec = MethodSpec("command", "methods.command:Command", {"program": program})
    record = run_one(tmp_path / "r", spec, seconds=30, limits=LIMITS)
    assert record.status == "ok" and record.discovery is not None, record.message
    assert record.discovery.best.expression == "3*x0" and not record.discovery.front[1:]
    assert record.provenance["seal"] == "full"
    assert record.provenance["opened"] == [str(script)]


@full
def test_code_that_an_interpreter_runs_by_itself_is_run_inside_the_walls(tmp_path: Path) -> None:
    """A ``.pth`` file and a ``sitecustomize`` of the interpreter that a method brings."""
    own = tmp_path / "home/own"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(own)], check=True)
    packages = next(own.glob("lib/python3*/site-packages"))
    import numpy

    for name in ("numpy", "numpy.libs"):
        there = Path(numpy.__file__).parents[1] / name
        if there.exists():
            (packages / name).symlink_to(there)
    code = (
        "import pathlib, sys\n"
        f"try: sys.seen = pathlib.Path({str(CATALOGUE)!r}).read_text()\n"
        "except Exception as error: sys.seen = type(error).__name__\n"
    )
    (packages / "sitecustomize.py").write_text(code)
    (packages / "zz.pth").write_text(f"import sys; exec({code!r}); sys.seen_by_pth = sys.seen\n")
    own_method = tmp_path / "own_method.py"
    own_method.write_text(
        "import sys\nfrom bench import Discovery\nclass Own:\n"
        "    def discover(self, task):\n"
        "        print(sys.seen, sys.seen_by_pth, sys.prefix)\n"
        "        return Discovery.of('x0')\n"
    )
    for start in STARTS:
        worker = {"python": str(own / "bin/python"), "start": start}
        spec = MethodSpec("own", f"{own_method}:Own", worker=worker)
        record, log = run(tmp_path / start, spec)
        assert record.status == "ok", (record.message, log)
        assert log == f"PermissionError PermissionError {own}\n"
        assert record.provenance["seal"] == "full"


@full
def test_the_machine_says_what_it_can_hold() -> None:
    from bench.running.machine import seal_of_this_machine

    seal = seal_of_this_machine()
    assert (seal.level, seal.missing, seal.opened) == ("full", (), ())
