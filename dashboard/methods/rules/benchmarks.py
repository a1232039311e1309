"""Rules of the best: benchmarks, the gap to one, what all gaps come to, and whether chance could explain one."""

from __future__ import annotations

from math import sqrt

import polars as pl

from dashboard.analysis import benchmarks, comparison, funnel, queries
from dashboard.analysis.benchmarks import BENCHMARKS, Benchmark
from dashboard.data.database import Database
from dashboard.data.model import Metric, Period, Row
from dashboard.methods.example import (
    BEST,
    Example,
    Rule,
    england,
    exact,
    first,
    heading,
    lines,
    middle,
    names,
    ranked_share,
    usual,
    worked,
)
from dashboard.views.text import formats

# Of the councils that are furthest short, as many as show where a sum comes from.
FURTHEST = 5
# More than these are counted, not named.
FEW = 10
# So many of a council's nearest neighbours stand for a group that a reader might pick.
PICKED = 3


def of_benchmarks(db: Database) -> Example | None:
    """Every benchmark of one council."""
    metric = usual(db)
    row = middle(db, metric) if metric else None
    if metric is None or row is None:
        return None
    rows = []
    for benchmark in BENCHMARKS.values():
        asked = _answered(db, benchmark, metric, row)
        held = _held(db, asked, metric, row)
        said = formats.benchmark_value(held, asked, metric)
        who = benchmarks.contributing(db, asked, metric, row["period_end"], row["area_id"])
        few = formats.listed([formats.place(name) for name in who]) if 0 < len(who) <= FEW else ""
        rows.append((asked.title, said, few or (f"{len(who)} councils" if who else "")))
    return Example(
        heading(metric, row["period_end"], row["name"]),
        lines(
            f"Its own figure is {formats.quantity(row['value'], metric)}, {formats.rank(row)}.",
            "A joint return is named with all its councils, and counts once.",
        ),
        "Which of them a council is held against is chosen at the top of each page and stands in its address.",
        ("Benchmark", "What it comes to", "Behind it"),
        tuple(rows),
        metric_id=metric.metric_id,
        area_id=row["area_id"],
        period_end=row["period_end"],
    )


def of_gaps(db: Database) -> Example | None:
    """A gap in points, and in posts or cases, by both ways of closing it."""
    steps: list[str] = []
    told: tuple[Metric, Row] | None = None
    for moves in ("numerator", "denominator"):
        metric = first(db, lambda one, moves=moves: one.ranked and one.shortfall_moves == moves)  # type: ignore[misc]
        row = _short(db, metric) if metric else None
        if metric is None or row is None:
            continue
        told = told or (metric, row)
        steps += _gap_steps(metric, row)
    if told is None:
        return None
    metric, row = told
    return Example(
        f"{heading(metric, row['period_end'], row['name'])}, held against {BEST.group}",
        tuple(steps),
        f"{formats.place(row['name'])} is {formats.gap(row, metric)} the benchmark: {formats.shortfall(row, metric)}.",
        metric_id=metric.metric_id,
        area_id=row["area_id"],
        period_end=row["period_end"],
    )


def of_england(db: Database) -> Example | None:
    """What all councils together are short of."""
    metric = first(db, ranked_share)
    if metric is None:
        return None
    period = db.latest(metric.metric_id)
    rows = queries.councils(db, metric, period, BEST)
    total = comparison.england_if_all_met(rows)
    short = rows.unique("return_id", maintain_order=True).filter(pl.col("gap") > 0)
    most = short.sort("shortfall", "name", descending=[True, False], nulls_last=True).head(FURTHEST).to_dicts()
    if total.shortfall is None:
        return None
    counted = f", {total.uncounted} of them without counts" if total.uncounted else ""
    return Example(
        f"{heading(metric, period.end)}, held against {BEST.group}",
        lines(
            f"{total.compared} returns are ranked: {total.meet} meet the benchmark, {total.short} are short of "
            f"it{counted}. {total.without} have no figure.",
            f"The shortfalls of the {total.short - total.uncounted} with counts add up to {exact(total.shortfall)}.",
        ),
        f"England, if every council met it: {formats.shortfall({'shortfall': total.shortfall}, metric)}, "
        f"{formats.held(metric)}.",
        (f"The {len(most)} furthest short", "Value", "In real units"),
        tuple(
            (names(db, row), formats.brief(row["value"], metric), exact(row["shortfall"]))
            for row in most
            if row["shortfall"] is not None
        ),
        metric_id=metric.metric_id,
        period_end=period.end,
    )


