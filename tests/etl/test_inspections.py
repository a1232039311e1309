"""Ofsted's judgements: which inspection is the latest on a day, what was judged, and which record wins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from etl.areas import Areas
from etl.inspections import INSPECTION, JUDGEMENT, Framework, Strand, day, grade, latest, loaded, observations
from etl.model import OBSERVATION, Context, Loaded, SourceError
from etl.sources.data_to_insight_inspections import SOURCE as REPORTS
from etl.sources.ofsted_inspections import SOURCE as OFFICIAL
from etl.sources.ofsted_single_inspections import SOURCE as SINGLE
from tests.etl import synthetic

GOOD, OUTSTANDING, INADEQUATE = "Good", "Outstanding", "Inadequate"
LEEDS, WAKEFIELD, CUMBRIA, CUMBERLAND = "383", "384", "909", "942"
ALL_GOOD = dict.fromkeys(Strand, GOOD)


def inspected(
    area_id: str, started: date | None, published: date, framework: Framework = Framework.ILACS
) -> tuple[object, ...]:
    return (
        f"{area_id}-{published}", area_id, framework, "standard", started, None, published, None, "made_up", "made up",
        1,
    )  # fmt: skip


def at(
    day_: date, areas: Areas, *inspections: tuple[tuple[object, ...], Mapping[Strand, str]]
) -> dict[tuple[str, str], tuple[float | None, str, str | None]]:
    """(area, strand) -> (value, status, symbol) of the observations at a day."""
    rows = observations(
        pl.DataFrame([row for row, _ in inspections], schema=INSPECTION, orient="row"),
        pl.DataFrame(
            [(row[0], strand, found) for row, grades in inspections for strand, found in grades.items()],
            schema=JUDGEMENT,
            orient="row",
        ),
        areas,
    )
    assert rows.schema == OBSERVATION
    return {
        (area_id, metric.removeprefix("judgement_")): (value, status, symbol)
        for metric, area_id, value, status, symbol in rows.filter(pl.col("period_end") == day_)
        .select("metric_id", "area_id", "value", "status", "symbol")
        .iter_rows()
    }


def test_a_grade_is_a_place_in_an_order_and_keeps_its_words(known_areas: Areas) -> None:
    grades = dict(zip(Strand, (OUTSTANDING, GOOD, "Requires improvement to be good", INADEQUATE, GOOD), strict=True))
    found = at(date(2024, 6, 1), known_areas, (inspected(LEEDS, date(2024, 5, 1), date(2024, 6, 1)), grades))
    assert found[LEEDS, "overall"] == (1.0, "observed", OUTSTANDING)
    assert found[LEEDS, "leaders"] == (2.0, "observed", GOOD)
    assert found[LEEDS, "protection"] == (3.0, "observed", "Requires improvement to be good")
    assert found[LEEDS, "in_care"] == (4.0, "observed", INADEQUATE)


def test_since_april_2026_overall_is_not_given_and_an_old_one_is_not_carried_forward(known_areas: Areas) -> None:
    before = inspected(LEEDS, date(2023, 1, 9), date(2023, 3, 1))
    after = inspected(LEEDS, date(2026, 5, 11), date(2026, 7, 7), Framework.ILACS_2026)
    judged: dict[Strand, str] = {strand: OUTSTANDING for strand in Strand if strand is not Strand.OVERALL}
    found = at(date(2026, 7, 7), known_areas, (before, ALL_GOOD), (after, judged))
    assert found[LEEDS, "overall"] == (None, "not_given", None)
    assert [found[LEEDS, strand] for strand in judged] == [(1.0, "observed", OUTSTANDING)] * 4


def test_before_january_2023_care_leavers_are_not_applicable_never_missing(known_areas: Areas) -> None:
    judged: dict[Strand, str] = {strand: GOOD for strand in Strand if strand is not Strand.CARE_LEAVERS}
    found = at(date(2022, 6, 1), known_areas, (inspected(LEEDS, date(2022, 5, 1), date(2022, 6, 1)), judged))
    assert found[LEEDS, "care_leavers"] == (None, "not_applicable", None)
    assert found[LEEDS, "overall"] == (2.0, "observed", GOOD)


def test_an_authority_that_was_not_yet_inspected_has_a_row_that_says_so(known_areas: Areas) -> None:
    found = at(date(2024, 6, 1), known_areas, (inspected(LEEDS, date(2024, 5, 1), date(2024, 6, 1)), ALL_GOOD))
    assert {found[CUMBERLAND, strand] for strand in Strand} == {(None, "no_row", None)}
    assert len(found) == 153 * len(Strand)


def test_an_inspection_of_an_ended_authority_is_neither_its_successors_nor_shown_after_its_end(
    known_areas: Areas,
) -> None:
    cumbria = inspected(CUMBRIA, date(2022, 10, 1), date(2022, 12, 1)), ALL_GOOD
    leeds = inspected(LEEDS, date(2024, 5, 1), date(2024, 7, 1)), ALL_GOOD
    assert at(date(2023, 3, 31), known_areas, cumbria, leeds)[CUMBRIA, "overall"] == (2.0, "observed", GOOD)
    later = at(date(2024, 3, 31), known_areas, cumbria, leeds)
    assert (CUMBRIA, "overall") not in later
    assert later[CUMBERLAND, "overall"] == (None, "no_row", None)


@pytest.mark.parametrize(
    ("started", "published", "counts"),
    [
        (date(2025, 3, 31), date(2025, 6, 30), True),
        (date(2025, 4, 1), date(2025, 6, 30), False),  # inspected after 31 March
        (date(2025, 3, 24), date(2025, 7, 1), False),  # as Wakefield in 2025: published after 30 June
    ],
)
def test_a_snapshot_of_31_march_holds_what_was_inspected_by_then_and_published_by_30_june(
    known_areas: Areas, started: date, published: date, counts: bool
) -> None:
    before = inspected(WAKEFIELD, date(2021, 11, 8), date(2022, 1, 5)), dict.fromkeys(Strand, INADEQUATE)
    newer = inspected(WAKEFIELD, started, published), ALL_GOOD
    another = inspected(LEEDS, date(2025, 7, 1), date(2025, 9, 1)), ALL_GOOD
    found = at(date(2025, 3, 31), known_areas, before, newer, another)
    assert found[WAKEFIELD, "overall"] == ((2.0, "observed", GOOD) if counts else (4.0, "observed", INADEQUATE))


def test_a_snapshot_waits_for_30_june(known_areas: Areas) -> None:
    early = inspected(LEEDS, date(2025, 5, 1), date(2025, 6, 29)), ALL_GOOD
    assert at(date(2025, 3, 31), known_areas, early) == {}
    last_day = inspected(LEEDS, date(2025, 5, 1), date(2025, 6, 30)), ALL_GOOD
    assert at(date(2025, 3, 31), known_areas, last_day) != {}


def test_the_newest_day_is_the_newest_reports(known_areas: Areas) -> None:
    rows = observations(
        pl.DataFrame([inspected(LEEDS, date(2018, 5, 1), date(2018, 8, 20))], schema=INSPECTION, orient="row"),
        pl.DataFrame([(f"{LEEDS}-2018-08-20", "overall", GOOD)], schema=JUDGEMENT, orient="row"),
        known_areas,
    )
    periods = rows.select("period_end", "period").unique().sort("period_end").rows()
    assert periods == [(date(2018, 3, 31), "2018"), (date(2018, 8, 20), "20 August 2018")]


def test_under_the_earlier_framework_the_day_of_publication_stands_for_that_of_the_inspection(
    known_areas: Areas,
) -> None:
    inspection = pl.DataFrame(
        [inspected(LEEDS, None, date(2018, 4, 1), Framework.SIF)], schema=INSPECTION, orient="row"
    )

    def found(on: date) -> list[str | None]:
        return (
            latest(inspection, known_areas, on, published_by=on + timedelta(days=91))
            .filter(pl.col("area_id") == LEEDS)["inspection_id"]
            .to_list()
        )

    assert found(date(2018, 3, 31)) == [None]
    assert found(date(2018, 4, 1)) == [f"{LEEDS}-2018-04-01"]


def test_the_later_report_is_the_latest_whatever_the_order_of_rows(known_areas: Areas) -> None:
    inspection = pl.DataFrame(
        [inspected(LEEDS, None, date(2024, 4, 1)), inspected(LEEDS, None, date(2019, 4, 1))],
        schema=INSPECTION,
        orient="row",
    )
    rows = latest(inspection, known_areas, date(2025, 1, 1), published_by=date(2025, 1, 1))
    assert rows.filter(pl.col("area_id") == LEEDS)["published"].to_list() == [date(2024, 4, 1)]


@pytest.mark.parametrize(
    "text", ["31/02/2025", "1 May 2025", "", None, "01/01/1999", f"{datetime.now(UTC) + timedelta(days=2):%d/%m/%Y}"]
)
def test_what_is_no_date_or_lies_ahead_is_refused_with_its_place(text: str | None) -> None:
    with pytest.raises(SourceError, match=r"^E_DATE: made up\.csv, line 7, column 'published': ") as error:
        day(text, "%d/%m/%Y", file="made up.csv", line=7, column="published")
    assert "between 2000 and today" in str(error.value)


def test_today_is_a_date() -> None:
    today = datetime.now(UTC).date()
    assert day(f"{today:%d/%m/%Y}", "%d/%m/%Y", file="", line=1, column="") == today


def test_a_grade_in_other_words_is_refused_and_an_empty_cell_is_no_grade() -> None:
    words: dict[str, str | None] = {GOOD: GOOD, "-": None}
    assert grade(None, words, file="", line=1, column="") is None
    assert grade("-", words, file="", line=1, column="") is None
    assert grade(GOOD, words, file="", line=1, column="") == GOOD
    with pytest.raises(SourceError, match=r"^E_GRADE: made up\.csv, line 3, column 'overall': 'Splendid'"):
        grade("Splendid", words, file="made up.csv", line=3, column="overall")


def test_of_two_pairs_of_rows_for_the_same_inspection_the_lines_of_one_pair_are_named() -> None:
    rows = [
        (*inspected(area_id, None, date(2024, 5, 1))[:-1], line)
        for area_id, line in ((LEEDS, 4), (WAKEFIELD, 5), (LEEDS, 9), (WAKEFIELD, 10))
    ]
    with pytest.raises(SourceError, match="383-2024-05-01 stands here and on line 4") as error:
        loaded(OFFICIAL, rows, [], [])
    assert (error.value.rule, error.value.line) == ("E_DUP_KEY", 9)


@pytest.mark.parametrize(
    ("started", "ended", "published"),
    [
        (date(2024, 5, 1), date(2024, 5, 12), date(2024, 4, 30)),
        (date(2024, 5, 1), date(2024, 4, 12), date(2024, 6, 30)),
    ],
    ids=["published before it started", "ended before it started"],
)
def test_an_inspection_cannot_end_or_be_published_before_it_starts(started: date, ended: date, published: date) -> None:
    row = list(inspected(LEEDS, started, published))
    row[5] = ended
    with pytest.raises(SourceError) as error:
        loaded(OFFICIAL, [tuple(row)], [], [])
    assert (error.value.rule, error.value.line) == ("E_DATE", 1)


def read(tmp_path: Path, areas: Areas) -> dict[str, Loaded]:
    context = Context(areas, {})
    official = {
        source.id: source.load(source, synthetic.cells(source, tmp_path / source.id), context)
        for source in (OFFICIAL, SINGLE)
    }
    reports = REPORTS.load(REPORTS, synthetic.cells(REPORTS, tmp_path / "reports"), Context(areas, official))
    return {**official, REPORTS.id: reports}


def test_where_an_official_file_has_an_inspection_its_grades_stand_and_the_record_gives_the_link(
    tmp_path: Path, known_areas: Areas
) -> None:
    both = read(tmp_path, known_areas)
    official, record = both[OFFICIAL.id].tables, both[REPORTS.id].tables
    assert ("202-2024-06-04", "leaders", GOOD) in official["judgement"].rows()
    assert "202" not in record["inspection"]["area_id"].to_list()
    assert record["inspection_link"].rows() == [("202-2024-06-04", "https://example.org/1", date(2024, 4, 19))]


def test_what_no_official_file_has_comes_from_the_record_under_the_framework_of_its_time(
    tmp_path: Path, known_areas: Areas
) -> None:
    record = read(tmp_path, known_areas)[REPORTS.id].tables
    assert record["inspection"].select("inspection_id", "framework", "started", "published", "line").rows() == [
        ("383-2026-07-10", "ILACS from April 2026", date(2026, 5, 11), date(2026, 7, 10), 3)
    ]
    assert record["judgement"].rows() == [
        ("383-2026-07-10", "leaders", OUTSTANDING),
        ("383-2026-07-10", "protection", GOOD),
        ("383-2026-07-10", "in_care", GOOD),
        ("383-2026-07-10", "care_leavers", OUTSTANDING),
    ]


def test_a_report_without_a_grade_is_rejected_with_its_line_and_counted(tmp_path: Path, known_areas: Areas) -> None:
    record = read(tmp_path, known_areas)[REPORTS.id]
    assert record.tables["reject"].select("line", "raw", "rule", "message").rows() == [
        (4, "leeds", "R_NO_GRADE", "leeds, 2013-02-01: no grade could be read.")
    ]
    counted = record.ledger.select("rows_read", "rows_loaded", "rows_rejected", "rows_duplicate").rows()
    assert counted == [(3, 2, 1, 0)]


def test_below_the_second_header_of_the_history_stand_the_authorities_that_ended(
    tmp_path: Path, known_areas: Areas
) -> None:
    single = read(tmp_path, known_areas)[SINGLE.id].tables["inspection"]
    assert single.select("area_id", "type", "published").rows() == [
        (LEEDS, "full", date(2015, 3, 27)),
        ("838", "full", date(2016, 5, 1)),
        ("420", "full", date(2014, 2, 11)),
        ("835", "full", date(2016, 5, 1)),
        ("835", "re-inspection", date(2018, 2, 9)),
    ]


def test_a_dash_is_a_judgement_that_was_not_made(tmp_path: Path, known_areas: Areas) -> None:
    judged = read(tmp_path, known_areas)[SINGLE.id].tables["judgement"]
    scilly = judged.filter(pl.col("inspection_id") == "420-2014-02-11")["strand"].to_list()
    assert scilly == ["overall", "leaders", "protection"]
