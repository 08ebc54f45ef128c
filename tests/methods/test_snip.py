"""SNIP: its encoders, what they learn in seconds, retrieval, and the search by wolves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from marks import NEURAL

from bench import Budget, Task, Variable, evaluate, parse
from bench.cli.verbs.author.train import withheld_laws
from methods.laws import Laws, RSRMLaws
from methods.mcts import RSRM
from methods.neural.folder import CheckpointError
from methods.snip import Snip
from methods.snip.properties import PROPERTIES, curve
from methods.snip.wolves import GreyWolves
from methods.transformer.skeletons.fingerprints import banned_fingerprints, fingerprint
from methods.transformer.skeletons.vocabulary import INDEX, MAX_VARIABLES, C

TINY = {
    "width": 32, "heads": 2, "feedforward": 64, "numeric_layers": 1, "symbolic_layers": 1,
    "latent": 16, "memory": 4, "decoder_layers": 1, "variables": 3, "longest": 15,
}  # fmt: skip
FAST: dict[str, Any] = {"rate": 5e-3, "warmup": 10, "checkpoint_seconds": 1e9}
NOTHING = np.zeros(0, np.int64)


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def trained(one_thread: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of tiny networks that were trained for seconds; the encoders are in it, too."""
    from methods.snip.training.trainer import SnipTrainer

    folder = tmp_path_factory.mktemp("snip") / "tiny"
    trainer = SnipTrainer(
        pretraining={"steps": 120, "batch": 48, **FAST},
        decoder={"steps": 100, "batch": 32, "seed": 1, **FAST},
        shape=TINY, library=0, functions=0,
    )  # fmt: skip
    lines = list(trainer.train(folder, [], "cpu", 1, 0))
    told = [line["token_accuracy"] for line in lines if "token_accuracy" in line]
    assert told[-1] > told[0]
    return folder


def task_of(text: str, rows: int = 120, columns: int = 2, **budget: Any) -> Task:
    X = np.random.default_rng(0).uniform(0.5, 3.0, (rows, columns))
    names = [f"x{j}" for j in range(columns)]
    limits = Budget(**{"seconds": 30.0, "evaluations": 60, **budget})
    return Task(X, evaluate(parse(text), names, X), tuple(map(Variable, names)), budget=limits)


@NEURAL
def test_a_function_is_found_by_its_points_far_more_often_than_by_chance(trained: Path) -> None:
    from methods.neural.checkpoint import load_network
    from methods.snip.library import recall
    from methods.snip.network import DualEncoder

    encoders, _ = load_network(trained / "encoders", DualEncoder.of)
    found = recall(encoders, NOTHING, functions=300, seed=5)
    assert found["recall@10"] > 4 * 10 / 300
    assert found["recall@1"] <= found["recall@10"]


@NEURAL
def test_wolves_improve_on_where_they_start(trained: Path) -> None:
    from methods.snip.proposals import LatentSearch

    improved = 0
    for text in ("x0*x1 + sin(x0)", "x0/x1 - x1", "exp(x0)*x1", "sqrt(x0 + x1)"):
        search, space = Snip(checkpoint=str(trained), restarts=0).begun(task_of(text))
        wolves = LatentSearch(space, search.errors, 20, 5, 2, 0.3, 0.0)
        best: list[float] = []
        for batch in islice(wolves.by_wolves(), 5):
            for skeleton in batch:
                search.judge(skeleton)
            best.append(min(search.errors.values()))
        improved += best[-1] < best[0]
    assert improved >= 2


@NEURAL
def test_a_seed_fixes_the_answer(trained: Path) -> None:
    method = Snip(checkpoint=str(trained), generations=3, restarts=0)
    found = method.discover(task_of("x0*x1 + sin(x0)"))
    assert found == method.discover(task_of("x0*x1 + sin(x0)"))


