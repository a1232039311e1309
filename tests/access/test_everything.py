"""Every view of every page with axe, at every width, light and dark: what test_pages.py does of each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.access import walk
from tests.access.axe import violations
from tests.access.walk import HEIGHT, PAGES, WIDTHS
from tests.readers import new_reader

pytest.importorskip("playwright", reason="Playwright is not installed: looking needs `pip install playwright`.")
if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.drill


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_wrong_in_any_view_at_any_width_light_or_dark(
    browser: Browser, filled: str, name: str
) -> None:
    context = new_reader(browser)
    page = context.new_page()
    wrong, runs = [], 0
    for address in walk.addresses(name):
        page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        walk.opened_of(page, filled + address)
        for view in walk.views(page):
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": HEIGHT})
                    page.wait_for_timeout(100)
                    runs += 1
                    wrong += [f"{address} {view} {scheme} at {width}: {one}" for one in violations(page)]
            page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
            walk.ready(page)
    context.close()
    print(f"{name}: {runs} runs of axe")
    assert runs >= 12
    assert wrong == []
