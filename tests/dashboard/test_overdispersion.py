"""Overdispersion: Spiegelhalter's additive model against plain arithmetic, made-up councils and published figures."""

from __future__ import annotations

import math
import random
from pathlib import Path

import polars as pl
import pytest

from dashboard.analysis import comparison, funnel, overdispersion, queries
from dashboard.analysis.benchmarks import BENCHMARKS, with_limits
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from dashboard.views.text import comparisons, direction, front
from tests.dashboard import small
from tests.dashboard.small import Figure

# England is at 20 %. On the arcsine scale s of 400 people is 1 / 40, so that councils have these z.
Z = (-8.0, -3.0, -2.0, -1.5, -1.0, 0.0, 0.5, 1.5, 2.0, 3.0, 10.0)
CENTRE = math.asin(math.sqrt(0.2))
SHARES = tuple(100 * math.sin(CENTRE + z / 40) ** 2 for z in Z)


def made_up(folder: Path, shares: tuple[float, ...] = SHARES, n: float = 400.0) -> Database:
    figures = [Figure("waits", str(101 + at), share, share * n / 100, n) for at, share in enumerate(shares)]
    return small.database(
        folder,
        metrics=[small.metric(has_interval=True)],
        figures=[*figures, Figure("waits", ENGLAND, 20.0), Figure("waits", small.TINY, 90.0, 9.0, 10.0)],
    )


def test_the_worked_example_of_eleven_councils(tmp_path: Path) -> None:
    """The 10th and 90th percentile of eleven are the 2nd and the 10th of them, -3 and 3, and z² is then 9, 9, 4, 2.25,
    1, 0, 0.25, 2.25, 4, 9 and 9: 49.75 in all."""
    (row,) = overdispersion.spread(made_up(tmp_path)).to_dicts()
    assert row["councils"] == 11
    assert row["phi"] == pytest.approx(49.75 / 11)
    # All weights are 4 x 400: 11 of them less one.
    assert row["tau2"] == pytest.approx((49.75 - 10) / (10 * 1600))


def test_the_limits_of_a_funnel_and_of_a_verdict_against_england_allow_for_it(tmp_path: Path) -> None:
    db = made_up(tmp_path)
    metric, period = db.metrics["waits"], db.latest("waits")
    usual = funnel.funnel(db, metric, period)
    alone = funnel.funnel(db, metric, period, spread=False)
    assert usual is not None
    assert alone is not None
    off = 1.959963984540054 * math.sqrt(1 / 1600 + (49.75 - 10) / 16_000)
    row = usual.points.filter(pl.col("n") == 400).row(0, named=True)
    expected = [100 * math.sin(CENTRE + side * off) ** 2 for side in (-1, 1)]
    assert [row["low_95"], row["high_95"]] == pytest.approx(expected)
    # Outside 16.08 to 23.92 % are z of -8, -3, 2, 3 and 10; outside the wider limits -8 and 10.
    outside = [found.points.filter((pl.col("n") == 400) & (pl.col("outside") > 0)).height for found in (usual, alone)]
    assert outside == [2, sum(abs(share - 20) > 3.9199 for share in SHARES)]
    # The very small council, which is further out, is not ranked.
    assert small.TINY in set(usual.points["area_id"]) - set(usual.ranked["area_id"])
    assert (usual.by_chance, alone.by_chance) == (5, 5)
    said = direction.funnel_sentence(usual)
    assert "within the 95% limits of chance and of the usual differences between councils" in said
    assert "Chance alone would leave 5 outside." in said
    for found, spread in ((usual, None), (alone, False)):
        rows = queries.councils(db, metric, period, with_limits(BENCHMARKS["england"], spread))
        verdicts = dict(rows.select("area_id", "verdict").iter_rows())
        sides = dict(found.ranked.select("area_id", "side").iter_rows())
        assert {area: side or "similar" for area, side in sides.items()} == {area: verdicts[area] for area in sides}


