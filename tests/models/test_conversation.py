"""The conversation of a run: its budgets, its ledger, its transcript, and what a kill leaves."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_endpoint import KEY, VARIABLE, Script

from bench.method import Budget
from bench.models.conversation import Conversation
from bench.models.endpoint import Endpoint, EndpointError
from bench.models.prompt import Prompt
from bench.models.stops import BudgetSpent, ModelError
from bench.models.transcript import alike, read_transcript

PRICE = {"prompt": 1.0, "completion": 10.0}


def conversation(
    script: Script, folder: Path, budget: Budget | None = None, **more: Any
) -> Conversation:
    settings = {"url": script.url, "name": "toy", "key": VARIABLE, "price": PRICE, **more}
    recording = folder / "recording.jsonl" if settings.get("mode", "live") != "live" else None
    if recording is not None:
        settings["recordings"] = str(folder)
    return Conversation(
        Endpoint(**settings), budget or Budget(), "digest", folder / "t.jsonl", recording
    )


def texts(found: Any) -> list[str]:
    return [one.text for one in found]


def test_answers_come_in_order_and_are_counted(script: Script, tmp_path: Path) -> None:
    talk = conversation(script, tmp_path)
    assert texts(talk.ask([Prompt("a")])) == ["answer 0"]
    assert sorted(texts(talk.ask([Prompt("b"), Prompt("b"), Prompt("c")]))) == [
        "answer 1", "answer 2", "answer 3",
    ]  # fmt: skip
    ledger, digest = talk.close()
    assert (ledger.calls, ledger.attempts, ledger.lost) == (4, 4, 0)
    assert (ledger.prompt_tokens, ledger.completion_tokens) == (4, 12)
    assert ledger.money == pytest.approx(4e-6 + 120e-6)
    assert (ledger.tokens, ledger.models) == ("reported", ("toy-0123",))
    assert 0 < ledger.waited_seconds < 10
    assert len(digest) == 64


def test_money_without_a_price_is_unknown(script: Script, tmp_path: Path) -> None:
    talk = conversation(script, tmp_path, price={})
    talk.ask([Prompt("a")])
    assert talk.close()[0].money is None


def test_one_call_nobody_counted_makes_the_sum_an_estimate(script: Script, tmp_path: Path) -> None:
    script.faults = ["", "nousage"]
    talk = conversation(script, tmp_path)
    talk.ask([Prompt("a")])
    talk.ask([Prompt("a")])
    assert talk.close()[0].tokens == "estimated"


BUDGETS = [
    (Budget(calls=2), "budget.calls"),
    (Budget(tokens=3 * 1100), "budget.tokens"),
    (Budget(money=2.9 * 10_300e-6), "budget.money"),
]


@pytest.mark.parametrize(("budget", "name"), BUDGETS)
def test_a_budget_is_never_overrun_whatever_comes_back(
    script: Script, tmp_path: Path, budget: Budget, name: str
) -> None:
    usage = {"prompt_tokens": 60, "completion_tokens": 1024}
    script.faults = [f"usage {json.dumps(usage, separators=(',', ':'))}"] * 9
    talk = conversation(script, tmp_path, budget)
    with pytest.raises(BudgetSpent, match=name):
        for _ in range(9):
            talk.ask([Prompt("x" * 40)])
    ledger, _ = talk.close()
    assert 0 < ledger.calls < 9
    assert len(script.requests) == ledger.calls
    if budget.tokens:
        assert ledger.prompt_tokens + ledger.completion_tokens <= budget.tokens
    if budget.money:
        assert ledger.money is not None and ledger.money <= budget.money


def test_of_prompts_together_those_are_asked_that_fit(script: Script, tmp_path: Path) -> None:
    talk = conversation(script, tmp_path, Budget(calls=3))
    assert len(talk.ask([Prompt("a")] * 2)) == 2
    assert len(talk.ask([Prompt("a")] * 2)) == 1
    with pytest.raises(BudgetSpent):
        talk.ask([Prompt("a")])


def test_no_more_calls_are_made_at_once_than_the_endpoint_takes(
    script: Script, tmp_path: Path
) -> None:
    script.delay = 0.2
    talk = conversation(script, tmp_path, at_once=3)
    assert len(talk.ask([Prompt("a")] * 6)) == 6
    assert 1 < script.most <= 3
    assert talk.close()[0].calls == 6


def test_waiting_ends_with_its_limit_and_what_was_under_way_is_lost(
    script: Script, tmp_path: Path
) -> None:
    script.faults = ["", "slow"]
    talk = conversation(script, tmp_path, wait_seconds=0.6)
    talk.ask([Prompt("a")])
    with pytest.raises(BudgetSpent, match=r"model\.wait_seconds"):
        talk.ask([Prompt("b")])
    ledger, _ = talk.close()
    assert (ledger.calls, ledger.lost, ledger.tokens) == (2, 1, "estimated")
    assert ledger.completion_tokens >= 1024
    assert 0.5 < ledger.waited_seconds < 5


def test_a_failure_ends_the_run_and_keeps_what_was_answered(script: Script, tmp_path: Path) -> None:
    talk = conversation(script, tmp_path)
    talk.ask([Prompt("a")])
    script.faults = ["401"]
    with pytest.raises(ModelError, match="401"):
        talk.ask([Prompt("b")])
    talk.close()
    assert len(conversation(script, tmp_path).ask([Prompt("a")])) == 1
    assert len(script.requests) == 2


def test_a_run_that_was_killed_asks_nothing_twice(script: Script, tmp_path: Path) -> None:
    first = conversation(script, tmp_path)
    said = texts(first.ask([Prompt("a")])) + texts(first.ask([Prompt("a")]))
    script.faults = ["slow"]
    thread = threading.Thread(target=_ask_in_vain, args=(first,), daemon=True)
    thread.start()
    while len(script.requests) < 3:
        time.sleep(0.01)
    # What a kill leaves is the file as it is now; the end of a line may be missing.
    left = (tmp_path / "t.jsonl").read_bytes()
    first.stop()
    (tmp_path / "t.jsonl").write_bytes(left + b'{"answered": "01')
    second = conversation(script, tmp_path)
    assert texts(second.ask([Prompt("a")])) + texts(second.ask([Prompt("a")])) == said
    assert len(script.requests) == 3
    assert texts(second.ask([Prompt("b")])) == ["answer 3"]
    ledger, _ = second.close()
    assert (ledger.calls, ledger.lost) == (4, 1)
    assert ledger.completion_tokens == 3 * 3 + 1024


def _ask_in_vain(talk: Conversation) -> None:
    with pytest.raises(BudgetSpent):
        talk.ask([Prompt("b")])


def test_a_call_that_was_lost_stands_at_its_worst_case(script: Script, tmp_path: Path) -> None:
    talk = conversation(script, tmp_path, wait_seconds=0.3)
    script.faults = ["slow"]
    with pytest.raises(BudgetSpent):
        talk.ask([Prompt("b" * 100, max_tokens=50)])
    again = conversation(script, tmp_path, Budget(calls=2))
    again.ask([Prompt("other")])
    with pytest.raises(BudgetSpent, match=r"budget\.calls"):
        again.ask([Prompt("third")])
    ledger, _ = again.close()
    assert (ledger.calls, ledger.lost) == (2, 1)
    assert ledger.completion_tokens == 50 + 3
    assert ledger.prompt_tokens >= 100


def test_another_run_in_the_same_place_begins_anew(script: Script, tmp_path: Path) -> None:
    conversation(script, tmp_path).ask([Prompt("a")])
    other = Conversation(
        Endpoint(script.url, "toy", VARIABLE), Budget(), "another", tmp_path / "t.jsonl", None
    )
    assert texts(other.ask([Prompt("a")])) == ["answer 1"]


def test_what_is_recorded_replays_to_the_bit_and_asks_nobody(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts = [[Prompt("a")], [Prompt("a"), Prompt("b"), Prompt("a")], [Prompt("c")]]
    first = conversation(script, tmp_path, mode="record")
    said = [texts(first.ask(batch)) for batch in prompts]
    ledger, digest = first.close()
    monkeypatch.delenv(VARIABLE)
    (tmp_path / "t.jsonl").rename(tmp_path / "before.jsonl")
    second = conversation(script, tmp_path, mode="replay", url="")
    assert [texts(second.ask(batch)) for batch in prompts] == said
    again, same = second.close()
    assert again.waited_seconds < 0.05
    assert {**again.to_json(), "waited_seconds": 0} == {**ledger.to_json(), "waited_seconds": 0}
    assert same == digest
    assert len(script.requests) == 5


def test_recording_asks_only_what_is_not_there(script: Script, tmp_path: Path) -> None:
    first = conversation(script, tmp_path, mode="record")
    said = texts(first.ask([Prompt("a")]))
    first.close()
    (tmp_path / "t.jsonl").unlink()
    second = conversation(script, tmp_path, mode="record")
    assert texts(second.ask([Prompt("a")])) == said
    second.ask([Prompt("b")])
    second.close()
    assert len(script.requests) == 2
    found = read_transcript(tmp_path / "recording.jsonl")
    assert found is not None and len(found.exchanges) == 2


def test_a_miss_ends_a_replay_and_shows_what_differs(script: Script, tmp_path: Path) -> None:
    first = conversation(script, tmp_path, mode="record")
    first.ask([Prompt([("system", "s"), ("user", "find a law")])])
    first.close()
    (tmp_path / "t.jsonl").unlink()
    second = conversation(script, tmp_path, mode="replay")
    with pytest.raises(
        ModelError,
        match="call 1 is not the one that was recorded; message 2 differs at character 7: "
        "it is 'the law' and was 'law'",
    ):
        second.ask([Prompt([("system", "s"), ("user", "find a the law")])])
    third = conversation(script, tmp_path, mode="replay")
    third.ask([Prompt([("system", "s"), ("user", "find a law")])])
    with pytest.raises(ModelError, match="1 calls are recorded, and the run makes another"):
        third.ask([Prompt([("system", "s"), ("user", "find a law")])])


@given(
    st.floats(1e-9, 1e9), st.floats(-1e-10, 1e-10),
    st.sampled_from(["error {0}", "2*x0 + {0}*x12", "[{0}, 3]"]),
)  # fmt: skip
def test_numbers_that_another_processor_rounds_are_the_same_prompt(
    number: float, off: float, text: str
) -> None:
    asked, recorded = (Prompt(text.format(one)) for one in (number * (1.0 + off), number))
    assert alike(asked, recorded)
    assert not alike(Prompt(text.format(number * 1.001)), recorded)
    assert not alike(Prompt(text.format(number) + "."), recorded)
    assert not alike(Prompt([("system", text.format(number))]), recorded)
    assert not alike(replace(asked, max_tokens=asked.max_tokens + 1), recorded)


def test_a_replay_on_another_processor_gets_its_answers_in_order(
    script: Script, tmp_path: Path
) -> None:
    first = conversation(script, tmp_path, mode="record")
    numbers = ("0.123456789012345", "0.123456789012346")
    said = [texts(first.ask([Prompt(f"error {one}")])) for one in numbers]
    first.close()
    (tmp_path / "t.jsonl").unlink()
    second = conversation(script, tmp_path, mode="replay")
    elsewhere = ("0.123456789012344", "0.123456789012347")
    assert [texts(second.ask([Prompt(f"error {one}")])) for one in elsewhere] == said
    with pytest.raises(ModelError, match="2 calls are recorded, and the run makes another"):
        second.ask([Prompt("error 0.123456789012343")])


def test_a_replay_without_recordings_says_so(script: Script, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no recorded answers"):
        conversation(script, tmp_path, mode="replay").ask([Prompt("a")])


def test_the_key_is_in_no_file(script: Script, tmp_path: Path) -> None:
    script.faults = ["echo", "500", "", "401"]
    talk = conversation(script, tmp_path, mode="record")
    talk.ask([Prompt("a")])
    talk.ask([Prompt("b")])
    with pytest.raises(ModelError):
        talk.ask([Prompt("c")])
    talk.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert all(KEY.encode() not in path.read_bytes() for path in files)


def test_without_its_key_nothing_begins(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(EndpointError, match="not set"):
        conversation(script, tmp_path)
