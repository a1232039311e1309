"""Filled-in templates, right and wrong in every way there is a name for: made up, of Leeds, and made here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import xlsxwriter

from dashboard.files.pages.local_figures import TEMPLATE
from dashboard.files.uploads.checking import MAX_ERRORS
from dashboard.files.uploads.reading import MAX_COLUMNS, MAX_FIELD, MAX_ROWS
from dashboard.files.uploads.workbook import SHEET

LEEDS = "383"
HEADER = list(TEMPLATE)
ODS_NAMES = " ".join(f'xmlns:{name}="urn:{name}"' for name in ("office", "style", "table", "text"))
# Excel's workbooks of before 2007 begin so, and any that Excel has locked.
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
Value = str | float | None
Row = list[Any]


def row(
    value: Any = None,
    numerator: Any = None,
    denominator: Any = None,
    *,
    metric: str = "vacancy_rate",
    title: str = "Social worker vacancy rate",
    number: Any = LEEDS,
    area: str = "Leeds",
) -> Row:
    """A row of the template, of Leeds' vacancy rate until told otherwise."""
    return [number, area, metric, title, "%", "30 September 2025", 2.1, "in percent", value, numerator, denominator]


CASELOAD = row(14.8, metric="caseload", title="Average caseload")


def csv(*rows: Row, header: Sequence[str] = HEADER, delimiter: str = ",") -> bytes:
    """Rows as Excel saves them as CSV, quotation marks only where they are needed."""

    def field(one: Any) -> str:
        text = "" if one is None else str(one)
        return f'"{text}"' if delimiter in text or '"' in text else text

    return "".join(delimiter.join(map(field, one)) + "\r\n" for one in (header, *rows)).encode()


def xlsx(
    *rows: Row,
    header: Sequence[str] = HEADER,
    sheet: str = SHEET,
    change: Callable[[xlsxwriter.Workbook, Any], None] = lambda _book, _sheet: None,
) -> bytes:
    """Rows as a workbook; `change` has the last word on book and sheet."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        for line, cells in enumerate([list(header), *rows]):
            for column, one in enumerate(cells):
                if one is not None:
                    (page.write_number if isinstance(one, float | int) else page.write_string)(line, column, one)
        change(book, page)
    return made.getvalue()


def ods(*rows: Row, header: Sequence[str] = HEADER, sheet: str = SHEET, hidden: bool = False, more: str = "") -> bytes:
    """Rows as a workbook of LibreOffice, which says how often a cell or row is repeated; a cell may be markup."""

    def cell(one: Any) -> str:
        if isinstance(one, str) and one.startswith("<table"):
            return one
        if one is None:
            return '<table:table-cell table:number-columns-repeated="1"/>'
        if isinstance(one, str):
            return f'<table:table-cell office:value-type="string"><text:p>{one}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{one}"><text:p>x</text:p></table:table-cell>'

    def lines() -> str:
        return "".join(f"<table:table-row>{''.join(map(cell, one))}</table:table-row>" for one in (header, *rows))

    content = (
        f'<office:document-content {ODS_NAMES}><office:automatic-styles><style:style style:name="ta1">'
        f'<style:table-properties table:display="{str(not hidden).lower()}"/></style:style></office:automatic-styles>'
        f'<office:body><office:spreadsheet><table:table table:name="{sheet}" table:style-name="ta1">{lines()}'
        '<table:table-row table:number-rows-repeated="999999"><table:table-cell table:number-columns-repeated="16384"/>'
        f"</table:table-row></table:table>{more}</office:spreadsheet></office:body></office:document-content>"
    )
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def typed(kind: str, attributes: str) -> str:
    """A cell of `ods` with attributes of its own."""
    return f'<table:table-cell office:value-type="{kind}" {attributes}><text:p>x</text:p></table:table-cell>'


def with_format(value: float, code: str) -> bytes:
    """A value formatted as Excel would by itself, after "14.2%" or "14-Feb" was typed."""

    def change(book: Any, sheet: Any) -> None:
        sheet.write_number(1, HEADER.index("your_value"), value, book.add_format({"num_format": code}))

    return xlsx(row(), CASELOAD, change=change)


def with_formula(formula: str = "=7/50*100", column: str = "your_value") -> bytes:
    def change(_book: Any, sheet: Any) -> None:
        sheet.write_formula(1, HEADER.index(column), formula, value=14.0)

    return xlsx(row(14.2), CASELOAD, change=change)


def with_sheets(*names: str, hidden: bool = False, first: str = SHEET) -> bytes:
    def change(book: Any, _sheet: Any) -> None:
        for name in names:
            other = book.add_worksheet(name)
            other.write_string(0, 0, "made-up name of a child")
            if hidden:
                other.hide()

    return xlsx(row(14.2), sheet=first, change=change)


def repacked(
    whole: bytes, member: str, content: bytes | str, change: Callable[[zipfile.ZipInfo], None] | None = None
) -> bytes:
    """A workbook with one part replaced or added; `change` alters what its directory says of that part."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != member:
                new.writestr(info, old.read(info), zipfile.ZIP_DEFLATED)
        new.writestr(zipfile.ZipInfo(member), content, zipfile.ZIP_DEFLATED)
        if change:
            change(new.filelist[-1])
    return made.getvalue()


