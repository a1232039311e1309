"""The reader's choices, shared by all pages and stored in the address.

With main.py, the pages, components and the server the only place that knows Streamlit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.analysis import benchmarks
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT, Benchmark
from dashboard.api import chart_links, view_links
from dashboard.api.view_data import View, lines
from dashboard.data import places
from dashboard.data.database import Database
from dashboard.data.measure_names import find_metric, other_names
from dashboard.data.model import DatabaseError, Metric, Period
from dashboard.data.versions import store
from dashboard.files import exports
from dashboard.files.pictures.choices import COLOUR_SCHEMES as COLOUR_SCHEMES
from dashboard.files.pictures.choices import DEFAULT_METRIC as DEFAULT_METRIC
from dashboard.files.pictures.choices import LIMITS as LIMITS
from dashboard.files.pictures.choices import VIEWS as VIEWS
from dashboard.files.pictures.choices import Choices
from dashboard.files.pictures.choices import colour_schemes as colour_schemes
from dashboard.files.pictures.kinds import KINDS
from dashboard.ops.settings import settings
from dashboard.ops.timing import once_per_run
from dashboard.pages.components import as_data as parts
from dashboard.pages.components import briefing_links
from dashboard.pages.components import share as sharing
from dashboard.pages.components.chart import chart as chart
from dashboard.pages.components.unknown_council import say_unknown_councils
from dashboard.pages.shared.acting import WIDTHS, acting
from dashboard.pages.shared.acting import keep as keep
from dashboard.pages.shared.notices import notice as notice
from dashboard.pages.shared.notices import target_notice
from dashboard.views import tables
from dashboard.views.text.grammar import opening
from dashboard.views.text.markdown import literal

# Of a name no more characters than this are checked.
LONGEST_NAME = 200
BENCHMARK_LABELS = [benchmark.label for benchmark in BENCHMARKS.values()]
# Of five periods, so many as a trend is calculated from (rule `trends`).
TREND_PERIODS = 5


@dataclass(frozen=True)
class Selection:
    """What the reader chose. `area_id` is None until a council is chosen."""

    area_id: str | None
    metric: Metric
    period: Period
    benchmark: Benchmark
    limits: bool | None = None
    """Whether limits allow for usual differences between councils, where the reader chose it."""


def database() -> Database:
    """The data version that a frozen link names, else the newest good one.

    It is the same throughout a run, whatever is published meanwhile. The page stops with a message when there never was
    one. Costs a check of a file or a folder when nothing changed.
    """
    try:
        newest = once_per_run(store().current)
    except DatabaseError as error:
        st.error(str(error), icon=":material/database_off:")
        st.stop()
    frozen = st.session_state.get(view_links.VERSION)
    if frozen:
        with suppress(DatabaseError):
            return store().at(frozen)
    return newest


def version() -> None:
    """Tell over every page of a frozen link which data version it shows, with a link to the newest.

    Call it before all that asks for the `database`. A version that is not archived is reported, and the newest shown.
    """
    version_name = st.query_params.get(view_links.VERSION)
    shown = None
    if version_name:
        # Without any good file there is nothing to choose from: `database` says it.
        with suppress(DatabaseError):
            newest = once_per_run(store().current)
            try:
                shown = store().at(version_name)
            except DatabaseError as error:
                st.warning(
                    view_links.not_kept(tables.plain(version_name[:LONGEST_NAME]), error, newest),
                    icon=":material/history:",
                )
    if shown is None:
        st.session_state.pop(view_links.VERSION, None)
        return
    live = view_links.live(
        "", {name: st.query_params.get_all(name) for name in st.query_params if name != view_links.VERSION}
    )
    with st.container(key="frozen", horizontal=True, vertical_alignment="center"):
        st.html(parts.frozen(view_links.notice(shown, newest), live or "?", newest=shown is newest))
        # Bound to the address, it goes with the reader from page to page.
        st.selectbox(
            "Data version", store().versions(), index=None, key=view_links.VERSION, bind="query-params", width=260,
            placeholder="The newest",
        )  # fmt: skip


def choices(db: Database, page: str) -> None:
    """Draw the choices that act on a page, bound to the address by the words the reader sees; keep the others."""
    titles = [metric.title for metric in db.metrics.values()]
    notices(db)
    with st.container(key="choices"):
        line = st.container()
        council, others = st.columns([3, sum(WIDTHS.values())])
        with council:
            only_council(db)
        # After the council, whose choice a link may have changed.
        acts = acting(db, page)
        needed = page in ("council", "own") and not st.session_state.get("la")
        keep(db, {"la", *acts})
        if "metric" not in acts:
            line.html(tables.choices_line(filter(None, [st.session_state.get("la")]), needed=needed))
            return
        drawn = {name: width for name, width in WIDTHS.items() if name in acts}
        where = dict(zip(drawn, others.columns([*drawn.values()]), strict=True))
        first = titles.index(db.metrics[DEFAULT_METRIC].title)
        # A target is in the unit of one measure: with another measure it is asked again.
        other_titles = other_names(db)
        where["metric"].selectbox(
            "Measure", [*titles, *other_titles], index=first, key="metric", bind="query-params",
            on_change=_take_measure, args=(other_titles,), filter_mode="contains",
        )  # fmt: skip
        metric_id = _metric(db).metric_id
        labels = [period.label for period in db.periods[metric_id]]
        before = st.session_state.get("measure_before", metric_id)
        if "period" in acts and before == metric_id:
            notice("period", "period", labels)
        if before != metric_id and st.session_state.get("period") == db.latest(before).label:
            # Readers of the newest period of one measure want the newest of the next.
            st.session_state.pop("period", None)
        st.session_state["measure_before"] = metric_id
        if st.session_state.get("period") not in labels:
            # The measure chosen now was not published for that period: its newest is shown instead.
            st.session_state.pop("period", None)
        if "period" in acts:
            where["period"].selectbox("Period", labels, key="period", bind="query-params")
        if "benchmark" in acts:
            with where["benchmark"]:
                choose_benchmark()
            choose_benchmark_details(db)
        now = [st.session_state.get(one) for one in ("la", *(name for name in WIDTHS if name in acts))]
        line.html(tables.choices_line(filter(None, now), needed=needed))


def tab_title(db: Database, page: str) -> str:
    """What a tab is called after its choices: "Leeds · Social worker vacancy rate"."""
    selection = chosen(db)
    area_id = selection.area_id or chosen_ended(db)
    council = db.names[area_id] if area_id else ""
    measure = selection.metric.title if "metric" in acting(db, st.session_state["page"]) else ""
    parts = [council, "" if council and page == "Council" else page, measure]
    return " · ".join(part for part in parts if part)


def only_council(db: Database) -> None:
    """Draw the choice of a council, which some pages alone share with others; a place may be typed instead."""
    others = places.options(db)
    asked = st.query_params.get("la")
    if (
        asked
        and "la" not in st.session_state
        and (area_id := places.find_council(db, asked) or places.find_ended(db, asked))
    ):
        st.session_state["la"] = db.names[area_id]

    def choose() -> None:
        typed = st.session_state["la"]
        st.session_state["la"] = others.get(typed, typed)

    st.selectbox(
        "Council", [*db.authorities.values(), *others, *db.ended.values()], index=None, key="la", bind="query-params",
        placeholder="Choose or type a council or place", on_change=choose,
    )  # fmt: skip


def notices(db: Database) -> None:
    """Report unknown names among the shared choices in the address, with the nearest known one."""
    _follow_other_titles(db)
    say_unknown_councils(db, "la", own_page=st.session_state["page"] == "council")
    notice("metric", "measure", [metric.title for metric in db.metrics.values()])
    notice("benchmark", "comparison", BENCHMARK_LABELS)
    say_unknown_councils(db, "group")


def _follow_other_titles(db: Database) -> None:
    """Choose the measure of an address by what else it is called, as from before its title changed."""
    said = st.query_params.get("metric")
    found = find_metric(db, said) if said else None
    if found and found.title != said:
        st.query_params["metric"] = st.session_state["metric"] = found.title


def choose_benchmark() -> None:
    """Draw the choice of the benchmark; `choose_benchmark_details` draws what else it needs from the reader."""
    first = BENCHMARK_LABELS.index(BENCHMARKS[DEFAULT].label)
    st.selectbox("Compare with", BENCHMARK_LABELS, index=first, key="benchmark", bind="query-params")


def choose_benchmark_details(db: Database) -> None:
    """Draw what else a benchmark needs from the reader: the councils of a group, or a target; of most nothing."""
    asks = _benchmark().asks
    if asks == "councils":
        st.multiselect(
            "Councils of your group", list(db.authorities.values()), key="group", bind="query-params",
            persist_state="session", placeholder="Choose or type councils",
        )  # fmt: skip
    elif asks == "number":
        metric = _metric(db)
        target_notice()
        st.number_input(
            f"Target for {literal(metric.short_title.lower())}, in {metric.unit}", min_value=0.0, value=None,
            step=10.0**-metric.decimals, format="%g", key="target", bind="query-params", persist_state="session",
            placeholder="Type a number", width=360,
        )  # fmt: skip


def chosen(db: Database, *, limits: bool = False) -> Selection:
    """The choices as objects; with those of `choose_limits` on pages that draw it."""
    metric = _metric(db)
    label, newest = st.session_state.get("period"), db.latest(metric.metric_id)
    period = next((one for one in db.periods[metric.metric_id] if one.label == label), newest)
    allowed = LIMITS.get(st.session_state.get("limits") or st.query_params.get("limits", "")) if limits else None
    return Selection(chosen_council(db), metric, period, benchmarks.with_limits(benchmark(), allowed), allowed)


def choose_limits() -> None:
    """Draw the choice of what the limits of verdicts and funnels allow for."""
    notice("limits", "choice of limits", list(LIMITS))
    st.selectbox("Limits allow for", list(LIMITS), key="limits", bind="query-params", width=260)


def chosen_council(db: Database) -> str | None:
    """The chosen council's number; None until one is chosen."""
    return {name: area_id for area_id, name in db.authorities.items()}.get(st.session_state["la"])


