"""The sentences that open a view, in tables; and over the real figures: what one says, its row holds (rule `pages`)."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import pytest

from dashboard.analysis import benchmarks, comparison, queries
from dashboard.analysis.benchmarks import BENCHMARKS, Benchmark
from dashboard.analysis.comparison import CHANCE as CHANCE_ALONE
from dashboard.analysis.comparison import England
from dashboard.data.database import Database
from dashboard.data.model import Metric
from dashboard.views.text import comparisons, formats
from dashboard.views.text.council import council_sentence, profile_sentence
from dashboard.views.text.england import england_sentence
from tests.dashboard.rows import (
    A_COUNT,
    BEST,
    BEST_OF_REGION,
    BEST_OF_TYPE,
    CASELOAD,
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
    REGION,
    TARGET,
    Row,
    measure,
    missing,
    row,
)

WHEN = "at 30 September 2025, 100th of 149."
YEAR = "in the year to 31 March 2025."
THE_BEST = "the best-quarter standard"
POINTS = "percentage points"
CHANCE = "The difference is not statistically significant."
NOT_RANKED: Row = {"rank": None, "tied": None, "ranked": None, "quarter": None}
NOT_COMPARED: Row = {"benchmark": None, "council_count": None, "gap": None, "shortfall": None, "verdict": None}


@pytest.mark.parametrize(
    ("changes", "metric", "benchmark", "value", "words"),
    [
        (
            {},
            PERCENT,
            BEST,
            f"15.0% {WHEN}",
            f"That is 7.4 percentage points above {THE_BEST} (7.6%): 11 posts to fill.",
        ),
        (
            {"verdict": "similar"},
            PERCENT,
            REGION,
            f"15.0% {WHEN}",
            f"That is 7.4 {POINTS} above its region (7.6%): 11 posts to fill. {CHANCE}",
        ),
        ({"value": 5.0, "gap": -2.6, "shortfall": None}, PERCENT, BEST, f"5.0% {WHEN}", f"It meets {THE_BEST} (7.6%)."),
        ({"value": 7.6, "gap": 0.0, "shortfall": None}, PERCENT, BEST, f"7.6% {WHEN}", f"It meets {THE_BEST} (7.6%)."),
        (
            {"value": 7.6, "gap": 0.0, "shortfall": None},
            PERCENT,
            ENGLAND,
            f"7.6% {WHEN}",
            "It is the same as England (7.6%).",
        ),
        (
            {"value": 5.0, "gap": -2.6, "shortfall": None, "verdict": "better"},
            PERCENT,
            ENGLAND,
            f"5.0% {WHEN}",
            "It is better than England (7.6%).",
        ),
        (
            {"value": 80.0, "benchmark": 90.0, "gap": 10.0, "shortfall": 20.0},
            ON_TIME,
            BEST,
            f"80.0% {WHEN}",
            f"That is 10.0 percentage points below {THE_BEST} (90.0%): 20 more conferences on time.",
        ),
        (
            {"shortfall": None, "verdict": None},
            CASELOAD,
            LEADERS,
            f"15.0 cases per social worker {WHEN}",
            f"That is 7.4 cases per social worker above {LEADERS.group} (7.6, 148 councils).",
        ),
        (
            {"council_count": 8},
            PERCENT,
            NEIGHBOURS,
            f"15.0% {WHEN}",
            f"That is 7.4 {POINTS} above {NEIGHBOURS.group} (7.6%, 8 of 10): 11 posts to fill.",
        ),
        (
            {"council_count": 15},
            PERCENT,
            BEST_OF_REGION,
            f"15.0% {WHEN}",
            (
                f"That is 7.4 {POINTS} above the best-quarter standard of its region (7.6%, "
                f"15 councils): 11 posts to fill."
            ),
        ),
        (
            {"council_count": 33, "value": 7.0, "gap": -0.6, "shortfall": None, "verdict": "similar"},
            PERCENT,
            BEST_OF_TYPE,
            f"7.0% {WHEN}",
            f"It meets the best-quarter standard of its type (7.6%, 33 councils). {CHANCE}",
        ),
        (
            {"council_count": 1, "value": 7.0, "gap": -0.6, "shortfall": None, "verdict": "similar"},
            PERCENT,
            GROUP,
            f"7.0% {WHEN}",
            f"It is better than the median of your group (7.6%, 1 council). {CHANCE}",
        ),
        (
            {"council_count": None, "benchmark": 7.55, "gap": 7.45, "verdict": None, "shortfall": 1.0},
            PERCENT,
            TARGET,
            f"15.0% {WHEN}",
            f"That is 7.45 {POINTS} above your target (7.55%): 1 post to fill.",
        ),
        (
            {"council_count": None, "value": 7.6, "gap": 0.0, "shortfall": None},
            PERCENT,
            TARGET,
            f"7.6% {WHEN}",
            "It meets your target (7.6%).",
        ),
        (
            {"council_count": None, "value": 7.0, "gap": -0.6, "shortfall": None},
            PERCENT,
            TARGET,
            f"7.0% {WHEN}",
            "It meets your target (7.6%).",
        ),
        (
            {**NOT_RANKED, "council_count": None, "value": 7.6, "gap": 0.0},
            NEUTRAL,
            TARGET,
            f"7.6 per 10,000 children {YEAR}",
            "That is the same as your target (7.6).",
        ),
        (
            {**NOT_RANKED, "council_count": None, "verdict": "similar"},
            NEUTRAL,
            TARGET,
            f"15.0 per 10,000 children {YEAR}",
            f"That is 7.4 per 10,000 children above your target (7.6). {CHANCE}",
        ),
        (NOT_COMPARED, PERCENT, TARGET, f"15.0% {WHEN}", "Type a target to compare with."),
        (NOT_COMPARED, PERCENT, GROUP, f"15.0% {WHEN}", "Choose the councils of your group to compare with them."),
        (NOT_COMPARED, PERCENT, NEIGHBOURS, f"15.0% {WHEN}", NO_NEIGHBOURS),
        (
            NOT_RANKED,
            NEUTRAL,
            REGION,
            f"15.0 per 10,000 children {YEAR}",
            "That is 7.4 per 10,000 children above its region (7.6).",
        ),
        (
            {**NOT_RANKED, "value": 5.0, "gap": -2.6},
            NEUTRAL,
            REGION,
            f"5.0 per 10,000 children {YEAR}",
            "That is 2.6 per 10,000 children below its region (7.6).",
        ),
        (
            {**NOT_RANKED, "value": 7.6, "gap": 0.0},
            NEUTRAL,
            REGION,
            f"7.6 per 10,000 children {YEAR}",
            "That is the same as its region (7.6).",
        ),
        ({**NOT_RANKED, **NOT_COMPARED}, NEUTRAL, BEST, f"15.0 per 10,000 children {YEAR}", NO_BEST),
        ({**NOT_RANKED, **NOT_COMPARED}, COUNT, ENGLAND, "15.0 FTE at 30 September 2025.", A_COUNT),
    ],
)
def test_the_sentence_of_a_council(changes: Row, metric: Metric, benchmark: Benchmark, value: str, words: str) -> None:
    sentence = council_sentence("Leeds", row(**changes), metric, benchmark, [])
    assert sentence == f"In Leeds the rate of waits was {value} {words}"


def test_the_sentence_of_a_joint_return_says_so() -> None:
    kingston = row(rank=81, tied=3)
    sentence = council_sentence("Kingston upon Thames", kingston, PERCENT, BEST, ["Richmond upon Thames"])
    assert sentence.startswith(
        "In Kingston upon Thames the rate of waits was 15.0% at 30 September 2025 "
        "(joint return with Richmond upon Thames). It ranks joint 81st of 149 (3 share it). "
    )


def test_the_sentence_of_a_grade_is_of_the_latest_judgement() -> None:
    day = {"period_end": date(2026, 8, 20)}
    judged, ended = row(value=2.0, symbol="Good", **day), {**missing("not_given"), **day}
    assert [council_sentence("Leeds", one, GRADE, BEST, []) for one in (judged, ended)] == [
        "Leeds's latest judgement of impact of leaders at 20 August 2026 was Good.",
        "Leeds has no judgement of impact of leaders at 20 August 2026: not given since April 2026.",
    ]


COUNCILS = [
    row(name="Ashford", value=5.0, gap=-2.6),
    row(name="Bristol, City of", value=15.0),
    row(name="Isles of Ely", value=90.0, sets_cut=False),
    missing("suppressed", "c"),
]
DOWN, STILL, SILENT = row(value=14.2, change=-3.1), row(value=14.2, change=0.0), row(value=14.2)
SCORE = "1 of 3 councils meets the best-quarter standard (7.6% or lower)"
IF = "if all did, there would be 11 fewer vacant posts."
FAR = "Of the published figures that are ranked, Bristol's is the highest, at 15.0%."
LEFT = "1 council has no figure."
NONE = "There is no published figure for England of the rate of waits at 30 September 2025."


@pytest.mark.parametrize(
    ("england", "metric", "benchmark", "shortfall", "opening", "words"),
    [
        (
            DOWN,
            PERCENT,
            BEST,
            11.2,
            "14.2% at 30 September 2025, an improvement of 3.1 percentage points in a year.",
            f"{FAR} {SCORE}: {IF} {LEFT}",
        ),
        (
            SILENT,
            PERCENT,
            ENGLAND,
            None,
            "14.2% at 30 September 2025.",
            f"{FAR} 1 of 3 councils does at least as well as England (7.6% or lower). {LEFT}",
        ),
        (
            DOWN,
            NEUTRAL,
            REGION,
            None,
            "14.2 per 10,000 children in the year to 31 March 2025. It is down 3.1 per 10,000 children in a year.",
            (
                "Councils whose figure is printed range from 5.0 per 10,000 children (Ashford) to 15.0 per 10,000 "
                f"children (Bristol). {LEFT}"
            ),
        ),
        (
            STILL,
            COUNT,
            BEST,
            None,
            "14.2 FTE at 30 September 2025, no change in a year.",
            f"Councils whose figure is printed range from 5.0 FTE (Ashford) to 15.0 FTE (Bristol). {LEFT}",
        ),
    ],
)
def test_the_sentence_of_england(
    england: Row, metric: Metric, benchmark: Benchmark, shortfall: float | None, opening: str, words: str
) -> None:
    total = England(short=2, meet=1, without=1, shortfall_low=shortfall, shortfall_high=shortfall, uncounted=0)
    sentence = england_sentence(COUNCILS, england, metric, benchmark, total)
    assert sentence == f"In England the rate of waits was {opening} {words}"


def test_the_sentence_of_england_without_a_figure_for_england() -> None:
    unpublished = missing("not_available", "x")
    for england in (None, unpublished):
        assert england_sentence(COUNCILS, england, PERCENT, NEIGHBOURS, England(2, 1, 1, 11.2, 11.2, 0)) == (
            f"{NONE} {FAR} 1 of 3 councils does at least as well as the median of their own statistical neighbours. "
            f"{IF.capitalize()} {LEFT}"
        )
        nobody = England(short=0, meet=0, without=4, shortfall_low=None, shortfall_high=None, uncounted=0)
        assert england_sentence(COUNCILS, england, PERCENT, NEIGHBOURS, nobody) == (
            f"{NONE} {FAR} Fewer than five of any council's ten statistical neighbours have a figure in this period. "
            "4 councils have no figure."
        )
        assert england_sentence([unpublished], england, PERCENT, BEST, nobody) == (
            f"{NONE} No council has a figure: 1 not available (x)."
        )


@pytest.mark.parametrize(
    ("benchmark", "total", "words"),
    [
        (
            BEST,
            England(3, 0, 0, None, None, 0),
            "None of 3 councils meet the best-quarter standard (7.6% or lower).",
        ),
        (BEST, England(0, 3, 0, None, None, 0), "All 3 councils meet the best-quarter standard (7.6% or lower)."),
        (
            BEST,
            England(0, 1, 0, None, None, 0),
            "The one council meets the best-quarter standard (7.6% or lower).",
        ),
        (
            BEST_OF_REGION,
            England(0, 3, 2, None, None, 0, alone=1),
            (
                "All 3 councils meet the best-quarter standard of their own region. 2 councils have no figure. "
                "1 council has nothing to be compared with."
            ),
        ),
        (
            BEST_OF_TYPE,
            England(2, 1, 0, 1.2, 1.2, 1, alone=2),
            (
                "1 of 3 councils meets the best-quarter standard of their own type. If all did, there would be 1 fewer "
                "vacant post, leaving out 1 without published counts. 2 councils have nothing to be compared with."
            ),
        ),
        (
            TARGET,
            England(2, 1, 0, 0.3, 0.3, 2),
            "1 of 3 councils meets your target (7.6% or lower).",
        ),
        (
            GROUP,
            England(0, 0, 3, None, None, 0),
            "Choose the councils of your group to compare with them. 3 councils have no figure.",
        ),
        (TARGET, England(0, 0, 3, None, None, 0), "Type a target to compare with. 3 councils have no figure."),
    ],
)
def test_the_sentence_of_england_says_who_is_left_out_and_what_is_held_fixed(
    benchmark: Benchmark, total: England, words: str
) -> None:
    rows = [row(name="Ashford", value=5.0, gap=-2.6)]
    sentence = england_sentence(rows, None, PERCENT, benchmark, total)
    assert sentence == f"{NONE} {words}"


def test_the_sentence_of_england_names_all_who_are_furthest_behind() -> None:
    rows = [row(name=name, value=15.0) for name in ("Ashford", "Barton")]
    sentence = england_sentence(rows, None, PERCENT, BEST, England(2, 0, 0, None, None, 2))
    assert "Ashford and Barton are highest, at 15.0%." in sentence
    many = [row(name=f"Town {letter}", value=15.0) for letter in "ABCDEFG"]
    sentence = england_sentence(many, None, PERCENT, BEST, England(7, 0, 0, None, None, 7))
    assert "Town A, Town B, Town C, Town D and 3 more are highest, at 15.0%." in sentence


def test_furthest_behind_is_by_distance_where_each_council_has_its_own_benchmark() -> None:
    rows = [row(name="Ashford", value=12.0, benchmark=4.0, gap=8.0), row(name="Barton", value=15.0, gap=7.4)]
    sentence = england_sentence(rows, None, PERCENT, REGION, England(2, 0, 0, None, None, 2))
    assert sentence.endswith(
        "Ashford is furthest from the benchmark, at 12.0% against 4.0%. "
        "None of 2 councils do at least as well as their own region."
    )


def test_how_many_are_above_the_benchmark_of_a_neutral_measure() -> None:
    rows = [row(name=name, value=value, **NOT_RANKED) for name, value in (("Ashford", 5.0), ("Barton", 15.0))]
    sentence = england_sentence(rows, None, NEUTRAL, TARGET, England(1, 1, 0, None, None, 1))
    assert sentence.endswith("(Barton). Your target is 7.6 per 10,000 children. 1 of 2 councils is above it.")
    sentence = england_sentence(rows, None, NEUTRAL, NEIGHBOURS, England(1, 1, 0, None, None, 1))
    assert sentence.endswith("to 15.0 per 10,000 children (Barton).")


def test_the_sentence_of_grades_counts_every_council() -> None:
    day, total = {"period_end": date(2026, 8, 20)}, England(0, 0, 7, None, None, 0)
    rows = [row(value=value, **day) for value in (1.0, 1.0, 2.0, 4.0)]
    rows += [{**missing(status), **day} for status in ("not_given", "not_given", "no_row")]
    others = "In the others: 2 not given since April 2026 and 1 not inspected by then."
    assert england_sentence(rows, None, GRADE, BEST, total) == (
        "Ofsted's latest judgement of impact of leaders is Outstanding in 2 of 7 councils, Good in 1 and Inadequate "
        f"in 1. It covers reports to 20 August 2026. {others}"
    )
    assert england_sentence(rows[4:], None, GRADE, BEST, total) == (
        f"None of 3 councils had a judgement of impact of leaders by 20 August 2026. {others}"
    )


@pytest.mark.parametrize(
    ("changes", "metric", "words"),
    [
        ({}, PERCENT, "15.0%; 100th of 149; 7.4 percentage points above the benchmark (11 posts to fill)"),
        ({"value": 5.0, "gap": -2.6, "shortfall": None}, PERCENT, "5.0%; 100th of 149; meets the benchmark"),
        ({"return_id": "383+816", **NOT_COMPARED}, PERCENT, "15.0%; 100th of 149; joint return with York"),
        (NOT_RANKED, NEUTRAL, "15.0 per 10,000 children; 7.4 per 10,000 children above the benchmark"),
        ({**NOT_RANKED, **NOT_COMPARED}, COUNT, "15.0 FTE"),
        ({**NOT_RANKED, "gap": 0.0, "value": 7.6}, NEUTRAL, "7.6 per 10,000 children; the same as the benchmark"),
        ({**NOT_RANKED, **NOT_COMPARED, "value": 3.0}, GRADE, "Requires improvement to be good"),
    ],
)
def test_what_the_map_says_of_a_council(changes: Row, metric: Metric, words: str) -> None:
    assert comparisons.hover(row(**changes), metric, {"383": "Leeds", "816": "York"}) == words


def test_the_sentence_of_a_profile_is_which_quarters_and_no_score() -> None:
    best, worst = "in the best quarter of councils on", "in the worst quarter of councils on"
    neither = "Leeds is neither in the best nor in the worst quarter of councils."
    cases: list[tuple[list[int | None], str]] = [
        ([2, 3, 2], f"On its 3 ranked measures {neither}"),
        ([1, 2, 4], f"Of its 3 ranked measures, Leeds is {best} 1 (caseload) and {worst} 1 (turnover)."),
        ([1, 1, 2], f"Of its 3 ranked measures, Leeds is {best} 2 (caseload and vacancies) and in the worst on none."),
        ([3, 4, 4], f"Of its 3 ranked measures, Leeds is {worst} 2 (vacancies and turnover) and in the best on none."),
        ([3, 3, None], f"On its 2 ranked measures {neither} 1 more has no figure."),
        ([3, None, None], f"On its 1 ranked measure {neither} 2 more have no figure."),
        ([None, None, None], "Leeds has no published figure in any measure that ranks councils."),
    ]
    metrics = {name: measure(short_title=name) for name in ("Caseload", "Vacancies", "Turnover")}
    for quarters, words in cases:
        rows = [
            row(metric_id=name, quarter=quarter, **({} if quarter else {"rank": None}))
            for name, quarter in zip(metrics, quarters, strict=True)
        ]
        rows.append(row(metric_id="plans", **NOT_RANKED))
        assert profile_sentence("Leeds", rows, {**metrics, "plans": NEUTRAL}) == words


# The real figures, all of them.

NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")


def numbers(text: str) -> set[str]:
    return set(NUMBER.findall(text))


@cache
def numbers_of(metric: Metric, period_end: date) -> set[str]:
    """Those that the name of a measure and its period hold."""
    return numbers(f"{metric.noun} {metric.unit} {formats.period(metric, period_end)} {metric.title}")


Said = list[tuple[str, Row, Metric, Benchmark]]
PICKED = ("383", "302", "213", "314", "201")  # Leeds, Barnet, Westminster, Kingston upon Thames, City of London


def offered(db: Database, metric: Metric) -> list[Benchmark]:
    """All that a reader may compare with, the picked and the typed among it."""
    england = queries.england(db, metric, db.latest(metric.metric_id))
    target = round(england["value"], metric.decimals) if england and england["value"] else 10.0
    asked = [benchmarks.with_group(db, PICKED), benchmarks.with_target(target + 0.05, metric)]
    return [*BENCHMARKS.values(), *asked]


@pytest.fixture(scope="module")
def all_said(db: Database) -> Said:
    """The sentence of every council, in every measure's newest period, against every benchmark, with its row."""
    found: Said = []
    for metric in db.metrics.values():
        for benchmark in offered(db, metric):
            rows = queries.councils(db, metric, db.latest(metric.metric_id), benchmark)
            for one in rows.iter_rows(named=True):
                partners = queries.partners(db, one["return_id"], one["area_id"])
                sentence = council_sentence(one["name"], one, metric, benchmark, partners)
                found.append((sentence, one, metric, benchmark))
    assert len(found) > 90_000
    return found


