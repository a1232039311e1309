"""Every page in all its views, looked at once a session: what axe and our own checks find, by kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import kept
from tests.access import contrast, walk
from tests.access.axe import violations
from tests.access.walk import HEIGHT, PAGES, WIDTHS
from tests.readers import new_reader, serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent
KINDS = ("pictures", "marks", "areas", "sideways", "headings", "moving")


@dataclass
class Seen:
    """What was found wrong on one page, by kind, each with the view it is in; and how much was looked at."""

    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    title: str = ""
    views: int = 0
    runs: int = 0


@pytest.fixture(scope="session")
def filled(browser: Browser, database_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose register of directors and commitments are not empty, so that all pictures are drawn."""
    with serve(kept.database(database_path, tmp_path_factory.mktemp("kept"))) as address:
        yield address


@pytest.fixture(scope="session", params=PAGES)
def seen(request: pytest.FixtureRequest, browser: Browser, filled: str) -> Seen:
    """One page, walked through all its views."""
    found, context = Seen(), new_reader(browser)
    page = context.new_page()
    for at, address in enumerate(walk.addresses(request.param)):
        page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        walk.opened_of(page, filled + address)
        # All that a page can show it shows of a council too.
        for view in walk.views(page) if at == 1 else _first(page):
            look(page, f"{address} {view}".strip(), found, thorough=not view)
        for what in walk.given(page) if at == 1 else ():
            look(page, f"{address} {what}", found, thorough=True)
        if at == 0:
            found.title = page.title()
            for over in walk.overlays(page):
                _axe(page, f"{address} {over}", found)
    context.close()
    return found


def _first(page: Page) -> Iterator[str]:
    walk.open_expanders(page)
    yield ""


def look(page: Page, view: str, found: Seen, *, thorough: bool) -> None:
    """Look at a view: at all widths if `thorough`, else at one of them, another each time."""
    found.views += 1
    widths = WIDTHS if thorough else (WIDTHS[found.views % len(WIDTHS)],)
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.wait_for_timeout(150)
        _axe(page, f"{view} at {width}", found)
        for kind in KINDS:
            found.wrong[kind] += [f"{view} at {width}: {one}" for one in _twice(page, _audit(kind))]
    page.evaluate("audit.space()")
    for kind in ("cut", "sideways"):
        found.wrong["spaced"] += [f"{view}: {one}" for one in _twice(page, _audit(kind))]
    page.evaluate("audit.unspace()")
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    found.wrong["words"] += [f"{view}: {one}" for one in _twice(page, contrast.faint)]


def _axe(page: Page, view: str, found: Seen) -> None:
    found.runs += 1
    found.wrong["axe"] += [f"{view}: {one}" for one in _twice(page, violations)]


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
