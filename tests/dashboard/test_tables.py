"""Tables as HTML: what they say, where they link to, and that no name becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from math import hypot
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.analysis import queries
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.analysis.queries import Inspection
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, GRADES
from dashboard.views import tables
from dashboard.views.tables import council
from dashboard.views.tables.cells import SPARK_HEIGHT, SPARK_WIDTH, spark
from tests.dashboard import small
from tests.dashboard.helpers import HOSTILE_NAMES, Page
from tests.dashboard.small import Figure

BEST = BENCHMARKS[DEFAULT]
LEEDS, KINGSTON, WESTMINSTER, LANCASHIRE, CUMBERLAND = "383", "314", "213", "888", "942"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Councils, and a measure, by names that would be markup; 105 and 106 report jointly."""
    bad = small.metric(
        title="<script>m</script>", short_title="<i>m</i>", noun="<u>m</u>", definition="<img src=x onerror=d>",
        theme="<h1>t", caveat="<svg onload=c>", shortfall="<b>posts</b>", shortfall_moves="numerator",
        has_interval=True,
    )  # fmt: skip
    joint = [Figure("waits", area, 7.0, 7.0, 100.0, "105+106") for area in ("105", "106")]
    figures = [Figure("waits", council, float(council) - 100, 1.0, 100.0) for council in ("101", "102", "103")]
    return small.database(
        tmp_path_factory.mktemp("hostile"),
        metrics=[bad],
        figures=[*figures, *joint, Figure("waits", "104", "c"), Figure("waits", ENGLAND, 2.0)],
        names=HOSTILE_NAMES,
    )


def rendered(db: Database) -> Iterator[str]:
    """All that is drawn of the hostile database."""
    metric, newest = db.metrics["waits"], db.latest("waits")
    for benchmark in BENCHMARKS.values():
        rows = queries.councils(db, metric, newest, benchmark)
        yield tables.councils(db, rows, metric, benchmark, f"{metric.title} <caption>")
    for area_id, name in HOSTILE_NAMES.items():
        history = queries.history(db, area_id)
        profile = queries.profile(db, area_id, BENCHMARKS["england"])
        yield tables.profile(db, profile, history, BEST, chosen="waits", caption=f"{name}: every measure")
        yield tables.headline(name, f"In {name} <b>", kicker=name)
        yield tables.sentence(name)
        yield tables.trend(queries.trend(db, metric, area_id), metric, name)
        yield tables.inspections([], name)
    yield tables.source_note(db, metric)
    yield tables.council_links(db)
    yield tables.footer(db)


def test_no_name_becomes_markup(hostile: Database) -> None:
    ours = {"header", "h1", "h2", "p", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "a", "b", "span",
            "img", "ul", "li", "section", "footer", "br"}  # fmt: skip
    for html in rendered(hostile):
        page = Page(html)
        assert {tag for tag, _ in page.tags} <= ours, html
        assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")], html
        assert all(image["src"].startswith("data:image/svg+xml,") for image in page.all("img"))
        known = r"(/council|/methods)?\?|https://|/(api|accessibility)$"
        assert all(re.match(known, link["href"]) for link in page.all("a")), html


def test_hostile_names_are_shown_as_they_are_and_linked_to_as_they_are(hostile: Database) -> None:
    rows = queries.councils(hostile, hostile.metrics["waits"], hostile.latest("waits"), BENCHMARKS["england"])
    page = Page(tables.councils(hostile, rows, hostile.metrics["waits"], BENCHMARKS["england"], "All"))
    for name in HOSTILE_NAMES.values():
        assert any(row[0].startswith(name) for row in page.rows), name
    linked = [parse_qs(urlsplit(link["href"]).query, strict_parsing=True) for link in page.all("a")]
    assert sorted(found["la"][0] for found in linked) == sorted(HOSTILE_NAMES.values())
    assert all(set(found) == {"la"} for found in linked)


def test_every_council_links_to_its_page(db: Database) -> None:
    rows = queries.councils(db, db.metrics["vacancy_rate"], db.latest("vacancy_rate"), BEST)
    for html, page in (
        (tables.councils(db, rows, db.metrics["vacancy_rate"], BEST, "All"), "/council"),
        (tables.council_links(db), ""),  # which stand on that page
    ):
        links = Page(html).all("a")
        assert {urlsplit(link["href"]).path for link in links} == {page}
        names = sorted(parse_qs(urlsplit(link["href"]).query)["la"][0] for link in links)
        assert names == list(db.authorities.values())
        assert all("data-choose" in link for link in links)


