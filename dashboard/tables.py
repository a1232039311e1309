"""Tables as HTML: real rows and headings that a screen reader walks and a printer prints.

Everything that is not markup of ours is escaped. Small pictures of the course of a measure are images in the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any
from urllib.parse import quote, urlencode

import polars as pl

from dashboard import wording
from dashboard.benchmarks import Benchmark
from dashboard.database import Database, Metric
from dashboard.queries import STRANDS, Inspection, Judgement

STRAND_NAMES = {
    "overall": "Overall effectiveness",
    "leaders": "Impact of leaders",
    "protection": "Help and protection",
    "in_care": "Children in care",
    "care_leavers": "Care leavers",
}
GRADE_CLASSES = {grade: f"grade-{position}" for position, grade in enumerate(wording.GRADES, start=1)}
# page.js brings it into view when a measure is chosen in the table above it.
MEASURE_ANCHOR = '<div id="measure"></div>'
SPARK_WIDTH, SPARK_HEIGHT, SPARK_PAD = 88, 22, 3


def headline(title: str, sentence: str, *, kicker: str = "") -> str:
    """The heading of a view and the sentence that opens it, announced politely when it changes."""
    small = f'<p class="kicker">{escape(kicker)}</p>' if kicker else ""
    return (
        f'<header class="headline">{small}<h1>{escape(title)}</h1>'
        f'<p class="sentence" role="status" aria-live="polite">{escape(sentence)}</p></header>'
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
    return _table(caption, heads, body, kind="profile")


def _profile_row(
    metric: Metric, row: Mapping[str, Any], history: Sequence[tuple[date, float | None]], *, is_chosen: bool
) -> str:
    period = wording.period_label(metric, row["period_end"])
    link = _link(metric.title, {"metric": metric.title})
    if row["value"] is None:
        value = f'<span class="missing">{escape(wording.reason(row["status"], row["symbol"], metric))}</span>'
    else:
        value = f"<b>{escape(wording.brief(row['value'], metric))}</b>"
    unit = "" if metric.unit == "%" else f", {escape(metric.unit)}"
    compared = not metric.counted
    cells = [
        f'<th scope="row">{link}<span class="period">{escape(period)}{unit}</span></th>',
        _cell(value),
        _cell(_change(row["change"], metric)),
        _cell(_number(row["england"], metric)),
        _cell(_number(row["region"], metric)),
        _cell(_neighbours(row, metric) if compared else ""),
        _cell(_number(row["benchmark"], metric) if compared else ""),
        _cell(_gap(row, metric)),
        _cell(_standing(row, metric)),
        f'<td class="course">{spark([value for _, value in history])}</td>',
    ]
    mark = ' class="chosen" aria-current="true"' if is_chosen else ""
    return f"<tr{mark}>{''.join(cells)}</tr>"


def judgements(found: Iterable[Judgement], latest: Inspection | None, today: date) -> str:
    """The latest judgements as a row of cards, with their own dates and the months since."""
    cards = []
    for judgement in found:
        strand = judgement.metric.metric_id.removeprefix("judgement_")
        words = judgement.grade or wording.reason(judgement.status, None, judgement.metric)
        css = GRADE_CLASSES.get(judgement.grade or "", "grade-none")
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
        grades = "".join(_cell(_grade(one.grades.get(strand), one.framework, strand)) for strand in STRANDS)
        started = f"{one.started:%-d %b %Y}" if one.started else "not printed"
        kind = escape(one.framework + (f", {one.type}" if one.type else ""))
        body.append(f'<tr><th scope="row">{report}</th><td>{started}</td><td>{kind}</td>{grades}</tr>')
    heads = ("Published", "Inspected from", "Framework", *STRAND_NAMES.values())
    return _table(caption, heads, body, kind="inspections")


def councils(db: Database, rows: pl.DataFrame, metric: Metric, benchmark: Benchmark, caption: str) -> str:
    """All councils of `queries.councils` in its order, best first and missing last, each a link to its page."""
    heads = ["Council", "Value", "Change in a year"]
    heads += [benchmark.label, "Gap", "Beyond chance?"] if not (metric.graded or metric.counted) else []
    heads += ["Standing, best first"] if metric.ranked else []
    body = []
    for row in rows.iter_rows(named=True):
        joint = [name for name in (db.names[other] for other in row["return_id"].split("+")) if name != row["name"]]
        note = f'<span class="period">{escape(wording.joint(joint))}</span>' if joint else ""
        note += '<span class="period">very small: read with care</span>' if row["very_small"] else ""
        if row["value"] is None:
            value = f'<span class="missing">{escape(wording.reason(row["status"], row["symbol"], metric))}</span>'
        else:
            value = f"<b>{escape(wording.brief(row['value'], metric))}</b>"
        cells = [value, _change(row["change"], metric)]
        if not (metric.graded or metric.counted):
            cells += [_number(row["benchmark"], metric), _gap(row, metric), escape(_short_verdict(row, metric))]
        if metric.ranked:
            cells.append(_standing(row, metric))
        name = _link(row["name"], {"la": row["name"]}, page="/council") if row["name"] else ""
        body.append(f'<tr><th scope="row">{name}{note}</th>{"".join(map(_cell, cells))}</tr>')
    return _table(caption, heads, body, kind="councils")


def spark(values: Sequence[float | None]) -> str:
    """The course of a measure as a small image; decorative, since the figures stand in the row and the chart."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    span = high - low or 1.0
    step = (SPARK_WIDTH - 2 * SPARK_PAD) / (len(values) - 1)
    path, pen, end = "", "M", ""
    for position, value in enumerate(values):
        if value is None:
            pen = "M"  # a gap in the line
            continue
        x = SPARK_PAD + position * step
        y = SPARK_PAD + (high - value) / span * (SPARK_HEIGHT - 2 * SPARK_PAD)
        path += f"{pen}{x:.0f} {y:.0f}"
        pen, end = "L", f"cx='{x:.0f}' cy='{y:.0f}'"
    image = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {SPARK_WIDTH} {SPARK_HEIGHT}'>"
        f"<path d='{path}' fill='none' stroke='#505a5f'/><circle {end} r='2.5'/></svg>"
    )
    # Only what an address or an attribute cannot hold is escaped: there are sixty of these on a page.
    source = quote(image, safe=" '/:=<>().,")
    return f'<img alt="" width="{SPARK_WIDTH}" height="{SPARK_HEIGHT}" src="data:image/svg+xml,{source}">'


