"""Ofsted's visits: what a list of the year holds, how many visits a council had, and which rows are refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from etl import releases
from etl.areas import Areas
from etl.build import builder
from etl.model import OBSERVATION, Context, Loaded, SourceError
from etl.sources.ofsted_inspections import SOURCE as OFFICIAL
from etl.sources.ofsted_visits import DISAGREEMENTS, EDITIONS, SOURCE, VISIT
from tests.etl import synthetic
from tests.etl.synthetic import Sheet

LEEDS, CAMDEN, CUMBRIA, CUMBERLAND = "383", "202", "909", "942"
FOCUSED, MONITORING = "focused visit", "monitoring visit"
THIS_YEAR, LAST_YEAR, FIRST_YEAR = (edition.file for edition in EDITIONS)
BOOKS: Mapping[str, tuple[str, Mapping[str, Sheet]]] = {
    THIS_YEAR: ("In-year_inspections", synthetic.OFFICIAL),
    LAST_YEAR: ("Inspections_in_year_2023-24", synthetic.LISTED_2024),
    FIRST_YEAR: ("LA_level_in_year_2022-23", synthetic.SINGLE),
}


def read(tmp_path: Path, areas: Areas, file: str = "", old: str = "", new: str = "") -> Loaded:
    """The made-up lists; in one of them, one text may be another, wherever it stands in its list."""
    changed = {}
    if file:
        name, book = BOOKS[file]
        rows = [[new if text == old else text for text in row] for row in book[name]]
        assert rows != [list(row) for row in book[name]]
        changed[file] = synthetic.spreadsheet({**book, name: rows})
    return load(tmp_path, areas, changed)


def load(tmp_path: Path, areas: Areas, changed: Mapping[str, bytes]) -> Loaded:
    history = OFFICIAL.load(OFFICIAL, synthetic.cells(OFFICIAL, tmp_path / "history"), Context(areas, {}))
    cells = synthetic.cells(SOURCE, tmp_path / "lists", changed)
    return SOURCE.load(SOURCE, cells, Context(areas, {OFFICIAL.id: history}))


def with_row(file: str, *cells: str) -> dict[str, bytes]:
    """One of the lists, with one more row at its end."""
    name, book = BOOKS[file]
    return {file: synthetic.spreadsheet({**book, name: [*book[name], cells]})}


def counted(loaded: Loaded, metric: str) -> dict[tuple[str, int], tuple[float, str, int | None]]:
    """(council, year) -> (visits, file, line)."""
    return {
        (row["area_id"], row["period_end"].year): (row["value"], row["file"], row["line"])
        for row in loaded.tables["observation"].iter_rows(named=True)
        if row["metric_id"] == metric
    }


def test_a_visit_has_its_kind_days_theme_and_place(tmp_path: Path, known_areas: Areas) -> None:
    visit = read(tmp_path, known_areas).tables["visit"]
    assert visit.schema == VISIT
    columns = ("visit_id", "area_id", "kind", "started", "published", "theme", "file", "line")
    assert visit.select(columns).rows() == [
        ("383-2024-10-01-focused", LEEDS, FOCUSED, date(2024, 10, 1), date(2024, 11, 5), "Front door", THIS_YEAR, 4),
        ("383-2025-02-04-focused", LEEDS, FOCUSED, date(2025, 2, 4), date(2025, 3, 4), "Care leavers", THIS_YEAR, 5),
        # Lists before that of 2025 do not print when the letter came out.
        ("383-2023-03-28-focused", LEEDS, FOCUSED, date(2023, 3, 28), None, "Children in care", LAST_YEAR, 2),
        ("202-2024-01-16-monitoring", CAMDEN, MONITORING, date(2024, 1, 16), None, "Front door", LAST_YEAR, 3),
        ("909-2022-06-14-focused", CUMBRIA, FOCUSED, date(2022, 6, 14), None, "Front door", FIRST_YEAR, 2),
        ("202-2022-03-29-monitoring", CAMDEN, MONITORING, date(2022, 3, 29), None, "Care leavers", FIRST_YEAR, 3),
    ]  # fmt: skip


def test_an_inspection_of_a_list_that_is_in_the_history_is_a_repeat_and_every_row_is_counted(
    tmp_path: Path, known_areas: Areas
) -> None:
    ledger = read(tmp_path, known_areas).ledger
    assert ledger.select("file", "rows_read", "rows_loaded", "rows_rejected", "rows_duplicate").rows() == [
        (f"{THIS_YEAR}#In-year_inspections", 3, 2, 0, 1),
        (f"{LAST_YEAR}#Inspections_in_year_2023-24", 2, 2, 0, 0),
        (f"{FIRST_YEAR}#LA_level_in_year_2022-23", 2, 2, 0, 0),
    ]


def test_visits_count_in_the_year_in_which_they_began_whichever_list_they_are_on(
    tmp_path: Path, known_areas: Areas
) -> None:
    loaded = read(tmp_path, known_areas)
    assert loaded.tables["observation"].schema == OBSERVATION
    focused = counted(loaded, "focused_visits")
    assert focused[LEEDS, 2025] == (2.0, THIS_YEAR, None)  # two lines
    assert focused[LEEDS, 2024] == (0.0, LAST_YEAR, None)
    assert focused[LEEDS, 2023] == (1.0, LAST_YEAR, 2)  # too late for the list of its year
    assert counted(loaded, "monitoring_visits")[CAMDEN, 2024] == (1.0, LAST_YEAR, 3)


def test_a_council_that_is_on_no_list_had_no_visit_and_one_that_was_not_there_has_no_row(
    tmp_path: Path, known_areas: Areas
) -> None:
    loaded = read(tmp_path, known_areas)
    focused, monitoring = counted(loaded, "focused_visits"), counted(loaded, "monitoring_visits")
    assert focused.keys() == monitoring.keys()
    assert [sum(year == listed for _, year in focused) for listed in (2022, 2023, 2024, 2025)] == [0, 152, 153, 153]
    assert monitoring[LEEDS, 2025] == (0.0, THIS_YEAR, None)
    # Cumbria ended with the last day of March 2023.
    assert focused[CUMBRIA, 2023] == (1.0, FIRST_YEAR, 2)
    assert (CUMBRIA, 2024) not in focused
    assert (CUMBERLAND, 2023) not in focused
    assert focused[CUMBERLAND, 2024][0] == 0.0


def test_a_year_of_which_only_late_visits_are_listed_has_no_count(tmp_path: Path, known_areas: Areas) -> None:
    """Camden's visit of March 2022 is kept; how many others there were in that year, these lists do not say."""
    monitoring = counted(read(tmp_path, known_areas), "monitoring_visits")
    assert monitoring[CAMDEN, 2023][0] == 0.0
    assert {year for _, year in monitoring} == {2023, 2024, 2025}


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "line", "words"),
    [
        (THIS_YEAR, "Outstanding", "Good", "E_DISAGREES", 3, "children in care is Good here but Outstanding there."),
        (THIS_YEAR, "ILACS Standard Inspection", "ILACS Short Inspection", "E_DISAGREES", 3,
         "the kind of inspection is short here but standard there."),
        (THIS_YEAR, "2024-06-04", "2024-06-05", "E_DISAGREES", 3, "the day of publication is 2024-06-05 here but"),
        (THIS_YEAR, "2024-04-15", "2024-04-16", "E_DISAGREES", 3, "the first day is 2024-04-16 here but 2024-04-15"),
        (THIS_YEAR, "2024-04-15", "2023-06-15", "E_DISAGREES", 3, "Ofsted's history has no such inspection"),
        (THIS_YEAR, "ILACS Focused Visit", "ILACS Look", "E_INSPECTION_TYPE", 4, "'ILACS Look' is not a type we know"),
        (THIS_YEAR, "2025-02-04", "2025-04-01", "E_DATE", 5, "2025-04-01 is not in the year to 31 March 2025"),
        (THIS_YEAR, "2024-11-05", "2024-09-05", "E_DATE", 4, "published before 2024-10-01, its first day"),
        (THIS_YEAR, "Leeds", "Leigh", "E_NAME", 4, "'Leigh', which is not a name of 383"),
        (LAST_YEAR, "2024-01-16", "2022-01-16", "E_DATE", 3, "nor in the one before"),
        (LAST_YEAR, "Camden", "Camdon", "E_UNKNOWN_LA", 3, "'Camdon' is not a name of an authority"),
        (LAST_YEAR, "Leeds", "Cumberland", "E_UNKNOWN_LA", 2, "Cumberland did not exist on 2023-03-28"),
    ],
    ids=["a grade", "a kind", "a day of publication", "a first day", "an inspection that never was", "another word",
         "after the year", "published first", "another name", "long before the year", "nobody", "not yet there"],
)  # fmt: skip
def test_a_row_that_cannot_be_so_is_refused_with_its_place(
    tmp_path: Path, known_areas: Areas, file: str, old: str, new: str, rule: str, line: int, words: str
) -> None:
    with pytest.raises(SourceError) as error:
        read(tmp_path, known_areas, file, old, new)
    assert (error.value.rule, error.value.file, error.value.line) == (rule, file, line)
    assert words in str(error.value)


