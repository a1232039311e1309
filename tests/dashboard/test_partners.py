"""Learning partners: who is like a council and reaches what it does not, with the evidence (rule `partners`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

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


def ends(row: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The lowest and the highest that a figure can be."""
    if row["value_low"] is None:
        return row["value"], row["value"]
    return row["value_low"], row["value_high"]


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
    assert [
        (proof.here["value"], proof.there["value"], proof.here["benchmark"], proof.there["period_end"])
        for proof in first.evidence
    ] == [(30.0, 20.0, 20.0, date(2025, 9, 30)), (30.0, 10.0, 20.0, date(2025, 9, 30))]


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
        "No similar council does at least as well as England where Leeds does not."
    )


def test_a_partner_in_a_joint_return_is_none_for_the_measure_it_shares(tmp_path: Path) -> None:
    # Rows of one return are alike; here they are not, so that it is the rule that leaves it out.
    db = database(tmp_path, {"101": ["102", "103"]}, joint=("101", "103"))
    assert evidence(find_partners(db)) == {"103": "b", "102": "a"}


def test_very_small_councils_are_no_evidence(tmp_path: Path) -> None:
    assert find_partners(database(tmp_path, {"101": [small.TINY]})) == []


def test_with_hidden_figures_only_what_is_certain_is_evidence(tmp_path: Path) -> None:
    """Of 1, 2, 1.5 to 30, 5 to 9, 22, 24 and 30 the best quarter reach something between 1.75 and 5.5."""
    hidden = {"103": (5.0, 9.0), "104": (1.5, 30.0)}
    shown = {"101": 30.0, "102": 1.0, "105": 2.0, "106": 22.0, "107": 24.0}
    db = small.database(
        tmp_path,
        metrics=[small.metric("a")],
        figures=[
            *(Figure("a", area_id, value) for area_id, value in shown.items()),
            *(Figure("a", area_id, "c", range=ends) for area_id, ends in hidden.items()),
        ],
        neighbours={"101": ["102", "103", "104", "105"], "103": ["102"], "104": ["102"]},
    )
    mark = BENCHMARKS["best_quarter"]
    found = partners.learning_partners(db, "101", mark)
    assert evidence(found) == {"102": "a"}  # 105, at 2, reaches it or not
    here = found[0].evidence[0].here
    assert (here["benchmark"], here["benchmark_low"], here["benchmark_high"]) == (None, 1.75, 5.5)
    # 103 is short of it whatever it is; of 104 that is not certain.
    assert evidence(partners.learning_partners(db, "103", mark)) == {"102": "a"}
    assert partners.neighbours_that_reach(db, "104", mark, db.metrics["a"]) is None


def test_only_the_measures_asked_for_are_looked_at(tmp_path: Path) -> None:
    db = database(tmp_path, {"101": ["102", "103", "105"]})
    found = partners.learning_partners(db, "101", EACH, [db.metrics["d"]])
    assert evidence(found) == {"105": "d"}


def judge(db: Database, grades: Sequence[tuple[str, date | None, date, str, str]]) -> None:
    """Inspections of councils: number, first day, day of the report, leaders, help and protection."""
    small.put(
        db,
        "inspection",
        pl.DataFrame(
            [
                {
                    "inspection_id": f"{at}",
                    "area_id": area,
                    "framework": "ILACS",
                    "started": start,
                    "published": published,
                }
                for at, (area, start, published, *_) in enumerate(grades)
            ],
            schema=db.table["inspection"].schema,
        ),
    )
    small.put(
        db,
        "judgement",
        pl.DataFrame(
            [
                {"inspection_id": f"{at}", "strand": strand, "grade": grade}
                for at, (*_, leaders, protection) in enumerate(grades)
                for strand, grade in (("leaders", leaders), ("protection", protection))
            ]
        ),
    )


RI = "Requires improvement to be good"


def test_the_latest_judgement_of_leaders_is_beside_each_with_its_date(tmp_path: Path) -> None:
    db = database(tmp_path, {"101": ["102", "103", "105"]})
    judge(
        db,
        [
            ("103", date(2019, 5, 1), date(2019, 6, 1), "Inadequate", "Inadequate"),
            ("103", date(2023, 5, 1), date(2023, 7, 1), "Good", RI),
            ("105", None, date(2016, 3, 1), "Outstanding", "Good"),
        ],
    )
    judged = {one.area_id: (one.leaders, one.leaders_on, one.protection) for one in find_partners(db)}
    assert judged == {
        "103": ("Good", date(2023, 5, 1), RI),
        "105": ("Outstanding", date(2016, 3, 1), "Good"),  # older files print no other day than that of publication
        "102": (None, None, None),
    }


