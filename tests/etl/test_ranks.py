"""Ranks, quarters and changes: hand-made ties, cuts, gaps and joint returns; and all real ones, counted again."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise, product

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
                "status": "not_available" if value is None else "observed",
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


def ranked(observation: pl.DataFrame, polarity: str, unit: str, minimum: float | None) -> pl.DataFrame:
    population, cuts = population_of(observation, polarity, unit, minimum)
    return ranks.rank_councils(observation, population, cuts)


def population_of(
    observation: pl.DataFrame, polarity: str, unit: str, minimum: float | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The population and its cuts."""
    area = areas(observation)
    population = ranks.find_population(observation, metric(polarity, unit, minimum), area)
    return population, ranks.quarter_cuts(population, observation, area)


def ranks_of(
    figures: Iterable[Figure], polarity: str = LOWER, unit: str = "%", minimum: float | None = None
) -> dict[str, tuple[int, int, int, int]]:
    """area -> (rank, tied, ranked, quarter), of those that are ranked"""
    rows = ranked(observed(figures), polarity, unit, minimum).filter(pl.col("rank").is_not_null())
    return {row[0]: row[1:] for row in rows.select("area_id", "rank", "tied", "ranked", "quarter").iter_rows()}


def not_ranked(figures: Iterable[Figure], polarity: str = LOWER, minimum: float | None = None) -> dict[str, str]:
    """area -> why it is not ranked"""
    rows = ranked(observed(figures), polarity, "%", minimum).filter(pl.col("not_ranked").is_not_null())
    assert rows["rank_low"].null_count() == rows["quarter_low"].null_count() == rows.height
    return dict(rows.select("area_id", "not_ranked").iter_rows())


def cuts(
    figures: Iterable[Figure], polarity: str = LOWER, minimum: float | None = None
) -> list[tuple[int, float, float, float]]:
    """returns, best, middle, worst, where nothing is hidden"""
    found = population_of(observed(figures), polarity, "%", minimum)[1]
    assert all((found[f"{cut}_low"] == found[f"{cut}_high"]).all() for cut in ranks.QUANTILES)
    return found.select("returns", "best_low", "middle_low", "worst_low").rows()


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
    assert ranked(observed(values), NEUTRAL, "%", None).is_empty()
    assert ranked(observed(values), LOWER, "grade", None).is_empty()


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
def test_a_very_small_authority_is_not_ranked_and_sets_no_cut(small: str) -> None:
    values = {"a": 10.0, "b": 20.0, "c": 30.0, "d": 40.0, "e": 50.0}
    with_small = alone({**values, small: 0.0})
    assert cuts(with_small) == cuts(alone(values))
    assert ranks_of(with_small) == ranks_of(alone(values))
    assert not_ranked(with_small) == {small: "a very small council"}


@pytest.mark.parametrize("polarity", [LOWER, NEUTRAL])
def test_why_a_return_under_the_minimum_denominator_is_not_ranked(polarity: str) -> None:
    figures = [*alone({"a": 10.0}), ("u", "u", 0.0, 19.9), ("m", "m", 0.0, 20.0), ("n", "n", 0.0, None)]
    why = {"u": "based on fewer than 20", "n": "the number it is based on is not published"}
    assert not_ranked(figures, polarity, minimum=20) == why


def test_a_return_under_the_minimum_denominator_sets_no_cut() -> None:
    values = alone({"a": 10.0, "b": 20.0, "c": 30.0, "d": 40.0, "e": 50.0})
    under, at_minimum, unknown = ("u", "u", 0.0, 19.9), ("m", "m", 0.0, 20.0), ("n", "n", 0.0, None)
    assert cuts([*values, under], minimum=20) == cuts(values)
    assert cuts([*values, at_minimum], minimum=20)[0][0] == 6
    assert cuts([*values, unknown], minimum=20) == cuts(values)
    assert ranks_of([*values, under, unknown], minimum=20) == ranks_of(values)


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


# Hidden counts: (printed count or None where it is hidden, of how many), each a council.
HIDDEN = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(0, 14)), st.integers(15, 60)), min_size=5, max_size=8
).filter(lambda figures: 1 <= sum(count is None for count, _ in figures) <= 3)


def share(count: int, of: int) -> float:
    return float(f"{count / of * 100:.9g}")


