"""Words about a council among the councils that its benchmark is of."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dashboard.analysis import group as groups
from dashboard.analysis.group import Members
from dashboard.data.model import Metric, Row
from dashboard.views.text import comparisons, formats
from dashboard.views.text.best import TYPES
from dashboard.views.text.inspections import region


def among(group: Members | None) -> str:
    """Who a council is ranked among: "among its statistical neighbours"; empty of all councils."""
    if group is None:
        return ""
    return {
        "neighbours": "among its statistical neighbours",
        "region": f"among councils in {region(group.name)}",
        "type": f"among {TYPES.get(group.name, 'councils of its type')}",
        "picked": "in your group",
    }[group.kind]


def group_sentence(name: str, profile: pl.DataFrame, metrics: Mapping[str, Metric], group: Members) -> str:
    """Where a council is best and worst in its group, from a profile that `group.ranked_among` ranked; no score."""
    name, where = formats.place(name), among(group)
    rows = groups.by_rank(profile)
    if rows.is_empty():
        return f"{name} has no figure in a measure that ranks councils {where}."
    best = rows.row(0, named=True)
    rest = groups.by_rank(profile, "rank_low").filter(pl.col("metric_id") != best["metric_id"])
    better = groups.better_half(rows).height
    first = f"{where[0].upper()}{where[1:]}, {name} ranks best on {_ranked(best, metrics)}"
    last = f" and worst on {_ranked(rest.row(-1, named=True), metrics)}" if rest.height else ""
    count = f"{rows.height} ranked measure{'' if rows.height == 1 else 's'}"
    return f"{first}{last}. It is in the better half on {better} of {count}."


def _ranked(row: Row, metrics: Mapping[str, Metric]) -> str:
    rank, _, _ = comparisons.rank(row).partition(" (")
    return f"{metrics[row['metric_id']].short_title.lower()} ({rank})"
