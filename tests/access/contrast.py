"""Contrast as it is seen: the words of pictures against the colours that a screenshot has behind them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from PIL import Image

from tests.access import walk

if TYPE_CHECKING:
    from playwright.sync_api import Page

TEXT, GRAPHICS = 4.5, 3.0
# A colour behind a word counts from so much of its box: a thin line that crosses it does not.
SHARE = 0.12
TALLEST = 16_000
Colour = tuple[float, ...]


def luminance(colour: Colour) -> float:
    """Relative luminance of red, green and blue from 0 to 255 (WCAG 2.2)."""
    red, green, blue = (
        one / 255 / 12.92 if one / 255 <= 0.04045 else ((one / 255 + 0.055) / 1.055) ** 2.4 for one in colour[:3]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """From 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def rgb(colour: str) -> Colour:
    """Of #rrggbb."""
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def shared(picture: Image.Image, share: float) -> list[tuple[int, ...]]:
    """The colours of a picture in red, green and blue that take such a share of it."""
    pixels = picture.width * picture.height
    counted = picture.getcolors(pixels) or []
    return [colour for count, colour in counted if isinstance(colour, tuple) and count >= share * pixels]


def faint(page: Page) -> list[str]:
    """The words in charts and maps that stand out too little from what is behind them."""
    viewport = page.viewport_size
    assert viewport is not None
    # Once more, since long tables are as high as the window lets them; from the top, which no head of a page covers.
    for _ in range(2):
        tall = page.evaluate("() => document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
        walk.resize(page, viewport["width"], min(int(tall) + 80, TALLEST))
    page.evaluate("() => document.querySelector('[data-testid=\"stMain\"]').scrollTo(0, 0)")
    words, picture = _pictured(page)
    walk.resize(page, viewport["width"], viewport["height"])
    found = []
    for word in words:
        left, top, width, height = word["box"]
        box = (max(round(left), 0), max(round(top), 0), round(left + width), round(top + height))
        if box[2] > picture.width or box[3] > picture.height or box[2] <= box[0] or box[3] <= box[1]:
            continue
        behind = shared(picture.crop(box), SHARE)
        worst = min((contrast(tuple(word["colour"]), colour) for colour in behind), default=21.0)
        if worst < TEXT:
            found.append(f"“{word['words']}” {worst:.1f}:1 ({word['colour']})")
    return found


def _pictured(page: Page) -> tuple[list[dict[str, Any]], Image.Image]:
    """The words, and the page without them: once they stay where they are, for charts draw themselves anew in more
    room."""
    while True:
        words: list[dict[str, Any]] = page.evaluate("audit.words()")
        page.evaluate(HIDE)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        page.evaluate(UNHIDE)
        if words == page.evaluate("audit.words()"):
            return words, picture


# By a rule, since charts that find more room draw themselves anew.
HIDE = """() => {
    const places = [document.head, ...[...document.querySelectorAll('*')].map((one) => one.shadowRoot).filter(Boolean)];
    for (const place of places) {
        const textContent = '.js-plotly-plot text, svg.map text { visibility: hidden !important; }';
        place.append(Object.assign(document.createElement('style'), { className: 'wordless', textContent }));
    }
}"""
UNHIDE = """() => {
    const places = [document, ...[...document.querySelectorAll('*')].map((one) => one.shadowRoot).filter(Boolean)];
    for (const place of places) for (const one of place.querySelectorAll('style.wordless')) one.remove();
}"""
