"""What holds of any figures whatever: ranks, quarters, gaps and the total for England."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.analysis import benchmarks, comparison, queries
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.analysis.benchmarks.rules import Published, Target
from dashboard.data.model import ENGLAND, Metric
from dashboard.views.charts import palette
from etl.build import ranks
from tests.dashboard import small
from tests.dashboard.small import Figure

LOW, HIGH, NEUTRAL = "lower_is_better", "higher_is_better", "neutral"
# As printed, and few enough that ties are common.
PRINTED = st.integers(0, 400).map(lambda tenths: tenths / 10)
FIGURES = st.lists(st.one_of(PRINTED, st.none()), min_size=2, max_size=len(small.COUNCILS))


def ranks_of(values: list[float | None], polarity: str, joint: bool = False) -> list[dict[str, Any]]:
    """The rank of each council with a value, 101 first; `joint` makes one return of the first two."""
    names = list(small.COUNCILS[: len(values)])
    if joint:
        values = [values[0], values[0], *values[2:]]
    observation = pl.DataFrame(
        {
            "metric_id": "waits",
            "area_id": names,
            "period_end": date(2025, 9, 30),
            "value": pl.Series(values, dtype=pl.Float64),
            **{
                name: pl.Series([None] * len(values), dtype=pl.Float64)
                for name in ("numerator", "denominator", "unknown", "value_low", "value_high")
            },
            "status": ["not_available" if value is None else "observed" for value in values],
            "return_id": ["101+102" if joint and name in ("101", "102") else name for name in names],
        }
    )
    metric = pl.DataFrame([{**small.metric("waits", polarity=polarity), "position": 0}], infer_schema_length=None)
    metric = metric.with_columns(pl.col("minimum_denominator").cast(pl.Float64))
    area = pl.DataFrame({"area_id": names, "kind": "local_authority", "very_small": [n == small.TINY for n in names]})
    population = ranks.find_population(observation, metric, area)
    found = ranks.rank_councils(observation, population, ranks.quarter_cuts(population, observation, area))
    return found.join(observation.select("area_id", "value"), on="area_id").sort("area_id").to_dicts()


@given(values=FIGURES, polarity=st.sampled_from([LOW, HIGH]), joint=st.booleans())
def test_rank_one_is_where_nobody_is_better(values: list[float | None], polarity: str, joint: bool) -> None:
    rows = ranks_of(values, polarity, joint)
    best = min if polarity == LOW else max
    for row in rows:
        assert (row["rank"] == 1) == (row["value"] == best(one["value"] for one in rows))
        assert 1 <= row["rank"] <= row["rank"] + row["tied"] - 1 <= row["ranked"]
    # A joint return stands under both its councils and counts once.
    twice = joint and values[0] is not None
    assert {row["ranked"] for row in rows} <= {len(rows) - twice}


@given(values=FIGURES, joint=st.booleans())
def test_turning_values_and_the_better_side_round_keeps_every_rank(values: list[float | None], joint: bool) -> None:
    turned = [None if value is None else 100.0 - value for value in values]
    rows, back = ranks_of(values, LOW, joint), ranks_of(turned, HIGH, joint)
    assert [(row["rank"], row["tied"]) for row in rows] == [(row["rank"], row["tied"]) for row in back]


@given(values=FIGURES, polarity=st.sampled_from([LOW, HIGH]))
def test_a_better_value_is_never_in_a_worse_quarter(values: list[float | None], polarity: str) -> None:
    rows = sorted(ranks_of(values, polarity), key=lambda row: int(row["rank"]))
    quarters = [row["quarter"] for row in rows]
    assert quarters == sorted(quarters)
    alike: dict[float, set[int]] = {}
    for row in rows:
        alike.setdefault(row["value"], set()).add(row["quarter"])
    assert all(len(found) == 1 for found in alike.values())
    setting = [row for row in rows if row["sets_cut"]]
    assert not setting or sum(row["quarter"] == 1 for row in setting) >= len(setting) / 4


@settings(max_examples=15)
@given(
    values=FIGURES, england=PRINTED, target=PRINTED, picked=st.sets(st.sampled_from(small.COUNCILS), max_size=5),
    polarity=st.sampled_from([LOW, HIGH, NEUTRAL]), first=st.integers(0, 3),
)  # fmt: skip
def test_who_meets_a_benchmark_has_no_gap_and_whoever_has_none_meets_it(
    values: list[float | None], england: float, target: float, picked: set[str], polarity: str, first: int
) -> None:
    figures = [
        Figure("waits", council, "c" if value is None else value)
        for council, value in zip(small.COUNCILS, values, strict=False)
    ]
    around = {one: [other for other in small.COUNCILS if other != one][:10] for one in small.COUNCILS}
    with tempfile.TemporaryDirectory() as folder:
        db = small.database(
            Path(folder),
            metrics=[small.metric(polarity=polarity)],
            figures=[*figures, Figure("waits", ENGLAND, england), Figure("waits", small.NORTH, england)],
            neighbours=around,
        )
    metric, newest = db.metrics["waits"], db.latest("waits")
    asked = (benchmarks.with_group(db, sorted(picked)), benchmarks.with_target(target, metric))
    for benchmark in (*BENCHMARKS.values(), *asked):
        rows = queries.councils(db, metric, newest, benchmark)
        assert rows["return_id"].n_unique() == sum(class_counts(rows, metric))
        for row in rows.iter_rows(named=True):
            value, level, gap = row["value"], row["benchmark"], row["gap"]
            if value is None or level is None:
                assert gap is None
            elif polarity == NEUTRAL:
                assert not benchmark.best
                assert (gap == 0) == (value == level)
                assert (gap > 0) == (value > level)
            else:
                assert (gap <= 0) == (value <= level if polarity == LOW else value >= level)
                assert (gap == 0) == (value == level)
        # Who contributes to it is asked of every fourth.
        for council in small.COUNCILS[: len(values)][first::4]:
            found = benchmarks.contributing(db, benchmark, metric, newest.end, council)
            own = rows.row(by_predicate=pl.col("area_id") == council, named=True)
            if benchmark.id in ("neighbours", "best_neighbours", "group"):
                assert own["name"] not in found
            if not isinstance(benchmark.rule, (Published, Target)):
                assert bool(found) == (own["benchmark"] is not None), (benchmark.id, council)


def class_counts(rows: pl.DataFrame, metric: Metric) -> list[int]:
    """How many returns each class of a map by distance holds."""
    classification = palette.classify(rows, metric, "gap")
    return [int(entry.label.rsplit("(", 1)[1].rstrip(")")) for entry in classification.classes]


GAPS, SHORTFALLS = ("gap_low", "gap_high"), ("shortfall_low", "shortfall_high")
ROWS = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.one_of(st.none(), st.tuples(st.one_of(st.none(), st.integers(-50, 50)), st.integers(0, 900), st.booleans())),
    ),
    max_size=30,
)


@given(rows=ROWS)
def test_the_total_for_england_is_the_sum_over_returns(
    rows: list[tuple[int, tuple[int | None, int, bool] | None]],
) -> None:
    """Whatever councils share a return, each return is counted once, and every return once somewhere."""
    returns: dict[int, tuple[int | None, int, bool] | None] = {}
    for return_id, figure in rows:
        returns.setdefault(return_id, figure)
    frame = pl.DataFrame(
        [
            {
                "return_id": str(return_id),
                "value": None if (figure := returns[return_id]) is None else 1.0,
                **dict.fromkeys(GAPS, None if figure is None or figure[0] is None else float(figure[0])),
                **dict.fromkeys(
                    SHORTFALLS, float(figure[1]) if figure and figure[0] and figure[0] > 0 and figure[2] else None
                ),
                "sets_cut": True,
            }
            for return_id, _ in rows
        ],
        {
            "return_id": pl.String,
            **dict.fromkeys(("value", "value_low", *GAPS, *SHORTFALLS), pl.Float64),
            "sets_cut": pl.Boolean,
        },
    )
    total = comparison.england_if_all_met(frame)
    known = [figure for figure in returns.values() if figure is not None]
    short = [figure for figure in known if figure[0] is not None and figure[0] > 0]
    assert total.short == len(short)
    assert total.meet == sum(figure[0] is not None and figure[0] <= 0 for figure in known)
    assert total.without == sum(figure is None for figure in returns.values())
    assert total.alone == sum(figure[0] is None for figure in known)
    assert total.short + total.meet + total.without + total.alone == len(returns)
    counted = [figure[1] for figure in short if figure[2]]
    assert total.uncounted == len(short) - len(counted)
    assert total.shortfall == (sum(counted) if counted else None)
