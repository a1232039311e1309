"""The councils that a council is ranked among, where the benchmark is of some and not of all (rule `benchmarks`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from dashboard.analysis import queries
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT, Benchmark
from dashboard.analysis.benchmarks.rules import BestQuarterOf, Group, Neighbours, Published, ends
from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import Row

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
    best = by_rank(profile).head(most)
    rest = by_rank(profile, "rank_low").join(best, on="metric_id", how="anti", maintain_order="left")
    worst = rest.sort(_share("rank_low"), descending=True, maintain_order=True).head(most)
    return best, worst.filter(_share("rank_low") > HALF)


@cached
def worst_among_neighbours(db: Database, area_id: str) -> Row | None:
    """The measure in which a council ranks worst among its statistical neighbours, as `extremes` gives it; or None."""
    neighbours = members(db, BENCHMARKS["neighbours"], area_id)
    profile = ranked_among(db, queries.profile(db, area_id, BENCHMARKS[DEFAULT]), neighbours)
    _, worst = extremes(profile, neighbours)
    return worst.row(0, named=True) if worst.height else None


def by_rank(profile: pl.DataFrame, rank: Literal["rank_low", "rank_high"] = "rank_high") -> pl.DataFrame:
    """The measures in which a council has a figure and a rank in its group, best first; by its best or worst rank."""
    # Where too many figures are hidden it is not known who is best.
    known = pl.col("value").is_not_null() & pl.col(rank).is_not_null() & pl.col("enough") & (pl.col("ranked") > 1)
    return profile.filter(known).sort(_share(rank), maintain_order=True)


def better_half(rows: pl.DataFrame) -> pl.DataFrame:
    """Of rows of `by_rank` those in which it is certain to be in the better half."""
    return rows.filter(_share("rank_high") < HALF)


def _share(rank: str) -> pl.Expr:
    """How far down a council is in its group: 0 is best, 1 is last."""
    return (pl.col(rank) - 1) / (pl.col("ranked") - 1)


def ranked_among(db: Database, rows: pl.DataFrame, group: Members | None) -> pl.DataFrame:
    """Rows of one council with the ranks, tied, ranked, figures and hidden of its group instead of all councils'.

    `rows` have the columns of Database.figure: of one metric, or of each metric its newest period. There are no
    quarters of so few: they are null. Where hidden figures leave a rank open, rank_low and rank_high say how far, and
    rank is null. As it is without a group.
    """
    if group is None or rows.is_empty():
        return rows
    own_lower = (pl.col("polarity") != "higher_is_better").alias("lower")
    low, high = (end.alias(name) for end, name in zip(ends(), ("low", "high"), strict=True))
    several = rows["metric_id"].n_unique() > 1
    figures = db.newest_councils if several else db.by_metric[rows["metric_id"][0]]
    members = (
        figures.filter(pl.col("area_id").is_in(list(group.area_ids)) & ~pl.col("very_small"))
        .join(rows.select(*KEYS, pl.col("return_id").alias("own_return")), on=KEYS)
        .unique([*KEYS, "return_id"])
        .with_columns(low, high)
    )
    suppressed = pl.col("low").is_null() & (pl.col("status") == "suppressed")
    counts = members.group_by(KEYS).agg(
        pl.col("low").count().cast(pl.Int64).alias("figures"), suppressed.sum().cast(pl.Int64).alias("hidden")
    )
    others = members.filter(
        pl.col("sets_cut") & pl.col("low").is_not_null() & (pl.col("return_id") != pl.col("own_return"))
    ).select(*KEYS, pl.col("low", "high").name.prefix("other_"))
    # Of what is not ranked among all there is no rank here either.
    ranked = pl.col("rank_low").is_not_null()
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
    return (
        rows.drop("rank", "rank_low", "rank_high", "tied", "ranked", "figures", "hidden")
        .join(ranks, on=KEYS, how="left", maintain_order="left")
        .join(counts, on=KEYS, how="left", maintain_order="left")
        .with_columns(pl.lit(None, pl.Int64).alias(one) for one in ("quarter", "quarter_low", "quarter_high"))
    )
