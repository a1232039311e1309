"""The reader's choices, shared by all pages and kept in the address.

With main.py, pages/ and components/ the only place that knows Streamlit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import Any, Literal

import polars as pl
import streamlit as st

from dashboard import benchmarks, exports, queries, server, tables
from dashboard.benchmarks import BENCHMARKS, DEFAULT, Benchmark
from dashboard.components.council_map import View
from dashboard.database import Database, DatabaseError, Metric, Period, store
from dashboard.figures.style import CONFIG
from dashboard.palette import Colouring

DEFAULT_METRIC = "vacancy_rate"
# Whoever's address holds more wrong names than this is told of these, and that is enough.
MOST_NOTICES = 3
COLOURINGS: dict[str, Colouring] = {
    "Quarter": "quarter",
    "Value": "value",
    "Distance from benchmark": "gap",
    "Verdict": "verdict",
    "Change": "change",
    "Trend": "trend",
}
# Of five periods, so many as a trend is worked out from (rule 17).
TREND_PERIODS = 5
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
    notice("la", "council", list(db.authorities.values()))
    notice("metric", "measure", titles)
    notice("benchmark", "comparison", names)
    notice("group", "council", list(db.authorities.values()))
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
            # A target is in the unit of one measure: with another it is asked anew.
            measure.selectbox("Measure", titles, index=first, key="metric", bind="query-params", on_change=_no_target)
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
        _answer(db)


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
    _button(label, partial(_csv, db, rows, benchmark), name)


def download_table(make: Callable[[], pl.DataFrame], name: str, label: str) -> None:
    """A button for a CSV file of a table that is no list of figures; made when it is clicked."""
    _button(label, lambda: exports.csv(make()), name)


def page_style() -> None:
    """The style sheet of every page, by address: Streamlit sends what is written here again at each rerun."""
    st.html(f'<style>@import url("{server.style().url}");</style>')


def page_script() -> None:
    """The script of every page: links that keep the reader's place, no single-key shortcuts."""
    st.html(f'<script src="{server.script("page").url}"></script>', unsafe_allow_javascript=True)


def benchmark() -> Benchmark:
    """The benchmark the reader chose, with the councils picked or the target typed for it."""
    chosen, db = _benchmark(), database()
    if chosen.asks == "councils":
        numbers = {name: area_id for area_id, name in db.authorities.items()}
        return benchmarks.with_group(db, [numbers[name] for name in st.session_state["group"]])
    if chosen.asks == "number":
        target = st.session_state["target"]
        return benchmarks.with_target(target if target is not None and math.isfinite(target) else None, _metric(db))
    return chosen


def colourings(db: Database, metric: Metric, benchmark: Benchmark) -> list[str]:
    """The ways a map of this measure can be coloured: only by what it has of quarters, benchmark, counts and a past."""
    if metric.graded:
        return ["Value"]
    compared = not (metric.counted or (metric.neutral and benchmark.best))
    periods = len(db.periods[metric.metric_id])
    offered: dict[Colouring, bool] = {
        "quarter": metric.ranked,
        "gap": compared,
        "verdict": compared and metric.has_interval,
        "change": periods > 1,
        "trend": periods >= TREND_PERIODS,
    }
    return [name for name, colouring in COLOURINGS.items() if offered.get(colouring, True)]


def beside(db: Database, metric: Metric) -> tuple[Metric, Period] | None:
    """Draw the choice of a second measure and its period, to look at beside the first; None until one is chosen.

    The same measure may be chosen too, to hold two years against each other: it begins with the oldest.
    """
    metrics = {one.title: one for one in db.metrics.values()}
    notice("compare_metric", "measure", list(metrics))
    title = st.selectbox(
        "Second map", list(metrics), index=None, key="compare_metric", bind="query-params",
        placeholder="Another measure or year beside it", width=330,
    )  # fmt: skip
    if title is None:
        return None
    periods = db.periods[metrics[title].metric_id]
    labels = [period.label for period in periods]
    notice("compare_period", "period", labels)
    if st.session_state.get("compare_period") not in labels:
        st.session_state.pop("compare_period", None)
    first = len(labels) - 1 if title == metric.title else 0
    label = st.selectbox("Its period", labels, index=first, key="compare_period", bind="query-params", width=160)
    return metrics[title], periods[labels.index(label)]


def footer(db: Database) -> None:
    """Licence and data version, under every page."""
    st.html(tables.footer(db))


def _answer(db: Database) -> None:
    """Ask for what a benchmark needs of the reader: the councils of a group, or a target."""
    asks = _benchmark().asks
    if asks == "councils":
        st.multiselect(
            "Councils of your group", list(db.authorities.values()), key="group", bind="query-params",
            persist_state="session", placeholder="Choose or type councils",
        )  # fmt: skip
    elif asks == "number":
        metric = _metric(db)
        _target_notice()
        st.number_input(
            f"Target for {metric.short_title.lower()}, in {metric.unit}", min_value=0.0, value=None,
            step=10.0**-metric.decimals, format="%g", key="target", bind="query-params", persist_state="session",
            placeholder="Type a number", width=360,
        )  # fmt: skip


def _no_target() -> None:
    st.session_state["target"] = None


def _target_notice() -> None:
    asked = st.query_params.get("target")
    try:
        good = not asked or 0 <= float(asked) < math.inf
    except ValueError:
        good = False
    if not good:
        said = tables.plain(asked or "")
        st.warning(f"“{said}” cannot be a target: type a number from 0 up.", icon=":material/search_off:")


def notice(key: str, what: str, known: list[str]) -> None:
    """Say that a name in the address is none of ours, with the nearest that is."""
    for asked in st.query_params.get_all(key)[:MOST_NOTICES]:
        if asked and asked not in known:
            near = get_close_matches(asked, known, n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]}?" if near else " Choose one below."
            st.warning(f"There is no {what} called “{tables.plain(asked)}”.{hint}", icon=":material/search_off:")


def _benchmark() -> Benchmark:
    return next(one for one in BENCHMARKS.values() if one.label == st.session_state["benchmark"])


def _metric(db: Database) -> Metric:
    # A page without the choice of a measure keeps that of the page before.
    title = st.session_state.get("metric") or st.query_params.get("metric")
    found = next((metric for metric in db.metrics.values() if metric.title == title), None)
    return found or db.metrics[st.session_state.get("measure_before", DEFAULT_METRIC)]


def _csv(db: Database, rows: pl.DataFrame, benchmark: Benchmark) -> bytes:
    # Pages that show all they offer have compared it already.
    compared = rows if "benchmark" in rows.columns else queries.compared(db, rows, benchmark)
    return exports.csv(exports.table(db, compared, benchmark.title))


def _button(label: str, make: Callable[[], bytes], name: str) -> None:
    st.download_button(
        label, make, name, "text/csv", icon=":material/download:", on_click="ignore", key=f"download {name}"
    )