def source_note(db: Database, metric: Metric) -> str:
    """Source, release date and licence, for under a picture (rule 26)."""
    source = db.sources[metric.source_id]
    derived = " Rate derived here from the published count and the ONS population." if metric.derived else ""
    caveat = f" {metric.caveat}" if metric.caveat and not metric.derived else ""
    return (
        f'<p class="note">{escape(metric.definition)}{escape(caveat)}{derived}<br>Source: {escape(source.publisher)}, '
        f'<a href="{escape(source.page)}" rel="noopener">{escape(source.title)}</a>, {escape(source.release)}, '
        f"{escape(released(source.released))}. {escape(source.licence)}.</p>"
    )


def released(text: str) -> str:
    """A release date as exact as it is known: "19 March 2026", or "May 2025"."""
    return f"{date.fromisoformat(text):%-d %B %Y}" if len(text) == 10 else f"{date.fromisoformat(text + '-01'):%B %Y}"


def _table(caption: str, heads: Sequence[str], body: Sequence[str], *, kind: str) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table class="{kind}">'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _link(text: str, query: Mapping[str, str], page: str = "") -> str:
    # page.js adds the choices that are already in the address, and follows the link without loading the page anew.
    return f'<a data-choose href="{page}?{escape(urlencode(query))}">{escape(text)}</a>'


def _cell(html: str) -> str:
    return f"<td>{html}</td>"


def _number(value: float | None, metric: Metric) -> str:
    return escape(wording.brief(value, metric))


def _neighbours(row: Mapping[str, Any], metric: Metric) -> str:
    if row["neighbours"] is None:
        return ""
    base = f'<span class="period">{row["neighbours_base"]} of 10</span>' if row["neighbours_base"] < 10 else ""
    return _number(row["neighbours"], metric) + base


