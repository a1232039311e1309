"""Tables on a council that ended: the last figure that it has of every measure."""

from __future__ import annotations

import polars as pl

from dashboard.data.database import Database
from dashboard.views.tables import cells, measure
from dashboard.views.tables.html import Html
from dashboard.views.tables.table import Column, Table


def last(db: Database, figures: pl.DataFrame) -> pl.DataFrame:
    """Of one area's figures (columns of `Database.figure`) the last that is given of each measure, as in the menu."""
    order = {metric_id: at for at, metric_id in enumerate(db.metrics)}
    known = figures.filter(pl.coalesce("value", "value_low").is_not_null()).sort("period_end")
    newest = known.unique("metric_id", keep="last", maintain_order=True)
    return newest.sort(pl.col("metric_id").replace_strict(order, return_dtype=pl.Int64))


def every_measure(db: Database, rows: pl.DataFrame, caption: str) -> Html:
    """A row a measure of `last`: its value then and where it stood among the councils of that time."""
    table = Table(
        "profile",
        (
            Column("Measure", lambda row: measure(db.metrics[row["metric_id"]], row["period_end"])),
            Column("Last figure", lambda row: cells.value(row, db.metrics[row["metric_id"]])),
            Column("Rank then (1 = best)", lambda row: cells.rank(row, db.metrics[row["metric_id"]])),
        ),
        group=lambda row: db.metrics[row["metric_id"]].theme,
    )
    return table.html(rows.iter_rows(named=True), caption)
