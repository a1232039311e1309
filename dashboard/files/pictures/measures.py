"""Pictures of one measure: the map, all councils in order, a council over time, by size, grades, the standard."""

from __future__ import annotations

from functools import partial

import polars as pl

from dashboard.analysis import comparison, direction, funnel, queries, standard
from dashboard.analysis import group as groups
from dashboard.data.database import Database
from dashboard.data.model import Metric
from dashboard.files.pictures.choices import COLOUR_SCHEMES, CannotBeDrawnError, Choices, colour_schemes
from dashboard.files.pictures.drawn import (
    BOUNDARIES,
    Drawn,
    figures,
    shown_classes,
    source_line,
    sources_of,
)
from dashboard.views import tables
from dashboard.views.charts import palette
from dashboard.views.charts.funnel import draw_funnel
from dashboard.views.charts.grades import draw_grades
from dashboard.views.charts.palette import Classification, LegendClass
from dashboard.views.charts.standard import BLUE, PALE, draw_standard
from dashboard.views.charts.strip import benchmark_of, draw_strip
from dashboard.views.charts.trend import draw_trend
from dashboard.views.svg.council_map import CouncilMap
from dashboard.views.svg.picture import Picture
from dashboard.views.svg.text import first_sentences
from dashboard.views.tables import england as of_england
from dashboard.views.text import direction as directions
from dashboard.views.text import formats, front
from dashboard.views.text.citing import cite_metric
from dashboard.views.text.council import council_sentence
from dashboard.views.text.england import england_sentence
from dashboard.views.text.formats import ColourScheme
from dashboard.views.text.group import among
from dashboard.views.text.map import coloured_sentence


def councils_by(db: Database, choices: Choices) -> pl.DataFrame:
    """The councils of a map or of a list in order, with their trends."""
    return direction.with_direction(db, queries.councils(db, choices.metric, choices.period, choices.benchmark))


def opening(db: Database, choices: Choices, rows: pl.DataFrame) -> str:
    """What there is to say of the chosen council, if it existed then, or of all."""
    metric, benchmark = choices.metric, choices.benchmark
    group = groups.members(db, benchmark, choices.area_id)
    own = groups.own_row(db, rows, group, choices.area_id)
    if own is None:
        england, total = queries.england(db, metric, choices.period), comparison.england_if_all_met(rows)
        return england_sentence(rows.to_dicts(), england, metric, benchmark, total)
    partners = queries.partners(db, own["return_id"], own["area_id"])
    return council_sentence(own["name"], own, metric, benchmark, partners, among(group))


def scheme_of(db: Database, choices: Choices) -> ColourScheme:
    """How councils are coloured; raises CannotBeDrawnError where the measure cannot be."""
    ways = colour_schemes(db, choices.metric, choices.benchmark)
    colour = choices.colour or ways[0]
    if colour not in ways:
        listed = formats.listed([f"“{one}”" for one in ways])
        raise CannotBeDrawnError(f"{choices.metric.title} cannot be coloured by “{colour}”: choose {listed}.")
    return COLOUR_SCHEMES[colour]


def all_periods(db: Database, choices: Choices, scheme: ColourScheme) -> pl.DataFrame:
    """What breaks and axes are set by, so that a colour and a place mean the same in each period."""
    metric = choices.metric
    rows = db.councils_ever(metric.metric_id)
    if scheme != "gap":
        return rows
    return comparison.compare(db, choices.benchmark, db.by_metric[metric.metric_id], rows)


def with_later(db: Database, classification: Classification) -> Classification:
    """The classes with one more for councils of today that began later: they keep their place on the map."""
    later = [area_id for area_id in db.authorities if area_id not in classification.of]
    if not later:
        return classification
    entry = LegendClass(f"Did not exist then ({len(later)})", palette.NOTHING, "outlined")
    at = len(classification.classes)
    return Classification((*classification.classes, entry), {**classification.of, **dict.fromkeys(later, at)})


