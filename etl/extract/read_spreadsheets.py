"""Spreadsheets (ODS and XLSX): checked before they are opened, and then read sheet by sheet.

A workbook is a ZIP file of XML, and a small one may unpack to gigabytes. Its size is
checked first, so that none is opened that is too large, locked or has macros.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from xml.parsers import expat

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from etl import releases
from etl.extract.read_csv import MAX_CELLS, Cell, check_header, kind
from etl.model import AGAIN, MENDED, File, SourceError

MAX_UNPACKED = 500_000_000
MAX_RATIO = 200  # the published ones reach 40
MAX_MEMBERS = 2_000
AT_ONCE = 1_000_000
# Programs and their parts, in OpenDocument and in Excel workbooks.
MACROS = re.compile(r"(Basic|Scripts)/|(.*/)?vbaProject\.bin$|xl/macrosheets/")
PLAIN = "Save it without a password and without macros as an OpenDocument spreadsheet, or ask the publisher for one."
EXCEL_PLACE = re.compile(r"(?P<column>[A-Z]{1,3})(?P<row>[0-9]{1,7})")
DAMAGE = (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, NotImplementedError, ValueError, OSError)


def spreadsheet_cells(content: bytes, file: File) -> list[Cell]:
    """The cells of one sheet, found by its pattern; the header by a cell it must hold. Empty cells are left out."""
    look_inside(content, file.name)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable(file.name, str(error)) from error
    names = [name for name in book.sheet_names if re.fullmatch(file.sheet, name)]
    if len(names) != 1:
        what = f"{len(names)} sheets match {file.sheet!r}; the sheets are {', '.join(book.sheet_names)}."
        remedy = "If the publisher renamed the sheet, change the pattern in the source's declaration."
        raise SourceError("E_SHEET", what, remedy, file.name)
    # With empty rows at the top left out, every line number below them would be wrong.
    sheet = book.get_sheet_by_name(names[0]).to_python(skip_empty_area=False)
    rows = [[_text(cell) for cell in row] for row in sheet]
    at = next((index for index, row in enumerate(rows) if file.header in row), None)
    if at is None:
        what = f"no row of sheet {names[0]!r} has a cell {file.header!r}."
        remedy = "If the publisher renamed the column, change the header in the source's declaration."
        raise SourceError("E_HEADER", what, remedy, file.name)
    header = [name or cell or "" for name, cell in zip(_machine_names(rows, file), rows[at], strict=True)]
    releases.require(pl.DataFrame(schema=dict.fromkeys(header)), (*file.groups, *file.columns), file.name)
    wanted = [column for column in header if column and (not file.columns or column in file.columns)]
    check_header(wanted, file.name)
    groups = [(header.index(column), of_them) for column, of_them in file.groups.items()]
    # A second table may follow under a header of its own (the 2023 history does this): its rows are kept, and its
    # header row with them, so that the reader of the source can see where it starts.
    return [
        (file.name, names[0], at + 2 + offset, column, cell)
        for offset, row in enumerate(rows[at + 1 :])
        if all(row[where] in of_them for where, of_them in groups)
        for column, cell in zip(header, row, strict=True)
        if column in wanted and cell is not None and cell != ""
    ]


def look_inside(content: bytes, name: str) -> None:
    """Refuse a workbook that is not safe to open, before anything is built of it.

    Raises SourceError: E_MAGIC (not a workbook), E_LOCKED, E_MACROS, E_ZIP_SIZE (unpacks to too much), E_ZIP_NAME (a
    member that would lie elsewhere), E_ENTITIES (XML that declares something), E_TOO_LARGE (too many cells),
    E_SPREADSHEET (damaged).
    """
    if not content.startswith(b"PK\x03\x04"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise SourceError("E_LOCKED", "the workbook is locked with a password.", PLAIN, name)
        words = kind(content) or "text or something else"
        raise SourceError("E_MAGIC", f"this is {words}, not a spreadsheet (ODS or XLSX).", AGAIN, name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_members(members, name)
            manifest = "META-INF/manifest.xml"
            if manifest in archive.namelist() and b"encryption-data" in archive.read(manifest):
                raise SourceError("E_LOCKED", "the workbook is locked with a password.", PLAIN, name)
            counted = 0
            for member in members:
                counter = _Counter(MAX_CELLS - counted)
                with archive.open(member) as packed:
                    # Never more than the directory says: a member that goes on is damaged.
                    xml = member.filename.endswith((".xml", ".rels"))
                    while part := packed.read(AT_ONCE):
                        if xml:
                            counter.parser.Parse(part, False)
                    if xml:
                        counter.parser.Parse(b"", True)
                counted += counter.cells
    except _DeclaredError as error:
        what = "its XML declares entities or a document type, which no spreadsheet needs."
        raise SourceError("E_ENTITIES", what, MENDED, name) from error
    except _TooManyCellsError as error:
        raise SourceError("E_TOO_LARGE", f"it stands for more than {MAX_CELLS} cells.", AGAIN, name) from error
    except DAMAGE as error:
        raise _unreadable(name, str(error)) from error


def _check_members(members: list[zipfile.ZipInfo], name: str) -> None:
    unpacked = sum(member.file_size for member in members)
    ratio = max((member.file_size / max(1, member.compress_size) for member in members), default=0)
    if unpacked > MAX_UNPACKED or ratio > MAX_RATIO or len(members) > MAX_MEMBERS:
        what = (
            f"it unpacks to {unpacked:,} bytes in {len(members)} members, {ratio:.0f} times as much as is packed; at "
            f"most {MAX_UNPACKED:,}, {MAX_MEMBERS} and {MAX_RATIO}."
        )
        raise SourceError("E_ZIP_SIZE", what, AGAIN, name)
    seen = set()
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        elsewhere = path.is_absolute() or ".." in path.parts or ":" in member.filename
        # Nothing is ever unpacked into a folder; but no publisher makes such a file.
        if elsewhere or stat.S_ISLNK(member.external_attr >> 16) or path in seen:
            what = f"a member {member.filename!r} that would lie elsewhere, leads elsewhere or is there twice."
            raise SourceError("E_ZIP_NAME", what, AGAIN, name)
        seen.add(path)
        if member.flag_bits & 1:
            raise SourceError("E_LOCKED", "the workbook is locked with a password.", PLAIN, name)
        if MACROS.match(member.filename):
            raise SourceError("E_MACROS", f"the workbook holds macros ({member.filename}).", PLAIN, name)


class _DeclaredError(Exception):
    """XML declares a document type: entities could be of any size, or be other files."""


class _TooManyCellsError(Exception):
    """More cells than may be built."""


class _Counter:
    """Counts the cells that the sheets of one XML member unpack to.

    A sheet is the rectangle from its first cell to the last row and the last column that have anything in them.
    OpenDocument repeats rows and cells by a number (and pads every sheet with a million empty ones, which do not
    count); Excel may name a cell far away.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.cells = self.height = self.width = self.row = self.column = self.last = 0
        self.repeated = 1
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._declared
        self.parser.StartElementHandler = self._started
        self.parser.EndElementHandler = self._ended

    def _declared(self, *_what: object) -> None:
        raise _DeclaredError

    def _started(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local in ("table-cell", "covered-table-cell"):
            self.column += int(attributes.get("table:number-columns-repeated", 1))
            if "office:value-type" in attributes:
                self.last = self.column
        elif local == "p":
            self.last = self.column
        elif local == "table-row":
            self.repeated, self.column, self.last = int(attributes.get("table:number-rows-repeated", 1)), 0, 0
        elif local == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif local == "c":
            place = EXCEL_PLACE.fullmatch(attributes.get("r", ""))
            self.column = _number(place["column"]) if place else self.column + 1
            self.row = int(place["row"]) if place else self.row
        elif local in ("v", "is"):
            self._reaches(self.row, self.column)

    def _ended(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "table-row":
            self.row += self.repeated
            if self.last:
                self._reaches(self.row, self.last)
        elif local in ("table", "sheetData"):
            self.cells += self.height * self.width
            self.height = self.width = self.row = 0

    def _reaches(self, row: int, column: int) -> None:
        self.height, self.width = max(self.height, row), max(self.width, column)
        if self.cells + self.height * self.width > self.most:
            raise _TooManyCellsError


def _number(column: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _unreadable(name: str, why: str) -> SourceError:
    return SourceError(
        "E_SPREADSHEET", f"it cannot be opened: {(why or 'it is damaged').splitlines()[0]}.", AGAIN, name
    )


def _machine_names(rows: list[list[str | None]], file: File) -> list[str | None]:
    """The row of machine names, or empty cells where the file declares none."""
    if not file.names:
        return [None] * len(rows[0])
    for row in rows:
        if file.names in row:
            return row
    what = f"no row has a cell {file.names!r}, one of the names its columns are called by."
    remedy = "If the publisher left the names out, change the source's declaration."
    raise SourceError("E_HEADER", what, remedy, file.name)


def _text(cell: str | float | bool | time | date | datetime | timedelta) -> str | None:
    """A cell as text, a number with the digits that the file holds; None where it is empty.

    White space says nothing: header cells of Ofsted's sheets are wrapped by hand.
    """
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{Decimal(repr(cell)):f}"
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return " ".join(str(cell).split()) or None
