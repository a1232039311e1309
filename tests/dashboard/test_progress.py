"""The Progress page: commitments against published figures, counted by slow loops, and sums done by hand."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboard.analysis import progress, standard
from dashboard.analysis.progress import Commitment, Held
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, Metric
from dashboard.server.app import visibility
from dashboard.views.charts.progress import draw_progress
from dashboard.views.charts.standard import draw_standard
from dashboard.views.tables import progress as parts
from dashboard.views.text import progress as sentences
from dashboard.views.text.citing import cite
from tests.dashboard import small
from tests.dashboard.helpers import HOSTILE_NAMES, Page, firsts, html, opened, read
from tests.dashboard.helpers import sentences as said
from tests.dashboard.small import Figure

TODAY = date(2026, 11, 22)
AWKWARD = ("Leeds", "Westminster", "Kingston upon Thames", "Isles of Scilly", "Cumberland")


def promise(metric: Metric | None, target: float, by: date, label: str = "Synthetic") -> Commitment:
    return Commitment(2, label, label, "Synthetic office", metric, target, by, "https://www.example.org/synthetic")


def held(db: Database, metric_id: str, target: float, by: date) -> Held:
    found = progress.held(db, promise(db.metrics[metric_id], target, by), TODAY)
    assert found is not None
    return found


def history(folder: Path, values: dict[int, float], **metric: Any) -> Database:
    """A small database: England's figure in some years, and council 101's the same."""
    figures = [Figure("waits", area, value, year=year) for year, value in values.items() for area in (ENGLAND, "101")]
    return small.database(folder, metrics=[small.metric(**metric)], figures=figures)


FALLING = {2021: 20.0, 2022: 30.0, 2023: 10.0, 2024: 12.0, 2025: 16.0}


def test_the_sum_is_that_of_the_first_and_the_last_of_five_periods(tmp_path: Path) -> None:
    found = held(history(tmp_path, {2019: 99.0, 2020: 50.0, **FALLING}), "waits", 14.0, date(2027, 9, 30)).england
    assert found is not None
    assert found.sum is not None
    # From 20 to 16 over four years is 1 a year down; two years more come to 14.
    assert (found.sum.first, found.sum.last) == ((date(2021, 9, 30), 20.0), (date(2025, 9, 30), 16.0))
    assert found.sum.per_year == -1.0
    assert (found.sum.years, found.sum.comes_to, found.outcome) == (2.0, 14.0, "on course")


@pytest.mark.parametrize(
    ("target", "by", "outcome"),
    [
        (16.0, date(2027, 9, 30), "met"),
        (14.5, date(2027, 9, 30), "on course"),
        (13.5, date(2027, 9, 30), "not on course"),
        (16.0, date(2026, 9, 30), "was met"),
        (15.9, date(2026, 9, 30), "was not met"),
        # On the last day of a period that period counts, and no later one.
        (12.0, date(2024, 9, 30), "was met"),
        (12.0, date(2024, 9, 29), "was met"),
        (11.9, date(2024, 9, 30), "was not met"),
    ],
)
def test_a_commitment_is_met_on_course_or_not(tmp_path: Path, target: float, by: date, outcome: str) -> None:
    found = held(history(tmp_path, FALLING), "waits", target, by)
    assert found.england is not None
    assert found.england.outcome == outcome
    assert found.passed is (by < TODAY)


def test_where_higher_is_better_it_is_turned_round(tmp_path: Path) -> None:
    rising = {year: 100 - value for year, value in FALLING.items()}
    db = history(tmp_path, rising, polarity="higher_is_better")
    outcomes = [held(db, "waits", target, date(2027, 9, 30)).england for target in (84.0, 85.5, 86.5)]
    assert [one.outcome for one in outcomes if one] == ["met", "on course", "not on course"]


def test_a_share_stops_at_nothing_and_at_all(tmp_path: Path) -> None:
    falling = held(history(tmp_path, FALLING), "waits", 1.0, date(2060, 9, 30)).england
    assert falling is not None
    assert falling.sum is not None
    assert (falling.sum.comes_to, falling.sum.unbounded < 0, falling.outcome) == (0.0, True, "on course")
    (tmp_path / "up").mkdir()
    rising = {year: 100 - value for year, value in FALLING.items()}
    up = held(
        history(tmp_path / "up", rising, polarity="higher_is_better"), "waits", 99.0, date(2060, 9, 30)
    )  # fmt: skip
    assert up.england is not None
    assert up.england.sum is not None
    assert up.england.sum.comes_to == 100.0
    assert ", where it stops, by 30 September 2060" in sentences.assessment(
        "England", up.england, up, up.commitment.metric
    )


POINTS = [(date(year, 9, 30), 1.0, False) for year in range(2020, 2026)]


@pytest.mark.parametrize(
    ("points", "why"),
    [
        (POINTS, None),
        (POINTS[2:], progress.FEW),
        ([*POINTS[:2], *POINTS[3:]], progress.GAP),
        ([*POINTS[:3], (date(2023, 9, 30), None, False), *POINTS[4:]], progress.MISSING),
        ([*POINTS[:3], (date(2023, 9, 30), 1.0, True), *POINTS[4:]], progress.BROKEN),
        # A break at the first of the five parts none of them; one before matters no more.
        ([POINTS[0], (date(2021, 9, 30), 1.0, True), *POINTS[2:]], None),
    ],
)
def test_without_five_periods_in_a_row_there_is_no_sum_but_a_reason(points: list[Any], why: str | None) -> None:
    found, reason = progress.trend(points, date(2028, 9, 30), most=None)
    assert (found is None, reason) == (why is not None, why)


def test_england_can_be_summed_exactly_where_its_trend_can_be_said(db: Database) -> None:
    """Our reasons are those of the table `trend`, worked out by the build another way."""
    reasons = {"fewer than five periods": progress.FEW, "a period was not published": progress.GAP,
               "a break in the series": progress.BROKEN, "a figure is missing": progress.MISSING}  # fmt: skip
    checked = 0
    for metric in db.metrics.values():
        if not metric.ranked or metric.counted or db.figure.is_empty():
            continue
        rows = standard.over_time(db, metric, 0.0)
        assert rows is not None
        published = rows.rows.filter(pl.col("had") > 0)
        _, why = progress.trend(published.select("period_end", "england", "broken").rows(), date(2030, 1, 1), most=None)
        trend = db.table["trend"].filter(
            (pl.col("metric_id") == metric.metric_id)
            & (pl.col("area_id") == ENGLAND)
            & (pl.col("period_end") == db.latest(metric.metric_id).end)
        )
        said = trend["reason"][0]
        assert why == (reasons[said] if said else None), metric.metric_id
        checked += 1
    assert checked > 20


@pytest.mark.parametrize(
    ("metric_id", "target"),
    [("vacancy_rate", 12.0), ("caseload", 14.0), ("conferences_in_15_days", 90.0), ("judgement_leaders", 2.0)],
)
def test_who_meets_it_is_what_counting_by_hand_gives(db: Database, metric_id: str, target: float) -> None:
    metric = db.metrics[metric_id]
    one = held(db, metric_id, target, date(2030, 9, 30))
    sign = 1 if metric.lower_is_better else -1
    counted: dict[date, dict[str, float]] = {}
    for end, by, value in (
        db.by_metric[metric_id]
        .filter((pl.col("kind") == "local_authority") & pl.col("value").is_not_null())
        .filter(pl.col("sets_cut") | metric.graded)
        .select("period_end", "return_id", "value")
        .iter_rows()
    ):
        counted.setdefault(end, {})[by] = value
    for row in one.standard.rows.filter(pl.col("had") > 0).iter_rows(named=True):
        values = counted[row["period_end"]].values()
        assert (row["had"], row["met"]) == (len(values), sum(sign * value <= sign * target for value in values))
    newest = max(counted)
    assert (one.end, one.had, one.met) == (
        newest, len(counted[newest]), sum(sign * value <= sign * target for value in counted[newest].values()),
    )  # fmt: skip
    assert one.councils.value == pytest.approx(100 * one.met / one.had)
    rows, total = progress.councils(db, one)
    short = parts.short(rows)
    assert short["return_id"].n_unique() == one.had - one.met
    plain = short.filter(~pl.col("very_small"))["gap"]
    assert plain.is_sorted(descending=True)
    assert rows["value"].is_null().to_list() == sorted(rows["value"].is_null().to_list())  # missing last
    if total is not None and metric.shortfall:
        by_hand = short.unique("return_id")["shortfall"].drop_nulls().sum()
        assert total.shortfall == pytest.approx(by_hand)


def test_of_judgements_the_periods_are_those_of_31_march_and_the_newest_counts(db: Database) -> None:
    one = held(db, "judgement_leaders", 2.0, date(2029, 3, 31))
    assert (one.england, one.end) == (None, db.latest("judgement_leaders").end)
    assert one.councils.sum is not None
    assert [end for end, _ in (one.councils.sum.first, one.councils.sum.last)] == [date(2022, 3, 31), date(2026, 3, 31)]
    ends = progress.snapshots(one.standard).rows["period_end"].to_list()
    assert {(end.month, end.day) for end in ends} == {(3, 31)}
    years = draw_standard(progress.snapshots(one.standard), height=300)["data"][0]["x"]
    assert len(years) == len(set(years))  # two bars of one year would lie on each other


def test_what_is_held_and_said_of_the_synthetic_commitments(filled: Database) -> None:
    listed = progress.commitments(filled)
    assert [one.label for one in listed] == [
        "Synthetic: a tenth of directors",
        "Synthetic: fewer vacancies (Vacancies, by 30 September 2099)",
        "Synthetic: fewer vacancies (Caseload, by 30 September 2027)",
        "Synthetic: conferences in time",
        "Synthetic: good leaders everywhere",
        "Synthetic: of long ago",
        "Synthetic: of before all figures",
    ]
    found = [progress.held(filled, one, TODAY) for one in listed]
    assert [one is None for one in found] == [True, False, False, False, False, False, True]
    known = [one for one in found if one]
    assert sentences.opening(known, registered=1, silent=1) == (
        "7 commitments are recorded here; by the published figures England is on course for 1, is not on course for 2 "
        "and missed 1; 1 is of councils alone. None is met by every council. 1 is counted from the leadership "
        "register. Of 1 there is no figure from before its day."
    )
    assert [sentences.level(one) for one in listed[:5]] == [
        "10% of directors", "12% or lower", "14 cases per social worker or lower", "90% or higher", "Good or better",
    ]  # fmt: skip
    vacancies, _, conferences, leaders, passed = known
    assert sentences.detail(vacancies) == (
        "The social worker vacancy rate is to be 12% or lower by 30 September 2099. In England it was 14.2% at 30 "
        "September 2025, 2.2 percentage points short of it; 62 of 147 councils met it, and 85 did not."
    )
    assert sentences.assessment("England", conferences.england, conferences, conferences.commitment.metric).startswith(  # type: ignore[arg-type]
        "England: from 83.0% in 2021 to 81.4% in 2025 is 0.40 percentage points down a year. 81.4% − "
    )
    assert sentences.detail(leaders).startswith(
        "The judgement of impact of leaders is to be Good or better by 31 March 2029. 118 of 153 councils met it at 20 "
    )
    assert passed.passed
    assert (passed.end, passed.england and passed.england.outcome) == (date(2023, 9, 30), "was not met")
    assert sentences.detail(passed).endswith("The day has passed: these are the last figures from before it.")
    coverage, outcome = progress.register(filled, listed[0], TODAY)
    assert (coverage.enrolled, coverage.needed, outcome) == (9, 16, "cannot be said")


def test_a_sum_can_be_done_again_from_what_is_said(db: Database) -> None:
    """The numbers that stand in the words give the total that stands there, but for rounding."""
    for metric_id, target in (("vacancy_rate", 12.0), ("agency_rate", 10.0), ("caseload", 14.0)):
        one = held(db, metric_id, target, date(2028, 9, 30))
        assert one.england is not None
        said = sentences.assessment("England", one.england, one, one.commitment.metric)
        first, last, start, sign, years, rate, total = re.search(  # type: ignore[union-attr]
            r"from ([\d.]+).*? to ([\d.]+).*?a year\. ([\d.]+)%? (.) ([\d.]+) years × ([\d.]+) comes to ([\d.]+)", said
        ).groups()
        assert abs(float(last) - float(first)) / 4 == pytest.approx(float(rate), abs=0.06)
        change = float(years) * float(rate) * (-1 if sign == "−" else 1)
        assert float(start) + change == pytest.approx(float(total), abs=0.2)


@pytest.mark.parametrize(("target", "words"), [(12.0, "12%"), (7.25, "7.25%"), (0.5, "0.5%"), (100.0, "100%")])
def test_a_target_is_said_as_it_was_written(db: Database, target: float, words: str) -> None:
    assert sentences.amount(target, db.metrics["vacancy_rate"]) == words


def test_the_files_are_the_tables(filled: Database) -> None:
    listed = progress.commitments(filled)
    compared: list[Any] = [
        (one, progress.held(filled, one, TODAY) if one.metric else progress.register(filled, one, TODAY))
        for one in listed
    ]
    overview = parts.overview(filled, 3)
    shown, file = Page(overview.html(compared, "All")).rows[1:], read(overview.frame(compared))
    assert len(shown) == len(file) == 7
    for line, cells, (one, found) in zip(file, shown, compared, strict=True):
        assert cells[0].startswith(one.label)
        assert f"{line['to_reach']} by {one.by_when:%-d %B %Y}" in cells[0]
        assert line["owner"] in cells[0]
        if found is None:
            assert (cells[1], line["england_figure"]) == ("no data from before the day", "")
            continue
        assert line["councils_meet_it"] + " of " + line["councils_with_figure"] in cells[3]
        if isinstance(found, Held):
            assert sentences.OUTCOMES[line["councils_outcome"]] in cells[3]  # type: ignore[index]
            if found.england:
                assert f"{float(line['england_figure']):.1f}" in cells[1]
                assert sentences.OUTCOMES[line["england_outcome"]] in cells[1]  # type: ignore[index]
    for _, found in compared:
        if not isinstance(found, Held):
            continue
        periods, newest_first = parts.periods(found), found.standard.rows.reverse()
        shown, file = Page(periods.html(newest_first, "Periods")).rows[1:], read(periods.frame(newest_first))
        assert [cells[1:3] for cells in shown] == [[line["councils_met_it"], line["had_a_figure"]] for line in file]
        rows, _ = progress.councils(filled, found)
        councils, source = parts.councils(found, filled.names, None), filled.sources[found.standard.metric.source_id]
        shown = Page(councils.html(parts.short(rows).head(parts.MOST), "Councils")).rows[1:]
        file = read(councils.frame(filled.with_codes(rows), cite(filled, [source])))
        short = [line for line in file if line["meets_it"] == "false"]
        assert len(shown) == min(len(short), parts.MOST)
        for line, cells in zip(short, shown, strict=False):
            assert cells[0].startswith(line["council"])
        assert {line["measure"] for line in file} == {found.standard.metric.title}
        assert all(line["source"] and line["licence"] and line["data_version"] for line in file)


def test_england_and_the_target_are_drawn_and_the_sum_says_what_it_is(filled: Database) -> None:
    for commitment in progress.commitments(filled):
        found = progress.held(filled, commitment, TODAY)
        if found is None or found.england is None:
            continue
        figure = draw_progress(found, height=300)
        line, star, *dotted = figure["data"]
        values = found.standard.rows["england"].drop_nulls().to_list()
        assert line["y"] == values
        assert (star["x"], star["y"]) == ([f"{commitment.by_when}"], [commitment.target])
        low, high = figure["layout"]["yaxis"]["range"]
        assert low <= min(*values, commitment.target) <= max(*values, commitment.target) <= high
        assert len(dotted) == (found.england.sum is not None)
        assert all("arithmetic, no forecast" in one["hovertemplate"] for one in dotted)


def test_no_words_become_markup(tmp_path: Path) -> None:
    figures = [Figure("waits", area, 10.0 + number) for number, area in enumerate(HOSTILE_NAMES)]
    db = small.database(
        tmp_path, metrics=[small.metric(title="<script>m</script>", noun="<u>m", shortfall="<b>posts")],
        figures=[*figures, Figure("waits", ENGLAND, 12.0)], names=HOSTILE_NAMES,
    )  # fmt: skip
    bad = Commitment(
        2, "<script>l</script>", "<script>", "<b>o</b>", db.metrics["waits"], 5.0, date(2030, 1, 1),
        'https://x.org/"onclick="alert(1)',
    )  # fmt: skip
    found = progress.held(db, bad, TODAY)
    assert found is not None
    rows, _ = progress.councils(db, found)
    drawn = [
        parts.overview(db, 2).html([(bad, found)], "<b>"),
        parts.periods(found).html(found.standard.rows, "<b>"),
        parts.councils(found, db.names, "101").html(parts.short(rows), "<b>"),
        parts.sums(["<script>"]),
    ]
    ours = {"div", "table", "caption", "thead", "tbody", "tr", "th", "td", "a", "b", "p", "br", "ul", "li", "span", "i"}
    for one in drawn:
        page = Page(one)
        assert {tag for tag, _ in page.tags} <= ours, one
        assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


# The page itself.


@pytest.mark.usefixtures("served")
def test_without_commitments_the_page_says_so_and_leaves_the_menu() -> None:
    app = opened("Progress", la="Leeds")
    assert said(app) == [sentences.NOTHING]
    assert not any(word in html(app) for word in ("etl", "MONITOR_", ".csv"))
    assert visibility("commitment") == "hidden"
    assert len(app.get("download_button")) == 0
    assert [one.label for one in app.selectbox] == ["Council"]


@pytest.mark.usefixtures("with_rows")
def test_each_commitment_is_shown_with_its_sum_and_where_a_council_stands(filled: Database) -> None:
    today = datetime.now(UTC).date()
    for number, commitment in enumerate(progress.commitments(filled)):
        council = AWKWARD[number % len(AWKWARD)]
        app = opened("Progress", commitment=commitment.label, la=council)
        page, lines = html(app), said(app)
        assert lines[0].startswith("7 commitments are recorded here")
        assert 'aria-current="true"' in page
        found = progress.held(filled, commitment, today)
        if found is None:
            assert len(app.get("plotly_chart")) == 0
            continue
        assert lines[1].startswith(sentences.detail(found))
        rows, _ = progress.councils(filled, found)
        own = rows.row(by_predicate=pl.col("name") == council, named=True)
        assert lines[1].endswith(sentences.own(own, found))
        assert sentences.ARITHMETIC in unescape(page)
        assert len(app.get("download_button")) == 3
        assert not app.warning


@pytest.mark.usefixtures("with_rows")
def test_the_table_opens_and_an_unknown_commitment_is_said() -> None:
    app = opened("Progress", periods="true", commitment="Synthetic: conferences in tim")
    assert [one.value for one in app.warning] == [
        "There is no commitment called “Synthetic conferences in tim”. Did you mean Synthetic: conferences in time?"
    ]
    years = [words[-4:] for words in firsts(app, "councils by period")]
    assert years == sorted(years, reverse=True) != []