def test_no_sentence_has_a_number_its_row_does_not_hold(all_said: Said) -> None:
    for sentence, one, metric, benchmark in all_said:
        figures = [one[name] for name in ("benchmark", "gap") if one[name] is not None]
        figures += [] if one["value"] is None else [formats.exact(one)]
        decimals = formats.decimals(one, metric)
        known = set[str]().union(*(numbers(formats.brief(abs(figure), metric, decimals)) for figure in figures))
        known |= {str(one["council_count"])}
        known |= numbers(f"{comparisons.rank(one)} {comparisons.gap(one, metric)} {comparisons.shortfall(one, metric)}")
        if one["benchmark_low"] is not None:
            known |= numbers(
                f"{comparisons.mark(one, benchmark, metric)} {comparisons.benchmark_value(one, benchmark, metric)}"
            )
        if not one["enough"]:
            known |= numbers(comparisons.too_many_hidden(one))
        known |= numbers(formats.unknown_in_full(one, metric))
        if one["not_ranked"]:
            known |= {"95", *numbers(one["not_ranked"])}
            known |= {formats.number(one[end], metric.decimals) for end in ("low", "high") if one[end] is not None}
        fixed = numbers_of(metric, one["period_end"])
        if one["value"] is None:
            fixed = fixed | numbers(formats.why(one, metric))
        if benchmark.id == "neighbours":
            fixed = fixed | {"10"}
        assert numbers(sentence) <= known | fixed, sentence
        if one["value"] is not None and not metric.graded:
            assert formats.brief(formats.exact(one), metric, decimals) in sentence
        if one["gap_low"] is not None:
            level = "" if one["benchmark"] is not None else f"that is {comparisons.benchmark_quantity(one, metric)}."
            assert comparisons.mark(one, benchmark, metric) in sentence or (level and level in sentence), sentence


