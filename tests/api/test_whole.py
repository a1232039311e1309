"""The whole database as a file: every table as it is, small, the same bytes each time, and older DuckDBs read it."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from dashboard.api import whole
from dashboard.data.database import Database
from tests.api.client import Client
from tests.api.helpers import write

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def file(api: Client, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file as it is downloaded."""
    path = tmp_path_factory.mktemp("whole") / "monitor.duckdb"
    path.write_bytes(api.get("/api/v1/monitor.duckdb", accept_encoding="gzip").body)
    return path


def test_every_table_is_there_with_its_rows_and_what_its_columns_are(file: Path, database_path: Path) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH '{file}' AS whole (READ_ONLY)")
        connection.execute(f"ATTACH '{database_path}' AS built (READ_ONLY)")
        columns = (
            "SELECT table_name, column_name, comment FROM duckdb_columns() JOIN duckdb_tables() USING (database_name, "
            "table_name) WHERE database_name = '{}' ORDER BY table_name, column_index"
        )
        columns = columns.replace("comment", "duckdb_columns.comment")
        held, built = (connection.sql(columns.format(name)).fetchall() for name in ("whole", "built"))
        assert held == built
        tables = {row[0] for row in held}
        assert len(tables) > 20
        for name in tables:
            # Of as many rows, none is missing: then none is there that should not be.
            here, there = (
                connection.sql(f'SELECT count(*) FROM {one}."{name}"').fetchall() for one in ("whole", "built")
            )
            assert here == there, name
            missing = f'FROM (FROM built."{name}" EXCEPT ALL FROM whole."{name}")'
            assert connection.sql(missing).fetchall() == [], name


def test_every_figure_of_the_addresses_equals_it_cell_for_cell(api: Client, file: Path) -> None:
    with duckdb.connect(str(file), read_only=True) as connection:
        figures = connection.sql("FROM figures").pl()
    everything = api.table("/api/v1/observations?with=standing,trend", "parquet")
    assert everything.height > 100_000
    assert everything.equals(figures)


def test_it_is_small_and_on_the_wire_what_it_is_on_disk(api: Client, file: Path, database_path: Path) -> None:
    assert file.stat().st_size < 10 * MEGABYTE < database_path.stat().st_size / 5
    # It is sent as it is: a client that reads it by ranges reads the bytes of the file.
    for coding in ("", "gzip"):
        got = api.get("/api/v1/monitor.duckdb", accept_encoding=coding)
        assert got.raw == file.read_bytes()
        assert "content-encoding" not in got.headers


def test_its_digest_is_told_in_three_ways(api: Client, file: Path) -> None:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    line = api.get("/api/v1/monitor.duckdb.sha256")
    assert line.body.decode("ascii") == f"{digest}  monitor.duckdb\n"
    assert line.headers["content-type"].startswith("text/plain")
    # It is never packed: a client that takes gzip is told the same digest of the same bytes.
    for coding in ("", "gzip"):
        got = api.get("/api/v1/monitor.duckdb", accept_encoding=coding)
        assert hashlib.sha256(got.raw).hexdigest() == digest
        assert got.headers["etag"] == f'"{digest}"'
        assert got.headers["repr-digest"] == f"sha-256=:{base64.b64encode(bytes.fromhex(digest)).decode()}:"


def test_sha256sum_finds_it_right(api: Client, file: Path) -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed.")
    line = api.get("/api/v1/monitor.duckdb.sha256").body
    checked = subprocess.run(["sha256sum", "-c", "-"], input=line, cwd=file.parent, capture_output=True, check=False)
    assert checked.stdout == b"monitor.duckdb: OK\n"


@pytest.mark.skipif(sys.platform != "linux", reason="DuckDB's allocator hands out zeros on Linux.")
def test_the_same_data_make_the_same_bytes_whenever_they_are_made(file: Path, db: Database) -> None:
    assert whole.written(db) == file.read_bytes()


def test_it_can_be_opened_to_write_and_stays_sound(file: Path, tmp_path: Path) -> None:
    """The name of the database was changed in its headers: DuckDB reads them, writes them, and reads them again."""
    own = Path(shutil.copy(file, tmp_path))
    with duckdb.connect(str(own)) as connection:
        connection.execute("CREATE TABLE mine AS FROM build")
    with duckdb.connect(str(own), read_only=True) as connection:
        assert connection.sql("SELECT count(*) FROM mine").fetchall() == [(1,)]
        (figures,) = connection.sql("SELECT count(*) FROM figures").fetchall()[0]
        (observations,) = connection.sql("SELECT count(*) FROM observation").fetchall()[0]
        assert figures == observations > 100_000


def test_sixteen_who_ask_at_once_wait_for_one_to_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "monitor.duckdb", "2026-01-01-aaaaaaaa")
    db, made, start = Database(tmp_path / "monitor.duckdb"), list[int](), threading.Barrier(16)
    written = whole.written

    def counted(db: Database) -> bytes:
        made.append(1)
        return written(db)

    monkeypatch.setattr(whole, "written", counted)
    found = set[str]()

    def ask() -> None:
        start.wait()
        found.add(whole.make(db).sha256)

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(found)) == (1, 1)


def test_a_header_whose_checksum_is_not_as_we_know_it_is_left_alone() -> None:
    strange = bytearray(b"\x07" * 3 * whole.PAGE)
    before = bytes(strange)
    whole._name(strange, b"0123456789abcdef")
    assert bytes(strange) == before


@pytest.mark.slow
def test_duckdb_1_4_reads_it(file: Path, tmp_path: Path) -> None:
    """Installs the last release of 1.4 beside everything else, as somebody has it who did not upgrade."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        pytest.skip("uv is not installed.")
    python = tmp_path / "old" / "bin" / "python"
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(tmp_path / "old")], check=True)
    installed = subprocess.run([uv, "pip", "install", "-q", "--python", str(python), "duckdb==1.4.*"], check=False)
    if installed.returncode:
        pytest.skip("DuckDB 1.4 cannot be installed here.")
    question = (
        "import duckdb; c = duckdb.connect('monitor.duckdb', read_only=True); "
        "print(duckdb.__version__, *c.sql('SELECT count(*), sum(rank), max(trend) FROM figures').fetchone())"
    )
    said = subprocess.run(
        [str(python), "-c", question], cwd=file.parent, capture_output=True, text=True, check=True
    ).stdout.split()
    with duckdb.connect(str(file), read_only=True) as connection:
        here = connection.sql("SELECT count(*), sum(rank), max(trend) FROM figures").fetchall()[0]
    assert said[0].startswith("1.4.")
    assert said[1:] == [str(one) for one in here]
