"""Drills of the database under real readers: versions that follow each other, a file that rots, a disk that is full."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from dashboard.data.database import Database
from dashboard.data.download import Bounds
from dashboard.data.remote import Remote
from dashboard.data.versions import Store
from dashboard.ops.location import Address
from etl.publish import live_database
from etl.publish.live_database import DATABASE
from tests import disks
from tests.etl import small
from tests.hosting import shelf as shelves
from tests.hosting.helpers import SIGN_IN, files, readyz, written
from tests.hosting.running import Client as Reader
from tests.hosting.running import Running, running

MEASURES = ("vacancy_rate", "caseload")
SHOWN = ("Social worker vacancy rate", "Average caseload")
READERS = 8
# Every observed figure of version 7 is 7,000,007, every edition is called so and so is the version: a page that is
# torn shows two numbers.
MARK = 7_000_000
MARKED = re.compile(r"7,?000,?0(\d\d)\.\d|edition (\d\d) of the drill|Data version drill-00(\d\d)")
SORRY = "Sorry, something of ours failed"
PUBLISHES = """
import sys
from pathlib import Path
from tests.drills import test_store

tables = test_store.cut(Path(sys.argv[2]))
for number in range(2, 2 + int(sys.argv[3])):
    test_store.put(Path(sys.argv[1]), tables, number)
"""
Tables = dict[str, pl.DataFrame]


def cut(database: Path) -> Tables:
    """Every table of the real database with two measures alone: quick to publish, and quick to read."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = [name for (name,) in connection.execute("SHOW TABLES").fetchall()]
        found = {name: connection.sql(f'FROM "{name}"').pl() for name in names}
    return {
        name: frame.filter(pl.col("metric_id").is_in(MEASURES)) if "metric_id" in frame.columns else frame
        for name, frame in found.items()
    }


def put(data: Path, tables: Tables, number: int) -> Path:
    """Publish these tables as version `number`, as a build does, in a schema without rules: those take their time."""
    marked = {
        **tables,
        "build": tables["build"].with_columns(
            pl.lit(f"drill-{number:04}").alias("data_version"), pl.col("built_at").dt.offset_by(f"{number}s")
        ),
        "source": tables["source"].with_columns(pl.lit(f"edition {number:02} of the drill").alias("release")),
        "observation": tables["observation"].with_columns(
            pl.when(pl.col("value").is_not_null()).then(float(MARK + number)).alias("value")
        ),
        # Compared with cuts of its own, no figure is a gap away from looking like that of another version.
        "quarter_cut": tables["quarter_cut"].with_columns(
            pl.lit(float(MARK + number)).alias(f"{cut}_{end}")
            for cut in ("best", "middle", "worst")
            for end in ("low", "high")
        ),
    }
    schema = "".join(f'CREATE TABLE "{name}" ({small.columns(frame)});' for name, frame in tables.items())
    with live_database.alone(data):
        return live_database.publish(data, schema, marked, small.accept)


@pytest.fixture(scope="module")
def tables(database_path: Path) -> Tables:
    return cut(database_path)


# Versions that follow each other


def read_on(server: Running, seen: list[int], wrong: list[str], stop: Callable[[], bool]) -> None:
    """A reader who goes from page to page: the version of each, and whatever was not of that version."""
    try:
        with Reader(server) as reader:
            while not stop():
                for page in ("map", "best"):
                    text = reader.run(page, metric=SHOWN[len(seen) % 2], la="Leeds")
                    found = {int(next(filter(None, one))) for one in MARKED.findall(text)}
                    if len(found) != 1 or SORRY in text or "exception" in reader.kinds:
                        wrong.append(f"{page}: {sorted(found)}, {SORRY in text}")
                    seen.append(max(found, default=0))
                    time.sleep(0.1)
    except Exception as error:  # noqa: BLE001 - whatever it is, a reader would have met it
        wrong.append(repr(error))


