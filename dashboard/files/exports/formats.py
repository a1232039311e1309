"""The formats of a download. Each is one entry of FORMATS; equal exports give equal bytes."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import polars as pl

from dashboard.data.database import Database
from dashboard.files.exports import geojson as maps
from dashboard.files.exports.archive import archive
from dashboard.files.exports.dictionary import dictionary
from dashboard.files.exports.export import Export, TooLarge, metrics_of, rows_of
from dashboard.files.exports.notes import notes
from dashboard.files.exports.text import csv, seen
from dashboard.files.exports.workbook import Page, Sheet, workbook
from dashboard.files.exports.workbook_parts import MEDIA_TYPE
from dashboard.views.text.citing import citation, licences, sources

# Rows of one file: made in a second or so, and opened by a spreadsheet without trouble.
MOST = 100_000
# Tables with this many rows or more are made one at a time: twenty readers need little more memory than one.
LARGE = 5_000
_one = threading.RLock()
# The columns of a workbook's notes, in characters: a name, words, more words.
WIDTHS = (28, 72, 72, 34, 24, 64, 64, 24, 24, 20)


@dataclass(frozen=True)
class Format:
    """A kind of file, and how one is made of an export."""

    id: str
    label: str
    """On a button."""
    suffix: str
    media_type: str
    most: int | None
    """Rows of one file; None where any number will do."""
    make: Callable[[Database, Export], bytes]
    """Raises TooLarge, or CannotBeMadeError where such a table has no such file."""
    what: str
    """What it holds, in a sentence."""
    cannot: Callable[[pl.DataFrame], str | None] = lambda _: None
    """Why it cannot be made of such rows, however few."""

    def refusal(self, figures: pl.DataFrame, rows: int | None = None) -> str | None:
        """Why it cannot be made of these rows, to be told before anybody asks for it; None where it can.

        `figures` are rows of Database.figure or of an export's table; `rows` says how many rows the file would have,
        where that is not as many.
        """
        count = figures.height if rows is None else rows
        if self.most is not None and count > self.most:
            return str(TooLarge(self.most))
        return self.cannot(figures)


def xlsx(db: Database, export: Export) -> bytes:
    """A workbook: the sheet Data, typed and free of formulas, and the sheet Notes with all that explains it."""
    parts = notes(db, export)
    width = max(part.table.width for part in parts)
    rows: list[tuple[str | None, ...]] = []
    bold = set()
    for part in parts:
        bold.add(len(rows))
        rows.append((part.heading,))
        if part.named:
            bold.add(len(rows))
            rows.append(tuple(part.table.columns))
        rows += part.table.rows()
        rows.append(())
    words = pl.DataFrame(
        [(*row, *[None] * (width - len(row))) for row in rows],
        {f"column_{at}": pl.String for at in range(width)},
        orient="row",
    )
    return workbook([Sheet("Data", export.table), Page("Notes", words, frozenset(bold), WIDTHS[:width])])


def parquet(db: Database, export: Export) -> bytes:
    """Typed and small; the notes are in the file's metadata, by name."""
    metrics = metrics_of(export)
    about = {
        "title": export.title,
        "rows": rows_of(export),
        "chosen": json.dumps(dict(export.chosen), ensure_ascii=False),
        "data_version": export.data_version,
        "licence": licences(sources(db, metrics)),
        "citation": citation(db, metrics, export.link),
        "columns": json.dumps(
            {name: words for name, _, words in dictionary(db, export.table).iter_rows()}, ensure_ascii=False
        ),
        **({"link": export.link} if export.link else {}),
    }
    buffer = io.BytesIO()
    seen(export.table).write_parquet(buffer, metadata=about)
    return buffer.getvalue()


def turn(rows: int) -> AbstractContextManager[object]:
    """The context in which a file of so many rows is made: a large one waits for the one before."""
    return _one if rows >= LARGE else nullcontext()


def _bounded(make_file: Callable[[Database, Export], bytes], most: int | None) -> Callable[[Database, Export], bytes]:
    """The same maker, which refuses too many rows, and waits its turn with a large table."""

    def make(db: Database, export: Export) -> bytes:
        rows = export.table.height
        if most is not None and rows > most:
            raise TooLarge(most)
        with turn(rows):
            return make_file(db, export)

    return make


def _csv(_: Database, export: Export) -> bytes:
    return csv(export.table)


FORMATS = {
    one.id: one
    for one in (
        Format(
            "csv", "CSV", "csv", "text/csv", MOST, _bounded(_csv, MOST),
            "The table alone, for any program.",
        ),
        Format(
            "xlsx", "Excel", "xlsx", MEDIA_TYPE, MOST, _bounded(xlsx, MOST),
            "The table, and notes: filters, definitions, symbols, sources.",
        ),
        Format(
            "parquet", "Parquet", "parquet", "application/vnd.apache.parquet", None, _bounded(parquet, None),
            "Typed and small, for Python, R and DuckDB.",
        ),
        Format(
            "geojson", "GeoJSON", "geojson", "application/geo+json", None, _bounded(maps.geojson, None),
            "Councils with their boundaries, for a map: one measure in one period. Join other files to it by gss_code: "
            "some programs take la_number for a number.", maps.refusal,
        ),
        Format(
            "zip", "ZIP", "zip", "application/zip", MOST, _bounded(archive, MOST),
            "The CSV with a data dictionary, definitions, sources and a citation.",
        ),
    )
}  # fmt: skip
