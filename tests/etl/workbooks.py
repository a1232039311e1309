"""Workbooks that are not what they should be, made up: packed, named, locked or written in a bad way."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from string import ascii_uppercase

from tests.etl.synthetic import OFFICIAL, spreadsheet

CONTENT = "content.xml"
# How an Excel workbook of before 2007 begins, and any that Excel has locked.
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def zipped(name: str, content: bytes | str) -> bytes:
    """A ZIP file of one member."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return made.getvalue()


def repacked(
    whole: bytes,
    *,
    member: str = "",
    content: bytes | str = b"",
    times: int = 1,
    change: Callable[[zipfile.ZipInfo], None] = lambda _info: None,
) -> bytes:
    """A ZIP file with `times` members more, or one replaced. `change` alters what the directory says of it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != member or times > 1:
                new.writestr(info, old.read(info), zipfile.ZIP_DEFLATED)
        for number in range(times):
            new.writestr(zipfile.ZipInfo(member if times == 1 else f"{member}{number}"), content, zipfile.ZIP_DEFLATED)
        change(new.filelist[-1])
    return made.getvalue()


def xml_of(whole: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return archive.read(CONTENT).decode()


def rewritten(old: str, new: str) -> bytes:
    """The official file with its XML changed at one place."""
    whole = spreadsheet(OFFICIAL)
    xml = xml_of(whole)
    assert xml.count(old) >= 1
    return repacked(whole, member=CONTENT, content=xml.replace(old, new, 1))


def declaring(entities: str, used: str) -> bytes:
    """The official file, whose XML declares entities and uses one for Camden's name."""
    whole = spreadsheet(OFFICIAL)
    xml = xml_of(whole).replace(">Camden<", f">&{used};<")
    return repacked(whole, member=CONTENT, content=f"<!DOCTYPE bad [{entities}]>{xml}")


LAUGHS = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
ELSEWHERE = '<!ENTITY file SYSTEM "file:' + '///etc/passwd">'


_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _relation(kind: str, target: str) -> str:
    one = f'<Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{one}</Relationships>'


def excel(**cells: str) -> bytes:
    """An Excel workbook of one sheet with these texts at these places."""
    rows = "".join(
        f'<row r="{place.lstrip(ascii_uppercase)}"><c r="{place}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for place, text in cells.items()
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types"/>')
        archive.writestr("_rels/.rels", _relation("officeDocument", "xl/workbook.xml"))
        archive.writestr("xl/_rels/workbook.xml.rels", _relation("worksheet", "worksheets/sheet1.xml"))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>",
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return made.getvalue()
