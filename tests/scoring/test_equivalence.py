"""The judge's three rules, on pairs whose answer follows from mathematics or by definition."""

from __future__ import annotations

import gc
import json

import pytest

from bench.expression import parse
from bench.problems import Domain, Sampling, Variable
from bench.scoring.equivalence import RULES, STEPS, JudgeLimits, Verdict, default_domain, judge


def domain(
    *ranges: tuple[float, float],
    kind: str = "uniform",
    signs: str = "positive",
    constraints: tuple[str, ...] = (),
) -> Domain:
    """x0, x1, ... with the given ranges."""
    variables = tuple(
        Variable(f"x{index}", sampling=Sampling(kind, low, high, signs))  # type: ignore[arg-type]
        for index, (low, high) in enumerate(ranges)
    )
    return Domain(variables, constraints)


def answers(prediction: str, truth: str, on: Domain | None = None, **kwargs: object) -> str:
    """What ``srbench_relative``, ``exact`` and ``skeleton`` answer: y, n or u each."""
    verdicts = judge(prediction, truth, on, **kwargs)  # type: ignore[arg-type]
    assert list(verdicts) == list(RULES)
    for verdict in verdicts.values():
        assert verdict.step in STEPS
        assert verdict.reason
        assert Verdict.from_dict(json.loads(json.dumps(verdict.as_dict()))) == verdict
    return "".join(verdicts[rule].answer[0] for rule in ("srbench_relative", "exact", "skeleton"))


ONE = domain((1, 5))
TWO = domain((1, 5), (1, 5))
FOUR = domain((1, 5), (1, 5), (1, 5), (1, 5))


@pytest.mark.parametrize(
    ("prediction", "truth", "on"),
    [
        ("x0**2 + x0", "x0*(1 + x0)", ONE),
        ("sin(x0)**2", "1 - cos(x0)**2", ONE),
        ("log(x0) + log(x1)", "log(x0*x1)", TWO),
        ("(x0**2 - x1**2)/(x0 - x1)", "x0 + x1", TWO),
        ("x0**0.5*x1**0.5", "sqrt(x0*x1)", TWO),
        ("1 - 2/(exp(2*x0) + 1)", "tanh(x0)", ONE),
        ("sqrt(x0**2)", "x0", ONE),
        ("Abs(x0)", "x0", ONE),
        ("x0**(1/3)", "x0**0.333333333333333", ONE),
        ("0.5641895835477563*x0", "x0/sqrt(pi)", ONE),
        ("exp(-x0)", "1/exp(x0)", None),
        ("log(x0**2)", "2*log(x0)", None),  # the truth's domain is what counts
    ],
)
def test_equal_forms_are_the_law(prediction: str, truth: str, on: Domain | None) -> None:
    assert answers(prediction, truth, on) == "yyy"


@pytest.mark.parametrize(
    ("prediction", "truth", "on"),
    [
        ("sin(1.0000001*x1)*exp(-2.5e-7*x1)", "sin(x1)", TWO),
        ("0.4130*x0*(2.6317 + 2.4213*x0) - 0.0869*x0", "x0 + x0**2", ONE),
        ("1.775*x0*sqrt(Abs(0.317*x1**2 + 0.317*x2**2 + 0.317*x3**2))",
         "x0*sqrt(x1**2 + x2**2 + x3**2)", FOUR),
        ("0.707*x0/(0.707*x1 + 0.707)", "x0/(1 + x1)", TWO),
        ("x0**1.00006*x1", "x0*x1", TWO),
        ("x0*x1 - 1.0e-7*x0 + 3.0e-8", "x0*x1", TWO),
        ("-2.0*x0*cos(1.0*x1 + 3.14159265)", "2*x0*cos(x1)", TWO),
        ("0.99999998*x0**2.0", "x0**2", domain((1, 5), signs="both")),
    ],
)  # fmt: skip
def test_constants_as_an_optimiser_leaves_them_are_the_law(
    prediction: str, truth: str, on: Domain
) -> None:
    assert answers(prediction, truth, on) == "yyy"