def draw_map(db: Database, choices: Choices) -> Drawn:
    """All councils on a map."""
    metric, period, benchmark = choices.metric, choices.period, choices.benchmark
    scheme, rows = scheme_of(db, choices), councils_by(db, choices)
    classification = palette.classify(rows, metric, scheme, scale=all_periods(db, choices, scheme))
    classes = with_later(db, classification)
    listed = rows.to_dicts()
    own = next((row for row in listed if row["area_id"] == choices.area_id), None)
    when = formats.period_label(metric, period.end)
    title = f"{metric.title}, {when}"
    said = (
        f"{first_sentences(opening(db, choices, rows), 2)} {coloured_sentence(listed, own, metric, benchmark, scheme)}"
    )
    drawing = CouncilMap(db.table["map_shape"], choices.view, classes, choices.area_id)
    mark = (LegendClass(own["name"], palette.NOTHING, "ringed"),) if own else ()
    return Drawn(
        Picture(
            title, said.strip(), drawing,
            source_line(db, sources_of(db, rows), BOUNDARIES[choices.view == "tiles"]),
            (*classes.classes, *mark), f"Map of councils by {metric.noun}, {when}",
        ),
        lambda: figures(db, rows, benchmark),
        lambda: tables.councils(db, rows, metric, benchmark, title),
        (metric.metric_id,),
    )  # fmt: skip


def draw_order(db: Database, choices: Choices) -> Drawn:
    """All councils of one measure in order."""
    metric, period, benchmark = choices.metric, choices.period, choices.benchmark
    refuse_grades(metric)
    scheme, rows = scheme_of(db, choices), councils_by(db, choices)
    classification = palette.classify(rows, metric, scheme, scale=all_periods(db, choices, scheme))
    england, listed = queries.england(db, metric, period), rows.to_dicts()
    own = groups.own_row(db, rows, groups.members(db, benchmark, choices.area_id), choices.area_id)
    when = formats.period_label(metric, period.end)
    title = f"{own['name']} among all councils: {metric.noun}, {when}" if own else f"{metric.title}, {when}"
    figure = partial(
        draw_strip, rows, metric, classification, chosen=choices.area_id, england=england["value"] if england else None,
        benchmark=benchmark_of(own or benchmark.shared(listed)),
        benchmark_label=benchmark.title if own else benchmark.label,
    )  # fmt: skip
    order = "in order of" if metric.ranked else "by"
    return Drawn(
        Picture(
            title, first_sentences(opening(db, choices, rows), 2), lambda height: figure(height=height),
            source_line(db, sources_of(db, rows)), shown_classes(classification),
            f"All councils {order} {metric.noun}{', best first' if metric.ranked else ''}",
        ),
        lambda: figures(db, rows, benchmark),
        lambda: tables.councils(db, rows, metric, benchmark, f"{metric.title}, {when}"),
        (metric.metric_id,),
    )  # fmt: skip


def draw_over_time(db: Database, choices: Choices) -> Drawn:
    """One measure of one council over time, beside England, its neighbours and the best quarter."""
    metric, area_id = choices.metric, choices.area_id
    refuse_grades(metric)
    if area_id is None:
        raise CannotBeDrawnError("A trend is of one council: name it with la, as in la=Leeds.")
    name, history = db.names[area_id], queries.trend(db, metric, area_id)
    if history.is_empty():
        raise CannotBeDrawnError(f"There is no figure of {name} in {metric.noun}.")
    rows = councils_by(db, choices)
    own = rows.filter(pl.col("area_id") == area_id)
    said = [first_sentences(opening(db, choices, rows)) if own.height else "", directions.trend_sentence(own)]
    used = db.by_metric[metric.metric_id].filter(pl.col("area_id") == area_id)
    others = ("england", "region", "neighbours", "best")
    ends = [f"{one}_{end}" for one in others for end in ("low", "high")]
    return Drawn(
        Picture(
            f"{name}: {metric.noun} over time", " ".join(filter(None, said)),
            lambda height: draw_trend(history, metric, name, height=height),
            source_line(db, sources_of(db, used)), (), f"{metric.title} in {name} over time",
        ),
        lambda: history.select(
            pl.lit(name).alias("area"), pl.lit(metric.title).alias("metric"), "period", "period_end", "value",
            "value_low", "value_high", pl.lit(metric.unit).alias("unit"), "status", "rank", "ranked", "quarter",
            "series_break", *others, *ends, *cite_metric(db, metric),
        ),
        lambda: tables.trend(history, metric, name),
        (metric.metric_id,),
    )  # fmt: skip


