"""Tables of a council's page: what it is best and worst at, peers to contact, similar councils."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.partners import Evidence, Partner
from dashboard.analysis.queries import Inspection
from dashboard.data.database import Database
from dashboard.data.model import Metric, Row
from dashboard.views.tables import cells, measure, rank_columns
from dashboard.views.tables.cells import link, without
from dashboard.views.tables.html import Html, bold, items, join, note, period, tag
from dashboard.views.tables.table import CURRENT, Column, Table, wide
from dashboard.views.text import direction, formats
from dashboard.views.text.citing import columns_of
from dashboard.views.text.grammar import plural
from dashboard.views.text.questions import Question


def spine(
    name: str,
    rows: Sequence[tuple[Row, Metric]],
    strips: Mapping[str, Html],
    history: Mapping[str, Sequence[tuple[date, float | None]]],
    benchmark: Benchmark,
    chosen: str,
) -> Html:
    """The measures that matter most: the council among all in each, its gap, rank and trend (a spine chart).

    `rows` are those of `queries.profile` with the measure of each; `strips` the picture of each by measure.
    """
    values = {metric_id: [value for _, value in figures] for metric_id, figures in history.items()}

    def change(pair: tuple[Row, Metric]) -> Html:
        row, metric = pair
        return cells.moved(row, metric)

    def trend(pair: tuple[Row, Metric]) -> Html:
        row, metric = pair
        # Of what is not ranked the years are shown, and not called better or worse.
        said = "" if metric.ranked and row["not_ranked"] else period(direction.short_trend(row))
        return join(cells.spark(values.get(metric.metric_id, [])), said)

    table = Table(
        "spine",
        (
            Column("Measure", lambda pair: measure(pair[1], pair[0]["period_end"], opens=("detail",))),
            Column("Value", lambda pair: cells.compared(*pair)),
            Column("All councils, better to the right", lambda pair: strips[pair[1].metric_id]),
            Column("Gap", lambda pair: cells.gap(*pair)),
            Column("Rank (1 = best)", lambda pair: cells.rank(*pair, shared=False)),
            wide(Column("Change in a year", change)),
            wide(Column("Over five years", trend)),
        ),
        mark=lambda pair: CURRENT if pair[1].metric_id == chosen else Html(),
    )
    return table.html(rows, f"{name}: the measures that matter most, compared with: {benchmark.title}")


def among_neighbours(words: str, label: str) -> Html:
    """Where it is worst among its neighbours, and a link that compares it with them."""
    return tag("p", words, " ", link("Rank it among its neighbours", {"benchmark": label}), ".")


def to_learn_from(found: Sequence[Partner], name: str) -> Html:
    """Learning partners in a line each: how similar they are, on how many measures they do better, how they are led."""
    table = Table(
        "partners",
        (
            Column("Council", lambda one: join(link(one.name, {"la": one.name}), period(like(one, name)))),
            Column("Does better on", lambda one: plural(len(one.evidence), "measure")),
            Column("Impact of leaders", _leaders),
        ),
    )
    return table.html(found, f"Councils that {formats.place(name)} can learn from, across all measures")


def to_ask(found: Sequence[Question]) -> Html:
    """Questions to a council, each over what it comes from."""
    if not found:
        return tag("p", "No figure here falls significantly short.")
    points = (tag("li", one.words, period(one.because)) for one in found)
    return tag("ol", *points, class_="asked")


def timeline(found: Sequence[Inspection]) -> Html:
    """The impact of leaders at each inspection since 2013, oldest first: the way a council has come."""
    steps = (
        tag("li", period(f"{one.published:%B %Y}"), cells.grade(one.grades.get("leaders"), one.framework, "leaders"))
        for one in sorted(found, key=lambda one: one.published)
    )
    return tag("ol", *steps, class_="timeline", aria_label="Leadership judgements over time")


def extremes(db: Database, rows: pl.DataFrame, caption: str) -> Html:
    """Measures by rank, as `queries.strongest` and `queries.weakest` give them, each a link that chooses it."""
    if rows.is_empty():
        return note(bold(f"{caption}:"), " no measure with a figure is among these.")

    def of(row: Row) -> Metric:
        return db.metrics[row["metric_id"]]

    table = Table(
        "extremes",
        (
            Column(
                "Measure", lambda row: measure(of(row), row["period_end"], unit=False, opens=("detail", "extremes"))
            ),
            Column("Value", lambda row: bold(formats.quantity(row["value"], of(row)))),
            Column("Rank (1 = best)", lambda row: cells.rank(row, of(row))),
            wide(Column("Trend", direction.trend)),
        ),
    )
    return table.html(rows, caption)


def neighbours_that_reach(found: Sequence[Partner], metric: Metric, name: str) -> Html:
    """The statistical neighbours that reach the benchmark in one measure, in the order of `partners`."""

    def rank(one: Partner) -> Html:
        return cells.rank(one.evidence[0].there, metric)

    table = Table(
        "partners",
        (
            Column("Council", lambda one: link(one.name, {"la": one.name})),
            wide(Column("How similar", lambda one: like(one, name))),
            Column(metric.title, lambda one: bold(formats.figure(one.evidence[0].there, metric))),
            wide(Column("Rank (1 = best)", rank)),
            Column("Impact of leaders", _leaders),
            wide(Column("Help and protection", _protection)),
        ),
    )
    when = formats.period_label(metric, found[0].evidence[0].there["period_end"])
    return table.html(found, f"Statistical neighbours of {name} that do better: {metric.noun}, {when}")


def partners(found: Sequence[Partner], name: str) -> Html:
    """Learning partners with their evidence (rule `partners`)."""
    table = Table(
        "partners",
        (
            Column("Council", lambda one: link(one.name, {"la": one.name})),
            wide(Column("How similar", lambda one: like(one, name))),
            Column("Meets the benchmark on", _evidence),
            Column("Impact of leaders", _leaders),
            wide(Column("Help and protection", _protection)),
        ),
    )
    return table.html(found, f"Similar councils that do better where {name} falls short")


def partners_file(db: Database, found: Sequence[Partner], area_id: str, benchmark: Benchmark) -> pl.DataFrame:
    """Learning partners with their evidence: a row a partner and measure, each once."""
    pairs = {(one.area_id, each.metric.metric_id): (one, each) for one in found for each in one.evidence}
    rows = [
        {
            "council": db.names[area_id],
            "partner": one.name,
            "partner_la_number": one.area_id,
            "neighbour_rank": one.closeness_rank,
            "closeness": one.closeness,
            "names_the_council_as": one.named_rank,
            "metric": each.metric.title,
            "period_end": each.there["period_end"],
            "there": each.there["value"],
            "there_low": each.there["value_low"],
            "there_high": each.there["value_high"],
            "rank": each.there["rank"],
            "ranked": each.there["ranked"],
            "here": each.here["value"],
            "here_low": each.here["value_low"],
            "here_high": each.here["value_high"],
            "unit": each.metric.unit,
            "benchmark_rule": benchmark.title,
            "benchmark": each.here["benchmark"],
            "benchmark_low": each.here["benchmark_low"],
            "benchmark_high": each.here["benchmark_high"],
            "leaders_judged": one.leaders,
            "leaders_judged_on": one.leaders_on,
            "protection_judged": one.protection,
            **columns_of(db, each.metric),
        }
        for one, each in pairs.values()
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def neighbours(rows: Sequence[Row], metric: Metric, caption: str) -> Html:
    """A council and its statistical neighbours, nearest first, in one measure; each a link."""

    def name(row: Row) -> Html:
        if row["closeness_rank"] is None:
            return bold(row["name"])
        return join(link(row["name"], {"la": row["name"]}), period(f"{row['closeness_rank']}: {row['closeness']}"))

    table = Table(
        "neighbours",
        (
            Column("Council, nearest first", name),
            Column("Value", lambda row: cells.value(row, metric)),
            wide(Column("Change in a year", lambda row: cells.moved(row, metric))),
            *rank_columns(metric),
        ),
        mark=lambda row: CURRENT if row["closeness_rank"] is None else Html(),
    )
    return table.html(rows, caption)


def region(db: Database, area_id: str) -> Html:
    """The other councils of its region, each a link."""
    region_id = db.regions[area_id]
    others = [name for other, name in db.authorities.items() if db.regions[other] == region_id and other != area_id]
    links = join(*(link(name, {"la": name}) for name in others), by=" · ")
    return tag("p", bold(f"Others in {db.names[region_id]}:"), " ", links, class_="around")


def _evidence(one: Partner) -> Html:
    def said(each: Evidence) -> str:
        there, here = (formats.figure(row, each.metric) for row in (each.there, each.here))
        return f"{each.metric.short_title}: {there} (here {here})"

    count = plural(len(one.evidence), "measure")
    return join(bold(count), items(map(said, one.evidence)))


def _leaders(one: Partner) -> Html:
    if not one.leaders:
        return without("not judged")
    when = period(f"inspected {one.leaders_on:%B %Y}") if one.leaders_on else ""
    return join(cells.grade(one.leaders, "", "leaders"), when)


def _protection(one: Partner) -> Html:
    return cells.grade(one.protection, "", "protection") if one.protection else without("not judged")


def like(one: Partner, name: str) -> str:
    """How similar a partner is: its rank among the neighbours, or the rank it gives the council among its own."""
    if one.closeness_rank is None:
        return f"names {formats.place(name)} as its {formats.ordinal(one.named_rank or 0)} neighbour"
    return f"{formats.ordinal(one.closeness_rank)} neighbour, {(one.closeness or '').lower()}"