def test_the_wider_interval_holds_the_marks_whose_limits_hold_the_share() -> None:
    """Against a search over marks, for several shares, sizes and variances between councils."""
    for numerator, n, tau2 in ((20, 100, 0.01), (3, 40, 0.002), (380, 400, 0.004), (0, 50, 0.001), (399, 400, 0.01)):
        low, high = comparison.interval(pl.lit(float(numerator)), pl.lit(float(n)), pl.lit(tau2))
        found = pl.select(low=low, high=high).row(0)
        share, off = math.asin(math.sqrt(numerator / n)), comparison.Z_95 * math.sqrt(1 / (4 * n) + tau2)
        marks = [mark / 20_000 for mark in range(20_001)]
        inside = [mark for mark in marks if abs(share - math.asin(math.sqrt(mark))) <= off]
        assert found == (pytest.approx(inside[0], abs=1e-4), pytest.approx(inside[-1], abs=1e-4))
    alone = comparison.interval(pl.lit(20.0), pl.lit(100.0), pl.lit(0.0))
    assert pl.select(alone[0]).item() == pl.select(comparison.wilson(pl.lit(20.0), pl.lit(100.0))[0]).item()


def test_where_only_chance_differs_nothing_is_added_and_of_few_nothing_is_estimated(tmp_path: Path) -> None:
    draw = random.Random(1)
    shares = tuple(sum(draw.random() < 0.2 for _ in range(400)) / 4 for _ in range(28))
    (tmp_path / "chance").mkdir()
    (row,) = overdispersion.spread(made_up(tmp_path / "chance", shares)).to_dicts()
    assert row["tau2"] == 0.0
    (tmp_path / "few").mkdir()
    few = made_up(tmp_path / "few", SHARES[:9])
    assert overdispersion.spread(few).is_empty()
    rows = queries.councils(few, few.metrics["waits"], few.latest("waits"), BENCHMARKS["england"])
    assert set(rows["interval_allows_for"].drop_nulls()) == {comparison.CHANCE}


def test_usual_differences_widen_both_ends_of_a_range_and_hidden_figures_make_none(tmp_path: Path) -> None:
    """Of 400 with some unknown: 26 to 27 % is outside chance around 20 %, and within 20 ± 8.7 % as is usual."""
    figures = [
        *(Figure("waits", str(101 + at), share, share * 4, 400.0) for at, share in enumerate(SHARES)),
        Figure("waits", "121", 26.0, 104.0, 400.0, range=(26.0, 27.0), unknown=4.0),
        Figure("waits", "122", 27.0, 108.0, 400.0, range=(27.0, 40.0), unknown=52.0),
        Figure("waits", "123", "c", None, 400.0, range=(0.25, 1.25)),
        Figure("waits", ENGLAND, 20.0),
    ]
    db = small.database(tmp_path, metrics=[small.metric(has_interval=True)], figures=figures)
    assert overdispersion.spread(db)["councils"].to_list() == [13]
    metric, period = db.metrics["waits"], db.latest("waits")
    found = {}
    for spread in (True, False):
        rows = queries.councils(db, metric, period, with_limits(BENCHMARKS["england"], spread))
        found[spread] = {row["area_id"]: row for row in rows.iter_rows(named=True)}
    assert [found[False][one]["verdict"] for one in ("121", "122")] == ["worse", "worse"]
    # At its least it is as usual, at its most it is not.
    assert [found[True][one]["verdict"] for one in ("121", "122")] == ["similar", None]
    for one in ("121", "122", "123"):
        assert found[True][one]["low"] <= found[False][one]["low"]
        assert found[True][one]["high"] > found[False][one]["high"]
        for name in ("gap_low", "gap_high", "benchmark"):
            assert found[True][one][name] == found[False][one][name]


