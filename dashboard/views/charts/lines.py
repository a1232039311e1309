"""One measure of the compared councils over time, each line with its own marks and its name; England dashed."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from dashboard.data.model import ENGLAND, Metric
from dashboard.views.charts.palette import GREY, INK
from dashboard.views.charts.style import BASE, MARK, beside, cut, layout
from dashboard.views.text import formats

# Colours that mean nothing: blue is better, orange worse and purple neutral elsewhere. With ten shapes no two councils
# look alike to those who see no colour.
COLOURS = ("#28755F", "#8A5A00", "#505A5F")
SYMBOLS = (
    "circle", "square", "triangle-up", "x", "triangle-down", "cross", "star", "circle-open", "square-open", "hourglass",
)  # fmt: skip
# The least distance between the names at the ends of lines, in pixels.
APART = 19
# A longer name is cut: the whole is in the table, in the list and on hover.
LONGEST = 20
FRONT = 2
TOP, BOTTOM = 36, 36
# How far from the last point a name stands, as a share of a year; how wide a letter is, in pixels.
LEADER, LETTER = 0.45, 6.4


def draw(
    rows: pl.DataFrame, metric: Metric, order: Sequence[str], breaks: Sequence[tuple[int, str]], *,
    chosen: str | None, height: int,
) -> dict[str, Any]:  # fmt: skip
    """A Plotly figure of `compare.courses` for the councils of `order`, best first: so they are listed on hover.

    A missing year is a gap, as is a change of method (`breaks`). The axis holds what is drawn but the very small, from
    zero where that is near; what lies beyond is cut off, and the name at its end says so.
    """
    places = {_place(end, metric) for end in rows["period_end"]}
    years = list(range(math.floor(min(places)), math.floor(max(places)) + 1)) if places else []
    # A year without a row is a gap and not a step, and so is the middle of a change of method.
    at = sorted({*places, *map(float, years), *(year - 0.5 for year, _ in breaks if year in years[1:])})
    last = at[-1] if at else 0.0
    by_area = {str(key[0]): part for key, part in rows.partition_by("area_id", as_dict=True).items()}
    # England's count would flatten a council's to a line at the bottom.
    drawn = [area_id for area_id in order if area_id in by_area] + ([] if metric.counted else [ENGLAND])
    traces = []
    for area_id in drawn:
        if area_id not in by_area or not by_area[area_id]["value"].is_not_null().any():
            continue
        # By the order of the numbers, so that a council keeps its look whatever the measure.
        look = sorted(order).index(area_id) if area_id != ENGLAND else 0
        traces.append(_trace(by_area[area_id], at, metric, area_id, look, is_chosen=area_id == chosen))
    bottom, top = _range(rows.filter(pl.col("area_id").is_in(drawn)))
    ends = _ends(traces, last, bottom, top, height)
    longest = max((len(re.sub("<[^>]*>", "", name)) for name in ends[-1]["text"]), default=0) if ends else 0
    shapes = [_break(year) for year, _ in breaks if year in years[1:]]
    suffix = "%" if metric.unit == "%" else ""
    left = beside(bottom, top, suffix=suffix, title=not suffix)
    return {
        "data": [*ends, *traces],
        "layout": layout(
            height=height,
            margin={"l": left, "r": 12 + LETTER * longest, "t": TOP, "b": BOTTOM},
            hovermode="x unified",
            shapes=shapes,
            xaxis={**BASE, "tickvals": years, "ticktext": _ticks(years), "showgrid": False,
                   "range": [years[0] - 0.3, last + LEADER] if years else [0, 1]},
            yaxis={**BASE, "range": [bottom, top], "ticksuffix": suffix,
                   "title": None if suffix else metric.unit, "automargin": True},
        ),
    }  # fmt: skip


def apart(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Places near those wanted (ascending) that are `least` apart and between `low` and `high`, if there is room."""
    places: list[float] = []
    for place in wanted:
        places.append(max(place, places[-1] + least) if places else max(place, low))
    ceiling = high
    for position in range(len(places) - 1, -1, -1):
        places[position] = min(places[position], ceiling)
        ceiling = places[position] - least
    return places


