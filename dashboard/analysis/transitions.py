"""What came after a grade: the next judgement of the same thing, when, and how often which followed which.

How many councils had each grade, by region and over time, is `inspections.distribution`.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import GRADES

# From here on overall effectiveness is not judged (rule `inspections`): the framework's name in the table `inspection`.
WITHOUT_OVERALL = "ILACS from April 2026"
# Until then the judgement of children in care covered care leavers too.
CARE_LEAVERS_APART = date(2023, 1, 1)
# What may follow a grade instead of another.
NOT_GIVEN, NOT_YET, ENDED = "not_given", "not_yet", "ended"


def judgements(db: Database) -> pl.DataFrame:
    """Every judgement since 2013 with the one that followed it of the same strand, oldest first.

    area_id, name, region_id, strand, inspection_id, framework, type, started, published, grade; next_grade,
    next_framework, next_type, next_published, months (whole ones between the two publications, as older files print no
    other date), next (`judged`, `not_given`: inspected again without an overall judgement; `not_yet`; `ended`: the
    authority is no more, and its successors are not it), and broken: the two are not judgements of the same.
    """
    inspection = db.table["inspection"].select("inspection_id", "area_id", "framework", "type", "started", "published")
    given = db.table["judgement"].join(inspection, on="inspection_id")
    # An inspection that judges no more overall ends the history of that judgement, and is not a missing one.
    closing = inspection.filter(pl.col("framework") == WITHOUT_OVERALL).with_columns(
        pl.lit("overall").alias("strand"), pl.lit(None, pl.String).alias("grade")
    )
    following = ("grade", "framework", "type", "published")
    area = db.area.select("area_id", "name", "region_id", "end_date")
    return (
        pl.concat([given, closing.select(given.columns)])
        .sort("published", "inspection_id", "strand")
        .with_columns(*(pl.col(name).shift(-1).over("area_id", "strand").alias(f"next_{name}") for name in following))
        .filter(pl.col("grade").is_not_null())
        .join(area, on="area_id", maintain_order="left")
        .with_columns(
            pl.when(pl.col("next_grade").is_not_null())
            .then(pl.lit("judged"))
            .when(pl.col("next_published").is_not_null())
            .then(pl.lit(NOT_GIVEN))
            .when(pl.col("end_date").is_not_null())
            .then(pl.lit(ENDED))
            .otherwise(pl.lit(NOT_YET))
            .alias("next"),
            pl.when(pl.col("next_grade").is_not_null())
            .then(_months(pl.col("published"), pl.col("next_published")))
            .alias("months"),
            (
                (pl.col("strand") == "in_care")
                & (pl.col("published") < CARE_LEAVERS_APART)
                & (pl.col("next_published") >= CARE_LEAVERS_APART)
            )
            .fill_null(False)
            .alias("broken"),
        )
        .select(
            "area_id",
            "name",
            "region_id",
            "strand",
            "inspection_id",
            "framework",
            "type",
            "started",
            "published",
            "grade",
            *(f"next_{name}" for name in following),
            "months",
            "next",
            "broken",
        )
    )


def after(rows: pl.DataFrame, strand: str, grade: str = "Inadequate") -> pl.DataFrame:
    """Of `judgements`, those of one grade of a strand: what happened to the councils so judged, newest first."""
    return rows.filter((pl.col("strand") == strand) & (pl.col("grade") == grade)).sort(
        "published", "name", descending=[True, False]
    )


def matrix(rows: pl.DataFrame, strand: str) -> pl.DataFrame:
    """Which grade followed which, of `judgements`: one row a grade, the best first.

    grade, judgements, a column a grade that followed, not_given, not_yet, ended, and months: the middle of the whole
    months to the next judgement, null where none followed. Grades are counted, never averaged.
    """
    of = rows.filter(pl.col("strand") == strand)
    counts = of.group_by("grade").agg(
        pl.len().cast(pl.Int64).alias("judgements"),
        *((pl.col("next_grade") == grade).sum().cast(pl.Int64).alias(grade) for grade in GRADES),
        *((pl.col("next") == what).sum().cast(pl.Int64).alias(what) for what in (NOT_GIVEN, NOT_YET, ENDED)),
        pl.col("months").median(),
    )
    return (
        pl.DataFrame({"grade": GRADES})
        .join(counts, on="grade", how="left", maintain_order="left")
        .with_columns(pl.exclude("grade", "months").fill_null(0))
    )


@cached
def latest(db: Database, strand: str) -> pl.DataFrame:
    """The latest judgement of a strand of each authority: area_id, grade, started, published, inspection_id.

    None of overall where the latest inspection gave none: an older one is not current (rule `inspections`).
    """
    inspection = db.table["inspection"].select("inspection_id", "area_id", "framework", "started", "published")
    found = (
        inspection.join(
            db.table["judgement"].filter(pl.col("strand") == strand).select("inspection_id", "grade"),
            on="inspection_id",
            how="left",
        )
        .filter(pl.col("grade").is_not_null() | ((pl.col("framework") == WITHOUT_OVERALL) & (strand == "overall")))
        .sort("published", "inspection_id")
        .unique("area_id", keep="last", maintain_order=True)
    )
    return found.filter(pl.col("grade").is_not_null()).select(
        "area_id", "grade", "started", "published", "inspection_id"
    )


def _months(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Whole months, as `inspections.months` counts them."""
    years, months = end.dt.year() - start.dt.year(), end.dt.month().cast(pl.Int32) - start.dt.month().cast(pl.Int32)
    return (years * 12 + months - (end.dt.day() < start.dt.day()).cast(pl.Int32)).cast(pl.Int64)
