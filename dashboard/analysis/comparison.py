"""Councils compared with a benchmark (rules `gaps`, `england-if-all-met` and `chance`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from dashboard.analysis import benchmarks, overdispersion
from dashboard.analysis.benchmarks import Benchmark
from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import SCALES as SCALES
from dashboard.data.model import SIGNIFICANT, Metric
from dashboard.ops import timing

Z_95 = 1.959963984540054
# What the limits of a verdict allow for.
CHANCE, SPREAD = "chance", "chance and usual differences between councils"


@dataclass(frozen=True)
class England:
    """What all councils together are short of, each return once (rule `england-if-all-met`)."""

    short: int
    meet: int
    without: int
    """How many have no figure."""
    shortfall: float | None
    """In real units; null where no counts are published."""
    uncounted: int
    """How many of the short have no counts behind their figure."""
    alone: int = 0
    """How many have a figure, but nothing of their own to be compared with."""

    @property
    def compared(self) -> int:
        return self.short + self.meet


@timing.query
def compare(db: Database, benchmark: Benchmark, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    """`councils` with benchmark, council_count, gap, shortfall, low, high, interval_allows_for and verdict.

    `gap` is in the metric's unit, signed so that a shortfall is positive; of a neutral metric it is value minus
    benchmark. `shortfall` is the same in real units, null where it meets the benchmark or no counts are published.
    `low` and `high` are a Wilson 95 % interval; where the benchmark is an average that councils scatter around, it is
    wider by what they usually differ (`overdispersion`), as `interval_allows_for` says. `verdict` is better, similar,
    worse, or lower, similar, higher of a neutral metric; null without counts. Of FTE the interval is indicative: they
    are a census.
    """
    higher_is_better = pl.col("polarity") == "higher_is_better"
    neutral = pl.col("polarity") == "neutral"
    difference = (pl.col("value") - pl.col("benchmark")).round_sig_figs(SIGNIFICANT)
    scale = pl.col("unit").replace_strict(SCALES, default=1.0, return_dtype=pl.Float64)
    aim = pl.col("benchmark") / scale
    fewer = (
        pl.when(higher_is_better)
        .then(aim * pl.col("denominator") - pl.col("numerator"))
        .otherwise(pl.col("numerator") - aim * pl.col("denominator"))
    )
    more = pl.col("numerator") / pl.col("benchmark") - pl.col("denominator")
    low, high = wilson(pl.col("numerator"), pl.col("denominator"), pl.col("tau2"))
    under, over = pl.col("high") < pl.col("benchmark"), pl.col("low") > pl.col("benchmark")
    return (
        _with_spread(db, benchmark, benchmarks.values(db, benchmark, figures, councils))
        .join(db.measures, on="metric_id", maintain_order="left")
        .with_columns(
            pl.when(higher_is_better).then(-difference).otherwise(difference).alias("gap"),
            pl.when("has_interval").then((low * scale).round_sig_figs(SIGNIFICANT)).alias("low"),
            pl.when("has_interval").then((high * scale).round_sig_figs(SIGNIFICANT)).alias("high"),
            pl.when(pl.col("has_interval") & low.is_not_null())
            .then(pl.when(pl.col("tau2") > 0).then(pl.lit(SPREAD)).otherwise(pl.lit(CHANCE)))
            .alias("interval_allows_for"),
        )
        .with_columns(
            pl.when((pl.col("gap") > 0) & ~neutral)
            .then(
                pl.when(pl.col("shortfall_moves") == "numerator")
                .then(fewer)
                .when((pl.col("shortfall_moves") == "denominator") & (pl.col("benchmark") > 0))
                .then(more)
            )
            # Printed percentages are rounded: a council a hair over the benchmark may be short of nobody.
            .clip(lower_bound=0)
            .alias("shortfall"),
            pl.when(pl.col("value").is_null() | pl.col("benchmark").is_null() | pl.col("low").is_null())
            .then(None)
            .when(neutral & under)
            .then(pl.lit("lower"))
            .when(neutral & over)
            .then(pl.lit("higher"))
            .when(pl.when(higher_is_better).then(over).otherwise(under))
            .then(pl.lit("better"))
            .when(pl.when(higher_is_better).then(under).otherwise(over))
            .then(pl.lit("worse"))
            .otherwise(pl.lit("similar"))
            .alias("verdict"),
        )
        .drop("polarity", "unit", "has_interval", "shortfall_moves", "tau2")
    )


def _with_spread(db: Database, benchmark: Benchmark, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with tau2, what councils usually differ by in their measure and period; 0 where it is not allowed for."""
    if not benchmark.spread:
        return rows.with_columns(pl.lit(0.0).alias("tau2"))
    tau2 = overdispersion.spread(db).select(*overdispersion.KEYS, "tau2")
    return rows.join(tau2, on=overdispersion.KEYS, how="left", maintain_order="left").with_columns(
        pl.col("tau2").fill_null(0.0)
    )


