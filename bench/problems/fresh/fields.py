"""The term libraries from which fresh laws of a field of science are put together.

``known`` terms are what a textbook of the field has; ``novel`` ones are what it has not. Terms and
ranges follow the term library observed in LSR-Synth (Shojaee et al. 2025, arXiv:2504.10415,
appendix A); epidemiology is ours, after Hethcote 2000, SIAM Review 42(4), and the saturated
incidence of Capasso and Serio 1978, Mathematical Biosciences 42.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True)
class Field:
    """Where laws live: columns, terms, and how data come to be.

    ``terms`` are written in ``columns`` and in constants, each of which is drawn from its range in
    ``constants``. With ``start`` the target is the rate of change of the last column, the first is
    time, and each column between follows the next (``x' = v``); a trajectory starts anywhere in
    the ranges of ``start``, lasts ``duration``, and must stay within ``limits`` (and not die out).
    Without, columns are drawn from ``ranges``.
    """

    name: str
    prefix: str
    target: str
    meaning: str
    columns: Mapping[str, str]
    known: tuple[str, ...]
    novel: tuple[str, ...]
    constants: Mapping[str, Range]
    duration: float = 0.0
    start: tuple[Range, ...] = ()
    limits: Range = (0.0, 0.0)
    ranges: tuple[Range, ...] = ()


CHEMISTRY = Field(
    name="chemistry",
    prefix="chem",
    target="dA/dt",
    meaning="rate of change of a concentration in a reaction",
    columns={"t": "time", "A": "concentration"},
    known=("-k*A", "-k*A**2", "k*A**2/(b*A**4 + 1)", "-k*A*exp(-s*t)"),
    novel=(
        "-k*sqrt(A)",
        "k*A**(1/3)",
        "k*sin(log(A + 1))",
        "k*cos(log(A + 1))",
        "k*sin(w*A)",
        "k*sin(sqrt(A))",
        "k*A*log(s*t + 1)",
        "-k*A**(3/2)",
        "k*exp(-b*A)",
        "-k*A/(b + A)",
        "k*A*cos(w*t)",
    ),
    constants={"k": (0.1, 1.0), "b": (0.3, 2.0), "s": (0.03, 0.4), "w": (0.4, 3.0)},
    duration=30.0,
    start=((0.3, 3.0),),
    limits=(0.0, 10.0),
)

POPULATION = Field(
    name="population growth",
    prefix="bio",
    target="dP/dt",
    meaning="rate of change of a population",
    columns={"t": "time", "P": "population"},
    known=("r*(1 - P/K)*P", "r*(P/a - 1)*(1 - P/K)*P", "-d*P", "r*P*exp(-c*t)", "r*P**2/(a*P + 1)"),
    novel=(
        "r*P**(1/3)",
        "-d*P**2",
        "r*(1 - exp(-c*P))*P",
        "r*P*sin(w*t)",
        "r*P/(1 + exp(-c*(P - b)))",
        "-h*P/(P + b)",
        "r*log(P + 1)",
        "h*sqrt(P)*cos(w*t)",
        "-d*P*log(P + 1)",
        "r*P/(t + b)",
    ),
    constants={
        "r": (0.2, 1.0),
        "K": (15.0, 60.0),
        "a": (3.0, 9.0),
        "b": (1.0, 10.0),
        "c": (0.03, 0.3),
        "d": (0.03, 0.3),
        "h": (0.3, 2.0),
        "w": (0.3, 1.5),
    },
    duration=30.0,
    start=((2.0, 12.0),),
    limits=(0.0, 300.0),
)

OSCILLATORS = Field(
    name="oscillators",
    prefix="osc",
    target="dv/dt",
    meaning="acceleration of a driven, damped, nonlinear oscillator",
    columns={"t": "time", "x": "position", "v": "velocity"},
    known=("f*sin(t)", "-w**2*x", "-w**2*x**3", "-b*v", "-m*(x**2 - 1)*v"),
    novel=(
        "-a*v**3",
        "-b*sin(v)",
        "-b*sin(x)*v",
        "-w**2*x*exp(-abs(x))",
        "-b*log(abs(v) + 1)",
        "-b*exp(-abs(x))*v",
        "-b*exp(-abs(v))*v",
        "-w**2*(g*t + 1)*x",
        "-w**2*(g*abs(v)**(1/3) + 1)*x",
        "-m*(1 - v**2)*v",
        "f*cos(w*x)",
        "-b*x*v**2",
        "f*x*sin(w*t)",
    ),
    constants={
        "f": (0.1, 1.0),
        "w": (0.7, 1.4),
        "b": (0.1, 1.0),
        "a": (0.02, 0.3),
        "m": (0.1, 0.8),
        "g": (0.02, 0.1),
    },
    duration=20.0,
    start=((-1.5, 1.5), (-1.0, 1.0)),
    limits=(-10.0, 10.0),
)

MATERIALS = Field(
    name="materials",
    prefix="mat",
    target="sigma",
    meaning="stress in a material under strain at a temperature",
    columns={"epsilon": "strain", "T": "temperature"},
    known=(
        "E*epsilon*(1 - a*(T - T0))",
        "-c*(T - T0)",
        "k*epsilon**n*exp(-Q/T)",
    ),
    novel=(
        "B*epsilon**3",
        "B*epsilon**2",
        "c*(T - T0)*log(epsilon + 1)",
        "c*epsilon**n*(T - T0)",
        "E*epsilon*sin(w*(T - T0))",
        "c*(T - T0)*exp(-epsilon)",
        "E*epsilon*exp(-((T - T0)/s)**2)",
        "k*tanh(b*epsilon)",
        "c*(T - T0)*sin(b*epsilon)",
        "k*sqrt(epsilon*T/T0)",
    ),
    constants={
        "E": (20.0, 100.0),
        "a": (1e-3, 6e-3),
        "T0": (280.0, 380.0),
        "c": (0.03, 0.3),
        "k": (10.0, 80.0),
        "n": (0.2, 1.8),
        "Q": (50.0, 600.0),
        "B": (20.0, 150.0),
        "w": (0.01, 0.05),
        "s": (30.0, 120.0),
        "b": (1.0, 6.0),
    },
    ranges=((0.01, 0.6), (273.0, 573.0)),
)

EPIDEMIOLOGY = Field(
    name="epidemiology",
    prefix="epi",
    target="dI/dt",
    meaning="rate of change of the infected share of a population",
    columns={"t": "time", "I": "infected share"},
    known=("b*I*(1 - I)", "-g*I", "b*I*(1 - I)/(1 + a*I)", "b*(1 + s*cos(w*t))*I*(1 - I)"),
    novel=(
        "-h*I/(1 + a*I)",
        "b*I**2*(1 - I)",
        "-g*sqrt(I)",
        "b*I*(1 - I)*exp(-a*I)",
        "m*exp(-c*t)",
        "-g*I*log(c*t + 1)",
        "b*sqrt(I)*(1 - I)",
        "-h*I*(1 - exp(-c*t))",
        "m*sin(w*t)**2",
        "-g*I**(3/2)",
        "-h*tanh(a*I)*I",
    ),
    constants={
        "b": (0.3, 1.5),
        "g": (0.05, 0.5),
        "h": (0.1, 0.6),
        "a": (0.5, 4.0),
        "s": (0.2, 0.8),
        "w": (0.3, 1.5),
        "m": (0.02, 0.2),
        "c": (0.05, 0.5),
    },
    duration=30.0,
    start=((0.02, 0.8),),
    limits=(0.0, 1.0),
)

FIELDS = (CHEMISTRY, POPULATION, OSCILLATORS, MATERIALS, EPIDEMIOLOGY)
