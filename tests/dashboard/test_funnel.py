"""Funnels: limits by the formula, by exact counting and by the verdict; what is drawn where."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboard.analysis import funnel, queries
from dashboard.analysis.benchmarks import BENCHMARKS, with_limits
from dashboard.analysis.funnel import Funnel
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from dashboard.views.charts import funnel as figure
from dashboard.views.charts.palette import BETTER, WORSE
from dashboard.views.charts.style import MARK
from dashboard.views.text import direction as sentences
from tests.dashboard import small
from tests.dashboard.small import Figure

LOW, HIGH, NEUTRAL = "lower_is_better", "higher_is_better", "neutral"
# Of 400: 20 % is England's, 16.08 to 23.92 % are within its 95 % limits, 13.82 to 26.18 % within those of 99.8 %.
COUNTS = {"101": 80, "102": 96, "103": 110, "104": 60, "105": 40, "106": 65}


def drawn_from(
    folder: Path, counts: dict[str, float] | None = None, england: float | str = 20.0, others: Sequence[Figure] = (),
    **about: Any,
) -> Funnel | None:  # fmt: skip
    figures = [
        Figure("waits", area, round(count / 4, 1), float(count), 400.0) for area, count in (counts or COUNTS).items()
    ]
    db = small.database(
        folder,
        metrics=[small.metric(**{"has_interval": True, **about})],
        figures=[*figures, *others, Figure("waits", ENGLAND, england)],
    )
    return funnel.funnel(db, db.metrics["waits"], db.latest("waits"), spread=False)


def funnel_of(folder: Path, **about: Any) -> Funnel:
    found = drawn_from(folder, **about)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("polarity", "high", "low"), [(LOW, "worse", "better"), (HIGH, "better", "worse"), (NEUTRAL, "higher", "lower")]
)
def test_a_council_is_outside_the_limits_of_its_size_on_one_side(
    tmp_path: Path, polarity: str, high: str, low: str
) -> None:
    found = funnel_of(tmp_path, polarity=polarity)
    assert {row["area_id"]: (row["outside"], row["side"]) for row in found.points.iter_rows(named=True)} == {
        "101": (0.0, None),  # 20 %
        "102": (95.0, high),  # 24 %
        "103": (99.8, high),  # 27.5 %
        "104": (95.0, low),  # 15 %
        "105": (99.8, low),  # 10 %
        "106": (0.0, None),  # 16.25 %
    }
    assert found.outside(95, high)["area_id"].to_list() == ["102", "103"]
    assert found.outside(99.8, low)["area_id"].to_list() == ["105"]
    row = found.points.row(0, named=True)
    # 20 and 1.96 times the root of 20 x 80 / 400, which is 2.
    assert (row["low_95"], row["high_95"]) == (pytest.approx(16.0801, abs=1e-4), pytest.approx(23.9199, abs=1e-4))
    assert (row["low_998"], row["high_998"]) == (pytest.approx(13.8195, abs=1e-4), pytest.approx(26.1805, abs=1e-4))


def test_a_figure_in_a_range_is_outside_where_all_of_it_is_and_what_is_not_ranked_nowhere(tmp_path: Path) -> None:
    others = [
        # Of some of 400 nothing is known: 24 to 26 %, 23 to 26 %, 18 to 22 %.
        Figure("waits", "111", 24.0, 96.0, 400.0, range=(24.0, 26.0), unknown=8.0),
        Figure("waits", "112", 23.0, 92.0, 400.0, range=(23.0, 26.0), unknown=12.0),
        Figure("waits", "113", 18.0, 72.0, 400.0, range=(18.0, 22.0), unknown=16.0),
        Figure("waits", small.TINY, 90.0, 9.0, 10.0),
    ]
    found = funnel_of(tmp_path, others=others)
    sides = {row["area_id"]: (row["outside"], row["side"]) for row in found.points.iter_rows(named=True)}
    assert sides["111"] == (95.0, "worse")
    assert sides["112"] == sides[small.TINY] == (None, None)
    assert sides["113"] == (0.0, None)
    assert "Around it 3 of 9 councils lie within" in sentences.funnel_sentence(found)
    assert "; of 1 hidden figures leave it open." in sentences.funnel_sentence(found)


def test_only_shares_with_counts_around_an_england_with_a_figure_have_a_funnel(tmp_path: Path) -> None:
    for name, about in (("a", {"has_interval": False}), ("b", {"england": "x"})):
        (tmp_path / name).mkdir()
        assert drawn_from(tmp_path / name, **about) is None


def test_what_has_no_counts_or_is_no_share_is_no_point_but_counted(tmp_path: Path) -> None:
    others = [
        Figure("waits", "111", 20.0),
        Figure("waits", "112", "c"),
        Figure("waits", "113", 150.0, 15.0, 10.0),
        *(Figure("waits", area, 20.0, 80.0, 400.0, "114+115") for area in ("115", "114")),
    ]
    found = funnel_of(tmp_path, counts={"101": 80}, others=others)
    assert found.points.select("name", "n", "p").rows() == [
        ("Council 101", 400.0, 20.0),
        ("Council 114 and Council 115", 400.0, 20.0),
    ]
    assert found.without == 3


def test_lines_run_from_the_smallest_council_that_sets_an_axis_to_the_largest(tmp_path: Path) -> None:
    others = [Figure("waits", small.TINY, 50.0, 5.0, 10.0), Figure("waits", "111", 20.0, 1000.0, 5000.0)]
    lines = funnel_of(tmp_path, others=others).lines
    assert (lines["n"][0], lines["n"][-1]) == (400.0, 5000.0)
    assert lines["n"].is_sorted()
    for name in ("95", "998"):
        assert lines[f"high_{name}"].is_sorted(descending=True)
        assert lines[f"low_{name}"].is_sorted()
    assert (lines["low_998"] < lines["low_95"]).all()


def test_limits_stay_within_what_a_share_can_be(tmp_path: Path) -> None:
    others = [Figure("waits", "111", 0.0, 0.0, 5.0)]
    for england in (1.0, 99.0):
        (tmp_path / str(england)).mkdir()
        found = funnel_of(tmp_path / str(england), england=england, others=others)
        limits = pl.concat([found.points.select(found.lines.columns), found.lines]).drop("n")
        assert all(0.0 <= limit <= 100.0 for column in limits for limit in column)


def exact(n: int, share: float, tail: float) -> tuple[int, int]:
    """The fewest and the most of n that leave no more than `tail` further out on their side."""
    chances = [math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    low = next(k for k in range(n + 1) if sum(chances[: k + 1]) > tail)
    high = next(k for k in range(n, -1, -1) if sum(chances[k:]) > tail)
    return low, high


@pytest.mark.parametrize(("n", "share"), [(100, 0.2), (400, 0.2), (400, 0.85), (900, 0.1)])
def test_limits_are_those_of_exact_counting_to_within_two_people(tmp_path: Path, n: int, share: float) -> None:
    value = share * 100
    found = funnel_of(tmp_path, england=value, others=[Figure("waits", "111", value, share * n, float(n))])
    row = found.points.row(by_predicate=pl.col("area_id") == "111", named=True)
    for name, tail in (("95", 0.025), ("998", 0.001)):
        low, high = exact(n, share, tail)
        assert row[f"low_{name}"] * n / 100 == pytest.approx(low, abs=2)
        assert row[f"high_{name}"] * n / 100 == pytest.approx(high, abs=2)


def test_every_real_funnel_says_what_the_verdict_against_england_says(db: Database) -> None:
    checked = 0
    for metric in db.metrics.values():
        for period in db.periods[metric.metric_id]:
            # Every other one by chance alone, the others with usual differences.
            spread = checked % 2 == 0
            found = funnel.funnel(db, metric, period, spread=spread)
            if found is None:
                continue
            held = queries.councils(db, metric, period, with_limits(BENCHMARKS["england"], spread))
            # What is hidden has no point.
            printed = held.filter(pl.col("value").is_not_null() | pl.col("value_low").is_null())
            verdicts = {row["return_id"]: row["verdict"] for row in printed.iter_rows(named=True)}
            for row in found.points.iter_rows(named=True):
                said = verdicts.pop(row["return_id"])
                inside = None if row["outside"] is None else "similar"
                assert said == (row["side"] or inside), (metric.metric_id, period, row)
                checked += 1
            assert set(verdicts.values()) <= {None}
            assert found.without == held["return_id"].n_unique() - found.points.height
    assert checked > 30_000


def test_every_real_point_is_where_the_formula_puts_it(db: Database) -> None:
    for metric_id, scale in (("rereferral_rate", 100), ("vacancy_rate", 100), ("plan_rate", 10_000)):
        metric = db.metrics[metric_id]
        found = funnel.funnel(db, metric, db.latest(metric_id), spread=False)
        assert found is not None
        share = found.england / scale
        for row in found.ranked.iter_rows(named=True):
            off = (row["p"] / scale - share) / math.sqrt(share * (1 - share) / row["n"])
            assert row["outside"] == (99.8 if abs(off) > 3.0902323 else 95.0 if abs(off) > 1.9599640 else 0.0)
            assert row["p"] == pytest.approx(row["value"], abs=0.6 if metric.decimals == 0 else 0.06)


def picture(found: Funnel, chosen: str | None = None) -> dict[str, Any]:
    return figure.draw_funnel(found, chosen=chosen, height=400)


def test_marks_are_hollow_within_filled_outside_and_square_far_outside(tmp_path: Path) -> None:
    dots = picture(funnel_of(tmp_path))["data"][-1]
    marks = dict(
        zip(dots["customdata"], zip(dots["marker"]["color"], dots["marker"]["symbol"], strict=True), strict=True)
    )
    assert marks == {
        "101": ("#ffffff", "circle"),
        "102": (WORSE, "circle"),
        "103": (WORSE, "square"),
        "104": (BETTER, "circle"),
        "105": (BETTER, "square"),
        "106": ("#ffffff", "circle"),
    }


def test_the_chosen_council_is_the_one_dark_diamond_under_its_own_name(tmp_path: Path) -> None:
    joint = [Figure("waits", area, 30.0, 120.0, 400.0, "114+115") for area in ("114", "115")]
    found = funnel_of(tmp_path, others=joint)
    drawn = picture(found, chosen="115")
    marker = drawn["data"][-1]["marker"]
    assert [symbol == "diamond" for symbol in marker["symbol"]] == [colour == MARK for colour in marker["color"]]
    assert marker["symbol"].count("diamond") == 1
    assert [note["text"] for note in drawn["layout"]["annotations"]] == [
        "England<br>20.0%", "95% limits", "99.8% limits", "<b>Council 115 30.0%</b>",
    ]  # fmt: skip
    assert "diamond" not in picture(found, chosen="130")["data"][-1]["marker"]["symbol"]


def test_a_very_small_council_is_drawn_at_the_edge_and_stretches_no_axis(tmp_path: Path) -> None:
    drawn = picture(funnel_of(tmp_path, others=[Figure("waits", small.TINY, 100.0, 10.0, 10.0)]))
    dots, low_high = drawn["data"][-1], drawn["layout"]["yaxis"]["range"]
    assert dots["customdata"][-1] == small.TINY
    assert (dots["x"][-1], dots["y"][-1], dots["marker"]["symbol"][-1]) == (400.0, low_high[1], figure.OVER)
    assert low_high[1] < 35
    under = picture(made_under(tmp_path / "under"))
    assert under["data"][-1]["marker"]["symbol"][-1] == figure.UNDER


def made_under(folder: Path) -> Funnel:
    folder.mkdir()
    counts = {area: count + 200.0 for area, count in COUNTS.items()}
    return funnel_of(folder, counts=counts, england=70.0, others=[Figure("waits", small.TINY, 10.0, 1.0, 10.0)])


def test_hover_says_figure_size_and_where(tmp_path: Path) -> None:
    dots = picture(funnel_of(tmp_path))["data"][-1]
    words = dict(zip(dots["customdata"], dots["text"], strict=True))
    assert words["103"] == "<b>Council 103</b><br>27.5% of 400<br>worse, outside the 99.8% limits"
    assert words["104"].endswith("better, outside the 95% limits")
    assert words["101"].endswith("20.0% of 400<br>within the 95% limits")


def test_a_funnel_without_points_is_drawn_as_england_alone(tmp_path: Path) -> None:
    found = funnel_of(tmp_path, counts={"101": 80})
    empty = Funnel(found.metric, found.period, found.england, found.points.clear(), found.lines.clear(), 1, 0.0, 0)
    assert picture(empty)["data"][-1]["x"] == []
    assert [note["text"] for note in picture(empty)["layout"]["annotations"]] == ["England<br>20.0%"]


def test_sizes_are_named_by_what_the_figure_is_a_share_of(tmp_path: Path) -> None:
    abouts = [
        ({"unit": "per 10,000 children"}, "Children aged 0 to 17"),
        ({"shortfall_moves": "numerator", "shortfall_holding": "the number of posts"}, "Number of posts"),
        ({}, "Size: what the figure is a share of"),
    ]
    for at, (about, title) in enumerate(abouts):
        (tmp_path / str(at)).mkdir()
        assert picture(funnel_of(tmp_path / str(at), **about))["layout"]["xaxis"]["title"]["text"] == title


def test_all_real_funnels_have_ticks_within_their_axis_and_all_points_on_it(db: Database) -> None:
    for metric in db.metrics.values():
        found = funnel.funnel(db, metric, db.latest(metric.metric_id))
        if found is None:
            continue
        drawn = picture(found, chosen="314")
        low, high = (10**end for end in drawn["layout"]["xaxis"]["range"])
        assert 2 <= len(drawn["layout"]["xaxis"]["tickvals"]) <= 12
        assert all(low <= tick <= high for tick in drawn["layout"]["xaxis"]["tickvals"])
        assert all(low <= x <= high for x in drawn["data"][-1]["x"])
        bottom, top = drawn["layout"]["yaxis"]["range"]
        assert all(bottom <= y <= top for y in drawn["data"][-1]["y"])


def test_the_sentence_counts_what_is_drawn(tmp_path: Path) -> None:
    assert sentences.funnel_sentence(funnel_of(tmp_path)) == (
        "The rate of waits of England was 20.0% at 30 September 2025. Around it 2 of 6 councils lie within the 95% "
        "limits of chance; 2 lie outside them on the better side (1 outside those of 99.8% too), and 2 lie outside "
        "them on the worse side (1 outside those of 99.8% too)."
    )
