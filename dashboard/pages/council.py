"""One council on one page: judgements, every measure, the chosen one over time, its place among all."""

from datetime import UTC, datetime

import streamlit as st

from dashboard import palette, queries, session, tables, wording
from dashboard.figures import grades, strip, trend

HEIGHT = 420

db = session.database()
chosen = session.chosen(db)
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
history = queries.history(db, chosen.area_id)
inspections = queries.inspections(db, chosen.area_id)
session.headline(
    name,
    wording.profile_sentence(name, profile.to_dicts(), db.metrics),
    kicker=f"{db.names[db.regions[chosen.area_id]]} · {queries.authority_type(db, chosen.area_id)}",
)
for notice in queries.notices(db, chosen.area_id):
    st.info(notice, icon=":material/info:")

st.header("Ofsted's latest judgements", anchor=False)
st.html(
    tables.judgements(
        queries.judgements(db, chosen.area_id), inspections[0] if inspections else None, datetime.now(UTC).date()
    )
)

st.header("Every measure", anchor=False)
themes = list(dict.fromkeys(db.metrics[metric_id].theme for metric_id in profile["metric_id"]))
theme = st.segmented_control("Theme", ["All", *themes], default="All", required=True, key="theme", bind="query-params")
if theme != "All":
    profile = profile.filter([db.metrics[metric_id].theme == theme for metric_id in profile["metric_id"]])
st.html(
    tables.profile(
        db, profile, history, benchmark, chosen=metric.metric_id,
        caption=f"{name}: every measure in its newest period, compared with: {benchmark.label}",
    )
)  # fmt: skip
session.download(
    db,
    profile,
    f"{chosen.area_id}-every-measure.csv",
    benchmark=benchmark,
    label=f"Download these {profile.height} rows (CSV)",
)

rows = queries.councils(db, metric, period, benchmark)
own = next((row for row in rows.iter_rows(named=True) if row["area_id"] == chosen.area_id), None)
st.html(tables.MEASURE_ANCHOR)
st.header(metric.title, anchor=False)
if own is not None:
    partners = queries.partners(db, own["return_id"], own["area_id"])
    st.html(tables.sentence(wording.council_sentence(name, own, metric, benchmark, partners)))
else:
    st.html(tables.sentence(f"{name} did not exist {wording.period(metric, period.end)}."))

painting = palette.paint(rows, metric, "quarter" if metric.ranked else "value")
left, right = st.columns(2, gap="medium")
with left:
    st.subheader("Over time", anchor=False)
    if metric.graded:
        st.html(tables.inspections(inspections, f"{name}: inspections since 2013"))
    else:
        course = queries.trend(db, metric, chosen.area_id)
        session.chart(trend.draw(course, metric, name, height=HEIGHT), "trend", f"{metric.title} in {name} over time")
        with st.expander("These figures as a table", key="course", on_change="rerun", bind="query-params") as table:
            if table.open:
                st.html(tables.trend(course, metric, name))
with right:
    st.subheader("Among all councils", anchor=False)
    if metric.graded:
        session.chart(
            grades.draw(painting, chosen=chosen.area_id, height=HEIGHT // 2 + 60), "grades", "Councils by grade"
        )
    else:
        england = queries.england(db, metric, period)
        session.chart(
            strip.draw(
                rows, metric, painting, chosen=chosen.area_id, england=england["value"] if england else None,
                benchmark=own["benchmark"] if own else None, benchmark_label=benchmark.label, height=HEIGHT,
            ),
            "strip",
            f"{name} among all councils by {metric.noun}, {wording.period_label(metric, period.end)}",
        )  # fmt: skip
st.html(tables.source_note(db, metric))
if not metric.graded:
    with st.expander("Inspections since 2013", key="inspections", on_change="rerun", bind="query-params") as table:
        if table.open:
            st.html(tables.inspections(inspections, f"{name}: inspections since 2013"))
