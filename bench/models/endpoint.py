"""The endpoint: where a language model answers, and how it is asked."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from bench.models.costs.prices import Price, price_of

Mode = Literal["live", "record", "replay"]
Structured = Literal["none", "json_schema", "json_object", "grammar"]

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")


class EndpointError(ValueError):
    """An endpoint that cannot be asked as it is described; the message says why in one line."""


@dataclass(frozen=True)
class Endpoint:
    """Any server that speaks OpenAI's chat completions.

    ``url`` is what comes before ``/chat/completions`` and ``name`` the model's; ``key`` is the
    name of the environment variable that holds the key, empty where none is needed. ``mode``:
    ``live`` asks; ``record`` asks only what ``recordings`` (a folder) lacks, and keeps it there;
    ``replay`` asks nothing. ``rename`` and ``drop`` are of fields of the request, and ``extra``
    are more of them. ``structured`` is how the endpoint holds answers to a form. ``at_once`` calls
    are made at a time by one process, each attempt of at most ``call_seconds``; a run waits for
    at most ``wait_seconds``.
    ``price`` is in dollars for a million tokens (``prompt``, ``completion``, ``cached``); where it
    is empty the table of ``conf/prices.yaml`` holds. ``cutoff`` is the date of the model's
    knowledge as its maker states it.
    """

    url: str = ""
    name: str = ""
    key: str = ""
    mode: Mode = "live"
    recordings: str = ""
    temperature: float = 1.0
    top_p: float = 1.0
    rename: dict[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    structured: Structured = "none"
    at_once: int = 4
    call_seconds: float = 120.0
    wait_seconds: float = 600.0
    price: dict[str, float] = field(default_factory=dict)
    cutoff: str = ""

    def __post_init__(self) -> None:
        fault = _fault(self)
        if fault:
            raise EndpointError(fault)

    @property
    def prices(self) -> Price | None:
        """What tokens cost, None where that is not known."""
        return Price(**self.price) if self.price else price_of(self.name)

    @property
    def identity(self) -> Mapping[str, Any]:
        """What of it may change an answer: not where it is, and not who pays."""
        return {
            "name": self.name,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "structured": self.structured,
            "rename": dict(self.rename),
            "drop": list(self.drop),
            "extra": dict(self.extra),
        }

    def secret(self) -> str:
        """The key. Raises EndpointError where the variable that holds it is not set."""
        if not self.key:
            return ""
        value = os.environ.get(self.key, "").strip()
        if not value:
            raise EndpointError(
                "model.key names an environment variable that is not set; export it, with the key "
                "as its value"
            )
        if not value.isascii() or not value.isprintable():
            raise EndpointError("the key in the variable that model.key names is no plain text")
        return value


def _fault(endpoint: Endpoint) -> str:
    if not endpoint.name:
        return "model.name is empty; give the model's name as the endpoint knows it"
    if endpoint.key and not _VARIABLE.fullmatch(endpoint.key):
        return (
            "model.key is not the name of an environment variable, as OPENAI_API_KEY is; put the "
            "key into one and give its name"
        )
    if endpoint.mode != "live" and not endpoint.recordings:
        return f"model.mode={endpoint.mode} needs model.recordings, the folder of recordings"
    if endpoint.mode != "replay":
        fault = _fault_of_url(endpoint.url)
        if fault:
            return fault
    if endpoint.at_once < 1:
        return f"model.at_once is {endpoint.at_once}; it is a number of calls at a time"
    if endpoint.call_seconds <= 0 or endpoint.wait_seconds <= 0:
        return "model.call_seconds and model.wait_seconds must be positive"
    unknown = sorted(set(endpoint.price) - {"prompt", "completion", "cached"})
    if unknown or (endpoint.price and not {"prompt", "completion"} <= set(endpoint.price)):
        return "model.price takes prompt, completion and cached, in dollars for a million tokens"
    return ""


def _fault_of_url(url: str) -> str:
    if not url:
        return "model.url is empty; give the endpoint's, as http://127.0.0.1:8080/v1"
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port, (host or "").encode("idna")
    except ValueError:  # a UnicodeError among them: a name with an empty or a too long part
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host or not url.isascii():
        return "model.url is no address; write it as http://127.0.0.1:8080/v1"
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return "model.url holds a password or a query; a key goes into the variable of model.key"
    return ""
