"""An Excel workbook (XLSX) -> the rows of one sheet: looked into before it is read, and read without opening Excel.

A general reader gives the value behind a formula, and 0.142 for a cell that shows 14.2%. Here both must be noticed,
as must sheets that are hidden; so the few parts of the format that matter are read directly.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from xml.parsers import expat

from dashboard.analysis.local_figures import Finding
from dashboard.files.uploads import Cell, Kind, Line, Refused, Sheet

SHEET = "Figures"
# The template's second sheet, which says how to fill in the first.
NOTES = "Notes"
MAX_UNPACKED = 20_000_000
MAX_RATIO = 200  # Excel's own reach 40
MAX_MEMBERS = 200
MAX_CELLS = 25_000
MAX_SHARED = 50_000
MAX_TAGS = 300_000  # three times what so many cells take
SMALL = 100_000  # however well it is packed
PIECE = 4_000  # the tags of more would keep the garbage collector busy
# Excel takes no longer ones, and of much longer ones a pattern would take minutes to find what is quoted.
MAX_FORMAT = 255
# Names of other sheets are cut to so many letters in messages.
SAID = 120
PLAIN = "Save the sheet alone as an ordinary workbook (.xlsx), without a password, macros or links."
AGAIN = "Open it in Excel, save it as .xlsx and upload that file."
# What the readers of ZIP files and of XML raise, and what follows where numbers or names are not what they should be.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, EOFError, NotImplementedError, ValueError,
    LookupError, OverflowError, OSError, RuntimeError,
)  # fmt: skip

# A member that only files of a kind have, all of which are ZIP files.
_OTHERS = {
    "xl/workbook.bin": "a binary Excel workbook (.xlsb)",
    "content.xml": "an OpenDocument file",
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a presentation",
    "Index/Document.iwa": "a Numbers or Pages document",
}
START, END, TEXT = "start", "end", "text"
# How Japanese is read, and comments: text beside that of a cell.
UNREAD = {"rPh", "annotation"}
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MACROS = re.compile(r"(.*/)?vbaProject\.bin$|xl/macrosheets/|Basic/|Scripts/")
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
# Excel's own formats, by number.
_PERCENT = {9, 10}
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_KINDS: dict[str, Kind] = {"b": "boolean", "e": "error", "d": "date"}


def read(content: bytes) -> Sheet:
    """The rows of the sheet `SHEET`, or of the only one there is.

    Raises Refused: E_MAGIC (a ZIP file of another kind), E_LOCKED, E_MACROS, E_ZIP_SIZE (unpacks to too much),
    E_ENTITIES (its XML declares something), E_HIDDEN_SHEET, E_SHEET (which one?), E_TOO_LARGE (too many cells),
    E_SPREADSHEET (damaged).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_members(archive, "xl/workbook.xml")
            name, path, others = _sheet(archive)
            shared = _shared_strings(archive)
            formats = _formats(archive)
            lines = _lines(archive, path, shared, formats)
    except DAMAGE:
        # The error's message may quote the file.
        raise damaged() from None
    return Sheet(lines, not_read(name, others), lettered=True)


def damaged() -> Refused:
    """A workbook that cannot be read."""
    return Refused("E_SPREADSHEET", "The workbook cannot be read: it is damaged or cut.", AGAIN)


def not_read(name: str, others: Sequence[str]) -> tuple[Finding, ...]:
    """The warning about sheets beside the one that is read, where there are any."""
    if not others:
        return ()
    what = f"Only the sheet “{name}” is read; not read: {cut(', '.join(others))}."
    return (Finding("W_OTHER_SHEETS", what, "Nothing to do, if that is the sheet you mean."),)


