"""pysr: the real package over a stand-in for Julia; a real search where there is a Julia."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import Budget, Variable, evaluate, parse
from bench.plugins import find_method, spec_of
from bench.problems import Data, Dataset, Problem, Table, Target
from bench.running import Limits, LocalExecutor, Record, Store, execute, matrix
from bench.running.load import build
from bench.running.missing import missing_engine, missing_here
from bench.running.results.run import MethodSpec
from methods.answering import Answering
from methods.pysr import PySR, julia
from methods.pysr.method import search_seconds
from methods.pysr.table import Row, discovery_of, read_table, select
from methods.pysr.units import units_of
from methods.scaling import Scaling

FAKE = Path(__file__).parent / "fake_julia"
HALL_OF_FAME = Path(__file__).parents[1] / "data" / "pysr_hall_of_fame.csv"
"""As PySR 2.7 writes it, for y = 2.5*m*c**2 with a row that is no expression."""

RNG = np.random.default_rng(1)
PATIENT = "PYTHON_JULIACALL_FAKE_PATIENT"
LATE = "PYTHON_JULIACALL_FAKE_LATE"
EMPTY = "PYTHON_JULIACALL_FAKE_EMPTY"
COMPILE = "PYTHON_JULIACALL_FAKE_COMPILE"
OWN_JULIA = {"PYTHON_JULIACALL_EXE": sys.executable, "PYTHON_JULIACALL_PROJECT": str(FAKE)}

needs_pysr = pytest.mark.skipif(
    importlib.util.find_spec("pysr") is None, reason="pysr is not installed (the extra test)"
)


def _no_julia() -> str | None:
    return PySR.missing() if importlib.util.find_spec("pysr") else "pysr is not installed"


def forget_pysr() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in ("pysr", "juliacall")]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def _imported() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FAKE))
        for name, value in OWN_JULIA.items():
            patch.setenv(name, value)
        forget_pysr()
        PySR().warm_up(Budget())
        yield sys.modules["juliacall"]
    forget_pysr()


@pytest.fixture
def fake_julia(_imported: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The stand-in, warm; what is set in the environment ends with the test."""
    for name, value in OWN_JULIA.items():
        monkeypatch.setenv(name, value)
    yield _imported


def _product(n: int = 50) -> tuple[np.ndarray, np.ndarray]:
    X = RNG.uniform(0.4, 1.4, (n, 2)) * [1.0, 1e8]
    return X, 2.5 * X[:, 0] * X[:, 1] ** 2


BORROWED = """
from pysr import PySRRegressor

est = PySRRegressor(
    niterations=1_000_000_000, timeout_in_seconds=3600, binary_operators=["+", "-", "*", "/"],
    unary_operators=["sin", "exp"], maxsize=30, parallelism="serial", deterministic=True,
    progress=False, verbosity=0,
)


def model(est, X=None):
    return str(est.sympy())
"""
"""As SRBench has it (``experiment/methods/pysr/regressor.py``)."""


def _borrowed(folder: Path) -> list[MethodSpec]:
    """PySR in SRBench's contract, as an estimator, and in a method of one's own."""
    srbench, own = folder / "srb" / "regressor.py", folder / "own.py"
    srbench.parent.mkdir()
    srbench.write_text(BORROWED)
    own.write_text(
        "class Own:\n    requires = ('pysr',)\n    def discover(self, task): return None\n"
    )
    return [
        spec_of(find_method(str(srbench))),
        spec_of(find_method("sklearn"), estimator=f"{srbench}:est"),
        spec_of(find_method(str(own))),
    ]


@needs_pysr
def test_others_files_are_told_that_julia_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHON_JULIACALL_EXE", sys.executable)
    lacks = PySR.missing()
    assert lacks
    for spec in _borrowed(tmp_path):
        assert missing_engine(spec) == lacks
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.16.3")
    assert missing_here("methods.linear:Linear", ("pysr",)) is None  # that release asks otherwise


@needs_pysr
def test_others_files_run_over_a_julia_that_is_found(tmp_path, fake_julia, make_task):
    X, y = _product()
    task = make_task(X, y)
    for spec in _borrowed(tmp_path)[:2]:
        method = build(spec.target, spec.settings)
        method.warm_up(task.budget)
        found = method.discover(task)
        values = evaluate(parse(found.best.text, task.variables), task.names, X)
        np.testing.assert_allclose(values, found.predict(X), rtol=1e-5)  # float32 inside


# The real package, from constructor to answer


