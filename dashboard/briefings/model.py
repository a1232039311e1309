"""What a briefing is made of: words, tables and small drawings, the same on paper, in Word and as a web page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

# How a cell or card is shaded, by the names of the style sheet: q1 to q4, grade-1 to grade-4, grade-none, better,
# worse, missing; empty for plain. Its words say the same: colour is never alone.
Tone = str


@dataclass(frozen=True)
class Cell:
    """Words in a table."""

    words: str
    small: str = ""
    """In small letters below."""
    tone: Tone = ""
    strong: bool = False


@dataclass(frozen=True)
class Strip:
    """All councils in one measure, as dots: positions from 0 on the left to 1, the further the better.

    A position under 0 or over 1 is beyond the axis, which covers all councils but the very small.
    """

    alt: str
    """The same in words."""
    dots: tuple[float, ...]
    """Of all councils that set the axis, each return once; those of `own` among them."""
    own: tuple[float, ...] = ()
    """Of the council it is about, or of all councils of a region."""
    england: float | None = None
    neighbours: float | None = None
    mark: float | None = None
    """The benchmark; from it on, to the right, it is met."""


@dataclass(frozen=True)
class Bar:
    """A share of a whole as a bar beside its words."""

    words: str
    share: float
    """From 0 to 1."""


@dataclass(frozen=True)
class Table:
    """Rows under headings; of each row the first cell says what it is of."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell | Strip | Bar, ...], ...]
    widths: tuple[float, ...]
    """Of the columns, in shares of the whole."""
    caption: str = ""
    """Where the heading of its section does not say what it is."""
    dense: bool = False
    """Whether it is long, and set small."""


@dataclass(frozen=True)
class Card:
    """A heading with a few large words under it."""

    label: str
    words: str
    small: str = ""
    tone: Tone = ""


@dataclass(frozen=True)
class Cards:
    """Cards in a row."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    text: str
    small: bool = False


@dataclass(frozen=True)
class Point:
    """One of several: a question, a note, a source."""

    words: str
    small: str = ""
    """What it comes from."""
    link: str = ""
    """An address for its words."""


@dataclass(frozen=True)
class Points:
    """Points below each other."""

    points: tuple[Point, ...]
    numbered: bool = False
    small: bool = False


Block = Cards | Points | Table | Words


@dataclass(frozen=True)
class Section:
    """Blocks under a heading."""

    title: str
    blocks: tuple[Block, ...]
    half: bool = False
    """Whether it is set beside the other half, where there is room."""


@dataclass(frozen=True)
class Briefing:
    """A briefing as plain words and numbers."""

    area_id: str
    name: str
    """Of the area, which is the title."""
    kicker: str
    about: str
    """What all its comparisons are with."""
    made_on: date
    """Of the data, not of the day on which it is printed."""
    data_version: str
    sentence: str
    pages: tuple[tuple[Section, ...], ...]

    @property
    def title(self) -> str:
        return f"{self.name}: briefing on children's social care"

    @property
    def dated(self) -> str:
        """As of when, in words."""
        return f"Figures as they stood on {self.made_on:%-d %B %Y}, data version {self.data_version}"

    def sections(self) -> Iterator[Section]:
        """Its sections, from the first page to the last."""
        for page in self.pages:
            yield from page

    def texts(self) -> Iterator[str]:
        """Every word of it, in the order in which it is read, block by block."""
        yield from (self.kicker, self.name, self.sentence, self.dated, self.about)
        for section in self.sections():
            yield section.title
            for block in section.blocks:
                yield from texts(block)


def texts(block: Block) -> Iterator[str]:
    """The words of one block, in the order in which they are read; of drawings those that stand for them."""
    if isinstance(block, Words):
        yield block.text
    elif isinstance(block, Cards):
        for card in block.cards:
            yield from filter(None, (card.label, card.words, card.small))
    elif isinstance(block, Points):
        for point in block.points:
            yield from filter(None, (point.words, point.small))
    else:
        yield from filter(None, (block.caption, *block.heads))
        for row in block.rows:
            for cell in row:
                if isinstance(cell, Strip):
                    yield cell.alt
                else:
                    yield from filter(None, (cell.words, getattr(cell, "small", "")))
