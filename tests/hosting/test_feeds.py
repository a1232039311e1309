"""Atom feeds: by the rules of RFC 4287, the same whenever and wherever they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from dashboard.data.names import PRODUCT
from dashboard.server import feeds
from dashboard.views.text import news
from tests.api.client import Client
from tests.hosting.helpers import app_over

HOME = "https://monitor.example"
ONE, MANY = "one", "many"
# What RFC 4287 asks of a feed and of an entry (4.1.1, 4.1.2), of what we use.
FEED = {
    "id": ONE,
    "title": ONE,
    "subtitle": ONE,
    "updated": ONE,
    "author": ONE,
    "rights": ONE,
    "link": MANY,
    "entry": MANY,
}
ENTRY = {"id": ONE, "title": ONE, "updated": ONE, "published": ONE, "content": ONE, "category": ONE, "link": MANY}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(scope="module")
def figures(database_path: Path) -> Database:
    return Database(database_path)


def parts(element: ET.Element, rules: dict[str, str]) -> dict[str, list[ET.Element]]:
    """The children by name; all are of Atom, those that may stand once do, and none is missing."""
    found: dict[str, list[ET.Element]] = {}
    for child in element:
        space, name = child.tag.removeprefix("{").split("}")
        assert space == feeds.ATOM
        found.setdefault(name, []).append(child)
    assert set(found) == set(rules)
    assert [name for name, rule in rules.items() if rule == ONE and len(found[name]) > 1] == []
    return found


def text(found: dict[str, list[ET.Element]], name: str) -> str:
    said = found[name][0].text
    assert said, name
    return said


def links(found: dict[str, list[ET.Element]]) -> dict[str, str]:
    by_relation = {link.attrib["rel"]: link.attrib["href"] for link in found["link"]}
    assert len(by_relation) == len(found["link"])
    assert all(href.startswith("https://") and " " not in href for href in by_relation.values())
    return by_relation


@pytest.mark.parametrize(
    ("area_id", "page"), [(ENGLAND, "/"), ("383", "/council?la=Leeds"), ("909", "/council?la=Cumbria")]
)
def test_a_feed_keeps_every_rule_of_atom(figures: Database, area_id: str, page: str) -> None:
    whole = ET.fromstring(feeds.atom(figures, area_id, HOME))
    assert whole.tag == f"{{{feeds.ATOM}}}feed"
    found = parts(whole, FEED)
    assert links(found) == {"self": f"{HOME}{news.feed(area_id)}", "alternate": HOME + page}
    assert [child.text for child in found["author"][0]] == [PRODUCT]
    moments, ids = [], [text(found, "id")]
    for element in found["entry"]:
        entry = parts(element, ENTRY)
        moments.append(text(entry, "updated"))
        assert text(entry, "published") == moments[-1]
        ids.append(text(entry, "id"))
        assert "alternate" in links(entry)
        assert entry["content"][0].attrib == {"type": "text"}
        assert entry["category"][0].attrib["term"] in ("report", "release", "revisions")
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", one) for one in ids)
    assert all(MOMENT.fullmatch(one) and datetime.fromisoformat(one) for one in moments)
    assert moments == sorted(moments, reverse=True)
    assert text(found, "updated") == moments[0]


def test_dates_and_ids_are_those_of_the_database(figures: Database) -> None:
    found = {item.key: item for item in news.items(figures, "383")}
    report = found["report/383-2025-08-12"]
    assert report.on == date(2025, 8, 12)
    assert report.title == "Leeds: Ofsted judged leaders Outstanding"
    assert "Help and protection: Good." in report.words
    # An id is for ever: one that changes shows readers everything again.
    assert feeds._id(report.key) == "urn:uuid:fb5cca60-c5ee-5df0-9292-4b66587ca3be"
    # England's holds the same report under the same id.
    assert report in news.items(figures, ENGLAND)
    assert found["release/383/local_authority_interactive_tool/March 2026"].on == date(2026, 3, 1)


def test_earlier_figures_that_changed_are_named(figures: Database) -> None:
    revisions = {item.key: item for item in news.items(figures, ENGLAND)}[
        "revisions/E92000001/social_work_workforce/reporting year 2025"
    ]
    assert revisions.title == "8 earlier figures changed: Children's social work workforce, reporting year 2025"
    assert revisions.on == date(2026, 3, 19)
    assert (
        "Social worker turnover rate, North East, year to 30 September 2024: 12.6% before, 14.0% now."
        in revisions.words
    )
    barnet = [item for item in news.items(figures, "302") if item.kind == "revisions"]
    assert [item.words for item in barnet] == [
        "Referrals with no further action, Barnet, year to 31 March 2024: 0.0% before, withheld as unreliable now."
    ]


def test_what_is_next_is_said_soonest_first(figures: Database) -> None:
    due = news.next_releases(figures)
    assert due == sorted(due)
    assert ("2026-10", "Children in need") in due


@pytest.fixture(scope="module")
def asked(database_path: Path) -> Iterator[Client]:
    with app_over(database_path) as client:
        yield client


@pytest.mark.parametrize("name", ["Leeds", "leeds", "383.0", "E08000035"])
def test_other_names_of_a_council_lead_to_its_feed(asked: Client, name: str) -> None:
    got = asked.get(f"/feeds/{name}.atom")
    assert (got.status, got.headers["location"]) == (308, "/feeds/383.atom")


def test_a_feed_is_sent_as_other_answers_are(asked: Client) -> None:
    got = asked.get("/feeds/england.atom", host="monitor.example")
    assert (got.status, got.headers["content-type"]) == (200, feeds.MEDIA_TYPE)
    assert b'href="http://monitor.example/feeds/england.atom"' in got.body
    tag = got.headers["etag"]
    again = asked.get("/feeds/england.atom", host="monitor.example", if_none_match=tag)
    assert (again.status, again.raw) == (304, b"")
    # Links hold the host: under another name it is another answer.
    assert asked.get("/feeds/england.atom", host="other.example", if_none_match=tag).status == 200
    packed = asked.get("/feeds/england.atom", host="monitor.example", accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.body == got.body
    head = asked.ask("HEAD", "/feeds/england.atom", host="monitor.example")
    assert (head.status, head.raw, head.headers["content-length"]) == (200, b"", str(len(got.raw)))
    assert asked.ask("POST", "/feeds/england.atom").status == 405


@pytest.mark.parametrize("name", ["atlantis", "E12000003", "..%2f..%2fetc%2fpasswd", "\N{SNOWMAN}"])
def test_there_is_no_feed_of_what_is_no_council(asked: Client, name: str) -> None:
    got = asked.get(f"/feeds/{name}.atom")
    assert got.status == 404
