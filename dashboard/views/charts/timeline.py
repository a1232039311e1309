"""Inspection reports by quarter and grade, with the days on which inspecting changed; one council's own row on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from dashboard.analysis.inspections import BREAKS
from dashboard.data.model import GRADES
from dashboard.views.charts.palette import GREY, INK, PALE, QUARTERS
from dashboard.views.charts.style import BASE, EDGE, MARK, layout

# A quarter is 0.25 of the axis, which is in years.
WIDTH = 0.21
SHORT = {"Requires improvement to be good": "Requires improvement"}
# Pale, so that a number can be read on it.
HATCHED = {"pattern": {"shape": "/", "fgcolor": PALE, "size": 6}}
Row = Mapping[str, Any]


def draw(
    rows: pl.DataFrame, strand: str, own: Sequence[Row], name: str | None, *, newest: date, none: str, height: int
) -> dict[str, Any]:
    """A Plotly figure of `inspections.by_quarter`; `own` are a council's rows of `inspections.reports`, oldest first.

    Reports without a grade are hatched, `none` saying why. In a council's row a grade reaches to the next report, and
    a diamond marks each.
    """
    first = _years(rows["quarter"][0])
    labels = [_quarter(day) for day in rows["quarter"]]
    traces = [
        _bars(rows[column].to_list(), words, labels, first, fill, hatched=column == "none")
        for column, words, fill in zip(
            (*GRADES, "none"), (*GRADES, none), (*QUARTERS, "#ffffff"), strict=True
        )
        if rows[column].sum()
    ]  # fmt: skip
    end = _years(newest)
    drawn = [one for one in BREAKS if rows["quarter"][0] <= one.on <= newest]
    top = 0.74 if name else 1.0
    figure: dict[str, Any] = {
        "data": traces,
        "layout": layout(
            height=height,
            barmode="stack",
            margin={"l": 8, "r": 8, "t": 28, "b": 32},
            shapes=[_rule(_years(one.on)) for one in drawn],
            annotations=[_letter(_years(one.on), one.letter) for one in drawn],
            xaxis={**BASE, "range": [first - 0.1, end + 0.35], "dtick": 1, "tick0": 2014.5, "showgrid": False,
                   "tickvals": [year + 0.5 for year in range(int(first), int(end) + 1)],
                   "ticktext": [str(year) for year in range(int(first), int(end) + 1)], "anchor": "y"},
            yaxis={**BASE, "domain": [0, top], "title": "reports", "automargin": True, "rangemode": "tozero"},
        ),
    }  # fmt: skip
    if name:
        figure["data"] += _course(own, strand, none, end)
        # Words that do not fit into a part of the row are left out: it is said on hover, and in the table.
        figure["layout"]["uniformtext"] = {"minsize": 12, "mode": "hide"}
        figure["layout"]["yaxis2"] = {
            "domain": [0.82, 0.95], "range": [-0.5, 0.5], "visible": False, "fixedrange": True, "anchor": "x",
        }  # fmt: skip
        figure["layout"]["annotations"].append(
            {"x": 0, "xref": "paper", "y": 0.955, "yref": "paper", "xanchor": "left", "yanchor": "bottom",
             "text": f"<b>{name}</b>", "showarrow": False, "font": {"size": 13, "color": INK}}
        )  # fmt: skip
    return figure


def _bars(
    counts: list[int], words: str, labels: list[str], first: float, fill: str, *, hatched: bool
) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": words,
        "x0": first + 0.125,
        "dx": 0.25,
        "y": counts,
        "width": WIDTH,
        "hovertext": labels,
        "hovertemplate": f"%{{hovertext}}: %{{y}} {words}<extra></extra>",
        "marker": {
            "color": fill,
            "line": EDGE,
            **(HATCHED if hatched else {}),
        },
    }


def _course(own: Sequence[Row], strand: str, none: str, end: float) -> list[dict[str, Any]]:
    starts = [_years(row["published"]) for row in own]
    ends = [*starts[1:], max(end, *starts)] if starts else []
    spans = [
        (start, round(after - start, 3), row[strand], _published(row, strand, none))
        for start, after, row in zip(starts, ends, own, strict=True)
    ]
    # Plotly hatches a trace, and only one of a single colour.
    parts = [[one for one in spans if one[2]], [one for one in spans if not one[2]]]
    return [
        *(_spans(part) for part in parts if part),
        {
            "type": "scatter",
            "mode": "markers",
            "yaxis": "y2",
            "x": starts,
            "y": [0] * len(own),
            "text": [words for *_, words in spans],
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {"size": 13, "symbol": "diamond", "color": MARK, "line": {"width": 1.5, "color": "#ffffff"}},
        },
    ]


def _spans(spans: Sequence[tuple[float, float, str | None, str]]) -> dict[str, Any]:
    grades = [grade for _, _, grade, _ in spans]
    return {
        "type": "bar",
        "orientation": "h",
        "yaxis": "y2",
        "base": [start for start, *_ in spans],
        "x": [length for _, length, *_ in spans],
        "y": [0] * len(spans),
        "width": 0.8,
        "text": [SHORT.get(grade, grade) if grade else "" for grade in grades],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textfont": {"size": 13, "color": ["#ffffff" if grade == GRADES[0] else INK for grade in grades]},
        "hovertext": [words for *_, words in spans],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {
            "color": [QUARTERS[GRADES.index(grade)] for grade in grades if grade] or "#ffffff",
            "line": {"color": "#ffffff" if grades[0] else PALE, "width": 1},
            **({} if grades[0] else HATCHED),
        },
    }


def _published(row: Row, strand: str, none: str) -> str:
    return f"{row[strand] or none}<br>published {row['published']:%-d %B %Y} ({row['framework']})"


def _years(day: date) -> float:
    return round(day.year + (day.timetuple().tm_yday - 1) / 365.25, 3)


def _quarter(first: date) -> str:
    return f"{first:%b} to {first.replace(month=first.month + 2):%b} {first.year}"


def _rule(at: float) -> dict[str, Any]:
    return {
        "type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1,
        "line": {"color": GREY, "width": 1.25, "dash": "dot"},
    }  # fmt: skip


def _letter(at: float, letter: str) -> dict[str, Any]:
    return {
        "x": at, "y": 1, "yref": "paper", "yanchor": "bottom", "text": f"<b>{letter}</b>", "showarrow": False,
        "font": {"size": 13, "color": INK}, "bgcolor": "#ffffff", "bordercolor": PALE, "borderpad": 2,
    }  # fmt: skip
