"""Synthetic inspection reports: small PDFs set as Ofsted sets its own, with words of our own."""

from __future__ import annotations

import io
from collections.abc import Sequence

from pypdf import PdfWriter
from pypdf.generic import ContentStream, DictionaryObject, NameObject, StreamObject

Line = tuple[str, float] | str
"""A line of text, set in TEXT unless a size follows; `{1}` in it is a mark of a footnote."""
TEXT, HEADING, SMALL, MARK, NUMBER = 12.0, 16.0, 9.96, 8.0, 20.0
NAME = "80549_sandwell___-_02_december_2025.pdf"
TITLE: tuple[Line, ...] = (
    ("Inspection of Sandwell local authority", 22.0),
    ("children’s services", 22.0),
    ("Inspection dates: 13 to 24 October 2025", 14.0),
    ("Lead inspector: Synthetic Name, His Majesty’s Inspector", 14.0),
    "Judgement Grade",
    "A synthetic report, made for a test. It has more words in the size of its text than in",
    "the sizes of its headings, as a report has, whose first page ends with a summary.",
)
FURNITURE: tuple[Line, ...] = (
    ("1 The areas for improvement have been cross-referenced with the national framework.", SMALL),
    ("Inspection of Sandwell local authority children’s services", MARK),
    ("2", NUMBER),
)
NEXT: tuple[Line, ...] = (
    ("The experiences and progress of children who need help", 14.0),
    "1. Children are helped. So that the text of this page is told from its furniture,",
    "as on a page of a report, there must be more of it: here it is, in two lines.",
)
POINTS: tuple[Line, ...] = (
    "• The quality of pathway plans for care leavers.{1} (outcome 4, national",
    "framework)",
    "• How well leaders oversee supervision. (enabler two)",
)


def report(
    points: Sequence[Line] = POINTS, title: Sequence[Line] = TITLE, heading: str = "What needs to improve?{1}",
    after: Sequence[Line] = NEXT, password: str = "",
) -> bytes:  # fmt: skip
    """A report of two pages: the title, and the section with the furniture of a page at its end."""
    return pdf([title, [(heading, HEADING), *points, *after, *FURNITURE]], password)


def pdf(pages: Sequence[Sequence[Line]], password: str = "") -> bytes:
    """A PDF with these lines on its pages."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    for lines in pages:
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F"): writer._add_object(font)})}
        )
        stream = StreamObject()
        stream.set_data("".join(_set(lines)).encode("cp1252"))
        page[NameObject("/Contents")] = writer._add_object(ContentStream(stream, writer))
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _set(lines: Sequence[Line]) -> list[str]:
    found = []
    for at, line in enumerate(lines):
        text, size = (line, TEXT) if isinstance(line, str) else line
        runs = [f"BT /F {size} Tf 70 {780 - 24 * at} Td "]
        for index, part in enumerate(text.split("{1}")):
            escaped = part.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            mark = f"/F {MARK} Tf 4 Ts (1) Tj 0 Ts /F {size} Tf " if index else ""
            runs.append(f"{mark}({escaped}) Tj ")
        found.append("".join(runs) + "ET\n")
    return found
