"""The database is read and nothing else: no other file, no network, no other settings; and the newest file is seen."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dashboard.api import whole
from dashboard.data.database import Database
from dashboard.data.duckdb_connection import READER, open_read_only, read_identity
from dashboard.data.versions import Store
from tests.hosting.helpers import copied

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW = "2026-01-01-aaaaaaaa", "2026-02-02-bbbbbbbb"
frame_of_ours = [{"secret": 1}]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small database; its folder has a quote in its name."""
    path = tmp_path / "it's here" / "monitor.duckdb"
    path.parent.mkdir()
    return copied(path, OLD)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, duckdb.DuckDBPyConnection]]:
    """A small database and who reads it, for questions that must all be refused."""
    path = copied(tmp_path_factory.mktemp("it's read") / "monitor.duckdb", OLD)
    with open_read_only(path) as connection:
        yield path, connection
    assert read_identity(path)[0] == OLD


@pytest.mark.parametrize(
    "statement",
    [
        "FROM read_text('{other}')", "FROM read_csv('{other}')", "FROM '{other}'", "FROM glob('{folder}/*')",
        "FROM read_text('{file}')", "ATTACH '{other}' AS other", "ATTACH ':memory:' AS m; ATTACH '{file}' AS again",
        "COPY build TO '{folder}/out.csv'", "EXPORT DATABASE '{folder}/out'", "COPY area FROM '{other}'",
        "INSTALL httpfs", "LOAD httpfs", "LOAD '{other}'", "FROM read_parquet('https://example.org/x.parquet')",
        "SET enable_external_access = true", "SET lock_configuration = false", "SET memory_limit = '100GB'",
        "SET threads = 64", "RESET memory_limit", "PRAGMA enable_profiling", "SET GLOBAL allowed_directories = ['/']",
        "CREATE PERSISTENT SECRET s (TYPE http)", "CREATE TABLE more (a INTEGER)", "DELETE FROM build",
        "UPDATE build SET data_version = 'x'", "FROM frame_of_ours", "FROM other_frame", "FROM read_blob('{other}')",
        "FROM sniff_csv('{other}')", "FROM parquet_metadata('{other}')", "FROM read_json('{other}')",
        "SELECT * FROM query('FROM read_text(''{other}'')')", "FROM query_table('{other}')",
        "IMPORT DATABASE '{folder}'",
        "COPY (SELECT 1) TO '/dev/stdout'", "COPY FROM DATABASE monitor TO memory; ATTACH '{other}' AS m",
        "INSTALL spatial FROM community", "ATTACH 'https://example.org/x.duckdb' AS web", "ATTACH 'md:' AS md",
        "SET temp_directory = '{folder}'", "SET max_execution_time = 0", "SET autoload_known_extensions = true",
        "SET python_enable_replacements = true", "SET allowed_paths = ['{other}']", "RESET lock_configuration",
        "PRAGMA temp_directory='{folder}'", "PRAGMA enable_logging", "CALL enable_logging(storage_path = '{folder}')",
    ],
)  # fmt: skip
def test_nothing_but_the_tables_of_the_file_can_be_asked_for(
    read: tuple[Path, duckdb.DuckDBPyConnection], tmp_path: Path, statement: str
) -> None:
    file, connection = read
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    other_frame = frame_of_ours
    assert other_frame
    before = sorted([*tmp_path.rglob("*"), *file.parent.rglob("*")])
    content = file.stat().st_mtime_ns, file.stat().st_size
    said = statement.format(other=other, folder=tmp_path, file=str(file).replace("'", "''"))
    # A cursor is as shut off; it begins in the empty database.
    cursor = connection.cursor()
    cursor.execute("USE monitor")
    for asker in (connection, cursor):
        with pytest.raises(duckdb.Error):
            asker.execute(said).fetchall()
    assert sorted([*tmp_path.rglob("*"), *file.parent.rglob("*")]) == before
    assert (file.stat().st_mtime_ns, file.stat().st_size) == content
    # Who asked is as before: what is asked next is answered.
    assert connection.execute("SELECT data_version FROM build").fetchall() == [(OLD,)]


def test_every_limit_is_in_force_and_cannot_be_lifted(file: Path) -> None:
    with open_read_only(file) as connection:
        found = dict(connection.execute("SELECT name, value FROM duckdb_settings()").fetchall())
    assert found["enable_external_access"] == "false"
    assert found["lock_configuration"] == "true"
    assert {name: found[name] for name in READER if name != "memory_limit"} == {
        name: {"0B": "0 bytes"}.get(str(value), value) for name, value in READER.items() if name != "memory_limit"
    }
    assert found["memory_limit"] == "488.2 MiB"


