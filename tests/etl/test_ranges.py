"""Ranges of hidden counts: which are given, and that England's row is asked in every period."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from etl.build import ranges
from etl.model import ENGLAND, OBSERVATION, EtlError, Metric
from etl.sources import children_in_need, declare

LONG_PLANS = next(one for one in children_in_need.SOURCE.metrics if one.id == "long_plan_rate")
METRIC = pl.DataFrame({"metric_id": ["long_plan_rate"], "unit": ["%"]})
# (area_id, numerator, denominator, status): made up.
Row = tuple[str, float | None, float | None, str]


def observed(rows: Iterable[Row]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "metric_id": "long_plan_rate",
                "area_id": area_id,
                "return_id": area_id,
                "period_end": date(2025, 3, 31),
                "numerator": count,
                "denominator": of,
                "value": None if count is None else count / of * 100 if of else None,
                "status": status,
            }
            for area_id, count, of, status in rows
        ],
        schema=OBSERVATION,
    )


def checked(observation: pl.DataFrame, metric: Metric = LONG_PLANS) -> pl.DataFrame:
    areas = observation.select(pl.col("area_id").unique())
    kinds = pl.when(pl.col("area_id") == ENGLAND).then(pl.lit("england")).otherwise(pl.lit("local_authority"))
    return ranges.check_suppression(observation, areas.with_columns(kinds.alias("kind")), [metric])


def ranged(rows: Iterable[Row]) -> dict[str, tuple[float | None, float | None]]:
    observation = observed(rows)
    found = ranges.with_ranges(observation, METRIC, [LONG_PLANS], checked(observation))
    return {row[0]: row[1:] for row in found.select("area_id", "value_low", "value_high").iter_rows()}


def test_a_hidden_count_lies_between_one_and_five_of_those_counted() -> None:
    rows = [
        ("a", 40.0, 400.0, "observed"),
        ("b", None, 200.0, "suppressed"),
        ("c", None, 4.0, "suppressed"),
        ("d", None, None, "suppressed"),
        ("e", None, 100.0, "not_available"),
        (ENGLAND, 50.0, 800.0, "observed"),
    ]
    assert ranged(rows) == {
        "a": (None, None),
        "b": (0.5, 2.5),
        # No more than there are.
        "c": (25.0, 100.0),
        "d": (None, None),
        "e": (None, None),
        ENGLAND: (None, None),
    }


def test_the_unknown_may_all_be_among_those_hidden() -> None:
    observation = observed(
        [("a", 40.0, 400.0, "observed"), ("b", None, 200.0, "suppressed"), (ENGLAND, 43.0, 600.0, "observed")]
    )
    some = pl.when(pl.col("area_id") == "b").then(7.0).alias("unknown")
    found = ranges.with_ranges(observation.with_columns(some), METRIC, [LONG_PLANS], checked(observation))
    assert found.filter(pl.col("area_id") == "b").select("value_low", "value_high").rows() == [(0.5, 6.0)]


def test_of_how_many_unknown_is_hidden_all_but_one_may_be_among_them() -> None:
    observation = observed(
        [("a", 40.0, 400.0, "observed"), ("b", None, 200.0, "suppressed"), (ENGLAND, 43.0, 600.0, "observed")]
    )
    given = observation.with_columns(pl.when(pl.col("area_id") == "b").then(99.5).alias("value_high"))
    for rows, ends in ((given, (0.5, 99.5)), (given.filter(pl.col("area_id") != ENGLAND), (None, None))):
        found = ranges.with_ranges(rows, METRIC, [LONG_PLANS], checked(rows))
        assert found.filter(pl.col("area_id") == "b").select("value_low", "value_high").rows() == [ends]


@pytest.mark.parametrize(("england", "used"), [(None, False), (40.0, True), (50.0, True), (60.0, False)])
def test_without_england_or_against_it_no_range_is_used(england: float | None, used: bool) -> None:
    # Two hidden counts are at least 2 and at most 10 together, over 40 printed; England is rounded to ten. One council
    # has no figure, so that England may hold an estimate of it.
    rows = [
        ("a", 40.0, 400.0, "observed"),
        *((one, None, 100.0, "suppressed") for one in "bc"),
        ("d", None, 100.0, "not_available"),
        (ENGLAND, england, 700.0, "observed" if england else "suppressed"),
    ]
    assert ranged(rows)["b"] == ((1.0, 5.0) if used else (None, None))


def test_less_than_the_hidden_counts_must_be_contradicts_the_rule_whichever_others_have_no_figure() -> None:
    rows = [
        ("a", 48.0, 400.0, "observed"),
        *((one, None, 100.0, "suppressed") for one in "bc"),
        ("d", None, 100.0, "not_available"),
        (ENGLAND, 40.0, 700.0, "observed"),
    ]
    with pytest.raises(EtlError, match=r"E_SUPPRESSION: long_plan_rate: England's row leaves -4\.0"):
        ranged(rows)


def test_a_rule_that_england_contradicts_in_every_period_stops_the_build() -> None:
    rows = observed(
        [("a", 40.0, 400.0, "observed"), ("b", None, 100.0, "suppressed"), (ENGLAND, 90.0, 500.0, "observed")]
    )
    with pytest.raises(EtlError, match=r"E_SUPPRESSION: long_plan_rate: England's row leaves 50\.0"):
        checked(rows)
    another = rows.with_columns(
        pl.lit(date(2024, 3, 31)).alias("period_end"), pl.col("numerator").replace({90.0: 40.0})
    )
    # In one period it may be that a large count was hidden with a small one.
    assert checked(pl.concat([another, rows]))["used"].to_list() == [True, False]


def test_what_is_left_for_few_hidden_councils_is_not_kept() -> None:
    few = [("a", 400.0, 4000.0, "observed"), *((f"b{one}", None, 100.0, "suppressed") for one in range(9))]
    found = checked(observed([*few, (ENGLAND, 430.0, 5000.0, "observed")]))
    assert found.select("hidden", "mean_hidden", "used").row(0) == (9, None, True)
    found = checked(observed([*few, ("c", None, 50.0, "suppressed"), (ENGLAND, 430.0, 5000.0, "observed")]))
    assert found.select("hidden", "mean_hidden", "used").row(0) == (10, 3.0, True)


def test_a_measure_without_the_rule_has_no_ranges() -> None:
    rows = observed([("b", None, 200.0, "suppressed"), (ENGLAND, 0.0, 800.0, "observed")])
    assert checked(rows, replace(LONG_PLANS, hidden_counts=None)).is_empty()
    assert declare.SMALL_COUNTS == (1, 5)
