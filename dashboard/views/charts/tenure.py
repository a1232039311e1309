"""Time in post of directors, in a row for each grade of leaders; a director who came after the judgement is open."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboard.data.model import GRADES
from dashboard.views.charts.palette import INK, LOW_TO_HIGH
from dashboard.views.charts.style import BASE, MARK, layout
from dashboard.views.text.programme import months

NEUTRAL = LOW_TO_HIGH[3]
SPREAD, STEPS = 0.62, 9


def draw(rows: pl.DataFrame, *, chosen: str | None, height: int) -> dict[str, Any]:
    """A Plotly figure of `programme.posts` that are in the register, with a known first day and a judged council.

    Filled dots were in post when leaders were judged, open ones came later; the chosen council is the dark diamond.
    """
    shown = (
        rows.filter(pl.col("tenure").is_not_null() & pl.col("grade").is_not_null()).sort("tenure", "name").to_dicts()
    )
    own = [row["area_id"] == chosen for row in shown]
    counts = [sum(row["grade"] == grade for row in shown) for grade in GRADES]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "cliponaxis": False,
        "x": [round(row["tenure"] / 12, 2) for row in shown],
        "y": [
            round(GRADES.index(row["grade"]) + (0 if mark else _offset(at)), 3)
            for at, (row, mark) in enumerate(zip(shown, own, strict=True))
        ],
        "text": [
            f"<b>{row['name']}</b><br>{months(row['tenure'])} in post{', interim' if row['interim'] else ''}<br>"
            f"leaders {row['grade']}, {'in post' if row['in_post_then'] else 'not yet in post'} when judged"
            for row in shown
        ],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {
            "size": [15 if mark else 9 for mark in own],
            "symbol": [
                "diamond" if mark else "circle" if row["in_post_then"] else "circle-open"
                for row, mark in zip(shown, own, strict=True)
            ],
            "color": [MARK if mark else NEUTRAL for mark in own],
            "line": {"width": 1.5, "color": NEUTRAL},
            "opacity": 1,
        },
    }
    return {
        "data": [dots],
        "layout": layout(
            height=height,
            margin={"l": 8, "r": 16, "t": 8, "b": 44},
            xaxis={**BASE, "title": "years in post", "rangemode": "tozero"},
            yaxis={"range": [len(GRADES) - 0.5, -0.6], "fixedrange": True, "automargin": True, "showgrid": False,
                   "zeroline": False, "tickvals": list(range(len(GRADES))), "tickfont": {"color": INK},
                   "ticktext": [f"{_broken(grade)} ({count})" for grade, count in zip(GRADES, counts, strict=True)]},
        ),
    }  # fmt: skip


def _offset(at: int) -> float:
    return ((at * 4) % STEPS / (STEPS - 1) - 0.5) * SPREAD


def _broken(grade: str) -> str:
    return grade.replace("Requires improvement", "Requires<br>improvement<br>")
