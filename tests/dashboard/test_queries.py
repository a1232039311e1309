"""Every question the pages ask: order, companions, history, inspections, notices."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dashboard.analysis import comparison, direction, queries, selection
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT, Benchmark
from dashboard.data.database import Database
from dashboard.data.model import STRANDS
from dashboard.views.text.england import england_sentence
from dashboard.views.text.notices import notices
from tests.dashboard import small
from tests.dashboard.small import Figure

LEEDS, SCILLY, WESTMINSTER, KINGSTON, CUMBERLAND, LANCASHIRE = "383", "420", "213", "314", "942", "888"
BEST, ENGLAND = BENCHMARKS[DEFAULT], BENCHMARKS["england"]


@pytest.mark.parametrize(
    ("polarity", "order"),
    [
        ("lower_is_better", ["102", "101", "104", "103", "106", "105"]),
        ("higher_is_better", ["103", "101", "104", "102", "106", "105"]),
        ("neutral", ["102", "101", "104", "103", "106", "105"]),
    ],
)
def test_councils_come_best_first_equal_ones_by_name_missing_ones_last(
    tmp_path: Path, polarity: str, order: list[str]
) -> None:
    values: dict[str, float | str] = {"101": 5.0, "102": 1.0, "103": 9.0, "104": 5.0, "105": "c", "106": "x"}
    db = small.database(
        tmp_path,
        metrics=[small.metric(polarity=polarity)],
        figures=[Figure("waits", council, value) for council, value in values.items()],
        names={"105": "Zeal", "106": "Ashford"},
    )
    rows = queries.councils(db, db.metrics["waits"], db.latest("waits"), ENGLAND)
    assert rows["area_id"].to_list() == order


def test_councils_of_every_measure_and_period_are_all_that_existed(db: Database) -> None:
    for metric in db.metrics.values():
        for period in (db.periods[metric.metric_id][0], db.periods[metric.metric_id][-1]):
            rows = queries.councils(db, metric, period, BEST)
            assert set(rows["kind"]) == {"local_authority"}
            assert rows["area_id"].is_unique().all()
            values = rows["value"].drop_nulls()
            lower_first = metric.neutral or metric.lower_is_better
            assert values.is_sorted(descending=not lower_first)
            # What is hidden in a range stands among the others.
            known = rows["value"].is_not_null() | rows["value_low"].is_not_null()
            assert known.is_sorted(descending=True)
            if period == db.latest(metric.metric_id):
                assert set(rows["area_id"]) == set(db.authorities)


@pytest.mark.parametrize("benchmark", [one for one in BENCHMARKS.values() if one.asks is None], ids=lambda one: one.id)
def test_the_newest_period_compared_with_all_others_is_as_compared_alone(db: Database, benchmark: Benchmark) -> None:
    for metric in db.metrics.values():
        period = db.latest(metric.metric_id)
        councils = db.councils(metric.metric_id, period.end)
        alone = comparison.compare(db, benchmark, db.figures(metric.metric_id, period.end), councils)
        found = queries.councils(db, metric, period, benchmark)
        assert_frame_equal(found.sort("area_id"), alone.sort("area_id"))


def test_a_profile_is_the_row_of_each_measure_with_its_direction(db: Database) -> None:
    for area_id in (LEEDS, SCILLY, KINGSTON):
        for row in queries.profile(db, area_id, BEST).iter_rows(named=True):
            rows = queries.councils(db, db.metrics[row["metric_id"]], db.latest(row["metric_id"]), BEST)
            own = direction.with_direction(db, rows.filter(pl.col("area_id") == area_id)).row(0, named=True)
            assert {name: row[name] for name in own} == own
    assert queries.profile(db, "no such council", BEST).is_empty()


def test_england_is_one_published_row_and_grades_have_none(db: Database) -> None:
    quoted = {"vacancy_rate": 14.2, "caseload": 15.2, "turnover_rate": 11.8, "agency_rate": 13.0,
              "rereferral_rate": 22.6, "repeat_plan_rate": 24.5, "long_plan_rate": 2.3}  # fmt: skip
    for metric_id, value in quoted.items():
        row = queries.england(db, db.metrics[metric_id], db.latest(metric_id))
        assert row is not None
        assert round(row["value"], 1) == value
    judged = db.metrics["judgement_overall"]
    assert queries.england(db, judged, db.latest(judged.metric_id)) is None


@pytest.mark.parametrize("area_id", [KINGSTON, CUMBERLAND])
def test_a_profile_holds_every_measure_once_in_menu_order_as_the_single_questions_answer_it(
    db: Database, area_id: str
) -> None:
    rows = queries.profile(db, area_id, BEST)
    assert rows["metric_id"].to_list() == [one.metric_id for one in db.metrics.values() if not one.graded]
    own = pl.col("area_id") == area_id
    for row in rows.iter_rows(named=True):
        metric, newest = db.metrics[row["metric_id"]], db.latest(row["metric_id"])
        alone = queries.councils(db, metric, newest, BEST).row(by_predicate=own, named=True)
        assert {name: row[name] for name in alone} == alone
        if not metric.counted:
            for other in ("england", "region", "neighbours"):
                held = queries.councils(db, metric, newest, BENCHMARKS[other]).row(by_predicate=own, named=True)
                assert row[other] == held["benchmark"]


def test_a_profile_of_the_real_figures(db: Database) -> None:
    leeds = {row["metric_id"]: row for row in queries.profile(db, LEEDS, BEST).iter_rows(named=True)}
    assert (leeds["vacancy_rate"]["value"], leeds["vacancy_rate"]["change"]) == (2.1, -5.1)
    westminster = {row["metric_id"]: row for row in queries.profile(db, WESTMINSTER, BEST).iter_rows(named=True)}
    assert (westminster["vacancy_rate"]["value"], westminster["vacancy_rate"]["symbol"]) == (None, "x")
    kingston = {row["metric_id"]: row for row in queries.profile(db, KINGSTON, BEST).iter_rows(named=True)}
    assert (kingston["vacancy_rate"]["value"], kingston["vacancy_rate"]["return_id"]) == (14.9, "314+318")


def test_on_a_break_the_reason_stands_where_a_change_would(db: Database) -> None:
    metric = db.metrics["attainment_8_in_need"]
    period = next(one for one in db.periods[metric.metric_id] if one.label == "2021/22")
    rows, england = queries.councils(db, metric, period, BEST), queries.england(db, metric, period)
    assert england is not None
    assert rows["change"].is_null().all()
    assert rows["series_break"].unique().to_list() == [england["series_break"]]
    said = england_sentence(rows.to_dicts(), england, metric, BEST, comparison.england_if_all_met(rows))
    assert "No change in a year is given. Grades of 2019/20 and 2020/21 were given by teachers" in said
    assert "down" not in said


def test_a_history_is_oldest_first_with_missing_years_kept(db: Database) -> None:
    history = queries.history(db, WESTMINSTER)
    assert set(history) == set(db.metrics)
    for metric_id, figures in history.items():
        ends = [end for end, _ in figures]
        assert ends == sorted(ends)
        own = db.of_area(WESTMINSTER).filter(pl.col("metric_id") == metric_id)
        published = dict(own.select("period_end", "value").iter_rows())
        assert {end: value for end, value in figures if end in published} == published
        # What else is there has no value: it parts the figures on both sides of a break.
        broken = own["series_break"].drop_nulls().len()
        assert [value for end, value in figures if end not in published] == [None] * broken
    assert history["vacancy_rate"][-1] == (date(2025, 9, 30), None)


def test_a_trend_stands_beside_the_benchmarks_of_each_of_its_periods(db: Database) -> None:
    metric = db.metrics["vacancy_rate"]
    rows = queries.trend(db, metric, LEEDS)
    assert rows["period_end"].to_list() == sorted(period.end for period in db.periods["vacancy_rate"])
    for period in db.periods["vacancy_rate"]:
        at = rows.row(by_predicate=pl.col("period_end") == period.end, named=True)
        for column, benchmark in (("england", "england"), ("best", DEFAULT), ("neighbours",) * 2, ("region",) * 2):
            held = queries.councils(db, metric, period, BENCHMARKS[benchmark])
            assert at[column] == held.row(by_predicate=pl.col("area_id") == LEEDS, named=True)["benchmark"]


def test_a_trend_does_not_reach_back_over_a_reorganisation(db: Database) -> None:
    rows = queries.trend(db, db.metrics["vacancy_rate"], CUMBERLAND)
    assert rows["period_end"].min() == date(2023, 9, 30)
    assert queries.trend(db, db.metrics["vacancy_rate"], "909")["period_end"].max() == date(2022, 9, 30)


def test_a_neutral_measure_has_no_best_over_time(db: Database) -> None:
    rows = queries.trend(db, db.metrics["plan_rate"], LEEDS)
    assert rows["best"].null_count() == rows.height
    assert rows["england"].null_count() == 0


def test_inspections_come_newest_first_with_the_grades_each_gave(
    db: Database, database: duckdb.DuckDBPyConnection
) -> None:
    found = {area_id: queries.inspections(db, area_id) for area_id in db.authorities}
    for inspections in found.values():
        published = [one.published for one in inspections]
        assert published == sorted(published, reverse=True)
    ((count,),) = database.execute(
        "SELECT count(*) FROM inspection JOIN area USING (area_id) WHERE end_date IS NULL"
    ).fetchall()
    assert sum(map(len, found.values())) == count
    newest = found[LANCASHIRE][0]
    assert (newest.framework, newest.published.year, newest.published.month) == ("ILACS from April 2026", 2026, 8)
    assert set(newest.grades) == {"leaders", "protection", "in_care", "care_leavers"}
    assert newest.on == (newest.started or newest.published)
    older = [one for one in found[LEEDS] if one.framework == "SIF"]
    assert all(one.started is None and one.on == one.published for one in older)


def test_judgements_are_the_latest_of_each_strand_and_none_is_carried_forward(db: Database) -> None:
    found = {one.metric.metric_id: one for one in queries.judgements(db, LANCASHIRE)}
    assert list(found) == [f"judgement_{strand}" for strand in STRANDS]
    assert (found["judgement_overall"].grade, found["judgement_overall"].status) == (None, "not_given")
    assert {one.status for name, one in found.items() if name != "judgement_overall"} == {"observed"}
    assert all(len(queries.judgements(db, area_id)) == 5 for area_id in db.authorities)


def test_neighbours_come_nearest_first_and_partners_by_name(db: Database) -> None:
    assert len(queries.neighbours(db, LEEDS)) == 10
    assert LEEDS not in queries.neighbours(db, LEEDS)
    assert queries.partners(db, "314+318", KINGSTON) == ["Richmond upon Thames"]
    assert queries.partners(db, LEEDS, LEEDS) == []


def test_notices_say_what_must_be_known_before_reading(db: Database) -> None:
    assert notices(db, LEEDS) == []
    (cumberland,) = notices(db, CUMBERLAND)
    assert cumberland == (
        "Cumberland began on 1 April 2023. Earlier figures are those of Cumbria, and are not joined to these."
    )
    (kingston,) = notices(db, KINGSTON)
    assert "jointly with Richmond upon Thames" in kingston
    assert "count once" in kingston
    (scilly,) = notices(db, SCILLY)
    assert scilly.startswith("Isles of Scilly is very small")
    (north, joint) = notices(db, "940")
    assert "began on 1 April 2021" in north
    assert "Northamptonshire" in north
    assert "jointly with West Northamptonshire" in joint


def test_regions_and_england_are_listed_but_not_compared(db: Database) -> None:
    areas = (LEEDS, "E92000001", "E12000003")
    rows = selection.rows(db, selection.FigureQuery(("vacancy_rate",), areas=areas, periods=("2025",)))
    found = {row["area_id"]: row for row in queries.compared(db, rows, BEST).iter_rows(named=True)}
    assert found[LEEDS]["gap"] is not None
    for area_id in ("E92000001", "E12000003"):
        assert {found[area_id][name] for name in ("benchmark", "council_count", "gap", "low", "high", "verdict")} == {
            None
        }
        assert found[area_id]["value"] is not None


def test_rows_of_many_measures_are_compared_as_each_alone(db: Database) -> None:
    rows = selection.rows(db, selection.FigureQuery(("vacancy_rate", "plan_rate", "caseload"), periods=("2025",)))
    for benchmark in BENCHMARKS.values():
        together = queries.compared(db, rows, benchmark)
        for metric_id in ("vacancy_rate", "plan_rate", "caseload"):
            alone = queries.councils(db, db.metrics[metric_id], db.latest(metric_id), benchmark)
            both = alone.select("area_id", "benchmark", "gap", "verdict").join(
                together.filter(pl.col("metric_id") == metric_id).select("area_id", "benchmark", "gap", "verdict"),
                on="area_id",
            )
            assert both.height == 153
            for name in ("benchmark", "gap", "verdict"):
                assert both[name].equals(both[f"{name}_right"].alias(name))


def test_every_council_has_a_type_in_words(db: Database) -> None:
    assert {queries.authority_type(db, area_id) for area_id in db.authorities} == {
        "Unitary authority", "Metropolitan borough", "London borough", "County council",
    }  # fmt: skip


def test_where_a_council_stands_worst_is_never_where_it_stands_well(db: Database) -> None:
    """Isles of Scilly has so few figures that the last five of them held a first place."""
    for area_id in db.authorities:
        profile = queries.profile(db, area_id, BENCHMARKS["best_quarter"])
        best, worst = queries.strongest(profile), queries.weakest(profile)
        assert set(worst["quarter_low"]) <= {3, 4}
        assert not set(best["metric_id"]) & set(worst["metric_id"])
        shares = ((worst["rank_low"] - 1) / (worst["ranked"] - 1)).to_list()
        assert shares == sorted(shares, reverse=True)
