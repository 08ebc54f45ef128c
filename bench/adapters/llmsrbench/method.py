"""A searcher of LLM-SRBench as a method: its class is made and asked as that benchmark does."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.adapters import estimators, formulas
from bench.adapters.folder_package import load_in_package
from bench.adapters.imports import imported_in_folder
from bench.adapters.llmsrbench.chat import Chat
from bench.adapters.llmsrbench.contract import SearchResult, SEDTask
from bench.adapters.llmsrbench.heard import Heard
from bench.adapters.llmsrbench.provided import CLIENTS, PROVIDED, SummaryWriter, provide
from bench.adapters.srbench import NothingFitted, column_names
from bench.basics.words import counted
from bench.kinds.table.task import Task
from bench.method import Budget, Discovery
from bench.models.completion import Completion
from bench.models.language_model import LanguageModel
from bench.models.prompt import Prompt
from bench.models.stops import BudgetSpent
from bench.problems.variable import Variable

_URL = "http://localhost/v1"
"""Where searchers are told that the model is; ours are the clients that would go there."""


@dataclass(frozen=True)
class LLMSRBench:
    """A method of LLM-SRBench: the class ``searcher`` in ``file``, made with ``params``.

    ``params`` are arguments of the class; for LLM-SR's, what stands in its YAML files.
    """

    file: str
    searcher: str
    params: dict[str, Any] | None = None

    @property
    def requires(self) -> tuple[str, ...]:
        """What the file, and those of its folder that it leads to, import and a worker lacks,
        and what fits constants."""
        imported = imported_in_folder(Path(self.file))
        return (*(one for one in imported if one not in PROVIDED), *formulas.REQUIRES)

    @property
    def asks_model(self) -> bool:
        """Whether one of these files imports a language model's client."""
        return not CLIENTS.keys().isdisjoint(imported_in_folder(Path(self.file)))

    def warm_up(self, budget: Budget) -> None:
        """Import the file, with the names it imports from its own benchmark."""
        estimators.warm_up_engines(self.requires, budget)
        self._class()
        formulas.fitting()

    def _class(self) -> type[Any]:
        provide(imported_in_folder(Path(self.file)))
        found = getattr(load_in_package(Path(self.file)), self.searcher, None)
        if not isinstance(found, type):
            raise NothingFitted(f"'{self.file}' has no class '{self.searcher}'")
        return found

    def discover(self, task: Task) -> Discovery:
        """Let the searcher search; the best that it has said on the training data is the answer,
        even where its budget ends first."""
        searcher = _made(self._class(), self.params or {})
        estimators.set_seed(searcher, task.seed)
        estimators.set_time_limit(searcher, task.budget)
        alarm = estimators.Alarm(task)
        heard = Heard(task, alarm)
        _listen(heard, task, alarm)
        returned, why = 0, ""
        try:
            with alarm:
                results = _results(searcher.discover(_posed(task)))
                returned = len(results)
                for one in results:
                    heard.take_result(one)
        except (estimators.OutOfTime, BudgetSpent) as over:
            print(f"the search was ended: {over}")
            why = f" (it was ended: {over})"
        discovery = heard.discovery()
        if discovery is None:
            gave = f"{self.searcher} gave {counted(returned, 'result')}"
            fault = f": {heard.faults.first}" if heard.faults.first else ""
            raise NothingFitted(f"{gave} and no formula or function{why}{fault}")
        return discovery


def _results(returned: object) -> list[Any]:
    if not isinstance(returned, Iterable):
        raise NothingFitted(f"discover returned {returned!r:.80}; it must return a list of results")
    return list(returned)


def _made(cls: type[Any], params: Mapping[str, Any]) -> Any:
    """The searcher, its arguments made as LLM-SRBench's ``eval.py`` makes them."""
    taken = inspect.signature(cls).parameters
    given = dict(params)
    if {"cfg", "SamplerClass"} <= taken.keys() - given.keys():
        given = {**_configured(cls, given), **given}
    usual = {
        "name": "searcher",
        "log_path": "search_logs",
        "temp_dir": ".",
        "api_key": "none",
        "model": "model",
        "model_url": _URL,
    }
    words = {**{name: value for name, value in usual.items() if name in taken}, **given}
    estimators.check_arguments(cls, words)
    return cls(**words)


def _configured(cls: type[Any], given: dict[str, Any]) -> dict[str, Any]:
    """LLM-SR's configuration and sampler, from what ``given`` has of its YAML files' lines."""
    package = cls.__module__.rpartition(".")[0]
    config = importlib.import_module(f"{package}.config")
    sampler = importlib.import_module(f"{package}.sampler")

    def samples(count: int) -> Any:
        return sampler.LocalLLM(
            samples_per_prompt=count, local_llm_url=_URL, api_url=_URL, api_key="none"
        )

    islands = config.ExperienceBufferConfig(num_islands=given.pop("num_islands", 10))
    cfg = config.Config(
        experience_buffer=islands,
        use_api=True,
        api_model="model",
        samples_per_prompt=given.pop("samples_per_prompt", 4),
    )
    most = given.pop("global_max_sample_num", 1000)
    return {"cfg": cfg, "SamplerClass": samples, "global_max_sample_num": most}


def _listen(heard: Heard, task: Task, alarm: estimators.Alarm) -> None:
    """Have the names that are provided ask ``task``'s model, and tell ``heard`` what is said."""

    def ask(prompts: Iterable[Prompt]) -> list[Completion]:
        with alarm.held():
            return list(task.model.ask_all(list(prompts)))

    Chat.model = None if task.model is None else LanguageModel(ask)
    SearchResult.heard = heard.take
    SummaryWriter.heard = heard.take_text


def _posed(task: Task) -> SEDTask:
    """The task as LLM-SRBench words it; its name says nothing of the problem's."""
    columns: tuple[Variable, ...] = (task.target, *task.variables)
    return SEDTask(
        name="problem",
        symbols=[task.target.symbol or task.target.name, *column_names(task.variables)],
        symbol_descs=[one.meaning or one.symbol or one.name for one in columns],
        symbol_properties=["O", *("V" for _ in task.variables)],
        samples=np.column_stack([task.y, task.X]),
        desc=task.description or None,
    )
