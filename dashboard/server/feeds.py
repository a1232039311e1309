"""Atom feeds (RFC 4287) of what is new: /feeds/england.atom, and /feeds/383.atom of each council by DfE's number."""

from __future__ import annotations

import uuid
from datetime import date
from urllib.parse import quote
from xml.etree import ElementTree as ET

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from dashboard.api import answers
from dashboard.api.problems import Problem, problem, shown
from dashboard.api.replies import METHODS, ClientHeaders, Reply, Resource, preflight, refusal
from dashboard.data import places
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND, DatabaseError
from dashboard.data.names import PRODUCT
from dashboard.data.versions import store
from dashboard.server.search_engines import root
from dashboard.views.text import news
from dashboard.views.text.news import FEED_OF_ENGLAND, Item, feed

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"

RIGHTS = "Contains public sector information licensed under the Open Government Licence v3.0."
# What ids are made from: with it they are the same on every server and in every data version.
NAMESPACE = uuid.UUID("5f6b1c9e-3d0b-5f0e-9d53-2a4c1e7b8f10")
RETRY_SECONDS = "5"

ET.register_namespace("", ATOM)


class Feeds:
    """Every feed as one application (ASGI)."""

    def __init__(self, *, https: bool) -> None:
        self._https = https

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        try:
            reply = await run_in_threadpool(self._reply, Request(scope))
        except Problem as refused:
            reply = refusal(refused)
        except DatabaseError as error:
            reply = refusal(problem("no-database", str(error), {"Retry-After": RETRY_SECONDS}))
        await reply.send(send, head=scope["method"] == "HEAD")

    def _reply(self, request: Request) -> Reply:
        if request.method == "OPTIONS":
            return preflight()
        if request.method not in METHODS.split(", "):
            raise problem("not-allowed", f"Ask with GET; allowed are {METHODS}.", {"Allow": METHODS})
        name, db = request.path_params["name"], store().current()
        area_id = ENGLAND if name == FEED_OF_ENGLAND else places.find_area(db, name)
        if area_id != ENGLAND and area_id not in {**db.authorities, **db.ended}:
            raise problem(
                "not-found", f"There is no feed of “{shown(name)}”: take england, or the number of a council."
            )
        address = feed(str(area_id))
        if request.url.path != address:
            return Reply(308, {"Location": address})
        home = root(request, https=self._https)
        headers, key = request.headers, ("feed", str(area_id), home)
        client = ClientHeaders(headers.get("if-none-match", ""), headers.get("accept-encoding", ""))
        resource = Resource(answers.tag(db, *key), MEDIA_TYPE, db.data_version)
        if client.has(resource.tag):
            return resource.unchanged(client)
        cache = answers.answer_cache(db)
        made = cache.get(key) or cache.put(key, answers.document(atom(db, str(area_id), home)))
        return resource.reply(made, client)


def routes(*, https: bool) -> list[BaseRoute]:
    """The route of all feeds."""
    return [Route("/feeds/{name}.atom", Feeds(https=https))]


def atom(db: Database, area_id: str, home: str) -> bytes:
    """The feed of England or a council, UTF-8; `home` is scheme and host, which links begin with.

    Ids and dates are those of the database, so that it is the same whoever asks, and whenever.
    """
    found, name = news.items(db, area_id), db.names[area_id]
    page = "/" if area_id == ENGLAND else f"/council?la={quote(name)}"
    whole = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en-GB"})
    _add(whole, "id", _id(f"feed/{area_id}"))
    _add(whole, "title", f"{name}: {PRODUCT}")
    _add(whole, "subtitle", "New reports of Ofsted, new figures, and earlier figures that changed.")
    _add(whole, "updated", _moment(found[0].on if found else db.built_at.date()))
    _add(whole, "link", rel="self", type="application/atom+xml", href=home + feed(area_id))
    _add(whole, "link", rel="alternate", type="text/html", href=home + page)
    _add(_add(whole, "author"), "name", PRODUCT)
    _add(whole, "rights", RIGHTS)
    for item in found:
        _entry(whole, item, home)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(whole, "unicode")}\n'.encode()


def _entry(whole: ET.Element, item: Item, home: str) -> None:
    entry = _add(whole, "entry")
    _add(entry, "id", _id(item.key))
    _add(entry, "title", item.title)
    _add(entry, "published", _moment(item.on))
    _add(entry, "updated", _moment(item.on))
    _add(entry, "link", rel="alternate", type="text/html", href=home + item.page)
    if item.source:
        _add(entry, "link", rel="related", href=item.source)
    _add(entry, "category", term=item.kind)
    _add(entry, "content", item.words, type="text")


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text
    return child


def _id(key: str) -> str:
    return uuid.uuid5(NAMESPACE, key).urn


def _moment(on: date) -> str:
    return f"{on}T00:00:00Z"
