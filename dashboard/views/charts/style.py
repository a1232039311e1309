"""What all figures share: ink, grid, font, and axes that one very small council cannot stretch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboard.views.charts.palette import GREY, INK

FONT = {"family": '"Source Sans", "Source Sans Pro", sans-serif', "size": 14, "color": INK}
# Around what may be as pale as the page: at three quarters of a pixel it still stands out 3 to 1 (WCAG 1.4.11).
EDGE_WIDTH = 0.75
EDGE: dict[str, Any] = {"width": EDGE_WIDTH, "color": GREY}
# The chosen council has one mark on every picture of a page.
MARK = "#0b0c0c"
BASE: dict[str, Any] = {"gridcolor": "#e5e6e7", "zeroline": False, "fixedrange": True, "tickfont": {"color": INK}}
# Of an upright axis: the most numbers that Plotly writes at it; what is free of them, how wide each letter of theirs is
# and a title, in pixels.
TICKS, THOUSANDS = 10, 10_000
BARE, LETTER, TITLE = 17, 8, 13
CONFIG = {"displayModeBar": False}


def layout(**more: Any) -> dict[str, Any]:
    """A Plotly layout: white, our font, no legend (lines carry their names), hover in plain boxes.

    An axis may have its title as words, or None.
    """
    return {
        "font": FONT,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hoverlabel": {"bgcolor": "#ffffff", "bordercolor": INK, "font": FONT, "align": "left"},
        "dragmode": False,
        **{name: _titled(one) if name.startswith(("xaxis", "yaxis")) else one for name, one in more.items()},
    }


def axis_range(rows: pl.DataFrame, others: Sequence[float | None]) -> tuple[float, float]:
    """From just under the lowest to just over the highest value of all but the very small, and of `others`.

    It starts at zero where the lowest is near it, as rates mostly do.
    """
    return axis_over([*axis_ends(rows), *(value for value in others if value is not None)])


def axis_ends(rows: pl.DataFrame) -> tuple[float, ...]:
    """The lowest and the highest value of all but the very small, the ends of ranges among them; empty without any."""
    columns = rows.filter("sets_cut").select("value", *({"value_low", "value_high"} & {*rows.columns}))
    lowest, highest = (pl.min_horizontal(pl.all().min()), pl.max_horizontal(pl.all().max()))
    return tuple(end for end in columns.select(low=lowest, high=highest).row(0) if end is not None)


def axis_over(values: Sequence[float]) -> tuple[float, float]:
    """The axis of `axis_range` over these values."""
    return padded(values, 0.04, near=0.35)


def padded(values: Sequence[float], share: float, *, near: float, below: float = 0.5) -> tuple[float, float]:
    """From under the lowest to over the highest value, by a share of what is between them.

    It starts at zero, or the part `below` of that share under it, where the lowest is less than `near` of the highest.
    """
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    pad = (high - low or abs(high) or 1.0) * share
    return (0.0 - pad * below if 0 <= low < near * high else low - pad), high + pad


def beside(bottom: float, top: float, *, suffix: str = "", title: bool = False) -> float:
    """The left margin, in pixels, that the numbers of an upright axis will need, and its title.

    Plotly finds it out by itself, and then draws everything once more: from a margin that is wide enough it need not.
    """
    rough = (top - bottom) / TICKS
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    step = next(power * one for one in (1, 2, 5, 10) if power * one >= rough)
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    ends = (math.ceil(bottom / step) * step + 0.0, math.floor(top / step) * step)
    longest = max(len(f"{end:.{places}f}") for end in ends)
    # "12k" stands for 12,000.
    letters = longest - 2 if top >= THOUSANDS else longest
    return BARE + LETTER * (letters + len(suffix)) + (TITLE if title else 0)


def _titled(axis: dict[str, Any]) -> dict[str, Any]:
    """An axis with its title as Plotly's script takes it."""
    title = axis.get("title")
    untitled = {name: value for name, value in axis.items() if name != "title"}
    return {**untitled, "title": {"text": title} if isinstance(title, str) else title} if title else untitled


def cut(name: str, longest: int) -> str:
    """A name of at most so many letters, for where a longer one has no room: its end gives way to dots."""
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip(' ,')}…"
