"""What the best councils have in common, as published: how often a group is among them, and what chance would give.

A council that is one of the best by chance alone has each group's share of all councils. How far chance may go from it
is the hypergeometric distribution: so many drawn from all without putting any back. It shows no cause.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import comb
from statistics import quantiles
from typing import NamedTuple

import polars as pl

from dashboard.analysis.best import Best, judged_by
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, GRADES, LEADERS, Period, Source
from dashboard.data.names import number

# Of fewer best councils hardly any group could be told from chance.
FEWEST = 10
# Of both tails together 5 %: beyond this on either side chance is not enough.
TAIL = 0.025
CHILDREN, DEPRIVATION = "children", "income_deprivation"
REGION, TYPE, SIZE, NEED, JUDGED = (
    "Region", "Type of authority", "Size", "Deprivation", "Ofsted on the impact of leaders",
)  # fmt: skip
SCHEMA = {
    "dimension": pl.String, "group": pl.String, "note": pl.String, "best": pl.Int64, "best_of": pl.Int64,
    "all": pl.Int64, "all_of": pl.Int64, "side": pl.String,
}  # fmt: skip


class Group(NamedTuple):
    """One group of a kind: its position among the others, its name, and its bounds where it has any."""

    position: float | str
    name: str
    note: str | None = None


# The councils of each return, by its id.
Members = Mapping[str, Sequence[str]]


def compare_groups(db: Database, found: Best) -> pl.DataFrame:
    """How many of the best, and of all they were chosen from, are in each group; each return once.

    dimension, group, note, best, best_of, all, all_of (those with a group known), and side: "more" or "less" often
    among the best than its number would give, null where that is not significant. Empty of fewer than
    ten, and where the rule does not choose from many. What the rule itself chose by is left out. A joint return is in
    a group if all its councils are.
    """
    if found.rows.height < FEWEST or found.among.height <= found.rows.height:
        return pl.DataFrame(schema=SCHEMA)
    members: Members = dict(found.among.select("return_id", "area_ids").iter_rows())
    kinds = {
        REGION: _alike(members, _regions(db)),
        TYPE: _alike(members, _types(db)),
        SIZE: _sizes(db, members, found.period),
        NEED: _alike(members, _deprivation(db, members)),
    }
    if found.by_value:
        # The others were chosen by a judgement of Ofsted's.
        kinds[JUDGED] = _alike(members, _judged(db))
    best = set(found.rows["return_id"])
    rows = [row for dimension, groups in kinds.items() for row in _counted(dimension, groups, best)]
    return pl.DataFrame(rows, SCHEMA, orient="row")


def side(best: int, drawn: int, group: int, everybody: int) -> str | None:
    """Whether `best` of `drawn` is "more" or "less" than a lot among `everybody`, `group` of them, would give.

    Beyond the 95 % that lie between both tails; None where chance could explain it.
    """
    ways = [comb(group, hits) * comb(everybody - group, drawn - hits) for hits in range(min(group, drawn) + 1)]
    if sum(ways[best:]) <= TAIL * sum(ways):
        return "more"
    return "less" if sum(ways[: best + 1]) <= TAIL * sum(ways) else None


def sources(db: Database, found: Best) -> list[Source]:
    """What the groups rest on: the sources of the judgements, the children and their deprivation."""
    counted = [db.sources[db.metrics[one].source_id] for one in (CHILDREN, DEPRIVATION) if one in db.metrics]
    return [*counted, *(judged_by(db) if found.by_value else [])]


def _counted(dimension: str, groups: Mapping[str, Group], best: set[str]) -> list[tuple[object, ...]]:
    """How many returns are in each group, in the groups' order; nothing where all are in one."""
    found = sorted(set(groups.values()))
    if len(found) < 2:
        return []
    drawn, everybody = sum(one in best for one in groups), len(groups)
    rows: list[tuple[object, ...]] = []
    for group in found:
        within = [one for one, of in groups.items() if of == group]
        hits = sum(one in best for one in within)
        beyond = side(hits, drawn, len(within), everybody)
        rows.append((dimension, group.name, group.note, hits, drawn, len(within), everybody, beyond))
    return rows


def _alike(members: Members, groups: Mapping[str, Group]) -> dict[str, Group]:
    """The group of each return: that of its councils, if all of them are in it."""
    found = {return_id: {groups.get(one) for one in area_ids} for return_id, area_ids in members.items()}
    alike = {return_id: next(iter(of)) for return_id, of in found.items() if len(of) == 1}
    return {return_id: group for return_id, group in alike.items() if group is not None}


def _regions(db: Database) -> dict[str, Group]:
    """The nine regions, in the publisher's order: Inner and Outer London are London."""
    found = {}
    for area_id, region_id in db.regions.items():
        above = db.regions.get(region_id)
        region = region_id if above in (None, ENGLAND) else above
        if region is not None:
            found[area_id] = Group(region, db.names[region])
    return found


def _types(db: Database) -> dict[str, Group]:
    kinds = db.area.select("area_id", "authority_type").iter_rows()
    return {area_id: Group(kind, kind) for area_id, kind in kinds if kind is not None}


def _judged(db: Database) -> dict[str, Group]:
    return {area_id: Group(grade, GRADES[int(grade) - 1]) for area_id, grade in _newest(db, LEADERS).items()}


def _sizes(db: Database, members: Members, period: Period) -> dict[str, Group]:
    """Thirds of returns by their children, at the mid-year before the period ended (or the first there is)."""
    periods = db.periods.get(CHILDREN, [])
    if not periods:
        return {}
    end = next((one.end for one in periods if one.end <= period.end), periods[-1].end)
    children = _values(db.councils(CHILDREN, end))
    counts = {
        return_id: sum(children[one] for one in area_ids)
        for return_id, area_ids in members.items()
        if all(one in children for one in area_ids)
    }
    return _thirds(counts, ("Fewest children", "Middle by children", "Most children"), "{} to {} children", decimals=0)


def _deprivation(db: Database, members: Members) -> dict[str, Group]:
    """Thirds of authorities by the share of children in income deprivation."""
    shares = _newest(db, DEPRIVATION)
    own = {one: shares[one] for area_ids in members.values() for one in area_ids if one in shares}
    words = ("Least deprived", "Middle by deprivation", "Most deprived")
    return _thirds(own, words, "{}% to {}% of children in income deprivation", decimals=1)


def _newest(db: Database, metric_id: str) -> dict[str, float]:
    return _values(db.councils(metric_id, db.latest(metric_id).end)) if metric_id in db.periods else {}


def _values(rows: pl.DataFrame) -> dict[str, float]:
    return dict(rows.filter(pl.col("value").is_not_null()).select("area_id", "value").iter_rows())


def _thirds(
    values: Mapping[str, float], words: tuple[str, str, str], bounds: str, *, decimals: int
) -> dict[str, Group]:
    """The third that each value is in, by type 7 quantiles; equals stay together. The note holds a third's ends."""
    if len(values) < len(words):
        return {}
    first, second = quantiles(values.values(), n=3, method="inclusive")
    position = {one: (value > first) + (value > second) for one, value in values.items()}
    groups = {}
    for at in set(position.values()):
        own = [values[one] for one, of in position.items() if of == at]
        ends = (number(end, decimals) for end in (min(own), max(own)))
        groups[at] = Group(at, words[at], bounds.format(*ends))
    return {one: groups[at] for one, at in position.items()}
