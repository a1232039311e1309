"""Links in a browser: copied by a button, frozen ones that stay frozen, and the line a page offers, run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import duckdb
import polars as pl
import pytest

from tests.browser.helpers import choose, downloaded, path, query, ready, sentence
from tests.readers import Visit, new_reader, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Route

OLD = "2026-01-01-old00000"
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"
AS_DATA = "Share, cite or get this data"


@pytest.fixture
def old(live: Path) -> Iterator[str]:
    """An archived version in which every council's vacancy rate of 2025 is 77.7%."""
    folder = live.parent / "versions"
    folder.mkdir()
    shutil.copyfile(live, folder / f"{OLD}.duckdb")
    with duckdb.connect(str(folder / f"{OLD}.duckdb")) as connection:
        connection.execute(
            f"UPDATE build SET data_version = '{OLD}', built_at = '2026-01-02'; "
            "UPDATE observation SET value = 77.7 WHERE metric_id = 'vacancy_rate' AND period = '2025' AND value >= 0; "
            "UPDATE map_shape SET path = 'M0 0L9 9L0 9Z' WHERE area_id = '383'"
        )
    yield OLD
    shutil.rmtree(folder)


def test_from_the_second_visit_on_a_reader_is_told_what_is_new_since(visit: Visit) -> None:
    page = visit("/")
    since, kept = page.locator(".since"), "JSON.parse(localStorage.getItem('monitor-last-visit'))"
    until(page, f"{kept} !== null")
    assert not since.is_visible()
    # The last visit was in 2026, before the two newest items.
    page.evaluate(
        f"() => {{ const last = {kept}; last.on = '2026-02-03'; last.keys = last.keys.slice(2); "
        "localStorage.setItem('monitor-last-visit', JSON.stringify(last)); }"
    )
    for _ in range(2):  # loaded again on the same day it is the same visit
        page.reload()
        ready(page)
        since.wait_for()
        assert "Since you were last here, on 3 February 2026" in since.inner_text()
        assert since.locator("li:visible").count() == 2
        assert "Nothing new" not in since.inner_text()
        assert re.search("Next releases|not loaded yet", since.inner_text())
    # A link to a part of the page is no step of its own.
    address = page.url
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Who improved").click()
    until(page, "document.getElementById('improved').getBoundingClientRect().top < 200")
    assert page.url == address


def frozen(page: Page) -> Locator:
    """What is said over a frozen view."""
    return page.locator("p.frozen")


def opened(page: Page) -> Locator:
    """The expander at the foot of a page, open."""
    page.get_by_text(AS_DATA, exact=True).click()
    page.locator(".as-data").wait_for()
    ready(page)
    return page.locator(".as-data")


def text(page: Page, what: str) -> str:
    """A text that can be copied, by its name."""
    block = page.locator(".as-data .copied", has=page.get_by_text(what, exact=True))
    return str(block.locator("pre").first.inner_text())


def test_a_frozen_link_stays_frozen_from_page_to_page_and_back_and_leads_to_the_newest(visit: Visit, old: str) -> None:
    page = visit(f"/map?version={old}&la=Leeds")
    assert "77.7%" in sentence(page).inner_text()
    assert "as they stood on 2 January 2026. Newer figures exist" in frozen(page).inner_text()

    # By the menu, which knows nothing of versions.
    page.get_by_test_id("stTopNavLink").filter(has_text="Council").click()
    page.wait_for_url("**/council*")
    ready(page)
    assert query(page) == {"la": "Leeds", "version": old}
    assert f"Data version {old}." in page.locator("footer.foot").inner_text()

    # By a link of a table.
    page.locator("table.spine").get_by_role("link", name="Average caseload").click()
    page.wait_for_url("**metric=Average+caseload**")
    ready(page)
    assert query(page)["version"] == old
    page.get_by_role("heading", name="Average caseload").first.wait_for()
    page.go_back()
    # The address goes back at once, the page when it is drawn.
    page.get_by_text("Social worker vacancy rate: over time and among all councils").wait_for()
    ready(page)
    assert query(page) == {"la": "Leeds", "version": old}
    assert page.get_by_role("heading", name="Average caseload").count() == 0

    frozen(page).get_by_role("link", name="See the newest figures").click()
    frozen(page).wait_for(state="detached")
    ready(page)
    assert query(page) == {"la": "Leeds"}
    assert old not in page.locator("footer.foot").inner_text()
    page.go_back()
    frozen(page).wait_for()
    ready(page)
    assert f"Data version {old}." in page.locator("footer.foot").inner_text()


