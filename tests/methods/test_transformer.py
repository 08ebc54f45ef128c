"""The transformer, its prior, and the functions they are made of."""

from __future__ import annotations

import json
import resource
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marks import NEURAL

from bench import Budget, Number, Task, Variable, complexity, evaluate, parse
from bench.cli.verbs.author.train import withheld_laws
from bench.problems import load_dataset
from methods.neural.folder import CheckpointError
from methods.transformer import Prior, Transformer
from methods.transformer.method import SHIPPED
from methods.transformer.search import relevant_columns, to_expression
from methods.transformer.skeletons.constants import tokens_of, value_of
from methods.transformer.skeletons.drawing import draw_skeletons
from methods.transformer.skeletons.fingerprints import (
    banned_fingerprints,
    encode,
    fingerprint,
    fingerprint_of,
)
from methods.transformer.skeletons.forms import renamed
from methods.transformer.skeletons.generator import draw_batch
from methods.transformer.skeletons.grammar import allowed, redundant
from methods.transformer.skeletons.vocabulary import (
    ARITY,
    FIRST_BINARY,
    FIRST_VARIABLE,
    INDEX,
    MAX_LENGTH,
    MAX_VARIABLES,
    C,
)
from methods.transformer.training.feeding import Lessons, draw

NAMES = tuple(f"x{j}" for j in range(MAX_VARIABLES))
NOTHING = np.zeros(0, np.int64)
TINY: dict[str, Any] = {
    "width": 16, "heads": 2, "feedforward": 16, "inducing": 4, "seeds": 4, "memory_layers": 1,
    "decoder_layers": 1,
}  # fmt: skip


@cache
def banned() -> np.ndarray:
    return banned_fingerprints(withheld_laws())


def of(text: str) -> int:
    tokens = encode(parse(text), NAMES)
    return fingerprint(np.array(tokens, np.int8), len(tokens))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x0*x1 + 2.5", "3.0 + x1*x0"),
        ("x0**2*x1/x2", "2.0*x1*x0*(x0/x2)"),
        ("sqrt(x0)**2*x1", "x1*x0"),
        ("sin(2*x0) - x1", "5*x1 + sin(x0)"),
        ("exp(-x0**2/2)", "exp(3.0*x0*x0)"),
        ("x0*x1/x2", "x2*x0/x1"),
        ("x0*sin(x1) + x2**2", "x8*sin(x3) + x5**2"),
        ("x0*x1*(x2 - x3)", "x7*(x4 - x0)*x6"),
    ],
)
def test_a_fingerprint_does_not_see_constants_names_or_order(one: str, other: str) -> None:
    assert of(one) == of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x0*x1", "x0/x1"),
        ("x0 + x1", "x0*x1"),
        ("sin(x0)", "cos(x0)"),
        ("x0 + 1.0", "x0"),
        ("x0*sin(x1)", "x0*sin(x0)"),
        ("x0*x1 + x2", "x0*x1 + x0"),
        ("x0*x1/x2", "x0*x1*x3/x2"),
    ],
)
def test_a_fingerprint_tells_structures_apart(one: str, other: str) -> None:
    assert of(one) != of(other)


def test_no_sample_has_the_skeleton_of_a_benchmark() -> None:
    taken = banned()
    assert len(taken) > 500
    batch = draw_batch(5_000, 3, taken)
    seen = {
        fingerprint(tokens, int(length))
        for tokens, length in zip(batch.tokens, batch.lengths, strict=True)
        if length > 4
    }
    assert not seen & set(taken.tolist())
    free = draw_batch(2_000, 3, NOTHING)
    drawn = {
        fingerprint(tokens, int(length))
        for tokens, length in zip(free.tokens, free.lengths, strict=True)
        if length > 4
    }
    assert drawn & set(taken.tolist()), "unless they are banned, benchmarks do come up"


