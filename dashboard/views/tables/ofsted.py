"""Tables of the Inspections page: judgements, reports by calendar quarter, grades by region, medians, visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from operator import itemgetter

import polars as pl

from dashboard.analysis.inspections import BREAKS, NONE
from dashboard.analysis.transitions import WITHOUT_OVERALL
from dashboard.data.database import Database, joint_return
from dashboard.data.model import GRADES, NOT_GIVEN, REASONS, STRANDS, Metric, Period, Row, Source
from dashboard.data.names import format_date
from dashboard.views.tables import STRAND_NAMES, cells, released
from dashboard.views.tables.cells import chip, day, missing
from dashboard.views.tables.html import Html, attributes, bold, items, join, note, outside, small, tag, th
from dashboard.views.tables.table import Column, Fields, Table, column, plain, same, written
from dashboard.views.text import comparisons, formats
from dashboard.views.text.citing import cite, cited
from dashboard.views.text.inspections import FEWEST

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
# The source of a file whose rows have one each.
ITS_OWN = ("title", "publisher", "release", "released", "page", "licence")


def history() -> Table:
    """Every report on one council (`inspections.reports`), each judgement as a chip."""
    return Table(
        "latest",
        (
            column("Published", _published, council="name", report_published="published"),
            column("Inspected from", _started, inspected_from="started"),
            column("Framework", _framework, "framework", "type"),
            *(column(STRAND_NAMES[strand], partial(_given, strand), strand) for strand in STRANDS),
            written("source_id", report="url"),
        ),
        phone=(5, 6),
    )


def latest(db: Database, measure: tuple[Metric, Period] | None, *, strand: str, sort: str, today: date) -> Table:
    """Each council of `inspections.latest` (`with_figures` of a measure): judgements, by which headings sort, dates."""
    return Table(
        "latest",
        (
            column("Council", cells.in_region, "la_number", "gss_code", "region", council="name"),
            *(_judgement(db, one, is_sorted=one == strand and sort == "Best first") for one in STRANDS),
            column(
                "Inspected from",
                lambda row: _started(row) if row["published"] else missing("no inspection on record"),
                inspected_from="started",
            ),
            column(
                _head("Report published", "Newest report first", sort),
                lambda row: _published(row) if row["published"] else "",
                report_published="published",
            ),
            column("Framework", lambda row: _framework(row) if row["published"] else "", "framework", "type"),
            column(
                _head("Months since", "Longest ago first", sort),
                lambda row: row["months"] if row["published"] else "",
                "source_id",
                months_since="months",
                months_counted_to=pl.lit(today),
                report="url",
            ),
            *([_measure(db, *measure)] if measure else []),
        ),
        mark=lambda row: Html(attributes(data_area=row["area_id"])),
        phone=(2 + STRANDS.index(strand), 10),
        terse=True,
    )


def with_figures(db: Database, rows: pl.DataFrame, metric: Metric, period: Period) -> pl.DataFrame:
    """Rows of councils with a measure's value, status, symbol and return_id; null where a council did not exist."""
    figures = db.councils(metric.metric_id, period.end).select("area_id", "value", "status", "symbol", "return_id")
    return rows.join(figures, on="area_id", how="left", maintain_order="left")


def _judgement(db: Database, strand: str, *, is_sorted: bool) -> Column:
    metric = db.metrics[f"judgement_{strand}"]
    why = {status: formats.reason(status, None, metric) for status in REASONS}
    heading = cells.link(STRAND_NAMES[strand], {"judgement": STRAND_NAMES[strand], "sort": "Best first"})
    status = pl.col(f"{strand}_status").replace_strict(why, default=None, return_dtype=pl.String)
    return Column(
        th(heading, scope="col", aria_sort="ascending" if is_sorted else None),
        lambda row: chip(row[strand]) if row[strand] else missing(why[row[f"{strand}_status"]]),
        {strand: pl.coalesce(strand, status)},
    )


def _head(words: str, to: str, sort: str) -> Html:
    return th(cells.link(words, {"sort": to}), scope="col", aria_sort="descending" if sort == to else None)


def _measure(db: Database, metric: Metric, period: Period) -> Column:
    def show(row: Row) -> Html:
        if row["status"] is None:
            return missing("did not exist")
        if row["value"] is None:
            return missing(formats.why(row, metric))
        joint = cells.joint(row, db.names)
        return join(cells.number(row["value"], metric), small(joint) if joint else "")

    said = {
        "measure": metric.title,
        "measure_period": formats.period_label(metric, period.end),
        "unit": metric.unit,
        "measure_source": cited([db.sources[metric.source_id]]),
    }
    there = {name: pl.when(pl.col("status").is_not_null()).then(pl.lit(words)) for name, words in said.items()}
    order = ("measure", "measure_period", "value", "unit", "status", "symbol", "joint_return", "measure_source")
    return Column(metric.short_title, show, {**same(*order), "joint_return": joint_return(), **there})


