"""What a page says before Streamlit starts, and what previews of links and search engines are told."""

from __future__ import annotations

import html
import re

import pytest
from starlette.applications import Starlette

from dashboard.data.names import PRODUCT
from dashboard.server import first_words, search_engines
from dashboard.server.index_html import FIRST, TITLE, with_first_words
from tests.api.client import Client
from tests.hosting.running import Running

HTML = "text/html,*/*;q=0.8"
HEADLINE = '<h1>Synthetic &amp; Sons</h1><p class="sentence">One in ten is <b>unfilled</b>.</p>'


def test_the_words_of_a_page_name_it_and_its_links_keep_what_was_chosen(app: Client) -> None:
    assert app
    link = '<a data-choose href="?metric=Average+caseload">Caseload</a> <a data-choose href="/map?la=York">York</a>'
    found = first_words.compose([HEADLINE, link], "council", "la=Leeds&period=2024&theme=Workforce")
    assert found is not None
    assert found.title == "Synthetic & Sons · Child Protection Monitor"
    assert found.description == "One in ten is unfilled."
    assert re.findall(r'<a href="(/[cm][^"]*)"', found.body) == [
        "/council?la=Leeds&amp;period=2024&amp;metric=Average+caseload",
        "/map?la=York&amp;period=2024",
    ]


def test_a_long_page_is_cut_after_what_is_seen_first(app: Client) -> None:
    assert app
    found = first_words.compose([HEADLINE, "<p>first</p>", "x" * first_words.MOST_CHARACTERS, "<p>last</p>"], "map", "")
    assert found is not None
    assert "<p>first</p>" in found.body
    assert "xx" not in found.body
    assert "last" not in found.body


def test_a_page_without_a_heading_has_no_first_words() -> None:
    assert first_words.compose(["<p>Something went wrong</p>"], "map", "") is None


def test_title_and_description_are_text_wherever_they_stand() -> None:
    words = first_words.FirstWords('"><script>alert(1)</script>', '" onload="alert(1)', "<h1>x</h1>")
    page = with_first_words(f"{TITLE}{FIRST}", words, "/s.css", 'https://x.example/?la="><script>', "noindex")
    assert "<script>" not in page
    assert 'onload="' not in page


def test_the_preview_of_a_link_shows_a_picture_of_the_size_that_it_says(app: Client) -> None:
    assert app
    found = first_words.compose([HEADLINE], "map", "view_as=Tiles&period=unknown")
    assert found is not None
    assert found.picture.startswith("/api/v1/charts/map.png?")
    assert "&view_as=Tiles&size=card&version=" in found.picture
    shown = with_first_words(f"{TITLE}{FIRST}", found, "/s.css", "/", "noindex", "https://dashboard.example")
    address = html.escape(f"https://dashboard.example{found.picture}")
    for name, content in (
        ("og:type", "website"), ("og:url", "https://dashboard.example/"), ("og:image", address),
        ("og:image:width", "1200"), ("og:image:height", "630"),
        ("og:image:alt", "Synthetic &amp; Sons · Child Protection Monitor. One in ten is unfilled."),
    ):  # fmt: skip
        assert f'<meta property="{name}" content="{content}" />' in shown
    assert '<meta name="twitter:card" content="summary_large_image" />' in shown


@pytest.mark.parametrize(
    ("address", "heading", "words"),
    [
        ("/", "England", "vacan"),
        ("/council?la=Leeds", "Leeds", "Ofsted judged Leeds"),
        ("/council?la=Cumbria", "Cumbria", "Cumbria was replaced in April 2023 by"),
    ],
)
def test_a_page_is_served_with_what_it_will_say(server: Running, address: str, heading: str, words: str) -> None:
    # The first reader of an address may come while others are drawn: then there are none yet.
    for _ in range(20):
        page = server.ask(address, accept=HTML).body.decode()
        if 'id="first-words"' in page:
            break
    body = page.partition('<div id="first-words">')[2]
    assert re.search(rf"<h1[^>]*>{heading}</h1>", body)
    assert words in body
    assert f'<meta property="og:title" content="{heading} · Social worker vacancy rate · {PRODUCT}" />' in page
    assert re.search(r'<meta property="og:description" content="[^"]+" />', page)


def test_search_engines_are_let_in_by_a_setting_alone() -> None:
    closed = Client(Starlette(routes=search_engines.routes(["/"], index=False, https=False)))
    assert closed.get("/robots.txt").raw == b"User-agent: *\nDisallow: /\n"
    assert closed.get("/sitemap.xml").status == 404


def test_the_sitemap_names_every_page_and_council(app: Client) -> None:
    assert app
    opened = Client(Starlette(routes=search_engines.routes(["/", "/map"], index=True, https=True)))
    assert b"Sitemap: https://" in opened.get("/robots.txt").raw
    found = re.findall(r"<loc>(https://[^<]+)</loc>", opened.get("/sitemap.xml").raw.decode())
    assert found[1].endswith("/map")
    assert found[2:]
    assert all("/council?la=" in one for one in found[2:])
