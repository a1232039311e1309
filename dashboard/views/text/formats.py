"""Values, periods, places and reasons in words: what sentences, tables and hovers are made of.

Text from the database is plain: pages escape it before it meets markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Literal

from dashboard.data.model import GRADES, SCALES, Metric, Row
from dashboard.data.names import MINUS as MINUS
from dashboard.data.names import format_date
from dashboard.data.names import listed as listed
from dashboard.data.names import number as number
from dashboard.data.names import reason as reason

MOST_DECIMALS = 4
# In words: what a measure, a place and a figure are called in a sentence of 25 words.
LONG_NAME = 14
ColourScheme = Literal["value", "quarter", "gap", "verdict", "change", "trend"]

# Of a better, a middle and a worse class (of a neutral measure a lower and a higher one): what puts a council there.
SIDES: dict[ColourScheme, tuple[tuple[str, str, str], tuple[str, str, str]]] = {
    "verdict": (("better", "similar", "worse"), ("lower", "similar", "higher")),
    "change": (("better", "no change", "worse"), ("lower", "no change", "higher")),
    "trend": (("getting better", "no clear trend", "getting worse"), ("falling", "no clear trend", "rising")),
}
# A calculated figure with more significant digits than this has no end of its own: 7.75 has, 22.6134019 has not.
ENDS_WITHIN = 6


def quantity(value: float, metric: Metric, decimals: int | None = None) -> str:
    """A value with its unit, as in "14.9%", "15.2 cases per social worker" or "Good"; `decimals` as for `brief`."""
    if metric.graded:
        return GRADES[round(value) - 1]
    return _with_unit(_number(value, metric, decimals), metric)


def brief(value: float | None, metric: Metric, decimals: int | None = None) -> str:
    """A value for a table whose heading holds the unit; percentages keep their sign. Empty for none.

    `decimals` are the most that are shown, where there are more than the metric's own (rule `rounding`).
    """
    if value is None:
        return ""
    if metric.graded:
        return GRADES[round(value) - 1]
    return _with_sign(_number(value, metric, decimals), metric)


def level(value: float | None, metric: Metric) -> str:
    """A benchmark as `brief` shows values, with the decimals it has: a cut between 7.7% and 7.8% is 7.75%."""
    return "" if value is None else brief(value, metric, own_decimals(value, metric.decimals))


def level_quantity(value: float, metric: Metric) -> str:
    """The same with its unit."""
    return quantity(value, metric, own_decimals(value, metric.decimals))


@lru_cache(4096)
def own_decimals(value: float, least: int) -> int:
    """The decimals of a number that ends, `least` of one that does not."""
    sign_digits_exponent = Decimal(f"{value:.9g}").normalize().as_tuple()
    ends = len(sign_digits_exponent.digits) <= ENDS_WITHIN
    return max(least, -int(sign_digits_exponent.exponent)) if ends else least


def decimals_of(first: float, second: float, least: int) -> int:
    """The fewest decimals with which two figures add up as printed: first - second is their printed difference.

    `second`, a benchmark, keeps its own. Two figures that differ are never printed alike.
    """
    return _adding_up(first, (second,), own_decimals(second, least))


@lru_cache(4096)
def _adding_up(first: float, others: tuple[float, ...], start: int) -> int:
    """The fewest decimals from `start` on with which a figure and each of the others add up as printed."""
    one = Decimal(f"{first:.9g}")
    for decimals in range(start, start + 9):
        to = Decimal(1).scaleb(-decimals)
        for other in (Decimal(f"{value:.9g}") for value in others):
            shown, against, apart = (value.quantize(to, ROUND_HALF_UP) for value in (one, other, one - other))
            if shown - against != apart or bool(apart) != (one != other):
                break
        else:
            break
    return decimals


def exact(row: Row) -> Any:
    """A figure as it is compared: by its counts where a printed percentage stands beside ranges, else as printed."""
    low = row.get("value_low")
    return row["value"] if row["value"] is None or low is None or low != row["value_high"] else low


def is_range(row: Row) -> bool:
    """Whether a figure may be anything between two ends."""
    return row.get("value_low") is not None and bool(row["value_low"] < row["value_high"])


def decimals(row: Row, metric: Metric) -> int:
    """With how many decimals value, benchmark and gap of a row of `comparison.compare` are shown, or their ends."""
    value = exact(row)
    if row["benchmark"] is None:
        low, high = row.get("benchmark_low"), row.get("benchmark_high")
        if value is None or low is None or high is None or is_range(row):
            return metric.decimals
        start = _apart(low, high, metric.decimals + 1)
        # Of who meets it, or may, no gap is given that would have to add up.
        gap = metric.neutral or (row.get("gap_low") or 0.0) > 0
        return _adding_up(value, (low, high), start) if gap else start
    if value is None:
        return own_decimals(row["benchmark"], metric.decimals)
    return decimals_of(value, row["benchmark"], metric.decimals)


def decimals_moved(row: Row, metric: Metric) -> int:
    """The same of value, value_before and change of a row of `direction.movers`."""
    return decimals_of(row["value"], row["value_before"], metric.decimals)


def differences(low: float, high: float, metric: Metric, decimals: int) -> str:
    """Two distances without signs, as in "6.5 and 7.0 percentage points"; never alike, and no false zero."""
    decimals = _apart(low, high, decimals)
    least, most = number(low, decimals), number(high, decimals)
    if metric.unit == "%":
        return f"{least} and {most} percentage points"
    return f"{_with_sign(least, metric)} and {_with_unit(most, metric)}"


def difference(value: float, metric: Metric, decimals: int | None = None) -> str:
    """A distance without a sign, as in "7.3 percentage points", "2.0 cases per social worker" or "4.6 per 10,000"."""
    shown = _number(abs(value), metric, decimals)
    if value and not shown.strip("0.,"):
        # What rounds to nothing is not nothing.
        shown = f"less than {Decimal(1).scaleb(-metric.decimals)}"
    if metric.unit == "%":
        return f"{shown} percentage point{'' if shown in ('1', '1.0') else 's'}"
    return _with_unit(shown, metric)


def between(low: float, high: float, metric: Metric, *, finer: int = 0) -> str:
    """A range after "between": "0.4% and 2.2%"; with more decimals where it began at a false zero, or its ends met."""
    return from_to(low, high, metric, " and ", finer)


def figure(row: Row, metric: Metric) -> str:
    """A value, or the range in which it lies ("0.4% to 2.2%"); empty where nothing is known of it."""
    if row["value"] is not None or row.get("value_low") is None:
        return brief(row["value"], metric)
    return from_to(row["value_low"], row["value_high"], metric, " to ")


def unknown(row: Row, metric: Metric) -> str:
    """Of how many nothing is known: "66% unknown", "a hidden number unknown"; empty where of all something is."""
    if metric.unknown is None or row["value"] is None or not is_range(row):
        return ""
    if row["unknown"] is None:
        return "a hidden number unknown"
    share = number(row["unknown"] / row["denominator"] * 100, 0)
    return f"{'under 1' if share == '0' else share}% unknown"


def span(row: Row, metric: Metric) -> str:
    """What a bar from the lowest to the highest that a figure can be stands for."""
    ends = from_to(row["value_low"], row["value_high"], metric, " to ")
    return ends if row["value"] is None else f"{unknown(row, metric)}: {ends}"


def unknown_in_full(row: Row, metric: Metric) -> str:
    """The same in a sentence, with the range it leaves; empty where of all something is known."""
    said = unknown(row, metric)
    if not said:
        return ""
    true = f"the true figure is between {between(row['value_low'], row['value_high'], metric)}"
    if row["unknown"] is None:
        return f"How many are unknown is hidden: {true}."
    count, of = number(row["unknown"], 0), number(row["denominator"], 0)
    return f"{count} of {of} ({said.removesuffix(' unknown')}) are unknown: {true}."


def too_many_unknown(row: Row) -> bool:
    """Whether a figure is not ranked because of too many nothing is known."""
    return row["not_ranked"] is not None and "unknown" in row["not_ranked"]


def open_by(metric: Metric) -> str:
    """What leaves a rank or a verdict open: hidden figures, or unknown records."""
    return "the unknown" if metric.unknown else "hidden figures"


def why(row: Row, metric: Metric) -> str:
    """Why there is no value: "not available (x)", or what its range is where it is a small count that is hidden."""
    if row.get("value_low") is None:
        return reason(row["status"], row["symbol"], metric)
    return f"{hidden(row, metric)}: {figure(row, metric)}"


def hidden(row: Row, metric: Metric) -> str:
    """That a figure is hidden because its count is small: "hidden because it is small (a count of 1 to 5)"."""
    scale = SCALES.get(metric.unit, 1.0)
    counts = [number(row[end] / scale * row["denominator"], 0) for end in ("value_low", "value_high")]
    return f"hidden because it is small (a count of {' to '.join(counts)})"


def signed(value: float, metric: Metric, decimals: int | None = None) -> str:
    """A change or gap with its sign, as in "+0.3" or "−5.1"."""
    shown = _number(value, metric, decimals)
    return f"+{shown}" if value > 0 and shown.strip("0.,") else shown


def in_words(grade: str) -> str:
    """A grade as sentences have it: "Requires improvement"."""
    return grade.removesuffix(" to be good")


def opening(name: str, figure: str, metric: Metric, when: str) -> str:
    """A figure of a place as a sentence begins: "In Leeds the average caseload was 14.6 ... at 30 September 2025".

    Of a measure with a long name it is "Reading, writing and maths at 11, ...: 31% in Leeds in the academic year ...".
    """
    if len(f"{metric.noun} {name} {figure}".split()) > LONG_NAME:
        return f"{metric.title}: {figure} in {name}, {when.removeprefix('in the ').removeprefix('at ')}"
    return f"In {name} the {metric.noun} was {figure} {when}"


def period(metric: Metric, end: date) -> str:
    """A period in words: "at 30 September 2025", "in the year to 31 March 2025", "at 20 August 2026"."""
    if metric.dated:
        return f"at {format_date(end)}"
    if metric.period_kind in ("academic year", "financial year"):
        return f"in the {metric.period_kind} {end.year - 1}/{end.year % 100:02d}"
    before = "in the " if metric.period_kind.startswith("year") else ""
    return f"{before}{metric.period_kind} {end.year}"


def period_label(metric: Metric, end: date) -> str:
    """A period for a heading: "30 September 2025", "year to 31 March 2025"."""
    return period(metric, end).removeprefix("at ").removeprefix("in the ")


def next_edition(following: str | None, due: str | None, today: date) -> str:
    """The edition that follows, or when it is due: "due October 2026", after that month "…, not loaded"."""
    if following or due is None:
        return following or ""
    return f"due {date.fromisoformat(f'{due}-01'):%B %Y}{', not loaded' if f'{today:%Y-%m}' > due else ''}"


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


def possessive(name: str) -> str:
    """ "Leeds'", "York's"."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def direction(change: float, metric: Metric) -> str:
    """What a change means: "better", "worse", "no change", or of a neutral measure "higher" or "lower"."""
    if not number(change, metric.decimals).strip("0.,"):
        return "no change"
    if not metric.ranked:
        return "higher" if change > 0 else "lower"
    return "better" if (change < 0) == metric.lower_is_better else "worse"


