"""All councils on a map and in order, for one measure in one period."""

import streamlit as st

from dashboard import comparison, palette, queries, server, session, tables, wording
from dashboard.components.council_map import MapArea, MapPaint, council_map
from dashboard.figures import grades, strip

HEIGHT = 620

db = session.database()
chosen = session.chosen(db)
metric, period, benchmark = chosen.metric, chosen.period, chosen.benchmark
rows = queries.councils(db, metric, period, benchmark)
england = queries.england(db, metric, period)
listed = rows.to_dicts()
own = next((row for row in listed if row["area_id"] == chosen.area_id), None)
when = wording.period_label(metric, period.end)

if own is None:
    total = comparison.england_if_all_met(rows)
    sentence = wording.england_sentence(listed, england, metric, benchmark, total)
else:
    partners = queries.partners(db, own["return_id"], own["area_id"])
    sentence = wording.council_sentence(own["name"], own, metric, benchmark, partners)
session.headline(metric.title, sentence, kicker=when)

with st.container(key="view", horizontal=True):
    ways = session.colourings(metric, benchmark)
    if st.session_state.get("colour") not in ways:
        st.session_state.pop("colour", None)
    colour = ways[0]
    if len(ways) > 1:
        colour = st.segmented_control(
            "Colour by", ways, default=ways[0], required=True, key="colour", bind="query-params"
        )
    st.segmented_control(
        "Drawn as", list(session.VIEWS), default="Map", required=True, key="view_as", bind="query-params"
    )
painting = palette.paint(rows, metric, session.COLOURINGS[colour])

left, right = st.columns([3, 2], gap="medium")
with left:
    council_map(
        MapPaint(
            view=session.VIEWS[st.session_state["view_as"]],
            label=f"Map of councils by {metric.noun}, {when}. The table below holds the same figures.",
            classes=painting.classes,
            areas=tuple(
                MapArea(row["area_id"], row["name"], painting.of[row["area_id"]], wording.hover(row, metric, db.names))
                for row in listed
            ),
            opens="/council",
            chosen=chosen.area_id,
        ),
        geometry_url=server.shapes(db).url,
        script_url=server.script("council_map").url,
        key="map",
    )
with right:
    if metric.graded:
        session.chart(grades.draw(painting, chosen=chosen.area_id, height=HEIGHT // 2), "grades", "Councils by grade")
    else:
        # Where each council has its own benchmark there is a line only for the chosen one's.
        mark = own or (listed[0] if not benchmark.own else None)
        session.chart(
            strip.draw(
                rows,
                metric,
                painting,
                chosen=chosen.area_id,
                england=england["value"] if england else None,
                benchmark=mark["benchmark"] if mark else None,
                benchmark_label=benchmark.label,
                height=HEIGHT,
            ),
            "strip",
            f"All councils in order of {metric.noun}, best first"
            if metric.ranked
            else f"All councils by {metric.noun}",
        )
st.html(tables.source_note(db, metric))

with st.expander("All councils as a table", key="table", on_change="rerun", bind="query-params") as table:
    if table.open:
        st.html(tables.councils(db, rows, metric, benchmark, f"{metric.title}, {when}"))
session.download(
    db,
    rows,
    f"{metric.metric_id}-{period.end}.csv",
    benchmark=benchmark,
    label=f"Download these {rows.height} rows (CSV)",
)
