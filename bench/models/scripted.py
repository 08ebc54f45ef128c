"""A language model that is none: an endpoint here that answers any prompt with a small formula.

It is for trying methods that ask, where there is no model, or none is to be paid. What it answers
depends on the prompt alone.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench.models.endpoint import Endpoint

_VARIABLE = re.compile(r"\bx\d+\b")
_HEAD = re.compile(r"def \w+\((?P<arguments>[^()]*)\)[^:\n]*:")
_BYTES_OF_A_TOKEN = 4


@contextmanager
def scripted_endpoint() -> Iterator[Endpoint]:
    """The endpoint, while inside; it listens on this machine's own address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Endpoint(url=f"http://127.0.0.1:{server.server_address[1]}/v1", name="scripted")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def scripted_answer(request: Mapping[str, Any]) -> str:
    """What is answered: a function where the prompt has the head of one, a JSON list where it
    speaks of JSON, else the formula alone. It is of the variables ``x0``, ``x1``, ... it names."""
    text = "\n".join(str(one["content"]) for one in request["messages"])
    names = sorted(set(_VARIABLE.findall(text)), key=lambda name: int(name[1:])) or ["1.0"]
    digest = hashlib.sha256(text.encode(errors="replace")).digest()
    law = (
        f"{names[0]}*{names[-1]}",
        " + ".join(names),
        f"{names[0]}**2",
    )[digest[0] % 3]
    heads = list(_HEAD.finditer(text))
    if heads:
        arguments = [one.partition(":")[0].strip() for one in heads[-1]["arguments"].split(",")]
        last = arguments[-1]
        free = last and last not in names
        body = f"{last}[0]*({law}) + {last}[1]" if free else f"1.5*({law}) + 0.5"
        return f"{heads[-1].group()}\n    return {body}\n"
    formula = f"1.5*({law}) + 0.5"
    return json.dumps([formula]) if "JSON" in text or "schema" in str(request) else formula


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = scripted_answer(request)
        said = sum(len(str(one["content"])) for one in request["messages"])
        message = {"role": "assistant", "content": text}
        usage = {
            "prompt_tokens": said // _BYTES_OF_A_TOKEN + 1,
            "completion_tokens": len(text) // _BYTES_OF_A_TOKEN + 1,
        }
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = json.dumps({"choices": [choice], "usage": usage, "model": "scripted"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return None
