"""One council on one page: its briefing, and behind closed headings every measure and figure."""

from datetime import UTC, datetime

import polars as pl
import streamlit as st

from dashboard.analysis import compare, direction, england, funnel, queries, scenarios
from dashboard.analysis import group as groups
from dashboard.analysis import partners as learning
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.api import view_data
from dashboard.briefings import council as briefing
from dashboard.briefings.council import MOST_PARTNERS
from dashboard.briefings.web import strip_image
from dashboard.pages.components.one_of import one_of
from dashboard.pages.components.scenario import scenario
from dashboard.pages.components.section import section
from dashboard.pages.shared import session
from dashboard.pages.shared.downloads import download, download_table
from dashboard.pages.shared.ended_council import show_ended
from dashboard.views import tables
from dashboard.views.charts import palette
from dashboard.views.charts.funnel import draw_funnel
from dashboard.views.charts.grades import draw_grades
from dashboard.views.charts.strip import benchmark_of, draw_strip, level_of
from dashboard.views.charts.trend import draw_trend
from dashboard.views.tables import council as parts
from dashboard.views.tables import recommendations as asking
from dashboard.views.text import compare as side_by_side
from dashboard.views.text import comparisons, formats
from dashboard.views.text import direction as directions
from dashboard.views.text import group as grouped
from dashboard.views.text.council import among_neighbours, council_sentence, opening, profile_sentence
from dashboard.views.text.markdown import literal
from dashboard.views.text.notices import notices

HEIGHT = 420
FIRST_THEME = "Workforce"
PICTURES = ("Ranked", "Funnel plot")
# What is said of one measure opens where an address chooses it, or anything in it.
IN_DETAIL = ("metric", "period", "picture", "course", "among", "limits")
TARGETS = tuple(f"{metric_id}_target" for metric_id in scenarios.LEVERS)

db = session.database()
chosen = session.chosen(db, limits=True)
metric, period, benchmark = chosen.metric, chosen.period, chosen.benchmark

if (ended := session.chosen_ended(db)) is not None:
    show_ended(db, ended, metric)
    st.stop()
if chosen.area_id is None:
    session.headline("Council", "Choose a council.")
    st.html(tables.council_links(db))
    st.stop()


def one_measure(rows: pl.DataFrame) -> None:
    """The chosen measure: its sentence, over time, and among all councils."""
    st.subheader(literal(metric.title), anchor=False)
    own = groups.own_row(db, rows, group, chosen.area_id)
    if own is not None:
        partners = queries.partners(db, own["return_id"], own["area_id"])
        sentence = council_sentence(name, own, metric, benchmark, partners, among)
        way = directions.trend_sentence(direction.with_direction(db, rows.filter(rows["area_id"] == chosen.area_id)))
        st.html(tables.sentence(f"{sentence} {way}".strip()))
        if metric.has_interval:
            st.html(tables.note(comparisons.limits_note(metric, benchmark)))
            session.choose_limits()
    else:
        st.html(tables.sentence(f"{name} did not exist {formats.period(metric, period.end)}."))
    left, right = st.columns(2, gap="medium")
    with left:
        over_time()
    with right:
        among_all(rows, benchmark_of(own))
    st.html(tables.source_note(db, metric))


def over_time() -> None:
    """The chosen measure over time; of judgements the inspections."""
    st.subheader("Over time", anchor=False)
    if metric.graded:
        st.html(tables.inspections(inspections, f"{name}: inspections since 2013"))
        return
    past = queries.trend(db, metric, str(chosen.area_id))
    session.chart(draw_trend(past, metric, name, height=HEIGHT), "trend", f"{metric.title} in {name} over time")
    session.share(db, "trend", chosen)
    if broken := compare.breaks(db, metric):
        st.html(tables.note(" ".join(side_by_side.broken(broken))))
    with st.expander("These figures as a table", key="course", on_change="rerun", bind="query-params") as table:
        if table.open:
            st.html(tables.trend(past, metric, name))


