"""Sentences about councils side by side: in one measure, over several, and in two measures at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.compare import DID_NOT_EXIST
from dashboard.data.model import GRADES, Metric, Row
from dashboard.views.text import formats
from dashboard.views.text.grammar import plural
from dashboard.views.text.inspections import region as in_words

# More names than this are counted, not listed.
FEW = 3


def why(row: Row, metric: Metric) -> str:
    """Why a compared council has no value, as in "not available (x)" or "did not exist then"."""
    if row["status"] == DID_NOT_EXIST:
        return "did not exist then"
    return formats.why(row, metric)


def opening(rows: Sequence[Row], metric: Metric, benchmark: Benchmark, chosen: str | None) -> str:
    """What stands out among the rows of `compare.side_by_side`; `chosen` is the number of the marked council."""
    known = _returns(rows)
    own = next((row for row in rows if row["area_id"] == chosen), None)
    if len(rows) == 1:
        return f"{_own(rows[0], metric)} Add councils to set beside {formats.place(rows[0]['name'])}."
    if not known:
        when = formats.period(metric, rows[0]["period_end"])
        reasons = formats.listed(list(dict.fromkeys(why(row, metric) for row in rows)))
        what = f"judgement of {_strand(metric)}" if metric.graded else f"figure for the {metric.noun}"
        return f"None of the {len(rows)} compared has a {what} {when}: {reasons}."
    if not metric.ranked:
        said = _grades(rows, metric) if metric.graded else _range(rows, known, metric, benchmark, own)
        return f"{_own(own, metric)} {said}" if own else said
    return f"{_ranks(rows, known, metric, own)} {_reached(known, metric, benchmark)}".strip()


def who(names: Sequence[str], metric: Metric, chosen: str | None, *, as_it_began: bool) -> str:
    """Who is compared and why they: said plainly beside the list. `names` are all, the chosen council first."""
    if not names:
        return (
            "Choose a council above to begin with its statistical neighbours, or type the names of up to ten councils."
        )
    if chosen:
        name, others = formats.place(chosen), len(names) - 1
        if as_it_began:
            return (
                f"{name} and its {others} nearest statistical neighbours, the nearest first. "
                f"{name} is always first, and is the dark diamond."
            )
        return f"{name} is always first, and is the dark diamond; the others are your own choice."
    if not as_it_began:
        return "Your own choice. Choose a council above to mark it."
    if metric.ranked:
        ends = "the five best councils in this measure and the five worst"
    else:
        ends = "the five councils with the lowest figures and the five with the highest"
    return (
        f"No council is chosen yet. These are {ends}. Choose a council above to see its statistical neighbours, or "
        "change the list."
    )


def moved(rows: Sequence[Row], metric: Metric) -> str:
    """How many of the compared got better or worse since the period before; empty where no change is known."""
    changes = [row["change"] for row in _returns(rows) if row["change"] is not None]
    if not changes or metric.graded:
        return ""
    words = [formats.direction(change, metric) for change in changes]
    done = (
        {"better": "got better", "worse": "got worse", "no change": "did not change"}
        if metric.ranked
        else {"higher": "rose", "lower": "fell", "no change": "did not change"}
    )
    said = [f"{words.count(word)} {verb}" for word, verb in done.items() if word in words]
    return f"Of the {len(changes)} with a figure in the period before too, {formats.listed(said)}."


def of_region(region: str, count: int, metric: Metric) -> str:
    """What the picture of a whole region shows."""
    order = "best first" if metric.ranked else "the lowest first"
    return f"The {plural(count, 'council')} of {in_words(region)}, {order}."


def key_of_lines(chosen: str, *, england: bool) -> str:
    """What the lines over time are; `chosen` is the name of the marked council."""
    said = ["Over time each picture is one council, in green before the others in grey"]
    said += [f"{formats.place(chosen)} is black"] if chosen else []
    said += ["England is dashed"] if england else []
    return f"{'; '.join(said)}."


def broken(breaks: Sequence[tuple[int, str]]) -> list[str]:
    """Why lines are broken, one sentence a year of `compare.breaks`."""
    return [f"The lines break before {year}: {reason}" for year, reason in breaks]


def measures(rows: Sequence[Row], metrics: Mapping[str, Metric], chosen: str | None) -> str:
    """On which measures of `compare.by_measure` the chosen council is the best of those compared, and the last."""
    first, last, count = [], [], 0
    by_metric: dict[str, list[Row]] = {}
    for row in rows:
        by_metric.setdefault(row["metric_id"], []).append(row)
    for metric_id, found in by_metric.items():
        metric = metrics[metric_id]
        known = _returns(found)
        own = next((row for row in found if row["area_id"] == chosen and row["value"] is not None), None)
        small = own is not None and own["not_ranked"] is not None and not own["very_small"]
        if not metric.ranked or own is None or len(known) < 2 or small or not own["enough"]:
            continue
        count += 1
        values = sorted((row["value"] for row in known), reverse=not metric.lower_is_better)
        if values[0] == values[-1]:
            continue
        hidden = any(row["value_low"] is not None for row in found)
        if hidden:
            # A hidden figure may be better than the best that is printed, or worse than the last.
            continue
        if own["value"] == values[0]:
            first.append(metric.short_title.lower())
        elif own["value"] == values[-1]:
            last.append(metric.short_title.lower())
    if not count:
        return ""
    row = next(row for row in rows if row["area_id"] == chosen)
    name = formats.place(row["name"])
    if row["very_small"]:
        return f"{name} is so small that it is not ranked among others: read its figures one by one."
    on = f"On the {plural(count, 'measure')} here that can be ranked, {name} is"
    if not first and not last:
        return f"{on} never the best of those compared, and never the last."
    best, worst = (f"{len(found)} ({formats.listed(found)})" if found else "none" for found in (first, last))
    return f"{on} the best of those compared in {best}, and the last in {worst}."


def two_measures(rows: Sequence[Row], upright: Metric, across: Metric) -> str:
    """How many councils of `compare.pairs` have both figures, and how many are in the best quarter of both."""
    dots = list({row["return_id"]: row for row in rows if row["x"] is not None and row["y"] is not None}.values())
    if not dots:
        return "No council has a figure in both measures."
    without = len({row["return_id"] for row in rows}) - len(dots)
    joint = any("+" in row["return_id"] for row in dots)
    first = f"{len(dots)} councils have both figures{' (those that report jointly count once)' if joint else ''}"
    first += f"; {without} {'has' if without == 1 else 'have'} not." if without else "."
    if not (upright.ranked and across.ranked):
        return first
    best = [row for row in dots if row["y_quarter"] == 1]
    both = sum(row["x_quarter"] == 1 for row in best)
    chance = len(best) * sum(row["x_quarter"] == 1 for row in dots) / len(dots)
    return (
        f"{first} Of the {len(best)} in the best quarter by {upright.noun}, {both} {'is' if both == 1 else 'are'} in "
        f"the best quarter by {across.noun} too; by chance alone it would be about {formats.number(chance, 0)}."
    )


NO_CAUSE = "Correlation does not show cause."
BECAUSE = (
    "Where two measures go together, a third thing may move both, or chance may; and what holds among councils need "
    "not hold within one."
)


def _own(row: Row, metric: Metric) -> str:
    name, when = _called(row), formats.period(metric, row["period_end"])
    if row["status"] == DID_NOT_EXIST:
        return f"{name} did not exist {when}."
    if row["value"] is None:
        what = f"judgement of {_strand(metric)}" if metric.graded else metric.noun
        return f"{name} has no {what} {when}: {why(row, metric)}."
    if metric.graded:
        return f"{name}'s latest judgement of {_strand(metric)} {when} was {formats.quantity(row['value'], metric)}."
    return f"In {name} the {metric.noun} was {formats.quantity(row['value'], metric)} {when}."


def _called(row: Row) -> str:
    """A council's name inside a sentence, with a warning where one child or post moves its figure by much."""
    return f"{formats.place(row['name'])}{' (very small)' if row['very_small'] else ''}"


