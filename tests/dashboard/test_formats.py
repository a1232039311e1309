"""Files in five formats: each reads back as the table, none runs what is in it, and what cannot be had is said."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import time
import zipfile
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import fastexcel
import polars as pl
import pyarrow.parquet
import pytest
import xlsxwriter
from streamlit.testing.v1 import AppTest

from dashboard.analysis import comparison, direction, queries, selection
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from dashboard.files import exports
from dashboard.files.exports import FORMATS, Export, TooLarge, formats
from dashboard.files.exports import rows as exports_rows
from dashboard.files.exports.text import CUT, LONGEST, MARK
from dashboard.files.exports.workbook import ROWS, Page, Sheet, workbook
from tests.dashboard import small
from tests.dashboard.small import Figure

BEST = BENCHMARKS["best_quarter"]
TABULAR = ("csv", "xlsx", "parquet", "zip")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def export(db: Database, metric_id: str = "vacancy_rate", **more: Any) -> Export:
    """All areas of one measure in its newest period, compared and with trends."""
    period = db.latest(metric_id)
    rows = db.by_metric[metric_id].filter(pl.col("period_end") == period.end)
    table = exports.table(db, direction.with_direction(db, queries.compared(db, rows, BEST)), BEST.title)
    given = {"name": "figures", "title": "Some figures", "table": table, "data_version": db.data_version}
    return Export(**{**given, **more})


def export_of(table: pl.DataFrame, **more: Any) -> Export:
    """A table of no database."""
    return Export(**{"name": "made-up", "title": "Made up", "table": table, "data_version": "made-up", **more})


def member(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return packed.read(name)


def read(content: bytes, format_id: str, like: Export) -> pl.DataFrame:
    """What another program finds in a file, in the types of the table."""
    schema = like.table.schema
    if format_id == "parquet":
        found = pl.from_arrow(pyarrow.parquet.read_table(io.BytesIO(content)))
        assert isinstance(found, pl.DataFrame)
        assert found.schema == schema
        return found
    if format_id == "xlsx":
        found = fastexcel.read_excel(content).load_sheet("Data").to_polars()
        # Excel has one kind of number, and days are moments.
        return found.cast({name: kind for name, kind in schema.items() if found.schema[name] != kind})
    text = (member(content, f"{like.name}.csv") if format_id == "zip" else content).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    found = pl.DataFrame(rows, dict.fromkeys(schema, pl.String)).select(pl.all().replace("", None))
    return found.with_columns(
        pl.col(name).str.to_date() if kind == pl.Date else pl.col(name).cast(kind) for name, kind in schema.items()
    )


@pytest.mark.parametrize("format_id", TABULAR)
@pytest.mark.parametrize("metric_id", ["vacancy_rate", "plan_rate", "judgement_overall", "long_plan_rate", "children"])
def test_a_file_reads_back_as_the_table_cell_by_cell(db: Database, metric_id: str, format_id: str) -> None:
    one = export(db, metric_id)
    content = FORMATS[format_id].make(db, one)
    back = read(content, format_id, one)
    assert back.columns == one.table.columns
    assert back.rows() == one.table.rows()  # to the last bit, nulls and all
    if metric_id == "vacancy_rate":
        kingston = back.row(by_predicate=pl.col("area") == "Kingston upon Thames", named=True)
        assert (kingston["value"], kingston["joint_return"], kingston["la_number"]) == (14.9, "314+318", "314")
        westminster = back.row(by_predicate=pl.col("area") == "Westminster", named=True)
        assert (westminster["value"], westminster["status"], westminster["symbol"]) == (None, "not_available", "x")


@pytest.mark.parametrize("format_id", TABULAR)
def test_a_wide_table_reads_back_too(db: Database, format_id: str) -> None:
    rows = selection.rows(db, selection.FigureQuery(newest=True))
    one = export(db, table=exports_rows.to_wide(db, rows))
    assert read(FORMATS[format_id].make(db, one), format_id, one).rows() == one.table.rows()


def test_what_a_publisher_prints_for_no_reason_is_no_formula(db: Database) -> None:
    rows = db.figure.filter(pl.col("symbol") == "-").head(5)
    assert rows.height == 5
    one = export(db, table=exports.table(db, queries.compared(db, rows, BEST), BEST.title))
    for format_id in TABULAR:
        assert read(FORMATS[format_id].make(db, one), format_id, one)["symbol"].to_list() == ["-"] * 5


# --- What nobody should be able to do by a text

FORMULAS = [
    "=1+1", "+1+1", "-2+3", "@SUM(A1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x.example","y")', "\t=1", "\r=1",
    "\n=1", "=", "==", "-", "+", "@", "＝1+1", "＋1", "－1", "＠x", '=IMPORTXML("http://x.example","//a")', "{=1}",
    "=WEBSERVICE(A1)", '"=1+1"', "'=1+1", "=1\n=2", '=1","=2',
]  # fmt: skip
UNSEEN = [
    "a\u202egnp.exe", "\u2066left\u2069", "\u200f\u061cright", "zero\u200bwidth", "\ufeff=1", "\x00=1", "bell\x07",
    "\x1b[31m", "\x7f\x85\x9b", "\ufffe", "\uffff", "line\u2028part\u2029",
]  # fmt: skip
AWKWARD = [
    "line\nbreak", "line\r\nbreak", "lone\rreturn", 'quote " in', "comma, semicolon; tab\tbar|", "<b>&amp;</b>",
    "]]>", "<f>1+1</f>", "_x0041_", "_x0041_x000D_", " kept blanks ", "Ynys Môn 東京 🧭", "\N{COMBINING ACUTE ACCENT}",
    "x" * 1_000_000, "𝒳" * 20_000, "x" * LONGEST + "=1+1", "=" * (LONGEST + 1), "NULL", "1e999", "0001", "2025-09-30",
    "TRUE", "\\", "''", "%s {0} $1",
]  # fmt: skip
HOSTILE = FORMULAS + UNSEEN + AWKWARD
RUN = re.compile(r"[=+\-@＝＋－＠].|[\t\r\n\x00]", re.DOTALL)
NOT_SEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)


def safe(text: str) -> str:
    """A text as any file may hold it: what is not seen but acts is marked."""
    return NOT_SEEN.sub(MARK, text)


def guarded(text: str) -> str:
    """A text as a CSV file holds it: after a quote, where a spreadsheet would run it."""
    return f"'{text}" if RUN.match(text) else text


def assert_held(found: str, text: str) -> None:
    """A cell holds a text, or as much of it as a cell may hold."""
    if len(text.encode("utf-16-le")) <= 2 * LONGEST:
        assert found == text
        return
    assert found.endswith(CUT)
    assert text.startswith(found.removesuffix(CUT))
    assert 2 * (LONGEST - 1) <= len(found.encode("utf-16-le")) <= 2 * LONGEST


@pytest.fixture
def made_up(tmp_path: Path) -> Database:
    return small.database(tmp_path, metrics=[small.metric()], figures=[Figure("waits", "101", 5.5)])


def hostile() -> Export:
    """A table with a hostile text in each row, and more of them in its names, title and filters."""
    table = pl.DataFrame({"area": HOSTILE, "=1+1": HOSTILE, "value": [float(at) for at in range(len(HOSTILE))]})
    return export_of(table, title="=1+1\u202e<b>", chosen=(("=cmd", '=HYPERLINK("x")\x00\n=1'),), link="/data?la=</a>")


def test_there_are_fifty_hostile_texts_and_more() -> None:
    assert len(set(HOSTILE)) >= 50


@pytest.mark.parametrize("format_id", ["csv", "zip"])
def test_no_text_in_a_csv_file_is_run_or_hides_or_breaks_out(made_up: Database, format_id: str) -> None:
    content = FORMATS[format_id].make(made_up, hostile())
    text = (member(content, "made-up.csv") if format_id == "zip" else content).decode("utf-8")
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    assert head == ["area", "'=1+1", "value"]
    for at, (row, before) in enumerate(zip(rows, HOSTILE, strict=True)):
        for found in row[:2]:
            assert_held(found, guarded(safe(before)))
        assert row[2] == str(float(at))
        assert not RUN.match(row[0])
    assert not NOT_SEEN.search(text)


def test_no_text_in_a_workbook_is_a_formula_or_a_link_and_all_of_it_is_there(made_up: Database) -> None:
    content = FORMATS["xlsx"].make(made_up, hostile())
    book = fastexcel.read_excel(content)
    assert book.sheet_names == ["Data", "Notes"]
    back = book.load_sheet("Data").to_polars()
    assert back.columns == ["area", "=1+1", "value"]
    for row, before in zip(back.rows(), HOSTILE, strict=True):
        for found in row[:2]:
            assert_held(found, safe(before))
    notes = book.load_sheet("Notes", header_row=None).to_polars()
    assert "=1+1" + MARK + "<b>" in notes["__UNNAMED__0"].to_list()
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in packed.namelist():
            xml = packed.read(name)
            tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(xml).iter()}  # and it parses
            assert not tags & {"f", "hyperlink", "hyperlinks", "externalReference", "dataValidation", "oleObject"}, name
            assert b'TargetMode="External"' not in xml
            assert not NOT_SEEN.search(xml.decode("utf-8").replace("\n", ""))
        kinds = {cell.get("t") for cell in sheet(packed).iter(f"{MAIN}c")}
        assert kinds == {"s", None}  # of a shared text, or a number


def test_parquet_and_geojson_hold_text_as_text(made_up: Database) -> None:
    one = hostile()
    back = pl.read_parquet(io.BytesIO(FORMATS["parquet"].make(made_up, one)))
    assert back["area"].to_list() == [safe(text) for text in HOSTILE]
    rows = one.table.with_columns(
        la_number=pl.format("{}", pl.int_range(pl.len())), area_kind=pl.lit("local_authority"),
        metric_id=pl.lit("waits"), period_end=pl.lit(date(2025, 9, 30)),
    )  # fmt: skip
    content = FORMATS["geojson"].make(made_up, export_of(rows, title=one.title, chosen=one.chosen))
    found = json.loads(content)
    assert [feature["properties"]["area"] for feature in found["features"]] == [safe(text) for text in HOSTILE]


# --- The workbook

EVERY_KIND = pl.DataFrame(
    {
        "text": ["Bristol, City of", None, "", "=1+1"],
        "number": [1.5, None, 1e-7, float("nan")],
        "whole": [1, -2, None, 3],
        "day": [date(2025, 9, 30), None, date(2000, 2, 29), date(1900, 3, 1)],
        "moment": [datetime(2025, 1, 2, 3, 4, 5), None, datetime(2024, 12, 31), datetime(2024, 1, 1, 12)],
        "is": [True, False, None, True],
    }
)


def sheet(packed: zipfile.ZipFile, number: int = 1) -> ElementTree.Element:
    return ElementTree.fromstring(packed.read(f"xl/worksheets/sheet{number}.xml"))


def cells(content: bytes) -> dict[str, tuple[str | None, str, str, bool]]:
    """Of every cell of the first sheet: kind, content, format of numbers, whether it is bold."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        texts = [
            "".join(item.itertext())
            for item in ElementTree.fromstring(packed.read("xl/sharedStrings.xml")).iter(f"{MAIN}si")
        ]
        styles = ElementTree.fromstring(packed.read("xl/styles.xml"))
        codes = {one.get("numFmtId"): str(one.get("formatCode")) for one in styles.iter(f"{MAIN}numFmt")}
        bold = [font.find(f"{MAIN}b") is not None for font in styles.iterfind(f"{MAIN}fonts/{MAIN}font")]
        looks = [
            (codes.get(one.get("numFmtId"), ""), bold[int(one.get("fontId", 0))])
            for one in styles.iterfind(f"{MAIN}cellXfs/{MAIN}xf")
        ]
        found = {}
        for cell in sheet(packed).iter(f"{MAIN}c"):
            value = cell.findtext(f"{MAIN}v")
            if value is not None:
                text = texts[int(value)] if cell.get("t") == "s" else str(float(value))
                found[str(cell.get("r"))] = (cell.get("t"), text, *looks[int(cell.get("s", 0))])
        return found


