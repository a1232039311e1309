"""Tables of the Leadership page's public half: judgements with their history, who went up or down, the workforce."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

import polars as pl

from dashboard.analysis.leadership import ENOUGH, HIGH, Side
from dashboard.data.model import Metric, Row, Source
from dashboard.views.tables import html
from dashboard.views.tables import ofsted as published
from dashboard.views.tables.ofsted import day
from dashboard.views.text import formats
from dashboard.views.text import leadership as sentences

# The newest of those who went up or down; the file holds all.
MOST = 12


def judgements(rows: pl.DataFrame, caption: str) -> str:
    """Every council of `leadership.courses` with its latest judgement and those before it.

    Cells are as short as they can be: there are a thousand of them.
    """
    heads = ("Council", "Leaders", "Inspected from", "Report", "Months since", "Against the one before", "Before that")
    body = []
    for row in rows.iter_rows(named=True):
        if row["grade"] is None:
            cells = [_missing("no judgement on record"), "", "", "", "", ""]
        else:
            cells = [
                _chip(row["grade"]),
                day(row["started"]) if row["started"] else _missing("not printed"),
                _report(row),
                str(row["months"]),
                _before(row),
                escape("; ".join(f"{one['grade']}, {one['published']:%b %Y}" for one in row["earlier"])),
            ]
        name = html.link(row["name"], {"la": row["name"]}, page="/council")
        # Ends of cells and rows, which HTML does without, would be a tenth of the page.
        body.append(
            f'<tr data-area="{row["area_id"]}"><th scope="row">{name}<small>{escape(row["region"])}</small>'
            f"<td>{'<td>'.join(cells)}"
        )
    return html.table(caption, heads, body, kind="latest leaders")


def changes(rows: pl.DataFrame, chosen: str | None, caption: str) -> str:
    """Councils of `leadership.changed`, the newest report first: from which grade to which."""
    body = []
    for row in rows.head(MOST).iter_rows(named=True):
        cells = (
            f"{_chip(row['before'])}<small>{row['before_published']:%b %Y}</small>",
            f"{_chip(row['grade'])}<small>{_report(row)}</small>",
        )
        body.append(f"<tr{_mark(row, chosen)}>{_head(row)}{''.join(map(html.cell, cells))}</tr>")
    return html.table(caption, ("Council", "Before", "Now"), body, kind="latest moved")


def disagreeing(
    rows: pl.DataFrame, metrics: Sequence[Metric], names: Mapping[str, str], chosen: str | None, caption: str
) -> str:
    """Councils of `leadership.disagreeing` with their grade and figures, each with its quarter."""
    heads = ("Council", "Leaders", *(metric.short_title for metric in metrics))
    body = []
    for row in rows.iter_rows(named=True):
        when = f"from {day(row['started'])}" if row["started"] else f"report {day(row['published'])}"
        cells = [f"{_chip(row['grade'])}<small>{when}</small>", *(_figure(row, metric, names) for metric in metrics)]
        body.append(f"<tr{_mark(row, chosen)}>{_head(row)}{''.join(map(html.cell, cells))}</tr>")
    return html.table(caption, heads, body, kind="latest disagree")


def directors(rows: pl.DataFrame, caption: str) -> str:
    """Changes of directors by year, newest first."""
    body = []
    for row in rows.reverse().iter_rows(named=True):
        changes = _missing("not found") if row["changes"] is None else formats.number(row["changes"], 0)
        body.append(f'<tr><th scope="row">Year to {row["period_end"]:%-d %B %Y}</th><td>{changes}</td></tr>')
    return html.table(caption, ("Period", "Changes of directors in England"), body, kind="counts")


def on_the_map(judged: Metric) -> str:
    """Where the same judgements are on a map."""
    return f'<p class="note">{html.link("All councils on the map", {"metric": judged.title}, page="/map")}</p>'


def directors_source(metric: Row, source: Source) -> str:
    """Where the count of changes is from (rule `pages`); `metric` is its row of the table `metric`."""
    return published.sources([source], metric["definition"], metric["caveat"] or "")


def rule(side: Side, metrics: Sequence[Metric], ends: Mapping[str, date]) -> str:
    """What puts a council on the list, and of when the figures are."""
    high = "Good or Outstanding, in the worst quarter" if side == HIGH else "judged lower, in the best quarter"
    return (
        f'<p class="note">Listed are councils whose leaders are {high} on {sentences.NUMBERS[ENOUGH]} or more of '
        f"{sentences.NUMBERS[len(metrics)]} measures: {escape(sentences.periods(metrics, ends))}. Very small returns "
        "count in neither. The inspection may be older than the figures or younger.</p>"
    )


def _before(row: Row) -> str:
    if row["before"] is None:
        return _missing("the first on record")
    words = sentences.step(row["moved"])
    css = "better" if row["moved"] > 0 else "worse" if row["moved"] < 0 else "same"
    return f'<span class="word {css}">{words}</span>{escape(row["before"])}, {row["before_published"]:%b %Y}'


def _figure(row: Row, metric: Metric, names: Mapping[str, str]) -> str:
    one = metric.metric_id
    if row[one] is None:
        status = row[f"{one}_status"]
        return _missing(formats.reason(status, row[f"{one}_symbol"], metric) if status else "did not exist")
    others = [names[other] for other in row[f"{one}_return"].split("+") if other != row["area_id"]]
    joint = f"<small>{escape(formats.joint(others))}</small>" if others else ""
    quarter = row[f"{one}_quarter"]
    words = formats.QUARTERS.get(quarter, "very small")
    shown = f'<span class="quarter q{quarter}">{words}</span>' if quarter else f"<small>{words}</small>"
    return f"{html.number(row[one], metric)} {shown}{joint}"


def _report(row: Row) -> str:
    published = day(row["published"])
    return f'<a href="{escape(row["url"])}" rel="noopener">{published}</a>' if row["url"] else published


def _head(row: Row) -> str:
    name = html.link(row["name"], {"la": row["name"]}, page="/council")
    return f'<th scope="row">{name}<small>{escape(row["region"])}</small></th>'


def _mark(row: Row, chosen: str | None) -> str:
    return ' class="chosen"' if row["area_id"] == chosen else ""


def _chip(grade: str) -> str:
    return f'<b class="{html.GRADE_CLASSES[grade]}">{escape(grade)}</b>'


def _missing(why: str) -> str:
    return f'<i class="missing">{escape(why)}</i>'
