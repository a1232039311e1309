"""What came after a grade: a row a next grade, a dot a council, by the months between the two reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from dashboard.analysis.inspections import months
from dashboard.analysis.transitions import NOT_YET
from dashboard.data.model import GRADES
from dashboard.views.charts.palette import GREY, INK, QUARTERS
from dashboard.views.charts.style import BASE, EDGE_WIDTH, MARK, layout

SPREAD = 0.56
STEPS = 7
WAITING = "no further judgement yet"


def draw(rows: pl.DataFrame, *, newest: date, chosen: str | None, height: int) -> dict[str, Any]:
    """A Plotly figure of `transitions.after`. Those not judged again are open dots, at the months until `newest`.

    The middle of each row is a tick; the chosen council is the dark diamond. Ended councils, and those whose next
    inspection judged no overall effectiveness, have no place on the axis: the table holds them.
    """
    shown = [row for row in rows.iter_rows(named=True) if row["next_grade"] or row["next"] == NOT_YET]
    shown.sort(key=lambda row: (_row(row), _months(row, newest), row["name"]))
    own = [row["area_id"] == chosen for row in shown]
    at = [_row(row) for row in shown]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [_months(row, newest) for row in shown],
        "y": [
            round(line + (0 if mark else _offset(place)), 2)
            for place, (line, mark) in enumerate(zip(at, own, strict=True))
        ],
        "text": [_words(row, newest) for row in shown],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {
            "size": [15 if mark else 9 for mark in own],
            "symbol": [
                "diamond" if mark else "circle" if row["next_grade"] else "circle-open"
                for mark, row in zip(own, shown, strict=True)
            ],
            "color": [
                MARK if mark else QUARTERS[line] if line < len(GRADES) else GREY
                for mark, line in zip(own, at, strict=True)
            ],
            "line": {"width": [1.5 if line == len(GRADES) else EDGE_WIDTH for line in at], "color": GREY},
            "opacity": 1,
        },
    }
    furthest = max((_months(row, newest) for row in shown), default=12)
    labels = [*GRADES, WAITING[0].upper() + WAITING[1:]]
    ticks = [f"{_broken(label)} ({at.count(line)})" for line, label in enumerate(labels)]
    middles = [(line, _middle([_months(row, newest) for row in shown if _row(row) == line])) for line in range(4)]
    return {
        "data": [dots],
        "layout": layout(
            height=height,
            margin={"l": 8, "r": 16, "t": 12, "b": 44},
            shapes=[_tick(line, middle) for line, middle in middles if middle is not None],
            xaxis={**BASE, "title": "months between the two reports", "range": [-1.5, furthest + 3]},
            yaxis={"range": [len(labels) - 0.5, -0.6], "fixedrange": True, "automargin": True, "showgrid": False,
                   "zeroline": False, "tickvals": list(range(len(labels))), "ticktext": ticks,
                   "tickfont": {"color": INK}},
        ),
    }  # fmt: skip


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


def _offset(at: int) -> float:
    return ((at * 3) % STEPS / (STEPS - 1) - 0.5) * SPREAD


def _middle(found: Sequence[int]) -> float | None:
    ordered = sorted(found)
    half = len(ordered) // 2
    if not ordered:
        return None
    return float(ordered[half]) if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _tick(at: int, middle: float) -> dict[str, Any]:
    return {
        "type": "line", "x0": middle, "x1": middle, "y0": at - 0.4, "y1": at + 0.4, "line": {"color": INK, "width": 3},
    }  # fmt: skip


def _broken(label: str) -> str:
    return label.replace("improvement to", "improvement<br>to").replace("judgement yet", "<br>judgement yet")
