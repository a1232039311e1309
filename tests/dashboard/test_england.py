"""The front page: England's figures, what the best would give it, its regions, and what is new."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date

import duckdb
import polars as pl
import pytest

from dashboard.analysis import direction, england, queries, scenarios, standard
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.analysis.comparison import England as Total
from dashboard.analysis.england import Gain
from dashboard.analysis.standard import Standard
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, Period
from dashboard.views.charts.standard import draw_standard
from dashboard.views.tables import england as parts
from dashboard.views.tables import watch_lists
from dashboard.views.text import formats, front
from dashboard.views.text import scenarios as sentences
from dashboard.views.text.citing import cite_metric
from tests.dashboard import rows
from tests.dashboard.rows import BEST, CASELOAD, GRADE, NEUTRAL, ON_TIME, PERCENT

REGIONS_WITH_COUNCILS = 10  # the nine but London, and Inner and Outer London


@pytest.fixture
def nine(db: Database) -> list[str]:
    return [metric.metric_id for metric in england.chosen(db, england.NINE)]


def test_every_measure_of_the_front_page_is_there(db: Database, nine: list[str]) -> None:
    assert nine == list(england.NINE)
    assert [one.metric.metric_id for one in england.headlines(db)] == list(england.HEADLINES)
    assert set(scenarios.LEVERS) <= set(nine)


def test_headlines_are_englands_newest_published_figures(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    for one in england.headlines(db):
        ((end, value),) = database.execute(
            "SELECT period_end, value FROM observation WHERE area_id = $area AND metric_id = $metric "
            "ORDER BY period_end DESC LIMIT 1",
            {"area": ENGLAND, "metric": one.metric.metric_id},
        ).fetchall()
        assert (one.period_end, one.value) == (end, value)
        assert one.history[-1] == value
    # csww 2025, line 2: vacancy_fte is 5,965.4, said in whole posts.
    assert '<b class="big">5,965<' in parts.headlines(england.headlines(db), "vacancy_rate")


def test_what_england_gains_is_the_sum_over_returns(db: Database, nine: list[str]) -> None:
    """Worked out again by hand, row by row: vacancies to the best quarter."""
    (gain,) = list(england.gains(db, BEST, [db.metrics["vacancy_rate"]]))
    newest = db.newest.filter((pl.col("metric_id") == "vacancy_rate") & (pl.col("kind") == "local_authority"))
    returns = {row["return_id"]: row for row in newest.iter_rows(named=True)}.values()
    assert gain.mark is not None
    level = gain.mark["benchmark"]
    ranked = [row for row in returns if row["value"] is not None and row["sets_cut"]]
    short = [row for row in ranked if row["value"] > level]
    expected = math.fsum(row["numerator"] - level / 100 * row["denominator"] for row in short)
    assert gain.total.short == len(short)
    assert gain.total.shortfall == pytest.approx(expected)
    assert gain.total.meet + gain.total.short == len(ranked)
    assert len(ranked) + gain.total.small + gain.total.without == len(returns)
    assert front.gain(gain) == f"{expected:,.0f} fewer vacant posts"


@pytest.mark.parametrize("benchmark", ["best_quarter", "best_neighbours", "region", "england", "group"])
def test_gains_hold_for_every_measure_by_any_benchmark(db: Database, nine: list[str], benchmark: str) -> None:
    found = england.gains(db, BENCHMARKS[benchmark], [db.metrics[one] for one in nine])
    assert [one.metric.metric_id for one in found] == nine
    assert all((one.mark is None) or not BENCHMARKS[benchmark].own for one in found)
    html = parts.gains(db, BENCHMARKS[benchmark], "caseload").html(found, "Gains")
    assert html.count("<tr") == len(nine) + 1
    assert html.count('aria-current="true"') == 1


def test_judgements_of_leaders_are_counted_once_a_council(db: Database) -> None:
    history = england.grades(db)
    for one in history:
        rows_ = db.councils("judgement_leaders", one.on)
        assert one.counts == dict(Counter(rows_["value"].drop_nulls().to_list()))
        assert one.councils == rows_.height >= 150
    assert [one.on for one in history] == [period.end for period in db.periods["judgement_leaders"]]
    html = parts.grades(history)
    assert all(f"<b>{count}</b>" in html for count in history[0].counts.values())


def test_what_became_of_judgements_is_said_against_a_day_at_least_a_year_older() -> None:
    days = (date(2026, 8, 20), date(2026, 3, 31), date(2025, 3, 31))
    history = [england.Grades(day, {1.0: 20 - at, 2.0: 50, 4.0: 5 + at}, 153) for at, day in enumerate(days)]
    assert front.grades_sentence(history) == (
        "Since 31 March 2025 the number judged Outstanding has risen from 18 to 20 and Inadequate has fallen from 7 to "
        "5."
    )
    turned = [england.Grades(one.on, before.counts, 153) for one, before in zip(history, history[::-1], strict=True)]
    assert front.grades_sentence(turned).endswith(
        "Outstanding has fallen from 20 to 18 and Inadequate has risen from 5 to 7."
    )
    still = [england.Grades(one.on, {1.0: 20, 2.0: 50}, 153) for one in history]
    assert front.grades_sentence(still).endswith("Outstanding is still 20 and Inadequate is still 0.")
    assert front.grades_sentence(history[:2]) == ""


def test_regions_stand_best_first_with_england_at_the_foot(db: Database) -> None:
    for metric_id, lower_first in (("vacancy_rate", True), ("conferences_in_15_days", False), ("plan_rate", True)):
        metric = db.metrics[metric_id]
        found = england.regions(db, [metric], metric, db.latest(metric_id).end)
        assert found["area_id"][-1] == ENGLAND
        values = found[metric_id][:-1].drop_nulls().to_list()
        assert values == sorted(values, reverse=not lower_first)
    outer = {row["area_id"]: row for row in found.iter_rows(named=True)}
    # Each council stands in one region, and those of London once more in London as a whole.
    parted = [row for area_id, row in outer.items() if area_id not in (ENGLAND, "E12000007")]
    assert len(parted) == REGIONS_WITH_COUNCILS
    assert sum(row["councils"] for row in parted) == outer[ENGLAND]["councils"] == 153
    assert outer["E12000007"]["councils"] == outer["E13000001"]["councils"] + outer["E13000002"]["councils"] == 33


def test_england_and_regions_have_their_range_where_records_are_unknown(db: Database) -> None:
    # Of 870 of 14,750 nothing is known.
    metric = db.metrics["care_leavers_17_18_accommodation"]
    found = england.regions(db, [metric], metric, db.latest(metric.metric_id).end)
    assert "6% unknown: 91% to 97%" in parts.regions(found, [metric], metric, "2025")
    (one,) = england.gains(db, BEST, [metric])
    table = parts.gains(db, BEST, metric.metric_id)
    assert "6% unknown: 91% to 97%" in table.html([one], "If every council met the benchmark")
    assert [round(table.frame([one])[name][0]) for name in ("england", "england_low", "england_high")] == [91, 91, 97]


def test_news_says_what_the_newest_editions_brought(db: Database) -> None:
    found = england.news(db)
    assert next(one.source.source_id for one in found) == "social_work_workforce"
    lines = front.news_lines(db, found[0])
    assert lines[0] == "New figures of 13 measures, to 30 September 2025."
    # The figures of the North East in csww_indicators_2017_to_2024.csv and _2025.csv.
    assert lines[1].endswith(
        "The largest revision: the social worker turnover rate of North East in the year to 30 September 2024: "
        "12.6% before, 14.0% now."
    )
    reports = england.newest_reports(db, 3)
    assert reports["published"].to_list() == sorted(reports["published"].to_list(), reverse=True)
    assert reports["published"][0] == db.table["inspection"]["published"].max()
    assert reports["name"][0] in parts.newest_reports(reports)


# The sentences, over made-up figures.


def over(metric: object, target: float, *years: tuple[int, int, int, bool]) -> Standard:
    """A standard: (year, met, had, broken)."""
    frame = pl.DataFrame(
        [(date(year, 9, 30), str(year), met, had, met / had * 100 if had else None, None, broken)
         for year, met, had, broken in years],
        schema={"period_end": pl.Date, "period": pl.String, "met": pl.Int64, "had": pl.Int64, "share": pl.Float64,
                "england": pl.Float64, "broken": pl.Boolean},
        orient="row",
    )  # fmt: skip
    return Standard(metric, target, Period(date(2025, 9, 30), "2025"), frame)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (over(PERCENT, 7.6, (2017, 37, 151, False), (2025, 38, 149, False)),
         ("38 of 149 councils met today's best-quarter standard (7.6% or lower) at 30 September 2025. "
         "At 30 September 2017 it was 37 of 151.")),
        (over(ON_TIME, 90.0, (2025, 38, 149, False)),
         "38 of 149 councils met today's best-quarter standard (90.0% or higher) at 30 September 2025."),
        (over(PERCENT, 7.6, (2017, 3, 151, False), (2024, 9, 150, True), (2025, 38, 149, False)),
         ("38 of 149 councils met today's best-quarter standard (7.6% or lower) at 30 September 2025. "
         "At 30 September 2024 it was 9 of 150.")),
        (over(PERCENT, 7.6, (2025, 0, 0, False)), "No council had a figure to compare with 7.6%."),
    ],
    ids=["two years", "one year", "since a break", "nobody"],
)  # fmt: skip
def test_the_standard_over_time_is_said_with_its_number_of_councils(one: Standard, said: str) -> None:
    assert front.standard_sentence(one) == said


def test_a_bar_a_year_holds_all_councils_that_had_a_figure() -> None:
    figure = draw_standard(over(PERCENT, 7.6, (2024, 9, 150, False), (2025, 38, 149, True)), height=300)
    met, others = figure["data"]
    assert (met["x"], met["y"], others["y"]) == (["2024", "2025"], [9, 38], [141, 111])
    assert met["customdata"][1] == "38 of 149 councils at 30 September 2025"
    (line,) = figure["layout"]["shapes"]
    assert line["x0"] == 0.5


def gain(shortfall: float | None, metric: object = PERCENT) -> Gain:
    counted = Total(3, 1, 0, shortfall, shortfall, 0)
    return Gain(metric, date(2025, 9, 30), rows.row(value=14.2), rows.row(benchmark=7.6), counted)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (gain(3147.2), "3,147 fewer vacant posts"),
        (gain(1.0), "1 fewer vacant post"),
        (gain(None), ""),
        (gain(12.0, CASELOAD), "12 more case-holding social workers"),
    ],
)
def test_a_gain_is_counted_in_real_units(one: Gain, said: str) -> None:
    assert front.gain(one) == said


@pytest.mark.parametrize(
    ("metric", "watched", "peers", "said"),
    [
        (PERCENT, 6, 1, (
            "6 councils are significantly worse than the best-quarter standard and getting worse over five years. "
            "1 council is significantly better and getting better over five years: these are the ones to learn from."
        )),
        (CASELOAD, 0, 2, (
            "No council is in the worst quarter, short of the best-quarter standard, and getting worse over five "
            "years. 2 councils are in the best quarter and getting better over five years: these are the ones to "
            "learn from."
        )),
        (NEUTRAL, 0, 0, "There is no watch list for the rate of waits: neither a high nor a low figure is better."),
        (GRADE, 0, 0, "Judgements have no watch list: see Inspections."),
    ],
)  # fmt: skip
def test_the_watch_list_is_said_by_its_own_rule(metric: object, watched: int, peers: int, said: str) -> None:
    assert front.watch_sentence(metric, watched, peers, BEST) == said  # type: ignore[arg-type]


def test_what_it_would_take_is_said_of_england_and_of_a_council(db: Database) -> None:
    metric, caseload = db.metrics["vacancy_rate"], db.metrics["caseload"]
    best = standard.best_quarter(db, metric)
    assert best is not None
    all_ = scenarios.england(db, metric, best)
    said = sentences.england(all_)
    assert said.startswith(f"If the {all_.short} councils above 7.75% at 30 September 2025 met it, there would be ")
    assert f"England's social worker vacancy rate would go from 14.2% to {all_.after:.1f}%" in said
    havering = scenarios.council(db, "311", metric, best)
    said = sentences.council(havering)
    assert said.startswith(
        f"To get from 41.7% at 30 September 2025 to 7.75%, Havering would need to fill {havering.moved:.0f} posts. "
        "It would then rank "
    )
    westminster = sentences.council(scenarios.council(db, "213", metric, best))
    assert westminster == (
        "Westminster has no social worker vacancy rate at 30 September 2025 to start from: not available (x)."
    )
    many = scenarios.returners(db, 5_000)
    said = sentences.returners(many, metric, caseload)
    assert said.startswith(
        "If 5,000 social workers came back and went where posts are vacant, England's social worker "
    )
    assert f"{many.meet_after} of {many.compared} councils would be at 7.75% or below" in said
    row = many.rows.row(0, named=True)
    assert sentences.returners_here(row["name"], row, metric, caseload).startswith(
        f"Of them {row['returners']:,.0f} would come to {row['name']}, whose social worker vacancy rate would go from "
    )
    too_many = scenarios.returners(db, 50_000)
    assert sentences.returners(too_many, metric, caseload).endswith(" would find no vacant post.")


def test_a_council_that_meets_the_target_needs_nothing(db: Database) -> None:
    one = scenarios.council(db, "926", db.metrics["vacancy_rate"], 50.0)
    assert sentences.council(one) == "Norfolk is at 1.1% at 30 September 2025: it meets 50.0% already."


def test_rows_of_a_watch_list_link_to_their_councils() -> None:
    frame = pl.DataFrame([rows.row(), rows.row(area_id="314", name="Kingston and Richmond", return_id="314+318")])
    html = watch_lists.watched(frame, PERCENT, BEST, "Getting worse")
    assert html.count("data-choose") == 1
    assert "Kingston and Richmond" in html


def test_who_moved_furthest_stands_with_both_figures_and_both_ranks(db: Database) -> None:
    """Every cell is looked up among the figures of the two periods."""
    metric = db.metrics["vacancy_rate"]
    for years in direction.YEARS:
        found = direction.movers(db, metric, years)
        assert found.before is not None
        ends = (found.before.end, found.newest.end)
        for best in (True, False):
            rows = found.furthest("improvement", best=best, most=5)
            html = watch_lists.moved(found).html(rows, "Furthest")
            assert html.count("<tr>") - 1 == rows.height == 5
            for row in rows.iter_rows(named=True):
                for end in ends:
                    figure = db.figure.row(
                        by_predicate=(pl.col("metric_id") == "vacancy_rate")
                        & (pl.col("area_id") == row["area_ids"][0])
                        & (pl.col("period_end") == end),
                        named=True,
                    )
                    assert formats.brief(figure["value"], metric) in html
                    assert f"<td>{formats.ordinal(figure['rank'])} of {figure['ranked']}</td>" in html


def test_the_file_of_movers_holds_every_return_that_can_be_compared(db: Database) -> None:
    found = direction.movers(db, db.metrics["plan_rate"], 3)
    table = watch_lists.moved(found).frame(found.rows, cite_metric(db, found.metric))
    assert table.height == found.rows.height > 100
    assert table["rank"].null_count() == table.height  # a neutral measure has no rank
    assert (table["value"] - table["value_before"] - table["change"]).abs().max() < 1e-6  # type: ignore[operator]
    assert table["source"].null_count() == 0


@pytest.mark.parametrize(
    ("metric_id", "certain"), [("vacancy_rate", 10), ("reviews_in_time", 10), ("long_plan_rate", 9)]
)
def test_the_ten_furthest_behind_and_the_ten_best_are_ranked_and_certain(
    db: Database, metric_id: str, certain: int
) -> None:
    """Darlington, 6.5 % by long plans, is 141st or 142nd of 151: Kensington and Chelsea hides 1 to 5 of 61."""
    metric = db.metrics[metric_id]
    rows = queries.councils(db, metric, db.latest(metric_id), BENCHMARKS[DEFAULT])
    behind, ahead = england.ends(rows)
    better = min if metric.lower_is_better else max
    known = [row["value"] for row in rows.iter_rows(named=True) if row["value"] is not None and not row["not_ranked"]]
    expected = sorted(known, reverse=better is max)
    assert ahead["value"].to_list() == expected[:10]
    assert behind["value"].to_list() == expected[::-1][:certain]


def test_turned_round_a_table_has_the_worst_first_then_who_is_not_ranked_then_who_has_no_figure(db: Database) -> None:
    rows = queries.councils(db, db.metrics["vacancy_rate"], db.latest("vacancy_rate"), BENCHMARKS[DEFAULT])
    turned = england.worst_first(rows)
    ranked = turned.filter(pl.col("not_ranked").is_null() & pl.col("value").is_not_null())
    assert ranked["value"].to_list() == sorted(ranked["value"], reverse=True)
    assert turned.head(ranked.height).equals(ranked)
    # Isles of Scilly, which is very small, and then those without a figure.
    assert turned["value"][ranked.height :].to_list()[-2:] == [None, None]
    assert turned["not_ranked"][ranked.height] is not None
    assert turned.height == rows.height
