"""The Inspections page: what it asks, says, draws and lets take away; and the page itself at addresses of all kinds."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.analysis import inspections, queries, transitions
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.analysis.inspections import Filters
from dashboard.data.database import Database
from dashboard.data.model import GRADES, STRANDS
from dashboard.views.charts import palette
from dashboard.views.charts.by_grade import draw_by_grade
from dashboard.views.charts.distribution import draw_grades_by_region, draw_grades_over_time, rank_areas
from dashboard.views.charts.timeline import draw_timeline
from dashboard.views.charts.transitions import draw_transitions
from dashboard.views.tables import STRAND_NAMES
from dashboard.views.tables import ofsted as tables
from dashboard.views.text import formats
from dashboard.views.text import inspections as sentences
from tests.dashboard import small
from tests.dashboard.helpers import HOSTILE_NAMES, Page, firsts, html, opened, read
from tests.dashboard.inspected import (
    BAD,
    GOOD,
    ILACS,
    MADE_UP,
    POOR,
    REFORMED,
    SIF,
    TOP,
    Inspected,
    database,
    grades,
)
from tests.dashboard.small import Figure

TODAY = date(2026, 11, 22)
AWKWARD = ("Leeds", "Lancashire", "Dudley", "Isles of Scilly", "Kingston upon Thames", "Cumberland")
PARTS = ("Councils", "Reports over time", "Regions", "What came next", "Ratings and measures")


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """101 was inspected three times and last without an overall judgement; 105 and most others never."""
    return database(tmp_path_factory.mktemp("inspections"), MADE_UP)


def latest_of(db: Database, area_id: str, today: date = TODAY) -> dict[str, Any]:
    return inspections.latest(db, today).row(by_predicate=pl.col("area_id") == area_id, named=True)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2025, 1, 31), date(2025, 2, 28), 0),
        (date(2025, 1, 28), date(2025, 2, 28), 1),
        (date(2024, 2, 29), date(2025, 2, 28), 11),
        (date(2024, 2, 29), date(2025, 3, 1), 12),
        (date(2025, 6, 1), date(2025, 6, 1), 0),
    ],
)
def test_months_are_whole_ones(start: date, end: date, months: int) -> None:
    assert inspections.months(start, end) == months


def test_the_latest_inspection_of_each_council_with_its_own_dates(made_up: Database) -> None:
    row = latest_of(made_up, "101")
    assert [row[strand] for strand in STRANDS] == [None, TOP, GOOD, GOOD, TOP]
    assert row["overall_status"] == "not_given"  # and not the Good of 2019
    assert (row["started"], row["published"], row["months"]) == (date(2026, 5, 11), date(2026, 8, 20), 6)
    assert latest_of(made_up, "102")["months"] == 48
    assert latest_of(made_up, "102", date(2026, 11, 21))["months"] == 47
    # Under SIF the day of publication stands for the first day.
    assert (latest_of(made_up, "104")["started"], latest_of(made_up, "104")["months"]) == (None, 113)
    never = latest_of(made_up, "105")
    assert (never["leaders"], never["leaders_status"], never["published"], never["months"]) == (
        None,
        "no_row",
        None,
        None,
    )


def names(rows: pl.DataFrame) -> list[str]:
    return rows["area_id"].to_list()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters("leaders", grades=(TOP,)), ["101", "103"]),
        (Filters("leaders", grades=(POOR, BAD)), ["102", "104"]),
        (Filters("overall", grades=(inspections.NO_JUDGEMENT, GOOD), since="Under 12 months"), ["101"]),
        (Filters("leaders", since="12 to 23 months"), ["103"]),
        (Filters("leaders", since="36 months or more"), ["102", "104"]),
        (Filters("leaders", region_id=small.NORTH, since="36 months or more"), []),
    ],
)
def test_councils_are_chosen_by_region_grade_and_months(
    made_up: Database, filters: Filters, expected: list[str]
) -> None:
    rows = inspections.matching(made_up, inspections.latest(made_up, TODAY), filters)
    assert sorted(names(rows)) == expected


def test_the_best_come_first_and_those_without_a_judgement_last(made_up: Database) -> None:
    rows = inspections.latest(made_up, TODAY)
    assert names(inspections.ordered(rows, "leaders", "Best first"))[:5] == ["101", "103", "102", "104", "105"]
    assert names(inspections.ordered(rows, "overall", "Best first"))[:4] == ["103", "102", "104", "101"]
    assert names(inspections.ordered(rows, "leaders", "Longest ago first"))[:5] == ["104", "102", "103", "101", "105"]
    assert names(inspections.ordered(rows, "leaders", "Newest report first"))[:5] == ["101", "103", "102", "104", "105"]
    assert names(inspections.ordered(rows, "leaders", "By name"))[:3] == ["101", "102", "103"]
    assert names(inspections.ordered(rows, "leaders", "By region"))[:3] == [
        "101",
        "103",
        "105",
    ]  # The North, its best first


def test_reports_are_counted_by_quarter_and_a_quarter_without_any_is_there(made_up: Database) -> None:
    rows = inspections.by_calendar_quarter(inspections.reports(made_up), "overall")
    assert rows.height == 47  # from the first quarter of 2015 to the third of 2026
    counts = {row["quarter"]: row for row in rows.iter_rows(named=True)}
    assert (counts[date(2015, 1, 1)][BAD], counts[date(2015, 4, 1)]["reports"]) == (1, 0)
    assert (counts[date(2026, 7, 1)]["reports"], counts[date(2026, 7, 1)]["none"]) == (1, 1)
    assert rows["reports"].sum() == len(MADE_UP)
    assert inspections.by_calendar_quarter(inspections.reports(made_up).head(0), "overall").is_empty()


def test_the_grades_of_all_councils_are_those_of_ofsteds_own_table(db: Database) -> None:
    """Ofsted, as at 31 March 2025: 36 Outstanding, 67 Good, 31 Requires improvement to be good, 19 Inadequate."""
    rows = inspections.distribution(db, "overall")
    england = rows.filter((pl.col("name") == "England") & (pl.col("period_end") == date(2025, 3, 31)))
    assert england.select("councils", *GRADES).row(0) == (153, 36, 67, 31, 19)


@pytest.mark.parametrize("strand", STRANDS)
def test_regions_add_up_to_england_and_inner_and_outer_london_to_london(db: Database, strand: str) -> None:
    rows = inspections.distribution(db, strand)
    counts = ["councils", *GRADES, *inspections.NONE]
    halves = pl.col("name").is_in(["Inner London", "Outer London"])
    england = rows.filter(pl.col("name") == "England").sort("period_end").select(counts)
    parts = rows.filter(~halves & (pl.col("name") != "England")).group_by("period_end").agg(pl.col(counts).sum())
    assert parts.sort("period_end").select(counts).equals(england)
    london = rows.filter(pl.col("name") == "London").sort("period_end").select(counts)
    both = rows.filter(halves).group_by("period_end").agg(pl.col(counts).sum())
    assert both.sort("period_end").select(counts).equals(london)
    assert (england["councils"] == england.select(pl.sum_horizontal(counts[1:])).to_series()).all()


def test_the_latest_judgements_are_those_of_the_inspections_themselves(db: Database) -> None:
    """The observations say what the newest inspection says, found another way."""
    rows = inspections.latest(db, TODAY)
    assert rows.height == 153
    for strand in STRANDS:
        found = dict(transitions.latest(db, strand).select("area_id", "inspection_id").iter_rows())
        for row in rows.filter(pl.col(strand).is_not_null()).iter_rows(named=True):
            assert found[row["area_id"]] == row["inspection_id"]
    assert set(rows.filter(pl.col("overall_status") == "not_given")["framework"]) == {REFORMED}
    assert rows.filter(pl.col("overall_status") == "not_given").select(STRANDS[1:]).null_count().row(0) == (0, 0, 0, 0)


def test_the_breaks_are_where_the_reports_say(db: Database) -> None:
    on = {one.letter: one.on for one in inspections.BREAKS}
    reports = inspections.reports(db)
    assert reports.filter(pl.col("framework") == ILACS)["started"].min() >= on["A"]  # type: ignore[operator]
    assert reports.filter(pl.col("framework") == SIF)["published"].max() < date(2018, 9, 1)  # type: ignore[operator]
    assert reports.filter(pl.col("started").is_between(on["B"], date(2021, 5, 31))).is_empty()
    assert reports.filter(pl.col("published").is_between(date(2020, 7, 1), date(2021, 7, 31))).is_empty()
    assert reports.filter(pl.col("care_leavers").is_not_null())["started"].min() >= on["C"]  # type: ignore[operator]
    assert reports.filter(pl.col("framework") == REFORMED)["started"].min() >= on["D"]  # type: ignore[operator]
    assert reports["leaders"].null_count() == 0  # which the page says of every inspection


@pytest.mark.parametrize("metric_id", ["vacancy_rate", "caseload", "agency_rate"])
def test_the_median_of_the_outstanding_is_the_benchmark_of_outstanding_leadership(db: Database, metric_id: str) -> None:
    metric, period = db.metrics[metric_id], db.latest(metric_id)
    medians = inspections.medians(inspections.by_grade(db, "leaders", metric, period))
    rows = queries.councils(db, metric, period, BENCHMARKS["outstanding_leaders"])
    assert medians.row(0, named=True)["median"] == rows["benchmark"][0]
    assert medians.row(0, named=True)["returns"] == rows["council_count"][0]


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Leaders of 101 to 106 are Outstanding, of 107 and 130 Good; 106 and 107 report jointly, 130 is very small."""
    rated: list[Inspected] = [
        (area, ILACS, date(2024, 1, 8), date(2024, 3, 4), grades(*[TOP if area < "107" else GOOD] * 5))
        for area in ("101", "102", "103", "104", "105", "106", "107", small.TINY)
    ]
    figures = [Figure("waits", str(100 + number), float(number)) for number in range(1, 6)]
    figures += [Figure("waits", area, 20.0, return_id="106+107") for area in ("106", "107")]
    figures += [Figure("waits", small.TINY, 90.0), Figure("waits", "108", 30.0), Figure("waits", "109", "c")]
    return database(tmp_path_factory.mktemp("rated"), rated, metrics=[small.metric("waits")], figures=figures)


