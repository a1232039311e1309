"""Ranks, quarters and changes of every council, calculated at the build, as bounds where figures are hidden.

Rules `ranks`, `quarters`, `ranges`, `very-small` and `changes`.
"""

from __future__ import annotations

import polars as pl

from etl.build.unknown import why_unknown
from etl.model import WITHOUT_CHANGE, Polarity, Status
from etl.readers.ees import SIGNIFICANT

KEYS = ("metric_id", "period_end")
QUANTILES = {"best": 0.25, "middle": 0.5, "worst": 0.75}
CUTS = tuple(f"{cut}_{end}" for cut in QUANTILES for end in ("low", "high"))
BEST_CASE, WORST_CASE = "best_case", "worst_case"
STANDING = (
    "metric_id", "area_id", "period_end", "rank", "rank_low", "rank_high", "tied", "ranked", "quarter", "quarter_low",
    "quarter_high", "sets_cut", "not_ranked",
)  # fmt: skip
RANKED = pl.col("not_ranked").is_null() & (pl.col("polarity") != Polarity.NEUTRAL)
# Why a return is not ranked, as every view says it.
VERY_SMALL = "a very small council"
UNKNOWN_DENOMINATOR = "the number it is based on is not published"
# Where more than this share is hidden and cannot be bounded, nobody knows where a quarter of councils ends.
HIDDEN_SHARE = 0.25


def find_population(observation: pl.DataFrame, metric: pl.DataFrame, area: pl.DataFrame) -> pl.DataFrame:
    """The figures of local authorities, exact or in a range, of every metric but grades: one row a return.

    Columns metric_id, period_end, return_id, low, high (alike where the figure is exact), polarity and not_ranked: why
    it is in no rank, cut, benchmark or list (rule `very-small`); null of those that are.
    """
    authorities = area.filter(pl.col("kind") == "local_authority").select("area_id", "very_small")
    minimum, denominator = pl.col("minimum_denominator").first(), pl.col("denominator").first()
    return (
        observation.join(
            metric.filter(pl.col("unit") != "grade").select("metric_id", "polarity", "minimum_denominator"),
            on="metric_id",
        )
        .join(authorities, on="area_id")
        .with_columns(
            pl.coalesce("value_low", "value").alias("low"),
            pl.coalesce("value_high", "value").alias("high"),
        )
        .filter(pl.col("low").is_not_null())
        # A period without any denominator is of a source that prints none.
        .with_columns(pl.col("denominator").is_not_null().any().over(KEYS).alias("counted"))
        .group_by(*KEYS, "return_id")
        .agg(
            pl.first("low", "high", "polarity"),
            pl.when(pl.col("very_small").any())
            .then(pl.lit(VERY_SMALL))
            .when(why_unknown().first().is_not_null())
            .then(why_unknown().first())
            .when(~pl.col("counted").first())
            .then(None)
            .when(denominator < minimum)
            .then(pl.format("based on fewer than {}", minimum.cast(pl.Int64)))
            .when(minimum.is_not_null() & denominator.is_null())
            .then(pl.lit(UNKNOWN_DENOMINATOR))
            .alias("not_ranked"),
        )
    )


def quarter_cuts(population: pl.DataFrame, observation: pl.DataFrame, area: pl.DataFrame) -> pl.DataFrame:
    """Per metric and period: returns, figures, hidden, and best, middle and worst, each with _low and _high.

    Linear (type 7) quantiles of the returns that are ranked: of the lowest all can be, and of the highest. `figures`
    are those of all but the very small councils, `hidden` how many more are suppressed and have no range; `enough`
    says that these are at most HIDDEN_SHARE. The cuts are null where they are more, and of neutral metrics.
    """
    sides = with_sides(population)
    counts = sides.group_by(KEYS).agg(
        pl.col("not_ranked").is_null().sum().cast(pl.Int64).alias("returns"),
        (pl.col("not_ranked").fill_null("") != VERY_SMALL).sum().cast(pl.Int64).alias("figures"),
    )
    return (
        counts.join(_hidden(observation, area), on=KEYS, how="left")
        .with_columns(pl.col("hidden").fill_null(0))
        .with_columns((pl.col("hidden") <= HIDDEN_SHARE * (pl.col("hidden") + pl.col("figures"))).alias("enough"))
        .join(_cuts(sides.filter(RANKED)), on=KEYS, how="left")
        .with_columns(pl.when("enough").then(pl.col(name)).alias(name) for name in CUTS)
        .select(*KEYS, "returns", "figures", "hidden", "enough", *CUTS)
        .sort(KEYS)
    )


