"""Every kind of damaged file is refused by name, with its place and a remedy; the last good database is served on.

Each case damages one small, made-up file and runs `extract` of its source and then `build`, as a person would.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from etl import build, releases
from etl.extract import extract
from etl.sources import all_sources
from etl.sources.social_work_workforce import SOURCE as SOCIAL_WORKERS
from tests.conftest import NOT_COMMITTED
from tests.etl import synthetic
from tests.etl.conftest import Command
from tests.etl.synthetic import OFFICIAL, SINGLE, Sheet, spreadsheet

Damage = Callable[[bytes], bytes | None]

WORKFORCE = "csww_indicators_2017_to_2025.csv"
POPULATION = "ons_mid-year_population_estimates_2012_to_2024.csv"
REPEAT_PLANS = "d3_cpps_subsequent_plan_2013_to_2025.csv"
NEIGHBOURS = "sn_model_2025_wide.csv"
REPORTS = "ofsted_csc_ilacs_history.csv"
BOOK = "LA_Inspection_Outcomes_as_at_31_March_2025.ods"
OLD_BOOK = "Childrens_social_care_in_England_2023_underlying_data.ods"
LAST_GOOD = b"the last good database"
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


def zipped(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, synthetic.WORKFORCE)
    return content.getvalue()


CASES = (
    # The file as a whole
    Case("absent", WORKFORCE, becomes(None), "E_FILE_ABSENT", also="dfe-workforce/"),
    Case("empty", WORKFORCE, becomes(b""), "E_EMPTY"),
    Case("only a byte order mark", WORKFORCE, becomes(b"\xef\xbb\xbf"), "E_EMPTY"),
    Case("only empty lines", WORKFORCE, becomes(b"\n\n\n"), "E_EMPTY"),
    Case("header only", WORKFORCE, lambda whole: whole[: whole.index(b"\n") + 1], "E_NO_ROWS"),
    Case("a web page", WORKFORCE, becomes(b"\n<!DOCTYPE html><title>Sign in</title>"), "E_MAGIC", also="a web page"),
    Case("a ZIP file", WORKFORCE, becomes(zipped("data.csv")), "E_MAGIC", also="a ZIP or spreadsheet"),
    Case("a gzip file", WORKFORCE, gzip.compress, "E_MAGIC", also="a gzip file"),
    Case("a PDF", WORKFORCE, becomes(b"%PDF-1.7\n"), "E_MAGIC", also="a PDF"),
    Case("JSON", WORKFORCE, becomes(b'{"errors": [{"code": 404}]}'), "E_MAGIC", also="JSON"),
    Case("another encoding", WORKFORCE, lambda whole: whole.decode().encode("utf-16"), "E_ENCODING", 1),
    Case("a byte that is not UTF-8", WORKFORCE, before_line(4, b"\xe9"), "E_ENCODING", 4),
    Case("a NUL", WORKFORCE, before_line(5, b"\0"), "E_NUL", 5),
    Case("cut in a row", WORKFORCE, lambda whole: whole[:-30], "E_FIELD_COUNT", 8, also="cut"),
    Case("cut in a row of the middle", POPULATION, lambda whole: whole[:400], "E_FIELD_COUNT", 4, also="cut"),
    Case("cut before the last line's end", WORKFORCE, lambda whole: whole[:-1], "E_CUT", 8),
    Case("cut within the last number", WORKFORCE, lambda whole: whole[:-2], "E_CUT", 8),
    # Rows and columns
    Case("a field too many", WORKFORCE, before_line(5, b"2025,"), "E_FIELD_COUNT", 5, also="fields where"),
    Case("a comma in a number", WORKFORCE, with_(",8000,", ",8,000,"), "E_FIELD_COUNT", 2),
    Case("an unclosed quote", WORKFORCE, with_(",Camden,", ',"Camden,'), "E_QUOTES", 5),
    Case("a quote within a field", WORKFORCE, with_(",Camden,", ',"Cam"den,'), "E_QUOTES", 5),
    Case("a field of a book's length", WORKFORCE, with_("Camden", "Camden " * 2_000), "E_FIELD_SIZE", 5),
    Case("semicolons", WORKFORCE, with_(",", ";"), "E_DELIMITER", 1),
    Case("a column twice", WORKFORCE, with_("cases,", "vacancy_fte,"), "E_DUP_COLUMN", 1, "vacancy_fte"),
    Case("a column less", WORKFORCE, without("vacancy_rate_fte"), "E_MISSING_COLUMN", None, "vacancy_rate_fte"),
    Case(
        "a renamed column", WORKFORCE, with_("vacancy_rate_fte", "vacancy_rate_fte_%"),
        "E_MISSING_COLUMN", None, "vacancy_rate_fte", "the nearest is 'vacancy_rate_fte_%'",
    ),
    Case(
        "a renamed part", WORKFORCE, with_("case_holders_fte", "holders"), "E_MISSING_COLUMN", None, "case_holders_fte",
    ),
    Case("no numbers of authorities", WORKFORCE, without("old_la_code"), "E_MISSING_COLUMN", None, "old_la_code"),
    Case("a model without ranks", NEIGHBOURS, without("SN_10P"), "E_MISSING_COLUMN", None, "SN_10P"),
    Case("a record without dates", REPORTS, without("publication_date"), "E_MISSING_COLUMN", None, "publication_date"),
    # What a cell says
    Case("an unknown symbol", WORKFORCE, cell(4, "vacancy_rate_fte", "n"), "E_SYMBOL", 4, "vacancy_rate_fte", "'n'"),
    Case("an empty cell", WORKFORCE, cell(4, "caseload_fte", ""), "E_SYMBOL", 4, "caseload_fte"),
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
    Case("an unknown region", WORKFORCE, cell(3, "region_code", "E12000099"), "E_UNKNOWN_LA", 3, "region_code"),
    Case("another country", WORKFORCE, cell(2, "country_code", "W92000004"), "E_UNKNOWN_LA", 2, "country_code"),
    Case("half a joint return unknown", WORKFORCE, cell(6, "old_la_code", "314 / 999"), "E_UNKNOWN_LA", 6),
    Case("another council's name", WORKFORCE, cell(4, "la_name", "Bradford"), "E_NAME", 4, "la_name", "'Bradford'"),
    Case("another council's code", WORKFORCE, cell(4, "new_la_code", "E08000032"), "E_CODE", 4, "new_la_code"),
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
    Case("an unknown council", REPORTS, with_("3,leeds", "3,loidis"), "E_UNKNOWN_LA", 4, also="'loidis'"),
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
        "E_DUP_KEY", 5, also="383-2026-07-10 stands here and on line 3",
    ),
    # Spreadsheets
    Case("text, not a spreadsheet", BOOK, becomes(synthetic.WORKFORCE), "E_MAGIC"),
    Case("a cut spreadsheet", BOOK, lambda whole: whole[: len(whole) // 2], "E_SPREADSHEET"),
    Case("a ZIP file, not a spreadsheet", BOOK, becomes(zipped("content.xml")), "E_SPREADSHEET"),
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
    data = Path(shutil.copytree(build.DATA, folder / "data", ignore=NOT_COMMITTED))
    published = synthetic.write(folder / "published")
    for source in synthetic.SOURCES:
        extract(source, published, data / "releases")
    for source in all_sources():
        if source not in synthetic.SOURCES:
            cells = releases.read(build.DATA / "releases", source).frame
            few = pl.col("text").is_in(["National", "Leeds"]).any().over("file", "sheet", "line")
            kept = cells.filter(few)
            (cells if kept.is_empty() else kept).write_parquet(releases.path(data / "releases", source.release))
    (data / build.DATABASE).write_bytes(LAST_GOOD)
    return data


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "data"))


def source_of(file: str) -> str:
    return next(source.id for source in synthetic.SOURCES for one in source.release.files if one.name == file)


def files_of(data: Path) -> dict[str, bytes]:
    return {str(path.relative_to(data)): path.read_bytes() for path in data.rglob("*") if path.is_file()}


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


def test_the_same_files_undamaged_are_read_and_only_missed_for_not_being_all_of_england(
    data: Path, command: Command
) -> None:
    ran = command("build", "--data", data)
    assert ran.status == 2
    said = {line.split(":")[0] for line in ran.err.strip().splitlines()}
    assert said >= {"E_CHECK judgements", "E_CHECK neighbours", "E_CHECK release_has_authorities"}
    assert all(rule.startswith("E_CHECK ") for rule in said)
    assert (data / build.DATABASE).read_bytes() == LAST_GOOD


def test_a_file_cut_between_two_rows_is_found_by_the_checks(
    database_path: Path, tmp_path: Path, command: Command
) -> None:
    data = Path(shutil.copytree(database_path.parent, tmp_path / "data"))
    last_good = (data / build.DATABASE).read_bytes()
    whole = releases.read(data / "releases", SOCIAL_WORKERS).table(WORKFORCE)
    (tmp_path / "dfe-workforce").mkdir()
    whole.drop("line").head(99).write_csv(tmp_path / "dfe-workforce" / WORKFORCE)
    assert command("extract", "social_work_workforce", "--from", tmp_path, "--data", data).status == 0
    ran = command("build", "--data", data)
    assert ran.status == 2
    assert "E_CHECK release_has_authorities: not so" in ran.err
    assert (data / build.DATABASE).read_bytes() == last_good


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        pytest.param(None, "E_RELEASE_ABSENT", id="absent"),
        pytest.param(0, "E_RELEASE_DAMAGED", id="empty"),
        pytest.param(2_000, "E_RELEASE_DAMAGED", id="truncated"),
    ],
)
def test_a_release_that_is_not_whole_stops_the_build(
    data: Path, command: Command, damage: int | None, rule: str
) -> None:
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
