"""Every kind of damaged file is refused by name, with its place and a remedy; the last good database is served on.

Each case damages one small, made-up file and runs `extract` of its source and then `build`, as a person would.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import shutil
import stat
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from etl import releases
from etl.build import builder
from etl.extract.release import extract
from etl.sources import all_sources
from etl.sources.social_work_workforce import SOURCE as SOCIAL_WORKERS
from tests.etl import synthetic
from tests.etl.helpers import LAST_GOOD, Command, copied_data, few_sources, files_of
from tests.etl.synthetic import OFFICIAL, SINGLE, Sheet, spreadsheet
from tests.etl.workbooks import (
    CONTENT,
    ELSEWHERE,
    LAUGHS,
    OLD_EXCEL,
    declaring,
    excel,
    repacked,
    rewritten,
    zipped,
)

Damage = Callable[[bytes], bytes | None]

WORKFORCE = "csww_indicators_2017_to_2025.csv"
POPULATION = "ons_mid-year_population_estimates_2012_to_2024.csv"
REPEAT_PLANS = "d3_cpps_subsequent_plan_2013_to_2025.csv"
NEIGHBOURS = "sn_model_2025_wide.csv"
REPORTS = "ofsted_csc_ilacs_history.csv"
BOOK = "LA_Inspection_Outcomes_as_at_31_March_2025.ods"
OLD_BOOK = "Childrens_social_care_in_England_2023_underlying_data.ods"
# What a message ends with: what to do about it.
REMEDY = re.compile(r"[.)] (Download|Save|Report|Add|Look|Check|Restore|If |The publisher must|The period form|Only )")
TOMORROW = datetime.now(UTC) + timedelta(days=2)


@dataclass(frozen=True)
class Case:
    """What is done to which file, and what must be said of it."""

    says: str
    file: str
    damage: Damage
    rule: str
    line: int | None = None
    column: str | None = None
    also: str = ""
    """Other words the message must have."""


def becomes(content: bytes | None) -> Damage:
    return lambda _whole: content


def with_(old: str, new: str) -> Damage:
    """One printed thing replaced by another, wherever it stands."""

    def damage(whole: bytes) -> bytes:
        assert old.encode() in whole
        return whole.replace(old.encode(), new.encode())

    return damage


def cell(line: int, column: str, text: str) -> Damage:
    """One cell of a CSV file replaced."""

    def damage(whole: bytes) -> bytes:
        rows = list(csv.reader(io.StringIO(whole.decode())))
        rows[line - 1][rows[0].index(column)] = text
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows(rows)
        return written.getvalue().encode()

    return damage


def cells(line: int, **changed: str) -> Damage:
    """Several cells of one line replaced."""

    def damage(whole: bytes) -> bytes:
        for column, text in changed.items():
            whole = cell(line, column, text)(whole) or b""
        return whole

    return damage


def without(column: str) -> Damage:
    def damage(whole: bytes) -> bytes:
        rows = list(csv.reader(io.StringIO(whole.decode())))
        at = rows[0].index(column)
        return "".join(",".join(row[:at] + row[at + 1 :]) + "\n" for row in rows).encode()

    return damage


def line_again(line: int, **changed: str) -> Damage:
    """A row printed a second time at the end, with some cells changed."""

    def damage(whole: bytes) -> bytes:
        again = whole
        for column, text in changed.items():
            again = cell(line, column, text)(again) or b""
        return whole + again.splitlines(keepends=True)[line - 1]

    return damage


def before_line(line: int, inserted: bytes) -> Damage:
    def damage(whole: bytes) -> bytes:
        lines = whole.splitlines(keepends=True)
        return b"".join([*lines[: line - 1], inserted + lines[line - 1], *lines[line:]])

    return damage


def book(sheets: Mapping[str, Sheet], old: str, new: str) -> Damage:
    """A spreadsheet with one cell's text replaced, wherever it stands."""
    replaced = {name: [[new if text == old else text for text in row] for row in rows] for name, rows in sheets.items()}
    assert replaced != {name: [list(row) for row in rows] for name, rows in sheets.items()}
    return becomes(spreadsheet(replaced))


def sheet_named(old: str, new: str) -> Damage:
    return becomes(spreadsheet({new if name == old else name: rows for name, rows in OFFICIAL.items()}))


def history_again(column: int, text: str) -> Damage:
    """Camden's row of the history a second time, with one cell changed."""
    rows = list(OFFICIAL["ILACS_inspection_history"])
    again = list(rows[-1])
    again[column] = text
    return becomes(spreadsheet({**OFFICIAL, "ILACS_inspection_history": [*rows, again]}))


