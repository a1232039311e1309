"""What stands in a briefing: no number that its page does not show, no word that its rows do not bear out."""

from __future__ import annotations

import re
from html import unescape

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.analysis import comparison, england
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.briefings import content
from dashboard.briefings.content import NoBriefingError
from dashboard.briefings.model import Briefing, Cell, Points, Section, Strip, Table, Words, texts
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, REASONS, Metric
from dashboard.views.text import formats
from dashboard.views.text.grammar import opening
from tests.briefings.helpers import AWKWARD, LONDON, YORKSHIRE, number
from tests.briefings.reading import numbers
from tests.dashboard.helpers import ALL_OPEN, MAIN

NEUTRAL_WORDS = re.compile(
    r"fail|blame|fault|poor|bad(ly)?\b|wrong|excuse|why (did|has|have) (you|the council)|should have|unacceptable|"
    r"underperform|struggl|disappoint|shock|crisis",
    re.IGNORECASE,
)
LEARN = "Councils to learn from"


def section(briefing: Briefing, title: str) -> Section:
    return next(one for one in briefing.sections() if one.title == title)


def table(briefing: Briefing, title: str) -> Table:
    return next(block for block in section(briefing, title).blocks if isinstance(block, Table))


def words(briefing: Briefing, title: str) -> str:
    return " ".join(text for block in section(briefing, title).blocks for text in texts(block))


def cells(found: Table) -> list[list[str]]:
    """The words of each row, of drawings none."""
    return [[cell.words for cell in row if isinstance(cell, Cell)] for row in found.rows]


def opened(page: str, **query: str) -> str:
    """The words of a page of the dashboard."""
    app = AppTest.from_file(MAIN, default_timeout=60)
    if page != "England":
        app.switch_page("pages/council.py")
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    html = " ".join([*(element.proto.body for element in app.get("html")), *(info.value for info in app.info)])
    return unescape(re.sub(r"<[^>]+>", " ", html))


def in_strips(briefing: Briefing) -> set[str]:
    return {one for row in table(briefing, "The measures that matter most").rows for cell in row
            if isinstance(cell, Strip) for one in numbers(cell.alt)}  # fmt: skip


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("name", AWKWARD)
def test_every_number_of_a_council_is_on_its_page(name: str, db: Database, briefings: dict[str, Briefing]) -> None:
    briefing = briefings[name]
    page = opened("Council", la=name, theme="All", **ALL_OPEN)
    assert all(part in page for part in opening(briefing.sentence))
    for notice in section(briefing, "Notes").blocks:
        assert isinstance(notice, Points)
        for point in notice.points:
            if name in point.words and "began on" in point.words:
                assert point.words in page
    known = numbers(page)
    for one in briefing.sections():
        if one.title == "Sources and licence":
            continue
        for block in one.blocks:
            for text in texts(block):
                new = numbers(text) - known - {"95"}  # of the interval, which a map says
                if one.title == "The measures that matter most":
                    new -= in_strips(briefing)  # compared with the figures below
                if "over five years" in text and text.startswith("Of the "):
                    new -= {number for number in numbers(text) if int(number) < len(db.metrics)}  # measures, counted
                if one.title == "What to ask the council":
                    new -= {"2021"}  # the first of five years
                assert new == set(), text


@pytest.mark.usefixtures("served")
def test_every_number_of_england_is_on_the_front_page(db: Database, briefings: dict[str, Briefing]) -> None:
    briefing = briefings["England"]
    page = opened("England")
    assert all(part in page for part in opening(briefing.sentence))
    known = numbers(page) | {"95"} | {"5,965.4", "1,223.2"}  # which the page shows in whole posts
    # The standard over time and the list of all councils stand behind a click on the page.
    behind = {"If every council met the standard of the best", "How many councils meet the standard"}
    for one in briefing.sections():
        if one.title in behind | {"Sources and licence", "What it would take"}:
            continue
        for block in one.blocks:
            for text in texts(block):
                assert numbers(text) - known == set(), text