HIDDEN: Row = {
    "value": None, "status": "suppressed", "symbol": "c", "value_low": 0.4, "value_high": 2.0, "denominator": 250.0,
    "rank": None, "rank_low": 28, "rank_high": 86, "ranked": 151, "tied": None, "quarter": None, "quarter_low": 2,
    "quarter_high": 3, "low": None, "high": None, "verdict": None, "gap": None, "gap_low": -0.8, "gap_high": 1.7,
    "shortfall": None, "shortfall_low": 0.0, "shortfall_high": 4.2,
}  # fmt: skip
SMALL = (
    "In Leeds the rate of waits was between 0.4% and 2.0% at 30 September 2025. It is hidden because it is small "
    "(a count of 1 to 5)."
)
OPEN: Row = {"benchmark": None, "benchmark_low": 0.254, "benchmark_high": 1.238}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {**HIDDEN, **OPEN},
            (f"{SMALL} It ranks between 28th and 86th of 151, in the second or third quarter. "
            f"It may or may not meet {THE_BEST}: that is between 0.25% and 1.24%."),
        ),
        (
            {**HIDDEN, **OPEN, "quarter_low": 1, "quarter_high": 2, "rank_low": 2, "rank_high": 3},
            (f"{SMALL} It ranks 2nd or 3rd of 151, in the better half. "
            f"It may or may not meet {THE_BEST}: that is between 0.25% and 1.24%."),
        ),
        (
            {**OPEN, "value": 5.0, "rank": None, "rank_low": 130, "rank_high": 131, "ranked": 151, "quarter": 4,
             "gap": None, "gap_low": 3.762, "gap_high": 4.746, "shortfall": None, "shortfall_low": 24.1,
             "shortfall_high": 30.4, "verdict": "worse"},
            ("In Leeds the rate of waits was 5.0% at 30 September 2025. It ranks 130th or 131st of 151, in the worst "
            f"quarter whatever the hidden figures are. That is between 3.76 and 4.75 percentage points above "
            f"{THE_BEST} (between 0.25% and 1.24%): 24 to 30 posts to fill."),
        ),
        (
            {"sets_cut": False, "not_ranked": "based on fewer than 20"},
            ("In Leeds the rate of waits was 15.0% at 30 September 2025. It is not ranked: based on fewer than 20. Its "
            "95% interval is 12.0% to 18.0%."),
        ),
        (
            {"rank": 24, "tied": 2, "ranked": 32, "figures": 53, "hidden": 97, "enough": False, "quarter": None,
             **NOT_COMPARED},
            ("In Leeds the rate of waits was 15.0% at 30 September 2025. It ranks joint 24th of the 32 "
            "ranked among the 53 councils with a figure (2 share it). 97 of 150 figures are hidden to "
            "protect small numbers: too many to say what councils reach."),
        ),
    ],
)  # fmt: skip
def test_the_sentence_of_a_council_where_figures_are_hidden(changes: Row, words: str) -> None:
    assert council_sentence("Leeds", row(**changes), PERCENT, BEST, []) == words


