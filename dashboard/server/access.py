"""Which requests are let in: under one of our names, to the pages' WebSocket from our own pages, while there is room.

A refusal costs nothing. Streamlit checks this too, but where a page of another site asks for the WebSocket it first
asks a server on the internet for its own address, and everybody waits for that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.server import error_pages
from dashboard.server.capacity import Capacity

# Monitoring asks for these by IP address.
PROBES = ("/livez", "/readyz")
NAME = re.compile(r"(\[[0-9a-f:]+\]|[^:/@?#\s]+?)\.?(?::\d{1,5})?")
REFUSED_BY_POLICY, COME_AGAIN = 1008, 1013


class AccessControl:
    """Lets requests in or refuses them (ASGI)."""

    def __init__(
        self,
        app: ASGIApp,
        capacity: Capacity,
        retry_seconds: int,
        hosts: Collection[str],
        other_origins: Callable[[], Collection[str]],
    ) -> None:
        """`hosts` are our names (where empty, any name is); `other_origins` are sites that may embed our pages."""
        self._app, self._capacity, self._retry = app, capacity, retry_seconds
        self._hosts, self._other_origins = hosts, other_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] in PROBES:
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        named = self._is_our_name(headers.get("host", ""))
        if scope["type"] == "websocket":
            return await self._open_websocket(scope, receive, send, named=named)
        if not named:
            refusal = PlainTextResponse("This server does not answer to that name.\n", 421)
            return await refusal(scope, receive, send)
        return await self._app(scope, receive, send)

    async def _open_websocket(self, scope: Scope, receive: Receive, send: Send, *, named: bool) -> None:
        if not named or not self._is_allowed_origin(scope):
            return await _refuse(scope, receive, send, PlainTextResponse("Forbidden\n", 403), REFUSED_BY_POLICY)
        with self._capacity.take_place() as admitted:
            if admitted:
                return await self._app(scope, receive, send)
        return await _refuse(
            scope, receive, send, error_pages.busy_response(Headers(scope=scope), self._retry), COME_AGAIN
        )

    def _is_our_name(self, host: str) -> bool:
        """Whether the request names one of our hosts; the port does not matter."""
        if not self._hosts:
            return True
        match = NAME.fullmatch(host.lower())
        name = match[1] if match else ""
        return any(name == ours or (ours.startswith("*.") and name.endswith(ours[1:])) for ours in self._hosts)

    def _is_allowed_origin(self, scope: Scope) -> bool:
        """Whether the page that asks is ours. Browsers always send an origin; programs need not."""
        headers = MutableHeaders(scope=scope)
        origin, host = headers.get("origin"), headers.get("host", "")
        if origin is None or urlsplit(origin).netloc == host:
            return True
        if origin not in self._other_origins():
            return False
        # Rewritten so that Streamlit need not look for itself.
        headers["origin"] = f"{urlsplit(origin).scheme}://{host}"
        return True


async def _refuse(scope: Scope, receive: Receive, send: Send, response: Response, code: int) -> None:
    """Refuse a WebSocket with a response, where the server can send one, or with a code."""
    if "websocket.http.response" in scope.get("extensions", {}):
        return await response(scope, receive, send)
    return await send({"type": "websocket.close", "code": code})