def by_xlsxwriter(table: pl.DataFrame) -> bytes:
    """The same table by the library that Excel's own files are the measure of."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    data = book.add_worksheet("Data")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": r"yyyy\-mm\-dd"})
    moment = book.add_format({"num_format": r"yyyy\-mm\-dd\ hh:mm:ss"})
    for column, (name, kind) in enumerate(table.schema.items()):
        data.write_string(0, column, name, bold)
        for row, value in enumerate(table[name], start=1):
            if value is None or value != value:
                continue
            if kind == pl.String:
                data.write_string(row, column, value)
            elif kind == pl.Boolean:
                data.write_boolean(row, column, value)
            elif kind.is_temporal():
                data.write_datetime(row, column, value, moment if kind == pl.Datetime else day)
            else:
                data.write_number(row, column, value)
    data.freeze_panes(1, 1)
    data.set_column(0, table.width - 1, 20)
    data.autofilter(0, 0, table.height, table.width - 1)
    data.ignore_errors({"number_stored_as_text": f"A1:F{table.height + 1}"})
    book.close()
    return buffer.getvalue()


def test_a_workbook_has_the_cells_that_xlsxwriter_writes_for_the_same_table() -> None:
    ours, theirs = workbook([Sheet("Data", EVERY_KIND)]), by_xlsxwriter(EVERY_KIND)
    assert cells(ours) == {at: cell for at, cell in cells(theirs).items() if cell[1] or cell[0]}
    assert len(cells(ours)) == 6 + 3 + 2 + 3 + 3 + 3 + 3
    with zipfile.ZipFile(io.BytesIO(ours)) as first, zipfile.ZipFile(io.BytesIO(theirs)) as second:
        assert set(first.namelist()) <= set(second.namelist())
        order = [element.tag for element in sheet(second)]
        found = [element.tag for element in sheet(first)]
        assert found == [tag for tag in order if tag in found]  # Excel takes parts in another order for damage
        for tag in ("autoFilter", "ignoredErrors", f"sheetViews/{MAIN}sheetView/{MAIN}pane"):
            mine, other = sheet(first).find(f"{MAIN}{tag}"), sheet(second).find(f"{MAIN}{tag}")
            assert mine is not None
            assert other is not None
            assert ElementTree.tostring(mine) == ElementTree.tostring(other)
        hidden = f"{MAIN}definedNames/{MAIN}definedName"
        names = [ElementTree.fromstring(one.read("xl/workbook.xml")).find(hidden) for one in (first, second)]
        assert [name.text for name in names if name is not None] == ["Data!$A$1:$F$5"] * 2


def test_a_workbook_reads_back_with_days_and_truths() -> None:
    back = fastexcel.read_excel(workbook([Sheet("Data", EVERY_KIND)])).load_sheet("Data").to_polars()
    assert back["day"].cast(pl.Date).to_list() == EVERY_KIND["day"].to_list()
    assert back["moment"].to_list() == EVERY_KIND["moment"].to_list()
    assert back["is"].to_list() == [True, False, None, True]
    assert back["number"].to_list() == [1.5, None, 1e-7, None]


def test_a_day_that_excel_cannot_count_is_text() -> None:
    days = pl.DataFrame({"day": [date(1899, 5, 1), date(2025, 5, 1)]})
    assert [cell[1] for cell in cells(workbook([Sheet("Data", days)])).values()] == ["day", "1899-05-01", "2025-05-01"]


@pytest.mark.parametrize("height", [0, 1, ROWS - 1, ROWS, ROWS + 1, 2 * ROWS + 1])
def test_rows_are_neither_lost_nor_doubled_where_one_part_ends_and_the_next_begins(height: int) -> None:
    table = pl.DataFrame({"n": range(height), "t": [f"t{at}" for at in range(height)]}, {"n": pl.Int64, "t": pl.String})
    content = workbook([Sheet("Data", table)])
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        rows = [int(str(row.get("r"))) for row in sheet(packed).iter(f"{MAIN}row")]
    assert rows == list(range(1, height + 2))
    if height:
        assert fastexcel.read_excel(content).load_sheet("Data").to_polars().cast({"n": pl.Int64}).rows() == table.rows()


def test_a_page_of_words_has_its_headings_in_bold() -> None:
    words = pl.DataFrame({"a": ["Heading", "one", None], "b": [None, "two", "three"]})
    content = workbook([Page("Notes", words, frozenset({0}), (20, 60))])
    assert {at: (text, bold) for at, (_, text, _, bold) in cells(content).items()} == {
        "A1": ("Heading", True), "A2": ("one", False), "B2": ("two", False), "B3": ("three", False),
    }  # fmt: skip


# --- What goes with a table


def test_the_notes_say_what_it_is_what_it_means_and_where_it_is_from(db: Database) -> None:
    one = export(
        db,
        title="Vacancies",
        chosen=(("Measures", "Social worker vacancy rate"),),
        among=124_158,
        link="/data?metrics=x",
    )
    content = FORMATS["xlsx"].make(db, one)
    rows = fastexcel.read_excel(content).load_sheet("Notes", header_row=None).to_polars().rows()
    words = {row[0]: row[1] for row in rows if row[0]}
    metric, source = db.metrics["vacancy_rate"], db.sources["social_work_workforce"]
    assert rows[0][0] == "Vacancies"
    assert words["Holds"] == f"{one.table.height} of 124,158 rows"
    assert ("Measures", "Social worker vacancy rate") in [row[:2] for row in rows]
    assert words["Data version"] == db.data_version
    assert words["To see it again"] == "/data?metrics=x"
    text = "\n".join(str(cell) for row in rows for cell in row if cell)
    for expected in (
        metric.definition, metric.caveat, "Lower is better", "Suppressed, to protect small numbers", source.title,
        source.publisher, source.release, source.page, "Open Government Licence v3.0",
        db.comments["standing", "quarter"],
    ):  # fmt: skip
        assert expected
        assert expected in text


def test_a_zip_file_explains_every_column_and_measure_of_its_table(db: Database) -> None:
    rows = selection.rows(
        db, selection.FigureQuery(metrics=("vacancy_rate", "judgement_overall", "plan_rate"), newest=True)
    )
    one = export(db, table=exports_rows.to_wide(db, rows), metrics=("vacancy_rate", "judgement_overall", "plan_rate"))
    content = FORMATS["zip"].make(db, one)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.namelist() == [
            "README.txt", "figures.csv", "data-dictionary.csv", "measures.csv", "statuses.csv", "sources.csv",
            "CITATION.txt",
        ]  # fmt: skip
        assert packed.testzip() is None
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        read = {name: packed.read(name).decode("utf-8") for name in packed.namelist()}
    described = {row["column"]: row for row in csv.DictReader(io.StringIO(read["data-dictionary.csv"]))}
    assert list(described) == one.table.columns
    assert all(row["meaning"] and row["type"] for row in described.values())
    assert described["vacancy_rate"]["meaning"].startswith("Social worker vacancy rate (in %): FTE vacancies")
    assert described["vacancy_rate_status"]["type"] == "text"
    measures = [row["metric_id"] for row in csv.DictReader(io.StringIO(read["measures.csv"]))]
    assert set(measures) == {"vacancy_rate", "judgement_overall", "plan_rate"}
    for name in read:
        assert name == "README.txt" or name in read["README.txt"]
    assert db.data_version in read["CITATION.txt"]


def test_a_citation_names_version_date_sources_and_licence(db: Database) -> None:
    built = db.table["build"]["built_at"][0]
    source = db.sources["social_work_workforce"]
    assert exports.citation(db, ["vacancy_rate"], "https://example.org/map") == (
        f"Child Protection Monitor, data version {db.data_version}, built {built:%-d %B %Y}. https://example.org/map "
        f"Figures: {source.publisher}, {source.title}, {source.release}, {source.released}. "
        "Licence: Open Government Licence v3.0."
    )
    every = exports.citation(db, [])
    assert all(db.sources[one].release in every for one in db.figure["source_id"].unique())


def test_parquet_says_what_it_is_in_its_metadata(db: Database) -> None:
    content = FORMATS["parquet"].make(db, export(db, chosen=(("Periods", "2025"),), among=7, link="/map"))
    about = pl.read_parquet_metadata(io.BytesIO(content))
    assert {name: about[name] for name in ("title", "rows", "data_version", "licence", "link")} == {
        "title": "Some figures",
        "rows": f"{export(db).table.height} of 7 rows",
        "data_version": db.data_version,
        "licence": "Open Government Licence v3.0",
        "link": "/map",
    }
    assert json.loads(about["chosen"]) == {"Periods": "2025"}
    assert list(json.loads(about["columns"])) == export(db).table.columns


def test_every_column_an_export_can_have_is_explained(tmp_path: Path, db: Database) -> None:
    made_up = small.database(
        tmp_path,
        metrics=[small.metric(), small.metric("visits", unit="grade")],
        figures=[
            Figure("waits", "101", 5.5),
            Figure("waits", "102", "c"),
            Figure("waits", "103", 1.0, return_id="103+104"),
        ],
    )
    wide = exports_rows.to_wide(made_up, selection.rows(made_up, selection.FigureQuery()))
    long = [*exports.COLUMNS, *exports.TREND_COLUMNS]
    silent = [column for column in [*long, *wide.columns] if not exports.meaning(made_up, column)]
    assert silent == []
    assert {"waits", "waits_status", "waits_joint_return"} <= set(wide.columns)
    assert exports.meaning(made_up, "nobody's") == ""
    kinds = dict(exports.dictionary(db, export(db).table).select("column", "type").iter_rows())
    assert {kinds[name] for name in ("area", "value", "rank", "period_end")} == {
        "text",
        "number",
        "whole number",
        "date",
    }


# --- A map


def test_geojson_has_every_council_with_its_boundary_right_handed(db: Database) -> None:
    found = json.loads(FORMATS["geojson"].make(db, export(db)))
    assert found["type"] == "FeatureCollection"
    assert found["data_version"] == db.data_version
    features = {feature["id"]: feature for feature in found["features"]}
    assert len(found["features"]) == len(features) == 153 == len(db.authorities)
    assert found["rows"] == f"153 of {export(db).table.height:,} rows"
    rings = 0
    for feature in features.values():
        assert feature["type"] == "Feature"
        geometry = feature["geometry"]
        assert geometry["type"] in ("Polygon", "MultiPolygon")
        polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        for polygon in polygons:
            for place, ring in enumerate(polygon):
                rings += 1
                assert len(ring) >= 4
                assert ring[0] == ring[-1]
                assert all(-7 < x < 2 and 49 < y < 56 for x, y in ring)  # longitude first
                area = sum(x * v - u * y for (x, y), (u, v) in pairwise(ring))
                assert (area > 0) == (place == 0)  # outer rings counterclockwise, holes clockwise
    assert rings > 200
    kingston, richmond = features["314"]["properties"], features["318"]["properties"]
    assert kingston["value"] == richmond["value"] == 14.9
    assert kingston["joint_return"] == richmond["joint_return"] == "314+318"
    westminster = features["213"]["properties"]
    assert (westminster["value"], westminster["status"], westminster["symbol"]) == (None, "not_available", "x")
    rows = {row["la_number"]: row for row in export(db).table.iter_rows(named=True)}
    leeds = dict(rows["383"], period_end="2025-09-30")
    assert features["383"]["properties"] == leeds


def test_a_hole_and_an_island_are_turned_the_right_way_round(tmp_path: Path) -> None:
    square = [[0.0, 0.0], [0.0, 2.0], [2.0, 2.0], [2.0, 0.0], [0.0, 0.0]]  # clockwise
    hole = [[0.5, 0.5], [1.0, 0.5], [1.0, 1.0], [0.5, 1.0], [0.5, 0.5]]  # counterclockwise
    db = small.database(tmp_path, metrics=[small.metric()], figures=[Figure("waits", "101", 1.0)])
    shape = {"type": "MultiPolygon", "coordinates": [[square, hole], [hole]]}
    small.put(db, "boundary", pl.DataFrame({"area_id": ["101"], "geojson": [json.dumps(shape)]}))
    found = json.loads(FORMATS["geojson"].make(db, export(db, "waits")))
    assert found["features"][0]["geometry"]["coordinates"] == [[square[::-1], hole[::-1]], [hole]]


def test_a_council_that_has_ended_is_on_the_map_without_a_place(db: Database) -> None:
    period = db.periods["vacancy_rate"][-1]
    rows = db.by_metric["vacancy_rate"].filter(pl.col("period_end") == period.end)
    table = exports.table(db, queries.compared(db, rows, BEST), BEST.title)
    found = {one["id"]: one for one in json.loads(FORMATS["geojson"].make(db, export(db, table=table)))["features"]}
    assert set(found) == set(table["la_number"].drop_nulls())
    ended = set(found) & set(db.ended)
    assert ended
    assert {one for one, feature in found.items() if feature["geometry"] is None} == ended


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (
            selection.FigureQuery(metrics=("vacancy_rate", "plan_rate"), newest=True),
            "choose one measure and one period",
        ),
        (selection.FigureQuery(metrics=("vacancy_rate",)), "choose one measure and one period"),
        (
            selection.FigureQuery(metrics=("vacancy_rate",), areas=(ENGLAND,), newest=True),
            "regions and England have no boundary",
        ),
    ],
)
def test_what_is_no_map_is_refused_before_and_when_it_is_asked(
    db: Database, question: selection.FigureQuery, why: str
) -> None:
    rows = selection.rows(db, question)
    assert why in str(FORMATS["geojson"].refusal(rows))
    table = exports_rows.to_long(db, rows, (), BEST)
    assert why in str(FORMATS["geojson"].refusal(table))
    with pytest.raises(exports.CannotBeMadeError, match=why):
        FORMATS["geojson"].make(db, export(db, table=table))
    with pytest.raises(exports.CannotBeMadeError, match="choose the long table"):
        FORMATS["geojson"].make(db, export(db, table=exports_rows.to_wide(db, rows)))


# --- How much, and how often


@pytest.mark.parametrize("format_id", FORMATS)
def test_equal_exports_give_equal_bytes(db: Database, format_id: str) -> None:
    first = FORMATS[format_id].make(db, export(db))
    assert first == FORMATS[format_id].make(db, export(db))
    assert first != FORMATS[format_id].make(db, export(db, table=export(db).table.filter(pl.col("area") != "Leeds")))


@pytest.mark.parametrize("format_id", ["csv", "xlsx", "zip"])
def test_more_rows_than_a_file_may_have_are_refused_in_words_that_name_the_whole_file(
    made_up: Database, format_id: str
) -> None:
    one = FORMATS[format_id]
    assert one.most == formats.MOST == 100_000
    many = export_of(pl.DataFrame({"value": pl.repeat(1.0, 100_001, eager=True)}))
    words = "Too many rows for one file (limit 100,000). Filter the data, or download the database: "
    with pytest.raises(TooLarge, match=re.escape(words + "/api/v1/monitor.duckdb")):
        one.make(made_up, many)
    assert str(one.refusal(many.table)).startswith(words)
    assert one.refusal(many.table.head(100_000)) is None
    assert one.refusal(many.table, rows=17) is None  # of a wide table, which has fewer rows than figures


def test_a_table_of_any_size_can_be_had_as_parquet(db: Database) -> None:
    table = exports_rows.to_long(db, db.figure, (), BEST)
    assert table.height > formats.MOST
    assert FORMATS["parquet"].refusal(table) is None
    assert pl.read_parquet(io.BytesIO(FORMATS["parquet"].make(db, export(db, table=table)))).equals(table)


PAGE = """
from dashboard.analysis import selection
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.files import exports
from dashboard.files.exports import rows as tables
from dashboard.pages.shared import downloads, session
import streamlit as st