def letters(column: int) -> str:
    """The letters of a column by its position from 0: A, B, ... Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def cut(names: str) -> str:
    """Names of sheets, cut to the length of a message."""
    return f"{names[:SAID]}…" if len(names) > SAID else names


def other_kind(words: str) -> Refused:
    """Something that is no table."""
    what = f"This is {words}, not a CSV file or a workbook (.xlsx or .ods)."
    return Refused("E_MAGIC", what, "Download the template on this page, fill it in and give that.")


def check_members(archive: zipfile.ZipFile, first: str) -> None:
    """Refuse what is no workbook (it has not the member `first`), is locked, holds macros or unpacks to too much."""
    members = archive.infolist()
    names = {member.filename for member in members}
    if first not in names:
        raise other_kind(next((words for member, words in _OTHERS.items() if member in names), "a ZIP file"))
    unpacked = sum(member.file_size for member in members)
    ratio = max((member.file_size / max(1, member.compress_size) for member in members), default=0)
    if unpacked > MAX_UNPACKED or len(members) > MAX_MEMBERS or (ratio > MAX_RATIO and unpacked > SMALL):
        what = (
            f"It unpacks to {unpacked:,} bytes in {len(members)} parts, {ratio:.0f} times as much as is packed: far "
            "more than a table of figures takes."
        )
        raise Refused("E_ZIP_SIZE", what, PLAIN)
    if any(member.flag_bits & 1 for member in members):
        raise Refused("E_LOCKED", "The workbook is locked with a password.", PLAIN)
    if any(_MACROS.match(member.filename) for member in members):
        raise Refused("E_MACROS", "The workbook holds macros.", PLAIN)
    if len(names) < len(members) or not all(member.compress_type in _PACKINGS for member in members):
        raise Refused("E_SPREADSHEET", "The workbook is packed as no spreadsheet is: it may be damaged.", AGAIN)


def _sheet(archive: zipfile.ZipFile) -> tuple[str, str, list[str]]:
    """The name and the path of the sheet to read, and the names of those that are not read."""
    sheets = [
        (
            attributes["name"],
            attributes.get("state", "visible"),
            next((v for k, v in attributes.items() if k.endswith(":id")), ""),
        )
        for kind, _, attributes in xml_events(archive, "xl/workbook.xml", "sheet")
        if kind == START
    ]
    targets = {
        attributes["Id"]: attributes["Target"]
        for kind, _, attributes in xml_events(archive, "xl/_rels/workbook.xml.rels", "Relationship")
        if kind == START
    }
    position, others = choose_sheet(
        [name for name, *_ in sheets], [name for name, state, _ in sheets if state != "visible"]
    )
    name, _, relation = sheets[position]
    target = targets[relation].lstrip("/")
    return name, target if target.startswith("xl/") else f"xl/{target}", others


def choose_sheet(names: Sequence[str], hidden: Sequence[str]) -> tuple[int, list[str]]:
    """The position of the sheet to read, and the names of those that are not read. Raises Refused."""
    if hidden:
        names_hidden = cut(", ".join(hidden))
        what = f"The workbook has a hidden sheet ({names_hidden}), which may hold what you do not mean to give."
        raise Refused("E_HIDDEN_SHEET", what, "Show it (right click on a sheet's name, Unhide) and delete it.")
    if len(names) == 1:
        return 0, []
    if SHEET not in names:
        what = f"No sheet is called “{SHEET}”; there are: {cut(', '.join(names))}."
        raise Refused("E_SHEET", what, f"Call it “{SHEET}”.")
    return names.index(SHEET), [name[:60] for name in names if name not in (SHEET, NOTES)]


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    """The texts that cells point at by their position; of rich text all runs, but not how Japanese is read."""
    texts: list[str] = []
    parts: list[str] = []
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    for kind, tag, attributes in xml_events(archive, "xl/sharedStrings.xml", "si", "t"):
        if kind == TEXT and tag == "t":
            parts.append(attributes[TEXT])
        elif kind == END and tag == "si":
            texts.append("".join(parts))
            parts.clear()
            if len(texts) > MAX_SHARED:
                raise too_many_cells()
    return texts


def _formats(archive: zipfile.ZipFile) -> list[Kind]:
    """What a number is shown as by each style of a cell: a number, a percentage or a date."""
    codes: dict[int, str] = {}
    numbers: list[int] = []
    in_cells = False
    if "xl/styles.xml" not in archive.namelist():
        return []
    for kind, tag, attributes in xml_events(archive, "xl/styles.xml", "cellXfs", "numFmt", "xf"):
        if tag == "cellXfs":
            in_cells = kind == START
        elif kind == START and tag == "numFmt":
            if len(attributes["formatCode"]) > MAX_FORMAT:
                raise ValueError("no format")
            codes[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif kind == START and tag == "xf" and in_cells:
            numbers.append(int(attributes.get("numFmtId", 0)))
    return [_shown_as(number, codes.get(number, "")) for number in numbers]


def _shown_as(number: int, code: str) -> Kind:
    plain = _QUOTED.sub("", code)
    if number in _PERCENT or "%" in plain:
        return "percent"
    if number in _DATES or (plain.lower() != "general" and re.search("[dmyhs]", plain, re.IGNORECASE)):
        return "date"
    return "number"


def _lines(archive: zipfile.ZipFile, path: str, shared: list[str], formats: list[Kind]) -> tuple[Line, ...]:
    rows: dict[int, dict[int, Cell]] = {}
    parts: list[str] = []
    row = column = count = 0
    cell: dict[str, str] = {}
    formula = False
    for kind, tag, attributes in xml_events(archive, path, "row", "c", "f", "v", "t"):
        if kind == TEXT and tag in ("v", "t"):
            parts.append(attributes[TEXT])
        elif kind == START and tag == "row":
            row, column = int(attributes.get("r", row + 1)), 0
        elif kind == START and tag == "c":
            cell, formula = attributes, False
            parts.clear()
            place = _PLACE.fullmatch(attributes.get("r", ""))
            column = _position(place[1]) + 1 if place else column + 1
            count += 1
            if count > MAX_CELLS:
                raise too_many_cells()
        elif kind == START and tag == "f":
            formula = True
        elif kind == END and tag == "c":
            text = "".join(parts)
            filled = Cell(text, "formula") if formula else _cell(text, cell, shared, formats)
            if not filled.empty:
                rows.setdefault(row, {})[column - 1] = filled
    width = max((max(cells) for cells in rows.values()), default=-1) + 1
    if width * len(rows) > MAX_CELLS:
        raise too_many_cells()
    return tuple(
        Line(number, tuple(cells.get(column, Cell()) for column in range(width)))
        for number, cells in sorted(rows.items())
    )


def _cell(text: str, attributes: Mapping[str, str], shared: list[str], formats: list[Kind]) -> Cell:
    kind = attributes.get("t", "n")
    if kind == "s":
        # Never from the end: what points before the first string is damaged.
        return Cell(" ".join(shared[natural(text)].split()))
    if kind in ("str", "inlineStr"):
        return Cell(" ".join(text.split()))
    if kind in _KINDS:
        return Cell(text, _KINDS[kind])
    if not text:
        return Cell()
    if not _NUMBER.fullmatch(text):
        raise ValueError("no number")
    style = natural(attributes.get("s", "0"))
    # Excel keeps fifteen digits; the rest is how binary fractions are written.
    return Cell(f"{float(text):.15g}", formats[style] if formats else "number")


def xml_events(archive: zipfile.ZipFile, path: str, *wanted: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Some tags of a part by names without a namespace, with their text. Refuses XML that declares anything."""
    inside: list[str] = []
    events: list[tuple[str, str, dict[str, str]]] = []
    tags = 0

    def declared(*_what: object) -> None:
        what = "Its XML declares entities or a document type, which no workbook needs."
        raise Refused("E_ENTITIES", what, PLAIN)

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal tags
        tags += 1
        if tags > MAX_TAGS:
            raise too_many_cells()
        inside.append(name.rpartition(":")[2])
        if inside[-1] in wanted:
            events.append((START, inside[-1], attributes))

    def ended(_name: str) -> None:
        tag = inside.pop()
        if tag in wanted:
            events.append((END, tag, {}))

    def said(words: str) -> None:
        if inside and inside[-1] in wanted and not UNREAD & set(inside):
            events.append((TEXT, inside[-1], {TEXT: words}))

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = started
    parser.CharacterDataHandler = said
    parser.EndElementHandler = ended
    with archive.open(path) as packed:
        # Never more than the directory says: a part that goes on is damaged.
        while part := packed.read(PIECE):
            parser.Parse(part, False)
            yield from events
            events.clear()
        parser.Parse(b"", True)
        yield from events


def too_many_cells() -> Refused:
    """More than a table of figures takes."""
    return Refused("E_TOO_LARGE", f"The workbook holds more than {MAX_CELLS:,} cells, or as much besides.", PLAIN)


def _position(column: str) -> int:
    """0 for A, 26 for AA."""
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def natural(text: str) -> int:
    """A position in a workbook; raises ValueError for what is none."""
    number = int(text)
    if number < 0:
        raise ValueError("no position")
    return number
