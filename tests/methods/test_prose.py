"""PROSE: its words, its network, how that learns, and the method."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from marks import NEURAL

from bench import Budget, SystemTask, Trajectory, load, parse
from methods.neural.folder import CheckpointError
from methods.prose import Prose
from methods.prose.vocabulary import MASKED, PAD, WORDS, Unreadable, Untold, system, written
from methods.systems.guess_system import GuessSystem

PROBLEMS: Any = load("prose", sets=2)


def parsed(text: str) -> Any:
    return parse(text, {name: name for name in ("x0", "x1", "x2", "C0", "C1")})


def test_every_law_and_guess_of_the_dataset_can_be_told() -> None:
    for problem in PROBLEMS:
        tokens = written(problem.laws, problem.names)
        back = system(tokens, problem.names)
        X = np.random.default_rng(0).uniform(1, 2, (4, len(problem.names)))
        for name, law in problem.laws.items():
            from bench import evaluate

            one, other = (evaluate(tree, problem.names, X) for tree in (back[name], law))
            np.testing.assert_allclose(one, other, rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-2.5*x1", "mul neg M250 E-2 x1"),
        ("x0 - x1 + 0.001234", "add sub x0 x1 M123 E-5"),
        ("x0**2*C1 - 28.0", "sub mul pow x0 2 <constant> M280 E-1"),
        ("12*x0", "mul M120 E-1 x0"),
    ],
)
def test_words_are_prefix_and_constants_have_three_digits(text: str, words: str) -> None:
    tokens = written({"x0": parsed(text)}, ["x0", "x1", "x2"])
    assert " ".join(WORDS[token] for token in tokens) == words


def test_what_has_no_words_is_refused() -> None:
    for text, said in [("exp(x0)", "operator exp"), ("1e30*x0", "beyond the exponents")]:
        with pytest.raises(Untold, match=said):
            written({"x0": parsed(text)}, ["x0"])
    with pytest.raises(Untold, match="there are 6 states"):
        written({}, [f"x{k}" for k in range(6)])


@pytest.mark.parametrize(
    "words", ["add x0", "x0 x0", "E1", "M100", "E1 x0", "<constant>", "x2", "x0 | x0 | x0", ""]
)
def test_texts_that_are_no_system_are_refused(words: str) -> None:
    tokens = [WORDS.index(word) for word in words.split()]
    with pytest.raises(Unreadable):
        system([*tokens, *([] if "|" in words else [3, 5 + 8])], ["x0", "x1"])


@NEURAL
def test_trajectories_made_many_at_once_are_those_of_the_dataset() -> None:
    from methods.prose.pool import TIMES, pool_of

    problem = PROBLEMS["thomas_1"]
    pool = pool_of([problem, PROBLEMS["thomas_2"]], 2, np.random.default_rng(0))
    assert pool.x.shape == (4, 192, 5) and pool.problem.tolist() == [0, 0, 1, 1]
    from bench.problems.systems.solver import solve

    exact = solve(problem.rates(), pool.x[0, 0, :3].astype(float).tolist(), TIMES)
    np.testing.assert_allclose(pool.x[0, :, :3], exact, atol=1e-5)
    assert not pool.x[:, :, 3:].any()


@NEURAL
def test_inputs_that_are_not_shown_change_nothing() -> None:
    import torch

    from methods.prose.network import ProseNetwork, ProseShape, Seen

    torch.manual_seed(0)
    network = ProseNetwork(ProseShape(width=16, heads=2, feedforward=16)).eval()
    t, states = torch.linspace(0, 2, 64), torch.tensor([[1.0, 1, 1, 0, 0]] * 2)
    x, guess = torch.randn(2, 64, 5) * states[:, None], torch.randint(5, 30, (2, 7))

    def told(x: Any, guess: Any, with_data: bool) -> Any:
        data = torch.tensor([with_data] * 2)
        memory, shown = network.fused(Seen(t, x, states, guess), data)
        tokens = torch.tensor([[1, 9, 12], [1, 9, 12]])
        return network.logits(network.words_after(tokens, memory, shown))

    other, none = torch.roll(x, 1, dims=1), torch.zeros_like(guess)
    with torch.inference_mode():
        torch.testing.assert_close(told(x, guess, False), told(other, guess, False))
        assert not torch.allclose(told(x, guess, True), told(other, guess, True))
        longer = torch.cat([none, none], dim=1)
        torch.testing.assert_close(told(x, none, True), told(x, longer, True))
        assert not torch.allclose(told(x, none, True), told(x, guess, True))


@NEURAL
def test_words_to_come_are_not_seen() -> None:
    import torch

    from methods.prose.network import ProseNetwork, ProseShape

    torch.manual_seed(0)
    network = ProseNetwork(ProseShape(width=16, heads=2, feedforward=16)).eval()
    memory, shown = torch.randn(1, 4, 16), torch.ones(1, 4, dtype=torch.bool)
    one, other = torch.tensor([[1, 9, 12, 13]]), torch.tensor([[1, 9, 14, 20]])
    with torch.inference_mode():
        first, second = (network.words_after(x, memory, shown) for x in (one, other))
    torch.testing.assert_close(first[:, :2], second[:, :2])
    assert not torch.allclose(first[:, 2:], second[:, 2:])


SMALL = {
    "batch": 12, "pool_steps": 10_000, "checkpoint_seconds": 1e9,
    "queries": 8, "rate": 5e-3, "without_data": 0.0, "warmup": 10,
}  # fmt: skip


@pytest.fixture(scope="module")
def few() -> Iterator[None]:
    """Trainings see the trajectories of three problems only, on one thread: many cost seconds."""
    import torch

    from methods.prose.pool import pool_of_data
    from methods.prose.training import loop

    chosen = [PROBLEMS[f"{name}_1"] for name in ("thomas", "four_wing", "sprott_b")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "drawn_pool", lambda *_: pool_of_data(chosen * 8))
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        yield
        torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def trained(few: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny network that has learnt three laws."""
    from methods.prose.network import ProseShape
    from methods.prose.training.loop import ProseTraining, train

    folder = tmp_path_factory.mktemp("prose") / "tiny"
    shape = ProseShape(width=32, heads=2, feedforward=64, fusion_layers=1, state_layers=1,
                       equation_layers=1)  # fmt: skip
    config = ProseTraining(steps=120, shape=shape, **SMALL)  # type: ignore[arg-type]
    lines = list(train(config, folder))
    assert lines[-1]["text_loss"] < 0.5 * lines[0]["text_loss"]
    return folder


