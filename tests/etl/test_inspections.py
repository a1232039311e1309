"""Ofsted's judgements: which inspection is the latest on a day, what was judged, and which record wins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from etl import releases
from etl.areas import Areas
from etl.build import builder
from etl.model import OBSERVATION, Context, Loaded, SourceError
from etl.readers.inspections import (
    INSPECTION,
    JUDGEMENT,
    MONTHS,
    SNAPSHOT,
    Framework,
    Strand,
    day,
    grade,
    latest,
    loaded,
    observations,
)
from etl.readers.reconcile_ofsted import Disagreement, Known, Other, check_snapshot, compare_records
from etl.releases import Cells
from etl.sources.data_to_insight_inspections import SOURCE as REPORTS
from etl.sources.ofsted_inspections import SOURCE as OFFICIAL
from etl.sources.ofsted_single_inspections import SOURCE as SINGLE
from tests.etl import synthetic
from tests.etl.helpers import copied_data, few_sources

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
    rows = rows.filter(pl.col("metric_id") != MONTHS)
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


def since(
    areas: Areas, on: date, *inspections: tuple[object, ...]
) -> dict[str, tuple[float | None, str, str | None, str]]:
    """Council -> (months, status, symbol, return) at a day."""
    rows = observations(
        pl.DataFrame(inspections, schema=INSPECTION, orient="row"), pl.DataFrame(schema=JUDGEMENT), areas
    )
    found = rows.filter((pl.col("metric_id") == MONTHS) & (pl.col("period_end") == on))
    return {row[0]: row[1:] for row in found.select("area_id", "value", "status", "symbol", "return_id").iter_rows()}


@pytest.mark.parametrize(
    ("started", "months"),
    [
        (date(2025, 3, 31), 0),
        (date(2025, 3, 1), 0),
        (date(2025, 2, 28), 1),
        (date(2024, 4, 1), 11),
        (date(2024, 3, 31), 12),
        (date(2021, 11, 8), 40),
    ],
)
def test_months_since_an_inspection_are_whole_months_from_its_first_day_to_the_snapshot(
    known_areas: Areas, started: date, months: int
) -> None:
    own = inspected(LEEDS, started, date(2025, 6, 30))
    found = since(known_areas, date(2025, 3, 31), own, inspected(WAKEFIELD, date(2025, 5, 1), date(2025, 7, 1)))
    assert found[LEEDS] == (float(months), "observed", None, LEEDS)


def test_months_since_an_inspection_are_counted_to_the_newest_report_too_and_there_from_all_that_is_out(
    known_areas: Areas,
) -> None:
    before = inspected(LEEDS, date(2021, 11, 8), date(2022, 1, 5))
    newest = inspected(WAKEFIELD, date(2026, 5, 11), date(2026, 7, 10))
    found = since(known_areas, date(2026, 7, 10), before, newest)
    assert (found[LEEDS][0], found[WAKEFIELD][0]) == (56.0, 1.0)


def test_under_the_earlier_framework_months_are_counted_from_publication(known_areas: Areas) -> None:
    own = inspected(LEEDS, None, date(2017, 3, 30), Framework.SIF)
    found = since(known_areas, date(2018, 3, 31), own, inspected(WAKEFIELD, date(2018, 5, 1), date(2018, 7, 1)))
    assert found[LEEDS] == (12.0, "observed", None, LEEDS)


def test_a_council_that_was_never_inspected_has_no_months_but_a_row(known_areas: Areas) -> None:
    found = since(known_areas, date(2024, 6, 1), inspected(LEEDS, date(2024, 5, 1), date(2024, 6, 1)))
    assert found[CUMBERLAND] == (None, "no_row", None, CUMBERLAND)
    assert len(found) == 153


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
        loaded(rows, [], [])
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
        loaded([tuple(row)], [], [])
    assert (error.value.rule, error.value.line) == ("E_DATE", 1)


def read(tmp_path: Path, areas: Areas) -> dict[str, Loaded]:
    context = Context(areas, {})
    official = {
        source.id: source.load(source, synthetic.cells(source, tmp_path / source.id), context)
        for source in (OFFICIAL, SINGLE)
    }
    reports = REPORTS.load(REPORTS, synthetic.cells(REPORTS, tmp_path / "reports"), Context(areas, official))
    return {**official, REPORTS.id: reports}


def test_where_an_official_file_has_an_inspection_the_record_gives_only_the_link_and_the_last_day(
    tmp_path: Path, known_areas: Areas
) -> None:
    both = read(tmp_path, known_areas)
    official, record = both[OFFICIAL.id].tables, both[REPORTS.id].tables
    assert ("202-2024-06-04", "leaders", GOOD) in official["judgement"].rows()
    assert "202" not in record["inspection"]["area_id"].to_list()
    assert record["inspection_link"].row(0) == ("202-2024-06-04", "https://example.org/1", date(2024, 4, 26))


def reports(tmp_path: Path, areas: Areas, old: bytes, new: bytes) -> Loaded:
    """The made-up record with one thing printed otherwise, read after the official files."""
    name = REPORTS.release.files[0].name
    (whole,) = (content for path, content in synthetic.FILES.items() if path.endswith(name))
    assert old in whole
    official = read(tmp_path / "sound", areas)
    cells = synthetic.cells(REPORTS, tmp_path / "changed", {name: whole.replace(old, new)})
    return REPORTS.load(REPORTS, cells, Context(areas, official))


@pytest.mark.parametrize(
    ("old", "new", "column", "words"),
    [
        (
            b"26/04/2024,good,good,good,outstanding", b"26/04/2024,good,inadequate,good,outstanding",
            "impact_of_leaders_grade", "impact of leaders is Inadequate here but Good there.",
        ),
        (
            b"26/04/2024,good,good,good,outstanding", b"26/04/2024,good,good,outstanding,good",
            "help_and_protection_grade",
            (
                "help and protection is Outstanding here but Good there; "
                "children in care is Good here but Outstanding there."
            ),
        ),
        (b"26/04/2024,good,", b"26/04/2024,,", "overall_effectiveness_grade",
         "overall effectiveness is not given here but Good there."),
        (b"15/04/2024", b"16/04/2024", "inspection_start_date",
         "the first day is 2024-04-16 here but 2024-04-15 there."),
        (b"04/06/24", b"05/06/24", "publication_date",
         "the day of publication is 2024-06-05 here but 2024-06-04 there."),
        (b"04/06/24,standard", b"04/06/24,short", "inspection_framework",
         "the kind of inspection is short here but standard there."),
    ],
    ids=["a grade", "two grades swapped", "no grade", "the first day", "the day of publication", "the kind"],
)  # fmt: skip
def test_what_the_record_prints_otherwise_than_ofsted_is_refused_with_both_places(
    tmp_path: Path, known_areas: Areas, old: bytes, new: bytes, column: str, words: str
) -> None:
    with pytest.raises(SourceError) as error:
        reports(tmp_path, known_areas, old, new)
    assert (error.value.rule, error.value.file, error.value.line, error.value.column) == (
        "E_DISAGREES", "ofsted_csc_ilacs_history.csv", 2, column,
    )  # fmt: skip
    said = str(error.value)
    assert "the inspection of Camden published on 4 June 2024 is also in LA_Inspection_Outcomes_as_at_31_March" in said
    assert f"2025.ods, line 5, and the two differ: {words} Look the report up on Ofsted's site" in said


def test_an_inspection_that_ofsteds_history_should_have_and_has_not_is_refused(
    tmp_path: Path, known_areas: Areas
) -> None:
    """A slip of the pen in the year makes an inspection that never was."""
    with pytest.raises(
        SourceError, match="Camden was inspected from 2023-04-15, published on 2023-06-04, but"
    ) as error:
        reports(
            tmp_path,
            known_areas,
            b"04/06/24,standard,15/04/2024,26/04/2024",
            b"04/06/23,standard,15/04/2023,26/04/2023",
        )
    assert (error.value.rule, error.value.line) == ("E_DISAGREES", 2)


def test_one_official_inspection_in_two_rows_of_the_record_is_refused(tmp_path: Path, known_areas: Areas) -> None:
    row = b"1,camden,https://example.org/1,04/06/24,standard,15/04/2024,26/04/2024,good,good,good,outstanding,good\n"
    with pytest.raises(SourceError, match="published on 2024-06-04 stands here and on line 2") as error:
        reports(tmp_path, known_areas, row, row + row)
    assert (error.value.rule, error.value.line) == ("E_DUP_KEY", 3)


def test_what_no_official_file_has_comes_from_the_record_under_the_framework_of_its_time(
    tmp_path: Path, known_areas: Areas
) -> None:
    record = read(tmp_path, known_areas)[REPORTS.id].tables
    assert record["inspection"].select("inspection_id", "framework", "started", "published", "line").rows() == [
        ("383-2026-08-20", "ILACS from April 2026", date(2026, 5, 11), date(2026, 8, 20), 3)
    ]
    assert record["judgement"].rows() == [
        ("383-2026-08-20", "leaders", OUTSTANDING),
        ("383-2026-08-20", "protection", GOOD),
        ("383-2026-08-20", "in_care", GOOD),
        ("383-2026-08-20", "care_leavers", OUTSTANDING),
    ]


def test_a_report_without_a_grade_is_rejected_with_its_line_and_counted(tmp_path: Path, known_areas: Areas) -> None:
    record = read(tmp_path, known_areas)[REPORTS.id]
    assert record.tables["reject"].select("line", "raw", "rule", "message").rows() == [
        (4, "leeds", "R_NO_GRADE", "leeds, 2013-02-01: no grade could be read.")
    ]
    counted = record.ledger.select("rows_read", "rows_loaded", "rows_rejected", "rows_duplicate").rows()
    assert counted == [(7, 6, 1, 0)]


def test_below_the_second_header_of_the_history_stand_the_authorities_that_ended(
    tmp_path: Path, known_areas: Areas
) -> None:
    single = read(tmp_path, known_areas)[SINGLE.id].tables["inspection"]
    assert single.select("area_id", "type", "published").rows() == [
        (LEEDS, "full", date(2015, 3, 27)),
        ("838", "full", date(2016, 5, 3)),
        ("420", "full", date(2014, 2, 11)),
        ("835", "full", date(2016, 5, 3)),
        ("835", "re-inspection", date(2018, 2, 9)),
    ]


def test_a_council_of_the_history_that_began_after_its_framework_is_rejected_with_its_line(
    tmp_path: Path, known_areas: Areas
) -> None:
    rows = synthetic.SINGLE["LA_inspections_2009-2023"]
    later = [*rows[:4], ["Cumberland", *["-"] * 5, *[""] * 5], *rows[4:]]
    book = synthetic.spreadsheet({**synthetic.SINGLE, "LA_inspections_2009-2023": later})
    cells = synthetic.cells(SINGLE, tmp_path, {SINGLE.release.files[0].name: book})
    single = SINGLE.load(SINGLE, cells, Context(known_areas, {}))
    assert single.tables["reject"].select("line", "raw", "rule").rows() == [(5, "Cumberland", "R_OTHER_FRAMEWORK")]
    counted = single.ledger.select("rows_read", "rows_loaded", "rows_rejected", "rows_duplicate").rows()
    assert counted == [(5, 4, 1, 0)]


def test_a_dash_is_a_judgement_that_was_not_made(tmp_path: Path, known_areas: Areas) -> None:
    judged = read(tmp_path, known_areas)[SINGLE.id].tables["judgement"]
    scilly = judged.filter(pl.col("inspection_id") == "420-2014-02-11")["strand"].to_list()
    assert scilly == ["overall", "leaders", "protection"]


class TestOfstedsOwnTableOfTheLatestJudgements:
    """It is compared with ours, council by council."""

    def held(self, areas: Areas, changed: Mapping[str, object] | None = None, *more: tuple[object, ...]) -> None:
        """Leeds in Ofsted's table, with some of it printed otherwise, beside its inspection and others."""
        inspection = [inspected(LEEDS, date(2024, 5, 1), date(2024, 6, 1)), *more]
        judgement = [(row[0], strand, GOOD) for row in inspection for strand in Strand]
        row = {
            "area_id": LEEDS, "day": date(2025, 3, 31), "started": date(2024, 5, 1), "published": date(2024, 6, 1),
            **dict.fromkeys(map(str, Strand), GOOD), "file": "made up.ods", "line": 4,
        }  # fmt: skip
        check_snapshot(
            pl.DataFrame([{**row, **(changed or {})}], schema=SNAPSHOT),
            pl.DataFrame(inspection, schema=INSPECTION, orient="row"),
            pl.DataFrame(judgement, schema=JUDGEMENT, orient="row"),
            areas,
        )

    def test_what_is_alike_passes(self, known_areas: Areas) -> None:
        self.held(known_areas)

    def test_a_council_last_inspected_under_the_framework_before_2018_is_not_in_it(self, known_areas: Areas) -> None:
        self.held(known_areas, None, inspected(WAKEFIELD, None, date(2016, 6, 1), Framework.SIF))

    def test_what_came_after_the_day_or_after_30_june_is_not_in_it(self, known_areas: Areas) -> None:
        later = inspected(LEEDS, date(2025, 4, 1), date(2025, 5, 1))
        self.held(known_areas, None, later, inspected(WAKEFIELD, date(2025, 3, 24), date(2025, 7, 18)))

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"leaders": OUTSTANDING}, "impact of leaders is Outstanding here but Good there."),
            ({"care_leavers": None}, "care leavers is not given here but Good there."),
            ({"started": date(2024, 5, 2)}, "the first day is 2024-05-02 here but 2024-05-01 there."),
            (
                {"area_id": CUMBERLAND},
                "it was inspected from 2024-05-01, but no file that is read has that inspection.",
            ),
        ],
        ids=["a grade", "no grade", "a date", "another council"],
    )  # fmt: skip
    def test_what_differs_is_refused_with_both_places(
        self, known_areas: Areas, changed: dict[str, object], words: str
    ) -> None:
        with pytest.raises(SourceError) as error:
            self.held(known_areas, changed)
        assert (error.value.rule, error.value.file, error.value.line) == ("E_SNAPSHOT", "made up.ods", 4)
        assert words in str(error.value)

    def test_a_council_that_is_left_out_is_named(self, known_areas: Areas) -> None:
        with pytest.raises(
            SourceError, match=r"Wakefield .*: there is no row, but it was inspected from 2024-11-04"
        ) as error:
            self.held(known_areas, None, inspected(WAKEFIELD, date(2024, 11, 4), date(2025, 1, 6)))
        assert error.value.rule == "E_SNAPSHOT"

    def test_a_record_of_a_later_inspection_that_it_lacks_is_found(self, known_areas: Areas) -> None:
        """A report that another record dates too early would be the latest of that day."""
        with pytest.raises(SourceError, match="the first day is 2024-05-01 here but 2025-02-03 there"):
            self.held(known_areas, None, inspected(LEEDS, date(2025, 2, 3), date(2025, 3, 20)))