@needs_pysr
def test_the_real_package_finds_a_law_in_raw_units(fake_julia, make_task, error_of):
    reports = []
    X, y = _product()
    task = make_task(X, y, on_report=lambda text, loss: reports.append((text, loss)))

    discovery = PySR(model_selection="accuracy").discover(task)

    assert error_of(discovery, task) < 1e-12
    assert discovery.best.complexity == 7
    assert discovery.best.loss < 1e-12  # of what is given, not of PySR's float32
    assert [one.complexity for one in discovery.front] == [1, 3, 5, 7]
    assert reports[-1] == (discovery.best.expression, discovery.best.loss)
    call = fake_julia.CALLS[-1]
    assert np.median(np.abs(call["X"])) < 100  # scaled by powers of ten
    assert call["X_units"] is None


@needs_pysr
def test_srsds_setting_reaches_the_backend_whole(fake_julia, make_task):
    """As SRSD's file has it (external/pysr/config.yaml); the rest as PySR 0.16.3 had it."""
    X, y = _product()
    PySR().discover(make_task(X, y, seed=3))

    call = fake_julia.CALLS[-1]
    options = call["options"]
    published = {
        "npopulations": 10, "npop": 40, "ncycles_per_iteration": 500, "maxsize": 50,
        "parsimony": 0.0032, "adaptive_parsimony_scaling": 20.0, "alpha": 0.1, "annealing": False,
        "batching": False, "crossover_probability": 0.066, "fraction_replaced": 0.000364,
        "fraction_replaced_hof": 0.035, "topn": 12, "tournament_selection_n": 10,
        "tournament_selection_p": 0.86, "optimizer_probability": 0.14, "optimizer_iterations": 8,
        "optimizer_nrestarts": 2, "perturbation_factor": 0.076, "use_frequency": True,
        "use_frequency_in_tournament": True, "should_optimize_constants": True, "migration": True,
        "hof_migration": True, "skip_mutation_failures": True, "probability_negate_constant": 0.01,
        "deterministic": True, "turbo": False,
    }  # fmt: skip
    assert {name: options[name] for name in published} == published
    assert options["mutation_weights"] == {
        "add_node": 0.79, "insert_node": 5.1, "delete_node": 1.7, "do_nothing": 0.21,
        "mutate_constant": 0.048, "mutate_operator": 0.47, "randomize": 0.1, "simplify": 0.002,
        "optimize": 0.0, "swap_operands": 0.0, "rotate_tree": 0.0, "mutate_feature": 0.0,
        "backsolve": 0.0,
    }  # fmt: skip
    assert call["parallelism"] == "serial"
    nested = PySR().arguments(Budget(), 0)["nested_constraints"]
    assert nested == {
        "sin": {"sin": 0, "cos": 0}, "cos": {"sin": 0, "cos": 0}, "exp": {"exp": 0},
        "log": {"log": 0},
    }  # fmt: skip


@needs_pysr
def test_pysr_default_is_the_packages_own_default(fake_julia):
    from pysr import PySRRegressor

    entry = find_method("pysr_default")
    own = spec_of(entry).settings
    arguments = PySR(**own).arguments(Budget(), 0)
    defaults = PySRRegressor().get_params()
    ours = {"binary_operators", "unary_operators", "niterations", "timeout_in_seconds",
            "parallelism", "deterministic", "random_state", "progress", "verbosity"}  # fmt: skip
    differing = {name for name, value in arguments.items() if defaults[name] != value}
    assert differing == ours


@needs_pysr
def test_several_threads_search_in_parallel_and_say_that_the_seed_decides_nothing(
    fake_julia, make_task
):
    X, y = _product()
    PySR().discover(make_task(X, y, budget=Budget(seconds=9, evaluations=5, threads=4)))

    call = fake_julia.CALLS[-1]
    assert (call["parallelism"], call["options"]["deterministic"]) == ("multithreading", False)
    assert call["options"]["max_evals"] == 5
    assert os.environ["PYTHON_JULIACALL_THREADS"] == "1"  # of the process that was warmed up


@needs_pysr
def test_what_it_finds_is_reported_while_it_searches_and_the_deadline_stops_it(
    fake_julia, make_task, monkeypatch
):
    monkeypatch.setenv(PATIENT, "yes")
    monkeypatch.setenv(LATE, "yes")  # Julia's own limit is seen late, as with large data
    reports = []
    X, y = _product()
    task = make_task(X, y, budget=Budget(seconds=2.5), on_report=lambda *one: reports.append(one))

    discovery = PySR(model_selection="accuracy").discover(task)

    assert fake_julia.CALLS[-1]["ended"] == "signal"
    assert len(reports) > 2
    assert reports[-2][0] == discovery.best.expression
    losses = [loss for _, loss in reports]
    assert losses == sorted(losses, reverse=True)


