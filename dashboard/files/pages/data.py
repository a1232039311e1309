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
# Of a filter so many choices are named in the name of a file, of more their number; and so long it may be.
MOST_NAMED, LONGEST_NAME = 2, 100


def file_name(db: Database, query: FigureQuery) -> str:
    """What a file of these figures is called, without suffix: "social-worker-vacancy-rate-leeds-last-five-years"."""
    parts = []
    for label, words in query.words(db):
        chosen = words.split("; ")
        if label == selection.LABELS["newest"]:
            parts.append("newest")
        elif len(chosen) > MOST_NAMED:
            parts.append(f"{len(chosen)} {label}")
        else:
            parts += chosen
    name = re.sub(r"[^a-z0-9]+", "-", " ".join(parts).lower()).strip("-")
    return name[:LONGEST_NAME].rstrip("-") or NAME


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
        among=selection.height(db.whole(*selection.CELL), shape),
        metrics=tuple(rows["metric_id"].unique(maintain_order=True)),
        link=link,
    )
