"""A figure compared, in words: rank, quarter, gap, verdict and benchmark, for sentences, tables and hovers.

Text from the database is plain: pages escape it before it meets markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.analysis.benchmarks import Benchmark
from dashboard.analysis.comparison import SPREAD, conflict
from dashboard.analysis.extremes import Extreme
from dashboard.data.model import Metric, Row
from dashboard.data.names import number
from dashboard.views.text import formats
from dashboard.views.text.grammar import are, plural

# More names than this are counted, not listed.
FEW = 4
# So far from 25 in 100 is still called a quarter.
NEAR_A_QUARTER = 0.05
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
# Of a row of `queries.trend`, what is printed with the publisher's decimals; the others are benchmarks made here.
PUBLISHED = ("value", "england", "region")


def compared(row: Row, metric: Metric) -> str:
    """The value of a row with its unit, beside its benchmark and gap."""
    return formats.quantity(formats.exact(row), metric, formats.decimals(row, metric))


def rank(row: Row) -> str:
    """The rank of a council: "joint 7th of 149 (2 share it)", "130th or 131st of 151"; empty without a rank."""
    low, high = row.get("rank_low", row["rank"]), row.get("rank_high", row["rank"])
    if low is None:
        return ""
    of = among(row)
    if low < high:
        ends = formats.ordinal(low), formats.ordinal(high)
        return f"{' or '.join(ends) if high - low == 1 else 'between ' + ' and '.join(ends)} of {of}"
    shared = f" ({row['tied']} share it)" if row["tied"] > 1 else ""
    return f"{'joint ' if row['tied'] > 1 else ''}{formats.ordinal(low)} of {of}{shared}"


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


def extreme(found: Extreme, word: str, at: str) -> str:
    """Who is `word` ("lowest", "best") and at what; where hidden figures leave it open, of the published ones only.

    "York is lowest, at 1.0%."; "Of the published figures Bexley's is the lowest, at 12%."
    """
    names = [formats.place(row["name"]) for row in found.rows]
    if found.certain:
        return f"{named(names)} {are(len(names))} {word}, at {at}."
    of = f"Of the published figures{' that are ranked,' if found.of_ranked else ''}"
    whose = f"{formats.possessive(names[0])} is" if len(names) == 1 else f"those of {named(names)} are"
    return f"{of} {whose} the {word}, at {at}."


def named(names: Sequence[str]) -> str:
    """Names in a sentence; of many the first FEW, and how many more."""
    return formats.listed([*names[:FEW], f"{len(names) - FEW} more"] if len(names) > FEW + 1 else list(names))


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
    return f"{formats.difference(row['gap'], metric, formats.decimals(row, metric))} {'above' if above else 'below'}"


def shortfall(row: Row, metric: Metric) -> str:
    """A gap in real units, as in "11 posts to fill"; empty where there is none."""
    low, high = row.get("shortfall_low", row["shortfall"]), row.get("shortfall_high", row["shortfall"])
    if low is None or metric.shortfall is None:
        return ""
    least, count = number(low, 0), number(high, 0)
    if least != count:
        return f"{least} to {count} {formats.counted(count, metric.shortfall)}"
    if count == "0":
        return f"less than one {formats.counted('1', metric.shortfall)}"
    return f"{count} {formats.counted(count, metric.shortfall)}"


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
        value=formats.level_quantity(row["benchmark"], metric),
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
    between = row["benchmark"] is None and row["benchmark_low"] is not None
    shown = f"between {_ends_beside(row, metric, ' and ')}" if between else benchmark_beside(row, metric)
    return f"({shown}{', ' if counted else ''}{counted})"


def benchmark_quantity(row: Row, metric: Metric) -> str:
    """A benchmark with its unit: "7.75%", "15.1 cases per social worker", "between 0.25% and 1.24%"."""
    if row["benchmark"] is not None:
        return formats.level_quantity(row["benchmark"], metric)
    return f"between {formats.between(row['benchmark_low'], row['benchmark_high'], metric, finer=1)}"


def benchmark_figure(row: Row, metric: Metric) -> str:
    """A benchmark for a column: "7.75%", or "0.25% to 1.24%" where hidden figures leave it open; empty for none."""
    return _level_or_range(row, "benchmark", metric)


def benchmark_beside(row: Row, metric: Metric) -> str:
    """The same beside the value and gap of its row, with which it adds up as printed (rule `rounding`)."""
    if row["benchmark"] is None:
        return "" if row["benchmark_low"] is None else _ends_beside(row, metric, " to ")
    return formats.brief(row["benchmark"], metric, formats.decimals(row, metric))


def _ends_beside(row: Row, metric: Metric, parted: str) -> str:
    """The ends of a benchmark that is left open, with the decimals of the gap to it."""
    finer = max(formats.decimals(row, metric) - metric.decimals, 1)
    return formats.from_to(row["benchmark_low"], row["benchmark_high"], metric, parted, finer)


def companion(row: Row, of: str, metric: Metric) -> str:
    """What stands beside a figure of `queries.profile` or `trend`; a range where hidden figures leave it open."""
    if of not in PUBLISHED:
        return _level_or_range(row, of, metric)
    low = row.get(f"{of}_low")
    if row[of] is None and low is not None:
        return formats.from_to(low, row[f"{of}_high"], metric, " to ")
    return formats.brief(row[of], metric)


def neighbours_mean(row: Row, metric: Metric) -> str:
    """What is said of the neighbours' mean beside their median, of a row of `queries.profile`; empty without one.

    "mean 9.3%", or "mean 9.3%: conflict, it meets the median but not the mean".
    """
    if row["neighbours_mean"] is None or metric.counted:
        return ""
    mean = f"mean {formats.brief(row['neighbours_mean'], metric)}"
    met = conflict(row, metric)
    if met is None:
        return mean
    # A mean of 8.23 is not printed like the 8.2 that meets it.
    apart = formats.decimals_of(row["value"], row["neighbours_mean"], metric.decimals)
    mean = f"mean {formats.brief(row['neighbours_mean'], metric, apart)}"
    other = "mean" if met == "median" else "median"
    if metric.neutral:
        return f"{mean}: conflict, it is above the {met} but below the {other}"
    return f"{mean}: conflict, it meets the {met} but not the {other}"


def side(row: Row, metric: Metric, scheme: str) -> str | None:
    """The side a council is on by its verdict, change or trend: "better", "no change", "getting worse"; None of none.

    By what is shown: who moved by less than the last decimal did not change.
    """
    if scheme == "change":
        return None if row["change"] is None else formats.direction(row["change"], metric)
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
        return "; ".join(
            filter(None, (formats.why(row, metric), rank(row), quarter(row) if rank(row) else "", certain))
        )
    partners = [names[other] for other in row["return_id"].split("+") if other != row["area_id"]]
    about = _about(row, metric, scheme)
    ranked = rank(row) or (f"not ranked: {row['not_ranked']}" if row["not_ranked"] else "")
    said = (compared(row, metric), formats.unknown(row, metric), ranked, about, formats.joint(partners))
    return "; ".join(filter(None, said))


def _about(row: Row, metric: Metric, scheme: str) -> str:
    if metric.graded:
        return ""
    if scheme == "verdict":
        if row["verdict"] is None:
            return "no significance test"
        interval = f"95% interval {formats.brief(row['low'], metric)} to {formats.brief(row['high'], metric)}"
        return f"{verdict(row)} ({interval})"
    if scheme == "change":
        none = f"not comparable with the year before: {row['series_break']}" if row["series_break"] else ""
        return none or ("no figure a year before" if row["change"] is None else formats.changed(row["change"], metric))
    if scheme == "trend":
        said = trend(row)
        return f"trend {said}" if said.startswith("not known") else said
    return _gap_or_meets(row, metric)


def _level_or_range(row: Row, of: str, metric: Metric) -> str:
    if row[of] is not None or row[f"{of}_low"] is None:
        return formats.level(row[of], metric)
    return formats.from_to(row[f"{of}_low"], row[f"{of}_high"], metric, " to ", 1)


def _gap_between(row: Row, metric: Metric) -> str:
    """A gap that hidden figures leave open: "between 1.7 and 2.6 percentage points above"; empty for none."""
    low, high = row.get("gap_low"), row.get("gap_high")
    if low is None or high is None:
        return ""
    if metric.ranked and high <= 0:
        return "meets it"
    if low <= 0 <= high:
        return f"above or below: {formats.open_by(metric)} leave it open"
    above = (low > 0) == (metric.lower_is_better or metric.neutral)
    least, most = sorted((abs(low), abs(high)))
    way = "above" if above else "below"
    return f"between {formats.differences(least, most, metric, formats.decimals(row, metric))} {way}"


def _gap_or_meets(row: Row, metric: Metric) -> str:
    words = gap(row, metric)
    real = shortfall(row, metric)
    if words in ("", "the same"):
        return words and "the same as the benchmark"
    if words.startswith("above or below"):
        level = formats.between(row["benchmark_low"], row["benchmark_high"], metric, finer=1)
        return f"may meet the benchmark or not: it lies between {level}"
    if words == "meets it":
        return "meets the benchmark"
    return f"{words} the benchmark" + (f" ({real})" if real else "")
