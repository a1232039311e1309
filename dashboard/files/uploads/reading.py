"""A file of a council's own figures, or text pasted from a spreadsheet -> its rows, as text.

As with releases, bytes are checked before anything is read, nothing is guessed, and each error is refused by name,
with what to do.
"""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from dashboard.analysis.local_figures import Finding
from dashboard.files.uploads import Cell, Line, Refused, Sheet, opendocument
from dashboard.files.uploads.workbook import other_kind
from dashboard.files.uploads.workbook import read as read_workbook

MAX_BYTES = 1_000_000
MAX_ROWS = 500
MAX_COLUMNS = 50
MAX_FIELD = 1_000
# So many rows are looked at for what parts the cells.
HEAD = 50
SHOWN = 40
TEMPLATE = "Download the template on this page, fill it in and give that."

_MAGIC = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"7z\xbc\xaf": "a 7z file",
    b"Rar!": "a RAR file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a document (RTF)",
    b"<": "a web page",
    b"{": "JSON",
    b"[{": "JSON",
}
# Characters that nobody sees or that turn the text around them; tabs and ends of lines are not among them.
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


def file(content: bytes) -> Sheet:
    """The rows of a file, CSV, XLSX or ODS by what it holds and not by its name. Raises Refused."""
    if len(content) > MAX_BYTES:
        raise too_large(len(content))
    if not content.strip(b"\0 \t\r\n"):
        raise Refused("E_EMPTY", "The file is empty.", TEMPLATE)
    start = content.removeprefix(BOM_UTF8).lstrip()
    if start.startswith(b"PK"):
        return _bounded((opendocument.read if opendocument.is_opendocument(content) else read_workbook)(content))
    if start.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in content:
        raise Refused("E_LOCKED", "The workbook is locked with a password.", "Save it without one, and give it again.")
    if not content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        for magic, words in _MAGIC.items():
            if start.startswith(magic):
                raise other_kind(words)
    decoded, guessed = _decoded(content)
    return text(decoded, guessed=guessed)


def text(content: str, *, guessed: bool = False) -> Sheet:  # noqa: C901 - one refusal after another
    """The rows of text: parted by tabs, as spreadsheets copy cells, or by commas or semicolons. Raises Refused.

    Rows above the head that are one cell (titles) are left out, as is Excel's line "sep=;".
    """
    content = content.removeprefix("\ufeff")
    if not content.strip():
        raise Refused("E_EMPTY", "Nothing was given.", TEMPLATE)
    size = len(content.encode("utf-8", "replace"))
    if size > MAX_BYTES:
        raise too_large(size)
    content, delimiter = _delimiter(content)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    findings: list[Finding] = []
    titles: list[tuple[int, list[Cell]]] = []
    start, width = 1, 0
    try:
        for row in reader:
            line_number, start = start, reader.line_num + 1
            # Looked at before a million cells are made of them.
            while len(row) > MAX_COLUMNS and not row[-1].strip():
                row.pop()
            if len(row) > MAX_COLUMNS:
                raise _too_many_columns(len(row), line_number)
            cells = [Cell(" ".join(field.split())) for field in row]
            if all(cell.empty for cell in cells):
                continue
            if not width:
                if sum(not cell.empty for cell in cells) == 1:
                    titles.append((line_number, cells))
                    continue
                width = len(cells)
            # Spreadsheets leave out empty cells at the end, or write more of them.
            while len(cells) > width and cells[-1].empty:
                cells.pop()
            if len(cells) != width:
                findings.append(_field_count(len(cells), width, line_number))
                if len(findings) > MAX_ROWS:
                    raise _too_many_rows()
                continue
            if any(len(cell.text) > MAX_FIELD for cell in cells):
                raise _too_long(line_number)
            lines.append(Line(line_number, tuple(cells)))
            if len(lines) > MAX_ROWS:
                raise _too_many_rows()
    except csv.Error as error:
        # Where the row starts: an unclosed quote is noticed only at the end.
        if "field larger" in str(error):
            raise _too_long(start) from None
        what = "A quotation mark is not closed, or text follows one that is."
        raise Refused("E_QUOTES", what, "Type it in a spreadsheet and save it from there.", start) from None
    if not lines:
        lines = [Line(line, tuple(cells)) for line, cells in titles if len(cells) > 1]
    if titles and not lines:
        line, (cell, *_) = titles[0]
        what = f"The first row, {shown(cell.text)}, is one cell: neither tabs, commas nor semicolons part it."
        raise Refused("E_DELIMITER", what, "Copy the cells from a spreadsheet, or give the template.", line)
    return _bounded(Sheet(tuple(lines), tuple(findings), guessed=guessed))