@needs_pysr
def test_a_search_that_ends_with_nothing_is_answered_by_the_mean(
    fake_julia, make_task, error_of, monkeypatch
):
    monkeypatch.setenv(EMPTY, "yes")
    X, y = _product()
    task = make_task(X, y)

    assert np.isfinite(error_of(PySR().discover(task), task))


@needs_pysr
def test_edge_cases_have_a_finite_answer(fake_julia, make_task, error_of, edge_case):
    task = make_task(*edge_case)

    assert np.isfinite(error_of(PySR().discover(task), task))


# Under the harness: compiling is off the clock, and a kill loses nothing


class _Given:
    def data(self, problem: Problem, seed: int) -> Data:
        X = np.random.default_rng(seed).uniform(1, 3, (40, 2))
        table = Table(X, 2.5 * X[:, 0] * X[:, 1])
        return Data({"train": table, "test": table})


def _run(folder: Path, start: str, seconds: float, seeds: range) -> list[Record]:
    variables = (Variable("x0"), Variable("x1"))
    problem = Problem("toy", "1", "product", variables, (Target(),), _Given())
    datasets = {"toy": Dataset("toy", "1", (problem,))}
    entry = find_method("pysr")
    spec = spec_of(
        entry, model_selection="accuracy", worker={**entry.config["worker"], "start": start}
    )
    runs = matrix([spec], datasets, seeds=seeds, budget=Budget(seconds=seconds))
    store = Store(folder)
    execute(runs, datasets, store, LocalExecutor(1), limits=Limits(grace=0.5))
    return sorted(store.records(), key=lambda record: record.run.seed)


@pytest.fixture
def under_harness(monkeypatch, tmp_path) -> None:
    """Workers find the stand-in, and the harness a Julia that would do."""
    monkeypatch.syspath_prepend(str(FAKE))
    project = tmp_path / "project"
    project.mkdir()
    (project / "Manifest.toml").write_text("[[deps.SymbolicRegression]]\n")
    monkeypatch.setenv("PYTHON_JULIACALL_EXE", str(_julia_program(tmp_path, "1.11.7")))
    monkeypatch.setenv("PYTHON_JULIACALL_PROJECT", str(project))


@needs_pysr
def test_compiling_is_off_the_clock_and_done_once(under_harness, monkeypatch, tmp_path):
    monkeypatch.setenv(COMPILE, "3")

    records = _run(tmp_path / "r", "keep", seconds=2.0, seeds=range(3))

    assert [(record.status, record.message) for record in records] == [("ok", "")] * 3
    assert records[0].resources.warm_up_seconds >= 3
    assert [record.resources.warm_up_seconds for record in records[1:]] == [0, 0]
    assert "pysr" in records[0].provenance["packages"]


@needs_pysr
def test_after_a_kill_the_answer_is_the_last_that_was_read(under_harness, monkeypatch, tmp_path):
    monkeypatch.setenv(PATIENT, "yes")
    monkeypatch.setenv("PYTHON_JULIACALL_FAKE_DEAF", "yes")

    (record,) = _run(tmp_path / "r", "fresh", seconds=2.0, seeds=range(1))

    assert record.status == "timeout"
    assert record.discovery is not None
    found = evaluate(parse(record.discovery.best.text), ("x0", "x1"), np.array([[2.0, 3.0]]))
    assert found[0] == pytest.approx(15.0)


# The table


def _rows() -> list[Row]:
    return read_table_at(HALL_OF_FAME.read_text())


def read_table_at(text: str, folder: Path | None = None) -> list[Row]:
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        Path(place, "hall_of_fame.csv").write_text(text)
        return read_table(Path(place))


def test_julias_floats_are_read():
    (row,) = read_table_at('Complexity,Loss,Equation\n3,1.5f-7,"x0 * -1.0f-5"\n')
    assert row == Row("x0 * -1.0e-5", 3.0, 1.5e-7)


def test_a_table_that_is_being_written_is_read_as_far_as_its_rows_are_whole():
    text = HALL_OF_FAME.read_text()
    whole = _rows()
    for end in range(len(text)):
        rows = read_table_at(text[:end])
        assert rows[:-1] == whole[: max(0, len(rows) - 1)]
        if text[end - 1 : end] == "\n" and end > 30:
            assert rows == whole[: len(rows)]
    assert read_table(Path("/nowhere")) == []


