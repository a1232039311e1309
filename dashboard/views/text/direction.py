"""Sentences about directions: trends, several watch lists at once, movers, learning partners and funnels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.direction import Movers, Side
from dashboard.analysis.funnel import Funnel
from dashboard.analysis.partners import WELL_JUDGED, Partner
from dashboard.data.model import Metric, Row
from dashboard.data.names import UNSAID
from dashboard.views.text import comparisons, formats

# In a sentence more names than this are counted, not listed.
FEW = 4
SPAN = "over five years"
# The reasons of the table `trend`, for readers.
NO_DIRECTION = {
    "fewer than five periods": "fewer than five years of data",
    "a period was not published": "one of the last five years was not published",
    "a break in the series": "the method changed",
    "a reorganisation": "the council is less than five years old",
    "a joint return changed": "it has not reported with the same councils for five years",
    "a figure is missing": "one of the last five years has no figure",
    "more than a fifth are unknown": "in one of the last five years more than a fifth are unknown",
    "more than a fifth may be unknown": "in one of the last five years more than a fifth may be unknown",
}


def trend(row: Row) -> str:
    """Which way a figure goes: "getting worse over five years", or why there is no trend; empty where none is asked.

    `row` has the columns of `direction.with_direction`.
    """
    if row["direction"] is None:
        return ""
    if row["direction"] == UNSAID:
        return f"no trend: {NO_DIRECTION[row['no_direction']]}"
    return f"{row['direction']} {SPAN}"


def short_trend(row: Row) -> str:
    """The same in a column that says over how long: "getting worse", "no trend"; empty where none is asked."""
    if row["direction"] is None:
        return ""
    return "no trend" if row["direction"] == UNSAID else str(row["direction"])


def trend_sentence(row: pl.DataFrame) -> str:
    """The same of a frame of one row, as a sentence; empty where no trend is asked."""
    words = trend(row.row(0, named=True))
    return f"{words[0].upper()}{words[1:]}." if words else ""


def counts_sentence(rows: pl.DataFrame, metrics: Sequence[Metric], side: Side) -> str:
    """Who is on most watch lists, or most often to be rung, from `direction.watch_counts`; no score."""
    of = f"{len(metrics)} measures" if len(metrics) != 1 else "measure"
    beside = "worse than the benchmark" if side == "watch" else "better than it"
    going = f"{comparisons.significantly(beside)} and getting {'worse' if side == 'watch' else 'better'}"
    if rows.is_empty():
        return f"No council is {going} on any of these {of}." if len(metrics) != 1 else f"No council is {going}."
    most = rows["count"][0]
    first = [formats.place(name) for name in rows.filter(pl.col("count") == most)["name"]]
    councils = f"{rows.height} council{' is' if rows.height == 1 else 's are'}"
    if len(metrics) == 1:
        return f"{councils} {going}: {_first(first)}."
    return (
        f"{councils} {going} on at least one of these {of}; {_first(first)} on {most} of them. "
        "This is a count of measures, not a score."
    )


def movers_sentence(movers: Movers) -> str:
    """Biggest changes between two periods, in value and in rank."""
    metric = movers.metric
    if movers.before is None:
        return f"Changes in the {metric.noun} cannot be shown. {movers.why}"
    parts = []
    for best, ranked, neutral in ((True, "improved", "rose"), (False, "worsened", "fell")):
        verb = ranked if metric.ranked else neutral
        rows = movers.furthest("improvement" if metric.ranked else "change", best=best, most=1)
        if rows.is_empty():
            parts.append(f"{verb} nowhere")
            continue
        row = rows.row(0, named=True)
        values = f"from {formats.brief(row['value_before'], metric)} to {formats.brief(row['value'], metric)}"
        parts.append(f"{verb} most in {formats.place(row['name'])} ({values}{_ranks_gained(row)})")
    span = f"{_end(metric, movers.before.end)} and {_end(metric, movers.newest.end)}"
    of = "" if movers.certain else ", of the published figures,"
    return f"Between {span}{of} the {metric.noun} {' and '.join(parts)}."


def neighbours_sentence(name: str, found: Sequence[Partner] | None, metric: Metric, benchmark: Benchmark) -> str:
    """Which of its statistical neighbours reach the benchmark in one measure (`partners.neighbours_that_reach`), each
    with its figure, rank and grade; empty where the council falls short of nothing there.
    """
    if found is None:
        return ""
    whose, goal = formats.possessive(formats.place(name)), benchmark_reached(benchmark)
    if not found:
        return f"None of {whose} statistical neighbours {goal[0]} on the {metric.noun}."
    shown = []
    for one in found:
        rank, _, _ = comparisons.rank(one.evidence[0].there).partition(" (")
        value = formats.figure(one.evidence[0].there, metric)
        shown.append(f"{formats.place(one.name)} ({', '.join(filter(None, (value, rank, judged(one))))})")
    return (
        f"{len(found)} of {whose} statistical neighbours {goal[len(found) > 1]} on the {metric.noun}: {_first(shown)}."
    )


def partners_sentence(name: str, partners: Sequence[Partner], benchmark: Benchmark) -> str:
    """The councils that a council could learn from, on how many measures, and how each is judged."""
    name = formats.place(name)
    if not partners:
        return f"No similar council {benchmark_reached(benchmark)[0]} where {name} does not."
    shown = [f"{formats.place(one.name)} on {len(one.evidence)} ({judged(one)})" for one in partners[:FEW]]
    shown[0] = shown[0].replace(" (", f" {'measure' if len(partners[0].evidence) == 1 else 'measures'} (", 1)
    return f"These similar councils {benchmark_reached(benchmark)[1]} where {name} does not: {formats.listed(shown)}."


def benchmark_reached(benchmark: Benchmark) -> tuple[str, str]:
    """What one council does that reaches a benchmark, and what several do: "reaches the best quarter of councils"."""
    if benchmark.to_meet:
        return f"meets {benchmark.standard()}", f"meet {benchmark.standard()}"
    return f"does at least as well as {benchmark.group}", f"do at least as well as {benchmark.group}"


def judged(one: Partner) -> str:
    """How a partner's leaders are judged, and help and protection where that is lower than Good."""
    words = f"leaders {one.leaders}" if one.leaders else "leaders not judged"
    if one.protection is not None and one.protection not in WELL_JUDGED:
        words += f", help and protection {one.protection}"
    return words.replace(" to be good", "")


