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
from starlette.datastructures import URL, Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

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
# Choices of an address that name councils: other names of theirs lead to the address with the name we use.
COUNCILS = ("la", "group", "councils")
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
        self._tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
        self._files = {f"/{path.relative_to(files).as_posix()}": path for path in files.rglob("*") if path.is_file()}
        self._files.pop("/index.html", None)
        self._packed: dict[str, bytes] = {}
        self._packing = threading.Lock()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Everything but a WebSocket and what Streamlit answers."""
        path = scope.get("path", "")
        streamlits = path in STREAMLIT_ADDRESSES or path.startswith(STREAMLIT_FOLDERS)
        return (Match.NONE, {}) if scope["type"] != "http" or streamlits else (Match.FULL, {})

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
        if any(f"{name}=" in query for name in COUNCILS):
            official = await run_in_threadpool(self._with_official_names, query)
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

    def _with_official_names(self, query: str) -> str | None:
        """The query with councils by the names we use; None where nothing is to be changed."""
        asked = parse_qsl(query, keep_blank_values=True)
        official = [(name, (name in COUNCILS and self._official_name(value)) or value) for name, value in asked]
        return urlencode(official) if official != asked else None

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
            tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
        headers = {"Cache-Control": "no-cache", "ETag": tag, "Vary": "Accept-Encoding"}
        if tag in request_headers.get("if-none-match", ""):
            return Response(None, 304, headers)
        if not _takes_gzip(request_headers):
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


def _is_worth_packing(file: Path) -> bool:
    return file.suffix not in PACKED and file.stat().st_size >= PACKED_FROM


def _takes_gzip(request_headers: Headers) -> bool:
    return ClientHeaders(accept_encoding=request_headers.get("accept-encoding", "")).takes_gzip
