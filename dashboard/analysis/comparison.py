"""Councils compared with a benchmark (rules `gaps`, `england-if-all-met` and `chance`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from dashboard.analysis import benchmarks, overdispersion
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.benchmarks.rules import ends
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
    """What all ranked councils together are short of, each return once (rule `england-if-all-met`).

    Where hidden figures leave it open whether a council is short, it is in neither `short` nor `meet`.
    """

    short: int
    meet: int
    without: int
    """How many have no figure, not even a range."""
    shortfall_low: float | None
    """In real units, the least and the most that it can be; null where no counts are published."""
    shortfall_high: float | None
    uncounted: int
    """How many of the short have no counts behind their figure."""
    alone: int = 0
    """How many have a figure, but nothing of their own to be compared with."""
    unsure: int = 0
    """How many may be short, or may not: hidden figures leave it open."""
    small: int = 0
    """How many have a figure that is based on too few to be compared."""

    @property
    def compared(self) -> int:
        return self.short + self.meet + self.unsure

    @property
    def shortfall(self) -> float | None:
        """The shortfall where it is certain."""
        return self.shortfall_low if self.shortfall_low == self.shortfall_high else None


@timing.query
def compare(db: Database, benchmark: Benchmark, figures: pl.DataFrame, councils: pl.DataFrame) -> pl.DataFrame:
    """`councils` with `benchmarks.BENCHMARK` but the held ones, and gap, shortfall, low, high, interval_allows_for and
    verdict.

    `gap` is in the metric's unit, signed so that a shortfall is positive; of a neutral metric it is value minus
    benchmark. `shortfall` is the same in real units, null where it meets the benchmark or no counts are published.
    Each has a _low and a _high, the least and the most that hidden figures allow, and is null where these differ.
    `low` and `high` are a Wilson 95 % interval; where the benchmark is an average that councils scatter around, it is
    wider by what they usually differ (`overdispersion`), as `interval_allows_for` says. Of a figure in a range it goes
    from the interval of its lowest to that of its highest. `verdict` is better, similar, worse, or lower, similar,
    higher of a neutral metric; null without counts, or where hidden figures leave it open. Of FTE the interval is
    indicative: they are a census. What is not ranked (`not_ranked`) is not compared: it has an interval, and no gap or
    verdict. Where only the denominator is published, the numerator is what the published value makes of it.
    """
    higher_is_better = pl.col("polarity") == "higher_is_better"
    neutral = pl.col("polarity") == "neutral"
    lowest, highest, scale, fewest, most = map(pl.col, ("lowest", "highest", "scale", "fewest", "most"))
    # Its lowest against what the benchmark is with that held and all others at their highest; and the reverse.
    under = pl.when("sets_cut").then((lowest - pl.col("held_low")).round_sig_figs(SIGNIFICANT))
    over = pl.when("sets_cut").then((highest - pl.col("held_high")).round_sig_figs(SIGNIFICANT))
    by_counts = highest / scale * pl.col("denominator")

    def shortfall(count: pl.Expr, mark: pl.Expr) -> pl.Expr:
        """In real units, of a count and a benchmark."""
        aim = mark / scale
        aimed = aim * pl.col("denominator")
        fewer = pl.when(higher_is_better).then(aimed - count).otherwise(count - aimed)
        more = pl.when(mark > 0).then(count / mark - pl.col("denominator"))
        # Printed percentages are rounded: a council a hair over the benchmark may be short of nobody.
        return (
            pl.when(pl.col("shortfall_moves") == "numerator")
            .then(fewer)
            .when(pl.col("shortfall_moves") == "denominator")
            .then(more)
            .clip(lower_bound=0)
        )

    # Against the same benchmarks as the gaps: a council's own figure is at the same end in both.
    held_low, held_high = pl.col("held_low"), pl.col("held_high")
    at_least = pl.when(higher_is_better).then(shortfall(most, held_high)).otherwise(shortfall(fewest, held_low))
    at_most = pl.when(higher_is_better).then(shortfall(fewest, held_low)).otherwise(shortfall(most, held_high))
    may_be_short = (pl.col("gap_high") > 0) & ~neutral
    # Step by step: Polars thinks long about one large expression.
    rows = (
        _with_spread(db, benchmark, benchmarks.values(db, benchmark, figures, councils))
        .join(db.measures, on="metric_id", maintain_order="left")
        .with_columns(
            *(end.alias(name) for name, end in zip(("lowest", "highest"), ends(), strict=True)),
            scale=pl.col("unit").replace_strict(SCALES, default=1.0, return_dtype=pl.Float64),
        )
        # Of a figure in a range the counts that make its ends; else as published.
        .with_columns(fewest=pl.coalesce("numerator", lowest / scale * pl.col("denominator")))
        .with_columns(most=pl.when(highest > lowest).then(by_counts).otherwise(fewest))
    )
    low, inner_high = interval(fewest, pl.col("denominator"), pl.col("tau2"))
    inner_low, high = interval(most, pl.col("denominator"), pl.col("tau2"))
    found = (
        rows.with_columns(low=low, high=high, inner_low=inner_low, inner_high=inner_high)
        .with_columns(
            pl.when(higher_is_better).then(-over).otherwise(under).alias("gap_low"),
            pl.when(higher_is_better).then(-under).otherwise(over).alias("gap_high"),
            *(
                pl.when("has_interval").then((pl.col(end) * scale).round_sig_figs(SIGNIFICANT)).alias(end)
                for end in ("low", "high", "inner_low", "inner_high")
            ),
            pl.when(pl.col("has_interval") & pl.col("low").is_not_null())
            .then(pl.when(pl.col("tau2") > 0).then(pl.lit(SPREAD)).otherwise(pl.lit(CHANCE)))
            .alias("interval_allows_for"),
        )
        .with_columns(
            pl.when(may_be_short & (pl.col("gap_low") > 0))
            .then(at_least)
            # By its counts it may be short though its printed figure meets the benchmark: what is printed counts.
            .when(may_be_short)
            .then(at_least * 0)
            .alias("shortfall_low"),
            pl.when(may_be_short).then(at_most).alias("shortfall_high"),
            _verdict(higher_is_better, neutral),
        )
    )
    return found.with_columns(
        pl.when(pl.col(f"{name}_low") == pl.col(f"{name}_high")).then(f"{name}_low").alias(name)
        for name in ("gap", "shortfall")
    ).drop(
        "polarity", "unit", "has_interval", "shortfall_moves", "held_low", "held_high", "inner_low", "inner_high",
        "tau2", "lowest", "highest", "scale", "fewest", "most",
    )  # fmt: skip


def _with_spread(db: Database, benchmark: Benchmark, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with tau2, what councils usually differ by in their measure and period; 0 where it is not allowed for."""
    if not benchmark.spread:
        return rows.with_columns(pl.lit(0.0).alias("tau2"))
    tau2 = overdispersion.spread(db).select(*overdispersion.KEYS, "tau2")
    return rows.join(tau2, on=overdispersion.KEYS, how="left", maintain_order="left").with_columns(
        pl.col("tau2").fill_null(0.0)
    )


