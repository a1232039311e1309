"""All councils in one measure, as a strip of dots: the further right, the better."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.briefings.model import Strip
from dashboard.data.cache import cached
from dashboard.data.database import Database
from dashboard.data.model import Metric
from dashboard.views.charts.style import axis_ends, axis_over
from dashboard.views.text import formats
from dashboard.views.text.briefings import group

# Of a strip some five centimetres long: finer is not seen.
DIGITS = 4
HEAD = "All councils, better to the right"
OTHERS = "Councils based on too few to be ranked, and those whose figure is hidden, have no dot."


@dataclass(frozen=True)
class _Councils:
    """All councils in the newest period of one measure."""

    values: tuple[float, ...]
    """Of those that are not very small, each return once, from low to high."""
    ends: tuple[float, ...]
    """The lowest and the highest of them, ends of ranges among them; empty without any."""
    of: dict[str, tuple[str, float]]
    """Number of a council with a value -> the return it is in, and the value."""


@cached
def _councils(db: Database, metric_id: str) -> _Councils:
    rows = db.newest_councils.filter(pl.col("metric_id") == metric_id)
    known = rows.filter(pl.col("value").is_not_null())
    values = known.filter("sets_cut").unique("return_id", keep="first", maintain_order=True)["value"].sort()
    return _Councils(
        tuple(values),
        axis_ends(rows),
        {
            area_id: (return_id, value)
            for area_id, return_id, value in known.select("area_id", "return_id", "value").iter_rows()
        },
    )


def strip(
    db: Database,
    metric: Metric,
    benchmark: Benchmark,
    name: str,
    *,
    own: Collection[str],
    england: float | None,
    neighbours: float | None = None,
    mark: float | None = None,
) -> Strip:
    """The strip of one measure in its newest period; `own` are the numbers of those it is about.

    `name` is whose they are; `mark` the value of the benchmark, null where each council has its own.
    """
    councils = _councils(db, metric.metric_id)
    others = [value for value in (england, neighbours, mark) if value is not None]
    low, high = axis_over([*councils.ends, *others])
    mine = sorted(dict(councils.of[one] for one in own if one in councils.of).values())

    def place(value: float | None) -> float | None:
        return None if value is None else _place(value, low, high, metric.lower_is_better)

    return Strip(
        _alt(councils.values, metric, benchmark, name, mine, len(own) > 1, england, neighbours, mark),
        _places(councils.values, low, high, metric.lower_is_better),
        tuple(_place(value, low, high, metric.lower_is_better) for value in mine),
        place(england),
        place(neighbours),
        place(mark),
    )


# One page after the other has the same councils on the same axis.
@lru_cache(128)
def _places(values: tuple[float, ...], low: float, high: float, lower_is_better: bool) -> tuple[float, ...]:
    return tuple(_place(value, low, high, lower_is_better) for value in values)


def _place(value: float, low: float, high: float, lower_is_better: bool) -> float:
    """Where a value lies on an axis, from 0 to 1, the further the better."""
    share = (value - low) / (high - low)
    return round(1 - share if lower_is_better else share, DIGITS)


def how_to_read(
    name: str, benchmark: Benchmark, *, several: bool = False, neighbours: bool = True, beyond: bool = False
) -> str:
    """What the marks of a strip are; `beyond` says that one lies beyond the axis, and is an arrow."""
    name = formats.place(name)
    whose = f"The dark diamonds are the councils of {name}" if several else f"The dark diamond is {name}"
    if beyond:
        whose += " (an arrow: beyond the axis)"
    ring = ", the ring the median of its ten statistical neighbours" if neighbours else ""
    return (
        f"Each dot is a council, or those that report together; the further right, the better. {whose}, the upright "
        f"line England{ring}; the shaded end begins at {group(benchmark)}. {OTHERS}"
    )


def _alt(
    values: Sequence[float], metric: Metric, benchmark: Benchmark, name: str, mine: list[float], several: bool,
    england: float | None, neighbours: float | None, mark: float | None,
) -> str:  # fmt: skip
    pieces: list[str] = []
    if values:
        worst, best = (formats.brief(values[end], metric) for end in ((-1, 0) if metric.lower_is_better else (0, -1)))
        pieces.append(f"from {worst} to {best}, best last")
    if mine and several:
        ends = sorted(mine, reverse=metric.lower_is_better)
        pieces.append(f"councils of {name} from {formats.brief(ends[0], metric)} to {formats.brief(ends[-1], metric)}")
    elif not several and mine:
        pieces.append(f"{name} {formats.brief(mine[0], metric)}")
    elif mine == [] and name:
        pieces.append(f"{name} without a figure")
    for label, value, show in (
        ("England", england, formats.brief),
        ("neighbours’ median", neighbours, formats.brief),
        (benchmark.label.lower().replace("england", "England"), mark, formats.level),
    ):
        if value is not None:
            pieces.append(f"{label} {show(value, metric)}")
    return f"{metric.title}, {len(values)} councils {'; '.join(pieces)}."
