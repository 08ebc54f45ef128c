"""The clients of chat completions by which searchers ask: here they ask the run's language model.

They have the part of OpenAI's and the Hub's interfaces that searchers use. Address and key of the
endpoint are the harness's own, so what a searcher gives of these is not looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

from bench.adapters.estimators import OutOfTime
from bench.models.completion import Completion
from bench.models.language_model import MOST_AT_ONCE, LanguageModel
from bench.models.prompt import Prompt
from bench.models.stops import BudgetSpent

_READ = ("messages", "model", "max_tokens", "max_completion_tokens", "temperature", "top_p", "stop",
         "n", "stream", "timeout")  # fmt: skip


class Chat:
    """A client; every one asks ``model``, which is that of the run."""

    model: ClassVar[LanguageModel | None] = None

    def __init__(self, *args: object, **options: object) -> None:
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self.create))

    def create(self, messages: Sequence[Mapping[str, Any]], **fields: Any) -> Any:
        """The answer to ``messages``, or ``n`` of them as its choices."""
        prompts = [_prompt(messages, fields)] * int(fields.get("n") or 1)
        return _response(_ask(prompts))

    chat_completion = create


class AsyncChat(Chat):
    """As ``Chat``, for coroutines: what is asked at a time is asked together."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__()
        self._waiting: list[tuple[list[Prompt], asyncio.Future[Any]]] = []

    async def create(self, messages: Sequence[Mapping[str, Any]], **fields: Any) -> Any:
        """As ``Chat.create``."""
        prompts = [_prompt(messages, fields)] * int(fields.get("n") or 1)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._waiting.append((prompts, future))
        if len(self._waiting) == 1:  # whoever else is about to ask does so before this is called
            loop.call_soon(self._ask_for_all)
        return await future

    chat_completion = create

    def _ask_for_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            found = _ask([one for prompts, _ in waiting for one in prompts])
        except Exception as error:
            for _, future in waiting:
                if not future.done():
                    future.set_exception(error)
            return
        for prompts, future in waiting:
            mine, found = found[: len(prompts)], found[len(prompts) :]
            if future.done():
                continue
            if mine:
                future.set_result(_response(mine))
            else:  # others have an answer, which comes first; who asks again ends the search
                future.set_exception(BudgetSpent("a budget of the language model"))


def _ask(prompts: Sequence[Prompt]) -> list[Completion]:
    """The answers, or as many as budgets have room for.

    Where these have room for none: OutOfTime, which ends a search that goes on after errors.
    """
    if Chat.model is None:
        raise RuntimeError("no language model can be asked here")
    found: list[Completion] = []
    try:
        for first in range(0, len(prompts), MOST_AT_ONCE):
            found += Chat.model.ask_all(prompts[first : first + MOST_AT_ONCE])
    except BudgetSpent as spent:
        if not found:
            raise OutOfTime(str(spent)) from None
    return found


def _prompt(messages: Sequence[Mapping[str, Any]], fields: Mapping[str, Any]) -> Prompt:
    if fields.get("stream"):
        raise NotImplementedError("stream=True is not offered; ask for whole answers")
    for name in sorted(fields.keys() - set(_READ)):
        print(f"the language model is asked without '{name}'")
    stop = fields.get("stop") or ()
    most = fields.get("max_tokens") or fields.get("max_completion_tokens") or 1024
    return Prompt(
        [(str(one["role"]), _text(one["content"])) for one in messages],
        max_tokens=int(most),
        temperature=fields.get("temperature"),
        top_p=fields.get("top_p"),
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
    )


def _text(content: Any) -> str:
    """A message's text, which may come in parts."""
    if isinstance(content, str):
        return content
    return "".join(str(part.get("text", "")) for part in content)


def _response(found: Sequence[Completion]) -> Any:
    choices = [
        SimpleNamespace(
            index=index,
            message=SimpleNamespace(role="assistant", content=one.text),
            finish_reason="length" if one.cut else "stop",
        )
        for index, one in enumerate(found)
    ]
    prompt, answer = found[0].usage.prompt, sum(one.usage.completion for one in found)
    usage = SimpleNamespace(
        prompt_tokens=prompt, completion_tokens=answer, total_tokens=prompt + answer
    )
    return SimpleNamespace(choices=choices, usage=usage, model=found[0].model)