@pytest.mark.parametrize(
    ("prediction", "truth", "on"),
    [
        ("x0 - x0**3/6 + x0**5/120", "sin(x0)", domain((0.1, 1))),
        ("x0 - x0**3/6 + x0**5/120 - x0**7/5040 + x0**9/362880", "sin(x0)", domain((0.1, 1))),
        ("0.99998*x0 - 0.16652*x0**3 + 0.00802*x0**5", "sin(x0)", domain((0.1, 1))),
        ("sinh(x0)", "x0 + x0**3/6", domain((0.1, 1))),
        ("x0*(15 + x0**2)/(15 + 6*x0**2)", "tanh(x0)", domain((0.1, 1))),
        ("x0*x1*(1 + 0.5*x1**2)", "x0*x1/sqrt(1 - x1**2)", domain((1, 5), (0.01, 0.3))),
        ("x0*x1", "x0*x1/sqrt(1 - x1**2)", domain((1, 5), (0.01, 0.3))),
        ("(exp(1e-9*x0) - 1)/1e-9", "x0", ONE),  # equal in the limit only
        ("(x0**1e-7 - 1)/1e-7", "log(x0)", ONE),
        ("x0**3*x1", "x0**2*x1", TWO),
        ("x1/x0", "x0/x1", TWO),
        ("x0 - x1", "x0 + x1", TWO),
        ("x0**2.7*2.1", "2.1*x0**3", ONE),
    ],
)
def test_near_misses_are_not(prediction: str, truth: str, on: Domain) -> None:
    assert answers(prediction, truth, on) == "nnn"


@pytest.mark.parametrize(
    ("prediction", "truth", "expected"),
    [
        ("2.5*x0*x1", "3*x0*x1", "yny"),  # a factor
        ("x0*x1 + 3.2", "x0*x1", "ynn"),  # a term too many, though a constant one
        ("-1.0*x0*x1", "x0*x1", "nnn"),  # R2 is far below 1/2, and a sign is structure
        ("-(x0*x1)", "x0*x1", "nnn"),
        ("sin(5.0*x0)", "sin(2.0*x0)", "nny"),
        ("2*x0", "3*x0", "nny"),
        ("1.0005*x0*x1", "x0*x1", "yyy"),
        ("1.01*x0*x1", "x0*x1", "yny"),
        ("x0 + 0.5*x1", "x0", "nnn"),
        ("x0*exp(1.01*x1)", "x0*exp(x1)", "nny"),
        ("1000.1*x0 - 999*x0", "x0", "yny"),  # constants that cancel are not close
        ("x0 + x1", "3.7*x0 - 2*x1", "nnn"),  # factors that are not written stay
        ("x0**2 + 1", "x0**2 + 0.37", "ynn"),  # and so does what is no factor
        ("x0 + x1/3", "x0 + 0.4*x1", "nnn"),  # or a fraction
        ("x0 + 2*x1", "x0 + 3.3*x1", "nny"),
        ("exp(50.02*x0)", "exp(50*x0)", "yyy"),  # a constant right to 4e-4, whatever its effect
    ],
)
def test_constants_decide_between_the_rules(prediction: str, truth: str, expected: str) -> None:
    assert answers(prediction, truth, TWO) == expected


def test_a_constant_that_matters_little_must_still_be_right() -> None:
    on = domain((1e5, 1e7), kind="log_uniform")
    truth = "x0/sqrt(1 - 1.11265005605362e-17*x0**2)"
    assert answers("x0/sqrt(1 + 1.11265005605362e-17*x0**2)", truth, on)[:2] == "nn"
    assert answers("x0/sqrt(1 - 2.22530011210724e-17*x0**2)", truth, on) == "nny"


@pytest.mark.parametrize("scale", [1e-27, 1e-11, 1.0, 1e23])
def test_nothing_is_compared_absolutely(scale: float) -> None:
    on = domain((1e3, 1e5), (1e20, 1e23), kind="log_uniform")
    truth = f"{scale!r}*6.674e-11*x0*x1/(x0 + 1e3)**2"
    assert answers(f"{scale * 6.674002e-11!r}*x0*x1/(x0 + 1000.0)**2", truth, on) == "yyy"
    assert answers(f"{scale * 6.9e-11!r}*x0*x1/(x0 + 1000.0)**2", truth, on) == "yny"
    assert answers(f"{scale * 6.674e-11!r}*x0*x1/(x0 + 1200.0)**2", truth, on)[1:] == "ny"
    assert answers(f"{scale * 6.674e-11!r}*x0*x1/x0**2", truth, on) == "nnn"


@pytest.mark.parametrize(
    "prediction", ["I*x0", "x0 + 1e-6*I*x0", "sqrt(-1)*x0", "x0*log(x0 - 3)/log(x0 - 3)"]
)
def test_a_prediction_that_is_not_real_on_the_domain_is_refuted_by_a_point(prediction: str) -> None:
    for verdict in judge(prediction, "x0", ONE).values():
        assert (verdict.answer, verdict.step) == ("no", "undefined")
        assert verdict.witness is not None
        assert 1 <= verdict.witness.point["x0"] <= 5


def test_a_witness_lies_in_the_domain_and_has_both_values() -> None:
    on = domain((1, 3), (2, 9), signs="negative", constraints=("x0 + x1 < -5",))
    verdict = judge("x0*x1**2", "x0*x1", on)["exact"]
    assert verdict.answer == "no"
    assert verdict.witness is not None
    point = verdict.witness.point
    assert -3 <= point["x0"] <= -1
    assert -9 <= point["x1"] <= -2
    assert point["x0"] + point["x1"] < -5
    assert float(verdict.witness.truth) == pytest.approx(point["x0"] * point["x1"])
    assert float(verdict.witness.prediction) == pytest.approx(point["x0"] * point["x1"] ** 2)


