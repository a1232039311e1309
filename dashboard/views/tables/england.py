"""The front page's cards and tables as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.direction import Movers
from dashboard.analysis.england import Gain, Grades, Headline, News
from dashboard.analysis.standard import Standard
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, GRADES, Metric
from dashboard.views.tables import html, released
from dashboard.views.text import formats, front


def turns() -> str:
    """Where to go from here, each one click."""
    pages = {"See it on the map": "/map", "Open a council": "/council", "Who is best": "/best"}
    items = "".join(f"<li>{html.link(words, {}, page=page)}</li>" for words, page in pages.items())
    return f'<ul class="turns">{items}</ul>'


def council(name: str, sentence: str) -> str:
    """What is said of the chosen council, with the way to its page."""
    return f'<p class="sentence">{escape(sentence)} {html.link(f"Open {name}", {"la": name}, page="/council")}.</p>'


def headlines(found: Sequence[Headline], chosen: str) -> str:
    """England's headline figures as cards, each a link that chooses its measure."""
    cards = []
    for one in found:
        metric = one.metric
        value = "no figure" if one.value is None else formats.brief(one.value, metric)
        unit = "" if metric.unit == "%" else f" {metric.unit}"
        mark = ' aria-current="true"' if metric.metric_id == chosen else ""
        cards.append(
            f'<li class="figure"{mark}>{html.link(metric.title, {"metric": metric.title})}'
            f'<b class="big">{escape(value)}<span class="unit">{escape(unit)}</span></b>'
            f'<span class="moved">{html.change(one.change, metric)}</span>{html.spark(one.course)}'
            f'<span class="period">{escape(formats.period_label(metric, one.period_end))}</span></li>'
        )
    return f'<ul class="figures">{"".join(cards)}</ul>'


def grades(course: Sequence[Grades]) -> str:
    """Councils by their latest judgement of leaders, as one bar in words and numbers, and how that has changed."""
    now = course[0]
    items = []
    for position, grade in enumerate(GRADES, start=1):
        count = now.counts.get(float(position), 0)
        if count:
            items.append(f'<li class="grade-{position}" style="flex-grow:{count}"><b>{count}</b> {escape(grade)}</li>')
    missing = now.councils - sum(now.counts.values())
    if missing:
        items.append(f'<li class="grade-none" style="flex-grow:{missing}"><b>{missing}</b> not judged</li>')
    title = f"Ofsted on the impact of leaders: {now.councils} councils by latest judgement, {now.on:%-d %B %Y}"
    # How many were Outstanding or Good, oldest first: what the small picture shows and the words say.
    well = html.spark([sum(one.counts.get(grade, 0) for grade in (1.0, 2.0)) for one in reversed(course)])
    said = escape(front.grades_sentence(course))
    return (
        f'<h2 class="small">{escape(title)}</h2><ul class="share">{"".join(items)}</ul>'
        f'<p class="note">{said} {well if said else ""}</p>'
    )


def standard(one: Standard) -> str:
    """How many met the standard in each period, newest first."""
    heads = ("Period", "Met it", "Had a figure", "Share", "England")
    body = []
    for row in one.rows.reverse().iter_rows(named=True):
        share = "" if row["share"] is None else f"{formats.number(row['share'], 0)}%"
        note = '<span class="period">not to be held against earlier years</span>' if row["broken"] else ""
        cells = (str(row["met"]), str(row["had"]), share, formats.brief(row["england"], one.metric))
        when = escape(formats.period_label(one.metric, row["period_end"]))
        body.append(f'<tr><th scope="row">{when}{note}</th>{"".join(html.cell(escape(cell)) for cell in cells)}</tr>')
    caption = f"Councils that met {formats.quantity(one.target, one.metric)}: {one.metric.title}"
    return html.table(caption, heads, body, kind="standard")


def gains(found: Sequence[Gain], benchmark: Benchmark, chosen: str) -> str:
    """What England would gain if every council met the benchmark, a line a measure."""
    heads = ("Measure", "England", benchmark.title, "Reach it", "Fall short", "No figure", "If all met it")
    body = []
    for one in found:
        metric, total = one.metric, one.total
        level = formats.brief(one.benchmark, metric) if one.benchmark is not None else "each its own"
        if not total.compared:
            level = "none"
        what = escape(front.gain(one))
        if total.uncounted and what:
            what += f'<span class="period">without {total.uncounted} whose counts are not published</span>'
        if what and metric.shortfall_holding:
            what += f'<span class="period">with {escape(metric.shortfall_holding)} as it is</span>'
        when = formats.period_label(metric, one.period_end)
        mark = ' class="chosen" aria-current="true"' if metric.metric_id == chosen else ""
        cells = (
            escape(formats.brief(one.england, metric)), escape(level), str(total.meet), str(total.short),
            str(total.without), what or '<span class="missing">no counts are published</span>',
        )  # fmt: skip
        body.append(
            f'<tr{mark}><th scope="row">{html.link(metric.title, {"metric": metric.title})}'
            f'<span class="period">{escape(when)}</span></th>{"".join(map(html.cell, cells))}</tr>'
        )
    return html.table("If every council met the benchmark", heads, body, kind="gains")


