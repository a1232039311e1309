"""Watch lists, peers, and movers: hand-made cases, and all real ones by plain loops."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest

from dashboard.analysis import direction, queries, returns
from dashboard.analysis.benchmarks import BENCHMARKS, with_limits
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, Metric
from dashboard.views.text import direction as sentences
from tests.dashboard import small
from tests.dashboard.small import Figure

LOW, HIGH, NEUTRAL = "lower_is_better", "higher_is_better", "neutral"
EACH = BENCHMARKS["england"]
UP, DOWN, FLAT = (-8, -6, -4, -2, 0), (8, 6, 4, 2, 0), (0, 2, -2, 2, 0)
KINGSTON, RICHMOND, JOINT = "314", "318", "314+318"


def history(
    area_id: str,
    value: float,
    steps: Sequence[float],
    counted: bool = False,
    return_id: str | None = None,
    metric_id: str = "waits",
) -> list[Figure]:
    """Five years that end at a value, each so far from it; of 400, where it is counted."""
    return [
        Figure(
            metric_id, area_id, value + step, (value + step) * 4 if counted else None, 400.0 if counted else None,
            return_id, year=2021 + at,
        )
        for at, step in enumerate(steps)
    ]  # fmt: skip


def flat(figures: Iterable[list[Figure]]) -> list[Figure]:
    return [one for each in figures for one in each]


def database(folder: Path, figures: Iterable[list[Figure]], england: float = 20.0, **about: Any) -> Database:
    folder.mkdir(exist_ok=True)
    return small.database(
        folder, metrics=[small.metric(**about)], figures=[*flat(figures), *history(ENGLAND, england, FLAT)]
    )


def names(rows: pl.DataFrame) -> list[str]:
    return rows["area_id"].to_list()


def lists(db: Database, benchmark: str = "england") -> tuple[list[str], list[str]]:
    metric = db.metrics["waits"]
    alone = with_limits(BENCHMARKS[benchmark], spread=False)
    return names(direction.watch_list(db, metric, alone)), names(direction.peers(db, metric, alone))


@pytest.mark.parametrize(("polarity", "swapped"), [(LOW, False), (HIGH, True)])
def test_on_the_watch_list_is_who_is_worse_beyond_chance_and_getting_worse(
    tmp_path: Path, polarity: str, swapped: bool
) -> None:
    """Of 400, three points from 20 % may be chance; ten are not. The mirror is who is better and getting better."""
    db = database(
        tmp_path,
        [
            history("101", 30.0, UP, counted=True),
            history("102", 35.0, UP, counted=True),
            history("103", 30.0, FLAT, counted=True),
            history("104", 30.0, DOWN, counted=True),
            history("105", 23.0, UP, counted=True),  # worse, and it may be chance
            history("106", 10.0, UP, counted=True),
            history("107", 10.0, DOWN, counted=True),
            history("108", 9.0, DOWN, counted=True),
            history("109", 17.5, DOWN, counted=True),
            history("110", 10.0, FLAT, counted=True),
            history("111", 30.0, UP, counted=True)[1:],  # four years are too few
        ],
        has_interval=True,
        polarity=polarity,
    )
    rising, falling = ["102", "101"], ["108", "107"]  # furthest from England first
    assert lists(db) == ((falling, rising) if swapped else (rising, falling))


def test_without_an_interval_it_is_the_worst_quarter_that_falls_short(tmp_path: Path) -> None:
    values = {"101": 10.0, "102": 20.0, "103": 30.0, "104": 40.0, "105": 50.0, "106": 60.0, "107": 70.0, "108": 80.0}
    getting_worse = [history(area, value, UP) for area, value in values.items()]
    assert lists(database(tmp_path, getting_worse, england=35.0)) == (["108", "107"], [])
    getting_better = [history(area, value, DOWN) for area, value in values.items()]
    assert lists(database(tmp_path / "better", getting_better, england=35.0)) == ([], ["101", "102"])


def test_who_meets_the_benchmark_is_not_watched_though_in_the_worst_quarter(tmp_path: Path) -> None:
    figures = [history(area, value, UP) for area, value in (("101", 40.0), ("102", 41.0), ("103", 42.0))]
    assert lists(database(tmp_path, figures, england=41.5))[0] == ["103"]
    assert lists(database(tmp_path / "met", figures, england=42.0)) == ([], [])


def test_a_council_without_counts_is_judged_by_its_quarter_in_a_measure_that_has_intervals(tmp_path: Path) -> None:
    figures = [history("101", 50.0, UP), *(history(area, 20.0, FLAT, counted=True) for area in ("102", "103", "104"))]
    assert lists(database(tmp_path, figures, has_interval=True))[0] == ["101"]


def test_without_a_benchmark_there_is_no_list(tmp_path: Path) -> None:
    figures = [history("101", 50.0, UP), history("102", 20.0, FLAT)]
    assert lists(database(tmp_path, figures), "neighbours") == ([], [])


@pytest.mark.parametrize("about", [{"polarity": NEUTRAL}, {"unit": "grade"}])
def test_a_neutral_measure_and_grades_have_no_watch_list(tmp_path: Path, about: dict[str, Any]) -> None:
    assert lists(database(tmp_path, [history("101", 50.0, UP), history("102", 20.0, DOWN)], **about)) == ([], [])


def test_a_joint_return_is_on_the_list_once_under_both_names(tmp_path: Path) -> None:
    figures = [history(area, 50.0, UP, return_id="102+103") for area in ("103", "102")]
    db = database(tmp_path, [*figures, history("101", 10.0, FLAT)])
    rows = direction.watch_list(db, db.metrics["waits"], EACH)
    assert rows.select("name", "return_id").rows() == [("Council 102 and Council 103", "102+103")]
    assert rows["area_ids"].to_list() == [["102", "103"]]
    assert rows["names"].to_list() == [["Council 102", "Council 103"]]


def test_a_joint_return_with_benchmarks_of_their_own_stands_by_the_council_furthest_behind(tmp_path: Path) -> None:
    """102 is in the south, 103 in the north: their regions stand at 45 and at 20 %."""
    regions = [history(small.SOUTH, 45.0, FLAT), history(small.NORTH, 20.0, FLAT)]
    figures = [history(area, 50.0, UP, return_id="102+103") for area in ("102", "103")]
    db = database(tmp_path, [*regions, *figures, history("101", 10.0, FLAT)])
    (row,) = direction.watch_list(db, db.metrics["waits"], BENCHMARKS["region"]).iter_rows(named=True)
    assert (row["area_id"], row["benchmark"], row["name"]) == ("103", 20.0, "Council 102 and Council 103")


def test_a_joint_return_keeps_the_first_row_and_the_order(tmp_path: Path) -> None:
    figures = [history(area, 50.0, UP, return_id="102+103") for area in ("102", "103")]
    db = database(tmp_path, [history("101", 60.0, UP), *figures, history("104", 20.0, UP)])
    rows = db.councils("waits", date(2025, 9, 30)).sort("value", "area_id", descending=[True, False])
    assert returns.once(db, rows)["area_id"].to_list() == ["101", "102", "104"]
    assert returns.once(db, rows.clear()).height == 0


def test_counts_name_the_measures_and_weigh_nothing(tmp_path: Path) -> None:
    about = {"a": LOW, "b": LOW, "c": NEUTRAL, "d": HIGH}
    figures = flat(
        [
            *(history("101", 50.0, UP, metric_id=one) for one in ("a", "b", "c")),
            *(history("102", 50.0, UP, metric_id=one, return_id="102+103") for one in ("b",)),
            *(history("103", 50.0, UP, metric_id=one, return_id="102+103") for one in ("b",)),
            # Enough others that neither of the two sets the cut to the worst quarter.
            *(history(str(area), 5.0, FLAT, metric_id=one) for one in ("a", "b", "c") for area in range(104, 110)),
            history("103", 5.0, DOWN, metric_id="d"),
            history("101", 90.0, FLAT, metric_id="d"),
            *(history(ENGLAND, 20.0, FLAT, metric_id=one) for one in about),
        ]
    )
    db = small.database(
        tmp_path,
        metrics=[small.metric(one, polarity=polarity) for one, polarity in about.items()],
        figures=figures,
        names={"103": "Ashford"},
    )
    metrics = [db.metrics[one] for one in ("d", "c", "b", "a")]
    rows = direction.watch_counts(db, EACH, metrics)
    assert rows.select("name", "measures", "count").rows() == [
        ("Ashford", ["d", "b"], 2),  # with 102 in a joint return, and alone
        ("Council 101", ["b", "a"], 2),
        ("Council 102", ["b"], 1),
    ]
    assert sentences.counts_sentence(rows, metrics, "watch") == (
        "3 councils are significantly worse than the benchmark and getting worse on at least one of "
        "these 4 measures; Ashford and Council 101 on 2 of them. This is a count of measures, not a "
        "score."
    )
    alone = direction.watch_counts(db, EACH, [db.metrics["d"]])
    said = sentences.counts_sentence(alone, [db.metrics["d"]], "watch")
    assert said == ("1 council is significantly worse than the benchmark and getting worse: Ashford.")
    none = direction.watch_counts(db, EACH, metrics, "peers")
    assert none.is_empty()
    assert sentences.counts_sentence(none, metrics, "peers") == (
        "No council is significantly better than it and getting better on any of these 4 measures."
    )
    assert direction.watch_counts(db, EACH, []).is_empty()


def moves(
    folder: Path, figures: Iterable[list[Figure]], years: int = 1, breaks: Sequence[tuple[int, str]] = (), **about: Any
) -> direction.Movers:
    db = database(folder, figures, **about)
    small.put(
        db,
        "series_break",
        pl.DataFrame(
            [("waits", date(year, 9, 30), why) for year, why in breaks],
            schema=db.table["series_break"].schema,
            orient="row",
        ),
    )
    return direction.movers(db, db.metrics["waits"], years)


def years(area_id: str, values: Mapping[int, float | str], return_id: str | None = None) -> list[Figure]:
    return [Figure("waits", area_id, value, return_id=return_id, year=year) for year, value in values.items()]


@pytest.mark.parametrize(("polarity", "sign"), [(LOW, -1), (HIGH, 1)])
def test_who_moved_furthest_to_the_better_comes_first(tmp_path: Path, polarity: str, sign: int) -> None:
    found = moves(
        tmp_path,
        [
            years("101", {2024: 10.0, 2025: 7.0}),
            years("102", {2024: 20.0, 2025: 20.1}),
            years("103", {2024: 30.0, 2025: 30.0}),
            years("104", {2024: 7.3, 2025: 7.6}),  # 0.2999999999999998 in binary
            years("105", {2024: "x", 2025: 7.6}),
            years("106", {2023: 7.6, 2025: 7.6}),
            years("107", {2024: 7.6, 2025: "c"}),
        ],
        polarity=polarity,
    )
    change = {"101": -3.0, "102": 0.1, "103": 0.0, "104": 0.3}
    assert dict(found.rows.select("area_id", "change").iter_rows()) == change
    assert dict(found.rows.select("area_id", "improvement").iter_rows()) == {
        area: sign * by for area, by in change.items()
    }
    order = sorted(change, key=lambda area: -sign * change[area])
    assert found.rows["area_id"].to_list() == order
    assert names(found.furthest("improvement", best=True, most=2)) == (["101"] if sign < 0 else ["104", "102"])
    assert names(found.furthest("improvement", best=False, most=1)) == (["104"] if sign < 0 else ["101"])
    assert (found.without, found.why) == (3, None)


def test_ranks_gained_are_beside_the_ranks_and_how_many_were_ranked(tmp_path: Path) -> None:
    found = moves(
        tmp_path,
        [
            years("101", {2022: 40.0, 2025: 5.0}),
            years("102", {2022: 10.0, 2025: 20.0}),
            years("103", {2022: 20.0, 2025: 30.0}),
            years("104", {2025: 50.0}),
        ],
        years=3,
    )
    columns = ("area_id", "rank_before", "ranked_before", "rank", "ranked", "ranks_gained")
    assert found.rows.select(columns).sort("area_id").rows() == [
        ("101", 3, 3, 1, 4, 2),
        ("102", 1, 3, 2, 4, -1),
        ("103", 2, 3, 3, 4, -1),
    ]
    assert found.before is not None
    assert found.before.end == date(2022, 9, 30)
    assert names(found.furthest("ranks_gained", best=False, most=5)) == ["102", "103"]


def test_a_neutral_measure_only_goes_up_and_down(tmp_path: Path) -> None:
    figures = [years("101", {2024: 10.0, 2025: 7.0}), years("102", {2024: 10.0, 2025: 12.0})]
    found = moves(tmp_path, figures, polarity=NEUTRAL)
    assert found.rows.select("area_id", "change", "improvement", "ranks_gained").rows() == [
        ("102", 2.0, None, None),
        ("101", -3.0, None, None),
    ]
    assert found.furthest("improvement", best=True, most=9).is_empty()
    assert sentences.movers_sentence(found) == (
        "Between 30 September 2024 and 30 September 2025 the rate of waits rose most in Council 102 (from 10.0% to "
        "12.0%) and fell most in Council 101 (from 10.0% to 7.0%)."
    )


def test_a_very_small_council_is_among_the_rows_but_never_the_furthest(tmp_path: Path) -> None:
    found = moves(tmp_path, [years(small.TINY, {2024: 10.0, 2025: 70.0}), years("101", {2024: 10.0, 2025: 12.0})])
    assert set(found.rows["area_id"]) == {small.TINY, "101"}
    assert names(found.furthest("improvement", best=False, most=1)) == ["101"]


def test_a_council_that_was_under_the_minimum_in_either_period_is_not_the_furthest(tmp_path: Path) -> None:
    def counted(area_id: str, values: tuple[float, float], sizes: tuple[float, float]) -> list[Figure]:
        return [
            Figure("waits", area_id, value, value * size / 100, size, year=year)
            for value, size, year in zip(values, sizes, (2024, 2025), strict=True)
        ]

    figures = [
        counted("101", (10.0, 50.0), (19.0, 20.0)),
        counted("102", (10.0, 40.0), (20.0, 19.0)),
        counted("103", (10.0, 12.0), (20.0, 20.0)),
    ]
    found = moves(tmp_path, figures, minimum_denominator=20.0)
    assert found.rows.height == 3
    assert names(found.furthest("improvement", best=False, most=3)) == ["103"]


def test_who_reports_with_others_now_is_not_compared_with_who_reported_alone(tmp_path: Path) -> None:
    joint = [{2024: 10.0}, {2025: 12.0}]
    figures = [
        years("101", joint[0]),
        years("101", joint[1], "101+102"),
        years("102", joint[1], "101+102"),
        *(years(area, {2024: 10.0, 2025: 13.0}, "103+104") for area in ("103", "104")),
    ]
    found = moves(tmp_path, figures)
    assert found.rows.select("name", "change").rows() == [("Council 103 and Council 104", 3.0)]
    assert found.without == 1


def test_nobody_is_compared_with_a_year_that_is_not_there_or_was_measured_otherwise(tmp_path: Path) -> None:
    figures = [years("101", {2022: 10.0, 2024: 11.0, 2025: 12.0})]
    assert moves(tmp_path / "a", figures, years=3).rows.height == 1
    missing = moves(tmp_path / "b", figures, years=9)
    assert (missing.before, missing.rows.height) == (None, 0)
    assert sentences.movers_sentence(missing) == (
        "Changes in the rate of waits cannot be shown. There are no figures from 9 years before."
    )
    why = "It was counted otherwise."
    assert moves(tmp_path / "c", figures, breaks=[(2025, why)]).why == why
    assert moves(tmp_path / "d", figures, years=3, breaks=[(2024, why)]).why == why
    assert moves(tmp_path / "e", figures, breaks=[(2024, why)]).why is None  # both years are after it
    graded = moves(tmp_path / "f", [years("101", {2024: 2.0, 2025: 3.0})], unit="grade")
    assert graded.why == "Grades are not subtracted."


def test_a_trend_is_said_with_its_reason() -> None:
    assert sentences.trend({"direction": None, "no_direction": None}) == ""
    assert sentences.trend({"direction": "getting worse", "no_direction": None}) == "getting worse over five years"
    assert sentences.trend({"direction": "cannot be said", "no_direction": "a figure is missing"}) == (
        "no trend: one of the last five years has no figure"
    )


def test_every_reason_of_the_database_has_words(db: Database) -> None:
    found = set(db.table["trend"]["reason"].drop_nulls())
    assert found <= sentences.NO_DIRECTION.keys()
    assert len(found) >= 5


# From here on: the real figures, by plain loops.


def on_list(db: Database, metric: Metric, benchmark: str, side: Literal["watch", "peers"]) -> set[str]:
    """Who is on a list, by the words of rule `watch-list` and the score test that Wilson's interval comes from."""
    rows = queries.councils(db, metric, db.latest(metric.metric_id), BENCHMARKS[benchmark])
    ways = {
        row[0]: row[1]
        for row in db.table["trend"]
        .filter((pl.col("metric_id") == metric.metric_id) & (pl.col("period_end") == db.latest(metric.metric_id).end))
        .select("area_id", "direction")
        .iter_rows()
    }
    scale = {"%": 100.0, "per 10,000 children": 10_000.0}.get(metric.unit, 1.0)
    found = set()
    for row in rows.iter_rows(named=True):
        # Of a benchmark that hidden figures leave open, the end that is hardest to be beyond.
        end = "high" if (side == "watch") == metric.lower_is_better else "low"
        value, mark, k, n = row["value"], row[f"benchmark_{end}"], row["numerator"], row["denominator"]
        if value is None or mark is None or not metric.ranked or not row["sets_cut"]:
            continue
        # Nor is a figure beyond it, of which some are unknown, unless all that it can be is: from what is known, which
        # the counts are of, to as high as it can be.
        if (side == "watch") != metric.lower_is_better and row["value_high"] is not None:
            value = row["value_high"]
            k = None if k is None else value / scale * n
        worse = value > mark if metric.lower_is_better else value < mark
        better = value < mark if metric.lower_is_better else value > mark
        if metric.has_interval and k is not None and n and k <= n:
            share = mark / scale
            beyond = abs(k / n - share) > 1.959963984540054 * math.sqrt(share * (1 - share) / n)
        else:
            beyond = row["quarter"] == (4 if side == "watch" else 1)
        way = "getting worse" if side == "watch" else "getting better"
        if (worse if side == "watch" else better) and beyond and ways[row["area_id"]] == way:
            found.add(row["area_id"])
    return found


