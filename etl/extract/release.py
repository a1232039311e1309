"""Published files -> releases: every used cell as text, with its file, sheet, line and column."""

from __future__ import annotations

import hashlib
from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path

import polars as pl

from etl import releases
from etl.extract.read_csv import HIDDEN, Cell, csv_cells, parquet_cells
from etl.extract.read_reports import report_cells
from etl.extract.read_spreadsheets import spreadsheet_cells
from etl.model import AGAIN, MENDED, File, Source, SourceError
from etl.releases import REFUSED

_CELLS = {"file": pl.String, "sheet": pl.String, "line": pl.Int64, "column": pl.String, "text": pl.String}


def extract(source: Source, published: Path, to: Path, progress: Callable[[str], None] = lambda _words: None) -> Path:
    """Read a source's published files below `published` and write its release into `to`; returns its path.

    Raises SourceError (rule, file, line, column, remedy) and writes nothing when a file is absent or broken, or lacks
    a column a metric of the source is read from. Of a folder of reports, a broken one has the reason as its only cell.
    """
    frames = []
    for file in source.release.files:
        progress(file.name)
        if file.many:
            frames += [_report(path) for path in _reports(source, published, file)]
            continue
        where = published / file.path
        if not where.is_file():
            what = f"it is not below {published}."
            remedy = f"Download it from {source.release.page} and keep its name."
            raise SourceError("E_FILE_ABSENT", what, remedy, file.path)
        content = where.read_bytes()
        if not content.removeprefix(BOM_UTF8).strip():
            raise SourceError("E_EMPTY", f"there is nothing in its {len(content)} bytes.", AGAIN, file.name)
        cells = pl.DataFrame(_cells(content, file), schema=_CELLS, orient="row")
        if cells.is_empty():
            raise SourceError("E_NO_ROWS", "there is a header but no row below it.", AGAIN, file.name)
        _check_text(file.name, cells)
        _check_columns(source, file, cells)
        frames.append(cells.with_columns(pl.lit(hashlib.sha256(content).hexdigest()).alias("sha256")))
    return releases.write(to, source, frames)


def _reports(source: Source, published: Path, file: File) -> list[Path]:
    """The PDFs of a folder, by name; raises E_FILE_ABSENT where there is none."""
    folder = (published / file.path).parent
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() == ".pdf") if folder.is_dir() else []
    if not found:
        remedy = f"Download the reports from {source.release.page} into it."
        raise SourceError("E_FILE_ABSENT", f"there is none below {published}.", remedy, file.path)
    return found


def _report(path: Path) -> pl.DataFrame:
    """The cells of a report, or one cell of the column REFUSED with the error that refused it."""
    content = path.read_bytes()
    try:
        cells = pl.DataFrame(report_cells(content, path.name), schema=_CELLS, orient="row")
        _check_text(path.name, cells)
    except SourceError as error:
        cells = pl.DataFrame([(path.name, "", 1, REFUSED, str(error))], schema=_CELLS, orient="row")
    return cells.with_columns(pl.lit(hashlib.sha256(content).hexdigest()).alias("sha256"))


def _cells(content: bytes, file: File) -> list[Cell]:
    if file.sheet:
        return spreadsheet_cells(content, file)
    return parquet_cells(content, file) if file.name.endswith(".parquet") else csv_cells(content, file)


def _check_text(name: str, cells: pl.DataFrame) -> None:
    """Refuse invisible characters in cells of spreadsheets and Parquet files; CSV files were checked whole."""
    found = cells.filter(pl.col("text").str.contains(HIDDEN))
    if found.height:
        cell = found.row(0, named=True)
        what = f"{cell['text'][:60]!a} has a character that nobody sees."
        raise SourceError("E_HIDDEN", what, MENDED, name, cell["line"], cell["column"])


def _check_columns(source: Source, file: File, cells: pl.DataFrame) -> None:
    used = {
        column
        for metric in source.metrics
        if metric.column and (metric.file or source.release.files[0].name) == file.name
        for column in (metric.column, *metric.numerator, *metric.denominator)
    }
    header = pl.DataFrame(schema=cells["column"].unique(maintain_order=True).to_list())
    releases.require(header, sorted(used), file.name)
