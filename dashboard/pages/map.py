"""All councils on a map and in order, for one measure in one period; and for a second beside it."""

from dataclasses import dataclass, replace

import polars as pl
import streamlit as st

from dashboard.analysis import benchmarks, comparison, direction, queries
from dashboard.analysis import group as groups
from dashboard.api import view_data
from dashboard.data.model import Metric, Period
from dashboard.pages.components.council_map import MapArea, MapDrawing, View, council_map
from dashboard.pages.components.one_of import one_of
from dashboard.pages.components.period_slider import period_slider
from dashboard.pages.shared import session
from dashboard.pages.shared.assets import shapes
from dashboard.pages.shared.downloads import download
from dashboard.views import tables
from dashboard.views.charts import palette
from dashboard.views.charts.grades import draw_grades
from dashboard.views.charts.strip import benchmark_of, draw_strip, level_of
from dashboard.views.tables import map as parts
from dashboard.views.text import comparisons, formats
from dashboard.views.text.council import council_sentence
from dashboard.views.text.england import england_sentence
from dashboard.views.text.formats import ColourScheme
from dashboard.views.text.grammar import opening
from dashboard.views.text.grammar import sentences as split
from dashboard.views.text.group import among
from dashboard.views.text.map import as_it_was, coloured_sentence, redrawn

HEIGHT, HEIGHT_BESIDE = 620, 420

db = session.database()
chosen = session.chosen(db, limits=True)
benchmark = chosen.benchmark


@dataclass(frozen=True)
class Choices:
    """What was chosen on this page: how councils are coloured and drawn, and what is beside the first picture."""

    colour: str
    view: View
    beside: tuple[Metric, Period] | None


def choose() -> Choices:
    """Draw the choices of this page."""
    session.notice("colour", "way to colour", list(session.COLOUR_SCHEMES))
    session.notice("view_as", "way to draw", list(session.VIEWS))
    with st.container(key="map_choices", horizontal=True):
        ways = session.colour_schemes(db, chosen.metric, benchmark)
        if st.session_state.get("colour") not in ways:
            st.session_state.pop("colour", None)
        colour = one_of("Colour by", ways, "colour", wrap=True) if len(ways) > 1 else ways[0]
        if session.COLOUR_SCHEMES[colour] == "verdict":
            session.choose_limits()
        view = session.VIEWS[one_of("Show as", list(session.VIEWS), "view_as")]
        return Choices(colour, view, session.beside(db, chosen.metric))


def compared(metric: Metric, period: Period) -> pl.DataFrame:
    """The councils of one picture."""
    return direction.with_direction(db, queries.councils(db, metric, period, benchmark))


def sentence(metric: Metric, period: Period, rows: pl.DataFrame, scheme: ColourScheme) -> str:
    """What a picture shows: of the chosen council, if it existed then, or of all."""
    listed = rows.to_dicts()
    group = groups.members(db, benchmark, chosen.area_id)
    own = groups.own_row(db, rows, group, chosen.area_id)
    if own is None:
        england, total = queries.england(db, metric, period), comparison.england_if_all_met(rows)
        words = england_sentence(listed, england, metric, benchmark, total)
    else:
        partners = queries.partners(db, own["return_id"], own["area_id"])
        words = council_sentence(own["name"], own, metric, benchmark, partners, among(group))
    # What the colours show comes right after the figure.
    first, *rest = split(words)
    return " ".join(filter(None, (first, coloured_sentence(listed, own, metric, benchmark, scheme), *rest)))


def all_periods(metric: Metric, scheme: ColourScheme) -> pl.DataFrame:
    """What breaks and axes are set by, so that a colour and a place mean the same in each period."""
    rows = db.councils_ever(metric.metric_id)
    if scheme != "gap":
        return rows
    return comparison.compare(db, benchmark, db.by_metric[metric.metric_id], rows)