def test_a_quarter_is_claimed_only_where_it_is_one() -> None:
    total = England(short=89, meet=59, without=5, shortfall_low=None, shortfall_high=None, uncounted=89)
    rows = [row(benchmark=7.0, council_count=148, reached=59, value=7.0, gap=0.0), *[row(gap=8.0)] * 2]
    sentence = england_sentence(rows, None, PERCENT, BEST, total)
    assert "59 of 148 councils meet the best-quarter standard (7.0% or lower)." in sentence
    assert "A quarter" not in sentence


def test_a_name_is_lowest_or_highest_only_where_it_is_alone() -> None:
    values = {"Ashford": 0.0, "Barton": 0.0, "Carlow": 3.0}
    rows = [row(name=name, return_id=name, value=value) for name, value in values.items()]
    sentence = england_sentence(rows, None, NEUTRAL, ENGLAND, England(0, 0, 0, None, None, 0))
    assert "range from 0.0 per 10,000 children (2 councils) to 3.0 per 10,000 children (Carlow)." in sentence


# "was 14.9% at ..., 98th of 149. That is 7.15 percentage points above the best-quarter standard (7.75%)".
VALUE = re.compile(r"(?: was |: )£?([\d,]+(?:\.\d+)?)(?=[% ])")
APART = re.compile(r"That is £?([\d,]+(?:\.\d+)?) .*?(above|below) .*?\(£?([\d,]+(?:\.\d+)?)(?=[%,)])")


