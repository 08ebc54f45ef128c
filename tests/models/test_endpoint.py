"""One endpoint, asked over HTTP: what is sent, what comes back, and everything that goes wrong."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from scripted_endpoint import KEY, VARIABLE, Script

from bench.models.client import MOST_RETRIES, Client, TooLate
from bench.models.completion import Completion
from bench.models.costs.prices import Price
from bench.models.endpoint import Endpoint, EndpointError
from bench.models.prompt import Prompt
from bench.models.stops import ModelError

PROMPT = Prompt([("system", "Be short."), ("user", "A law of x?")]).resolved(0.7, 0.9)


def endpoint(script: Script, **more: Any) -> Endpoint:
    return Endpoint(**{"url": script.url, "name": "toy", "key": VARIABLE, **more})


def ask(script: Script, prompt: Prompt = PROMPT, seconds: float = 20.0, **more: Any) -> Completion:
    client = Client(endpoint(script, **more))
    return client.complete(prompt, time.monotonic() + seconds, threading.Event())[0]


def test_a_call_sends_sampling_always_and_brings_text_and_tokens(script: Script) -> None:
    found = ask(script)
    assert found.text == "answer 0"
    assert (found.usage.prompt, found.usage.completion, found.usage.reported) == (5, 3, True)
    assert (found.model, found.fingerprint, found.cut) == ("toy-0123", "fp_1", False)
    sent = script.requests[0]
    assert sent["temperature"] == 0.7 and sent["top_p"] == 0.9
    assert sent["messages"][1] == {"role": "user", "content": "A law of x?"}
    assert sent["n"] == 1 and sent["stream"] is False and sent["max_tokens"] == 1024


def test_fields_are_renamed_dropped_and_added(script: Script) -> None:
    ask(
        script,
        rename={"max_tokens": "max_completion_tokens"},
        drop=("temperature", "n"),
        extra={"cache_prompt": False},
    )
    sent = script.requests[0]
    assert sent["max_completion_tokens"] == 1024 and sent["cache_prompt"] is False
    assert not {"max_tokens", "temperature", "n"} & set(sent)


@pytest.mark.parametrize(
    ("structured", "expected"),
    [
        ("none", None),
        ("json_object", {"type": "json_object"}),
        ("json_schema", {"type": "json_schema", "json_schema": {"name": "answer", "schema": {}}}),
    ],
)
def test_a_schema_is_sent_as_the_endpoint_takes_it(
    script: Script, structured: str, expected: Any
) -> None:
    ask(script, Prompt("x", schema={}), structured=structured)
    assert script.requests[0].get("response_format") == expected


def test_a_grammar_is_sent_where_the_endpoint_has_them(script: Script) -> None:
    prompt = Prompt("x", grammar="root ::= [0-9]+")
    ask(script, prompt, structured="grammar")
    ask(script, prompt)
    assert [one.get("grammar") for one in script.requests] == ["root ::= [0-9]+", None]


PASSING = ["408", "409", "500", "502", "503", "broken", "cut", "nojson", "nochoices", "429 0.05"]


@pytest.mark.parametrize("fault", PASSING)
def test_what_may_pass_is_tried_again(script: Script, fault: str) -> None:
    script.faults = [fault, fault]
    client = Client(endpoint(script))
    found, attempts = client.complete(PROMPT, time.monotonic() + 20, threading.Event())
    assert (found.text, attempts) == ("answer 2", 3)


def test_retries_end(script: Script) -> None:
    script.faults = ["503"] * 50
    with pytest.raises(ModelError, match="6 attempts have failed; the endpoint answers 503"):
        ask(script)
    assert len(script.requests) == MOST_RETRIES + 1


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("400", "model.drop and model.rename"),
        ("401", "the key in the variable that model.key names is not taken"),
        ("403", "may not do this"),
        ("404", "look at model.url and model.name"),
        ("302", "the endpoint answers 302"),
        ("422", "the endpoint answers 422"),
    ],
)
def test_what_will_not_pass_is_said_in_one_sentence(
    script: Script, status: str, words: str
) -> None:
    script.faults = [status]
    with pytest.raises(ModelError, match=words) as failure:
        ask(script)
    assert len(script.requests) == 1
    assert KEY not in str(failure.value) and "\n" not in str(failure.value)


def test_a_key_that_is_not_taken_is_not_told(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "WRONG-key-0a1b2c3d")
    with pytest.raises(ModelError, match="401") as failure:
        ask(script)
    assert "WRONG" not in str(failure.value)


def test_a_key_that_comes_back_in_an_answer_is_hidden(script: Script) -> None:
    script.faults = ["echo"]
    assert ask(script).text == "you sent Bearer [key]"


def test_retry_after_is_obeyed_and_by_everybody(script: Script) -> None:
    script.faults = ["429 0.4"]
    ask(script)
    assert script.times[1] - script.times[0] >= 0.4


def test_a_retry_that_would_come_too_late_is_not_waited_for(script: Script) -> None:
    script.faults = ["429 3600"]
    with pytest.raises(TooLate, match="429"):
        ask(script, seconds=5)
    assert len(script.requests) == 1


def test_a_slow_answer_ends_with_the_time_of_the_call(script: Script) -> None:
    script.faults = ["slow"]
    assert ask(script, call_seconds=0.2).text == "answer 1"


def test_an_answer_without_end_is_not_read_to_it(script: Script) -> None:
    script.faults = ["huge"] * 6
    with pytest.raises(ModelError, match="longer than 4194304 bytes"):
        ask(script)


def test_an_answer_that_was_cut_by_its_limit_says_so(script: Script) -> None:
    script.faults = ["length"]
    assert ask(script).cut


@pytest.mark.parametrize(
    "fault",
    [
        "nousage",
        'usage {"prompt_tokens":-3,"completion_tokens":5}',
        'usage {"prompt_tokens":"7","completion_tokens":5}',
        'usage {"prompt_tokens":1e9,"completion_tokens":5}',
        'usage {"prompt_tokens":999999999,"completion_tokens":5}',
        'usage {"prompt_tokens":0,"completion_tokens":0}',
        'usage {"prompt_tokens":9}',
        "usage [1,2]",
        "usage null",
    ],
)
def test_tokens_that_cannot_be_are_estimated_and_said_to_be(script: Script, fault: str) -> None:
    script.faults = [fault]
    usage = ask(script).usage
    assert not usage.reported
    assert (usage.prompt, usage.completion) == (7, 3)


def test_details_of_tokens_are_kept_and_paid_for(script: Script) -> None:
    details = {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "prompt_tokens_details": {"cached_tokens": 60},
        "completion_tokens_details": {"reasoning_tokens": 20},
    }
    script.faults = [f"usage {json.dumps(details, separators=(',', ':'))}"]
    usage = ask(script).usage
    assert (usage.cached, usage.reasoning) == (60, 20)
    assert Price(1.0, 10.0).of(usage) == pytest.approx(600e-6)
    assert Price(1.0, 10.0, 0.5).of(usage) == pytest.approx(570e-6)


def test_no_more_calls_at_a_time_than_the_endpoint_takes(script: Script) -> None:
    script.delay = 0.05
    threads = [
        threading.Thread(target=ask, args=(script,), kwargs={"at_once": 2}) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(script.requests) == 8
    assert script.most == 2


def test_nobody_there(script: Script) -> None:
    with pytest.raises(ModelError, match="cannot be reached"):
        ask(script, url="http://127.0.0.1:9/v1")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"key": "sk-abcdef0123456789"}, "model.key is not the name of an environment variable"),
        ({"key": "abcdef0123456789"}, "model.key is not the name of an environment variable"),
        ({"url": "http://me:pass@host/v1"}, "holds a password or a query"),
        ({"url": "http://host/v1?api_key=3"}, "holds a password or a query"),
        ({"url": "ftp://host"}, "model.url is no address"),
        ({"url": "http://host..example/v1"}, "model.url is no address"),
        ({"url": f"http://{'a' * 64}.example/v1"}, "model.url is no address"),
        ({"url": ""}, "model.url is empty"),
        ({"name": ""}, "model.name is empty"),
        ({"mode": "replay"}, "needs model.recordings"),
        ({"at_once": 0}, "model.at_once is 0"),
        ({"price": {"prompt": 1.0}}, "model.price takes"),
    ],
)
def test_an_endpoint_that_cannot_be_is_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(EndpointError, match=words) as refusal:
        Endpoint(**{"url": "http://127.0.0.1:1/v1", "name": "toy", **settings})
    for secret in ("abcdef", "pass@", "api_key=3"):
        assert secret not in str(refusal.value)


def test_a_key_given_in_capitals_is_not_repeated() -> None:
    with pytest.raises(EndpointError, match="names an environment variable that is not set") as it:
        Endpoint("http://127.0.0.1:1/v1", "toy", "AKIA0123456789").secret()
    assert "AKIA" not in str(it.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"messages": []}, "0 messages"),
        ({"messages": [("tool", "x")]}, "role 'tool'"),
        ({"messages": "x" * 500_000}, "500000 characters"),
        ({"messages": "x", "max_tokens": 0}, "max_tokens is 0"),
        ({"messages": "x", "temperature": -1.0}, "temperature is -1.0"),
        ({"messages": "x", "top_p": float("nan")}, "top_p is nan"),
        ({"messages": "x", "temperature": "1"}, "temperature is '1'"),
        ({"messages": "x", "schema": [1, 2]}, "schema is no JSON schema"),
        ({"messages": "x", "schema": {"a": float("inf")}}, "schema is no JSON schema"),
        ({"messages": "x", "grammar": 3}, "grammar is no text"),
        ({"messages": "x", "stop": ("",)}, "stop takes"),
    ],
)
def test_a_prompt_that_no_endpoint_takes_is_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Prompt(**settings)
