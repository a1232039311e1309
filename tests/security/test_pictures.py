"""Pictures and embedded charts of a database whose every word is a payload: all of it is text, and nothing runs."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from dashboard.analysis.benchmarks import BENCHMARKS, DEFAULT
from dashboard.api import charts, embed
from dashboard.api.chart_requests import ChartRequest
from dashboard.api.problems import Problem
from dashboard.data.database import Database
from dashboard.pages.components.share import share
from dashboard.pictures.choices import Choices
from dashboard.pictures.kinds import KINDS, Kind
from tests.dashboard.helpers import Page
from tests.security.payloads import ELSEWHERE

TAGS = {
    "svg", "title", "desc", "rect", "text", "tspan", "g", "path", "circle", "polygon", "defs", "clipPath", "pattern",
}  # fmt: skip
# What a picture points to is in it.
INSIDE = re.compile(r"url\(#[a-z0-9-]+\)")


@pytest.fixture(scope="module")
def db(hostile: Path) -> Database:
    """The hostile database in memory."""
    return Database(hostile)


def requests(db: Database, kind: Kind) -> list[ChartRequest]:
    """What there is to draw: a measure and a judgement, for councils of several names."""
    benchmark = BENCHMARKS[DEFAULT]
    found = []
    for metric_id in ("vacancy_rate", "judgement_leaders"):
        for area_id in list(db.authorities)[:9]:
            choices = Choices(db.metrics[metric_id], db.latest(metric_id), benchmark, area_id)
            found.append(ChartRequest(db, kind, choices, frozen=False))
    return found


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_nothing_in_the_data_is_markup_in_a_picture_or_an_embedded_page(db: Database, kind: Kind) -> None:
    drawn_once = False
    for request in requests(db, kind):
        try:
            drawn = charts.draw(request)
        except Problem:
            continue
        drawn_once = True
        root = ET.fromstring(charts.FILES["svg"].make(request, drawn))
        for node in root.iter():
            assert node.tag.rpartition("}")[2] in TAGS
            for name, value in node.attrib.items():
                assert not name.startswith("on")
                assert name not in ("href", "style", "src")
                assert "url(" not in value or INSIDE.fullmatch(value), value
        page = Page(embed.html_page(request, drawn, "/s.css", "/e.js", ()).decode())
        line = Page(share(db, kind, request.choices, "https://d.example", frozen=False, embeds=True))
        for html in (page, line):
            assert [one.get("src") for one in html.all("script")] in ([], ["/e.js"])
            for tag, attributes in html.tags:
                assert tag not in ("iframe", "object", "style", "svg")
                assert not [name for name in attributes if name.startswith("on")]
                target = attributes.get("href", attributes.get("src", ""))
                assert not target.startswith(("javascript:", ELSEWHERE)), target
    assert drawn_once