@pytest.mark.parametrize("name", ["nguyen", "keijzer", "llmsrbench", "odebench", "prose"])
def test_the_laws_of_tables_and_systems_are_withheld(name: str) -> None:
    problems: Any = load_dataset(name).problems
    laws = [
        law
        for one in problems
        for law in (
            one.laws.values() if hasattr(one, "laws") else [parse(one.truth, one.variables)]
        )
    ]
    found = set(map(fingerprint_of, laws)) - {None}
    assert len(found) > 3
    assert found <= set(banned().tolist())


def test_samples_are_what_their_skeletons_say_and_a_seed_fixes_them() -> None:
    batch, again, other = (draw_batch(200, seed, NOTHING) for seed in (1, 1, 2))
    np.testing.assert_array_equal(batch.y, again.y)
    assert not np.array_equal(batch.y, other.y)
    assert np.isfinite(batch.y).all()
    for tokens, length, columns, X, y, constants in zip(*batch, strict=True):
        skeleton = tuple(int(token) for token in tokens[:length])
        assert not redundant(tokens, int(length))
        used = {token for token in skeleton if FIRST_VARIABLE <= token < FIRST_BINARY}
        assert used and max(used) < FIRST_VARIABLE + columns
        expression = to_expression(skeleton, NAMES, constants[: skeleton.count(C)])
        values = evaluate(expression, NAMES, X)
        np.testing.assert_allclose(values, y, rtol=1e-9, atol=1e-9 * np.abs(y).max())


def test_the_mask_only_lets_trees_grow_that_can_close() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        slots, tokens = np.array([1]), []
        for step in range(MAX_LENGTH):
            mask = allowed(slots, MAX_LENGTH - step, 2)[0]
            token = int(rng.choice(np.flatnonzero(mask)))
            tokens.append(token)
            slots = slots - 1 + ARITY[token]
            if slots[0] == 0:
                break
        assert slots[0] == 0
        assert INDEX["x2"] not in tokens


def test_the_prior_is_reproducible_and_fits_constants() -> None:
    rng = np.random.default_rng(0)
    X = rng.uniform(1.0, 3.0, (200, 2))
    task = Task(
        X, 2.5 * X[:, 0] * X[:, 1], (Variable("x0"), Variable("x1")), seed=4,
        budget=Budget(seconds=30.0, evaluations=300),
    )  # fmt: skip
    first, second = Prior().discover(task), Prior().discover(task)
    assert first == second
    assert complexity(parse(first.best.expression)) <= 5
    assert draw_skeletons(5, 2, 1) == draw_skeletons(5, 2, 1)


@given(
    skeleton=st.builds(lambda seed: draw_skeletons(1, 9, seed)[0], st.integers(0, 10_000)),
    order=st.permutations(range(9)),
)
def test_other_names_for_the_columns_are_the_same_formula(
    skeleton: tuple[int, ...], order: list[int]
) -> None:
    X = np.random.default_rng(0).uniform(0.5, 3.0, (20, 9))
    numbers = [1.3] * skeleton.count(C)  # all alike: operands may be put in another order
    one = to_expression(skeleton, NAMES, numbers)
    other = to_expression(renamed(skeleton, order), NAMES, numbers)
    back = np.empty_like(X)
    back[:, order] = X
    np.testing.assert_allclose(evaluate(one, NAMES, X), evaluate(other, NAMES, back), rtol=1e-9)


@given(st.lists(st.floats(0.08, 12.0) | st.floats(-12.0, -0.08), min_size=1, max_size=6))
def test_a_value_is_the_nearest_size_with_its_sign(constants: list[float]) -> None:
    tokens = tokens_of(np.array(constants))
    for constant, token in zip(constants, tokens.tolist(), strict=True):
        assert 0.75 < value_of(token) / constant < 1.35
    own = [value_of(token) for token in tokens.tolist()]
    np.testing.assert_array_equal([value_of(one) for one in tokens_of(np.array(own))], own)


def test_training_begins_narrow_and_a_part_of_it_has_noise() -> None:
    lessons = Lessons(seed=1, size=400, narrow=1)
    narrow, wide = (draw(lessons, step, NOTHING)[0] for step in (0, 1))
    assert narrow.columns.max() <= 3 and narrow.lengths.max() <= 15
    assert wide.columns.max() == MAX_VARIABLES and wide.lengths.max() > 20
    plain = draw_batch(400, int(np.random.default_rng([1, 1]).integers(2**32)), NOTHING)
    off = np.abs(wide.y - plain.y).max(axis=1) > 0
    assert 0.2 < off.mean() < 0.4


