"""Unexpected errors are logged and answered with a reference; answers of the API are timed and logged."""

from __future__ import annotations

from time import perf_counter

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.ops import errors, logs
from dashboard.ops.logs import log_error
from dashboard.ops.metrics import ANSWERS
from dashboard.server import error_pages

API = "/api"
INTERNAL = 1011


class ErrorMiddleware:
    """Answers unexpected errors, and times and counts the API's answers (ASGI)."""

    def __init__(self, app: ASGIApp, contact: str) -> None:
        """`contact` is where readers may write to."""
        self._app, self._contact = app, contact

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        began, started = perf_counter(), list[Message]()
        body = 0

        async def send_and_record(message: Message) -> None:
            nonlocal body
            if message["type"] in ("http.response.start", "websocket.accept", "websocket.close"):
                started.append(message)
            body += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, send_and_record)
        except Exception as error:  # noqa: BLE001 - whatever it is, readers are told in words
            log_error(error, "socket" if scope["type"] == "websocket" else "route")
            await self._answer_failure(error, scope, receive, send_and_record, started)
        path = scope["path"]
        if scope["type"] == "http" and started and (path == API or path.startswith(f"{API}/")):
            _log_answer(scope, started[0], body, (perf_counter() - began) * 1000)
        return None

    async def _answer_failure(
        self, error: Exception, scope: Scope, receive: Receive, send: Send, started: list[Message]
    ) -> None:
        kinds = [message["type"] for message in started]
        if scope["type"] == "http":
            if kinds:
                raise error  # half an answer is cut off, so that nobody takes it for a whole one
            await error_pages.failure_response(Headers(scope=scope), errors.message_for_reader(error, self._contact))(
                scope, receive, send
            )
        elif "websocket.close" not in kinds:
            await send({"type": "websocket.close", "code": INTERNAL})


def _log_answer(scope: Scope, start: Message, body: int, ms: float) -> None:
    headers = Headers(raw=start["headers"])
    status = int(start["status"])
    ANSWERS.labels(status=str(status)).inc()
    rows = headers.get("x-total-count")
    logs.event(
        "answer",
        # Of other addresses we log nothing that somebody typed.
        page=scope["path"] if status not in (400, 404) else API,
        method=scope["method"] if scope["method"] in ("GET", "HEAD", "OPTIONS") else "other",
        status=status,
        data_version=headers.get("x-data-version"),
        ms=round(ms, 1),
        rows=int(rows) if rows else None,
        bytes=body,
    )
