"""Every page as a script: for councils and measures of every kind, each benchmark, and addresses nobody would type."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from html import unescape
from pathlib import Path

import duckdb
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import comparison, queries, wording
from dashboard.benchmarks import BENCHMARKS, DEFAULT
from dashboard.database import Database, store

MAIN = str(Path(__file__).resolve().parents[2] / "dashboard" / "main.py")
PAGES = {"Map": "pages/map.py", "Council": "pages/council.py", "Data": "pages/data.py"}
COUNCILS = ("Leeds", "Isles of Scilly", "Westminster", "Kingston upon Thames", "Cumberland")

pytestmark = pytest.mark.usefixtures("served")


def opened(page: str = "Map", **query: str) -> AppTest:
    """A page as it opens at an address."""
    app = AppTest.from_file(MAIN, default_timeout=30)
    if page != "Map":
        app.switch_page(PAGES[page])
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def sentences(app: AppTest) -> list[str]:
    """The generated sentences of a page, from the top."""
    return [unescape(text) for text in re.findall(r'<p class="sentence"[^>]*>([^<]*)</p>', html(app))]


def period(app: AppTest) -> str:
    return str(app.selectbox(key="period").value)


def choose(app: AppTest, *, la: str | None, metric: str, benchmark: str) -> None:
    app.selectbox(key="la").set_value(la)
    app.selectbox(key="metric").set_value(metric)
    app.selectbox(key="benchmark").set_value(benchmark)
    app.run()


def kinds(db: Database) -> list[str]:
    """The first measure of each kind: by unit, polarity, and whether counts, intervals and shortfalls are published."""
    found: dict[tuple[object, ...], str] = {}
    for metric in db.metrics.values():
        kind = (metric.unit, metric.polarity, metric.has_interval, metric.shortfall_moves, metric.graded)
        found.setdefault(kind, metric.metric_id)
    return list(found.values())


def combinations(db: Database) -> list[tuple[str | None, str, str]]:
    """Council (or none), measure and benchmark: kinds of measures with all councils, every second measure with one."""
    everybody, benchmarks, measures = (None, *COUNCILS), list(BENCHMARKS), list(db.metrics)[::2]
    of_kinds = [
        (council, metric_id, benchmarks[(first + second) % len(benchmarks)])
        for first, metric_id in enumerate(kinds(db))
        for second, council in enumerate(everybody)
    ]
    of_each = [
        (everybody[(3 * number + 1) % len(everybody)], metric_id, benchmarks[number % len(benchmarks)])
        for number, metric_id in enumerate(measures)
    ]
    return of_kinds + of_each


def expected(db: Database, council: str | None, metric_id: str, benchmark_id: str, label: str) -> str:
    """The sentence of a choice."""
    metric, benchmark = db.metrics[metric_id], BENCHMARKS[benchmark_id]
    period = next(one for one in db.periods[metric_id] if one.label == label)
    rows = queries.councils(db, metric, period, benchmark)
    if council is None:
        total = comparison.england_if_all_met(rows)
        return wording.england_sentence(rows.to_dicts(), queries.england(db, metric, period), metric, benchmark, total)
    row = rows.row(by_predicate=pl.col("name") == council, named=True)
    partners = queries.partners(db, row["return_id"], row["area_id"])
    return wording.council_sentence(council, row, metric, benchmark, partners)


def test_the_map_opens_with_the_sentence_of_what_is_chosen(db: Database) -> None:
    app = opened()
    for council, metric_id, benchmark in combinations(db):
        choose(app, la=council, metric=db.metrics[metric_id].title, benchmark=BENCHMARKS[benchmark].label)
        assert not app.exception, (council, metric_id, benchmark)
        assert sentences(app) == [expected(db, council, metric_id, benchmark, period(app))]
        assert not app.warning


def test_a_councils_page_opens_with_its_profile_and_says_the_chosen_measure_below(db: Database) -> None:
    app = opened("Council", la="Leeds")
    numbers = {name: area_id for area_id, name in db.authorities.items()}
    for council, metric_id, benchmark in combinations(db):
        if council is None:
            continue
        choose(app, la=council, metric=db.metrics[metric_id].title, benchmark=BENCHMARKS[benchmark].label)
        assert not app.exception, (council, metric_id, benchmark)
        profile = queries.profile(db, numbers[council], BENCHMARKS[benchmark]).to_dicts()
        assert sentences(app) == [
            wording.profile_sentence(council, profile, db.metrics),
            expected(db, council, metric_id, benchmark, period(app)),
        ]
        assert [header.value for header in app.header] == [
            "Ofsted's latest judgements", "Every measure", db.metrics[metric_id].title,
        ]  # fmt: skip


def test_the_sentences_are_true_of_the_database(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    """The value in the sentence is that of the file, asked directly; what is missing says its symbol."""
    figures = {
        tuple(key): figure
        for *key, figure in database.execute(
            "SELECT name, metric_id, period, [value::VARCHAR, symbol] FROM observation JOIN area USING (area_id)"
        ).fetchall()
    }
    app = opened()
    for number, (metric_id, metric) in enumerate(db.metrics.items()):
        council = COUNCILS[number % len(COUNCILS)]
        choose(app, la=council, metric=metric.title, benchmark="England")
        (sentence,) = sentences(app)
        value, symbol = figures[council, metric_id, period(app)]
        if value is None:
            assert f"{council} has no " in sentence
            assert not symbol or sentence.endswith(f"({symbol})."), sentence
        elif metric.graded:
            assert sentence.endswith(f" was {symbol}.")
        else:
            shown = Decimal(value).quantize(Decimal(10) ** -metric.decimals, ROUND_HALF_UP)
            with_unit = f"{shown:,}{'%' if metric.unit == '%' else f' {metric.unit}'}"
            # "540 £ per week" is said "£540 per week".
            with_unit = re.sub(r"^([\d,.]+) £ ", r"£\1 ", with_unit)
            assert f" was {with_unit} " in sentence


@pytest.mark.parametrize(
    ("council", "metric", "words"),
    [
        ("Leeds", "Social worker vacancy rate", "was 2.1% at 30 September 2025, joint 7th of 149 (2 share it)."),
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
    assert {grade for _, grade in cards[1:]} <= set(wording.GRADES)
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
    assert sentences(app)[-1] == "Cumberland did not exist at 30 September 2020."


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


def test_the_data_page_filters_by_measure_area_and_period(db: Database) -> None:
    app = opened("Data")
    assert sentences(app)[0].startswith(f"{db.figure.height:,} of {db.figure.height:,} figures chosen: ")
    app.multiselect(key="metrics").set_value(["Social worker vacancy rate", "Average caseload"])
    app.multiselect(key="areas").set_value(["Leeds", "Westminster", "England"])
    app.multiselect(key="periods").set_value(["2025"])
    app.run()
    assert not app.exception
    assert sentences(app)[0] == (
        f"6 of {db.figure.height:,} figures chosen: 4 observed, 2 missing, each with its reason."
    )
    frame = app.dataframe[0].value
    assert len(frame) == 6
    for benchmark in BENCHMARKS.values():
        app.selectbox(key="benchmark").set_value(benchmark.label).run()
        assert not app.exception
        assert set(app.dataframe[0].value["benchmark_rule"]) == {benchmark.label}


def test_the_data_page_with_no_match_says_none() -> None:
    app = opened("Data")
    app.multiselect(key="areas").set_value(["Cumbria"])
    app.multiselect(key="periods").set_value(["2025"])
    app.run()
    assert not app.exception
    assert sentences(app)[0].startswith("0 of ")


@pytest.mark.parametrize("page", PAGES)
def test_a_name_that_is_not_known_is_said_so_and_the_page_opens_all_the_same(page: str) -> None:
    app = opened(page, la="Ledes", metric="Vacancy rate of wizards", benchmark="England")
    assert not app.exception
    said = [warning.value for warning in app.warning]
    assert "There is no council called “Ledes”. Did you mean Leeds?" in said
    assert any(words.startswith("There is no measure called “Vacancy rate of wizards”.") for words in said)
    assert len(said) == 2
    assert sentences(app) or page == "Council"


HOSTILE = [
    {"la": "<img src=x onerror=alert(1)>"},
    {"la": "'; DROP TABLE observation; --"},
    {"la": "![x](https://evil.example/x.png)"},
    {"la": "[click](javascript:alert(1))"},
    {"la": "../../etc/passwd"},
    {"la": "\x00\x01\x02"},
    {"la": "E08000035"},
    {"la": "leeds"},
    {"la": "Leeds "},
    {"la": "L" * 20_000},
    {"la": "Лидс 🧭 \u202egnp.eerf"},
    {"la": "Cumbria"},  # ended in 2023: not offered, and said so
    {"metric": "vacancy_rate"},
    {"metric": "<script>alert(1)</script>", "la": "Leeds"},
    {"metric": "{{7*7}}${7*7}%s%d"},
    {"period": "1066"},
    {"period": "2025' OR '1'='1"},
    {"benchmark": "nothing", "la": "Westminster"},
    {"colour": "Gold", "view_as": "Globe"},
    {"table": "perhaps", "course": "<b>", "inspections": "-1"},
    {"metrics": "Nothing", "areas": "<b>", "periods": "1066"},
    {"metric": "Average caseload", "period": "2013", "benchmark": "Region", "la": "City of London"},
    {"unknown": "x" * 1000, "__class__": "1", "la[]": "Leeds"},
]


@pytest.mark.parametrize("page", PAGES)
def test_no_address_breaks_a_page(page: str) -> None:
    for query in HOSTILE:
        app = opened(page, **query)
        assert not app.exception, query
        shown = html(app) + "".join(warning.value for warning in app.warning)
        assert "<img src=x" not in shown
        assert "<script>alert" not in shown
        assert "](" not in shown
        assert "etc/passwd" not in shown.replace("....etcpasswd", "")


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
