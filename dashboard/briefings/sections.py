"""What briefings of every kind hold: cells, how leaders were judged, notes of measures, sources and licence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from dashboard.analysis import england, queries
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.queries import Inspection
from dashboard.briefings.model import Card, Cell, Point, Points, Section, Words
from dashboard.data.database import Database, is_joint
from dashboard.data.model import GRADES, REASONS, Metric, Row, Source
from dashboard.data.names import PRODUCT, UNSAID
from dashboard.views.tables import STRAND_NAMES, released
from dashboard.views.text import briefings as said
from dashboard.views.text import comparisons, direction, formats
from dashboard.views.text.citing import licences

NEIGHBOURS = "statistical_neighbours"
# Of more returns than this share without a figure it is said that the best quarter is that of the others.
MANY_UNSEEN = 0.2
ABOUT = "Briefing on children’s social care"
UNROUNDED = "Ranks and distances are worked out from figures before rounding."
METHODS = "What each measure is and every rule of comparison: see Methods in the dashboard."


def nine(db: Database) -> list[Metric]:
    """The measures that a briefing sets side by side: those of the front page."""
    return england.chosen(db, england.NINE)


def about(benchmark: Benchmark) -> str:
    """What all comparisons of a briefing are with."""
    return f"Compared with: {benchmark.title}."


def grade_tone(grade: str | None) -> str:
    """The shade of a grade."""
    return f"grade-{GRADES.index(grade) + 1}" if grade in GRADES else "grade-none"


def cards(db: Database, area_id: str) -> tuple[Card, ...]:
    """The latest judgement of each strand, as a card."""
    found = []
    for one in queries.judgements(db, area_id):
        words = one.grade or formats.reason(one.status, None, one.metric)
        strand = STRAND_NAMES[one.metric.metric_id.removeprefix("judgement_")]
        found.append(Card(strand, words[0].upper() + words[1:], tone=grade_tone(one.grade)))
    return tuple(found)


def inspected(latest: Inspection | None) -> str:
    """When the latest inspection was; how long ago depends on the day of reading, and is not said on paper."""
    if latest is None:
        return "No inspection since 2013 is on record."
    on = f"Inspected from {latest.started:%-d %B %Y}, published" if latest.started else "Published"
    return f"{on} {latest.published:%-d %B %Y} ({latest.framework})."


def leadership_history(found: Sequence[Inspection]) -> str:
    """The impact of leaders at each inspection, oldest first: "January 2016 Good, November 2018 Outstanding"."""
    if len(found) < 2:
        return ""
    steps = [
        f"{one.published:%B %Y} {one.grades.get('leaders') or 'not judged'}"
        for one in sorted(found, key=lambda one: one.published)
    ]
    return f"Leadership judgements over time: {', '.join(steps)}."


def measure(metric: Metric, row: Row, *more: str) -> Cell:
    """A measure as the heading of its row, with its period, its unit and what else there is to say."""
    unit = "" if metric.unit == "%" else metric.unit
    below = (formats.period_label(metric, row["period_end"]), unit, *more)
    return Cell(metric.title, ", ".join(filter(None, below)))


def few(row: Row) -> bool:
    """Whether a figure is not ranked because few are behind it (rule `very-small`).

    Of a very small council that is so of all figures, and is not said of each.
    """
    return row["value"] is not None and row["not_ranked"] is not None and row["not_ranked"].startswith("based on")


def value(row: Row, metric: Metric, *, strong: bool = True) -> Cell:
    """A figure, or the reason why there is none, as short as a column needs it: the notes give it in full."""
    if row["value"] is None and row.get("value_low") is not None:
        return Cell(formats.figure(row, metric), "hidden: a small count")
    if row["value"] is None:
        why = REASONS[row["status"]].partition(",")[0]
        return Cell(f"{why} ({row['symbol']})" if row["symbol"] else why, tone="missing")
    return Cell(formats.brief(row["value"], metric), formats.unknown(row, metric), strong=strong)


def rank(row: Row) -> Cell:
    """The quarter, with rank and number of councils below."""
    if row["rank_low"] is None:
        return Cell("", f"not ranked: {row['not_ranked']}" if row["not_ranked"] else "")
    if row["quarter_low"] is None:
        return Cell(comparisons.rank(row))
    tone = f"q{row['quarter']}" if row["quarter"] else ""
    return Cell(comparisons.quarter(row).capitalize(), comparisons.rank(row), tone)


def neighbours(row: Row, metric: Metric) -> Cell:
    """The median of the neighbours, with how many have a figure where not all do."""
    if row["neighbours_low"] is None:
        return Cell("too few", "under 5 of 10", "missing")
    return Cell(
        comparisons.companion(row, "neighbours", metric),
        f"{row['neighbours_count']} of 10" if row["neighbours_count"] < 10 else "",
    )


def trend(row: Row, *, why: bool = True) -> Cell:
    """Which way it goes over five years, or that there is no trend, and why; empty of what is not ranked."""
    if row["not_ranked"]:
        return Cell("")
    if row["direction"] == UNSAID:
        return Cell("no trend", direction.NO_DIRECTION[row["no_direction"]] if why else "")
    return Cell(row["direction"] or "")


def change(row: Row, metric: Metric) -> Cell:
    """A change with what it means, unless it is not ranked; on a break of the series why there is none."""
    amount = row["change"]
    if amount is None:
        return Cell("", row["series_break"] or "")
    if metric.ranked and row["not_ranked"]:
        return Cell(formats.signed(amount, metric))
    word = formats.direction(amount, metric)
    return Cell(formats.signed(amount, metric), word, word if word in ("better", "worse") else "")


def care(metrics: Iterable[Metric]) -> list[Point]:
    """What to take care of in each measure that needs it."""
    found = [f"{one.short_title}: {one.caveat}" for one in metrics if one.caveat]
    return [Point(" ".join(found))] if found else []


def indicative(metrics: Iterable[Metric]) -> list[Point]:
    """The measures whose significance is only indicative (rule `chance`)."""
    names = [one.short_title.lower() for one in metrics if one.has_interval and one.indicative]
    if not names:
        return []
    return [
        Point(
            "Beyond means outside 95% limits. Of full-time equivalents, which are counted in full, it is "
            f"indicative: {formats.listed(names)}."
        )
    ]


def unseen(db: Database, metrics: Iterable[Metric], benchmark: Benchmark) -> list[Point]:
    """Of which measures so many returns have no figure that the best quarter is not that of all councils."""
    if not benchmark.best:
        return []
    names = []
    for one in metrics:
        returns = db.councils(one.metric_id, db.latest(one.metric_id).end).unique("return_id")
        unseen = returns.filter(pl.coalesce("value", "value_low").is_null())
        if unseen.height > MANY_UNSEEN * returns.height:
            names.append(one.short_title.lower())
    return [Point(said.unseen(names))] if names else []


def joint(db: Database, metrics: Iterable[Metric]) -> list[Point]:
    """Who reports some of these measures together."""
    ids = [one.metric_id for one in metrics]
    found = db.newest.filter(pl.col("metric_id").is_in(ids) & is_joint())
    together = sorted([db.names[one] for one in each.split("+")] for each in found["return_id"].unique())
    return [Point(said.together(together))] if together else []


def sources(db: Database, used: Iterable[str]) -> Section:
    """The publications that a briefing is made of, by number of source, with the licence and the data version."""
    found: list[Source] = sorted(
        (db.sources[one] for one in set(used) if one in db.sources), key=lambda one: (one.publisher, one.title)
    )
    points = tuple(
        Point(f"{one.publisher}, {one.title}, {one.release}, {released(one.released)}.", link=one.page) for one in found
    )
    words = (
        f"{licences(found)}. Contains public sector information licensed under the Open Government Licence v3.0. "
        f"{PRODUCT}, data version {db.data_version}. {METHODS}"
    )
    return Section("Sources and licence", (Points(points, small=True), Words(words, small=True)))
