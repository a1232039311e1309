"""How many directors had enrolled by each day, beside what the target asks for by its own."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from dashboard.analysis.programme import Coverage
from dashboard.views.charts.palette import GREY, INK, LOW_TO_HIGH
from dashboard.views.charts.style import BASE, layout

NEUTRAL = LOW_TO_HIGH[3]
# Of the whole axis; of a narrow screen it is as long as the words.
EARLY = 0.4


def draw(course: pl.DataFrame, found: Coverage, today: date, *, height: int) -> dict[str, Any]:
    """A Plotly figure of `programme.course` up to today: a step a day, and the target as a diamond on its day."""
    days = [*course["day"], today]
    counts = [*course["enrolled"], found.enrolled]
    top = max(found.enrolled, found.needed or 0, 1)
    line: dict[str, Any] = {
        "type": "scatter", "mode": "lines", "x": [f"{day}" for day in days], "y": counts,
        "line": {"color": NEUTRAL, "width": 3, "shape": "hv"}, "fill": "tozeroy", "fillcolor": "#F1E7F5",
        "hovertemplate": "%{x|%-d %B %Y}: %{y} enrolled<extra></extra>",
    }  # fmt: skip
    traces: list[dict[str, Any]] = [line]
    last = max([days[-1], *([found.target.by_when] if found.target else [])])
    # Where the target is far off, today stands on the left, with room for words on its right alone.
    early = (days[-1] - days[0]).days < EARLY * (last - days[0]).days
    notes = [_note(days[-1], found.enrolled, f"<b>{found.enrolled}</b> enrolled now", "left" if early else "right", 12)]
    shapes = []
    if found.target is not None and found.needed is not None:
        by = found.target.by_when
        traces.append(
            {
                "type": "scatter", "mode": "markers", "x": [f"{by}"], "y": [found.needed], "cliponaxis": False,
                "marker": {"symbol": "star", "size": 15, "color": INK},
                "hovertemplate": f"Target: {found.needed} by %{{x|%-d %B %Y}}<extra></extra>",
            }
        )  # fmt: skip
        shapes.append(
            {
                "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": found.needed, "y1": found.needed,
                "line": {"color": GREY, "width": 1, "dash": "dash"}, "layer": "below",
            }
        )  # fmt: skip
        notes.append(_note(by, found.needed, f"target <b>{found.needed}</b>, {by:%-d %b %Y}", "right", 14))
    end = date.fromordinal(last.toordinal() + max((last - days[0]).days, 30) // 30)
    return {
        "data": traces,
        "layout": layout(
            height=height,
            margin={"l": 8, "r": 12, "t": 28, "b": 36},
            shapes=shapes,
            annotations=notes,
            xaxis={**BASE, "type": "date", "range": [f"{days[0]}", f"{end}"],
                   "nticks": 6},
            yaxis={**BASE, "range": [0, top * 1.15], "title": "directors", "automargin": True, "nticks": 5},
        ),
    }  # fmt: skip


def _note(day: date, value: float, text: str, anchor: str, shift: int) -> dict[str, Any]:
    return {
        "x": f"{day}", "y": value, "text": text, "showarrow": False, "xanchor": anchor, "yanchor": "bottom",
        "yshift": shift - 8, "font": {"size": 13, "color": INK}, "bgcolor": "rgba(255,255,255,0.85)",
    }  # fmt: skip
