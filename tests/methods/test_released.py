"""Released networks: converted weights compute what the authors' code computed with them.

`tests/data/released` holds what their code (revisions 09f5af4 and c4144c9) made of a table and of
words, in networks of a few numbers a layer whose weights `weights_of` makes. It was run once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marks import NEURAL

from bench import Budget, Task, Variable, evaluate, parse
from methods.neural.folder import CheckpointError
from methods.released import E2E, NeSymReS
from methods.released.scales import standardised, within_range
from methods.released.words import formula_of

DATA = Path(__file__).parents[1] / "data" / "released"
SCRIPT = Path(__file__).parents[2] / "examples" / "convert_weights.py"
KINDS = ("nesymres", "e2e")
WORDS = (
    "S F c x_1 x_2 x_3 abs acos add asin atan cos cosh coth div exp ln mul pow sin sinh sqrt tan "
    "tanh -3 -2 -1 0 1 2 3 4 5"
)
SETTINGS = {"id2word": {str(place): word for place, word in enumerate(WORDS.split(), start=1)}}


def known(kind: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((DATA / f"{kind}.json").read_text())
    return content


def weights_of(tensors: dict[str, list[int]]) -> dict[str, Any]:
    """Weights that anybody can make again, by name and shape."""
    import torch

    made = {}
    for name, shape in tensors.items():
        count = int(np.prod(shape))
        values = 0.5 * np.sin(1.0 + 0.37 * np.arange(count) * (1 + len(name) % 7))
        if name.endswith("weight") and ("norm" in name or ".ln" in name):
            values = 1 + 0.2 * values
        made[name] = torch.tensor(values.reshape(shape), dtype=torch.float32)
    if "decoder.proj.weight" in made:  # one tensor under two names
        made["decoder.embeddings.weight"] = made["decoder.proj.weight"]
    return made


def converted(kind: str, folder: Path) -> Path:
    """A folder that the script has made of weights as they are released."""
    import torch

    found = known(kind)
    tensors = weights_of(found["tensors"])
    weights, out = folder / "weights", folder / kind
    if kind == "nesymres":
        torch.save({"state_dict": tensors, "epoch": 3}, weights)
        (folder / "config.yaml").write_text(json.dumps({"architecture": found["config"]}))
        (folder / "equations.json").write_text(json.dumps(SETTINGS))
        more = [folder / "config.yaml", folder / "equations.json", out]
    else:
        save_as_objects(found, tensors, folder, weights)
        more = [out, "--code", folder, "--trust"]
    subprocess.run([sys.executable, SCRIPT, kind, weights, *more], check=True, capture_output=True)
    return out


AUTHORS = """
class Part:
    def __init__(self, tensors):
        self.kept = tensors

    def state_dict(self):
        return self.kept


class Model:
    pass
"""


def save_as_objects(found: dict[str, Any], tensors: dict[str, Any], folder: Path, to: Path) -> None:
    """A pickle of objects whose classes are the authors' (here, in ``folder``)."""
    import types

    import torch

    (folder / "authors.py").write_text(AUTHORS)
    sys.path.insert(0, str(folder))
    try:
        import authors  # type: ignore[import-not-found]

        model = authors.Model()
        for part in ("embedder", "encoder", "decoder"):
            stem = f"{part}."
            own = {n.removeprefix(stem): t for n, t in tensors.items() if n.startswith(stem)}
            setattr(model, part, authors.Part(own))
        model.env = types.SimpleNamespace(
            params=types.SimpleNamespace(**found["params"]),
            float_id2word=dict(enumerate(float_words(found))),
            equation_id2word=dict(enumerate(equation_words(found))),
        )
        torch.save(model, to)
    finally:
        sys.path.remove(str(folder))
        del sys.modules["authors"]


def float_words(found: dict[str, Any]) -> list[str]:
    """Special words, signs, powers in the order of their text, and mantissas."""
    powers = sorted(f"E{power}" for power in range(-100, 101))
    special = [word for _, word in found["float_rest"]]
    return [*special, *powers, *(f"N{number:04d}" for number in range(10_000))]


def equation_words(found: dict[str, Any]) -> list[str]:
    """The words of formulas, then all those of numbers, special ones for the second time."""
    return [word for _, word in found["equation_rest"][:67]] + float_words(found)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {kind: converted(kind, tmp_path_factory.mktemp(kind)) for kind in KINDS}