@NEURAL
@pytest.mark.parametrize(
    ("text", "rows", "columns", "factor"),
    [
        ("x0*x1", 5, 2, 1.0),
        ("x0*x1", 100_000, 2, 1.0),
        ("x3*x7 + x1", 300, 9, 1.0),
        ("x0/x1", 60, 2, 1e-30),
        ("x0/x1", 60, 2, 1e30),
    ],
)
def test_tables_of_any_size_and_unit_are_answered(
    trained: Path, text: str, rows: int, columns: int, factor: float
) -> None:
    task = task_of(text, rows, columns)
    X, y = task.X.copy(), factor * task.y
    X[1, 0], y[2] = np.nan, np.inf
    told = Task(X, y, task.variables, budget=Budget(seconds=30.0, evaluations=8))
    best = Snip(checkpoint=str(trained), restarts=0).discover(told).best
    finite = np.isfinite(y) & np.isfinite(X).all(axis=1)
    values, true = evaluate(parse(best.text), task.names, X[finite]), y[finite]
    assert np.mean((values / factor - true / factor) ** 2) < 1.5 * np.var(true / factor)


@NEURAL
def test_controls_of_the_search_answer_too(trained: Path) -> None:
    task = task_of("2.5*x0", columns=1, evaluations=30)
    for search in ("decoding", "chance", "retrieval"):
        method = Snip(checkpoint=str(trained), search=search, restarts=0)  # type: ignore[arg-type]
        found = method.discover(task)
        assert found == method.discover(task) and found.best.loss is not None


@NEURAL
def test_retrieval_fits_the_nearest_and_no_others(trained: Path) -> None:
    from methods.snip.proposals import LatentSearch
    from methods.snip.retrieval import drawn_library

    method = Snip(checkpoint=str(trained), restarts=0)
    search, space = method.begun(task_of("x0*x1 + sin(x0)", evaluations=6))
    library = drawn_library(trained, 2, 200)
    search.run(LatentSearch(space, search.errors, 10, 3, 1, 0.1, 0.0).by_retrieval(library))
    nearness = library.latents @ space.of_data()[0].astype(np.float32)
    judged = [library.skeletons.index(skeleton) for skeleton in search.errors]
    assert sorted(nearness[judged]) == sorted(nearness)[-6:]


@NEURAL
def test_the_search_ends_where_it_is_told_to(trained: Path) -> None:
    from methods.snip.proposals import LatentSearch

    task = task_of("x0*x1", evaluations=1000)
    search, space = Snip(checkpoint=str(trained), restarts=0).begun(task)
    for stop, most in ((1.0, 1), (0.0, 3)):
        latent = LatentSearch(space, search.errors, 10, 3, 1, 0.1, stop)
        rounds = 0
        for batch in latent.by_wolves():
            rounds += 1
            for skeleton in batch:
                search.errors.setdefault(skeleton, 0.5)
            if rounds == 3:
                break
        assert rounds == most


