"""What a language model answers: a text, why it ended, and the tokens it took."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeGuard

from bench.models.prompt import Prompt

MOST_BYTES = 4 * 2**20
"""Of the body of an answer."""
_BYTES_OF_A_TOKEN = 3  # of text as prompts hold it, digits among it
_LONGEST_NAME = 200


class BadBody(ValueError):
    """The body of an answer is none; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one call; ``cached`` of the prompt's and ``reasoning`` of the answer's.

    ``reported``: the endpoint said so; else they are estimated from the number of bytes.
    """

    prompt: int
    completion: int
    cached: int = 0
    reasoning: int = 0
    reported: bool = True


@dataclass(frozen=True, slots=True)
class Completion:
    """The answer to one prompt.

    ``cut``: it was ended by ``max_tokens``. ``model`` and ``fingerprint`` are what the endpoint
    says it is.
    """

    text: str
    cut: bool
    usage: Tokens
    model: str = ""
    fingerprint: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Completion:
        """Inverse of ``to_json``; raises KeyError, TypeError or ValueError for another shape."""
        if not isinstance(plain["text"], str) or not isinstance(plain["cut"], bool):
            raise TypeError("a completion without text")
        return cls(**{**plain, "usage": Tokens(**plain["usage"])})


def completion_of(body: bytes, prompt: Prompt) -> Completion:
    """The completion in the body of an answer to ``prompt``. Raises BadBody where there is none."""
    try:
        plain = json.loads(body)
        choice = plain["choices"][0]
        text = choice["message"]["content"]
        finish = choice.get("finish_reason")
    except (ValueError, RecursionError):
        raise BadBody(f"the answer is no JSON: {body[:40]!r}") from None
    except (LookupError, TypeError, AttributeError):
        raise BadBody("the answer has no choices[0].message.content") from None
    if text is None:
        text = ""
    if not isinstance(text, str):
        raise BadBody("the answer's content is no text")
    # Half of a pair of surrogates cannot be written to any file.
    text = text.encode(errors="replace").decode()
    return Completion(
        text,
        finish == "length",
        _usage(plain.get("usage"), prompt, text),
        _name(plain.get("model")),
        _name(plain.get("system_fingerprint")),
    )


def estimated(prompt: Prompt, text: str) -> Tokens:
    """The tokens of a call that nobody counted."""
    asked = sum(len(one.encode(errors="replace")) for _, one in prompt.texts)
    answered = len(text.encode())
    return Tokens(-(-asked // _BYTES_OF_A_TOKEN), -(-answered // _BYTES_OF_A_TOKEN), reported=False)


def _usage(plain: Any, prompt: Prompt, text: str) -> Tokens:
    """The tokens that were reported; estimated where none were, or such as cannot be."""
    if not isinstance(plain, dict):
        return estimated(prompt, text)
    asked, answered = plain.get("prompt_tokens"), plain.get("completion_tokens")
    cached = _detail(plain, "prompt_tokens_details", "cached_tokens")
    reasoning = _detail(plain, "completion_tokens_details", "reasoning_tokens")
    if not _is_count(asked) or not _is_count(answered) or asked == 0:
        return estimated(prompt, text)
    if asked > 4 * prompt.most_prompt_tokens + 10_000 or (text and not answered):
        return estimated(prompt, text)
    return Tokens(asked, answered, min(cached, asked), min(reasoning, answered))


def _detail(plain: Mapping[str, Any], group: str, name: str) -> int:
    details = plain.get(group)
    value = details.get(name) if isinstance(details, dict) else 0
    return value if _is_count(value) else 0


def _is_count(value: Any) -> TypeGuard[int]:
    return type(value) is int and 0 <= value < 2**40


def _name(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    return "".join(c for c in value[:_LONGEST_NAME] if c.isprintable())
