"""What people call measures leads to them."""

from __future__ import annotations

import pytest

from dashboard.data.database import Database
from dashboard.data.measure_names import ALSO, other_names


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("vacancies", "Social worker vacancy rate"),
        ("unfilled", "Social worker vacancy rate"),
        ("staffing", "Social worker vacancy rate"),
        ("workload", "Average caseload"),
        ("children in care", "Children looked after"),
        ("s47", "Section 47 enquiries"),
    ],
)
def test_a_measure_is_found_by_what_people_call_it(db: Database, typed: str, title: str) -> None:
    assert title in {known for other, known in other_names(db).items() if typed in other.partition(" → ")[0].lower()}


def test_plan_finds_plans_alone(db: Database) -> None:
    titles = [metric.title for metric in db.metrics.values()]
    found = [option for option in (*titles, *other_names(db)) if "plan" in option.lower()]
    assert found
    assert all("plan" in other_names(db).get(option, option).lower() for option in found)


def test_other_names_are_of_measures_that_are_loaded(db: Database) -> None:
    assert set(ALSO) <= set(db.metrics)
