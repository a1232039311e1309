"""Tables of the Leadership page's public half: judgements with their history, who went up or down, the workforce."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from dashboard.analysis.leadership import ENOUGH, HIGH, Side
from dashboard.data.database import Database, joint_return
from dashboard.data.model import Metric, Row, Source
from dashboard.data.names import format_date
from dashboard.views.tables import cells, ofsted
from dashboard.views.tables.cells import chip, day, in_region, missing
from dashboard.views.tables.html import Html, attributes, join, note, small, span
from dashboard.views.tables.table import Column, Table, column, marks, same, written
from dashboard.views.text import formats
from dashboard.views.text import leadership as sentences

# The newest of those who went up or down; the file holds all.
MOST = 12
EARLIER = pl.col("earlier").list.eval(
    pl.element().struct.field("grade") + pl.element().struct.field("published").dt.strftime(" (%Y-%m-%d)")
)

# Every council of `leadership.history` with its latest judgement and those before it; the file of who changed too.
JUDGEMENTS = Table(
    "latest leaders",
    (
        column("Council", in_region, "la_number", "gss_code", "region", council="name"),
        column(
            "Leaders",
            lambda row: chip(row["grade"]) if row["grade"] else missing("no judgement on record"),
            leaders="grade",
        ),
        column("Inspected from", lambda row: _started(row) if row["grade"] else "", inspected_from="started"),
        column(
            "Report", lambda row: cells.report(row) if row["grade"] else "", "framework", report_published="published"
        ),
        column("Months since", lambda row: row["months"] if row["grade"] else "", months_since="months"),
        column(
            "Change",
            lambda row: _before(row) if row["grade"] else "",
            leaders_before="before",
            report_before_published="before_published",
            grades_better_than_before="moved",
        ),
        column(
            "Earlier",
            lambda row: "; ".join(f"{one['grade']}, {one['published']:%b %Y}" for one in row["earlier"] or ()),
            before_that=EARLIER.list.join("; "),
        ),
        written(report="url"),
    ),
    mark=lambda row: Html(attributes(data_area=row["area_id"])),
    phone=(2, 6),
    terse=True,
)
# Changes of directors by year.
DIRECTORS = Table(
    "counts",
    (
        written(area=pl.lit("England")),
        column("Period", lambda row: f"Year to {format_date(row['period_end'])}", year_to="period_end"),
        column(
            "Changes of directors in England",
            lambda row: missing("not found") if row["changes"] is None else formats.number(row["changes"], 0),
            changes="changes",
            why_none=pl.when(pl.col("changes").is_null()).then(pl.lit("not found")),
        ),
    ),
)


def changes(chosen: str | None) -> Table:
    """Councils of `leadership.changed`: from which grade to which."""
    return Table(
        "latest moved",
        (
            Column("Council", in_region),
            Column("Before", lambda row: join(chip(row["before"]), small(f"{row['before_published']:%b %Y}"))),
            Column("Now", lambda row: join(chip(row["grade"]), small(cells.report(row)))),
        ),
        mark=marks(chosen),
    )


def disagreeing(db: Database, metrics: Sequence[Metric], chosen: str | None) -> Table:
    """Councils of `leadership.disagreeing` with their grade and figures, each with its quarter."""
    return Table(
        "latest disagree",
        (
            column("Council", in_region, "la_number", "region", council="name"),
            column(
                "Leaders",
                lambda row: join(chip(row["grade"]), small(_when(row))),
                leaders="grade",
                inspected_from="started",
                report_published="published",
                listed_as="side",
            ),
            written(in_worst_quarter_on="worst", in_best_quarter_on="best"),
            *(_workforce(db, metric) for metric in metrics),
        ),
        mark=marks(chosen),
    )


def _workforce(db: Database, metric: Metric) -> Column:
    one = metric.metric_id
    return Column(
        metric.short_title,
        lambda row: _figure(row, metric, db.names),
        {
            **same(one, f"{one}_quarter", f"{one}_status"),
            f"{one}_period": pl.lit(formats.period_label(metric, db.latest(one).end)),
            f"{one}_joint_return": joint_return(f"{one}_return"),
        },
    )


def on_the_map(judged: Metric) -> Html:
    """Where the same judgements are on a map."""
    return note(cells.link("All councils on the map", {"metric": judged.title}, page="/map"))


def directors_source(metric: Row, source: Source) -> Html:
    """Where the count of changes is from (rule `pages`); `metric` is its row of the table `metric`."""
    return ofsted.sources([source], metric["definition"], metric["caveat"] or "")


def rule(side: Side, metrics: Sequence[Metric], ends: Mapping[str, date]) -> Html:
    """What puts a council on the list, and of when the figures are."""
    high = "Good or Outstanding, in the worst quarter" if side == HIGH else "judged lower, in the best quarter"
    return note(
        f"Listed are councils whose leaders are {high} on {sentences.NUMBERS[ENOUGH]} or more of "
        f"{sentences.NUMBERS[len(metrics)]} measures: {sentences.periods(metrics, ends)}. Very small returns "
        "count in neither. The inspection may be older than the figures or younger."
    )


def _started(row: Row) -> str:
    return day(row["started"]) if row["started"] else missing("not printed")


def _when(row: Row) -> str:
    return f"from {day(row['started'])}" if row["started"] else f"report {day(row['published'])}"


def _before(row: Row) -> Html:
    if row["before"] is None:
        return missing("first inspection")
    css = "better" if row["moved"] > 0 else "worse" if row["moved"] < 0 else "same"
    word = span(f"word {css}", sentences.step(row["moved"]))
    return join(word, row["before"], f", {row['before_published']:%b %Y}")


def _figure(row: Row, metric: Metric, names: Mapping[str, str]) -> Html:
    one = metric.metric_id
    if row[one] is None:
        status = row[f"{one}_status"]
        return missing(formats.reason(status, row[f"{one}_symbol"], metric) if status else "did not exist")
    quarter = row[f"{one}_quarter"]
    shown = cells.quarter(quarter) if quarter else small("not ranked")
    joint = cells.joint({"return_id": row[f"{one}_return"], "area_id": row["area_id"]}, names)
    return join(cells.number(row[one], metric), " ", shown, small(joint) if joint else "")
