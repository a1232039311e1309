"""One measure of the compared councils over time, each line with its own marks and its name; England dashed."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date

import polars as pl

from dashboard.data.model import ENGLAND, Metric
from dashboard.views.charts.builder import (
    Part,
    Range,
    figure,
    leaders,
    left_margin,
    line,
    names,
    reference_line,
    value_axis,
    within,
)
from dashboard.views.charts.palette import GREY, INK
from dashboard.views.charts.style import BASE, MARK, cut, padded
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
# How far from the last point a name is, as a share of a year; how wide a letter is, in pixels.
LEADER, LETTER = 0.45, 6.4


def draw_lines(
    rows: pl.DataFrame, metric: Metric, order: Sequence[str], breaks: Sequence[tuple[int, str]], *,
    chosen: str | None, height: int,
) -> Part:  # fmt: skip
    """A Plotly figure of `compare.history` for the councils of `order`, best first: so they are listed on hover.

    A missing year is a gap, as is a change of method (`breaks`). The axis holds what is drawn but the very small, from
    zero where that is near; what lies beyond is cut off, and the name at its end says so.
    """
    places = {_place(end, metric) for end in rows["period_end"]}
    years = list(range(math.floor(min(places)), math.floor(max(places)) + 1)) if places else []
    broken = [year for year, _ in breaks if year in years[1:]]
    # A year without a row is a gap and not a step, and so is the middle of a change of method.
    at = sorted({*places, *map(float, years), *(year - 0.5 for year in broken)})
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
    ends = _range(rows.filter(pl.col("area_id").is_in(drawn)))
    named = _names(traces, last, ends, height)
    longest = max((len(re.sub("<[^>]*>", "", name)) for name in named[-1]["text"]), default=0) if named else 0
    return figure(
        [*named, *traces],
        height=height,
        margin=(left_margin(metric, ends), 12 + LETTER * longest, TOP, BOTTOM),
        hovermode="x unified",
        shapes=[reference_line(x=year - 0.5, colour=GREY, dash="dot") for year in broken],
        xaxis={
            **BASE,
            "tickvals": years,
            "ticktext": _ticks(years),
            "showgrid": False,
            "range": [years[0] - 0.3, last + LEADER] if years else [0, 1],
        },
        yaxis=value_axis(metric, ends, automargin=True),
    )


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


def _trace(rows: pl.DataFrame, at: list[float], metric: Metric, area_id: str, look: int, *, is_chosen: bool) -> Part:
    values = {_place(end, metric): value for end, value in rows.select("period_end", "value").iter_rows()}
    england = area_id == ENGLAND
    colour = MARK if is_chosen else INK if england else COLOURS[look % len(COLOURS)]
    width = 3.5 if is_chosen else 2 if england else 1.25
    symbol, size = ("diamond", 11) if is_chosen else (SYMBOLS[look % len(SYMBOLS)], 7)
    return line(
        at,
        [values.get(place) for place in at],
        {"color": colour, "width": width, "dash": "dash" if england else "solid"},
        mode="lines" if england else "lines+markers",
        name=formats.place(rows["name"][0]),
        marker={"symbol": symbol, "size": size, "color": colour},
        zorder=FRONT if is_chosen else 1 if england else 0,
        connectgaps=False,
        text=[formats.brief(values.get(place), metric) for place in at],
        hovertemplate="%{text}",
    )


def _place(end: date, metric: Metric) -> float:
    # Of what is judged at days, the newest report's lies between two snapshots of 31 March.
    return end.year + ((end - date(end.year, 3, 31)).days / 365 if metric.dated else 0.0)


def _range(rows: pl.DataFrame) -> Range:
    setting = rows.filter(pl.col("sets_cut"))["value"].drop_nulls()
    return padded((setting if len(setting) else rows["value"].drop_nulls()).to_list(), 0.06, near=0.5)


def _ticks(years: Sequence[int]) -> list[str]:
    """Every year, or where there are many every second, counted from the newest."""
    step = 1 if len(years) < 11 else 2
    return [str(year) if (years[-1] - year) % step == 0 else "" for year in years]


def _names(traces: Sequence[Part], last: float, ends: Range, height: int) -> list[Part]:
    """The name of each line beside its last point, moved apart where they would touch; and a thin line to it.

    Two traces and not an annotation each, which Plotly checks one by one. Empty where no line is drawn.
    """
    scale = (ends[1] - ends[0]) / (height - TOP - BOTTOM)
    known = []
    for trace in traces:
        points = zip(reversed(trace["x"]), reversed(trace["y"]), strict=True)
        at, value = next((at, value) for at, value in points if value is not None)
        known.append((within(value, ends), at, value, trace))
    known.sort(key=lambda end: end[0])
    # Above the plot is room for half a name more.
    places = apart([inside for inside, *_ in known], APART * scale, ends[0], ends[1] + APART * scale)
    across: list[float | None] = []
    up: list[float | None] = []
    for (inside, at, *_), place in zip(known, places, strict=True):
        across += [at, last + LEADER, None]
        up += [inside, place, None]
    words = [_name(trace, value, ends) for *_, value, trace in known]
    font = {"size": 12, "color": [trace["line"]["color"] for *_, trace in known]}
    written = names([last + LEADER for _ in known], places, words, "middle right", font)
    return [leaders(across, up, GREY, 0.75), written] if known else []


def _name(trace: Part, value: float, ends: Range) -> str:
    name = cut(trace["name"], LONGEST)
    name = f"<b>{name}</b>" if trace["zorder"] == FRONT else name
    return name + (" ↑" if value > ends[1] else " ↓" if value < ends[0] else "")
