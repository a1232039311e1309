"""Tables of the page of own figures: what was given beside what is published, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.local_figures import Finding
from dashboard.data.database import Database
from dashboard.data.model import Metric
from dashboard.views.tables import html
from dashboard.views.text import formats

Row = Mapping[str, Any]


def figures(
    db: Database, rows: pl.DataFrame, benchmark: Benchmark, caption: str, *, chosen: str, odd: Collection[str]
) -> str:
    """The rows of `own.standing.placed`; a measure's name chooses it.

    `chosen` is the id of the marked measure, `odd` are those of figures that were taken with a warning.
    """
    heads = (
        "Measure", "Yours, unpublished", "Published", "Change since", benchmark.label, "Gap", "Beyond chance?",
        "Would stand, best first",
    )  # fmt: skip
    body = []
    for row in rows.iter_rows(named=True):
        metric = db.metrics[row["metric_id"]]
        unit = "" if metric.unit == "%" else f", {escape(metric.unit)}"
        when = escape(formats.period_label(metric, row["period_end"]))
        partners = [db.names[other] for other in row["return_id"].split("+") if other != row["area_id"]]
        again = '<span class="word worse">look at it again</span>' if metric.metric_id in odd else ""
        joint = f'<span class="period">published as a {escape(formats.joint(partners))}</span>' if partners else ""
        cells = [
            _yours(row, metric) + _counts(row) + again,
            _published(row, metric) + joint,
            html.change(row["change"], metric),
            html.number(row["benchmark"], metric),
            html.gap(row, metric),
            escape(html.short_verdict(row)) + _interval(row, metric),
            html.standing(row, metric),
        ]
        mark = ' class="chosen" aria-current="true"' if metric.metric_id == chosen else ""
        body.append(
            f'<tr{mark}><th scope="row">{html.link(metric.title, {"metric": metric.title})}'
            f'<span class="period">published: {when}{unit}</span>{_very_small(row)}</th>{html.cells(cells)}</tr>'
        )
    return html.table(caption, heads, body, kind="own")


def among(db: Database, rows: pl.DataFrame, own: Row, metric: Metric, caption: str) -> str:
    """All councils of `queries.councils` in order, as published, and the own figure (`placed`) where it would stand."""
    lower_first = metric.neutral or metric.lower_is_better
    yours = (
        f'<tr class="chosen"><th scope="row">{escape(own["name"])}<span class="period">yours, unpublished</span></th>'
        f"{html.cells([_yours(own, metric), html.standing(own, metric)])}</tr>"
    )
    body, placed = [], False
    for row in rows.iter_rows(named=True):
        before = row["value"] is None or (row["value"] > own["value"] if lower_first else row["value"] < own["value"])
        if before and not placed:
            body.append(yours)
            placed = True
        if row["value"] is None:
            value = f'<span class="missing">{escape(formats.reason(row["status"], row["symbol"], metric))}</span>'
        else:
            value = html.number(row["value"], metric)
        partners = [db.names[other] for other in row["return_id"].split("+") if other != row["area_id"]]
        joint = f'<span class="period">{escape(formats.joint(partners))}</span>' if partners else ""
        name = html.link(row["name"], {"la": row["name"]}, page="/council")
        head = f'<th scope="row">{name}{joint}{_very_small(row)}</th>'
        body.append(f"<tr>{head}{html.cells([value, html.standing(row, metric)])}</tr>")
    heads = ("Council", "Value", "Standing, best first" if metric.ranked else "Standing")
    return html.table(caption, heads, body if placed else [*body, yours], kind="councils")


def findings(found: Sequence[Finding], caption: str) -> str:
    """What is wrong, or hardly can be right: where, what, what to do, and the name of the rule."""
    body = [
        f'<tr><th scope="row">{escape(_where(one))}</th><td>{escape(one.what)}</td><td>{escape(one.remedy)}</td>'
        f"<td><code>{escape(one.rule)}</code></td></tr>"
        for one in found
    ]
    return html.table(caption, ("Where", "What is wrong", "What to do", "Rule"), body, kind="findings")


def promise(heading: str, text: str) -> str:
    """What becomes of figures that are given, said where they are given."""
    return f'<div class="promise"><p><strong>{escape(heading)}</strong> {escape(text)}</p></div>'


def _where(finding: Finding) -> str:
    line = f"Line {finding.line}" if finding.line is not None else ""
    return ", ".join(filter(None, (line, finding.column))) or "All of it"


def _published(row: Row, metric: Metric) -> str:
    if row["published"] is None:
        return f'<span class="missing">{escape(formats.reason(row["status"], row["symbol"], metric))}</span>'
    return html.number(row["published"], metric)


def _yours(row: Row, metric: Metric) -> str:
    return f'<span class="yours">{escape(formats.brief(row["value"], metric))}</span>'


def _very_small(row: Row) -> str:
    return '<span class="period">very small: read with care</span>' if row["very_small"] else ""


def _counts(row: Row) -> str:
    if row["numerator"] is None:
        return ""
    return f'<span class="period">{_plain(row["numerator"])} of {_plain(row["denominator"])}</span>'


def _plain(count: float) -> str:
    return formats.number(count, 0 if count == int(count) else 1)


def _interval(row: Row, metric: Metric) -> str:
    if row["low"] is None or row["high"] is None:
        return ""
    ends = f"{formats.brief(row['low'], metric)} to {formats.brief(row['high'], metric)}"
    return f'<span class="period">95% interval {escape(ends)}</span>'