@needs_pysr
@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.sampled_from([0.0, 1e-30, 1e-7, 0.1, 0.14, 0.2, 1.0, 50.0]), min_size=1, unique=True
    ),
    st.sampled_from(["best", "accuracy", "score"]),
)
def test_the_choice_is_pysrs_own(_imported, losses, how):
    from pysr.sr import calculate_scores, idx_model_selection

    losses = sorted(losses, reverse=True)
    table = pandas.DataFrame({"complexity": range(1, len(losses) + 1), "loss": losses})
    with np.errstate(all="ignore"):
        table = pandas.concat([table, calculate_scores(table)], axis=1)
    rows = [Row(f"x{k}", k + 1, loss) for k, loss in enumerate(losses)]
    assert select(rows, how) == rows[idx_model_selection(table, how)]


def _discovery(make_task, chosen):
    X, y = _product()
    task = replace(make_task(X, y), variables=(Variable("m"), Variable("c")))
    answer = Answering(task, len(y))
    assert answer.scaling == Scaling({"m": 0, "c": 8}, 16)
    return discovery_of(_rows(), chosen, {"x0": "m", "x1": "c"}, answer), task


def test_its_table_becomes_a_front_in_raw_units_and_own_names(make_task):
    discovery, task = _discovery(make_task, "((x0 * (x1 * 2.4999998)) * x1)")

    values = evaluate(parse(discovery.best.expression), ("m", "c"), task.X)
    np.testing.assert_allclose(values, task.y, rtol=1e-12)
    assert discovery.best.complexity == 7
    assert discovery.best.loss < 1e-12
    assert [c.complexity for c in discovery.front] == [1, 3, 5, 7]


def test_a_selected_row_that_is_no_expression_is_an_error(make_task):
    with pytest.raises(ValueError, match="no expression: 'Inf \\+ x0'"):
        _discovery(make_task, "Inf + x0")