def test_a_visit_with_a_grade_is_refused(tmp_path: Path, known_areas: Areas) -> None:
    graded = with_row(FIRST_YEAR, "Leeds", "2022-10-04", "ILACS Focused Visit", "", "Good", "", "", "", "Front door")
    with pytest.raises(SourceError, match="a focused visit gives no grade, but 'Good' is printed") as error:
        load(tmp_path, known_areas, graded)
    assert (error.value.rule, error.value.line, error.value.column) == ("E_GRADE", 4, "Impact of leaders")


def test_a_visit_on_two_lists_is_refused_with_both_places(tmp_path: Path, known_areas: Areas) -> None:
    again = with_row(FIRST_YEAR, "Leeds", "2023-03-28", "ILACS Focused Visit", *[""] * 5, "Children in care")
    with pytest.raises(SourceError) as error:
        load(tmp_path, known_areas, again)
    assert (error.value.rule, error.value.file, error.value.line) == ("E_DUP_KEY", LAST_YEAR, 2)
    assert f"383-2023-03-28-focused stands here and in {FIRST_YEAR}, line 4." in str(error.value)


def test_a_list_of_an_earlier_edition_that_ofsted_corrected_is_rejected_with_the_reason(known_areas: Areas) -> None:
    """The committed lists: each declared difference is one rejected row."""
    folder = builder.DATA / "releases"
    history = OFFICIAL.load(OFFICIAL, releases.read(folder, OFFICIAL), Context(known_areas, {}))
    loaded = SOURCE.load(SOURCE, releases.read(folder, SOURCE), Context(known_areas, {OFFICIAL.id: history}))
    rejects = loaded.tables["reject"].select("raw", "rule", "message").rows()
    assert len(rejects) == len(DISAGREEMENTS)
    assert {rule for _, rule, _ in rejects} == {"R_REVISED"}
    (staffordshire,) = (message for raw, _, message in rejects if raw == "Staffordshire")
    assert staffordshire.startswith("Staffordshire, 2023-11-06: Corrected in the edition of 2025, whose notes say")
