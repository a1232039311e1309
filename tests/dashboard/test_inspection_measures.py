"""Months since an inspection, and visits, on the pages: measures of councils alone, of which nothing is better."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.analysis import queries
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.data.database import Database
from dashboard.views.charts import palette
from dashboard.views.charts.trend import draw_trend
from dashboard.views.text import comparisons, formats
from tests.dashboard.helpers import opened, sentences
from tests.dashboard.rows import measure

MONTHS = measure(polarity="neutral", unit="months", decimals=0, period_kind="latest judgement at")
VISITS = measure(polarity="neutral", unit="visits", decimals=0, period_kind="year to 31 March")
SINCE = "Months since the last inspection with judgements"
IDS = ("months_since_inspection", "focused_visits", "monitoring_visits")


def test_a_day_is_said_as_a_day_and_a_year_as_a_year() -> None:
    assert formats.period(MONTHS, date(2025, 3, 31)) == "at 31 March 2025"
    assert formats.period(MONTHS, date(2026, 8, 20)) == "at 20 August 2026"
    assert formats.period(VISITS, date(2025, 3, 31)) == "in the year to 31 March 2025"


def test_one_month_and_one_visit_are_singular() -> None:
    assert [formats.quantity(value, MONTHS) for value in (0.0, 1.0, 21.0)] == ["0 months", "1 month", "21 months"]
    assert [formats.quantity(value, VISITS) for value in (0.0, 1.0, 3.0)] == ["0 visits", "1 visit", "3 visits"]
    assert formats.difference(-1.0, MONTHS) == "1 month"


def test_a_council_that_was_not_yet_inspected_is_said_so_and_not_that_nothing_was_published() -> None:
    assert formats.reason("no_row", None, MONTHS) == "not inspected by then"
    assert formats.reason("no_row", None, VISITS) == "not published"


def test_councils_are_not_compared_by_visits() -> None:
    said = comparisons.benchmark_value(None, BENCHMARKS["england"], VISITS)
    assert said == "Ofsted decides who it visits and when, so councils are not compared."


def test_the_newest_report_lies_after_the_snapshot_of_its_year(db: Database) -> None:
    metric = db.metrics["months_since_inspection"]
    drawn = draw_trend(queries.trend(db, metric, "383"), metric, "Leeds", height=300)
    at = drawn["data"][-1]["x"]
    assert at == sorted(set(at))
    assert at[-2] == 2026
    assert 2026.3 < at[-1] < 2026.5
    assert drawn["layout"]["xaxis"]["tickvals"] == list(range(2018, 2027))


def test_england_and_regions_have_none_and_no_council_stands_first(db: Database) -> None:
    for metric_id in IDS:
        metric = db.metrics[metric_id]
        assert (metric.theme, metric.neutral, metric.ranked) == ("Inspection", True, False)
        assert set(db.by_metric[metric_id]["kind"]) == {"local_authority"}
        for period in db.periods[metric_id]:
            assert queries.england(db, metric, period) is None


def test_classes_of_visits_are_whole_numbers(db: Database) -> None:
    legend = {}
    for metric_id in IDS[1:]:
        metric = db.metrics[metric_id]
        rows = queries.councils(db, metric, db.latest(metric_id), BENCHMARKS["england"])
        legend[metric_id] = [one.label for one in palette.classify(rows, metric, "value").classes]
    assert legend == {
        "focused_visits": ["0 (117)", "1 or more (36)"],
        "monitoring_visits": ["0 (139)", "1 (6)", "2 (6)", "3 or more (2)"],
    }


def test_months_since_have_no_change_and_no_trend(db: Database) -> None:
    """They grow by themselves."""
    assert db.by_metric["months_since_inspection"]["change"].drop_nulls().is_empty()
    assert db.by_metric["focused_visits"]["change"].drop_nulls().len() > 250
    assert "months_since_inspection" not in set(db.table["trend"]["metric_id"])


SAID = (
    (SINCE, "20 August 2026", "time since the last inspection with judgements was 16 months at 20 August 2026."),
    (SINCE, "2025", "time since the last inspection with judgements was 40 months at 31 March 2025."),
    ("Ofsted's focused visits", "2023",
     "number of Ofsted's focused visits was 1 visit in the year to 31 March 2023."),
    ("Ofsted's monitoring visits", "2025",
     "number of Ofsted's monitoring visits was 0 visits in the year to 31 March 2025."),
)  # fmt: skip


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("number", range(len(SAID)))
def test_the_map_and_the_councils_page_say_them(number: int) -> None:
    """With the benchmarks in turn: each page shows all of them beside one measure or another."""
    metric, period, words = SAID[number]
    for page in ("Map", "Council"):
        for benchmark in list(BENCHMARKS.values())[number :: len(SAID)]:
            app = opened(page, la="Wakefield", metric=metric, period=period, benchmark=benchmark.label)
            assert any(said.startswith(f"In Wakefield the {words}") for said in sentences(app)), sentences(app)


@pytest.mark.usefixtures("served")
def test_a_council_that_was_new_has_no_months_and_the_map_says_why() -> None:
    found = sentences(opened("Map", la="Cumberland", metric=SINCE, period="2024"))
    assert any(said.endswith("at 31 March 2024: not inspected by then.") for said in found), found


@pytest.mark.usefixtures("served")
def test_of_all_councils_the_map_says_the_range() -> None:
    found = sentences(opened("Map", metric=SINCE, period="20 August 2026"))
    assert any("Councils range from 1 month (Portsmouth) to 49 months (Nottingham)." in said for said in found), found
