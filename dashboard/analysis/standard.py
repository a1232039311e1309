"""One standard over time: how many councils met, in each year, what the best quarter reach now."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, Metric, Period


@dataclass(frozen=True)
class Standard:
    """A value that is held fixed, and who reached it when."""

    metric: Metric
    target: float
    period: Period | None
    """Whose best quarter reach it; null for a target of the reader's."""
    rows: pl.DataFrame
    """Oldest first: period_end, period, met and had (returns), share (in percent), england, broken."""


@cached
def best_quarter(db: Database, metric: Metric) -> float | None:
    """What the best quarter of councils reach in the newest period; None for neutral measures and grades.

    And where hidden figures leave it open: a standard is one number.
    """
    cuts = db.table["quarter_cut"].filter(
        (pl.col("metric_id") == metric.metric_id) & (pl.col("period_end") == db.latest(metric.metric_id).end)
    )
    exact = cuts.filter(pl.col("best_low") == pl.col("best_high"))
    return float(exact["best_low"][0]) if exact.height else None


@cached
def over_time(db: Database, metric: Metric, target: float | None = None) -> Standard | None:
    """How many returns met a standard in each period, of how many that had a figure.

    The standard is what the best quarter reach in the newest period, or `target`. A joint return counts once, and those
    that are ranked count, of grades all; a hidden figure where its range says whether it met it. `england` is the
    published figure; `broken` says that a period is not to be compared with earlier ones. None where there is no better
    and worse, or no one standard; of grades, which set none, where no grade is the target.
    """
    if metric.neutral or (metric.graded and target is None):
        return None
    newest = db.latest(metric.metric_id)
    period = newest if target is None else None
    if target is None:
        target = best_quarter(db, metric)
    if target is None:
        return None
    figures = db.by_metric[metric.metric_id]
    low, high = pl.coalesce("value_low", "value"), pl.coalesce("value_high", "value")
    reached, missed = (high <= target, low > target) if metric.lower_is_better else (low >= target, high < target)
    england = figures.filter(pl.col("area_id") == ENGLAND).select("period_end", pl.col("value").alias("england"))
    breaks = db.table["series_break"].filter(pl.col("metric_id") == metric.metric_id)["period_end"].to_list()
    rows = (
        figures.filter((pl.col("kind") == "local_authority") & (pl.col("sets_cut") | metric.graded))
        .unique(["period_end", "return_id"])
        .group_by("period_end")
        .agg(
            pl.first("period"),
            reached.sum().cast(pl.Int64).alias("met"),
            (reached | missed).sum().cast(pl.Int64).alias("had"),
        )
        .join(england, on="period_end", how="left")
        .sort("period_end")
        .select(
            "period_end",
            "period",
            "met",
            "had",
            pl.when(pl.col("had") > 0).then(pl.col("met") / pl.col("had") * 100).alias("share"),
            "england",
            pl.col("period_end").is_in(breaks).alias("broken"),
        )
    )
    return Standard(metric, target, period, rows)
