"""Publishing into another DuckDB: the same tables, all at once or not at all, and nobody else's touched."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb
import pytest

from etl.build.builder import DATABASE
from etl.model import EtlError
from etl.publish import target as targets
from etl.publish.live_database import STORAGE
from etl.publish.target import TargetError, publish, shown
from tests import disks
from tests.etl import small
from tests.etl.helpers import Command

# A process of its own publishes the database argv[1] to argv[2] and kills itself, uncatchably, at the step argv[3].
KILLED = """
import os, signal, sys
from pathlib import Path
from etl.publish.target import publish

def at(step):
    if step == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

publish(Path(sys.argv[1]), sys.argv[2], at)
"""
drilled = partial(pytest.param, marks=pytest.mark.drill)
HOLDS = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"


@pytest.fixture(scope="session")
def versions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two tiny databases."""
    found = {}
    for version in ("a", "b"):
        folder = tmp_path_factory.mktemp(version)
        found[version] = small.put(folder, version)
    return found


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A file that is not there yet."""
    return tmp_path / "warehouse.duckdb"


def version_of(warehouse: Path) -> str:
    """The version of ours that a warehouse holds, whole."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        version, versions, rows, total = connection.execute(
            f"SELECT any_value(data_version), count(DISTINCT of_version), count(*), sum(value) "
            f"FROM {targets.SCHEMA}.build JOIN {targets.SCHEMA}.figure ON of_version = data_version"
        ).fetchall()[0]
    assert (versions, rows, total) == (1, small.ROWS, small.ROWS * (small.ROWS - 1) / 2)
    return str(version)


def test_every_table_is_there_with_its_rows_types_and_comments(database_path: Path, warehouse: Path) -> None:
    done = publish(database_path, str(warehouse))
    columns = """
        SELECT table_name, column_name, if(starts_with(data_type, 'ENUM'), 'VARCHAR', data_type), is_nullable, comment
        FROM duckdb_columns() WHERE database_name = '{}' AND schema_name = '{}' ORDER BY table_name, column_index
    """
    comments = "SELECT table_name, comment FROM duckdb_tables() WHERE database_name = '{}' ORDER BY table_name"
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH '{database_path}' AS built (READ_ONLY)")
        connection.execute(f"ATTACH '{warehouse}' AS there (READ_ONLY)")
        here, there = (
            connection.execute(columns.format(*of)).fetchall() for of in (("built", "main"), ("there", targets.SCHEMA))
        )
        assert here == there
        formats = connection.sql("SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal").fetchall()
        assert set(formats) == {("v1.4.0+",), (None,)}
        said, words = (connection.execute(comments.format(of)).fetchall() for of in ("built", "there"))
        assert said == words
        tables = {row[0] for row in here}
        rows = 0
        for name in tables:
            one, other = f'built."{name}"', f'there.{targets.SCHEMA}."{name}"'
            assert connection.sql(f"FROM (FROM {one} EXCEPT ALL FROM {other})").fetchall() == [], name
            assert connection.sql(f"FROM (FROM {other} EXCEPT ALL FROM {one})").fetchall() == [], name
            ((count,),) = connection.sql(f"SELECT count(*) FROM {other}").fetchall()
            rows += count
        ((version,),) = connection.sql("SELECT data_version FROM built.build").fetchall()
    assert (done.data_version, done.tables, done.rows) == (version, len(tables), rows)
    assert done.tables > 20


def test_published_again_it_is_the_same_and_no_larger(versions: dict[str, Path], warehouse: Path) -> None:
    first = publish(versions["a"], str(warehouse))
    publish(versions["a"], str(warehouse))
    size = warehouse.stat().st_size
    for _ in range(3):
        assert publish(versions["a"], str(warehouse)) == first
    assert version_of(warehouse) == "a"
    assert warehouse.stat().st_size <= size * 1.5


