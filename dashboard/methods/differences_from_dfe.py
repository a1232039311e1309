"""What each difference from the Department's tools changes, calculated by the same functions as pages.

The tools' rules are applied to our figures: what comes out need not be what the tools print, whose figures may differ.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from dashboard.analysis import benchmarks, comparison, direction, queries, transitions
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.analysis.benchmarks.rules import neighbours_mean
from dashboard.data.database import Database, is_joint
from dashboard.data.model import REASONS, Metric, Period
from dashboard.data.names import format_date
from dashboard.methods.example import BEST, Example, exact, heading, lines, names, returns, type_7, usual
from dashboard.methods.rules import rank, trends
from dashboard.views.text import comparisons, formats

TOOL_ID = "local_authority_interactive_tool"
# A row of a council in a year in which it did not exist.
NOT_THEN = "R_NOT_THEN"
# The tool's names of the quarters, from the best.
BANDS = ("A", "B", "C", "D")
LEADERS = "leaders"


def of_neighbours(db: Database) -> Example | None:
    """A council that meets the middle of its neighbours and not their mean, or the other way round."""
    rows = _beside_neighbours(db)
    told = [(row, met) for row in rows for met in [comparison.conflict(row, db.metrics[row["metric_id"]])] if met]
    if not told:
        return None
    # Told of a council all of whose neighbours have a figure and report apart from it, so that it can be done by hand.
    whole = [one for one in told if one[0]["council_count"] == 10] or told
    first = whole[0][0]["metric_id"]
    row, met = max(
        (one for one in whole if one[0]["metric_id"] == first),
        key=lambda one: (abs(one[0]["neighbours"] - one[0]["neighbours_mean"]), one[0]["name"]),
    )
    metric = db.metrics[first]
    held = queries.councils(db, metric, Period(row["period_end"], row["period"]), BENCHMARKS["neighbours"])
    near = [one for one in queries.beside_neighbours(db, held, row["area_id"]) if one["area_id"] != row["area_id"]]
    other = "mean" if met == "median" else "median"
    return Example(
        heading(metric, row["period_end"], row["name"]),
        lines(
            f"Its own figure is {formats.quantity(row['value'], metric)}.",
            f"The median of its neighbours is {exact(row['neighbours'])}, their mean {exact(row['neighbours_mean'])}.",
            f"It meets the {met} and misses the {other}.",
            f"So it is with {len(told):,} of the {len(rows):,} newest figures that can be compared with neighbours.",
        ),
        f"By the {met} {formats.place(row['name'])} does as well as its neighbours; by the {other} it does not.",
        ("Neighbour, nearest first", "Value"),
        tuple(
            (
                formats.place(one["name"]),
                formats.brief(one["value"], metric) or formats.why(one, metric),
            )
            for one in near
        ),
        metric_id=metric.metric_id,
        area_id=row["area_id"],
        period_end=row["period_end"],
    )


def of_joint_returns(db: Database) -> Example | None:
    """The rank after a joint return counted twice, and a neighbours' median without it."""
    for metric in (one for one in db.metrics.values() if one.ranked):
        period = db.latest(metric.metric_id)
        rows = db.councils(metric.metric_id, period.end).filter(pl.col("rank").is_not_null())
        joint = rows.filter(is_joint())
        if joint.is_empty():
            continue
        last = rows.sort("rank", "name").filter(pl.col("rank") < rows["ranked"][0]).tail(1).row(0, named=True)
        twice = rows.filter(pl.col("rank") < last["rank"]).height + 1
        steps = lines(
            f"{joint.height} councils report in {joint['return_id'].n_unique()} joint returns; {rows.height} councils "
            f"are ranked, in {last['ranked']} returns.",
            f"{names(db, last)} is {formats.ordinal(last['rank'])} of {last['ranked']}. With joint returns counted for "
            f"each council it is {formats.ordinal(twice)} of {rows.height}.",
        )
        dropped = _without_joint(db, metric, period, joint["area_id"].to_list())
        if dropped:
            name, whole, part, less = dropped
            who = "one that reports" if less == 1 else f"{less} that report"
            steps += lines(
                f"The median of {formats.place(name)}'s neighbours is {exact(whole)}. Without the {who} jointly it is "
                f"{exact(part)}."
            )
        return Example(
            heading(metric, period.end),
            steps,
            "A return is counted once, and not left out.",
            metric_id=metric.metric_id,
            area_id=last["area_id"],
            period_end=period.end,
        )
    return None


