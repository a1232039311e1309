"""Tables of a council's page: what it is best and worst at, whom to ring, who is like it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import polars as pl

from dashboard.analysis.partners import Partner
from dashboard.analysis.queries import Inspection
from dashboard.data.database import Database
from dashboard.data.model import Metric, Row
from dashboard.views.tables import html
from dashboard.views.text import direction, formats


def timeline(found: Sequence[Inspection]) -> str:
    """The impact of leaders at each inspection since 2013, oldest first: the way a council has come."""
    steps = []
    for one in sorted(found, key=lambda one: one.published):
        grade = one.grades.get("leaders")
        steps.append(
            f'<li><span class="period">{one.published:%B %Y}</span>{html.grade(grade, one.framework, "leaders")}</li>'
        )
    return f'<ol class="timeline" aria-label="Impact of leaders, report by report">{"".join(steps)}</ol>'


def extremes(db: Database, rows: pl.DataFrame, caption: str) -> str:
    """Measures by standing, as `queries.strongest` and `queries.weakest` give them, each a link that chooses it."""
    if rows.is_empty():
        return f'<p class="note"><b>{escape(caption)}:</b> no measure with a figure is among these.</p>'
    body = []
    for row in rows.iter_rows(named=True):
        metric = db.metrics[row["metric_id"]]
        when = formats.period_label(metric, row["period_end"])
        cells = (
            f"<b>{escape(formats.quantity(row['value'], metric))}</b>",
            html.standing(row, metric),
            escape(direction.trend(row)),
        )
        body.append(
            f'<tr><th scope="row">{html.link(metric.title, {"metric": metric.title})}'
            f'<span class="period">{escape(when)}</span></th>{"".join(map(html.cell, cells))}</tr>'
        )
    return html.table(caption, ("Measure", "Value", "Standing, best first", "Trend"), body, kind="extremes")


def partners(found: Sequence[Partner], name: str) -> str:
    """Learning partners with their evidence (rule `partners`)."""
    body = []
    for one in found:
        close = like(one, name)
        evidence = "".join(
            f"<li>{escape(each.metric.short_title)}: {escape(formats.brief(each.there, each.metric))} there, "
            f"{escape(formats.brief(each.here, each.metric))} here</li>"
            for each in one.evidence
        )
        leaders = (
            f"{html.grade(one.leaders, '', 'leaders')}"
            + (f'<span class="period">inspected {one.leaders_on:%B %Y}</span>' if one.leaders_on else "")
            if one.leaders
            else '<span class="missing">not judged</span>'
        )
        measures = f"{len(one.evidence)} measure{'' if len(one.evidence) == 1 else 's'}"
        cells = (escape(close), f"<b>{measures}</b><ul>{evidence}</ul>", leaders)
        link = html.link(one.name, {"la": one.name})
        body.append(f'<tr><th scope="row">{link}</th>{"".join(map(html.cell, cells))}</tr>')
    heads = ("Council", "How like", "Reaches the benchmark on", "Impact of leaders")
    return html.table(f"Councils most like {name} that do better where it falls short", heads, body, kind="partners")


def neighbours(rows: Sequence[Row], metric: Metric, caption: str) -> str:
    """A council and its statistical neighbours, nearest first, in one measure; each a link."""
    body = []
    for row in rows:
        mine = row["closeness_rank"] is None
        name = f"<b>{escape(row['name'])}</b>" if mine else html.link(row["name"], {"la": row["name"]})
        like = "" if mine else f'<span class="period">{row["closeness_rank"]}: {escape(row["closeness"])}</span>'
        cells = [_value(row, metric), html.change(row["change"], metric)]
        cells += [html.standing(row, metric)] if metric.ranked else []
        mark = ' class="chosen" aria-current="true"' if mine else ""
        body.append(f'<tr{mark}><th scope="row">{name}{like}</th>{"".join(map(html.cell, cells))}</tr>')
    heads = ["Council, nearest first", "Value", "Change in a year"]
    heads += ["Standing, best first"] if metric.ranked else []
    return html.table(caption, heads, body, kind="neighbours")


def region(db: Database, area_id: str) -> str:
    """The other councils of its region, each a link."""
    region_id = db.regions[area_id]
    others = [name for other, name in db.authorities.items() if db.regions[other] == region_id and other != area_id]
    links = " · ".join(html.link(name, {"la": name}) for name in others)
    return f'<p class="around"><b>Others in {escape(db.names[region_id])}:</b> {links}</p>'


def _value(row: dict[str, Any] | Row, metric: Metric) -> str:
    if row["value"] is None:
        return f'<span class="missing">{escape(formats.reason(row["status"], row["symbol"], metric))}</span>'
    return f"<b>{escape(formats.brief(row['value'], metric))}</b>"


def like(one: Partner, name: str) -> str:
    """How like a partner is: its place among the neighbours, or the place it gives the council among its own."""
    if one.closeness_rank is None:
        return f"names {formats.place(name)} as its {formats.ordinal(one.named_rank or 0)} neighbour"
    return f"{formats.ordinal(one.closeness_rank)} neighbour, {(one.closeness or '').lower()}"
