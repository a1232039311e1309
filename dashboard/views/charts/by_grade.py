"""One measure of all councils in four rows, by Ofsted's grade: ratings and measures side by side."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboard.data.model import GRADES, Metric
from dashboard.views.charts.builder import (
    PAPER,
    Part,
    Range,
    broken,
    dots,
    figure,
    label,
    label_above,
    label_beside,
    on_left,
    reference_line,
    row_axis,
    spread,
    tick,
    value_axis,
    within,
)
from dashboard.views.charts.palette import Classification
from dashboard.views.charts.strip import return_name, symbol
from dashboard.views.charts.style import EDGE, MARK, axis_range
from dashboard.views.text import comparisons, formats


def draw_by_grade(
    rows: pl.DataFrame,
    medians: pl.DataFrame,
    metric: Metric,
    classification: Classification,
    *,
    fewest: int,
    chosen: str | None,
    england: float | None,
    height: int,
) -> Part:
    """A Plotly figure of `inspections.by_grade`, with the median of each row that has `fewest` returns or more.

    Dots have the colours of the map. A joint return is one dot in each grade it has. The axis covers all councils but
    the very small; the chosen council is the one dark diamond.
    """
    shown = (
        rows.filter(pl.col("value").is_not_null() & pl.col("grade").is_not_null())
        .sort("value", "area_id")
        .unique(["return_id", "grade"], keep="first", maintain_order=True)
    )
    low_high = axis_range(rows, [england])

    def side(value: float) -> str:
        return "left" if on_left(value, low_high) else "right"

    mine = next(rows.filter(pl.col("area_id") == pl.lit(chosen)).iter_rows(named=True), None)
    shapes, notes = [], []
    for one in medians.iter_rows(named=True):
        if one["median_low"] is not None and one["returns"] >= fewest:
            row, words = GRADES.index(one["grade"]), f"median {comparisons.companion(one, 'median', metric)}"
            median = one["median_low"]
            # Where hidden figures leave it open, a stroke at either end of what it can be.
            shapes += [tick(end, row, 0.42) for end in dict.fromkeys((median, one["median_high"]))]
            place = {"yanchor": "bottom", "xanchor": side(median), "bgcolor": PAPER}
            notes.append(label(median, row - 0.43, words, size=12, **place))
    if england is not None:
        shapes.append(reference_line(x=england, width=1.25))
        notes.append(label_above(england, f"England {formats.brief(england, metric)}", side(england)))
    if mine is not None and mine["value"] is not None and mine["grade"] is not None:
        x, y, right = within(mine["value"], low_high), GRADES.index(mine["grade"]), on_left(mine["value"], low_high)
        notes.append(
            label_beside(x, y, f"<b>{mine['name']} {formats.brief(mine['value'], metric)}</b>", right=right, shift=11)
        )
    counts = dict(shown.group_by("grade").len().iter_rows())
    labels = [f"{broken(grade)}<br>({counts.get(grade, 0)})" for grade in GRADES]
    return figure(
        [_dots(rows, shown, metric, classification, low_high, mine)],
        height=height,
        margin=(8, 16, 34, 44),
        shapes=shapes,
        annotations=notes,
        xaxis=value_axis(metric, low_high),
        yaxis=row_axis(labels, 0.45, gridcolor="#e5e6e7"),
    )


def _dots(
    rows: pl.DataFrame,
    shown: pl.DataFrame,
    metric: Metric,
    classification: Classification,
    low_high: Range,
    mine: dict[str, Any] | None,
) -> Part:
    listed = shown.to_dicts()
    own = [mine is not None and all(row[key] == mine[key] for key in ("return_id", "grade")) for row in listed]
    both = list(zip(listed, own, strict=True))
    return dots(
        [within(row["value"], low_high) for row in listed],
        spread([GRADES.index(row["grade"]) for row in listed], own),
        {
            "size": [15 if mark else 8 for mark in own],
            "color": [MARK if mark else classification.fill(row["area_id"]) for row, mark in both],
            "symbol": [symbol(row["value"], low_high, mine=mark) for row, mark in both],
            "line": EDGE,
            "opacity": 1,
        },
        text=[f"<b>{return_name(row, rows)}</b><br>{formats.quantity(row['value'], metric)}" for row in listed],
        cliponaxis=False,
    )