def of_edges(db: Database) -> Example | None:
    """Councils on a cut of a measure of which more is better."""
    found = []
    for metric in db.metrics.values():
        if not metric.ranked or metric.lower_is_better:
            continue
        end = db.latest(metric.metric_id).end
        cuts = exact_cuts(db, metric, end)
        if not cuts:
            continue
        on = returns(db, metric, end).filter(pl.col("value").is_in(cuts) & pl.col("sets_cut"))
        best = on.filter(pl.col("value") == cuts[0]).sort("name")
        found.append((metric, end, on.height, best))
    told = [one for one in found if one[3].height]
    if not told:
        return None
    metric, end, _, best = told[0]
    who = [names(db, row) for row in best.iter_rows(named=True)]
    return Example(
        heading(metric, end),
        lines(
            f"The cut of the best quarter is {formats.level_quantity(best['value'][0], metric)}, and "
            f"{formats.listed(who)} {'stands' if len(who) == 1 else 'stand'} on it.",
            f"Here that is the best quarter. With bands closed on their upper side it is band {BANDS[1]}, the second.",
            f"So it is with {sum(count for _, _, count, _ in found):,} newest figures on one of the three cuts, in "
            f"{len(found)} measures.",
        ),
        "A council on the cut meets it, whichever way is better.",
        metric_id=metric.metric_id,
        area_id=best["area_id"][0],
        period_end=end,
    )


def exact_cuts(db: Database, metric: Metric, end: date) -> list[float]:
    """The three cuts of a metric and period, from the best side; none where hidden figures leave them open."""
    cuts = db.table["quarter_cut"].filter((pl.col("metric_id") == metric.metric_id) & (pl.col("period_end") == end))
    exact = cuts.filter(
        (pl.col("best_low") == pl.col("best_high"))
        & (pl.col("middle_low") == pl.col("middle_high"))
        & (pl.col("worst_low") == pl.col("worst_high"))
    )
    return list(exact.select("best_low", "middle_low", "worst_low").row(0)) if exact.height else []


def of_cuts(db: Database) -> Example | None:
    """Cuts that are set by every council, the very small too and joint returns twice."""
    moved, held, told = 0, 0, None
    for metric in (one for one in db.metrics.values() if one.ranked):
        end = db.latest(metric.metric_id).end
        rows = db.councils(metric.metric_id, end).filter(pl.col("value").is_not_null()).sort("value", "name")
        values = sorted(rows["value"].to_list())
        if not values or not exact_cuts(db, metric, end):
            continue
        shares = (0.25, 0.5, 0.75) if metric.lower_is_better else (0.75, 0.5, 0.25)
        cuts = [type_7(values, share)[0] for share in shares]
        ranked = rows.filter("sets_cut").to_dicts()
        others = [row for row in ranked if _quarter(row["value"], cuts, metric) != row["quarter"]]
        moved, held = moved + len(others), held + len(ranked)
        if others and told is None:
            told = metric, end, others[0], cuts
    if told is None:
        return None
    metric, end, row, cuts = told
    other = comparisons.QUARTERS[_quarter(row["value"], cuts, metric)]
    return Example(
        heading(metric, end),
        lines(
            "Cuts here, from the best: "
            + ", ".join(exact(cut) for cut in exact_cuts(db, metric, end))
            + f", set by {row['ranked']} returns.",
            "Set by every council: " + ", ".join(exact(cut) for cut in cuts) + ".",
            f"{names(db, row)}, at {formats.quantity(row['value'], metric)}, is in the "
            f"{comparisons.QUARTERS[row['quarter']]} here; it would be in the {other}.",
            f"So it is with {moved:,} of the {held:,} newest figures that are ranked.",
        ),
        "Two councils of a few thousand people do not move the cuts for all.",
        metric_id=metric.metric_id,
        area_id=row["area_id"],
        period_end=end,
    )


