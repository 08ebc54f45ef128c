"""The client: one prompt to one endpoint over HTTP, tried again where that may help.

Retries, waiting and what is counted are the ledger's business, so nothing of it is hidden in
somebody's library: this is ``http.client`` and no more.
"""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import json
import random
import socket
import ssl
import threading
import time
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from bench.basics.version import __version__
from bench.expression.errors import shown
from bench.models.completion import MOST_BYTES, BadBody, Completion, completion_of
from bench.models.endpoint import Endpoint
from bench.models.gate import gate_of
from bench.models.prompt import Prompt
from bench.models.stops import ModelError

MOST_RETRIES = 5
FIRST_PAUSE = 0.5  # seconds; doubled with every retry
_AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504, 520, 522, 524, 529})
_WAYS_OUT = {
    400: "the endpoint takes no such request; model.drop and model.rename change its fields",
    401: "the key in the variable that model.key names is not taken",
    403: "the key in the variable that model.key names may not do this",
    404: "look at model.url and model.name",
}
_HIDDEN = "[key]"


class TooLate(Exception):
    """The time that a call may take is over."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    retry_after: float
    body: bytes


class Client:
    """Asks one endpoint. The key is held here and is in nothing that comes out."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._secret = endpoint.secret()
        self._gate = gate_of(endpoint.url, endpoint.at_once)
        self._random = random.Random()

    def complete(
        self, prompt: Prompt, until: float, stop: threading.Event
    ) -> tuple[Completion, int]:
        """The completion of a prompt, and how many attempts it took.

        Raises ModelError for what no attempt will change, or where all have failed; TooLate where
        ``until`` (of ``time.monotonic``) is there first, or ``stop`` is set.
        """
        body = json.dumps(self.fields(prompt)).encode(errors="replace")
        reason = ""
        for attempt in range(1, MOST_RETRIES + 2):
            pause = FIRST_PAUSE * 2 ** (attempt - 1) * self._random.uniform(0.5, 1.5)
            try:
                with self._gate.passed(until, stop):
                    answer = self._attempt(body, until)
                if answer.status < 300:
                    return self._read(answer.body, prompt), attempt
                reason = self._said(answer)
                if answer.status not in _AGAIN:
                    raise ModelError(self._hidden(reason))
                if answer.retry_after:
                    pause = max(pause, answer.retry_after)
                    self._gate.close_for(answer.retry_after)
            except (ModelError, TooLate):
                raise
            except BadBody as error:
                reason = str(error)
            except (OSError, http.client.HTTPException) as error:
                reason = f"the endpoint cannot be reached ({self._words(error)})"
            except Exception as error:  # its words, and those of its causes, may hold the key
                failed = f"the call fails with {type(error).__name__} ({self._words(error)})"
                raise ModelError(failed) from None
            if stop.is_set() or time.monotonic() + pause >= until:
                raise TooLate(self._hidden(reason))
            if attempt <= MOST_RETRIES:
                stop.wait(pause)
        raise ModelError(self._hidden(f"{MOST_RETRIES + 1} attempts have failed; {reason}"))

    def fields(self, prompt: Prompt) -> dict[str, Any]:
        """The request as JSON, as this endpoint takes it."""
        fields: dict[str, Any] = {
            "model": self._endpoint.name,
            "messages": [{"role": role, "content": text} for role, text in prompt.texts],
            "max_tokens": prompt.max_tokens,
            "temperature": prompt.temperature,
            "top_p": prompt.top_p,
            "n": 1,
            "stream": False,
        }
        if prompt.stop:
            fields["stop"] = list(prompt.stop)
        fields.update(_held_to(prompt, self._endpoint.structured))
        fields.update(self._endpoint.extra)
        for name in self._endpoint.drop:
            fields.pop(name, None)
        for name, other in self._endpoint.rename.items():
            if name in fields:
                fields[other] = fields.pop(name)
        return fields

    def _attempt(self, body: bytes, until: float) -> _Answer:
        end = min(until, time.monotonic() + self._endpoint.call_seconds)
        connection = _connection(self._endpoint.url, _left(end))
        overdue = threading.Timer(_left(end), lambda: _shut(connection))
        overdue.daemon = True
        overdue.start()  # a limit of each read is none for what comes a byte at a time
        try:
            connection.connect()
            path = f"{urlsplit(self._endpoint.url).path.rstrip('/')}/chat/completions"
            connection.request("POST", path, body, self._headers())
            response = connection.getresponse()
            content = bytearray()
            while part := response.read1(2**16):
                content += part
                if len(content) > MOST_BYTES:
                    raise BadBody(f"the answer is longer than {MOST_BYTES} bytes")
                _left(end)
            _left(end)  # what was shut looks like an end
            if response.length:
                raise BadBody("the answer was cut off")
            pause = _seconds(response.getheader("Retry-After"))
            return _Answer(response.status, pause, bytes(content))
        finally:
            overdue.cancel()
            connection.close()

    def _headers(self) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Connection": "close",
            "User-Agent": f"rediscover/{__version__}",
        }
        if self._secret:
            headers["Authorization"] = f"Bearer {self._secret}"
        return headers

    def _read(self, body: bytes, prompt: Prompt) -> Completion:
        if self._secret:  # before what is no JSON is cut and told
            body = body.replace(self._secret.encode(), _HIDDEN.encode())
        found = completion_of(body, prompt)
        return replace(
            found,
            text=self._hidden(found.text),
            model=self._hidden(found.model),
            fingerprint=self._hidden(found.fingerprint),
        )

    def _said(self, answer: _Answer) -> str:
        """The status, and what the endpoint says of it."""
        try:
            plain = json.loads(answer.body[:100_000])
            error = plain.get("error", plain)
            text = error.get("message", "") if isinstance(error, dict) else str(error)
        except (ValueError, AttributeError, RecursionError):
            text = ""
        # The key is hidden before the text is cut: half of it would not be found.
        said = f" ({shown(' '.join(self._hidden(str(text)).split()), 160)})" if text else ""
        way_out = _WAYS_OUT.get(answer.status)
        return f"the endpoint answers {answer.status}{said}" + (f"; {way_out}" if way_out else "")

    def _words(self, error: Exception) -> str:
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return shown(" ".join(self._hidden(str(said)).split()), 120)

    def _hidden(self, text: str) -> str:
        return text.replace(self._secret, _HIDDEN) if self._secret else text


def _held_to(prompt: Prompt, structured: str) -> dict[str, Any]:
    """The fields that hold an answer to the form that its prompt asks for."""
    if structured == "grammar" and prompt.grammar:
        return {"grammar": prompt.grammar}
    if prompt.schema is None or structured == "none":
        return {}
    if structured == "json_object":
        return {"response_format": {"type": "json_object"}}
    named = {"name": "answer", "schema": dict(prompt.schema)}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _connection(url: str, seconds: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    assert parts.hostname is not None
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=seconds, context=context
        )
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=seconds)


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _seconds(retry_after: str | None) -> float:
    """The header Retry-After in seconds: a number, or a date."""
    if not retry_after:
        return 0.0
    try:
        return max(0.0, min(float(retry_after), 86_400.0))
    except ValueError:
        pass
    try:
        date = email.utils.parsedate_to_datetime(retry_after).timestamp()
        return max(0.0, date - time.time())  # noqa: TID251  (a date needs the clock on the wall)
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _shut(connection: http.client.HTTPConnection) -> None:
    """End what another thread waits for."""
    with contextlib.suppress(OSError, AttributeError):  # closed, or not connected yet
        connection.sock.shutdown(socket.SHUT_RDWR)
