"""/livez is about the process; /readyz tells the truth of real files: missing, cut, damaged, swapped and too old."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboard.data.database import Database
from dashboard.data.versions import Store, store
from dashboard.server import health
from dashboard.server.health import Health
from tests.api.client import Client
from tests.hosting.helpers import readyz, written
from tests.hosting.running import Client as Reader
from tests.hosting.running import Running

OLD, NEW = "2026-01-01-aaaaaaaa", "2026-02-02-bbbbbbbb"


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question opens the file."""
    monkeypatch.setattr(health, "FRESH_SECONDS", -1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small database that was built an hour ago."""
    return written(tmp_path / "monitor.duckdb", OLD)


def readiness_of(file: Path, most_days: float | None = None) -> Callable[[], tuple[bool, dict[str, Any]]]:
    """Asks a server that is warm and reads this file."""
    store = Store(file)
    known = Health(lambda: store, most_days)
    known.warm.set()

    def ask() -> tuple[bool, dict[str, Any]]:
        verdict = known.verdict()
        assert verdict.body["ready"] is verdict.ready
        assert verdict.ready is ("why" not in verdict.body)
        assert str(file.parent) not in str(verdict.body)
        return verdict.ready, verdict.body

    return ask


def test_a_good_file_is_ready_with_its_version_and_age(file: Path) -> None:
    ready, said = readiness_of(file)()
    assert ready
    assert said["data_version"] == OLD
    assert 0.03 < said["age_days"] < 0.06


def test_without_a_file_nobody_is_shown_anything(tmp_path: Path) -> None:
    ready, said = readiness_of(tmp_path / "monitor.duckdb")()
    assert not ready
    assert said["why"] == "monitor.duckdb is not there; readers are shown nothing."
    assert said["data_version"] is None


def test_a_file_that_goes_and_comes_back(file: Path) -> None:
    ask = readiness_of(file)
    assert ask()[0]
    away = file.rename(file.with_name("away.duckdb"))
    ready, said = ask()
    assert not ready
    assert said["why"] == f"monitor.duckdb is not there; readers are shown {OLD}."
    away.rename(file)
    assert ask()[0]


@pytest.mark.parametrize("content", [b"", b"<html>503</html>" * 500, b"\0" * 50_000, b"DUCK"])
def test_what_is_no_database_is_not_ready(file: Path, content: bytes) -> None:
    ask = readiness_of(file)
    assert ask()[0]
    file.write_bytes(content)
    ready, said = ask()
    assert not ready
    assert "is damaged, or is no database" in said["why"]
    assert said["data_version"] == OLD


@pytest.mark.parametrize("left", [0.9, 0.5, 0.1, 0.01])
def test_a_file_that_was_cut_is_not_ready(file: Path, left: float) -> None:
    ask = readiness_of(file)
    assert ask()[0]
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * left)])
    assert not ask()[0]
    assert not readiness_of(file)()[0]
    file.write_bytes(content)
    assert ask()[0]


@pytest.mark.parametrize("bits", [15, pytest.param(200, marks=pytest.mark.drill)])
def test_with_wrong_bits_or_some_that_are_gone_nothing_wrong_is_served_and_called_ready(file: Path, bits: int) -> None:
    """A place that is damaged is either in no use, or the file is refused; readers keep what they have."""
    content, lot = file.read_bytes(), random.Random(7)
    good = Database(file).table
    refused = 0
    for gone in (1, 100, 5000, *[0] * bits):
        damaged = bytearray(content[: len(content) - gone])
        at = lot.randrange(len(damaged))
        damaged[at] ^= 0 if gone else 1 << lot.randrange(8)
        file.write_bytes(damaged)
        store = Store(file)
        known = Health(lambda store=store: store, None)  # type: ignore[misc]
        known.warm.set()
        if known.verdict().ready:
            found = store.current().table
            assert found.keys() == good.keys()
            assert all(found[name].equals(frame) for name, frame in good.items()), at
        else:
            refused += 1
    assert bits > refused > 3


def test_damage_in_the_figures_alone_is_found_though_the_version_can_be_read(file: Path) -> None:
    ask = readiness_of(file)
    assert ask()[0]
    with duckdb.connect(str(file)) as connection:
        connection.execute("DROP TABLE change")
    ready, said = ask()
    assert not ready
    assert said["why"] == f"The file holds {OLD} and cannot be read whole; readers are shown {OLD}."


def test_a_new_version_is_served_before_it_is_called_ready(file: Path) -> None:
    ask = readiness_of(file)
    assert ask()[1]["data_version"] == OLD
    written(file.with_name("next.duckdb"), NEW).replace(file)
    ready, said = ask()
    assert (ready, said["data_version"]) == (True, NEW)


@pytest.mark.parametrize(
    ("hours", "most_days", "ready"), [(1, 1, True), (23, 1, True), (25, 1, False), (25, None, True)]
)
def test_data_that_are_too_old_are_not_ready_where_a_limit_is_set(
    file: Path, hours: float, most_days: float | None, ready: bool
) -> None:
    written(file, NEW, hours)
    found, said = readiness_of(file, most_days)()
    assert found is ready
    assert found or said["why"] == "The data are 1.04 days old; 1 are allowed."


def test_until_its_pages_have_run_once_a_server_is_not_ready(file: Path) -> None:
    store = Store(file)
    known = Health(lambda: store, None)
    assert not known.verdict().ready
    assert known.verdict().body["why"].startswith("Starting")
    known.warm.set()
    assert known.verdict().ready


def test_a_crowd_of_questions_opens_the_file_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_SECONDS", 600)
    looked = list[Path]()

    identity = Store.identity

    def counted(store: Store) -> tuple[str, datetime]:
        looked.append(store.path)
        return identity(store)

    monkeypatch.setattr(Store, "identity", counted)
    ask = readiness_of(file)
    assert all(ask()[0] for _ in range(1000))
    file.unlink()
    assert ask()[0]
    assert looked == [file]


def test_liveness_does_not_look_at_the_data(app: Client, few: Path) -> None:
    """Else a bad release would have every server restarted."""
    store().path = few.with_name("gone.duckdb")
    assert app.get("/readyz").status == 503
    assert app.get("/livez").status == 200


@pytest.fixture
def broken(live: Path) -> Iterator[Callable[[bytes | None], None]]:
    """Puts something else in the place of the file that the server reads; the file comes back in the end."""
    stored = live.with_name("kept.duckdb")
    shutil.copyfile(live, stored)

    def put(content: bytes | None) -> None:
        live.unlink(missing_ok=True)
        if content is not None:
            live.write_bytes(content)

    yield put
    stored.replace(live)


@pytest.mark.parametrize("content", [None, b"torn", b"", b"<!doctype html><title>503</title>" * 999])
def test_the_server_says_so_and_readers_keep_the_last_good_page(
    server: Running, live: Path, broken: Callable[[bytes | None], None], content: bytes | None
) -> None:
    assert '"ready":true' in readyz(server, 200).text
    with Reader(server) as reader:
        reader.run("map")
        broken(content)
        got = readyz(server, 503)
        assert '"why":"monitor.duckdb is' in got.text
        assert str(live.parent) not in got.text
        assert "Average caseload" in reader.run("map", metric="Average caseload")
    assert server.ask("/livez").status == 200


def test_a_version_that_is_swapped_in_reaches_readers_and_the_log(server: Running, live: Path) -> None:
    original = live.read_bytes()
    (version,) = {line["data_version"] for line in server.lines() if line["event"] == "ready"}
    other = live.with_name("other.duckdb")
    shutil.copyfile(live, other)
    with duckdb.connect(str(other)) as connection:
        connection.execute(f"UPDATE build SET data_version = '{NEW}'")
    try:
        other.replace(live)
        readyz(server, 200, NEW)
        with Reader(server) as reader:
            assert NEW in reader.run("map")
        server.wait_for("data", data_version=NEW, before=version)
    finally:
        other.write_bytes(original)
        other.replace(live)
    server.wait_for("data", data_version=version, before=NEW)
