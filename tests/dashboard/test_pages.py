"""Every page as a script: for councils and measures of every kind, each benchmark, and addresses nobody would type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.analysis import comparison, group, queries
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.data.database import Database
from dashboard.data.model import GRADES
from dashboard.data.versions import Store, store
from dashboard.pages.shared import session
from dashboard.views.text import formats
from dashboard.views.text.council import council_sentence, opening, profile_sentence
from dashboard.views.text.england import england_sentence
from dashboard.views.text.grammar import opening as opens
from dashboard.views.text.group import among, group_sentence
from tests.dashboard.helpers import (
    ALL_OPEN,
    HOSTILE_QUERIES,
    PAGES,
    WITHOUT_CHOICES,
    Query,
    html,
    kinds,
    opened,
    sentences,
    warnings,
)

COUNCILS = ("Leeds", "Isles of Scilly", "Westminster", "Kingston upon Thames", "Cumberland")

pytestmark = pytest.mark.usefixtures("served")


def period(app: AppTest) -> str:
    return str(app.selectbox(key="period").value)


def choose(app: AppTest, *, la: str | None, metric: str, benchmark: str) -> None:
    """Of the choices those that the page shows: with a council there may be more."""
    app.selectbox(key="la").set_value(la)
    app.run()
    shown = {one.key for one in app.selectbox}
    for key, value in (("metric", metric), ("benchmark", benchmark)):
        if key in shown:
            app.selectbox(key=key).set_value(value)
    app.run()


def of_kinds(db: Database, *, councils: int) -> list[tuple[str | None, str, str]]:
    """Council (or none), measure and benchmark: each kind of measure with so many councils; all of them in turn."""
    everybody, benchmarks = (None, *COUNCILS), list(BENCHMARKS)
    return [
        (
            everybody[(first + second * len(everybody) // councils) % len(everybody)],
            metric_id,
            benchmarks[(first + second) % len(benchmarks)],
        )
        for first, metric_id in enumerate(kinds(db))
        for second in range(councils)
    ]


def expected(db: Database, council: str | None, metric_id: str, benchmark_id: str, label: str) -> str:
    """The sentence of a choice."""
    metric, benchmark = db.metrics[metric_id], BENCHMARKS[benchmark_id]
    period = next(one for one in db.periods[metric_id] if one.label == label)
    rows = queries.councils(db, metric, period, benchmark)
    if council is None:
        total = comparison.england_if_all_met(rows)
        return england_sentence(rows.to_dicts(), queries.england(db, metric, period), metric, benchmark, total)
    area_id = {name: number for number, name in db.authorities.items()}[council]
    members = group.members(db, benchmark, area_id)
    row = group.own_row(db, rows, members, area_id)
    assert row is not None
    partners = queries.partners(db, row["return_id"], row["area_id"])
    return council_sentence(council, row, metric, benchmark, partners, among(members))


def first_words(text: str) -> str:
    """What of a text opens a page."""
    return opens(text)[0]


def test_the_map_opens_with_the_sentence_of_what_is_chosen(db: Database) -> None:
    app = opened()
    for council, metric_id, benchmark in of_kinds(db, councils=2):
        choose(app, la=council, metric=db.metrics[metric_id].title, benchmark=BENCHMARKS[benchmark].label)
        assert not app.exception, (council, metric_id, benchmark)
        assert sentences(app) == [first_words(expected(db, council, metric_id, benchmark, period(app)))]
        assert not app.warning


def test_a_councils_page_opens_with_its_profile_and_says_the_chosen_measure_below(db: Database) -> None:
    app = opened("Council", la="Leeds", **ALL_OPEN)
    numbers = {name: area_id for area_id, name in db.authorities.items()}
    for council, metric_id, benchmark in of_kinds(db, councils=3):
        if council is None:
            continue
        choose(app, la=council, metric=db.metrics[metric_id].title, benchmark=BENCHMARKS[benchmark].label)
        assert not app.exception, (council, metric_id, benchmark)
        profile = queries.profile(db, numbers[council], BENCHMARKS[benchmark])
        members = group.members(db, BENCHMARKS[benchmark], numbers[council])
        ranked = group.ranked_among(db, profile, members)
        _, weakest = group.extremes(ranked, members)
        inspections = queries.inspections(db, numbers[council])
        first = weakest.row(0, named=True) if weakest.height else None
        said = sentences(app)
        assert said[0] == opening(council, inspections, profile.to_dicts(), db.metrics, first, among(members))
        assert any(one.startswith(expected(db, council, metric_id, benchmark, period(app))) for one in said)
        assert (
            group_sentence(council, ranked, db.metrics, members)
            if members
            else profile_sentence(council, profile.to_dicts(), db.metrics)
        ) in said
        assert [header.value for header in app.header] == [
            "The measures that matter most", "What Ofsted asked for", "Councils to learn from",
            "What to ask the council", f"More on {formats.place(council)}",
        ]  # fmt: skip
        assert f"{db.metrics[metric_id].title}: over time and among all councils" in [one.label for one in app.expander]


def test_the_front_page_opens_with_the_sentence_of_what_is_chosen(db: Database) -> None:
    app = opened("England")
    for council, metric_id, benchmark in of_kinds(db, councils=2):
        choose(app, la=council, metric=db.metrics[metric_id].title, benchmark=BENCHMARKS[benchmark].label)
        assert not app.exception, (council, metric_id, benchmark)
        # A council that is chosen waits on the other pages; here it is all of England.
        assert sentences(app)[0] == first_words(expected(db, None, metric_id, benchmark, period(app)))


@pytest.mark.parametrize(
    ("page", "council"),
    [("England", None), *(("Council", one) for one in ("Harrow", "Westminster", *COUNCILS[1:2], *COUNCILS[3:4]))],
)
def test_what_it_would_take_is_said_for_every_lever(page: str, council: str | None) -> None:
    app = opened(page, **({"la": council, **ALL_OPEN} if council else {}))
    for lever in app.selectbox(key="lever").options:
        app.selectbox(key="lever").set_value(lever).run()
        assert not app.exception, (council, lever)
        assert "Illustrative: arithmetic on published figures, not a forecast." in html(app)
        (number,) = app.number_input
        number.set_value((number.value or 1) * 2).run()
        assert not app.exception, (council, lever)


@pytest.mark.parametrize("page", ["Inspections", "Best councils", "Compare"])
def test_every_page_opens_for_every_kind_of_measure_and_the_awkward_councils(db: Database, page: str) -> None:
    app = opened(page)
    for council, metric_id, benchmark in of_kinds(db, councils=2):
        choose(app, la=council, metric=db.metrics[metric_id].title, benchmark=BENCHMARKS[benchmark].label)
        assert not app.exception, (council, metric_id, benchmark)
        assert sentences(app)[0].endswith(".")


def test_the_sentences_are_true_of_the_database(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    """The value in the sentence is that of the file, asked directly; what is missing says its symbol, what is hidden
    its range."""
    figures = {
        tuple(key): figure
        for *key, figure in database.execute(
            "SELECT name, metric_id, period, [value::VARCHAR, symbol, value_low::VARCHAR, value_high::VARCHAR] "
            "FROM observation JOIN area USING (area_id)"
        ).fetchall()
    }
    for number, (metric_id, metric) in enumerate(db.metrics.items()):
        council, latest = COUNCILS[number % len(COUNCILS)], db.latest(metric_id).label
        # Without a benchmark a figure has the decimals of its measure.
        sentence = expected(db, council, metric_id, "group", latest)
        value, symbol, low, high = figures[council, metric_id, latest]
        if value is None and low is not None:
            ends = [Decimal(end).quantize(Decimal(10) ** -metric.decimals, ROUND_HALF_UP) for end in (low, high)]
            assert "It is hidden because it is small (a count of 1 to 5)." in sentence
            assert re.search(rf"\bbetween £?{ends[0]:,}%? and £?{ends[1]:,}\b", sentence), sentence
        elif value is None:
            assert f"{council} has no " in sentence
            assert not symbol or sentence.endswith(f"({symbol})."), sentence
        elif metric.graded:
            assert sentence.endswith(f" was {symbol}.")
        else:
            shown = Decimal(value).quantize(Decimal(10) ** -metric.decimals, ROUND_HALF_UP)
            with_unit = f"{shown:,}{'%' if metric.unit == '%' else f' {metric.unit}'}"
            # "540 £ per week" is said "£540 per week".
            with_unit = re.sub(r"^([\d,.]+) £ ", r"£\1 ", with_unit)
            # What is called a score need not be said to be one.
            with_unit = with_unit.removesuffix(" score")
            assert re.search(rf"(?: was|:) {re.escape(with_unit)} ", sentence), sentence


@pytest.mark.parametrize(
    ("council", "metric", "words"),
    [
        ("Leeds", "Social worker vacancy rate", "was 2.1% at 30 September 2025, joint 6th of 147 (2 share it)."),
        ("Westminster", "Social worker vacancy rate", "not available (x)."),
        ("Kingston upon Thames", "Social worker vacancy rate", "(joint return with Richmond upon Thames)"),
        ("Isles of Scilly", "Social worker vacancy rate", "was 100.0%"),
        ("Lancashire", "Ofsted judgement: overall effectiveness", "not given since April 2026."),
    ],
)
def test_the_first_sentence_of_some_councils(council: str, metric: str, words: str) -> None:
    (sentence,) = sentences(opened(la=council, metric=metric))
    assert words in sentence


def test_lancashire_shows_its_four_judgements_and_that_overall_was_not_given() -> None:
    app = opened("Council", la="Lancashire")
    cards = re.findall(r'<span class="strand">([^<]*)</span><span class="grade">([^<]*)</span>', html(app))
    assert [strand for strand, _ in cards] == [
        "Overall effectiveness", "Impact of leaders", "Help and protection", "Children in care", "Care leavers",
    ]  # fmt: skip
    assert cards[0][1] == "Not given since April 2026"
    assert {grade for _, grade in cards[1:]} <= set(GRADES)
    assert "August 2026" in html(app)


@pytest.mark.parametrize(
    ("council", "words"),
    [
        ("Cumberland", "began on 1 April 2023. Earlier figures are those of Cumbria"),
        ("Kingston upon Thames", "jointly with Richmond upon Thames"),
        ("Isles of Scilly", "is very small"),
    ],
)
def test_a_councils_page_says_what_must_be_known_first(council: str, words: str) -> None:
    assert [words in notice.value for notice in opened("Council", la=council).info] == [True]


def test_a_council_before_it_existed_is_said_not_to_have_existed() -> None:
    app = opened("Council", la="Cumberland", period="2020")
    assert not app.exception
    assert "Cumberland did not exist at 30 September 2020." in sentences(app)


def test_the_council_page_without_a_council_links_to_all_153(db: Database) -> None:
    app = opened("Council")
    assert not app.exception
    assert len(re.findall(r"<a data-choose href=\"[^\"]*la=", html(app))) == len(db.authorities) == 153


def test_old_periods_of_every_kind_of_measure_open(db: Database) -> None:
    app = opened(la="Leeds")
    for metric in (db.metrics[metric_id] for metric_id in kinds(db)):
        app.selectbox(key="metric").set_value(metric.title).run()
        labels = [period.label for period in db.periods[metric.metric_id]]
        assert list(app.selectbox(key="period").options) == labels
        for label in (labels[-1], labels[len(labels) // 2]):
            app.selectbox(key="period").set_value(label).run()
            assert not app.exception, (metric.metric_id, label)
            assert len(sentences(app)) == 1


def test_a_period_that_the_next_measure_lacks_gives_way_to_its_newest(db: Database) -> None:
    app = opened(metric="Referrals to children's social care", period="2013")
    assert app.selectbox(key="period").value == "2013"
    app.selectbox(key="metric").set_value("Social worker vacancy rate").run()
    assert not app.exception
    assert app.selectbox(key="period").value == db.latest("vacancy_rate").label


def test_whoever_looks_at_the_newest_period_does_so_of_the_next_measure_too(db: Database) -> None:
    """Children are counted to mid-2024; vacancies, after them, are those of 2025 and not of 2024."""
    app = opened(la="Leeds")
    for metric_id in ("children", "vacancy_rate", "judgement_leaders"):
        app.selectbox(key="metric").set_value(db.metrics[metric_id].title).run()
        assert app.selectbox(key="period").value == db.latest(metric_id).label


def test_the_map_is_coloured_and_drawn_as_chosen(db: Database) -> None:
    app = opened()
    for metric in (db.metrics[metric_id] for metric_id in kinds(db)):
        app.selectbox(key="metric").set_value(metric.title).run()
        controls = {control.key: control for control in app.segmented_control}
        ways = list(controls["colour"].options) if "colour" in controls else []
        assert ("Quarter" in ways) == metric.ranked
        for way in ways:
            app.segmented_control(key="colour").set_value(way).run()
            assert not app.exception, (metric.metric_id, way)
        app.segmented_control(key="view_as").set_value("Tiles").run()
        assert not app.exception
        app.segmented_control(key="view_as").set_value("Map").run()


def test_tables_are_drawn_when_they_are_opened_and_not_before() -> None:
    assert "<table" not in html(opened())
    assert html(opened(table="true")).count("<tr") == 154
    assert "over time</caption>" not in html(opened("Council", la="Leeds"))
    assert "over time</caption>" in html(opened("Council", la="Leeds", course="true"))
    assert "inspections since 2013</caption>" in html(opened("Council", la="Leeds", inspections="true"))


def test_the_limits_of_verdicts_are_chosen_in_the_address() -> None:
    """Sandwell's 8.7 % beats England's 14.2 % by more than chance, but not more than councils usually differ."""
    page = {"la": "Sandwell", "benchmark": "England", **ALL_OPEN}
    assert "A difference of this size is usual between councils (indicative)." in html(opened("Council", **page))
    alone = opened("Council", **page, limits="Chance alone")
    assert alone.selectbox(key="limits").value == "Chance alone"
    assert "95% limits, which allow for chance alone." in html(alone)
    assert "is usual between councils" not in html(alone)
    assert any("limits" in warning.value for warning in opened("Council", **page, limits="Nothing").warning)


def test_a_group_is_picked_by_name_and_nobody_in_it_is_compared_with_itself(db: Database) -> None:
    app = opened(benchmark="My group", group=["Leeds", "York"])
    assert app.multiselect(key="group").value == ["Leeds", "York"]
    assert "do at least as well as the median of your group (2.25% or lower)" in sentences(app)[0]
    app.selectbox(key="la").set_value("Leeds").run()
    assert sentences(app)[0].endswith("It is better than the median of your group (2.4%, 1 council). "
                                      "A difference of this size is usual between councils (indicative).")  # fmt: skip
    app.multiselect(key="group").set_value(["Leeds"]).run()
    assert sentences(app)[0].endswith(
        "No other council of your group has a figure in this period that sets a benchmark."
    )
    app.multiselect(key="group").set_value([]).run()
    assert sentences(app)[0].endswith("Choose the councils of your group to compare with them.")
    assert not app.exception


def test_a_group_waits_while_another_benchmark_is_looked_at() -> None:
    app = opened(benchmark="My group", group=["Leeds", "York"])
    app.selectbox(key="benchmark").set_value("England").run()
    assert not [one for one in app.multiselect if one.key == "group"]
    app.selectbox(key="benchmark").set_value("My group").run()
    assert app.multiselect(key="group").value == ["Leeds", "York"]


def test_a_name_in_a_group_that_is_not_known_is_said_so_and_the_others_stay() -> None:
    app = opened(benchmark="My group", group=["Ledes", "York"])
    assert [warning.value for warning in app.warning] == ["There is no council called “Ledes”. Did you mean Leeds?"]
    assert app.multiselect(key="group").value == ["York"]
    assert not app.exception


def test_a_target_is_typed_for_one_measure_in_its_unit() -> None:
    app = opened(benchmark="A target", target="7.65", la="Leeds")
    assert app.number_input(key="target").label == "Target for vacancies, in %"
    assert sentences(app)[0].endswith("It meets your target (7.65%).")
    app.selectbox(key="metric").set_value("Average caseload").run()
    assert app.number_input(key="target").value is None
    assert app.number_input(key="target").label == "Target for caseload, in cases per social worker"
    assert "Type a target to compare with." in sentences(app)[0]
    app.number_input(key="target").set_value(14.0).run()
    assert "above your target (14.0)" in sentences(app)[0]
    assert not app.exception


@pytest.mark.parametrize("typed", ["abc", "-5", "nan", "inf", "1e400", "8%", "<b>8</b>"])
def test_what_is_no_target_is_said_so(typed: str) -> None:
    app = opened(benchmark="A target", target=typed)
    assert not app.exception
    (warning,) = app.warning
    assert warning.value.endswith("” cannot be a target: type a number from 0 up.")
    assert "<" not in warning.value
    assert "Type a target to compare with." in sentences(app)[0]


@pytest.mark.parametrize("page", ["Map", "Council", "Data", "England"])
def test_every_page_takes_a_group_and_a_target(page: str) -> None:
    for query in ({"benchmark": "My group", "group": ["Leeds", "York"]}, {"benchmark": "A target", "target": "8"}):
        app = opened(page, la="Leeds", **query)
        assert not app.exception
        assert not app.warning


def test_a_second_map_has_its_own_sentence_period_table_and_file(db: Database) -> None:
    app = opened(la="Leeds", compare_metric="Average caseload", compare_period="2019", compare_table="true")
    assert not app.exception
    first, second = sentences(app)
    assert first == expected(db, "Leeds", "vacancy_rate", "best_quarter", "2025")
    assert second == expected(db, "Leeds", "caseload", "best_quarter", "2019")
    assert "Average caseload, 30 September 2019</caption>" in html(app)
    assert re.findall('<h2 class="sub"[^>]*>([^<]*)', html(app)) == [
        "Social worker vacancy rate, 30 September 2025", "Average caseload, 30 September 2019",
    ]  # fmt: skip
    assert len(app.get("download_button")) == 2


def test_two_years_of_one_measure_begin_with_the_oldest_beside_the_newest(db: Database) -> None:
    app = opened(compare_metric="Social worker vacancy rate")
    assert not app.exception
    assert app.selectbox(key="compare_period").value == db.periods["vacancy_rate"][-1].label
    app.selectbox(key="compare_period").set_value("2025").run()  # the same picture twice is no error
    assert not app.exception
    first, second = sentences(app)
    assert first == second
    # What does not fit is told below each.
    assert html(app).count("2 councils have no figure.") == 2


def test_a_second_map_of_a_measure_that_lacks_the_colour_scheme_has_its_first(db: Database) -> None:
    app = opened(colour="Verdict", compare_metric="Ofsted judgement: impact of leaders")
    assert not app.exception
    assert len(sentences(app)) == 2


@pytest.mark.parametrize("colour", ["Verdict", "Change", "Trend"])
@pytest.mark.parametrize("council", [None, "Leeds", "Westminster", "Cumberland"])
def test_the_map_by_verdict_change_or_trend_says_what_is_to_be_seen(
    db: Database, colour: str, council: str | None
) -> None:
    query = {"la": council} if council else {}
    plain = sentences(opened(**query))[0]
    app = opened(colour=colour, **query)
    assert not app.exception
    (sentence,) = sentences(app)
    assert sentence.partition(". ")[0] == plain.partition(". ")[0]
    assert (sentence != plain) == (council != "Westminster")  # which has no figure


def test_measures_are_coloured_only_by_what_they_have(db: Database) -> None:
    app = opened()
    ways = {
        "vacancy_rate": ["Quarter", "Value", "Compared with benchmark", "Verdict", "Change", "Trend"],
        "caseload": ["Quarter", "Value", "Compared with benchmark", "Change", "Trend"],
        "plan_rate": ["Value", "Change", "Trend"],
        "vacancies_fte": ["Value", "Change", "Trend"],
    }
    for metric_id, offered in ways.items():
        app.selectbox(key="metric").set_value(db.metrics[metric_id].title).run()
        assert list(app.segmented_control(key="colour").options) == offered
    app.selectbox(key="benchmark").set_value("England")
    app.selectbox(key="metric").set_value(db.metrics["plan_rate"].title).run()
    assert list(app.segmented_control(key="colour").options) == [
        "Value", "Compared with benchmark", "Verdict", "Change", "Trend",
    ]  # fmt: skip
    app.selectbox(key="metric").set_value(db.metrics["judgement_leaders"].title).run()
    assert not [control for control in app.segmented_control if control.key == "colour"]


def test_who_contributes_to_the_benchmark_is_listed_when_asked() -> None:
    assert '<ul class="behind">' not in html(opened())
    for benchmark in BENCHMARKS.values():
        for query in ({}, {"la": "Leeds"}):
            app = opened(behind="true", benchmark=benchmark.label, **query)
            assert not app.exception, benchmark.label
    assert '<ul class="behind">' in html(opened(behind="true"))


@pytest.mark.parametrize("page", [page for page in PAGES if page not in WITHOUT_CHOICES])
def test_a_name_that_is_not_known_is_said_so_and_the_page_opens_all_the_same(page: str) -> None:
    app = opened(page, la="Ledes", metric="Vacancy rate of wizards", benchmark="England")
    assert not app.exception
    said = [warning.value for warning in app.warning]
    assert "There is no council called “Ledes”. Did you mean Leeds?" in said
    assert any(words.startswith("There is no measure called “Vacancy rate of wizards”.") for words in said)
    assert len(said) == 2
    assert sentences(app) or page == "Council"


def broken(page: str, query: Query) -> list[str]:
    """What a page at an address shows that is no plain text of it."""
    app = opened(page, **query)
    shown = (html(app) + "".join(warnings(app))).replace("....etcpasswd", "")
    return [mark for mark in ("<img src=x", "<script>alert", "](", "etc/passwd") if mark in shown]


@pytest.mark.parametrize("number", range(len(HOSTILE_QUERIES)))
def test_no_address_breaks_the_map(number: int) -> None:
    """It draws all choices that pages share, which the same code reads on every page."""
    assert broken("Map", HOSTILE_QUERIES[number]) == []


ODD: list[str | list[str]] = [
    "<img src=x onerror=alert(1)>",
    ["<script>alert(1)</script>", "![x](https://evil.example/x.png)", "[click](javascript:alert(1))"],
    ["../../etc/passwd", "\x00\x01\x02", "{{7*7}}${7*7}%s%d"],
    "L" * 20_000,
    "",
]
# What pages share of an address, as far as something of it is right.
HALF_RIGHT: list[Query] = [
    {"la": "Westminster", "benchmark": "nothing"},
    {"la": "Cumbria", "metric": "vacancy_rate", "period": "1066"},
    {"la": "City of London", "metric": "Average caseload", "period": "2013", "benchmark": "Region"},
    {"benchmark": "My group", "group": ["Leeds"] * 200 + ["../../etc/passwd"] * 200},
    {"la": "Leeds", "benchmark": "My group", "group": "<img src=x onerror=alert(1)>"},
    {"la": "Leeds", "benchmark": "A target", "target": "<script>alert(1)</script>"},
    {"la": "Leeds", "unknown": "x" * 1000, "__class__": "1", "la[]": "Leeds"},
]


@pytest.mark.parametrize("page", [page for page in PAGES if page != "Map"])
def test_no_address_breaks_a_page(page: str) -> None:
    """Every choice that it draws, all at once, is what it cannot be; and what it shares is half right."""
    names = choices_of(opened(page, la="Leeds"))
    assert names or page == "Accessibility"
    for odd in ODD:
        spoiled = dict.fromkeys(names, odd)
        assert broken(page, spoiled) == [], odd
        assert broken(page, {**spoiled, "la": "Leeds"}) == [], odd
    for query in HALF_RIGHT:
        assert broken(page, query) == [], query


def choices_of(app: AppTest) -> list[str]:
    """The choices a page draws that are in its address."""

    def within(block: Any) -> Iterator[str]:
        for child in getattr(block, "children", {}).values():
            proto = getattr(child, "proto", None)
            for one in (proto, getattr(proto, "expandable", None)):
                yield getattr(one, "query_param_key", "")
            yield from within(child)

    return sorted({name for name in within(app._tree) if name})


def test_the_choices_of_a_page_are_found() -> None:
    """Of every kind, so that the test above is known to spoil them."""
    assert choices_of(opened("Map", la="Leeds")) == [
        "behind", "benchmark", "colour", "compare_metric", "la", "metric", "period", "table", "view_as",
    ]  # fmt: skip
    assert {"areas", "newest", "shape", "with"} < set(choices_of(opened("Data")))
    assert choices_of(opened("Methods")) == ["measure", "q", "section"]
    assert "vacancy_rate_target" in choices_of(opened("Council", la="Leeds", **ALL_OPEN))


def test_without_a_database_the_page_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_DATABASE", str(tmp_path / "nothing.duckdb"))
    store.cache_clear()
    try:
        app = opened()
    finally:
        store.cache_clear()
    assert not app.exception
    assert "python -m etl build" in "".join(error.value for error in app.error)


def test_the_first_benchmark_and_measure_are_chosen_until_another_is() -> None:
    app = opened()
    assert app.selectbox(key="benchmark").value == BENCHMARKS[DEFAULT].label
    assert app.selectbox(key="metric").value == "Social worker vacancy rate"
    assert app.selectbox(key="la").value is None


@pytest.mark.parametrize("page", PAGES)
def test_a_run_asks_once_which_version_is_the_newest_so_that_no_page_is_of_two(
    db: Database, database_path: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    """Another one may be published while a page is drawn."""
    asked = list[str]()

    class Counted(Store):
        def current(self, *, wait: bool = False) -> Database:
            asked.append(page)
            return db

        def versions(self) -> list[str]:
            return [db.data_version]

    counted = Counted(database_path)
    monkeypatch.setattr(session, "store", lambda: counted)
    app = opened(page, la="Leeds")
    assert not app.exception
    assert asked == [page]
    app.run()
    assert asked == [page, page]


@pytest.mark.parametrize(
    ("page", "query", "shown"),
    [
        ("Map", {}, ["la", "metric", "period", "benchmark"]),
        ("Your own figures", {"la": "Leeds"}, ["la", "metric", "benchmark"]),
        ("Council", {}, ["la"]),
        ("Council", {"la": "Leeds"}, ["la", "metric", "period", "benchmark"]),
        ("Council", {"la": "Cumbria"}, ["la", "metric"]),
        ("Inspections", {}, ["la", "metric", "period"]),
        ("Inspections", {"part": "Regions"}, ["la"]),
        ("Inspections", {"part": "Ratings and measures"}, ["la", "metric", "period"]),
    ],
)
def test_of_the_choices_that_pages_share_only_those_are_shown_that_change_something(
    page: str, query: dict[str, str], shown: list[str]
) -> None:
    app = opened(page, **query)
    assert [box.key for box in app.selectbox if box.key in ("la", "metric", "period", "benchmark")] == shown


@pytest.mark.parametrize("page", ["Inspections", "Leadership", "Data", "Briefings", "Methods", "Accessibility"])
def test_a_choice_that_is_not_shown_is_kept_for_the_pages_where_it_acts(page: str) -> None:
    chosen = {"la": "Leeds", "metric": "Average caseload", "period": "2023", "benchmark": "Region"}
    app = opened(page, **chosen, **({"part": "Regions"} if page == "Inspections" else {}))
    # Streamlit takes what no menu shows out of the address.
    app.query_params.clear()
    app.run()
    app.switch_page("pages/map.py").run()
    assert {key: app.selectbox(key=key).value for key in chosen} == chosen


@pytest.mark.parametrize(
    ("name", "opening", "after"),
    [
        (
            "Cumbria",
            "Cumbria was replaced in April 2023 by Cumberland and Westmorland and Furness.",
            ["Cumberland", "Westmorland and Furness"],
        ),
        (
            "Dorset (to 2019)",
            "Dorset (to 2019) was replaced in April 2019 by Dorset and Bournemouth, Christchurch and Poole.",
            ["Dorset", "Bournemouth, Christchurch and Poole"],
        ),
    ],
)
def test_a_council_that_ended_has_a_page_with_its_figures_and_its_successors(
    db: Database, name: str, opening: str, after: list[str]
) -> None:
    app = opened("Council", la=name)
    assert not app.exception
    assert not app.warning
    assert sentences(app)[0].startswith(opening)
    area_id = next(one for one, ended in db.ended.items() if ended == name)
    page = html(app)
    for successor in after:
        assert f'href="?{urlencode({"la": successor})}"' in page
    known = db.of_area(area_id).filter(pl.coalesce("value", "value_low").is_not_null())
    assert page.count('<a data-choose href="?metric=') == known["metric_id"].n_unique()
    # Every one of its figures is in the file, to the last.
    (button,) = app.get("download_button")
    assert button.proto.label == f"Download all {db.of_area(area_id).height} figures (CSV)"
    # On other pages it is said, with a link to its own.
    other = opened("Map", la=name)
    assert [one.value for one in other.warning] == [opening]
    assert f'href="/council?{urlencode({"la": name})}"' in html(other)


def test_the_name_that_may_be_meant_is_a_link() -> None:
    page = html(opened("Map", metric="Average caselod"))
    assert '<p class="note">Show <a data-choose href="?metric=Average+caseload">Average caseload</a></p>' in page
    # What replaces one of several choices would replace them all.
    assert "Show <a" not in html(opened("Data", areas=["Leeds", "Yrok"]))
