"""A council's own figures beside the published ones: typed, pasted or uploaded, and in this session alone."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from dashboard.analysis import local_rank, queries
from dashboard.analysis.local_figures import Own
from dashboard.files import exports
from dashboard.files.pages import local_figures
from dashboard.pages.components import local_figures_form
from dashboard.pages.components.one_of import one_of
from dashboard.pages.components.own_files import file_button
from dashboard.pages.shared import session
from dashboard.pages.shared.downloads import download
from dashboard.views import tables
from dashboard.views.charts import palette
from dashboard.views.charts.local_figures import draw_local_figure
from dashboard.views.charts.strip import level_of
from dashboard.views.tables import local_figures as parts
from dashboard.views.text import formats
from dashboard.views.text import local_figures as sentences
from dashboard.views.text.markdown import literal

HEIGHT = 420
TITLE = "Your own figures"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

db = session.database()
chosen = session.chosen(db)
benchmark, metric, area_id = chosen.benchmark, chosen.metric, chosen.area_id


def promise(others: Sequence[str]) -> None:
    """What becomes of figures, and the button that clears them; `others` are the other councils that have some."""
    words, button = st.columns([5, 2], gap="medium")
    words.html(parts.promise("Your figures are private.", sentences.STAY))
    with button:
        local_figures_form.clear_button()
        if others:
            names = formats.listed([db.names[other] for other in others])
            st.html(tables.note(f"Also in your session: figures of {names}."))


def ways(council: str) -> None:
    """The three ways to give figures of a council, and what became of what was given last."""
    session.notice("way", "way to give figures", list(local_figures_form.WAYS))
    way = one_of("Add figures", local_figures_form.WAYS, "way")
    if way == local_figures_form.WAYS[0]:
        type_figure(council)
    else:
        (local_figures_form.paste if way == local_figures_form.WAYS[1] else local_figures_form.upload)(db, council)
        with st.container(key="files", horizontal=True):
            template(council, "Excel", local_figures.template_xlsx, "xlsx", EXCEL)
            template(council, "CSV", local_figures.template_csv, "csv", "text/csv")
    result = local_figures_form.last_result(council)
    if result is not None:
        checked, file = result
        st.html(tables.sentence(sentences.result(checked, file)))
        if checked.errors:
            st.html(parts.findings(checked.errors, "Not accepted"))
        if checked.warnings:
            st.html(parts.findings(checked.warnings, "Please check these"))


def type_figure(council: str) -> None:
    """The form for one figure of the chosen measure, and what to know of it."""
    if metric.graded:
        st.html(tables.note("Judgements are Ofsted's to give: choose another measure at the top."))
        return
    local_figures_form.type_one(db, council, metric)
    published = db.newest.filter((pl.col("metric_id") == metric.metric_id) & (pl.col("area_id") == council))
    row = published.row(0, named=True) if published.height else None
    st.html(tables.note(sentences.orientation(db.names[council], row, metric)))


def template(council: str, label: str, make: Any, suffix: str, media_type: str) -> None:
    """A button for the template of a council, made when it is clicked; there is nothing of the reader's in it."""
    st.download_button(
        f"Download the template for {literal(formats.place(db.names[council]))} ({label})", partial(make, db, council),
        f"{council}-template.{suffix}", media_type, icon=":material/download:", on_click="ignore",
        key=f"template {suffix}",
    )  # fmt: skip


def beside(name: str, figures: Sequence[Own], rows: pl.DataFrame) -> None:
    """The figures beside the published ones, and the file of them."""
    st.header("Compared with published figures", anchor=False)
    yours_for = local_figures_form.when_field()
    caption = (
        f"{name}: {sentences.YOURS}{f', {yours_for}' if yours_for else ''}, compared with the latest published figures"
    )
    odd = [figure.metric_id for figure in figures if figure.warnings]
    st.html(parts.figures(db, rows, benchmark, caption, chosen=metric.metric_id, odd=odd))
    judged = rows.filter(pl.col("low").is_not_null())["metric_id"]
    census = any(db.metrics[metric_id].indicative for metric_id in judged)
    st.html(tables.note(f"{sentences.STILL} {sentences.INDICATIVE if census else ''}".strip()))
    table = local_figures.with_rank(db, rows, figures, benchmark, yours_for)
    file_button(
        f"Download your figures with ranks, {table.height} row{'' if table.height == 1 else 's'} (CSV)",
        f"{rows['area_id'][0]}-your-figures-unpublished.csv", exports.csv(table).decode("utf-8"),
        key="own_given_back",
    )  # fmt: skip


def among(name: str, own: dict[str, Any]) -> None:
    """The chosen measure: all councils as published, and the own figure where it would rank."""
    period = db.latest(metric.metric_id)
    when = formats.period_label(metric, period.end)
    everybody = queries.councils(db, metric, period, benchmark)
    england = queries.england(db, metric, period)
    st.html(tables.MEASURE_ANCHOR)
    st.header(literal(metric.title), anchor=False)
    st.subheader(f"Among all councils, {when}", anchor=False)
    session.chart(
        draw_local_figure(
            everybody, metric, palette.classify(everybody, metric, "quarter" if metric.ranked else "value"), own=own,
            england=level_of(england), benchmark_label=benchmark.title, height=HEIGHT,
        ),
        "own",
        f"{sentences.would(formats.place(name), own, metric)} {sentences.since(own, metric)}",
    )  # fmt: skip
    st.html(tables.source_note(db, metric))
    with st.expander("All councils with yours, as a table", key="among", on_change="rerun", bind="query-params") as box:
        if box.open:
            st.html(
                parts.among(db, everybody, own, metric, f"{metric.title}, {when}, with a figure of yours, unpublished")
            )
    download(
        db, everybody, f"{metric.metric_id}-{period.end}.csv", benchmark=benchmark,
        label=f"Download the {everybody.height} published rows, without yours (CSV)",
    )  # fmt: skip


# No st.stop here: a run that is stopped keeps what stood in fields that are no more, and "cleared" would be untrue.
if area_id is None:
    session.headline(TITLE, sentences.NO_COUNCIL)
    promise(local_figures_form.other_councils(""))
    st.html(tables.council_links(db))
else:
    figures = local_figures_form.figures_of(area_id)
    ranked = local_rank.rank_figures(db, area_id, figures, benchmark)
    listed, council = ranked.to_dicts(), db.names[area_id]
    own = next((row for row in listed if row["metric_id"] == metric.metric_id), None)
    partners = queries.partners(db, own["return_id"], area_id) if own else []
    sentence = sentences.opening(council, listed, metric, db.metrics, benchmark, partners)
    session.headline(TITLE, sentence, kicker=f"{council}: {sentences.YOURS}" if figures else council)
    promise(local_figures_form.other_councils(area_id))
    ways(area_id)
    if figures:
        beside(council, figures, ranked)
    if own is not None:
        among(council, own)
