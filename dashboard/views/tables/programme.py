"""Tables of the leadership programme: coverage, regions, tenure, coaches, whom to suggest, who is not covered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape

import polars as pl

from dashboard.analysis.programme import ABSENT, BANDS, COMPLETED, Coverage
from dashboard.data.model import Row
from dashboard.views.tables import html
from dashboard.views.tables.ofsted import day
from dashboard.views.text import formats
from dashboard.views.text import programme as sentences

# More rows than these are in the file alone.
MOST = 40
HEADER = (
    "authority", "post", "in_post_since", "interim", "programme", "enrolled_on", "completed_on", "coach_authority",
    "source_url", "checked_on",
)  # fmt: skip


def coverage(found: Coverage) -> str:
    """How many the programme reaches, in large figures."""
    cards = [
        (f"{found.enrolled}", f"of {found.councils} directors enrolled", f"{found.completed} have completed it"),
        (f"{found.new}", "on or through “new directors”", ""),
        (f"{found.executive}", "on or through “executive”", ""),
    ]
    if found.target is not None and found.needed is not None:
        when = f"by {found.target.by_when:%-d %B %Y}"
        link = f'<a href="{escape(found.target.source_url)}" rel="noopener">{escape(found.target.commitment)}</a>'
        lacking = "met" if not found.short else f"{found.short} to go"
        cards.insert(1, (str(found.needed), f"wanted {when}: {lacking}", link))
    items = "".join(
        f'<li class="figure"><b class="big">{number}</b><span>{escape(words)}</span>'
        f'<span class="period">{more}</span></li>'
        for number, words, more in cards
    )
    return f'<ul class="figures">{items}</ul>'


def how_to_fill() -> str:
    """What whoever runs the dashboard does to fill the register."""
    columns = ", ".join(f"<code>{name}</code>" for name in HEADER)
    return (
        '<div class="fill"><p><b>How to fill it.</b> Whoever runs this dashboard keeps a table with a row a council in '
        "<code>data/leadership_register.csv</code>, or where <code>MONITOR_REGISTER</code> points. Its columns are "
        f"{columns}: the council, its post of director of children’s services, the first day in post, interim or "
        "permanent, the programme (none, new directors or executive) with its days, the council whose director "
        "coaches, the page that says so and when it was last looked at. No names of people, and no column for them. "
        "</p><p><code>python -m etl register check</code> says what is wrong, line by line; "
        "<code>python -m etl register load</code> puts it in place. A target is a row of "
        "<code>data/commitments.csv</code> whose metric is <i>directors enrolled</i>: see "
        f"{html.link('Progress', {}, page='/progress')}.</p></div>"
    )


def course(rows: pl.DataFrame, caption: str) -> str:
    """How many had enrolled by each day on which one did, newest first."""
    body = [
        f'<tr><th scope="row">{row["day"]:%-d %B %Y}</th><td>{row["enrolled"]}</td></tr>'
        for row in rows.reverse().iter_rows(named=True)
    ]
    return html.table(caption, ("Day", "Enrolled by then"), body, kind="counts")


def by_region(rows: pl.DataFrame, caption: str) -> str:
    """The programme by region, the largest share first, England last."""
    body = []
    for row in rows.iter_rows(named=True):
        share = formats.number(row["share"], 0)
        cells = (
            f'<span class="bar" style="--share:{share}%">{row["enrolled"]} of {row["councils"]} ({share}%)</span>',
            *(str(row[name]) for name in ("new", "executive", "completed", "with_coach", "not_enrolled", "absent")),
        )
        body.append(f'<tr><th scope="row">{escape(row["region"])}</th>{"".join(map(html.cell, cells))}</tr>')
    heads = (
        "Region", "Enrolled, of all councils", "New directors", "Executive", "Completed", "With a coach now",
        "On no programme", "Not in the register",
    )  # fmt: skip
    return html.table(caption, heads, body, kind="counts regions")


def tenure(rows: pl.DataFrame, fewest: int, caption: str) -> str:
    """Time in post by the latest grade of leaders; the median of `fewest` directors or more."""
    body = []
    for row in rows.iter_rows(named=True):
        known = row["directors"] - row["unknown"]
        median = sentences.months(row["median"]) if row["median"] is not None and known >= fewest else (
            f'<i class="missing">fewer than {fewest}</i>'
        )  # fmt: skip
        cells = [row["directors"], row["interim"], *(row[band] for band in BANDS), row["unknown"]]
        then = f"{row['in_post_then']} of {known}"
        first = f"<b>{escape(row['grade'] or 'All in the register')}</b>" if row["grade"] is None else (
            f'<span class="chip {html.GRADE_CLASSES[row["grade"]]}">{escape(row["grade"])}</span>'
        )  # fmt: skip
        body.append(
            f'<tr><th scope="row">{first}</th>{"".join(html.cell(str(cell)) for cell in cells)}'
            f"{html.cell(median)}{html.cell(then)}</tr>"
        )
    heads = ("Leaders", "Directors", "Interim", *BANDS, "Not known", "Median", "In post when judged")
    return html.table(caption, heads, body, kind="counts")


def posts(rows: pl.DataFrame, chosen: str | None, caption: str) -> str:
    """The register beside the grades, by name; of a council that is not in it that is said."""
    body = []
    for row in rows.iter_rows(named=True):
        if row["state"] == ABSENT:
            cells = (_missing(row["state"]), "", "", _grade(row), "")
            body.append(f"<tr{_mark(row, chosen)}>{_head(row)}<td>{'<td>'.join(cells)}")
            continue
        since = _missing("not known")
        if row["in_post_since"]:
            since = f"{day(row['in_post_since'])}<small>{sentences.months(row['tenure'])}</small>"
        page = f'<a href="{escape(row["source_url"])}" rel="noopener nofollow">page</a>'
        cells = (
            since,
            "interim" if row["interim"] else "permanent",
            _state(row),
            _grade(row),
            page + (f"<small>{day(row['checked_on'])}</small>" if row["checked_on"] else ""),
        )
        body.append(f"<tr{_mark(row, chosen)}>{_head(row)}<td>{'<td>'.join(cells)}")
    heads = ("Council", "In post since", "Appointment", "Programme", "Leaders, latest judgement", "Source, looked at")
    return html.table(caption, heads, body, kind="latest")


def coaching(pairs: pl.DataFrame, chosen: str | None, caption: str) -> str:
    """Who coaches whom, a row a coach."""
    body = []
    for rows in pairs.partition_by("coach_id", maintain_order=True):
        first = rows.row(0, named=True)
        own = chosen in (first["coach_id"], *rows["area_id"])
        others = "".join(f"<li>{_link(row['name'])} {_coached(row)}</li>" for row in rows.iter_rows(named=True))
        mark = ' class="chosen"' if own else ""
        head = f"{_link(first['coach'])}<small>leaders</small>{_grade({'grade': first['coach_grade']})}"
        body.append(f'<tr{mark}><th scope="row">{head}</th><td><ul>{others}</ul></td></tr>')
    return html.table(caption, ("Coach", "Coaches"), body, kind="latest pairs")


def suggestions(rows: pl.DataFrame, found: pl.DataFrame, chosen: str | None, caption: str) -> str:
    """Directors without a coach (`programme.without_coach`) beside the councils that might coach them."""
    by_council = {str(key[0]): part for key, part in found.partition_by("area_id", as_dict=True).items()}
    body = []
    for row in rows.head(MOST).iter_rows(named=True):
        partners = by_council.get(row["area_id"], found.clear())
        items = "".join(f"<li>{_suggested(one)}</li>" for one in partners.iter_rows(named=True))
        ask = f"<ul>{items}</ul>" if items else _missing("none of those most like it")
        since = f"{row['programme']} since {day(row['enrolled_on'])}"
        head = f"{_link(row['name'])}<small>{escape(row['region'])}; {since}; leaders</small>{_grade(row)}"
        body.append(f'<tr{_mark(row, chosen)}><th scope="row">{head}</th><td>{ask}</td></tr>')
    return html.table(caption, ("Council", "Councils to ask"), body, kind="latest pairs")


def left_out(count: int) -> str:
    """How many rows the file alone holds; empty of none."""
    return f'<p class="note">The file holds {count - MOST} more.</p>' if count > MOST else ""


def not_covered(rows: pl.DataFrame, regions: Mapping[str, str]) -> str:
    """The councils that no programme reaches, by region, each a link; those not in the register are marked."""
    blocks = []
    for part in rows.sort("region_id", maintain_order=True).partition_by("region_id", maintain_order=True):
        region = regions[part["region_id"][0]]
        links = "".join(
            f"<li>{_link(row['name'])}{' <small>not in the register</small>' if row['state'] == ABSENT else ''}</li>"
            for row in part.sort("name").iter_rows(named=True)
        )
        blocks.append(f"<section><h2>{escape(region)} ({part.height})</h2><ul>{links}</ul></section>")
    return f'<div class="links uncovered">{"".join(blocks)}</div>'


def key_of_lines() -> str:
    """What the lines of the map mean."""
    return (
        '<p class="note">A line leads from a council that coaches, where the dot is, to the one it coaches. Those of a '
        "council that is chosen or pointed at are thick.</p>"
    )


def target_note(found: Coverage) -> str:
    """Where a target comes from, or that there is none."""
    if found.target is None:
        return (
            '<p class="note">No target is set: it is a row of <code>data/commitments.csv</code> whose metric is '
            "<i>directors enrolled</i>.</p>"
        )
    return (
        f'<p class="note">Target: {escape(found.target.commitment)} ({escape(found.target.owner)}), '
        f'<a href="{escape(found.target.source_url)}" rel="noopener">source</a>. '
        f"{escape(sentences.IN_POST_NOW)}</p>"
    )


def _coached(row: Row) -> str:
    completed = ", completed" if row["state"] == COMPLETED else ""
    return f"<small>{escape(row['programme'])}{completed}; leaders {escape(row['grade'] or 'not judged')}</small>"


def _suggested(one: Row) -> str:
    near = (
        f"its {formats.ordinal(one['closeness_rank'])} neighbour"
        if one["closeness_rank"]
        else f"names it as {formats.ordinal(one['named_rank'])}"
    )
    busy = f"; coaches {one['coaches']} already" if one["coaches"] else ""
    measures = f"{one['measures']} measure{'' if one['measures'] == 1 else 's'}"
    return f"{_link(one['partner'])} <small>{escape(one['grade'])}; {measures}; {near}{busy}</small>"


def _state(row: Row) -> str:
    when: date | None = row["completed_on"] or row["enrolled_on"]
    if when is None:
        return escape(row["state"])
    words = f"{row['programme']}<small>{'completed' if row['completed_on'] else 'since'} {day(when)}</small>"
    return words + (f"<small>coached by {escape(row['coach'])}</small>" if row["coach"] else "")


def _grade(row: Row) -> str:
    if row["grade"] is None:
        return _missing("not judged")
    return f'<b class="{html.GRADE_CLASSES[row["grade"]]}">{escape(row["grade"])}</b>'


def _head(row: Row) -> str:
    return f'<th scope="row">{_link(row["name"])}<small>{escape(row["region"])}</small></th>'


def _link(name: str) -> str:
    return html.link(name, {"la": name}, page="/council")


def _mark(row: Row, chosen: str | None) -> str:
    return ' class="chosen"' if row["area_id"] == chosen else ""


def _missing(why: str) -> str:
    return f'<i class="missing">{escape(why)}</i>'
