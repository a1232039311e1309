"""A briefing as a web page: to be printed, and to be read where no script runs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from html import escape
from pathlib import Path

from dashboard.briefings.model import Bar, Block, Briefing, Cards, Cell, Point, Points, Section, Strip, Table, Words
from dashboard.briefings.urls import BASE, FORMS
from dashboard.data.names import PRODUCT
from dashboard.views.charts.palette import BETTER, GREY, INK
from dashboard.views.tables.html import Html, image_address

MEDIA_TYPE = "text/html; charset=utf-8"
# Of a strip, in units of its drawing.
WIDTH, HEIGHT, EDGE = 240.0, 26.0, 8.0
TINT = "#dce9f5"
STYLE = Path(__file__).with_name("page.css").read_text("utf-8")
# Nothing is fetched and nothing runs; the one style is known by its hash.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


def web(briefing: Briefing, others: Mapping[str, str] | None = None) -> bytes:
    """The page, UTF-8, with its style in it; `others` are the addresses of its other forms."""
    links = "".join(f' · <a href="{escape(url)}">{escape(FORMS[form])}</a>' for form, url in (others or {}).items())
    way = (
        f'<nav class="note" aria-label="Other forms"><a href="{BASE}">All briefings</a>{links}</nav>' if others else ""
    )
    body = "".join(_sections(page) for page in briefing.pages)
    return _page(
        briefing.title,
        f'<header><p class="kicker">{escape(briefing.kicker)} · {PRODUCT}</p><h1>{escape(briefing.name)}</h1>'
        f'<p class="sentence">{escape(briefing.sentence)}</p>'
        f'<p class="note">{escape(briefing.dated)}. {escape(briefing.about)}</p>{way}</header>{body}',
    )


def refusal(title: str, words: str) -> bytes:
    """A page that says why there is no briefing, and leads to those that there are."""
    back = f'<p><a href="{BASE}">All briefings</a></p>'
    return _page(
        title, f'<header><p class="kicker">{PRODUCT}</p><h1>{escape(title)}</h1></header><p>{escape(words)}</p>{back}'
    )


def _page(title: str, body: str) -> bytes:
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    ).encode()


def _sections(sections: tuple[Section, ...]) -> str:
    made = []
    at = 0
    while at < len(sections):
        if sections[at].half and at + 1 < len(sections) and sections[at + 1].half:
            made.append(f'<div class="halves">{_section(sections[at])}{_section(sections[at + 1])}</div>')
            at += 2
        else:
            made.append(_section(sections[at]))
            at += 1
    return "".join(made)


def _section(section: Section) -> str:
    blocks = "".join(_block(section, block) for block in section.blocks)
    return f"<section><h2>{escape(section.title)}</h2>{blocks}</section>"


def _block(section: Section, block: Block) -> str:
    if isinstance(block, Words):
        return f"<p{_class('note' if block.small else '')}>{escape(block.text)}</p>"
    if isinstance(block, Points):
        items = "".join(_point(point) for point in block.points)
        kind = "ol" if block.numbered else "ul"
        return f"<{kind}{_class('note' if block.small else '')}>{items}</{kind}>"
    if isinstance(block, Cards):
        cards = "".join(
            f'<li class="card {escape(card.tone or "plain")}"><span class="strand">{escape(card.label)}</span> '
            f'<span class="grade">{escape(card.words)}</span>'
            f"{f' <span>{escape(card.small)}</span>' if card.small else ''}</li>"
            for card in block.cards
        )
        return f'<ul class="cards">{cards}</ul>'
    return _table(section, block)


def _point(point: Point) -> str:
    words = escape(point.words)
    if point.link:
        words = f'<a href="{escape(point.link)}" rel="noopener">{words}</a>'
    return f"<li>{words}{_small(point.small)}</li>"


def _table(section: Section, block: Table) -> str:
    caption = f"<caption>{escape(block.caption)}</caption>" if block.caption else ""
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in block.heads)
    rows = "".join(
        f'<tr><th scope="row">{_cell(first, dense=block.dense)}</th>'
        f"{''.join(f'<td>{_cell(cell, dense=block.dense)}</td>' for cell in rest)}</tr>"
        for first, *rest in block.rows
    )
    label = escape(block.caption or section.title)
    kind = _class("dense" if block.dense else "")
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table{kind}>'
        f"{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(cell: Cell | Strip | Bar, *, dense: bool) -> str:
    if isinstance(cell, Strip):
        return strip(cell)
    if isinstance(cell, Bar):
        share = min(max(cell.share, 0.0), 1.0) * 100
        return (
            '<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
            f'<path d="M0 0h100v8H0z" fill="#eceff1"/><path d="M0 0h{share:.1f}v8H0z" fill="{BETTER}"/></svg> '
            f"{escape(cell.words)}"
        )
    words = escape(cell.words)
    if cell.strong:
        words = f"<b>{words}</b>"
    if cell.words and cell.tone:
        kind = {"better": "word better", "worse": "word worse", "missing": "missing"}.get(cell.tone)
        words = f'<span class="{kind or f"quarter {escape(cell.tone)}"}">{words}</span>'
    small = _small(cell.small)
    return words + (small.replace('class="period"', 'class="beside"') if dense else small)


def strip(it: Strip) -> str:
    """A strip as SVG; its words are said in its place."""
    kind = f'class="strip" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escape(it.alt)}"'
    return f"<svg {kind}>{_drawn(it)}</svg>"


def strip_image(it: Strip) -> Html:
    """A strip as an image, for pages: Streamlit takes SVG out of HTML."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}">{_drawn(it)}</svg>'
    return Html(f'<img class="strip" src="{image_address(svg)}" alt="{escape(it.alt)}">')


