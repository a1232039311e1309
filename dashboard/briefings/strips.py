"""All councils in one measure, as a strip of dots: the further right, the better."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import polars as pl

from dashboard.analysis.benchmarks import Benchmark
from dashboard.briefings.model import Strip
from dashboard.data.model import Metric
from dashboard.views.charts.style import axis_range
from dashboard.views.text import formats
from dashboard.views.text.briefings import group

# Of a strip some five centimetres long: finer is not seen.
DIGITS = 4
HEAD = "All councils, better to the right"
OTHERS = "Councils based on too few to be ranked, and those whose figure is hidden, have no dot."


def strip(
    rows: pl.DataFrame,
    metric: Metric,
    benchmark: Benchmark,
    name: str,
    *,
    own: Collection[str],
    england: float | None,
    neighbours: float | None = None,
    mark: float | None = None,
) -> Strip:
    """The strip of one measure from its rows of `comparison.newest`; `own` are the numbers of those it is about.

    `name` is whose they are; `mark` the value of the benchmark, null where each council has its own.
    """
    known = rows.filter(pl.col("value").is_not_null()).unique("return_id", keep="first", maintain_order=True)
    low, high = axis_range(rows, [england, neighbours, mark])
    about = rows.filter(pl.col("area_id").is_in(list(own)) & pl.col("value").is_not_null())
    mine = about.unique("return_id", keep="first", maintain_order=True)["value"].sort().to_list()

    def place(value: float | None) -> float | None:
        if value is None:
            return None
        share = (value - low) / (high - low)
        return round(1 - share if metric.lower_is_better else share, DIGITS)

    dots = [place(value) for value in known.filter(pl.col("sets_cut"))["value"].sort()]
    return Strip(
        _alt(known, metric, benchmark, name, mine, len(own) > 1, england, neighbours, mark),
        tuple(dot for dot in dots if dot is not None),
        tuple(dot for dot in map(place, mine) if dot is not None),
        place(england),
        place(neighbours),
        place(mark),
    )


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
    known: pl.DataFrame, metric: Metric, benchmark: Benchmark, name: str, mine: list[float], several: bool,
    england: float | None, neighbours: float | None, mark: float | None,
) -> str:  # fmt: skip
    setting = known.filter(pl.col("sets_cut"))["value"].sort(descending=metric.lower_is_better).to_list()
    pieces: list[Any] = []
    if setting:
        pieces.append(f"from {formats.brief(setting[0], metric)} to {formats.brief(setting[-1], metric)}, best last")
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
    return f"{metric.title}, {len(setting)} councils {'; '.join(pieces)}."