# What the better and the worse quarter that a council may be in are called together.
QUARTERS: dict[tuple[int | None, int | None], str] = {
    (None, None): "", (1, 1): "Best quarter", (2, 2): "Second quarter", (3, 3): "Third quarter",
    (4, 4): "Worst quarter", (1, 2): "Better half", (2, 3): "Second or third quarter", (3, 4): "Worse half",
    (1, 3): "Best to third quarter", (2, 4): "Second to worst quarter", (1, 4): "Any quarter",
}  # fmt: skip


def ends_of(low: float, high: float, metric: Metric) -> str:
    """A number, or where hidden figures leave it open both ends with one decimal more."""
    if low == high:
        return formats.level(low, metric)
    return " to ".join(f"{formats.number(end, metric.decimals + 1)}%" for end in (low, high))


@pytest.mark.parametrize("name", AWKWARD)
def test_the_nine_measures_are_the_published_figures(name: str, db: Database, briefings: dict[str, Briefing]) -> None:
    """Compared with the tables of the database, and not with the queries they came through."""
    area_id = number(db, name)
    observed = db.table["observation"]
    rows = {row[0]: row for row in cells(table(briefings[name], "The measures that matter most"))}
    assert len(rows) == 9
    for metric_id in england.NINE:
        metric = db.metrics[metric_id]
        end = observed.filter(pl.col("metric_id") == metric_id)["period_end"].max()
        figures = observed.filter((pl.col("metric_id") == metric_id) & (pl.col("period_end") == end))
        own = figures.row(by_predicate=pl.col("area_id") == area_id, named=True)
        of_england = figures.row(by_predicate=pl.col("area_id") == ENGLAND, named=True)["value"]
        ten = db.table["neighbour"].filter(pl.col("area_id") == area_id)
        # Returns of too few to count by set no median; a return counts once.
        standing = db.table["standing"].filter((pl.col("metric_id") == metric_id) & (pl.col("period_end") == end))
        setting = standing.filter("sets_cut")
        near = ten.filter(pl.col("neighbour_id").is_in(setting["area_id"].to_list()))["neighbour_id"].to_list()
        beside = figures.filter(pl.col("area_id").is_in(near) & (pl.col("return_id") != own["return_id"]))
        ends = [pl.coalesce(end, "value").alias(end) for end in ("value_low", "value_high")]
        beside = beside.with_columns(ends).filter(pl.col("value_low").is_not_null()).unique("return_id")
        cut = db.table["quarter_cut"].filter((pl.col("metric_id") == metric_id) & (pl.col("period_end") == end))
        _, value, _, whole, neighbours, best, rank = rows[metric.title]
        if own["value_low"] is not None:
            assert value == formats.figure(own, metric)
        elif own["value"] is None:
            assert value.startswith(REASONS[own["status"]].partition(",")[0])
        else:
            assert value == formats.brief(own["value"], metric)
        of_own = standing.filter(pl.col("area_id") == area_id)
        # Where figures of others are hidden its quarter may be open too; and it has none where it is too small.
        (quarters,) = of_own.select("quarter_low", "quarter_high").rows() or [(None, None)]
        assert rank == QUARTERS[quarters]
        assert (rank == "") is (area_id not in setting["area_id"])
        assert whole == formats.brief(of_england, metric)
        assert best == ends_of(cut["best_low"][0], cut["best_high"][0], metric)
        if beside.height >= 5:
            # Half of two figures may end in binary noise (rule `rounding`).
            low, high = (float(f"{float(str(beside[end].median())):.9g}") for end in ("value_low", "value_high"))
            assert neighbours == ends_of(low, high, metric)
        else:
            assert neighbours == "too few"