def rank_councils(observation: pl.DataFrame, population: pl.DataFrame, cuts: pl.DataFrame) -> pl.DataFrame:
    """STANDING: one row an authority with a figure, exact or in a range; of neutral metrics only of the `not_ranked`.

    Best is 1, ties share the smallest rank, each return counts once; a value on a cut is in the better quarter.
    rank_low and rank_high are the best and the worst that the hidden figures allow, and rank what both agree on; so
    with quarter. The bounds are exact: every figure is held at its better end, or its worse, and all others at the
    other end (rule `ranges`).
    """
    sides = with_sides(population)
    ranked = (
        sides.filter(RANKED)
        .group_by(KEYS)
        .agg(
            "return_id",
            "lower",
            BEST_CASE,
            WORST_CASE,
            (pl.col(WORST_CASE).sort().search_sorted(pl.col(BEST_CASE), "left") + 1).cast(pl.Int64).alias("rank_low"),
            # Where its own range is wide, its better end is before its worse: it is not another that is better.
            (
                pl.col(BEST_CASE).sort().search_sorted(pl.col(WORST_CASE), "left")
                + 1
                - (pl.col(BEST_CASE) < pl.col(WORST_CASE))
            )
            .cast(pl.Int64)
            .alias("rank_high"),
        )
        .explode("return_id", "lower", BEST_CASE, WORST_CASE, "rank_low", "rank_high")
        .with_columns(
            pl.len().over(KEYS).cast(pl.Int64).alias("ranked"),
            pl.len().over(*KEYS, BEST_CASE, WORST_CASE).cast(pl.Int64).alias("alike"),
        )
    )
    held = _hold(ranked).join(cuts.filter(pl.col("best_low").is_not_null()).select(KEYS), on=KEYS, how="semi")
    quarters = held.select(
        *KEYS,
        "return_id",
        _quarter(BEST_CASE).alias("quarter_low"),
        _quarter(WORST_CASE).alias("quarter_high"),
    )
    exact_rank = pl.col("rank_low") == pl.col("rank_high")
    by_return = (
        population.filter(RANKED | pl.col("not_ranked").is_not_null())
        .select(*KEYS, "return_id", "not_ranked")
        .join(ranked.drop("lower", BEST_CASE, WORST_CASE), on=[*KEYS, "return_id"], how="left")
        .join(quarters, on=[*KEYS, "return_id"], how="left")
        .with_columns(
            pl.when(exact_rank).then("rank_low").alias("rank"),
            pl.when(exact_rank).then("alike").alias("tied"),
            pl.when(pl.col("quarter_low") == pl.col("quarter_high")).then("quarter_low").alias("quarter"),
            pl.col("not_ranked").is_null().alias("sets_cut"),
        )
    )
    return observation.select(*KEYS, "area_id", "return_id").join(by_return, on=[*KEYS, "return_id"]).select(STANDING)


def with_sides(population: pl.DataFrame) -> pl.DataFrame:
    """The population with `lower` (is better) and its figures turned so that lower is better: BEST_CASE, WORST_CASE."""
    lower = pl.col("polarity") != Polarity.HIGHER_IS_BETTER
    return population.with_columns(
        lower.alias("lower"),
        pl.when(lower).then("low").otherwise(-pl.col("high")).alias(BEST_CASE),
        pl.when(lower).then("high").otherwise(-pl.col("low")).alias(WORST_CASE),
    )


def _hold(ranked: pl.DataFrame) -> pl.DataFrame:
    """The cuts that each return is compared with, in its best case and its worst, turned so that lower is better.

    A return's own figure is held at its better end in its best case, when all others are at their worse.
    """
    exact = pl.col(BEST_CASE) == pl.col(WORST_CASE)
    of_all = ranked.group_by(KEYS).agg(_quantiles(BEST_CASE, WORST_CASE))
    own = ranked.filter(~exact)
    others = ranked.select(
        *KEYS, pl.col("return_id").alias("other"), pl.col(BEST_CASE, WORST_CASE).name.prefix("other_")
    )
    itself = pl.col("other") == pl.col("return_id")
    of_each = (
        own.select(*KEYS, "return_id", BEST_CASE, WORST_CASE)
        .join(others, on=KEYS)
        .select(
            *KEYS,
            "return_id",
            pl.when(itself).then(BEST_CASE).otherwise(f"other_{WORST_CASE}").alias(WORST_CASE),
            pl.when(itself).then(WORST_CASE).otherwise(f"other_{BEST_CASE}").alias(BEST_CASE),
        )
        .group_by(*KEYS, "return_id")
        .agg(_quantiles(BEST_CASE, WORST_CASE))
    )
    return pl.concat(
        [
            ranked.filter(exact).join(of_all, on=KEYS),
            own.join(of_each, on=[*KEYS, "return_id"]),
        ]
    )


