"""The Leadership page: what is published of leaders, against slow loops, and the register when it has rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.analysis import inspections, leadership, partners, programme, queries
from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.analysis.leadership import HIGH, LOW
from dashboard.analysis.programme import ABSENT, COMPLETED, ENROLLED, NOT_ENROLLED, Coverage, Target
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, GRADES
from dashboard.data.versions import store
from dashboard.views.charts.directors import draw_directors
from dashboard.views.charts.enrolments import draw_enrolments
from dashboard.views.charts.programme_map import classify_programme
from dashboard.views.charts.tenure import draw_tenure
from dashboard.views.tables import leadership as parts
from dashboard.views.tables import ofsted as published
from dashboard.views.tables import programme as registered
from dashboard.views.text import leadership as sentences
from dashboard.views.text import programme as on_programme
from dashboard.views.text.citing import cite
from dashboard.views.text.grammar import opening
from tests import operator_files
from tests.dashboard import small
from tests.dashboard.helpers import HOSTILE_NAMES, Page, firsts, html, opened, read
from tests.dashboard.helpers import sentences as said
from tests.dashboard.inspected import ILACS, MADE_UP, database, grades
from tests.dashboard.small import Figure

TOP, GOOD, POOR, BAD = GRADES
TODAY = date(2026, 11, 22)
PARTS = ("Judgements", "Ratings and workforce", "Directors in post", "The programme")
AWKWARD = ("Leeds", "Westminster", "Kingston upon Thames", "Isles of Scilly", "Cumberland")
BEST = BENCHMARKS[DEFAULT]


@pytest.fixture(scope="module")
def posts(filled: Database) -> pl.DataFrame:
    return programme.posts(filled, TODAY)


# What is published.


def test_the_history_of_every_council_is_that_of_its_reports_one_by_one(db: Database) -> None:
    rows = leadership.history(db, TODAY)
    assert rows["name"].to_list() == list(db.authorities.values())
    for row in rows.iter_rows(named=True):
        found = [one for one in queries.inspections(db, row["area_id"]) if "leaders" in one.grades]
        given = [(one.grades["leaders"], one.published) for one in found]
        assert (row["grade"], row["published"], row["started"]) == (*given[0], found[0].started)
        assert row["months"] == inspections.months(found[0].on, TODAY)
        assert (row["before"], row["before_published"]) == (given[1] if len(given) > 1 else (None, None))
        assert [(one["grade"], one["published"]) for one in row["earlier"]] == given[2:]
        steps = GRADES.index(given[1][0]) - GRADES.index(given[0][0]) if len(given) > 1 else None
        assert row["moved"] == steps


def test_who_went_up_or_down_is_everybody_whose_grade_changed_newest_report_first(db: Database) -> None:
    rows = leadership.history(db, TODAY)
    up, down = (leadership.changed(rows, better=better) for better in (True, False))
    same = rows.filter(pl.col("moved") == 0).height
    once = rows.filter(pl.col("moved").is_null()).height
    assert up.height + down.height + same + once == 153
    assert up["published"].is_sorted(descending=True)
    assert all(GRADES.index(new) < GRADES.index(old) for new, old in up.select("grade", "before").iter_rows())
    assert all(GRADES.index(new) > GRADES.index(old) for new, old in down.select("grade", "before").iter_rows())


def test_a_council_judged_once_or_never_has_nothing_before(tmp_path: Path) -> None:
    db = database(tmp_path, MADE_UP)
    rows = {row["area_id"]: row for row in leadership.history(db, TODAY).iter_rows(named=True)}
    assert (rows["101"]["grade"], rows["101"]["before"], rows["101"]["moved"]) == (TOP, GOOD, 1)
    assert rows["101"]["earlier"] == [{"grade": BAD, "published": date(2015, 3, 27)}]
    assert (rows["102"]["before"], rows["102"]["moved"], rows["102"]["earlier"]) == (None, None, [])
    assert (rows["105"]["grade"], rows["105"]["months"], rows["105"]["moved"]) == (None, None, None)
    say = sentences.own
    assert say(rows["101"]) == (
        "Council 101 was judged Outstanding for impact of leaders when inspected from 11 May 2026, 6 months ago, up "
        "one grade: it was Good by the report of March 2019."
    )
    assert say(rows["102"]).endswith("48 months ago: its first judgement on record.")
    assert say(rows["104"]).startswith(
        "Council 104 was judged Inadequate for impact of leaders by the report of 5 June 2017, 113 months ago"
    )
    assert say(rows["105"]) == "Council 105 has no judgement of its leaders on record since 2013."
    assert sentences.judged(list(rows.values()), db.metrics[leadership.JUDGEMENT], date(2026, 8, 20)) == (
        "Ofsted rates leadership Outstanding in 2 of 30 councils, Requires improvement in 1 and Inadequate in 1 "
        "(reports to 20 August 2026). At the latest inspection 1 council improved. 3 have been judged only once."
    )
    moves = [{"grade": GOOD, "moved": one} for one in (-1, -2, 0, None)]
    assert sentences.moved(moves) == (
        "At the latest inspection 2 councils declined and 1 was unchanged. 1 has been judged only once."
    )


def test_grade_and_workforce_disagree_by_the_stated_rule(db: Database) -> None:
    metrics = leadership.workforce(db)
    assert [one.metric_id for one in metrics] == list(leadership.WORKFORCE)
    rows = leadership.beside(db, leadership.history(db, TODAY), metrics)
    figures = {
        (row["area_id"], row["metric_id"]): row
        for metric in metrics
        for row in db.councils(metric.metric_id, db.latest(metric.metric_id).end).iter_rows(named=True)
    }
    sides: dict[str, list[str]] = {HIGH: [], LOW: []}
    for row in rows.iter_rows(named=True):
        own = [figures[row["area_id"], metric.metric_id] for metric in metrics]
        quarters = [one["quarter"] for one in own if one["sets_cut"] and one["value"] is not None]
        assert (row["worst"], row["best"]) == (quarters.count(4), quarters.count(1))
        if row["grade"] in (TOP, GOOD) and quarters.count(4) >= 2:
            sides[HIGH].append(row["name"])
        elif row["grade"] in (POOR, BAD) and quarters.count(1) >= 2:
            sides[LOW].append(row["name"])
    for side in (HIGH, LOW):
        found = leadership.disagreeing(rows, side)
        assert sorted(found["name"]) == sorted(sides[side])
        assert found["worst" if side == HIGH else "best"].is_sorted(descending=True)
    said = sentences.beside(rows.to_dicts(), metrics)
    assert f", {len(sides[HIGH])} are in the worst quarter on two or more of four workforce measures" in said
    assert said.endswith("One does not cause the other.")


def test_very_small_councils_disagree_with_nothing(db: Database) -> None:
    rows = leadership.beside(db, leadership.history(db, TODAY), leadership.workforce(db))
    small_ones = rows.filter(pl.col("name").is_in(["City of London", "Isles of Scilly"]))
    assert small_ones["side"].to_list() == [None, None]
    assert small_ones["worst"].sum() == small_ones["best"].sum() == 0


def test_changes_of_directors_are_englands_and_a_year_that_was_not_found_is_a_gap(db: Database) -> None:
    rows = leadership.directors(db)
    published_ = {row["period_end"]: row["value"] for row in db.by_metric["director_changes"].iter_rows(named=True)}
    assert {end: value for end, value in rows.iter_rows() if value is not None} == published_
    assert [end.year for end in rows["period_end"]] == list(range(2018, 2026))
    assert rows.filter(pl.col("changes").is_null())["period_end"].to_list() == [date(2022, 3, 31)]
    assert sentences.directors(rows.to_dicts()).startswith(
        "In England directors of children's services changed 51 times in the year to 31 March 2025, after 62 in the "
        "year before."
    )
    figure = draw_directors(rows, height=300)
    bars, hatched = figure["data"]
    assert dict(zip(bars["x"], bars["y"], strict=True))["2025"] == 51.0
    assert (hatched["x"], hatched["text"]) == (["2022"], ["not found"])
    shown = Page(parts.DIRECTORS.html(rows.reverse(), "Changes")).rows[1:]
    file = read(parts.DIRECTORS.frame(rows.reverse()))
    assert [row[1] for row in shown] == [line["changes"].removesuffix(".0") or line["why_none"] for line in file]
    assert {line["area"] for line in file} == {"England"}


def test_the_files_of_the_public_half_are_their_tables(db: Database) -> None:
    rows, publications = leadership.history(db, TODAY), published.publications(db)
    shown = Page(parts.JUDGEMENTS.html(rows, "All")).rows[1:]
    file = read(parts.JUDGEMENTS.frame(db.with_codes(rows), cite(db, publications)))
    assert len(file) == len(shown) == 153
    for line, cells in zip(file, shown, strict=True):
        assert cells[0] == f"{line['council']} {line['region']}"
        assert (cells[1], cells[4]) == (line["leaders"], line["months_since"])
        assert line["leaders_before"] in cells[5]
        assert len(cells[6].split("; ")) == len(line["before_that"].split("; "))
    for better in (True, False):
        moved = leadership.changed(rows, better=better)
        table = Page(parts.changes(None).html(moved.head(parts.MOST), "Moved")).rows[1:]
        lines = read(parts.JUDGEMENTS.frame(db.with_codes(moved), cite(db, publications)))
        assert [row[0].split(" ")[0] for row in table] == [
            line["council"].split(" ")[0] for line in lines[: parts.MOST]
        ]
        assert all((line["grades_better_than_before"][0] == "-") is not better for line in lines)
    metrics = leadership.workforce(db)
    for side in (HIGH, LOW):
        found = leadership.disagreeing(leadership.beside(db, rows, metrics), side)
        declared = parts.disagreeing(db, metrics, None)
        table = Page(declared.html(found, "Disagree")).rows[1:]
        lines = read(declared.frame(db.with_codes(found), cite(db, publications)))
        for line, row in zip(lines, table, strict=True):
            for at, metric in enumerate(metrics, start=2):
                value, quarter = line[metric.metric_id], line[f"{metric.metric_id}_quarter"]
                assert not value or row[at].startswith(f"{float(value):.1f}")
                assert not quarter or {"1": "best", "2": "second", "3": "third", "4": "worst"}[quarter] in row[at]
    years = inspections.distribution(db, "leaders").filter(pl.col("name") == "England")
    counts = published.distribution(db.metrics[leadership.JUDGEMENT], years, by="period_end")
    lines = read(counts.frame(years, published.about(db, publications)))
    table = Page(counts.html(years, "Years")).rows[1:]
    assert [row[1] for row in table] == [line["councils"] for line in lines]


# The register.


def rows_of_the_file() -> list[dict[str, str]]:
    return [{**operator_files.ROW, **row} for row in operator_files.POSTS]


def test_every_council_has_its_row_of_the_register_or_none(filled: Database, posts: pl.DataFrame) -> None:
    assert posts["name"].to_list() == list(filled.authorities.values())
    rows = {row["name"]: row for row in posts.iter_rows(named=True)}
    states = {name: row["state"] for name, row in rows.items() if row["state"] != ABSENT}
    assert states == {
        "Leeds": NOT_ENROLLED, "Essex": ENROLLED, "Camden": COMPLETED, "Kent": ENROLLED, "Bristol, City of": ENROLLED,
        "Kingston upon Thames": ENROLLED, "Richmond upon Thames": NOT_ENROLLED, "Cumberland": ENROLLED,
        "Isles of Scilly": ENROLLED, "Westminster": NOT_ENROLLED, "Trafford": ENROLLED, "City of London": ENROLLED,
    }  # fmt: skip
    assert (rows["Leeds"]["tenure"], rows["Richmond upon Thames"]["tenure"], rows["York"]["tenure"]) == (49, None, None)
    assert (rows["Kent"]["coach"], [filled.names[one] for one in rows["Essex"]["coaches"]]) == (
        "Essex", ["Bristol, City of", "Kent"],
    )  # fmt: skip
    assert rows["Camden"]["region"] == rows["Kingston upon Thames"]["region"] == "London"
    for row in rows.values():
        if row["in_post_since"] and row["judged_from"]:
            assert row["in_post_then"] == (row["in_post_since"] <= row["judged_from"])
        else:
            assert row["in_post_then"] is None


def test_coverage_counts_councils_and_what_the_target_lacks(filled: Database, posts: pl.DataFrame) -> None:
    found = programme.coverage(filled, posts, TODAY)
    of_file = rows_of_the_file()
    assert (found.councils, found.registered) == (153, len(of_file))
    assert found.enrolled == sum(bool(row["enrolled_on"]) for row in of_file) == 9
    assert found.completed == sum(bool(row["completed_on"]) for row in of_file) == 1
    assert (found.new, found.executive) == (4, 5)
    assert found.target is not None
    # A tenth of 153 is 15.3: sixteen.
    assert (found.target.percent, found.needed, found.short) == (10.0, 16, 7)
    assert on_programme.coverage(found, TODAY) == (
        "9 of 153 councils' directors (6%) are on the programme or have completed it, by the register. The target is "
        "10%, 16 of 153, by 30 September 2099: 7 to go."
    )


@pytest.mark.parametrize(
    ("percent", "councils", "needed"), [(50, 153, 77), (50, 152, 76), (55, 100, 55), (100, 153, 153), (0.1, 153, 1)]
)
def test_nobody_is_half_enrolled(percent: float, councils: int, needed: int) -> None:
    target = Target("Synthetic", "Office", percent, date(2027, 9, 30), "https://www.example.org")
    assert Coverage(councils, 1, 0, 0, 0, 0, target).needed == needed


def test_a_target_whose_day_has_passed_or_that_is_met_is_said_so() -> None:
    target = Target("Synthetic", "Office", 50, date(2026, 9, 30), "https://www.example.org")
    late = Coverage(153, 100, 60, 0, 30, 30, target)
    assert on_programme.compare_with_target(late, TODAY) == (
        "The target is 50%, 77 of 153, by 30 September 2026: that day has passed, and 17 are lacking."
    )
    assert on_programme.compare_with_target(Coverage(153, 100, 77, 0, 30, 47, target), TODAY).endswith(": it is met.")
    assert on_programme.compare_with_target(Coverage(153, 100, 77, 0, 30, 47, None), TODAY) == ""


def targets(folder: Path, *days: date) -> Database:
    db = small.database(folder, metrics=[small.metric()], figures=[Figure("waits", "101", 1.0)])
    small.put(db, "commitment", pl.DataFrame(
        {
            "line": range(2, 2 + len(days)), "commitment": [f"Synthetic {day}" for day in days], "owner": "Office",
            "metric_id": None, "target_value": 50.0, "by_when": days, "source_url": "https://www.example.org",
        },
        schema_overrides={"metric_id": pl.String, "by_when": pl.Date},
    ))  # fmt: skip
    return db


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((), None),
        ((date(2028, 9, 30), date(2027, 9, 30), date(2025, 9, 30)), date(2027, 9, 30)),
        ((date(2025, 9, 30), date(2026, 3, 31)), date(2026, 3, 31)),
        ((TODAY,), TODAY),
    ],
)
def test_the_target_is_the_next_one_or_else_the_last(tmp_path: Path, days: tuple[date, ...], expected: date) -> None:
    found = programme.target(targets(tmp_path, *days), TODAY)
    assert (found.by_when if found else None) == expected


def test_enrolments_add_up_day_by_day(posts: pl.DataFrame, filled: Database) -> None:
    days = [date.fromisoformat(row["enrolled_on"]) for row in rows_of_the_file() if row["enrolled_on"]]
    history = programme.history(posts)
    assert history.rows() == [(day, sum(one <= day for one in days)) for day in sorted(set(days))]
    found = programme.coverage(filled, posts, TODAY)
    figure = draw_enrolments(history, found, TODAY, height=300)
    line, star = figure["data"]
    # So far from its target today stands on the left, and its words beside it.
    assert figure["layout"]["annotations"][0]["xanchor"] == "left"
    assert (line["y"][-1], line["x"][-1]) == (9, "2026-11-22")
    assert (star["x"], star["y"], star["marker"]["symbol"]) == (["2099-09-30"], [16], "star")
    shown = Page(registered.HISTORY.html(history.reverse(), "Days")).rows[1:]
    file = read(registered.HISTORY.frame(history.reverse(), registered.cite_register(filled)))
    assert [row[1] for row in shown] == [line["enrolled_by_then"] for line in file]


def test_regions_add_up_to_england_and_london_is_whole(filled: Database, posts: pl.DataFrame) -> None:
    rows = programme.by_region(filled, posts)
    assert rows.height == 10
    assert rows["area_id"][-1] == ENGLAND
    counts = [
        "councils",
        "registered",
        "enrolled",
        "completed",
        "new",
        "executive",
        "not_enrolled",
        "absent",
        "with_coach",
    ]
    assert rows[:-1].select(counts).sum().row(0) == rows[-1].select(counts).row(0)
    london = rows.row(by_predicate=pl.col("region") == "London", named=True)
    assert (london["councils"], london["registered"], london["enrolled"]) == (33, 5, 3)
    assert rows["share"][:-1].is_sorted(descending=True)
    said = on_programme.regions(rows.to_dicts())
    first = rows.row(0, named=True)
    assert said.startswith(f"By region it reaches from {first['enrolled']} of {first['councils']} councils in ")
    # All of the last are named: none of them is further behind than the others.
    assert said.endswith(
        " to none in the East Midlands, the North East, the West Midlands and Yorkshire and The Humber."
    )
    table = registered.by_region(programme.coverage(filled, posts, TODAY))
    shown = Page(table.html(rows, "Regions")).rows[1:]
    file = read(table.frame(rows, registered.cite_register(filled)))
    for line, cells in zip(file, shown, strict=True):
        assert cells[0] == line["region"]
        assert cells[1].startswith(f"{line['enrolled']} of {line['councils']} (")
        assert cells[2:] == [
            line[one]
            for one in (
                "new_directors", "executive", "completed", "with_a_coach_now", "on_no_programme", "not_in_the_register",
            )
        ]  # fmt: skip


def test_time_in_post_by_grade_is_what_counting_by_hand_gives(filled: Database, posts: pl.DataFrame) -> None:
    rows = programme.tenure(posts)
    kept_rows = [row for row in posts.to_dicts() if row["state"] != ABSENT]
    for row in rows.iter_rows(named=True):
        own = [one for one in kept_rows if row["grade"] in (None, one["grade"])]
        known = [one["tenure"] for one in own if one["tenure"] is not None]
        assert (row["directors"], row["interim"]) == (len(own), sum(one["interim"] for one in own))
        assert row["unknown"] == len(own) - len(known)
        assert row["median"] == (median(known) if known else None)
        assert row["in_post_then"] == sum(bool(one["in_post_then"]) for one in own)
        for band, (low, high) in programme.BANDS.items():
            assert row[band] == sum(low <= months < (high or 9999) for months in known)
    assert on_programme.tenure(rows.to_dicts()).startswith("Of 12 directors in the register 2 are interim; the median ")
    shown = Page(registered.tenure(5).html(rows, "Tenure")).rows[1:]
    file = read(registered.tenure(5).frame(rows, registered.cite_register(filled, published.publications(filled))))
    for line, cells in zip(file, shown, strict=True):
        assert cells[1:3] == [line["directors"], line["interim"]]
        few = int(line["directors"]) - int(line["first_day_not_known"]) < 5
        assert (line["median_months_in_post"] == "") is few
        assert ("fewer than 5" in cells[-2]) is few


def test_tenure_is_drawn_a_dot_a_director_and_the_chosen_one_is_the_diamond(posts: pl.DataFrame) -> None:
    figure = draw_tenure(posts, chosen="383", height=300)
    (dots,) = figure["data"]
    known = posts.filter(pl.col("tenure").is_not_null() & pl.col("grade").is_not_null())
    assert len(dots["x"]) == known.height
    assert dots["marker"]["symbol"].count("diamond") == 1
    later = known.filter(~pl.col("in_post_then") & (pl.col("area_id") != "383")).height
    assert dots["marker"]["symbol"].count("circle-open") == later > 0


def test_coaches_and_coached_are_the_pairs_of_the_file(filled: Database, posts: pl.DataFrame) -> None:
    pairs = programme.coaching(posts)
    assert pairs.select("coach", "name").rows() == [
        ("Camden", "Kingston upon Thames"), ("Essex", "Bristol, City of"), ("Essex", "Kent"),
        ("Leeds", "City of London"),
    ]  # fmt: skip
    waiting = programme.without_coach(posts)
    assert waiting["name"].to_list() == ["Essex", "Cumberland", "Isles of Scilly", "Trafford"]
    assert on_programme.coaching(pairs.to_dicts(), waiting.height) == (
        "3 councils coach 4 others; 4 directors on the programme are without a coach."
    )
    shown = Page(registered.coaching("383").html(registered.by_coach(pairs), "Coaches")).rows[1:]
    assert [row[0].split(" ")[0] for row in shown] == ["Camden", "Essex", "Leeds"]
    file = read(
        registered.coaching(None).frame(pairs, registered.cite_register(filled, published.publications(filled)))
    )
    assert [(line["coach"], line["coaches"]) for line in file] == pairs.select("coach", "name").rows()


def test_suggested_coaches_are_learning_partners_with_outstanding_leaders_first(
    filled: Database, posts: pl.DataFrame
) -> None:
    """The same by the slow way: `partners.learning_partners` one by one, then the stated rule."""
    rows = {row["area_id"]: row for row in posts.iter_rows(named=True)}
    asked = [*programme.without_coach(posts)["area_id"], "383", "213", "314", "942"]
    found = programme.suggestions(filled, posts, asked, BEST)
    for area_id in asked:
        like = partners.learning_partners(filled, area_id, BEST, most=999)
        able = [
            one for one in like
            if one.leaders in (TOP, GOOD)
            and not rows[one.area_id]["interim"] and rows[one.area_id]["programme"] != "new directors"
        ]  # fmt: skip
        able.sort(
            key=lambda one: (
                one.leaders != TOP, -len(one.evidence), one.closeness_rank or 99, one.named_rank or 99, one.name,
            )
        )  # fmt: skip
        own = found.filter(pl.col("area_id") == area_id)
        assert own["partner_id"].to_list() == [one.area_id for one in able[: programme.MOST]]
        assert own["measures"].to_list() == [len(one.evidence) for one in able[: programme.MOST]]
    waiting = programme.without_coach(posts)
    only = found.filter(pl.col("area_id").is_in(waiting["area_id"].to_list()))
    table = registered.suggestions(only, BEST, None)
    shown = Page(table.html(waiting.head(registered.MOST), "Waiting"))
    of = registered.cite_register(filled, published.publications(filled))
    file = read(table.frame(registered.with_suggestions(waiting, only), of))
    names = [link["href"] for link in shown.all("a") if "/council" in link["href"]]
    assert len(names) == waiting.height + only.height
    assert [line["council_to_ask"] for line in file if line["council_to_ask"]] == only.join(
        waiting.with_row_index("at").select("area_id", "at"), on="area_id"
    ).sort("at", maintain_order=True)["partner"].to_list()


def test_an_interim_or_new_director_is_not_suggested(filled: Database, posts: pl.DataFrame) -> None:
    everybody = posts["area_id"].to_list()
    found = programme.suggestions(filled, posts, everybody, BEST)
    suggested = set(found["partner_id"])
    barred = posts.filter(pl.col("interim") | (pl.col("programme") == "new directors"))
    assert barred.height == 5
    assert not suggested & set(barred["area_id"])
    assert set(found["grade"]) <= {TOP, GOOD}
    assert found.group_by("area_id").len()["len"].max() == programme.MOST


def test_who_is_not_covered_is_everybody_else(filled: Database, posts: pl.DataFrame) -> None:
    left = programme.not_covered(posts)
    assert left.height == 153 - 9
    assert on_programme.not_covered(left.to_dicts()) == (
        "144 councils are not covered: 3 whose director is on none and 141 not in the register."
    )
    page = Page(registered.not_covered(left, filled.names))
    assert len(page.all("a")) == 144
    assert page.text.count("not in the register") == 141
    file = read(registered.NOT_COVERED.frame(filled.with_codes(left), registered.cite_register(filled)))
    assert sorted(line["council"] for line in file) == sorted(left["name"])
    assert {line["state"] for line in file} == {ABSENT, NOT_ENROLLED}


def test_the_map_has_a_class_of_words_for_everybody(filled: Database, posts: pl.DataFrame) -> None:
    classification = classify_programme(posts)
    assert set(classification.of) == set(filled.authorities)
    assert [one.label for one in classification.classes] == [
        "Completed (1)", "On the programme, with a coach (4)", "On the programme, without a coach (4)",
        "On no programme (3)", "Not in the register (141)",
    ]  # fmt: skip
    # Never by colour alone: what has no plain fill has a pattern, and no two look alike.
    assert len({(one.fill, one.pattern) for one in classification.classes}) == 5
    words = {row["name"]: on_programme.hover(row, filled) for row in posts.iter_rows(named=True)}
    assert words["Essex"] == "on the programme (executive) since February 2026; no coach; coaches Bristol and Kent"
    assert words["Kent"] == "on the programme (new directors) since March 2026; coached by Essex"
    assert words["Camden"] == "completed the programme (executive) in June 2026; coaches Kingston upon Thames"
    assert words["Leeds"] == "not on a programme; coaches City of London"
    assert words["York"] == "not in the register"


def test_what_the_register_says_of_one_council(filled: Database, posts: pl.DataFrame) -> None:
    rows = {row["name"]: row for row in posts.iter_rows(named=True)}
    assert on_programme.own(rows["Kent"], filled) == (
        "Kent's director has been on the programme (new directors) since 9 March 2026, and is coached by Essex."
    )
    assert on_programme.own(rows["Cumberland"], filled) == (
        "Cumberland's director, an interim, has been on the programme (new directors) since 7 September 2026."
    )
    assert on_programme.own(rows["Leeds"], filled) == (
        "Leeds's director is on no programme, and coaches City of London."
    )
    assert on_programme.own_post(rows["Westminster"]) == (
        "Westminster has had an interim director since 1 July 2026, 4 months."
    )
    assert on_programme.own_post(rows["Richmond upon Thames"]).endswith("since when is not known.")
    assert (
        on_programme.own_post(rows["York"]) == on_programme.own(rows["York"], filled) == "York is not in the register."
    )


def test_the_register_as_table_and_file(filled: Database, posts: pl.DataFrame) -> None:
    table = registered.posts(filled, "383")
    shown = Page(table.html(posts, "All")).rows[1:]
    file = read(table.frame(filled.with_codes(posts), registered.cite_register(filled, published.publications(filled))))
    assert len(shown) == len(file) == 153
    for line, cells in zip(file, shown, strict=True):
        assert cells[0] == f"{line['council']} {line['region']}"
        if line["state"] == ABSENT:
            assert cells[1] == ABSENT
            assert line["source_url"] == ""
        else:
            assert cells[2] == ("interim" if line["interim"] == "true" else "permanent")
            assert line["source_url"].startswith("https://")
            assert f"{line['months_in_post']} month" in cells[1] or cells[1] == "not known"
    assert "name" not in {column for column in file[0] if column.startswith(("director", "person", "name"))}


def test_no_name_becomes_markup(tmp_path: Path) -> None:
    inspections = [
        (area, ILACS, date(year, 1, 8), date(year, 3, 4), grades(*[grade] * 5))
        for area in HOSTILE_NAMES
        for year, grade in ((2020, GOOD), (2024, TOP))
    ]
    figures = [Figure("waits", area, 1.0) for area in small.COUNCILS]
    neighbours = {"101": ["102", "103"], "104": ["105", "106"]}
    db = database(tmp_path, inspections, metrics=[small.metric()], figures=figures, names=HOSTILE_NAMES,
                  neighbours=neighbours)  # fmt: skip
    small.put(db, "leadership_post", pl.DataFrame(
        {
            "area_id": list(HOSTILE_NAMES), "post": "p", "in_post_since": date(2020, 1, 1), "interim": False,
            "programme": "executive", "enrolled_on": date(2026, 1, 5), "completed_on": None,
            "coach_id": ["102", None, None, None, None, None], "source_url": 'https://x.org/"onclick="alert(1)',
            "checked_on": TODAY, "line": range(2, 8),
        },
        schema_overrides={"completed_on": pl.Date, "coach_id": pl.String},
    ))  # fmt: skip
    rows, posts = leadership.history(db, TODAY), programme.posts(db, TODAY)
    waiting = programme.without_coach(posts)
    suggested = programme.suggestions(db, posts, waiting["area_id"].to_list(), BEST)
    target = Target("<script>", "<b>o", 50, TODAY, 'https://x.org/"onclick="alert(1)')
    covered = Coverage(30, 6, 6, 0, 0, 6, target)
    drawn = [
        parts.JUDGEMENTS.html(rows, "<b>All"),
        parts.changes("101").html(leadership.changed(rows, better=True), "<b>"),
        registered.posts(db, "101").html(posts, "<b>"),
        registered.coaching("101").html(registered.by_coach(programme.coaching(posts)), "<b>"),
        registered.suggestions(suggested, BEST, "101").html(waiting, "<b>"),
        registered.not_covered(posts, db.names),
        registered.by_region(covered).html(programme.by_region(db, posts), "<b>"),
        registered.coverage(covered) + registered.target_note(covered),
    ]
    ours = {"div", "table", "caption", "thead", "tbody", "tr", "th", "td", "a", "b", "i", "p", "small", "ul", "li",
            "span", "section", "h2", "button"}  # fmt: skip
    for one in drawn:
        page = Page(one)
        assert {tag for tag, _ in page.tags} <= ours, one
        assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


# The page itself.


def opens_with(app: AppTest, *words: str) -> bool:
    """Whether the page opens with these words, and tells at its foot those that do not fit there."""
    first, rest = opening(" ".join(filter(None, words)))
    return said(app)[0] == first and rest in Page(html(app)).text


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("part", PARTS)
def test_without_rows_every_part_serves_what_is_public_and_says_that_the_rest_is_empty(part: str) -> None:
    today = datetime.now(UTC).date()
    for council in (None, *AWKWARD):
        app = opened("Leadership", part=part, **({"la": council} if council else {}))
        (first, *others), page = said(app), html(app)
        db = store().current()
        if part == "Judgements":
            rows = leadership.history(db, today).to_dicts()
            own = [row for row in rows if row["name"] == council]
            everybody = sentences.judged(rows, db.metrics[leadership.JUDGEMENT], inspections.newest_report(db))
            assert opens_with(app, *map(sentences.own, own), everybody)
            assert page.count("<tr") > 153
            assert council is None or first.startswith(council)
        elif part == "Ratings and workforce":
            metrics = leadership.workforce(db)
            beside = leadership.beside(db, leadership.history(db, today), metrics).to_dicts()
            mine = [sentences.own_beside(row, metrics) for row in beside if row["name"] == council]
            everybody = sentences.beside(beside, metrics)
            assert everybody.endswith(sentences.NO_CAUSE)
            assert opens_with(app, *mine, everybody)
        elif part == "Directors in post":
            assert first == sentences.directors(leadership.directors(db).to_dicts())
            assert others == [on_programme.NOTHING]
        else:
            assert first == on_programme.NOTHING
            assert len(app.get("download_button")) == 0
        assert not app.warning
        # What is empty is offered to nobody who did not ask for it, and tells readers of no settings.
        offered = app.segmented_control(key="part").options
        assert ("The programme" in offered) == (part == "The programme")
        assert not any(word in Page(page).text for word in ("python -m", "MONITOR_", ".csv"))


@pytest.mark.usefixtures("with_rows")
@pytest.mark.parametrize("part", PARTS[2:])
def test_with_rows_the_page_shows_whom_the_programme_reaches(filled: Database, part: str) -> None:
    today = datetime.now(UTC).date()
    rows = programme.posts(filled, today)
    for council in (None, *AWKWARD, "Kent", "York"):
        app = opened("Leadership", part=part, **({"la": council} if council else {}))
        first, page = said(app)[0], html(app)
        own = [row for row in rows.to_dicts() if row["name"] == council]
        assert "etl register check" not in page
        if part == "The programme":
            assert on_programme.coverage(programme.coverage(filled, rows, today), today) in first
            assert not own or first.startswith(on_programme.own(own[0], filled))
            headers = [one.value for one in app.header]
            assert headers == ["By region", "Coaches and coached", "Without a coach", "Not covered"]
            assert said(app)[1].startswith("3 councils coach 4 others; 4 directors on the programme are without")
        else:
            changes = sentences.directors(leadership.directors(filled).to_dicts())
            tenure = on_programme.tenure(programme.tenure(rows).to_dicts())
            assert tenure.startswith("Of 12 directors in the register 2 are interim")
            assert opens_with(app, *map(on_programme.own_post, own), changes, tenure)
        assert not app.warning


@pytest.mark.usefixtures("with_rows")
def test_tables_open_and_files_are_offered_beside_each_picture() -> None:
    app = opened("Leadership", part="The programme", by_day="true", all_councils="true", coaches="true")
    page = html(app)
    for caption in (
        "Directors enrolled, newest day first",
        "All 153 councils as a table, by name",
        "Coaches and directors",
    ):
        assert f"<caption>{caption}</caption>" in page
    assert len(app.get("download_button")) == 6
    directors = opened("Leadership", part="Directors in post", by_year="true", register="true")
    assert "Changes of directors of children&#x27;s services in England" in html(directors)
    assert [words[-4:] for words in firsts(directors, "Changes of directors")] == [
        str(year) for year in range(2025, 2017, -1)
    ]
    days = [datetime.strptime(words, "%d %B %Y").replace(tzinfo=UTC) for words in firsts(app, "Directors enrolled")]
    assert days == sorted(days, reverse=True) != []
    assert "No column" not in html(directors)
    assert "The register: 12 posts" in html(directors)
    judged = opened("Leadership", over_time="true")
    assert "Impact of leaders in England at each 31 March" in html(judged)


@pytest.mark.usefixtures("served")
def test_a_part_or_council_nobody_has_is_said_with_the_nearest_that_is(db: Database) -> None:
    app = opened("Leadership", part="The programe", la="Leedz")
    warned = [one.value for one in app.warning]
    assert "There is no council called “Leedz”. Did you mean Leeds?" in warned
    assert "There is no part of this page called “The programe”. Did you mean The programme?" in warned
    # The first part is shown, and no council is chosen.
    rows = leadership.history(db, datetime.now(UTC).date()).to_dicts()
    assert said(app)[0] == sentences.judged(rows, db.metrics[leadership.JUDGEMENT], inspections.newest_report(db))
