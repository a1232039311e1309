"""The reader's choices, shared by all pages and kept in the address.

With main.py, pages/ and components/ the only place that knows Streamlit.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import Any, Literal

import polars as pl
import streamlit as st

from dashboard import exports, queries, server, tables
from dashboard.benchmarks import BENCHMARKS, DEFAULT, Benchmark
from dashboard.components.council_map import View
from dashboard.database import Database, DatabaseError, Metric, Period, store
from dashboard.figures.style import CONFIG
from dashboard.palette import Colouring

DEFAULT_METRIC = "vacancy_rate"
COLOURINGS: dict[str, Colouring] = {"Quarter": "quarter", "Value": "value", "Distance from benchmark": "gap"}
VIEWS: dict[str, View] = {"Map": "boundaries", "Tiles": "tiles"}


@dataclass(frozen=True)
class Selection:
    """What the reader chose. `area_id` is None until a council is chosen."""

    area_id: str | None
    metric: Metric
    period: Period
    benchmark: Benchmark


def database() -> Database:
    """The newest good version of the data; the page stops with words when there never was one."""
    try:
        return store().current()
    except DatabaseError as error:
        st.error(str(error), icon=":material/database_off:")
        st.stop()


def choices(db: Database, *, only: Literal["benchmark"] | None = None) -> None:
    """Draw the choices that pages share, bound to the address by the words the reader sees.

    `only` draws that one alone. A name in the address that is none of ours is said so, with the nearest that is.
    """
    titles = [metric.title for metric in db.metrics.values()]
    names = [benchmark.label for benchmark in BENCHMARKS.values()]
    _notice("la", "council", list(db.authorities.values()))
    _notice("metric", "measure", titles)
    _notice("benchmark", "comparison", names)
    with st.container(key="choices"):
        council, measure, when, against = st.columns([3, 4, 2, 3])
        if only == "benchmark":
            against = council
        else:
            council.selectbox(
                "Council", list(db.authorities.values()), index=None, key="la", bind="query-params",
                placeholder="Choose or type a council",
            )  # fmt: skip
            first = titles.index(db.metrics[DEFAULT_METRIC].title)
            measure.selectbox("Measure", titles, index=first, key="metric", bind="query-params")
            metric_id = _metric(db).metric_id
            labels = [period.label for period in db.periods[metric_id]]
            before = st.session_state.get("measure_before", metric_id)
            if before != metric_id and st.session_state.get("period") == db.latest(before).label:
                # Whoever looked at the newest period of one measure wants the newest of the next.
                st.session_state.pop("period", None)
            st.session_state["measure_before"] = metric_id
            if st.session_state.get("period") not in labels:
                # The measure chosen now was not published for that period: its newest is shown instead.
                st.session_state.pop("period", None)
            when.selectbox("Period", labels, key="period", bind="query-params")
        against.selectbox(
            "Compare with", names, index=names.index(BENCHMARKS[DEFAULT].label), key="benchmark", bind="query-params"
        )


def chosen(db: Database) -> Selection:
    """The choices as the program's own things."""
    numbers = {name: area_id for area_id, name in db.authorities.items()}
    metric = _metric(db)
    period = next(one for one in db.periods[metric.metric_id] if one.label == st.session_state["period"])
    return Selection(numbers.get(st.session_state["la"]), metric, period, benchmark())


def headline(title: str, sentence: str, *, kicker: str = "") -> None:
    """The view's heading and first sentence, above the choices."""
    with st.session_state["headline"]:
        st.html(tables.headline(title, sentence, kicker=kicker))


def chart(figure: dict[str, Any], key: str, alt: str) -> None:
    """A Plotly figure as we set it: our own layout, no buttons, a name for screen readers."""
    st.plotly_chart(figure, key=key, theme=None, config=CONFIG, alt=alt)


def download(db: Database, rows: pl.DataFrame, name: str, *, benchmark: Benchmark, label: str) -> None:
    """A button for a CSV file of the rows a page shows; the file is made when it is clicked."""
    st.download_button(
        label,
        partial(_csv, db, rows, benchmark),
        name,
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"download {name}",
    )


def page_style() -> None:
    """The style sheet of every page, by address: Streamlit sends what is written here again at each rerun."""
    st.html(f'<style>@import url("{server.style().url}");</style>')


def page_script() -> None:
    """The script of every page: links that keep the reader's place, no single-key shortcuts."""
    st.html(f'<script src="{server.script("page").url}"></script>', unsafe_allow_javascript=True)


def benchmark() -> Benchmark:
    """The benchmark the reader chose."""
    return next(one for one in BENCHMARKS.values() if one.label == st.session_state["benchmark"])


def colourings(metric: Metric, benchmark: Benchmark) -> list[str]:
    """The ways a map of this measure can be coloured: what has no quarter or no benchmark is not offered it."""
    if metric.ranked:
        return list(COLOURINGS)
    if metric.graded or metric.counted or benchmark.best:
        return ["Value"]
    return [name for name, colouring in COLOURINGS.items() if colouring != "quarter"]


def footer(db: Database) -> None:
    """Licence and data version, under every page."""
    st.html(tables.footer(db))


def _notice(key: str, what: str, known: list[str]) -> None:
    asked = st.query_params.get(key)
    if asked and asked not in known:
        near = get_close_matches(asked, known, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]}?" if near else " Choose one below."
        st.warning(f"There is no {what} called “{tables.plain(asked)}”.{hint}", icon=":material/search_off:")


def _metric(db: Database) -> Metric:
    return next(metric for metric in db.metrics.values() if metric.title == st.session_state["metric"])


def _csv(db: Database, rows: pl.DataFrame, benchmark: Benchmark) -> bytes:
    # Pages that show all they offer have compared it already.
    compared = rows if "benchmark" in rows.columns else queries.compared(db, rows, benchmark)
    return exports.csv(exports.table(db, compared, benchmark.label))
