"""Inspections, judgements and visits agree with Ofsted's own files: typed by hand from them, and read again."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl import releases
from etl.areas import Areas, name_key
from etl.areas import read as read_areas
from etl.build import builder
from etl.model import Context, File, Loaded
from etl.readers.reconcile_ofsted import PUBLISHED, STARTED, TYPE
from etl.sources import all_sources, data_to_insight_inspections, ofsted_visits
from tests.published import reading

NOW, BEFORE, FIRST = (edition.file for edition in ofsted_visits.EDITIONS)
RECORD = data_to_insight_inspections.FILE
NEWEST = date(2026, 8, 20)
MARCH = {year: date(year, 3, 31) for year in range(2018, 2027)}
LEEDS, WAKEFIELD, LANCASHIRE, NOTTINGHAMSHIRE, ST_HELENS = "383", "384", "888", "891", "342"
ISLINGTON, ESSEX, SCILLY, CUMBRIA, CUMBERLAND, MERTON = "206", "881", "420", "909", "942", "315"
BRADFORD, HEREFORDSHIRE, NORTH_SOMERSET, BURY, PETERBOROUGH, BOURNEMOUTH = "380", "884", "802", "351", "874", "839"
GOOD, OUTSTANDING, INADEQUATE, REQUIRES = "Good", "Outstanding", "Inadequate", "Requires improvement to be good"

# Typed by hand: the first day is printed on this line, and the months are counted on the fingers.
MONTHS = [
    (WAKEFIELD, NEWEST, 16, RECORD, 83),  # inspected from 24 March 2025
    (LANCASHIRE, NEWEST, 3, RECORD, 170),  # 11 May 2026
    (SCILLY, NEWEST, 37, NOW, 117),  # sheet ILACS_inspection_history: 11 July 2023
    (WAKEFIELD, MARCH[2025], 40, NOW, 246),  # 8 November 2021: the newer report came out after 30 June
    (NOTTINGHAMSHIRE, MARCH[2025], 10, NOW, 174),  # 20 May 2024
    (ST_HELENS, MARCH[2024], 8, NOW, 217),  # 10 July 2023
    (CUMBRIA, MARCH[2023], 6, NOW, 59),  # 20 September 2022
    (ISLINGTON, MARCH[2021], 12, NOW, 118),  # 9 March 2020
    (ESSEX, MARCH[2019], 4, NOW, 83),  # 19 November 2018
    (LEEDS, MARCH[2018], 36, FIRST, 75),  # sheet LA_inspections_2009-2023: published on 27 March 2015
]
# Typed by hand; a line only where the council had one visit.
VISITS = [
    # Sheet In-year_inspections of 2025, lines 13 (11 February 2025) and 14 (22 May 2024).
    ("monitoring_visits", BRADFORD, 2025, 2, NOW, None),
    ("focused_visits", NORTH_SOMERSET, 2025, 1, NOW, 65),  # 19 February 2025
    ("focused_visits", LEEDS, 2025, 0, NOW, None),  # not in the list
    # Sheet Inspections_in_year_2023-24, lines 30, 52 and 101; the council itself calls that of line 101 the fourth.
    ("monitoring_visits", HEREFORDSHIRE, 2024, 3, BEFORE, None),
    # The same sheet, line 5: 1 March 2023, too late for the list of its own year.
    ("focused_visits", PETERBOROUGH, 2023, 1, BEFORE, 5),
    # LA_level_in_year_2022-23, line 17 (12 October 2022), and line 4 of the list after it (28 February 2023).
    ("monitoring_visits", BURY, 2023, 2, FIRST, None),
    # Of its four on the list of 2023-24, that of line 12 (21 March 2023) belongs to the year before.
    ("monitoring_visits", BOURNEMOUTH, 2024, 3, BEFORE, None),
    ("monitoring_visits", CUMBERLAND, 2024, 0, BEFORE, None),
]
# Overall, leaders, protection, in care, care leavers, of one report: sheet LA_inspections_2009-2023 and its line.
SINGLE = [
    (LEEDS, date(2015, 3, 27), (GOOD, OUTSTANDING, GOOD, GOOD, None), 75),
    (LANCASHIRE, date(2015, 11, 27), (INADEQUATE, INADEQUATE, INADEQUATE, REQUIRES, None), 74),
    (LANCASHIRE, date(2018, 8, 17), (REQUIRES, REQUIRES, REQUIRES, REQUIRES, None), 74),
    (CUMBRIA, date(2015, 5, 13), (INADEQUATE, INADEQUATE, REQUIRES, INADEQUATE, None), 35),
    (CUMBRIA, date(2018, 1, 29), (REQUIRES, GOOD, REQUIRES, REQUIRES, None), 35),
    # A dash: nobody on Scilly was looked after.
    (SCILLY, date(2016, 6, 27), (GOOD, GOOD, GOOD, None, None), 65),
]
STRANDS = ("overall", "leaders", "protection", "in_care", "care_leavers")


def rows(database: duckdb.DuckDBPyConnection, query: str, **values: object) -> list[tuple[Any, ...]]:
    return database.execute(query, values).fetchall()


def figure(database: duckdb.DuckDBPyConnection, metric: str, area: str, day: date) -> tuple[Any, ...]:
    (found,) = rows(
        database,
        "SELECT value, status, file, line FROM observation "
        "WHERE metric_id = $metric AND area_id = $area AND period_end = $day",
        metric=metric, area=area, day=day,
    )  # fmt: skip
    return found


@pytest.mark.parametrize(("area", "day", "months", "file", "line"), MONTHS)
def test_months_since_an_inspection_are_those_from_the_printed_day(
    database: duckdb.DuckDBPyConnection, area: str, day: date, months: int, file: str, line: int
) -> None:
    assert figure(database, "months_since_inspection", area, day) == (months, "observed", file, line)


@pytest.mark.parametrize(("metric", "area", "year", "visits", "file", "line"), VISITS)
def test_visits_of_a_council_are_those_of_the_lists(
    database: duckdb.DuckDBPyConnection, metric: str, area: str, year: int, visits: int, file: str, line: int | None
) -> None:
    assert figure(database, metric, area, MARCH[year]) == (visits, "observed", file, line)


@pytest.mark.parametrize(("area", "published", "grades", "line"), SINGLE)
def test_the_grades_of_the_framework_before_2018_are_the_printed_ones(
    database: duckdb.DuckDBPyConnection, area: str, published: date, grades: tuple[str | None, ...], line: int
) -> None:
    ((inspection_id, framework, file, at),) = rows(
        database,
        "SELECT inspection_id, framework::VARCHAR, file, line FROM inspection "
        "WHERE area_id = $area AND published = $day",
        area=area, day=published,
    )  # fmt: skip
    assert (framework, file, at) == ("SIF", FIRST, line)
    judged = rows(database, "SELECT strand::VARCHAR, grade::VARCHAR FROM judgement WHERE inspection_id = $id",
                  id=inspection_id)  # fmt: skip
    assert tuple(dict(judged).get(strand) for strand in STRANDS) == grades


def test_inspections_by_framework_kind_and_source_are_as_many_as_counted(database: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        database, "SELECT source_id, framework::VARCHAR, type, count(*) FROM inspection GROUP BY ALL ORDER BY ALL"
    )
    assert found == [
        ("data_to_insight_inspections", "ILACS", "short", 25),
        ("data_to_insight_inspections", "ILACS", "standard", 17),
        ("data_to_insight_inspections", "ILACS from April 2026", "short", 3),
        ("data_to_insight_inspections", "ILACS from April 2026", "standard", 8),
        ("ofsted_inspections", "ILACS", "short", 100),
        ("ofsted_inspections", "ILACS", "standard", 171),
        ("ofsted_single_inspections", "SIF", "full", 152),
        ("ofsted_single_inspections", "SIF", "re-inspection", 21),
    ]


def test_reports_by_framework_and_year_are_as_many_as_counted(database: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        database, "SELECT framework::VARCHAR, year(published), count(*) FROM inspection GROUP BY ALL ORDER BY ALL"
    )
    assert [(year, count) for framework, year, count in found if framework == "SIF"] == [
        (2014, 37), (2015, 37), (2016, 42), (2017, 43), (2018, 14),
    ]  # fmt: skip
    assert [(year, count) for framework, year, count in found if framework == "ILACS"] == [
        (2018, 27), (2019, 57), (2020, 19), (2021, 8), (2022, 47), (2023, 43), (2024, 48), (2025, 45), (2026, 19),
    ]  # fmt: skip
    assert [(year, count) for framework, year, count in found if framework.endswith("2026")] == [(2026, 11)]


def test_judgements_by_framework_and_strand_are_as_many_as_counted(database: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        database,
        "SELECT framework::VARCHAR, strand::VARCHAR, count(*) FROM inspection JOIN judgement USING (inspection_id) "
        "GROUP BY ALL",
    )
    counts = {(framework, strand): count for framework, strand, count in found}
    # All 173 but children looked after of Scilly; care leavers had no judgement of their own.
    assert [counts.get(("SIF", strand)) for strand in STRANDS] == [173, 173, 173, 172, None]
    assert [counts.get(("ILACS", strand)) for strand in STRANDS] == [313, 313, 313, 313, 145]
    assert [counts.get(("ILACS from April 2026", strand)) for strand in STRANDS] == [None, 11, 11, 11, 11]


def test_visits_by_list_and_kind_are_as_many_as_counted(database: duckdb.DuckDBPyConnection) -> None:
    found = rows(database, "SELECT file, kind::VARCHAR, count(*) FROM visit GROUP BY ALL")
    assert {row[:2]: row[2] for row in found} == {
        (NOW, "focused visit"): 36, (NOW, "monitoring visit"): 24,
        (BEFORE, "focused visit"): 37, (BEFORE, "monitoring visit"): 28,
        (FIRST, "focused visit"): 36, (FIRST, "monitoring visit"): 24,
    }  # fmt: skip


def test_visits_by_year_are_those_of_its_list_without_the_late_ones_of_the_year_before_and_with_its_own(
    database: duckdb.DuckDBPyConnection,
) -> None:
    found = rows(
        database,
        "SELECT metric_id, year(period_end), sum(value), count(*) FROM observation "
        "WHERE metric_id IN ('focused_visits', 'monitoring_visits') GROUP BY ALL ORDER BY ALL",
    )
    assert found == [
        # 36 less Southend of March 2022, and Peterborough, Wakefield and Warwickshire of March 2023.
        ("focused_visits", 2023, 38, 152),
        ("focused_visits", 2024, 34, 153),
        ("focused_visits", 2025, 36, 153),
        # 24 less Hull, Middlesbrough, Trafford and West Sussex of March 2022, and Bury and Bournemouth of early 2023.
        ("monitoring_visits", 2023, 22, 152),
        ("monitoring_visits", 2024, 26, 153),
        ("monitoring_visits", 2025, 24, 153),
    ]


def test_every_row_of_every_sheet_is_accounted_for(database: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        database,
        "SELECT source_id, split_part(file, '#', 2), rows_read, rows_loaded, rows_rejected, rows_duplicate "
        "FROM load_ledger WHERE source_id LIKE 'ofsted%' OR source_id LIKE 'data_to_insight%' ORDER BY ALL",
    )
    assert [row for row in found if row[0] != "ofsted_reports"] == [
        ("data_to_insight_inspections", "", 497, 488, 9, 0),
        ("ofsted_inspections", "ILACS_inspection_history", 271, 271, 0, 0),
        # It repeats the history, which the build sees to.
        ("ofsted_inspections", "Inspections_as_at_31_March", 153, 0, 0, 153),
        # Dorset, Bournemouth and both Northamptonshires of today began later.
        ("ofsted_single_inspections", "LA_inspections_2009-2023", 156, 152, 4, 0),
        ("ofsted_visits", "In-year_inspections", 112, 60, 0, 52),
        # Staffordshire was corrected, and Scilly has another first day.
        ("ofsted_visits", "Inspections_in_year_2023-24", 107, 65, 2, 40),
        # Cumbria has another first day, and Merton's was a short inspection.
        ("ofsted_visits", "LA_level_in_year_2022-23", 111, 60, 2, 49),
    ]


def test_everybody_was_judged_by_the_first_snapshot_and_only_new_councils_were_not_later(
    database: duckdb.DuckDBPyConnection,
) -> None:
    query = "SELECT year(period_end), area_id FROM observation WHERE metric_id = 'months_since_inspection' AND status"
    assert rows(database, f"{query} = 'no_row' ORDER BY ALL") == [
        (2020, "838"), (2020, "839"), (2021, "838"), (2021, "839"), (2022, "940"), (2022, "941"), (2024, "942"),
        (2024, "943"),
    ]  # fmt: skip
    assert len(rows(database, f"{query} = 'observed' AND period_end = $day", day=MARCH[2018])) == 152
    # A year before, 124 of 152 had been: a map of them would compare who was inspected first.
    judged = "SELECT count(DISTINCT area_id) FROM inspection WHERE framework = 'SIF' AND published <= $day"
    assert rows(database, judged, day=date(2017, 3, 31)) == [(124,)]


def test_months_lie_between_none_and_a_little_over_five_years(database: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT min(value), max(value) FROM observation WHERE metric_id = 'months_since_inspection'"
    assert rows(database, query) == [(0, 62)]
    assert rows(database, f"{query} AND period_end = $day", day=NEWEST) == [(1, 49)]


@pytest.fixture(scope="module")
def areas() -> Areas:
    return read_areas(builder.DATA)


@pytest.fixture(scope="module")
def official(areas: Areas) -> dict[str, Loaded]:
    """What Ofsted's files and the record give, read from their committed releases."""
    loaded: dict[str, Loaded] = {}
    for source in all_sources():
        if source.id.startswith(("ofsted", "data_to_insight")):
            cells = releases.read(builder.DATA / "releases", source)
            loaded[source.id] = source.load(source, cells, Context(areas, loaded))
    return loaded


