"""The addresses of briefings: /briefings/383.pdf, .docx or .html; of regions and of England by their codes.

A briefing is made once for each data version, one at a time, and cached with the answers of the API.
"""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT, Benchmark, with_group
from dashboard.api import answers
from dashboard.api.problems import shown
from dashboard.api.replies import ClientHeaders, Resource
from dashboard.api.view_links import VERSION
from dashboard.briefings import content, web
from dashboard.briefings.content import NoBriefingError
from dashboard.briefings.pdf import HERE
from dashboard.briefings.render import KINDS, Form
from dashboard.briefings.urls import BASE, FORMS, address, file_name
from dashboard.data import places
from dashboard.data.database import Database
from dashboard.data.model import DatabaseError
from dashboard.data.versions import store
from dashboard.ops import errors
from dashboard.ops.logs import log_error

# Letters are set one briefing at a time; so many may wait, for some ten seconds.
RENDERING = ThreadPoolExecutor(1, thread_name_prefix="briefings")
READING = ThreadPoolExecutor(4, thread_name_prefix="briefings read")
MOST_WAITING = 32
RETRY_SECONDS = 10
GROUP = "group"


class RefusedError(Exception):
    """Why there is no briefing, in words, with the status of the answer."""

    def __init__(self, status: int, title: str, words: str) -> None:
        super().__init__(words)
        self.status, self.title = status, title


class Briefings:
    """The endpoint of every briefing."""

    def __init__(self) -> None:
        self._waiting = 0

    async def __call__(self, request: Request) -> Response:
        loop = asyncio.get_running_loop()
        try:
            briefing_request = await loop.run_in_executor(READING, BriefingRequest, request)
            if briefing_request.reply is not None:
                return briefing_request.reply
            if self._waiting >= MOST_WAITING:
                raise RefusedError(503, "Too many at once", f"Ask again in {RETRY_SECONDS} seconds.")
            self._waiting += 1
            try:
                return await loop.run_in_executor(RENDERING, briefing_request.respond)
            finally:
                self._waiting -= 1
        except RefusedError as refused:
            return _refused(refused.status, refused.title, str(refused))
        except DatabaseError as error:
            return _refused(503, "There is no readable database", str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is in words
            log_error(error, "briefing")
            return _refused(500, "The briefing could not be made", errors.message_for_reader(error))


class BriefingRequest:
    """What an address asks for; raises RefusedError, and DatabaseError where there is no data."""

    def __init__(self, request: Request) -> None:
        area_id, _, suffix = request.path_params["name"].rpartition(".")
        if suffix not in KINDS:
            raise RefusedError(404, "There is nothing here", f"A briefing ends in {', '.join(FORMS)}. {content.HINT}")
        self.form: Form = KINDS[suffix]
        # PDF and Word are packed already.
        self.packs = suffix == "html"
        self.version = request.query_params.get(VERSION)
        self.db = _database(self.version)
        self.benchmark = _benchmark(self.db, request.query_params.get("benchmark"), request.query_params.get("group"))
        self.names = content.areas(self.db)
        if area_id not in self.names:
            area_id = places.find_area(self.db, area_id) or area_id
        if area_id not in self.names:
            try:
                content.briefing(self.db, area_id)
            except NoBriefingError as error:
                raise RefusedError(404, "There is no such briefing", str(error)) from error
        self.area_id = area_id
        headers = request.headers
        part = headers.get("range", "") if request.method == "GET" else ""
        self.client = ClientHeaders(
            headers.get("if-none-match", ""), headers.get("accept-encoding", ""), part, headers.get("if-range", "")
        )
        self.key = ("briefing", area_id, suffix, self.benchmark.id, self.benchmark.detail, str(bool(self.version)))
        self.resource = self._resource()
        self.reply: Response | None = None
        if self.client.has(self.resource.tag):
            self.reply = self._response(None)
        elif answer := answers.answer_cache(self.db).get(self.key):
            self.reply = self._response(answer)

    def respond(self) -> Response:
        """Respond with the briefing, made if nobody did meanwhile."""
        cache_of_answers = answers.answer_cache(self.db)
        return self._response(
            cache_of_answers.get(self.key)
            or cache_of_answers.put(self.key, answers.document(self._render(), binary=not self.packs))
        )

    def _render(self) -> bytes:
        briefing = content.briefing(self.db, self.area_id, self.benchmark)
        if self.form.suffix != "html":
            return self.form.render(briefing)
        others = {form: address(self.area_id, form, self.benchmark, self.version) for form in FORMS if form != "html"}
        return web.web(briefing, others)

    def _resource(self) -> Resource:
        disposition = "inline" if self.form.shown else "attachment"
        name = file_name(self.area_id, self.names[self.area_id], self.form.suffix)
        headers = {"Content-Disposition": f'{disposition}; filename="{name}"'}
        if self.form.suffix == "html":
            headers |= {"Content-Security-Policy": web.POLICY, "Referrer-Policy": "no-referrer"}
        tag = answers.tag(self.db, *self.key, str(self.db.built_at), _templates())
        frozen = bool(self.version)
        return Resource(tag, self.form.media_type, self.db.data_version, frozen, headers=headers, packs=self.packs)

    def _response(self, answer: answers.Answer | None) -> Response:
        reply = self.resource.unchanged(self.client) if answer is None else self.resource.reply(answer, self.client)
        body = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body.chunks())
        response = Response(body, reply.status)
        # Those of the reply alone: Starlette would add a length to a 304.
        length = [(b"content-length", str(len(body)).encode())] if reply.status != 304 else []
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
        response.raw_headers = [*raw, *length]
        return response


def routes() -> list[Route]:
    """The routes of briefings."""
    return [Route(f"{BASE}/{{name}}", Briefings().__call__, methods=["GET"])]


def _database(version: str | None) -> Database:
    if not version:
        return store().current()
    live = store().current()
    try:
        return store().at(version)
    except DatabaseError as error:
        raise RefusedError(
            404, "That data version is not kept", f"{error} The newest is {live.data_version}."
        ) from error


def _benchmark(db: Database, benchmark_id: str | None, group: str | None) -> Benchmark:
    known = content.benchmarks()
    if benchmark_id == GROUP or group:
        # One briefing of a group, in whatever order its councils are named.
        numbers = sorted(set((group or "").split(",")))
        if benchmark_id != GROUP or not set(numbers) <= db.authorities.keys():
            raise RefusedError(
                400,
                "There is no such group",
                "A group is of councils by DfE’s three-digit number, as in benchmark=group&group=383,380.",
            )
        return with_group(db, numbers)
    if not benchmark_id:
        return BENCHMARKS[DEFAULT]
    if benchmark_id not in known:
        names = ", ".join([*known, GROUP])
        raise RefusedError(
            400,
            "There is no such comparison",
            f"“{shown(benchmark_id)}” is not a benchmark that a briefing can use: {names}.",
        )
    return known[benchmark_id]


def _refused(status: int, title: str, words: str) -> Response:
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": web.POLICY, "X-Content-Type-Options": "nosniff"}
    if status == 503:
        headers["Retry-After"] = str(RETRY_SECONDS)
    return Response(web.refusal(title, words), status, headers, web.MEDIA_TYPE)


@cache
def _templates() -> str:
    """What briefings are set with, by its content: beside the program, which the tag holds already."""
    digest = hashlib.sha256()
    for path in sorted([*HERE.glob("*.typ"), *HERE.glob("*.css")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
