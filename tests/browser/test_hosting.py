"""The server in a browser: its policy breaks nothing, nothing is fetched elsewhere, and every refusal can be read."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.helpers import choose, ready, sentence
from tests.hosting.helpers import SECRET
from tests.hosting.running import running
from tests.readers import PATIENCE, new_reader, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


def refused(page: Page) -> list[str]:
    return [str(one) for one in page.evaluate("window.violations")]


def test_the_policy_refuses_nothing_of_the_page_of_the_api_and_nothing_is_fetched_elsewhere(
    reader: BrowserContext, server: str
) -> None:
    """Of the others a journey and the walk of tests/access hold it."""
    page = reader.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server}/api")
    sentence(page).wait_for()
    assert refused(page) == []
    assert asked
    assert [one for one in asked if not one.startswith((f"{server}/", "data:"))] == []
    page.close()


def test_no_script_that_was_put_into_the_page_runs(reader: BrowserContext, server: str) -> None:
    """Were a text of ours not escaped, the policy would still keep it from doing anything."""
    page = reader.new_page()
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
    for directive in ("script-src-attr", "script-src-elem", "img-src", "connect-src"):
        until(page, "directive => window.violations.some((one) => one.includes(directive))", directive)
    assert page.evaluate("window.ran") is None
    page.close()


def test_nobody_holds_our_pages_in_a_frame(browser: Browser, server: str, tmp_path: Path) -> None:
    holder = tmp_path / "holder.html"
    holder.write_text(f'<iframe src="{server}/" width="900" height="600"></iframe>', "utf-8")
    page = browser.new_page()
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(holder.as_uri())
    assert page.frames[1].locator("#root").count() == 0
    page.close()


def test_without_scripts_a_reader_is_led_to_the_figures(browser: Browser, server: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server}/map")
    assert page.get_by_role("heading", name="Social worker vacancy rate").first.is_visible()
    assert "quarter" in sentence(page).inner_text()
    assert page.locator("noscript .notice").is_visible()
    page.get_by_role("link", name="API", exact=True).first.click()
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
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with second.expect_navigation():
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
        page.get_by_test_id("stTopNavLink").filter(has_text="Map").click()
        page.wait_for_url("**/map?la=Leeds")
        sentence(page).wait_for()
        assert page.get_by_text("Sorry, something of ours failed").count() == 0
        context.close()
