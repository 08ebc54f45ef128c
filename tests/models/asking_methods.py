"""Methods that ask a language model, as workers load them."""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from bench import BudgetSpent, Discovery, Prompt, Task


@dataclass(frozen=True)
class Asks:
    """Asks ``calls`` times, ``together`` prompts at once, and answers with what came last."""

    calls: int = 2
    together: int = 1
    pause: float = 0.0
    asks_model: ClassVar[bool] = True

    def discover(self, task: Task) -> Discovery:
        said = ["x0"]
        try:
            for _ in range(self.calls):
                prompts = [Prompt(f"A law of {task.names}, please.")] * self.together
                said += [one.text for one in task.model.ask_all(prompts)]
                task.report(said[-1])
                time.sleep(self.pause)
        except BudgetSpent as spent:
            print(spent.budget)
        return Discovery.of(said[-1])


@dataclass(frozen=True)
class Spends:
    """Asks once, computes meanwhile for ``seconds`` where it ``works``, and says what is left."""

    seconds: float = 0.0
    works: bool = False
    asks_model: ClassVar[bool] = True

    def discover(self, task: Task) -> Discovery:
        thread = threading.Thread(target=self._work, daemon=True)
        thread.start()
        task.model.ask("A law?")
        print(f"left {task.remaining().seconds:.3f}")
        return Discovery.of("x0")

    def _work(self) -> None:
        end = time.monotonic() + self.seconds
        while self.works and time.monotonic() < end:
            sum(range(1000))


@dataclass(frozen=True)
class Swallows:
    """Goes on whatever happens."""

    asks_model: ClassVar[bool] = True

    def discover(self, task: Task) -> Discovery:
        while True:
            try:
                task.model.ask("A law?")
            except BaseException as error:
                print(error)


@dataclass(frozen=True)
class Looks:
    """Looks for the key: in its environment, and in the memory that it can read."""

    name: str = ""
    asks_model: ClassVar[bool] = True

    def discover(self, task: Task) -> Discovery:
        task.model.ask("A law?")
        print("environment", self.name in os.environ)
        secret = "-".join(("SECRET", "key", "4f1d8e27c6b5a9")).encode()
        print("parents", any(secret in _environment(pid) for pid in (os.getppid(), 1)))
        return Discovery.of("x0")


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def _with_all_locals() -> None:
    """What some libraries print of a crash: every variable of every frame."""
    _, error, _ = sys.exc_info()
    assert error is not None
    shown = traceback.TracebackException.from_exception(error, capture_locals=True, limit=-30)
    print("".join(shown.format()))


_CRASHES: dict[str, Callable[[Task], object]] = {
    "before": lambda task: 1 / 0,
    "a wrong prompt": lambda task: task.model.ask([("nobody", "A law?")]),
    "no prompt": lambda task: task.model.ask_all([]),
    "with the answer": lambda task: _raise(ValueError(task.model.ask("A law?").text)),
    "with the model": lambda task: _raise(ValueError(vars(task.model), vars(task.model.ask("x")))),
    "two lines": lambda task: _raise(ValueError(f"a\n{task.model.ask('A law?').text}")),
    "too deep": lambda task: _deep(task.model.ask("A law?").text),
    "no memory": lambda task: _raise(MemoryError(task.model.ask("A law?").text)),
    "leaves": lambda task: sys.exit(task.model.ask("A law?").text),
    "aborts": lambda task: task.model.ask("A law?") and os.abort(),
    "aborts meanwhile": lambda task: _meanwhile(os.abort) or task.model.ask("slow"),
    "killed meanwhile": lambda task: (
        _meanwhile(lambda: os.kill(os.getpid(), 9)) or task.model.ask("slow")
    ),
    "a core": lambda task: faulthandler.enable() or (task.model.ask("A law?") and os.abort()),
}


def _deep(text: str) -> object:
    return _deep(text)


def _raise(error: Exception) -> object:
    raise error


def _meanwhile(end: Callable[[], object]) -> None:
    threading.Timer(0.3, end).start()


@dataclass(frozen=True)
class Crashes:
    """Ends as ``how`` says, and tells all that it can of it."""

    how: str
    asks_model: ClassVar[bool] = True

    def discover(self, task: Task) -> Discovery:
        try:
            _CRASHES[self.how](task)
        except BaseException:
            _with_all_locals()
            raise
        return Discovery.of("x0")


CRASHES = tuple(_CRASHES)
