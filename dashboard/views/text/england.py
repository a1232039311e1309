"""Sentences about all councils together in one measure and period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.comparison import England
from dashboard.analysis.england import ENDS
from dashboard.analysis.extremes import Extreme, find_extreme, is_withheld
from dashboard.data.model import GRADES, Metric, Row
from dashboard.views.text import comparisons, formats
from dashboard.views.text.formats import in_words
from dashboard.views.text.grammar import LONGEST, are, together, words

NOBODY = "Nobody: hidden figures or unknown records leave it open."


def england_sentence(
    rows: Sequence[Row], england: Row | None, metric: Metric, benchmark: Benchmark, total: England
) -> str:
    """What stands out about all councils in one measure and period; `rows` are best first, missing last."""
    if metric.graded:
        return _grades_sentence(rows, metric)
    when = formats.period(metric, rows[0]["period_end"])
    parts = _england(england, metric, when)
    known = [row for row in rows if row["value"] is not None]
    if not known:
        parts.append(f"No council has a figure: {formats.listed(_missing(rows, metric))}.")
    elif metric.ranked:
        shared = benchmark.shared(rows)
        parts += [_furthest(rows, metric), _total(shared, metric, benchmark, total)]
    else:
        parts += [_range(rows, metric), _above(rows, metric, benchmark, total)]
    if england is not None:
        parts += [comparisons.no_change(england), formats.unknown_in_full(england, metric)]
    parts.append(_left_out(total, metric) if known else "")
    return " ".join(filter(None, (part.strip() for part in parts)))


def list_title(word: str, rows: Sequence[Row], named: int) -> str:
    """What heads a list of the ten councils that are `word` ("worst", "best"), `named` of which are certain to be."""
    known = sum(row["value"] is not None and row["not_ranked"] is None for row in rows)
    if named < min(ENDS, known):
        return f"Certain to be among the ten {word}"
    return f"Ten {word}{' published figures' if any(map(is_withheld, rows)) else ''}"


def _england(england: Row | None, metric: Metric, when: str) -> list[str]:
    """England's figure and its change."""
    if england is None or england["value"] is None:
        return [f"There is no published figure for England of the {metric.noun} {when}."]
    said = formats.opening("England", formats.quantity(england["value"], metric), metric, when)
    if england["change"] is None:
        return [f"{said}."]
    changed = formats.changed(england["change"], metric)
    what = "There" if changed.startswith("no ") else "That" if metric.ranked else "It"
    return [together(said, changed, f"{what} is {changed}.")]


def _range(rows: Sequence[Row], metric: Metric) -> str:
    """From the lowest to the highest council, the very small left out; empty where only they have a figure."""
    low, high = (find_extreme(rows, lowest=lowest) for lowest in (True, False))
    if low is None or high is None:
        return ""
    who = "Councils" if low.certain and high.certain else "Councils whose figure is printed"
    return f"{who} range from {_who_has(low, metric)} to {_who_has(high, metric)}."


def _who_has(end: Extreme, metric: Metric) -> str:
    """The lowest or highest figure and who has it: a name only where it is alone."""
    alike = {row["return_id"] for row in end.rows}
    who = formats.place(end.rows[0]["name"]) if len(alike) == 1 else f"{len(alike)} councils"
    return f"{formats.quantity(end.rows[0]['value'], metric)} ({who})"


def _above(rows: Sequence[Row], metric: Metric, benchmark: Benchmark, total: England) -> str:
    """How many are over the benchmark of a neutral measure; empty where there is none for all."""
    shared = benchmark.shared(rows)
    if metric.counted or not total.compared or shared is None:
        return ""
    level = comparisons.benchmark_value(shared, benchmark, metric)
    return f"{level} {total.short} of {total.compared} councils {'is' if total.short == 1 else 'are'} above it."


