"""Pictures of councils side by side: in order, over time, and in two measures."""

from __future__ import annotations

import polars as pl

from dashboard.analysis import compare, queries
from dashboard.data.database import Database
from dashboard.files.pictures.choices import DEFAULT_METRIC, CannotBeDrawnError, Choices
from dashboard.files.pictures.drawn import Drawn, figures, source_line, sources_of
from dashboard.files.pictures.measures import refuse_grades
from dashboard.views.charts.bars import draw_bars
from dashboard.views.charts.builder import Part
from dashboard.views.charts.lines import draw_lines
from dashboard.views.charts.palette import NEUTRAL, QUARTERS, LegendClass
from dashboard.views.charts.scatter import draw_scatter
from dashboard.views.svg.picture import WIDE, Entry, Picture
from dashboard.views.svg.text import first_sentences
from dashboard.views.tables import compare as side_by_side
from dashboard.views.text import compare as sentences
from dashboard.views.text import comparisons, formats

FIRST_COMPARED = "caseload"


def draw_side_by_side(db: Database, choices: Choices) -> Drawn:
    """The compared councils in one measure, best first."""
    metric, period, benchmark = choices.metric, choices.period, choices.benchmark
    refuse_grades(metric)
    everybody, area_ids = together(db, choices)
    rows = compare.side_by_side(db, everybody, metric, period, area_ids)
    when = formats.period_label(metric, period.end)
    quarters = sorted(rows["quarter"].unique().drop_nulls().to_list())
    legend: tuple[Entry, ...] = tuple(
        LegendClass(comparisons.QUARTERS[one].capitalize(), QUARTERS[one - 1]) for one in quarters if metric.ranked
    )
    if not metric.ranked:
        legend = (LegendClass("Neither high nor low is better", NEUTRAL),)
    said = sentences.opening(rows.to_dicts(), metric, benchmark, choices.area_id)
    return Drawn(
        Picture(
            f"{metric.title}, {when}", first_sentences(said),
            lambda _: _low_rows(draw_bars(rows, everybody, metric, chosen=choices.area_id, benchmark=benchmark)),
            source_line(db, sources_of(db, rows)), legend,
            f"{rows.height} councils by {metric.noun}, {when}{', best first' if metric.ranked else ''}",
        ),
        lambda: figures(db, rows, benchmark),
        lambda: side_by_side.ranks(db, rows, metric, benchmark, f"{metric.title}, {when}", choices.area_id or ""),
        (metric.metric_id,),
    )  # fmt: skip


def _low_rows(figure: Part) -> Part:
    """The bars with names that fit over them where rows are lower than on the page."""
    figure["layout"]["margin"] |= {"t": 24, "b": 26}
    for trace in figure["data"]:
        if trace["type"] == "bar":
            trace["width"] = 0.26
        elif trace["mode"] == "text":
            trace["y"], trace["textfont"] = [at - 0.04 for at in trace["y"]], {**trace["textfont"], "size": 12}
    return figure


def draw_courses(db: Database, choices: Choices) -> Drawn:
    """The compared councils and England over time."""
    metric, benchmark = choices.metric, choices.benchmark
    refuse_grades(metric)
    everybody, area_ids = together(db, choices)
    rows = compare.side_by_side(db, everybody, metric, choices.period, area_ids)
    history, breaks = compare.history(db, metric, area_ids), compare.breaks(db, metric)
    names = {one: db.names[one] for one in area_ids}
    listed = rows.to_dicts()
    title = f"{metric.title} over time"
    said = sentences.moved(listed, metric) or sentences.opening(listed, metric, benchmark, choices.area_id)
    lines = sentences.key_of_lines(names.get(choices.area_id or "", ""), england=not metric.counted)
    return Drawn(
        Picture(
            title, f"{first_sentences(said)} {lines}",
            lambda _: draw_lines(history, metric, rows["area_id"].to_list(), breaks, chosen=choices.area_id),
            source_line(db, sources_of(db, history)), (),
            f"{metric.title} of {len(area_ids)} councils and England over time",
        ),
        lambda: figures(db, history, benchmark),
        lambda: side_by_side.history(history, metric, names, title, choices.area_id or ""),
        (metric.metric_id,),
    )  # fmt: skip


def draw_two_measures(db: Database, choices: Choices) -> Drawn:
    """All councils in two measures at once, the compared ones named."""
    metric, period, benchmark = choices.metric, choices.period, choices.benchmark
    refuse_grades(metric)
    seconds = compare.second_measures(db, metric)
    first = FIRST_COMPARED if metric.metric_id != FIRST_COMPARED else DEFAULT_METRIC
    second = choices.against or db.metrics.get(first)
    if second is None:
        raise CannotBeDrawnError(f"Name the measure to put against {metric.noun}, with against.")
    if second not in seconds:
        raise CannotBeDrawnError(f"{second.title} cannot be put against {metric.noun}: choose another measure.")
    everybody, area_ids = together(db, choices)
    beside = compare.period_beside(db, metric, period, second)
    across = queries.councils(db, second, beside, benchmark)
    pairs = compare.pairs(db, everybody, across)
    labels = (formats.period_label(metric, period.end), formats.period_label(second, beside.end))
    title = f"{metric.title} and {second.noun}"
    names = {one: db.names[one] for one in area_ids}
    alt = f"All councils by {metric.noun}, {labels[0]}, and {second.noun}, {labels[1]}"
    return Drawn(
        Picture(
            title, first_sentences(f"{sentences.two_measures(pairs.to_dicts(), metric, second)}", 2),
            lambda height: draw_scatter(
                pairs, metric, second, labels=labels, compared=area_ids, chosen=choices.area_id, height=height,
                width=WIDE - 230,
            ),
            source_line(db, [*sources_of(db, everybody), *sources_of(db, across)]), (), alt,
        ),
        lambda: figures(db, compare.both(db, everybody, across), benchmark),
        lambda: side_by_side.pairs(
            pairs, metric, second, names, f"{metric.title}, {labels[0]}, and {second.title}, {labels[1]}"
        ),
        (metric.metric_id, second.metric_id),
    )  # fmt: skip


def together(db: Database, choices: Choices) -> tuple[pl.DataFrame, list[str]]:
    """All councils, and the numbers of those that are compared: at most ten, or those the page begins with."""
    everybody = queries.councils(db, choices.metric, choices.period, choices.benchmark)
    others = choices.councils or compare.start(db, everybody, choices.metric, choices.area_id)
    area_ids = compare.together(choices.area_id, list(others))
    if not area_ids:
        raise CannotBeDrawnError("There are no councils to compare: name them with councils.")
    return everybody, area_ids
