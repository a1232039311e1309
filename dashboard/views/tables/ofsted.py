"""Tables of the Inspections page: every council's judgements, reports by quarter, grades by region, medians, visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import polars as pl

from dashboard.analysis.inspections import BREAKS, NONE
from dashboard.analysis.transitions import WITHOUT_OVERALL
from dashboard.data.database import Database
from dashboard.data.model import GRADES, NOT_GIVEN, STRANDS, Metric, Source
from dashboard.views.tables import STRAND_NAMES, html, released
from dashboard.views.text import formats
from dashboard.views.text.inspections import FEWEST

Row = Mapping[str, Any]
SNAPSHOTS = (
    "At each 31 March, by Ofsted’s rule: what was inspected by then and published by 30 June. Councils are those of "
    "the day. Judgements before January 2018 are of the framework before ILACS."
)
ON_NEXT = (
    "Months are counted between the two reports, since older files print no other date. A dot is a judgement, its row "
    "the next one of the same thing; the dark line is the middle. Grades are counted, never averaged. A successor of a "
    "council that ended is another council."
)
ON_RATINGS = (
    "Grades are the latest on record; the figure may be older than the inspection or younger. A joint return is one "
    "dot in each grade that its councils have. Very small councils are drawn, but move no median."
)
NEXT_HEADS = {
    "not_given": "No overall judgement since April 2026",
    "not_yet": "Not judged again yet",
    "ended": "The council has ended",
}
# What heads the column of those without a grade, where there are any.
NONE_HEADS = {
    "not_given": "Not given since April 2026",
    "not_applicable": "Not judged on its own",
    "no_row": "Not inspected by then",
}


def latest(
    rows: pl.DataFrame,
    metrics: Mapping[str, Metric],
    measure: Metric | None,
    values: Mapping[str, Row],
    names: Mapping[str, str],
    *,
    strand: str,
    sort: str,
    caption: str,
) -> str:
    """Each council of `inspections.latest` in its order, with the chosen measure beside its judgements.

    `metrics` are those of the strands, `values` the rows of the measure's period by area, `names` those of all areas. A
    strand's heading sorts by it. Cells are as short as they can be: there are a thousand and a half of them.
    """
    heads = ['<th scope="col">Council</th>', *(_strand_head(one, strand, sort) for one in STRANDS)]
    heads += [
        '<th scope="col">Inspected from</th>',
        _head("Report published", "Newest report first", sort),
        '<th scope="col">Framework</th>',
        _head("Months since", "Longest ago first", sort),
    ]
    if measure is not None:
        heads.append(f'<th scope="col">{escape(measure.short_title)}</th>')
    body = []
    for row in rows.iter_rows(named=True):
        cells = [_grade(row, one, metrics[one]) for one in STRANDS]
        cells += _dates(row)
        if measure is not None:
            cells.append(_value(values.get(row["area_id"]), measure, names))
        name = html.link(row["name"], {"la": row["name"]}, page="/council")
        body.append(
            # Ends of cells and rows, which HTML does without, would be a tenth of the page.
            f'<tr data-area="{row["area_id"]}"><th scope="row">{name}<small>{escape(row["region"])}</small>'
            f"<td>{'<td>'.join(cells)}"
        )
    return _table(caption, heads, body, "latest")


def _strand_head(strand: str, chosen: str, sort: str) -> str:
    link = html.link(STRAND_NAMES[strand], {"judgement": STRAND_NAMES[strand], "sort": "Best first"})
    sorts = ' aria-sort="ascending"' if strand == chosen and sort == "Best first" else ""
    return f'<th scope="col"{sorts}>{link}</th>'


def _head(words: str, to: str, sort: str) -> str:
    sorts = ' aria-sort="descending"' if sort == to else ""
    return f'<th scope="col"{sorts}>{html.link(words, {"sort": to})}</th>'


def _grade(row: Row, strand: str, metric: Metric) -> str:
    return _chip(row[strand]) if row[strand] else _missing(formats.reason(row[f"{strand}_status"], None, metric))


def _dates(row: Row) -> list[str]:
    if row["published"] is None:
        return [_missing("no inspection on record"), "", "", ""]
    published = day(row["published"])
    kind = row["framework"] + (f", {row['type']}" if row["type"] else "")
    return [
        day(row["started"]) if row["started"] else _missing("not printed"),
        f'<a href="{escape(row["url"])}" rel="noopener">{published}</a>' if row["url"] else published,
        escape(kind),
        str(row["months"]),
    ]


def _value(row: Row | None, metric: Metric, names: Mapping[str, str]) -> str:
    if row is None:
        return _missing("did not exist")
    if row["value"] is None:
        return _missing(formats.reason(row["status"], row["symbol"], metric))
    others = [names[other] for other in row["return_id"].split("+") if other != row["area_id"]]
    joint = f"<small>{escape(formats.joint(others))}</small>" if others else ""
    return html.number(row["value"], metric) + joint


def by_quarter(rows: pl.DataFrame, metric: Metric, caption: str) -> str:
    """How many reports came out by quarter and grade, newest first; quarters without one say 0."""
    body = []
    for row in rows.reverse().iter_rows(named=True):
        counts = [row["reports"], *(row[grade] for grade in GRADES), row["none"]]
        body.append(_counts(quarter(row["quarter"]), counts))
    heads = ("Published", "Reports", *GRADES, f"No judgement of {metric.short_title.lower()}")
    return html.table(caption, heads, body, kind="counts")


def distribution(rows: pl.DataFrame, caption: str, *, by: str) -> str:
    """How many councils had each grade: a row a region (`by` "name") or a day (`by` "period_end")."""
    none = [status for status in NONE if rows[status].sum()]
    body = []
    for row in rows.iter_rows(named=True):
        graded = sum(row[grade] for grade in GRADES)
        high = row[GRADES[0]] + row[GRADES[1]]
        share = f"{high} of {graded} ({formats.number(100 * high / graded, 0)}%)" if graded else "none judged"
        first = row["name"] if by == "name" else f"{row['period_end']:%-d %B %Y}"
        cells = [row["councils"], *(row[grade] for grade in GRADES), *(row[status] for status in none), share]
        body.append(_counts(first, cells))
    heads = (
        "Area" if by == "name" else "At", "Councils", *GRADES, *(NONE_HEADS[status] for status in none),
        "Good or Outstanding, of those judged",
    )  # fmt: skip
    return html.table(caption, heads, body, kind="counts")


def medians(rows: pl.DataFrame, metric: Metric, caption: str) -> str:
    """The middle of a measure by grade, of those that have five returns or more."""
    body = []
    for row in rows.iter_rows(named=True):
        median = html.number(row["median"], metric) if row["returns"] >= FEWEST else (
            _missing(f"fewer than {FEWEST}: not shown")
        )  # fmt: skip
        body.append(f'<tr><th scope="row">{escape(row["grade"])}</th><td>{row["returns"]}</td><td>{median}</td></tr>')
    unit = "" if metric.unit == "%" else f", {metric.unit}"
    return html.table(caption, ("Grade", "Returns with a figure", f"Median{unit}"), body, kind="counts")


def course(rows: pl.DataFrame, caption: str) -> str:
    """Every report on one council (`inspections.reports`), newest first, each judgement as a chip."""
    body = []
    for row in rows.reverse().iter_rows(named=True):
        started, published, framework, _ = _dates({**row, "months": ""})
        grades = [_chip(row[strand]) if row[strand] else _missing(_why(strand, row["framework"])) for strand in STRANDS]
        cells = "".join(map(html.cell, (started, framework, *grades)))
        body.append(f'<tr><th scope="row">{published}</th>{cells}</tr>')
    heads = ("Published", "Inspected from", "Framework", *STRAND_NAMES.values())
    return html.table(caption, heads, body, kind="latest")


def key(counts: Mapping[str, int | None]) -> str:
    """What the colours of a picture mean, with how many of each where that is known; what is no grade is hatched."""
    chips = [
        f'<li><b class="{html.GRADE_CLASSES.get(name, "hatched")}">{escape(name)}</b> '
        f"{'' if count is None else count}</li>"
        for name, count in counts.items()
        if count != 0
    ]
    return f'<ul class="key">{"".join(chips)}</ul>'


def breaks(first: date, last: date) -> str:
    """The letters of a picture over time, in words."""
    items = [f"<li><b>{one.letter}</b> {escape(one.what)}</li>" for one in BREAKS if first <= one.on <= last]
    return f'<ul class="breaks">{"".join(items)}</ul>'


def reform(rows: pl.DataFrame) -> str:
    """What changed in April 2026, and what this page does about it; `rows` are those of `inspections.latest`."""
    since = rows.filter(pl.col("overall_status") == "not_given")
    first = min(since["started"].drop_nulls().to_list(), default=None)
    begun = f" The first that is on record began on {first:%-d %B %Y}." if first else ""
    names = formats.listed([formats.place(name) for name in since.sort("name")["name"]])
    so_far = f"<p>So far that is {since.height} of {rows.height} councils: {escape(names)}.</p>" if since.height else ""
    return (
        '<div class="reform">'
        "<p><b>What ended.</b> Since April 2026 Ofsted gives no overall effectiveness judgement when it inspects a "
        f"council’s children’s services.{begun}</p>"
        "<p><b>What stays.</b> Four judgements on the same four grades: the impact of leaders, help and protection, "
        "children in care, and care leavers.</p>"
        "<p><b>What this page does.</b> A council inspected since then shows those four, and for overall "
        f"“{NOT_GIVEN}”. Its older overall grade stays in its history; it is not carried forward as if it "
        "still held, and the council is not counted as missing. The page opens with the impact of leaders, which "
        f"every inspection since 2013 has judged.</p>{so_far}</div>"
    )


def visits(rows: pl.DataFrame, caption: str) -> str:
    """Focused and monitoring visits of one council, newest first. They give no grades."""
    body = []
    for row in rows.iter_rows(named=True):
        published = day(row["published"]) if row["published"] else _missing("not printed")
        theme = escape(row["theme"]) if row["theme"] else _missing("no theme printed")
        cells = "".join(map(html.cell, (escape(row["kind"]), theme, published)))
        body.append(f'<tr><th scope="row">{day(row["started"]) if row["started"] else "not printed"}</th>{cells}</tr>')
    return html.table(caption, ("Visited from", "Visit", "Theme", "Published"), body, kind="inspections")


def matrix(rows: pl.DataFrame, caption: str) -> str:
    """`transitions.matrix`: a row a grade, a column a grade that followed; months are those until it did."""
    others = [one for one in NEXT_HEADS if rows[one].sum()]
    body = []
    for row in rows.iter_rows(named=True):
        months = "" if row["months"] is None else formats.number(row["months"], 0)
        cells = [*(row[grade] for grade in GRADES), *(row[one] for one in others), months]
        body.append(_counts(row["grade"], cells))
    heads = ("Judged", *GRADES, *(NEXT_HEADS[one] for one in others), "Median months")
    return html.table(caption, heads, body, kind="counts matrix")


def followed(rows: pl.DataFrame, caption: str) -> str:
    """`transitions.after`: each judgement of a grade and the one that followed."""
    body = []
    for row in rows.iter_rows(named=True):
        then = _chip(row["next_grade"]) if row["next_grade"] else _missing(NEXT_HEADS[row["next"]].lower())
        published = day(row["next_published"]) if row["next_published"] else ""
        months = "" if row["months"] is None else str(row["months"])
        cells = (day(row["published"]), escape(row["framework"]), then, published, months)
        name = escape(row["name"])
        if row["next"] != "ended":
            name = html.link(row["name"], {"la": row["name"]}, page="/council")
        body.append(f'<tr><th scope="row">{name}</th>{"".join(map(html.cell, cells))}</tr>')
    heads = ("Council", "Published", "Framework", "Next judgement", "Published", "Months between")
    return html.table(caption, heads, body, kind="latest")


def painted(metric: Metric) -> str:
    """What the dots' colours mean."""
    if not metric.ranked:
        return '<p class="note">The darker a dot, the higher the figure: neither high nor low is better.</p>'
    # The colours of the quarters are those of the grades, as on the map.
    chips = "".join(
        f'<li><b class="grade-{quarter}">{escape(words)}</b></li>' for quarter, words in formats.QUARTERS.items()
    )
    return f'<ul class="key">{chips}</ul>'


