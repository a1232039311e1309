"""How councils are classified for colours: classes, breaks, counts by return, missing by reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis import comparison, direction, queries
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from dashboard.views.charts import palette
from dashboard.views.charts.palette import BETTER, Classification, LegendClass
from dashboard.views.text import comparisons
from dashboard.views.text.formats import SIDES, ColourScheme
from tests.dashboard import small
from tests.dashboard.small import Figure

LOW, HIGH, NEUTRAL = "lower_is_better", "higher_is_better", "neutral"


def classify(
    db: Database, scheme: ColourScheme, metric_id: str = "waits", benchmark: str = "england"
) -> Classification:
    metric = db.metrics[metric_id]
    rows = queries.councils(db, metric, db.latest(metric_id), BENCHMARKS[benchmark])
    return palette.classify(direction.with_direction(db, rows), metric, scheme)


def of_values(folder: Path, values: Sequence[float | str], **about: Any) -> Database:
    """Council 101 has the first value, and so on; England stands at 20."""
    figures = [Figure("waits", council, value) for council, value in zip(small.COUNCILS, values, strict=False)]
    return small.database(folder, metrics=[small.metric(**about)], figures=[*figures, Figure("waits", ENGLAND, 20.0)])


def said_of(classification: Classification, area_id: str) -> LegendClass:
    return classification.classes[classification.of[area_id]]


@pytest.mark.parametrize(
    ("low", "high", "most", "edges"),
    [
        (0.0, 43.1, 6, [0, 10, 20, 30, 40, 50]),
        (0.0, 9.9, 6, [0, 2, 4, 6, 8, 10]),
        (11.2, 20.9, 6, [10, 12, 14, 16, 18, 20, 22]),
        (0.0, 0.0, 6, [0, 0.01]),
        (5.0, 5.0, 6, [5, 5.01]),
        (0.0, 50.0, 6, [0, 10, 20, 30, 40, 50, 60]),  # the highest is under the last edge
        (-7.0, 12.0, 6, [-10, -5, 0, 5, 10, 15]),
    ],
)
def test_breaks_are_round_and_hold_all(low: float, high: float, most: int, edges: list[float]) -> None:
    assert palette.breaks(low, high, most) == pytest.approx(edges, abs=1e-9)


@given(low=st.floats(-1e6, 1e6), span=st.floats(0, 1e6), most=st.integers(2, 8))
def test_breaks_hold_all_in_equal_steps(low: float, span: float, most: int) -> None:
    edges = palette.breaks(low, low + span, most)
    assert edges[0] <= low + 1e-6
    assert edges[-1] > low + span - 1e-6
    assert 1 <= len(edges) - 1 <= most
    steps = [b - a for a, b in pairwise(edges)]
    assert max(steps) == pytest.approx(min(steps))
    assert f"{steps[0]:.3e}"[:5] in ("1.000", "2.000", "2.500", "5.000")


@pytest.mark.parametrize(
    ("polarity", "ramp"),
    [(LOW, palette.BEST_TO_WORST), (HIGH, palette.BEST_TO_WORST), (NEUTRAL, palette.LOW_TO_HIGH)],
)
def test_values_are_coloured_best_first_in_blue_and_neutral_ones_in_purple(
    tmp_path: Path, polarity: str, ramp: tuple[str, ...]
) -> None:
    labels = ["0% to under 10% (2)", "10% to under 20% (2)", "20% to under 30% (0)", "30% to under 40% (1)"]
    labels.append("40% or more (1)")
    classification = classify(of_values(tmp_path, [0, 5, 10, 19.9, 35, 43.1], polarity=polarity), "value")
    assert [entry.label for entry in classification.classes] == (labels[::-1] if polarity == HIGH else labels)
    fills = [entry.fill for entry in classification.classes]
    assert (fills[0], fills[-1]) == (ramp[0], ramp[-1])
    assert len(set(fills)) == len(fills)
    assert said_of(classification, "101").label == "0% to under 10% (2)"
    assert said_of(classification, "106").label == "40% or more (1)"
    assert classification.fill("103") == said_of(classification, "103").fill


def test_a_value_on_an_edge_is_in_the_class_that_begins_there(tmp_path: Path) -> None:
    classification = classify(of_values(tmp_path, [0.3, 0.6, 0.7, 0.9, 1.1, 1.4]), "value")
    label = {area: said_of(classification, area).label for area in classification.of}
    assert label["102"].startswith("0.6% to under 0.8%")  # (0.6 - 0.2) / 0.2 is 1.9999999999999998
    assert label["103"] == label["102"]
    assert label["101"].startswith("0.2% to under 0.4%")


def test_a_very_small_council_is_coloured_but_sets_no_break(tmp_path: Path) -> None:
    figures = [Figure("waits", str(100 + value), float(value), value, 100) for value in range(1, 13)]
    tiny = [Figure("waits", small.TINY, 100.0, 1, 1), Figure("waits", "120", 66.7, 2, 3)]
    db = small.database(tmp_path, metrics=[small.metric(minimum_denominator=20.0)], figures=[*figures, *tiny])
    classification = classify(db, "value")
    assert classification.classes[-1].label == "10% or more (5)"
    assert {said_of(classification, area).label for area in ("112", "120", small.TINY)} == {"10% or more (5)"}


def test_a_very_small_council_under_the_first_break_is_not_said_to_be_over_it(tmp_path: Path) -> None:
    figures = [Figure("waits", str(100 + value), float(value)) for value in range(11, 22)]
    db = small.database(tmp_path, metrics=[small.metric()], figures=[*figures, Figure("waits", small.TINY, 6.0)])
    assert holds(said_of(classify(db, "value"), small.TINY).label, 6.0)


def test_quarters_have_four_classes_with_as_many_returns_as_there_are(tmp_path: Path) -> None:
    classification = classify(of_values(tmp_path, range(1, 9)), "quarter")
    assert [entry.label for entry in classification.classes] == [
        "Best quarter (2)", "Second quarter (2)", "Third quarter (2)", "Worst quarter (2)",
    ]  # fmt: skip
    assert [entry.fill for entry in classification.classes] == list(palette.QUARTERS)
    assert [classification.of[area] for area in ("101", "104", "108")] == [0, 1, 3]


def test_a_neutral_measure_has_no_quarters(tmp_path: Path) -> None:
    db = of_values(tmp_path, range(1, 9), polarity=NEUTRAL)
    assert classify(db, "quarter") == classify(db, "value")


@pytest.mark.parametrize(
    ("polarity", "values", "classes"),
    [
        (LOW, [8, 15, 20, 21, 32], [0, 0, 0, 1, 3]),
        (HIGH, [8, 15, 20, 25, 32], [3, 2, 0, 0, 0]),
    ],
)
def test_the_distance_from_a_benchmark_begins_with_who_meets_it(
    tmp_path: Path, polarity: str, values: list[float], classes: list[int]
) -> None:
    classification = classify(of_values(tmp_path, values, polarity=polarity), "gap")
    assert [entry.label.rsplit(" (", 1)[0] for entry in classification.classes] == [
        "Meets it", "Short by 0 to under 5 points", "Short by 5 to under 10 points", "Short by 10 points or more",
    ]  # fmt: skip
    assert classification.classes[0] == LegendClass("Meets it (3)", BETTER)
    assert [classification.of[area] for area in ("101", "102", "103", "104", "105")] == classes


def test_the_distance_of_a_neutral_measure_is_lower_or_higher(tmp_path: Path) -> None:
    classification = classify(of_values(tmp_path, [5, 15, 20, 24, 29], polarity=NEUTRAL), "gap")
    assert [entry.label for entry in classification.classes] == [
        "Lower by 10 to under 15 points (1)",  # fifteen lower: the lowest value is in the first class
        "Lower by 5 to under 10 points (0)",
        "Lower by 0 to under 5 points (1)",
        "Higher by 0 to under 5 points (2)",
        "Higher by 5 to under 10 points (1)",
    ]
    assert not {entry.fill for entry in classification.classes} & {*palette.SHORT, *palette.BEST_TO_WORST}


def test_councils_that_are_all_alike_are_in_one_class(tmp_path: Path) -> None:
    db = of_values(tmp_path, [20.0, 20.0, 20.0])
    assert [entry.label for entry in classify(db, "value").classes] == ["20% or more (3)"]
    assert classify(db, "gap").classes[0] == LegendClass("Meets it (3)", BETTER)


def test_without_a_single_benchmark_nobody_is_in_a_class(tmp_path: Path) -> None:
    classification = classify(of_values(tmp_path, range(1, 9)), "gap", benchmark="neighbours")
    assert {said_of(classification, area) for area in classification.of} == {
        LegendClass("No benchmark to compare with (8)", palette.GREY, "hatched")
    }


def test_a_council_without_a_benchmark_of_its_own_is_hatched_with_the_reason(tmp_path: Path) -> None:
    figures = [Figure("waits", "101", 5.0), Figure("waits", "102", 6.0), Figure("waits", small.NORTH, 4.0)]
    db = small.database(tmp_path, metrics=[small.metric()], figures=figures)
    classification = classify(db, "gap", benchmark="region")
    assert said_of(classification, "102") == LegendClass("No benchmark to compare with (1)", palette.GREY, "hatched")


def test_missing_is_hatched_by_reason_and_never_in_a_class_of_values(tmp_path: Path) -> None:
    classification = classify(of_values(tmp_path, [0, 5, "c", "x", "c", "low", ""]), "value")
    missing = classification.classes[-4:]
    assert [entry.label for entry in missing] == [
        "More than zero, but rounds to zero (low) (1)",
        "Not available (x) (1)",
        "Not published (1)",
        "Suppressed, to protect small numbers (c) (2)",
    ]
    assert {entry.fill for entry in missing} == {palette.GREY}
    # A look of its own for each reason.
    assert [entry.pattern for entry in missing] == ["hatched", "crossed", "level", "upright"]
    assert {entry.pattern for entry in classification.classes[:-4]} == {"plain"}
    assert said_of(classification, "103") == said_of(classification, "105") == missing[-1]


def test_with_nothing_observed_there_is_a_legend_all_the_same(tmp_path: Path) -> None:
    db = of_values(tmp_path, ["c", "x"])
    for scheme in get_args(ColourScheme):
        classification = classify(db, scheme)
        looks = [said_of(classification, area).pattern for area in ("101", "102")]
        assert len(set(looks)) == 2
        assert set(looks) <= set(palette.MISSING)


def test_a_joint_return_counts_once_and_colours_both(tmp_path: Path) -> None:
    joint = [Figure("waits", area, 5.0, return_id="101+102") for area in ("101", "102")]
    missing = [Figure("waits", area, "x", return_id="103+104") for area in ("103", "104")]
    db = small.database(tmp_path, metrics=[small.metric()], figures=[*joint, *missing, Figure("waits", "105", 12.0)])
    classification = classify(db, "value")
    assert classification.of["101"] == classification.of["102"]
    assert classification.of["103"] == classification.of["104"]
    assert counts(classification) == 3


def test_grades_are_four_ordered_classes_and_what_is_not_given_is_dotted(db: Database) -> None:
    classification = classify(db, "value", "judgement_overall")
    assert [entry.label.rsplit(" (", 1)[0] for entry in classification.classes] == [
        "Outstanding", "Good", "Requires improvement to be good", "Inadequate", "Not given since April 2026",
    ]  # fmt: skip
    assert [entry.pattern for entry in classification.classes] == ["plain"] * 4 + ["dotted"]
    assert said_of(classification, "888").label == "Not given since April 2026 (11)"
    assert counts(classification) == 153


def counts(classification: Classification) -> int:
    return sum(int(entry.label.rsplit("(", 1)[1].rstrip(")")) for entry in classification.classes)


def holds(label: str, figure: float) -> bool:
    """Whether what a class says is true of a value or a gap."""
    words = label.rsplit(" (", 1)[0].replace(",", "").replace("%", "").removesuffix(" points")
    if words == "Meets it":
        return figure <= 0
    if words.isdigit():
        return figure == int(words)
    figure = -figure if words.startswith("Lower by") else figure
    edges = [float(number) for number in re.findall(r"[\d.]+", words)]
    if words.lower().startswith("under"):
        return figure < edges[0]
    return figure >= edges[0] - 1e-9 and ("or more" in words or figure < edges[1] + 1e-9)


@pytest.mark.parametrize("scheme", ["value", "gap"])
@pytest.mark.parametrize("stable", [False, True])
def test_every_legend_is_true_of_every_council_and_counts_every_return(
    db: Database, scheme: ColourScheme, stable: bool
) -> None:
    """Of all measures, newest and oldest, with the breaks of one period or of all; of the very small too."""
    england = BENCHMARKS["england"]
    for metric in db.metrics.values():
        if metric.graded or (scheme == "gap" and metric.counted):
            continue
        figures = db.by_metric[metric.metric_id]
        everybody = comparison.compare(db, england, figures, figures.filter(figures["kind"] == "local_authority"))
        labels = set()
        for period in (db.periods[metric.metric_id][0], db.periods[metric.metric_id][-1]):
            rows = queries.councils(db, metric, period, england)
            classification = palette.classify(rows, metric, scheme, scale=everybody if stable else None)
            assert counts(classification) == rows["return_id"].n_unique()
            for row in rows.drop_nulls(scheme).iter_rows(named=True):
                label = said_of(classification, row["area_id"]).label
                assert holds(label, row[scheme]), (metric.metric_id, period.label, row["name"], label)
            plain = [entry.label.rsplit(" (", 1)[0] for entry in classification.classes if entry.pattern == "plain"]
            labels.add(tuple(plain))
        # With the breaks of all periods a colour means the same in each.
        assert not stable or len(labels - {()}) <= 1, (metric.metric_id, labels)


def test_one_council_far_out_in_one_year_does_not_take_the_colours_from_all_others(tmp_path: Path) -> None:
    years = [Figure("waits", str(100 + n), float(n), year=year) for n in range(1, 30) for year in (2023, 2024, 2025)]
    years[0] = Figure("waits", "101", 500.0, year=2023)
    db = small.database(tmp_path, metrics=[small.metric()], figures=[*years, Figure("waits", ENGLAND, 10.0)])
    metric, newest = db.metrics["waits"], db.latest("waits")
    rows = queries.councils(db, metric, newest, BENCHMARKS["england"])
    classification = palette.classify(rows, metric, "value", scale=db.by_metric["waits"])
    assert [entry.label.split(" (")[0] for entry in classification.classes] == [
        "0% to under 5%", "5% to under 10%", "10% to under 15%", "15% to under 20%", "20% to under 25%", "25% or more",
    ]  # fmt: skip


SIDED = [
    # Of 50 in 100 the interval is 40.4 to 59.6 %.
    ("verdict", LOW, ["Significantly better (1)", "Similar: not significant (2)", "Significantly worse (1)"]),
    ("verdict", HIGH, ["Significantly better (1)", "Similar: not significant (2)", "Significantly worse (1)"]),
    (
        "verdict",
        NEUTRAL,
        ["Significantly lower (1)", "Similar: not significant (2)", "Significantly higher (1)"],
    ),
    ("change", LOW, ["Better than a year before (1)", "No change (2)", "Worse than a year before (1)"]),
    ("change", HIGH, ["Better than a year before (1)", "No change (2)", "Worse than a year before (1)"]),
    ("change", NEUTRAL, ["Lower than a year before (1)", "No change (2)", "Higher than a year before (1)"]),
]


@pytest.mark.parametrize(("scheme", "polarity", "labels"), SIDED)
def test_a_verdict_and_a_change_have_two_sides_and_a_middle_and_the_rest_its_reason(
    tmp_path: Path, scheme: ColourScheme, polarity: str, labels: list[str]
) -> None:
    counted: list[tuple[str, float, float]] = [("101", 20, 100), ("102", 49, 100), ("103", 51, 100), ("104", 90, 100)]
    moved = {"101": 10.0, "102": 0.0, "103": 0.04, "104": -10.0}
    now = [Figure("waits", area, 100 * k / n, k, n) for area, k, n in counted]
    before = [Figure("waits", one.area_id, one.value + moved[one.area_id], year=2024) for one in now]  # type: ignore[operator]
    bare = [Figure("waits", "105", 40.0), Figure("waits", "106", "c")]
    about: dict[str, Any] = {"polarity": polarity, "has_interval": True}
    db = small.database(
        tmp_path, metrics=[small.metric(**about)], figures=[*now, *before, *bare, Figure("waits", ENGLAND, 50.0)]
    )
    classification = classify(db, scheme)
    assert [entry.label for entry in classification.classes] == [
        *labels,
        "No counts are published to judge chance by (1)" if scheme == "verdict"
        else "No figure a year before to compare with (1)",
        "Suppressed, to protect small numbers (c) (1)",
    ]  # fmt: skip
    assert [entry.pattern for entry in classification.classes] == ["plain", "outlined", "plain", "hatched", "crossed"]
    ends = (palette.LOWER, palette.HIGHER) if polarity == NEUTRAL else (palette.BETTER, palette.WORSE)
    assert (classification.classes[0].fill, classification.classes[2].fill) == ends
    sides = (2, 0) if polarity == HIGH else (0, 2)
    assert [classification.of[area] for area in ("101", "102", "103", "104")] == [sides[0], 1, 1, sides[1]]


def test_without_a_benchmark_a_verdict_is_not_said_and_the_reason_is(tmp_path: Path) -> None:
    figures = [Figure("waits", "101", 20.0, 20, 100)]
    db = small.database(tmp_path, metrics=[small.metric(has_interval=True)], figures=figures)
    classification = classify(db, "verdict")
    assert said_of(classification, "101") == LegendClass("No benchmark to compare with (1)", palette.GREY, "hatched")


@pytest.mark.parametrize(
    ("polarity", "labels"),
    [
        (LOW, ["Getting better (1)", "No clear trend (1)", "Getting worse (1)"]),
        (NEUTRAL, ["Falling (1)", "No clear trend (1)", "Rising (1)"]),
    ],
)
def test_a_trend_has_two_sides_and_a_middle_and_says_why_it_cannot_be_said(
    tmp_path: Path, polarity: str, labels: list[str]
) -> None:
    histories: dict[str, list[float | str]] = {
        "101": [50, 40, 30, 20, 10], "102": [10, 20, 10, 20, 10], "103": [10, 20, 30, 40, 50],
        "104": [10, "c", 20, 10, 20], "105": [10, 10, 10, 10, "c"],
    }  # fmt: skip
    db = small.database(
        tmp_path,
        metrics=[small.metric(polarity=polarity)],
        figures=[
            Figure("waits", area, value, year=2021 + at)
            for area, history in histories.items()
            for at, value in enumerate(history)
        ],
    )
    classification = classify(db, "trend")
    assert [entry.label for entry in classification.classes] == [
        *labels, "No trend: a figure is missing (1)", "Suppressed, to protect small numbers (c) (1)",
    ]  # fmt: skip
    assert [classification.of[area] for area in ("101", "102", "103", "104", "105")] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("scheme", SIDES)
def test_every_side_is_that_of_the_row_and_every_return_is_counted(db: Database, scheme: ColourScheme) -> None:
    """Of all measures: what is coloured better is better, and what has no side has its reason."""
    for metric in db.metrics.values():
        if metric.graded:
            continue
        rows = queries.councils(db, metric, db.latest(metric.metric_id), BENCHMARKS["england"])
        rows = direction.with_direction(db, rows)
        classification = palette.classify(rows, metric, scheme)
        assert counts(classification) == rows["return_id"].n_unique()
        # No two entries of the legend look alike, or say the same.
        looks = {(entry.fill, entry.pattern) for entry in classification.classes}
        assert len(looks) == len({entry.label for entry in classification.classes}) == len(classification.classes)
        sides = SIDES[scheme][metric.neutral]
        for row in rows.iter_rows(named=True):
            at, side = classification.of[row["area_id"]], comparisons.side(row, metric, scheme)
            assert at == sides.index(side) if side in sides else classification.classes[at].pattern in palette.MISSING
            # A figure that is hidden in a range has a side where all of the range says so.
            assert side not in sides or row["value"] is not None or row["value_low"] is not None
