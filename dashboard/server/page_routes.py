"""Every address that is neither ours nor Streamlit's own: a page, a file of Streamlit's, or 404.

Streamlit alone answers any address with its page and 200, and sends its scripts unpacked, three times as long.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Collection
from mimetypes import guess_type
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import URL, Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from dashboard.server import error_pages
from dashboard.server.capacity import Places
from dashboard.server.headers import FOREVER

# What the pages ask of Streamlit; all else that it answers, nobody here needs.
OF_STREAMLIT = ("/_stcore/health", "/_stcore/host-config")
UNDER_STREAMLIT = ("/_stcore/bidi-components/", "/media/")
STATIC = "/static/"
METHODS = ("GET", "HEAD")
# Shorter, or packed already: not worth it.
PACKED_FROM, PACKED = 1000, (".woff2", ".png", ".gz")
LEVEL = 6


class Front(BaseRoute):
    """The last route but Streamlit's, which it leaves alone."""

    def __init__(
        self,
        shell: str,
        pages: Collection[str],
        first: str,
        files: Path,
        places: Places,
        retry_seconds: int,
        cookie: str,
    ) -> None:
        """`shell` is the HTML of every page, `pages` are their addresses; `first` is the name of the page at /.

        `files` is the folder of Streamlit's own. Whoever has the `cookie` was here before.
        """
        self._pages = {"/", *(f"/{one}" for one in pages if one != first)}
        self._first = f"/{first}"
        self._places, self._retry, self._cookie = places, retry_seconds, cookie
        content = shell.encode("utf-8")
        self._shell, self._packed_shell = content, gzip.compress(content, mtime=0)
        self._tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
        self._files = {f"/{path.relative_to(files).as_posix()}": path for path in files.rglob("*") if path.is_file()}
        self._files.pop("/index.html", None)
        self._packed: dict[str, bytes] = {}
        self._packing = threading.Lock()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Everything but a WebSocket and what Streamlit answers."""
        path = scope.get("path", "")
        streamlits = path in OF_STREAMLIT or path.startswith(UNDER_STREAMLIT)
        return (Match.NONE, {}) if scope["type"] != "http" or streamlits else (Match.FULL, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        answer = await self._answer(scope)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        path, asked = scope["path"], Headers(scope=scope)
        bare = path.rstrip("/") or "/"
        page = bare in self._pages or bare == self._first
        if not page and path not in self._files:
            return error_pages.no_such_page(asked)
        if scope["method"] not in METHODS:
            return PlainTextResponse("Ask with GET.\n", 405, {"Allow": ", ".join(METHODS)})
        if not page:
            return await run_in_threadpool(self._file, path, asked)
        if path not in self._pages:
            # The first page by its name, or a stroke too many at the end: the choices come along.
            there = "/" if bare == self._first else bare
            return RedirectResponse(str(URL(there).replace(query=scope["query_string"].decode("latin-1"))), 308)
        known = f"{self._cookie}=" in asked.get("cookie", "")
        if self._places.full(known=known):
            return error_pages.busy(asked, self._retry)
        return self._page(asked)

    def pack(self) -> None:
        """Pack every script and style, some seconds' work, before somebody waits for one."""
        for path, file in self._files.items():
            if _packs(file):
                self._packed_file(path)

    def _page(self, asked: Headers) -> Response:
        headers = {"Cache-Control": "no-cache", "ETag": self._tag, "Vary": "Accept-Encoding"}
        if self._tag in asked.get("if-none-match", ""):
            return Response(None, 304, headers)
        if not _takes_gzip(asked):
            return Response(self._shell, 200, headers, "text/html")
        return Response(self._packed_shell, 200, {**headers, "Content-Encoding": "gzip"}, "text/html")

    def _file(self, path: str, asked: Headers) -> Response:
        """A file of Streamlit's. Under static/ their names hold a hash of them."""
        cache = FOREVER if path.startswith(STATIC) else "no-cache"
        headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
        file = self._files[path]
        kind = guess_type(file.name)[0] or "application/octet-stream"
        if not _packs(file) or not _takes_gzip(asked):
            return Response(file.read_bytes(), 200, headers, kind)
        return Response(self._packed_file(path), 200, {**headers, "Content-Encoding": "gzip"}, kind)

    def _packed_file(self, path: str) -> bytes:
        with self._packing:
            if path not in self._packed:
                self._packed[path] = gzip.compress(self._files[path].read_bytes(), LEVEL, mtime=0)
            return self._packed[path]


def _packs(file: Path) -> bool:
    return file.suffix not in PACKED and file.stat().st_size >= PACKED_FROM


def _takes_gzip(asked: Headers) -> bool:
    return "gzip" in asked.get("accept-encoding", "")