def test_numbers_add_up_as_printed_for_every_council_measure_and_benchmark(all_said: Said) -> None:
    counted = 0
    for sentence, one, metric, _ in all_said:
        if one["gap"] is None or metric.graded or (metric.ranked and one["gap"] <= 0) or one["gap"] == 0:
            continue
        value, apart = VALUE.search(sentence), APART.search(sentence)
        assert value, sentence
        assert apart, sentence
        shown, gap, benchmark = (Decimal(text.replace(",", "")) for text in (value[1], apart[1], apart[3]))
        assert gap > 0, sentence
        assert shown - benchmark == (gap if apart[2] == "above" else -gap), sentence
        # A longer number is the figure too, as far as it goes.
        to = Decimal(1).scaleb(-formats.decimals(one, metric))
        by_counts = one["value_low"] is not None and one["value_low"] == one["value_high"]
        exact = one["value_low"] if by_counts else one["value"]
        assert shown == Decimal(repr(exact)).quantize(to, ROUND_HALF_UP)
        counted += 1
    assert counted > 40_000


BETWEEN = r"between £?([\d,]+(?:\.\d+)?)%? and £?([\d,]+(?:\.\d+)?)"
APART_BETWEEN = re.compile(rf"That is {BETWEEN} .*?(above|below) .*?\({BETWEEN}(?=[%,) ])")


