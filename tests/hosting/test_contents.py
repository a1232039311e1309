"""A server has another process read its database: with the same rows, and without the memory that reading takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.data import contents
from dashboard.data.contents import UnreadableError
from dashboard.data.database import Database
from dashboard.data.versions import Store
from tests.hosting.helpers import copied

ROOT = Path(__file__).resolve().parents[2]
OLD = "2026-01-01-aaaaaaaa"
# What a server must not import before somebody needs it, each some ten megabytes or more.
HEAVY = ("docx", "duckdb", "numpy", "pandas", "pyarrow")


def test_another_process_reads_what_this_one_reads(database_path: Path) -> None:
    here, there = contents.read(database_path), contents.read_apart(database_path)
    assert there.comments == here.comments
    figure = contents.spelt(there.figure)
    assert figure.schema == here.figure.schema
    assert figure.equals(here.figure)
    assert list(there.table) == list(here.table)
    for name, frame in here.table.items():
        assert there.table[name].schema == frame.schema
        assert there.table[name].equals(frame), name


def test_of_large_tables_only_the_packed_rows_stay(database_path: Path) -> None:
    table = contents.read_apart(database_path).table
    assert table["metric"] is table["metric"]
    assert table["observation"] is not table["observation"]


@pytest.mark.parametrize(
    ("content", "kind"), [(b"", "SerializationException|IOException"), (b"<html>" * 999, "IOException")]
)
def test_what_cannot_be_read_is_said_by_its_kind(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "monitor.duckdb").write_bytes(content)
    with pytest.raises(UnreadableError, match=rf"^({kind}|CatalogException)$"):
        contents.read_apart(tmp_path / "monitor.duckdb")
    with pytest.raises(FileNotFoundError):
        contents.read_apart(tmp_path / "none.duckdb")


def test_a_store_reads_as_it_is_told_and_knows_what_the_file_is(tmp_path: Path) -> None:
    store = Store(copied(tmp_path / "monitor.duckdb", OLD), contents.read_apart)
    asked, here = store.current(), Database(store.path)
    assert asked.figure.equals(here.figure)
    assert asked.figure.schema == here.figure.schema
    for metric_id, rows in here.by_metric.items():
        assert asked.by_metric[metric_id].equals(rows)
    assert asked.newest.equals(here.newest)
    assert store.identity() == (OLD, store.current().built_at)
    store.path.unlink()
    with pytest.raises(FileNotFoundError):
        store.identity()


def test_a_server_imports_nothing_that_only_reading_and_rare_files_need(database_path: Path) -> None:
    program = f"""
import sys
from dashboard.server import app
from dashboard.data.versions import store
store().current()
print([name for name in {HEAVY} if name in sys.modules])
"""
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT,
        env={"PATH": "/usr/bin", "MONITOR_DATABASE": str(database_path), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert said.stdout == "[]\n", said.stderr
