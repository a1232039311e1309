"""The routes: an address and a method become a reply, and no answer is made on the thread that serves the pages.

Requests are parsed, and cached answers found, by a few threads; answers are made by two others, one for each core, so
that many heavy requests slow down neither the pages nor light requests.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dashboard.api import (
    answers,
    chart_links,
    chart_pack,
    chart_requests,
    charts,
    csv_metadata,
    embed,
    openapi,
    page,
    whole,
)
from dashboard.api.answers import Answer
from dashboard.api.chart_links import CHARTS, EMBED, PACK
from dashboard.api.endpoints import BASE, ENDPOINTS, KINDS, WHOLE, Endpoint, Kind
from dashboard.api.parameters import VERSION_
from dashboard.api.problems import Problem, nearest, problem, shown
from dashboard.api.replies import LINK, METHODS, ClientHeaders, Reply, Resource, preflight, refusal
from dashboard.api.request_parsing import find_version, parse_query, parse_request, refuse_undeclared
from dashboard.data.database import Database
from dashboard.data.model import DatabaseError
from dashboard.data.versions import store
from dashboard.files.pictures.kinds import KINDS as PICTURES
from dashboard.files.pictures.kinds import Kind as Picture
from dashboard.ops import errors
from dashboard.ops.logs import log_error
from dashboard.ops.settings import settings

READING = ThreadPoolExecutor(8, thread_name_prefix="api reads")
MAKING = ThreadPoolExecutor(2, thread_name_prefix="api makes")
# The most requests that may wait for an answer to be made; later ones are asked to come again.
MOST_WAITING = 64
RETRY_SECONDS = 5
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Work:
    """An answer that has to be made first."""

    make: Callable[[], Reply]
    drawn: bool = False
    """Whether it is a picture, which is drawn apart from other answers."""


Handler = Callable[[bytes, ClientHeaders], Reply | Work]


class Api:
    """Every address under /api as one application (ASGI)."""

    def __init__(self, style: Callable[[], str], script: Callable[[], str]) -> None:
        """`style` gives the address of the style sheet, `script` that of the script of embedded charts."""
        self._places = Places(MOST_WAITING, "busy", "questions are waiting for their answer", RETRY_SECONDS)
        self._places_to_draw = Places(
            charts.MOST_WAITING, "too-many", "pictures are waiting to be drawn", charts.RETRY_SECONDS
        )
        self._handlers: dict[str, Handler] = {
            BASE + "/openapi.json": _openapi,
            WHOLE: _whole,
            WHOLE + ".sha256": _sha256,
            "/api": _page(style),
        }
        for endpoint in ENDPOINTS.values():
            self._handlers[endpoint.path()] = _table(endpoint, KINDS["json"])
            self._handlers |= {endpoint.path(suffix): _table(endpoint, kind) for suffix, kind in KINDS.items()}
            self._handlers[endpoint.path(csv_metadata.SUFFIX)] = _csv_metadata(endpoint)
        self._handlers[PACK] = _pack
        for picture in PICTURES.values():
            self._handlers[f"{EMBED}/{picture.name}"] = _embed(picture, style, script)
            for file in charts.FILES.values():
                self._handlers[f"{CHARTS}/{picture.name}.{file.suffix}"] = _chart(picture, file)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        reply = await self._reply(scope)
        await reply.send(send, head=scope["method"] == "HEAD")

    async def _reply(self, scope: Scope) -> Reply:
        try:
            handler = self._handler(scope)
            if scope["method"] == "OPTIONS":
                return preflight()
            loop = asyncio.get_running_loop()
            result = await loop.run_in_executor(READING, handler, scope["query_string"], _client_headers(scope))
            if isinstance(result, Reply):
                return result
            if result.drawn:
                with self._places_to_draw.one():
                    return await _drawn(loop.run_in_executor(charts.DRAWING, result.make))
            with self._places.one():
                return await loop.run_in_executor(MAKING, result.make)
        except Problem as refused:
            return refusal(refused)
        except DatabaseError as error:
            return refusal(problem("no-database", str(error), {"Retry-After": str(RETRY_SECONDS)}))
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is in words
            log_error(error, "api")
            return refusal(problem("failed", errors.message_for_reader(error)))

    def _handler(self, scope: Scope) -> Handler:
        path = "/api" if scope["path"] == "/api/" else scope["path"]
        if path not in self._handlers:
            known = list(self._handlers)
            near = nearest(path, known)
            hint = f" Did you mean {near}?" if near else ""
            detail = f"There is nothing at {shown(path)}.{hint} The addresses are listed at /api."
            raise problem("not-found", detail, allowed=known, nearest=near)
        if scope["method"] not in METHODS.split(", "):
            raise problem("not-allowed", f"Ask with GET; allowed are {METHODS}.", {"Allow": METHODS})
        return self._handlers[path]


async def _drawn(drawing: Awaitable[Reply]) -> Reply:
    """A picture that is drawn in time; else Problem. One that was begun is cached, for those who ask again."""
    try:
        return await asyncio.wait_for(drawing, charts.MOST_SECONDS)
    except TimeoutError as late:
        detail = f"The picture was not drawn within {charts.MOST_SECONDS} seconds: ask again in {charts.RETRY_SECONDS}."
        raise problem("too-many", detail, {"Retry-After": str(charts.RETRY_SECONDS)}) from late


class Places:
    """Places for those who wait for an answer to be made."""

    def __init__(self, most: int, kind: str, words: str, retry_seconds: int) -> None:
        """`words` tell who is waiting, where there is no place; `kind` is that of the problem."""
        self._most, self._kind, self._words, self._retry = most, kind, words, retry_seconds
        self._waiting = 0
        self._lock = threading.Lock()

    @contextmanager
    def one(self) -> Iterator[None]:
        """A place among those who wait; raises Problem when there is none."""
        with self._lock:
            if self._waiting >= self._most:
                detail = f"{self._most} {self._words}: ask again in {self._retry} seconds."
                raise problem(self._kind, detail, {"Retry-After": str(self._retry)})
            self._waiting += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1


def routes(style: Callable[[], str], script: Callable[[], str] = lambda: "") -> list[Route]:
    """The routes of the API and of embedded charts.

    `style` gives the address of the style sheet of its page for people, `script` that of the script of embedded charts.
    """
    api = Api(style, script)
    return [Route("/api", api), Route("/api/{rest:path}", api), Route(f"{EMBED}/{{rest:path}}", api)]


def _client_headers(scope: Scope) -> ClientHeaders:
    headers = Headers(scope=scope)
    # Of what a HEAD asks there are no parts (RFC 9110).
    part = headers.get("range", "") if scope["method"] == "GET" else ""
    return ClientHeaders(
        headers.get("if-none-match", ""),
        headers.get("accept-encoding", ""),
        part,
        headers.get("if-range", ""),
        head=scope["method"] == "HEAD",
    )


def _table(endpoint: Endpoint, kind: Kind) -> Handler:
    def handler(query: bytes, client: ClientHeaders) -> Reply | Work:
        request = parse_request(query, endpoint, kind, *_versions())
        key = answers.key(request)
        resource = Resource(
            answers.tag(request.db, *key),
            kind.media_type,
            request.db.data_version,
            request.frozen,
            "" if kind.pages else f"{endpoint.name}.{kind.suffix}",
            headers={"Link": f"{LINK}, {csv_metadata.link(request)}"} if kind.suffix == "csv" else {},
            packs=not kind.binary,
        )
        return _find_or_make(request.db, key, resource, client, lambda: answers.make(request))

    return handler


def _csv_metadata(endpoint: Endpoint) -> Handler:
    def handler(query: bytes, client: ClientHeaders) -> Reply | Work:
        request = parse_request(query, endpoint, KINDS["csv"], *_versions())
        key = ("csv metadata", request.address(csv_metadata.SUFFIX))
        resource = Resource(
            answers.tag(request.db, *key), csv_metadata.MEDIA_TYPE, request.db.data_version, request.frozen
        )
        return _find_or_make(
            request.db, key, resource, client, lambda: answers.document(csv_metadata.document(request))
        )

    return handler


def _find_or_make(
    db: Database, key: tuple[str, ...], resource: Resource, client: ClientHeaders, make: Callable[[], Answer]
) -> Reply | Work:
    """The answer that is cached, or the work of making it; neither where the client has it."""
    if client.has(resource.tag):
        return resource.unchanged(client)
    cache = answers.answer_cache(db)
    if answer := cache.get(key):
        return resource.reply(answer, client)
    # Somebody may have asked the same meanwhile.
    return Work(lambda: resource.reply(cache.get(key) or cache.put(key, make()), client))


def _chart(kind: Picture, file: charts.File) -> Handler:
    def handler(query: bytes, client: ClientHeaders) -> Reply | Work:
        request = chart_requests.parse(query, kind, *_versions(), sized=file.picture)
        key = ("chart", file.suffix, *request.key)
        name = f"{chart_links.file_name(request.db, kind, request.choices)}.{file.suffix}"
        shown = {"Content-Disposition": f'inline; filename="{name}"', "Content-Security-Policy": charts.POLICY}
        resource = Resource(
            answers.tag(request.db, *key), file.media_type, request.db.data_version, request.frozen and not kind.daily,
            "" if file.picture else name, headers=shown if file.picture else {}, packs=not file.packed,
        )  # fmt: skip
        return _find_or_draw(request.db, key, resource, client, lambda: charts.make(request, file))

    return handler


def _embed(kind: Picture, style: Callable[[], str], script: Callable[[], str]) -> Handler:
    def handler(query: bytes, client: ClientHeaders) -> Reply | Work:
        request, sites = chart_requests.parse(query, kind, *_versions()), settings().embed_hosts
        key = ("embed", style(), script(), *sites, *request.key)
        headers = {"Content-Security-Policy": embed.policy(sites), "Referrer-Policy": "no-referrer"}
        resource = Resource(
            answers.tag(request.db, *key),
            embed.MEDIA_TYPE,
            request.db.data_version,
            request.frozen and not kind.daily,
            headers=headers,
        )

        def make() -> Answer:
            drawn = charts.draw(request)
            return answers.document(embed.html_page(request, drawn, style(), script(), sites))

        return _find_or_draw(request.db, key, resource, client, make)

    return handler


def _pack(query: bytes, client: ClientHeaders) -> Reply | Work:
    request = chart_requests.parse(query, chart_pack.KIND, *_versions())
    key = ("pack", *request.key)
    name = f"pictures-{chart_links.file_name(request.db, chart_pack.KIND, request.choices)}.zip"
    resource = Resource(
        answers.tag(request.db, *key), chart_pack.MEDIA_TYPE, request.db.data_version, request.frozen, name, packs=False
    )
    return _find_or_draw(request.db, key, resource, client, lambda: chart_pack.make(request))


def _find_or_draw(
    db: Database, key: tuple[str, ...], resource: Resource, client: ClientHeaders, make: Callable[[], Answer]
) -> Reply | Work:
    """The picture that is cached, or the work of drawing it; neither where the client has it."""
    if client.has(resource.tag):
        return resource.unchanged(client)
    cache = charts.cache(db)
    if answer := cache.get(key):
        return resource.reply(answer, client)
    return Work(lambda: resource.reply(cache.get(key) or cache.put(key, make()), client), drawn=True)


def _openapi(query: bytes, client: ClientHeaders) -> Reply | Work:
    db, _ = _version(query)
    versions = store().versions()
    resource = Resource(answers.tag(db, "openapi", *versions), "application/json", db.data_version)
    return _find_or_make(
        db, ("openapi", *versions), resource, client, lambda: answers.document(openapi.document(db, versions))
    )


def _page(style: Callable[[], str]) -> Handler:
    def handler(_query: bytes, client: ClientHeaders) -> Reply | Work:
        # People come with all sorts of parameters in the address; none of them changes the page.
        db, sheet = store().current(), style()
        resource = Resource(
            answers.tag(db, "page", sheet), "text/html; charset=utf-8", db.data_version,
            headers={"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"},
        )  # fmt: skip
        return _find_or_make(db, ("page", sheet), resource, client, lambda: answers.document(page.html_page(db, sheet)))

    return handler


def _whole(query: bytes, client: ClientHeaders) -> Reply | Work:
    db, frozen = _version(query)

    def reply(file: whole.Whole) -> Reply:
        resource = Resource(
            file.sha256, whole.MEDIA_TYPE, db.data_version, frozen, whole.NAME, file.digest, packs=False
        )
        return resource.reply(file.answer, client)

    made = whole.made(db)
    return reply(made) if made else Work(lambda: reply(whole.make(db)))


def _sha256(query: bytes, client: ClientHeaders) -> Reply | Work:
    db, frozen = _version(query)

    def reply(file: whole.Whole) -> Reply:
        tag = f"{file.sha256[:24]}-line"
        resource = Resource(tag, "text/plain; charset=utf-8", db.data_version, frozen)
        return resource.reply(answers.document(file.line), client)

    made = whole.made(db)
    return reply(made) if made else Work(lambda: reply(whole.make(db)))


def _version(query: bytes) -> tuple[Database, bool]:
    """The data of an address that takes a version alone, and whether it names one."""
    parameters = parse_query(query)
    refuse_undeclared(parameters, {VERSION_.name: VERSION_})
    return find_version(parameters, *_versions()), VERSION_.name in parameters


def _versions() -> tuple[Callable[[], Database], Callable[[str], Database]]:
    return store().current, store().at