def _strand(metric: Metric) -> str:
    return metric.title.removeprefix("Ofsted judgement: ")


def _ranks(rows: Sequence[Row], known: Sequence[Row], metric: Metric, own: Row | None) -> str:
    """Place, value, period, and the best among the compared."""
    when = formats.period(metric, rows[0]["period_end"])
    # Of a joint return both names are said, where both are compared.
    best = _alike(rows, known[0])
    compared = _compared(rows, known)
    if len(known) == 1:
        said = f"Of the {len(rows)} compared only {_names(best)} has a figure for the {metric.noun} {when}"
        first = _own(own, metric) if own is not None and own["value"] is None else ""
        return f"{first} {said}: {formats.quantity(known[0]['value'], metric)}.".lstrip()
    if own is None:
        value = formats.quantity(known[0]["value"], metric)
        said = f"Of the {compared} the best {metric.noun} {when} is {value} ({_names(best)})"
        if known[0]["value"] == known[-1]["value"]:
            return f"{said}."
        last = f"{formats.quantity(known[-1]['value'], metric)} ({_names(_alike(rows, known[-1]))})"
        return f"{said}; the worst is {last}."
    if own["value"] is None:
        return f"{_own(own, metric)} The best of the {compared} {_at(best, metric)}."
    if own["rank_here_low"] is None:
        said = f"{_own(own, metric)} It is not ranked: {own['not_ranked']}."
        return f"{said} The best of the {compared} {_at(best, metric)}."
    said = f"{_called(own)} is {_ordinal(own)} of the {compared}: its {metric.noun} was "
    level = [row for row in _alike(rows, own) if row["return_id"] != own["return_id"]]
    said += f"{formats.quantity(own['value'], metric)} {when}{f', as in {_names(level)}' if level else ''}."
    if own["value"] != known[0]["value"]:
        return f"{said} The best {_at(best, metric)}."
    after = [row for row in known if row["value"] != known[0]["value"]]
    return f"{said} Next {_at(_alike(rows, after[0]), metric)}." if after else said


