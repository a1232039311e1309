"""The rank of a council's own figures: beside its published ones, among the others as published, and how far off.

The council's own figure takes the place of its published one; of a joint return it takes that of all who made it. The
others stay as published, and so do the cuts between quarters and the benchmarks, which are those of every other page.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboard.analysis import comparison
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.local_figures import Own
from dashboard.data.database import Database
from dashboard.data.model import SIGNIFICANT


def rank_figures(db: Database, area_id: str, figures: Sequence[Own], benchmark: Benchmark) -> pl.DataFrame:
    """One row a figure, in menu order: columns of comparison.compare, whose value and counts are the council's own.

    Adds published, published_numerator and published_denominator, and `change`, which is from the published figure to
    the own one. rank, tied, ranked and quarter are those it would have; null of what is not ranked. status and symbol
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
        .drop("own", "own_numerator", "own_denominator", "rank", "tied", "ranked", "quarter")
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
    """metric_id, rank, tied, ranked, quarter of what is ranked (rules `ranks` and `quarters`)."""
    lower = pl.col("polarity") == "lower_is_better"
    better = pl.when(lower).then(pl.col("other") < pl.col("value")).otherwise(pl.col("other") > pl.col("value"))
    ranked = db.measures.filter((pl.col("polarity") != "neutral") & (pl.col("unit") != "grade"))
    own = rows.join(ranked.select("metric_id", "polarity"), on="metric_id").select(
        "metric_id", "period_end", "return_id", "value", "polarity"
    )
    others = (
        everything.filter((pl.col("kind") == "local_authority") & pl.col("value").is_not_null())
        .unique(["metric_id", "return_id"])
        .select("metric_id", pl.col("value").alias("other"), pl.col("return_id").alias("other_return"))
        .join(own, on="metric_id")
        .filter(pl.col("other_return") != pl.col("return_id"))
        .group_by("metric_id")
        .agg(
            (1 + better.sum()).cast(pl.Int64).alias("rank"),
            (1 + (pl.col("other") == pl.col("value")).sum()).cast(pl.Int64).alias("tied"),
            (1 + pl.len()).cast(pl.Int64).alias("ranked"),
        )
    )

    def beyond(cut: str) -> pl.Expr:
        over = pl.when(lower).then(pl.col("value") > pl.col(cut)).otherwise(pl.col("value") < pl.col(cut))
        return over.cast(pl.Int64)

    quarter = (1 + beyond("best") + beyond("middle") + beyond("worst")).alias("quarter")
    return (
        own.join(others, on="metric_id")
        .join(db.table["quarter_cut"], on=["metric_id", "period_end"], how="left")
        .select("metric_id", "rank", "tied", "ranked", quarter)
    )
