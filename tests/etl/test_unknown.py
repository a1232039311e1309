"""Councils with too much unknown: not ranked, no change, no trend; the others stand by their range."""

from __future__ import annotations

from datetime import date

import duckdb
import polars as pl
import pytest

from etl.build import ranks, trends
from etl.build.unknown import TOO_MANY_MAY_BE, TOO_MANY_UNKNOWN
from etl.model import OBSERVATION

METRIC = pl.DataFrame(
    {"metric_id": ["homes"], "polarity": ["higher_is_better"], "unit": ["%"], "minimum_denominator": [20.0]}
)
AREA = pl.DataFrame({"area_id": list("abcd"), "kind": ["local_authority"] * 4, "very_small": [False] * 4})
NO_BREAKS = pl.DataFrame(schema=trends.SERIES_BREAK)


def homes(area_id: str, known: float, unknown: float | None, year: int = 2025) -> dict[str, object]:
    """Of 100 care leavers so many known to have a home, and so many unknown."""
    ranged = bool(unknown)
    return {
        "metric_id": "homes", "area_id": area_id, "period_end": date(year, 3, 31), "value": known, "status": "observed",
        "numerator": known, "denominator": 100.0, "unknown": unknown, "return_id": area_id,
        "value_low": known if ranged else None, "value_high": known + (unknown or 0) if ranged else None,
    }  # fmt: skip


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=OBSERVATION)


@pytest.mark.parametrize(("unknown", "why"), [(20.0, None), (20.5, TOO_MANY_UNKNOWN), (None, None)])
def test_of_more_than_a_fifth_unknown_there_is_no_rank(unknown: float | None, why: str | None) -> None:
    observation = frame(homes("a", 30.0, unknown), homes("b", 90.0, 0.0), homes("c", 80.0, 0.0), homes("d", 70.0, 0.0))
    population = ranks.find_population(observation, METRIC, AREA)
    found = dict(population.select("return_id", "not_ranked").iter_rows())
    assert found == {"a": why, "b": None, "c": None, "d": None}


def test_there_is_no_change_from_or_to_a_figure_of_which_too_much_is_unknown() -> None:
    observation = frame(
        homes("a", 90.0, 0.0, 2024), homes("a", 30.0, 60.0), homes("b", 30.0, 60.0, 2024), homes("b", 90.0, 0.0),
        homes("c", 70.0, 10.0, 2024), homes("c", 85.0, 5.0),
    )  # fmt: skip
    rows = ranks.changes(observation, METRIC, NO_BREAKS)
    # From between 70 and 80 to between 85 and 90.
    assert rows.select("area_id", "change", "change_low", "change_high").rows() == [("c", None, 5.0, 20.0)]


def test_one_year_with_too_much_unknown_leaves_no_trend() -> None:
    years = [homes("a", 50.0 + at, 30.0 if at == 2 else 0.0, 2021 + at) for at in range(5)]
    others = [homes("b", 50.0 + at, 0.0, 2021 + at) for at in range(5)]
    rows = trends.trends(frame(*years, *others), METRIC, AREA, NO_BREAKS).filter(pl.col("period_end").dt.year() == 2025)
    assert rows.select("area_id", "direction", "reason").rows() == [
        ("a", "cannot be said", TOO_MANY_UNKNOWN), ("b", "getting better", None),
    ]  # fmt: skip


def test_quarters_among_ranges_are_those_of_exact_counts(database: duckdb.DuckDBPyConnection) -> None:
    """Care leavers of 17 and 18 who are active, 2025: 30 of 64 with 9 unknown, and 23 of 33 with none (70 %)."""
    found = database.execute(
        """
        SELECT area_id, value, value_low, value_high, rank_low, rank_high, quarter, quarter_low, quarter_high
        FROM standing JOIN observation USING (metric_id, area_id, period_end)
        WHERE area_id IN ('806', '867') AND metric_id = 'care_leavers_17_18_active' AND year(period_end) = 2025
        ORDER BY area_id
        """
    ).fetchall()
    middlesbrough, bracknell_forest = found
    assert middlesbrough[1:] == (47.0, 46.875, 60.9375, 110, 147, None, 3, 4)
    assert bracknell_forest[1:4] == (70.0, 69.6969697, 69.6969697)
    assert bracknell_forest[6:] == (None, 2, 3)


def test_hampshire_is_not_called_the_worst_for_what_is_not_known(database: duckdb.DuckDBPyConnection) -> None:
    """Of 371 care leavers at 17 and 18, 245 are unknown; 94 in 100 of the others are in suitable accommodation."""
    found = database.execute(
        """
        SELECT metric_id, rank_low, not_ranked, direction
        FROM standing JOIN trend USING (metric_id, area_id, period_end)
        WHERE area_id = '850' AND metric_id LIKE 'care_leavers%' AND year(period_end) = 2025 ORDER BY ALL
        """
    ).fetchall()
    assert [row[1:] for row in found] == [(None, TOO_MANY_UNKNOWN, "cannot be said")] * 4
    assert len(
        database.execute(
            "SELECT DISTINCT area_id FROM standing WHERE not_ranked = $why AND year(period_end) = 2025",
            {"why": TOO_MANY_UNKNOWN},
        ).fetchall()
    ) == 3  # fmt: skip


def test_who_may_have_too_much_unknown_is_not_ranked_either(database: duckdb.DuckDBPyConnection) -> None:
    """Of Havering's 172 care leavers of 19 to 21 135 have a suitable home, and up to 36 of the others are unknown."""
    found = database.execute(
        """
        SELECT value, value_low, value_high, rank_low, not_ranked FROM standing JOIN observation
        USING (metric_id, area_id, period_end)
        WHERE metric_id = 'care_leavers_19_21_accommodation' AND area_id = '311' AND year(period_end) = 2025
        """
    ).fetchall()
    assert found == [(78.0, 78.4883721, 99.4186047, None, TOO_MANY_MAY_BE)]


def test_best_quarters_are_cut_by_counts_where_one_is_left_beside_a_hidden_number(
    database: duckdb.DuckDBPyConnection,
) -> None:
    """Suitable homes at 17 and 18 in 2025: South Tyneside 40 of 41, North Somerset 39 of 40, Solihull, Derbyshire."""
    cut = "SELECT best_low, best_high FROM quarter_cut WHERE metric_id = $metric AND year(period_end) = 2025"
    ranks = """
        SELECT area_id, rank_low, rank_high, quarter_low, quarter_high FROM standing
        WHERE metric_id = $metric AND year(period_end) = 2025 AND area_id IN ('393', '802', '334', '830') ORDER BY 1
    """
    metric = {"metric": "care_leavers_17_18_accommodation"}
    assert database.execute(cut, metric).fetchall() == [(96.6279644, 99.3836628)]
    assert database.execute(ranks, metric).fetchall() == [
        ("334", 15, 75, 1, 3), ("393", 26, 108, 1, 4), ("802", 27, 109, 1, 4), ("830", 11, 32, 1, 1),
    ]  # fmt: skip


def test_changes_are_worked_out_from_counts(database: duckdb.DuckDBPyConnection) -> None:
    """Nottingham's care leavers of 19 to 21 with a suitable home: 269 of 289 with one unknown, then 301 of 322."""
    found = database.execute(
        """
        SELECT change, change_low, change_high FROM change
        WHERE metric_id = 'care_leavers_19_21_accommodation' AND area_id = '892' AND year(period_end) = 2025
        """
    ).fetchall()
    assert found == [(None, 0.0526554, 0.3986761)]
