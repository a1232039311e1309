"""What the builders of metrics fill in, from what they are told."""

from __future__ import annotations

from functools import partial

import pytest

from etl.model import PeriodKind, Polarity
from etl.sources import declare
from etl.sources.declare import higher_is_better, neutral

MADE_UP: declare.Described = {
    "id": "made_up",
    "title": "Made up",
    "short_title": "Made up",
    "theme": "Context",
    "definition": "Nothing that is published.",
    "period_kind": PeriodKind.AT_31_MARCH,
}
percentage = partial(declare.percentage, **MADE_UP)
rate_per_10_000 = partial(declare.rate_per_10_000, **MADE_UP)
count = partial(declare.count, **MADE_UP)


def test_a_published_percentage_has_an_interval_and_a_minimum_of_20() -> None:
    metric = percentage(direction=higher_is_better("Good."), column="part_percent", numerator="part", denominator="all")
    assert (metric.unit, metric.polarity, metric.polarity_reason) == ("%", Polarity.HIGHER_IS_BETTER, "Good.")
    assert (metric.column, metric.share, metric.numerator, metric.denominator) == (
        "part_percent", False, ("part",), ("all",),
    )  # fmt: skip
    assert (metric.interval, metric.minimum_denominator) == (True, 20)


def test_a_measure_is_named_by_its_kind_and_its_title_unless_it_says_otherwise() -> None:
    assert percentage(direction=neutral("Both."), column="part").noun == "share of made up"
    assert rate_per_10_000(polarity_reason="Both.", column="rate").noun == "rate of made up"
    assert count(unit="children").noun == "number of made up"
    assert count(unit="children", noun="children made up").noun == "children made up"


def test_a_percentage_of_which_only_the_counts_are_published_is_derived_from_them() -> None:
    metric = percentage(direction=neutral("Both."), counted="part", denominator=("all", "others"))
    assert (metric.column, metric.share, metric.numerator, metric.denominator) == ("part", True, (), ("all", "others"))
    assert metric.interval


def test_a_percentage_whose_denominator_is_not_known_has_no_interval_and_no_minimum() -> None:
    metric = percentage(direction=neutral("Both."), column="part_percent")
    assert (metric.interval, metric.minimum_denominator) == (False, None)


def test_a_percentage_may_do_without_the_interval_and_the_minimum_of_its_kind() -> None:
    pounds = percentage(
        direction=neutral("Both."), numerator="some", denominator="all", interval=False, minimum_denominator=None
    )
    assert (pounds.interval, pounds.minimum_denominator, pounds.denominator) == (False, None, ("all",))


def test_a_published_rate_is_read_as_it_is_and_one_of_which_the_count_is_published_is_derived() -> None:
    published = rate_per_10_000(polarity_reason="Both.", column="rate", numerator="some", denominator="population")
    derived = rate_per_10_000(polarity_reason="Both.", counted="some")
    assert (published.column, published.per_10_000_children) == ("rate", False)
    assert (derived.column, derived.per_10_000_children) == ("some", True)
    for metric in (published, derived):
        assert (metric.unit, metric.polarity) == ("per 10,000 children", Polarity.NEUTRAL)
        assert (metric.interval, metric.minimum_denominator) == (True, 2_000)


def test_a_rate_that_the_source_reads_itself_has_no_interval_and_no_minimum() -> None:
    metric = rate_per_10_000(polarity_reason="Both.")
    assert (metric.column, metric.interval, metric.minimum_denominator) == ("", False, None)


def test_a_count_is_neutral_as_larger_councils_have_more() -> None:
    metric = count(unit="visits", column="some")
    assert (metric.unit, metric.column, metric.polarity) == ("visits", "some", Polarity.NEUTRAL)
    assert metric.polarity_reason == "A count follows a council's size."
    assert (metric.interval, metric.denominator) == (False, ())


def test_what_is_published_is_not_derived_too() -> None:
    with pytest.raises(ValueError, match=r"^'part_percent' is published: 'part' is not needed to derive it$"):
        percentage(direction=neutral("Both."), column="part_percent", counted="part", denominator="all")
    with pytest.raises(ValueError, match=r"^'rate' is published: "):
        rate_per_10_000(polarity_reason="Both.", column="rate", counted="some")
