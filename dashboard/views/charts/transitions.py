"""What came after a grade: a row a next grade, a dot a council, by the months between the two reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from statistics import median
from typing import Any

import polars as pl

from dashboard.analysis.inspections import months
from dashboard.analysis.transitions import NOT_YET
from dashboard.data.model import GRADES
from dashboard.views.charts.builder import Part, dots, figure, row_axis, spread, tick
from dashboard.views.charts.palette import GREY, QUARTERS
from dashboard.views.charts.style import BASE, EDGE_WIDTH, MARK

WAITING = "no further judgement yet"


def draw_transitions(rows: pl.DataFrame, *, newest: date, chosen: str | None, height: int) -> Part:
    """A Plotly figure of `transitions.after`. Those not judged again are open dots, at the months until `newest`.

    The middle of each row is a tick; the chosen council is the dark diamond. Ended councils, and those whose next
    inspection judged no overall effectiveness, have no place on the axis: the table holds them.
    """
    shown = [row for row in rows.iter_rows(named=True) if row["next_grade"] or row["next"] == NOT_YET]
    shown.sort(key=lambda row: (_row(row), _months(row, newest), row["name"]))
    own = [row["area_id"] == chosen for row in shown]
    at, after = [_row(row) for row in shown], [_months(row, newest) for row in shown]
    colours = [*QUARTERS, GREY]
    marker = {
        "size": [15 if mark else 9 for mark in own],
        "symbol": [
            "diamond" if mark else "circle" if row["next_grade"] else "circle-open"
            for mark, row in zip(own, shown, strict=True)
        ],
        "color": [MARK if mark else colours[line] for mark, line in zip(own, at, strict=True)],
        "line": {"width": [1.5 if line == len(GRADES) else EDGE_WIDTH for line in at], "color": GREY},
        "opacity": 1,
    }
    labels = [*GRADES, WAITING[0].upper() + WAITING[1:]]
    by_row = [[length for length, place in zip(after, at, strict=True) if place == line] for line in range(len(GRADES))]
    heights = spread(at, own, share=0.56, step=3, steps=7, digits=2)
    return figure(
        [dots(after, heights, marker, text=[_words(row, newest) for row in shown])],
        height=height,
        margin=(8, 16, 12, 44),
        shapes=[tick(float(median(found)), line, 0.4) for line, found in enumerate(by_row) if found],
        xaxis={**BASE, "title": "months between the two reports", "range": [-1.5, max(after, default=12) + 3]},
        yaxis=row_axis([f"{_broken(label)} ({at.count(line)})" for line, label in enumerate(labels)]),
    )


def _row(row: Mapping[str, Any]) -> int:
    return GRADES.index(row["next_grade"]) if row["next_grade"] else len(GRADES)


def _months(row: Mapping[str, Any], newest: date) -> int:
    return int(row["months"]) if row["next_grade"] else months(row["published"], newest)


def _words(row: Mapping[str, Any], newest: date) -> str:
    then = (
        f"{row['next_grade']}, {row['next_published']:%B %Y}: {row['months']} months later"
        if row["next_grade"]
        else f"{WAITING}: {months(row['published'], newest)} months to {newest:%-d %B %Y}"
    )
    return f"<b>{row['name']}</b><br>{row['grade']}, {row['published']:%B %Y}<br>{then}"


def _broken(label: str) -> str:
    return label.replace("improvement to", "improvement<br>to").replace("judgement yet", "<br>judgement yet")
