"""Published files become releases: every cell as printed, with where it stood; broken files are refused by name."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

from etl import releases
from etl.extract.read_spreadsheets import spreadsheet_cells
from etl.extract.release import extract
from etl.model import EtlError, File, SourceError
from etl.releases import CELL, Cells
from etl.sources import social_work_workforce
from etl.sources.ofsted_inspections import SOURCE as OFFICIAL
from etl.sources.statistical_neighbours import SOURCE as NEIGHBOURS
from tests.etl import synthetic, workbooks

FILE = "csww_indicators_2017_to_2025.csv"
WORKFORCE = synthetic.only(social_work_workforce.SOURCE, FILE, synthetic.INDICATORS)
BOOK = "LA_Inspection_Outcomes_as_at_31_March_2025.ods"


HISTORY = "ILACS_inspection_history"


def workforce(tmp_path: Path, content: bytes = synthetic.WORKFORCE) -> Cells:
    return synthetic.cells(WORKFORCE, tmp_path, {FILE: content})


def parquet(columns: Mapping[str, Sequence[str] | pl.Series]) -> bytes:
    written = io.BytesIO()
    pl.DataFrame(columns).write_parquet(written)
    return written.getvalue()


def test_a_release_holds_every_cell_as_printed_with_its_line_and_column(tmp_path: Path) -> None:
    cells = workforce(tmp_path).frame.filter(pl.col("line") == 5)
    printed = dict(cells.select("column", "text").iter_rows())
    assert printed["la_name"] == "Camden"
    assert printed["agency_rate_fte"] == "low"
    assert printed["vacancy_rate_fte"] == "x"
    assert list(printed) == synthetic.WORKFORCE.decode().split("\n")[0].split(",")


def test_a_release_says_of_each_cell_which_file_it_was_read_from_and_whose_that_is(tmp_path: Path) -> None:
    frame = workforce(tmp_path).frame
    assert frame.schema == CELL
    about = frame.select("file", "sheet", "publisher", "title", "page", "release_date", "licence", "sha256").unique()
    assert about.rows() == [
        (
            FILE,
            "",
            "Department for Education",
            "Children's social work workforce: reporting year 2025",
            "https://explore-education-statistics.service.gov.uk/find-statistics/children-s-social-work-workforce",
            "2026-03-19",
            "Open Government Licence v3.0",
            hashlib.sha256(synthetic.WORKFORCE).hexdigest(),
        )
    ]


def test_extracting_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    published = synthetic.write(tmp_path / "published")
    first = extract(WORKFORCE, published, tmp_path).read_bytes()
    assert extract(WORKFORCE, published, tmp_path).read_bytes() == first


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbf" + synthetic.WORKFORCE, id="byte order mark"),
        pytest.param(synthetic.WORKFORCE.decode().encode("utf-16"), id="UTF-16 that says so"),
        pytest.param(b"\xfe\xff" + synthetic.WORKFORCE.decode().encode("utf-16-be"), id="UTF-16, high byte first"),
        pytest.param(synthetic.WORKFORCE.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(synthetic.WORKFORCE.replace(b"\n", b"\r"), id="CR"),
        pytest.param(
            synthetic.WORKFORCE.replace(b"\n", b"\r\n", 3).replace(b"\r\n", b"\r", 1), id="mixed ends of lines"
        ),
        pytest.param(synthetic.WORKFORCE.replace(b",Leeds,", b',"Leeds",'), id="quotes"),
    ],
)
def test_what_only_looks_different_is_read_alike(tmp_path: Path, content: bytes) -> None:
    read, plain = workforce(tmp_path / "a", content).frame, workforce(tmp_path / "b").frame
    assert read.drop("sha256").equals(plain.drop("sha256"))


def test_columns_are_known_by_their_names_wherever_they_stand_and_a_new_one_is_kept(tmp_path: Path) -> None:
    rows = [line.split(",") for line in synthetic.WORKFORCE.decode().splitlines()]
    turned = [[*reversed(row), "new" if number else "a_new_measure"] for number, row in enumerate(rows)]
    table = workforce(tmp_path / "a", "".join(f"{','.join(row)}\n" for row in turned).encode()).table(FILE)
    plain = workforce(tmp_path / "b").table(FILE)
    assert table.select(plain.columns).equals(plain)
    # Nothing is read of it, so nothing changes; but it is there to be found, and one day to be declared.
    assert table["a_new_measure"].unique().to_list() == ["new"]


def test_a_cell_is_text_whatever_stands_above_it(tmp_path: Path) -> None:
    row = f"2025,{synthetic.LEEDS},180,9,5,20,10,20,10,100,1500,15,3.3"
    content = synthetic.csv_file(synthetic.INDICATORS, *[row] * 5_000, row.replace(",1500,", ",c,"))
    assert workforce(tmp_path, content).table(FILE)["cases"].value_counts().sort("cases").rows() == [
        ("1500", 5_000), ("c", 1),
    ]  # fmt: skip


def test_a_leading_zero_a_comma_and_a_line_break_within_quotes_stay(tmp_path: Path) -> None:
    content = synthetic.WORKFORCE.replace(b",383,", b",001,").replace(b",Leeds,", b',"Bristol,\nCity of",')
    table = workforce(tmp_path, content).table(FILE)
    assert table.filter(pl.col("line") == 4).select("old_la_code", "la_name").row(0) == ("001", "Bristol,\nCity of")


def test_a_line_is_the_line_of_the_file_even_after_a_cell_of_two_lines_and_an_empty_line(tmp_path: Path) -> None:
    header, *rows = synthetic.NEIGHBOURS.decode().splitlines()
    content = "\n".join((header, rows[0].replace("Leeds", '"Leeds\n(city)"'), "", rows[1], "")).encode()
    cells = synthetic.cells(NEIGHBOURS, tmp_path, {"sn_model_2025_wide.csv": content})
    table = cells.table("sn_model_2025_wide.csv")
    assert table.select("line", "la_name").rows() == [(2, "Leeds\n(city)"), (5, "Camden")]


def test_an_empty_cell_is_nothing_and_a_zero_is_a_zero(tmp_path: Path) -> None:
    content = synthetic.WORKFORCE.replace(b",5,20,10,", b",0,20,,")
    table = workforce(tmp_path, content).table(FILE)
    assert table.filter(pl.col("line") == 4).select("turnover_rate_fte", "agency_rate_fte").row(0) == ("0", None)


def test_of_a_spreadsheet_the_declared_sheets_are_read_from_below_their_header(tmp_path: Path) -> None:
    table = synthetic.cells(OFFICIAL, tmp_path).table(BOOK, "ILACS_inspection_history")
    assert table.select("line", "Local authority name", "Inspection date", "Overall effectiveness").rows() == [
        (4, "Leeds", "2021-05-10T00:00:00", "Good"),
        (5, "Camden", "2024-04-15T00:00:00", "Good"),
    ]


@pytest.mark.parametrize("above", [[], [[]], [[], ["A title"], []]], ids=["moved up", "blank above", "moved down"])
def test_a_header_row_that_moved_is_found_and_lines_still_count_from_the_top(
    tmp_path: Path, above: list[list[str]]
) -> None:
    moved = {name: [*above, *rows[2:]] if len(rows) > 2 else rows for name, rows in synthetic.OFFICIAL.items()}
    table = synthetic.cells(OFFICIAL, tmp_path, {BOOK: synthetic.spreadsheet(moved)}).table(
        BOOK, "ILACS_inspection_history"
    )
    first = len(above) + 2
    assert table.select("line", "Local authority name").rows() == [(first, "Leeds"), (first + 1, "Camden")]


def test_a_header_wrapped_by_hand_is_the_same_header(tmp_path: Path) -> None:
    wrapped = synthetic.spreadsheet(
        {
            name: [[cell.replace("Publication date", "Publication\n  date ") for cell in row] for row in rows]
            for name, rows in synthetic.OFFICIAL.items()
        }
    )
    table = synthetic.cells(OFFICIAL, tmp_path, {BOOK: wrapped}).table(BOOK, "ILACS_inspection_history")
    assert table["Publication date"].to_list() == ["2021-07-01T00:00:00", "2024-06-04T00:00:00"]


def test_a_column_of_notes_and_blank_lines_beside_and_below_a_sheets_table_change_nothing(tmp_path: Path) -> None:
    noted = {
        name: [*([*row, "", "See note 3"] if len(row) > 1 else row for row in rows), [], []]
        for name, rows in synthetic.OFFICIAL.items()
    }
    table = synthetic.cells(OFFICIAL, tmp_path / "a", {BOOK: synthetic.spreadsheet(noted)}).table(BOOK, HISTORY)
    plain = synthetic.cells(OFFICIAL, tmp_path / "b").table(BOOK, HISTORY)
    assert table.select(plain.columns).equals(plain)


def test_an_excel_workbook_is_read_like_any_other() -> None:
    content = workbooks.excel(A1="Title", A3="code", A4="383", A5="202")
    file = File("book.xlsx", sheet="S", header="code")
    assert spreadsheet_cells(content, file) == [
        ("book.xlsx", "S", 4, "code", "383"), ("book.xlsx", "S", 5, "code", "202"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ('office:value-type="float" office:value="50498724.55316"', "50498724.55316"),
        ('office:value-type="float" office:value="383"', "383"),
        ('office:value-type="percentage" office:value="1e-7"', "0.0000001"),
        ('office:value-type="time" office:time-value="PT10H30M00S"', "10:30:00"),
        ('office:value-type="boolean" office:boolean-value="true"', "true"),
    ],
)
def test_a_typed_cell_is_the_text_of_what_the_file_holds(typed: str, text: str) -> None:
    """Not what is shown of it, and with no digit more or less."""
    plain = synthetic.spreadsheet({"S": [["code"], ["CELL"]]})
    xml = workbooks.xml_of(plain).replace('office:value-type="string"><text:p>CELL<', f"{typed}><text:p>shown<")
    content = workbooks.repacked(plain, member=workbooks.CONTENT, content=xml)
    assert spreadsheet_cells(content, File("b.ods", sheet="S", header="code")) == [("b.ods", "S", 2, "code", text)]


def test_lines_of_a_cell_stay_apart() -> None:
    plain = synthetic.spreadsheet({"S": [["code"], ["CELL"]]})
    xml = workbooks.xml_of(plain).replace("<text:p>CELL</text:p>", "<text:p>York</text:p><text:p>Derby</text:p>")
    content = workbooks.repacked(plain, member=workbooks.CONTENT, content=xml)
    assert spreadsheet_cells(content, File("b.ods", sheet="S", header="code"))[0][-1] == "York Derby"


# A table of a count by age: only two of its groups are kept.
GROUPED = File(
    "made-up/grouped.csv", groups={"age": ("All ages", "Under 1")}, columns=("old_la_code", "age", "children")
)


@pytest.mark.parametrize(
    ("rows", "rule", "line", "says"),
    [
        pytest.param(["383,Under 1 ,60"], "E_GROUP", 2, "'Under 1 ' has spaces around it", id="a space after a group"),
        pytest.param(["383,\u00a0Under 1,60"], "E_GROUP", 2, "has spaces around it", id="a no-break space before it"),
        pytest.param(["383,Under 1,60", "383,,60"], "E_GROUP", 3, "a group without a name", id="no group"),
        pytest.param(
            [f"383,{age},1" for age in range(25_001)], "E_TOO_LARGE", 25_002, "more than 25000 groups",
            id="25,001 groups",
        ),
        pytest.param(
            ["383,Under 1,60", "old_la_code,age,children", "202,Under 1,60"], "E_SECOND_HEADER", 3, "stands here again",
            id="a second header",
        ),
    ],
)  # fmt: skip
def test_a_row_is_not_lost_because_its_group_is_not_quite_one(
    tmp_path: Path, rows: list[str], rule: str, line: int, says: str
) -> None:
    source = dataclasses.replace(
        WORKFORCE, metrics=(), release=dataclasses.replace(WORKFORCE.release, files=(GROUPED,))
    )
    (tmp_path / "made-up").mkdir()
    table = "".join(f"{row}\n" for row in ("old_la_code,age,children", *rows))
    (tmp_path / GROUPED.path).write_text(table, "utf-8")
    with pytest.raises(SourceError, match=says) as error:
        extract(source, tmp_path, tmp_path / "releases")
    assert (error.value.rule, error.value.file, error.value.line) == (rule, "grouped.csv", line)
    assert not (tmp_path / "releases").exists()


@pytest.mark.parametrize(
    ("content", "rule", "says"),
    [
        pytest.param(b"<html>", "E_MAGIC", "this is a web page, not a Parquet file", id="a web page"),
        pytest.param(
            parquet({"code": pl.repeat("383", 2_500_001, eager=True), "age": pl.repeat(1, 2_500_001, eager=True)}),
            "E_TOO_LARGE", "5000002 cells; at most 5000000", id="five million cells",
        ),
        pytest.param(
            parquet({"code": ["383", "20\u200b2"]}), "E_HIDDEN", r"line 2, column 'code': '20\\u200b2' has a character",
            id="what nobody sees",
        ),
    ],
)  # fmt: skip
def test_a_parquet_file_that_is_not_what_it_should_be_is_refused(
    tmp_path: Path, content: bytes, rule: str, says: str
) -> None:
    release = dataclasses.replace(WORKFORCE.release, files=(File("rows.parquet"),))
    (tmp_path / "rows.parquet").write_bytes(content)
    with pytest.raises(SourceError, match=says) as error:
        extract(dataclasses.replace(WORKFORCE, metrics=(), release=release), tmp_path, tmp_path / "releases")
    assert error.value.rule == rule
    assert not (tmp_path / "releases").exists()


def test_a_missing_column_is_named_with_the_nearest_there_is(tmp_path: Path) -> None:
    content = synthetic.WORKFORCE.replace(b"vacancy_rate_fte", b"vacancy_rate_fte_%")
    with pytest.raises(SourceError) as error:
        workforce(tmp_path, content)
    assert error.value.rule == "E_MISSING_COLUMN"
    assert "column 'vacancy_rate_fte'" in str(error.value)
    assert "the nearest is 'vacancy_rate_fte_%'" in str(error.value)


def test_a_refused_file_leaves_the_release_of_before_and_no_draft(tmp_path: Path) -> None:
    workforce(tmp_path)
    before = releases.path(tmp_path / "releases", WORKFORCE.release).read_bytes()
    with pytest.raises(SourceError):
        workforce(tmp_path, synthetic.WORKFORCE[:-1])
    assert {path.name for path in (tmp_path / "releases").iterdir()} == {
        "SHA256SUMS",
        "social_work_workforce_2025.parquet",
    }
    assert releases.path(tmp_path / "releases", WORKFORCE.release).read_bytes() == before


def test_a_release_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    published = synthetic.write(tmp_path / "published")
    (tmp_path / "a file where the folder should be").touch()
    with pytest.raises(EtlError, match=r"^E_WRITE: social_work_workforce_2025\.parquet could not be written: "):
        extract(WORKFORCE, published, tmp_path / "a file where the folder should be")


def test_a_release_that_cannot_be_replaced_leaves_no_draft(tmp_path: Path) -> None:
    published = synthetic.write(tmp_path / "published")
    in_the_way = tmp_path / "releases" / "social_work_workforce_2025.parquet"
    in_the_way.mkdir(parents=True)
    with pytest.raises(EtlError, match=r"^E_WRITE: .*Make room or give write permission"):
        extract(WORKFORCE, published, tmp_path / "releases")
    assert list(in_the_way.parent.iterdir()) == [in_the_way]


def test_a_release_without_the_file_a_source_needs_is_refused(tmp_path: Path) -> None:
    cells = workforce(tmp_path)
    with pytest.raises(SourceError, match=r"^E_FILE_ABSENT: csww_2026\.csv: .*python -m etl extract"):
        cells.table("csww_2026.csv")


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        pytest.param(None, "E_RELEASE_ABSENT", id="absent"),
        pytest.param(b"", "E_RELEASE_DAMAGED", id="empty"),
        pytest.param(b"vacancy rate, 14.2\n", "E_RELEASE_DAMAGED", id="not parquet"),
        pytest.param(slice(0, 3000), "E_RELEASE_DAMAGED", id="truncated"),
        pytest.param(slice(0, -1), "E_RELEASE_DAMAGED", id="cut by one byte"),
    ],
)
def test_a_release_file_that_is_not_whole_is_refused(tmp_path: Path, content: bytes | slice | None, rule: str) -> None:
    workforce(tmp_path)
    where = releases.path(tmp_path / "releases", WORKFORCE.release)
    if content is None:
        where.unlink()
    else:
        where.write_bytes(where.read_bytes()[content] if isinstance(content, slice) else content)
    with pytest.raises(EtlError, match=rf"^{rule}: social_work_workforce_2025\.parquet: .*[Rr]estore it from git"):
        releases.read(tmp_path / "releases", WORKFORCE)


def test_a_wrong_bit_anywhere_in_a_release_is_refused(tmp_path: Path) -> None:
    """Half of them would read as other figures: of the real workforce release, 156 of 300 flips did."""
    workforce(tmp_path)
    where = releases.path(tmp_path / "releases", WORKFORCE.release)
    whole = where.read_bytes()
    for at in range(0, len(whole), len(whole) // 60):
        where.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(EtlError, match=r"^E_RELEASE_DAMAGED: social_work_workforce_2025"):
            releases.read(tmp_path / "releases", WORKFORCE)
    where.write_bytes(whole)
    assert releases.read(tmp_path / "releases", WORKFORCE).frame.height


def test_a_release_that_nobody_sealed_is_refused(tmp_path: Path) -> None:
    workforce(tmp_path)
    (tmp_path / "releases" / releases.SUMS).unlink()
    with pytest.raises(EtlError, match=r"^E_RELEASE_DAMAGED: .* not as it was written, by its sum in SHA256SUMS"):
        releases.read(tmp_path / "releases", WORKFORCE)


def test_a_parquet_file_of_other_columns_is_no_release(tmp_path: Path) -> None:
    workforce(tmp_path)
    where = releases.path(tmp_path / "releases", WORKFORCE.release)
    pl.DataFrame({"vacancy_rate": [14.2]}).write_parquet(where)
    releases.seal(where.parent)
    with pytest.raises(EtlError, match="E_RELEASE_DAMAGED"):
        releases.read(tmp_path / "releases", WORKFORCE)
