"""How far from England a council of its size may usually be: funnel limits (rule `chance`).

The limits are those that Wilson's interval comes from: a council is outside the 95 % limits exactly where England is
outside its interval, so that the funnel and the verdict against England never differ. They are also good for
full-time equivalents, which are no whole numbers, where exact binomial limits are not. Councils differ in more than
chance, and many more than 1 in 20 lie outside limits of chance alone: the usual limits allow for both
(`overdispersion`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dashboard.analysis import overdispersion, returns
from dashboard.analysis.comparison import SCALES, Z_95
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, SIGNIFICANT, Metric, Period

Z_998 = 3.090232306167813
POINTS = 80


@dataclass(frozen=True)
class Funnel:
    """The councils of one measure and period by size, and the limits around England."""

    metric: Metric
    period: Period
    england: float
    points: pl.DataFrame
    """One row a return with counts: area_id, area_ids, names, name, return_id, n (the denominator), p (in the metric's
    unit), value (as published), sets_cut, low_95, high_95, low_998, high_998, outside (0, 95 or 99.8) and side (better
    or worse, of a neutral measure lower or higher; null within the limits). Largest first. A figure in a range is
    outside where the whole range is, and within where the whole range is: else `outside` is null, as of what is not
    ranked."""
    lines: pl.DataFrame
    """The limits over sizes from the smallest council that sets an axis to the largest: n, low_95, ... high_998."""
    without: int
    """Returns without counts, or without a figure."""
    tau2: float
    """The variance between councils that the limits allow for (`overdispersion`); 0 of limits of chance alone."""
    by_chance: int
    """How many ranked points lie outside the 95 % limits of chance alone."""
    england_ends: tuple[float, float] | None = None
    """Between which two England's figure lies, where of some nothing is known: the lower limits are around the one,
    the upper around the other. None where it is one number."""

    @property
    def ranked(self) -> pl.DataFrame:
        """The points that are compared with the limits; the others are too small."""
        return self.points.filter("sets_cut")

    def outside(self, limit: float, side: str) -> pl.DataFrame:
        """The points outside a limit (95: also those outside 99.8) on one side."""
        return self.points.filter((pl.col("outside") >= limit) & (pl.col("side") == side))


def funnel(db: Database, metric: Metric, period: Period, *, spread: bool = True) -> Funnel | None:
    """The funnel of a measure; None where it is no share of a published denominator, or England has no figure.

    With `spread` its limits allow for the usual differences between councils, else for chance alone.
    """
    if not metric.has_interval:
        return None
    figures = db.by_metric[metric.metric_id].filter(pl.col("period_end") == period.end)
    england = figures.filter((pl.col("area_id") == ENGLAND) & pl.col("value").is_not_null())
    if england.is_empty():
        return None
    low, high = (float(england[end].fill_null(england["value"])[0]) for end in ("value_low", "value_high"))
    scale = SCALES.get(metric.unit, 1.0)
    councils = figures.filter(pl.col("kind") == "local_authority")
    n = pl.col("denominator")
    counted = councils.filter(pl.col("value").is_not_null() & (n > 0) & (pl.col("numerator") <= n).fill_null(True))
    high_is = ("worse" if metric.lower_is_better else "better") if metric.ranked else "higher"
    low_is = {"worse": "better", "better": "worse", "higher": "lower"}[high_is]
    p, most = pl.col("p"), pl.coalesce("value_high", "p")
    between = overdispersion.spread(db).filter(
        (pl.col("metric_id") == metric.metric_id) & (pl.col("period_end") == period.end)
    )["tau2"]
    tau2 = float(between[0]) if spread and between.len() else 0.0
    once = returns.once(db, counted).select(
        "area_id",
        "area_ids",
        "names",
        "name",
        "return_id",
        n.alias("n"),
        # Where only the denominator is published, the value is as exact as it is printed.
        pl.coalesce(pl.col("numerator") / n * scale, "value").round_sig_figs(SIGNIFICANT).alias("p"),
        "value",
        "value_high",
        "sets_cut",
    )
    points = (
        once.with_columns(
            *_limits((low, high), scale, tau2),
            # Of a range of England those that are within the limits around each of its ends are certain to be within.
            *(limit.name.prefix("inner_") for limit in _limits((high, low), scale, tau2)),
        )
        .with_columns(
            pl.when(~pl.col("sets_cut"))
            .then(None)
            .when((most < pl.col("low_998")) | (p > pl.col("high_998")))
            .then(99.8)
            .when((most < pl.col("low_95")) | (p > pl.col("high_95")))
            .then(95.0)
            .when((p >= pl.col("inner_low_95")) & (most <= pl.col("inner_high_95")))
            .then(0.0)
            .alias("outside")
        )
        .drop("value_high", pl.selectors.starts_with("inner_"))
        .with_columns(
            pl.when(pl.col("outside") > 0)
            .then(pl.when(p > high).then(pl.lit(high_is)).otherwise(pl.lit(low_is)))
            .alias("side")
        )
        .sort("n", "name", descending=[True, False])
    )
    alone = once.filter("sets_cut").with_columns(_limits((low, high), scale, 0.0))
    return Funnel(
        metric,
        period,
        float(england["value"][0]),
        points,
        _lines(points, (low, high), scale, tau2),
        councils["return_id"].n_unique() - points.height,
        tau2,
        alone.filter((most < pl.col("low_95")) | (p > pl.col("high_95"))).height,
        (low, high) if low < high else None,
    )


def _limits(around: tuple[float, float], scale: float, tau2: float) -> list[pl.Expr]:
    """low_95, high_95, low_998, high_998 from the column n, in the metric's unit, within what a share can be.

    The lower are around the first figure and the upper around the second: the two ends of England's, mostly alike.
    """
    n, found = pl.col("n"), []
    for name, z in (("95", Z_95), ("998", Z_998)):
        for at, (side, centre) in enumerate(zip(("low", "high"), around, strict=True)):
            share = centre / scale
            if tau2:
                limit = overdispersion.limits(pl.lit(share), n, pl.lit(tau2), z)[at]
            else:
                off = (share * (1 - share) / n).sqrt() * z
                limit = (share + off).clip(upper_bound=1.0) if at else (share - off).clip(lower_bound=0.0)
            found.append((limit * scale).round_sig_figs(SIGNIFICANT).alias(f"{side}_{name}"))
    return found


def _lines(points: pl.DataFrame, around: tuple[float, float], scale: float, tau2: float) -> pl.DataFrame:
    sizes = points.filter("sets_cut")["n"]
    sizes = sizes if sizes.len() else points["n"]
    if not sizes.len():
        return points.select("n", "low_95", "high_95", "low_998", "high_998")
    low, high = float(sizes.min()), float(sizes.max())  # type: ignore[arg-type]
    # Even steps of ratio: the limits bend where councils are small.
    steps = [low * (high / low) ** (position / (POINTS - 1)) for position in range(POINTS)]
    return pl.DataFrame({"n": [*steps[:-1], high]}).with_columns(_limits(around, scale, tau2))