def test_most_variables_are_drawn_and_dummies_stand_among_them() -> None:
    batch = draw_batch(3_000, 5, NOTHING)
    used = [
        len({int(token) for token in row if FIRST_VARIABLE <= token < FIRST_BINARY})
        for row in batch.tokens
    ]
    assert set(range(1, 7)) <= set(used)
    dummies = batch.columns - np.array(used)
    assert dummies.min() == 0 and 0.2 < (dummies > 0).mean() < 0.5


@NEURAL
@pytest.mark.parametrize("constants", ["placeholders", "values"])
def test_constants_are_written_in_the_way_that_a_network_was_trained_in(
    tmp_path: Path, constants: str
) -> None:
    from methods.neural.checkpoint import load_network
    from methods.transformer.decoding import beam_search, remember
    from methods.transformer.network import Architecture, Network
    from methods.transformer.skeletons.vocabulary import FIRST_VALUE
    from methods.transformer.training.loop import Training, train

    shape = Architecture(**TINY, variables=4, longest=12, constants=constants)
    list(train(Training(steps=30, batch=32, rate=5e-3, shape=shape), tmp_path, NOTHING))
    network, _ = load_network(tmp_path, Network.of)
    X = np.zeros((30, MAX_VARIABLES))
    X[:, 0] = np.linspace(1.0, 2.0, 30)
    memory = remember(network, X, 2.5 * X[:, 0], 1)
    found = beam_search(network.decoder, memory, 1, 40)
    written = {token for skeleton in found for token in skeleton}
    assert max(map(len, found)) <= 12
    assert (C in written) == (constants == "placeholders")
    assert any(token >= FIRST_VALUE for token in written) == (constants == "values")
    task = Task(X[:, :1], 2.5 * X[:, 0], (Variable("x0"),), budget=Budget(20.0, evaluations=40))
    best = Transformer(checkpoint=str(tmp_path)).discover(task).best
    assert best.loss is not None and best.loss < 0.1


@pytest.mark.parametrize(
    ("given_shape", "said"),
    [
        ({"variables": 10}, "variables is 1 to 9, not 10"),
        ({"longest": 31}, "longest is 1 to 30, not 31"),
        ({"constants": "tokens"}, "constants are placeholders or values, not 'tokens'"),
        ({"encoder": "rows"}, "encoder is points or columns, not 'rows'"),
    ],
)
@NEURAL
def test_a_shape_that_cannot_be_is_refused(given_shape: dict[str, Any], said: str) -> None:
    from methods.snip.network import SnipShape
    from methods.transformer.network import Architecture, Network

    with pytest.raises(ValueError, match=said):
        Network(Architecture(**given_shape))
    if given_shape.keys() & {"variables", "longest"}:
        with pytest.raises(ValueError, match=said):
            SnipShape(**given_shape)


@NEURAL
@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [
        ("x0 + sin(x1)", 2, 200),
        ("3.0*x0", 1, 5),
        ("6.67e-30*x0*x1", 2, 300),
        ("x3*x7", 10, 2000),
        ("x0*x0", 1, 100_000),
    ],
)
def test_the_shipped_model_answers(text: str, columns: int, rows: int) -> None:
    rng = np.random.default_rng(1)
    X = rng.uniform(0.5, 3.0, (rows, columns))
    names = [f"x{j}" for j in range(columns)]
    y = evaluate(parse(text), names, X)
    reports: list[str] = []
    task = Task(
        X, y, tuple(Variable(name) for name in names), budget=Budget(seconds=20.0, evaluations=200),
        on_report=lambda expression, loss: reports.append(expression),
    )  # fmt: skip
    best = Transformer().discover(task).best
    values = evaluate(parse(best.expression), names, X)
    assert reports
    assert 1 - np.mean((values - y) ** 2) / np.var(y) > 0.99


