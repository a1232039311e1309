"""What tables of every page are made of: links, figures and words as cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from math import hypot
from urllib.parse import urlencode

from dashboard.data.model import GRADES, Metric, Row
from dashboard.views.tables.html import Html, bold, escape, join, outside, period, small, span, tag
from dashboard.views.text import comparisons, formats

GRADE_CLASSES = {grade: f"grade-{position}" for position, grade in enumerate(GRADES, start=1)}
# Of a spark, in pixels: its frame as in style.css, what is left free in it, the thickness, half the dot at its end.
SPARK_WIDTH, SPARK_HEIGHT, SPARK_PAD, SPARK_LINE, SPARK_DOT = 88, 22, 3, 1.2, 2.5


def link(text: object, query: Mapping[str, str], page: str = "") -> Html:
    """A link that keeps the choices in the address and adds its own."""
    # page.js adds the choices that are already in the address, and follows the link without loading the page again.
    return Html(f'<a data-choose href="{escape(f"{page}?{urlencode(query)}")}">{escape(text)}</a>')


# The same few hundred on page after page.
@lru_cache(1024)
def council(name: str) -> Html:
    """A link to the page of a council."""
    return link(name, {"la": name}, page="/council")


def in_region(row: Row) -> Html:
    """A link to the page of a council, and its region."""
    return _in_region(row["name"], row["region"])


@lru_cache(1024)
def _in_region(name: str, region: str) -> Html:
    return join(council(name), small(region))


def missing(why: str) -> Html:
    """Why there is no judgement or row of a register."""
    return tag("i", why, class_="missing")


def without(why: str) -> Html:
    """Why there is no figure."""
    return span("missing", why)


@cache
def chip(grade: str) -> Html:
    """A grade in its colour."""
    return tag("b", grade, class_=GRADE_CLASSES[grade])


def day(on: date) -> str:
    """A day as short as a column needs it: "28 Feb 2022"."""
    return f"{on:%-d %b %Y}"


def report(row: Row) -> str:
    """The day a report came out, which leads to it."""
    return outside(day(row["published"]), row["url"]) if row["url"] else day(row["published"])


def value(row: Row, metric: Metric, decimals: int | None = None) -> Html:
    """A figure, its range where it is hidden because it is small, or why there is none; `decimals` as for `brief`."""
    if row["value"] is None and row.get("value_low") is not None:
        return join(bold(formats.figure(row, metric)), period(formats.hidden(row, metric)))
    if row["value"] is None:
        return without(formats.why(row, metric))
    said = formats.unknown(row, metric)
    return join(bold(formats.brief(row["value"], metric, decimals)), period(said) if said else "")


def compared(row: Row, metric: Metric) -> Html:
    """`value` beside its benchmark and gap, which add up as printed (rule `rounding`)."""
    return value({**row, "value": formats.exact(row)}, metric, formats.decimals(row, metric))


def benchmark(row: Row, metric: Metric) -> str:
    """What a council is compared with, or its range; empty for nothing."""
    return comparisons.benchmark_beside(row, metric)


def number(value: float | None, metric: Metric) -> str:
    """A value as in a column; empty for none."""
    return formats.brief(value, metric)


def not_ranked(row: Row) -> str:
    """Why a council is in no rank, below its name."""
    return period(f"not ranked: {row['not_ranked']}") if row["not_ranked"] else ""


def joint(row: Row, names: Mapping[str, str]) -> str:
    """The councils that report a figure jointly, in words; empty of one that reports alone."""
    others = [names[other] for other in row["return_id"].split("+") if other != row["area_id"]]
    return formats.joint(others) if others else ""


def joint_note(row: Row, names: Mapping[str, str]) -> str:
    """The councils that report a figure jointly, below its name."""
    words = joint(row, names)
    return period(words) if words else ""


def broken(row: Row) -> str:
    """That a method changed."""
    return period("not comparable with earlier years") if row["broken"] else ""


def share(row: Row) -> str:
    """A share in whole percent; empty of none."""
    return "" if row["share"] is None else f"{formats.number(row['share'], 0)}%"


def neighbours(row: Row, metric: Metric) -> Html:
    """The median of the neighbours, with how many have a figure where not all do."""
    if row["neighbours_low"] is None:
        return Html()
    notes = [f"{row['neighbours_count']} of 10"] if row["neighbours_count"] < 10 else []
    notes += filter(None, [comparisons.neighbours_mean(row, metric)])
    return join(comparisons.companion(row, "neighbours", metric), *map(period, notes))


def moved(row: Row, metric: Metric) -> Html:
    """The change of a row since the year before; what is not ranked is called neither better nor worse for it."""
    return change(row["change"], metric, row["series_break"], judged=not (metric.ranked and row["not_ranked"]))


def change(
    change: float | None, metric: Metric, series_break: str | None = None, decimals: int | None = None, *,
    whole: bool = False, judged: bool = True,
) -> Html:  # fmt: skip
    """A change with its sign, and what it means; on a break of the series that there is none, and on hover why.

    As a `whole` number where it is of posts that are shown so.
    """
    if change is None:
        return tag("span", "method changed", class_="period", title=series_break) if series_break else Html()
    word = formats.direction(change, metric)
    css = word if word in ("better", "worse") else "same"
    said = f"{'+' * (change > 0)}{formats.number(change, 0)}" if whole else formats.signed(change, metric, decimals)
    return join(said, span(f"word {css}", word)) if judged else Html(said)


def gap(row: Row, metric: Metric) -> str:
    """How far from the benchmark, in the unit and in real ones."""
    if row["gap"] is None:
        no_best = metric.neutral and not metric.counted and row["value"] is not None and row["benchmark_low"] is None
        return period("not ranked: neither high nor low is better") if no_best else _gap_between(row, metric)
    if not metric.ranked:
        return formats.signed(row["gap"], metric, formats.decimals(row, metric))
    if row["gap"] <= 0:
        return span("word better", "meets it")
    real = comparisons.shortfall(row, metric)
    # Value minus benchmark, cleaned of binary noise: 14.2 - 7.75 would else be shown as +6.4 (rule `rounding`).
    above = row["gap"] if metric.lower_is_better else -row["gap"]
    apart = formats.signed(above, metric, formats.decimals(row, metric))
    return join(apart, period(real) if real else "")


def short_by(row: Row, metric: Metric) -> str:
    """How far it is from a target that it does not meet, without a sign."""
    return formats.difference(row["gap"], metric, formats.decimals(row, metric))


def _gap_between(row: Row, metric: Metric) -> Html:
    """A gap that hidden figures leave open, in the unit and in real ones."""
    words = comparisons.gap(row, metric)
    if words == "meets it":
        return span("word better", words)
    real = comparisons.shortfall(row, metric) if row["gap_low"] is not None and row["gap_low"] > 0 else ""
    return join(words, period(real) if real else "")


def rank(row: Row, metric: Metric, *, shared: bool = True) -> Html:
    """The quarter and the rank with how many are ranked; why it is not ranked of what is not.

    How many have the same rank only where that is `shared`.
    """
    if row["rank_low"] is None:
        why = f": {row['not_ranked']}" if row["not_ranked"] else ""
        return period(f"not ranked{why}" if why or not metric.ranked else "")
    words = comparisons.rank(row)
    return join(quarter_of(row), " ", words if shared else words.partition(" (")[0])


def quarter_of(row: Row) -> Html:
    """The quarter of a council; where it may be one of several, in words without a colour."""
    if row["quarter"] is not None:
        return quarter(row["quarter"])
    return span("quarter", comparisons.quarter(row)) if row["quarter_low"] is not None else Html()


def quarter(of: int, words: str = "") -> Html:
    """A quarter of all councils in its colour."""
    return span(f"quarter q{of}", words or comparisons.QUARTERS[of])


def short_verdict(row: Row) -> str:
    """Whether it is significant, as short as a column needs it."""
    return comparisons.verdict(row).partition(":")[0]


def grade(grade: str | None, framework: str, strand: str) -> Html:
    """A judgement as a chip, or why there is none."""
    if grade:
        return span(f"chip {GRADE_CLASSES[grade]}", grade)
    if strand == "overall" and framework == "ILACS from April 2026":
        return without("not given since April 2026")
    return without("not judged")


def spark(values: Sequence[float | None]) -> Html:
    """The history of a measure as a small picture; decorative, since the figures are in the row and the chart.

    It is a box, cut to the line and a dot at the newest value: of an image a browser makes a document, 2 to 3 ms each.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Html()
    low, high = min(known), max(known)
    reach = high - low or 1.0
    step = (SPARK_WIDTH - 2 * SPARK_PAD) / (len(values) - 1)
    runs: list[list[tuple[str, float]]] = [[]]
    y = 0.0
    for across, value in zip(_across(len(values)), values, strict=True):
        if value is None:
            runs.append([])  # a gap in the line
            continue
        y = SPARK_PAD + (high - value) / reach * (SPARK_HEIGHT - 2 * SPARK_PAD)
        runs[-1].append((across, y))
    last = max(position for position, value in enumerate(values) if value is not None)
    arc = f"a{SPARK_DOT} {SPARK_DOT} 0 1 1"
    dot = f"M{SPARK_PAD + last * step - SPARK_DOT:.1f} {y:.1f}{arc} {2 * SPARK_DOT} 0{arc}-{2 * SPARK_DOT} 0z"
    lines = "".join([_ribbon(run, step) for run in runs if len(run) > 1])  # a point alone is no line
    # As it is: numbers and letters of ours.
    return Html(f'<span class="spark" style="clip-path:path(\'{lines}{dot}\')"></span>')


@cache
def _across(count: int) -> list[str]:
    """How far from the left each of so many points is."""
    step = (SPARK_WIDTH - 2 * SPARK_PAD) / (count - 1)
    return [f"{SPARK_PAD + position * step:.1f}" for position in range(count)]


def _ribbon(points: Sequence[tuple[str, float]], step: float) -> str:
    """The outline of a line: there along its upper edge and back along its lower."""
    steep = [abs(after - before) / step for (_, before), (_, after) in pairwise(points)]
    # As thick across a steep part as along a level one.
    half = [SPARK_LINE / 2 * hypot(1, max(sides)) for sides in zip([0, *steep], [*steep, 0], strict=True)]
    there = [f"{across} {y - thick:.1f}" for (across, y), thick in zip(points, half, strict=True)]
    back = [f"{across} {y + thick:.1f}" for (across, y), thick in zip(points, half, strict=True)]
    return f"M{' '.join([*there, *reversed(back)])}z"
