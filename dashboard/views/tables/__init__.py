"""What several pages show as HTML: headings, notes, and tables that a screen reader walks and a printer prints.

Everything that is not markup of ours is escaped. Small pictures of the history of a measure are in the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.queries import Inspection, Judgement
from dashboard.data.database import Database
from dashboard.data.model import STRANDS, Metric, Row
from dashboard.data.names import format_date
from dashboard.data.names import released as released
from dashboard.views.tables import cells
from dashboard.views.tables.cells import day, link
from dashboard.views.tables.html import Html, bold, escape, items, join, outside, period, span, tag, td
from dashboard.views.tables.html import note as note
from dashboard.views.tables.table import CURRENT, Column, Table, wide
from dashboard.views.text import comparisons, formats
from dashboard.views.text.grammar import plural

STRAND_NAMES = {
    "overall": "Overall effectiveness",
    "leaders": "Impact of leaders",
    "protection": "Help and protection",
    "in_care": "Children in care",
    "care_leavers": "Care leavers",
}
# page.js brings it into view when a measure is chosen in the table above it.
MEASURE_ANCHOR = Html('<div id="measure"></div>')


def headline(title: str, sentence: str, *, kicker: str = "", chosen: str | None = None) -> Html:
    """The heading of a view and the sentence that opens it, which page.js has read out when it changes.

    Of a long table page.js marks the row of the `chosen` area, so that the table is not sent again with each choice.
    """
    small = tag("p", kicker, class_="kicker") if kicker else ""
    opening = tag("p", sentence, class_="sentence")
    return tag("header", small, tag("h1", title), opening, class_="headline", data_chosen=chosen or None)


def profile(
    db: Database,
    rows: pl.DataFrame,
    history: Mapping[str, Sequence[tuple[date, float | None]]],
    benchmark: Benchmark,
    *,
    chosen: str,
    caption: str,
) -> Html:
    """The whole council: one row a measure of `queries.profile`, by theme; the chosen measure is marked."""

    values = {metric_id: [value for _, value in figures] for metric_id, figures in history.items()}

    table = Table(
        "profile",
        (
            Column("Measure", lambda pair: measure(pair[1], pair[0]["period_end"], opens=("detail", "every"))),
            Column("Value", lambda pair: cells.compared(*pair)),
            Column("Change in a year", lambda pair: cells.moved(*pair)),
            Column("England", lambda pair: comparisons.companion(pair[0], "england", pair[1])),
            Column("Region", lambda pair: comparisons.companion(pair[0], "region", pair[1])),
            Column("Neighbours’ median", lambda pair: "" if pair[1].counted else cells.neighbours(*pair)),
            Column(benchmark.label, lambda pair: "" if pair[1].counted else cells.benchmark(*pair)),
            Column("Gap", lambda pair: cells.gap(*pair)),
            Column("Rank (1 = best)", lambda pair: cells.rank(*pair)),
            Column("Trend", lambda pair: td(cells.spark(values[pair[1].metric_id]), class_="course")),
        ),
        mark=lambda pair: CURRENT if pair[1].metric_id == chosen else Html(),
        group=lambda pair: pair[1].theme,
        phone=(2, 9),
    )
    return table.html(((row, db.metrics[row["metric_id"]]) for row in rows.iter_rows(named=True)), caption)


def measure(metric: Metric, end: date, *, before: str = "", unit: bool = True, opens: Sequence[str] = ()) -> Html:
    """The name of a measure, which chooses it, over its period and unit; `opens` are parts of the page it opens."""
    when = before + formats.period_label(metric, end) + (f", {metric.unit}" if unit and metric.unit != "%" else "")
    return join(link(metric.title, {"metric": metric.title, **dict.fromkeys(opens, "true")}), period(when))


def judgements(found: Iterable[Judgement], latest: Inspection | None, today: date) -> Html:
    """The latest judgements as a row of cards, with their own dates and the months since."""
    cards = []
    for judgement in found:
        strand = judgement.metric.metric_id.removeprefix("judgement_")
        words = judgement.grade or formats.reason(judgement.status, None, judgement.metric)
        css = cells.GRADE_CLASSES.get(judgement.grade or "", "grade-none")
        grade = span("grade", words[0].upper() + words[1:])
        cards.append(tag("li", span("strand", STRAND_NAMES[strand]), grade, class_=f"card {css}"))
    return join(tag("ul", *cards, class_="cards"), note(inspected(latest, today)))


def inspected(latest: Inspection | None, today: date) -> Html:
    """When the latest inspection was, how long ago, and where the report is."""
    if latest is None:
        return Html("No inspection since 2013 is on record.")
    months = (today.year - latest.on.year) * 12 + today.month - latest.on.month - (today.day < latest.on.day)
    on = f"Inspected from {format_date(latest.started)}, published" if latest.started else "Published"
    ago = f"{plural(months, 'month')} ago" if months else "less than a month ago"
    words = f"{on} {format_date(latest.published)} ({latest.framework}): {ago}."
    return join(words, *((" ", outside("Read the report", latest.url), ".") if latest.url else ()))


def inspections(found: Sequence[Inspection], caption: str) -> Html:
    """Every inspection since 2013, newest first, each judgement in words."""

    def grade(strand: str) -> Column:
        return Column(STRAND_NAMES[strand], lambda one: cells.grade(one.grades.get(strand), one.framework, strand))

    table = Table(
        "inspections",
        (
            Column("Published", lambda one: cells.report({"published": one.published, "url": one.url})),
            Column("Inspected from", lambda one: day(one.started) if one.started else "not printed"),
            Column("Framework", lambda one: one.framework + (f", {one.type}" if one.type else "")),
            *(grade(strand) for strand in STRANDS),
        ),
        phone=(5, 6),
    )
    return table.html(found, caption)


def councils(db: Database, rows: pl.DataFrame, metric: Metric, benchmark: Benchmark, caption: str) -> Html:
    """All councils of `queries.councils` in its order, best first and missing last, each a link to its page."""

    def name(row: Row) -> Html:
        linked = cells.council(row["name"]) if row["name"] else ""
        return join(linked, cells.joint_note(row, db.names), cells.not_ranked(row))

    table = Table(
        "councils",
        (
            Column("Council", name),
            Column("Value", lambda row: cells.compared(row, metric)),
            wide(Column("Change in a year", lambda row: cells.moved(row, metric))),
            *(wide(one) for one in comparison(metric, benchmark)),
            *rank_columns(metric),
        ),
    )
    return table.html(rows, caption)


def comparison(metric: Metric, benchmark: Benchmark) -> list[Column]:
    """The benchmark, how far from it and whether significant; none of grades and counts."""
    if metric.graded or metric.counted:
        return []
    return [
        Column(benchmark.label, lambda row: cells.benchmark(row, metric)),
        Column("Gap", lambda row: cells.gap(row, metric)),
        Column(comparisons.significant(metric, benchmark), cells.short_verdict),
    ]


def rank_columns(metric: Metric, heading: str = "Rank (1 = best)") -> list[Column]:
    """The quarter and rank, of what is ranked."""
    return [Column(heading, lambda row: cells.rank(row, metric))] if metric.ranked else []


def source_note(db: Database, metric: Metric) -> Html:
    """Source, release date and licence, for under a picture (rule `pages`)."""
    source = db.sources[metric.source_id]
    made = f" Worked out here: {metric.made}." if metric.made else ""
    caveat = f" {metric.caveat}" if metric.caveat else ""
    next_edition = formats.next_edition(source.next_release, metric.next_due, datetime.now(UTC).date())
    following = f" Next release: {next_edition}." if next_edition else ""
    return note(
        f"{metric.definition}{caveat}{made}", Html("<br>"), f"Source: {source.publisher}, ",
        outside(source.title, source.page), f", {source.release}, {released(source.released)}. ",
        f"{source.licence}.{following} ", link("How it is measured", {"measure": metric.title}, page="/methods"), ".",
    )  # fmt: skip


def council_links(db: Database) -> Html:
    """Every council of today as a link to its page, by region."""
    blocks = []
    for region_id in db.area.filter(pl.col("kind") == "region").sort("area_id")["area_id"]:
        names = [name for area_id, name in db.authorities.items() if db.regions[area_id] == region_id]
        if names:
            links = items(link(name, {"la": name}) for name in names)
            blocks.append(tag("section", tag("h2", db.names[region_id]), links))
    return tag("div", *blocks, class_="links")


def choices_line(chosen: Iterable[str], *, needed: bool = False) -> Html:
    """What is chosen, in one line: on a phone, where answers come before choosers, it opens them.

    Where a choice is `needed` before there is any answer they are open.
    """
    # page.js opens them, and keeps them open while others are chosen.
    words = join(*chosen, bold("Change"), by=" · ")
    return tag(
        "button",
        words,
        type="button",
        class_=f"choices{' needed' if needed else ''}",
        data_choosing=True,
        aria_expanded="false",
    )


def sentence(text: str) -> Html:
    """A generated sentence inside a page."""
    return tag("p", text, class_="sentence")


def subheading(text: str) -> Html:
    """The heading of a part right below the page's own: of that level, and no larger than those of parts of parts."""
    return tag("h2", text, class_="sub")


