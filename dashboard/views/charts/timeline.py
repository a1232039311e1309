"""Inspection reports by calendar quarter and grade, and the days of change; one council's own row on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from dashboard.analysis.inspections import BREAKS
from dashboard.data.model import GRADES
from dashboard.views.charts.builder import Part, bars, dots, figure, label, reference_line
from dashboard.views.charts.palette import GREY, INK, PALE, QUARTERS
from dashboard.views.charts.style import BASE, EDGE, MARK

# A quarter is 0.25 of the axis, which is in years.
WIDTH = 0.21
SHORT = {"Requires improvement to be good": "Requires improvement"}
# Pale, so that a number can be read on it.
HATCHED = {"pattern": {"shape": "/", "fgcolor": PALE, "size": 6}}
Row = Mapping[str, Any]


def draw_timeline(
    rows: pl.DataFrame, strand: str, own: Sequence[Row], name: str | None, *, newest: date, none: str, height: int
) -> Part:
    """A Plotly figure of `inspections.by_calendar_quarter`; `own` are a council's rows of `reports`, oldest first.

    Reports without a grade are hatched, `none` saying why. In a council's row a grade reaches to the next report, and
    a diamond marks each.
    """
    first, end = _years(rows["quarter"][0]), _years(newest)
    breaks = [one for one in BREAKS if rows["quarter"][0] <= one.on <= newest]
    letter: Part = {"bgcolor": "#ffffff", "bordercolor": PALE, "borderpad": 2, "yref": "paper", "yanchor": "bottom"}
    notes = [label(_years(one.on), 1, f"<b>{one.letter}</b>", **letter) for one in breaks]
    years = range(int(first), int(end) + 1)
    traces, more = _bars(rows, none, first), {}
    if name:
        traces += _history(own, strand, none, end)
        place: Part = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
        notes.append(label(0, 0.955, f"<b>{name}</b>", **place))
        row = {"domain": [0.82, 0.95], "range": [-0.5, 0.5], "visible": False, "fixedrange": True, "anchor": "x"}
        # Words that do not fit into a part of the row are left out: it is said on hover, and in the table.
        more = {"uniformtext": {"minsize": 12, "mode": "hide"}, "yaxis2": row}
    domain = [0, 0.74 if name else 1.0]
    return figure(
        traces,
        height=height,
        margin=(8, 8, 28, 32),
        barmode="stack",
        shapes=[reference_line(x=_years(one.on), colour=GREY, width=1.25, dash="dot", below=False) for one in breaks],
        annotations=notes,
        xaxis={
            **BASE,
            "range": [first - 0.1, end + 0.35],
            "dtick": 1,
            "tick0": 2014.5,
            "showgrid": False,
            "tickvals": [year + 0.5 for year in years],
            "ticktext": [str(year) for year in years],
            "anchor": "y",
        },
        yaxis={**BASE, "domain": domain, "title": "reports", "automargin": True, "rangemode": "tozero"},
        **more,
    )


def _bars(rows: pl.DataFrame, none: str, first: float) -> list[Part]:
    quarters = [_calendar_quarter(day) for day in rows["quarter"]]
    return [
        {
            "type": "bar",
            "name": words,
            "x0": first + 0.125,
            "dx": 0.25,
            "y": rows[column].to_list(),
            "width": WIDTH,
            "hovertext": quarters,
            "hovertemplate": f"%{{hovertext}}: %{{y}} {words}<extra></extra>",
            "marker": {"color": fill, "line": EDGE, **(HATCHED if column == "none" else {})},
        }
        for column, words, fill in zip((*GRADES, "none"), (*GRADES, none), (*QUARTERS, "#ffffff"), strict=True)
        if rows[column].sum()
    ]


def _history(own: Sequence[Row], strand: str, none: str, end: float) -> list[Part]:
    starts = [_years(row["published"]) for row in own]
    ends = [*starts[1:], max(end, *starts)] if starts else []
    spans = [
        (start, round(after - start, 3), row[strand], _published(row, strand, none))
        for start, after, row in zip(starts, ends, own, strict=True)
    ]
    # Plotly hatches a trace, and only one of a single colour.
    parts = [[one for one in spans if one[2]], [one for one in spans if not one[2]]]
    marker = {"size": 13, "symbol": "diamond", "color": MARK, "line": {"width": 1.5, "color": "#ffffff"}}
    marks = dots(starts, [0] * len(own), marker, text=[words for *_, words in spans], yaxis="y2")
    return [*(_spans(part) for part in parts if part), marks]


def _spans(spans: Sequence[tuple[float, float, str | None, str]]) -> Part:
    grades = [grade for _, _, grade, _ in spans]
    return bars(
        [length for _, length, *_ in spans],
        [0] * len(spans),
        {
            "color": [QUARTERS[GRADES.index(grade)] for grade in grades if grade] or "#ffffff",
            "line": {"color": "#ffffff" if grades[0] else PALE, "width": 1},
            **({} if grades[0] else HATCHED),
        },
        "%{hovertext}<extra></extra>",
        hovertext=[words for *_, words in spans],
        orientation="h",
        yaxis="y2",
        base=[start for start, *_ in spans],
        width=0.8,
        text=[SHORT.get(grade, grade) if grade else "" for grade in grades],
        textposition="inside",
        insidetextanchor="middle",
        textfont={"size": 13, "color": ["#ffffff" if grade == GRADES[0] else INK for grade in grades]},
    )


def _published(row: Row, strand: str, none: str) -> str:
    return f"{row[strand] or none}<br>published {row['published']:%-d %B %Y} ({row['framework']})"


def _years(day: date) -> float:
    return round(day.year + (day.timetuple().tm_yday - 1) / 365.25, 3)


def _calendar_quarter(first: date) -> str:
    return f"{first:%b} to {first.replace(month=first.month + 2):%b} {first.year}"
