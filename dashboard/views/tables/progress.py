"""Tables of the Progress page: all commitments, one by period, and the councils against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import polars as pl

from dashboard.analysis.programme import Coverage
from dashboard.analysis.progress import Commitment, Course, Held, Outcome, Stand
from dashboard.data.model import Row
from dashboard.views.tables import cells as html
from dashboard.views.text import formats
from dashboard.views.text import progress as sentences

# The furthest from it; the file holds all.
MOST = 30
NO_PERIODS = "the register has no periods"
HEADER = ("commitment", "owner", "metric", "target_value", "by_when", "source")
MARKS: dict[Outcome, str] = {
    "met": "better", "was met": "better", "on course": "better", "not on course": "worse", "was not met": "worse",
    "cannot be said": "same",
}  # fmt: skip


def overview(rows: Sequence[Stand], chosen: int | None, caption: str) -> str:
    """Every commitment with where it stands; each leads to its detail."""
    heads = ("Commitment", "England", "Short of it by", "Councils that meet it")
    body = []
    for one, held in rows:
        name = html.link(one.label, {"commitment": one.label})
        measure = one.metric.title if one.metric else "Directors on the programme, by the register"
        reach = f"{measure}: {sentences.level(one)} by {one.by_when:%-d %B %Y}"
        about = f'<span class="period">{escape(reach)}<br>{escape(one.owner)} · {_source(one)}</span>'
        first = f'<th scope="row">{name}{about}</th>'
        cells = _held(held) if isinstance(held, Held) else _registered(held)
        mark = ' class="chosen" aria-current="true"' if one.line == chosen else ""
        body.append(f"<tr{mark}>{first}{html.cells(cells)}</tr>")
    return html.table(caption, heads, body, kind="commitments")


def periods(one: Held, caption: str) -> str:
    """How many councils met it in each period and England's figure, newest first."""
    metric = one.commitment.metric
    assert metric is not None
    heads = ["Period", "Met it", "Had a figure", "Share", *(["England"] if one.england else [])]
    body = []
    for row in one.standard.rows.reverse().iter_rows(named=True):
        share = "" if row["share"] is None else f"{formats.number(row['share'], 0)}%"
        note = '<span class="period">not to be held against earlier years</span>' if row["broken"] else ""
        cells = [str(row["met"]), str(row["had"]), share]
        cells += [formats.brief(row["england"], metric)] if one.england else []
        when = escape(formats.period_label(metric, row["period_end"]))
        body.append(f'<tr><th scope="row">{when}{note}</th>{html.cells(map(escape, cells))}</tr>')
    return html.table(caption, heads, body, kind="counts")


def councils(rows: pl.DataFrame, one: Held, names: Mapping[str, str], chosen: str | None, caption: str) -> str:
    """The councils of `progress.councils` that do not meet it, the furthest from it first."""
    metric = one.commitment.metric
    assert metric is not None
    body = []
    for row in short(rows).head(MOST).iter_rows(named=True):
        others = [names[other] for other in row["return_id"].split("+") if other != row["area_id"]]
        joint = f'<span class="period">{escape(formats.joint(others))}</span>' if others else ""
        small = '<span class="period">very small: read with care</span>' if row["very_small"] else ""
        cells = [f"<b>{escape(formats.brief(row['value'], metric))}</b>"]
        cells += [] if metric.graded else [escape(formats.difference(row["gap"], metric)), _real(row, one)]
        link = html.link(row["name"], {"la": row["name"]}, page="/council")
        mark = ' class="chosen"' if row["area_id"] == chosen else ""
        body.append(f'<tr{mark}><th scope="row">{link}{joint}{small}</th>{html.cells(cells)}</tr>')
    heads = ("Council", "Judgement") if metric.graded else ("Council", "Figure", "Short of it by", "That is")
    return html.table(caption, heads, body, kind="councils")


def short(rows: pl.DataFrame) -> pl.DataFrame:
    """Of `progress.councils`, those that do not meet it."""
    return rows.filter(pl.col("gap") > 0)


def left_out(count: int) -> str:
    """How many more do not meet it than are shown; empty of none."""
    return f"{count - MOST} more do not: the file holds every council." if count > MOST else ""


def sums(lines: Sequence[str]) -> str:
    """The sums of a commitment, a line each, and what they are not."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines if line)
    return f'<ul class="sums">{items}</ul><p class="note">{escape(sentences.ARITHMETIC)}</p>'


def how_to_add() -> str:
    """What whoever runs the dashboard does to add a commitment, with an example that is none."""
    columns = ", ".join(f"<code>{name}</code>" for name in HEADER)
    return (
        '<div class="fill"><p><b>How to add one.</b> Whoever runs this dashboard keeps a row a commitment in '
        "<code>data/commitments.csv</code>, or where <code>MONITOR_COMMITMENTS</code> points. Its columns are "
        f"{columns}: what was promised, the office that promised it, the measure as its title stands in the menu, the "
        "figure to reach, the day, and the page that says so.</p>"
        "<p><b>An example, which nobody has promised:</b> commitment “Example only”, owner “An office”, metric "
        "“Social worker vacancy rate”, target value 10, by 30 September 2028, source an https address. Of a judgement "
        "the target is a grade. The metric “directors enrolled” is counted from the leadership register.</p>"
        "<p><code>python -m etl register check</code> says what is wrong, line by line; "
        "<code>python -m etl register load</code> puts it in place.</p></div>"
    )


def of_register() -> str:
    """Where more is said of a commitment that is counted from the register."""
    link = html.link("Leadership, the programme", {"part": "The programme"}, page="/leadership")
    return f'<p class="note">It is counted from the leadership register, which has no periods: see {link}.</p>'


def _held(held: Held) -> list[str]:
    metric = held.commitment.metric
    assert metric is not None
    england = held.england
    when = f'<span class="period">{escape(formats.period_label(metric, held.end))}</span>'
    councils = f"{held.met} of {held.had}{'' if england else when}{_outcome(held.councils)}"
    if england is None:
        return ['<i class="missing">no figure of England</i>', "", councils]
    value = formats.brief(england.value, metric) or "no figure"
    far = "" if england.value is None else sentences.distance(england.value, held)
    far = far.removesuffix(" short of it").replace("which meets it", "meets it")
    return [f"<b>{escape(value)}</b>{when}{_outcome(england)}", escape(far), councils]


def _registered(found: tuple[Coverage, Outcome] | None) -> list[str]:
    if found is None:
        return ['<i class="missing">no figure from before the day</i>', "", ""]
    counted, outcome = found
    if not counted.kept:
        return ['<i class="missing">the register has no rows</i>', "", ""]
    share = formats.number(100 * counted.enrolled / counted.councils, 0)
    far = "meets it" if not counted.short else f"{counted.short} director{'' if counted.short == 1 else 's'}"
    why = NO_PERIODS if outcome == "cannot be said" else None
    said = _outcome(Course(outcome, float(counted.enrolled), why=why))
    return [f"<b>{share}%</b>{said}", far, f"{counted.enrolled} of {counted.councils}"]


def _outcome(course: Course) -> str:
    words = sentences.label(course.outcome, course.value)
    why = f'<span class="period">{escape(course.why)}</span>' if course.why else ""
    return f'<span class="word {MARKS[course.outcome]}">{escape(words)}</span>{why}'


def _source(one: Commitment) -> str:
    return f'<a href="{escape(one.source_url)}" rel="noopener nofollow">source</a>'


def _real(row: Row, one: Held) -> str:
    assert one.commitment.metric is not None
    return escape(formats.shortfall(row, one.commitment.metric))
