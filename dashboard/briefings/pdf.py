"""A briefing as PDF: two sides of A4, tagged and titled, with real text and drawings that have words for them."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import is_dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Literal

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from dashboard.briefings.model import Briefing, Strip
from dashboard.data.names import PRODUCT
from dashboard.views.svg.typesetting import Typesetter

MEDIA_TYPE = "application/pdf"
HERE = Path(__file__).parent
# What a screen reader needs of a PDF: tags, a title, a language, words for every drawing (PDF/UA-1).
STANDARD: Literal["ua-1"] = "ua-1"
# Dots an inch of drawings for Word, as printers have them.
RESOLUTION = 300.0

_typesetter = Typesetter(HERE)


def pdf(briefing: Briefing) -> bytes:
    """The file: equal briefings give equal bytes, whenever and wherever they are made."""
    data = json.dumps(as_json(briefing), ensure_ascii=False)
    # Its date is that of the data: a clock would make two of the same differ.
    made = datetime.combine(briefing.made_on, time(), UTC)
    content = _typesetter.compile(
        "briefing.typ", format="pdf", sys_inputs={"briefing": data}, pdf_standards=[STANDARD], timestamp=made
    )
    assert isinstance(content, bytes)
    return _with_row_headers(content)


def _with_row_headers(content: bytes) -> bytes:
    """The file with the first cell of each row marked as its header, for which Typst's Python package has no way."""
    writer = PdfWriter(clone_from=io.BytesIO(content))
    found: list[Any] = [writer.root_object["/StructTreeRoot"]]
    while found:
        node = found.pop().get_object()
        if isinstance(node, list):
            found += node
        elif isinstance(node, DictionaryObject) and node.get("/S") == "/TR":
            cells: Any = node["/K"]
            first = cells[0].get_object()
            if first["/S"] == "/TD":
                attributes = {NameObject("/O"): NameObject("/Table"), NameObject("/Scope"): NameObject("/Row")}
                first.update({NameObject("/S"): NameObject("/TH"), NameObject("/A"): DictionaryObject(attributes)})
        elif isinstance(node, DictionaryObject) and "/K" in node:
            found.append(node["/K"])
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def drawings(strips: Sequence[Strip]) -> list[bytes]:
    """Strips as PNG pictures, in their order; none for none."""
    if not strips:
        return []
    data = json.dumps([_plain(one) for one in strips], ensure_ascii=False)
    found = _typesetter.compile("drawings.typ", format="png", sys_inputs={"strips": data}, ppi=RESOLUTION)
    return [found] if isinstance(found, bytes) else found


def as_json(briefing: Briefing) -> dict[str, Any]:
    """A briefing as the template reads it: each part with the kind of thing it is."""
    return {
        "product": PRODUCT,
        "title": briefing.title,
        "dated": briefing.dated,
        "name": briefing.name,
        "kicker": briefing.kicker,
        "about": briefing.about,
        "sentence": briefing.sentence,
        "pages": [[_plain(section) for section in page] for page in briefing.pages],
    }


def _plain(part: Any) -> Any:
    if is_dataclass(part) and not isinstance(part, type):
        kind = type(part).__name__.lower()
        return {"kind": kind, **{name: _plain(getattr(part, name)) for name in part.__dataclass_fields__}}
    return [_plain(one) for one in part] if isinstance(part, tuple) else part
