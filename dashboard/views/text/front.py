"""What the front page says beside its first sentence: the standard over time, gains, watch lists, news."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.england import Gain, Grades, News
from dashboard.analysis.standard import Standard
from dashboard.data.database import Database
from dashboard.data.model import GRADES, Metric
from dashboard.data.names import format_date
from dashboard.views.text import comparisons, formats


def standard_sentence(standard: Standard) -> str:
    """How many councils meet the fixed standard now, and how many did first."""
    metric = standard.metric
    rows = standard.rows.filter(standard.rows["had"] > 0)
    level = f"{formats.level_quantity(standard.target, metric)} or {'lower' if metric.lower_is_better else 'higher'}"
    if rows.is_empty():
        return f"No council had a figure to compare with {formats.level_quantity(standard.target, metric)}."
    now = rows.row(-1, named=True)
    mark = f"today's best-quarter standard ({level})" if standard.period else f"the standard of {level}"
    said = f"{_count(now)} councils met {mark} {formats.period(metric, now['period_end'])}."
    since = [at for at, broken in enumerate(rows["broken"]) if broken]
    first = rows.row(since[-1] if since else 0, named=True)
    if first["period_end"] == now["period_end"]:
        return said
    when = formats.period(metric, first["period_end"])
    return f"{said} {when[0].upper()}{when[1:]} it was {_count(first)}."


def gain(one: Gain) -> str:
    """What England would gain, in real units: "2,963 fewer vacant posts"; empty where no counts are published."""
    low, high = one.total.shortfall_low, one.total.shortfall_high
    if low is None or high is None or one.metric.shortfall is None:
        return ""
    least, count = formats.number(low, 0), formats.number(high, 0)
    between = "" if least == count else f"{least} to "
    what = formats.counted(count, one.metric.shortfall.replace("posts to fill", "fewer vacant posts"))
    return f"{between}{count} {what}"


def watch_sentence(metric: Metric, watched: int, peers: int, benchmark: Benchmark) -> str:
    """How many councils are on the watch list of one measure, and on its mirror."""
    if not metric.ranked:
        return (
            f"There is no watch list for the {metric.noun}: neither a high nor a low figure is better."
            if not metric.graded
            else "Judgements have no watch list: see Inspections."
        )
    # Without an interval it is the worst quarter that counts; where there is one, chance is allowed for.
    worse = comparisons.significantly("worse than {}") if metric.has_interval else "in the worst quarter, short of {},"
    better = comparisons.significantly("better") if metric.has_interval else "in the best quarter"
    watching = (
        f"{_councils(watched)} {worse.format(benchmark.standard('their own'))} and getting worse over five years."
    )
    learning = f"{_councils(peers)} {better} and getting better over five years: these are the ones to learn from."
    return " ".join(f"{one[0].upper()}{one[1:]}" for one in (watching, learning))


def chance_sentence(rows: pl.DataFrame, metric: Metric, benchmark: Benchmark) -> str:
    """How many councils are on one side of the benchmark by chance or as is usual, on both sides; each return once.

    Empty where no council has a verdict.
    """
    returns = rows.unique("return_id").filter(pl.col("verdict").is_not_null() & metric.ranked)
    if returns.is_empty():
        return ""
    meet, short = (returns.filter(side) for side in (pl.col("gap_high") <= 0, pl.col("gap_low") > 0))
    near = [side.filter(pl.col("verdict") == "similar").height for side in (meet, short)]
    what = (
        "the difference is usual between councils"
        if benchmark.spread
        else "the difference is not statistically significant"
    )
    return (
        f"For {near[0]} of the {meet.height} councils that meet it, and {near[1]} of the {short.height} that do not, "
        f"{what}. {comparisons.limits_note(metric, benchmark)}"
    )


def news_lines(db: Database, one: News) -> list[str]:
    """What the newest edition of a source brought, a line each."""
    lines = []
    if one.periods:
        ends = sorted({end for _, end, _ in one.periods})
        lines.append(f"New figures of {len(one.periods)} measures, to {_day(ends[-1])}.")
    if one.revised and one.largest:
        metric = db.metrics[str(one.largest["metric_id"])]
        end = one.largest["period_end"]
        assert isinstance(end, date)
        lines.append(
            f"{one.revised} earlier figures were revised. The largest revision: the {metric.noun} of "
            f"{formats.place(db.names[str(one.largest['area_id'])])} {formats.period(metric, end)}: "
            f"{formats.quantity(float(str(one.largest['before'])), metric)} before, "
            f"{formats.quantity(float(str(one.largest['after'])), metric)} now."
        )
    elif one.revised:
        lines.append(f"{one.revised} earlier figures were given or withdrawn.")
    return lines


def grades_sentence(history: Sequence[Grades]) -> str:
    """What became of the judgements of leaders in a year: against the newest snapshot at least a year older."""
    now = history[0]
    before = next((one for one in history if (now.on - one.on).days >= 365), None)
    if before is None:
        return ""
    first, last = (
        f"{grade} {_moved(*(one.counts.get(float(GRADES.index(grade) + 1), 0) for one in (before, now)))}"
        for grade in ("Outstanding", "Inadequate")
    )
    return f"Since {_day(before.on)} the number judged {first} and {last}."


def _moved(then: int, now: int) -> str:
    """ "has risen from 45 to 60", "has fallen from 15 to 8", "is still 8"."""
    return f"is still {now}" if now == then else f"has {'risen' if now > then else 'fallen'} from {then} to {now}"


def _count(row: dict[str, object]) -> str:
    return f"{row['met']} of {row['had']}"


def _councils(count: int) -> str:
    return "no council is" if not count else f"{count} council{' is' if count == 1 else 's are'}"


def _day(end: date) -> str:
    return format_date(end)
