"""Builders of metrics: a percentage, a rate per 10,000 children, a count. Each fills in what follows from its kind.

Its `noun`, where none is given, is "share of", "rate of" or "number of" and the title.

A measure of another kind, such as an average, a score or a grade, is a `Metric(...)` of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple, NotRequired, TypedDict, Unpack

from etl.model import Metric, PeriodKind, Polarity, Shortfall

# Where the Department for Education publishes its tables.
EES = "https://explore-education-statistics.service.gov.uk/find-statistics"
PER_10_000 = "per 10,000 children"
# Of fewer than 20 children, or posts, each one moves a percentage by more than five points.
FEW = 20
# What the Department for Education hides in tables of councils: counts of 1 to 5, not zeros. A metric declares it
# where England's row bears it out (`etl.build.ranges` checks every period), and not where what is small may be its
# complement.
SMALL_COUNTS = (1, 5)
# The City of London and the Isles of Scilly have about a thousand children or fewer; the next has over 7,000.
FEW_CHILDREN = 2_000
Columns = str | tuple[str, ...]
"""A published column, or several that are added up."""


class Direction(NamedTuple):
    """Which way is better, and why that way, or why neither, in one sentence."""

    polarity: Polarity
    reason: str


# Each is called with the reason: `direction=lower_is_better("While a post is empty its work waits.")`.
lower_is_better = partial(Direction, Polarity.LOWER_IS_BETTER)
higher_is_better = partial(Direction, Polarity.HIGHER_IS_BETTER)
neutral = partial(Direction, Polarity.NEUTRAL)


class Described(TypedDict):
    """What a measure of any kind says of itself: the fields of `Metric` of the same names."""

    id: str
    title: str
    short_title: str
    theme: str
    definition: str
    period_kind: PeriodKind
    file: NotRequired[str]
    where: NotRequired[Mapping[str, str]]
    decimals: NotRequired[int]
    derived: NotRequired[bool]
    england_only: NotRequired[bool]
    councils_only: NotRequired[bool]
    rounding: NotRequired[tuple[float, float]]
    england_apart: NotRequired[float]
    weight: NotRequired[str]
    mean_within: NotRequired[tuple[float, float]]
    same_as: NotRequired[str]
    same_within: NotRequired[float]
    caveat: NotRequired[str]
    made: NotRequired[str]
    next_due: NotRequired[str]
    former_title: NotRequired[str]


def percentage(
    *,
    direction: Direction,
    column: str = "",
    counted: str = "",
    numerator: Columns = (),
    denominator: Columns = (),
    denominator_where: Mapping[str, str] | None = None,
    unknown: Columns = (),
    unknown_where: Mapping[str, str] | None = None,
    minimum_denominator: float | None = FEW,
    interval: bool = True,
    shortfall: Shortfall | None = None,
    may_exceed_100: bool = False,
    hidden_counts: tuple[int, int] | None = None,
    noun: str = "",
    **described: Unpack[Described],
) -> Metric:
    """A share of something, in percent.

    Needs `column` where the percentage is published, with the `numerator` and `denominator` it is of where these are
    published too; or `counted` and `denominator` where only the counts are, and the percentage is derived from them.
    With neither `column` nor `counted` the source's own reader finds the value. Without a denominator there is no
    interval and no minimum. `unknown` are the unknown records in the denominator.
    """
    return Metric(
        unit="%",
        polarity=direction.polarity,
        polarity_reason=direction.reason,
        column=_one_of(column, counted),
        share=bool(counted),
        numerator=_columns(numerator),
        denominator=_columns(denominator),
        denominator_where=denominator_where or {},
        unknown=_columns(unknown),
        unknown_where=unknown_where or {},
        minimum_denominator=minimum_denominator if denominator else None,
        interval=interval and bool(denominator),
        shortfall=shortfall,
        may_exceed_100=may_exceed_100,
        hidden_counts=hidden_counts,
        noun=noun or f"share of {_inside(described['title'])}",
        **described,
    )


def rate_per_10_000(
    *,
    polarity_reason: str,
    column: str = "",
    counted: str = "",
    numerator: Columns = (),
    denominator: Columns = (),
    hidden_counts: tuple[int, int] | None = None,
    noun: str = "",
    **described: Unpack[Described],
) -> Metric:
    """A rate per 10,000 children: neutral, for whatever reason is given.

    Needs `column` where the rate is published, with the `numerator` and `denominator` (children) it is of; or `counted`
    where only the count is, which is then divided by children aged 0 to 17 (the source needs `population`). With
    neither the source's own reader finds the value, and there is no interval and no minimum.
    """
    known = bool(counted or denominator)
    return Metric(
        unit=PER_10_000,
        polarity=Polarity.NEUTRAL,
        polarity_reason=polarity_reason,
        column=_one_of(column, counted),
        per_10_000_children=bool(counted),
        numerator=_columns(numerator),
        denominator=_columns(denominator),
        minimum_denominator=FEW_CHILDREN if known else None,
        interval=known,
        hidden_counts=hidden_counts,
        noun=noun or f"rate of {_inside(described['title'])}",
        **described,
    )


def count(
    *,
    unit: str,
    column: str = "",
    polarity_reason: str = "A count follows a council's size.",
    noun: str = "",
    **described: Unpack[Described],
) -> Metric:
    """How many there are: neutral, as larger councils have more.

    Needs `unit`, and `column`, the published column with the count, unless the source's own reader finds it.
    """
    return Metric(
        unit=unit,
        polarity=Polarity.NEUTRAL,
        polarity_reason=polarity_reason,
        column=column,
        adds_up=True,
        noun=noun or f"number of {_inside(described['title'])}",
        **described,
    )


def _inside(title: str) -> str:
    """A title inside a sentence."""
    return title[0].lower() + title[1:]


def _columns(columns: Columns) -> tuple[str, ...]:
    return (columns,) if isinstance(columns, str) else columns


def _one_of(column: str, counted: str) -> str:
    if column and counted:
        raise ValueError(f"{column!r} is published: {counted!r} is not needed to derive it")
    return column or counted
