"""An Excel workbook of tables: numbers as numbers, dates as dates, text never a formula.

Written here because the library for it takes 12 seconds for 100,000 rows and holds the interpreter all the while, which
stalls every reader of this server. Here Polars makes the XML and zlib packs it; neither holds it. Nothing here can
write a formula: no such element is ever made. Equal tables give equal bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from dashboard.files.exports.text import fitted, seen
from dashboard.files.exports.workbook_parts import BOLD, BOLD_WRAPPED, DAY, HEAD, MAIN, MOMENT, WRAPPED, parts

# Excel counts days from here. It treats 1900 as a leap year: days before March 1900 are off by one, and become text.
EPOCH, FIRST_DAY = datetime(1899, 12, 30), date(1900, 3, 1)  # noqa: DTZ001 - Excel knows no zones
# Rows made at a time, so that memory stays flat, and how hard they are packed: harder takes twice as long for a tenth.
ROWS, LEVEL = 5_000, 3
MICROSECONDS = 86_400_000_000
FROZEN = '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>'
# The widths of columns, in characters.
NARROWEST, WIDEST, ARROW = 8, 46, 4


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table on a sheet of its own: its names of columns stay in sight, as does its first column, and filter it."""

    name: str
    table: pl.DataFrame


@dataclass(frozen=True, eq=False)
class Page:
    """Rows of words as one reads them, on a sheet of its own: wrapped, without names of columns."""

    name: str
    table: pl.DataFrame
    bold: frozenset[int]
    """The rows that are headings, from 0."""
    widths: tuple[int, ...]


def workbook(sheets: Sequence[Sheet | Page]) -> bytes:
    """An XLSX file.

    Text that is longer than a cell may be is cut, and says so; what is no number (NaN, infinite) is an empty cell.
    """
    ready = [(sheet, _plain(sheet.table)) for sheet in sheets]
    texts = _texts([table for _, table in ready])
    filtered = [_range(table, fixed="$") if isinstance(sheet, Sheet) else None for sheet, table in ready]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:

        def write(name: str, chunks: Iterable[bytes]) -> None:
            # Without a date of its own, a member is of 1 January 1980.
            with archive.open(name, "w") as member:
                for chunk in chunks:
                    member.write(chunk)

        for name, xml in parts([sheet.name for sheet in sheets], filtered).items():
            write(name, [xml.encode()])
        for number, (sheet, table) in enumerate(ready, start=1):
            write(f"xl/worksheets/sheet{number}.xml", _sheet(sheet, table, texts, front=number == 1))
        write("xl/sharedStrings.xml", _shared(texts))
    return buffer.getvalue()


def _plain(table: pl.DataFrame) -> pl.DataFrame:
    """The table in types that cells have: text, numbers, true or false, dates, times; anything else is text."""
    cell_types = (pl.String, pl.Boolean, pl.Date, pl.Datetime)
    table = table.with_columns(
        pl.col(name).cast(pl.String)
        for name, kind in table.schema.items()
        if not (kind.is_numeric() or isinstance(kind, cell_types)) or _before_march_1900(table[name])
    )
    return seen(table)


def _before_march_1900(days: pl.Series) -> bool:
    return isinstance(days.dtype, (pl.Date, pl.Datetime)) and bool((days.cast(pl.Date) < FIRST_DAY).any())


