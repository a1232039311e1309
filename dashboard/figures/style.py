"""What all figures share: ink, grid, font, and axes that one very small council cannot stretch (rules 11 and 25)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboard.palette import GREY, INK

FONT = {"family": '"Source Sans", "Source Sans Pro", sans-serif', "size": 14, "color": INK}
# Around what may be as pale as the page: at three quarters of a pixel it still stands out 3 to 1 (WCAG 1.4.11).
EDGE_WIDTH = 0.75
EDGE: dict[str, Any] = {"width": EDGE_WIDTH, "color": GREY}
# The chosen council has one mark on every picture of a page.
MARK = "#0b0c0c"
BASE: dict[str, Any] = {"gridcolor": "#e5e6e7", "zeroline": False, "fixedrange": True, "tickfont": {"color": INK}}
CONFIG = {"displayModeBar": False, "responsive": True}


def layout(**more: Any) -> dict[str, Any]:
    """A Plotly layout: white, our font, no legend (lines carry their names), hover in plain boxes.

    An axis may have its title as words, or None.
    """
    return {
        # None of its own: all that shows is said here.
        "template": {"layout": {}},
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
    setting = rows.filter(pl.col("sets_cut") & pl.col("value").is_not_null())["value"].to_list()
    values = [*setting, *(value for value in others if value is not None)] or [0.0, 1.0]
    low, high = min(values), max(values)
    pad = (high - low or abs(high) or 1.0) * 0.04
    return (-pad / 2 if 0 <= low < 0.35 * high else low - pad), high + pad


def _titled(axis: dict[str, Any]) -> dict[str, Any]:
    """An axis with its title as Plotly's script takes it."""
    title = axis.get("title")
    untitled = {name: value for name, value in axis.items() if name != "title"}
    return {**untitled, "title": {"text": title} if isinstance(title, str) else title} if title else untitled


def cut(name: str, longest: int) -> str:
    """A name of at most so many letters, for where a longer one has no room: its end gives way to dots."""
    return name if len(name) <= longest else f"{name[: longest - 1].rstrip(' ,')}…"
