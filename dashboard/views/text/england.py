"""Sentences about all councils together in one measure and period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.comparison import England
from dashboard.data.model import GRADES, Metric, Row
from dashboard.views.text import formats

# More names than this are counted, not listed.
FEW = 4


def england_sentence(
    rows: Sequence[Row], england: Row | None, metric: Metric, benchmark: Benchmark, total: England
) -> str:
    """What stands out about all councils in one measure and period; `rows` are best first, missing last."""
    if metric.graded:
        return _grades_sentence(rows, metric)
    when = formats.period(metric, rows[0]["period_end"])
    if england is None or england["value"] is None:
        opening = f"There is no published figure for England of the {metric.noun} {when}."
    else:
        opening = f"In England the {metric.noun} was {formats.quantity(england['value'], metric)} {when}"
        opening += f", {formats.changed(england['change'], metric)}." if england["change"] is not None else "."
        said = (opening, formats.no_change(england), formats.unknown_in_full(england, metric))
        opening = " ".join(filter(None, said))
    known = [row for row in rows if row["value"] is not None]
    if not known:
        return f"{opening} No council has a figure: {formats.listed(_missing(rows, metric))}."
    if metric.ranked:
        return f"{opening} {_total(rows, metric, benchmark, total)}"
    return f"{opening}{_range(rows, metric)}{_above(rows, metric, benchmark, total)}{_left_out(total, metric)}"


def _range(known_or_hidden: Sequence[Row], metric: Metric) -> str:
    """From the lowest to the highest council, the very small left out; empty where only they have a figure."""
    setting = [row for row in known_or_hidden if row["value"] is not None and row["sets_cut"]]
    if not setting:
        return ""
    low, high = (_who_has(setting, end, metric) for end in (setting[0], setting[-1]))
    who = "Councils whose figure is printed" if may_be_beyond(known_or_hidden, setting) else "Councils"
    return f" {who} range from {low} to {high}."


def may_be_beyond(rows: Sequence[Row], setting: Sequence[Row]) -> bool:
    """Whether a figure that is hidden in a range may be lower than all that are printed, or higher."""
    values = [row["value"] for row in setting]
    hidden = [row for row in rows if row["value"] is None and row["value_low"] is not None and row["sets_cut"]]
    return any(row["value_low"] < min(values) or row["value_high"] > max(values) for row in hidden)


def _who_has(rows: Sequence[Row], end: Row, metric: Metric) -> str:
    """The lowest or highest figure and who has it: a name only where it is alone."""
    alike = {row["return_id"] for row in rows if row["value"] == end["value"]}
    who = formats.place(end["name"]) if len(alike) == 1 else f"{len(alike)} councils"
    return f"{formats.quantity(end['value'], metric)} ({who})"


def _above(rows: Sequence[Row], metric: Metric, benchmark: Benchmark, total: England) -> str:
    """How many are over the benchmark of a neutral measure; empty where there is none for all."""
    shared = benchmark.shared(rows)
    if metric.counted or not total.compared or shared is None:
        return ""
    level = formats.benchmark_value(shared, benchmark, metric)
    return f" {level} {total.short} of {total.compared} councils {'is' if total.short == 1 else 'are'} above it."


def _total(rows: Sequence[Row], metric: Metric, benchmark: Benchmark, total: England) -> str:
    shared = benchmark.shared(rows)
    if not total.compared:
        # A group that is not picked or a target that is not typed has no value; nor has what too many hide.
        held = shared if shared is not None and shared["benchmark_low"] is None else None
        return formats.benchmark_value(held, benchmark, metric, "any council's")
    if shared is None:
        level = f"Held against {benchmark.group_of()}, "
    else:
        level = f"{formats.benchmark_value(shared, benchmark, metric)} "
    if total.unsure:
        score = f"{total.meet} of {total.compared} councils reach it, {total.short} fall short, and for {total.unsure} "
        score += f"{formats.open_by(metric)} leave it open"
    elif not total.short:
        score = f"all {total.compared} councils reach it" if total.compared > 1 else "the one council reaches it"
    elif not total.meet:
        score = f"none of {total.compared} councils reaches it"
    else:
        score = f"{total.meet} of {total.compared} councils reach it and {total.short} fall short"
    if shared is not None and shared["benchmark"] is not None and total.short and not total.unsure:
        # Where it is no quarter, the level says already how many reach it.
        said = not formats.is_quarter(shared["reached"], shared["council_count"])
        score = f"{total.short} fall short" if said else score
    if shared is not None:
        score = score[0].upper() + score[1:]
    return f"{level}{score}{_if_all_met(total, metric)}.{_furthest(rows, metric)}{_left_out(total, metric)}"


def _furthest(rows: Sequence[Row], metric: Metric) -> str:
    """Who is furthest from the benchmark, the very small left out; empty where nobody else falls short."""
    below = [row for row in rows if row["value"] is not None and row["gap_low"] is not None and row["gap_low"] > 0]
    if not below:
        return ""
    most = max(row["gap_low"] for row in below)
    worst = [row for row in below if row["gap_low"] == most]
    if any(row["value"] is None and row["gap_high"] is not None and row["gap_high"] > most for row in rows):
        # A hidden figure may be further behind.
        return ""
    names = [formats.place(row["name"]) for row in worst]
    named = [*names[:FEW], f"{len(names) - FEW} more"] if len(names) > FEW + 1 else names
    # Where each council has its own benchmark, two may be as far from it at different values.
    at = formats.listed(list(dict.fromkeys(formats.quantity(row["value"], metric) for row in worst)))
    if len(worst) == 1 and len({row["benchmark"] for row in below}) > 1:
        at += f" against its own {formats.benchmark_beside(worst[0], metric)}"
    return f" Furthest behind {'is' if len(names) == 1 else 'are'} {formats.listed(named)}, at {at}."


def _if_all_met(total: England, metric: Metric) -> str:
    """What there would be fewer or more of; empty where no counts are published, or it comes to less than one."""
    low, high = total.shortfall_low, total.shortfall_high
    if low is None or high is None or metric.shortfall is None or formats.number(high, 0) == "0":
        return ""
    # One council has posts to fill; England would have fewer of them empty.
    least, count = formats.number(low, 0), formats.number(high, 0)
    gained = f"{count} {formats.counted(count, metric.shortfall.replace('posts to fill', 'fewer vacant posts'))}"
    gained = gained if least == count else f"between {least} and {gained}"
    left_out = f"not counting {total.uncounted} that publish{'es' if total.uncounted == 1 else ''} no counts"
    said = [f"if they all met it there would be {gained}", formats.held(metric), left_out if total.uncounted else ""]
    return f"; {', '.join(filter(None, said))}"


def _left_out(total: England, metric: Metric) -> str:
    """Who is not compared, and why."""
    said = [
        f"{_councils(count)} {what}"
        for count, what in (
            (total.without, "no figure"),
            (total.alone, "nothing to be compared with"),
            (
                total.small,
                f"a figure based on too few{', or too much of it unknown,' * bool(metric.unknown)} to be compared",
            ),
        )
        if count
    ]
    return f" {formats.listed(said)}." if said else ""


def _councils(count: int) -> str:
    return f"{count} council{' has' if count == 1 else 's have'}"


def _grades_sentence(rows: Sequence[Row], metric: Metric) -> str:
    strand = metric.title.removeprefix("Ofsted judgement: ")
    counts = {grade: sum(row["value"] == value for row in rows) for value, grade in enumerate(GRADES, start=1)}
    said = [f"{grade} in {count}" for grade, count in counts.items() if count]
    when = formats.period(metric, rows[0]["period_end"])
    when = f"{when[0].upper()}{when[1:]}"
    if said:
        said[0] += f" of {len(rows)} councils"
        sentence = f"{when} the latest judgement of {strand} was {formats.listed(said)}."
    else:
        sentence = f"{when} none of {len(rows)} councils had a judgement of {strand}."
    others = _missing(rows, metric)
    return sentence + (f" In the others: {formats.listed(others)}." if others else "")


def _missing(rows: Sequence[Row], metric: Metric) -> list[str]:
    """How many have no figure for each reason, as in "3 not available (x)"."""
    why = Counter(formats.why(row, metric) for row in rows if row["value"] is None)
    return [f"{count} {reason}" for reason, count in why.items()]
