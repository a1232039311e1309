"""Where bars are: beside and on each other, in the units of the axes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from dashboard.views.charts.builder import Part
from dashboard.views.charts.palette import INK

# Its place, its width, and from where to where it goes.
Bar = tuple[float, float, float, float]


def placed_bars(traces: Sequence[Part], layout: Part) -> dict[int, list[Bar]]:
    """Of each trace of bars, by its position: each as (place, width, low, high), in the units of the axes."""
    stacked = layout.get("barmode") == "stack"
    gap = layout.get("bargap", 0.2)
    totals: defaultdict[Any, float] = defaultdict(float)
    if layout.get("barnorm") == "percent":
        for trace in traces:
            for place, value in zip(places(trace), lengths(trace), strict=True):
                totals[place] += value or 0
    upto: defaultdict[Any, float] = defaultdict(float)
    found: dict[int, list[Bar]] = {}
    categories = [layout[axis].get("categoryarray", ()) for axis in ("xaxis", "yaxis")]
    order = {str(name): float(at) for names in categories for at, name in enumerate(names)}
    for at, trace in enumerate(traces):
        if trace["type"] != "bar":
            continue
        bars = []
        bases = each(trace.get("base", 0), len(lengths(trace)))
        wide = each(trace.get("width", 1 - gap), len(bases))
        for place, length, base, width in zip(places(trace), lengths(trace), bases, wide, strict=True):
            value = (length or 0) * (100 / totals[place] if totals.get(place) else 1)
            key = place, trace.get("yaxis", "y")
            low = upto[key] if stacked and "base" not in trace else base
            upto[key] = low + value
            where = order.setdefault(place, float(len(order))) if isinstance(place, str) else float(place)
            bars.append((where, width, low, low + value))
        found[at] = bars
    return found


def places(trace: Part) -> Sequence[Any]:
    """Where the bars of a trace are, along the axis of places."""
    if trace["type"] != "bar":
        return []
    if "x0" in trace:
        return [trace["x0"] + trace["dx"] * at for at in range(len(trace["y"]))]
    return list(trace["x"] if trace.get("orientation", "v") == "v" else trace["y"])


def lengths(trace: Part) -> Sequence[Any]:
    if trace["type"] != "bar":
        return []
    return list(trace["y"] if trace.get("orientation", "v") == "v" else trace["x"])


def each(value: Any, count: int) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value] * count


def colours_of(look: Part, count: int) -> Sequence[str]:
    """The colour of each mark; a number is a place on a scale of classes."""
    colours = each(look.get("color", INK), count)
    if "colorscale" not in look:
        return colours
    stops = look["colorscale"]
    top = look.get("cmax", 1) or 1
    return [min(stops, key=lambda stop: abs(stop[0] - one / top))[1] for one in colours]
