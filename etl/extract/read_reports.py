"""Ofsted's inspection reports (PDF): the lines of title, grades and the section on what needs to improve.

Ofsted sets running headers, footnotes and their marks smaller than its text, and page numbers larger: what is set in
another size than the text of its page, is left out. Nothing else is judged here.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

from etl.extract.read_csv import Cell, kind
from etl.model import AGAIN, SourceError
from etl.readers.inspections import GRADES
from etl.readers.recommendations import BULLETS, GRADED, SECTION, TITLE

# Set at least this large, in parts of the text of the page: footnotes have 0.83, their marks less.
SMALLEST = 0.85
# A number alone that is set larger than this is the number of the page.
PAGE_NUMBER = 1.3
_HEADING = re.compile(r"what needs to improve\s*\??\d?", re.IGNORECASE)
# What follows the section: a judgement, or the first numbered paragraph.
_NEXT = re.compile(r"The (experiences and progress|impact of leaders)\b|1\.\s")
_TITLE = re.compile(r"inspection of\b", re.IGNORECASE)
_AFTER_TITLE = re.compile(r"(lead inspector|judgement)\b", re.IGNORECASE)
# The table of grades has so many lines at most, and each grade ends one.
_TABLE, _TABLE_LINES = re.compile(r"judgement\b", re.IGNORECASE), 16
_GRADE_ENDS = tuple(words for grade in GRADES for words in (grade, " ".join(grade.split()[-2:])))

# What is wrong with a file is said by the errors below.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def report_cells(content: bytes, name: str) -> list[Cell]:
    """The lines of a report that we use; columns `page`, `part` (TITLE, GRADED or SECTION) and `text`.

    Raises SourceError: E_MAGIC, E_ENCRYPTED, E_TORN, E_NO_TITLE or E_NO_SECTION.
    """
    if not content.lstrip().startswith(b"%PDF"):
        raise SourceError("E_MAGIC", f"this is {kind(content) or 'something else'}, not a PDF.", AGAIN, name)
    try:
        reader = PdfReader(io.BytesIO(content), strict=True)
        if reader.is_encrypted:
            raise _locked(name)
        pages = _pages(reader)
        first = next(pages)
        lines = [*_title(first[1], name), *_graded(first[1]), *_section(chain([first], pages), name)]
    except SourceError:
        raise
    except (DependencyError, FileNotDecryptedError) as error:  # AES needs a library that we have no other use for
        raise _locked(name) from error
    except Exception as error:  # pypdf raises its own classes and bare ones alike
        raise SourceError("E_TORN", f"the PDF is cut or damaged ({error}).", AGAIN, name) from error
    return [
        (name, "", line, column, text)
        for line, (page, part, words) in enumerate(lines, start=1)
        for column, text in (("page", str(page)), ("part", part), ("text", words))
    ]


def _locked(name: str) -> SourceError:
    remedy = "Save it without a password, or download it from Ofsted's site, whose reports have none."
    return SourceError("E_ENCRYPTED", "the PDF is encrypted.", remedy, name)


def _title(lines: Iterable[str], name: str) -> Iterator[tuple[int, str, str]]:
    """The lines of the first page from "Inspection of" to the dates of the inspection."""
    begun = False
    for line in lines:
        begun = begun or bool(_TITLE.match(line))
        if begun and _AFTER_TITLE.match(line):
            return
        if begun:
            yield 1, TITLE, line
    what = 'the first page does not begin with "Inspection of ...", its dates and the judgements.'
    raise SourceError("E_NO_TITLE", what, "Take the report of an inspection of a local authority.", name)


def _graded(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """The lines of the first page below "Judgement", to the last of them that ends with a grade."""
    begins = next((at for at, line in enumerate(lines, start=1) if _TABLE.match(line)), len(lines))
    table = lines[begins : begins + _TABLE_LINES]
    ends = max((at for at, line in enumerate(table, start=1) if line.endswith(_GRADE_ENDS)), default=0)
    for line in table[:ends]:
        yield 1, GRADED, line


def _section(pages: Iterable[tuple[int, list[str]]], name: str) -> Iterator[tuple[int, str, str]]:
    """The lines below the heading of the section, to the next heading; it may go on over pages."""
    begun = False
    for number, lines in pages:
        for line in lines:
            if begun and _NEXT.match(line):
                return
            if begun:
                yield number, SECTION, line
            begun = begun or bool(_HEADING.fullmatch(line))
    what = (
        'the section "What needs to improve?" has no end.' if begun else 'it has no section "What needs to improve?".'
    )
    raise SourceError("E_NO_SECTION", what, "Look whether it is the report of an inspection.", name)


def _pages(reader: PdfReader) -> Iterator[tuple[int, list[str]]]:
    """Each page when it is asked for: its number, and its lines that are set as text or as a heading."""
    letters: Counter[float] = Counter()
    for number, page in enumerate(reader.pages, start=1):
        runs = _runs(page)
        for text, size in runs:
            letters[round(size, 1)] += len(text.strip())
        # Of all pages so far, since one may hold little but a footnote.
        body = letters.most_common(1)[0][0] if letters else 0.0
        kept = "".join(text if _is_text(text.strip(), size, body) else "\n" * text.count("\n") for text, size in runs)
        # A soft hyphen at the end of a line divides a word.
        lines = re.sub(r"\u00ad\s*\n?\s*", "", kept).split("\n")
        yield number, [line for line in (" ".join(line.split()) for line in lines) if line]


def _runs(page: PageObject) -> list[tuple[str, float]]:
    """The text of a page, each part with the size in which it is set."""
    runs: list[tuple[str, float]] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        scale = ((tm[0] ** 2 + tm[1] ** 2) * (cm[0] ** 2 + cm[1] ** 2)) ** 0.5
        runs.append((text, abs(size) * scale))

    page.extract_text(visitor_text=visit)
    return runs


def _is_text(text: str, size: float, body: float) -> bool:
    if not text or text[0] in BULLETS:
        return True
    return size >= SMALLEST * body and not (text.isdigit() and size > PAGE_NUMBER * body)
