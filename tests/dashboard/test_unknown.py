"""What is said where nothing is known of some: the share, the range it leaves, and no more than that."""

from __future__ import annotations

import math
import re
from datetime import date

import duckdb
import polars as pl
import pytest

from dashboard.analysis import comparison, direction, funnel, overdispersion, queries
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.analysis.comparison import Z_95
from dashboard.briefings.council import briefing
from dashboard.data.database import Database
from dashboard.views import tables
from dashboard.views.tables import cells
from dashboard.views.text import comparisons, formats
from dashboard.views.text.council import council_sentence, profile_sentence
from dashboard.views.text.england import england_sentence
from tests.dashboard.helpers import html, opened

BEST = BENCHMARKS["best_quarter"]
HAMPSHIRE, HEREFORDSHIRE, LEEDS = "850", "884", "383"
HOMES = "care_leavers_17_18_accommodation"


def row_of(db: Database, area_id: str, metric_id: str = HOMES) -> dict[str, object]:
    metric = db.metrics[metric_id]
    rows = queries.councils(db, metric, db.latest(metric_id), BEST)
    return direction.with_direction(db, rows).row(by_predicate=pl.col("area_id") == area_id, named=True)


def test_the_first_sentence_says_how_much_is_unknown_and_where_the_figure_may_lie(db: Database) -> None:
    said = council_sentence("Hampshire", row_of(db, HAMPSHIRE), db.metrics[HOMES], BEST, [])
    assert "245 of 371 (66%) are unknown: the true figure is between 32% and 98%." in said
    assert "It is not ranked: more than a fifth are unknown." in said
    assert not re.search(r"\d(st|nd|rd|th) of|getting worse|more care leavers", said)
    said = council_sentence("Herefordshire", row_of(db, HEREFORDSHIRE), db.metrics[HOMES], BEST, [])
    assert "14 of 59 (24%) are unknown: the true figure is between 76% and 100%." in said


def test_a_hidden_number_of_unknown_is_said_to_be_hidden(db: Database) -> None:
    row = row_of(db, LEEDS)
    assert (row["unknown"], formats.unknown(row, db.metrics[HOMES])) == (None, "a hidden number unknown")
    said = formats.unknown_in_full(row, db.metrics[HOMES])
    assert said == "How many are unknown is hidden: the true figure is between 87% and 100%."


def test_what_is_unknown_makes_nobody_best_or_worst_and_asks_nothing(db: Database) -> None:
    profile = queries.profile(db, HAMPSHIRE, BEST)
    leavers = profile.filter(pl.col("metric_id").str.starts_with("care_leavers"))
    assert leavers.select("rank", "gap_low", "verdict", "shortfall_low", "change").null_count().row(0) == (4,) * 5
    for found in (queries.weakest(profile), queries.strongest(profile)):
        assert not found["metric_id"].str.starts_with("care_leavers").any()
    assert "4 more are not ranked: too much is unknown." in profile_sentence(
        "Hampshire", profile.to_dicts(), db.metrics
    )


def test_a_briefing_says_which_measures_are_not_ranked_for_it(db: Database) -> None:
    paper = briefing(db, HAMPSHIRE, BEST)
    said = [str(block) for page in paper.pages for section in page for block in section.blocks]
    unknown = (
        "care leavers 17-18 in suitable housing (66% unknown)",
        "care leavers 19-21 in work or study (51% unknown)",
    )
    assert any(all(one in words for one in unknown) for words in said)
    asked = [str(section) for page in paper.pages for section in page if section.title == "What to ask the council"]
    assert asked
    assert "care leavers" not in asked[0].lower()


@pytest.mark.parametrize("metric_id", [HOMES, "care_leavers_19_21_active"])
def test_every_view_shows_the_share_unknown(db: Database, metric_id: str) -> None:
    metric, row = db.metrics[metric_id], row_of(db, HAMPSHIRE, metric_id)
    share = formats.unknown(row, metric)
    assert share == {HOMES: "66% unknown"}.get(metric_id, "51% unknown")
    assert share in cells.value(row, metric)
    assert share in comparisons.hover(row, metric, db.names)
    assert share in tables.trend(queries.trend(db, metric, HAMPSHIRE), metric, "Hampshire")
    rows = queries.councils(db, metric, db.latest(metric_id), BEST)
    assert share in tables.councils(db, rows, metric, BEST, "All")


def test_englands_sentence_says_it_too(db: Database) -> None:
    metric, period = db.metrics[HOMES], db.latest(HOMES)
    rows, england = queries.councils(db, metric, period, BEST), queries.england(db, metric, period)
    said = england_sentence(rows.to_dicts(), england, metric, BEST, comparison.england_if_all_met(rows))
    assert "870 of 14,750 (6%) are unknown: the true figure is between 91% and 97%." in said
    assert "the unknown leave it open" in said
    assert "Hampshire" not in said


