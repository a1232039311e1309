"""Up to ten councils side by side: in one measure, over time, measure by measure, and in two measures at once."""

from functools import partial

import streamlit as st

from dashboard.analysis import compare, queries
from dashboard.api import view_data
from dashboard.pages.components.council_list import council_list
from dashboard.pages.components.one_of import one_of
from dashboard.pages.shared import session
from dashboard.pages.shared.downloads import download
from dashboard.views import tables
from dashboard.views.charts.bars import draw_bars
from dashboard.views.charts.lines import draw_lines
from dashboard.views.charts.scatter import draw_scatter
from dashboard.views.tables import compare as side_by_side
from dashboard.views.text import compare as sentences
from dashboard.views.text import formats

FIRST_TOPIC, FIRST_COMPARED = "Workforce", "caseload"

db = session.database()
chosen = session.chosen(db)
metric, period, benchmark, area_id = chosen.metric, chosen.period, chosen.benchmark, chosen.area_id
when = formats.period_label(metric, period.end)
everybody = queries.councils(db, metric, period, benchmark)

others, as_it_began = council_list(db, compare.start(db, everybody, metric, area_id), area_id)
area_ids = compare.together(area_id, others)
# A picture names them, so that it stays of these councils.
compared_with = tuple(one for one in area_ids if one != area_id)
names = {one: db.names[one] for one in area_ids}
who = sentences.who(list(names.values()), metric, area_id and names[area_id], as_it_began=as_it_began)
st.html(side_by_side.note(who))
if not area_ids:
    session.headline("Compare councils", f"Choose up to {compare.MOST} councils to see them side by side.")
    st.stop()

rows = compare.side_by_side(db, everybody, metric, period, area_ids)
listed = rows.to_dicts()
count = "One council" if len(area_ids) == 1 else f"{len(area_ids)} councils side by side"
session.headline(metric.title, sentences.opening(listed, metric, benchmark, area_id), kicker=f"{count} · {when}")

st.html(tables.MEASURE_ANCHOR)
history = compare.history(db, metric, area_ids)
breaks = compare.breaks(db, metric)
over_time = partial(side_by_side.history, history, metric, names, f"{metric.title} over time", area_id or "")
if metric.graded:
    st.html(over_time())
else:
    left, right = st.columns(2, gap="medium")
    with left:
        st.html(tables.subheading(f"{'Best first' if metric.ranked else 'From low to high'}, {when}"))
        session.chart(
            draw_bars(rows, everybody, metric, chosen=area_id, benchmark=benchmark),
            "bars",
            f"{len(area_ids)} councils by {metric.noun}, {when}{', best first' if metric.ranked else ''}",
        )  # fmt: skip
        session.share(db, "bars", chosen, councils=compared_with)
    with right:
        st.html(tables.subheading("Over time"))
        session.chart(
            draw_lines(history, metric, rows["area_id"].to_list(), breaks, chosen=area_id),
            "lines",
            f"{metric.title} of {len(area_ids)} councils and England over time",
        )  # fmt: skip
        session.share(db, "lines", chosen, councils=compared_with)
    lines = sentences.key_of_lines(names[area_id] if area_id else "", england=not metric.counted)
    st.html(side_by_side.note(" ".join([sentences.moved(listed, metric), lines, *sentences.broken(breaks)])))
st.html(tables.source_note(db, metric))
with st.expander("In order, as a table", key="order", on_change="rerun", bind="query-params") as table:
    if table.open:
        caption = f"{metric.title}, {when}"
        st.html(side_by_side.ranks(db, rows, metric, benchmark, caption, area_id or ""))
if not metric.graded:
    with st.expander("Over time, as a table", key="years", on_change="rerun", bind="query-params") as table:
        if table.open:
            st.html(over_time())
with st.container(key="files", horizontal=True):
    download(
        db, rows, f"side-by-side-{metric.metric_id}-{period.end}.csv", benchmark=benchmark,
        label=f"Download the order, {rows.height} rows (CSV)",
    )  # fmt: skip
    download(
        db, history, f"side-by-side-{metric.metric_id}-over-time.csv", benchmark=benchmark,
        label=f"Download the years, {history.height} rows (CSV)",
    )  # fmt: skip

