"""A minister's office and a council leader find what they came for: by mouse, by keyboard alone, in a few clicks."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import duckdb
import pytest

from tests.readers import Visit

pytest.importorskip("playwright", reason="Playwright is not installed: journeys need `pip install playwright`.")
from playwright.sync_api import Locator, Page, expect

from tests.browser.helpers import choose, heading, path, ready, sentence, tab_to

WATCHED = "Getting worse"
LEARN = "Councils that Harrow can learn from"


def table(page: Page, caption: str | re.Pattern[str]) -> Locator:
    return page.locator("table", has=page.locator("caption", has_text=caption))


def worst_region(database: duckdb.DuckDBPyConnection) -> str:
    """By the published rows, asked of the database directly."""
    ((name,),) = database.execute(
        """
        SELECT name FROM observation JOIN area USING (area_id)
        WHERE metric_id = 'vacancy_rate' AND period = '2025' AND kind = 'region' ORDER BY value DESC LIMIT 1
        """
    ).fetchall()
    return str(name)


def test_by_mouse_a_ministers_office_finds_the_worst_region_and_opens_a_council_on_the_watch_list(
    visit: Visit, database: duckdb.DuckDBPyConnection
) -> None:
    page = visit("/")
    expect(heading(page)).to_have_text("England")
    expect(sentence(page)).to_contain_text("In England the social worker vacancy rate was 14.2% at 30 September 2025")
    regions = table(page, "Regions by social worker vacancy rate").locator("tbody th")
    expect(regions.last).to_have_text("England")
    assert regions.all_inner_texts()[-2:] == [worst_region(database), "England"]  # best first, England at the foot
    watched = table(page, WATCHED).locator("tbody th a")
    expect(watched.first).to_be_visible()
    names = watched.all_inner_texts()
    assert names
    watched.first.click()
    expect(heading(page)).to_have_text(names[0])
    expect(page.locator("table.spine")).to_contain_text("getting worse")
    page.go_back()
    expect(heading(page)).to_have_text("England")


@pytest.mark.drill
def test_by_keyboard_alone_a_ministers_office_opens_a_council_on_the_watch_list(visit: Visit) -> None:
    page = visit("/")
    ready(page)
    (first, *_) = table(page, WATCHED).locator("tbody th a").all_inner_texts()
    tab_to(page, re.compile(f"^{WATCHED}"))  # the table scrolls by its own stop
    tab_to(page, re.compile(f"^{re.escape(first)}$"))
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(first)
    assert path(page) == "/council"


def finds_the_gap_and_three_partners(page: Page) -> list[str]:
    """The gap in posts is in the first table, the partners are below it."""
    expect(heading(page)).to_have_text("Harrow")
    vacancies = page.locator("table.spine tbody tr").filter(has_text="Social worker vacancy rate")
    expect(vacancies).to_contain_text(re.compile(r"39.2%.*\+31.45.*53 posts to fill", re.DOTALL))
    partners = table(page, LEARN).locator("tbody tr")
    expect(partners.nth(2)).to_be_visible()
    names = partners.locator("th a").all_inner_texts()
    for row in partners.all():
        expect(row).to_contain_text(re.compile(r"\d+ measures?"))
        expect(row).to_contain_text(re.compile("Outstanding|Good|Requires improvement|Inadequate"))
    return names


def test_by_mouse_a_council_leader_finds_the_gap_in_posts_and_three_peers_to_contact(visit: Visit) -> None:
    page = visit("/council")
    choose(page, "Council", "Harrow")
    (first, *_) = finds_the_gap_and_three_partners(page)
    table(page, LEARN).get_by_role("link", name=first).click()
    expect(heading(page)).to_have_text(first)


def test_by_keyboard_alone_a_council_leader_finds_three_peers_to_contact(visit: Visit) -> None:
    page = visit("/council")
    ready(page)
    tab_to(page, re.compile("^Council$"), kind="input")
    page.keyboard.type("Harrow")
    page.keyboard.press("Enter")
    (first, *_) = finds_the_gap_and_three_partners(page)
    ready(page)
    tab_to(page, re.compile(f"^{LEARN}"))
    tab_to(page, re.compile(f"^{re.escape(first)}$"))
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(first)


def returners(page: Page) -> None:
    choose(page, "What would change", "Social workers who come back")


def best(page: Page) -> None:
    page.get_by_role("link", name="Who is best").click()


def inspections(page: Page) -> None:
    page.get_by_role("link", name="Inspections", exact=True).first.click()


def a_council(page: Page) -> None:
    table(page, WATCHED).locator("tbody th a").first.click()


def plans(page: Page) -> None:
    page.get_by_role("link", name="Repeat child protection plans").click()


# What the mission asks to see: on the front page as it opens, and with what is clicked there, three clicks at most.
SEEN_AT_ONCE = {
    "unfilled posts": "5,965 FTE",
    "the standard of the best": "fewer vacant posts",
    "retention": "Social worker turnover rate",
    "caseloads": "cases per social worker",
    "progress over years": "met today's best-quarter standard",
}
CLICKED: list[tuple[str, Callable[[Page], None], tuple[str, ...]]] = [
    ("returners", returners, ("If 5,000 social workers came back",)),
    ("judgements of leaders", inspections, ("Ofsted rates leadership Outstanding in ",)),
    (
        "whom to learn from, and a council",
        a_council,
        ("Councils to learn from", "posts to fill"),
    ),
    ("who is best", best, ("have been there for five years",)),
    ("plans and reviews", plans, ("share of new plans that are repeat plans",)),
]


def test_what_the_mission_asks_for_is_seen_within_three_clicks(visit: Visit) -> None:
    page = visit("/")
    for what, clicks, words in CLICKED:
        for seen in SEEN_AT_ONCE.values():
            expect(page.get_by_test_id("stMain")).to_contain_text(seen)
        clicks(page)
        for seen in words:
            expect(page.get_by_test_id("stMain"), what).to_contain_text(seen)
        if path(page) != "/":
            page.go_back()
            page.wait_for_url(lambda url: urlsplit(url).path == "/")
