"""Ranks, quarters and changes of every council, calculated at the build.

Rules `ranks`, `quarters`, `very-small` and `changes`.
"""

from __future__ import annotations

import polars as pl

from etl.model import WITHOUT_CHANGE, Polarity
from etl.readers.ees import SIGNIFICANT

KEYS = ("metric_id", "period_end")


def ranked_returns(observation: pl.DataFrame, metric: pl.DataFrame, area: pl.DataFrame) -> pl.DataFrame:
    """Observed values of local authorities in metrics that are ranked, one row a return.

    Columns metric_id, period_end, return_id, value, polarity, sets_cut. Neutral metrics and grades are never ranked.
    """
    authorities = area.filter(pl.col("kind") == "local_authority").select("area_id", "very_small")
    return (
        observation.join(
            metric.filter((pl.col("polarity") != Polarity.NEUTRAL) & (pl.col("unit") != "grade")).select(
                "metric_id", "polarity", "minimum_denominator"
            ),
            on="metric_id",
        )
        .join(authorities, on="area_id")
        .filter(pl.col("value").is_not_null())
        .with_columns(pl.col("denominator").is_not_null().any().over(KEYS).alias("counted"))
        .group_by(*KEYS, "return_id")
        .agg(
            pl.first("value", "polarity"),
            # A metric with a minimum needs the denominator itself to know: without one (it is suppressed because it
            # is small) the return does not set a cut. A period without any denominator is of a source that prints none.
            (
                ~pl.col("very_small").any()
                & (
                    pl.col("minimum_denominator").first().is_null()
                    | ~pl.col("counted").first()
                    | (pl.col("denominator").first() >= pl.col("minimum_denominator").first()).fill_null(False)
                )
            ).alias("sets_cut"),
        )
    )


def quarter_cuts(returns: pl.DataFrame) -> pl.DataFrame:
    """Per metric and period: returns, best, middle, worst. Linear (type 7) quantiles of those that set cuts."""
    lower_is_better = pl.col("polarity").first() == Polarity.LOWER_IS_BETTER
    quantile = {q: pl.col("value").quantile(q, "linear").round_sig_figs(SIGNIFICANT) for q in (0.25, 0.5, 0.75)}
    return (
        returns.filter("sets_cut")
        .group_by(KEYS)
        .agg(
            pl.len().alias("returns"),
            pl.when(lower_is_better).then(quantile[0.25]).otherwise(quantile[0.75]).alias("best"),
            quantile[0.5].alias("middle"),
            pl.when(lower_is_better).then(quantile[0.75]).otherwise(quantile[0.25]).alias("worst"),
        )
        .sort(KEYS)
    )


def rank_councils(observation: pl.DataFrame, returns: pl.DataFrame, cuts: pl.DataFrame) -> pl.DataFrame:
    """metric_id, area_id, period_end, rank, tied, ranked, quarter, sets_cut: one row an authority with a value.

    Best is 1, ties share the smallest rank, each return counts once; a value on a cut is in the better quarter.
    """
    badness = pl.when(pl.col("polarity") == Polarity.LOWER_IS_BETTER).then(pl.col("value")).otherwise(-pl.col("value"))

    def beyond(cut: str) -> pl.Expr:
        side = pl.when(pl.col("polarity") == Polarity.LOWER_IS_BETTER).then(pl.col(cut)).otherwise(-pl.col(cut))
        return (badness > side).cast(pl.Int64)

    by_return = (
        returns.with_columns(
            badness.rank("min").over(KEYS).cast(pl.Int64).alias("rank"),
            pl.len().over(*KEYS, "value").cast(pl.Int64).alias("tied"),
            pl.len().over(KEYS).cast(pl.Int64).alias("ranked"),
        )
        .join(cuts, on=KEYS)
        .with_columns((1 + beyond("best") + beyond("middle") + beyond("worst")).alias("quarter"))
        .select(*KEYS, "return_id", "rank", "tied", "ranked", "quarter", "sets_cut")
    )
    return (
        observation.select(*KEYS, "area_id", "return_id")
        .join(by_return, on=[*KEYS, "return_id"])
        .select("metric_id", "area_id", "period_end", "rank", "tied", "ranked", "quarter", "sets_cut")
    )


def changes(observation: pl.DataFrame, metric: pl.DataFrame, breaks: pl.DataFrame) -> pl.DataFrame:
    """metric_id, area_id, period_end, previous_period_end, change: latest minus the period just before.

    Rule `changes`: both observed, a year apart, reported by the same return; grades and months since have no change,
    and nobody has one over one of the `breaks` (`trends.series_breaks`).
    """
    values = observation.filter(pl.col("value").is_not_null()).join(
        metric.filter(~pl.col("unit").is_in(WITHOUT_CHANGE)).select("metric_id"), on="metric_id"
    )
    before = values.select(
        "metric_id",
        "area_id",
        "return_id",
        pl.col("period_end").alias("previous_period_end"),
        pl.col("period_end").dt.offset_by("1y").alias("period_end"),
        pl.col("value").alias("previous"),
    )
    pairs = values.join(before, on=["metric_id", "area_id", "return_id", "period_end"])
    return pairs.join(breaks, on=KEYS, how="anti").select(
        "metric_id",
        "area_id",
        "period_end",
        "previous_period_end",
        (pl.col("value") - pl.col("previous")).round_sig_figs(SIGNIFICANT).alias("change"),
    )
