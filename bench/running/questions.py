"""Questions of a run, to its language model or its oracle, beside all else on its channel."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path
from typing import Any, Self

from bench.kinds.kind import AnyOracle, QuestionRefused
from bench.models.conversation import Conversation
from bench.models.endpoint import Endpoint, EndpointError
from bench.models.stops import BudgetSpent, ModelError
from bench.running.results.plain import packed
from bench.running.results.run import Run
from bench.running.results.store import Store, relative_path
from bench.running.sandbox import wire
from bench.running.sandbox.answer import printable
from bench.running.sandbox.messages.base import Message
from bench.running.sandbox.messages.with_runner import AskingFailed
from bench.running.sandbox.messages.with_worker import (
    Asked,
    ModelAnswered,
    ModelAsked,
    PointsAnswered,
    PointsAsked,
)


def conversation_of(run: Run, endpoint: Endpoint | None, store: Store) -> Conversation | None:
    """The conversation of a run whose method asks a language model, None for any other.

    Raises EndpointError where the endpoint cannot be asked, and OSError.
    """
    if not run.method.asks_model:
        return None
    if endpoint is None:
        raise EndpointError("the method asks a language model; give model.url and model.name")
    kept = Path(endpoint.recordings) / f"{relative_path(run.id)}.jsonl"
    recording = kept if endpoint.mode != "live" else None
    path = store.transcript_path(run.key)
    return Conversation(endpoint, run.budget, run.digest, path, recording)


def told_of(conversation: Conversation | None, endpoint: Endpoint | None) -> dict[str, Any] | None:
    """What a record says of its conversation."""
    if conversation is None or endpoint is None:
        return None
    ledger, digest = conversation.close()
    return {
        "name": endpoint.name,
        "mode": endpoint.mode,
        "cutoff": endpoint.cutoff,
        "transcript": digest,
        **ledger.to_json(),
    }


class Questions:
    """Answers the questions that come over ``channel``, each in a thread of its own, while inside.

    ``sending`` is to be held by whoever sends on the channel. What comes too late is not sent.
    """

    def __init__(
        self,
        channel: socket.socket,
        conversation: Conversation | None,
        oracle: AnyOracle | None = None,
    ) -> None:
        self._channel = channel
        self._conversation = conversation
        self._oracle = oracle
        self._over = False
        self.sending = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self.sending:
            self._over = True
        if self._conversation is not None:
            self._conversation.stop()

    def take(self, asked: Asked) -> None:
        """Answer a question as soon as it can be; this returns at once."""
        threading.Thread(target=self._answer, args=(asked,), name="asked", daemon=True).start()

    def _answer(self, asked: Asked) -> None:
        message: Message
        if isinstance(asked, PointsAsked):
            message = self._values(asked)
        else:
            message = self._completions(asked)
        with self.sending, contextlib.suppress(OSError):
            if not self._over:
                wire.send(self._channel, message)

    def _completions(self, asked: ModelAsked) -> Message:
        if self._conversation is None:
            return AskingFailed("this run has no language model")
        try:
            completions = self._conversation.ask(asked.prompts)
        except BudgetSpent as spent:
            return ModelAnswered(asked.number, spent=spent.budget)
        except ModelError as error:
            return AskingFailed(printable(f"language model: {error}"))
        except OSError as error:
            return AskingFailed(printable(f"the transcript cannot be written: {error}"))
        except Exception as error:  # or the worker would wait for ever
            return AskingFailed(printable(f"asking fails: {type(error).__name__}: {error}"))
        return ModelAnswered(asked.number, tuple(completions))

    def _values(self, asked: PointsAsked) -> Message:
        if self._oracle is None:
            return AskingFailed("this run has no oracle")
        try:
            values = self._oracle.ask(asked.points)
        except QuestionRefused as refused:
            return PointsAnswered(asked.number, refused=printable(str(refused)))
        except Exception as error:
            return AskingFailed(printable(f"the oracle fails: {type(error).__name__}: {error}"))
        return PointsAnswered(asked.number, packed(values))