@pytest.mark.parametrize("module", [data_to_insight_inspections, ofsted_visits], ids=["the record", "the lists"])
def test_every_declared_disagreement_is_of_an_inspection_that_is_there(
    module: Any, official: dict[str, Loaded]
) -> None:
    """`hold` sees that it is as declared; an inspection that both files lost would take its declaration along."""
    known = set()
    for source_id in module.SOURCE.needs:
        known |= set(official[source_id].tables["inspection"]["inspection_id"])
    assert {one.inspection_id for one in module.DISAGREEMENTS} <= known
    assert all(one.reason.endswith(".") for one in module.DISAGREEMENTS)
    if module is data_to_insight_inspections:
        linked = set(official[module.SOURCE.id].tables["inspection_link"]["inspection_id"])
        assert {one.inspection_id for one in module.DISAGREEMENTS} <= linked


def test_the_record_disagrees_with_ofsted_as_often_as_was_counted() -> None:
    """Nine grades and three first days, as counted when the two were first compared; what follows from them; dates."""
    counts = Counter(
        one.what if one.what in (STARTED, PUBLISHED, TYPE) else "grade"
        for one in data_to_insight_inspections.DISAGREEMENTS
    )
    assert counts == {"grade": 9, STARTED: 3, TYPE: 4, PUBLISHED: 6}


