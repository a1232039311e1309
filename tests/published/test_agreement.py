"""The database agrees with what was published: figures typed by hand from the files, and every cell read again."""

from __future__ import annotations

import csv
import hashlib
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterator
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl import build, releases
from etl.areas import name_key
from etl.areas import read as read_areas
from etl.model import ENGLAND, File, Source
from etl.sources import all_sources

SEPTEMBER_2025, SEPTEMBER_2024, SEPTEMBER_2023 = date(2025, 9, 30), date(2024, 9, 30), date(2023, 9, 30)
MARCH_2025, MARCH_2024, MARCH_2022, MARCH_2021 = (date(year, 3, 31) for year in (2025, 2024, 2022, 2021))
NEWEST_REPORT = date(2026, 8, 20)

WORKFORCE = "csww_indicators_2017_to_2025.csv"
IN_NEED = "b1_children_in_need_2013_to_2025.csv"
REFERRALS = "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv"
REPEAT_PLANS = "d3_cpps_subsequent_plan_2013_to_2025.csv"
PLANS = "d5_cpps_at31march_by_duration_2013_to_2025.csv"
POPULATION = "ons_mid-year_population_estimates_2012_to_2024.csv"
REPORTS = "ofsted_csc_ilacs_history.csv"

LEEDS, KINGSTON, RICHMOND, HARTLEPOOL, SUNDERLAND = "383", "314", "318", "805", "394"
NORTH_NORTHAMPTONSHIRE, WEST_NORTHAMPTONSHIRE = "940", "941"
WESTMINSTER, KENSINGTON, HACKNEY, HAMPSHIRE, DONCASTER, NORFOLK = "213", "207", "204", "850", "371", "926"
CITY, SCILLY, CUMBERLAND, CUMBRIA = "201", "420", "942", "909"
LANCASHIRE, WAKEFIELD, ST_HELENS, STAFFORDSHIRE = "888", "384", "342", "860"
LONDON, INNER_LONDON, OUTER_LONDON = "E12000007", "E13000001", "E13000002"

