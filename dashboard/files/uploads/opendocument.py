"""A workbook of LibreOffice (ODS) -> the rows of one sheet, within the bounds of `workbook`."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.files.uploads import Cell, Kind, Line, Refused, Sheet
from dashboard.files.uploads.workbook import (
    DAMAGE,
    END,
    MAX_CELLS,
    PLAIN,
    START,
    TEXT,
    check_members,
    choose_sheet,
    damaged,
    natural,
    not_read,
    too_many_cells,
    xml_events,
)

# The first member of such a file, by which it is told from other ZIP files.
MIMETYPE = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
CELLS = ("table-cell", "covered-table-cell")
WORDS = ("p", "span", "a")
KINDS: dict[str, Kind] = {
    "float": "number",
    "currency": "number",
    "percentage": "percent",
    "date": "date",
    "time": "date",
    "boolean": "boolean",
}


@dataclass
class _Table:
    """One sheet as it is read."""

    name: str
    hidden: bool
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    height: int = 0
    """Rows so far, those without content among them."""

    def add(self, cells: dict[int, Cell], times: int) -> None:
        """Add a row so many times."""
        for number in range(self.height + 1, self.height + 1 + times) if cells else ():
            self.rows[number] = cells
        self.height += times


def is_opendocument(content: bytes) -> bool:
    """Whether bytes are such a workbook."""
    return MIMETYPE in content[:200]


def read(content: bytes) -> Sheet:
    """The rows of the sheet `workbook.SHEET`, or of the only one there is. Raises Refused as `workbook.read` does."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_members(archive, CONTENT)
            if MANIFEST in archive.namelist() and any(xml_events(archive, MANIFEST, "encryption-data")):
                raise Refused("E_LOCKED", "The workbook is locked with a password.", PLAIN)
            tables = _tables(archive)
        position, others = choose_sheet(
            [table.name for table in tables], [table.name for table in tables if table.hidden]
        )
    except DAMAGE:
        # The error's message may quote the file.
        raise damaged() from None
    table = tables[position]
    width = max((max(cells) for cells in table.rows.values()), default=-1) + 1
    if width * len(table.rows) > MAX_CELLS:
        raise too_many_cells()
    lines = tuple(
        Line(number, tuple(cells.get(column, Cell()) for column in range(width)))
        for number, cells in sorted(table.rows.items())
    )
    return Sheet(lines, not_read(table.name, others), lettered=True)


def _tables(archive: zipfile.ZipFile) -> list[_Table]:
    tables: list[_Table] = []
    invisible: set[str] = set()
    style = ""
    cell: dict[str, str] = {}
    cells: dict[int, Cell] = {}
    parts: list[str] = []
    column = times = count = 0
    for kind, tag, given in xml_events(
        archive, CONTENT, "style", "table-properties", "table", "table-row", *CELLS, *WORDS
    ):
        named = {name.rpartition(":")[2]: value for name, value in reversed(given.items())}
        if kind == TEXT and tag in WORDS:
            parts.append(given[TEXT])
        elif kind == START and tag == "style":
            style = named.get("name", "")
        elif kind == START and tag == "table-properties" and named.get("display") == "false":
            invisible.add(style)
        elif kind == START and tag == "table":
            tables.append(_Table(named.get("name", ""), named.get("style-name", "") in invisible))
        elif kind == START and tag == "table-row":
            cells, column, times = {}, 0, natural(named.get("number-rows-repeated", "1"))
        elif kind == START and tag in CELLS:
            cell = named
            parts.clear()
        elif kind == END and tag in CELLS:
            filled, across = _cell(cell, " ".join(" ".join(parts).split())), 1
            across = natural(cell.get("number-columns-repeated", "1"))
            if not filled.empty:
                count += across * times
                if count > MAX_CELLS:
                    raise too_many_cells()
                cells.update(dict.fromkeys(range(column, column + across), filled))
            column += across
        elif kind == END and tag == "table-row":
            tables[-1].add(cells, times)
    return tables


def _cell(attributes: Mapping[str, str], words: str) -> Cell:
    if "formula" in attributes:
        return Cell(words, "formula")
    kind = KINDS.get(attributes.get("value-type", ""))
    if kind is None:
        return Cell(words)
    if kind in ("date", "boolean"):
        return Cell(words, kind)
    return Cell(f"{float(attributes['value']):.15g}", kind)