def of_missing(db: Database) -> Example | None:
    """Reasons behind what the tool prints as one dash, and what it prints as zero."""
    council = db.figure.filter((pl.col("kind") == "local_authority") & (pl.col("status") != "observed"))
    if council.is_empty():
        return None
    without = council.filter(pl.col("status") == "unspecified")
    low = council.filter(pl.col("status") == "low_nonzero").sort("period_end", "name", descending=[True, False])
    counts = council.group_by("status").len().sort("len", descending=True)
    steps = lines(
        f"{council.height:,} figures of councils are missing here: "
        + "; ".join(f"{count:,} {REASONS[status]}" for status, count in counts.iter_rows())
        + ".",
        f"For {without.height:,} of them, read from the tool alone, its dash is all that is known.",
    )
    if low.height:
        row = low.row(0, named=True)
        metric = db.metrics[row["metric_id"]]
        steps += lines(
            f"{low.height} are more than zero but round to zero, as {formats.place(row['name'])}'s {metric.noun} "
            f"{formats.period(metric, row['period_end'])}. Here they are not zero."
        )
    return Example("What is missing, and why", steps, "A reason that is published is kept to the last export.")


def of_trends(db: Database) -> Example | None:
    """How many councils moved in a year, and how many have a trend."""
    metric = usual(db)
    if metric is None:
        return None
    rows = direction.newest(db, BEST).filter(pl.col("metric_id") == metric.metric_id).unique("return_id")
    changed = rows.filter(pl.col("change").is_not_null() & (pl.col("change") != 0))
    clear = rows.filter(pl.col("s").abs() >= trends.CLEAR)
    both = clear.join(changed.select("return_id", pl.col("change").alias("moved")), on="return_id")
    against = both.filter(pl.col("s").sign() != pl.col("moved").sign()).height
    return Example(
        heading(metric, db.latest(metric.metric_id).end),
        lines(
            f"Of {rows['value'].count()} returns with a figure {changed.height} moved in the last year, and would be "
            "said to increase or decrease.",
            f"Over five years {clear.height} go one way clearly enough to be called a trend.",
            f"Of those, {against or 'none'} moved against their trend in the last year.",
        ),
        "A change in one year is shown as a change; a trend needs five.",
        metric_id=metric.metric_id,
    )


def of_ended(db: Database) -> Example | None:
    """Rows of councils in years in which they did not exist."""
    rows = db.table["reject"].filter((pl.col("source_id") == TOOL_ID) & (pl.col("rule") == NOT_THEN))
    if rows.is_empty():
        return None
    row = rows.row(0, named=True)
    every = db.table["reject"].filter(pl.col("rule") == NOT_THEN).height
    return Example(
        "Rows of councils that did not exist",
        lines(
            f"{rows.height:,} rows of the tool's file are of councils in years in which they did not exist, as line "
            f"{row['line']:,}: {row['message']}",
            f"{every:,} rows of all files are.",
        ),
        f"The {len(db.authorities)} councils of today are offered; {len(db.ended)} that ended keep their own years.",
    )


def of_polarity(db: Database) -> Example | None:
    """How many measures have a better side here."""
    declared = db.table["metric"]
    kinds = dict(declared.group_by("polarity").len().iter_rows())
    ranked = declared.height - kinds.get("neutral", 0)
    return Example(
        "Which way is better",
        lines(
            f"Of {declared.height} measures here {ranked} are ranked and {kinds.get('neutral', 0)} are not; "
            "each says which and why."
        ),
        "No measure is left without an answer, and measures that are neither better nor worse are not ranked.",
    )


