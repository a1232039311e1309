"""Words for figures that contradict a proof: which row, what it should be by which proof, and what would fit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import polars as pl

from etl.areas import Areas
from etl.check.kinds_of_proof import ALIKE, CHILDREN, MEAN, PARTS, RATE, SUM
from etl.check.proofs import LONDON
from etl.model import ENGLAND, Metric

# A council explains a difference where it would then be this much nearer its own figure of another year, as a factor.
NEARER = 1.3
# And no other would be nearly as much nearer.
ALONE = 1.2


def describe(unproved: pl.DataFrame, observation: pl.DataFrame, metrics: Iterable[Metric], areas: Areas) -> list[str]:
    """A line for each figure of UNPROVED, once though several metrics are read from it; rows of councils come first."""
    known = {metric.id: metric for metric in metrics}
    names = areas.names()
    rows = list(unproved.iter_rows(named=True))
    exchanged = _find_exchanged(rows)
    said: dict[tuple[object, ...], str] = {}
    for row in rows:
        metric = known[row["metric_id"]]
        column = _column(metric, row["what"])
        key = (row["proof"], row["file"], row["line"], row["period"], column, row["printed"])
        if key not in said:
            more = (
                _fits(row, observation, areas)
                if row["proof"] in (SUM, MEAN) and row["area_id"] not in exchanged
                else ""
            )
            if row["area_id"] in exchanged:
                more = f" The rows of {names[row['area_id']]} and {names[exchanged[row['area_id']]]} may be exchanged."
            where = f"{row['file']}, line {row['line']}" if row["line"] is not None else str(row["file"])
            said[key] = (
                f"{names[row['area_id']]}, {row['period']}: {column} is {_shown(row['printed'])} ({where}); "
                f"{_should(row, max(metric.decimals, 1) + 1)}.{more}"
            )
    return list(said.values())


def _column(metric: Metric, what: str) -> str:
    columns = {
        "value": (metric.column,),
        "numerator": metric.numerator or (metric.column,),
        "denominator": metric.denominator,
    }.get(what, (what,))
    return " + ".join(filter(None, columns)) or metric.noun


def _should(row: Mapping[str, object], decimals: int) -> str:
    expected, lowest, highest = (float(str(row[name])) for name in ("expected", "lowest", "highest"))
    if math.isinf(lowest):
        return (
            "one of its parts is hidden by itself, which would give it away: a symbol may have become a number, or a "
            "number a symbol"
        )
    at_most = "more" if math.isinf(highest) else _shown(round(highest, decimals))
    exact = math.isclose(lowest, highest, abs_tol=0.5 * 10.0**-decimals)
    band = "" if exact else f" ({_shown(round(lowest, decimals))} to {at_most})"
    by = {
        RATE: "by the counts printed beside it it should be",
        SUM: f"its {'regions and ' if row['area_id'] == ENGLAND else ''}councils add up to",
        MEAN: "the mean of its councils is",
        PARTS: "its parts add up to",
        CHILDREN: "the population estimates have",
        ALIKE: "another table has",
    }[str(row["proof"])]
    return f"{by} {_shown(round(expected, decimals))}{band}"


def _shown(number: object) -> str:
    return f"{float(str(number)):,.9g}"


def _find_exchanged(rows: list[dict[str, object]]) -> dict[str, str]:
    """Areas of which each prints what the other's parts add up to."""
    found: dict[str, str] = {}
    wide = [row for row in rows if row["proof"] in (SUM, MEAN) and row["area_id"] not in (ENGLAND, LONDON)]
    for one in wide:
        for other in wide:
            same = all(one[key] == other[key] for key in ("metric_id", "period", "what", "proof"))
            if same and one["area_id"] != other["area_id"] and _holds(one, other) and _holds(other, one):
                found[str(one["area_id"])] = str(other["area_id"])
    return found


def _holds(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether one lies in the band of the other."""
    return float(str(other["lowest"])) <= float(str(one["printed"])) <= float(str(other["highest"]))


def _fits(row: Mapping[str, object], observation: pl.DataFrame, areas: Areas) -> str:
    """The one council whose figure, changed by the difference, would be much nearer its own of another year.

    Of a mean, the one that is farther from its own of another year than all others, towards the difference.
    """
    below = dict(areas.area.select("area_id", "region_id").iter_rows())

    def is_in(area_id: str) -> bool:
        above = below.get(area_id)
        while above and above != row["area_id"]:
            above = below.get(above)
        return above == row["area_id"]

    what = str(row["what"])
    figures = observation.filter(pl.col("metric_id") == row["metric_id"]).select(
        "return_id", "area_id", "period", "period_end", "line", pl.col(what).alias("count")
    )
    now = figures.filter((pl.col("period") == row["period"]) & pl.col("count").is_not_null())
    middle = (float(str(row["lowest"])) + float(str(row["highest"]))) / 2
    off = float(str(row["printed"])) - middle
    gains = []
    for council in now.unique("return_id", maintain_order=True).iter_rows(named=True):
        others = figures.filter(
            (pl.col("area_id") == council["area_id"]) & (pl.col("period") != row["period"]) & (pl.col("count") > 0)
        ).sort((pl.col("period_end") - council["period_end"]).abs())
        fit = council["count"] + off if row["proof"] == SUM else council["count"]
        if not is_in(council["area_id"]) or others.is_empty() or fit <= 0:
            continue
        own = others["count"][0]
        moved = math.log(max(council["count"], 0.5 * bool(row["proof"] == SUM)) / own)
        if row["proof"] == SUM:
            gains.append((abs(moved) - abs(math.log(fit / own)), council, fit))
        elif moved * off < 0:
            gains.append((abs(moved), council, own))
    gains.sort(key=lambda gain: -gain[0])
    second = gains[1][0] if len(gains) > 1 else 0.0
    if not gains or gains[0][0] < math.log(NEARER) or gains[0][0] - second < math.log(ALONE):
        return ""
    _, council, fit = gains[0]
    name = areas.names()[council["area_id"]]
    if row["proof"] == MEAN:
        here = f"{_shown(council['count'])} (line {council['line']})"
        return f" {name} moved most, from {_shown(fit)} in another year to {here}."
    return f" {_shown(fit)} instead of {_shown(council['count'])} for {name} (line {council['line']}) would fit."
