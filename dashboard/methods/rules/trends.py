"""Rules of direction: change, trend, the watch list and its mirror, and the councils to learn from."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import polars as pl

from dashboard.analysis import comparison, direction, partners, queries
from dashboard.data.database import Database
from dashboard.data.model import Metric, Period, Row
from dashboard.data.names import format_date
from dashboard.methods.example import (
    BEST,
    Example,
    Rule,
    exact,
    heading,
    lines,
    middle,
    names,
    ranked_share,
    usual,
)
from dashboard.views.text import comparisons, formats
from dashboard.views.text.grammar import plural

# A trend that not all ten pairs agree on shows what counts; one of eight is the least that is clear
# (etl/build/trends.py).
CLEAR = 8
# Reasons and measures beyond these are counted, not listed.
FEW = 6


def of_changes(db: Database) -> Example | None:
    """One council's figure less that of the year before."""
    metric = usual(db)
    row = middle(db, metric) if metric else None
    if metric is None or row is None:
        return None
    if row["change"] is None:
        rows = comparison.newest(db, BEST).filter(
            (pl.col("metric_id") == metric.metric_id) & pl.col("change").is_not_null() & pl.col("sets_cut")
        )
        if rows.is_empty():
            return None
        row = rows.sort("name").row(0, named=True)
    before = db.by_metric[metric.metric_id].filter(
        (pl.col("area_id") == row["area_id"]) & (pl.col("period_end") == row["previous_period_end"])
    )["value"][0]
    councils = db.councils(metric.metric_id, row["period_end"]).unique("return_id")
    without = councils.filter(pl.col("value").is_not_null() & pl.col("change").is_null()).height
    others = f"Of the {councils['value'].count()} returns with a figure, {without} have none for the year before."
    if not without:
        others = f"All {councils['value'].count()} returns with a figure have one for the year before."
    return Example(
        heading(metric, row["period_end"], row["name"]),
        lines(
            f"{format_date(row['period_end'])}: {formats.quantity(row['value'], metric)}. "
            f"{format_date(row['previous_period_end'])}: {formats.quantity(before, metric)}.",
            f"{exact(row['value'])} − {exact(before)} = {exact(row['change'])}.",
            others,
        ),
        f"It is {formats.changed(row['change'], metric)}.",
        metric_id=metric.metric_id,
        area_id=row["area_id"],
        period_end=row["period_end"],
    )


def of_trends(db: Database) -> Example | None:
    """Five years of one council, pair by pair."""
    metric = usual(db)
    if metric is None:
        return None
    rows = direction.newest(db, BEST).filter(
        (pl.col("metric_id") == metric.metric_id) & pl.col("s").is_not_null() & pl.col("sets_cut")
    )
    clear = rows.filter(pl.col("s").abs() == CLEAR)
    found = clear if clear.height else rows.filter(pl.col("s").abs() > CLEAR)
    if found.is_empty():
        return None
    row = found.sort("name").row(0, named=True)
    years = five(db, metric, row)
    pairs = [(later > earlier) - (later < earlier) for (_, earlier), (_, later) in combinations(years, 2)]
    up, down = pairs.count(1), pairs.count(-1)
    everybody = direction.newest(db, BEST).filter(pl.col("metric_id") == metric.metric_id).unique("return_id")
    counts = everybody.group_by("direction").len().sort("len", "direction", descending=[True, False])
    return Example(
        heading(metric, row["period_end"], row["name"]),
        lines(
            f"Of the ten pairs of years the later figure is higher in {up}, lower in {down} and the same in "
            f"{pairs.count(0)}.",
            f"S = {up} − {down} = {exact(up - down)}. From {CLEAR} on, either way, it is a trend.",
            "Of all returns: " + "; ".join(f"{words} {count}" for words, count in counts.iter_rows()) + ".",
        ),
        f"{names(db, row)} is {row['direction']}.",
        ("Last day", "Value"),
        tuple((format_date(end), formats.brief(value, metric)) for end, value in years),
        metric_id=metric.metric_id,
        area_id=row["area_id"],
        period_end=row["period_end"],
    )


def of_lists(db: Database) -> Example | None:
    """The first of the watch list, and the first of the peers."""
    for metric in (one for one in db.metrics.values() if ranked_share(one)):
        watched = direction.watch_list(db, metric, BEST)
        peers = direction.peers(db, metric, BEST)
        if watched.is_empty() or peers.is_empty():
            continue
        one, other = watched.row(0, named=True), peers.row(0, named=True)
        return Example(
            f"{heading(metric, one['period_end'])}, compared with {BEST.group}",
            lines(
                f"On the watch list: {plural(watched.height, 'return')}. Worst is {_why(db, one, metric)}.",
                f"To learn from: {plural(peers.height, 'return')}. Furthest ahead is {_why(db, other, metric)}.",
                f"The best quarter reach {formats.level_quantity(one['benchmark'], metric)}.",
            ),
            "Both must be true: significantly on one side of the benchmark, and a trend that leads further away.",
            metric_id=metric.metric_id,
            area_id=one["area_id"],
            period_end=one["period_end"],
        )
    return None


