"""The councils that a council is ranked among, where the benchmark is of some and not of all (rule `benchmarks`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from dashboard.analysis import queries
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.benchmarks.rules import BestQuarterOf, Group, Neighbours, Published
from dashboard.data.cache import cached
from dashboard.data.database import Database

KEYS = ["metric_id", "period_end"]
HALF = 0.5


@dataclass(frozen=True)
class Members:
    """Who a council is ranked among, itself included."""

    kind: Literal["neighbours", "region", "type", "picked"]
    name: str
    """Of the region or type; empty of others."""
    area_ids: frozenset[str]


@cached
def members(db: Database, benchmark: Benchmark, area_id: str | None) -> Members | None:
    """The group of a benchmark that a council is in; None where the benchmark is of all councils, or of none.

    A very small council is ranked in no group.
    """
    rule = benchmark.rule
    if area_id is None or db.area.filter((pl.col("area_id") == area_id) & pl.col("very_small")).height:
        return None
    if isinstance(rule, Neighbours):
        return Members("neighbours", "", frozenset([area_id, *queries.neighbours(db, area_id)]))
    if isinstance(rule, Group):
        return Members("picked", "", frozenset([area_id, *rule.area_ids])) if rule.area_ids else None
    regional = isinstance(rule, Published) and rule.regional
    column = rule.column if isinstance(rule, BestQuarterOf) else "region_id" if regional else None
    today = db.area.filter(pl.col("area_id").is_in(list(db.authorities)))
    own = today.filter(pl.col("area_id") == area_id)
    if column is None or own.is_empty():
        return None
    of = str(own[column][0])
    alike = frozenset(today.filter(pl.col(column) == of)["area_id"])
    return Members("region", db.names[of], alike) if column == "region_id" else Members("type", of, alike)


def own_row(db: Database, rows: pl.DataFrame, group: Members | None, area_id: str | None) -> dict[str, Any] | None:
    """The row of a council among those of one measure and period, with its rank in its group; None without one."""
    found = ranked_among(db, rows.filter(pl.col("area_id") == pl.lit(area_id)), group)
    return found.row(0, named=True) if found.height else None


def extremes(profile: pl.DataFrame, group: Members | None, most: int = 5) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The measures of a profile in which a council ranks best, and worst, among its group or among all councils.

    `profile` is ranked as `ranked_among` does. As in `queries.weakest`, the worst are of the worse half.
    """
    if group is None:
        return queries.strongest(profile, most), queries.weakest(profile, most)
    rows = by_rank(profile)
    worst = rows.tail(max(0, min(most, rows.height - most))).reverse().filter(_share() > HALF)
    return rows.head(most), worst


def by_rank(profile: pl.DataFrame) -> pl.DataFrame:
    """The measures in which a council has a rank in its group, best first."""
    return profile.filter(_share().is_not_null() & (pl.col("ranked") > 1)).sort(_share(), maintain_order=True)


def better_half(rows: pl.DataFrame) -> pl.DataFrame:
    """Of rows of `by_rank` those in which it is in the better half."""
    return rows.filter(_share() < HALF)


def _share() -> pl.Expr:
    """How far down a council is in its group: 0 is best, 1 is last."""
    rank = pl.coalesce("^rank_high$", "rank")
    return (rank - 1) / (pl.col("ranked") - 1)


def ranked_among(db: Database, rows: pl.DataFrame, group: Members | None) -> pl.DataFrame:
    """Rows of one council with the rank, tied and ranked of its group instead of those of all councils.

    `rows` have the columns of Database.figure, one row a metric and period. There are no quarters of so few: they are
    null. Where hidden figures leave a rank open, rank_low and rank_high say how far, and rank is null. As it is
    without a group.
    """
    if group is None or rows.is_empty():
        return rows
    own_lower = (pl.col("polarity") != "higher_is_better").alias("lower")
    # A figure that is hidden has a range; all others have none.
    low, high = pl.coalesce("^value_low$", "value").alias("low"), pl.coalesce("^value_high$", "value").alias("high")
    figures = db.figure if rows["metric_id"].n_unique() > 1 else db.by_metric[rows["metric_id"][0]]
    others = (
        figures.filter(pl.col("area_id").is_in(list(group.area_ids)) & pl.col("sets_cut"))
        .join(rows.select(*KEYS, pl.col("return_id").alias("own_return")), on=KEYS)
        .filter(pl.col("return_id") != pl.col("own_return"))
        .unique([*KEYS, "return_id"])
        .select(*KEYS, low.name.prefix("other_"), high.name.prefix("other_"))
        .filter(pl.col("other_low").is_not_null())
    )
    # Of what is not ranked among all, or is of too few, there is no rank here either.
    ranked = pl.col("sets_cut") & (pl.col("rank").is_not_null() | pl.any_horizontal(pl.col("^rank_low$").is_not_null()))
    own = rows.filter(ranked).select(*KEYS, low, high).join(db.measures.select("metric_id", own_lower), on="metric_id")
    always = pl.when("lower").then(pl.col("other_high") < pl.col("low")).otherwise(pl.col("other_low") > pl.col("high"))
    perhaps = (
        pl.when("lower").then(pl.col("other_low") < pl.col("high")).otherwise(pl.col("other_high") > pl.col("low"))
    )
    alike = (pl.col("other_low") == pl.col("low")) & (pl.col("other_high") == pl.col("high"))
    known = pl.col("other_low").is_not_null()
    ranks = (
        own.join(others, on=KEYS, how="left")
        .group_by(KEYS)
        .agg(
            (1 + (known & always).sum()).cast(pl.Int64).alias("rank_low"),
            (1 + (known & perhaps).sum()).cast(pl.Int64).alias("rank_high"),
            (1 + (known & alike).sum()).cast(pl.Int64).alias("tied"),
            (1 + known.sum()).cast(pl.Int64).alias("ranked"),
        )
        .with_columns(pl.when(pl.col("rank_low") == pl.col("rank_high")).then("rank_low").alias("rank"))
    )
    replaced = ["rank", "tied", "ranked", "rank_low", "rank_high"]
    without = [one for one in rows.columns if one.startswith("quarter")]
    return (
        rows.drop(*[one for one in replaced if one in rows.columns])
        .join(ranks, on=KEYS, how="left", maintain_order="left")
        .with_columns(pl.lit(None, rows.schema[one]).alias(one) for one in without)
    )