@NEURAL
@pytest.mark.parametrize("kind", KINDS)
def test_memory_and_logits_are_those_of_the_authors_code(
    folders: dict[str, Path], kind: str
) -> None:
    import torch

    from methods.released.method import loaded

    found, network = known(kind), loaded(str(folders[kind]))
    with torch.inference_mode():
        memory = network.remember(torch.tensor(found["table"], dtype=torch.float64))
        past = network.decoder.begun(memory)
        at_once, _ = network.decoder(torch.tensor([found["words"]]), past)
        one_by_one = []
        for word in found["words"]:
            logits, past = network.decoder(torch.tensor([[word]]), past)
            one_by_one.append(logits[0, 0])
    picked = found.get("picked", range(len(found["logits"][0])))
    np.testing.assert_allclose(memory[0].numpy(), found["memory"], rtol=2e-4, atol=2e-5)
    for logits in (at_once[0], torch.stack(one_by_one)):
        told = logits[:, list(picked)].numpy()
        np.testing.assert_allclose(told, found["logits"], rtol=2e-4, atol=2e-4)


@NEURAL
def test_a_beam_that_is_wide_enough_finds_the_likeliest_words(folders: dict[str, Path]) -> None:
    import torch

    from methods.released.decoding import beam_search
    from methods.released.method import loaded

    network = loaded(str(folders["nesymres"]))
    with torch.inference_mode():
        memory = network.remember(torch.tensor(known("nesymres")["table"]))
        places = [place for place in range(len(network.vocabulary)) if place != network.last]
        written = [[], *([a] for a in places), *([a, b] for a in places for b in places)]
        scores = {}
        for tokens in written:
            logits, _ = network.decoder(
                torch.tensor([[network.first, *tokens]]), network.decoder.begun(memory)
            )
            chances = torch.log_softmax(logits[0], dim=-1)
            ways = enumerate([*tokens, network.last])
            total = float(sum(chances[place, token] for place, token in ways))
            scores[tuple(network.vocabulary[token] for token in tokens)] = total / (len(tokens) + 1)
    best = sorted(scores, key=lambda words: -scores[words])
    assert beam_search(network, memory, len(written), 3)[:50] == best[:50]


@NEURAL
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("rows", "columns", "unit"), [(5, 1, 1.0), (3000, 2, 1.0), (40, 12, 1.0), (60, 2, 1e-30)]
)
def test_tables_of_any_size_and_unit_are_answered(
    folders: dict[str, Path], kind: str, rows: int, columns: int, unit: float
) -> None:
    random = np.random.default_rng(rows)
    X = random.uniform(0.5, 30.0, (rows, columns)) * unit
    y = 3.0 * X[:, 0] + unit * random.standard_normal(rows)
    X[1, 0] = np.nan
    variables = tuple(Variable(f"v{j}") for j in range(columns))
    task = Task(X, y, variables, budget=Budget(seconds=2.0, evaluations=6))
    found = of_kind(kind, folders[kind]).discover(task)  # a network that has learnt nothing
    finite = np.isfinite(X).all(axis=1)
    values = evaluate(parse(found.best.text), task.names, X[finite])
    assert np.mean((values - y[finite]) ** 2) < 1.5 * np.var(y[finite])


def of_kind(kind: str, folder: Path) -> NeSymReS | E2E:
    if kind == "e2e":
        return E2E(str(folder), beam=4, samples=4, temperature=1.0, longest=12)
    return NeSymReS(str(folder), beam=4, samples=4, restarts=1)


@NEURAL
@pytest.mark.parametrize("kind", KINDS)
def test_what_the_network_writes_is_fitted_and_told_of_the_columns_as_they_are(
    folders: dict[str, Path], kind: str
) -> None:
    from methods.released.search import WordSearch

    method = of_kind(kind, folders[kind])
    random = np.random.default_rng(3)
    X = random.uniform(40.0, 90.0, (50, 2))
    task = Task(X, 2.0 * X[:, 0] * X[:, 1] + 5.0, (Variable("mass"), Variable("speed")))
    search = WordSearch(task, 0, 3, method.first_column, type(method).scaled)
    first, second = (f"x_{method.first_column + j}" for j in range(2))
    constants = ["c"] * 3 if kind == "nesymres" else ["+", "N1000", "E-3"] * 3
    one = constants[: len(constants) // 3]
    words = ["mul", "add", *one, first, "add", *one, second]
    search.judge(tuple(words))
    assert search.answer.exact
    values = evaluate(parse(search.discovery().best.text), task.names, X)
    np.testing.assert_allclose(values, task.y, rtol=1e-9)


def test_weights_that_are_not_there_or_are_others_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"nowhere' is not there: .*convert_weights.py e2e"):
        E2E(str(tmp_path / "nowhere"))
    (tmp_path / "state.json").write_text('{"format": "nesymres", "shape": {}}')
    (tmp_path / "weights.safetensors").write_bytes(b"")
    with pytest.raises(CheckpointError, match="tells the format 'nesymres', not 'e2e'"):
        E2E(str(tmp_path))