def test_the_ends_of_a_gap_that_is_left_open_add_up_as_printed_too(all_said: Said) -> None:
    """An exact figure beside a benchmark in a range: each end of the gap is the figure minus an end of that."""
    counted = 0
    for sentence, one, _, _ in all_said:
        if one["gap"] is not None or one["benchmark"] is not None or one["value"] is None:
            continue
        value, apart = VALUE.search(sentence), APART_BETWEEN.search(sentence)
        if apart is None or (one["value_low"] is not None and one["value_low"] < one["value_high"]):
            continue
        assert value, sentence
        least, most, low, high = (Decimal(apart[at].replace(",", "")) for at in (1, 2, 4, 5))
        shown = Decimal(value[1].replace(",", ""))
        assert least < most, sentence
        assert {abs(shown - low), abs(shown - high)} == {least, most}, sentence
        counted += 1
    assert counted > 1_000


def test_every_sentence_is_true_of_its_row(all_said: Said) -> None:
    for sentence, one, metric, against in all_said:
        value, benchmark = one["value"], one["benchmark"]
        compared = one["gap"] is not None
        if one["gap_low"] is not None and (not compared or benchmark is None):
            # Hidden figures leave it open; what is said then has tests of its own.
            continue
        short = compared and metric.ranked and (value > benchmark if metric.lower_is_better else value < benchmark)
        only_where = {
            " has no ": value is None and one["value_low"] is None,
            "It meets ": compared and metric.ranked and not short and against.to_meet,
            "It is better than ": compared and metric.ranked and not short and value != benchmark,
            "the same as ": compared and value == benchmark,
            " above ": compared and value > benchmark and (short or metric.neutral),
            " below ": compared and value < benchmark and (short or metric.neutral),
            "no best": metric.neutral and not metric.counted and benchmark is None,
            " share it)": (one["tied"] or 0) > 1,
            "Chance could explain": one["verdict"] == "similar" and one["interval_allows_for"] == CHANCE_ALONE,
            "is usual between councils": one["verdict"] == "similar" and one["interval_allows_for"] != CHANCE_ALONE,
            "(indicative)": metric.indicative,
            "not given since April 2026": one["status"] == "not_given",
            ", with ": one["shortfall"] is not None and short,
            "your group (": against.id == "group" and compared,
            "your target (": against.id == "target" and compared,
            "its region ": against.id in ("region", "best_quarter_region"),
            "Fewer than five": (against.own or against.id.startswith("outstanding")) and benchmark is None,
            "Type a target": against.id == "target" and benchmark is None,
            "Choose the councils": against.id == "group" and benchmark is None,
        }
        for words, holds in only_where.items():
            assert holds or words not in sentence, (words, sentence)
        assert (value is not None and "+" in one["return_id"]) == ("joint return with" in sentence), sentence
        assert short == (compared and metric.ranked and "That is " in sentence), sentence
        assert not re.search(r"None|\bnan\b|  |\.\.|\{", sentence), sentence
        assert sentence.endswith("."), sentence


