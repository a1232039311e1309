"""Links: what the address of a view holds, live or frozen at a data version, and the notices about older figures.

A link holds only what differs from the default. A live one names no data version and follows new data; a frozen one
names the version, and shows what it shows today for as long as that version is archived.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from dashboard.data.database import Database

# In the address: the data version that a frozen link names.
VERSION = "version"
# Choices that mean the same on every page come first; page.js keeps these from page to page.
SHARED = ("la", "metric", "period", "benchmark", "group", "target")
# What only some benchmarks ask the reader for. It stays with the reader, who may come back to it, but not in a link.
ASKED = {"group": "councils", "target": "number"}

# Where a page is: nothing in it could end a text in quotes.
PAGE = re.compile(r"https?://[\w.:\[\]-]+(/[\w.~%/-]*)?", re.ASCII)

Choices = dict[str, list[str]]


def choices(parameters: Mapping[str, Iterable[str]], state: Mapping[str, object], asks: str | None = None) -> Choices:
    """Of an address, by name, what a link to the view needs: what differs from the default and is drawn.

    `state` holds the choices that are drawn: other names belong to no choice of this page. Streamlit leaves defaults
    out of the address, but only after the run in which a choice went back to one: the state is right, and wins.
    `asks` is what the benchmark asks the reader for (Benchmark.asks). One view has one link, whichever way it was come
    by: in the order of SHARED, then by name.
    """
    chosen: Choices = {}
    for name, values in sorted(parameters.items(), key=lambda pair: (pair[0] not in SHARED, _order(pair[0]))):
        if name == VERSION or name not in state or ASKED.get(name, asks) != asks:
            continue
        now, before = state[name], [value for value in values if value]
        if now is None or (isinstance(now, str) and [now] != before):
            continue  # chosen again in this run, by a choice that it depends on: it is the default
        if isinstance(now, list):
            before = [str(pair) for pair in now]
        if before:
            chosen[name] = before
    return chosen


def here(url: str | None, path: str) -> tuple[str, str]:
    """The address of a page and that of the dashboard; `path` is the page's own part of it.

    `url` is what the reader's browser says, so that it is right behind any proxy. What is no address of a page is not
    written into lines that people run: then both begin at the server.
    """
    page = url if url and PAGE.fullmatch(url) else f"/{path}"
    return page, page.removesuffix(path).rstrip("/")


def live(page: str, chosen: Mapping[str, list[str]]) -> str:
    """The address of a view that follows new data; `page` is that of the page."""
    return _address(page, list(chosen.items()))


def frozen(page: str, chosen: Mapping[str, list[str]], version: str) -> str:
    """The address of a view as it stands in a data version."""
    return _address(page, [*chosen.items(), (VERSION, [version])])


def day(moment: datetime) -> str:
    """A day in words: 22 November 2026."""
    return f"{moment:%-d %B %Y}"


def notice(shown: Database, newest: Database) -> str:
    """The notice over a view of a data version that the address names; if that is old, a link to the newest follows."""
    words = f"You are looking at the figures of {shown.data_version}, as they stood on {day(shown.built_at)}."
    if shown.data_version == newest.data_version:
        return f"{words} These are the newest."
    if shown.built_at > newest.built_at:
        return f"{words} They were taken back since; {newest.data_version} is in place again."
    return f"{words} Newer figures exist, of {day(newest.built_at)}."


def not_kept(version: str, why: object, newest: Database) -> str:
    """The message where the address names a version that cannot be shown; `why` lists the versions."""
    return (
        f"The figures of “{version}” cannot be shown. {why} You are looking at the newest, of {day(newest.built_at)}."
    )


def _order(name: str) -> str:
    return str(SHARED.index(name)) if name in SHARED else name


def _address(page: str, chosen: list[tuple[str, list[str]]]) -> str:
    query = urlencode([(name, value) for name, values in chosen for value in values])
    return f"{page}?{query}" if query else page
