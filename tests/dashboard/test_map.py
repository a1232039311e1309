"""The Map page: its colour schemes in words, who contributes to the benchmark; notes and tables."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import polars as pl
import pytest

from dashboard.analysis import benchmarks, direction, queries
from dashboard.analysis.benchmarks import BENCHMARKS, Benchmark
from dashboard.data.database import Database
from dashboard.data.model import Metric
from dashboard.files import exports
from dashboard.views.charts import palette
from dashboard.views.tables import map as parts
from dashboard.views.text import comparisons, formats
from dashboard.views.text.formats import SIDES, ColourScheme
from dashboard.views.text.map import as_it_was, coloured_sentence, redrawn
from tests.dashboard.rows import (
    BEST,
    BEST_OF_REGION,
    COUNT,
    ENGLAND,
    GRADE,
    GROUP,
    NEUTRAL,
    ON_TIME,
    PERCENT,
    REGION,
    Row,
    missing,
    row,
)

CUMBRIA, CUMBERLAND, FURNESS, NORTHANTS, DORSET, BOURNEMOUTH = "909", "942", "943", "928", "838", "839"


def test_a_council_that_began_later_shows_what_was_there_before(db: Database) -> None:
    then = db.councils("vacancy_rate", date(2017, 9, 30))
    said = {row["area_id"]: f"{row['value']}%; then" for row in then.iter_rows(named=True)}
    was = as_it_was(db, said)
    assert set(was) == {CUMBERLAND, FURNESS, "940", "941", DORSET, BOURNEMOUTH}
    assert was[CUMBERLAND] == was[FURNESS]
    assert (was[CUMBERLAND].like, was["940"].like, was[DORSET].like) == (CUMBRIA, NORTHANTS, "835")
    cumbria = then.row(by_predicate=pl.col("area_id") == CUMBRIA, named=True)["value"]
    assert was[CUMBERLAND].words == f"in Cumbria then: {cumbria}%; then"
    # One shape cannot show three councils: their figures are in its words.
    assert was[BOURNEMOUTH].like is None
    assert was[BOURNEMOUTH].words.startswith("3 councils then, or parts of them. Dorset: ")
    assert redrawn(db, was) == (
        "Cumbria, Dorset and Northamptonshire are drawn on the areas of today’s councils there. Where Bournemouth, "
        "Christchurch and Poole is, there were several councils then."
    )
    # Today there is nothing to say.
    today = dict.fromkeys(db.authorities, "")
    assert (as_it_was(db, today), redrawn(db, as_it_was(db, today))) == ({}, "")


UNKNOWN = {"direction": None, "no_direction": None}
TEACHERS = "Grades of 2021 were given by teachers."


def row_of(area_id: str, **changes: Any) -> Row:
    """A row with a trend, of a return of its own."""
    return row(
        **{"area_id": area_id, "return_id": area_id, "direction": "no clear trend", "no_direction": None, **changes}
    )


def with_verdicts(*verdicts: str | None) -> list[Row]:
    return [row_of(str(101 + at), verdict=verdict) for at, verdict in enumerate(verdicts)]


@pytest.mark.parametrize(
    ("rows", "metric", "benchmark", "scheme", "words"),
    [
        (with_verdicts("better"), PERCENT, BEST, "quarter", ""),
        (with_verdicts("better"), PERCENT, BEST, "value", ""),
        (with_verdicts("better"), PERCENT, BEST, "gap", ""),
        (
            with_verdicts("better", "worse", "worse", "similar", None),
            PERCENT,
            BEST,
            "verdict",
            (
                "1 of 4 councils is significantly better than the best-quarter standard and 2 worse; for 1 the "
                "difference is not statistically significant."
            ),
        ),
        (
            with_verdicts("better", "better"),
            ON_TIME,
            REGION,
            "verdict",
            "2 of 2 councils are significantly better than its own region and 0 worse.",
        ),
        (
            with_verdicts("lower", "higher", "similar"),
            NEUTRAL,
            ENGLAND,
            "verdict",
            ("1 of 3 councils is significantly lower than England and 1 higher; for 1 the difference is usual."),
        ),
        (
            with_verdicts(None, None),
            PERCENT,
            BEST,
            "verdict",
            "No council has the counts and the benchmark needed to test significance.",
        ),
        (
            [row_of("101", change=-3.0), row_of("102", change=-0.04), row_of("103", change=2.0), row_of("104")],
            PERCENT,
            BEST,
            "change",
            "Since a year before, of 3 councils 1 got better, 1 did not change and 1 got worse.",
        ),
        (
            [row_of("101", change=-3.0), row_of("102", change=2.0)],
            ON_TIME,
            BEST,
            "change",
            "Since a year before, of 2 councils 1 got better and 1 got worse.",
        ),
        (
            [row_of("101", change=-3.0), row_of("102", change=2.0)],
            COUNT,
            BEST,
            "change",
            "Since a year before, of 2 councils 1 went down and 1 went up.",
        ),
        ([row_of("101")], PERCENT, BEST, "change", "No council has a figure a year before to compare with."),
        ([row_of("101", series_break=TEACHERS)], PERCENT, BEST, "change", f"No change in a year is given. {TEACHERS}"),
        # A joint return counts once.
        (
            [row_of("314", return_id="314+318", change=1.0), row_of("318", return_id="314+318", change=1.0)],
            PERCENT,
            BEST,
            "change",
            "Since a year before, of 1 council 1 got worse.",
        ),
        (
            [
                row_of("101", direction="getting better"),
                row_of("102"),
                row_of("103", direction="cannot be said", no_direction="x"),
            ],
            PERCENT,
            BEST,
            "trend",
            "Over five years, of 2 councils 1 is getting better and 1 shows no clear trend.",
        ),
        (
            [row_of("101", direction="rising"), row_of("102", direction="rising"), row_of("103"), row_of("104")],
            NEUTRAL,
            BEST,
            "trend",
            "Over five years, of 4 councils 2 show no clear trend and 2 are rising.",
        ),
        ([row_of("101", **UNKNOWN)], PERCENT, BEST, "trend", "No council has enough data for a trend."),
        ([row_of("101", **UNKNOWN)], GRADE, BEST, "trend", ""),
    ],
)
def test_a_colour_scheme_of_all_councils_in_words(
    rows: list[Row], metric: Metric, benchmark: Benchmark, scheme: ColourScheme, words: str
) -> None:
    assert coloured_sentence(rows, None, metric, benchmark, scheme) == words


@pytest.mark.parametrize(
    ("own", "metric", "scheme", "words"),
    [
        (row_of("101"), PERCENT, "quarter", ""),
        (
            row_of("101"),
            PERCENT,
            "verdict",
            "It is worse beyond chance: its 95% interval is from 12.0% to 18.0%.",
        ),
        (
            row_of("101", verdict="similar"),
            PERCENT,
            "verdict",
            "It is similar: its 95% interval, from 12.0% to 18.0%, holds the benchmark.",
        ),
        (row_of("101", verdict=None), PERCENT, "verdict", "Its 95% interval is from 12.0% to 18.0%."),
        (row_of("101", low=None, high=None), PERCENT, "verdict", "No counts are published to judge chance by."),
        (row_of("101", change=-5.1), PERCENT, "change", "It is an improvement of 5.1 percentage points in a year."),
        (row_of("101", change=0.0), PERCENT, "change", "There is no change in a year."),
        (row_of("101", change=4.6), NEUTRAL, "change", "It is up 4.6 per 10,000 children in a year."),
        (row_of("101"), PERCENT, "change", "It has no figure a year before to compare with."),
        (row_of("101", series_break=TEACHERS), PERCENT, "change", f"No change in a year is given. {TEACHERS}"),
        (row_of("101"), PERCENT, "trend", "Over five years it shows no clear trend."),
        (row_of("101", direction="getting worse"), PERCENT, "trend", "Over five years it is getting worse."),
        (
            row_of("101", direction="cannot be said", no_direction="a reorganisation"),
            PERCENT,
            "trend",
            "No trend: a reorganisation.",
        ),
        ({**missing("suppressed", "c"), **UNKNOWN}, PERCENT, "trend", ""),
    ],
)
def test_a_colour_scheme_of_one_council_in_words(own: Row, metric: Metric, scheme: ColourScheme, words: str) -> None:
    assert coloured_sentence([own], own, metric, BEST, scheme) == words


@pytest.mark.parametrize(
    ("changes", "metric", "scheme", "words"),
    [
        ({}, PERCENT, "verdict", "15.0%; 100th of 149; significantly worse (95% interval 12.0% to 18.0%)"),
        ({"verdict": None}, PERCENT, "verdict", "15.0%; 100th of 149; no significance test"),
        ({"change": -5.1}, PERCENT, "change",
         "15.0%; 100th of 149; an improvement of 5.1 percentage points in a year"),
        ({}, PERCENT, "change", "15.0%; 100th of 149; no figure a year before"),
        ({"series_break": TEACHERS}, PERCENT, "change",
         f"15.0%; 100th of 149; not comparable with the year before: {TEACHERS}"),
        ({}, PERCENT, "trend", "15.0%; 100th of 149; no clear trend"),
        ({"direction": "cannot be said", "no_direction": "a figure is missing"}, PERCENT, "trend",
         "15.0%; 100th of 149; trend not known: a figure is missing"),
        ({"rank": None}, GRADE, "value", "Outstanding"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_council_is_what_it_is_coloured_by(
    changes: Row, metric: Metric, scheme: ColourScheme, words: str
) -> None:
    value = {"value": 1.0} if metric is GRADE else {}
    assert comparisons.hover(row_of("101", **changes, **value), metric, {}, scheme) == words


def texts(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html))


def shown_contributing(db: Database, benchmark: Benchmark, area_id: str | None) -> str:
    metric, newest = db.metrics["vacancy_rate"], db.latest("vacancy_rate")
    rows = queries.councils(db, metric, newest, benchmark)
    own = next((one for one in rows.iter_rows(named=True) if one["area_id"] == area_id), None)
    names = benchmarks.contributing(db, benchmark, metric, newest.end, area_id)
    return parts.contributing(rows, names, metric, benchmark, own or benchmark.shared(rows.to_dicts()))


def test_who_contributes_to_a_benchmark_is_said_with_links_and_values(db: Database) -> None:
    best = shown_contributing(db, BEST, None)
    values = [float(value) for value in re.findall(r"</a> ([\d.]+)%</li>", best)]
    (level,) = re.findall(r"A quarter of councils are at or below ([\d.]+)%\.", best)
    assert len(values) >= 37
    assert values == sorted(values)
    assert values[-1] <= float(level)
    assert '<a data-choose href="/council?la=Leeds">Leeds</a> 2.1%' in best

    region = texts(shown_contributing(db, BEST_OF_REGION, "383"))
    assert "5 of the 15 councils with a figure in its region are at or below" in region
    assert "Leeds 2.1%" in " ".join(region.split())
    assert "choose a council" in shown_contributing(db, BEST_OF_REGION, None)
    for benchmark, words in ((REGION, "Its region is at"), (ENGLAND, "England is at 14.2%.")):
        said = shown_contributing(db, benchmark, "383")
        assert words in said
        assert "No councils are picked for it." in said
    group = benchmarks.with_group(db, ["383", "816"])
    assert "A council of the group is compared with the others in it." in shown_contributing(db, group, None)
    assert "York" in shown_contributing(db, group, "383")
    assert "Leeds" not in shown_contributing(db, group, "383")
    assert shown_contributing(db, GROUP, None) == "<p>Choose the councils of your group to compare with them.</p>"


def test_trends_stand_in_a_table_with_the_reason_where_there_is_none(db: Database) -> None:
    metric, newest = db.metrics["vacancy_rate"], db.latest("vacancy_rate")
    rows = direction.with_direction(db, queries.councils(db, metric, newest, BEST))
    table = parts.trends(rows, metric, "Trends")
    assert table.count("<tr") == rows.height + 1
    for one in rows.iter_rows(named=True):
        cells = re.search(rf">{re.escape(one['name'])}</a></th><td>([^<]*)</td><td>([^<]*)</td>", unescape(table))
        assert cells
        value = formats.brief(one["value"], metric) or formats.reason(one["status"], one["symbol"], metric)
        assert cells[1] == value
        said = f"not known: {one['no_direction']}" if one["no_direction"] else one["direction"]
        assert cells[2] == said


@pytest.mark.parametrize(
    ("metric", "scheme", "indicative", "words"),
    [
        (
            PERCENT,
            "quarter",
            True,
            "“Posts to fill” assumes that the number of posts does not change.",
        ),
        (PERCENT, "gap", False, "“Posts to fill” assumes"),
        (NEUTRAL, "gap", False, ""),
        (PERCENT, "value", False, ""),
        (
            PERCENT,
            "verdict",
            True,
            "This is indicative: full-time equivalents are counted in full, not sampled.",
        ),
        (PERCENT, "verdict", False, "outside its 95% limits, which allow for chance alone."),
        (PERCENT, "trend", False, "A trend needs five figures in a row"),
    ],
)
def test_the_note_under_a_map_says_how_its_classes_are_to_be_read(
    metric: Metric, scheme: ColourScheme, indicative: bool, words: str
) -> None:
    note = parts.note(
        replace(metric, numerator="posts_fte" if indicative else "posts"), scheme, BENCHMARKS["best_quarter"]
    )
    assert words in unescape(note)
    assert bool(note) == bool(words)
    assert ("indicative" in note) == (indicative and scheme == "verdict")


def test_intervals_of_full_time_equivalents_are_indicative(db: Database) -> None:
    found = {metric_id for metric_id, metric in db.metrics.items() if metric.indicative}
    assert {"vacancy_rate", "turnover_rate", "agency_rate"} <= found
    assert not found & {"rereferral_rate", "long_plan_rate", "plan_rate", "judgement_leaders"}


@pytest.mark.parametrize("scheme", SIDES)
def test_what_is_said_of_a_coloured_map_adds_up(db: Database, scheme: ColourScheme) -> None:
    """Of every measure: the numbers of the sentence are those of the legend, and of no council is a side made up."""
    for metric in db.metrics.values():
        if metric.graded:
            continue
        for benchmark in (BENCHMARKS["england"], BENCHMARKS["best_quarter_region"]):
            rows = queries.councils(db, metric, db.latest(metric.metric_id), benchmark)
            rows = direction.with_direction(db, rows)
            listed = rows.to_dicts()
            sentence = coloured_sentence(listed, None, metric, benchmark, scheme)
            classification = palette.classify(rows, metric, scheme)
            counts = [int(entry.label.rsplit("(", 1)[1].rstrip(")")) for entry in classification.classes[:3]]
            plain = sentence.replace("95%", "").replace(benchmark.group, "")
            said = [int(number) for number in re.findall(r"\d+", plain)]
            assert sorted(number for number in said if number) == sorted(
                number for number in (sum(counts), *counts) if number
            ), (metric.metric_id, sentence, counts)
            for one in listed:
                alone = coloured_sentence(listed, one, metric, benchmark, scheme)
                assert not re.search(r"None|\bnan\b|  |\.\.", alone), alone
                # Of a hidden figure there may be a verdict.
                hidden = one["value"] is None and not (scheme == "verdict" and one["verdict"])
                assert (not alone) == hidden


def test_a_period_in_which_nobody_has_a_past_says_so(db: Database) -> None:
    metric = db.metrics["vacancy_rate"]
    rows = direction.with_direction(db, queries.councils(db, metric, db.periods["vacancy_rate"][-1], BEST))
    assert rows["period_end"][0] == date(2017, 9, 30)
    assert rows.filter(pl.col("change").is_not_null()).is_empty()
    assert coloured_sentence(rows.to_dicts(), None, metric, BEST, "change") == (
        "No council has a figure a year before to compare with."
    )


def test_the_file_of_a_map_holds_the_trends_it_shows(db: Database) -> None:
    metric, newest = db.metrics["vacancy_rate"], db.latest("vacancy_rate")
    rows = queries.councils(db, metric, newest, BEST)
    assert not set(exports.TREND_COLUMNS) & set(exports.table(db, rows, "x").columns)
    held = exports.table(db, direction.with_direction(db, rows), "x")
    leeds, cumberland = (held.row(by_predicate=pl.col("area") == name, named=True) for name in ("Leeds", "Cumberland"))
    assert (leeds["trend"], leeds["no_trend_because"]) == ("no clear trend", None)
    assert (cumberland["trend"], cumberland["no_trend_because"]) == ("cannot be said", "a reorganisation")
