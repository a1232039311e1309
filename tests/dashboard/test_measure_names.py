"""What people call measures leads to them."""

from __future__ import annotations

import pytest

from dashboard.data.database import Database
from dashboard.data.measure_names import ALSO, find_metric, other_names


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


@pytest.mark.parametrize(
    ("typed", "metric_id"),
    [
        ("AVERAGE caseload", "caseload"),
        ("caseload", "caseload"),
        (" Vacancies ", "vacancy_rate"),
        ("unfilled posts", "vacancy_rate"),
        ("S47", "section_47_rate"),
    ],
)
def test_a_measure_is_known_by_any_of_its_names_in_any_case(db: Database, typed: str, metric_id: str) -> None:
    found = find_metric(db, typed)
    assert found is not None
    assert found.metric_id == metric_id


def test_a_title_always_means_its_own_measure(db: Database) -> None:
    assert all(find_metric(db, metric.title) is metric for metric in db.metrics.values())
    assert find_metric(db, "") is find_metric(db, "nothing like it") is None


def test_plan_finds_plans_alone(db: Database) -> None:
    titles = [metric.title for metric in db.metrics.values()]
    found = [option for option in (*titles, *other_names(db)) if "plan" in option.lower()]
    assert found
    assert all("plan" in other_names(db).get(option, option).lower() for option in found)


def test_other_names_are_of_measures_that_are_loaded(db: Database) -> None:
    assert set(ALSO) <= set(db.metrics)
