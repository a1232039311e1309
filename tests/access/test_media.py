"""Pages as some readers set them: with colours of their own, with less motion, dark around, and on paper."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from pypdf import PdfReader

from tests.access import walk
from tests.access.contrast import GRAPHICS, contrast, shared
from tests.access.walk import PAGES, ready

pytest.importorskip("playwright", reason="Playwright is not installed: looking needs `pip install playwright`.")
if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

# Sheets of A4, in pixels, less their margins.
SHEET = 794 - 2 * 45
MENUS = ("Compare with", "How to read this page", "Download")


# All of them take minutes: `make test` looks at those that draw the most.
EACH = [one if one in ("map", "council") else pytest.param(one, marks=pytest.mark.drill) for one in PAGES]


def colours(locator: Locator) -> list[tuple[int, ...]]:
    """The colours of a part of the screen, those of more than a hundredth of it."""
    return shared(Image.open(io.BytesIO(locator.screenshot())).convert("RGB"), 0.01)


def test_with_forced_colours_pictures_keep_theirs_on_their_own_ground(page: Page, server: str) -> None:
    page.emulate_media(forced_colors="active", color_scheme="light")
    walk.opened(page, server + walk.address("map", la="Leeds"))
    for scheme, behind in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(0, 0, 0)")):
        page.emulate_media(forced_colors="active", color_scheme="dark" if scheme == "dark" else "light")
        ready(page)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == behind
        strip, logo = page.locator(".js-plotly-plot").first, page.get_by_test_id("stHeaderLogo")
        for picture in (page.locator("svg.map"), strip, logo):
            assert (255, 255, 255) in colours(picture)
        assert {(18, 67, 109), (244, 106, 37)} <= set(colours(page.locator("svg.map")))
        # The chosen council: the dark diamond of the strip, and a dark line within a light one on the map.
        fills = page.locator(".js-plotly-plot .points path").evaluate_all(
            "all => all.map(one => getComputedStyle(one).fill)"
        )
        assert fills.count("rgb(11, 12, 12)") == 1
        mark = page.locator("svg.map .mark .line").first
        assert mark.get_attribute("d")
        assert mark.evaluate("one => getComputedStyle(one).stroke") == "rgb(11, 12, 12)"
    # In the dark, what is chosen stands out from what is not.
    ground = "one => getComputedStyle(one).backgroundColor.match(/[0-9.]+/g).slice(0, 3).map(Number)"
    chosen, other = (page.get_by_role("radio", name=name, exact=True).evaluate(ground) for name in ("Quarter", "Value"))
    assert contrast(tuple(chosen), tuple(other)) >= GRAPHICS


def test_with_forced_colours_the_history_of_a_measure_is_drawn_as_text_is(page: Page, server: str) -> None:
    page.emulate_media(forced_colors="active", color_scheme="light")
    walk.opened(page, server + walk.address("council", la="Leeds"))
    spark = page.locator("table.spine .spark").first
    assert (0, 0, 0) in colours(spark)
    page.emulate_media(forced_colors="active", color_scheme="dark")
    ready(page)
    assert (255, 255, 255) in colours(spark)


@pytest.mark.parametrize("name", EACH)
def test_a_dark_system_changes_no_colour(page: Page, server: str, name: str) -> None:
    """What is found in the light is true in the dark: the pages have one set of colours."""
    walk.opened(page, server + walk.address(name, la="Leeds"))
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(1_000)
    ready(page)
    dark = set(page.evaluate("audit.colours()"))
    page.emulate_media(color_scheme="light")
    ready(page)
    assert set(page.evaluate("audit.colours()")) == dark
    assert "rgb(255, 255, 255)" in page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")


def test_the_periods_play_without_anything_that_moves_and_only_when_asked(page: Page, server: str) -> None:
    walk.opened(page, server + walk.address("map", period="2021"))
    said = page.locator(".headline .kicker")
    page.wait_for_timeout(1_500)
    assert said.inner_text() == "30 September 2021"
    page.get_by_role("button", name="Play").click()
    seen = set()
    while said.inner_text() != "30 September 2023":
        seen |= set(page.evaluate("audit.moving()"))
        page.wait_for_timeout(30)
    page.get_by_role("button", name="Pause").click()
    assert seen == set()


@pytest.mark.parametrize("name", EACH)
def test_on_paper_a_page_has_no_menus_and_nothing_is_cut(page: Page, server: str, name: str) -> None:
    walk.opened(page, server + walk.address(name, la="Leeds"))
    title = page.locator("h1").inner_text()
    printed = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
    assert title.split()[0] in printed
    assert "Data version" in printed  # to the foot of the last sheet
    assert [menu for menu in MENUS if menu in printed.replace("\n", " ")] == []
    assert "More" not in printed.splitlines()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": SHEET, "height": 1000})
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    wide = """() => [...document.querySelectorAll('.js-plotly-plot .main-svg, svg.map, table, p, ul')]
        .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1)
        .map((one) => one.outerHTML.slice(0, 200))"""
    assert page.evaluate(wide) == []


def test_what_is_open_is_printed(page: Page, server: str) -> None:
    walk.opened(page, server + walk.address("map", la="Leeds", table="true"))
    printed = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
    assert "Wokingham" in printed
    assert "York" in printed