@pytest.mark.parametrize("name", ["Westminster", "Kingston upon Thames", "Isles of Scilly", "Leeds"])
def test_strips_stand_on_one_axis_with_the_better_to_the_right(
    name: str, db: Database, briefings: dict[str, Briefing]
) -> None:
    area_id = number(db, name)
    drawn = table(briefings[name], "The measures that matter most")
    for metric_id, row in zip(england.NINE, drawn.rows, strict=True):
        strip, metric = row[1], db.metrics[metric_id]
        assert isinstance(strip, Strip)
        councils = db.councils(metric_id, db.latest(metric_id).end).unique("return_id")
        setting = councils.filter(pl.col("value").is_not_null() & ~pl.col("very_small") & pl.col("sets_cut"))
        assert len(strip.dots) == setting.height
        ordered = setting.sort("value", descending=metric.lower_is_better)["value"].to_list()
        assert f"{setting.height} councils from {formats.brief(ordered[0], metric)} to" in strip.alt
        assert all(0 <= dot <= 1 for dot in strip.dots)
        own = db.councils(metric_id, db.latest(metric_id).end).row(
            by_predicate=pl.col("area_id") == area_id, named=True
        )  # fmt: skip
        assert len(strip.own) == (own["value"] is not None)
        assert strip.england is not None
        if own["value"] is not None and db_best(db, metric_id) is not None:
            assert strip.mark is not None
            best = db_best(db, metric_id) or 0.0
            met = own["value"] <= best if metric.lower_is_better else own["value"] >= best
            assert (strip.own[0] >= strip.mark) == met
            if own["very_small"] and own["value"] > max(setting["value"].to_list()):
                assert not 0 <= strip.own[0] <= 1  # beyond the axis, which the very small do not set


def db_best(db: Database, metric_id: str) -> float | None:
    """What the best quarter reach; None where hidden figures leave it open."""
    cuts = db.table["quarter_cut"].filter(
        (pl.col("metric_id") == metric_id) & (pl.col("period_end") == db.latest(metric_id).end)
    )
    return float(cuts["best_low"][0]) if cuts["best_low"][0] == cuts["best_high"][0] else None


@pytest.mark.parametrize("name", AWKWARD)
def test_strongest_and_weakest_are_never_the_other(name: str, briefings: dict[str, Briefing]) -> None:
    best = words(briefings[name], "Strongest measures")
    worst = words(briefings[name], "Weakest measures")
    assert "orst quarter" not in best
    assert "Third quarter" not in best
    assert "Best quarter" not in worst
    assert "Second quarter" not in worst


def test_questions_are_open_and_hold_nobody_at_fault(every_council: dict[str, Briefing]) -> None:
    seen: set[str] = set()
    for briefing in every_council.values():
        asked = section(briefing, "What to ask the council").blocks[0]
        if isinstance(asked, Words):
            continue
        assert isinstance(asked, Points)
        assert 1 <= len(asked.points) <= 6
        for point in asked.points:
            assert point.words.endswith("?")
            assert point.small.endswith(".")
            assert not NEUTRAL_WORDS.search(point.words), point.words
            seen.add(point.words)
    assert len(seen) > 60


@pytest.mark.parametrize("name", AWKWARD)
def test_each_question_rests_on_a_figure_a_report_or_a_partner(
    name: str, db: Database, briefings: dict[str, Briefing]
) -> None:
    briefing = briefings[name]
    asked = section(briefing, "What to ask the council").blocks[0]
    assert isinstance(asked, Points | Words)
    reports = db.table["inspection"].filter(pl.col("area_id") == briefing.area_id)["published"].to_list()
    titles = {metric.title: metric for metric in db.metrics.values()}
    newest = {row["metric_id"]: row for row in db.newest.filter(pl.col("area_id") == briefing.area_id).to_dicts()}
    for point in asked.points if isinstance(asked, Points) else ():
        if found := re.match(r"Report of (.+?): ", point.small):
            assert found[1] == f"{max(reports):%-d %B %Y}"
        elif found := re.match(r"(.+) is a similar council \(.+; leaders (.+?)\)\.", point.small):
            assert found[2] in ("Outstanding", "Good")
            assert formats.place(found[1]) in words(briefing, LEARN)
        else:
            title = max((one for one in titles if point.small.startswith(one)), key=len)
            metric, row = titles[title], newest[titles[title].metric_id]
            shown = formats.quantity(row["value"], metric) if row["value"] is not None else None
            assert (shown or formats.reason(row["status"], row["symbol"], metric)) in point.small