def chosen_ended(db: Database) -> str | None:
    """The number of a council that ended, where one is chosen."""
    return {name: area_id for area_id, name in db.ended.items()}.get(st.session_state["la"])


def headline(title: str, sentence: str, *, kicker: str = "", chosen: str | None = None) -> None:
    """The view's heading and first sentences, and at its foot the rest; of long tables `chosen` is the marked row."""
    first, rest = opening(sentence)
    with st.session_state["headline"]:
        st.html(tables.headline(title, first, kicker=kicker, chosen=chosen))
    if rest:
        st.session_state["below"].html(tables.note(rest))


def benchmark() -> Benchmark:
    """The benchmark the reader chose, with the councils picked or the target typed for it."""
    chosen, db = _benchmark(), database()
    if chosen.asks == "councils":
        numbers = {name: area_id for area_id, name in db.authorities.items()}
        return benchmarks.with_group(db, [numbers[name] for name in st.session_state.get("group", [])])
    if chosen.asks == "number":
        target = st.session_state.get("target")
        return benchmarks.with_target(target if target is not None and math.isfinite(target) else None, _metric(db))
    return chosen


def beside(db: Database, metric: Metric) -> tuple[Metric, Period] | None:
    """Draw the choice of a second measure and its period, to look at beside the first; None until one is chosen.

    The same measure may be chosen too, to compare two years: it begins with the oldest.
    """
    metrics = {one.title: one for one in db.metrics.values()}
    notice("compare_metric", "measure", list(metrics))
    title = st.selectbox(
        "Compare with a second map", list(metrics), index=None, key="compare_metric", bind="query-params",
        placeholder="Another measure or year", width=330,
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


def as_data(db: Database, view: Callable[[], View]) -> None:
    """Near the foot of a page: links to what it shows, its citation, its requests to the API and lines that send them.

    Calculated once it is open, and after all choices of the page are drawn: they are what a link holds.
    """
    with st.expander("Share, cite or get this data", key="as_data", on_change="rerun") as shown:
        if not shown.open:
            return
        shown_view, (_, root) = view(), _here()
        live, frozen = addresses(db)
        keep = bool(st.session_state.get(view_links.VERSION))
        st.html(
            parts.view(
                shown_view.addresses,
                lines(shown_view.addresses[0], root, db.data_version if keep else None),
                live=live,
                frozen=frozen,
                citation=exports.citation(db, shown_view.metrics, frozen),
                root=root,
                version=db.data_version,
                keep=keep,
            )
        )


def share(db: Database, kind: str, selection: Selection, **more: Any) -> None:
    """Under a chart or map: its picture, its rows, links to it and the code that embeds it.

    `kind` is a name of KINDS; `more` are choices of the page besides those that pages share (`Choices`).
    """
    choices = _picture_choices(selection, **more)
    frozen, embeds = bool(st.session_state.get(view_links.VERSION)), bool(settings().embed_hosts)
    st.html(sharing.share(db, KINDS[kind], choices, _here()[1], frozen=frozen, embeds=embeds))


def colour_of(db: Database, selection: Selection, metric: Metric, colour: str) -> str | None:
    """How a map is coloured, as its picture's address has it: None for the first way there is."""
    return None if colour == colour_schemes(db, metric, selection.benchmark)[0] else colour


def briefing_line(db: Database, selection: Selection) -> None:
    """What can be taken away of the chosen council: its briefing, its pictures, and its feed."""
    assert selection.area_id is not None
    version = st.session_state.get(view_links.VERSION)
    pictures = chart_links.pack(db, _picture_choices(selection), db.data_version if version else None)
    st.html(briefing_links.line(selection.area_id, selection.benchmark, version, pictures))


def _picture_choices(selection: Selection, **more: Any) -> Choices:
    held = {name: getattr(selection, name) for name in ("metric", "period", "benchmark", "area_id", "limits")}
    return Choices(**{**held, **more})


def addresses(db: Database) -> tuple[str, str]:
    """The live and the frozen link to what a page shows, after all its choices are drawn."""
    page, _ = _here()
    # Streamlit raises where it is asked for a name that no choice could have.
    parameters = {name: st.query_params.get_all(name) for name in st.query_params if name.isidentifier()}
    drawn = {name: st.session_state[name] for name in parameters if name in st.session_state}
    # A page without comparisons draws no benchmark.
    chosen = view_links.choices(parameters, drawn, _benchmark().asks if "benchmark" in st.session_state else None)
    return view_links.live(page, chosen), view_links.frozen(page, chosen, db.data_version)


def _here() -> tuple[str, str]:
    return view_links.here(st.context.url, str(st.session_state["page"]))


def footer(db: Database) -> None:
    """Licence and data version, under every page."""
    st.html(tables.footer(db))


def _take_measure(others: Mapping[str, str]) -> None:
    """Take the measure that another name stands for; a target was in the unit of the one before."""
    typed = st.session_state["metric"]
    st.session_state["metric"] = others.get(typed, typed)
    st.session_state["target"] = None


def _benchmark() -> Benchmark:
    # Pages on which none is chosen have the default.
    label = st.session_state.get("benchmark", BENCHMARKS[DEFAULT].label)
    return next(one for one in BENCHMARKS.values() if one.label == label)


def _metric(db: Database) -> Metric:
    # A page without the choice of a measure keeps that of the page before.
    title = st.session_state.get("metric") or st.query_params.get("metric")
    found = next((metric for metric in db.metrics.values() if metric.title == title), None)
    return found or db.metrics[st.session_state.get("measure_before", DEFAULT_METRIC)]