def after_the_record(newest: date) -> str:
    """What cannot be known from these files."""
    return f"Reports published after {newest:%-d %B %Y} are not on record here."


def sources(found: Sequence[Source], *notes: str) -> str:
    """Where the inspections of a view are from (rule `pages`), after what must be known of it."""
    said = " ".join(escape(note) for note in notes if note) + ("<br>" if any(notes) else "")
    links = "; ".join(
        f'{escape(one.publisher)}, <a href="{escape(one.page)}" rel="noopener">{escape(one.title)}</a>, '
        f"{escape(one.release)}, {escape(released(one.released))} ({escape(one.licence)})"
        for one in found
    )
    return f'<p class="note">{said}Sources: {links}.</p>'


def publications(db: Database) -> list[Source]:
    """The publications that inspections are from."""
    used = set(db.table["inspection"]["source_id"].unique())
    return [source for source_id, source in db.sources.items() if source_id in used]


def day(on: date) -> str:
    """A day as short as a column needs it: "28 Feb 2022"."""
    return f"{on:%-d %b %Y}"


def quarter(first: date) -> str:
    """A quarter of a year by its first day: "Jan to Mar 2022"."""
    return f"{first:%b} to {first.replace(month=first.month + 2):%b} {first.year}"


def _chip(grade: str) -> str:
    return f'<b class="{html.GRADE_CLASSES[grade]}">{escape(grade)}</b>'


def _missing(why: str) -> str:
    return f'<i class="missing">{escape(why)}</i>'


def _why(strand: str, framework: str) -> str:
    """Why an inspection gave no judgement of a strand."""
    if strand == "overall" and framework == WITHOUT_OVERALL:
        return NOT_GIVEN
    return "not judged on its own before January 2023" if strand == "care_leavers" else "not judged"


def _counts(first: str, cells: Sequence[object]) -> str:
    return f'<tr><th scope="row">{escape(first)}</th>{"".join(html.cell(escape(str(cell))) for cell in cells)}</tr>'


def _table(caption: str, heads: Sequence[str], body: Sequence[str], kind: str) -> str:
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table class="{kind}">'
        f"<caption>{escape(caption)}</caption><thead><tr>{''.join(heads)}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )
