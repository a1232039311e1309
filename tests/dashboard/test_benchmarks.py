"""The six benchmarks: by hand-made cases, and by a slow oracle over the real figures (rules 3, 10, 11 and 12)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pytest

from dashboard import benchmarks, queries
from dashboard.benchmarks import BENCHMARKS, DEFAULT
from dashboard.database import ENGLAND, Database
from tests.dashboard import small
from tests.dashboard.small import Figure

LOW, HIGH, NEUTRAL = "lower_is_better", "higher_is_better", "neutral"
Found = dict[str, tuple[float | None, int | None]]


def found(db: Database, benchmark: str, metric_id: str = "waits") -> Found:
    """The benchmark and its base, of each council."""
    metric = db.metrics[metric_id]
    rows = queries.councils(db, metric, db.latest(metric_id), BENCHMARKS[benchmark])
    return {area: (value, base) for area, value, base in rows.select("area_id", "benchmark", "base").iter_rows()}


def behind(db: Database, benchmark: str, area_id: str = "101", metric_id: str = "waits") -> list[str]:
    """The numbers of the made-up councils behind a benchmark."""
    metric = db.metrics[metric_id]
    names = benchmarks.behind(db, BENCHMARKS[benchmark], metric, db.latest(metric_id).end, area_id)
    return [name.removeprefix("Council ") for name in names]


def in_a_row(values: Iterable[float | str], metric_id: str = "waits") -> list[Figure]:
    """Council 101 has the first value, 102 the second, and so on."""
    return [Figure(metric_id, council, value) for council, value in zip(small.COUNCILS, values, strict=False)]


def test_the_reader_is_offered_six_and_the_best_quarter_first() -> None:
    assert [benchmark.label for benchmark in BENCHMARKS.values()] == [
        "Best quarter in England",
        "Outstanding leadership",
        "Best neighbours",
        "Statistical neighbours",
        "Region",
        "England",
    ]
    assert next(iter(BENCHMARKS)) == DEFAULT


@pytest.mark.parametrize(
    ("polarity", "values", "cut", "best"),
    [
        (LOW, [1, 2, 3, 4, 5, 6, 7, 8], 2.75, ["101", "102"]),
        (HIGH, [1, 2, 3, 4, 5, 6, 7, 8], 6.25, ["107", "108"]),
        # A value on the cut belongs to the better quarter: three share it.
        (LOW, [1, 2, 2, 2, 10], 2.0, ["101", "102", "103", "104"]),
        (HIGH, [10, 9, 9, 9, 1], 9.0, ["101", "102", "103", "104"]),
        (LOW, [1, "c", 2, "x", 3, "", 4, 5], 2.0, ["101", "103"]),
    ],
)
def test_the_best_quarter_is_what_a_quarter_of_councils_reach(
    tmp_path: Path, polarity: str, values: list[float | str], cut: float, best: list[str]
) -> None:
    db = small.database(tmp_path, metrics=[small.metric(polarity=polarity)], figures=in_a_row(values))
    observed = sum(not isinstance(value, str) for value in values)
    assert set(found(db, "best_quarter").values()) == {(cut, observed)}
    assert behind(db, "best_quarter") == best


def test_very_small_councils_and_returns_are_held_against_the_cut_but_set_none(tmp_path: Path) -> None:
    values = [Figure("waits", str(100 + value), value, value, 100.0) for value in range(1, 9)]
    joint = [Figure("waits", council, 9.0, 9.0, 100.0, "109+110") for council in ("109", "110")]
    tiny = [Figure("waits", small.TINY, 0.0, 0.0, 50.0), Figure("waits", "111", 0.0, 0.0, 19.0)]
    db = small.database(tmp_path, metrics=[small.metric(minimum_denominator=20.0)], figures=[*values, *joint, *tiny])
    assert set(found(db, "best_quarter").values()) == {(3.0, 9)}  # of 1 to 9, the joint 9 once
    assert behind(db, "best_quarter") == ["101", "102", "103"]


TEN = [str(number) for number in range(102, 112)]


def test_neighbours_are_the_middle_and_the_third_best_of_those_with_a_figure(tmp_path: Path) -> None:
    values: list[float | str] = [50, 9, 8, 7, 6, 5, 4, "c", "x", 2, 1]
    db = small.database(
        tmp_path,
        metrics=[small.metric("waits"), small.metric("on time", polarity=HIGH)],
        figures=[*in_a_row(values), *in_a_row(values, "on time")],
        neighbours={"101": TEN},
    )
    known = ["102", "103", "104", "105", "106", "107", "110", "111"]
    for metric_id, third, best in (("waits", 4.0, ["107", "110", "111"]), ("on time", 7.0, ["102", "103", "104"])):
        assert found(db, "neighbours", metric_id)["101"] == (5.5, 8)
        assert behind(db, "neighbours", metric_id=metric_id) == known
        assert found(db, "best_neighbours", metric_id)["101"] == (third, 3)
        assert behind(db, "best_neighbours", metric_id=metric_id) == best
        assert found(db, "neighbours", metric_id)["102"] == (None, None)  # no neighbours are published of it


def test_fewer_than_five_neighbours_with_a_figure_are_no_benchmark(tmp_path: Path) -> None:
    known = {f"{count} known": [50, *range(1, count + 1), *"cxcxcxcxcx"[count:]] for count in range(8)}
    db = small.database(
        tmp_path,
        metrics=[small.metric(metric_id) for metric_id in known],
        figures=[figure for metric_id, values in known.items() for figure in in_a_row(values, metric_id)],
        neighbours={"101": TEN},
    )
    for count, metric_id in enumerate(known):
        enough = count >= 5
        assert found(db, "neighbours", metric_id)["101"] == (((count + 1) / 2, count) if enough else (None, None))
        assert found(db, "best_neighbours", metric_id)["101"] == ((3.0, 3) if enough else (None, None))


def test_a_council_is_not_its_own_neighbour_by_way_of_a_joint_return(tmp_path: Path) -> None:
    """101 reports with 102, its nearest neighbour; 103 and 104 are one neighbour, and very small ones are none."""
    together, others = "101+102", "103+104"
    db = small.database(
        tmp_path,
        metrics=[small.metric()],
        figures=[
            Figure("waits", "101", 1.0, return_id=together),
            Figure("waits", "102", 1.0, return_id=together),
            Figure("waits", "103", 2.0, return_id=others),
            Figure("waits", "104", 2.0, return_id=others),
            *(Figure("waits", council, value) for council, value in (("105", 3.0), ("106", 4.0), ("107", 5.0))),
            Figure("waits", "108", 6.0),
            Figure("waits", small.TINY, 0.0),
        ],
        neighbours={"101": ["102", "103", "104", "105", "106", "107", "108", small.TINY]},
    )
    assert found(db, "neighbours")["101"] == (4.0, 5)  # of 2, 3, 4, 5 and 6
    assert found(db, "best_neighbours")["101"] == (4.0, 3)
    assert behind(db, "neighbours") == ["103", "105", "106", "107", "108"]


def test_outstanding_leadership_is_the_middle_of_the_councils_so_judged(tmp_path: Path) -> None:
    joint = "103+104"
    grades = ["Outstanding", "Good", "Outstanding", "Outstanding", "Outstanding", "Inadequate", "Outstanding"]
    db = small.database(
        tmp_path,
        metrics=[small.metric(), small.metric("judgement_leaders", unit="grade", decimals=0)],
        figures=[
            Figure("waits", "101", 4.0),
            Figure("waits", "102", 1.0),
            Figure("waits", "103", 6.0, return_id=joint),
            Figure("waits", "104", 6.0, return_id=joint),
            Figure("waits", "105", "c"),
            Figure("waits", "106", 2.0),
            Figure("waits", "107", 9.0),
            Figure("waits", small.TINY, 0.0),
            *in_a_row(grades, "judgement_leaders"),
            Figure("judgement_leaders", small.TINY, "Outstanding"),
            # Once Outstanding, and so no longer: only the latest judgement counts.
            Figure("judgement_leaders", "102", "Outstanding", year=2024),
        ],
    )
    assert set(found(db, "outstanding_leaders").values()) == {(6.0, 3)}  # of 4, 6 and 9
    assert behind(db, "outstanding_leaders") == ["101", "103", "104", "107"]


def test_regions_and_england_are_published_figures_and_never_averages(tmp_path: Path) -> None:
    db = small.database(
        tmp_path,
        metrics=[small.metric(), small.metric("unpublished")],
        figures=[
            *in_a_row([1.0, 2.0, 3.0]),
            *in_a_row([1.0, 2.0, 3.0], "unpublished"),
            Figure("waits", small.NORTH, 70.0),
            Figure("waits", small.SOUTH, "c"),
            Figure("waits", ENGLAND, 90.0),
            Figure("unpublished", ENGLAND, "x"),
        ],
    )
    assert found(db, "region") == {"101": (70.0, 1), "102": (None, 1), "103": (70.0, 1)}
    assert set(found(db, "england").values()) == {(90.0, 1)}
    assert {value for value, _ in found(db, "region", "unpublished").values()} == {None}
    assert {value for value, _ in found(db, "england", "unpublished").values()} == {None}
    assert behind(db, "region") == behind(db, "england") == []


def test_a_neutral_measure_has_no_best_but_a_middle(tmp_path: Path) -> None:
    db = small.database(
        tmp_path,
        metrics=[small.metric(polarity=NEUTRAL), small.metric("judgement_leaders", unit="grade", decimals=0)],
        figures=[
            *in_a_row(range(11)),
            Figure("waits", ENGLAND, 7.0),
            Figure("waits", small.NORTH, 8.0),
            Figure("judgement_leaders", "103", "Outstanding"),
        ],
        neighbours={"101": TEN},
    )
    values = {benchmark: found(db, benchmark)["101"][0] for benchmark in BENCHMARKS}
    assert values == {
        "best_quarter": None,
        "outstanding_leaders": 2.0,
        "best_neighbours": None,
        "neighbours": 5.5,
        "region": 8.0,
        "england": 7.0,
    }


def test_counts_and_grades_are_held_against_nothing(db: Database) -> None:
    for metric_id in ("vacancies_fte", "social_workers_fte", "children", "judgement_leaders", "judgement_overall"):
        for benchmark in BENCHMARKS:
            assert set(found(db, benchmark, metric_id).values()) == {(None, None)}, (metric_id, benchmark)


# The oracle: the rules once more, in plain Python over rows of the file, sharing nothing with the dashboard.


class Oracle:
    """All six benchmarks of one metric in its newest period, worked out one council at a time."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, metric_id: str) -> None:
        self.connection = connection
        ((self.polarity, self.minimum),) = self.rows(
            "SELECT polarity::VARCHAR, minimum_denominator FROM metric WHERE metric_id = ?", metric_id
        )
        self.figures = {
            area: {"value": value, "kind": kind, "region": region, "return": one, "counts": self.counts(tiny, base)}
            for area, value, kind, region, one, tiny, base in self.rows(
                "SELECT area_id, value, kind::VARCHAR, region_id, return_id, very_small, denominator "
                "FROM observation JOIN area USING (area_id) "
                "WHERE metric_id = $1 AND period_end = (SELECT max(period_end) FROM observation WHERE metric_id = $1)",
                metric_id,
            )
        }

    def rows(self, sql: str, *parameters: object) -> list[Any]:
        return self.connection.execute(sql, list(parameters)).fetchall()

    def counts(self, very_small: bool, denominator: float | None) -> bool:
        """Whether a return is large enough to set a benchmark."""
        ranked = self.polarity != NEUTRAL
        enough = not (ranked and self.minimum is not None) or (denominator or 0) >= self.minimum
        return enough and not very_small

    def returns(self, areas: Iterable[str]) -> Mapping[str, float]:
        """The values of some councils that set benchmarks, each return once."""
        found = [self.figures[area] for area in areas if area in self.figures]
        return {one["return"]: one["value"] for one in found if one["value"] is not None and one["counts"]}

    def best_quarter(self, _area: str) -> tuple[float, int] | None:
        councils = (area for area, one in self.figures.items() if one["kind"] == "local_authority")
        values = sorted(self.returns(councils).values())
        if self.polarity == NEUTRAL:
            return None
        at = (len(values) - 1) * (0.25 if self.polarity == LOW else 0.75)
        under, part = values[math.floor(at)], at - math.floor(at)
        return under + (part and part * (values[math.floor(at) + 1] - under)), len(values)

    @cached_property
    def named(self) -> dict[str, list[str]]:
        return dict(self.rows("SELECT area_id, list(neighbour_id) FROM neighbour GROUP BY ALL"))

    def neighbouring(self, area: str) -> list[float]:
        own = self.figures[area]["return"]
        return sorted(value for one, value in self.returns(self.named[area]).items() if one != own)

    def best_neighbours(self, area: str) -> tuple[float, int] | None:
        values = self.neighbouring(area)
        if self.polarity == NEUTRAL or len(values) < 5:
            return None
        return (values[2] if self.polarity == LOW else values[-3]), 3

    def neighbours(self, area: str) -> tuple[float, int] | None:
        values = self.neighbouring(area)
        return (median(values), len(values)) if len(values) >= 5 else None

    @cached_property
    def outstanding(self) -> list[str]:
        judged = self.rows(
            "SELECT area_id, grade::VARCHAR FROM inspection LEFT JOIN judgement USING (inspection_id) "
            "WHERE strand = 'leaders' QUALIFY row_number() OVER (PARTITION BY area_id ORDER BY published DESC) = 1"
        )
        return [area for area, grade in judged if grade == "Outstanding"]

    def outstanding_leaders(self, _area: str) -> tuple[float, int] | None:
        values = self.returns(self.outstanding).values()
        return (median(values), len(values)) if values else None

    def region(self, area: str) -> tuple[float | None, int] | None:
        return self.published(self.figures[area]["region"])

    def england(self, _area: str) -> tuple[float | None, int] | None:
        return self.published(ENGLAND)

    def published(self, area: str) -> tuple[float | None, int] | None:
        return (self.figures[area]["value"], 1) if area in self.figures else None


