"""A figure as SVG: one plot, or several side by side where it has axes for them."""

from __future__ import annotations

import math

from dashboard.views.charts.builder import Part
from dashboard.views.svg import text
from dashboard.views.svg.plot import TITLE, axis_title, draw_plot
from dashboard.views.svg.text import number


def draw_figure(figure: Part, width: float, height: float) -> str:
    """The figure in so much room, from 0, 0."""
    return (_draw_panels if "xaxis2" in figure["layout"] else draw_plot)(figure, width, height)


def _draw_panels(figure: Part, width: float, height: float) -> str:
    """Plots of one axis each, side by side in as many columns as the figure has, each with its note as its name."""
    layout = figure["layout"]
    keys = [key.removeprefix("xaxis") for key in layout if key.startswith("xaxis")]
    columns = len({layout[f"xaxis{key}"]["domain"][0] for key in keys})
    title = axis_title(layout["yaxis"])
    start = TITLE * text.LINE + 4 if title else 0.0
    wide, tall = (width - start) / columns, height / math.ceil(len(keys) / columns)
    drawn = [text.draw(0, height / 2, title, TITLE, across="middle", up="top", turned=True)] if title else []
    for at, (key, note) in enumerate(zip(keys, layout["annotations"], strict=True)):
        axes = {f"{letter}axis": _alone(layout[f"{letter}axis{key}"]) for letter in "xy"}
        shapes = [{**shape, "xref": "x", "yref": "paper"} for shape in layout["shapes"] if shape["xref"] == f"x{key}"]
        panel = {
            "data": [
                {name: value for name, value in trace.items() if name not in ("xaxis", "yaxis")}
                for trace in figure["data"]
                if trace["xaxis"] == f"x{key}"
            ],
            "layout": {
                **axes, "shapes": shapes, "annotations": [{**note, "x": 0, "y": 1}],
                "margin": {"l": 8, "r": 16, "t": 26, "b": 28},
            },
        }  # fmt: skip
        drawn.append(
            f'<g transform="translate({number(start + at % columns * wide)} {number(at // columns * tall)})">'
            f"{draw_plot(panel, wide, tall, f'plot{at}')}</g>"
        )
    return "".join(drawn)


def _alone(axis: Part) -> Part:
    """An axis of a plot of its own, with its numbers; its title stands once beside all."""
    left_out = ("domain", "anchor", "showticklabels", "title")
    return {name: value for name, value in axis.items() if name not in left_out}
