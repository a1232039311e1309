"""One measure of one council over time, beside England, its neighbours and the best quarter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from dashboard.data.model import Metric
from dashboard.views.charts.builder import Part, Range, figure, label, left_margin, line, reference_line, value_axis
from dashboard.views.charts.palette import GREY, INK
from dashboard.views.charts.style import BASE, MARK, padded
from dashboard.views.text import comparisons, formats

OTHERS = (
    ("england", "England", "#505a5f", "solid"),
    ("neighbours", "Neighbours' median", "#28755F", "dash"),
    ("best", "Best quarter", "#12436D", "dot"),
)
# The least distance between the names at the ends of lines, as a share of the axis.
APART = 0.075


def draw_trend(rows: pl.DataFrame, metric: Metric, name: str, *, height: int) -> Part:
    """A Plotly figure of `queries.trend`. A missing value is a gap in the line, said on hover; names are at the ends.

    A value that is hidden in a range is a short bar over it; a line that hidden figures leave open is a band. Lines end
    where the method changed, at a dotted line. The axis covers what is drawn, from zero where that is near.
    """
    # By the year, so that a year without a row is a gap and not a step.
    years = range(rows["period_end"][0].year, rows["period_end"][-1].year + 1) if rows.height else range(0)
    rows = pl.DataFrame({"year": list(years)}, schema={"year": pl.Int32}).join(
        rows.with_columns(pl.col("period_end").dt.year().alias("year")), on="year", how="left", maintain_order="left"
    )
    # Of what is judged at days, the newest report's lies between two snapshots of 31 March.
    rows = rows.with_columns(
        pl.Series(
            "at",
            [
                year + (end - date(year, 3, 31)).days / 365 if end and metric.dated else year
                for year, end in rows.select("year", "period_end").iter_rows()
            ],
            pl.Float64,
        )
    )
    broken = [at - 0.5 for at in rows.filter(pl.col("series_break").is_not_null())["at"] if at > years[0]]
    rows = pl.concat([rows, pl.DataFrame({"at": broken}, {"at": pl.Float64})], how="diagonal").sort("at")
    at = rows["at"].to_list()
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
            text=[comparisons.companion(row, column, metric) for row in rows.iter_rows(named=True)],
            customdata=labels,
            hovertemplate="%{text}",
        )

    def band(column: str, label: str, colour: str) -> list[Part]:
        """From the lowest to the highest that a line can be, where the two differ."""
        ends = [rows[f"{column}_{end}"] for end in ("low", "high")]
        if not (ends[0] != ends[1]).any():
            return []
        shade = {"mode": "lines", "connectgaps": False, "hoverinfo": "skip"}
        edge = {"color": colour, "width": 0}
        lower, upper = (line(at, end.to_list(), edge, **shade) for end in ends)
        said = [comparisons.companion(row, column, metric) for row in rows.iter_rows(named=True)]
        words = {"text": said, "hovertemplate": "%{text}", "hoverinfo": "all", "name": label}
        return [lower, {**upper, "fill": "tonexty", "fillcolor": f"{colour}33", **words}]

    traces = [
        one
        for column, label, colour, _ in OTHERS
        if rows[f"{column}_low"].is_not_null().any() and not metric.counted
        for one in band(column, label, colour)
    ]
    traces += [
        trace(column, label, {"color": colour, "width": 1.75, "dash": dash}, 0)
        for column, label, colour, dash in OTHERS
        # England's count would flatten a council's to a line at the bottom.
        if rows[column].is_not_null().any() and not metric.counted
    ]
    traces += _bars(rows, at, metric, name)
    traces.append(trace("value", name, {"color": MARK, "width": 3}, 8))
    ends = padded([value for one in traces for value in one["y"] if value is not None], 0.08, near=0.5, below=0)
    return figure(
        traces,
        height=height,
        margin=(left_margin(metric, ends), 150, 12, 36),
        hovermode="x unified",
        shapes=[reference_line(x=place, colour=GREY, dash="dot", below=False) for place in broken],
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


def _bars(rows: pl.DataFrame, at: Sequence[float], metric: Metric, name: str) -> list[Part]:
    """A short upright bar from the lowest to the highest that a hidden value can be."""
    hidden = [(x, row) for x, row in zip(at, rows.iter_rows(named=True), strict=True) if formats.is_range(row)]
    if not hidden:
        return []
    x = [part for place, _ in hidden for part in (place, place, None)]
    y = [part for _, row in hidden for part in (row["value_low"], row["value_high"], None)]
    text = [part for _, row in hidden for part in (formats.span(row, metric), "", "")]
    stroke = {"color": MARK, "width": 6}
    return [line(x, y, stroke, name=name, text=text, connectgaps=False, hovertemplate="%{text}")]


def _names(traces: Sequence[Part], last: float, ends: Range) -> list[Part]:
    """The name of each line at its last point, moved apart where they would touch."""
    # Of a line that is a band in some periods the name stands at the one that is drawn last.
    named = {
        trace["name"]: (next(value for value in reversed(trace["y"]) if value is not None), trace["line"]["color"])
        for trace in traces
        if trace.get("name") and any(value is not None for value in trace["y"])
    }
    known = sorted((value, name, colour) for name, (value, colour) in named.items())
    apart = (ends[1] - ends[0]) * APART
    notes, floor = [], ends[0] - apart
    for value, name, colour in known:
        floor = max(value, floor + apart)
        words, ink = (f"<b>{name}</b>", INK) if colour == MARK else (name, colour)
        notes.append(label(last, floor, words, xanchor="left", xshift=10, font={"size": 13, "color": ink}))
    return notes
