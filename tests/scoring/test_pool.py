"""The pool: order, limits, deaths. The processes are real, and so is what kills them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from scoring_problems import problem

from bench.kinds import item_of
from bench.problems import Data, Domain, Problem
from bench.scoring import FormCache, Item, Scorecard, ScoringError, ScoringLimits, score, score_many
from bench.scoring.messages import Session
from bench.scoring.scorecard import SOLE

# Twenty terms, no two alike: SymPy works on it for minutes.
MONSTER = " + ".join(f"sin({k}.5*x0 + x1**{k})/(x2 + {k}.1)**1.5" for k in range(1, 21))
TIGHT = ScoringLimits(seconds=1.0)
PLAIN = ["x0*x1**2", "x0", None, "x0*(", "x1 - x2", "sqrt(x0)*x1"]


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The workers unpickle the test problems' source."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


def items(texts: list[str | None]) -> list[Item]:
    return [item_of(text, problem()) for text in texts]


def untimed(card: Scorecard) -> Scorecard:
    verdicts = card.comparison.verdicts.items()
    untimed = {rule: replace(verdict, seconds=0.0) for rule, verdict in verdicts}
    return card.compared(SOLE, verdicts=untimed).but(seconds={}, judge_version="")


def neds(cards: list[Scorecard]) -> list[float | None]:
    return [card.values["ned"] for card in cards]


def test_cards_are_those_of_score_in_the_order_of_the_items(tmp_path: Path) -> None:
    counts: list[int] = []
    cards = list(
        score_many(items(PLAIN), workers=2, forms=FormCache(tmp_path), on_progress=counts.append)
    )
    alone = [score(item, forms=FormCache()) for item in items(PLAIN)]
    assert [untimed(card) for card in cards] == [untimed(card) for card in alone]
    assert counts == list(range(1, len(PLAIN) + 1))


def test_a_monster_is_ended_and_remembered(tmp_path: Path) -> None:
    limits = ScoringLimits(seconds=1.5)
    texts = ["x0", MONSTER, "x1", "x2"]
    for again in (False, True):
        start = time.monotonic()
        cards = list(score_many(items(texts), workers=1, limits=limits, forms=FormCache(tmp_path)))
        assert neds(cards) == pytest.approx([0.8, 1.0, 0.8, 1.0])
        monster = cards[1]
        edit = monster.comparison.edit
        assert edit is not None
        assert (edit.reason, edit.true_nodes) == ("simplification time-out", 5)
        assert monster.limits_hit == ("edit_distance: simplification time-out",)
        assert monster.values["finite"] == 1.0
        assert monster.answer_by("exact") == "no"
        assert not any(card.limits_hit for card in cards if card is not monster)
        if again:
            assert "edit_distance" in monster.seconds  # from the cache: the step was finished
            assert monster.seconds["edit_distance"] < limits.seconds
        else:
            assert time.monotonic() - start > limits.seconds


def test_a_truth_that_cannot_be_simplified_is_blamed(tmp_path: Path) -> None:
    item = item_of("x0", problem(MONSTER))
    (card,) = score_many([item], limits=ScoringLimits(seconds=1.5), forms=FormCache(tmp_path))
    edit = card.comparison.edit
    assert edit is not None
    assert edit.reason == "the truth has no canonical form: simplification time-out"
    assert card.limits_hit == ("truth_form: simplification time-out",)


def test_a_verdict_that_is_cut_short_is_undecided_and_costs_nothing_else(tmp_path: Path) -> None:
    plain = problem()
    endless = EndlessDomain("toy", "1", "endless", plain.variables, plain.targets, plain.source)
    both = [item_of("x0*x1**2", one) for one in (endless, plain)]
    cut, whole = score_many(both, limits=ScoringLimits(seconds=1.5), forms=FormCache(tmp_path))
    assert cut.limits_hit == ("verdicts: time-out",) and "verdicts" not in cut.seconds
    for rule, verdict in cut.comparison.verdicts.items():
        assert (verdict.answer, verdict.step, verdict.reason) == ("undecided", "limit", "time-out")
        assert (cut.values[f"symbolic_{rule}"], cut.values[f"undecided_{rule}"]) == (0.0, 1.0)
    others = ("r2", "accuracy", "ned", "complexity", "variables_right", "ood_accuracy")
    assert [cut.values[name] for name in others] == [whole.values[name] for name in others]
    assert whole.answer_by("exact") == "yes" and not whole.limits_hit


def test_memory_is_limited(tmp_path: Path) -> None:
    limits = ScoringLimits(seconds=60.0, memory_mb=40)
    text = "(x0 + 1.5)**200000*(x0 - 1)**50000"  # written out, it takes a gigabyte in seconds
    cards = list(score_many(items([text, "x0"]), limits=limits, forms=FormCache(tmp_path)))
    assert neds(cards) == pytest.approx([1.0, 0.8])
    assert cards[0].limits_hit == ("edit_distance: simplification memory limit",)
    assert not cards[1].limits_hit


def workers() -> list[psutil.Process]:
    return [one for one in psutil.Process().children(recursive=True) if _is_worker(one)]


def begun() -> list[psutil.Process]:
    """The workers that this program began itself, without their forks."""
    return [one for one in psutil.Process().children() if _is_worker(one)]


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "bench.scoring.worker" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # ended meanwhile, or waits to be buried
        return False


def wait_for_end(pids: list[int]) -> None:
    """Fails where one of these processes still runs after a minute.

    They are nobody's children any more. One that has ended may wait for a parent who never looks.
    """
    deadline = time.monotonic() + 60.0
    while any(map(_runs, pids)):
        assert time.monotonic() < deadline, pids
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_process_that_was_killed_is_replaced(tmp_path: Path) -> None:
    def tampered() -> Iterator[Item]:
        yield from items(["x0", "x1"])
        victims = workers()
        for process in victims:
            os.kill(process.pid, signal.SIGKILL)
        psutil.wait_procs(victims, timeout=10)
        yield from items(["x0*x1**2", "x2"])

    cards = list(score_many(tampered(), forms=FormCache(tmp_path)))
    assert neds(cards) == pytest.approx([0.8, 0.8, 0.0, 1.0])
    assert not any(card.limits_hit for card in cards)


def test_forks_that_die_before_they_begin_cost_their_items_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Session.here

    def hopeless(*given: Any) -> Session:
        return replace(here(*given), environment={"no\0name": ""})

    monkeypatch.setattr(Session, "here", hopeless)
    cards = list(score_many(items(["x0", "x1", "x2"]), forms=FormCache(tmp_path)))
    why = "no expression: reading it ended in a crash (exit status 1)"
    assert [card.failure for card in cards] == [why] * 3


def test_what_works_on_is_ended_and_what_is_done_rests(tmp_path: Path) -> None:
    cards = score_many(items(["x0", MONSTER]), workers=2, forms=FormCache(tmp_path))
    next(cards)
    assert len(workers()) >= 3, "one rests, the other has a fork at work"
    cards.close()  # type: ignore[attr-defined]
    (resting,) = begun()
    # A fork that is ending has no command line any more: its parent knows of it all the same.
    psutil.wait_procs(resting.children(), timeout=10)
    assert not resting.children()


def test_the_next_pool_scores_in_a_new_fork_of_the_same_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = list(score_many(items(["x0"]), forms=FormCache(tmp_path / "a")))
    kept = begun()
    monkeypatch.chdir(tmp_path)
    again = score_many(items(["x0", MONSTER]), limits=TIGHT, forms=FormCache(tmp_path / "b"))
    assert untimed(next(again)) == untimed(first[0])
    assert set(kept) & set(workers()), "its imports are not to be paid again"
    (monster,) = again
    assert monster.limits_hit == ("edit_distance: simplification time-out",)
    assert list((tmp_path / "b").iterdir()), "the forms of a session go where it says"
    os.kill(kept[-1].pid, signal.SIGKILL)
    psutil.wait_procs(kept[-1:], timeout=10)
    assert [untimed(card) for card in score_many(items(["x0"]))] == [untimed(first[0])]


def test_a_program_that_ends_leaves_no_process(tmp_path: Path) -> None:
    program = (
        "from test_pool import *\n"
        f"list(score_many(items(['x0']), forms=FormCache(Path({str(tmp_path)!r}))))\n"
        "print(*[process.pid for process in workers()])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)
    pids = [int(pid) for pid in done.stdout.split()]
    assert pids
    wait_for_end(pids)


def test_a_pool_killed_outright_leaves_nothing_that_outlives_its_limit(tmp_path: Path) -> None:
    program = (
        "from test_pool import *\n"
        "cards = score_many(items([MONSTER]), limits=ScoringLimits(seconds=1.5), "
        f"forms=FormCache(Path({str(tmp_path)!r})))\n"
        "list(cards)\n"
    )
    pool = subprocess.Popen([sys.executable, "-c", program])
    try:
        deadline = time.monotonic() + 60.0
        # The worker, and the fork that is at work on the monster.
        while len(started := psutil.Process(pool.pid).children(recursive=True)) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        pool.kill()
        pool.wait()
    assert len(started) == 2
    wait_for_end([one.pid for one in started])


class EndlessDomain(Problem):
    """A problem at whose domain the judge looks for ever."""

    @property
    def domain(self) -> Domain:
        while True:
            pass


@dataclass(frozen=True)
class Missing:
    def data(self, problem: Problem, seed: int) -> Data:
        raise FileNotFoundError("data.csv is gone")


def test_a_problem_at_fault_is_an_error(tmp_path: Path) -> None:
    broken = item_of("x0", problem("x0*("))
    with pytest.raises(ScoringError, match=r"problem 'toy/energy' cannot be scored: ParseError"):
        list(score_many([broken], forms=FormCache(tmp_path)))
    source = Problem("toy", "1", "lost", problem().variables, problem().targets, Missing())
    with pytest.raises(ScoringError, match=r"'toy/lost' .* data.csv is gone"):
        list(score_many([item_of("x0", source)], forms=FormCache(tmp_path)))


def test_nothing_to_score() -> None:
    assert list(score_many([])) == []