def test_councils_in_a_table_best_first_with_the_reason_of_what_is_missing(db: Database) -> None:
    metric = db.metrics["vacancy_rate"]
    listed = queries.councils(db, metric, db.latest("vacancy_rate"), BEST)
    page = Page(tables.councils(db, listed, metric, BEST, "Social worker vacancy rate"))
    head, *body = page.rows
    assert head == ["Council", "Value", "Change in a year", "Best quarter in England", "Gap",
                    "Significant? (indicative)", "Rank (1 = best)"]  # fmt: skip
    assert len(body) == 153
    by_name = {row[0]: row for row in body}
    assert by_name["Leeds"][1:3] == ["2.1%", "−5.1 better"]
    assert by_name["Leeds"][4:] == ["meets it", "significantly better", "best quarter joint 6th of 147 (2 share it)"]
    assert by_name["Westminster"][1] == "not available (x)"
    assert by_name["Westminster"][4:] == ["", "", ""]
    assert by_name["Kingston upon Thames joint return with Richmond upon Thames"][1] == "14.9%"
    assert by_name["Isles of Scilly not ranked: a very small council"][1] == "100.0%"
    assert [row[1] for row in body[-2:]] == ["not available (x)"] * 2
    assert page.all("th")[0]["scope"] == "col"
    assert {attributes["scope"] for attributes in page.all("th")} == {"col", "row"}


@pytest.mark.parametrize(
    ("metric_id", "heads"),
    [
        ("plan_rate", ["Council", "Value", "Change in a year", "Best quarter in England", "Gap", "Significant?"]),
        ("children", ["Council", "Value", "Change in a year"]),
        ("judgement_overall", ["Council", "Value", "Change in a year"]),
    ],
)
def test_columns_that_a_measure_cannot_fill_are_not_there(db: Database, metric_id: str, heads: list[str]) -> None:
    metric = db.metrics[metric_id]
    rows = queries.councils(db, metric, db.latest(metric_id), BEST)
    page = Page(tables.councils(db, rows, metric, BEST, metric.title))
    assert page.rows[0] == heads
    assert {len(row) for row in page.rows} == {len(heads)}


def profile(db: Database, area_id: str, benchmark: str = DEFAULT, chosen: str = "vacancy_rate") -> Page:
    rows = queries.profile(db, area_id, BENCHMARKS[benchmark])
    history = queries.history(db, area_id)
    return Page(tables.profile(db, rows, history, BENCHMARKS[benchmark], chosen=chosen, caption="Every measure"))


def test_a_profile_has_a_row_a_measure_under_its_theme_and_marks_the_chosen_one(db: Database) -> None:
    page = profile(db, LEEDS, chosen="caseload")
    measures = [metric for metric in db.metrics.values() if not metric.graded]
    themes = list(dict.fromkeys(metric.theme for metric in measures))
    assert [row[0] for row in page.rows if len(row) == 1] == themes
    links = [link["href"] for link in page.all("a")]
    assert [parse_qs(urlsplit(link).query)["metric"] for link in links] == [[metric.title] for metric in measures]
    assert {urlsplit(link).path for link in links} == {""}  # the same page, and all other choices kept
    chosen = [attributes for attributes in page.all("tr") if attributes.get("class") == "chosen"]
    assert chosen == [{"class": "chosen", "aria-current": "true"}]


def test_a_profile_says_what_the_rows_hold(db: Database) -> None:
    rows = {row[0].split(" 30 ")[0]: row for row in profile(db, LEEDS).rows}
    vacancy = rows["Social worker vacancy rate"]
    assert vacancy[1:4] == ["2.1%", "−5.1 better", "14.2%"]
    assert vacancy[7:9] == ["meets it", "best quarter joint 6th of 147 (2 share it)"]
    cumberland = {row[0].split(" 30 ")[0]: row for row in profile(db, CUMBERLAND).rows}["Social worker vacancy rate"]
    assert re.fullmatch(r"\+\d+\.\d5 \d+ posts to fill", cumberland[7])
    westminster = {row[0].split(" 30 ")[0]: row for row in profile(db, WESTMINSTER).rows}["Social worker vacancy rate"]
    assert westminster[1] == "not available (x)"
    assert westminster[2] == westminster[7] == westminster[8] == ""


def test_a_neutral_measure_is_not_ranked_and_has_no_best(db: Database) -> None:
    neutral = next(row for row in profile(db, LEEDS).rows if row[0].startswith("Children on child protection plans"))
    assert neutral[6:9] == ["", "not ranked: neither high nor low is better", "not ranked"]
    against_england = next(
        row for row in profile(db, LEEDS, "england").rows if row[0].startswith("Children on child protection plans")
    )
    assert re.fullmatch(r"[+−]\d+\.\d", against_england[7])


