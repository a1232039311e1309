"""The parts of an Excel workbook that are the same for all tables: styles, the list of sheets, relationships."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PART = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# The styles of cells, by their place in `styles`.
BOLD, DAY, MOMENT, WRAPPED, BOLD_WRAPPED = 1, 2, 3, 4, 5
FORMATS = {"164": r"yyyy\-mm\-dd", "165": r"yyyy\-mm\-dd\ hh:mm:ss"}
FONT = '<sz val="11"/><name val="Calibri"/><family val="2"/>'
WRAP = '<alignment vertical="top" wrapText="1"/></xf>'


def parts(names: Sequence[str], filtered: Sequence[str | None]) -> dict[str, str]:
    """Every part but the sheets and their text: name -> XML.

    `names` are those of the sheets; `filtered` the range of each that its names of columns filter, if any.
    """
    return {
        "[Content_Types].xml": _content_types(len(names)),
        "_rels/.rels": _relationships([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(names, filtered),
        "xl/_rels/workbook.xml.rels": _relationships(
            [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(names) + 1)]
            + [("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")]
        ),
        "xl/styles.xml": _styles(),
    }


def _content_types(sheets: int) -> str:
    kinds = {"/xl/workbook.xml": "sheet.main", "/xl/styles.xml": "styles", "/xl/sharedStrings.xml": "sharedStrings"}
    kinds |= {f"/xl/worksheets/sheet{number}.xml": "worksheet" for number in range(1, sheets + 1)}
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(
            f'<Override PartName="{name}" ContentType="{PART}.{kind}+xml"/>' for name, kind in sorted(kinds.items())
        )
        + "</Types>"
    )


def _relationships(to: Sequence[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(to, start=1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'


def _quoted(name: str) -> str:
    """A sheet's name in a reference: in quotes, unless it is one plain word."""
    return name if name.isalpha() and name.isascii() else "'" + name.replace("'", "''") + "'"


def _workbook(names: Sequence[str], filtered: Sequence[str | None]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    # A range to filter by has a hidden name too; without it Excel takes the file for damaged.
    ranges = "".join(
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{place}" hidden="1">{escape(_quoted(name))}!{where}'
        "</definedName>"
        for place, (name, where) in enumerate(zip(names, filtered, strict=True))
        if where
    )
    return (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{sheets}</sheets>{f'<definedNames>{ranges}</definedNames>' if ranges else ''}</workbook>"
    )


def _styles() -> str:
    formats = "".join(f'<numFmt numFmtId="{number}" formatCode="{code}"/>' for number, code in FORMATS.items())
    cells = (
        _cell(),
        _cell(font=1, rest=' applyFont="1"/>'),
        _cell(number=164, rest=' applyNumberFormat="1"/>'),
        _cell(number=165, rest=' applyNumberFormat="1"/>'),
        _cell(rest=f' applyAlignment="1">{WRAP}'),
        _cell(font=1, rest=f' applyFont="1" applyAlignment="1">{WRAP}'),
    )
    return (
        f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="{len(FORMATS)}">{formats}</numFmts>'
        f'<fonts count="2"><font>{FONT}</font><font><b/>{FONT}</font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(cells)}">{"".join(cells)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )


def _cell(*, number: int = 0, font: int = 0, rest: str = "/>") -> str:
    return f'<xf numFmtId="{number}" fontId="{font}" fillId="0" borderId="0" xfId="0"{rest}'
