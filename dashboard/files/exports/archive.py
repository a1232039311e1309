"""A ZIP file of a table as CSV with all that explains it: a data dictionary, definitions, sources, a citation."""

from __future__ import annotations

import io
import zipfile

from dashboard.data.database import Database
from dashboard.files.exports.dictionary import dictionary
from dashboard.files.exports.export import Export, metrics_of, shown
from dashboard.files.exports.notes import about, measures, published, statuses
from dashboard.files.exports.text import csv, visible
from dashboard.views.text.citing import citation

MEMBERS = {
    "data-dictionary.csv": "what each column of the table is",
    "measures.csv": "what each measure is, which way is better, what to take care of",
    "statuses.csv": "why a figure can be missing, and the symbol printed for it",
    "sources.csv": "the publications that the figures are from",
    "CITATION.txt": "how to cite them",
}
GUARDED = "In the CSV files, text that a spreadsheet would run as a formula has a ' before it."


def archive(db: Database, export: Export) -> bytes:
    """The ZIP file. Its members bear no date of today, so that equal exports give equal bytes."""
    metrics = metrics_of(export)
    members = {
        "README.txt": visible(_readme(db, export)).encode(),
        f"{export.name}.csv": csv(export.table),
        "data-dictionary.csv": csv(dictionary(db, export.table)),
        "measures.csv": csv(measures(db, metrics)),
        "statuses.csv": csv(statuses()),
        "sources.csv": csv(published(db, metrics)),
        "CITATION.txt": visible(citation(db, metrics, export.link) + "\n").encode(),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            # Without a date of its own, a member is of 1 January 1980; and without a mode nobody else may read it.
            member = zipfile.ZipInfo(name)
            member.external_attr = 0o644 << 16
            packed.writestr(member, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _readme(db: Database, export: Export) -> str:
    title = shown(export.title)
    members = {f"{export.name}.csv": "the table: UTF-8, commas between columns, text in quotes", **MEMBERS}
    return "\n".join(
        [
            title,
            "=" * len(title),
            "",
            *(f"{name}: {words}" for name, words in about(db, export)),
            "",
            *(f"{name}\n    {words}" for name, words in members.items()),
            "",
            GUARDED,
            "",
        ]
    )
