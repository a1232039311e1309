"""The template a council fills in, as CSV and XLSX; and its own figures with their rank, to download."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.local_figures import Own
from dashboard.data.database import Database, joint_return
from dashboard.data.model import Metric
from dashboard.files import exports
from dashboard.files.exports.workbook import Page, Sheet, workbook
from dashboard.files.uploads.checking import (
    ALONGSIDE,
    COUNCIL,
    DENOMINATOR,
    HOW,
    METRIC,
    METRIC_ID,
    NUMBER,
    NUMERATOR,
    VALUE,
    counts_of,
)
from dashboard.files.uploads.workbook import NOTES, SHEET
from dashboard.views.text import formats
from dashboard.views.text.local_figures import whole_year

MARK = "unpublished, yours"
TEMPLATE = (NUMBER, COUNCIL, METRIC_ID, METRIC, *ALONGSIDE, VALUE, NUMERATOR, DENOMINATOR)
# The file of own figures: no row of it may be mistaken for published.
COLUMNS = (
    "marked", "area", "la_number", "metric", "metric_id", "unit", "yours_for", "your_value", "your_numerator",
    "your_denominator", "others_published_for", "published", "published_status", "published_symbol",
    "change_since_published", "would_rank", "would_rank_low", "would_rank_high", "would_tie", "of",
    "would_be_in_quarter", "benchmark_rule", "benchmark", "benchmark_low", "benchmark_high", "benchmark_base", "gap",
    "gap_low", "gap_high", "shortfall", "interval_low", "interval_high", "verdict", "joint_return", "polarity",
    "to_look_at", "published_by", "source", "release", "released", "licence", "data_version",
)  # fmt: skip


def template(db: Database, area_id: str) -> pl.DataFrame:
    """A row a measure that a council may have a figure of, in menu order; what is to be filled in is empty."""
    rows = []
    newest = {row["metric_id"]: row for row in db.newest.filter(pl.col("area_id") == area_id).iter_rows(named=True)}
    for metric in db.metrics.values():
        if metric.graded:
            continue
        row = newest.get(metric.metric_id)
        end = row["period_end"] if row else db.latest(metric.metric_id).end
        rows.append(
            {
                NUMBER: area_id,
                COUNCIL: db.names[area_id],
                METRIC_ID: metric.metric_id,
                METRIC: metric.title,
                "unit": metric.unit,
                "published_for": formats.period_label(metric, end),
                "published": row["value"] if row else None,
                HOW: _how(db, metric),
                VALUE: None,
                NUMERATOR: None,
                DENOMINATOR: None,
            }
        )
    numbers = ("published", VALUE, NUMERATOR, DENOMINATOR)
    return pl.DataFrame(rows, schema={name: pl.Float64 if name in numbers else pl.String for name in TEMPLATE})


def template_csv(db: Database, area_id: str) -> bytes:
    """The template as CSV, with the mark by which Excel knows UTF-8."""
    return b"\xef\xbb\xbf" + exports.csv(template(db, area_id))


def template_xlsx(db: Database, area_id: str) -> bytes:
    """The template as a workbook: the sheet to fill in, and one that says how. The same bytes for the same data."""
    notes = Page(NOTES, pl.DataFrame({"notes": _notes(db, area_id)}), frozenset({0}), (110,))
    return workbook([Sheet(SHEET, template(db, area_id)), notes])


def with_rank(
    db: Database, rows: pl.DataFrame, figures: Sequence[Own], benchmark: Benchmark, yours_for: str
) -> pl.DataFrame:
    """The local figures of a council (`local_rank.rank_figures`) as a file, each row marked unpublished (COLUMNS)."""
    metrics = db.table["metric"].select("metric_id", pl.col("title").alias("metric"), "unit", "polarity")
    sources = db.table["source"].rename({"title": "source", "publisher": "published_by"})
    warnings = {own.metric_id: " ".join(finding.what for finding in own.warnings) for own in figures}
    return (
        rows.join(metrics, on="metric_id", maintain_order="left")
        .join(sources, on="source_id", maintain_order="left")
        .with_columns(
            pl.lit(MARK).alias("marked"),
            pl.col("name").alias("area"),
            pl.col("area_id").alias("la_number"),
            pl.lit(yours_for or None, pl.String).alias("yours_for"),
            pl.col("period").alias("others_published_for"),
            pl.lit(benchmark.title).alias("benchmark_rule"),
            joint_return().alias("joint_return"),
            pl.col("metric_id").replace_strict(warnings, default="", return_dtype=pl.String).alias("to_look_at"),
            pl.lit(db.data_version).alias("data_version"),
        )
        .rename(
            {
                "value": "your_value", "numerator": "your_numerator", "denominator": "your_denominator",
                "status": "published_status", "symbol": "published_symbol", "change": "change_since_published",
                "rank": "would_rank", "rank_low": "would_rank_low", "rank_high": "would_rank_high",
                "tied": "would_tie", "ranked": "of", "quarter": "would_be_in_quarter",
                "council_count": "benchmark_base", "low": "interval_low", "high": "interval_high",
            }
        )
        .select(COLUMNS)
    )  # fmt: skip


def _how(db: Database, metric: Metric) -> str:
    """How to give a figure, beside the cells for it."""
    unit = "in percent: 14.2 for 14.2%" if metric.unit == "%" else f"in {metric.unit}"
    year = "; for twelve months" if whole_year(metric) else ""
    return f"{unit}{year}; or numerator and denominator" if counts_of(db, metric) else f"{unit}{year}; the value alone"


def _notes(db: Database, area_id: str) -> list[str]:
    return [
        f"Your own, unpublished figures of {db.names[area_id]} ({area_id})",
        f"Fill in {VALUE} for the measures you have, as the column {HOW} says; leave the others empty.",
        f"Where you have them, fill in {NUMERATOR} and {DENOMINATOR} too: then gaps are said in posts or cases.",
        "With both of these, the value may be left empty: it is worked out.",
        "Percentages from 0 to 100 and without the sign; no commas in numbers; values, not formulas.",
        "Where the published figure counts a year, give yours for twelve months: a quarter's is not comparable.",
        "Do not change the codes. Rows may be sorted or deleted, and columns added.",
        "Give figures of measures alone: nothing about any child or worker.",
        "What you give stays in your session, is never stored, and is gone once you clear it.",
        f"Published figures: data version {db.data_version}.",
    ]
