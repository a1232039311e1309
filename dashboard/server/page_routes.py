"""Every address that is neither ours nor Streamlit's own: a page, a file of Streamlit's, or 404.

Streamlit alone answers any address with its page and 200, and sends its scripts unpacked, three times as long.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Callable, Collection
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import URL, Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.replies import PACKED as PACKED_TAG
from dashboard.api.replies import ClientHeaders
from dashboard.pages.shared import assets
from dashboard.server import error_pages, first_words
from dashboard.server.capacity import Capacity
from dashboard.server.headers import FOREVER
from dashboard.server.index_html import with_first_words

# What our pages ask of Streamlit; nothing else that it answers is needed.
STREAMLIT_ADDRESSES = ("/_stcore/health", "/_stcore/host-config")
STREAMLIT_FOLDERS = ("/_stcore/bidi-components/", "/media/")
STATIC = "/static/"
METHODS = ("GET", "HEAD")
# Choices of an address that name areas: other names of theirs lead to the address with the name we use.
AREAS = ("la", "group", "councils", "areas", "neighbours_of", "regions", "region", "of", "councils_of")
# Words of choices that were others before, in addresses that people have kept.
RENAMED = {
    "picture": {"In order": "Ranked", "By size, with limits": "Funnel plot"},
    "colour": {"Distance from benchmark": "Compared with benchmark"},
}
# Shorter files, and those that are compressed already, are not packed.
PACKED_FROM, PACKED = 1000, (".woff2", ".png", ".gz")
LEVEL = 6
# A page is packed while its reader waits.
FAST = 4


class PageRoutes(BaseRoute):
    """The last route before Streamlit's, whose addresses it leaves alone."""

    def __init__(
        self,
        index_html: str,
        pages: Collection[str],
        first: str,
        files: Path,
        capacity: Capacity,
        retry_seconds: int,
        cookie: str,
        official_name: Callable[[str], str | None],
        robots: str = "noindex",
        *,
        https: bool = False,
    ) -> None:
        """`index_html` is the HTML of every page, `pages` are their addresses; `first` is the name of the page at /.

        `files` is the folder of Streamlit's own files. Readers with the `cookie` were here before. `official_name` is
        the name of the council that a number, a code or another name means; None where it is none. `robots` is what
        search engines may do. `https` says that a proxy before us speaks it.
        """
        self._pages = {"/", *(f"/{page}" for page in pages if page != first)}
        self._first = f"/{first}"
        self._capacity, self._retry, self._cookie = capacity, retry_seconds, cookie
        self._official_name, self._robots, self._https = official_name, robots, https
        self._template, self._first_words = index_html, first_words.Cache()
        content = index_html.encode("utf-8")
        self._index_html, self._packed_index_html = content, gzip.compress(content, mtime=0)
        self._tag = hashlib.sha256(content).hexdigest()[:24]
        self._files = {f"/{path.relative_to(files).as_posix()}": path for path in files.rglob("*") if path.is_file()}
        self._files.pop("/index.html", None)
        self._packed: dict[str, bytes] = {}
        self._packing = threading.Lock()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Everything but a WebSocket and what Streamlit answers."""
        ours = scope["type"] == "http" and not _is_streamlits(scope.get("path", ""))
        return (Match.FULL, {}) if ours else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a page, a file, a redirection or 404."""
        response = await self._respond(scope)
        await response(scope, receive, send)

    async def _respond(self, scope: Scope) -> Response:
        path, request_headers = scope["path"], Headers(scope=scope)
        bare = path.rstrip("/") or "/"
        page = bare in self._pages or bare == self._first
        if not page and path not in self._files:
            return error_pages.not_found_response(request_headers)
        if scope["method"] not in METHODS:
            return PlainTextResponse("Ask with GET.\n", 405, {"Allow": ", ".join(METHODS)})
        if not page:
            return await run_in_threadpool(self._file, path, request_headers)
        if path not in self._pages:
            # The first page by its name, or a slash too many at the end; the query is kept.
            target = "/" if bare == self._first else bare
            return RedirectResponse(str(URL(target).replace(query=scope["query_string"].decode("latin-1"))), 308)
        query = scope["query_string"].decode("latin-1")
        if any(f"{name}=" in query for name in (*AREAS, *RENAMED)):
            official = await run_in_threadpool(self._with_names_of_today, query)
            if official is not None:
                return RedirectResponse(f"{path}?{official}", 307)
        known = f"{self._cookie}=" in request_headers.get("cookie", "")
        if self._capacity.is_full(known=known):
            return error_pages.busy_response(request_headers, self._retry)
        return await self._page(scope, request_headers)

    def pack_files(self) -> None:
        """Pack every script and style, some seconds' work, before a reader waits for one."""
        for path, file in self._files.items():
            if _is_worth_packing(file):
                self._packed_file(path)

    def _with_names_of_today(self, query: str) -> str | None:
        """The query with councils by the names we use, and choices by their words; None where all are so."""

        def today(name: str, value: str) -> str:
            return (name in AREAS and self._official_name(value)) or RENAMED.get(name, {}).get(value, value)

        asked = parse_qsl(query, keep_blank_values=True)
        found = [(name, today(name, value)) for name, value in asked]
        return urlencode(found) if found != asked else None

    async def _page(self, scope: Scope, request_headers: Headers) -> Response:
        """The page, with its first words where they are known or quickly found."""
        content, packed, tag = self._index_html, self._packed_index_html, self._tag
        path, query = scope["path"], scope["query_string"].decode("latin-1")
        words = await self._first_words.find(path.strip("/"), query)
        if words is not None:
            address = f"{path}?{query}" if query else path
            root = f"{'https' if self._https else scope.get('scheme', 'http')}://{request_headers.get('host', '')}"
            sheet = assets.style().url
            content = with_first_words(self._template, words, sheet, address, self._robots, root).encode()
            packed = gzip.compress(content, FAST, mtime=0)
            tag = hashlib.sha256(content).hexdigest()[:24]
        takes_gzip = _takes_gzip(request_headers)
        shown = f'"{tag}{PACKED_TAG if takes_gzip else ""}"'
        headers = {"Cache-Control": "no-cache", "ETag": shown, "Vary": "Accept-Encoding"}
        if ClientHeaders(if_none_match=request_headers.get("if-none-match", "")).has(tag):
            return Response(None, 304, headers)
        if not takes_gzip:
            return Response(content, 200, headers, "text/html")
        return Response(packed, 200, {**headers, "Content-Encoding": "gzip"}, "text/html")

    def _file(self, path: str, request_headers: Headers) -> Response:
        """A file of Streamlit's. Names under static/ hold a hash of the content."""
        cache = FOREVER if path.startswith(STATIC) else "no-cache"
        headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
        file = self._files[path]
        kind = guess_type(file.name)[0] or "application/octet-stream"
        if not _is_worth_packing(file) or not _takes_gzip(request_headers):
            return Response(file.read_bytes(), 200, headers, kind)
        return Response(self._packed_file(path), 200, {**headers, "Content-Encoding": "gzip"}, kind)

    def _packed_file(self, path: str) -> bytes:
        with self._packing:
            if path not in self._packed:
                self._packed[path] = gzip.compress(self._files[path].read_bytes(), LEVEL, mtime=0)
            return self._packed[path]


