"""The smallest words: a list of names, a number, and the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from dashboard.data.model import REASONS, Metric

PRODUCT = "Child Protection Monitor"
MINUS = "\N{MINUS SIGN}"
# What data and files say where there is no trend, or no outcome yet; pages say it in words of their own.
UNSAID: Final = "cannot be said"


def listed(names: Sequence[str], last: str = "and") -> str:
    """ "Leeds, York and Bath"."""
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def format_date(on: date) -> str:
    """ "28 February 2022"; by no directive that some systems lack."""
    return f"{on.day} {on:%B %Y}"


def released(text: str) -> str:
    """A release date as exact as it is known: "19 March 2026", or "May 2025"."""
    return format_date(date.fromisoformat(text)) if len(text) == 10 else f"{date.fromisoformat(text + '-01'):%B %Y}"


# Many figures of a page are those of its neighbours, or of the page before.
@lru_cache(4096)
def number(value: float, decimals: int) -> str:
    """A number to show: half away from zero, thousands parted, a true minus; never "-0".

    >>> number(14.25, 1), number(-0.04, 1), number(5965.4, 1)
    ('14.3', '0.0', '5,965.4')
    """
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{abs(rounded):,}" if rounded == 0 else f"{rounded:,}".replace("-", MINUS)


def reason(status: str, symbol: str | None, metric: Metric) -> str:
    """Why there is no value, as in "not available (x)"."""
    if metric.dated and status == "no_row":
        return "not inspected by then"
    if metric.graded:
        if status == "not_applicable":
            return "not judged on its own before January 2023" if metric.metric_id.endswith("leavers") else "not judged"
        return REASONS[status]
    return f"{REASONS[status]} ({symbol})" if symbol else REASONS[status]