def test_a_joint_return_counts_once_in_a_grade_and_very_small_councils_move_no_median(rated: Database) -> None:
    rows = inspections.by_grade(rated, "leaders", rated.metrics["waits"], rated.latest("waits"))
    medians = {row["grade"]: row for row in inspections.medians(rows).iter_rows(named=True)}
    assert (medians[TOP]["median"], medians[TOP]["returns"]) == (3.5, 6)
    assert (medians[GOOD]["median"], medians[GOOD]["returns"]) == (20.0, 1)
    assert (medians[BAD]["median"], medians[BAD]["returns"]) == (None, 0)


def test_too_few_of_a_grade_have_no_median_in_words_table_picture_or_file(rated: Database) -> None:
    metric, period, strand = rated.metrics["waits"], rated.latest("waits"), rated.metrics["judgement_leaders"]
    rows = inspections.by_grade(rated, "leaders", metric, period)
    medians = inspections.medians(rows)
    said = sentences.ratings_sentence(rows.to_dicts(), medians.to_dicts(), metric, strand, "at 30 September 2025")
    assert said.startswith(
        "The median rate of waits at 30 September 2025 was 3.5% in the 6 councils rated Outstanding for impact of "
        "leaders. Ratings"
    )
    table = tables.medians(strand, metric, period)
    page = Page(table.html(medians, "Medians"))
    assert page.rows[1:3] == [[TOP, "6", "3.5%"], [GOOD, "1", "fewer than 5: not shown"]]
    assert table.frame(medians)["median"].to_list() == [3.5, None, None, None]