# Typed by hand while reading the published files; the last two say where each is printed.
FIGURES = [
    ("vacancy_rate", ENGLAND, SEPTEMBER_2025, 14.2, WORKFORCE, 2),
    ("vacancies_fte", ENGLAND, SEPTEMBER_2025, 5965.4, WORKFORCE, 2),
    ("social_workers_fte", ENGLAND, SEPTEMBER_2025, 36186.3, WORKFORCE, 2),
    ("turnover_rate", ENGLAND, SEPTEMBER_2025, 11.8, WORKFORCE, 2),
    ("agency_rate", ENGLAND, SEPTEMBER_2025, 13.0, WORKFORCE, 2),
    ("caseload", ENGLAND, SEPTEMBER_2025, 15.2, WORKFORCE, 2),
    ("absence_rate", ENGLAND, SEPTEMBER_2025, 3.5, WORKFORCE, 2),
    ("vacancy_rate", ENGLAND, SEPTEMBER_2024, 17.3, WORKFORCE, 165),
    ("turnover_rate", ENGLAND, SEPTEMBER_2024, 13.9, WORKFORCE, 165),
    ("agency_rate", ENGLAND, SEPTEMBER_2024, 16.2, WORKFORCE, 165),
    ("caseload", ENGLAND, SEPTEMBER_2024, 15.4, WORKFORCE, 165),
    ("vacancy_rate", LONDON, SEPTEMBER_2025, 19.4, WORKFORCE, 9),
    ("vacancy_rate", INNER_LONDON, SEPTEMBER_2025, 18.0, WORKFORCE, 12),
    ("vacancy_rate", OUTER_LONDON, SEPTEMBER_2025, 20.5, WORKFORCE, 13),
    ("vacancy_rate", LEEDS, SEPTEMBER_2025, 2.1, WORKFORCE, 57),
    ("vacancy_rate", LEEDS, SEPTEMBER_2024, 7.2, WORKFORCE, 220),
    ("caseload", LEEDS, SEPTEMBER_2025, 14.8, WORKFORCE, 57),
    ("vacancy_rate", KINGSTON, SEPTEMBER_2025, 14.9, WORKFORCE, 160),
    ("vacancy_rate", RICHMOND, SEPTEMBER_2025, 14.9, WORKFORCE, 160),
    ("turnover_rate", KINGSTON, SEPTEMBER_2025, 28.0, WORKFORCE, 160),
    ("vacancy_rate", NORTH_NORTHAMPTONSHIRE, SEPTEMBER_2025, 25.9, WORKFORCE, 70),
    ("vacancy_rate", WEST_NORTHAMPTONSHIRE, SEPTEMBER_2025, 25.9, WORKFORCE, 70),
    ("agency_rate", WEST_NORTHAMPTONSHIRE, SEPTEMBER_2025, 19.5, WORKFORCE, 70),
    ("vacancy_rate", SCILLY, SEPTEMBER_2025, 100.0, WORKFORCE, 125),
    ("vacancy_rate", CITY, SEPTEMBER_2025, 0.0, WORKFORCE, 134),
    ("vacancy_rate", CUMBERLAND, SEPTEMBER_2023, 23.9, WORKFORCE, 358),
    ("caseload", CUMBRIA, date(2017, 9, 30), 19.8, WORKFORCE, 1332),
    ("rereferral_rate", ENGLAND, MARCH_2025, 22.6, REFERRALS, 2),
    ("rereferral_rate", ENGLAND, MARCH_2024, 22.4, REFERRALS, 167),
    ("rereferral_rate", LEEDS, MARCH_2025, 24.2, REFERRALS, 57),
    ("rereferral_rate", HARTLEPOOL, MARCH_2025, 26.5, REFERRALS, 17),
    ("rereferral_rate", KINGSTON, MARCH_2025, 15.0, REFERRALS, 161),
    ("rereferral_rate", SCILLY, MARCH_2025, 0.0, REFERRALS, 126),
    ("repeat_plan_rate", ENGLAND, MARCH_2025, 24.5, REPEAT_PLANS, 2),
    ("repeat_plan_rate", ENGLAND, MARCH_2024, 24.7, REPEAT_PLANS, 167),
    ("repeat_plan_rate", HARTLEPOOL, MARCH_2025, 32.4, REPEAT_PLANS, 17),
    ("long_plan_rate", ENGLAND, MARCH_2025, 2.3, PLANS, 2),
    ("long_plan_rate", ENGLAND, MARCH_2024, 2.6, PLANS, 167),
    ("long_plan_rate", LEEDS, MARCH_2025, 5.0, PLANS, 57),
    ("children", ENGLAND, date(2024, 6, 30), 12_183_016, POPULATION, 2),
    ("children", LEEDS, date(2024, 6, 30), 176_239, POPULATION, 57),
    ("children", SCILLY, date(2024, 6, 30), 319, POPULATION, 126),
]
# Counts and children, typed by hand; the rate is count / children of the middle of the year before x 10,000.
RATES = [
    # England's 40.6 and, with the population as revised since, 41.4 of 2024 (41.6 when it was first printed).
    ("plan_rate", ENGLAND, MARCH_2025, 49_420, 12_183_016, 40.6, PLANS, 2),
    ("plan_rate", ENGLAND, MARCH_2024, 49_900, 12_059_476, 41.4, PLANS, 167),
    ("plan_rate", LEEDS, MARCH_2025, 634, 176_239, 36.0, PLANS, 57),
    ("plan_start_rate", LEEDS, MARCH_2025, 829, 176_239, 47.0, REPEAT_PLANS, 57),
    ("plan_start_rate", ENGLAND, MARCH_2025, 61_840, 12_183_016, 50.8, REPEAT_PLANS, 2),
    ("referral_rate", ENGLAND, MARCH_2025, 632_830, 12_183_016, 519.4, REFERRALS, 2),
    ("referral_rate", LEEDS, MARCH_2025, 10_304, 176_239, 584.7, REFERRALS, 57),
    ("child_in_need_rate", ENGLAND, MARCH_2025, 402_400, 12_183_016, 330.3, IN_NEED, 2),
    ("child_in_need_rate", LEEDS, MARCH_2025, 5_775, 176_239, 327.7, IN_NEED, 57),
]
REASONS = [
    ("vacancy_rate", WESTMINSTER, SEPTEMBER_2025, "not_available", "x", WORKFORCE, 146),
    ("social_workers_fte", KENSINGTON, SEPTEMBER_2025, "not_available", "x", WORKFORCE, 139),
    ("agency_rate", SUNDERLAND, SEPTEMBER_2025, "low_nonzero", "low", WORKFORCE, 25),
    ("turnover_rate", SCILLY, SEPTEMBER_2025, "not_applicable", "z", WORKFORCE, 125),
    ("rereferral_rate", HACKNEY, MARCH_2022, "not_available", "x", REFERRALS, 629),
    ("rereferral_rate", HACKNEY, MARCH_2021, "not_available", "x", REFERRALS, 792),
    ("plan_rate", HACKNEY, MARCH_2022, "not_available", "x", PLANS, 629),
    ("plan_rate", HAMPSHIRE, MARCH_2024, "low_reliability", "u", PLANS, 269),
    ("repeat_plan_rate", HAMPSHIRE, MARCH_2024, "low_reliability", "u", REPEAT_PLANS, 269),
    ("repeat_plan_rate", DONCASTER, MARCH_2022, "low_reliability", "u", REPEAT_PLANS, 546),
    ("long_plan_rate", HARTLEPOOL, MARCH_2025, "suppressed", "c", PLANS, 17),
    ("long_plan_rate", KINGSTON, MARCH_2025, "suppressed", "c", PLANS, 161),
    ("referral_rate", NORFOLK, date(2013, 3, 31), "not_available", "x", REFERRALS, 2061),
    ("judgement_overall", LANCASHIRE, NEWEST_REPORT, "not_given", None, REPORTS, 170),
    ("judgement_overall", NORTH_NORTHAMPTONSHIRE, NEWEST_REPORT, "not_given", None, REPORTS, 6),
]
OUTSTANDING, GOOD, REQUIRES_IMPROVEMENT = "Outstanding", "Good", "Requires improvement to be good"
# Overall, leaders, protection, in care, care leavers; None where there was no such judgement.
JUDGEMENTS = [
    # Published 20 August 2026, line 170 of the Data to Insight record.
    (LANCASHIRE, NEWEST_REPORT, (None, OUTSTANDING, GOOD, GOOD, OUTSTANDING)),
    # Published 7 July 2026, line 6.
    (NORTH_NORTHAMPTONSHIRE, NEWEST_REPORT, (None, OUTSTANDING, GOOD, GOOD, GOOD)),
    # Inspected 24 March 2025 but published 18 July: the snapshot of March still shows January 2022 (line
    # 246 of Ofsted's history); the newest is line 83 of the record.
    (WAKEFIELD, MARCH_2025, (GOOD, OUTSTANDING, GOOD, GOOD, None)),
    (WAKEFIELD, NEWEST_REPORT, (GOOD, GOOD, GOOD, OUTSTANDING, REQUIRES_IMPROVEMENT)),
    # The record has the columns of this report shifted (line 417); Ofsted's own file (217) wins.
    (ST_HELENS, MARCH_2025, (GOOD, GOOD, REQUIRES_IMPROVEMENT, GOOD, OUTSTANDING)),
    # Line 219 of the history. Care leavers was printed as Good in the edition of 2024 and corrected in that of 2025.
    (
        STAFFORDSHIRE,
        MARCH_2025,
        (REQUIRES_IMPROVEMENT, REQUIRES_IMPROVEMENT, REQUIRES_IMPROVEMENT, GOOD, REQUIRES_IMPROVEMENT),
    ),
    # Line 117 of the history.
    (SCILLY, MARCH_2025, ("Inadequate", "Inadequate", "Inadequate", REQUIRES_IMPROVEMENT, REQUIRES_IMPROVEMENT)),
]
STRANDS = ("overall", "leaders", "protection", "in_care", "care_leavers")


