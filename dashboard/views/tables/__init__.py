"""Tables as HTML: real rows and headings that a screen reader walks and a printer prints.

Everything that is not markup of ours is escaped. Small pictures of the course of a measure stand in the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.queries import Inspection, Judgement
from dashboard.data.database import Database
from dashboard.data.model import STRANDS, Metric
from dashboard.views.tables import html
from dashboard.views.text import formats

STRAND_NAMES = {
    "overall": "Overall effectiveness",
    "leaders": "Impact of leaders",
    "protection": "Help and protection",
    "in_care": "Children in care",
    "care_leavers": "Care leavers",
}
# page.js brings it into view when a measure is chosen in the table above it.
MEASURE_ANCHOR = '<div id="measure"></div>'


def headline(title: str, sentence: str, *, kicker: str = "", chosen: str | None = None) -> str:
    """The heading of a view and the sentence that opens it, which page.js has read out when it changes.

    Of a long table page.js marks the row of the `chosen` area, so that the table is not sent anew with each choice.
    """
    small = f'<p class="kicker">{escape(kicker)}</p>' if kicker else ""
    area = f' data-chosen="{escape(chosen)}"' if chosen else ""
    return (
        f'<header class="headline"{area}>{small}<h1>{escape(title)}</h1>'
        f'<p class="sentence">{escape(sentence)}</p></header>'
    )


def profile(
    db: Database,
    rows: pl.DataFrame,
    history: Mapping[str, Sequence[tuple[date, float | None]]],
    benchmark: Benchmark,
    *,
    chosen: str,
    caption: str,
) -> str:
    """The whole council: one row a measure of `queries.profile`, by theme; the chosen measure is marked."""
    heads = (
        "Measure", "Value", "Change in a year", "England", "Region", "Neighbours’ median",
        benchmark.label, "Gap", "Standing, best first", "Course",
    )  # fmt: skip
    body = []
    theme = ""
    for row in rows.iter_rows(named=True):
        metric = db.metrics[row["metric_id"]]
        if metric.theme != theme:
            theme = metric.theme
            body.append(f'<tr class="theme"><th colspan="{len(heads)}" scope="colgroup">{escape(theme)}</th></tr>')
        body.append(_profile_row(metric, row, history[metric.metric_id], is_chosen=metric.metric_id == chosen))
    return html.table(caption, heads, body, kind="profile")


def _profile_row(
    metric: Metric, row: Mapping[str, Any], history: Sequence[tuple[date, float | None]], *, is_chosen: bool
) -> str:
    period = formats.period_label(metric, row["period_end"])
    link = html.link(metric.title, {"metric": metric.title})
    if row["value"] is None:
        value = f'<span class="missing">{escape(formats.reason(row["status"], row["symbol"], metric))}</span>'
    else:
        value = f"<b>{escape(formats.brief(row['value'], metric))}</b>"
    unit = "" if metric.unit == "%" else f", {escape(metric.unit)}"
    compared = not metric.counted
    cells = [
        f'<th scope="row">{link}<span class="period">{escape(period)}{unit}</span></th>',
        html.cell(value),
        html.cell(html.change(row["change"], metric)),
        html.cell(html.number(row["england"], metric)),
        html.cell(html.number(row["region"], metric)),
        html.cell(html.neighbours(row, metric) if compared else ""),
        html.cell(html.number(row["benchmark"], metric) if compared else ""),
        html.cell(html.gap(row, metric)),
        html.cell(html.standing(row, metric)),
        f'<td class="course">{html.spark([value for _, value in history])}</td>',
    ]
    mark = ' class="chosen" aria-current="true"' if is_chosen else ""
    return f"<tr{mark}>{''.join(cells)}</tr>"


def judgements(found: Iterable[Judgement], latest: Inspection | None, today: date) -> str:
    """The latest judgements as a row of cards, with their own dates and the months since."""
    cards = []
    for judgement in found:
        strand = judgement.metric.metric_id.removeprefix("judgement_")
        words = judgement.grade or formats.reason(judgement.status, None, judgement.metric)
        css = html.GRADE_CLASSES.get(judgement.grade or "", "grade-none")
        cards.append(
            f'<li class="card {css}"><span class="strand">{escape(STRAND_NAMES[strand])}</span>'
            f'<span class="grade">{escape(words[0].upper() + words[1:])}</span></li>'
        )
    return f'<ul class="cards">{"".join(cards)}</ul><p class="note">{inspected(latest, today)}</p>'


def inspected(latest: Inspection | None, today: date) -> str:
    """When the latest inspection was, how long ago, and where the report is."""
    if latest is None:
        return "No inspection since 2013 is on record."
    months = (today.year - latest.on.year) * 12 + today.month - latest.on.month - (today.day < latest.on.day)
    on = f"Inspected from {latest.started:%-d %B %Y}, published" if latest.started else "Published"
    ago = f"{months} month{'' if months == 1 else 's'} ago" if months else "less than a month ago"
    words = escape(f"{on} {latest.published:%-d %B %Y} ({latest.framework}): {ago}.")
    return words + (f' <a href="{escape(latest.url)}" rel="noopener">Read the report</a>.' if latest.url else "")


def inspections(found: Sequence[Inspection], caption: str) -> str:
    """Every inspection since 2013, newest first, each judgement in words."""
    body = []
    for one in found:
        report = f'<a href="{escape(one.url)}" rel="noopener">{one.published:%-d %b %Y}</a>' if one.url else (
            f"{one.published:%-d %b %Y}"
        )  # fmt: skip
        grades = "".join(html.cell(html.grade(one.grades.get(strand), one.framework, strand)) for strand in STRANDS)
        started = f"{one.started:%-d %b %Y}" if one.started else "not printed"
        kind = escape(one.framework + (f", {one.type}" if one.type else ""))
        body.append(f'<tr><th scope="row">{report}</th><td>{started}</td><td>{kind}</td>{grades}</tr>')
    heads = ("Published", "Inspected from", "Framework", *STRAND_NAMES.values())
    return html.table(caption, heads, body, kind="inspections")


def councils(db: Database, rows: pl.DataFrame, metric: Metric, benchmark: Benchmark, caption: str) -> str:
    """All councils of `queries.councils` in its order, best first and missing last, each a link to its page."""
    heads = ["Council", "Value", "Change in a year"]
    heads += [benchmark.label, "Gap", "Beyond chance?"] if not (metric.graded or metric.counted) else []
    heads += ["Standing, best first"] if metric.ranked else []
    body = []
    for row in rows.iter_rows(named=True):
        joint = [name for name in (db.names[other] for other in row["return_id"].split("+")) if name != row["name"]]
        note = f'<span class="period">{escape(formats.joint(joint))}</span>' if joint else ""
        note += '<span class="period">very small: read with care</span>' if row["very_small"] else ""
        if row["value"] is None:
            value = f'<span class="missing">{escape(formats.reason(row["status"], row["symbol"], metric))}</span>'
        else:
            value = f"<b>{escape(formats.brief(row['value'], metric))}</b>"
        cells = [value, html.change(row["change"], metric)]
        if not (metric.graded or metric.counted):
            cells += [
                html.number(row["benchmark"], metric),
                html.gap(row, metric),
                escape(html.short_verdict(row)),
            ]
        if metric.ranked:
            cells.append(html.standing(row, metric))
        name = html.link(row["name"], {"la": row["name"]}, page="/council") if row["name"] else ""
        body.append(f'<tr><th scope="row">{name}{note}</th>{html.cells(cells)}</tr>')
    return html.table(caption, heads, body, kind="councils")


def source_note(db: Database, metric: Metric) -> str:
    """Source, release date and licence, for under a picture (rule `pages`)."""
    source = db.sources[metric.source_id]
    derived = " Rate derived here from the published count and the ONS population." if metric.derived else ""
    caveat = f" {metric.caveat}" if metric.caveat and not metric.derived else ""
    following = f" Next edition: {escape(source.next_release)}." if source.next_release else ""
    return (
        f'<p class="note">{escape(metric.definition)}{escape(caveat)}{derived}<br>Source: {escape(source.publisher)}, '
        f'<a href="{escape(source.page)}" rel="noopener">{escape(source.title)}</a>, {escape(source.release)}, '
        f"{escape(released(source.released))}. {escape(source.licence)}.{following} "
        f"{html.link('How it is measured', {'measure': metric.title}, page='/methods')}.</p>"
    )


def released(text: str) -> str:
    """A release date as exact as it is known: "19 March 2026", or "May 2025"."""
    return f"{date.fromisoformat(text):%-d %B %Y}" if len(text) == 10 else f"{date.fromisoformat(text + '-01'):%B %Y}"


def council_links(db: Database) -> str:
    """Every council of today as a link to its page, by region."""
    blocks = []
    regions = db.area.filter(pl.col("kind") == "region").sort("area_id")["area_id"]
    for region_id in regions:
        links = [
            f"<li>{html.link(name, {'la': name})}</li>"
            for area_id, name in db.authorities.items()
            if db.regions[area_id] == region_id
        ]
        if links:
            blocks.append(f"<section><h2>{escape(db.names[region_id])}</h2><ul>{''.join(links)}</ul></section>")
    return f'<div class="links">{"".join(blocks)}</div>'


def sentence(text: str) -> str:
    """A generated sentence inside a page."""
    return f'<p class="sentence">{escape(text)}</p>'


def subheading(text: str) -> str:
    """The heading of a part right below the page's own: of that level, and no larger than those of parts of parts."""
    return f'<h2 class="sub">{escape(text)}</h2>'


