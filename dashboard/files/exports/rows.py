"""Rows of figures for a download: long (a row for each figure) or wide (a column for each measure)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from dashboard.analysis import direction, queries
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.selection import CELL, JOINT, RANK
from dashboard.data.database import Database
from dashboard.files import exports
from dashboard.ops import timing

BENCHMARK = ("benchmark_rule", "benchmark", "benchmark_low", "benchmark_high", "benchmark_base")
# The groups of columns that can be added to those of every row, and the columns of each.
PARTS: dict[str, tuple[str, ...]] = {
    "standing": (
        "rank", "rank_low", "rank_high", "tied", "ranked", "quarter", "quarter_low", "quarter_high", "not_ranked",
    ),
    "benchmark": BENCHMARK,
    "gap": (*BENCHMARK, "gap", "gap_low", "gap_high", "shortfall", "shortfall_low", "shortfall_high"),
    "interval": (*BENCHMARK, "interval_low", "interval_high", "interval_allows_for", "verdict"),
    "trend": exports.TREND_COLUMNS,
}  # fmt: skip
OPTIONAL = frozenset(column for columns in PARTS.values() for column in columns)
# What `comparison.compare` adds, where it is not called.
NOT_COMPARED = {
    **dict.fromkeys(("benchmark", "benchmark_low", "benchmark_high"), pl.Float64), "council_count": pl.Int64,
    **dict.fromkeys(("gap", "gap_low", "gap_high", "shortfall", "shortfall_low", "shortfall_high"), pl.Float64),
    "low": pl.Float64, "high": pl.Float64, "interval_allows_for": pl.String, "verdict": pl.String,
}  # fmt: skip


@timing.query
def to_long(db: Database, rows: pl.DataFrame, parts: Collection[str], benchmark: Benchmark) -> pl.DataFrame:
    """A long table: a row for each figure, in the columns of `exports.table`.

    Beside what every row says (what, where, when, the figure or why there is none, and where it is from) those of
    `parts`: names of PARTS. Only councils are compared. What is not asked for is not calculated.
    """
    wanted = {column for part in parts for column in PARTS[part]}
    compared = (
        queries.compared(db, rows, benchmark)
        if "benchmark" in wanted
        else rows.with_columns(pl.lit(None, kind).alias(name) for name, kind in NOT_COMPARED.items())
    )
    if "trend" in parts:
        compared = direction.with_direction(db, compared)
    table = exports.table(db, compared, benchmark.title)
    return table.select(column for column in table.columns if column not in OPTIONAL or column in wanted)


@timing.query
def to_wide(db: Database, rows: pl.DataFrame, most: int | None = None) -> pl.DataFrame:
    """A wide table: a row for each area and period, a column for each measure, named by metric_id, in menu order.

    area, period, period_end, area_kind, region, la_number, gss_code, then the measures: values, of judgements the
    grade in words. Beside a measure of which some figures are missing stands `<metric_id>_status`: observed, or the
    reason; where both are null, the rows hold no such figure. Beside one with joint returns stands
    `<metric_id>_joint_return`, as one figure then stands in two rows. Last, for all: source, licence, data_version.
    Newest first, England, regions, councils, each by name; the first `most` of them, in the columns of all.
    """
    table = (
        rows.select(*CELL, "kind", "name", "region_id")
        .unique(CELL)
        .sort("period_end", "period", RANK, "name", descending=[True, True, False, False])
        .head(rows.height if most is None else most)
        .with_row_index("row")
    )
    shown = rows.join(table.select("row", *CELL), on=CELL, maintain_order="right").with_columns(
        # Of a judgement that is missing, the symbol is what is printed instead of a grade.
        pl.when(pl.col("status") == "observed").then("symbol").alias("grade"),
        pl.when(JOINT).then("return_id").alias("joint_return"),
    )
    metrics = db.table["metric"].sort("position")
    measures = metrics.filter(pl.col("metric_id").is_in(rows["metric_id"].unique().implode()))["metric_id"].to_list()
    graded = set(metrics.filter(pl.col("unit") == "grade")["metric_id"])
    missing = set(rows.filter(pl.col("status") != "observed")["metric_id"].unique())
    joint = set(rows.filter(JOINT)["metric_id"].unique())
    columns = {measure: [measure] for measure in measures}
    for wanted, cell, suffix in (
        (set(measures) - graded, "value", ""),
        (set(measures) & graded, "grade", ""),
        (missing, "status", "_status"),
        (joint, "joint_return", "_joint_return"),
    ):
        names = {measure: f"{measure}{suffix}" for measure in measures if measure in wanted}
        table = table.join(_spread(shown, cell, names), on="row", how="left", maintain_order="left")
        for measure, name in names.items():
            columns[measure] += [name] if suffix else []
    sources = [db.sources[source_id] for source_id in rows["source_id"].unique(maintain_order=True)]
    return table.join(
        db.area.select("area_id", "la_number", "gss_code"), on="area_id", how="left", maintain_order="left"
    ).select(
        pl.col("name").alias("area"),
        "period",
        "period_end",
        pl.col("kind").alias("area_kind"),
        pl.col("region_id").replace_strict(db.names, default=None, return_dtype=pl.String).alias("region"),
        "la_number",
        "gss_code",
        *(name for names in columns.values() for name in names),
        *exports.cite(db, sources),
    )


def _spread(rows: pl.DataFrame, cell: str, names: Mapping[str, str]) -> pl.DataFrame:
    """One cell of each figure, a column a measure: `names` gives its name by metric_id. `row` says where it belongs."""
    cells = rows.filter(pl.col("metric_id").is_in(list(names))).select("row", "metric_id", cell)
    return cells.pivot(on="metric_id", on_columns=list(names), index="row", values=cell).rename(names)