def test_what_does_not_apply_is_not_asked_for_and_no_small_number_is(every_council: dict[str, Briefing]) -> None:
    """What is suppressed protects children: nobody is to be asked for it across a table."""
    told: set[str] = set()
    for briefing in every_council.values():
        asked = words(briefing, "What to ask the council")
        assert "not applicable" not in asked
        assert "suppressed" not in asked
        told |= {why for why in ("not applicable", "suppressed") if why in words(briefing, "Notes").lower()}
    assert told == {"not applicable", "suppressed"}


def test_all_that_is_missing_for_one_reason_is_asked_for_at_once(briefings: dict[str, Briefing]) -> None:
    asked = section(briefings["Westminster"], "What to ask the council").blocks[0]
    assert isinstance(asked, Points)
    last = asked.points[-1]
    assert last.words == (
        "Does the council hold figures of its own for the social worker vacancy rate, the agency social worker rate, "
        "the social worker turnover rate and the average caseload?"
    )
    assert last.small.endswith(
        "not available (x). The same is so of agency social worker rate, social worker turnover rate and average "
        "caseload."
    )


def test_nobody_is_sent_to_a_council_whose_leaders_are_judged_lower_than_good(
    every_council: dict[str, Briefing],
) -> None:
    tried = 0
    for briefing in every_council.values():
        asked = words(briefing, "What to ask the council")
        try:
            rows = cells(table(briefing, LEARN))
        except StopIteration:
            continue
        well = [row[2] in ("Outstanding", "Good") for row in rows]
        tried += len(well)
        assert well == sorted(well, reverse=True), briefing.name
        for row in rows:
            if f"{row[0]} is a similar council" in asked:
                assert row[2] in ("Outstanding", "Good")
    assert tried > 300


def test_notes_say_what_a_reader_must_know(briefings: dict[str, Briefing]) -> None:
    def said(name: str) -> str:
        return words(briefings[name], "Notes")

    assert "jointly with Richmond upon Thames" in said("Kingston upon Thames")
    assert "jointly with West Northamptonshire" in said("North Northamptonshire")
    assert "very small" in said("Isles of Scilly")
    assert "very small" in said("City of London")
    for name, before in (
        ("Cumberland", "Cumbria"),
        ("Westmorland and Furness", "Cumbria"),
        ("Dorset", "Dorset (to 2019)"),
    ):
        assert f"{name} began on" in said(name)
        assert before in said(name)
    assert "Not available (x): social worker vacancy rate" in said("Westminster")
    assert "opposite verdicts on reviews held on time" in said("Kingston upon Thames")
    assert "very small" not in said("Leeds")


def test_a_joint_return_stands_under_both_names_and_needs_as_much_for_both(db: Database) -> None:
    first, second = (
        content.briefing(db, number(db, name)) for name in ("Kingston upon Thames", "Richmond upon Thames")
    )
    ours, theirs = (cells(table(one, "The gap in posts, children and cases"))[:4] for one in (first, second))
    assert [row[:3] for row in ours] == [row[:3] for row in theirs]
    measure = table(first, "The measures that matter most").rows[0][0]
    assert isinstance(measure, Cell)
    assert measure.small.endswith("joint return with Richmond upon Thames")
    # Wherever one of its figures stands it is said so (rule `joint-returns`).
    for title in ("Weakest measures", "What to ask the council"):
        assert re.search("Social worker turnover rate.*joint return with Richmond upon Thames", words(first, title)), (
            title
        )
    shared = [row[0] for row in table(first, "The gap in posts, children and cases").rows]
    assert [isinstance(one, Cell) and one.small.endswith(", joint return") for one in shared] == [True] * 4 + [
        False
    ] * 5
    assert "Kingston upon Thames and Richmond upon Thames; North Northamptonshire" in words(
        content.briefing(db, ENGLAND), "Notes"
    )


