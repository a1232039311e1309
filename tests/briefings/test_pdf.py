"""The PDF says what the briefing holds, on two sides, and is one that a screen reader can read."""

from __future__ import annotations

import io
import re
import time
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader

from dashboard.briefings import content, pdf
from dashboard.briefings.model import Briefing, Table
from dashboard.briefings.pdf import drawings
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from dashboard.views.svg.text import FONTS
from tests.briefings.helpers import LONDON, NOT_PRINTED, PRINTED, number
from tests.briefings.reading import pdf_pages, printed, strips, tags


@pytest.mark.parametrize("name", PRINTED)
def test_the_words_of_the_pdf_are_those_of_the_briefing_and_no_others(
    name: str, briefings: dict[str, Briefing], pdfs: dict[str, bytes]
) -> None:
    assert pdf_pages(pdfs[name]) == printed(briefings[name])


@pytest.mark.drill
@pytest.mark.parametrize("name", NOT_PRINTED)
def test_so_are_those_of_the_other_awkward_areas(name: str, briefings: dict[str, Briefing]) -> None:
    assert pdf_pages(pdf.pdf(briefings[name])) == printed(briefings[name])


@pytest.mark.parametrize("name", ["Westminster", "London", "England"])
def test_it_is_titled_tagged_and_in_english(name: str, briefings: dict[str, Briefing], pdfs: dict[str, bytes]) -> None:
    made = PdfReader(io.BytesIO(pdfs[name]))
    root: Any = made.trailer["/Root"]
    assert made.metadata is not None
    assert made.metadata.title == briefings[name].title
    assert made.metadata.author == "Child Protection Monitor"
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert "pdfuaid:part>1<" in re.sub(r"\s", "", root["/Metadata"].get_data().decode("utf-8"))


@pytest.mark.parametrize("name", ["Westminster", "Isles of Scilly", "London", "England"])
def test_headings_tables_and_drawings_are_tagged_as_such(
    name: str, briefings: dict[str, Briefing], pdfs: dict[str, bytes]
) -> None:
    briefing = briefings[name]
    found = tags(pdfs[name])
    kinds = [one["S"] for one in found]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == len(list(briefing.sections()))
    tables = [block for section in briefing.sections() for block in section.blocks if isinstance(block, Table)]
    assert kinds.count("/THead") == kinds.count("/Table") == len(tables)
    # Nothing is ranked of a very small council: it has no measures to learn from others in.
    assert len(tables) > (1 if name == "Isles of Scilly" else 3)
    # The first cell of each row is its header.
    assert kinds.count("/TH") - sum(len(table.heads) for table in tables) == sum(len(table.rows) for table in tables)
    assert [one["Scope"] for one in found if one["S"] == "/TH"].count("/Row") == sum(
        len(table.rows) for table in tables
    )
    # Every drawing has its words and something to which readers hang them; nothing that has none is a figure.
    drawn = [one for one in found if one["S"] == "/Figure"]
    assert [one["Alt"] for one in drawn] == [one.alt for one in strips(briefing)]
    assert all(one["full"] for one in drawn)
    assert len(strips(briefing)) == 9


def test_letters_come_with_the_file_in_the_four_faces_that_come_with_us(pdfs: dict[str, bytes]) -> None:
    faces = set()
    for made in (PdfReader(io.BytesIO(one)) for one in pdfs.values()):
        resources: list[Any] = [page["/Resources"] for page in made.pages]
        fonts = [font.get_object() for one in resources for font in one["/Font"].values()]
        assert fonts
        faces |= {font["/BaseFont"].partition("+")[2].removesuffix("-Identity-H") for font in fonts}
        for font in fonts:
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
    assert faces == {f"SourceSansPro-{face}" for face in ("Regular", "It", "Semibold", "Bold")}
    # None lies there for nothing, and the licence wants to lie beside them.
    assert {path.stem for path in FONTS.iterdir()} == {*faces, "OFL"}


def test_equal_briefings_are_equal_bytes_dated_by_the_data(db: Database, pdfs: dict[str, bytes]) -> None:
    first = pdfs["Westminster"]
    assert pdf.pdf(content.briefing(db, number(db, "Westminster"))) == first != pdfs["Isles of Scilly"]
    made = PdfReader(io.BytesIO(first)).metadata
    assert made is not None
    assert made.creation_date is not None
    assert made.creation_date.date() == db.built_at.date()


def test_no_briefing_is_longer_than_those_that_are_printed(
    db: Database, briefings: dict[str, Briefing], every_council: dict[str, Briefing]
) -> None:
    """So that what fits on two sides fits for all: by letters of a side; what is longer by a twentieth is printed."""

    def letters(briefing: Briefing) -> list[int]:
        return [len(side) for side in printed(briefing)]

    # One joint return has most to explain, and of no council Ofsted asked at greater length.
    longest = ("North Northamptonshire", "Somerset")
    others = {longest: list(every_council.values()), ("London",): [], ("England",): []}
    for names, area_ids in (
        (longest, [number(db, name) for name in longest]),
        (("London",), [LONDON]),
        (("England",), [ENGLAND]),
    ):
        others[names] += [
            content.briefing(db, area_id, one) for area_id in area_ids for one in content.benchmarks().values()
        ]
        sides = [max(side) for side in zip(*(letters(briefings[name]) for name in names), strict=True)]
        assert len(sides) == 2
        for one in others[names]:
            found = letters(one)
            assert len(found) == len(sides)
            if any(side > most * 1.05 for side, most in zip(found, sides, strict=True)):
                assert pdf_pages(pdf.pdf(one)) == printed(one), (one.name, one.about)


@pytest.mark.drill
@pytest.mark.parametrize("benchmark", [one for one in content.benchmarks() if one != "best_quarter"])
def test_each_benchmark_fits_on_two_sides(benchmark: str, db: Database) -> None:
    for area_id in (number(db, "North Northamptonshire"), "839", LONDON, ENGLAND):
        briefing = content.briefing(db, area_id, content.benchmarks()[benchmark])
        assert pdf_pages(pdf.pdf(briefing)) == printed(briefing)


@pytest.mark.drill
def test_it_takes_less_than_three_seconds_of_a_processor(db: Database) -> None:
    for area_id in ("330", ENGLAND, LONDON):
        began = time.process_time()
        pdf.pdf(content.briefing(db, area_id))
        assert time.process_time() - began < 3


@pytest.mark.slow
def test_every_briefing_is_two_sides_of_what_it_holds(db: Database) -> None:
    wrong = {}
    for area_id, name in content.areas(db).items():
        briefing = content.briefing(db, area_id)
        if pdf_pages(pdf.pdf(briefing)) != printed(briefing):
            wrong[area_id] = name
    assert wrong == {}


def test_drawings_alone_are_pictures_one_a_strip(briefings: dict[str, Briefing]) -> None:
    shown = strips(briefings["Leeds"])
    pictures = drawings(shown)
    assert len(pictures) == len(shown) == 9
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert drawings(shown[:1]) == pictures[:1]
    assert drawings([]) == []
    assert len(set(pictures)) == 9


def test_words_from_the_data_are_never_run_as_markup(briefings: dict[str, Briefing]) -> None:
    """A name such as nobody has: what would be markup or code in a template is printed as it is."""
    hostile = '#panic("no") *bold* _it_ <tag> $x^2$ \\ // "quoted" @ref ~ -- `code` [a](b)'
    briefing = replace(briefings["Isles of Scilly"], sentence=hostile)
    assert pdf_pages(pdf.pdf(briefing)) == printed(briefing)