def points(random: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """A table of three columns, as a network is shown it."""
    X = np.zeros((rows, MAX_VARIABLES))
    X[:, :3] = random.uniform(0.5, 3.0, (rows, 3))
    return X, random.standard_normal(rows)


@NEURAL
def test_rows_in_another_order_have_the_same_code(trained: Path) -> None:
    from methods.neural.checkpoint import load_network
    from methods.snip.network import DualEncoder
    from methods.snip.reading import latents_of_sets

    encoders, _ = load_network(trained / "encoders", DualEncoder.of)
    random = np.random.default_rng(0)
    X, y = points(random, 40)
    order = random.permutation(40)
    one, other, changed = (
        latents_of_sets(encoders, [data], 3)[0]
        for data in ((X, y), (X[order], y[order]), (X, y[order]))
    )
    np.testing.assert_allclose(one, other, atol=1e-5)
    assert np.abs(one - changed).max() > 1e-3


@NEURAL
def test_what_is_padded_has_no_part_in_a_code(trained: Path) -> None:
    import torch

    from methods.neural.checkpoint import load_network
    from methods.snip.network import DualEncoder
    from methods.snip.reading import latents_of_sets

    encoders, _ = load_network(trained / "encoders", DualEncoder.of)
    random = np.random.default_rng(1)
    few, many = (points(random, rows) for rows in (7, 50))
    alone = latents_of_sets(encoders, [few], 2)[0]
    together = latents_of_sets(encoders, [few, many], 2)[0]
    np.testing.assert_allclose(alone, together, atol=1e-5)
    product = [INDEX["mul"], INDEX["x0"], C]
    tokens, longer = torch.tensor([product]), torch.tensor([[*product, 0, 0, 0]])
    with torch.inference_mode():
        short, padded = (
            encoders.of_formulas(one, torch.full(one.shape, torch.nan)) for one in (tokens, longer)
        )
        told = encoders.of_formulas(tokens, torch.tensor([[torch.nan, torch.nan, 2.5]]))
    torch.testing.assert_close(short, padded, rtol=0, atol=1e-5)
    assert (told - short).abs().max() > 1e-4


@NEURAL
@pytest.mark.parametrize("normalised", [True, False])
def test_latents_are_compared_as_the_shape_says(normalised: bool) -> None:
    import torch

    from methods.snip.network import DualEncoder, SnipShape
    from methods.snip.training.loop import contrastive_loss
    from methods.transformer.network import BITS, COLUMNS

    torch.manual_seed(0)
    shape = SnipShape(**TINY, normalised=normalised, learned_temperature=normalised)
    encoders = DualEncoder(shape)
    latents = encoders.of_points(torch.randn(5, 9, COLUMNS * (BITS + 2)))
    lengths = latents.norm(dim=1)
    assert bool(torch.allclose(lengths, torch.ones(5))) is normalised
    logits = encoders.likeness(latents, latents)
    scale = 1 / 0.07 if normalised else 1.0
    torch.testing.assert_close(logits, scale * latents @ latents.T)
    assert encoders.log_scale.requires_grad is normalised
    even = contrastive_loss(torch.zeros(8, 8))
    assert float(even) == pytest.approx(np.log(8))
    assert float(contrastive_loss(100 * torch.eye(8))) < 1e-6


@NEURAL
def test_trainings_that_are_stopped_go_on_as_if_they_had_not_been(
    one_thread: None, tmp_path: Path
) -> None:
    import torch
    from safetensors.torch import load_file

    from methods.snip.network import SnipShape
    from methods.snip.training.loop import DecoderTraining, Pretraining, pretrain, train_decoder

    shape = SnipShape(**{**TINY, "width": 8, "feedforward": 8})
    first = Pretraining(steps=4, batch=6, shape=shape, **FAST)
    second = DecoderTraining(steps=4, batch=6, shape=shape, **FAST)
    for name, stops in (("whole", (None,)), ("parts", (2, None))):
        folder = tmp_path / name
        for stop in stops:
            list(pretrain(first, folder / "encoders", NOTHING, stop_after=stop))
        with pytest.raises(CheckpointError, match=r"is trained in part only: .* goes on"):
            Snip(checkpoint=str(folder))
        for stop in stops:
            list(train_decoder(second, folder / "encoders", folder, NOTHING, stop_after=stop))
    for place in ("encoders/weights.safetensors", "weights.safetensors"):
        one, other = (load_file(tmp_path / name / place) for name in ("whole", "parts"))
        for name, value in one.items():
            torch.testing.assert_close(other[name], value, rtol=1e-5, atol=1e-6)
    before = load_file(tmp_path / "whole" / "encoders" / "weights.safetensors")
    after = load_file(tmp_path / "whole" / "weights.safetensors")
    for name, value in before.items():
        assert torch.equal(after[f"encoders.{name}"], value), "the encoders are frozen"
    with pytest.raises(
        CheckpointError, match=r"with steps=4 \(its rate comes down already\), not 5"
    ):
        list(pretrain(replace(first, steps=5), tmp_path / "parts" / "encoders", NOTHING))


@NEURAL
def test_no_law_that_ships_is_shown_in_either_training(
    one_thread: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from methods.snip.training import loop
    from methods.snip.training.trainer import SnipTrainer

    shown: set[int] = set()
    feed = loop.feed

    def watched(*given: Any) -> Iterator[Any]:
        for batch, points in feed(*given):
            pairs = zip(batch.tokens, batch.lengths, strict=True)
            shown.update(fingerprint(row, int(n)) for row, n in pairs if n > 4)
            yield batch, points

    monkeypatch.setattr(loop, "feed", watched)
    laws = list(withheld_laws())
    one = {"steps": 1, "batch": 1000}
    shape = {**TINY, "width": 4, "heads": 1, "feedforward": 4}
    trainer = SnipTrainer(pretraining=one, decoder=one, shape=shape, library=0, functions=0)
    list(trainer.train(tmp_path / "clean", laws, "cpu", 1, 0))
    taken = set(banned_fingerprints(laws).tolist())
    assert len(shown) > 300 and not shown & taken
    list(trainer.train(tmp_path / "free", [], "cpu", 1, 0))
    assert shown & taken, "unless they are withheld, laws do come up"


@NEURAL
def test_the_nearest_formulas_are_those_of_the_library_with_constants_fitted(
    trained: Path,
) -> None:
    method = Snip(checkpoint=str(trained), library=200, restarts=0)
    task = task_of("3.0*x0*x1 + 2.0")
    laws = [parse(text) for text in ("x0*x1", "sin(x0) + x1", "abs(x0)", "x0*x1*x2*x3")]
    near = method.nearest(task, laws, 10)
    exact = [one for one in near if one.loss is not None and one.loss < 1e-9]
    assert len(near) == 3 and len(exact) == 1  # sin(x0) + x1 under both namings
    values = evaluate(parse(exact[0].text), task.names, task.X)
    np.testing.assert_allclose(values, task.y, rtol=1e-9)
    drawn = method.nearest(task, count=4)
    assert len(drawn) == 4 and drawn == method.nearest(task, count=4)
    with pytest.raises(ValueError, match="the library has no formula that the network can read"):
        method.nearest(task, [parse("abs(x0)")])
    with pytest.raises(ValueError, match="the target is constant"):
        method.nearest(task_of("2.0 + 0*x0"))


@NEURAL
def test_formulas_of_a_library_are_written_as_the_generator_writes_them() -> None:
    from methods.snip.library import skeletons_of

    add, square, cube, x, y = (INDEX[name] for name in ("add", "square", "cube", "x0", "x1"))
    written = skeletons_of([parse("x1**3 + x0**2")], 2, 20)
    assert set(written) == {(add, square, x, cube, y), (add, square, y, cube, x)}
    assert set(written) == set(skeletons_of([parse("x0*x0 + x1*x1*x1")], 2, 20))
    assert skeletons_of([parse("x0 + x1")], 1, 20) == []


def test_without_weights_one_line_says_how_to_train_them() -> None:
    with pytest.raises(CheckpointError, match="`rediscover train network=snip_small` trains one"):
        Snip("networks/snip_small")


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="population is 2; it must be 5 or more"):
        Snip(population=2)
    with pytest.raises(ValueError, match="temperature is 0; it must be above 0"):
        Snip(temperature=0.0)


@pytest.mark.parametrize("dimension", [1, 8])
def test_wolves_close_in_on_the_best_and_never_leave_their_box(dimension: int) -> None:
    random = np.random.default_rng(0)
    goal = random.uniform(-0.5, 0.5, dimension)
    start = random.uniform(-2.0, 2.0, (40, dimension))
    wolves = GreyWolves(start, 40, random)
    for _ in range(40):
        wolves.move(-np.sum((wolves.positions - goal) ** 2, axis=1))
        assert (wolves.positions >= start.min(axis=0)).all()
        assert (wolves.positions <= start.max(axis=0)).all()
    before = np.min(np.sum((start - goal) ** 2, axis=1))
    after = np.median(np.sum((wolves.positions - goal) ** 2, axis=1))
    assert after < 0.2 * before or after < 1e-4


def of_curve(y: Any, x: Any = None) -> list[float]:
    """NCR, upwardness, oscillation and average."""
    values = np.asarray(y, float)
    places = np.linspace(0.0, 1.0, len(values)) if x is None else x
    return [measure(*curve(places, values)) for measure in PROPERTIES.values()]


X = np.linspace(0.0, 1.0, 101)


@pytest.mark.parametrize(
    ("y", "properties"),
    [
        (X, [0.0, 100 / 101, 0.0, 0.5]),
        (-X, [0.0, -100 / 101, 0.0, 0.5]),
        ((X - 0.5) ** 2, [0.0, 0.0, np.log(2), 1 / 3]),
        (-((X - 0.5) ** 2), [1.0, 0.0, np.log(2), 2 / 3]),
        (np.sin(6 * np.pi * X), [None, None, np.log(7), 0.5]),
        (np.full(101, 3.0), [0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_properties_of_curves_that_everybody_knows(y: Any, properties: list[Any]) -> None:
    for found, expected in zip(of_curve(y), properties, strict=True):
        if expected is not None:
            assert found == pytest.approx(expected, abs=0.01)


def test_properties_do_not_depend_on_order_or_scale() -> None:
    random = np.random.default_rng(2)
    y = np.cumsum(random.standard_normal(101))
    order = random.permutation(101)
    shuffled = of_curve(1e6 * y[order] - 3.0, 50.0 * X[order])
    np.testing.assert_allclose(shuffled, of_curve(y), atol=1e-9)
    backwards, forwards = of_curve(y[::-1]), of_curve(y)
    assert backwards[1] == pytest.approx(-forwards[1]) and backwards[2] == forwards[2]


@NEURAL
def test_the_benchmark_of_properties_learns_from_codes(trained: Path) -> None:
    from benchmarks.snip_properties import compared, drawn_curves, table
    from methods.neural.checkpoint import load_network
    from methods.snip.network import DualEncoder

    encoders, _ = load_network(trained / "encoders", DualEncoder.of)
    curves = drawn_curves(260, NOTHING)
    rows = list(compared(encoders, curves, [200], 60, 60))
    assert {row[0] for row in rows} == {
        "symbolic, frozen", "symbolic, tuned", "symbolic, supervised", "numeric, frozen",
    }  # fmt: skip
    told, true = rows[3][2], rows[3][3]
    assert np.mean((told - true) ** 2 / true.var(axis=0)) < 0.9
    assert len(table(iter(rows))) == 6


@pytest.fixture
def tiny_ships(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tiny network in place of the one that ships."""
    from methods.snip import retrieval

    monkeypatch.setattr(retrieval, "SHIPPED", trained)
    monkeypatch.setattr(retrieval, "_LIBRARY", 200)
    for cached in (retrieval.network_in, retrieval.drawn_library):
        cached.cache_clear()
    yield
    for cached in (retrieval.network_in, retrieval.drawn_library):
        cached.cache_clear()


@NEURAL
@pytest.mark.parametrize("method", [Laws, RSRM, RSRMLaws])
def test_a_search_looks_at_retrieved_formulas_first(
    tiny_ships: None, method: type[Laws] | type[RSRM]
) -> None:
    reported: list[str] = []
    task = replace(
        task_of("x0 + 2.5*x1", evaluations=8),
        on_report=lambda text, loss: reported.append(str(text)),
    )
    searched = method(retrieval=4)
    searched.warm_up(task.budget)
    found = searched.discover(task)
    assert reported and found == method(retrieval=4).discover(task)
    assert len(reported) <= 8, "eight evaluations are the four retrieved, plain and scaled"


@NEURAL
def test_a_nearer_formula_is_retrieved_sooner(tiny_ships: None) -> None:
    from methods.answering import Answering
    from methods.snip.retrieval import retrieved

    refine = Answering(task_of("x0*x1"), 100).on_few
    formulas = [str(plain) for plain, _ in retrieved(refine, 200, 0)]
    assert len(set(formulas)) == len(formulas) > 100
    assert formulas[:5] == [str(plain) for plain, _ in retrieved(refine, 5, 0)]


def test_retrieval_is_refused_where_it_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="retrieval is -1; it must be 0 or more"):
        Laws(retrieval=-1)
    monkeypatch.setattr("methods.snip.retrieval.NEEDED", ("no_such_module",))
    with pytest.raises(ValueError, match=r"retrieval is 3, and needs PyTorch: .*neural"):
        RSRM(retrieval=3)
    monkeypatch.setattr("methods.snip.retrieval.NEEDED", ("json",))
    with pytest.raises(ValueError, match="retrieval is 3, and knows no units"):
        RSRM(retrieval=3, units=True)


@NEURAL
def test_the_table_of_the_search_gives_each_margin(trained: Path) -> None:
    from benchmarks.snip_search import table

    errors = {"wolves": [0.0, 0.0, 1.0], "decoding": [0.0, 1.0, 1.0], "chance": [1.0, 1.0, 1.0]}
    found = {name: {(1, 4): np.array(one)} for name, one in errors.items()}
    lines = list(table(found, 9))
    assert lines[4].startswith("| 1-4 | 3 | wolves | 67% | 67% |")
    assert lines[5].startswith("| 1-4 | 3 | decoding | 33% | 33% | 33.3% [0.0%, 100.0%]")


@NEURAL
@pytest.mark.parametrize("text", ["x0/x1", "sin(x0) + x1", "2.5*x0*exp(x1)"])
def test_the_network_that_ships_finds_short_functions(text: str) -> None:
    task = task_of(text, evaluations=150)
    best = Snip().discover(task).best
    values = evaluate(parse(best.text), task.names, task.X)
    assert np.mean((values - task.y) ** 2) < 1e-12 * np.var(task.y)