@NEURAL
def test_the_script_executes_nothing_unless_it_is_trusted(tmp_path: Path) -> None:
    import torch

    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "executed",))

    torch.save({"state_dict": {}, "more": Evil()}, tmp_path / "evil")
    (tmp_path / "config.yaml").write_text(json.dumps({"architecture": known("nesymres")["config"]}))
    call = [sys.executable, SCRIPT, "nesymres", tmp_path / "evil", tmp_path / "config.yaml"]
    ended = subprocess.run(
        [*call, tmp_path / "e", tmp_path / "out"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "is not read without executing it" in ended.stderr and "--trust" in ended.stderr
    assert not (tmp_path / "executed").exists()
    call[2:] = ["e2e", tmp_path / "evil", "--code", tmp_path, tmp_path / "out"]
    ended = subprocess.run(call, capture_output=True, text=True, check=False)
    assert ended.returncode == 1 and "to read them is --trust" in ended.stderr


OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "inv": np.reciprocal,
    "sin": np.sin, "exp": np.exp, "tanh": np.tanh, "arctan": np.arctan, "abs": np.abs,
    "pow2": np.square, "sqrt": np.sqrt,
}  # fmt: skip
X = np.random.default_rng(0).uniform(0.5, 2.0, (9, 3))
Written = tuple[tuple[str, ...], np.ndarray]


def number(value: float) -> Written:
    mantissa, exponent = f"{abs(value):.3e}".split("e")
    words = ("-" if value < 0 else "+", "N" + mantissa.replace(".", ""), f"E{int(exponent) - 3}")
    return words, np.full(9, float(f"{value:.3e}"))


def applied(name: str, parts: tuple[Written, ...]) -> Written:
    with np.errstate(all="ignore"):
        values = OPERATORS[name](*(one[1] for one in parts))
    return (name, *(word for one in parts for word in one[0])), values


LEAVES = st.one_of(
    st.floats(-1e6, 1e6).map(number),
    st.integers(0, 2).map(lambda j: ((f"x_{j}",), X[:, j])),
    st.integers(-5, 5).map(lambda j: ((str(j),), np.full(9, float(j)))),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.sampled_from(sorted(OPERATORS)).flatmap(
        lambda name: st.tuples(*[inner] * OPERATORS[name].nin).map(lambda p: applied(name, p))
    ),
    max_leaves=8,
)


@given(TREES)
def test_words_say_what_they_are_written_for(written: Written) -> None:
    words, values = written
    reading = formula_of(words, ("a", "b", "c"), 0)
    assert reading is not None and not reading.constants
    with np.errstate(all="ignore"):
        told = evaluate(reading.expression, ("a", "b", "c"), X)
    usable = np.isfinite(values) & np.isfinite(told) & (np.abs(values) < 1e100)
    np.testing.assert_allclose(told[usable], values[usable], rtol=1e-9, atol=1e-12)


@given(TREES, st.integers(0, 20), st.sampled_from(["add", "x_7", "|", "rand", "N1000", "S"]))
def test_words_that_say_no_formula_are_none(written: Written, place: int, word: str) -> None:
    words = list(written[0])
    words.insert(place % (len(words) + 1), word)
    assert formula_of(words, ("a", "b", "c"), 0) is None


@given(
    st.lists(st.integers(-1000, 1000), min_size=6, max_size=6),
    st.sampled_from([1e-30, 0.1, 1.0, 1e20]),
)
def test_scales_are_undone(numbers: list[int], unit: float) -> None:
    table = unit * np.array(numbers).reshape(3, 2)
    formula = parse("1.5*u*v - v")
    for scaled in (within_range, standardised):
        scales = scaled(table, np.ones(3))
        shown = scales.shown(table)
        assert np.isfinite(shown).all()
        if scaled is within_range:
            assert np.abs(shown).max() <= 10.0 * (1 + 1e-12)
        truth = evaluate(formula, ("u", "v"), shown)
        told = evaluate(scales.undone(formula, ("u", "v")), ("u", "v"), table)
        np.testing.assert_allclose(told, truth, rtol=1e-6, atol=1e-6 * (1 + np.abs(truth).max()))
