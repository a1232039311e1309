"""Words in an SVG: always text, escaped, and measured with the font that comes with us."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from PIL import ImageFont

from dashboard.views.charts.palette import INK

FONTS = Path(__file__).parents[2] / "assets" / "fonts"
# What most readers of a file have, or a font of the same widths; some software takes the first name alone. PNG are set
# in the font that comes with us, and are measured with it: Arial is wider.
FAMILY = "Arial, 'Source Sans Pro', 'Source Sans 3', sans-serif"
WIDER = 1.09
FILES = {False: "SourceSansPro-Regular.otf", True: "SourceSansPro-Bold.ttf"}
# Widths are measured at this size.
MEASURED = 100
# Of the size of letters: how far lines are apart, how high capitals are, and how far letters go below their line.
LINE, CAPITALS, BELOW = 1.25, 0.66, 0.22
# The font lacks these; one of them would take a whole label into another font.
LACKING = str.maketrans({"┃": "|", "▸": "▶"})
# XML allows no other control characters.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# A day and its month stay on one line.
DAY = re.compile(r"\b(\d{1,2}) (?=[A-Z][a-z]+ \d{4})")
# Where one sentence ends and the next begins: not after "St" in a name.
BETWEEN = re.compile(r"(?<=[.!?])(?<!\bSt\.) (?=[A-Z“\d])")
# Blanks that software drops: at the ends of letters of one look, and one beside another.
SPACES = re.compile(r"^ +| +$| {2,}")
EDGE = 'aria-hidden="true" fill="#ffffff" stroke="#ffffff" stroke-width="3" stroke-linejoin="round"'
MARKUP = re.compile(r"(</?[bi]>)")


@dataclass(frozen=True)
class Run:
    """Letters of one look."""

    text: str
    bold: bool
    italic: bool


def plain(text: str) -> str:
    """A text as an SVG may hold it, not yet escaped."""
    return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text).translate(LACKING)


def quoted(text: object) -> str:
    """A text or number as the content of an element or attribute."""
    return escape(plain(str(text)))


def number(value: float) -> str:
    """A length with two decimals at most.

    >>> number(12.0), number(0.256)
    ('12', '0.26')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def lines(markup: str) -> list[list[Run]]:
    """What Plotly takes for markup (b, i, br) as lines of runs; all else is text."""
    found = []
    for line in plain(markup).split("<br>"):
        runs, bold, italic = [], False, False
        for part in MARKUP.split(line):
            if part in ("<b>", "</b>"):
                bold = part == "<b>"
            elif part in ("<i>", "</i>"):
                italic = part == "<i>"
            elif part:
                runs.append(Run(part, bold, italic))
        found.append(runs)
    return found


def width(markup: str, size: float, *, bold: bool = False) -> float:
    """Of the longest line, in the unit of the size."""
    return max(sum(_letters(run.text, bold or run.bold) for run in line) for line in lines(markup)) * size / MEASURED


def wrap(text: str, size: float, room: float, *, bold: bool = False, most: int = 9) -> list[str]:
    """Plain words in lines that have room; what is over ends in dots."""
    found: list[str] = []
    for word in DAY.sub("\\1\N{NO-BREAK SPACE}", text).split(" "):
        longer = f"{found[-1]} {word}" if found else word
        if found and width(quiet(longer), size, bold=bold) <= room:
            found[-1] = longer
        else:
            found.append(word)
    if len(found) > most:
        found = [*found[: most - 1], f"{found[most - 1].rstrip(' ,.;')}…"]
    return found


def first_sentences(text: str, most: int = 1) -> str:
    """The first sentences of a text.

    >>> first_sentences("St. Helens is best. It has 3.1%. No more.", 2)
    'St. Helens is best. It has 3.1%.'
    """
    return " ".join(BETWEEN.split(text)[:most])