def _ordinal(row: Row) -> str:
    low, high = row["rank_here_low"], row["rank_here_high"]
    if low < high:
        return f"between {formats.ordinal(low)} and {formats.ordinal(high)}, with what is hidden,"
    shared = row["tied_here"] > 1
    if row["rank_here"] == 1:
        return "joint best" if shared else "the best"
    return f"joint {formats.ordinal(row['rank_here'])}" if shared else formats.ordinal(row["rank_here"])


def _compared(rows: Sequence[Row], known: Sequence[Row]) -> str:
    """ "10 compared"; "8 that have a figure"; "9 compared (Kingston and Richmond report jointly and count once)"."""
    joint = [row for row in rows if "+" in row["return_id"] and row["value"] is not None]
    twice = [row for row in joint if sum(one["return_id"] == row["return_id"] for one in joint) > 1]
    if all(row["value"] is not None for row in rows):
        said = f"{len(known)} compared"
    else:
        said = f"{len(known)} that {'has' if len(known) == 1 else 'have'} a figure"
    if twice:
        said += f" ({formats.listed([formats.place(row['name']) for row in twice])} report jointly and count once)"
    return said


def _at(rows: Sequence[Row], metric: Metric) -> str:
    """ "is York at 1.0%"; "are 4 councils at 0.0%"."""
    return f"{'is' if len(rows) == 1 else 'are'} {_names(rows)} at {formats.quantity(rows[0]['value'], metric)}"


def _names(rows: Sequence[Row]) -> str:
    return formats.listed([_called(row) for row in rows]) if len(rows) <= FEW else f"{len(rows)} councils"


