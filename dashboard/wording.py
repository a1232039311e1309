"""Values, periods, standings, gaps and reasons in words; and the sentence that opens every view (rule 23).

A sentence is written from the same rows as the picture under it, and states no comparison they do not hold. Text from
the database is plain: pages escape it before it meets markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dashboard.benchmarks import Benchmark
from dashboard.comparison import England
from dashboard.database import Metric

Row = Mapping[str, Any]

NOT_GIVEN = "not given since April 2026"
REASONS = {
    "suppressed": "suppressed, to protect small numbers",
    "not_applicable": "not applicable",
    "not_available": "not available",
    "low_reliability": "withheld as unreliable",
    "low_nonzero": "more than zero, but rounds to zero",
    "not_given": NOT_GIVEN,
    "unspecified": "no figure, without a reason",
    "no_row": "not published",
}
QUARTERS = {1: "best quarter", 2: "second quarter", 3: "third quarter", 4: "worst quarter"}
# In a sentence more names than this are counted, not listed.
FEW = 4
MINUS = "\N{MINUS SIGN}"
GRADES = ("Outstanding", "Good", "Requires improvement to be good", "Inadequate")


def number(value: float, decimals: int) -> str:
    """A number to show: half away from zero, thousands parted, a true minus; never "-0".

    >>> number(14.25, 1), number(-0.04, 1), number(5965.4, 1)
    ('14.3', '0.0', '5,965.4')
    """
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{abs(rounded):,}" if rounded == 0 else f"{rounded:,}".replace("-", MINUS)


def quantity(value: float, metric: Metric) -> str:
    """A value with its unit, as in "14.9%", "15.2 cases per social worker" or "Good"."""
    if metric.graded:
        return GRADES[round(value) - 1]
    return _with_unit(number(value, metric.decimals), metric)


def brief(value: float | None, metric: Metric) -> str:
    """A value for a table whose heading holds the unit; percentages keep their sign. Empty for none."""
    if value is None:
        return ""
    if metric.graded:
        return GRADES[round(value) - 1]
    shown = number(value, metric.decimals)
    if metric.unit == "%":
        return f"{shown}%"
    return f"£{shown}" if metric.unit.startswith("£") else shown


def difference(value: float, metric: Metric) -> str:
    """A distance without a sign, as in "7.3 percentage points", "2.0 cases per social worker" or "4.6 per 10,000"."""
    shown = number(abs(value), metric.decimals)
    if value and not shown.strip("0.,"):
        # What rounds to nothing is not nothing.
        shown = f"less than {Decimal(1).scaleb(-metric.decimals)}"
    if metric.unit == "%":
        return f"{shown} percentage point{'' if shown in ('1', '1.0') else 's'}"
    return _with_unit(shown, metric)


def signed(value: float, metric: Metric) -> str:
    """A change or gap with its sign, as in "+0.3" or "−5.1"."""
    shown = number(value, metric.decimals)
    return f"+{shown}" if value > 0 and shown.strip("0.,") else shown


def period(metric: Metric, end: date) -> str:
    """A period in words: "at 30 September 2025", "in the year to 31 March 2025", "at 20 August 2026"."""
    if metric.graded:
        return f"at {end:%-d %B %Y}"
    if metric.period_kind in ("academic year", "financial year"):
        return f"in the {metric.period_kind} {end.year - 1}/{end.year % 100:02d}"
    before = "in the " if metric.period_kind.startswith("year") else ""
    return f"{before}{metric.period_kind} {end.year}"


def period_label(metric: Metric, end: date) -> str:
    """A period for a heading: "30 September 2025", "year to 31 March 2025"."""
    return period(metric, end).removeprefix("at ").removeprefix("in the ")


def reason(status: str, symbol: str | None, metric: Metric) -> str:
    """Why there is no value, as in "not available (x)"."""
    if metric.graded:
        if status == "no_row":
            return "not inspected by then"
        if status == "not_applicable":
            return "not judged on its own before January 2023" if metric.metric_id.endswith("leavers") else "not judged"
        return REASONS[status]
    return f"{REASONS[status]} ({symbol})" if symbol else REASONS[status]


def standing(row: Row) -> str:
    """Where a council stands: "joint 7th of 149 (2 share it)"; empty without a rank."""
    if row["rank"] is None:
        return ""
    shared = f" ({row['tied']} share it)" if row["tied"] > 1 else ""
    return f"{'joint ' if row['tied'] > 1 else ''}{ordinal(row['rank'])} of {row['ranked']}{shared}"


def ordinal(position: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 111th."""
    ending = "th" if position % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(position % 10, "th")
    return f"{position}{ending}"


