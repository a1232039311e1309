"""The columns of an exported figure: what it is, how it compares and where it is from, in every row (rule `pages`)."""

from __future__ import annotations

import polars as pl

from dashboard.data.database import Database, joint_return

COLUMNS = (
    "area", "metric", "period", "period_end", "value", "value_low", "value_high", "unit", "status", "symbol", "change",
    "change_low", "change_high", "series_break", "rank", "rank_low", "rank_high", "tied", "ranked", "quarter",
    "quarter_low", "quarter_high", "not_ranked", "benchmark_rule", "benchmark", "benchmark_low", "benchmark_high",
    "benchmark_base", "gap", "gap_low", "gap_high", "shortfall", "shortfall_low", "shortfall_high", "interval_low",
    "interval_high", "verdict", "numerator", "denominator", "unknown", "joint_return", "polarity", "region",
    "area_kind", "la_number", "gss_code",
    "metric_id", "source", "publisher", "release", "released", "page", "licence", "data_version",
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
        .select(*COLUMNS, *trends)
    )
