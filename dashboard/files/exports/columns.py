"""The columns of an exported figure: what it is, how it compares and where it is from, in every row (rule `pages`)."""

from __future__ import annotations

import polars as pl

from dashboard.data.database import Database, joint_return
from dashboard.data.model import SIGNIFICANT

COLUMNS = (
    "area", "metric", "period", "period_end", "value", "value_low", "value_high", "unit", "status", "symbol", "change",
    "change_low", "change_high", "series_break", "rank", "rank_low", "rank_high", "tied", "ranked", "quarter",
    "quarter_low", "quarter_high",
    "not_ranked", "benchmark_rule", "benchmark", "benchmark_low", "benchmark_high", "benchmark_base", "gap", "gap_low",
    "gap_high", "shortfall", "shortfall_low", "shortfall_high", "interval_low", "interval_high", "interval_allows_for",
    "verdict", "numerator", "denominator", "unknown", "joint_return", "polarity", "region", "area_kind", "la_number",
    "gss_code", "metric_id", "source", "publisher", "release", "released", "page", "licence", "data_version",
)  # fmt: skip
CALCULATED = (
    "change", "change_low", "change_high", "benchmark", "benchmark_low", "benchmark_high", "gap", "gap_low", "gap_high",
    "shortfall",
    "shortfall_low", "shortfall_high", "interval_low", "interval_high",
)  # fmt: skip
# Of rows that hold trends (`direction.with_direction`) too.
TREND_COLUMNS = ("trend", "no_trend_because")


def table(db: Database, rows: pl.DataFrame, benchmark_label: str) -> pl.DataFrame:
    """Rows of `comparison.compare` as an export holds them: codes, figures, rank, comparison, provenance."""
    trends = TREND_COLUMNS if "direction" in rows.columns else ()
    metrics = db.table["metric"].select("metric_id", pl.col("title").alias("metric"), "unit", "polarity")
    sources = db.table["source"].rename({"title": "source"})
    areas = db.area.select("area_id", "la_number", "gss_code", pl.col("kind").alias("area_kind"))
    return (
        rows.join(metrics, on="metric_id", maintain_order="left")
        .join(areas, on="area_id", maintain_order="left")
        .join(sources, on="source_id", maintain_order="left")
        .with_columns(
            pl.col("name").alias("area"),
            pl.col("region_id").replace_strict(db.names, default=None, return_dtype=pl.String).alias("region"),
            joint_return().alias("joint_return"),
            pl.lit(benchmark_label).alias("benchmark_rule"),
            pl.lit(db.data_version).alias("data_version"),
        )
        .rename({"council_count": "benchmark_base", "low": "interval_low", "high": "interval_high"})
        .rename({"direction": "trend", "no_direction": "no_trend_because"} if trends else {})
        .with_columns(pl.col(CALCULATED).round_sig_figs(SIGNIFICANT))
        # A zero has no sign: clipping and rounding leave some below it, and adding 0.0 changes nothing in Polars.
        .with_columns(pl.when(pl.col(name) == 0).then(0.0).otherwise(name).alias(name) for name in CALCULATED)
        .select(*COLUMNS, *trends)
    )