EARLIER_SNAPSHOTS = [
    (2024, BEFORE, "Inspections_31_March_2024", {("860", "care_leavers")}, 0),
    # Then reports counted only to 30 April: of 7 councils one came out in May or June (South Tyneside's counts, says
    # a note).
    (2023, FIRST, "LA_level_at_31_Mar_2023", set(), 7),
]


@pytest.mark.published
@pytest.mark.parametrize(("year", "file", "sheet", "corrected", "later"), EARLIER_SNAPSHOTS, ids=["2024", "2023"])
def test_ofsteds_own_snapshots_of_earlier_years_are_ours(
    published: Path, database: duckdb.DuckDBPyConnection, areas: Areas, year: int, file: str, sheet: str,
    corrected: set[tuple[str, str]], later: int,
) -> None:  # fmt: skip
    """But for what Ofsted corrected since (Staffordshire), and in 2023 for reports of May and June."""
    numbers = areas.by_name()
    where = File(f"ofsted/{file}", sheet=sheet, header="Overall effectiveness")
    printed = {
        numbers[name_key(row["Local authority name"])]: {
            strand: row.get(column) for strand, column in ofsted_visits.EARLIER_STRANDS.items()
        }
        for _, _, row in reading.rows(published / where.path, where)
        if row
    }
    ours: dict[str, dict[str, str | None]] = {}
    late = set()
    for area, metric, symbol, report in rows(
        database,
        "SELECT observation.area_id, metric_id, symbol, max(inspection.published) FROM observation "
        "LEFT JOIN inspection ON observation.area_id = inspection.area_id AND started <= period_end "
        "AND published <= make_date(year(period_end), 6, 30) "
        "WHERE metric_id LIKE 'judgement_%' AND period_end = $day GROUP BY ALL",
        day=MARCH[year],
    ):
        ours.setdefault(area, {})[metric.removeprefix("judgement_")] = symbol
        if year == 2023 and report is not None and report > date(2023, 4, 30):
            late.add(area)
    assert len(printed) > 150
    differences = {
        (area, strand)
        for area in ours.keys() - late
        for strand in STRANDS
        if ours[area].get(strand) != printed.get(area, {}).get(strand)
    }
    assert differences == corrected
    assert len(late) == later


@pytest.mark.published
def test_every_visit_of_the_lists_is_in_the_database_and_no_other(
    published: Path, database: duckdb.DuckDBPyConnection, areas: Areas
) -> None:
    """The three sheets read again, by other code: who, when, of what kind and on what."""
    numbers, printed = areas.by_name(), []
    for edition in ofsted_visits.EDITIONS:
        where = File(f"ofsted/{edition.file}", sheet=edition.sheet, header="Visit Theme")
        printed += [
            (
                numbers[name_key(row["Local authority name"])],
                re.sub("^(ILACS|LA) ", "", row["Inspection/Visit type"]).lower(),
                date.fromisoformat(row["Inspection/Visit date"][:10]),
                row["Visit Theme"],
                edition.file,
                line,
            )
            for _, line, row in reading.rows(published / where.path, where)
            if "Visit Theme" in row
        ]
    assert len(printed) == 185
    ours = rows(database, "SELECT area_id, kind::VARCHAR, started, theme, file, line FROM visit")
    assert sorted(ours) == sorted(printed)