def of_ranks(db: Database) -> Example | None:
    """A shared rank in words."""
    found = rank.of_ranks(db)
    if found is None:
        return None
    words = found.result.removeprefix("Each of them is said to be ").removesuffix(".")
    return Example(
        found.about,
        lines(f"Said here: {words}.", f"As a bare rank: {''.join(filter(str.isdigit, words.split(' of ')[0]))}."),
        "The base says how many have a figure; ties say how many stand on the same step.",
        metric_id=found.metric_id,
        area_id=found.area_id,
        period_end=found.period_end,
    )


def of_judgements(db: Database) -> Example | None:
    """The oldest judgement of leaders that still stands."""
    rows = transitions.latest(db, LEADERS).filter(pl.col("area_id").is_in(list(db.authorities)))
    if rows.is_empty():
        return None
    on = pl.coalesce("started", "published").alias("on")
    oldest = rows.with_columns(on).sort("on", "area_id").row(0, named=True)
    name = formats.place(db.names[oldest["area_id"]])
    years = sorted(rows.select(on.dt.year()).to_series().to_list())
    return Example(
        "Judgements of leaders, each with its own date",
        lines(
            f"The judgements of leaders that stand now are of inspections from {years[0]} to {years[-1]}.",
            f"The oldest is {name}'s: {oldest['grade']}, {format_date(oldest['on'])}.",
        ),
        "A judgement is of the day it was made, and is shown with it.",
        metric_id="judgement_leaders",
        area_id=oldest["area_id"],
    )


def _beside_neighbours(db: Database) -> list[dict[str, Any]]:
    """The newest figures of ranked measures with the median and the mean of their neighbours, in the menu's order."""
    figures = db.newest
    councils = figures.filter(pl.col("kind") == "local_authority")
    keys = ["metric_id", "area_id"]
    median = BENCHMARKS["neighbours"].values(db, figures, councils).rename({"benchmark": "neighbours"})
    mean = neighbours_mean(db, figures, councils)
    order = {metric_id: place for place, metric_id in enumerate(db.metrics) if db.metrics[metric_id].ranked}
    return (
        councils.filter(pl.col("metric_id").is_in(list(order)) & pl.col("value").is_not_null())
        .join(median.select(*keys, "neighbours", "council_count"), on=keys)
        .join(mean.select(*keys, "neighbours_mean"), on=keys)
        .filter(pl.col("neighbours").is_not_null())
        .sort(pl.col("metric_id").replace_strict(order, return_dtype=pl.Int64), "name")
        .to_dicts()
    )


def _without_joint(
    db: Database, metric: Metric, period: Period, joint: list[str]
) -> tuple[str, float, float, int] | None:
    """The council whose neighbours' median moves most without joint returns: name, with, without, how many left out."""
    found = []
    near = db.table["neighbour"].sort("area_id", "closeness_rank").group_by("area_id", maintain_order=True)
    for area_id, ids in near.agg("neighbour_id").iter_rows():
        rest = [one for one in ids if one not in joint]
        if len(rest) == len(ids) or len(rest) < 5:
            continue
        own = db.councils(metric.metric_id, period.end).filter(pl.col("area_id") == area_id)
        values = [
            benchmarks.with_group(db, group).values(db, db.councils(metric.metric_id, period.end), own)["benchmark"]
            for group in (ids, rest)
        ]
        if all(value.len() for value in values) and values[0][0] != values[1][0]:
            found.append(
                (
                    abs(values[0][0] - values[1][0]),
                    db.names[area_id],
                    *(value[0] for value in values),
                    len(ids) - len(rest),
                )
            )
    return max(found)[1:] if found else None


def _quarter(value: float, cuts: list[float], metric: Metric) -> int:
    """The quarter by these cuts, from the best; on a cut is in the better one, as here."""
    return 1 + sum(value > cut if metric.lower_is_better else value < cut for cut in cuts)
