"""Nine payloads in every word of the data and in every choice of an address: no page runs them, leads or asks there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard.methods.search import SECTIONS
from dashboard.views.text.markdown import literal
from tests.hosting.running import Client, Running
from tests.readers import PATIENCE, until
from tests.security import websocket_messages
from tests.security.conftest import Names
from tests.security.helpers import CHOICES, LOOK, PAGES
from tests.security.payloads import PAYLOADS

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, WebSocket

# Pages with all open that opens, by what is chosen; {la}, {metric}, {other} and {commitment} are hostile names.
OPEN: list[tuple[str, dict[str, str]]] = [
    ("", {"watched": "true", "la": "{la}"}),
    ("map", {"table": "true", "behind": "true", "la": "{la}", "compare_metric": "{other}", "compare_table": "true"}),
    ("map", {"benchmark": "My group", "group": "{la}", "view_as": "Tiles", "colour": "Verdict", "metric": "{metric}"}),
    ("inspections", {"la": "{la}", "table": "true"}),
    ("inspections", {"part": "Reports over time"}),
    ("inspections", {"part": "What came next", "table": "true"}),
    ("inspections", {"part": "What Ofsted asked for", "la": "{la}", "by_theme": "true"}),
    ("best", {"figures": "true", "metric": "{metric}"}),
    ("council", {"la": "{la}", "course": "true", "among": "true", "inspections": "true", "metric": "{metric}"}),
    ("council", {"la": "{la}", "theme": "All", "benchmark": "Median of neighbours", "metric": "{other}"}),
    ("council", {}),
    ("compare", {"la": "{la}", "order": "true", "years": "true", "both": "true"}),
    ("own", {"la": "{la}", "among": "true", "metric": "{metric}"}),
    ("own", {"la": "{la}", "way": "Upload a file"}),
    ("leadership", {"over_time": "true", "la": "{la}"}),
    ("leadership", {"part": "The programme", "all_councils": "true", "coaches": "true", "by_day": "true"}),
    ("leadership", {"part": "Changes of directors", "register": "true", "by_year": "true"}),
    ("progress", {"periods": "true", "la": "{la}", "commitment": "{commitment}"}),
    ("briefings", {"la": "{la}"}),
    ("data", {"areas": "{la}", "metrics": "{metric}", "with": "Source"}),
    ("data", {"shape": "Wide", "areas": "{la}"}),
    ("accessibility", {}),
    *(("methods", {"section": one}) for one in SECTIONS),
    ("methods", {"q": "vacancy", "measure": "{metric}"}),
]
# What a browser is shown: of what is words alone, one view a page.
WORDS_ALONE: list[tuple[str, dict[str, str]]] = [
    ("council", {}),
    ("own", {"la": "{la}", "way": "Upload a file"}),
    ("data", {"shape": "Wide", "areas": "{la}"}),
    *(("methods", {"section": one}) for one in SECTIONS),
]
PICTURED = [one for one in OPEN if one not in WORDS_ALONE]
# What a browser is shown each time: between them they have all kinds of parts.
MOST_PARTS = ("map", "council", "inspections", "own")
CHARTS = """() => [...document.querySelectorAll('[data-testid="stPlotlyChart"]')]
    .every((chart) => chart.querySelector('.main-svg'))"""
STEP = "to => { history.replaceState({}, '', to); dispatchEvent(new PopStateEvent('popstate', { state: {} })); }"


def address(query: dict[str, str], names: Names) -> dict[str, str]:
    """The choices with the names filled in."""
    said = {"{la}": names.council, "{metric}": names.measure, "{other}": names.other, "{commitment}": names.commitment}
    return {name: said.get(value, value) for name, value in query.items()}


def choices(turn: int) -> dict[str, str]:
    """Every choice, each with one of the payloads; in nine turns each with all of them."""
    asked = {name: PAYLOADS[(place + turn) % len(PAYLOADS)] for place, name in enumerate(CHOICES)}
    # Two comparisons ask the reader, whose words are the address's too.
    return asked | {1: {"benchmark": "My group"}, 2: {"benchmark": "A target"}}.get(turn % 3, {})


def test_a_name_is_written_as_markdown_that_shows_just_that() -> None:
    assert literal("Children's social care (%), St. Helens - 16 to 18 & over") == (
        "Children's social care (%), St. Helens - 16 to 18 & over"
    )
    assert literal("![i](x) *b* _i_ `c` $x$ <https://y> \\") == r"!\[i\](x) \*b\* \_i\_ \`c\` \$x\$ \<https://y> \\"
    assert [one for one in PAYLOADS if websocket_messages.LINKS.search(literal(one))] == []
    assert [one for one in PAYLOADS if websocket_messages.LINKS.search(one)]


@pytest.mark.parametrize(("page", "query"), OPEN, ids=lambda one: str(one)[:40])
def test_nothing_in_the_data_is_read_as_markup(server: Running, names: Names, page: str, query: dict[str, str]) -> None:
    with Client(server) as reader:
        said = websocket_messages.ask(reader, page, address(query, names))
    assert websocket_messages.failures(reader.messages, said) == []
    bodies = websocket_messages.html(reader.messages)
    # Some of it says nothing of the data.
    assert "window.ran" in said or page == "accessibility" or query.get("section") in ("Dictionary", "Words")
    assert [found for body in bodies for found in websocket_messages.wrong(body)] == []
    assert [
        words for words in websocket_messages.markdown(reader.messages) if websocket_messages.LINKS.search(words)
    ] == []


@pytest.mark.parametrize("page", PAGES)
def test_nor_is_anything_in_an_address(server: Running, page: str) -> None:
    with Client(server) as reader:
        for turn in range(len(PAYLOADS)):
            said = websocket_messages.ask(reader, page, choices(turn))
            assert websocket_messages.failures(reader.messages, said) == []
            assert [
                found for body in websocket_messages.html(reader.messages) for found in websocket_messages.wrong(body)
            ] == []
            assert [
                words
                for words in websocket_messages.markdown(reader.messages)
                if websocket_messages.LINKS.search(words)
            ] == []


class Visit:
    """A page in a browser, and all it asks for."""

    def __init__(self, context: BrowserContext, server: Running) -> None:
        self.page: Page = context.new_page()
        self.root = f"http://127.0.0.1:{server.port}"
        self.asked: list[str] = []
        self.runs = 0
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", self._joined)

    def _joined(self, socket: WebSocket) -> None:
        self.asked.append(socket.url.replace("ws:", "http:"))
        socket.on("framereceived", self._heard)

    def _heard(self, payload: str | bytes) -> None:
        self.runs += (
            isinstance(payload, bytes) and ForwardMsg.FromString(payload).WhichOneof("type") == "script_finished"
        )

    def go(self, page: str, query: dict[str, str]) -> None:
        """Open an address, or step to it where the page is open; up to the end of the script, and of what it draws."""
        to, runs = f"{self.root}/{page}?{urlencode(query)}", self.runs
        if self.page.url.startswith(f"{self.root}/{page}?") or self.page.url == f"{self.root}/{page}":
            self.page.evaluate(STEP, to)
        else:
            self.page.goto(to)
            self.page.locator(".sentence").first.wait_for()
        end = time.monotonic() + PATIENCE
        while self.runs == runs:
            assert time.monotonic() < end, to
            self.page.wait_for_timeout(100)
        self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
        until(self.page, "window.monitorPage")
        self.page.mouse.wheel(0, 9000)  # what is drawn only when it is seen
        until(self.page, CHARTS)

    def wrong(self) -> list[str]:
        """What acted, or could, or was asked for elsewhere."""
        elsewhere = [one for one in self.asked if not one.startswith((f"{self.root}/", "data:"))]
        return [*elsewhere, *(str(one) for one in self.page.evaluate(LOOK))]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("page", "views"),
    [*((page, 1) for page in MOST_PARTS), *(pytest.param(page, None, marks=pytest.mark.drill) for page in PAGES)],
)
def test_no_page_runs_what_is_in_the_data_or_in_its_address(
    reader: BrowserContext, server: Running, names: Names, page: str, views: int | None
) -> None:
    """What is sent is judged above, of all views. Here is what the browser makes of pages that have a map, charts,
    tables and a component; in the drill of each page, and of each view with other pictures: they are drawn from values.
    """
    visit = Visit(reader, server)
    for query in [address(query, names) for one, query in PICTURED if one == page][:views]:
        visit.go(page, query)
        assert visit.wrong() == [], query
    # Every page ends with the same part: the map's is enough.
    if page == "map":
        visit.page.get_by_text("This view: link, citation, as data").click()
        visit.page.locator(".as-data pre").first.wait_for()
        assert visit.wrong() == []
    # The pages take one turn each, one after the other, so that together they have all nine.
    visit.go(page, choices(PAGES.index(page)))
    assert visit.wrong() == []
    visit.page.close()


def test_every_page_and_every_turn_is_seen_in_a_browser() -> None:
    assert {page for page, _ in PICTURED} == set(PAGES)
    assert len(PAGES) >= len(PAYLOADS)
