"""One council on one page: judgements, its best and worst, every measure, peers to contact, what it would take."""

from datetime import UTC, datetime

import streamlit as st

from dashboard.analysis import compare, direction, funnel, queries
from dashboard.analysis import group as groups
from dashboard.analysis import partners as learning
from dashboard.api import view_data, view_links
from dashboard.pages.components import briefing_links as papers
from dashboard.pages.components.one_of import one_of
from dashboard.pages.components.scenario import scenario
from dashboard.pages.shared import session
from dashboard.pages.shared.downloads import download, download_table
from dashboard.views import tables
from dashboard.views.charts import palette
from dashboard.views.charts.funnel import draw_funnel
from dashboard.views.charts.grades import draw_grades
from dashboard.views.charts.strip import benchmark_of, draw_strip, level_of
from dashboard.views.charts.trend import draw_trend
from dashboard.views.tables import council as parts
from dashboard.views.tables import recommendations as asking
from dashboard.views.text import compare as side_by_side
from dashboard.views.text import direction as directions
from dashboard.views.text import formats
from dashboard.views.text import group as grouped
from dashboard.views.text.council import council_sentence, profile_sentence
from dashboard.views.text.markdown import literal
from dashboard.views.text.notices import notices

HEIGHT = 420
FIRST_THEME = "Workforce"
PICTURES = ("In order", "By size, with limits")

db = session.database()
chosen = session.chosen(db, limits=True)
metric, period, benchmark = chosen.metric, chosen.period, chosen.benchmark

if chosen.area_id is None:
    session.headline(
        "Council",
        f"Choose one of the {len(db.authorities)} councils to see how far it is from the best, measure by measure.",
    )
    st.html(tables.council_links(db))
    st.stop()

name = db.names[chosen.area_id]
profile = queries.profile(db, chosen.area_id, benchmark)
# Compared with some councils, it is ranked among them.
group = groups.members(db, benchmark, chosen.area_id)
ranked, among = groups.ranked_among(db, profile, group), grouped.among(group)
inspections = queries.inspections(db, chosen.area_id)
session.headline(
    name,
    grouped.group_sentence(name, ranked, db.metrics, group)
    if group
    else profile_sentence(name, profile.to_dicts(), db.metrics),
    kicker=f"{db.names[db.regions[chosen.area_id]]} · {queries.authority_type(db, chosen.area_id)}",
)
st.html(papers.line(chosen.area_id, benchmark, st.session_state.get(view_links.VERSION)))
session.pack(db, chosen)
for notice in notices(db, chosen.area_id):
    st.info(literal(notice), icon=":material/info:")

st.header("Ofsted's latest judgements", anchor=False)
st.html(
    tables.judgements(
        queries.judgements(db, chosen.area_id), inspections[0] if inspections else None, datetime.now(UTC).date()
    )
)

if len(inspections) > 1:
    st.html(parts.timeline(inspections))
st.subheader("What Ofsted asked for", anchor=False)
st.html(asking.asked_of(db, chosen.area_id, inspections[0].published if inspections else None))
best, worst = st.columns(2, gap="medium")
strongest, weakest = groups.extremes(ranked, group)
with best:
    st.html(parts.extremes(db, strongest, f"Where it stands best {among}".strip()))
with worst:
    st.html(parts.extremes(db, weakest, f"Where it stands worst {among}".strip()))

rows = queries.councils(db, metric, period, benchmark)
own = groups.own_row(db, rows, group, chosen.area_id)
st.html(tables.MEASURE_ANCHOR)
st.header(literal(metric.title), anchor=False)
if own is not None:
    partners = queries.partners(db, own["return_id"], own["area_id"])
    sentence = council_sentence(name, own, metric, benchmark, partners, among)
    way = directions.trend_sentence(direction.with_direction(db, rows.filter(rows["area_id"] == chosen.area_id)))
    st.html(tables.sentence(f"{sentence} {way}".strip()))
    if metric.has_interval:
        st.html(tables.note(formats.limits_note(metric, benchmark)))
        session.choose_limits()
else:
    st.html(tables.sentence(f"{name} did not exist {formats.period(metric, period.end)}."))

# Classes of all periods, as on the map: a colour means the same in each.
classification = palette.classify(
    rows, metric, "quarter" if metric.ranked else "value", scale=db.councils_ever(metric.metric_id)
)
left, right = st.columns(2, gap="medium")
with left:
    st.subheader("Over time", anchor=False)
    if metric.graded:
        st.html(tables.inspections(inspections, f"{name}: inspections since 2013"))
    else:
        history = queries.trend(db, metric, chosen.area_id)
        session.chart(draw_trend(history, metric, name, height=HEIGHT), "trend", f"{metric.title} in {name} over time")
        session.share(db, "trend", chosen)
        if broken := compare.breaks(db, metric):
            st.html(tables.note(" ".join(side_by_side.broken(broken))))
        with st.expander("These figures as a table", key="course", on_change="rerun", bind="query-params") as table:
            if table.open:
                st.html(tables.trend(history, metric, name))
with right:
    st.subheader("Among all councils", anchor=False)
    session.notice("picture", "picture", list(PICTURES))
    as_funnel = metric.has_interval and (
        one_of("Drawn", PICTURES, "picture", label_visibility="collapsed", wrap=True) == PICTURES[1]
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
        england = queries.england(db, metric, period)
        session.chart(
            draw_strip(
                rows, metric, classification, chosen=chosen.area_id, england=level_of(england),
                benchmark=benchmark_of(own), benchmark_label=benchmark.title, height=HEIGHT,
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
st.html(tables.source_note(db, metric))
if not metric.graded:
    with st.expander("Inspections since 2013", key="inspections", on_change="rerun", bind="query-params") as table:
        if table.open:
            st.html(tables.inspections(inspections, f"{name}: inspections since 2013"))

st.header("Every measure", anchor=False)
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
        db, ranked, queries.history(db, chosen.area_id), benchmark, chosen=metric.metric_id,
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

st.header("Councils to learn from", anchor=False)
near = learning.neighbours_that_reach(db, chosen.area_id, benchmark, metric)
to_contact = learning.learning_partners(db, chosen.area_id, benchmark)
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

st.header("What it would take", anchor=False)
scenario(db, chosen.area_id)

st.header("Councils most like it", anchor=False)
st.html(
    parts.neighbours(
        queries.beside_neighbours(db, rows, chosen.area_id),
        metric,
        f"{metric.title}, {formats.period_label(metric, period.end)}: {name} and its statistical neighbours",
    )
)
similar = rows.filter(rows["area_id"].is_in([chosen.area_id, *queries.neighbours(db, chosen.area_id)]))
download(
    db,
    similar,
    f"{chosen.area_id}-neighbours-{metric.metric_id}-{period.end}.csv",
    benchmark=benchmark,
    label=f"Download the {similar.height} councils (CSV)",
)
st.html(parts.region(db, chosen.area_id))
session.as_data(
    db,
    lambda: view_data.council(db, str(chosen.area_id), metric, period, benchmark, theme if theme != "All" else None),
)
