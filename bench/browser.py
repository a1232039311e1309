"""A reader with a browser: when the words, the map, the charts and the whole page are painted, in real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

from bench.server import Server

PROBE = Path(__file__).parent / "probe.js"
# Nothing has changed for so long: the page is complete.
QUIET_MS = 400
WAIT_MS = 30_000
LOOK_MS = 100
VIEWPORT = {"width": 1440, "height": 1000}
# Plotly's map asks a server on the internet for the world, and stays blank without it: here it is given an empty one.
WORLD = "https://cdn.plot.ly/**"
EMPTY_WORLD = {
    "type": "Topology",
    "arcs": [],
    "objects": {
        name: {"type": "GeometryCollection", "geometries": []}
        for name in ("coastlines", "land", "ocean", "lakes", "rivers", "countries", "subunits")
    },
}


class Painted(NamedTuple):
    """Milliseconds to the first and to the last paint of a part of the page."""

    first: float
    last: float


Paints = dict[str, Painted]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine, or else Playwright's own."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser, server: Server, page: str, parts: Sequence[str], *, world: bool = False, **query: str
) -> Iterator[tuple[Page, Paints]]:
    """A page in a new browser with nothing cached, once all its parts are drawn; `world` for one with Plotly's map."""
    context = browser.new_context(viewport=VIEWPORT, locale="en-GB")  # type: ignore[arg-type]
    try:
        context.add_init_script(path=PROBE)
        if world:
            context.route(WORLD, lambda route: route.fulfill(json=EMPTY_WORLD))
        tab = context.new_page()
        tab.goto(f"{server.url}/{page}?{urlencode(query)}", wait_until="commit")
        yield tab, _paints(tab, parts)
    finally:
        context.close()


def choose(tab: Page, label: str, option: str, parts: Sequence[str]) -> Paints:
    """Choose in a selectbox that changes all these parts; times are from the click on the option."""
    tab.get_by_role("combobox", name=label, exact=True).click()
    tab.keyboard.type(option)
    offered = tab.get_by_role("option", name=option, exact=True)
    offered.wait_for()
    tab.evaluate("probe.arm()")
    offered.click()
    return _paints(tab, parts)


def _paints(tab: Page, parts: Sequence[str]) -> Paints:
    # Not `wait_for_function`: it evaluates text in the page, which our policy refuses.
    for _ in range(WAIT_MS // LOOK_MS):
        if tab.evaluate("([quiet, parts]) => window.probe?.settled(quiet, parts)", [QUIET_MS, ["words", *parts]]):
            break
        tab.wait_for_timeout(LOOK_MS)
    else:
        raise TimeoutError(f"{tab.url} was not painted.")
    marks: dict[str, list[float]] = tab.evaluate("probe.marks()")
    return {part: Painted(*times) for part, times in marks.items()}
