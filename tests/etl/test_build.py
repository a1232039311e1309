"""A build is whole or it never was: whatever stops it, the last good database stays and nothing is left lying."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from etl import releases
from etl.build import builder
from etl.model import EtlError
from tests.etl.helpers import LAST_GOOD, Command, few_sources

REPOSITORY = builder.DATA.parent
# What a process of its own runs: a build of few sources. Progress is said line by line, so that the test knows where
# it is.
BUILD = """
import sys, time
from pathlib import Path
from etl.build import builder
from tests.etl.helpers import few_sources

def said(words):
    print(words, flush=True)
    if words == sys.argv[2]:
        time.sleep(60)

builder.build(Path(sys.argv[1]), said, few_sources())
"""
COMMAND = """
import sys
from etl.__main__ import main
from etl.build import builder
from tests.etl.helpers import few_sources

builder.all_sources = few_sources
sys.argv = ["etl", "build", "--data", sys.argv[1]]
main()
"""


def build_few(data: Path) -> builder.Built:
    return builder.build(data, sources=few_sources())


def is_as_before(data: Path) -> bool:
    databases = {path.name: path.read_bytes() for path in data.glob("*.duckdb*")}
    return databases == {builder.DATABASE: LAST_GOOD}


def run(code: str, data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, str(data)],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_the_command_builds_all_sources_says_englands_figures_and_equal_inputs_give_equal_rows(
    data: Path, database_path: Path, command: Command
) -> None:
    """The one build of everything from end to end; all others here are of few sources."""
    ran = command("build", "--data", data)
    assert ran.status == 0
    said = re.search(r"monitor\.duckdb: (\d+) observations, data version (20\S+)", ran.out)
    assert said is not None
    observations, version = said.groups()
    for printed in ("14.2 %", "15.2 cases per", "22.6 %", "24.5 %"):
        assert printed in " ".join(ran.out.split())
    assert [path.name for path in data.glob("*.duckdb*")] == [builder.DATABASE]
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{database_path}' AS one (READ_ONLY)")
        connection.execute(f"ATTACH '{data / builder.DATABASE}' AS other (READ_ONLY)")
        tables = [name for (name,) in connection.sql("SELECT DISTINCT table_name FROM duckdb_tables()").fetchall()]
        assert len(tables) >= 15
        for of in ("one", "other"):
            assert connection.sql(f"SELECT data_version FROM {of}.build").fetchall() == [(version,)]
        assert connection.sql("SELECT count(*) FROM other.observation").fetchall() == [(int(observations),)]
        for table in set(tables) - {"build"}:
            one, other = f"FROM one.{table}", f"FROM other.{table}"
            apart = connection.sql(f"({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one})")
            assert apart.fetchall() == [], table


@pytest.mark.parametrize("changed", ["schema.sql", "local_authorities.csv", "geography/map_shapes.csv"])
def test_another_input_gives_another_version(data: Path, changed: str) -> None:
    before = builder._fingerprint(data)
    (data / changed).write_bytes((data / changed).read_bytes() + b"\n")
    assert builder._fingerprint(data) != before


def test_a_check_that_fails_leaves_the_last_good_database(data: Path) -> None:
    # A statistical neighbour less: the file is sound, but what it says of England cannot be true.
    where = data / "releases" / "statistical_neighbours_2025.parquet"
    cells = pl.read_parquet(where)
    cells.filter(pl.col("line") > 2).write_parquet(where)
    releases.seal(where.parent)
    with pytest.raises(EtlError, match=r"E_CHECK neighbours: not so: .* 301, 0\. "):
        build_few(data)
    assert is_as_before(data)


def test_a_row_the_schema_refuses_leaves_the_last_good_database(data: Path) -> None:
    schema = (data / "schema.sql").read_text("utf-8")
    (data / "schema.sql").write_text(schema.replace("isfinite(value) AND value >= 0", "value < 50"), "utf-8")
    with pytest.raises(EtlError, match=r"^E_CONSTRAINT: .*CHECK"):
        build_few(data)
    assert is_as_before(data)


@pytest.mark.parametrize("file", ["boundaries.geojson", "map_shapes.csv"])
@pytest.mark.parametrize("content", [None, b"", b"<html>"], ids=["absent", "empty", "a web page"])
def test_a_damaged_map_is_said_in_words(data: Path, file: str, content: bytes | None) -> None:
    if content is None:
        (data / "geography" / file).unlink()
    else:
        (data / "geography" / file).write_bytes(content)
    with pytest.raises(EtlError, match=rf"(?s)^E_GEOGRAPHY: .*{file}.*Restore geography/ from git"):
        builder._map(data / "geography")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        pytest.param(lambda text: text[:-4], "is not the shapes of a map", id="cut in its last row"),
        pytest.param(lambda text: text.replace(",view,", ",kind,"), "is not the shapes of a map", id="another column"),
        pytest.param(lambda text: text.replace(",1377,", ",east,"), "cannot be read", id="words for a number"),
        pytest.param(
            lambda text: "".join(line for line in text.splitlines(keepends=True) if not line.startswith("383,")),
            "draws other councils than boundaries.geojson holds",
            id="without Leeds",
        ),
    ],
)
def test_shapes_that_are_not_those_of_a_map_are_refused(data: Path, damage: Callable[[str], str], says: str) -> None:
    shapes = data / "geography" / "map_shapes.csv"
    before = shapes.read_text("utf-8")
    assert damage(before) != before
    shapes.write_text(damage(before), "utf-8")
    with pytest.raises(EtlError, match=rf"(?s)^E_GEOGRAPHY: .*map_shapes\.csv {says}"):
        builder._map(data / "geography")


def test_a_damaged_map_leaves_the_last_good_database(data: Path) -> None:
    (data / "geography" / "map_shapes.csv").write_bytes(b"<html>")
    with pytest.raises(EtlError, match=r"^E_GEOGRAPHY: "):
        build_few(data)
    assert is_as_before(data)


def test_a_database_that_cannot_be_replaced_is_said_in_words(data: Path) -> None:
    (data / builder.DATABASE).unlink()
    (data / builder.DATABASE).mkdir()
    with pytest.raises(EtlError, match=r"^E_WRITE: monitor\.duckdb could not be written: .*Make room or give write"):
        build_few(data)
    assert [path.name for path in data.glob("*.duckdb*")] == [builder.DATABASE]


def test_a_disk_that_fills_up_is_said_in_words(data: Path) -> None:
    limit = 1_000_000  # bytes a file may have; the database needs more
    ran = run(f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); {COMMAND}", data)
    assert ran.returncode == 2, ran.stderr
    assert "E_WRITE: monitor.duckdb could not be written: " in ran.stderr
    assert "Traceback" not in ran.stderr
    assert is_as_before(data)


def stopped(data: Path, at: str, by: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BUILD, str(data), at],
        cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert any(line == f"{at}\n" for line in process.stdout)
        process.send_signal(by)
        assert process.wait(timeout=30) != 0


def test_a_build_interrupted_from_the_keyboard_leaves_the_last_good_database_alone(data: Path) -> None:
    stopped(data, "checks", signal.SIGINT)
    assert is_as_before(data)


def test_a_build_that_was_killed_leaves_a_draft_that_a_later_one_sweeps_away(data: Path) -> None:
    stopped(data, "checks", signal.SIGKILL)
    assert (data / builder.DATABASE).read_bytes() == LAST_GOOD
    assert list(data.glob(f"{builder.DATABASE}.draft*")) != []
    build_few(data)
    assert [path.name for path in data.glob("*.duckdb*")] == [builder.DATABASE]


def test_the_schema_says_of_every_table_what_it_holds(database: duckdb.DuckDBPyConnection) -> None:
    silent = database.sql(
        "SELECT table_name FROM duckdb_tables() WHERE comment IS NULL AND table_name NOT IN ('area_code')"
    ).fetchall()
    assert silent == []


def test_duckdb_1_4_reads_it_with_its_checks(database: duckdb.DuckDBPyConnection) -> None:
    """Its format is that of 1.4; and `if(…)` in a check, which 2.0 keeps as a function, is none to older ones."""
    tags = database.sql("SELECT tags FROM duckdb_databases() WHERE NOT internal").fetchall()
    assert [one["storage_version"] for (one,) in tags] == ["v1.4.0+"]
    checks = database.sql("SELECT expression FROM duckdb_constraints() WHERE constraint_type = 'CHECK'").fetchall()
    assert len(checks) > 10
    assert [text for (text,) in checks if "if(" in text.lower()] == []


@pytest.mark.parametrize(
    ("table", "columns"),
    {
        "metric": "metric_id title theme unit polarity decimals definition source_id",
        "area": "area_id name kind la_number gss_code region_id start_date end_date",
        "observation": "metric_id area_id period_end period value status symbol numerator denominator return_id",
        "standing": "metric_id area_id period_end rank tied ranked quarter",
        "neighbour": "area_id neighbour_id closeness_rank closeness",
        "inspection": "inspection_id area_id framework started ended published url source_id",
        "judgement": "inspection_id strand grade",
        "load_ledger": "source_id file sha256 rows_read rows_loaded rows_rejected rows_duplicate",
    }.items(),
    ids=lambda one: one if " " not in one else "",
)
def test_the_promised_tables_have_the_promised_columns(
    database: duckdb.DuckDBPyConnection, table: str, columns: str
) -> None:
    assert set(columns.split()) <= set(database.table(table).columns)