def of_chance(db: Database) -> Example | None:
    """Wilson's interval of one council, and the funnel's limits for its size."""
    metric = first(db, ranked_share) or first(db, lambda one: one.has_interval)
    row = middle(db, metric) if metric else None
    if metric is None or row is None or row["low"] is None:
        return None
    n, p, z = row["denominator"], row["numerator"] / row["denominator"], comparison.Z_95
    under = 1 + z**2 / n
    centre, root = p + z**2 / (2 * n), sqrt(p * (1 - p) / n + z**2 / (4 * n * n))
    mid, half = centre / under, z * root / under
    steps = lines(
        f"n = {exact(n)} and p = {exact(row['numerator'])} ÷ {exact(n)} = {worked(p, 5)}; for 95% z = {worked(z, 5)}.",
        f"Middle: (p + z² ÷ 2n) ÷ (1 + z² ÷ n) = {worked(centre, 5)} ÷ {worked(under, 5)} = {worked(mid, 5)}.",
        "Half its width: z × √(p(1 − p) ÷ n + z² ÷ 4n²) ÷ (1 + z² ÷ n) = "
        f"{worked(z, 5)} × {worked(root, 5)} ÷ {worked(under, 5)} = {worked(half, 5)}.",
        f"{worked(mid, 5)} − {worked(half, 5)} and {worked(mid, 5)} + {worked(half, 5)}: the interval is from "
        f"{formats.quantity(row['low'], metric)} to {formats.quantity(row['high'], metric)}.",
    )
    if row["benchmark"] is not None:
        steps += (f"{BEST.group[0].upper()}{BEST.group[1:]} reach {exact(row['benchmark'])}.",)
    drawn = funnel.funnel(db, metric, Period(row["period_end"], row["period"]))
    point = drawn.points.filter(pl.col("return_id") == row["return_id"]).to_dicts() if drawn else []
    if drawn and point:
        limits = tuple(formats.brief(point[0][limit], metric) for limit in ("low_95", "high_95"))
        steps += lines(
            f"The funnel turns it round: for a council of this size chance alone would give from {limits[0]} to "
            f"{limits[1]} around England's {formats.brief(drawn.england, metric)}, at 95%."
        )
    return Example(
        heading(metric, row["period_end"], row["name"]),
        steps,
        f"Against {BEST.group} it is {formats.verdict(row)}.",
        metric_id=metric.metric_id,
        area_id=row["area_id"],
        period_end=row["period_end"],
    )


def _answered(db: Database, benchmark: Benchmark, metric: Metric, row: Row) -> Benchmark:
    """A benchmark with what it asks of the reader: the nearest neighbours as a group, England's figure as a target."""
    if benchmark.asks == "councils":
        return benchmarks.with_group(db, queries.neighbours(db, row["area_id"])[:PICKED])
    if benchmark.asks == "number":
        whole = england(db, metric, row["period_end"])
        return benchmarks.with_target(None if whole is None else float(round(whole)), metric)
    return benchmark


def _held(db: Database, benchmark: Benchmark, metric: Metric, row: Row) -> Row:
    rows = queries.councils(db, metric, Period(row["period_end"], row["period"]), benchmark)
    return rows.row(by_predicate=pl.col("area_id") == row["area_id"], named=True)


