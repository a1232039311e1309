"""What a page says, as plain HTML that is there before Streamlit starts.

It is for slow networks, blocked WebSockets, readers without scripts, previews of links and search engines. The page
itself is run once for an address and a data version, as for a reader who shows nothing, and what it writes as HTML is
kept: so the words are the same. The script of `index_html` takes them away once Streamlit has drawn its own.
"""

from __future__ import annotations

import asyncio
import html
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime

from dashboard.api.chart_requests import preview
from dashboard.api.problems import Problem
from dashboard.api.view_links import SHARED, VERSION
from dashboard.data import places
from dashboard.data.model import ENGLAND, DatabaseError
from dashboard.data.names import PRODUCT
from dashboard.data.versions import store
from dashboard.ops.logs import log_error
from dashboard.server.page_runs import PageClient, run_page

# A page takes a tenth of this; what takes longer begins as it did, with an empty page.
SECONDS = 2.0
# More readers than this who ask for pages that nobody asked for yet are served without first words.
MOST_AT_ONCE = 2
MOST_CACHED = 500
# Of a page so many characters are sent first: what is seen before anybody scrolls far.
MOST_CHARACTERS = 30_000
# Longer addresses are no reader's.
LONGEST_QUERY = 2_000
LEFT_OUT = ("<script", "<style", 'class="foot"', 'class="since"', '<details class="share"')
LINK = re.compile(r'<a data-choose href="([^"?]*)\?([^"]*)"')
HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
SENTENCE = re.compile(r'<p class="sentence"[^>]*>(.*?)</p>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class FirstWords:
    """What a page says, and how it is called where its link is shown."""

    title: str
    description: str
    body: str
    """HTML."""
    council: tuple[str, str] | None = None
    """Number and name of the council that is chosen."""
    picture: str = ""
    """The address of a picture of it on this server; empty where there is none."""


class _Client(PageClient):
    """A client that keeps what a page writes, by its place."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: dict[tuple[int, ...], str] = {}
        self.title = ""

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        """Called by Streamlit, on the thread of the event loop."""
        super().write_forward_msg(msg)
        if msg.WhichOneof("type") == "page_config_changed" and msg.page_config_changed.title:
            self.title = msg.page_config_changed.title
        if msg.WhichOneof("type") == "delta" and (part := _part(msg.delta.new_element)):
            self.parts[tuple(msg.metadata.delta_path)] = part


class Cache:
    """First words by address and data version; those asked for last are kept."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str, str], FirstWords | None] = OrderedDict()
        self._lock = threading.Lock()
        self._running = 0

    async def find(self, page: str, query: str) -> FirstWords | None:
        """The words of an address; None where there are none yet, and too many are asked for. Never raises."""
        if len(query) > LONGEST_QUERY or not Runtime.exists():
            return None
        try:
            version = (await asyncio.to_thread(store().current)).data_version
        except DatabaseError:
            return None
        key = version, page, query
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
            if self._running >= MOST_AT_ONCE:
                return None
            self._running += 1
        try:
            found = await _run(page, query)
        except TimeoutError:
            return None
        except Exception as error:  # noqa: BLE001 - the page itself says what is wrong with it
            log_error(error, "first words")
            return None
        finally:
            self._running -= 1
        with self._lock:
            self._known[key] = found
            while len(self._known) > MOST_CACHED:
                self._known.popitem(last=False)
        return found


async def _run(page: str, query: str) -> FirstWords | None:
    client = _Client()
    await run_page(page, query, client, SECONDS)
    if client.failed or not client.parts:
        return None
    return compose([part for _, part in sorted(client.parts.items())], page, query, client.title)


def _part(element: object) -> str | None:
    """The HTML of an element that is words; None of all others."""
    kind = element.WhichOneof("type")  # type: ignore[attr-defined]
    if kind == "html":
        body = str(element.html.body)  # type: ignore[attr-defined]
        return None if any(mark in body for mark in LEFT_OUT) else body
    if kind == "heading":
        heading = element.heading  # type: ignore[attr-defined]
        return f"<{heading.tag}>{html.escape(heading.body)}</{heading.tag}>" if heading.tag in ("h2", "h3") else None
    if kind == "alert":
        return f'<p class="notice">{html.escape(element.alert.body)}</p>'  # type: ignore[attr-defined]
    return None


def compose(parts: list[str], page: str, query: str, title: str = "") -> FirstWords | None:
    """The words of a page from its parts, in their order; None where none is a heading. `title` is that of its tab."""
    whole: list[str] = []
    for part in parts:
        if sum(map(len, whole)) + len(part) > MOST_CHARACTERS and whole:
            break
        whole.append(part)
    body = "\n".join(whole)
    heading, sentence = HEADING.search(body), SENTENCE.search(body)
    if heading is None:
        return None
    chosen = {name: values for name, values in parse_qs(query).items() if name in SHARED}
    title = title or f"{_words(heading[1])} · {PRODUCT}"
    body = LINK.sub(lambda link: f'<a href="{_kept(link[1] or f"/{page}", link[2], chosen)}"', body)
    description = _words(sentence[1]) if sentence else PRODUCT
    db = store().current()
    area_id = places.find_council(db, chosen.get("la", [""])[0])
    council = (area_id, db.names[area_id]) if area_id else None
    links = _more(chosen, area_id or ENGLAND, db.names)
    return FirstWords(title, description, body + links, council, _picture(page, query, chosen))


def _picture(page: str, query: str, chosen: Mapping[str, list[str]]) -> str:
    """The address of the picture of a page; empty where the address of the page cannot be read."""
    db = store().current()
    if VERSION in chosen:
        with suppress(DatabaseError):
            db = store().at(chosen[VERSION][0])
    try:
        return preview(db, page, query)
    except Problem:
        return ""


def _words(markup: str) -> str:
    return " ".join(html.unescape(TAG.sub("", markup)).split())


def _kept(path: str, query: str, chosen: Mapping[str, list[str]]) -> str:
    """The address of a link with the choices that go from page to page, as page.js makes it."""
    own = parse_qs(html.unescape(query), keep_blank_values=True)
    return html.escape(f"{path}?{urlencode({**chosen, **own}, doseq=True)}")


def _more(chosen: Mapping[str, list[str]], area_id: str, names: Mapping[str, str]) -> str:
    """Links to what needs no script: the briefing and the figures."""
    version = f"&amp;{VERSION}={html.escape(chosen[VERSION][0])}" if VERSION in chosen else ""
    name = html.escape(names[area_id])
    figures = f"/api/v1/observations.csv?area={area_id}&amp;newest=true{version}"
    return (
        f'<p class="note"><a href="/briefings/{area_id}.html">{name} in two pages</a>, '
        f'<a href="/briefings/{area_id}.pdf">as PDF</a> · <a href="{figures}">The newest figures of {name} (CSV)</a> · '
        '<a href="/api">API</a></p>'
    )
