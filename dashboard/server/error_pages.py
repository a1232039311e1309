"""Answers in a few words, without the dashboard: the server is full, there is no such page, something failed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape

from starlette.datastructures import Headers
from starlette.responses import Response

from dashboard.views.charts.palette import BETTER, GREY, INK

TITLE = "Child Protection Monitor"
# Nothing is fetched for such a page: whatever else fails, it is legible.
STYLE = (
    f"body{{margin:3rem auto;padding:0 1.25rem;max-width:40rem;background:#fff;color:{INK};"
    "font:1.1rem/1.5 'Source Sans',Arial,sans-serif}"
    f"p:first-child{{color:{GREY};margin:0}}h1{{margin:0 0 .5rem;font-size:2rem;line-height:1.15}}"
    f"a{{color:{BETTER}}}a:focus-visible{{outline:3px solid {BETTER};outline-offset:2px}}"
)


def page(title: str, paragraphs: Sequence[str]) -> str:
    """The HTML of a page of a few words; paragraphs are HTML."""
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)} · {TITLE}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main><p>{TITLE}</p><h1>{escape(title)}</h1>{body}</main></body></html>"
    )


def answer(
    asked: Headers,
    status: int,
    title: str,
    said: str,
    more: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """What is said in plain words: a page for a browser, JSON (problem+json, RFC 9457) or a line of text for others.

    A page has `more` below it, paragraphs of HTML.
    """
    kept = {"Cache-Control": "no-store", "Vary": "Accept", **(headers or {})}
    accepted = asked.get("accept", "")
    if "text/html" in accepted:
        return Response(page(title, [escape(said, quote=False), *more]), status, kept, "text/html")
    if "json" in accepted:
        said = json.dumps({"title": title, "status": status, "detail": said}, ensure_ascii=False)
        return Response(said, status, kept, "application/problem+json")
    return Response(f"{title}: {said}\n", status, kept, "text/plain")


def busy(asked: Headers, seconds: int) -> Response:
    """503: every place is taken."""
    england = '<a href="/briefings/E92000001.html">two pages on England</a>'
    return answer(
        asked,
        503,
        "Many people are reading right now",
        f"Every place is taken. Please come again in {_soon(seconds)}.",
        (
            '<a href="">Try again</a>. What you chose is in the address and is not lost.',
            f'Meanwhile there are {england}, and <a href="/api">every figure by address</a>.',
        ),
        {"Retry-After": str(seconds)},
    )


def no_such_page(asked: Headers) -> Response:
    """404."""
    return answer(
        asked,
        404,
        "There is no such page",
        "There is nothing at this address.",
        ('Go to the <a href="/">front page</a>, the <a href="/map">map</a> or your <a href="/council">council</a>.',),
    )


def failed(asked: Headers, said: str) -> Response:
    """500; `said` holds the reference."""
    again = '<a href="">Try again</a>, or go to the <a href="/">front page</a>.'
    return answer(asked, 500, "Something failed", said, (again,))


def _soon(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} second{'s' if seconds > 1 else ''}"
    return f"{round(seconds / 60)} minutes"