@NEURAL
@pytest.mark.parametrize(
    ("scales", "factor"),
    [((1e-30, 1e30), 1.0), ((1.0, 1.0), 1e30), ((1.0, 1.0), 1e-30), ((1e200, 1.0), 1e-200),
     ((5e-320, 1.0), 1e300)],
)  # fmt: skip
def test_units_may_be_anything(scales: tuple[float, float], factor: float) -> None:
    X = np.random.default_rng(0).uniform(0.5, 3.0, (100, 2)) * scales
    y = factor * X[:, 0] * X[:, 1]
    task = Task(X, y, (Variable("x0"), Variable("x1")), budget=Budget(20.0, evaluations=200))
    best = Transformer().discover(task).best
    values = evaluate(parse(best.expression), ("x0", "x1"), X)
    assert np.abs(values - y).max() <= 1e-2 * y.std()


@NEURAL
def test_columns_over_sixty_decades_are_read() -> None:
    X = 10.0 ** np.random.default_rng(0).uniform(-30, 30, (200, 2))
    task = Task(X, X[:, 0] / X[:, 1], (Variable("x0"), Variable("x1")), budget=Budget(20.0, 100))
    assert Transformer().discover(task).best.expression


@pytest.mark.parametrize(("columns", "shown"), [(2, 2), (9, 9), (14, 9)])
def test_the_columns_that_are_looked_at_are_counted(columns: int, shown: int) -> None:
    random = np.random.default_rng(0)
    X = random.standard_normal((40, columns))
    variables = tuple(Variable(f"x{j}") for j in range(columns))
    budget = Budget(seconds=30.0, evaluations=3)
    task = Task(X, X[:, 0] * X[:, 1], variables, budget=budget)
    assert Prior().discover(task).counts == {"formulas": 3, "columns_shown": shown}


def test_of_equal_columns_the_network_is_shown_one() -> None:
    X = np.random.default_rng(0).uniform(0.5, 3.0, (300, 4))
    X = np.column_stack([X[:, 0], X[:, 0], X[:, 1], X[:, 1], X[:, 2:]])
    assert {0, 2} < set(relevant_columns(X, X[:, 0] * X[:, 2], 0, 3)) <= {0, 2, 4, 5}


@pytest.mark.parametrize("value", [0.0, 4.0, 1e-30, -1e30])
def test_a_constant_is_answered(value: float) -> None:
    X = np.linspace(1.0, 2.0, 60)[:, None]
    best = Prior().discover(Task(X, np.full(60, value), (Variable("x0"),))).best
    assert evaluate(parse(best.expression), ("x0",), np.array([[1.5]]))[0] == value


@NEURAL
def test_rows_that_are_not_finite_are_left_out() -> None:
    X = np.linspace(1.0, 2.0, 60)[:, None].copy()
    y = 2.0 * X[:, 0]
    X[3], y[7] = np.nan, np.inf
    budget = Budget(seconds=20.0, evaluations=100)
    best = Transformer().discover(Task(X, y, (Variable("x0"),), budget=budget)).best
    assert evaluate(parse(best.expression), ("x0",), np.array([[5.0]]))[0] == pytest.approx(10.0)
    with pytest.raises(ValueError, match="none of the 60 training rows is finite"):
        Transformer().discover(Task(X, np.full(60, np.nan), (Variable("x0"),), budget=budget))


