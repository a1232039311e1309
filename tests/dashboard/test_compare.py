"""The Compare page: whom it compares, and what it says, draws and tables of them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from dashboard.analysis import compare, queries
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, GRADES, Period
from dashboard.files import exports
from dashboard.views.tables import compare as tables
from dashboard.views.text import compare as sentences
from dashboard.views.text import formats
from tests.dashboard import small
from tests.dashboard.beside import (
    BEST,
    CITY,
    CUMBERLAND,
    HIGH,
    KINGSTON,
    LEEDS,
    LOW,
    NEUTRAL,
    RICHMOND,
    SCILLY,
    beside,
    database_of,
    first_sentence,
    newest,
)
from tests.dashboard.helpers import HOSTILE_NAMES, Page
from tests.dashboard.small import Figure, metric


def test_a_council_begins_beside_its_nine_nearest_neighbours(db: Database) -> None:
    measure = db.metrics["vacancy_rate"]
    for area_id in db.authorities:
        start = compare.start(db, newest(db, "vacancy_rate"), measure, area_id)
        assert start == queries.neighbours(db, area_id)[:9]
        assert len(compare.together(area_id, start)) == 10


@pytest.mark.parametrize(
    ("polarity", "first", "last"),
    [(LOW, ["101", "102"], ["120", "122"]), (HIGH, ["122", "120"], ["102", "101"]), (NEUTRAL, ["101"], ["122"])],
)
def test_without_a_council_the_list_begins_with_both_ends_of_the_order(
    tmp_path: Path, polarity: str, first: list[str], last: list[str]
) -> None:
    """120 and 121 report jointly: one of them stands for both. The very small 130 is neither the best nor the last."""
    values: list[float | str] = [float(number) for number in range(1, 20)]
    others = [Figure("waits", area, 50.0, return_id="120+121") for area in ("120", "121")]
    others += [Figure("waits", "122", 60.0), Figure("waits", small.TINY, 0.5), Figure("waits", "123", "c")]
    db = database_of(tmp_path, values, *others, polarity=polarity)
    start = compare.start(db, newest(db), db.metrics["waits"], None)
    assert len(start) == len(set(start)) == 10
    assert start[: len(first)] == first
    assert start[-len(last) :] == last
    assert not {"121", "123", small.TINY} & set(start)


def test_where_fewer_than_ten_have_a_figure_all_of_them_begin_the_list(tmp_path: Path) -> None:
    db = database_of(tmp_path, [3.0, "c", 1.0, 2.0])
    assert compare.start(db, newest(db), db.metrics["waits"], None) == ["103", "104", "101"]


def test_grades_have_no_ends_to_begin_with(db: Database) -> None:
    assert compare.start(db, newest(db, "judgement_leaders"), db.metrics["judgement_leaders"], None) == []
    assert len(compare.start(db, newest(db, "judgement_leaders"), db.metrics["judgement_leaders"], LEEDS)) == 9


@pytest.mark.parametrize(
    ("chosen", "others", "expected"),
    [
        ("1", ["2", "3"], ["1", "2", "3"]),
        ("3", ["2", "3", "2"], ["3", "2"]),
        (None, ["2", "1"], ["2", "1"]),
        (None, [], []),
        ("1", [str(number) for number in range(20)], ["1", "0", *(str(number) for number in range(2, 10))]),
    ],
)
def test_the_chosen_council_is_first_each_is_once_and_ten_is_the_most(
    chosen: str | None, others: list[str], expected: list[str]
) -> None:
    assert compare.together(chosen, others) == expected


def test_councils_beyond_the_tenth_are_named(db: Database) -> None:
    names = list(db.authorities.values())
    assert compare.left_out(db, None, names[:12]) == names[10:12]
    assert compare.left_out(db, LEEDS, names[:10]) == names[9:10]
    assert compare.left_out(db, LEEDS, ["Leeds", "Nowhere", *names[:9]]) == []


@pytest.mark.parametrize(
    ("polarity", "order", "ranks"),
    [
        (LOW, ["103", "111", "112", "101", "102", "104"], [1, 2, 2, 2, 4, None]),
        (HIGH, ["102", "111", "112", "101", "103", "104"], [1, 2, 2, 2, 4, None]),
        (NEUTRAL, ["103", "111", "112", "101", "102", "104"], [None] * 6),
    ],
)
def test_ranks_among_the_compared_share_the_smallest_and_count_a_joint_return_once(
    tmp_path: Path, polarity: str, order: list[str], ranks: list[int | None]
) -> None:
    joint = [Figure("waits", area, 5.0, return_id="111+112") for area in ("111", "112")]
    db = database_of(tmp_path, [5.0, 9.0, 2.0, "c", 1.0], *joint, polarity=polarity, decimals=1)
    rows = beside(db, ["101", "102", "103", "104", "111", "112"])
    # Equals by name: Council 101 before 111.
    expected = sorted(order, key=lambda area: (order.index(area) if area not in ("101", "111", "112") else 1, area))
    assert rows["area_id"].to_list() == expected
    assert rows["rank_here"].to_list() == ranks
    assert rows["ranked_here"].drop_nulls().unique().to_list() == ([4] if polarity != NEUTRAL else [])
    assert rows.filter(pl.col("value") == 5.0)["tied_here"].drop_nulls().unique().to_list() == (
        [2] if polarity != NEUTRAL else []
    )


def test_a_council_that_began_later_stands_last_with_that_reason(db: Database) -> None:
    measure, period = db.metrics["vacancy_rate"], Period(*_period(db, "vacancy_rate", "2020"))
    everybody = queries.councils(db, measure, period, BEST)
    rows = compare.side_by_side(db, everybody, measure, period, [CUMBERLAND, LEEDS])
    assert rows["area_id"].to_list() == [LEEDS, CUMBERLAND]
    assert sentences.why(rows.row(1, named=True), measure) == "did not exist then"
    # And it is in the file, by that reason.
    table = exports.table(db, rows, BEST.title)
    assert table.select("area", "value", "status", "metric", "period", "source").row(1) == (
        "Cumberland", None, "did_not_exist", "Social worker vacancy rate", "2020",
        "Children's social work workforce",
    )  # fmt: skip


def _period(db: Database, metric_id: str, label: str) -> tuple[Any, str]:
    found = next(period for period in db.periods[metric_id] if period.label == label)
    return found.end, found.label


def test_the_compared_are_the_rows_of_the_map_unchanged(db: Database) -> None:
    for metric_id in ("vacancy_rate", "plan_rate", "judgement_leaders", "children", "conferences_in_15_days"):
        everybody = newest(db, metric_id)
        rows = beside(db, [LEEDS, KINGSTON, RICHMOND, SCILLY, CUMBERLAND], metric_id)
        same = everybody.filter(pl.col("area_id").is_in(rows["area_id"].to_list()))
        assert rows.select(everybody.columns).equals(same)


def test_the_history_of_the_compared_and_england_are_the_figures_of_the_file(
    db: Database, database: duckdb.DuckDBPyConnection
) -> None:
    rows = compare.history(db, db.metrics["vacancy_rate"], [LEEDS, SCILLY])
    figures = database.execute(
        "SELECT area_id, period, value FROM observation WHERE metric_id = 'vacancy_rate' "
        "AND area_id IN ('383', '420', 'E92000001') ORDER BY ALL"
    ).fetchall()
    assert sorted(rows.select("area_id", "period", "value").rows(), key=str) == sorted(figures, key=str)


def test_every_theme_has_each_of_its_measures_for_each_compared_council_in_order(db: Database) -> None:
    area_ids = [LEEDS, SCILLY, KINGSTON]
    for theme in compare.themes(db):
        rows = compare.by_measure(db, BEST, theme, area_ids)
        expected = [one.metric_id for one in db.metrics.values() if one.theme == theme]
        assert rows["metric_id"].unique(maintain_order=True).to_list() == expected
        for part in rows.partition_by("metric_id"):
            assert part["area_id"].to_list() == area_ids
        newest_of = rows.select("metric_id", "period_end").unique().rows()
        assert all(db.latest(metric_id).end == end for metric_id, end in newest_of)
    assert compare.by_measure(db, BEST, None, [LEEDS]).height == len(db.metrics)


def test_the_newest_stands_beside_the_newest_and_the_old_beside_what_had_ended_by_then(db: Database) -> None:
    vacancies, plans = db.metrics["vacancy_rate"], db.metrics["plan_rate"]
    beside_newest = compare.period_beside(db, vacancies, db.latest("vacancy_rate"), plans)
    assert beside_newest == db.latest("plan_rate")
    old = Period(*_period(db, "vacancy_rate", "2019"))  # at 30 September
    assert compare.period_beside(db, vacancies, old, plans).end.isoformat() == "2019-03-31"
    oldest = db.periods["plan_rate"][-1]
    assert compare.period_beside(db, plans, oldest, vacancies) == db.periods["vacancy_rate"][-1]


def test_what_is_reported_jointly_in_both_measures_is_one_return_and_in_one_of_them_two(db: Database) -> None:
    def returns(metric_id: str) -> int:
        rows = compare.pairs(db, newest(db, "vacancy_rate"), newest(db, metric_id))
        return int(rows.filter(pl.col("area_id").is_in([KINGSTON, RICHMOND]))["return_id"].n_unique())

    assert returns("caseload") == 1
    assert returns("rereferral_rate") == 2


def test_the_grade_of_a_pair_is_the_latest_judgement_of_leaders(db: Database) -> None:
    rows = compare.pairs(db, newest(db, "vacancy_rate"), newest(db, "caseload"))
    grades = dict(rows.select("area_id", "grade").iter_rows())
    latest = dict(
        db.councils("judgement_leaders", db.latest("judgement_leaders").end).select("area_id", "symbol").iter_rows()
    )
    assert {area: grade for area, grade in grades.items() if grade} == {
        area: latest[area] for area in grades if latest[area] in GRADES
    }


def test_any_two_measures_may_be_set_beside_each_other_but_grades_and_one_with_itself(db: Database) -> None:
    first = db.metrics["caseload"]
    seconds = compare.second_measures(db, first)
    assert first not in seconds
    assert len(seconds) == sum(not one.graded for one in db.metrics.values()) - 1


@pytest.mark.parametrize(
    ("values", "about", "chosen", "expected"),
    [
        (
            [2.0, 5.0, 9.0], {}, "102",
            ("Council 102 is 2nd of the 3 compared: its rate of waits was 5.0% at 30 September 2025. The best is "
            "Council 101 at 2.0%."),
        ),
        (
            [2.0, 5.0, 9.0], {}, "101",
            ("Council 101 is the best of the 3 compared: its rate of waits was 2.0% at 30 September 2025. Next is "
            "Council 102 at 5.0%."),
        ),
        (
            [2.0, 2.0, 9.0], {}, "101",
            ("Council 101 is joint best of the 3 compared: its rate of waits was 2.0% at 30 September 2025, as in "
            "Council 102. Next is Council 103 at 9.0%."),
        ),
        (
            [2.0, 9.0, 5.0], {"polarity": HIGH}, "103",
            ("Council 103 is 2nd of the 3 compared: its rate of waits was 5.0% at 30 September 2025. The best is "
            "Council 102 at 9.0%."),
        ),
        (
            [2.0, 5.0, "c"], {}, "103",
            ("Council 103 has no rate of waits at 30 September 2025: suppressed, to protect small numbers (c). The "
            "best of the 2 that have a figure is Council 101 at 2.0%."),
        ),
        (
            [2.0, "x", "c"], {}, "103",
            ("Council 103 has no rate of waits at 30 September 2025: suppressed, to protect small numbers (c). Of the "
            "3 compared only Council 101 has a figure for the rate of waits at 30 September 2025: 2.0%."),
        ),
        (
            [2.0, 5.0, 9.0], {}, None,
            ("Of these 3 councils, Council 101 has the lowest rate of waits at 30 September 2025 (2.0%) and "
            "Council 103 the highest (9.0%)."),
        ),
        (
            [2.0, 5.0, "c"], {"polarity": HIGH}, None,
            ("Of the 2 that have a figure, Council 102 has the highest figure at 30 September 2025 (5.0%) and "
            "Council 101 the lowest (2.0%)."),
        ),
        (
            [2.0, 2.0, 2.0], {}, None,
            "Of these 3 councils, all have the same rate of waits at 30 September 2025: 2.0%.",
        ),
        (
            ["x", "x", "c"], {}, "101",
            ("None of the 3 compared has a figure for the rate of waits at 30 September 2025: not available (x) and "
            "suppressed, to protect small numbers (c)."),
        ),
    ],
)  # fmt: skip
def test_the_first_sentence_says_rank_value_period_and_the_best(
    tmp_path: Path, values: list[float | str], about: dict[str, Any], chosen: str | None, expected: str
) -> None:
    db = database_of(tmp_path, values, **about)
    assert first_sentence(db, ["101", "102", "103"], chosen, "waits").startswith(expected)


@pytest.mark.parametrize(
    ("benchmark", "expected"),
    [
        ("england", "2 of the 3 do at least as well as England (6.0%)."),
        ("region", "1 of the 3 does at least as well as its own region."),
        ("neighbours", "Fewer than five of its ten statistical neighbours have a figure in this period."),
    ],
)
def test_the_first_sentence_says_how_many_reach_the_benchmark(tmp_path: Path, benchmark: str, expected: str) -> None:
    others = [Figure("waits", ENGLAND, 6.0), Figure("waits", small.NORTH, 3.0), Figure("waits", small.SOUTH, 4.0)]
    db = database_of(tmp_path, [2.0, 5.0, 9.0], *others)
    assert first_sentence(db, ["101", "102", "103"], "101", "waits", benchmark).endswith(f" {expected}")


def test_one_council_with_a_figure_reaches_a_benchmark_or_does_not(tmp_path: Path) -> None:
    db = database_of(tmp_path, [2.0, "c"], Figure("waits", ENGLAND, 1.0))
    assert first_sentence(db, ["101", "102"], None, "waits", "england").endswith(
        "Council 101 does not do as well as England (1.0%)."
    )


def test_a_council_of_a_joint_return_is_counted_once_and_both_are_named(db: Database) -> None:
    sentence = first_sentence(db, [KINGSTON, RICHMOND, LEEDS], KINGSTON, "vacancy_rate")
    assert sentence.startswith(
        "Kingston upon Thames is 2nd of the 2 compared (Kingston upon Thames and Richmond upon Thames report jointly "
        "and count once): its social worker vacancy rate was 14.9% at 30 September 2025. The best is Leeds at 2.1%."
    )


def test_a_neutral_measure_runs_from_low_to_high_and_has_no_best(db: Database) -> None:
    sentence = first_sentence(db, [LEEDS, "815", "384"], LEEDS, "plan_rate", "england")
    assert "best" not in sentence
    assert re.search(r"Among the 3 compared it runs from [\d.]+ \(.+\) to [\d.]+ \(.+\)\. \d (is|are) higher", sentence)
    assert sentence.endswith("lower than England (40.6).")
    assert first_sentence(db, [LEEDS, "815"], None, "plan_rate").endswith("so councils are not ranked on it.")


def test_grades_are_counted_and_a_count_is_not_compared(db: Database) -> None:
    graded = first_sentence(db, [LEEDS, "888"], LEEDS, "judgement_overall")
    assert graded.startswith("Leeds's latest judgement of overall effectiveness at 20 August 2026 was Outstanding.")
    assert graded.endswith("was Outstanding in 1. In the others: 1 not given since April 2026.")
    assert first_sentence(db, [LEEDS, SCILLY], LEEDS, "children").endswith(
        "This is a count, so councils are not ranked on it."
    )


def test_the_very_small_are_said_to_be(db: Database) -> None:
    said = first_sentence(db, [SCILLY, LEEDS], SCILLY, "vacancy_rate")
    assert "It is not ranked: a very small council. The best of the 2 compared is Leeds at 2.1%." in said
    rows = compare.by_measure(db, BEST, "Workforce", [SCILLY, LEEDS]).to_dicts()
    assert sentences.measures(rows, db.metrics, SCILLY) == (
        "Isles of Scilly is too small to rank reliably. Treat each figure with care."
    )


def test_one_council_alone_asks_for_others(db: Database) -> None:
    assert first_sentence(db, [LEEDS], LEEDS, "vacancy_rate") == (
        "In Leeds the social worker vacancy rate was 2.1% at 30 September 2025. Add councils to set beside Leeds."
    )


def test_every_measure_and_benchmark_has_a_first_sentence(db: Database) -> None:
    for council in (LEEDS, KINGSTON, SCILLY, CITY, CUMBERLAND, None):
        for number, measure in enumerate(db.metrics.values()):
            start = compare.start(db, newest(db, measure.metric_id), measure, council)
            area_ids = compare.together(council, start)
            if not area_ids:
                continue
            benchmark = list(BENCHMARKS)[number % len(BENCHMARKS)]
            sentence = first_sentence(db, area_ids, council, measure.metric_id, benchmark)
            assert re.fullmatch(r"[A-Z].*\.", sentence), sentence
            assert "None" not in sentence.replace("None of the", "")
            assert " nan" not in sentence


def test_who_is_shown_before_anybody_is_chosen_is_said(db: Database) -> None:
    vacancies, plans = db.metrics["vacancy_rate"], db.metrics["plan_rate"]
    ten = list(db.authorities.values())[:10]
    for names, measure, shown in (
        (ten, vacancies, "the councils with the five best and five worst published figures"),
        (ten, plans, "the five councils with the lowest figures and the five with the highest"),
        (ten[:7], vacancies, "every council with a figure that can be ranked"),
    ):
        assert sentences.who(names, measure, None, as_it_began=True) == (
            f"Showing {shown}. Choose a council to see its statistical neighbours instead, or change the list."
        )


def test_changes_are_counted_in_the_words_of_the_measure(tmp_path: Path) -> None:
    before = [Figure("waits", area, value, year=2024) for area, value in (("101", 3.0), ("102", 4.0), ("103", 9.0))]
    for polarity, expected in (
        (LOW, "1 improved, 1 worsened and 1 did not change."),
        (HIGH, "1 improved, 1 worsened and 1 did not change."),
        (NEUTRAL, "1 rose, 1 fell and 1 did not change."),
    ):
        folder = tmp_path / polarity
        folder.mkdir()
        db = database_of(folder, [2.0, 5.0, 9.0, 1.0], *before, polarity=polarity)
        rows = beside(db, ["101", "102", "103", "104"]).to_dicts()
        assert sentences.moved(rows, db.metrics["waits"]) == (
            f"Since the year before {expected} 1 has no figure a year before to compare with."
        )
        assert sentences.moved(beside(db, ["101"]).to_dicts(), db.metrics["waits"]).count(".") == 1
    assert sentences.moved(beside(db, ["104"]).to_dicts(), db.metrics["waits"]) == ""


def test_on_which_measures_a_council_is_first_and_last_is_said(tmp_path: Path) -> None:
    measures = [metric(one, **about) for one, about in (("a", {}), ("b", {"polarity": HIGH}), ("c", {}), ("d", {}))]
    values = {"a": (1.0, 2.0, 3.0), "b": (1.0, 2.0, 3.0), "c": (2.0, 1.0, 3.0), "d": (4.0, 4.0, 4.0)}
    figures = [
        Figure(one, area, value)
        for one, found in values.items()
        for area, value in zip(small.COUNCILS, found, strict=False)
    ]  # fmt: skip
    db = small.database(tmp_path, metrics=measures, figures=figures)
    rows = compare.by_measure(db, BEST, None, ["101", "102", "103"]).to_dicts()
    assert sentences.measures(rows, db.metrics, "101") == (
        "Of the 4 ranked measures, Council 101 is first among these councils on 1 (a). It is last on 1 (b)."
    )
    assert sentences.measures(rows, db.metrics, "102").endswith("on 1 (c). It is last on none.")
    hidden = [{**row, "value_low": 0.0} if row["metric_id"] in "ac" else row for row in rows]
    assert sentences.measures(hidden, db.metrics, "102") == (
        "Council 102 is neither first nor last among these councils on any of the 2 ranked measures that can be "
        "compared."
    )
    assert sentences.measures(rows, db.metrics, None) == ""


def test_two_measures_share_so_many_of_their_best_councils_and_so_many_by_chance(tmp_path: Path) -> None:
    figures = [Figure("a", area, float(number)) for number, area in enumerate(small.COUNCILS[:20])]
    figures += [Figure("b", area, float(number % 10)) for number, area in enumerate(small.COUNCILS[:19])]
    leaders = metric("judgement_leaders", unit="grade", decimals=0)
    figures.append(Figure("judgement_leaders", "101", "Good"))
    db = small.database(tmp_path, metrics=[metric("a"), metric("b"), leaders], figures=figures)
    rows = compare.pairs(db, newest(db, "a"), newest(db, "b")).to_dicts()
    assert sentences.two_measures(rows, db.metrics["a"], db.metrics["b"]) == (
        "3 of the 5 councils in the best quarter by rate of a are in the best quarter by rate of b too. Chance would "
        "give about 2. 19 councils have both figures; 1 does not."
    )
    both = [{**row, "x_quarter": row["y_quarter"]} for row in rows]
    assert sentences.two_measures(both, db.metrics["a"], db.metrics["b"]).startswith("All 5 councils in the best")
    apart = [{**row, "x_quarter": 1 if row["y_quarter"] == 4 else 4} for row in rows]
    assert sentences.two_measures(apart, db.metrics["a"], db.metrics["b"]).startswith("None of the 5 councils in")


def heat(db: Database, area_ids: Sequence[str], theme: str, benchmark: str = DEFAULT, **more: Any) -> Page:
    rows = compare.by_measure(db, BENCHMARKS[benchmark], theme, area_ids)
    given_ = {"chosen": None, "measure": "vacancy_rate", "caption": "Heat", **more}
    return Page(tables.heat(db, rows, BENCHMARKS[benchmark], area_ids, **given_))


def test_a_cell_has_the_colour_and_the_word_of_its_quarter_and_leads_to_its_measure(db: Database) -> None:
    page = heat(db, [LEEDS, SCILLY], "Workforce", chosen=LEEDS)
    assert page.rows[0] == ["Measure", "Best quarter in England", "◆ Leeds", "Isles of Scilly"]
    vacancies = next(row for row in page.rows if row[0].startswith("Social worker vacancy rate"))
    assert vacancies[2] == "2.1% best"
    assert vacancies[3] == "100.0%"
    cells = page.all("td")
    assert [cell.get("class", "") for cell in cells[1:3]] == ["q1", ""]
    assert cells[1]["title"] == "joint 6th of 147 (2 share it)"
    # The keyboard stops once in a row.
    links = [one["href"] for one in page.all("a") if one["href"].startswith("?metric=")]
    assert links.count("?metric=Social+worker+vacancy+rate") == 1
    assert len(links) == len(page.rows) - 1


def test_neutral_cells_have_no_colour_and_missing_ones_are_hatched_with_their_reason(db: Database) -> None:
    rows = compare.by_measure(db, BEST, "Child protection", [LEEDS, CITY])
    page = Page(tables.heat(db, rows, BEST, [LEEDS, CITY], chosen=None, measure="", caption="Heat"))
    cells = iter(page.all("td"))
    shown = {row[0]: row for row in page.rows[1:]}
    for (metric_id,), part in rows.partition_by("metric_id", as_dict=True, maintain_order=True).items():
        measure = db.metrics[str(metric_id)]
        next(cells)  # the benchmark
        row = next(found for name, found in shown.items() if name.startswith(f"{measure.title} "))
        for position, figure in enumerate(part.iter_rows(named=True)):
            css = next(cells).get("class", "")
            if figure["value"] is None and figure["value_low"] is None:
                assert css == "none"
                assert row[2 + position] == formats.reason(figure["status"], figure["symbol"], measure)
            else:
                assert css == (f"q{figure['quarter']}" if figure["quarter"] else "")
                assert row[2 + position].startswith(formats.brief(figure["value"], measure))


def test_grades_stand_in_their_colours_and_words(db: Database) -> None:
    page = heat(db, [LEEDS, "888"], "Inspection")
    overall = next(row for row in page.rows if row[0].startswith("Ofsted judgement: overall"))
    assert overall[1:] == ["Outstanding", "not given since April 2026"]
    assert page.rows[0] == ["Measure", "Leeds", "Lancashire"]  # grades are compared with no benchmark
    assert {"grade-1", "none"} <= {cell.get("class") for cell in page.all("td")}


def test_where_each_council_has_its_own_benchmark_there_is_no_column_of_it(db: Database) -> None:
    assert heat(db, [LEEDS], "Workforce", "region").rows[0] == ["Measure", "Leeds"]


def test_the_order_as_a_table_has_ranks_here_and_in_england(db: Database) -> None:
    rows = beside(db, [KINGSTON, RICHMOND, LEEDS], "vacancy_rate")
    page = Page(tables.ranks(db, rows, db.metrics["vacancy_rate"], BEST, "Order", LEEDS))
    assert page.rows[0][-2:] == ["Here", "In England, best first"]
    assert [row[-2] for row in page.rows[1:]] == ["1st of 2", "2nd of 2", "2nd of 2"]
    assert page.rows[2][0] == "Kingston upon Thames joint return with Richmond upon Thames"
    assert [row.get("class", "") for row in page.all("tr")] == ["", "chosen", "", ""]


def test_the_years_as_a_table_are_newest_first_with_a_reason_where_there_is_no_figure(db: Database) -> None:
    measure = db.metrics["vacancy_rate"]
    rows = compare.history(db, measure, ["213", CUMBERLAND])
    names = {"213": "Westminster", CUMBERLAND: "Cumberland"}
    page = Page(tables.history(rows, measure, names, "Years", "213"))
    assert page.rows[0] == ["At 30 September", "Westminster", "Cumberland", "England"]
    assert page.rows[1][:2] == ["30 September 2025", "not available (x)"]
    assert page.rows[-1][0] == "30 September 2017"
    assert page.rows[-1][2] == "no figure of its own"


def test_no_name_becomes_markup(tmp_path: Path) -> None:
    bad = metric(title="<script>m</script>", noun="<u>m</u>", short_title="<i>m</i>", theme="<h1>t")
    other = metric("b", title="<b>other</b>", theme="<h1>t")
    leaders = metric("judgement_leaders", unit="grade", decimals=0)
    figures = [Figure(one, area, float(area) - 100) for one in ("waits", "b") for area in ("101", "102", "103")]
    figures.append(Figure("judgement_leaders", "101", "Good"))
    db = small.database(tmp_path, metrics=[bad, other, leaders], figures=figures, names=HOSTILE_NAMES)
    area_ids = ["101", "102", "103", "104"]
    rows, measure = beside(db, area_ids), db.metrics["waits"]
    heated = compare.by_measure(db, BEST, "<h1>t", area_ids)
    pairs = compare.pairs(db, newest(db), newest(db, "b"))
    names = {area: db.names[area] for area in area_ids}
    made = [
        tables.ranks(db, rows, measure, BEST, "<c>", "101"),
        tables.history(compare.history(db, measure, area_ids), measure, names, "<c>", "101"),
        tables.heat(db, heated, BEST, area_ids, chosen="101", measure="waits", caption="<c>"),
        tables.pairs(pairs, measure, db.metrics["b"], names, "<c>"),
        tables.note("<b>x</b>"),
        tables.to_data(list(names.values())),
    ]
    known = {
        "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "a", "span", "small", "b", "p", "strong",
    }  # fmt: skip
    for html_ in made:
        page = Page(html_)
        assert {tag for tag, _ in page.tags} <= known
        assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
        assert all(not one["href"].startswith("javascript:") for one in page.all("a"))


def test_the_file_of_the_heat_table_holds_every_cell_with_symbol_and_benchmark(db: Database) -> None:
    rows = compare.by_measure(db, BENCHMARKS["england"], "Workforce", [LEEDS, "213"])
    content = exports.csv(exports.table(db, rows, BENCHMARKS["england"].title)).decode("utf-8")
    found = list(csv.DictReader(io.StringIO(content)))
    assert len(found) == rows.height
    missing = next(
        row for row in found if (row["area"], row["metric"]) == ("Westminster", "Social worker vacancy rate")
    )
    assert (missing["value"], missing["status"], missing["symbol"]) == ("", "not_available", "x")
    held = next(row for row in found if (row["area"], row["metric"]) == ("Leeds", "Social worker vacancy rate"))
    assert (held["benchmark_rule"], held["benchmark"], held["quarter"]) == ("England", "14.2", "1")


def test_the_file_of_two_measures_holds_both_and_the_judgement(db: Database) -> None:
    rows = compare.both(db, newest(db, "vacancy_rate"), newest(db, "caseload"))
    table = exports.table(db, rows, BEST.title)
    assert table["metric"].unique(maintain_order=True).to_list() == [
        "Social worker vacancy rate", "Average caseload", "Ofsted judgement: impact of leaders",
    ]  # fmt: skip
    leeds = table.filter(pl.col("area") == "Leeds")
    assert leeds["symbol"].to_list() == [None, None, "Outstanding"]