@pytest.mark.parametrize("benchmark", ["best_quarter", "england", "neighbours"])
def test_every_real_list_is_what_the_rule_says(db: Database, benchmark: str) -> None:
    ranked = [metric for metric in db.metrics.values() if metric.ranked]
    total = 0
    for side in ("watch", "peers"):
        ask = direction.watch_list if side == "watch" else direction.peers
        listed: dict[str, set[str]] = {}
        for metric in ranked:
            rows = ask(db, metric, with_limits(BENCHMARKS[benchmark], spread=False))
            expected = on_list(db, metric, benchmark, side)
            assert rows["return_id"].is_unique().all()
            gaps = rows["gap_low"] if side == "watch" else -rows["gap_high"]
            assert gaps.is_sorted(descending=True)
            assert (gaps > 0).all()
            assert {one for ids in rows["area_ids"] for one in ids} >= expected
            assert set(rows["return_id"]) == {
                db.councils(metric.metric_id, db.latest(metric.metric_id).end).row(
                    by_predicate=pl.col("area_id") == area_id, named=True
                )["return_id"]
                for area_id in expected
            }
            total += len(expected)
            for area_id in expected:
                listed.setdefault(area_id, set()).add(metric.metric_id)
        counts = direction.watch_counts(db, with_limits(BENCHMARKS[benchmark], spread=False), ranked, side)
        assert {row["area_id"]: set(row["measures"]) for row in counts.iter_rows(named=True)} == listed
        assert counts["count"].to_list() == [len(found) for found in counts["measures"]]
        assert counts["count"].is_sorted(descending=True)
    assert total > 100


