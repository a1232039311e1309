"""Learning partners: who is like a council and reaches what it does not, with the evidence (rule `partners`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from dashboard.analysis import benchmarks, partners, queries
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.analysis.partners import Partner
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from dashboard.views.text import direction as sentences
from tests.dashboard import small
from tests.dashboard.small import Figure

EACH = BENCHMARKS["england"]
LOW, HIGH = "lower_is_better", "higher_is_better"
# Council -> measure -> figure; England stands at 20 in all of them.
FIGURES: dict[str, dict[str, float | str]] = {
    "101": {"a": 30.0, "b": 30.0, "c": 10.0, "d": 10.0},  # short of it in a, b and (where high is good) d
    "102": {"a": 10.0, "b": 30.0, "c": 30.0, "d": 5.0},
    "103": {"a": 20.0, "b": 10.0, "c": 30.0, "d": "x"},
    "104": {"a": 30.0, "b": 30.0, "c": 5.0, "d": 5.0},
    "105": {"a": 10.0, "b": "c", "c": 30.0, "d": 30.0},
    "106": {"a": 5.0, "b": 5.0, "c": 5.0, "d": 30.0},  # far from it
    small.TINY: {"a": 5.0, "b": 5.0, "c": 5.0, "d": 30.0},
}
POLARITY = {"a": LOW, "b": LOW, "c": LOW, "d": HIGH}


def database(folder: Path, neighbours: Mapping[str, Sequence[str]], joint: Sequence[str] = ()) -> Database:
    """`joint` councils report measure a together."""
    figures = [
        Figure(metric_id, area_id, value, return_id="+".join(joint) if metric_id == "a" and area_id in joint else None)
        for area_id, measures in FIGURES.items()
        for metric_id, value in measures.items()
    ]
    return small.database(
        folder,
        metrics=[small.metric(one, polarity=polarity) for one, polarity in POLARITY.items()],
        figures=[*figures, *(Figure(one, ENGLAND, 20.0) for one in POLARITY)],
        neighbours=dict(neighbours),
    )


def find_partners(db: Database, area_id: str = "101", most: int = 9) -> list[Partner]:
    return partners.learning_partners(db, area_id, EACH, most=most)


def evidence(found: Sequence[Partner]) -> dict[str, str]:
    return {one.area_id: "".join(proof.metric.metric_id for proof in one.evidence) for one in found}


def test_partners_reach_the_benchmark_where_the_council_falls_short_most_measures_first(tmp_path: Path) -> None:
    found = find_partners(database(tmp_path, {"101": ["102", "103", "104", "105"]}))
    # To reach is enough (103 in a); 104 reaches it only where 101 does too.
    assert evidence(found) == {"103": "ab", "105": "ad", "102": "a"}
    first = found[0]
    assert (first.name, first.closeness_rank, first.closeness, first.named_rank) == ("Council 103", 2, "close", None)
    assert [(proof.here, proof.there, proof.benchmark, proof.period_end) for proof in first.evidence] == [
        (30.0, 20.0, 20.0, date(2025, 9, 30)),
        (30.0, 10.0, 20.0, date(2025, 9, 30)),
    ]


def test_who_names_the_council_as_a_neighbour_comes_after_its_own_neighbours(tmp_path: Path) -> None:
    named = {"101": ["104", "105"], "103": ["106", "102", "101"], "102": ["101"]}
    found = find_partners(database(tmp_path, named))
    assert evidence(found) == {"105": "ad", "103": "ab", "102": "a"}
    assert [(one.closeness_rank, one.closeness, one.named_rank) for one in found] == [
        (2, "close", None),
        (None, None, 3),
        (None, None, 1),
    ]


def test_neighbours_that_name_each_other_say_both_ranks(tmp_path: Path) -> None:
    (found,) = find_partners(database(tmp_path, {"101": ["102"], "102": ["104", "101"]}))
    assert (found.closeness_rank, found.named_rank) == (1, 2)


def test_the_list_is_short(tmp_path: Path) -> None:
    db = database(tmp_path, {"101": ["102", "103", "104", "105"]})
    assert list(evidence(find_partners(db, most=2))) == ["103", "105"]


def test_a_council_that_meets_the_benchmark_everywhere_has_nobody_to_learn_from(tmp_path: Path) -> None:
    db = database(tmp_path, {"106": ["101", "102", "103"]})
    assert find_partners(db, "106") == []
    assert sentences.partners_sentence("Leeds", [], EACH) == (
        "Held against England, no council most like Leeds does better where Leeds falls short."
    )


def test_a_partner_in_a_joint_return_is_none_for_the_measure_it_shares(tmp_path: Path) -> None:
    # Rows of one return are alike; here they are not, so that it is the rule that leaves it out.
    db = database(tmp_path, {"101": ["102", "103"]}, joint=("101", "103"))
    assert evidence(find_partners(db)) == {"103": "b", "102": "a"}


def test_very_small_councils_are_no_evidence(tmp_path: Path) -> None:
    assert find_partners(database(tmp_path, {"101": [small.TINY]})) == []


def test_only_the_measures_asked_for_are_looked_at(tmp_path: Path) -> None:
    db = database(tmp_path, {"101": ["102", "103", "105"]})
    found = partners.learning_partners(db, "101", EACH, [db.metrics["d"]])
    assert evidence(found) == {"105": "d"}


def test_the_latest_judgement_of_leaders_is_beside_each_with_its_date(tmp_path: Path) -> None:
    db = database(tmp_path, {"101": ["102", "103", "105"]})
    columns = db.table["inspection"].schema
    inspections = [
        ("one", "103", "ILACS", date(2019, 5, 1), date(2019, 6, 1)),
        ("two", "103", "ILACS", date(2023, 5, 1), date(2023, 7, 1)),
        ("three", "105", "SIF", None, date(2016, 3, 1)),
    ]
    db.table["inspection"] = pl.DataFrame(
        [
            {"inspection_id": key, "area_id": area, "framework": framework, "started": started, "published": published}
            for key, area, framework, started, published in inspections
        ],
        schema=columns,
    )
    db.table["judgement"] = pl.DataFrame(
        {
            "inspection_id": ["one", "two", "three"],
            "strand": ["leaders"] * 3,
            "grade": ["Inadequate", "Good", "Outstanding"],
        }
    )
    judged = {one.area_id: (one.leaders, one.leaders_on) for one in find_partners(db)}
    assert judged == {
        "103": ("Good", date(2023, 5, 1)),
        "105": ("Outstanding", date(2016, 3, 1)),  # older files print no other day than that of publication
        "102": (None, None),
    }


def test_the_sentence_names_them_with_how_many_measures(tmp_path: Path) -> None:
    db = database(tmp_path, {"101": ["102", "103", "105"]})
    assert sentences.partners_sentence("Council 101", find_partners(db), BENCHMARKS["neighbours"]) == (
        "Held against the median of its own statistical neighbours, these of the councils most like Council 101 reach "
        "it where Council 101 falls short: Council 103 on 2 measures, Council 105 on 2 and Council 102 on 1."
    )
    assert sentences.partners_sentence("A", find_partners(db)[2:], EACH).endswith("Council 102 on 1 measure.")


@pytest.mark.parametrize("benchmark", ["best_quarter", "england", "neighbours", "outstanding_leaders"])
def test_real_partners_are_those_that_plain_loops_find(db: Database, benchmark: str) -> None:
    mark = BENCHMARKS[benchmark]
    near = {}
    for area_id, other, rank in db.table["neighbour"].select("area_id", "neighbour_id", "closeness_rank").iter_rows():
        near[area_id, other] = rank
    figures = {
        metric.metric_id: {
            row["area_id"]: row
            for row in queries.councils(db, metric, db.latest(metric.metric_id), mark).iter_rows(named=True)
        }
        for metric in db.metrics.values()
        if metric.ranked
    }
    for area_id in ("383", "314", "941", "942", "420", "207", "888"):
        reached: dict[str, list[str]] = {}
        for metric_id, rows in figures.items():
            own, lower = rows[area_id], db.metrics[metric_id].lower_is_better
            if own["value"] is None or own["benchmark"] is None or not own["sets_cut"]:
                continue
            sign = 1 if lower else -1
            if sign * own["value"] <= sign * own["benchmark"]:
                continue
            for other, row in rows.items():
                like = (area_id, other) in near or (other, area_id) in near
                good = row["value"] is not None and sign * row["value"] <= sign * own["benchmark"]
                if like and good and row["sets_cut"] and row["enough"] and row["return_id"] != own["return_id"]:
                    reached.setdefault(other, []).append(metric_id)
        found = partners.learning_partners(db, area_id, mark, most=99)
        assert {one.area_id: [proof.metric.metric_id for proof in one.evidence] for one in found} == reached
        assert area_id not in reached
        order = [(-len(one.evidence), near.get((area_id, one.area_id), 99)) for one in found]
        assert order == sorted(order)
        assert [one.closeness_rank for one in found] == [near.get((area_id, one.area_id)) for one in found]
        assert partners.learning_partners(db, area_id, mark) == found[: partners.MOST]


def test_real_judgements_of_leaders_are_the_current_ones(db: Database) -> None:
    grades = dict(
        db.councils("judgement_leaders", db.latest("judgement_leaders").end).select("area_id", "symbol").iter_rows()
    )
    dates = {
        area_id: max(one.on for one in queries.inspections(db, area_id) if "leaders" in one.grades)
        for area_id in ("383", "380", "888", "330")
    }
    seen = 0
    for area_id in db.authorities:
        for one in partners.learning_partners(db, area_id, BENCHMARKS["best_quarter"]):
            assert one.leaders == grades[one.area_id]
            if one.area_id in dates:
                assert one.leaders_on == dates[one.area_id]
                seen += 1
    assert seen


def test_a_target_of_one_measure_asks_for_that_measure_alone(db: Database) -> None:
    metric = db.metrics["caseload"]
    found = partners.learning_partners(db, "357", benchmarks.with_target(14.0, metric))
    assert {proof.metric.metric_id for one in found for proof in one.evidence} == {"caseload"}