def test_a_question_that_would_take_for_ever_is_stopped(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READER, "max_execution_time", "300")
    endless = (
        "SELECT count(*) FROM range(1_000_000) a, range(1_000_000) b WHERE hash(a.range, b.range) = 0",
        "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) SELECT max(i) FROM t",
    )
    for statement in endless:
        with (
            open_read_only(file) as connection,
            pytest.raises(duckdb.InterruptException, match="maximum execution time"),
        ):
            connection.execute(statement).fetchall()


def test_nobody_else_in_the_dashboard_opens_a_database() -> None:
    """`duckdb_connection` reads one, and the program that writes the whole database writes one; pages ask neither."""
    opening = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "dashboard").rglob("*.py")
        if re.search(r"^\s*(import|from) duckdb\b", path.read_text("utf-8"), re.MULTILINE)
    }
    assert opening == {
        "dashboard/data/duckdb_connection.py",
        "dashboard/api/write_whole.py",
        "dashboard/data/contents.py",
    }
    assert "duckdb.connect" not in (ROOT / "dashboard" / "data" / "contents.py").read_text("utf-8")


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO '{other}'", "FROM read_text('{other}')", "ATTACH '{other}.duckdb' AS m", "SET threads = 9",
        "SET enable_external_access = true", "SET allowed_directories = ['/']", "INSTALL httpfs", "LOAD httpfs",
        "FROM read_text('{folder}/../other.csv')", "FROM opened", "SET memory_limit = '9GB'",
    ],
)  # fmt: skip
def test_who_writes_the_whole_database_reaches_its_folder_alone(tmp_path: Path, statement: str) -> None:
    other, folder = tmp_path / "other.csv", tmp_path / "folder"
    other.write_text("a,b\n1,2\n")
    folder.mkdir()
    refused = run_writer(folder, statement.format(other=other, folder=folder))
    assert refused.returncode == 1
    assert re.search(r"duckdb\.\w*(Permission|InvalidInput|Catalog|IO)Exception", refused.stderr), refused.stderr
    assert sorted(tmp_path.rglob("*")) == [folder, other]


def test_in_its_folder_it_may_write(tmp_path: Path) -> None:
    assert run_writer(tmp_path, f"COPY (SELECT 1) TO '{tmp_path}/one.csv'").returncode == 0
    assert (tmp_path / "one.csv").is_file()


def run_writer(folder: Path, sql: str) -> subprocess.CompletedProcess[str]:
    """The program that writes the whole database, over a folder of its own."""
    command = [sys.executable, "-I", str(whole.WRITER), str(folder)]
    return subprocess.run(command, input=sql, text=True, capture_output=True, check=False)


def test_what_needs_more_memory_than_there_is_is_an_error_and_no_file(file: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    with open_read_only(file) as connection, pytest.raises(duckdb.Error):
        connection.execute(
            "SELECT list(a ORDER BY a DESC) FROM (SELECT i || repeat('x', 99) a FROM range(20_000_000) t(i))"
        )
    assert sorted(tmp_path.rglob("*")) == before


def test_it_is_read_as_any_connection_reads_it(file: Path) -> None:
    with duckdb.connect(str(file), read_only=True) as plain:
        expected = {
            name: plain.execute(f'FROM "{name}"').fetchall() for (name,) in plain.execute("SHOW TABLES").fetchall()
        }
    with open_read_only(file) as connection:
        found = {
            name: connection.execute(f'FROM "{name}"').fetchall()
            for (name,) in connection.execute("SHOW TABLES").fetchall()
        }
    assert found == expected


def test_a_file_that_was_replaced_while_another_reads_is_seen_at_once(file: Path) -> None:
    """DuckDB gives whoever opens a path the instance that is open already, unless it is attached to one's own."""
    with open_read_only(file) as reading:
        copied(file.with_name("next.duckdb"), NEW).replace(file)
        assert read_identity(file)[0] == NEW
        assert Database(file).data_version == NEW
        assert reading.execute("SELECT data_version FROM build").fetchall() == [(OLD,)]
    assert read_identity(file)[0] == NEW


def test_nothing_is_made_where_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_identity(tmp_path / "none.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_archived_versions_are_read_the_same_way(file: Path) -> None:
    archive = file.parent / "versions"
    archive.mkdir()
    copied(archive / f"{NEW}.duckdb", NEW)
    store = Store(file)
    assert store.versions() == [OLD, NEW]
    assert store.at(NEW).data_version == NEW
    assert not store.damaged


def test_the_store_knows_that_the_file_is_damaged_until_it_is_mended(file: Path) -> None:
    store = Store(file)
    before = store.current()
    whole = file.with_name("whole.duckdb")
    shutil.copyfile(file, whole)
    file.write_bytes(whole.read_bytes()[: file.stat().st_size // 2])
    assert store.current() is before
    assert store.damaged
    whole.replace(file)
    assert store.current().data_version == OLD
    assert not store.damaged