def test_a_grade_and_a_figure_that_disagree_are_counted(rated: Database) -> None:
    metric = rated.metrics["waits"]
    rows = inspections.by_grade(rated, "leaders", metric, rated.latest("waits"))
    said = sentences.ratings_sentence(
        rows.to_dicts(), inspections.medians(rows).to_dicts(), metric, rated.metrics["judgement_leaders"], "now"
    )
    worst = rows.filter((pl.col("quarter") == 4) & pl.col("grade").is_not_null()).unique(["return_id", "grade"]).height
    assert worst > 1
    assert f"often disagree: all {worst} councils in the worst quarter are rated Good or Outstanding." in said
    assert re.search(r"\. In the best quarter (none|all|\d+)( of)? \d+ councils are rated lower\.", said)
    apart = [{**row, "grade": TOP if row["quarter"] == 1 else BAD} for row in rows.to_dicts() if row["quarter"]]
    agreed = sentences.ratings_sentence(
        apart, inspections.medians(rows).to_dicts(), metric, rated.metrics["judgement_leaders"], "now"
    )
    assert "disagree" not in agreed
    assert re.search(r"\. None of \d+ councils in the worst quarter are rated Good or Outstanding\. ", agreed)
    assert said.endswith("One does not cause the other.")


LEADERS = "judgement_leaders"


def said_of(db: Database, filters: Filters, region: str | None = None) -> str:
    metric = db.metrics[f"judgement_{filters.strand}"]
    everybody = inspections.latest(db, TODAY)
    rows = inspections.matching(db, everybody, filters)
    by = sentences.asked(filters, metric, region)
    return sentences.latest_sentence(
        rows.to_dicts(), filters.strand, metric, by=by, among=everybody.height, newest=date(2026, 8, 20)
    )


@pytest.mark.parametrize(
    ("filters", "region", "words"),
    [
        (
            Filters("leaders"), None,
            ("Ofsted rates leadership Outstanding in 2 of 30 councils, Requires improvement in 1 and Inadequate in 1 "
             "(reports to 20 August 2026). 26 have no judgement of it: not inspected by then. "
             "The one inspected since April 2026 has no overall judgement."),
        ),
        (
            Filters("overall", since="Under 12 months"), None,
            ("1 of 30 councils is last inspected under 12 months ago. "
             "1 has no judgement of it: not given since April 2026."),
        ),
        (
            Filters("leaders", grades=(POOR, BAD)), None,
            ("2 of 30 councils are judged Requires improvement to be good or Inadequate for impact of leaders: "
             "1 Requires improvement to be good and 1 Inadequate."),
        ),
        (
            Filters("leaders", grades=(TOP,)), None,
            ("2 of 30 councils are judged Outstanding for impact of leaders. "
             "The one inspected since April 2026 has no overall judgement."),
        ),
        (
            Filters("leaders", region_id=small.SOUTH, since="36 months or more"), "The South",
            ("2 of 30 councils are in The South and last inspected 36 months or more ago: "
             "1 Requires improvement to be good for impact of leaders and 1 Inadequate."),
        ),
        (
            Filters("leaders", region_id=small.NORTH, grades=(BAD,)), "The North",
            "None of 30 councils is in The North and judged Inadequate for impact of leaders.",
        ),
    ],
)  # fmt: skip
def test_what_is_said_of_the_councils_that_are_shown(
    made_up: Database, filters: Filters, region: str | None, words: str
) -> None:
    assert said_of(made_up, filters, region) == words