db = session.database()
asked = st.query_params
rows = selection.rows(db, selection.FigureQuery(metrics=tuple(asked.get_all("metric")), newest="newest" in asked))

def make():
    table = tables.to_long(db, rows, (), BENCHMARKS["best_quarter"])
    return exports.Export("figures", "Figures", table, db.data_version)

downloads.downloads(db, make, "figures", figures=rows, label="Download")
"""


@pytest.mark.usefixtures("served")
def test_the_page_offers_what_can_be_had_and_says_what_cannot() -> None:
    def offered(**query: Any) -> tuple[list[str], str]:
        app = AppTest.from_string(PAGE, default_timeout=30)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        words = re.sub(r"<[^>]+>", "", " ".join(element.proto.body for element in app.get("html")))
        return [button.proto.label for button in app.get("download_button")], words

    buttons, words = offered(metric="vacancy_rate", newest="true")
    assert buttons == ["CSV", "Excel", "Parquet", "GeoJSON", "ZIP"]
    assert words == "Download"
    buttons, words = offered(metric="vacancy_rate")
    assert buttons == ["CSV", "Excel", "Parquet", "ZIP"]
    assert "For GeoJSON choose one measure and one period." in words
    buttons, words = offered()
    assert buttons == ["Parquet"]
    assert (
        "Too many rows for CSV, Excel or ZIP (limit 100,000). Filter the data, or download the database: "
        "/api/v1/monitor.duckdb." in words
    )


MEASURED = """
import sys
from pathlib import Path
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.data.database import Database
from dashboard.files import exports
from dashboard.files.exports import rows as tables

