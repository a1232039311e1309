"""Axes: where a value lies in pixels, and the ticks beside it. Of Plotly's axes what our charts use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Kind = Literal["linear", "log", "date", "category"]
# Room that a tick needs, in pixels.
APART = {"x": 80, "y": 38}
# Years from one tick to the next.
YEARS = (1, 2, 5, 10, 20, 50, 100, 1000)
# Beyond the data, where an axis has no range of its own.
BEYOND = 0.06


@dataclass(frozen=True)
class Scale:
    """One axis, drawn from one pixel to another."""

    kind: Kind
    low: float
    high: float
    start: float
    end: float
    names: tuple[str, ...]
    layout: dict[str, Any]
    letter: str

    def __call__(self, value: Any) -> float:
        """The pixel of a value."""
        span = self.high - self.low
        return self.start + (self.place(value) - self.low) / span * (self.end - self.start)

    def place(self, value: Any) -> float:
        """A value as a number on the axis."""
        if self.kind == "category":
            return float(self.names.index(str(value))) if isinstance(value, str) else float(value)
        if self.kind == "date":
            return float(_day(value))
        return math.log10(value) if self.kind == "log" else float(value)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """The pixel and words of each tick."""
        shown, suffix = self.layout, str(self.layout.get("ticksuffix") or "")
        if "tickvals" in shown:
            words = shown.get("ticktext") or [grouped(value, 0) for value in shown["tickvals"]]
            return [(self(at), str(word)) for at, word in zip(shown["tickvals"], words, strict=True) if self._has(at)]
        if self.kind == "category":
            return [(self(float(at)), f"{name}{suffix}") for at, name in enumerate(self.names)]
        if self.kind == "date":
            first, last = (date.fromordinal(round(end)).year for end in sorted((self.low, self.high)))
            apart = next(one for one in YEARS if one * self._most() >= last - first)
            days = [(f"{year}-01-01", str(year)) for year in range(first, last + 2) if year % apart == 0]
            return [(self(day), year) for day, year in days if self._has(day)]
        low, high = sorted((self.low, self.high))
        step = nice((high - low) / self._most())
        places = max(0, -math.floor(math.log10(step) + 1e-9))
        steps = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
        return [(self(at * step), f"{grouped(at * step + 0.0, places)}{suffix}") for at in steps]

    def _has(self, value: Any) -> bool:
        low, high = sorted((self.low, self.high))
        return low - 1e-9 <= self.place(value) <= high + 1e-9

    def _most(self) -> int:
        room = abs(self.end - self.start) / APART[self.letter]
        return max(2, min(int(room), int(self.layout.get("nticks") or 10)))


def scale(
    letter: str, layout: dict[str, Any], values: Sequence[Any], start: float, end: float, *, bars: bool = False
) -> Scale:
    """The scale of an axis; `values` are all that is drawn on it. `bars` says that they are places of bars."""
    kind: Kind = layout.get("type") or ("category" if any(isinstance(one, str) for one in values) else "linear")
    order = layout.get("categoryarray") or list(dict.fromkeys(one for one in values if one is not None))
    names = tuple(str(one) for one in order) if kind == "category" else ()
    empty = Scale(kind, 0, 1, start, end, names, layout, letter)
    if "range" in layout:
        low, high = (float(_day(one)) if kind == "date" else float(one) for one in layout["range"])
    elif kind == "category":
        low, high = -0.5, len(names) - 0.5
    else:
        low, high = _around([empty.place(one) for one in values if one is not None], layout, bars=bars)
    if layout.get("autorange") == "reversed":
        low, high = high, low
    return Scale(kind, low, high if high != low else low + 1, start, end, names, layout, letter)


def _around(places: Sequence[float], layout: dict[str, Any], *, bars: bool) -> tuple[float, float]:
    low, high = min(places, default=0.0), max(places, default=1.0)
    if bars:
        return low - 0.5, high + 0.5
    pad = (high - low or abs(high) or 1.0) * BEYOND
    if layout.get("rangemode") == "tozero" and low >= 0:
        return 0.0, high + pad
    return low - pad, high + pad


def nice(rough: float) -> float:
    """The next step of 1, 2 or 5 times a power of ten.

    >>> nice(0.13), nice(3), nice(60)
    (0.2, 5.0, 100.0)
    """
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    return next((round(power * one, 12) for one in (1, 2, 5, 10) if power * one >= rough - 1e-12), power * 10)


def grouped(value: float, places: int) -> str:
    """A number with its thousands apart, and a real minus sign."""
    return f"{value:,.{places}f}".replace("-", "−")


def _day(value: Any) -> int:
    return date.fromisoformat(str(value)[:10]).toordinal()