def test_what_is_said_of_one_council(made_up: Database) -> None:
    metrics = made_up.metrics
    say = sentences.own_sentence
    assert say(latest_of(made_up, "103"), "leaders", metrics[LEADERS]) == (
        "Council 103 was last inspected from 30 June 2025, 16 months ago: Outstanding for impact of leaders."
    )
    assert say(latest_of(made_up, "101"), "overall", metrics["judgement_overall"]) == (
        "Council 101 was last inspected from 11 May 2026, 6 months ago: "
        "no judgement of overall effectiveness, not given since April 2026."
    )
    assert say(latest_of(made_up, "104"), "leaders", metrics[LEADERS]).startswith(
        "Council 104 had its last report published on 5 June 2017, 113 months ago: Inadequate"
    )
    assert say(latest_of(made_up, "105"), "leaders", metrics[LEADERS]) == (
        "Council 105 has no inspection on record since 2013."
    )


def test_what_is_said_of_reports_over_time(made_up: Database) -> None:
    found = inspections.reports(made_up)
    metric = made_up.metrics["judgement_overall"]
    said = sentences.reports_sentence(found.to_dicts(), "overall", metric, newest=date(2026, 8, 20), region_name=None)
    assert said == (
        "In the 12 months to 20 August 2026 Ofsted published 1 report: 1 without a judgement of overall effectiveness. "
        "In the 12 months before, 1 report: 1 Good for overall effectiveness."
    )
    own = found.filter(pl.col("area_id") == "101").to_dicts()
    assert sentences.history_sentence("Council 101", own, "overall", metric) == (
        "Council 101 has 3 reports since 2013: for overall effectiveness Inadequate (March 2015), Good (March 2019) "
        "and no judgement (August 2026)."
    )
    assert sentences.history_sentence("Council 105", [], "overall", metric).endswith(
        "no inspection on record since 2013."
    )


def test_what_is_said_of_what_came_next(made_up: Database) -> None:
    metric = made_up.metrics["judgement_overall"]
    rows = transitions.after(transitions.judgements(made_up), "overall", BAD)
    assert sentences.next_sentence(rows.to_dicts(), metric, grade=BAD, region_name=None) == (
        "Since 2013 overall effectiveness has been judged Inadequate twice. The one judged again was Good, 47 months "
        "later. Of the others, 1 has not been judged again."
    )
    own = [row for row in rows.to_dicts() if row["area_id"] == "101"]
    assert sentences.own_next("Council 101", own, metric, grade=BAD) == (
        "Council 101 was judged for overall effectiveness Inadequate in March 2015, then Good, 47 months later."
    )
    assert sentences.own_next("Council 102", [], metric, grade=BAD).startswith(
        "Council 102 was never judged Inadequate"
    )
    good = transitions.after(transitions.judgements(made_up), "overall", GOOD).to_dicts()
    assert "inspected again without an overall judgement" not in sentences.own_next("x", good, metric, grade=GOOD)
    assert sentences.next_sentence(good, metric, grade=TOP, region_name="North East").startswith(
        "Since 2013 overall effectiveness in the North East has been judged Outstanding "
    )
    assert sentences.next_sentence([], metric, grade=TOP, region_name="North East") == (
        "Since 2013 no council in the North East was judged Outstanding for overall effectiveness."
    )


def test_the_regions_are_said_from_the_best_to_the_worst(db: Database) -> None:
    rows = inspections.distribution(db, "leaders").to_dicts()
    say = sentences.regions_sentence
    said = say(rows, db.metrics[LEADERS], day=date(2026, 3, 31), area="England")
    at = {row["name"]: row for row in rows if row["period_end"] == date(2026, 3, 31)}
    high = {name: sentences.good(row) for name, row in at.items()}
    assert said.startswith(f"At 31 March 2026, {high['England']} of the 153 councils with a judgement were Good or")
    first, last = re.search(r"It ranges from (.+?) in .+? to (.+?) in [^.]+\.", said).groups()  # type: ignore[union-attr]
    best, worst = ((found * 2)[:2] for found in (re.findall(r"\d+", one) for one in (first, last)))
    shares = {
        name: high[name] / row["councils"] for name, row in at.items() if "London" not in name or name == "London"
    }
    assert int(best[0]) / int(best[1]) == max(shares.values())
    assert int(worst[0]) / int(worst[1]) == min(shares.values())
    early = say(inspections.distribution(db, "care_leavers").to_dicts(), db.metrics["judgement_care_leavers"],
                day=date(2018, 3, 31), area="England")  # fmt: skip
    assert early == "No council was judged for care leavers by 31 March 2018."