# Settings


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"precision": 8}, "precision is 8"),
        ({"model_selection": "worst"}, "model_selection is 'worst'"),
        ({"maxsize": 5}, "maxsize is 5"),
        ({"unary": ("sin", "inv2(x)=1/x^2")}, "operator 'inv2\\(x\\)=1/x\\^2' has no reading"),
        ({"unary": ("atanh_clip",)}, "operator 'atanh_clip' has no reading"),
        ({"binary": ("greater",)}, "operator 'greater' has no reading"),
        ({"options": {"random_state": 3}}, "options names 'random_state'"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        PySR(**changes)


@pytest.mark.parametrize("name", ["^", "pow", "max", "mod"])
def test_operators_with_a_reading_are_taken(name):
    assert PySR(binary=("+", name)).binary == ("+", name)


@pytest.mark.parametrize("seconds", [1.0, 5.0, 30.0, 3600.0])
def test_time_is_left_for_what_comes_after_the_search(seconds):
    assert 0.5 * seconds < search_seconds(seconds) < seconds
    assert seconds - search_seconds(seconds) <= 10.0


def test_units_are_told_in_julias_words_where_all_are_disclosed():
    speed, root = Variable("v", unit=(1, -1, 0, 0, 0)), Variable("r", unit=(0.5, 0, -1, 0, 0))
    pure = Variable("p", unit=(0, 0, 0, 0, 0))

    told = units_of((speed, root, pure), Variable("E", unit=(2, -2, 1, 0, 0)))
    assert told == {"X_units": ["m*s^(-1)", "m^(1//2)*kg^(-1)", "1"], "y_units": "m^2*s^(-2)*kg"}
    assert units_of((speed,), Variable("y")) == {"X_units": ["m*s^(-1)"]}
    assert units_of((speed, Variable("x0")), Variable("y")) == {}


@needs_pysr
def test_units_reach_the_search(fake_julia, make_task):
    X = RNG.uniform(1, 3, (20, 2))
    variables = (Variable("m", unit=(0, 0, 1, 0, 0)), Variable("a", unit=(1, -2, 0, 0, 0)))
    task = replace(
        make_task(X, X[:, 0] * X[:, 1]), variables=variables,
        target=Variable("F", unit=(1, -2, 1, 0, 0)),
    )  # fmt: skip
    PySR().discover(task)
    assert fake_julia.CALLS[-1]["y_units"] == "m*s^(-2)*kg"
    PySR(units=False).discover(task)
    assert fake_julia.CALLS[-1]["y_units"] is None


# What is missing, and where Julia is


def _julia_program(folder: Path, version: str, name: str = "julia") -> Path:
    program = folder / "bin" / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\necho julia version {version}\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def bare(monkeypatch, tmp_path) -> Path:
    """No Julia anywhere: not named, not on the path, not in the environment."""
    for name in [name for name in os.environ if "JULIA" in name]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    return tmp_path


def _missing() -> str:
    reason = PySR.missing()
    assert reason is not None and "\n" not in reason
    return reason


@needs_pysr
def test_without_julia_one_line_says_what_to_do(bare):
    reason = _missing()
    assert reason.startswith("PySR needs Julia ") and "there is none here" in reason
    assert f"`{sys.executable} -c 'import pysr'` fetches it once" in reason


@needs_pysr
def test_a_julia_of_a_version_that_will_not_do_is_named(bare):
    _julia_program(bare, "1.9.4")
    assert "there is 1.9.4 alone here" in _missing()


@needs_pysr
def test_juliaup_alone_is_no_julia(bare):
    _julia_program(bare, "", name="juliaup")
    assert "there is juliaup alone here" in _missing()


@needs_pysr
def test_a_julia_whose_packages_were_never_fetched_is_not_ready(bare):
    program = _julia_program(bare, "1.11.7")
    reason = _missing()
    assert f"Julia 1.11.7 is at {program}, and its packages were never fetched" in reason


@needs_pysr
@pytest.mark.parametrize("alone", ["PYTHON_JULIACALL_EXE", "PYTHON_JULIACALL_PROJECT"])
def test_one_of_two_names_alone_is_said_to_be(bare, monkeypatch, alone):
    monkeypatch.setenv(alone, str(_julia_program(bare, "1.11.7")))
    assert _missing().startswith(f"{alone} is set and PYTHON_JULIACALL_")


@needs_pysr
@pytest.mark.parametrize(
    ("version", "manifest", "words"),
    [
        ("1.9.4", "SymbolicRegression", "is Julia 1.9.4; PySR needs"),
        ("", "SymbolicRegression", "which is no Julia"),
        ("1.11.7", "Example", "has no SymbolicRegression"),
        ("1.11.7", "SymbolicRegression", None),
    ],
)
def test_a_julia_of_ones_own_is_looked_at(bare, monkeypatch, version, manifest, words):
    monkeypatch.setenv("PYTHON_JULIACALL_EXE", str(_julia_program(bare, version)))
    monkeypatch.setenv("PYTHON_JULIACALL_PROJECT", str(bare))
    (bare / "Manifest.toml").write_text(f"[[deps.{manifest}]]\n")
    if words is None:
        assert PySR.missing() is None
    else:
        assert words in _missing()


@needs_pysr
def test_what_juliapkg_has_resolved_is_ready_and_named_outright(bare):
    """The environment's own Julia, whose packages are there: as juliapkg 0.1.28 notes it."""
    import json

    from juliapkg import deps, state

    program = _julia_program(bare, "1.11.7")
    state.reset_state()
    files = {path: {"timestamp": 2e9, "hash_sha256": ""} for path in deps.deps_files()}
    meta = {"meta_version": deps.META_VERSION, "dev": False, "version": "1.11.7",
            "executable": str(program), "libjulia": "/l/libjulia.so", "bindir": "/b",
            "deps_files": files, "offline": False, "override_executable": None,
            "pkgs": []}  # fmt: skip
    place = Path(state.STATE["meta"])
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(meta))

    assert PySR.missing() is None
    environment: dict[str, str] = {"JULIA_NUM_GC_THREADS": "2"}
    julia.prepare(environment, Budget(threads=3, memory_mb=1000))
    assert environment == {
        "PYTHON_JULIACALL_EXE": str(program),
        "PYTHON_JULIACALL_PROJECT": str(bare / "julia_env"),
        "PYTHON_JULIACALL_LIB": "/l/libjulia.so",
        "PYTHON_JULIACALL_BINDIR": "/b",
        "PYTHON_JULIACALL_HANDLE_SIGNALS": "yes",
        "PYTHON_JULIACALL_HEAP_SIZE_HINT": "600M",
        "PYTHON_JULIACALL_THREADS": "3",
        "JULIA_NUM_GC_THREADS": "2",  # what the user has set stays
        "JULIA_PKG_OFFLINE": "true",
    }
    program.write_text("#!/bin/sh\necho julia version 1.12.0\n")  # another Julia since
    assert PySR.missing() is not None


@pytest.mark.skipif(_no_julia() is not None, reason=str(_no_julia()))
@pytest.mark.timeout(1800)
def test_a_real_search_finds_a_product(make_task, error_of):
    X = RNG.uniform(1, 3, (100, 2))
    task = make_task(X, 2.5 * X[:, 0] * X[:, 1], budget=Budget(seconds=60))
    method = PySR()
    method.warm_up(task.budget)

    assert error_of(method.discover(task), task) < 1e-6