def part(whole: bytes, member: str) -> str:
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return archive.read(member).decode()


def zipped(member: str, content: bytes = b"made up") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(member, content)
    return made.getvalue()


GOOD = xlsx(row(14.2, 71.0, 500.0), CASELOAD)
SHEET_XML = "xl/worksheets/sheet1.xml"


def _locked(info: zipfile.ZipInfo) -> None:
    info.flag_bits |= 1


def _laughing() -> bytes:
    laughs = '<!ENTITY a "ha">' + "".join(f'<!ENTITY {n} "{f"&{p};" * 10}">' for p, n in pairwise("abcdefgh"))
    xml = part(GOOD, SHEET_XML)
    start = xml.index("<worksheet")
    return repacked(GOOD, SHEET_XML, f"{xml[:start]}<!DOCTYPE bad [{laughs}]>{xml[start:]}")


def _far_away() -> bytes:
    def change(_book: Any, sheet: Any) -> None:
        for line in range(1_000):
            sheet.write_number(line, 40, 1)

    return xlsx(row(14.2), change=change)


@dataclass(frozen=True)
class Bad:
    """A file of which something is not taken: by which rule, on which line, in which column, and why it is bad."""

    rule: str
    content: bytes
    line: int | None
    column: str = ""
    taken: int = 0
    """How many other figures of it are taken all the same."""
    about: str = ""


def _value(rule: str, value: Any, about: str, *counts: Any, column: str = "your_value", **names: Any) -> Bad:
    """One bad row of a CSV file with a good one behind it."""
    return Bad(rule, csv(row(value, *counts, **names), CASELOAD), 2, column, 1, about)


