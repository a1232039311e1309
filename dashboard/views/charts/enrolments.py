"""How many directors had enrolled by each day, beside what the target asks for by its own."""

from __future__ import annotations

from datetime import date

import polars as pl

from dashboard.analysis.programme import Coverage
from dashboard.views.charts.builder import PAPER, STAR, Part, dots, figure, label, line, reference_line
from dashboard.views.charts.palette import GREY, NEUTRAL
from dashboard.views.charts.style import BASE

# Of the whole axis; of a narrow screen it is as long as the words.
EARLY = 0.4


def draw_enrolments(history: pl.DataFrame, found: Coverage, today: date, *, height: int) -> Part:
    """A Plotly figure of `programme.history` up to today: a step a day, and the target as a diamond on its day."""
    days, counts = [*history["day"], today], [*history["enrolled"], found.enrolled]
    last = max([days[-1], *([found.target.by_when] if found.target else [])])
    # Where the target is far off, today is on the left, with room for words on its right alone.
    side = "left" if (days[-1] - days[0]).days < EARLY * (last - days[0]).days else "right"
    stroke = {"color": NEUTRAL, "width": 3, "shape": "hv"}
    filled = {"fill": "tozeroy", "fillcolor": "#F1E7F5"}
    hover = "%{x|%-d %B %Y}: %{y} enrolled<extra></extra>"
    traces = [line([f"{day}" for day in days], counts, stroke, hovertemplate=hover, **filled)]
    notes = [_note(days[-1], found.enrolled, f"<b>{found.enrolled}</b> enrolled now", side, 4)]
    shapes = []
    if found.target is not None and found.needed is not None:
        by, hover = found.target.by_when, f"Target: {found.needed} by %{{x|%-d %B %Y}}<extra></extra>"
        traces.append(dots([f"{by}"], [found.needed], STAR, hover, cliponaxis=False))
        shapes.append(reference_line(y=found.needed, colour=GREY, dash="dash"))
        notes.append(_note(by, found.needed, f"target <b>{found.needed}</b>, {by:%-d %b %Y}", "right", 6))
    end = date.fromordinal(last.toordinal() + max((last - days[0]).days, 30) // 30)
    top = max(found.enrolled, found.needed or 0, 1) * 1.15
    return figure(
        traces,
        height=height,
        margin=(8, 12, 28, 36),
        shapes=shapes,
        annotations=notes,
        xaxis={**BASE, "type": "date", "range": [f"{days[0]}", f"{end}"], "nticks": 6},
        yaxis={**BASE, "range": [0, top], "title": "directors", "automargin": True, "nticks": 5},
    )


def _note(day: date, value: float, text: str, anchor: str, shift: int) -> Part:
    return label(f"{day}", value, text, xanchor=anchor, yanchor="bottom", yshift=shift, bgcolor=PAPER)
