"""Sentences about one council: in one measure, and over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.analysis.benchmarks import Benchmark
from dashboard.data.model import Metric, Row
from dashboard.views.text import formats

# More names than this are counted, not listed.
FEW = 4


def council_sentence(
    name: str, row: Row, metric: Metric, benchmark: Benchmark, partners: Sequence[str], among: str = ""
) -> str:
    """What stands out about one council in one measure and period, from its row of `queries.councils`.

    Where the row has the rank of a group (`group.ranked_among`), `among` says which.
    """
    name, when = formats.place(name), formats.period(metric, row["period_end"])
    if metric.graded:
        return _grade_sentence(name, row, metric)
    if row["value"] is None:
        why = formats.reason(row["status"], row["symbol"], metric)
        return f"{name} has no {metric.noun} {when}: {why}."
    note = f" ({formats.joint(partners)})" if partners else ""
    opening = f"In {name} the {metric.noun} was {formats.compared(row, metric)} {when}{note}"
    rank = f"{formats.rank(row)} {among}".strip() if formats.rank(row) else ""
    opening += f", {rank}." if rank else "."
    return f"{opening} {_compare_with_benchmark(row, metric, benchmark)}".strip()


def profile_sentence(name: str, rows: Sequence[Row], metrics: Mapping[str, Metric]) -> str:
    """The quarters of a council in all ranked measures, from `queries.profile`; no score."""
    name = formats.place(name)
    if rows and rows[0]["very_small"]:
        return f"{name} is so small that its standing among councils says little: read its figures one by one."
    ranked = [row for row in rows if metrics[row["metric_id"]].ranked]
    with_quarter = [row for row in ranked if row["quarter"] is not None]
    if not with_quarter:
        return f"{name} has no published figure in any measure that ranks councils."
    best = [metrics[row["metric_id"]].short_title.lower() for row in with_quarter if row["quarter"] == 1]
    worst = [metrics[row["metric_id"]].short_title.lower() for row in with_quarter if row["quarter"] == 4]
    measures = f"{len(with_quarter)} ranked measure{'' if len(with_quarter) == 1 else 's'}"
    if not best and not worst:
        sentence = f"On its {measures} {name} is neither in the best nor in the worst quarter of councils."
    else:
        parts = [
            f"in the {side} quarter of councils on {len(found)} ({formats.listed(_first(found))})"
            for side, found in (("best", best), ("worst", worst))
            if found
        ]
        sentence = f"Of its {measures}, {name} is {' and '.join(parts)}."
        if not worst:
            sentence = f"{sentence[:-1]} and in the worst on none."
        if not best:
            sentence = f"{sentence[:-1]} and in the best on none."
    missing = len(ranked) - len(with_quarter)
    return sentence + (f" {missing} more {'has' if missing == 1 else 'have'} no figure." if missing else "")


def _compare_with_benchmark(row: Row, metric: Metric, benchmark: Benchmark) -> str:
    if metric.counted or row["benchmark"] is None:
        return formats.benchmark_value(row["benchmark"], row["council_count"], benchmark, metric)
    mark = formats.mark(row, benchmark, metric)
    group = f"what {benchmark.group} reach {mark}" if benchmark.best else f"{benchmark.group} {mark}"
    # Said to both sides: to those that meet a mark by chance too.
    chance = f" {formats.chance(row, metric)}".rstrip()
    if row["gap"] == 0 and not (metric.ranked and benchmark.to_meet):
        return f"{'It' if metric.ranked else 'That'} is the same as {group}."
    if metric.neutral or row["gap"] > 0:
        real = formats.shortfall_held(row, metric)
        return f"That is {formats.gap(row, metric)} {group}{f': {real}' if real else ''}.{chance}"
    return f"It {'meets' if benchmark.to_meet else 'is better than'} {group}.{chance}"


def _grade_sentence(name: str, row: Row, metric: Metric) -> str:
    strand = metric.title.removeprefix("Ofsted judgement: ")
    if row["value"] is None:
        why = formats.reason(row["status"], row["symbol"], metric)
        return f"{name} has no judgement of {strand} {formats.period(metric, row['period_end'])}: {why}."
    grade = formats.quantity(row["value"], metric)
    return f"{name}'s latest judgement of {strand} {formats.period(metric, row['period_end'])} was {grade}."


def _first(names: Sequence[str]) -> list[str]:
    return [*names[:FEW], f"{len(names) - FEW} more"] if len(names) > FEW + 1 else list(names)