BAD = (
    # Files that are none, or not this one.
    Bad("E_EMPTY", b"", None, about="no bytes"),
    Bad("E_EMPTY", b" \r\n\r\n", None, about="blank lines alone"),
    Bad("E_EMPTY", bytes(2_000), None, about="NUL characters alone"),
    Bad("E_EMPTY", xlsx(header=()), None, about="a workbook without a cell"),
    Bad("E_TOO_LARGE", csv(*[row(14.2)] * 20_000), None, about="more bytes than are read"),
    Bad("E_TOO_LARGE", _far_away(), None, about="a workbook of many cells"),
    Bad("E_MAGIC", b"%PDF-1.7 made up", None, about="a PDF"),
    Bad("E_MAGIC", b"<!DOCTYPE html><p>Sign in", None, about="a sign-in page"),
    Bad("E_MAGIC", b'{"error": "made up"}', None, about="JSON"),
    Bad("E_MAGIC", OLD_EXCEL, None, about="an Excel workbook of before 2007"),
    Bad("E_MAGIC", zipped("content.xml"), None, about="an OpenDocument file"),
    Bad("E_MAGIC", zipped("xl/workbook.bin"), None, about="a binary workbook"),
    Bad("E_MAGIC", zipped("made-up.csv", csv(row(14.2))), None, about="a CSV file in a ZIP file"),
    Bad("E_LOCKED", OLD_EXCEL + "EncryptedPackage".encode("utf-16-le"), None, about="locked by Excel"),
    Bad("E_LOCKED", repacked(GOOD, "xl/made-up.xml", "<a/>", _locked), None, about="a locked part"),
    Bad("E_MACROS", repacked(GOOD, "xl/vbaProject.bin", b"made up"), None, about="macros"),
    Bad("E_ZIP_SIZE", repacked(GOOD, "xl/media/made-up.bmp", bytes(30_000_000)), None, about="a ZIP bomb"),
    Bad("E_ZIP_SIZE", repacked(GOOD, "xl/media/made-up.bmp", bytes(1_000_000)), None, about="packed a thousandfold"),
    Bad("E_ENTITIES", _laughing(), None, about="a billion laughs"),
    Bad("E_SPREADSHEET", GOOD[: len(GOOD) // 2], None, about="a workbook cut in two"),
    Bad("E_SPREADSHEET", repacked(GOOD, SHEET_XML, part(GOOD, SHEET_XML)[:-40]), None, about="a sheet that is cut"),
    Bad("E_SPREADSHEET", repacked(GOOD, "xl/sharedStrings.xml", "<sst/>"), None, about="texts that are not there"),
    Bad("E_HIDDEN_SHEET", with_sheets("Children", hidden=True), None, about="a hidden sheet"),
    Bad("E_SHEET", with_sheets("Working", "More", first="Sheet1"), None, about="no sheet of the template's name"),
    Bad("E_NUL", csv(row("14\0.2"), CASELOAD), 2, about="a NUL character"),
    Bad("E_NUL", csv(row(14.2)).decode().encode("utf-16-le"), 1, about="UTF-16 that does not say so"),
    Bad("E_ENCODING", b"\xff\xfe" + csv(row(14.2)).decode().encode("utf-16-le") + b"\0", None, about="half a letter"),
    Bad("E_ENCODING", csv(row(14.2, title="Café"), CASELOAD).decode().encode("cp1252"), 2, "metric", 1, "not UTF-8"),
    Bad("E_DELIMITER", csv(row(14.2), delimiter="|"), 1, about="strokes"),
    Bad("E_QUOTES", csv(CASELOAD) + b'383,"Leeds,vacancy_rate\r\n', 3, about="a quotation mark that is not closed"),
    Bad("E_FIELD_SIZE", csv(row(14.2, area="L" * (MAX_FIELD + 1))), 2, about="a cell of a thousand letters"),
    Bad("E_FIELD_SIZE", csv(row(14.2, area="L" * 200_000)), 2, about="a cell of 200,000 letters"),
    Bad("E_FIELD_SIZE", xlsx(row(14.2, area="L" * (MAX_FIELD + 1))), 2, about="the same in a workbook"),
    Bad("E_TOO_MANY_ROWS", csv(*[row(14.2)] * (MAX_ROWS + 1)), None, about="too many rows"),
    Bad("E_TOO_MANY_ROWS", xlsx(*[row(14.2)] * (MAX_ROWS + 1)), None, about="too many rows in a workbook"),
    Bad("E_TOO_MANY_COLUMNS", csv(header=["made_up"] * (MAX_COLUMNS + 1)), 1, about="too many columns"),
    Bad("E_TOO_MANY_COLUMNS", xlsx(header=["made_up"] * (MAX_COLUMNS + 1)), None, about="too many in a workbook"),
    Bad("E_DUP_COLUMN", csv(row(14.2), header=[*HEADER[:-1], "your value"]), 1, about="a column twice"),
    Bad("E_NOT_TEMPLATE", csv(["Leeds", 14.2], header=["Council", "Vacancies"]), 1, about="another table"),
    Bad("E_NOT_TEMPLATE", csv(["caseload", 15], header=["metric_id", "value"]), 1, about="of no council"),
    Bad("E_HIDDEN_SHEET", ods(row(14.2), hidden=True), None, about="a hidden sheet of LibreOffice"),
    Bad("E_SPREADSHEET", ods(row(14.2))[:-40], None, about="a workbook of LibreOffice that is cut"),
    Bad("E_SHEET", ods(row(14.2), sheet="A", more='<table:table table:name="B"/>'), None, about="which of two"),
    Bad("E_TOO_LARGE", ods([typed("string", 'table:number-columns-repeated="99999"')]), None, about="a cell for ever"),
    Bad("E_FORMULA", ods(row(typed("float", 'table:formula="of:=1+1" office:value="2"'))), 2, "I (your_value)",
        about="a formula of LibreOffice"),
    Bad("E_PERCENT_SIGN", ods(row(typed("percentage", 'office:value="0.142"'))), 2, "I (your_value)",
        about="a percentage of LibreOffice"),
    Bad("E_DATE", ods(row(typed("date", 'office:date-value="2026-02-14"'))), 2, "I (your_value)",
        about="a date of LibreOffice"),
    Bad("E_NO_VALUES", csv(row(), row(metric="caseload")), None, about="nothing filled in"),
    Bad("E_TOO_MANY_ERRORS", csv(*[row("x")] * (MAX_ERRORS + 2), CASELOAD), 2, about="nothing but wrong rows"),
    Bad("E_TOO_MANY_ERRORS", csv(*[[1]] * (MAX_ERRORS + 1)), 2, about="nothing but cut rows"),
    # Rows that are not this council's, or not a measure's.
    Bad("E_FIELD_COUNT", csv(row(14.2)[:-2], CASELOAD), 2, "", 1, "a row that is cut"),
    Bad("E_FIELD_COUNT", csv([*row(14.2), 1, 2], CASELOAD), 2, "", 1, "a row too long"),
    _value("E_WRONG_COUNCIL", 14.2, "another council's number", number="382", column="la_number"),
    _value("E_WRONG_COUNCIL", 14.2, "another council's name", area="Kirklees", column="area"),
    _value("E_WRONG_COUNCIL", 14.2, "no council's number", number="999", column="la_number"),
    _value("E_WRONG_COUNCIL", 14.2, "no number", number=None, column="la_number"),
    _value("E_UNKNOWN_MEASURE", 14.2, "a slip in the id", metric="vacancy_rat", column="metric_id"),
    _value("E_UNKNOWN_MEASURE", 14.2, "no id", metric="", column="metric_id"),
    _value("E_UNKNOWN_MEASURE", 14.2, "no name", title="", column="metric"),
    _value("E_MEASURE_MISMATCH", 14.2, "a column sorted alone", title="Average caseload", column="metric"),
    _value(
        "E_JUDGEMENT", 1, "a judgement", metric="judgement_leaders", title="Ofsted judgement: impact of leaders",
        column="metric_id",
    ),
    Bad("E_DUPLICATE", csv(row(14.2), CASELOAD, row(14.3)), 4, "metric_id", 1, "two values"),
    Bad("E_DUPLICATE", csv(row(14.2), row(14.2), row(14.2), CASELOAD), 3, "metric_id", 1, "the same thrice"),
    # Cells that hold no number.
    Bad("E_FORMULA", with_formula(), 2, "I (your_value)", 1, "a formula"),
    Bad("E_FORMULA", with_formula('="vacancy"&"_rate"', "metric_id"), 2, "C (metric_id)", 1, "a formula for an id"),
    _value("E_FORMULA", "=7/50*100", "a formula as text"),
    _value("E_FORMULA", "@SUM(A1)", "a formula of another spreadsheet"),
    Bad("E_PERCENT_SIGN", with_format(0.142, "0.0%"), 2, "I (your_value)", 1, "a percentage as Excel keeps it"),
    _value("E_PERCENT_SIGN", "14.2%", "a percent sign"),
    _value("E_PERCENT_SIGN", "14.2 %", "a percent sign after a space"),
    _value("E_POUND_SIGN", "£1200", "a pound sign"),
    _value("E_THOUSANDS", "1,234.5", "thousands parted by a comma"),
    _value("E_THOUSANDS", "1 234", "thousands parted by a space"),
    _value("E_THOUSANDS", "1,234", "thousands, or a decimal comma"),
    _value("E_DECIMAL_COMMA", "14,2", "a decimal comma"),
    Bad("E_DATE", with_format(45_702, "d-mmm"), 2, "I (your_value)", 1, "a date as Excel makes one of 14-2"),
    Bad("E_DATE", with_format(0.6, "h:mm"), 2, "I (your_value)", 1, "a time"),
    _value("E_DATE", "14-Feb", "a date"),
    _value("E_DATE", "30/09/2026", "a day"),
    _value("E_EXCEL_ERROR", "#DIV/0!", "an error"),
    Bad("E_EXCEL_ERROR", repacked(GOOD, SHEET_XML, part(GOOD, SHEET_XML).replace(
        '<c r="I2"><v>14.2</v></c>', '<c r="I2" t="e"><v>#REF!</v></c>')), 2, "I (your_value)", 1, "one of a workbook"),
    _value("E_NOT_FINITE", "NaN", "not a number"),
    _value("E_NOT_FINITE", "-inf", "infinity"),
    Bad("E_NOT_FINITE", repacked(GOOD, SHEET_XML, part(GOOD, SHEET_XML).replace("<v>14.2</v>", "<v>1e999</v>")),
        2, "I (your_value)", 1, "infinity in a workbook"),
    _value("E_SYMBOL", "c", "suppressed"),
    _value("E_SYMBOL", "n/a", "not available"),
    _value("E_SYMBOL", "-", "a dash"),
    _value("E_SYMBOL", "<5", "a small number"),
    _value("E_MARK", "14.2p", "a provisional figure"),
    _value("E_MARK", "14.2 [r]", "a revised figure"),
    _value("E_NUMBER", "fourteen", "a word"),
    _value("E_NUMBER", "1e3", "an exponent"),
    _value("E_NUMBER", "1_000", "an underscore"),
    _value("E_NUMBER", "0x1F", "another base"),
    _value("E_NUMBER", ".5", "no digit before the point"),
    _value("E_NUMBER", "+3", "a plus sign"),
    _value("E_NUMBER", "(14.2)", "as accountants write a negative one"),
    _value("E_NUMBER", "71/500", "a fraction"),
    _value("E_NUMBER", "9" * 30, "more digits than a number keeps"),
    _value("E_NUMBER", "１４", "digits of another script"),
    _value("E_NUMBER", "14..2", "two points"),
    Bad("E_NUMBER", xlsx(row(1e20), CASELOAD), 2, "I (your_value)", 1, "a number too large"),
    _value("E_HIDDEN", "14.2\u200b", "a character that nobody sees"),
    _value("E_HIDDEN", 14.2, "one that turns the text around", area="Leeds\u202e", column="area"),
    # Numbers that cannot be.
    _value("E_NEGATIVE", "-3.1", "a negative value"),
    _value("E_NEGATIVE", None, "a negative count", "-3", "100", column="your_numerator"),
    _value("E_RANGE", "142", "over 100 %"),
    _value("E_RANGE", "20000", "more than all", metric="plan_rate", title="Children on child protection plans"),
    _value("E_RANGE", "5000000000", "more than there are", metric="vacancies_fte", title="Social worker vacancies"),
    _value("E_WHOLE", "812.5", "half a case", metric="cases", title="Cases held"),
    _value("E_SCALE", "0.02", "a share from 0 to 1"),
    _value("E_HALF_COUNTS", 14.2, "a numerator alone", "71", column="your_denominator"),
    _value("E_HALF_COUNTS", 14.2, "a denominator alone", None, "500", column="your_numerator"),
    _value(
        "E_NO_COUNTS", 95.0, "counts that are not published", "95", "100", column="your_numerator",
        metric="assessments_in_45_days", title="Assessments within 45 working days",
    ),
    _value("E_NO_TOTAL", None, "a share of nothing", "0", "0", column="your_denominator"),
    _value("E_OVER_TOTAL", None, "a part larger than the whole", "500", "71", column="your_numerator"),
    _value("E_COUNTS", 14.2, "a value that is not what its counts come to", "71", "5000"),
)  # fmt: skip