def rows(database: duckdb.DuckDBPyConnection, query: str, **values: object) -> list[tuple[Any, ...]]:
    return database.execute(query, values).fetchall()


def observation(database: duckdb.DuckDBPyConnection, metric: str, area: str, day: date) -> dict[str, object]:
    found = database.execute(
        "FROM observation WHERE metric_id = $metric AND area_id = $area AND period_end = $day",
        {"metric": metric, "area": area, "day": day},
    )
    columns = [column[0] for column in found.description or ()]
    (row,) = found.fetchall()
    return dict(zip(columns, row, strict=True))


@pytest.mark.parametrize(("metric", "area", "day", "value", "file", "line"), FIGURES)
def test_a_figure_is_the_printed_one(
    database: duckdb.DuckDBPyConnection, metric: str, area: str, day: date, value: float, file: str, line: int
) -> None:
    found = observation(database, metric, area, day)
    assert (found["value"], found["status"], found["file"], found["line"]) == (value, "observed", file, line)


@pytest.mark.parametrize(("metric", "area", "day", "count", "children", "rate", "file", "line"), RATES)
def test_a_derived_rate_is_the_printed_count_by_the_printed_children(
    database: duckdb.DuckDBPyConnection,
    metric: str,
    area: str,
    day: date,
    count: int,
    children: int,
    rate: float,
    file: str,
    line: int,
) -> None:
    found = observation(database, metric, area, day)
    assert (found["numerator"], found["denominator"], found["file"], found["line"]) == (count, children, file, line)
    assert found["value"] == pytest.approx(count / children * 10_000, rel=1e-8)
    assert found["value"] == pytest.approx(rate, abs=0.05)


