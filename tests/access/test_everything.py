"""Every view of every page, at every width, light and dark; test_pages.py looks at pages as they open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.access import walk
from tests.access.conftest import Seen, look, look_at_overlays, look_with_axe
from tests.access.walk import HEIGHT, PAGES, WIDTHS

pytest.importorskip("playwright", reason="Playwright is not installed: looking needs `pip install playwright`.")
if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.drill


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wrong_in_any_view_at_any_width_light_or_dark(page: Page, filled: str, name: str) -> None:
    found = Seen(filled)
    for address in [*walk.addresses(name), *walk.more_addresses(name)]:
        page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        walk.opened_of(page, filled + address)
        look_at_overlays(page, address, found)
        for view in walk.views(page):
            for width in WIDTHS:
                walk.resize(page, width)
                page.emulate_media(color_scheme="dark")
                look_with_axe(page, f"{address} {view} dark at {width}", found)
                page.emulate_media(color_scheme="light")
                look(page, f"{address} {view}", found)
            walk.resize(page, WIDTHS[0])
    print(f"{name}: {found.runs} runs of axe")
    assert found.runs >= 2 * len(WIDTHS)
    assert {kind: wrong for kind, wrong in found.wrong.items() if wrong} == {}
