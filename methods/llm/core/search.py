"""The loop that all of these methods share: ask, read, leave out what was seen, fit, remember.

What a method adds is its memory, its prompt and how it reads an answer; so a difference on the
leaderboard is a difference between these.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bench import BudgetSpent, Call, Discovery, Expression, Prompt, Symbol, Task, evaluate
from methods.answering import Answering
from methods.llm.core.forms import OpenForm
from methods.llm.core.reading import Refusal, forms_in
from methods.refine import EXACT, Fitted, line

ROWS = 200
"""On which forms are fitted; the best are fitted to all rows at the end."""
_SEARCH_SHARE = 0.9
_FINALISTS = 10
_WORST = -60.0
_LONGEST_ECHO = 3000


@dataclass(frozen=True)
class FittedForm:
    """A form that was fitted: ``expression`` is the variant of it that fits best, still open."""

    form: OpenForm
    expression: Expression
    fitted: Fitted

    @property
    def score(self) -> float:
        """``-log NMSE`` on the rows of the search, by natural logarithms."""
        error = self.fitted.error
        return -2.0 * math.log(max(error, EXACT)) if math.isfinite(error) else _WORST

    @property
    def nmse(self) -> float:
        """The mean square of the error over the target's variance."""
        return self.fitted.error**2


@dataclass(frozen=True)
class Reply:
    """What one answer came to; ``trials`` are of forms that are new, ``seen`` of those that were
    tried before."""

    text: str
    trials: tuple[FittedForm, ...] = ()
    seen: tuple[FittedForm, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether there is a formula in it."""
        return bool(self.trials or self.seen)


class Said(Protocol):
    """An answer: its text, and whether it was cut off."""

    @property
    def text(self) -> str: ...

    @property
    def cut(self) -> bool: ...


class Model(Protocol):
    """Who answers prompts: ``bench.LanguageModel``, or what stands in for it."""

    def ask_all(self, prompts: Sequence[Prompt]) -> Sequence[Said]: ...


class SearchOver(Exception):
    """There is no use in, or no time for, another form."""


class FormSearch:
    """One run: the data, what was tried, and the best of it.

    ``model`` answers prompts; ``starts`` descents fit each form. With ``each_c`` every ``c`` in an
    answer is a constant of its own.
    """

    def __init__(self, task: Task, model: Model, *, starts: int = 3, each_c: bool = False) -> None:
        self.task, self.model = task, model
        self.answer = Answering(task, ROWS, scale=False)
        self.trials: dict[str, FittedForm] = {}
        self.counts: Counter[str] = Counter()
        self._restarts, self._each_c = starts - 1, each_c

    def follow(self, course: Iterator[None]) -> Discovery:
        """Follow ``course`` until it ends, a budget does, or a form is exact; then answer."""
        try:
            self.check()
            for _ in course:
                self.check()
        except BudgetSpent as spent:
            print(f"ended by {spent.budget}")
        except SearchOver:
            pass
        told = ("answers", "forms", "repeated", "refused", "returned", "repaired", "fitted")
        counts = {name: self.counts[name] for name in told}
        print(", ".join(f"{count} {name}" for name, count in counts.items()))
        return replace(self.discovery(), counts=counts)

    @property
    def settled(self) -> bool:
        """Whether no further form can be better."""
        return self.answer.constant or self.answer.exact

    def check(self) -> None:
        """Raise SearchOver where the search is to end."""
        most = self.task.budget.evaluations
        if self.settled or self.answer.spent(_SEARCH_SHARE):
            raise SearchOver
        if most is not None and self.counts["fitted"] >= most:
            raise SearchOver

    def ask(self, prompts: Sequence[Prompt]) -> list[Reply]:
        """What came of prompts that are asked together, in their order.

        An answer in which nothing can be read goes back once, with the reason. Raises BudgetSpent
        where there is no room for a call, and SearchOver.
        """
        answers = self.model.ask_all(prompts)
        replies = [self._reply(one) for one in answers]
        unread = [at for at, reply in enumerate(replies) if not reply.readable]
        if unread:
            again = [_returned(prompts[at], replies[at]) for at in unread]
            try:
                repaired = self.model.ask_all(again)
            except BudgetSpent:
                return replies
            self.counts["returned"] += len(repaired)
            for at, answer in zip(unread, repaired, strict=False):
                replies[at] = self._reply(answer)
                self.counts["repaired"] += replies[at].readable
        return replies

    def say(self, prompt: Prompt) -> str:
        """The text of an answer that holds no formula."""
        answer = self.model.ask_all([prompt])[0]
        self.counts["answers"] += 1
        return answer.text

    def _reply(self, answer: Said) -> Reply:
        self.counts["answers"] += 1
        forms, refusals = forms_in(answer.text, self.task.variables, each_c=self._each_c)
        if answer.cut and not forms:
            refusals = [replace(one, reason=f"{one.reason}; the answer was cut off: be shorter")
                        for one in refusals]  # fmt: skip
        self.counts["refused"] += len(refusals)
        new: list[FittedForm] = []
        seen: list[FittedForm] = []
        for form in forms:
            known = form.key in self.trials
            (seen if known else new).append(self.fit(form))
        return Reply(answer.text, tuple(new), tuple(seen), tuple(refusals))

    def fit(self, form: OpenForm) -> FittedForm:
        """A form with its constants fitted; kept and reported where it is the best so far.

        One that was seen before is not fitted again. Raises SearchOver.
        """
        self.counts["forms"] += 1
        known = self.trials.get(form.key)
        if known is not None:
            self.counts["repeated"] += 1
            return known
        self.check()
        self.counts["fitted"] += 1
        return self._kept(form, self._fits(form))

    def onto(self, task: Task) -> None:
        """Go on with the data of ``task``: to them the best forms so far are fitted anew."""
        known = self.best(_FINALISTS)
        self.task, self.trials = task, {}
        self.answer = Answering(task, ROWS, scale=False)
        for one in known:
            values = one.fitted.parameters
            as_it_was = self.answer.on_few.fitted(one.expression, parameters=values)
            self._kept(one.form, (replace(one, fitted=as_it_was), *self._fits(one.form)))

    def _kept(self, form: OpenForm, fits: Iterable[FittedForm]) -> FittedForm:
        """The best of a form's fits, which is reported where it is the best of all."""
        trial = min(fits, key=lambda one: one.fitted.criterion)
        self.trials[form.key] = trial
        best = self.answer.best
        better = best is None or trial.fitted.criterion < best.criterion
        if better and math.isfinite(trial.fitted.error):
            self.answer.keep(trial.fitted)
        return trial

    def _fits(self, form: OpenForm) -> Iterator[FittedForm]:
        """The form as it is, without its guards, and as ``a + b*form``."""
        few, seed = self.answer.on_few, self.task.seed
        for variant in form.variants:
            fitted = few.fitted(variant, self._restarts, seed, form.starts)
            yield FittedForm(form, variant, fitted)
            if not fitted.exact and math.isfinite(fitted.error):
                values = dict(fitted.parameters)
                a, b = (f"{name}_of_{len(values)}" for name in ("offset", "factor"))
                wrapped = Call("add", (Symbol(a), Call("mul", (Symbol(b), variant))))
                values |= dict(zip((a, b), _line(self.answer, fitted), strict=True))
                yield FittedForm(form, wrapped, few.fitted(wrapped, parameters=values))

    def best(self, count: int) -> list[FittedForm]:
        """The best so far by their score, the best first."""
        return ranked(self.trials.values())[:count]

    def discovery(self) -> Discovery:
        """The best form, fitted to all rows, with what does nothing left out; and the front."""
        found = [one for one in self.trials.values() if math.isfinite(one.fitted.error)]
        if not found:
            return self.answer.of_mean()
        found.sort(key=lambda one: one.fitted.criterion)
        on_few, on_all = self.answer.on_few, self.answer.on_all
        last = [
            on_all.fitted(one.expression, parameters=one.fitted.parameters)
            for one in found[:_FINALISTS]
        ]
        best = min(last, key=lambda one: one.criterion)
        shorter = on_all.fitted(on_few.shortened(on_few.judged(best.expression)).expression)
        chosen = min(best, shorter, key=lambda one: one.criterion)
        return self.answer.chosen(chosen, [*(one.fitted for one in found)])


def ranked(trials: Iterable[FittedForm]) -> list[FittedForm]:
    """By score, the best first, and of equals the shortest."""
    return sorted(trials, key=lambda one: (-one.score, one.fitted.nodes, one.form.key))


def _line(answer: Answering, fitted: Fitted) -> tuple[float, float]:
    """Where ``a + b*fitted`` begins."""
    few = answer.on_few
    values = evaluate(fitted.expression, few.names, few.X)
    a, b = line(values, few.y)
    return (a, b) if b else (0.0, 1.0)


def _returned(prompt: Prompt, reply: Reply) -> Prompt:
    """The prompt again, with the answer that cannot be read and why."""
    reasons = "; ".join(one.reason for one in reply.refusals[:3])
    said = f"That cannot be read: {reasons}. Answer again, in the form that was asked for."
    echo = reply.text[:_LONGEST_ECHO] or "(nothing)"
    return replace(prompt, messages=(*prompt.texts, ("assistant", echo), ("user", said)))