def wrap_sentences(text: str, size: float, room: float, most: int) -> list[str]:
    """As many whole sentences as have room in so many lines; the first in any case."""
    count = len(BETWEEN.split(text))
    tried = (wrap(first_sentences(text, kept), size, room) for kept in range(count, 0, -1))
    return next((one for one in tried if len(one) <= most), wrap(first_sentences(text), size, room))


def rejoined(markup: str, size: float, room: float) -> str:
    """Words that are broken for a phone, in as few lines as the room allows."""
    found: list[str] = []
    for part in markup.split("<br>"):
        longer = f"{found[-1].rstrip()} {part}" if found else part
        if found and width(longer, size) <= room:
            found[-1] = longer
        else:
            found.append(part)
    return "<br>".join(found)


def quiet(text: str) -> str:
    """A text in which nothing is taken for markup when it is measured."""
    return text.replace("<", "‹")


def draw(
    x: float,
    y: float,
    markup: str,
    size: float,
    *,
    fill: str = INK,
    across: str = "start",
    up: str = "baseline",
    bold: bool = False,
    turned: bool = False,
    paper: str | None = None,
    halo: bool = False,
) -> str:
    """Words at a place; `across` is the anchor of SVG, `up` which part of them is there: top, middle, bottom, baseline.

    `turned` words go upwards. `paper` is a colour behind them, a `halo` a white edge about their letters.
    """
    found = lines(markup)
    step = LINE * size
    tall = step * (len(found) - 1)
    first = {
        "top": CAPITALS * size + 0.12 * size,
        "middle": CAPITALS * size / 2 - tall / 2,
        "bottom": -tall - BELOW * size,
        "baseline": 0.0,
    }[up]
    rows = []
    for at, runs in enumerate(found):
        spans = "".join(_span(run, bold=bold) for run in runs)
        rows.append(
            spans
            if len(found) == 1
            else f'<tspan x="{number(x)}" y="{number(y + first + at * step)}">{spans or " "}</tspan>'
        )
    turn = f' transform="rotate(-90 {number(x)} {number(y)})"' if turned else ""
    anchor = "" if across == "start" else f' text-anchor="{quoted(across)}"'
    weight = ' font-weight="700"' if bold else ""
    behind = _behind(x, y + first, found, size, across, paper) if paper else ""
    place = f'x="{number(x)}" y="{number(y + first)}" font-size="{number(size)}"{anchor}{weight}{turn}'
    words = "".join(rows)
    # Drawn before the words, since not all software knows an order of painting.
    edge = f"<text {place} {EDGE}>{words}</text>" if halo else ""
    return f'{behind}{edge}<text {place} fill="{quoted(fill)}">{words}</text>'


def _span(run: Run, *, bold: bool) -> str:
    look = ' font-weight="700"' if run.bold and not bold else ""
    look += ' font-style="italic"' if run.italic else ""
    text = escape(SPACES.sub(lambda found: "\N{NO-BREAK SPACE}" * len(found[0]), run.text))
    return f"<tspan{look}>{text}</tspan>" if look else text


def _behind(x: float, first: float, found: list[list[Run]], size: float, across: str, paper: str) -> str:
    wide = max(sum(_letters(run.text, run.bold) for run in line) for line in found) * size / MEASURED + 4
    left = x - 2 - {"start": 0.0, "middle": wide / 2 - 2, "end": wide - 4}[across]
    tall = LINE * size * len(found)
    colour, opacity = ("#ffffff", ' fill-opacity="0.85"') if paper.startswith("rgba") else (paper, "")
    return (
        f'<rect x="{number(left)}" y="{number(first - CAPITALS * size - 0.2 * size)}" width="{number(wide)}" '
        f'height="{number(tall)}" fill="{quoted(colour)}"{opacity}/>'
    )


def _letters(text: str, bold: bool) -> float:
    return WIDER * sum(_letter(letter, bold) for letter in text)


@cache
def _letter(letter: str, bold: bool) -> float:
    return float(_font(bold).getlength(letter))


@cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / FILES[bold], MEASURED)