def _short(db: Database, metric: Metric) -> Row | None:
    """The council in the middle, or where it meets the benchmark the first after it that does not."""
    row = middle(db, metric)
    if row is not None and row["shortfall"]:
        return row
    rows = comparison.newest(db, BEST).filter((pl.col("metric_id") == metric.metric_id) & (pl.col("shortfall") > 0))
    return rows.sort("gap", "name").row(0, named=True) if rows.height else None


def _gap_steps(metric: Metric, row: Row) -> tuple[str, ...]:
    value, mark = row["value"], row["benchmark"]
    larger, smaller = max(value, mark), min(value, mark)
    unit = {"%": "percentage points"}.get(metric.unit, metric.unit)
    count, denominator, scale = row["numerator"], row["denominator"], comparison.SCALES.get(metric.unit, 1.0)
    name = formats.place(row["name"])
    steps = lines(
        f"{name}, {metric.noun} {formats.period(metric, row['period_end'])}: "
        f"{exact(larger)} − {exact(smaller)} = {exact(abs(row['gap']))} {unit}."
    )
    if metric.shortfall_moves == "denominator":
        sum_ = f"{exact(count)} ÷ {exact(mark)} − {exact(denominator)}"
    else:
        share = f"{exact(mark)}{'%' if scale == 100 else ''} × {exact(denominator)}"
        sum_ = f"{exact(count)} − {share}" if metric.lower_is_better else f"{share} − {exact(count)}"
    words = formats.shortfall_held(row, metric)
    return (*steps, f"In real units: {sum_} = {worked(row['shortfall'])}, that is {words}.")


RULES = (
    Rule(
        "benchmarks",
        "Benchmarks",
        f"{len(BENCHMARKS)} ways to say what good looks like: the reader chooses one.",
        "A benchmark is a rule that yields a value, and the councils behind it. The best quarter is what a quarter of "
        "councils reach, in England, in the region or among councils of the same type. Outstanding is the middle value "
        "of councils that Ofsted's latest inspection judged so. Best neighbours is what the best three of the ten "
        "statistical neighbours reach. Statistical neighbours is the middle value of those with a figure. Region and "
        "England are published figures. A group and a target are the reader's own.\n"
        "A council is never among the neighbours or picked councils that it is held against. With fewer than five "
        "neighbours, or councils of a region or type, that have a figure there is no benchmark, and the page says so. "
        "Neutral measures have no best.",
        of_benchmarks,
        "target peer average median best quarter outstanding",
    ),
    Rule(
        "gaps",
        "The gap, in real units",
        "How far from the benchmark, in points and in posts, people or cases; what is held fixed is said.",
        "The gap is the distance from the benchmark in the measure's unit. Where the counts are published it is also "
        "said in what it would take: posts to fill, agency workers fewer, conferences more on time. Either the count "
        "above the line moves and the one below stays, or the other way round; the words say which. A council at the "
        "benchmark or better meets it.",
        of_gaps,
        "shortfall distance difference posts to fill",
    ),
    Rule(
        "england-if-all-met",
        "England, if every council met it",
        "The sum of all shortfalls, each return once, with who is short and who has no figure.",
        "The shortfalls of all councils that are short of the benchmark are added up, each joint return once. How many "
        "are short, how many meet it and how many have no figure is said with it. It is arithmetic, not a forecast: "
        "nobody says that all could meet it at once.",
        of_england,
        "total sum gain",
    ),
    Rule(
        "chance",
        "Chance",
        "A 95% interval where counts are published: better, worse, or similar because chance could explain it.",
        "A rate of few people moves by chance. Where numerator and denominator are published, Wilson's interval says "
        "how far: if the benchmark lies outside it, the council is better or worse beyond chance; if inside, it is "
        "“similar”. Without counts there is no interval and no such verdict. Full-time equivalents are all counted and "
        "no sample: there the interval is only a guide, and is said to be indicative.\n"
        "The funnel on a council's page uses the same arithmetic around England's figure, at 95% and 99.8%. One in "
        "twenty councils would lie outside the first by chance alone.",
        of_chance,
        "confidence interval significance significant funnel plot verdict random",
    ),
)