@pytest.mark.parametrize("apart", direction.YEARS)
def test_every_real_move_is_what_subtracting_gives(db: Database, apart: int) -> None:
    checked = 0
    for metric in db.metrics.values():
        if metric.graded:
            continue
        found = direction.movers(db, metric, apart)
        newest = db.latest(metric.metric_id).end
        breaks = db.table["series_break"].filter(pl.col("metric_id") == metric.metric_id)["period_end"].to_list()
        day = (newest.year - apart, newest.month, newest.day)
        before = [one.end for one in db.periods[metric.metric_id] if (one.end.year, one.end.month, one.end.day) == day]
        if not before or any(before[0] < day <= newest for day in breaks):
            assert found.before is None
            assert found.why
            continue
        figures = {
            (row["return_id"], row["period_end"]): row
            for row in db.by_metric[metric.metric_id].filter(pl.col("kind") == "local_authority").iter_rows(named=True)
        }
        expected = {}
        for (by, end), row in figures.items():
            then = figures.get((by, before[0]))
            exact = [
                one["value"] if one["value_low"] is None else one["value_low"]
                for one in (row, then)
                # In a range nothing moved by a number.
                if one and one["value"] is not None and one["value_low"] == one["value_high"]
            ]
            if end == newest and then is not None and len(exact) == 2:
                ranks = (then["rank"], row["rank"])
                gained = None if None in ranks else ranks[0] - ranks[1]
                expected[by] = (pytest.approx(exact[0] - exact[1], rel=1e-7, abs=1e-9), gained)
        assert {
            row["return_id"]: (row["change"], row["ranks_gained"]) for row in found.rows.iter_rows(named=True)
        } == expected
        checked += len(expected)
    assert checked > 5_000


def test_the_real_joint_return_is_in_every_list_of_moves_once(db: Database) -> None:
    found = direction.movers(db, db.metrics["vacancy_rate"], 1)
    (row,) = found.rows.filter(pl.col("return_id") == JOINT).iter_rows(named=True)
    assert row["area_ids"] == [KINGSTON, RICHMOND]
    assert row["name"] == "Kingston upon Thames and Richmond upon Thames"


def test_where_hidden_figures_may_have_moved_further_it_is_said_of_the_published_ones(db: Database) -> None:
    said = {
        metric_id: sentences.movers_sentence(direction.movers(db, db.metrics[metric_id], 1))
        for metric_id in ("vacancy_rate", "long_plan_rate", "care_leavers_19_21_active")
    }
    assert [", of the published figures, the" in words for words in said.values()] == [False, True, True]
