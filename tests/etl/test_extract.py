"""Published files become releases: every cell as printed, with where it stood; broken files are refused by name."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest

from etl import releases
from etl.extract import extract
from etl.model import EtlError, SourceError
from etl.releases import CELL, Cells
from etl.sources import social_work_workforce
from etl.sources.ofsted_inspections import SOURCE as OFFICIAL
from etl.sources.statistical_neighbours import SOURCE as NEIGHBOURS
from tests.etl import synthetic

FILE = "csww_indicators_2017_to_2025.csv"
WORKFORCE = synthetic.only(social_work_workforce.SOURCE, FILE, synthetic.INDICATORS)
BOOK = "LA_Inspection_Outcomes_as_at_31_March_2025.ods"


def workforce(tmp_path: Path, content: bytes = synthetic.WORKFORCE) -> Cells:
    return synthetic.cells(WORKFORCE, tmp_path, {FILE: content})


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
        pytest.param(synthetic.WORKFORCE.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(synthetic.WORKFORCE.replace(b",Leeds,", b',"Leeds",'), id="quotes"),
    ],
)
def test_what_only_looks_different_is_read_alike(tmp_path: Path, content: bytes) -> None:
    read, plain = workforce(tmp_path / "a", content).frame, workforce(tmp_path / "b").frame
    assert read.drop("sha256").equals(plain.drop("sha256"))


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
    assert [path.name for path in (tmp_path / "releases").iterdir()] == ["social_work_workforce_2025.parquet"]
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


def test_any_byte_of_a_release_may_be_wrong_and_nothing_but_a_named_error_comes_of_it(tmp_path: Path) -> None:
    workforce(tmp_path)
    where = releases.path(tmp_path / "releases", WORKFORCE.release)
    whole = where.read_bytes()
    for at in range(4, len(whole), len(whole) // 60):
        where.write_bytes(whole[:at] + bytes(255 - byte for byte in whole[at : at + 20]) + whole[at + 20 :])
        try:
            releases.read(tmp_path / "releases", WORKFORCE)
        except EtlError as error:
            assert str(error).startswith("E_RELEASE_DAMAGED")  # noqa: PT017 - some damage parquet cannot see


def test_a_parquet_file_of_other_columns_is_no_release(tmp_path: Path) -> None:
    workforce(tmp_path)
    where = releases.path(tmp_path / "releases", WORKFORCE.release)
    pl.DataFrame({"vacancy_rate": [14.2]}).write_parquet(where)
    with pytest.raises(EtlError, match="E_RELEASE_DAMAGED"):
        releases.read(tmp_path / "releases", WORKFORCE)
