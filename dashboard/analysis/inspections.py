"""What the Inspections page asks: latest judgements, reports over time, grades by region, measures by grade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboard.analysis.benchmarks.rules import setting
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, GRADES, STRANDS, Metric, Period

# What is shown instead of a grade, by the status of the observation.
NONE = ("not_given", "not_applicable", "no_row")
NO_JUDGEMENT = "No judgement"
# Months since an inspection: from the first number to under the second.
SINCE: dict[str, tuple[int, int | None]] = {
    "Under 12 months": (0, 12),
    "12 to 23 months": (12, 24),
    "24 to 35 months": (24, 36),
    "36 months or more": (36, None),
}
ORDERS = ("Best first", "Longest ago first", "Newest report first", "By name", "By region")


@dataclass(frozen=True)
class Break:
    """A day from which inspections or judgements are not what they were."""

    on: date
    letter: str
    what: str


BREAKS = (
    Break(
        date(2018, 1, 1), "A",
        "January 2018: ILACS, with inspections that are shorter and more frequent, follows the single inspection "
        "framework (SIF). SIF re-inspections end in August 2018.",
    ),
    Break(
        date(2020, 3, 17), "B",
        "March 2020: inspections stop in the pandemic. No report is published between June 2020 and August 2021.",
    ),
    Break(
        date(2023, 1, 1), "C",
        "January 2023: care leavers are judged on their own. Until then they were part of the judgement of children "
        "in care, so those grades before and after are of different things.",
    ),
    Break(date(2026, 4, 1), "D", "April 2026: the overall effectiveness judgement ends. The other four go on."),
)  # fmt: skip


@dataclass(frozen=True)
class Filters:
    """Which councils are shown; nothing chosen means all."""

    strand: str
    region_id: str | None = None
    grades: tuple[str, ...] = ()
    since: str | None = None

    @property
    def any(self) -> bool:
        return bool(self.region_id or self.grades or self.since)


def judgement(strand: str) -> str:
    """The measure that a strand's judgements are."""
    return f"judgement_{strand}"


def months(start: date, end: date) -> int:
    """Whole months from a day to another.

    >>> months(date(2025, 1, 31), date(2025, 2, 28)), months(date(2025, 1, 28), date(2025, 2, 28))
    (0, 1)
    """
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def regions(db: Database) -> list[str]:
    """The regions that councils are in, in the publisher's order: nine, and Inner and Outer London."""
    own = {db.regions[area_id] for area_id in db.authorities}
    found = own | {db.regions[region_id] for region_id in own} - {ENGLAND, None}
    rows = db.area.filter((pl.col("kind") == "region") & pl.col("area_id").is_in(list(found)))
    return rows.sort("area_id")["area_id"].to_list()


def inside(db: Database, region_id: str | None) -> list[str]:
    """The authorities of a region, ended ones too; all of them for None."""
    within = {region_id, *(area_id for area_id, of in db.regions.items() if of == region_id)}
    councils = db.area.filter(pl.col("kind") == "local_authority")["area_id"]
    return [area_id for area_id in councils if region_id is None or db.regions[area_id] in within]


def newest_report(db: Database) -> date:
    """The day up to which reports are on record."""
    return db.latest(judgement("leaders")).end


def latest(db: Database, today: date) -> pl.DataFrame:
    """Each council of today with its latest inspection: one row each, by name.

    area_id, name, region_id, region, very_small; of each strand `<strand>` (the grade, or null) and `<strand>_status`;
    inspection_id, framework, type, started, published, url, source_id; months (whole ones from the first day on site,
    or under SIF from publication, to today). Those of a council that was never inspected are null.
    """
    rows = db.area.filter(pl.col("area_id").is_in(list(db.authorities))).select(
        "area_id",
        "name",
        "region_id",
        pl.col("region_id").replace_strict(db.names, default=None, return_dtype=pl.String).alias("region"),
        "very_small",
    )
    for strand in STRANDS:
        found = _on(db, strand, newest_report(db)).select(
            "area_id",
            pl.when(pl.col("status") == "observed").then("symbol").alias(strand),
            pl.col("status").alias(f"{strand}_status"),
        )
        rows = rows.join(found, on="area_id", how="left")
    newest = (
        db.table["inspection"]
        .sort("published")
        .unique("area_id", keep="last", maintain_order=True)
        .select("area_id", "inspection_id", "framework", "type", "started", "published", "url", "source_id")
        .with_columns(since=pl.coalesce("started", "published"))
    )
    return (
        rows.join(newest, on="area_id", how="left")
        .with_columns(
            months=(today.year - pl.col("since").dt.year()) * 12
            + (today.month - pl.col("since").dt.month().cast(pl.Int32))
            - (today.day < pl.col("since").dt.day()).cast(pl.Int32)
        )
        .drop("since")
        .sort("name")
    )


def matching(db: Database, rows: pl.DataFrame, filters: Filters) -> pl.DataFrame:
    """The rows of `latest` that a reader asked for."""
    if filters.region_id:
        rows = rows.filter(pl.col("area_id").is_in(inside(db, filters.region_id)))
    if filters.grades:
        grade = pl.col(filters.strand)
        rows = rows.filter(grade.fill_null(NO_JUDGEMENT).is_in(list(filters.grades)))
    if filters.since:
        least, under = SINCE[filters.since]
        rows = rows.filter(pl.col("months") >= least)
        rows = rows if under is None else rows.filter(pl.col("months") < under)
    return rows


def ordered(rows: pl.DataFrame, strand: str, order: str) -> pl.DataFrame:
    """The rows of `latest` in one of ORDERS, always the best grade first within it and those without one last."""
    best = pl.col(strand).replace_strict({grade: at for at, grade in enumerate(GRADES)}, default=None)
    first = {
        "Longest ago first": pl.col("months").neg(),
        "Newest report first": pl.col("published").dt.epoch("d").neg(),
        "By name": pl.col("name"),
        "By region": pl.col("region_id"),
    }
    return rows.sort(first.get(order, best), best, "name", nulls_last=True)


