"""Which first words are kept, and when a page begins without them. The runs of pages are synthetic."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime

from dashboard.server import first_words
from dashboard.server.first_words import Cache, FirstWords
from dashboard.server.page_runs import PageClient
from tests import loops
from tests.api.client import Client


def element(place: int, kind: str, body: str, tag: str = "h2") -> ForwardMsg:
    """A message that writes one element of a page."""
    message = ForwardMsg()
    message.metadata.delta_path.extend([0, place])
    new = message.delta.new_element
    if kind == "html":
        new.html.body = body
    elif kind == "heading":
        new.heading.body, new.heading.tag = body, tag
    elif kind == "alert":
        new.alert.body = body
    else:
        new.text.body = body
    return message


def ended(well: bool = True) -> ForwardMsg:
    """The last message of a run."""
    status = ForwardMsg.FINISHED_SUCCESSFULLY if well else ForwardMsg.FINISHED_WITH_COMPILE_ERROR
    return ForwardMsg(script_finished=status)


class Pages:
    """Runs of pages that send these messages."""

    def __init__(self, *messages: ForwardMsg) -> None:
        self.messages = messages
        self.asked: list[str] = []
        self.error: Exception | None = None
        self.free = asyncio.Event()
        self.free.set()
        self.full = asyncio.Event()

    async def run(self, page: str, query: str, client: PageClient, seconds: float) -> None:
        """As `page_runs.run_page`."""
        assert (page, seconds) == ("council", first_words.SECONDS)
        self.asked.append(query)
        if len(self.asked) == first_words.MOST_AT_ONCE:
            self.full.set()
        await self.free.wait()
        if self.error:
            raise self.error
        for message in self.messages:
            client.write_forward_msg(message)
        assert client.done.is_set()


@pytest.fixture
def run(app: Client, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Pages]:
    """Makes pages run as told."""
    assert app
    monkeypatch.setattr(Runtime, "exists", lambda: True)

    def made(*messages: ForwardMsg) -> Pages:
        pages = Pages(*messages)
        monkeypatch.setattr(first_words, "run_page", pages.run)
        return pages

    return made


def find(cache: Cache, *queries: str) -> list[FirstWords | None]:
    """The words of a council's page by each query, asked for one after the other."""

    async def ask() -> list[FirstWords | None]:
        return [await cache.find("council", query) for query in queries]

    return loops.run(ask())


HEAD = element(0, "html", "<h1>Synthetic</h1>")


def test_words_stand_in_the_order_of_the_page_and_the_newest_of_a_place_counts(run: Callable[..., Pages]) -> None:
    run(
        element(4, "html", "<p>old</p>"), element(2, "heading", "A < B"), element(3, "alert", "No <such> council."),
        HEAD, element(4, "html", "<p>new</p>"), element(5, "html", "<script>left out</script>"),
        element(6, "text", "left out"), element(7, "heading", "left out", "h5"), ended(),
    )  # fmt: skip
    (found,) = find(Cache(), "")
    assert found is not None
    assert found.body.startswith(
        '<h1>Synthetic</h1>\n<h2>A &lt; B</h2>\n<p class="notice">No &lt;such&gt; council.</p>\n<p>new</p>'
    )
    assert "left out" not in found.body


def test_an_address_is_run_once_and_those_asked_for_last_are_kept(
    run: Callable[..., Pages], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_words, "MOST_CACHED", 2)
    pages = run(HEAD, ended())
    find(Cache(), "a=1", "a=2", "a=1", "a=3", "a=1", "a=2")
    assert pages.asked == ["a=1", "a=2", "a=3", "a=2"]


def test_a_page_that_fails_has_none_and_is_not_asked_again(run: Callable[..., Pages]) -> None:
    pages = run(HEAD, ended(well=False))
    assert find(Cache(), "", "") == [None, None]
    assert pages.asked == [""]


@pytest.mark.parametrize("error", [TimeoutError(), ValueError("synthetic")])
def test_what_took_too_long_or_broke_is_asked_again(run: Callable[..., Pages], error: Exception) -> None:
    pages = run(HEAD, ended())
    pages.error = error
    cache = Cache()
    assert find(cache, "") == [None]
    pages.error = None
    assert find(cache, "") != [None]


def test_beyond_a_few_at_once_and_for_endless_addresses_a_page_begins_without(run: Callable[..., Pages]) -> None:
    pages = run(HEAD, ended())

    async def ask() -> list[FirstWords | None]:
        cache = Cache()
        pages.free.clear()
        crowd = [asyncio.create_task(cache.find("council", f"a={n}")) for n in range(first_words.MOST_AT_ONCE)]
        await pages.full.wait()
        refused = [await cache.find("council", "a=more")]
        pages.free.set()
        found = await asyncio.gather(*crowd)
        assert None not in found
        return [*refused, await cache.find("council", "a" * (first_words.LONGEST_QUERY + 1))]

    assert loops.run(ask()) == [None, None]
