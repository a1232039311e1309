"""`python -m etl` as a person runs it: what it says, and with which exit status."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from etl import areas
from etl.build import builder
from etl.check.database import CHECKS
from tests.etl import synthetic
from tests.etl.helpers import Command

REPOSITORY = builder.DATA.parent


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "etl", *map(str, arguments)],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def words(text: str) -> str:
    """What was printed, without the line breaks of a table."""
    return " ".join(text.split())


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """A data folder that knows the authorities, and nothing else."""
    for name in areas.REFERENCE:
        shutil.copy(builder.DATA / f"{name}.csv", tmp_path)
    return tmp_path


def test_a_command_that_ends_well_ends_with_status_0_and_says_nothing_beside_its_answer(database_path: Path) -> None:
    ran = run("versions", "--data", database_path.parent)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.strip().endswith(", in place")


def test_bad_input_ends_with_status_2_and_words_not_a_traceback(tmp_path: Path) -> None:
    ran = run("extract", "population", "--from", tmp_path / "nowhere", "--data", tmp_path)
    assert ran.returncode == 2
    assert ran.stderr.strip().startswith("E_FILE_ABSENT: ons/ons_mid-year_population_estimates_2012_to_2024.csv: ")
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""


def test_extract_writes_a_release_for_each_source_and_says_so(reference: Path, command: Command) -> None:
    sources = [source.id for source in synthetic.SOURCES]
    published = synthetic.write(reference / "published")
    ran = command("extract", *sources, "--from", published, "--data", reference)
    assert (ran.status, ran.err.strip()) == (0, "")
    for source in synthetic.SOURCES:
        assert f"{source.id}: {source.release.id}.parquet" in words(ran.out)
        assert (reference / "releases" / f"{source.release.id}.parquet").is_file()


def test_extract_may_be_told_which_sources(reference: Path, command: Command) -> None:
    published = synthetic.write(reference / "published")
    assert command("extract", "population", "--from", published, "--data", reference).status == 0
    assert {path.name for path in (reference / "releases").iterdir()} == {"SHA256SUMS", "population_2024.parquet"}


def test_an_unknown_source_is_answered_with_the_known_ones(tmp_path: Path, command: Command) -> None:
    ran = command("extract", "workforce", "--from", tmp_path, "--data", tmp_path)
    assert ran.status == 2
    assert "E_SOURCE: there is no source 'workforce'; the sources are " in ran.err
    assert "social_work_workforce" in ran.err


def test_columns_lists_what_a_loaded_release_holds_with_an_example(command: Command) -> None:
    ran = command("columns", "social_work_workforce", "--data", builder.DATA)
    assert (ran.status, ran.err) == (0, "")
    printed = words(ran.out)
    assert "csww_indicators_2017_to_2025.csv column filled example time_period 1463 2025 " in printed
    # England and the regions have no number of an authority; a column no measure is read from is there too.
    assert " old_la_code 1355 840 " in printed
    assert " agency_cover_rate_fte 1463 81.1 " in printed


def test_columns_names_each_sheet_and_shows_symbols_as_they_are_printed(command: Command) -> None:
    printed = words(command("columns", "council_spending", "--data", builder.DATA).out)
    assert "RO3_2023-24_data_by_LA.ods, RO3_LA_Data_2023-24 column filled example ONS Code 158 E09000002 " in printed
    assert " RO3-csctot-tot-exp 158 [x] " in printed


def test_columns_of_an_unknown_source_is_answered_with_the_known_ones(command: Command) -> None:
    ran = command("columns", "workforce", "--data", builder.DATA)
    assert (ran.status, ran.out) == (2, "")
    assert "E_SOURCE: there is no source 'workforce'; the sources are " in ran.err
    assert "social_work_workforce" in ran.err


def test_columns_of_a_source_that_is_not_loaded_says_how_to_load_it(tmp_path: Path, command: Command) -> None:
    ran = command("columns", "population", "--data", tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("E_RELEASE_ABSENT: population_2024.parquet: ")


def test_check_says_of_everything_that_it_holds(database_path: Path, command: Command) -> None:
    ran = command("check", "--data", database_path.parent)
    assert ran.status == 0
    assert words(ran.out).count("holds ") == len(CHECKS)
    assert "not so" not in ran.out


def test_check_ends_with_status_2_and_shows_rows_and_remedy(
    database_path: Path, tmp_path: Path, command: Command
) -> None:
    shutil.copy(database_path, tmp_path)
    with duckdb.connect(str(tmp_path / builder.DATABASE)) as connection:
        connection.execute("DELETE FROM neighbour WHERE closeness_rank = 10")
    ran = command("check", "--data", tmp_path)
    assert ran.status == 2
    assert "not so Every authority of today has ten statistical neighbours" in words(ran.out)
    assert "153 rows. After a reorganisation wait for the model's new edition" in words(ran.out)
    assert words(ran.out).count("holds ") == len(CHECKS) - 1


def test_check_lists_what_proves_each_measure_and_what_nothing_proves(database_path: Path, command: Command) -> None:
    ran = command("check", "--prove", "--data", database_path.parent)
    assert ran.status == 0
    printed = words(ran.out)
    assert "vacancy_rate the figure follows from the counts printed beside it 1461 0" in printed
    assert "vacancy_rate England and each region are the sum of their councils 234 0" in printed
    assert "caseholder_share England and each region are the mean of their councils 108 0" in printed
    assert "focused_visits the judgement before each visit is one that such visits follow 109 0" in printed
    assert "director_changes nothing but its own figures of other years" in printed


def test_status_says_what_was_loaded_and_why_figures_are_missing(database_path: Path, command: Command) -> None:
    ran = command("status", "--data", database_path.parent)
    assert ran.status == 0
    assert "data version 20" in ran.out
    printed = words(ran.out)
    assert (
        "Children's social work workforce Department for Education reporting year 2025 2026-03-19 1 1463 1463 0 0"
        in printed
    )
    # x, u and low of the file's own table of symbols; its joint returns count for both councils here.
    assert (
        "metric first last observed suppressed not applicable not available low reliability rounds to zero" in printed
    )
    assert "agency_rate 2017-09-30 2025-09-30 1355 0 0 9 2 3 0 0" in printed
    # Eleven inspections under the framework of 2026, and councils that were new and not yet inspected.
    assert "judgement_overall 2018-03-31 2026-08-20 1503 0 0 0 0 0 11 8" in printed


@pytest.mark.parametrize("told", ["check", "status"])
@pytest.mark.parametrize("content", [None, b"", b"not a database"], ids=["absent", "empty", "another file"])
def test_without_a_database_a_command_says_how_to_make_one(
    tmp_path: Path, command: Command, told: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / builder.DATABASE).write_bytes(content)
    ran = command(told, "--data", tmp_path)
    assert ran.status == 2
    assert ran.err.strip().startswith("E_DATABASE: monitor.duckdb cannot be opened: ")
    assert "Run `python -m etl build`." in ran.err


def test_a_database_of_something_else_is_not_read(tmp_path: Path, command: Command) -> None:
    with duckdb.connect(str(tmp_path / builder.DATABASE)) as connection:
        connection.execute("CREATE TABLE something (else_ INTEGER)")
    ran = command("status", "--data", tmp_path)
    assert ran.status == 2
    assert ran.err.strip().startswith("E_DATABASE: ")


def test_a_damaged_boundary_file_is_said_in_words(tmp_path: Path, command: Command) -> None:
    (tmp_path / "boundaries.geojson").write_text("<html>", "utf-8")
    (tmp_path / "tiles.hexjson").write_text("{}", "utf-8")
    ran = command("geography", tmp_path / "boundaries.geojson", tmp_path / "tiles.hexjson", "--data", tmp_path)
    assert ran.status == 2
    assert ran.err.strip().startswith("E_GEOGRAPHY: ")


def test_an_unknown_command_or_none_ends_with_status_2(command: Command) -> None:
    assert command("nonsense").status == 2
    assert command().status == 2
    assert command("--help").status == 0
