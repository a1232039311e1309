"""About how many bytes an answer takes, so that a cache can be bounded by them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from itertools import islice
from typing import Any

import polars as pl

from dashboard.data.model import Metric, Period, Source

# Of many alike so many stand for all.
SAMPLE = 4
# A row of a frame has so much for a text, beside its letters.
TEXT = 16
# The database holds them anyway.
SHARED = (Metric, Period, Source)


def weigh(answer: Any) -> int:
    """The bytes of what a query may answer: frames, what is made of rows, and collections of them."""
    if isinstance(answer, pl.DataFrame):
        texts = sum(kind == pl.String for kind in answer.dtypes)
        return int(answer.estimated_size()) + texts * TEXT * answer.height
    if answer is None or isinstance(answer, SHARED):
        return 0
    size = sys.getsizeof(answer)
    if isinstance(answer, (Mapping, list, tuple, set, frozenset)):
        some = [weigh(one) for one in islice(answer.values() if isinstance(answer, Mapping) else answer, SAMPLE)]
        return size + sum(some) * len(answer) // max(len(some), 1)
    if is_dataclass(answer):
        return size + sum(weigh(getattr(answer, field.name)) for field in fields(answer))
    return size