def test_visits_are_told_with_how_far_the_lists_go() -> None:
    span = (date(2022, 3, 10), date(2025, 3, 26))
    rows = [{"kind": "focused visit"}, {"kind": "monitoring visit"}, {"kind": "monitoring visit"}]
    assert sentences.visits_sentence(rows, name="Bristol, City of", span=span).startswith(
        "Ofsted’s lists of visits run from March 2022 to March 2025 and have 1 focused visit and 2 monitoring visits "
        "to Bristol."
    )
    assert " and have no visit to Leeds." in sentences.visits_sentence([], name="Leeds", span=span)


def table_of(db: Database, rows: pl.DataFrame, **changes: Any) -> tuple[Page, pl.DataFrame]:
    metric, period = db.metrics["vacancy_rate"], db.latest("vacancy_rate")
    options = {"strand": "leaders", "sort": "Best first", **changes}
    table, shown = (
        tables.latest(db, (metric, period), today=TODAY, **options),
        tables.with_figures(db, rows, metric, period),
    )
    return Page(table.html(shown, "All")), table.frame(db.with_codes(shown))


def test_the_table_has_every_council_its_five_judgements_and_the_reasons_for_none(db: Database) -> None:
    rows = inspections.ordered(inspections.latest(db, TODAY), "leaders", "Best first")
    page, _ = table_of(db, rows)
    head, *body = page.rows
    assert head == [
        "Council", *STRAND_NAMES.values(), "Inspected from", "Report published", "Framework", "Months since",
        "Vacancies",
    ]  # fmt: skip
    assert len(body) == 153
    assert {len(row) for row in body} == {11}
    by_name = {name: row for row, name in zip(body, rows["name"], strict=True)}
    assert by_name["Lancashire"][1:6] == ["not given since April 2026", TOP, GOOD, GOOD, TOP]
    assert by_name["Dudley"][5] == "not judged on its own before January 2023"
    assert by_name["Westminster"][-1] == "not available (x)"
    assert by_name["Kingston upon Thames"][-1].endswith("joint return with Richmond upon Thames")
    assert [row["data-area"] for row in page.all("tr")[1:]] == rows["area_id"].to_list()
    assert [one["aria-sort"] for one in page.all("th") if "aria-sort" in one] == ["ascending"]
    reports = [link for link in page.all("a") if link["href"].startswith("https://")]
    assert len(reports) == rows["url"].is_not_null().sum() > 140


def test_no_name_becomes_markup(tmp_path: Path) -> None:
    hostile = [(area, ILACS, date(2024, 1, 8), date(2024, 3, 4), grades(*[TOP] * 5)) for area in HOSTILE_NAMES]
    db = database(tmp_path, hostile, metrics=[small.metric("waits", short_title="<i>m</i>")], names=HOSTILE_NAMES,
                  figures=[Figure("waits", area, 1.0) for area in HOSTILE_NAMES])  # fmt: skip
    everything, judged = transitions.judgements(db), db.metrics["judgement_leaders"]
    matrix, waits = transitions.matrix(everything, "leaders"), (db.metrics["waits"], db.latest("waits"))
    latest = tables.with_figures(db, inspections.latest(db, TODAY), *waits)
    drawn = [
        tables.latest(db, waits, strand="leaders", sort="By name", today=TODAY).html(latest, "<b>All"),
        tables.history().html(inspections.reports(db), "<script>"),
        tables.followed(judged).html(transitions.after(everything, "leaders", TOP), "<svg>"),
        tables.matrix(judged, matrix).html(matrix, "<svg>"),
        tables.reform(inspections.latest(db, TODAY).with_columns(pl.lit("not_given").alias("overall_status"))),
        tables.sources(list(db.sources.values()), "<script>"),
    ]  # fmt: skip
    ours = {"div", "table", "caption", "thead", "tbody", "tr", "th", "td", "a", "b", "i", "p", "small", "br", "button"}
    for one in drawn:
        page = Page(one)
        assert {tag for tag, _ in page.tags} <= ours, one
        assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_the_file_of_the_councils_is_their_table(db: Database) -> None:
    filters = Filters("care_leavers", region_id="E12000007")
    rows = inspections.ordered(
        inspections.matching(db, inspections.latest(db, TODAY), filters), "care_leavers", "Best first"
    )
    page, written = table_of(db, rows, strand="care_leavers")
    file = read(tables.with_own_sources(db, written, "in London", 153))
    table = page.rows[1:]
    assert len(file) == 33
    for line, cells in zip(file, table, strict=True):
        assert [line[strand] for strand in STRANDS] == cells[1:6]
        assert cells[0] == f"{line['council']} {line['region']}"
        assert line["months_since"] == cells[9]
        assert cells[10].startswith(f"{float(line['value']):.1f}%" if line["value"] else "not available")
    assert {line["rows"] for line in file} == {"33 of 153"}
    assert {line["chosen_by"] for line in file} == {"in London"}
    assert all(line["source"] and line["licence"] and line["released"] and line["data_version"] for line in file)


