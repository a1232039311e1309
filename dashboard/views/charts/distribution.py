"""How many councils have each grade: on one day by region, and in one area over the years."""

from __future__ import annotations

import polars as pl

from dashboard.analysis.inspections import NONE
from dashboard.data.model import GRADES
from dashboard.views.charts.builder import Part, bars, figure
from dashboard.views.charts.palette import INK, QUARTERS
from dashboard.views.charts.style import BASE, EDGE
from dashboard.views.charts.timeline import HATCHED

COLUMNS = (*GRADES, "none")
FILLS = (*QUARTERS, "#ffffff")
# Of an upright bar a part of fewer councils is lower than the number in it.
LEAST = 6


def draw_grades_over_time(rows: pl.DataFrame, *, height: int) -> Part:
    """A Plotly figure of one area's rows of `inspections.distribution`: a bar a day, as high as councils are many."""
    rows = rows.sort("period_end")
    # The day of the newest report is no 31 March: its year may be there twice.
    labels = [f"{day.year}" if (day.month, day.day) == (3, 31) else f"{day:%-d %b<br>%Y}" for day in rows["period_end"]]
    return figure(
        _bars(rows, labels, "v"),
        height=height,
        margin=(8, 8, 12, 44),
        barmode="stack",
        bargap=0.18,
        # On a phone the days are upright, and that of the newest report is longer than the margin.
        xaxis={**BASE, "type": "category", "showgrid": False, "automargin": True},
        yaxis={**BASE, "title": "councils", "automargin": True, "rangemode": "tozero"},
    )


def draw_grades_by_region(rows: pl.DataFrame, *, chosen: str | None, height: int) -> Part:
    """A Plotly figure of one day's rows of `inspections.distribution`: a bar an area, best first, England on top.

    Bars are as long as each other, since regions are not; the numbers are in them. `chosen` is a region's name.
    """
    rows = rank_areas(rows)
    labels = [f"<b>{name}</b>" if name in ("England", chosen) else name for name in rows["name"]]
    axis = {"autorange": "reversed", "automargin": True, "fixedrange": True, "tickfont": {"color": INK}}
    return figure(
        _bars(rows, labels, "h"),
        height=height,
        margin=(8, 16, 12, 44),
        barmode="stack",
        barnorm="percent",
        bargap=0.25,
        uniformtext={"minsize": 11, "mode": "hide"},
        xaxis={**BASE, "title": "share of councils", "ticksuffix": "%", "range": [0, 100]},
        yaxis={**axis, "ticksuffix": " "},
    )


def rank_areas(rows: pl.DataFrame) -> pl.DataFrame:
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


def _bars(rows: pl.DataFrame, labels: list[str], orientation: str) -> list[Part]:
    rows = rows.with_columns(pl.sum_horizontal(NONE).alias("none"))
    traces = []
    for column, fill in zip(COLUMNS, FILLS, strict=True):
        counts = rows[column].to_list()
        words = "without a grade" if column == "none" else column
        across, x, y = ("x", labels, counts) if orientation == "v" else ("y", counts, labels)
        if any(counts):
            # Upright, a low part has no room for its number; of the newest bar all are written.
            least, last = (LEAST, len(counts) - 1) if orientation == "v" else (1, 0)
            written = [
                str(count) if count and (count >= least or at == last) else "" for at, count in enumerate(counts)
            ]
            traces.append(
                bars(
                    x,
                    y,
                    {"color": fill, "line": EDGE, **(HATCHED if column == "none" else {})},
                    f"%{{{across}}}: %{{customdata}} councils {words}<extra></extra>",
                    orientation=orientation,
                    name=words,
                    text=written,
                    constraintext="none" if orientation == "v" else "both",
                    textposition="inside",
                    insidetextanchor="middle",
                    textangle=0,
                    textfont={"size": 13, "color": "#ffffff" if column == GRADES[0] else INK},
                    customdata=[f"{count} of {of}" for count, of in zip(counts, rows["councils"], strict=True)],
                )
            )
    return traces