@given(HIDDEN, st.sampled_from([LOWER, HIGHER]))
def test_bounds_are_what_every_assignment_of_the_hidden_counts_comes_to_at_most(
    figures: list[tuple[int | None, int]], polarity: str
) -> None:
    """Attained and never exceeded: every hidden count takes every number from 1 to 5, in plain Python."""
    names = [f"a{position}" for position in range(len(figures))]
    values = [None if count is None else share(count, of) for count, of in figures]
    rows = observed(zip(names, names, values, [1000.0] * len(names), strict=True)).with_columns(
        pl.Series("value_low", [share(1, of) if count is None else None for count, of in figures], pl.Float64),
        pl.Series("value_high", [share(5, of) if count is None else None for count, of in figures], pl.Float64),
    )
    sign = 1 if polarity == LOWER else -1
    seen: dict[str, list[tuple[int, int]]] = {name: [] for name in names}
    seen_cuts: list[list[float]] = []
    for counts in product(*([count] if count is not None else range(1, 6) for count, _ in figures)):
        worse = [sign * Decimal(repr(share(count, of))) for count, (_, of) in zip(counts, figures, strict=True)]
        at = [Decimal(f"{type_7(worse, quarters):.9g}") for quarters in (1, 2, 3)]
        seen_cuts.append([float(sign * cut) for cut in at])
        for name, own in zip(names, worse, strict=True):
            seen[name].append((1 + sum(other < own for other in worse), 1 + sum(own > cut for cut in at)))
    population, cuts = population_of(rows, polarity, "%", None)
    found = ranks.rank_councils(rows, population, cuts)
    for name, rank_low, rank_high, quarter_low, quarter_high in found.select(
        "area_id", "rank_low", "rank_high", "quarter_low", "quarter_high"
    ).iter_rows():
        by_rank, by_quarter = zip(*seen[name], strict=True)
        assert (rank_low, rank_high) == (min(by_rank), max(by_rank))
        assert (quarter_low, quarter_high) == (min(by_quarter), max(by_quarter))
    for cut, reached in zip(ranks.QUANTILES, zip(*seen_cuts, strict=True), strict=True):
        assert cuts[f"{cut}_low"][0] == pytest.approx(min(reached), rel=1e-8)
        assert cuts[f"{cut}_high"][0] == pytest.approx(max(reached), rel=1e-8)


def hide(hidden: int, of: int, status: str = "suppressed") -> pl.DataFrame:
    """The cuts of councils of which some are hidden and have no range."""
    rows = observed(alone({f"a{one}": None if one < hidden else float(one) for one in range(of)}))
    rows = rows.with_columns(
        pl.when(pl.col("value").is_null()).then(pl.lit(status)).otherwise("status").alias("status")
    )
    return population_of(rows, LOWER, "%", None)[1]


def test_where_more_than_a_quarter_are_hidden_there_is_no_quarter() -> None:
    row = hide(5, 20).row(0, named=True)
    assert (row["hidden"], row["figures"], row["returns"], row["enough"]) == (5, 15, 15, True)
    assert row["best_low"] == row["best_high"] == 8.5
    row = hide(6, 20).row(0, named=True)
    assert (row["hidden"], row["enough"], row["best_low"], row["worst_high"]) == (6, False, None, None)
    # What is missing for another reason is not small, or large, for that reason.
    assert hide(6, 20, "not_available").row(0, named=True)["enough"]


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
    assert rows.filter(pl.col("area_id") == "383")["status"].to_list() == ["not_available"]


def test_a_row_without_a_value_of_an_authority_that_was_no_more_is_dropped(known_areas: Areas) -> None:
    rows = with_missing_rows(observed(alone({"383": 1.0, "909": None, "942": None}), 2025), metric(), known_areas)
    assert "909" not in rows["area_id"].to_list()  # Cumbria ended in 2023
    assert rows.filter(pl.col("area_id") == "942")["status"].to_list() == ["not_available"]
    # A value is not dropped in silence: the checks refuse the build.
    rows = with_missing_rows(observed(alone({"909": 1.0}), 2025), metric(), known_areas)
    assert rows.filter(pl.col("area_id") == "909")["value"].to_list() == [1.0]


# From here on: every rank, quartile and change of the real database, counted again in plain Python.