@pytest.mark.drill
@pytest.mark.parametrize(("by", "versions"), [("file", 50), ("address", 20)])
def test_eight_readers_see_each_version_whole_and_none_after_a_later_one(
    tables: Tables, database_path: Path, tmp_path: Path, by: str, versions: int
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    live = put(data, tables, 1)
    over = threading.Event()
    seen: list[list[int]] = [[] for _ in range(READERS)]
    wrong = list[str]()
    with shelves.shelf() as shelf:
        shelf.put_file(live)
        settings = {"MONITOR_DATABASE": shelf.url, "MONITOR_DATABASE_SECONDS": "1"} if by == "address" else {}
        with running(live, tmp_path / "server.log", **settings) as server:
            readyz(server, 200, "drill-0001")
            readers = [threading.Thread(target=read_on, args=(server, one, wrong, over.is_set)) for one in seen]
            for reader in readers:
                reader.start()
            if by == "file":
                command = [sys.executable, "-c", PUBLISHES, str(data), str(database_path), str(versions)]
                subprocess.run(command, cwd=small.REPOSITORY, check=True)
            else:
                for number in range(2, 2 + versions):
                    put(data, tables, number)
                    shelf.put_file(live)
                    time.sleep(1)
            readyz(server, 200, f"drill-00{versions + 1}")
            time.sleep(2)
            over.set()
            for reader in readers:
                reader.join()
            logged = server.lines()
    assert wrong == []
    for one in seen:
        assert one == sorted(one)
        assert one[-1] == versions + 1
        assert len(set(one)) > versions / 10
    assert sum(map(len, seen)) > READERS * versions / 2
    assert [line for line in logged if line["level"] == "error"] == []
    assert {line["error"] for line in logged if line["event"] == "page" and "error" in line} == set()


# A file that rots


@pytest.mark.drill
def test_of_a_file_that_rots_nothing_wrong_is_shown_and_readiness_tells_the_truth(
    tables: Tables, tmp_path: Path
) -> None:
    live = put(tmp_path, tables, 7)
    content = live.read_bytes()
    used, lot = np.flatnonzero(np.frombuffer(content, np.uint8)), random.Random(2026)
    asked = "/api/v1/observations.csv?newest=true&metric=vacancy_rate"
    damages: list[bytes] = [content[: int(len(content) * left)] for left in (0.99, 0.5, 0.01)]
    for _ in range(25):
        at = int(lot.choice(used))
        damages.append(content[:at] + bytes([content[at] ^ (1 << lot.randrange(8))]) + content[at + 1 :])
    refused = 0
    with running(live, tmp_path / "server.log") as server, Reader(server) as reader:
        truth = server.ask(asked).body
        page = reader.run("map", metric=SHOWN[0])
        assert {int(next(filter(None, one))) for one in MARKED.findall(page)} == {7}
        for damaged in (SIGN_IN, b"", *damages):
            live.write_bytes(damaged)
            time.sleep(0.6)  # it is opened once in half a second
            got = server.ask("/readyz")
            refused += got.status == 503
            assert got.status in (200, 503)
            assert got.status == 503 or damaged in damages
            assert '"data_version":"drill-0007"' in got.text
            assert server.ask(asked).body == truth
            assert server.ask("/livez").status == 200
        assert {int(next(filter(None, one))) for one in MARKED.findall(reader.run("map", metric=SHOWN[1]))} == {7}
        put(tmp_path, tables, 8).replace(live)
        readyz(server, 200, "drill-0008")
        assert {int(next(filter(None, one))) for one in MARKED.findall(reader.run("map", metric=SHOWN[1]))} == {8}
    assert refused > 15


@pytest.mark.drill
def test_of_two_hundred_flipped_bits_and_three_cuts_that_are_published_none_is_served_as_data(tmp_path: Path) -> None:
    """Every other one has a SHA-256 that was made of it after it was damaged: then DuckDB's own checksums find it."""
    good = written(tmp_path / "good.duckdb", "2026-01-01-aaaaaaaa")
    content, truth, lot = good.read_bytes(), Database(good).table, random.Random(2026)
    used = np.flatnonzero(np.frombuffer(content, np.uint8))
    damages = [content[: int(len(content) * left)] for left in (0.99, 0.5, 0.01)]
    for _ in range(200):
        at = int(lot.choice(used))
        damages.append(content[:at] + bytes([content[at] ^ (1 << lot.randrange(8))]) + content[at + 1 :])
    refused = 0
    with shelves.shelf() as shelf:
        for number, damaged in enumerate(damages):
            store = Store(tmp_path / "copy" / DATABASE)
            following = Remote(Address(shelf.url), lambda store=store: store, seconds=1)  # type: ignore[misc]
            shelf.put(content)
            assert following.look().good
            shelf.put(damaged, shelves.sha256sum(b"what it was") if number % 2 else shelves.sha256sum(damaged))
            refused += not following.look().good
            found = store.current().table
            assert found.keys() == truth.keys()
            assert all(found[name].equals(frame) for name, frame in truth.items())
            assert files(store) == [DATABASE]
    assert refused > 150


# No room, no file


@pytest.mark.needs_root
def test_a_replica_whose_disk_is_full_keeps_what_it_has_and_says_so(tmp_path: Path) -> None:
    old, new = (
        written(tmp_path / f"{version}.duckdb", version, hours).read_bytes()
        for version, hours in (("2026-01-01-aaaaaaaa", 2), ("2026-02-02-bbbbbbbb", 1))
    )
    # Room for the copy in place and the one that comes.
    megabytes = (len(old) + len(new)) // 2**20 + 2
    with shelves.shelf() as shelf, disks.disk(tmp_path / "disk", megabytes) as small_disk:
        store = Store(small_disk / DATABASE)
        following = Remote(Address(shelf.url), lambda: store, seconds=1, bounds=Bounds(whole=20, patience=5))
        shelf.put(old)
        assert following.look().good
        shelf.put(new)
        for room in (0, 4096, 100_000, len(new) - 4096):
            filler = disks.fill(small_disk, room)
            found = following.look()
            assert found.code == "E_ADDRESS_WRITE", found
            assert "No space left on device" in found.why
            assert store.current().data_version == "2026-01-01-aaaaaaaa"
            assert (small_disk / DATABASE).read_bytes() == old
            filler.unlink()
            assert files(store) == [DATABASE]
        assert following.look().good
        assert store.current().data_version == "2026-02-02-bbbbbbbb"


def test_a_server_that_starts_without_a_database_is_ready_once_there_is_one(
    database_path: Path, tmp_path: Path
) -> None:
    live = tmp_path / DATABASE
    with running(live, tmp_path / "server.log") as server:
        assert '"data_version":null' in readyz(server, 503, "is not there; readers are shown nothing").text
        assert server.ask("/livez").status == 200
        with Reader(server) as reader:
            assert "There is no readable database yet" in reader.run("map")
            draft = live.with_suffix(".draft")
            draft.write_bytes(database_path.read_bytes())
            draft.replace(live)
            readyz(server, 200)
            assert "There is no readable database yet" not in (page := reader.run("map"))
            assert "Social worker vacancy rate" in page
        server.wait_for("ready")
        missing = [line for line in server.lines() if "cannot be read" in line.get("message", "")]
        assert len(missing) == 1
        assert missing[0]["message"].endswith("there is no good version yet")
