"""What Ofsted judged and asked for: latest grades, reports over time, regions, what came next, recommendations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.analysis import inspections, queries, recommendations, transitions
from dashboard.api import view_data
from dashboard.data.model import GRADES, STRANDS, Metric
from dashboard.pages.components.one_of import one_of
from dashboard.pages.shared import session
from dashboard.pages.shared.downloads import download_table, download_workbook
from dashboard.views.charts import palette
from dashboard.views.charts.by_grade import draw_by_grade
from dashboard.views.charts.distribution import draw_grades_by_region, draw_grades_over_time, rank_areas
from dashboard.views.charts.timeline import draw_timeline
from dashboard.views.charts.transitions import draw_transitions
from dashboard.views.tables import STRAND_NAMES, subheading
from dashboard.views.tables import ofsted as tables
from dashboard.views.tables import recommendations as asking
from dashboard.views.tables import sentence as said
from dashboard.views.tables.table import Table
from dashboard.views.text import formats
from dashboard.views.text import inspections as sentences
from dashboard.views.text import recommendations as on_asking
from dashboard.views.text.citing import cite

COUNCILS, REPORTS, REGIONS, NEXT, RATINGS, ASKED = PARTS = (
    "Councils", "Reports over time", "Regions", "What came next", "Ratings and measures", "What Ofsted asked for",
)  # fmt: skip
HEIGHT = 430
# What a file is made of when it is asked for: rows, and what holds of all.
File = Callable[[], tuple[pl.DataFrame, list[pl.Expr]]]

db = session.database()
chosen = session.chosen(db)
today = datetime.now(UTC).date()
newest = inspections.newest_report(db)
publications = tables.publications(db)
regions = {db.names[area_id]: area_id for area_id in inspections.regions(db)}
days = {f"{period.end:%-d %B %Y}": period.end for period in db.periods[inspections.judgement("leaders")]}
judgements = {strand: db.metrics[inspections.judgement(strand)] for strand in STRANDS}
own = db.names[chosen.area_id] if chosen.area_id else None
councils = inspections.latest(db, today)
themes = db.table["theme"].sort("position")["theme"].to_list()


@dataclass(frozen=True)
class Choices:
    """What was chosen for all parts of the page, and three places for the choices of one part."""

    strand: str
    judged: Metric
    region: str | None
    region_id: str | None
    theme: str | None
    """What recommendations are about."""
    where: str
    """The region, as it ends a caption."""
    places: Sequence[DeltaGenerator]


def head(sentence: str, first: str = "") -> None:
    """The page's heading over what the part says, the chosen council's own sentence first."""
    kicker = f"Ofsted · reports published to {newest:%-d %B %Y}"
    session.headline("Inspections", f"{first} {sentence}".strip(), kicker=kicker, chosen=chosen.area_id)


def save(make: Callable[[], pl.DataFrame], count: int, name: str, what: str = "these") -> None:
    """A button for a file of a table as it is shown; the file is made when it is clicked."""
    download_table(make, name, f"Download {what} {count} rows (CSV)")


def show_table(label: str, key: str, table: Table, rows: pl.DataFrame, caption: str, name: str, file: File) -> None:
    """The table after a picture, drawn once it is opened, and its file, which is of the rows that `file` gives."""
    with st.expander(label, key=key, on_change="rerun", bind="query-params") as shown:
        if shown.open:
            st.html(table.html(rows, caption))
    save(lambda: table.frame(*file()), rows.height, name)


def choose_councils(choices: Choices) -> tuple[inspections.Filters, str]:
    """Which councils are listed, and in what order."""
    third, fourth, fifth = choices.places
    grade = third.multiselect(
        "Grade", (*GRADES, inspections.NO_JUDGEMENT), key="grade", bind="query-params", placeholder="All grades"
    )
    since = fourth.selectbox(
        "Last inspected", list(inspections.SINCE), index=None, key="since", bind="query-params",
        placeholder="At any time",
    )  # fmt: skip
    sort = fifth.selectbox("In order", inspections.ORDERS, key="sort", bind="query-params")
    return inspections.Filters(choices.strand, choices.region_id, tuple(grade), since), sort


def show_councils(choices: Choices) -> None:
    """All councils with their latest judgements, and the chosen measure beside them."""
    strand, judged, region = choices.strand, choices.judged, choices.region
    filters, sort = choose_councils(choices)
    rows = inspections.ordered(inspections.matching(db, councils, filters), strand, sort)
    by = sentences.asked(filters, judged, region)
    head(
        sentences.latest_sentence(rows.to_dicts(), strand, judged, by=by, among=councils.height, newest=newest),
        sentences.own_sentence(councils.row(by_predicate=pl.col("name") == own, named=True), strand, judged)
        if own
        else "",
    )
    metric, period = chosen.metric, chosen.period
    caption = f"{rows.height} of {councils.height} councils; months are counted to {today:%-d %B %Y}"
    if not metric.graded:
        caption += f"; {metric.title}: {formats.period_label(metric, period.end)}"
    beside = None if metric.graded else (metric, period)
    table = tables.latest(db, beside, strand=strand, sort=sort, today=today)
    shown = tables.with_figures(db, rows, *beside) if beside else rows
    st.html(table.html(shown, caption))
    save(
        lambda: tables.with_own_sources(db, table.frame(db.with_codes(shown)), by, len(db.authorities)), rows.height,
        f"latest-judgements-{newest}.csv",
    )  # fmt: skip
    since = db.metrics["months_since_inspection"]
    used = publications if beside is None else [*publications, db.sources[metric.source_id]]
    st.html(tables.sources(used, sentences.after_the_record(newest), since.definition, since.caveat or ""))


def show_reports(choices: Choices) -> None:
    """Reports by quarter, and those on the chosen council."""
    strand, judged, region, where = choices.strand, choices.judged, choices.region, choices.where
    reports = inspections.reports(db, choices.region_id)
    quarters = inspections.by_calendar_quarter(reports, strand)
    history = inspections.reports(db).filter(pl.col("area_id") == chosen.area_id) if own else reports.head(0)
    head(
        sentences.reports_sentence(reports.to_dicts(), strand, judged, newest=newest, region_name=region),
        sentences.history_sentence(own, history.to_dicts(), strand, judged) if own else "",
    )
    none = sentences.none(strand)
    st.html(tables.key({**inspections.counted(reports[strand]), none: int(reports[strand].null_count())}))
    session.chart(
        draw_timeline(quarters, strand, history.to_dicts(), own, newest=newest, none=none, height=HEIGHT),
        "timeline",
        f"Reports by quarter and grade for {sentences.what(judged)}{where}",
    )
    session.share(db, "reports", chosen, strand=strand, region_id=choices.region_id)
    st.html(tables.breaks(quarters["quarter"][0], newest))
    show_table(
        "These figures as a table", "quarters", tables.by_calendar_quarter(judged), quarters.reverse(),
        f"Reports by quarter and grade{where}: {judged.title}", f"reports-by-quarter-{strand}.csv",
        lambda: (quarters, tables.about(db, publications, where.strip())),
    )  # fmt: skip
    if own:
        st.html(subheading(f"{own}: every report since 2013"))
        st.html(tables.history().html(history.reverse(), f"{own}: inspections since 2013, newest first"))
        save(
            lambda: tables.with_own_sources(db, tables.history().frame(history)), history.height,
            f"{chosen.area_id}-inspections.csv",
        )  # fmt: skip
    st.html(tables.sources(publications, sentences.after_the_record(newest)))
    show_visits()


def show_visits() -> None:
    """Focused and monitoring visits: how many, and those to the chosen council."""
    everywhere = inspections.visits(db)
    if everywhere.is_empty():
        return
    visits = inspections.visits(db, chosen.area_id) if own else everywhere
    span = (everywhere["started"][-1], everywhere["started"][0])
    st.html(subheading("Visits between inspections"))
    st.html(said(sentences.visits_sentence(visits.to_dicts(), name=own, span=span)))
    if own and visits.height:
        table = tables.visits(db)
        st.html(table.html(visits, f"{own}: focused and monitoring visits, newest first"))
        save(lambda: tables.with_own_sources(db, table.frame(visits)), visits.height, f"{chosen.area_id}-visits.csv")
    st.html(tables.sources([db.sources[source_id] for source_id in everywhere["source_id"].unique()]))


def show_regions(choices: Choices) -> None:
    """How many councils have each grade: by region on a day, and in one area over the years."""
    strand, judged, region = choices.strand, choices.judged, choices.region
    day = days[choices.places[0].selectbox("At", list(days), key="at", bind="query-params")]
    area = region or "England"
    everything = inspections.distribution(db, strand)
    on_day = rank_areas(everything.filter(pl.col("period_end") == day))
    over_time = everything.filter(pl.col("name") == area)
    home = db.names[db.regions[chosen.area_id]] if chosen.area_id and not region else region
    listed = everything.to_dicts()
    sentence = sentences.regions_sentence(listed, judged, day=day, area=area)
    head(f"{sentence} {sentences.own_region(own, listed, home, day)}" if own and home and not region else sentence)
    st.html(tables.key(dict.fromkeys((*GRADES, "No grade, or not inspected by then"))))
    left, right = st.columns(2, gap="medium")
    with left:
        st.html(subheading(f"By region, at {day:%-d %B %Y}"))
        session.chart(
            draw_grades_by_region(on_day, chosen=home, height=HEIGHT),
            "regions",
            f"Share of councils with each grade for {sentences.what(judged)} by region, at {day:%-d %B %Y}",
        )
        session.share(db, "regions", chosen, strand=strand, region_id=choices.region_id, at=day)
        show_table(
            "By region, as a table", "by_region", tables.distribution(judged, on_day, by="name"), on_day,
            f"{judged.title} at {day:%-d %B %Y}, by region", f"grades-by-region-{strand}-{day}.csv",
            lambda: (on_day, tables.about(db, publications)),
        )  # fmt: skip
    with right:
        st.html(subheading(f"{area} over time"))
        session.chart(
            draw_grades_over_time(over_time, height=HEIGHT),
            "years",
            f"Councils in {area} with each grade for {sentences.what(judged)}, at each 31 March",
        )
        session.share(db, "years", chosen, strand=strand, region_id=choices.region_id)
        show_table(
            "Over time, as a table", "over_time", tables.distribution(judged, over_time, by="period_end"), over_time,
            f"{judged.title} in {area} at each 31 March", f"grades-over-time-{strand}.csv",
            lambda: (over_time, tables.about(db, publications)),
        )  # fmt: skip
    save(
        lambda: tables.distribution(judged, everything, by="name").frame(everything, tables.about(db, publications)),
        everything.height,
        f"grades-by-region-and-year-{strand}.csv", "all areas and years,",
    )  # fmt: skip
    st.html(tables.sources(publications, sentences.SNAPSHOTS, judged.caveat or ""))


def show_next(choices: Choices) -> None:
    """What followed a grade, and how much later."""
    strand, judged, region, where = choices.strand, choices.judged, choices.region, choices.where
    grade = choices.places[0].selectbox("After", GRADES, index=len(GRADES) - 1, key="after", bind="query-params")
    everywhere = transitions.judgements(db)
    inside = everywhere.filter(pl.col("area_id").is_in(inspections.inside(db, choices.region_id)))
    rows, matrix = transitions.after(inside, strand, grade), transitions.matrix(inside, strand)
    mine = [row for row in transitions.after(everywhere, strand, grade).to_dicts() if row["name"] == own]
    head(
        sentences.next_sentence(rows.to_dicts(), judged, grade=grade, region_name=region),
        sentences.own_next(own, mine, judged, grade=grade) if own else "",
    )
    left, right = st.columns(2, gap="medium")
    with left:
        session.chart(
            draw_transitions(rows, newest=newest, chosen=chosen.area_id, height=HEIGHT),
            "next",
            f"Months from a judgement of {grade} to the next for {sentences.what(judged)}{where}, by the next grade",
        )
        session.share(db, "next", chosen, strand=strand, region_id=choices.region_id, after=grade)
    with right:
        grades = tables.matrix(judged, matrix)
        st.html(
            grades.html(matrix, f"Grade by grade: what followed each (across), for {sentences.what(judged)}{where}")
        )
        save(
            lambda: grades.frame(matrix, tables.about(db, publications, where.strip())), matrix.height,
            f"next-grades-{strand}.csv",
        )  # fmt: skip
    show_table(
        f"Councils judged {grade}, and what came next", "followed", tables.followed(judged), rows,
        f"Judged {grade} for {sentences.what(judged)}{where} since 2013, newest first",
        f"after-{grade.lower().replace(' ', '-')}-{strand}.csv",
        lambda: (rows, tables.about(db, publications, where.strip())),
    )  # fmt: skip
    st.html(tables.sources(publications, sentences.ON_NEXT))


def show_ratings(choices: Choices) -> None:
    """One measure of all councils by their grade."""
    strand, judged = choices.strand, choices.judged
    metric, period = chosen.metric, chosen.period
    if metric.graded or metric.counted:
        kind = "a judgement itself" if metric.graded else "a count, which follows a council's size"
        head(f"{metric.title} is {kind}: choose another measure to see it by grade.")
        return
    rows = inspections.by_grade(db, strand, metric, period)
    medians = inspections.medians(rows)
    when = formats.period(metric, period.end)
    listed = rows.to_dicts()
    mine = next((row for row in listed if row["area_id"] == chosen.area_id), None)
    head(
        sentences.ratings_sentence(listed, medians.to_dicts(), metric, judged, when),
        sentences.own_rating(mine, metric, judged, when) if mine else "",
    )
    england = queries.england(db, metric, period)
    everybody = queries.councils(db, metric, period, chosen.benchmark)
    session.chart(
        draw_by_grade(
            rows, medians, metric, palette.classify(everybody, metric, "quarter" if metric.ranked else "value"),
            fewest=sentences.FEWEST, chosen=chosen.area_id, england=england["value"] if england else None,
            height=HEIGHT + 60,
        ),
        "ratings",
        f"All councils by {metric.noun} {when}, in a row for each grade for {sentences.what(judged)}",
    )  # fmt: skip
    session.share(db, "ratings", chosen, strand=strand)
    st.html(tables.colour_key(metric))
    used = [*publications, db.sources[metric.source_id]]
    show_table(
        "Medians as a table", "medians", tables.medians(judged, metric, period), medians,
        f"Median {metric.noun} {when} by grade for {sentences.what(judged)}",
        f"{metric.metric_id}-medians-{strand}.csv", lambda: (medians, cite(db, used)),
    )  # fmt: skip
    ratings = tables.ratings(judged, metric, period)
    save(
        lambda: ratings.frame(tables.best_grade_first(db.with_codes(rows)), cite(db, used)), rows.height,
        f"{metric.metric_id}-by-grade-{strand}.csv", "all councils,",
    )  # fmt: skip
    st.html(tables.sources(used, sentences.ON_RATINGS))


def show_asked(choices: Choices) -> None:
    """What reports asked councils to improve: counted by theme, and searched."""
    third, fourth, _ = choices.places
    part = third.selectbox(
        "National framework", recommendations.parts_named(db), index=None, key="framework", bind="query-params",
        placeholder="Every part",
    )  # fmt: skip
    words = fourth.text_input(
        "Search", key="words", bind="query-params", placeholder="Type words", icon=":material/search:"
    )
    filters, read = recommendations.Filters(choices.theme, part, words or ""), recommendations.read(db)
    everything = recommendations.recommendations(db, choices.region_id)
    rows = recommendations.matching(everything, filters)
    # A theme that is chosen does not hide how many have the others.
    counts = recommendations.by_theme(db, recommendations.matching(everything, replace(filters, theme=None)))
    place = sentences.region(choices.region) if choices.region else None
    by = on_asking.predicate(filters, place)
    head(
        on_asking.search_sentence(rows.to_dicts(), counts.to_dicts(), read, filters, place),
        on_asking.own_sentence(own, recommendations.asked(db, str(chosen.area_id)), read) if own else "",
    )
    st.html(asking.choices(counts.to_dicts(), filters.theme))
    if rows.is_empty():
        return
    sources = [db.sources[source_id] for source_id in rows["source_id"].unique()]
    table = asking.recommendations()
    st.html(table.html(rows, on_asking.caption(rows.height, rows["inspection_id"].n_unique())))

    def file() -> pl.DataFrame:
        return table.frame(rows, tables.about(db, sources, by))

    with st.container(key="asked", horizontal=True):
        save(file, rows.height, "recommendations.csv")
        download_workbook(file, "recommendations.xlsx", f"Download these {rows.height} rows (Excel)")
    by_theme = asking.by_theme(everything["inspection_id"].n_unique())
    show_table(
        "Themes as a table", "by_theme", by_theme, counts, f"How often each theme comes up{choices.where}",
        "recommendations-by-theme.csv", lambda: (counts, tables.about(db, sources, by)),
    )  # fmt: skip
    st.html(asking.framework_note(recommendations.parts_named(db)))
    st.html(tables.sources(sources, on_asking.HOW_READ))


SHOWN = dict(zip(PARTS, (show_councils, show_reports, show_regions, show_next, show_ratings, show_asked), strict=True))

for key, what, known in (
    ("part", "part of this page", PARTS),
    ("judgement", "judgement", STRAND_NAMES.values()),
    ("region", "region", regions),
    ("grade", "grade", (*GRADES, inspections.NO_JUDGEMENT)),
    ("since", "span of months", inspections.SINCE),
    ("sort", "order", inspections.ORDERS),
    ("at", "day", days),
    ("after", "grade", GRADES),
    (asking.THEME, "theme", themes),
    ("framework", "part of the national framework", recommendations.parts_named(db)),
):
    session.notice(key, what, list(known))
with st.container(key="parts", horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    part = one_of("Show", PARTS, "part", default=COUNCILS)
    with st.popover("What changed in April 2026"):
        st.html(tables.reform(councils))
with st.container(key="inspected"):
    first, second, *places = st.columns([3, 3, 4, 3, 3])
    strands = {name: strand for strand, name in STRAND_NAMES.items()}
    leaders = list(strands).index(STRAND_NAMES["leaders"])
    strand, theme = "leaders", None
    if part == ASKED:
        theme = first.selectbox(
            "About", sorted(themes), index=None, key=asking.THEME, bind="query-params", placeholder="All themes"
        )
    else:
        strand = strands[
            first.selectbox("Judgement of", list(strands), index=leaders, key="judgement", bind="query-params")
        ]
    region = None
    if part != RATINGS:
        region = second.selectbox(
            "Region", list(regions), index=None, key="region", bind="query-params", placeholder="All of England"
        )
where = f" in {sentences.region(region)}" if region else ""
choices = Choices(strand, judgements[strand], region, regions[region] if region else None, theme, where, places)
SHOWN[part](choices)
session.as_data(
    db,
    lambda: view_data.inspections(
        db, chosen.area_id, choices.region_id, strand=strand, latest=part == COUNCILS,
        beside=None if part not in (COUNCILS, RATINGS) or chosen.metric.graded else (chosen.metric, chosen.period),
        benchmark=chosen.benchmark, asked=part == ASKED, theme=theme,
    ),
)  # fmt: skip