Key = tuple[str, date]
# More than a fifth of the denominator, or where their number is hidden, maybe.
TOO_MUCH_UNKNOWN = """
    coalesce(observation.unknown > 0.2 * observation.denominator, false)
    OR (metric.unknown IS NOT NULL AND observation.unknown IS NULL AND value IS NOT NULL
        AND coalesce(value_high - value_low > 20, false))
"""


def returns_of(database: duckdb.DuckDBPyConnection) -> dict[Key, dict[str, tuple[Decimal, Decimal]]]:
    """(metric, period) -> return that is ranked -> its lowest and its highest, alike where it is exact."""
    found: dict[Key, dict[str, tuple[Decimal, Decimal]]] = defaultdict(dict)
    rows = database.execute(
        f"""
        SELECT metric_id, period_end, return_id, coalesce(value_low, value), coalesce(value_high, value),
            observation.denominator, minimum_denominator, area.name
        FROM observation JOIN metric USING (metric_id) JOIN area USING (area_id)
        WHERE area.kind = 'local_authority' AND coalesce(value_low, value) IS NOT NULL AND polarity <> 'neutral'
            AND unit <> 'grade' AND NOT ({TOO_MUCH_UNKNOWN})
        """
    ).fetchall()
    counted = {(metric_id, period_end) for metric_id, period_end, *_, denominator, _, _ in rows if denominator}
    for metric_id, period_end, return_id, low, high, denominator, minimum, name in rows:
        # Years that only another source holds have no counts: there the minimum says nothing.
        small = minimum is not None and (metric_id, period_end) in counted
        large = not small or (denominator is not None and denominator >= minimum)
        if large and name not in ("City of London", "Isles of Scilly"):
            found[metric_id, period_end][return_id] = (Decimal(repr(low)), Decimal(repr(high)))
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
        "SELECT metric_id, period_end, return_id, area_id FROM observation WHERE coalesce(value, value_low) IS NOT NULL"
    ).fetchall()
    members: dict[tuple[str, date, str], list[str]] = defaultdict(list)
    for metric_id, period_end, return_id, area_id in authorities:
        members[metric_id, period_end, return_id].append(area_id)
    known = database.sql("SELECT metric_id, period_end, enough FROM quarter_cut").fetchall()
    enough = {row[:2]: row[2] for row in known}

    expected, expected_cuts = {}, {}
    for (metric_id, period_end), returns in returns_of(database).items():
        higher_is_better = metric_id in higher
        worse = {one: (-high, -low) if higher_is_better else (low, high) for one, (low, high) in returns.items()}
        best_ends, worst_ends = (sorted(ends[end] for ends in worse.values()) for end in (0, 1))
        whole = enough[metric_id, period_end]

        # Values and cuts keep nine significant digits; the rest would be binary noise.
        def cuts_of(ends: list[Decimal]) -> list[Decimal]:
            return [Decimal(f"{type_7(ends, quarters):.9g}") for quarters in (1, 2, 3)]

        lax, strict = cuts_of(worst_ends), cuts_of(best_ends)
        ends = (lax, strict) if higher_is_better else (strict, lax)
        sign = -1 if higher_is_better else 1
        both = [float(sign * end[at]) for at in range(3) for end in ends]
        expected_cuts[metric_id, period_end] = (len(worse), *(both if whole else [None] * 6))
        for return_id, (best, worst) in worse.items():
            own_is_better = best < worst
            low, high = 1 + bisect_left(worst_ends, best), 1 + bisect_left(best_ends, worst) - own_is_better
            # Its own figure is held at the end that is looked at, and all others at the other.
            at_best = lax if not own_is_better else cuts_of([*(one for one in _without(worst_ends, worst)), best])
            at_worst = strict if not own_is_better else cuts_of([*(one for one in _without(best_ends, best)), worst])
            quarters = 1 + sum(best > cut for cut in at_best), 1 + sum(worst > cut for cut in at_worst)
            row = (low, high, len(worse), *(quarters if whole else (None, None)))
            for area_id in members[metric_id, period_end, return_id]:
                expected[metric_id, area_id, period_end] = row

    rows = database.execute(
        """
        SELECT metric_id, area_id, period_end, rank_low, rank_high, ranked, quarter_low, quarter_high FROM standing
        WHERE not_ranked IS NULL
        """
    ).fetchall()
    assert len(rows) > 9_000
    assert {row[:3]: row[3:] for row in rows} == expected
    found = database.execute(
        """
        SELECT metric_id, period_end, returns, best_low, best_high, middle_low, middle_high, worst_low, worst_high
        FROM quarter_cut JOIN metric USING (metric_id) WHERE polarity <> 'neutral'
        """
    ).fetchall()
    assert {row[:2] for row in found} == expected_cuts.keys()
    # The tenth digit of a number that ends in 5 there is rounded either way.
    for metric_id, period_end, count, *cuts in found:
        count_by_hand, *by_hand = expected_cuts[metric_id, period_end]
        assert (count, cuts[0] is None) == (count_by_hand, by_hand[0] is None)
        assert cuts[0] is None or cuts == pytest.approx(by_hand, rel=1e-8)


