"""What came after a grade: hand-made histories of inspections, and all real ones followed one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import polars as pl
import pytest

from dashboard.analysis import transitions
from dashboard.analysis.transitions import ENDED, NOT_GIVEN, NOT_YET
from dashboard.data.database import Database
from dashboard.data.model import GRADES, STRANDS
from tests.dashboard import small
from tests.dashboard.small import Figure

ILACS, REFORMED = "ILACS", transitions.WITHOUT_OVERALL
BAD, FAIR, GOOD, BEST = "Inadequate", "Requires improvement to be good", "Good", "Outstanding"
# area, framework, day of publication, the grades it gave
Report = tuple[str, str, date, dict[str, str]]


def judged(folder: Path, reports: Sequence[Report], ended: Sequence[str] = ()) -> Database:
    db = small.database(folder, metrics=[small.metric()], figures=[Figure("waits", "101", 1.0)])
    small.put(
        db,
        "inspection",
        pl.DataFrame(
            [
                {"inspection_id": f"{area}-{day}", "area_id": area, "framework": framework, "published": day}
                for area, framework, day, _ in reports
            ],
            schema=db.table["inspection"].schema,
        ),
    )
    small.put(
        db,
        "judgement",
        pl.DataFrame(
            [
                {"inspection_id": f"{area}-{day}", "strand": strand, "grade": grade}
                for area, _, day, grades in reports
                for strand, grade in grades.items()
            ],
            schema=db.table["judgement"].schema,
        ),
    )
    db.area = db.area.with_columns(
        pl.when(pl.col("area_id").is_in(list(ended))).then(date(2023, 3, 31)).otherwise("end_date").alias("end_date")
    )
    return db


def followed(db: Database) -> dict[tuple[str, str, int], tuple[Any, ...]]:
    """(area, strand, year) -> grade, what came next, the next grade, months."""
    rows = transitions.judgements(db).select("area_id", "strand", "published", "grade", "next", "next_grade", "months")
    return {
        (area, strand, day.year): found for area, strand, day, *found_ in rows.iter_rows() for found in [(*found_,)]
    }


def test_the_next_judgement_of_the_same_strand_follows_with_the_whole_months_between(tmp_path: Path) -> None:
    db = judged(
        tmp_path,
        [
            ("101", "SIF", date(2016, 1, 31), {"overall": BAD, "leaders": BAD}),
            ("101", ILACS, date(2018, 1, 30), {"overall": FAIR}),  # a day short of two years
            ("101", ILACS, date(2021, 1, 30), {"overall": GOOD, "leaders": GOOD}),
            ("102", ILACS, date(2017, 6, 1), {"overall": BEST}),
        ],
    )
    assert followed(db) == {
        ("101", "overall", 2016): (BAD, "judged", FAIR, 23),
        ("101", "leaders", 2016): (BAD, "judged", GOOD, 59),  # what was not judged in between is passed over
        ("101", "overall", 2018): (FAIR, "judged", GOOD, 36),
        ("101", "overall", 2021): (GOOD, NOT_YET, None, None),
        ("101", "leaders", 2021): (GOOD, NOT_YET, None, None),
        ("102", "overall", 2017): (BEST, NOT_YET, None, None),
    }


def test_overall_is_not_given_since_april_2026_which_is_neither_missing_nor_a_grade(tmp_path: Path) -> None:
    db = judged(
        tmp_path,
        [
            ("101", ILACS, date(2022, 5, 1), {"overall": BAD, "leaders": BAD}),
            ("101", REFORMED, date(2026, 7, 1), {"leaders": GOOD}),
        ],
    )
    assert followed(db) == {
        ("101", "overall", 2022): (BAD, NOT_GIVEN, None, None),
        ("101", "leaders", 2022): (BAD, "judged", GOOD, 50),
        ("101", "leaders", 2026): (GOOD, NOT_YET, None, None),
    }
    assert transitions.latest(db, "overall").is_empty()
    assert transitions.latest(db, "leaders").select("area_id", "grade").rows() == [("101", GOOD)]


def test_the_history_of_an_authority_that_ended_goes_on_in_none_of_its_successors(tmp_path: Path) -> None:
    db = judged(
        tmp_path,
        [
            ("101", ILACS, date(2022, 5, 1), {"overall": BAD}),
            ("102", ILACS, date(2024, 5, 1), {"overall": GOOD}),
        ],
        ended=["101"],
    )
    assert followed(db)["101", "overall", 2022] == (BAD, ENDED, None, None)


def test_children_in_care_before_and_since_january_2023_are_not_judged_alike(tmp_path: Path) -> None:
    days = [date(2019, 5, 1), date(2022, 5, 1), date(2023, 1, 1), date(2026, 1, 1)]
    db = judged(tmp_path, [("101", ILACS, day, {"in_care": GOOD, "protection": GOOD}) for day in days])
    rows = transitions.judgements(db)
    broken = rows.filter("broken").select("strand", "published").rows()
    assert broken == [("in_care", date(2022, 5, 1))]


def test_grades_that_follow_are_counted_by_the_grade_before(tmp_path: Path) -> None:
    first, then = date(2018, 1, 1), date(2020, 1, 1)
    pairs = [("101", BAD, BAD), ("102", BAD, FAIR), ("103", BAD, FAIR), ("104", GOOD, BEST)]
    reports: list[Report] = [("105", ILACS, first, {"overall": BAD}), ("106", ILACS, first, {"leaders": BAD})]
    for area, before, after in pairs:
        reports += [(area, ILACS, first, {"overall": before}), (area, ILACS, then, {"overall": after})]
    found = transitions.matrix(transitions.judgements(judged(tmp_path, reports)), "overall")
    rows = {row["grade"]: row for row in found.iter_rows(named=True)}
    assert list(rows) == list(GRADES)
    assert {key: value for key, value in rows[BAD].items() if value} == {
        "grade": BAD, "judgements": 5, FAIR: 2, BAD: 1, NOT_YET: 2, "months": 24.0,
    }  # fmt: skip
    assert (rows[GOOD][BEST], rows[FAIR]["judgements"], rows[FAIR]["months"]) == (1, 2, None)
    assert rows[BEST][NOT_YET] == 1


def test_what_became_of_the_inadequate_comes_newest_first(tmp_path: Path) -> None:
    reports: list[Report] = [
        ("101", ILACS, date(2018, 1, 1), {"overall": BAD}),
        ("102", ILACS, date(2021, 1, 1), {"overall": BAD}),
        ("102", ILACS, date(2024, 1, 1), {"overall": GOOD}),
        ("103", ILACS, date(2021, 1, 1), {"overall": BAD}),
    ]
    found = transitions.after(transitions.judgements(judged(tmp_path, reports)), "overall")
    assert found["area_id"].to_list() == ["102", "103", "101"]
    assert transitions.after(found, "leaders").is_empty()


# From here on: the real inspections, one by one.


def history(database: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], list[tuple[date, str | None, str]]]:
    """(area, strand) -> its reports in order: day, grade (None where overall is not given), inspection."""
    rows = database.execute(
        """
        SELECT area_id, inspection_id, published, framework::VARCHAR, strand::VARCHAR, grade::VARCHAR
        FROM inspection LEFT JOIN judgement USING (inspection_id)
        """
    ).fetchall()
    found: dict[tuple[str, str], list[tuple[date, str | None, str]]] = {}
    for area_id, inspection_id, day, framework, strand, grade in rows:
        if strand is not None:
            found.setdefault((area_id, strand), []).append((day, grade, inspection_id))
        entry = (day, None, inspection_id)
        if framework == REFORMED and entry not in found.setdefault((area_id, "overall"), []):
            found[area_id, "overall"].append(entry)
    return {key: sorted(reports, key=lambda one: one[0]) for key, reports in found.items()}


def test_every_real_judgement_is_followed_by_the_next_of_its_strand(
    db: Database, database: duckdb.DuckDBPyConnection
) -> None:
    ended = set(db.ended)
    expected = {}
    for (area_id, strand), reports in history(database).items():
        for at, (day, grade, inspection_id) in enumerate(reports):
            if grade is None:
                continue
            after = reports[at + 1] if at + 1 < len(reports) else None
            months = None
            if after is None:
                what = ENDED if area_id in ended else NOT_YET
            elif after[1] is None:
                what = NOT_GIVEN
            else:
                what = "judged"
                # Month by month, as long as the day is not past the next.
                months = 0
                while later(day, months + 1) <= (after[0].year, after[0].month, after[0].day):
                    months += 1
            expected[inspection_id, strand] = (grade, what, after[1] if after else None, months)
    rows = transitions.judgements(db)
    found = {
        (row["inspection_id"], row["strand"]): (row["grade"], row["next"], row["next_grade"], row["months"])
        for row in rows.iter_rows(named=True)
    }
    assert found == expected
    assert rows.height == db.table["judgement"].height
    for strand in STRANDS:
        of = [one for (_, of_strand), one in expected.items() if of_strand == strand]
        counts = Counter((grade, after or what) for grade, what, after, _ in of)
        for row in transitions.matrix(rows, strand).iter_rows(named=True):
            for what in (*GRADES, NOT_GIVEN, NOT_YET, ENDED):
                assert row[what] == counts[row["grade"], what]
            gaps = [months for grade, _, _, months in of if grade == row["grade"] and months is not None]
            assert row["months"] == (median(gaps) if gaps else None)
            assert row["judgements"] == sum(row[what] for what in (*GRADES, NOT_GIVEN, NOT_YET, ENDED))


def later(day: date, months: int) -> tuple[int, int, int]:
    """The same day so many months on; it may be one the month does not have."""
    return (day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1, day.day)


@pytest.mark.parametrize("strand", STRANDS)
def test_the_latest_real_judgements_are_those_of_the_observations(db: Database, strand: str) -> None:
    metric_id = f"judgement_{strand}"
    now = db.councils(metric_id, db.latest(metric_id).end)
    current = dict(now.filter(pl.col("status") == "observed").select("area_id", "symbol").iter_rows())
    found = dict(transitions.latest(db, strand).select("area_id", "grade").iter_rows())
    assert {area_id: grade for area_id, grade in found.items() if area_id in db.authorities} == current


def test_liverpool_was_inspected_again_without_an_overall_judgement(db: Database) -> None:
    rows = transitions.after(transitions.judgements(db), "overall")
    liverpool = rows.row(by_predicate=pl.col("area_id") == "341", named=True)
    assert (liverpool["next"], liverpool["next_grade"]) == (NOT_GIVEN, None)
    assert liverpool["next_framework"] == REFORMED
    assert "341" not in transitions.latest(db, "overall")["area_id"].to_list()
