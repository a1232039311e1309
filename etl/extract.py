"""Published files -> releases: every used cell as text, with its file, sheet, line and column.

Bytes are looked at before anything is read, and nothing is guessed: a file that is not what its name says, is cut,
or has ragged rows is refused by name. Naive readers accept almost every broken CSV.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path

import fastexcel
import polars as pl

from etl import releases
from etl.model import File, Source, SourceError

MAX_CELLS = 5_000_000
MAX_COLUMNS = 500
MAX_FIELD = 10_000

_MAGIC = {
    b"PK\x03\x04": "a ZIP or spreadsheet",
    b"\x1f\x8b": "a gzip file",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
    b"<": "a web page",
    b"{": "JSON",
}
_AGAIN = "Download the file again from the source's page."

_CELLS = {"file": pl.String, "sheet": pl.String, "line": pl.Int64, "column": pl.String, "text": pl.String}


def extract(source: Source, published: Path, to: Path, progress: Callable[[str], None] = lambda _words: None) -> Path:
    """Read a source's published files below `published` and write its release into `to`; returns its path.

    Raises SourceError (rule, file, line, column, remedy) and writes nothing when a file is absent or broken, or lacks
    a column a metric of the source is read from.
    """
    frames = []
    for file in source.release.files:
        progress(file.name)
        where = published / file.path
        if not where.is_file():
            raise SourceError(
                "E_FILE_ABSENT",
                f"it is not below {published}.",
                file=file.path,
                remedy=f"Download it from {source.release.page} and keep its name.",
            )
        content = where.read_bytes()
        if not content.removeprefix(BOM_UTF8).strip():
            raise SourceError(
                "E_EMPTY", f"there is nothing in its {len(content)} bytes.", file=file.name, remedy=_AGAIN
            )
        rows = _rows(content, file)
        cells = pl.DataFrame(rows, schema=_CELLS, orient="row")
        if cells.is_empty():
            raise SourceError("E_NO_ROWS", "there is a header but no row below it.", file=file.name, remedy=_AGAIN)
        _check_columns(source, file, cells)
        frames.append(cells.with_columns(pl.lit(hashlib.sha256(content).hexdigest()).alias("sha256")))
    return releases.write(to, source, frames)


def _rows(content: bytes, file: File) -> list[tuple[str, str, int, str, str]]:
    if file.sheet:
        return _spreadsheet_rows(content, file)
    return _parquet_rows(content, file) if file.name.endswith(".parquet") else _csv_rows(content, file)


def _check_columns(source: Source, file: File, cells: pl.DataFrame) -> None:
    used = {
        column
        for metric in source.metrics
        if metric.column and (metric.file or source.release.files[0].name) == file.name
        for column in (metric.column, *metric.numerator, *metric.denominator)
    }
    header = pl.DataFrame(schema=cells["column"].unique(maintain_order=True).to_list())
    releases.require(header, sorted(used), file.name)


def _csv_rows(content: bytes, file: File) -> list[tuple[str, str, int, str, str]]:
    """(file, sheet, line, column, text) of the cells of a CSV file that are kept; `line` is where its record starts."""
    name = file.name
    text = _text(content, name)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        header = next(reader)
        _check_header(header, name)
        releases.require(pl.DataFrame(schema=header), (*file.groups, *file.columns), name)
        groups = [(header.index(column), kept) for column, kept in file.groups.items()]
        columns = [(at, column) for at, column in enumerate(header) if not file.columns or column in file.columns]
        cells: list[tuple[str, str, int, str, str]] = []
        start = reader.line_num + 1
        for row in reader:
            line, start = start, reader.line_num + 1
            if not row:
                continue
            if len(row) != len(header):
                raise SourceError(
                    "E_FIELD_COUNT",
                    f"{len(row)} fields where the header has {len(header)}; the file may be cut.",
                    file=name,
                    line=line,
                    remedy=_AGAIN,
                )
            if max(map(len, row)) > MAX_FIELD:
                raise SourceError(
                    "E_FIELD_SIZE", f"a field of more than {MAX_FIELD} characters.", file=name, line=line, remedy=_AGAIN
                )
            if all(row[at] in kept for at, kept in groups):
                cells += [(name, "", line, column, row[at]) for at, column in columns]
            if len(cells) > MAX_CELLS:
                raise SourceError("E_TOO_LARGE", f"more than {MAX_CELLS} cells.", file=name, remedy=_AGAIN)
    except csv.Error as error:
        # Where the row starts: an unclosed quote is noticed only at the end of the file.
        raise SourceError("E_QUOTES", f"{error}.", file=name, line=start, remedy=_AGAIN) from error
    if not text.endswith(("\n", "\r")):
        raise SourceError(
            "E_CUT", "the last line does not end; the file may be cut.", file=name, line=reader.line_num, remedy=_AGAIN
        )
    return cells


def _text(content: bytes, name: str) -> str:
    for magic, kind in _MAGIC.items():
        if content.lstrip().startswith(magic) if len(magic) == 1 else content.startswith(magic):
            raise SourceError("E_MAGIC", f"this is {kind}, not a CSV file.", file=name, remedy=_AGAIN)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(
            "E_ENCODING",
            f"byte {error.start} is not UTF-8.",
            file=name,
            line=content.count(b"\n", 0, error.start) + 1,
            remedy="Save or download the file as UTF-8.",
        ) from error
    if "\0" in text:
        raise SourceError(
            "E_NUL", "a NUL character.", file=name, line=text.count("\n", 0, text.index("\0")) + 1, remedy=_AGAIN
        )
    return text


def _check_header(header: list[str], name: str) -> None:
    if len(header) == 1:
        raise SourceError(
            "E_DELIMITER",
            "the header is one field; commas are expected between fields.",
            file=name,
            line=1,
            remedy=_AGAIN,
        )
    if len(header) > MAX_COLUMNS:
        raise SourceError("E_TOO_LARGE", f"{len(header)} columns; at most {MAX_COLUMNS}.", file=name, remedy=_AGAIN)
    for column in header:
        if header.count(column) > 1:
            raise SourceError(
                "E_DUP_COLUMN", "the header has it twice.", file=name, line=1, column=column, remedy=_AGAIN
            )


def _parquet_rows(content: bytes, file: File) -> list[tuple[str, str, int, str, str]]:
    """The same of a Parquet file, which has no lines: `line` counts its rows from 1. Empty cells are left out."""
    if not content.startswith(b"PAR1"):
        raise SourceError("E_MAGIC", "this is not a Parquet file.", file=file.name, remedy=_AGAIN)
    if not content.endswith(b"PAR1"):
        raise SourceError("E_CUT", "the end of the file is missing; it may be cut.", file=file.name, remedy=_AGAIN)
    try:
        table = pl.read_parquet(io.BytesIO(content))
    # Polars panics, rather than raises, on some damage inside the file.
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise SourceError("E_PARQUET", f"it cannot be read: {error}.", file=file.name, remedy=_AGAIN) from error
    releases.require(table, (*file.groups, *file.columns), file.name)
    if table.height * table.width > MAX_CELLS:
        raise SourceError("E_TOO_LARGE", f"more than {MAX_CELLS} cells.", file=file.name, remedy=_AGAIN)
    return [
        (file.name, "", line, column, row[column])
        for line, row in enumerate(table.cast(pl.String).iter_rows(named=True), start=1)
        if all(row[column] in kept for column, kept in file.groups.items())
        for column in (file.columns or table.columns)
        if row[column]
    ]


def _spreadsheet_rows(content: bytes, file: File) -> list[tuple[str, str, int, str, str]]:
    """The same of one sheet, found by its pattern; the header by a cell it must hold. Empty cells are left out."""
    if not content.startswith(b"PK\x03\x04"):
        raise SourceError("E_MAGIC", "this is not a spreadsheet (ODS or XLSX).", file=file.name, remedy=_AGAIN)
    try:
        book = fastexcel.read_excel(content)
    except Exception as error:  # fastexcel raises its own classes and bare ones alike
        raise SourceError("E_SPREADSHEET", f"it cannot be opened: {error}.", file=file.name, remedy=_AGAIN) from error
    names = [name for name in book.sheet_names if re.fullmatch(file.sheet, name)]
    if len(names) != 1:
        raise SourceError(
            "E_SHEET",
            f"{len(names)} sheets match {file.sheet!r}; the sheets are {', '.join(book.sheet_names)}.",
            file=file.name,
            remedy="If the publisher renamed the sheet, change the pattern in the source's declaration.",
        )
    # Without skip_rows empty rows at the top are left out, and every line below them would be said wrongly.
    sheet = book.load_sheet(names[0], header_row=None, skip_rows=0, dtypes="string").to_polars()
    if sheet.height * sheet.width > MAX_CELLS:
        raise SourceError("E_TOO_LARGE", f"more than {MAX_CELLS} cells.", file=file.name, remedy=_AGAIN)
    rows = [[_clean(cell) for cell in row] for row in sheet.iter_rows()]
    at = next((index for index, row in enumerate(rows) if file.header in row), None)
    if at is None:
        raise SourceError(
            "E_HEADER",
            f"no row of sheet {names[0]!r} has a cell {file.header!r}.",
            file=file.name,
            remedy="If the publisher renamed the column, change the header in the source's declaration.",
        )
    header = [name or cell or "" for name, cell in zip(_machine_names(rows, file), rows[at], strict=True)]
    releases.require(pl.DataFrame(schema=dict.fromkeys(header)), (*file.groups, *file.columns), file.name)
    kept = [column for column in header if column and (not file.columns or column in file.columns)]
    _check_header(kept, file.name)
    groups = [(header.index(column), of_them) for column, of_them in file.groups.items()]
    # A second table may follow under a header of its own (the 2023 history does this): its rows are kept, and its
    # header row with them, so that the reader of the source can see where it starts.
    return [
        (file.name, names[0], at + 2 + offset, column, cell)
        for offset, row in enumerate(rows[at + 1 :])
        if all(row[where] in of_them for where, of_them in groups)
        for column, cell in zip(header, row, strict=True)
        if column in kept and cell is not None and cell != ""
    ]


def _machine_names(rows: list[list[str | None]], file: File) -> list[str | None]:
    """The row of machine names, or empty cells where the file declares none."""
    if not file.names:
        return [None] * len(rows[0])
    for row in rows:
        if file.names in row:
            return row
    raise SourceError(
        "E_HEADER",
        f"no row has a cell {file.names!r}, one of the names its columns are called by.",
        file=file.name,
        remedy="If the publisher left the names out, change the source's declaration.",
    )


def _clean(cell: str | None) -> str | None:
    # Header cells of Ofsted's sheets are wrapped by hand; white space says nothing.
    return " ".join(cell.split()) if cell is not None else None
