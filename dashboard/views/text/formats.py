"""Values, periods, ranks, gaps, benchmarks and reasons in words: what sentences, tables and hovers are made of.

Text from the database is plain: pages escape it before it meets markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.comparison import SPREAD, conflict
from dashboard.data.model import GRADES, SCALES, Metric, Row
from dashboard.data.names import MINUS as MINUS
from dashboard.data.names import format_date
from dashboard.data.names import listed as listed
from dashboard.data.names import number as number
from dashboard.data.names import reason as reason
from dashboard.views.text.grammar import plural

# So far from 25 in 100 is still called a quarter.
NEAR_A_QUARTER = 0.05
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
VERDICTS = {
    "better": "significantly better",
    "worse": "significantly worse",
    "similar": "similar: not significant",
    "lower": "significantly lower",
    "higher": "significantly higher",
}
# Where hidden figures leave open which of two it is.
HALVES = {(1, 2): "better half", (3, 4): "worse half"}
# The same where limits allow for more than chance (rule `chance`).
SPREAD_VERDICTS = {
    "better": "better, beyond usual differences",
    "worse": "worse, beyond usual differences",
    "similar": "similar: within usual differences between councils",
    "lower": "lower, beyond usual differences",
    "higher": "higher, beyond usual differences",
}
INDICATIVE = "This is indicative: full-time equivalents are counted in full, not sampled."
QUARTERS = {1: "best quarter", 2: "second quarter", 3: "third quarter", 4: "worst quarter"}
# A calculated figure with more significant digits than this has no end of its own: 7.75 has, 22.6134019 has not.
ENDS_WITHIN = 6
# Of a row of `queries.trend`, what is printed with the publisher's decimals; the others are benchmarks made here.
PUBLISHED = ("value", "england", "region")


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


@lru_cache(4096)
def decimals_of(first: float, second: float, least: int) -> int:
    """The fewest decimals with which two figures add up as printed: first - second is their printed difference.

    `second`, a benchmark, keeps its own. Two figures that differ are never printed alike.
    """
    one, other = (Decimal(f"{value:.9g}") for value in (first, second))
    start = own_decimals(second, least)
    for decimals in range(start, start + 9):
        to = Decimal(1).scaleb(-decimals)
        shown, against, apart = (value.quantize(to, ROUND_HALF_UP) for value in (one, other, one - other))
        if shown - against == apart and bool(apart) == (one != other):
            break
    return decimals


def decimals(row: Row, metric: Metric) -> int:
    """With how many decimals value, benchmark and gap of a row of `comparison.compare` are shown."""
    if row["benchmark"] is None:
        return metric.decimals
    if row["value"] is None:
        return own_decimals(row["benchmark"], metric.decimals)
    return decimals_of(row["value"], row["benchmark"], metric.decimals)


def decimals_moved(row: Row, metric: Metric) -> int:
    """The same of value, value_before and change of a row of `direction.movers`."""
    return decimals_of(row["value"], row["value_before"], metric.decimals)


def compared(row: Row, metric: Metric) -> str:
    """The value of a row with its unit, beside its benchmark and gap."""
    return quantity(row["value"], metric, decimals(row, metric))


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
    return _range(low, high, metric, " and ", finer)


def figure(row: Row, metric: Metric) -> str:
    """A value, or the range in which it lies ("0.4% to 2.2%"); empty where nothing is known of it."""
    if row["value"] is not None or row.get("value_low") is None:
        return brief(row["value"], metric)
    return _range(row["value_low"], row["value_high"], metric, " to ")


def unknown(row: Row, metric: Metric) -> str:
    """Of how many nothing is known: "66% unknown", "a hidden number unknown"; empty where of all something is."""
    if metric.unknown is None or row["value"] is None or row.get("value_high") is None:
        return ""
    if row["unknown"] is None:
        return "a hidden number unknown"
    share = number(row["unknown"] / row["denominator"] * 100, 0)
    return f"{'under 1' if share == '0' else share}% unknown"


def span(row: Row, metric: Metric) -> str:
    """What a bar from the lowest to the highest that a figure can be stands for."""
    ends = _range(row["value_low"], row["value_high"], metric, " to ")
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


def rank(row: Row) -> str:
    """The rank of a council: "joint 7th of 149 (2 share it)", "130th or 131st of 151"; empty without a rank."""
    low, high = row.get("rank_low", row["rank"]), row.get("rank_high", row["rank"])
    if low is None:
        return ""
    of = among(row)
    if low < high:
        ends = ordinal(low), ordinal(high)
        return f"{' or '.join(ends) if high - low == 1 else 'between ' + ' and '.join(ends)} of {of}"
    shared = f" ({row['tied']} share it)" if row["tied"] > 1 else ""
    return f"{'joint ' if row['tied'] > 1 else ''}{ordinal(low)} of {of}{shared}"


def among(row: Row) -> str:
    """How many are ranked: "149"; where others are hidden and unknown "the 53 councils with a figure"."""
    ranked, figures = row["ranked"], row.get("figures")
    if row.get("hidden") and ranked == figures:
        return f"the {ranked} councils with a figure"
    if row.get("enough") is False:
        return f"the {ranked} ranked among the {figures} councils with a figure"
    return str(ranked)


def quarter(row: Row) -> str:
    """The quarter of all councils: "worst quarter", "second or third quarter"; empty where there is none."""
    low, high = row["quarter_low"], row["quarter_high"]
    if low is None:
        return ""
    if low == high:
        return QUARTERS[low]
    if (low, high) == (1, len(QUARTERS)):
        return "any quarter"
    if (low, high) in HALVES:
        return HALVES[low, high]
    first, last = (QUARTERS[one].removesuffix(" quarter") for one in (low, high))
    return f"{first} {'or' if high - low == 1 else 'to'} {last} quarter"


def in_quarter(row: Row) -> str:
    """The quarter inside a sentence: "in the worst quarter"; empty where there is none, or where it may be any."""
    words = quarter(row)
    return f"in the {words}" if words and (row["quarter_low"], row["quarter_high"]) != (1, len(QUARTERS)) else ""


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


def no_change(row: Row) -> str:
    """Why no change is given of a figure, on a break of its series; empty elsewhere."""
    return f"No change in a year is given. {row['series_break']}" if row["series_break"] else ""


def gap(row: Row, metric: Metric) -> str:
    """How far from the benchmark: "7.2 percentage points above", "meets it"; empty where there is none."""
    if row["gap"] is None:
        return _gap_between(row, metric)
    above = (row["gap"] > 0) == (metric.lower_is_better or metric.neutral)
    if metric.ranked and row["gap"] <= 0:
        return "meets it"
    if row["gap"] == 0:
        return "the same"
    return f"{difference(row['gap'], metric, decimals(row, metric))} {'above' if above else 'below'}"


def shortfall(row: Row, metric: Metric) -> str:
    """A gap in real units, as in "11 posts to fill"; empty where there is none."""
    low, high = row.get("shortfall_low", row["shortfall"]), row.get("shortfall_high", row["shortfall"])
    if low is None or metric.shortfall is None:
        return ""
    least, count = number(low, 0), number(high, 0)
    if least != count:
        return f"{least} to {count} {counted(count, metric.shortfall)}"
    if count == "0":
        return f"less than one {counted('1', metric.shortfall)}"
    return f"{count} {counted(count, metric.shortfall)}"


def shortfall_held(row: Row, metric: Metric) -> str:
    """The same with what is held fixed: "11 posts to fill, if the number of posts does not change" (rule `gaps`)."""
    real = shortfall(row, metric)
    return ", ".join(filter(None, (real, held(metric)))) if real else ""


def held(metric: Metric) -> str:
    """What is held fixed while a gap is closed: "if the number of posts does not change"; empty without real units."""
    if metric.shortfall is None or metric.shortfall_holding is None:
        return ""
    return f"if {metric.shortfall_holding} does not change"


def verdict(row: Row) -> str:
    """Whether a difference is significant, in words; empty without counts."""
    return (SPREAD_VERDICTS if row.get("interval_allows_for") == SPREAD else VERDICTS).get(row["verdict"], "")


def chance(row: Row, metric: Metric) -> str:
    """That a council is not significantly on either side of its benchmark, as a sentence; empty where it is."""
    if row["verdict"] != "similar":
        return ""
    spread = row.get("interval_allows_for") == SPREAD
    usual = "A difference of this size is usual between councils"
    said = usual if spread else "The difference is not statistically significant"
    return f"{said}{' (indicative)' if metric.indicative else ''}."


def significantly(word: str) -> str:
    """A verdict in a sentence: "significantly worse"; what its limits allow for is said in `limits_note`."""
    return f"significantly {word}"


def significant(metric: Metric, benchmark: Benchmark) -> str:
    """What heads a column of verdicts: "Significant?", "Beyond usual differences? (indicative)"."""
    head = "Beyond usual differences?" if benchmark.spread else "Significant?"
    return f"{head} (indicative)" if metric.indicative else head


def limits_note(metric: Metric, benchmark: Benchmark) -> str:
    """What the limits of verdicts are, in small print; empty without an interval."""
    if not metric.has_interval:
        return ""
    allow = "chance and for the usual differences between councils" if benchmark.spread else "chance alone"
    said = (
        f"A figure is called better or worse where the benchmark lies outside its 95% limits, which allow for {allow}."
    )
    return f"{said} {INDICATIVE}" if metric.indicative else said


def benchmark_value(row: Row | None, benchmark: Benchmark, metric: Metric, its: str = "its") -> str:
    """What a benchmark comes to, in one sentence; or why there is none, `its` saying whose.

    `row` is one of `comparison.compare` that holds it; None where there is none.
    """
    if metric.graded:
        return "Grades are not compared with a benchmark."
    if metric.unit == "visits":
        return "Ofsted decides who it visits and when, so councils are not compared."
    if metric.counted:
        return "This is a count, so councils are not ranked on it."
    if metric.neutral and benchmark.best:
        return "Neither high nor low is better, so councils are not ranked on it."
    if row is not None and row.get("enough") is False and benchmark.of_councils:
        return too_many_hidden(row)
    if row is None or row["benchmark_low"] is None:
        return benchmark.no_value(its)
    if row["benchmark"] is None:
        standard = benchmark.standard()
        some = "some are unknown" if metric.unknown else "some figures are hidden"
        return f"{standard[0].upper()}{standard[1:]} is {benchmark_quantity(row, metric)}: {some}."
    count = row["council_count"]
    quarter = is_quarter(row["reached"], count)
    return benchmark.level.format(
        value=level_quantity(row["benchmark"], metric),
        side="below" if metric.lower_is_better else "above",
        council_count=count,
        councils=plural(count, "council"),
        share="A quarter of" if quarter else f"{row['reached']} of",
        all="" if quarter else f"{count} ",
    )


def is_quarter(reached: int | None, of: int | None) -> bool:
    """Whether so many may be called a quarter: ties at the cut, and few councils, may make them far more."""
    return reached is None or of is None or abs(reached / of - 0.25) <= NEAR_A_QUARTER


def too_many_hidden(row: Row) -> str:
    """Why there are no quarters and no benchmark: most of the figures are hidden."""
    every = row["figures"] + row["hidden"]
    return (
        f"{row['hidden']} of {every} figures are hidden to protect small numbers: too many to say what councils reach."
    )


def mark(row: Row, benchmark: Benchmark, metric: Metric) -> str:
    """The benchmark of a row after its name, with how many councils: "(7.75%)", "(8.6%, 8 of 10)"."""
    count = row["council_count"]
    counted = benchmark.counted.format(council_count=count, councils=plural(count, "council"))
    shown = benchmark_beside(row, metric) if row["benchmark"] is not None else benchmark_quantity(row, metric)
    return f"({shown}{', ' if counted else ''}{counted})"


def benchmark_quantity(row: Row, metric: Metric) -> str:
    """A benchmark with its unit: "7.75%", "15.1 cases per social worker", "between 0.25% and 1.24%"."""
    if row["benchmark"] is not None:
        return level_quantity(row["benchmark"], metric)
    return f"between {between(row['benchmark_low'], row['benchmark_high'], metric, finer=1)}"


def benchmark_figure(row: Row, metric: Metric) -> str:
    """A benchmark for a column: "7.75%", or "0.25% to 1.24%" where hidden figures leave it open; empty for none."""
    return _level_or_range(row, "benchmark", metric)


def benchmark_beside(row: Row, metric: Metric) -> str:
    """The same beside the value and gap of its row, with which it adds up as printed (rule `rounding`)."""
    if row["benchmark"] is None:
        return benchmark_figure(row, metric)
    return brief(row["benchmark"], metric, decimals(row, metric))


def companion(row: Row, of: str, metric: Metric) -> str:
    """What stands beside a figure of `queries.profile` or `trend`; a range where hidden figures leave it open."""
    if of not in PUBLISHED:
        return _level_or_range(row, of, metric)
    low = row.get(f"{of}_low")
    if row[of] is None and low is not None:
        return _range(low, row[f"{of}_high"], metric, " to ")
    return brief(row[of], metric)


def neighbours_mean(row: Row, metric: Metric) -> str:
    """What is said of the neighbours' mean beside their median, of a row of `queries.profile`; empty without one.

    "mean 9.3%", or "mean 9.3%: conflict, it meets the median but not the mean".
    """
    if row["neighbours_mean"] is None or metric.counted:
        return ""
    mean = f"mean {brief(row['neighbours_mean'], metric)}"
    met = conflict(row, metric)
    if met is None:
        return mean
    # A mean of 8.23 is not printed like the 8.2 that meets it.
    apart = decimals_of(row["value"], row["neighbours_mean"], metric.decimals)
    mean = f"mean {brief(row['neighbours_mean'], metric, apart)}"
    other = "mean" if met == "median" else "median"
    if metric.neutral:
        return f"{mean}: conflict, it is above the {met} but below the {other}"
    return f"{mean}: conflict, it meets the {met} but not the {other}"


def counted(count: str, words: str) -> str:
    """What is counted, the singular for one: "1 post to fill", "1 fewer child on long plans"."""
    if count != "1":
        return words
    heads = {"posts": "post", "workers": "worker", "leavers": "leaver", "plans": "plan", "referrals": "referral",
             "children": "child", "conferences": "conference"}  # fmt: skip
    # What is counted is the first of them; others only say more of it.
    return re.sub("|".join(heads), lambda found: heads[found.group()], words, count=1)


def side(row: Row, metric: Metric, scheme: str) -> str | None:
    """The side a council is on by its verdict, change or trend: "better", "no change", "getting worse"; None of none.

    By what is shown: who moved by less than the last decimal did not change.
    """
    if scheme == "change":
        return None if row["change"] is None else direction(row["change"], metric)
    found: str | None = row["verdict" if scheme == "verdict" else "direction"]
    return found


def trend(row: Row) -> str:
    """A trend of `direction.with_direction`: "getting worse", or "not known: a figure is missing"."""
    if row["direction"] is None or row["no_direction"]:
        return f"not known: {row['no_direction'] or 'it was not worked out'}"
    return str(row["direction"])


def hover(row: Row, metric: Metric, names: Mapping[str, str], scheme: str = "quarter") -> str:
    """What a map says of one council below its name: value or reason, rank, and what it is coloured by.

    That is the gap, the verdict with its interval, the change or the trend; and a joint return is said so.
    """
    if row["value"] is None:
        certain = _about(row, metric, scheme) if scheme == "verdict" and row["verdict"] else ""
        return "; ".join(filter(None, (why(row, metric), rank(row), quarter(row) if rank(row) else "", certain)))
    partners = [names[other] for other in row["return_id"].split("+") if other != row["area_id"]]
    about = _about(row, metric, scheme)
    ranked = rank(row) or (f"not ranked: {row['not_ranked']}" if row["not_ranked"] else "")
    said = (compared(row, metric), unknown(row, metric), ranked, about, joint(partners))
    return "; ".join(filter(None, said))


def _about(row: Row, metric: Metric, scheme: str) -> str:
    if metric.graded:
        return ""
    if scheme == "verdict":
        if row["verdict"] is None:
            return "no significance test"
        interval = f"95% interval {brief(row['low'], metric)} to {brief(row['high'], metric)}"
        return f"{verdict(row)} ({interval})"
    if scheme == "change":
        none = f"not comparable with the year before: {row['series_break']}" if row["series_break"] else ""
        return none or ("no figure a year before" if row["change"] is None else changed(row["change"], metric))
    if scheme == "trend":
        said = trend(row)
        return f"trend {said}" if said.startswith("not known") else said
    return _gap_or_meets(row, metric)


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


def _level_or_range(row: Row, of: str, metric: Metric) -> str:
    if row[of] is not None or row[f"{of}_low"] is None:
        return level(row[of], metric)
    return _range(row[f"{of}_low"], row[f"{of}_high"], metric, " to ", 1)


def _range(low: float, high: float, metric: Metric, parted: str, finer: int = 0) -> str:
    decimals = metric.decimals + finer
    while decimals < MOST_DECIMALS and (
        (low and not number(low, decimals).strip("0.,"))
        or (low != high and number(low, decimals) == number(high, decimals))
    ):
        decimals += 1
    return parted.join(_with_sign(number(end, decimals), metric) for end in (low, high))


def _gap_between(row: Row, metric: Metric) -> str:
    """A gap that hidden figures leave open: "between 1.7 and 2.6 percentage points above"; empty for none."""
    low, high = row.get("gap_low"), row.get("gap_high")
    if low is None or high is None:
        return ""
    if metric.ranked and high <= 0:
        return "meets it"
    if low <= 0 <= high:
        return f"above or below: {open_by(metric)} leave it open"
    above = (low > 0) == (metric.lower_is_better or metric.neutral)
    least, most = sorted((abs(low), abs(high)))
    return f"between {number(least, metric.decimals)} and {difference(most, metric)} {'above' if above else 'below'}"


def _gap_or_meets(row: Row, metric: Metric) -> str:
    words = gap(row, metric)
    real = shortfall(row, metric)
    if words in ("", "the same"):
        return words and "the same as the benchmark"
    if words.startswith("above or below"):
        level = between(row["benchmark_low"], row["benchmark_high"], metric, finer=1)
        return f"may meet the benchmark or not: it lies between {level}"
    if words == "meets it":
        return "meets the benchmark"
    return f"{words} the benchmark" + (f" ({real})" if real else "")
