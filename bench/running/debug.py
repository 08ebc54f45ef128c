"""Debug: one run in the foreground, in this process, with no limits and nothing caught."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace

from bench.clock import Clock
from bench.kinds import kind_of
from bench.method import Answer, Discovery
from bench.models.completion import Completion
from bench.models.conversation import Conversation
from bench.models.language_model import LanguageModel
from bench.models.prompt import Prompt
from bench.running.perform import Job, oracle_of, pose
from bench.running.questions import conversation_of
from bench.running.results.store import Store
from bench.running.sandbox.answer import bounded, checked
from bench.running.sandbox.worker import discover, make_task, ready


def debug(job: Job, on_report: Callable[[Answer, float | None], None]) -> Discovery:
    """Run ``job`` here and now, and return its discovery; no record is written.

    What the method raises comes through with its traceback, what it prints is seen, and
    ``breakpoint()`` works. InvalidAnswer is raised where the answer is none. A program that does
    not run from the start with the budget's threads cannot hold all libraries to them.
    """
    data = job.problem.data(job.run.data_seed)
    request, arrays = pose(job, data)
    method, _ = ready(request)
    shown = tuple(array.view() for array in arrays)
    for array in shown:
        array.flags.writeable = False  # as in a worker
    clock = Clock()
    task = make_task(request, shown, on_report, clock)
    oracle = oracle_of(job, data)
    if oracle is not None:
        task = replace(task, asks=oracle.ask)
    with tempfile.TemporaryDirectory() as folder:
        conversation = conversation_of(job.run, job.endpoint, Store(folder))
        if conversation is not None:
            task = replace(task, model=LanguageModel(_off_the_clock(conversation, clock)))
        clock.start()
        discovery, _ = bounded(discover(method, kind_of(job.problem), task))
    return checked(discovery, kind_of(job.problem), request.told)


def _off_the_clock(
    conversation: Conversation, clock: Clock
) -> Callable[[Sequence[Prompt]], list[Completion]]:
    """Asks in this process, and does not charge the waiting."""

    def ask(prompts: Sequence[Prompt]) -> list[Completion]:
        before = conversation.waited
        try:
            return conversation.ask(prompts)
        finally:
            clock.excuse(conversation.waited - before)

    return ask
