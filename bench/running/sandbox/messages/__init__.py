"""What runner, supervisor and worker say to each other: a class for each message, both ways.

    runner -> server             Prepare, then a Fork for each supervisor
    runner -> supervisor         Assignment: a Request and its limits; LogOpened; HeldBackInputs
    supervisor -> worker         Request (with a meter where CPU time is limited), Go,
                                 HeldBackInputs
    worker -> supervisor         Sealed, Loaded, Reported, Returned, then Answered or Failed;
                                 Predicted
    supervisor -> runner         Watching, ClockStarted, LogWanted, InputsWanted, Checking, then
                                 RunOver (an Outcome) or SystemStop
    worker -> supervisor -> runner    ModelAsked, PointsAsked
    runner -> supervisor -> worker    ModelAnswered, PointsAnswered; or, to the supervisor,
                                      AskingFailed

On its way a message is a JSON object, its class under ``type``. What comes from a worker was
written by somebody's method: everything is checked as it is read, and what is of another shape
is refused in words.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping

from bench.running.sandbox.messages import (  # noqa: F401  (their classes)
    with_runner,
    with_worker,
)
from bench.running.sandbox.messages.base import Message, MessageError, Plain

_CLASSES: Mapping[str, type[Message]] = {cls.__name__: cls for cls in Message.__subclasses__()}


def encode(message: Message) -> Plain:
    """``message`` as a JSON object that says what it is."""
    return {"type": type(message).__name__, **message.to_json()}


def decode(plain: object) -> Message:
    """The message in a JSON object; raises MessageError, in words, where it is none."""
    name = plain.get("type") if isinstance(plain, dict) else None
    if not isinstance(plain, dict) or not isinstance(name, str) or name not in _CLASSES:
        raise MessageError(f"no message: {reprlib.repr(plain)}")
    try:
        return _CLASSES[name].from_json({key: plain[key] for key in plain if key != "type"})
    except KeyError as error:
        raise MessageError(f"a message {name} without {error}") from None
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise MessageError(f"a message {name} of another shape: {error}") from None
