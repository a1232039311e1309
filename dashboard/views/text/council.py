"""Sentences about one council: in one measure, and over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.queries import Inspection
from dashboard.data.model import GRADES, Metric, Row
from dashboard.data.names import UNSAID
from dashboard.views.text import comparisons, formats
from dashboard.views.text.formats import in_words
from dashboard.views.text.grammar import LONGEST, have, together, words

# More names than this are counted, not listed.
FEW = 4
TOO_SMALL = "is too small to rank reliably. Treat each figure with care."


def council_sentence(
    name: str, row: Row, metric: Metric, benchmark: Benchmark, partners: Sequence[str], among: str = ""
) -> str:
    """What stands out about one council in one measure and period, from its row of `queries.councils`.

    Where the row has the rank of a group (`group.ranked_among`), `among` says which.
    """
    name, when = formats.place(name), formats.period(metric, row["period_end"])
    if metric.graded:
        return _grade_sentence(name, row, metric)
    if row["value"] is None and row["value_low"] is not None:
        return _hidden_sentence(name, when, row, metric, benchmark, among)
    if row["value"] is None:
        why = formats.why(row, metric)
        said = f"{name} has no {metric.noun} {when}: {why}."
        if words(said) <= LONGEST:
            return said
        return f"{name} has no figure for {metric.title[0].lower()}{metric.title[1:]}. The reason {when}: {why}."
    note = f" ({formats.joint(partners)})" if partners else ""
    said = formats.opening(name, comparisons.compared(row, metric), metric, when)
    unknown = formats.unknown_in_full(row, metric)
    if words(said + note) <= LONGEST:
        said += note
    elif note:
        unknown = f"It is a {formats.joint(partners)}. {unknown}".strip()
    if row["not_ranked"]:
        return " ".join(filter(None, (f"{said}.", unknown, _not_ranked(row, metric))))
    rank = _ranked(row, among)
    placed = f"{rank}{_whatever(row, metric)}"
    said = together(said, placed, f"It ranks {placed}.") if rank else f"{said}."
    return " ".join(filter(None, (said, unknown, _compare_with_benchmark(row, metric, benchmark))))


def _hidden_sentence(name: str, when: str, row: Row, metric: Metric, benchmark: Benchmark, among: str) -> str:
    """A figure that is hidden because its count is small: its range, where that ranks it, and what it is beside."""
    lies = f"between {formats.between(row['value_low'], row['value_high'], metric)}"
    said = f"{formats.opening(name, lies, metric, when)}. It is {formats.hidden(row, metric)}."
    if row["not_ranked"]:
        return f"{said} {_not_ranked(row, metric)}"
    rank, quarter = _ranked(row, among), comparisons.in_quarter(row)
    placed = f" It ranks {rank}{f', {quarter}' if quarter else ''}." if rank else ""
    return f"{said}{placed} {_compare_with_benchmark(row, metric, benchmark)}".strip()


def _ranked(row: Row, among: str) -> str:
    """The rank, and of which group; empty without one."""
    rank = comparisons.rank(row)
    return f"{rank} {among}".strip() if rank else ""


def _not_ranked(row: Row, metric: Metric) -> str:
    """Why a council has no rank and no verdict; and the interval of its figure."""
    interval = ""
    if row["low"] is not None:
        ends = " to ".join(formats.brief(row[end], metric) for end in ("low", "high"))
        interval = f" Its 95% interval is {ends}."
    return f"It is not ranked: {row['not_ranked']}.{interval}"


def _whatever(row: Row, metric: Metric) -> str:
    """The quarter, where hidden figures leave the rank open: "in the worst quarter whatever the hidden figures are"."""
    quarter = comparisons.in_quarter(row)
    if row["rank_low"] == row["rank_high"] or not quarter:
        return ""
    whatever = f" whatever the {formats.open_by(metric).removeprefix('the ')} are" if row["quarter"] else ""
    return f", {quarter}{whatever}"


def opening(
    name: str,
    inspections: Sequence[Inspection],
    rows: Sequence[Row],
    metrics: Mapping[str, Metric],
    weakest: Row | None,
    among: str = "",
) -> str:
    """What a council's page opens with: how Ofsted judged its leaders, its direction, and its biggest problem.

    `inspections` are newest first, `rows` those of `queries.profile`, `weakest` the first of `group.extremes`' worst,
    with the rank of the group that `among` names.
    """
    ofsted = leaders_sentence(name, inspections)
    if rows and rows[0]["very_small"]:
        return f"{ofsted} {formats.place(name)} {TOO_SMALL}"
    return f"{ofsted} {_direction(rows, metrics)} {_problem(weakest, metrics, among)}"


def leaders_sentence(name: str, inspections: Sequence[Inspection]) -> str:
    """How Ofsted last judged a council's leaders, and whether that is better than the time before."""
    whose = formats.possessive(formats.place(name))
    judged = [(one.on, one.grades["leaders"]) for one in inspections if "leaders" in one.grades]
    if not judged:
        return f"Ofsted has not judged {whose} leaders since 2013."
    (on, grade), *before = judged
    since = ""
    if before:
        then, earlier = before[0]
        step = GRADES.index(grade) - GRADES.index(earlier)
        moved = f"up from {in_words(earlier)}" if step < 0 else f"down from {in_words(earlier)}" if step else "as"
        since = f", {moved} in {then.year}"
    return f"Ofsted judged {whose} leaders {in_words(grade)} in {on:%B %Y}{since}."


