"""Ranges in which figures lie that are not exact (rule `ranges`): small counts that a publisher's rule hides.

A rule such as "counts of 1 to 5 are replaced by c, zeros are printed" says that a hidden figure of d children lies
between 1/d and 5/d. Nothing is ever subtracted to narrow the range of one council. Whether the rule holds is checked
in every period by England's published row.
"""

from __future__ import annotations

import polars as pl

from etl.model import ENGLAND, SCALES, EtlError, Metric, Status
from etl.readers.ees import SIGNIFICANT

KEYS = ("metric_id", "period_end")
# England's counts are rounded to ten.
ROUNDING = 5.0
# What is left for fewer hidden councils than these would say something of one of them, and is not kept.
FEWEST_HIDDEN = 10
SUPPRESSION_CHECK = pl.Schema(
    [
        ("metric_id", pl.String()),
        ("period_end", pl.Date()),
        ("hidden", pl.Int64()),
        ("without", pl.Int64()),
        ("mean_hidden", pl.Float64()),
        ("used", pl.Boolean()),
    ]
)


def check_suppression(observation: pl.DataFrame, area: pl.DataFrame, metrics: list[Metric]) -> pl.DataFrame:
    """SUPPRESSION_CHECK: whether England's row bears out the publisher's rule, one row a metric and period that hides.

    hidden and without (returns whose count is hidden, and that have none for another reason), mean_hidden (what
    England's count, rounded to 10, leaves for each of at least FEWEST_HIDDEN) and used: that it can lie within the
    rule. Raises E_SUPPRESSION where the counts that are left contradict the rule in every
    period, and none of them can be of councils that have no figure for another reason.
    """
    rules = _rules(metrics)
    if rules.is_empty():
        return pl.DataFrame(schema=SUPPRESSION_CHECK)
    rows = observation.join(rules, on="metric_id").join(area.select("area_id", "kind"), on="area_id")
    england = rows.filter(pl.col("area_id") == ENGLAND).select(*KEYS, pl.col("numerator").alias("england"))
    uncounted = pl.col("numerator").is_null()
    hidden = uncounted & (pl.col("status") == Status.SUPPRESSED)
    left = pl.col("england") - pl.col("printed")
    found = (
        rows.filter(pl.col("kind") == "local_authority")
        .unique([*KEYS, "return_id"])
        .group_by(*KEYS, "fewest", "most")
        .agg(
            hidden.sum().cast(pl.Int64).alias("hidden"),
            # Of nobody there is no share, and nothing to be counted.
            (uncounted & ~hidden & (pl.col("status") != Status.NOT_APPLICABLE)).sum().cast(pl.Int64).alias("without"),
            pl.col("numerator").sum().alias("printed"),
        )
        .filter(pl.col("hidden") > 0)
        .join(england, on=KEYS, how="left")
        .with_columns(
            (left / pl.col("hidden")).round_sig_figs(SIGNIFICANT).alias("mean_hidden"),
            (left + ROUNDING < pl.col("fewest") * pl.col("hidden")).alias("too_few"),
            (left - ROUNDING > pl.col("most") * pl.col("hidden")).alias("too_many"),
        )
        .with_columns((~pl.col("too_few") & ~pl.col("too_many")).fill_null(False).alias("used"))
        .sort(KEYS)
    )
    contradicted = pl.col("too_few") | (pl.col("too_many") & (pl.col("without") == 0))
    never = found.group_by("metric_id", maintain_order=True).agg(
        pl.col("used").any(),
        contradicted.any().alias("contradicted"),
        pl.col("mean_hidden").filter(contradicted).first(),
    )
    refuted = never.filter(~pl.col("used") & pl.col("contradicted"))
    for metric_id, mean in refuted.select("metric_id", "mean_hidden").iter_rows():
        raise EtlError(
            f"E_SUPPRESSION: {metric_id}: England's row leaves {mean:.1f} for each hidden count, which the rule "
            "declared for them cannot be. Take `hidden_counts` out of the metric's declaration, or correct it."
        )
    shown = pl.when(pl.col("hidden") >= FEWEST_HIDDEN).then("mean_hidden").alias("mean_hidden")
    return found.with_columns(shown).select(SUPPRESSION_CHECK.names())


def with_ranges(
    observation: pl.DataFrame, metric: pl.DataFrame, metrics: list[Metric], checks: pl.DataFrame
) -> pl.DataFrame:
    """The observations with value_low and value_high where the publisher's rule bounds a hidden count.

    In the metric's unit; both null where the value is exact, its denominator is not published, or `checks` (of
    `check_suppression`) does not bear the rule out in that period. A value_high that is given stays: how many are
    unknown is hidden too.
    """
    used = checks.filter("used").select(*KEYS, pl.lit(True).alias("used"))
    scale = pl.col("unit").replace_strict(SCALES, default=1.0, return_dtype=pl.Float64)
    bounded = (
        pl.col("used").fill_null(False)
        & (pl.col("status") == Status.SUPPRESSED)
        & (pl.col("denominator") >= pl.col("fewest"))
    )

    def figure(count: pl.Expr) -> pl.Expr:
        # No more can be counted than there are.
        most = pl.min_horizontal(count.cast(pl.Float64), "denominator")
        return pl.when(bounded).then((most / pl.col("denominator") * scale).round_sig_figs(SIGNIFICANT))

    return (
        observation.join(_rules(metrics), on="metric_id", how="left", maintain_order="left")
        .join(metric.select("metric_id", "unit"), on="metric_id", how="left", maintain_order="left")
        .join(used, on=KEYS, how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("value_low", figure(pl.col("fewest"))).alias("value_low"),
            # All unknown records may be among them (rule `unknown`).
            pl.coalesce("value_high", figure(pl.col("most") + pl.col("unknown").fill_null(0))).alias("value_high"),
        )
        .with_columns(pl.when(pl.col("value_low").is_not_null()).then("value_high").alias("value_high"))
        .select(observation.columns)
    )


def _rules(metrics: list[Metric]) -> pl.DataFrame:
    """metric_id, fewest, most: the counts that the publisher's rule hides."""
    declared = [(metric.id, *metric.hidden_counts) for metric in metrics if metric.hidden_counts]
    return pl.DataFrame(declared, {"metric_id": pl.String, "fewest": pl.Int64, "most": pl.Int64}, orient="row")
