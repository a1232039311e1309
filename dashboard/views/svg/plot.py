"""A Plotly figure of `views.charts` as SVG: the few kinds of traces that `builder` makes, in any size.

What Plotly finds out in a browser, as the room that the names of rows need, is found out here by measuring.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from dashboard.views.charts.builder import Part
from dashboard.views.charts.palette import GREY, INK, PALE
from dashboard.views.svg import text
from dashboard.views.svg.bars import Bar, colours_of, each, placed_bars, places
from dashboard.views.svg.marks import hatching, mark, rectangle, stroke, touch
from dashboard.views.svg.scales import Scale, scale
from dashboard.views.svg.text import number, quoted

GRID = "#e5e6e7"
TICK, TITLE = 13.0, 13.0
# Between an axis and its numbers, and between these and the title.
GAP = 7.0
# A mark at the edge of the plot is whole.
OVER = 6.0
# Between a mark and words beside it.
BESIDE = 4.0
ANCHORS = {"left": "start", "center": "middle", "right": "end"}


@dataclass(frozen=True)
class Room:
    """What is free around the plot, in pixels."""

    left: float
    right: float
    top: float
    bottom: float


def draw_plot(figure: Part, width: float, height: float, name: str = "plot") -> str:
    """The figure in so much room, from 0, 0; `name` begins the names of its patterns and clips."""
    first = _Plot(figure, width, height, name, _room(figure, 0))
    over = first.overflow()
    return (first if over <= 0 else _Plot(figure, width, height, name, _room(figure, over))).svg()


def legend(figure: Part) -> list[tuple[Part, str]]:
    """The marks that the figure itself explains: a trace's marker and its name."""
    if not figure["layout"].get("showlegend"):
        return []
    return [(one["marker"], one["name"]) for one in figure["data"] if one.get("showlegend", True) and one.get("name")]


def _room(figure: Part, more: float) -> Room:
    margin = figure["layout"]["margin"]
    # A legend within the plot is drawn over the picture instead.
    top = 14 if figure["layout"].get("showlegend") else margin["t"]
    return Room(margin["l"], margin["r"] + more, top, margin["b"])


