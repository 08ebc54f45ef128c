"""Messages come back as they were sent; what is none is refused in words."""

from __future__ import annotations

import json
import math
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.method import Budget, Candidate, Discovery
from bench.models.completion import Completion, Tokens
from bench.models.prompt import Prompt
from bench.running import Limits, Report, Resources
from bench.running.sandbox import wire
from bench.running.sandbox.messages import decode, encode
from bench.running.sandbox.messages.base import Message, MessageError
from bench.running.sandbox.messages.with_runner import (
    AskingFailed,
    Assignment,
    Checking,
    ClockStarted,
    Fork,
    InputsWanted,
    LogOpened,
    LogWanted,
    Outcome,
    Prepare,
    Prepared,
    RunOver,
    SystemStop,
    Watching,
)
from bench.running.sandbox.messages.with_worker import (
    Answered,
    Failed,
    Go,
    HeldBackInputs,
    Loaded,
    ModelAnswered,
    ModelAsked,
    PointsAnswered,
    PointsAsked,
    Predicted,
    Reported,
    Request,
    Returned,
    Sealed,
)
from bench.running.seal.openings import Blueprint, Opening
from bench.running.seal.trial import Standing

TEXT = st.text(max_size=20)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
ANSWERS = st.one_of(TEXT, st.dictionaries(TEXT, TEXT, max_size=3))
CANDIDATES = st.builds(Candidate, ANSWERS, NUMBERS, NUMBERS)
DISCOVERIES = st.builds(
    Discovery, CANDIDATES, st.lists(CANDIDATES, max_size=3).map(tuple), st.none(),
    st.dictionaries(TEXT, TEXT, max_size=2),
)  # fmt: skip
SECONDS = st.floats(0, 1e6)
RESOURCES = st.builds(
    Resources, SECONDS, SECONDS, SECONDS, SECONDS, st.none() | SECONDS, st.none() | st.booleans()
)
REPORTS = st.lists(st.builds(Report, SECONDS, ANSWERS, NUMBERS), max_size=3).map(tuple)
VERSIONS = st.dictionaries(TEXT, TEXT, max_size=3)

REQUEST = Request(
    "package.module:Class", {"k": [1, 2], "t": "x"}, ("numpy",), "bench.kinds.table:KIND",
    {"variables": [["x0", "", "", None]]}, ((10, 1), (10,), ()), 3, Budget(seconds=2.5),
)  # fmt: skip
WALLS = Blueprint("/base", (Opening("/usr/lib"),), ("/dev/gpu",), (("a", "/b/a"),))
PREPARE = Prepare(
    ("/a", "/b"), (), "m:C", {"k": [1, 2]}, Budget(threads=2), ("bench.kinds.table:KIND",), "",
    WALLS,
)  # fmt: skip
SEAL = Standing("partial", ("network",), ("/b/a",))
OUTCOMES = st.builds(
    Outcome, st.sampled_from(["ok", "timeout", "memory", "crash", "error", "invalid"]), TEXT,
    st.none() | DISCOVERIES, REPORTS, RESOURCES, VERSIONS, st.integers(0, 9),
    st.sampled_from([None, SEAL]),
)  # fmt: skip
PROMPTS = st.builds(
    Prompt, st.lists(st.tuples(st.sampled_from(["user", "system"]), TEXT), min_size=1, max_size=3),
    st.integers(1, 99), st.none() | st.floats(0, 1), schema=st.sampled_from([None, {"a": [1]}]),
)  # fmt: skip
COMPLETIONS = st.builds(
    Completion, TEXT, st.booleans(), st.builds(Tokens, st.integers(0, 9), st.integers(0, 9))
)
MESSAGES = st.one_of(
    st.sampled_from(
        [
            REQUEST, Go(), Returned(), Prepared(), SystemStop(), Fork("keep"), Watching(7),
            ClockStarted(7), Assignment(REQUEST, Limits(grace=0.5)),
            PREPARE, LogOpened(), LogWanted(), Sealed(SEAL), InputsWanted(), Checking(),
            HeldBackInputs(("test", "ood"), ((10, 2), (5, 2))), Predicted(("AAAA",)),
            Predicted((), "why"), AskingFailed("why"), ModelAnswered(3, spent="budget.calls"),
            PointsAsked(1, (1, 1), "AAAAAAAA8D8="), PointsAsked(2, (0, 2), ""),
            PointsAnswered(1, "AAAAAAAA8D8=", granted=0.5), PointsAnswered(2, refused="why"),
        ]
    ),
    st.builds(Loaded, SECONDS, VERSIONS),
    st.builds(Reported, ANSWERS, NUMBERS),
    st.builds(Answered, DISCOVERIES, st.integers(0, 9), st.booleans()),
    st.builds(Failed, st.sampled_from(["error", "invalid", "memory"]), TEXT),
    st.builds(RunOver, OUTCOMES, st.booleans()),
    st.builds(ModelAsked, st.integers(0, 9), st.lists(PROMPTS, max_size=2).map(tuple)),
    st.builds(ModelAnswered, st.integers(0, 9), st.lists(COMPLETIONS, max_size=2).map(tuple)),
)  # fmt: skip


