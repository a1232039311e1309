"""Who may be called the lowest, the highest or the best: only who is, whatever is hidden or unknown."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.analysis import best, comparison, england, queries
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.analysis.extremes import find_extreme
from dashboard.data.database import Database
from dashboard.views.text import comparisons
from dashboard.views.text.best import opening
from dashboard.views.text.compare import opening as compared
from dashboard.views.text.england import england_sentence, list_title
from tests.dashboard.rows import ON_TIME, Row, missing, row

BEST = BENCHMARKS["best_quarter"]


def councils(**values: float | tuple[float, float, float]) -> list[Row]:
    """Rows by name: an exact figure, or one with the least and the most that it can be."""
    made = []
    for name, value in values.items():
        shown, low, high = value if isinstance(value, tuple) else (value, None, None)
        made.append(row(name=name, area_id=name, return_id=name, value=shown, value_low=low, value_high=high))
    return made


HIDDEN = {**missing("suppressed", "c"), "return_id": "x"}


def small_count(low: float, high: float, **changes: Any) -> Row:
    return {**HIDDEN, "value_low": low, "value_high": high, **changes}


@pytest.mark.parametrize(
    ("rows", "lowest", "words"),
    [
        (councils(York=1.0, Leeds=2.0), True, "York is lowest, at 1."),
        (councils(York=1.0, Hull=1.0, Leeds=2.0), True, "York and Hull are lowest, at 1."),
        # Some are unknown: Leeds may lie below York, Hull may not.
        (councils(York=3.0, Leeds=(2.0, 2.0, 5.0)), True, ""),
        (councils(York=3.0, Leeds=(3.0, 3.0, 5.0)), True, ""),
        (councils(York=3.0, Hull=(2.0, 2.0, 2.9)), True, "Hull is lowest, at 2."),
        (councils(York=3.0, Leeds=(2.0, 2.0, 5.0)), False, ""),
        # A small count that is hidden may lie beyond, or not.
        ([*councils(York=3.0, Leeds=9.0), small_count(1.0, 5.0)], False, "Leeds is highest, at 9."),
        (
            [*councils(York=3.0, Leeds=9.0), small_count(1.0, 5.0)],
            True,
            "Of the published figures York's is the lowest, at 3.",
        ),
        ([*councils(York=3.0, Leeds=9.0), HIDDEN], False, "Of the published figures Leeds' is the highest, at 9."),
        (
            [*councils(York=3.0, Hull=3.0, Leeds=9.0), HIDDEN],
            True,
            "Of the published figures those of York and Hull are the lowest, at 3.",
        ),
        ([*councils(York=3.0, Leeds=9.0), missing("not_available", "x")], True, "York is lowest, at 3."),
        ([*councils(York=3.0, Leeds=9.0), {**HIDDEN, "very_small": True}], True, "York is lowest, at 3."),
        # Who is not ranked is not named, and not passed over in silence.
        (
            [*councils(York=3.0, Leeds=9.0), row(return_id="s", value=0.0, sets_cut=False), HIDDEN],
            True,
            "Of the published figures that are ranked, York's is the lowest, at 3.",
        ),
        ([{**one, "enough": False} for one in councils(York=1.0, Leeds=2.0)], True, ""),
        ([HIDDEN], True, ""),
    ],
)  # fmt: skip
def test_an_end_is_named_as_far_as_it_is_certain(rows: list[Row], lowest: bool, words: str) -> None:
    found = find_extreme(rows, lowest=lowest)
    word = "lowest" if lowest else "highest"
    assert (comparisons.extreme(found, word, f"{found.rows[0]['value']:.0f}") if found else "") == words


def test_of_councils_compared_nobody_is_best_where_the_unknown_leave_it_open() -> None:
    rows = [{**one, "rank_here_low": 1, "rank_here_high": 2} for one in councils(York=90.0, Leeds=(80.0, 80.0, 95.0))]
    said = compared(rows, ON_TIME, BEST, None)
    assert said.startswith(
        "Of these 2 councils, published figures at 30 September 2025 run from 90.0% to 80.0%: hidden figures leave open"
    )


@pytest.mark.parametrize(
    ("metric_id", "of_england", "of_best"),
    [
        # Isle of Wight prints 80 % and four print less, each with records of which nothing is known.
        ("care_leavers_19_21_accommodation", None, None),
        ("care_leavers_17_18_accommodation", None, None),
        ("care_leavers_19_21_active", None, None),
        ("care_leavers_17_18_active", None, None),
        # Of 12 councils it is hidden how few met it.
        (
            "age_11_standard_in_need",
            "Of the published figures Bexley's is the lowest, at 12%.",
            "Of the published figures that are ranked, Waltham Forest's is the best, at 59%.",
        ),
        ("long_plan_rate", "Wolverhampton is highest, at 11.7%.", "25 of them share the best figure, 0.0%."),
    ],
)
def test_pages_name_an_end_of_a_real_measure_only_where_it_is_one(
    db: Database, metric_id: str, of_england: str | None, of_best: str | None
) -> None:
    metric, period = db.metrics[metric_id], db.latest(metric_id)
    rows = queries.councils(db, metric, period, BEST)
    whole = england_sentence(rows.to_dicts(), None, metric, BEST, comparison.england_if_all_met(rows))
    first = opening(db, best.who(db, metric, period, BEST, None))
    for said, words in ((whole, of_england), (first, of_best)):
        if words is None:
            assert not any(f"{word}, at" in said for word in ("lowest", "highest", "best")), said
        else:
            assert words in said


@pytest.mark.parametrize(
    ("metric_id", "worst", "best_ten"),
    [
        ("vacancy_rate", "Ten worst", "Ten best"),
        ("age_11_standard_in_need", "Ten worst published figures", "Ten best published figures"),
        ("long_plan_rate", "Certain to be among the ten worst", "Ten best"),
        ("care_leavers_19_21_accommodation", *(f"Certain to be among the ten {one}" for one in ("worst", "best"))),
    ],
)
def test_a_list_of_ten_is_called_what_it_is(db: Database, metric_id: str, worst: str, best_ten: str) -> None:
    rows = queries.councils(db, db.metrics[metric_id], db.latest(metric_id), BEST)
    lists = zip(("worst", "best"), england.ends(rows), strict=True)
    assert [list_title(word, rows.to_dicts(), found.height) for word, found in lists] == [worst, best_ten]