def counted(grades: pl.Series) -> dict[str, int]:
    """How many have each grade, the best first; those without one are in none."""
    found: dict[str | None, int] = dict(grades.value_counts().iter_rows())
    return {grade: found.get(grade, 0) for grade in GRADES}


def reports(db: Database, region_id: str | None = None) -> pl.DataFrame:
    """Every inspection since 2013, oldest first, also of councils that have ended.

    Columns of the table, name, and each strand's grade.
    """
    wide = db.table["judgement"].pivot("strand", index="inspection_id", values="grade", on_columns=STRANDS)
    return (
        db.table["inspection"]
        .filter(pl.col("area_id").is_in(inside(db, region_id)))
        .join(wide, on="inspection_id", how="left", maintain_order="left")
        .with_columns(pl.col("area_id").replace_strict(db.names, return_dtype=pl.String).alias("name"))
        .sort("published", "name")
    )


def by_calendar_quarter(found: pl.DataFrame, strand: str) -> pl.DataFrame:
    """How many of `reports` came out in each quarter of a year by grade, quarters without one too.

    quarter (its first day), reports, a column a grade, and none: a report without a judgement of this strand.
    """
    quarter = pl.col("published").dt.truncate("1q")
    first, last = found.select(quarter.min().alias("first"), quarter.max().alias("last")).row(0)
    quarters = pl.date_range(first, last, "1q", eager=True) if first else pl.Series([], dtype=pl.Date)
    every = pl.DataFrame({"quarter": quarters})
    grade = pl.col(strand)
    counts = found.group_by(quarter.alias("quarter")).agg(
        pl.len().alias("reports"),
        *((grade == one).sum().alias(one) for one in GRADES),
        grade.is_null().sum().alias("none"),
    )
    return every.join(counts, on="quarter", how="left", maintain_order="left").fill_null(0)


def distribution(db: Database, strand: str) -> pl.DataFrame:
    """How many councils had each grade on each day there is a figure of: England first, then regions; newest first.

    area_id, name, period_end, councils, a column a grade, a column each of NONE. Councils are those of that day.
    """
    rows = db.by_metric[judgement(strand)].filter(pl.col("kind") == "local_authority")
    inner = {area_id: of for area_id, of in db.regions.items() if of not in (None, ENGLAND) and of in db.regions}
    regional = rows.with_columns(pl.col("region_id").alias("of"))
    # Inner and Outer London are London too.
    both = regional.with_columns(pl.col("of").replace_strict(inner, default=None, return_dtype=pl.String))
    everybody = rows.with_columns(pl.lit(ENGLAND).alias("of"))
    order = {area_id: at for at, area_id in enumerate([ENGLAND, *regions(db)])}
    return (
        pl.concat([everybody, regional, both.filter(pl.col("of").is_not_null())])
        .group_by(pl.col("of").alias("area_id"), "period_end")
        .agg(
            pl.len().alias("councils"),
            *((pl.col("symbol") == grade).sum().alias(grade) for grade in GRADES),
            *((pl.col("status") == status).sum().alias(status) for status in NONE),
        )
        .filter(pl.col("area_id").is_in(list(order)))
        .with_columns(pl.col("area_id").replace_strict(db.names, return_dtype=pl.String).alias("name"))
        .sort(pl.col("area_id").replace_strict(order, return_dtype=pl.Int8), "period_end", descending=[False, True])
    )


def by_grade(db: Database, strand: str, metric: Metric, period: Period) -> pl.DataFrame:
    """The figures of all councils in a measure and period, each with its latest grade; null where there is none.

    Columns of Database.figure and grade. The grade is today's, as in the benchmark of Outstanding leadership; the
    figure may be older than the inspection or younger.
    """
    grades = _on(db, strand, newest_report(db)).filter(pl.col("status") == "observed")
    return db.councils(metric.metric_id, period.end).join(
        grades.select("area_id", pl.col("symbol").alias("grade")), on="area_id", how="left", maintain_order="left"
    )


def medians(rows: pl.DataFrame) -> pl.DataFrame:
    """Of `by_grade` for each grade, the best first: grade, median, median_low, median_high, returns.

    A joint return counts once in a grade, and those that are not ranked do not count; null where nobody does. Where
    hidden figures leave the median open it is null, and the other two are the least and the most that it can be.
    """
    counting = setting(rows).filter(pl.col("grade").is_not_null())
    found = (
        counting.unique(["return_id", "grade"], maintain_order=True)
        .group_by("grade")
        .agg(
            pl.col("value_low").median().alias("median_low"),
            pl.col("value_high").median().alias("median_high"),
            pl.len().alias("returns"),
        )
        .with_columns(pl.when(pl.col("median_low") == pl.col("median_high")).then("median_low").alias("median"))
    )
    return (
        pl.DataFrame({"grade": GRADES})
        .join(found, on="grade", how="left", maintain_order="left")
        .with_columns(pl.col("returns").fill_null(0))
    )


def visits(db: Database, area_id: str | None = None) -> pl.DataFrame:
    """Focused and monitoring visits (columns of the table), newest first: to one council, or to all."""
    rows = db.table["visit"]
    rows = rows if area_id is None else rows.filter(pl.col("area_id") == area_id)
    return rows.sort("started", "area_id", descending=[True, False])


def _on(db: Database, strand: str, day: date) -> pl.DataFrame:
    return db.by_metric[judgement(strand)].filter((pl.col("period_end") == day) & (pl.col("kind") == "local_authority"))
