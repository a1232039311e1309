"""One measure of the compared councils over time: a small picture of each, its line before those of the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from dashboard.data.model import ENGLAND, Metric
from dashboard.views.charts.builder import Part, Range, figure, label, left_margin, line, reference_line, value_axis
from dashboard.views.charts.palette import GREY, INK
from dashboard.views.charts.style import BASE, MARK, cut, padded
from dashboard.views.text import formats

# Colours that mean nothing: blue is better, orange worse and purple neutral elsewhere. Both are dark
# enough to be seen (WCAG 1.4.11: 3 to 1).
OWN, OTHERS = "#28755F", "#8a9299"
# A longer name is cut, so that two stand side by side on a phone: the whole is in the table and on hover.
LONGEST = 18
# Two pictures in a row, with a tenth of the width between; the height of a row and of the name above, in pixels.
ACROSS, APART = 2, 0.08
ROW, NAME, BOTTOM = 104, 22, 28
# How far the last year is from the edge of its picture, as a share of a year.
EDGE = 0.3


def lines_height(count: int) -> int:
    """Of a figure of so many councils, in pixels."""
    return ROW * max(math.ceil(count / ACROSS), 2) + BOTTOM


def draw_lines(
    rows: pl.DataFrame, metric: Metric, order: Sequence[str], breaks: Sequence[tuple[int, str]], *, chosen: str | None
) -> Part:
    """A Plotly figure of `compare.history` for the councils of `order`, best first, from left to right and down.

    In each picture its council is green, the chosen one black, the others grey and England dashed. A missing year is a
    gap, as is a change of method (`breaks`). All have the same axes, which hold what is drawn but the very small; what
    lies beyond is cut off, and the name says so.
    """
    places = {_place(end, metric) for end in rows["period_end"]}
    years = list(range(math.floor(min(places)), math.floor(max(places)) + 1)) if places else []
    broken = [year for year, _ in breaks if year in years[1:]]
    # A year without a row is a gap and not a step, and so is the middle of a change of method.
    at = sorted({*places, *map(float, years), *(year - 0.5 for year in broken)})
    by_area = {str(key[0]): part for key, part in rows.partition_by("area_id", as_dict=True).items()}
    drawn = [area_id for area_id in order if area_id in by_area]
    # England's count would flatten a council's to a line at the bottom.
    seen = drawn if metric.counted or ENGLAND not in by_area else [*drawn, ENGLAND]
    values = {area_id: _values(by_area[area_id], at, metric) for area_id in seen}
    ends = _range(rows.filter(pl.col("area_id").is_in(seen)))
    height = lines_height(len(drawn))
    traces: list[Part] = []
    layout: Part = {"shapes": [], "annotations": []}
    for position, area_id in enumerate(drawn):
        number = str(position + 1) if position else ""
        axes = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
        name = formats.place(by_area[area_id]["name"][0])
        traces += [
            {**one, **axes} for one in _picture(by_area, values, at, metric, area_id, chosen, drawn) if any(one["x"])
        ]
        across, up = _box(position, len(drawn), height)
        edges = [years[0] - EDGE, at[-1] + EDGE] if years else [0, 1]
        layout[f"xaxis{number}"] = {
            **BASE,
            "domain": across,
            "anchor": axes["yaxis"],
            "range": edges,
            "tickvals": [years[0], years[-1]] if len(years) > 1 else years,
            "ticktext": [str(year) for year in ([years[0], years[-1]] if len(years) > 1 else years)],
            # The years stand under the lowest of each column.
            "showticklabels": position + ACROSS >= len(drawn),
            "showgrid": False,
        }
        first = position % ACROSS == 0
        numbers = value_axis(metric, ends) if first else {**value_axis(metric, ends), "title": None}
        layout[f"yaxis{number}"] = {
            **numbers,
            "domain": up,
            "anchor": axes["xaxis"],
            "nticks": 4,
            "showticklabels": first,
        }
        layout["annotations"].append(_name(name, values[area_id], ends, across, up, is_chosen=area_id == chosen))
        layout["shapes"] += [
            {
                **reference_line(x=year - 0.5, colour=GREY, dash="dot"),
                "xref": axes["xaxis"],
                "yref": f"{axes['yaxis']} domain",
            }
            for year in broken
        ]
    return figure(
        traces, height=height, margin=(left_margin(metric, ends), 8, 0, BOTTOM), hovermode="x unified", **layout
    )


def _picture(
    by_area: dict[str, pl.DataFrame],
    values: dict[str, list[float | None]],
    at: list[float],
    metric: Metric,
    area_id: str,
    chosen: str | None,
    drawn: Sequence[str],
) -> list[Part]:
    """The lines of one picture, its own last and so over the others."""
    x: list[float | None] = []
    y: list[float | None] = []
    for other in drawn:
        if other not in (area_id, chosen):
            x += [*at, None]
            y += [*values[other], None]
    traces = [line(x, y, {"color": OTHERS, "width": 0.75}, hoverinfo="skip", connectgaps=False)]

    def trace(one: str, stroke: Part, **more: Any) -> Part:
        said = [formats.brief(value, metric) for value in values[one]]
        return line(
            at, values[one], stroke, mode="lines+markers" if one == area_id else "lines", connectgaps=False, text=said,
            name=formats.place(by_area[one]["name"][0]), hovertemplate="%{text}", **more,
        )  # fmt: skip

    if ENGLAND in values:
        traces.append(trace(ENGLAND, {"color": GREY, "width": 1.25, "dash": "dash"}))
    if chosen in values and chosen != area_id:
        traces.append(trace(str(chosen), {"color": MARK, "width": 1.25}))
    look = {"symbol": "diamond", "size": 7, "color": MARK} if area_id == chosen else {"size": 5, "color": OWN}
    traces.append(trace(area_id, {"color": look["color"], "width": 2.5}, marker=look))
    return traces


def _box(position: int, count: int, height: int) -> tuple[list[float], list[float]]:
    """Where a picture is: from left to right and from bottom to top, as shares of the plot."""
    column, row = position % ACROSS, position // ACROSS
    wide = 1.0 if count == 1 else (1 - APART * (ACROSS - 1)) / ACROSS
    left = column * (wide + APART)
    plot = height - BOTTOM
    high = plot / math.ceil(count / ACROSS)
    top = plot - row * high
    return [left, min(left + wide, 1.0)], [(top - high + NAME / 2) / plot, (top - NAME) / plot]


def _name(
    name: str,
    values: Sequence[float | None],
    ends: Range,
    across: Sequence[float],
    up: Sequence[float],
    *,
    is_chosen: bool,
) -> Part:
    """The name over a picture, and whether its line leaves it."""
    known = [value for value in values if value is not None]
    words = f"<b>{cut(name, LONGEST)}</b>"
    words = f"◆ {words}" if is_chosen else words
    if not known:
        words += " no figures"
    elif known[-1] > ends[1] or known[-1] < ends[0]:
        words += " ↑" if known[-1] > ends[1] else " ↓"
    return label(
        across[0], up[1], words, size=12, xref="paper", yref="paper", xanchor="left", yanchor="bottom",
        font={"size": 12, "color": INK},
    )  # fmt: skip


def _values(rows: pl.DataFrame, at: list[float], metric: Metric) -> list[float | None]:
    known = {_place(end, metric): value for end, value in rows.select("period_end", "value").iter_rows()}
    return [known.get(place) for place in at]


def _place(end: date, metric: Metric) -> float:
    # Of what is judged at days, the newest report's lies between two snapshots of 31 March.
    return end.year + ((end - date(end.year, 3, 31)).days / 365 if metric.dated else 0.0)


def _range(rows: pl.DataFrame) -> Range:
    setting = rows.filter(pl.col("sets_cut"))["value"].drop_nulls()
    return padded((setting if len(setting) else rows["value"].drop_nulls()).to_list(), 0.06, near=0.5)
