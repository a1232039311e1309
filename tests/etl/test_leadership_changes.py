"""Changes of directors: England only, a year once, and each with the page it is from."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from etl import releases
from etl.areas import Areas
from etl.check import database
from etl.extract.release import extract
from etl.model import ENGLAND, Context, Loaded, SourceError
from etl.sources.leadership_changes import FILE, SOURCE

HEADER = "year_ending_31_march,dcs_changes_total,las_with_a_change,source_url"
PAGE = "https://www.adcs.org.uk/x"


def load(tmp_path: Path, areas: Areas, *rows: str) -> Loaded:
    where = tmp_path / "published" / SOURCE.release.files[0].path
    where.parent.mkdir(parents=True)
    where.write_text("".join(f"{line}\n" for line in (HEADER, *rows)), "utf-8")
    extract(SOURCE, tmp_path / "published", tmp_path)
    return SOURCE.load(SOURCE, releases.read(tmp_path, SOURCE), Context(areas, {}))


def test_a_count_is_englands_of_the_year_to_31_march(tmp_path: Path, known_areas: Areas) -> None:
    observation = load(tmp_path, known_areas, f"2024,62,49,{PAGE}", f"2025,51,39,{PAGE}").tables["observation"]
    assert observation.select("area_id", "period_end", "value", "line").rows() == [
        (ENGLAND, date(2024, 3, 31), 62.0, 2),
        (ENGLAND, date(2025, 3, 31), 51.0, 3),
    ]


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        (f"2025/26,51,39,{PAGE}", "E_PERIOD", "year_ending_31_march"),
        (f"1999,51,39,{PAGE}", "E_PERIOD", "year_ending_31_march"),
        (f"2099,51,39,{PAGE}", "E_PERIOD", "year_ending_31_march"),
        (f"2025,about 50,39,{PAGE}", "E_SYMBOL", "dcs_changes_total"),
        (f"2025,,39,{PAGE}", "E_SYMBOL", "dcs_changes_total"),
        ("2025,51,39,a colleague", "E_PAGE", "source_url"),
        (f"2024,61,49,{PAGE}", "E_DUP_KEY", "year_ending_31_march"),
    ],
)
def test_what_cannot_be_is_refused_by_name_with_its_line(
    tmp_path: Path, known_areas: Areas, row: str, rule: str, column: str
) -> None:
    with pytest.raises(SourceError) as error:
        load(tmp_path, known_areas, f"2024,62,49,{PAGE}", row)
    assert (error.value.rule, error.value.file, error.value.line, error.value.column) == (rule, FILE, 3, column)


def test_only_a_metric_that_is_declared_so_may_have_no_councils(database_path: Path, tmp_path: Path) -> None:
    (check,) = (one for one in database.CHECKS if one.name == "authority_has_row")
    copy = Path(shutil.copy(database_path, tmp_path / "copy.duckdb"))
    with duckdb.connect(str(copy)) as connection:
        assert database.offending(connection, check) == []
        connection.execute("CREATE TABLE declared AS FROM metric")
        connection.execute("UPDATE declared SET england_only = false")
        undeclared = dataclasses.replace(
            check, offending=check.offending.replace("FROM metric WHERE", "FROM declared WHERE")
        )
        assert {row[0] for row in database.offending(connection, undeclared)} == {"director_changes"}