st.header("A whole region over time", anchor=False)
regions = compare.regions(db)
session.notice("region", "region", list(regions))
region = st.selectbox(
    "Region", list(regions), index=None, key="region", bind="query-params", placeholder="Choose a region", width=330
)
if region:
    inside = [one for one in everybody["area_id"] if one in regions[region]]
    of_region = compare.history(db, metric, inside)
    region_names = {one: db.names[one] for one in inside}
    caption = f"{metric.title} over time: {region}"
    if not metric.graded:
        st.html(tables.sentence(sentences.of_region(region, len(inside), metric)))
        session.chart(
            draw_lines(of_region, metric, inside, breaks, chosen=area_id if area_id in inside else None),
            "region_lines",
            f"{metric.title} of the {len(inside)} councils of {region} and England over time",
        )
        mine = names[area_id] if area_id and area_id in inside else ""
        st.html(side_by_side.note(sentences.key_of_lines(mine, england=not metric.counted)))
    with st.expander("The region as a table", key="region_years", on_change="rerun", bind="query-params") as table:
        if table.open:
            st.html(side_by_side.history(of_region, metric, region_names, caption, area_id or ""))
    download(
        db, of_region, f"{metric.metric_id}-{region.lower().replace(' ', '-')}-over-time.csv", benchmark=benchmark,
        label=f"Download the years of the region, {of_region.height} rows (CSV)",
    )  # fmt: skip

st.header("Measure by measure", anchor=False)
topics = compare.themes(db)
session.notice("topic", "theme", topics)
topic = one_of("Measures of", topics, "topic", default=FIRST_TOPIC)
measures = compare.by_measure(db, benchmark, topic, area_ids)
sentence = sentences.measures(measures.to_dicts(), db.metrics, area_id)
if sentence:
    st.html(tables.sentence(sentence))
st.html(side_by_side.legend())
st.html(
    side_by_side.heat(
        db, measures, benchmark, area_ids, chosen=area_id, measure=metric.metric_id,
        caption=f"{topic}: every measure in its newest period, by quarter of all councils in England",
    )
)  # fmt: skip
download(
    db, measures, f"side-by-side-{topic.lower().replace(' ', '-')}.csv", benchmark=benchmark,
    label=f"Download these {measures.height} rows (CSV)",
)  # fmt: skip
st.html(side_by_side.to_data(list(names.values())))

st.header("Two measures at once", anchor=False)
if metric.graded:
    st.html(side_by_side.note("Grades are the colours of this picture: choose another measure at the top."))
    session.as_data(db, partial(view_data.compare, db, area_ids, metric, period, benchmark, topic))
    st.stop()
seconds = {one.title: one for one in compare.second_measures(db, metric)}
session.notice("against", "measure", [one.title for one in db.metrics.values()])
first = FIRST_COMPARED if metric.metric_id != FIRST_COMPARED else session.DEFAULT_METRIC
second_metric = seconds[
    st.selectbox(
        "Second measure", list(seconds), index=list(seconds).index(db.metrics[first].title),
        key="against", bind="query-params",
    )
]  # fmt: skip
beside = compare.period_beside(db, metric, period, second_metric)
across = queries.councils(db, second_metric, beside, benchmark)
pairs = compare.pairs(db, everybody, across)
st.html(tables.sentence(sentences.two_measures(pairs.to_dicts(), metric, second_metric)))
labels = (when, formats.period_label(second_metric, beside.end))
session.chart(
    draw_scatter(pairs, metric, second_metric, labels=labels, compared=area_ids, chosen=area_id),
    "scatter",
    f"All councils by {metric.noun}, {labels[0]}, and {second_metric.noun}, {labels[1]}",
)
session.share(db, "scatter", chosen, councils=compared_with, against=second_metric)
st.html(side_by_side.note(sentences.NO_CAUSE))
st.html(tables.source_note(db, second_metric))
title = f"{metric.title}, {labels[0]}, and {second_metric.title}, {labels[1]}"
with st.expander("Both measures, as a table", key="both", on_change="rerun", bind="query-params") as table:
    if table.open:
        st.html(side_by_side.pairs(pairs, metric, second_metric, names, title))
download(
    db, compare.both(db, everybody, across),
    f"{metric.metric_id}-and-{second_metric.metric_id}.csv", benchmark=benchmark,
    label="Download both measures of all councils (CSV)",
)  # fmt: skip
session.as_data(db, partial(view_data.compare, db, area_ids, metric, period, benchmark, topic, (second_metric, beside)))
