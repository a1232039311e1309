"""The benchmarks by hand-made cases; test_oracle.py compares them with all real figures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from statistics import median

import pytest

from dashboard.analysis import benchmarks, queries
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT, Benchmark
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from tests.dashboard import small
from tests.dashboard.small import Figure

LOW, HIGH, NEUTRAL = "lower_is_better", "higher_is_better", "neutral"
Found = dict[str, tuple[float | None, int | None]]


def benchmarks_of(db: Database, benchmark: str | Benchmark, metric_id: str = "waits") -> Found:
    """The benchmark and its council_count, of each council."""
    metric = db.metrics[metric_id]
    held = benchmark if isinstance(benchmark, Benchmark) else BENCHMARKS[benchmark]
    rows = queries.councils(db, metric, db.latest(metric_id), held)
    return {
        area: (value, council_count)
        for area, value, council_count in rows.select("area_id", "benchmark", "council_count").iter_rows()
    }


def councils_behind(
    db: Database, benchmark: str | Benchmark, area_id: str | None = "101", metric_id: str = "waits"
) -> list[str]:
    """The numbers of the made-up councils that contribute to a benchmark, best first."""
    metric = db.metrics[metric_id]
    held = benchmark if isinstance(benchmark, Benchmark) else BENCHMARKS[benchmark]
    names = benchmarks.contributing(db, held, metric, db.latest(metric_id).end, area_id)
    return [name.removeprefix("Council ") for name in names]


def in_a_row(values: Iterable[float | str], metric_id: str = "waits") -> list[Figure]:
    """Council 101 has the first value, 102 the second, and so on."""
    return [Figure(metric_id, council, value) for council, value in zip(small.COUNCILS, values, strict=False)]


def test_what_addresses_hold_is_still_offered_in_its_order_the_best_quarter_first() -> None:
    known = [
        "Best quarter in England",
        "Best quarter in its region",
        "Best quarter of its type",
        "Outstanding leadership",
        "Outstanding help and protection",
        "Best neighbours",
        "Statistical neighbours",
        "Region",
        "England",
        "My group",
        "A target",
    ]
    assert [benchmark.label for benchmark in BENCHMARKS.values() if benchmark.label in known] == known
    assert next(iter(BENCHMARKS)) == DEFAULT


@pytest.mark.parametrize(
    ("polarity", "values", "cut", "best"),
    [
        (LOW, [1, 2, 3, 4, 5, 6, 7, 8], 2.75, ["101", "102"]),
        (HIGH, [1, 2, 3, 4, 5, 6, 7, 8], 6.25, ["108", "107"]),
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
    assert set(benchmarks_of(db, "best_quarter").values()) == {(cut, observed)}
    assert councils_behind(db, "best_quarter") == best


def test_very_small_councils_and_returns_are_compared_with_the_cut_but_set_none(tmp_path: Path) -> None:
    values = [Figure("waits", str(100 + value), value, value, 100.0) for value in range(1, 9)]
    joint = [Figure("waits", council, 9.0, 9.0, 100.0, "109+110") for council in ("109", "110")]
    tiny = [Figure("waits", small.TINY, 0.0, 0.0, 50.0), Figure("waits", "111", 0.0, 0.0, 19.0)]
    db = small.database(tmp_path, metrics=[small.metric(minimum_denominator=20.0)], figures=[*values, *joint, *tiny])
    assert set(benchmarks_of(db, "best_quarter").values()) == {(3.0, 9)}  # of 1 to 9, the joint 9 once
    assert councils_behind(db, "best_quarter") == ["101", "102", "103"]


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
    for metric_id, third, best in (("waits", 4.0, ["111", "110", "107"]), ("on time", 7.0, ["102", "103", "104"])):
        assert benchmarks_of(db, "neighbours", metric_id)["101"] == (5.5, 8)
        assert sorted(councils_behind(db, "neighbours", metric_id=metric_id)) == known
        assert benchmarks_of(db, "best_neighbours", metric_id)["101"] == (third, 3)
        assert councils_behind(db, "best_neighbours", metric_id=metric_id) == best
        assert benchmarks_of(db, "neighbours", metric_id)["102"] == (None, None)  # no neighbours are published of it


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
        assert benchmarks_of(db, "neighbours", metric_id)["101"] == (
            ((count + 1) / 2, count) if enough else (None, None)
        )
        assert benchmarks_of(db, "best_neighbours", metric_id)["101"] == ((3.0, 3) if enough else (None, None))


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
    assert benchmarks_of(db, "neighbours")["101"] == (4.0, 5)  # of 2, 3, 4, 5 and 6
    assert benchmarks_of(db, "best_neighbours")["101"] == (4.0, 3)
    assert councils_behind(db, "neighbours") == ["103", "105", "106", "107", "108"]


def test_outstanding_leadership_is_the_middle_of_the_councils_so_judged(tmp_path: Path) -> None:
    joint = "103+104"
    grades = ["Outstanding", "Good", *["Outstanding"] * 3, "Inadequate", *["Outstanding"] * 3]
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
            Figure("waits", "108", 5.0),
            Figure("waits", "109", 7.0),
            Figure("waits", small.TINY, 0.0),
            *in_a_row(grades, "judgement_leaders"),
            Figure("judgement_leaders", small.TINY, "Outstanding"),
            # Once Outstanding, and so no longer: only the latest judgement counts.
            Figure("judgement_leaders", "102", "Outstanding", year=2024),
        ],
    )
    assert set(benchmarks_of(db, "outstanding_leaders").values()) == {(6.0, 5)}  # of 4, 5, 6, 7 and 9
    assert councils_behind(db, "outstanding_leaders") == ["101", "108", "103", "104", "109", "107"]


def test_outstanding_help_and_protection_is_of_another_strand(tmp_path: Path) -> None:
    """With fewer than five there is none."""
    five = ["Outstanding"] * 5
    strands = {"judgement_leaders": [*five[:4], "Good"], "judgement_protection": [*["Good"] * 5, *five]}
    db = small.database(
        tmp_path,
        metrics=[small.metric(), *(small.metric(strand, unit="grade", decimals=0) for strand in strands)],
        figures=[
            *in_a_row(range(1, 11)),
            *(one for strand, grades in strands.items() for one in in_a_row(grades, strand)),
        ],
    )
    assert set(benchmarks_of(db, "outstanding_leaders").values()) == {(None, None)}
    assert councils_behind(db, "outstanding_leaders", None) == []
    assert set(benchmarks_of(db, "outstanding_protection").values()) == {(8.0, 5)}
    assert councils_behind(db, "outstanding_protection", None) == ["106", "107", "108", "109", "110"]


@pytest.mark.parametrize(("polarity", "cut", "best"), [(LOW, 4.0, ["101", "103"]), (HIGH, 8.0, ["109", "107"])])
def test_the_best_quarter_of_a_region_is_that_of_its_own_councils(
    tmp_path: Path, polarity: str, cut: float, best: list[str]
) -> None:
    """101, 103 ... are in the north with 2, 4 ... 10; the south has only four councils with a figure."""
    north = [Figure("waits", str(number), number - 99.0) for number in (101, 103, 105, 107, 109)]
    south = [Figure("waits", str(number), 50.0) for number in (102, 104, 106, 108)]
    db = small.database(
        tmp_path,
        metrics=[small.metric(polarity=polarity)],
        figures=[*north, *south, Figure("waits", "110", "c"), Figure("waits", small.TINY, 0.0)],
    )
    values = benchmarks_of(db, "best_quarter_region")
    assert {values[one.area_id] for one in north} == {(cut, 5)}
    assert {values[one.area_id] for one in (*south, Figure("waits", small.TINY, 0.0))} == {(None, None)}
    assert councils_behind(db, "best_quarter_region") == best
    assert councils_behind(db, "best_quarter_region", "102") == councils_behind(db, "best_quarter_region", None) == []


def test_a_joint_return_is_one_of_a_region_too(tmp_path: Path) -> None:
    joint = [Figure("waits", area, 1.0, return_id="101+103") for area in ("101", "103")]
    rest = [Figure("waits", str(number), number - 100.0) for number in (105, 107, 109, 111)]
    db = small.database(tmp_path, metrics=[small.metric()], figures=[*joint, *rest])
    assert set(benchmarks_of(db, "best_quarter_region").values()) == {(5.0, 5)}  # of 1, 5, 7, 9 and 11
    assert councils_behind(db, "best_quarter_region", "111") == ["101", "103", "105"]


def test_the_best_quarter_of_a_type_is_that_of_councils_of_the_same_type(tmp_path: Path) -> None:
    db = small.database(tmp_path, metrics=[small.metric()], figures=in_a_row(range(1, 9)))
    # All made-up councils are unitary authorities, so theirs is that of England.
    assert (
        benchmarks_of(db, "best_quarter_type")
        == benchmarks_of(db, "best_quarter")
        == dict.fromkeys(small.COUNCILS[:8], (2.75, 8))
    )
    assert councils_behind(db, "best_quarter_type") == councils_behind(db, "best_quarter") == ["101", "102"]


def test_a_group_is_the_middle_of_the_councils_picked_and_nobody_is_in_their_own(tmp_path: Path) -> None:
    joint = [Figure("waits", area, 6.0, return_id="103+104") for area in ("103", "104")]
    db = small.database(
        tmp_path,
        metrics=[small.metric()],
        figures=[*in_a_row([1.0, 2.0]), *joint, Figure("waits", "105", 9.0),
                 Figure("waits", "106", "c"), Figure("waits", small.TINY, 0.0)],
    )  # fmt: skip
    group = benchmarks.with_group(db, ["102", "103", "104", "105", "106", small.TINY, "102"])
    values = benchmarks_of(db, group)
    assert values["101"] == (6.0, 3)  # of 2, the joint 6 and 9: one symbol and one very small council set nothing
    assert values["102"] == (7.5, 2)
    assert values["103"] == values["104"] == (5.5, 2)
    assert councils_behind(db, group) == councils_behind(db, group, None) == ["102", "103", "104", "105"]
    assert councils_behind(db, group, "102") == ["103", "104", "105"]
    assert councils_behind(db, group, "104") == ["102", "105"]
    assert group.title == "My group: Council 102, Council 103, Council 104, Council 105, Council 106, Council 130"


def test_a_group_of_one_is_a_group_for_everybody_else(tmp_path: Path) -> None:
    db = small.database(tmp_path, metrics=[small.metric()], figures=in_a_row([1.0, 2.0]))
    group = benchmarks.with_group(db, ["102"])
    assert benchmarks_of(db, group) == {"101": (2.0, 1), "102": (None, None)}


def test_what_all_are_compared_with_is_not_that_of_a_council_of_the_group(tmp_path: Path) -> None:
    db = small.database(tmp_path, metrics=[small.metric()], figures=in_a_row([1.0, 2.0, 3.0, 4.0]))
    group = benchmarks.with_group(db, ["101", "102"])

    def shared(benchmark: Benchmark) -> str | None:
        rows = queries.councils(db, db.metrics["waits"], db.latest("waits"), benchmark).to_dicts()
        row = benchmark.shared(rows)
        return row["area_id"] if row else None

    assert shared(group) == "103"
    assert shared(BENCHMARKS["england"]) == "101"
    assert shared(BENCHMARKS["neighbours"]) is None
    assert shared(benchmarks.with_group(db, ["101", "102", "103", "104"])) is None


def test_a_target_is_of_one_measure(tmp_path: Path) -> None:
    db = small.database(
        tmp_path,
        metrics=[small.metric(), small.metric("other"), small.metric("vacancies", unit="FTE", polarity=NEUTRAL)],
        figures=[one for name in ("waits", "other", "vacancies") for one in in_a_row([1.0, "c"], name)],
    )
    target = benchmarks.with_target(0.0, db.metrics["waits"])
    assert benchmarks_of(db, target) == {"101": (0.0, None), "102": (0.0, None)}
    assert set(benchmarks_of(db, target, "other").values()) == {(None, None)}
    assert set(benchmarks_of(db, benchmarks.with_target(5.0, db.metrics["vacancies"]), "vacancies").values()) == {
        (None, None)
    }
    assert councils_behind(db, target) == []
    assert [target.title, benchmarks.with_target(None, db.metrics["waits"]).title] == ["A target: 0%", "A target"]


def test_the_mean_of_the_neighbours_is_of_those_the_median_is_of(tmp_path: Path) -> None:
    """101 has the neighbours 102 to 111, of which seven have a figure, two of them in one return; 112 has four."""
    joint = [Figure("waits", area, 4.0, return_id="103+104") for area in ("103", "104")]
    db = small.database(
        tmp_path,
        metrics=[small.metric()],
        figures=[*in_a_row([3.0, 1.0]), *joint, *(Figure("waits", str(105 + n), 10.0 * n) for n in range(4)),
                 Figure("waits", "112", 1.0)],
        neighbours={"101": TEN, "112": TEN[:3]},
    )  # fmt: skip
    row, few = (queries.profile(db, area, BENCHMARKS[DEFAULT]).row(0, named=True) for area in ("101", "112"))
    assert (row["neighbours"], row["neighbours_count"]) == (7.0, 6)  # of 0, 1, 4, 10, 20 and 30
    assert row["neighbours_mean"] == pytest.approx(65 / 6)
    assert (few["neighbours"], few["neighbours_mean"]) == (None, None)


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
    # No council is behind a published figure.
    assert benchmarks_of(db, "region") == {"101": (70.0, None), "102": (None, None), "103": (70.0, None)}
    assert set(benchmarks_of(db, "england").values()) == {(90.0, None)}
    assert {value for value, _ in benchmarks_of(db, "region", "unpublished").values()} == {None}
    assert {value for value, _ in benchmarks_of(db, "england", "unpublished").values()} == {None}
    assert councils_behind(db, "region") == councils_behind(db, "england") == []


def test_a_neutral_measure_has_no_best_but_a_middle(tmp_path: Path) -> None:
    db = small.database(
        tmp_path,
        metrics=[small.metric(polarity=NEUTRAL), small.metric("judgement_leaders", unit="grade", decimals=0)],
        figures=[
            *in_a_row(range(11)),
            Figure("waits", ENGLAND, 7.0),
            Figure("waits", small.NORTH, 8.0),
            *in_a_row(["Outstanding"] * 5, "judgement_leaders"),
        ],
        neighbours={"101": TEN},
    )
    values = {benchmark: benchmarks_of(db, benchmark)["101"][0] for benchmark in BENCHMARKS}
    # Nobody is Outstanding in help and protection; others have none that need a better side or the reader's answer.
    middle = {
        "outstanding_leaders": 2.0, "outstanding_protection": None, "neighbours": 5.5, "region": 8.0, "england": 7.0
    }  # fmt: skip
    none = [one for one, benchmark in BENCHMARKS.items() if benchmark.best or benchmark.asks]
    assert values.items() >= {**dict.fromkeys(none), **middle}.items()
    best = [one for one, benchmark in BENCHMARKS.items() if benchmark.best]
    assert len(best) >= 4
    assert [councils_behind(db, one) for one in best] == [[]] * len(best)
    assert benchmarks_of(db, benchmarks.with_group(db, ["102", "103", "104"]))["101"] == (2.0, 3)
    assert benchmarks_of(db, benchmarks.with_target(6.5, db.metrics["waits"]))["101"] == (6.5, None)


def test_counts_and_grades_are_compared_with_nothing(db: Database) -> None:
    for metric_id in ("vacancies_fte", "social_workers_fte", "children", "judgement_leaders", "judgement_overall"):
        for benchmark in BENCHMARKS:
            assert set(benchmarks_of(db, benchmark, metric_id).values()) == {(None, None)}, (metric_id, benchmark)


def test_the_councils_that_contribute_to_a_benchmark_give_its_value(db: Database) -> None:
    """Of Leeds: what is said of a benchmark is true of the councils that are named for it."""
    metric, newest, leeds = db.metrics["vacancy_rate"], db.latest("vacancy_rate"), "383"
    councils = queries.councils(db, metric, newest, BENCHMARKS[DEFAULT])
    values = dict(councils.select("name", "value").iter_rows())
    returns = dict(councils.select("name", "return_id").iter_rows())
    regions = dict(councils.select("name", "region_id").iter_rows())
    named = {
        one: benchmarks.contributing(db, benchmark, metric, newest.end, leeds) for one, benchmark in BENCHMARKS.items()
    }
    value = {one: benchmarks_of(db, one, "vacancy_rate")[leeds] for one in BENCHMARKS}

    nobody = [one for one in BENCHMARKS if one in ("region", "england", "group", "target")]
    quarters = [one for one, benchmark in BENCHMARKS.items() if benchmark.best and one != "best_neighbours"]
    middles = [one for one in BENCHMARKS if one not in (*nobody, *quarters, "best_neighbours")]
    assert set(quarters) >= {"best_quarter", "best_quarter_region", "best_quarter_type"}
    assert set(middles) >= {"neighbours", "outstanding_leaders", "outstanding_protection"}
    for one in quarters:
        cut, council_count = value[one]
        assert cut is not None
        assert council_count is not None
        assert all(values[name] <= cut for name in named[one])
        assert len({returns[name] for name in named[one]}) >= council_count // 4
        assert "Leeds" in named[one]
        assert [values[name] for name in named[one]] == sorted(values[name] for name in named[one])
    assert {regions[name] for name in named["best_quarter_region"]} == {regions["Leeds"]}
    assert "Leeds" not in named["neighbours"] + named["best_neighbours"]
    assert set(named["best_neighbours"]) < set(named["neighbours"])
    assert value["best_neighbours"] == (max(values[name] for name in named["best_neighbours"]), 3)
    for one in middles:
        once = {returns[name]: values[name] for name in named[one]}
        middle, council_count = value[one]
        assert middle == pytest.approx(median(once.values()))
        assert council_count == len(once)
    assert [named[one] for one in nobody] == [[]] * len(nobody)


def test_where_too_few_or_too_many_hidden_make_no_benchmark_nobody_is_behind_it(db: Database) -> None:
    """Attainment 8 on a plan: four councils with Outstanding protection. At 11 on a plan: 97 of 150 are hidden."""
    for metric_id, benchmark in (
        ("attainment_8_on_plan", "outstanding_protection"),
        ("age_11_standard_on_plan", DEFAULT),
    ):
        metric = db.metrics[metric_id]
        rows = queries.councils(db, metric, db.latest(metric_id), BENCHMARKS[benchmark])
        assert rows["benchmark_low"].null_count() == rows["council_count"].null_count() == rows.height > 100