@NEURAL
def test_training_resumes_where_it_was_stopped(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    from methods.neural.checkpoint import WEIGHTS, load_network
    from methods.transformer.network import Architecture, Network
    from methods.transformer.training.loop import Training, train

    small = Architecture(**TINY)
    config = Training(steps=6, batch=4, checkpoint_seconds=0.0, shape=small)
    whole = list(train(config, tmp_path / "whole", NOTHING))
    assert whole[-1]["step"] == 6 and whole[-1]["samples"] == 24
    parts = train(config, tmp_path / "parts", NOTHING, stop_after=3)
    list(parts)
    assert load_network(tmp_path / "parts", Network.of)[1]["step"] == 3
    list(train(config, tmp_path / "parts", NOTHING))
    one, other = (load_file(tmp_path / name / WEIGHTS) for name in ("whole", "parts"))
    for name, value in one.items():
        torch.testing.assert_close(other[name], value, rtol=1e-5, atol=1e-6)


def in_folder(folder: Path, *names: str) -> Path:
    """``folder`` with these files, each holding a pickle that raises where it is read."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"cbuiltins\nexit\n(tR.")
    return folder


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "'{0}' is no checkpoint: a checkpoint of this project is a folder with"),
        (("weights/100M.ckpt", "config.yaml"), "100M.ckpt' is a pickle, as NeSymReS was released"),
        (("model.pt",), "model.pt' is a pickle, as E2E was released"),
        (("weights.safetensors", "state.json"), "state.json' is no JSON"),
    ],
)
def test_a_folder_without_a_model_is_refused_before_anything_runs(
    tmp_path: Path, names: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CheckpointError, match=said.format(tmp_path)):
        Transformer(checkpoint=str(in_folder(tmp_path, *names)))


def test_what_is_not_there_names_the_command_that_trains_it(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"'networks/st' is not there: `rediscover train net"):
        Transformer(checkpoint="networks/st")
    elsewhere = tmp_path / "mine"
    with pytest.raises(CheckpointError, match=f"`rediscover train folder={elsewhere}` trains one"):
        Transformer(checkpoint=str(elsewhere))


@NEURAL
@pytest.mark.parametrize("damage", ["cut", "other"])
def test_damaged_weights_are_refused_in_words(tmp_path: Path, damage: str) -> None:
    for name in ("weights.safetensors", "state.json"):
        shutil.copy(SHIPPED / name, tmp_path / name)
    if damage == "cut":
        weights = (tmp_path / "weights.safetensors").read_bytes()
        (tmp_path / "weights.safetensors").write_bytes(weights[: len(weights) // 2])
    else:
        state = json.loads((tmp_path / "state.json").read_text())
        state["shape"]["width"] //= 2
        (tmp_path / "state.json").write_text(json.dumps(state))
    X = np.linspace(1.0, 2.0, 20)[:, None]
    task = Task(X, X[:, 0] ** 2, (Variable("x0"),))
    with pytest.raises(CheckpointError, match="is damaged or of another network"):
        Transformer(checkpoint=str(tmp_path)).discover(task)


@NEURAL
def test_a_checkpoint_that_the_disk_does_not_take_leaves_the_one_before(tmp_path: Path) -> None:
    from methods.neural.checkpoint import load_network, save_network
    from methods.transformer.network import Network

    network, state = load_network(SHIPPED, Network.of)
    save_network(network, tmp_path, state)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limit[1]))  # as a disk that is full
    try:
        with pytest.raises(OSError, match="File too large"):
            save_network(network, tmp_path, state)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_numbers_of_a_skeleton_are_its_constants() -> None:
    expression = to_expression((INDEX["mul"], C, INDEX["square"], FIRST_VARIABLE), NAMES)
    assert expression == parse("1.0*x0**2")
    assert Number(2) in expression.args[1].args  # type: ignore[union-attr]


def test_the_learning_curve_is_the_power_law_behind_it() -> None:
    from benchmarks.learning_curve import LearningCurve, told

    steps = range(50, 2050, 50)
    lines = [
        {"step": step, "samples": 1e4 * step, "loss": 1.5 * (0.01 * (step - 1000)) ** -0.06}
        for step in steps
        if step > 1000
    ]
    n = np.array([one["samples"] for one in lines]) / 1e6 - 10.0
    law = LearningCurve.through(n, np.array([one["loss"] for one in lines]))
    assert (law.scale, law.slope) == pytest.approx((1.5, 0.06))
    lines.insert(0, {"step": 1000, "samples": 1e7, "loss": 3.0})
    first, _, third, *_ = told(lines, 1050, 1000)
    assert first.startswith("loss = 1.500 (+- 0.000) * n**-0.0600")
    assert third.split(": ")[1] == f"{1.5 * (3 * 10.0) ** -0.06:.3f}"
    with pytest.raises(SystemExit, match="a fit needs 3"):
        list(told(lines, 1950, 1000))