@timing.query
def newest(db: Database, benchmark: Benchmark) -> pl.DataFrame:
    """`compare` of all councils in every measure's newest period; calculated once for all readers."""

    def compared() -> pl.DataFrame:
        return compare(db, benchmark, db.newest, db.newest.filter(pl.col("kind") == "local_authority"))

    return db.cached(("newest", benchmark), compared)


def newest_of(db: Database, benchmark: Benchmark, metric_id: str) -> pl.DataFrame:
    """The rows of `newest` of one metric."""
    rows = newest(db, benchmark)
    start, length = _windows(db).get(metric_id, (0, 0))
    return rows.slice(start, length)


@cached
def _windows(db: Database) -> dict[str, tuple[int, int]]:
    """Where the rows of each metric begin in `newest`, and how many they are: alike in all benchmarks."""
    councils = db.newest.filter(pl.col("kind") == "local_authority")
    lengths = councils.group_by("metric_id", maintain_order=True).len()
    ends = lengths["len"].cum_sum()
    return {one: (end - length, length) for one, length, end in zip(*lengths, ends, strict=True)}


def wilson(numerator: pl.Expr, denominator: pl.Expr, tau2: pl.Expr | float = 0.0) -> tuple[pl.Expr, pl.Expr]:
    """The Wilson 95 % interval of a share, from 0 to 1; null where the share is not one (0 / 0, or over 1).

    It holds every mark c that the share is not further from than z times the root of c (1 - c) / n + tau2, where tau2
    is the variance between councils that is allowed for.
    """
    n = denominator
    p = pl.when((n > 0) & (numerator <= n)).then(numerator / n)
    z2 = Z_95**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = (p * (1 - p) / n + z2 / (4 * n * n) + tau2 * (1 + z2 / n)).sqrt() * Z_95 / (1 + z2 / n)
    # At 0 and 1 the interval touches the edge; subtraction leaves a speck on either side of it.
    return (centre - half).round(12).clip(lower_bound=0.0), (centre + half).round(12).clip(upper_bound=1.0)


def conflict(row: Mapping[str, Any], metric: Metric) -> Literal["median", "mean"] | None:
    """Which of its neighbours' median and mean a council meets where it falls short of the other; else None.

    `row` is one of `queries.profile`. Of a neutral measure: which of the two it is above, where it is below the other.
    """
    value, median, mean = row["value"], row["neighbours"], row["neighbours_mean"]
    if value is None or median is None or mean is None or metric.counted:
        return None
    if metric.neutral:
        if value in (median, mean):
            return None
        met = (value > median, value > mean)
    elif metric.lower_is_better:
        met = (value <= median, value <= mean)
    else:
        met = (value >= median, value >= mean)
    return {(True, False): "median", (False, True): "mean"}.get(met)  # type: ignore[return-value]


def england_if_all_met(compared: pl.DataFrame) -> England:
    """The sum of the shortfalls of one metric and period, each return once. Very small councils are counted too."""
    returns = compared.unique("return_id", maintain_order=True)
    observed = returns.filter(pl.col("value").is_not_null())
    known = observed.filter(pl.col("gap").is_not_null())
    short = known.filter(pl.col("gap") > 0)
    counted = short.filter(pl.col("shortfall").is_not_null())
    return England(
        short=short.height,
        meet=known.height - short.height,
        without=returns.height - observed.height,
        shortfall=float(counted["shortfall"].sum()) if counted.height else None,
        uncounted=short.height - counted.height,
        alone=observed.height - known.height,
    )