def regions(rows: pl.DataFrame, metrics: Sequence[Metric], first: Metric, when: str) -> str:
    """Regions side by side, best first by the chosen measure, England last."""
    heads = ["Region", *(metric.short_title for metric in metrics), "Leaders Outstanding", "Leaders Inadequate"]
    body = []
    for row in rows.iter_rows(named=True):
        cells = [_region_cell(row, metric, first, rows) for metric in metrics]
        cells += [_of(row["outstanding"], row["councils"]), _of(row["inadequate"], row["councils"])]
        kind = ' class="chosen"' if row["area_id"] == ENGLAND else ""
        body.append(f'<tr{kind}><th scope="row">{escape(row["name"])}</th>{"".join(map(html.cell, cells))}</tr>')
    return html.table(f"Regions by {first.noun}, {when}, best first", heads, body, kind="regions")


def _region_cell(row: Mapping[str, Any], metric: Metric, first: Metric, rows: pl.DataFrame) -> str:
    value = row[metric.metric_id]
    shown = escape(formats.brief(value, metric)) or '<span class="missing">none published</span>'
    if metric.metric_id != first.metric_id or value is None:
        return shown
    # The measure the table is in order of has a bar beside it, from zero to the largest of its column.
    largest = rows[metric.metric_id].abs().max()
    width = 0 if not isinstance(largest, float) or not largest else round(abs(value) / largest * 100)
    return f'<span class="bar" style="--share:{width}%"><b>{shown}</b></span>'


def _of(count: int | None, councils: int | None) -> str:
    return "" if count is None else f"{count} of {councils}"


def watched(rows: pl.DataFrame, metric: Metric, benchmark: Benchmark, caption: str) -> str:
    """A watch list or its mirror, furthest first, each council a link to its page."""
    heads = ("Council", "Value", benchmark.title, "Gap", "Standing, best first")
    body = []
    for row in rows.iter_rows(named=True):
        names = row["name"]
        link = html.link(names, {"la": names}, page="/council") if "+" not in row["return_id"] else escape(names)
        cells = (
            f"<b>{escape(formats.brief(row['value'], metric))}</b>",
            html.number(row["benchmark"], metric),
            html.gap(row, metric),
            html.standing(row, metric),
        )
        body.append(f'<tr><th scope="row">{link}</th>{"".join(map(html.cell, cells))}</tr>')
    return html.table(caption, heads, body, kind="watched")


def moved(movers: Movers, rows: pl.DataFrame, caption: str) -> str:
    """Who moved furthest between two periods, furthest first: both figures, the change, both ranks."""
    metric = movers.metric
    assert movers.before is not None
    ends = (movers.before.end, movers.newest.end)
    then, now = (formats.period_label(metric, end) for end in ends)
    heads = ["Council", then, now, "Change", *(["Rank then", "Rank now"] if metric.ranked else [])]
    body = []
    for row in rows.iter_rows(named=True):
        names = row["names"]
        link = html.link(names[0], {"la": names[0]}, page="/council") if len(names) == 1 else escape(row["name"])
        cells = [
            html.number(row["value_before"], metric),
            f"<b>{html.number(row['value'], metric)}</b>",
            html.change(row["change"], metric),
        ]
        if metric.ranked:
            cells += [
                escape(f"{formats.ordinal(row[f'rank{before}'])} of {row[f'ranked{before}']}")
                for before in ("_before", "")
            ]
        body.append(f'<tr><th scope="row">{link}</th>{"".join(map(html.cell, cells))}</tr>')
    return html.table(caption, heads, body, kind="watched")


def counted(db: Database, rows: pl.DataFrame, caption: str) -> str:
    """Councils on several watch lists, with the measures they stand on."""
    body = [
        f'<tr><th scope="row">{html.link(row["name"], {"la": row["name"]}, page="/council")}</th>'
        + html.cell(escape(formats.listed([db.metrics[one].short_title.lower() for one in row["measures"]])))
        + "</tr>"
        for row in rows.iter_rows(named=True)
    ]
    return html.table(caption, ("Council", "Measures"), body, kind="counted")


def news(db: Database, found: Sequence[News], reports: pl.DataFrame) -> str:
    """What the newest editions changed, and the newest inspection reports."""
    blocks = []
    for one in found:
        lines = "".join(f"<li>{escape(line)}</li>" for line in front.news_lines(db, one))
        blocks.append(
            f"<section><h3>{escape(one.source.title)}, {escape(one.source.release)}</h3>"
            f'<p class="note">Released {escape(released(one.source.released))}, against '
            f"{escape(one.source.previous_release or 'no earlier edition')}.</p><ul>{lines}</ul></section>"
        )
    items = "".join(_report(row) for row in reports.iter_rows(named=True))
    blocks.append(f"<section><h3>Newest inspection reports</h3><ul>{items}</ul></section>")
    return f'<div class="news">{"".join(blocks)}</div>'


def _report(row: Mapping[str, Any]) -> str:
    day = f"{row['published']:%-d %B %Y}"
    report = f'<a href="{escape(row["url"])}" rel="noopener">{day}</a>' if row["url"] else day
    grade = f"leaders {row['leaders']}" if row["leaders"] else "leaders not judged"
    return f"<li>{report}: {html.link(row['name'], {'la': row['name']}, page='/council')}, {escape(grade)}</li>"
