"""Changes of directors in England by year: bars with their number; a year that was not found is hatched."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboard.views.charts.palette import LOW_TO_HIGH
from dashboard.views.charts.style import BASE, EDGE, layout
from dashboard.views.charts.timeline import HATCHED
from dashboard.views.text.formats import number

# Neither many changes nor few are better.
NEUTRAL = LOW_TO_HIGH[3]
NOT_FOUND = "not found"


def draw(rows: pl.DataFrame, *, height: int) -> dict[str, Any]:
    """A Plotly figure of `leadership.directors`."""
    years = [f"{end.year}" for end in rows["period_end"]]
    known = [(year, value) for year, value in zip(years, rows["changes"], strict=True) if value is not None]
    missing = [year for year, value in zip(years, rows["changes"], strict=True) if value is None]
    top = max((value for _, value in known), default=1.0)
    return {
        "data": [
            {
                "type": "bar", "x": [year for year, _ in known], "y": [value for _, value in known],
                "text": [number(value, 0) for _, value in known], "textposition": "inside", "textangle": 0,
                "insidetextanchor": "end", "textfont": {"color": "#ffffff", "size": 14},
                "marker": {"color": NEUTRAL},
                "hovertemplate": "Year to 31 March %{x}: %{y} changes<extra></extra>",
            },
            {
                "type": "bar", "x": missing, "y": [top for _ in missing], "text": [NOT_FOUND for _ in missing],
                "textposition": "inside", "textangle": -90, "insidetextanchor": "middle",
                "marker": {"color": "#ffffff", "line": EDGE, **HATCHED},
                "hovertemplate": f"Year to 31 March %{{x}}: {NOT_FOUND}<extra></extra>",
            },
        ],
        "layout": layout(
            height=height,
            barmode="overlay",
            bargap=0.3,
            margin={"l": 8, "r": 8, "t": 8, "b": 44},
            xaxis={**BASE, "type": "category", "categoryorder": "array", "categoryarray": years, "showgrid": False,
                   "title": "year to 31 March"},
            yaxis={**BASE, "title": "changes", "automargin": True, "rangemode": "tozero", "nticks": 5},
        ),
    }  # fmt: skip