def _quarter(case: str) -> pl.Expr:
    """1 to 4. In its best case the cuts are those of all others at their worse ends."""
    others = WORST_CASE if case == BEST_CASE else BEST_CASE
    beyond = [(pl.col(case) > pl.col(f"{cut}_{others}")).cast(pl.Int64) for cut in QUANTILES]
    return 1 + pl.sum_horizontal(beyond)


def _quantiles(*ends: str) -> list[pl.Expr]:
    return [
        pl.col(end).quantile(quantile, "linear").round_sig_figs(SIGNIFICANT).alias(f"{cut}_{end}")
        for cut, quantile in QUANTILES.items()
        for end in ends
    ]


def _cuts(sides: pl.DataFrame) -> pl.DataFrame:
    """metric_id, period_end and CUTS, in the metric's own direction again."""
    found = sides.group_by(KEYS).agg(pl.first("lower"), *_quantiles(BEST_CASE, WORST_CASE))
    turned = [
        pl.when("lower").then(f"{cut}_{end}").otherwise(-pl.col(f"{cut}_{other}")).alias(f"{cut}_{name}")
        for cut in QUANTILES
        for end, other, name in ((BEST_CASE, WORST_CASE, "low"), (WORST_CASE, BEST_CASE, "high"))
    ]
    return found.select(*KEYS, *turned)


def _hidden(observation: pl.DataFrame, area: pl.DataFrame) -> pl.DataFrame:
    """metric_id, period_end, hidden: how many returns have a figure that is suppressed and has no range."""
    councils = area.filter((pl.col("kind") == "local_authority") & ~pl.col("very_small")).select("area_id")
    silent = pl.col("status").is_in([Status.SUPPRESSED, Status.UNSPECIFIED]) & pl.col("value_low").is_null()
    return (
        observation.filter(silent)
        .join(councils, on="area_id", how="semi")
        .group_by(KEYS)
        .agg(pl.col("return_id").n_unique().cast(pl.Int64).alias("hidden"))
    )


def changes(observation: pl.DataFrame, metric: pl.DataFrame, breaks: pl.DataFrame) -> pl.DataFrame:
    """metric_id, area_id, period_end, previous_period_end, change, change_low, change_high: since the period before.

    Rule `changes`: both known, a year apart, reported by the same return; grades and months since have no change, and
    nobody has one over one of the `breaks` (`trends.series_breaks`), or from or to a figure of which too much is
    unknown. Of figures in a range it is one too, where the two do not overlap: then `change` is null (rule `ranges`).
    """
    values = (
        observation.with_columns(
            pl.coalesce("value_low", "value").alias("low"), pl.coalesce("value_high", "value").alias("high")
        )
        .filter(pl.col("low").is_not_null() & why_unknown().is_null())
        .join(metric.filter(~pl.col("unit").is_in(WITHOUT_CHANGE)).select("metric_id"), on="metric_id")
    )
    before = values.select(
        "metric_id",
        "area_id",
        "return_id",
        pl.col("period_end").alias("previous_period_end"),
        pl.col("period_end").dt.offset_by("1y").alias("period_end"),
        pl.col("low").alias("previous_low"),
        pl.col("high").alias("previous_high"),
    )
    exact = pl.col("change_low") == pl.col("change_high")
    return (
        values.join(before, on=["metric_id", "area_id", "return_id", "period_end"])
        .join(breaks, on=KEYS, how="anti")
        .with_columns(
            (pl.col("low") - pl.col("previous_high")).round_sig_figs(SIGNIFICANT).alias("change_low"),
            (pl.col("high") - pl.col("previous_low")).round_sig_figs(SIGNIFICANT).alias("change_high"),
        )
        .filter(exact | (pl.col("change_low") > 0) | (pl.col("change_high") < 0))
        .select(
            "metric_id",
            "area_id",
            "period_end",
            "previous_period_end",
            pl.when(exact).then("change_low").alias("change"),
            "change_low",
            "change_high",
        )
    )
