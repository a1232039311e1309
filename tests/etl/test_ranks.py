"""Ranks, quarters and changes: hand-made ties, cuts, gaps and joint returns; and all real ones, counted again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.areas import Areas
from etl.build import ranks
from etl.build.builder import with_missing_rows
from etl.build.trends import SERIES_BREAK
from etl.model import OBSERVATION

LOWER, HIGHER, NEUTRAL = "lower_is_better", "higher_is_better", "neutral"
CITY, SCILLY = "201", "420"
# (area_id, return_id, value, denominator): made up, with the denominator far over any minimum unless it says so.
Figure = tuple[str, str, float | None, float | None]


def alone(values: Mapping[str, float | None]) -> list[Figure]:
    return [(area_id, area_id, value, 1000.0) for area_id, value in values.items()]


def observed(figures: Iterable[Figure], year: int = 2025) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "metric_id": "made_up",
                "area_id": area_id,
                "period_end": date(year, 3, 31),
                "period": str(year),
                "value": value,
                "status": "suppressed" if value is None else "observed",
                "denominator": denominator,
                "return_id": return_id,
                "source_id": "made_up",
                "file": "made up.csv",
                "line": 2,
            }
            for area_id, return_id, value, denominator in figures
        ],
        schema=OBSERVATION,
    )


def metric(polarity: str = LOWER, unit: str = "%", minimum: float | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "metric_id": "made_up",
                "source_id": "made_up",
                "period_kind": "at 31 March",
                "polarity": polarity,
                "unit": unit,
                "minimum_denominator": minimum,
            }
        ],
        schema_overrides={"minimum_denominator": pl.Float64},
    )


def areas(observation: pl.DataFrame) -> pl.DataFrame:
    """An area for each id; ids that begin with E are regions."""
    return observation.select(
        pl.col("area_id").unique(),
    ).select(
        "area_id",
        pl.when(pl.col("area_id").str.starts_with("E"))
        .then(pl.lit("region"))
        .otherwise(pl.lit("local_authority"))
        .alias("kind"),
        pl.col("area_id").is_in([CITY, SCILLY]).alias("very_small"),
    )


def ranks_of(
    figures: Iterable[Figure], polarity: str = LOWER, unit: str = "%", minimum: float | None = None
) -> dict[str, tuple[int, int, int, int]]:
    """area -> (rank, tied, ranked, quarter)"""
    observation = observed(figures)
    returns = ranks.ranked_returns(observation, metric(polarity, unit, minimum), areas(observation))
    rows = ranks.rank_councils(observation, returns, ranks.quarter_cuts(returns))
    return {row[0]: row[1:] for row in rows.select("area_id", "rank", "tied", "ranked", "quarter").iter_rows()}


def cuts(
    figures: Iterable[Figure], polarity: str = LOWER, minimum: float | None = None
) -> list[tuple[int, float, float, float]]:
    observation = observed(figures)
    returns = ranks.ranked_returns(observation, metric(polarity, "%", minimum), areas(observation))
    return ranks.quarter_cuts(returns).select("returns", "best", "middle", "worst").rows()


def only_ranks(figures: Iterable[Figure], polarity: str = LOWER) -> dict[str, tuple[int, int, int]]:
    return {area_id: found[:3] for area_id, found in ranks_of(figures, polarity).items()}


def test_best_is_first_and_which_way_is_better_is_the_metrics() -> None:
    values = alone({"a": 1.0, "b": 2.0, "c": 3.0})
    assert only_ranks(values, LOWER) == {"a": (1, 1, 3), "b": (2, 1, 3), "c": (3, 1, 3)}
    assert only_ranks(values, HIGHER) == {"a": (3, 1, 3), "b": (2, 1, 3), "c": (1, 1, 3)}


@pytest.mark.parametrize("polarity", [LOWER, HIGHER])
def test_ties_share_the_smallest_rank_and_the_next_rank_is_skipped(polarity: str) -> None:
    found = only_ranks(alone({"a": 5.0, "b": 7.0, "c": 7.0, "d": 7.0, "e": 9.0}), polarity)
    assert [found[area_id] for area_id in "bcd"] == [(2, 3, 5)] * 3
    assert sorted(found[area_id][0] for area_id in "ae") == [1, 5]


def test_when_all_are_alike_all_are_first() -> None:
    found = ranks_of(alone(dict.fromkeys("abcd", 4.0)))
    assert set(found.values()) == {(1, 4, 4, 1)}


def test_zero_is_ranked_and_a_missing_value_is_not() -> None:
    found = only_ranks(alone({"a": 0.0, "b": None, "c": 3.0}))
    assert found == {"a": (1, 1, 2), "c": (2, 1, 2)}


def test_a_neutral_metric_and_a_grade_have_no_rank() -> None:
    values = alone({"a": 1.0, "b": 2.0})
    assert ranks_of(values, NEUTRAL) == {}
    assert ranks_of(values, LOWER, unit="grade") == {}


def test_regions_and_england_are_not_ranked_among_councils() -> None:
    found = only_ranks(alone({"a": 2.0, "b": 3.0, "E12000001": 1.0, "E92000001": 2.0}))
    assert found == {"a": (1, 1, 2), "b": (2, 1, 2)}


def test_a_joint_return_counts_once_and_its_authorities_stand_alike() -> None:
    joint = [("k", "k+r", 2.0, 1000.0), ("r", "k+r", 2.0, 1000.0)]
    found = only_ranks([*alone({"a": 1.0, "b": 3.0}), *joint])
    assert found == {"a": (1, 1, 3), "k": (2, 1, 3), "r": (2, 1, 3), "b": (3, 1, 3)}


def test_a_joint_return_counts_once_in_the_cuts() -> None:
    joint = [("k", "k+r", 1.0, 1000.0), ("r", "k+r", 1.0, 1000.0)]
    assert cuts([*alone({"a": 2.0, "b": 3.0, "c": 4.0, "d": 5.0}), *joint]) == [(5, 2.0, 3.0, 4.0)]


def test_cuts_are_linear_between_neighbouring_values() -> None:
    # Type 7 of 1, 2, 3, 10: the quarter lies three quarters of the way from 1 to 2, and so on.
    values = alone({"a": 1.0, "b": 2.0, "c": 3.0, "d": 10.0})
    assert cuts(values, LOWER) == [(4, 1.75, 2.5, 4.75)]
    assert cuts(values, HIGHER) == [(4, 4.75, 2.5, 1.75)]


@pytest.mark.parametrize(("polarity", "quarters"), [(LOWER, [1, 1, 2, 3, 4]), (HIGHER, [4, 3, 2, 1, 1])])
def test_a_value_on_a_cut_is_in_the_better_quarter_whichever_way_is_better(polarity: str, quarters: list[int]) -> None:
    # The cuts are 20, 30 and 40: three of the five values stand on one.
    found = ranks_of(alone({"a": 10.0, "b": 20.0, "c": 30.0, "d": 40.0, "e": 50.0}), polarity)
    assert [found[area_id][3] for area_id in "abcde"] == quarters


def test_a_cut_is_clean_of_binary_noise() -> None:
    # To a computer halfway from 0.1 to 0.2 is 0.15000000000000002, and halfway from 0.2 to 0.4 is 0.30000000000000004.
    assert cuts(alone({"a": 0.1, "b": 0.2, "c": 0.4})) == [(3, 0.15, 0.2, 0.3)]


@pytest.mark.parametrize("small", [CITY, SCILLY])
def test_a_very_small_authority_is_ranked_but_sets_no_cut(small: str) -> None:
    values = {"a": 10.0, "b": 20.0, "c": 30.0, "d": 40.0, "e": 50.0}
    with_small = alone({**values, small: 0.0})
    assert cuts(with_small) == cuts(alone(values))
    assert ranks_of(with_small)[small] == (1, 1, 6, 1)


def test_a_return_under_the_minimum_denominator_sets_no_cut() -> None:
    values = alone({"a": 10.0, "b": 20.0, "c": 30.0, "d": 40.0, "e": 50.0})
    under, at_minimum, unknown = ("u", "u", 0.0, 19.9), ("m", "m", 0.0, 20.0), ("n", "n", 0.0, None)
    assert cuts([*values, under], minimum=20) == cuts(values)
    assert cuts([*values, at_minimum], minimum=20)[0][0] == 6
    assert cuts([*values, unknown], minimum=20) == cuts(values)
    assert ranks_of([*values, under, unknown], minimum=20)["u"] == (1, 2, 7, 1)


VALUES = st.lists(st.integers(0, 40).map(lambda tenths: tenths / 10), min_size=1, max_size=12)


def named(values: Iterable[float]) -> list[Figure]:
    return alone({f"a{position}": value for position, value in enumerate(values)})


@given(VALUES)
def test_first_is_who_nobody_is_better_than(values: list[float]) -> None:
    found = ranks_of(named(values))
    assert {values[int(area_id[1:])] for area_id, one in found.items() if one[0] == 1} == {min(values)}


@given(VALUES)
def test_turning_values_and_polarity_round_changes_nothing(values: list[float]) -> None:
    assert ranks_of(named(values), LOWER) == ranks_of(named(round(4 - value, 1) for value in values), HIGHER)


@given(VALUES, st.sampled_from([LOWER, HIGHER]))
def test_who_is_worse_is_never_in_a_better_quarter(values: list[float], polarity: str) -> None:
    by_rank = sorted(ranks_of(named(values), polarity).values())
    assert all(better[3] <= worse[3] for better, worse in pairwise(by_rank))


@given(VALUES)
def test_the_order_of_rows_does_not_matter(values: list[float]) -> None:
    assert ranks_of(reversed(named(values))) == ranks_of(named(values))


def changed(*years: pl.DataFrame, unit: str = "%", broken: Iterable[int] = ()) -> dict[tuple[str, int], float]:
    breaks = [("made_up", date(year, 3, 31), "Made up.") for year in broken]
    rows = ranks.changes(pl.concat(years), metric(unit=unit), pl.DataFrame(breaks, SERIES_BREAK, orient="row"))
    for period_end, previous in rows.select("period_end", "previous_period_end").iter_rows():
        assert previous == period_end.replace(year=period_end.year - 1)
    return {(area_id, day.year): by for area_id, day, by in rows.select("area_id", "period_end", "change").iter_rows()}


def test_a_change_is_from_the_period_just_before_and_clean_of_binary_noise() -> None:
    found = changed(observed(alone({"a": 7.2}), 2024), observed(alone({"a": 2.1}), 2025))
    assert found == {("a", 2025): -5.1}


def test_there_is_no_change_across_a_gap_or_from_what_was_not_observed() -> None:
    found = changed(
        observed(alone({"a": 1.0, "b": 1.0}), 2022),
        observed(alone({"b": None}), 2023),
        observed(alone({"a": 2.0, "b": 2.0}), 2024),
    )
    assert found == {}


def test_no_change_is_a_change_of_zero() -> None:
    assert changed(observed(alone({"a": 1.0}), 2024), observed(alone({"a": 1.0}), 2025)) == {("a", 2025): 0.0}


def test_there_is_no_change_between_returns_of_other_authorities() -> None:
    # k reported alone in 2023, with r from 2024 on.
    found = changed(
        observed([("k", "k", 1.0, None)], 2023),
        observed([("k", "k+r", 2.0, None), ("r", "k+r", 2.0, None)], 2024),
        observed([("k", "k+r", 3.0, None), ("r", "k+r", 3.0, None)], 2025),
    )
    assert found == {("k", 2025): 1.0, ("r", 2025): 1.0}


def test_there_is_no_change_across_a_reorganisation() -> None:
    # Cumbria (909) ended as Cumberland (942) and another began.
    assert changed(observed(alone({"909": 5.0}), 2023), observed(alone({"942": 4.0}), 2024)) == {}


def test_there_is_no_change_over_a_break_of_the_series() -> None:
    years = [observed(alone({"a": float(year)}), year) for year in (2021, 2022, 2023)]
    assert changed(*years, broken=[2022]) == {("a", 2023): 1.0}


def test_a_grade_has_no_change() -> None:
    years = observed(alone({"a": 3.0}), 2024), observed(alone({"a": 2.0}), 2025)
    assert changed(*years, unit="grade") == {}


def test_who_existed_but_has_no_row_gets_one_that_says_so(known_areas: Areas) -> None:
    rows = with_missing_rows(observed(alone({"383": 4.0}), 2022), metric(), known_areas)
    assert rows.height == 152  # Cumbria was not yet split in two
    missing = rows.filter(pl.col("area_id") != "383")
    assert set(missing["status"]) == {"no_row"}
    assert missing["value"].null_count() == missing["line"].null_count() == 151
    cumbria = missing.filter(pl.col("area_id") == "909").select("period", "period_end", "return_id", "source_id")
    assert cumbria.rows() == [("2022", date(2022, 3, 31), "909", "made_up")]
    assert "942" not in rows["area_id"].to_list()


def test_who_has_a_row_gets_no_other_whatever_its_status(known_areas: Areas) -> None:
    rows = with_missing_rows(observed(alone({"383": None, "202": 1.0}), 2025), metric(), known_areas)
    assert rows.height == 153
    assert rows.filter(pl.col("area_id") == "383")["status"].to_list() == ["suppressed"]


def test_a_row_without_a_value_of_an_authority_that_was_no_more_is_dropped(known_areas: Areas) -> None:
    rows = with_missing_rows(observed(alone({"383": 1.0, "909": None, "942": None}), 2025), metric(), known_areas)
    assert "909" not in rows["area_id"].to_list()  # Cumbria ended in 2023
    assert rows.filter(pl.col("area_id") == "942")["status"].to_list() == ["suppressed"]
    # A value is not dropped in silence: the checks refuse the build.
    rows = with_missing_rows(observed(alone({"909": 1.0}), 2025), metric(), known_areas)
    assert rows.filter(pl.col("area_id") == "909")["value"].to_list() == [1.0]


# From here on: every rank, quartile and change of the real database, counted again in plain Python.

Key = tuple[str, date]


def returns_of(database: duckdb.DuckDBPyConnection) -> dict[Key, dict[str, tuple[Decimal, bool]]]:
    """(metric, period) -> return -> its value, and whether it sets cuts."""
    found: dict[Key, dict[str, tuple[Decimal, bool]]] = defaultdict(dict)
    rows = database.execute(
        """
        SELECT metric_id, period_end, return_id, value, observation.denominator, minimum_denominator, area.name
        FROM observation JOIN metric USING (metric_id) JOIN area USING (area_id)
        WHERE area.kind = 'local_authority' AND status = 'observed' AND polarity <> 'neutral' AND unit <> 'grade'
        """
    ).fetchall()
    counted = {(metric_id, period_end) for metric_id, period_end, _, _, denominator, *_ in rows if denominator}
    for metric_id, period_end, return_id, value, denominator, minimum, name in rows:
        # Years that only another source holds have no counts: there the minimum says nothing.
        small = minimum is not None and (metric_id, period_end) in counted
        large = not small or (denominator is not None and denominator >= minimum)
        sets_cut = large and name not in ("City of London", "Isles of Scilly")
        found[metric_id, period_end][return_id] = (Decimal(repr(value)), sets_cut)
    return found


def type_7(values: list[Decimal], quarters: int) -> Decimal:
    at = Decimal(len(values) - 1) * quarters / 4
    below = int(at)
    above = min(below + 1, len(values) - 1)
    ordered = sorted(values)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)


def test_every_rank_and_quartile_of_the_database_is_what_counting_by_hand_gives(
    database: duckdb.DuckDBPyConnection,
) -> None:
    higher = {row[0] for row in database.sql(f"SELECT metric_id FROM metric WHERE polarity = '{HIGHER}'").fetchall()}
    authorities = database.execute(
        "SELECT metric_id, period_end, return_id, area_id FROM observation WHERE status = 'observed'"
    ).fetchall()
    members: dict[tuple[str, date, str], list[str]] = defaultdict(list)
    for metric_id, period_end, return_id, area_id in authorities:
        members[metric_id, period_end, return_id].append(area_id)

    expected, expected_cuts = {}, {}
    for (metric_id, period_end), returns in returns_of(database).items():
        sign = -1 if metric_id in higher else 1
        worse = {return_id: sign * value for return_id, (value, _) in returns.items()}
        setting = [worse[return_id] for return_id, (_, sets_cut) in returns.items() if sets_cut]
        # Values and cuts keep nine significant digits; the rest would be binary noise.
        best, middle, worst = (Decimal(f"{type_7(setting, quarters):.9g}") for quarters in (1, 2, 3))
        expected_cuts[metric_id, period_end] = (len(setting), *(float(sign * cut) for cut in (best, middle, worst)))
        ordered = sorted(worse.values())
        for return_id, own in worse.items():
            rank = 1 + bisect_left(ordered, own)
            tied = bisect_right(ordered, own) - bisect_left(ordered, own)
            quarter = 1 + (own > best) + (own > middle) + (own > worst)
            for area_id in members[metric_id, period_end, return_id]:
                expected[metric_id, area_id, period_end] = (rank, tied, len(worse), quarter, returns[return_id][1])

    rows = database.execute(
        "SELECT metric_id, area_id, period_end, rank, tied, ranked, quarter, sets_cut FROM standing"
    ).fetchall()
    assert len(rows) > 9_000
    assert {row[:3]: row[3:] for row in rows} == expected
    found = database.execute("SELECT metric_id, period_end, returns, best, middle, worst FROM quarter_cut").fetchall()
    assert {row[:2]: row[2:] for row in found} == expected_cuts


def test_every_change_of_the_database_is_what_subtracting_by_hand_gives(database: duckdb.DuckDBPyConnection) -> None:
    rows = database.execute(
        """
        SELECT metric_id, area_id, period_end, return_id, value FROM observation JOIN metric USING (metric_id)
        WHERE status = 'observed' AND unit NOT IN ('grade', 'months')
        """
    ).fetchall()
    values = {(metric_id, area_id, day, by): Decimal(repr(value)) for metric_id, area_id, day, by, value in rows}
    breaks = set(database.execute("SELECT metric_id, period_end FROM series_break").fetchall())
    expected = {}
    for (metric_id, area_id, day, by), value in values.items():
        before = values.get((metric_id, area_id, day.replace(year=day.year - 1), by))
        if before is not None and (metric_id, day) not in breaks:
            expected[metric_id, area_id, day] = value - before
    found = {
        row[:3]: row[3]
        for row in database.execute("SELECT metric_id, area_id, period_end, change FROM change").fetchall()
    }
    assert found.keys() == expected.keys()
    assert len(found) > 20_000
    # Changes keep nine significant digits, which those of derived rates and counts of children exceed.
    off = {key: abs(by - float(expected[key])) for key, by in found.items()}
    assert {key: by for key, by in off.items() if by > max(1e-8 * abs(float(expected[key])), 1e-12)} == {}
