"""A briefing as a Word document that an office can edit: native headings, lists and tables, drawings as pictures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

from docx import Document
from docx.document import Document as Word
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from dashboard.briefings.model import Bar, Block, Briefing, Cards, Cell, Points, Section, Strip, Table, Words
from dashboard.briefings.pdf import drawings
from dashboard.data.names import PRODUCT

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Every office has it.
FONT, SIZE, SMALL = "Arial", Pt(9), Pt(7.5)
LANGUAGE = "en-GB"
WIDTH, MARGIN, PICTURE = Mm(180), Mm(15), Mm(35)
# Shade and ink of tones, as in print.
TONES = {
    "q1": ("12436D", "FFFFFF"), "q2": ("D3E5F4", "0B0C0C"), "q3": ("FDE6D9", "0B0C0C"), "q4": ("F46A25", "0B0C0C"),
    "grade-1": ("12436D", "FFFFFF"), "grade-2": ("8DBDE6", "0B0C0C"), "grade-3": ("FAC9AD", "0B0C0C"),
    "grade-4": ("F46A25", "0B0C0C"),
}  # fmt: skip
INKS = {"better": "12436D", "worse": "A33A05", "missing": "505A5F"}
GREY = "505A5F"
# No clock in it, so that equal briefings give equal bytes.
NO_DATE = (1980, 1, 1, 0, 0, 0)
APPLICATION = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>Child Protection Monitor</Application></Properties>"
)


def docx(briefing: Briefing) -> bytes:
    """The file: equal briefings give equal bytes."""
    document = Document()
    _set_up(document, briefing)
    pictures = iter(drawings(list(_strips(briefing))))
    _add(document.add_paragraph(), briefing.kicker, small=True)
    document.add_heading(briefing.name, 0)
    document.add_paragraph(briefing.sentence).runs[0].font.size = Pt(11)
    _add(document.add_paragraph(), f"{briefing.dated}. {briefing.about}", small=True)
    for section in briefing.sections():
        document.add_heading(section.title, 1)
        for block in section.blocks:
            _block(document, section, block, pictures)
    buffer = io.BytesIO()
    document.save(buffer)
    return _undated(buffer.getvalue())


def _set_up(document: Word, briefing: Briefing) -> None:
    # The library's own empty document comes with a picture of itself.
    package = document.part.package
    for name, one in list(package.rels.items()):
        if one.reltype.endswith("/thumbnail"):
            del package.rels[name]
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = MARGIN
    for name in ("Normal", "Title", "Heading 1"):
        style = document.styles[name]
        style.font.name = FONT
        properties = style.element.get_or_add_rPr()
        # A heading of the theme's would keep its own font.
        properties.get_or_add_rFonts().attrib.pop(qn("w:asciiTheme"), None)
        style.font.color.rgb = RGBColor.from_string("0B0C0C")
        language = properties.find(qn("w:lang"))
        if language is None:
            language = OxmlElement("w:lang")
            properties.append(language)
        language.set(qn("w:val"), LANGUAGE)
    normal = document.styles["Normal"]
    normal.font.size = SIZE
    normal.paragraph_format.space_after = Pt(4)
    document.styles["Heading 1"].font.size = Pt(13)
    document.styles["Heading 1"].paragraph_format.space_before = Pt(10)
    document.styles["Title"].font.size, document.styles["Title"].font.bold = Pt(24), True
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    made = datetime.combine(briefing.made_on, time(), UTC)
    about = document.core_properties
    about.title, about.subject, about.language = briefing.title, briefing.kicker, LANGUAGE
    about.author = about.last_modified_by = PRODUCT
    about.comments, about.keywords = briefing.dated, "children's social care"
    about.created = about.modified = made
    foot = page.footer.paragraphs[0]
    _add(foot, f"{PRODUCT} · {briefing.name} · {briefing.dated} · Page ", small=True)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    foot._p.append(field)


def _strips(briefing: Briefing) -> Iterator[Strip]:
    for section in briefing.sections():
        for block in section.blocks:
            if isinstance(block, Table):
                yield from (cell for row in block.rows for cell in row if isinstance(cell, Strip))


def _block(document: Word, section: Section, block: Block, pictures: Iterator[bytes]) -> None:
    if isinstance(block, Words):
        _add(document.add_paragraph(), block.text, small=block.small)
    elif isinstance(block, Points):
        for point in block.points:
            paragraph = document.add_paragraph(style="List Number" if block.numbered else "List Bullet")
            if point.link:
                _link(paragraph, point.words, point.link)
            else:
                _add(paragraph, point.words, small=block.small)
            if point.small:
                paragraph.add_run().add_break()
                _add(paragraph, point.small, small=True)
    elif isinstance(block, Cards):
        heads = tuple(card.label for card in block.cards)
        row = tuple(Cell(card.words, card.small, card.tone, strong=True) for card in block.cards)
        share = 1 / len(heads)
        _table(document, section.title, Table(heads, (row,), (share,) * len(heads)), pictures)
    else:
        if block.caption:
            _add(document.add_paragraph(), block.caption, small=True)
        _table(document, block.caption or section.title, block, pictures)


def _table(document: Word, title: str, block: Table, pictures: Iterator[bytes]) -> None:
    table = document.add_table(rows=1, cols=len(block.heads))
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    _ruled(table)
    _titled(table, title)
    widths = [int(WIDTH * width / sum(block.widths)) for width in block.widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for cell, head in zip(table.rows[0].cells, block.heads, strict=True):
        _add(cell.paragraphs[0], head, small=True, bold=True)
    for row in block.rows:
        for cell, content in zip(table.add_row().cells, row, strict=True):
            _fill(cell, content, pictures, dense=block.dense)
    for number, made in enumerate(table.rows):
        properties = made._tr.get_or_add_trPr()
        # A row stays on one page; the first is said again on the next.
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for cell, width in zip(made.cells, widths, strict=True):
            cell.width = width
            cell.paragraphs[0].paragraph_format.space_after = Pt(0)
    after = document.add_paragraph().paragraph_format
    after.space_after, after.line_spacing = Pt(0), Pt(5)


def _ruled(table: Any) -> None:
    """Give a table a line under each row and little room beside its words, as in print."""
    borders = OxmlElement("w:tblBorders")
    for side, width in (("top", 0), ("left", 0), ("bottom", 4), ("right", 0), ("insideH", 4), ("insideV", 0)):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single" if width else "nil"), ("sz", str(width)), ("color", "C9CED2")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    margins = OxmlElement("w:tblCellMar")
    # In twentieths of a point, in the order of the schema.
    for side, width in (("top", 25), ("left", 50), ("bottom", 25), ("right", 50)):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(width))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    # Where the schema has them: borders, layout, margins, look.
    properties = table._tbl.tblPr
    layout = properties.find(qn("w:tblLayout"))
    layout.addprevious(borders)
    layout.addnext(margins)


def _titled(table: Any, title: str) -> None:
    """Give a table the title that a screen reader says of it."""
    element = OxmlElement("w:tblCaption")
    element.set(qn("w:val"), title)
    table._tbl.tblPr.append(element)


def _fill(cell: _Cell, content: Cell | Strip | Bar, pictures: Iterator[bytes], *, dense: bool) -> None:
    paragraph = cell.paragraphs[0]
    if isinstance(content, Strip):
        picture = paragraph.add_run().add_picture(io.BytesIO(next(pictures)), width=PICTURE)
        about = picture._inline.docPr
        about.set("descr", content.alt)
        about.set("name", content.alt.partition(",")[0])
        return
    if isinstance(content, Bar):
        _add(paragraph, content.words, small=True)
        return
    ink = INKS.get(content.tone, "")
    if content.tone in TONES:
        shade, ink = TONES[content.tone]
        element = OxmlElement("w:shd")
        element.set(qn("w:val"), "clear")
        element.set(qn("w:fill"), shade)
        cell._tc.get_or_add_tcPr().append(element)
    _add(paragraph, content.words, small=True, bold=content.strong, ink=ink)
    if content.small:
        if dense:
            paragraph.add_run(" ")
        else:
            paragraph.add_run().add_break()
        _add(paragraph, content.small, small=True, ink=ink if content.tone in TONES else GREY)


def _add(paragraph: Paragraph, words: str, *, small: bool = False, bold: bool = False, ink: str = "") -> None:
    run = paragraph.add_run(words)
    run.bold = bold or None
    if small:
        run.font.size = SMALL
    if ink:
        run.font.color.rgb = RGBColor.from_string(ink)


def _link(paragraph: Paragraph, words: str, address: str) -> None:
    target = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), target)
    run = paragraph.add_run(words)
    run.font.size = SMALL
    run.font.color.rgb = RGBColor.from_string("12436D")
    run.font.underline = True
    link.append(run._r)
    paragraph._p.append(link)


def _undated(content: bytes) -> bytes:
    """The same package, its members without the hour in which they were written."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in made.infolist():
            # The template says that another program made it, on another day.
            content = APPLICATION.encode() if one.filename == "docProps/app.xml" else made.read(one)
            packed.writestr(zipfile.ZipInfo(one.filename, NO_DATE), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
