"""The parts of a Plotly figure that charts are put together from. What else is given by name goes into the part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.data.model import Metric
from dashboard.views.charts.palette import INK
from dashboard.views.charts.style import BASE, beside, layout

Part = dict[str, Any]
Range = tuple[float, float]
SAID = "%{text}<extra></extra>"
# Behind words on the plot.
PAPER = "rgba(255,255,255,0.85)"
STAR = {"symbol": "star", "size": 15, "color": INK}


def figure(traces: Sequence[Part], *, height: int, margin: tuple[float, float, float, float], **more: Any) -> Part:
    """A figure of our layout; the margin is left, right, top and bottom."""
    return {"data": traces, "layout": layout(height=height, margin=dict(zip("lrtb", margin, strict=True)), **more)}


def line(x: Sequence[Any], y: Sequence[Any], stroke: Part, **more: Any) -> Part:
    """A trace of points that a line joins."""
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": stroke, **more}


def leaders(x: Sequence[Any], y: Sequence[Any], colour: str, width: float, **more: Any) -> Part:
    """Thin lines from marks to their names, parted by None."""
    return line(x, y, {"color": colour, "width": width}, hoverinfo="skip", cliponaxis=False, **more)


def dots(x: Sequence[Any], y: Sequence[Any], marker: Part, hover: str = SAID, **more: Any) -> Part:
    """A trace of marks."""
    return {"type": "scatter", "mode": "markers", "x": x, "y": y, "marker": marker, "hovertemplate": hover, **more}


def names(x: Sequence[Any], y: Sequence[Any], text: list[str], side: str | list[str], font: Part, **more: Any) -> Part:
    """Words in one trace: of annotations Plotly checks and measures each by itself."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": x,
        "y": y,
        "text": text,
        "textposition": side,
        "textfont": font,
        "hoverinfo": "skip",
        "cliponaxis": False,
        **more,
    }


def bars(x: Sequence[Any], y: Sequence[Any], marker: Part, hover: str = SAID, **more: Any) -> Part:
    """A trace of bars."""
    return {"type": "bar", "x": x, "y": y, "marker": marker, "hovertemplate": hover, **more}


def reference_line(
    *, x: Any = None, y: Any = None, colour: str = INK, width: float = 1, dash: str | None = None, below: bool = True
) -> Part:
    """A line over the whole plot, upright at `x` or level at `y`."""
    ends = {"x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1}
    if y is not None:
        ends = {"xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y}
    stroke = {"color": colour, "width": width, **({"dash": dash} if dash else {})}
    return {"type": "line", **ends, "line": stroke, **({"layer": "below"} if below else {})}


def band(x: tuple[float, float]) -> Part:
    """A shade over the whole plot between two values."""
    shade = {"fillcolor": INK, "opacity": 0.1, "line": {"width": 0}, "layer": "below"}
    return {"type": "rect", "x0": x[0], "x1": x[1], "yref": "paper", "y0": 0, "y1": 1, **shade}


def tick(x: float, y: float, half: float) -> Part:
    """A short upright stroke, as at the median of a row."""
    return {"type": "line", "x0": x, "x1": x, "y0": y - half, "y1": y + half, "line": {"color": INK, "width": 3}}


def label(x: Any, y: float, text: str, *, size: int = 13, **more: Any) -> Part:
    """An annotation."""
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"size": size, "color": INK}, **more}


def label_above(x: float, text: str, side: str, *, y: float = 1, **more: Any) -> Part:
    """Words over the plot that begin ("left") or end ("right") at a value."""
    return label(x, y, text, size=12, yref="paper", yanchor="bottom", xanchor=side, **more)


def label_beside(x: float, y: float, text: str, *, right: bool, shift: int = 10, **more: Any) -> Part:
    """Words to the right or left of a mark."""
    anchor: Part = {"xanchor": "left" if right else "right", "xshift": shift if right else -shift}
    return label(x, y, text, bgcolor=PAPER, **anchor, **more)


def value_axis(metric: Metric, ends: Range, **more: Any) -> Part:
    """An axis of a measure's values, with its unit."""
    return {**BASE, "range": list(ends), "ticksuffix": suffix(metric), "title": unit(metric), **more}


def row_axis(labels: Sequence[str], top: float = 0.5, **more: Any) -> Part:
    """An upright axis with a row under each of these labels, the first on top."""
    return {
        "range": [len(labels) - top, -0.6],
        "tickvals": list(range(len(labels))),
        "ticktext": labels,
        "fixedrange": True,
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
        "tickfont": {"color": INK},
        **more,
    }


def left_margin(metric: Metric, ends: Range) -> float:
    """The margin that the numbers of an upright `value_axis` need."""
    return beside(*ends, suffix=suffix(metric), title=unit(metric) is not None)


def suffix(metric: Metric) -> str:
    """The unit after each number of an axis."""
    return "%" if metric.unit == "%" else ""


def unit(metric: Metric) -> str | None:
    """The title of an axis."""
    return None if metric.unit == "%" else metric.unit


def within(value: float, ends: Range) -> float:
    """The value, or the end of the axis that is nearest to it."""
    return min(max(value, ends[0]), ends[1])


def on_left(value: float, ends: Range) -> bool:
    """Whether a value is on the left half of an axis, and has room for words on its right."""
    return value < sum(ends) / 2


def apart(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Places near those wanted (ascending) that are `least` apart and between `low` and `high`, if there is room."""
    places: list[float] = []
    for place in wanted:
        places.append(max(place, places[-1] + least) if places else max(place, low))
    ceiling = high
    for position in range(len(places) - 1, -1, -1):
        places[position] = min(places[position], ceiling)
        ceiling = places[position] - least
    return places


def spread(
    rows: Sequence[int], own: Sequence[bool], *, share: float = 0.62, step: int = 4, steps: int = 9, digits: int = 3
) -> list[float]:
    """Heights of dots about their rows, so that equal values can be told apart; the chosen one is on its row."""
    offsets = [((at * step) % steps / (steps - 1) - 0.5) * share for at in range(len(rows))]
    return [round(row + (0 if mine else by), digits) for row, mine, by in zip(rows, own, offsets, strict=True)]


def broken(grade: str) -> str:
    """A grade on lines that are short enough for a phone."""
    return grade.replace("Requires improvement", "Requires<br>improvement<br>")
