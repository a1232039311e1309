"""Tables of the page of own figures: what was given beside what is published, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.local_figures import Finding
from dashboard.data.database import Database
from dashboard.data.model import Metric, Row
from dashboard.views.tables import cells, measure
from dashboard.views.tables.cells import without
from dashboard.views.tables.html import Html, join, period, span, tag
from dashboard.views.tables.table import CHOSEN, CURRENT, Column, Table
from dashboard.views.text import formats


def figures(
    db: Database, rows: pl.DataFrame, benchmark: Benchmark, caption: str, *, chosen: str, odd: Collection[str]
) -> Html:
    """The rows of `local_rank.rank_figures`; a measure's name chooses it.

    `chosen` is the id of the marked measure, `odd` are those of figures that were taken with a warning.
    """

    def yours(row: Row, metric: Metric) -> Html:
        again = span("word worse", "please check") if metric.metric_id in odd else ""
        return join(_yours(row, metric), _counts(row), again)

    def published(row: Row, metric: Metric) -> Html:
        joint = cells.joint(row, db.names)
        return join(_published(row, metric), period(f"published as a {joint}") if joint else "")

    table = Table(
        "own",
        (
            Column(
                "Measure",
                lambda pair: join(
                    measure(pair[1], pair[0]["period_end"], before="published: "), cells.not_ranked(pair[0])
                ),
            ),
            Column("Yours, unpublished", lambda pair: yours(*pair)),
            Column("Published", lambda pair: published(*pair)),
            Column("Change since", lambda pair: cells.change(pair[0]["change"], pair[1])),
            Column(benchmark.label, lambda pair: cells.benchmark(*pair)),
            Column("Gap", lambda pair: cells.gap(*pair)),
            Column("Significant?", lambda pair: join(cells.short_verdict(pair[0]), _interval(*pair))),
            Column("Rank (1 = best)", lambda pair: cells.rank(*pair)),
        ),
        mark=lambda pair: CURRENT if pair[1].metric_id == chosen else Html(),
    )
    return table.html(((row, db.metrics[row["metric_id"]]) for row in rows.iter_rows(named=True)), caption)


def among(db: Database, rows: pl.DataFrame, own: Row, metric: Metric, caption: str) -> Html:
    """All councils of `queries.councils` in order, as published, with the local figure (`rank_figures`) at its rank."""
    lower_first = metric.neutral or metric.lower_is_better

    def in_order() -> Iterator[Row]:
        placed = False
        for row in rows.iter_rows(named=True):
            value = row["value"]
            if not placed and (value is None or (value > own["value"] if lower_first else value < own["value"])):
                yield own
                placed = True
            yield row
        if not placed:
            yield own

    def name(row: Row) -> Html:
        if row is own:
            return join(own["name"], period("yours, unpublished"))
        return join(cells.council(row["name"]), cells.joint_note(row, db.names), cells.not_ranked(row))

    def value(row: Row) -> str:
        if row is own:
            return _yours(own, metric)
        if row["value"] is None:
            return without(formats.why(row, metric))
        return cells.number(row["value"], metric)

    table = Table(
        "councils",
        (
            Column("Council", name),
            Column("Value", value),
            Column("Rank (1 = best)" if metric.ranked else "Rank", lambda row: cells.rank(row, metric)),
        ),
        mark=lambda row: CHOSEN if row is own else Html(),
    )
    return table.html(in_order(), caption)


def findings(found: Sequence[Finding], caption: str) -> Html:
    """What is wrong, or hardly can be right: where, what, what to do, and the name of the rule."""
    table = Table(
        "findings",
        (
            Column("Where", _where),
            Column("What is wrong", lambda one: one.what),
            Column("What to do", lambda one: one.remedy),
            Column("Rule", lambda one: tag("code", one.rule)),
        ),
    )
    return table.html(found, caption)


def promise(heading: str, text: str) -> Html:
    """What becomes of figures that are given, said where they are given."""
    return tag("div", tag("p", tag("strong", heading), " ", text), class_="promise")


def _where(finding: Finding) -> str:
    line = f"Line {finding.line}" if finding.line is not None else ""
    return ", ".join(filter(None, (line, finding.column))) or "All of it"


def _published(row: Row, metric: Metric) -> str:
    if row["published"] is None:
        return without(formats.why(row, metric))
    return cells.number(row["published"], metric)


def _yours(row: Row, metric: Metric) -> Html:
    return span("yours", formats.brief(row["value"], metric, formats.decimals(row, metric)))


def _counts(row: Row) -> str:
    if row["numerator"] is None:
        return ""
    return period(f"{_plain(row['numerator'])} of {_plain(row['denominator'])}")


def _plain(count: float) -> str:
    return formats.number(count, 0 if count == int(count) else 1)


def _interval(row: Row, metric: Metric) -> str:
    if row["low"] is None or row["high"] is None:
        return ""
    return period(f"95% interval {formats.brief(row['low'], metric)} to {formats.brief(row['high'], metric)}")
