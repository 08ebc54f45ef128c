"""An endpoint that sends anything at all: a call ends, in one line, and the key goes nowhere."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from scripted_endpoint import KEY, VARIABLE, Script, serving

from bench.models import client as module
from bench.models.client import Client, TooLate
from bench.models.completion import MOST_BYTES, Completion
from bench.models.endpoint import Endpoint
from bench.models.prompt import Prompt
from bench.models.stops import ModelError

PROMPT = Prompt([("user", "A law of x?")]).resolved(0.7, 0.9)


def ask(script: Script, seconds: float = 20.0, **more: Any) -> Completion:
    client = Client(Endpoint(**{"url": script.url, "name": "toy", "key": VARIABLE, **more}))
    return client.complete(PROMPT, time.monotonic() + seconds, threading.Event())[0]


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def answer(body: Any, *headers: str) -> bytes:
    content = json.dumps(body).encode() if not isinstance(body, bytes) else body
    return http(content, f"Content-Length: {len(content)}", *headers)


def choice(content: Any, **more: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": content}, "finish_reason": "stop"}], **more}


GOOD = json.dumps(choice("x")).encode()
NO_ANSWER: dict[str, bytes] = {
    "nothing": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "zeros": bytes(1000),
    "status of letters": http(GOOD, status="two hundred"),
    "status beyond": http(GOOD, status="99999 what"),
    "no end of a header": b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 70_000,
    "many headers": http(GOOD, *(f"X-{k}: y" for k in range(500))),
    "length of superscripts": http(GOOD[:9], "Content-Length: \xb2"),
    "length without end": http(GOOD[:9], "Content-Length: " + "9" * 6000),
    "length below 0": http(GOOD[:9], "Content-Length: -1"),
    "cut off": http(GOOD[:9], "Content-Length: 900"),
    "chunks of letters": http(b"zz\r\nx\r\n", "Transfer-Encoding: chunked"),
    "chunks below 0": http(b"-5\r\nxxxxx\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    "chunks that end": http(b"fff\r\n{", "Transfer-Encoding: chunked"),
    "chunk of 16 EiB": http(b"ffffffffffffffff\r\n{", "Transfer-Encoding: chunked"),
    "packed": answer(b"\x1f\x8b\x08\x00", "Content-Encoding: gzip"),
    "no UTF-8": answer(b'{"choices": [{"message": {"content": "\xff\xfe"}}]}'),
    "deep": answer(b"[" * 200_000),
    "long number": answer(b'{"choices": ' + b"9" * 10_000 + b"}"),
    "empty": http(b"", "Content-Length: 0", status="204 No Content"),
    "null": answer(None), "text": answer("x"), "list": answer([]),
    "no choices": answer({"id": 1}), "choices null": answer({"choices": None}),
    "choices empty": answer({"choices": []}), "choice of text": answer({"choices": ["x"]}),
    "choice null": answer({"choices": [None]}),
    "message null": answer({"choices": [{"message": None}]}),
    "content of parts": answer(choice([{"type": "text", "text": "x"}])),
    "content of a number": answer(choice(7)), "content of truth": answer(choice(True)),
    "too long": http(b"x" * (MOST_BYTES + 1), "Content-Length: 99999999"),
    "key": http(b"x" * 30 + KEY.encode() + b"y" * 99, "Content-Length: 160"),
    "key in a status": b"y" * 100 + KEY.encode() + b"\r\n\r\n",
}  # fmt: skip
ANSWERS: dict[str, tuple[bytes, str]] = {
    "null content": (answer(choice(None)), ""),
    "half a pair": (answer(choice("a\ud800b")), "a?b"),
    "signs of a terminal": (answer(choice("\x1b[2J\x00")), "\x1b[2J\x00"),
    "until it is closed": (http(GOOD), "x"),
    "chunks": (
        http(b"".join(b"1\r\n%c\r\n" % byte for byte in GOOD) + b"0\r\n\r\n",
             "Transfer-Encoding: chunked"), "x",
    ),
    "usage of anything": (
        answer(choice("x", usage={"prompt_tokens": [], "completion_tokens": {}})), "x",
    ),
    "usage beyond": (
        answer(choice("x", usage={"prompt_tokens": 10**400, "completion_tokens": 1})), "x",
    ),
    "model of anything": (answer(choice("x", model={"a": 1}, system_fingerprint=[7])), "x"),
    "key": (answer(choice(KEY, model=KEY, system_fingerprint=KEY)), "[key]"),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_ANSWER)
def test_what_is_no_answer_ends_in_one_line(
    script: Script, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(module, "MOST_RETRIES", 1)
    script.faults, script.raw = ["raw"] * 9, NO_ANSWER[name]
    with pytest.raises((ModelError, TooLate)) as failure:
        ask(script)
    said = str(failure.value)
    assert said.isprintable() and len(said) < 400
    assert KEY[:8] not in said


@pytest.mark.parametrize("name", ANSWERS)
def test_what_can_be_read_is_an_answer(script: Script, name: str) -> None:
    script.faults = ["raw"]
    script.raw, text = ANSWERS[name]
    found = ask(script)
    assert found.text == text and len(script.requests) == 1
    assert KEY not in repr(found) and found.usage.prompt > 0
    json.dumps(found.to_json(), allow_nan=False).encode()


@pytest.mark.parametrize("begun", ["", "X: ", "\r\n", "Content-Length: 99\r\n\r\n{",
                                   "Transfer-Encoding: chunked\r\n\r\n"])  # fmt: skip
def test_what_comes_a_byte_at_a_time_ends_with_the_time_of_the_call(
    script: Script, begun: str
) -> None:
    script.faults, script.raw = ["drip"], begun.encode()
    began = time.monotonic()
    assert ask(script, call_seconds=0.3).text == "answer 1"
    assert time.monotonic() - began < 15  # it would go on for ever


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_no_redirection_is_followed_and_the_key_stays(script: Script, status: int) -> None:
    with serving(Script()) as other:
        script.faults = ["raw"]
        script.raw = http(b"", f"Location: {other.url}", "Content-Length: 0", status=f"{status} Go")
        with pytest.raises(ModelError, match=f"answers {status}"):
            ask(script)
        assert other.requests == [] and len(script.requests) == 1


@pytest.mark.parametrize(
    "when", ["0.2", "Fri, 31 Dec 2100 23:59:59 GMT", "nan", "-5", "soon", "1e999"]
)
def test_any_way_of_telling_when_to_come_again_is_read(script: Script, when: str) -> None:
    script.faults = ["raw"]
    script.raw = http(b"", f"Retry-After: {when}", "Content-Length: 0", status="429 Slow")
    if when == "1e999" or "GMT" in when:
        with pytest.raises(TooLate, match="429"):
            ask(script, seconds=5)
    else:
        assert ask(script).text == "answer 1"
