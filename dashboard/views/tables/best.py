"""Tables of the Best councils page: who they are, how long they have been, what they share, who is best on several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import polars as pl

from dashboard.analysis.best import MISSING, NOT_COUNTED, NOT_THERE, OTHER_RETURN, Best
from dashboard.data.database import Database
from dashboard.data.model import Metric
from dashboard.views.tables import STRAND_NAMES
from dashboard.views.tables import cells as html
from dashboard.views.text import best as sentences
from dashboard.views.text import formats

# More rows than these, and more of those not counted, are in the file alone.
MOST, MOST_BESIDE = 60, 10
REASONS = {
    NOT_THERE: "no figure of its own",
    OTHER_RETURN: "another return",
}
Row = Mapping[str, Any]


def councils(found: Best, leaders: Mapping[str, Row], chosen: str | None, caption: str) -> str:
    """The councils behind the rule, best first; those not counted come last, with the reason."""
    metric = found.metric
    heads = (
        "Council", "Value", "Standing, best first", f"From {formats.brief(found.level, metric)}", "Change in a year",
        "Over five years", "In England’s best quarter", "Leaders, latest judgement",
    )  # fmt: skip
    body = []
    for rows, counted in ((found.rows.head(MOST), True), (found.small.head(MOST_BESIDE), False)):
        for row in rows.iter_rows(named=True):
            stay = _since(row) if counted else _missing("not counted")
            cells = (
                f"<b>{escape(formats.brief(row['value'], metric))}</b>",
                escape(formats.standing(row)),
                _gap(row, found),
                html.change(row["change"], metric),
                _direction(row),
                stay,
                _leaders(row, leaders),
            )
            note = "" if counted else f"not counted: {sentences.not_counted(row, metric)}"
            body.append(f"<tr{_mark(row, chosen)}>{_head(row, note)}{''.join(map(html.cell, cells))}</tr>")
    return html.table(caption, heads, body, kind="best")


def left_out(found: Best) -> str:
    """How many rows the file alone holds; empty of none."""
    more = max(found.rows.height - MOST, 0) + max(found.small.height - MOST_BESIDE, 0)
    return f"The file holds {more} more." if more else ""


def legend() -> str:
    """What the numbers and colours of the years mean."""
    entries = [(f"q{quarter}", f"{quarter} {words}") for quarter, words in formats.QUARTERS.items()]
    entries += [("", "( ) not counted"), ("none", "– no figure")]
    listed = "".join(f'<li class="{css}">{escape(words)}</li>' for css, words in entries)
    return f'<ul class="heat-legend">{listed}</ul>'


def years(course: pl.DataFrame, found: Best, chosen: str | None, caption: str, *, values: bool) -> str:
    """The quarter of each council in every period, oldest first, by how long it has been in the best one.

    With `values` the figures too. A year whose method is not that of the year before begins after a dark line.
    """
    metric = found.metric
    order = found.rows.sort("years", descending=True, maintain_order=True).head(MOST)
    at: dict[str, list[Row]] = {}
    for one in course.sort("period_end", maintain_order=True).iter_rows(named=True):
        at.setdefault(one["return_id"], []).append(one)
    heads = [_year(one, found) for one in next(iter(at.values()))]
    body = []
    for row in order.iter_rows(named=True):
        cells = "".join(_cell(one, metric, values=values) for one in at[row["return_id"]])
        body.append(f'<tr{_mark(row, chosen)}><th scope="row">{escape(row["name"])}</th>{cells}</tr>')
    kind = "stay values" if values else "stay"
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table class="{kind}">'
        f'<caption>{escape(caption)}</caption><thead><tr><th scope="col">Council</th>{"".join(heads)}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def in_common(rows: pl.DataFrame, caption: str) -> str:
    """How many of the best, and of all, are in each group of `shared_characteristics.in_common`, by kind of group."""
    heads = ("Group", "Of these", "Of all", "Beyond chance?")
    most = max([*(rows["best"] / rows["best_base"]), *(rows["all"] / rows["all_base"])], default=1.0)
    body, dimension = [], ""
    for row in rows.iter_rows(named=True):
        if row["dimension"] != dimension:
            dimension = row["dimension"]
            body.append(f'<tr class="theme"><th colspan="{len(heads)}" scope="colgroup">{escape(dimension)}</th></tr>')
        note = f'<span class="period">{escape(row["note"])}</span>' if row["note"] else ""
        said = {"more": "more often", "less": "less often"}.get(row["side"], "")
        cells = (
            _share(row["best"], row["best_base"], most, "best"),
            _share(row["all"], row["all_base"], most, "all"),
            f"<b>{said}</b>" if said else "no",
        )
        body.append(f'<tr><th scope="row">{escape(row["group"])}{note}</th>{"".join(map(html.cell, cells))}</tr>')
    return html.table(caption, heads, body, kind="common")


def several(rows: pl.DataFrame, metrics: Mapping[str, Metric], count: int, chosen: str | None, caption: str) -> str:
    """The councils of `best.several` with the measures they are best on, and those they are in the worst quarter on."""
    body = []
    for row in rows.iter_rows(named=True):
        best = " ".join(_chip(metrics[one], 1, joint=one in row["joint"]) for one in row["best"])
        worst = " ".join(_chip(metrics[one], 4) for one in row["worst"]) or "none"
        without = formats.listed([metrics[one].short_title for one in row["without"]])
        note = f'<span class="period">no figure that counts: {escape(without)}</span>' if without else ""
        cells = (f"<b>{row['count']}</b> of {count}", best, worst + note)
        body.append(f"<tr{_mark(row, chosen)}>{_head(row, '')}{''.join(map(html.cell, cells))}</tr>")
    return html.table(caption, ("Council", "Measures", "Best quarter", "Worst quarter"), body, kind="several")


def outstanding(db: Database, rows: pl.DataFrame, chosen: str | None, caption: str, *, dated: bool) -> str:
    """The councils of `best.outstanding` with their region and, of the newest, when they were inspected."""
    body = []
    for row in rows.iter_rows(named=True):
        cells = [escape(db.names[row["region_id"]])]
        if dated:
            cells += [
                f"{row['started']:%-d %B %Y}" if row["started"] else _missing("not printed"),
                f"{row['published']:%-d %B %Y}" if row["published"] else "",
            ]
        mark = ' class="chosen"' if row["area_id"] == chosen else ""
        name = html.link(row["name"], {"la": row["name"]}, page="/council")
        body.append(f'<tr{mark}><th scope="row">{name}</th>{"".join(map(html.cell, cells))}</tr>')
    heads = ("Council", "Region", *(("Inspected from", "Report published") if dated else ()))
    return html.table(caption, heads, body, kind="councils")


def elsewhere(metric: Metric, measures: Sequence[Metric]) -> str:
    """Where to go from a measure that has no best: the map or the inspections, and measures that have one."""
    links = [html.link("See all councils on the map", {}, page="/map")]
    if metric.graded:
        strand = STRAND_NAMES[metric.metric_id.removeprefix("judgement_")]
        links = [html.link("All judgements, on Inspections", {"judgement": strand}, page="/inspections")]
    links += [html.link(f"Who is best: {one.short_title}", {"metric": one.title}) for one in measures]
    return f'<ul class="turns">{"".join(f"<li>{link}</li>" for link in links)}</ul>'


def note(*lines: str) -> str:
    """Small print, the lines that say something."""
    return f'<p class="note">{"<br>".join(escape(line) for line in lines if line)}</p>'


def caveat(strong: str, text: str) -> str:
    """Small print whose first words weigh more."""
    return f'<p class="note"><strong>{escape(strong)}</strong> {escape(text)}</p>'


def _head(row: Row, note: str) -> str:
    links = formats.listed([html.link(name, {"la": name}, page="/council") for name in row["names"]])
    said = [f'<span class="period">{escape(words)}</span>' for words in (_joint(row), note) if words]
    return f'<th scope="row">{links}{"".join(said)}</th>'


def _joint(row: Row) -> str:
    return "joint return" if len(row["names"]) > 1 else ""


def _mark(row: Row, chosen: str | None) -> str:
    return ' class="chosen"' if chosen in row["area_ids"] else ""


def _missing(words: str) -> str:
    return f'<span class="missing">{escape(words)}</span>'


def _gap(row: Row, found: Best) -> str:
    apart = escape(formats.signed(row["value"] - row["benchmark"], found.metric))
    if found.by_value:
        # They all reach it: that is why they are here.
        return apart
    meets = row["gap"] <= 0
    return f'{apart}<span class="word {"better" if meets else "same"}">{"meets it" if meets else "short of it"}</span>'


def _direction(row: Row) -> str:
    words = formats.trend(row)
    if words.startswith("cannot"):
        return _missing(words)
    css = {"getting better": "better", "getting worse": "worse"}.get(words, "same")
    return f'<span class="word {css}">{escape(words)}</span>'


def _since(row: Row) -> str:
    first, note = sentences.since(row)
    if not first:
        quarter = row["quarter"]
        return f'<span class="quarter q{quarter}">{escape(formats.QUARTERS[quarter])}</span>'
    return f'{escape(first)}<span class="period">{escape(note)}</span>'


def _leaders(row: Row, leaders: Mapping[str, Row]) -> str:
    """The latest judgement of each council of a return, with the day of inspection; alike ones once."""
    said = []
    for area_id, name in zip(row["area_ids"], row["names"], strict=True):
        one = leaders.get(area_id)
        if one is None:
            said.append((name, _missing("not judged")))
            continue
        grade = one["grade"]
        on = one["started"] or one["published"]
        chip = f'<span class="chip {html.GRADE_CLASSES[grade]}">{escape(grade)}</span>'
        said.append(
            (name, f'{chip}<span class="period">{"inspected" if one["started"] else "report"} {on:%B %Y}</span>')
        )
    if len(said) == 1:
        return said[0][1]
    return "".join(f'<span class="period">{escape(name)}</span>{cell}' for name, cell in said)


def _year(row: Row, found: Best) -> str:
    css = ["broken"] if row["broken"] else []
    css += ["now"] if row["period_end"] == found.period.end else []
    kind = f' class="{" ".join(css)}"' if css else ""
    return f'<th scope="col"{kind}>{escape(row["period"])}</th>'


def _cell(row: Row, metric: Metric, *, values: bool) -> str:
    state, broken = row["state"], " broken" if row["broken"] else ""
    if state == MISSING or row["value"] is None or state in REASONS:
        why = REASONS.get(state) or formats.reason(row["status"] or "no_row", row["symbol"], metric)
        words = escape(why) if values else "–"
        return f'<td class="none{broken}" title="{escape(why)}">{words}</td>'
    value = escape(formats.brief(row["value"], metric))
    mark = f"({row['quarter']})" if state == NOT_COUNTED else state
    css = "" if state == NOT_COUNTED else f"q{state}"
    kind = f' class="{css}{broken}"' if css or broken else ""
    return f"<td{kind}>{value}<small>{mark}</small></td>" if values else f'<td{kind} title="{value}">{mark}</td>'


def _share(count: int, base: int, most: float, kind: str) -> str:
    share = count / base if base else 0.0
    width = round(share / most * 100) if most else 0
    shown = formats.number(share * 100, 0)
    return f'<span class="bar {kind}" style="--share:{width}%"><b>{shown}%</b> {count} of {base}</span>'


def _chip(metric: Metric, quarter: int, *, joint: bool = False) -> str:
    words = metric.short_title + (" (joint return)" if joint else "")
    return f'<span class="quarter q{quarter}">{escape(words)}</span>'