@NEURAL
def test_a_training_that_is_stopped_goes_on_as_if_it_had_not_been(
    few: None, tmp_path: Path
) -> None:
    import torch
    from safetensors.torch import load_file

    from methods.prose.network import ProseShape
    from methods.prose.training.loop import ProseTraining, train

    shape = ProseShape(width=8, heads=2, feedforward=8)
    config = ProseTraining(steps=4, shape=shape, **{**SMALL, "pool_steps": 3})  # type: ignore[arg-type]
    list(train(config, tmp_path / "whole"))
    longer = replace(config, steps=9)  # cut short before its rate comes down
    list(train(longer, tmp_path / "parts", stop_after=2))
    list(train(config, tmp_path / "parts"))
    one, other = (load_file(tmp_path / name / "weights.safetensors") for name in ("whole", "parts"))
    for name, value in one.items():
        torch.testing.assert_close(other[name], value, rtol=1e-5, atol=1e-6)
    with pytest.raises(
        CheckpointError, match=r"with steps=4 \(its rate comes down already\), not 5"
    ):
        list(train(replace(config, steps=5), tmp_path / "parts"))


def test_without_weights_one_line_says_how_to_train_them() -> None:
    with pytest.raises(CheckpointError, match="`rediscover train network=prose_small` trains one"):
        Prose("networks/prose_small")


@NEURAL
@pytest.mark.parametrize("family", ["lorenz", "sprott_b", "aizawa"])
def test_the_network_that_ships_and_a_fit_lead_along_what_comes_later(family: str) -> None:
    problem, task = guessing(f"{family}_1")
    found: Any = Prose(samples=0).discover(task).best.expression
    (shown,), (later,) = problem.data().shown, problem.data().later
    along = Trajectory(np.append(shown.t, later.t[1:]), np.concatenate([shown.x, later.x[1:]]))
    path = SystemTask((along,), problem.states).integrated(found, along, 5.0)[len(shown) :]
    error = np.linalg.norm(path - later.x[1:]) / np.linalg.norm(later.x[1:])
    assert error < 0.05


def guessing(name: str) -> tuple[Any, SystemTask]:
    problem: Any = load("prose", sets=2, guess="masked")[name]
    budget = Budget(seconds=60)
    return problem, SystemTask(
        problem.data().shown, problem.states, guess=problem.guess, budget=budget
    )


def test_a_right_guess_needs_its_constants_only() -> None:
    problem, task = guessing("four_wing_1")
    answer: Any = GuessSystem().discover(task).best.expression
    X = np.random.default_rng(0).uniform(-5, 5, (20, 3))
    from bench import evaluate

    for name, law in problem.laws.items():
        found = evaluate(parse(answer[name], problem.variables), problem.names, X)
        np.testing.assert_allclose(found, evaluate(law, problem.names, X), rtol=0, atol=0.05)
    with pytest.raises(ValueError, match="the task has no guess"):
        GuessSystem().discover(SystemTask(task.trajectories, task.states))


@NEURAL
def test_the_method_answers_with_a_system_and_reads_any_trajectory(trained: Path) -> None:
    method = Prose(checkpoint=str(trained), samples=8)
    problem, task = guessing("sprott_b_1")
    found = method.discover(task)
    assert isinstance(found.best.expression, dict)
    assert list(found.best.expression) == list(problem.names)
    t = np.array([3.0, 3.5, 5.0, 9.0])
    short = SystemTask((Trajectory(t, np.ones((4, 3))),), problem.states, budget=task.budget)
    assert set(method.discover(short).best.expression) == set(problem.names)
    six = tuple(problem.states) * 2
    many = SystemTask((Trajectory(t, np.ones((4, 6))),), _named(six))
    with pytest.raises(ValueError, match="there are 6 states; PROSE's network reads at most 5"):
        method.discover(many)


def _named(states: Any) -> Any:
    from bench import Variable

    return tuple(Variable(f"x{k}") for k in range(len(states)))


@NEURAL
def test_published_measures_of_a_network_that_was_trained_and_shipped(
    trained: Path, tmp_path: Path
) -> None:
    from methods.neural.checkpoint import load_network
    from methods.neural.export import export
    from methods.prose.network import ProseNetwork
    from methods.prose.pool import pool_of_data
    from methods.prose.training.evaluation import measured

    export(trained, tmp_path / "shipped")
    whole, half = (
        (place / "weights.safetensors").stat().st_size for place in (trained, tmp_path / "shipped")
    )
    assert half < 0.6 * whole
    network, _ = load_network(tmp_path / "shipped", ProseNetwork.of)
    pool = pool_of_data([PROBLEMS[f"{name}_1"] for name in ("thomas", "four_wing", "duffing")])
    found = measured(network, pool)
    assert 0 <= found["valid"] <= 1 and 0 < found["relative L2 of states"] < 3
    assert (pool.guesses == MASKED).any() and (pool.guesses == PAD).any()