@pytest.mark.parametrize(("metric", "area", "day", "status", "symbol", "file", "line"), REASONS)
def test_where_no_number_is_printed_there_is_none_but_the_printed_reason(
    database: duckdb.DuckDBPyConnection,
    metric: str,
    area: str,
    day: date,
    status: str,
    symbol: str | None,
    file: str,
    line: int,
) -> None:
    found = observation(database, metric, area, day)
    assert found["value"] is None
    assert (found["status"], found["symbol"], found["file"], found["line"]) == (status, symbol, file, line)
    ranked = rows(
        database,
        "FROM standing WHERE metric_id = $metric AND area_id = $area AND period_end = $day",
        metric=metric, area=area, day=day,
    )  # fmt: skip
    assert ranked == []


@pytest.mark.parametrize(("area", "day", "grades"), JUDGEMENTS)
def test_judgements_are_those_of_the_report(
    database: duckdb.DuckDBPyConnection, area: str, day: date, grades: tuple[str | None, ...]
) -> None:
    found = [observation(database, f"judgement_{strand}", area, day) for strand in STRANDS]
    assert tuple(one["symbol"] for one in found) == grades
    assert all((one["value"] is None) == (one["symbol"] is None) for one in found)


def test_the_change_of_leeds_is_minus_5_1_points(database: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT change, previous_period_end FROM change WHERE metric_id = 'vacancy_rate' AND area_id = $area"
    found = rows(database, f"{query} AND period_end = $day", area=LEEDS, day=SEPTEMBER_2025)
    assert found == [(-5.1, SEPTEMBER_2024)]


def test_a_joint_return_is_one_of_the_149_that_have_a_vacancy_rate(database: duckdb.DuckDBPyConnection) -> None:
    # 151 rows of authorities, two of them all x.
    assert observation(database, "vacancy_rate", KINGSTON, SEPTEMBER_2025)["return_id"] == "314+318"
    assert observation(database, "vacancy_rate", WEST_NORTHAMPTONSHIRE, SEPTEMBER_2025)["return_id"] == "940+941"
    standing = rows(
        database,
        """
        SELECT area_id, rank, ranked FROM standing
        WHERE metric_id = 'vacancy_rate' AND period_end = $day AND area_id IN ('314', '318', '940', '941')
        ORDER BY area_id
        """,
        day=SEPTEMBER_2025,
    )
    assert [row[2] for row in standing] == [149] * 4
    assert standing[0][1] == standing[1][1]
    assert standing[2][1] == standing[3][1]


def test_the_very_small_authorities_stand_but_set_no_cut(database: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        database, "SELECT DISTINCT area_id, sets_cut FROM standing WHERE area_id IN ('201', '420') ORDER BY area_id"
    )
    assert found == [(CITY, False), (SCILLY, False)]


def test_overall_judgements_of_march_2025_are_as_many_as_ofsted_counts(database: duckdb.DuckDBPyConnection) -> None:
    # The release of 25 September 2025: 36 Outstanding, 67 Good, 31 Requires improvement, 19 Inadequate.
    found = rows(
        database,
        """
        SELECT symbol, count(*) FROM observation
        WHERE metric_id = 'judgement_overall' AND period_end = $day GROUP BY ALL ORDER BY min(value)
        """,
        day=MARCH_2025,
    )
    assert found == [(OUTSTANDING, 36), (GOOD, 67), (REQUIRES_IMPROVEMENT, 31), ("Inadequate", 19)]


def test_inspections_published_after_the_official_file_are_the_53_of_the_record(
    database: duckdb.DuckDBPyConnection,
) -> None:
    # 52 inspected after 31 March 2025, and Wakefield; 11 of them under the framework of April 2026.
    found = rows(
        database,
        """
        SELECT count(*), count(*) FILTER (started > DATE '2025-03-31'), count(*) FILTER (framework LIKE '%2026')
        FROM inspection WHERE source_id = 'data_to_insight_inspections'
        """,
    )
    assert found == [(53, 52, 11)]


def test_ofsteds_own_snapshot_of_march_2025_is_ours_in_every_strand(database: duckdb.DuckDBPyConnection) -> None:
    """The sheet is committed with the release and read by nothing else: Ofsted worked it out, we did it again."""
    source = next(source for source in all_sources() if source.id == "ofsted_inspections")
    sheet = releases.read(build.DATA / "releases", source).table(
        source.release.files[1].name, "Inspections_as_at_31_March"
    )
    headings = [
        "Overall effectiveness",
        "The impact of leaders on social work practice with children and families",
        "The experiences and progress of children who need help and protection",
        "The experiences and progress of children in care",
        "The experiences and progress of care leavers",
    ]
    codes = dict(rows(database, "SELECT gss_code, area_id FROM area_code"))
    theirs = {
        (codes[row["Local authority area code"]], strand): row[heading]
        for row in sheet.iter_rows(named=True)
        for strand, heading in zip(STRANDS, headings, strict=True)
    }
    ours = rows(
        database,
        """
        SELECT area_id, replace(metric_id, 'judgement_', ''), symbol FROM observation
        WHERE metric_id LIKE 'judgement_%' AND period_end = $day
        """,
        day=MARCH_2025,
    )
    assert len(theirs) == 153 * 5
    assert {(area, strand): symbol for area, strand, symbol in ours} == theirs


@pytest.mark.parametrize(
    ("area", "nearest"),
    [
        # sn_model_2025_wide.csv, lines 71, 66 and 27.
        (LEEDS, [("851", "Very close"), ("882", "Very close"), ("373", "Very close"), ("826", "Close")]),
        (KINGSTON, [("319", "Close"), ("315", "Close"), ("919", "Close"), ("305", "Close")]),
        (CITY, [("202", "Not close"), ("205", "Not close"), ("207", "Not close"), ("210", "Not close")]),
    ],
)
def test_the_nearest_neighbours_are_the_printed_ones(
    database: duckdb.DuckDBPyConnection, area: str, nearest: list[tuple[str, str]]
) -> None:
    found = rows(
        database,
        "SELECT neighbour_id, closeness FROM neighbour WHERE area_id = $area ORDER BY closeness_rank LIMIT 4",
        area=area,
    )
    assert found == nearest


# From here on the published files themselves are read, by code that shares nothing with the ETL.

Cell = tuple[str, str, int, str]
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def csv_cells(path: Path, file: File) -> Iterator[tuple[Cell, str]]:
    """Every cell of the declared columns and groups of rows; of all, where none are declared."""
    with path.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.reader(opened)
        header = next(reader)
        for row in reader:  # no cell of these files holds a line break
            cells = dict(zip(header, row, strict=True))
            if all(cells[column] in kept for column, kept in file.groups.items()):
                for column in file.columns or header:
                    yield (path.name, "", reader.line_num, column), cells[column]


def sheet_cells(path: Path, file: File) -> Iterator[tuple[Cell, str]]:
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
        for _, table in ElementTree.iterparse(content):
            if table.tag != f"{TABLE}table":
                continue
            name = table.get(f"{TABLE}name") or ""
            if re.fullmatch(file.sheet, name):
                rows = list(_lines(table))
                at = next(at for at, row in enumerate(rows) if file.header in row)
                names = next((row for row in rows if file.names and file.names in row), [])
                header = [own or above for own, above in zip_longest(names, rows[at], fillvalue="")]
                for line, row in enumerate(rows[at + 1 :], start=at + 2):
                    cells = {column: text for column, text in zip(header, row, strict=False) if column and text}
                    if all(cells.get(column) in kept for column, kept in file.groups.items()):
                        for column in file.columns or cells:
                            if column in cells:
                                yield (path.name, name, line, column), cells[column]
            table.clear()


def parquet_cells(path: Path, file: File) -> Iterator[tuple[Cell, str]]:
    """Every cell of the declared columns; rows are counted, for the file has no lines."""
    columns = ", ".join(f'"{column}"::VARCHAR' for column in file.columns)
    rows = duckdb.execute(f"SELECT {columns} FROM read_parquet($path, file_row_number = true) ORDER BY file_row_number",
                          {"path": str(path)}).fetchall()  # fmt: skip
    for line, row in enumerate(rows, start=1):
        for column, text in zip(file.columns, row, strict=True):
            if text:
                yield (path.name, "", line, column), text


def _lines(table: ElementTree.Element) -> Iterator[list[str]]:
    """Rows of a sheet as they count, each with its cells; the empty ones below the last are left out."""
    for row in table.iter(f"{TABLE}table-row"):
        cells: list[str] = []
        for cell in row:
            cells += [_text(cell)] * min(int(cell.get(f"{TABLE}number-columns-repeated") or 1), 600)
        for _ in range(min(int(row.get(f"{TABLE}number-rows-repeated") or 1), 200)):
            yield cells


def _text(cell: ElementTree.Element) -> str:
    day = cell.get(f"{OFFICE}date-value")
    if day:
        return day
    number = cell.get(f"{OFFICE}value")
    if number:
        return number
    paragraphs = ("".join(paragraph.itertext()) for paragraph in cell.iter(f"{TEXT}p"))
    return " ".join(" ".join(paragraphs).split())


def alike(text: str, printed: str) -> bool:
    """The same, or the same number: sheets store more digits than a float can tell apart."""
    if text == printed or not re.fullmatch(r"-?\d+\.\d+", text):
        return text == printed
    return f"{float(text):.15g}" == f"{float(printed):.15g}"


@pytest.mark.published
@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.id)
def test_every_cell_of_a_release_is_the_cell_of_the_published_file(published: Path, source: Source) -> None:
    printed: dict[Cell, str] = {}
    for file in source.release.files:
        path = published / file.path
        read = sheet_cells if file.sheet else parquet_cells if path.suffix == ".parquet" else csv_cells
        printed |= dict(read(path, file))
    frame = releases.read(build.DATA / "releases", source).frame
    kept = {row[:4]: row[4] for row in frame.select("file", "sheet", "line", "column", "text").iter_rows()}
    assert len(kept) == frame.height > 20
    assert kept.keys() - printed.keys() == set()
    assert printed.keys() - kept.keys() == set()
    assert {cell: (text, printed[cell]) for cell, text in kept.items() if not alike(text, printed[cell])} == {}


