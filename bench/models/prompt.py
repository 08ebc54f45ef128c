"""What a language model is asked: messages, and how the answer is to be drawn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

ROLES = ("system", "user", "assistant")
MOST_MESSAGES = 200
MOST_CHARACTERS = 400_000
MOST_TOKENS = 32_768
_TOKENS_OF_A_MESSAGE = 16


@dataclass(frozen=True)
class Prompt:
    """One request of a language model.

    ``messages`` are pairs of a role (``system``, ``user``, ``assistant``) and a text; one text
    alone is the user's. The answer has at most ``max_tokens`` tokens and ends before any text of
    ``stop``. ``temperature`` and ``top_p`` are those of the endpoint where they are None.
    ``schema`` is a JSON schema, ``grammar`` one in GBNF: the answer is held to it where the
    endpoint can, so say in the messages what is wanted as well.

    Raises ValueError for what no endpoint takes.
    """

    messages: Sequence[tuple[str, str]] | str
    max_tokens: int = 1024
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None
    grammar: str = ""

    def __post_init__(self) -> None:
        given = self.messages
        pairs = (("user", given),) if isinstance(given, str) else given
        messages = tuple((str(role), str(text)) for role, text in pairs)
        object.__setattr__(self, "messages", messages)
        object.__setattr__(self, "stop", tuple(self.stop))
        reason = _fault(self)
        if reason:
            raise ValueError(reason)

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """The messages, as pairs."""
        return tuple(self.messages)  # type: ignore[arg-type]  # a text has become a pair

    @property
    def most_prompt_tokens(self) -> int:
        """More tokens than any tokeniser makes of the messages: one for each byte."""
        return sum(
            len(text.encode(errors="replace")) + _TOKENS_OF_A_MESSAGE for _, text in self.texts
        )

    def resolved(self, temperature: float, top_p: float) -> Prompt:
        """The prompt with these in the place of what it leaves to the endpoint."""
        return replace(
            self,
            temperature=temperature if self.temperature is None else self.temperature,
            top_p=top_p if self.top_p is None else self.top_p,
        )

    def key(self, model: str, occurrence: int) -> str:
        """SHA-256 of the request and of how often it was made before in the run."""
        text = json.dumps([model, self.to_json(), occurrence], sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "messages": [list(pair) for pair in self.texts],
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "stop": list(self.stop),
            "schema": None if self.schema is None else dict(self.schema),
            "grammar": self.grammar,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Prompt:
        """Inverse of ``to_json``; raises KeyError, TypeError or ValueError for another shape."""
        return cls(
            messages=[(role, text) for role, text in plain["messages"]],
            max_tokens=plain["max_tokens"],
            temperature=plain["temperature"],
            top_p=plain["top_p"],
            stop=tuple(plain["stop"]),
            schema=plain["schema"],
            grammar=plain["grammar"],
        )


def _fault(prompt: Prompt) -> str:
    """What no endpoint takes of a prompt, in a sentence; empty where there is nothing."""
    texts = prompt.texts
    if not texts or len(texts) > MOST_MESSAGES:
        return f"a prompt has {len(texts)} messages; it takes 1 to {MOST_MESSAGES}"
    for role, _ in texts:
        if role not in ROLES:
            return f"a message has the role '{role[:20]}'; choose from {', '.join(ROLES)}"
    if not isinstance(prompt.grammar, str):
        return "grammar is no text"
    try:
        schema = "" if prompt.schema is None else json.dumps(dict(prompt.schema), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return "schema is no JSON schema"
    length = sum(len(text) for _, text in texts) + len(prompt.grammar) + len(schema)
    if length > MOST_CHARACTERS:
        return f"a prompt has {length} characters; at most {MOST_CHARACTERS} are sent"
    if type(prompt.max_tokens) is not int or not 1 <= prompt.max_tokens <= MOST_TOKENS:
        return f"max_tokens is {prompt.max_tokens!r:.20}; it is a number from 1 to {MOST_TOKENS}"
    for name, most in (("temperature", 5.0), ("top_p", 1.0)):
        value = getattr(prompt, name)
        if value is not None and not (isinstance(value, int | float) and 0.0 <= value <= most):
            return f"{name} is {value!r:.20}; it is a number from 0 to {most:g}"
    if len(prompt.stop) > 4 or not all(isinstance(one, str) and one for one in prompt.stop):
        return "stop takes up to 4 texts"
    return ""