@pytest.mark.parametrize(
    "metric_id",
    ["vacancy_rate", "caseload", "turnover_rate", "long_plan_rate", "rereferral_rate", "plan_rate", "referral_rate"],
)
def test_every_benchmark_of_every_council_is_what_a_slow_oracle_finds(
    db: Database, database: duckdb.DuckDBPyConnection, metric_id: str
) -> None:
    oracle = Oracle(database, metric_id)
    for benchmark in BENCHMARKS:
        ours = found(db, benchmark, metric_id)
        assert len(ours) == 153
        for area_id, (value, base) in ours.items():
            expected = getattr(oracle, benchmark)(area_id)
            where = (benchmark, db.names[area_id])
            if expected is None or expected[0] is None:
                assert value is None, where
            else:
                assert value == pytest.approx(expected[0], rel=1e-8), where
                assert base == expected[1], where


def test_the_councils_behind_a_benchmark_give_its_value(db: Database) -> None:
    """Of Leeds: what is said of a benchmark is true of the councils that are named for it."""
    metric, newest, leeds = db.metrics["vacancy_rate"], db.latest("vacancy_rate"), "383"
    councils = queries.councils(db, metric, newest, BENCHMARKS[DEFAULT])
    values = dict(councils.select("name", "value").iter_rows())
    returns = dict(councils.select("name", "return_id").iter_rows())
    named = {one: benchmarks.behind(db, benchmark, metric, newest.end, leeds) for one, benchmark in BENCHMARKS.items()}
    value = {one: found(db, one, "vacancy_rate")[leeds] for one in BENCHMARKS}

    cut, base = value["best_quarter"]
    assert cut is not None
    assert base is not None
    assert all(values[name] <= cut for name in named["best_quarter"])
    assert len({returns[name] for name in named["best_quarter"]}) >= base // 4
    assert "Leeds" in named["best_quarter"]
    assert "Leeds" not in named["neighbours"] + named["best_neighbours"]
    assert set(named["best_neighbours"]) < set(named["neighbours"])
    assert value["best_neighbours"] == (max(values[name] for name in named["best_neighbours"]), 3)
    assert value["neighbours"] == (median(values[name] for name in named["neighbours"]), len(named["neighbours"]))
