"""The tables of the front page and of a council's page as files: what is shown, and where it is from."""

from __future__ import annotations

from typing import NamedTuple

import duckdb
import pytest

from dashboard.analysis import england, queries, standard
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.analysis.partners import learning_partners
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from dashboard.files import exports
from dashboard.views.tables import council
from dashboard.views.tables import england as tables
from tests.dashboard.oracle import type_7

BEST = BENCHMARKS["best_quarter"]
HARROW = "310"


class Counted(NamedTuple):
    """The vacancy rate of 2025 by plain arithmetic over the database."""

    standard: float
    reach_it: int
    ranked: int
    fewer_posts: float


def counted(database: duckdb.DuckDBPyConnection) -> Counted:
    """Who reaches what the best quarter do, each return once and no very small council."""
    found = database.execute(
        "SELECT return_id, any_value(value), any_value(numerator), any_value(denominator) "
        "FROM observation JOIN area USING (area_id) WHERE metric_id = 'vacancy_rate' AND kind = 'local_authority' "
        "AND period = '2025' AND value IS NOT NULL GROUP BY return_id HAVING NOT bool_or(very_small)"
    ).fetchall()
    cut = type_7([value for _, value, _, _ in found], 0.25)
    gains = [posts - cut / 100 * of for _, value, posts, of in found if value > cut]
    return Counted(cut, len(found) - len(gains), len(found), sum(gains))


def test_what_england_gains_is_in_the_file_as_on_the_page(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    found = england.gains(db, BEST, england.chosen(db, england.NINE))
    frame = tables.gains(db, BEST, "").frame(found)
    assert frame["metric"].to_list() == [one.metric.title for one in found]
    first = frame.row(0, named=True)
    by_hand = counted(database)
    assert (first["england"], first["reach_it"], first["fall_short"]) == (14.2, 37, 110)
    assert (first["benchmark"], first["reach_it"]) == (by_hand.standard, by_hand.reach_it) == (7.75, 37)
    assert first["fall_short"] == by_hand.ranked - by_hand.reach_it
    assert first["if_all_met"] == pytest.approx(by_hand.fewer_posts)
    assert round(first["if_all_met"]) == 3144
    assert (first["if_all_met_counts"], first["held_fixed"]) == ("posts to fill", "the number of posts")
    assert first["source"] == "Children's social work workforce"
    assert first["data_version"] == db.data_version
    assert str(first["if_all_met"]).encode() in exports.csv(frame)


def test_the_standard_is_in_the_file_newest_first(db: Database, database: duckdb.DuckDBPyConnection) -> None:
    one = standard.over_time(db, db.metrics["vacancy_rate"])
    assert one is not None
    frame = tables.standard(one).frame(one.rows.reverse())
    assert frame["period"].to_list() == [str(year) for year in range(2025, 2016, -1)]
    by_hand = counted(database)
    assert frame.select("met", "had_a_figure").row(0) == (by_hand.reach_it, by_hand.ranked) == (37, 147)


@pytest.mark.parametrize("area_id", [HARROW, "420"])
def test_peers_to_contact_are_in_the_file_with_every_piece_of_evidence(db: Database, area_id: str) -> None:
    found = learning_partners(db, area_id, BEST)
    frame = council.partners_file(db, found, area_id, BEST)
    assert frame.height == sum(len(one.evidence) for one in found)
    if found:
        assert frame["partner"].to_list()[0] == found[0].name
        assert frame["council"].unique().to_list() == [db.names[area_id]]


def test_figures_of_areas_are_those_of_each_measures_period(db: Database) -> None:
    metrics = [db.metrics["vacancy_rate"], db.metrics["plan_rate"]]
    end = db.periods["vacancy_rate"][2].end
    rows = queries.published(db, metrics, [ENGLAND, "E12000003"], {"vacancy_rate": end})
    assert sorted(rows.select("metric_id", "area_id").iter_rows()) == [
        (metric.metric_id, area_id) for metric in reversed(metrics) for area_id in ("E12000003", ENGLAND)
    ]
    assert set(rows.select("metric_id", "period_end").iter_rows()) == {
        ("vacancy_rate", end), ("plan_rate", db.latest("plan_rate").end),
    }  # fmt: skip
