"""An operator's file as rows: what each cell must be before the file's own rules apply.

Nothing is guessed: a misspelt name, a date in another order or a cell too many is reported with its line, all at once.
"""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

import polars as pl

from etl.areas import Areas, name_key
from etl.build.operator_files import Checked, Finding, OperatorFileError
from etl.extract.read_csv import HIDDEN, kind

# Far more than there are councils: a longer file is another one.
MOST_ROWS, LONGEST = 1_000, 500
# A spreadsheet takes a cell that begins so for a formula.
FORMULA = re.compile(r"[=+\-@＝＋－＠].")
# The address of a page; no user, no spaces, a host with a dot.
ADDRESS = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?([/?#][^\s<>\"'\\]*)?", re.IGNORECASE)
MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
# Words of a column's name that say it is about a person, unless the name is a council's.
PERSONAL = frozenset(
    {
        "name", "names", "forename", "firstname", "surname", "lastname", "person", "people", "director", "dcs",
        "holder", "contact", "email", "mail", "phone", "telephone", "mobile",
    }
)  # fmt: skip
OF_COUNCILS = frozenset({"authority", "council", "la", "metric", "measure"})
AS_CSV = "Save it as CSV UTF-8, with commas, from the program it is kept in."


@dataclass
class Sheet:
    """The rows of an operator's file, and the findings about them."""

    file: str
    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def say(self, rule: str, what: str, remedy: str, line: int | None = None, column: str | None = None) -> None:
        self.findings.append(Finding(rule, what, remedy, self.file, line, column))

    def stop(self, rule: str, what: str, remedy: str, line: int | None = None) -> OperatorFileError:
        """The error that ends the reading of a file, since nothing below it can be trusted."""
        return OperatorFileError([Finding(rule, what, remedy, self.file, line)])

    def checked(self, rows: Sequence[tuple[object, ...]], schema: pl.Schema) -> Checked:
        """The rows as a table, which is empty while anything is wrong with one of them."""
        findings = tuple(sorted(self.findings, key=lambda one: one.line or 0))
        good = [] if any(one.error for one in findings) else rows
        return Checked(pl.DataFrame(good, schema=schema, orient="row"), findings)

    def once(self, places: Iterable[tuple[object, Row]], column: str, what: str) -> None:
        """Report each row whose key is there twice."""
        first: dict[object, int] = {}
        for key, row in places:
            if key is not None and first.setdefault(key, row.line) != row.line:
                said = f"{what} stands here and on line {first[key]}."
                self.say("E_DUPLICATE", said, "Keep the row that holds, and delete the other.", row.line, column)


@dataclass(frozen=True)
class Row:
    """One line of an operator's file. A cell that is wrong becomes a finding of its sheet, and has no value."""

    line: int
    cells: Mapping[str, str]
    sheet: Sheet

    def say(self, rule: str, what: str, remedy: str, column: str) -> None:
        self.sheet.say(rule, what, remedy, self.line, column)

    def text(self, column: str, *, required: str = "") -> str | None:
        """The text of a cell; `required` says what to write where it is empty."""
        found = self.cells[column]
        if found and FORMULA.match(found):
            self.say(
                "E_FORMULA", f"{found[:40]!r} begins like a formula.", "Begin it with a letter or a number.", column
            )
            return None
        if len(found) > LONGEST:
            self.say("E_FIELD_SIZE", f"{len(found)} characters; at most {LONGEST}.", "Say it shorter.", column)
            return None
        if not found and required:
            self.say("E_REQUIRED", "nothing stands here.", required, column)
        return found or None

    def one_of(self, column: str, allowed: Sequence[str], rule: str, remedy: str = "") -> str | None:
        """One of a few words, whatever its capitals."""
        words = f"Write {' or '.join([', '.join(allowed[:-1]), allowed[-1]] if allowed[1:] else allowed)}."
        found = self.text(column, required=words)
        # As text programs write apostrophes.
        plain = found.casefold().replace("’", "'") if found else None
        if found is None or plain in allowed:
            return plain
        self.say(rule, f"{found[:60]!r} is none of the words for it.", remedy or words, column)
        return None

    def day(self, column: str, *, first: date, last: date | None = None, required: str = "") -> date | None:
        """A day from `first` to `last`."""
        found = self.text(column, required=required)
        if found is None:
            return None
        try:
            day = date.fromisoformat(found) if re.fullmatch(r"\d{4}-\d\d-\d\d", found, re.ASCII) else None
        except ValueError:
            day = None
        if day is None:
            remedy = "Write it as 2026-09-01; in a spreadsheet make the column text first."
            self.say("E_DATE", f"{found[:40]!r} is not a day.", remedy, column)
        elif day < first:
            self.say("E_DATE_EARLY", f"{day} is before {first}.", "Look the day up again.", column)
        elif last and day > last:
            remedy = "Write it once it has happened, or look the day up again."
            self.say("E_DATE_FUTURE", f"{day} is after today, {last}.", remedy, column)
        else:
            return day
        return None

    def page(self, column: str) -> str | None:
        """The address of a page."""
        found = self.text(column, required="Write the address of the page that says so.")
        if found is None or ADDRESS.fullmatch(found):
            return found
        remedy = "Write the whole address, as in https://www.example.gov.uk/page."
        self.say("E_URL", f"{found[:60]!r} is not the https address of a page.", remedy, column)
        return None

    def council(self, column: str, areas: Areas, what: str, *, required: str = "") -> str | None:
        """The area_id of a council of today, by its name, number or GSS code; rules are named after `what`."""
        found = self.text(column, required=required)
        if found is None:
            return None
        names = areas.by_name()
        codes = areas.by_code()
        known = areas.by_number()
        area_id = found if found in known else codes.get(found.upper(), names.get(name_key(found)))
        if area_id not in known:
            self.say(f"E_{what}_UNKNOWN", *_unknown(found, areas, names), column)
            return None
        row = areas.authorities.row(by_predicate=pl.col("area_id") == area_id, named=True)
        if row["end_date"] is None:
            return area_id
        after = areas.succession.filter(pl.col("predecessor_id") == area_id)["successor_id"].to_list()
        successors = " or ".join(areas.names()[one] for one in after)
        said = f"{row['name']} ended on {row['end_date']:%-d %B %Y}."
        self.say(f"E_{what}_ENDED", said, f"Write the council that took its place: {successors}.", column)
        return None


def read(whole: bytes, file: str, columns: Sequence[str]) -> Sheet:
    """The rows of a file with these columns, in any order, as text without spaces around it.

    Empty lines are left out. Raises OperatorFileError for what is no such table: another kind of file or
    encoding, columns that are missing or are not ours, far too many rows.
    """
    sheet = Sheet(file)
    reader = csv.reader(io.StringIO(_decoded(whole, sheet), newline=""), strict=True)
    start = 1
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, columns, sheet)
        start = reader.line_num + 1
        for cells in reader:
            line, start = start, reader.line_num + 1
            stripped = [cell.strip() for cell in cells]
            if not any(stripped):
                continue
            if len(stripped) != len(header):
                what = f"{len(stripped)} field{'' if len(stripped) == 1 else 's'} where the header has {len(header)}."
                sheet.say("E_FIELD_COUNT", what, "Put quotes around a cell that has a comma in it.", line)
                continue
            sheet.rows.append(Row(line, dict(zip(header, stripped, strict=True)), sheet))
            if len(sheet.rows) > MOST_ROWS:
                raise sheet.stop("E_TOO_LARGE", f"more than {MOST_ROWS} rows.", "Is it the file that is kept?", line)
    except csv.Error as error:
        raise sheet.stop("E_QUOTES", f"{error}.", "Close the quote that begins on this line.", start) from error
    return sheet


def _decoded(whole: bytes, sheet: Sheet) -> str:
    if whole.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise sheet.stop("E_ENCODING", "this is UTF-16.", AS_CSV)
    if words := kind(whole):
        raise sheet.stop("E_MAGIC", f"this is {words}, not a CSV file.", AS_CSV)
    try:
        text = whole.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = whole.count(b"\n", 0, error.start) + 1
        byte = whole[error.start : error.start + 1]
        raise sheet.stop("E_ENCODING", f"byte 0x{byte.hex()} is not UTF-8.", AS_CSV, line) from error
    if hidden := re.search(f"\0|{HIDDEN}", text):
        what = f"a character that nobody sees, U+{ord(hidden.group()):04X}."
        line = text.count("\n", 0, hidden.start()) + 1
        raise sheet.stop("E_HIDDEN", what, "Delete the cell and type it again.", line)
    return text


def _check_header(header: Sequence[str], columns: Sequence[str], sheet: Sheet) -> None:
    expected = f"The header is {','.join(columns)}."
    if len(header) == 1:
        raise sheet.stop("E_DELIMITER", f"{header[0][:60]!r} is one field: commas are expected.", AS_CSV, 1)
    for name in header:
        if header.count(name) > 1:
            raise sheet.stop("E_HEADER", f"the column {name!r} is there twice.", expected, 1)
        words = set(re.split(r"[^a-z]+", name.casefold()))
        if name not in columns and words & PERSONAL and not words & OF_COUNCILS:
            what = f"there is no column {name[:40]!r}: names of people, and ways to reach them, are not kept here."
            raise sheet.stop("E_PERSON", what, "Delete the column.", 1)
    for name in header:
        if name not in columns:
            near = get_close_matches(name, columns, n=1)
            hint = f" Is it {near[0]}?" if near else ""
            raise sheet.stop("E_HEADER", f"there is no column {name[:40]!r}.{hint}", expected, 1)
    if missing := [name for name in columns if name not in header]:
        raise sheet.stop("E_HEADER", f"the column {missing[0]!r} is missing.", expected, 1)


def _unknown(found: str, areas: Areas, names: Mapping[str, str]) -> tuple[str, str]:
    """The message about a name that no council has, and the remedy."""
    others = areas.area.filter(pl.col("kind") != "local_authority")["name"]
    if name_key(found) in {name_key(name) for name in others}:
        return f"{found!r} is no council.", "Write the council, not its region."
    # Ended ones too: the message then says that they have ended.
    near = get_close_matches(name_key(found), list(names), n=1, cutoff=0.6)
    hint = f"Did you mean {areas.names()[names[near[0]]]}? " if near else ""
    return f"{found[:60]!r} is no council.", f"{hint}Write its name, its three-digit number or its GSS code."
