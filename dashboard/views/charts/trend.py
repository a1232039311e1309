"""One measure of one council over time, beside England, its neighbours and the best quarter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from dashboard.data.model import Metric
from dashboard.views.charts.builder import Part, Range, figure, label, left_margin, line, value_axis
from dashboard.views.charts.palette import INK
from dashboard.views.charts.style import BASE, MARK, padded
from dashboard.views.text import formats

OTHERS = (
    ("england", "England", "#505a5f", "solid"),
    ("neighbours", "Neighbours' median", "#28755F", "dash"),
    ("best", "Best quarter", "#12436D", "dot"),
)
# The least distance between the names at the ends of lines, as a share of the axis.
APART = 0.075


def draw_trend(rows: pl.DataFrame, metric: Metric, name: str, *, height: int) -> Part:
    """A Plotly figure of `queries.trend`. A missing value is a gap in the line, said on hover; names are at the ends.

    The axis covers what is drawn, from zero where that is near.
    """
    # By the year, so that a year without a row is a gap and not a step.
    years = range(rows["period_end"][0].year, rows["period_end"][-1].year + 1) if rows.height else range(0)
    rows = pl.DataFrame({"year": list(years)}, schema={"year": pl.Int32}).join(
        rows.with_columns(pl.col("period_end").dt.year().alias("year")), on="year", how="left", maintain_order="left"
    )
    # Of what is judged at days, the newest report's lies between two snapshots of 31 March.
    at = [
        year + (end - date(year, 3, 31)).days / 365 if end and metric.dated else year
        for year, end in rows.select("year", "period_end").iter_rows()
    ]
    labels = [formats.period_label(metric, end) if end else "" for end in rows["period_end"]]

    def trace(column: str, name: str, stroke: Part, size: int) -> Part:
        return line(
            at,
            rows[column].to_list(),
            stroke,
            mode="lines+markers" if size else "lines",
            name=name,
            marker={"size": size, "symbol": "diamond", "color": MARK},
            connectgaps=False,
            text=[formats.level(value, metric) for value in rows[column]],
            customdata=labels,
            hovertemplate="%{text}",
        )

    traces = [
        trace(column, label, {"color": colour, "width": 1.75, "dash": dash}, 0)
        for column, label, colour, dash in OTHERS
        # England's count would flatten a council's to a line at the bottom.
        if rows[column].is_not_null().any() and not metric.counted
    ]
    traces.append(trace("value", name, {"color": MARK, "width": 3}, 8))
    ends = padded([value for one in traces for value in one["y"] if value is not None], 0.08, near=0.5, below=0)
    return figure(
        traces,
        height=height,
        margin=(left_margin(metric, ends), 150, 12, 36),
        hovermode="x unified",
        xaxis={
            **BASE,
            "tickvals": list(years),
            "ticktext": [str(year) for year in years],
            "range": [at[0] - 0.3, at[-1] + 0.3] if at else [0, 1],
            "showgrid": False,
        },
        yaxis=value_axis(metric, ends, automargin=True),
        annotations=_names(traces, at[-1] if at else 0, ends),
    )


def _names(traces: Sequence[Part], last: float, ends: Range) -> list[Part]:
    """The name of each line at its last point, moved apart where they would touch."""
    known = sorted(
        (next(value for value in reversed(trace["y"]) if value is not None), trace["name"], trace["line"]["color"])
        for trace in traces
        if any(value is not None for value in trace["y"])
    )
    apart = (ends[1] - ends[0]) * APART
    notes, floor = [], ends[0] - apart
    for value, name, colour in known:
        floor = max(value, floor + apart)
        words, ink = (f"<b>{name}</b>", INK) if colour == MARK else (name, colour)
        notes.append(label(last, floor, words, xanchor="left", xshift=10, font={"size": 13, "color": ink}))
    return notes
