"""Briefings read back from their files, as words in the order in which a reader meets them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

from dashboard.briefings.model import Bar, Block, Briefing, Cards, Points, Strip, Table, Words
from dashboard.data.names import PRODUCT

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
# Tags of tables, lists and drawings in a PDF.
Node = dict[str, Any]


def squeezed(text: str) -> str:
    """Text without white space: where a line ends is no matter of content."""
    return re.sub(r"\s+", "", text)


def numbers(text: str) -> set[str]:
    """The numbers in a text as they are written, but for a comma that ends them."""
    return {found.rstrip(",") for found in NUMBER.findall(text)}


def printed(briefing: Briefing) -> list[str]:
    """What each side of paper says from top to bottom, squeezed: drawings say nothing, points have a mark."""
    pages = []
    for position, page in enumerate(briefing.pages):
        texts: list[str] = []
        if position == 0:
            texts += [briefing.kicker, PRODUCT, briefing.name, briefing.sentence]
            texts.append(f"{briefing.dated}. {briefing.about}")
        for section in page:
            texts.append(section.title)
            for block in section.blocks:
                texts += _printed(block)
        foot = f"{PRODUCT} · {briefing.name} · {briefing.dated} Page {position + 1} of {len(briefing.pages)}"
        pages.append(squeezed("".join([*texts, foot])))
    return pages


def _printed(block: Block) -> Iterator[str]:
    if isinstance(block, Words):
        yield block.text
    elif isinstance(block, Points):
        for position, point in enumerate(block.points, start=1):
            yield f"{position}." if block.numbered else "–"
            yield from (point.words, point.small)
    elif isinstance(block, Cards):
        for card in block.cards:
            yield from (card.label, card.words, card.small)
    else:
        yield from (block.caption, *block.heads)
        for row in block.rows:
            for cell in row:
                if not isinstance(cell, Strip):
                    yield cell.words + ("" if isinstance(cell, Bar) else cell.small)


def strips(briefing: Briefing) -> list[Strip]:
    """The drawings of a briefing, from the first page to the last."""
    tables = [block for section in briefing.sections() for block in section.blocks if isinstance(block, Table)]
    return [cell for table in tables for row in table.rows for cell in row if isinstance(cell, Strip)]


def pdf_pages(content: bytes) -> list[str]:
    """What pypdf reads on each page, squeezed."""
    return [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]


def tags(content: bytes) -> list[Node]:
    """The structure of a tagged PDF, a node a tag from the first to the last.

    S (what it is), Alt (its words), Scope (of a header, what it is one of), and whether it has anything in it.
    """
    found: list[Node] = []

    def walk(node: Any) -> None:
        one = node.get_object()
        if isinstance(one, list):
            for child in one:
                walk(child)
        elif hasattr(one, "get"):
            if "/S" in one:
                scope = one.get("/A", {}).get("/Scope") if isinstance(one.get("/A", {}), dict) else None
                found.append({"S": one["/S"], "Alt": one.get("/Alt"), "Scope": scope, "full": bool(one.get("/K"))})
            if "/K" in one:
                walk(one["/K"])

    root: Any = PdfReader(io.BytesIO(content)).trailer["/Root"]
    walk(root["/StructTreeRoot"]["/K"])
    return found


def docx_words(content: bytes) -> str:
    """All words of a Word document's body in their order, those that stand for pictures among them, squeezed."""
    body = Document(io.BytesIO(content)).element.body
    return squeezed(
        "".join(
            element.text or "" if element.tag == qn("w:t") else element.get("descr")
            for element in body.iter(qn("w:t"), qn("wp:docPr"))
        )
    )


def docx_wanted(briefing: Briefing) -> str:
    """What a Word document says from top to bottom, squeezed: cards are a table of their labels and their words."""
    words = [briefing.kicker, briefing.name, briefing.sentence, f"{briefing.dated}. {briefing.about}"]
    for section in briefing.sections():
        words.append(section.title)
        for block in section.blocks:
            if isinstance(block, Cards):
                words += [card.label for card in block.cards]
                words += [card.words + card.small for card in block.cards]
            else:
                words += texts_of(block)
    return squeezed("".join(words))


def texts_of(block: Block) -> Iterator[str]:
    """The words of a block with those of its drawings."""
    if isinstance(block, Table):
        yield from (block.caption, *block.heads)
        for row in block.rows:
            for cell in row:
                if isinstance(cell, Strip):
                    yield cell.alt
                else:
                    yield cell.words + ("" if isinstance(cell, Bar) else cell.small)
    elif isinstance(block, Points):
        for point in block.points:
            yield from (point.words, point.small)
    elif isinstance(block, Words):
        yield block.text


class Page(HTMLParser):
    """A web page as somebody reads it: its words, with those that stand for drawings; and its attributes."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._unread = 0
        self.feed(content.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag == "svg" and found.get("role") == "img":
            self.words.append(found["aria-label"] or "")
        self._unread += tag in ("head", "nav")

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in ("head", "nav")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.words.append(data)
