"""Runs that ask a language model: through the walls, on the clock, on the record."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from asking_methods import CRASHES
from scripted_endpoint import KEY, VARIABLE, Script

import bench
from bench.experiment import with_model
from bench.method import Budget
from bench.models.client import Client
from bench.models.endpoint import Endpoint
from bench.models.transcript import Transcript, read_transcript
from bench.plugins import method_spec
from bench.running import LocalExecutor, Record, Store, execute, matrix
from bench.running.debug import debug
from bench.running.perform import Job
from bench.running.results.merge import merge

METHODS = Path(__file__).with_name("asking_methods.py")


def run(
    script: Script,
    folder: Path,
    name: str = "Asks",
    settings: Mapping[str, Any] | None = None,
    budget: Budget | None = None,
    **more: Any,
) -> Record:
    """One run of a method of ``asking_methods``, and its record."""
    wanted = budget or Budget(seconds=60)
    endpoint = Endpoint(**{"url": script.url, "name": "toy", "key": VARIABLE, **more})
    spec = method_spec("m", {"_target_": f"{METHODS}:{name}", **(settings or {})})
    datasets = {"nguyen": bench.load("nguyen", only=["Nguyen-1"])}
    runs = matrix(with_model([spec], endpoint, wanted), datasets, budget=wanted)
    store = Store(folder)
    execute(runs, datasets, store, LocalExecutor(1), retry=("error",), endpoint=endpoint)
    record = store.read(runs[0].key)
    assert record is not None
    return record


def log_of(folder: Path) -> str:
    return "".join(path.read_text() for path in (folder / "logs").rglob("*.log"))


def answer(record: Record) -> str:
    assert record.discovery is not None
    return record.discovery.best.text


def law(request: Mapping[str, Any], number: int) -> str:
    return f"x0 + {number}.5"


def test_a_sealed_worker_asks_and_the_record_the_table_and_a_merge_say_what(
    script: Script, tmp_path: Path
) -> None:
    script.rule = law
    there = tmp_path / "there"
    record = run(script, there, settings={"calls": 3}, price={"prompt": 1e6, "completion": 2e6})
    assert (record.status, record.message) == ("ok", "")
    assert answer(record) == "x0 + 2.5"
    told = record.provenance["model"]
    assert (told["name"], told["mode"], told["models"]) == ("toy", "live", ["toy-0123"])
    assert (told["calls"], told["lost"], told["tokens"]) == (3, 0, "reported")
    assert told["prompt_tokens"] > 0
    board = bench.read_results(there).leaderboard()
    assert board["calls"][0] == 3
    assert board["tokens"][0] == told["prompt_tokens"] + told["completion_tokens"]
    assert board["money"][0] == told["prompt_tokens"] + 2 * told["completion_tokens"]
    merge(Store(tmp_path / "here"), [Store(there)])
    for folder in (there, tmp_path / "here"):
        found = read_transcript(Store(folder).transcript_path(record.run.key))
        assert found is not None and len(found.exchanges) == 3
        assert found.settle() == told["transcript"]


def test_debug_asks_in_the_foreground(script: Script, tmp_path: Path) -> None:
    script.rule = law
    datasets = {"nguyen": bench.load("nguyen", only=["Nguyen-1"])}
    spec = method_spec("m", {"_target_": f"{METHODS}:Asks"})
    one = matrix([spec], datasets, budget=Budget(seconds=10))[0]
    endpoint = Endpoint(script.url, "toy", VARIABLE)
    found = debug(Job(one, datasets["nguyen"].problems[0], endpoint), lambda answer, loss: None)
    assert found.best.text == "x0 + 1.5"


def test_a_budget_ends_the_calls_and_not_the_run(script: Script, tmp_path: Path) -> None:
    script.rule = law
    record = run(script, tmp_path, settings={"calls": 9}, budget=Budget(seconds=60, tokens=1090))
    assert record.status == "ok"
    assert answer(record) != "x0"
    assert len(script.requests) == record.provenance["model"]["calls"] < 9
    assert "budget.tokens" in log_of(tmp_path)


def test_waiting_is_not_charged(script: Script, tmp_path: Path) -> None:
    script.delay = 4.0
    record = run(script, tmp_path, "Spends", budget=Budget(seconds=60))
    assert record.status == "ok"
    assert record.provenance["model"]["waited_seconds"] >= 4.0
    assert record.resources.wall_seconds < 4.0
    assert float(log_of(tmp_path).split()[-1]) > 56.0


def test_what_is_computed_meanwhile_is_charged(script: Script, tmp_path: Path) -> None:
    script.delay = 1.5
    record = run(script, tmp_path, "Spends", {"seconds": 1.5, "works": True}, Budget(seconds=30))
    assert record.resources.wall_seconds > 0.2


def test_waiting_has_a_limit(script: Script, tmp_path: Path) -> None:
    script.rule = law
    script.faults = ["", "slow"]
    record = run(script, tmp_path, settings={"calls": 9}, wait_seconds=1.0)
    assert (record.status, answer(record)) == ("ok", "x0 + 0.5")
    assert record.provenance["model"]["lost"] == 1
    assert "model.wait_seconds" in log_of(tmp_path)


def test_an_endpoint_that_refuses_ends_the_run_in_one_sentence(
    script: Script, tmp_path: Path
) -> None:
    script.faults = ["403"] * 9
    record = run(script, tmp_path, "Swallows", budget=Budget(seconds=60))
    assert record.status == "error"
    assert record.message.startswith("language model: the endpoint answers 403")
    assert record.provenance["model"]["calls"] == 1  # nobody knows what it took
    assert len(script.requests) == 1
    assert record.resources.wall_seconds < 50


def test_another_model_makes_another_run_and_another_address_does_not(script: Script) -> None:
    def digest(**more: Any) -> str:
        endpoint = Endpoint(**{"url": script.url, "name": "toy", "key": VARIABLE, **more})
        spec = method_spec("m", {"_target_": f"{METHODS}:Asks"})
        datasets = {"nguyen": bench.load("nguyen", only=["Nguyen-1"])}
        return matrix(with_model([spec], endpoint, Budget()), datasets, budget=Budget())[0].digest

    assert digest() == digest(url="http://127.0.0.1:9/v1", at_once=1)
    assert len({digest(), digest(temperature=0.5), digest(name="other")}) == 3


def test_a_recorded_run_replays_without_endpoint_or_key(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.rule = law
    kept = str(tmp_path / "kept")
    settings = {"calls": 2, "together": 3}
    first = run(script, tmp_path / "a", settings=settings, mode="record", recordings=kept)
    monkeypatch.delenv(VARIABLE)
    again = run(script, tmp_path / "b", settings=settings, mode="replay", recordings=kept, url="")
    assert again.discovery == first.discovery
    assert [one.expression for one in again.reports] == [one.expression for one in first.reports]
    told = dict(first.provenance["model"]), dict(again.provenance["model"])
    for one in told:
        one.pop("waited_seconds")
        one.pop("mode")
    assert told[0] == told[1]
    assert len(script.requests) == 6


def test_the_key_reaches_no_worker_and_no_file(script: Script, tmp_path: Path) -> None:
    script.faults = ["echo"]
    record = run(script, tmp_path, "Looks", {"name": VARIABLE})
    assert record.status == "ok"
    assert log_of(tmp_path).split() == ["environment", "False", "parents", "False"]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 3
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


def key_in(folder: Path) -> list[Path]:
    """The files that hold the key, or the better part of it."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if KEY[:12].encode() in path.read_bytes()]


