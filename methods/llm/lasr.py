"""The method ``lasr``: evolution, some of whose steps a model takes, and a library of concepts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from bench import Budget, BudgetSpent, Discovery, Expression, Prompt, Task, complexity
from methods.llm.core.describing import LANGUAGE, OPEN, ROLE, paragraphs, told
from methods.llm.core.forms import OpenForm
from methods.llm.core.reading import texts_in
from methods.llm.core.search import FittedForm, FormSearch, ranked
from methods.llm.icsr import skeleton
from methods.llm.variation import crossed, drawn, mutated
from methods.transformer import warm

_WRITTEN = 5
_IDEA = 200
_REASONER = "You say in short sentences what makes some formulas fit data better than others."


@dataclass(frozen=True)
class LaSR:
    """Symbolic regression with a learned concept library.

    Grayeli et al., "Symbolic Regression with a Learned Concept Library", NeurIPS 2024
    (arXiv:2409.09359). A population evolves; a share of its mutations, crossovers and random
    formulas is made by the model, which is shown concepts and one or two formulas; every
    ``reflect`` generations it contrasts the best with the worst, and its ideas become concepts.
    Of more than ``library`` ideas, five of the older ones are merged.

    Departures:

    * The evolution is our own, and small: one population, tournaments, constants of every new
      form fitted. It is not PySR's.
    * What the task tells is in every prompt. In the released code it is put into a list after the
      prompt's text was made, and never reaches the model.
    * An operator or variable that does not exist is refused in words, not replaced by the first.
    * Calls of a generation are made together. When the budget's calls are spent, evolution goes
      on without the model until the time is.
    """

    asks_model: ClassVar[bool] = True

    population: int = 60
    children: int = 20
    share: float = 0.05
    tournament: int = 5
    crossover: float = 0.3
    longest: int = 40
    reflect: int = 10
    library: int = 30
    temperature: float = 1.0
    max_tokens: int = 400
    starts: int = 1

    def warm_up(self, budget: Budget) -> None:
        """Load the compiled code."""
        warm.drawing()

    def discover(self, task: Task) -> Discovery:
        """Evolve until the budget is spent or a formula is exact."""
        search = FormSearch(task, task.model, starts=self.starts)
        return search.follow(self._course(search))

    def _course(self, search: FormSearch) -> Iterator[None]:
        random = np.random.default_rng(search.task.seed)
        concepts = _Concepts(self.library, random)
        population = [self._fresh(search, random) for _ in range(self.population)]
        generation = 0
        while True:
            generation += 1
            asked = int(random.binomial(self.children, self.share))
            grown = [self._child(search, population, random) for _ in range(self.children - asked)]
            try:
                grown += self._asked(search, population, concepts, asked, random)
                if generation % self.reflect == 0:
                    self._reflected(search, population, concepts)
            except BudgetSpent as spent:
                if spent.budget != "budget.calls" or not concepts.open:
                    raise
                concepts.open = False
            different = {one.form.key: one for one in (*population, *grown)}
            population = ranked(different.values())[: self.population]
            yield

    def _fresh(self, search: FormSearch, random: np.random.Generator) -> FittedForm:
        return search.fit(_form(drawn(search.task.names, random)))

    def _child(
        self, search: FormSearch, population: Sequence[FittedForm], random: np.random.Generator
    ) -> FittedForm:
        """One step of ordinary evolution."""
        parent = self._parent(population, random).fitted.expression
        if random.random() < self.crossover:
            child = crossed(parent, self._parent(population, random).fitted.expression, random)
        else:
            child = mutated(parent, search.task.names, random)
        if complexity(child) > self.longest:
            child = drawn(search.task.names, random)
        return search.fit(_form(child))

    def _parent(self, population: Sequence[FittedForm], random: np.random.Generator) -> FittedForm:
        rivals = random.integers(len(population), size=self.tournament)
        return ranked([population[at] for at in rivals])[0]

    def _asked(
        self, search: FormSearch, population: Sequence[FittedForm], concepts: _Concepts,
        count: int, random: np.random.Generator,
    ) -> list[FittedForm]:  # fmt: skip
        """The children that the model makes, one of each answer; ordinary ones where it fails."""
        if not count or not concepts.open:
            return [self._child(search, population, random) for _ in range(count)]
        prompts = []
        for _ in range(count):
            shown = int(random.integers(3))
            parents = [self._parent(population, random) for _ in range(shown)]
            prompts.append(self.prompt(search.task, parents, concepts.drawn()))
        found = []
        for reply in search.ask(prompts):
            trials = [*reply.trials, *reply.seen]
            if trials:
                found.append(trials[int(random.integers(len(trials)))])
            else:
                found.append(self._child(search, population, random))
        return found

    def prompt(self, task: Task, parents: Sequence[FittedForm], concepts: Sequence[str]) -> Prompt:
        """A mutation of one parent, a crossover of two, or formulas out of nothing."""
        formulas = "\n".join(f"- {skeleton(one)}" for one in parents)
        believed = "\n".join(f"- {one}" for one in concepts)
        step = ("Write", "Change this formula into", "Combine these formulas into")[len(parents)]
        wanted = (
            f"{step} {_WRITTEN} different formulas that could be the law. Answer with a JSON list "
            "of strings and nothing else."
        )
        text = paragraphs(
            told(task),
            f"What is believed so far of good formulas:\n{believed}" if believed else "",
            formulas,
            f"{LANGUAGE} {OPEN}",
            wanted,
        )
        return self._prompt(ROLE, text)

    def _reflected(
        self, search: FormSearch, population: Sequence[FittedForm], concepts: _Concepts
    ) -> None:
        """Let the model say what the best have and the worst have not; merge old ideas."""
        if not concepts.open:
            return
        order = ranked(population)
        good, bad = (
            "\n".join(f"- {skeleton(one)}" for one in group) for group in (order[:5], order[-5:])
        )
        text = paragraphs(
            told(search.task),
            f"These formulas fit well:\n{good}",
            f"These fit badly:\n{bad}",
            "What do the good ones have that the bad ones have not? Answer with a JSON list of at "
            "most 5 short sentences and nothing else.",
        )
        concepts.add(texts_in(search.say(self._prompt(_REASONER, text))))
        old = concepts.to_merge()
        if old:
            text = paragraphs(
                told(search.task),
                "Ideas so far:\n" + "\n".join(f"- {one}" for one in old),
                "Put what they share into one sentence. Answer with a JSON list that holds it.",
            )
            concepts.merged(texts_in(search.say(self._prompt(_REASONER, text))))

    def _prompt(self, role: str, text: str) -> Prompt:
        return Prompt(
            [("system", role), ("user", text)],
            max_tokens=self.max_tokens,
            temperature=self.temperature,
        )


def _form(expression: Expression) -> OpenForm:
    return OpenForm(expression, source=str(expression))


@dataclass
class _Concepts:
    """Ideas, the newest first; ``open`` while the model may be asked."""

    most: int
    random: np.random.Generator
    ideas: list[str] = field(default_factory=list)
    open: bool = True

    def drawn(self, count: int = 3) -> list[str]:
        """Some of the newest ideas."""
        new = self.ideas[: self.most]
        if len(new) <= count:
            return list(new)
        return [new[at] for at in sorted(self.random.choice(len(new), count, replace=False))]

    def add(self, texts: Sequence[str]) -> None:
        """Two of the ideas, before all others."""
        ideas = [" ".join(text.split())[:_IDEA] for text in texts[:5] if text.strip()]
        kept = self.random.permutation(len(ideas))[:2]
        self.ideas = [ideas[at] for at in sorted(kept)] + self.ideas

    def to_merge(self) -> list[str]:
        """Five of the older ideas, where there are too many."""
        older = self.ideas[self.most :]
        if not older:
            return []
        chosen = self.random.choice(len(older), min(5, len(older)), replace=False)
        return [older[at] for at in sorted(chosen)]

    def merged(self, texts: Sequence[str]) -> None:
        """One idea in the place of the older ones."""
        ideas = [" ".join(text.split())[:_IDEA] for text in texts[:1]]
        self.ideas = self.ideas[: self.most - len(ideas)] + ideas
