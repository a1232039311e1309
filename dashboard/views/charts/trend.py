"""One measure of one council over time, beside England, its neighbours and the best quarter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from dashboard.data.model import Metric
from dashboard.views.charts.palette import INK
from dashboard.views.charts.style import BASE, MARK, beside, layout
from dashboard.views.text import formats

OTHERS = (
    ("england", "England", "#505a5f", "solid"),
    ("neighbours", "Neighbours' median", "#28755F", "dash"),
    ("best", "Best quarter", "#12436D", "dot"),
)
# The least distance between the names at the ends of lines, as a share of the axis.
APART = 0.075


def draw(rows: pl.DataFrame, metric: Metric, name: str, *, height: int) -> dict[str, Any]:
    """A Plotly figure of `queries.trend`. A missing value is a gap in the line, said on hover; names stand at the ends.

    The axis covers what is drawn, from zero where that is near.
    """
    # By the year, so that a year without a row is a gap and not a step.
    years = range(rows["period_end"][0].year, rows["period_end"][-1].year + 1) if rows.height else range(0)
    rows = pl.DataFrame({"year": list(years)}, schema={"year": pl.Int32}).join(
        rows.with_columns(pl.col("period_end").dt.year().alias("year")), on="year", how="left", maintain_order="left"
    )
    labels = [formats.period_label(metric, end) if end else "" for end in rows["period_end"]]
    # Of what is judged at days, the newest report's lies between two snapshots of 31 March.
    at = [
        year + (end - date(year, 3, 31)).days / 365 if end and metric.dated else year
        for year, end in rows.select("year", "period_end").iter_rows()
    ]
    traces = [
        _trace(at, rows[column].to_list(), label, labels, metric, {"color": colour, "width": 1.75, "dash": dash}, 0)
        for column, label, colour, dash in OTHERS
        # England's count would flatten a council's to a line at the bottom.
        if rows[column].is_not_null().any() and not metric.counted
    ]
    traces.append(_trace(at, rows["value"].to_list(), name, labels, metric, {"color": MARK, "width": 3}, 8))
    drawn = [value for trace in traces for value in trace["y"] if value is not None] or [0.0, 1.0]
    low, high = min(drawn), max(drawn)
    pad = (high - low or abs(high) or 1.0) * 0.08
    bottom, top = (0.0 if 0 <= low < 0.5 * high else low - pad), high + pad
    suffix = "%" if metric.unit == "%" else ""
    return {
        "data": traces,
        "layout": layout(
            height=height,
            margin={"l": beside(bottom, top, suffix=suffix, title=not suffix), "r": 150, "t": 12, "b": 36},
            hovermode="x unified",
            xaxis={**BASE, "tickvals": list(years), "ticktext": [str(year) for year in years],
                   "range": [at[0] - 0.3, at[-1] + 0.3] if at else [0, 1], "showgrid": False},
            yaxis={**BASE, "range": [bottom, top], "ticksuffix": suffix,
                   "title": None if suffix else metric.unit, "automargin": True},
            annotations=_ends(traces, at[-1] if at else 0, bottom, top),
        ),
    }  # fmt: skip


def _trace(
    at: Sequence[float],
    values: list[float | None],
    name: str,
    labels: list[str],
    metric: Metric,
    line: dict[str, Any],
    size: int,
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers" if size else "lines",
        "x": list(at),
        "y": values,
        "name": name,
        "line": line,
        "marker": {"size": size, "symbol": "diamond", "color": MARK},
        "connectgaps": False,
        "text": [formats.brief(value, metric) for value in values],
        "customdata": labels,
        "hovertemplate": "%{text}",
    }


def _ends(traces: list[dict[str, Any]], last: float, bottom: float, top: float) -> list[dict[str, Any]]:
    """The name of each line at its last point, moved apart where they would touch."""
    ends = sorted(
        (next(value for value in reversed(trace["y"]) if value is not None), trace["name"], trace["line"]["color"])
        for trace in traces
        if any(value is not None for value in trace["y"])
    )
    apart = (top - bottom) * APART
    notes, floor = [], bottom - apart
    for value, name, colour in ends:
        floor = max(value, floor + apart)
        notes.append(
            {
                "x": last, "y": floor, "text": f"<b>{name}</b>" if colour == MARK else name, "showarrow": False,
                "xanchor": "left", "xshift": 10, "font": {"size": 13, "color": INK if colour == MARK else colour},
            }
        )  # fmt: skip
    return notes
