"""Numbers, units, periods, reasons, ranks and gaps in words, in tables."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis.benchmarks import Benchmark
from dashboard.data.database import Database
from dashboard.data.model import GRADES, REASONS, Metric
from dashboard.views.text import comparisons, formats
from dashboard.views.text.council import council_sentence
from tests.dashboard.rows import (
    A_COUNT,
    BEST,
    BEST_NEIGHBOURS,
    BEST_OF_REGION,
    BEST_OF_TYPE,
    CASELOAD,
    CHILDREN,
    COUNT,
    ENGLAND,
    GRADE,
    GROUP,
    LEADERS,
    NEIGHBOURS,
    NEUTRAL,
    NO_BEST,
    NO_NEIGHBOURS,
    ON_TIME,
    PERCENT,
    PROTECTION,
    REGION,
    TARGET,
    Row,
    measure,
    missing,
    row,
)


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (14.25, 1, "14.3"),  # half away from zero; binary or to-even rounding would give 14.2
        (0.05, 1, "0.1"),
        (2.675, 2, "2.68"),  # which is 2.67499999999999982236431605997495353221893310546875
        (-14.25, 1, "−14.3"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (-0.5, 0, "−1"),
        (-0.04, 1, "0.0"),
        (-0.0, 1, "0.0"),
        (0.0, 0, "0"),
        (5965.4, 1, "5,965.4"),
        (-5965.4, 1, "−5,965.4"),
        (12_183_016.0, 0, "12,183,016"),
        (999.95, 1, "1,000.0"),
        (100.0, 1, "100.0"),
        (1e-9, 3, "0.000"),
    ],
)
def test_numbers_are_rounded_half_away_from_zero(value: float, decimals: int, shown: str) -> None:
    assert formats.number(value, decimals) == shown


@given(value=st.decimals(-(10**7), 10**7, places=3), decimals=st.integers(0, 3))
def test_a_number_reads_back_as_itself_rounded(value: Decimal, decimals: int) -> None:
    shown = formats.number(float(value), decimals)
    back = Decimal(shown.replace(",", "").replace("−", "-"))
    assert back == value.quantize(Decimal(10) ** -decimals, ROUND_HALF_UP)
    assert not re.search(r"^−[0,.]*$", shown)
    assert len(shown.partition(".")[2]) == decimals


@pytest.mark.parametrize(
    ("value", "metric", "full", "short", "apart", "change"),
    [
        (14.9, PERCENT, "14.9%", "14.9%", "14.9 percentage points", "+14.9"),
        (1.0, PERCENT, "1.0%", "1.0%", "1.0 percentage point", "+1.0"),
        (1.0, measure(decimals=0), "1%", "1%", "1 percentage point", "+1"),
        (11.0, measure(decimals=0), "11%", "11%", "11 percentage points", "+11"),
        (0.0, PERCENT, "0.0%", "0.0%", "0.0 percentage points", "0.0"),
        (15.2, CASELOAD, "15.2 cases per social worker", "15.2", "15.2 cases per social worker", "+15.2"),
        (540.14, NEUTRAL, "540.1 per 10,000 children", "540.1", "540.1 per 10,000 children", "+540.1"),
        (5965.4, COUNT, "5,965.4 FTE", "5,965.4", "5,965.4 FTE", "+5,965.4"),
        (1540.0, measure(unit="£ per week", decimals=0), "£1,540 per week", "£1,540", "£1,540 per week", "+1,540"),
        (30000.0, CHILDREN, "30,000 children", "30,000", "30,000 children", "+30,000"),
    ],
)
def test_units(value: float, metric: Metric, full: str, short: str, apart: str, change: str) -> None:
    assert formats.quantity(value, metric) == full
    assert formats.brief(value, metric) == short
    assert formats.difference(value, metric) == formats.difference(-value, metric) == apart
    assert formats.signed(value, metric) == change
    assert formats.signed(-value, metric) == change.replace("+", "−")


def test_grades_are_words_and_nothing_is_nothing() -> None:
    assert [formats.quantity(value, GRADE) for value in (1.0, 2.0, 3.0, 4.0)] == list(GRADES)
    assert [formats.brief(value, GRADE) for value in (1.0, None)] == ["Outstanding", ""]
    assert formats.brief(None, PERCENT) == ""
    assert formats.signed(-0.04, PERCENT) == formats.signed(0.04, PERCENT) == "0.0"


@pytest.mark.parametrize(
    ("kind", "end", "words", "heading"),
    [
        ("at 30 September", date(2025, 9, 30), "at 30 September 2025", "30 September 2025"),
        ("year to 31 March", date(2025, 3, 31), "in the year to 31 March 2025", "year to 31 March 2025"),
        ("academic year", date(2025, 7, 31), "in the academic year 2024/25", "academic year 2024/25"),
        ("financial year", date(2000, 3, 31), "in the financial year 1999/00", "financial year 1999/00"),
    ],
)
def test_periods_keep_their_kind(kind: str, end: date, words: str, heading: str) -> None:
    metric = measure(period_kind=kind)
    assert (formats.period(metric, end), formats.period_label(metric, end)) == (words, heading)


def test_judgements_are_as_of_a_day() -> None:
    assert formats.period(GRADE, date(2026, 8, 20)) == "at 20 August 2026"
    assert formats.period_label(GRADE, date(2026, 3, 5)) == "5 March 2026"


@pytest.mark.parametrize(
    ("status", "symbol", "words"),
    [
        ("suppressed", "c", "suppressed, to protect small numbers (c)"),
        ("not_applicable", "z", "not applicable (z)"),
        ("not_available", "x", "not available (x)"),
        ("low_reliability", "u", "withheld as unreliable (u)"),
        ("low_nonzero", "low", "more than zero, but rounds to zero (low)"),
        ("low_nonzero", "k", "more than zero, but rounds to zero (k)"),
        ("not_given", None, "not given since April 2026"),
        ("unspecified", "-", "no figure, without a reason (-)"),
        ("no_row", None, "not published"),
    ],
)
def test_every_missing_value_has_its_reason_and_its_symbol(status: str, symbol: str | None, words: str) -> None:
    assert formats.reason(status, symbol, PERCENT) == words
    sentence = council_sentence("Leeds", missing(status, symbol), PERCENT, BEST, [])
    assert sentence == f"Leeds has no rate of waits at 30 September 2025: {words}."
    assert comparisons.hover(missing(status, symbol), PERCENT, {}) == words


def test_every_status_of_the_schema_but_observed_has_a_reason(database: duckdb.DuckDBPyConnection) -> None:
    statuses = {status for (status,) in database.execute("SELECT unnest(enum_range(NULL::status))::VARCHAR").fetchall()}
    assert statuses == {"observed", *REASONS}


@pytest.mark.parametrize(
    ("metric_id", "status", "words"),
    [
        ("judgement_leaders", "no_row", "not inspected by then"),
        ("judgement_overall", "not_given", "not given since April 2026"),
        ("judgement_care_leavers", "not_applicable", "not judged on its own before January 2023"),
        ("judgement_protection", "not_applicable", "not judged"),
    ],
)
def test_a_missing_judgement_has_reasons_of_its_own(db: Database, metric_id: str, status: str, words: str) -> None:
    assert formats.reason(status, None, db.metrics[metric_id]) == words


@pytest.mark.parametrize(
    ("position", "words"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (10, "10th"), (11, "11th"), (12, "12th"), (13, "13th"),
     (21, "21st"), (22, "22nd"), (23, "23rd"), (100, "100th"), (101, "101st"), (111, "111th"), (112, "112th"),
     (113, "113th"), (121, "121st"), (149, "149th")],
)  # fmt: skip
def test_ordinals(position: int, words: str) -> None:
    assert formats.ordinal(position) == words


@pytest.mark.parametrize(
    ("rank", "tied", "words"),
    [
        (1, 1, "1st of 149"),
        (7, 2, "joint 7th of 149 (2 share it)"),
        (55, 7, "joint 55th of 149 (7 share it)"),
        (None, None, ""),
    ],
)
def test_a_rank_says_of_how_many_and_who_shares_it(rank: int | None, tied: int | None, words: str) -> None:
    assert comparisons.rank(row(rank=rank, tied=tied)) == words


def test_lists_and_joint_returns() -> None:
    assert [formats.listed(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "", "A", "A and B", "A, B and C",
    ]  # fmt: skip
    assert formats.joint([]) == ""
    assert formats.joint(["Richmond upon Thames"]) == "joint return with Richmond upon Thames"
    assert [formats.place(name) for name in ("Bristol, City of", "Herefordshire, County of", "City of London")] == [
        "Bristol", "Herefordshire", "City of London",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "metric", "direction", "words"),
    [
        (-5.1, PERCENT, "better", "an improvement of 5.1 percentage points in a year"),
        (5.1, PERCENT, "worse", "a worsening of 5.1 percentage points in a year"),
        (5.1, ON_TIME, "better", "an improvement of 5.1 percentage points in a year"),
        (-5.1, ON_TIME, "worse", "a worsening of 5.1 percentage points in a year"),
        (-1.0, PERCENT, "better", "an improvement of 1.0 percentage point in a year"),
        (0.04, PERCENT, "no change", "no change in a year"),
        (-0.04, PERCENT, "no change", "no change in a year"),
        (0.0, NEUTRAL, "no change", "no change in a year"),
        (0.05, PERCENT, "worse", "a worsening of 0.1 percentage points in a year"),
        (4.6, NEUTRAL, "higher", "up 4.6 per 10,000 children in a year"),
        (-4.6, NEUTRAL, "lower", "down 4.6 per 10,000 children in a year"),
        (-0.2, CASELOAD, "better", "an improvement of 0.2 cases per social worker in a year"),
        (1234.0, CHILDREN, "higher", "up 1,234 children in a year"),
    ],
)
def test_a_change_is_better_or_worse_only_where_a_side_is(
    change: float, metric: Metric, direction: str, words: str
) -> None:
    assert formats.direction(change, metric) == direction
    assert formats.changed(change, metric) == words


@pytest.mark.parametrize(
    ("changes", "metric", "words"),
    [
        ({}, PERCENT, "7.4 percentage points above"),
        ({"value": 5.0, "gap": -2.6}, PERCENT, "meets it"),
        ({"value": 7.6, "gap": 0.0}, PERCENT, "meets it"),
        ({"value": 80.0, "benchmark": 90.0, "gap": 10.0}, ON_TIME, "10.0 percentage points below"),
        ({"value": 95.0, "benchmark": 90.0, "gap": -5.0}, ON_TIME, "meets it"),
        ({}, NEUTRAL, "7.4 per 10,000 children above"),
        ({"value": 5.0, "gap": -2.6}, NEUTRAL, "2.6 per 10,000 children below"),
        ({"value": 7.6, "gap": 0.0}, NEUTRAL, "the same"),
        ({"gap": None, "benchmark": None}, PERCENT, ""),
    ],
)
def test_a_gap_in_words(changes: Row, metric: Metric, words: str) -> None:
    assert comparisons.gap(row(**changes), metric) == words


@pytest.mark.parametrize(
    ("shortfall", "named", "words"),
    [
        (11.2, "posts to fill", "11 posts to fill"),
        (1.4, "posts to fill", "1 post to fill"),
        (1.0, "fewer leavers", "1 fewer leaver"),
        (1.0, "fewer agency social workers", "1 fewer agency social worker"),
        (1.0, "more case-holding social workers", "1 more case-holding social worker"),
        (1.0, "fewer re-referrals", "1 fewer re-referral"),
        (1.0, "fewer repeat plans", "1 fewer repeat plan"),
        (1.0, "fewer children on long plans", "1 fewer child on long plans"),
        (1.0, "more conferences on time", "1 more conference on time"),
        (2.0, "fewer leavers", "2 fewer leavers"),
        (0.3, "posts to fill", "less than one post to fill"),
        (1234.5, "fewer leavers", "1,235 fewer leavers"),
        (None, "posts to fill", ""),
        (5.0, None, ""),
    ],
)
def test_a_shortfall_is_counted_in_words(shortfall: float | None, named: str | None, words: str) -> None:
    assert comparisons.shortfall(row(shortfall=shortfall), measure(shortfall=named)) == words


def test_a_shortfall_says_what_is_held_fixed() -> None:
    """Rule `gaps`."""
    assert comparisons.shortfall_held(row(), PERCENT) == "11 posts to fill, if the number of posts does not change"
    assert (
        comparisons.shortfall_held(row(shortfall=1.0), PERCENT)
        == "1 post to fill, if the number of posts does not change"
    )
    assert comparisons.shortfall_held(row(), ON_TIME) == "11 more conferences on time"
    assert comparisons.shortfall_held(row(shortfall=None), PERCENT) == ""
    assert comparisons.held(CASELOAD) == ""


def test_every_shortfall_of_the_real_measures_reads_as_a_sentence(db: Database) -> None:
    for metric in db.metrics.values():
        assert bool(metric.shortfall) == bool(metric.shortfall_holding), metric.metric_id
        assert not metric.shortfall_holding or metric.shortfall_holding.startswith("the number of "), metric.metric_id
        assert "," not in (metric.shortfall_holding or "")


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("better", "significantly better"),
        ("worse", "significantly worse"),
        ("similar", "similar: not significant"),
        ("lower", "significantly lower"),
        ("higher", "significantly higher"),
        (None, ""),
    ],
)
def test_a_verdict_in_words(verdict: str | None, words: str) -> None:
    assert comparisons.verdict(row(verdict=verdict)) == words


@pytest.mark.parametrize(
    ("metric", "benchmark", "value", "council_count", "words"),
    [
        (PERCENT, BEST, 7.6, 148, "A quarter of councils are at or below 7.6%."),
        (ON_TIME, BEST, 90.0, 148, "A quarter of councils are at or above 90.0%."),
        (PERCENT, BEST_NEIGHBOURS, 3.8, 3, "The best three of its ten statistical neighbours are at or below 3.8%."),
        (PERCENT, NEIGHBOURS, 8.6, 8, "The median of its statistical neighbours is 8.6% (8 of 10 have a figure)."),
        (PERCENT, LEADERS, 9.6, 55, "The median of the 55 councils whose leaders Ofsted judged Outstanding is 9.6%."),
        (CASELOAD, ENGLAND, 15.2, 1, "England is at 15.2 cases per social worker."),
        (PERCENT, REGION, 7.4, 1, "Its region is at 7.4%."),
        (PERCENT, BEST_OF_REGION, 5.1, 15,
         "A quarter of the 15 councils with a figure in its region are at or below 5.1%."),
        (ON_TIME, BEST_OF_TYPE, 91.0, 33,
         "A quarter of the 33 councils of its type with a figure are at or above 91.0%."),
        (PERCENT, PROTECTION, 9.6, 1,
         "The median of the 1 council whose help and protection Ofsted judged Outstanding is 9.6%."),
        (PERCENT, GROUP, 9.6, 1, "The median of your group is 9.6% (1 council with a figure)."),
        (CASELOAD, GROUP, 14.0, 4,
         "The median of your group is 14.0 cases per social worker (4 councils with a figure)."),
        (PERCENT, TARGET, 10.0, None, "Your target is 10.0%."),
        (PERCENT, TARGET, 7.65, None, "Your target is 7.65%."),
        (measure(decimals=0), TARGET, 7.5, None, "Your target is 7.5%."),
        (PERCENT, NEIGHBOURS, None, None, NO_NEIGHBOURS),
        (PERCENT, BEST_NEIGHBOURS, None, None, NO_NEIGHBOURS),
        (PERCENT, BEST_OF_REGION, None, None,
         "Fewer than five councils in its region have a figure in this period: too few for a best quarter."),
        (PERCENT, BEST_OF_TYPE, None, None,
         "Fewer than five councils of its type have a figure in this period: too few for a best quarter."),
        (PERCENT, LEADERS, None, None,
         "Fewer than five councils whose leaders Ofsted judged Outstanding have a figure in this period."),
        (PERCENT, GROUP, None, None, "Choose the councils of your group to compare with them."),
        (PERCENT, TARGET, None, None, "Type a target to compare with."),
        (NEUTRAL, BEST_OF_REGION, None, None, NO_BEST),
        (NEUTRAL, BEST, None, None, NO_BEST),
        (NEUTRAL, ENGLAND, 40.6, 1, "England is at 40.6 per 10,000 children."),
        (COUNT, ENGLAND, None, None, A_COUNT),
        (GRADE, ENGLAND, None, None, "Grades are not compared with a benchmark."),
    ],
)  # fmt: skip
def test_what_a_benchmark_comes_to(
    metric: Metric, benchmark: Benchmark, value: float | None, council_count: int | None, words: str
) -> None:
    held = row(benchmark=value, council_count=council_count, reached=council_count and round(council_count / 4))
    assert comparisons.benchmark_value(held, benchmark, metric) == words


@pytest.mark.parametrize(
    ("benchmark", "value", "council_count", "metric", "words"),
    [
        (BEST, 7.6, 148, PERCENT, "(7.6%)"),
        (ENGLAND, 15.2, 1, CASELOAD, "(15.2)"),
        (NEIGHBOURS, 8.6, 8, PERCENT, "(8.6%, 8 of 10)"),
        (LEADERS, 9.6, 55, PERCENT, "(9.6%, 55 councils)"),
        (GROUP, 9.6, 1, PERCENT, "(9.6%, 1 council)"),
        (TARGET, 7.65, None, PERCENT, "(7.65%)"),
        (TARGET, 8.0, None, PERCENT, "(8.0%)"),
        (ENGLAND, 540.412345, 1, measure(unit="£ per week", decimals=0), "(£540)"),
        (BEST, 7.75, 148, PERCENT, "(7.75%)"),
    ],
)
def test_a_benchmark_is_marked_with_its_value_and_its_number_of_councils(
    benchmark: Benchmark, value: float, council_count: int | None, metric: Metric, words: str
) -> None:
    assert comparisons.mark(row(value=12.0, benchmark=value, council_count=council_count), benchmark, metric) == words


def test_the_ends_of_a_range_are_not_printed_alike(db: Database) -> None:
    """Nottingham, 2022-23: 189 or 190 of 284 care leavers of 19 to 21 are active, of one it is not known."""
    metric = db.metrics["care_leavers_19_21_active"]
    assert formats.between(66.5492958, 66.9014085, metric) == "66.5% and 66.9%"
    assert formats.between(64.0, 69.5945946, metric) == "64% and 70%"


@pytest.mark.parametrize(
    ("value", "benchmark", "least", "decimals"),
    [
        (14.9, 7.75, 1, 2),  # a cut between two published figures: 14.9 - 7.75 = 7.15
        (7.7, 7.75, 1, 2),
        (7.8, 7.725, 1, 3),
        (3.1, 3.075, 1, 3),
        (14.9, 7.6, 1, 1),
        (12.0, 10.0, 0, 0),
        (24.5500193, 22.6400312, 1, 2),  # 24.6 - 22.6 is not 1.9
        (24.5200193, 22.6100312, 1, 1),
        (7.60040021, 7.60010043, 1, 4),  # 7.6 is not above 7.6
        (8.25, 8.25, 1, 2),
        (1.5, 12.345, 0, 3),  # a target as it was typed
    ],
)
def test_figures_have_the_decimals_with_which_they_add_up(
    value: float, benchmark: float, least: int, decimals: int
) -> None:
    assert formats.decimals_of(value, benchmark, least) == decimals


@pytest.mark.parametrize(
    ("metric", "value", "median", "mean", "words"),
    [
        (PERCENT, 9.0, 8.0, 8.5, "mean 8.5%"),
        (PERCENT, 7.0, 8.0, 8.5, "mean 8.5%"),
        (PERCENT, 8.2, 8.0, 8.5, "mean 8.5%: conflict, it meets the mean but not the median"),
        (PERCENT, 8.2, 8.5, 8.0, "mean 8.0%: conflict, it meets the median but not the mean"),
        (PERCENT, 8.0, 8.0, 8.5, "mean 8.5%"),  # it meets both
        (PERCENT, 8.5, 8.0, 8.5, "mean 8.5%: conflict, it meets the mean but not the median"),
        (ON_TIME, 8.2, 8.0, 8.5, "mean 8.5%: conflict, it meets the median but not the mean"),
        (NEUTRAL, 8.2, 8.0, 8.5, "mean 8.5: conflict, it is above the median but below the mean"),
        (NEUTRAL, 8.2, 8.5, 8.0, "mean 8.0: conflict, it is above the mean but below the median"),
        (NEUTRAL, 8.0, 8.0, 8.5, "mean 8.5"),
        (NEUTRAL, 9.0, 8.0, 8.5, "mean 8.5"),
        (PERCENT, None, 8.0, 8.5, "mean 8.5%"),
        (PERCENT, 9.0, None, None, ""),
        (COUNT, 9.0, 8.0, 8.5, ""),
    ],
)
def test_the_neighbours_mean_is_said_beside_their_median_and_a_conflict_is_said(
    metric: Metric, value: float | None, median: float | None, mean: float | None, words: str
) -> None:
    found = {**row(value=value), "neighbours": median, "neighbours_mean": mean}
    assert comparisons.neighbours_mean(found, metric) == words