def about(db: Database, sources: Sequence[Source], by: str = "") -> list[pl.Expr]:
    """By what rows were chosen, and where they are from."""
    return [pl.lit(by or None, pl.String).alias("chosen_by"), *cite(db, sources)]


def with_own_sources(db: Database, file: pl.DataFrame, by: str = "", among: int | None = None) -> pl.DataFrame:
    """A file whose rows have a source each: by what they were chosen, how many of how many, and that source."""
    sources = db.table["source"].select("source_id", *ITS_OWN).rename({"title": "source"})
    count = pl.lit(f"{file.height} of {file.height if among is None else among}").alias("rows")
    return (
        file.with_columns(pl.lit(by or None, pl.String).alias("chosen_by"), count)
        .join(sources, on="source_id", how="left", maintain_order="left")
        .with_columns(pl.lit(db.data_version).alias("data_version"))
        .drop("source_id")
    )


def by_calendar_quarter(judged: Metric) -> Table:
    """How many reports came out by quarter and grade (`inspections.by_calendar_quarter`); 0 where there are none."""
    start = pl.col("quarter")
    return Table(
        "counts",
        (
            column(
                "Published",
                lambda row: calendar_quarter(row["quarter"]),
                quarter_from=start,
                to=start.dt.offset_by("1q").dt.offset_by("-1d"),
                judgement=pl.lit(judged.title),
            ),
            plain("Reports", "reports"),
            *(plain(grade, grade) for grade in GRADES),
            plain(f"No judgement of {judged.short_title.lower()}", "none"),
        ),
    )


def distribution(judged: Metric, rows: pl.DataFrame, *, by: str) -> Table:
    """How many councils had each grade (`inspections.distribution`): a row a region (`by` "name") or a day."""
    by_area = by == "name"
    first: Fields = {"area": "name", "at": "period_end", "judgement": pl.lit(judged.title)}
    return Table(
        "counts",
        (
            Column("Area", itemgetter("name"), first)
            if by_area
            else Column("At", lambda row: format_date(row["period_end"]), first),
            plain("Councils", "councils"),
            *(plain(grade, grade) for grade in GRADES),
            *(plain(NONE_HEADS[status], status) if rows[status].sum() else written(status) for status in NONE),
            Column("Good or Outstanding, of those judged", _share),
        ),
    )


def _share(row: Row) -> str:
    graded = sum(row[grade] for grade in GRADES)
    high = row[GRADES[0]] + row[GRADES[1]]
    return f"{high} of {graded} ({formats.number(100 * high / graded, 0)}%)" if graded else "none judged"


def ratings(judged: Metric, metric: Metric, period: Period) -> Table:
    """`inspections.by_grade`, a file alone: each council's figure beside its grade."""
    council: Fields = {"council": "name", **same("la_number", "gss_code"), "judgement": pl.lit(judged.title)}
    figure: Fields = {"value": "value", "unit": pl.lit(metric.unit), **same("status", "symbol", "quarter")}
    counts: Fields = {"joint_return": joint_return(), "counts_in_median": "sets_cut"}
    return Table("", [written("grade", **council), written(**_of(metric, period), **figure, **counts)])


