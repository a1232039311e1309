"""How much more councils differ than chance explains: Spiegelhalter's additive model (rule `chance`).

A share p is looked at as y = arcsin(sqrt(p)), where chance moves every share alike, s = 1 / (2 sqrt(n)), and councils
may stand out on either side of a small one. Each council has z = (y - c) / s around England's c. If chance were all,
the mean of z² would be about 1. It is taken after winsorising: a tenth at either end is set to the 10th and 90th
percentile, so that the councils that are unusual do not hide themselves. What is more than chance gives is the variance
between councils, tau²; limits then allow for s² + tau². D. J. Spiegelhalter, Handling over-dispersion of performance
indicators, Quality and Safety in Health Care 14 (2005) 347-351.
"""

from __future__ import annotations

from math import pi

import polars as pl

from dashboard.analysis.benchmarks.rules import setting
from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, SCALES

KEYS = ["metric_id", "period_end"]
WINSORISED = 0.1
# Of fewer councils a tenth at either end is nobody, and the mean says little.
FEWEST = 10


@cached
def spread(db: Database) -> pl.DataFrame:
    """metric_id, period_end, councils, phi (the mean of z²), weight and tau2, on the scale of arcsin(sqrt(share)).

    Of all measures with an interval in every period in which England has a figure and enough councils have counts: each
    return once, and of those that are ranked. A figure that is hidden in a range is left out, so that tau2 is rather
    too large than too small; where too many are hidden there is none.
    """
    scale = pl.col("unit").replace_strict(SCALES, default=1.0)
    measures = db.measures.filter("has_interval").select("metric_id", scale.alias("scale"))
    figures = db.figure
    england = (
        figures.filter((pl.col("area_id") == ENGLAND) & pl.col("value").is_not_null())
        .join(measures, on="metric_id")
        .select(*KEYS, "scale", (pl.col("value") / pl.col("scale")).alias("centre"))
        .filter((pl.col("centre") > 0) & (pl.col("centre") < 1))
    )
    n, centre = pl.col("denominator"), pl.col("centre")
    # Where only the denominator is published, the value is as exact as it is printed.
    share = pl.coalesce(pl.col("numerator") / n, pl.col("value") / pl.col("scale"))
    counted = (
        setting(figures)
        .filter(pl.col("value").is_not_null() & (n > 0) & (pl.col("numerator") <= n).fill_null(True))
        .unique([*KEYS, "return_id"])
        .join(england, on=KEYS)
        .select(*KEYS, (angle(share) - angle(centre)).alias("away"), (4 * n).alias("weight"))
    )
    return estimate(counted.with_columns((pl.col("away") * pl.col("weight").sqrt()).alias("z")))


def angle(share: pl.Expr) -> pl.Expr:
    """The scale on which chance moves every share alike."""
    return share.sqrt().arcsin()


def limits(share: pl.Expr, n: pl.Expr, tau2: pl.Expr, z: float) -> tuple[pl.Expr, pl.Expr]:
    """From where to where a share of n people may be around a share, allowing for chance and tau2; and the reverse."""
    off = (1 / (4 * n) + tau2).sqrt() * z
    low, high = (angle(share) - off).clip(lower_bound=0.0), (angle(share) + off).clip(upper_bound=pi / 2)
    return low.sin().pow(2), high.sin().pow(2)


def estimate(counted: pl.DataFrame) -> pl.DataFrame:
    """KEYS, councils, phi, weight and tau2 from rows of councils with z and weight (1 / s²)."""
    z, weight, councils = pl.col("z"), pl.col("weight"), pl.len()
    low, high = (z.quantile(end, "linear") for end in (WINSORISED, 1 - WINSORISED))
    phi = z.clip(low, high).pow(2).mean()
    over = councils * phi - (councils - 1)
    return (
        counted.group_by(KEYS)
        .agg(
            councils.cast(pl.Int64).alias("councils"),
            phi.alias("phi"),
            (weight.sum() - weight.pow(2).sum() / weight.sum()).alias("weight"),
            over.alias("over"),
        )
        .with_columns((pl.col("over") / pl.col("weight")).clip(lower_bound=0.0).alias("tau2"))
        .drop("over")
        .filter(pl.col("councils") >= FEWEST)
    )
