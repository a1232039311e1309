"""The page of a council that ended at a reorganisation: what came after it, and its own figures to the end."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboard.analysis import queries
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.data import places
from dashboard.data.database import Database
from dashboard.data.model import Metric
from dashboard.data.names import format_date
from dashboard.pages.components.chart import chart
from dashboard.pages.shared import session
from dashboard.pages.shared.downloads import download
from dashboard.views import tables
from dashboard.views.charts.trend import draw_trend
from dashboard.views.tables import ended as parts
from dashboard.views.text.markdown import literal

HEIGHT = 300


def show_ended(db: Database, area_id: str, metric: Metric) -> None:
    """All of the page: successors, the chosen measure over time, the last figure of every measure, inspections."""
    name, after = db.names[area_id], places.explain_end(db, area_id)
    end = db.area.row(by_predicate=pl.col("area_id") == area_id, named=True)["end_date"]
    session.headline(
        name,
        f"{after.words} These are its own figures, to its end.",
        kicker=f"{db.names[db.regions[area_id]]} · council until {format_date(end)}",
    )
    st.html(tables.councils_instead([db.names[one] for one in after.area_ids]))
    figures = db.of_area(area_id).filter(pl.col("metric_id").is_in([*db.metrics]))
    st.html(tables.MEASURE_ANCHOR)
    st.header(literal(metric.title), anchor=False)
    history = queries.trend(db, metric, area_id)
    if history["value"].is_not_null().any() and not metric.graded:
        chart(draw_trend(history, metric, name, height=HEIGHT), "trend", f"{metric.title} in {name} over time")
        st.html(tables.trend(history, metric, name))
    elif not metric.graded:
        st.html(tables.sentence(f"{name} has no figure for this measure."))
    inspections = queries.inspections(db, area_id)
    if inspections:
        st.header("Inspections since 2013", anchor=False)
        st.html(tables.inspections(inspections, f"{name}: inspections"))
    st.header("Every measure", anchor=False)
    last = parts.last(db, figures)
    st.html(parts.every_measure(db, last, f"{name}: the last figure of every measure"))
    download(
        db,
        figures,
        f"{area_id}-every-measure-every-year.csv",
        benchmark=BENCHMARKS[DEFAULT],
        label=f"Download all {figures.height} figures (CSV)",
    )
    st.html(tables.source_note(db, metric))