def test_what_a_sum_rests_on_stands_beside_it(briefings: dict[str, Briefing]) -> None:
    """Rule `gaps`: what is held fixed is said; of the three posts of a very small council no such sum is made."""
    gap = words(briefings["Kingston upon Thames"], "The gap in posts, children and cases")
    assert "Cases per social worker would go from" in gap
    assert "that cases and agency numbers do not change" in gap
    very_small = words(briefings["Isles of Scilly"], "The gap in posts, children and cases")
    assert "Cases per social worker would go" not in very_small
    assert "Illustrative: arithmetic" in very_small


def test_who_has_no_direction_is_on_no_list_for_that_reason(briefings: dict[str, Briefing]) -> None:
    said = words(briefings["Cumberland"], "Direction")
    assert "It is on no list" in said
    assert "none of" not in said
    assert re.search(r"none of the \d measures with a direction, of 9", words(briefings["Westminster"], "Direction"))


@pytest.mark.parametrize("name", ["Isles of Scilly", "City of London"])
def test_a_very_small_council_is_called_neither_better_nor_worse_and_is_on_no_list(
    briefings: dict[str, Briefing], name: str
) -> None:
    everything = " ".join(words(briefings[name], section.title) for page in briefings[name].pages for section in page)
    assert words(briefings[name], "Direction") == f"{name} is too small to rank reliably. Treat each figure with care."
    assert not re.search(r"\d (better|worse)\b|getting (better|worse)|no clear trend|improved on|none of", everything)
    assert re.search(r"[+−]\d", everything)  # changes are given


def test_small_numbers_are_marked_and_noted(db: Database, every_council: dict[str, Briefing]) -> None:
    marked = 0
    for area_id, briefing in every_council.items():
        shown = [
            cell for name in ("The measures that matter most", "Strongest measures", "Weakest measures")
            for block in section(briefing, name).blocks if isinstance(block, Table)
            for cell in (row[0] for row in block.rows) if isinstance(cell, Cell)
        ]  # fmt: skip
        newest = {row["metric_id"]: row for row in db.newest.filter(pl.col("area_id") == area_id).to_dicts()}
        noted = "Small numbers, which" in words(briefing, "Notes")
        assert noted == any("small numbers" in cell.small for cell in shown)
        for cell in shown:
            metric = next(one for one in db.metrics.values() if one.title == cell.words)
            row = newest[metric.metric_id]
            few = (
                row["value"] is not None and (row["denominator"] or 0) > 0 and metric.minimum_denominator is not None
                and row["denominator"] < metric.minimum_denominator and not row["very_small"]
            )  # fmt: skip
            assert ("small numbers" in cell.small) == few, (briefing.name, cell)
            marked += few
    assert marked


def test_whatever_is_cited_of_a_partner_is_among_the_sources(db: Database, briefings: dict[str, Briefing]) -> None:
    """Sutton, which Kingston could learn from, was judged after the newest official file."""
    assert "Sutton" in words(briefings["Kingston upon Thames"], LEARN)
    assert "Data to Insight" in words(briefings["Kingston upon Thames"], "Sources and licence")


def test_england_says_what_all_meeting_it_would_give(db: Database, briefings: dict[str, Briefing]) -> None:
    rows = cells(table(briefings["England"], "If every council met the standard of the best"))
    assert [row[0] for row in rows] == [db.metrics[one].title for one in england.NINE]
    for row in rows:
        reach, short, without = map(int, row[3:6])
        metric = next(one for one in db.metrics.values() if one.title == row[0])
        total = comparison.england_if_all_met(comparison.newest_of(db, BENCHMARKS["best_quarter"], metric.metric_id))
        assert (reach, short, without) == (total.meet, total.short, total.without)
        returns = 151 if row[0].startswith(("Social", "Average", "Agency")) else 153
        assert reach + short + without + total.unsure + total.small + total.alone == returns
    gained = re.search(r"there would be ([\d,]+) fewer vacant posts", briefings["England"].sentence)
    assert gained is not None
    assert rows[0][6] == f"{gained[1]} fewer vacant posts"


