"""Files for spreadsheets: what is in them, and that they are safe to open (rule `pages`; operations 4.2)."""

from __future__ import annotations

import csv as readers
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from dashboard.analysis import queries, selection
from dashboard.analysis.benchmarks import BENCHMARKS
from dashboard.data.database import Database
from dashboard.data.model import ENGLAND
from dashboard.files import exports
from dashboard.files.exports.columns import CALCULATED
from tests.dashboard import small
from tests.dashboard.small import Figure


def exported(db: Database, metric_id: str = "vacancy_rate", benchmark: str = "best_quarter") -> pl.DataFrame:
    metric = db.metrics[metric_id]
    rows = queries.councils(db, metric, db.latest(metric_id), BENCHMARKS[benchmark])
    return exports.table(db, rows, BENCHMARKS[benchmark].label)


def cells(content: bytes) -> list[dict[str, str]]:
    return list(readers.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def test_a_row_says_what_it_is_how_it_compares_and_where_it_is_from(db: Database) -> None:
    frame = exported(db)
    assert frame.columns == list(exports.COLUMNS)
    assert frame.height == 153
    leeds = frame.row(by_predicate=pl.col("area") == "Leeds", named=True)
    expected = {
        "metric": "Social worker vacancy rate", "period": "2025", "value": 2.1, "unit": "%", "status": "observed",
        "symbol": None, "change": -5.1, "series_break": None, "rank": 6, "tied": 2, "ranked": 147, "quarter": 1,
        "joint_return": None,
        "benchmark_rule": "Best quarter in England", "polarity": "lower_is_better", "la_number": "383",
        "gss_code": "E08000035", "region": "Yorkshire and The Humber", "area_kind": "local_authority",
        "publisher": "Department for Education", "licence": "Open Government Licence v3.0",
        "data_version": db.data_version,
    }  # fmt: skip
    assert {name: leeds[name] for name in expected} == expected
    for column in ("source", "publisher", "release", "released", "page", "licence", "data_version"):
        assert frame[column].null_count() == 0


def test_what_is_missing_keeps_its_status_and_symbol_and_is_never_zero(db: Database) -> None:
    rows = {row["area"]: row for row in cells(exports.csv(exported(db)))}
    westminster, kingston = rows["Westminster"], rows["Kingston upon Thames"]
    assert [westminster[name] for name in ("value", "status", "symbol", "rank")] == ["", "not_available", "x", ""]
    assert [kingston[name] for name in ("value", "status", "joint_return")] == ["14.9", "observed", "314+318"]
    assert rows["Isles of Scilly"]["value"] == "100.0"


@pytest.mark.parametrize("metric_id", ["vacancy_rate", "plan_rate", "children", "judgement_overall", "long_plan_rate"])
@pytest.mark.parametrize("benchmark", ["best_quarter", "neighbours"])
def test_a_file_reads_back_as_the_frame_it_was_made_of(db: Database, metric_id: str, benchmark: str) -> None:
    frame = exported(db, metric_id, benchmark)
    text = pl.DataFrame(cells(exports.csv(frame)), dict.fromkeys(frame.columns, pl.String)).select(
        pl.all().replace("", None)
    )
    back = text.with_columns(pl.col("period_end").str.to_date()).cast(frame.schema)
    assert back.equals(frame)


def test_every_figure_there_is_can_be_exported(db: Database) -> None:
    rows = selection.rows(db, selection.FigureQuery())
    frame = exports.table(db, queries.compared(db, rows, BENCHMARKS["england"]), "England")
    assert frame.height == db.figure.height
    others = frame.filter(pl.col("area_kind") != "local_authority")
    assert others["benchmark"].null_count() == others.height > 0  # regions and England are not compared
    assert frame["source"].null_count() == 0


HOSTILE = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']
HARMLESS = ["Bristol, City of", 'The "Royal" Borough', "O'Brien", "line\nbreak", "3-5", "a=b", "Ynys Môn", " =1"]


def test_text_that_a_spreadsheet_would_run_is_made_text_and_all_else_is_kept(tmp_path: Path) -> None:
    names = dict(zip(small.COUNCILS, HOSTILE + HARMLESS, strict=False))
    figures = [Figure("waits", council, float(number)) for number, council in enumerate(names)]
    db = small.database(
        tmp_path,
        metrics=[small.metric(title="=1+1")],
        figures=[*figures, Figure("waits", ENGLAND, 20.5)],
        names=names,
    )
    rows = cells(exports.csv(exported(db, "waits", "england")))
    found = {row["la_number"]: row for row in rows}
    for number, (council, name) in enumerate(names.items()):
        assert found[council]["area"] == (f"'{name}" if name in HOSTILE else name)
        assert found[council]["metric"] == "'=1+1"
        assert float(found[council]["value"]) == number
        assert float(found[council]["gap"]) == pytest.approx(number - 20.5)  # negative, and still a number
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+@\t\r" and cell]
    numeric = {f"{name}{end}" for name in ("gap", "value", "change", "benchmark") for end in ("", "_low", "_high")}
    assert not [row[name] for row in rows for name in row if name not in numeric and row[name].startswith("-")]


def test_a_file_is_utf_8_with_text_in_quotes_and_numbers_without(tmp_path: Path) -> None:
    db = small.database(
        tmp_path, metrics=[small.metric()], figures=[Figure("waits", "101", 5.5)], names={"101": "Ynys Môn"}
    )
    content = exports.csv(exported(db, "waits", "england")).decode("utf-8")
    header, line = content.splitlines()
    assert header.startswith('"area","metric","period"')
    assert line.startswith('"Ynys Môn","Title of waits","2025","2025-09-30",5.5,,,"%","observed",')


def test_members_of_a_zip_file_can_be_read_by_everybody(db: Database) -> None:
    content = exports.FORMATS["zip"].make(db, exports.Export("figures", "Figures", exported(db), db.data_version))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {member.external_attr >> 16 & 0o777 for member in archive.infolist()} == {0o644}


@pytest.mark.parametrize("benchmark", ["best_quarter", "england", "neighbours"])
def test_calculated_figures_have_nine_digits_and_no_zero_has_a_sign(db: Database, benchmark: str) -> None:
    councils = db.newest.filter(pl.col("kind") == "local_authority")
    table = exports.table(db, queries.compared(db, councils, BENCHMARKS[benchmark]), "").select(CALCULATED)
    for column in table:
        values = column.drop_nulls().to_list()
        assert values, column.name
        assert all(value == float(f"{value:.9g}") for value in values), column.name
        assert "-" not in {f"{value:g}"[0] for value in values if value == 0}, column.name