def test_it_is_replaced_as_a_whole_and_what_others_keep_there_stays(versions: dict[str, Path], warehouse: Path) -> None:
    publish(versions["a"], str(warehouse))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"CREATE TABLE {targets.SCHEMA}.of_a_version_long_ago (a INTEGER)")
        connection.execute("CREATE TABLE main.theirs AS SELECT 42 AS a")
        connection.execute(f"CREATE VIEW main.answer AS SELECT count(*) AS rows FROM {targets.SCHEMA}.figure")
    publish(versions["b"], str(warehouse))
    assert version_of(warehouse) == "b"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        assert connection.execute("FROM theirs CROSS JOIN answer").fetchall() == [(42, small.ROWS)]
    assert found == [(targets.SCHEMA, "build"), (targets.SCHEMA, "figure"), ("main", "theirs")]


def test_a_schema_of_somebody_elses_is_left_alone(versions: dict[str, Path], warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"CREATE SCHEMA {targets.SCHEMA}; CREATE TABLE {targets.SCHEMA}.visits (a INTEGER)")
    before = warehouse.read_bytes()
    with pytest.raises(TargetError, match=r"^E_TARGET_OCCUPIED: the schema child_protection .* not ours \(visits\)"):
        publish(versions["a"], str(warehouse))
    assert warehouse.read_bytes() == before


# With every row written and none of them to be seen yet; the steps before it are drills.
@pytest.mark.parametrize("step", [*map(drilled, ("look", "table build", "table figure")), "commit"])
def test_killed_at_any_step_the_target_holds_what_it_held(
    versions: dict[str, Path], warehouse: Path, step: str
) -> None:
    publish(versions["a"], str(warehouse))
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(versions["b"]), str(warehouse), step], cwd=small.REPOSITORY, check=False
    )
    assert ended.returncode == -9
    assert version_of(warehouse) == "a"
    publish(versions["b"], str(warehouse))
    assert version_of(warehouse) == "b"


def test_what_fails_on_the_way_leaves_it_as_it_was(versions: dict[str, Path], warehouse: Path) -> None:
    publish(versions["a"], str(warehouse))

    def fail(step: str) -> None:
        if step == "commit":
            raise OSError(28, "No space left on device")

    with pytest.raises(TargetError, match=r"^E_TARGET_WRITE: .*warehouse.duckdb could not be written: .*No space left"):
        publish(versions["b"], str(warehouse), fail)
    assert version_of(warehouse) == "a"


def test_a_row_that_would_be_lost_on_the_way_refuses_it(
    versions: dict[str, Path], warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(versions["a"], str(warehouse))

    class Losing:
        """A connection to a target that drops a row of every table."""

        def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
            self.connection = connection

        def execute(self, statement: str) -> duckdb.DuckDBPyConnection:
            return self.connection.execute(f"{statement} LIMIT 5" if statement.startswith("INSERT") else statement)

    copied = targets._copied
    monkeypatch.setattr(targets, "_copied", lambda connection, *rest: copied(Losing(connection), *rest))  # type: ignore[arg-type]
    with pytest.raises(TargetError, match=r"^E_TARGET_WRITE: figure is not the same in the target as here"):
        publish(versions["b"], str(warehouse))
    assert version_of(warehouse) == "a"


@pytest.fixture
def held(versions: dict[str, Path], warehouse: Path) -> Iterator[Path]:
    """The warehouse, which another process holds open to write."""
    publish(versions["a"], str(warehouse))
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(warehouse)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        yield warehouse
        assert other.stdin is not None
        other.stdin.close()


def test_a_target_that_another_writes_to_is_said_so(versions: dict[str, Path], held: Path) -> None:
    with pytest.raises(
        TargetError, match=r"^E_TARGET_BUSY: .*warehouse.duckdb is open elsewhere \(.*\) Close it there"
    ):
        publish(versions["b"], str(held))


def test_what_is_no_target_is_said_with_what_is(versions: dict[str, Path], tmp_path: Path) -> None:
    page = tmp_path / "page.duckdb"
    page.write_bytes(b"<html>" * 1000)
    for to in (page, tmp_path / "nowhere" / "x.duckdb", tmp_path):
        with pytest.raises(TargetError, match=r"^E_TARGET: .* cannot be opened: .* Name a DuckDB file whose folder is"):
            publish(versions["a"], str(to))
    assert page.read_bytes() == b"<html>" * 1000
    assert not (tmp_path / "nowhere").exists()


def test_what_readers_are_served_from_is_no_target(versions: dict[str, Path], tmp_path: Path) -> None:
    data = Path(shutil.copytree(versions["a"].parent, tmp_path / "data"))
    before = {path: path.read_bytes() for path in data.rglob("*.duckdb")}
    assert len(before) == 2
    for path in before:
        with pytest.raises(TargetError, match=r"^E_TARGET_SELF: "):
            publish(data / DATABASE, str(path))
    assert {path: path.read_bytes() for path in before} == before


def test_without_a_database_there_is_nothing_to_publish(warehouse: Path, tmp_path: Path) -> None:
    with pytest.raises(EtlError, match=r"^E_DATABASE: monitor.duckdb cannot be opened: .*etl build`\.$"):
        publish(tmp_path / DATABASE, str(warehouse))
    assert not warehouse.exists()


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("md:figures?motherduck_token=hush", "md:figures?…"),
        ("ducklake:postgres:dbname=lake password=hush user=me", "ducklake:postgres:dbname=lake password=… user=me"),
        ("ducklake:postgres://me:hush@db.example.org/lake", "ducklake:postgres://me:…@db.example.org/lake"),
        ("figures.duckdb", "figures.duckdb"),
    ],
)  # fmt: skip
def test_keys_and_passwords_of_a_connection_string_are_not_said(to: str, said: str) -> None:
    assert shown(to) == said


