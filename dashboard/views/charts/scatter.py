"""Two measures of all councils at once, by the latest judgement of leaders; the compared ones are named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl

from dashboard.data.model import GRADES, Metric
from dashboard.views.charts.builder import Part, Range, dots, figure, leaders, names, suffix, value_axis, within
from dashboard.views.charts.palette import GREY, INK, QUARTERS
from dashboard.views.charts.style import MARK, axis_range, beside, cut
from dashboard.views.text import formats

# A shape to each grade: colour is never alone.
SYMBOLS = ("circle", "square", "triangle-up", "triangle-down")
NO_GRADE = "No judgement"
HEIGHT = 560
RIGHT, TOP, BOTTOM = 16, 76, 68
# A title of two lines needs so much more beside the axis, in pixels.
TWO_LINES = 26
# A longer title gives way to the short one; a longer name is cut.
LONGEST, LONGEST_NAME = 45, 24
# Names are set as if the plot were so wide, in pixels; on a wider one they are further apart. On a phone it is so
# narrow: there they may touch, but none leaves the plot.
WIDTH, NARROW = 620, 260
LETTER, LINE = 6.6, 16
# Between a dot and its name: two blanks of half a letter each, some twelve pixels; and how far a line to it goes.
GAP, LEADER = "\N{EN SPACE}" * 2, 9
SIDES = {1: "middle right", -1: "middle left"}
Box = tuple[float, float, float, float]


class Dot(NamedTuple):
    """A return: where it is drawn, whether that is the edge for what lies beyond, and what is said of it."""

    area_id: str
    grade: str | None
    x: float
    y: float
    beyond: bool
    name: str
    values: list[str]


def draw_scatter(
    rows: pl.DataFrame,
    upright: Metric,
    across: Metric,
    *,
    labels: tuple[str, str],
    compared: Sequence[str],
    chosen: str | None,
    height: int = HEIGHT,
    width: int = WIDTH,
) -> Part:
    """A Plotly figure of `compare.pairs`; `labels` are the periods, of the upright measure first.

    What both measures report jointly is one dot. The axes hold all councils but the very small; who lies beyond stands
    at the edge with an open mark.
    """
    horizontal, vertical = _axis(rows, "x"), _axis(rows, "y")
    listed = _dots(rows, upright, across, horizontal, vertical, compared)
    hover = f"<b>%{{text}}</b><br>{upright.short_title}: %{{customdata[0]}}<br>{across.short_title}: %{{customdata[1]}}"
    named = [dot for dot in listed if dot.area_id in compared]
    own, others = ([dot for dot in listed if (dot.area_id == chosen) == mine] for mine in (True, False))
    traces = []
    for grade, symbol, colour in zip((*GRADES, None), (*SYMBOLS, "x-thin"), (*QUARTERS, INK), strict=True):
        alike = [dot for dot in others if dot.grade == grade]
        said = f"{hover}<br>Leaders: {grade or NO_GRADE.lower()}<extra></extra>"
        traces.append(_marks(alike, grade or NO_GRADE, said, symbol, 8, colour, {"color": GREY, "width": 1}))
    ringed = [dot for dot in named if dot.area_id != chosen]
    ring, edge = {"color": INK, "width": 2}, {"color": "#ffffff", "width": 1}
    traces += [
        {**_marks(ringed, "Compared", "", "circle-open", 16, INK, ring), "hoverinfo": "skip"},
        {**_marks(own, "", f"{hover}<extra></extra>", "diamond", 16, MARK, edge), "showlegend": False},
        *_names(named, horizontal, vertical, chosen, (width, height)),
    ]
    font = {"color": INK, "size": 13}
    return figure(
        [trace for trace in traces if trace["x"]],
        height=height,
        margin=(beside(*vertical, suffix=suffix(upright), title=True) + TWO_LINES, RIGHT, TOP, BOTTOM),
        hovermode="closest",
        showlegend=True,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "xanchor": "left",
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
            "font": font,
            "title": {"text": "Leadership grade", "side": "top", "font": font},
        },
        xaxis=value_axis(across, horizontal, title=_title(across, labels[1])),
        yaxis=value_axis(upright, vertical, title=_title(upright, labels[0]), automargin=True),
    )


def _axis(rows: pl.DataFrame, axis: str) -> Range:
    return axis_range(rows.select(pl.col(axis).alias("value"), pl.col(f"{axis}_sets").alias("sets_cut")), [])


def _dots(
    rows: pl.DataFrame,
    upright: Metric,
    across: Metric,
    horizontal: Range,
    vertical: Range,
    compared: Sequence[str],
) -> list[Dot]:
    # Where one of two that report jointly is compared, or chosen, the dot is theirs.
    first = {area_id: position for position, area_id in enumerate(compared)}
    shown = (
        rows.filter(pl.col("x").is_not_null() & pl.col("y").is_not_null())
        .with_columns(pl.col("area_id").replace_strict(first, default=len(first)).alias("order"))
        .sort("order", "name")
        .unique("return_id", keep="first", maintain_order=True)
        .sort("name")
    )
    joint = rows.filter(pl.col("return_id").str.contains("+", literal=True)).group_by("return_id").agg("name")
    partners = dict(joint.iter_rows())
    found = []
    for row in shown.iter_rows(named=True):
        x, y = within(row["x"], horizontal), within(row["y"], vertical)
        beyond = (x, y) != (row["x"], row["y"])
        name = formats.listed([formats.place(name) for name in partners.get(row["return_id"], [row["name"]])])
        across_words = formats.brief(row["x"], across) + (", beyond the axis" if beyond else "")
        said = [formats.brief(row["y"], upright), across_words]
        found.append(Dot(row["area_id"], row["grade"], x, y, beyond, name, said))
    return found


def _marks(listed: Sequence[Dot], name: str, hover: str, symbol: str, size: int, colour: str, edge: Part) -> Part:
    """A trace of alike dots; what lies beyond an axis has the open mark. The words of a dot are in no markup:
    Plotly would send each bracket as six bytes.
    """
    beyond = f"{symbol.removesuffix('-open')}-open"
    symbols = [beyond if dot.beyond else symbol for dot in listed]
    # One mark where all are alike: fewer bytes.
    one_or_all = symbols if len(set(symbols)) > 1 else next(iter(symbols), symbol)
    return dots(
        [dot.x for dot in listed],
        [dot.y for dot in listed],
        {"symbol": one_or_all, "size": size, "color": colour, "line": edge, "opacity": 1},
        hover,
        name=f"{name.removesuffix(' to be good')} ({len(listed)})",
        text=[dot.name for dot in listed],
        customdata=[dot.values for dot in listed],
        cliponaxis=False,
    )


def _names(
    listed: Sequence[Dot],
    horizontal: Range,
    vertical: Range,
    chosen: str | None,
    whole: tuple[int, int] = (WIDTH, HEIGHT),
) -> list[Part]:
    """The names of the compared, each beside its dot where no other name and no other named dot is; a line to those
    that are apart from it.

    Two traces and not an annotation each, which Plotly measures one by one: half of what the picture takes.
    """
    tall = whole[1] - TOP - BOTTOM
    per_pixel = (horizontal[1] - horizontal[0]) / whole[0], (vertical[1] - vertical[0]) / tall
    spots = [((dot.x - horizontal[0]) / per_pixel[0], (vertical[1] - dot.y) / per_pixel[1]) for dot in listed]
    taken: list[Box] = [(x - 8, y - 8, x + 8, y + 8) for x, y in spots]
    across: list[float | None] = []
    up: list[float | None] = []
    written: list[tuple[float, float, str, str]] = []
    # The chosen council's name has the first choice of place.
    for position in sorted(range(len(listed)), key=lambda one: (listed[one].area_id != chosen, spots[one])):
        dot, (x, y) = listed[position], spots[position]
        name = cut(dot.name, LONGEST_NAME)
        wide = len(name) * LETTER
        shift, box = _place(x, y, wide, (whole[0], tall), [box for other, box in enumerate(taken) if other != position])
        taken.append(box)
        side, height = (1 if shift[0] > 0 else -1), dot.y - shift[1] * per_pixel[1]
        if shift[1]:
            across += [dot.x, dot.x + side * LEADER * per_pixel[0], None]
            up += [dot.y, height, None]
        words = f"<b>{name}</b>" if dot.area_id == chosen else name
        # The gap is as wide as its letters are on any screen, which a place on the axis is not.
        written.append((dot.x, height, f"{GAP}{words}" if side > 0 else f"{words}{GAP}", SIDES[side]))
    at, heights = [x for x, *_ in written], [y for _, y, *_ in written]
    text, sides = [words for *_, words, _ in written], [side for *_, side in written]
    font = {"size": 12, "color": INK, "shadow": "auto"}
    return [
        leaders(across, up, INK, 1, showlegend=False),
        names(at, heights, text, sides, font, showlegend=False),
    ]


def _place(
    x: float, y: float, wide: float, whole: tuple[int, float], taken: Sequence[Box]
) -> tuple[tuple[float, float], Box]:
    """How far from its dot a name is, and the box it fills: the nearest place that is free, else the nearest."""
    tried: list[tuple[tuple[float, float], Box]] = []
    for up in (0, -LINE, LINE, -2 * LINE, 2 * LINE, -3 * LINE, 3 * LINE, -4 * LINE, 4 * LINE):
        for right in (12, -12):
            left = x + right if right > 0 else x + right - wide
            box = (left, y + up - LINE / 2, left + wide, y + up + LINE / 2)
            # A picture is as wide as it is; the page's chart may be on a phone.
            narrow = NARROW if whole[0] == WIDTH else whole[0]
            there = x * narrow / whole[0] + right
            inside = there >= 0 and there + wide <= narrow if right > 0 else there - wide >= 0
            if inside and box[1] >= 0 and box[3] <= whole[1]:
                tried.append(((right, up), box))
                if not any(_touch(box, other) for other in taken):
                    return tried[-1]
    # There is no room on either side of a long name in the middle of a phone, or none that is free.
    return tried[0] if tried else ((12, 0), (x + 12, y - LINE / 2, x + 12 + wide, y + LINE / 2))


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _title(metric: Metric, period: str) -> dict[str, Any]:
    unit = "" if metric.unit == "%" else f", {metric.unit}"
    name = metric.short_title if len(metric.title) > LONGEST else metric.title
    return {"text": f"{name}{unit}<br>{period}", "font": {"size": 13, "color": INK}, "standoff": 12}