def test_back_undoes_a_choice_and_leads_to_the_same_place_on_the_page(visit: Visit) -> None:
    page = visit("/council?la=Leeds")
    council = page.get_by_role("combobox", name="Council", exact=True)
    council.click()
    council.fill("Sandwell council")
    page.get_by_role("option", name="Sandwell", exact=True).click()
    page.wait_for_url("**la=Sandwell")
    choose(page, "Compare with", "Region")
    page.wait_for_url("**benchmark=Region**")
    ready(page)
    page.go_back()
    page.wait_for_url("**la=Sandwell")
    page.get_by_text("compared with: Best quarter in England").wait_for()
    choose(page, "Measure", "Average caseload")
    page.wait_for_url("**metric=Average+caseload")
    # A place leads to its council, in one step.
    choose(page, "Council", "Carlisle: now in Cumberland")
    page.wait_for_url("**la=Cumberland&metric=Average+caseload")
    ready(page)
    assert page.title() == "Cumberland · Average caseload · Child Protection Monitor"

    page.go_back()
    page.wait_for_url("**la=Sandwell&metric=Average+caseload")
    # What the address chose is open again.
    page.locator("p.sentence", has_text="In Sandwell the average caseload").wait_for()
    page.go_back()
    page.get_by_text("Social worker vacancy rate: over time and among all councils").wait_for()
    ready(page)
    assert query(page) == {"la": "Sandwell"}

    # The place on the page comes back once all is quiet.
    page.wait_for_timeout(1_500)
    table = page.locator("table.spine")
    table.scroll_into_view_if_needed()
    scrolled = page.evaluate(SCROLLED)
    table.get_by_role("link", name="Average caseload").click()
    page.get_by_role("heading", name="Average caseload").first.wait_for()
    ready(page)
    page.go_back()
    until(page, f"{SCROLLED} === {scrolled}")
    page.go_back()
    page.wait_for_url("**la=Leeds")
    # The address goes back at once, the page when it is drawn.
    page.get_by_role("heading", name="Leeds", exact=True, level=1).wait_for()


def test_the_menu_of_a_phone_goes_once_something_is_chosen_in_it(visit: Visit) -> None:
    page = visit("/council?la=Leeds")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Compare").click()
    page.wait_for_url("**/compare?la=Leeds")
    page.get_by_test_id("stSidebarNavLink").first.wait_for(state="hidden")


def test_what_is_downloaded_from_a_frozen_view_is_of_its_version(visit: Visit, old: str) -> None:
    rows = downloaded(visit(f"/map?version={old}&la=Leeds"), re.compile("Download these"))
    leeds = next(row for row in rows if row["area"] == "Leeds")
    assert (leeds["value"], leeds["data_version"]) == ("77.7", old)


@pytest.mark.parametrize(
    ("address", "short"),
    [
        ("/map?metric=Social+worker+vacancy+rate&benchmark=Best+quarter+in+England&colour=Quarter&view_as=Map", "/map"),
        (
            "/council?la=Leeds&every=true&theme=Workforce&course=false&detail=true&picture=Ranked",
            "/council?la=Leeds&every=true&detail=true",
        ),
        *(
            pytest.param(*one, marks=pytest.mark.drill)
            for one in (
                ("/inspections?part=Councils&sort=Best+first&judgement=Impact+of+leaders", "/inspections"),
                ("/compare?topic=Workforce&against=Average+caseload", "/compare"),
                ("/?period=2025&la=Leeds", "/?la=Leeds"),
            )
        ),
    ],
)
def test_an_address_holds_only_what_differs_from_the_default(visit: Visit, address: str, short: str) -> None:
    page = visit(address)
    page.wait_for_url(f"**{short}")
    assert page.url.endswith(short)


def test_another_version_is_chosen_over_a_frozen_view(visit: Visit, old: str) -> None:
    page = visit(f"/map?version={old}&la=Leeds")
    newest = page.locator("footer.foot").inner_text
    page.get_by_role("combobox", name=re.compile("Data version")).click()
    page.get_by_role("option").first.click()
    page.get_by_text("These are the newest.").wait_for()
    ready(page)
    assert "77.7%" not in sentence(page).inner_text()
    assert f"Data version {query(page)['version']}." in newest()
    assert query(page)["version"] != old


def test_the_map_of_a_frozen_view_is_drawn_from_its_own_shapes(visit: Visit, old: str) -> None:
    page = visit(f"/map?version={old}")
    page.locator('[data-area="383"]').first.wait_for()
    then = page.locator('[data-area="383"]').first.get_attribute("d")
    page = visit("/map")
    page.locator('[data-area="383"]').first.wait_for()
    assert then == "M0 0L9 9L0 9Z" != page.locator('[data-area="383"]').first.get_attribute("d")