def best_grade_first(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of `inspections.by_grade` in order: of a grade by figure and name, those without a grade last."""
    at = {grade: position for position, grade in enumerate(GRADES)}
    grade = pl.col("grade").replace_strict(at, default=None, return_dtype=pl.Int8)
    return rows.sort(grade, "value", "name", nulls_last=True)


def medians(judged: Metric, metric: Metric, period: Period) -> Table:
    """The middle of a measure by grade (`inspections.medians`), of those that have five returns or more."""
    unit = "" if metric.unit == "%" else f", {metric.unit}"

    def median(row: Row) -> str:
        enough = row["returns"] >= FEWEST
        return comparisons.companion(row, "median", metric) if enough else missing(f"fewer than {FEWEST}: not shown")

    return Table(
        "counts",
        (
            written(judgement=pl.lit(judged.title)),
            plain("Grade", "grade"),
            Column(file=_of(metric, period)),
            plain("Returns with a figure", "returns"),
            column(
                f"Median{unit}",
                median,
                **{
                    one: pl.when(pl.col("returns") >= FEWEST).then(one)
                    for one in ("median", "median_low", "median_high")
                },
                unit=pl.lit(metric.unit),
            ),
        ),
    )


def _of(metric: Metric, period: Period) -> dict[str, pl.Expr]:
    return {"measure": pl.lit(metric.title), "measure_period": pl.lit(formats.period_label(metric, period.end))}


def matrix(judged: Metric, rows: pl.DataFrame) -> Table:
    """`transitions.matrix`: a row a grade, a column a grade that followed; months are those until it did."""
    return Table(
        "counts matrix",
        (
            written(judgement=pl.lit(judged.title)),
            plain("Judged", "grade"),
            written("judgements"),
            *(plain(grade, grade, f"then {grade}") for grade in GRADES),
            *(plain(head, one) if rows[one].sum() else written(one) for one, head in NEXT_HEADS.items()),
            column(
                "Median months", lambda row: "" if row["months"] is None else formats.number(row["months"], 0), "months"
            ),
        ),
    )


def followed(judged: Metric) -> Table:
    """`transitions.after`: each judgement of a grade and the one that followed."""
    return Table(
        "latest",
        (
            column(
                "Council",
                lambda row: row["name"] if row["next"] == "ended" else cells.council(row["name"]),
                "grade",
                council="name",
                judgement=pl.lit(judged.title),
            ),
            column("Published", lambda row: day(row["published"]), report_published="published"),
            plain("Framework", "framework"),
            column(
                "Next judgement",
                lambda row: chip(row["next_grade"]) if row["next_grade"] else missing(NEXT_HEADS[row["next"]].lower()),
                "next_grade",
            ),
            column(
                "Published",
                lambda row: day(row["next_published"]) if row["next_published"] else "",
                "next_framework",
                next_report_published="next_published",
            ),
            column(
                "Months between",
                lambda row: "" if row["months"] is None else row["months"],
                months_between="months",
                what_followed="next",
            ),
        ),
    )


def visits(db: Database) -> Table:
    """Focused and monitoring visits (`inspections.visits`). They give no grades."""
    council = pl.col("area_id").replace_strict(db.names, return_dtype=pl.String)
    return Table(
        "inspections",
        (
            Column("Visited from", lambda row: day(row["started"]) if row["started"] else "not printed"),
            column("Visit", itemgetter("kind"), council=council, visit="kind", visited_from="started"),
            Column("Theme", lambda row: row["theme"] or missing("no theme printed")),
            column(
                "Published",
                lambda row: day(row["published"]) if row["published"] else missing("not printed"),
                "theme",
                "source_id",
                report_published="published",
            ),
        ),
    )


def key(counts: Mapping[str, int | None]) -> Html:
    """What the colours of a picture mean, with how many of each where that is known; what is no grade is hatched."""
    chips = (
        join(tag("b", name, class_=cells.GRADE_CLASSES.get(name, "hatched")), " ", "" if count is None else count)
        for name, count in counts.items()
        if count != 0
    )
    return items(chips, class_="key")


def breaks(first: date, last: date) -> Html:
    """The letters of a picture over time, in words."""
    letters = (join(bold(one.letter), " ", one.what) for one in BREAKS if first <= one.on <= last)
    return items(letters, class_="breaks")


def reform(rows: pl.DataFrame) -> Html:
    """What changed in April 2026, and what this page does about it; `rows` are those of `inspections.latest`."""
    since = rows.filter(pl.col("overall_status") == "not_given")
    first = min(since["started"].drop_nulls().to_list(), default=None)
    begun = f" The first that is on record began on {format_date(first)}." if first else ""
    names = formats.listed([formats.place(name) for name in since.sort("name")["name"]])
    so_far = tag("p", f"So far that is {since.height} of {rows.height} councils: {names}.") if since.height else ""
    return Html(
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


def colour_key(metric: Metric) -> Html:
    """What the dots' colours mean."""
    if not metric.ranked:
        return note("The darker a dot, the higher the figure: neither high nor low is better.")
    # The colours of the quarters are those of the grades, as on the map.
    chips = (tag("b", words, class_=f"grade-{quarter}") for quarter, words in comparisons.QUARTERS.items())
    return items(chips, class_="key")


def sources(found: Sequence[Source], *notes: str) -> Html:
    """Where the inspections of a view are from (rule `pages`), after what must be known of it."""
    said = join(*filter(None, notes), by=" ")
    links = (
        join(
            f"{one.publisher}, ",
            outside(one.title, one.page),
            f", {one.release}, {released(one.released)} ({one.licence})",
        )
        for one in found
    )
    return note(said, Html("<br>") if said else "", "Sources: ", join(*links, by="; "), ".")


def publications(db: Database) -> list[Source]:
    """The publications that inspections are from."""
    used = set(db.table["inspection"]["source_id"].unique())
    return [source for source_id, source in db.sources.items() if source_id in used]


def calendar_quarter(first: date) -> str:
    """A calendar quarter by its first day: "Jan to Mar 2022"."""
    return f"{first:%b} to {first.replace(month=first.month + 2):%b} {first.year}"


def _started(row: Row) -> str:
    return day(row["started"]) if row["started"] else missing("not printed")


def _published(row: Row) -> str:
    return cells.report(row) if row["published"] else ""


def _framework(row: Row) -> str:
    return f"{row['framework']}, {row['type']}" if row["type"] else str(row["framework"])


def _given(strand: str, row: Row) -> Html:
    """A judgement of an inspection, or why it gave none."""
    if row[strand]:
        return chip(row[strand])
    if strand == "overall" and row["framework"] == WITHOUT_OVERALL:
        return missing(NOT_GIVEN)
    return missing("not judged on its own before January 2023" if strand == "care_leavers" else "not judged")