def test_judgements_are_cards_in_words_and_overall_is_not_given_since_april_2026(db: Database) -> None:
    latest = queries.inspections(db, LANCASHIRE)[0]
    page = Page(tables.judgements(queries.judgements(db, LANCASHIRE), latest, date(2026, 11, 22)))
    cards = [attributes["class"] for attributes in page.all("li")]
    assert cards[0] == "card grade-none"
    assert all(re.fullmatch(r"card grade-[1-4]", card) for card in cards[1:])
    assert page.text.startswith("Overall effectivenessNot given since April 2026Impact of leaders")
    assert page.all("a")[0]["href"] == latest.url
    everybody = [tables.judgements(queries.judgements(db, one), None, date(2026, 11, 22)) for one in db.authorities]
    assert all(len(Page(html).all("li")) == 5 for html in everybody)


def inspection(published: date, started: date | None = None, url: str | None = None) -> Inspection:
    return Inspection("1", "ILACS", "Standard", started, started, published, url, "ofsted", {})


@pytest.mark.parametrize(
    ("found", "today", "words"),
    [
        (None, date(2026, 11, 22), "No inspection since 2013 is on record."),
        (
            inspection(date(2026, 8, 20), date(2026, 7, 6)),
            date(2026, 11, 22),
            "Inspected from 6 July 2026, published 20 August 2026 (ILACS): 4 months ago.",
        ),
        (inspection(date(2026, 8, 20)), date(2026, 9, 20), "Published 20 August 2026 (ILACS): 1 month ago."),
        (inspection(date(2026, 8, 20)), date(2026, 9, 19), "Published 20 August 2026 (ILACS): less than a month ago."),
        (inspection(date(2018, 2, 28)), date(2026, 2, 28), "Published 28 February 2018 (ILACS): 96 months ago."),
    ],
)
def test_when_the_latest_inspection_was(found: Inspection | None, today: date, words: str) -> None:
    assert tables.inspected(found, today) == words


def test_a_report_is_linked_to_safely() -> None:
    found = inspection(date(2026, 8, 20), url='https://reports.ofsted.gov.uk/a?b=1&c="><script>')
    (link,) = Page(tables.inspected(found, date(2026, 9, 1))).all("a")
    assert link == {"href": found.url, "rel": "noopener"}


def test_inspections_since_2013_in_words(db: Database) -> None:
    head, newest, *_ = Page(tables.inspections(queries.inspections(db, LANCASHIRE), "Lancashire")).rows
    assert head == ["Published", "Inspected from", "Framework", *tables.STRAND_NAMES.values()]
    assert newest[3] == "not given since April 2026"
    assert set(newest[4:]) <= set(GRADES)
    for area_id in db.authorities:
        rows = Page(tables.inspections(queries.inspections(db, area_id), "All")).rows
        assert {len(row) for row in rows} == {8}
        assert all(cell for row in rows for cell in row)


Point = tuple[float, float]


def outlines(html: str) -> list[list[Point]]:
    """The outlines of the lines of a spark: along the upper edge, and back along the lower."""
    (box,) = Page(html).all("span")
    (path,) = re.fullmatch(r"clip-path:path\('(.*)'\)", box["style"]).groups()  # type: ignore[union-attr]
    *ribbons, _dot, nothing = path.split("z")
    assert nothing == ""
    numbers = [[float(number) for number in ribbon.removeprefix("M").split()] for ribbon in ribbons]
    return [list(zip(one[::2], one[1::2], strict=True)) for one in numbers]


