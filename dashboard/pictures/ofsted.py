"""Pictures of what Ofsted judged: reports by quarter, grades by region and year, what came next, measures by grade."""

from __future__ import annotations

import polars as pl

from dashboard.analysis import inspections, leadership, queries, transitions
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, GRADES, Metric
from dashboard.pictures.choices import CannotBeDrawnError, Choices
from dashboard.pictures.drawn import Drawn, shown_classes, source_line, sources_of
from dashboard.views.charts import palette
from dashboard.views.charts.by_grade import draw_by_grade
from dashboard.views.charts.directors import draw_directors
from dashboard.views.charts.distribution import draw_grades_by_region, draw_grades_over_time, rank_areas
from dashboard.views.charts.palette import GREY, QUARTERS, LegendClass
from dashboard.views.charts.timeline import draw_timeline
from dashboard.views.charts.transitions import draw_transitions
from dashboard.views.svg.picture import MarkKey, Picture
from dashboard.views.svg.text import first_sentences
from dashboard.views.tables import leadership as of_leaders
from dashboard.views.tables import ofsted as tables
from dashboard.views.text import formats
from dashboard.views.text import inspections as sentences
from dashboard.views.text import leadership as on_leaders
from dashboard.views.text.citing import cite

OF_GRADES = tuple(LegendClass(grade, fill) for grade, fill in zip(GRADES, QUARTERS, strict=True))
NO_GRADE = "No grade, or not inspected by then"


def _judged(db: Database, choices: Choices) -> Metric:
    found = db.metrics.get(inspections.judgement(choices.strand))
    if found is None:
        raise CannotBeDrawnError("There are no judgements in this data version.")
    return found


def _where(db: Database, choices: Choices) -> str:
    return f" in {sentences.region(db.names[choices.region_id])}" if choices.region_id else ""


def draw_reports(db: Database, choices: Choices) -> Drawn:
    """Inspection reports by calendar quarter and grade, with the chosen council's own row."""
    strand, judged, where = choices.strand, _judged(db, choices), _where(db, choices)
    reports = inspections.reports(db, choices.region_id)
    quarters = inspections.by_calendar_quarter(reports, strand)
    own = db.names[choices.area_id] if choices.area_id else None
    history = inspections.reports(db).filter(pl.col("area_id") == choices.area_id) if own else reports.head(0)
    newest, none, publications = inspections.newest_report(db), sentences.none(strand), tables.publications(db)
    region = db.names[choices.region_id] if choices.region_id else None
    said = (
        sentences.history_sentence(own, history.to_dicts(), strand, judged)
        if own
        else sentences.reports_sentence(reports.to_dicts(), strand, judged, newest=newest, region_name=region)
    )
    letters = [
        f"{one.letter}: {first_sentences(one.what)}"
        for one in inspections.BREAKS
        if quarters["quarter"][0] <= one.on <= newest
    ]
    title = f"Ofsted’s reports by quarter{where}: {sentences.what(judged)}"
    return Drawn(
        Picture(
            title, first_sentences(said),
            lambda height: draw_timeline(
                quarters, strand, history.to_dicts(), own, newest=newest, none=none, height=height
            ),
            " ".join([*letters, source_line(db, publications)]), (*OF_GRADES, LegendClass(none, GREY, "hatched")),
            f"Reports by quarter and grade for {sentences.what(judged)}{where}",
        ),
        lambda: tables.by_calendar_quarter(judged).frame(quarters, tables.about(db, publications, where.strip())),
        lambda: tables.by_calendar_quarter(judged).html(
            quarters.reverse(), f"Reports by quarter and grade{where}: {judged.title}"
        ),
        (judged.metric_id,),
    )  # fmt: skip


def draw_regions(db: Database, choices: Choices) -> Drawn:
    """How many councils of each region had each grade on a day."""
    strand, judged, publications = choices.strand, _judged(db, choices), tables.publications(db)
    everything = inspections.distribution(db, strand)
    day = choices.at or max(everything["period_end"])
    on_day = rank_areas(everything.filter(pl.col("period_end") == pl.lit(day)))
    home = choices.region_id or (db.regions[choices.area_id] if choices.area_id else None)
    said = sentences.regions_sentence(everything.to_dicts(), judged, day=day, area="England")
    when = f"{day:%-d %B %Y}"
    table = tables.distribution(judged, on_day, by="name")
    return Drawn(
        Picture(
            f"{judged.title} by region, at {when}", first_sentences(said, 2),
            lambda height: draw_grades_by_region(on_day, chosen=db.names[home] if home else None, height=height),
            source_line(db, publications), (*OF_GRADES, LegendClass(NO_GRADE, GREY, "hatched")),
            f"Share of councils with each grade for {sentences.what(judged)} by region, at {when}",
        ),
        lambda: table.frame(on_day, tables.about(db, publications)),
        lambda: table.html(on_day, f"{judged.title} at {when}, by region"),
        (judged.metric_id,),
    )  # fmt: skip