def _verdict(higher_is_better: pl.Expr, neutral: pl.Expr) -> pl.Expr:
    """Whether the interval lies beside the benchmark, whatever that is; null where hidden figures leave it open."""
    under, over = pl.col("high") < pl.col("benchmark_low"), pl.col("low") > pl.col("benchmark_high")
    # Of a figure in a range the intervals of its two ends may lie on either side.
    may_be = (pl.col("inner_high") < pl.col("benchmark_high")) | (pl.col("inner_low") > pl.col("benchmark_low"))
    unknown = (
        pl.coalesce("value_low", "value").is_null()
        | pl.col("benchmark_low").is_null()
        | pl.col("low").is_null()
        | ~pl.col("sets_cut")
    )
    return (
        pl.when(unknown)
        .then(None)
        .when(neutral & under)
        .then(pl.lit("lower"))
        .when(neutral & over)
        .then(pl.lit("higher"))
        .when(pl.when(higher_is_better).then(over).otherwise(under))
        .then(pl.lit("better"))
        .when(pl.when(higher_is_better).then(under).otherwise(over))
        .then(pl.lit("worse"))
        .when(~may_be)
        .then(pl.lit("similar"))
        .alias("verdict")
    )


@timing.query
def newest(db: Database, benchmark: Benchmark) -> pl.DataFrame:
    """`compare` of all councils in every measure's newest period; calculated once for all readers."""

    def compared() -> pl.DataFrame:
        found = compare(db, benchmark, db.newest, db.newest_councils)
        # What is published stands in memory once for all benchmarks.
        return db.newest_councils.hstack(found.drop(db.newest_councils.columns))

    return db.cached(("newest", benchmark), compared)