def notes(heading: str, lines: Iterable[str]) -> Html:
    """Small print: what it is, and what it rests on, a line each."""
    return tag("div", note(heading), items(lines), class_="note")


def trend(rows: pl.DataFrame, metric: Metric, name: str) -> Html:
    """The figures of `queries.trend`, newest first, missing with their reason."""

    def number(heading: str, column: str) -> Column:
        return Column(heading, lambda row: comparisons.companion(row, column, metric))

    table = Table(
        "trend",
        (
            Column(f"{metric.period_kind[0].upper()}{metric.period_kind[1:]}", lambda row: f"{row['period_end']:%Y}"),
            Column(name, lambda row: cells.value(row, metric)),
            number("England", "england"),
            number("Region", "region"),
            number("Neighbours’ median", "neighbours"),
            *([number("Best quarter", "best")] if metric.ranked else []),
            *rank_columns(metric),
        ),
        phone=(2, 3),
    )
    return table.html(rows.reverse(), f"{metric.title} in {name} over time")


def councils_instead(names: Sequence[str], ended: str | None = None) -> Html:
    """Links to the councils that a reader may have meant, and to the page of one that ended."""
    own_page = [(f"{ended}, to its end", {"la": ended}, "/council")] if ended else []
    return instead([*((name, {"la": name}, "") for name in names), *own_page])


def instead(links: Iterable[tuple[str, Mapping[str, str], str]]) -> Html:
    """Links to what a reader may have meant: the words, what they choose, and the page, if it is another."""
    return tag("p", "Show ", join(*(link(*one) for one in links), by=" · "), class_="note")


def footer(db: Database) -> Html:
    """Licence, attribution and data version."""
    return Html(
        '<footer class="foot"><p>Contains public sector information licensed under the Open Government Licence v3.0. '
        "Boundaries: Office for National Statistics; contains OS data © Crown copyright and database right. "
        "Tile map: ODI Leeds (MIT). Inspections since Ofsted’s latest official file: JT-39, with "
        "a fork of Data to Insight’s tool, each checked against Ofsted’s report.</p>"
        '<p><a href="/api" target="_self">API</a> · '
        '<a data-choose href="/accessibility">Accessibility statement</a></p>'
        f"<p>Data version {escape(db.data_version)}.</p></footer>"
    )


def plain(text: str) -> str:
    """A reader's own words cut short and without what Markdown would act on."""
    return re.sub(r"[^\w\s,.()'&-]", "", text)[:60]
