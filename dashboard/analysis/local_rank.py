"""The rank of a council's own figures: beside its published ones, among the others as published, and how far off.

The council's own figure takes the place of its published one; of a joint return it takes that of all who made it. The
others stay as published, and so do the cuts between quarters and the benchmarks, which are those of every other page.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboard.analysis import comparison
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.benchmarks.rules import ends
from dashboard.analysis.local_figures import Own
from dashboard.data.database import Database
from dashboard.data.model import SIGNIFICANT

RANKS = ("rank", "rank_low", "rank_high", "tied", "ranked", "quarter", "quarter_low", "quarter_high")


def rank_figures(db: Database, area_id: str, figures: Sequence[Own], benchmark: Benchmark) -> pl.DataFrame:
    """One row a figure, in menu order: columns of comparison.compare, whose value and counts are the council's own.

    Adds published, published_numerator and published_denominator, and `change`, which is from the published figure to
    the own one. RANKS are those it would have; null of what is not ranked. status and symbol
    are those of the published figure. Each return counts once.
    """
    everything = db.newest.filter(pl.col("metric_id").is_in([own.metric_id for own in figures]))
    positions = {metric_id: position for position, metric_id in enumerate(db.metrics)}
    given = pl.DataFrame(
        {
            "metric_id": [own.metric_id for own in figures],
            "own": [own.value for own in figures],
            "own_numerator": [own.numerator for own in figures],
            "own_denominator": [own.denominator for own in figures],
            "position": [positions[own.metric_id] for own in figures],
        },
        schema={
            "metric_id": pl.String,
            "own": pl.Float64,
            "own_numerator": pl.Float64,
            "own_denominator": pl.Float64,
            "position": pl.Int64,
        },
    )
    change = (pl.col("own") - pl.col("value")).round_sig_figs(SIGNIFICANT)
    rows = (
        _rows(db, area_id, everything, given)
        .join(given, on="metric_id")
        .with_columns(
            pl.col("value").alias("published"),
            pl.col("numerator").alias("published_numerator"),
            pl.col("denominator").alias("published_denominator"),
            change.alias("change"),
        )
        .with_columns(
            pl.col("own").alias("value"),
            pl.col("own_numerator").alias("numerator"),
            pl.col("own_denominator").alias("denominator"),
        )
        # The own figure is exact.
        .with_columns(pl.lit(None, pl.Float64).alias(end) for end in ("value_low", "value_high"))
        .drop("own", "own_numerator", "own_denominator", *RANKS)
    )
    ranks = _ranks(db, everything, rows)
    return (
        comparison.compare(db, benchmark, everything, rows)
        .join(ranks, on="metric_id", how="left", maintain_order="left")
        .sort("position")
        .drop("position")
    )


def _rows(db: Database, area_id: str, everything: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """The council's published row of each measure; one without a figure where there is none (columns of figure)."""
    found = everything.filter(pl.col("area_id") == area_id)
    without = given.join(found, on="metric_id", how="anti")["metric_id"].to_list()
    if not without:
        return found
    area = db.area.filter(pl.col("area_id") == area_id).row(0, named=True)
    new = pl.DataFrame(
        [
            {
                "metric_id": metric_id,
                "area_id": area_id,
                "period_end": db.latest(metric_id).end,
                "period": db.latest(metric_id).label,
                "status": "no_row",
                "return_id": area_id,
                "source_id": db.metrics[metric_id].source_id,
                "sets_cut": not area["very_small"],
                **{name: area[name] for name in ("name", "kind", "region_id", "authority_type", "very_small")},
            }
            for metric_id in without
        ]
    )
    return pl.concat([found, new.cast({name: found.schema[name] for name in new.columns})], how="diagonal")


def _ranks(db: Database, everything: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """metric_id and RANKS of what is ranked (rules `ranks`, `quarters` and `ranges`)."""
    ranked = db.measures.filter((pl.col("polarity") != "neutral") & (pl.col("unit") != "grade"))
    own = rows.filter("sets_cut").join(
        ranked.select("metric_id", (pl.col("polarity") == "lower_is_better").alias("lower")), on="metric_id"
    )
    value, low, high = (pl.col(name) for name in ("value", "other_low", "other_high"))
    always = pl.when("lower").then(high < value).otherwise(low > value)
    sometimes = pl.when("lower").then(low < value).otherwise(high > value)
    others = (
        everything.filter((pl.col("kind") == "local_authority") & pl.col("sets_cut"))
        .unique(["metric_id", "return_id"])
        .select(
            "metric_id",
            ends()[0].alias("other_low"),
            ends()[1].alias("other_high"),
            pl.col("return_id").alias("other_return"),
        )
        .filter(low.is_not_null())
        .join(own.select("metric_id", "period_end", "return_id", "value", "lower"), on="metric_id")
        .filter(pl.col("other_return") != pl.col("return_id"))
        .group_by("metric_id", "period_end", "value", "lower")
        .agg(
            (1 + always.sum()).cast(pl.Int64).alias("rank_low"),
            (1 + sometimes.sum()).cast(pl.Int64).alias("rank_high"),
            (1 + ((low == value) & (high == value)).sum()).cast(pl.Int64).alias("alike"),
            (1 + pl.len()).cast(pl.Int64).alias("ranked"),
        )
    )

    def beyond(cut: str) -> pl.Expr:
        low, high = pl.col(f"{cut}_low"), pl.col(f"{cut}_high")
        return pl.struct(
            low=pl.when("lower").then(value > high).otherwise(value < low).cast(pl.Int64),
            high=pl.when("lower").then(value > low).otherwise(value < high).cast(pl.Int64),
        )

    quarters = [
        (
            1
            + pl.sum_horizontal(
                (beyond(cut).struct.field(end) for cut in ("best", "middle", "worst")), ignore_nulls=False
            )
        ).alias(f"quarter_{end}")
        for end in ("low", "high")
    ]
    exact = pl.col("rank_low") == pl.col("rank_high")
    return (
        others.join(db.table["quarter_cut"], on=["metric_id", "period_end"], how="left")
        .with_columns(quarters)
        .with_columns(
            pl.when(exact).then("rank_low").alias("rank"),
            pl.when(exact).then("alike").alias("tied"),
            pl.when(pl.col("quarter_low") == pl.col("quarter_high")).then("quarter_low").alias("quarter"),
        )
        .select("metric_id", *RANKS)
    )
