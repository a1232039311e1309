"""How many councils have each of Ofsted's grades: bars in the grades' own order."""

from __future__ import annotations

from typing import Any

from dashboard.data.model import GRADES
from dashboard.views.charts.palette import GREY, INK, Painting
from dashboard.views.charts.style import BASE, EDGE_WIDTH, layout


def draw(painting: Painting, *, chosen: str | None, height: int) -> dict[str, Any]:
    """A Plotly figure of the classes of a painting, their counts beside them; the chosen one's grade is outlined."""
    own = painting.of.get(chosen) if chosen else None
    labels = [entry.label.rsplit(" (", 1)[0] for entry in painting.classes]
    counts = [int(entry.label.rsplit("(", 1)[1].rstrip(")")) for entry in painting.classes]
    graded = len(GRADES)
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": labels,
                "x": counts,
                "text": [str(count) for count in counts],
                "textposition": "outside",
                "cliponaxis": False,
                "hovertemplate": "%{y}: %{x} councils<extra></extra>",
                "marker": {
                    "color": [
                        entry.fill if position < graded else "#ffffff"
                        for position, entry in enumerate(painting.classes)
                    ],
                    "pattern": {
                        "shape": ["" if position < graded else "/" for position in range(len(labels))],
                        "fgcolor": GREY,
                    },
                    "line": {
                        "color": [INK if position == own else GREY for position in range(len(labels))],
                        "width": [4 if position == own else EDGE_WIDTH for position in range(len(labels))],
                    },
                },
            }
        ],
        "layout": layout(
            height=height,
            margin={"l": 8, "r": 40, "t": 12, "b": 36},
            xaxis={**BASE, "title": "councils", "rangemode": "tozero"},
            yaxis={"autorange": "reversed", "automargin": True, "fixedrange": True, "tickfont": {"color": INK}},
        ),
    }
