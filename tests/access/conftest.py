"""Every page in all its views, looked at once a session: what axe and our own checks find, by kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.access import contrast, walk
from tests.access.axe import violations
from tests.access.walk import HEIGHT, PAGES, WIDTHS

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

NARROWEST = WIDTHS[-1]
HERE = Path(__file__).parent
# Menus and lists are the same parts on every page: these two have one of each. All are looked at in the drill.
OVERLAYS = ("map", "inspections")
KINDS = ("pictures", "marks", "areas", "sideways", "headings", "moving")


@dataclass
class Seen:
    """What was found wrong on one page, by kind, each with the view it is in; and how much was looked at."""

    server: str
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    title: str = ""
    views: int = 0
    runs: int = 0
    asked: list[str] = field(default_factory=list)
    """All addresses that the page asked for."""
    refused: list[str] = field(default_factory=list)
    """What the policy did not let it do."""


@pytest.fixture
def page(reader: BrowserContext) -> Iterator[Page]:
    """A tab of the session's reader."""
    found = reader.new_page()
    found.set_viewport_size({"width": 1280, "height": HEIGHT})
    yield found
    found.close()


@pytest.fixture(scope="session", params=PAGES)
def seen(request: pytest.FixtureRequest, reader: BrowserContext, filled: str) -> Iterator[Seen]:
    """One page as it opens: at the narrowest width, and with a council at all widths.

    What else it shows, and its views, each at every width, light and dark, are looked at by `make drill`
    (test_everything.py).
    """
    found, page = Seen(filled), reader.new_page()
    page.on("request", lambda asked: found.asked.append(asked.url))
    page.on("websocket", lambda asked: found.asked.append(asked.url.replace("ws:", "http:")))
    addresses = walk.addresses(request.param)
    first, last = addresses[0], addresses[-1]
    for address in addresses:
        page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        walk.opened(page, filled + address)
        if address == first:
            found.title = page.title()
            if request.param in OVERLAYS:
                look_at_overlays(page, address, found)
        walk.open_expanders(page)
        for width in WIDTHS if address == last else WIDTHS[-1:]:
            walk.resize(page, width)
            axe = address == last and width in (WIDTHS[0], NARROWEST)
            look(page, address, found, axe=axe, alike=width == NARROWEST)
        for what in walk.given(page) if address == last else ():
            look(page, f"{address} {what}", found)
        found.refused += page.evaluate("window.violations")
    yield found
    page.close()


def look(page: Page, view: str, found: Seen, *, axe: bool = True, alike: bool = True) -> None:
    """Look at a view at the width that it has."""
    assert page.viewport_size
    width = page.viewport_size["width"]
    found.views += 1
    if axe:
        look_with_axe(page, f"{view} at {width}", found, alike=alike)
    for kind in KINDS:
        found.wrong[kind] += [f"{view} at {width}: {one}" for one in _twice(page, _audit(kind))]
    if width == WIDTHS[0]:
        look_at_words(page, view, found)
    if width == NARROWEST:
        page.evaluate("audit.space()")
        for kind in ("cut", "sideways"):
            found.wrong["spaced"] += [f"{view}: {one}" for one in _twice(page, _audit(kind))]
        page.evaluate("audit.unspace()")


def look_at_overlays(page: Page, view: str, found: Seen) -> None:
    """Open with axe each thing that lies over a page."""
    for over, where in walk.overlays(page):
        look_with_axe(page, f"{view} {over}", found, where, '[aria-expanded="true"]')


def look_at_words(page: Page, view: str, found: Seen) -> None:
    """Look at the words in pictures, as large as they are drawn."""
    assert page.viewport_size
    if page.evaluate("audit.words()"):
        width = page.viewport_size["width"]
        walk.resize(page, WIDTHS[0])
        found.wrong["words"] += [f"{view}: {one}" for one in _twice(page, contrast.faint)]
        walk.resize(page, width)


def look_with_axe(page: Page, view: str, found: Seen, *within: str, alike: bool = True) -> None:
    """Look with axe at a view, or at these parts of it."""
    found.runs += 1
    found.wrong["axe"] += [
        f"{view}: {one}" for one in _twice(page, lambda page: violations(page, *within, alike=alike))
    ]


def _audit(kind: str) -> Callable[[Page], list[str]]:
    return lambda page: list(page.evaluate(f"audit.{kind}()"))


def _twice(page: Page, look: Callable[[Page], Sequence[Any]]) -> Sequence[Any]:
    """What is wrong at a first look, and still is at a second: on a busy machine the first may come too early."""
    if not look(page):
        return ()
    page.wait_for_timeout(1500)
    walk.ready(page)
    return look(page)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a browser here is a browser test."""
    for item in items:
        if HERE in item.path.parents and {"browser", "seen", "visit"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