def test_the_command_says_what_the_target_holds_now(
    versions: dict[str, Path], warehouse: Path, tmp_path: Path, command: Command
) -> None:
    data = versions["a"].parent
    ran = command("publish", "--to", warehouse, "--data", data)
    assert (ran.status, ran.err.strip()) == (0, "")
    assert re.fullmatch(
        r".*warehouse\.duckdb: data version a, 2 tables and 20,001 rows in the schema child_protection\n", ran.out
    )
    ran = command("publish", "--to", tmp_path, "--data", data)
    assert ran.status == 2
    assert ran.err.strip().startswith("E_TARGET: ")


@pytest.mark.needs_root
def test_a_target_whose_disk_is_full_holds_what_it_held(versions: dict[str, Path], tmp_path: Path) -> None:
    with disks.disk(tmp_path / "disk", 8) as small_disk:
        warehouse = small_disk / "warehouse.duckdb"
        publish(versions["a"], str(warehouse))
        filler = disks.fill(small_disk, 0)
        with pytest.raises(TargetError, match=r"^E_TARGET_WRITE: "):
            publish(versions["b"], str(warehouse))
        filler.unlink()
        assert version_of(warehouse) == "a"
        publish(versions["b"], str(warehouse))
        assert version_of(warehouse) == "b"


def test_a_ducklake_holds_the_same(versions: dict[str, Path], tmp_path: Path) -> None:
    with duckdb.connect(":memory:") as connection:
        try:
            connection.execute("LOAD ducklake")
        except duckdb.Error:
            pytest.skip("DuckDB's extension ducklake is not installed here.")
    to = f"ducklake:{tmp_path / 'lake.ducklake'}"
    for version in ("a", "b", "b"):
        publish(versions[version], to)
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"ATTACH '{to}' AS lake (READ_ONLY)")
            found = connection.execute(f"SELECT data_version FROM lake.{targets.SCHEMA}.build").fetchall()
            ((rows,),) = connection.execute(f"SELECT count(*) FROM lake.{targets.SCHEMA}.figure").fetchall()
        assert (found, rows) == ([(version,)], small.ROWS)


@pytest.mark.parametrize(
    ("to", "extension"), [("quack:x", "quack"), ("ducklake:x", "ducklake"), ("md:x", "motherduck")]
)
def test_an_extension_that_is_not_here_is_named(
    versions: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str, extension: str
) -> None:
    """DuckDB's own folder for extensions is empty, and it may fetch none."""
    config = {"extension_directory": str(tmp_path), "autoinstall_known_extensions": "false"}
    monkeypatch.setattr(targets, "STORAGE", {**STORAGE, **config})
    with pytest.raises(TargetError, match=rf"^E_TARGET_EXTENSION: {to} needs .* by `INSTALL {extension}` in DuckDB\.$"):
        publish(versions["a"], to)