@pytest.mark.published
def test_every_file_is_the_one_whose_sha256_the_ledger_prints(
    published: Path, database: duckdb.DuckDBPyConnection
) -> None:
    paths = {file.name: file.path for source in all_sources() for file in source.release.files}
    ledger = rows(database, "SELECT DISTINCT split_part(file, '#', 1), sha256 FROM load_ledger")
    ours = {name: hashlib.sha256((published / path).read_bytes()).hexdigest() for name, path in paths.items()}
    assert ours == dict(ledger)


@pytest.mark.published
def test_every_statistical_neighbour_is_the_printed_one(published: Path, database: duckdb.DuckDBPyConnection) -> None:
    with (published / "dfe-neighbours" / "sn_model_2025_wide.csv").open(encoding="utf-8-sig", newline="") as opened:
        printed = [
            (row["old_la_code"], row[f"SN_{rank}"], rank, row[f"SN_{rank}P"].strip())
            for row in csv.DictReader(opened)
            for rank in range(1, 11)
        ]
    assert len(printed) == 1_530
    ours = rows(database, "SELECT area_id, neighbour_id, closeness_rank, closeness FROM neighbour")
    assert sorted(ours) == sorted(printed)


PRINTED_RATES = [
    ("plan_rate", "d1_child_protection_plans_2013_to_2024.csv", "CPP_At31"),
    ("plan_start_rate", "d1_child_protection_plans_2013_to_2024.csv", "CPP_start"),
    ("child_in_need_rate", "b1_children_in_need_2013_to_2024.csv", "At31_episodes"),
    ("referral_rate", "c1_children_in_need_referrals_and_rereferrals_2013_to_2024.csv", "Referrals"),
]


