"""The answer to a query about figures as a file, with all that explains it."""

from __future__ import annotations

from collections.abc import Collection

from dashboard.analysis import selection
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.selection import FigureQuery, Shape
from dashboard.data.database import Database
from dashboard.files.exports import Export
from dashboard.files.exports.rows import to_long, to_wide
from dashboard.views.text.explore import what

NAME = "child-protection-figures"


def export(
    db: Database, query: FigureQuery, benchmark: Benchmark, parts: Collection[str], shape: Shape, link: str
) -> Export:
    """What the Data page shows, all rows of it: its filters and benchmark in words, and how many rows of how many."""
    rows = selection.rows(db, query)
    table = to_wide(db, rows) if shape == "wide" else to_long(db, rows, parts, benchmark)
    compared = (("Compared with", benchmark.title),) if "benchmark" in table.columns else ()
    words = what(db, rows)
    return Export(
        NAME,
        f"{words[0].upper()}{words[1:]}",
        table,
        db.data_version,
        (*query.words(db), *compared),
        among=selection.height(db.figure, shape),
        metrics=tuple(rows["metric_id"].unique(maintain_order=True)),
        link=link,
    )
