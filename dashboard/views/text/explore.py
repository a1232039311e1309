"""Sentences about chosen figures: how many of how many, of what, and what stands out in the newest period."""

from __future__ import annotations

from collections import Counter

import polars as pl

from dashboard.analysis import comparison, queries, returns, selection
from dashboard.analysis import group as groups
from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.extremes import find_extreme
from dashboard.data import model
from dashboard.data.database import Database
from dashboard.data.model import GRADES, Metric, Row
from dashboard.views.text import comparisons, formats
from dashboard.views.text import group as grouped
from dashboard.views.text.council import council_sentence

# More names, and more reasons, than this are counted, not listed.
FEW = 3
REASONS = model.REASONS | {"suppressed": "suppressed", "unspecified": "without a reason"}


def explored(db: Database, rows: pl.DataFrame, spotlight: pl.DataFrame, benchmark: Benchmark) -> str:
    """How many figures are chosen, of what, where and when, how many are missing and why; and what stands out.

    `rows` are of `selection.rows`, at least one; `spotlight` of `selection.spotlight`.
    """
    count = f"All {rows.height:,}" if rows.height == db.height else f"{rows.height:,} of {db.height:,}"
    known = not spotlight.is_empty() and spotlight["metric_id"][0] in db.metrics
    outstanding = _outstanding(db, spotlight, benchmark) if known else ""
    if rows.height == 1 and outstanding:
        return f"{count} figures. {outstanding}"
    return f"{count} figures: {what(db, rows)}. {_values(rows)} {outstanding}".strip()


def what(db: Database, rows: pl.DataFrame) -> str:
    """What figures are of, where and when: "88 measures in England and 153 councils, from 2012 to 2025"."""
    return f"{_measures(db, rows)} in {formats.listed(_areas(rows))}, {_periods(rows)}"


def nothing(db: Database, query: selection.FigureQuery) -> str:
    """That nothing was found, and which filter stands in the way."""
    opening = f"None of {db.height:,} figures matches all that you chose."
    found = selection.suggest_dropped_filter(db, query)
    if found is None:
        return f"{opening} No single filter stands in the way: choose fewer."
    field, count = found
    return f"{opening} Without “{selection.LABELS[field]}” there would be {count:,}."


def _measures(db: Database, rows: pl.DataFrame) -> str:
    metrics = rows["metric_id"].unique(maintain_order=True)
    if len(metrics) > FEW:
        return f"{len(metrics)} measures"
    nouns = dict(db.table["metric"].select("metric_id", "noun").iter_rows())
    return formats.listed([f"the {nouns[metric_id]}" for metric_id in metrics])


def _areas(rows: pl.DataFrame) -> list[str]:
    """Who is there: names of a few, else how many of each kind."""
    areas = rows.select("area_id", "name", "kind").unique("area_id", maintain_order=True)
    if areas.height <= FEW:
        return [formats.place(name) for name in areas["name"]]
    counts = Counter(areas["kind"])
    said = ["England"] if counts["england"] else []
    for kind, word in (("region", "region"), ("local_authority", "council")):
        if counts[kind]:
            said.append(f"{counts[kind]} {word}{'' if counts[kind] == 1 else 's'}")
    return said


def _periods(rows: pl.DataFrame) -> str:
    ordered = rows.select("period_end", "period").unique().sort("period_end", "period")
    first, last = ordered["period"][0], ordered["period"][-1]
    return f"for {last}" if first == last else f"from {first} to {last}"


def _values(rows: pl.DataFrame) -> str:
    """How many have a value, and why the others have none, the reasons met most first."""
    reasons = Counter(rows.filter(pl.col("status") != "observed")["status"])
    missing = reasons.total()
    if not missing:
        return "It has a value." if rows.height == 1 else "All have a value."
    first = reasons.most_common(FEW)
    why = [f"{count:,} {REASONS[status]}" for status, count in first]
    if len(reasons) > FEW:
        why.append(f"{missing - sum(count for _, count in first):,} for other reasons")
    said = REASONS[first[0][0]] if len(reasons) == 1 else formats.listed(why)
    if missing == rows.height:
        return f"None has a value: {said}."
    return f"{rows.height - missing:,} have a value, {missing:,} {'is' if missing == 1 else 'are'} missing: {said}."