def _direction(rows: Sequence[Row], metrics: Mapping[str, Metric]) -> str:
    """On how many ranked measures it has improved and worsened over five years."""
    known = [
        row["direction"]
        for row in rows
        if metrics[row["metric_id"]].ranked and not row["not_ranked"] and row["direction"] not in (None, UNSAID)
    ]
    if not known:
        return "No measure has enough years of data for a trend."
    better, worse = (known.count(f"getting {way}") for way in ("better", "worse"))
    return (
        f"Over five years {better or 'none'} of {len(known)} measures {have(better or 1)} improved and "
        f"{worse or 'none'} {have(worse or 1)} worsened."
    )


def _problem(weakest: Row | None, metrics: Mapping[str, Metric], among: str) -> str:
    """The measure in which it ranks worst: a problem where that is in the worst quarter."""
    if weakest is None:
        return "No ranked measure is in the worse half of councils."
    what = "biggest problem" if weakest["quarter"] == len(comparisons.QUARTERS) else "weakest measure"
    return f"Its {what} is {' '.join(filter(None, (_placed(weakest, metrics), among)))}."


def among_neighbours(weakest: Row | None, metrics: Mapping[str, Metric]) -> str:
    """Where a council ranks worst among its statistical neighbours; empty where it is in the better half of them.

    `weakest` is the first of `group.extremes`' worst, with the ranks of that group.
    """
    return f"Among its statistical neighbours it ranks worst on {_placed(weakest, metrics)}." if weakest else ""


def _placed(row: Row, metrics: Mapping[str, Metric]) -> str:
    """A measure, its figure and its rank: "sickness absence: 4.9%, 11th of 11"."""
    metric = metrics[row["metric_id"]]
    rank = comparisons.rank(row).partition(" (")[0].replace(comparisons.among(row), str(row["ranked"]))
    return f"{metric.short_title[0].lower()}{metric.short_title[1:]}: {formats.brief(row['value'], metric)}, {rank}"


def profile_sentence(name: str, rows: Sequence[Row], metrics: Mapping[str, Metric]) -> str:
    """The quarters of a council in all ranked measures, from `queries.profile`; no score."""
    name = formats.place(name)
    if rows and rows[0]["very_small"]:
        return f"{name} {TOO_SMALL}"
    ranked = [row for row in rows if metrics[row["metric_id"]].ranked]
    with_quarter = [row for row in ranked if row["quarter_low"] is not None]
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
    unknown = sum(formats.too_many_unknown(row) for row in ranked)
    small = sum(row["not_ranked"] is not None for row in ranked) - unknown
    missing = sum(row["rank_low"] is None and row["not_ranked"] is None for row in ranked)
    too_few = f" {small} more {'is' if small == 1 else 'are'} based on too few to be ranked." if small else ""
    too_few += f" {unknown} more {'is' if unknown == 1 else 'are'} not ranked: too much is unknown." if unknown else ""
    hidden = len(ranked) - len(with_quarter) - small - unknown - missing
    open_ = f" On {hidden} more too many figures are hidden to tell the quarter." if hidden else ""
    no_figure = f" {missing} more {'has' if missing == 1 else 'have'} no figure." if missing else ""
    return f"{sentence}{no_figure}{too_few}{open_}"


def _compare_with_benchmark(row: Row, metric: Metric, benchmark: Benchmark) -> str:
    if metric.counted or row["gap_low"] is None:
        return comparisons.benchmark_value(row, benchmark, metric)
    mark, standard = comparisons.mark(row, benchmark, metric), benchmark.standard()
    # Said to both sides: to those that meet a mark by chance too.
    chance = f" {comparisons.chance(row, metric)}".rstrip()
    if row["gap"] == 0 and not (metric.ranked and benchmark.to_meet):
        return f"{'It' if metric.ranked else 'That'} is the same as {standard} {mark}."
    if row["gap_low"] <= 0 < row["gap_high"] and row["gap"] is None:
        # At its best it meets it, at its worst it does not.
        why = ": too much is unknown" if row["benchmark"] is not None and metric.unknown else ""
        if row["benchmark"] is None:
            why = f": that is {comparisons.benchmark_quantity(row, metric)}"
            mark = ""
        return f"It may or may not meet {standard}{f' {mark}' if mark else ''}{why}."
    if metric.neutral or row["gap_low"] > 0:
        real = comparisons.shortfall(row, metric)
        said = f"That is {comparisons.gap(row, metric)} {standard} {mark}"
        if real and words(f"{said}: {real}.") > LONGEST:
            return f"{said}. It comes to {real}.{chance}"
        return f"{said}{f': {real}' if real else ''}.{chance}"
    return f"It {'meets' if benchmark.to_meet else 'is better than'} {standard} {mark}.{chance}"


def _grade_sentence(name: str, row: Row, metric: Metric) -> str:
    strand = metric.title.removeprefix("Ofsted judgement: ")
    if row["value"] is None:
        why = formats.why(row, metric)
        return f"{name} has no judgement of {strand} {formats.period(metric, row['period_end'])}: {why}."
    grade = formats.quantity(row["value"], metric)
    return f"{name}'s latest judgement of {strand} {formats.period(metric, row['period_end'])} was {grade}."


def _first(names: Sequence[str]) -> list[str]:
    return [*names[:FEW], f"{len(names) - FEW} more"] if len(names) > FEW + 1 else list(names)
