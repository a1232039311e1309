"""A reader in real Chromium whose server dies under them; and what a page says when there is none."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.drills.replicas import NAMES, Replicas
from tests.hosting.running import Client
from tests.readers import new_reader, until

pytest.importorskip("playwright", reason="Playwright is not installed: these drills need `pip install playwright`.")
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = pytest.mark.browser
# As Streamlit's page says of itself: it has a server, and the server has drawn the page to its end.
THERE = (
    "document.querySelector('[data-testid=stApp]')?.dataset.testConnectionState === 'CONNECTED' && "
    "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
)
BACK_SECONDS = 3
FILE = re.compile(r"^Download these \d+ rows|^CSV")


@pytest.fixture
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """A reader with a browser of their own."""
    context = new_reader(browser)
    yield context
    context.close()


def opened(reader: BrowserContext, replicas: Replicas, path: str) -> Page:
    """A page at an address of the proxy, drawn to its end."""
    page = reader.new_page()
    page.goto(f"http://127.0.0.1:{replicas.proxy.port}{path}")
    page.locator(".headline .sentence").first.wait_for()
    until(page, THERE)
    # Until then there are two of each sentence.
    page.locator("#first-words").wait_for(state="detached")
    return page


def sentence(page: Page) -> str:
    return page.locator(".headline .sentence").first.inner_text()


def choose(page: Page, label: str, words: str) -> None:
    """Pick from a menu by typing."""
    menu = page.get_by_role("combobox", name=label)
    menu.click()
    menu.fill(words)
    page.get_by_role("option", name=words, exact=True).first.click()


def replica_of(reader: BrowserContext, replicas: Replicas) -> str:
    (cookie,) = [one for one in reader.cookies() if one["name"] == "route"]
    return replicas.of(f"route={cookie['value']}")


def chosen(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


@pytest.mark.drill
def test_when_their_replica_is_killed_the_page_is_back_with_all_that_was_chosen(
    reader: BrowserContext, replicas: Replicas
) -> None:
    killed(reader, replicas)


@pytest.mark.drill
def test_it_is_back_in_three_seconds(reader: BrowserContext, replicas: Replicas) -> None:
    """Seconds of a machine that does nothing else meanwhile."""
    assert killed(reader, replicas) < BACK_SECONDS


def killed(reader: BrowserContext, replicas: Replicas) -> float:
    """Kill the replica of a page that is open; after how many seconds the page was there again."""
    # Both have run the page before, as any that readers are sent to.
    for name in NAMES:
        with Client(replicas.proxy, headers={"Cookie": replicas.cookie_of(name)}) as before:
            before.run("map", la="Leeds", metric="Average caseload")
    page = opened(reader, replicas, "/map?la=Leeds")
    choose(page, "Measure", "Average caseload")
    expect(page.locator(".headline .sentence").first).to_contain_text("average caseload")
    until(page, THERE)
    said, address = sentence(page), page.url
    assert chosen(page) == {"la": "Leeds", "metric": "Average caseload"}

    dies = replica_of(reader, replicas)
    (other,) = set(NAMES) - {dies}
    runs = replicas.servers[other].count("page")
    replicas.kill(dies)
    since = time.monotonic()
    until(page, f"!({THERE})")
    until(page, THERE)
    back = time.monotonic() - since
    print(f"The page was back after {back:.2f} s.")
    # What is drawn stays as it was: hundreds of readers do not ask for all of it at the same moment.
    assert replicas.servers[other].count("page") == runs
    assert (sentence(page), page.url) == (said, address)
    # It is no picture. A file, which the server that died had offered, is there; and the reader goes on.
    with page.expect_download() as taken:
        page.get_by_role("button", name=FILE).first.click()
    assert "Average caseload" in taken.value.path().read_text("utf-8")
    assert page.url == address
    choose(page, "Measure", "Social worker vacancy rate")
    expect(page.locator(".headline .sentence").first).to_contain_text("vacancy rate")
    assert chosen(page)["la"] == "Leeds"
    until(page, THERE)
    with page.expect_download() as taken:
        page.get_by_role("button", name=FILE).first.click()
    assert "Social worker vacancy rate" in taken.value.path().read_text("utf-8")
    return back


@pytest.mark.drill
def test_a_reader_whose_line_is_cut_goes_on_with_the_same_replica_and_what_they_typed(
    reader: BrowserContext, replicas: Replicas
) -> None:
    """Their own figures are in the memory of one replica, for as long as it lives."""
    page = opened(reader, replicas, "/own?la=Leeds")
    for label, given in (("your value", "14.2"), ("Numerator", "71"), ("Denominator", "500")):
        page.get_by_label(re.compile(label)).fill(given)
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".headline .sentence").first).to_contain_text("At 14.2%")
    until(page, THERE)
    replicas.cut_the_way()
    until(page, f"!({THERE})")
    until(page, THERE)
    choose(page, "Measure", "Average caseload")
    expect(page.locator("table.own tbody tr")).to_have_count(1)


@pytest.mark.drill
def test_with_both_gone_a_page_stays_legible_a_new_reader_is_told_and_both_go_on_later(
    reader: BrowserContext, replicas: Replicas
) -> None:
    page = opened(reader, replicas, "/council?la=Leeds")
    said = sentence(page)
    replicas.kill(*NAMES)
    until(page, f"!({THERE})")
    page.wait_for_timeout(1500)
    assert sentence(page) == said
    violations: list[str] = []
    new = reader.new_page()
    new.on("console", lambda message: violations.append(message.text) if "Content Security" in message.text else None)
    got = new.goto(f"http://127.0.0.1:{replicas.proxy.port}/council?la=Leeds")
    assert got is not None
    assert got.status == 503
    assert int(got.headers["retry-after"]) > 0
    expect(new.get_by_role("heading", level=1)).to_have_text("The dashboard cannot be reached")
    assert new.evaluate("getComputedStyle(document.body).maxWidth") == "640px"
    assert violations == []
    replicas.whole()
    # The page's own link, and the address still holds what was chosen.
    new.get_by_role("link", name="Try again").click()
    expect(new.locator(".headline .sentence").first).to_have_text(said, timeout=30_000)
    until(page, THERE)
    assert sentence(page) == said
