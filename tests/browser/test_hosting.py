"""The server in a browser: its policy breaks nothing, nothing is fetched elsewhere, and every refusal can be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import new_reader
from tests.browser.test_journeys import choose, council, ready, sentence
from tests.hosting.helpers import SECRET
from tests.hosting.running import running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

# Every page, and what pages draw only when it is chosen.
ADDRESSES = [
    "/", "/?la=Leeds&lever=Social+workers+who+come+back", "/map", "/map?view=Tiles&table=true",
    "/map?compare_metric=Average+caseload&la=Leeds&benchmark=My+group&group=Leeds", "/inspections",
    "/inspections?part=Reports+over+time", "/inspections?part=What+came+next", "/best", "/council", "/council?la=Leeds",
    "/compare?la=Leeds&order=true&years=true&both=true", "/own?la=Leeds&own_way=Upload+a+file", "/leadership",
    "/progress", "/briefings?la=Leeds", "/data", "/data?shape=Wide&la=Leeds", "/methods", "/api",
]  # fmt: skip


def refused(page: Page) -> list[str]:
    return [str(one) for one in page.evaluate("window.violations")]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_policy_refuses_nothing_and_nothing_is_fetched_elsewhere(
    watched: BrowserContext, server: str, address: str
) -> None:
    page = watched.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url.replace("ws:", "http:")))
    page.goto(f"{server}{address}")
    sentence(page).wait_for()
    if address != "/api":
        ready(page)
        page.wait_for_load_state("networkidle")
        page.mouse.wheel(0, 9000)  # what is drawn only when it is seen
        page.wait_for_timeout(500)
    assert refused(page) == []
    assert [one for one in asked if not one.startswith((f"{server}/", "data:", "blob:"))] == []
    assert [one for one in asked if one.startswith("blob:")] == []
    page.close()


def test_what_readers_do_is_refused_nothing_either(watched: BrowserContext, server: str) -> None:
    page = watched.new_page()
    page.goto(f"{server}/map?la=Leeds")
    ready(page)
    choose(page, "Measure", "Average caseload")
    page.get_by_role("slider", name="Period").focus()
    page.keyboard.press("ArrowLeft")
    ready(page)
    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV").first.click()
    assert taken.value.path().stat().st_size > 1000
    council(page, "908").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/council.*la=Cornwall"))
    ready(page)
    assert refused(page) == []
    page.close()


def test_no_script_that_was_put_into_the_page_runs(watched: BrowserContext, server: str) -> None:
    """Were a text of ours not escaped, the policy would still keep it from doing anything."""
    page = watched.new_page()
    page.goto(f"{server}/methods")
    ready(page)
    page.evaluate(
        """() => {
            const put = document.createElement('div');
            put.innerHTML = '<img src="x" onerror="window.ran = 1"><a id="js" href="javascript:window.ran = 2">x</a>';
            document.body.append(put);
            const script = document.createElement('script');
            script.textContent = 'window.ran = 3';
            document.body.append(script);
            document.getElementById('js').click();
            const far = new Image();
            far.src = 'https://evil.example/x.png';
            fetch('https://evil.example/').catch(() => {});
        }"""
    )
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran") is None
    said = " ".join(refused(page))
    for directive in ("script-src-attr", "script-src-elem", "img-src", "connect-src"):
        assert directive in said
    page.close()


def test_nobody_holds_our_pages_in_a_frame(browser: Browser, server: str, tmp_path: Path) -> None:
    holder = tmp_path / "holder.html"
    holder.write_text(f'<iframe src="{server}/" width="900" height="600"></iframe>', "utf-8")
    page = browser.new_page()
    page.goto(holder.as_uri())
    page.wait_for_timeout(2000)
    assert page.frames[1].locator("#root").count() == 0
    page.close()


def test_without_scripts_a_reader_is_led_to_the_figures(browser: Browser, server: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server}/map")
    assert page.get_by_role("heading", name="Child Protection Monitor").is_visible()
    page.get_by_role("link", name="as tables and files by address").click()
    assert page.get_by_role("heading", name="Figures by address").is_visible()
    context.close()


def test_a_full_server_says_so_and_lets_in_whoever_tries_again(browser: Browser, live: Path, tmp_path: Path) -> None:
    with running(live, tmp_path / "log", MONITOR_SESSIONS="1") as full:
        context = new_reader(browser)
        first = context.new_page()
        first.goto(f"http://127.0.0.1:{full.port}/map")
        ready(first)
        second = new_reader(browser).new_page()
        second.goto(f"http://127.0.0.1:{full.port}/council?la=Leeds")
        assert second.get_by_role("heading", level=1).inner_text() == "Many people are reading right now"
        choose(first, "Measure", "Average caseload")
        context.close()
        full.wait_for("page", page="map")
        for _ in range(50):
            second.get_by_role("link", name="Try again").click()
            if second.locator("#root").count():
                break
            second.wait_for_timeout(200)
        second.get_by_role("heading", name="Leeds").first.wait_for()
        assert second.url.endswith("/council?la=Leeds")
        second.context.close()


def test_a_page_that_fails_says_so_where_its_sentence_would_stand_and_the_rest_works(
    browser: Browser, live: Path, tmp_path: Path
) -> None:
    script = "tests/hosting/failing_app.py"
    with running(
        live, tmp_path / "log", script, SECRET_OF_THE_TEST=SECRET, MONITOR_CONTACT="us@example.org"
    ) as failing:
        context = new_reader(browser)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{failing.port}/best?la=Leeds")
        said = page.get_by_role("alert").filter(has_text="Sorry, something of ours failed")
        said.wait_for()
        assert re.search(r"write to us@example\.org with this reference\. Reference [0-9a-f]{8}$", said.inner_text())
        assert said.bounding_box()["y"] < page.get_by_role("combobox", name="Council").bounding_box()["y"]  # type: ignore[index]
        page.get_by_text("Where is it worst?", exact=True).click()
        page.get_by_test_id("stTopNavDropdownLink").filter(has_text="Map").click()
        page.wait_for_url("**/map?la=Leeds")
        sentence(page).wait_for()
        assert page.get_by_text("Sorry, something of ours failed").count() == 0
        context.close()
