"""The kinds of proof: what each says, and the rows in which a figure stands beside what it should be."""

from __future__ import annotations

import polars as pl

RATE, SUM, MEAN, CHILDREN, PARTS, ALIKE = "rate", "sum", "mean", "children", "parts", "alike"
TWICE, FITS = "twice", "fits"
# What a proof says, as readers see it.
SAYS = {
    RATE: "the figure follows from the counts printed beside it",
    SUM: "England and each region are the sum of their councils",
    MEAN: "England and each region are the mean of their councils",
    PARTS: "the groups of a table add up to its total",
    ALIKE: "another table counts the same children or plans, or nearly so",
    TWICE: "another table of the publisher prints the same",
    FITS: "the judgement before each visit is one that such visits follow",
    CHILDREN: "the children it is divided by are those of the population estimates",
}
PROOF = pl.Schema(
    [("metric_id", pl.String()), ("proof", pl.String()), ("proved", pl.Int64()), ("unproved", pl.Int64())]
)
UNPROVED = pl.Schema(
    [
        ("metric_id", pl.String()),
        ("proof", pl.String()),
        ("area_id", pl.String()),
        ("period", pl.String()),
        ("file", pl.String()),
        ("line", pl.Int64()),
        ("what", pl.String()),
        ("printed", pl.Float64()),
        ("expected", pl.Float64()),
        ("lowest", pl.Float64()),
        ("highest", pl.Float64()),
    ]
)
KEYS = ("metric_id", "period_end")


def compare(
    rows: pl.DataFrame, proof: str, printed: str, expected: pl.Expr, lowest: pl.Expr, highest: pl.Expr
) -> pl.DataFrame:
    """Figures with what they should be by a proof: its name, what is printed, expected, and the band around that."""
    what = pl.col("what") if "what" in rows.columns else pl.lit(printed)
    return rows.select(
        *KEYS,
        "wide",
        "area_id",
        "period",
        "file",
        pl.col("line").cast(pl.Int64),
        pl.lit(proof).alias("proof"),
        what.alias("what"),
        pl.col(printed).cast(pl.Float64).alias("printed"),
        expected.cast(pl.Float64).alias("expected"),
        lowest.cast(pl.Float64).alias("lowest"),
        highest.cast(pl.Float64).alias("highest"),
    )
