"""How runs end: by an answer, a limit, or a death, and what counts of what they have said."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Sequence
from typing import NamedTuple

from bench.kinds.find import kind_at
from bench.method import Candidate, Discovery
from bench.running.results.record import Report, Status
from bench.running.sandbox.answer import InvalidAnswer, checked, refusal
from bench.running.sandbox.messages.with_worker import Answered, Failed, Request

_LAST_REPORTS_TRIED = 20


class RunEnd(NamedTuple):
    """How a run ended that has no answer; with ``ok``, one whose answer was found to be one."""

    status: Status
    message: str


def end_of(finish: Answered | Failed, *, begun: bool) -> Answered | RunEnd:
    """The end that a worker's last word makes of a run that has ``begun``, or had not yet."""
    if isinstance(finish, Failed):
        return RunEnd(finish.status, finish.message)
    return finish if begun else RunEnd("invalid", "an answer came before the run had begun")


def death(code: int) -> RunEnd:
    """The end of a worker that died with this exit code, negative for a signal."""
    if code >= 0:
        return RunEnd("crash", f"the method ended its process (exit code {code})")
    with contextlib.suppress(ValueError):
        name = signal.Signals(-code).name
        why = "; the kernel may have run out of memory" if name == "SIGKILL" else ""
        return RunEnd("crash", f"killed by {name}{why}")
    return RunEnd("crash", f"killed by signal {-code}")


def looked_through(
    end: Answered | RunEnd, reports: Sequence[Report], request: Request
) -> tuple[RunEnd, Discovery | None, int]:
    """How the run ended once its answer is checked, what it found, and how many candidates of its
    front were left out. Without an answer, its last report counts."""
    if isinstance(end, Answered):
        try:
            found = checked(end.discovery, kind_at(request.kind), request.told)
        except InvalidAnswer as error:
            return RunEnd("invalid", str(error)), None, 0
        left_out = end.left_out + len(end.discovery.front) - len(found.front)
        return RunEnd("ok", ""), found, left_out
    return end, None if end.status == "invalid" else _last_report(reports, request), 0


def _last_report(reports: Sequence[Report], request: Request) -> Discovery | None:
    """The last report that is an answer."""
    kind = kind_at(request.kind)
    for report in reversed(reports[-_LAST_REPORTS_TRIED:]):
        if refusal(report.expression, kind, request.told) is None:
            return Discovery(Candidate(report.expression, None, report.loss))
    return None