def test_a_figure_in_a_range_is_outside_the_funnel_only_where_all_of_it_is(db: Database) -> None:
    found = funnel.funnel(db, db.metrics[HOMES], db.latest(HOMES))
    assert found is not None
    hampshire = found.points.row(by_predicate=pl.col("area_id") == HAMPSHIRE, named=True)
    # Two thirds are unknown: it is not ranked, and compared with no limit.
    assert (hampshire["outside"], hampshire["side"], hampshire["sets_cut"]) == (None, None, False)
    assert HAMPSHIRE not in found.ranked["area_id"]
    assert hampshire["p"] < hampshire["low_998"]


def around(percentage: float, n: float, tau2: float) -> tuple[float, float]:
    """The 95 % limits around a percentage: of chance alone, or with what councils usually differ by."""
    share = percentage / 100
    if tau2:
        low, high = overdispersion.limits(pl.lit(share), pl.lit(n), pl.lit(tau2), Z_95)
        found = pl.select(low.alias("low"), high.alias("high")).row(0)
        return 100 * found[0], 100 * found[1]
    off = Z_95 * math.sqrt(share * (1 - share) / n)
    return 100 * max(share - off, 0.0), 100 * min(share + off, 1.0)


@pytest.mark.parametrize("metric_id", [HOMES, "care_leavers_17_18_active", "care_leavers_19_21_active"])
@pytest.mark.parametrize("spread", [True, False])
def test_every_figure_is_outside_the_limits_where_both_its_ends_are(
    db: Database, database: duckdb.DuckDBPyConnection, metric_id: str, spread: bool
) -> None:
    """Both ends from the database: what is known, and as high as it can be."""
    found = funnel.funnel(db, db.metrics[metric_id], db.latest(metric_id), spread=spread)
    assert found is not None
    rows = {
        row[0]: row[1:]
        for row in database.execute(
            "SELECT area_id, numerator, denominator, unknown, value_high FROM observation "
            "WHERE metric_id = ? AND period_end = ?",
            [metric_id, found.period.end],
        ).fetchall()
    }
    kinds = set()
    for point in found.points.iter_rows(named=True):
        k, n, unknown, high = rows[point["area_id"]]
        ends = (100 * k / n, 100 * k / n if high is None else high)
        expected, side = None, None
        if (unknown or 0) > n / 5:
            assert not point["sets_cut"]
        elif point["sets_cut"]:
            # Within the limits around each end of England's figure, the lower around the higher and the reverse.
            lowest, highest = found.england_ends or (found.england, found.england)
            inside = [
                around(highest, point["n"], found.tau2)[0] <= end <= around(lowest, point["n"], found.tau2)[1]
                for end in ends
            ]
            expected = 0.0 if all(inside) else None
            for limit, name in ((95.0, "95"), (99.8, "998")):
                if ends[1] < point[f"low_{name}"] or ends[0] > point[f"high_{name}"]:
                    expected, side = limit, "worse" if ends[1] < found.england else "better"
            kinds.add((expected, high is None))
        assert (point["outside"], point["side"]) == (expected, side), point
    assert len(kinds) >= 3


@pytest.mark.parametrize(
    ("following", "due", "said"),
    [
        (None, None, ""),
        (None, "2026-10", "due October 2026, not loaded"),
        (None, "2026-11", "due November 2026"),
        ("as at 31 March 2026, published", "2026-10", "as at 31 March 2026, published"),
    ],
)
def test_the_next_edition_is_due_and_past_its_month_not_loaded(following: str, due: str, said: str) -> None:
    assert formats.next_edition(following, due, date(2026, 11, 30)) == said


@pytest.mark.usefixtures("served")
def test_measures_of_children_in_need_say_which_and_open_under_their_former_titles(db: Database) -> None:
    renamed = [metric for metric in db.metrics.values() if metric.former_title]
    assert len(renamed) == 4
    for metric in renamed:
        assert metric.definition.count("without those on a child protection plan or looked after") == 1
        assert metric.title == f"{metric.former_title} not on a plan or in care"
    app = opened("England", metric="Attainment 8 at 16, children in need", period="2021/22")
    assert "No change in a year is given. Grades of 2019/20 and 2020/21 were given by teachers" in html(app)
    assert "There is no measure called" not in html(app)
    assert not app.warning
    app = opened("Council", la="Leeds", metric=renamed[-1].title)
    assert "The lines break before 2022: Grades of 2019/20 and 2020/21 were given by teachers" in html(app)
