"""What search engines may read: /robots.txt, and /sitemap.xml with every page and the page of every council."""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.data.model import DatabaseError
from dashboard.data.versions import store


def root(request: Request, *, https: bool) -> str:
    """Scheme and host as the reader has them; `https` where they come by https alone."""
    return f"{'https' if https else request.url.scheme}://{request.url.netloc}"


def routes(pages: Collection[str], *, index: bool, https: bool) -> list[BaseRoute]:
    """The two addresses; `pages` are the paths of pages, `index` whether search engines are let in."""

    async def robots(request: Request) -> Response:
        if not index:
            return PlainTextResponse("User-agent: *\nDisallow: /\n")
        # Files and answers to programs are no pages.
        home = root(request, https=https)
        return PlainTextResponse(
            f"User-agent: *\nDisallow: /api/v1/\nDisallow: /_stcore/\nSitemap: {home}/sitemap.xml\n"
        )

    async def sitemap(request: Request) -> Response:
        try:
            db = await run_in_threadpool(store().current)
        except DatabaseError:
            return PlainTextResponse("There is no data yet.\n", 503)
        paths = [*pages, *(f"/council?{urlencode({'la': name})}" for name in db.authorities.values())]
        home = root(request, https=https)
        entries = "".join(
            f"<url><loc>{escape(home + path)}</loc><lastmod>{db.built_at:%Y-%m-%d}</lastmod></url>" for path in paths
        )
        content = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>\n'
        )
        return Response(content, media_type="application/xml")

    return [Route("/robots.txt", robots), *([Route("/sitemap.xml", sitemap)] if index else [])]
