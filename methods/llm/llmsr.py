"""The method ``llmsr``: programs that evolve on islands, a language model the only operator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from bench import Budget, Discovery, Prompt, Task
from methods import warm
from methods.llm.core.describing import paragraphs, told
from methods.llm.core.functions import function, head, linear
from methods.llm.core.reading import PARAMETERS
from methods.llm.core.search import FittedForm, FormSearch

_ROLE = "You complete Python functions that state laws of science. You answer with code only."


@dataclass(frozen=True)
class LLMSR:
    """Program search by a language model on islands (LLM-SR).

    Shojaee et al., "LLM-SR: Scientific Equation Discovery via Programming with Large Language
    Models", ICLR 2025 (arXiv:2404.18400), after FunSearch (Romera-Paredes et al., Nature 625,
    2024). An island groups its programs by score; a prompt shows two of them, drawn by score and
    then by brevity, as versions 0 and 1, and asks for version 2; the answers stay on the island.

    Departures:

    * Answers are never executed: they are translated to formulas, and what cannot be goes back
      once with the reason.
    * The score is ``-log NMSE``, so that ``softness``, the temperature of the draw, means the
      same for every problem; the released code has the mean square in the target's unit and .1.
    * Constants are fitted from ``starts`` points by Levenberg-Marquardt, not by one BFGS from
      ones. What was tried before is neither fitted nor kept again.
    * The worse half of the islands begins anew after ``reset`` fitted programs, not after four
      hours; everything is drawn by the seed.
    * Prompts are our own, and do not show the code of the evaluation.
    """

    asks_model: ClassVar[bool] = True

    islands: int = 10
    samples: int = 4
    exemplars: int = 2
    softness: float = 1.0
    period: int = 30_000
    reset: int = 200
    temperature: float = 0.8
    max_tokens: int = 512
    starts: int = 3

    def warm_up(self, budget: Budget) -> None:
        """Load the compiled code."""
        warm.fitting()

    def discover(self, task: Task) -> Discovery:
        """Ask until a budget is spent or a formula is exact."""
        search = FormSearch(task, task.model, starts=self.starts)
        return search.follow(self._course(search))

    def _course(self, search: FormSearch) -> Iterator[None]:
        random = np.random.default_rng(search.task.seed)
        first = search.fit(linear(search.task))
        islands = [_Island([first]) for _ in range(self.islands)]
        resets = search.counts["fitted"] // self.reset
        while True:
            island = islands[int(random.integers(len(islands)))]
            shown = island.drawn(self.exemplars, self.softness, self.period, random)
            prompt = self.prompt(search.task, shown)
            for reply in search.ask([prompt] * self.samples):
                island.programs += reply.trials
            if search.counts["fitted"] // self.reset > resets:
                resets = search.counts["fitted"] // self.reset
                _begin_anew(islands, random)
            yield

    def prompt(self, task: Task, shown: Sequence[FittedForm]) -> Prompt:
        """Programs, the best last, and the head of the next."""
        versions = [function(one.form, at, task) for at, one in enumerate(shown)]
        wanted = (
            f"Write equation_v{len(shown)}, a better version of these, for the same inputs and the "
            f"vector params of {PARAMETERS} free numbers, which are fitted to the data. Use numpy "
            "as np, no loops, no arrays and no branches. Think of what science knows of such "
            "quantities, but do not explain: answer with one Python code block, no other text."
        )
        code = "\n\n".join(["import numpy as np", *versions])
        begin = f"Begin with: {head(len(shown), task)}\n"
        text = paragraphs(told(task), f"```python\n{code}\n```", wanted, begin)
        return Prompt(
            [("system", _ROLE), ("user", text)],
            max_tokens=self.max_tokens,
            temperature=self.temperature,
        )


@dataclass
class _Island:
    programs: list[FittedForm] = field(default_factory=list)

    def drawn(
        self, count: int, softness: float, period: int, random: np.random.Generator
    ) -> list[FittedForm]:
        """Up to ``count`` programs: clusters of equal score by their score, with replacement, and
        in a cluster the shorter likelier; in rising order of their score."""
        clusters: dict[float, list[FittedForm]] = defaultdict(list)
        for one in self.programs:
            clusters[one.score].append(one)
        scores = sorted(clusters)
        n = len(self.programs)
        heat = max(softness * (1.0 - (n % period) / period), 1e-6)
        weights = _softmax(np.array(scores) / heat)
        chosen = []
        for _ in range(min(count, len(scores))):
            cluster = clusters[scores[int(random.choice(len(scores), p=weights))]]
            lengths = np.array([one.fitted.nodes for one in cluster], dtype=np.float64)
            shorter = _softmax(-(lengths - lengths.min()) / lengths.max())
            chosen.append(cluster[int(random.choice(len(cluster), p=shorter))])
        return sorted(chosen, key=lambda one: one.score)

    @property
    def best(self) -> FittedForm:
        return max(self.programs, key=lambda one: one.score)


def _softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max())
    result: np.ndarray = powers / powers.sum()
    return result


def _begin_anew(islands: list[_Island], random: np.random.Generator) -> None:
    """The worse half of the islands, each from the best program of one of the others."""
    order = np.argsort([one.best.score for one in islands], kind="stable")
    worse, better = order[: len(islands) // 2], order[len(islands) // 2 :]
    for at in worse:
        founder = islands[int(random.choice(better))].best
        islands[at] = _Island([founder])