def note(text: str) -> str:
    """Small print below a picture."""
    return f'<p class="note">{escape(text)}</p>'


def notes(heading: str, lines: Iterable[str]) -> str:
    """Small print: what it is, and what it rests on, a line each."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<div class="note"><p class="note">{escape(heading)}</p><ul>{items}</ul></div>'


def trend(rows: pl.DataFrame, metric: Metric, name: str) -> str:
    """The figures of `queries.trend`, newest first, missing with their reason."""
    heads = [
        f"{metric.period_kind[0].upper()}{metric.period_kind[1:]}",
        name,
        "England",
        "Region",
        "Neighbours’ median",
    ]
    heads += ["Best quarter", "Standing, best first"] if metric.ranked else []
    body = []
    for row in rows.reverse().iter_rows(named=True):
        value = formats.brief(row["value"], metric) or formats.reason(row["status"], row["symbol"], metric)
        others = [row["england"], row["region"], row["neighbours"], *([row["best"]] if metric.ranked else [])]
        cells = [escape(value), *(html.number(other, metric) for other in others)]
        cells += [html.standing(row, metric)] if metric.ranked else []
        body.append(f'<tr><th scope="row">{row["period_end"]:%Y}</th>{html.cells(cells)}</tr>')
    return html.table(f"{metric.title} in {name} over time", heads, body, kind="trend")


def footer(db: Database) -> str:
    """Licence, attribution and data version."""
    return (
        '<footer class="foot"><p>Contains public sector information licensed under the Open Government Licence v3.0. '
        "Boundaries: Office for National Statistics; contains OS data © Crown copyright and database right. "
        "Tile layout after ODI Leeds (MIT). Inspections after Ofsted’s newest official file: Data to Insight.</p>"
        '<p><a href="/api" target="_self">Every figure by address, for programs</a> · '
        '<a data-choose href="/accessibility">Accessibility statement</a></p>'
        f"<p>Data version {escape(db.data_version)}.</p></footer>"
    )


def plain(text: str) -> str:
    """A reader's own words cut short and without what Markdown would act on."""
    return re.sub(r"[^\w\s,.()'&-]", "", text)[:60]