@pytest.mark.parametrize("strand", STRANDS)
def test_the_files_of_the_pictures_are_their_tables(db: Database, strand: str) -> None:
    judged, publications = db.metrics[f"judgement_{strand}"], tables.publications(db)
    quarters = inspections.by_calendar_quarter(inspections.reports(db), strand)
    about = tables.about(db, publications)
    shown = Page(tables.by_calendar_quarter(judged).html(quarters, "Quarters")).rows[1:]
    file = read(tables.by_calendar_quarter(judged).frame(quarters, about))
    assert [row[1:] for row in shown] == [[line[column] for column in ("reports", *GRADES, "none")] for line in file]
    days = inspections.distribution(db, strand).filter(pl.col("name") == "South West")
    table = tables.distribution(judged, days, by="period_end")
    shown, file = Page(table.html(days, "Days")).rows[1:], read(table.frame(days, about))
    assert [row[1:6] for row in shown] == [[line[column] for column in ("councils", *GRADES)] for line in file]
    rows = transitions.after(transitions.judgements(db), strand, BAD)
    shown = Page(tables.followed(judged).html(rows, "After")).rows[1:]
    file = read(tables.followed(judged).frame(rows, about))
    assert [[row[0], row[5]] for row in shown] == [[line["council"], line["months_between"]] for line in file]
    assert all("Ofsted" in line["source"] and line["data_version"] for line in file)


def test_the_timeline_draws_every_report_and_the_councils_own_row(db: Database) -> None:
    found = inspections.reports(db)
    newest = inspections.newest_report(db)
    for strand in STRANDS:
        quarters = inspections.by_calendar_quarter(found, strand)
        own = found.filter(pl.col("name") == "Lancashire").to_dicts()
        none = sentences.none(strand)
        figure = draw_timeline(quarters, strand, own, "Lancashire", newest=newest, none=none, height=400)
        bars = [trace for trace in figure["data"] if trace.get("x0")]
        assert sum(sum(trace["y"]) for trace in bars) == found.height
        (diamonds,) = [trace for trace in figure["data"] if trace["type"] == "scatter"]
        assert len(diamonds["x"]) == 4
        assert "Inadequate<br>published 27 November 2015 (SIF)" in diamonds["text"] or strand in (
            "in_care",
            "care_leavers",
        )
        spans = [trace for trace in figure["data"] if trace.get("yaxis") == "y2" and trace["type"] == "bar"]
        assert sum(len(trace["x"]) for trace in spans) == 4
        assert all(length >= 0 for trace in spans for length in trace["x"])
    assert [note["text"] for note in figure["layout"]["annotations"]] == [
        "<b>A</b>", "<b>B</b>", "<b>C</b>", "<b>D</b>", "<b>Lancashire</b>",
    ]  # fmt: skip
    alone = draw_timeline(quarters, "leaders", [], None, newest=newest, none="", height=400)
    assert "yaxis2" not in alone["layout"]


def test_regions_are_drawn_best_first_under_england_with_their_numbers(db: Database) -> None:
    rows = inspections.distribution(db, "leaders").filter(pl.col("period_end") == date(2026, 3, 31))
    figure = draw_grades_by_region(rows, chosen="London", height=400)
    labels = figure["data"][0]["y"]
    assert labels[0] == "<b>England</b>"
    assert "<b>London</b>" in labels
    regions = rank_areas(rows)[1:]
    shares = [sentences.good(row) / sentences.judged(row) for row in regions.iter_rows(named=True)]
    assert shares == sorted(shares, reverse=True)
    assert [sum(int(trace["text"][at] or 0) for trace in figure["data"]) for at in (0, 1)] == [
        153,
        regions["councils"][0],
    ]
    years = draw_grades_over_time(
        inspections.distribution(db, "leaders").filter(pl.col("name") == "England"), height=400
    )
    assert years["data"][0]["x"] == [*map(str, range(2018, 2027)), "20 Aug<br>2026"]
    # The newest bar has all its numbers, however low a part is.
    assert [trace["text"][-1] for trace in years["data"][:4]] == ["60", "58", "27", "8"]
    assert "" in years["data"][4]["text"]


