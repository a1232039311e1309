"""Published files read row by row, by code that shares nothing with the ETL but what is declared of a file."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterator
from functools import cache
from itertools import zip_longest
from pathlib import Path

import duckdb

from etl.model import File

Row = tuple[str, int, dict[str, str]]
"""Sheet, line and what is printed by column. Of a file without lines, the row counted from 1."""
Cell = tuple[str, str, int, str]
"""File, sheet, line and column."""
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
ENDS = b"</table:table></office:document-content>"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def rows(path: Path, file: File) -> Iterator[Row]:
    """Every row of the declared groups, with all of its cells; in a sheet without those that are empty."""
    read = _sheet if file.sheet else _parquet if path.suffix == ".parquet" else _csv
    for sheet, line, cells in read(path, file):
        if is_kept(cells, file):
            yield sheet, line, cells


def is_kept(row: dict[str, str], file: File) -> bool:
    """Whether a row is of the declared groups."""
    return all(row.get(column) in kept for column, kept in file.groups.items())


def cells(path: Path, file: File) -> Iterator[tuple[Cell, str]]:
    """Every cell of the declared columns and groups of rows; of all, where none are declared."""
    for sheet, line, row in rows(path, file):
        for column in file.columns or row:
            if column in row:
                yield (path.name, sheet, line, column), row[column]


def _csv(path: Path, _file: File) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.reader(opened)
        header = next(reader)
        for row in reader:  # no cell of these files holds a line break
            yield "", reader.line_num, dict(zip(header, row, strict=True))


def _sheet(path: Path, file: File) -> Iterator[Row]:
    # A spreadsheet takes seconds to read, and its rows are few.
    yield from _sheet_rows(path, file.sheet, file.header, file.names)


@cache
def _sheet_rows(path: Path, sheet: str, heading: str, machine_name: str) -> list[Row]:
    found: list[Row] = []
    for name, table in _tables(path, sheet):
        lines = list(_lines(table))
        at = next(at for at, row in enumerate(lines) if heading in row)
        names = next((row for row in lines if machine_name and machine_name in row), [])
        header = [own or above for own, above in zip_longest(names, lines[at], fillvalue="")]
        for line, row in enumerate(lines[at + 1 :], start=at + 2):
            cells = {column: text for column, text in zip(header, row, strict=False) if column and text}
            found.append((name, line, cells))
    return found


def _tables(path: Path, sheet: str) -> Iterator[tuple[str, ElementTree.Element]]:
    """The sheets of these names, cut out before they are read: others of a file are a hundred times as large."""
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml")
    root = re.search(rb"<office:document-content[^>]*>", content)
    assert root is not None
    for found in re.finditer(rb'<table:table table:name="([^"]*)"', content):
        name = found[1].decode()
        if re.fullmatch(sheet, name):
            end = content.index(b"</table:table>", found.end())
            yield name, ElementTree.fromstring(root[0] + content[found.start() : end] + ENDS)


def _parquet(path: Path, file: File) -> Iterator[Row]:
    columns = ", ".join(f'"{column}"::VARCHAR' for column in file.columns)
    printed = duckdb.execute(f"SELECT {columns} FROM read_parquet($path, file_row_number = true) "
                             "ORDER BY file_row_number", {"path": str(path)}).fetchall()  # fmt: skip
    for line, row in enumerate(printed, start=1):
        yield "", line, {column: text for column, text in zip(file.columns, row, strict=True) if text}


def _lines(table: ElementTree.Element) -> Iterator[list[str]]:
    """Rows of a sheet as they count, each with its cells; the empty ones below the last are left out."""
    for row in table.iter(f"{TABLE}table-row"):
        cells: list[str] = []
        for cell in row:
            cells += [_text(cell)] * min(int(cell.get(f"{TABLE}number-columns-repeated") or 1), 600)
        for _ in range(min(int(row.get(f"{TABLE}number-rows-repeated") or 1), 200)):
            yield cells


def _text(cell: ElementTree.Element) -> str:
    day = cell.get(f"{OFFICE}date-value")
    if day:
        return day
    number = cell.get(f"{OFFICE}value")
    if number:
        return number
    paragraphs = ("".join(paragraph.itertext()) for paragraph in cell.iter(f"{TEXT}p"))
    return " ".join(" ".join(paragraphs).split())