class Packing:
    """Leaves the packing of what is ours to our routes (ASGI).

    Streamlit's middleware packs every answer where a client names gzip, even with a weight of zero, and files that are
    packed already; and it writes Vary once more.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_vary_once(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = list(message.get("headers", ()))
                headers = MutableHeaders(raw=message["headers"])
                if vary := headers.get("vary"):
                    headers["Vary"] = ", ".join(dict.fromkeys(one.strip() for one in vary.split(",")))
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # In capitals it is the same word, and Streamlit does not find it.
        word = b"gzip" if _is_streamlits(scope["path"]) else b"GZIP"
        taken = [(b"accept-encoding", word)] if _takes_gzip(Headers(scope=scope)) else []
        others = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self._app({**scope, "headers": [*others, *taken]}, receive, send_vary_once)


def _is_streamlits(path: str) -> bool:
    """Whether Streamlit answers at an address."""
    return path in STREAMLIT_ADDRESSES or path.startswith(STREAMLIT_FOLDERS)


def _is_worth_packing(file: Path) -> bool:
    return file.suffix not in PACKED and file.stat().st_size >= PACKED_FROM


def _takes_gzip(request_headers: Headers) -> bool:
    return ClientHeaders(accept_encoding=request_headers.get("accept-encoding", "")).takes_gzip
