"""Buttons that download what a page shows, in every available format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import polars as pl
import streamlit as st

from dashboard.analysis import queries
from dashboard.analysis.benchmarks import Benchmark
from dashboard.data.database import Database
from dashboard.files import exports
from dashboard.files.exports import FORMATS, Export, Format
from dashboard.pages.components import downloads as offers


def download(db: Database, rows: pl.DataFrame, name: str, *, benchmark: Benchmark, label: str) -> None:
    """A button for a CSV file of the rows a page shows; the file is made when it is clicked."""
    _button(label, partial(_csv, db, rows, benchmark), name)


def download_table(make: Callable[[], pl.DataFrame], name: str, label: str) -> None:
    """A button for a CSV file of a table that is no list of figures; made when it is clicked."""
    _button(label, lambda: exports.csv(make()), name)


def download_workbook(make: Callable[[], pl.DataFrame], name: str, label: str) -> None:
    """The same as an Excel workbook."""
    _button(label, lambda: exports.workbook([exports.Sheet("Data", make())]), name, FORMATS["xlsx"].media_type)


def downloads(
    db: Database,
    make: Callable[[], Export],
    name: str,
    *,
    figures: pl.DataFrame,
    rows: int | None = None,
    formats: Sequence[str] = tuple(FORMATS),
    label: str = "Download",
) -> None:
    """A button for each available format of a table; a file is made when it is clicked.

    `name` is that of the files without suffix. `figures` are the rows the table is made of (Database.figure, or its
    own) and `rows` how many it has, if not as many: formats that are not available are named, with the reason.
    """
    refused: dict[str, list[str]] = {}
    with st.container(key=f"downloads {name}", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(offers.label(label), width="content")
        for file_format in (FORMATS[format_id] for format_id in formats):
            if why := file_format.refusal(figures, rows):
                refused.setdefault(why, []).append(file_format.label)
            else:
                file, take = (
                    f"{name}.{file_format.suffix}",
                    partial(_file, db, file_format, make, rows or figures.height),
                )
                _button(file_format.label, take, file, file_format.media_type, file_format.what)
    if refused:
        st.html(offers.refused(refused))


def _csv(db: Database, rows: pl.DataFrame, benchmark: Benchmark) -> bytes:
    # Pages that show all their rows have compared them already.
    compared = rows if "benchmark" in rows.columns else queries.compared(db, rows, benchmark)
    return exports.csv(exports.table(db, compared, benchmark.title))


def _file(db: Database, file_format: Format, make: Callable[[], Export], rows: int) -> bytes:
    with exports.turn(rows):
        return file_format.make(db, make())


def _button(
    label: str, make: Callable[[], bytes], name: str, media_type: str = "text/csv", what: str | None = None
) -> None:
    st.download_button(
        label, make, name, media_type, icon=":material/download:", on_click="ignore", key=f"download {name}", help=what
    )