def _texts(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Every text of the tables once: text, place (from 0). A cell names its text by its place."""
    columns = [pl.Series(table.columns, dtype=pl.String) for table in tables]
    columns += [column.unique(maintain_order=True) for table in tables for column in table if column.dtype == pl.String]
    texts = pl.concat(columns).unique(maintain_order=True).drop_nulls()
    return pl.DataFrame({"text": texts}).with_row_index("place")


def _shared(texts: pl.DataFrame) -> Iterator[bytes]:
    """The part that holds the texts."""
    yield f'{HEAD}<sst xmlns="{MAIN}" uniqueCount="{texts.height}">'.encode()
    text = pl.col("text")
    for chunk in texts.iter_slices(ROWS):
        yield _lines(
            fitted(chunk).select(
                pl.concat_str(
                    pl.lit('<si><t xml:space="preserve">'),
                    # Excel reads _x000D_ as the character of that number, and XML does not keep that one otherwise;
                    # in a text that has such letters of its own, the line before them is written as its number.
                    text.str.replace_all(r"_(x[0-9A-Fa-f]{4})", "_x005F_$1")
                    .str.replace_all("\r", "_x000D_", literal=True)
                    .str.replace_all("&", "&amp;", literal=True)
                    .str.replace_all("<", "&lt;", literal=True)
                    .str.replace_all(">", "&gt;", literal=True),
                    pl.lit("</t></si>"),
                )
            )
        )
    yield b"</sst>"


def _sheet(sheet: Sheet | Page, table: pl.DataFrame, texts: pl.DataFrame, *, front: bool) -> Iterator[bytes]:
    """The part that holds the cells of one sheet."""
    view = f'<sheetView tabSelected="{int(front)}" workbookViewId="0"'
    if isinstance(sheet, Sheet):
        view, widths = f"{view}>{FROZEN}</sheetView>", _widths(table)
    else:
        view, widths = f"{view}/>", sheet.widths
    cols = "".join(f'<col min="{at}" max="{at}" width="{wide}" customWidth="1"/>' for at, wide in enumerate(widths, 1))
    yield (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews>{view}</sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f"<cols>{cols}</cols><sheetData>\n"
    ).encode()
    if isinstance(sheet, Sheet):
        names = pl.DataFrame([table.columns], dict.fromkeys(table.columns, pl.String), orient="row")
        yield _rows(names, _placed(names, texts), 1, pl.repeat(BOLD, 1, eager=True))
        styles, first = None, 2
    else:
        styles, first = pl.Series([BOLD_WRAPPED if at in sheet.bold else WRAPPED for at in range(table.height)]), 1
    placed = _placed(table, texts)
    for start in range(0, table.height, ROWS):
        chunk, own = placed.slice(start, ROWS), None if styles is None else styles.slice(start, ROWS)
        yield _rows(table, chunk, first + start, own)
    yield b"</sheetData>"
    if isinstance(sheet, Sheet):
        where = _range(table)
        yield f'<autoFilter ref="{where}"/>'.encode()
        # Codes and years are text on purpose: Excel need not warn of each.
        yield f'<ignoredErrors><ignoredError sqref="{where}" numberStoredAsText="1"/></ignoredErrors>'.encode()
    yield b"</worksheet>"


def _placed(table: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """The table with the place of each text instead of it."""
    return table.with_columns(
        column.to_frame("text").join(texts, on="text", how="left", maintain_order="left")["place"].alias(column.name)
        for column in table
        if column.dtype == pl.String
    )


def _rows(table: pl.DataFrame, placed: pl.DataFrame, first: int, styles: pl.Series | None) -> bytes:
    """Rows of cells, the first of which is of that number. An empty cell is left out."""
    row = pl.int_range(first, first + placed.height, eager=True).cast(pl.String)
    cells = [
        _cell(letters(at), row, pl.col(name), kind, styles) for at, (name, kind) in enumerate(table.schema.items())
    ]
    return _lines(placed.select(pl.concat_str(pl.lit('<row r="'), row, pl.lit('">'), *cells, pl.lit("</row>"))))


def _cell(column: str, row: pl.Series, value: pl.Expr, kind: pl.DataType, styles: pl.Series | None) -> pl.Expr:
    """One column's cells; a text is the place it has."""
    style, of_kind = "", ""
    if kind == pl.String:
        of_kind = ' t="s"'
    elif kind == pl.Boolean:
        value, of_kind = value.cast(pl.Int8), ' t="b"'
    elif kind == pl.Date:
        value, style = (value.cast(pl.Datetime) - EPOCH).dt.total_days(), f' s="{DAY}"'
    elif isinstance(kind, pl.Datetime):
        since = (value.dt.replace_time_zone(None) - EPOCH).dt.total_microseconds()
        value, style = since / MICROSECONDS, f' s="{MOMENT}"'
    elif kind.is_float():
        value = pl.when(value.is_finite()).then(value)
    before: list[pl.Expr | pl.Series] = [pl.lit(f'<c r="{column}'), row, pl.lit(f'"{style}{of_kind}><v>')]
    if styles is not None:
        before[2:] = [pl.lit('" s="'), styles.cast(pl.String), pl.lit(f'"{of_kind}><v>')]
    return pl.concat_str(*before, value.cast(pl.String), pl.lit("</v></c>")).fill_null("")


def letters(place: int) -> str:
    """The letters of a column by its place from 0: A to Z, AA to ZZ, AAA.

    >>> letters(0), letters(25), letters(26), letters(701), letters(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    before, last = divmod(place, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


def _range(table: pl.DataFrame, fixed: str = "") -> str:
    """All cells of a table with its names: "A1:C4", or with `fixed` "$A$1:$C$4"."""
    return f"{fixed}A{fixed}1:{fixed}{letters(table.width - 1)}{fixed}{table.height + 1}"


def _widths(table: pl.DataFrame) -> tuple[int, ...]:
    """The width of each column by what is in it, within bounds."""
    longest = [column.str.len_chars().max() if column.dtype == pl.String else len("2025-12-31") for column in table]
    return tuple(
        max(NARROWEST, len(name) + ARROW, min(WIDEST, int(str(most or 0)) + 1))
        for name, most in zip(table.columns, longest, strict=True)
    )


def _lines(xml: pl.DataFrame) -> bytes:
    """A column of XML as bytes, a line each: without a string of Python's for any."""
    buffer = io.BytesIO()
    xml.write_csv(buffer, include_header=False, quote_style="never")
    return buffer.getvalue()