def _reached(known: Sequence[Row], metric: Metric, benchmark: Benchmark) -> str:
    """How many of those with a figure reach the benchmark."""
    held = [row for row in known if row["gap_low"] is not None]
    if not held:
        return formats.benchmark_value(known[0] if known else None, benchmark, metric)
    met = sum(row["gap_high"] <= 0 for row in held)
    who = _called(held[0]) if len(held) == 1 else f"{met or 'None'} of the {len(held)}"
    one = met < 2
    verb = ("meets" if one else "meet") if benchmark.to_meet else f"{'does' if one else 'do'} at least as well as"
    if len(held) == 1 and not met:
        verb = "does not meet" if benchmark.to_meet else "does not do as well as"
    standard = benchmark.standard("its own" if one else "their own")
    # The sentence stands alone where the page has no room for it at the top.
    mark = "" if _own_benchmarks(held, benchmark) else f" {formats.mark(held[0], benchmark, metric)}"
    return f"{who} {verb} {standard}{mark}."


def _range(rows: Sequence[Row], known: Sequence[Row], metric: Metric, benchmark: Benchmark, own: Row | None) -> str:
    """From the lowest to the highest, which is no order of merit; and how many are above and below the benchmark."""
    low, high = _alike(rows, known[0]), _alike(rows, known[-1])
    opening = f"Among the {_compared(rows, known)} it" if own else (
        f"Among the {_compared(rows, known)} the {metric.noun} {formats.period(metric, rows[0]['period_end'])}"
    )  # fmt: skip
    # The unit is said once.
    lowest = formats.brief(low[0]["value"], metric)
    highest = (formats.brief if own and own["value"] is not None else formats.quantity)(high[0]["value"], metric)
    said = f"{opening} runs from {lowest} ({_names(low)}) to {highest} ({_names(high)})."
    if low[0]["value"] == high[0]["value"]:
        said = f"{opening} is the same everywhere: {formats.quantity(low[0]['value'], metric)}."
    held = [row for row in known if row["gap_low"] is not None]
    if not held:
        return f"{said} {formats.benchmark_value(known[0] if known else None, benchmark, metric)}"
    over, under = sum(row["gap_low"] > 0 for row in held), sum(row["gap_high"] < 0 for row in held)
    if _own_benchmarks(held, benchmark):
        than = benchmark.group_of("their own")
    else:
        than = f"{benchmark.group} {formats.mark(held[0], benchmark, metric)}"
    return f"{said} {over} {'is' if over == 1 else 'are'} higher and {under} lower than {than}."


def _grades(rows: Sequence[Row], metric: Metric) -> str:
    counts = {grade: sum(row["value"] == value for row in rows) for value, grade in enumerate(GRADES, start=1)}
    said = [f"{grade} in {count}" for grade, count in counts.items() if count]
    others = ""
    missing: dict[str, int] = {}
    for row in rows:
        if row["value"] is None:
            missing[why(row, metric)] = missing.get(why(row, metric), 0) + 1
    if missing:
        others = f" In the others: {formats.listed([f'{count} {reason}' for reason, count in missing.items()])}."
    when = formats.period(metric, rows[0]["period_end"])
    first = f"Of the {len(rows)} compared the latest judgement of {_strand(metric)} {when} was"
    return f"{first} {formats.listed(said)}.{others}"


def _own_benchmarks(held: Sequence[Row], benchmark: Benchmark) -> bool:
    """Whether they are compared with different values: its region each, or of a picked group the others."""
    return benchmark.own or len({(row["benchmark_low"], row["benchmark_high"]) for row in held}) > 1


def _returns(rows: Sequence[Row]) -> list[Row]:
    """The rows with a value, a joint return once, in their order."""
    return list({row["return_id"]: row for row in rows if row["value"] is not None}.values())


def _alike(rows: Sequence[Row], one: Row) -> list[Row]:
    """The rows with the value of one of them."""
    return [row for row in rows if row["value"] == one["value"]]