def of_partners(db: Database) -> Example | None:
    """The first learning partner of the council in the middle."""
    metric = usual(db)
    row = middle(db, metric) if metric else None
    found = partners.learning_partners(db, row["area_id"], BEST) if row else []
    if not row or not found:
        return None
    one, name = found[0], formats.place(row["name"])
    short = comparison.newest(db, BEST).filter((pl.col("area_id") == row["area_id"]) & (pl.col("gap_low") > 0))
    judged = f" Its leaders were judged {one.leaders}, inspected {one.leaders_on:%B %Y}." if one.leaders_on else ""
    near = (
        f"{one.name} is {formats.ordinal(one.closeness_rank)} of its ten statistical neighbours"
        if one.closeness_rank
        else f"{one.name} names it as a statistical neighbour"
    )
    shown = tuple(
        (
            reason.metric.title,
            formats.figure(reason.here, reason.metric),
            formats.figure(reason.there, reason.metric),
            comparisons.benchmark_figure(reason.here, reason.metric),
        )
        for reason in one.evidence[:FEW]
    )
    return Example(
        f"{name}, compared with {BEST.group}",
        lines(
            f"{name} is short of the benchmark in {short.height} ranked measures.",
            f"{near}{f' ({one.closeness.lower()})' if one.closeness else ''}, and reaches the benchmark in "
            f"{len(one.evidence)} of them.{judged}",
        ),
        f"{one.name} is first of {len(found)} to talk to; it is a short list, no score.",
        (f"The first {len(shown)}", name, formats.place(one.name), "Benchmark"),
        shown,
        area_id=row["area_id"],
    )


def five(db: Database, metric: Metric, row: Row) -> list[tuple[date, float]]:
    """The five latest figures of a council up to a row's, oldest first: last day and value."""
    rows = db.of_area(row["area_id"]).filter(
        (pl.col("metric_id") == metric.metric_id) & (pl.col("period_end") <= row["period_end"])
    )
    return list(rows.sort("period_end").select("period_end", "value").tail(5).iter_rows())


def _why(db: Database, row: Row, metric: Metric) -> str:
    held = queries.councils(db, metric, Period(row["period_end"], row["period"]), BEST)
    same = held.filter(pl.col("area_id") == row["area_id"]).row(0, named=True)
    interval = f", 95% interval {formats.brief(same['low'], metric)} to {formats.brief(same['high'], metric)}"
    return (
        f"{row['name']}: {formats.figure(row, metric)}{interval if same['low'] is not None else ''}; "
        f"{row['direction']} (S = {exact(row['s'])})"
    )


RULES = (
    Rule(
        "changes",
        "Change",
        "The latest figure less the one a year before, both published and of the same return.",
        "A change is worked out where both figures are published, the periods are a year apart and the same return "
        "made them. Of percentages it is in percentage points. What rounds to nothing at the measure's own decimals is "
        "said to be no change. Biggest changes is worked out in the same way over one, three or five years.\n"
        "Where a method changed, as after a change of method, no change is given: not in a table, on a map, in a file "
        "or by the API. Lines end there, and the reason is given instead.",
        of_changes,
        "movers increase decrease year on year",
    ),
    Rule(
        "trends",
        "Trend",
        "Over five years: at least 8 more of 10 pairs one way than the other; else no clear trend, or why not.",
        "Five periods make ten pairs. Kendall's S is the number of pairs in which the later figure is higher less the "
        "number in which it is lower. From 8 on it points one way: getting better or getting worse, or of a neutral "
        "measure rising or falling. Less is no clear trend. A change of method, a reorganisation, a joint return that "
        "changed or a missing figure is a break: nothing is said across it, and the reason is given.",
        of_trends,
        "direction time series improving worsening",
    ),
    Rule(
        "watch-list",
        "Watch list, and councils to learn from",
        "Significantly worse than the benchmark and getting worse; or significantly better and getting better.",
        "A council is on the watch list of a measure where it is significantly worse than the benchmark, and its trend "
        "is getting worse. Where no interval can be given, being in the worst quarter and short of the benchmark "
        "counts instead. Councils to learn from are the opposite: better than it, and getting better. Neutral "
        "measures and grades have neither list.",
        of_lists,
        "warning early worst best improving",
    ),
    Rule(
        "partners",
        "Learning partners",
        "Authorities most like a council that reach the benchmark where it falls short, with the evidence.",
        "For the chosen measure they are the council's own statistical neighbours that reach the benchmark there, each "
        "with its figure, rank and grade. For all measures together those that name the council as one of their "
        "neighbours are looked at too, and who reaches the benchmark on more measures comes first. In both lists "
        "councils whose leaders are judged Good or Outstanding, and help and protection not lower, come before all "
        "others, and then the nearest. A lower grade is always said. Figures of very small returns, and of a return "
        "both belong to, are not evidence. It is a short list to talk to, never a score.",
        of_partners,
        "peers similar councils to learn from talk",
    ),
)
