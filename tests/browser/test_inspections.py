"""The Inspections page as a reader uses it, by mouse and by keyboard alone."""

from __future__ import annotations

import re

import pytest

from tests.readers import Visit

pytest.importorskip("playwright", reason="Playwright is not installed: journeys need `pip install playwright`.")
from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import choose, downloaded, heading, path, query, ready, sentence


def rows(page: Page) -> Locator:
    return page.locator("table.latest tbody tr")


def tab_to(page: Page, target: Locator) -> None:
    """Reach something by the Tab key."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement || one.contains(document.activeElement)"):
            return
    raise AssertionError("The Tab key does not reach it.")


def test_by_mouse_councils_are_sorted_filtered_taken_away_and_opened(visit: Visit) -> None:
    page = visit("/inspections")
    expect(heading(page)).to_have_text("Inspections")
    expect(sentence(page)).to_contain_text("Ofsted rates leadership Outstanding in ")
    expect(rows(page)).to_have_count(153)
    ready(page)
    expect(page.locator("html")).to_have_attribute("lang", "en-GB")  # by the script that follows links
    page.evaluate("window.stays = true")

    page.locator("table.latest thead").get_by_role("link", name="Help and protection").click()
    expect(sentence(page)).to_contain_text("Ofsted rates help and protection Outstanding in ")
    expect(page.locator("table.latest th[aria-sort]")).to_contain_text("Help and protection")
    assert query(page)["judgement"] == "Help and protection"
    choose(page, "Region", "London")
    expect(rows(page)).to_have_count(33)
    expect(sentence(page)).to_contain_text("33 of 153 councils are in London: ")
    ready(page)
    table = [text.split("\t") for text in rows(page).all_inner_texts()]
    file = downloaded(page, "Download these 33 rows (CSV)")
    assert [line["council"] for line in file] == [cells[0].split("\n")[0] for cells in table]
    assert [line["protection"] for line in file] == [cells[3] for cells in table]
    assert {line["chosen_by"] for line in file} == {"in London"}

    page.get_by_role("button", name="What changed in April 2026").click()
    expect(page.get_by_text("What ended.")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Camden", exact=True).click()
    expect(heading(page)).to_have_text("Camden")
    assert path(page) == "/council"
    assert query(page) == {"la": "Camden"}  # how the list was made stayed behind
    assert page.evaluate("window.stays")
    page.go_back()
    expect(rows(page)).to_have_count(33)
    expect(sentence(page)).to_contain_text("help and protection")


def test_by_keyboard_alone_a_part_is_chosen_and_its_table_opened(visit: Visit) -> None:
    page = visit("/inspections?la=Lancashire&judgement=Overall+effectiveness")
    expect(sentence(page)).to_contain_text("not given since April 2026")
    ready(page)
    part = page.get_by_role("radiogroup", name="Show")
    tab_to(page, part)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(sentence(page)).to_contain_text("Lancashire has 4 reports since 2013: for overall effectiveness Inadequate")
    expect(page.get_by_role("figure", name=re.compile("^Reports by quarter and grade"))).to_be_visible()
    assert query(page)["part"] == "Reports over time"
    ready(page)
    tab_to(page, page.locator(".st-key-quarters summary"))
    page.keyboard.press("Enter")
    expect(page.locator("table.counts caption")).to_contain_text("Reports by quarter and grade")
    assert query(page)["quarters"] == "true"
    expect(page.locator("table.counts tbody tr").first).to_contain_text("Jul to Sep 2026")
