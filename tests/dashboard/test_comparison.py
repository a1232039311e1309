"""Gap, shortfall, interval, verdict and the total for England, by hand-worked cases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboard.analysis import benchmarks, comparison, queries
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from tests.dashboard import small
from tests.dashboard.small import Figure

LOW, HIGH, NEUTRAL = "lower_is_better", "higher_is_better", "neutral"
NUM, DEN = "numerator", "denominator"


@dataclass(frozen=True)
class Case:
    """One council of a measure of its own, compared with England."""

    value: float | str
    england: float | str
    numerator: float | None = None
    denominator: float | None = None
    about: dict[str, Any] = field(default_factory=dict)


def compared_with_england(folder: Path, cases: Sequence[Case]) -> list[dict[str, Any]]:
    """The compared row of each case, by way of one small database."""
    db = small.database(
        folder,
        metrics=[small.metric(f"case {number}", **case.about) for number, case in enumerate(cases)],
        figures=[
            figure
            for number, case in enumerate(cases)
            for figure in (
                Figure(f"case {number}", "101", case.value, case.numerator, case.denominator),
                Figure(f"case {number}", ENGLAND, case.england),
            )
        ],
    )
    return [compared(db, "england", f"case {number}").row(0, named=True) for number in range(len(cases))]


def compared(db: Database, benchmark: str, metric_id: str = "waits") -> pl.DataFrame:
    return queries.councils(db, db.metrics[metric_id], db.latest(metric_id), BENCHMARKS[benchmark])


def test_a_gap_is_positive_where_a_council_falls_short(tmp_path: Path) -> None:
    cases: list[tuple[str, float | str, float | str, float | None]] = [
        (LOW, 15.0, 10.0, 5.0),
        (LOW, 10.0, 15.0, -5.0),
        (LOW, 10.0, 10.0, 0.0),
        (HIGH, 15.0, 10.0, -5.0),
        (HIGH, 10.0, 15.0, 5.0),
        (NEUTRAL, 15.0, 10.0, 5.0),
        (NEUTRAL, 10.0, 15.0, -5.0),
        (LOW, 0.0, 2.5, -2.5),
        (LOW, 7.6, 7.3, 0.3),  # 7.6 - 7.3 is 0.2999999999999998 in binary
        (LOW, "c", 10.0, None),
        (LOW, 10.0, "x", None),
    ]
    rows = compared_with_england(
        tmp_path, [Case(value, england, 10.0, 100.0, {"polarity": way}) for way, value, england, _ in cases]
    )
    for row, (polarity, value, england, gap) in zip(rows, cases, strict=True):
        assert row["gap"] == gap, (polarity, value, england)
        assert row["benchmark"] == (None if isinstance(england, str) else england)


def test_a_count_is_compared_with_nothing(tmp_path: Path) -> None:
    units = ("FTE", "children")
    rows = compared_with_england(
        tmp_path, [Case(40.0, 3000.0, about={"unit": unit, "polarity": NEUTRAL}) for unit in units]
    )
    for row in rows:
        assert (row["value"], row["benchmark"], row["gap"], row["verdict"]) == (40.0, None, None, None)


def test_a_shortfall_is_counted_in_what_moves(tmp_path: Path) -> None:
    each = "cases per social worker"
    cases: list[tuple[str, str, str | None, float, float, float | None, float | None, float | None]] = [
        # 30 of 200 posts are vacant; at 10 % there would be 20: ten to fill.
        ("%", LOW, NUM, 15.0, 10.0, 30.0, 200.0, 10.0),
        # 160 of 200 conferences are on time; at 90 % there would be 180: twenty more.
        ("%", HIGH, NUM, 80.0, 90.0, 160.0, 200.0, 20.0),
        # 800 cases of 40 workers; at 16 each it takes 50: ten more workers.
        (each, LOW, DEN, 20.0, 16.0, 800.0, 40.0, 10.0),
        # No number of workers brings a caseload to nought.
        (each, LOW, DEN, 20.0, 0.0, 800.0, 40.0, None),
        ("%", LOW, NUM, 15.0, 0.0, 30.0, 200.0, 30.0),
        ("per 10,000 children", LOW, NUM, 60.0, 50.0, 300.0, 50_000.0, 50.0),
        # It meets the benchmark: nothing is short, and that is no zero.
        ("%", LOW, NUM, 10.0, 10.0, 20.0, 200.0, None),
        ("%", LOW, NUM, 5.0, 10.0, 10.0, 200.0, None),
        # Printed 10.1 for 20 of 200: over the benchmark by rounding alone, and short of nobody.
        ("%", LOW, NUM, 10.1, 10.05, 20.0, 200.0, 0.0),
        ("%", LOW, NUM, 15.0, 10.0, None, None, None),
        ("%", LOW, None, 15.0, 10.0, 30.0, 200.0, None),
        ("%", NEUTRAL, NUM, 15.0, 10.0, 30.0, 200.0, None),
    ]
    rows = compared_with_england(
        tmp_path,
        [
            Case(value, england, numerator, denominator, {"unit": unit, "polarity": way, "shortfall_moves": moves})
            for unit, way, moves, value, england, numerator, denominator, _ in cases
        ],
    )
    for row, case in zip(rows, cases, strict=True):
        assert row["shortfall"] == (None if case[-1] is None else pytest.approx(case[-1])), case


# Newcombe (1998), Statistics in Medicine 17, table I, method 3; and by hand: of 0 in n the upper limit is z2/(n + z2).
PUBLISHED_INTERVALS = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
    (29, 29, 0.8830, 1.0000),
    (0, 10, 0.0000, 0.2775),
    (10, 10, 0.7225, 1.0000),
]


@pytest.mark.parametrize(("numerator", "denominator", "low", "high"), PUBLISHED_INTERVALS)
def test_wilson_agrees_with_published_intervals(numerator: int, denominator: int, low: float, high: float) -> None:
    ((found_low, found_high),) = intervals([(numerator, denominator)])
    assert found_low == pytest.approx(low, abs=5e-5)
    assert found_high == pytest.approx(high, abs=5e-5)


def intervals(shares: list[tuple[float, float]]) -> list[tuple[float | None, float | None]]:
    frame = pl.DataFrame(shares, {"numerator": pl.Float64, "denominator": pl.Float64}, orient="row")
    low, high = comparison.wilson(pl.col("numerator"), pl.col("denominator"))
    return frame.select(low.alias("low"), high.alias("high")).rows()


def solved(numerator: float, denominator: float) -> tuple[float, float]:
    """What Wilson's interval is: the shares from which the observed one is just not too far. Found by halving."""
    observed = numerator / denominator

    def too_far(share: float) -> bool:
        return abs(observed - share) > 1.959963984540054 * math.sqrt(share * (1 - share) / denominator)

    def edge(inside: float, outside: float) -> float:
        for _ in range(60):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if too_far(middle) else (middle, outside)
        return inside

    return edge(observed, 0.0), edge(observed, 1.0)


