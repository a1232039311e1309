"""Lists of statistical neighbours that look exchanged: those who are near are named from both sides."""

from __future__ import annotations

from itertools import combinations

import polars as pl

from etl.areas import Areas

# Two lists look exchanged where, the other way round, so many more neighbours would name their council back: 2 at most
# in the model of 2025. With the closeness of both sides it tells 11,620 of all 11,628 pairs.
NAME_BACK = 3


def find_exchanged(neighbour: pl.DataFrame, areas: Areas) -> list[str]:
    """A line of the two councils whose lists would be named back most if they were exchanged; none where right.

    `neighbour` has area_id and neighbour_id.
    """
    lists = {area_id: set(near) for area_id, near in neighbour.group_by("area_id").agg("neighbour_id").iter_rows()}
    named_by = {area_id: {other for other, near in lists.items() if area_id in near} for area_id in lists}

    def gain(one: str, other: str) -> int:
        own = len(lists[one] & named_by[one]) + len(lists[other] & named_by[other])
        return len(lists[other] & named_by[one]) + len(lists[one] & named_by[other]) - own

    one, other = max(combinations(sorted(lists), 2), key=lambda pair: gain(*pair), default=("", ""))
    if not one or gain(one, other) < NAME_BACK:
        return []
    names = areas.names()
    words = f"The lists of {names[one]} and {names[other]} look exchanged: the other way round {gain(one, other)} more"
    return [f"{words} of their neighbours would name them back."]