@given(st.lists(MESSAGES, min_size=1, max_size=4), st.integers(1, 50))
def test_messages_come_back_as_they_were_in_whatever_pieces(
    messages: list[Message], piece: int
) -> None:
    content = b"".join(map(wire.pack, messages))
    inbox = wire.Inbox()
    found = [
        message
        for start in range(0, len(content), piece)
        for message in inbox.feed(content[start : start + piece])
    ]
    assert found == messages


def test_every_class_of_message_is_tried() -> None:
    known = {cls.__name__ for cls in Message.__subclasses__()}
    tried = {
        "Request", "Go", "Returned", "Prepared", "SystemStop", "Fork", "Watching", "ClockStarted",
        "Assignment", "Prepare", "Loaded", "Reported", "Answered", "Failed", "RunOver", "Outcome",
        "LogOpened", "LogWanted", "Sealed", "InputsWanted", "HeldBackInputs", "Predicted",
        "ModelAsked", "ModelAnswered", "AskingFailed", "PointsAsked", "PointsAnswered", "Checking",
    }  # fmt: skip
    assert known == tried


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(MESSAGES, st.data())
def test_a_message_with_another_field_is_refused_or_read_never_half(
    message: Message, data: st.DataObject
) -> None:
    plain: dict[str, Any] = json.loads(json.dumps(encode(message)))
    name = data.draw(st.sampled_from(sorted(plain)))
    plain[name] = data.draw(JSON)
    try:
        found = decode(plain)
    except MessageError as error:
        assert str(error).startswith(("no message", f"a message {type(message).__name__}"))
    else:
        assert isinstance(found, Message)
        # Numbers of a worker are finite, or none.
        if isinstance(found, Loaded):
            assert math.isfinite(found.warm_up)


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ([1, 2], "no message: [1, 2]"),
        ({}, "no message"),
        ({"type": ["Loaded"]}, "no message"),
        ({"type": "Hello"}, "no message: {'type': 'Hello'}"),
        ({"type": "Loaded", "warm_up": 0}, "a message Loaded without 'packages'"),
        (
            {"type": "Loaded", "warm_up": 0, "packages": [1]},
            "[1] is no table of versions",
        ),
        ({"type": "Reported", "answer": 3, "loss": None}, "expected text, found 3"),
        ({"type": "Failed", "status": "ok", "message": "", "cpu": 0}, "'ok' is none of error"),
        ({"type": "Answered", "discovery": None, "left_out": 0}, "without a discovery"),
        ({"type": "Answered", "discovery": {"best": ["x"], "front": []}}, "is no candidate"),
        ({"type": "Watching", "pid": 1, "more": 2}, "a message Watching of another shape"),
    ],
)
def test_what_is_no_message_is_refused_in_words(plain: object, words: str) -> None:
    with pytest.raises(MessageError) as caught:
        decode(plain)
    assert words in str(caught.value)


def test_a_message_that_is_not_due_is_refused() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(ours, Returned())
        with pytest.raises(MessageError, match="a message Returned where Request is due"):
            wire.receive(theirs, Request)


def test_a_message_that_is_too_long_is_refused_at_its_head() -> None:
    with pytest.raises(MessageError, match="a message of 100000000 bytes; the limit is"):
        list(wire.Inbox().feed((100_000_000).to_bytes(4, "big")))
