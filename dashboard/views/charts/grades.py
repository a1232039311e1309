"""How many councils have each of Ofsted's grades: bars in the grades' own order."""

from __future__ import annotations

from dashboard.data.model import GRADES
from dashboard.views.charts.builder import Part, bars, figure
from dashboard.views.charts.palette import GREY, INK, Classification
from dashboard.views.charts.style import BASE, EDGE_WIDTH


def draw_grades(classification: Classification, *, chosen: str | None, height: int) -> Part:
    """The classes of a classification as a Plotly figure, with their counts; the chosen one's grade is outlined."""
    own = classification.of.get(chosen) if chosen else None
    labels = [entry.label.rsplit(" (", 1)[0] for entry in classification.classes]
    counts = [int(entry.label.rsplit("(", 1)[1].rstrip(")")) for entry in classification.classes]
    places, graded = range(len(labels)), len(GRADES)
    marker = {
        "color": [entry.fill if place < graded else "#ffffff" for place, entry in enumerate(classification.classes)],
        "pattern": {"shape": ["" if place < graded else "/" for place in places], "fgcolor": GREY},
        "line": {
            "color": [INK if place == own else GREY for place in places],
            "width": [4 if place == own else EDGE_WIDTH for place in places],
        },
    }
    text, hover = [str(count) for count in counts], "%{y}: %{x} councils<extra></extra>"
    return figure(
        [bars(counts, labels, marker, hover, text=text, orientation="h", textposition="outside", cliponaxis=False)],
        height=height,
        margin=(8, 40, 12, 36),
        xaxis={**BASE, "title": "councils", "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "automargin": True, "fixedrange": True, "tickfont": {"color": INK}},
    )
