"""The pictures, as Vega-Lite specifications: for the page and, drawn, for papers.

Each takes plain rows and gives a specification without colours of the page: text and axes are
coloured by whoever draws it. Methods have a colour and a dash or a shape, so that colour is never
all that tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Spec: TypeAlias = dict[str, Any]
Points: TypeAlias = Sequence[Mapping[str, Any]]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
PALETTE = (
    "#0072B2", "#D55E00", "#CD55FD", "#776268", "#7335FE", "#B7846C", "#CE0931", "#8D8DAB",
)  # fmt: skip
"""Colours of 3:1 against light and dark paper. Any two are 20 apart in CIELAB, also as those see
them who lack one kind of cones (Machado, Oliveira, Fernandes 2009)."""
DASHES = ([1, 0], [7, 3], [2, 2])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
"""As many as have no divisor in common with the colours: pairs repeat late."""
_WIDEST = 24
"""Methods that are told apart by colour; a reader cannot follow more."""


def whiskers(rates: Points, title: str) -> Spec:
    """Rates with their intervals: rows of ``method``, ``value``, ``low`` and ``high``."""
    order = [one["method"] for one in rates]
    y = {"field": "method", "type": "nominal", "sort": order, "title": None}
    ends = {"field": "low", "type": "quantitative", "title": title, "scale": {"domain": [0, 1]},
            "axis": {"tickCount": 5}}  # fmt: skip
    return _spec(
        rates,
        layer=[
            {"mark": {"type": "rule", "strokeWidth": 2}, "encoding": {
                "y": y, "x": ends, "x2": {"field": "high"}, "color": {"value": PALETTE[0]}}},
            {"mark": {"type": "point", "filled": True, "opacity": 1, "size": 70}, "encoding": {
                "y": y, "x": {"field": "value", "type": "quantitative"},
                "color": {"value": PALETTE[0]}, "tooltip": _tips("method", "value", "low", "high"),
            }},
        ],
        height={"step": 22},
    )  # fmt: skip


def critical_difference(ranked: Points, alike: Points, critical: float) -> Spec:
    """Mean ranks, and bars over methods that are not told apart.

    ``ranked`` has ``method`` and ``rank``; ``alike`` has ``first`` and ``last`` rank and a ``bar``
    number, a row for each set.
    """
    order = [one["method"] for one in ranked]
    x = {"type": "quantitative", "scale": {"zero": False, "nice": True}}
    points: Spec = {
        "data": {"values": list(ranked)},
        "mark": {"type": "point", "filled": True, "opacity": 1, "size": 70},
        "encoding": {
            "x": {"field": "rank", **x, "title": "mean rank, 1 is best"},
            "y": {"field": "method", "type": "nominal", "sort": order, "title": None},
            "color": {"value": PALETTE[0]}, "tooltip": _tips("method", "rank"),
        },
        "height": {"step": 22},
    }  # fmt: skip
    bars: Spec = {
        "data": {"values": list(alike)},
        "mark": {"type": "rule", "strokeWidth": 5, "strokeCap": "round"},
        "encoding": {
            "x": {"field": "first", **x, "title": f"critical difference {critical:.2f}"},
            "x2": {"field": "last"},
            "y": {"field": "bar", "type": "ordinal", "axis": None},
            "color": {"value": PALETTE[1]},
        },
        "height": {"step": 14},
    }
    parts = [_wide(points), _wide(bars)] if alike else [_wide(points)]
    return {"$schema": SCHEMA, "vconcat": parts, "resolve": {"scale": {"x": "shared"}},
            "spacing": 6}  # fmt: skip


def solved_over_time(steps: Points, methods: Sequence[str]) -> Spec:
    """Share solved against CPU seconds: rows of ``method``, ``seconds`` and ``share``.

    Here and below ``methods`` are all there are: each has one colour in all pictures.
    """
    return _spec(
        steps,
        mark={"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        encoding={
            "x": {"field": "seconds", "type": "quantitative", "scale": {"type": "log"},
                  "title": "CPU seconds until the answer"},
            "y": {"field": "share", "type": "quantitative", "scale": {"domain": [0, 1]},
                  "title": "share of runs solved"},
            **_by_method(methods, strokeDash=DASHES),
            "tooltip": _tips("method", "seconds", "share"),
        },
    )  # fmt: skip


def accuracy_and_complexity(points: Points, title: str, methods: Sequence[str]) -> Spec:
    """A point for each method: rows of ``method``, ``nodes``, ``value`` and ``front``.

    ``front`` marks those that no other beats in both.
    """
    encoding: Spec = {
        "x": {"field": "nodes", "type": "quantitative", "title": "nodes of the answer, median",
              "scale": {"zero": False, "nice": True}},
        "y": {"field": "value", "type": "quantitative", "title": title,
              "scale": {"domain": [0, 1]}},
    }  # fmt: skip
    front = [one for one in points if one["front"]]
    return _spec(
        points,
        layer=[
            {"data": {"values": sorted(front, key=lambda one: one["nodes"])},
             "mark": {"type": "line", "strokeDash": [4, 4], "color": PALETTE[1]},
             "encoding": encoding},
            {"mark": {"type": "point", "filled": True, "opacity": 1, "size": 90},
             "encoding": {**encoding, **_by_method(methods, shape=SHAPES),
                          "tooltip": _tips("method", "nodes", "value")}},
            {"mark": {"type": "text", "align": "left", "dx": 7, "dy": -7}, "encoding": {
                **encoding, "text": {"field": "method"}}},
        ],
    )  # fmt: skip


def over_levels(points: Points, level: str, title: str, methods: Sequence[str]) -> Spec:
    """Rates against a level, such as noise: rows of ``method``, ``level`` and ``value``."""
    return _spec(
        points,
        mark={"type": "line", "point": True, "strokeWidth": 2},
        encoding={
            "x": {"field": "level", "type": "ordinal", "title": level,
                  "axis": {"labelAngle": 0}},
            "y": {"field": "value", "type": "quantitative", "scale": {"domain": [0, 1]},
                  "title": title},
            **_by_method(methods, strokeDash=DASHES),
            "tooltip": _tips("method", "level", "value"),
        },
    )  # fmt: skip


def heat_map(cells: Points, title: str) -> Spec:
    """Methods by problems: rows of ``method``, ``problem`` and ``value``."""
    return _spec(
        cells,
        mark={"type": "rect", "stroke": "#8888", "strokeWidth": 0.5},
        encoding={
            "x": {"field": "problem", "type": "nominal", "title": None, "sort": None},
            "y": {"field": "method", "type": "nominal", "title": None, "sort": None},
            "color": {"field": "value", "type": "quantitative", "title": title,
                      "scale": {"domain": [0, 1], "range": ["#fff7e6", "#0072B2"]}},
        },
        width={"step": 14},
        height={"step": 18},
    )  # fmt: skip


def _spec(points: Points, **rest: Any) -> Spec:
    return _wide({"$schema": SCHEMA, "data": {"values": list(points)}, **rest})


def _wide(spec: Spec) -> Spec:
    return {"width": 560, "height": 240, **spec}


def _by_method(methods: Sequence[str], **second: Sequence[Any]) -> Spec:
    """A colour for each method and, of a second channel, a value; grey where there are too many."""
    if len(methods) > _WIDEST:
        return {"detail": {"field": "method"}, "color": {"value": PALETTE[-1]}}
    legend = {"symbolType": "stroke", "symbolSize": 400} if "strokeDash" in second else {}
    return {
        channel: {
            "field": "method", "type": "nominal", "title": None, "legend": legend,
            "scale": {
                "domain": list(methods),
                "range": [values[k % len(values)] for k in range(len(methods))],
            },
        }
        for channel, values in {"color": PALETTE, **second}.items()
    }  # fmt: skip


def _tips(*fields: str) -> list[Spec]:
    return [
        {"field": field, **({} if field in ("method", "level") else {"format": ".3~g"})}
        for field in fields
    ]
