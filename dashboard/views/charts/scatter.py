"""Two measures of all councils at once, by the latest judgement of leaders; the compared ones are named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboard.data.model import GRADES, Metric
from dashboard.views.charts.palette import GREY, INK, QUARTERS
from dashboard.views.charts.style import BASE, MARK, axis_range, beside, cut, layout
from dashboard.views.text import formats

# A shape to each grade: colour is never alone.
SYMBOLS = ("circle", "square", "triangle-up", "triangle-down")
NO_GRADE = "No judgement"
HEIGHT = 560
MARGIN = {"r": 16, "t": 76, "b": 68}
# A title of two lines needs so much more beside the axis, in pixels.
TWO_LINES = 26
# A longer title gives way to the short one; a longer name is cut.
LONGEST, LONGEST_NAME = 45, 24
# Names are set as if the plot were so wide, in pixels; on a wider one they stand further apart. On a phone it is so
# narrow: there they may touch, but none leaves the plot.
WIDTH, NARROW = 620, 260
LETTER, LINE = 6.6, 16
# Between a dot and its name: two blanks of half a letter each, some twelve pixels; and how far a line to it goes.
GAP, LEADER = "\N{EN SPACE}" * 2, 9
SIDES = {1: "middle right", -1: "middle left"}
Box = tuple[float, float, float, float]


def draw(
    rows: pl.DataFrame,
    upright: Metric,
    across: Metric,
    *,
    labels: tuple[str, str],
    compared: Sequence[str],
    chosen: str | None,
) -> dict[str, Any]:
    """A Plotly figure of `compare.pairs`; `labels` are the periods, of the upright measure first.

    What both measures report jointly is one dot. The axes hold all councils but the very small; who lies beyond stands
    at the edge with an open mark.
    """
    shown = rows.filter(pl.col("x").is_not_null() & pl.col("y").is_not_null())
    # Where one of two that report jointly is compared, or chosen, the dot is theirs.
    first = {area_id: position for position, area_id in enumerate(compared)}
    shown = (
        shown.with_columns(pl.col("area_id").replace_strict(first, default=len(first)).alias("order"))
        .sort("order", "name")
        .unique("return_id", keep="first", maintain_order=True)
        .sort("name")
    )
    joint = rows.filter(pl.col("return_id").str.contains("+", literal=True)).group_by("return_id").agg("name")
    partners = dict(joint.iter_rows())
    horizontal, vertical = _axis(rows, "x"), _axis(rows, "y")
    dots = [_dot(row, upright, across, horizontal, vertical, partners) for row in shown.iter_rows(named=True)]
    hover = f"<b>%{{text}}</b><br>{upright.short_title}: %{{customdata[0]}}<br>{across.short_title}: %{{customdata[1]}}"
    named = [dot for dot in dots if dot["area_id"] in compared]
    others = [dot for dot in dots if dot["area_id"] != chosen]
    ringed = [dot for dot in named if dot["area_id"] != chosen]
    traces = [
        _marks(
            [dot for dot in others if dot["grade"] == grade], grade or NO_GRADE,
            f"{hover}<br>Leaders: {grade or NO_GRADE.lower()}<extra></extra>",
            symbol=SYMBOLS[position] if grade else "x-thin", size=8, color=QUARTERS[position] if grade else INK,
            line={"color": GREY, "width": 1},
        )
        for position, grade in enumerate([*GRADES, None])
    ]  # fmt: skip
    traces += [
        {
            **_marks(ringed, "Compared", "", symbol="circle-open", size=16, color=INK, line={"color": INK, "width": 2}),
            "hoverinfo": "skip",
        },
        {
            **_marks(
                [dot for dot in dots if dot["area_id"] == chosen], "", f"{hover}<extra></extra>", symbol="diamond",
                size=16, color=MARK, line={"color": "#ffffff", "width": 1},
            ),
            "showlegend": False,
        },
    ]  # fmt: skip
    traces += _names(named, horizontal, vertical, chosen)
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": layout(
            height=HEIGHT,
            margin={**MARGIN, "l": beside(*vertical, suffix=_scale(upright)["ticksuffix"], title=True) + TWO_LINES},
            hovermode="closest",
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom", "itemclick": False,
                    "itemdoubleclick": False, "font": {"color": INK, "size": 13},
                    "title": {"text": "Leaders judged", "side": "top", "font": {"color": INK, "size": 13}}},
            xaxis={**BASE, **_scale(across), "range": list(horizontal), "title": _title(across, labels[1])},
            yaxis={**BASE, **_scale(upright), "range": list(vertical), "title": _title(upright, labels[0]),
                   "automargin": True},
        ),
    }  # fmt: skip


def _axis(rows: pl.DataFrame, axis: str) -> tuple[float, float]:
    return axis_range(rows.select(pl.col(axis).alias("value"), pl.col(f"{axis}_sets").alias("sets_cut")), [])


def _dot(
    row: dict[str, Any],
    upright: Metric,
    across: Metric,
    horizontal: tuple[float, float],
    vertical: tuple[float, float],
    partners: dict[str, list[str]],
) -> dict[str, Any]:
    x, y = _within(row["x"], horizontal), _within(row["y"], vertical)
    beyond = (x, y) != (row["x"], row["y"])
    return {
        "area_id": row["area_id"], "grade": row["grade"], "x": x, "y": y, "beyond": beyond,
        "name": formats.listed([formats.place(name) for name in partners.get(row["return_id"], [row["name"]])]),
        "values": [
            formats.brief(row["y"], upright),
            formats.brief(row["x"], across) + (", beyond the axis" if beyond else ""),
        ],
    }  # fmt: skip


def _marks(
    dots: Sequence[dict[str, Any]], name: str, hover: str, *, symbol: str, size: int, color: str, line: dict[str, Any]
) -> dict[str, Any]:
    """A trace of alike dots; what lies beyond an axis has the open mark. The words of a dot are in no markup:
    Plotly would send each bracket as six bytes.
    """
    beyond = f"{symbol.removesuffix('-open')}-open"
    symbols = [beyond if dot["beyond"] else symbol for dot in dots]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{name.removesuffix(' to be good')} ({len(dots)})",
        "x": [dot["x"] for dot in dots],
        "y": [dot["y"] for dot in dots],
        "text": [dot["name"] for dot in dots],
        "customdata": [dot["values"] for dot in dots],
        "hovertemplate": hover,
        "cliponaxis": False,
        "marker": {
            "symbol": _one_or_all(symbols, symbol), "size": size, "color": color, "line": line,
            "opacity": 1,
        },
    }  # fmt: skip


def _one_or_all(symbols: list[str], symbol: str) -> str | list[str]:
    """One mark where all are alike: fewer bytes."""
    return symbols if len(set(symbols)) > 1 else next(iter(symbols), symbol)


def _names(
    dots: Sequence[dict[str, Any]],
    horizontal: tuple[float, float],
    vertical: tuple[float, float],
    chosen: str | None,
) -> list[dict[str, Any]]:
    """The names of the compared, each beside its dot where no other name and no other named dot is; a line to those
    that stand apart from it.

    Two traces and not an annotation each, which Plotly measures one by one: half of what the picture takes.
    """
    tall = HEIGHT - MARGIN["t"] - MARGIN["b"]
    per_pixel = (horizontal[1] - horizontal[0]) / WIDTH, (vertical[1] - vertical[0]) / tall
    spots = [((dot["x"] - horizontal[0]) / per_pixel[0], (vertical[1] - dot["y"]) / per_pixel[1]) for dot in dots]
    taken: list[Box] = [(x - 8, y - 8, x + 8, y + 8) for x, y in spots]
    across: list[float | None] = []
    up: list[float | None] = []
    names: list[tuple[float, float, str, str]] = []
    # The chosen council's name has the first choice of place.
    for position in sorted(range(len(dots)), key=lambda one: (dots[one]["area_id"] != chosen, spots[one])):
        dot, (x, y) = dots[position], spots[position]
        name = cut(dot["name"], LONGEST_NAME)
        wide = len(name) * LETTER
        shift, box = _place(x, y, wide, tall, [box for other, box in enumerate(taken) if other != position])
        taken.append(box)
        side, height = (1 if shift[0] > 0 else -1), dot["y"] - shift[1] * per_pixel[1]
        if shift[1]:
            across += [dot["x"], dot["x"] + side * LEADER * per_pixel[0], None]
            up += [dot["y"], height, None]
        words = f"<b>{name}</b>" if dot["area_id"] == chosen else name
        # The gap is as wide as its letters are on any screen, which a place on the axis is not.
        names.append((dot["x"], height, f"{GAP}{words}" if side > 0 else f"{words}{GAP}", SIDES[side]))
    leaders = {
        "type": "scatter", "mode": "lines", "x": across, "y": up, "line": {"color": INK, "width": 1},
        "hoverinfo": "skip", "showlegend": False, "cliponaxis": False,
    }  # fmt: skip
    written = {
        "type": "scatter",
        "mode": "text",
        "x": [x for x, *_ in names],
        "y": [y for _, y, *_ in names],
        "text": [words for *_, words, _ in names],
        "textposition": [side for *_, side in names],
        "textfont": {"size": 12, "color": INK, "shadow": "auto"},
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
    }
    return [leaders, written]


def _place(x: float, y: float, wide: float, tall: float, taken: Sequence[Box]) -> tuple[tuple[float, float], Box]:
    """How far from its dot a name stands, and the box it fills: the nearest place that is free, else the nearest."""
    tried: list[tuple[tuple[float, float], Box]] = []
    for up in (0, -LINE, LINE, -2 * LINE, 2 * LINE, -3 * LINE, 3 * LINE, -4 * LINE, 4 * LINE):
        for right in (12, -12):
            left = x + right if right > 0 else x + right - wide
            box = (left, y + up - LINE / 2, left + wide, y + up + LINE / 2)
            there = x * NARROW / WIDTH + right
            inside = there >= 0 and there + wide <= NARROW if right > 0 else there - wide >= 0
            if inside and box[1] >= 0 and box[3] <= tall:
                tried.append(((right, up), box))
                if not any(_touch(box, other) for other in taken):
                    return tried[-1]
    # There is no room on either side of a long name in the middle of a phone, or none that is free.
    return tried[0] if tried else ((12, 0), (x + 12, y - LINE / 2, x + 12 + wide, y + LINE / 2))


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _within(value: float, low_high: tuple[float, float]) -> float:
    return min(max(value, low_high[0]), low_high[1])


def _scale(metric: Metric) -> dict[str, Any]:
    return {"ticksuffix": "%" if metric.unit == "%" else ""}


def _title(metric: Metric, period: str) -> dict[str, Any]:
    unit = "" if metric.unit == "%" else f", {metric.unit}"
    name = metric.short_title if len(metric.title) > LONGEST else metric.title
    return {"text": f"{name}{unit}<br>{period}", "font": {"size": 13, "color": INK}, "standoff": 12}
