"""What searchers import and a worker cannot have as it is, made in a searcher's worker alone.

The benchmark's own names; clients of language models, which reach no network from here and ask
the run's model instead; the log that LLM-SR keeps with TensorBoard, whose texts are heard; and
two small packages that a searcher hardly uses, where they are not installed.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
from collections.abc import Callable, Collection
from types import ModuleType
from typing import Any, ClassVar, NoReturn

from bench.adapters.llmsrbench.chat import AsyncChat, Chat
from bench.adapters.llmsrbench.contract import NAMES

CLIENTS: dict[str, dict[str, Any]] = {
    "openai": {"OpenAI": Chat, "AsyncOpenAI": AsyncChat},
    "huggingface_hub": {"InferenceClient": Chat, "AsyncInferenceClient": AsyncChat},
}
"""By module, the clients that are ours in a searcher's worker."""


class SummaryWriter:
    """A TensorBoard log that is not written; ``heard`` is told the texts that it would hold."""

    heard: ClassVar[Callable[[str], None] | None] = None

    def __init__(self, *args: object, **options: object) -> None:
        pass

    def add_text(self, tag: str, text_string: Any, *args: object, **options: object) -> None:
        """A text, such as the best program so far."""
        if SummaryWriter.heard is not None:
            SummaryWriter.heard(str(text_string))

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args, **options: None


def _no_network(*args: object, **options: object) -> NoReturn:
    raise ConnectionError("a worker reaches no network; ask the language model by openai's names")


_LOGS: dict[str, dict[str, Any]] = {"torch.utils.tensorboard": {"SummaryWriter": SummaryWriter},
         "tensorboardX": {"SummaryWriter": SummaryWriter}}  # fmt: skip
_SMALL: dict[str, dict[str, Any]] = {
    "absl": {"logging": logging},
    "requests": {"get": _no_network, "post": _no_network, "request": _no_network},
}
PROVIDED = frozenset({"torch.utils.tensorboard", "tensorboardX", *CLIENTS, *_SMALL})


def provide(imported: Collection[str]) -> None:
    """Make the modules among those ``imported`` that are ours; this process is a worker."""
    names = {one.__name__: one for one in NAMES}
    for place in ("bench.searchers", "bench.searchers.base", "bench.dataclasses"):
        _make(place, names)
    for place in imported:
        if place in _LOGS:
            _make(place, _LOGS[place])
        elif place in CLIENTS and _is_installed(place):
            importlib.import_module(place).__dict__.update(CLIENTS[place])
        elif place in CLIENTS or (place in _SMALL and not _is_installed(place)):
            _make(place, {**CLIENTS, **_SMALL}[place])


def _is_installed(name: str) -> bool:
    return name in sys.modules or importlib.util.find_spec(name) is not None


def _make(place: str, names: dict[str, Any]) -> None:
    if place not in sys.modules:
        module = ModuleType(place)
        module.__dict__.update(names)
        module.__path__ = []
        sys.modules[place] = module
