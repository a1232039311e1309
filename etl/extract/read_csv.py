"""Bytes of a published file -> its cells: what the file really is, and how CSV and Parquet files are read.

Bytes are checked before anything is read, and nothing is guessed: a file that is not what its name says, is cut,
or has ragged rows is refused by name. Naive readers accept almost every broken CSV.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

import polars as pl

from etl import releases
from etl.model import AGAIN, MENDED, File, SourceError

Cell = tuple[str, str, int, str, str]
"""file, sheet, line, column, text"""

MAX_CELLS = 5_000_000
MAX_COLUMNS = 500
MAX_FIELD = 10_000
MAX_GROUPS = 25_000

_MAGIC = {
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"7z\xbc\xaf": "a 7z file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls), or a workbook locked with a password",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
    b"version https://git-lfs": "a Git LFS pointer, which only says where the file is",
    b"<": "a web page",
    b"{": "JSON",
    b"[{": "JSON",
}
# A member that only files of a kind have, all of which are ZIP files.
_PACKED = {
    "xl/workbook.xml": "an Excel workbook",
    "xl/workbook.bin": "an Excel workbook",
    "content.xml": "an OpenDocument file",
    "word/document.xml": "a Word document",
}
# Every table of the open data standard has these (screener: col_req_data, geog_region_col_present).
_STANDARD = (
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code", "region_name",
)  # fmt: skip
# Control characters, and those that nobody sees or that turn the text around them: no published word has one, and a
# name with one looks like another name. Tabs and ends of lines are not among them.
HIDDEN = (
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


def kind(content: bytes) -> str:
    """What a file is by its first bytes and, of a ZIP file, its members; empty where it may be text."""
    start = content.removeprefix(BOM_UTF8).lstrip()
    if start.startswith(b"PK"):
        try:
            members = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            members = set()
        return next((words for member, words in _PACKED.items() if member in members), "a ZIP file")
    return next((words for magic, words in _MAGIC.items() if start.startswith(magic)), "")


def csv_cells(content: bytes, file: File) -> list[Cell]:
    """The cells of a CSV file that we use; `line` is where the record of each starts.

    Raises SourceError for what no CSV file of the Department for Education or another publisher here has ever been:
    ragged, doubled, cut, with notes around the table, with invisible characters.
    """
    name = file.name
    text = _text(content, name)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        header = next(reader)
        _check_first_line(header, text, name)
        releases.require(pl.DataFrame(schema=header), (*file.groups, *file.columns), name)
        if "geographic_level" in header:
            releases.require(pl.DataFrame(schema=header), _STANDARD, name)
        groups = [(header.index(column), texts) for column, texts in file.groups.items()]
        seen: list[set[str]] = [set() for _ in groups]
        columns = [(index, column) for index, column in enumerate(header) if not file.columns or column in file.columns]
        cells: list[Cell] = []
        start = reader.line_num + 1
        for row in reader:
            line, start = start, reader.line_num + 1
            if not row:
                # An empty line; the lines below keep their numbers.
                continue
            _check_row(row, header, name, line)
            for (index, _), known in zip(groups, seen, strict=True):
                if row[index] not in known:
                    known.add(row[index])
                    _check_group(row[index], len(known), name, line, header[index])
            if all(row[index] in texts for index, texts in groups):
                cells += [(name, "", line, column, row[index]) for index, column in columns]
            if len(cells) > MAX_CELLS:
                raise SourceError("E_TOO_LARGE", f"more than {MAX_CELLS} cells.", AGAIN, name)
    except csv.Error as error:
        # Where the row starts: an unclosed quote is noticed only at the end of the file.
        if "field larger" in str(error):
            raise _too_long(name, start) from error
        raise SourceError("E_QUOTES", f"{error}.", AGAIN, name, start) from error
    if not text.endswith(("\n", "\r")):
        raise SourceError("E_CUT", "the last line does not end; the file may be cut.", AGAIN, name, reader.line_num)
    return cells


def _text(content: bytes, name: str) -> str:
    # A byte order mark proves that a file is UTF-16. Nothing proves that a file is Windows-1252, and no publisher here
    # uses it: it is refused.
    utf16 = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    if not utf16 and (words := kind(content)):
        raise SourceError("E_MAGIC", f"this is {words}, not a CSV file.", AGAIN, name)
    try:
        text = content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        byte = content[error.start : error.start + 1]
        windows = "" if utf16 else f"; in Windows-1252 it would be {byte.decode('cp1252', 'replace')!r}"
        raise SourceError(
            "E_ENCODING",
            f"byte {error.start} (0x{byte.hex()}) is not {error.encoding.upper()}{windows}.",
            "Save or download the file as UTF-8.",
            name,
            content.count(b"\n", 0, error.start) + 1,
        ) from error
    if found := re.search(f"\0|{HIDDEN}", text):
        rule, what = ("E_NUL", "a NUL") if found.group() == "\0" else ("E_HIDDEN", "a character that nobody sees,")
        what = f"{what} U+{ord(found.group()):04X}."
        remedy = AGAIN if rule == "E_NUL" else MENDED
        raise SourceError(rule, what, remedy, name, text.count("\n", 0, found.start()) + 1)
    return text


def _check_first_line(header: list[str], text: str, name: str) -> None:
    shown = text.strip().splitlines()[0][:60]
    for rule, wrong in (
        ("E_DELIMITER", "is one field" if len(header) == 1 else ""),
        ("E_HEADER", "has a field without a name" if not all(map(str.strip, header)) else ""),
    ):
        if wrong:
            what = f"{shown!r} {wrong}: a header with commas between its fields is expected, and no title above it."
            raise SourceError(rule, what, AGAIN, name, 1)
    check_header(header, name)


def check_header(header: list[str], name: str) -> None:
    """Refuse too many columns (E_TOO_LARGE) and two of one name (E_DUP_COLUMN)."""
    if len(header) > MAX_COLUMNS:
        raise SourceError("E_TOO_LARGE", f"{len(header)} columns; at most {MAX_COLUMNS}.", AGAIN, name)
    for column in header:
        if header.count(column) > 1:
            raise SourceError("E_DUP_COLUMN", "the header has it twice.", AGAIN, name, 1, column)


def _check_row(row: list[str], header: list[str], name: str, line: int) -> None:
    if len(row) != len(header):
        if len(row) == 1:
            # A note below the table is refused, not set aside: a row cut after its first field looks just like one.
            why = f" ({row[0][:60]!r}); the file may be cut, or have notes below its table."
        elif len(row) < len(header):
            why = "; the file may be cut."
        else:
            why = "; a comma may stand without quotes, or a title where the header should be."
        what = f"{len(row)} field{'s' * (len(row) > 1)} where the header has {len(header)}{why}"
        raise SourceError("E_FIELD_COUNT", what, AGAIN, name, line)
    if max(map(len, row)) > MAX_FIELD:
        raise _too_long(name, line)
    if row == header:
        # Before groups are chosen, which would drop it in silence and leave every row below it an exact repeat.
        raise SourceError(
            "E_SECOND_HEADER", "the header stands here again; two files may have been put together.", AGAIN, name, line
        )


def _too_long(name: str, line: int) -> SourceError:
    return SourceError(
        "E_FIELD_SIZE", f"a field of more than {MAX_FIELD} characters, or a quote that does not end.", AGAIN, name, line
    )


def _check_group(item: str, items: int, name: str, line: int, column: str) -> None:
    """Rows are selected by the text of a group column: a misspelt group would be lost without notice."""
    if item != item.strip() or not item:
        what = f"{item!r} has spaces around it." if item else "a group without a name."
        raise SourceError("E_GROUP", what, MENDED, name, line, column)
    if items > MAX_GROUPS:
        raise SourceError(
            "E_TOO_LARGE", f"more than {MAX_GROUPS} groups, which is no column of groups.", AGAIN, name, line, column
        )


def parquet_cells(content: bytes, file: File) -> list[Cell]:
    """The same of a Parquet file, which has no lines: `line` counts its rows from 1. Empty cells are left out."""
    if not content.startswith(b"PAR1"):
        words = kind(content) or "another file"
        raise SourceError("E_MAGIC", f"this is {words}, not a Parquet file.", AGAIN, file.name)
    if not content.endswith(b"PAR1"):
        raise SourceError("E_CUT", "the end of the file is missing; it may be cut.", AGAIN, file.name)
    try:
        # By the footer of the file, before anything is built of it.
        scanned = pl.scan_parquet(io.BytesIO(content))
        cells = scanned.select(pl.len()).collect().item() * len(scanned.collect_schema())
        if cells > MAX_CELLS:
            raise SourceError("E_TOO_LARGE", f"{cells} cells; at most {MAX_CELLS}.", AGAIN, file.name)
        table = pl.read_parquet(io.BytesIO(content))
    # Polars panics, rather than raises, on some damage inside the file.
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise SourceError("E_PARQUET", f"it cannot be read: {error}.", AGAIN, file.name) from error
    releases.require(table, (*file.groups, *file.columns), file.name)
    return [
        (file.name, "", line, column, row[column])
        for line, row in enumerate(table.cast(pl.String).iter_rows(named=True), start=1)
        if all(row[column] in texts for column, texts in file.groups.items())
        for column in (file.columns or table.columns)
        if row[column]
    ]
