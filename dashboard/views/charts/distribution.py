"""How many councils have each grade: on one day by region, and in one area over the years."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboard.analysis.inspections import NONE
from dashboard.data.model import GRADES
from dashboard.views.charts.palette import INK, QUARTERS
from dashboard.views.charts.style import BASE, EDGE, layout
from dashboard.views.charts.timeline import HATCHED

COLUMNS = (*GRADES, "none")
FILLS = (*QUARTERS, "#ffffff")


def over_time(rows: pl.DataFrame, *, height: int) -> dict[str, Any]:
    """A Plotly figure of one area's rows of `inspections.distribution`: a bar a day, as high as councils are many."""
    rows = _with_none(rows.sort("period_end"))
    # The day of the newest report is no 31 March: its year may stand there twice.
    labels = [f"{day.year}" if (day.month, day.day) == (3, 31) else f"{day:%-d %b<br>%Y}" for day in rows["period_end"]]
    return {
        "data": [_bars(rows, column, fill, labels, "v") for column, fill in _drawn(rows)],
        "layout": layout(
            height=height,
            barmode="stack",
            bargap=0.18,
            margin={"l": 8, "r": 8, "t": 12, "b": 44},
            uniformtext={"minsize": 11, "mode": "hide"},
            # On a phone the days stand upright, and that of the newest report is longer than the margin.
            xaxis={**BASE, "type": "category", "showgrid": False, "automargin": True},
            yaxis={**BASE, "title": "councils", "automargin": True, "rangemode": "tozero"},
        ),
    }


def by_region(rows: pl.DataFrame, *, chosen: str | None, height: int) -> dict[str, Any]:
    """A Plotly figure of one day's rows of `inspections.distribution`: a bar an area, best first, England on top.

    Bars are as long as each other, since regions are not; the numbers stand in them. `chosen` is a region's name.
    """
    rows = ranked(rows)
    labels = [f"<b>{name}</b>" if name in ("England", chosen) else name for name in rows["name"]]
    rows = _with_none(rows)
    return {
        "data": [_bars(rows, column, fill, labels, "h") for column, fill in _drawn(rows)],
        "layout": layout(
            height=height,
            barmode="stack",
            barnorm="percent",
            bargap=0.25,
            margin={"l": 8, "r": 16, "t": 12, "b": 44},
            uniformtext={"minsize": 11, "mode": "hide"},
            xaxis={**BASE, "title": "share of councils", "ticksuffix": "%", "range": [0, 100]},
            yaxis={
                "autorange": "reversed",
                "automargin": True,
                "ticksuffix": " ",
                "fixedrange": True,
                "tickfont": {"color": INK},
            },
        ),
    }


def ranked(rows: pl.DataFrame) -> pl.DataFrame:
    """One day's rows of `inspections.distribution`, England first, then by the share that is Good or Outstanding."""
    judged = pl.sum_horizontal(GRADES)
    high = pl.sum_horizontal(GRADES[:2])
    return rows.sort(
        pl.col("name") != "England",
        pl.when(judged > 0).then(-(high / judged)),
        pl.when(judged > 0).then(-(pl.col(GRADES[0]) / judged)),
        "name",
        nulls_last=True,
    )


def _with_none(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.sum_horizontal(NONE).alias("none"))


def _drawn(rows: pl.DataFrame) -> list[tuple[str, str]]:
    return [(column, fill) for column, fill in zip(COLUMNS, FILLS, strict=True) if rows[column].sum()]


def _bars(rows: pl.DataFrame, column: str, fill: str, labels: list[str], orientation: str) -> dict[str, Any]:
    counts = rows[column].to_list()
    words = "without a grade" if column == "none" else column
    along, across = ("y", "x") if orientation == "v" else ("x", "y")
    return {
        "type": "bar",
        "orientation": orientation,
        "name": words,
        across: labels,
        along: counts,
        "text": [str(count) if count else "" for count in counts],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"size": 13, "color": "#ffffff" if column == GRADES[0] else INK},
        "customdata": rows["councils"].to_list(),
        "hovertemplate": f"%{{{across}}}: %{{text}} of %{{customdata}} councils {words}<extra></extra>",
        "marker": {
            "color": fill,
            "line": EDGE,
            **(HATCHED if column == "none" else {}),
        },
    }
