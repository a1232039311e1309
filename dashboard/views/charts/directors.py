"""Changes of directors in England by year: bars with their number; a year that was not found is hatched."""

from __future__ import annotations

import polars as pl

from dashboard.views.charts.builder import Part, bars, figure
from dashboard.views.charts.palette import NEUTRAL
from dashboard.views.charts.style import BASE, EDGE
from dashboard.views.charts.timeline import HATCHED
from dashboard.views.text.formats import number

NOT_FOUND = "not found"


def draw_directors(rows: pl.DataFrame, *, height: int) -> Part:
    """A Plotly figure of `leadership.directors`."""
    years = [f"{end.year}" for end in rows["period_end"]]
    known = [(year, value) for year, value in zip(years, rows["changes"], strict=True) if value is not None]
    missing = [year for year, value in zip(years, rows["changes"], strict=True) if value is None]
    top = max((value for _, value in known), default=1.0)
    found = bars(
        [year for year, _ in known],
        [value for _, value in known],
        {"color": NEUTRAL},
        "Year to 31 March %{x}: %{y} changes<extra></extra>",
        text=[number(value, 0) for _, value in known],
        textposition="inside",
        textangle=0,
        insidetextanchor="end",
        textfont={"color": "#ffffff", "size": 14},
    )
    not_found = bars(
        missing,
        [top for _ in missing],
        {"color": "#ffffff", "line": EDGE, **HATCHED},
        f"Year to 31 March %{{x}}: {NOT_FOUND}<extra></extra>",
        text=[NOT_FOUND for _ in missing],
        textposition="inside",
        textangle=-90,
        insidetextanchor="middle",
    )
    category = {"type": "category", "categoryorder": "array", "categoryarray": years}
    return figure(
        [found, not_found],
        height=height,
        margin=(8, 8, 8, 44),
        barmode="overlay",
        bargap=0.3,
        xaxis={**BASE, **category, "showgrid": False, "title": "year to 31 March"},
        yaxis={**BASE, "title": "changes", "automargin": True, "rangemode": "tozero", "nticks": 5},
    )