def test_wilson_solves_the_equation_it_comes_from() -> None:
    shares = [(float(k), float(n)) for n in (1, 2, 3, 10, 57, 1000) for k in range(1, n, max(1, n // 19))]
    shares += [(15.5, 148.2), (0.4, 3000.0)]  # of full-time equivalents
    for (numerator, denominator), (low, high) in zip(shares, intervals(shares), strict=True):
        assert (low, high) == pytest.approx(solved(numerator, denominator), abs=1e-9), (numerator, denominator)


def test_an_interval_touches_the_edge_at_none_and_at_all() -> None:
    sizes = [float(n) for n in range(1, 2000)]
    assert {low for low, _ in intervals([(0.0, n) for n in sizes])} == {0.0}
    assert {high for _, high in intervals([(n, n) for n in sizes])} == {1.0}


def test_what_is_no_share_has_no_interval_and_no_verdict(tmp_path: Path) -> None:
    shares = [(0.0, 0.0), (5.0, 0.0), (11.0, 10.0)]
    assert intervals(shares) == [(None, None)] * 3
    unpublished = Case(5.0, 50.0, about={"has_interval": True})
    for row in compared_with_england(
        tmp_path, [*(Case(5.0, 50.0, k, n, {"has_interval": True}) for k, n in shares), unpublished]
    ):
        assert (row["low"], row["high"], row["verdict"]) == (None, None, None)


# Of 5 in 10 the interval is 23.6593091 to 76.3406909 %, rounded to nine digits as all figures are.
EDGE_LOW, EDGE_HIGH = 23.6593091, 76.3406909


def test_a_verdict_needs_the_benchmark_outside_the_interval(tmp_path: Path) -> None:
    cases = [
        (LOW, 77.0, "better"),
        (LOW, EDGE_HIGH, "similar"),  # on the edge is within
        (LOW, 50.0, "similar"),
        (LOW, EDGE_LOW, "similar"),
        (LOW, 23.0, "worse"),
        (HIGH, 77.0, "worse"),
        (HIGH, EDGE_HIGH, "similar"),
        (HIGH, EDGE_LOW, "similar"),
        (HIGH, 23.0, "better"),
        (NEUTRAL, 77.0, "lower"),
        (NEUTRAL, EDGE_HIGH, "similar"),
        (NEUTRAL, 23.0, "higher"),
        (LOW, math.nextafter(EDGE_HIGH, 100), "better"),
        (LOW, math.nextafter(EDGE_LOW, 0), "worse"),
    ]
    rows = compared_with_england(
        tmp_path, [Case(50.0, england, 5.0, 10.0, {"polarity": way, "has_interval": True}) for way, england, _ in cases]
    )
    for row, (polarity, england, verdict) in zip(rows, cases, strict=True):
        assert (row["low"], row["high"]) == (EDGE_LOW, EDGE_HIGH)
        assert row["verdict"] == verdict, (polarity, england)


def test_none_at_all_against_none_at_all_is_no_worse(tmp_path: Path) -> None:
    for row in compared_with_england(
        tmp_path, [Case(0.0, 0.0, 0.0, n, {"has_interval": True}) for n in (111.0, 224.0, 498.0)]
    ):
        assert (row["gap"], row["low"], row["verdict"]) == (0.0, 0.0, "similar")


@pytest.fixture(scope="module")
def everything(db: Database) -> pl.DataFrame:
    """All councils, measures and periods against all benchmarks."""
    councils = db.figure.filter(pl.col("kind") == "local_authority")
    held = [
        comparison.compare(db, benchmark, db.figure, councils).with_columns(pl.lit(benchmark.id).alias("benchmark_id"))
        for benchmark in BENCHMARKS.values()
    ]
    return pl.concat(held, how="vertical_relaxed")


def test_no_verdict_contradicts_the_figures(everything: pl.DataFrame) -> None:
    """Who meets the benchmark is never worse, who falls short never better."""
    odd = everything.filter(
        (pl.col("verdict").is_in(["better", "lower"]) & (pl.col("gap") >= 0))
        | (pl.col("verdict").is_in(["worse", "higher"]) & (pl.col("gap") <= 0))
    )
    assert odd.is_empty(), odd.select("benchmark_id", "metric_id", "period", "name", "value", "benchmark", "verdict")


def test_a_gap_of_nothing_but_binary_noise_is_none(everything: pl.DataFrame) -> None:
    """A council at 15.9 % and neighbours whose middle is (15.2 + 16.6) / 2 are the same."""
    specks = everything.filter((pl.col("gap") != 0) & (pl.col("gap").abs() < 1e-6))
    assert specks.is_empty(), specks.select("benchmark_id", "metric_id", "period", "name", "value", "benchmark")


def test_england_adds_up_the_shortfalls_each_return_once(tmp_path: Path) -> None:
    joint = "103+104"
    db = small.database(
        tmp_path,
        metrics=[small.metric("waits", shortfall_moves="numerator", shortfall="posts to fill")],
        figures=[
            Figure("waits", ENGLAND, 10.0),
            Figure("waits", "101", 15.0, 30.0, 200.0),  # ten over
            Figure("waits", "102", 8.0, 8.0, 100.0),
            Figure("waits", "103", 20.0, 40.0, 200.0, joint),  # twenty over, in one return of two
            Figure("waits", "104", 20.0, 40.0, 200.0, joint),
            Figure("waits", "105", 10.0, 10.0, 100.0),  # meets it exactly
            Figure("waits", "106", 12.0),  # short, but nobody knows of how many
            Figure("waits", "107", "x"),
            Figure("waits", "108", "c", None, None, "108+109"),
            Figure("waits", "109", "c", None, None, "108+109"),
            Figure("waits", small.TINY, 50.0, 2.0, 4.0),  # very small: not compared
        ],
    )
    total = comparison.england_if_all_met(compared(db, "england"))
    assert (total.short, total.meet, total.without, total.uncounted) == (3, 2, 2, 1)
    assert total.shortfall == pytest.approx(10 + 20)
    assert (total.compared, total.small) == (5, 1)


def test_england_without_counts_has_no_shortfall(tmp_path: Path) -> None:
    db = small.database(
        tmp_path,
        metrics=[small.metric("waits")],
        figures=[Figure("waits", ENGLAND, 10.0), Figure("waits", "101", 15.0)],
    )
    total = comparison.england_if_all_met(compared(db, "england"))
    assert (total.short, total.meet, total.shortfall, total.uncounted) == (1, 0, None, 1)


def test_england_of_the_real_figures_counts_the_four_joint_councils_twice_not_four_times(db: Database) -> None:
    rows = compared(db, "best_quarter", "vacancy_rate")
    total = comparison.england_if_all_met(rows)
    assert rows.height == 153
    assert total.compared + total.without + total.small == 151
    once = {row["return_id"]: row["shortfall"] or 0.0 for row in rows.iter_rows(named=True)}
    assert total.shortfall == pytest.approx(sum(once.values()))


@pytest.mark.parametrize(
    ("metric_id", "year", "benchmark", "council", "ends", "gap"),
    [
        # 1,590 and 140 unknown of 2,830 in the South West; 31,620 and 2,410 of 36,080 in England.
        ("care_leavers_19_21_active", 2023, "region", "801", (56.0, 61.130742), (-15.5384615, -9.2538734)),
        ("care_leavers_19_21_accommodation", 2024, "england", "306", (88.0, 94.3181818), (-7.2772074, 10.5399477)),
    ],
)
def test_england_and_a_region_of_which_some_are_unknown_are_a_range(
    db: Database, metric_id: str, year: int, benchmark: str, council: str, ends: tuple[float, float],
    gap: tuple[float, float],
) -> None:  # fmt: skip
    metric = db.metrics[metric_id]
    period = next(one for one in db.periods[metric_id] if one.end.year == year)
    row = queries.councils(db, metric, period, BENCHMARKS[benchmark]).row(
        by_predicate=pl.col("area_id") == council, named=True
    )
    assert (row["benchmark"], row["benchmark_low"], row["benchmark_high"], row["council_count"]) == (None, *ends, None)
    assert (row["gap_low"], row["gap_high"]) == (pytest.approx(gap[0]), pytest.approx(gap[1]))


def test_of_what_is_known_of_two_ranges_no_council_is_called_better(db: Database) -> None:
    """Birmingham's care leavers of 17 and 18 are 69 to 71.1 % active in 2025, England's 64 to 69.6 %."""
    metric = db.metrics["care_leavers_17_18_active"]
    rows = queries.councils(db, metric, db.latest(metric.metric_id), BENCHMARKS["england"])
    birmingham = rows.row(by_predicate=pl.col("area_id") == "330", named=True)
    assert birmingham["gap_low"] < 0 < birmingham["gap_high"]
    assert (birmingham["gap"], birmingham["verdict"]) == (None, "similar")


def test_a_hidden_count_has_a_verdict_where_its_whole_range_has(db: Database) -> None:
    """1 to 5 of Westminster's 102 new plans of 2022-23 were repeat plans: less than the best quarter's 20 %."""
    metric = db.metrics["repeat_plan_rate"]
    period = next(one for one in db.periods["repeat_plan_rate"] if one.end.year == 2023)
    rows = queries.councils(db, metric, period, BENCHMARKS["best_quarter"])
    westminster = rows.row(by_predicate=pl.col("area_id") == "213", named=True)
    assert (westminster["value"], westminster["verdict"], westminster["quarter"]) == (None, "better", 1)
    assert (westminster["low"], westminster["high"]) == (pytest.approx(0.17, abs=0.01), pytest.approx(10.97, abs=0.01))


def test_a_hidden_count_makes_a_gap_a_shortfall_and_englands_sum_a_range(tmp_path: Path) -> None:
    """Of 100 each, 6, 2 and a hidden 1 to 5 are compared with 3 %."""
    db = small.database(
        tmp_path,
        metrics=[small.metric("waits", shortfall_moves="numerator", shortfall="posts to fill", has_interval=True)],
        figures=[
            Figure("waits", "101", 6.0, 6.0, 100.0),
            Figure("waits", "102", 2.0, 2.0, 100.0),
            Figure("waits", "103", "c", None, 100.0, range=(1.0, 5.0)),
        ],
    )
    metric = db.metrics["waits"]
    figures = db.councils("waits", db.latest("waits").end)
    rows = comparison.compare(db, benchmarks.with_target(3.0, metric), figures, figures)
    found = {row["area_id"]: row for row in rows.iter_rows(named=True)}
    bounds = ("gap", "gap_low", "gap_high", "shortfall", "shortfall_low", "shortfall_high")
    assert [found["101"][name] for name in bounds] == [3.0, 3.0, 3.0, 3.0, 3.0, 3.0]
    assert [found["102"][name] for name in bounds] == [-1.0, -1.0, -1.0, None, None, None]
    assert [found["103"][name] for name in bounds] == [None, -2.0, 2.0, None, 0.0, 2.0]
    # Both intervals hold 3, neither 20; that of one of 100 holds 1, and that of five does not.
    assert found["103"]["verdict"] == "similar"
    for target, verdict in ((20.0, "better"), (0.1, "worse"), (1.0, None)):
        held = comparison.compare(db, benchmarks.with_target(target, metric), figures, figures)
        assert held.filter(pl.col("area_id") == "103")["verdict"].to_list() == [verdict]
    total = comparison.england_if_all_met(rows)
    assert (total.short, total.meet, total.unsure, total.without) == (1, 1, 1, 0)
    assert (total.shortfall_low, total.shortfall_high, total.shortfall) == (3.0, 5.0, None)


@pytest.mark.parametrize(
    ("area_id", "metric_id", "benchmark", "gap", "shortfall"),
    [
        # 20 of 36 active, none unknown: 55.6 %, printed as 56 %.
        ("812", "care_leavers_17_18_active", "best_quarter_region", (14.600694, 14.788574), (5.25625, 5.323887)),
        # 43 of 79.
        ("357", "care_leavers_17_18_active", "best_quarter_region", (14.156064, 17.496878), (11.18329, 13.822533)),
        # 301 of 322: it may meet the standard.
        ("892", "care_leavers_19_21_accommodation", "best_quarter", (-0.341006, 5.3452685), (0.0, 17.211765)),
        # 39 of 54, two unknown: its own figure stands at one end in the gap and in the shortfall.
        ("822", "care_leavers_17_18_active", "best_quarter_region", (0.3349094, 5.2398991), None),
        # Its printed 7 % may meet the standard, which lies between 6.25 % and 7 %.
        ("332", "school_moves", "best_quarter", (0.0, 0.75), None),
    ],
)
def test_gaps_are_by_counts_beside_ranges_and_shortfalls_agree_with_them(
    db: Database, area_id: str, metric_id: str, benchmark: str, gap: tuple[float, float],
    shortfall: tuple[float, float] | None,
) -> None:  # fmt: skip
    rows = comparison.newest_of(db, BENCHMARKS[benchmark], metric_id)
    row = rows.row(by_predicate=pl.col("area_id") == area_id, named=True)
    assert (row["gap_low"], row["gap_high"]) == pytest.approx(gap, abs=5e-7)
    if shortfall:
        assert (row["shortfall_low"], row["shortfall_high"]) == pytest.approx(shortfall, abs=5e-6)


@pytest.mark.parametrize("benchmark", [one for one in BENCHMARKS if BENCHMARKS[one].asks is None])
def test_who_may_meet_a_benchmark_is_short_of_nobody_for_certain(db: Database, benchmark: str) -> None:
    """And who does not is short of somebody, but where a printed percentage is rounded up past its counts."""
    rows = comparison.newest(db, BENCHMARKS[benchmark]).filter(pl.col("shortfall_low").is_not_null())
    assert rows.height > 1_000
    assert rows.filter((pl.col("gap_low") <= 0) & (pl.col("shortfall_low") != 0)).is_empty()
    none = rows.filter((pl.col("gap_low") > 0) & (pl.col("shortfall_low") == 0))
    # A range of one printed figure is made of counts: there both agree.
    assert none.filter(pl.col("value_low").is_not_null()).is_empty()
    assert none.height <= 6
