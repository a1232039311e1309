"""What must be true of a built database: each check holds of the real one, and finds the damage it is there for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from etl.check.database import CHECKS, SHOWN, Check, check, offending
from etl.model import EtlError

# What is done to a copy of the real database, by the check that must find it; and a cell of its first row.
DAMAGE = {
    "authorities": ("DELETE FROM area WHERE area_id = '383'", 152),
    "metric_has_figures": (
        "UPDATE observation SET value = NULL, status = 'suppressed' WHERE metric_id = 'caseload'",
        "caseload",
    ),
    "authority_has_row": ("DELETE FROM observation WHERE area_id = '383' AND metric_id = 'plan_rate'", "383"),
    # Cumbria ended in March 2023, and its row of 2022 is given the date of 2023.
    "authority_existed": (
        """
        UPDATE observation SET period_end = DATE '2023-09-30'
        WHERE metric_id = 'vacancy_rate' AND area_id = '909' AND period_end = DATE '2022-09-30'
        """,
        "909",
    ),
    # Four of 153 are more than 2 in 100; a file cut between two rows looks like this.
    "release_has_authorities": (
        """
        UPDATE observation SET value = NULL, status = 'no_row'
        WHERE metric_id = 'repeat_plan_rate' AND area_id IN ('201', '202', '203', '204')
        """,
        "repeat_plan_rate",
    ),
    "england_is_published": (
        "DELETE FROM observation WHERE area_id = 'E92000001' AND metric_id = 'children' AND period_end > '2024-01-01'",
        "children",
    ),
    "percentages": ("UPDATE observation SET value = 100.1 WHERE metric_id = 'agency_rate' AND area_id = '383'", "383"),
    "england_is_within_councils": (
        "UPDATE observation SET value = value / 100 WHERE metric_id = 'caseload' AND area_id = 'E92000001'",
        "caseload",
    ),
    "joint_return_is_one": (
        "UPDATE observation SET value = 1 WHERE metric_id = 'vacancy_rate' AND area_id = '318'",
        "314+318",
    ),
    "everybody_with_a_value_is_ranked": ("DELETE FROM standing WHERE area_id = '383'", "383"),
    # Teachers gave the grades of 2021.
    "no_change_on_a_break": (
        """
        INSERT INTO change (metric_id, area_id, period_end, change)
        SELECT metric_id, area_id, period_end, 0.0 FROM observation
        WHERE metric_id = 'attainment_8_in_need' AND area_id = '383' AND year(period_end) = 2022
        """,
        "383",
    ),
    "neighbours": ("DELETE FROM neighbour WHERE area_id = '383' AND closeness_rank = 10", "383"),
    "judgements": (
        """
        UPDATE observation SET value = NULL, status = 'no_row'
        WHERE metric_id = 'judgement_leaders' AND area_id = '383' AND period_end > '2026-04-01'
        """,
        "383",
    ),
    "no_overall_judgement_since_april_2026": (
        "INSERT INTO judgement SELECT inspection_id, 'overall', 'Good' FROM inspection WHERE started > '2026-04-01'",
        "888-2026-08-20",
    ),
    "map": ("DELETE FROM map_shape WHERE area_id = '383' AND view = 'tiles'", "383"),
}


@pytest.fixture(scope="module")
def copied(database_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The real tables without their keys, so that anything may be done to them."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{database_path}' AS real (READ_ONLY)")
        tables = connection.sql("SELECT table_name FROM duckdb_tables() WHERE database_name = 'real'").fetchall()
        for (table,) in tables:
            connection.execute(f"CREATE TABLE {table} AS FROM real.{table}")
        yield connection


@pytest.fixture
def damaged(copied: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same, with what a test does to it undone after."""
    copied.execute("BEGIN")
    yield copied
    copied.execute("ROLLBACK")


@pytest.mark.parametrize("one", CHECKS, ids=lambda one: one.name)
def test_it_holds_of_the_real_database(database: duckdb.DuckDBPyConnection, one: Check) -> None:
    assert offending(database, one) == []


def test_every_check_is_shown_to_find_something() -> None:
    assert sorted(DAMAGE) == sorted(one.name for one in CHECKS)


@pytest.mark.parametrize("name", DAMAGE)
def test_it_finds_what_it_is_there_for(damaged: duckdb.DuckDBPyConnection, name: str) -> None:
    harm, cell = DAMAGE[name]
    damaged.execute(harm)
    one = next(one for one in CHECKS if one.name == name)
    rows = offending(damaged, one)
    assert any(cell in row for row in rows), rows
    with pytest.raises(EtlError) as error:
        check(damaged)
    assert f"E_CHECK {name}: not so: {one.says}" in str(error.value)
    assert one.remedy in str(error.value)


def test_all_that_does_not_hold_is_said_at_once_with_the_first_rows(damaged: duckdb.DuckDBPyConnection) -> None:
    damaged.execute(DAMAGE["neighbours"][0])
    damaged.execute("DELETE FROM map_shape WHERE view = 'tiles'")
    with pytest.raises(EtlError) as error:
        check(damaged)
    neighbours, map_ = str(error.value).splitlines()
    assert "E_CHECK neighbours: not so" in neighbours
    assert "383, 9." in neighbours
    assert f" and {153 - SHOWN} more. " in map_


@pytest.mark.parametrize(
    "allowed",
    [
        "UPDATE observation SET value = 150 WHERE metric_id = 'turnover_rate' AND area_id = '420'",
        "UPDATE observation SET value = NULL, status = 'suppressed' WHERE metric_id = 'plan_rate' AND area_id = '383'",
        """
        UPDATE observation SET value = NULL, status = 'no_row'
        WHERE metric_id = 'repeat_plan_rate' AND area_id IN ('201', '202', '203')
        """,
    ],
    ids=["turnover over 100 %", "a suppressed figure", "3 in 153 without a row"],
)
def test_what_may_be_is_let_through(damaged: duckdb.DuckDBPyConnection, allowed: str) -> None:
    damaged.execute(allowed)
    check(damaged)