def _total(shared: Mapping[str, Any] | None, metric: Metric, benchmark: Benchmark, total: England) -> str:
    """How many councils meet the benchmark, and what there would be if all did."""
    if not total.compared:
        # A group that is not picked or a target that is not typed has no value; nor has what too many hide.
        held = shared if shared is not None and shared["benchmark_low"] is None else None
        return comparisons.benchmark_value(held, benchmark, metric, "any council's")
    side = "lower" if metric.lower_is_better else "higher"
    mark = ""
    if shared is not None and shared["benchmark"] is not None:
        mark = f" ({formats.level(shared['benchmark'], metric)} or {side})"
    elif shared is not None:
        mark = f" ({comparisons.benchmark_quantity(shared, metric)})"
    of = f"{total.compared} councils"
    who = f"{total.meet} of {of}" if total.meet and total.short else f"All {of}" if total.meet else f"None of {of}"
    who = "The one council" if total.meet == total.compared == 1 else who
    verb = "meet" if benchmark.to_meet else "do at least as well as"
    if (total.meet or total.compared) == 1:
        verb = "meets" if benchmark.to_meet else "does at least as well as"
    said = f"{who} {verb} {benchmark.standard('their own')}{mark}"
    if total.unsure:
        open_ = f"{total.short} do not, and for {total.unsure} {formats.open_by(metric)} leave it open."
        return f"{said}. {open_}"
    gained = _if_all_met(total, metric)
    joined = f"{said}: {gained}."
    if not gained or words(joined) <= LONGEST:
        return joined if gained else f"{said}."
    return f"{said}. {gained[0].upper()}{gained[1:]}."


def _furthest(rows: Sequence[Row], metric: Metric) -> str:
    """Who is furthest from the benchmark, the very small left out; empty where nobody is certain to be."""
    below = [row for row in rows if row["gap_low"] is not None and row["gap_low"] > 0]
    if len({(row["benchmark_low"], row["benchmark_high"]) for row in below}) > 1:
        return _furthest_from_own(rows, below, metric)
    found = find_extreme(rows, lowest=not metric.lower_is_better) if below else None
    if found is None or any(row["gap_low"] is None or row["gap_low"] <= 0 for row in found.rows):
        return ""
    at = formats.brief(found.rows[0]["value"], metric)
    return comparisons.extreme(found, "highest" if metric.lower_is_better else "lowest", at)


def _furthest_from_own(rows: Sequence[Row], below: Sequence[Row], metric: Metric) -> str:
    """The same where each council has its own benchmark: the furthest may not be the highest."""
    most = max(row["gap_low"] for row in below)
    worst = [row for row in below if row["gap_low"] == most]
    others = (row for row in rows if row not in worst)
    if any(is_withheld(row) or (row["gap_high"] or 0) > most for row in others) or worst[0]["value"] is None:
        # What is hidden or unknown may be worse.
        return ""
    # Two may be as far from their own at different values.
    at = formats.listed(list(dict.fromkeys(formats.brief(row["value"], metric) for row in worst)))
    beside = f" against {comparisons.benchmark_beside(worst[0], metric)}" if len(worst) == 1 else ""
    who = comparisons.named([formats.place(row["name"]) for row in worst])
    return f"{who} {are(len(worst))} furthest from the benchmark, at {at}{beside}."


def _if_all_met(total: England, metric: Metric) -> str:
    """What there would be fewer or more of; empty where no counts are published, or it comes to less than one."""
    low, high = total.shortfall_low, total.shortfall_high
    if low is None or high is None or metric.shortfall is None or formats.number(high, 0) == "0":
        return ""
    # One council has posts to fill; England would have fewer of them empty.
    least, count = formats.number(low, 0), formats.number(high, 0)
    gained = f"{count} {formats.counted(count, metric.shortfall.replace('posts to fill', 'fewer vacant posts'))}"
    gained = gained if least == count else f"between {least} and {gained}"
    left_out = f", leaving out {total.uncounted} without published counts" if total.uncounted else ""
    return f"if all did, there would be {gained}{left_out}"


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
    return " ".join(f"{one}." for one in said)


def _councils(count: int) -> str:
    return f"{count} council{' has' if count == 1 else 's have'}"


def _grades_sentence(rows: Sequence[Row], metric: Metric) -> str:
    strand = metric.title.removeprefix("Ofsted judgement: ")
    counts = {grade: sum(row["value"] == value for row in rows) for value, grade in enumerate(GRADES, start=1)}
    said = [f"{in_words(grade)} in {count}" for grade, count in counts.items() if count]
    when = formats.period(metric, rows[0]["period_end"]).removeprefix("at ")
    if said:
        said[0] += f" of {len(rows)} councils"
        sentence = f"Ofsted's latest judgement of {strand} is {formats.listed(said)}. It covers reports to {when}."
    else:
        sentence = f"None of {len(rows)} councils had a judgement of {strand} by {when}."
    others = _missing(rows, metric)
    return sentence + (f" In the others: {formats.listed(others)}." if others else "")


def _missing(rows: Sequence[Row], metric: Metric) -> list[str]:
    """How many have no figure for each reason, as in "3 not available (x)"."""
    why = Counter(formats.why(row, metric) for row in rows if row["value"] is None)
    return [f"{count} {reason}" for reason, count in why.items()]
