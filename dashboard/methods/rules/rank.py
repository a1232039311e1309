"""Rules of rank: ranks and ties, the quarters and their cuts, and who is too small to set one."""

from __future__ import annotations

import polars as pl

from dashboard.data.database import Database
from dashboard.data.model import Metric, Row
from dashboard.methods.example import Example, Rule, exact, heading, lines, names, returns, type_7, usual, worked
from dashboard.views.text import comparisons, formats

# Of a list of ranks, as many as show how ties are counted.
LONGEST = 12


def of_ranks(db: Database) -> Example | None:
    """The best returns down to the first that share a rank."""
    metric = usual(db)
    if metric is None:
        return None
    end = db.latest(metric.metric_id).end
    rows = returns(db, metric, end).filter(pl.col("rank").is_not_null()).sort("rank", "name").to_dicts()
    ties = [index for index, row in enumerate(rows) if row["tied"] > 1]
    # One that somebody is better than shows more.
    at = next((index for index in ties if rows[index]["rank"] > 1), ties[0] if ties else None)
    if at is None:
        return None
    tie = rows[at]
    last = at + tie["tied"] + 1
    begin = max(0, last - LONGEST)
    shown = rows[begin:last]
    following = f" The next is {formats.ordinal(shown[-1]['rank'])}." if shown[-1]["rank"] > tie["rank"] else ""
    sharing = [names(db, row) for row in rows[at : at + tie["tied"]]]
    return Example(
        heading(metric, end),
        lines(
            f"{tie['rank'] - 1} returns are better than {formats.quantity(tie['value'], metric)}, so the rank of those "
            f"with it is {tie['rank'] - 1} + 1 = {tie['rank']}.",
            f"{formats.listed(sharing)} share it.{following}",
        ),
        f"Each of them is said to be {comparisons.rank(tie)}.",
        ("Council", "Value", "Rank"),
        tuple((names(db, row), formats.brief(row["value"], metric), comparisons.rank(row)) for row in shown),
        metric_id=metric.metric_id,
        area_id=tie["area_id"],
        period_end=end,
    )


def of_quarters(db: Database) -> Example | None:
    """The cut of the best quarter, found between two councils."""
    metric = usual(db)
    if metric is None:
        return None
    end = db.latest(metric.metric_id).end
    rows = returns(db, metric, end).filter(pl.col("sets_cut")).to_dicts()
    if len(rows) < 2:
        return None
    values = [row["value"] for row in rows]
    share = 0.25 if metric.lower_is_better else 0.75
    cut, under, part = type_7(values, share)
    over = min(under + 1, len(values))
    side = "below" if metric.lower_is_better else "above"
    one, other = exact(values[under - 1]), exact(values[over - 1])
    best = [row for row in rows if row["quarter"] == 1]
    last = max(best, key=lambda row: row["rank"])
    others = [row for row in rows if row["quarter"] == 2]
    steps = lines(
        f"{len(values)} returns set the cuts. From low to high, the place of the cut is "
        f"1 + {len(values) - 1} × {share} = {worked(under + part)}.",
        f"The {formats.ordinal(under)} value is {one} and the {formats.ordinal(over)} is {other}.",
        f"{one} + {worked(part)} × ({other} − {one}) = {exact(cut)}.",
        f"The last in the best quarter is {names(db, last)}, at {exact(last['value'])}.",
    )
    if others:
        following = min(others, key=lambda row: row["rank"])
        steps += (f"The first in the second quarter is {names(db, following)}, at {exact(following['value'])}.",)
    return Example(
        heading(metric, end),
        steps,
        f"A quarter of councils are at or {side} {formats.level_quantity(cut, metric)}.",
        metric_id=metric.metric_id,
        period_end=end,
    )


def of_small(db: Database) -> Example | None:
    """Who sets no cut, and where the cut would be if they did."""
    found = [(metric, *_with_small(db, metric)) for metric in db.metrics.values() if metric.ranked]
    told = [one for one in found if one[1]]
    changed = [one for one in told if formats.brief(one[2], one[0]) != formats.brief(one[3], one[0])]
    if not told:
        return None
    metric, small, without, including = (changed or told)[0]
    end = db.latest(metric.metric_id).end
    side = "below" if metric.lower_is_better else "above"
    rows = tuple(
        (
            names(db, row),
            formats.brief(row["value"], metric),
            "" if row["denominator"] is None else exact(row["denominator"]),
            row["not_ranked"],
        )
        for row in small
    )
    return Example(
        heading(metric, end),
        lines(
            f"Of the returns with a figure, {len(small)} {'are' if len(small) > 1 else 'is'} not ranked.",
            f"Without them a quarter are at or {side} {formats.level_quantity(without, metric)}; with them it would be "
            f"{formats.level_quantity(including, metric)}.",
        ),
        "They are shown with an interval, but are in no rank, list, benchmark or axis.",
        ("Council", "Value", "Denominator", "Why it is not ranked"),
        rows,
        metric_id=metric.metric_id,
        period_end=end,
    )


def _with_small(db: Database, metric: Metric) -> tuple[list[Row], float, float]:
    """The returns that set no cut, and the best cut without and with them."""
    rows = returns(db, metric, db.latest(metric.metric_id).end)
    small: list[Row] = list(rows.filter(~pl.col("sets_cut")).sort("value", "name").to_dicts())
    setting = rows.filter("sets_cut")["value"].to_list()
    if not setting or not small:
        return [], 0.0, 0.0
    share = 0.25 if metric.lower_is_better else 0.75
    return small, type_7(setting, share)[0], type_7(rows["value"].to_list(), share)[0]


