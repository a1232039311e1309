"""Trends: hand-made histories, gaps, breaks and joint returns; and all real ones, counted again (rule `trends`)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.build import trends
from etl.build.unknown import TOO_MANY_UNKNOWN
from etl.model import OBSERVATION

LOWER, HIGHER, NEUTRAL = "lower_is_better", "higher_is_better", "neutral"
BETTER, WORSE, RISING, FALLING = "getting better", "getting worse", "rising", "falling"
UNCLEAR, UNSAID = "no clear trend", "cannot be said"
YOUNG, UNPUBLISHED, BROKEN = "fewer than five periods", "a period was not published", "a break in the series"
BEGAN, JOINED, MISSING = "a reorganisation", "a joint return changed", "a figure is missing"
YEARS = range(2021, 2026)

# area_id -> year -> value and who reported it; a council that did not exist has no year.
History = Mapping[int, tuple[float | None, str]]
Found = dict[tuple[str, int], tuple[int | None, str, str | None]]


def history(values: Sequence[float | None], by: str = "a", first: int = 2021) -> dict[int, tuple[float | None, str]]:
    return {first + position: (value, by) for position, value in enumerate(values)}


def trends_of(
    by_area: Mapping[str, History], polarity: str = LOWER, unit: str = "%", breaks: Sequence[int] = ()
) -> Found:
    """(area, year) -> s, direction, reason, of a made-up measure at each 31 March."""
    observation = pl.DataFrame(
        [
            {
                "metric_id": "made_up",
                "area_id": area_id,
                "period_end": date(year, 3, 31),
                "value": value,
                "status": "suppressed" if value is None else "observed",
                "return_id": by,
            }
            for area_id, years in by_area.items()
            for year, (value, by) in years.items()
        ],
        schema=OBSERVATION,
    )
    metric = pl.DataFrame({"metric_id": ["made_up"], "polarity": [polarity], "unit": [unit]})
    kinds = {"E": "region"}
    area = pl.DataFrame(
        [{"area_id": area_id, "kind": kinds.get(area_id[0], "local_authority")} for area_id in by_area],
        schema={"area_id": pl.String, "kind": pl.String},
    )
    broken = pl.DataFrame(
        [("made_up", date(year, 3, 31), "Made up.") for year in breaks], schema=trends.SERIES_BREAK, orient="row"
    )
    rows = trends.trends(observation, metric, area, broken)
    assert rows.columns == ["metric_id", "area_id", "period_end", "s", "direction", "reason"]
    return {(area_id, end.year): (s, way, why) for _, area_id, end, s, way, why in rows.iter_rows()}


def newest(values: Sequence[float | None], polarity: str = LOWER) -> tuple[int | None, str, str | None]:
    # Another council has a figure in every year, so that every year is published.
    return trends_of({"a": history(values), "b": history([1.0] * len(values), "b")}, polarity)["a", 2020 + len(values)]


@pytest.mark.parametrize(
    ("values", "s", "lower", "higher", "neutral"),
    [
        ([1, 2, 3, 4, 5], 10, WORSE, BETTER, RISING),
        ([5, 4, 3, 2, 1], -10, BETTER, WORSE, FALLING),
        ([1, 2, 3, 5, 4], 8, WORSE, BETTER, RISING),  # one pair of the ten points back
        ([2, 1, 3, 5, 4], 6, UNCLEAR, UNCLEAR, UNCLEAR),
        ([1, 1, 2, 3, 4], 9, WORSE, BETTER, RISING),  # equal ones point nowhere
        ([1, 1, 2, 2, 3], 8, WORSE, BETTER, RISING),
        ([1, 1, 1, 2, 3], 7, UNCLEAR, UNCLEAR, UNCLEAR),
        ([4, 4, 3, 2, 2], -8, BETTER, WORSE, FALLING),
        ([3, 3, 3, 3, 3], 0, UNCLEAR, UNCLEAR, UNCLEAR),
        ([0, 0, 0, 0, 9], 4, UNCLEAR, UNCLEAR, UNCLEAR),  # how far it goes is not asked
        ([9, 1, 2, 3, 4], 2, UNCLEAR, UNCLEAR, UNCLEAR),
    ],
)
def test_eight_of_the_ten_pairs_make_a_trend_and_the_metric_says_which_way_is_better(
    values: list[float], s: int, lower: str, higher: str, neutral: str
) -> None:
    assert newest(values, LOWER) == (s, lower, None)
    assert newest(values, HIGHER) == (s, higher, None)
    assert newest(values, NEUTRAL) == (s, neutral, None)


def test_binary_noise_is_no_rise() -> None:
    # To a computer 0.1 + 0.2 is more than 0.3.
    assert newest([0.3, *[0.1 + 0.2] * 4])[:2] == (0, UNCLEAR)


def test_only_the_latest_five_count() -> None:
    assert newest([9, 8, 7, 6, 1, 2, 3, 4, 5]) == (10, WORSE, None)


def test_every_period_has_the_trend_that_was_known_then() -> None:
    ways = trends_of({"a": history([1, 2, 3, 4, 5, 0, 0, 0])})
    assert [ways["a", year] for year in range(2021, 2029)] == [
        *[(None, UNSAID, YOUNG)] * 4,
        (10, WORSE, None),
        (2, UNCLEAR, None),
        (-3, UNCLEAR, None),
        (-5, UNCLEAR, None),
    ]


def test_one_missing_figure_is_enough_for_no_trend_and_zero_is_none() -> None:
    for gap in range(5):
        values: list[float | None] = [1, 2, 3, 4, 5]
        values[gap] = None
        assert newest(values) == (None, UNSAID, MISSING)
    assert newest([0, 1, 2, 3, 4]) == (10, WORSE, None)


def test_four_periods_are_too_few_whoever_has_more_figures() -> None:
    assert newest([1, 2, 3, 4]) == (None, UNSAID, YOUNG)


def test_a_measure_begins_with_its_first_figure_not_with_its_first_symbol() -> None:
    ways = trends_of({"a": history([None, 1, 2, 3, 4]), "b": history([None, 1, 2, 3, None], "b")})
    assert ways["a", 2025] == ways["b", 2025] == (None, UNSAID, YOUNG)


def test_a_year_that_nobody_has_a_figure_of_was_not_published() -> None:
    """Whether its rows are all symbols, as of the tests at 11 in 2021, or are not there at all."""
    without = history([1, 2, 3, 4, 5])
    del without[2023]
    ways = trends_of({"a": history([1, 2, None, 4, 5])})
    assert ways["a", 2025] == trends_of({"a": without})["a", 2025] == (None, UNSAID, UNPUBLISHED)


def test_a_break_lies_within_five_periods_unless_it_is_at_the_first() -> None:
    values = {"a": history([1, 2, 3, 4, 5, 6])}
    for year in (2023, 2024, 2025, 2026):
        assert trends_of(values, breaks=[year])["a", 2026] == (None, UNSAID, BROKEN)
    assert trends_of(values, breaks=[2022])["a", 2026] == (10, WORSE, None)
    assert trends_of(values, breaks=[2022])["a", 2025] == (None, UNSAID, BROKEN)


def test_a_council_that_began_within_the_five_has_no_trend_and_none_of_another() -> None:
    ended, began = history([1, 2, 3], "909"), history([4, 5], "942", 2024)
    ways = trends_of({"909": ended, "942": began, "a": history([1, 2, 3, 4, 5])})
    assert ways["942", 2025] == (None, UNSAID, BEGAN)
    assert ("909", 2025) not in ways


def test_a_region_without_a_row_lacks_a_figure_as_regions_are_not_reorganised() -> None:
    ways = trends_of({"E1": history([4, 5], "E1", 2024), "a": history([1, 2, 3, 4, 5])})
    assert ways["E1", 2025] == (None, UNSAID, MISSING)


def test_regions_have_trends_like_councils() -> None:
    assert trends_of({"E1": history([1, 2, 3, 4, 5], "E1")})["E1", 2025] == (10, WORSE, None)


def test_there_is_no_trend_across_returns_of_other_councils() -> None:
    joined = {**history([1, 2], "a"), **history([3, 4, 5], "a+b", 2023)}
    assert trends_of({"a": joined})["a", 2025] == (None, UNSAID, JOINED)


def test_who_reports_says_nothing_in_a_year_without_a_figure() -> None:
    """A council of a joint return that has no row gets one under its own number."""
    gap = {**history([1, 2, 3, 4], "a+b"), **history([None], "a", 2025)}
    assert trends_of({"a": gap, "c": history([1, 2, 3, 4, 5], "c")})["a", 2025] == (None, UNSAID, MISSING)


def test_the_members_of_a_joint_return_go_the_same_way() -> None:
    values = history([5, 4, 3, 2, 1], "a+b")
    ways = trends_of({"a": values, "b": values})
    assert ways["a", 2025] == ways["b", 2025] == (-10, BETTER, None)


def test_the_widest_reason_is_given() -> None:
    """Of a council that began, in a measure that is young, it is the measure that is too young for anybody."""
    began = {**history([4], "a", 2024), **history([None], "a+b", 2025)}
    others = {"b": history([1, 2, 3, 4, 5], "b")}
    assert trends_of({"a": began, **others})["a", 2025][2] == BEGAN
    assert trends_of({"a": began, **others}, breaks=[2023])["a", 2025][2] == BROKEN
    unpublished = {"b": history([1, 2, None, 4, 5], "b")}
    assert trends_of({"a": began, **unpublished}, breaks=[2023])["a", 2025][2] == UNPUBLISHED
    young = {"b": history([2, 3, 4, 5], "b", 2022)}
    assert trends_of({"a": began, **young}, breaks=[2023])["a", 2025][2] == YOUNG
    moved = {**history([1, None], "a"), **history([3, 4, 5], "a+b", 2023)}
    assert trends_of({"a": moved, **others})["a", 2025][2] == JOINED


@pytest.mark.parametrize("unit", ["grade", "months"])
def test_grades_and_months_since_have_no_trend(unit: str) -> None:
    assert trends_of({"a": history([1, 2, 3, 4, 5])}, unit=unit) == {}


def test_breaks_are_those_of_the_metrics_that_are_loaded() -> None:
    declared = trends.series_breaks(pl.DataFrame({"metric_id": ["attainment_8_in_need", "vacancy_rate"]}))
    assert [end.year for end in declared["period_end"]] == [2020, 2021, 2022]
    assert set(declared["metric_id"]) == {"attainment_8_in_need"}


VALUES = st.lists(st.one_of(st.none(), st.integers(0, 6).map(float)), min_size=5, max_size=8)


def expected_trend(values: Sequence[float | None], first: int) -> tuple[int | None, bool]:
    """By the definition: s, and whether it is missing, of the five from a position on."""
    five = values[first : first + 5]
    known = [value for value in five if value is not None]
    if len(known) < 5:
        return None, True
    return sum((b > a) - (b < a) for a, b in combinations(known, 2)), False


@given(VALUES)
def test_s_is_what_counting_pairs_gives(values: list[float | None]) -> None:
    ways = trends_of({"a": history(values), "b": history([1.0] * len(values), "b")})
    for first in range(len(values) - 4):
        s, missing = expected_trend(values, first)
        assert ways["a", 2025 + first][::2] == (s, MISSING if missing else None)


@given(VALUES)
def test_time_turned_round_turns_the_direction_round(values: list[float | None]) -> None:
    turned = {BETTER: WORSE, WORSE: BETTER}
    s, way, why = newest(values[:5])
    back = newest(values[:5][::-1])
    assert back == (None if s is None else -s, turned.get(way, way), why)


@given(VALUES)
def test_the_order_of_rows_does_not_matter(values: list[float | None]) -> None:
    by_area = {"a": history(values), "b": history(values[::-1], "b")}
    assert trends_of(dict(reversed(by_area.items()))) == trends_of(by_area)


def test_a_pair_of_years_counts_only_where_their_ranges_do_not_overlap() -> None:
    five = pl.DataFrame(
        {
            "metric_id": "made_up",
            "area_id": "a",
            "return_id": "a",
            "period_end": [date(year, 3, 31) for year in range(2021, 2026)],
            "value": [1.0, 2.0, None, 4.0, 5.0],
            "value_low": [None, None, 2.5, None, None],
            "value_high": [None, None, 3.5, None, None],
            "unknown": pl.Series([None] * 5, dtype=pl.Float64),
            "denominator": 100.0,
        }
    )
    metric = pl.DataFrame({"metric_id": ["made_up"], "unit": ["%"], "polarity": [LOWER]})
    area = pl.DataFrame({"area_id": ["a"], "kind": ["local_authority"]})
    breaks = trends.series_breaks(metric)

    def last(rows: pl.DataFrame) -> tuple[int | None, str]:
        found = trends.trends(rows, metric, area, breaks).filter(pl.col("period_end") == date(2025, 3, 31))
        s, way = found.select("s", "direction").row(0)
        return s, way

    assert last(five) == (10, WORSE)
    # From 1.5 to 4.5 the hidden one may be under the second or over the fourth.
    wide = five.with_columns(pl.col("value_low").replace({2.5: 1.5}), pl.col("value_high").replace({3.5: 4.5}))
    assert last(wide) == (8, WORSE)
    wider = five.with_columns(pl.col("value_low").replace({2.5: 0.5}), pl.col("value_high").replace({3.5: 4.5}))
    assert last(wider) == (7, UNCLEAR)


# From here on: every trend of the real database, counted again in plain Python.

Key = tuple[str, str, date]
# The lowest and the highest that a figure can be.
Ends = tuple[Decimal, Decimal]


def expected(database: duckdb.DuckDBPyConnection) -> dict[Key, tuple[int | None, str, str | None]]:
    rows = database.execute(
        """
        SELECT metric_id, area_id, period_end, coalesce(value_low, value), coalesce(value_high, value), return_id,
            polarity::VARCHAR, period_kind, start_date
        FROM observation JOIN metric USING (metric_id) JOIN area USING (area_id) WHERE unit NOT IN ('grade', 'months')
        """
    ).fetchall()
    values: dict[tuple[str, str], dict[date, tuple[Ends, str]]] = defaultdict(dict)
    published: dict[str, set[date]] = defaultdict(set)
    for metric_id, area_id, end, low, high, by, *_ in rows:
        if low is not None:
            values[metric_id, area_id][end] = (Decimal(f"{low:.9g}"), Decimal(f"{high:.9g}")), by
            published[metric_id].add(end)
    breaks = defaultdict(set)
    unknown: dict[tuple[str, str], dict[date, str]] = defaultdict(dict)
    too_many = """
        SELECT metric_id, area_id, period_end,
            CASE WHEN observation."unknown" IS NULL THEN 'more than a fifth may be unknown' ELSE $are END
        FROM observation JOIN metric USING (metric_id) WHERE observation."unknown" > 0.2 * observation.denominator
            OR observation."unknown" IS NULL AND metric."unknown" IS NOT NULL AND value_high - value_low > 20
                AND value IS NOT NULL
    """
    for metric_id, area_id, end, why in database.execute(too_many, {"are": TOO_MANY_UNKNOWN}).fetchall():
        unknown[metric_id, area_id][end] = why
    for metric_id, end in database.execute("SELECT metric_id, period_end FROM series_break").fetchall():
        breaks[metric_id].add(end)
    return {
        (metric_id, area_id, end): one(
            end,
            values[metric_id, area_id],
            published[metric_id],
            breaks[metric_id],
            polarity,
            start,
            unknown[metric_id, area_id],
            academic=kind == "academic year",
        )
        for metric_id, area_id, end, _, _, _, polarity, kind, start in rows
    }


def one(
    end: date,
    values: Mapping[date, tuple[Ends, str]],
    published: set[date],
    breaks: set[date],
    polarity: str,
    start: date | None,
    unknown: dict[date, str],
    *,
    academic: bool,
) -> tuple[int | None, str, str | None]:
    five = [end.replace(year=end.year - back) for back in (4, 3, 2, 1, 0)]
    if five[0] < min(published):
        return None, UNSAID, YOUNG
    if not published.issuperset(five):
        return None, UNSAID, UNPUBLISHED
    if breaks.intersection(five[1:]):
        return None, UNSAID, BROKEN
    # The councils of an academic year are those of 31 March in it.
    census = date(five[0].year, 3, 31) if academic else five[0]
    if start is not None and start > census:
        return None, UNSAID, BEGAN
    known = [values[day] for day in five if day in values]
    if len({by for _, by in known}) > 1:
        return None, UNSAID, JOINED
    if len(known) < 5:
        return None, UNSAID, MISSING
    if found := unknown.keys() & set(five):
        return None, UNSAID, unknown[max(found)]
    s = 0
    for (earlier, _), (later, _) in combinations(known, 2):
        # Where ranges overlap it is not certain which is higher.
        s += 1 if later[0] > earlier[1] else -1 if later[1] < earlier[0] else 0
    if abs(s) < 8:
        return s, UNCLEAR, None
    if polarity == NEUTRAL:
        return s, RISING if s > 0 else FALLING, None
    return s, BETTER if (s > 0) == (polarity == HIGHER) else WORSE, None


def test_every_trend_of_the_database_is_what_counting_by_hand_gives(database: duckdb.DuckDBPyConnection) -> None:
    rows = database.execute(
        "SELECT metric_id, area_id, period_end, s, direction::VARCHAR, reason FROM trend"
    ).fetchall()
    assert len(rows) > 100_000
    assert {row[:3]: row[3:] for row in rows} == expected(database)
    counted = Counter(way for *_, way, _ in rows)
    assert set(counted) == {BETTER, WORSE, RISING, FALLING, UNCLEAR, UNSAID}
    reasons = {why for *_, why in rows}
    assert {None, YOUNG, UNPUBLISHED, BROKEN, BEGAN, MISSING} <= reasons


def test_trends_of_the_real_figures(database: duckdb.DuckDBPyConnection) -> None:
    def way(metric_id: str, area_id: str) -> tuple[object, ...]:
        (row,) = database.execute(
            "SELECT s, direction::VARCHAR, reason FROM trend WHERE metric_id = ? AND area_id = ? "
            "QUALIFY period_end = max(period_end) OVER ()",
            [metric_id, area_id],
        ).fetchall()
        return row

    # Printed from 2021 on: 35.6, 39.0, 41.6, 45.4 and 46.7 % on the Isle of Wight.
    assert way("rereferral_rate", "921") == (10, WORSE, None)
    # And 16.7, 20.0, 18.9, 17.3 and 14.2 % in England: three pairs rise, seven fall.
    assert way("vacancy_rate", "E92000001") == (-4, UNCLEAR, None)
    assert way("vacancy_rate", "942") == (None, UNSAID, BEGAN)
    assert way("vacancy_rate", "213") == (None, UNSAID, MISSING)
    assert way("attainment_8_in_need", "E92000001") == (None, UNSAID, BROKEN)
    assert way("age_11_standard_in_need", "383") == (None, UNSAID, UNPUBLISHED)
    assert way("income_deprivation", "383") == (None, UNSAID, YOUNG)
