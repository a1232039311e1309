"""The routes: an address and a method become a reply, and no answer is made on the thread that serves the pages.

Questions are read, and answers that are kept are found, by a few threads; answers are made by two others, one a core,
so that a crowd of heavy questions leaves both the pages and the light ones alone.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dashboard.api import answers, openapi, page, whole
from dashboard.api.answers import Answer
from dashboard.api.endpoints import BASE, ENDPOINTS, KINDS, WHOLE, Endpoint, Kind
from dashboard.api.parameters import VERSION_
from dashboard.api.problems import Problem, nearest, problem, shown
from dashboard.api.replies import METHODS, Asking, Reply, Resource, preflight, refusal
from dashboard.api.request_parsing import read, refuse_others, sent, version_of
from dashboard.data.database import Database
from dashboard.data.model import DatabaseError
from dashboard.data.versions import store
from dashboard.ops import errors
from dashboard.ops.logs import log_error

READING = ThreadPoolExecutor(8, thread_name_prefix="api reads")
MAKING = ThreadPoolExecutor(2, thread_name_prefix="api makes")
# So many questions may wait for an answer to be made; whoever comes then is asked to come again.
MOST_WAITING = 64
RETRY_SECONDS = 5
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Work:
    """An answer that has to be made first."""

    make: Callable[[], Reply]


Handler = Callable[[bytes, Asking], Reply | Work]


class Api:
    """Every address under /api as one application (ASGI)."""

    def __init__(self, style: Callable[[], str]) -> None:
        """`style` gives the address of the style sheet."""
        self._waiting = 0
        self._lock = threading.Lock()
        self._handlers: dict[str, Handler] = {
            BASE + "/openapi.json": _openapi,
            WHOLE: _whole,
            WHOLE + ".sha256": _sha256,
            "/api": _page(style),
        }
        for endpoint in ENDPOINTS.values():
            self._handlers[endpoint.path()] = _table(endpoint, KINDS["json"])
            self._handlers |= {endpoint.path(suffix): _table(endpoint, kind) for suffix, kind in KINDS.items()}

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        reply = await self._reply(scope)
        await reply.send(send, head=scope["method"] == "HEAD")

    async def _reply(self, scope: Scope) -> Reply:
        try:
            handler = self._handler(scope)
            if scope["method"] == "OPTIONS":
                return preflight()
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(READING, handler, scope["query_string"], _asking(scope))
            if isinstance(found, Reply):
                return found
            with self._place():
                return await loop.run_in_executor(MAKING, found.make)
        except Problem as refused:
            return refusal(refused)
        except DatabaseError as error:
            return refusal(problem("no-database", str(error), {"Retry-After": str(RETRY_SECONDS)}))
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is in words
            log_error(error, "api")
            return refusal(problem("failed", errors.words(error)))

    def _handler(self, scope: Scope) -> Handler:
        rest = scope.get("path_params", {}).get("rest", "")
        path = f"/api/{rest}" if rest else "/api"
        if path not in self._handlers:
            known = list(self._handlers)
            near = nearest(path, known)
            hint = f" Did you mean {near}?" if near else ""
            detail = f"There is nothing at {shown(path)}.{hint} The addresses are listed at /api."
            raise problem("not-found", detail, allowed=known, nearest=near)
        if scope["method"] not in METHODS.split(", "):
            raise problem("not-allowed", f"Ask with GET; allowed are {METHODS}.", {"Allow": METHODS})
        return self._handlers[path]

    @contextmanager
    def _place(self) -> Iterator[None]:
        """A place among those who wait; raises Problem when there is none."""
        with self._lock:
            if self._waiting >= MOST_WAITING:
                detail = f"{MOST_WAITING} questions are waiting for their answer: ask again in {RETRY_SECONDS} seconds."
                raise problem("busy", detail, {"Retry-After": str(RETRY_SECONDS)})
            self._waiting += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1


def routes(style: Callable[[], str]) -> list[Route]:
    """The routes of the API; `style` gives the address of the style sheet of its page for people."""
    api = Api(style)
    return [Route("/api", api), Route("/api/{rest:path}", api)]


def _asking(scope: Scope) -> Asking:
    headers = Headers(scope=scope)
    # Of what a HEAD asks there are no parts (RFC 9110).
    part = headers.get("range", "") if scope["method"] == "GET" else ""
    return Asking(
        headers.get("if-none-match", ""), headers.get("accept-encoding", ""), part, headers.get("if-range", "")
    )


def _table(endpoint: Endpoint, kind: Kind) -> Handler:
    def handler(query: bytes, asking: Asking) -> Reply | Work:
        asked = read(query, endpoint, kind, *_versions())
        key = answers.key(asked)
        resource = Resource(
            answers.tag(asked.db, *key),
            kind.media_type,
            asked.db.data_version,
            asked.frozen,
            "" if kind.pages else f"{endpoint.name}.{kind.suffix}",
        )
        return _answered(asked.db, key, resource, asking, lambda: answers.make(asked))

    return handler


def _answered(
    db: Database, key: tuple[str, ...], resource: Resource, asking: Asking, make: Callable[[], Answer]
) -> Reply | Work:
    """The answer that is kept, or the work of making it; neither where the client has it."""
    if asking.has(resource.tag):
        return resource.unchanged(asking)
    kept = answers.shelf(db)
    if found := kept.get(key):
        return resource.reply(found, asking)
    # Somebody may have asked the same meanwhile.
    return Work(lambda: resource.reply(kept.get(key) or kept.put(key, make()), asking))


def _openapi(query: bytes, asking: Asking) -> Reply | Work:
    db, _ = _version(query)
    versions = store().versions()
    resource = Resource(answers.tag(db, "openapi", *versions), "application/json", db.data_version)
    return _answered(
        db, ("openapi", *versions), resource, asking, lambda: answers.document(openapi.document(db, versions))
    )


def _page(style: Callable[[], str]) -> Handler:
    def handler(_query: bytes, asking: Asking) -> Reply | Work:
        # People come with all sorts of parameters in the address; none of them changes the page.
        db, sheet = store().current(), style()
        resource = Resource(
            answers.tag(db, "page", sheet), "text/html; charset=utf-8", db.data_version,
            headers={"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"},
        )  # fmt: skip
        return _answered(db, ("page", sheet), resource, asking, lambda: answers.document(page.html_page(db, sheet)))

    return handler


def _whole(query: bytes, asking: Asking) -> Reply | Work:
    db, frozen = _version(query)

    def reply(found: whole.Whole) -> Reply:
        resource = Resource(found.sha256, whole.MEDIA_TYPE, db.data_version, frozen, whole.NAME, found.digest)
        return resource.reply(found.answer, asking)

    made = whole.made(db)
    return reply(made) if made else Work(lambda: reply(whole.make(db)))


def _sha256(query: bytes, asking: Asking) -> Reply | Work:
    db, frozen = _version(query)

    def reply(found: whole.Whole) -> Reply:
        tag = f"{found.sha256[:24]}-line"
        resource = Resource(tag, "text/plain; charset=utf-8", db.data_version, frozen)
        return resource.reply(answers.document(found.line), asking)

    made = whole.made(db)
    return reply(made) if made else Work(lambda: reply(whole.make(db)))


def _version(query: bytes) -> tuple[Database, bool]:
    """The data of an address that takes a version alone, and whether it names one."""
    found = sent(query)
    refuse_others(found, {VERSION_.name: VERSION_})
    return version_of(found, *_versions()), VERSION_.name in found


def _versions() -> tuple[Callable[[], Database], Callable[[str], Database]]:
    return store().current, store().at
