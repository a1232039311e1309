"""One measure of all councils in four rows, by Ofsted's grade: ratings and measures side by side."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboard.data.model import GRADES, Metric
from dashboard.views.charts.palette import INK, Painting
from dashboard.views.charts.style import BASE, EDGE, MARK, axis_range, layout
from dashboard.views.text import formats

# Dots of a row are spread over this much of its height, so that equal values can be told apart.
SPREAD = 0.62
STEPS = 9
OVER, UNDER = "triangle-right", "triangle-left"


def draw(
    rows: pl.DataFrame,
    medians: pl.DataFrame,
    metric: Metric,
    painting: Painting,
    *,
    fewest: int,
    chosen: str | None,
    england: float | None,
    height: int,
) -> dict[str, Any]:
    """A Plotly figure of `inspections.by_grade`, with the median of each row that has `fewest` returns or more.

    Dots are painted as on the map. A joint return is one dot in each grade it has. The axis covers all councils but
    the very small; the chosen council is the one dark diamond.
    """
    shown = (
        rows.filter(pl.col("value").is_not_null() & pl.col("grade").is_not_null())
        .sort("value", "area_id")
        .unique(["return_id", "grade"], keep="first", maintain_order=True)
    )
    low_high = axis_range(rows, [england])
    mine = next((row for row in rows.iter_rows(named=True) if row["area_id"] == chosen), None)
    values = shown["value"].to_list()
    is_own = [
        mine is not None and (return_id, grade) == (mine["return_id"], mine["grade"])
        for return_id, grade in shown.select("return_id", "grade").iter_rows()
    ]
    within = [min(max(value, low_high[0]), low_high[1]) for value in values]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "cliponaxis": False,
        "x": within,
        "y": [
            round(GRADES.index(grade) + (0 if mark else _offset(at)), 3)
            for at, (grade, mark) in enumerate(zip(shown["grade"], is_own, strict=True))
        ],
        "text": [_words(row, rows, metric) for row in shown.iter_rows(named=True)],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {
            "size": [15 if mark else 8 for mark in is_own],
            "color": [
                MARK if mark else painting.fill(area_id) for mark, area_id in zip(is_own, shown["area_id"], strict=True)
            ],
            "symbol": [
                "diamond" if mark else OVER if value > low_high[1] else UNDER if value < low_high[0] else "circle"
                for mark, value in zip(is_own, values, strict=True)
            ],
            "line": EDGE,
            "opacity": 1,
        },
    }
    middles = [
        (GRADES.index(grade), median, returns)
        for grade, median, returns in medians.iter_rows()
        if median is not None and returns >= fewest
    ]
    shapes = [_tick(at, median) for at, median, _ in middles]
    notes = [_median(at, median, metric, low_high) for at, median, _ in middles]
    if england is not None:
        shapes.append(_england(england))
        notes.append(_label(england, f"England {formats.brief(england, metric)}", low_high))
    if mine is not None and mine["value"] is not None and mine["grade"] is not None:
        notes.append(_own(mine, metric, low_high))
    counts = dict(shown.group_by("grade").len().iter_rows())
    return {
        "data": [dots],
        "layout": layout(
            height=height,
            margin={"l": 8, "r": 16, "t": 34, "b": 44},
            shapes=shapes,
            annotations=notes,
            xaxis={**BASE, "range": list(low_high), "ticksuffix": "%" if metric.unit == "%" else "",
                   "title": None if metric.unit == "%" else metric.unit},
            yaxis={"range": [len(GRADES) - 0.45, -0.6], "fixedrange": True, "automargin": True, "gridcolor": "#e5e6e7",
                   "zeroline": False, "tickvals": list(range(len(GRADES))), "tickfont": {"color": INK},
                   "ticktext": [f"{_broken(grade)}<br>({counts.get(grade, 0)})" for grade in GRADES],
                   "showgrid": False},
        ),
    }  # fmt: skip


def _offset(at: int) -> float:
    """Neighbours in value lie apart: each next dot steps further, and back after STEPS."""
    return ((at * 4) % STEPS / (STEPS - 1) - 0.5) * SPREAD


def _words(row: dict[str, Any], rows: pl.DataFrame, metric: Metric) -> str:
    names = (
        rows.filter(pl.col("return_id") == row["return_id"])["name"].to_list()
        if "+" in row["return_id"]
        else [row["name"]]
    )
    return f"<b>{formats.listed(names)}</b><br>{formats.quantity(row['value'], metric)}"


def _broken(grade: str) -> str:
    return grade.replace("Requires improvement", "Requires<br>improvement<br>")


def _tick(at: int, median: float) -> dict[str, Any]:
    return {
        "type": "line", "x0": median, "x1": median, "y0": at - 0.42, "y1": at + 0.42,
        "line": {"color": INK, "width": 3},
    }  # fmt: skip


def _median(at: int, median: float, metric: Metric, low_high: tuple[float, float]) -> dict[str, Any]:
    left = median < sum(low_high) / 2
    return {
        "x": median, "y": at - 0.43, "yanchor": "bottom", "showarrow": False,
        "text": f"median {formats.brief(median, metric)}",
        "xanchor": "left" if left else "right", "font": {"size": 12, "color": INK}, "bgcolor": "rgba(255,255,255,0.85)",
    }  # fmt: skip


def _england(value: float) -> dict[str, Any]:
    return {
        "type": "line", "x0": value, "x1": value, "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
        "line": {"color": INK, "width": 1.25},
    }  # fmt: skip


def _label(value: float, text: str, low_high: tuple[float, float]) -> dict[str, Any]:
    return {
        "x": value, "y": 1, "yref": "paper", "yanchor": "bottom", "text": text, "showarrow": False,
        "xanchor": "left" if value < sum(low_high) / 2 else "right", "font": {"size": 12, "color": INK},
    }  # fmt: skip


def _own(mine: dict[str, Any], metric: Metric, low_high: tuple[float, float]) -> dict[str, Any]:
    right = mine["value"] < sum(low_high) / 2
    return {
        "x": min(max(mine["value"], low_high[0]), low_high[1]), "y": GRADES.index(mine["grade"]), "showarrow": False,
        "text": f"<b>{mine['name']} {formats.brief(mine['value'], metric)}</b>",
        "xanchor": "left" if right else "right", "xshift": 11 if right else -11,
        "bgcolor": "rgba(255,255,255,0.85)", "font": {"size": 13, "color": INK},
    }  # fmt: skip
