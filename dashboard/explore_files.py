"""The answer to a question about figures as a file, with all that explains it."""

from __future__ import annotations

from collections.abc import Collection

from dashboard import explore
from dashboard.benchmarks import Benchmark
from dashboard.database import Database
from dashboard.explore import Question, Shape
from dashboard.exports import Export
from dashboard.sentences.explore import what

NAME = "child-protection-figures"


def export(
    db: Database, question: Question, benchmark: Benchmark, parts: Collection[str], shape: Shape, link: str
) -> Export:
    """What the Data page shows, all rows of it: its filters and benchmark in words, and how many rows of how many."""
    rows = explore.rows(db, question)
    table = explore.wide(db, rows) if shape == "wide" else explore.long(db, rows, parts, benchmark)
    compared = (("Compared with", benchmark.title),) if "benchmark" in table.columns else ()
    words = what(db, rows)
    return Export(
        NAME,
        f"{words[0].upper()}{words[1:]}",
        table,
        db.data_version,
        (*question.words(db), *compared),
        among=explore.height(db.figure, shape),
        metrics=tuple(rows["metric_id"].unique(maintain_order=True)),
        link=link,
    )