@pytest.mark.published
@pytest.mark.parametrize(("metric", "file", "column"), PRINTED_RATES)
def test_a_derived_rate_is_the_rate_that_was_printed_as_long_as_rates_were(
    published: Path, database: duckdb.DuckDBPyConnection, metric: str, file: str, column: str
) -> None:
    """To 2022: the population estimates of 2022 and 2023, which later rates rest on, were revised since."""
    ours = {
        (area, day): (count, rate)
        for area, day, count, rate in rows(
            database,
            "SELECT area_id, year(period_end), numerator, value FROM observation WHERE metric_id = $metric",
            metric=metric,
        )
    }
    compared = {}
    path = published / "dfe-children-in-need" / "release-2024" / file
    with path.open(encoding="utf-8-sig", newline="") as opened:
        for row in csv.DictReader(opened):
            area = row["old_la_code"] or row["region_code"] or row["country_code"]
            count, rate = ours.get((area, int(row["time_period"])), (None, None))
            printed = row[f"{column}_rate"]
            same_count = count is not None and row[column] == f"{count:.0f}"
            if rate is not None and same_count and int(row["time_period"]) <= 2022 and printed[:1].isdigit():
                compared[area, row["time_period"]] = (rate, float(printed))
    assert len(compared) > 1_400
    assert {key: pair for key, pair in compared.items() if abs(pair[0] - pair[1]) > 0.0501} == {}


@pytest.mark.published
def test_every_name_a_publisher_uses_is_known_for_its_authority(published: Path) -> None:
    names = published.parent / "reference" / "la_names_and_codes_by_source.csv"
    if not names.is_file():
        pytest.skip("The list of names is not here: it is kept beside the published files.")
    known = {(name_key(name), area_id) for name, area_id in read_areas(build.DATA).name.iter_rows()}
    read_here = ("DfE CIN", "DfE CSWW", "DfE/ONS pop", "Ofsted", "SN 2025", "D2I")
    with names.open(encoding="utf-8-sig", newline="") as opened:
        used = [
            (name, row["old_la_code"])
            for row in csv.DictReader(opened)
            for name, publishers in re.findall(r"([^\[;]+?) \[([^\]]*)\]", row["name_variants_with_sources"])
            if any(publisher in publishers for publisher in read_here)
        ]
    assert len(used) > 300
    assert [pair for pair in used if (name_key(pair[0]), pair[1]) not in known] == []
