"""What one edition changed against another: said row by row, and in words. Every figure is made up."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from etl.build import builder
from etl.check import changes
from etl.check.changes import Kind
from etl.model import OBSERVATION
from etl.readers.inspections import INSPECTION, JUDGEMENT
from tests.etl.helpers import Command

STRANDS = ("leaders", "protection")
Figure = tuple[str, str, int, float | str]


def observations(*figures: Figure) -> dict[str, pl.DataFrame]:
    """(metric, area, year, value or status) as the table `observation`."""
    empty = dict.fromkeys(OBSERVATION.names())
    rows = [
        empty
        | {
            "metric_id": metric_id,
            "area_id": area_id,
            "period_end": date(year, 3, 31),
            "value": None if isinstance(value, str) else value,
            "status": value if isinstance(value, str) else "observed",
            "source_id": "made_up",
        }
        for metric_id, area_id, year, value in figures
    ]
    return {"observation": pl.DataFrame(rows, schema=OBSERVATION)}


def changes_between(old: dict[str, pl.DataFrame], new: dict[str, pl.DataFrame]) -> list[tuple[object, ...]]:
    columns = ("kind", "metric_id", "area_id", "before", "after", "moved_by")
    return changes.between(old, new).select(columns).rows()


LEEDS_2024: Figure = ("rate", "383", 2024, 10.0)
ENGLAND_2024: Figure = ("rate", "E92000001", 2024, 12.0)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([LEEDS_2024], [LEEDS_2024], []),
        ([LEEDS_2024], [("rate", "383", 2024, 12.5)], [(Kind.REVISED, "rate", "383", "10.0", "12.5", 2.5)]),
        ([LEEDS_2024], [("rate", "383", 2024, "suppressed")],
         [(Kind.WITHDRAWN, "rate", "383", "10.0", "suppressed", None)]),
        ([("rate", "383", 2024, "suppressed")], [LEEDS_2024],
         [(Kind.GIVEN, "rate", "383", "suppressed", "10.0", None)]),
        ([("rate", "383", 2024, "suppressed")], [("rate", "383", 2024, "not_available")],
         [(Kind.OTHER_REASON, "rate", "383", "suppressed", "not_available", None)]),
        ([LEEDS_2024, ENGLAND_2024], [ENGLAND_2024], [(Kind.WITHDRAWN, "rate", "383", "10.0", "no row", None)]),
        ([LEEDS_2024], [LEEDS_2024, ("rate", "383", 2025, 9.0), ("rate", "E92000001", 2025, 11.0)],
         [(Kind.NEW_PERIOD, "rate", None, None, "11.0", None)]),
        ([LEEDS_2024, ("rate", "383", 2023, 9.0)], [LEEDS_2024], [(Kind.ENDED_PERIOD, "rate", None, None, None, None)]),
        ([LEEDS_2024], [LEEDS_2024, ("other", "E92000001", 2024, 3.0)],
         [(Kind.NEW_MEASURE, "other", None, None, "3.0", None)]),
        ([LEEDS_2024, ("other", "E92000001", 2024, 3.0)], [LEEDS_2024],
         [(Kind.ENDED_MEASURE, "other", None, "3.0", None, None)]),
    ],
    ids=["nothing", "revised", "withdrawn", "given", "other reason", "a row gone", "new period", "ended period",
         "new measure", "ended measure"],
)  # fmt: skip
def test_a_figure_that_is_another_one_is_said_with_both(
    old: list[Figure], new: list[Figure], expected: list[tuple[object, ...]]
) -> None:
    assert changes_between(observations(*old), observations(*new)) == expected


def inspections(*grades: str, published: date = date(2025, 6, 1)) -> dict[str, pl.DataFrame]:
    """One inspection of Leeds with these grades of leaders and protection."""
    row = dict.fromkeys(INSPECTION.names()) | {
        "inspection_id": f"383-{published}", "area_id": "383", "published": published, "source_id": "made_up",
    }  # fmt: skip
    judged = [(row["inspection_id"], strand, grade) for strand, grade in zip(STRANDS, grades, strict=False)]
    return {
        "inspection": pl.DataFrame([row], schema=INSPECTION),
        "judgement": pl.DataFrame(judged, schema=JUDGEMENT, orient="row"),
    }


def test_a_new_report_is_one_row() -> None:
    old, new = inspections("Good"), inspections("Good", published=date(2026, 6, 1))
    assert changes_between(old, new) == [
        (Kind.ENDED_INSPECTION, None, "383", "383-2025-06-01", None, None),
        (Kind.NEW_INSPECTION, None, "383", None, "383-2026-06-01", None),
    ]


def test_a_judgement_that_is_another_one_is_said_strand_by_strand() -> None:
    assert changes_between(inspections("Good", "Inadequate"), inspections("Outstanding")) == [
        (Kind.REVISED_JUDGEMENT, "judgement_leaders", "383", "Good", "Outstanding", None),
        (Kind.REVISED_JUDGEMENT, "judgement_protection", "383", "Inadequate", "no judgement", None),
    ]


def authorities(*rows: tuple[str, date | None]) -> dict[str, pl.DataFrame]:
    return {
        "area": pl.DataFrame(
            [(area_id, f"Council {area_id}", "local_authority", None, end) for area_id, end in rows],
            schema={"area_id": pl.String, "name": pl.String, "kind": pl.String, "start_date": pl.Date,
                    "end_date": pl.Date},
            orient="row",
        )
    }  # fmt: skip


def test_new_and_ended_authorities_are_said() -> None:
    end = date(2027, 3, 31)
    assert changes_between(authorities(("909", None)), authorities(("909", end), ("942", None))) == [
        (Kind.ENDED_AUTHORITY, None, "909", "Council 909", None, None),
        (Kind.NEW_AUTHORITY, None, "942", None, "Council 942", None),
    ]


def test_the_real_editions_changed_what_the_publisher_revised(database: duckdb.DuckDBPyConnection) -> None:
    """Traced by hand in csww_indicators_2017_to_2024.csv and _2025.csv, c1 and d3 of 2024 and 2025."""
    rows = database.execute(
        "SELECT metric_id, area_id, year(period_end), before, after FROM what_changed "
        "WHERE kind IN ('revised', 'withdrawn')"
    ).fetchall()
    assert ("turnover_rate", "E12000001", 2024, "12.6", "14.0") in rows
    assert ("turnover_rate", "E92000001", 2024, "13.8", "13.9") in rows
    assert ("repeat_plan_rate", "E92000001", 2022, "23.3", "22.7") in rows
    assert ("no_further_action_rate", "302", 2024, "0.0", "low_reliability") in rows
    new = database.execute(
        "SELECT metric_id FROM what_changed WHERE kind = 'new period' AND area_id IS NULL"
    ).fetchall()
    assert {("vacancy_rate",), ("plan_rate",)} <= set(new)


def test_diff_says_what_a_database_has_that_another_has_not(
    database_path: Path, tmp_path: Path, command: Command
) -> None:
    data = Path(shutil.copytree(database_path.parent, tmp_path / "data"))
    other = tmp_path / "other.duckdb"
    shutil.copy(data / builder.DATABASE, other)
    with duckdb.connect(str(other)) as connection:
        connection.execute(
            "UPDATE observation SET value = 99 WHERE metric_id = 'vacancy_rate' AND area_id = '383' "
            "AND period_end = DATE '2024-09-30'"
        )
    ran = command("diff", other, "--data", data)
    said = [line.strip() for line in ran.out.splitlines()]
    assert (ran.status, said[0]) == (0, "revised: 1")
    assert said[1].startswith("Social worker vacancy rate: Leeds, 2024-09-30: 99.0 to ")
    assert command("diff", data / builder.DATABASE, data / builder.DATABASE, "--data", data).out.strip() == (
        "Nothing changed."
    )


def test_diff_without_an_earlier_version_says_what_to_name(
    database_path: Path, tmp_path: Path, command: Command
) -> None:
    data = Path(shutil.copytree(database_path.parent, tmp_path / "data"))
    assert "E_VERSION: there is no earlier version" in command("diff", "--data", data).err
    ran = command("diff", "2020-01-01-nothing", "--data", data)
    assert (ran.status, "E_VERSION: there is no version or file '2020-01-01-nothing'. Kept: " in ran.err) == (2, True)
    (tmp_path / "broken.duckdb").write_bytes(b"not a database")
    assert (
        "E_DATABASE: broken.duckdb cannot be compared"
        in command("diff", tmp_path / "broken.duckdb", "--data", data).err
    )