def of_ranges(db: Database) -> Example | None:
    """The measure with the most hidden counts in a range, year by year: how many, England's check, and the cuts."""
    small = pl.col("value").is_null() & pl.col("value_low").is_not_null() & pl.col("sets_cut")
    hidden = db.newest.filter(small).group_by("metric_id").len()
    counts = {metric_id: count for metric_id, count in hidden.iter_rows() if db.metrics[metric_id].ranked}
    if not counts:
        return None
    metric = db.metrics[max(counts, key=lambda one: counts[one])]
    end = db.latest(metric.metric_id).end
    of_metric = pl.col("metric_id") == metric.metric_id
    checks = db.table["suppression_check"].filter(of_metric).sort("period_end", descending=True)
    years = checks.join(
        db.table["quarter_cut"], on=["metric_id", "period_end"], suffix="_cut", maintain_order="left"
    ).to_dicts()
    councils = db.councils(metric.metric_id, end)
    row = councils.filter(small).sort("value_high").row(0, named=True)
    open_ = councils.filter(pl.col("value").is_not_null() & (pl.col("rank_low") < pl.col("rank_high")))
    steps = lines(
        f"{counts[metric.metric_id]} of {row['ranked']} councils hide a count of 1 to 5.",
        f"{names(db, row)} counts {exact(row['denominator'])}: between 1 ÷ {exact(row['denominator'])} and "
        f"5 ÷ {exact(row['denominator'])}, which is {formats.figure(row, metric)}. It is {comparisons.rank(row)}.",
    )
    if open_.height:
        last = open_.sort("rank_high").row(-1, named=True)
        steps += lines(f"{names(db, last)}, at {formats.quantity(last['value'], metric)}, is {comparisons.rank(last)}.")
    by_rule = db.table["suppression_check"]["metric_id"].unique().to_list()
    titles = [one.title for one in db.metrics.values() if one.metric_id in by_rule]
    steps += lines(f"The rule is used for {len(titles)} measures: {'; '.join(titles)}.")
    cuts = ("best", "middle", "worst")
    return Example(
        heading(metric, end),
        steps,
        "Each bound is reached by some counts of 1 to 5, and none goes beyond it.",
        ("Year", "Hidden", "Mean hidden count", "Best-quarter cut", "Median", "Worst-quarter cut"),
        tuple(
            (
                f"{one['period_end']:%Y}",
                str(one["hidden"]),
                "" if one["mean_hidden"] is None else formats.number(one["mean_hidden"], 1),
                *(
                    formats.between(one[f"{cut}_low"], one[f"{cut}_high"], metric, finer=1).replace(" and ", " to ")
                    if one["used"] and one[f"{cut}_low"] is not None
                    else "not used"
                    for cut in cuts
                ),
            )
            for one in years
        ),
        metric_id=metric.metric_id,
        period_end=end,
    )


RULES = (
    Rule(
        "ranks",
        "Ranks",
        "Best is 1; ties share the smallest rank; each return once.",
        "A rank is one more than the number of returns that are better. Those with the same value share it, and the "
        "words say how many do. The base is the number of returns that are ranked in that period, so it differs from "
        "measure to measure and from year to year. A figure that is hidden because it is small counts with its range: "
        "then a rank may be one of several.",
        of_ranks,
        "ranking position place tie base league table",
    ),
    Rule(
        "quarters",
        "Quarters",
        "Quarters are split at three cut points; a value on a cut belongs to the better quarter.",
        "The cuts are linear quantiles of the values that set them, the kind that spreadsheets call PERCENTILE.INC "
        "and statisticians type 7. A value on a cut belongs to the better quarter, whichever way is better. As "
        "several councils may stand on a cut, a quarter need not hold exactly one in four.",
        of_quarters,
        "quartile quantile percentile band decile quintile",
    ),
    Rule(
        "ranges",
        "Hidden is not missing",
        "A count that is hidden because it is 1 to 5 is a range; ranks, quarters and gaps are what it allows.",
        "The Department for Education replaces counts of 1 to 5 by c and prints zeros. So what is hidden is neither "
        "best nor worst, and leaving it out would move everything. Each hidden figure is taken as the range from 1 "
        "to 5 of those counted. A rank is the best and the worst that these ranges allow; a cut, a median or a gap "
        "is the least and the most. Where both agree it is one number. A quarter, a verdict or a place in a list is "
        "given only where it is certain. In every year England’s published count is asked whether the rule holds: "
        "what it leaves for each hidden count must lie between 1 and 5, allowing for its rounding to 10. Where it "
        "does not, no range is used. Nothing is ever subtracted to narrow the figure of one council. What is hidden "
        "and has no such range is not ranked: the words say how many have a figure. Where more than a quarter are "
        "hidden there is no quarter, no benchmark and no list.\n"
        "Other tables hide by other rules, and no range is made of them. Plans by category of abuse hide larger "
        "counts beside small ones: in most years England’s row leaves more than 5 for each. Results at 11 print no "
        "zero, so what is hidden may be 0 to 5. Persistent absence also hides those who were not absent where they "
        "are few. A score at 16 has no count. Tables of care leavers print counts of 1 to 5, and hide larger ones.",
        of_ranges,
        "hidden counts range bound interval secondary suppression",
    ),
    Rule(
        "very-small",
        "Very small councils",
        "City of London, Isles of Scilly and returns based on few are shown, but not ranked.",
        "Where one person or one child moves a rate by many points, a figure says little of how well a council "
        "works. The City of London and the Isles of Scilly, and returns whose denominator is under the measure's "
        "declared minimum, are shown with an interval. They have no rank, no verdict and no place in a list of best "
        "or worst, and set no cut, no benchmark and no axis of a chart. So all sentences have one base.",
        of_small,
        "minimum denominator outlier small numbers",
    ),
)