db = Database(Path(sys.argv[1]))

def held():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1]) / 1024

def take(rows):
    table = tables.to_long(db, db.figure.head(rows), ("standing", "gap", "interval"), BENCHMARKS["best_quarter"])
    for one in exports.FORMATS.values():
        if one.id != "geojson":
            one.make(db, exports.Export("x", "x", table, db.data_version))

for at in range(3):
    take(99_990 + at)
before = held()
for at in range(10):
    take(99_000 + at)
print(held() - before)
"""


@pytest.mark.slow
def test_forty_downloads_more_hold_no_more_memory(database_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(database_path)],
        check=True, capture_output=True, text=True, cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    assert float(done.stdout) < 100  # megabytes; one table and its CSV are as much


@pytest.mark.slow
@pytest.mark.parametrize("format_id", TABULAR)
def test_a_hundred_thousand_rows_take_less_than_three_seconds_of_work(db: Database, format_id: str) -> None:
    """Of the thread that makes them, which holds other readers up; not by the clock, which a busy machine stretches."""
    before = time.thread_time()
    compared = comparison.compare(db, BEST, db.figure, db.figure.head(100_000))
    FORMATS[format_id].make(db, export(db, table=exports.table(db, compared, BEST.title)))
    assert time.thread_time() - before < 3
