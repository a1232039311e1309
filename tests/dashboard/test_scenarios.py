"""What it would take: hand-worked councils, returners shared out in rounds, and the real counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis import scenarios, standard
from dashboard.analysis.scenario_results import Council, Rank
from dashboard.analysis.scenarios import ILLUSTRATIVE
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from dashboard.views.text import scenarios as sentences
from tests.dashboard import small
from tests.dashboard.small import Figure

FTE = ("vacancies_fte", "social_workers_fte", "agency_fte", "case_holders_fte")
# area -> vacancies, in post, agency, case holders, cases, leavers; England's row holds more than these councils.
Staff = tuple[float | None, float | None, float | None, float | None, float | None, float | None]
COUNCILS: dict[str, Staff] = {
    "101": (20.0, 80.0, 10.0, 45.0, 900.0, 8.0),  # 20 % vacant; half hold cases, 20 each
    "102": (10.0, 90.0, 0.0, 50.0, 750.0, 9.0),
    "103": (0.0, 50.0, 0.0, 25.0, 300.0, 5.0),
    "104": (5.0, 95.0, 5.0, None, None, 19.0),
    "105": (None, None, None, None, None, None),
    ENGLAND: (50.0, 350.0, 20.0, 185.0, 3_330.0, 45.0),
}


def share(numerator: float | None, denominator: float | None) -> float | str:
    return "x" if numerator is None or not denominator else round(numerator / denominator * 100, 1)


def figures(area_id: str, staff: Staff, return_id: str | None = None) -> list[Figure]:
    vacant, post, agency, holders, cases, leavers = staff
    posts = None if vacant is None or post is None else vacant + post
    working = None if agency is None or post is None else agency + post
    load: float | str = "x" if cases is None or holders is None else round(cases / holders, 1)
    rows = [
        Figure("vacancy_rate", area_id, share(vacant, posts), vacant, posts),
        Figure("agency_rate", area_id, share(agency, working), agency, working),
        Figure("turnover_rate", area_id, share(leavers, post), leavers, post),
        Figure("caseload", area_id, load, cases, holders),
        *(
            Figure(name, area_id, "x" if value is None else value)
            for name, value in zip((*FTE, "cases"), (vacant, post, agency, holders, cases), strict=True)
        ),
    ]
    return [Figure(**{**vars(row), "return_id": return_id}) for row in rows]


def database(folder: Path, councils: dict[str, Staff] | None = None, joint: Sequence[str] = ()) -> Database:
    by = "+".join(joint)
    moves = {"caseload": ("denominator", "more case-holding social workers", "cases per social worker")}
    rates = [
        small.metric(
            name, unit=moves.get(name, (0, 0, "%"))[2], shortfall_moves=moves.get(name, ("numerator",))[0],
            shortfall=moves.get(name, (0, "posts to fill"))[1],
        )
        for name in scenarios.LEVERS
    ]  # fmt: skip
    counts = [small.metric(name, unit="FTE", polarity="neutral") for name in FTE]
    return small.database(
        folder,
        metrics=[*rates, *counts, small.metric("cases", unit="cases", polarity="neutral")],
        figures=[
            row
            for area_id, staff in (councils or COUNCILS).items()
            for row in figures(area_id, staff, by if area_id in joint else None)
        ],
    )


def council(db: Database, area_id: str, lever: str, target: float) -> Council:
    return scenarios.council(db, area_id, db.metrics[lever], target)


def test_a_council_fills_posts_until_the_target_is_left_vacant(tmp_path: Path) -> None:
    found = council(database(tmp_path), "101", "vacancy_rate", 8.0)
    assert (found.before, found.after, found.moved, found.vacancies) == (20.0, 8.0, 12.0, 20.0)
    # Of 90 who work there 45 hold cases: so would 6 of the 12.
    assert found.caseload_before == 20.0
    assert found.caseload_after == pytest.approx(900 / 51)
    # 20 % is last of four; 8 % comes after 0 and 5 %, and is over the cut of the second quarter.
    assert found.rank_before == Rank(4, 1, 4, 4)
    assert found.rank_after == Rank(3, 1, 4, 3)
    assert found.assumptions[0] == ILLUSTRATIVE
    assert any("(50%, including agency staff)" in one for one in found.assumptions)


@pytest.mark.parametrize(
    ("lever", "target", "moved", "caseload"),
    [
        ("agency_rate", 5.0, 10 - 0.05 * 90, None),
        ("turnover_rate", 5.0, 8 - 0.05 * 80, None),
        ("caseload", 15.0, 900 / 15 - 45, 15.0),
    ],
)
def test_each_lever_moves_its_own_count(
    tmp_path: Path, lever: str, target: float, moved: float, caseload: float | None
) -> None:
    found = council(database(tmp_path), "101", lever, target)
    assert found.moved == pytest.approx(moved)
    assert (found.after, found.caseload_before, found.caseload_after) == (target, 20.0, caseload)


@pytest.mark.parametrize("target", [20.0, 25.0, 100.0])
def test_a_council_that_meets_the_target_moves_nobody_and_stays_as_published(tmp_path: Path, target: float) -> None:
    found = council(database(tmp_path), "101", "vacancy_rate", target)
    assert (found.before, found.after, found.moved) == (20.0, 20.0, 0.0)
    assert found.caseload_after == found.caseload_before
    assert found.rank_after == found.rank_before


def test_cases_that_are_not_published_are_left_out_and_a_missing_figure_says_why(
    tmp_path: Path,
) -> None:
    db = database(tmp_path)
    found = council(db, "104", "vacancy_rate", 1.0)
    assert (found.moved, found.caseload_before, found.caseload_after) == (4.0, None, None)
    assert not any("hold cases" in one for one in found.assumptions)
    without = council(db, "105", "vacancy_rate", 1.0)
    assert (without.before, without.after, without.moved, without.rank_after) == (None, None, None, None)
    assert without.why == "not available (x)"


def test_a_joint_return_is_one_council_with_both_names_and_stands_once(tmp_path: Path) -> None:
    councils = {**COUNCILS, "111": COUNCILS["101"], "112": COUNCILS["101"]}
    db = database(tmp_path, councils, ("111", "112"))
    for area_id in ("111", "112"):
        found = council(db, area_id, "vacancy_rate", 5.0)
        assert found.name == "Council 111 and Council 112"
        # 0, 5, 10, 20 and 20 %: 5 and 20 are cuts themselves, and on a cut is in the better quarter.
        assert found.rank_before == Rank(4, 2, 5, 3)
        assert found.rank_after == Rank(2, 2, 5, 1)
        assert any("Council 111 and Council 112 report together" in one for one in found.assumptions)


@pytest.mark.parametrize(("lever", "target"), [("vacancy_rate", -1.0), ("caseload", 0.0), ("vacancies_fte", 1.0)])
def test_what_cannot_be_asked_is_refused(tmp_path: Path, lever: str, target: float) -> None:
    db = database(tmp_path)
    metric = db.metrics[lever]
    for ask in (lambda: scenarios.council(db, "101", metric, target), lambda: scenarios.england(db, metric, target)):
        with pytest.raises(ValueError, match=r"^E_"):
            ask()


def test_england_moves_what_its_councils_move_and_keeps_its_published_row(tmp_path: Path) -> None:
    db = database(tmp_path)
    found = scenarios.england(db, db.metrics["vacancy_rate"], 5.0)
    # 101 fills 15 and 102 fills 5 posts; 103 and 104 meet 5 %, and 105 has no figure.
    assert (found.short, found.compared, found.without, found.moved) == (2, 4, 1, 20.0)
    # England publishes 50 vacancies, 30 of which are left: of 12.5 % three fifths.
    assert found.before == 12.5
    assert found.after == pytest.approx(7.5)
    assert found.standard == standard.best_quarter(db, db.metrics["vacancy_rate"]) == 3.75
    assert (found.meet_before, found.meet_after) == (1, 1)
    # Half of England's 370 hold cases.
    assert found.caseload_after == pytest.approx(3_330 / (185 + 10))
    assert any("England is the published figure" in one for one in found.assumptions)
    all_ = scenarios.england(db, db.metrics["vacancy_rate"], 3.75)
    assert (all_.meet_before, all_.meet_after) == (1, 4)


def test_england_where_all_meet_the_target_stays_as_it_is(tmp_path: Path) -> None:
    db = database(tmp_path)
    for lever in scenarios.LEVERS:
        found = scenarios.england(db, db.metrics[lever], 90.0)
        assert (found.short, found.moved, found.after) == (0, 0.0, found.before)
        assert found.meet_after == found.meet_before


def test_englands_caseload_follows_the_case_holders_its_councils_add(tmp_path: Path) -> None:
    db = database(tmp_path)
    found = scenarios.england(db, db.metrics["caseload"], 15.0)
    assert found.moved == pytest.approx(900 / 15 - 45)
    assert found.before == 18.0
    assert found.after == found.caseload_after == pytest.approx(18.0 * 185 / 200)


def test_returners_go_where_posts_are_vacant_and_no_council_gets_more(tmp_path: Path) -> None:
    db = database(tmp_path)
    found = scenarios.returners(db, 7.0)
    # 35 vacancies in councils that publish them: a fifth of each is filled.
    assert (found.placed, found.unplaced) == pytest.approx((7.0, 0.0))
    assert (found.compared, found.without) == (4, 1)
    rows = {row["area_id"]: row for row in found.rows.iter_rows(named=True)}
    assert [(key, row["returners"], row["after"]) for key, row in rows.items()] == [
        ("101", pytest.approx(4.0), pytest.approx(16.0)),
        ("102", pytest.approx(2.0), pytest.approx(8.0)),
        ("104", pytest.approx(1.0), pytest.approx(4.0)),
        ("103", 0.0, 0.0),
    ]
    assert rows["101"]["caseload_after"] == pytest.approx(900 / 47)
    assert rows["104"]["caseload_after"] is None
    assert found.before == 12.5
    assert found.after == pytest.approx(12.5 * 43 / 50)
    assert found.caseload_after == pytest.approx(3_330 / (185 + 3.5))


def test_more_returners_than_vacancies_leave_none_vacant_and_the_rest_without_a_post(tmp_path: Path) -> None:
    found = scenarios.returners(database(tmp_path), 100.0)
    assert (found.placed, found.unplaced) == (35.0, 65.0)
    assert set(found.rows["after"]) == {0.0}
    assert found.meet_after == found.compared == 4
    # Vacancies of councils that publish none are in England's row, and stay.
    assert found.after == pytest.approx(12.5 * 15 / 50)


def test_nobody_who_returns_changes_nothing(tmp_path: Path) -> None:
    db = database(tmp_path)
    found = scenarios.returners(db, 0.0)
    assert (found.after, found.meet_after, found.caseload_after) == (found.before, found.meet_before, 18.0)
    assert found.rows["after"].to_list() == found.rows["before"].to_list()
    assert found.rows["rank_after"].to_list() == found.rows["rank_still"].to_list() == found.rows["rank"].to_list()
    with pytest.raises(ValueError, match=r"^E_RETURNERS"):
        scenarios.returners(db, -1.0)


def test_a_rank_is_given_with_the_others_held_still_and_once_all_have_theirs(tmp_path: Path) -> None:
    rows = {row["area_id"]: row for row in scenarios.returners(database(tmp_path), 24.5).rows.iter_rows(named=True)}
    # 70 % of all vacancies filled: 6, 3, 0 and 1.5 % are left of 20, 10, 0 and 5 %.
    assert {key: (row["rank"], row["rank_still"], row["rank_after"]) for key, row in rows.items()} == {
        "101": (4, 3, 4),
        "102": (3, 2, 3),
        "104": (2, 2, 2),
        "103": (1, 1, 1),
    }


# From here on: the real figures, by plain loops.


def returns_of(db: Database, metric_id: str) -> dict[str, dict[str, Any]]:
    """Return -> the row of its first council, in the newest period."""
    rows = db.councils(metric_id, db.latest(metric_id).end).iter_rows(named=True)
    return {row["return_id"]: row for row in rows}


def handed_out(number: float, vacancies: dict[str, float]) -> dict[str, float]:
    """In proportion to vacancies, nobody more than it has: what is over goes round again until none is left."""
    given, open_ = dict.fromkeys(vacancies, 0.0), {key: count for key, count in vacancies.items() if count > 0}
    left = number
    while left > 1e-9 and open_:
        vacant = sum(open_.values())
        over = 0.0
        for key, count in vacancies.items():
            if key in open_:
                asked = left * open_[key] / vacant
                room = count - given[key]
                given[key] += min(asked, room)
                over += max(0.0, asked - room)
        open_ = {key: vacancies[key] - given[key] for key in open_ if vacancies[key] - given[key] > 1e-9}
        left = over
    return given


@given(st.lists(st.integers(0, 40).map(float), min_size=1, max_size=6), st.integers(0, 200).map(float))
def test_handing_out_round_by_round_is_one_share_of_each(vacancies: list[float], number: float) -> None:
    """Why no round is needed: in proportion nobody gets more than it has until all are full at once."""
    given_ = handed_out(number, {str(at): count for at, count in enumerate(vacancies)})
    scale = min(1.0, number / sum(vacancies)) if sum(vacancies) else 0.0
    assert list(given_.values()) == pytest.approx([count * scale for count in vacancies])


@pytest.mark.parametrize("number", [0.0, 137.5, scenarios.APPEAL, 9000.0])
def test_real_returners_are_shared_out_as_by_hand(db: Database, number: float) -> None:
    found = scenarios.returners(db, number)
    rates, vacancies = returns_of(db, "vacancy_rate"), returns_of(db, "vacancies_fte")
    known = {by: vacancies[by]["value"] for by, row in rates.items() if row["value"] is not None}
    expected = handed_out(number, known)
    rows = {row["return_id"]: row for row in found.rows.iter_rows(named=True)}
    assert {by: row["returners"] for by, row in rows.items()} == pytest.approx(expected)
    assert found.placed == pytest.approx(sum(expected.values()))
    assert found.unplaced == pytest.approx(number - sum(expected.values()), abs=1e-6)
    after = {}
    for by, row in rows.items():
        assert row["returners"] <= row["vacancies"] + 1e-9
        posts = rates[by]["denominator"]
        after[by] = rates[by]["value"]
        if expected[by]:
            after[by] = min(after[by], 100 * (known[by] - expected[by]) / posts)
        assert row["after"] == pytest.approx(after[by])
    ranked = [row for row in rows.values() if row["sets_cut"]]
    assert all(row["rank_after"] is None for row in rows.values() if not row["sets_cut"])
    for row in ranked:
        assert row["rank_after"] == 1 + sum(other["after"] < row["after"] for other in ranked)
        assert row["rank_still"] == 1 + sum(other["before"] < row["after"] for other in ranked)
        assert row["rank"] == 1 + sum(other["before"] < row["before"] for other in ranked)
    best = standard.best_quarter(db, db.metrics["vacancy_rate"])
    assert best is not None
    assert found.meet_before == sum(row["before"] <= best for row in ranked)
    assert found.meet_after == sum(row["after"] <= best for row in ranked)
    assert (found.compared, found.without) == (147, 2)


@pytest.mark.parametrize(
    ("lever", "target"), [("vacancy_rate", 7.6), ("agency_rate", 5.0), ("turnover_rate", 10.0), ("caseload", 14.0)]
)
def test_real_councils_and_england_reach_a_target_as_by_hand(db: Database, lever: str, target: float) -> None:
    metric = db.metrics[lever]
    returns = returns_of(db, lever)
    ranked = {by: row for by, row in returns.items() if row["value"] is not None and row["sets_cut"]}
    total = 0.0
    for by, row in returns.items():
        found = scenarios.council(db, row["area_id"], metric, target)
        value, top, bottom = row["value"], row["numerator"], row["denominator"]
        if value is None or not row["sets_cut"]:
            assert (found.moved, found.after) == (None, None)
            assert found.why
            continue
        moved = 0.0
        if value > target:
            moved = max(0.0, top / target - bottom if lever == "caseload" else top - target / 100 * bottom)
        assert found.moved == pytest.approx(moved)
        assert found.after == min(value, target)
        total += moved
        assert found.rank_before is not None
        assert found.rank_after is not None
        assert (found.rank_before.rank, found.rank_before.tied, found.rank_before.ranked) == (
            row["rank"],
            row["tied"],
            row["ranked"],
        )
        assert found.rank_before.quarter == row["quarter"]
        others = [other["value"] for key, other in ranked.items() if key != by]
        assert found.rank_after.rank == 1 + sum(other < min(value, target) for other in others)
    all_ = scenarios.england(db, metric, target)
    assert all_.moved == pytest.approx(total)
    values = [row["value"] for row in ranked.values()]
    assert all_.meet_before == sum(value <= all_.standard for value in values)
    assert all_.meet_after == sum(min(value, target) <= all_.standard for value in values)
    assert all_.compared == len(ranked)
    published = db.by_metric[lever].row(
        by_predicate=(pl.col("area_id") == ENGLAND) & (pl.col("period_end") == db.latest(lever).end), named=True
    )
    top, bottom = published["numerator"], published["denominator"]
    exact = top / (bottom + total) if lever == "caseload" else 100 * (top - total) / bottom
    assert all_.before == published["value"]
    assert all_.after == pytest.approx(exact)


def test_englands_caseload_is_worked_out_from_counts_and_not_from_its_rounded_rate(db: Database) -> None:
    """321,661 cases, 21,105.4 who hold them, and 50.73 % of the 3,143.9 who would fill posts: 14.17, not 14.13."""
    found = scenarios.england(db, db.metrics["vacancy_rate"], 7.75)
    assert found.moved == pytest.approx(3143.9, abs=0.05)
    assert found.caseload_before == 15.2
    assert found.caseload_after == pytest.approx(321_661 / (21_105.4 + 3_143.9 * 21_105.4 / 41_602.2), abs=1e-4)
    said = sentences.england(found)
    assert "above 7.75%" in said or "beyond 7.75%" in said
    assert said.endswith("Cases per social worker would go from 15.2 to 14.2.")


def test_the_figures_of_a_scenario_are_of_one_day(db: Database) -> None:
    """Vacancies, staff and cases of 30 September: a rate is not worked out from counts of another year."""
    ends = {db.latest(metric_id).end for metric_id in (*scenarios.COUNTS, *scenarios.LEVERS)}
    assert ends == {db.latest("vacancy_rate").end}
    assert db.latest("vacancy_rate").end >= date(2025, 9, 30)
