"""Pages of one chart with its table for frames of other sites: plain HTML, without Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.api import chart_links
from dashboard.api.chart_requests import ChartRequest
from dashboard.data.names import PRODUCT
from dashboard.pictures.drawn import Drawn
from dashboard.views.svg import picture as pictures
from dashboard.views.tables.html import escape

MEDIA_TYPE = "text/html; charset=utf-8"
NOBODY = "No site may show this chart in a frame: the operator of this server has named none."


def policy(sites: Sequence[str]) -> str:
    """What the page may load, all from here, and whose frames it may be in."""
    named = " ".join(sites) or "'none'"
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {named}"
    )


def html_page(request: ChartRequest, drawn: Drawn, sheet: str, script: str, sites: Sequence[str]) -> bytes:
    """The page, UTF-8; `sheet` and `script` are addresses, `sites` those that may frame it."""
    db, kind, choices, version = request.db, request.kind, request.choices, request.version
    address = {suffix: escape(chart_links.chart(db, kind, choices, suffix, version)) for suffix in chart_links.FORMATS}
    title, page = drawn.picture.title, chart_links.page(db, kind, choices, version)
    files = " · ".join(
        f'<a href="{address[suffix]}">{escape(label)}</a>' for suffix, label in chart_links.FORMATS.items()
    )
    # Links of a table choose on the page that shows it.
    table = str(drawn.table()).replace('href="?', f'href="{escape(kind.page)}?')
    note = "" if sites else f'<p class="note">{NOBODY}</p>'
    held, png = escape(" ".join(sites)), address["png"]
    return (
        f'<!doctype html><html lang="en-GB" data-sites="{held}"><head><meta charset="utf-8">'
        f'<title>{escape(title)} · {PRODUCT}</title><meta name="viewport" content="width=device-width, '
        'initial-scale=1"><meta name="robots" content="noindex"><base target="_blank">'
        f'<link rel="stylesheet" href="{escape(sheet)}"><script src="{escape(script)}" defer></script></head>'
        f'<body class="embed"><main>{note}<h1>{escape(title)}</h1><p>{escape(drawn.picture.sentence)}</p>'
        f'<img src="{png}" alt="{escape(drawn.picture.alt)}" width="{pictures.WIDE}" '
        f'height="{pictures.HIGH}"><details><summary>These figures as a table</summary>{table}</details>'
        f'<p class="note"><a href="{escape(page)}">{PRODUCT}</a> · {files}</p></main></body></html>'
    ).encode()