class _Plot:
    """One drawing of a figure."""

    def __init__(self, figure: Part, width: float, height: float, name: str, room: Room) -> None:
        self.layout, self.name, self.width, self.height = figure["layout"], name, width, height
        self.traces = sorted(
            (one for one in figure["data"] if len(one.get("y", one.get("x", ())))), key=lambda one: one.get("zorder", 0)
        )
        self.bars = placed_bars(self.traces, self.layout)
        left = max(room.left, self._beside("yaxis"))
        self.top, self.bottom = room.top, height - room.bottom
        self.left, self.right = left, width - room.right
        self.scales: dict[str, Scale] = {
            "x": self._scale("x", "xaxis", self.left, self.right),
            "y": self._scale("y", "yaxis", *self._domain("yaxis")),
        }
        if "yaxis2" in self.layout:
            self.scales["y2"] = self._scale("y", "yaxis2", *self._domain("yaxis2"), key="y2")
        self.patterns: dict[str, str] = {}
        # What annotations fill already: none is written over another.
        self.taken: list[tuple[float, float, float, float]] = []

    def svg(self) -> str:
        """All of it."""
        shapes = self.layout.get("shapes", ())
        below = [self._shape(one) for one in shapes if one.get("layer") == "below"]
        above = [self._shape(one) for one in shapes if one.get("layer") != "below"]
        inside: list[tuple[bool, str]] = []
        for at, trace in enumerate(self.traces):
            before = self.traces[at - 1] if at else None
            inside += self._trace(at, trace, before)
        drawn = [
            "".join(parts) if free else f'<g clip-path="url(#{self.name}-clip)">{"".join(parts)}</g>'
            for free, group in groupby(inside, key=lambda one: one[0])
            for parts in [[svg for _, svg in group]]
        ]
        notes = [self._note(one) for one in self.layout.get("annotations", ())]
        edge = 0 if "yaxis2" in self.layout else self.top - OVER
        clip = rectangle(self.left - OVER, edge, self.right - self.left + 2 * OVER, self.bottom + OVER - edge, "")
        defs = f'<defs><clipPath id="{self.name}-clip">{clip}</clipPath>{"".join(self.patterns.values())}</defs>'
        return "".join([defs, *self._axes(), *below, *drawn, *above, *notes])

    def overflow(self) -> float:
        """How far words at the right reach out of the picture."""
        over = [0.0]
        x, y = self.scales["x"], self.scales["y"]
        for note in self.layout.get("annotations", ()):
            if note.get("xanchor") == "left":
                start = self._at(note, "x") + note.get("xshift", 0)
                over.append(start + text.width(note["text"], _size(note)) + 4 - self.width)
        for trace in self.traces:
            if trace.get("mode") == "text":
                sides = each(trace["textposition"], len(trace["x"]))
                sizes = trace["textfont"]["size"]
                over += [
                    x(at) + BESIDE + text.width(words, sizes) - self.width
                    for at, words, side in zip(trace["x"], trace["text"], sides, strict=True)
                    if side == "middle right" and trace.get("yaxis", "y") == "y" and y.layout is not None
                ]
        return max(over)

    def _domain(self, axis: str) -> tuple[float, float]:
        low, high = self.layout[axis].get("domain", (0, 1))
        tall = self.bottom - self.top
        return self.bottom - low * tall, self.bottom - high * tall

    def _scale(self, letter: str, axis: str, start: float, end: float, key: str = "") -> Scale:
        key = key or letter
        values: list[Any] = []
        bars = False
        for at, trace in enumerate(self.traces):
            if letter == "y" and trace.get("yaxis", "y") != key:
                continue
            if trace["type"] != "bar":
                values += [one for one in trace[letter] if one is not None]
                continue
            upright = trace.get("orientation", "v") == "v"
            if upright == (letter == "x"):
                values += list(places(trace))
                bars = True
            else:
                values += [end for _, _, low, high in self.bars[at] for end in (low, high)]
        layout = self.layout[axis]
        if any(trace.get("textposition") == "outside" for trace in self.traces) and not bars and values:
            values.append(max(values) * 1.06)
        return scale(letter, layout, values, start, end, bars=bars)

    def _beside(self, axis: str) -> float:
        """The room that the numbers or names of an upright axis need, and its title."""
        shown = self.layout[axis]
        if not shown.get("visible", True):
            return 0.0
        trial = self._scale("y", axis, *((self.height - 40, 10.0) if "domain" not in shown else (self.height, 80.0)))
        widest = max((text.width(self._name(words), TICK) for _, words in trial.ticks), default=0.0)
        title = _title(shown)
        return widest + GAP + 6 + (len(title.split("<br>")) * TITLE * text.LINE + GAP if title else 0)

    def _axes(self) -> Iterable[str]:
        x, y = self.scales["x"], self.scales["y"]
        floor, ceiling = y.start, self.scales["y2"].end if "y2" in self.scales else y.end
        if x.layout.get("showgrid", True):
            yield from (stroke([(at, floor), (at, ceiling)], GRID, 1) for at, _ in x.ticks)
        if y.layout.get("visible", True):
            if y.layout.get("showgrid", True) and y.kind != "category":
                yield from (stroke([(self.left, at), (self.right, at)], GRID, 1) for at, _ in y.ticks)
            yield from (
                text.draw(self.left - GAP, at, self._name(words), TICK, across="end", up="middle")
                for at, words in y.ticks
            )
            if title := _title(y.layout):
                count = len(title.split("<br>"))
                edge = self.left - self._beside("yaxis") + 4 + (count - 1) * TITLE * text.LINE * 0.1
                middle = (y.start + y.end) / 2
                yield text.draw(edge, middle, title, TITLE, across="middle", up="top", turned=True)
        yield from (text.draw(at, floor + GAP, words, TICK, across="middle", up="top") for at, words in self._apart(x))
        if title := _title(x.layout):
            down = floor + GAP + TICK * text.LINE * max((words.count("<br>") + 1 for _, words in x.ticks), default=1)
            yield text.draw(
                (self.left + self.right) / 2, down + 2, title.replace("<br>", ", "), TITLE, across="middle", up="top"
            )

    def _name(self, words: str) -> str:
        """The name of a row, in as few lines as a fifth of the picture allows."""
        return text.rejoined(words, TICK, self.width / 5)

    @staticmethod
    def _apart(axis: Scale) -> Iterable[tuple[float, str]]:
        """The ticks of a level axis whose words do not touch those before them."""
        free = -math.inf
        for at, words in axis.ticks:
            half = text.width(words, TICK) / 2
            if at - half > free:
                yield at, words
                free = at + half + 4

    def _trace(self, at: int, trace: Part, before: Part | None) -> Iterable[tuple[bool, str]]:
        """Its parts, each with whether it may reach out of the plot."""
        free = trace.get("cliponaxis") is False
        if trace["type"] == "bar":
            yield from ((True, one) for one in self._bars(at, trace))
            return
        mode = trace["mode"]
        if "fill" in trace:
            yield free, self._fill(trace, before)
        if "lines" in mode:
            yield from ((free, one) for one in self._line(trace))
        if "markers" in mode:
            yield from ((free, one) for one in self._markers(trace))
        if mode == "text":
            yield from ((True, one) for one in self._words(trace))

    def _points(self, trace: Part) -> list[list[tuple[float, float]]]:
        """The points of a line in parts, where values are missing."""
        x, y = self.scales["x"], self.scales[trace.get("yaxis", "y")]
        pairs = list(zip(trace["x"], trace["y"], strict=True))
        parts = [
            [(x(across), y(up)) for across, up in group]
            for known, group in groupby(pairs, key=lambda pair: None not in pair)
            if known
        ]
        if trace["line"].get("shape") == "hv":
            return [
                [part[0], *(point for one, two in pairwise(part) for point in ((two[0], one[1]), two))]
                for part in parts
            ]
        return parts

    def _line(self, trace: Part) -> Iterable[str]:
        look = trace["line"]
        if not look.get("width", 2):
            return
        for part in self._points(trace):
            if len(part) > 1:
                yield stroke(part, look["color"], look.get("width", 2), look.get("dash"))
            elif "markers" not in trace["mode"]:
                # A line of one point would not be seen.
                yield mark(*part[0], "circle", max(look.get("width", 2) * 1.6, 4), look["color"])

    def _fill(self, trace: Part, before: Part | None) -> str:
        y = self.scales[trace.get("yaxis", "y")]
        floors = self._points(before) if trace["fill"] == "tonexty" and before else []
        drawn = []
        for at, part in enumerate(self._points(trace)):
            floor = floors[at] if at < len(floors) else [(part[0][0], y(0)), (part[-1][0], y(0))]
            path = "M" + "L".join(f"{number(across)} {number(up)}" for across, up in [*part, *reversed(floor)]) + "Z"
            colour, opacity = trace["fillcolor"], ""
            if len(colour) == 9:  # with its opacity in its last two digits, which not every program reads
                colour, opacity = colour[:7], f' fill-opacity="{number(int(colour[7:], 16) / 255)}"'
            drawn.append(f'<path d="{path}" fill="{quoted(colour)}"{opacity}/>')
        return "".join(drawn)

    def _markers(self, trace: Part) -> Iterable[str]:
        x, y = self.scales["x"], self.scales[trace.get("yaxis", "y")]
        look, count = trace["marker"], len(trace["x"])
        edge = look.get("line", {})
        parts = zip(
            trace["x"], trace["y"], each(look.get("symbol", "circle"), count), each(look.get("size", 6), count),
            colours_of(look, count), each(edge.get("width", 0), count), each(edge.get("color"), count), strict=True,
        )  # fmt: skip
        for across, up, symbol, size, colour, width, ink in parts:
            if across is not None and up is not None and size:
                edged = {"width": width, **({"color": ink} if ink else {})}
                yield mark(x(across), y(up), symbol, size, colour, edged)

    def _words(self, trace: Part) -> Iterable[str]:
        x, y = self.scales["x"], self.scales["y"]
        font, count = trace["textfont"], len(trace["x"])
        parts = zip(
            trace["x"],
            trace["y"],
            trace["text"],
            each(trace["textposition"], count),
            each(font["color"], count),
            strict=True,
        )
        for across, up, words, side, colour in parts:
            right = side.endswith("right")
            place = x(across) + (BESIDE if right else -BESIDE)
            yield text.draw(
                place, y(up), words, font["size"], fill=colour, across="start" if right else "end", up="middle",
                halo="shadow" in font,
            )  # fmt: skip

    def _bars(self, at: int, trace: Part) -> Iterable[str]:
        x, y = self.scales["x"], self.scales[trace.get("yaxis", "y")]
        look, upright, bars = trace["marker"], trace.get("orientation", "v") == "v", self.bars[at]
        count, edge = len(bars), look.get("line", {})
        colours, words = colours_of(look, count), each(trace.get("text", ""), count)
        shapes = each(look.get("pattern", {}).get("shape", ""), count)
        widths, inks = each(edge.get("width", 0), count), each(edge.get("color", GREY), count)
        inks_of_text = each(trace.get("textfont", {}).get("color", INK), count)
        for bar, colour, said, shape, width, ink, over in zip(
            bars, colours, words, shapes, widths, inks, inks_of_text, strict=True
        ):
            place, wide, low, high = bar
            across, along = (x, y) if upright else (y, x)
            ends = sorted((across(place - wide / 2), across(place + wide / 2)))
            reach = sorted((along(low), along(high)))
            if reach[1] - reach[0] <= 0:
                continue
            left, right, top, bottom = (*ends, *reach) if upright else (*reach, *ends)
            fill = f"url(#{self._pattern(look['pattern'].get('fgcolor', PALE))})" if shape else colour
            outline = f' stroke="{quoted(ink)}" stroke-width="{number(width)}"' if width else ""
            yield rectangle(left, top, right - left, bottom - top, f'fill="{quoted(fill)}"{outline}')
            if said and trace.get("textposition", "inside") != "none":
                yield self._on_bar(trace, str(said), over, (left, right, top, bottom), upright=upright)

    def _on_bar(self, trace: Part, words: str, colour: str, box: Bar, *, upright: bool) -> str:
        """The words of a bar; nothing where they have no room in it."""
        left, right, top, bottom = box
        size = float(trace.get("textfont", {}).get("size", TICK))
        wide, tall = text.width(words, size), size * text.CAPITALS
        if trace["textposition"] == "outside":
            return text.draw(right + BESIDE + 1, (top + bottom) / 2, words, size, up="middle")
        turned = trace.get("textangle") == -90
        needs = (tall, wide) if turned else (wide, tall)
        always = self.layout.get("uniformtext", {}).get("mode") == "show"
        if not always and (needs[0] + 4 > right - left or needs[1] + 4 > bottom - top):
            return ""
        middle = (left + right) / 2
        up = (top + bottom) / 2
        if upright and trace.get("insidetextanchor") == "end":
            up = top + 4 + tall / 2
            if always and tall + 8 > bottom - top:
                # A bar that is too low has its number over it.
                up, colour = top - 4 - tall / 2, INK
        if turned:
            return text.draw(middle, up, words, size, fill=colour, across="middle", up="middle", turned=True)
        return text.draw(middle, up, words, size, fill=colour, across="middle", up="middle")

    def _pattern(self, colour: str) -> str:
        name = f"{self.name}-hatch-{colour.lstrip('#')}"
        self.patterns[name] = hatching(name, colour)
        return name

    def _shape(self, shape: Part) -> str:
        x0, x1 = (self._across(shape[end], shape.get("xref", "x")) for end in ("x0", "x1"))
        y0, y1 = (self._up(shape[end], shape.get("yref", "y")) for end in ("y0", "y1"))
        if shape["type"] == "rect":
            look = f'fill="{quoted(shape["fillcolor"])}" fill-opacity="{number(shape["opacity"])}"'
            return rectangle(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0), look)
        look = shape["line"]
        return stroke([(x0, y0), (x1, y1)], look["color"], look["width"], look.get("dash"))

    def _note(self, note: Part) -> str:
        size = _size(note)
        x = self._at(note, "x") + note.get("xshift", 0)
        y = self._up(note["y"], note.get("yref", "y")) - note.get("yshift", 0)
        if note.get("yref") == "paper" and note["y"] > 1:
            # A second row of words over the plot, clear of the first at any height.
            y = self.top - size * text.LINE
        anchor = note.get("xanchor", "center")
        wide = text.width(note["text"], size)
        # Nothing is cut off at the edges of the picture.
        left = x - {"left": 0.0, "center": wide / 2, "right": wide}[anchor]
        shift = max(0.0, 2 - left) - max(0.0, left + wide + 2 - self.width)
        x, left = x + shift, left + shift
        y += self._free(left, left + wide, y, size, note)
        return text.draw(
            x, y, note["text"], size, fill=note["font"]["color"], across=ANCHORS[anchor],
            up=note.get("yanchor", "middle"), paper=note.get("bgcolor"),
        )  # fmt: skip

    def _free(self, left: float, right: float, y: float, size: float, note: Part) -> float:
        """How far words go up or down so that they lie on no others, nor on the numbers of the axis."""
        tall = text.LINE * size * (note["text"].count("<br>") + 1)
        up = {"top": 0.0, "middle": tall / 2, "bottom": tall}[note.get("yanchor", "middle")]
        boxes = {
            move: (left, y + move - up, right, y + move - up + tall) for move in (0, -tall, tall, -2 * tall, 2 * tall)
        }
        inside = [move for move, box in boxes.items() if box[1] >= 0 and box[3] <= self.bottom + 0.7 * tall]
        free = (move for move in inside if not any(touch(boxes[move], other) for other in self.taken))
        move = next(free, 0.0)
        self.taken.append(boxes[move])
        return move

    def _at(self, note: Part, letter: str) -> float:
        value, axis = note[letter], self.scales["x"]
        if axis.kind == "log" and note.get("xref", "x") == "x":
            value = 10**value  # the position of a note on an axis of ratios is given as a power of ten
        return self._across(value, note.get("xref", "x"))

    def _across(self, value: Any, of: str) -> float:
        return self.left + value * (self.right - self.left) if of == "paper" else self.scales["x"](value)

    def _up(self, value: Any, of: str) -> float:
        return self.bottom - value * (self.bottom - self.top) if of == "paper" else self.scales[of](value)


def _title(axis: Part) -> str:
    title = axis.get("title")
    return str(title["text"]) if title else ""


def _size(note: Part) -> float:
    return float(note["font"].get("size", TICK))
