"""The conversation of one run with a language model, as the harness keeps it.

It holds the key, so that no worker does; it asks, or finds what was answered before; it counts,
and says no before a budget can be overrun.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.method import Budget
from bench.models.client import Client, TooLate
from bench.models.completion import Completion
from bench.models.endpoint import Endpoint
from bench.models.language_model import MOST_AT_ONCE
from bench.models.ledger import Ledger, ModelCall, spent, worst
from bench.models.prompt import Prompt
from bench.models.stops import BudgetSpent, ModelError
from bench.models.transcript import Exchange, Transcript, alike, difference, read_exchanges

_LOOK_SECONDS = 0.05


class Conversation:
    """What one run, of digest ``run``, asks under ``budget``.

    ``path`` is its transcript, ``recording`` where the answers of other times lie. Raises
    EndpointError where the endpoint cannot be asked at all.
    """

    def __init__(
        self, endpoint: Endpoint, budget: Budget, run: str, path: Path, recording: Path | None
    ) -> None:
        self._endpoint = endpoint
        self._budget = budget
        self._client = None if endpoint.mode == "replay" else Client(endpoint)
        self._recording = recording
        self._recorded = {} if recording is None else dict(read_exchanges(recording))
        self._transcript = Transcript.opened(path, run)
        self._stop = threading.Event()
        self._busy = threading.Lock()
        self._asked: Counter[str] = Counter()
        self._rounded: set[str] = set()
        self._calls = self._lost_calls()
        self.waited = 0.0

    def ask(self, prompts: Sequence[Prompt]) -> list[Completion]:
        """The answers to ``prompts``, or to the first of them where a budget has no room for all.

        Raises BudgetSpent where it has room for none, and ModelError for what ends the run.
        """
        if not 0 < len(prompts) <= MOST_AT_ONCE:
            raise ModelError(f"{len(prompts)} prompts at once; 1 to {MOST_AT_ONCE} are taken")
        with self._busy:
            return self._ask(prompts)

    def _ask(self, prompts: Sequence[Prompt]) -> list[Completion]:
        resolved = [
            one.resolved(self._endpoint.temperature, self._endpoint.top_p) for one in prompts
        ]
        found: list[Exchange] = []
        reserved = list(self._calls)
        for prompt in resolved:
            which = self._spent(reserved, prompt)
            if which is not None:
                if not found:
                    raise BudgetSpent(which)
                break
            found.append(self._looked_up(prompt))
            # At its worst case even where the answer is known: a replay asks as many at once.
            reserved.append(self._lost(found[-1].key, prompt))
        return [one.completion for one in self._answered(found) if one.completion is not None]

    def stop(self) -> None:
        """Wait for no answer any more: the run is over."""
        self._stop.set()

    def close(self) -> tuple[Ledger, str]:
        """The ledger, and the digest of the transcript; what is under way is lost."""
        self.stop()
        with self._busy:
            if self._endpoint.mode == "record" and self._recording is not None:
                self._transcript.copy_to(self._recording)
            digest = self._transcript.settle()
            answered = [call for call in self._calls if call.status == "answered"]
            return Ledger.of([*self._lost_calls(), *answered], self.waited), digest

    def _spent(self, calls: Sequence[ModelCall], prompt: Prompt) -> str | None:
        if self.waited >= self._endpoint.wait_seconds:
            return "model.wait_seconds"
        return spent(self._budget, calls, worst(prompt), self._endpoint.prices)

    def _looked_up(self, prompt: Prompt) -> Exchange:
        """The exchange of a prompt: one that was answered before, or one that is to be made."""
        name = self._endpoint.name
        occurrence = self._asked[first := prompt.key(name, 0)]
        self._asked[first] += 1
        key = prompt.key(name, occurrence)
        known = self._transcript.exchanges.get(key)
        if known is not None and known.completion is not None:
            return known
        recorded = self._recorded.get(key) or self._rounded_elsewhere(key, prompt)
        if recorded is not None:
            self._transcript.ask(key, prompt)
            self._transcript.answer(recorded)
            return recorded
        if self._client is None:
            raise ModelError(self._missing(prompt))
        return Exchange(key, prompt)

    def _rounded_elsewhere(self, key: str, prompt: Prompt) -> Exchange | None:
        """Of a replay: what was recorded of this prompt where last digits are rounded otherwise."""
        if self._client is not None:
            return None
        for at, one in self._recorded.items():
            taken = at in self._rounded or at in self._transcript.exchanges
            if not taken and alike(prompt, one.prompt):
                self._rounded.add(at)
                return replace(one, key=key, prompt=prompt)
        return None

    def _answered(self, exchanges: Sequence[Exchange]) -> list[Exchange]:
        """The exchanges with their answers; those that have none are asked, at once."""
        todo = [one for one in exchanges if one.completion is None]
        made: dict[str, Exchange] = {}
        if todo:
            for one in todo:
                self._transcript.ask(one.key, one.prompt)
            begun = time.monotonic()
            until = begun + self._endpoint.wait_seconds - self.waited
            try:
                results = self._made_together(todo, until)
            finally:
                self.waited += time.monotonic() - begun
            self._note(results)
            made = {one.key: one for one in results if isinstance(one, Exchange)}
        answered = [made.get(one.key, one) for one in exchanges]
        self._calls += [self._call(one) for one in answered]
        return answered

    def _made_together(self, todo: Sequence[Exchange], until: float) -> list[Exchange | Exception]:
        """What came of each, in order; of what is not there in time, TooLate."""
        results: list[Exchange | Exception] = [TooLate() for _ in todo]

        def make(at: int) -> None:
            try:
                results[at] = self._made(todo[at], until)
            except Exception as error:
                results[at] = error

        # Daemons: a program that is told to end does not wait for an endpoint.
        threads = [
            threading.Thread(target=make, args=(at,), name="model-call", daemon=True)
            for at in range(len(todo))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive() and not self._stop.is_set() and time.monotonic() < until:
                thread.join(_LOOK_SECONDS)
        return list(results)

    def _made(self, exchange: Exchange, until: float) -> Exchange:
        assert self._client is not None
        begun = time.monotonic()
        completion, attempts = self._client.complete(exchange.prompt, until, self._stop)
        seconds = time.monotonic() - begun
        return Exchange(exchange.key, exchange.prompt, completion, seconds, attempts)

    def _note(self, results: Sequence[Exchange | Exception]) -> None:
        """Keep the answers, in the order of the prompts; then raise what went wrong."""
        for one in results:
            if isinstance(one, Exchange):
                self._transcript.answer(one)
        for one in results:
            if isinstance(one, TooLate):
                raise BudgetSpent("model.wait_seconds")
            if isinstance(one, Exception):
                raise one

    def _call(self, exchange: Exchange) -> ModelCall:
        completion = exchange.completion
        if completion is None:
            return self._lost(exchange.key, exchange.prompt)
        price = self._endpoint.prices
        return ModelCall(
            exchange.key,
            "answered",
            completion.usage,
            None if price is None else price.of(completion.usage),
            exchange.seconds,
            exchange.attempts,
            completion.model,
            completion.fingerprint,
        )

    def _lost_calls(self) -> list[ModelCall]:
        return [self._lost(one.key, one.prompt) for one in self._transcript.lost]

    def _lost(self, key: str, prompt: Prompt) -> ModelCall:
        price, usage = self._endpoint.prices, worst(prompt)
        return ModelCall(key, "lost", usage, None if price is None else price.of(usage))

    def _missing(self, prompt: Prompt) -> str:
        """Why a replay has no answer: the first message that differs from what was recorded."""
        at = sum(self._asked.values()) - 1
        recorded = list(self._recorded.values())
        if not recorded:
            return f"replay: '{self._recording}' holds no recorded answers"
        if at >= len(recorded):
            return f"replay: {len(recorded)} calls are recorded, and the run makes another"
        words = difference(prompt, recorded[at].prompt)
        return f"replay: call {at + 1} is not the one that was recorded; {words}"
