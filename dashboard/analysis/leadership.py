"""What is published of leaders: how each council's were judged over time, beside its workforce; changes of directors.

No public file says who directs a council's children's services: what the operator keeps of it is in `programme`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import polars as pl

from dashboard.analysis import inspections
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, GRADES, Metric

STRAND = "leaders"
JUDGEMENT = inspections.judgement(STRAND)
# What of the workforce is held beside the grade of leaders, and in how many of them a quarter is no accident.
WORKFORCE = ("vacancy_rate", "turnover_rate", "agency_rate", "caseload")
ENOUGH = 2
BEST_QUARTER, WORST_QUARTER = 1, 4
DIRECTORS = "director_changes"

Side = Literal["high grade, worst quarters", "low grade, best quarters"]
HIGH: Side = "high grade, worst quarters"
LOW: Side = "low grade, best quarters"


def history(db: Database, today: date) -> pl.DataFrame:
    """How the leaders of each council of today were judged since 2013, by name.

    area_id, name, region_id, region; of the latest judgement grade, started, published, framework, type, url,
    source_id, and months (whole ones from the first day on site to today); before and before_published, the judgement
    before it; moved, how many grades it is better than that (negative where worse; null where there was none before);
    earlier, those before that, newest first (grade, published). A council that was never judged has nulls; a council
    that a reorganisation made begins with its own first. Calculated once a day for all readers.
    """
    return db.cached(("leaders", today), lambda: _history(db, today))


def _history(db: Database, today: date) -> pl.DataFrame:
    councils = inspections.latest(db, today).select("area_id", "name", "region_id", "region")
    given = db.table["judgement"].filter(pl.col("strand") == STRAND).select("inspection_id", "grade")
    judged = (
        db.table["inspection"]
        .join(given, on="inspection_id")
        .sort("published", "inspection_id", descending=True)
        .with_columns(since=pl.coalesce("started", "published"))
        .group_by("area_id", maintain_order=True)
        .agg(
            pl.first("grade", "started", "published", "framework", "type", "url", "source_id", "since"),
            pl.col("grade").get(1, null_on_oob=True).alias("before"),
            pl.col("published").get(1, null_on_oob=True).alias("before_published"),
            pl.struct("grade", "published").slice(2).alias("earlier"),
        )
    )
    order = {grade: position for position, grade in enumerate(GRADES)}
    at = [pl.col(name).replace_strict(order, default=None, return_dtype=pl.Int64) for name in ("before", "grade")]
    return (
        councils.join(judged, on="area_id", how="left")
        .with_columns(
            moved=at[0] - at[1],
            months=(today.year - pl.col("since").dt.year()) * 12
            + (today.month - pl.col("since").dt.month().cast(pl.Int32))
            - (today.day < pl.col("since").dt.day()).cast(pl.Int32),
        )
        .drop("since")
        .sort("name")
    )


def changed(rows: pl.DataFrame, *, better: bool) -> pl.DataFrame:
    """The rows of `history` whose latest judgement is better, or worse, than the one before: newest report first."""
    moved = pl.col("moved") > 0 if better else pl.col("moved") < 0
    return rows.filter(moved).sort("published", "name", descending=[True, False])


def workforce(db: Database) -> list[Metric]:
    """The measures of the workforce that are held beside the grade."""
    return [db.metrics[metric_id] for metric_id in WORKFORCE if metric_id in db.metrics]


def beside(db: Database, rows: pl.DataFrame, metrics: Sequence[Metric]) -> pl.DataFrame:
    """`history` with the newest figures of some measures, and where grade and figures disagree (rule `inspections`).

    Adds of each measure <id>, <id>_quarter, <id>_status, <id>_symbol and <id>_return (value null with its status where
    there is none); worst and best, in how many of them the council is in the worst and in the best quarter; side: HIGH
    where leaders are Good or Outstanding and at least ENOUGH figures in the worst quarter, LOW where they are judged
    lower and as many in the best. Very small returns, which chance moves most, count in neither.
    """
    for metric in metrics:
        one = metric.metric_id
        figures = db.councils(one, db.latest(one).end).select(
            "area_id",
            pl.col("value").alias(one),
            pl.when("sets_cut").then("quarter").alias(f"{one}_quarter"),
            pl.col("status").alias(f"{one}_status"),
            pl.col("symbol").alias(f"{one}_symbol"),
            pl.col("return_id").alias(f"{one}_return"),
        )
        rows = rows.join(figures, on="area_id", how="left", maintain_order="left")

    def within(quarter: int) -> pl.Expr:
        found = [(pl.col(f"{one.metric_id}_quarter") == quarter).fill_null(False).cast(pl.Int64) for one in metrics]
        return pl.sum_horizontal(found) if found else pl.lit(0, pl.Int64)

    high = pl.col("grade").is_in(GRADES[:2])
    return rows.with_columns(worst=within(WORST_QUARTER), best=within(BEST_QUARTER)).with_columns(
        side=pl.when(high & (pl.col("worst") >= ENOUGH))
        .then(pl.lit(HIGH))
        .when(~high & (pl.col("best") >= ENOUGH))
        .then(pl.lit(LOW))
    )


def disagreeing(rows: pl.DataFrame, side: Side) -> pl.DataFrame:
    """The rows of `beside` on one side: in most quarters first, then by name."""
    return rows.filter(pl.col("side") == side).sort(
        "worst" if side == HIGH else "best", "name", descending=[True, False]
    )


def directors(db: Database) -> pl.DataFrame:
    """Changes of directors in England year by year, oldest first: period_end, changes; null of a year not found."""
    if DIRECTORS not in db.by_metric:
        return pl.DataFrame(schema={"period_end": pl.Date, "changes": pl.Float64})
    known = db.by_metric[DIRECTORS].filter((pl.col("area_id") == ENGLAND) & pl.col("value").is_not_null())
    first, last = known.select(pl.col("period_end").min().alias("first"), pl.col("period_end").max().alias("last")).row(
        0
    )
    every = pl.DataFrame({"period_end": pl.date_range(first, last, "1y", eager=True)})
    return every.join(
        known.select("period_end", pl.col("value").alias("changes")),
        on="period_end", how="left", maintain_order="left",
    )  # fmt: skip
