"""The kinds of pictures, each declared once: what it is, which choices it takes, on which page it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.data.database import Database
from dashboard.pictures import compared, kept, measures, ofsted
from dashboard.pictures.choices import Choices
from dashboard.pictures.drawn import Drawn

MEASURE = ("la", "metric", "period", "benchmark", "group", "target")
JUDGED = ("la", "judgement", "region")


@dataclass(frozen=True)
class Kind:
    """One kind of chart or map."""

    name: str
    """In its address."""
    title: str
    about: str
    parameters: tuple[str, ...]
    """Named as in the address of the page."""
    page: str
    """The address of the page that shows it."""
    draw: Callable[[Database, Choices], Drawn]
    """Raises CannotBeDrawnError."""
    needs: tuple[str, ...] = ()
    """What must be named."""
    more: tuple[tuple[str, str], ...] = ()
    """What the address of the page holds besides, to show it."""
    daily: bool = False
    """Whether it depends on the day, as time in post does."""


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "map", "Map", "All councils on a map, by quarter, value, distance from the benchmark, verdict, change or "
            "trend.", (*MEASURE, "limits", "colour", "view_as"), "/map", measures.draw_map,
        ),
        Kind(
            "order", "All councils in order", "A dot a council, best first, with England and the benchmark.",
            (*MEASURE, "limits", "colour"), "/map", measures.draw_order,
        ),
        Kind(
            "trend", "Over time", "One council over the years, beside England, its neighbours and the best quarter.",
            MEASURE, "/council", measures.draw_over_time, needs=("la",),
        ),
        Kind(
            "funnel", "By size, with limits", "All councils by size, with 95% and 99.8% limits around England.",
            ("la", "metric", "period", "limits"), "/council", measures.draw_by_size,
            more=(("picture", "By size, with limits"),),
        ),
        Kind(
            "grades", "Councils by grade", "How many councils have each grade of a judgement.",
            ("la", "metric", "period"), "/map", measures.draw_grade_counts,
        ),
        Kind(
            "standard", "How many met the standard", "How many councils met today's standard of the best, by year.",
            ("metric",), "/", measures.draw_met,
        ),
        Kind(
            "bars", "Side by side", "Up to ten councils in one measure, best first.", (*MEASURE, "councils"),
            "/compare", compared.draw_side_by_side,
        ),
        Kind(
            "lines", "Side by side over time", "Up to ten councils and England over the years.",
            (*MEASURE, "councils"), "/compare", compared.draw_courses,
        ),
        Kind(
            "scatter", "Two measures at once", "All councils in two measures, by the latest judgement of leaders.",
            (*MEASURE, "councils", "against"), "/compare", compared.draw_two_measures,
        ),
        Kind(
            "reports", "Reports by quarter", "Ofsted's reports by calendar quarter and grade.", JUDGED, "/inspections",
            ofsted.draw_reports, more=(("part", "Reports over time"),),
        ),
        Kind(
            "regions", "Grades by region", "The share of councils with each grade, by region on a day.",
            (*JUDGED, "at"), "/inspections", ofsted.draw_regions, more=(("part", "Regions"),),
        ),
        Kind(
            "years", "Grades over the years", "How many councils had each grade at each 31 March.",
            ("judgement", "region"), "/inspections", ofsted.draw_years, more=(("part", "Regions"),),
        ),
        Kind(
            "next", "What came next", "What followed a grade, and how many months later.", (*JUDGED, "after"),
            "/inspections", ofsted.draw_next, more=(("part", "What came next"),),
        ),
        Kind(
            "ratings", "A measure by grade", "All councils in one measure, in a row for each grade.",
            ("la", "metric", "period", "judgement"), "/inspections", ofsted.draw_ratings,
            more=(("part", "Ratings and measures"),),
        ),
        Kind(
            "directors", "Changes of directors", "How often directors of children's services change in England.", (),
            "/leadership", ofsted.draw_changes_of_directors, more=(("part", "Directors in post"),),
        ),
        Kind(
            "tenure", "Time in post", "Directors in the operator's register by years in post, by grade of leaders.",
            ("la",), "/leadership", kept.draw_time_in_post, more=(("part", "Directors in post"),), daily=True,
        ),
        Kind(
            "enrolments", "Directors enrolled", "How many directors in the operator's register had enrolled by each "
            "day.", (), "/leadership", kept.draw_enrolled, more=(("part", "The programme"),), daily=True,
        ),
        Kind(
            "programme", "Map of the programme", "The councils by what the leadership programme is to them.",
            ("la", "view_as"), "/leadership", kept.draw_programme, more=(("part", "The programme"),), daily=True,
        ),
        Kind(
            "met", "Councils that meet a commitment", "How many councils are at what a commitment asks for, by period.",
            ("commitment",), "/progress", kept.draw_commitment_met, daily=True,
        ),
        Kind(
            "course", "England and a commitment", "England's figure by period beside what a commitment asks for.",
            ("commitment",), "/progress", kept.draw_commitment_course, daily=True,
        ),
    )
}  # fmt: skip


# Of a page in parts, what each shows first.
PARTS = {words: kind.name for kind in reversed(KINDS.values()) for name, words in kind.more if name == "part"}


def main_kind(page: str, choices: Choices, part: str = "") -> Kind:
    """The chart or map that a page shows first, for the preview of a link to it; of a page without one, the map.

    `page` is its address without the slash, `part` the part of it that is chosen.
    """
    metric = choices.metric
    if page == "council" and choices.area_id:
        return KINDS["grades" if metric.graded else "trend"]
    if page == "compare" and not metric.graded:
        return KINDS["bars"]
    if page in ("inspections", "leadership"):
        # What is kept by hand may be empty: a preview shows what is published.
        named = KINDS[PARTS.get(part, "years")]
        return KINDS["directors"] if named.daily else named
    if page == "best" and not metric.graded:
        return KINDS["order"]
    return KINDS["standard" if page == "" and metric.ranked else "map"]
