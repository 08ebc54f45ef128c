"""One call to an endpoint, to see that it answers."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from bench.expression.errors import shown
from bench.models.client import Client, TooLate
from bench.models.endpoint import Endpoint, EndpointError
from bench.models.prompt import Prompt
from bench.models.stops import ModelError

_QUESTION = "Write one formula of x and y in Python, such as 2*x + y, and nothing else."
_TOKENS = 32


@dataclass(frozen=True, slots=True)
class FirstCall:
    """Whether an endpoint answers, and what is to be said of it in one line."""

    good: bool
    text: str


def try_endpoint(endpoint: Endpoint) -> FirstCall:
    """Make one short call; what goes wrong is told and not raised."""
    prompt = Prompt(_QUESTION, max_tokens=_TOKENS)
    prompt = prompt.resolved(endpoint.temperature, endpoint.top_p)
    begun = time.monotonic()
    try:
        client = Client(endpoint)
        until = begun + endpoint.call_seconds
        found, attempts = client.complete(prompt, until, threading.Event())
    except (EndpointError, ModelError) as error:
        return FirstCall(False, str(error))
    except TooLate as error:
        return FirstCall(False, f"no answer in {endpoint.call_seconds:g} s ({error})")
    seconds = time.monotonic() - begun
    tokens = found.usage
    counted = "reported" if tokens.reported else "estimated: the endpoint reports none"
    price = endpoint.prices
    money = "price unknown" if price is None else f"{price.of(tokens):.2g} dollars"
    again = "" if attempts == 1 else f", {attempts} attempts"
    return FirstCall(
        True,
        f"{found.model or endpoint.name} answers in {seconds:.1f} s{again}: "
        f"{tokens.prompt} + {tokens.completion} tokens ({counted}), {money}; "
        f"it says '{shown(' '.join(found.text.split()), 60)}'",
    )
