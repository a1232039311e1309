"""The answer to a query about figures as a file, with all that explains it."""

from __future__ import annotations

import re
from collections.abc import Collection

from dashboard.analysis import selection
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.selection import FigureQuery, Shape
from dashboard.data.database import Database
from dashboard.files.exports import Export
from dashboard.files.exports.rows import to_long, to_wide
from dashboard.views.text.explore import what

NAME = "child-protection-figures"
# More measures or periods than this are not named in a file's name.
FEW = 2


def name(query: FigureQuery) -> str:
    """What a file is called: its measures or themes, and its period, where these are few."""
    chosen = query.metrics or query.themes
    what = "-and-".join(chosen) if 0 < len(chosen) <= FEW else NAME
    when = "newest" if query.newest else "-and-".join(query.periods) if len(query.periods) <= FEW else ""
    return "-".join(re.sub(r"[^a-z0-9_]+", "-", part.lower()).strip("-") for part in (what, when) if part)


def export(
    db: Database, query: FigureQuery, benchmark: Benchmark, parts: Collection[str], shape: Shape, link: str
) -> Export:
    """What the Data page shows, all rows of it: its filters and benchmark in words, and how many rows of how many."""
    rows = selection.rows(db, query)
    table = to_wide(db, rows) if shape == "wide" else to_long(db, rows, parts, benchmark)
    compared = (("Compared with", benchmark.title),) if "benchmark" in table.columns else ()
    words = what(db, rows)
    return Export(
        name(query),
        f"{words[0].upper()}{words[1:]}",
        table,
        db.data_version,
        (*query.words(db), *compared),
        among=selection.height(db.figure, shape),
        metrics=tuple(rows["metric_id"].unique(maintain_order=True)),
        link=link,
    )