OURS = Known(
    "383-2024-06-01", "ILACS", date(2024, 5, 1), date(2024, 6, 1), {"leaders": GOOD, "type": "short"}, "f.ods", 7
)


def theirs(**says: str | None) -> Other:
    return Other("Leeds", says, {"leaders": "Impact"}, "made up.csv", 3, "etl/sources/made_up.py")


class TestADeclaredDisagreement:
    DECLARED = (Disagreement("383-2024-06-01", "leaders", GOOD, OUTSTANDING, "Looked up."),)

    def test_it_passes_as_long_as_both_print_what_is_declared(self) -> None:
        assert compare_records(OURS, theirs(leaders=OUTSTANDING, type="short"), self.DECLARED) == list(self.DECLARED)

    def test_it_excuses_no_other(self) -> None:
        with pytest.raises(SourceError, match=r"E_DISAGREES.*the kind of inspection is standard here but short there"):
            compare_records(OURS, theirs(leaders=OUTSTANDING, type="standard"), self.DECLARED)

    @pytest.mark.parametrize("printed", [GOOD, INADEQUATE, None])
    def test_once_it_is_repaired_the_build_stops_until_the_declaration_is_gone(self, printed: str | None) -> None:
        with pytest.raises(SourceError, match=r"^E_REPAIRED: made up\.csv, line 3, column 'Impact': ") as error:
            compare_records(OURS, theirs(leaders=printed), self.DECLARED)
        assert "remove it from DISAGREEMENTS in etl/sources/made_up.py" in str(error.value)

    def test_of_another_inspection_it_says_nothing(self) -> None:
        other = Known("383-2021-06-01", "ILACS", None, date(2021, 6, 1), {"leaders": GOOD}, "f.ods", 8)
        assert compare_records(other, theirs(leaders=GOOD), self.DECLARED) == []

    def test_what_the_other_file_does_not_print_at_all_is_not_compared(self) -> None:
        assert compare_records(OURS, theirs(type="short"), ()) == []