def draw_by_size(db: Database, choices: Choices) -> Drawn:
    """Councils by size, with limits around England."""
    metric, period = choices.metric, choices.period
    found = funnel.funnel(db, metric, period, spread=choices.limits is not False) if metric.has_interval else None
    if found is None:
        raise CannotBeDrawnError(
            f"{metric.title} cannot be drawn by size: no counts are published to work limits out from. Ask for order."
        )
    points, when = found.points, formats.period_label(metric, period.end)
    rows = queries.councils(db, metric, period, choices.benchmark)
    return Drawn(
        Picture(
            f"{metric.title} by size of council, {when}", directions.funnel_sentence(found),
            lambda height: draw_funnel(found, chosen=choices.area_id, height=height),
            source_line(db, sources_of(db, rows)), (), f"All councils by size and {metric.noun}, {when}",
        ),
        lambda: points.select(
            pl.col("name").alias("area"), pl.lit(metric.title).alias("metric"), pl.lit(period.label).alias("period"),
            "value", pl.lit(metric.unit).alias("unit"), pl.col("n").alias("size"), "low_95", "high_95", "low_998",
            "high_998", pl.col("outside").alias("outside_limits"), "side", pl.lit(found.england).alias("england"),
            *cite_metric(db, metric),
        ),
        lambda: tables.councils(db, rows, metric, choices.benchmark, f"{metric.title}, {when}"),
        (metric.metric_id,),
    )  # fmt: skip


def draw_grade_counts(db: Database, choices: Choices) -> Drawn:
    """How many councils have each grade of a judgement."""
    metric, period, benchmark = choices.metric, choices.period, choices.benchmark
    if not metric.graded:
        raise CannotBeDrawnError(f"{metric.title} is not a judgement: ask for order, or choose a judgement.")
    rows = councils_by(db, choices)
    classification = palette.classify(rows, metric, "value", scale=db.councils_ever(metric.metric_id))
    title = f"{metric.title}, {formats.period_label(metric, period.end)}"
    return Drawn(
        Picture(
            title, first_sentences(opening(db, choices, rows), 2),
            lambda height: draw_grades(classification, chosen=choices.area_id, height=height),
            source_line(db, sources_of(db, rows)), (), "Councils by grade",
        ),
        lambda: figures(db, rows, benchmark),
        lambda: tables.councils(db, rows, metric, benchmark, title),
        (metric.metric_id,),
    )  # fmt: skip


def draw_met(db: Database, choices: Choices) -> Drawn:
    """How many councils met one fixed standard in each year."""
    metric = choices.metric
    fixed = standard.over_time(db, metric)
    if fixed is None:
        raise CannotBeDrawnError(f"There is no best-quarter standard for the {metric.noun}, which is not ranked.")
    by_period, met = fixed.rows.reverse(), of_england.standard(fixed)
    target, side = formats.level_quantity(fixed.target, metric), "lower" if metric.lower_is_better else "higher"
    return Drawn(
        Picture(
            f"How many councils met the standard: {metric.noun}", first_sentences(front.standard_sentence(fixed), 2),
            lambda height: draw_standard(fixed, height=height),
            source_line(db, sources_of(db, db.by_metric[metric.metric_id])),
            (LegendClass(f"Met it: {target} or {side}", BLUE), LegendClass("Did not meet it", PALE)),
            f"Councils that met one standard of {metric.noun}, by year",
        ),
        lambda: met.frame(by_period, cite_metric(db, metric)),
        lambda: met.html(by_period, f"Councils that met {target}: {metric.title}"),
        (metric.metric_id,),
    )  # fmt: skip


def refuse_grades(metric: Metric) -> None:
    """Raise CannotBeDrawnError for a judgement, which has no axis."""
    if metric.graded:
        raise CannotBeDrawnError(f"{metric.title} is a judgement: ask for grades, map or years.")