def newest_of(db: Database, benchmark: Benchmark, metric_id: str) -> pl.DataFrame:
    """The rows of `newest` of one metric."""
    return newest_rows(db, newest(db, benchmark), [metric_id])


def newest_rows(db: Database, rows: pl.DataFrame, metric_ids: Sequence[str]) -> pl.DataFrame:
    """Of `newest`, or of a frame as long, the rows of some metrics, one after the other."""
    windows = [_windows(db).get(metric_id, (0, 0)) for metric_id in metric_ids]
    return pl.concat([rows.clear(), *(rows.slice(start, length) for start, length in windows)])


@cached
def _windows(db: Database) -> dict[str, tuple[int, int]]:
    """Where the rows of each metric begin in `newest`, and how many they are: alike in all benchmarks."""
    lengths = db.newest_councils.group_by("metric_id", maintain_order=True).len()
    ends = lengths["len"].cum_sum()
    return {one: (end - length, length) for one, length, end in zip(*lengths, ends, strict=True)}


def interval(numerator: pl.Expr, denominator: pl.Expr, tau2: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Wilson's interval, or where tau2 is more than 0 the 95 % interval that allows for it too (`overdispersion`)."""
    share = pl.when((denominator > 0) & (numerator <= denominator)).then(numerator / denominator)
    wider = overdispersion.limits(share, denominator, tau2, Z_95)
    low, high = (
        pl.when(tau2 > 0).then(wide.round(12)).otherwise(alone)
        for wide, alone in zip(wider, wilson(numerator, denominator), strict=True)
    )
    return low, high


def wilson(numerator: pl.Expr, denominator: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The Wilson 95 % interval of a share, from 0 to 1; null where the share is not one (0 / 0, or over 1)."""
    n = denominator
    p = pl.when((n > 0) & (numerator <= n)).then(numerator / n)
    z2 = Z_95**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = (p * (1 - p) / n + z2 / (4 * n * n)).sqrt() * Z_95 / (1 + z2 / n)
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
    """The sum of the shortfalls of one metric and period, each return once; of those that are ranked.

    Its least is the sum of the least shortfalls and its most the sum of the most: a hidden figure at its laxer or its
    stricter end, against the laxer or the stricter benchmark.
    """
    figure = pl.coalesce("value", "value_low").is_not_null()
    known = figure & pl.col("gap_low").is_not_null()
    may_be_short = known & (pl.col("gap_high") > 0)
    counted = may_be_short & pl.col("shortfall_low").is_not_null()
    returns = compared.unique("return_id", maintain_order=True)
    found = returns.select(
        figures=figure.sum(),
        known=known.sum(),
        short=(known & (pl.col("gap_low") > 0)).sum(),
        meet=(known & (pl.col("gap_high") <= 0)).sum(),
        may_be_short=may_be_short.sum(),
        counted=counted.sum(),
        least=pl.col("shortfall_low").filter(counted).sum(),
        most=pl.col("shortfall_high").filter(counted).sum(),
        alone=(figure & pl.col("gap_low").is_null() & pl.col("sets_cut")).sum(),
        small=(figure & ~pl.col("sets_cut")).sum(),
    ).row(0, named=True)
    return England(
        short=found["short"],
        meet=found["meet"],
        without=returns.height - found["figures"],
        shortfall_low=found["least"] if found["counted"] else None,
        shortfall_high=found["most"] if found["counted"] else None,
        uncounted=found["may_be_short"] - found["counted"],
        alone=found["alone"],
        unsure=found["known"] - found["short"] - found["meet"],
        small=found["small"],
    )
