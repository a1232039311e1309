"""The page to print says what the briefing holds, and needs neither script nor network."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dashboard.briefings import web
from dashboard.briefings.model import Briefing, Cards
from tests.briefings.helpers import SEVERAL
from tests.briefings.reading import Page, squeezed, strips, texts_of


@pytest.mark.parametrize("name", SEVERAL)
def test_its_words_are_those_of_the_briefing_and_no_others(name: str, briefings: dict[str, Briefing]) -> None:
    briefing = briefings[name]
    wanted = [f"{briefing.kicker} · Child Protection Monitor", briefing.name, briefing.sentence]
    wanted.append(f"{briefing.dated}. {briefing.about}")
    for section in briefing.sections():
        wanted.append(section.title)
        for block in section.blocks:
            if isinstance(block, Cards):
                wanted += [card.label + card.words + card.small for card in block.cards]
            else:
                wanted += texts_of(block)
    page = Page(web.web(briefing, {"pdf": "/briefings/383.pdf"}))
    assert squeezed("".join(page.words)) == squeezed("".join(wanted))


def test_without_a_style_no_words_run_together(briefings: dict[str, Briefing]) -> None:
    for briefing in briefings.values():
        inline = re.sub(r"</?(b|span|a)\b[^>]*>", "", web.web(briefing).decode())
        assert not re.findall(r"[a-z]{3}[A-Z][a-z]|\d(?:better|worse|same)", re.sub(r"<[^>]+>", "\n", inline))


def test_it_is_a_document_that_stands_alone(briefings: dict[str, Briefing]) -> None:
    page = Page(web.web(briefings["Leeds"], {"pdf": "/briefings/383.pdf"}))
    elements = [tag for tag, _ in page.elements]
    assert ("html", {"lang": "en-GB"}) in page.elements
    assert not {"script", "link", "img", "iframe"} & set(elements)
    assert not [name for _, found in page.elements for name in found if name.startswith("on") or name == "style"]
    assert elements.count("h1") == 1
    assert all(found.get("scope") in ("row", "col") for tag, found in page.elements if tag == "th")
    drawn = [found for tag, found in page.elements if tag == "svg" and found.get("role") == "img"]
    assert [found["aria-label"] for found in drawn] == [one.alt for one in strips(briefings["Leeds"])]
    assert [found["href"] for tag, found in page.elements if tag == "a"][:2] == ["/briefings", "/briefings/383.pdf"]


def test_words_from_the_data_are_escaped(briefings: dict[str, Briefing]) -> None:
    hostile = '<script>alert(1)</script>" onload="x'
    page = Page(web.web(replace(briefings["Leeds"], sentence=hostile, name=hostile)))
    assert "script" not in [tag for tag, _ in page.elements]
    assert page.words.count(hostile) == 2