def test_the_links_of_a_view_are_short_live_or_frozen_and_copied_by_a_button(visit: Visit) -> None:
    page = visit("/map?la=Leeds&metric=Social+worker+vacancy+rate&benchmark=Best+quarter+in+England&utm=x", fresh=True)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    body = opened(page)
    version = page.locator("footer.foot").inner_text().rpartition("Data version ")[2].strip(" .")
    here = page.url.partition("/map")[0]
    # The measure and the benchmark are the defaults, and utm is no choice of ours.
    assert text(page, "Live link") == f"{here}/map?la=Leeds"
    assert text(page, "Frozen link") == f"{here}/map?la=Leeds&version={version}"
    assert f"data version {version}" in text(page, "Citation")

    button = body.get_by_role("button", name="Copy Frozen link")
    button.click()
    until(page, "document.querySelector('.said').textContent === 'Frozen link: copied.'")
    assert page.evaluate("navigator.clipboard.readText()") == f"{here}/map?la=Leeds&version={version}"
    assert button.inner_text() == "Copied"
    body.get_by_role("button", name="Copy Python with polars").focus()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.said').textContent === 'Python with polars: copied.'")
    assert page.evaluate("navigator.clipboard.readText()") == text(page, "Python with polars")


def test_a_link_follows_what_is_chosen_while_it_is_open(visit: Visit) -> None:
    page = visit("/map?la=Leeds")
    opened(page)
    choose(page, "Compare with", "England")
    page.wait_for_url("**benchmark=England**")
    ready(page)
    link = "document.querySelector('.as-data .copied pre').textContent"
    until(page, f"{link}.endsWith('/map?la=Leeds&benchmark=England')")
    assert "benchmark=england" in text(page, "Excel")


def test_where_nothing_may_be_copied_the_text_is_selected_and_the_reader_told(visit: Visit) -> None:
    """As on a plain http address, where browsers have no clipboard for scripts."""
    page = visit("/map?la=Leeds", fresh=True)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    body = opened(page)
    body.get_by_role("button", name="Copy Live link").click()
    until(page, "document.querySelector('.said').textContent.startsWith('Selected:')")
    assert page.evaluate("getSelection().toString().trim()") == text(page, "Live link")
    assert body.get_by_role("button", name="Copy Live link").inner_text() == "Press Ctrl+C"


@pytest.mark.parametrize("by", ["a link of the page", "the menu"])
def test_a_step_before_the_menus_are_there_loses_no_choice(browser: Browser, server: str, old: str, by: str) -> None:
    """On a slow network the menus come after the tables; their part of Streamlit is held back here."""
    page = new_reader(browser).new_page()
    held: list[Route] = []
    page.route("**/Selectbox*.js", lambda one: held.append(one))  # noqa: PLW0108 - Playwright marks what it calls
    page.goto(f"{server}/compare?la=Leeds&councils=York&metric=Average+caseload&version={old}")
    link = page.get_by_role("link", name=re.compile("All figures of these councils"))
    link.wait_for()
    ready(page)
    until(page, "window.monitorPage")
    if by == "the menu":
        link = page.get_by_test_id("stTopNavLink").filter(has_text="Council")
    link.click()
    page.wait_for_timeout(1_000)
    assert path(page) == "/compare"
    for one in held:
        one.continue_()
    page.wait_for_url("**/data?**" if by != "the menu" else "**/council?**")
    ready(page)
    # Data draws neither a council nor a measure, so that they leave its address once it is drawn.
    shared = {"version": old} if by != "the menu" else {"la": "Leeds", "metric": "Average caseload", "version": old}
    assert shared.items() <= query(page).items()
    if by != "the menu":
        areas = parse_qs(urlsplit(page.url).query)["areas"]
        assert sorted(areas) == ["Leeds", "York"]
    page.context.close()


@pytest.mark.parametrize("page_of", ["/map?la=Leeds&benchmark=England", "/council?la=York"])
def test_the_line_a_page_offers_runs_in_a_fresh_python_and_gives_what_it_shows(
    visit: Visit, tmp_path: Path, page_of: str
) -> None:
    page = visit(page_of)
    opened(page)
    code = text(page, "Python with polars") + '\nrows.write_parquet("rows.parquet")\n'
    subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, check=True, timeout=60)
    rows = pl.read_parquet(tmp_path / "rows.parquet")
    if page_of.startswith("/council"):
        assert rows["area"].unique().to_list() == ["York"]
        shown = page.locator("table.spine tbody th a[data-choose]").all_inner_texts()
        assert sorted(rows["metric"].to_list()) == sorted(shown)
    else:
        leeds = rows.row(by_predicate=pl.col("area") == "Leeds", named=True)
        assert f"{leeds['value']:.1f}%" in sentence(page).inner_text()
        assert rows["benchmark_rule"].unique().to_list() == ["England"]