def picture(
    choices: Choices, metric: Metric, period: Period, rows: pl.DataFrame, axis: pl.DataFrame, *, second: bool = False
) -> None:
    """A map, its periods, all councils in order, the source and the figures as a table and a file.

    `axis` are the rows that the axis holds: of two years of one measure those of both.
    """
    scheme, before = session.COLOUR_SCHEMES[choices.colour], "compare_" if second else ""
    listed, when = rows.to_dicts(), formats.period_label(metric, period.end)
    scale = all_periods(metric, scheme)
    classification = palette.classify(rows, metric, scheme, scale=scale)
    said = {row["area_id"]: comparisons.hover(row, metric, db.names, scheme) for row in listed}
    # Councils of today that began later keep their place on the map, and show what was there then.
    was = as_it_was(db, said)
    left_open = [area_id for area_id, one in was.items() if one.like is None]
    nothing = palette.LegendClass(f"Not one council then ({len(left_open)})", palette.NOTHING, "outlined")
    areas = [MapArea(area_id, classification.of[area_id], words) for area_id, words in said.items()] + [
        MapArea(area_id, classification.of[one.like] if one.like else len(classification.classes), one.words)
        for area_id, one in was.items()
    ]
    left, right = (st.container(), st.container()) if choices.beside else st.columns([3, 2], gap="medium")
    with left:
        council_map(
            MapDrawing(
                view=choices.view,
                label=f"Map of councils by {metric.noun}, {when}. The table below holds the same figures.",
                classes=(*classification.classes, *([nothing] if left_open else [])),
                areas=tuple(areas),
                opens="/council",
                chosen=chosen.area_id,
            ),
            geometry_url=shapes(db).url,
            key=f"{before}map",
        )
        of_this = {"metric": metric, "period": period, "colour": session.colour_of(db, chosen, metric, choices.colour)}
        session.share(db, "map", chosen, view=choices.view, **of_this)
        labels = [one.label for one in reversed(db.periods[metric.metric_id])]
        if len(labels) > 1:
            period_slider(labels, period.label, sets=f"{before}period", of=metric.title, key=f"{before}slider")
    height = HEIGHT_BESIDE if choices.beside else HEIGHT
    with right:
        if metric.graded:
            figure, alt = draw_grades(classification, chosen=chosen.area_id, height=height // 2), "Councils by grade"
        else:
            england = queries.england(db, metric, period)
            own = next((row for row in listed if row["area_id"] == chosen.area_id), None)
            mark = own or benchmark.shared(listed)
            figure = draw_strip(
                rows, metric, classification, chosen=chosen.area_id, england=level_of(england),
                benchmark=benchmark_of(mark), benchmark_label=benchmark.label, height=height,
                scale=axis,
            )  # fmt: skip
            alt = f"All councils {'in order of' if metric.ranked else 'by'} {metric.noun}"
            alt += ", best first" if metric.ranked else ""
        session.chart(figure, f"{before}strip", alt)
        session.share(db, "grades" if metric.graded else "order", chosen, **of_this)
    if words := redrawn(db, was):
        st.html(tables.note(words))
    st.html(tables.source_note(db, metric) + parts.note(metric, scheme, benchmark))
    name = f"{'second-' if second else ''}{metric.metric_id}-{period.end}"
    with st.expander("All councils as a table", key=f"{before}table", on_change="rerun", bind="query-params") as table:
        if table.open and scheme == "trend":
            st.html(parts.trends(rows, metric, f"{metric.title}, {when}: trends"))
        elif table.open:
            st.html(tables.councils(db, rows, metric, benchmark, f"{metric.title}, {when}"))
    download(db, rows, f"{name}.csv", benchmark=benchmark, label=f"Download these {rows.height} rows (CSV)")


choices = choose()
rows = compared(chosen.metric, chosen.period)
words = sentence(chosen.metric, chosen.period, rows, session.COLOUR_SCHEMES[choices.colour])
when = formats.period_label(chosen.metric, chosen.period.end)
session.headline(chosen.metric.title, words, kicker=when)
if choices.beside is None:
    picture(choices, chosen.metric, chosen.period, rows, rows)
else:
    metric, period = choices.beside
    others = compared(metric, period)
    ways = session.colour_schemes(db, metric, benchmark)
    second = replace(choices, colour=choices.colour if choices.colour in ways else ways[0])
    first, rest = opening(sentence(metric, period, others, session.COLOUR_SCHEMES[second.colour]))
    st.html(tables.sentence(first))
    axis = pl.concat([rows, others]) if metric is chosen.metric else rows
    left, right = st.columns(2, gap="medium")
    with left:
        st.html(tables.subheading(f"{chosen.metric.title}, {when}"))
        picture(choices, chosen.metric, chosen.period, rows, axis)
    with right:
        st.html(tables.subheading(f"{metric.title}, {formats.period_label(metric, period.end)}"))
        picture(second, metric, period, others, axis if metric is chosen.metric else others, second=True)
        if rest:
            st.html(tables.note(rest))

if not chosen.metric.graded:
    with st.expander(
        "Councils that set the benchmark", key="behind", on_change="rerun", bind="query-params"
    ) as listing:
        if listing.open:
            listed = rows.to_dicts()
            own = next((row for row in listed if row["area_id"] == chosen.area_id), None)
            names = benchmarks.contributing(db, benchmark, chosen.metric, chosen.period.end, chosen.area_id)
            st.html(parts.contributing(rows, names, chosen.metric, benchmark, own or benchmark.shared(listed)))

session.as_data(db, lambda: view_data.map_of(db, chosen.metric, chosen.period, benchmark, choices.beside))