def test_two_grades_of_one_council_swapped_in_the_real_record_are_refused(known_areas: Areas) -> None:
    """The committed record, with the grades of leaders and of help and protection of Nottinghamshire swapped."""
    folder = builder.DATA / "releases"
    official = {
        source.id: source.load(source, releases.read(folder, source), Context(known_areas, {}))
        for source in (OFFICIAL, SINGLE)
    }
    frame = releases.read(folder, REPORTS).frame
    line = 331
    swapped = {
        "impact_of_leaders_grade": "help_and_protection_grade",
        "help_and_protection_grade": "impact_of_leaders_grade",
    }
    grades = dict(frame.filter(pl.col("line") == line).select("column", "text").iter_rows())
    assert grades["impact_of_leaders_grade"] != grades["help_and_protection_grade"]
    new = pl.col("column").replace_strict({a: grades[b] for a, b in swapped.items()}, default=pl.col("text"))
    changed = frame.with_columns(pl.when(pl.col("line") == line).then(new).otherwise("text").alias("text"))
    with pytest.raises(SourceError) as error:
        REPORTS.load(REPORTS, Cells(changed), Context(known_areas, official))
    assert (error.value.rule, error.value.line) == ("E_DISAGREES", line)
    said = str(error.value)
    assert "the inspection of Nottinghamshire published on 12 July 2024 is also in LA_Inspection_Outcomes" in said
    assert (
        "the two differ: impact of leaders is Good here but Outstanding there; "
        "help and protection is Outstanding here but Good there."
    ) in said


def test_a_build_stops_where_ofsteds_own_table_is_not_ours(tmp_path: Path) -> None:
    """The committed releases, with one grade of Lewisham in the table of March 2025 printed otherwise."""
    data = copied_data(tmp_path / "data")
    where = releases.path(data / "releases", OFFICIAL.release)
    frame = pl.read_parquet(where)
    of_lewisham = (
        (pl.col("sheet") == "Inspections_as_at_31_March")
        & (pl.col("line") == 76)
        & (pl.col("column") == "Overall effectiveness")
    )
    assert frame.filter(of_lewisham)["text"].to_list() == [GOOD]
    text = pl.when(of_lewisham).then(pl.lit(OUTSTANDING)).otherwise("text").alias("text")
    frame.with_columns(text).write_parquet(where)
    releases.seal(where.parent)
    with pytest.raises(SourceError) as error:
        builder.build(data, sources=few_sources())
    assert (error.value.rule, error.value.line) == ("E_SNAPSHOT", 76)
    assert "Lewisham in Ofsted's own table of the latest judgements at 31 March 2025: its latest inspection is in" in (
        str(error.value)
    )
    assert "overall effectiveness is Outstanding here but Good there." in str(error.value)
    assert not (data / builder.DATABASE).exists()