@pytest.mark.parametrize("fault", ["echo", "401"])
@pytest.mark.parametrize("how", CRASHES)
def test_no_crash_tells_the_key(
    script: Script, tmp_path: Path, how: str, fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    script.delay = 1.0 if "meanwhile" in how else 0.0
    script.faults = [fault] * 50
    record = run(script, tmp_path, "Crashes", {"how": how}, mode="record",
                 recordings=str(tmp_path / "kept"))  # fmt: skip
    assert record.status in ("error", "crash", "memory") and record.message.isprintable()
    assert KEY[:12] not in record.message and key_in(tmp_path) == []
    out, err = capfd.readouterr()
    assert KEY[:12] not in out + err


@pytest.mark.parametrize("where", ["Client._attempt", "Client._read", "Transcript.answer"])
@pytest.mark.parametrize("error", [RuntimeError, ValueError, UnicodeError, KeyError])
def test_no_fault_of_the_harness_tells_the_key_or_leaves_a_run_waiting(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str], where: str, error: type[Exception],
) -> None:  # fmt: skip
    def fails(self: Any, *_: object) -> None:
        raise error(f"a header\n{getattr(self, '_secret', '')}")

    cls, _, name = where.partition(".")
    monkeypatch.setattr({"Client": Client, "Transcript": Transcript}[cls], name, fails)
    record = run(script, tmp_path)
    assert record.status == "error" and error.__name__ in record.message
    assert KEY[:12] not in record.message and key_in(tmp_path) == []
    out, err = capfd.readouterr()
    assert KEY[:12] not in out + err and "Traceback" not in err


def test_a_method_that_asks_needs_a_model() -> None:
    spec = method_spec("m", {"_target_": f"{METHODS}:Asks"})
    with pytest.raises(ValueError, match="method 'm' asks a language model; give its endpoint"):
        with_model([spec], None, Budget())


def test_the_key_is_not_given_to_workers_by_name(script: Script) -> None:
    worker = {"environment": [VARIABLE]}
    spec = method_spec("m", {"_target_": f"{METHODS}:Asks", "worker": worker})
    with pytest.raises(ValueError, match=r"leave it out of worker\.environment"):
        with_model([spec], Endpoint(script.url, "toy", VARIABLE), Budget())


def test_money_needs_a_price(script: Script) -> None:
    spec = method_spec("m", {"_target_": f"{METHODS}:Asks"})
    with pytest.raises(ValueError, match="the price of 'toy' is not known"):
        with_model([spec], Endpoint(script.url, "toy"), Budget(money=1.0))


def test_a_command_that_is_killed_in_mid_call_asks_nothing_twice(
    script: Script, tmp_path: Path
) -> None:
    script.rule = law
    script.faults = ["", "", "slow"]
    source = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "import test_asking as t\n"
        "class S: url = sys.argv[2]\n"
        "t.run(S, Path(sys.argv[3]), settings={'calls': 4})\n"
    )
    command = [sys.executable, "-c", source, str(METHODS.parent), script.url, str(tmp_path)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(METHODS.parents[2])})
    while len(script.requests) < 3 and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    record = run(script, tmp_path, settings={"calls": 4})
    assert (record.status, answer(record)) == ("ok", "x0 + 4.5")
    assert len(script.requests) == 3 + 2
    model = record.provenance["model"]
    assert (model["calls"], model["lost"], model["tokens"]) == (5, 1, "estimated")
    assert model["completion_tokens"] >= 1024
