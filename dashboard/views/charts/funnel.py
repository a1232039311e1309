"""Councils by size, and how far from England chance alone may take one of that size: the funnel (rule `chance`)."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from dashboard.analysis.funnel import Funnel
from dashboard.data.model import Metric
from dashboard.views.charts.palette import BETTER, GREY, INK, LOW_TO_HIGH, WORSE
from dashboard.views.charts.style import BASE, MARK, axis_range, beside, layout
from dashboard.views.text import formats

# What is further out than the axis is drawn at its edge, pointing on.
OVER, UNDER = "triangle-up", "triangle-down"
FILLS = {"better": BETTER, "worse": WORSE, "lower": LOW_TO_HIGH[2], "higher": LOW_TO_HIGH[4], None: "#ffffff"}
# The columns of limits, their words and their dash.
LIMITS = (("95", "95% limits", "dash"), ("998", "99.8% limits", "solid"))


def draw(funnel: Funnel, *, chosen: str | None, height: int) -> dict[str, Any]:
    """A Plotly figure of a funnel: sizes across, in steps of ratio, so that small councils are not on one spot.

    Hollow is within the 95 % limits, filled outside them, square outside those of 99.8 % too; the chosen council is
    the one dark diamond. The axes are set by all councils but the very small.
    """
    metric, points = funnel.metric, funnel.points
    low_high = axis_range(points.select("sets_cut", pl.col("p").alias("value")), [funnel.england])
    ends = (float(funnel.lines["n"][0]), float(funnel.lines["n"][-1])) if funnel.lines.height else (1.0, 10.0)
    ticks = _ticks(ends)
    is_chosen = [chosen in area_ids for area_ids in points["area_ids"]]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [_within(n, ends) for n in points["n"]],
        "y": [_within(p, low_high) for p in points["p"]],
        "customdata": points["area_id"].to_list(),
        "text": [_words(row, funnel) for row in points.iter_rows(named=True)],
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,
        "marker": {
            "size": [14 if mine else 7 for mine in is_chosen],
            "color": [MARK if mine else FILLS[side] for mine, side in zip(is_chosen, points["side"], strict=True)],
            "symbol": [
                "diamond" if mine else _symbol(p, outside, low_high)
                for mine, p, outside in zip(is_chosen, points["p"], points["outside"], strict=True)
            ],
            "line": {"width": 1, "color": GREY},
            "opacity": 1,
        },
    }
    lines = [_limit(funnel.lines, f"{side}_{name}", dash) for name, _, dash in LIMITS for side in ("low", "high")]
    # Beside the picture: the largest councils lie at the end of its line.
    notes = [
        {
            "x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "y": funnel.england, "yanchor": "middle",
            "text": f"England<br>{formats.brief(funnel.england, metric)}", "align": "left", "showarrow": False,
            "font": {"size": 12, "color": INK},
        }
    ]  # fmt: skip
    notes += [_along(funnel.lines, f"high_{name}", label, low_high) for name, label, _ in LIMITS if funnel.lines.height]
    for mine, row in zip(is_chosen, points.iter_rows(named=True), strict=True):
        if mine:
            name = row["names"][row["area_ids"].index(chosen)]
            at, text = _within(row["n"], ends), f"<b>{name} {formats.brief(row['value'], metric)}</b>"
            notes.append(_note(at, _within(row["p"], low_high), text, right=at < math.sqrt(ends[0] * ends[1])))
    suffix = "%" if metric.unit == "%" else ""
    return {
        "data": [*lines, dots],
        "layout": layout(
            height=height,
            margin={"l": beside(*low_high, suffix=suffix, title=not suffix), "r": 64, "t": 12, "b": 44},
            shapes=[
                {
                    "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": funnel.england, "y1": funnel.england,
                    "layer": "below", "line": {"color": INK, "width": 1.5},
                }
            ],
            annotations=notes,
            xaxis={**BASE, "type": "log", "title": _size(metric), "tickvals": ticks,
                   "ticktext": [formats.number(tick, 0) for tick in ticks],
                   # The range of an axis of ratios, and where a note stands on it, are given as powers of ten.
                   "range": [math.log10(ends[0] * 0.9), math.log10(ends[1] * 1.1)]},
            yaxis={**BASE, "range": list(low_high), "ticksuffix": suffix,
                   "title": None if suffix else metric.unit, "automargin": True},
        ),
    }  # fmt: skip


def _size(metric: Metric) -> str:
    """What the denominator counts: it is what a shortfall holds fixed."""
    if metric.unit.endswith("children"):
        return "Children aged 0 to 17"
    if metric.shortfall_moves == "numerator" and metric.shortfall_holding:
        words = metric.shortfall_holding.removeprefix("the ")
        return f"{words[0].upper()}{words[1:]}"
    return "Size: what the figure is a share of"


def _symbol(p: float, outside: float, low_high: tuple[float, float]) -> str:
    if p > low_high[1]:
        return OVER
    if p < low_high[0]:
        return UNDER
    return "square" if outside > 95 else "circle"


def _words(row: dict[str, Any], funnel: Funnel) -> str:
    where = f"{row['side']}, outside the {row['outside']:g}% limits" if row["side"] else "within the 95% limits"
    figure = f"{formats.quantity(row['value'], funnel.metric)} of {formats.number(row['n'], 0)}"
    if funnel.metric.unit != "%":
        figure = formats.quantity(row["value"], funnel.metric)
    return f"<b>{row['name']}</b><br>{figure}<br>{where}"


def _limit(lines: pl.DataFrame, column: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": lines["n"].to_list(),
        "y": lines[column].to_list(),
        "line": {"color": GREY, "width": 1.25, "dash": dash},
        "hoverinfo": "skip",
    }


def _along(lines: pl.DataFrame, column: str, label: str, low_high: tuple[float, float]) -> dict[str, Any]:
    """The name of a limit, where it first comes down into the picture."""
    inside = lines.filter(pl.col(column) <= low_high[1])
    at, value = (inside["n"][0], inside[column][0]) if inside.height else (lines["n"][0], low_high[1])
    return {**_note(at, value, label, right=True), "yanchor": "bottom", "font": {"size": 12, "color": GREY}}


def _note(x: float, y: float, text: str, *, right: bool) -> dict[str, Any]:
    return {
        "x": math.log10(x), "y": y, "text": text, "showarrow": False, "xanchor": "left" if right else "right",
        "xshift": 10 if right else -10, "yanchor": "bottom", "bgcolor": "rgba(255,255,255,0.85)",
        "font": {"size": 13, "color": INK},
    }  # fmt: skip


def _ticks(ends: tuple[float, float]) -> list[float]:
    """1, 2 and 5 times powers of ten, within the axis."""
    powers = range(math.floor(math.log10(ends[0])), math.ceil(math.log10(ends[1])) + 1)
    found = [step * 10.0**power for power in powers for step in (1, 2, 5)]
    return [tick for tick in found if ends[0] * 0.9 <= tick <= ends[1] * 1.1]


def _within(value: float, ends: tuple[float, float]) -> float:
    return min(max(value, ends[0]), ends[1])