def test_a_reason_tells_the_size_of_values() -> None:
    verdict = judge("1e200*x0**2", "3*x0 + 4", domain((1, 2)))["exact"]
    assert verdict.step == "difference" and verdict.witness is not None
    said = verdict.reason.partition("prediction ")[2].partition(",")[0]
    assert float(said) == pytest.approx(float(verdict.witness.prediction), rel=1e-9)


def test_signs_and_integers_of_the_domain_count() -> None:
    assert answers("sqrt(x0**2)", "x0", domain((1, 5), signs="both")) == "nnn"
    assert answers("abs(x0)", "-x0", domain((1, 5), signs="negative")) == "yyy"
    whole = domain((1, 9), kind="integer")
    assert answers("cos(2*pi*x0)*x0", "x0", whole) == "yyy"
    assert answers("(x0**2 - 1)/(x0 - 1)", "x0 + 1", whole) == "nnn"  # 0/0 at 1
    assert answers("(x0**2 - 1)/(x0 - 1)", "x0 + 1", ONE) == "yyy"  # at no point that is met


def test_a_feature_at_the_end_of_a_range_is_seen() -> None:
    on = domain((1, 5), (300, 900))
    truth = "x1 + x0*exp(-(x1 - 300)**2)"
    assert answers("x1 + x0**2*exp(-(x1 - 300)**2)", truth, on)[1:] == "nn"


@pytest.mark.parametrize(
    ("prediction", "expected"),
    [
        ("4*x0*sin(0.5*x1*x2)**2", "yyy"),
        ("2.0*x0 - 2.0*x0*cos(x1*x2)", "yyy"),
        ("1.9999999*x0*(1 - cos(1.0000001*x1*x2))", "yyy"),
        ("1.5*x0*(1 - cos(x1*x2))", "yny"),
        ("x0*(x1*x2)**3", "nnn"),
        ("2*x0*(1 - cos(x1))", "nnn"),
    ],
)
def test_a_law_of_which_float64_has_no_digit(prediction: str, expected: str) -> None:
    on = domain((1e-18, 1e-16), (0.1, 10), (1e-10, 1e-8), kind="log_uniform")
    assert answers(prediction, "2*x0*(1 - cos(x1*x2))", on) == expected


@pytest.mark.parametrize(
    ("prediction", "truth"),
    [("0.0*x0*x1", "9.80665*x0*x1"), ("x0 + 0.0*x1", "x0 + 2*x1"), ("sin(x0 + 0.0)", "cos(x0)")],
)
def test_what_is_zero_is_not_there(prediction: str, truth: str) -> None:
    assert answers(prediction, truth, TWO) == "nnn"


def test_a_root_is_structure_but_an_exponent_of_many_digits_a_constant() -> None:
    assert judge("x0**0.4", "sqrt(x0)", ONE)["skeleton"].answer == "no"
    assert judge("x0**1.3", "x0**1.5", ONE)["skeleton"].answer == "no"
    assert judge("x0**0.49", "sqrt(x0)", ONE)["skeleton"].answer == "yes"
    assert judge("x0**0.3", "x0**0.5975773", ONE)["skeleton"].answer == "yes"


def test_a_truth_that_needs_a_missing_variable_is_a_witness_of_two_points() -> None:
    verdict = judge("x0", "x0*x1**0.001", TWO)["skeleton"]
    assert (verdict.answer, verdict.step) == ("no", "variables")
    first = verdict.witness
    assert first is not None and first.beside is not None
    assert first.point["x0"] == first.beside.point["x0"]
    assert first.point["x1"] != first.beside.point["x1"]
    assert first.prediction == first.beside.prediction
    assert first.truth != first.beside.truth


def test_evidence_tells_how_far_constants_moved_and_how_it_was_confirmed() -> None:
    evidence = judge("2.9*x0**1.02", "3*x0", ONE)["skeleton"].evidence
    assert evidence["digits"] == 50
    assert evidence["residual"] < 1e-30
    assert evidence["constants"] == [{"from": 2.9, "to": pytest.approx(3.0, abs=1e-15)}]
    assert evidence["exponents"] == [{"from": 1.02, "to": 1.0}]


def test_the_tolerance_is_a_limit_of_the_call() -> None:
    assert judge("1.004*x0", "x0", ONE)["exact"].answer == "no"
    assert judge("1.004*x0", "x0", ONE, limits=JudgeLimits(tolerance=0.01))["exact"].answer == "yes"