# Councils of one page after the other have the same nine.
@lru_cache(64)
def _dots(places: tuple[float, ...]) -> str:
    """A path of all dots. They lie over each other: those within one unit are one."""
    across = dict.fromkeys(round(EDGE + place * (WIDTH - 2 * EDGE)) for place in places)
    return "".join(f"M{at} {HEIGHT / 2:g}h0" for at in across)


def _drawn(it: Strip) -> str:
    middle = HEIGHT / 2

    def x(place: float) -> str:
        return f"{EDGE + min(max(place, 0.0), 1.0) * (WIDTH - 2 * EDGE):.1f}"

    drawn = []
    if it.mark is not None:
        left = x(it.mark)
        drawn.append(f'<rect x="{left}" y="3" width="{WIDTH - EDGE - float(left):.1f}" height="20" fill="{TINT}"/>')
        drawn.append(f'<path d="M{left} 3v20" stroke="{BETTER}" stroke-dasharray="3 2"/>')
    drawn.append(f'<path d="M{EDGE:g} {middle:g}H{WIDTH - EDGE:g}" stroke="#c9ced2"/>')
    # A line of no length with a round end is a dot, in a third of the letters of a circle.
    dots = _dots(it.dots)
    drawn.append(
        f'<path d="{dots}" stroke="{GREY}" stroke-opacity="0.35" stroke-width="6" stroke-linecap="round" fill="none"/>'
    )
    if it.england is not None:
        drawn.append(f'<path d="M{x(it.england)} 1v24" stroke="{INK}" stroke-width="2"/>')
    if it.neighbours is not None:
        drawn.append(
            f'<circle cx="{x(it.neighbours)}" cy="{middle:g}" r="4" fill="#fff" stroke="{INK}" stroke-width="1.5"/>'
        )
    size = 3.5 if len(it.own) > 1 else 6.0
    for own in it.own:
        at = float(x(own))
        if own < 0:
            path = f"M{at:.1f} {middle:g}l{2 * size:g} {-size:g}v{2 * size:g}z"
        elif own > 1:
            path = f"M{at:.1f} {middle:g}l{-2 * size:g} {-size:g}v{2 * size:g}z"
        else:
            path = f"M{at - size:.1f} {middle:g}l{size:g} {-size:g}l{size:g} {size:g}l{-size:g} {size:g}z"
        drawn.append(f'<path d="{path}" fill="{INK}" stroke="#fff"/>')
    return "".join(drawn)


def _small(words: str) -> str:
    # With a blank, for who reads it without a style.
    return f' <span class="period">{escape(words)}</span>' if words else ""


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""