def lines(html: str) -> list[list[Point]]:
    """The lines of a spark, each by its points: the middle between its two edges."""
    halves = [(one[: len(one) // 2], one[: len(one) // 2 - 1 : -1]) for one in outlines(html)]
    assert all(upper[0] == lower[0] for ribbon in halves for upper, lower in zip(*ribbon, strict=True))
    return [[(x, round((top + bottom) / 2)) for (x, top), (_, bottom) in zip(*one, strict=True)] for one in halves]


def test_a_spark_has_a_gap_where_a_value_is_missing() -> None:
    assert [len(line) for line in lines(spark([1.0, 2.0, None, 3.0, 4.0, 5.0]))] == [2, 3]
    assert lines(spark([1.0, None, 3.0])) == []  # two dots that nothing joins
    assert [len(line) for line in lines(spark([None, 1.0, 2.0, None]))] == [2]
    assert lines(spark([2.0, 2.0, 2.0])) == [[(3, 3), (44, 3), (85, 3)]]
    assert lines(spark([1.0, 3.0])) == [[(3, 19), (85, 3)]]


def test_a_spark_of_fewer_than_two_values_is_nothing() -> None:
    assert [spark(values) for values in ([], [None, None], [1.0], [None, 1.0, None])] == [""] * 4


def test_a_spark_is_as_thick_across_a_steep_part_as_along_a_level_one() -> None:
    level = outlines(spark([1.0, 1.0, 2.0]))[0]
    assert level[5][1] - level[0][1] == pytest.approx(1.2, abs=0.11)
    # 41 pixels across, 16 up: so much thicker, seen from above.
    assert level[3][1] - level[2][1] == pytest.approx(1.2 * hypot(41, 16) / 41, abs=0.11)


def test_a_spark_ends_in_a_dot_at_the_newest_value() -> None:
    (box,) = Page(spark([1.0, 3.0, None])).all("span")
    assert re.search(r"z(M.*)'", box["style"]).group(1) == (  # type: ignore[union-attr]
        "M41.5 3.0a2.5 2.5 0 1 1 5.0 0a2.5 2.5 0 1 1-5.0 0z"
    )


def test_a_spark_is_within_its_frame_and_says_nothing(db: Database) -> None:
    for figures in queries.history(db, KINGSTON).values():
        html = spark([value for _, value in figures])
        if html:
            assert Page(html).text == ""
            for x, y in (point for line in outlines(html) for point in line):
                assert 0 <= x <= SPARK_WIDTH
                assert 0 <= y <= SPARK_HEIGHT


def test_the_style_sheet_gives_a_spark_the_size_it_is_drawn_for() -> None:
    sheet = (Path(tables.__file__).parents[2] / "assets" / "style.css").read_text("utf-8")
    assert f".spark {{ display: inline-block; width: {SPARK_WIDTH}px; height: {SPARK_HEIGHT}px;" in sheet


def test_figures_over_time_come_newest_first_with_the_reason_of_what_is_missing(db: Database) -> None:
    metric = db.metrics["vacancy_rate"]
    head, newest, *_ = Page(tables.trend(queries.trend(db, metric, WESTMINSTER), metric, "Westminster")).rows
    assert head == ["At 30 September", "Westminster", "England", "Region", "Neighbours’ median", "Best quarter",
                    "Rank (1 = best)"]  # fmt: skip
    assert newest[:3] == ["2025", "not available (x)", "14.2%"]
    neutral = db.metrics["plan_rate"]
    assert "Best quarter" not in Page(tables.trend(queries.trend(db, neutral, LEEDS), neutral, "Leeds")).rows[0]


def test_the_way_a_council_has_come_is_told_from_its_first_report(db: Database) -> None:
    found = queries.inspections(db, LEEDS)
    page = Page(council.timeline(found))
    dates = [one.published for one in sorted(found, key=lambda one: one.published)]
    assert len(page.all("li")) == len(found) > 1
    told = council.timeline(found)
    assert [told.index(f"{day:%B %Y}") for day in dates] == sorted(told.index(f"{day:%B %Y}") for day in dates)


def test_a_headline_is_a_heading_and_its_sentence() -> None:
    page = Page(tables.headline("Leeds", "In Leeds ...", kicker="Yorkshire"))
    assert [tag for tag, _ in page.tags] == ["header", "p", "h1", "p"]
    assert page.all("p")[1] == {"class": "sentence"}


def test_a_table_can_be_reached_and_scrolled_by_keyboard_under_its_name(db: Database) -> None:
    (region,) = (one for one in Page(tables.inspections([], 'Leeds "&"')).all("div"))
    assert region == {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": 'Leeds "&"'}


def test_every_source_is_named_with_release_date_and_licence(db: Database) -> None:
    assert any(source.next_release for source in db.sources.values())
    for metric in db.metrics.values():
        page = Page(tables.source_note(db, metric))
        source = db.sources[metric.source_id]
        for words in (metric.definition, source.publisher, source.title, source.release, source.licence):
            assert words in page.text
        assert tables.released(source.released) in page.text
        assert page.all("a")[0]["href"] == source.page
        assert ("Next release: " in page.text) == bool(source.next_release or metric.next_due)
        # Each of its own columns, and not one sentence for all.
        assert (f"Worked out here: {metric.made}." in page.text) == metric.derived
    assert sum(metric.derived for metric in db.metrics.values()) == 29


@pytest.mark.parametrize(("text", "words"), [("2026-03-19", "19 March 2026"), ("2025-05", "May 2025")])
def test_a_release_date_is_as_exact_as_it_is_known(text: str, words: str) -> None:
    assert tables.released(text) == words


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("Ledes", "Ledes"),
        ("![i](https://evil.example/x.png)", "i(httpsevil.examplex.png)"),
        ("**bold** [link](javascript:x) `code` <b>", "bold link(javascriptx) code b"),
        ("$x^2$ :red[x] ~s~ #h | t", "x2 redx s h  t"),
        ("King's Lynn (West), no. 1 & 2-3", "King's Lynn (West), no. 1 & 2-3"),
        ("x" * 99, "x" * 60),
    ],
)
def test_a_readers_own_words_are_no_markdown(asked: str, shown: str) -> None:
    assert tables.plain(asked) == shown
