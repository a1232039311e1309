"""The reader's choices, shared by all pages and kept in the address; with pages/ and main.py the only Streamlit here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from dashboard import exports, server, tables
from dashboard.benchmarks import BENCHMARKS, DEFAULT, Benchmark
from dashboard.database import Database, Metric, Period, store
from dashboard.figures.style import CONFIG
from dashboard.palette import Colouring

DEFAULT_METRIC = "vacancy_rate"
COLOURINGS: dict[str, Colouring] = {"Value": "value", "Quarter": "quarter", "Distance from benchmark": "gap"}
VIEWS = {"Map": "boundaries", "Tiles": "tiles"}


@dataclass(frozen=True)
class Selection:
    """What the reader chose. `area_id` is None until a council is chosen."""

    area_id: str | None
    metric: Metric
    period: Period
    benchmark: Benchmark


def database() -> Database:
    """The newest good version of the data; the page stops with words when there never was one."""
    return store().current()


def choices(db: Database) -> None:
    """Draw the choices that all pages share, bound to the address by the words the reader sees."""
    titles = [metric.title for metric in db.metrics.values()]
    with st.container(key="choices"):
        council, measure, when, against = st.columns([3, 4, 2, 3])
        council.selectbox(
            "Council", list(db.authorities.values()), index=None, key="la", bind="query-params",
            placeholder="Choose or type a council",
        )  # fmt: skip
        measure.selectbox(
            "Measure", titles, index=titles.index(db.metrics[DEFAULT_METRIC].title), key="metric", bind="query-params"
        )
        labels = [period.label for period in db.periods[_metric(db).metric_id]]
        if st.session_state.get("period") not in labels:
            # The measure chosen now was not published for that period: its newest is shown instead.
            st.session_state.pop("period", None)
        when.selectbox("Period", labels, key="period", bind="query-params")
        names = [benchmark.label for benchmark in BENCHMARKS.values()]
        against.selectbox(
            "Compare with", names, index=names.index(BENCHMARKS[DEFAULT].label), key="benchmark", bind="query-params"
        )


def chosen(db: Database) -> Selection:
    """The choices as the program's own things."""
    numbers = {name: area_id for area_id, name in db.authorities.items()}
    metric = _metric(db)
    period = next(one for one in db.periods[metric.metric_id] if one.label == st.session_state["period"])
    benchmark = next(one for one in BENCHMARKS.values() if one.label == st.session_state["benchmark"])
    return Selection(numbers.get(st.session_state["la"]), metric, period, benchmark)


def headline(title: str, sentence: str, *, kicker: str = "") -> None:
    """The view's heading and first sentence, above the choices."""
    with st.session_state["headline"]:
        st.html(tables.headline(title, sentence, kicker=kicker))


def chart(figure: dict[str, Any], key: str, alt: str) -> None:
    """A Plotly figure as we set it: our own layout, no buttons, a name for screen readers."""
    st.plotly_chart(figure, key=key, theme=None, config=CONFIG, alt=alt)


def download(db: Database, rows: pl.DataFrame, name: str, *, benchmark: Benchmark | None, label: str) -> None:
    """A button for a CSV file of the rows a page shows; the file is made when it is clicked."""
    st.download_button(
        label,
        partial(_csv, db, rows, benchmark.label if benchmark else None),
        name,
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"download {name}",
    )


def page_script() -> None:
    """The script of every page: links that keep the reader's place, no single-key shortcuts."""
    st.html(f'<script src="{server.script("page").url}"></script>', unsafe_allow_javascript=True)


def _metric(db: Database) -> Metric:
    return next(metric for metric in db.metrics.values() if metric.title == st.session_state["metric"])


def _csv(db: Database, rows: pl.DataFrame, benchmark_label: str | None) -> bytes:
    return exports.csv(exports.table(db, rows, benchmark_label))