def member(name: str, content: bytes | str = b"", times: int = 1, **told: int) -> Damage:
    """The official file with a member more, or `times` of them, of which the directory tells these things."""

    def change(info: zipfile.ZipInfo) -> None:
        for what, number in told.items():
            setattr(info, what, number)

    return becomes(repacked(spreadsheet(OFFICIAL), member=name, content=content, times=times, change=change))


def before_history(row: str) -> Damage:
    """The official file with a row more above the first table; `row` begins it and holds its cells."""
    first = '<table:table-row><table:table-cell office:value-type="string"><text:p>One table'
    return becomes(rewritten(first, f"{row}</table:table-row>{first}"))


def merged(text: str) -> Damage:
    """The official file with the cell of a text merged into the one beside it."""
    whole = f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    return becomes(rewritten(whole, "<table:covered-table-cell/>"))


def commas(whole: bytes) -> int:
    return whole.split(b"\n", 1)[0].count(b",")


# What no number looks like in a published table, and no symbol of the Department for Education.
NO_NUMBERS = (
    "1e3", "inf", "-inf", "1_000", "0x1F", "1e400", ".5", "+3", "3.", "9" * 400, "1 000", "14,2", "14-Feb", "£1200",
    "~", ":", "..", ".", "-", "*", "#", "[c]", "[low]", "[x]", "NULL", "Null", "null", "NA", "na", "N/A", "n/a",
)  # fmt: skip
# What every table of the open data standard has (screener: col_req_data, geog_la_col_present, geog_region_col_present).
STANDARD = (
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code", "region_name",
    "new_la_code", "la_name",
)  # fmt: skip
ROWS_REPEATED = '<table:table-row table:number-rows-repeated="1048576">'
COLUMNS_REPEATED = '<table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
CASES = (
    # The file as a whole
    Case("absent", WORKFORCE, becomes(None), "E_FILE_ABSENT", also="dfe-workforce/"),
    Case("empty", WORKFORCE, becomes(b""), "E_EMPTY"),
    Case("only a byte order mark", WORKFORCE, becomes(b"\xef\xbb\xbf"), "E_EMPTY"),
    Case("only empty lines", WORKFORCE, becomes(b"\n\n\n"), "E_EMPTY"),
    Case("header only", WORKFORCE, lambda whole: whole[: whole.index(b"\n") + 1], "E_NO_ROWS"),
    Case("a web page", WORKFORCE, becomes(b"\n<!DOCTYPE html><title>Sign in</title>"), "E_MAGIC", also="a web page"),
    Case("a ZIP file", WORKFORCE, becomes(zipped("data.csv", "1,2")), "E_MAGIC", also="this is a ZIP file, not a CSV"),
    Case("an Excel workbook", WORKFORCE, becomes(excel(A1="x")), "E_MAGIC", also="this is an Excel workbook"),
    Case("a cut Excel workbook", WORKFORCE, becomes(excel(A1="x")[:99]), "E_MAGIC", also="this is a ZIP file"),
    Case("an OpenDocument file", WORKFORCE, becomes(spreadsheet(OFFICIAL)), "E_MAGIC", also="an OpenDocument file"),
    Case("an old Excel workbook", WORKFORCE, becomes(OLD_EXCEL), "E_MAGIC", also="this is an old Excel workbook"),
    Case("a gzip file", WORKFORCE, gzip.compress, "E_MAGIC", also="a gzip file"),
    Case("a PDF", WORKFORCE, becomes(b"%PDF-1.7\n"), "E_MAGIC", also="a PDF"),
    Case("JSON", WORKFORCE, becomes(b'{"errors": [{"code": 404}]}'), "E_MAGIC", also="JSON"),
    Case("a list in JSON", WORKFORCE, becomes(b'\n[{"error": 404}]'), "E_MAGIC", also="JSON"),
    Case(
        "a Git LFS pointer", WORKFORCE, becomes(b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n"),
        "E_MAGIC", also="a Git LFS pointer, which only says where the file is",
    ),
    Case(
        "words that it has moved", WORKFORCE, becomes(b"This data set has moved.\n"), "E_DELIMITER", 1,
        also="'This data set has moved.'",
    ),
    Case("UTF-16 that does not say so", WORKFORCE, lambda whole: whole.decode().encode("utf-16-le"), "E_NUL", 1),
    Case(
        "UTF-16 cut in a letter", WORKFORCE, lambda whole: whole.decode().encode("utf-16")[:-1], "E_ENCODING", 8,
        also="is not UTF-16",
    ),
    Case("a byte that is not UTF-8", WORKFORCE, before_line(4, b"\xe9"), "E_ENCODING", 4, also="(0xe9) is not UTF-8"),
    Case(
        "a pound sign of Windows", WORKFORCE, before_line(4, b"\xa3"), "E_ENCODING", 4,
        also="in Windows-1252 it would be '£'",
    ),
    Case(
        "a dash of Windows", WORKFORCE, before_line(4, b"\x96"), "E_ENCODING", 4, also="Windows-1252 it would be '–'",
    ),
    Case("a NUL", WORKFORCE, before_line(5, b"\0"), "E_NUL", 5),
    Case("cut in a row", WORKFORCE, lambda whole: whole[:-30], "E_FIELD_COUNT", 8, also="cut"),
    Case("cut in a row of the middle", POPULATION, lambda whole: whole[:400], "E_FIELD_COUNT", 4, also="cut"),
    Case("cut before the last line's end", WORKFORCE, lambda whole: whole[:-1], "E_CUT", 8),
    Case("cut within the last number", WORKFORCE, lambda whole: whole[:-2], "E_CUT", 8),
    # What nobody sees
    Case("a space of no width", WORKFORCE, cell(4, "la_name", "Le\u200beds"), "E_HIDDEN", 4, also="U+200B"),
    Case("text turned around", WORKFORCE, cell(4, "la_name", "\u202esdeeL"), "E_HIDDEN", 4, also="U+202E"),
    Case("a control character", WORKFORCE, cell(4, "la_name", "Leeds\x07"), "E_HIDDEN", 4, also="U+0007"),
    Case("a byte order mark inside", WORKFORCE, before_line(5, b"\xef\xbb\xbf"), "E_HIDDEN", 5, also="U+FEFF"),
    Case(
        "a space of no width in a sheet", BOOK, book(OFFICIAL, "Camden", "Cam\u200bden"),
        "E_HIDDEN", 5, "Local authority name", r"'Cam\u200bden'",
    ),
    # Rows and columns
    Case("a field too many", WORKFORCE, before_line(5, b"2025,"), "E_FIELD_COUNT", 5, also="fields where"),
    Case("a field too few", WORKFORCE, with_(",Camden,", ","), "E_FIELD_COUNT", 5, also="may be cut"),
    Case("a comma in a number", WORKFORCE, with_(",8000,", ",8,000,"), "E_FIELD_COUNT", 2),
    Case("an unclosed quote", WORKFORCE, with_(",Camden,", ',"Camden,'), "E_QUOTES", 5),
    Case("a quote within a field", WORKFORCE, with_(",Camden,", ',"Cam"den,'), "E_QUOTES", 5),
    Case("a backslash before a quote", WORKFORCE, with_(",Camden,", r',"Cam\"den",'), "E_QUOTES", 5),
    Case("a field of 20 MB", WORKFORCE, with_("Camden", "Camden" * 3_500_000), "E_FIELD_SIZE", 5),
    Case("a field of a book's length", WORKFORCE, with_("Camden", "Camden " * 2_000), "E_FIELD_SIZE", 5),
    Case("semicolons", WORKFORCE, with_(",", ";"), "E_DELIMITER", 1),
    Case("tabs", WORKFORCE, with_(",", "\t"), "E_DELIMITER", 1),
    Case(
        "a title above", WORKFORCE, before_line(1, b"Social workers\n\n"), "E_DELIMITER", 1,
        also="'Social workers' is one field: a header with commas between its fields is expected, and no title above",
    ),
    Case("a title and empty fields above", WORKFORCE, before_line(1, b"Social workers,,,,\n"), "E_HEADER", 1),
    Case(
        "a title with a comma above", WORKFORCE, before_line(1, b"Social workers, 2017 to 2025\n"), "E_FIELD_COUNT", 2,
        also="or a title where the header should be",
    ),
    Case(
        "a note below", WORKFORCE, lambda whole: whole + b"Source: made up\n", "E_FIELD_COUNT", 9,
        also="('Source: made up'); the file may be cut, or have notes below its table",
    ),
    Case(
        "a note and empty fields below", WORKFORCE, lambda whole: whole + b"Source" + b"," * commas(whole) + b"\n",
        "E_LEVEL", 9, "geographic_level",
    ),
    Case("two files in one", WORKFORCE, lambda whole: whole + whole, "E_SECOND_HEADER", 9),
    Case(
        "50,000 columns", WORKFORCE, lambda whole: b",".join(b"c%d" % n for n in range(50_000)) + b"\n" + whole,
        "E_TOO_LARGE", also="50000 columns; at most 500",
    ),
    Case("a column twice", WORKFORCE, with_("cases,", "vacancy_fte,"), "E_DUP_COLUMN", 1, "vacancy_fte"),
    Case("a column less", WORKFORCE, without("vacancy_rate_fte"), "E_MISSING_COLUMN", None, "vacancy_rate_fte"),
    Case(
        "a renamed column", WORKFORCE, with_("vacancy_rate_fte", "vacancy_rate_fte_%"),
        "E_MISSING_COLUMN", None, "vacancy_rate_fte", "the nearest is 'vacancy_rate_fte_%'",
    ),
    Case(
        "a column in capitals", WORKFORCE, with_("vacancy_rate_fte", "VACANCY_RATE_FTE"),
        "E_MISSING_COLUMN", None, "vacancy_rate_fte", "the nearest is 'VACANCY_RATE_FTE'",
    ),
    Case(
        "spaces in a column's name", WORKFORCE, with_("vacancy_rate_fte", "vacancy rate fte "),
        "E_MISSING_COLUMN", None, "vacancy_rate_fte", "the nearest is 'vacancy rate fte '",
    ),
    *(Case(f"no column {column}", WORKFORCE, without(column), "E_MISSING_COLUMN", None, column) for column in STANDARD),
    Case(
        "a renamed part", WORKFORCE, with_("case_holders_fte", "holders"), "E_MISSING_COLUMN", None, "case_holders_fte",
    ),
    Case("no numbers of authorities", WORKFORCE, without("old_la_code"), "E_MISSING_COLUMN", None, "old_la_code"),
    Case("a model without ranks", NEIGHBOURS, without("SN_10P"), "E_MISSING_COLUMN", None, "SN_10P"),
    Case("a record without dates", REPORTS, without("publication_date"), "E_MISSING_COLUMN", None, "publication_date"),
    # What a cell says
    Case("an unknown symbol", WORKFORCE, cell(4, "vacancy_rate_fte", "n"), "E_SYMBOL", 4, "vacancy_rate_fte", "'n'"),
    Case("an empty cell", WORKFORCE, cell(4, "caseload_fte", ""), "E_SYMBOL", 4, "caseload_fte"),
    *(
        Case(f"a cell that says {text[:9]}", WORKFORCE, cell(4, "cases", text), "E_SYMBOL", 4, "cases", repr(text))
        for text in NO_NUMBERS
    ),
    Case("a thousands separator", WORKFORCE, cell(2, "cases", "8,000"), "E_SYMBOL", 2, "cases", "'8,000'"),
    Case("a percent sign", WORKFORCE, cell(4, "agency_rate_fte", "10%"), "E_SYMBOL", 4, "agency_rate_fte"),
    Case("a number in other digits", WORKFORCE, cell(4, "cases", "١٥٠٠"), "E_SYMBOL", 4, "cases"),
    Case("not a number", WORKFORCE, cell(4, "cases", "NaN"), "E_SYMBOL", 4, "cases"),
    Case("a symbol in capitals", WORKFORCE, cell(5, "absence_rate_fte", "C"), "E_SYMBOL", 5, "absence_rate_fte"),
    Case("a negative count", WORKFORCE, cell(4, "vacancy_fte", "-20"), "E_NEGATIVE", 4, "vacancy_fte", "'-20'"),
    Case("a negative rate", REPEAT_PLANS, cell(3, "CPP_subsequent_percent", "-1"), "E_NEGATIVE", 3),
    Case("over 100 %", WORKFORCE, cell(6, "vacancy_rate_fte", "100.1"), "E_OVER_100", 6, "vacancy_rate_fte", "'100.1'"),
    # Whom and when a row is for
    Case("an unknown authority", WORKFORCE, cell(4, "old_la_code", "999"), "E_UNKNOWN_LA", 4, "old_la_code", "'999'"),
    Case(
        "a new council", WORKFORCE, cells(4, old_la_code="950", new_la_code="E06000099", la_name="Surrey East"),
        "E_UNKNOWN_LA", 4, "old_la_code",
        "If it is a new council, add it to data/local_authorities.csv and data/successions.csv.",
    ),
    Case("a number without its zero", WORKFORCE, cell(4, "old_la_code", "83"), "E_UNKNOWN_LA", 4, also="'83'"),
    Case(
        "a council that is not available", WORKFORCE,
        cells(4, old_la_code="x", new_la_code="x", la_name="Not available"), "E_UNKNOWN_LA", 4, "old_la_code", "'x'",
    ),
    Case("a number not available", WORKFORCE, cell(4, "old_la_code", "z"), "E_UNKNOWN_LA", 4, "old_la_code", "'z'"),
    Case(
        "England as a council", WORKFORCE, cell(2, "geographic_level", "Local authority"),
        "E_LEVEL", 2, "geographic_level",
    ),
    Case("a total as a council", WORKFORCE, cell(4, "old_la_code", "Total"), "E_UNKNOWN_LA", 4, also="'Total'"),
    Case("all as a council's name", WORKFORCE, cell(4, "la_name", "All"), "E_NAME", 4, "la_name", "'All'"),
    Case(
        "a council as England", WORKFORCE, cell(4, "geographic_level", "National"),
        "E_LEVEL", 4, "region_code", "stands in a row that calls itself National",
    ),
    Case(
        "a council as a region", WORKFORCE, cell(4, "geographic_level", "Regional"),
        "E_LEVEL", 4, "old_la_code", "stands in a row that calls itself Regional",
    ),
    Case(
        "another region", WORKFORCE, cells(4, region_code="E12000004", region_name="East Midlands"),
        "E_REGION", 4, "region_code", "383 is put into 'E12000004', but is in E12000003",
    ),
    Case("no region", WORKFORCE, cells(4, region_code="", region_name=""), "E_REGION", 4, "region_code"),
    Case("another region's name", WORKFORCE, cell(3, "region_name", "London"), "E_NAME", 3, "region_name", "'London'"),
    Case("no name of a region", WORKFORCE, cell(3, "region_name", ""), "E_NAME", 3, "region_name"),
    Case("another country's name", WORKFORCE, cell(2, "country_name", "Wales"), "E_NAME", 2, "country_name", "'Wales'"),
    Case("an unknown region", WORKFORCE, cell(3, "region_code", "E12000099"), "E_UNKNOWN_LA", 3, "region_code"),
    Case("another country", WORKFORCE, cell(2, "country_code", "W92000004"), "E_UNKNOWN_LA", 2, "country_code"),
    Case("half a joint return unknown", WORKFORCE, cell(6, "old_la_code", "314 / 999"), "E_UNKNOWN_LA", 6),
    Case("another council's name", WORKFORCE, cell(4, "la_name", "Bradford"), "E_NAME", 4, "la_name", "'Bradford'"),
    Case("another council's code", WORKFORCE, cell(4, "new_la_code", "E08000032"), "E_CODE", 4, "new_la_code"),
    Case("no name", WORKFORCE, cell(4, "la_name", ""), "E_NAME", 4, "la_name"),
    Case("no code", WORKFORCE, cell(4, "new_la_code", ""), "E_CODE", 4, "new_la_code"),
    Case(
        "a look-alike letter in a code", WORKFORCE, cell(4, "new_la_code", "\u041508000035"),
        "E_CODE", 4, "new_la_code", r"'\u041508000035'",
    ),
    Case(
        "a look-alike letter in a name", WORKFORCE, cell(4, "la_name", "L\u0435eds"),
        "E_NAME", 4, "la_name", r"'L\u0435eds'",
    ),
    Case(
        "a formula as a name", WORKFORCE, cell(4, "la_name", "=cmd|' /C calc'!A0"), "E_NAME", 4, "la_name", "=cmd",
    ),
    Case(
        "an ended council", WORKFORCE, cell(8, "time_period", "2024"), "E_ENDED_LA", 8, "time_period", "31 March 2023",
    ),
    Case(
        "districts", WORKFORCE, cell(4, "geographic_level", "Local authority district"),
        "E_LEVEL", 4, "geographic_level",
    ),
    Case("no number", WORKFORCE, cell(4, "old_la_code", ""), "E_LEVEL", 4),
    Case("a financial year", WORKFORCE, cell(4, "time_period", "202526"), "E_PERIOD", 4, "time_period", "'202526'"),
    Case("a year with a dash", WORKFORCE, cell(4, "time_period", "2025-26"), "E_PERIOD", 4, "time_period"),
    Case("a year with a stroke", WORKFORCE, cell(4, "time_period", "2024/25"), "E_PERIOD", 4, "time_period"),
    Case("a month", WORKFORCE, cell(4, "time_period", "Mar-25"), "E_PERIOD", 4, "time_period", "'Mar-25'"),
    Case("all years", WORKFORCE, cell(4, "time_period", "All"), "E_PERIOD", 4, "time_period", "'All'"),
    Case("a year a century ahead", WORKFORCE, cell(4, "time_period", "2125"), "E_PERIOD", 4, "time_period", "'2125'"),
    Case(
        "two kinds of year", WORKFORCE, cell(4, "time_identifier", "Calendar year"),
        "E_PERIOD", 4, "time_identifier", "'Calendar year' is not 'Reporting year'",
    ),
    Case("no kind of year", WORKFORCE, cell(4, "time_identifier", "Yearly"), "E_PERIOD", 4, "time_identifier"),
    Case("a year long ago", WORKFORCE, cell(4, "time_period", "1925"), "E_PERIOD", 4, "time_period"),
    Case("a year to come", WORKFORCE, cell(4, "time_period", "2052"), "E_PERIOD", 4, "time_period"),
    Case("no year", WORKFORCE, cell(4, "time_period", ""), "E_PERIOD", 4, "time_period"),
    Case("another kind of year", WORKFORCE, with_("Reporting", "Academic"), "E_PERIOD", 2, "time_identifier"),
    Case(
        "a row twice with another value", WORKFORCE, line_again(4, vacancy_rate_fte="11"),
        "E_DUP_KEY", 9, also="383 2025 stands here and on line 4",
    ),
    Case(
        "a council alone and in a joint return", WORKFORCE,
        line_again(6, old_la_code="314", new_la_code="E09000021", la_name="Kingston upon Thames"),
        "E_DUP_KEY", 9, also="314 2025 stands here and on line 6",
    ),
    Case("an unknown neighbour", NEIGHBOURS, cell(2, "SN_3", "999"), "E_UNKNOWN_LA", 2, "SN_3", "'999'"),
    Case("neighbours of nobody", NEIGHBOURS, cell(3, "old_la_code", "999"), "E_UNKNOWN_LA", 3, "old_la_code", "'999'"),
    Case("a neighbour twice", NEIGHBOURS, cell(2, "SN_3", "851"), "E_DUP_KEY", 2, "SN_3", "851"),
    Case("itself a neighbour", NEIGHBOURS, cell(2, "SN_3", "383"), "E_DUP_KEY", 2, "SN_3", "'old_la_code'"),
    Case(
        "neighbours twice", NEIGHBOURS, line_again(2, SN_3="371"),
        "E_DUP_KEY", 4, also="383 stands here and on line 2",
    ),
    Case("another word for close", NEIGHBOURS, cell(2, "SN_1P", "Near"), "E_SYMBOL", 2, "SN_1P", "'Near'"),
    # Inspections
    Case(
        "an unknown council", REPORTS, with_("leeds,https://example.org/3", "loidis,https://example.org/3"),
        "E_UNKNOWN_LA", 4, also="'loidis'",
    ),
    Case("no council", REPORTS, cell(3, "local_authority", ""), "E_UNKNOWN_LA", 3),
    Case(
        "an unknown grade", REPORTS, cell(3, "impact_of_leaders_grade", "splendid"),
        "E_GRADE", 3, "impact_of_leaders_grade", "'splendid'",
    ),
    Case("no such day", REPORTS, cell(3, "publication_date", "31/06/26"), "E_DATE", 3, "publication_date"),
    Case("no date", REPORTS, cell(3, "publication_date", ""), "E_DATE", 3, "publication_date"),
    Case(
        "a report to come", REPORTS, cell(3, "publication_date", f"{TOMORROW:%d/%m/%y}"),
        "E_DATE", 3, "publication_date",
    ),
    Case("an inspection to come", REPORTS, cell(3, "inspection_start_date", f"{TOMORROW:%d/%m/%Y}"), "E_DATE", 3),
    Case("published before it started", REPORTS, cell(3, "publication_date", "10/04/26"), "E_DATE", 3),
    Case(
        "no overall judgement before the reform", REPORTS, cell(3, "inspection_start_date", "11/05/2025"), "E_GRADE", 3,
    ),
    Case(
        "two inspections the same day", REPORTS, line_again(3, inspection_link="https://example.org/4"),
        "E_DUP_KEY", 9, also="383-2026-08-20 stands here and on line 3",
    ),
    # Spreadsheets
    Case("text, not a spreadsheet", BOOK, becomes(synthetic.WORKFORCE), "E_MAGIC"),
    Case("a cut spreadsheet", BOOK, lambda whole: whole[: len(whole) // 2], "E_SPREADSHEET"),
    Case("a ZIP file, not a spreadsheet", BOOK, becomes(zipped(CONTENT, "1,2")), "E_SPREADSHEET"),
    Case("another document, not a spreadsheet", BOOK, becomes(zipped(CONTENT, "<x/>")), "E_SPREADSHEET"),
    Case("a web page, not a spreadsheet", BOOK, becomes(b"<!DOCTYPE html>"), "E_MAGIC", also="this is a web page"),
    Case("an old Excel workbook for a new one", BOOK, becomes(OLD_EXCEL), "E_MAGIC", also="an old Excel workbook"),
    Case(
        "a workbook locked by Excel", BOOK, becomes(OLD_EXCEL + "EncryptedPackage".encode("utf-16-le")),
        "E_LOCKED", also="locked with a password",
    ),
    Case(
        "a workbook locked by LibreOffice", BOOK,
        member("META-INF/manifest.xml", "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"),
        "E_LOCKED", also="locked with a password",
    ),
    Case("a locked member", BOOK, member(CONTENT, "<x/>", flag_bits=1), "E_LOCKED", also="locked with a password"),
    Case("a macro of LibreOffice", BOOK, member("Basic/Standard/Module1.xml"), "E_MACROS", also="Basic/Standard"),
    Case("a macro of Excel", BOOK, member("xl/vbaProject.bin"), "E_MACROS", also="(xl/vbaProject.bin)"),
    Case("a bomb", BOOK, member("media/image1.png", bytes(3_000_000)), "E_ZIP_SIZE", also="times as much as is packed"),
    Case(
        "a bomb of many members", BOOK, member("media/", times=2_000), "E_ZIP_SIZE", also="in 2003 members",
    ),
    Case(
        "a bomb of large members", BOOK, member("media/1.png", file_size=600_000_000, compress_size=6_000_000),
        "E_ZIP_SIZE", also="it unpacks to 600,0",
    ),
    Case(
        "a member larger than it says", BOOK, member(CONTENT, "<x/>" * 5_000, file_size=100), "E_SPREADSHEET",
        also="content.xml",
    ),
    Case("a member above", BOOK, member("../../x"), "E_ZIP_NAME", also="'../../x'"),
    Case("a member above, as Windows says it", BOOK, member("..\\..\\x"), "E_ZIP_NAME"),
    Case("a member from the root", BOOK, member("/etc/cron.d/x"), "E_ZIP_NAME", also="'/etc/cron.d/x'"),
    Case("a member on a drive", BOOK, member("C:x"), "E_ZIP_NAME", also="'C:x'"),
    Case(
        "a member that leads elsewhere", BOOK, member("x", "content.xml", external_attr=(stat.S_IFLNK | 0o777) << 16),
        "E_ZIP_NAME", also="'x'",
    ),
    Case("a member twice", BOOK, member("mimetype/"), "E_ZIP_NAME", also="there twice"),
    Case("an entity that is a file", BOOK, becomes(declaring(ELSEWHERE, "file")), "E_ENTITIES"),
    Case("a billion laughs", BOOK, becomes(declaring(LAUGHS, "a9")), "E_ENTITIES"),
    Case(
        "entities in another member", BOOK, member("styles.xml", f"<!DOCTYPE x [{LAUGHS}]><x>&a9;</x>"), "E_ENTITIES",
    ),
    Case(
        "a million rows in a few bytes", BOOK, before_history(f"{ROWS_REPEATED}{COLUMNS_REPEATED}</table:table-cell>"),
        "E_TOO_LARGE", also="it stands for more than 5000000 cells",
    ),
    Case(
        "a table far below", BOOK, before_history(f"{ROWS_REPEATED}<table:table-cell/>"),
        "E_TOO_LARGE", also="it stands for more than 5000000 cells",
    ),
    Case("a cell far away in Excel", BOOK, becomes(excel(A1="x", XFD1048576="x")), "E_TOO_LARGE"),
    Case("cells merged in a row", BOOK, merged("Camden"), "E_NAME", 5, also="None"),
    Case("headings merged", BOOK, merged("Overall effectiveness"), "E_MISSING_COLUMN", None, "Overall effectiveness"),
    Case(
        "a renamed sheet", BOOK, sheet_named("ILACS_inspection_history", "ILACS history"),
        "E_SHEET", also="the sheets are Notes, ILACS history, Inspections_as_at_31_March",
    ),
    Case("no header", BOOK, book(OFFICIAL, "Local authority area code", "Area"), "E_HEADER"),
    Case(
        "a renamed heading", BOOK, book(OFFICIAL, "Overall effectiveness", "Overall"),
        "E_MISSING_COLUMN", None, "Overall effectiveness", "the nearest is 'Overall'",
    ),
    Case("a heading twice", BOOK, book(OFFICIAL, "Publication date", "Inspection date"), "E_DUP_COLUMN", 1),
    Case("an unknown grade in a sheet", BOOK, book(OFFICIAL, "Outstanding", "Exceptional"), "E_GRADE", 5),
    Case("an unknown code", BOOK, book(OFFICIAL, "E09000007", "E09000099"), "E_UNKNOWN_LA", 5),
    Case("a code with another name", BOOK, book(OFFICIAL, "Camden", "Brent"), "E_NAME", 5),
    Case(
        "another kind of inspection", BOOK, book(OFFICIAL, "ILACS Standard Inspection", "Visit"),
        "E_INSPECTION_TYPE", 4,
    ),
    Case("an inspection to come in a sheet", BOOK, book(OFFICIAL, "2024-06-04", f"{TOMORROW:%Y-%m-%d}"), "E_DATE", 5),
    Case("no date in a sheet", BOOK, book(OFFICIAL, "2024-06-04", ""), "E_DATE", 5, "Publication date"),
    Case("the same day twice in a sheet", BOOK, history_again(5, "Inadequate"), "E_DUP_KEY", 6, also="line 5"),
    Case("an unknown council of before", OLD_BOOK, book(SINGLE, "Leeds", "Loidis"), "E_UNKNOWN_LA", 3, also="'Loidis'"),
    Case("an unknown grade of before", OLD_BOOK, book(SINGLE, "Inadequate", "Poor"), "E_GRADE", 8, also="'Poor'"),
)  # fmt: skip


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the releases of the made-up files, none of them damaged, and a last good database.

    Of sources without a made-up file it has England's and Leeds's rows of the committed release: less to read.
    """
    folder = tmp_path_factory.mktemp("sound")
    data = copied_data(folder / "data")
    published = synthetic.write(folder / "published")
    for source in synthetic.SOURCES:
        extract(source, published, data / "releases")
    for source in all_sources():
        if source not in synthetic.SOURCES:
            cells = releases.read(builder.DATA / "releases", source).frame
            few = pl.col("text").is_in(["National", "Leeds"]).any().over("file", "sheet", "line")
            kept = cells.filter(few)
            (cells if kept.is_empty() else kept).write_parquet(releases.path(data / "releases", source.release))
    releases.seal(data / "releases")
    (data / builder.DATABASE).write_bytes(LAST_GOOD)
    return data


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "data"))


def source_of(file: str) -> str:
    return next(source.id for source in synthetic.SOURCES for one in source.release.files if one.name == file)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_a_damaged_file_is_refused_by_name_with_its_place_and_a_remedy(
    case: Case, data: Path, tmp_path: Path, command: Command
) -> None:
    whole = next(content for path, content in synthetic.FILES.items() if path.endswith(case.file))
    published = synthetic.write(tmp_path / "published", {case.file: case.damage(whole)})
    before = files_of(data)

    ran = command("extract", source_of(case.file), "--from", published, "--data", data)
    if ran.status == 0:
        before |= {name: content for name, content in files_of(data).items() if name.startswith("releases")}
        ran = command("build", "--data", data)

    said = ran.err.strip()
    assert ran.status == 2
    assert said.startswith(f"{case.rule}: "), said
    assert case.file in said.split(": ")[1]
    assert re.search(rf"line {case.line}\b", said) if case.line else "line" not in said.split(": ")[1], said
    assert not case.column or f"column {case.column!r}" in said, said
    assert case.also in said
    assert REMEDY.search(said), said
    assert "Traceback" not in said
    assert files_of(data) == before  # the last good database and releases, and no draft of either


def test_the_same_files_undamaged_are_let_in_and_only_found_to_be_made_up(
    data: Path, tmp_path: Path, command: Command
) -> None:
    published = synthetic.write(tmp_path / "published")
    sources = [source.id for source in synthetic.SOURCES]
    assert command("extract", *sources, "--from", published, "--data", data).status == 0
    ran = command("build", "--data", data)
    assert ran.status == 2
    # Invented plans are not those that the Department's own table of the year before counts.
    assert ran.err.strip().startswith("E_UNPROVED: Children in need, reporting year 2024")
    assert "another table has 5,000" in ran.err
    assert (data / builder.DATABASE).read_bytes() == LAST_GOOD


def test_a_file_cut_between_two_rows_is_refused_and_found_by_the_checks_if_it_is_let_in(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copied_data(tmp_path / "data")
    (data / builder.DATABASE).write_bytes(LAST_GOOD)
    before = files_of(data)
    whole = releases.read(data / "releases", SOCIAL_WORKERS).table(WORKFORCE)
    (tmp_path / "dfe-workforce").mkdir()
    whole.drop("line").head(99).write_csv(tmp_path / "dfe-workforce" / WORKFORCE)
    told = ("extract", "social_work_workforce", "--from", tmp_path, "--data", data)
    ran = command(*told)
    assert ran.status == 2
    assert ran.err.strip().startswith("E_LOST_ROWS: ")
    assert files_of(data) == before
    assert command(*told, "--accept-missing").status == 0
    monkeypatch.setattr(builder, "all_sources", lambda: few_sources(SOCIAL_WORKERS.id))
    ran = command("build", "--data", data)
    assert ran.status == 2
    assert "E_CHECK release_has_authorities: not so" in ran.err
    assert (data / builder.DATABASE).read_bytes() == LAST_GOOD


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        pytest.param(None, "E_RELEASE_ABSENT", id="absent"),
        pytest.param(0, "E_RELEASE_DAMAGED", id="empty"),
        pytest.param(2_000, "E_RELEASE_DAMAGED", id="truncated"),
    ],
)
def test_a_release_that_is_not_whole_stops_the_build(
    data: Path, command: Command, monkeypatch: pytest.MonkeyPatch, damage: int | None, rule: str
) -> None:
    monkeypatch.setattr(builder, "all_sources", lambda: few_sources(SOCIAL_WORKERS.id))
    where = data / "releases" / "social_work_workforce_2025.parquet"
    if damage is None:
        where.unlink()
    else:
        where.write_bytes(where.read_bytes()[:damage])
    before = files_of(data)
    ran = command("build", "--data", data)
    assert ran.status == 2
    assert ran.err.strip().startswith(f"{rule}: social_work_workforce_2025.parquet: ")
    assert "estore it from git" in ran.err
    assert files_of(data) == before