def funnel_sentence(funnel: Funnel) -> str:
    """How many councils are further from England than is usual, or than chance alone explains."""
    metric, ranked = funnel.metric, funnel.ranked
    sides = ("better", "worse") if metric.ranked else ("lower", "higher")
    parts = [
        f"{funnel.outside(95, side).height} lie outside them on the {side} side "
        f"({funnel.outside(99.8, side).height} outside those of 99.8% too)"
        for side in sides
    ]
    within = ranked.filter(pl.col("outside") == 0).height
    unsure = ranked.filter(pl.col("outside").is_null()).height
    open_ = f"; of {unsure} {formats.open_by(metric)} leave it open" if unsure else ""
    limits = "95% limits of chance and of the usual differences between councils" if funnel.tau2 else (
        "95% limits of chance"
    )  # fmt: skip
    alone = f" Chance alone would leave {funnel.by_chance} outside." if funnel.tau2 else ""
    census = f" {comparisons.INDICATIVE}" if metric.indicative else ""
    england = formats.quantity(funnel.england, metric)
    if funnel.england_ends:
        england += f", between {formats.between(*funnel.england_ends, metric)} as some are unknown,"
    return (
        f"The {metric.noun} of England was {england} "
        f"{formats.period(metric, funnel.period.end)}. Around it {within} of {ranked.height} councils lie within the "
        f"{limits}; {parts[0]}, and {parts[1]}{open_}.{alone}{census}"
    )


def _end(metric: Metric, end: date) -> str:
    """A period after "between": "30 September 2025", "the year to 31 March 2025"."""
    label = formats.period_label(metric, end)
    return label if label[0].isdigit() else f"the {label}"


def _ranks_gained(row: Row) -> str:
    if row["rank"] is None or row["rank_before"] is None:
        return ""
    return f"; {formats.ordinal(row['rank_before'])} then, {formats.ordinal(row['rank'])} now"


def _first(names: Sequence[str]) -> str:
    return formats.listed([*names[:FEW], f"{len(names) - FEW} more"] if len(names) > FEW + 1 else names)