def draw_years(db: Database, choices: Choices) -> Drawn:
    """How many councils of an area had each grade at each 31 March."""
    strand, judged, publications = choices.strand, _judged(db, choices), tables.publications(db)
    area = db.names[choices.region_id or ENGLAND]
    everything = inspections.distribution(db, strand)
    rows = everything.filter(pl.col("name") == area)
    table = tables.distribution(judged, rows, by="period_end")
    newest = max(everything["period_end"])
    said = sentences.regions_sentence(everything.to_dicts(), judged, day=newest, area=area)
    return Drawn(
        Picture(
            f"{judged.title} in {area} over time", first_sentences(said),
            lambda height: draw_grades_over_time(rows, height=height),
            source_line(db, publications), (*OF_GRADES, LegendClass(NO_GRADE, GREY, "hatched")),
            f"Councils in {area} with each grade for {sentences.what(judged)}, at each 31 March",
        ),
        lambda: table.frame(rows, tables.about(db, publications)),
        lambda: table.html(rows, f"{judged.title} in {area} at each 31 March"),
        (judged.metric_id,),
    )  # fmt: skip


def draw_next(db: Database, choices: Choices) -> Drawn:
    """What followed a grade, and how much later."""
    strand, judged, where, grade = choices.strand, _judged(db, choices), _where(db, choices), choices.after
    publications, newest = tables.publications(db), inspections.newest_report(db)
    inside = transitions.judgements(db).filter(pl.col("area_id").is_in(inspections.inside(db, choices.region_id)))
    rows = transitions.after(inside, strand, grade)
    region = db.names[choices.region_id] if choices.region_id else None
    said = sentences.next_sentence(rows.to_dicts(), judged, grade=grade, region_name=region)
    alt = f"Months from a judgement of {grade} to the next for {sentences.what(judged)}{where}, by the next grade"
    ring = {"symbol": "circle-open", "size": 9, "color": GREY, "line": {"width": 1.5, "color": GREY}}
    return Drawn(
        Picture(
            f"What came after {grade}{where}: {sentences.what(judged)}", first_sentences(said, 2),
            lambda height: draw_transitions(rows, newest=newest, chosen=choices.area_id, height=height),
            source_line(db, publications), (*OF_GRADES, MarkKey("Not judged again yet", ring)), alt,
        ),
        lambda: tables.followed(judged).frame(rows, tables.about(db, publications, where.strip())),
        lambda: tables.followed(judged).html(
            rows, f"Judged {grade} for {sentences.what(judged)}{where} since 2013, newest first"
        ),
        (judged.metric_id,),
    )  # fmt: skip


def draw_ratings(db: Database, choices: Choices) -> Drawn:
    """One measure of all councils by their grade."""
    strand, judged, metric, period = choices.strand, _judged(db, choices), choices.metric, choices.period
    if metric.graded or metric.counted:
        kind = "a judgement itself" if metric.graded else "a count, which follows a council's size"
        raise CannotBeDrawnError(f"{metric.title} is {kind}: choose another measure to see it by grade.")
    rows = inspections.by_grade(db, strand, metric, period)
    medians, when = inspections.medians(rows), formats.period(metric, period.end)
    england = queries.england(db, metric, period)
    everybody = queries.councils(db, metric, period, choices.benchmark)
    classification = palette.classify(everybody, metric, "quarter" if metric.ranked else "value")
    used = [*tables.publications(db), *sources_of(db, everybody)]
    said = sentences.ratings_sentence(rows.to_dicts(), medians.to_dicts(), metric, judged, when)
    table = tables.medians(judged, metric, period)
    return Drawn(
        Picture(
            f"{metric.title} by grade for {sentences.what(judged)}", first_sentences(said, 2),
            lambda height: draw_by_grade(
                rows, medians, metric, classification, fewest=sentences.FEWEST, chosen=choices.area_id,
                england=england["value"] if england else None, height=height,
            ),
            source_line(db, used), shown_classes(classification),
            f"All councils by {metric.noun} {when}, in a row for each grade for {sentences.what(judged)}",
        ),
        lambda: tables.ratings(judged, metric, period).frame(
            tables.best_grade_first(db.with_codes(rows)), cite(db, used)
        ),
        lambda: table.html(medians, f"Median {metric.noun} {when} by grade for {sentences.what(judged)}"),
        (metric.metric_id, judged.metric_id),
    )  # fmt: skip


def draw_changes_of_directors(db: Database, _: Choices) -> Drawn:
    """How often directors of children's services change in England."""
    rows = leadership.directors(db)
    if rows.is_empty():
        raise CannotBeDrawnError("There are no figures on changes of directors in this data version.")
    declared = db.table["metric"].row(by_predicate=pl.col("metric_id") == leadership.DIRECTORS, named=True)
    source = db.sources[declared["source_id"]]
    by_year = rows.reverse()
    return Drawn(
        Picture(
            "Changes of directors of children’s services in England",
            first_sentences(on_leaders.directors(rows.to_dicts()), 2),
            lambda height: draw_directors(rows, height=height), source_line(db, [source]), (),
            "Changes of directors in England, by year to 31 March",
        ),
        lambda: of_leaders.DIRECTORS.frame(by_year, cite(db, [source])),
        lambda: of_leaders.DIRECTORS.html(by_year, "Changes of directors of children's services in England"),
        (leadership.DIRECTORS,),
    )  # fmt: skip
