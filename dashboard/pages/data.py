"""Every figure: choose measures, areas and periods, see the rows, take them away."""

import streamlit as st

from dashboard import exports, queries, session

SHOWN = 1_000

db = session.database()
benchmark = session.benchmark()
metrics = {metric.title: metric_id for metric_id, metric in db.metrics.items()}
areas = {name: area_id for area_id, name in db.names.items()}
with st.container(key="filters"):
    first, second, third = st.columns([4, 4, 3])
    titles = first.multiselect(
        "Measures", list(metrics), key="metrics", bind="query-params", placeholder="All measures"
    )
    names = second.multiselect("Areas", list(areas), key="areas", bind="query-params", placeholder="All areas")
    periods = third.multiselect(
        "Periods", queries.period_labels(db), key="periods", bind="query-params", placeholder="All periods"
    )

rows = queries.observations(db, [metrics[title] for title in titles], [areas[name] for name in names], periods)
observed = int((rows["status"] == "observed").sum())
session.headline(
    "Data",
    f"{rows.height:,} of {db.figure.height:,} figures chosen: {observed:,} observed, "
    f"{rows.height - observed:,} missing, each with its reason.",
)
if rows.height > SHOWN:
    st.caption(f"The first {SHOWN:,} rows are shown; the file holds all {rows.height:,}.")
shown = queries.compared(db, rows.head(SHOWN), benchmark)
st.dataframe(
    exports.table(db, shown, benchmark.title),
    hide_index=True,
    key="rows",
    placeholder="",
    alt="The chosen figures",
    column_config={
        "area": st.column_config.TextColumn(pinned=True),
        "period_end": st.column_config.DateColumn(format="D MMM YYYY"),
        "page": st.column_config.LinkColumn(),
    },
)
session.download(
    db, rows, "child-protection-figures.csv", benchmark=benchmark, label=f"Download all {rows.height:,} rows (CSV)"
)