def by_hand(db: Database, metric_id: str) -> tuple[float, float]:
    """phi and tau2 in the newest period, by plain loops."""
    metric, end = db.metrics[metric_id], db.latest(metric_id).end
    scale = 100 if metric.unit == "%" else 10_000
    rows = {
        row["return_id"]: row
        for row in db.councils(metric_id, end).iter_rows(named=True)
        if row["sets_cut"] and row["enough"]
    }
    centre = db.figures(metric_id, end).filter(pl.col("area_id") == ENGLAND)["value"][0] / scale
    counted = [
        (
            row["value"] / scale if row["numerator"] is None else row["numerator"] / row["denominator"],
            row["denominator"],
        )
        for row in rows.values()
        if row["value"] is not None and row["denominator"] and (row["numerator"] or 0) <= row["denominator"]
    ]
    around = math.asin(math.sqrt(centre))
    deviations = [1 / (2 * math.sqrt(n)) for _, n in counted]
    z = [(math.asin(math.sqrt(share)) - around) / s for (share, _), s in zip(counted, deviations, strict=True)]
    ordered = sorted(z)

    def percentile(q: float) -> float:
        at = q * (len(ordered) - 1)
        below = math.floor(at)
        above = min(below + 1, len(ordered) - 1)
        return float(ordered[below] + (at - below) * (ordered[above] - ordered[below]))

    low, high = percentile(0.1), percentile(0.9)
    phi = sum(min(max(one, low), high) ** 2 for one in z) / len(z)
    weights = [1 / s**2 for s in deviations]
    spread = sum(weights) - sum(one**2 for one in weights) / sum(weights)
    return phi, max(0.0, (len(z) * phi - (len(z) - 1)) / spread)


def test_every_real_estimate_is_what_plain_loops_find(db: Database) -> None:
    found = {(row["metric_id"], row["period_end"]): row for row in overdispersion.spread(db).to_dicts()}
    newest = [one for one in db.metrics.values() if (one.metric_id, db.latest(one.metric_id).end) in found]
    assert len(newest) > 40
    for metric in newest:
        row = found[metric.metric_id, db.latest(metric.metric_id).end]
        assert (row["phi"], row["tau2"]) == pytest.approx(by_hand(db, metric.metric_id)), metric.metric_id


@pytest.mark.parametrize(
    ("metric_id", "councils", "by_chance", "usual"),
    [
        ("vacancy_rate", 147, 98, 17),  # 67 %, and 12 %
        ("rereferral_rate", 151, 115, 27),  # 76 %
        ("referral_rate", 151, 134, 20),  # 89 %
        ("no_further_action_rate", 144, 138, 21),  # 96 %
    ],
)
def test_how_many_councils_are_unusual_against_england(
    db: Database, metric_id: str, councils: int, by_chance: int, usual: int
) -> None:
    metric, period = db.metrics[metric_id], db.latest(metric_id)
    found = funnel.funnel(db, metric, period)
    assert found is not None
    assert (found.ranked.height, found.by_chance) == (councils, by_chance)
    assert found.points.filter(pl.col("outside") > 0).height == usual
    for spread, outside in ((None, usual), (False, by_chance)):
        rows = queries.councils(db, metric, period, with_limits(BENCHMARKS["england"], spread)).unique("return_id")
        # Of a hidden figure there may be a verdict, and no dot.
        rows = rows.filter(pl.col("value").is_not_null())
        assert rows.filter(pl.col("verdict").is_in(["better", "worse", "lower", "higher"])).height == outside


def test_chance_is_said_to_those_that_meet_a_mark_too(db: Database) -> None:
    """17 of the 37 councils that meet the best-quarter standard for vacancies are within chance of it."""
    metric, benchmark = db.metrics["vacancy_rate"], BENCHMARKS["best_quarter"]
    rows = queries.councils(db, metric, db.latest("vacancy_rate"), benchmark)
    assert front.chance_sentence(rows, metric, benchmark).startswith("For 17 of the 37 councils that meet it, and ")
    assert comparisons.limits_note(metric, benchmark) == (
        "A figure is called better or worse where the benchmark lies outside its 95% limits, which allow for chance "
        "alone. This is indicative: full-time equivalents are counted in full, not sampled."
    )
