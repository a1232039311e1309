"""A council among the councils that its benchmark is of: rank, best, worst and first sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboard.analysis import benchmarks, group, queries
from dashboard.analysis.benchmarks import BENCHMARKS, Benchmark
from dashboard.data.database import Database
from dashboard.views.text import comparisons
from dashboard.views.text.council import council_sentence
from dashboard.views.text.group import among, group_sentence
from tests.dashboard import small
from tests.dashboard.small import Figure

SANDWELL = "333"
PICKED = ("383", "302", "314", "318")
# Council -> a (low is better), b (high is better); 103 and 104 report together.
FIGURES = {
    "101": (10.0, 90.0), "102": (8.0, 95.0), "103": (9.0, 80.0), "104": (9.0, 80.0), "105": (10.0, 70.0),
    "106": (5.0, 99.0), small.TINY: (1.0, 99.0),
}  # fmt: skip


def database(folder: Path) -> Database:
    joint = {"103": "103+104", "104": "103+104"}
    return small.database(
        folder,
        metrics=[
            small.metric("a"), small.metric("b", polarity="higher_is_better"),
            small.metric("n", polarity="neutral"),
        ],
        figures=[
            *(Figure("a", area_id, a, return_id=joint.get(area_id)) for area_id, (a, _) in FIGURES.items()),
            *(Figure("b", area_id, b, return_id=joint.get(area_id)) for area_id, (_, b) in FIGURES.items()),
            *(Figure("n", area_id, 5.0) for area_id in FIGURES),
        ],
        neighbours={"101": ["102", "103", "104", "105", small.TINY]},
    )  # fmt: skip


def ranked(db: Database, area_id: str, benchmark: Benchmark) -> pl.DataFrame:
    members = group.members(db, benchmark, area_id)
    return group.ranked_among(db, queries.profile(db, area_id, benchmark), members)


def test_the_rank_is_of_the_group_a_joint_return_once_and_the_very_small_left_out(tmp_path: Path) -> None:
    db = database(tmp_path)
    rows = ranked(db, "101", BENCHMARKS["neighbours"])
    # Of 102 (8), 103 and 104 (9, one return), 105 (10) and itself (10); 106 is better, but no neighbour.
    assert rows.select("metric_id", "rank", "tied", "ranked").rows() == [
        ("a", 3, 2, 4),
        ("b", 2, 1, 4),
        ("n", None, None, None),
    ]
    assert rows["quarter"].to_list() == [None] * 3
    assert group_sentence("Council 101", rows, db.metrics, group.Members("neighbours", "", frozenset())) == (
        "Among its statistical neighbours, Council 101 ranks best on b (2nd of 4) and worst on a (joint 3rd of 4). "
        "It is in the better half on 1 of 2 ranked measures."
    )


def test_where_some_of_the_group_are_hidden_the_rank_says_so(tmp_path: Path) -> None:
    db = small.database(
        tmp_path,
        metrics=[small.metric("a")],
        figures=[
            *(Figure("a", area_id, value) for area_id, value in {"101": 10.0, "102": 8.0, "106": 5.0}.items()),
            Figure("a", "103", "c"),
            Figure("a", "104", "c", range=(6.0, 12.0)),
            Figure("a", "107", "c"),
        ],
        neighbours={"101": ["102", "103", "104"]},
    )
    row = ranked(db, "101", BENCHMARKS["neighbours"]).row(0, named=True)
    # 102 is better, 104 perhaps, of 103 nothing is known, and 107 is no neighbour.
    assert (row["rank"], row["rank_low"], row["rank_high"], row["figures"], row["hidden"]) == (None, 2, 3, 3, 1)
    assert comparisons.rank(row) == "2nd or 3rd of the 3 councils with a figure"


def test_against_all_councils_nothing_changes(tmp_path: Path) -> None:
    db = database(tmp_path)
    for benchmark in ("best_quarter", "england", "outstanding_leaders", "group", "target"):
        assert group.members(db, BENCHMARKS[benchmark], "101") is None
    rows = queries.profile(db, "101", BENCHMARKS["best_quarter"])
    assert ranked(db, "101", BENCHMARKS["best_quarter"]).equals(rows)


def test_sandwell_on_vacancies_is_4th_of_11_among_its_neighbours(db: Database) -> None:
    benchmark, metric = BENCHMARKS["neighbours"], db.metrics["vacancy_rate"]
    rows = queries.councils(db, metric, db.latest("vacancy_rate"), benchmark)
    members = group.members(db, benchmark, SANDWELL)
    row = group.own_row(db, rows, members, SANDWELL)
    assert row is not None
    said = council_sentence("Sandwell", row, metric, benchmark, [], among(members))
    assert said.startswith(
        "In Sandwell the social worker vacancy rate was 8.7% at 30 September 2025, 4th of 11 among its statistical "
        "neighbours. It is better than the median of its statistical neighbours (16.0%, 10 of 10)."
    )


def ends(row: dict[str, Any], sign: int) -> tuple[float, ...]:
    """The best and the worst that a figure can be, turned so that lower is better."""
    low, high = (row[end] if row[end] is not None else row["value"] for end in ("value_low", "value_high"))
    if row["unknown"] == 0 and row["value"] is not None:
        # Beside ranges that are made of counts its own are.
        low = high = float(f"{row['numerator'] / row['denominator'] * 100:.9g}")
    return tuple(sorted((sign * low, sign * high)))


WORDS = {
    "neighbours": "among its statistical neighbours",
    "best_neighbours": "among its statistical neighbours",
    "region": "among councils in the West Midlands",
    "best_quarter_region": "among councils in the West Midlands",
    "best_quarter_type": "among metropolitan boroughs",
    "group": "in your group",
}


@pytest.mark.parametrize("benchmark_id", WORDS)
def test_real_ranks_are_those_that_plain_loops_find(db: Database, benchmark_id: str) -> None:
    benchmark = benchmarks.with_group(db, PICKED) if benchmark_id == "group" else BENCHMARKS[benchmark_id]
    assert among(group.members(db, benchmark, SANDWELL)) == WORDS[benchmark_id]
    area = {row["area_id"]: row for row in db.area.iter_rows(named=True)}
    assert group.members(db, benchmark, "420") is None  # the Isles of Scilly are ranked nowhere
    between = 0
    for area_id in (SANDWELL, "314", "935", "213"):
        alike = {
            "neighbours": queries.neighbours(db, area_id),
            "best_neighbours": queries.neighbours(db, area_id),
            "group": PICKED,
        }.get(benchmark_id)
        if alike is None:
            column = "authority_type" if benchmark_id.endswith("type") else "region_id"
            alike = [one for one in db.authorities if area[one][column] == area[area_id][column]]
        for row in ranked(db, area_id, benchmark).iter_rows(named=True):
            metric = db.metrics[row["metric_id"]]
            figures = {
                one["area_id"]: one for one in db.councils(row["metric_id"], row["period_end"]).iter_rows(named=True)
            }
            own = figures[area_id]
            if own["rank_low"] is None:
                assert row["rank_low"] is row["rank_high"] is row["rank"] is None
                continue
            sign = 1 if metric.lower_is_better else -1
            others = {
                figures[one]["return_id"]: ends(figures[one], sign)
                for one in alike
                if figures[one]["rank_low"] is not None
            }
            others.pop(own["return_id"], None)
            best, worst = ends(own, sign)
            always = sum(other_worst < best for _, other_worst in others.values())
            perhaps = sum(other_best < worst for other_best, _ in others.values())
            same = sum(other == (best, worst) for other in others.values())
            found = tuple(row[one] for one in ("rank_low", "rank_high", "tied", "ranked"))
            assert found == (1 + always, 1 + perhaps, 1 + same, 1 + len(others)), row["metric_id"]
            assert row["rank"] == (1 + always if always == perhaps else None)
            between += always < perhaps
    assert between


def test_best_and_worst_are_those_of_the_group(db: Database) -> None:
    benchmark = BENCHMARKS["region"]
    members = group.members(db, benchmark, SANDWELL)
    rows = ranked(db, SANDWELL, benchmark)
    best, worst = group.extremes(rows, members)
    known = group.by_rank(rows).to_dicts()
    assert all(row["value"] is not None and row["enough"] for row in known)
    at_worst, at_best = (
        {row["metric_id"]: (row[rank] - 1) / (row["ranked"] - 1) for row in known} for rank in ("rank_high", "rank_low")
    )
    assert [at_worst[one] for one in best["metric_id"]] == sorted(at_worst.values())[:5]
    rest = sorted(share for one, share in at_best.items() if one not in set(best["metric_id"]))
    assert [at_best[one] for one in worst["metric_id"]] == [share for share in rest[:-6:-1] if share > 0.5]
    assert not set(best["metric_id"]) & set(worst["metric_id"])
    assert all(row["ranked"] <= 14 for row in [*best.to_dicts(), *worst.to_dicts()])
