"""Time in post of directors, in a row for each grade of leaders; a director who came after the judgement is open."""

from __future__ import annotations

import polars as pl

from dashboard.data.model import GRADES
from dashboard.views.charts.builder import Part, broken, dots, figure, row_axis, spread
from dashboard.views.charts.palette import NEUTRAL
from dashboard.views.charts.style import BASE, MARK
from dashboard.views.text.programme import months


def draw_tenure(rows: pl.DataFrame, *, chosen: str | None, height: int) -> Part:
    """A Plotly figure of `programme.posts` that are in the register, with a known first day and a judged council.

    Filled dots were in post when leaders were judged, open ones came later; the chosen council is the dark diamond.
    """
    shown = (
        rows.filter(pl.col("tenure").is_not_null() & pl.col("grade").is_not_null()).sort("tenure", "name").to_dicts()
    )
    own = [row["area_id"] == chosen for row in shown]
    at = [GRADES.index(row["grade"]) for row in shown]
    marker = {
        "size": [15 if mark else 9 for mark in own],
        "symbol": [
            "diamond" if mark else "circle" if row["in_post_then"] else "circle-open"
            for row, mark in zip(shown, own, strict=True)
        ],
        "color": [MARK if mark else NEUTRAL for mark in own],
        "line": {"width": 1.5, "color": NEUTRAL},
        "opacity": 1,
    }
    text = [
        f"<b>{row['name']}</b><br>{months(row['tenure'])} in post{', interim' if row['interim'] else ''}<br>"
        f"leaders {row['grade']}, {'in post' if row['in_post_then'] else 'not yet in post'} when judged"
        for row in shown
    ]
    return figure(
        [dots([round(row["tenure"] / 12, 2) for row in shown], spread(at, own), marker, text=text, cliponaxis=False)],
        height=height,
        margin=(8, 16, 8, 44),
        xaxis={**BASE, "title": "years in post", "rangemode": "tozero"},
        yaxis=row_axis([f"{broken(grade)} ({at.count(row)})" for row, grade in enumerate(GRADES)]),
    )
