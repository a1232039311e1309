"""Frames as files: what a page shows, with codes, statuses, symbols, source and licence in every row (rule 26)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboard.database import Database, Source

# A spreadsheet takes a cell that begins so for a formula; a quote before it makes it text (OWASP ASVS 1.2.10).
FORMULA = r"^[=+\-@\t\r\x00]"
COLUMNS = (
    "area", "metric", "period", "period_end", "value", "unit", "status", "symbol", "change", "rank", "tied", "ranked",
    "quarter", "benchmark_rule", "benchmark", "benchmark_base", "gap", "shortfall", "interval_low", "interval_high",
    "verdict", "numerator", "denominator", "joint_return", "polarity", "region", "area_kind", "la_number", "gss_code",
    "metric_id", "source", "publisher", "release", "released", "page", "licence", "data_version",
)  # fmt: skip
# Of rows that hold trends (`direction.with_direction`) too.
TREND_COLUMNS = ("trend", "no_trend_because")


def table(db: Database, rows: pl.DataFrame, benchmark_label: str) -> pl.DataFrame:
    """Rows of `comparison.compare` as an export holds them: codes, figures, standing, comparison, provenance."""
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
            pl.when(pl.col("return_id").str.contains("+", literal=True)).then("return_id").alias("joint_return"),
            pl.lit(benchmark_label).alias("benchmark_rule"),
            pl.lit(db.data_version).alias("data_version"),
        )
        .rename({"base": "benchmark_base", "low": "interval_low", "high": "interval_high"})
        .rename({"direction": "trend", "no_direction": "no_trend_because"} if trends else {})
        .select(*COLUMNS, *trends)
    )


def cited(sources: Sequence[Source]) -> str:
    """Publisher, title, edition and date of each source, once."""
    return "; ".join(f"{one.publisher}, {one.title}, {one.release}, {one.released}" for one in dict.fromkeys(sources))


def cite(db: Database, sources: Sequence[Source]) -> list[pl.Expr]:
    """Columns source, licence and data_version of a table whose rows share their sources."""
    return [
        pl.lit(cited(sources)).alias("source"),
        pl.lit("; ".join(dict.fromkeys(one.licence for one in sources))).alias("licence"),
        pl.lit(db.data_version).alias("data_version"),
    ]


def csv(frame: pl.DataFrame) -> bytes:
    """UTF-8 CSV that no spreadsheet takes for formulas: text that begins like one has a quote before it."""
    text = pl.col(pl.String)
    safe = frame.with_columns(pl.when(text.str.contains(FORMULA)).then("'" + text).otherwise(text).name.keep())
    return safe.write_csv(quote_style="non_numeric").encode("utf-8")