def _delimiter(content: str) -> tuple[str, str]:
    """The text without Excel's line that names the delimiter, and the delimiter: that of most rows."""
    named = re.match(r"[\r\n]*sep=([,;\t])[ \t]*\r?\n", content, re.IGNORECASE)
    if named:
        # Its line end stays, so that lines keep their numbers.
        return content[named.end(1) :].lstrip(" \t"), named[1]
    rows = content.split("\n", HEAD)[:HEAD]
    counts = {one: sum(one in row for row in rows) for one in "\t,;"}
    return content, max(counts, key=lambda one: counts[one])


def shown(content: str) -> str:
    """What somebody typed, for a message: cut short, without invisible characters."""
    visible = HIDDEN.sub("\N{REPLACEMENT CHARACTER}", content)
    return f"“{visible[:SHOWN]}{'…' if len(visible) > SHOWN else ''}”"


def too_large(size: int) -> Refused:
    """Refuses a file of so many bytes."""
    what = f"It holds {size / 1_000_000:.1f} MB; at most {MAX_BYTES // 1_000_000} MB is read."
    return Refused("E_TOO_LARGE", what, "Give the template alone, without other sheets or pictures.")


def _decoded(content: bytes) -> tuple[str, bool]:
    """The text of a file, and whether its encoding had to be guessed.

    Excel saves "CSV (Comma delimited)" in the encoding of the machine. Codes and numbers are plain letters in all of
    them, so such a file is read; but nothing else of it is trusted.
    """
    try:
        if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            return content.decode("utf-16"), False
        decoded, guessed = content.decode("utf-8-sig"), False
    except UnicodeDecodeError as error:
        if error.encoding.startswith("utf-16"):
            what = f"It says that it is UTF-16, but byte {error.start} is not."
            raise Refused("E_ENCODING", what, "Save it as “CSV UTF-8”, or give the Excel template.") from None
        decoded, guessed = content.decode("cp1252", "replace"), True
    if "\0" in decoded:
        line = decoded.count("\n", 0, decoded.index("\0")) + 1
        what = "It holds a NUL character, which no CSV file has: it may be in another encoding, or be damaged."
        raise Refused("E_NUL", what, "Save it as “CSV UTF-8”, or give the Excel template.", line)
    return decoded, guessed


def _field_count(cells: int, width: int, line: int) -> Finding:
    why = "a comma may stand without quotation marks" if cells > width else "the row may be cut"
    what = f"The row has {cells} cell{'s' * (cells != 1)} where the first has {width}: {why}."
    return Finding("E_FIELD_COUNT", what, "Give the row as many cells as the first; empty ones count.", line)


def _too_long(line: int) -> Refused:
    what = f"A cell holds more than {MAX_FIELD:,} characters, or a quotation mark is not closed."
    return Refused("E_FIELD_SIZE", what, "Names and numbers are shorter: look at this line.", line)


def _too_many_columns(width: int, line: int | None = None) -> Refused:
    return Refused("E_TOO_MANY_COLUMNS", f"It has {width} columns; at most {MAX_COLUMNS} are read.", TEMPLATE, line)


def _too_many_rows() -> Refused:
    return Refused("E_TOO_MANY_ROWS", f"It has more than {MAX_ROWS} rows; the template has fewer.", TEMPLATE)


def _bounded(sheet: Sheet) -> Sheet:
    if not sheet.lines:
        raise Refused("E_EMPTY", "It holds no rows.", TEMPLATE)
    if len(sheet.lines) > MAX_ROWS:
        raise _too_many_rows()
    width = max(len(line.cells) for line in sheet.lines)
    if width > MAX_COLUMNS:
        raise _too_many_columns(width)
    for line in sheet.lines:
        if any(len(cell.text) > MAX_FIELD for cell in line.cells):
            raise _too_long(line.number)
    return sheet