def joint(partners: Sequence[str]) -> str:
    """ "joint return with Richmond upon Thames"; empty for a return of one."""
    return f"joint return with {listed(partners)}" if partners else ""


def place(name: str) -> str:
    """A council's name inside a sentence: "Bristol" for "Bristol, City of"."""
    return re.sub(r", (City|County) of$", "", name)


def listed(names: Sequence[str]) -> str:
    """ "Leeds, York and Bath"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def direction(change: float, metric: Metric) -> str:
    """What a change means: "better", "worse", "no change", or of a neutral measure "higher" or "lower"."""
    if not number(change, metric.decimals).strip("0.,"):
        return "no change"
    if not metric.ranked:
        return "higher" if change > 0 else "lower"
    return "better" if (change < 0) == metric.lower_is_better else "worse"


def changed(change: float, metric: Metric) -> str:
    """A change since the period before: "down 5.1 percentage points in a year, which is better"."""
    word = direction(change, metric)
    if word == "no change":
        return "no change in a year"
    moved = f"{'up' if change > 0 else 'down'} {difference(change, metric)} in a year"
    return f"{moved}, which is {word}" if metric.ranked else moved


def gap(row: Row, metric: Metric) -> str:
    """How far from the benchmark: "7.2 percentage points above", "meets it"; empty where there is none."""
    if row["gap"] is None:
        return ""
    above = row["value"] > row["benchmark"]
    if metric.ranked and row["gap"] <= 0:
        return "meets it"
    if row["gap"] == 0:
        return "the same"
    return f"{difference(row['gap'], metric)} {'above' if above else 'below'}"


def shortfall(row: Row, metric: Metric) -> str:
    """A gap in real units, as in "11 posts to fill"; empty where none can be said."""
    if row["shortfall"] is None or metric.shortfall is None:
        return ""
    count = number(row["shortfall"], 0)
    if count == "0":
        return f"less than one {_counted('1', metric.shortfall)}"
    return f"{count} {_counted(count, metric.shortfall)}"


def verdict(row: Row, metric: Metric) -> str:
    """The verdict beyond chance in words; empty without counts."""
    words = {
        "better": "better, beyond chance",
        "worse": "worse, beyond chance",
        "similar": "similar: chance could explain the difference",
        "lower": "lower, beyond chance",
        "higher": "higher, beyond chance",
    }
    return words.get(row["verdict"] or "", "")


def benchmark_value(value: float | None, base: int | None, benchmark: Benchmark, metric: Metric) -> str:
    """What a benchmark comes to, in one sentence; or why there is none."""
    if metric.graded:
        return "Grades are not held against a benchmark."
    if metric.counted:
        return "This is a count, which follows a council's size: councils are not compared by it."
    if metric.neutral and benchmark.best:
        return "Neither a high nor a low figure is better here, so there is no best to compare with."
    if value is None:
        return f"There is no figure for {benchmark.group} in this period."
    shown = quantity(value, metric)
    side = "below" if metric.lower_is_better else "above"
    if benchmark.id == "best_quarter":
        return f"A quarter of councils are at or {side} {shown}."
    if benchmark.id == "best_neighbours":
        return f"The best three of its ten statistical neighbours are at or {side} {shown}."
    if benchmark.id == "neighbours":
        return f"The median of its statistical neighbours is {shown} ({base} of 10 have a figure)."
    if benchmark.id == "outstanding_leaders":
        return f"The median of the {base} councils whose leaders Ofsted judged Outstanding is {shown}."
    return f"{benchmark.group[0].upper()}{benchmark.group[1:]} stands at {shown}."


def council_sentence(name: str, row: Row, metric: Metric, benchmark: Benchmark, partners: Sequence[str]) -> str:
    """What stands out about one council in one measure and period, from its row of `queries.councils`."""
    name, when = place(name), period(metric, row["period_end"])
    if metric.graded:
        return _grade_sentence(name, row, metric)
    if row["value"] is None:
        why = reason(row["status"], row["symbol"], metric)
        return f"{name} has no {metric.noun} {when}: {why}."
    note = f" ({joint(partners)})" if partners else ""
    opening = f"In {name} the {metric.noun} was {quantity(row['value'], metric)} {when}{note}"
    stands = standing(row)
    opening += f", {stands}." if stands else "."
    return f"{opening} {_against(row, metric, benchmark)}".strip()


def england_sentence(
    rows: Sequence[Row], england: Row | None, metric: Metric, benchmark: Benchmark, total: England
) -> str:
    """What stands out about all councils in one measure and period; `rows` are best first, missing last."""
    if metric.graded:
        return _grades_sentence(rows, metric)
    when = period(metric, rows[0]["period_end"])
    if england is None or england["value"] is None:
        opening = f"There is no published figure for England of the {metric.noun} {when}."
    else:
        opening = f"In England the {metric.noun} was {quantity(england['value'], metric)} {when}"
        opening += f", {changed(england['change'], metric)}." if england["change"] is not None else "."
    comparable = [row for row in rows if row["value"] is not None and row["sets_cut"]]
    if not comparable:
        return opening
    if not metric.ranked:
        low, high = comparable[0], comparable[-1]
        return (
            f"{opening} Councils range from {quantity(low['value'], metric)} ({place(low['name'])}) "
            f"to {quantity(high['value'], metric)} ({place(high['name'])})."
        )
    return f"{opening} {_total(comparable, metric, benchmark, total)}"


def _total(comparable: Sequence[Row], metric: Metric, benchmark: Benchmark, total: England) -> str:
    if not total.compared:
        return benchmark_value(None, None, benchmark, metric)
    if benchmark.own:
        own = benchmark.group.replace("its", "its own", 1)
        score = f"Held against {own}, {total.meet} of {total.compared} councils reach it and {total.short} fall short"
    else:
        level = benchmark_value(comparable[0]["benchmark"], comparable[0]["base"], benchmark, metric)
        score = f"{level} {total.meet} of {total.compared} councils reach it and {total.short} fall short"
    if total.shortfall is not None and metric.shortfall:
        count = number(total.shortfall, 0)
        # One council has posts to fill; England would have fewer of them empty.
        words = _counted(count, metric.shortfall.replace("posts to fill", "fewer vacant posts"))
        score += f"; if they all met it, there would be {count} {words}"
    worst = [place(row["name"]) for row in comparable if row["value"] == comparable[-1]["value"]]
    far = f"Furthest behind {'is' if len(worst) == 1 else 'are'} {listed(worst[:3])}"
    return f"{score}. {far}, at {quantity(comparable[-1]['value'], metric)}."


def _against(row: Row, metric: Metric, benchmark: Benchmark) -> str:
    if metric.counted or row["benchmark"] is None:
        return benchmark_value(row["benchmark"], row["base"], benchmark, metric)
    level = f"({brief(row['benchmark'], metric)})"
    group = f"{benchmark.group} {level}"
    if metric.neutral:
        if row["gap"] == 0:
            return f"That is the same as {group}."
        chance = " Chance could explain the difference." if row["verdict"] == "similar" else ""
        return f"That is {gap(row, metric)} {group}.{chance}"
    chance = " Chance could explain the difference." if row["verdict"] == "similar" else ""
    reached = f"what {benchmark.group} reach {level}" if benchmark.best else group
    if row["gap"] <= 0:
        if benchmark.best:
            return f"It meets {reached}."
        return f"It is the same as {group}." if row["gap"] == 0 else f"It is better than {group}.{chance}"
    real = shortfall(row, metric)
    return f"That is {gap(row, metric)} {reached}{f': {real}' if real else ''}.{chance}"


def _grade_sentence(name: str, row: Row, metric: Metric) -> str:
    strand = metric.title.removeprefix("Ofsted judgement: ")
    if row["value"] is None:
        why = reason(row["status"], row["symbol"], metric)
        return f"{name} has no judgement of {strand} {period(metric, row['period_end'])}: {why}."
    grade = quantity(row["value"], metric)
    return f"{name}'s latest judgement of {strand} {period(metric, row['period_end'])} was {grade}."


def _grades_sentence(rows: Sequence[Row], metric: Metric) -> str:
    strand = metric.title.removeprefix("Ofsted judgement: ")
    counts = {grade: sum(row["value"] == value for row in rows) for value, grade in enumerate(GRADES, start=1)}
    said = [f"{grade} in {count}" for grade, count in counts.items() if count]
    when = period(metric, rows[0]["period_end"])
    when = f"{when[0].upper()}{when[1:]}"
    if said:
        said[0] += f" of {len(rows)} councils"
        sentence = f"{when} the latest judgement of {strand} was {listed(said)}."
    else:
        sentence = f"{when} none of {len(rows)} councils had a judgement of {strand}."
    missing: dict[str, int] = {}
    for row in rows:
        if row["value"] is None:
            why = reason(row["status"], row["symbol"], metric)
            missing[why] = missing.get(why, 0) + 1
    others = [f"{count} {why}" for why, count in missing.items()]
    return sentence + (f" In the others: {listed(others)}." if others else "")


def _counted(count: str, words: str) -> str:
    """The singular for one: "1 post to fill", "1 fewer child on long plans"."""
    if count != "1":
        return words
    heads = {"posts": "post", "workers": "worker", "leavers": "leaver", "plans": "plan", "referrals": "referral",
             "children": "child", "conferences": "conference"}  # fmt: skip
    # What is counted is the first of them; others only say more of it.
    return re.sub("|".join(heads), lambda found: heads[found.group()], words, count=1)


def hover(row: Row, metric: Metric, names: Mapping[str, str]) -> str:
    """What a map says of one council below its name: value or reason, standing, gap, joint return."""
    if row["value"] is None:
        return reason(row["status"], row["symbol"], metric)
    partners = [names[other] for other in row["return_id"].split("+") if other != row["area_id"]]
    return "; ".join(
        filter(None, (quantity(row["value"], metric), standing(row), _gap_or_meets(row, metric), joint(partners)))
    )


def profile_sentence(name: str, rows: Sequence[Row], metrics: Mapping[str, Metric]) -> str:
    """Where a council stands over all ranked measures, from `queries.profile`; no score, only which quarter."""
    if rows and rows[0]["very_small"]:
        return f"{place(name)} is so small that its standing among councils says little: read its figures one by one."
    name = place(name)
    ranked = [row for row in rows if metrics[row["metric_id"]].ranked]
    placed = [row for row in ranked if row["quarter"] is not None]
    if not placed:
        return f"{name} has no published figure in any measure that ranks councils."
    best = [metrics[row["metric_id"]].short_title.lower() for row in placed if row["quarter"] == 1]
    worst = [metrics[row["metric_id"]].short_title.lower() for row in placed if row["quarter"] == 4]
    measures = f"{len(placed)} ranked measure{'' if len(placed) == 1 else 's'}"
    if not best and not worst:
        sentence = f"On its {measures} {name} is neither in the best nor in the worst quarter of councils."
    else:
        parts = [
            f"in the {side} quarter of councils on {len(found)} ({listed(_first(found))})"
            for side, found in (("best", best), ("worst", worst))
            if found
        ]
        sentence = f"Of its {measures}, {name} is {' and '.join(parts)}."
        if not worst:
            sentence = f"{sentence[:-1]} and in the worst on none."
        if not best:
            sentence = f"{sentence[:-1]} and in the best on none."
    missing = len(ranked) - len(placed)
    return sentence + (f" {missing} more {'has' if missing == 1 else 'have'} no figure." if missing else "")


def _with_unit(shown: str, metric: Metric) -> str:
    if metric.unit == "%":
        return f"{shown}%"
    if metric.unit.startswith("£ "):
        return f"£{shown} {metric.unit.removeprefix('£ ')}"
    return f"{shown} {metric.unit}"


def _first(names: Sequence[str]) -> list[str]:
    return [*names[:FEW], f"{len(names) - FEW} more"] if len(names) > FEW + 1 else list(names)


def _gap_or_meets(row: Row, metric: Metric) -> str:
    words = gap(row, metric)
    real = shortfall(row, metric)
    if words in ("", "the same"):
        return words and "the same as the benchmark"
    if words == "meets it":
        return "meets the benchmark"
    return f"{words} the benchmark" + (f" ({real})" if real else "")
