"""Who has the lowest figure of several councils, or the highest: named only as far as it is certain (rule `ranges`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.data.model import Row

# There is a figure, and nobody but the publisher knows it: it may lie beyond all that are printed.
WITHHELD = ("suppressed", "low_nonzero", "low_reliability", "unspecified")


@dataclass(frozen=True)
class Extreme:
    """The councils at one end of a measure, all at the same published figure."""

    rows: list[Row]
    certain: bool
    """Else it is so of the published figures only: one that is hidden may lie beyond, or be as far."""
    of_ranked: bool
    """Whether a published figure that is not ranked is as far, or lies beyond."""


def find_extreme(rows: Sequence[Row], *, lowest: bool) -> Extreme | None:
    """Who of `rows` (of `queries.councils`) has the lowest figure, or the highest, in the metric's unit.

    Of those that are ranked. None where nobody can be named: nobody has a figure, too many are hidden, or some are
    partly unknown and may lie beyond (rule `unknown`).
    """
    ranked = [row for row in rows if row["value"] is not None and row["sets_cut"]]
    if not ranked or any(row["enough"] is False for row in rows):
        return None
    ends = [_ends(row, lowest) for row in ranked]
    edge = min(end for _, end in ends)
    reached = [(row, end) for row, end in zip(ranked, ends, strict=True) if end[0] <= edge]
    holders = [row for row, end in reached if end == (edge, edge)]
    holders = holders or [row for row, end in reached if end[1] == edge]
    returns = {row["return_id"] for row in holders}
    if any(row["return_id"] not in returns for row, _ in reached):
        return None
    hidden = [row for row in rows if row["value"] is None]
    unranked = [row for row in rows if row["value"] is not None and not row["sets_cut"]]
    return Extreme(
        holders,
        certain=not any(
            is_withheld(row) or (_ranged(row) and row["sets_cut"] and _ends(row, lowest)[0] <= edge) for row in hidden
        ),
        of_ranked=any(_ends(row, lowest)[0] <= edge for row in unranked),
    )


def is_withheld(row: Row) -> bool:
    """Whether a figure is hidden and has no range; of the very small, which are in no list, it does not matter."""
    return row["value"] is None and not _ranged(row) and row["status"] in WITHHELD and not row["very_small"]


def _ranged(row: Row) -> bool:
    return row["value_low"] is not None


def _ends(row: Row, lowest: bool) -> tuple[float, float]:
    """The end of a figure that is further out and the other one, turned so that lower is further; alike if exact."""
    low, high = (row["value"] if row[end] is None else row[end] for end in ("value_low", "value_high"))
    return (low, high) if lowest else (-high, -low)
