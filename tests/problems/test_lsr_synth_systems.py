"""LSR-Synth as systems: the laws of its tables, and trajectories that are theirs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bench.expression import evaluate, parse
from bench.problems import load_dataset
from bench.problems.systems.protocol import ProtocolError

SYSTEMS: Any = load_dataset("lsr_synth_systems", points=40)


def test_every_law_of_time_and_state_is_a_system() -> None:
    tables = {name: load_dataset(f"llmsrbench_{name}") for name in ("phys_osc", "chem_react")}
    tiers = [problem.tier for problem in SYSTEMS.problems]
    assert {tier: tiers.count(tier) for tier in tiers} == {
        "phys_osc": 42, "bio_pop_growth": 24, "chem_react": 36,
    }  # fmt: skip
    assert [len(SYSTEMS[name].states) for name in ("PO0", "PO3", "BPG0", "CRK0")] == [2, 2, 1, 1]
    assert SYSTEMS["PO3"].states[0].meaning == "position"  # which its law does not ask for
    rows = np.random.default_rng(3).uniform(0.2, 1.0, (5, 3))  # x, v, t
    for name, columns in (("PO0", [0, 2, 1]), ("PO3", [2, 1]), ("CRK3", [2, 0])):
        (table,) = (one for one in tables.values() if name in {each.name for each in one})
        told = parse(table[name].truth or "", table[name].variables)
        values = evaluate(told, table[name].names, rows[:, columns])
        names = ["x0", "x1", "t"]
        last = SYSTEMS[name].names[-1]
        np.testing.assert_allclose(evaluate(SYSTEMS[name].laws[last], names, rows), values)
    assert SYSTEMS["PO0"].truth["x0"] == "x1"


def test_the_trajectory_is_that_of_another_solver() -> None:
    """The growth rate is asked for from time 1, the oscillator has a term without a slope at 0."""
    from scipy.integrate import solve_ivp

    for name, within in (("BPG2", 1e-8), ("CRK3", 1e-8), ("PO4", 1e-3)):
        data = SYSTEMS[name].data()
        for one in (*data.shown, *data.held_back):
            rates = SYSTEMS[name].rates()
            other = solve_ivp(
                lambda t, x, rates=rates: rates(t, x.tolist()), (one.t[0], one.t[-1]), one.x[0],
                t_eval=one.t, method="LSODA", rtol=1e-10, atol=1e-12,
            )  # fmt: skip
            assert np.abs(other.y.T - one.x).max() < within * np.abs(one.x).max(), name
        (shown,), (held_back,), (later,) = data.shown, data.held_back, data.later
        np.testing.assert_array_equal(held_back.x[0], 0.5 * shown.x[0])
        assert (later.t[0], later.t[-1]) == (shown.t[-1], 3 * shown.t[-1] - 2 * shown.t[0])
    assert (SYSTEMS["BPG2"].data().shown[0].t[0], SYSTEMS["BPG2"].data().shown[0].t[-1]) == (1, 60)


def test_it_has_the_protocol_of_systems() -> None:
    assert SYSTEMS.version == "1-points40"
    with pytest.raises(ProtocolError, match="starts is 'third'"):
        load_dataset("lsr_synth_systems", starts="third")
    with pytest.raises(TypeError, match="takes no option colour"):
        load_dataset("lsr_synth_systems", colour="red")
