"""Every figure: choose measures, councils and periods, see the rows, take them away."""

import streamlit as st

from dashboard import exports, queries, session

SHOWN = 1_000

db = session.database()
metrics = {metric.title: metric_id for metric_id, metric in db.metrics.items()}
areas = {name: area_id for area_id, name in db.names.items()}
labels = sorted({period.label for periods in db.periods.values() for period in periods if period.label.isdigit()}, reverse=True)
labels += sorted({period.label for periods in db.periods.values() for period in periods} - set(labels))

chosen = session.chosen(db)
with st.container(key="filters"):
    first, second, third = st.columns([4, 4, 3])
    first.multiselect("Measures", list(metrics), key="metrics", bind="query-params", placeholder=chosen.metric.title)
    second.multiselect("Areas", list(areas), key="areas", bind="query-params", placeholder="All areas")
    third.multiselect("Periods", labels, key="periods", bind="query-params", placeholder=chosen.period.label)

wanted = [metrics[title] for title in st.session_state["metrics"]] or [chosen.metric.metric_id]
places = [areas[name] for name in st.session_state["areas"]]
periods = st.session_state["periods"] or ([] if st.session_state["metrics"] else [chosen.period.label])
rows = queries.observations(db, wanted, places, periods)
compared = queries.compared(db, rows, chosen.benchmark)
table = exports.table(db, compared, chosen.benchmark.label)
observed = table.filter(table["status"] == "observed").height
session.headline(
    "Data",
    f"{rows.height:,} of {db.figure.height:,} figures chosen: {observed:,} observed, {rows.height - observed:,} missing "
    f"with their reason. Each is held against: {chosen.benchmark.label.lower()}.",
    kicker=f"Data version {db.data_version}",
)
if rows.height > SHOWN:
    st.caption(f"The first {SHOWN:,} rows are shown; the file holds all {rows.height:,}.")
st.dataframe(table.head(SHOWN), hide_index=True, key="rows", placeholder="", alt="The chosen figures")
session.download(
    db, compared, "child-protection-figures.csv", benchmark=chosen.benchmark, label=f"Download all {rows.height:,} rows (CSV)"
)