def _without(values: list[Decimal], one: Decimal) -> list[Decimal]:
    """Values but one of those that are alike."""
    at = values.index(one)
    return [*values[:at], *values[at + 1 :]]


def test_long_plans_are_ranked_as_hidden_counts_of_1_to_5_allow(database: duckdb.DuckDBPyConnection) -> None:
    """Worked out from the published tables: hidden councils and mean hidden count by year; cuts and Leeds of 2025."""
    rows = database.execute(
        """
        SELECT year(period_end), hidden, round(mean_hidden, 1), used FROM suppression_check
        WHERE metric_id = 'long_plan_rate' ORDER BY ALL
        """
    ).fetchall()
    hidden = (45, 55, 54, 63, 51, 64, 49, 59, 60, 44, 51, 51, 59)
    means = (3.5, 2.6, 2.9, 2.7, 2.7, 2.9, 3.1, 2.9, 3.1, 3.0, 2.8, 3.4, 2.8)
    assert rows == [(*one, True) for one in zip(range(2013, 2026), hidden, means, strict=True)]
    cuts = database.execute(
        "SELECT returns, best_low, best_high, middle_low, middle_high, worst_low, worst_high FROM quarter_cut "
        "WHERE metric_id = 'long_plan_rate' AND period_end = DATE '2025-03-31'"
    ).fetchall()
    assert [round(number, 2) for number in cuts[0]] == [151, 0.25, 1.24, 0.63, 2.25, 3.45, 3.75]
    ranked = database.execute(
        "SELECT area.name, rank, rank_low, rank_high, ranked, quarter FROM standing JOIN area USING (area_id) WHERE "
        "metric_id = 'long_plan_rate' AND period_end = DATE '2025-03-31' AND area.name IN ('Leeds', 'Lancashire')"
    ).fetchall()
    assert sorted(ranked) == [("Lancashire", None, 94, 104, 151, 3), ("Leeds", None, 130, 131, 151, 4)]


def test_every_change_of_the_database_is_what_subtracting_by_hand_gives(database: duckdb.DuckDBPyConnection) -> None:
    rows = database.execute(
        f"""
        SELECT metric_id, area_id, period_end, return_id, coalesce(value_low, value), coalesce(value_high, value)
        FROM observation JOIN metric USING (metric_id)
        WHERE coalesce(value_low, value) IS NOT NULL AND unit NOT IN ('grade', 'months')
            AND NOT ({TOO_MUCH_UNKNOWN})
        """
    ).fetchall()
    values = {(*key, by): (Decimal(repr(low)), Decimal(repr(high))) for *key, by, low, high in rows}
    breaks = set(database.execute("SELECT metric_id, period_end FROM series_break").fetchall())
    expected = {}
    for (metric_id, area_id, day, by), (low, high) in values.items():
        before = values.get((metric_id, area_id, day.replace(year=day.year - 1), by))
        if before is None or (metric_id, day) in breaks:
            continue
        least, most = low - before[1], high - before[0]
        # Ranges that overlap say nothing of which way it went.
        if least == most or least > 0 or most < 0:
            expected[metric_id, area_id, day] = (least, most)
    found = {
        row[:3]: row[3:]
        for row in database.execute(
            "SELECT metric_id, area_id, period_end, change_low, change_high, change FROM change"
        ).fetchall()
    }
    assert found.keys() == expected.keys()
    assert len(found) > 20_000
    for key, (least, most, change) in found.items():
        assert change == (least if least == most else None)
        for by, hand in zip((least, most), expected[key], strict=True):
            # Changes keep nine significant digits, which those of derived rates and counts of children exceed.
            assert abs(by - float(hand)) <= max(1e-8 * abs(float(hand)), 1e-12), key
