"""The endpoint that answers by a script, for methods that are tried without a model."""

from __future__ import annotations

import json
import threading
import time

import pytest

from bench import Prompt, from_program
from bench.models.client import Client
from bench.models.scripted import scripted_answer, scripted_endpoint

NAMES = ("x0", "x1", "x2")
HEAD = "def equation_v2(x0: np.ndarray, x1: np.ndarray, x2, params: np.ndarray) -> np.ndarray:"


def answered(text: str) -> str:
    request = {"messages": [{"role": "system", "content": "Be brief."},
                            {"role": "user", "content": text}]}  # fmt: skip
    assert scripted_answer(request) == scripted_answer(request)
    return scripted_answer(request)


@pytest.mark.parametrize("number", range(8))
def test_an_answer_has_the_form_that_is_asked_for(number: int) -> None:
    given = f"No. {number}: a law of x0, x1 and x2"
    assert from_program(answered(f"{given}?"), NAMES).indices == ()
    (formula,) = json.loads(answered(f"{given}, as a JSON list?"))
    assert from_program(formula, NAMES).indices == ()
    program = answered(f"def other(a): pass\n{given}\n{HEAD}\n    '''A law.'''")
    assert program.startswith(HEAD) and from_program(program, NAMES).indices == (0, 1)


def test_it_is_asked_as_any_endpoint() -> None:
    with scripted_endpoint() as endpoint:
        prompt = Prompt("A law of x0, please.").resolved(1.0, 1.0)
        until = time.monotonic() + 60
        found, attempts = Client(endpoint).complete(prompt, until, threading.Event())
    assert (attempts, found.model, found.usage.reported) == (1, "scripted", True)
    assert from_program(found.text, ["x0"]).indices == ()
