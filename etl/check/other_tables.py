"""Proof of what a figure is a share of by other tables: population estimates, and counts of the same children."""

from __future__ import annotations

import polars as pl

from etl.check.kinds_of_proof import ALIKE, CHILDREN, compare
from etl.model import Metric


def prove_children(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Children that a table prints are those of the population estimates, of the middle of the year before."""
    estimated = others.filter(pl.col("metric_id") == CHILDREN).select(
        (pl.col("period_end").dt.year() + 1).alias("year"), "area_id", pl.col("value").alias("children")
    )
    printed = rows.filter(pl.col("of_children") & pl.col("denominator").is_not_null()).with_columns(
        pl.col("period_end").dt.year().alias("year")
    )
    joined = printed.join(estimated.drop_nulls().unique(), on=["year", "area_id"], maintain_order="left")
    return compare(joined, CHILDREN, "denominator", pl.col("children"), pl.col("children"), pl.col("children"))


def prove_alike(rows: pl.DataFrame, metrics: list[Metric], others: pl.DataFrame) -> pl.DataFrame:
    """What a figure is a share of is as many as another table counts."""
    declared = pl.DataFrame(
        [(metric.id, metric.same_as, metric.same_within) for metric in metrics if metric.same_as],
        schema={"metric_id": pl.String, "same_as": pl.String, "within": pl.Float64},
        orient="row",
    )
    counted = others.select(pl.col("metric_id").alias("same_as"), "area_id", "period_end", "numerator").drop_nulls()
    off = pl.col("within") * pl.col("counted") + 2 * pl.when("wide").then("rounded").otherwise("exact")
    return compare(
        rows.filter(pl.col("denominator").is_not_null())
        .join(declared, on="metric_id", maintain_order="left")
        .join(counted.unique().rename({"numerator": "counted"}), on=["same_as", "area_id", "period_end"]),
        ALIKE,
        "denominator",
        pl.col("counted"),
        pl.col("counted") - off,
        pl.col("counted") + off,
    )
