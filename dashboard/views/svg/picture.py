"""A picture to take away: a chart or map under its title and first sentence, over its source and data version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from dashboard.views.charts.builder import Part
from dashboard.views.charts.palette import GREY, INK, LegendClass
from dashboard.views.svg import text
from dashboard.views.svg.council_map import CouncilMap, draw_map
from dashboard.views.svg.marks import TEXTURES, hatching, key, mark, rectangle
from dashboard.views.svg.plot import draw_plot, legend
from dashboard.views.svg.text import number

# 16:9 for slides; twice as large as PNG, 1920 by 1080.
WIDE, HIGH, SCALE = 960, 540, 2.0
# For previews of links: 1200 by 630 at a quarter more.
CARD_WIDE, CARD_HIGH, CARD_SCALE = 960, 504, 1.25
SIDE = 36.0
TITLE, SENTENCE, KEY, SMALL = 25.0, 16.0, 13.0, 11.0
MOST_SENTENCE = 3
# A key of several rows, each so high; and between its entries.
ROW, BETWEEN = 21.0, 18.0
# Of a picture with a map: how wide the words beside it are.
BESIDE = 392.0
MEDIA_TYPE = "image/svg+xml"
WHITE = 'fill="#ffffff"'


@dataclass(frozen=True)
class MarkKey:
    """An entry of a legend that is a mark, as Plotly describes it."""

    label: str
    marker: Part


Entry = LegendClass | MarkKey


@dataclass(frozen=True)
class Picture:
    """What a picture says and shows."""

    title: str
    sentence: str
    drawn: Callable[[int], Part] | CouncilMap
    """A figure by its height in pixels, or a map."""
    source: str
    """Whose figures they are, the licence and the data version."""
    legend: tuple[Entry, ...] = ()
    alt: str = ""
    """What it shows, for those who do not see it."""


def svg(picture: Picture, width: int = WIDE, height: int = HIGH) -> str:
    """The whole picture. Words are text and escaped, and nothing in it can run or be fetched."""
    draw = _with_map if isinstance(picture.drawn, CouncilMap) else _with_figure
    alt = picture.alt or picture.title
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="{escape(text.FAMILY)}" role="img" aria-labelledby="title about">'
        f'<title id="title">{text.quoted(alt)}</title><desc id="about">{text.quoted(picture.sentence)}</desc>'
        f"{rectangle(0, 0, width, height, WHITE)}{draw(picture, float(width), float(height))}</svg>"
    )


def _with_figure(picture: Picture, width: float, height: float) -> str:
    room = width - 2 * SIDE
    words, below = _words(picture, SIDE, 30, room, title=2)
    foot, above = _foot(picture, SIDE, height, room)
    trial = _figure(picture, 400)
    entries = [*picture.legend, *(MarkKey(name, marker) for marker, name in legend(trial))]
    keys, below = _legend(entries, SIDE, below + 6, room) if entries else ("", below)
    tall = above - below - 10
    plot = draw_plot(_figure(picture, int(tall)), room, tall)
    return f'{words}{keys}<g transform="translate({number(SIDE)} {number(below + 6)})">{plot}</g>{foot}'


def _with_map(picture: Picture, width: float, height: float) -> str:
    assert isinstance(picture.drawn, CouncilMap)
    foot, above = _foot(picture, SIDE, height, BESIDE)
    # As many sentences as leave room for the legend.
    for most in range(8, 0, -1):
        words, below = _words(picture, SIDE, 30, BESIDE, title=3, most=most)
        keys, end = _legend(picture.legend, SIDE, below + 14, BESIDE, column=True)
        if end <= above:
            break
    left = SIDE + BESIDE + 12
    drawn = draw_map(picture.drawn, width - left - 24, height - 44)
    return f'{words}{keys}<g transform="translate({number(left)} 22)">{drawn}</g>{foot}'


def _figure(picture: Picture, height: int) -> Part:
    assert not isinstance(picture.drawn, CouncilMap)
    return picture.drawn(height)


def _words(
    picture: Picture, x: float, y: float, room: float, *, title: int, most: int = MOST_SENTENCE
) -> tuple[str, float]:
    """The title and the sentence, and where they end."""
    drawn, down = [], y
    for line in text.wrap(picture.title, TITLE, room, bold=True, most=title):
        down += TITLE * 0.72
        drawn.append(_line(x, down, line, TITLE, bold=True))
        down += TITLE * 0.5
    down += 3
    for line in text.wrap_sentences(picture.sentence, SENTENCE, room, most):
        down += SENTENCE * 0.85
        drawn.append(_line(x, down, line, SENTENCE))
        down += SENTENCE * 0.45
    return "".join(drawn), down


def _foot(picture: Picture, x: float, height: float, room: float, *, most: int = 7) -> tuple[str, float]:
    """The source at the foot, and where it begins."""
    found = text.wrap(picture.source, SMALL, room, most=most)
    step = SMALL * 1.3
    first = height - 16 - step * (len(found) - 1)
    drawn = [_line(x, first + at * step, line, SMALL, fill=GREY) for at, line in enumerate(found)]
    return "".join(drawn), first - SMALL - 4


def _line(x: float, y: float, words: str, size: float, *, bold: bool = False, fill: str = INK) -> str:
    """One line of plain words: what looks like markup in them is text too."""
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{fill}"{weight}>'
        f"{text.quoted(words)}</text>"
    )


def _legend(entries: Sequence[Entry], x: float, y: float, room: float, *, column: bool = False) -> tuple[str, float]:
    """The entries in a row that goes on in the next, or one under another; and where they end."""
    drawn, across, down, defs = [], x, y, []
    for at, entry in enumerate(entries):
        label = text.wrap(entry.label, KEY, room - 24)
        wide = 22 + max(text.width(text.quiet(line), KEY) for line in label) + BETWEEN
        if at and (column or across + wide - BETWEEN > x + room):
            across, down = x, down + ROW
        if isinstance(entry, MarkKey):
            drawn.append(_mark_key(entry, across, down))
        else:
            name = f"key-{at}"
            if entry.pattern in TEXTURES:
                defs.append(hatching(name, entry.fill, entry.pattern))
            drawn.append(key(entry, across, down, name))
        for step, line in enumerate(label):
            drawn.append(_line(across + 22, down + 11.5 + step * 16, line, KEY))
        down += 16 * (len(label) - 1)
        across += wide
    return f"<defs>{''.join(defs)}</defs>{''.join(drawn)}", down + ROW - 4


def _mark_key(entry: MarkKey, x: float, y: float) -> str:
    look = entry.marker
    symbol = look["symbol"] if isinstance(look["symbol"], str) else "circle"
    return mark(x + 7, y + 7, symbol, min(float(look["size"]), 12), look["color"], look.get("line"))
