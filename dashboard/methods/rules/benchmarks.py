"""Rules of the best: benchmarks, the gap to one, what all gaps come to, and whether chance could explain one."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import polars as pl

from dashboard.analysis import benchmarks, comparison, funnel, overdispersion, queries
from dashboard.analysis.benchmarks import BENCHMARKS, Benchmark
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, Metric, Period, Row
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
from dashboard.views.text import comparisons, formats

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
        said = comparisons.benchmark_value(held, asked, metric)
        who = benchmarks.contributing(db, asked, metric, row["period_end"], row["area_id"])
        few = formats.listed([formats.place(name) for name in who]) if 0 < len(who) <= FEW else ""
        rows.append((asked.title, said, few or (f"{len(who)} councils" if who else "")))
    return Example(
        heading(metric, row["period_end"], row["name"]),
        lines(
            f"Its own figure is {formats.quantity(row['value'], metric)}, {comparisons.rank(row)}.",
            "A joint return is named with all its councils, and counts once.",
        ),
        "Which of them a council is compared with is chosen at the top of each page and stands in its address.",
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
        f"{heading(metric, row['period_end'], row['name'])}, compared with {BEST.group}",
        tuple(steps),
        f"{formats.place(row['name'])} is {comparisons.gap(row, metric)} the benchmark: "
        f"{comparisons.shortfall(row, metric)}.",
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
        f"{heading(metric, period.end)}, compared with {BEST.group}",
        lines(
            f"{total.compared} returns are ranked: {total.meet} meet the benchmark, {total.short} are short of "
            f"it{counted}. {total.without} have no figure.",
            f"The shortfalls of the {total.short - total.uncounted} with counts add up to {exact(total.shortfall)}.",
        ),
        f"England, if every council met it: {comparisons.shortfall({'shortfall': total.shortfall}, metric)}, "
        f"{comparisons.held(metric)}.",
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
    drawn = funnel.funnel(db, metric, Period(row["period_end"], row["period"]), spread=False)
    point = drawn.points.filter(pl.col("return_id") == row["return_id"]).to_dicts() if drawn else []
    if drawn and point:
        limits = tuple(formats.brief(point[0][limit], metric) for limit in ("low_95", "high_95"))
        steps += lines(
            f"The funnel turns it round: for a council of this size chance alone would give from {limits[0]} to "
            f"{limits[1]} around England's {formats.brief(drawn.england, metric)}, at 95%."
        )
    returns = queries.councils(db, metric, Period(row["period_end"], row["period"]), BEST).unique("return_id")
    sides = [returns.filter(side) for side in (pl.col("gap_high") <= 0, pl.col("gap_low") > 0)]
    (meet, near), (short, far) = ((side.height, side.filter(pl.col("verdict") == "similar").height) for side in sides)
    steps += lines(
        f"It is said to both sides: {near} of the {meet} that meet it are similar, and {far} of {short} others."
    )
    return Example(
        heading(metric, row["period_end"], row["name"]),
        steps,
        f"Against {BEST.group} it is {comparisons.verdict(row)}.",
        metric_id=metric.metric_id,
        area_id=row["area_id"],
        period_end=row["period_end"],
    )


def of_overdispersion(db: Database) -> Example | None:
    """How much more councils differ than chance explains, and how many lie outside limits with and without it."""
    metric = first(db, ranked_share) or first(db, lambda one: one.has_interval)
    drawn = funnel.funnel(db, metric, db.latest(metric.metric_id)) if metric else None
    if metric is None or drawn is None or not drawn.tau2:
        return None
    found = overdispersion.spread(db).row(
        by_predicate=(pl.col("metric_id") == metric.metric_id) & (pl.col("period_end") == drawn.period.end), named=True
    )
    scale = comparison.SCALES.get(metric.unit, 1.0)
    point = drawn.ranked.row(drawn.ranked.height // 2, named=True)
    share, councils = drawn.england / scale, found["councils"]
    alone = comparison.Z_95 * sqrt(share * (1 - share) / point["n"]) * scale
    ends = (
        formats.brief(max(drawn.england - alone, 0.0), metric),
        formats.brief(drawn.england + alone, metric),
        *(formats.brief(point[end], metric) for end in ("low_95", "high_95")),
    )
    steps = lines(
        f"c = arcsin √{worked(share, 5)} is England's share on a scale where chance moves every share alike: a council "
        f"of n = {exact(point['n'])} has s = 1 ÷ (2√n), and z = (arcsin √(its share) − c) ÷ s.",
        f"φ, the mean of z² of {councils} councils after a tenth at either end is drawn in, is "
        f"{worked(found['phi'], 2)}. Chance alone gives no more than about 1.",
        f"τ² = ({councils} × {worked(found['phi'], 2)} − {councils - 1}) ÷ {worked(found['weight'], 0)} = "
        f"{worked(found['tau2'], 6)}.",
        f"Limits for {point['name']} around England's {formats.brief(drawn.england, metric)}: by chance alone from "
        f"{ends[0]} to {ends[1]}; with τ, sin²(c ± {worked(comparison.Z_95, 2)} × √(s² + τ²)), from {ends[2]} to "
        f"{ends[3]}.",
    )
    return Example(
        heading(metric, drawn.period.end),
        steps,
        f"{drawn.by_chance} of {drawn.ranked.height} councils lie outside the 95% limits of chance alone, and "
        f"{drawn.points.filter(pl.col('outside') > 0).height} outside those that allow for usual differences too.",
        ("Outside the 95% limits around England", "φ", "By chance alone", "With usual differences"),
        tuple(
            (one.metric.title, worked(phi, 1), f"{one.by_chance} of {one.ranked.height}", f"{outside}")
            for one, phi, outside in _funnels(db)
        ),
        metric_id=metric.metric_id,
        area_id=ENGLAND,
        period_end=drawn.period.end,
    )


def _funnels(db: Database) -> Iterator[tuple[funnel.Funnel, float, int]]:
    """The newest funnel of every measure that has one, its φ and how many councils lie outside its 95 % limits."""
    phi = {(row["metric_id"], row["period_end"]): row["phi"] for row in overdispersion.spread(db).to_dicts()}
    for metric in db.metrics.values():
        period = db.latest(metric.metric_id)
        if (metric.metric_id, period.end) in phi:
            one = funnel.funnel(db, metric, period)
            assert one is not None
            yield one, phi[metric.metric_id, period.end], one.points.filter(pl.col("outside") > 0).height


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
    words = comparisons.shortfall_held(row, metric)
    return (*steps, f"In real units: {sum_} = {worked(row['shortfall'])}, that is {words}.")


RULES = (
    Rule(
        "benchmarks",
        "Benchmarks",
        f"{len(BENCHMARKS)} ways to say what good looks like: the reader chooses one.",
        "A benchmark is a rule that yields a value, and the councils behind it. The best quarter is what a quarter of "
        "councils reach, in England, in the region or among councils of the same type. Outstanding is the middle value "
        "of councils that Ofsted's latest inspection judged so, in past years too, and of a joint return where one of "
        "its councils is. Best neighbours is what the best three of the ten statistical neighbours reach. Statistical "
        "neighbours is the middle value of those with a figure. Region and England are published figures, or the range "
        "in which they lie. A group and a target are the reader's own.\n"
        "A council is never among the neighbours or picked councils that it is compared with. With fewer than five "
        "neighbours, councils of a region or type, or Outstanding councils with a figure there is no benchmark, and "
        "the page says so. "
        "Neutral measures have no best quarter and no best neighbours. Bare counts and grades are compared with "
        "nothing.",
        of_benchmarks,
        "target peer average median best quarter outstanding",
    ),
    Rule(
        "gaps",
        "The gap, in real units",
        "How far from the benchmark, in points and in posts, people or cases; what is held fixed is said.",
        "The gap is the distance from the benchmark in the measure's unit. Where the counts are published it is also "
        "said in what it would take: posts to fill, agency workers fewer, conferences more on time. Where only the "
        "denominator is published, the numerator is what the printed figure makes of it. Either the numerator moves "
        "and the denominator stays, or the other way round; the words say which. A council at the "
        "benchmark or better meets it. Where a council's own figure in a range is part of the benchmark, both are held "
        "at the same end.",
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
        "how far: if the benchmark lies outside it, the council is significantly better or worse; if inside, it is "
        "“similar”. Of a range, the figure's or the benchmark's, it is said only where all ends agree. "
        "Without counts there is no interval and no such verdict. Full-time equivalents are all counted and "
        "no sample: there the interval is only a guide, and is said to be indicative.\n"
        "This is said to both sides: a council may meet a mark by chance too. The funnel on a council's page uses the "
        "same arithmetic around England's figure, at 95% and 99.8%. One in twenty councils would lie outside the first "
        "by chance alone; far more do, which is the next rule.",
        of_chance,
        "confidence interval significance significant funnel plot verdict random",
    ),
    Rule(
        "overdispersion",
        "Usual differences between councils",
        "Councils differ more than chance explains. Limits around an average allow for what is usual.",
        "Against England two thirds of councils and more lie outside limits of chance alone: they differ in what no "
        "measure here allows for, such as need or recording. Spiegelhalter's additive model, as public-health funnel "
        "plots use it, estimates by how much, for each measure and period: from z scores around England on the arcsine "
        "scale, winsorised at 10% so that unusual councils do not hide themselves. Hidden figures and what is "
        "not ranked are left out. Of a figure in a range both ends are tried: a verdict is given where they agree.\n"
        "Against an average (England, a region, a median of neighbours or of a group) verdicts and funnels allow for "
        "it, since councils scatter around an average. Against a standard (a best quarter, Outstanding councils, a "
        "target) they allow for chance alone, since how many miss it is the question. “Limits allow for” on a "
        "council's page and on the map changes this, and is part of the address.",
        of_overdispersion,
        "overdispersion over-dispersion random effects Spiegelhalter funnel outlier unusual variation",
    ),
)