def _trace(
    rows: pl.DataFrame, at: list[float], metric: Metric, area_id: str, look: int, *, is_chosen: bool
) -> dict[str, Any]:
    values = {_place(end, metric): value for end, value in rows.select("period_end", "value").iter_rows()}
    england = area_id == ENGLAND
    colour = MARK if is_chosen else INK if england else COLOURS[look % len(COLOURS)]
    marker = {"symbol": "diamond" if is_chosen else SYMBOLS[look % len(SYMBOLS)], "size": 11 if is_chosen else 7}
    return {
        "type": "scatter",
        "mode": "lines" if england else "lines+markers",
        "x": at,
        "y": [values.get(place) for place in at],
        "name": formats.place(rows["name"][0]),
        "line": {"color": colour, "width": 3.5 if is_chosen else 2 if england else 1.25,
                 "dash": "dash" if england else "solid"},
        "marker": {**marker, "color": colour},
        "zorder": FRONT if is_chosen else 1 if england else 0,
        "connectgaps": False,
        "text": [formats.brief(values.get(place), metric) for place in at],
        "hovertemplate": "%{text}",
    }  # fmt: skip


def _place(end: date, metric: Metric) -> float:
    # Of what is judged at days, the newest report's lies between two snapshots of 31 March.
    return end.year + ((end - date(end.year, 3, 31)).days / 365 if metric.dated else 0.0)


def _range(rows: pl.DataFrame) -> tuple[float, float]:
    setting = rows.filter(pl.col("sets_cut"))["value"].drop_nulls()
    values = (setting if len(setting) else rows["value"].drop_nulls()).to_list() or [0.0, 1.0]
    low, high = min(values), max(values)
    pad = (high - low or abs(high) or 1.0) * 0.06
    return (-pad / 2 if 0 <= low < 0.5 * high else low - pad), high + pad


def _break(year: int) -> dict[str, Any]:
    return {
        "type": "line", "x0": year - 0.5, "x1": year - 0.5, "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
        "line": {"color": GREY, "width": 1, "dash": "dot"},
    }  # fmt: skip


def _ticks(years: Sequence[int]) -> list[str]:
    """Every year, or where there are many every second, counted from the newest."""
    step = 1 if len(years) < 11 else 2
    return [str(year) if (years[-1] - year) % step == 0 else "" for year in years]


def _ends(
    traces: Sequence[dict[str, Any]], last: float, bottom: float, top: float, height: int
) -> list[dict[str, Any]]:
    """The name of each line beside its last point, moved apart where they would touch; and a thin line to it.

    Two traces and not an annotation each, which Plotly checks one by one. Empty where no line is drawn.
    """
    scale = (top - bottom) / (height - TOP - BOTTOM)
    ends = []
    for trace in traces:
        points = zip(reversed(trace["x"]), reversed(trace["y"]), strict=True)
        at, value = next((at, value) for at, value in points if value is not None)
        ends.append((min(max(value, bottom), top), at, value, trace))
    ends.sort(key=lambda end: end[0])
    # Above the plot is room for half a name more.
    places = apart([end[0] for end in ends], APART * scale, bottom, top + APART * scale)
    across: list[float | None] = []
    up: list[float | None] = []
    for (inside, at, *_), place in zip(ends, places, strict=True):
        across += [at, last + LEADER, None]
        up += [inside, place, None]
    leaders = {
        "type": "scatter", "mode": "lines", "x": across, "y": up, "line": {"color": GREY, "width": 0.75},
        "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip
    names = {
        "type": "scatter",
        "mode": "text",
        "x": [last + LEADER for _ in ends],
        "y": places,
        "text": [_end(trace, value, bottom, top) for *_, value, trace in ends],
        "textposition": "middle right",
        "textfont": {"size": 12, "color": [trace["line"]["color"] for *_, trace in ends]},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    return [leaders, names] if ends else []


def _end(trace: dict[str, Any], value: float, bottom: float, top: float) -> str:
    name = cut(trace["name"], LONGEST)
    name = f"<b>{name}</b>" if trace["zorder"] == FRONT else name
    return name + (" ↑" if value > top else " ↓" if value < bottom else "")