def test_a_rank_that_is_shared_is_joint_among_movers_too(db: Database, briefings: dict[str, Briefing]) -> None:
    areas = {name: area_id for area_id, name in db.authorities.items()}
    rank = db.table["standing"].filter(pl.col("metric_id") == "vacancy_rate")
    shared = 0
    for title in ("Improved most", "Worsened most"):
        for row in cells(table(briefings["England"], title)):
            own = rank.filter(pl.col("area_id") == areas[row[0]]).sort("period_end").tail(2)
            wanted = [
                f"{'joint ' if one['tied'] > 1 else ''}{formats.ordinal(one['rank'])} of {one['ranked']}"
                for one in own.iter_rows(named=True)
            ]
            assert row[-2:] == wanted
            shared += sum(one.startswith("joint") for one in wanted)
    assert shared


@pytest.mark.parametrize(
    ("region_id", "councils"), [(LONDON, 33), (YORKSHIRE, 15), ("E13000001", 14), ("E13000002", 19)]
)
def test_a_region_shows_each_of_its_councils_by_name(region_id: str, councils: int, db: Database) -> None:
    briefing = content.briefing(db, region_id)
    rows = cells(table(briefing, "Its councils side by side"))
    names = [row[0] for row in rows]
    assert len(names) == councils
    assert names == sorted(names)
    numbers_of = {formats.place(name): area_id for area_id, name in db.authorities.items()}
    for row in rows:
        for metric_id, shown in zip(england.NINE, row[1:], strict=True):
            one = db.councils(metric_id, db.latest(metric_id).end).row(
                by_predicate=pl.col("area_id") == numbers_of[row[0]], named=True
            )
            wanted = formats.figure(one, db.metrics[metric_id]) or one["symbol"] or "none"
            assert shown == wanted
    assert [row[0] for row in cells(table(briefing, "Ofsted’s latest judgements"))] == names


def test_a_regions_figures_are_the_published_ones(db: Database, briefings: dict[str, Briefing]) -> None:
    for row in cells(table(briefings["Yorkshire and The Humber"], "The measures that matter most")):
        metric = next(one for one in db.metrics.values() if one.title == row[0])
        figures = db.newest.filter(pl.col("metric_id") == metric.metric_id)
        of_region, of_england = (
            figures.row(by_predicate=pl.col("area_id") == one, named=True)["value"] for one in (YORKSHIRE, ENGLAND)
        )
        assert row[1:3] == [formats.brief(of_region, metric), formats.brief(of_england, metric)]


def test_another_benchmark_is_said_and_used(db: Database) -> None:
    briefing = content.briefing(db, "383", BENCHMARKS["england"])
    assert briefing.about == "Compared with: England."
    drawn = table(briefing, "The measures that matter most")
    assert drawn.heads[-2] == "England"
    for row in cells(drawn):
        assert row[-2] == row[-4]
    assert "Distance from: England" in table(briefing, "The gap in posts, children and cases").heads


def test_areas_are_england_regions_and_councils_of_today(db: Database) -> None:
    found = content.areas(db)
    assert len(found) == 1 + 11 + 153
    assert next(iter(found)) == ENGLAND
    assert set(db.authorities) < set(found)


@pytest.mark.parametrize(
    ("area_id", "said"),
    [
        ("909", "after it came Cumberland and Westmorland and Furness"),
        ("835", "after it came"),
        ("000", "of that name"),
    ],
)
def test_an_area_without_a_briefing_is_refused_in_words(area_id: str, said: str, db: Database) -> None:
    with pytest.raises(NoBriefingError, match=said):
        content.briefing(db, area_id)