def test_r2_is_the_callers_where_it_is_given() -> None:
    assert answers("x0*x1 + 3.2", "x0*x1", TWO, r2=0.4)[0] == "n"
    assert (
        judge("x0", "x0", ONE, rules=("srbench_relative",), r2=0.2)["srbench_relative"].step
        == "accuracy"
    )


@pytest.mark.parametrize(
    ("prediction", "truth", "expected"),
    [
        ("0.9912345*(1 - x0/39.01184)*x0", "0.9912345*(1 - x0/39.01184)*x0", "yes"),
        ("x0*(1 - x0/39.01184)*0.9912345", "0.9912345*(1 - x0/39.01184)*x0", "no"),
        ("0.9912345*(1 - x0/39.01184)*x0", "x0*(1 - x0/39.01184)*0.9912345", "no"),
        ("x0*(1 - x0/39)*7", "7*(1 - x0/39)*x0", "yes"),
    ],
)
def test_srbench_rounds_what_the_order_of_a_product_leaves(
    prediction: str, truth: str, expected: str
) -> None:
    assert answers(prediction, truth, ONE) == "yyy"
    assert judge(prediction, truth, ONE)["srbench"].answer == expected


@pytest.mark.parametrize("where", ["1.0002242", "0.9997500421", "1.0000001", "1.0004"])
def test_a_pole_amid_the_domain_takes_no_law_its_r2(where: str) -> None:
    assert answers("x1/(1 + x0)", f"x1/({where} + x0)") == "yyy"
    assert judge("x1/(1 + x0)", f"x1/({where} + x0)")["srbench"].answer == "yes"
    assert judge("x1/(1 - x0)", f"x1/({where} + x0)")["srbench"].step == "accuracy"


def test_text_goes_by_the_problems_names_and_symbols() -> None:
    on = Domain((Variable("x0", "m", sampling=Sampling("uniform", 1, 5)),))
    assert answers("2*m", "2*x0", on) == "yyy"
    for text in ("mass*2", "2*", "__import__('os')", "", "nan", "x0)"):
        verdict = judge(text, "x0", on)["exact"]
        assert (verdict.answer, verdict.step) == ("no", "parse")


def test_text_is_read_as_everywhere() -> None:
    for text in ("y = 2x0", r"2 \cdot x_{0}", "lambda x0: 2*x0", "np.float64(2.0)*x0", "x[0] + x0"):
        assert answers(text, "f(x0) = 2 x0", ONE) == "yyy"
    refused = judge("x0(x0 + 1)", "x0", ONE)["exact"]
    assert (refused.answer, refused.step) == ("no", "parse") and "two readings" in refused.reason


def test_a_template_is_asked_for_its_skeleton() -> None:
    assert answers("c[0]*x0 + c[1]", "2.5*x0 + 7", ONE) == "nny"
    assert answers("c[0]*x0", "2.5*x0 + 7", ONE) == "nnn"
    verdict = judge("x0", "c[0]*x0", ONE)["exact"]
    assert (verdict.answer, verdict.step) == ("undecided", "truth")
    late = judge("c[0]*x0", "2*x0**2", ONE, limits=JudgeLimits(seconds=1e-9))["skeleton"]
    assert (late.answer, late.step) == ("undecided", "time")


def test_a_truth_that_cannot_be_judged_against_is_no_fault_of_the_prediction() -> None:
    for truth in ("2*(", "sqrt(-1 - x0**2)"):
        verdict = judge("x0", truth, ONE)["exact"]
        assert (verdict.answer, verdict.step) == ("undecided", "truth")


def test_trees_are_as_good_as_text_and_rules_can_be_chosen() -> None:
    verdicts = judge(parse("x0 + x0"), parse("2*x0"), default_domain(["x0"]), rules=("exact",))
    assert list(verdicts) == ["exact"]
    assert verdicts["exact"].answer == "yes"
    with pytest.raises(ValueError, match="no rule 'best'"):
        judge("x0", "x0", rules=("best",))


def test_a_proof_is_made_on_request() -> None:
    limits = JudgeLimits(prove=True, prove_seconds=60)
    verdict = judge("sin(x0)**2", "1 - cos(x0)**2", ONE, rules=("exact",), limits=limits)["exact"]
    assert isinstance(verdict, Verdict)
    assert (verdict.answer, verdict.step) == ("yes", "proved")


def test_a_constant_law() -> None:
    assert answers("3.14159265358979", "pi", Domain(())) == "yyy"
    assert answers("3.2", "pi", Domain(()))[1:] == "ny"


@pytest.mark.parametrize("running", [True, False])
def test_the_search_for_cycles_is_left_as_it_was(running: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if running else gc.disable)()
        for prediction in ("2*x", "x(", "x + 1"):
            judge(prediction, "2*x")
            assert gc.isenabled() is running
    finally:
        (gc.enable if before else gc.disable)()
