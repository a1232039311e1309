"""Rules of areas: who is compared, and who counts once."""

from __future__ import annotations

import polars as pl

from dashboard.data.database import Database, is_joint
from dashboard.data.model import ENGLAND
from dashboard.methods.example import Example, Rule, england, exact, first, heading, lines, names, returns
from dashboard.views.text import comparisons, formats

# Councils without a figure that are named; more say nothing more.
FIRST_MISSING = 6


def of_areas(db: Database) -> Example | None:
    """England as published beside what its councils add up to."""
    metric = first(db, lambda one: one.counted and one.period_kind != "at 30 June")
    if metric is None:
        return None
    end = db.latest(metric.metric_id).end
    whole, rows = england(db, metric, end), returns(db, metric, end)
    if whole is None:
        return None
    total = float(rows["value"].sum())
    missing = db.councils(metric.metric_id, end).filter(pl.col("value").is_null())
    left = [f"{formats.place(row['name'])}: {formats.why(row, metric)}." for row in missing.iter_rows(named=True)]
    return Example(
        heading(metric, end),
        lines(
            f"England, as published: {exact(whole)} {metric.unit}.",
            f"The {rows.height} returns with a figure add up to {exact(total)}: {exact(abs(whole - total))} "
            f"{'less' if total < whole else 'more'}.",
            *left[:FIRST_MISSING],
        ),
        f"England is shown as {formats.quantity(whole, metric)}, as published.",
        metric_id=metric.metric_id,
        area_id=ENGLAND,
        period_end=end,
    )


def of_joint_returns(db: Database) -> Example | None:
    """A joint return's rank, and what another's would be if it were counted twice."""
    for metric in db.metrics.values():
        if not metric.ranked:
            continue
        end = db.latest(metric.metric_id).end
        rows = db.councils(metric.metric_id, end).filter(pl.col("rank").is_not_null())
        joint = rows.filter(is_joint()).sort("rank", "name")
        if joint.is_empty():
            continue
        row = joint.row(0, named=True)
        worse = rows.filter(pl.col("rank") > row["rank"]).sort("rank", "name")
        steps = [
            (
                f"{names(db, row)} report together: {formats.quantity(row['value'], metric)}, one figure, "
                f"{comparisons.rank(row)}."
            ),
            f"{rows.height} councils are ranked, in {row['ranked']} returns.",
        ]
        if worse.height:
            other = worse.row(0, named=True)
            before = rows.filter(pl.col("rank") < other["rank"]).height
            steps.append(
                f"{formats.place(other['name'])} comes next, {formats.ordinal(other['rank'])} of {other['ranked']}. "
                f"With each council counted it would be {formats.ordinal(before + 1)} of {rows.height}."
            )
        return Example(
            heading(metric, end),
            tuple(steps),
            f"The figure stands under {names(db, row)}, and takes one place.",
            metric_id=metric.metric_id,
            area_id=row["area_id"],
            period_end=end,
        )
    return None


RULES = (
    Rule(
        "areas",
        "Who is compared",
        "Each council by the number that stays its own; England and regions as published.",
        "A council is a local authority responsible for children's social care: a county, a unitary authority, a "
        "metropolitan or a London borough. It is known by the three-digit number of the Department for Education, "
        "which stays the same when its nine-character code changes. A council that a reorganisation ended keeps its "
        "figures under its own number, and they are never joined to those of its successors. Maps of earlier years "
        "draw it on their areas; an area where there were several councils has no colour, and their figures in words.\n"
        "Figures of England and of regions are those that are published. They are never sums or averages of "
        "councils: publishers round them, and may estimate what a council did not return.",
        of_areas,
        "local authority code region national sum total",
    ),
    Rule(
        "joint-returns",
        "Joint returns",
        "Two councils that report together are counted once and shown under both names.",
        "Some councils return their workforce together: one row of the published table holds the figures of both. "
        "Such a return is one figure. It takes one place in ranks, cuts, middle values and totals, is shown under "
        "both names with the words “joint return”, and is painted on both on the map.",
        of_joint_returns,
        "counted twice double",
    ),
)
