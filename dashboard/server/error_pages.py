"""Short answers without the dashboard: the server is full, a page is not found, something failed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape

from starlette.datastructures import Headers
from starlette.responses import Response

from dashboard.data.names import PRODUCT
from dashboard.views.charts.palette import BETTER, GREY, INK

# Such a page fetches nothing, so that it is legible whatever else fails.
STYLE = (
    f"body{{margin:3rem auto;padding:0 1.25rem;max-width:40rem;background:#fff;color:{INK};"
    "font:1.1rem/1.5 'Source Sans',Arial,sans-serif}"
    f"p:first-child{{color:{GREY};margin:0}}h1{{margin:0 0 .5rem;font-size:2rem;line-height:1.15}}"
    f"a{{color:{BETTER}}}a:focus-visible{{outline:3px solid {BETTER};outline-offset:2px}}"
)


def render_page(title: str, paragraphs: Sequence[str]) -> str:
    """The HTML of a page of a few words; paragraphs are HTML."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)} · {PRODUCT}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main><p>{PRODUCT}</p><h1>{escape(title)}</h1>{body}</main></body></html>"
    )


def error_response(
    request_headers: Headers,
    status: int,
    title: str,
    message: str,
    more: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
    *,
    linked: str = "",
) -> Response:
    """A message: as a page for a browser, as JSON (problem+json, RFC 9457) or a line of text for others.

    A page has `more` below the message, paragraphs of HTML; `linked` is the message with its links.
    """
    all_headers = {"Cache-Control": "no-store", "Vary": "Accept", **(headers or {})}
    accepted = request_headers.get("accept", "")
    if "text/html" in accepted:
        first = linked or escape(message, quote=False)
        return Response(render_page(title, [first, *more]), status, all_headers, "text/html")
    if "json" in accepted:
        message = json.dumps({"title": title, "status": status, "detail": message}, ensure_ascii=False)
        return Response(message, status, all_headers, "application/problem+json")
    return Response(f"{title}: {message}\n", status, all_headers, "text/plain")


def busy_response(request_headers: Headers, seconds: int) -> Response:
    """503: every place is taken."""
    england = '<a href="/briefings/E92000001.html">two pages on England</a>'
    return error_response(
        request_headers,
        503,
        "Many people are reading right now",
        f"Every place is taken. Please come again in {_duration(seconds)}.",
        (
            '<a href="">Try again</a>. What you chose is in the address and is not lost.',
            f'Meanwhile there are {england}, and <a href="/api">every figure by address</a>.',
        ),
        {"Retry-After": str(seconds)},
    )


def not_found_response(request_headers: Headers) -> Response:
    """404."""
    return error_response(
        request_headers,
        404,
        "Page not found",
        "Check the address, or go to the front page, the map or your council.",
        linked='Check the address, or go to the <a href="/">front page</a>, the <a href="/map">map</a> or your '
        '<a href="/council">council</a>.',
    )


def failure_response(request_headers: Headers, message: str) -> Response:
    """500; the message holds the reference."""
    again = '<a href="">Try again</a>, or go to the <a href="/">front page</a>.'
    return error_response(request_headers, 500, "Something failed", message, (again,))


def _duration(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} second{'s' if seconds > 1 else ''}"
    return f"{round(seconds / 60)} minutes"
