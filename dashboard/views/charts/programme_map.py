"""The map of the programme: which class each council is in, and how each class is drawn."""

from __future__ import annotations

import polars as pl

from dashboard.analysis.programme import ABSENT, COMPLETED, ENROLLED, NOT_ENROLLED
from dashboard.views.charts.palette import GREY, LOW_TO_HIGH, NOTHING, Classification, LegendClass

# Neither better nor worse: the hue of neutral measures, darker the further a director has come.
CLASSES = (
    LegendClass("Completed", LOW_TO_HIGH[5]),
    LegendClass("On the programme, with a coach", LOW_TO_HIGH[3]),
    LegendClass("On the programme, without a coach", LOW_TO_HIGH[1]),
    LegendClass("On no programme", NOTHING, "outlined"),
    LegendClass("Not in the register", GREY, "hatched"),
)


def classify_programme(rows: pl.DataFrame) -> Classification:
    """The classes of the map with how many councils are in each, and the class of every council of `posts`."""
    order = {COMPLETED: 0, ENROLLED: 2, NOT_ENROLLED: 3, ABSENT: 4}
    of = {
        area_id: 1 if state == ENROLLED and coach_id else order[state]
        for area_id, state, coach_id in rows.select("area_id", "state", "coach_id").iter_rows()
    }
    counts = [list(of.values()).count(position) for position in range(len(CLASSES))]
    return Classification(
        tuple(
            LegendClass(f"{one.label} ({count})", one.fill, one.pattern)
            for one, count in zip(CLASSES, counts, strict=True)
        ),
        of,
    )
