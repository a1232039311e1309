"""Rules of inspections, of what the best have in common, and of how pages say, draw and cite what they show."""

from __future__ import annotations

from datetime import date

import polars as pl

from dashboard.analysis import best, comparison, queries, shared_characteristics
from dashboard.data.database import Database
from dashboard.data.names import format_date
from dashboard.methods.example import BEST, Example, Rule, exact, heading, lines, usual, worked
from dashboard.views.text import formats
from dashboard.views.text.england import england_sentence

# An inspection counts at a 31 March if its report came out by the 30 June after it: Ofsted's own rule.
BY = (6, 30)
LEADERS, OVERALL = "judgement_leaders", "judgement_overall"


def of_inspections(db: Database) -> Example | None:
    """An inspection before a 31 March whose report came out after it."""
    table = db.table["inspection"].filter(pl.col("started").is_not_null()).sort("published", "inspection_id")
    late = [
        (row, day)
        for row in table.iter_rows(named=True)
        for day in [date(row["published"].year, 3, 31)]
        if row["started"] <= day < row["published"] <= date(day.year, *BY)
    ]
    if not late or LEADERS not in db.metrics:
        return None
    row, day = late[-1]
    figures = db.by_metric[LEADERS].filter(pl.col("area_id") == row["area_id"])
    at = figures.filter(pl.col("period_end") == day)
    name = formats.place(db.names[row["area_id"]])
    steps = lines(
        f"{name} was inspected from {format_date(row['started'])}; the report came out on "
        f"{format_date(row['published'])}.",
        f"That is after {format_date(day)} but by {format_date(date(day.year, *BY))}, so it counts at the former"
        + (f": leaders {at['symbol'][0]}." if at.height and at["symbol"][0] else "."),
    )
    newest = db.newest.filter((pl.col("metric_id") == OVERALL) & (pl.col("kind") == "local_authority"))
    without = newest.filter(pl.col("status") == "not_given").height
    if without:
        steps += (f"For {without} of {newest.height} councils no overall judgement was given when last inspected.",)
    return Example(
        f"{name}: judgements at {format_date(day)}",
        steps,
        "Each council's own dates stand beside its judgements.",
        metric_id=LEADERS,
        area_id=row["area_id"],
        period_end=day,
    )


def of_common(db: Database) -> Example | None:
    """One group of councils among the best, compared with chance."""
    metric = usual(db)
    if metric is None:
        return None
    period = db.latest(metric.metric_id)
    found = best.who(db, metric, period, BEST, None)
    rows = shared_characteristics.compare_groups(db, found)
    if rows.is_empty():
        return None
    beyond = rows.filter(pl.col("side").is_not_null())
    row = (beyond if beyond.height else rows).row(0, named=True)
    expected = row["best_of"] * row["all"] / row["all_of"]
    said = {
        "more": "It is among them significantly more often than its number would give",
        "less": "It is among them significantly less often than its number would give",
    }.get(row["side"] or "", "Not significant")
    return Example(
        f"{heading(metric, period.end)}: {row['dimension'].lower()}, {row['group']}",
        lines(
            f"Of {row['all_of']} returns {row['all']} are in this group; of the {row['best_of']} best "
            f"{row['best']} are.",
            f"By chance it would be about {row['best_of']} × {row['all']} ÷ {row['all_of']} = {worked(expected, 1)}.",
            f"Of {rows.height} groups looked at, {beyond.height} stand out so.",
        ),
        f"{said}. It shows no cause.",
        metric_id=metric.metric_id,
        period_end=period.end,
    )


def of_pages(db: Database) -> Example | None:
    """The sentence that opens the map, and the figures it is written from."""
    metric = usual(db)
    if metric is None:
        return None
    period = db.latest(metric.metric_id)
    rows = queries.councils(db, metric, period, BEST)
    total = comparison.england_if_all_met(rows)
    whole = queries.england(db, metric, period)
    source = db.sources[metric.source_id]
    steps = lines(
        f"{rows.height} councils: {total.compared} returns with a figure, {total.without} without, "
        f"{total.short} short of the benchmark.",
        f"Source: {source.publisher}, {source.title}, {source.release}. {source.licence}.",
    )
    if whole and whole["value"] is not None:
        steps = (f"England, as published: {exact(whole['value'])}.", *steps)
    return Example(
        heading(metric, period.end),
        steps,
        england_sentence(rows.to_dicts(), whole, metric, BEST, total),
        metric_id=metric.metric_id,
        period_end=period.end,
    )


RULES = (
    Rule(
        "inspections",
        "Inspections",
        "Grades are ordered and never averaged; each with its own dates; what was not judged is not carried on.",
        "Ofsted's newest official file is used; a record that a program read from the reports, a fork of Data to "
        "Insight's, adds what was published since: all of it was checked against Ofsted's own reports. At each 31 "
        "March a council has the judgements of its latest inspection by then, if the report came out by 30 June: "
        "Ofsted's own rule. Grades have an order and are never averaged.\n"
        "Since April 2026 there is no overall judgement: it is shown as “not given since April 2026”, never carried on "
        "from before and never counted as missing. Care leavers are judged on their own only since January 2023. "
        "Ratings and measures often disagree: both are shown, and neither is called the cause of the other.",
        of_inspections,
        "Ofsted rating grade judgement ILACS SIF overall effectiveness",
    ),
    Rule(
        "in-common",
        "What the best have in common",
        "How often a group of councils is among the best, compared with chance. It shows no cause.",
        "Councils are grouped by region, type, size, deprivation and Ofsted's judgement of leaders. If the best were "
        "drawn by chance, each group would have its share of all councils. How far from that chance may go is the "
        "hypergeometric distribution, both sides together 5%. Groups overlap, and among so many some stand out by "
        "chance alone.",
        of_common,
    ),
    Rule(
        "pages",
        "Sentences, colours and sources",
        "The sentence over a picture is written from its figures; blue is better, orange worse; the source is below.",
        "Every view opens with a sentence that is written from the same rows as its picture: place, measure, period, "
        "value, benchmark, verdict and base. Better is blue, worse is orange, neutral is purple, and missing "
        "has a pattern for each reason; colour is never the only sign. Lists begin with the best and end with what is "
        "missing. "
        "Source, release and licence stand under each picture and in each file, and a file holds what the page shows. "
        "A picture that is taken away holds its title, first sentence, legend, source, licence and data version.",
        of_pages,
        "colour chart headline licence accessibility",
    ),
)