def test_what_came_next_is_a_dot_each_and_the_chosen_council_a_diamond(db: Database) -> None:
    rows = transitions.after(transitions.judgements(db), "leaders", BAD)
    croydon = next(area_id for area_id, name in db.names.items() if name == "Croydon")
    figure = draw_transitions(rows, newest=inspections.newest_report(db), chosen=croydon, height=400)
    marker = figure["data"][0]["marker"]
    drawn = rows.filter(pl.col("next").is_in(["judged", "not_yet"])).height
    assert len(figure["data"][0]["x"]) == drawn < rows.height
    assert marker["symbol"].count("diamond") == rows.filter(pl.col("area_id") == croydon).height == 1
    assert marker["symbol"].count("circle-open") == rows.filter(pl.col("next") == "not_yet").height
    ticks = figure["layout"]["yaxis"]["ticktext"]
    assert sum(int(tick.rsplit("(", 1)[1].rstrip(")")) for tick in ticks) == drawn


def test_dots_by_grade_stay_on_the_axis_and_a_joint_return_is_one_dot(rated: Database) -> None:
    metric = rated.metrics["waits"]
    rows = inspections.by_grade(rated, "leaders", metric, rated.latest("waits"))
    everybody = queries.councils(rated, metric, rated.latest("waits"), BENCHMARKS["england"])
    figure = draw_by_grade(
        rows, inspections.medians(rows), metric, palette.classify(everybody, metric, "quarter"), fewest=5, chosen="106",
        england=None, height=400,
    )  # fmt: skip
    (dots,) = figure["data"]
    low, high = figure["layout"]["xaxis"]["range"]
    assert all(low <= value <= high for value in dots["x"])
    assert sum("Council 106 and Council 107" in words for words in dots["text"]) == 2  # one in each of its grades
    assert dots["marker"]["symbol"].count("diamond") == 1
    assert dots["marker"]["symbol"].count("triangle-right") == 1  # the very small one, at 90 %
    assert len(figure["layout"]["shapes"]) == 1  # only the Outstanding have five and more


# The page itself.


def sentence(app: AppTest) -> str:
    (found,) = re.findall(r'<header class="headline"[^>]*>.*?<p class="sentence"[^>]*>([^<]*)</p>', html(app))
    return unescape(found)


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("page", ["Inspections", "Leadership"])
def test_the_long_table_is_the_same_whoever_is_chosen(page: str) -> None:
    """A browser leaves alone what is sent byte by byte as before; page.js marks the row of the council it is told."""
    shown = {}
    for council, area_id in {"Leeds": "383", "Kent": "886"}.items():
        parts = [element.proto.body for element in opened(page, la=council).get("html")]
        assert any(f'<header class="headline" data-chosen="{area_id}">' in part for part in parts)
        (shown[council],) = (part for part in parts if '<tr data-area="383">' in part)
    assert shown["Leeds"] == shown["Kent"]


@pytest.mark.usefixtures("served")
def test_the_page_opens_with_all_councils_by_their_leaders(db: Database) -> None:
    app = opened("Inspections")
    assert not app.exception
    assert not app.warning
    counts = inspections.counted(inspections.latest(db, TODAY)["leaders"])
    assert sentence(app).startswith(f"Ofsted rates leadership Outstanding in {counts[TOP]} of 153 councils, ")
    assert "The 11 inspected since April 2026 have no overall judgement." in sentence(app)
    assert len(Page(html(app)).rows) == 154
    assert "What ended." in html(app)


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens_for_awkward_councils_and_each_judgement(part: str) -> None:
    app = opened("Inspections", part=part)
    for number, council in enumerate((*AWKWARD, None)):
        app.selectbox(key="la").set_value(council)
        app.selectbox(key="judgement").set_value(list(STRAND_NAMES.values())[number % len(STRANDS)])
        app.run()
        assert not app.exception, (part, council)
        assert not app.warning
        if council and part != "Regions":
            assert formats.place(council) in sentence(app)


@pytest.mark.usefixtures("served")
def test_ratings_beside_measures_of_every_kind(db: Database) -> None:
    app = opened("Inspections", part="Ratings and measures", la="Cumberland")
    for metric_id in ("vacancy_rate", "children", "judgement_overall", "caseload", "months_since_inspection"):
        app.selectbox(key="metric").set_value(db.metrics[metric_id].title).run()
        assert not app.exception, metric_id
    app.selectbox(key="metric").set_value(db.metrics["vacancy_rate"].title).run()
    assert sentence(app).startswith("In Cumberland, judged ")
    assert "are rated lower. One does not cause the other." in html(app)
    app.selectbox(key="period").set_value("2020").run()
    assert not app.exception  # Cumberland began in 2023
    assert "Cumberland" not in sentence(app)


@pytest.mark.usefixtures("served")
def test_an_address_chooses_council_region_grade_months_and_order(db: Database) -> None:
    app = opened("Inspections",
        region="London", judgement="Help and protection", grade=["Good", "Outstanding"], since="36 months or more",
        sort="Longest ago first",
    )  # fmt: skip
    assert not app.exception
    assert not app.warning
    filters = Filters("protection", "E12000007", (GOOD, TOP), "36 months or more")
    rows = inspections.matching(db, inspections.latest(db, datetime.now(UTC).date()), filters)
    assert sentence(app).startswith(
        f"{rows.height} of 153 councils are in London, judged Outstanding or Good for help and protection and last "
        "inspected 36 months or more ago"
    )
    shown = Page(html(app)).rows[1:]
    assert len(shown) == rows.height
    months = [int(row[9]) for row in shown]
    assert months == sorted(months, reverse=True)
    assert all(row[3] in (GOOD, TOP) for row in shown)