def _outstanding(db: Database, rows: pl.DataFrame, benchmark: Benchmark) -> str:
    """What stands out in the newest period of one measure; of one council what its own page says."""
    metric = db.metrics[rows["metric_id"][0]]
    councils = rows.filter(pl.col("kind") == "local_authority")
    if councils.height == 1:
        group = groups.members(db, benchmark, councils["area_id"][0])
        row = groups.ranked_among(db, councils, group).row(0, named=True)
        partners = queries.partners(db, row["return_id"], row["area_id"])
        return council_sentence(row["name"], row, metric, benchmark, partners, grouped.among(group))
    if rows.height == 1:
        return _other(rows.row(0, named=True), metric)
    # Areas that are not councils are there for comparison.
    among = councils if councils.height else rows
    when = formats.period(metric, rows["period_end"][0])
    when = when[0].upper() + when[1:]
    if metric.graded:
        return _grades(among, when)
    who = "council" if councils.height else "region"
    return f"{_range(db, among, metric, f'{when} the', who)} {_meet(councils, metric, benchmark)}".strip()


def _other(row: Row, metric: Metric) -> str:
    """The figure of England or a region."""
    when, name = formats.period(metric, row["period_end"]), row["name"]
    if row["value"] is None:
        return f"{name} has no {metric.noun} {when}: {formats.why(row, metric)}."
    moved = f", {formats.changed(row['change'], metric)}" if row["change"] is not None else ""
    opening = f"In {name} the {metric.noun} was {formats.quantity(row['value'], metric)} {when}{moved}."
    return " ".join(filter(None, (opening, comparisons.no_change(row), formats.unknown_in_full(row, metric))))


def _grades(rows: pl.DataFrame, when: str) -> str:
    judged = Counter(rows.filter(pl.col("status") == "observed")["symbol"])
    said = [f"{grade} in {judged[grade]}" for grade in GRADES if judged[grade]]
    if not said:
        return f"{when} there was no such judgement."
    return f"{when} the latest judgement was {formats.listed(said)}."


def _range(db: Database, rows: pl.DataFrame, metric: Metric, opening: str, who: str) -> str:
    """The best and the worst of those chosen, of a neutral measure the lowest and highest; the very small left out."""
    listed, lowest = rows.to_dicts(), metric.neutral or metric.lower_is_better
    ends = [find_extreme(listed, lowest=end) for end in (lowest, not lowest)]
    named = [end for end in ends if end is not None]
    if len(named) < len(ends) or rows.filter("sets_cut", pl.col("value").is_not_null())["return_id"].n_unique() < 2:
        return ""
    first, last = (
        _at(db, rows.filter(pl.col("area_id").is_in([row["area_id"] for row in end.rows])), metric) for end in named
    )
    unranked = any(row["value"] is not None and not row["sets_cut"] for row in listed)
    small = ", the very small left out" if unranked else ""
    if first == last:
        return f"{opening} {who}s are all at {first}{small}."
    best, worst = ("lowest", "highest") if metric.neutral else ("best", "worst")
    if not all(end.certain for end in named):
        return f"{opening} {best} published figure is {first}, the {worst} {last}{small}."
    return f"{opening} {best} {who} is at {first}, the {worst} at {last}{small}."


def _at(db: Database, rows: pl.DataFrame, metric: Metric) -> str:
    """A value and who has it: "0.0% (York)", "0.0% (York and 3 more)"; each return once."""
    rows = returns.once(db, rows.sort("name"))
    more = f" and {rows.height - 1} more" if rows.height > 1 else ""
    return f"{formats.quantity(rows['value'][0], metric)} ({formats.place(rows['name'][0])}{more})"


def _meet(councils: pl.DataFrame, metric: Metric, benchmark: Benchmark) -> str:
    """How many of the councils reach the benchmark, each return once; empty where there is none to be reached."""
    total = comparison.england_if_all_met(councils)
    if not metric.ranked or not total.compared:
        return ""
    shared = benchmark.shared(councils.filter(pl.col("benchmark_low").is_not_null()).iter_rows(named=True))
    mark = f" {comparisons.mark(shared, benchmark, metric)}" if shared else ""
    group = benchmark.group if shared else benchmark.group_of("their own")
    count = f"{total.meet or 'None'} of {total.compared} councils"
    one = total.meet < 2
    if benchmark.to_meet:
        standard = benchmark.standard("its" if shared else "their own")
        return f"{count} {'meets' if one else 'meet'} {standard}{mark}."
    return f"{count} {'does' if one else 'do'} as well as {group}{mark} or better."