def among_all(rows: pl.DataFrame, level: float | tuple[float, float] | None) -> None:
    """All councils in the chosen measure, ranked or as a funnel plot; `level` is the benchmark."""
    # Classes of all periods, as on the map: a colour means the same in each.
    classification = palette.classify(
        rows, metric, "quarter" if metric.ranked else "value", scale=db.councils_ever(metric.metric_id)
    )
    st.subheader("Among all councils", anchor=False)
    session.notice("picture", "picture", list(PICTURES))
    as_funnel = metric.has_interval and (
        one_of("Show as", PICTURES, "picture", label_visibility="collapsed", wrap=True) == PICTURES[1]
    )
    limits = funnel.funnel(db, metric, period, spread=chosen.limits is not False) if as_funnel else None
    if metric.graded:
        session.chart(
            draw_grades(classification, chosen=chosen.area_id, height=HEIGHT // 2 + 60), "grades", "Councils by grade"
        )
        session.share(db, "grades", chosen)
    elif limits is not None:
        session.chart(
            draw_funnel(limits, chosen=chosen.area_id, height=HEIGHT),
            "funnel",
            directions.funnel_sentence(limits),
        )
        session.share(db, "funnel", chosen)
        st.html(tables.note(directions.funnel_sentence(limits)))
    else:
        of_england = queries.england(db, metric, period)
        session.chart(
            draw_strip(
                rows, metric, classification, chosen=chosen.area_id, england=level_of(of_england), benchmark=level,
                benchmark_label=benchmark.title, height=HEIGHT,
            ),
            "strip",
            f"{name} among all councils by {metric.noun}, {formats.period_label(metric, period.end)}",
        )  # fmt: skip
        session.share(db, "order", chosen)
    with st.expander("All councils as a table", key="among", on_change="rerun", bind="query-params") as table:
        if table.open:
            caption = f"{metric.title}, {formats.period_label(metric, period.end)}"
            st.html(tables.councils(db, rows, metric, benchmark, caption))
    download(
        db, rows, f"{metric.metric_id}-{period.end}.csv", benchmark=benchmark,
        label=f"Download all {rows.height} councils (CSV)",
    )  # fmt: skip


def every_measure(profile: pl.DataFrame, ranked: pl.DataFrame) -> str:
    """Every measure of a theme, or of all; which theme."""
    themes = list(dict.fromkeys(db.metrics[metric_id].theme for metric_id in profile["metric_id"]))
    session.notice("theme", "theme", [*themes, "All"])
    theme = one_of("Theme", [*themes, "All"], "theme", default=FIRST_THEME)
    if theme != "All":
        profile, ranked = (
            frame.filter([db.metrics[metric_id].theme == theme for metric_id in frame["metric_id"]])
            for frame in (profile, ranked)
        )
    st.html(
        tables.profile(
            db, ranked, history, benchmark, chosen=metric.metric_id,
            caption=f"{name}: {'every measure' if theme == 'All' else theme.lower()}, newest period, "
            f"compared with: {benchmark.title}{f', ranked {among}' if among else ''}",
        )
    )  # fmt: skip
    download(
        db,
        profile,
        f"{chosen.area_id}-{theme.lower().replace(' ', '-')}-measures.csv",
        benchmark=benchmark,
        label=f"Download these {profile.height} rows (CSV)",
    )
    return theme


def neighbours(rows: pl.DataFrame) -> None:
    """The statistical neighbours in the chosen measure, and links to the other councils of the region."""
    area_id = str(chosen.area_id)
    st.html(
        parts.neighbours(
            queries.beside_neighbours(db, rows, area_id),
            metric,
            f"{metric.title}, {formats.period_label(metric, period.end)}: {name} and its statistical neighbours",
        )
    )
    similar = rows.filter(rows["area_id"].is_in([area_id, *queries.neighbours(db, area_id)]))
    download(
        db,
        similar,
        f"{area_id}-neighbours-{metric.metric_id}-{period.end}.csv",
        benchmark=benchmark,
        label=f"Download the {similar.height} councils (CSV)",
    )
    st.html(parts.region(db, area_id))


name = db.names[chosen.area_id]
profile = queries.profile(db, chosen.area_id, benchmark)
by_metric = {row["metric_id"]: row for row in profile.iter_rows(named=True)}
# Compared with some councils, it is ranked among them.
group = groups.members(db, benchmark, chosen.area_id)
ranked, among = groups.ranked_among(db, profile, group), grouped.among(group)
strongest, weakest = groups.extremes(ranked, group)
inspections = queries.inspections(db, chosen.area_id)
session.headline(
    name,
    opening(name, inspections, profile.to_dicts(), db.metrics, briefing.first(weakest), among),
    kicker=f"{db.names[db.regions[chosen.area_id]]} · {queries.authority_type(db, chosen.area_id)}",
)
for notice in notices(db, chosen.area_id):
    st.info(literal(notice), icon=":material/info:")

judgements = queries.judgements(db, chosen.area_id)
st.html(tables.judgements(judgements, inspections[0] if inspections else None, datetime.now(UTC).date()))
there = None if group else groups.worst_among_neighbours(db, chosen.area_id)
if said := among_neighbours(there, db.metrics):
    st.html(parts.among_neighbours(said, BENCHMARKS["neighbours"].label))
session.briefing_line(db, chosen)

st.header("The measures that matter most", anchor=False)
nine = [one for one in england.chosen(db, england.NINE) if one.metric_id in by_metric]
drawn = briefing.strips_of(db, chosen.area_id, by_metric, nine, benchmark)
history = queries.history(db, chosen.area_id)
of_nine = {row["metric_id"]: row for row in ranked.iter_rows(named=True)}
st.html(
    parts.spine(
        name,
        [(of_nine[one.metric_id], one) for one in nine],
        {metric_id: strip_image(one) for metric_id, one in drawn.items()},
        history,
        benchmark,
        metric.metric_id,
    )
)
st.html(tables.note(briefing.how_to_read(name, drawn.values(), benchmark)))

near = learning.neighbours_that_reach(db, chosen.area_id, benchmark, metric)
to_contact = learning.learning_partners(db, chosen.area_id, benchmark)
left, right = st.columns(2, gap="medium")
with left:
    st.header("What Ofsted asked for", anchor=False)
    st.html(asking.asked_of(db, chosen.area_id, inspections[0].published if inspections else None))
    st.header("Councils to learn from", anchor=False)
    if near:
        st.html(tables.sentence(directions.neighbours_sentence(name, near, metric, benchmark)))
    if to_contact:
        st.html(parts.to_learn_from(to_contact[:MOST_PARTNERS], name))
    else:
        st.html(tables.sentence(directions.partners_sentence(name, to_contact, benchmark)))
with right:
    st.header("What to ask the council", anchor=False)
    joint = briefing.jointly(db, chosen.area_id, by_metric)
    asked_of = [*(near or ()), *to_contact[:MOST_PARTNERS]]
    st.html(parts.to_ask(briefing.questions_to(db, chosen.area_id, ranked, nine, benchmark, asked_of, joint, weakest)))

st.html(tables.MEASURE_ANCHOR)
st.header(f"More on {literal(formats.place(name))}", anchor=False)
rows = queries.councils(db, metric, period, benchmark)
with section(f"{literal(metric.title)}: over time and among all councils", "detail", *IN_DETAIL) as detail:
    if detail.open:
        one_measure(rows)
with section("Every measure, by theme", "every", "theme") as every:
    theme = every_measure(profile, ranked) if every.open else None
with section("Strongest and weakest measures", "extremes") as ranks:
    if ranks.open:
        said = (
            grouped.group_sentence(name, ranked, db.metrics, group)
            if group
            else profile_sentence(name, profile.to_dicts(), db.metrics)
        )
        st.html(tables.sentence(said))
        best, worst = st.columns(2, gap="medium")
        best.html(parts.extremes(db, strongest, f"Strongest measures {among}".strip()))
        worst.html(parts.extremes(db, weakest, f"Weakest measures {among}".strip()))
with section("Inspections since 2013", "inspections") as reports:
    if reports.open:
        if len(inspections) > 1:
            st.html(parts.timeline(inspections))
        st.html(tables.inspections(inspections, f"{name}: inspections since 2013"))
with section("Councils to learn from, measure by measure", "partners") as learn:
    if learn.open:
        if near is not None:
            st.html(tables.sentence(directions.neighbours_sentence(name, near, metric, benchmark)))
        if near:
            st.html(parts.neighbours_that_reach(near, metric, name))
        st.html(tables.sentence(directions.partners_sentence(name, to_contact, benchmark)))
        if to_contact:
            st.html(parts.partners(to_contact, name))
            download_table(
                lambda: parts.partners_file(db, [*(near or ()), *to_contact], str(chosen.area_id), benchmark),
                f"{chosen.area_id}-councils-to-learn-from.csv",
                "Download (CSV)",
            )
with section("What it would take", "takes", "lever", "returners", *TARGETS) as takes:
    if takes.open:
        scenario(db, chosen.area_id)
with section("Statistical neighbours, and others in the region", "near") as similar:
    if similar.open:
        neighbours(rows)
session.as_data(
    db,
    lambda: view_data.council(
        db,
        str(chosen.area_id),
        metric,
        period,
        benchmark,
        theme if theme != "All" else None,
        () if theme else [one.metric_id for one in nine],
    ),
)