@pytest.mark.usefixtures("served")
def test_no_council_may_match() -> None:
    app = opened("Inspections", region="Inner London", grade="Inadequate")
    assert not app.exception
    assert sentence(app) == "None of 153 councils is in Inner London and judged Inadequate for impact of leaders."


@pytest.mark.usefixtures("served")
def test_a_table_is_drawn_when_it_is_opened_and_not_before() -> None:
    for part, key, words in (
        ("Reports over time", "quarters", "Reports by quarter and grade"),
        ("Regions", "by_region", "by region</caption>"),
        ("Regions", "over_time", "at each 31 March</caption>"),
        ("What came next", "followed", "newest first</caption>"),
        ("Ratings and measures", "medians", "by grade for impact of leaders</caption>"),
    ):
        assert f"{words}" not in html(opened("Inspections", part=part)), part
        assert words in html(opened("Inspections", part=part, **{key: "true"})), part


@pytest.mark.usefixtures("served")
def test_the_newest_reports_come_first(db: Database) -> None:
    app = opened("Inspections", part="Reports over time", quarters="true", la="Leeds")
    quarters = inspections.by_calendar_quarter(inspections.reports(db), "leaders")["quarter"].to_list()
    assert firsts(app, "Reports by quarter") == [tables.calendar_quarter(first) for first in reversed(quarters)]
    days = [datetime.strptime(words, "%d %b %Y").replace(tzinfo=UTC) for words in firsts(app, "Leeds: inspections")]
    assert days == sorted(days, reverse=True) != []


@pytest.mark.usefixtures("served")
def test_what_was_chosen_in_one_part_is_still_chosen_after_another() -> None:
    app = opened("Inspections", region="London", grade="Good")
    before = sentence(app)
    for part in ("Ratings and measures", "Councils"):
        app.segmented_control(key="part").set_value(part).run()
    assert sentence(app) == before


@pytest.mark.usefixtures("served")
def test_a_name_that_is_not_known_is_said_so_with_the_nearest() -> None:
    app = opened(
        "Inspections",
        region="Londn",
        judgement="Leaders",
        grade=["Good", "Goood"],
        since="ages",
        sort="Worst",
        part="Map",
    )
    assert not app.exception
    said = " ".join(warning.value for warning in app.warning)
    assert "There is no region called “Londn”. Did you mean London?" in said
    assert "There is no grade called “Goood”. Did you mean Good?" in said
    for what in ("judgement called “Leaders”", "span of months called “ages”", "order called “Worst”",
                 "part of this page called “Map”"):  # fmt: skip
        assert f"There is no {what}" in said


HOSTILE_ADDRESSES: list[dict[str, Any]] = [
    {"region": "<img src=x onerror=alert(1)>"},
    {"grade": ["<script>alert(1)</script>", "'; DROP TABLE inspection; --"]},
    {"part": "Regions", "at": "31 February 2018"},
    {"part": "What came next", "after": "[click](javascript:alert(1))", "region": "\x00"},
    {"part": "L" * 20_000, "judgement": "Лидс"},
    {"part": "Regions", "region": "Inner London", "at": "31 March 2018", "judgement": "Care leavers"},
    {"sort": "name; --", "since": "-1", "la": "Cumbria"},
    {"part": "Ratings and measures", "metric": "Ofsted judgement: overall effectiveness", "la": "City of London"},
]


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("query", HOSTILE_ADDRESSES)
def test_no_address_breaks_the_page(query: dict[str, Any]) -> None:
    app = opened("Inspections", **query)
    assert not app.exception
    shown = html(app) + "".join(warning.value for warning in app.warning)
    assert "<img src=x" not in shown
    assert "<script>alert" not in shown
    assert "](" not in shown
    assert sentence(app)


@pytest.mark.usefixtures("served")
def test_a_council_sees_its_reports_and_its_visits(db: Database) -> None:
    app = opened("Inspections", la="Devon", part="Reports over time")
    area_id = next(area_id for area_id, name in db.authorities.items() if name == "Devon")
    visits = inspections.visits(db, area_id)
    assert visits.height == 5
    assert " and have 5 monitoring visits to Devon." in html(app)
    assert f"Download these {visits.height} rows (CSV)" in [button.proto.label for button in app.get("download_button")]
    file = read(tables.with_own_sources(db, tables.visits(db).frame(visits)))
    assert [line["visited_from"] for line in file] == [str(day) for day in visits["started"]]
    england = sentences.visits_sentence(
        inspections.visits(db).to_dicts(), name=None, span=(date(2022, 3, 10), date(2025, 3, 26))
    )
    assert " and have 109 focused visits and 76 monitoring visits. " in england
