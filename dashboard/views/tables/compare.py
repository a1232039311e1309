"""Tables of the Compare page: the compared in order, over time and measure by measure; all councils in two measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, REASONS, Metric
from dashboard.views.tables import html
from dashboard.views.text import formats
from dashboard.views.text.compare import why

# In a cell: which quarter of all councils, where colour alone would say it.
MARKS = {1: "best", 2: "2nd", 3: "3rd", 4: "worst"}
Row = Mapping[str, Any]


def places(db: Database, rows: pl.DataFrame, metric: Metric, benchmark: Benchmark, caption: str, chosen: str) -> str:
    """The rows of `compare.side_by_side` in their order; `chosen` is the number of the marked council or empty."""
    compared = not (metric.graded or metric.counted)
    heads = ["Council", "Value", "Change in a year"]
    heads += [benchmark.label, "Gap", "Beyond chance?"] if compared else []
    heads += ["Here", "In England, best first"] if metric.ranked else []
    body = []
    for row in rows.iter_rows(named=True):
        cells = [_value(row, metric), html.change(row["change"], metric)]
        if compared:
            cells += [
                html.number(row["benchmark"], metric),
                html.gap(row, metric),
                escape(html.short_verdict(row)),
            ]
        if metric.ranked:
            cells += [_here(row), html.standing(row, metric)]
        mark = ' class="chosen"' if row["area_id"] == chosen else ""
        body.append(f"<tr{mark}>{_head(db, row)}{''.join(map(html.cell, cells))}</tr>")
    return html.table(caption, heads, body, kind="councils")


def courses(rows: pl.DataFrame, metric: Metric, names: Mapping[str, str], caption: str, chosen: str) -> str:
    """The rows of `compare.courses`, newest first; a column for each of `names` (number -> name), England last.

    Grades are in their colours. Where a council has no row it did not exist then.
    """
    columns = {**names, ENGLAND: "England"} if not metric.graded else dict(names)
    body: list[str] = []
    for part in rows.partition_by("period_end", maintain_order=True):
        end, found = part["period_end"][0], {row["area_id"]: row for row in part.iter_rows(named=True)}
        cells = "".join(_course(found.get(area_id), metric, is_chosen=area_id == chosen) for area_id in columns)
        body.insert(0, f'<tr><th scope="row">{escape(formats.period_label(metric, end))}</th>{cells}</tr>')
    heads = [f"{metric.period_kind[0].upper()}{metric.period_kind[1:]}", *columns.values()]
    return html.table(caption, heads, body, kind="heat courses")


def heat(
    db: Database,
    rows: pl.DataFrame,
    benchmark: Benchmark,
    area_ids: Sequence[str],
    *,
    chosen: str | None,
    measure: str,
    caption: str,
) -> str:
    """The rows of `compare.by_measure`: measures by councils, each cell the value with its quarter of all councils.

    Its name chooses a measure, for which page.js takes a click anywhere in its row. `measure` is the chosen one's id.
    """
    heads = "".join(_council(db, area_id, is_chosen=area_id == chosen) for area_id in area_ids)
    # Where each council has its own, or no measure here has one, there is no column for it.
    level = not benchmark.own and rows["benchmark"].is_not_null().any()
    head = f'<th scope="col">{escape(benchmark.label)}</th>{heads}' if level else heads
    body = []
    for (metric_id,), part in rows.partition_by("metric_id", as_dict=True, maintain_order=True).items():
        metric = db.metrics[str(metric_id)]
        found = {row["area_id"]: row for row in part.iter_rows(named=True)}
        one = next(iter(found.values()))
        common = benchmark.shared(found.values())
        unit = "" if metric.unit in ("%", "grade") else f", {escape(metric.unit)}"
        period = escape(formats.period_label(metric, one["period_end"]))
        cells = html.cell(html.number(common["benchmark"] if common else None, metric)) if level else ""
        cells += "".join(_cell(found.get(area_id), metric) for area_id in area_ids)
        mark = ' class="chosen" aria-current="true"' if metric_id == measure else ""
        body.append(
            f'<tr{mark}><th scope="row">{html.link(metric.title, {"metric": metric.title})}'
            f'<span class="period">{period}{unit}</span></th>{cells}</tr>'
        )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table class="heat rows">'
        f'<caption>{escape(caption)}</caption><thead><tr><th scope="col">Measure</th>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def legend() -> str:
    """What the colours and marks of the heat table mean."""
    entries = [(f"q{quarter}", f"{MARKS[quarter]}: {words}") for quarter, words in formats.QUARTERS.items()]
    entries += [("", "no colour: neither high nor low is better"), ("none", "hatched: no figure, with the reason")]
    listed = "".join(f'<li class="{css}">{escape(words)}</li>' for css, words in entries)
    return f'<ul class="heat-legend">{listed}</ul>'


def pairs(rows: pl.DataFrame, upright: Metric, across: Metric, names: Mapping[str, str], caption: str) -> str:
    """All councils of `compare.pairs` with both figures and the judgement of leaders; `names` are the compared."""
    body = []
    for row in rows.iter_rows(named=True):
        name = html.link(row["name"], {"la": row["name"]}, page="/council")
        cells = [_of_pair(row, "y", upright), _of_pair(row, "x", across), escape(row["grade"] or "no judgement")]
        mark = ' class="chosen"' if row["area_id"] in names else ""
        body.append(f'<tr{mark}><th scope="row">{name}</th>{"".join(map(html.cell, cells))}</tr>')
    heads = ("Council", upright.title, across.title, "Latest judgement of leaders")
    return html.table(caption, heads, body, kind="councils")


def note(text: str, *, strong: str = "") -> str:
    """Words beside a picture or a list; what is `strong` comes first."""
    return f'<p class="note">{f"<strong>{escape(strong)}</strong> " if strong else ""}{escape(text)}</p>'


def to_data(names: Sequence[str]) -> str:
    """A link to all figures of the compared, of every measure and year."""
    href = f"/data?{escape(urlencode([('areas', name) for name in names]))}"
    return f'<p class="note"><a data-choose href="{href}">All figures of these councils, every measure and year</a></p>'


def _head(db: Database, row: Row) -> str:
    name = html.link(row["name"], {"la": row["name"]}, page="/council")
    partners = [db.names[other] for other in row["return_id"].split("+") if other != row["area_id"]]
    note = f'<span class="period">{escape(formats.joint(partners))}</span>' if partners else ""
    note += '<span class="period">very small: read with care</span>' if row["very_small"] else ""
    return f'<th scope="row">{name}{note}</th>'


def _value(row: Row, metric: Metric) -> str:
    if row["value"] is None:
        return f'<span class="missing">{escape(why(row, metric))}</span>'
    return f"<b>{escape(formats.brief(row['value'], metric))}</b>"


def _here(row: Row) -> str:
    if row["place"] is None:
        return ""
    place = f"{formats.ordinal(row['place'])} of {row['places']}"
    return f"joint {place}" if row["sharing"] > 1 else place


def _course(row: Row | None, metric: Metric, *, is_chosen: bool) -> str:
    mark = " chosen" if is_chosen else ""
    if row is None:
        return f'<td class="none{mark}"><span class="missing">no figure of its own</span></td>'
    if row["value"] is None:
        return f'<td class="none{mark}"><span class="missing">{escape(why(row, metric))}</span></td>'
    grade = f"grade-{round(row['value'])}" if metric.graded else ""
    return f'<td class="{grade}{mark}">{escape(_short(row["value"], metric))}</td>'


def _council(db: Database, area_id: str, *, is_chosen: bool) -> str:
    name = db.names[area_id]
    mark = ' class="chosen"' if is_chosen else ""
    return f'<th scope="col"{mark}>{"◆ " if is_chosen else ""}{html.link(name, {"la": name}, page="/council")}</th>'


def _cell(row: Row | None, metric: Metric) -> str:
    if row is None or row["value"] is None:
        reason = why(row, metric) if row else REASONS["no_row"]
        return f'<td class="none">{escape(reason)}</td>'
    joint = "<small>joint return</small>" if "+" in row["return_id"] else ""
    if metric.graded:
        return f'<td class="grade-{round(row["value"])}">{escape(_short(row["value"], metric))}</td>'
    value = escape(formats.brief(row["value"], metric))
    if row["quarter"] is None or not metric.ranked:
        return f"<td>{value}{joint}</td>"
    words = f"{value}<small>{MARKS[row['quarter']]}</small>{joint}"
    return f'<td class="q{row["quarter"]}" title="{escape(formats.standing(row))}">{words}</td>'


def _short(value: float, metric: Metric) -> str:
    return formats.brief(value, metric).removesuffix(" to be good")


def _of_pair(row: Row, axis: str, metric: Metric) -> str:
    status = {"status": row[f"{axis}_status"], "symbol": row[f"{axis}_symbol"], "value": row[axis]}
    return _value(status, metric)
