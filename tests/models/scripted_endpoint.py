"""An endpoint on loopback that answers by rule, and fails on demand."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

VARIABLE = "REDISCOVER_TEST_KEY"
KEY = "SECRET-key-4f1d8e27c6b5a9"
"""What no file may hold."""

Rule = Callable[[Mapping[str, Any], int], str]


def counted(request: Mapping[str, Any], number: int) -> str:
    """Another answer to every call."""
    return f"answer {number}"


@dataclass
class Script:
    """How the endpoint answers: ``rule`` gives the text, ``faults`` what goes wrong, in order.

    ``raw`` is what the faults ``raw`` and ``drip`` send, the latter with a byte now and then
    for ever. ``requests`` are those that came, ``most`` is how many were open at a time.
    """

    rule: Rule = counted
    faults: list[str] = field(default_factory=list)
    delay: float = 0.0
    key: str = KEY
    requests: list[dict[str, Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    open: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""
    raw: bytes = b""


def _body(text: str, request: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    prompt = sum(len(one["content"]) for one in request["messages"])
    return {
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": max(1, prompt // 4), "completion_tokens": len(text) // 4 + 1},
        "model": f"{request['model']}-0123",
        "system_fingerprint": "fp_1",
        **more,
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def do_POST(self) -> None:
        script = self.script
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = json.loads(body)
        with script.lock:
            number = len(script.requests)
            script.requests.append(request)
            script.times.append(time.monotonic())
            script.open += 1
            script.most = max(script.most, script.open)
            fault = script.faults.pop(0) if script.faults else ""
        time.sleep(script.delay)
        with script.lock:  # whoever has its answer may ask again before this thread goes on
            script.open -= 1
        with contextlib.suppress(OSError):
            self._respond(fault, request, number)

    def _respond(self, fault: str, request: dict[str, Any], number: int) -> None:
        script = self.script
        sent = self.headers.get("Authorization", "")
        if script.key and sent != f"Bearer {script.key}":
            self._error(401, f"Incorrect API key provided: {sent.removeprefix('Bearer ')}")
            return
        plain = _body(script.rule(request, number), request)
        match fault.split():
            case ["429", seconds]:
                self._error(429, "slow down", {"Retry-After": seconds})
            case [status] if status.isdigit():
                self._error(int(status), f"fault {status} with {sent}")
            case ["raw"]:
                self.wfile.write(script.raw)
                self.close_connection = True
            case ["drip"]:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n" * (len(script.raw) > 0) + script.raw)
                while True:
                    time.sleep(0.02)
                    self.wfile.write(b"7")
            case ["slow"]:
                time.sleep(30)
            case ["broken"]:
                self.close_connection = True
            case ["cut"]:
                self._send(200, json.dumps(plain).encode(), length=10_000)
                self.close_connection = True
            case ["nojson"]:
                self._send(200, b"<html>busy</html>")
            case ["nochoices"]:
                self._send(200, b'{"choices": []}')
            case ["length"]:
                plain["choices"][0]["finish_reason"] = "length"
                self._send(200, json.dumps(plain).encode())
            case ["nousage"]:
                del plain["usage"]
                self._send(200, json.dumps(plain).encode())
            case ["usage", value]:
                plain["usage"] = json.loads(value)
                self._send(200, json.dumps(plain).encode())
            case ["huge"]:
                plain["choices"][0]["message"]["content"] = "x" * 10_000_000
                self._send(200, json.dumps(plain).encode())
            case ["echo"]:
                plain["choices"][0]["message"]["content"] = f"you sent {sent}"
                self._send(200, json.dumps(plain).encode())
            case _:
                self._send(200, json.dumps(plain).encode())

    def _error(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        self._send(status, json.dumps({"error": {"message": text}}).encode(), headers)

    def _send(
        self,
        status: int,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(script: Script) -> Iterator[Script]:
    """The endpoint of ``script``, while inside; ``script.url`` is where."""
    handler = type("Handler", (_Handler,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    script.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