def test_no_distance_is_said_to_be_nothing(all_said: Said) -> None:
    """Who is 0.02 points over a benchmark is not "0.0 points above" it."""
    assert [sentence for sentence, *_ in all_said if re.search(r"That is 0(\.0+)? ", sentence)] == []


def test_better_is_not_said_of_what_chance_could_explain(all_said: Said) -> None:
    """Rule `chance`: better, similar or worse; said to both sides, those that meet a mark too."""
    unsure = ("is not statistically significant", "is usual between councils")
    for sides in (("It is better than", "It meets"), ("That is ",)):
        said = [(s, one) for s, one, *_ in all_said if any(side in s for side in sides) and " the same as " not in s]
        assert [s for s, one in said if (one["verdict"] == "similar") != any(words in s for words in unsure)] == []


def test_the_sentence_of_england_adds_up(db: Database) -> None:
    """Those that reach it, fall short, has no figure or nothing to be compared with: together they are all returns."""
    met = "(?:meets?|do(?:es)? at least as well as)"
    scores = (
        rf"(?P<meet>\d+) of (?P<all>\d+) councils {met} .*? (?P<short>\d+) do not, and for \d+ (?:hidden|the unknown)",
        rf"(?P<meet>\d+) of (?P<all>\d+) councils {met}(?!.* do not, and for )",
        rf"None of (?P<short>\d+) councils {met}",
        rf"All (?P<meet>\d+) councils {met}",
    )
    for metric in db.metrics.values():
        newest = db.latest(metric.metric_id)
        for benchmark in offered(db, metric):
            rows = queries.councils(db, metric, newest, benchmark)
            total = comparison.england_if_all_met(rows)
            england = queries.england(db, metric, newest)
            sentence = england_sentence(rows.to_dicts(), england, metric, benchmark, total)
            assert not re.search(r"None|\bnan\b|  |\.\.|\{", sentence), sentence
            found = [score for score in (re.search(pattern, sentence) for pattern in scores) if score]
            assert len(found) == (metric.ranked and total.compared > 0), sentence
            for score in found:
                said = {name: int(number) for name, number in score.groupdict().items()}
                short = said.get("short", said["all"] - said["meet"] if "all" in said else 0)
                assert (said.get("meet", 0), short) == (total.meet, total.short), sentence
            returns = rows["return_id"].n_unique()
            assert total.compared + total.without + total.alone + total.small == returns, sentence
            left_out = re.search(r"(\d+) councils? ha(?:s|ve) no figure", sentence)
            if not metric.graded and (total.compared or not metric.ranked) and total.without < returns:
                assert (int(left_out[1]) if left_out else 0) == total.without, sentence


