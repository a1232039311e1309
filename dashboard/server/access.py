"""Who is let in: by our own name, to the pages' WebSocket from our own pages, and while there is a place.

Whoever is refused costs nothing. Streamlit looks at these too, but where a page of another site asks for the WebSocket
it first asks a server on the internet for its own address, and everybody waits for that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.server import error_pages
from dashboard.server.capacity import Places

# Asked by address, by whatever watches a server.
PROBES = ("/livez", "/readyz")
NAME = re.compile(r"(\[[0-9a-f:]+\]|[^:/@?#\s]+?)\.?(?::\d{1,5})?")
REFUSED_BY_POLICY, COME_AGAIN = 1008, 1013


class Doors:
    """Lets in or refuses (ASGI)."""

    def __init__(
        self,
        app: ASGIApp,
        places: Places,
        retry_seconds: int,
        hosts: Collection[str],
        other_origins: Callable[[], Collection[str]],
    ) -> None:
        """`hosts` are our names (of none, any is ours); `other_origins` are sites that may hold our pages."""
        self._app, self._places, self._retry = app, places, retry_seconds
        self._hosts, self._other_origins = hosts, other_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] in PROBES:
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        named = self._is_ours(headers.get("host", ""))
        if scope["type"] == "websocket":
            return await self._socket(scope, receive, send, named=named)
        if not named:
            refusal = PlainTextResponse("This server does not answer to that name.\n", 421)
            return await refusal(scope, receive, send)
        return await self._app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send, *, named: bool) -> None:
        if not named or not self._from_us(scope):
            return await _refuse(scope, receive, send, PlainTextResponse("Forbidden\n", 403), REFUSED_BY_POLICY)
        with self._places.one() as got:
            if got:
                return await self._app(scope, receive, send)
        return await _refuse(scope, receive, send, error_pages.busy(Headers(scope=scope), self._retry), COME_AGAIN)

    def _is_ours(self, host: str) -> bool:
        """Whether somebody asks by a name of ours; the port is not looked at."""
        if not self._hosts:
            return True
        found = NAME.fullmatch(host.lower())
        name = found[1] if found else ""
        return any(name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in self._hosts)

    def _from_us(self, scope: Scope) -> bool:
        """Whether the page that asks is ours. No browser leaves out who asks; programs do."""
        headers = MutableHeaders(scope=scope)
        origin, host = headers.get("origin"), headers.get("host", "")
        if origin is None or urlsplit(origin).netloc == host:
            return True
        if origin not in self._other_origins():
            return False
        # Said so that Streamlit need not look for itself.
        headers["origin"] = f"{urlsplit(origin).scheme}://{host}"
        return True


async def _refuse(scope: Scope, receive: Receive, send: Send, answer: Response, code: int) -> None:
    """Refuse a WebSocket with an answer, where the server can send one, or with a code."""
    if "websocket.http.response" in scope.get("extensions", {}):
        return await answer(scope, receive, send)
    return await send({"type": "websocket.close", "code": code})
