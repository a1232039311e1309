"""Sentences about commitments: who meets them, how far it is, and the sum of the last five periods, said as a sum."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.analysis.comparison import England
from dashboard.analysis.progress import PERIODS, Assessment, Commitment, Held, Outcome
from dashboard.data.model import Metric, Row
from dashboard.data.names import UNSAID, format_date
from dashboard.views.text import comparisons, formats
from dashboard.views.text.grammar import are

NOTHING = "No commitments have been recorded yet. This page will track promises against published figures."
ARITHMETIC = (
    f"This is arithmetic and not a forecast: it goes on as the last {PERIODS} periods did on average, whatever is done "
    "meanwhile."
)
ON_COURSE = f"“On course” is a sum of the last {PERIODS} periods; of councils it means all of them."
OUTCOMES: dict[Outcome, str] = {
    "met": "meets it",
    "on course": "on course",
    "not on course": "not on course",
    UNSAID: "no trend",
    "was met": "was met",
    "was not met": "was not met",
}

# What is said of so many commitments after "England".
SAID: dict[Outcome, str] = {
    "met": "meets {}",
    "was met": "met {} in time",
    "on course": "is on course for {}",
    "not on course": "is not on course for {}",
    "was not met": "missed {}",
    UNSAID: "has too few figures for {}",
}


def opening(found: Sequence[Held], *, registered: int = 0, silent: int = 0) -> str:
    """How many commitments England meets or is on course for.

    `registered` more are counted from the register, and of `silent` more there is no figure from before their day.
    """
    total = len(found) + registered + silent
    if not total:
        return NOTHING
    first = f"{total} commitment{' is' if total == 1 else 's are'} recorded here"
    outcomes = [one.england.outcome for one in found if one.england is not None]
    said = [words.format(outcomes.count(one)) for one, words in SAID.items() if one in outcomes]
    if said:
        first += f"; by the published figures England {formats.listed(said)}"
    if alone := len(found) - len(outcomes):
        first += f"; {alone} {are(alone)} of councils alone"
    every = sum(one.councils.outcome in ("met", "was met") for one in found)
    more = [f"Every council meets {every}." if every else "None is met by every council."] if found else []
    more += [f"{registered} {are(registered)} counted from the leadership register."] if registered else []
    more += [f"Of {silent} there is no figure from before its day."] if silent else []
    return " ".join([f"{first}.", *more])


def level(one: Commitment) -> str:
    """What is to be reached: "12% or lower", "Good or better", "50% of directors"."""
    if one.metric is None:
        return f"{one.target:.9g}% of directors"
    if one.metric.graded:
        grade = formats.quantity(one.target, one.metric)
        return grade if one.target == 1 else f"{grade} or better"
    return f"{amount(one.target, one.metric)} or {'lower' if one.metric.lower_is_better else 'higher'}"


def amount(value: float, metric: Metric) -> str:
    """A target with all the decimals it was written with."""
    typed = f"{value:.9g}"
    shown = formats.number(value, len(typed.partition(".")[2]))
    return formats.quantity(value, metric).replace(formats.number(value, metric.decimals), shown)


def detail(one: Held) -> str:
    """One commitment: England, and how many councils meet it."""
    commitment, metric = one.commitment, one.commitment.metric
    assert metric is not None
    when = formats.period(metric, one.end)
    said = f"The {metric.noun} is to be {level(commitment)} by {format_date(commitment.by_when)}. "
    councils = f"{one.met} of {one.had} councils met it"
    if one.england is not None and one.england.value is not None:
        england = f"In England it was {formats.quantity(one.england.value, metric)} {when}"
        said += f"{england}, {distance(one.england.value, one)}; {councils}"
    else:
        said += f"{councils} {when}"
    lacking = one.had - one.met
    said += f", and {lacking} did not." if lacking else ", which is all of them."
    if one.passed:
        said += " The day has passed: these are the last figures from before it."
    return said


def distance(value: float, one: Held) -> str:
    """How far a figure is from the target: "2.2 percentage points short of it", or "which meets it"."""
    metric, target = one.commitment.metric, one.commitment.target
    assert metric is not None
    # Cleaned of binary noise (rule `rounding`).
    gap = round(value - target if metric.lower_is_better else target - value, 9)
    decimals = formats.decimals_of(value, target, metric.decimals)
    return "which meets it" if gap <= 0 else f"{formats.difference(gap, metric, decimals)} short of it"


def gained(total: England | None, metric: Metric) -> str:
    """What it comes to in real units if every council met it; empty where no counts are published."""
    if total is None or not total.shortfall or metric.shortfall is None:
        return ""
    count = formats.number(total.shortfall, 0)
    left = f" ({total.uncounted} without counts are not in it)" if total.uncounted else ""
    gained = f"{count} {formats.counted(count, metric.shortfall)}"
    return f"For all of them to meet it: {gained}, {comparisons.held(metric)}{left}."


def assessment(what: str, found: Assessment, one: Held, metric: Metric | None) -> str:
    """The sum of one figure, said as a sum; `metric` is None of the share of councils."""
    by = format_date(one.commitment.by_when)
    if found.outcome in ("met", "was met", "was not met"):
        return f"{what}: {OUTCOMES[found.outcome]}." if metric else f"Every council: {OUTCOMES[found.outcome]}."
    if found.sum is None:
        return f"{what}: not known whether it is on course: {found.why}."
    it = found.sum
    first, last, total = (_shown(value, metric) for value in (it.first[1], it.last[1], it.comes_to))
    decimals = 2 if metric is None else metric.decimals + 1
    rate = formats.number(abs(it.per_year), decimals)
    unit = "percentage points" if metric is None or metric.unit == "%" else metric.unit
    way = "down" if it.per_year < 0 else "up"
    # What cannot be is not said: a share stops at nothing and at all.
    stops = ", where it stops," if it.comes_to != it.unbounded else ""
    added = f"{formats.MINUS if it.per_year < 0 else '+'} {formats.number(it.years, 1)} years × {rate}"
    return (
        f"{what}: from {first} in {it.first[0]:%Y} to {last} in {it.last[0]:%Y} is {rate} {unit} {way} a year. "
        f"{_bare(last, metric)} {added} comes to {total}{stops} by {by}: "
        f"{'' if metric else 'for all councils '}{OUTCOMES[found.outcome]}."
    )


def unclear(direction: str | None) -> str:
    """That the five periods point no way, so that the sum says little; empty where they do."""
    if direction != "no clear trend":
        return ""
    return "England's five periods show no clear trend, so that the sum says little."


def own(row: Row, one: Held) -> str:
    """One council against a commitment, from its row of `progress.councils`."""
    metric = one.commitment.metric
    assert metric is not None
    name, when = formats.place(row["name"]), formats.period(metric, row["period_end"])
    if row["value"] is None:
        return f"{name} has no {metric.noun} {when}: {formats.why(row, metric)}."
    if metric.graded:
        return f"{name} is {formats.quantity(row['value'], metric)}: {'meets it' if row['gap'] <= 0 else 'does not'}."
    return f"In {name} it was {formats.quantity(row['value'], metric)} {when}, {distance(row['value'], one)}."


def label(outcome: Outcome, value: float | None) -> str:
    """An outcome as a cell says it."""
    return "no data" if value is None and outcome == UNSAID else OUTCOMES[outcome]


def _shown(value: float, metric: Metric | None) -> str:
    return f"{formats.number(value, 1)}%" if metric is None else formats.quantity(value, metric)


def _bare(shown: str, metric: Metric | None) -> str:
    """A quantity as a term of a sum: "14.2%", "15.2"."""
    return shown if metric is None or metric.unit == "%" else shown.removesuffix(f" {metric.unit}")
