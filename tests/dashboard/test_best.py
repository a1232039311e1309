"""Who is best, how long, what they share: hand-made cases, all real measures by plain loops, the page as it opens."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from html import unescape
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from dashboard.analysis import best, england, shared_characteristics
from dashboard.analysis.benchmarks import BENCHMARKS, with_group, with_target
from dashboard.analysis.best import Best
from dashboard.data.database import Database
from dashboard.data.model import Metric
from dashboard.views.tables import best as parts
from dashboard.views.text import best as sentences
from dashboard.views.text import comparisons, formats
from dashboard.views.text.grammar import opening as opens
from dashboard.views.text.grammar import sentences as parted
from tests.dashboard import small
from tests.dashboard.helpers import HOSTILE_NAMES, Page, opened, read
from tests.dashboard.helpers import html as shown
from tests.dashboard.helpers import sentences as said
from tests.dashboard.small import COUNCILS, TINY, Figure

QUARTER, REGIONAL, LEADERS = (BENCHMARKS[one] for one in ("best_quarter", "best_quarter_region", "outstanding_leaders"))
NEAREST, NEIGHBOURS, ENGLAND = (BENCHMARKS[one] for one in ("best_neighbours", "neighbours", "england"))
LEEDS, KINGSTON, RICHMOND, SCILLY, WESTMINSTER, CUMBERLAND = "383", "314", "318", "420", "213", "942"
# A measure whose method changed in 2024 (etl/build/trends.py).
BROKEN = "caseholder_share"


def waits(values: Mapping[str, Sequence[float | str]], metric_id: str = "waits") -> list[Figure]:
    """Figures of councils, oldest first, the last of 2025; "" where there is no row, "-" where there is no figure."""
    return [
        Figure(metric_id, area_id, value, year=2026 - len(history) + at)
        for area_id, history in values.items()
        for at, value in enumerate(history)
        if value != ""
    ]


def twenty(years: int = 1, first: int = 105) -> dict[str, list[float | str]]:
    """Twenty councils at 50 to 69 in so many years: the others may be better than they."""
    return {str(first + at): [50.0 + at] * years for at in range(20)}


def database(folder: Path, figures: list[Figure], **about: Any) -> Database:
    folder.mkdir(exist_ok=True)
    return small.database(folder, metrics=[small.metric(**about)], figures=figures)


def found_in(
    db: Database, benchmark: str = "best_quarter", area_id: str | None = None, metric: str = "waits", year: int = 0
) -> Best:
    measure = db.metrics[metric]
    periods = db.periods[metric]
    period = next((one for one in periods if one.end.year == year), periods[0])
    return best.who(db, measure, period, BENCHMARKS[benchmark], area_id)


def names(rows: pl.DataFrame) -> list[str]:
    return rows["name"].to_list()


def stay(found: Best, area_id: str) -> tuple[str | None, int, str | None]:
    row = found.rows.row(by_predicate=pl.col("return_id") == area_id, named=True)
    return row["since"], row["years"], row["ended"]


def test_the_best_quarter_is_who_reaches_the_cut_best_first(tmp_path: Path) -> None:
    """Of twenty at 50 to 69 the cut is 54.75, linearly between the fifth and the sixth."""
    found = found_in(database(tmp_path, waits(twenty())))
    assert found.level == 54.75
    assert found.rows["value"].to_list() == [50.0, 51.0, 52.0, 53.0, 54.0]
    assert found.rows["gap"].to_list() == [-4.75, -3.75, -2.75, -1.75, -0.75]
    assert (found.among.height, found.council_count) == (20, 20)


def test_where_higher_is_better_the_highest_are_best(tmp_path: Path) -> None:
    found = found_in(database(tmp_path, waits(twenty()), polarity="higher_is_better"))
    assert found.rows["value"].to_list() == [69.0, 68.0, 67.0, 66.0, 65.0]
    assert set(found.rows["gap"]) == {64.25 - value for value in found.rows["value"]}


def test_a_joint_return_is_one_row_under_both_names(tmp_path: Path) -> None:
    joint = [Figure("waits", one, 10.0, return_id="101+102") for one in ("101", "102")]
    found = found_in(database(tmp_path, [*waits(twenty()), *joint]))
    assert names(found.rows)[0] == "Council 101 and Council 102"
    assert found.rows["area_ids"].to_list()[0] == ["101", "102"]
    assert found.among.height == 21
    table = parts.councils(found, {}, "102").html(found.rows, "The best")
    assert table.count("joint return") == 1
    assert table.count('class="chosen"') == 1
    assert {"/council?la=Council+101", "/council?la=Council+102"} <= {one["href"] for one in Page(table).all("a")}


def test_very_small_councils_and_those_under_the_minimum_are_never_among_the_best(tmp_path: Path) -> None:
    figures = [Figure("waits", area_id, value, 1.0, 100.0) for area_id, (value,) in twenty().items()]
    figures += [Figure("waits", TINY, 0.0, 0.0, 100.0), Figure("waits", "101", 1.0, 1.0, 9.0)]
    figures += [Figure("waits", "102", 2.0), Figure("waits", "103", 99.0, 1.0, 9.0)]
    found = found_in(database(tmp_path, figures, minimum_denominator=10.0))
    assert found.rows["value"].to_list() == [50.0, 51.0, 52.0, 53.0, 54.0]
    assert found.among.height == 20
    assert not {f"Council {TINY}", "Council 101", "Council 102"} & set(names(found.rows))


def test_a_stay_in_the_best_quarter_begins_after_the_last_year_in_another(tmp_path: Path) -> None:
    figures = waits(
        {**twenty(4), "101": [1, 1, 1, 1], "102": [99, 2, 2, 2], "103": [3, 3, 99, 3], "104": [4, 4, 4, 99]}
    )
    found = found_in(database(tmp_path, figures))
    assert stay(found, "101") == ("2022", 4, best.FIRST)
    assert stay(found, "102") == ("2023", 3, best.LEFT)
    assert stay(found, "103") == ("2025", 1, best.LEFT)
    assert "104" not in found.rows["return_id"]


def test_a_stay_is_counted_up_to_the_chosen_period(tmp_path: Path) -> None:
    db = database(tmp_path, waits({**twenty(4), "101": [1, 1, 99, 1], "102": [2, 2, 2, 2]}))
    assert stay(found_in(db, year=2023), "101") == ("2022", 2, best.FIRST)
    assert stay(found_in(db), "101") == ("2025", 1, best.LEFT)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ([1, 1, "-", 1, 1], ("2024", 2, best.MISSING)),
        ([1, 1, "c", 1, 1], ("2024", 2, best.MISSING)),
        (["", "", "", 1, 1], ("2024", 2, best.NOT_THERE)),
    ],
)
def test_a_missing_figure_and_a_reorganisation_break_a_stay(
    tmp_path: Path, figures: list[float | str], expected: tuple[str, int, str]
) -> None:
    assert stay(found_in(database(tmp_path, waits({**twenty(5), "101": figures}))), "101") == expected


def test_another_return_and_figures_that_do_not_count_break_a_stay(tmp_path: Path) -> None:
    figures = [
        Figure("waits", area_id, float(history[at]), 1.0, 100.0, year=2023 + at)
        for area_id, history in twenty(3).items()
        for at in range(3)
    ]
    for year in (2023, 2024, 2025):
        joint = "101+102" if year == 2023 else None
        figures += [Figure("waits", one, 1.0, 1.0, 100.0, joint, year) for one in ("101", "102")]
        figures.append(Figure("waits", "103", 2.0, 1.0, 5.0 if year == 2024 else 100.0, year=year))
    found = found_in(database(tmp_path, figures, minimum_denominator=10.0))
    assert stay(found, "101") == ("2024", 2, best.OTHER_RETURN)
    assert stay(found, "103") == ("2025", 1, best.NOT_COUNTED)


def test_a_change_of_method_and_a_year_that_was_not_published_break_a_stay(tmp_path: Path) -> None:
    figures = waits({**twenty(4), "101": [99, 99, 99, 99]}, BROKEN)
    db = database(tmp_path / "a", figures, metric_id=BROKEN)
    found = found_in(db, metric=BROKEN)
    assert stay(found, "105") == ("2024", 2, best.METHOD)
    table = parts.years(best.history(db, found.metric, found.rows), found, None, "x", values=False)
    assert [one["class"] for one in Page(table).all("th") if "broken" in one.get("class", "")] == ["broken"]
    gone = [one for one in waits({**twenty(4), "101": [99] * 4}) if one.year != 2023]
    assert stay(found_in(database(tmp_path / "b", gone)), "105") == ("2024", 2, best.UNPUBLISHED)


def test_the_years_hold_every_period_of_every_council_and_why_there_is_none(tmp_path: Path) -> None:
    db = database(tmp_path, waits({**twenty(3), "101": [99, "-", 1], "102": ["", 2, 2]}))
    found = found_in(db)
    history = best.history(db, found.metric, found.rows)
    assert history.height == found.rows.height * 3
    rows = {row[0]: row[1:] for row in Page(parts.years(history, found, None, "Years", values=False)).rows}
    assert rows["Council"] == ["2023", "2024", "2025"]
    assert rows["Council 101"] == ["4", "–", "1"]
    assert rows["Council 102"] == ["–", "1", "1"]
    values = {row[0]: row[1:] for row in Page(parts.years(history, found, None, "Years", values=True)).rows}
    assert values["Council 101"] == ["99.0% 4", "no figure, without a reason (-)", "1.0% 1"]
    assert values["Council 102"] == ["no figure of its own", "2.0% 1", "2.0% 1"]
    # Longest in the best quarter first.
    order = [row[0] for row in Page(parts.years(history, found, None, "Years", values=False)).rows[1:]]
    assert order.index("Council 102") < order.index("Council 101")


@pytest.mark.parametrize(
    ("benchmark", "area_id", "rule", "why"),
    [
        ("best_quarter", None, "best_quarter", None),
        ("best_quarter_region", None, "best_quarter", "no council"),
        ("best_quarter_region", "101", "best_quarter_region", None),
        ("neighbours", "103", "best_quarter", "did not exist"),
        ("region", "101", "best_quarter_region", "published"),
        ("england", "101", "best_quarter", "published"),
        ("group", None, "best_quarter", "not answered"),
        ("target", None, "best_quarter", "not answered"),
    ],
)
def test_where_nobody_contributes_to_a_rule_another_is_taken_and_said_so(
    tmp_path: Path, benchmark: str, area_id: str | None, rule: str, why: str | None
) -> None:
    db = database(tmp_path, waits({**twenty(), "101": [1.0]}))
    found = found_in(db, benchmark, area_id)
    assert (found.benchmark.id, found.instead) == (rule, why)
    words = sentences.instead(db, found, BENCHMARKS[benchmark], "Council 103")
    assert (words == "") == (why is None)
    assert sentences.opening(db, found).startswith("By the rate of waits at 30 September 2025, the best quarter in")


def test_the_best_of_a_region_are_chosen_from_it_alone(tmp_path: Path) -> None:
    db = database(tmp_path, waits(twenty()))
    found = found_in(db, "best_quarter_region", "124")
    assert {db.regions[one] for one in found.among["area_id"]} == {small.SOUTH}
    # The even ones are at 51, 53 ... 69: a quarter of ten is at or under 55.5.
    assert (found.level, found.rows["value"].to_list()) == (55.5, [51.0, 53.0, 55.0])
    assert sentences.opening(db, found) == (
        "By the rate of waits at 30 September 2025, the best quarter in The South is 3 of 10 councils, each at or "
        "below 55.5%. Council 124, at 69.0%, is not one of them: it is 13.5 percentage points above. Council 106 is "
        "best, at 51.0%. 2 of these councils are in the best quarter in England."
    )


def test_neighbours_are_those_of_the_chosen_council_compared_with_its_own_benchmark(tmp_path: Path) -> None:
    of = {"101": ["105", "106", "107", "108", "109", "110"], "105": ["120", "121", "122", "123", "124"]}
    db = small.database(tmp_path, metrics=[small.metric()], figures=waits({**twenty(), "101": [60.0]}), neighbours=of)
    found = found_in(db, "best_neighbours", "101")
    assert (found.rows["value"].to_list(), found.level) == ([50.0, 51.0, 52.0], 52.0)
    assert found.among.is_empty()
    found = found_in(db, "neighbours", "101")
    assert (found.rows.height, found.level) == (6, 52.5)
    # Council 105 has neighbours of its own, at 67: here it is compared with the median of council 101's.
    assert found.rows.row(0, named=True)["gap"] == -2.5
    assert sentences.shared_characteristics([], found).startswith("They are a few that were chosen beforehand")
    assert "Council 101, at 60.0%, is 7.5 percentage points above their median." in sentences.opening(db, found)


def test_a_group_and_a_target_say_who_they_are(tmp_path: Path) -> None:
    db = database(tmp_path, waits(twenty()))
    metric, period = db.metrics["waits"], db.latest("waits")
    group = best.who(db, metric, period, with_group(db, ["105", "107", "109"]), None)
    assert (group.level, names(group.rows)) == (52.0, ["Council 105", "Council 107", "Council 109"])
    assert "3 councils of your group have a median of 52.0%" in sentences.opening(db, group)
    target = best.who(db, metric, period, with_target(51.5, metric), None)
    assert target.rows["value"].to_list() == [50.0, 51.0]
    assert "2 of 20 councils meet your target of 51.5%." in sentences.opening(db, target)
    none = best.who(db, metric, period, with_target(3.0, metric), "105")
    assert sentences.opening(db, none) == (
        "By the rate of waits at 30 September 2025, none of 20 councils meets your target of 3%. Council 105, at "
        "50.0%, is not one of them: it is 47.0 percentage points above."
    )


def test_who_shares_the_best_figure_is_named_or_counted(tmp_path: Path) -> None:
    few = database(tmp_path / "a", waits({**twenty(), "101": [1.0], "102": [1.0]}))
    assert "Council 101 and Council 102 share the best figure, 1.0%." in sentences.opening(few, found_in(few))
    many = database(tmp_path / "b", waits({**twenty(), **{str(one): [1.0] for one in (101, 102, 103, 104, 125)}}))
    assert "5 of them share the best figure, 1.0%." in sentences.opening(many, found_in(many))


def test_how_long_they_have_been_there_is_one_sentence_that_can_be_read_alone(tmp_path: Path) -> None:
    """Five of six years, and a sixth council that comes from the last place in the newest."""
    db = database(tmp_path, waits({**twenty(6), "101": [*[90.0] * 5, 1.0]}))
    assert sentences.opening(db, found_in(db)).endswith(
        " 5 have been in the best quarter for five years or more, and 1 was not in it the year before."
    )


def test_the_full_stop_of_st_helens_ends_no_sentence() -> None:
    first, second = "Sefton and St. Helens share the best figure, 100%.", "2 of these are in the best quarter."
    assert parted(f"{first} {second}") == [first, second]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(4, 4, "in the worst quarter"), (2, 3, "in the second or third quarter"), (1, 4, ""), (None, None, "")],
)
def test_a_rank_that_may_be_in_any_quarter_names_none(low: int | None, high: int | None, words: str) -> None:
    assert comparisons.in_quarter({"quarter_low": low, "quarter_high": high}) == words


def test_one_period_is_said_to_be_one(tmp_path: Path) -> None:
    found = found_in(database(tmp_path, waits(twenty())))
    assert stay(found, "105") == ("2025", 1, best.FIRST)
    assert sentences.how_long(found) == "None has been there for longer than one period, as far as is known."


@pytest.mark.parametrize(("drawn", "group"), [(6, 5), (6, 4), (5, 3), (3, 7)])
def test_chance_is_that_of_a_lot_drawn_without_putting_back(drawn: int, group: int) -> None:
    """By all ways to draw the best from twelve."""
    ways = [sum(one < group for one in way) for way in combinations(range(12), drawn)]
    for hits in range(min(drawn, group) + 1):
        as_many, as_few = (
            sum(beyond) / len(ways) for beyond in zip(*((w >= hits, w <= hits) for w in ways), strict=True)
        )
        expected = "more" if as_many <= 0.025 else "less" if as_few <= 0.025 else None
        assert shared_characteristics.side(hits, drawn, group, 12) == expected


def test_all_or_none_of_many_is_beyond_chance_and_four_of_four_may_be_a_lot() -> None:
    assert shared_characteristics.side(5, 6, 5, 12) == "more"
    assert shared_characteristics.side(0, 6, 5, 12) == "less"
    # 15 of 495 ways: 3 %, with as many on the other side.
    assert shared_characteristics.side(4, 6, 4, 12) is None


def groups(db: Database, found: Best, dimension: str) -> dict[str, tuple[int, int, str | None]]:
    rows = shared_characteristics.compare_groups(db, found).filter(pl.col("dimension") == dimension)
    return {row["group"]: (row["best"], row["all"], row["side"]) for row in rows.iter_rows(named=True)}


def with_context(folder: Path, waits_of: Mapping[str, float], judged: Mapping[str, str] | None = None) -> Database:
    """Councils with children (a thousand times their number) and their deprivation (their number less 100)."""
    folder.mkdir(exist_ok=True)
    figures = [Figure("waits", one, value) for one, value in waits_of.items() if "+" not in one]
    for pair, value in waits_of.items():
        figures += [Figure("waits", one, value, return_id=pair) for one in pair.split("+") if "+" in pair]
    for one in COUNCILS:
        figures += [Figure("children", one, float(one) * 1000), Figure("income_deprivation", one, float(one) - 100)]
    figures += [Figure("judgement_leaders", one, grade) for one, grade in (judged or {}).items()]
    context = {"polarity": "neutral", "decimals": 0}
    return small.database(
        folder,
        metrics=[
            small.metric(),
            small.metric("children", unit="children", **context),
            small.metric("income_deprivation", **context),
            small.metric("judgement_leaders", unit="grade", decimals=0),
        ],
        figures=figures,
    )


def test_groups_among_the_best_are_counted_and_compared_with_chance(tmp_path: Path) -> None:
    """The best are all fourteen in the north that count: no lot would draw so."""
    north = {str(one): 10.0 for one in range(101, 129, 2)}
    south = {str(one): 50.0 for one in range(102, 130, 2)}
    db = with_context(tmp_path, {**north, **south}, {"101": "Outstanding", "103": "Good", "102": "Good"})
    found = found_in(db)
    assert groups(db, found, shared_characteristics.REGION) == {
        "The North": (14, 14, "more"),
        "The South": (0, 14, "less"),
    }
    # All are unitary authorities: there is nothing to compare.
    assert groups(db, found, shared_characteristics.TYPE) == {}
    assert groups(db, found, shared_characteristics.SIZE) == {
        "Fewest children": (5, 10, None), "Middle by children": (5, 9, None), "Most children": (4, 9, None),
    }  # fmt: skip
    assert groups(db, found, shared_characteristics.JUDGED) == {"Outstanding": (1, 1, None), "Good": (1, 2, None)}
    rows = shared_characteristics.compare_groups(db, found)
    assert rows.filter(pl.col("dimension") == shared_characteristics.SIZE)["note"][0] == "101,000 to 110,000 children"
    assert sentences.shared_characteristics(rows.to_dicts(), found) == (
        "Over-represented among the best: The North (14 of 14 councils). "
        "Under-represented among the best: The South (0 of 14 councils)."
    )


def test_where_nothing_stands_out_it_is_said(tmp_path: Path) -> None:
    db = with_context(tmp_path, {str(one): 10.0 if one < 115 else 50.0 + one for one in range(101, 130)})
    rows = shared_characteristics.compare_groups(db, found_in(db)).filter(
        pl.col("dimension") == shared_characteristics.REGION
    )
    words = sentences.shared_characteristics(rows.to_dicts(), found_in(db))
    assert words == "No group stands out among the 2 compared."


def test_a_joint_return_is_in_a_group_if_all_its_councils_are(tmp_path: Path) -> None:
    """101 and 102 are in two regions, 103 and 105 in one; their children are counted together."""
    waits_of = {"101+102": 10.0, "103+105": 10.0, **{str(one): 10.0 if one < 120 else 90.0 for one in range(106, 130)}}
    db = with_context(tmp_path, waits_of)
    found = found_in(db)
    rows = shared_characteristics.compare_groups(db, found)
    region = rows.filter(pl.col("dimension") == shared_characteristics.REGION)
    assert set(region["all_of"]) == {found.among.height - 1}
    size = rows.filter(pl.col("dimension") == shared_characteristics.SIZE)
    assert set(size["all_of"]) == {found.among.height}
    assert "208,000" in size["note"][-1]  # 103,000 and 105,000


def test_too_few_or_all_are_not_looked_at(tmp_path: Path) -> None:
    few = with_context(tmp_path / "a", {str(one): float(one) for one in range(101, 130)})
    found = found_in(few)
    assert shared_characteristics.compare_groups(few, found).is_empty()
    assert sentences.shared_characteristics([], found) == "8 councils are too few to look for what they have in common."
    alike = with_context(tmp_path / "b", {str(one): 10.0 for one in range(101, 130)})
    found = found_in(alike)
    assert shared_characteristics.compare_groups(alike, found).is_empty()
    assert sentences.shared_characteristics([], found).startswith("All that could be among them are")


def test_best_on_several_counts_joint_returns_once_and_is_no_ranking(tmp_path: Path) -> None:
    """Three measures: 101 and 102 are best on two jointly, 103 on three, 104 on one alone, the very small on all.

    Of the twenty at 50 to 69 the best quarter holds those up to 52 (a), 53 (b) and 54 (c).
    """
    ids = ("a", "b", "c")
    figures = [one for metric_id in ids for one in waits(twenty(), metric_id)]
    for metric_id in ids:
        joint = None if metric_id == "c" else "101+102"
        figures += [Figure(metric_id, one, 1.0 if joint else 99.0, return_id=joint) for one in ("101", "102")]
        figures += [Figure(metric_id, "103", 2.0), Figure(metric_id, TINY, 0.0)]
    figures += [Figure("a", "104", 3.0)]
    db = small.database(tmp_path, metrics=[small.metric(one) for one in ids], figures=figures)
    metrics = [db.metrics[one] for one in ids]
    rows = best.several(db, metrics)
    assert rows.select("name", "count").rows() == [
        ("Council 103", 3), ("Council 105", 3), ("Council 106", 3), ("Council 107", 3),
        ("Council 101 and Council 102", 2), ("Council 108", 2),
    ]  # fmt: skip
    pair = rows.row(4, named=True)
    assert (pair["best"], pair["joint"], pair["worst"]) == (["a", "b"], ["a", "b"], ["c"])
    words = sentences.several(rows, metrics, 4.4)
    assert words.startswith("6 councils are in the best quarter in England on 2 or more of 3 measures: Council 103, ")
    assert "This is not a ranking" in words
    table = Page(parts.several(db, metrics, "101").html(rows, "Several"))
    assert table.rows[5] == [
        "Council 101 and Council 102 joint return",
        "2 of 3",
        "A (joint return) B (joint return)",
        "C",
    ]


def test_by_lot_adds_up_the_chances_of_all_councils(tmp_path: Path) -> None:
    """Twenty councils with two measures of three: more than half of three are two, a chance of 1 in 16."""
    figures = [one for metric_id in ("a", "b") for one in waits(twenty(), metric_id)]
    figures += [Figure("c", "101", 5.0)]
    db = small.database(tmp_path, metrics=[small.metric(one) for one in ("a", "b", "c")], figures=figures)
    metrics = [db.metrics[one] for one in ("a", "b", "c")]
    assert best.by_lot(db, metrics) == pytest.approx(20 / 16)
    assert sentences.several(best.several(db, metrics).clear(), metrics, 1.0) == (
        "No council is in the best quarter in England on 2 or more of 3 measures."
    )


def test_names_never_become_markup(tmp_path: Path) -> None:
    names = {**HOSTILE_NAMES, "105": "<script>alert(1)</script>"}
    db = small.database(
        tmp_path, metrics=[small.metric()], figures=waits({**twenty(2), **{one: [1.0, 1.0] for one in HOSTILE_NAMES}}),
        names=names,
    )  # fmt: skip
    found = found_in(db)
    history = best.history(db, found.metric, found.rows)
    for page in (
        parts.councils(found, {}, None).html(found.rows, "x"),
        parts.years(history, found, None, "x", values=True),
        parts.several(db, [found.metric], None).html(best.several(db, [found.metric]), "x"),
        parts.note(sentences.opening(db, found)),
    ):
        tags = {tag for tag, _ in Page(page).tags}
        assert not tags & {"script", "img", "i"}
        assert not [one for one in Page(page).all("a") if not one["href"].startswith("/council?la=")]


# The real figures.


@pytest.fixture(scope="module")
def ranked(db: Database) -> list[Metric]:
    return [metric for metric in db.metrics.values() if metric.ranked]


def test_the_best_of_every_measure_are_those_of_the_file(
    db: Database, ranked: list[Metric], database: duckdb.DuckDBPyConnection
) -> None:
    for metric in ranked:
        period = db.latest(metric.metric_id)
        found = best.who(db, metric, period, QUARTER, None)
        rows = database.execute(
            "SELECT DISTINCT return_id, value FROM standing JOIN observation USING (metric_id, area_id, period_end) "
            "WHERE metric_id = $metric AND period_end = $end AND quarter = 1",
            {"metric": metric.metric_id, "end": period.end},
        ).fetchall()
        assert set(found.rows.select("return_id", "value").rows()) == set(rows), metric.metric_id
        assert found.among.height == found.council_count or not found.among["enough"][0]
        assert (found.rows["gap_high"] <= 0).all()
        assert not found.rows["very_small"].any()
        assert found.rows["value"].drop_nulls().is_sorted(descending=not metric.lower_is_better)


def test_stays_are_those_worked_out_by_a_plain_loop(db: Database, ranked: list[Metric]) -> None:
    checked = 0
    for metric in ranked:
        figures = {
            (row["area_id"], row["period_end"]): row for row in db.by_metric[metric.metric_id].iter_rows(named=True)
        }
        breaks = set(db.table["series_break"].filter(pl.col("metric_id") == metric.metric_id)["period_end"])
        ends = [one.end for one in db.periods[metric.metric_id]]
        found = best.who(db, metric, db.latest(metric.metric_id), LEADERS, None)
        for row in found.rows.iter_rows(named=True):
            years = 0
            for end in ends:
                then = figures.get((row["area_id"], end))
                good = then and then["quarter"] == 1 and then["sets_cut"] and then["return_id"] == row["return_id"]
                if not good:
                    break
                years += 1
                if end in breaks:
                    break
            assert row["years"] == years, (metric.metric_id, row["name"])
            checked += 1
    assert checked > 1_000


def test_how_often_a_group_is_among_the_best_is_counted_as_by_hand(db: Database) -> None:
    """Regions and judgements of leaders, counted row by row from the newest vacancy rates."""
    found = found_in(db, metric="vacancy_rate")
    rows = db.councils("vacancy_rate", db.latest("vacancy_rate").end)
    by_return = {row["return_id"]: row for row in rows.iter_rows(named=True) if row["value"] is not None}
    counts: dict[str, list[int]] = {}
    for row in by_return.values():
        if row["sets_cut"]:
            name = db.names[row["region_id"]]
            both = counts.setdefault("London" if name in ("Inner London", "Outer London") else name, [0, 0])
            both[0] += row["quarter"] == 1
            both[1] += 1
    shown = groups(db, found, shared_characteristics.REGION)
    assert {name: list(row[:2]) for name, row in shown.items()} == counts
    assert len(counts) == 9
    for dimension in (
        shared_characteristics.REGION,
        shared_characteristics.TYPE,
        shared_characteristics.SIZE,
        shared_characteristics.NEED,
        shared_characteristics.JUDGED,
    ):
        part = shared_characteristics.compare_groups(db, found).filter(pl.col("dimension") == dimension)
        assert part["best"].sum() == part["best_of"][0]
        assert part["all"].sum() == part["all_of"][0]


def test_the_nine_measures_are_counted_as_in_the_file(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    nine = england.chosen(db, england.NINE)
    rows = best.several(db, nine)
    counted = dict(
        database.execute(
            """SELECT name, count(*) FROM standing JOIN area USING (area_id)
            JOIN (SELECT metric_id, max(period_end) AS period_end FROM standing WHERE metric_id IN (
                SELECT unnest($nine)) GROUP BY ALL) USING (metric_id, period_end)
            WHERE quarter = 1 AND sets_cut GROUP BY name HAVING count(*) > 4""",
            {"nine": list(england.NINE)},
        ).fetchall()
    )
    found = {name: row["count"] for row in rows.iter_rows(named=True) for name in row["names"]}
    assert found == counted
    assert "City of London" not in found
    assert 1 < best.by_lot(db, nine) < rows.height


def test_judgements_name_the_councils_with_the_highest_grade(db: Database) -> None:
    metric = db.metrics["judgement_leaders"]
    newest, snapshot = db.periods["judgement_leaders"][:2]
    rows = best.outstanding(db, metric, newest)
    assert set(rows["symbol"]) == {"Outstanding"}
    assert rows["published"].null_count() == 0
    assert (
        best.outstanding(db, metric, snapshot)["published"].null_count()
        == best.outstanding(db, metric, snapshot).height
    )
    own = sentences.highest_grade(rows, db.councils("judgement_leaders", newest.end), metric, newest, "Leeds")
    assert f"{rows.height} of " in own
    assert "Leeds is one of them." in own
    assert "Isles of Scilly is not one of them." in sentences.highest_grade(
        rows.filter(pl.col("name") != "Isles of Scilly"), rows, metric, newest, "Isles of Scilly"
    )


@pytest.mark.parametrize("benchmark", ["best_quarter", "outstanding_leaders", "neighbours"])
def test_each_file_holds_what_its_table_shows(db: Database, benchmark: str) -> None:
    found = found_in(db, benchmark, KINGSTON, metric="caseload")
    leaders = best.leaders(db)
    declared, shown_rows = parts.councils(found, leaders, None), found.rows.head(parts.MOST)
    table = Page(declared.html(shown_rows, "x")).rows[1:]
    rows = read(declared.frame(found.rows, parts.about(db, found)))
    assert [row["council"] for row in rows] == names(found.rows)
    assert len(rows) == len(table)
    for line, row in zip(table, rows, strict=True):
        assert line[0].startswith(row["council"])
        assert line[1] == formats.brief(float(row["value"]), found.metric)
        assert (row["in_best_quarter_since"] == "") == ("since" not in line[6])
        assert row["leaders_judged"].split("; ")[0] in line[7]
        assert row["source"].startswith("Department for Education, ")
    history = best.history(db, found.metric, found.rows)
    shown = Page(parts.years(history, found, None, "x", values=True)).rows[1:]
    years = read(parts.years_file(db, found, history))
    assert len(years) == sum(len(line) - 1 for line in shown)
    cells = [cell for line in shown for cell in line[1:]]
    for cell, row in zip(cells, years, strict=True):
        assert not row["value"] or cell.startswith(formats.brief(float(row["value"]), found.metric))
        assert row["value"] or "%" not in cell
    common = shared_characteristics.compare_groups(db, found)
    assert len(read(parts.shared_characteristics(common).frame(common))) == common.height
    nine = england.chosen(db, england.NINE)
    several = best.several(db, nine)
    assert [row["council"] for row in read(parts.several(db, nine, None).frame(several))] == names(several)


# The page.

served = pytest.mark.usefixtures("served")


@served
def test_the_page_opens_with_the_sentence_of_what_is_chosen(db: Database) -> None:
    app = opened("Best councils")
    kinds = ["vacancy_rate", "caseload", "conferences_in_15_days", BROKEN, "social_workers_3_or_more"]
    councils = [None, "Leeds", "Isles of Scilly", "Kingston upon Thames", "Westminster", "Cumberland"]
    numbers = {name: area_id for area_id, name in db.authorities.items()}
    for at, benchmark in enumerate(BENCHMARKS.values()):
        metric, council = db.metrics[kinds[at % len(kinds)]], councils[at % len(councils)]
        app.selectbox(key="la").set_value(council)
        app.selectbox(key="metric").set_value(metric.title)
        app.selectbox(key="benchmark").set_value(benchmark.label)
        app.run()
        assert not app.exception, (metric.metric_id, benchmark.id)
        found = best.who(db, metric, db.latest(metric.metric_id), benchmark, numbers[council] if council else None)
        first, rest = opens(sentences.opening(db, found))
        assert said(app)[0] == first
        assert rest in unescape(shown(app))
        assert bool(app.info) == (found.instead is not None)
        assert app.header[-1].value == "Best on several measures"


@served
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, "the best quarter in England is "),
        ({"la": "Isles of Scilly"}, "Isles of Scilly, at 100.0%, is not ranked: a very small council."),
        ({"la": "Westminster"}, "Westminster has no figure: not available (x)."),
        (
            {"la": "Kingston upon Thames"},
            "Kingston upon Thames (joint return with Richmond upon Thames), at 14.9%, is ",
        ),
        ({"la": "Cumberland", "benchmark": "Best quarter in its region"}, "the best quarter in the North West is "),
        ({"metric": "Children on child protection plans"}, "Neither a high nor a low figure is better here."),
        (
            {"metric": "Ofsted judgement: impact of leaders", "la": "Leeds"},
            "Grades are not ranked, so no council is best",
        ),
        ({"metric": "Social worker vacancies"}, "No council is best"),
        ({"benchmark": "A target", "target": "5"}, "councils meet your target of 5%."),
        ({"benchmark": "My group", "group": "Leeds"}, "1 council of your group has a median of "),
    ],
)
def test_the_first_sentence_of_some_addresses(db: Database, query: dict[str, str], words: str) -> None:
    if query.get("metric") == "Social worker vacancies":
        query = {"metric": db.metrics["vacancies_fte"].title}
    app = opened("Best councils", **query)
    assert not app.exception
    assert words in said(app)[0]


@served
def test_before_it_existed_a_council_has_no_region_to_be_best_in() -> None:
    app = opened("Best councils", la="Cumberland", period="2020", benchmark="Statistical neighbours")
    assert not app.exception
    assert [one.value for one in app.info] == [
        "Cumberland did not exist at 30 September 2020: this is the best quarter in England."
    ]


@served
def test_measures_without_a_best_lead_to_where_there_is_one(db: Database) -> None:
    for metric_id in ("plan_rate", "vacancies_fte", "judgement_overall", "focused_visits", "children"):
        app = opened("Best councils", metric=db.metrics[metric_id].title)
        assert not app.exception
        links = re.findall(r'<a data-choose href="([^"]*)">([^<]*)</a>', shown(app))
        assert [words for _, words in links if words.startswith("Who is best: ")]
        # Help stands before all, and leads to Methods.
        first = next(unescape(to) for to, _ in links if not to.startswith("/methods"))
        assert first.startswith("/inspections?judgement=" if metric_id.startswith("judgement") else "/map?")
        assert [one.value for one in app.header] == ["Best on several measures"]


@served
def test_a_measure_of_one_period_draws_no_years(db: Database) -> None:
    assert len(db.periods["social_workers_3_or_more"]) == 1
    app = opened("Best councils", metric=db.metrics["social_workers_3_or_more"].title)
    assert not app.exception
    assert any(words.startswith("There is one period of these figures.") for words in said(app))
    assert 'class="stay"' not in shown(app)
    assert "These figures as a table" not in [one.label for one in app.expander]


@served
def test_the_years_are_a_table_once_it_is_opened() -> None:
    assert 'class="stay values"' not in shown(opened("Best councils"))
    assert 'class="stay values"' in shown(opened("Best councils", figures="true"))


def test_a_rerun_asks_little(db: Database) -> None:
    """Of every ranked measure by the widest rules, what is drawn stays under 90 kB."""
    leaders = best.leaders(db)
    for metric in (db.metrics[one] for one in ("repeat_plan_rate", "attainment_8_on_plan", "long_plan_rate")):
        for rule in (LEADERS, with_target(100.0 if metric.lower_is_better else 0.0, metric)):
            found = best.who(db, metric, db.latest(metric.metric_id), rule, LEEDS)
            history = best.history(db, metric, found.rows)
            shown_rows = found.rows.head(parts.MOST)
            table = parts.councils(found, leaders, LEEDS).html(shown_rows, "x")
            drawn = table + parts.years(history, found, LEEDS, "x", values=False)
            assert math.ceil(len(drawn.encode()) / 1000) < 75