def test_who_is_said_to_be_highest_or_lowest_is_the_last_by_rank_whatever_is_hidden(db: Database) -> None:
    kinds = []
    for metric in (metric for metric in db.metrics.values() if metric.ranked):
        rows = queries.councils(db, metric, db.latest(metric.metric_id), BEST)
        sentence = england_sentence(rows.to_dicts(), None, metric, BEST, comparison.england_if_all_met(rows))
        said = re.search(r"[^.]*(?:is|are) (the )?(?:highest|lowest), at ", sentence)
        withheld = rows.filter(rows["symbol"].is_in(["c", "u"]) & rows["value_low"].is_null() & ~rows["very_small"])
        last = rows.filter(rows["rank"] + rows["tied"] - 1 == rows["ranked"], rows["gap_low"] > 0)
        kinds.append((said is not None, withheld.height > 0, last.height > 0))
        if said and not said[1]:
            assert withheld.is_empty(), sentence
            assert last.height > 0, sentence
            assert formats.place(last["name"][0]) in said[0] or "more" in said[0], sentence
        elif said:
            assert said[0].startswith("Of the published figures") or " Of the published figures" in said[0], sentence
        if last.height and rows["enough"].all():
            assert said, sentence
    assert {(True, False, True), (True, True, True), (False, True, False)} <= set(kinds)
