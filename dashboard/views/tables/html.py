"""What tables of every page are made of: cells, links and words as HTML, escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise
from math import hypot
from typing import Any
from urllib.parse import urlencode

from dashboard.data.model import GRADES, Metric
from dashboard.views.text import formats

GRADE_CLASSES = {grade: f"grade-{position}" for position, grade in enumerate(GRADES, start=1)}
# Of a spark, in pixels: its frame as in style.css, what is left free in it, the thickness, half the dot at its end.
SPARK_WIDTH, SPARK_HEIGHT, SPARK_PAD, SPARK_LINE, SPARK_DOT = 88, 22, 3, 1.2, 2.5


def table(caption: str, heads: Sequence[str], body: Sequence[str], *, kind: str) -> str:
    """A table under its caption, in a region that scrolls by keyboard; `body` are whole rows of HTML."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table class="{kind}">'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def link(text: str, query: Mapping[str, str], page: str = "") -> str:
    """A link that keeps the choices in the address and adds its own."""
    # page.js adds the choices that are already in the address, and follows the link without loading the page anew.
    return f'<a data-choose href="{page}?{escape(urlencode(query))}">{escape(text)}</a>'


def cell(content: str) -> str:
    """One cell of HTML."""
    return f"<td>{content}</td>"


def cells(contents: Iterable[str]) -> str:
    """Cells of HTML, one after the other."""
    return "".join(cell(content) for content in contents)


def number(value: float | None, metric: Metric) -> str:
    """A value as in a column; empty for none."""
    return escape(formats.brief(value, metric))


def neighbours(row: Mapping[str, Any], metric: Metric) -> str:
    """The median of the neighbours, with how many have a figure where not all do."""
    if row["neighbours"] is None:
        return ""
    notes = [f"{row['neighbours_base']} of 10"] if row["neighbours_base"] < 10 else []
    notes += filter(None, [formats.neighbours_mean(row, metric)])
    return number(row["neighbours"], metric) + "".join(f'<span class="period">{escape(note)}</span>' for note in notes)


def change(change: float | None, metric: Metric) -> str:
    """A change with its sign, and what it means."""
    if change is None:
        return ""
    word = formats.direction(change, metric)
    css = word if word in ("better", "worse") else "same"
    return f'{escape(formats.signed(change, metric))}<span class="word {css}">{escape(word)}</span>'


def gap(row: Mapping[str, Any], metric: Metric) -> str:
    """How far from the benchmark, in the unit and in real ones."""
    if row["gap"] is None:
        no_best = metric.neutral and not metric.counted and row["value"] is not None and row["benchmark"] is None
        return '<span class="period">no best</span>' if no_best else ""
    if not metric.ranked:
        return escape(formats.signed(row["gap"], metric))
    if formats.gap(row, metric) == "meets it":
        return '<span class="word better">meets it</span>'
    real = formats.shortfall(row, metric)
    # Value minus benchmark, cleaned of binary noise: 14.2 - 7.75 would else be shown as +6.4 (rule `rounding`).
    above = row["gap"] if metric.lower_is_better else -row["gap"]
    return escape(formats.signed(above, metric)) + (f'<span class="period">{escape(real)}</span>' if real else "")


def standing(row: Mapping[str, Any], metric: Metric) -> str:
    """The quarter and the rank with its base; "not ranked" of what is not."""
    if row["rank"] is None:
        return f'<span class="period">{"not ranked" if not metric.ranked else ""}</span>'
    place = formats.standing(row)
    return f'<span class="quarter q{row["quarter"]}">{escape(formats.QUARTERS[row["quarter"]])}</span> {escape(place)}'


def short_verdict(row: Mapping[str, Any]) -> str:
    """The verdict beyond chance, as short as a column needs it."""
    return formats.verdict(row).replace(": chance could explain the difference", "")


def grade(grade: str | None, framework: str, strand: str) -> str:
    """A judgement as a chip, or why there is none."""
    if grade:
        return f'<span class="chip {GRADE_CLASSES[grade]}">{escape(grade)}</span>'
    if strand == "overall" and framework == "ILACS from April 2026":
        return '<span class="missing">not given since April 2026</span>'
    return '<span class="missing">not judged</span>'


def spark(values: Sequence[float | None]) -> str:
    """The course of a measure as a small picture; decorative, since the figures stand in the row and the chart.

    It is a box, cut to the line and a dot at the newest value: of an image a browser makes a document, 2 to 3 ms each.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    span = high - low or 1.0
    step = (SPARK_WIDTH - 2 * SPARK_PAD) / (len(values) - 1)
    runs: list[list[tuple[float, float]]] = [[]]
    x = y = 0.0
    for position, value in enumerate(values):
        if value is None:
            runs.append([])  # a gap in the line
            continue
        x = SPARK_PAD + position * step
        y = SPARK_PAD + (high - value) / span * (SPARK_HEIGHT - 2 * SPARK_PAD)
        runs[-1].append((x, y))
    arc = f"a{SPARK_DOT} {SPARK_DOT} 0 1 1"
    dot = f"M{x - SPARK_DOT:.1f} {y:.1f}{arc} {2 * SPARK_DOT} 0{arc}-{2 * SPARK_DOT} 0z"
    return f'<span class="spark" style="clip-path:path(\'{"".join(map(_ribbon, runs))}{dot}\')"></span>'


def _ribbon(points: Sequence[tuple[float, float]]) -> str:
    """The outline of a line: there along its upper edge and back along its lower; a point alone is no line."""
    if len(points) < 2:
        return ""
    steep = [abs((y - before) / (x - left)) for (left, before), (x, y) in pairwise(points)]
    # As thick across a steep part as along a level one.
    half = [SPARK_LINE / 2 * hypot(1, max(sides)) for sides in zip([0, *steep], [*steep, 0], strict=True)]
    upper = [f"{x:.1f} {y - thick:.1f}" for (x, y), thick in zip(points, half, strict=True)]
    lower = [f"{x:.1f} {y + thick:.1f}" for (x, y), thick in zip(points, half, strict=True)]
    return f"M{' '.join([*upper, *reversed(lower)])}z"
