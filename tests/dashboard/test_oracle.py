"""Ranks, neighbours, benchmarks and gaps of nine measures in all periods, against a slow oracle.

The oracle is the rules once more in plain Python over rows of text, as a spreadsheet would hold them: it shares nothing
with the dashboard or the build, and works out one council at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isclose
from typing import Any

import duckdb
import polars as pl
import pytest

from dashboard.analysis import benchmarks, comparison, queries
from dashboard.analysis.benchmarks import BENCHMARKS, Benchmark
from dashboard.analysis.benchmarks.rules import neighbours_mean
from dashboard.data.database import Database
from tests.dashboard.oracle import GROUP, Areas, Found, Oracle, oracles

NINE = (
    "vacancy_rate", "turnover_rate", "agency_rate", "caseload", "repeat_plan_rate", "long_plan_rate", "rereferral_rate",
    "conferences_in_15_days", "reviews_in_time", "age_11_standard_on_plan", "school_moves",
)  # fmt: skip
NEUTRAL_ONES = ("plan_rate", "referral_rate")
BOUNDS = ("benchmark_low", "benchmark_high", "gap_low", "gap_high", "shortfall_low", "shortfall_high")
TARGETS = {"caseload": 15.5, "plan_rate": 40.0, "referral_rate": 500.0}


@pytest.fixture(scope="module")
def areas(database: duckdb.DuckDBPyConnection) -> Areas:
    return Areas(database)


@pytest.mark.parametrize("metric_id", [*NINE, *NEUTRAL_ONES])
def test_every_council_in_every_period_is_as_a_slow_oracle_finds(
    db: Database, database: duckdb.DuckDBPyConnection, areas: Areas, metric_id: str
) -> None:
    metric = db.metrics[metric_id]
    target = TARGETS.get(metric_id, 7.65)
    asked = {"group": benchmarks.with_group(db, GROUP), "target": benchmarks.with_target(target, metric)}
    found = oracles(database, metric_id, areas)
    assert sorted(found, reverse=True) == [period.end for period in db.periods[metric_id]]
    assert len(found) >= 4
    figures, newest = db.by_metric[metric_id], db.periods[metric_id][0]
    councils = figures.filter(pl.col("kind") == "local_authority")
    assert councils.height == sum(
        one["kind"] == "local_authority" for oracle in found.values() for one in oracle.figures.values()
    )
    for benchmark in ({**BENCHMARKS, **asked}).values():
        # All periods at once, as exports have them, and the newest alone, as pages do.
        rows = comparison.compare(db, benchmark, figures, councils)
        assert rows.height == councils.height
        alone = queries.councils(db, metric, newest, benchmark)
        assert alone.height == rows.filter(pl.col("period_end") == newest.end).height
        for row in (*rows.iter_rows(named=True), *alone.iter_rows(named=True)):
            oracle = found[row["period_end"]]
            expected = benchmarked(oracle, benchmark.id, row["area_id"], target)
            same(row, oracle, expected, (benchmark.id, row["period_end"], row["name"]))


def benchmarked(oracle: Oracle, benchmark_id: str, area_id: str, target: float) -> Found:
    """What the oracle finds of a benchmark, which it must know; the target is given."""
    if benchmark_id == "target":
        return oracle.fixed(area_id, target, target)
    rule: Callable[[str], Found] = getattr(oracle, benchmark_id)
    return rule(area_id)


def same(row: dict[str, Any], oracle: Oracle, expected: Found, where: object) -> None:
    """Whether a row of ours says what the oracle says of a council: its rank, its benchmark, its gap."""
    ranks = tuple(row[name] for name in ("rank_low", "rank_high", "ranked", "quarter_low", "quarter_high"))
    assert ranks == oracle.rank(row["area_id"]), where
    assert row["rank"] == (ranks[0] if ranks[0] == ranks[1] else None), where
    assert row["quarter"] == (ranks[3] if ranks[3] == ranks[4] else None), where
    if expected is None:
        assert [row[name] for name in ("benchmark_low", "benchmark_high", "gap_low", "gap_high")] == [None] * 4, where
        return
    low, high, count, gap = expected
    near(row, "benchmark", (low, high), 1e-8, where)
    assert row["council_count"] == count, where
    near(row, "gap", gap, 1e-6, where)


def near(row: dict[str, Any], name: str, ends: tuple[float, float] | None, off: float, where: object) -> None:
    """Whether a bound of ours is the oracle's, and a number where both ends are one."""
    found = (row[f"{name}_low"], row[f"{name}_high"])
    if ends is None:
        assert (*found, row[name]) == (None,) * 3, where
        return
    assert None not in found, where
    assert all(isclose(one, other, rel_tol=off, abs_tol=off) for one, other in zip(found, ends, strict=True)), where
    assert row[name] == (found[0] if found[0] == found[1] else None), where