def test_the_well_judged_come_first_then_those_that_reach_it_on_more(tmp_path: Path) -> None:
    db = database(tmp_path, {"101": ["102", "103", "105"]})
    day = date(2024, 5, 1)
    judge(db, [("102", day, day, "Good", "Good"), ("103", day, day, "Outstanding", RI), ("105", day, day, RI, "Good")])
    assert [(one.area_id, one.well_judged) for one in find_partners(db)] == [
        ("102", True),
        ("103", False),
        ("105", False),
    ]
    assert sentences.partners_sentence("Council 101", find_partners(db), BENCHMARKS["neighbours"]) == (
        "These similar councils do at least as well as the median of its statistical neighbours where Council 101 does "
        "not: Council 102 on 1 measure (leaders Good), Council 103 on 2 (leaders Outstanding, help and protection "
        "Requires improvement) and Council 105 on 2 (leaders Requires improvement)."
    )
    assert "Council 102 on 1 measure (leaders Good)." in sentences.partners_sentence("A", find_partners(db)[:1], EACH)


def test_in_one_measure_its_own_neighbours_that_reach_it_are_named_nearest_first(tmp_path: Path) -> None:
    named = {"101": ["105", "102", "103", "104"], "106": ["101"]}
    db, day = database(tmp_path, named), date(2024, 5, 1)
    judge(db, [("105", day, day, "Inadequate", "Good"), ("102", day, day, "Good", "Good")])
    a = db.metrics["a"]
    found = partners.neighbours_that_reach(db, "101", EACH, a)
    # 104 falls short too, and 106, which is better than all, is no neighbour of its own.
    assert found is not None
    assert [(one.area_id, one.closeness_rank) for one in found] == [("102", 2), ("105", 1), ("103", 3)]
    assert sentences.neighbours_sentence("Council 101", found, a, EACH) == (
        f"3 of Council 101's statistical neighbours do at least as well as England on the {a.noun}: "
        "Council 102 (10.0%, joint 2nd of 6, leaders Good), Council 105 (10.0%, joint 2nd of 6, leaders Inadequate) "
        "and Council 103 (20.0%, 4th of 6, leaders not judged)."
    )
    assert partners.neighbours_that_reach(db, "103", EACH, a) is None  # it meets it
    assert sentences.neighbours_sentence("Council 103", None, a, EACH) == ""
    assert sentences.neighbours_sentence("Leeds", [], a, BENCHMARKS["best_quarter"]) == (
        f"None of Leeds' statistical neighbours meets the best-quarter standard on the {a.noun}."
    )


def test_sandwell_is_sent_to_hull_and_coventry_on_vacancies(db: Database) -> None:
    metric, benchmark = db.metrics["vacancy_rate"], BENCHMARKS["best_quarter"]
    found = partners.neighbours_that_reach(db, "333", benchmark, metric)
    assert found is not None
    assert [(one.name, one.closeness_rank, one.evidence[0].there["value"], one.leaders) for one in found] == [
        ("Kingston upon Hull, City of", 2, 2.4, "Outstanding"),
        ("Coventry", 8, 7.4, "Outstanding"),
    ]
    assert sentences.neighbours_sentence("Sandwell", found, metric, benchmark) == (
        "2 of Sandwell's statistical neighbours meet the best-quarter standard on the social "
        "worker vacancy rate: Kingston upon Hull (2.4%, joint 9th of 147, leaders Outstanding) and Coventry (7.4%, "
        "35th of 147, leaders Outstanding)."
    )


def test_nobody_is_sent_first_to_a_council_judged_lower_where_a_better_one_reaches_it_too(db: Database) -> None:
    lower = 0
    for benchmark in (BENCHMARKS["best_quarter"], BENCHMARKS["neighbours"]):
        for area_id in db.authorities:
            found = partners.learning_partners(db, area_id, benchmark, most=99)
            well = [one.well_judged for one in found]
            assert well == sorted(well, reverse=True)
            said = sentences.partners_sentence("X", found, benchmark)
            for one in found[: sentences.FEW]:
                for grade in (one.leaders, one.protection):
                    if grade in (RI, "Inadequate"):
                        assert grade.removesuffix(" to be good") in said
                        lower += 1
    assert lower


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
            if own["gap_low"] is None or own["gap_low"] <= 0:
                continue
            for other, row in rows.items():
                low, high = ends(row)
                if low is None or high is None:
                    continue
                like = (area_id, other) in near or (other, area_id) in near
                good = high <= own["benchmark_low"] if lower else low >= own["benchmark_high"]
                counts = row["sets_cut"] and row["enough"] and row["return_id"] != own["return_id"]
                if like and good and counts:
                    reached.setdefault(other, []).append(metric_id)
        found = partners.learning_partners(db, area_id, mark, most=99)
        assert {one.area_id: [proof.metric.metric_id for proof in one.evidence] for one in found} == reached
        assert area_id not in reached
        order = [(not one.well_judged, -len(one.evidence), near.get((area_id, one.area_id), 99)) for one in found]
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