def _change(change: float | None, metric: Metric) -> str:
    if change is None:
        return ""
    word = wording.direction(change, metric)
    css = word if word in ("better", "worse") else "same"
    return f'{escape(wording.signed(change, metric))}<span class="word {css}">{escape(word)}</span>'


def _gap(row: Mapping[str, Any], metric: Metric) -> str:
    if row["gap"] is None:
        no_best = metric.neutral and not metric.counted and row["value"] is not None and row["benchmark"] is None
        return '<span class="period">no best</span>' if no_best else ""
    if not metric.ranked:
        return escape(wording.signed(row["gap"], metric))
    if wording.gap(row, metric) == "meets it":
        return '<span class="word better">meets it</span>'
    real = wording.shortfall(row, metric)
    return escape(wording.signed(row["value"] - row["benchmark"], metric)) + (
        f'<span class="period">{escape(real)}</span>' if real else ""
    )


def _standing(row: Mapping[str, Any], metric: Metric) -> str:
    if row["rank"] is None:
        return f'<span class="period">{"not ranked" if not metric.ranked else ""}</span>'
    place = wording.standing(row)
    return f'<span class="quarter q{row["quarter"]}">{escape(wording.QUARTERS[row["quarter"]])}</span> {escape(place)}'


def _short_verdict(row: Mapping[str, Any], metric: Metric) -> str:
    return wording.verdict(row, metric).replace(": chance could explain the difference", "")


def _grade(grade: str | None, framework: str, strand: str) -> str:
    if grade:
        return f'<span class="chip {GRADE_CLASSES[grade]}">{escape(grade)}</span>'
    if strand == "overall" and framework == "ILACS from April 2026":
        return '<span class="missing">not given since April 2026</span>'
    return '<span class="missing">not judged</span>'


def council_links(db: Database) -> str:
    """Every council of today as a link to its page, by region."""
    blocks = []
    regions = db.area.filter(pl.col("kind") == "region").sort("area_id")["area_id"]
    for region_id in regions:
        links = [
            f"<li>{_link(name, {'la': name})}</li>"
            for area_id, name in db.authorities.items()
            if db.regions[area_id] == region_id
        ]
        if links:
            blocks.append(f"<section><h2>{escape(db.names[region_id])}</h2><ul>{''.join(links)}</ul></section>")
    return f'<div class="links">{"".join(blocks)}</div>'


def sentence(text: str) -> str:
    """A generated sentence inside a page."""
    return f'<p class="sentence">{escape(text)}</p>'


def trend(rows: pl.DataFrame, metric: Metric, name: str) -> str:
    """The figures of `queries.trend`, newest first, missing with their reason."""
    heads = [metric.period_kind.capitalize(), name, "England", "Region", "Neighbours’ median"]
    heads += ["Best quarter"] if metric.ranked else []
    body = []
    for row in rows.reverse().iter_rows(named=True):
        value = wording.brief(row["value"], metric) or wording.reason(row["status"], row["symbol"], metric)
        others = [row["england"], row["region"], row["neighbours"], *([row["best"]] if metric.ranked else [])]
        cells = [escape(value), *(_number(other, metric) for other in others)]
        body.append(f'<tr><th scope="row">{row["period_end"]:%Y}</th>{"".join(map(_cell, cells))}</tr>')
    return _table(f"{metric.title} in {name} over time", heads, body, kind="trend")


def footer(db: Database) -> str:
    """Licence, attribution and data version."""
    return (
        '<footer class="foot"><p>Contains public sector information licensed under the Open Government Licence v3.0. '
        "Boundaries: Office for National Statistics; contains OS data © Crown copyright and database right. "
        "Tile layout after ODI Leeds (MIT). Inspections after Ofsted’s newest official file: Data to Insight.</p>"
        f"<p>Data version {escape(db.data_version)}.</p></footer>"
    )


def plain(text: str) -> str:
    """A reader's own words cut short and without what Markdown would act on."""
    return re.sub(r"[^\w\s,.()'&-]", "", text)[:60]
