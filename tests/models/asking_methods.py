"""Methods that ask a language model, as workers load them."""

from __future__ import annotations

import os
import threading
import time
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
