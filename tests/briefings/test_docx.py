"""The Word document says what the briefing holds, in headings, lists and tables that Word knows as such."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn

from dashboard.briefings import content, docx
from dashboard.briefings.model import Briefing, Cards, Points, Table
from dashboard.data.database import Database
from tests.briefings.helpers import NOT_PRINTED, PRINTED
from tests.briefings.reading import docx_wanted, docx_words, strips


@pytest.mark.parametrize("name", PRINTED)
def test_its_words_are_those_of_the_briefing_and_no_others(
    name: str, briefings: dict[str, Briefing], documents: dict[str, bytes]
) -> None:
    assert docx_words(documents[name]) == docx_wanted(briefings[name])


@pytest.mark.drill
@pytest.mark.parametrize("name", NOT_PRINTED)
def test_so_are_those_of_the_other_awkward_areas(name: str, briefings: dict[str, Briefing]) -> None:
    assert docx_words(docx.docx(briefings[name])) == docx_wanted(briefings[name])


@pytest.mark.parametrize("name", ["Westminster", "London", "England"])
def test_its_parts_are_native(name: str, briefings: dict[str, Briefing], documents: dict[str, bytes]) -> None:
    briefing, made = briefings[name], Document(io.BytesIO(documents[name]))
    sections = list(briefing.sections())
    blocks = [block for section in sections for block in section.blocks]
    styles = [paragraph.style.name for paragraph in made.paragraphs if paragraph.style is not None]
    assert styles.count("Title") == 1
    assert styles.count("Heading 1") == len(sections)
    points = [point for block in blocks if isinstance(block, Points) for point in block.points]
    assert styles.count("List Bullet") + styles.count("List Number") == len(points)
    assert len(made.tables) == sum(isinstance(block, Table | Cards) for block in blocks)
    for table in made.tables:
        heads = [row._tr.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None for row in table.rows]
        assert heads == [True, *[False] * (len(heads) - 1)]
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
        assert table._tbl.tblPr.find(qn("w:tblDescription")) is None
    links = {one.target_ref for one in made.part.rels.values() if one.is_external}
    assert {point.link for point in points if point.link} == links


def test_pictures_have_words_for_whoever_does_not_see_them(
    briefings: dict[str, Briefing], documents: dict[str, bytes]
) -> None:
    made = Document(io.BytesIO(documents["Westminster"]))
    described = [one.get("descr") for one in made.element.body.iter(qn("wp:docPr"))]
    assert described == [one.alt for one in strips(briefings["Westminster"])]
    assert len(made.inline_shapes) == 9


def test_it_is_titled_dated_by_the_data_and_in_english(
    db: Database, briefings: dict[str, Briefing], documents: dict[str, bytes]
) -> None:
    about = Document(io.BytesIO(documents["Westminster"])).core_properties
    assert about.title == briefings["Westminster"].title
    assert about.language == "en-GB"
    assert about.created is not None
    assert about.created.date() == db.built_at.date()
    with zipfile.ZipFile(io.BytesIO(documents["Westminster"])) as parts:
        styles = parts.read("word/styles.xml").decode("utf-8")
        assert not [one for one in parts.namelist() if "thumbnail" in one]
        assert "<Application>Child Protection Monitor</Application>" in parts.read("docProps/app.xml").decode()
    assert '<w:lang w:val="en-GB"' in styles
    assert '<w:lang w:val="en-US"' not in styles


def test_equal_briefings_are_equal_bytes(db: Database, documents: dict[str, bytes]) -> None:
    assert docx.docx(content.briefing(db, "213")) == documents["Westminster"]
    assert documents["Westminster"] != documents["Isles of Scilly"]