def changed(change: float, metric: Metric) -> str:
    """A change since the period before: "an improvement of 5.1 percentage points in a year"."""
    word = direction(change, metric)
    if word == "no change":
        return "no change in a year"
    apart = difference(change, metric)
    if metric.ranked:
        return f"{'an improvement' if word == 'better' else 'a worsening'} of {apart} in a year"
    return f"{'up' if change > 0 else 'down'} {apart} in a year"


def counted(count: str, words: str) -> str:
    """What is counted, the singular for one: "1 post to fill", "1 fewer child on long plans"."""
    if count != "1":
        return words
    heads = {"posts": "post", "workers": "worker", "leavers": "leaver", "plans": "plan", "referrals": "referral",
             "children": "child", "conferences": "conference"}  # fmt: skip
    # What is counted is the first of them; others only say more of it.
    return re.sub("|".join(heads), lambda found: heads[found.group()], words, count=1)


def _number(value: float, metric: Metric, decimals: int | None) -> str:
    """With the metric's decimals, and where there are more to show, up to `decimals` without zeros at the end."""
    if decimals is None or decimals <= metric.decimals:
        return number(value, metric.decimals)
    shown = number(value, decimals)
    zeros = len(shown) - len(shown.rstrip("0"))
    kept = len(shown) - min(zeros, decimals - metric.decimals)
    return shown[:kept].removesuffix(".")


def _with_sign(shown: str, metric: Metric) -> str:
    if metric.unit == "%":
        return f"{shown}%"
    return f"£{shown}" if metric.unit.startswith("£") else shown


def _with_unit(shown: str, metric: Metric) -> str:
    if metric.unit == "%":
        return f"{shown}%"
    if metric.unit.startswith("£ "):
        return f"£{shown} {metric.unit.removeprefix('£ ')}"
    if metric.unit == "score":
        return shown  # what it is called says what it is
    one = shown == "1" and metric.unit in ("months", "visits")
    return f"{shown} {metric.unit.removesuffix('s') if one else metric.unit}"


def from_to(low: float, high: float, metric: Metric, parted: str, finer: int = 0) -> str:
    decimals = _apart(low, high, metric.decimals + finer)
    return parted.join(_with_sign(number(end, decimals), metric) for end in (low, high))


def _apart(low: float, high: float, decimals: int) -> int:
    """So many decimals, or more where a range would begin at a false zero, or its ends meet."""
    while decimals < MOST_DECIMALS and (
        (low and not number(low, decimals).strip("0.,"))
        or (low != high and number(low, decimals) == number(high, decimals))
    ):
        decimals += 1
    return decimals
