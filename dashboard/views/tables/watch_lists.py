"""Who is getting worse and who better: watch lists, and the councils that moved most."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.direction import Movers
from dashboard.data.database import Database
from dashboard.data.model import GRADES, Metric, Row
from dashboard.views.tables import cells
from dashboard.views.tables.cells import council as council_link
from dashboard.views.tables.html import Html, bold, join
from dashboard.views.tables.table import Column, Table, column, wide, written
from dashboard.views.text import formats


def watched(
    rows: pl.DataFrame, metric: Metric, benchmark: Benchmark, caption: str, grades: Mapping[str, str] | None = None
) -> Html:
    """A watch list or its mirror, furthest first, each council a link to its page.

    `grades` are the latest judgements of leaders, beside those that others are to learn from (rule `partners`).
    """

    def leaders(row: Row) -> Html:
        found = dict.fromkeys((grades or {}).get(one, "not judged") for one in row["area_ids"])
        return join(*(cells.grade(one if one in GRADES else None, "", "leaders") for one in found), by=" ")

    table = Table(
        "watched",
        (
            Column("Council", lambda row: row["name"] if "+" in row["return_id"] else council_link(row["name"])),
            Column("Value", lambda row: cells.compared(row, metric)),
            wide(Column(benchmark.title, lambda row: cells.benchmark(row, metric))),
            Column("Gap", lambda row: cells.gap(row, metric), wide=grades is not None),
            Column("Rank (1 = best)", lambda row: cells.rank(row, metric)),
            *([] if grades is None else [Column("Impact of leaders", leaders)]),
        ),
    )
    return table.html(rows, caption)


def moved(movers: Movers) -> Table:
    """How far returns moved between two periods: both figures, the change, both ranks."""
    metric = movers.metric
    assert movers.before is not None
    then, now = (formats.period_label(metric, end) for end in (movers.before.end, movers.newest.end))

    def shown(column: str) -> Callable[[Row], str]:
        return lambda row: formats.brief(row[column], metric, formats.decimals_moved(row, metric))

    def rank(heading: str, when: str) -> Column:
        def show(row: Row) -> str:
            rank = row[f"rank{when}"]
            return f"{formats.ordinal(rank)} of {row[f'ranked{when}']}" if rank else ""

        return column(heading, show if metric.ranked else None, f"rank{when}", f"ranked{when}")

    return Table(
        "watched",
        (
            Column(
                "Council",
                lambda row: council_link(row["names"][0]) if len(row["names"]) == 1 else row["name"],
                {"councils": "name", "return": "return_id", "metric": pl.lit(metric.title)},
            ),
            column(then, shown("value_before"), "value_before", period_before=pl.lit(then)),
            column(
                now,
                lambda row: bold(shown("value")(row)),
                period=pl.lit(now),
                value="value",
                unit=pl.lit(metric.unit),
            ),
            column(
                "Change",
                lambda row: cells.change(row["change"], metric, decimals=formats.decimals_moved(row, metric)),
                "change",
                "improvement",
            ),
            rank("Rank then", "_before"),
            rank("Rank now", ""),
            written(places_gained="ranks_gained", very_small=~pl.col("sets_cut")),
        ),
        phone=(2, 3, 4),
    )


def counted(db: Database, rows: pl.DataFrame, caption: str) -> Html:
    """Councils on several watch lists, with the measures of those lists."""

    def measures(row: Row) -> str:
        return formats.listed([db.metrics[one].short_title.lower() for one in row["measures"]])

    table = Table("counted", (Column("Council", lambda row: council_link(row["name"])), Column("Measures", measures)))
    return table.html(rows, caption)
