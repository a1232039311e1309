"""Briefings as files: each form with what makes it, and packs of many."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from dashboard.analysis.benchmarks import Benchmark
from dashboard.briefings import content, docx, pdf, web
from dashboard.briefings.model import Briefing
from dashboard.briefings.urls import FORMS, file_name
from dashboard.data.database import Database
from dashboard.data.names import PRODUCT
from dashboard.files.exports import citation

# What is compressed within is only put into a pack.
STORED = ("pdf", "docx")


@dataclass(frozen=True)
class Form:
    """One form of a briefing."""

    suffix: str
    label: str
    media_type: str
    render: Callable[[Briefing], bytes]
    shown: bool
    """Whether a browser shows it; else it is saved."""


KINDS = {
    form.suffix: form
    for form in (
        Form("pdf", FORMS["pdf"], pdf.MEDIA_TYPE, pdf.pdf, True),
        Form("docx", FORMS["docx"], docx.MEDIA_TYPE, docx.docx, False),
        Form("html", FORMS["html"], web.MEDIA_TYPE, web.web, True),
    )
}


def pack(
    file: BinaryIO, db: Database, area_ids: Sequence[str], forms: Sequence[str], benchmark: Benchmark
) -> Generator[tuple[int, str]]:
    """Write a ZIP file of briefings, one at a time: yields how many are in it and whose is next (nobody's at last).

    Only what is in the file is kept; who stops asking stops it. The file is whole once the last was yielded. Its
    members bear no date of today, so that equal packs are equal bytes.
    """
    names = content.areas(db)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        _add(packed, "README.txt", _readme(db, len(area_ids), benchmark).encode())
        for done, area_id in enumerate(area_ids):
            yield done, names.get(area_id, area_id)
            found = content.briefing(db, area_id, benchmark)
            for form in forms:
                _add(packed, file_name(area_id, found.name, form), KINDS[form].render(found))
    yield len(area_ids), ""


def _add(packed: zipfile.ZipFile, name: str, member: bytes) -> None:
    # Without a date of its own, a member is of 1 January 1980.
    how = zipfile.ZIP_STORED if name.endswith(STORED) else zipfile.ZIP_DEFLATED
    packed.writestr(zipfile.ZipInfo(name), member, how)


def _readme(db: Database, count: int, benchmark: Benchmark) -> str:
    return (
        f"{PRODUCT}: {count} briefing{'' if count == 1 else 's'}\n\nFigures as they stood on {db.built_at:%-d %B %Y}, "
        f"data version {db.data_version}. Compared with: {benchmark.title}.\n\n{citation(db, ())}\n"
    )
