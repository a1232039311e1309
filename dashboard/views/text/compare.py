"""Sentences about councils side by side: in one measure, over several, and in two measures at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.compare import DID_NOT_EXIST, ENDS
from dashboard.analysis.extremes import find_extreme
from dashboard.data.model import GRADES, Metric, Row
from dashboard.views.text import comparisons, formats
from dashboard.views.text.council import TOO_SMALL
from dashboard.views.text.grammar import LONGEST, are, have, plural, words
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
    if len(names) < 2 * ENDS:
        shown = "every council with a figure that can be ranked" if metric.ranked else "every council with a figure"
    elif metric.ranked:
        shown = "the councils with the five best and five worst published figures"
    else:
        shown = "the five councils with the lowest figures and the five with the highest"
    return f"Showing {shown}. Choose a council to see its statistical neighbours instead, or change the list."


def moved(rows: Sequence[Row], metric: Metric) -> str:
    """How many of the compared got better or worse in a year; empty where no change is known."""
    known = _returns(rows)
    changes = [row["change"] for row in known if row["change"] is not None]
    if not changes or metric.graded:
        return ""
    ways = [formats.direction(change, metric) for change in changes]
    done = (
        {"better": "improved", "worse": "worsened", "no change": "did not change"}
        if metric.ranked
        else {"higher": "rose", "lower": "fell", "no change": "did not change"}
    )
    said = [f"{ways.count(way)} {verb}" for way, verb in done.items() if way in ways]
    if len(said) == 1 and len(ways) == len(known) > 2:
        return f"All {said[0]} since the year before."
    without = len(known) - len(changes)
    others = f" {without} {have(without)} no figure a year before to compare with." if without else ""
    return f"Since the year before {formats.listed(said)}.{others}"


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
    first, last, count, ranked = [], [], 0, 0
    by_metric: dict[str, list[Row]] = {}
    for row in rows:
        by_metric.setdefault(row["metric_id"], []).append(row)
    for metric_id, found in by_metric.items():
        metric = metrics[metric_id]
        known = _returns(found)
        own = next((row for row in found if row["area_id"] == chosen and row["value"] is not None), None)
        small = own is not None and own["not_ranked"] is not None and not own["very_small"]
        ranked += metric.ranked
        if not metric.ranked or own is None or len(known) < 2 or small or not own["enough"]:
            continue
        best, worst = (_at_end(found, lowest=lowest) for lowest in (metric.lower_is_better, not metric.lower_is_better))
        if not best or not worst:
            # What is hidden or unknown may be better than the best, or worse than the last.
            continue
        count += 1
        if best[0]["value"] == worst[0]["value"]:
            continue
        if own["return_id"] in {row["return_id"] for row in best}:
            first.append(metric.short_title.lower())
        elif own["return_id"] in {row["return_id"] for row in worst}:
            last.append(metric.short_title.lower())
    if not count:
        return ""
    row = next(row for row in rows if row["area_id"] == chosen)
    name = formats.place(row["name"])
    if row["very_small"]:
        return f"{name} {TOO_SMALL}"
    of = f"the {plural(count, 'ranked measure')}{'' if count == ranked else ' that can be compared'}"
    if not first and not last:
        return f"{name} is neither first nor last among these councils on any of {of}."
    said = (_on(f"Of {of}, {name} is first among these councils on", first), _on("It is last on", last))
    return " ".join(said)


def _on(said: str, found: Sequence[str]) -> str:
    """How many measures, and which: the table below has the names where they are too many for a sentence."""
    named = f"{said} {len(found)} ({formats.listed(found)})."
    return named if found and words(named) <= LONGEST else f"{said} {len(found) or 'none'}."


def two_measures(rows: Sequence[Row], upright: Metric, across: Metric) -> str:
    """How many councils of `compare.pairs` have both figures, and how many are in the best quarter of both."""
    dots = list({row["return_id"]: row for row in rows if row["x"] is not None and row["y"] is not None}.values())
    if not dots:
        return "No council has a figure in both measures."
    without = len({row["return_id"] for row in rows}) - len(dots)
    joint = any("+" in row["return_id"] for row in dots)
    count = f"{plural(len(dots), 'council')} {have(len(dots))} both figures"
    count += f"; {without} {'does' if without == 1 else 'do'} not." if without else "."
    count += " Councils that report jointly count once." if joint else ""
    best = [row for row in dots if row["y_quarter"] == 1]
    across_best = sum(row["x_quarter"] == 1 for row in dots)
    if not (upright.ranked and across.ranked and best and across_best):
        return count
    both = sum(row["x_quarter"] == 1 for row in best)
    chance = formats.number(len(best) * across_best / len(dots), 0)
    who = f"All {len(best)}" if both == len(best) > 1 else f"{both or 'None'} of the {len(best)}"
    too = f"in the best quarter by {across.noun} too."
    said = f"{who} councils in the best quarter by {upright.noun} {are(both)} {too}"
    if words(said) > LONGEST:
        said = f"{plural(len(best), 'council')} {are(len(best))} in the best quarter by {upright.noun}. "
        said += f"{both or 'None'} of them {are(both)} {too}"
    return f"{said} Chance would give about {chance}. {count}"


NO_CAUSE = "Correlation does not show cause."


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
    # What is unknown of some may leave open who is best.
    certain = bool(_at_end(known, lowest=metric.lower_is_better))
    compared = _compared(rows, known)
    if len(known) == 1:
        said = f"Of the {len(rows)} compared only {_names(best)} has a figure for the {metric.noun} {when}"
        first = _own(own, metric) if own is not None and own["value"] is None else ""
        return f"{first} {said}: {formats.quantity(known[0]['value'], metric)}.".lstrip()
    if own is None:
        low, high = ("lowest", "highest") if metric.lower_is_better else ("highest", "lowest")
        of = f"Of these {len(known)} councils" if compared.endswith(" compared") else f"Of the {compared}"
        value = formats.quantity(known[0]["value"], metric)
        if known[0]["value"] == known[-1]["value"]:
            return f"{of}, all have the same {metric.noun} {when}: {value}."
        if not certain or not _at_end(known, lowest=not metric.lower_is_better):
            ends = " to ".join(formats.quantity(row["value"], metric) for row in (known[0], known[-1]))
            return f"{of}, published figures {when} run from {ends}: {formats.open_by(metric)} leave open who is {low}."
        last = _alike(rows, known[-1])
        who, others = (_names(found).removesuffix(" councils") for found in (best, last))
        end = f"the {high} ({formats.quantity(known[-1]['value'], metric)})"
        # Of a measure with a long name, which is the heading above, it is the "figure".
        for noun in (metric.noun, "figure"):
            first = f"{of}, {who} {have(len(best))} the {low} {noun} {when} ({value})"
            if words(f"{first} and {others} {end}") <= LONGEST:
                return f"{first} and {others} {end}."
        return f"{first}. {others} {have(len(last))} {end}."
    of_all = f"The best of the {compared} {_at(best, metric)}." if certain else ""
    if own["value"] is None:
        return f"{_own(own, metric)} {of_all}".strip()
    if own["rank_here_low"] is None:
        return f"{_own(own, metric)} It is not ranked: {own['not_ranked']}. {of_all}".strip()
    said = f"{_called(own)} is {_ordinal(own)} of the {compared}: its {metric.noun} was "
    level = [row for row in _alike(rows, own) if row["return_id"] != own["return_id"]]
    said += f"{formats.quantity(own['value'], metric)} {when}{f', as in {_names(level)}' if level else ''}."
    if not certain:
        return said
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
        return comparisons.benchmark_value(known[0] if known else None, benchmark, metric)
    met = sum(row["gap_high"] <= 0 for row in held)
    who = _called(held[0]) if len(held) == 1 else f"{met or 'None'} of the {len(held)}"
    one = met < 2
    verb = ("meets" if one else "meet") if benchmark.to_meet else f"{'does' if one else 'do'} at least as well as"
    if len(held) == 1 and not met:
        verb = "does not meet" if benchmark.to_meet else "does not do as well as"
    standard = benchmark.standard("its own" if one else "their own")
    # The sentence stands alone where the page has no room for it at the top.
    mark = "" if _own_benchmarks(held, benchmark) else f" {comparisons.mark(held[0], benchmark, metric)}"
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
    if _at_end(known, lowest=True) and _at_end(known, lowest=False):
        lowest, highest = f"{lowest} ({_names(low)})", f"{highest} ({_names(high)})"
    said = f"{opening} runs from {lowest} to {highest}."
    if words(said) > LONGEST:
        # The measure's name is the heading above.
        said = said.replace(f" the {metric.noun} ", " the figure ", 1)
    if low[0]["value"] == high[0]["value"]:
        said = f"{opening} is the same everywhere: {formats.quantity(low[0]['value'], metric)}."
    held = [row for row in known if row["gap_low"] is not None]
    if not held:
        return f"{said} {comparisons.benchmark_value(known[0] if known else None, benchmark, metric)}"
    over, under = sum(row["gap_low"] > 0 for row in held), sum(row["gap_high"] < 0 for row in held)
    if _own_benchmarks(held, benchmark):
        than = benchmark.group_of("their own")
    else:
        than = f"{benchmark.group} {comparisons.mark(held[0], benchmark, metric)}"
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


def _at_end(rows: Sequence[Row], *, lowest: bool) -> list[Row]:
    """Who of the compared is certain to have the lowest figure, or the highest, the very small too; else nobody."""
    found = find_extreme([{**row, "sets_cut": True, "enough": None} for row in rows], lowest=lowest)
    return found.rows if found is not None and found.certain else []


def _alike(rows: Sequence[Row], one: Row) -> list[Row]:
    """The rows with the value of one of them."""
    return [row for row in rows if row["value"] == one["value"]]