@pytest.mark.parametrize("metric_id", NINE)
def test_the_mean_of_every_councils_neighbours_is_as_a_slow_oracle_finds(
    db: Database, database: duckdb.DuckDBPyConnection, areas: Areas, metric_id: str
) -> None:
    figures = db.by_metric[metric_id]
    councils = figures.filter(pl.col("kind") == "local_authority")
    ours = {
        (row["area_id"], row["period_end"]): row["neighbours_mean"]
        for row in neighbours_mean(db, figures, councils).iter_rows(named=True)
    }
    for end, oracle in oracles(database, metric_id, areas).items():
        for area, figure in oracle.figures.items():
            if figure["kind"] == "local_authority":
                mean = oracle.neighbours_mean(area)
                assert ours.pop((area, end), None) == (None if mean is None else pytest.approx(mean, rel=1e-8)), area
    assert ours == {}


def test_the_oracle_disagrees_with_a_wrong_benchmark(
    db: Database, database: duckdb.DuckDBPyConnection, areas: Areas
) -> None:
    """So that the tests above are known to be able to fail."""
    metric, newest = db.metrics["vacancy_rate"], db.latest("vacancy_rate")
    oracle = oracles(database, "vacancy_rate", areas)[newest.end]
    rows = queries.councils(db, metric, newest, BENCHMARKS["region"])
    row = rows.row(by_predicate=pl.col("area_id") == "383", named=True)
    with pytest.raises(AssertionError):
        same(row, oracle, oracle.england("383"), "Leeds")
    with pytest.raises(AssertionError):
        same({**row, "rank_low": 8}, oracle, oracle.region("383"), "Leeds")
    with pytest.raises(AssertionError):
        same({**row, "gap_low": None}, oracle, oracle.region("383"), "Leeds")
    with pytest.raises(AssertionError):
        same({**row, "council_count": 2}, oracle, oracle.region("383"), "Leeds")


def test_a_benchmark_that_the_oracle_does_not_know_is_not_taken_for_the_target(
    database: duckdb.DuckDBPyConnection, areas: Areas
) -> None:
    oracle = next(iter(oracles(database, "vacancy_rate", areas).values()))
    with pytest.raises(AttributeError):
        benchmarked(oracle, "a_new_one", "383", 7.65)


def test_compared_all_at_once_is_compared_one_by_one(db: Database) -> None:
    """Pages compare one period, exports many measures and periods together: both come to the same."""
    held: Benchmark
    for metric_id in ("vacancy_rate", "long_plan_rate", "plan_rate"):
        metric, figures = db.metrics[metric_id], db.by_metric[metric_id]
        for held in (*BENCHMARKS.values(), benchmarks.with_group(db, GROUP)):
            together = comparison.compare(db, held, figures, figures.filter(pl.col("kind") == "local_authority"))
            for period in db.periods[metric_id]:
                alone = queries.councils(db, metric, period, held).sort("area_id")
                same_period = together.filter(pl.col("period_end") == period.end).sort("area_id")
                assert alone.select("area_id", *BOUNDS).equals(same_period.select("area_id", *BOUNDS))
