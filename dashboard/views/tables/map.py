"""What is below a map: which councils contribute to the benchmark, trends as a table, and what the classes rest on."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.data.model import Metric, Row
from dashboard.views.tables import cells
from dashboard.views.tables.html import Html, items, join, tag
from dashboard.views.tables.html import note as in_small_print
from dashboard.views.tables.table import Column, Table
from dashboard.views.text import comparisons, formats
from dashboard.views.text.formats import ColourScheme


def contributing(
    rows: pl.DataFrame, names: Sequence[str], metric: Metric, benchmark: Benchmark, row: Row | None
) -> Html:
    """What a benchmark comes to and the contributing councils (`benchmarks.contributing`), each a link with its value.

    `rows` are those of `queries.councils`; `row` is the one of them that is looked at, or which holds what all are held
    against; None where each council has its own and none is chosen.
    """
    if row is None:
        return tag("p", "Each council has its own: choose a council to see who is behind it.")
    level = tag("p", comparisons.benchmark_value(row, benchmark, metric))
    if row["benchmark_low"] is None:
        return level
    if not names:
        return join(level, in_small_print("No councils are picked for it."))
    values = {one["name"]: formats.figure(one, metric) for one in rows.iter_rows(named=True)}
    listed = items((join(cells.council(name), " ", values[name]) for name in names), class_="behind")
    note = in_small_print("A council of the group is compared with the others in it.")
    return join(level, listed, note if benchmark.asks == "councils" else "")


def trends(rows: pl.DataFrame, metric: Metric, caption: str) -> Html:
    """Every council with its figure and its trend over five years, or why there is none."""

    def value(row: Row) -> str:
        return formats.brief(row["value"], metric) or formats.why(row, metric)

    table = Table(
        "trends",
        (
            Column("Council", lambda row: cells.council(row["name"])),
            Column("Value", value),
            Column("Over five years", comparisons.trend),
        ),
    )
    return table.html(rows, caption)


def note(metric: Metric, scheme: ColourScheme, benchmark: Benchmark) -> Html:
    """How classes are to be read: what is held fixed, what chance is, what a trend is. Empty for others."""
    said = []
    held = comparisons.held(metric)
    if scheme in ("quarter", "gap") and held and metric.shortfall:
        what = f"{metric.shortfall[0].upper()}{metric.shortfall[1:]}"
        said.append(f"“{what}” assumes that {metric.shortfall_holding} does not change.")
    if scheme == "verdict":
        said.append(comparisons.limits_note(metric, benchmark))
    if scheme == "trend":
        said.append(
            "A trend needs five figures in a row, a year apart and reported alike. It is clear where, of the ten pairs "
            "of years, at least eight more point one way than the other."
        )
    return in_small_print(" ".join(said)) if said else Html()
