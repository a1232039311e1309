"""Councils by size, and how far from England chance alone may take one of that size: the funnel (rule `chance`)."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from dashboard.analysis.funnel import Funnel
from dashboard.data.model import Metric
from dashboard.views.charts.builder import (
    Part,
    Range,
    dots,
    figure,
    label,
    label_beside,
    left_margin,
    line,
    reference_line,
    value_axis,
    within,
)
from dashboard.views.charts.palette import BETTER, GREY, LOW_TO_HIGH, WORSE
from dashboard.views.charts.style import BASE, MARK, axis_range
from dashboard.views.text import formats

# What is further out than the axis is drawn at its edge, pointing on.
OVER, UNDER = "triangle-up", "triangle-down"
FILLS = {"better": BETTER, "worse": WORSE, "lower": LOW_TO_HIGH[2], "higher": LOW_TO_HIGH[4], None: "#ffffff"}
# The columns of limits, their words and their dash.
LIMITS = (("95", "95% limits", "dash"), ("998", "99.8% limits", "solid"))


def draw_funnel(funnel: Funnel, *, chosen: str | None, height: int) -> Part:
    """A Plotly figure of a funnel: sizes across, in steps of ratio, so that small councils are not on one spot.

    Hollow is within the 95 % limits, filled outside them, square outside those of 99.8 % too; the chosen council is
    the one dark diamond. The axes are set by all councils but the very small.
    """
    metric, points, limits = funnel.metric, funnel.points, funnel.lines
    whole = funnel.england_ends or (funnel.england, funnel.england)
    low_high = axis_range(points.select("sets_cut", pl.col("p").alias("value")), whole)
    ends = (float(limits["n"][0]), float(limits["n"][-1])) if limits.height else (1.0, 10.0)
    ticks = _ticks(ends)
    # Beside the picture: the largest councils lie at the end of its line.
    shown = formats.between(*whole, metric).replace(" and ", " to ") if funnel.england_ends else ""
    england = f"England<br>{shown or formats.brief(funnel.england, metric)}"
    place = {"xref": "paper", "xanchor": "left", "xshift": 8, "yanchor": "middle", "align": "left"}
    notes = [label(1, sum(whole) / 2, england, size=12, **place)]
    notes += [_along(limits, f"high_{name}", words, low_high) for name, words, _ in LIMITS if limits.height]
    for row in points.iter_rows(named=True):
        if chosen in row["area_ids"]:
            name, at = row["names"][row["area_ids"].index(chosen)], within(row["n"], ends)
            text, right = f"<b>{name} {formats.brief(row['value'], metric)}</b>", at < math.sqrt(ends[0] * ends[1])
            y = within(row["p"], low_high)
            notes.append(label_beside(math.log10(at), y, text, right=right, yanchor="bottom"))
    return figure(
        [
            *(_limit(limits, f"{side}_{name}", dash) for name, _, dash in LIMITS for side in ("low", "high")),
            _dots(funnel, chosen, ends, low_high),
        ],
        height=height,
        margin=(left_margin(metric, low_high), 64, 12, 44),
        shapes=[reference_line(y=end, width=1.5) for end in dict.fromkeys(whole)],
        annotations=notes,
        xaxis={
            **BASE,
            "type": "log",
            "title": _size(metric),
            "tickvals": ticks,
            "ticktext": [formats.number(tick, 0) for tick in ticks],
            # The range of an axis of ratios, and the position of a note on it, are given as powers of ten.
            "range": [math.log10(ends[0] * 0.9), math.log10(ends[1] * 1.1)],
        },
        yaxis=value_axis(metric, low_high, automargin=True),
    )


def _dots(funnel: Funnel, chosen: str | None, ends: Range, low_high: Range) -> Part:
    points = funnel.points.to_dicts()
    own = [chosen in row["area_ids"] for row in points]
    both = list(zip(points, own, strict=True))
    return dots(
        [within(row["n"], ends) for row in points],
        [within(row["p"], low_high) for row in points],
        {
            "size": [14 if mine else 7 for mine in own],
            "color": [MARK if mine else FILLS[row["side"]] for row, mine in both],
            "symbol": ["diamond" if mine else _symbol(row["p"], row["outside"], low_high) for row, mine in both],
            "line": {"width": 1, "color": GREY},
            "opacity": 1,
        },
        customdata=[row["area_id"] for row in points],
        text=[_words(row, funnel) for row in points],
        cliponaxis=False,
    )


def _size(metric: Metric) -> str:
    """What the denominator counts: it is what a shortfall holds fixed."""
    if metric.unit.endswith("children"):
        return "Children aged 0 to 17"
    if metric.shortfall_moves == "numerator" and metric.shortfall_holding:
        words = metric.shortfall_holding.removeprefix("the ")
        return f"{words[0].upper()}{words[1:]}"
    return "Size: what the figure is a share of"


def _symbol(p: float, outside: float | None, low_high: Range) -> str:
    if p > low_high[1]:
        return OVER
    if p < low_high[0]:
        return UNDER
    return "square" if outside and outside > 95 else "circle"


def _words(row: dict[str, Any], funnel: Funnel) -> str:
    where = f"{row['side']}, outside the {row['outside']:g}% limits" if row["side"] else "within the 95% limits"
    if row["outside"] is None:
        where = f"{formats.open_by(funnel.metric)} leave open where it lies" if row["sets_cut"] else "not ranked"
    figure = f"{formats.quantity(row['value'], funnel.metric)} of {formats.number(row['n'], 0)}"
    if funnel.metric.unit != "%":
        figure = formats.quantity(row["value"], funnel.metric)
    return f"<b>{row['name']}</b><br>{figure}<br>{where}"


def _limit(lines: pl.DataFrame, column: str, dash: str) -> Part:
    stroke = {"color": GREY, "width": 1.25, "dash": dash}
    return line(lines["n"].to_list(), lines[column].to_list(), stroke, hoverinfo="skip")


def _along(lines: pl.DataFrame, column: str, words: str, low_high: Range) -> Part:
    """The name of a limit, where it first comes down into the picture."""
    inside = lines.filter(pl.col(column) <= low_high[1])
    at, value = (inside["n"][0], inside[column][0]) if inside.height else (lines["n"][0], low_high[1])
    font = {"size": 12, "color": GREY}
    return label_beside(math.log10(at), value, words, right=True, yanchor="bottom", font=font)


def _ticks(ends: Range) -> list[float]:
    """1, 2 and 5 times powers of ten, within the axis."""
    powers = range(math.floor(math.log10(ends[0])), math.ceil(math.log10(ends[1])) + 1)
    found = [step * 10.0**power for power in powers for step in (1, 2, 5)]
    return [tick for tick in found if ends[0] * 0.9 <= tick <= ends[1] * 1.1]
